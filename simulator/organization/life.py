"""The organization's life, a day at a time: what every identity does, each from a random stream of its own.

A part that is added or changed leaves all others as they were: a world of more days has the same first day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from simulator.organization import ci, machines_aws, machines_others, occasions, people, services
from simulator.organization.notebook import Notebook
from simulator.organization.notes import Note
from simulator.organization.world import World
from simulator.randomness import stream

Thing = TypeVar("Thing")
Write = Callable[[Notebook, Thing, int, int], None]
"""Writes the day of one thing: notebook, thing, day, and the activity in per cent."""


@dataclass(frozen=True)
class Part:
    """One identity's day, still to be written. `name` is its stream's; `actor` who it is in the ground truth."""

    name: str
    actor: str
    scenario: str
    write: Callable[[Notebook], None]


def parts(world: World, day: int, activity: int = 100) -> Iterator[Part]:
    """Give every identity's part of a day, and the cloud services'. `activity` is in per cent of the usual amount."""

    def of(
        scenario: str, things: tuple[Thing, ...], write: Write[Thing], name: Callable[[Thing], str]
    ) -> Iterator[Part]:
        for number, thing in enumerate(things):
            yield Part(f"{scenario}/{number}", name(thing), scenario, partial(_write, write, thing, day, activity))

    yield from of("person", world.people, people.write_day, lambda one: one.email)
    yield from of("instance", world.instances, machines_aws.instance_day, lambda one: one.instance_id)
    yield from of("function", world.functions, machines_aws.function_day, lambda one: one.name)
    yield from of("machine user", world.machine_users, machines_aws.machine_user_day, lambda one: one.known.name)
    yield from of("service account", world.service_accounts, machines_others.robot_day, lambda one: one.account.email)
    yield from of("application", world.applications, machines_others.application_day, lambda one: one.app.name)
    yield from of("managed identity", world.machines, machines_others.machine_day, lambda one: one.app.name)
    yield from of("deployment", world.pipelines, ci.pipeline_day, lambda one: one.repository)
    yield from of("AWS services", world.accounts, services.account_day, lambda one: f"AWS in {one.number}")
    yield from of("Google services", world.projects, services.project_day, lambda one: f"Google in {one.project_id}")
    yield Part("scan", "security-scanner", "security scan", partial(_scan, day, activity))
    yield Part("drill", "", "break-glass drill", partial(_drill, day))
    yield Part("staff", "", "joiners and leavers", partial(_staff, day))


def notes(world: World, part: Part, day: int) -> list[Note]:
    """Write a part of a day, and give its notes in the order in which it wrote them; the same each time."""
    book = Notebook(world, stream(world.seed, f"organization/{part.name}/{day}"), part.actor, part.scenario)
    part.write(book)
    return book.notes


def _write(write: Write[Thing], thing: Thing, day: int, activity: int, book: Notebook) -> None:
    write(book, thing, day, activity)


def _scan(day: int, activity: int, book: Notebook) -> None:
    occasions.scan(book, day, activity)


def _drill(day: int, book: Notebook) -> None:
    occasions.drill(book, day)


def _staff(day: int, book: Notebook) -> None:
    occasions.comings_and_goings(book, day)
