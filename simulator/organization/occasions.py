"""What happens now and then: a security scan a week, a drill of the emergency role, people who come and go."""

from collections.abc import Callable

from simulator import okta_records as okta
from simulator.clients import boto3, fixed
from simulator.hops.aws_calls import session_identity, user_identity
from simulator.identities import Json
from simulator.menus import Call
from simulator.networks import Origin
from simulator.organization import menus_aws, schedule, tools
from simulator.organization.credentials import issued
from simulator.organization.directory import new_user, user_disabled
from simulator.organization.notebook import AwsHeld, Notebook
from simulator.organization.okta_desk import OktaDesk
from simulator.organization.schedule import Stint
from simulator.organization.world import HOUR, MINUTE, Account, Person, World

SCAN_DAY, DRILL_DAY = 2, 3
"""The scan is on Wednesdays at 03:00 UTC, the drill on Thursdays of every fourth week."""

SCANNED = 420
"""Calls of a scan in one account, for `activity` 100."""


def scan(book: Notebook, day: int, activity: int) -> None:
    """Write the security scanner's night: an audit role in every account, taken from the security account."""
    if day % 7 != SCAN_DAY:
        return
    world, rng = book.world, book.rng
    home = next(one for one in world.accounts if one.name == "security")
    address = world.networks.aws[home.region][20].address(7)
    origin = Origin(address, boto3("1.40.12", "6.1.127-135.201.amzn2023.x86_64"))
    own = world.audit_roles[home.number]
    caller = session_identity(own, "scanner", book.ids.temporary_key(), schedule.day_start(day) + 2 * HOUR)
    scanner = AwsHeld(caller, home.number, home.region, origin)
    at = schedule.day_start(day) + 3 * HOUR + rng.randrange(10 * MINUTE)
    for account in world.accounts:
        held = _assume(book, at, scanner, account)
        for number in range(max(10, SCANNED * activity // 100)):
            at += rng.randrange(100, 1_200)
            book.aws(at, held, menus_aws.AUDIT[number % len(menus_aws.AUDIT)])
        at += rng.randrange(20_000, 60_000)


def _assume(book: Notebook, at: int, caller: AwsHeld, account: Account, *, emergency: bool = False) -> AwsHeld:
    role = (book.world.break_glass if emergency else book.world.audit_roles)[account.number]
    session, key = str(caller.identity.get("userName", "scanner")), book.ids.temporary_key()
    call = Call("sts", "AssumeRole", {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 3600})
    shared: Json = {"resources": role.resources, "sharedEventID": book.ids.uuid()}
    book.aws(at, caller, call, issued(book.ids, at, role, session, key), extra=shared)
    identity = session_identity(role, session, key, at)
    return AwsHeld(identity, account.number, account.region, caller.origin)


def drill(book: Notebook, day: int) -> None:
    """Write the drill: somebody of the platform team takes the emergency role with a second factor."""
    if day % 28 != DRILL_DAY:
        return
    found = _at_work(book.world, day, lambda one: one.team == "platform" and one.way == "user_mfa")
    if found is None:
        return
    person, stint = found
    book.actor, rng = person.email, book.rng
    at, home = stint.start + HOUR, _account(book.world, person.known.account)
    origin = Origin(stint.spot.address, tools.aws_cli(person.device))
    key = book.ids.temporary_key()
    identity = user_identity(person.known, key, at, mfa=True)
    held = _assume(
        book, at, AwsHeld(identity, home.number, home.region, origin), book.world.accounts[0], emergency=True
    )
    for call in (
        Call("sts", "GetCallerIdentity"),
        Call("iam", "ListAccountAliases"),
        Call("ec2", "DescribeInstances"),
        Call("iam", "GetAccountSummary"),
        Call("s3", "ListBuckets"),
        Call("iam", "UpdateAssumeRolePolicy", {"roleName": "break-glass"}),
        Call("cloudtrail", "GetTrailStatus"),
    ):
        at += rng.randrange(4_000, 60_000)
        book.aws(at, held, call)


def _account(world: World, number: str) -> Account:
    return next(one for one in world.accounts if one.number == number)


def _at_work(world: World, day: int, fits: Callable[[Person], bool]) -> tuple[Person, Stint] | None:
    for person in world.people:
        if fits(person):
            today = [one for one in schedule.stints(world, person, day) if one.kind in ("office", "vpn", "home")]
            if today:
                return person, today[0]
    return None


def comings_and_goings(book: Notebook, day: int) -> None:
    """Write what the administrators do for those who join today, and for those who left yesterday."""
    world = book.world
    joining = [one for one in world.people if one.joins == day]
    leaving = [one for one in world.people if one.leaves == day - 1]
    if not joining and not leaving:
        return
    it = _at_work(world, day, lambda one: one.team == "it")
    platform = _at_work(world, day, lambda one: one.team == "platform" and one.way in ("user_mfa", "key"))
    for person in joining:
        if it:
            book.actor, at = it[0].email, it[1].start + book.rng.randrange(20 * MINUTE)
            desk = OktaDesk(book, it[0], it[1].spot)
            at, session = desk.session(at)
            _okta(book, at, it, session, person, "user.lifecycle.create", "Create Okta user")
            _okta(book, at + 9_000, it, session, person, "user.lifecycle.activate", "Activate Okta user")
            _okta(book, at + 30_000, it, session, person, "group.user_membership.add", "Add user to group membership")
            new_user(book, at + MINUTE, it[0], it[1].spot, person)
        if platform and person.way in ("user_mfa", "key"):
            _iam(book, platform, person, at_once=True)
    for person in leaving:
        if it:
            book.actor, at = it[0].email, it[1].start + HOUR + book.rng.randrange(20 * MINUTE)
            desk = OktaDesk(book, it[0], it[1].spot)
            at, session = desk.session(at)
            _okta(book, at, it, session, person, "user.lifecycle.deactivate", "Deactivate Okta user")
            user_disabled(book, at + MINUTE, it[0], it[1].spot, person)
        if platform and person.way in ("user_mfa", "key"):
            _iam(book, platform, person, at_once=False)


def _okta(
    book: Notebook, at: int, by: tuple[Person, Stint], session: str, of: Person, event: str, message: str
) -> None:
    person, stint = by
    target: list[Json] = [
        {
            "id": of.okta.user_id,
            "type": "User",
            "alternateId": of.okta.login,
            "displayName": of.okta.name,
            "detailEntry": None,
        }
    ]
    record = okta.event(book.rng, at, person.okta, session, stint.spot.address, event, message, target)
    record["legacyEventType"] = "core.user.config." + event.rpartition(".")[2]
    book.okta(at, record, stint.spot, person.device.browser, person.device.system)


def _iam(book: Notebook, by: tuple[Person, Stint], of: Person, *, at_once: bool) -> None:
    """Make an IAM user with groups and a key, or take it all away."""
    person, stint = by
    book.actor, at = person.email, stint.start + book.rng.randrange(30 * MINUTE)
    home, name = _account(book.world, of.known.account), {"userName": of.name}
    caller = user_identity(person.known, book.ids.temporary_key(), at, mfa=person.way == "user_mfa")
    browser = Origin(stint.spot.address, fixed(person.device.browser))
    held = AwsHeld(caller, home.number, home.region, browser, console=True)
    held.identity["accountId"] = home.number
    key = {"accessKey": {"userName": of.name, "accessKeyId": of.known.access_key, "status": "Active"}}
    user = {"user": {"userName": of.name, "userId": of.known.user_id, "arn": of.known.arn, "path": "/"}}
    steps: tuple[tuple[str, Json, Json | None], ...] = (
        ("CreateUser", name, user),
        ("CreateLoginProfile", name | {"passwordResetRequired": True}, None),
        ("AddUserToGroup", name | {"groupName": of.team}, None),
        ("CreateAccessKey", name, key),
    )
    if not at_once:
        steps = (
            ("ListAccessKeys", name, None),
            ("UpdateAccessKey", name | {"accessKeyId": of.known.access_key, "status": "Inactive"}, None),
            ("DeleteLoginProfile", name, None),
            ("RemoveUserFromGroup", name | {"groupName": of.team}, None),
            ("DeleteAccessKey", name | {"accessKeyId": of.known.access_key}, None),
            ("DeleteUser", name, None),
        )
    for action, request, response in steps:
        book.aws(at, held, Call("iam", action, request), response)
        at += book.rng.randrange(6_000, 40_000)
