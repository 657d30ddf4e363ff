"""Okta System Log: one LogEvent to one ApiEvent.

Format: Okta developer reference, "System Log API", LogEvent object (actor, client, authenticationContext,
securityContext, outcome, target, transaction, device) and "Event types". Products that store the log lower its keys.

Almost everything is an event: sign-ins, what they were refused, and changes by administrators. Left out is Okta's own
housekeeping (mail sent, agents polled, imports run): a `system.` event of the SystemPrincipal that no request caused
("when the event isn't sourced to an HTTP request, the client object field is blank") and no session is behind. With a
client or a session the SystemPrincipal stands for a caller whom Okta does not know yet, a failed sign-in for one: that
stays, as principal_type Service. So do its other events, such as Okta's staff changing an org (support.org.update).
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from analytic.context import action as actions
from analytic.context import interface, network
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_RESOURCES, MAX_TEXT_CHARS, bound, decode_object, items, text
from analytic.sources.times import iso_micros
from schemas.records import ApiEvent, Issued

IGNORED = ("okta_system",)
"""Okta's own housekeeping, which nobody called for."""

MAX_USER_AGENT_CHARS = 1_024

_TYPES = {"User": "User", "SystemPrincipal": "Service", "PublicClientApp": "Client"}

_NOBODY = "IP address"
"""The type of an actor of whom only the address is known (security.threat.detected)."""

_SIGN_INS = (
    *("user.session.", "user.authentication.", "policy.evaluate_sign_on", "app.generic.unauth_app_access_attempt"),
    *(
        "app.oauth2.authorize",
        "app.oauth2.token.",
        "app.oauth2.signon",
        "app.oauth2.as.authorize",
        "app.oauth2.as.token.",
    ),
)
"""How the types begin of events in which somebody signs in, to Okta or through it ("Event types")."""

_SSO = "user.authentication.sso"
_MFA = "user.authentication.auth_via_mfa"
_NEW_TOKEN = "system.api_token.create"  # noqa: S105 (an event type)

_WORKED = frozenset({"SUCCESS", "ALLOW"})
_DENIED = re.compile(r"denied|permission|not allowed|unauthori[sz]ed|forbidden|insufficient", re.IGNORECASE)
_NOTHING = frozenset({"unknown", "null", "none"})
"""What Okta writes for what it does not know."""

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LAST_AS = 2**32 - 1


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record is a LogEvent: an event type and a uuid, beside fields that no other log has."""
    if not _has(fields, "uuid") or not _has(fields, "eventType"):
        return False
    return any(_has(fields, name) for name in ("legacyEventType", "debugContext", "securityContext", "displayMessage"))


def _has(fields: Mapping[str, msgspec.Raw], name: str) -> bool:
    return name in fields or name.lower() in fields


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one LogEvent. `origin` is where it lies: <uri>#<zero-based record number>. Raises ParseError."""
    record = _lowered(decode_object(data))
    event_type = text(record.get("eventtype"))
    if event_type is None:
        raise ParseError("not an Okta log event: no eventType")
    time = _time(record.get("published"))
    actor, client = _lowered(record.get("actor")), _lowered(record.get("client"))
    authentication = _lowered(record.get("authenticationcontext"))
    actor = {} if actor.get("type") == _NOBODY else actor
    kind = _TYPES.get(text(actor.get("type")) or "", "unknown")
    address = text(client.get("ipaddress"))
    session = _known(authentication.get("externalsessionid"))
    if kind == "Service" and event_type.startswith("system.") and not (address or session):
        return Ignored("okta_system")
    # A call with an API token has a session of its own, which says less than the token does.
    api_token = _known(_lowered(_lowered(record.get("transaction")).get("detail")).get("requestapitokenid"))
    if api_token:
        session = None
    signs_in = event_type.startswith(_SIGN_INS)
    outcome, error_code = _outcome(_lowered(record.get("outcome")), signs_in=signs_in)
    worked = outcome == "success"
    agent = _lowered(client.get("useragent"))
    user_agent = (text(agent.get("rawuseragent")) or "")[:MAX_USER_AGENT_CHARS] or None
    source_ip, source_service = network.split_source(address)
    through = interface.classify(
        user_agent,
        source_service=source_service,
        source_ip=source_ip,
        event_type=interface.SIGN_IN if signs_in else None,
        device_os=_known(agent.get("os")),
        device_browser=_known(agent.get("browser")),
        provider="okta",
    )
    place = _lowered(client.get("geographicalcontext"))
    latitude, longitude = _coordinates(_lowered(place.get("geolocation")))
    security = _lowered(record.get("securitycontext"))
    targets = [_lowered(target) for target in items(record.get("target"), cap=MAX_RESOURCES)]
    act = actions.classify("okta", "okta", event_type)
    event = ApiEvent(
        event_id=text(record.get("uuid")) or "sha256:" + hashlib.sha256(data).hexdigest()[:32],
        time=time,
        provider="okta",
        log_class="signin" if signs_in else "management",
        service="okta",
        action=event_type,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        action_basis=act.basis,
        outcome=outcome,
        error_code=error_code,
        principal_id=_known(actor.get("id")),
        principal_type=kind,
        principal_name=_known(actor.get("alternateid")) or _known(actor.get("displayname")),
        credential_id=api_token or session,
        credential_type=_credential_type(kind, api_token, session),
        session_id=session,
        mfa=_mfa(event_type, authentication) if worked and signs_in else None,
        home="device" if _known(_lowered(record.get("device")).get("id")) else None,
        issued=_issued(event_type, actor, targets) if worked else None,
        source_ip=source_ip,
        source_service=source_service,
        asn=_as_number(security.get("asnumber")),
        as_org=_known(security.get("asorg")),
        country=_country(place.get("country")),
        latitude=latitude,
        longitude=longitude,
        interface=through.interface,
        interface_conflict=through.conflict,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        resources=_resources(targets),
        origin=origin,
    )
    return bound(event) if len(data) > MAX_TEXT_CHARS else event


