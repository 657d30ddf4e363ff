"""The stream as a Dataflow job: a subscription to tables."""

import argparse

import apache_beam as beam

from pipelines.runs import policy_of
from pipelines.stream import stream
from pipelines.streaming import sinks, source
from transforms.baseline import NO_BEFORE, before
from transforms.databases import Databases
from transforms.fetched import fetched
from transforms.pubsub import ReadDataflowMessages
from transforms.resume import Told

PARAMETERS = (
    "subscription",
    "findings_table",
    "dead_letter_table",
    "coverage_table",
    "policy",
    "baseline",
    "asn_db",
    "country_db",
)
"""The template's parameters (deploy/dataflow/stream.json)."""


class Stream:
    """How the launcher makes the stream."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Add the template's parameters."""
        parser.add_argument("--subscription", required=True)
        parser.add_argument("--findings-table", required=True)
        parser.add_argument("--dead-letter-table", required=True)
        for name in ("--coverage-table", "--policy", "--baseline", "--asn-db", "--country-db"):
            parser.add_argument(name)
        parser.set_defaults(output=None, file_seconds=1.0)

    @staticmethod
    def defaults(unused_options: argparse.Namespace) -> dict[str, object]:
        """Give what Beam's options are where nothing else is said."""
        return {"streaming": True, "enable_streaming_engine": True, "job_name": "tokentrail-stream"}

    @staticmethod
    def build(pipeline: beam.Pipeline, options: argparse.Namespace) -> None:
        """Build the graph. Raises ValueError or OSError, in one line, for what is wrong with a parameter."""
        policy = policy_of(fetched(options.policy) if options.policy else None)
        path = source.path_of(options.subscription)
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        databases.close()
        learnt = before(options.baseline, policy) if options.baseline else NO_BEFORE
        stream(pipeline, ReadDataflowMessages(path), sinks.sinks(options), path, policy, databases, Told(), learnt)
