"""One person's day: where they work, what they do there in each cloud, and the days that are special."""

from simulator.menus import Call
from simulator.organization import menus_aws, schedule
from simulator.organization.credentials import access_key, new_access_key, rotation_day
from simulator.organization.notebook import Notebook
from simulator.organization.okta_desk import OktaDesk
from simulator.organization.people_aws import AwsDesk
from simulator.organization.people_others import AzureDesk, GoogleDesk
from simulator.organization.schedule import Stint
from simulator.organization.world import HOUR, MINUTE, Person, World
from simulator.randomness import stream

TASKS_AN_HOUR = 7
"""Of somebody whose diligence is 100 %; people's own lie between 30 and 250, half of them below 80."""

_DILIGENCE = (30, 40, 50, 60, 70, 80, 90, 110, 140, 180, 250)
_THINGS = ("orders", "payments", "search", "media", "stream", "reporting", "gateway", "billing", "profile", "catalog")


def own_things(world: World, person: Person) -> tuple[str, ...]:
    """Give the names of the few resources that somebody works with: their team's, by number."""
    rng = stream(world.seed, f"organization/own/{person.number}")
    return tuple(f"{rng.choice(_THINGS)}-{rng.choice(('api', 'worker', 'db'))}-{rng.randrange(4)}" for _ in range(5))


def write_day(book: Notebook, person: Person, day: int, activity: int) -> None:
    """Write a person's day. `activity` is in per cent of the usual amount."""
    world, stints = book.world, schedule.stints(book.world, person, day)
    if not stints:
        return
    own, spot = own_things(world, person), stints[0].spot
    at_okta = OktaDesk(book, person, spot)
    aws = AwsDesk(book, person, day, at_okta, own, spot)
    google, microsoft = GoogleDesk(book, person, at_okta, own, spot), AzureDesk(book, person, at_okta, own, spot)
    work = {"aws": aws.work, "gcp": google.work, "azure": microsoft.work}
    diligence = _DILIGENCE[person.number * 7 % len(_DILIGENCE)]
    for stint in stints:
        at_okta.spot = aws.spot = google.spot = microsoft.spot = stint.spot
        book.scenario = "on-call" if stint.kind == "page" else "new hire" if person.joins == day else "person"
        cursor = stint.start
        for at in _times(book, stint, diligence * activity):
            cloud = book.rng.choice((person.clouds[0], person.clouds[0], book.rng.choice(person.clouds)))
            cursor = work[cloud](max(at, cursor))
        if stint.kind != "page" and stint is stints[-1]:
            cursor = _migrate(book, aws, person, day, max(cursor, stint.end - HOUR), activity)
            _rotate(book, aws, person, day, cursor)


def _times(book: Notebook, stint: Stint, share: int) -> list[int]:
    """Give the times of a stint's tasks: somewhere in it, in order; a page is all work."""
    busy = 3 if stint.kind == "page" else 1
    wanted = stint.minutes * TASKS_AN_HOUR * busy * share // 60
    count = wanted // 10_000 + (book.rng.randrange(10_000) < wanted % 10_000)
    return sorted(book.rng.randrange(stint.start, stint.end) for _ in range(count))


def _migrate(book: Notebook, desk: AwsDesk, person: Person, day: int, at: int, activity: int) -> int:
    """Do what the platform team does in the migration week: services that nobody used before, and many writes."""
    first, last = book.world.migration
    if person.team != "platform" or "aws" not in person.clouds or not first <= day <= last:
        return at
    if not schedule.weekday(day):
        return at
    book.scenario = "migration"
    rng = book.rng
    at, held = desk.hold(at, rng.choice(person.accounts), "cli")
    for number in range(1 + rng.randrange(60) * activity // 100):
        call = rng.choice(menus_aws.MIGRATION)
        book.aws(at, held, menus_aws.filled(call, f"{desk.own[number % len(desk.own)]}-moved-{number}"))
        at += rng.randrange(2_000, 40_000)
    return at


def _rotate(book: Notebook, desk: AwsDesk, person: Person, day: int, at: int) -> None:
    """Replace one's own access key, as the policy asks: create, use the new one, switch off and delete the old one."""
    if rotation_day(book.world, person) != day:
        return
    book.scenario = "key rotation"
    home = next(one for one in person.accounts if one.number == person.known.account)
    at, held = desk.hold(at, home, "cli")
    name = {"userName": person.name}
    old, new = access_key(book.world, person, day), new_access_key(book.world, person)
    book.aws(at, held, Call("iam", "ListAccessKeys", name))
    made = {"accessKey": {"userName": person.name, "accessKeyId": new, "status": "Active"}}
    book.aws(at + 20_000, held, Call("iam", "CreateAccessKey", name), made)
    fresh = type(held)(held.identity | {"accessKeyId": new}, held.account, held.region, held.origin)
    book.aws(at + 3 * MINUTE, fresh, Call("sts", "GetCallerIdentity"))
    off = name | {"accessKeyId": old, "status": "Inactive"}
    book.aws(at + 5 * MINUTE, fresh, Call("iam", "UpdateAccessKey", off))
    book.aws(at + 9 * MINUTE, fresh, Call("iam", "DeleteAccessKey", name | {"accessKeyId": old}))
