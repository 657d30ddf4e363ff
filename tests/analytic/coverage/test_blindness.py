"""Which chains and hops logs are blind to, by the chains' own data."""

import re
from pathlib import Path

from analytic.chains import shipped
from analytic.coverage import blindness
from analytic.coverage.blindness import HOPS, NEEDS
from analytic.coverage.visibility import Visible, view
from schemas.coverage import Coverage

FULL = {
    "events": 10,
    "identified": 10,
    "source_addresses": 10,
    "user_agents": 10,
    "credential_ids": 10,
    "issued_keys": 1,
    "touches": 1,
    "workloads": 1,
    "short_lived": 5,
}


def visible(*log_classes: str, provider: str = "aws", **fields: int) -> Visible:
    rows = [Coverage(provider, "1", None, "s3", one, 0, **(FULL | fields)) for one in log_classes]
    return Visible([view(rows)])


def states(seen: Visible) -> dict[str, str]:
    return {sight.name: sight.state for sight in blindness.chains(shipped.chains(), seen)}


def test_full_logs_see_every_chain_that_is_about_their_provider() -> None:
    found = states(visible("management", "data", "signin", "network", "insight"))
    assert set(found.values()) == {"seen"}
    assert "app_consented_used" not in states(visible("management")) or "mass_reads" in found


def test_without_data_events_reads_in_bulk_are_seen_in_part() -> None:
    assert states(visible("management", "signin"))["mass_reads"] == "partly"


def test_without_addresses_what_rests_on_places_is_blind() -> None:
    found = {
        sight.name: sight
        for sight in blindness.chains(shipped.chains(), visible("management", "data", "signin", source_addresses=0))
    }
    assert found["workload_off_home"].state == "blind"
    assert found["workload_off_home"].why == ("source addresses",)
    assert found["shift_to_privileged"].state == "partly"


def test_without_issuing_calls_handed_out_credentials_are_not_followed() -> None:
    seen = visible("management", "data", "signin", issued_keys=0)
    assert states(seen)["issue_used_elsewhere"] != "seen"
    hop = next(one for one in blindness.hops(seen) if one.name == "role session to whoever assumed it")
    assert (hop.state, "AssumeRole" in hop.why[0]) == ("blind", True)


def test_a_hop_that_nothing_needs_is_unused_and_no_blind_spot() -> None:
    found = {(one.provider, one.name): one.state for one in blindness.hops(visible("management"))}
    assert found["gcp", "service account to whoever impersonated it"] == "unused"
    assert found["aws", "role session to whoever assumed it"] == "seen"
    assert found["aws", "console session to its sign-in"] == "blind"


def test_every_hop_of_the_table_is_one_that_the_docs_tell_of() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "hops.md").read_text()
    for hop in HOPS:
        words = [word for word in re.findall(r"[A-Za-z]+", hop.name) if len(word) > 3]
        assert any(word.lower() in text.lower() for word in words), hop.name


def test_what_lacks_has_words() -> None:
    for provider in blindness.PROVIDERS:
        seen = visible("management", provider=provider, source_addresses=0, user_agents=0, credential_ids=0)
        assert blindness.lacking(seen, provider) <= set(NEEDS)
