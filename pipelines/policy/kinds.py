"""The texts of `policy.yaml`, by kind: each check raises ValueError with what is wrong and what to write instead."""

import difflib
import re
import zoneinfo
from collections.abc import Callable

from analytic import patterns
from analytic.policy_entries import NEVER


def _line(text: str) -> None:
    if not text or not text.isprintable():
        raise ValueError("is empty, or has line breaks or control characters in it: write one line of text")


def _positive(text: str) -> None:
    if patterns.micros(text) == 0:
        raise ValueError("is no time at all: write at least 1s")


def _identity(text: str) -> None:
    patterns.check_glob(text)
    if patterns.names_nobody(text):
        raise ValueError("fits everybody: name who is meant")


def _service(text: str) -> None:
    patterns.check_glob(text)
    if ":" in text:
        raise ValueError("is no service but a call: write it under actions")


def _call(text: str) -> None:
    patterns.check_glob(text)
    service, colon, action = text.partition(":")
    if not (service and colon and action):
        raise ValueError("is no call: write service:Action, such as ec2:Describe*")


def _client(text: str) -> None:
    patterns.check_glob(text)
    if not re.fullmatch(r"[^/]+(?:/(?:[0-9]+|\*))?", text, re.ASCII):
        raise ValueError("is no program: write its name, with at most the major version: Terraform, aws-cli/2")


def _zone(text: str) -> None:
    try:
        patterns.parse_zone(text)
    except ValueError as error:
        close = difflib.get_close_matches(text, zoneinfo.available_timezones(), 1)
        raise ValueError(f"is no time zone: did you mean {close[0]}?" if close else str(error)) from None


def _day_or_never(text: str) -> None:
    if text != NEVER:
        try:
            patterns.end_of(text)
        except ValueError as error:
            raise ValueError(f"{error}, or never") from None


def _path(text: str) -> None:
    if text:
        _line(text)


KINDS: dict[str, Callable[[str], object]] = {
    "block": patterns.parse_block,
    "call": _call,
    "client": _client,
    "day": patterns.end_of,
    "day_or_never": _day_or_never,
    "days": patterns.parse_days,
    "duration": _positive,
    "glob": patterns.check_glob,
    "hours": patterns.parse_hours,
    "identity": _identity,
    "line": _line,
    "network": patterns.check_network,
    "own_network": patterns.check_own_network,
    "path": _path,
    "pause": patterns.micros,
    "service": _service,
    "zone": _zone,
}
"""The check of each kind of text: raises ValueError with what is wrong and what to do."""
