"""A `tokentrail stream` of its own on Prism, for benchmarks: topic, subscription, output, and its end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from google.cloud import pubsub_v1

_STOP_SECONDS = 180


class LocalStream(NamedTuple):
    """A stream that runs: its process, the topic that it hears, and the folder with its output and its `log`."""

    process: subprocess.Popen[bytes]
    topic: str
    output: Path


@contextmanager
def running(emulator: str, project: str, policy: str, *options: str) -> Iterator[LocalStream]:
    """Start a stream on a new subscription of the Pub/Sub emulator (HOST:PORT), and stop it in the end.

    `policy` is the text of its policy.yaml, `options` are more of the command's own. The last
    line of its log goes to standard error.
    """
    os.environ["PUBSUB_EMULATOR_HOST"] = emulator
    name = f"benchmark{time.time_ns()}"
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    topic, subscription = publisher.topic_path(project, name), subscriber.subscription_path(project, name)
    publisher.create_topic(name=topic)
    subscriber.create_subscription(name=subscription, topic=topic, ack_deadline_seconds=60)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        (output / "policy.yaml").write_text(policy)
        line = ["--subscription", subscription, "--output", folder, "--policy", str(output / "policy.yaml")]
        line += ["--file-seconds", "1", *options]
        with (output / "log").open("wb") as log:
            stream = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "pipelines.stream", *line], stderr=log)
        try:
            yield LocalStream(stream, topic, output)
        finally:
            stream.send_signal(signal.SIGTERM)
            try:
                stream.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                stream.kill()
            print("".join((output / "log").read_text().splitlines()[-1:]), file=sys.stderr)
