"""Where a stream's results go: one interface for BigQuery and files, and the one place where results meet it."""

from typing import Any, NamedTuple

import apache_beam as beam

from transforms.stamp import StampDeadLetters, StampFindings


class Sinks(NamedTuple):
    """A PTransform for each kind of result.

    `findings` takes a PCollection of Finding and gives the dead letters of what could not be written, as `coverage`
    does with its records; `dead_letters` takes DeadLetter; `alerts` takes Finding. What they give is else of no use.
    """

    findings: beam.PTransform
    dead_letters: beam.PTransform
    coverage: beam.PTransform | None = None
    alerts: beam.PTransform | None = None


class WriteResults(beam.PTransform):
    """Writes findings, dead letters and coverage; a row that can't be written joins the dead letters.

    Apply it to a dict of PCollections: `{"findings": …, "dead_letters": …}`, and `"coverage"` where there is any.
    """

    def __init__(self, sinks: Sinks) -> None:
        """Takes the sinks (pipelines/streaming/sinks.py makes them of options)."""
        super().__init__()
        self._sinks = sinks

    def expand(self, results: dict[str, beam.PCollection]) -> Any:
        """The results by name in; what the sink of dead letters gives out."""
        sinks = self._sinks
        stamped = results["findings"] | "StampFindings" >> StampFindings()
        refused = [stamped | "WriteFindings" >> sinks.findings]
        if sinks.coverage is not None and "coverage" in results:
            refused.append(results["coverage"] | "WriteCoverage" >> sinks.coverage)
        if sinks.alerts is not None:
            _ = stamped | "Alert" >> sinks.alerts
        dead_letters = (results["dead_letters"], *refused) | "DeadLetters" >> beam.Flatten()
        stamped_letters = dead_letters | "StampDeadLetters" >> StampDeadLetters()
        return stamped_letters | "WriteDeadLetters" >> sinks.dead_letters
