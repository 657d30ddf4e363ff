"""Peers: who they are, what they are known to do, and what is unheard of among them."""

import msgspec
import pytest

from analytic.analysis import analyse
from analytic.baseline import Baseline, learn
from analytic.fold import Item
from analytic.learning import Learnt, groups_before, rows
from analytic.peers import IDENTITY, groups_of, is_unheard_of, lent_of, role_of, share
from analytic.policy import DAY, HOUR, MINUTE, Policy
from schemas.records import Actor, ApiEvent, Issued
from tests import make
from tests.make import by_google, by_user

POLICY = Policy()
NOW = make.T0
ALICE = Actor("aws:alice", "user", "alice", "111122223333", "aws")
SSO = "arn:aws:iam::{}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Developer_0123456789abcdef"


def group(count: int, facet: tuple[str, str], times: int = 0) -> Baseline:
    """Make a group of so many sessions, of which the first `times` show the facet."""
    found = Baseline()
    for number in range(count):
        learn(found, [facet] if number < times else [("action", "s3:PutObject")], NOW, POLICY.baseline_half_life)
    return found


@pytest.mark.parametrize(
    ("issuer", "role"),
    [
        (SSO.format("111122223333"), "Developer"),
        (SSO.format("444455556666"), "Developer"),
        ("arn:aws:iam::111122223333:role/team/deploy", "deploy"),
        ("arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", None),
        ("projects/1/locations/global/workloadIdentityPools/ci", None),
        (None, None),
    ],
)
def test_a_permission_set_is_one_role_in_all_accounts(issuer: str | None, role: str | None) -> None:
    assert role_of(by_user("a", 0, "s3:ListBuckets", issuer=issuer)) == role


def test_groups_go_from_the_narrowest_to_the_widest() -> None:
    assert groups_of(ALICE, "Developer") == ["peers|role|Developer", "peers|aws|user|111122223333", "peers|aws|user"]
    assert groups_of(ALICE) == ["peers|aws|user|111122223333", "peers|aws|user"]


def test_the_narrower_group_has_the_more_to_say_the_better_it_is_known() -> None:
    act = ("action", "iam:CreateUser")
    wide, known, strange = group(100, act, 0), group(300, act, 150), group(3, act, 2)
    names = groups_of(ALICE, "Admin")
    assert share({"peers|aws|user": wide}, names, act, NOW, POLICY) == 0.0
    well = share({"peers|aws|user": wide, "peers|role|Admin": known}, names, act, NOW, POLICY)
    badly = share({"peers|aws|user": wide, "peers|role|Admin": strange}, names, act, NOW, POLICY)
    assert well > 0.4 > 0.1 > badly > 0.0


def test_unheard_of_is_what_known_peers_do_not_do() -> None:
    act, names = ("action", "iam:CreateUser"), groups_of(ALICE, "Admin")
    assert is_unheard_of({"peers|role|Admin": group(200, act)}, names, act, NOW, POLICY)
    assert is_unheard_of({"peers|role|Admin": group(200, act, 1)}, names, act, NOW, POLICY)
    assert not is_unheard_of({"peers|role|Admin": group(200, act, 3)}, names, act, NOW, POLICY)
    # Of too few sessions nothing is concluded: the wider group is asked, and where there is none, nobody knows.
    assert not is_unheard_of({"peers|role|Admin": group(20, act)}, names, act, NOW, POLICY)
    few = {"peers|role|Admin": group(20, act), "peers|aws|user": group(200, act, 50)}
    assert not is_unheard_of(few, names, act, NOW, POLICY)
    assert not is_unheard_of({}, names, act, NOW, POLICY)


def test_a_file_holds_the_group_of_each_role_that_an_actor_worked_with() -> None:
    baseline = Baseline()
    learn(baseline, [("role", "Developer"), ("action", "s3:PutObject")], NOW, POLICY.baseline_half_life)
    bob = Actor("aws:bob", "user", "bob", "111122223333", "aws")
    found = {row.key: row for row in rows([Learnt(ALICE, baseline), Learnt(bob, baseline)], POLICY)}
    assert set(found) == {"aws:alice", "aws:bob", *groups_of(ALICE, "Developer")}
    assert found["peers|role|Developer"].sessions == 2 * found["aws:alice"].sessions


def admins(days: int, who: str, *calls: str) -> list[ApiEvent]:
    return [
        by_user(f"{who}{day}-{number}", (day - days) * DAY + number * MINUTE, call, who, issuer=SSO)
        for day in range(days)
        for number, call in enumerate(("s3:ListBuckets", *calls))
    ]


