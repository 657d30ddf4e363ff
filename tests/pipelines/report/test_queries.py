"""Ready queries: whatever a log holds, a query is one statement that asks for the values and does nothing else."""

import re

import msgspec
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from pipelines.report import quoting
from pipelines.report.queries import MAX_VALUES, providers, queries
from pipelines.views.console import safe
from schemas.records import Actor
from tests import findings

HOSTILE = [
    "'; DROP TABLE cloudtrail_logs; --",
    "') OR 1=1 --",
    '") | take 1 //',
    "\\' OR 1=1",
    "\\",
    "a\nb",
    "a\0b",
    "\u202e\u2066x",
    "`${x}`",
    "/* x */",
    "$1 {{x}} %s",
    "\U000e0041",
    "\ud800",
    "é漢\U0001f600",
    "'''",
    '"""',
]

DIALECTS = {"BigQuery": "bigquery", "Athena": "athena"}
texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=40))


def kusto_literals(text: str) -> tuple[list[str], str]:
    """Give the values of a KQL text's string literals and what stands outside of them, by Kusto's lexical rules."""
    values, outside, place = [], [], 0
    simple = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r", "'": "'"}
    while place < len(text):
        if text[place] != '"':
            outside.append(text[place])
            place += 1
            continue
        place += 1
        value = []
        while text[place] != '"':
            if text[place] == "\\":
                mark = text[place + 1]
                width = {"u": 4, "U": 8}.get(mark, 0)
                value.append(chr(int(text[place + 2 : place + 2 + width], 16)) if width else simple[mark])
                place += 2 + width
            else:
                assert text[place].isprintable()
                value.append(text[place])
                place += 1
        values.append("".join(value))
        place += 1
    return values, "".join(outside)


def trino_unescaped(text: str) -> str:
    """Give what Trino reads in U&'...': a backslash before four or, with a plus, six digits, or before itself."""
    escape = re.compile(r"\\(?:\\|\+([0-9A-F]{6})|([0-9A-F]{4}))")
    return escape.sub(lambda found: chr(int(found[1] or found[2], 16)) if found[1] or found[2] else "\\", text)


def kept(value: str) -> str:
    """Give a value with what no literal can hold replaced."""
    return "".join("\ufffd" if 0xD800 <= ord(character) <= 0xDFFF else character for character in value)


@given(texts)
def test_a_kusto_literal_says_the_value_and_ends_there(value: str) -> None:
    assert kusto_literals(quoting.kusto(value)) == ([kept(value)], "")


@given(texts)
def test_a_bigquery_literal_is_one_literal(value: str) -> None:
    literal = quoting.bigquery(value)
    (select,) = sqlglot.parse(f"SELECT {literal} AS x", read="bigquery")
    assert isinstance(select, exp.Select)
    (only,) = select.find_all(exp.Literal)
    assert only.is_string
    # Python's and GoogleSQL's escapes \\, \', \uXXXX and \UXXXXXXXX are the same.
    assert literal.isprintable()
    assert literal.encode("ascii", "backslashreplace").decode("unicode_escape") == f"'{kept(value)}'"


@given(texts)
def test_an_athena_literal_is_one_literal(value: str) -> None:
    literal = quoting.athena(value)
    (select,) = sqlglot.parse(f"SELECT {literal} AS x", read="trino")
    assert isinstance(select, exp.Select)
    (only,) = select.find_all(exp.Literal, exp.UnicodeString)
    assert isinstance(only, exp.UnicodeString) == literal.startswith("U&")
    assert (trino_unescaped(only.this) if literal.startswith("U&") else only.this) == kept(value)


@given(texts)
def test_every_literal_can_be_shown_as_it_stands(value: str) -> None:
    for quote in (quoting.bigquery, quoting.athena, quoting.kusto):
        assert safe(quote(value)) == quote(value)
        assert quote(value).isprintable()


def hostile(text: str, provider: str = "aws") -> msgspec.Struct:
    made = findings.stolen(text)
    made.actor = Actor(f"{provider}:{text}", "user", text, None, provider)
    made.evidence = [msgspec.structs.replace(piece, event_id=text, credential_id=text) for piece in made.evidence]
    made.session.credentials = [text]
    return made


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure", "okta"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_stay_values(text: str, provider: str) -> None:
    made = queries(hostile(text, provider))
    assert {query.dialect for query in made} == {"BigQuery", "Athena", "KQL"}
    for query in made:
        assert len(query.text.splitlines()) < 20
        if query.dialect in DIALECTS:
            (statement,) = sqlglot.parse(query.text, read=DIALECTS[query.dialect])
            assert isinstance(statement, exp.Select)
            assert not list(statement.find_all(exp.Drop, exp.Union, exp.Subquery))
            assert "comments" not in repr(statement.args)
        else:
            values, outside = kusto_literals(query.text)
            assert kept(text) in values
            assert text not in outside or len(text) == 1
            assert outside.count("|") == 3


def test_a_query_asks_for_ids_credentials_actor_and_time() -> None:
    finding = findings.finding("f1", calls=["iam:CreateUser", "iam:CreateRole"])
    by = {query.dialect: query.text for query in queries(finding)}
    for text in by.values():
        assert all(part in text for part in ("f1-0", "f1-1", "AKIAALICE", "AIDAALICE", "alice"))
        assert "2026-03-03T07:45:00Z" in text
        assert "2026-03-03T08:15:00Z" in text
    assert "FROM cloudtrail_logs" in by["Athena"]
    assert "AWSCloudTrail" in by["KQL"]
    assert "tokentrail_events" in by["BigQuery"]


def test_each_cloud_has_its_own_tables() -> None:
    for provider, tables in {
        "gcp": ("cloudaudit_googleapis_com", "GCPAuditLogs"),
        "azure": ("AzureActivity", "SigninLogs"),
        "okta": ("Okta_CL",),
    }.items():
        made = queries(findings.finding("f1", actor=Actor(f"{provider}:x", "user", "x", None, provider)))
        for table in tables:
            assert any(table in query.text for query in made)


def test_all_clouds_of_a_finding_are_asked_the_actor_s_own_first() -> None:
    finding = findings.stolen()
    finding.actor = Actor("okta:00u", "user", "x@example.com", None, "okta")
    finding.session.accounts = ["111122223333", "7f3e9a20-64b1-4d0c-8e52-91c7d3b6a048", "a-project"]
    assert providers(finding) == ["okta", "aws", "azure"]


def test_a_query_is_bounded_whatever_a_finding_holds() -> None:
    finding = findings.finding("f1", calls=[f"iam:Call{number}" for number in range(5_000)])
    finding.session.credentials = ["k" * 100_000]
    for query in queries(finding):
        assert query.text.count("f1-") == MAX_VALUES
        assert "kkk" not in query.text


@given(first=st.integers(-(2**63), 2**63 - 1), last=st.integers(-(2**63), 2**63 - 1))
def test_any_time_gives_a_query(first: int, last: int) -> None:
    finding = msgspec.structs.replace(findings.finding("f1"), first_event_time=first, last_event_time=last)
    for query in queries(finding):
        if query.dialect in DIALECTS:
            sqlglot.parse_one(query.text, read=DIALECTS[query.dialect])
