"""The interface of an AWS call: its user agent's grammar, and CloudTrail's own evidence beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context import interface
from analytic.context.interface import Interface, classify

INTERFACES = {"console", "cloud_shell", "cli", "sdk", "iac", "service", "agent", "browser", "unknown"}
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


def told(user_agent: str, **evidence: str | None) -> tuple[str, str | None, str | None]:
    """What is told of a call in which nothing disagrees."""
    interface, client, os, conflict = classified(user_agent, **evidence)
    assert conflict is None
    return interface, client, os


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
        ("python-requests/2.28.0", ("sdk", "python-requests/2", None)),
        ("Boto/2.23.0 Python/2.7.6 Linux/2.6.32-431.el6.x86_64", ("sdk", "boto/2", "linux")),
        ("S3 Browser/11.7.5 (https://s3browser.com)", ("agent", "S3 Browser", None)),
        ("awslambda-worker/1.0 rusoto/0.47.0 rust/1.56.1 linux", ("service", None, None)),
        ("68319f60-9dec-43b2-9702", ("unknown", None, None)),
    ],
)
def test_a_program_is_told_by_its_own_user_agent(user_agent: str, expected: tuple[str, str | None, str | None]) -> None:
    assert told(user_agent) == expected


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
    assert told(user_agent) == ("console", None, None)


def test_a_browser_calls_the_api_through_the_console() -> None:
    assert told(EDGE) == ("console", "Edge/118", "macos")
    assert told(CHROME) == ("console", "Chrome/120", "windows")
    assert told(EDGE, source_ip=None, source_service="AWS Internal") == ("console", "Edge/118", "macos")


@pytest.mark.parametrize("event_type", ["AwsConsoleSignIn", "AwsConsoleSignin"])
def test_a_browser_that_signs_in_is_a_browser(event_type: str) -> None:
    assert told(IPHONE, event_type=event_type) == ("browser", "Safari/17", "ios")
    assert told(ANDROID, event_type=event_type) == ("browser", "Chrome/121", "android")


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
    assert told(user_agent) == ("console", None, None)


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


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("aws-cli/2.13.0", ("cli", "aws-cli/2", None, "the user agent says cli (aws-cli/2)")),
        (TERRAFORM, ("iac", "Terraform/1", "linux", "the user agent says iac (Terraform/1)")),
        ("Bun/1.4.0", ("sdk", "Bun/1", None, "the user agent says sdk (Bun/1)")),
        ("claude-code/2.1.202 (cli)", ("agent", "claude-code/2", None, "the user agent says agent (claude-code/2)")),
    ],
)
def test_a_console_credential_in_another_program_keeps_that_programs_interface(
    user_agent: str, expected: tuple[str, str | None, str | None, str]
) -> None:
    # A console session's credential taken out of the console: this is the shift to be seen.
    *told_of, says = expected
    found = classified(user_agent, console_credential=True)
    assert found == (*told_of, f"the session is the console's, {says}")


@pytest.mark.parametrize(
    "user_agent",
    [
        EDGE,
        BACKEND,
        "AWS Internal",
        "[S3Console/0.4 cfg/retry-mode/legacy]",
        "health.amazonaws.com",
        "elasticfilesystem",
        "aws-sdk-go/1.51.4 (go1.22.1; linux; amd64) md/internal moontide-service",
    ],
)
def test_the_consoles_own_back_ends_are_no_conflict(user_agent: str) -> None:
    found = classified(user_agent, console_credential=True)
    assert (found.interface, found.conflict) == ("console", None)


def test_cloud_shell_on_a_console_credential_is_no_conflict() -> None:
    shell = "aws-cli/2.15.37 Python/3.11.8 Linux/6.1.82 exec-env/CloudShell exe/x86_64.amzn.2023"
    assert classified(shell, console_credential=True) == ("cloud_shell", "aws-cli/2", "linux", None)


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


@pytest.mark.parametrize("user_agent", [EDGE, "aws-cli/2.13.0", TERRAFORM])
def test_a_service_that_claims_to_be_another_program_is_a_service_in_conflict(user_agent: str) -> None:
    for found in (
        classified(user_agent, source_ip=None, source_service="ec2.amazonaws.com"),
        classified(user_agent, invoked_by="ec2.amazonaws.com"),
    ):
        assert found.interface == "service"
        assert found.conflict is not None
        assert found.conflict.startswith("ec2.amazonaws.com made the call, the user agent says ")


def test_an_agent_calls_from_inside_aws_as_itself() -> None:
    inside = classified("amazon-ssm-agent/3.2.0", source_ip=None, source_service="AWS Internal")
    assert inside == ("agent", "amazon-ssm-agent/3", None, None)


def test_cloudformation_is_iac_however_it_shows() -> None:
    name = "cloudformation.amazonaws.com"
    assert classified(name, invoked_by=name).interface == "iac"
    assert classified(None, source_ip=None, source_service=name).interface == "iac"
    # The console's user started the stack.
    assert classified("console.amazonaws.com", invoked_by=name) == ("iac", None, None, None)


def test_an_old_console_invokes_in_its_own_name() -> None:
    assert classified("signin.amazonaws.com", invoked_by="signin.amazonaws.com").interface == "console"


def test_an_event_that_a_service_logs_of_itself_is_the_services_unless_a_person_browses() -> None:
    assert classified("aws-sdk-java/2.20.0", event_type="AwsServiceEvent").interface == "service"
    assert classified(None, event_type="AwsServiceEvent", source_ip=None).interface == "service"
    # IAM Identity Center's sign-in page logs so.
    assert classified(EDGE, event_type="AwsServiceEvent") == ("browser", "Edge/118", "macos", None)


def test_an_action_of_the_console_itself_is_the_consoles() -> None:
    assert classified(EDGE, event_type="AwsConsoleAction").interface == "console"
    found = classified("aws-cli/2.13.0", event_type="AwsConsoleAction")
    assert found[0] == "console"
    assert found.conflict == "the event is the console's own, the user agent says cli (aws-cli/2)"


@pytest.mark.parametrize(
    "user_agent",
    ["aws-mcp.amazonaws.com", "claude-code/2.1.202 (cli)", "Boto3/1.38.0 md/awslabs#mcp#core Botocore/1.38.0"],
)
def test_a_model_that_calls_is_an_agent(user_agent: str) -> None:
    assert classified(user_agent).interface == "agent"


@pytest.mark.parametrize("user_agent", ["example-user-agent", "SampleUserAgent", "the user agent of a browser"])
def test_the_word_agent_makes_no_agent(user_agent: str) -> None:
    assert classified(user_agent).interface == "unknown"


def test_a_long_or_strange_user_agent_costs_nothing() -> None:
    assert classified("A" * 1_000 + "/1").client == "A" * 64 + "/1"
    assert told("(" * 1_000) == ("unknown", None, None)
    assert classified("[" * 1_000 + "]").interface == "unknown"
    assert classified("Client=OWA;[Client=OWA;" * 40).interface == "browser"


@given(
    st.text(max_size=200) | st.sampled_from(["Mozilla/5.0", "Client=", "aws-cli/2", "kubernetes/x"]),
    st.text(max_size=100),
    st.sampled_from([None, True, False]),
)
def test_whatever_is_written_gives_an_interface_and_one_printable_line(
    user_agent: str, by: str, console: bool | None
) -> None:
    found = classified(user_agent + by, invoked_by=by or None, console_credential=console)
    assert found.interface in INTERFACES
    assert found.client is None or len(found.client) <= 96
    assert found.conflict is None or (len(found.conflict) <= 200 and found.conflict.isprintable())


def test_a_conflict_escapes_what_the_caller_wrote() -> None:
    # A name may hold letters of any script; what is written into a line is ASCII.
    found = classified("terraform-\N{LATIN SMALL LETTER E WITH ACUTE}/1", console_credential=True)
    assert found.conflict is not None
    assert found.conflict.isascii()


def test_a_back_end_with_a_tls_connection_of_its_own_is_no_console() -> None:
    """CloudTrail user guide, record contents, tlsDetails: absent where a console calls for a person."""
    agent = "aws-internal/3 aws-sdk-java/1.12.780 Linux/5.10 OpenJDK_64-Bit_Server_VM/25.442"
    assert interface.classify(agent, source_ip="203.0.113.9").interface == "console"
    assert interface.classify(agent, source_ip="203.0.113.9", direct=True).interface == "service"
    assert (
        interface.classify(agent, source_ip="203.0.113.9", direct=True, console_credential=True).interface == "console"
    )