def test_what_a_colleague_of_the_same_role_does_is_not_unheard_of() -> None:
    """The same two acts by the same person: whether anybody with the role ever did them decides."""
    acts = [
        by_user("x0", HOUR, "iam:CreateUser", issuer=SSO),
        by_user("x1", HOUR + MINUTE, "iam:CreateLoginProfile", issuer=SSO),
    ]
    alone = [*admins(40, "alice"), *admins(40, "bob")]
    helped = [*admins(40, "alice"), *admins(40, "bob", "iam:CreateUser", "iam:CreateLoginProfile")]
    until = make.T0
    assert "unheard_of" in {one.chain for one in analyse([*alone, *acts], history_until=until)}
    assert "unheard_of" not in {one.chain for one in analyse([*helped, *acts], history_until=until)}
    assert "unheard_of" not in {one.chain for one in analyse([*alone, *acts])}, "without peers nothing is said of them"


def test_history_ends_where_it_ends() -> None:
    """What is not history is not even read."""
    assert groups_before({"aws:alice": [Item(make.T0, "a", msgspec.Raw(b""))]}, make.T0, POLICY) == {}


BUILD = "build@example-project.iam.gserviceaccount.com"
KEY_ID = "key:kid-2"
MADE = "iam:google.iam.admin.v1.CreateServiceAccountKey"


def as_build(id_: str, at: int, key: str, source_ip: str) -> ApiEvent:
    fields = {"credential_id": key, "credential_type": "service_account_key", "source_ip": source_ip}
    return by_google(id_, at, "storage:storage.objects.get", BUILD, **fields)


def renewed(used_from: str) -> list[ApiEvent]:
    """A person makes a new key of a service account that works from the data centre each day; then it is used."""
    issued = Issued(KEY_ID, BUILD)
    return [
        *[as_build(f"b{day}", (day - 40) * DAY, "key:kid-1", make.DATACENTRE) for day in range(40)],
        *[
            by_google(f"a{day}", (day - 40) * DAY, "storage:storage.buckets.list", "alice@example.com")
            for day in range(40)
        ],
        by_google("made", HOUR, MADE, "alice@example.com", issued=issued),
        *[as_build(f"u{number}", HOUR + number * MINUTE, KEY_ID, used_from) for number in range(1, 4)],
    ]


def test_a_renewed_key_that_is_used_where_the_service_account_always_works_did_not_leave() -> None:
    chain = "service_account_key_used"
    assert chain in {one.chain for one in analyse(renewed(make.CAFE), history_until=make.T0)}
    assert chain in {one.chain for one in analyse(renewed(make.DATACENTRE))}, "nobody knows where it works"
    at_home = analyse(renewed(make.DATACENTRE), history_until=make.T0)
    assert chain not in {one.chain for one in at_home}
    assert max((one.score for one in at_home), default=0.0) < POLICY.severity_medium


def test_a_file_holds_what_was_done_as_each_identity_that_is_lent() -> None:
    assert lent_of(as_build("a", 0, KEY_ID, make.CAFE)) == BUILD
    assert lent_of(by_user("a", 0, "s3:ListBuckets")) is None
    baseline = Baseline()
    learn(baseline, [("identity", BUILD), ("network", "192.0.2.0/24")], NOW, POLICY.baseline_half_life)
    assert IDENTITY + BUILD in {row.key for row in rows([Learnt(ALICE, baseline)], POLICY)}


def shared(with_account: str) -> list[ApiEvent]:
    """A person who has worked in two accounts shares a snapshot, from where they always work."""
    days = [
        by_user(f"{account}{day}", (day - 40) * DAY + number * MINUTE, "ec2:DescribeSnapshots", account=account)
        for day in range(40)
        for number, account in enumerate((make.ACCOUNT, "444455556666"))
    ]
    share = by_user("x", HOUR, "ec2:ModifySnapshotAttribute", target_account=with_account, source_ip=make.CAFE)
    return [*days, share]


def test_what_is_shared_with_an_account_of_the_organisation_has_not_left_it() -> None:
    """The account is known by who works there, or the policy says so."""
    assert {one.chain for one in analyse(shared("999988887777"))} == {"shared_out"}
    assert analyse(shared("444455556666")) == []
    assert analyse(shared("999988887777"), Policy(own_accounts=("999988887777",))) == []


def test_a_service_that_colleagues_use_is_no_discovery() -> None:
    services = ("glue", "ecs", "eks", "batch", "ses", "sagemaker", "amplify", "lightsail", "redshift")
    tour = [
        by_user(f"x{number}", HOUR + number * MINUTE, f"{name}:ListAll", issuer=SSO)
        for number, name in enumerate(services)
    ]
    alone = [*admins(40, "alice"), *admins(40, "bob")]
    helped = [*admins(40, "alice"), *admins(40, "bob", *(f"{name}:ListAll" for name in services))]
    assert "service_fan_out" in {one.chain for one in analyse([*alone, *tour], history_until=make.T0)}
    assert "service_fan_out" in {one.chain for one in analyse([*alone, *tour])}, "nobody's colleagues are known"
    assert "service_fan_out" not in {one.chain for one in analyse([*helped, *tour], history_until=make.T0)}
