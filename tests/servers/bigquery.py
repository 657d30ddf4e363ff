"""A BigQuery emulator for tests: bqemulator, in an environment of its own, because its pins must not enter our lock.

The environment is made once, below `.venv-bqemulator/` in the checkout (git-ignored), out of PyPI. What is wrong with
the emulator, and not to be tested: insert ids are not looked at; a missing field and a bad type are no row errors;
required partition filters are not enforced; a column that is added holds no rows. `bqemulator_start.py` repairs two
faults.
"""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-bqemulator"
PACKAGES = [
    "bqemulator==1.4.0",
    "duckdb==1.5.5",
    "duckdb-extensions",
    "duckdb-extension-spatial==1.5.5",
    "duckdb-extension-avro==1.5.5",
    "numpy",
]
PROJECT = "tokentrail-test"
_START_SECONDS = 120


class Emulator:
    """A running emulator. `client()` talks to it; `environment` sends Beam there."""

    def __init__(self, folder: Path) -> None:
        self.port, grpc = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "bqemulator.log").open("wb")
        arguments = ["start", "--rest-port", str(self.port), "--grpc-port", str(grpc), "--project", PROJECT]
        self._process = subprocess.Popen(
            [str(ENVIRONMENT / "bin" / "python"), str(Path(__file__).with_name("bqemulator_start.py")), *arguments],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )

    def __enter__(self) -> "Emulator":
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"bqemulator ended with {self._process.returncode}: see {self._log.name}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.__exit__(None, None, None)
        raise RuntimeError(f"bqemulator did not come up within {_START_SECONDS} s: see {self._log.name}")

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)
        self._log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def install() -> None:
    """Make the emulator's environment where there is none. Raises CalledProcessError where PyPI is not to be had."""
    if (ENVIRONMENT / "ready").exists():
        return
    uv = shutil.which("uv") or "uv"
    python = str(ENVIRONMENT / "bin" / "python")
    load = "import duckdb_extensions as d; d.import_extension('spatial'); d.import_extension('avro')"
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", "3.11", str(ENVIRONMENT)],
        [uv, "pip", "install", "--quiet", "--python", python, *PACKAGES],
        [python, "-c", load],
    ):
        subprocess.run(command, check=True, timeout=600)
    (ENVIRONMENT / "ready").touch()


@pytest.fixture(scope="session")
def bigquery_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A BigQuery emulator on a free port; a skip where it can't be installed, a failure where CI requires servers."""
    try:
        install()
    except (OSError, subprocess.SubprocessError) as error:
        if os.environ.get("TOKENTRAIL_REQUIRE_SERVERS"):
            pytest.fail(f"TOKENTRAIL_REQUIRE_SERVERS is set, but bqemulator can't be installed: {error}")
        pytest.skip(f"needs bqemulator from PyPI: {error}")
    with Emulator(tmp_path_factory.mktemp("bigquery")) as emulator:
        yield emulator


@pytest.fixture
def bigquery(bigquery_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator, with this process's clients of BigQuery, Beam's too, pointed at it."""
    import google.auth
    from apache_beam.io.gcp.internal.clients.bigquery import bigquery_v2_client
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.bigquery import client

    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", bigquery_emulator.url)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", PROJECT)
    monkeypatch.setattr(google.auth, "default", lambda *_, **__: (AnonymousCredentials(), PROJECT))
    monkeypatch.setattr(bigquery_v2_client.BigqueryV2, "BASE_URL", f"{bigquery_emulator.url}/bigquery/v2/")
    # A 500 of the emulator's is tried again for ten minutes, the client's default.
    monkeypatch.setattr(client.DEFAULT_RETRY, "_timeout", 10.0)
    return bigquery_emulator
