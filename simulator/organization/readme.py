"""The README beside simulated logs: what is true about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.organization.world import SHARES, TEAMS, WAYS, World

if TYPE_CHECKING:
    from simulator.organization.writing import Settings, Story, Written

_TEXT = """\
# A made-up organization's audit logs, {days} days from 2 March 2026

**All of it is synthetic**: people, ids, keys, addresses and networks are made up (reserved address space), nothing
comes from a real account. Written by `tokentrail simulate --days {days} --identities {identities} --attacks {attacks} \
--seed {seed} --activity {activity:g}`; the same options give the same files.

- `logs/`: CloudTrail files by account and Region, Cloud Logging sinks by project and log, diagnostic-settings blobs of
  Azure and Entra, pages of Okta's System Log. Files hold an hour, in no order; one record in a hundred comes twice, one
  hour of one log in fifty comes one to three hours late.
- `truth.csv`: for each event its id, label (benign, attack, twin), scenario, the chain that should tell of it, and
  who truly acted.
- `asn.mmdb`, `city.mmdb`: whose network an address is in, and where: `tokentrail scan logs --asn-db asn.mmdb
  --country-db city.mmdb`.

## Figures

| | |
|---|---|
| identities | {identities:,}: {people} |
| events | {events:,} ({each:,.0f} an identity and day) |
| records delivered | {records:,} in {files:,} files, {size:,.0f} MB; {twice:,} of them a second time |
| labels | {labels} |

By scenario: {scenarios}.

## Assumptions

Shares and rhythms are the simulator's own, not a survey's. Kinds of identity (per cent): {shares}. Teams: {teams}. Ways
into AWS: {ways}. People work office hours of their own time zone on weekdays; one on-call person in ten is paged of a
night. A security scan runs on Wednesdays, an emergency drill on the first Thursday; the migration lasts from day
{first} to day {last} (day 0 is Monday).

## Attacks

{stories}
"""


def text(settings: Settings, world: World, stories: Sequence[Story], written: Written) -> str:
    """Give the README's text."""
    counts = {
        "people": world.people,
        "instances": world.instances,
        "functions": world.functions,
        "machine users": world.machine_users,
        "service accounts": world.service_accounts,
        "applications": world.applications,
        "virtual machines": world.machines,
        "pipelines": world.pipelines,
    }
    return _TEXT.format(
        days=settings.days,
        identities=settings.identities,
        attacks=len(stories),
        seed=settings.seed,
        activity=settings.activity / 100,
        people=", ".join(f"{len(found):,} {kind}" for kind, found in counts.items()),
        events=written.events,
        each=written.events / settings.identities / settings.days,
        records=written.records,
        files=written.files,
        size=written.size / 1e6,
        twice=written.twice,
        labels=_counted(dict(written.labels)),
        scenarios=_counted(dict(written.scenarios.most_common())),
        shares=_counted(SHARES),
        teams=_counted(TEAMS),
        ways=_counted(WAYS),
        first=world.migration[0],
        last=world.migration[1],
        stories=_listed(stories),
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())


def _listed(stories: Sequence[Story]) -> str:
    if not stories:
        return "None."
    lines = ["| begins (UTC) | scenario | whose identity | expected chain | its events |", "|---|---|---|---|---|"]
    for story in stories:
        own = [note for note in story.notes if note.label == story.label]
        first = datetime.fromtimestamp(own[0].at // 1000, UTC) if own else "-"
        lines.append(
            f"| {first:%Y-%m-%d %H:%M} | {story.scenario} | `{story.actor}` | {story.chain or 'any'} | {len(own)} |"
        )
    return "\n".join(lines)
