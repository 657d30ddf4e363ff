"""What an account's logs show, and hence what a finding about it could not see.

A `View` is made of the rows of one account (analytic/coverage/cells.py): bounded, and the same in whatever order they
come.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from analytic.coverage.cells import COUNTS, merge
from analytic.coverage.rhythm import Gap, gaps
from analytic.policy import HOUR, Policy
from schemas.coverage import Coverage
from schemas.records import ApiEvent, Finding

MAX_LISTED = 64
"""Regions that a view tells apart, and services that it lists: the busiest. No cloud has as many regions."""

LEAST_SHARE = 0.5
"""A field that fewer than half of the events show is as good as missing."""

_MAX_ACCOUNTS = 4
_MAX_REGIONS = 6
_MAX_GAPS = 3

FIELDS = {
    "source_addresses": "where the call came from",
    "user_agents": "with which program the call was made",
    "credential_ids": "with which credential the call was made",
}
"""The fields that most events of a sound log show, and what is unknown without them."""

NEVER_SHOWN = frozenset({("gcp", "credential_ids"), ("azure", "user_agents")})
"""What a provider's log does not have by itself: Google's audit log names keys, Azure's activity log no program."""

CLASSES = {
    (
        "aws",
        "data",
    ): "data events (objects of S3, items of DynamoDB, invocations) are not in these logs: such reads "
    "and writes would not show",
    ("gcp", "data"): "Data Access logs are not in these logs: reads, and tokens handed out, would not show",
    ("azure", "data"): "resource logs (Key Vault, Storage) are not in these logs: such reads would not show",
}
"""What an account's logs hold only where somebody turned it on, by provider and log class."""

SIGN_INS = {
    "aws": "no sign-in at AWS is in these logs: how its console sessions were opened is unknown",
    "azure": "no sign-in of Entra is in these logs: who stands behind a token is known by name at most",
}


_SHOWN_BY = {
    "source_addresses": lambda event: event.source_ip or event.vpc_endpoint or event.source_service,
    "user_agents": lambda event: event.user_agent or event.client,
    "credential_ids": lambda event: event.credential_id or event.session_id or event.issued,
}


def hidden(event: ApiEvent) -> list[str]:
    """Say which fields an event of a finding does not show: what is known at once, on a stream too."""
    return [
        f"a record of this story does not show {unknown}"
        for field, unknown in FIELDS.items()
        if (event.provider, field) not in NEVER_SHOWN and not _SHOWN_BY[field](event)
    ]


class View(msgspec.Struct, array_like=True):
    """What one account's logs show. `first` and `last` are the starts of its first and last hours, UTC microseconds.

    `hours` are its events by hour, `classes` and `regions` the same for each of them: what silence is judged by.
    """

    provider: str
    account: str | None
    first: int
    last: int
    totals: dict[str, int]
    hours: dict[int, int]
    classes: dict[str, dict[int, int]]
    regions: dict[str, dict[int, int]]
    services: dict[str, int]

    def share(self, name: str) -> float:
        """Give the share of the identified events that show a field; 1 where there are none."""
        identified = self.totals["identified"]
        return self.totals[name] / identified if identified else 1.0

    def lacks(self, name: str) -> bool:
        """Whether a field is as good as missing, which the provider's log has by itself."""
        return (self.provider, name) not in NEVER_SHOWN and self.share(name) < LEAST_SHARE


def view(rows: Iterable[Coverage]) -> View:
    """Make the view of the rows of one account. Raises ValueError without any."""
    cells = merge({}, rows)
    if not cells:
        raise ValueError("a view needs at least one row")
    totals = dict.fromkeys(COUNTS, 0)
    hours: dict[int, int] = defaultdict(int)
    classes: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    regions: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    services: dict[str, int] = defaultdict(int)
    for row in cells.values():
        for name in COUNTS:
            totals[name] += getattr(row, name)
        hours[row.hour] += row.events
        classes[row.log_class][row.hour] += row.events
        if row.region is not None:
            regions[row.region][row.hour] += row.events
        services[row.service] += row.events
    provider, account = next(iter(cells))[:2]
    busiest = sorted(regions, key=lambda name: (-sum(regions[name].values()), name))[:MAX_LISTED]
    return View(
        provider,
        account,
        min(hours),
        max(hours),
        totals,
        dict(sorted(hours.items())),
        {name: dict(sorted(classes[name].items())) for name in sorted(classes)},
        {name: dict(sorted(regions[name].items())) for name in sorted(busiest)},
        dict(sorted(services.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_LISTED]),
    )


