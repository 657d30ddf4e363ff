"""`tokentrail doctor`: what is wrong is told with what to do, and nothing is asked for over the network unasked."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.doctor import local, remote

ROOT = Path(__file__).resolve().parents[2]
_EMULATOR = Path("/usr/lib/google-cloud-sdk/platform/pubsub-emulator/lib")


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["doctor", *arguments])
    return code, " ".join(capsys.readouterr().out.split())


def test_a_sound_installation_is_told_and_nothing_touches_the_network(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError(f"the network was asked: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    code, said = doctor(capsys, "--policy", str(ROOT / "docs" / "policy.yaml"))
    assert code == 0
    assert "Python OK" in said
    assert "Apache Beam OK" in said
    assert "AWS credentials missing none" in said
    assert "2 envelopes, 1" in said


def test_a_wrong_policy_names_its_line_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.yaml").write_text("version: 1\nseverity: {low: high}\n")
    monkeypatch.chdir(tmp_path)  # A long path would be folded.
    code, said = doctor(capsys, "--policy", "p.yaml")
    assert code == 1
    assert "policy wrong" in said
    assert "p.yaml:2:" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--asn-db", "nothing.mmdb"], "networks wrong"),
        (["--country-db", "nothing.mmdb"], "countries wrong"),
        (["--baseline", "nothing.avro"], "baseline wrong"),
        (["--chains", "nothing"], "chains wrong"),
        (["--findings-table", "one word"], "is no table"),
        (["--subscription", "topic"], "is no subscription"),
    ],
)
def test_what_is_asked_for_and_not_there_is_wrong(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = doctor(capsys, *arguments)
    assert code == 1
    assert said in text
    assert "1 wrong" in text


def test_the_databases_of_a_policy_are_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\ndatabases: {asn: gone.mmdb}\n")
    code, said = doctor(capsys, "--policy", str(path))
    assert code == 1
    assert "networks wrong" in said


def test_named_google_credentials_that_are_no_file_are_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nothing/here")
    code, said = doctor(capsys)
    assert (code, "Google credentials wrong" in said) == (1, True)


def test_a_folder_to_write_may_not_be_there_yet(tmp_path: Path) -> None:
    assert local.output(str(tmp_path / "a" / "b")).state == "OK"
    (tmp_path / "file").write_text("")
    assert local.output(str(tmp_path / "file" / "b")).state == "wrong"


def test_a_service_that_does_not_answer_is_wrong_within_the_timeout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(remote, "SECONDS", 1.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: nobody answers there.
        port = taken.getsockname()[1]
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"127.0.0.1:{port}")
        began = time.monotonic()
        subscription = remote.subscription("projects/p/subscriptions/s")
        table = remote.table("findings table", "project:data.findings", "finding")
    assert (subscription.state, table.state) == ("wrong", "wrong")
    assert time.monotonic() - began < 60


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Google's own Pub/Sub emulator; a skip without it, a failure where servers are required."""
    jars = sorted(_EMULATOR.glob("cloud-pubsub-emulator-*-all.jar"))
    java = shutil.which("java")
    if not jars or java is None:
        if os.environ.get("TOKENTRAIL_REQUIRE_SERVERS") == "1":
            pytest.fail("TOKENTRAIL_REQUIRE_SERVERS is set, but there is no java or google-cloud-cli-pubsub-emulator")
        pytest.skip("needs java and the package google-cloud-cli-pubsub-emulator")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [java, "-jar", str(jars[-1]), "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < deadline, "the emulator did not come up"
            time.sleep(0.2)
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.integration
@pytest.mark.usefixtures("emulator")
def test_a_subscription_that_is_there_is_ok_and_another_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

    with PublisherClient() as publisher, SubscriberClient() as subscriber:
        publisher.create_topic(name="projects/p/topics/logs")
        subscriber.create_subscription(name="projects/p/subscriptions/logs", topic="projects/p/topics/logs")
    code, said = doctor(capsys, "--subscription", "projects/p/subscriptions/logs")
    assert code == 0
    assert "of projects/p/topics/logs" in said
    code, said = doctor(capsys, "--subscription", "projects/p/subscriptions/other")
    assert code == 1
    assert "subscription wrong" in said
