"""Where the flow begins and ends on Flink: Kafka topics or files, and exactly-once out of either."""

from collections.abc import Mapping
from typing import Any

from pyflink.common import Duration, Row, Types, WatermarkStrategy
from pyflink.common.serialization import ByteArraySchema, Encoder, RowFieldExtractorSchema
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.datastream.connectors import DeliveryGuarantee
from pyflink.datastream.connectors.file_system import FileSink, OutputFileConfig, RollingPolicy
from pyflink.datastream.connectors.kafka import (
    KafkaOffsetResetStrategy,
    KafkaOffsetsInitializer,
    KafkaRecordSerializationSchema,
    KafkaSink,
    KafkaSource,
)

TRANSACTION_TIMEOUT = 15 * 60_000
"""Milliseconds: Kafka's brokers allow no more by default (transaction.max.timeout.ms), Flink asks for an hour."""

STARTS = ("earliest", "latest", "committed")
"""Where a topic is read from when there is no savepoint: `committed` by the group, else from the beginning."""


class Kafka:
    """How the brokers are reached: addresses, and properties for security."""

    def __init__(self, brokers: str, properties: Mapping[str, str]) -> None:
        """Takes `host:port,…` and the client's properties."""
        self._brokers = brokers
        self._properties = dict(properties)

    def messages(
        self, environment: StreamExecutionEnvironment, topic: str, group: str, start: str, watermarks: Any
    ) -> DataStream:
        """Read a topic's messages as bytes; event time is the record's timestamp."""
        builder = KafkaSource.builder().set_bootstrap_servers(self._brokers).set_topics(topic).set_group_id(group)
        source = (
            builder.set_starting_offsets(_offsets(start))
            .set_value_only_deserializer(ByteArraySchema())
            .set_properties({"partition.discovery.interval.ms": "60000", **self._properties})
            .build()
        )
        return environment.from_source(source, watermarks, f"read-{topic}").uid(f"read-{topic}")

    def write(self, rows: DataStream, topic: str, prefix: str) -> None:
        """Write rows to a topic, in transactions that are committed with Flink's checkpoints."""
        serializer = (
            KafkaRecordSerializationSchema.builder()
            .set_topic(topic)
            .set_key_serialization_schema(RowFieldExtractorSchema(0))
            .set_value_serialization_schema(RowFieldExtractorSchema(1))
            .build()
        )
        builder = (
            KafkaSink.builder()
            .set_bootstrap_servers(self._brokers)
            .set_record_serializer(serializer)
            .set_delivery_guarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .set_transactional_id_prefix(f"{prefix}-{topic}")
        )
        for name, value in {"transaction.timeout.ms": str(TRANSACTION_TIMEOUT), **self._properties}.items():
            builder = builder.set_property(name, value)
        rows.sink_to(builder.build()).name(f"write-{topic}").uid(f"write-{topic}")


def watermarks(disorder: int, idleness: int) -> Any:
    """Give the watermark of a source: so far behind the newest event, and without a partition that is idle.

    Both in microseconds.
    """
    strategy = WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_millis(disorder // 1_000))
    return strategy.with_idleness(Duration.of_millis(idleness // 1_000))


def write_files(rows: DataStream, folder: str, name: str) -> None:
    """Write rows as JSON lines to `folder/name/`, in files that appear under their names when they are committed."""
    config = OutputFileConfig.builder().with_part_prefix(name).with_part_suffix(".jsonl").build()
    sink = (
        FileSink.for_row_format(f"{folder.rstrip('/')}/{name}", Encoder.simple_string_encoder())
        .with_output_file_config(config)
        .with_rolling_policy(RollingPolicy.on_checkpoint_rolling_policy())
        .build()
    )
    lines = rows.map(_line, Types.STRING()).name(f"{name}-lines").uid(f"{name}-lines")
    lines.sink_to(sink).name(f"write-{name}").uid(f"write-{name}")


def _line(row: Row) -> str:
    return bytes(row[1]).decode()


def _offsets(start: str) -> KafkaOffsetsInitializer:
    if start == "committed":
        return KafkaOffsetsInitializer.committed_offsets(KafkaOffsetResetStrategy.EARLIEST)
    return KafkaOffsetsInitializer.latest() if start == "latest" else KafkaOffsetsInitializer.earliest()
