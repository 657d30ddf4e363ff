"""The interface of a call from its user agent and the evidence beside it; the strings are those of AWS's clients."""

import pytest

from analytic.context.interface import Interface, classify

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 "
    "Safari/537.36 Edg/118.0.2088.46"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 "
    "Mobile/15E148 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36"
BACKEND = (
    "aws-internal/3 aws-sdk-java/1.12.692 Linux/5.10.213-179.855.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/17.0.10 "
    "java/1.8.0_402 vendor/N/A cfg/retry-mode/standard"
)
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.11.0 (+https://www.terraform.io) terraform-provider-aws/5.98.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.23.8"
)


def classified(
    user_agent: str | None,
    *,
    source_ip: str | None = "203.0.113.9",
    source_service: str | None = None,
    event_type: str | None = "AwsApiCall",
    invoked_by: str | None = None,
    console_credential: bool | None = None,
) -> Interface:
    return classify(
        user_agent,
        source_service=source_service,
        source_ip=source_ip,
        event_type=event_type,
        invoked_by=invoked_by,
        console_credential=console_credential,
    )


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("aws-cli/2.13.0 Python/3.11.4 Linux/5.10.0 exe/x86_64.ubuntu.22", ("cli", "aws-cli/2", "linux")),
        ("[aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59]", ("cli", "aws-cli/1", "macos")),
        ("aws-cli/1.3.2 Python/2.7.5 Windows/7", ("cli", "aws-cli/1", "windows")),
        # The command that a cli runs is not the program that runs.
        (
            "aws-cli/2.31.1 os/macos#24.1 md/command#cloudformation.deploy-console",
            ("cli", "aws-cli/2", "macos"),
        ),
        (
            "aws-cli/2.15.37 Python/3.11.8 Linux/6.1.82 exec-env/CloudShell exe/x86_64.amzn.2023",
            ("cloud_shell", "aws-cli/2", "linux"),
        ),
        ("Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165", ("sdk", "boto3/1", "linux")),
        ("boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/macos#23.0.0", ("sdk", "boto3/1", "macos")),
        ("aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux", ("sdk", "aws-sdk-go-v2/1", "linux")),
        ("aws-sdk-go/1.4.14 (go1.11.4; darwin; amd64)", ("sdk", "aws-sdk-go/1", "macos")),
        ("aws-sdk-java/2.20.0", ("sdk", "aws-sdk-java/2", None)),
        (TERRAFORM, ("iac", "Terraform/1", "linux")),
        (
            "aws-sdk-go/1.29.7 (go1.13.7; darwin; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.24",
            ("iac", "Terraform/0", "macos"),
        ),
        ("Pulumi/3.100.0 aws-sdk-go-v2/1.24.0 os/linux", ("iac", "Pulumi/3", "linux")),
        ("cloudformation.amazonaws.com", ("iac", None, None)),
        ("aws-sdk-go/1.41.4 (go1.18.3; linux; amd64) amazon-ssm-agent/", ("agent", "amazon-ssm-agent", "linux")),
        ("amazon-ssm-agent/3.2.0", ("agent", "amazon-ssm-agent/3", None)),
        ("kubelet/v1.32.0 (linux/arm64) kubernetes/e105b10", ("agent", "kubelet/1", "linux")),
        ("python-requests/2.28.0", ("unknown", "python-requests/2", None)),
        ("68319f60-9dec-43b2-9702", ("unknown", None, None)),
    ],
)
def test_a_program_is_told_by_its_own_user_agent(user_agent: str, expected: tuple[str, str | None, str | None]) -> None:
    assert classified(user_agent) == expected


@pytest.mark.parametrize(
    "user_agent",
    [
        "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1030 Linux/5.4.238-155.347.amzn2int.x86_64]",
        "EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12.582 Linux/5.10.199-167.747.amzn2int.aarch64",
        "RDS Console, aws-internal/3 aws-sdk-java/1.11.975 Linux/5.10.184-153.731.amzn2int.x86_64",
        "[AWS Console S3, S3Console/0.4]",
        "AWS CloudWatch Console",
        "console.amazonaws.com",
        "console.ec2.amazonaws.com",
        "signin.amazonaws.com",
    ],
)
def test_the_console_names_itself_and_its_servers_are_no_client(user_agent: str) -> None:
    assert classified(user_agent) == ("console", None, None)


def test_a_browser_calls_the_api_through_the_console() -> None:
    assert classified(EDGE) == ("console", "Edge/118", "macos")
    assert classified(CHROME) == ("console", "Chrome/120", "windows")
    assert classified(EDGE, source_ip=None, source_service="AWS Internal") == ("console", "Edge/118", "macos")


@pytest.mark.parametrize("event_type", ["AwsConsoleSignIn", "AwsConsoleSignin"])
def test_a_browser_that_signs_in_is_a_browser(event_type: str) -> None:
    assert classified(IPHONE, event_type=event_type) == ("browser", "Safari/17", "ios")
    assert classified(ANDROID, event_type=event_type) == ("browser", "Chrome/121", "android")


@pytest.mark.parametrize(
    "user_agent",
    [
        "AWS Internal",
        BACKEND,
        "Coral/Jakarta",
        "aws-sdk-go/1.51.4 (go1.22.1; linux; amd64) md/internal moontide-service",
        "Jersey/${project.version} (x 11.0.21)",
    ],
)
def test_the_backend_of_the_console_acts_for_a_person_at_an_address(user_agent: str) -> None:
    assert classified(user_agent) == ("console", None, None)


@pytest.mark.parametrize("user_agent", ["AWS Internal", BACKEND, "config.amazonaws.com"])
def test_a_service_acts_for_itself_from_a_service_or_when_invoked(user_agent: str) -> None:
    assert classified(user_agent, source_ip=None, source_service="AWS Internal").interface == "service"
    assert classified(user_agent, invoked_by="config.amazonaws.com").interface == "service"


def test_a_service_name_with_an_address_is_the_console_only_on_a_console_credential() -> None:
    assert classified("health.amazonaws.com").interface == "service"
    assert classified("health.amazonaws.com", console_credential=True).interface == "console"
    assert (
        classified("health.amazonaws.com", console_credential=True, invoked_by="x.amazonaws.com").interface == "service"
    )


def test_a_console_credential_in_another_program_keeps_that_programs_interface() -> None:
    # A console session's credential taken out of the console: this is the shift to be seen.
    assert classified("aws-cli/2.13.0", console_credential=True).interface == "cli"
    assert classified("Bun/1.4.0", console_credential=True).interface == "unknown"


def test_a_console_credential_tells_the_backend_inside_aws() -> None:
    inside = classified("AWS Internal", source_ip=None, source_service="AWS Internal", console_credential=True)
    assert inside.interface == "console"


def test_without_a_user_agent_the_evidence_decides() -> None:
    assert classified(None).interface == "unknown"
    assert classified("").interface == "unknown"
    assert classified(None, console_credential=True).interface == "console"
    assert classified(None, source_ip=None, source_service="eks.amazonaws.com").interface == "service"
    assert classified(None, invoked_by="eks.amazonaws.com").interface == "service"


def test_an_sdk_inside_a_service_is_the_service() -> None:
    assert classified("aws-sdk-java/2.20.0", source_ip=None, source_service="ecs.amazonaws.com").interface == "service"


def test_a_long_or_strange_user_agent_costs_nothing() -> None:
    assert classified("A" * 1_000 + "/1").client == "A" * 64 + "/1"
    assert classified("(" * 1_000) == ("unknown", None, None)
    assert classified("[" * 1_000 + "]").interface == "unknown"
