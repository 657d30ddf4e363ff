"""A simulated organization with attacks and twins, as events with the truth of each: what quality is measured on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from analytic.context.network import Located, enrich, is_private, locate, prefix
from analytic.context.network_clouds import cloud_of
from analytic.sources.errors import ParseError
from analytic.sources.source import parse_record
from schemas.records import ApiEvent
from simulator.attacks import library as attacks
from simulator.attacks.scene import Planned
from simulator.organization import life
from simulator.organization.notes import Note
from simulator.organization.world import DAY, START, World
from simulator.twins import library as twins


@dataclass(frozen=True)
class Setting:
    """What to simulate. `warm_up` days only teach: nothing is planned on them, and no finding of theirs is false."""

    identities: int
    days: int
    warm_up: int
    attacks: int
    twins: int
    seed: int
    forged: bool = False
    databases: bool = True
    baseline: bool = True


@dataclass
class Case:
    """The events, the planned stories, and the truth by event id: its label, scenario and story (None for daily life).

    `unparsed` are the records that no source read, with the reason.
    """

    setting: Setting
    events: list[ApiEvent] = field(default_factory=list)
    attacks: list[Planned] = field(default_factory=list)
    twins: list[Planned] = field(default_factory=list)
    truth: dict[str, tuple[str, str, Planned | None]] = field(default_factory=dict)
    unparsed: list[str] = field(default_factory=list)

    @property
    def measured_from(self) -> int:
        """The end of the warm-up, in microseconds."""
        return 1000 * (START + self.setting.warm_up * DAY)


def build(setting: Setting) -> Case:
    """Simulate and parse. Raises ValueError for a setting without a measured day."""
    if setting.warm_up >= setting.days:
        raise ValueError(f"{setting.warm_up} days of warm-up leave nothing of {setting.days}: give more --days")
    world, case = World.new(setting.seed, setting.identities), Case(setting)
    case.attacks = attacks.plan(
        setting.seed, world, setting.days, setting.attacks, forged=setting.forged, first_day=setting.warm_up
    )
    avoid = frozenset(label for one in case.attacks for label in one.cast)
    case.twins = twins.plan(setting.seed, world, setting.days, setting.twins, first_day=setting.warm_up, avoid=avoid)
    places = _places(world) if setting.databases else {}
    for note in _daily(world, setting.days):
        _take(case, note, None, places)
    for story in (*case.attacks, *case.twins):
        for note in story.notes:
            _take(case, note, story, places)
    return case


def _daily(world: World, days: int) -> Iterator[Note]:
    for day in range(days):
        for part in life.parts(world, day):
            yield from life.notes(world, part, day)


def _take(case: Case, note: Note, story: Planned | None, places: dict[str, Located]) -> None:
    data = msgspec.json.encode(note.record)
    try:
        event = parse_record(data, f"{note.log}#{len(case.events)}")
    except ParseError as error:
        case.unparsed.append(f"{note.log}: {error}")
        return
    if not isinstance(event, ApiEvent):
        case.unparsed.append(f"{note.log}: {event}")
        return
    case.events.append(enrich(event, _located(event.source_ip, places)))
    case.truth[event.event_id] = (note.label, note.scenario, story)


def _located(source_ip: str | None, places: dict[str, Located]) -> Located:
    known = places.get(prefix(source_ip) or "")
    return known if known is not None else locate(source_ip)


def _places(world: World) -> dict[str, Located]:
    """Give what databases of networks and countries would say, by prefix."""
    return {
        one.prefix: Located(
            network=one.prefix,
            private=is_private(one.address(0)),
            asn=one.asn,
            as_org=one.organisation,
            country=one.place.country,
            cloud=cloud_of(one.asn, one.organisation),
            latitude=one.place.latitude,
            longitude=one.place.longitude,
        )
        for one in world.networks.all()
    }
