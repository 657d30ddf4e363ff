"""The simulated chains of identity: repeatable, in the providers' shapes, disturbed as promised, truthful."""

from collections import Counter, defaultdict
from typing import Any

import msgspec
import pytest

from simulator.hops import Chains, Evidence, Root, chains
from simulator.hops.truth import Names, Node, judge
from simulator.hops.world import PEOPLE, World
from simulator.randomness import stream

COUNT = 400
SEED = 11
ADDRESSES = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:", "private")


@pytest.fixture(scope="module")
def made() -> Chains:
    return chains(SEED, COUNT)


def of(made: Chains, cloud: str) -> list[dict[str, Any]]:
    """Give a cloud's records."""
    return [written.record for written in made.records if written.file.startswith(cloud)]


def test_a_seed_gives_the_same_chains_and_another_seed_others(made: Chains) -> None:
    assert chains(SEED, COUNT) == made
    assert chains(SEED + 1, COUNT).records != made.records


def test_chains_are_of_one_to_six_hops_over_all_four_providers(made: Chains) -> None:
    lengths = Counter(len(truth.hops) for truth in made.truths.values())
    assert sorted(lengths) == [1, 2, 3, 4, 5, 6]
    assert {written.file.partition("/")[0] for written in made.records} == {"aws", "gcp", "azure", "entra", "okta"}
    assert {truth.root.provider for truth in made.truths.values()} >= {"aws", "gcp", "azure", "okta", "ci"}


def test_every_kind_of_hop_is_there(made: Chains) -> None:
    hops = {hop for truth in made.truths.values() for hop in truth.hops}
    assert hops == {
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "GetSessionToken",
        "GetFederationToken",
        "GetRoleCredentials",
        "GetSigninToken",
        "SwitchRole",
        "GenerateAccessToken",
        "GenerateIdToken",
        "CreateServiceAccountKey",
        "ExchangeToken",
        "Sign-in activity",
        "Add service principal credentials",
        "Update application \N{EN DASH} Certificates and secrets management",
        "Microsoft.Compute/virtualMachines/runCommand/action",
        "user.authentication.sso",
    }


def test_every_used_event_is_among_the_records_and_has_a_root(made: Chains) -> None:
    delivered = {written.event_id for written in made.records} - {None}
    assert delivered == made.truths.keys()
    assert all(truth.root.name and truth.hops for truth in made.truths.values())


def test_every_evidence_occurs_and_a_broken_chain_names_where_it_ends(made: Chains) -> None:
    counts = Counter(truth.evidence for truth in made.truths.values())
    assert set(counts) == set(Evidence)
    assert counts[Evidence.FULL] > 0.75 * len(made.truths)
    for truth in made.truths.values():
        assert bool(truth.ends) == (truth.evidence is Evidence.BROKEN)
        assert (len(truth.candidates) > 1) == (truth.evidence is Evidence.AMBIGUOUS)
        assert not truth.ends & {truth.root.name.lower()}


def test_one_record_in_ten_comes_twice_and_none_in_order(made: Chains) -> None:
    texts = Counter(msgspec.json.encode(written.record) for written in made.records)
    assert set(texts.values()) == {1, 2}
    assert 0.07 < sum(count == 2 for count in texts.values()) / len(texts) < 0.13
    times = [record["eventTime"] for record in of(made, "aws")]
    assert times != sorted(times)


def test_records_are_spread_over_accounts_regions_and_files(made: Chains) -> None:
    files = {written.file for written in made.records}
    assert len({file.split("/")[1] for file in files if file.startswith("aws/")}) == 4
    assert len({file.split("/")[2].rpartition("-")[0] for file in files if file.startswith("aws/")}) == 4
    for written in made.records:
        if written.file.startswith("aws/"):
            _, account, name = written.file.split("/")
            assert (account, name.rpartition("-")[0]) == (
                written.record["recipientAccountId"],
                written.record["awsRegion"],
            )


def test_some_uses_are_in_the_second_of_the_call_that_issued_them(made: Chains) -> None:
    issued = {
        record["responseElements"]["credentials"]["accessKeyId"]: record
        for record in of(made, "aws")
        if record["eventName"] == "AssumeRole" and record["responseElements"]
    }
    together = [
        (issued[key], record)
        for record in of(made, "aws")
        if (key := record["userIdentity"].get("accessKeyId")) in issued
        and issued[key]["eventTime"] == record["eventTime"]
    ]
    assert together
    assert any(one["eventID"] > other["eventID"] for one, other in together)


def test_cross_account_calls_have_two_copies_one_copy_or_a_copy_without_its_response(made: Chains) -> None:
    copies: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for record in of(made, "aws"):
        by_service = record["userIdentity"]["type"] == "AWSService"
        if record["eventName"] == "AssumeRole" and "sharedEventID" in record and not by_service:
            copies[record["sharedEventID"]][record["recipientAccountId"]] = record
    assert {len(by_account) for by_account in copies.values()} == {1, 2}
    pairs = [list(by_account.values()) for by_account in copies.values() if len(by_account) == 2]
    assert any(record["responseElements"] is None for pair in pairs for record in pair)
    for pair in pairs:
        assert len({record["eventID"] for record in pair}) == 2
        assert "AWSAccount" in {record["userIdentity"]["type"] for record in pair}


