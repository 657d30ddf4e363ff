"""CountCoverage: from events to what the logs could have shown; WriteCoverage; and what findings could not see.

For input that ends: all cells of an account's hour of a bundle travel as one element, and are added up before they are
shuffled. Rows of one cell merge in any order, so that each cell comes once. A stream counts in coverage_hours.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from analytic.coverage.cells import Cell, Counter, cell_of, merge, ordered
from analytic.coverage.visibility import View, Visible, spots, view
from analytic.items import Keyed
from analytic.policy import HOUR, Policy
from schemas.coverage import Coverage
from schemas.records import Finding, to_dict
from transforms.coders import EventBatch, StructCoder, register
from transforms.metrics import COVERAGE, increase
from transforms.write import Gathered, write_array, write_avro

_BUNDLE_CELLS = 50_000
"""Cells that a bundle counts before they are sent on early: some 20 MB."""


class CoverageBatch(msgspec.Struct, array_like=True):
    """All cells of one account's hour, as one element."""

    rows: list[Coverage]


for _type in (Coverage, CoverageBatch, View):
    register(_type)


class CountCoverage(beam.PTransform):
    """Counts the events of input that ends by provider, account, region, service, log class and hour."""

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        """Events in blocks in, batches of rows out."""
        counted = beam.ParDo(_CountFn()).with_input_types(EventBatch)
        add_up = _AddUpFn().with_input_types(CoverageBatch).with_output_types(CoverageBatch)
        return (
            events
            | "Count" >> counted.with_output_types(tuple[str, CoverageBatch])
            | "AddUp" >> beam.CombinePerKey(add_up)
            | "Drop" >> beam.Values().with_output_types(CoverageBatch)
        )


class _CountFn(beam.DoFn):
    """Counts a bundle: what it gives is of the hour's last millisecond, and so never behind the events."""

    def __init__(self) -> None:
        self._counter = Counter()

    def start_bundle(self) -> None:
        self._counter.clear()

    def process(self, batch: EventBatch) -> Iterator[WindowedValue]:
        add = self._counter.add
        for event in batch.events:
            add(event)
        if len(self._counter.rows) >= _BUNDLE_CELLS:
            yield from self._batches()
            self._counter.rows = {}

    def finish_bundle(self) -> Iterator[WindowedValue]:
        yield from self._batches()
        self._counter.clear()

    def _batches(self) -> Iterator[WindowedValue]:
        batches: dict[tuple[str, int], list[Coverage]] = defaultdict(list)
        for row in self._counter.rows.values():
            batches[f"{row.provider}|{row.account or ''}|{row.hour}", row.hour].append(row)
        for (key, hour), rows in batches.items():
            at = min(Timestamp(micros=hour + HOUR - 1_000), MAX_TIMESTAMP)
            yield WindowedValue((key, CoverageBatch(ordered(rows))), at, [GlobalWindow()])


class _AddUpFn(beam.CombineFn):
    def create_accumulator(self, *args: object, **kwargs: object) -> CoverageBatch:
        return CoverageBatch([])

    def add_input(self, accumulator: CoverageBatch, batch: CoverageBatch, *args: object) -> CoverageBatch:
        return self.merge_accumulators([accumulator, batch])

    def merge_accumulators(self, accumulators: Iterable[CoverageBatch], *args: object) -> CoverageBatch:
        batches = [batch for batch in accumulators if batch.rows]
        if len(batches) <= 1:
            return batches[0] if batches else CoverageBatch([])
        cells: dict[Cell, Coverage] = {}
        for batch in batches:
            merge(cells, batch.rows)
        return CoverageBatch(ordered(cells.values()))

    def extract_output(self, accumulator: CoverageBatch, *args: object) -> CoverageBatch:
        return accumulator

    def get_accumulator_coder(self) -> StructCoder:
        return StructCoder(CoverageBatch)


class WriteCoverage(beam.PTransform):
    """Writes `coverage.json`, a list of rows, and `coverage.avro`; by provider, account, region, service and hour."""

    def __init__(self, folder: str) -> None:
        """Takes the output folder."""
        super().__init__()
        self._folder = folder

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Batches of rows in, the names of the written files out."""
        return batches | "Write" >> Gathered("coverage", _WriteCoverageFn(self._folder))


class _WriteCoverageFn(beam.DoFn):
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def process(self, gathered: tuple[str, Iterable[bytes]]) -> Iterator[str]:
        decode = msgspec.msgpack.Decoder(CoverageBatch).decode
        rows = ordered(row for batch in gathered[1] if batch for row in decode(batch).rows)
        increase(COVERAGE, len(rows))
        yield write_array(self._folder, "coverage.json", map(to_dict, rows))
        yield write_avro(self._folder, "coverage.avro", "coverage", map(to_dict, rows))


class ViewAccounts(beam.PTransform):
    """Says of each account what its logs show: one View an account."""

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Batches of rows in, views out."""
        return (
            batches
            | "ByAccount" >> beam.ParDo(_ByAccountFn()).with_output_types(Keyed)
            | "Together" >> beam.GroupByKey()
            | "View" >> beam.ParDo(_ViewFn()).with_output_types(View)
        )


class _ByAccountFn(beam.DoFn):
    def setup(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode

    def process(self, batch: CoverageBatch) -> Iterator[tuple[str, bytes]]:
        if batch.rows:
            provider, account = cell_of(batch.rows[0])[:2]
            yield f"{provider}|{account or ''}", self._encode(batch)


class _ViewFn(beam.DoFn):
    def process(self, element: tuple[str, Iterable[bytes]]) -> Iterator[View]:
        decode = msgspec.msgpack.Decoder(CoverageBatch).decode
        yield view(row for batch in element[1] for row in decode(batch).rows)


class NameBlindSpots(beam.PTransform):
    """Adds to each finding what the logs of its accounts did not show. For bounded input: it waits for all of it."""

    def __init__(self, views: beam.PCollection, policy: Policy) -> None:
        """Takes the views of all accounts, and the policy."""
        super().__init__()
        self._views = views
        self._policy = policy

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, the same with more blind spots out."""
        named = beam.ParDo(_NameBlindSpotsFn(self._policy), beam.pvalue.AsIter(self._views))
        return findings | "Name" >> named.with_output_types(Finding)


class _NameBlindSpotsFn(beam.DoFn):
    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._visible: Visible | None = None

    def start_bundle(self) -> None:
        self._visible = None

    def process(self, finding: Finding, views: Any) -> Iterator[Finding]:
        if self._visible is None:
            self._visible = Visible(views)
        found = spots(finding, self._visible, self._policy)
        blind = [*finding.blind_spots, *(spot for spot in found if spot not in finding.blind_spots)]
        yield msgspec.structs.replace(finding, blind_spots=blind)
