"""What a call's request, response and metadata say beyond its name: what it issued, and what it named.

Shapes: API references of Service Account Credentials v1, IAM v1 (projects.serviceAccounts.keys), Security Token Service
v1, Cloud Storage JSON v1 (projects.hmacKeys), Kubernetes authentication.k8s.io/v1 (TokenRequest), in the writing of
"Example logs for service accounts" and "Example logs for Workload Identity Federation" (IAM, audit logging).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from analytic.sources.errors import ParseError
from analytic.sources.gcp import names as gcp_names
from analytic.sources.gcp.identity import Principal, mapped_principal
from analytic.sources.gcp.record import ABSENT, AuditLog, Labels
from analytic.sources.json_fields import MAX_RESOURCES, MAX_TEXT_CHARS, inner, items, text
from analytic.sources.times import iso_micros
from schemas.records import Issued

_UNTYPED = msgspec.json.Decoder()
_SECONDS = 1_000_000
_HOUR = 3_600
"""The life of an access token whose request asks for no other, and of every id token (generateAccessToken, lifetime;
"Token types", id tokens)."""

_LONGEST_LIFE = 43_200
"""Twelve hours: the longest lifetime that an access token can be given (generateAccessToken, lifetime)."""

_NEVER = 253_402_300_799
"""What a service account's key says that does not expire: the end of year 9999, in seconds (keys, validBeforeTime)."""

_LIFETIME = re.compile(r"(\d{1,6})(?:\.\d+)?s", re.ASCII)
_KUBERNETES_ACCOUNT = re.compile(r"(?:^|/)namespaces/([^/]+)/serviceaccounts/([^/]+)")
_VERSION = re.compile(r"\.v\d[^.]*\.")


class Call(NamedTuple):
    """One call, with what its readers need. `account` and `region` are those of the event; `time` its microseconds."""

    log: AuditLog
    labels: Labels
    caller: Principal
    account: str | None
    region: str | None
    time: int


def part(raw: msgspec.Raw, name: str) -> dict[str, Any]:
    """Decode an undecoded part of an entry; {} for what is no object. Raises ParseError naming the part."""
    if raw is ABSENT or bytes(raw) == b"null":
        return {}
    try:
        value = _UNTYPED.decode(raw)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{name}: {error}") from error
    return value if isinstance(value, dict) else {}


def field(value: dict[str, Any], name: str) -> Any:
    """Give a field of a request or response by its proto name ("valid_before_time"), in either spelling."""
    if name in value:
        return value[name]
    first, *rest = name.split("_")
    return value.get(first + "".join(word.capitalize() for word in rest))


@lru_cache(4_096)
def tail(service: str, action: str) -> str:
    """Give the part of a method's name that stays when its API version changes.

    "v1.compute.instances.insert" is "instances.insert", "io.k8s.core.v1.pods.exec.create" is "pods.exec.create", and
    "google.iam.admin.v1.CreateRole" is "CreateRole".
    """
    if service == "k8s.io":
        return _VERSION.split(action, maxsplit=1)[-1]
    return ".".join(action.rsplit(".", 2)[-2:]) if service in ("compute", "storage") else action.rpartition(".")[2]


def issued(call: Call, service: str, action: str) -> Issued | None:
    """Give what a successful call handed out, None for a call that hands out nothing."""
    read = _ISSUERS.get((service, tail(service, action)))
    return read(call) if read else None


def resources(log: AuditLog, labels: Labels, service: str, action: str, log_class: str) -> list[str]:
    """Give the names of what the call is done to: resourceName, then what permissions were asked for.

    A service account that is named by its unique id, as the calls that issue for it do, comes by its email too.
    """
    names: list[Any] = [log.resource_name]
    for asked in (log.authorization_info or [])[: 2 * MAX_RESOURCES]:
        names.append(asked.resource)
        names.append(asked.resource_attributes.name if asked.resource_attributes else None)
    if (service, tail(service, action)) in _IMPERSONATING:
        request = part(log.request, "request")
        names.append(f"projects/-/serviceAccounts/{labels.email_id.lower()}" if labels.email_id else None)
        names += [request.get("name"), *items(request.get("delegates"), MAX_RESOURCES)]
    if log_class == "policy":
        # VPC Service Controls names the project as the resource, and here the objects that were asked for.
        names += items(field(part(log.metadata, "metadata"), "resource_names"), MAX_RESOURCES)
    texts = dict.fromkeys(name[:MAX_TEXT_CHARS] for name in names if isinstance(name, str) and name)
    return list(texts)[:MAX_RESOURCES]


def target_account(call: Call) -> str | None:
    """Give the project that the call reached into, when it is known to be another than the caller's.

    A project has an id and a number; an id is compared with ids only.
    """
    home = call.caller.account
    if home is None:
        return None
    log = call.log
    asked = [gcp_names.project(one.resource) for one in (log.authorization_info or [])[:MAX_RESOURCES]]
    found = (call.labels.project_id, gcp_names.project(log.resource_name), *asked, call.account)
    alike = (name for name in found if name and name.isdigit() == home.isdigit())
    return next((name for name in alike if name != home), None)


