"""Policy entries that would cover a group of findings, and what each would have hidden.

An entry is written as YAML first and read back by the policy's own loader: what is judged is what is printed. Owner,
reason and expiry are left empty, which the loader refuses: somebody has to answer for an entry.
"""

import json
import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import NamedTuple

import msgspec

from analytic import envelopes, patterns, suppressions
from analytic.context import network
from analytic.formats.ocsf_evidence import is_address
from analytic.policy import Policy
from analytic.policy_entries import Envelope
from analytic.scoring import SEVERITIES
from pipelines.policy.file import PolicyError, parse
from pipelines.tuning.groups import HIGH_RANK, Group, calls_of
from schemas.records import ApiEvent, Evidence, Finding

MAX_ADDRESSES = 4
"""So many addresses are named one by one; more are named by their networks."""

_LONGEST_RUN = 8
"""Hours: what runs within fewer has a schedule worth writing down."""

_AUTOMATIONS = frozenset({"role", "service_account", "service_principal", "workload"})
_LISTING = {"aws": ("Describe*", "List*"), "gcp": ("*.list", "*List*"), "azure": ("*/read",)}
_GUARDED = frozenset({"iamcredentials", "kms", "microsoft.keyvault", "secretmanager", "secretsmanager", "ssm", "sts"})
"""Services whose reads hand out secrets: of them the calls that were seen, and no more."""

_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
_FAR = "9999-12-31"
_FILLED = {"owner": "nobody@example.com", "reason": "none yet", "expires": _FAR}
_HINTS = {
    "owner": "fill in: who answers for it",
    "reason": "fill in: why these findings are benign, in one sentence",
    "expires": "fill in: the last day on which it holds, such as 2027-01-31",
}
_HOUR = 3_600_000_000


class RefusedError(ValueError):
    """Why no entry is proposed, in one line; `known` where it would hide a known true positive."""

    def __init__(self, why: str, *, known: bool = False) -> None:
        """Takes the reason."""
        super().__init__(why)
        self.known = known


class Entry(NamedTuple):
    """A proposed entry: the section it belongs in, its lines of YAML, and the findings it would have covered."""

    section: str
    lines: tuple[str, ...]
    covers: tuple[Finding, ...]
    alike: str


def is_automation(finding: Finding) -> bool:
    """Whether an envelope fits the actor: it is no person, or a job whose issuer signed its name."""
    actor = finding.actor
    return actor.type in _AUTOMATIONS or (actor.type == "federated" and envelopes.issuer_bound(actor.id))


def suppression(group: Group, name: str, base: Policy, findings: Sequence[Finding], known: Sequence[Finding]) -> Entry:
    """Give the suppression that covers a group and no more. Raises RefusedError."""
    _check(group, base)
    rank = max(finding.severity_rank for finding in group.findings)
    keys: dict[str, str | Sequence[str]] = {
        "chain": _literal(group.first.chain),
        "actor": _literal(group.first.actor.id),
        "accounts": [_literal(account) for account in _united(finding.session.accounts for finding in group.findings)],
        "actions": [_literal(call) for call in _united(calls_of(finding) for finding in group.findings)],
        "networks": _networks(group),
        "max_severity": SEVERITIES[rank - 1],
    }
    lines = _yaml(name, ("owner", "reason", "expires"), keys)
    policy = msgspec.structs.replace(base, suppressions=_read("suppressions", lines).suppressions)
    # A graver finding of the same kind would not be hidden, but its next and lighter twin would.
    hidden = [true for true in known if _hides(policy, true, rank)]
    _refuse_known(hidden)
    covered = tuple(finding for finding in findings if _hides(policy, finding, finding.severity_rank))
    if not set(_ids(group.findings)) <= set(_ids(covered)):
        raise RefusedError(
            "a suppression cannot cover it whole: its lists of stages, accounts or networks are full or empty"
        )
    return Entry("suppressions", lines, covered, group.alike)


def envelope(group: Group, name: str, base: Policy, findings: Sequence[Finding], known: Sequence[Finding]) -> Entry:
    """Give the automation envelope that a group stays inside of. Raises RefusedError."""
    _check(group, base)
    actor = group.first.actor
    keys: dict[str, str | Sequence[str]] = {
        "identities": [_literal(actor.id)],
        "networks": _networks(group),
        "interfaces": _united(finding.session.interfaces for finding in group.findings),
        "actions": _actions(group),
    }
    hours = _hours(group)
    if hours is not None:
        keys["schedule"] = [f"hours: {hours}", "timezone: UTC"]
    lines = _yaml(name, ("owner", "expires"), keys)
    (read,) = _read("automation", lines).automation
    hidden = [true for true in known if _inside(read, true)]
    _refuse_known(hidden)
    grave = [finding for finding in findings if finding.severity_rank >= HIGH_RANK and _inside(read, finding)]
    if grave:
        raise RefusedError(f"{_named(grave)} of high or critical severity would lie inside it: look at each")
    covered = tuple(finding for finding in findings if _inside(read, finding))
    if not set(_ids(group.findings)) <= set(_ids(covered)):
        raise RefusedError("its calls do not all lie inside any envelope that can be written down")
    return Entry("automation", lines, covered, group.alike)


