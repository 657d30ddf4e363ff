"""The person behind, across any number of hops, accounts and clouds. Each firing example has its silent twin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.analysis import follow
from analytic.links import links_of
from analytic.policy import Policy
from schemas.records import ApiEvent, Issued, Step
from tests import make
from tests.make import HOUR, MINUTE, SECOND, by_entra, by_google, by_okta, by_role, by_user, role_assumes, session_arn
from tests.streams import Stream

ALICE = "aws:AIDAALICE000000000000"


def steps(*events: ApiEvent) -> dict[str, Step]:
    return {step.event.event_id: step for step in follow(events)}


def told(step: Step) -> list[tuple[str, str, str, str]]:
    return [(hop.from_, hop.to, hop.how, hop.certainty) for hop in step.hops]


def chain(length: int, at: int = 0) -> list[ApiEvent]:
    """Make a chain: alice assumes role r1, which assumes r2, and so on; the last role's session is used."""
    events = [make.assume("h1", at, "r1", "s", "ASIA1")]
    for number in range(1, length):
        by = (f"r{number}", "s", f"ASIA{number}")
        events.append(role_assumes(f"h{number + 1}", at, by, f"r{number + 1}", "s", f"ASIA{number + 1}"))
    return [*events, by_role("use", at, "iam:ListUsers", f"r{length}", "s", f"ASIA{length}")]


@pytest.mark.parametrize("length", range(1, 17))
def test_a_chain_of_roles_leads_to_its_person_and_shows_each_hop(length: int) -> None:
    """All in one second, as CloudTrail writes it: the ids decide nothing."""
    step = steps(*reversed(chain(length)))["use"]
    assert step.actor.id == ALICE
    assert [hop.event_id for hop in step.hops] == [f"h{number}" for number in range(1, length + 1)]
    assert step.hops[0].from_ == "alice"
    assert all(before.to == after.from_ for before, after in zip(step.hops, step.hops[1:], strict=False))


def test_a_missing_issuing_call_ends_the_chain_at_the_role_that_is_known() -> None:
    events = [event for event in chain(4) if event.event_id != "h2"]
    step = steps(*events)["use"]
    assert (step.actor.type, step.actor.name, [hop.event_id for hop in step.hops]) == ("role", "r2", ["h3", "h4"])


def test_the_issuing_call_may_be_logged_a_little_after_the_use() -> None:
    use = by_role("use", 0, "iam:ListUsers", "r1", "s", "ASIA1")
    assert steps(use, make.assume("h1", 30 * SECOND, "r1", "s", "ASIA1"))["use"].actor.id == ALICE
    assert steps(use, make.assume("h1", 2 * HOUR, "r1", "s", "ASIA1"))["use"].actor.type == "role"


def test_the_two_copies_of_a_cross_account_call_are_one() -> None:
    """The caller's copy shows who called, the other account's copy the issued key."""
    shared = {"shared_event_id": "shared-1"}
    callers = make.assume("caller", 0, "r1", "s", "ASIA1", **shared)
    callers.issued, callers.access = None, "credential"
    others = make.event(
        "other",
        0,
        "sts:AssumeRole",
        principal_type="AWSAccount",
        principal_id="AIDAALICE000000000000",
        issued=Issued("ASIA1", "AROAR1:s"),
        resources=[f"arn:aws:iam::{make.ACCOUNT}:role/r1"],
        **shared,
    )
    use = by_role("use", MINUTE, "iam:ListUsers", "r1", "s", "ASIA1")
    step = steps(callers, others, use)["use"]
    assert (step.actor.id, step.actor.name) == (ALICE, "alice")
    assert all(hop.certainty == "certain" for hop in step.hops)
    alone = steps(others, use)["use"]
    assert (alone.actor.id, alone.actor.name) == (ALICE, "AIDAALICE000000000000")


OUTSIDE = "444455556666"


