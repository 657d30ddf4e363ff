"""Writes a simulated organization to a folder: its logs, the ground truth, and a README of what is true.

    FOLDER/logs/            as the providers deliver them (simulator.organization.delivery)
    FOLDER/truth.csv        one row for each event: event_id, label, scenario, chain, actor
    FOLDER/asn.mmdb         whose network each address is in, and FOLDER/city.mmdb where it is
    FOLDER/README.md        the figures, and the attacks

The truth is no JSON, so that a scan of FOLDER does not take it for a log. Days are made one after the other; a day is
in memory at most as far as the delivery's buffer goes.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from simulator.organization import databases, life, readme
from simulator.organization.delivery import Delivery
from simulator.organization.notes import TRUTH, Note
from simulator.organization.schedule import day_start
from simulator.organization.world import HOUR, World

TABLE = "truth.csv"
"""The file of the truth."""

EARLY = 14 * HOUR
"""So long before midnight UTC a day's events may begin: east of Greenwich the day is on already."""


class Story(Protocol):
    """A planned attack or twin, as `simulator.attacks.library` gives it."""

    @property
    def scenario(self) -> str:
        """Its name."""

    @property
    def chain(self) -> str | None:
        """The chain that should tell of it."""

    @property
    def label(self) -> str:
        """Of what is the story's own: attack or twin."""

    @property
    def actor(self) -> str:
        """Who it happens to."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """Its records with their truth."""


@dataclass(frozen=True)
class Settings:
    """What is asked for. `activity` is in per cent of the usual amount of calls."""

    seed: int
    identities: int
    days: int
    activity: int = 100


@dataclass
class Written:
    """What was written: events, by label and by scenario; records and files as they were delivered."""

    events: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    scenarios: Counter[str] = field(default_factory=Counter)
    records: int = 0
    twice: int = 0
    files: int = 0
    size: int = 0


def write(
    folder: Path, settings: Settings, world: World, stories: Sequence[Story], progress: Callable[[int, int], None]
) -> Written:
    """Write the organization and the stories in it. `progress` is told (parts done, parts in all).

    Raises OSError where the folder can't be written, ValueError when it holds anything.
    """
    logs = folder / "logs"
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: give a new folder, or remove what is there")
    logs.mkdir(parents=True, exist_ok=True)
    delivery, written = Delivery(logs, settings.seed), Written()
    waiting = sorted((note for story in stories for note in story.notes), key=lambda note: (note.at, note.event_id))
    in_all = settings.days * sum(1 for _ in life.parts(world, 0))
    done = 0
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as truth:
        table = csv.writer(truth, lineterminator="\n")
        table.writerow(TRUTH)

        def take(notes: list[Note]) -> None:
            for note in notes:
                delivery.deliver(note)
                written.labels[note.label] += 1
                written.scenarios[note.scenario] += 1
            table.writerows(note.truth for note in notes)
            written.events += len(notes)

        for day in range(settings.days):
            due = day_start(day + 1)
            take([note for note in waiting if note.at < due])
            waiting = [note for note in waiting if note.at >= due]
            for part in life.parts(world, day, settings.activity):
                take(life.notes(world, part, day))
                done += 1
                progress(done, in_all)
            delivery.close(due - EARLY)
        take(waiting)
        delivery.close()
    written.records, written.twice = delivery.records, delivery.twice
    written.files, written.size = delivery.files, delivery.size
    databases.write(folder, world.networks)
    (folder / "README.md").write_text(readme.text(settings, world, stories, written), encoding="utf-8")
    return written


def all_notes(world: World, days: int, activity: int = 100) -> Iterator[Note]:
    """Give the benign notes of some days, part by part and so not in order of time; nothing is written."""
    for day in range(days):
        for part in life.parts(world, day, activity):
            yield from life.notes(world, part, day)
