"""Microsoft Graph activity logs (and those of its forerunner, Azure AD Graph): one request to one ApiEvent.

Formats: table "MicrosoftGraphActivityLogs" of Azure Monitor Logs and the diagnostic setting of that name (the same
fields in `properties`, camel case), "Access Microsoft Graph activity logs"; table "AADGraphActivityLogs"; "Track and
investigate identity activities with linkable identifiers in Microsoft Entra" (SignInActivityId is the token's `uti`).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from analytic.sources.azure import calls
from analytic.sources.azure import claims as azure_claims
from analytic.sources.azure import fields as azure_fields
from analytic.sources.azure.claims import Caller
from analytic.sources.azure.fields import first, fold, word
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import decode_object
from schemas.records import ApiEvent

IGNORED: tuple[str, ...] = ()
"""Every record is a request."""

MAX_ACTION_CHARS = 256

_GRAPH = frozenset({b"microsoftgraphactivitylogs", b"microsoft graph activity"})
_OLD_GRAPH = frozenset({b"azureadgraphactivitylogs", b"aadgraphactivitylogs"})
_KNOWN = _GRAPH | _OLD_GRAPH
_OLD_HOST = "graph.windows.net"
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_QUOTED = re.compile(r"'[^']*'|%27.*?%27", re.IGNORECASE)
# What a drive's path in colons names: /me/drive/root:/Reports/2026.xlsx:/content
_DRIVE_PATH = re.compile(r":/[^:]*(:|$)")
# Words of the API are camel case, some with a few digits inside: oauth2PermissionGrants, getOffice365ActiveUserCounts.
# Ids have more of them, or signs between: GUIDs, addresses, base64, site ids. Types are cast to by their full name.
_WORD = re.compile(
    r"\$?[A-Za-z]{1,64}|[a-z](?=(?:[A-Za-z]*\d){1,3}[A-Za-z]+$)[A-Za-z0-9]{1,63}|microsoft\.graph\.[A-Za-z0-9.]{1,48}",
    re.ASCII,
)
_AS_THEY_ARE = frozenset({"v1.0", "beta", "{path}", "{path}:"})
_ARGUMENT = re.compile(r"([A-Za-z]{1,40})=", re.ASCII)
_LONGEST_WORD = 64
_CACHE_SIZE = 8_192


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record is a request to Microsoft Graph: by its category, its table or its operation's name."""
    record = azure_fields.lowered(fields)
    return any(word(record, name) in _KNOWN for name in ("category", "type", "operationname"))


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one record. `origin` is where it lies: <uri>#<zero-based record number>.

    Raises ParseError with one line that says what is wrong.
    """
    record = azure_fields.lowered(decode_object(data))
    request = record | fold(record.get("properties"))
    method, uri = first(request, "requestmethod"), first(request, "requesturi")
    if method is None or uri is None:
        raise ParseError(f"not a Graph activity record: no {'requestMethod' if method is None else 'requestUri'}")
    method = method.upper()
    code = azure_fields.status_code(request.get("responsestatuscode") or record.get("resultsignature"))
    outcome, error_code = calls.http_outcome(code) if code is not None else ("success", None)
    tenant = first(request, "aadtenantid") or (None if "timegenerated" in record else first(request, "tenantid"))
    call = calls.Call(
        event_id=first(request, "requestid") or azure_fields.digest(data),
        time=azure_fields.time_of(record),
        log_class="management",
        service="microsoft.azureadgraph" if _is_old(record, uri) else "microsoft.graph",
        action=f"{method} {path(uri)}"[:MAX_ACTION_CHARS],
        read_only=method in _READING_METHODS,
        outcome=outcome,
        error_code=error_code,
        account=None,
        tenant=tenant.lower() if tenant else None,
        source=first(request, "ipaddress", "calleripaddress"),
        resources=[target for target in (uri.partition("?")[0],) if target],
        user_agent=first(request, "useragent"),
    )
    return calls.assemble(call, _caller(request), origin)


def path(uri: str) -> str:
    """Give the path of a request's address, its ids and names replaced by {id}: "/v1.0/users/{id}/messages"."""
    bare = _HOST.sub("", uri, count=1).partition("?")[0].partition("#")[0]
    bare = _DRIVE_PATH.sub(r":/{path}\1", _QUOTED.sub("{id}", bare))
    return "/" + "/".join(_segment(part) for part in bare.split("/") if part)


def _segment(part: str) -> str:
    return _known_segment(part) if len(part) <= _LONGEST_WORD else "{id}"


@lru_cache(_CACHE_SIZE)
def _known_segment(part: str) -> str:
    if part in _AS_THEY_ARE:
        return part
    name, bracket, arguments = part.partition("(")
    drive = name.endswith(":")
    if not _WORD.fullmatch(name.removesuffix(":") if drive else name):
        return "{id}"
    if not bracket:
        return part
    # A function or an alternate key: its own name and those of its arguments say which.
    named = ",".join(f"{key}={{id}}" for key in _ARGUMENT.findall(arguments))
    return f"{name}({named or ('{id}' if arguments.strip(')') else '')})"


def _is_old(record: dict[str, Any], uri: str) -> bool:
    category = (first(record, "category", "type") or "").lower().encode()
    return category in _OLD_GRAPH or _OLD_HOST in uri[:64].lower()


def _caller(request: dict[str, Any]) -> Caller:
    user, service_principal = first(request, "userid"), first(request, "serviceprincipalid")
    app_id = (first(request, "appid") or "").lower() or None
    own = azure_claims.is_own_service(app_id, first(request, "clientauthmethod"))
    what = first(request, "c_idtyp") or first(request, "actortype") or ""
    if user is None and service_principal is None:
        user = first(request, "userprincipalobjectid") if what.lower() == "user" else None
        service_principal = first(request, "userprincipalobjectid") if user is None else None
    principal = user or service_principal or app_id
    kind = "unknown" if principal is None else "ServicePrincipal"
    if user is not None:
        kind = "User"
    elif own:
        kind = "Service"
    token = first(request, "signinactivityid")
    return Caller(
        id=principal.lower() if principal else None,
        type=kind,
        name=azure_claims.SERVICES[app_id or ""] if kind == "Service" else None,
        app_id=app_id,
        credential_type="access_token" if principal else "unknown",
        token=token,
        session=first(request, "sessionid"),
        created=azure_fields.micros(request.get("tokenissuedat")),
        home="device" if first(request, "deviceid") else None,
    )
