"""Ready queries that fetch a finding's raw events: by event id, credential and actor, within its time.

The tables are those that the providers' own exports make; a name in capitals is the reader's to fill in. What a store
has no raw table for is asked of `tokentrail_events`: what `tokentrail events` writes (events.avro), whose `origin`
leads to the raw record. Sources of tables and columns: AWS, "Create a table for CloudTrail logs in Athena"; Google
Cloud, "BigQuery schema for logs" and its fields of audit logs; Azure Monitor, tables AWSCloudTrail, GCPAuditLogs,
AzureActivity, SigninLogs, AuditLogs, MicrosoftGraphActivityLogs; Microsoft Sentinel, connector of Okta (Okta_CL).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pipelines.report import quoting
from pipelines.report.text import clock
from schemas.records import Finding

MAX_VALUES = 200
"""Ids in one query: the stores bound a query's length."""

MAX_VALUE = 512
"""Characters of an id. What is longer is none, and the query says how many it leaves out."""

PADDING = 15 * 60 * 1_000_000
"""Before the first and after the last event: what led up to it and what came of it."""

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_FORM = "%Y-%m-%dT%H:%M:%SZ"
_EPOCH = "1970-01-01T00:00:00Z"

Quote = Callable[[str], str]


class Query(NamedTuple):
    """One query, ready to be copied."""

    dialect: str
    about: str
    text: str


class _Wanted(NamedTuple):
    start: str
    end: str
    ids: list[str]
    credentials: list[str]
    actor: list[str]


def queries(finding: Finding) -> list[Query]:
    """Give the queries for each provider that the finding shows, the actor's own first."""
    wanted = _wanted(finding)
    made = []
    for provider in providers(finding):
        made += [_bigquery(provider, wanted), _athena(provider, wanted), _kusto(provider, wanted)]
    return list(dict.fromkeys(made))


def providers(finding: Finding) -> list[str]:
    """Give the providers: the actor's, those of what is to be undone, and those whose accounts were reached."""
    named = [
        finding.actor.provider,
        *(remedy.provider for remedy in [*finding.revoke, *finding.rollback]),
        *(_provider_of(account) for account in finding.session.accounts),
    ]
    return [name for name in dict.fromkeys(named) if name in ("aws", "gcp", "azure", "okta")]


def _provider_of(account: str) -> str:
    if _ACCOUNT.fullmatch(account):
        return "aws"
    return "azure" if _GUID.fullmatch(account) else ""


def _wanted(finding: Finding) -> _Wanted:
    times = [finding.first_event_time, finding.last_event_time, *(piece.time for piece in finding.evidence)]
    unique = finding.actor.id.partition(":")[2]
    return _Wanted(
        clock(min(times) - PADDING, _FORM) or _EPOCH,
        clock(max(times) + PADDING, _FORM) or _EPOCH,
        _values(piece.event_id for piece in finding.evidence),
        _values(finding.session.credentials),
        _values([unique, finding.actor.name]),
    )


def _values(values: Iterable[str]) -> list[str]:
    found = dict.fromkeys(value for value in values if value and len(value) <= MAX_VALUE)
    return list(found)[:MAX_VALUES]


def _any(quote: Quote, column: str, values: list[str], operator: str = "IN") -> str | None:
    return f"{column} {operator} ({', '.join(quote(value) for value in values)})" if values else None


def _either(parts: Sequence[str | None], word: str) -> str:
    return f"\n    {word} ".join(part for part in parts if part) or "1 = 1"


def _bigquery(provider: str, wanted: _Wanted) -> Query:
    quote = quoting.bigquery
    start, end = quote(wanted.start), quote(wanted.end)
    if provider == "gcp":
        email = "protopayload_auditlog.authenticationInfo.principalEmail"
        key = "protopayload_auditlog.authenticationInfo.serviceAccountKeyName"
        found = _either(
            [
                _any(quote, "insertId", wanted.ids),
                _any(quote, email, wanted.actor),
                _any(quote, key, wanted.credentials),
            ],
            "OR",
        )
        text = (
            "SELECT *\nFROM `PROJECT.DATASET.cloudaudit_googleapis_com_*`\n"
            f"WHERE timestamp BETWEEN TIMESTAMP({start}) AND TIMESTAMP({end})\n  AND (\n    {found}\n  )\n"
            "ORDER BY timestamp"
        )
        return Query("BigQuery", "Cloud Audit Logs as a log sink writes them", text)
    return Query("BigQuery", _EVENTS, _events("`PROJECT.DATASET.tokentrail_events`", quote, wanted))


