"""The simulated organization: repeatable, in the providers' shapes, true to its ground truth, and in a human rhythm."""

import argparse
import csv
import gzip
import hashlib
import importlib.util
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from analytic.sources import envelope
from analytic.sources.source import parse_record
from pipelines import simulate
from pipelines.inputs import expand, uri_of
from schemas.records import ApiEvent
from simulator.organization import ci, credentials, databases, delivery, life, schedule
from simulator.organization.notes import Note, encoded
from simulator.organization.world import DAY, HOUR, MINUTE, START, World
from simulator.organization.writing import all_notes
from transforms.databases import Databases

SEED, IDENTITIES, DAYS = 3, 60, 3


@pytest.fixture(scope="module")
def world() -> World:
    return World.new(SEED, IDENTITIES)


@pytest.fixture(scope="module")
def notes(world: World) -> list[Note]:
    return list(all_notes(world, DAYS, activity=40))


@pytest.fixture(scope="module")
def events(notes: list[Note]) -> dict[str, ApiEvent]:
    found = {}
    for note in notes:
        event = parse_record(encoded(note.record), "made-up")
        assert isinstance(event, ApiEvent), note.record
        assert event.event_id == note.event_id
        assert abs(event.time // 1000 - note.at) < 1000
        found[event.event_id] = event
    return found


def command(folder: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    simulate.add_arguments(parser)
    own = ("--identities", "24", "--days", "2", "--activity", "0.2", "--seed", "5", "--quiet", "--output", str(folder))
    return simulate.run(parser.parse_args([*own, *more]))


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def truth(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def delivered(folder: Path) -> list[ApiEvent]:
    found = []
    for path in sorted(path for path in (folder / "logs").rglob("*") if path.is_file()):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for record in envelope.records(content):
            assert isinstance(record, envelope.Record), path
            event = parse_record(record.data, f"{path}#{record.number}")
            assert isinstance(event, ApiEvent), path
            found.append(event)
    return found


def test_a_world_is_the_same_for_the_same_seed(world: World) -> None:
    assert World.new(SEED, IDENTITIES) == world
    assert World.new(SEED + 1, IDENTITIES) != world
    kinds = (world.people, world.instances, world.functions, world.machine_users, world.service_accounts)
    assert sum(map(len, (*kinds, world.applications, world.machines, world.pipelines))) == IDENTITIES
    with pytest.raises(ValueError, match="19 identities are too few: give at least 20"):
        World.new(SEED, 19)


def test_a_day_is_the_same_whoever_asks_and_when(world: World, notes: list[Note]) -> None:
    ids = {note.event_id for note in notes}
    for part in life.parts(world, 1, 40):
        again = life.notes(world, part, 1)
        assert again == life.notes(world, part, 1)
        assert {note.event_id for note in again} <= ids


def test_every_record_is_read_under_the_id_and_time_of_its_note(notes: list[Note], events: dict[str, ApiEvent]) -> None:
    assert len(events) == len(notes)
    assert {event.provider for event in events.values()} == {"aws", "gcp", "azure", "okta"}
    assert {event.interface for event in events.values()} >= {"console", "cli", "sdk", "iac", "service", "cloud_shell"}
    assert all(note.label == "benign" and note.actor and note.scenario for note in notes)


def test_nights_and_weekends_are_quiet_for_office_people() -> None:
    world, hours, week = World.new(1, 100), Counter[int](), Counter[int]()
    people = [one for one in world.people if not one.on_call]
    for day in range(7):
        for part in life.parts(world, day, 20):
            if not part.name.startswith("person/"):
                continue
            person = world.people[int(part.name.partition("/")[2])]
            for note in life.notes(world, part, day):
                week[day] += 1
                if person in people:
                    hours[(note.at + person.utc_minutes * MINUTE) // HOUR % 24] += 1
    night = sum(hours[hour] for hour in (22, 23, 0, 1, 2, 3, 4, 5, 6))
    assert night < sum(hours.values()) * 0.005
    assert all(hours[hour] > 40 * max(1, hours[3]) for hour in (10, 11, 14, 15))
    assert max(week[5], week[6]) < min(week[day] for day in range(5)) / 10


def test_people_on_call_work_at_night_after_a_page() -> None:
    world = World.new(1, 400)
    found = [(one, stint) for one in world.people for day in range(7) for stint in schedule.stints(world, one, day)]
    pages = [(person, stint) for person, stint in found if stint.kind == "page"]
    assert pages
    assert all(person.on_call and 15 <= stint.minutes <= 60 for person, stint in pages)
    assert all((stint.start + person.utc_minutes * MINUTE) // HOUR % 24 < 5 for person, stint in pages)


def test_nobody_is_there_before_they_join_or_after_they_leave() -> None:
    world = World.new(2, 600)
    joiner = next(one for one in world.people if one.joins and one.joins > 0)
    leaver = next(one for one in world.people if one.leaves is not None)
    assert joiner.joins
    assert leaver.leaves is not None
    assert not any(schedule.stints(world, joiner, day) for day in range(joiner.joins))
    assert schedule.stints(world, joiner, joiner.joins)
    assert not any(schedule.stints(world, leaver, leaver.leaves + day) for day in range(1, 9))


def test_an_instance_holds_one_credential_at_a_time_and_says_which(world: World, notes: list[Note]) -> None:
    held: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        if note.scenario == "instance" and note.record["userIdentity"]["type"] == "AssumedRole":
            instance = next(one for one in world.instances if one.instance_id == note.actor)
            key = note.record["userIdentity"]["accessKeyId"]
            # A scaled instance that has just started holds what it got at its start.
            assert instance.scaled or credentials.instance_credential(world, instance, note.at).key == key
            held[note.actor].add(key)
    assert held
    assert all(len(keys) >= 2 for keys in held.values())


def test_pipelines_sign_in_by_oidc_from_another_address_each_time(world: World) -> None:
    pipeline = next(one for one in World.new(1, 200).pipelines if one.role)
    world = World.new(1, 200)
    name = f"deployment/{pipeline.number}"
    made = [
        note
        for day in range(5)
        for part in life.parts(world, day, 20)
        if part.name == name
        for note in life.notes(world, part, day)
    ]
    signed_in = [note.record for note in made if note.record["eventName"] == "AssumeRoleWithWebIdentity"]
    assert len({record["sourceIPAddress"] for record in signed_in}) == len(signed_in) > 4
    assert {record["userIdentity"]["userName"] for record in signed_in} == {ci.subject(pipeline)}
    programs = {note.record["userAgent"].split(" (+")[0] for note in made if note.record["readOnly"] is False}
    assert len(programs) <= 2
    assert {ci.upgraded(world, pipeline, day) for day in (0, 6)} == {False, True}


def test_records_and_databases_agree_on_where_an_address_is(
    world: World, events: dict[str, ApiEvent], tmp_path: Path
) -> None:
    databases.write(tmp_path, world.networks)
    found = Databases(str(tmp_path / "asn.mmdb"), str(tmp_path / "city.mmdb"))
    told = [event for event in events.values() if event.asn is not None and event.source_ip]
    assert {event.provider for event in told} == {"azure", "okta"}
    for event in told:
        located = found.locate(event.source_ip)
        assert event.asn == located.asn
        assert event.country in (None, located.country)  # Okta writes countries' names, which are no codes.
    found.close()


def test_databases_say_where_each_network_is(world: World, tmp_path: Path) -> None:
    databases.write(tmp_path, world.networks)
    found = Databases(str(tmp_path / "asn.mmdb"), str(tmp_path / "city.mmdb"))
    for network in world.networks.all():
        located = found.locate(network.address(7))
        assert located.network == network.prefix
        assert (located.asn, located.as_org) == (network.asn, network.organisation)
        assert (located.country, located.latitude) == (network.place.country, network.place.latitude)
    assert found.locate(world.networks.github[0].address(1)).cloud == "azure"
    assert found.locate(world.networks.hosting[0].address(1)).cloud == "other"
    assert found.locate(world.people[0].home.address(1)).cloud is None
    assert found.locate("192.0.2.1").asn is None
    found.close()


def test_the_command_writes_what_providers_deliver_and_the_truth_of_each_event(tmp_path: Path) -> None:
    assert command(tmp_path / "one") == 0
    events = delivered(tmp_path / "one")
    truths = truth(tmp_path / "one")
    assert {event.event_id for event in events} == {row["event_id"] for row in truths}
    assert len({row["event_id"] for row in truths}) == len(truths)
    twice = len(events) - len(truths)
    assert 0.004 < twice / len(truths) < 0.02
    assert set(truths[0]) == {"event_id", "label", "scenario", "chain", "actor"}
    assert all(uri.startswith(uri_of(str(tmp_path / "one" / "logs"))) for uri in expand([str(tmp_path / "one")]).uris)
    assert {event.time // 1000 // DAY - START // DAY for event in events} >= {0, 1}
    names = {str(path.relative_to(tmp_path / "one")) for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert any(name.endswith("_S0.json") for name in names)
    assert any(name.endswith("PT1H.json") for name in names)
    assert "of them a second time" in (tmp_path / "one" / "README.md").read_text()


def test_the_command_repeats_itself_also_when_memory_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(tmp_path / "one") == 0
    monkeypatch.setattr(delivery, "BUFFER", 50_000)
    assert command(tmp_path / "two") == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert command(tmp_path / "three", "--seed", "6") == 0
    assert digests(tmp_path / "three") != digests(tmp_path / "one")


def test_attacks_are_in_the_logs_and_in_the_truth(tmp_path: Path) -> None:
    assert command(tmp_path, "--attacks", "3", "--identities", "100", "--activity", "0.05") == 0
    truths = {row["event_id"]: row for row in truth(tmp_path)}
    assert Counter(row["label"] for row in truths.values())["attack"] >= 3
    assert {event.event_id for event in delivered(tmp_path)} == truths.keys()


def test_errors_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command(tmp_path) == 0
    assert command(tmp_path) == 1
    assert (
        capsys.readouterr().err
        == f"tokentrail: error: {tmp_path} is not empty: give a new folder, or remove what is there\n"
    )
    (tmp_path / "file").write_text("")
    assert command(tmp_path / "file") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command(tmp_path / "more", "--attacks", "2") == 1
    assert "this installation has no simulator.attacks.library" in capsys.readouterr().err
