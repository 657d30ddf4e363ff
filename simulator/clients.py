"""What the simulated clients say of themselves: user agents in the formats that AWS's own tools send.

Formats from the tools' public sources: AWS CLI v2 and botocore (`botocore/useragent.py`), the AWS SDK for Go v2
(`aws/middleware/user_agent.go`), Terraform's AWS provider (`APN/1.0 HashiCorp/1.0 …`), the SSM agent.
"""

from collections.abc import Callable

Client = Callable[[str, str], str]
"""A client: gives the user agent of its call of (service, action)."""

CHROME_WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36"
)
FIREFOX_MACOS = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:135.0) Gecko/20100101 Firefox/135.0"

_AWS_CLI = "aws-cli/2.{minor} md/awscrt#0.23.8 ua/2.0 {system} lang/python#3.12.9 md/pyimpl#CPython "


def _command(action: str) -> str:
    """Spell an action as the CLI's sub-command: DescribeInstances to describe-instances."""
    return "".join("-" + letter.lower() if letter.isupper() else letter for letter in action).lstrip("-")


def aws_cli(minor: str, system: str) -> Client:
    """Give an AWS CLI v2, which names its sub-command; `system` is such as os/macos#24.3.0 md/arch#arm64."""
    start = _AWS_CLI.format(minor=minor, system=system) + "cfg/retry-mode#standard md/installer#exe md/prompt#off"
    return lambda service, action: f"{start} md/command#{service}.{_command(action)}"


def cloud_shell(service: str, action: str) -> str:
    """Give the user agent of the AWS CLI inside CloudShell: it says so in `exec-env`."""
    system = "os/linux#6.1.127-135.201.amzn2023.x86_64 md/arch#x86_64"
    start = _AWS_CLI.format(minor="24.10", system=system) + "exec-env/CloudShell cfg/retry-mode#standard"
    return f"{start} md/installer#exe md/distrib#amzn.2023 md/prompt#off md/command#{service}.{_command(action)}"


def boto3(version: str, kernel: str) -> Client:
    """Give a Python program on Linux that calls through boto3."""
    agent = (
        f"Boto3/{version} md/Botocore#{version} ua/2.0 os/linux#{kernel} md/arch#x86_64 lang/python#3.12.3 "
        f"md/pyimpl#CPython cfg/retry-mode#legacy Botocore/{version}"
    )
    return lambda service, action: agent


def lambda_runtime(version: str) -> Client:
    """Give boto3 inside a Lambda function's Python runtime."""
    agent = (
        f"Boto3/{version} md/Botocore#{version} ua/2.0 os/linux#5.10.233-244.887.amzn2.x86_64 md/arch#x86_64 "
        f"lang/python#3.12.8 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy Botocore/{version}"
    )
    return lambda service, action: agent


def terraform(version: str) -> Client:
    """Give Terraform with its AWS provider on a Linux runner."""
    start = (
        f"APN/1.0 HashiCorp/1.0 Terraform/{version} (+https://www.terraform.io) terraform-provider-aws/5.88.0 "
        "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.2 ua/2.1 os/linux lang/go#1.23.5 "
        "md/GOOS#linux md/GOARCH#amd64"
    )
    return lambda service, action: f"{start} api/{service}#1.51.0 m/g"


def fixed(agent: str) -> Client:
    """Give a client that always says the same."""
    return lambda service, action: agent


def console(browser: str) -> Client:
    """Give the AWS console: most services pass the browser's user agent on, some put their own."""
    own = {
        "s3": "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.780 Linux/5.10.233-204.894.amzn2int.x86_64 "
        "OpenJDK_64-Bit_Server_VM/25.442-b06 java/1.8.0_442 vendor/N/A cfg/retry-mode/standard]",
        "ec2": "AWS Internal",
    }
    return lambda service, action: own.get(service, browser)


SSM_AGENT = fixed("aws-sdk-go/1.55.5 (go1.23.4; linux; amd64) amazon-ssm-agent/3.3.1611.0")
OIDC_ACTION = fixed("aws-sdk-js/3.744.0 ua/2.1 os/linux#6.8.0-1021-azure lang/js md/nodejs#20.18.3 api/sts#3.744.0")
