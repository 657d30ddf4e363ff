"""One Azure Activity Log record to one ApiEvent: whole golden events, its shapes and statuses, then bad input."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources import azure_activity, graph_activity
from analytic.sources.azure_activity import parse, recognises
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_RESOURCES, MAX_TEXT_CHARS
from analytic.sources.source import SOURCES
from schemas.records import ApiEvent
from tests.sources import azure_records as az

FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
MACHINE = az.MACHINE.lower()
RUN = "microsoft.compute/virtualmachines/runcommand/action"


def knows(record: dict[str, Any]) -> list[str]:
    """The sources that recognise a record."""
    fields = FIELDS.decode(json.dumps(record))
    return [str(source.__name__).rpartition(".")[2] for source in SOURCES if source.recognises(fields)]


# Against "Azure Activity Log event schema", "Schema from storage account and event hubs", and "Access token claims
# reference": a person, with a second factor, from the portal, runs a command on a machine.
COMMAND = {
    "event_id": "eeeeeeee-0000-4000-8000-000000000001",
    "time": az.MICROS,
    "provider": "azure",
    "log_class": "management",
    "service": "microsoft.compute",
    "action": "Microsoft.Compute/virtualMachines/runCommand/action",
    "shared_event_id": f"azure-operation:{az.CORRELATION}:{RUN}:{MACHINE}",
    "organization": az.TENANT,
    "account": az.SUBSCRIPTION,
    **az.classified("microsoft.compute", az.RUN_COMMAND, False),
    "principal_id": az.ALICE,
    "principal_type": "User",
    "principal_name": "alice@example.com",
    "principal_account": az.TENANT,
    "credential_id": "IdExampleOfAToken00001",
    "credential_type": "access_token",
    "session_created": 1_772_521_200_000_000,
    "mfa": True,
    "touched": [f"azure:{MACHINE}"],
    "source_ip": "198.51.100.7",
    **az.through(az.PORTAL),
    "resources": [MACHINE],
    "origin": az.ORIGIN,
    "session_id": az.SESSION,
    "home": "device",
    "credential_age": 3_600_123_456,
}


def test_a_listed_record_gives_the_whole_event() -> None:
    assert az.shown(az.parsed(az.listed())) == COMMAND


def test_a_table_row_gives_the_same_event() -> None:
    assert az.shown(az.parsed(az.row())) == COMMAND | {"action": az.RUN_COMMAND.upper()}


def test_a_diagnostic_setting_s_record_gives_the_same_event_but_has_no_id() -> None:
    event = az.shown(az.parsed(az.diagnostic()))
    assert event.pop("event_id").startswith("sha256:")
    assert event == {name: value for name, value in COMMAND.items() if name != "event_id"} | {
        "action": az.RUN_COMMAND.upper()
    }


def test_a_table_row_with_objects_in_place_of_text_is_the_same() -> None:
    objects = {
        "Claims": "",
        "Claims_d": az.USER_CLAIMS,
        "Authorization": "",
        "Authorization_d": az.AUTHORIZATION,
        "Properties": "",
        "Properties_d": {"eventCategory": "Administrative", "eventDataId": az.EVENT},
        "EventDataId": None,
    }
    assert az.shown(az.parsed(az.row(**objects))) == az.shown(az.parsed(az.row()))


@pytest.mark.parametrize("record", [az.diagnostic(), az.listed(), az.row()])
def test_keys_in_lower_case_and_another_product_s_time_change_nothing(record: dict[str, Any]) -> None:
    lower = {key.lower(): value for key, value in record.items()} | {"p_log_type": "x"}
    for name in ("time", "eventtimestamp", "timegenerated"):
        if name in lower:
            lower[name] = "2026-03-03 08:00:00.123456"
    event, expected = az.parsed(lower), az.parsed(record)
    event.event_id = expected.event_id
    assert event == expected
    assert knows(lower) == ["azure_activity"]


# Against the REST API's EventData and "Troubleshoot common Azure deployment errors": an application is refused.
def test_a_refused_application_gives_the_whole_event() -> None:
    record = az.listed(
        authorization={"action": "Microsoft.Storage/storageAccounts/listKeys/action", "scope": az.STORE},
        caller=az.ROBOT,
        claims=az.APP_CLAIMS,
        httpRequest={"clientIpAddress": "2001:db8::7", "method": "POST"},
        operationName={"value": "Microsoft.Storage/storageAccounts/listKeys/action", "localizedValue": "List Keys"},
        resourceId=az.STORE,
        status={"value": "Failed", "localizedValue": "Failed"},
        subStatus={"value": "Forbidden", "localizedValue": "Forbidden (HTTP Status Code: 403)"},
        properties={
            "statusCode": "Forbidden",
            "statusMessage": json.dumps({"error": {"code": "AuthorizationFailed", "message": "The client ..."}}),
        },
    )
    assert az.shown(az.parsed(record)) == {
        "event_id": az.EVENT,
        "time": az.MICROS,
        "provider": "azure",
        "log_class": "management",
        "service": "microsoft.storage",
        "action": "Microsoft.Storage/storageAccounts/listKeys/action",
        "shared_event_id": f"azure-operation:{az.CORRELATION}:microsoft.storage/storageaccounts/listkeys/action:{az.STORE.lower()}",
        "organization": az.TENANT,
        "account": az.SUBSCRIPTION,
        **az.classified("microsoft.storage", "Microsoft.Storage/storageAccounts/listKeys/action", False),
        "outcome": "denied",
        "error_code": "AuthorizationFailed",
        "principal_id": az.ROBOT,
        "principal_type": "ServicePrincipal",
        "principal_account": az.TENANT,
        "credential_id": "IdExampleOfAToken00002",
        "credential_type": "access_token",
        "session_created": 1_772_521_200_000_000,
        "source_ip": "2001:db8::7",
        **az.through(az.ROBOT_APP),
        "resources": [az.STORE.lower()],
        "origin": az.ORIGIN,
        "credential_age": 3_600_123_456,
    }


# Against "Azure Activity Log event schema", Policy category: the authorization is that of the request, Deny "Failed".
DENIED_BY_POLICY = az.listed(
    authorization={"action": "Microsoft.Storage/storageAccounts/write", "scope": az.STORE},
    category={"value": "Policy", "localizedValue": "Policy"},
    level="Error",
    operationName={"value": "Microsoft.Authorization/policies/deny/action", "localizedValue": "'deny' Policy action."},
    resourceId=az.STORE,
    status={"value": "Failed", "localizedValue": "Failed"},
    subStatus={"value": "", "localizedValue": ""},
    properties={"isComplianceCheck": "False", "resourceLocation": "westus2", "ancestors": "root", "policies": "[]"},
)


def test_a_denial_by_policy_is_the_caller_s_own_refused_call() -> None:
    event = az.shown(az.parsed(DENIED_BY_POLICY))
    caller = ("principal_id", "principal_type", "principal_name", "principal_account", "credential_id", "mfa", "home")
    same = (*caller, "credential_type", "session_created", "session_id", "credential_age", "organization", "account")
    assert event == {name: COMMAND[name] for name in (*same, "event_id", "time", "provider", "source_ip", "origin")} | {
        "log_class": "policy",
        "service": "microsoft.storage",
        "action": "Microsoft.Storage/storageAccounts/write",
        "shared_event_id": f"azure-operation:{az.CORRELATION}:microsoft.storage/storageaccounts/write:{az.STORE.lower()}",
        "region": "westus2",
        **az.classified("microsoft.storage", "Microsoft.Storage/storageAccounts/write", False),
        **az.through(az.PORTAL),
        "outcome": "denied",
        "error_code": "RequestDisallowedByPolicy",
        "resources": [az.STORE.lower()],
    }


def test_a_compliance_check_denies_nobody() -> None:
    check = DENIED_BY_POLICY["properties"] | {"isComplianceCheck": "True"}
    assert az.result(DENIED_BY_POLICY | {"properties": check}) == Ignored("azure_policy")


@pytest.mark.parametrize("effect", ["audit", "auditIfNotExists", "deployIfNotExists", "modify", "append"])
def test_other_effects_of_policy_are_ignored_in_either_category(effect: str) -> None:
    operation = f"MICROSOFT.AUTHORIZATION/POLICIES/{effect.upper()}/ACTION"
    assert az.result(az.diagnostic(operationName=operation)) == Ignored("azure_policy")
    properties = {"eventCategory": "Policy"}
    assert az.result(az.diagnostic(operationName=operation, properties=properties)) == Ignored("azure_policy")


@pytest.mark.parametrize(
    ("category", "claims"),
    [
        ("Alert", {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/spn": "Microsoft.Insights/alertRules"}),
        (
            "Autoscale",
            {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/spn": "Microsoft.Insights/autoscaleSettings"},
        ),
        ("Recommendation", {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": "Microsoft.Advisor"}),
        ("ResourceHealth", None),
        ("Security", None),
        ("ServiceHealth", None),
        ("Service Health", None),
    ],
)
def test_what_azure_notes_by_itself_is_ignored(category: str, claims: Any) -> None:
    kind = Ignored(f"azure_{category.lower().replace(' ', '')}")
    assert az.result(az.listed(category={"value": category}, claims=claims, caller=None)) == kind
    properties = {"eventCategory": category}
    assert az.result(az.diagnostic(identity={"claims": claims}, properties=properties)) == kind
    assert az.result(az.row(CategoryValue=category, Properties="{}", Claims=json.dumps(claims))) == kind
    assert kind.kind in azure_activity.IGNORED


def test_a_caller_s_own_operation_counts_in_any_category() -> None:
    event = az.parsed(az.listed(category={"value": "Security"}))
    assert (event.log_class, event.principal_id) == ("management", az.ALICE)


def test_metrics_in_the_same_event_hub_are_ignored() -> None:
    metric = {
        "time": az.TIME,
        "resourceId": az.MACHINE,
        "metricName": "Percentage CPU",
        "timeGrain": "PT1M",
        "total": 3,
    }
    assert knows(metric) == ["azure_activity"]
    assert az.result(metric) == Ignored("azure_metric")


@pytest.mark.parametrize(
    "category", ["kube-audit", "AuditLogs", "FunctionAppLogs", "ApplicationGatewayAccessLog", None]
)
def test_other_logs_of_resources_are_ignored(category: str | None) -> None:
    record = az.diagnostic(category=category, operationName="Anything", properties={"log": "{}"})
    assert knows(record) == ["azure_activity"]
    assert az.result(record) == Ignored("azure_resource_log")


# One operation's records, "Azure Activity Log event schema": the start and the success or fail are recorded.
@pytest.mark.parametrize(
    ("status", "substatus", "outcome", "error"),
    [
        ("Start", "Started.", "success", None),
        ("Accept", "Accepted.Accepted", "success", None),
        ("Success", "Succeeded.OK", "success", None),
        ("Succeeded", "", "success", None),
        ("In Progress", "", "success", None),
        ("Failed", "Failed.Conflict", "error", "Conflict"),
        ("Failure", "Failed.Forbidden", "denied", "Forbidden"),
        ("Failed", "403", "denied", "403"),
        ("Failed", "409", "error", "409"),
        ("Failed", "", "error", None),
        ("Failed", "Forbidden (HTTP Status Code: 403)", "denied", "Forbidden"),
        ("Canceled", "", "error", None),
    ],
)
def test_the_records_of_one_operation_share_an_id(status: str, substatus: str, outcome: str, error: str | None) -> None:
    event = az.parsed(az.diagnostic(resultType=status, resultSignature=substatus, properties={}))
    assert (event.outcome, event.error_code) == (outcome, error)
    assert event.shared_event_id == COMMAND["shared_event_id"]
    assert event.touched == (COMMAND["touched"] if outcome == "success" else [])


@pytest.mark.parametrize(
    ("message", "error", "outcome"),
    [
        ({"error": {"code": "LinkedAuthorizationFailed"}}, "LinkedAuthorizationFailed", "denied"),
        ({"error": {"code": "RequestDisallowedByPolicy"}}, "RequestDisallowedByPolicy", "denied"),
        ({"code": "ScopeLocked", "message": "locked"}, "ScopeLocked", "error"),
        ({"error": "x"}, "Conflict", "error"),
        ("not json", "Conflict", "error"),
    ],
)
def test_the_error_is_the_one_that_the_service_answered(message: Any, error: str, outcome: str) -> None:
    text = message if isinstance(message, str) else json.dumps(message)
    event = az.parsed(
        az.diagnostic(resultType="Failure", resultSignature="Failed.Conflict", properties={"statusMessage": text})
    )
    assert (event.error_code, event.outcome) == (error, outcome)


def test_what_powershell_lists_is_read() -> None:
    """Get-AzLog: Pascal case, and the dictionaries one level deeper."""
    names = {"claims": {"Content": az.USER_CLAIMS}, "properties": {"Content": {"statusCode": "OK"}}}
    status = {"Value": "Succeeded", "LocalizedValue": "Succeeded"}
    record = {key[0].upper() + key[1:]: value for key, value in (az.listed() | names | {"status": status}).items()}
    assert az.shown(az.parsed(record)) == COMMAND


def test_other_operations_and_resources_of_one_correlation_stay_apart() -> None:
    ids = {
        az.parsed(record).shared_event_id
        for record in (
            az.diagnostic(),
            az.diagnostic(resourceId=az.MACHINE + "2"),
            az.diagnostic(operationName="Microsoft.Compute/virtualMachines/start/action"),
            az.diagnostic(correlationId="another"),
            az.diagnostic(properties={"operationId": "its-own"}),
        )
    }
    assert len(ids) == 5


def test_a_state_is_no_step_of_an_operation() -> None:
    assert az.parsed(az.diagnostic(resultType="Active")).shared_event_id is None
    assert az.parsed(az.diagnostic(correlationId=None)).shared_event_id is None


def test_the_id_is_the_event_data_id_wherever_it_stands() -> None:
    assert az.parsed(az.listed(eventDataId=None)).event_id == az.EVENT
    assert az.parsed(az.listed(eventDataId=None, id="own-id")).event_id == "own-id"
    assert az.parsed(az.diagnostic(properties={"eventDataId": az.EVENT})).event_id == az.EVENT
    assert az.parsed(az.diagnostic()).event_id == az.parsed(az.diagnostic()).event_id
    assert az.parsed(az.diagnostic()).event_id != az.parsed(az.diagnostic(level="Error")).event_id


def test_the_first_schema_of_diagnostic_settings_is_read() -> None:
    """Its category is the kind of operation, and the category with the rest in properties ("Schema from storage")."""
    event = az.parsed(
        az.diagnostic(
            category="Write",
            operationName="microsoft.support/supporttickets/write",
            resourceId=f"/subscriptions/{az.SUBSCRIPTION}/providers/microsoft.support/supporttickets/1",
            properties={"eventName": "EndRequest", "operationId": "op-1", "eventProperties": {"statusCode": "Created"}},
        )
    )
    assert (event.service, event.log_class, event.outcome) == ("microsoft.support", "management", "success")
    assert event.shared_event_id is not None
    assert event.shared_event_id.startswith("azure-operation:op-1:")


def test_a_role_assignment_names_the_role_and_who_gets_it() -> None:
    role = "/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-00000000000a"
    body = {"Properties": {"PrincipalId": az.ROBOT, "RoleDefinitionId": role, "Scope": "/"}}
    record = az.diagnostic(
        operationName="Microsoft.Authorization/roleAssignments/write", properties={"requestbody": json.dumps(body)}
    )
    assert az.parsed(record).resources == [MACHINE, role.lower(), az.ROBOT]


def test_the_role_that_let_a_call_through_tells_the_caller_where_no_claims_do() -> None:
    record = az.diagnostic(identity={"authorization": az.AUTHORIZATION})
    event = az.parsed(record)
    assert (event.principal_id, event.principal_type) == (az.ALICE, "User")
    group = az.AUTHORIZATION | {"evidence": az.AUTHORIZATION["evidence"] | {"principalType": "Group"}}
    event = az.parsed(az.diagnostic(identity={"authorization": group}))
    assert (event.principal_id, event.principal_type, event.principal_account) == (None, "unknown", None)


def test_a_call_into_another_directory_names_the_account_that_it_reached_into() -> None:
    event = az.parsed(az.diagnostic(tenantId="bbbbbbbb-0000-4000-8000-000000000002"))
    assert event.organization == "bbbbbbbb-0000-4000-8000-000000000002"
    assert (event.principal_account, event.target_account) == (az.TENANT, az.SUBSCRIPTION)


def test_a_workload_that_calls_outside_its_subscription_names_the_other() -> None:
    other = az.MACHINE.replace(az.SUBSCRIPTION, "99999999-2222-4333-8444-000000000009")
    home = az.parsed(az.diagnostic(identity={"claims": az.MACHINE_CLAIMS}))
    away = az.parsed(az.diagnostic(identity={"claims": az.MACHINE_CLAIMS}, resourceId=other))
    assert home.target_account is None
    assert away.target_account == "99999999-2222-4333-8444-000000000009"
    assert home.issued_to == away.issued_to == f"azure:{MACHINE}"


def test_a_table_s_tenant_is_its_workspace_and_not_used() -> None:
    event = az.parsed(az.row(Hierarchy="", Claims="", Caller=az.ROBOT))
    assert (event.organization, event.account) == (None, az.SUBSCRIPTION)


def test_calls_on_a_tenant_are_accounted_to_it() -> None:
    event = az.parsed(
        az.diagnostic(
            operationName="Microsoft.Authorization/elevateAccess/action",
            resourceId="/providers/Microsoft.Authorization",
        )
    )
    assert (event.account, event.service) == (az.TENANT, "microsoft.authorization")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("198.51.100.7:50411", "198.51.100.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("unknown", None),
        ("", None),
        (17, None),
    ],
)
def test_an_address_may_come_with_a_port(written: Any, address: str | None) -> None:
    assert az.parsed(az.diagnostic(callerIpAddress=written)).source_ip == address


@pytest.mark.parametrize(
    ("resource", "category", "known"),
    [
        (az.MACHINE, "Administrative", True),
        (az.MACHINE.replace("/", "\\/"), "Administrative", True),
        ("/providers/Microsoft.Authorization", "Administrative", True),
        ("/providers/microsoft.aadiam/diagnosticSettings/all", "Administrative", True),
        (f"/tenants/{az.TENANT}/providers/Microsoft.aadiam", "RiskyUsers", False),
        (f"/tenants/{az.TENANT}/providers/Microsoft.aadiam", "SignInLogs", False),
        (az.MACHINE, "NonInteractiveUserSignInLogs", False),
        (az.MACHINE, "MicrosoftGraphActivityLogs", False),
        ("arn:aws:ec2", "Administrative", False),
        (None, "Administrative", False),
    ],
)
def test_its_own_records_are_recognised_and_entra_s_are_not(resource: str | None, category: str, known: bool) -> None:
    record = {"time": az.TIME, "operationName": "x", "category": category, "resourceId": resource}
    data = json.dumps(record).replace("\\\\/", "\\/").encode()
    assert recognises(FIELDS.decode(data)) is known


@pytest.mark.parametrize("record", [az.diagnostic(), az.listed(), az.row(), DENIED_BY_POLICY])
def test_no_other_source_recognises_these_records(record: dict[str, Any]) -> None:
    assert knows(record) == ["azure_activity"]


@pytest.mark.parametrize(
    "record", [{}, {"time": az.TIME}, {"eventName": "x", "eventTime": az.TIME}, {"operationName": "x"}]
)
def test_other_records_are_not_recognised(record: dict[str, Any]) -> None:
    assert "azure_activity" not in knows(record)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b"\xff", "not"),
        (json.dumps(az.diagnostic(operationName=None)).encode(), "no operationName"),
        (json.dumps(az.diagnostic(operationName={})).encode(), "no operationName"),
        (json.dumps(az.diagnostic(time=None)).encode(), "no time"),
        (json.dumps(az.diagnostic(time="yesterday")).encode(), "time: "),
        (json.dumps(az.diagnostic(time="2026-13-41T00:00:00Z")).encode(), "time: "),
        (b'{"operationName":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
    ],
)
def test_what_is_no_record_is_a_parse_error_of_one_line(data: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse(data, az.ORIGIN)
    assert "\n" not in str(caught.value)


def test_deep_nesting_inside_a_text_does_no_harm() -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    event = az.parsed(az.row(Claims=deep, Authorization=deep, Properties=deep, HTTPRequest=deep))
    assert event.principal_name == "alice@example.com"


def test_long_texts_and_lists_are_cut() -> None:
    long = "x" * 100_000
    event = az.parsed(
        az.diagnostic(
            operationName=f"Microsoft.{long}/write",
            correlationId=long,
            resourceId=f"/subscriptions/{long}/{long}",
            identity={"claims": dict.fromkeys(az.USER_CLAIMS, long)},
            properties={"userAgent": long, "statusMessage": long, "resourceLocation": long},
        )
    )
    texts = [value for value in az.shown(event).values() if isinstance(value, str)]
    assert max(map(len, texts)) <= MAX_TEXT_CHARS
    assert len(event.user_agent or "") == 1_024
    assert len(event.resources) <= MAX_RESOURCES
    assert max(map(len, event.resources)) <= MAX_TEXT_CHARS


NAMES = sorted(
    {*az.diagnostic(), *az.listed(), *az.row(), *az.USER_CLAIMS, "evidence", "xms_mirid", "error", "code", "value"}
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["Administrative", "Failed", "Policy", az.TIME, az.MACHINE, az.RUN_COMMAND, "{}", "[", "AuditEvent"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(
    st.sampled_from([az.diagnostic(), az.listed(), az.row()]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6),
)
def test_any_values_give_an_event_or_a_parse_error(record: dict[str, Any], changes: dict[str, Any]) -> None:
    data = json.dumps(record | changes).encode()
    recognises(FIELDS.decode(data))
    graph_activity.recognises(FIELDS.decode(data))
    with contextlib.suppress(ParseError):
        event = parse(data, az.ORIGIN)
        assert isinstance(event, ApiEvent | Ignored)
        msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=ApiEvent if isinstance(event, ApiEvent) else Ignored)


@given(st.binary(max_size=60))
def test_any_bytes_give_an_event_or_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        parse(data, az.ORIGIN)
