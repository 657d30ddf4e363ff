"""Writes what the quality benchmark found: tables, the headline, and misses and false incidents with their reasons."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import median
from typing import NamedTuple

from benchmarks.quality_case import Case, Setting
from benchmarks.quality_judge import Incident, Judged, Verdict
from schemas.records import Finding

TWINS_A_DAY = 40 / 7
"""Twins a day per 1,000 identities in an ordinary simulation (--days 7 --identities 1000 --attacks 40): the share of
the twins that were called counts at this rate, whatever number was planned here."""


class Result(NamedTuple):
    """One run. Times are seconds; `lines` are the listed misses and false incidents."""

    setting: Setting
    judged: Judged
    events: int
    twins: int
    unparsed: list[str]
    building: float
    analysing: float
    lines: list[str]

    @property
    def thousand_days(self) -> float:
        """Thousands of identities times measured days."""
        return self.setting.identities * (self.setting.days - self.setting.warm_up) / 1000

    @property
    def daily(self) -> float:
        """False incidents of daily life, a day per 1,000 identities."""
        return sum(not one.twin for one in self.judged.false) / self.thousand_days

    @property
    def incidents(self) -> float:
        """False incidents a day per 1,000 identities: of daily life, and of twins at TWINS_A_DAY."""
        return self.daily + (self.judged.twins_fired / self.twins * TWINS_A_DAY if self.twins else 0.0)


def tables(plain: list[Result], forged: list[Result], unattacked: list[Result]) -> str:
    """Write recall by chain, scenario, place, pacing and noise, forged beside plain, and what was called for nothing.

    "by it" counts the attacks that a finding of the expected chain tells of.
    """
    kinds: dict[str, Callable[[Verdict], str]] = {
        "expected chain": lambda one: one.attack.chain or "any",
        "scenario": lambda one: f"{one.attack.cloud}: {one.attack.scenario}",
        "place": lambda one: one.attack.style.place,
        "pacing": lambda one: one.attack.style.pacing,
        "noise": lambda one: str(one.attack.style.noise),
    }
    parts = []
    for title, key in kinds.items():
        honest, lying = _rows(plain, key), _rows(forged, key)
        head = f"\nrecall by {title}"
        parts.append(
            f"{head:52}{'found':>10}{'by it':>8}{'named':>8}{'minutes':>9}{'events':>8}"
            + ("    forged" if forged else "")
        )
        for name in sorted(honest):
            row = _row(honest[name])
            also = f"{_share(lying[name]):>10}" if forged else ""
            parts.append(f"  {name:50}{row}{also}")
    false: dict[str, int] = defaultdict(int)
    for result in (*plain, *unattacked):
        for incident in result.judged.false:
            false[("twin: " if incident.twin else "") + incident.of.partition(" (twin of")[0]] += 1
    parts.append("\nfalse incidents by what most of their evidence is of")
    parts += [f"  {name:50}{count:>10}" for name, count in sorted(false.items(), key=lambda one: (-one[1], one[0]))]
    return "\n".join(parts)


def _rows(results: Iterable[Result], key: Callable[[Verdict], str]) -> dict[str, list[Verdict]]:
    rows: dict[str, list[Verdict]] = defaultdict(list)
    for result in results:
        for verdict in result.judged.verdicts:
            rows[key(verdict)].append(verdict)
    return rows


def _share(verdicts: list[Verdict]) -> str:
    return f"{sum(one.found for one in verdicts)}/{len(verdicts)}"


def _row(verdicts: list[Verdict]) -> str:
    found = [one for one in verdicts if one.found]
    minutes = [one.minutes for one in found if one.minutes is not None]
    events = [one.events for one in found if one.events is not None]
    times = f"{median(minutes):>9.0f}{median(events):>8.0f}" if minutes and events else f"{'·':>9}{'·':>8}"
    return (
        f"{_share(verdicts):>10}{sum(one.expected for one in verdicts):>8}{sum(one.named for one in found):>8}{times}"
    )


def headline(plain: list[Result], forged: list[Result], unattacked: list[Result]) -> str:
    """Write the figures that the aims are about."""
    seeds = ", ".join(str(one.setting.seed) for one in plain)
    setting = plain[0].setting
    lines = [
        f"\nseeds {seeds}: {setting.identities:,} identities, {setting.days} days ({setting.warm_up} of warm-up), "
        f"{sum(one.events for one in plain):,} events; "
        f"built in {sum(one.building for one in plain):.0f} s, analysed in {sum(one.analysing for one in plain):.0f} s"
    ]
    for title, results in (("plain", plain), ("forged user agents", forged)):
        if results:
            lines += _figures(title, results)
    if unattacked:
        lines += ["without attacks:", _false(unattacked)]
    unparsed = [line for result in plain for line in result.unparsed]
    lines += [f"{len(unparsed)} records were not parsed, the first: {unparsed[0]}"] if unparsed else []
    return "\n".join(lines)


def _figures(title: str, results: list[Result]) -> list[str]:
    verdicts = [one for result in results for one in result.judged.verdicts]
    found = [one for one in verdicts if one.found]
    true, false = sum(one.judged.true for one in results), sum(len(one.judged.false) for one in results)
    minutes = sorted(one.minutes for one in found if one.minutes is not None)
    events = sorted(one.events for one in found if one.events is not None)
    mix: dict[str, int] = defaultdict(int)
    for result in results:
        for severity, count in result.judged.severities.items():
            mix[severity] += count
    silent = sum(not one.found and not one.findings for one in verdicts)
    names = sum(one.judged.named_findings for one in results), sum(one.judged.true_findings for one in results)
    late = f"median {median(events):.0f} events, {median(minutes):.0f} minutes; " if minutes and events else ""
    tail = f"one in ten later than {minutes[int(0.9 * len(minutes))]:.0f} minutes" if minutes else "nothing was found"
    severities = ", ".join(f"{mix[name]} {name}" for name in ("critical", "high", "medium") if mix[name])
    return [
        f"{title}:",
        f"  recall                 {len(found) / max(1, len(verdicts)):.1%} ({len(found)} of {len(verdicts)} attacks; "
        f"{silent} without any finding)",
        f"  precision              {true / max(1, true + false):.1%} ({true} true incidents, {false} false)",
        _false(results),
        f"  to the finding         {late}{tail}",
        f"  names the true person  {names[0]} of {names[1]} findings; of {sum(one.named for one in found)} of "
        f"{len(found)} found attacks the gravest does",
        f"  severities             {severities or 'none'}",
    ]


def _false(results: list[Result]) -> str:
    fired, twins = sum(one.judged.twins_fired for one in results), sum(one.twins for one in results)
    incidents = sum(not incident.twin for one in results for incident in one.judged.false)
    daily = sum(one.daily for one in results) / len(results)
    total = sum(one.incidents for one in results) / len(results)
    days = round(1000 * sum(one.thousand_days for one in results))
    return (
        f"  false incidents        {total:.2f} a day per 1,000 identities: {daily:.2f} of daily life ({incidents} in "
        f"{days:,} days of an identity), and {fired} of {twins} twins"
    )


def show(case: Case, judged: Judged, limit: int) -> list[str]:
    """List misses and false incidents with their reasons, the nearest to the threshold last resp. first."""
    lines: list[str] = []
    if not limit:
        return lines
    head = f"seed {case.setting.seed}{', forged' if case.setting.forged else ''}"
    misses = [one for one in judged.verdicts if not one.found]
    misses.sort(key=lambda one: -(one.findings[0].score if one.findings else -1.0))
    lines.append(f"{head}: {len(misses)} missed")
    for miss in misses[:limit]:
        style = miss.attack.style
        lines.append(
            f"- MISSED {miss.attack.scenario} of {miss.attack.actor}: "
            f"{style.place}, {style.pacing}, noise {style.noise}"
            + (f", forged as {style.forged}" if style.forged else "")
        )
        lines += _reasons(miss.findings[0]) if miss.findings else ["    no finding at all"]
    lines.append(f"{head}: {len(judged.false)} false incidents")
    for incident in sorted(judged.false, key=_gravest)[:limit]:
        finding = max(incident.findings, key=lambda one: one.score)
        lines.append(f"- FALSE {'TWIN ' if incident.twin else ''}{incident.of} ({len(incident.findings)} findings)")
        lines += _reasons(finding)
    return lines


def _gravest(incident: Incident) -> float:
    return -max(finding.score for finding in incident.findings)


def _reasons(finding: Finding) -> list[str]:
    reasons = ", ".join(f"{one.signal} {one.bits:g}" for one in finding.reasons)
    calm = ", ".join(f"{one.signal} {one.bits:g}" for one in finding.counter_evidence)
    lines = [
        f"    {finding.severity} {finding.score:g} {finding.chain}: {finding.title}",
        f"    for: {reasons}",
    ]
    return [*lines, f"    against: {calm}"] if calm else lines
