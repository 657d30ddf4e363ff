"""One Okta log event to one ApiEvent: whole golden events, then one field at a time, then bad input."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context import action as actions
from analytic.sources import okta
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from schemas.records import ApiEvent, Issued
from tests.sources.entra_records import ORIGIN, encoded, lowered, parsed, recognised, shown
from tests.sources.okta_records import ALICE, APP_TARGETS, BROWSER, SESSION, SYSTEM, event

TOKEN = "00Texampletoken00001"


def classified(action: str) -> dict[str, Any]:
    """What the classification of actions says of it, which is not this source's matter."""
    act = actions.classify("okta", "okta", action)
    found = {"access": act.access, "stage": act.stage, "technique": act.technique, "action_basis": act.basis}
    return {name: value for name, value in found.items() if value not in (None, "unknown")}


def event_of(event_type: str = "user.authentication.sso", **fields: Any) -> ApiEvent:
    return parsed(okta, event(event_type, **fields))


# Reviewed against Okta's System Log API, LogEvent object.
SSO: dict[str, Any] = {
    "event_id": "00000000-0000-11ef-8000-000000000001",
    "time": 1_722_587_004_123_000,
    "provider": "okta",
    "log_class": "signin",
    "service": "okta",
    "action": "user.authentication.sso",
    "principal_id": ALICE,
    "principal_type": "User",
    "principal_name": "alice@example.com",
    "credential_id": SESSION,
    "credential_type": "console_session",
    "issued": {
        "credential_id": None,
        "principal_id": None,
        "expires": None,
        "issued_to": None,
        "session_id": None,
        "known_as": "person:alice@example.com",
        "delegates": [],
    },
    "source_ip": "203.0.113.9",
    "asn": 64500,
    "as_org": "example networks",
    "interface": "browser",
    "user_agent": BROWSER,
    "client": "Chrome/120",
    "os": "macos",
    "resources": ["0oaexampleaws0000001", "AWS IAM Identity Center", "0uaexamplealice00001", "Alice Example"],
    "origin": ORIGIN,
    "latitude": 46.2,
    "longitude": 6.15,
    "session_id": SESSION,
}


@pytest.mark.parametrize("record", [event(), lowered(event())], ids=["api", "lower"])
def test_a_sign_on_to_an_app_gives_the_same_whole_event_in_every_writing(record: Any) -> None:
    assert shown(parsed(okta, record)) == SSO | classified("user.authentication.sso")


# Reviewed against the System Log API, Transaction object (requestApiTokenId), and "Event types".
def test_an_api_tokens_call_is_the_tokens_not_its_passing_sessions() -> None:
    record = event(
        "group.user_membership.add",
        client={"userAgent": {"rawUserAgent": None, "os": "Unknown", "browser": "UNKNOWN"}, "ipAddress": "2001:db8::9"},
        authenticationContext={"externalSessionId": "trsExampleSession00001"},
        transaction={"type": "WEB", "id": "W1", "detail": {"requestApiTokenId": TOKEN}},
        securityContext={"asNumber": None, "asOrg": None},
        device={"id": "guoexampledevice0001", "name": "LAPTOP-1"},
        target=[
            {"id": "00gexamplegroup00001", "type": "UserGroup", "alternateId": "unknown", "displayName": "Admins"},
            {"id": "00uexamplebob0000001", "type": "User", "alternateId": "bob@example.com", "displayName": "unknown"},
        ],
    )
    found = shown(parsed(okta, record))
    for name in ("interface", "client", "os"):
        found.pop(name, None)
    assert found == classified("group.user_membership.add") | {
        "event_id": "00000000-0000-11ef-8000-000000000001",
        "time": 1_722_587_004_123_000,
        "provider": "okta",
        "log_class": "management",
        "service": "okta",
        "action": "group.user_membership.add",
        "principal_id": ALICE,
        "principal_type": "User",
        "principal_name": "alice@example.com",
        "credential_id": TOKEN,
        "credential_type": "long_term",
        "source_ip": "2001:db8::9",
        "resources": ["00gexamplegroup00001", "Admins", "00uexamplebob0000001", "bob@example.com"],
        "origin": ORIGIN,
        "home": "device",
    }


def test_a_new_api_token_is_issued_by_the_session_that_made_it() -> None:
    made = event_of("system.api_token.create", target=[{"id": TOKEN, "type": "Token", "displayName": "deploy"}])
    assert (made.issued, made.credential_id, made.log_class) == (Issued(TOKEN, ALICE), SESSION, "management")
    failed = event_of("system.api_token.create", target=[{"id": TOKEN, "type": "Token"}], outcome={"result": "FAILURE"})
    assert failed.issued is None


