"""Peers: who they are, what they are known to do, and what is unheard of among them."""

import msgspec
import pytest

from analytic.analysis import analyse
from analytic.baseline import Baseline, learn
from analytic.fold import Item
from analytic.learning import Learnt, groups_before, rows
from analytic.peers import groups_of, is_unheard_of, role_of, share
from analytic.policy import DAY, HOUR, MINUTE, Policy
from schemas.records import Actor, ApiEvent
from tests import make
from tests.make import by_user

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
