"""Envelopes: what is inside, what deviates and how it is named; what is claimed never puts anything inside."""

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.envelopes import (
    anchored,
    expects_console,
    find,
    is_break_glass,
    is_trusted,
    issuer_bound,
    judge,
    matches,
)
from analytic.identity import actor_of
from analytic.patterns import Globs, check_glob, networks_of
from analytic.policy import DAY, HOUR, Policy
from analytic.policy_entries import Envelope, Schedule
from schemas.records import ApiEvent
from tests import make

ROLE = f"arn:aws:iam::{make.ACCOUNT}:role/ci"
RUNNERS = "198.51.100.0/24"
TERRAFORM: dict[str, Any] = {"interface": "iac", "client": "Terraform/1", "user_agent": "Terraform/1.9.0"}
SUNDAY = 5 * DAY  # T0 is Tuesday 2026-03-03T08:00Z.


def envelope(**bounds: Any) -> Envelope:
    fields: dict[str, Any] = {"name": "deploy", "owner": "platform", "identities": (ROLE,), "networks": (RUNNERS,)}
    return Envelope(**(fields | bounds))


def by_ci(call: str = "ec2:RunInstances", at: int = 0, **fields: Any) -> ApiEvent:
    return make.by_role("e1", at, call, "ci", "build-7", "ASIACI", **(TERRAFORM | fields))


def deviations(bounds: Envelope, event: ApiEvent) -> list[str]:
    return judge(bounds, actor_of(event), event)


def test_a_call_within_all_bounds_is_inside() -> None:
    whole = envelope(
        interfaces=("iac",),
        user_agent=("Terraform",),
        credential_type=("temporary",),
        services=("ec2",),
        actions=("iam:Get*",),
        schedule=Schedule(("mon-fri",), "07:00-19:00", "Europe/Berlin"),
        expires="2026-03-03",
    )
    assert deviations(whole, by_ci()) == []


@pytest.mark.parametrize(
    ("bounds", "outside", "inside", "said"),
    [
        (
            {},
            {"source_ip": make.CAFE},
            {"source_ip": "198.51.100.200"},
            "network 203.0.113.0/24 is none of the envelope's",
        ),
        (
            {"networks": ("AS64500",)},
            {"asn": 64501, "source_ip": make.CAFE},
            {"asn": 64500, "source_ip": make.CAFE},
            "network 203.0.113.0/24 (AS64501) is none of the envelope's",
        ),
        (
            {"networks": ("gcp",)},
            {"cloud": "aws", "source_ip": make.CAFE},
            {"cloud": "gcp", "source_ip": make.CAFE},
            "network 203.0.113.0/24 is none of the envelope's",
        ),
        (
            {"networks": ("2001:db8::/40",)},
            {"source_ip": "2001:db8:100::1"},
            {"source_ip": "2001:db8:ff::1"},
            "network 2001:db8:100::/48 is none of the envelope's",
        ),
        (
            {"networks": ("10.0.0.0/8", "vpce-0123456789abcdef0")},
            {"source_ip": "10.1.2.3", "vpc_endpoint": "vpce-0fedcba9876543210"},
            {"source_ip": "10.1.2.3", "vpc_endpoint": "vpce-0123456789abcdef0"},
            "endpoint vpce-0fedcba9876543210 is none of the envelope's",
        ),
        ({}, {"source_ip": None}, {}, "network unknown is none of the envelope's"),
        (
            {"credential_type": ("temporary",)},
            {"credential_type": "console_session"},
            {},
            "credential console_session is none of the envelope's",
        ),
        (
            {"interfaces": ("iac", "cli")},
            {"interface": "console"},
            {"interface": "cli"},
            "interface console is none of the envelope's",
        ),
        (
            {"user_agent": ("terraform",)},
            {"client": "aws-cli/2"},
            {"client": "Terraform/2"},
            "client aws-cli/2 is none of the envelope's",
        ),
        (
            {"user_agent": ("aws-cli/2",)},
            {"client": "aws-cli/1"},
            {"client": "aws-cli/2"},
            "client aws-cli/1 is none of the envelope's",
        ),
        ({"user_agent": ("Terraform",)}, {"client": None}, {}, "client unknown is none of the envelope's"),
        (
            {"expires": "2026-03-02"},
            {"time": make.T0 - 8 * HOUR},
            {"time": make.T0 - 8 * HOUR - 1},
            "the envelope expired on 2026-03-02",
        ),
        (
            {"schedule": Schedule(days=("mon-sat",))},
            {"time": make.T0 + SUNDAY},
            {"time": make.T0 + SUNDAY - DAY},
            "outside its schedule: Sunday 08:00 UTC",
        ),
        (
            {"schedule": Schedule(hours="09:00-17:00", timezone="Asia/Tokyo")},
            {},
            {"time": make.T0 - HOUR},
            "outside its schedule: Tuesday 17:00 Asia/Tokyo",
        ),
    ],
)
def test_each_bound_names_what_leaves_it_and_is_silent_inside(
    bounds: dict[str, Any], outside: dict[str, Any], inside: dict[str, Any], said: str
) -> None:
    assert deviations(envelope(**bounds), make.changed(by_ci(), outside)) == [said]
    assert deviations(envelope(**bounds), make.changed(by_ci(), inside)) == []


