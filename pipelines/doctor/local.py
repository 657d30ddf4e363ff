"""What is on this machine: Python, packages, Java, credentials, and files that options name. No network."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from pipelines.chains.files import ChainError, load_folder
from pipelines.doctor.check import MISSING, OK, WRONG, Checked
from pipelines.policy.file import load
from pipelines.streaming.local import BUILD, prism_path

_BEAM = ((2, 61), (2, 77))
_PYTHON = ((3, 11), (3, 13))
_JAVA_SECONDS = 10

_PACKAGES = {
    "boto3": ("s3:// paths", "pip install boto3 beside tokentrail"),
    "google.cloud.bigquery": ("BigQuery, gs://", "pip install 'apache-beam[gcp]'"),
    "google.cloud.pubsub": ("Pub/Sub", "pip install google-cloud-pubsub"),
    "pyflink": (
        "streams on Flink",
        "uv sync --no-group beam --extra flink, in an environment of its own (docs/adr/0001)",
    ),
}
"""Optional packages: what needs them, and how to get them."""


def machine() -> Iterator[Checked]:
    """Check what every run or some runs need."""
    yield _python()
    yield _beam()
    for module, (what, todo) in _PACKAGES.items():
        there = _there(module)
        yield Checked(module, OK if there else MISSING, f"for {what}", "" if there else todo)
    yield _java()
    prism = prism_path()
    todo = f"{BUILD}, for streams on this machine"
    yield Checked("Prism", OK if prism else MISSING, prism or "not where streams look for it", "" if prism else todo)
    yield _google()
    yield _amazon()


def _python() -> Checked:
    found = ".".join(map(str, sys.version_info[:3]))
    good = _PYTHON[0] <= sys.version_info[:2] <= _PYTHON[1]
    return Checked("Python", OK if good else WRONG, found, "" if good else "install Python 3.11 to 3.13")


def _beam() -> Checked:
    try:
        found = version("apache-beam")
    except PackageNotFoundError:
        return Checked("Apache Beam", WRONG, "not installed", "install tokentrail again: uv sync, or pip install .")
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    good = _BEAM[0] <= numbers <= _BEAM[1]
    return Checked("Apache Beam", OK if good else WRONG, found, "" if good else "install Beam 2.61 to 2.77")


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _java() -> Checked:
    path = shutil.which("java")
    todo = "install a Java runtime, 17 or newer: Flink and Kafka need it, files and Dataflow do not"
    if path is None:
        return Checked("Java", MISSING, "not on the PATH", todo)
    try:
        said = subprocess.run(  # noqa: S603 - the user's own java, by its path
            [path, "-version"], capture_output=True, text=True, timeout=_JAVA_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Checked("Java", MISSING, f"{path} does not run ({type(error).__name__})", todo)
    line = next(iter((said.stderr or said.stdout).splitlines()), "")
    number = re.search(r'"(\d+)', line)
    good = number is not None and int(number[1]) >= 17
    return Checked("Java", OK if good else MISSING, line, "" if good else todo)


def _google() -> Checked:
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    todo = "gcloud auth application-default login; on Google Cloud it is not needed"
    if named is not None:
        there = os.path.isfile(named)
        found = "GOOGLE_APPLICATION_CREDENTIALS" + ("" if there else f" names {named}, which is no file")
        return Checked("Google credentials", OK if there else WRONG, found, "" if there else todo)
    path = os.path.expanduser("~/.config/gcloud/application_default_credentials.json")
    there = os.path.isfile(path)
    return Checked("Google credentials", OK if there else MISSING, path if there else "none", "" if there else todo)


def _amazon() -> Checked:
    """Only whether there are any: nothing of them is read."""
    todo = "aws configure, or set AWS_PROFILE; on AWS an instance's role is used"
    variables = [
        name for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE") if name in os.environ
    ]
    files = [path for name in ("credentials", "config") if os.path.isfile(path := os.path.expanduser(f"~/.aws/{name}"))]
    found = ", ".join([*variables, *files])
    return Checked("AWS credentials", OK if found else MISSING, found or "none", "" if found else todo)


def policy(path: str) -> Checked:
    """Check a policy file."""
    try:
        read = load(path)
    except ValueError as error:
        return Checked("policy", WRONG, str(error), "mend that line: docs/policy.md has every key")
    counts = f"{len(read.automation)} envelopes, {len(read.suppressions)} suppressions"
    return Checked("policy", OK, f"{path}: {counts}")


def database(kind: str, asn: str, country: str) -> Checked:
    """Check a database of networks or countries."""
    from transforms.databases import Databases

    databases = Databases(asn, country)
    todo = "give a .mmdb file of networks (--asn-db) or of countries or cities (--country-db)"
    try:
        databases.open()
    except ValueError as error:
        return Checked(kind, WRONG, str(error), todo)
    databases.close()
    return Checked(kind, OK, asn or country)


def baseline(path: str, policy_path: str | None) -> Checked:
    """Check a baseline file against the policy."""
    from analytic.policy import Policy
    from transforms.baseline import before

    try:
        read = before(path, load(policy_path) if policy_path else Policy())
    except ValueError as error:
        return Checked("baseline", WRONG, str(error), "tokentrail baseline HISTORY --output FILE, with the same policy")
    return Checked("baseline", OK, f"{path}: {len(read.groups)} groups of peers")


def chains(folder: str) -> Checked:
    """Check a folder of chains."""
    try:
        found = load_folder(folder)
    except (ChainError, OSError) as error:
        return Checked("chains", WRONG, str(error), "mend that line: docs/chains.md has every key")
    return Checked(
        "chains", OK, f"{folder}: {len(found)} chains; `tokentrail test --chains {folder}` runs their examples"
    )


def output(folder: str) -> Checked:
    """Check that a folder can be written, or made."""
    there = folder
    while not os.path.exists(there):
        there = os.path.dirname(os.path.abspath(there))
    good = os.path.isdir(there) and os.access(there, os.W_OK)
    todo = "" if good else "give a folder that this user may write"
    return Checked("output", OK if good else WRONG, folder if good else f"{there} cannot be written", todo)
