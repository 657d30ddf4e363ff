"""A pipeline for tests: the runner named, and pytest's own arguments kept away from Beam."""

from collections.abc import Sequence
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.test_pipeline import TestPipeline


def pipeline() -> TestPipeline:
    """Give a pipeline; as a context it runs at the end."""
    return TestPipeline(runner=FnApiRunner(), options=PipelineOptions([]))


def create(p: TestPipeline, label: str, rows: Sequence[msgspec.Struct], type_: Any) -> beam.PCollection:
    """Give records of a type as a PCollection. They start as bytes: Create would pickle the coder of the type."""
    encoded = p | label >> beam.Create([msgspec.msgpack.encode(row) for row in rows], reshuffle=False)
    return encoded | f"Decode{label}" >> beam.Map(_decode, type_).with_output_types(type_)


def _decode(data: bytes, type_: Any) -> Any:
    return msgspec.msgpack.decode(data, type=type_)
