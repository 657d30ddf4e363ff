"""Chain files: what is right is read, what is wrong is said in one line with file and line."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.chains import shipped
from analytic.chains.chain import Chain, Where
from analytic.chains.facets import OF_CALL, OF_MOMENT
from analytic.chains.wording import FIELD_MEANINGS, FIELDS
from pipelines.chains import docs as chain_docs
from pipelines.chains.files import ChainError, load_folder, parse
from pipelines.chains.tests import _lines, run
from schemas.records import ApiEvent, Finding
from tests.analytic.chains.drive import matches

GOOD = """\
name: told
title: "called {call} {cause}"
bits: 1
attack: [T1580]
shift: {least: 2.0}
stages:
  - name: looked
    where: {stage: recon, touched: false}
    least: 2
  - name: changed
    where: [{privileged: true}, {action: "*Create*"}]
    not: {outcome: denied}
check: ask
benign: [work]
examples:
  fires:
    - name: one
      events: [{at: 0, by: alice, call: "s3:ListBuckets"}]
  silent:
    - name: two
      events: [{at: 5m, by: "role:web/x", call: "s3:ListBuckets", account: 111122223333, mfa: true}]
"""


def read(text: str) -> Chain:
    return parse(text.encode(), "chains/told.yaml")


def test_a_chain_is_read_with_its_short_forms() -> None:
    chain = read(GOOD)
    assert chain.check == ("ask",)
    assert chain.stages[0].where == (Where(stage=("recon",), touched=("false",)),)
    assert chain.stages[1].not_ == (Where(outcome=("denied",)),)
    assert chain.examples.silent[0].events[0].account == "111122223333"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: told", "name: Told", "told.yaml:1: name: 'Told' is no name"),
        ("name: told", "name: other", "told.yaml:1: name: 'other' is not the file's name"),
        ("{call}", "{user}", "told.yaml:2: title: 'called {user} {cause}' has the field {user}: write one of"),
        ("{call}", "{call.__class__}", "told.yaml:2: title: "),
        ("{call}", "{call", "told.yaml:2: title: "),
        ("bits: 1\n", "bits: 99\n", "told.yaml:3: bits: is 99: write a number of at most 10"),
        ("T1580", "T1562.008", "told.yaml:4: attack[0]: 'T1562.008' is no technique of ATT&CK v19"),
        ("shift: {least", "shift: {most", "told.yaml:5: shift: 'most' is no key here: write one of least, dimensions"),
        ("where: {stage: recon", "where: {stagee: recon", "told.yaml:8: stages[0].where[0]: 'stagee' is no key here"),
        ("where: {stage: recon", "where: {stage: reckon", "told.yaml:8: stages[0].where[0].stage[0]: 'reckon' is none"),
        (
            "touched: false",
            "touched: maybe",
            "told.yaml:8: stages[0].where[0].touched[0]: 'maybe' is none of its values",
        ),
        ("{stage: recon, touched: false}", "{}", "told.yaml:8: stages[0].where[0]: asks for nothing"),
        ("least: 2\n", "least: 65\n", "told.yaml:9: stages[0].least: is 65: write a whole number of at most 64"),
        ("name: changed", "name: looked", "told.yaml:10: stages[1].name: 'looked' is the name of another stage too"),
        ("check: ask", "check:", "told.yaml:13: check: is empty"),
        ("at: 0", "at: noon", "told.yaml:18: examples.fires[0].events[0]: at 'noon' is no time"),
        ("by: alice", "by: 'pixie:x'", "told.yaml:18: examples.fires[0].events[0]: by 'pixie:x' is of no known kind"),
        ("name: two", "name: one", "told.yaml:15: examples: two examples are called 'one'"),
        ("bits: 1\n", "bits: 1\nwindow: soon\n", "told.yaml:4: window: 'soon' is no duration"),
        ("bits: 1\n", "bits: 1\nsame: [issued]\n", "told.yaml:4: same: has issued, so the first stage must say"),
        ("bits: 1\n", "bits: 1\nsame: [network]\napart: [network]\n", "told.yaml:5: apart: network stands in same too"),
        ("title:", "titel:", "told.yaml:2: 'titel' is no key here: did you mean title?"),
        ("  silent:\n", "  quiet:\n", "told.yaml:19: examples: 'quiet' is no key here"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ChainError) as caught:
        read(GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(f"chains/{said}"), str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 30), st.text(max_size=12))
def test_a_damaged_file_is_read_or_refused(at: int, gone: int, put: str) -> None:
    text = GOOD[:at] + put + GOOD[at + gone :]
    said = ""
    try:
        parse(text.encode("utf-8", "surrogatepass"), "told.yaml")
    except ChainError as error:
        said = str(error)
    assert said.isprintable()


def test_a_folder_is_read_and_its_names_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "told.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not a chain")
    assert [chain.name for chain in load_folder(tmp_path)] == ["told"]
    with pytest.raises(ChainError, match="is the name of a shipped chain too"):
        load_folder(tmp_path, ["told"])
    (tmp_path / "told.yml").write_text(GOOD)
    with pytest.raises(ChainError, match="is the name of a second chain too"):
        load_folder(tmp_path)
    for folder in (tmp_path / "nowhere", tmp_path / "notes.txt"):
        with pytest.raises(ChainError, match="cannot be read"):
            load_folder(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ChainError, match="has no chain files"):
        load_folder(tmp_path / "empty")


def analyse(events: list[ApiEvent], chains: tuple[Chain, ...]) -> list[Finding]:
    """Stand in for the analytic: a finding for each match."""
    found = []
    for _, match in matches(events, chains):
        finding = Finding(**dict.fromkeys(Finding.__struct_fields__))
        finding.chain, finding.title = match.chain, match.subject
        found.append(finding)
    return found


def test_the_runner_tells_what_passes_and_what_fails(tmp_path: Path) -> None:
    lines, code = run(None, analyse)
    assert code == 0
    assert lines[-1] == f"{len(shipped.chains())} chains, {len(lines) - 1} examples: {len(lines) - 1} passed, 0 failed"
    assert all(line.startswith("PASS ") for line in lines[:-1])
    (tmp_path / "told.yaml").write_text(GOOD)
    lines, code = run(tmp_path, analyse)
    assert code == 1
    assert "FAIL told fires: one: no finding, one was expected" in lines
    assert "PASS told is silent: two" in lines
    (tmp_path / "told.yaml").write_text(GOOD.replace("bits: 1", "bits: many"))
    lines, code = run(tmp_path, analyse)
    assert (len(lines), code) == (1, 1)
    assert re.match(r"FAIL .*told\.yaml:3: bits: 'many' is not a number", lines[0])


def test_every_key_of_where_has_a_reader() -> None:
    assert set(Where.__struct_fields__) - {"impact"} == OF_CALL.keys() | OF_MOMENT.keys()
    assert not OF_CALL.keys() & OF_MOMENT.keys()
    assert FIELDS.keys() == FIELD_MEANINGS.keys()


def test_the_page_is_current_and_its_chain_is_one() -> None:
    page = chain_docs.DOCS.read_text(encoding="utf-8")
    assert chain_docs.documented(page) == page, "run python -m pipelines.chains.docs"
    for key in Where.__struct_fields__:
        assert f"| `{key}` |" in page
    shown = re.search(r"```yaml\n(name: (\w+).*?)```", page, re.DOTALL)
    assert shown is not None
    chain = parse(shown[1].encode(), f"{shown[2]}.yaml")
    lines = [line for line in run_one(chain) if line.startswith("FAIL")]
    assert lines == []


def run_one(chain: Chain) -> list[str]:
    return list(_lines(chain, analyse))
