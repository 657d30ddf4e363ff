"""A real Kafka broker (KRaft: broker and controller in one process) on free ports, from Maven."""

import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tests.servers.java import free_port, jars, need, stop, until

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"

_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
controller.listener.names=CONTROLLER
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
# Event times are months old, and Kafka deletes by them.
log.retention.ms=-1
"""


class Message(NamedTuple):
    """What goes into a topic: the value, its event time in milliseconds, and its partition."""

    value: bytes
    timestamp: int
    partition: int


class Broker(NamedTuple):
    """A running broker."""

    address: str

    def create(self, topic: str, partitions: int) -> None:
        """Create a topic."""
        client = AdminClient({"bootstrap.servers": self.address})
        client.create_topics([NewTopic(topic, partitions, 1)])[topic].result(60)

    def send(self, topic: str, messages: Iterable[Message]) -> None:
        """Send messages, each to its partition, in order."""
        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 5, "acks": "all"})
        for value, timestamp, partition in messages:
            producer.produce(topic, value, timestamp=timestamp, partition=partition)
            producer.poll(0)
        assert producer.flush(60) == 0

    def lag(self, topic: str, group: str) -> int:
        """Give how many messages of a topic a group has not committed yet."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": group})
        try:
            partitions = consumer.list_topics(topic, 30).topics[topic].partitions
            lag = 0
            for found in consumer.committed([TopicPartition(topic, number) for number in partitions], 30):
                _, end = consumer.get_watermark_offsets(found, 30)
                lag += end - max(found.offset, 0)
            return lag
        finally:
            consumer.close()

    def committed(self, topic: str) -> list[tuple[bytes, bytes]]:
        """Give all keys and values of a topic that are committed."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.address,
                "group.id": "tests",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
            }
        )
        try:
            partitions = consumer.list_topics(topic, 30).topics[topic].partitions
            consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
            found, at_end = [], set()
            end = time.monotonic() + 60
            while len(at_end) < len(partitions) and time.monotonic() < end:
                message = consumer.poll(1)
                if message is None:
                    continue
                error: Any = message.error()
                if error is None:
                    found.append((message.key(), message.value()))
                elif error.code() == -191:  # The end of a partition (librdkafka's _PARTITION_EOF).
                    at_end.add(message.partition())
                else:
                    raise KafkaException(error)
            assert len(at_end) == len(partitions)
            return found
        finally:
            consumer.close()


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """Run a broker whose files are in a folder; it ends with the block."""
    java = need("java")
    classes = f"{jars(KAFKA)}/*"
    ports = {"broker": free_port(), "controller": free_port()}
    config = folder / "server.properties"
    config.write_text(_PROPERTIES.format(**ports, folder=folder))
    command = [java, "-Xmx320m", "-XX:+UseSerialGC", "-cp", classes]
    format_ = [*command, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", str(config)]
    subprocess.run(format_, check=True, capture_output=True, timeout=120)
    with (folder / "kafka.log").open("wb") as log:
        process = subprocess.Popen([*command, "kafka.Kafka", str(config)], stdout=log, stderr=log, cwd=folder)
    address = f"127.0.0.1:{ports['broker']}"
    try:
        until(lambda: _answers(address), "Kafka", 120, [process])
        yield Broker(address)
    finally:
        stop(process)


def _answers(address: str) -> bool:
    try:
        return bool(AdminClient({"bootstrap.servers": address, "log_level": 0}).list_topics(timeout=2).brokers)
    except KafkaException:
        return False
