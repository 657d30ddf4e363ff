"""`tokentrail tune FINDINGS`: proposes envelopes and suppressions from what repeats; refuses what would hide too much.

Its output is a policy file with comments. Each entry is narrow first, is judged by the analytic's own code against the
known true positives, and lacks owner, reason and expiry: the loader refuses it until somebody answers for it.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from analytic import suppressions
from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines.outcome import OK, fail
from pipelines.policy import file as policy_file
from pipelines.tuning.entries import Entry, RefusedError, envelope, is_automation, suppression
from pipelines.tuning.groups import LEVELS, Group, by_actor, by_program, days_of, groups
from pipelines.views.console import safe
from pipelines.views.findings_file import FindingsError, read
from schemas.records import Finding

REFUSED = 2
"""The exit code when an entry was refused because it would have hidden a known true positive."""

LEAST_DAYS = 3
_MAX_NAMED = 8
_MAX_NAME = 120


_Make = Callable[[Group, str, Policy, Sequence[Finding], Sequence[Finding]], Entry]


class Proposals(NamedTuple):
    """What `tune` found: entries, what it refused and why, and whether a true positive was the reason."""

    entries: list[Entry]
    refusals: list[str]
    known: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail tune tokentrail-out --policy docs/policy.yaml"
    parser.add_argument("findings", nargs="+", metavar="FINDINGS", help="findings.jsonl, or the folder of a scan")
    parser.add_argument(
        "--true-positives",
        metavar="FILE",
        help="findings that must never be hidden: a findings.jsonl, or ids (or beginnings of them), one a line",
    )
    parser.add_argument("--policy", metavar="FILE", help="the policy in force: what it covers needs no new entry")
    parser.add_argument(
        "--days", type=int, default=LEAST_DAYS, metavar="N", help="days on which it must repeat (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the proposals; gives the exit code.

    0: done, also when nothing repeats; 1: an error, in one line; 2: an entry was refused because it would have hidden
    a known true positive.
    """
    if options.days < 2:
        return fail(f"--days {options.days}: what came on one day does not repeat; give at least 2")
    try:
        findings = list({finding.finding_id: finding for path in options.findings for finding in read(path)}.values())
        known = _known(options.true_positives, findings) if options.true_positives else []
        base = policy_file.load(options.policy) if options.policy else Policy()
    except (FindingsError, policy_file.PolicyError) as error:
        return fail(str(error))
    proposals = propose(findings, known, base, options.days)
    sys.stdout.write("".join(f"{line}\n" for line in written(proposals, findings, known)))
    return REFUSED if proposals.known else OK


def propose(findings: Iterable[Finding], known: Sequence[Finding], base: Policy, least: int = LEAST_DAYS) -> Proposals:
    """Give the entries for what repeats on at least `least` days: pure.

    What is retracted, suppressed already (by its own mark or by the policy `base`) or a known true positive is no
    reason for an entry. Wider ones are for what no narrower one covers.
    """
    true = {finding.finding_id for finding in known}
    candidates = [
        finding
        for finding in findings
        if finding.status != "retracted"
        and finding.suppressed is None
        and finding.finding_id not in true
        and suppressions.suppressed(base, finding) is None
    ]
    entries: list[Entry] = []
    refused: dict[str, RefusedError] = {}
    looked_at: set[frozenset[str]] = set()
    taken = {entry.name for entry in base.automation} | {entry.name for entry in base.suppressions}

    def propose_one(make: _Make, group: Group, wish: str, what: str) -> tuple[Finding, ...]:
        ids = frozenset(finding.finding_id for finding in group.findings)
        if ids in looked_at:
            return ()  # Wider words for what was refused already.
        name = _free(wish, taken)
        try:
            entry = make(group, name, base, candidates, known)
        except RefusedError as why:
            refused[what] = why
            if make is suppression:
                looked_at.add(ids)
            return ()
        entries.append(entry)
        taken.add(name)
        return entry.covers

    rest = candidates
    for group in by_actor([finding for finding in rest if is_automation(finding)], least):
        rest = _without(rest, propose_one(envelope, group, group.first.actor.name, f"an envelope for {_told(group)}"))
    for alike, key in LEVELS:
        for group in groups(rest, alike, key, least):
            wish = f"{group.first.actor.name}: {group.first.chain}"
            what = f"a suppression for {_told(group)}, {alike}"
            rest = _without(rest, propose_one(suppression, group, wish, what))
    for group in by_program(rest, least):
        actors = len({finding.actor.id for finding in group.findings})
        what = (
            f"{group.first.chain} by {actors} actors with {', '.join(group.first.session.interfaces) or 'one program'}"
        )
        refused[what] = RefusedError(
            "they share neither identity nor network, only the program: a user agent is the caller's own text"
        )
    lines = [f"{what}: {why}" for what, why in refused.items()]
    return Proposals(entries, lines, any(why.known for why in refused.values()))


