"""The user agents of Google Cloud, Azure, Kubernetes, Microsoft 365 and of scripts, and what Google Cloud shows beside.

Strings in the forms that the programs write: the Google Cloud CLI's `MakeUserAgentString`, the Azure SDK's telemetry
policy, client-go, Exchange's ClientInfoString; versions and ids are made up.
"""

import pytest

from analytic.context.interface import classify

GCLOUD = (
    "google-cloud-sdk gcloud/500.0.0 command/gcloud.compute.instances.list invocation-id/0123456789abcdef "
    "environment/{} environment-version/None client-os/LINUX client-os-ver/6.1.0 client-pltf-arch/x86_64 "
    "interactive/True from-script/False python/3.11.9 term/xterm-256color (Linux 6.1.0),gzip(gfe)"
)
CHROME_AT_GOOGLE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36,gzip(gfe),gzip(gfe)"
)
AZ = "AZURECLI/2.60.0 (DEB) azsdk-python-core/1.30.0 Python/3.11.8 (Linux-5.15.0-x86_64-with-glibc2.35)"
AZURE_POWERSHELL = (
    "FxVersion/8.0.624.26715 OSName/Windows OSVersion/Microsoft.Windows.10.0.20348 "
    "Microsoft.Azure.Management.Compute.ComputeManagementClient/1.0.0 AzurePowershell/v12.1.0 PSVersion/v7.4.3"
)
AZURERM = (
    "HashiCorp Terraform/1.8.5 (+https://www.terraform.io) Terraform Plugin SDK/2.10.1 terraform-provider-azurerm/3.112.0 "
    "hashicorp/go-azure-sdk/virtualmachines/2024-03-01 pid-00000000-0000-0000-0000-000000000000"
)
GRAPH_POWERSHELL = "Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.22631; en-US) PowerShell/7.4.3 Get-MgUser_List"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 "
    "Edg/120.0.2210.61"
)
TEAMS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/1.7.00 Chrome/114.0.0.0 "
    "Electron/25.1.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (GCLOUD.format("None"), ("cli", "gcloud/500", "linux")),
        (GCLOUD.format("GCE"), ("cli", "gcloud/500", "linux")),
        (GCLOUD.format("devshell"), ("cloud_shell", "gcloud/500", "linux")),
        ("google-cloud-sdk", ("cli", "gcloud", None)),
        ("google-cloud-sdk500.0.0 (gzip),gzip(gfe)", ("cli", "gcloud/500", None)),
        (
            "apitools Python/3.11.9 gsutil/5.30 (darwin) analytics/disabled interactive/True command/ls "
            "google-cloud-sdk/500.0.0,gzip(gfe)",
            ("cli", "gsutil/5", "macos"),
        ),
        ("google-api-python-client/2.100.0 (gzip),gzip(gfe)", ("sdk", "google-api-python-client/2", None)),
        ("(gzip),gzip(gfe)", ("sdk", "google-api-python-client", None)),
        ("google-api-go-client/0.5,gzip(gfe)", ("sdk", "google-api-go-client/0", None)),
        ("gcloud-node-storage/7.7.0 google-api-nodejs-client/9.4.1", ("sdk", "gcloud-node-storage/7", None)),
        ("gl-java/17.0.8 gccl/2.30.0 gax/2.40.0 grpc/1.60.0,gzip(gfe)", ("sdk", "gl-java/17", None)),
        ("grpc-go/1.62.0,gzip(gfe)", ("sdk", "grpc-go/1", None)),
        ("google-api-go-client/0.5 gke-metadata-server,gzip(gfe)", ("agent", "gke-metadata-server", None)),
        (
            "google-api-go-client/0.5 Terraform/1.5.7 (+https://www.terraform.io) Terraform-Plugin-SDK/2.10.1 "
            "terraform-provider-google/5.10.0,gzip(gfe)",
            ("iac", "Terraform/1", None),
        ),
        ("google-terraform-data/1 DeclarativeClientLib/0.0.1,gzip(gfe)", ("iac", "google-terraform-data/1", None)),
        ("kcc/controller-manager DeclarativeClientLib/0.0.1,gzip(gfe)", ("iac", "DeclarativeClientLib/0", None)),
        ("GoogleKubernetesEngineFrontend", ("service", None, None)),
        ("GoogleCloudConsole", ("console", None, None)),
        (CHROME_AT_GOOGLE, ("console", "Chrome/120", "macos")),
    ],
)
def test_the_clients_of_google_cloud(user_agent: str, expected: tuple[str, str | None, str | None]) -> None:
    assert classify(user_agent, provider="gcp", source_ip="198.51.100.7") == (*expected, None)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (AZ, ("cli", "azure-cli/2", "linux")),
        (AZ + " cloud-shell/1.0", ("cloud_shell", "azure-cli/2", "linux")),
        (
            "python/3.6.5 (Linux-5.4-x86_64) msrest/0.6.4 msrest_azure/0.4.34 Azure-SDK-For-Python AZURECLI/2.0.61",
            ("cli", "azure-cli/2", "linux"),
        ),
        (AZURE_POWERSHELL, ("cli", "azure-powershell/12", "windows")),
        ("AzurePowershell/v12.1.0 PSVersion/v7.4.3 cloud-shell/1.0", ("cloud_shell", "azure-powershell/12", None)),
        (AZURERM, ("iac", "Terraform/1", None)),
        ("Azure-SDK-For-Python/1.0 Ansible/2.16.3", ("iac", "Ansible/2", None)),
        (
            "Go/go1.21 (amd64-linux) go-autorest/v14.2.1 pulumi-azure-native/2.30.0",
            ("iac", "pulumi-azure-native/2", "linux"),
        ),
        ("azsdk-python-storage-blob/12.19.0 Python/3.11.9", ("sdk", "azsdk-python-storage-blob/12", None)),
        (
            "azsdk-net-Identity/1.11.0 (.NET 8.0.4; Microsoft Windows 10.0.22631)",
            ("sdk", "azsdk-net-Identity/1", "windows"),
        ),
        ("Azure-SDK-For-Go/v68.0.0 compute/2022-03-01", ("sdk", "Azure-SDK-For-Go/68", None)),
        ("Microsoft.Azure.Management.Resources/3.0", ("sdk", "Microsoft.Azure.Management.Resources/3", None)),
        (GRAPH_POWERSHELL, ("sdk", "PowerShell/7", "windows")),
        (EDGE, ("browser", "Edge/120", "windows")),
        (TEAMS, ("browser", "Teams/1", "windows")),
        ("BAV2ROPC", ("service", None, None)),
        (
            "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)",
            ("agent", "Microsoft Office/16", "windows"),
        ),
        ("Client=OutlookService;Outlook-iOS/2.0;", ("agent", "Outlook-iOS/2", "ios")),
        (f"Client=OWA;{EDGE};", ("browser", "Edge/120", "windows")),
        ("Client=REST;Client=RESTSystem;;", ("service", None, None)),
        ("Client=MSExchangeRPC", ("agent", None, None)),
        ("Client=WebServices;Action=ConfigureGroupMailbox", ("service", None, None)),
        ("Client=ActiveSync;Action=/Microsoft-Server-ActiveSync/Proxy", ("agent", None, None)),
        ("Client=ManagementShell", ("cli", None, None)),
        ("Client=Something", ("unknown", None, None)),
        ("Microsoft WinRM Client", ("cli", "Microsoft WinRM Client", None)),
        ("AzureResourceGraph.IngestionWorkerService.global/1.2.3.4", ("service", None, None)),
        ("com.okta.mobile/8.1.1 OktaVerify/8.1.1 iOS/17.2 Apple/iPhone14,2", ("agent", "OktaVerify/8", "ios")),
    ],
)
def test_the_clients_of_azure_and_microsoft_365(user_agent: str, expected: tuple[str, str | None, str | None]) -> None:
    assert classify(user_agent, provider="azure") == (*expected, None)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("kubectl/v1.29.1 (darwin/arm64) kubernetes/0123abc", ("cli", "kubectl/1", "macos")),
        (
            "kube-controller-manager/v1.29.1 (linux/amd64) kubernetes/0123abc",
            ("agent", "kube-controller-manager/1", "linux"),
        ),
        ("my-operator/v0.0.0 (linux/amd64) kubernetes/$Format/leader-election", ("agent", "my-operator/0", "linux")),
        ("deploy/v0.0.0 (linux/amd64) kubernetes/$Format", ("sdk", "deploy/0", "linux")),
        ("Kubernetes Java Client/18.0.0", ("sdk", "Kubernetes Java Client/18", None)),
        ("helm/v3.14.0", ("cli", "helm/3", None)),
    ],
)
def test_the_clients_of_kubernetes(user_agent: str, expected: tuple[str, str | None, str | None]) -> None:
    assert classify(user_agent) == (*expected, None)


