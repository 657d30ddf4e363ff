"""Real user agents, app ids and trails: how many the grammar reads right, and that benign ones disagree with nothing.

The labels are those of shared/data/facts/user_agents.jsonl.gz. What a label means is decided here, once for every
string of it: no string is looked at. A label whose strings are of several interfaces by meaning gives those.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytic.context import interface
from analytic.context.azure_apps import APPS
from analytic.context.interface import Interface, classify
from analytic.context.interface_claim import read
from analytic.context.network import split_source

LEAST_SHARE = 0.97

MEANINGS: dict[str, set[str]] = {
    # label, or what it begins with -> the interfaces that are right
    "browser": {"browser", "console"},
    "cli:": {"cli"},
    # Of these two the label names the program wherever it runs, in Cloud Shell too; AWS's has a label of its own.
    "cli:az": {"cli", "cloud_shell"},
    "cli:gcloud": {"cli", "cloud_shell"},
    "cloudshell:": {"cloud_shell"},
    "console:": {"console"},
    "iac:": {"iac"},
    "k8s:kubectl": {"cli"},
    # A component or controller works for its cluster, not for a person.
    "k8s:component": {"agent"},
    "k8s:controller": {"agent"},
    # A program on a client library.
    "k8s:client": {"sdk"},
    "mcp/agent": {"agent"},
    "runtime:": {"sdk"},
    "script:": {"sdk"},
    # AWS's own servers: a console's back end and a service differ by the evidence beside the user agent alone.
    "sdk:aws-internal-service": {"service", "console"},
    "sdk:": {"sdk"},
    "service:": {"service"},
    "m365:service": {"service"},
}
"""Left out: `other`; `attack-tool:` (a tool writes what it likes); `m365:client`, which is Outlook, Outlook on the web
and Exchange's own servers alike."""

# Names as Microsoft writes them elsewhere, or apps that the shared list does not hold.
NOT_LISTED = {"b677c290-cf4b-4a8e-a60e-91ba650a4abe"}


def meaning(label: str) -> set[str] | None:
    """What a label decides: the longest entry it begins with."""
    fitting = [start for start in MEANINGS if label.startswith(start)]
    return MEANINGS[max(fitting, key=len)] if fitting else None


def agents(shared_data: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(shared_data / "facts/user_agents.jsonl.gz") as lines:
        for line in lines:
            yield json.loads(line)


PROVIDERS = {"azure/m365": "azure", "aws": "aws", "gcp": "gcp", "okta": "okta"}


def test_the_grammar_reads_what_real_logs_hold(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right: Counter[bool] = Counter()
    wrong = []
    for row in agents(shared_data):
        wanted = meaning(row["label"])
        if row["kind"] != "observed" or wanted is None:
            continue
        found = classify(row["ua"], provider=PROVIDERS.get(row["provider"]))
        right[found.interface in wanted] += 1
        if found.interface not in wanted:
            wrong.append(f"{row['label']} -> {found.interface}: {row['ua'][:100]}")
    share = right[True] / right.total()
    with capsys.disabled():
        sys.stdout.write(f"\nuser agents read right: {share:.2%} of {right.total()}\n")
    assert right.total() > 650
    assert share >= LEAST_SHARE, "\n".join(wrong)


def test_a_browsers_name_and_system_are_read(shared_data: Path) -> None:
    browsers = [row["ua"] for row in agents(shared_data) if row["label"] == "browser" and row["kind"] == "observed"]
    claims = [read(agent) for agent in browsers]
    assert sum(claim.client is not None for claim in claims) / len(claims) >= 0.9
    assert sum(claim.os is not None for claim in claims) / len(claims) >= 0.95


def test_no_real_user_agent_alone_is_a_conflict(shared_data: Path) -> None:
    for row in agents(shared_data):
        assert classify(row["ua"], provider=PROVIDERS.get(row["provider"])).conflict is None


def test_the_names_of_the_azure_apps_are_microsofts(shared_data: Path) -> None:
    with gzip.open(shared_data / "facts/ms-app-ids/MicrosoftApps.json.gz") as file:
        listed = {row["AppId"].lower(): row["AppDisplayName"] for row in json.load(file)}
    listed = {app_id: name.removesuffix(" [Community Contributed]").strip() for app_id, name in listed.items()}
    family = (shared_data / "facts/ms-app-ids/foci/known-foci-clients.csv").read_text().splitlines()[1:]
    for line in family:
        app_id, _, name = line.partition(",")
        listed.setdefault(app_id, name)
    assert APPS.keys() - listed.keys() == NOT_LISTED
    assert {app_id: app.name for app_id, app in APPS.items() if app_id not in NOT_LISTED} == {
        app_id: listed[app_id] for app_id in APPS if app_id not in NOT_LISTED
    }


def trail(path: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(gzip.decompress(path.read_bytes()))["Records"]


def of_cloudtrail(record: dict[str, Any], *, console_credential: bool | None) -> Interface:
    source_ip, source_service = split_source(record.get("sourceIPAddress"))
    return classify(
        record.get("userAgent"),
        source_service=source_service,
        source_ip=source_ip,
        event_type=record.get("eventType"),
        invoked_by=record["userIdentity"].get("invokedBy"),
        console_credential=console_credential,
        provider="aws",
    )


@pytest.mark.parametrize("kind", ["console_sessions", "services", "detonations"])
def test_real_trails_hold_no_conflict(shared_data: Path, kind: str) -> None:
    paths = sorted(shared_data.glob(f"aws/{kind}/*.json.gz"))
    assert paths
    found = Counter(of_cloudtrail(record, console_credential=None).conflict for path in paths for record in trail(path))
    assert set(found) == {None}


def test_real_console_sessions_are_the_consoles_and_disagree_with_nothing(shared_data: Path) -> None:
    # Every call of these sessions came through the console; what CloudTrail notes of that today it did not note then.
    found: Counter[tuple[str, str | None]] = Counter()
    for path in sorted(shared_data.glob("aws/console_sessions/*.json.gz")):
        for record in trail(path):
            told = of_cloudtrail(record, console_credential=True)
            found[told.interface, told.conflict] += 1
    assert set(found) == {("console", None), ("cloud_shell", None)}


def test_real_sign_ins_disagree_with_nothing(shared_data: Path) -> None:
    found: Counter[tuple[str, str | None]] = Counter()
    with gzip.open(shared_data / "azure/entra_signins/aad_signinlogs.jsonl.gz") as lines:
        for line in lines:
            row = json.loads(line)
            told = classify(
                row["UserAgent"],
                app_id=row["AppId"],
                app_name=row["AppDisplayName"],
                client_app=row["ClientAppUsed"],
                device_os=row["DeviceDetail"].get("operatingSystem"),
                device_browser=row["DeviceDetail"].get("browser"),
                source_ip=row["IPAddress"],
                provider="azure",
            )
            assert (told.client, told.os) == ("Edge/81", "windows")
            found[told.interface, told.conflict] += 1
    assert found == {("browser", None): 69, ("console", None): 17}


def test_caches_are_bounded() -> None:
    assert interface._classify.cache_parameters()["maxsize"] == interface.CACHE_SIZE
