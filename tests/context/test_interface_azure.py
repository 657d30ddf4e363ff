"""What Entra and Azure write of a call beside its user agent: the client application, the protocol and the device.

Ids and names: Microsoft Learn, "Verify first-party Microsoft applications in sign-in reports"; clientAppUsed and
deviceDetail: "Sign-in log activity details" and the signIn resource of Microsoft Graph.
"""

import re

import pytest

from analytic.context.azure_apps import APPS, by_id
from analytic.context.interface import SIGN_IN, Interface, classify

PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
POWERSHELL = "1950a258-227b-4e31-a9cf-717495945fc2"
SHELL = "b677c290-cf4b-4a8e-a60e-91ba650a4abe"
CODE = "aebc6443-996d-45c2-90f0-388ff96faa56"
TEAMS = "1fec8e78-bce4-4aaf-ab1b-5451cc387264"
OFFICE_HOME = "4765445b-32c6-49b0-83e6-1d93765276ca"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
RESOURCE_MANAGER = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
OTHERS = "12345678-1234-1234-1234-123456789abc"

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 "
    "Edg/120.0.2210.61"
)
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15"
AZ = "AZURECLI/2.60.0 (DEB) azsdk-python-core/1.30.0 Python/3.11.8 (Linux-5.15.0-x86_64-with-glibc2.35)"
AZURERM = "HashiCorp Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-azurerm/3.112.0"


def azure(user_agent: str | None, **evidence: str | None) -> Interface:
    return classify(user_agent, provider="azure", source_ip="198.51.100.7", **evidence)


def test_every_app_has_an_id_and_an_interface_of_the_closed_set() -> None:
    assert 60 <= len(APPS) <= 90
    for app_id, app in APPS.items():
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", app_id)
        assert app.interface in {"console", "cloud_shell", "cli", "sdk", "iac", "browser", "agent", "service"}
        assert by_id(app_id.upper()) is app


@pytest.mark.parametrize(
    ("app_id", "expected"),
    [
        (PORTAL, ("console", None)),
        (CLI, ("cli", "Microsoft Azure CLI")),
        (POWERSHELL, ("cli", "Microsoft Azure PowerShell")),
        (SHELL, ("cloud_shell", "AzurePortal Console App")),
        (CODE, ("sdk", "Visual Studio Code")),
        (TEAMS, ("agent", "Microsoft Teams")),
        (OFFICE_HOME, ("browser", None)),
        (RESOURCE_MANAGER, ("service", None)),
    ],
)
def test_an_app_id_alone_tells_the_interface(app_id: str, expected: tuple[str, str | None]) -> None:
    # The activity log has the token's appid and mostly no user agent.
    assert azure(None, app_id=app_id) == (*expected, None, None)
    assert azure(None, app_id=app_id.upper())[:2] == expected


@pytest.mark.parametrize(
    ("user_agent", "app_id", "expected"),
    [
        (EDGE, PORTAL, ("console", "Edge/120", "windows")),
        (AZ, CLI, ("cli", "Microsoft Azure CLI", "linux")),
        # Lent to Terraform and to scripts (Azure Identity, AzureCliCredential).
        (AZURERM, CLI, ("cli", "Terraform/1", None)),
        ("azsdk-python-identity/1.15.0 Python/3.11.8", CLI, ("cli", "azsdk-python-identity/1", None)),
        # A script calls with the command line's token.
        ("python-requests/2.31.0", CLI, ("cli", "python-requests/2", None)),
        # Cloud Shell's credential is the portal's or the command line's.
        (AZ + " cloud-shell/1.0", PORTAL, ("cloud_shell", "azure-cli/2", "linux")),
        (AZ + " cloud-shell/1.0", CLI, ("cloud_shell", "azure-cli/2", "linux")),
        (AZ, SHELL, ("cloud_shell", "AzurePortal Console App", "linux")),
        ("okhttp/4.12.0", TEAMS, ("agent", "Microsoft Teams", None)),
        ("azsdk-net-Core/1.40.0", RESOURCE_MANAGER, ("service", None, None)),
    ],
)
def test_an_app_and_a_program_that_go_together(
    user_agent: str, app_id: str, expected: tuple[str, str | None, str | None]
) -> None:
    assert azure(user_agent, app_id=app_id) == (*expected, None)


@pytest.mark.parametrize(
    ("user_agent", "app_id", "interface", "conflict"),
    [
        (EDGE, CLI, "cli", "the app is Microsoft Azure CLI (cli), the user agent says browser (Edge/120)"),
        (AZURERM, PORTAL, "console", "the app is Azure Portal (console), the user agent says iac (Terraform/1)"),
        (
            "python-requests/2.31.0",
            PORTAL,
            "console",
            "the app is Azure Portal (console), the user agent says sdk (python-requests/2)",
        ),
        ("curl/8.4.0", TEAMS, "agent", "the app is Microsoft Teams (agent), the user agent says sdk (curl/8)"),
        (
            EDGE,
            RESOURCE_MANAGER,
            "service",
            "the app is Azure Resource Manager (service), the user agent says browser (Edge/120)",
        ),
    ],
)
def test_an_app_and_a_program_that_cannot_be(user_agent: str, app_id: str, interface: str, conflict: str) -> None:
    found = azure(user_agent, app_id=app_id)
    assert (found.interface, found.conflict) == (interface, conflict)
    # The program that holds the app's token shows.
    assert found.client is not None
    assert found.client in conflict


