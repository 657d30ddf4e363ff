"""Follow: who is behind a credential, over which hops, and what shifted. Each firing example has its silent twin."""

from analytic.analysis import follow
from analytic.policy import DAY
from analytic.routing import used_key
from schemas.records import ApiEvent, Issued, Step
from tests import make
from tests.make import CAFE, DATACENTRE, HOUR, MINUTE, OFFICE, by_instance, by_role, by_user


def steps(*events: ApiEvent) -> dict[str, Step]:
    """Follow events as the pipeline does, and give the steps by event id."""
    return {step.event.event_id: step for step in follow(events)}


def dimensions(step: Step) -> list[str]:
    return [shift.dimension for shift in step.shifts]


def test_a_users_own_key_is_the_user() -> None:
    step = steps(by_user("a", 0, "iam:ListUsers"))["a"]
    assert (step.actor.name, step.actor.type, step.hops, step.shifts) == ("alice", "user", [], [])


def test_an_assumed_role_is_followed_to_who_assumed_it_by_the_issued_key() -> None:
    found = steps(
        make.assume("a", 0, "admin", "s1", "ASIA1"), by_role("b", MINUTE, "iam:ListUsers", "admin", "s1", "ASIA1")
    )
    step = found["b"]
    assert step.actor == found["a"].actor
    assert [(hop.from_, hop.to, hop.how, hop.event_id, hop.certainty) for hop in step.hops] == [
        ("alice", "admin/s1", "AssumeRole", "a", "certain")
    ]
    assert dimensions(step) == ["identity"]


def test_the_issuing_call_may_be_delivered_after_the_use_but_not_be_made_after_it() -> None:
    use = by_role("b", MINUTE, "iam:ListUsers", "admin", "s1", "ASIA1")
    assert steps(use, make.assume("a", 0, "admin", "s1", "ASIA1"))["b"].actor.name == "alice"


def test_a_role_used_by_nobody_known_is_its_own_actor() -> None:
    step = steps(by_role("b", 0, "iam:ListUsers", "admin", "whatever", "ASIA1"))["b"]
    assert (step.actor.type, step.actor.name, step.hops) == ("role", "admin", [])


def test_another_key_of_the_same_role_is_not_attributed() -> None:
    found = steps(make.assume("a", 0, "admin", "s1", "ASIA1"), by_role("b", 1, "iam:ListUsers", "admin", "s1", "ASIA2"))
    assert found["b"].actor.type == "role"


def test_identity_center_and_source_identity_name_the_person() -> None:
    sso = by_role("a", 0, "iam:ListUsers", "AWSReservedSSO_Admin_0123456789abcdef", "carol@example.com", "ASIA3")
    source = by_role("b", 0, "iam:ListUsers", "admin", "x", "ASIA4", source_identity="dave")
    found = steps(sso, source)
    assert (found["a"].actor.name, found["a"].hops[0].how) == ("carol@example.com", "IAM Identity Center")
    assert (found["b"].actor.name, found["b"].hops[0].how) == ("dave", "sourceIdentity")


def test_a_session_named_after_a_person_proves_nothing() -> None:
    assert steps(by_role("a", 0, "iam:ListUsers", "admin", "carol@example.com", "ASIA3"))["a"].actor.type == "role"


def test_a_federated_user_is_the_user_who_issued_it() -> None:
    fields = {"principal_type": "FederatedUser", "principal_id": f"{make.ACCOUNT}:build", "principal_name": "build"}
    fields |= {"issuer_id": "AIDAALICE00000000000", "issuer": f"arn:aws:iam::{make.ACCOUNT}:user/alice"}
    step = steps(make.event("a", 0, "iam:ListUsers", credential_id="ASIA5", credential_type="federated", **fields))["a"]
    assert (step.actor.name, step.hops[0].how) == ("alice", "GetFederationToken")


def test_a_network_shifts_once_within_a_credential() -> None:
    found = steps(
        by_user("a", 0, "iam:ListUsers"),
        by_user("b", 1, "iam:ListUsers", source_ip=CAFE),
        by_user("c", 2, "iam:ListUsers", source_ip=CAFE),
        by_user("d", 3, "iam:ListUsers"),
    )
    assert [dimensions(found[id_]) for id_ in "abcd"] == [[], ["network"], [], []]
    assert (found["b"].shifts[0].before, found["b"].shifts[0].after) == ("198.51.100.0/24", "203.0.113.0/24")


def test_another_address_of_the_same_network_is_no_shift() -> None:
    found = steps(by_user("a", 0, "iam:ListUsers"), by_user("b", 1, "iam:ListUsers", source_ip="198.51.100.99"))
    assert dimensions(found["b"]) == []


def test_client_os_and_interface_shift() -> None:
    other = by_user("b", 1, "iam:ListUsers", interface="sdk", client="boto3/1", os="windows")
    assert dimensions(steps(by_user("a", 0, "iam:ListUsers"), other)["b"]) == ["interface", "client", "os"]


