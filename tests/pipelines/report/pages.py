"""Pages for tests: a folder as a scan leaves it, rendered, and read back as elements."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from analytic.chains.shipped import chains
from pipelines.report.folder import load
from pipelines.report.page import MAX_WHOLE, render
from schemas.records import Finding
from tests import findings

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title></textarea><svg onload=alert(1)>",
    "]]><!--",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&#x3c;",
    "\u202egpj.exe\u2066",
    "a\0b\x1b[2J",
    "a\nb\rc\u2028d",
    "x" * 5_000,
    "\u05e9\u05dc\u05d5\u05dd admin",
    "\ud800",
]


class Element(NamedTuple):
    """A start tag with its attributes."""

    tag: str
    attributes: dict[str, str | None]


class Parsed(HTMLParser):
    """All elements and all text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.texts: list[str] = []
        self.headings: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag[0] == "h" and tag[1:].isdigit():
            self.headings.append(int(tag[1:]))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1].tag not in ("style", "script"):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [element.attributes for element in self.elements if element.tag == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def write(folder: Path, *made: Finding, **beside: Any) -> Path:
    """Write findings into a folder, and other files beside them: name and content, as JSON."""
    folder.mkdir(exist_ok=True)
    findings.write(folder / "findings.jsonl", *made)
    for name, content in beside.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def page(folder: Path, max_whole: int = MAX_WHOLE) -> str:
    """Give the page of a folder."""
    return "".join(render(load(str(folder)), chains(), max_whole))
