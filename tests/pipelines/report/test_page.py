"""The page: nothing loads and nothing runs, every text stays text, and whoever decides finds the answers first."""

import base64
import hashlib
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.detail import MAX_EVIDENCE
from pipelines.report.folder import Folder, Letters
from pipelines.report.page import MAX_LINES, render
from pipelines.views.console import safe
from schemas.records import Suppressed
from tests import findings, make
from tests.pipelines.report.pages import HOSTILE, Parsed, page, write


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = [findings.stolen(), findings.finding("fab01"), findings.finding("fab02", day=1, severity="high")]
    coverage = [{"account": make.ACCOUNT, "hour": make.T0, "events": 7}]
    return page(write(tmp_path_factory.mktemp("whole") / "out", *made, coverage=coverage))


def sources(page_: str, directive: str) -> list[str]:
    (policy,) = [
        meta["content"] for meta in Parsed(page_).all("meta") if meta.get("http-equiv", "") == "Content-Security-Policy"
    ]
    (found,) = [part.split() for part in policy.split(";") if part.split()[0] == directive]
    return found[1:]


def test_the_policy_lets_nothing_but_the_page_s_own_style_and_script_in(whole: str) -> None:
    assert sources(whole, "default-src") == ["'none'"]
    assert sources(whole, "base-uri") == ["'none'"]
    assert sources(whole, "form-action") == ["'none'"]
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", whole, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert sources(whole, directive) == [f"'sha256-{digest}'"]
    # It must come before what it governs.
    assert whole.index("Content-Security-Policy") < whole.index("<style>")


def test_nothing_in_the_page_loads_or_runs(whole: str) -> None:
    parsed = Parsed(whole)
    assert not {"link", "iframe", "object", "embed", "img", "base", "form", "foreignobject"} & {
        element.tag for element in parsed.elements
    }
    for element in parsed.elements:
        assert not [name for name in element.attributes if name.startswith("on") or name in ("style", "src")]
        if "href" in element.attributes:
            assert (element.attributes["href"] or "").startswith("#")


def test_style_and_script_are_constants_without_an_address() -> None:
    for name in ("style.css", "script.js"):
        content = files("pipelines.report").joinpath("templates", name).read_text()
        assert "</" not in content
        assert not re.search(r"https?:|url\(|@import|innerHTML|eval\(|document\.write", content)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text(text: str, whole: str, tmp_path: Path) -> None:
    made = findings.stolen(text)
    made.finding_id = "fu11d"
    made.chain = text
    made.evidence = [
        msgspec.structs.replace(piece, event_id=text, source_ip=text, origin=text, interface=text, outcome=text)
        for piece in made.evidence
    ]
    made.session.accounts = [text]
    made.suppressed = Suppressed(text, text)
    other = msgspec.structs.replace(findings.stolen(text), finding_id="other", chain=text)
    coverage = [{"account": text, "hour": make.T0, "events": 7}]
    folder = write(tmp_path / "out", made, other, coverage=coverage, summary={"errors": [text], "tokentrail": text})
    letter = dict.fromkeys(("origin", "step", "error_type", "error"), text)
    (folder / "dead_letters.jsonl").write_text(f"{json.dumps(letter)}\n")
    made_page = page(folder)
    parsed = Parsed(made_page)
    plain = Parsed(page(write(tmp_path / "plain", msgspec.structs.replace(made, title="x"), other)))
    # The same kinds of elements as with any other text, and each attribute is one of ours.
    assert {element.tag for element in parsed.elements} <= {element.tag for element in Parsed(whole).elements} | {
        element.tag for element in plain.elements
    }
    assert not [name for element in parsed.elements for name in element.attributes if name.startswith("on")]
    assert not {"img", "iframe", "b", "textarea"} & {element.tag for element in parsed.elements}
    assert len(parsed.all("script")) == len(parsed.all("style")) == 1
    assert all(character.isprintable() or character == "\n" for character in made_page)
    shown = " ".join(safe(text)[:599].split())
    assert shown in parsed.text