def test_what_a_service_calls_for_a_principal_is_no_shift() -> None:
    fields = {"source_ip": None, "source_service": "athena.amazonaws.com", "interface": "service", "client": None}
    assert dimensions(steps(by_user("a", 0, "s3:ListBuckets"), by_user("b", 1, "s3:GetObject", **fields))["b"]) == []


def test_a_user_agent_that_names_a_service_hides_nothing() -> None:
    forged = {"source_ip": CAFE, "interface": "service", "client": None, "user_agent": "ec2.amazonaws.com"}
    found = steps(by_user("a", 0, "s3:ListBuckets"), by_user("b", 1, "iam:CreateAccessKey", **forged))
    assert dimensions(found["b"]) == ["network", "interface"]


def test_cloud_shell_beside_the_console_weighs_little() -> None:
    console = {
        "interface": "console",
        "client": "Chrome/120",
        "user_agent": "Mozilla/5.0",
        "credential_type": "console_session",
    }
    shell = {"interface": "cloud_shell", "client": "aws-cli/2"}
    step = steps(by_user("a", 0, "iam:ListUsers", **console), by_user("b", 1, "iam:ListUsers", **shell))["b"]
    assert [(shift.dimension, shift.bits) for shift in step.shifts] == [("interface", 1.0)]


def test_a_credential_issued_here_and_used_there() -> None:
    use = by_role("b", MINUTE, "iam:ListUsers", "admin", "s1", "ASIA1", source_ip=CAFE)
    again = by_role("c", 2 * MINUTE, "iam:ListUsers", "admin", "s1", "ASIA1", source_ip=CAFE)
    found = steps(make.assume("a", 0, "admin", "s1", "ASIA1"), use, again)
    assert dimensions(found["b"]) == ["identity", "issue"]
    assert dimensions(found["c"]) == []


def test_a_second_factor_that_is_gone_across_the_hop() -> None:
    use = by_role("b", MINUTE, "iam:ListUsers", "admin", "s1", "ASIA1", mfa=False)
    found = steps(make.assume("a", 0, "admin", "s1", "ASIA1", mfa=True), use)
    assert "mfa" in dimensions(found["b"])
    kept = by_role("b", MINUTE, "iam:ListUsers", "admin", "s1", "ASIA1", mfa=True)
    assert "mfa" not in dimensions(steps(make.assume("a", 0, "admin", "s1", "ASIA1", mfa=True), kept)["b"])


def ran(id_: str, at: int, **fields: object) -> ApiEvent:
    return by_user(id_, at, "ssm:SendCommand", touched=[make.instance("i-1")], **fields)


def test_an_instance_credential_off_its_home_leads_to_who_touched_the_instance() -> None:
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        ran("b", MINUTE),
        by_instance("c", 2 * MINUTE, "s3:GetObject", "i-1", "ASIA2"),
        by_instance("d", 3 * MINUTE, "s3:ListBuckets", "i-1", "ASIA2", source_ip=CAFE),
    )
    assert found["c"].actor.type == "workload"
    assert found["c"].shifts == []
    assert found["d"].actor.name == "alice"
    assert [(hop.how, hop.event_id, hop.certainty) for hop in found["d"].hops] == [("SendCommand", "b", "probable")]
    assert dimensions(found["d"]) == ["home"]


def test_off_home_without_a_touch_shifts_but_accuses_nobody() -> None:
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        by_instance("d", MINUTE, "s3:ListBuckets", "i-1", "ASIA2", source_ip=CAFE),
    )
    assert (found["d"].actor.type, found["d"].hops, dimensions(found["d"])) == ("workload", [], ["home"])


def test_a_rotated_credential_at_home_is_the_same_workload() -> None:
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"), by_instance("b", 6 * HOUR, "s3:GetObject", "i-1", "ASIA9")
    )
    assert found["a"].actor == found["b"].actor
    assert found["b"].shifts == []


def test_without_a_known_home_the_touchers_own_network_gives_it_away() -> None:
    used = by_instance(
        "b", MINUTE, "s3:ListBuckets", "i-1", "ASIA2", source_ip=OFFICE, interface="cli", client="aws-cli/2"
    )
    found = steps(ran("a", 0), used)
    assert (found["b"].actor.name, found["b"].shifts[0].before, found["b"].shifts[0].bits) == ("alice", None, 8.0)


def test_an_operator_inside_the_workloads_own_network_takes_nothing() -> None:
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        ran("b", MINUTE, source_ip=DATACENTRE),
        by_instance("c", 2 * MINUTE, "s3:GetObject", "i-1", "ASIA2"),
    )
    assert (found["c"].actor.type, found["c"].shifts) == ("workload", [])


def test_a_touch_longer_ago_than_the_window_explains_nothing() -> None:
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        ran("b", MINUTE),
        by_instance("c", 13 * HOUR, "s3:GetObject", "i-1", "ASIA2", source_ip=CAFE),
    )
    assert found["c"].actor.type == "workload"