def test_a_switched_session_has_another_key_than_the_call_and_its_creation_time(made: Chains) -> None:
    switches = {record["userIdentity"]["arn"] for record in of(made, "aws") if record["eventName"] == "SwitchRole"}
    assert switches
    keys = {
        record["responseElements"]["credentials"]["accessKeyId"]
        for record in of(made, "aws")
        if record["eventName"] == "AssumeRole" and record["responseElements"]
    }
    used = [
        record["userIdentity"]
        for record in of(made, "aws")
        if record["userIdentity"].get("arn") in switches and record.get("sessionCredentialFromConsole")
    ]
    assert used
    assert not {identity["accessKeyId"] for identity in used} & keys


def test_a_delegation_is_listed_in_both_orders_that_logs_have(made: Chains) -> None:
    chained = [
        [one["principalSubject"] for one in info["serviceAccountDelegationInfo"]]
        for record in of(made, "gcp")
        if len((info := record["protoPayload"]["authenticationInfo"]).get("serviceAccountDelegationInfo", [])) > 1
    ]
    people = [["serviceAccount" not in subject for subject in subjects] for subjects in chained]
    assert any(flags[0] for flags in people)
    assert any(flags[-1] for flags in people)


def test_addresses_are_documentation_ones_and_the_logs_do_not_give_the_answer_away(made: Chains) -> None:
    for record in of(made, "aws"):
        address = record["sourceIPAddress"]
        assert address.startswith(ADDRESSES) or address in ("AWS Internal", "ec2.amazonaws.com")
    for record in of(made, "gcp"):
        assert record["protoPayload"]["requestMetadata"]["callerIp"].startswith(ADDRESSES)
    for record in (*of(made, "azure"), *of(made, "entra")):
        assert record["callerIpAddress"].startswith(ADDRESSES) or record["category"].startswith("Managed")
    text = msgspec.json.encode([written.record for written in made.records]).lower()
    for marker in (b"attack", b"malicious", b"stolen", b"rival", b"ground truth", b"victim"):
        assert marker not in text


def test_the_world_has_some_hundred_people_with_names_of_their_own() -> None:
    world = World.new(stream(1, "world"))
    assert len({person.name for person in world.people}) == PEOPLE
    assert len({person.entra.object_id for person in world.people}) == PEOPLE


def test_a_service_account_is_used_again_only_after_its_tokens_have_died() -> None:
    world = World.new(stream(1, "world"))
    first = world.service_account(0)
    assert world.service_account(3_600_000) != first
    assert first in {world.service_account(12 * 3_600_000) for _ in range(4)}


ROOT = Root("aws", "person", "alice").also("alice", "aws:AIDAEXAMPLE")
START = Node(ROOT.names, direct=True)
ROLE = Node(frozenset({"role"}), "AssumeRole", START)


def node(**fields: Any) -> Node:
    """Give a node that a call led to from a role session."""
    return Node(frozenset({"further"}), "AssumeRole", **({"parent": ROLE} | fields))


def test_a_chain_of_which_every_record_is_there_leads_to_its_root() -> None:
    truth = judge("e", 0, ROOT, node(), frozenset(), Names())
    assert (truth.evidence, truth.hops) == (Evidence.FULL, ("AssumeRole", "AssumeRole"))
    assert truth.later == {"further", "role"}


def test_a_missing_record_ends_the_chain_at_what_it_issued() -> None:
    lost = Node(frozenset({"role"}), "AssumeRole", START, shown=False)
    truth = judge("e", 0, ROOT, node(parent=lost), frozenset(), Names())
    assert (truth.evidence, truth.ends, truth.later) == (Evidence.BROKEN, {"role"}, {"further"})


def test_an_identity_that_names_the_root_needs_no_record_before_it() -> None:
    lost = Node(frozenset({"role"}), "AssumeRole", START, shown=False, direct=True)
    assert judge("e", 0, ROOT, node(parent=lost), frozenset(), Names()).evidence is Evidence.FULL


def test_a_name_that_others_hold_at_the_time_is_ambiguous_and_before_or_after_it_is_not() -> None:
    names, other = Names(), Root("aws", "person", "bob")
    names.add("aws:session", 0, 3600, ROOT)
    names.add("aws:session", 1_000_000, 3600, other)
    exchanged = [node(name="aws:session", at=time) for time in (0, 2_000_000, 5_000_000)]
    told = [judge("e", one.at, ROOT, one, frozenset(), names) for one in exchanged]
    assert [truth.evidence for truth in told] == [Evidence.FULL, Evidence.AMBIGUOUS, Evidence.FULL]
    assert told[1].candidates == (ROOT, other)
    assert judge("e", 1_500_000, ROOT, exchanged[0], frozenset(), names).evidence is Evidence.WEAK


def test_a_name_leads_no_further_than_to_a_session_whose_beginning_is_lost() -> None:
    lost = Node(frozenset({"role"}), "AssumeRoleWithSAML", START, shown=False, direct=True)
    named = node(parent=lost, name="aws:session")
    assert judge("e", 0, ROOT, named, frozenset(), Names()).ends == {"role"}
    telling = Node(frozenset({"role"}), "GetRoleCredentials", START, shown=False, direct=True, telling=True)
    assert judge("e", 0, ROOT, node(parent=telling, name="n"), frozenset(), Names()).evidence is Evidence.FULL


def test_a_weak_link_may_be_refused() -> None:
    assert judge("e", 0, ROOT, node(weak=True), frozenset(), Names()).evidence is Evidence.WEAK
    lost = Node(frozenset({"role"}), "AssumeRole", START, shown=False)
    broken = judge("e", 0, ROOT, node(parent=node(parent=lost, weak=True)), frozenset(), Names())
    assert broken.evidence is Evidence.BROKEN
