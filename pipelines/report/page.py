"""Renders the report: one HTML page that loads nothing, with a policy that lets nothing else run.

The style and the script are the package's own constants and named by their hashes in the page's content security
policy; no text of a log is ever part of either. Every value is escaped by the templates (autoescape), and what is
invisible in it is spelt out on the way there.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup

from analytic.chains.chain import Chain
from pipelines.report.detail import detail, row
from pipelines.report.drawing.bars import GRAVEST_FIRST
from pipelines.report.drawing.heat import heat
from pipelines.report.folder import Folder
from pipelines.report.overview import MAX_LISTED, MAX_OPEN, first, gravity, overview
from pipelines.report.seen import Visibility
from pipelines.report.text import counted, shown
from pipelines.views.story import moment
from schemas.records import Finding

MAX_WHOLE = 200
"""Findings that are told in full, the gravest first. One takes some 35 KB."""

MAX_LINES = 3_000
"""Findings that have a line of their own beyond those, of some 2 KB: a page of all stays under 15 MB."""

MAX_BRIEF = 240
"""Characters of one text of a log on the first screen."""


class Cut(NamedTuple):
    """What a page leaves out, by severity: findings without their story, and findings without a line."""

    told_in_a_line: dict[str, int]
    left_out: dict[str, int]


def render(folder: Folder, chains: Iterable[Chain], max_whole: int = MAX_WHOLE) -> Iterable[str]:
    """Give the page in pieces. The same folder gives the same page."""
    known = tuple(chains)
    ranked = sorted(folder.findings, key=gravity)
    whole, lines, rest = ranked[:max_whole], ranked[max_whole : max_whole + MAX_LINES], ranked[max_whole + MAX_LINES :]
    style, script = _asset("style.css"), _asset("script.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .generate(
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704 - a constant of the package
            script=Markup(script),  # noqa: S704 - a constant of the package
            first=first(folder),
            overview=overview(folder.findings),
            whole=((row(finding), detail(finding, known)) for finding in whole),
            lines=[row(finding) for finding in lines],
            cut=Cut(_by_severity([*lines, *rest]), _by_severity(rest)),
            total=len(ranked),
            severities=GRAVEST_FIRST,
            choices=_choices([*whole, *lines]),
            letters=folder.letters,
            summary=folder.summary,
            heat=heat(folder.coverage) if folder.coverage else None,
            seen=folder.visibility or Visibility(),
        )
    )


def _by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.severity] = counts.get(finding.severity, 0) + 1
    return counts


def _choices(findings: list[Finding]) -> dict[str, list[str]]:
    """Give what the filters offer."""
    rows = [row(finding) for finding in findings]
    return {
        "account": sorted({account for one in rows for account in one.accounts}),
        "day": sorted({one.day for one in rows}),
        "chain": sorted({one.finding.chain for one in rows}),
    }


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return files("pipelines.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    environment.filters.update(moment=moment, code=_code, brief=_brief)
    environment.globals.update(counted=counted, max_open=MAX_OPEN, max_listed=MAX_LISTED)
    return environment


def _final(value: Any) -> Any:
    """Prepare every value for the page: text is shown as text, and None as nothing."""
    if value is None:
        return ""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _brief(text: str) -> str:
    return shown(text, MAX_BRIEF)


def _code(text: str) -> Markup:
    """Give a query as it stands, however long: its literals are escaped (quoting.py), its lines are its own."""
    return Markup("\n").join(Markup.escape(shown(line, len(text) * 6 + 1)) for line in text.split("\n"))