_EVENTS = "tokentrail_events: the events.avro of `tokentrail events`, loaded; origin leads to the raw record"


def _events(table: str, quote: Quote, wanted: _Wanted, moment: str = "TIMESTAMP({})") -> str:
    found = _either(
        [
            _any(quote, "event_id", wanted.ids),
            _any(quote, "credential_id", wanted.credentials),
            _any(quote, "principal_id", wanted.actor),
            _any(quote, "principal_name", wanted.actor),
        ],
        "OR",
    )
    start, end = moment.format(quote(wanted.start)), moment.format(quote(wanted.end))
    return (
        f"SELECT *\nFROM {table}\nWHERE time BETWEEN {start} AND {end}\n  AND (\n    {found}\n  )\n"
        "ORDER BY time, event_id"
    )


def _athena(provider: str, wanted: _Wanted) -> Query:
    quote = quoting.athena
    if provider == "aws":
        found = _either(
            [
                _any(quote, "eventid", wanted.ids),
                _any(quote, "useridentity.accesskeyid", wanted.credentials),
                _any(quote, "useridentity.principalid", wanted.actor),
                _any(quote, "useridentity.username", wanted.actor),
            ],
            "OR",
        )
        text = (
            "SELECT *\nFROM cloudtrail_logs\n"
            f"WHERE eventtime BETWEEN {quote(wanted.start)} AND {quote(wanted.end)}\n  AND (\n    {found}\n  )\n"
            "ORDER BY eventtime"
        )
        return Query("Athena", "CloudTrail as its delivery files lie in S3", text)
    return Query("Athena", _EVENTS, _events("tokentrail_events", quote, wanted, "from_iso8601_timestamp({})"))


def _kusto(provider: str, wanted: _Wanted) -> Query:
    quote = quoting.kusto
    about, table, columns = _TABLES[provider]
    values = {"id": wanted.ids, "credential": wanted.credentials, "actor": wanted.actor}
    # A table has not all of the columns: column_ifexists keeps the union from failing.
    found = _either(
        [
            _any(quote, f'tostring(column_ifexists("{column}", ""))', values[kind], "in")
            for kind, names in columns
            for column in names
        ],
        "or",
    )
    text = (
        f"{table}\n| where TimeGenerated between (datetime({wanted.start}) .. datetime({wanted.end}))\n"
        f"| where {found}\n| order by TimeGenerated asc"
    )
    return Query("KQL", about, text)


_TABLES: dict[str, tuple[str, str, list[tuple[str, list[str]]]]] = {
    "aws": (
        "Microsoft Sentinel, CloudTrail",
        "AWSCloudTrail",
        [
            ("id", ["AwsEventId"]),
            ("credential", ["UserIdentityAccessKeyId"]),
            ("actor", ["UserIdentityPrincipalid", "UserIdentityUserName"]),
        ],
    ),
    "gcp": (
        "Microsoft Sentinel, Cloud Audit Logs",
        "GCPAuditLogs",
        [("id", ["InsertId"]), ("actor", ["PrincipalEmail"])],
    ),
    "azure": (
        "Log Analytics, Azure and Entra",
        "union isfuzzy=true AzureActivity, AuditLogs, SigninLogs, AADNonInteractiveUserSignInLogs,\n"
        "    AADServicePrincipalSignInLogs, AADManagedIdentitySignInLogs, MicrosoftGraphActivityLogs",
        [
            ("id", ["EventDataId", "Id", "RequestId"]),
            ("credential", ["UniqueTokenIdentifier", "SignInActivityId"]),
            ("actor", ["UserId", "UserPrincipalName", "ServicePrincipalId", "Caller"]),
        ],
    ),
    "okta": (
        "Microsoft Sentinel, Okta System Log",
        "Okta_CL",
        [("id", ["uuid_g"]), ("actor", ["actor_id_s", "actor_alternateId_s"])],
    ),
}
