"""`tokentrail stream`: messages of a Pub/Sub subscription to findings, until it is stopped."""

import argparse
import logging
import os
import tempfile

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from analytic import patterns
from analytic.policy import SECOND
from pipelines.outcome import fail
from pipelines.runs import chains_of, policy_of
from pipelines.stream import stream
from pipelines.streaming import sinks, source
from pipelines.streaming.leash import leashed
from pipelines.streaming.local import BUILD, prism_path
from pipelines.streaming.memory import bound_arenas
from pipelines.streaming.replay import Replay
from pipelines.streaming.running import watch
from pipelines.streaming.told import told_since
from transforms.baseline import before
from transforms.databases import Databases
from transforms.resume import Told

_BOUNDED = frozenset({"DirectRunner", "FnApiRunner", "SwitchingDirectRunner", "BundleBasedDirectRunner"})
_LOCAL = "PrismRunner"

_NO_SPLITS = "prism_disable_sdf_split"
"""Prism 2.77 splits slow bundles of stateful stages too, frees the keys of the second half while the first still works
on them, and so loses updates of their state: on a loaded machine some findings were not what scan gave."""

_MAX_REPLAY_SECONDS = 6 * 24 * 3600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; a runner's are passed through."""
    parser.epilog = (
        "example: tokentrail stream --subscription my-project/audit-logs --output out --policy policy.yaml\n"
        "Without --runner it runs on Prism, on this machine (docs/streaming.md); any Beam option may follow, such as\n"
        "--runner DataflowRunner --project my-project --region europe-west1 --temp_location gs://my-bucket/tmp"
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    source.add_arguments(parser)
    sinks.add_arguments(parser)
    parser.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    parser.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` learnt from history")
    parser.add_argument("--chains", metavar="DIR", help="your own chains beside the shipped ones (docs/chains.md)")
    parser.add_argument("--asn-db", metavar="FILE", help="a database of networks (.mmdb)")
    parser.add_argument("--country-db", metavar="FILE", help="a database of countries or cities (.mmdb)")
    parser.add_argument(
        "--replay",
        default="1d",
        metavar="TIME",
        help="on this machine: how far a start reads back what an earlier run had read (default: %(default)s; 0s: not)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def run(options: argparse.Namespace) -> int:
    """Run the stream; gives the exit code. Raises OSError where the output can't be written."""
    bound_arenas()
    with tempfile.TemporaryDirectory(prefix="tokentrail-") as folder:
        return _run(options, folder)


def _run(options: argparse.Namespace, folder: str) -> int:
    logging.getLogger().setLevel(logging.CRITICAL)  # What Beam would log, with its stack, and then raise is told once.
    replay = None
    try:
        beam_options = _beam_options(options.passed, folder)
        standard = beam_options.view_as(StandardOptions)
        on_this_machine = standard.runner == _LOCAL
        policy = policy_of(options.policy)
        path = source.path_of(options.subscription)
        reading = source.source(options, policy, standard.runner)
        writing = sinks.sinks(options)
        limit = sinks.limit(options)
        _check_output(options.output)
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        databases.close()
        learnt = before(options.baseline, policy) if options.baseline else None
        chains = chains_of(options.chains)
        seconds = _replay_seconds(options.replay)
        source.check(path)
        told = Told()
        if on_this_machine and seconds:
            replay = Replay(path, seconds)
            told = told_since(options, replay.start().since)
    except ValueError as error:
        return fail(str(error))
    pipeline = beam.Pipeline(options=beam_options)
    stream(pipeline, reading, writing, path, policy, databases, told, learnt, chains, limit)
    return watch(pipeline, replay, on_this_machine=on_this_machine, quiet=options.quiet)


def _beam_options(passed: list[str], folder: str) -> PipelineOptions:
    """Give Beam's options: what was passed on, with Prism where no runner is named; its leash lies in the folder."""
    options = PipelineOptions(passed, streaming=True)
    given = options.get_all_options(retain_unknown_options=True)
    known = options.get_all_options()
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise ValueError(f"--{unknown[0]}: neither tokentrail nor Beam knows this option (tokentrail stream --help)")
    runner = options.view_as(StandardOptions).runner or _LOCAL
    if runner in _BOUNDED:
        raise ValueError(f"--runner {runner} can't read a stream: leave it out to run on Prism, on this machine")
    own: dict[str, object] = {}
    if runner == _LOCAL:
        path = known["prism_location"] or prism_path()
        if path is None:
            raise ValueError(f"Prism, the local runner of streams, is not here: `{BUILD}`, or set TOKENTRAIL_PRISM")
        own = {
            "prism_location": leashed(path, folder),
            "prism_log_level": "error",
            "experiments": [*(known["experiments"] or ()), _NO_SPLITS],
        }
    return PipelineOptions(passed, streaming=True, runner=runner, **own)


def _check_output(folder: str | None) -> None:
    """Try to write into a folder of this machine. Raises OSError where it can't be."""
    if folder and "://" not in folder:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def _replay_seconds(text: str) -> float:
    try:
        seconds = patterns.micros(text) / SECOND
    except ValueError as error:
        raise ValueError(f"--replay {text}: {error}") from None
    if seconds > _MAX_REPLAY_SECONDS:
        raise ValueError(f"--replay {text}: Pub/Sub keeps a snapshot for 7 days, give at most 6d")
    return seconds
