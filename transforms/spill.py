"""A shuffle on this machine's disk: batches by the hash of their key in files, and back a part at a time.

Beam's in-process runner holds a shuffle in memory, and several times over (docs/speed.md, Files). Here a part of the
keys is in memory at a time, whatever the number of events, and its files are gone once they are read. Large batches
come packed (analytic/items.py); to pack the small ones by blocks saved 0.4 of the bytes, for 1.6 us of CPU an event.
"""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b

import msgspec

from analytic.items import Keyed
from transforms.write import WriteError

PARTS = 256
"""Parts of the keys: as many as one byte of their hash has values. Of 10^7 events a part has some 40,000, or 6 MB."""

_BLOCK_BYTES = 64 * 1024
"""Bytes held for a part before they are written: 16 MB for all parts."""

_LENGTH = 8
"""Bytes before each block that say how long it is."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Keyed]).decode


class Spill:
    """Takes batches by key, and writes them to a file for each part."""

    def __init__(self, folder: str, secret: bytes) -> None:
        """Takes a folder of this machine, which several may share, and the `secret` that all of a shuffle share.

        Keys hold what attackers name: without a secret they could see to it that all theirs fall into one part. Raises
        WriteError.
        """
        self._secret = secret
        try:
            self._folder = tempfile.mkdtemp(dir=folder)
        except OSError as error:
            raise _failed(folder, error) from error
        self._held: list[list[Keyed]] = [[] for _ in range(PARTS)]
        self._sizes = [0] * PARTS
        self._paths: dict[int, str] = {}

    def add(self, key: str, batch: bytes) -> None:
        """Take a batch. Raises WriteError."""
        part = blake2b(key.encode(), digest_size=1, key=self._secret).digest()[0]
        self._held[part].append((key, batch))
        self._sizes[part] += len(key) + len(batch)
        if self._sizes[part] >= _BLOCK_BYTES:
            self._write(part)

    def close(self) -> dict[int, str]:
        """Write what is held; give the path of each part that has any. Raises WriteError."""
        for part, held in enumerate(self._held):
            if held:
                self._write(part)
        return self._paths

    def _write(self, part: int) -> None:
        block = _encode(self._held[part])
        path = os.path.join(self._folder, str(part))
        try:
            with open(path, "ab") as file:
                file.write(len(block).to_bytes(_LENGTH, "big") + block)
        except OSError as error:
            raise _failed(path, error) from error
        self._held[part], self._sizes[part], self._paths[part] = [], 0, path


def take_part(paths: Iterable[str]) -> Iterator[tuple[str, list[bytes]]]:
    """Read a part's files and remove them; give each key once, with all its batches."""
    batches: dict[str, list[bytes]] = defaultdict(list)
    for path in paths:
        with open(path, "rb") as file:
            while length := file.read(_LENGTH):
                for key, batch in _decode(file.read(int.from_bytes(length, "big"))):
                    batches[key].append(batch)
        os.unlink(path)
    while batches:  # A key that was folded is let go.
        yield batches.popitem()


def _failed(path: str, error: OSError) -> WriteError:
    return WriteError(f"cannot write {path}: {error.strerror or error}")
