"""The flow as a PyFlink job: the same folds as on Beam, under Flink's keyed state and timers (docs/flink.md).

Submit it with `flink run -pym pipelines.flink_job`; deploy/flink/ does so on one machine and on Kubernetes.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import NoReturn

from pyflink.common import Types
from pyflink.datastream import DataStream, RuntimeExecutionMode, StreamExecutionEnvironment

from analytic.chains import shipped
from analytic.chains.chain import Chain
from analytic.patterns import micros
from analytic.policy import Policy
from pipelines.chains.files import load_folder
from pipelines.flink.elements import KEYED
from pipelines.flink.ends import STARTS, Kafka, watermarks, write_files
from pipelines.flink.flow import flow
from pipelines.flink.intake import ParseMessages, ReadFiles
from pipelines.flink.order import InEventTime, Order, SortedAtTheEnd
from pipelines.inputs import expand
from pipelines.outcome import ERROR, OK, fail
from pipelines.policy.file import load
from transforms.baseline import before
from transforms.databases import Databases

CHECKPOINTS = 60_000
"""Milliseconds between checkpoints where neither the cluster nor the command line sets them."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(ERROR, f"flink_job: error: {message} (see --help)\n")


def parser() -> argparse.ArgumentParser:
    """Give the parser of the job's arguments."""
    top = _Parser(
        prog="flink_job",
        description="Read audit logs from Kafka, or from folders that end, and write the findings, exactly once.",
        epilog="example: flink run -pym pipelines.flink_job --brokers localhost:9092 --topics audit-logs "
        "--findings-topic findings --dead-letters-topic dead-letters",
    )
    top.add_argument("paths", nargs="*", metavar="PATH", help="files, folders or globs, in place of topics")
    top.add_argument("--topics", nargs="+", default=[], metavar="TOPIC", help="Kafka topics; event time is theirs")
    top.add_argument("--brokers", metavar="HOST:PORT[,…]", help="Kafka's bootstrap servers")
    top.add_argument("--kafka-properties", metavar="FILE", help="client properties, for security: lines of name=value")
    top.add_argument("--group", default="tokentrail", help="consumer group (default: %(default)s)")
    top.add_argument(
        "--start", choices=STARTS, default="committed", help="where topics are read from, without a savepoint"
    )
    top.add_argument("--findings-topic", metavar="TOPIC", help="findings as JSON, keyed by their id")
    top.add_argument("--dead-letters-topic", metavar="TOPIC", help="dead letters as JSON, keyed by their origin")
    top.add_argument("--output", metavar="DIR", help="in place of topics: JSON lines in DIR/findings, DIR/dead_letters")
    top.add_argument(
        "--transaction-prefix", default="tokentrail", metavar="NAME", help="one for each job on the same brokers"
    )
    top.add_argument(
        "--disorder", type=_duration, default="60s", help="how far behind the newest event the watermark stays: 60s"
    )
    top.add_argument(
        "--idleness", type=_duration, default="60s", help="a partition silent for so long holds nobody back: 60s"
    )
    top.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    top.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` learnt from history")
    top.add_argument("--chains", metavar="DIR", help="your own chains beside the shipped ones (docs/chains.md)")
    top.add_argument("--asn-db", metavar="FILE", help="a database of networks (.mmdb), on each TaskManager")
    top.add_argument("--country-db", metavar="FILE", help="a database of countries or cities, likewise")
    top.add_argument("--name", default="tokentrail", help="the job's name (default: %(default)s)")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Build the job and hand it to the cluster; gives the exit code."""
    arguments = parser()
    options = arguments.parse_args(argv)
    if bool(options.paths) == bool(options.topics):
        arguments.error("give either PATHs or --topics")
    if options.output is None and not (options.findings_topic and options.dead_letters_topic):
        arguments.error("give --output, or both --findings-topic and --dead-letters-topic")
    if (options.topics or options.output is None) and not options.brokers:
        arguments.error("give --brokers")
    environment = StreamExecutionEnvironment.get_execution_environment()
    # Also for input that ends: in batch mode PyFlink lost the timers of the end, and with them every finding.
    environment.set_runtime_mode(RuntimeExecutionMode.STREAMING)
    try:
        build(environment, options)
    except (ValueError, OSError) as error:
        return fail(str(error))
    environment.execute(options.name)
    return OK


def build(environment: StreamExecutionEnvironment, options: argparse.Namespace) -> None:
    """Build the job. Raises ValueError or OSError in one line for what is wrong with the files that it names."""
    policy = load(options.policy) if options.policy else Policy()
    databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
    databases.open()
    databases.close()
    baseline = before(options.baseline, policy) if options.baseline else None
    kafka = Kafka(options.brokers, _properties(options.kafka_properties)) if options.brokers else None
    if options.topics and kafka is not None:
        intakes = [_messages(environment, kafka, topic, options, policy, databases) for topic in options.topics]
        order: Order = partial(InEventTime, policy=policy)
    else:
        intakes, order = [_files(environment, options.paths, policy, databases)], SortedAtTheEnd
    found = flow(environment, intakes, order, policy, baseline, _chains(options.chains))
    if options.output is not None:
        # Where it is relative to is here, not where a TaskManager was started.
        folder = options.output if "://" in options.output else os.path.abspath(options.output)
        write_files(found.findings, folder, "findings")
        write_files(found.dead_letters, folder, "dead_letters")
    elif kafka is not None:
        kafka.write(found.findings, options.findings_topic, options.transaction_prefix)
        kafka.write(found.dead_letters, options.dead_letters_topic, options.transaction_prefix)


def _messages(
    environment: StreamExecutionEnvironment,
    kafka: Kafka,
    topic: str,
    options: argparse.Namespace,
    policy: Policy,
    databases: Databases,
) -> DataStream:
    if environment.get_checkpoint_config().get_checkpoint_interval() <= 0:
        environment.enable_checkpointing(CHECKPOINTS)
    strategy = watermarks(options.disorder, options.idleness)
    messages = kafka.messages(environment, topic, options.group, options.start, strategy)
    return messages.process(ParseMessages(topic, policy, databases), KEYED).name(f"parse-{topic}").uid(f"parse-{topic}")


def _files(
    environment: StreamExecutionEnvironment, paths: Sequence[str], policy: Policy, databases: Databases
) -> DataStream:
    inputs = expand(paths)
    if inputs.errors:
        raise ValueError("; ".join(inputs.errors))
    uris = environment.from_collection(list(inputs.uris), Types.STRING()).name("uris").rebalance()
    return uris.process(ReadFiles(policy, databases), KEYED).name("read-files").uid("read-files")


def _chains(folder: str | None) -> tuple[Chain, ...] | None:
    if folder is None:
        return None
    own = shipped.chains()
    return own + load_folder(folder, [chain.name for chain in own])


def _properties(path: str | None) -> dict[str, str]:
    """Read a client's properties. Raises ValueError with the line that is none."""
    found = {}
    with open(path, encoding="utf-8") if path else nullcontext(()) as lines:
        for number, line in enumerate(lines, 1):
            text = line.strip()
            name, equals, value = text.partition("=")
            if text and not text.startswith("#"):
                if not (name.strip() and equals):
                    raise ValueError(f"{path}:{number}: is no property: write name=value")
                found[name.strip()] = value.strip()
    return found


def _duration(text: str) -> int:
    try:
        return micros(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from None


if __name__ == "__main__":
    sys.exit(main())