@pytest.mark.parametrize(
    ("user_agent", "client"),
    [
        ("curl/8.4.0", "curl/8"),
        ("python-requests/2.32.0", "python-requests/2"),
        ("Python/3.11 aiohttp/3.9.1", "aiohttp/3"),
        ("Go-http-client/2.0", "Go-http-client/2"),
        ("okhttp/4.12.0", "okhttp/4"),
        ("axios/1.6.7", "axios/1"),
        ("node", "node"),
        ("Bun/1.1.0", "Bun/1"),
        ("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.1", "WindowsPowerShell/5"),
        ("Apache-HttpClient/4.5.13 (Java/17.0.8)", "Apache-HttpClient/4"),
        ("PostmanRuntime/7.36.0", "PostmanRuntime/7"),
    ],
)
def test_a_script_with_a_general_library_is_an_sdk(user_agent: str, client: str) -> None:
    found = classify(user_agent)
    assert (found.interface, found.client) == ("sdk", client)


@pytest.mark.parametrize(
    ("user_agent", "client"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer/11"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/118.0.0.0 Safari/537.36 OPR/104.0.0.0",
            "Opera/104",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
            "Samsung Internet/23",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) CriOS/120.0 Mobile/15E148 Safari/604.1", "Chrome/120"),
        ("Mozilla/5.0(Macintosh;IntelMacOSX10.13;rv:62.0)Gecko/20100101Firefox/62.0", "Firefox/62"),
        ("Mozilla/5.0", None),
    ],
)
def test_a_browser_is_the_one_that_names_itself_last(user_agent: str, client: str | None) -> None:
    assert classify(user_agent, provider="okta")[:2] == ("browser", client)