def let_in(at: int, policy: str = "iam:UpdateAssumeRolePolicy", role: str = "r1") -> ApiEvent:
    """Make alice's change of a role's trust that names another account."""
    named = [role, f"arn:aws:iam::{OUTSIDE}:root"]
    return by_user("open", at, policy, resources=named, target_account=OUTSIDE)


def come_in(at: int, id_: str = "in", role: str = "r1", account: str = OUTSIDE, **fields: str) -> list[ApiEvent]:
    """Make the AssumeRole of somebody in another account, as the role's account logs it, and a use of the session."""
    key = f"ASIA{id_.upper()}"
    assumed = make.event(
        id_,
        at,
        "sts:AssumeRole",
        principal_type="AWSAccount",
        principal_id="AIDAEVE00000000000000",
        principal_account=account,
        source_ip=make.CAFE,
        issued=Issued(key, f"AROA{role.upper()}:s"),
        resources=[f"arn:aws:iam::{make.ACCOUNT}:role/{role}"],
        **fields,
    )
    return [assumed, by_role(f"{id_}-use", at + MINUTE, "iam:ListUsers", role, "s", key, source_ip=make.CAFE)]


@pytest.mark.parametrize("policy", ["iam:UpdateAssumeRolePolicy", "iam:CreateRole"])
@pytest.mark.parametrize("fields", [{}, {"shared_event_id": "shared-1"}])
def test_who_comes_in_from_outside_leads_to_who_opened_the_way(policy: str, fields: dict[str, str]) -> None:
    step = steps(*reversed([let_in(0, policy), *come_in(HOUR, **fields)]))["in-use"]
    assert step.actor.id == ALICE
    assert [(hop.how, hop.certainty) for hop in step.hops] == [
        (policy.removeprefix("iam:"), "probable"),
        ("AssumeRole", "certain"),
    ]


@pytest.mark.parametrize(
    "others",
    [
        come_in(HOUR, role="r2"),
        come_in(HOUR, account="999988887777"),
        come_in(13 * HOUR),
        [*come_in(-HOUR, "before"), *come_in(HOUR)],
    ],
    ids=["another role", "another account", "half a day later", "came in before"],
)
def test_a_way_in_is_one_role_for_one_account_within_hours_and_new(others: list[ApiEvent]) -> None:
    assert steps(let_in(0), *others)["in-use"].actor.name == "AIDAEVE00000000000000"


def test_the_callers_own_copy_says_who_came_in_better_than_who_opened_the_way() -> None:
    own = by_user("copy", HOUR, "sts:AssumeRole", "eve", shared_event_id="shared-1", access="credential")
    step = steps(let_in(0), own, *come_in(HOUR, shared_event_id="shared-1"))["in-use"]
    assert (step.actor.name, [hop.how for hop in step.hops]) == ("eve", ["AssumeRole"])


def test_a_command_on_an_instance_leads_through_the_role_to_the_person() -> None:
    used = by_role("t", 2 * MINUTE, "ssm:SendCommand", "r1", "s", "ASIA1", touched=[make.instance("i-1")])
    stolen = make.by_instance("x", 9 * MINUTE, "s3:ListBuckets", "i-1", "ASIA9", source_ip=make.CAFE)
    home = make.by_instance("a", 0, "s3:GetObject", "i-1", "ASIA9")
    step = steps(home, make.assume("h1", MINUTE, "r1", "s", "ASIA1"), used, stolen)["x"]
    assert step.actor.id == ALICE
    assert told(step) == [("alice", "r1/s", "AssumeRole", "certain"), ("r1/s", "i-1", "SendCommand", "probable")]


def test_a_role_assumed_with_a_stolen_instance_credential_leads_to_the_thief() -> None:
    touch = by_user("t", MINUTE, "ssm:SendCommand", source_ip=make.CAFE, touched=[make.instance("i-1")])
    issued = Issued("ASIA7", "AROADEPLOY:x")
    fields = {"source_ip": make.CAFE, "client": "aws-cli/2", "interface": "cli", "issued": issued}
    assumed = make.by_instance("h", 2 * MINUTE, "sts:AssumeRole", "i-1", "ASIA9", **fields)
    use = by_role("use", 3 * MINUTE, "iam:ListUsers", "deploy", "x", "ASIA7", source_ip=make.CAFE)
    assert steps(touch, assumed, use)["use"].actor.id == ALICE
    at_home = make.by_instance("h", 2 * MINUTE, "sts:AssumeRole", "i-1", "ASIA9", issued=issued)
    assert steps(touch, at_home, use)["use"].actor.type == "workload"


