"""Every Azure record of the shared rule cases parses, or is one of the kinds that carry no call."""

import gzip
import json
from collections import Counter
from pathlib import Path

import msgspec

from analytic.sources import azure_activity
from analytic.sources.ignored import Ignored
from analytic.sources.source import SOURCES

FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def test_every_azure_activity_case_parses_or_is_ignored(shared_data: Path) -> None:
    found: Counter[str] = Counter()
    with gzip.open(shared_data / "rule_cases/azure_activity_rules.jsonl.gz") as lines:
        for line in lines:
            data = json.dumps(json.loads(line)["event"]).encode()
            assert [source for source in SOURCES if source.recognises(FIELDS.decode(data))] == [azure_activity]
            event = azure_activity.parse(data, "x#0")
            found[event.kind if isinstance(event, Ignored) else event.log_class] += 1
    assert found == {"management": 104, "data": 13, "azure_recommendation": 2}


def test_no_other_shared_case_is_taken_for_azure_s(shared_data: Path) -> None:
    for path in sorted(shared_data.glob("rule_cases/*.jsonl.gz")):
        if path.name.startswith("azure_activity"):
            continue
        with gzip.open(path) as lines:
            for line in lines:
                fields = FIELDS.decode(json.dumps(json.loads(line)["event"]).encode())
                assert not azure_activity.recognises(fields), path.name