def _lowered(value: Any) -> dict[str, Any]:
    return {key.lower(): part for key, part in value.items()} if isinstance(value, dict) else {}


def _time(published: Any) -> int:
    try:
        return iso_micros(published if isinstance(published, str) else "")
    except ValueError as error:
        raise ParseError(f"published is no time: {str(published)[:64]!r}") from error


def _known(value: Any) -> str | None:
    found = text(value)
    return None if found is None or found.lower() in _NOTHING else found


def _outcome(outcome: dict[str, Any], *, signs_in: bool) -> tuple[str, str | None]:
    """Give the outcome and the error code. CHALLENGE asks for a further step and SKIPPED did nothing: no refusals.

    A failed sign-in is a refusal; a change that failed is one when its reason says so.
    """
    result = (text(outcome.get("result")) or "SUCCESS").upper()
    if result in _WORKED:
        return "success", None
    reason = _known(outcome.get("reason"))
    denied = result == "DENY" or (
        result == "FAILURE" and (signs_in or (reason is not None and _DENIED.search(reason) is not None))
    )
    return ("denied" if denied else "error"), reason or result


def _credential_type(kind: str, api_token: str | None, session: str | None) -> str:
    """Name the credential: an API token lasts; a session is a browser's, at the dashboard or the Admin Console."""
    if api_token:
        return "long_term"
    if kind == "Client":
        return "access_token"
    return "console_session" if session else "unknown"


def _mfa(event_type: str, authentication: dict[str, Any]) -> bool | None:
    """Say whether a second factor was shown in this step; the log says nothing where none was."""
    by_factor = text(authentication.get("authenticationprovider")) == "FACTOR_PROVIDER"
    return True if event_type == _MFA or by_factor else None


def _issued(event_type: str, actor: dict[str, Any], targets: list[dict[str, Any]]) -> Issued | None:
    """Give what the call handed out: at an app the person's name there, or an API token.

    Of a sign-on Okta knows what it sent, not what the app made of it ("User event details").
    """
    if event_type == _SSO:
        at_app = (text(target.get("alternateid")) for target in targets if target.get("type") == "AppUser")
        login = next((name for name in (*at_app, text(actor.get("alternateid"))) if name and "@" in name), None)
        return Issued(known_as=f"person:{login.lower()}") if login else None
    if event_type == _NEW_TOKEN:
        token = next((_known(target.get("id")) for target in targets if target.get("type") == "Token"), None)
        return Issued(credential_id=token, principal_id=_known(actor.get("id"))) if token else None
    return None


def _resources(targets: list[dict[str, Any]]) -> list[str]:
    """Name the targets: each by its id and by what people call it."""
    names: list[str] = []
    for target in targets:
        shown = _known(target.get("displayname")) or _known(target.get("alternateid"))
        names += [name for name in (_known(target.get("id")), shown) if name and name not in names]
    return names[:MAX_RESOURCES]


def _country(value: Any) -> str | None:
    """Give an ISO 3166 code where one stands: Okta writes "full name of the country", which has no table here."""
    return value if isinstance(value, str) and _COUNTRY.fullmatch(value) else None


def _coordinates(place: dict[str, Any]) -> tuple[float | None, float | None]:
    latitude, longitude = _degrees(place.get("lat"), 90), _degrees(place.get("lon"), 180)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _degrees(value: Any, most: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        return None
    return float(value)


def _as_number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LAST_AS:
        return None
    return value
