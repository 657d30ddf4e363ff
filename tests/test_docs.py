"""The pages name what is there: tests, files and other pages."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMED = [
    (str(page.relative_to(ROOT)), path, name)
    for page in PAGES
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text(encoding="utf-8"))
]
LINKS = [
    (str(page.relative_to(ROOT)), target)
    for page in PAGES
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
]
MENTIONS = [
    (str(page.relative_to(ROOT)), path)
    for page in PAGES
    if page.name != "CHANGELOG.md"
    for path in re.findall(r"`?\b(docs/[\w/-]+\.md)\b", page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("page", "path", "name"), NAMED)
def test_a_test_that_a_page_names_exists(page: str, path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_to_a_file(page: str, target: str) -> None:
    assert ((ROOT / page).parent / target).exists()


@pytest.mark.parametrize(("page", "path"), sorted(set(MENTIONS)))
def test_a_page_that_is_mentioned_exists(page: str, path: str) -> None:
    assert (ROOT / path).is_file()


def test_the_threat_model_has_its_proofs() -> None:
    assert len([page for page, _, _ in NAMED if page == "docs/threat-model.md"]) > 30
    assert LINKS