@pytest.mark.parametrize("user_agent", ["AWSBackup", "AmazonAthena", "GoogleHC/1.0", "Amazon CloudFront"])
def test_a_server_that_names_itself_is_a_service(user_agent: str) -> None:
    assert classify(user_agent) == ("service", None, None, None)


@pytest.mark.parametrize("user_agent", ["IAMConsole", "AWS Lambda Console", "VPCConsoleBackend, aws-internal/3"])
def test_a_console_names_itself(user_agent: str) -> None:
    assert classify(user_agent) == ("console", None, None, None)


def test_a_sign_in_of_google_is_a_browsers() -> None:
    assert classify(CHROME_AT_GOOGLE, provider="gcp", event_type="signin").interface == "browser"


def test_a_command_path_outside_the_user_agent_tells_gcloud() -> None:
    assert classify(None, command="gcloud.iam.roles.list", provider="gcp") == ("cli", "gcloud", None, None)


SERVICE_ACCOUNT = "serviceAccount:deployer@example-project.iam.gserviceaccount.com"
SERVICE_AGENT = "serviceAccount:service-111122223333@compute-system.iam.gserviceaccount.com"
POOL = "iam.googleapis.com/projects/111122223333/locations/global/workloadIdentityPools/example/subject/repo"
WORKFORCE = "principal://iam.googleapis.com/locations/global/workforcePools/example/subject/alice@example.com"


@pytest.mark.parametrize(
    ("subject", "conflict"),
    [
        (SERVICE_ACCOUNT, "the caller is a service account, the user agent says browser (Chrome/120)"),
        (
            "111122223333@cloudbuild.gserviceaccount.com",
            "the caller is a service account, the user agent says browser (Chrome/120)",
        ),
        (f"principal://{POOL}", "the caller is a federated workload, the user agent says browser (Chrome/120)"),
        (f"principalSet://{POOL}", "the caller is a federated workload, the user agent says browser (Chrome/120)"),
    ],
)
def test_what_is_no_person_cannot_sign_in_to_a_console(subject: str, conflict: str) -> None:
    found = classify(CHROME_AT_GOOGLE, principal_subject=subject, provider="gcp")
    assert found == ("unknown", "Chrome/120", "macos", conflict)


@pytest.mark.parametrize("subject", ["user:alice@example.com", "alice@example.com", WORKFORCE])
def test_a_person_at_the_console_is_no_conflict(subject: str) -> None:
    found = classify(CHROME_AT_GOOGLE, principal_subject=subject, provider="gcp")
    assert found == ("console", "Chrome/120", "macos", None)


@pytest.mark.parametrize("user_agent", [GCLOUD.format("None"), "grpc-go/1.62.0,gzip(gfe)", None])
def test_a_service_account_calls_with_any_program(user_agent: str | None) -> None:
    found = classify(user_agent, principal_subject=SERVICE_ACCOUNT, provider="gcp")
    assert found == classify(user_agent, provider="gcp")


@pytest.mark.parametrize(
    "subject",
    [SERVICE_AGENT, "111122223333@cloudservices.gserviceaccount.com", "system@google.com"],
)
def test_an_agent_of_google_is_a_service_whatever_it_calls_with(subject: str) -> None:
    assert classify("grpc-go/1.62.0,gzip(gfe)", principal_subject=subject) == ("service", None, None, None)
    assert classify(None, principal_subject=subject) == ("service", None, None, None)
    found = classify(CHROME_AT_GOOGLE, principal_subject=subject)
    assert found.interface == "service"
    assert found.conflict == "the caller is a service agent of Google, the user agent says browser (Chrome/120)"
