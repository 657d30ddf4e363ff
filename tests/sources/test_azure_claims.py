"""Who an access token's claims say called."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.azure.claims import SERVICES, Caller, has_caller, is_own_service, read, user_name
from tests.sources import azure_records as az

XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
OID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
SCALE_SET = f"{az.GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/pool"
POLICY_INSIGHTS = "1d78a85d-813d-46f0-b496-dd72f50a3ec0"


def test_a_user_s_token_says_who_when_how_and_on_which_device() -> None:
    assert read(az.USER_CLAIMS) == Caller(
        id=az.ALICE,
        type="User",
        name="alice@example.com",
        tenant=az.TENANT,
        app_id=az.PORTAL,
        credential_type="access_token",
        token="IdExampleOfAToken00001",
        session=az.SESSION,
        created=1_772_521_200_000_000,
        mfa=True,
        home="device",
    )


def test_a_token_in_its_short_names_says_the_same() -> None:
    """As Key Vault and version 2.0 tokens have them ("Access token claims reference")."""
    short = {
        "oid": az.ALICE,
        "tid": az.TENANT,
        "upn": "alice@example.com",
        "scp": "user_impersonation",
        "azp": az.PORTAL,
        "amr": ["pwd", "mfa"],
        "deviceid": az.DEVICE,
        "sid": az.SESSION,
        "iat": az.ISSUED_AT,
        "uti": "IdExampleOfAToken00001",
    }
    assert read(short) == read(az.USER_CLAIMS)


@pytest.mark.parametrize(
    ("claims", "caller", "kind", "name"),
    [
        ({"oid": "1", f"{XMLSOAP}/upn": "alice@example.com"}, None, "User", "alice@example.com"),
        ({"oid": "1", f"{XMLSOAP}/name": " live.com#alice@example.com"}, None, "User", "alice@example.com"),
        ({"oid": "1", "scp": "user_impersonation", "name": "Alice"}, None, "User", "Alice"),
        ({"oid": "1", "idtyp": "user"}, None, "User", None),
        ({"name": "alice@example.com"}, None, "User", "alice@example.com"),
        ({}, "alice@example.com", "User", "alice@example.com"),
        ({"oid": "1", "appid": "2", "appidacr": "1"}, None, "ServicePrincipal", None),
        ({"oid": "1", "idtyp": "app", "app_displayname": "Deployer"}, None, "ServicePrincipal", "Deployer"),
        ({"appid": "2"}, None, "ServicePrincipal", None),
        ({}, az.ROBOT, "ServicePrincipal", None),
        ({"oid": "1", "xms_mirid": az.MACHINE}, None, "ManagedIdentity", "web1"),
        ({"oid": "1", "xms_mirid": az.IDENTITY, "xms_az_rid": az.MACHINE}, None, "ManagedIdentity", "shared"),
        ({"oid": "1", "appid": POLICY_INSIGHTS, "appidacr": "2"}, None, "Service", "Microsoft Azure Policy Insights"),
        ({f"{XMLSOAP}/spn": "Microsoft.Insights/alertRules"}, None, "Service", "Microsoft.Insights/alertRules"),
        ({}, "Microsoft.Insights/autoscaleSettings", "Service", "Microsoft.Insights/autoscaleSettings"),
        ({}, "Windows Azure", "unknown", "Windows Azure"),
        ({"ipaddr": "198.51.100.7"}, None, "unknown", None),
        ({}, None, "unknown", None),
    ],
)
def test_the_type_of_principal(claims: dict[str, Any], caller: str | None, kind: str, name: str | None) -> None:
    found = read(claims, caller)
    assert (found.type, found.name) == (kind, name)


def test_a_service_s_application_with_a_secret_or_a_person_is_no_service() -> None:
    """Somebody added the secret (ATT&CK T1098.001), or a person works through it: somebody is behind the call."""
    assert read({"oid": "1", "appid": POLICY_INSIGHTS, "appidacr": "1"}).type == "ServicePrincipal"
    assert read({"oid": "1", "appid": POLICY_INSIGHTS, "upn": "alice@example.com"}).type == "User"
    assert not is_own_service(None, "2")
    assert all(app_id == app_id.lower() for app_id in SERVICES)


def test_a_caller_that_only_calls_itself_microsoft_s_is_no_service() -> None:
    assert read({"oid": "1", f"{XMLSOAP}/spn": "Microsoft.Fake"}).type == "ServicePrincipal"


@pytest.mark.parametrize(
    ("mirid", "az_rid", "issued_to", "home"),
    [
        (az.MACHINE, None, az.MACHINE, "instance"),
        (az.IDENTITY, az.MACHINE, az.MACHINE, "instance"),
        (az.IDENTITY, None, az.IDENTITY, None),
        (SCALE_SET, SCALE_SET, SCALE_SET, "instance"),
        (
            f"{az.GROUP}/providers/Microsoft.Web/sites/api",
            None,
            f"{az.GROUP}/providers/Microsoft.Web/sites/api",
            "function",
        ),
    ],
)
def test_a_managed_identity_is_at_home_where_it_runs(
    mirid: str, az_rid: str | None, issued_to: str, home: str | None
) -> None:
    """`xms_az_rid` is the resource that an identity of its own sits on ("Managed identities", FAQ)."""
    found = read(az.APP_CLAIMS | {"xms_mirid": mirid, "xms_az_rid": az_rid})
    assert (found.issued_to, found.home) == (f"azure:{issued_to.lower()}", home)
    assert found.credential_type == "managed_identity"


@pytest.mark.parametrize(
    ("written", "mfa"),
    [
        ("pwd,mfa", True),
        ("rsa,ngcmfa", True),
        ('["pwd","mfa"]', True),
        (["fido", "mfa"], True),
        ("pwd", False),
        ("rsa", False),
        (["pwd"], False),
        ("", None),
        ([], None),
        (7, None),
        ([None, 3], False),
    ],
)
def test_the_methods_of_authentication_say_whether_there_was_a_second_factor(written: Any, mfa: bool | None) -> None:
    assert read({"amr": written}).mfa is mfa


@pytest.mark.parametrize(
    ("claims", "tenant"),
    [
        ({"tid": az.TENANT.upper()}, az.TENANT),
        ({"iss": f"https://sts.windows.net/{az.TENANT}/"}, az.TENANT),
        ({"iss": f"https://login.microsoftonline.com/{az.TENANT}/v2.0"}, az.TENANT),
        ({"iss": f"https://example.com/{az.TENANT}/"}, None),
        ({"iss": "https://sts.windows.net/common"}, None),
    ],
)
def test_the_tenant_is_the_token_s_or_its_issuer_s(claims: dict[str, Any], tenant: str | None) -> None:
    assert read(claims).tenant == tenant


@pytest.mark.parametrize(
    ("written", "micros"),
    [
        ("1772521200", 1_772_521_200_000_000),
        (1_772_521_200, 1_772_521_200_000_000),
        ("2026-03-03T07:00:00Z", 1_772_521_200_000_000),
        ("soon", None),
        ("9" * 400, None),
        (10**400, None),
        (-1, None),
        (True, None),
    ],
)
def test_when_the_authentication_took_place(written: Any, micros: int | None) -> None:
    assert read({"iat": written}).created == micros


def test_a_windows_security_identifier_is_no_session() -> None:
    assert read({"sid": "S-1-5-21-1-2-3-1001"}).session is None


def test_claims_may_be_text_or_nothing() -> None:
    assert read('{"oid": "X1", "scp": "s"}').id == "x1"
    assert read("[1]") == read(None) == read({}) == read("{") == read(3)


def test_the_principal_falls_back_to_what_names_it_best() -> None:
    assert read({"upn": "Alice@Example.com", "appid": "2"}).id == "alice@example.com"
    assert read({"appid": "APP", "idtyp": "app"}).id == "app"
    assert read({}, "Alice@example.com").id == "alice@example.com"
    granted = {"evidence": {"principalId": az.ROBOT.replace("-", "").upper(), "principalType": "ServicePrincipal"}}
    found = read({}, None, granted)
    assert (found.id, found.type) == (az.ROBOT, "ServicePrincipal")


def test_only_a_principal_of_the_directory_is_a_caller() -> None:
    assert has_caller({OID: az.ALICE})
    assert has_caller('{"oid": "1"}')
    assert not has_caller({f"{XMLSOAP}/emailaddress": "Microsoft.Advisor"})
    assert not has_caller(None)


def test_a_sign_in_name_has_an_address() -> None:
    assert user_name(" live.com#alice@example.com ") == "alice@example.com"
    assert user_name("Alice") is None
    assert user_name(None) is None


@given(
    st.dictionaries(
        st.sampled_from(
            [*az.USER_CLAIMS, "oid", "tid", "iat", "amr", "xms_mirid", "xms_az_rid", "sid", "iss", "idtyp"]
        ),
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=3),
    ),
    st.none() | st.text(max_size=20),
)
def test_any_claims_give_a_caller(claims: dict[str, Any], caller: str | None) -> None:
    assert isinstance(read(claims, caller), Caller)