SA1, SA2 = "build@example-project.iam.gserviceaccount.com", "admin@example-project.iam.gserviceaccount.com"


def test_impersonation_is_named_by_the_record_and_shown_by_its_event() -> None:
    token = by_google("t", 0, "iamcredentials:GenerateAccessToken", "alice@example.com", issued=Issued(None, SA1))
    use = by_google("use", MINUTE, "iam:ListRoles", SA1, "alice@example.com")
    step = steps(token, use)["use"]
    assert step.actor.name == "alice@example.com"
    assert [(hop.to, hop.how, hop.event_id) for hop in step.hops] == [(SA1, "GenerateAccessToken", "t")]
    alone = steps(use)["use"]
    assert (alone.actor.name, alone.hops[0].how) == ("alice@example.com", "serviceAccountDelegationInfo")


def test_an_aws_role_session_is_followed_into_google_cloud() -> None:
    """Workload identity federation: the subject is the session's ARN, whose issuing call AWS logged."""
    arn = session_arn("r1", "s")
    subject = f"principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws/subject/{arn}"
    assumed = make.assume("h1", 0, "r1", "s", "ASIA1")
    assumed.issued = Issued("ASIA1", "AROAR1:s", known_as=f"aws:{arn}")
    token = by_google(
        "t", MINUTE, "iamcredentials:GenerateAccessToken", subject, issued=Issued(None, SA1), known_as=[f"aws:{arn}"]
    )
    use = by_google("use", 2 * MINUTE, "iam:ListRoles", SA1, subject)
    step = steps(use, token, assumed)["use"]
    assert step.actor.id == ALICE
    assert [hop.how for hop in step.hops] == ["AssumeRole", "GenerateAccessToken"]
    assert step.hops[0].certainty == "probable"
    assert steps(use, token)["use"].actor.name == arn
    assert (
        steps(by_google("b", MINUTE, "iam:ListRoles", subject, known_as=[f"aws:{arn}"]), assumed)["b"].actor.id == ALICE
    )


def test_a_session_name_that_two_people_used_is_ambiguous_and_says_so() -> None:
    arn = session_arn("r1", "s")
    both = [
        make.assume("h1", 0, "r1", "s", "ASIA1", user="alice"),
        make.assume("h2", MINUTE, "r1", "s", "ASIA2", user="bob"),
    ]
    for event in both:
        assert event.issued is not None
        event.issued = Issued(event.issued.credential_id, event.issued.principal_id, known_as=f"aws:{arn}")
    subject = f"principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws/subject/{arn}"
    token = by_google(
        "t", HOUR, "iamcredentials:GenerateAccessToken", subject, issued=Issued(None, SA1), known_as=[f"aws:{arn}"]
    )
    step = steps(*both, token, by_google("use", HOUR + 1, "iam:ListRoles", SA1, subject))["use"]
    assert step.actor.name == arn
    assert next((hop.certainty, hop.candidates) for hop in step.hops) == ("ambiguous", ["alice", "bob"])


def test_an_entra_sign_in_is_joined_to_azure_by_session_and_by_token() -> None:
    issued = Issued("uti-1", "oid-alice", session_id="sid-1")
    sign_in = by_entra(
        "s", 0, "microsoft.aadiam:Sign-in activity", "alice", log_class="signin", issued=issued, session_id="sid-1"
    )
    by_session = by_entra("a", MINUTE, "microsoft.compute:x/read", "alice", credential_id="uti-9", session_id="sid-1")
    by_token = by_entra("b", MINUTE, "microsoft.compute:x/read", "alice", credential_id="uti-1")
    other = by_entra("c", MINUTE, "microsoft.compute:x/read", "alice", credential_id="uti-2")
    found = steps(sign_in, by_session, by_token, other)
    assert [[hop.event_id for hop in found[id_].hops] for id_ in "abc"] == [["s"], ["s"], []]


