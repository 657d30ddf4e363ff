"""Findings as Markdown: read by a Markdown parser, every text of a log is text again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analytic.formats.ticket import MAX_EVIDENCE, code, escaped, to_ticket
from analytic.formats.visible import visible
from schemas.records import to_dict
from tests import findings

READ = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "```\ncode",
    "    indented",
    "[a](javascript:alert(1))",
    "![a](http://evil.example/x.png)",
    "<script>alert(1)</script>",
    "<!-- hidden -->",
    "a | b | c",
    "**bold** _it_ ~~gone~~",
    "a`b``c",
    "`",
    "\\",
    "&lt;&copy;",
    "---",
    "===",
    "[x]: http://evil.example",
    "https://evil.example",
    "a\n\n# b",
    "\u202ex",
    "\t# x",
]


def told(markdown: str) -> tuple[str, set[str]]:
    """Give the text of Markdown as it is read, and the kinds of parts that it is made of."""
    kinds, text = set(), []
    for token in READ.parse(markdown):
        kinds.add(token.type)
        for child in token.children or []:
            kinds.add(child.type)
            text.append(child.content)
    return "".join(text), kinds


@pytest.mark.parametrize("text", HOSTILE)
def test_an_escaped_text_is_read_as_itself(text: str) -> None:
    said, kinds = told(f"- {escaped(text)}")
    assert said == visible(text).strip()
    assert kinds <= {
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
    }


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40))
def test_any_text_is_read_as_itself(text: str) -> None:
    said, kinds = told(f"- {escaped(text)}")
    if not escaped(text):
        return
    assert said == visible(text).strip()
    assert not kinds & {
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "heading_open",
        "em_open",
        "strong_open",
        "hr",
        "fence",
    }


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_any_text_as_code_is_code(text: str) -> None:
    said, kinds = told(f"- a {code(text)}")
    assert said == f"a {visible(text).replace('|', chr(0xFF5C))}"
    assert "code_inline" in kinds


@pytest.mark.parametrize("text", HOSTILE)
def test_a_ticket_has_the_same_shape_whatever_the_log_says(text: str) -> None:
    def shape(markdown: str) -> list[str]:
        return [token.type for token in READ.parse(markdown)]

    assert shape(to_ticket(to_dict(findings.stolen(text)))) == shape(to_ticket(to_dict(findings.stolen())))


def test_a_mention_calls_nobody_and_an_address_stays_one() -> None:
    assert escaped("@everyone and (@team)") == "`@`everyone and \\(`@`team\\)"
    assert escaped("alice@example.com") == "alice@example.com"


def test_a_ticket_says_what_to_do_as_tasks() -> None:
    markdown = to_ticket(to_dict(findings.stolen()))
    assert markdown.startswith("## Critical: alice ran SendCommand on i-0abc\n")
    assert "- [ ] deactivate the access key of i-0abc" in markdown
    assert "- [ ] delete the access key i-0abc" in markdown
    assert "`alice` became `i-0abc` by `SendCommand`" in markdown
    assert "`file:///logs/day.json.gz#1`" in markdown


def test_the_table_of_evidence_has_an_end() -> None:
    made = findings.finding("f1", calls=[f"iam:Call{number}" for number in range(MAX_EVIDENCE + 7)])
    markdown = to_ticket(to_dict(made))
    assert markdown.count("`f1-") == MAX_EVIDENCE
    assert "and 7 more events" in markdown
