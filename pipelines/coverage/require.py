"""What a run must show to pass: `--require` and `--fail-under`, for CI and schedules."""

import argparse
from collections.abc import Callable

from analytic.coverage.blindness import BLIND, HELD, PARTLY, PROVIDERS
from analytic.coverage.digests import BAD
from analytic.coverage.visibility import FIELDS
from pipelines.coverage.report import Report, iso

_CLASSES = tuple(sorted({name for held in HELD.values() for name in held}))

HELP = (
    "what must be there, or the exit code is 2; repeatable: PROVIDER (aws), PROVIDER:CLASS (aws:data), account:ID, "
    "region:NAME, field:NAME (source_addresses, user_agents, credential_ids), chain:NAME, hops, no-gaps, unchanged "
    "(the digests)"
)

Check = Callable[[Report], str | None]
"""Gives what is missing, in one line; None when it is there."""


def requirement(text: str) -> tuple[str, Check]:
    """Read one requirement. Raises ArgumentTypeError with what can be asked for."""
    kind, _, name = text.partition(":")
    if text in ("hops", "no-gaps", "unchanged"):
        return text, {"hops": _hops, "no-gaps": _no_gaps, "unchanged": _unchanged}[text]
    if kind in PROVIDERS and not name:
        return text, lambda found: None if _providers(found, kind) else f"no log of {kind} is here"
    if kind in PROVIDERS and name in _CLASSES:
        if name not in HELD[kind]:
            raise argparse.ArgumentTypeError(
                f"{text}: {kind} has no log class {name}, only {', '.join(sorted(HELD[kind]))}"
            )
        return text, lambda found: _class(found, kind, name)
    if kind == "field" and name in FIELDS:
        return text, lambda found: _field(found, name)
    if kind == "chain" and name:
        return text, lambda found: _chain(found, name)
    if kind == "account" and name:
        return text, lambda found: None if found.visible.of(name) else f"account {name} has no logs here"
    if kind == "region" and name:
        return (
            text,
            lambda found: (
                None
                if any(name in seen.regions for seen in found.visible.views)
                else f"nothing of region {name} is here"
            ),
        )
    raise argparse.ArgumentTypeError(f"{text!r} cannot be required; give {HELP.partition('repeatable: ')[2]}")


def under(found: Report, percent: float) -> list[str]:
    """Give the accounts whose hours are covered by less than so many per cent."""
    return [
        f"{seen.provider} {seen.account}: {found.covered(seen):.1f} % of its hours are covered, less than {percent:g} %"
        for seen in found.visible.views
        if found.covered(seen) < percent
    ]


def _providers(found: Report, provider: str) -> bool:
    return any(seen.provider == provider for seen in found.visible.views)


def _class(found: Report, provider: str, name: str) -> str | None:
    lacking = [
        seen.account or "?"
        for seen in found.visible.views
        if seen.provider == provider and name not in seen.classes and name != "signin"
    ]
    if name == "signin" and not found.visible.has(provider, name):
        return f"no sign-in of {provider} is here"
    if not _providers(found, provider):
        return f"no log of {provider} is here"
    return f"no {name} events of {provider} in {', '.join(lacking)}" if lacking else None


def _field(found: Report, name: str) -> str | None:
    lacking = [f"{seen.provider} {seen.account}" for seen in found.visible.views if seen.lacks(name)]
    return f"most events do not show {name} in {', '.join(lacking)}" if lacking else None


def _chain(found: Report, name: str) -> str | None:
    sights = [sight for sight in found.chains if sight.name == name]
    if not sights:
        return f"no chain {name} is asked of these logs"
    blind = [sight for sight in sights if sight.state in (BLIND, PARTLY)]
    return "; ".join(f"{one.state} at {one.provider}: {', '.join(one.why)} lack" for one in blind) or None


def _hops(found: Report) -> str | None:
    blind = [f"{sight.provider}: {sight.name}" for sight in found.hops if sight.state == BLIND]
    return "; ".join(blind) or None


def _no_gaps(found: Report) -> str | None:
    silent = [f"{seen.provider} {seen.account} {gap.what} from {iso(gap.since)}" for seen, gap in found.gaps]
    return "; ".join(silent) or None


def _unchanged(found: Report) -> str | None:
    if not found.verdicts:
        return "no digest file is here: nothing proves that the logs are unchanged"
    bad = [f"{verdict.state}: {verdict.name}" for verdict in found.verdicts if verdict.state in BAD]
    return "; ".join([*bad, *(f"no digest speaks of {path}" for path in found.uncovered)]) or None