@pytest.mark.parametrize(
    ("services", "actions", "outside", "inside", "said"),
    [
        (("ec2",), (), "iam:CreateUser", "ec2:RunInstances", "service iam is none of the envelope's"),
        ((), ("ec2:Describe*",), "ec2:RunInstances", "ec2:DescribeHosts", "action ec2:RunInstances is none of the"),
        ((), ("ec2:Describe*",), "s3:ListBuckets", "ec2:DescribeHosts", "service s3 is none of the envelope's"),
        (("s3", "ec2"), ("ec2:Describe*",), "ec2:RunInstances", "s3:PutObject", "action ec2:RunInstances is none"),
        (("Microsoft.*",), (), "iam:CreateUser", "microsoft.compute:X/write", "service iam is none of the"),
        ((), ("ec2:describe*",), "ec2:RunInstances", "ec2:DescribeHosts", "action ec2:RunInstances is none of the"),
    ],
)
def test_services_and_actions_are_the_calls_that_are_expected(
    services: tuple[str, ...], actions: tuple[str, ...], outside: str, inside: str, said: str
) -> None:
    bounds = envelope(services=services, actions=actions)
    (found,) = deviations(bounds, by_ci(outside))
    assert found.startswith(said)
    assert deviations(bounds, by_ci(inside)) == []


def test_case_is_folded_in_ascii_alone() -> None:
    """U+017F is a lower-case s to Unicode, and no s to any cloud."""
    assert deviations(envelope(services=("s3",)), by_ci("\u017f3:PutObject"))
    assert not deviations(envelope(services=("s3",)), by_ci("S3:PutObject"))


def test_several_deviations_are_all_named() -> None:
    found = deviations(envelope(services=("ec2",), expires="2026-01-31"), by_ci("iam:CreateUser", source_ip=make.CAFE))
    assert found == [
        "the envelope expired on 2026-01-31",
        "network 203.0.113.0/24 is none of the envelope's",
        "service iam is none of the envelope's",
    ]


def test_a_run_over_midnight_counts_to_the_day_it_began() -> None:
    night = envelope(schedule=Schedule(("fri",), "22:00-04:00"))
    midnight = make.T0 - 8 * HOUR + 4 * DAY  # Saturday
    inside = [midnight - 2 * HOUR, midnight, midnight + 4 * HOUR - 1]
    outside = [midnight - 2 * HOUR - 1, midnight + 4 * HOUR, midnight + 22 * HOUR, midnight - 24 * HOUR]
    assert [deviations(night, make.changed(by_ci(), {"time": time})) for time in inside] == [[], [], []]
    assert all(deviations(night, make.changed(by_ci(), {"time": time})) for time in outside)