@pytest.mark.parametrize("app_id", [CLI, POWERSHELL, CODE, TEAMS])
def test_a_program_signs_in_through_a_browser(app_id: str) -> None:
    for evidence in ({"client_app": "Mobile Apps and Desktop clients"}, {"event_type": SIGN_IN}):
        found = azure(EDGE, app_id=app_id, **evidence)
        assert (found.interface, found.client, found.conflict) == (by_id(app_id).interface, by_id(app_id).name, None)


def test_a_command_line_asks_for_its_token_with_its_http_library() -> None:
    for evidence in ({"client_app": "Mobile Apps and Desktop clients"}, {"event_type": SIGN_IN}):
        found = azure("python-requests/2.31.0", app_id=CLI, **evidence)
        assert (found.interface, found.client, found.conflict) == ("cli", "Microsoft Azure CLI", None)
        # Terraform asks for one of its own by the command line's id.
        assert azure(AZURERM, app_id=CLI, **evidence).client == "Terraform/1"


def test_a_service_with_a_web_page_of_its_own_is_browsed() -> None:
    assert azure(EDGE, app_id=EXCHANGE, client_app="Browser") == ("browser", "Edge/120", "windows", None)
    assert azure(None, app_id=EXCHANGE).interface == "service"


@pytest.mark.parametrize(
    ("client_app", "interface"),
    [
        ("Authenticated SMTP", "agent"),
        ("IMAP4", "agent"),
        ("Exchange ActiveSync", "agent"),
        ("Exchange Online PowerShell", "cli"),
        ("Exchange Web Services", "sdk"),
    ],
)
def test_an_old_protocol_says_what_the_program_is(client_app: str, interface: str) -> None:
    assert azure("BAV2ROPC", app_id=EXCHANGE, client_app=client_app) == (interface, None, None, None)


def test_of_an_app_that_is_not_known_entra_saw_the_browser() -> None:
    device = {"device_os": "Windows 10", "device_browser": "Edge 120.0.2210"}
    assert azure(None, app_id=OTHERS, client_app="Browser", **device) == ("browser", "Edge/120", "windows", None)
    assert azure(EDGE, app_id=OTHERS, client_app="Browser", **device) == ("browser", "Edge/120", "windows", None)
    found = azure("axios/1.6.7", app_id=OTHERS, client_app="Browser", device_os="")
    assert found == (
        "browser",
        "axios/1",
        None,
        "the identity provider saw a browser, the user agent says sdk (axios/1)",
    )
    native = "Mobile Apps and Desktop clients"
    assert azure("python-requests/2.31.0", app_id=OTHERS, client_app=native).interface == "sdk"
    assert azure(None, app_id=OTHERS, client_app=native).interface == "unknown"


def test_a_device_that_runs_another_system_is_a_conflict() -> None:
    for app_id in (PORTAL, OTHERS):
        found = azure(SAFARI, app_id=app_id, client_app="Browser", device_os="Windows 10")
        assert found.conflict == "the device runs windows, the user agent says macos"


@pytest.mark.parametrize("device_os", ["MacOs", "Ios 17.2", "Unknown", "", None])
def test_a_tablet_that_asks_for_the_desktop_page_is_no_conflict(device_os: str | None) -> None:
    assert azure(SAFARI, app_id=OTHERS, client_app="Browser", device_os=device_os).conflict is None


def test_a_name_decides_only_where_there_is_no_id() -> None:
    assert azure(None, app_name="Microsoft Azure CLI").interface == "cli"
    assert azure(None, app_name="Example Backup") == ("unknown", None, None, None)
    posing = azure(EDGE, app_id=OTHERS, app_name="Microsoft Azure CLI", client_app="Browser")
    assert posing.interface == "browser"
    assert posing.conflict == "the app calls itself Microsoft Azure CLI, its id is another's"
    assert azure(None, app_id=OTHERS, app_name="Azure Portal").conflict is not None
    assert azure(None, app_id=PORTAL, app_name="Azure Portal").conflict is None


def test_okta_says_which_device_as_well() -> None:
    found = classify(EDGE, device_os="Windows 10", device_browser="CHROME", provider="okta", event_type=SIGN_IN)
    assert found == ("browser", "Edge/120", "windows", None)
    assert classify(None, device_os="Mac OS X", device_browser="SAFARI", provider="okta")[2] == "macos"
    assert classify("curl/8.4.0", device_os="Unknown", provider="okta").interface == "sdk"


def test_outlook_on_the_web_is_browsed_whatever_app_serves_it() -> None:
    assert azure(f"Client=OWA;{EDGE};", app_id=EXCHANGE) == ("browser", "Edge/120", "windows", None)