def written(proposals: Proposals, findings: Sequence[Finding], known: Sequence[Finding]) -> list[str]:
    """Give the policy file: entries, each with what it would have hidden, and the refusals as comments."""
    lines = [
        f"# Proposed by tokentrail tune from {len(findings)} findings, {len(known)} of them known true positives.",
        "# Nothing here holds yet: owner, reason and expires are for whoever answers for an entry to fill in.",
        "version: 1",
    ]
    for section, says in (
        (
            "automation",
            "would have found inside its bounds (a call outside them then weighs more: check what it lists)",
        ),
        ("suppressions", "would have hidden"),
    ):
        entries = [entry for entry in proposals.entries if entry.section == section]
        if entries:
            lines += ["", f"{section}:"]
        for entry in entries:
            lines += [*_comments(entry, says), *entry.lines]
    if not proposals.entries:
        lines += ["", "# Nothing is proposed."]
    if proposals.refusals:
        lines += ["", "# Refused:", *(f"# - {safe(refusal)}" for refusal in proposals.refusals)]
    return lines


def _comments(entry: Entry, says: str) -> list[str]:
    days = days_of(entry.covers)
    gravest = SEVERITIES[max(finding.severity_rank for finding in entry.covers) - 1]
    ids = ", ".join(finding.finding_id for finding in entry.covers[:_MAX_NAMED])
    more = f" and {len(entry.covers) - _MAX_NAMED} more" if len(entry.covers) > _MAX_NAMED else ""
    return [
        f"  # {entry.alike}; {says}",
        f"  # {len(entry.covers)} findings on {len(days)} days ({days[0]} to {days[-1]}), the gravest {gravest}:",
        f"  # {safe(ids)}{more}",
    ]


def _told(group: Group) -> str:
    name = group.first.actor.name
    shown = name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 1]}…"
    return f"{shown} ({len(group.findings)} findings of {group.first.chain} on {len(days_of(group.findings))} days)"


def _without(findings: Iterable[Finding], covered: Iterable[Finding]) -> list[Finding]:
    ids = {finding.finding_id for finding in covered}
    return [finding for finding in findings if finding.finding_id not in ids]


def _free(wish: str, taken: set[str]) -> str:
    """Give a name that no other entry has, of what a name may hold."""
    wish = "".join(character if character.isprintable() else "?" for character in wish)[:_MAX_NAME] or "unnamed"
    name, number = wish, 1
    while name in taken:
        number += 1
        name = f"{wish} {number}"
    return name


def _known(path: str, findings: Sequence[Finding]) -> list[Finding]:
    """Read the true positives: findings, or ids of those that were given. Raises FindingsError."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line.partition("#")[0].strip() for line in file]
    except OSError as error:
        raise FindingsError(f"{path}: {error.strerror or error}: give a file of findings or of their ids") from None
    ids = [(number, line) for number, line in enumerate(lines, 1) if line]
    if not ids:
        raise FindingsError(f"{path}: names no finding: leave --true-positives out if none is known")
    if ids[0][1].startswith("{"):
        return read(path)
    found = {}
    for number, id_ in ids:
        fits = [finding for finding in findings if finding.finding_id.startswith(id_.lower())]
        if len(fits) != 1:
            many = "no finding begins" if not fits else f"{len(fits)} findings begin"
            raise FindingsError(f"{path}:{number}: {many} with {id_[:64]}: each true positive must be told apart")
        found[fits[0].finding_id] = fits[0]
    return list(found.values())