def test_okta_to_aws_by_name_and_time_is_a_probable_hop() -> None:
    known = "person:alice@example.com"
    start = by_okta("o1", 0, "okta:user.session.start", "alice")
    sso = by_okta("o2", SECOND, "okta:user.authentication.sso", "alice", issued=Issued(known_as=known))
    saml = make.event(
        "h1",
        5 * SECOND,
        "sts:AssumeRoleWithSAML",
        principal_type="SAMLUser",
        principal_id="abc:alice@example.com",
        principal_name="alice@example.com",
        issued=Issued("ASIA1", "AROAR1:alice@example.com"),
        known_as=[known],
    )
    use = by_role("use", MINUTE, "iam:ListUsers", "r1", "alice@example.com", "ASIA1")
    step = steps(start, sso, saml, use)["use"]
    assert (step.actor.id, step.actor.name) == ("okta:00ualice", "alice@example.com")
    assert [(hop.how, hop.certainty) for hop in step.hops] == [
        ("user.authentication.sso", "probable"),
        ("AssumeRoleWithSAML", "certain"),
    ]
    late = make.changed(saml, {"time": saml.time + HOUR})
    later = make.changed(use, {"time": use.time + HOUR})
    assert steps(sso, late, later)["use"].actor.id == "aws:sso:alice@example.com"


def test_a_job_is_named_by_its_repository_and_what_ran() -> None:
    subject = "repo:example-org/infrastructure:ref:refs/heads/main"
    job = make.event(
        "h1",
        0,
        "sts:AssumeRoleWithWebIdentity",
        principal_type="WebIdentityUser",
        principal_id=f"arn:aws:iam::{make.ACCOUNT}:oidc-provider/token.actions.githubusercontent.com:aud:{subject}",
        principal_name=subject,
        issued=Issued("ASIA1", "AROADEPLOY:ci"),
    )
    step = steps(job, by_role("use", MINUTE, "iam:ListUsers", "deploy", "ci", "ASIA1"))["use"]
    assert (step.actor.type, step.actor.name) == ("federated", "example-org/infrastructure (refs/heads/main)")


def test_console_switch_role_is_joined_by_name() -> None:
    arn = session_arn("admin", "alice")
    switch = by_user("h1", 0, "signin:SwitchRole", credential_id=None, issued=Issued(known_as=f"aws:{arn}"))
    fields = {"session_created": make.T0 + SECOND, "known_as": [f"aws:{arn}"], "interface": "console"}
    use = by_role("use", MINUTE, "iam:ListUsers", "admin", "alice", "ASIA8", **fields)
    step = steps(switch, use)["use"]
    assert (step.actor.id, told(step)) == (ALICE, [("alice", "alice", "SwitchRole", "probable")])


def test_a_service_account_key_is_its_makers_for_a_while_and_then_nobodys() -> None:
    create = by_google(
        "k",
        0,
        "iam:google.iam.admin.v1.CreateServiceAccountKey",
        "alice@example.com",
        issued=Issued("key-1", SA1),
        access="credential",
    )
    fields = {"credential_id": "key-1", "credential_type": "service_account_key"}
    soon = by_google("a", HOUR, "iam:ListRoles", SA1, **fields)
    later = by_google("b", 30 * HOUR, "iam:ListRoles", SA1, **fields)
    found = steps(create, soon, later)
    assert (found["a"].actor.name, found["a"].hops[-1].certainty) == ("alice@example.com", "probable")
    assert (found["b"].actor.type, found["b"].hops) == ("service_account", [])