@pytest.mark.parametrize(
    ("target", "actor_login", "expected"),
    [
        (APP_TARGETS, "ALICE@EXAMPLE.COM", "person:alice@example.com"),
        (
            [{"type": "AppUser", "alternateId": "alice@apps.example.com"}],
            "alice@example.com",
            "person:alice@apps.example.com",
        ),
        ([{"type": "AppUser", "alternateId": "alice"}], "Alice@Example.com", "person:alice@example.com"),
        ([{"type": "AppUser", "alternateId": None}], "alice@example.com", "person:alice@example.com"),
        (None, "alice@example.com", "person:alice@example.com"),
        ([{"type": "AppUser", "alternateId": "alice"}], "alice", None),
    ],
)
def test_a_sign_on_gives_the_name_by_which_the_app_knows_the_person(
    target: Any, actor_login: str, expected: Any
) -> None:
    made = event_of(target=target, actor={"id": ALICE, "type": "User", "alternateId": actor_login})
    assert (made.issued and made.issued.known_as) == expected


def test_only_a_sign_on_to_an_app_names_the_person_elsewhere() -> None:
    assert event_of("user.session.start").issued is None
    assert event_of(outcome={"result": "FAILURE", "reason": "Access denied"}).issued is None


@pytest.mark.parametrize(
    ("event_type", "outcome", "expected"),
    [
        ("user.session.start", {"result": "SUCCESS"}, ("success", None)),
        (
            "user.session.start",
            {"result": "FAILURE", "reason": "INVALID_CREDENTIALS"},
            ("denied", "INVALID_CREDENTIALS"),
        ),
        ("user.authentication.auth_via_mfa", {"result": "FAILURE"}, ("denied", "FAILURE")),
        ("policy.evaluate_sign_on", {"result": "ALLOW", "reason": "Sign-on policy evaluation"}, ("success", None)),
        ("policy.evaluate_sign_on", {"result": "CHALLENGE", "reason": "needs a factor"}, ("error", "needs a factor")),
        ("policy.evaluate_sign_on", {"result": "DENY"}, ("denied", "DENY")),
        ("app.generic.unauth_app_access_attempt", {"result": "FAILURE"}, ("denied", "FAILURE")),
        ("group.privilege.grant", {"result": "FAILURE"}, ("error", "FAILURE")),
        (
            "group.privilege.grant",
            {"result": "FAILURE", "reason": "Permission denied"},
            ("denied", "Permission denied"),
        ),
        ("user.lifecycle.create", {"result": "SKIPPED"}, ("error", "SKIPPED")),
        ("user.lifecycle.create", {"result": "UNKNOWN"}, ("error", "UNKNOWN")),
        ("user.lifecycle.create", None, ("success", None)),
    ],
)
def test_the_outcome_is_a_refusal_a_further_step_or_done(event_type: str, outcome: Any, expected: Any) -> None:
    made = event_of(event_type, outcome=outcome)
    assert (made.outcome, made.error_code) == expected


@pytest.mark.parametrize(
    ("event_type", "log_class"),
    [
        ("user.session.start", "signin"),
        ("user.session.access_admin_app", "signin"),
        ("user.authentication.auth_via_IDP", "signin"),
        ("policy.evaluate_sign_on", "signin"),
        ("app.oauth2.authorize.code", "signin"),
        ("app.oauth2.token.grant.access_token", "signin"),
        ("app.oauth2.client.lifecycle.create", "management"),
        ("policy.lifecycle.update", "management"),
        ("user.lifecycle.create", "management"),
        ("application.lifecycle.update", "management"),
        ("zone.update", "management"),
        ("system.idp.lifecycle.create", "management"),
        ("security.threat.detected", "management"),
    ],
)
def test_sign_ins_are_told_from_changes(event_type: str, log_class: str) -> None:
    assert event_of(event_type).log_class == log_class


def test_a_second_factor_is_seen_where_it_was_shown() -> None:
    assert event_of("user.authentication.auth_via_mfa").mfa is True
    assert (
        event_of("user.session.start", authenticationContext={"authenticationProvider": "FACTOR_PROVIDER"}).mfa is True
    )
    assert event_of("user.session.start").mfa is None
    assert event_of("user.authentication.auth_via_mfa", outcome={"result": "FAILURE"}).mfa is None


@pytest.mark.parametrize(
    ("event_type", "fields"),
    [
        ("system.email.delivery", {"client": None, "authenticationContext": {}}),
        (
            "system.agent.ad.read_ldap",
            {"client": {"ipAddress": None}, "authenticationContext": {"externalSessionId": "unknown"}},
        ),
    ],
)
def test_oktas_own_housekeeping_is_left_out(event_type: str, fields: dict[str, Any]) -> None:
    record = event(event_type, actor=SYSTEM, **fields)
    assert recognised(record) == [okta]
    assert okta.parse(encoded(record), ORIGIN) == Ignored("okta_system")
    assert okta.IGNORED == ("okta_system",)


