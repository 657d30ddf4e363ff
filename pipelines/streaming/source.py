"""The source of a stream, out of its options: a Pub/Sub subscription, read by the runner or by us."""

import argparse
import re

import apache_beam as beam
from google.api_core.exceptions import GoogleAPICallError, PermissionDenied, RetryError
from google.cloud import pubsub_v1

from analytic.policy import Policy
from transforms.pubsub import ReadDataflowMessages, ReadMessages
from transforms.puller import Limits

_PATH = re.compile(r"projects/[^/\s]+/subscriptions/[^/\s]+")
_SHORT = re.compile(r"([^/\s]+)/([^/\s]+)")
_TOPIC = re.compile(r"projects/[^/\s]+/topics/[^/\s]+")
_SECONDS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where messages come from, and how many at a time."""
    parser.add_argument(
        "--subscription",
        required=True,
        metavar="PROJECT/NAME",
        help="the Pub/Sub subscription (or projects/PROJECT/subscriptions/NAME)",
    )
    parser.add_argument(
        "--max-messages",
        type=int,
        default=Limits().messages,
        metavar="N",
        help="messages that may be pulled and not yet acknowledged (default: %(default)s)",
    )
    parser.add_argument(
        "--max-bytes",
        type=int,
        default=Limits().bytes,
        metavar="N",
        help="their bytes (default: %(default)s)",
    )


def path_of(subscription: str) -> str:
    """Give a subscription's path. Raises ValueError for what is none."""
    if _PATH.fullmatch(subscription):
        return subscription
    short = _SHORT.fullmatch(subscription)
    if short is None:
        raise ValueError(f"--subscription {subscription}: no subscription; give PROJECT/NAME")
    return f"projects/{short[1]}/subscriptions/{short[2]}"


def check_topic(topic: str, option: str) -> None:
    """Raise ValueError where a topic's path is none."""
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"{option} {topic}: no topic; give projects/PROJECT/topics/TOPIC")


def source(options: argparse.Namespace, policy: Policy, runner: str) -> beam.PTransform:
    """Make the source for a runner. Raises ValueError where an option is wrong."""
    path = path_of(options.subscription)
    for name in ("max_messages", "max_bytes"):
        if getattr(options, name) <= 0:
            raise ValueError(f"--{name.replace('_', '-')} is {getattr(options, name)}: give a number above 0")
    if runner == "DataflowRunner":
        return ReadDataflowMessages(path)
    return ReadMessages(path, policy, Limits(options.max_messages, options.max_bytes))


def check(path: str) -> None:
    """Ask for the subscription before anything runs. Raises ValueError in one line where it can't be read.

    Who may read a subscription need not be allowed to look at it: a refusal to show it is no error.
    """
    with pubsub_v1.SubscriberClient() as client:
        try:
            client.get_subscription(subscription=path, timeout=_SECONDS)
        except PermissionDenied:
            return
        except (GoogleAPICallError, RetryError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"{path} can't be read: {reason}; check its name and PUBSUB_EMULATOR_HOST") from error
