"""The attacks and their benign twins: repeatable, readable by the parsers, every event with its truth."""

from collections import Counter

import msgspec
import pytest

from analytic.chains.shipped import chains
from analytic.sources.source import parse_record
from schemas.records import ApiEvent
from simulator.attacks import library as attacks
from simulator.attacks.scene import NOISES, PACINGS, PLACES, Planned
from simulator.organization.world import DAY, HOUR, START, World
from simulator.twins import library as twins

SEED = 11
DAYS = 5
EVERY = 2 * len(attacks.SCENARIOS)
CHAIN_WINDOW = 12 * HOUR


@pytest.fixture(scope="module")
def world() -> World:
    return World.new(SEED, 100)


@pytest.fixture(scope="module")
def made(world: World) -> list[Planned]:
    return attacks.plan(SEED, world, DAYS, EVERY, first_day=1)


@pytest.fixture(scope="module")
def benign(world: World) -> list[Planned]:
    return twins.plan(SEED, world, DAYS, len(twins.TWINS), first_day=1)


def test_a_seed_gives_the_same_attacks_and_another_seed_others(world: World, made: list[Planned]) -> None:
    assert attacks.plan(SEED, world, DAYS, EVERY, first_day=1) == made
    assert attacks.plan(SEED + 1, world, DAYS, EVERY, first_day=1) != made


def test_twins_are_repeatable_too(world: World, benign: list[Planned]) -> None:
    assert twins.plan(SEED, world, DAYS, len(twins.TWINS), first_day=1) == benign


def test_every_scenario_style_and_cloud_is_played(made: list[Planned]) -> None:
    assert Counter(one.scenario for one in made) == {one.name: 2 for one in attacks.SCENARIOS}
    assert {one.style.place for one in made} == set(PLACES)
    assert {one.style.pacing for one in made} == set(PACINGS)
    assert {one.style.noise for one in made} == set(NOISES)
    assert {one.cloud for one in made} == {"aws", "gcp", "azure", "okta"}
    assert len(attacks.SCENARIOS) >= 25


def test_the_expected_chains_are_shipped_ones() -> None:
    shipped = {one.name for one in chains()}
    expected = {one.chain for one in attacks.SCENARIOS}
    assert expected <= shipped
    # Ways of finding what is done from the victim's own place; each scenario names the chain that tells it best.
    by_history = {"unusual_order", "impaired_first_time", "impaired_twice", "mass_reads_first_time", "never_done"}
    by_history |= {"unheard_of", "lent_first_time", "probing_widely", "secrets_across_stores"}
    # What the stories of users whom nobody knows begin and end with.
    beside = {"password_alone", "model_by_unknown_key"}
    assert shipped - expected <= by_history | beside


def test_every_attack_has_a_twin() -> None:
    of = {one.name.partition("(twin of ")[2].removesuffix(")") for one in twins.TWINS}
    assert of == {one.name for one in attacks.SCENARIOS}


def test_every_record_is_an_event_of_its_id_and_time(made: list[Planned], benign: list[Planned]) -> None:
    for story in (*made, *benign):
        for note in story.notes:
            event = parse_record(msgspec.json.encode(note.record), note.log)
            assert isinstance(event, ApiEvent), (story.scenario, event)
            assert event.event_id == note.event_id
            assert abs(event.time // 1000 - note.at) <= 1000


def test_every_event_has_the_truth_of_its_story(made: list[Planned], benign: list[Planned]) -> None:
    for story in (*made, *benign):
        assert {note.label for note in story.notes} <= {"benign", story.label}
        assert {note.scenario for note in story.notes} == {story.scenario}
        assert {note.chain for note in story.notes} == {story.chain}
        assert {note.actor for note in story.notes if note.label == story.label} == {story.actor}
        assert story.actor.lower() in story.names
        assert story.first in story.event_ids
        assert len({note.event_id for note in story.notes}) >= len(story.event_ids)
    assert {one.label for one in made} == {"attack"}
    assert {one.label for one in benign} == {"twin"}


def test_the_first_event_is_the_earliest_of_the_attack(made: list[Planned]) -> None:
    for story in made:
        own = [note.at for note in story.notes if note.label == "attack"]
        assert next(note.at for note in story.notes if note.event_id == story.first) == min(own)


def test_a_story_lies_in_its_days_and_in_the_chain_window(made: list[Planned], benign: list[Planned]) -> None:
    for story in (*made, *benign):
        own = [note.at for note in story.notes if note.label == story.label]
        assert max(own) - min(own) <= CHAIN_WINDOW, story.scenario
        assert min(own) >= START + DAY - 14 * HOUR
        assert max(own) <= START + (DAYS + 1) * DAY


def test_forging_changes_the_user_agents_and_nothing_else(world: World, made: list[Planned]) -> None:
    forged = attacks.plan(SEED, world, DAYS, EVERY, first_day=1, forged=True)
    changed = 0
    for plain, lie in zip(made, forged, strict=True):
        assert [note.event_id for note in plain.notes] == [note.event_id for note in lie.notes]
        assert [note.at for note in plain.notes] == [note.at for note in lie.notes]
        for one, other in zip(plain.notes, lie.notes, strict=True):
            if one.record != other.record:
                changed += 1
                assert one.label == "attack"
                assert one.record.get("sourceIPAddress") == other.record.get("sourceIPAddress")
    assert changed > 100
    assert {one.style.forged for one in forged} == {"terraform", "own"}


def test_a_thief_elsewhere_is_in_no_network_of_the_organization(world: World, made: list[Planned]) -> None:
    abroad = {one.base for one in (*world.networks.hosting, *world.networks.residential)}
    for story in made:
        addresses = {
            note.record["sourceIPAddress"]
            for note in story.notes
            if note.label == "attack"
            and note.log.startswith("aws/")
            and story.style.place in ("hosting", "residential")
        }
        if addresses:
            assert any(address.rpartition(".")[0] in abroad for address in addresses), story.scenario


def test_a_plan_without_a_day_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="nothing to plan"):
        attacks.plan(SEED, world, 3, 1, first_day=3)


def test_the_smallest_world_has_all_scenarios() -> None:
    small = World.new(SEED, 20)
    assert len(attacks.plan(SEED, small, 3, len(attacks.SCENARIOS))) == len(attacks.SCENARIOS)
    assert len(twins.plan(SEED, small, 3, len(twins.TWINS))) == len(twins.TWINS)