def test_a_moved_workload_settles_and_a_thief_does_not() -> None:
    moved = [by_instance(f"m{day}", day * DAY, "s3:GetObject", "i-1", "ASIA2", source_ip=CAFE) for day in range(1, 7)]
    quiet = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        *moved,
        by_instance("z", 7 * DAY, "s3:GetObject", "i-1", "ASIA8", source_ip=CAFE),
    )
    assert quiet["z"].shifts == []
    touches = [ran(f"t{day}", day * DAY - HOUR, source_ip=CAFE) for day in range(1, 8)]
    thief = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        *moved,
        *touches,
        by_instance("z", 7 * DAY, "s3:GetObject", "i-1", "ASIA8", source_ip=CAFE),
    )
    assert dimensions(thief["z"]) == ["home"]


def test_through_a_private_endpoint_is_home() -> None:
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        by_instance("b", 1, "s3:GetObject", "i-1", "ASIA2", source_ip="10.0.0.9", vpc_endpoint="vpce-1"),
    )
    assert found["b"].shifts == []


def test_a_person_who_names_a_session_like_an_instance_is_still_that_person() -> None:
    issued = Issued("ASIA7", "AROAWEB:i-1", None, make.instance("i-1"))
    found = steps(
        by_instance("a", 0, "s3:GetObject", "i-1", "ASIA2"),
        by_user("b", MINUTE, "sts:AssumeRole", issued=issued),
        by_instance("c", 2 * MINUTE, "iam:ListUsers", "i-1", "ASIA7", source_ip=OFFICE),
    )
    assert (found["c"].actor.name, found["c"].hops[0].certainty) == ("alice", "certain")


def test_the_service_that_issues_an_instances_credential_is_no_person() -> None:
    issued = Issued("ASIA2", "AROAWEB:i-1", None, make.instance("i-1"))
    service = make.event(
        "s", 0, "sts:AssumeRole", principal_type="AWSService", invoked_by="ec2.amazonaws.com", issued=issued
    )
    found = steps(service, by_instance("a", MINUTE, "s3:GetObject", "i-1", "ASIA2"))
    assert "s" not in found
    assert (found["a"].actor.type, found["a"].hops) == ("workload", [])


def test_a_masked_credential_joins_nobody() -> None:
    masked = by_user("a", 0, "iam:ListUsers", credential_id="AKIA****************")
    assert used_key(masked) == "p|aws|AIDAALICE000000000000"


LISBON = {"country": "PT", "latitude": 38.7, "longitude": -9.1, "asn": 64500}
TOKYO = {"country": "JP", "latitude": 35.7, "longitude": 139.7, "asn": 64501, "source_ip": CAFE}


def test_too_far_for_the_time_between_is_a_shift_of_its_own() -> None:
    first = by_user("a", 0, "iam:ListUsers", **LISBON)
    assert dimensions(steps(first, by_user("b", HOUR, "iam:ListUsers", **TOKYO))["b"]) == [
        "network",
        "country",
        "travel",
    ]
    assert dimensions(steps(first, by_user("b", DAY, "iam:ListUsers", **TOKYO))["b"]) == ["network", "country"]


def test_a_nearby_town_by_an_erring_database_is_no_travel() -> None:
    porto = LISBON | {"latitude": 41.1, "longitude": -8.6}
    found = steps(by_user("a", 0, "iam:ListUsers", **LISBON), by_user("b", MINUTE, "iam:ListUsers", **porto))
    assert dimensions(found["b"]) == []


def test_another_network_of_the_same_provider_says_little_unless_it_is_a_clouds() -> None:
    first = by_user("a", 0, "iam:ListUsers", **LISBON)
    near = steps(first, by_user("b", 1, "iam:ListUsers", **(LISBON | {"source_ip": CAFE})))["b"]
    assert [(shift.dimension, shift.bits) for shift in near.shifts] == [("network", 1.0)]
    rented = LISBON | {"cloud": "aws"}
    far = steps(
        by_user("a", 0, "iam:ListUsers", **rented), by_user("b", 1, "iam:ListUsers", **(rented | {"source_ip": CAFE}))
    )
    assert [(shift.dimension, shift.bits) for shift in far["b"].shifts] == [("network", 3.0)]


def test_a_program_that_contradicts_the_console_is_compared() -> None:
    console = {"interface": "console", "client": "Chrome/120", "user_agent": "Mozilla/5.0", "os": "macos"}
    script = {"interface": "console", "client": "python-requests/2", "user_agent": "python-requests/2", "os": "linux"}
    told = script | {"interface_conflict": "the session is the console's, the user agent says sdk"}
    assert dimensions(steps(by_user("a", 0, "s3:X", **console), by_user("b", 1, "s3:X", **told))["b"]) == [
        "client",
        "os",
    ]
    assert dimensions(steps(by_user("a", 0, "s3:X", **console), by_user("b", 1, "s3:X", **script))["b"]) == []
