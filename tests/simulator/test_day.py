"""The simulated account day: repeatable, in CloudTrail's format, with a true ground truth."""

import re
from collections import Counter
from datetime import datetime
from itertools import pairwise

import msgspec
import pytest

from simulator.attack import START
from simulator.day import Day, account_day
from simulator.identities import Json
from simulator.networks import HOSTING, NAT_A, OFFICE
from simulator.records import iso

SEED = 7
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
KEY = re.compile(r"A[KS]IA[A-Z2-7]{16}")


@pytest.fixture(scope="module")
def day() -> Day:
    return account_day(SEED)


@pytest.fixture(scope="module")
def theft(day: Day) -> list[Json]:
    wanted = set(day.attack_event_ids)
    return [record for record in day.records if record["eventID"] in wanted]


def test_a_seed_gives_the_same_day_and_another_seed_another(day: Day) -> None:
    assert account_day(SEED) == day
    assert account_day(SEED + 1).records != day.records


def test_the_day_is_of_the_size_promised_and_in_order_of_time(day: Day) -> None:
    assert 2_000 <= len(day.records) <= 4_000
    assert all(one["eventTime"] <= other["eventTime"] for one, other in pairwise(day.records))
    assert {record["eventTime"][:10] for record in day.records} == {"2026-03-03"}


def test_every_record_has_the_fields_that_every_cloudtrail_record_has(day: Day) -> None:
    always = {"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress"}
    always |= {"userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType"}
    always |= {"managementEvent", "recipientAccountId", "eventCategory"}
    assert all(always <= record.keys() for record in day.records)


def test_identifiers_have_awss_form_and_event_ids_are_unique(day: Day) -> None:
    assert all(UUID.fullmatch(record["eventID"]) for record in day.records)
    assert len({record["eventID"] for record in day.records}) == len(day.records)
    keys = {record["userIdentity"].get("accessKeyId") for record in day.records} - {None}
    assert all(KEY.fullmatch(key) for key in keys)


def test_addresses_are_documentation_or_private_ones_or_a_services_name(day: Day) -> None:
    allowed = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:", "10.")
    for address in {record["sourceIPAddress"] for record in day.records}:
        assert address.startswith(allowed) or address.endswith(".amazonaws.com"), address


def test_the_logs_do_not_give_the_answer_away(day: Day) -> None:
    text = msgspec.json.encode(day.records).lower()
    for marker in (b"attack", b"malicious", b"evil", b"stolen", b"theft", b"thief", b"stratus", b"pacu", b"kali"):
        assert marker not in text


def test_every_temporary_credential_was_issued_in_the_log_or_by_the_consoles_sign_in(day: Day) -> None:
    issued = {
        record["responseElements"]["credentials"]["accessKeyId"]
        for record in day.records
        if record["eventName"].startswith("AssumeRole")
    }
    for record in day.records:
        key = record["userIdentity"].get("accessKeyId", "")
        if key.startswith("ASIA") and record["userIdentity"]["type"] == "AssumedRole":
            assert key in issued, record["eventName"]


def test_nobody_uses_a_role_credential_before_it_was_issued(day: Day) -> None:
    for record in day.records:
        session = record["userIdentity"].get("sessionContext")
        if session:
            assert session["attributes"]["creationDate"] <= record["eventTime"]


def test_instance_credentials_rotate_every_six_hours_or_so(day: Day) -> None:
    issues = Counter(
        record["requestParameters"]["roleSessionName"]
        for record in day.records
        if record["userIdentity"].get("invokedBy") == "ec2.amazonaws.com"
    )
    assert issues[day.instance_id] in (4, 5)


def test_the_theft_uses_a_key_that_its_owner_used_in_the_morning_elsewhere_and_otherwise(
    day: Day, theft: list[Json]
) -> None:
    own = [record for record in day.records if record["userIdentity"].get("accessKeyId") == day.access_key]
    morning = [record for record in own if record not in theft]
    assert morning
    assert {record["userIdentity"]["userName"] for record in own} == {day.person}
    assert {record["sourceIPAddress"] for record in morning} == {OFFICE}
    assert max(record["eventTime"] for record in morning) < iso(START)
    assert {record["sourceIPAddress"] for record in theft} == {HOSTING}
    assert not {record["userAgent"] for record in morning} & {record["userAgent"] for record in theft}


def test_the_stolen_credential_is_the_instances_own_and_stays_in_use_at_home(day: Day, theft: list[Json]) -> None:
    used = [record for record in day.records if record["userIdentity"].get("accessKeyId") == day.stolen_key]
    at_home = [record["eventTime"] for record in used if record["sourceIPAddress"] == NAT_A]
    away = [record["eventTime"] for record in used if record["sourceIPAddress"] == HOSTING]
    assert min(at_home) < min(away)
    assert max(away) < max(at_home)
    command = next(record for record in theft if record["eventName"] == "SendCommand")
    assert command["requestParameters"]["instanceIds"] == [day.instance_id]
    between = datetime.fromisoformat(min(away)) - datetime.fromisoformat(command["eventTime"])
    assert between.total_seconds() == 40


def test_the_theft_ends_with_a_new_access_key_after_two_refusals(theft: list[Json]) -> None:
    last = [(record["eventName"], record.get("errorCode")) for record in theft[-3:]]
    assert last == [("CreateUser", "AccessDenied"), ("CreateAccessKey", "AccessDenied"), ("CreateAccessKey", None)]


def test_normal_work_has_the_sensitive_acts_that_a_rule_on_one_action_would_report(day: Day, theft: list[Json]) -> None:
    normal = Counter(record["eventName"] for record in day.records if record not in theft)
    for action in ("CreateAccessKey", "CreateUser", "SendCommand", "AuthorizeSecurityGroupIngress", "PutRolePolicy"):
        assert normal[action] >= 1, action
    assert normal["GetSecretValue"] > 20
    assert any(record.get("errorCode") for record in day.records if record not in theft)
