"""Every real record of Entra, Microsoft 365 and Okta under shared/data is read by one source. What is not is named here."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from analytic.sources import entra_audit, entra_signin, m365
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from schemas.records import ApiEvent
from tests.sources.entra_records import encoded, recognised

# Rows that other products' queries computed from the log; no log writes them.
NO_LOG = {
    "Okta.ADAgent.AuthenticationAnomaly.ZScore": 6,
    "Okta.ADAgent.TokenAbuse.Behavioral": 8,
    "Okta.SWA.BulkAccess.Behavioral": 8,
}

# Events of the log whose time somebody took out: nothing could place them.
NO_TIME = {
    "Same device and OS": "published is 'redacted'",
    "Different device & ASN": "published is 'redacted'",
    "Different ASN & same device": "published is 'redacted'",
    "Okta internal event should be ignored": "published is 'redacted'",
    "AWS SSO via Okta": "no published",
    "AWS SSO via Okta without app name": "no published",
    "Reset by Company Admin": "no published",
}


def cases(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """The rule, the name and the record of each line of a file of single events."""
    with gzip.open(path) as lines:
        for line in lines:
            found = json.loads(line)
            yield found["rule_id"], found["test"], encoded(found["event"])


def read(data: bytes) -> tuple[ModuleType, ApiEvent | Ignored]:
    """What the one source that recognises a record makes of it."""
    (source,) = recognised(json.loads(data))
    return source, source.parse(data, "x#0")


def test_every_real_sign_in_parses(shared_data: Path) -> None:
    with gzip.open(shared_data / "azure/entra_signins/aad_signinlogs.jsonl.gz") as lines:
        found = [read(line) for line in lines]
    events = [event for source, event in found if source is entra_signin and isinstance(event, ApiEvent)]
    assert len(events) == len(found) == 86
    assert Counter(event.outcome for event in events) == {"success": 84, "denied": 2}
    assert len({event.event_id for event in events}) == 45
    assert Counter(event.country for event in events) == {"BE": 61, "US": 25}
    assert {event.credential_type for event in events} == {"console_session", "access_token"}
    assert all(
        event.issued and len(event.issued.credential_id or "") == 22 for event in events if event.outcome == "success"
    )
    assert sum(event.mfa is True for event in events) >= 46


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("azure_signin_rules", {(entra_signin, "event"): 7, (entra_audit, "event"): 3}),
        ("microsoft_rules", {(m365, "event"): 2, (m365, "m365_exchange"): 10}),
    ],
)
def test_every_single_event_parses_or_is_left_out(shared_data: Path, file: str, expected: dict[object, int]) -> None:
    found: Counter[object] = Counter()
    for _, _, data in cases(shared_data / f"rule_cases/{file}.jsonl.gz"):
        source, event = read(data)
        found[source, event.kind if isinstance(event, Ignored) else "event"] += 1
    assert found == expected


def test_every_okta_event_parses_but_the_named(shared_data: Path) -> None:
    strangers: Counter[str] = Counter()
    undated, good = {}, 0
    for rule, name, data in cases(shared_data / "rule_cases/okta_rules.jsonl.gz"):
        if not recognised(json.loads(data)):
            strangers[rule] += 1
            continue
        try:
            _, event = read(data)
        except ParseError as error:
            undated[name] = str(error)
            continue
        assert isinstance(event, ApiEvent)
        good += 1
    assert strangers == NO_LOG
    assert undated.keys() == NO_TIME.keys()
    assert all("published is no time" in error for error in undated.values())
    assert good == 30