def test_a_users_own_key_is_the_users_whoever_made_it() -> None:
    made = by_user("k", 0, "iam:CreateAccessKey", issued=Issued("AKIABOB0000000000000", "bob"))
    assert list(links_of(made)) == []


@st.composite
def worlds(draw: st.DrawFn) -> list[ApiEvent]:
    """Draw a few people whose roles assume roles, with names that collide, at times some of which are equal."""
    events = []
    for number in range(draw(st.integers(2, 14))):
        id_ = f"e{number:02}"
        at = draw(st.sampled_from([0, 0, 1, SECOND, MINUTE, 50 * MINUTE, 3 * HOUR]))
        keys = [f"ASIA{index}" for index in range(5)]
        key, other = draw(st.sampled_from(keys)), draw(st.sampled_from(keys))
        role = draw(st.sampled_from(["r1", "r2"]))
        arn = session_arn(role, "s")
        match draw(st.integers(0, 8)):
            case 7:
                event = by_user(
                    id_, at, "iam:CreateRole", target_account=OUTSIDE, resources=[role, f"arn:aws:iam::{OUTSIDE}:root"]
                )
            case 8:
                event = come_in(at, id_, role)[0]
                event.issued = Issued(key, f"AROA{role}:s")
                event.shared_event_id = draw(st.sampled_from([None, "s1"]))
            case 0 | 1:
                user = draw(st.sampled_from(["alice", "bob"]))
                event = make.assume(id_, at, role, "s", key, user=user)
                event.issued = Issued(key, f"AROA{role}:s", known_as=f"aws:{arn}")
                event.shared_event_id = draw(st.sampled_from([None, None, "s1"]))
            case 2 | 3:
                event = role_assumes(id_, at, ("r1", "s", other), role, "s", key)
            case 4:
                event = by_google(id_, at, "iam:ListRoles", f"principal://x/subject/{arn}", known_as=[f"aws:{arn}"])
            case 5:
                fields = {"session_created": make.T0, "known_as": [f"aws:{arn}"]}
                event = by_role(id_, at, "iam:ListUsers", role, "s", key, **fields)
            case _:
                event = by_role(id_, at, "iam:CreateAccessKey", role, "s", key)
        events.append(event)
    return events


def behind(found: list[Step]) -> dict[str, tuple[str, list]]:
    return {step.event.event_id: (step.actor.id, step.hops) for step in found}


@given(worlds(), st.randoms(use_true_random=False), st.data())
@settings(max_examples=200, deadline=None)
def test_a_stream_follows_hops_as_bounded_input_does(events: list[ApiEvent], random, data: st.DataObject) -> None:
    """Shuffled, doubled, in bundles, under a watermark that runs ahead: each late issuing call revises what it changes."""
    arriving = events + random.choices(events, k=len(events) // 2)
    random.shuffle(arriving)
    stream = Stream(Policy())
    watermark = make.T0
    while arriving:
        size = data.draw(st.integers(1, 5))
        bundle, arriving = arriving[:size], arriving[size:]
        stream.bundle(bundle)
        if data.draw(st.booleans()):
            watermark += data.draw(st.sampled_from([1_000, MINUTE, HOUR, 3 * HOUR]))
            stream.watermark(watermark)
    stream.watermark(make.T0 + 12 * HOUR)
    assert behind(stream.steps()) == behind(follow(events))


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_events_of_others_and_their_order_change_nobodys_hops(events: list[ApiEvent], random) -> None:
    others = [
        make.assume("o1", 0, "r9", "t", "ASIAOTHER1", user="carol"),
        by_role("o2", SECOND, "iam:ListUsers", "r9", "t", "ASIAOTHER1"),
        by_google("o3", 0, "iam:ListRoles", "dora@example.com"),
        by_user("o4", MINUTE, "ssm:SendCommand", "erin", touched=[make.instance("i-9")]),
    ]
    mixed = events + others
    random.shuffle(mixed)
    alone = behind(follow(events))
    assert {id_: value for id_, value in behind(follow(mixed)).items() if id_ in alone} == alone
