"""Who is woken: once for an actor and chain, again for what is graver or later, and for what no longer holds."""

import json

import msgspec
import pytest

from analytic.alerting import Alerting, Cooling, Decision, alert_of, decide, load
from analytic.policy import HOUR, MINUTE
from schemas.records import Finding, Suppressed
from tests.findings import finding, stolen

NOW = 1_772_524_800_000_000
HIGH = Alerting("high", HOUR)


def told(*findings: tuple[int, Finding]) -> list[str | None]:
    state: Cooling | None = None
    said = []
    for at, one in findings:
        made: Decision = decide(state, one, NOW + at, HIGH)
        state = load(msgspec.msgpack.encode(made.state))
        said.append(json.loads(made.alert.data)["finding_id"] if made.alert else "cooled" if made.cooled else None)
    return said


def grave(id_: str, severity: str = "high", status: str = "open") -> Finding:
    return finding(id_, severity=severity, status=status)


def test_from_the_severity_on_and_then_quiet_for_the_cooldown() -> None:
    found = [
        (0, grave("a", "medium")),
        (1, grave("b")),
        (MINUTE, grave("c")),
        (HOUR, grave("d")),
        (HOUR + 1, grave("e")),
    ]
    assert told(*found) == [None, "b", "cooled", "cooled", "e"]


def test_what_is_graver_is_told_at_once() -> None:
    assert told((0, grave("a")), (1, grave("b", "critical")), (2, grave("c", "critical"))) == ["a", "b", "cooled"]
    # And begins a new cooldown, in which the less grave is quiet.
    assert told((0, grave("a", "critical")), (1, grave("b"))) == ["a", "cooled"]


def test_a_retraction_is_told_to_who_was_woken_for_it_and_to_nobody_else() -> None:
    gone = [
        (2, grave("a", status="retracted")),
        (3, grave("b", status="retracted")),
        (4, grave("a", status="retracted")),
    ]
    assert told((0, grave("a")), (1, grave("b")), *gone) == ["a", "cooled", "a", None, None]


def test_what_is_suppressed_wakes_nobody() -> None:
    one = msgspec.structs.replace(grave("a"), suppressed=Suppressed("sec", "known"))
    assert told((0, one)) == [None]


def test_the_state_is_bounded() -> None:
    state: Cooling | None = None
    for number in range(100):
        state = decide(state, grave(f"{number}"), NOW + number * 2 * HOUR, HIGH).state
    assert state is not None
    assert len(state.ids) == 32
    assert state.ids[-1] == "99"


def test_the_message_is_compact_and_its_attributes_are_cut() -> None:
    alert = alert_of(stolen("x" * 5_000))
    body = json.loads(alert.data)
    assert body["severity"] == alert.attributes["severity"] == "critical"
    assert body["first_event_time"] == "2026-03-03T08:00:00Z"
    assert body["techniques"] == ["T1078.004", "T1651", "T1686.001"]
    assert len(alert_of(stolen()).data) < 1_000
    assert all(len(value.encode()) <= 1_024 for value in alert.attributes.values())


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 2"):
        load(msgspec.msgpack.encode(Cooling(2)))


@pytest.mark.parametrize("fields", [{"severity": "grave"}, {"cooldown": 0}])
def test_settings_are_checked(fields: dict) -> None:
    with pytest.raises(ValueError, match="give"):
        Alerting(**fields)
