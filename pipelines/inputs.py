"""From the paths of a command line to uris of files: files, folders and globs, local or in object storage."""

import glob
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote_from_bytes

KNOWN_SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".gz")
"""Files of a folder that are read whatever they hold; others are looked into first."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_SNIFF_BYTES = 512


class Inputs(NamedTuple):
    """Uris to read with their sizes in bytes, how many files of folders are no logs, and one error a bad path."""

    uris: dict[str, int]
    skipped: int
    errors: list[str]


def expand(paths: Iterable[str]) -> Inputs:
    """Expand paths. Each file comes once; the order is that of the uris, so that it depends on the files alone."""
    found: dict[str, int] = {}
    skipped = 0
    errors = []
    for path in paths:
        if "://" in path and not path.startswith("file://"):
            matched, error = _remote(path)
            if error or not matched:
                errors.append(error or f"no such file or folder: {path}")
            found |= matched
            continue
        path = path.removeprefix("file://")
        names = [path] if os.path.lexists(path) else sorted(glob.glob(path, recursive=True))
        if not names:
            errors.append(f"no such file or folder: {path}")
        for name in names:
            if not os.path.isdir(name):
                found[uri_of(name)] = _size(name)
                continue
            logs = list(_folder(name))
            kept = [file for file, is_log in logs if is_log]
            skipped += len(logs) - len(kept)
            if not kept:
                errors.append(f"no logs in the folder: {name} (looked for JSON and gzip files)")
            found |= {uri_of(file): _size(file) for file in kept}
    return Inputs(dict(sorted(found.items())), skipped, errors)


def uri_of(path: str) -> str:
    """Give the uri of a local file; bytes that are no text are percent-encoded."""
    return "file://" + quote_from_bytes(os.fsencode(os.path.abspath(path)), safe="/:@!$&'()*+,;=~-._")


def _folder(root: str) -> Iterator[tuple[str, bool]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                path = os.path.join(folder, name)
                yield path, name.lower().endswith(KNOWN_SUFFIXES) or _looks_like_a_log(path)


def _looks_like_a_log(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(_SNIFF_BYTES)
    except OSError:
        return False
    return head.startswith(_GZIP) or head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0  # It is read all the same, and becomes a dead letter that says why it can't be.


def _remote(path: str) -> tuple[dict[str, int], str | None]:
    """List a path of object storage through Beam; gives one line where the storage can't be reached."""
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions

    FileSystems.set_options(PipelineOptions([]))
    pattern = path if any(sign in path for sign in "*?[") else path.rstrip("/") + "**"
    try:
        (result,) = FileSystems.match([pattern])
    except (BeamIOError, ValueError) as error:
        return (
            {},
            f"{path} can't be listed: {' '.join(str(error).split())[:200]} (check the credentials of this machine)",
        )
    matched = {item.path: item.size_in_bytes or 0 for item in result.metadata_list if not item.path.endswith("/")}
    return matched, None