def _account(call: Call, request: dict[str, Any]) -> tuple[str | None, str | None]:
    """Give the service account that a call is done to: its email in lower case (else its id), and its unique id."""
    email = call.labels.email_id.lower() if call.labels.email_id else None
    named = [
        gcp_names.service_account(text(request.get("name"))),
        email,
        gcp_names.service_account(call.log.resource_name),
        call.labels.unique_id,
    ]
    known = [name for name in named if name]
    unique = next((name for name in known if gcp_names.is_unique_id(name)), None)
    return next((name for name in known if gcp_names.is_email(name)), unique or (known[0] if known else None)), unique


def _seconds(value: Any) -> int | None:
    """Read a duration, "3600s" or {"seconds": 3600}."""
    if isinstance(value, dict):
        value = f"{value.get('seconds')}s"
    found = _LIFETIME.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) if found else None


def _moment(value: Any) -> int | None:
    """Read a timestamp, text or {"seconds": 1700000000}; None for one that stands for never."""
    if isinstance(value, dict):
        seconds = text(value.get("seconds")) or ""
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 13 and int(seconds) < _NEVER):
            return None
        return int(seconds) * _SECONDS
    try:
        moment = iso_micros(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment < _NEVER * _SECONDS else None


def _access_token(call: Call) -> Issued | None:
    request = part(call.log.request, "request")
    account, _ = _account(call, request)
    expires = _moment(field(part(call.log.response, "response"), "expire_time"))
    if expires is None:
        life = min(_seconds(request.get("lifetime")) or _HOUR, _LONGEST_LIFE)
        expires = call.time + life * _SECONDS
    if account is None:
        return None
    between = (gcp_names.service_account(text(name)) for name in items(request.get("delegates"), MAX_RESOURCES))
    return Issued(None, account, expires, delegates=[name for name in between if name])


def _id_token(call: Call) -> Issued | None:
    account, unique = _account(call, part(call.log.request, "request"))
    if account is None:
        return None
    # Other clouds know the holder by the token's subject, which is the account's unique id.
    return Issued(None, account, call.time + _HOUR * _SECONDS, known_as=f"gcp:{unique or account}")


def _signature(call: Call) -> Issued | None:
    account, _ = _account(call, part(call.log.request, "request"))
    return Issued(None, account) if account else None


def _service_account_key(call: Call) -> Issued | None:
    response = part(call.log.response, "response")
    name = text(response.get("name"))
    key = gcp_names.key(name) or gcp_names.key(call.log.resource_name)
    account = gcp_names.service_account(name)
    if account is None or gcp_names.is_unique_id(account):
        account = _account(call, part(call.log.request, "request"))[0] or account
    if not (key or account):
        return None
    return Issued(key, account, _moment(field(response, "valid_before_time")))


def _federated_token(call: Call) -> Issued | None:
    principal = mapped_principal(part(call.log.metadata, "metadata")) or call.caller.id
    life = field(part(call.log.response, "response"), "expires_in")
    lasts = life if isinstance(life, int) and 0 < life <= _LONGEST_LIFE else None
    return Issued(None, principal, call.time + lasts * _SECONDS if lasts else None) if principal else None


def _hmac_key(call: Call) -> Issued | None:
    metadata = inner(part(call.log.response, "response"), "metadata")
    email = text(field(metadata, "service_account_email")) or call.labels.email_id
    key = text(field(metadata, "access_id"))
    return Issued(key, email.lower() if email else None) if key or email else None


def _kubernetes_token(call: Call) -> Issued | None:
    account = _KUBERNETES_ACCOUNT.search(call.log.resource_name or "")
    if account is None:
        return None
    status = inner(part(call.log.response, "response"), "status")
    expires = _moment(field(status, "expiration_timestamp"))
    return Issued(None, f"system:serviceaccount:{account[1]}:{account[2]}", expires)


_IMPERSONATING: dict[tuple[str, str], Callable[[Call], Issued | None]] = {
    ("iamcredentials", "GenerateAccessToken"): _access_token,
    ("iamcredentials", "GenerateIdToken"): _id_token,
    ("iamcredentials", "SignJwt"): _signature,
    ("iamcredentials", "SignBlob"): _signature,
    ("iam", "SignJwt"): _signature,
    ("iam", "SignBlob"): _signature,
    ("iam", "CreateServiceAccountKey"): _service_account_key,
    ("iam", "UploadServiceAccountKey"): _service_account_key,
}

_ISSUERS = _IMPERSONATING | {
    ("sts", "ExchangeToken"): _federated_token,
    ("sts", "WebSignIn"): _federated_token,
    ("storage", "hmacKeys.create"): _hmac_key,
    ("k8s.io", "serviceaccounts.token.create"): _kubernetes_token,
}
