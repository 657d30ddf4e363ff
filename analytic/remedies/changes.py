"""What a responder does about an event: what to roll back, which credentials to revoke, which logs to pull.

Pure, and by kind of access, stage and verb; there is no list of operations. A line says what to do "if this was not the
person's own work": whoever reads a finding decides that first. Events that changed nothing give nothing to roll back.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from analytic.remedies.names import GIVEN, MADE, PASSING, SET, STARTED, STOPPED, TAKEN, deed
from analytic.remedies.revoke import credentials
from schemas.records import ApiEvent, Remedy

MAX_REMEDIES: Final = 32
"""Of each list: more is a campaign, whose own logs a responder reads."""

_MAX_SHOWN: Final = 3
_MAX_NAME: Final = 120
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_FROM: Final = ", from "
"""What stands before the time in a line of `pull`."""

_READS: Final = frozenset({"list", "read", "unknown"})
_DATA_LOGS: Final = {
    "aws": ("CloudTrail data events", frozenset({"dynamodb", "lambda", "s3", "sns", "sqs"})),
    "gcp": (
        "Data Access audit logs",
        frozenset({"bigquery", "cloudkms", "cloudsql", "secretmanager", "storage"}),
    ),
    "azure": (
        "resource logs",
        frozenset({"microsoft.documentdb", "microsoft.keyvault", "microsoft.sql", "microsoft.storage"}),
    ),
}
"""The logs of what was read, which few switch on, and the services that people keep most in."""

_LOGS: Final = {
    "aws": "CloudTrail of account",
    "gcp": "Cloud Audit Logs of project",
    "azure": "Azure activity log of subscription",
    "okta": "System Log of the Okta organisation",
}
_TAKES_DATA: Final = frozenset({"collection", "exfiltration", "impact"})


class Remedies(NamedTuple):
    """What one event gives."""

    rollback: list[Remedy]
    revoke: list[Remedy]
    pull: list[str]


def remedies(event: ApiEvent) -> Remedies:
    """Give what to roll back, to revoke and to pull because of one event. Never raises on any text."""
    return Remedies(_rollback(event), credentials(event), _pull(event))


def gather(rollback: list[Remedy], revoke: list[Remedy], pull: list[str], more: Remedies) -> None:
    """Add what an event gives to the lists of a draft, each at most `MAX_REMEDIES` long and each thing once.

    Of sessions the latest call stands: they are revoked up to it. Events in the fold's order give the same lists on
    every replay.
    """
    _merge(rollback, more.rollback)
    _merge(revoke, more.revoke)
    # The first line about a log stands: it asks for the longest time.
    told = {line.partition(_FROM)[0] for line in pull}
    for line in more.pull:
        if line.partition(_FROM)[0] not in told and len(pull) < MAX_REMEDIES:
            told.add(line.partition(_FROM)[0])
            pull.append(line)


def _merge(kept: list[Remedy], more: list[Remedy]) -> None:
    for remedy in more:
        place = next((place for place, old in enumerate(kept) if _same(old) == _same(remedy)), None)
        if place is None and len(kept) < MAX_REMEDIES:
            kept.append(remedy)
        elif place is not None and remedy.kind in _UNTIL and kept[place].time <= remedy.time:
            kept[place] = remedy


def _same(remedy: Remedy) -> tuple[str, str, str | None, list[str], str]:
    # A credential is revoked once, however many calls it made; a change is undone by what it was.
    how = "" if remedy.kind in _CREDENTIALS else f"{remedy.service}:{remedy.action}"
    return (remedy.kind, remedy.provider, remedy.account, remedy.names, how)


_UNTIL: Final = frozenset({"role_sessions", "user_sessions"})
"""What is revoked up to a moment."""

_CREDENTIALS: Final = frozenset(
    {
        "access_key",
        "role_sessions",
        "user_sessions",
        "token",
        "service_account_key",
        "app_credential",
        "workload_credential",
        "secret",
    }
)


def _rollback(event: ApiEvent) -> list[Remedy]:
    if event.outcome != "success":
        return []
    # A touched workload is said by its own name; of the call itself there is nothing else to undo.
    found = [
        _remedy(event, "rebuild", _rebuilt(event, workload), [workload]) for workload in event.touched[:_MAX_SHOWN]
    ]
    if event.access in _READS or event.access == "execute" or (event.access == "credential" and not _lasting(event)):
        return found
    done = _undo(event)
    return [*found, done] if done is not None else found


def _rebuilt(event: ApiEvent, workload: str) -> str:
    ran = "code ran on it" if event.access == "execute" else "its code, role or start-up was changed"
    if _is_machine(workload):
        return f"isolate {_name(workload)}, copy its disk, rebuild it: {ran}"
    return f"deploy {_name(workload)} again from its source: {ran}"


def _is_machine(workload: str) -> bool:
    """Whether a workload has a disk: instances and virtual machines, by how their ids are written."""
    return any(sign in workload.lower() for sign in (":instance/", "/instances/", "/virtualmachine"))


def _lasting(event: ApiEvent) -> bool:
    """Whether a credential call left something behind: a sign-in and an assumed role end by themselves."""
    return event.stage is not None and event.stage not in ("credential_access", "lateral")


def _undo(event: ApiEvent) -> Remedy | None:
    verb, thing = deed(event)
    known = verb in MADE or verb in GIVEN or verb in TAKEN or verb in SET or verb in STOPPED
    if verb in PASSING or (event.stage is None and not known):
        return None  # Rebooted, started, sent: it is over, or it is what everybody does.
    names = _changed(event)
    what = f"the {thing}{_of(names)}" if thing else f"what the call changed{_of(names)}"
    where = f" in {_name(event.account)}" if event.account and not any(event.account in name for name in names) else ""
    if verb in GIVEN and thing:
        # "user to group" is taken back as "user from group".
        undone = f"the {thing.replace(' to ', ' from ', 1)}{_of(names)}"
        kind, do = _line(event, verb, f"{undone}{where}")
    else:
        kind, do = _line(event, verb, f"{what}{where}")
    return _remedy(event, kind, f"{do} ({_name(f'{event.service}:{event.action}')})", names)


def _line(event: ApiEvent, verb: str, what: str) -> tuple[str, str]:
    """Give the kind of remedy and its line; `what` is the thing, its names and where it is."""
    if event.stage == "exfiltration" and verb not in TAKEN | STOPPED:
        # Sharing is told by the stage: that a snapshot's attribute was modified says nothing to a person.
        if verb in MADE or verb in GIVEN:
            return "unshare", f"take back and delete {what}"
        return "unshare", f"take back what was shared or opened: {what}"
    if verb in TAKEN:
        if event.stage == "impairment":
            return "restore", f"restore {what}, and check that it works again"
        return "restore", f"restore {what}" + (" from a backup or its code" if event.stage == "impact" else "")
    if verb in STOPPED:
        return "switch_on", f"switch {what} on again"
    if verb in STARTED:
        return "switch_off", f"switch {what} off, unless it is wanted"
    if verb in MADE:
        return "delete", f"delete {what}"
    if verb in GIVEN:
        return "take_back", f"take back {what}"
    if event.access == "credential":
        return "set_back", f"replace {what} once more: the caller chose or saw it"
    new = ", or delete it if it is new" if verb in ("put", "write") else ""
    return "set_back", f"set {what} back to what it was{new}"


def _changed(event: ApiEvent) -> list[str]:
    """Give what was changed: what the call names, and the credential that it made."""
    made = event.issued.credential_id if event.issued is not None else None
    names = [made, *event.resources] if made is not None else list(event.resources)
    return [name[: 4 * _MAX_NAME] for name in dict.fromkeys(names)][:8]


def _of(names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _MAX_SHOWN} more" if len(names) > _MAX_SHOWN else ""
    return f" {', '.join(map(_name, names[:_MAX_SHOWN]))}{more}"


def _name(text: str) -> str:
    """Give a name that fits a line; of a long path its end, which tells things apart."""
    return text if len(text) <= _MAX_NAME else f"…{text[1 - _MAX_NAME :]}"


def _remedy(event: ApiEvent, kind: str, do: str, names: list[str]) -> Remedy:
    return Remedy(
        do, kind, names, event.provider, event.account, event.service, event.action, event.time, event.event_id
    )


def _pull(event: ApiEvent) -> list[str]:
    """Say which logs that were not read would complete the picture."""
    since = f"{_FROM}{_minute(event.time)} on"
    found = []
    home, reached = event.principal_account, event.target_account
    if reached is not None and reached not in (event.account, home):
        found.append(f"{_log(event, reached)}, into which the caller reached{since}")
    if home is not None and home not in (event.account, reached) and event.provider in ("aws", "gcp"):
        found.append(f"{_log(event, home)}, the caller's own, where the credential was issued")
    for workload in event.touched[:_MAX_SHOWN]:
        disk = ", and a snapshot of its disk before it is rebuilt" if _is_machine(workload) else ""
        found.append(f"the logs of {_name(workload)} itself{disk}")
    logs, services = _DATA_LOGS.get(event.provider, ("", frozenset()))
    if event.service in services and event.stage in _TAKES_DATA and event.log_class == "management":
        found.append(f"{logs} of {event.service}{_in(event)}: what was read or taken{since}")
    if event.stage == "impairment" and event.outcome == "success":
        found.append(f"{_while_off(event)}{since}")
    return [*found, *_sign_ins(event)][:8]


def _in(event: ApiEvent) -> str:
    return f" in {_name(event.account)}" if event.account else ""


def _while_off(event: ApiEvent) -> str:
    of = _name(event.account or "unknown")
    if event.provider == "aws":
        return f"CloudTrail event history of account {of}, all regions: kept 90 days even without a trail"
    if event.provider == "gcp":
        return f"the _Required log bucket of {of}: admin activity cannot be switched off"
    if event.provider == "azure":
        return f"the activity log of {of} itself: kept 90 days even without an export"
    return f"{_log(event, of)}: what happened meanwhile"


def _sign_ins(event: ApiEvent) -> list[str]:
    """Name the sign-in log of whoever vouched for the caller."""
    around = f"{_FROM}before {_minute(event.session_created or event.time)} on"
    found = [
        f"the identity provider's sign-in log for {_name(name.removeprefix('person:'))}{around}"
        for name in event.known_as[:_MAX_SHOWN]
        if name.startswith("person:") and event.log_class != "signin"
    ]
    if event.provider == "azure" and event.log_class != "signin" and event.principal_type == "User":
        tenant = event.organization or event.principal_account or event.account or "unknown"
        who = _name(event.principal_name or event.principal_id or "the user")
        found.append(f"the sign-in log of tenant {_name(tenant)} for {who}{around}")
    return found


def _log(event: ApiEvent, account: str) -> str:
    return f"{_LOGS.get(event.provider, 'the audit log of')} {_name(account)}"


def _minute(time: int) -> str:
    try:
        return f"{_EPOCH + timedelta(microseconds=time):%Y-%m-%d %H:%M} UTC"
    except OverflowError:
        return f"{time} microseconds"