def test_a_text_that_is_very_long_is_cut_and_says_so(tmp_path: Path) -> None:
    made = page(write(tmp_path, findings.stolen("y" * 100_000)))
    assert "y" * 601 not in made
    assert "…" in made


def test_the_page_is_sound_for_whoever_cannot_see_it(whole: str) -> None:
    parsed = Parsed(whole)
    assert parsed.all("html") == [{"lang": "en"}]
    assert (
        len(parsed.all("main")) == len(parsed.all("header")) == len(parsed.all("footer")) == len(parsed.all("h1")) == 1
    )
    assert parsed.all("title")
    # No level of heading is left out on the way down.
    assert all(below - above <= 1 for above, below in zip(parsed.headings, parsed.headings[1:], strict=False))
    ids = [element.attributes["id"] for element in parsed.elements if "id" in element.attributes]
    assert Counter(ids).most_common(1)[0][1] == 1
    links = [(link["href"] or "")[1:] for link in parsed.all("a")]
    assert set(links) <= set(ids)
    named_by = [element.attributes.get("aria-labelledby") for element in parsed.elements]
    assert {name for name in named_by if name} <= set(ids)
    for drawing in re.findall(r"<svg.*?</svg>", whole, re.DOTALL):
        assert 'aria-hidden="true"' in drawing or re.match(r'<svg[^>]* role="img"[^>]*><title>[^<]+</title>', drawing)
    # Every field is inside of its label.
    assert len(re.findall(r"<label[^>]*>(?:(?!</label>).)*<(?:input|select)", whole, re.DOTALL)) == len(
        [*parsed.all("input"), *parsed.all("select")]
    )
    for region in parsed.elements:
        if region.attributes.get("tabindex") == "0":
            assert region.attributes.get("aria-label")


def test_the_first_screen_answers_what_whoever_decides_asks(whole: str) -> None:
    text = Parsed(whole).text
    order = [
        "What happened",
        "Who is behind it",
        "What was changed",
        "What is still open",
        "What could not be seen",
        "Overview 3 findings.",
    ]
    places = [text.index(f" {heading} ") for heading in order]
    assert places == sorted(places)
    first = text[: places[-1]]
    assert "2 findings of medium severity or more, 2 of them high or critical" in first
    assert "alice ran SendCommand on i-0abc" in first
    assert "a person in aws, account 111122223333. 1 probable of 1 hop: look twice at the name." in first
    assert "iam:i-0abc on i-0abc, in 111122223333, 2026-03-03 08:00:00 UTC" in first
    assert "deactivate the access key of i-0abc" in first
    assert "delete the access key i-0abc" in first
    assert "the theft of i-0abc is not in the logs" in first
    assert "coverage was not measured" not in first


def test_what_could_not_be_seen_counts_inputs_too(tmp_path: Path) -> None:
    folder = write(tmp_path, findings.stolen(), summary={"errors": ["no such file: x"]})
    (folder / "dead_letters.jsonl").write_text(
        '{"step": "parse", "error_type": "bad_json", "error": "e", "origin": "o"}\n' * 3
    )
    text = Parsed(page(folder)).text
    assert "an input could not be read: no such file: x" in text
    assert "3 records or files could not be read" in text
    assert "coverage was not measured" in text
    assert "Step Error Number parse bad_json 3" in text


def test_suppressed_and_retracted_findings_are_told_but_do_not_lead(tmp_path: Path) -> None:
    aside = findings.stolen()
    aside.suppressed = Suppressed("owner", "known test", None)
    gone = msgspec.structs.replace(findings.stolen(), finding_id="gone", status="retracted")
    text = Parsed(page(write(tmp_path, aside, gone))).text
    assert "Nothing was found" in text
    assert "2 findings suppressed or retracted not counted here" in text
    assert "Suppressed by owner: known test" in text


