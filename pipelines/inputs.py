"""From the paths of a command line to uris of files: files, folders and globs, local or in object storage.

A file that is named is read, whatever it is called. What a folder or glob holds is read when its name or its first
bytes say that it may be a log, and is else skipped and counted.
"""

import glob
import importlib.util
import logging
import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

KNOWN_SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".gz")
"""Files of a folder that are read whatever they hold; others are looked into first."""

TABLES = "bigquery://"
"""How the path of a table of raw records begins; what of it is read, pipelines/rows.py says."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_SNIFF_BYTES = 512


class Inputs(NamedTuple):
    """Uris to read with their sizes in bytes, how many files of folders are no logs, and one error a bad path."""

    uris: dict[str, int]
    skipped: int
    errors: list[str]


def expand(paths: Iterable[str], own: Iterable[str] = ()) -> Inputs:
    """Expand paths. Each file comes once; the order is that of the uris, so that it depends on the files alone.

    `own` are paths of our own results: a folder or glob around them does not mean them.
    """
    found: dict[str, int] = {}
    skipped: set[str] = set()
    errors: list[str] = []
    results = {uri_of(path) for path in own}
    for path in paths:
        if "://" in path and not path.startswith("file://"):
            matched, error = _remote(path)
            if error or not matched:
                errors.append(error or f"no such file or folder: {path}")
            found |= matched
            continue
        path = _local(path)
        if os.path.lexists(path) and not os.path.isdir(path):
            found[uri_of(path)] = _size(path)
            continue
        candidates = list(_walk(path, errors) if os.path.isdir(path) else _matches(path))
        logs = {name for name in candidates if uri_of(name) not in results and _may_be_log(name)}
        skipped |= {uri_of(name) for name in candidates if name not in logs} - results
        found |= {uri_of(name): _size(name) for name in logs}
        if not logs and os.path.isdir(path):
            errors.append(f"no logs in the folder: {path} (looked for JSON and gzip files)")
        elif not logs:
            errors.append(f"no such file or folder: {path}" if not candidates else f"no logs match: {path}")
    return Inputs(dict(sorted(found.items())), len(skipped - found.keys()), errors)


def uri_of(path: str) -> str:
    """Give the uri of a local file; bytes that are no text are percent-encoded."""
    return "file://" + quote_from_bytes(os.fsencode(os.path.abspath(path)), safe="/:@!$&'()*+,;=~-._")


def _local(path: str) -> str:
    scheme = "file://"
    return os.fsdecode(unquote_to_bytes(path.removeprefix(scheme))) if path.startswith(scheme) else path


def _matches(pattern: str) -> Iterator[str]:
    return (name for name in glob.iglob(pattern, recursive=True) if not os.path.isdir(name))


def _walk(root: str, errors: list[str]) -> Iterator[str]:
    """Give the files below a folder but for dotfiles. Links to folders are not followed: they can go in circles."""

    def unreadable(error: OSError) -> None:
        errors.append(f"cannot read the folder: {error.filename}: {error.strerror}")

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (os.path.join(folder, name) for name in names if not name.startswith("."))


def _may_be_log(path: str) -> bool:
    """Look at a file's name, then at its content. A file that cannot be opened is taken: reading it says why."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False  # Reading a pipe or a device need never end.
        if path.lower().endswith(KNOWN_SUFFIXES):
            return True
        with open(path, "rb") as file:
            head = file.read(_SNIFF_BYTES)
    except OSError:
        return True
    return head.startswith(_GZIP) or head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0  # It is read all the same, and becomes a dead letter that says why it can't be.


def is_table(path: str) -> bool:
    """Whether a path names a table: `bigquery://project.dataset.table`."""
    return path.startswith(TABLES)


def _lacks_for_s3() -> str | None:
    """Say what s3:// lacks on this machine: Beam would try for minutes without it."""
    if importlib.util.find_spec("boto3") is None:
        return "s3:// needs the package boto3, install it beside tokentrail"
    from boto3 import Session

    if Session().get_credentials() is None:
        return "this machine has no AWS credentials: run `aws configure`, or set AWS_PROFILE"
    return None


def _lacks_for_gs() -> str | None:
    """Say what gs:// lacks on this machine, likewise."""
    import google.auth
    from google.auth.exceptions import DefaultCredentialsError

    try:
        google.auth.default()
    except DefaultCredentialsError:
        return "this machine has no Google credentials: run `gcloud auth application-default login`"
    return None


def _remote(path: str) -> tuple[dict[str, int], str | None]:
    """List a path of object storage through Beam; gives one line where the storage can't be reached."""
    lacks = {"s3": _lacks_for_s3, "gs": _lacks_for_gs}.get(path.partition("://")[0])
    if lacks is not None and (missing := lacks()):
        return {}, f"{path} can't be listed: {missing}"
    if is_table(path):
        return {}, f"{path}: a table is read by backfill, investigate, actors and drill alone: give files here"
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions

    from transforms.read import UNOPENED

    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # Each time that it tries again comes with its stack.
    FileSystems.set_options(PipelineOptions([]))
    # A prefix alone would bring its neighbours along: logs/ and logs-old/.
    patterns = [path] if glob.has_magic(path) else [path, path.rstrip("/") + "/**"]
    try:
        results = FileSystems.match(patterns)
    except (*UNOPENED, ValueError) as error:
        return (
            {},
            f"{path} can't be listed: {' '.join(str(error).split())[:200]} (check the credentials of this machine)",
        )
    items = [item for result in results for item in result.metadata_list if not item.path.endswith("/")]
    return {item.path: item.size_in_bytes or 0 for item in items}, None