@pytest.mark.parametrize(
    ("event_type", "fields"),
    [
        ("user.session.start", {"outcome": {"result": "FAILURE", "reason": "VERIFICATION_ERROR"}}),
        ("system.email.challenge_factor_redeemed", {}),
        ("system.email.delivery", {"client": None}),
        ("support.org.update", {"client": None, "authenticationContext": {}}),
        ("user.lifecycle.deactivate", {"client": None, "authenticationContext": None}),
    ],
)
def test_what_a_request_or_a_session_caused_stays_an_event_of_the_service(
    event_type: str, fields: dict[str, Any]
) -> None:
    made = event_of(event_type, actor=SYSTEM, **fields)
    assert (made.principal_type, made.principal_name) == ("Service", "system@okta.com")


def test_a_persons_system_event_is_the_persons() -> None:
    assert event_of("system.api_token.revoke", client=None, authenticationContext=None).principal_type == "User"


def test_an_application_and_an_address_are_told_from_persons() -> None:
    app = event_of(
        "app.oauth2.token.grant.access_token", actor={"id": "0oa1", "type": "PublicClientApp", "alternateId": "0oa1"}
    )
    assert (app.principal_type, app.principal_id, app.credential_type) == ("Client", "0oa1", "access_token")
    nobody = event_of(
        "security.threat.detected",
        actor={"id": "203.0.113.9", "type": "IP address", "alternateId": "unknown", "displayName": "203.0.113.9"},
        authenticationContext={},
    )
    assert (nobody.principal_type, nobody.principal_id, nobody.principal_name) == ("unknown", None, None)
    assert (nobody.credential_id, nobody.credential_type) == (None, "unknown")


def test_a_countrys_full_name_is_no_code() -> None:
    place = {"country": "Switzerland", "geolocation": {"lat": 46.2, "lon": 6.15}}
    assert event_of(client={"geographicalContext": place}).country is None
    assert event_of(client={"geographicalContext": place | {"country": "CH"}}).country == "CH"


@pytest.mark.parametrize("place", [{"lat": 146.2, "lon": 6.15}, {"lat": 46.2}, {"lat": True, "lon": 6}, "there", None])
def test_a_place_that_is_none_gives_no_degrees(place: Any) -> None:
    made = event_of(client={"geographicalContext": {"geolocation": place}})
    assert (made.latitude, made.longitude) == (None, None)


@pytest.mark.parametrize("number", ["64500", 0, -1, 2**32, 1.5, True, None])
def test_what_is_no_number_of_a_system_is_left_out(number: Any) -> None:
    assert event_of(securityContext={"asNumber": number}).asn is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"[]", "not a JSON object"),
        (b"{}", "no eventType"),
        (b'{"eventType": "user.session.start", "uuid": "1"}', "published is no time: 'None'"),
        (b'{"eventType": "user.session.start", "published": "redacted"}', "published is no time: 'redacted'"),
        (b'{"actor":' + b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_log_event_says_why_in_one_line(data: bytes, error: str) -> None:
    with pytest.raises(ParseError, match=error) as raised:
        okta.parse(data, ORIGIN)
    assert "\n" not in str(raised.value)


def test_rows_of_other_logs_are_not_taken_for_log_events() -> None:
    for record in (
        {
            "eventType": "system.api_token.create",
            "actorId": "a@example.com",
            "result": "SUCCESS",
            "p_event_time": "2024-01-15",
        },
        {"user_email": "a@example.com", "baseline_total_events": 1},
        {"eventVersion": "1.08", "eventType": "AwsApiCall", "eventID": "1", "eventName": "RunInstances"},
    ):
        assert recognised(record) == []


def test_hostile_texts_and_lists_are_cut() -> None:
    long = "x" * 100_000
    made = event_of(
        client={"userAgent": {"rawUserAgent": long}},
        target=[{"id": f"{number}{long}", "displayName": long} for number in range(100)],
        authenticationContext={"externalSessionId": long},
        uuid=long,
    )
    assert (len(made.user_agent or ""), len(made.resources), len(made.event_id)) == (1_024, 32, 2_048)
    assert all(len(name) <= 2_048 for name in made.resources)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "result", "userAgent", "geolocation", "detail"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(event())), JSON, max_size=10))
def test_no_value_of_any_field_raises_anything_but_a_parse_error(fields: dict[str, Any]) -> None:
    with contextlib.suppress(ParseError):
        assert isinstance(okta.parse(encoded(event() | fields), ORIGIN), ApiEvent | Ignored)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        okta.parse(data, ORIGIN)
