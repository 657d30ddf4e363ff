"""The parts of an OCSF finding that say who and from where: user, cloud, evidence, observables (OCSF schema 1.8.0)."""

from ipaddress import ip_address
from typing import Any, Final

_PROVIDERS: Final = {"aws": "AWS", "gcp": "GCP", "azure": "Azure", "okta": "Okta"}
_ACCOUNT_TYPES: Final = {"aws": (10, "AWS Account"), "gcp": (11, "GCP Project")}
"""An Azure actor's account may be a tenant or a subscription: its type is left out."""

_USER_TYPES: Final = {
    "user": (1, "User"),
    "federated": (1, "User"),
    "root": (2, "Admin"),
    "role": (4, "Service"),
    "service": (4, "Service"),
    "service_account": (4, "Service"),
    "service_principal": (4, "Service"),
    "workload": (3, "System"),
}
_IP, _USER_NAME, _CREDENTIAL, _USER_UID, _ACCOUNT = 2, 4, 19, 31, 35
_OBSERVABLES: Final = {
    _IP: "IP Address",
    _USER_NAME: "User Name",
    _CREDENTIAL: "User Credential ID",
    _USER_UID: "User Object: uid",
    _ACCOUNT: "Account Object: uid",
}
EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


def dropped(value: Any, name: str = "") -> Any:
    """Give an attribute's value without what is empty, at any depth: OCSF leaves out what is not known.

    What is `unmapped` is Tokentrail's own, and stays as it is.
    """
    if name == "unmapped":
        return value
    if isinstance(value, dict):
        kept = {inner: dropped(of, inner) for inner, of in value.items()}
        return {inner: of for inner, of in kept.items() if of not in EMPTY}
    if isinstance(value, list):
        return [dropped(item) for item in value]
    return value


def provider_of(provider: str) -> str:
    """Give a provider as OCSF's examples write it."""
    return _PROVIDERS.get(provider, provider or "Unknown")


def user_of(actor: dict[str, Any]) -> dict[str, Any]:
    """Give the root actor."""
    type_id, type_ = _USER_TYPES.get(actor["type"], (0, "Unknown"))
    account = {"uid": actor["account"], **_account_type(actor["provider"])} if actor["account"] else None
    return {"uid": actor["id"], "name": actor["name"], "type_id": type_id, "type": type_, "account": account}


def account_of(finding: dict[str, Any]) -> dict[str, Any] | None:
    """Give the account that the session reached, the actor's own where it reached several."""
    actor, reached = finding["actor"], finding["session"]["accounts"]
    uid = reached[0] if len(reached) == 1 else actor["account"] or (reached[0] if reached else None)
    return {"uid": uid, **_account_type(actor["provider"])} if uid else None


def _account_type(provider: str) -> dict[str, Any]:
    known = _ACCOUNT_TYPES.get(provider)
    return {"type_id": known[0], "type": known[1]} if known else {}


def evidences(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Give each listed event: who called what, from where, with what; `data` leads to the raw record."""
    user = user_of(finding["actor"])
    found = []
    for piece in finding["evidence"]:
        session = {"credential_uid": piece["credential_id"]} if piece["credential_id"] else None
        failed = {"error": piece["outcome"]} if piece["outcome"] != "success" else None
        agent = piece.get("user_agent")
        found.append(
            {
                "uid": piece["event_id"],
                "name": f"{piece['service']}:{piece['action']}",
                "actor": {"user": user, "session": session, "app_name": piece.get("client")},
                "api": {
                    "operation": piece["action"] or "unknown",
                    "service": {"name": piece["service"]},
                    "response": failed,
                },
                "src_endpoint": _source(piece["source_ip"]),
                "http_request": {"user_agent": agent} if agent else None,
                "data": {
                    "time": piece["time"],
                    "outcome": piece["outcome"],
                    "interface": piece["interface"],
                    "origin": piece["origin"],
                },
            }
        )
    return found


def _source(address: str | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return {"ip": address} if is_address(address) else {"svc_name": address}


def is_address(text: str) -> bool:
    """Whether a source is an address: a cloud service may stand in its place."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text and len(text) <= 40


def observables(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what other products can be asked about, each value once."""
    actor = finding["actor"]
    values = [("actor.user.uid", _USER_UID, actor["id"]), ("actor.user.name", _USER_NAME, actor["name"])]
    values += [("evidences.src_endpoint.ip", _IP, ip) for ip in _addresses(finding)]
    values += [("unmapped.session.credentials", _CREDENTIAL, key) for key in finding["session"]["credentials"]]
    values += [("unmapped.session.accounts", _ACCOUNT, account) for account in finding["session"]["accounts"]]
    return [
        {"name": name, "type_id": type_id, "type": _OBSERVABLES[type_id], "value": value}
        for name, type_id, value in values
        if value
    ]


def _addresses(finding: dict[str, Any]) -> list[str]:
    seen = dict.fromkeys(piece["source_ip"] for piece in finding["evidence"] if piece["source_ip"])
    return [address for address in seen if is_address(address)]
