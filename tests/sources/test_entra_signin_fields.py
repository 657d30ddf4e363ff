"""One Entra sign-in, one field at a time: results, tokens, second factors, credentials, places, times."""

import json
from typing import Any

import pytest

from analytic.sources import entra_signin
from schemas.records import ApiEvent
from tests.sources.entra_records import (
    ALICE,
    AZURE_CLI,
    KEY,
    PARTNER,
    SIGN_IN,
    TENANT,
    TOKEN,
    application,
    exported,
    parsed,
    row,
    sign_in,
)


def event_of(**properties: Any) -> ApiEvent:
    return parsed(entra_signin, exported(fields=sign_in(**properties)))


@pytest.mark.parametrize("code", [50140, 50125, 50074, 50076, 50079, 50072, 50097, 50058, 50199, 70016, 700082, 90033])
def test_an_interrupt_or_a_failure_of_the_service_is_no_refusal(code: int) -> None:
    event = event_of(status={"errorCode": code})
    assert (event.outcome, event.error_code, event.issued) == ("error", str(code), None)


@pytest.mark.parametrize("code", [50053, 50057, 50105, 53003, 500121, 7000215, 7000222, 50173, 90072, 65004])
def test_a_refusal_is_denied(code: int) -> None:
    assert event_of(status={"errorCode": code}).outcome == "denied"


def test_a_result_that_only_the_outer_record_shows_counts() -> None:
    assert parsed(entra_signin, exported(fields=sign_in(status={}), resultType="0")).outcome == "success"
    assert parsed(entra_signin, exported(fields=sign_in(status={}), resultType="50126")).outcome == "denied"
    assert parsed(entra_signin, row(Status="", ResultType="50126")).outcome == "denied"


def test_a_sign_in_without_any_result_was_not_seen_to_succeed() -> None:
    event = parsed(entra_signin, exported(fields=sign_in(status={}), resultType=None))
    assert (event.outcome, event.error_code, event.issued) == ("error", None, None)


@pytest.mark.parametrize(
    ("shown_as", "expected"),
    [
        (TOKEN, TOKEN),
        ("NThmOGNlNzMtOWZjOC00ZjAyLThlYTgtMTkwODk2NGY4NDAw", TOKEN),  # base64 of the request id's text
        (SIGN_IN, TOKEN),
        (None, TOKEN),
        ("", TOKEN),
        ("another-form", "another-form"),
    ],
)
def test_a_token_has_the_id_of_its_uti_claim_whatever_the_log_writes(shown_as: str | None, expected: str) -> None:
    assert event_of(uniqueTokenIdentifier=shown_as).credential_id == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"authenticationRequirement": "multiFactorAuthentication"}, True),
        ({"authenticationRequirement": "singleFactorAuthentication"}, False),
        ({"authenticationRequirement": ""}, None),
        ({"authenticationRequirement": "singleFactorAuthentication", "isInteractive": False}, None),
        (
            {
                "authenticationRequirement": "singleFactorAuthentication",
                "status": {"errorCode": 0, "additionalDetails": "MFA requirement satisfied by claim in the token"},
            },
            True,
        ),
        (
            {
                "authenticationRequirement": "singleFactorAuthentication",
                "status": {"errorCode": 0, "additionalDetails": "MFA requirement skipped due to remembered device"},
            },
            False,
        ),
        ({"authenticationRequirement": "", "mfaDetail": {"authMethod": "Mobile app notification"}}, True),
        (
            {
                "authenticationRequirement": "",
                "authenticationDetails": [
                    {
                        "authenticationMethod": "Previously satisfied",
                        "authenticationStepRequirement": "Multifactor authentication",
                        "succeeded": True,
                    }
                ],
            },
            True,
        ),
        (
            {
                "authenticationRequirement": "singleFactorAuthentication",
                "authenticationDetails": json.dumps(
                    [
                        {
                            "authenticationMethod": "Password",
                            "authenticationStepRequirement": "Primary authentication",
                            "succeeded": True,
                        }
                    ]
                ),
            },
            False,
        ),
    ],
)
def test_a_second_factor_is_read_from_what_the_record_says_of_it(
    properties: dict[str, Any], expected: bool | None
) -> None:
    assert event_of(**properties).mfa is expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, "console_session"),
        ({"clientAppUsed": "Mobile Apps and Desktop clients"}, "access_token"),
        ({"userAgent": "python-requests/2.31"}, "access_token"),
        ({"appId": AZURE_CLI, "appDisplayName": "Microsoft Azure CLI"}, "access_token"),
        ({"appId": AZURE_CLI, "tokenIssuerType": "ADFederationServices"}, "federated"),
        ({"appId": AZURE_CLI, "incomingTokenType": "saml20"}, "federated"),
    ],
)
def test_a_persons_credential_is_a_browser_at_the_portal_or_a_token(properties: dict[str, Any], expected: str) -> None:
    assert event_of(**properties).credential_type == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"clientCredentialType": "certificate"}, "long_term"),
        ({"clientCredentialType": "none"}, "long_term"),
        ({"clientCredentialType": "none", "servicePrincipalCredentialKeyId": None}, "unknown"),
        ({"clientCredentialType": "federatedIdentityCredential", "servicePrincipalCredentialKeyId": None}, "federated"),
        ({"clientCredentialType": "none", "federatedCredentialId": KEY}, "federated"),
        ({"clientCredentialType": "managedIdentity", "servicePrincipalCredentialKeyId": None}, "managed_identity"),
    ],
)
def test_an_applications_credential_is_what_it_showed(properties: dict[str, Any], expected: str) -> None:
    event = parsed(entra_signin, exported("ServicePrincipalSignInLogs", application(**properties)))
    assert event.credential_type == expected
    assert event.credential_id == (TOKEN if properties.get("servicePrincipalCredentialKeyId", KEY) is None else KEY)