def test_an_hour_is_the_zones_own_through_the_change_of_clocks() -> None:
    """Berlin: 08:30 local is 07:30 UTC on 2026-03-28, and 06:30 UTC on the 29th, after the clocks went forward."""
    morning = envelope(schedule=Schedule(hours="08:00-09:00", timezone="Europe/Berlin"))
    before, after = make.T0 - 30 * make.MINUTE + 25 * DAY, make.T0 - 90 * make.MINUTE + 26 * DAY
    assert deviations(morning, make.changed(by_ci(), {"time": before})) == []
    assert deviations(morning, make.changed(by_ci(), {"time": after})) == []
    assert deviations(morning, make.changed(by_ci(), {"time": after + HOUR})) != []


def test_a_forged_user_agent_changes_nothing() -> None:
    """Whatever an attacker with another identity or from another network claims to be, the verdict is the same."""
    bounds = envelope(user_agent=("Terraform",), interfaces=("iac",))
    for event in (by_ci(source_ip=make.CAFE), make.by_user("e1", 0, "iam:CreateUser", "mallory", source_ip=make.CAFE)):
        forged = make.changed(event, TERRAFORM)
        assert deviations(bounds, forged)
        assert matches(bounds, actor_of(event), event) == matches(bounds, actor_of(forged), forged)
    policy = Policy(automation=(bounds,))
    mallory = make.by_user("e1", 0, "iam:CreateUser", "mallory", **TERRAFORM)
    assert find(policy, actor_of(mallory), mallory) is None


def test_an_envelope_of_claims_alone_never_puts_anything_inside() -> None:
    """The loader refuses it; made by hand, it deviates."""
    claims = envelope(networks=(), user_agent=("Terraform",), interfaces=("iac",))
    assert not anchored(claims)
    assert deviations(claims, by_ci()) == [
        "the envelope names nothing but what a caller can claim: it needs networks or credential_type"
    ]
    assert deviations(envelope(networks=(), credential_type=("temporary",)), by_ci()) == []


@pytest.mark.parametrize(
    ("identity", "bound"),
    [
        ("aws:arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com:*", True),
        ("gcp:principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/*", True),
        ("*oidc-provider/token.actions.githubusercontent.com:*", False),
        ("aws:arn:aws:iam::111122223333:oidc-provider/*", False),
        (ROLE, False),
        ("ci", False),
    ],
)
def test_an_identity_is_certain_where_its_issuer_stands_before_any_wildcard(identity: str, bound: bool) -> None:
    assert issuer_bound(identity) is bound
    assert anchored(envelope(identities=(identity,), networks=())) is bound


def test_a_disputed_claim_deviates() -> None:
    disputed = by_ci(interface_conflict="the user agent claims Terraform, the record a console session")
    said = "what it claims to be is disputed: the user agent claims Terraform, the record a console session"
    assert deviations(envelope(interfaces=("iac",)), disputed) == [said]
    assert deviations(envelope(), disputed) == []


def test_a_service_acting_for_the_automation_shows_no_network_or_program() -> None:
    service = {
        "source_ip": None,
        "source_service": "cloudformation.amazonaws.com",
        "interface": "service",
        "client": None,
    }
    bounds = envelope(interfaces=("iac",), user_agent=("Terraform",), services=("ec2",))
    assert deviations(bounds, by_ci(**service)) == []
    assert deviations(bounds, by_ci("iam:CreateUser", **service)) == ["service iam is none of the envelope's"]


def test_a_service_between_that_shows_the_callers_address_hides_no_network() -> None:
    forwarded = by_ci(source_ip=make.CAFE, invoked_by="cloudformation.amazonaws.com")
    assert deviations(envelope(), forwarded) == ["network 203.0.113.0/24 is none of the envelope's"]


def test_an_arn_without_its_session_is_compared_as_it_is() -> None:
    event = by_ci(principal_arn=ROLE, issuer=None)
    assert matches(envelope(identities=(ROLE,)), actor_of(event), event)
    assert not matches(envelope(identities=(f"{ROLE}-other",)), actor_of(event), event)


def test_a_user_agent_that_claims_to_be_a_service_hides_no_network() -> None:
    claimed = by_ci(source_ip=make.CAFE, interface="service", client=None, user_agent="ec2.amazonaws.com")
    assert deviations(envelope(), claimed) == ["network 203.0.113.0/24 is none of the envelope's"]