def silences(seen: View, end: int) -> list[Gap]:
    """Give the gaps of an account, then those of its log classes and regions while the account itself was not silent.

    `end` is the start of the last hour of the provider's logs: a log that stops before it is silent since.
    """
    found = gaps("", seen.hours, end)
    for part in (seen.classes, seen.regions):
        if len(part) > 1:
            for name, hours in part.items():
                found += [gap for gap in gaps(name, hours, end) if not _inside(gap, found)]
    return found


def _inside(gap: Gap, whole: Sequence[Gap]) -> bool:
    return any(not other.what and other.since <= gap.since and gap.until <= other.until for other in whole)


class Visible:
    """The views of all accounts, by account; silences are worked out once an account."""

    def __init__(self, views: Iterable[View]) -> None:
        """Takes the views, in any order."""
        self.views = sorted(views, key=lambda seen: (seen.provider, seen.account or ""))
        self._by_account = {seen.account: seen for seen in self.views}
        self._silences: dict[tuple[str, str | None], list[Gap]] = {}

    def of(self, account: str | None) -> View | None:
        """Give the view of an account; None where these logs have nothing of it."""
        return self._by_account.get(account)

    def silences(self, seen: View) -> list[Gap]:
        """Give the gaps of an account: a log that stops before its provider's others is silent since."""
        key = (seen.provider, seen.account)
        if key not in self._silences:
            end = max(other.last for other in self.views if other.provider == seen.provider)
            self._silences[key] = silences(seen, end)
        return self._silences[key]

    def has(self, provider: str, log_class: str) -> bool:
        """Whether any account of a provider shows a log class."""
        return any(log_class in seen.classes for seen in self.views if seen.provider == provider)

    def count(self, provider: str, name: str) -> int:
        """Give a count over all accounts of a provider."""
        return sum(seen.totals[name] for seen in self.views if seen.provider == provider)


def spots(finding: Finding, visible: Visible, policy: Policy) -> list[str]:
    """Say what the logs of a finding's accounts did not show, one sentence each."""
    reached = sorted({account for account in finding.session.accounts if account})
    seen = [one for account in reached if (one := visible.of(account)) is not None]
    found = [text for one in seen[:_MAX_ACCOUNTS] for text in _of_account(one, finding, visible, policy)]
    for provider in sorted({one.provider for one in seen}):
        if provider in SIGN_INS and not visible.has(provider, "signin"):
            found.append(SIGN_INS[provider])
        if visible.count(provider, "short_lived") and not visible.count(provider, "issued_keys"):
            found.append(f"no {provider} call that hands out a credential is in these logs, hence no hop by one")
    own = finding.actor.account
    if own is not None and visible.of(own) is None:
        found.append(f"account {own} of {finding.actor.name} has no logs here: what was done there would not show")
    return found


def _of_account(seen: View, finding: Finding, visible: Visible, policy: Policy) -> list[str]:
    name = f"account {seen.account}"
    found = [
        f"{name}: {text}"
        for (provider, log_class), text in CLASSES.items()
        if provider == seen.provider and log_class not in seen.classes
    ]
    if seen.provider == "aws" and 0 < len(seen.regions) <= _MAX_REGIONS:
        found.append(f"{name}: these logs hold nothing outside {', '.join(seen.regions)}")
    for field, unknown in FIELDS.items():
        if seen.lacks(field):
            found.append(f"{name}: {unknown} is unknown for {1 - seen.share(field):.0%} of its calls")
    since = finding.first_event_time - policy.chain_window
    near = [gap for gap in visible.silences(seen) if gap.since <= finding.last_event_time and gap.until >= since]
    for gap in near[:_MAX_GAPS]:
        which = f"{gap.what} logs" if gap.what else "logs"
        lasted = "to the end" if gap.open else f"for {(gap.until - gap.since) // HOUR} hours"
        found.append(f"{name}: its {which} were silent {lasted}, where some {gap.missed} events are usual")
    return found
