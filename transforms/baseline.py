"""LearnBaseline and ReadBaseline: from steps to what each actor usually does, and back into a detection."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import fastavro
import msgspec
from apache_beam.io.filesystems import FileSystems

from analytic.baseline import from_row
from analytic.items import Keyed, decode_items, encode_batches
from analytic.learning import Learn, Learnt, opening, rows
from analytic.peers import PEERS, Groups
from analytic.policy import Policy
from schemas.records import BaselineRow, FacetCounts, ValueCount, to_dict
from transforms.coders import register
from transforms.metrics import BASELINES, increase
from transforms.order import Order
from transforms.write import Gathered, write_avro

register(Learnt)


class LearnBaseline(beam.PTransform):
    """Learns each actor's baseline from its steps."""

    def __init__(self, order: Order, policy: Policy) -> None:
        """Takes the order that the input asks for, and the policy."""
        super().__init__()
        self._order = order
        self._policy = policy

    def expand(self, steps: beam.PCollection) -> beam.PCollection:
        """Steps by actor in, each actor with its baseline out."""
        return (
            steps
            | "Learn" >> self._order.fold(Learn(self._policy))
            | "DecodeLearnt" >> beam.ParDo(_DecodeLearntFn()).with_output_types(Learnt)
        )


class _DecodeLearntFn(beam.DoFn):
    def setup(self) -> None:
        self._decode = msgspec.msgpack.Decoder(Learnt).decode

    def process(self, element: tuple[str, bytes]) -> Iterator[Learnt]:
        _, batch = element
        for item in decode_items(batch):
            yield self._decode(item.body)


class WriteBaseline(beam.PTransform):
    """Writes a baseline file: a row for each actor and each group of peers, by key."""

    def __init__(self, folder: str, name: str, policy: Policy) -> None:
        """Takes the folder, the file's name in it, and the policy that it was learnt with."""
        super().__init__()
        self._write = _WriteBaselineFn(folder, name, policy)

    def expand(self, learnt: beam.PCollection) -> beam.PCollection:
        """Actors with their baselines in, the name of the written file out."""
        return learnt | "Write" >> Gathered("baseline", self._write)


class _WriteBaselineFn(beam.DoFn):
    def __init__(self, folder: str, name: str, policy: Policy) -> None:
        self._folder = folder
        self._name = name
        self._policy = policy

    def process(self, gathered: tuple[str, Iterable[bytes]]) -> Iterator[str]:
        decode = msgspec.msgpack.Decoder(Learnt).decode
        found = rows((decode(row) for row in gathered[1] if row), self._policy)
        increase(BASELINES, len(found))
        yield write_avro(self._folder, self._name, "baseline", (to_dict(row) for row in found))


class ReadBaseline(beam.PTransform):
    """Reads a baseline file: its actors' rows as the first items of their keys in Detect."""

    def expand(self, paths: beam.PCollection) -> beam.PCollection:
        """Paths in, items by actor out."""
        return paths | "Read" >> beam.ParDo(_ReadBaselineFn()).with_output_types(Keyed)


class _ReadBaselineFn(beam.DoFn):
    def process(self, path: str) -> Iterator[tuple[str, bytes]]:
        for row in read_rows(path):
            if not row.key.startswith(PEERS):
                key, item = opening(row)
                yield from encode_batches({key: [item]})


def read_rows(path: str) -> Iterator[BaselineRow]:
    """Read the rows of a baseline file. Raises ValueError, in one line, for what is no baseline file."""
    try:
        with FileSystems.open(path, compression_type="uncompressed") as file:
            for row in fastavro.reader(file):
                yield _row(row)
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise ValueError(f"{path}: cannot be read ({why}); give the file that `tokentrail baseline` wrote") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{path}: no baseline; give the file that `tokentrail baseline` wrote") from error


def _row(fields: Any) -> BaselineRow:
    facets = [
        FacetCounts(
            str(facet["name"]),
            float(facet["new"]),
            [ValueCount(str(count["value"]), float(count["sessions"])) for count in facet["values"]],
            float(facet["shown"]),
        )
        for facet in fields["facets"]
    ]
    return BaselineRow(str(fields["key"]), int(fields["half_life"]), float(fields["sessions"]), facets)


class Before(NamedTuple):
    """What was learnt before: the file, whose actors' rows the pipeline reads, and its groups of peers."""

    path: str
    groups: Groups


NO_BEFORE = Before("", {})
"""Nothing learnt: for a graph that has room for a baseline and gets none."""


def before(path: str, policy: Policy) -> Before:
    """Look into a baseline file. Raises ValueError for what is none, and for counts of another half-life."""
    groups = {}
    for row in read_rows(path):
        if row.half_life != policy.baseline_half_life:
            raise ValueError(
                f"{path}: its half-life is {row.half_life} microseconds, the policy's {policy.baseline_half_life}: "
                "build it again with this policy"
            )
        if row.key.startswith(PEERS):
            groups[row.key] = from_row(row)
    return Before(path, groups)
