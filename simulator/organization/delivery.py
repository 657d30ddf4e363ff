"""Delivers notes as the providers do: files by hour, unordered inside, some late, one record in a hundred twice.

Layouts: CloudTrail user guide, "CloudTrail log file name format"; Cloud Logging, "View logs routed to Cloud Storage"
(shards Sn, and An for what came late); Azure Monitor, "Resource logs: send to Azure Storage" (PT1H.json below y= m= d=
h= m=, lines of JSON); Okta's System Log API, pages of a thousand events. CloudTrail's files hold an hour instead of
five minutes: to keep them few. The delays are the simulator's own assumptions.
"""

import gzip
import random
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from simulator.azure_records import TENANT
from simulator.organization.notes import Note, encoded
from simulator.organization.world import HOUR, MINUTE
from simulator.randomness import Ids, stream

TWICE = 100
"""One record in so many is delivered a second time, up to an hour after the first."""

LATE_FILES = 50
"""One hour of one log in so many comes one to three hours late, as after an outage."""

LATE_RECORDS = 200
"""One record in so many comes up to two hours late by itself."""

PAGE = 1000
"""Events of a page of Okta's System Log API, at most."""

BUFFER = 96 * 1024 * 1024
"""Bytes of records held in memory; beyond that they are set aside in files until their hour is written."""

_CATEGORIES = {
    "SignInLogs": "signinlogs",
    "NonInteractiveUserSignInLogs": "noninteractiveusersigninlogs",
    "ServicePrincipalSignInLogs": "serviceprincipalsigninlogs",
    "ManagedIdentitySignInLogs": "managedidentitysigninlogs",
    "AuditLogs": "auditlogs",
    "MicrosoftGraphActivityLogs": "microsoftgraphactivitylogs",
}


class Window(NamedTuple):
    """An hour of a log: `hour` is that of delivery, or for Google's the entry's own; `late` ones are addenda."""

    log: str
    hour: int
    late: bool = False


@dataclass
class Delivery:
    """Writes below `folder`. Times go on by days: `deliver` notes, `close` the hours that are over, all in the end."""

    folder: Path
    seed: int
    records: int = 0
    twice: int = 0
    files: int = 0
    size: int = 0
    _held: dict[Window, list[bytes]] = field(default_factory=dict)
    _aside: set[Window] = field(default_factory=set)
    _buffered: int = 0
    _rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Open the random stream of delays."""
        self._rng = stream(self.seed, "organization/delivery")

    def deliver(self, note: Note) -> None:
        """Deliver a note's record, or one in TWICE of them two times."""
        line, log, rng = encoded(note.record), _log(note), self._rng
        delivered = note.at + self._delay(log, note.at)
        self._put(log, note.at, delivered, line)
        if rng.randrange(TWICE) == 0:
            self.twice += 1
            self._put(log, note.at, delivered + rng.randrange(HOUR), line)

    def _delay(self, log: str, at: int) -> int:
        rng, delay = self._rng, self._rng.randrange(90_000, 8 * MINUTE)
        if rng.randrange(LATE_RECORDS) == 0:
            delay += rng.randrange(2 * HOUR)
        late = random.Random(f"{self.seed}/{log}/{at // HOUR}")  # noqa: S311 - the same for all records of the hour
        return delay + (late.randrange(HOUR, 3 * HOUR) if late.randrange(LATE_FILES) == 0 else 0)

    def _put(self, log: str, at: int, delivered: int, line: bytes) -> None:
        late = log.startswith("gcp/") and delivered // HOUR > at // HOUR + 1
        window = Window(log, (at if log.startswith("gcp/") else delivered) // HOUR, late)
        self._held.setdefault(window, []).append(line)
        self.records += 1
        self._buffered += len(line)
        if self._buffered > BUFFER:
            self._set_aside()

    def _set_aside(self) -> None:
        aside = self._spool()
        aside.mkdir(parents=True, exist_ok=True)
        for window, lines in self._held.items():
            with (aside / _name(window)).open("ab") as file:
                file.writelines(line + b"\n" for line in lines)
        self._aside |= self._held.keys()
        self._held, self._buffered = {}, 0

    def _spool(self) -> Path:
        return self.folder / ".aside"

    def close(self, before: int | None = None) -> None:
        """Write the files of all hours that end before a time (ms), or of all."""
        windows = sorted(self._held.keys() | self._aside)
        for window in windows:
            if before is None or (window.hour + 1) * HOUR <= before:
                self._write(window)
        if before is None:
            shutil.rmtree(self._spool(), ignore_errors=True)

    def _write(self, window: Window) -> None:
        lines = self._held.pop(window, [])
        self._buffered -= sum(len(line) for line in lines)
        if window in self._aside:
            self._aside.discard(window)
            spooled = self._spool() / _name(window)
            lines = spooled.read_bytes().splitlines() + lines
            spooled.unlink()
        self._rng.shuffle(lines)
        provider = window.log.partition("/")[0]
        if provider == "aws":
            content = gzip.compress(b'{"Records":[' + b",".join(lines) + b"]}", compresslevel=4, mtime=0)
            self._save(_cloudtrail(window, Ids(self._rng).file_suffix()), content)
        elif provider == "okta":
            lines.sort(key=_published)
            for number in range(0, len(lines), PAGE):
                page = b"[" + b",".join(lines[number : number + PAGE]) + b"]"
                self._save(_okta(window, number // PAGE), page)
        else:
            path = _google(window) if provider == "gcp" else _microsoft(window)
            self._save(path, b"\n".join(lines) + b"\n")

    def _save(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # An hour is written once.
            file.write(content)
        self.files += 1
        self.size += len(content)


def _log(note: Note) -> str:
    """Give the log that a note's record is delivered in: Entra's sign-ins are four."""
    provider, _, name = note.log.partition("/")
    if provider != "entra":
        return note.log
    return f"entra/{_CATEGORIES.get(note.record['category'], name)}"


def _name(window: Window) -> str:
    return f"{window.log.replace('/', '~')}~{window.hour}~{window.late:d}"


def _time(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def _published(line: bytes) -> str:
    return msgspec.json.decode(line, type=_Published).published


class _Published(msgspec.Struct):
    published: str


def _cloudtrail(window: Window, suffix: str) -> str:
    _, account, region = window.log.split("/")
    at = _time(window.hour + 1)
    folder = f"aws/AWSLogs/{account}/CloudTrail/{region}/{at:%Y/%m/%d}"
    return f"{folder}/{account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{suffix}.json.gz"


def _google(window: Window) -> str:
    _, project, log = window.log.split("/")
    at = _time(window.hour)
    shard = "A0" if window.late else "S0"
    return f"gcp/{project}/cloudaudit.googleapis.com/{log}/{at:%Y/%m/%d}/{at:%H}:00:00_{at:%H}:59:59_{shard}.json"


def _microsoft(window: Window) -> str:
    provider, owner = window.log.split("/")[:2]
    at = _time(window.hour)
    hour = f"y={at:%Y}/m={at:%m}/d={at:%d}/h={at:%H}/m=00/PT1H.json"
    if provider == "azure":
        return f"azure/insights-activity-logs/resourceId=/SUBSCRIPTIONS/{owner.upper()}/{hour}"
    return f"azure/insights-logs-{owner}/tenantId={TENANT}/{hour}"


def _okta(window: Window, page: int) -> str:
    at = _time(window.hour)
    return f"okta/system-log/{at:%Y/%m/%d}/{at:%H}00-{page:03d}.json"