@pytest.mark.parametrize(
    ("identity", "fits"),
    [
        (ROLE, True),
        ("ci", True),
        ("CI", False),
        ("aws:AROACI*", True),
        ("AROACI*", True),
        (f"arn:aws:sts::{make.ACCOUNT}:assumed-role/ci/*", True),
        (f"arn:aws:sts::{make.ACCOUNT}:assumed-role/ci/build-*", True),
        (f"arn:aws:sts::{make.ACCOUNT}:assumed-role/ci/release-*", False),
        (f"arn:aws:sts::{make.ACCOUNT}:assumed-role/ci/?", False),
        ("arn:aws:iam::444455556666:role/ci", False),
        ("*build*", False),
        ("*/build-7", False),
    ],
)
def test_identities_are_names_that_the_caller_cannot_choose(identity: str, fits: bool) -> None:
    event = by_ci()
    assert matches(envelope(identities=(identity,)), actor_of(event), event) is fits


def test_a_session_name_is_the_callers_text_and_fits_no_wildcard() -> None:
    """Anybody who may assume a role names the session: this one is not the pipeline."""
    lookalike = make.by_role("e1", 0, "iam:CreateUser", "reader", "role/ci-terraform", "ASIAX")
    for identity in ("*terraform*", "*:role/ci*", "*ci-terraform"):
        assert not matches(envelope(identities=(identity,)), actor_of(lookalike), lookalike)
    assert matches(envelope(identities=("reader",)), actor_of(lookalike), lookalike)


def test_a_federated_users_name_is_its_makers_text() -> None:
    fields: dict[str, Any] = {
        "principal_type": "FederatedUser",
        "principal_id": f"{make.ACCOUNT}:ci",
        "principal_name": "ci",
        "principal_arn": f"arn:aws:sts::{make.ACCOUNT}:federated-user/ci",
        "session_name": "ci",
        "issuer": f"arn:aws:iam::{make.ACCOUNT}:user/mallory",
        "issuer_id": "AIDAMALLORY",
    }
    event = make.changed(make.by_user("e1", 0, "iam:CreateUser", "mallory"), fields)
    assert not matches(envelope(identities=("ci",)), actor_of(event), event)
    assert matches(envelope(identities=("mallory",)), actor_of(event), event)


def test_the_actor_behind_a_role_leads_to_its_envelope_too() -> None:
    person = actor_of(make.by_user("e0", 0, "sts:AssumeRole"))
    event = by_ci()
    assert matches(envelope(identities=(person.id,)), person, event)
    assert matches(envelope(identities=("alice",)), person, event)
    assert not matches(envelope(identities=("bob",)), person, event)


def test_google_and_entra_identities_fit_by_id_and_name() -> None:
    build = "build@example-project.iam.gserviceaccount.com"
    google = make.by_google("e1", 0, "storage:storage.objects.get", build)
    entra = make.by_entra("e1", 0, "microsoft.graph:GET /v1.0/users", "alice")
    assert matches(envelope(identities=(build,)), actor_of(google), google)
    assert matches(envelope(identities=("gcp:*@example-project.iam.gserviceaccount.com",)), actor_of(google), google)
    assert matches(envelope(identities=("azure:oid-alice",)), actor_of(entra), entra)
    assert not matches(envelope(identities=("azure:oid-alice",)), actor_of(google), google)


def test_find_takes_the_envelope_with_the_fewest_deviations_and_of_equals_the_first() -> None:
    wide = envelope(name="wide", services=("iam",), expires="2026-01-31")
    near = envelope(name="near", services=("ec2",))
    same = envelope(name="same", services=("ec2",))
    other = envelope(name="other", identities=("bob",))
    event = by_ci()
    policy = Policy(automation=(other, wide, near, same))
    assert find(policy, actor_of(event), event) == (near, [])
    assert find(policy, actor_of(event), make.changed(event, {"source_ip": make.CAFE})) == (
        near,
        ["network 203.0.113.0/24 is none of the envelope's"],
    )


def test_find_gives_nothing_for_identities_that_nobody_documented() -> None:
    event = make.by_user("e1", 0, "ec2:RunInstances")
    assert find(Policy(automation=(envelope(),)), actor_of(event), event) is None
    assert find(Policy(), actor_of(event), event) is None