def test_the_kind_of_sign_in_is_told_without_a_category() -> None:
    assert parsed(entra_signin, application()).principal_type == "ServicePrincipal"
    assert parsed(entra_signin, application(signInEventTypes=["managedIdentity"])).principal_type == "ManagedIdentity"
    assert parsed(entra_signin, application(signInEventTypes=None)).principal_type == "ServicePrincipal"
    assert parsed(entra_signin, sign_in(signInEventTypes=None)).principal_type == "User"


def test_microsofts_own_service_principals_are_services() -> None:
    assert (
        parsed(entra_signin, exported("MicrosoftServicePrincipalSignInLogs", application())).principal_type == "Service"
    )


def test_a_guest_is_known_by_the_address_at_home() -> None:
    event = event_of(userPrincipalName="Bob_Jones_example.net#EXT#@example.com", homeTenantId=PARTNER)
    assert event.known_as == ["person:bob_jones@example.net"]
    assert (event.principal_account, event.account, event.target_account) == (PARTNER, TENANT, TENANT)


def test_who_has_no_address_has_no_name_in_other_logs() -> None:
    assert event_of(userPrincipalName=ALICE).known_as == []
    assert parsed(entra_signin, exported("ServicePrincipalSignInLogs", application())).known_as == []


def test_a_rows_workspace_is_not_its_tenant() -> None:
    event = parsed(entra_signin, row(ResourceId="", HomeTenantId=None, ResourceTenantId=None))
    assert (event.account, event.principal_account) == (TENANT, TENANT)
    bare = row(ResourceId="", AADTenantId=None, HomeTenantId=None, ResourceTenantId=None)
    assert parsed(entra_signin, bare).account is None


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ({"countryOrRegion": "ch", "geoCoordinates": {"latitude": 46, "longitude": 6}}, ("CH", 46.0, 6.0)),
        ({"countryOrRegion": "Switzerland", "geoCoordinates": {"latitude": 46.5, "longitude": 6.5}}, (None, 46.5, 6.5)),
        ({"countryOrRegion": "CH", "geoCoordinates": {"latitude": 146.5, "longitude": 6.5}}, ("CH", None, None)),
        ({"countryOrRegion": "CH", "geoCoordinates": {"latitude": "46", "longitude": True}}, ("CH", None, None)),
        ({"countryOrRegion": "", "geoCoordinates": {"latitude": 0.0, "longitude": 0.0}}, (None, None, None)),
        ("CH", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_a_place_is_a_code_and_degrees(location: Any, expected: tuple[Any, ...]) -> None:
    event = event_of(location=location)
    assert (event.country, event.latitude, event.longitude) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("203.0.113.9:50123", "203.0.113.9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("2001:DB8::9", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("<null>", None),
    ],
)
def test_an_address_is_read_without_its_port(written: str, expected: str | None) -> None:
    assert event_of(ipAddress=written).source_ip == expected


def test_the_time_is_when_the_sign_in_began_else_when_it_was_logged() -> None:
    assert event_of(createdDateTime="2024-08-02 08:23:24.123456700").time == 1_722_587_004_123_456
    assert event_of(createdDateTime=None).time == 1_722_587_101_000_000
    assert event_of(createdDateTime="8/2/2024 8:23:24 AM").time == 1_722_587_101_000_000
    assert parsed(entra_signin, row(CreatedDateTime=None)).time == 1_722_587_101_000_000


def test_a_sign_in_without_an_id_gets_that_of_its_bytes() -> None:
    record = exported(fields=sign_in(id=None, uniqueTokenIdentifier=None))
    event = parsed(entra_signin, record)
    assert event.event_id.startswith("sha256:")
    assert (len(event.event_id), event.issued) == (39, None)