def test_a_finding_tells_its_whole_story(whole: str) -> None:
    text = Parsed(whole).text
    for part in (
        "alice became i-0abc by SendCommand, 2026-03-03 08:00:00 (probable); it may have been i-0abc",
        "shift of home: 198.51.100.0/24 -> 203.0.113.0/24 (+8.0 bits)",
        "stage privileged: T1136.003 Create Account: Cloud Account (Persistence)",
        "+3.0",
        "opened with a second factor by i-0abc",
        "Documented automation: i-0abc. Outside its envelope: network i-0abc.",
        "CloudTrail data events of i-0abc",
        "file:///logs/day.json.gz#1",
        "Evidence: 2 of 2 events",
        "FROM cloudtrail_logs",
        "T1686.001",
        "Known benign twins",
    ):
        assert part in text, part


def test_a_finding_of_thousands_of_events_keeps_its_page_small(tmp_path: Path) -> None:
    made = findings.finding("f1", calls=[f"iam:Call{number}" for number in range(6_000)])
    made.stages = made.stages[:3]
    content = page(write(tmp_path, made))
    assert f"Evidence: {MAX_EVIDENCE} of 6,000 events" in Parsed(content).text
    assert len(content) < 1 << 20


def test_the_same_folder_gives_the_same_page(tmp_path: Path) -> None:
    folder = write(tmp_path, findings.stolen(), findings.finding("fab01"))
    assert page(folder) == page(folder)


def test_an_empty_folder_gives_a_page_that_says_so(tmp_path: Path) -> None:
    text = Parsed(page(write(tmp_path))).text
    assert "Nothing was found" in text
    assert "There is no finding." in text


def test_what_a_page_leaves_out_is_told_by_severity(tmp_path: Path) -> None:
    made = [findings.finding(f"low{number}") for number in range(5)]
    made += [findings.finding(f"high{number}", severity="high") for number in range(3)]
    parsed = Parsed(page(write(tmp_path, *made), max_whole=2))
    assert "tells the 2 gravest findings in full. 6 others (1 high, 5 low) have a line each" in parsed.text
    articles = parsed.all("article")
    assert [one["data-severity"] for one in articles] == ["high"] * 3 + ["low"] * 5
    assert [one["class"] for one in articles] == ["finding"] * 2 + ["finding brief"] * 6


def test_more_than_a_page_holds_is_counted() -> None:
    many = [findings.finding(f"f{number}") for number in range(MAX_LINES + 12)]
    text = Parsed("".join(render(Folder(many, Letters({}, []), {}, None), (), 2))).text
    assert "10 of these (10 low) have none" in text


@given(text=st.text(max_size=80), time=st.integers(-(2**63), 2**63 - 1), score=st.floats(allow_nan=False, width=32))
def test_any_text_time_and_score_gives_a_page(text: str, time: int, score: float) -> None:
    made = msgspec.structs.replace(
        findings.stolen(text), first_event_time=time, last_event_time=time, score=score, severity_rank=5
    )
    made.reasons = [msgspec.structs.replace(made.reasons[0], bits=score)]
    made.shifts = [msgspec.structs.replace(made.shifts[0], time=time)]
    parsed = Parsed("".join(render(Folder([made], Letters({}, []), {}, {(text, time // 2): 1}), ())))
    assert len(parsed.all("article")) == 1
    assert len(parsed.all("script")) == 1


def _colours(style: str) -> tuple[dict[str, str], dict[str, str]]:
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    dark = dark[: dark.index("* { box-sizing")]
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]
    return found[0], found[0] | found[1]


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_contrast_in_both_schemes() -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for text, 3 for what is drawn."""
    style = files("pipelines.report").joinpath("templates", "style.css").read_text()
    for colours in _colours(style):
        for back in ("page", "surface", "raised"):
            for front in ("text", "muted", "link"):
                assert _contrast(colours[front], colours[back]) >= 4.5, (front, back)
        for severity in ("critical", "high", "medium", "low", "info"):
            assert _contrast(colours["on-severity"], colours[severity]) >= 4.5, severity
            assert _contrast(colours[severity], colours["surface"]) >= 3, severity
        for drawn in ("for", "against", "person", "dot", "edge"):
            assert _contrast(colours[drawn], colours["surface"]) >= 3, drawn