def _check(group: Group, base: Policy) -> None:
    grave = [finding for finding in group.findings if finding.severity_rank >= HIGH_RANK]
    if grave:
        raise RefusedError(f"{_named(grave)} of them reach high or critical: those are looked at each time")
    if envelopes.identities_of(base.break_glass).match(
        envelopes.Names((group.first.actor.id, group.first.actor.name), None, "")
    ):
        raise RefusedError("it is a break-glass identity, whose use is always told")


def _refuse_known(hidden: Sequence[Finding]) -> None:
    if hidden:
        raise RefusedError(f"it would hide {_named(hidden)}, a known true positive", known=True)


def _hides(policy: Policy, finding: Finding, rank: int) -> bool:
    lighter = msgspec.structs.replace(finding, severity_rank=min(rank, finding.severity_rank))
    return suppressions.suppressed(policy, lighter) is not None


def _inside(entry: Envelope, finding: Finding) -> bool:
    """Whether all stages of a finding lie inside an envelope; those that the evidence no longer lists are not asked."""
    stages = {stage.event_id for stage in finding.stages}
    pieces = [piece for piece in finding.evidence if piece.event_id in stages] or finding.evidence
    return all(not envelopes.judge(entry, finding.actor, _event(finding, piece)) for piece in pieces)


def _event(finding: Finding, piece: Evidence) -> ApiEvent:
    """Give an event again as far as its evidence shows it."""
    address, service = network.split_source(piece.source_ip)
    return ApiEvent(
        piece.event_id,
        piece.time,
        finding.actor.provider,
        "management",
        piece.service,
        piece.action,
        outcome=piece.outcome,
        credential_id=piece.credential_id,
        interface=piece.interface,
        source_ip=address,
        source_service=service,
    )


def _networks(group: Group) -> list[str]:
    """Give the addresses or networks of a group. Raises RefusedError where a policy cannot name them."""
    addresses = {piece.source_ip for finding in group.findings for piece in finding.evidence}
    if not addresses or not all(address is not None and is_address(address) for address in addresses):
        raise RefusedError("part of its evidence shows no address: it would hold for a stolen credential anywhere")
    named = sorted(str(ip_address(address)) for address in addresses if address is not None)
    if any(address in private for address in map(ip_address, named) for private in _PRIVATE):
        raise RefusedError("it came from private addresses, which anybody's network has: name the endpoint by hand")
    prefixes = _united(finding.session.networks for finding in group.findings)
    if len(named) > MAX_ADDRESSES:
        return prefixes
    seen = patterns.networks_of(tuple(named))
    return named + [prefix for prefix in prefixes if not seen.touches(prefix)]


def _actions(group: Group) -> list[str]:
    """Give the calls that were seen, and the listing that goes with them; secrets by the calls that were seen alone."""
    calls = {f"{piece.service}:{piece.action}" for finding in group.findings for piece in finding.evidence}
    services = {service for finding in group.findings for service in finding.session.services}
    listing = {
        f"{_literal(service)}:{verb}"
        for service in services - _GUARDED
        for verb in _LISTING.get(group.first.actor.provider, ())
    }
    return sorted(set(map(_literal, calls)) | listing)


def _hours(group: Group) -> str | None:
    """Give the whole hours (UTC) that the evidence lies within; None for what runs all day or over midnight."""
    times = [piece.time for finding in group.findings for piece in finding.evidence]
    hours = [time // _HOUR % 24 for time in times]
    first, until = min(hours), max(hours) + 1
    return f"{first:02}:00-{until:02}:00" if until - first <= _LONGEST_RUN else None


def _yaml(name: str, empty: Iterable[str], keys: dict[str, str | Sequence[str]]) -> tuple[str, ...]:
    """Write an entry; every text is quoted, so that a log's text cannot say anything but itself."""
    lines = [f"  - name: {_quoted(name)}"]
    lines += [f'    {key}: ""  # {_HINTS[key]}' for key in empty]
    for key, value in keys.items():
        if key == "schedule":
            lines += ["    schedule:", *(f"      {line}" for line in value)]
        elif isinstance(value, str):
            lines.append(f"    {key}: {_quoted(value)}")
        elif len(value) == 1:
            lines.append(f"    {key}: [{_quoted(value[0])}]")
        elif value:
            lines += [f"    {key}:", *(f"      - {_quoted(item)}" for item in value)]
    return tuple(lines)


def _read(section: str, lines: Sequence[str]) -> Policy:
    """Read an entry as the loader does, its blanks filled in. Raises RefusedError with what the loader says."""
    text = "\n".join(["version: 1", f"{section}:", *lines])
    for key, value in _FILLED.items():
        text = text.replace(f'    {key}: ""  #', f'    {key}: "{value}"  #')
    try:
        return parse(text.encode(), "policy.yaml")
    except (PolicyError, UnicodeEncodeError) as error:
        why = str(error).partition(": ")[2] if isinstance(error, PolicyError) else "a name is no text"
        raise RefusedError(f"a policy cannot say it: {why}") from None


def _literal(text: str) -> str:
    """Give a text as a glob that fits itself alone."""
    return re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _united(lists: Iterable[Iterable[str]]) -> list[str]:
    return sorted({value for values in lists for value in values})


def _ids(findings: Iterable[Finding]) -> list[str]:
    return [finding.finding_id for finding in findings]


def _named(findings: Sequence[Finding]) -> str:
    return ", ".join(_ids(findings[:3])) + (f" and {len(findings) - 3} more" if len(findings) > 3 else "")
