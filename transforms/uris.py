"""Uris: the files to read, packed into the graph: a job's description may have 10 MB at most (Dataflow, "Quotas")."""

import zlib
from collections.abc import Iterator, Sequence

import apache_beam as beam

MAX_BYTES = 6 * 1024 * 1024
"""Packed names that a graph takes: as text they grow by a third, and the rest needs room too. Some 500,000 files."""

_AT_ONCE = 10_000


class Uris(beam.PTransform):
    """Gives the uris of files to read, spread over the workers."""

    def __init__(self, uris: Sequence[str]) -> None:
        """Takes the uris. Raises ValueError, in one line, for more than a job's description can hold."""
        super().__init__()
        parts = [uris[start : start + _AT_ONCE] for start in range(0, len(uris), _AT_ONCE)]
        self._packed = [zlib.compress("\n".join(part).encode(), 9) for part in parts]
        if sum(map(len, self._packed)) > MAX_BYTES:
            raise ValueError(f"{len(uris)} files are more than one job can be told of: narrow the window or the paths")

    def expand(self, begin: beam.Pipeline) -> beam.PCollection:
        """Nothing in, uris out."""
        packed = begin | "Packed" >> beam.Create(self._packed, reshuffle=False).with_output_types(bytes)
        return packed | "Unpack" >> beam.ParDo(_UnpackFn()).with_output_types(str) | "Spread" >> beam.Reshuffle()


class _UnpackFn(beam.DoFn):
    def process(self, packed: bytes) -> Iterator[str]:
        yield from zlib.decompress(packed).decode().splitlines()