def test_break_glass_is_in_no_envelope() -> None:
    event = by_ci()
    policy = Policy(automation=(envelope(),), break_glass=(ROLE,))
    assert is_break_glass(policy, actor_of(event), event)
    assert find(policy, actor_of(event), event) is None
    assert not is_break_glass(Policy(break_glass=("other",)), actor_of(event), event)
    assert not is_break_glass(Policy(), actor_of(event), event)


def test_trusted_networks_and_expected_consoles_are_found() -> None:
    event = by_ci()
    policy = Policy(trusted_networks=(RUNNERS, "AS64500"), console_expected=("ci",))
    assert is_trusted(policy, event)
    assert is_trusted(policy, make.changed(event, {"source_ip": make.CAFE, "asn": 64500}))
    assert not is_trusted(policy, make.changed(event, {"source_ip": make.CAFE}))
    assert not is_trusted(Policy(), event)
    assert expects_console(policy, actor_of(event), event)
    assert not expects_console(Policy(), actor_of(event), event)


def test_a_policy_travels_to_workers() -> None:
    policy = Policy(automation=(envelope(schedule=Schedule(timezone="Europe/Berlin")),))
    event = by_ci()
    there = pickle.loads(pickle.dumps(policy))
    assert there == policy
    assert find(there, actor_of(event), event) == find(policy, actor_of(event), event)


def test_hostile_names_are_shown_short_on_one_line() -> None:
    hostile = "\x1b[31m\n\u202e" + "x" * 5_000
    (found,) = deviations(envelope(services=("ec2",)), by_ci(f"{hostile}:y"))
    assert found.isprintable()
    assert len(found) < 250


@given(st.text(max_size=40), st.integers(-(2**70), 2**70), st.sampled_from(["aws", "gcp", "azure", "okta"]))
def test_no_text_or_time_of_a_log_breaks_the_judge(text: str, time: int, provider: str) -> None:
    fields = dict.fromkeys(
        (
            *("principal_id", "principal_name", "principal_arn", "issuer", "session_name", "source_ip", "client"),
            *("vpc_endpoint", "service", "action", "interface_conflict"),
        ),
        text,
    )
    event = make.changed(by_ci(), fields | {"time": time, "provider": provider})
    bounds = envelope(
        identities=("*a*", text[:9] or "b"), user_agent=("*",), actions=("e*:*",), schedule=Schedule(("mon",))
    )
    found = judge(bounds, actor_of(event), event)
    assert all(line.isprintable() for line in found)
    assert len(found) < 12


@given(st.text(alphabet="ab*?[]!-", min_size=1, max_size=20), st.text(alphabet="ab[]!-", max_size=20))
def test_a_glob_means_what_fnmatchcase_says(glob: str, text: str) -> None:
    from fnmatch import fnmatchcase

    try:
        check_glob(glob)
    except ValueError:
        return
    assert Globs((glob, "never")).match(text) == (fnmatchcase(text, glob) or text == "never")


def test_a_hostile_text_costs_a_glob_no_time() -> None:
    """Sixteen wildcards against a long text that nearly fits: without atomic groups this would take years."""
    assert not Globs(("*a" * 16 + "b",)).match("a" * 2_048)
    assert not Globs(("*",)).match("a" * 2_049)


@given(st.lists(st.ip_addresses(v=4), min_size=1, max_size=6), st.integers(20, 32), st.ip_addresses(v=4))
def test_networks_hold_what_ipaddress_says(bases: list, length: int, address: Any) -> None:
    from ipaddress import ip_network

    blocks = [ip_network((int(base), length), strict=False) for base in bases]
    networks = networks_of(tuple(map(str, blocks)))
    for one in (address, blocks[0][0], blocks[0][-1]):
        assert networks.holds(str(one)) == any(one in block for block in blocks)
        around = ip_network((int(one), 24), strict=False)
        assert networks.touches(str(around)) == any(around.overlaps(block) for block in blocks)
    assert not networks.holds("2001:db8::1")
    assert not networks.touches("2001:db8::/48")
