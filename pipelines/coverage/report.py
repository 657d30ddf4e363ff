"""What the rows of coverage mean, gathered once for the table, the JSON and the exit code."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from analytic.chains.chain import Chain
from analytic.coverage import blindness
from analytic.coverage.blindness import Sight
from analytic.coverage.digests import Verdict
from analytic.coverage.rhythm import Gap
from analytic.coverage.visibility import View, Visible, view
from analytic.policy import HOUR
from schemas.coverage import Coverage


class Report(NamedTuple):
    """What was seen: the accounts, their gaps, chains and hops, and what the digests prove."""

    visible: Visible
    gaps: list[tuple[View, Gap]]
    chains: list[Sight]
    hops: list[Sight]
    verdicts: list[Verdict]
    uncovered: list[str]

    def covered(self, seen: View) -> float:
        """Give the per cent of an account's hours, to the end of its provider's logs, that no gap takes away."""
        end = max(other.last for other in self.visible.views if other.provider == seen.provider)
        hours = (end - seen.first) // HOUR + 1
        lost = {
            hour
            for other, gap in self.gaps
            if other is seen
            for hour in range(gap.since, gap.until, HOUR)
            if seen.first <= hour <= end
        }
        return 100 * (hours - len(lost)) / hours


def report(rows: Iterable[Coverage], chains: Iterable[Chain], verdicts: list[Verdict], uncovered: list[str]) -> Report:
    """Make the report of all rows."""
    by_account: dict[tuple[str, str | None], list[Coverage]] = defaultdict(list)
    for row in rows:
        by_account[row.provider, row.account].append(row)
    visible = Visible(view(own) for own in by_account.values())
    gaps = [(seen, gap) for seen in visible.views for gap in visible.silences(seen)]
    return Report(visible, gaps, blindness.chains(chains, visible), blindness.hops(visible), verdicts, uncovered)


def to_json(found: Report) -> dict[str, Any]:
    """Give the report as `visibility.json` and --format json have it. Times are ISO 8601, UTC."""
    return {
        "accounts": [_account(found, seen) for seen in found.visible.views],
        "gaps": [
            {
                "provider": seen.provider,
                "account": seen.account,
                "what": gap.what or "account",
                "since": iso(gap.since),
                "until": None if gap.open else iso(gap.until),
                "hours": (gap.until - gap.since) // HOUR,
                "missed_events": gap.missed,
                "bits": gap.bits,
            }
            for seen, gap in found.gaps
        ],
        "chains": [_sight(sight) for sight in found.chains],
        "hops": [_sight(sight) for sight in found.hops],
        "digests": {
            "verdicts": [verdict._asdict() for verdict in found.verdicts],
            "files_no_digest_speaks_of": found.uncovered,
        },
    }


def _account(found: Report, seen: View) -> dict[str, Any]:
    return {
        "provider": seen.provider,
        "account": seen.account,
        "first_hour": iso(seen.first),
        "last_hour": iso(seen.last),
        "covered_percent": round(found.covered(seen), 1),
        "counts": seen.totals,
        "log_classes": {name: sum(hours.values()) for name, hours in seen.classes.items()},
        "regions": {name: sum(hours.values()) for name, hours in seen.regions.items()},
        "services": seen.services,
    }


def _sight(sight: Sight) -> dict[str, Any]:
    return {"name": sight.name, "provider": sight.provider, "state": sight.state, "lacks": list(sight.why)}


def iso(micros: int) -> str:
    """Give a time as ISO 8601 in UTC, to the minute; what a calendar does not reach as it is."""
    try:
        return datetime.fromtimestamp(micros / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%MZ")
    except (ValueError, OverflowError, OSError):
        return str(micros)
