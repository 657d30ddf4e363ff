"""Which kind of program called: the user agent's grammar, and the evidence beside it that a caller cannot forge.

The strings are those of AWS's own clients as real trails record them (CloudTrail user guide, "CloudTrail record
contents", userAgent) and as the AWS SDK reference guide documents them (`exec-env/`, `os/`, `md/`). A user agent is a
claim: it names an interface, it never clears a caller.
"""

import re
from functools import lru_cache
from typing import NamedTuple

CACHE_SIZE = 8_192
"""User agents remembered; at 1,024 characters each some 10 MB at most."""

MAX_CLIENT_CHARS = 64
"""A program's name is short; a longer one is cut so that no state grows by it."""

SIGN_IN_EVENT_TYPES = frozenset({"AwsConsoleSignIn", "AwsConsoleSignin"})
"""The eventType of sign-in events; AWS has written both."""


class Interface(NamedTuple):
    """The interface (console cloud_shell cli sdk iac service agent browser unknown), the client's name and os."""

    interface: str
    client: str | None
    os: str | None
    conflict: str | None = None


_UNKNOWN = Interface("unknown", None, None)
_CONSOLE = Interface("console", None, None)
_SERVICE = Interface("service", None, None)

# Kinds of user agent that only the evidence beside them can turn into an interface.
_AWS_BACKEND = "aws backend"
_SERVICE_NAME = "service name"

_PRODUCT = r"(?<![\w.-])"
_CONSOLE_AGENT = re.compile(r"\bconsole\b|s3console|ec2console|awsconsole|^signin\.amazonaws\.com$")
# What AWS's own servers send: the consoles' backends, the SDKs' internal builds (Cloud Shell's service calls with one)
# and the federation endpoint's broker, whose build never expanded its version.
_BACKEND_AGENT = re.compile(
    r"^aws[ .]internal\b|\baws-internal/|\bmd/internal\b|^coral/|^jersey/\$\{project\.version\}"
)
_SERVICE_AGENT = re.compile(r"(?:[a-z0-9_-]+\.)+amazonaws\.com(?:\.cn)?")
_AGENT_AGENT = re.compile(
    _PRODUCT + r"(?:amazon-ssm-agent|amazon-ecs-agent|amazon ecs agent|amazon-cloudwatch-agent|cwagent"
    r"|amazon-vpc-cni|aws-for-fluent-bit|fluent-bit|kubelet)\b"
)
_IAC_AGENT = re.compile(
    _PRODUCT + r"(?:cloudformation\.amazonaws\.com$|(?:terraform|opentofu|pulumi|aws-cdk|cdk|aws-cloudformation"
    r"|cloudformation|crossplane|ansible|hashicorp|packer)(?:[-\w.]*/|$))"
)
_SDK_AGENT = re.compile(_PRODUCT + r"(?:boto3|botocore|boto|rusoto|aws-sdk[-\w]*|aws-cdk-sdk|aws-chalice)(?:/|$)")
_CLI_AGENT = re.compile(r"(?:aws-cli|aws-sam-cli|awspowershell[.\w]*|aws-tools-powershell|eksctl|kubectl)(?:/|$)")

_CLIENTS = (
    # The order decides: the program before the library that it is built on.
    re.compile(_PRODUCT + r"(Terraform|OpenTofu|Pulumi|aws-cdk|crossplane|Ansible|Packer)/v?(\d+)", re.IGNORECASE),
    re.compile(
        _PRODUCT + r"(amazon-ssm-agent|amazon-ecs-agent|amazon-cloudwatch-agent|kubelet)/v?(\d*)", re.IGNORECASE
    ),
    re.compile(r"^(aws-cli|aws-sam-cli|AWSPowerShell[.\w]*|eksctl|kubectl)/v?(\d+)", re.IGNORECASE),
    re.compile(_PRODUCT + r"(boto3|botocore|boto)/(\d+)", re.IGNORECASE),
    re.compile(_PRODUCT + r"(aws-sdk[-\w]*|rusoto)/(\d+)", re.IGNORECASE),
    re.compile(r"^([A-Za-z][\w .+-]*)/v?(\d*)"),
)
_SPELLING = {name.lower(): name for name in ("boto3", "botocore", "boto", "aws-cli", "Terraform", "OpenTofu", "Pulumi")}
_BROWSERS = (
    # Every browser claims to be its elders: the one that names itself last comes first here.
    ("Edge", re.compile(r"\bedga?(?:ios)?/(\d+)")),
    ("Opera", re.compile(r"\bopr/(\d+)")),
    ("Firefox", re.compile(r"(?:\bfirefox|(?<=\d)firefox|\bfxios)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:chrome|crios|headlesschrome)/(\d+)")),
    ("Safari", re.compile(r"\bversion/(\d+)[\d.]* (?:mobile/\S+ )?safari/")),
)
_SYSTEMS = (
    # Android and iOS name Linux and Mac OS X too.
    ("android", re.compile(r"\bandroid\b")),
    ("ios", re.compile(r"\biphone\b|\bipad\b|\bos/ios\b")),
    ("windows", re.compile(r"\bwindows\b|\bwin32\b|\bwin64\b")),
    ("macos", re.compile(r"\bdarwin\b|\bmacos\b|\bmacintosh\b|\bmac os x\b")),
    ("linux", re.compile(r"\blinux\b|\bx11\b|\bcros\b")),
)


def classify(
    user_agent: str | None,
    *,
    source_service: str | None,
    source_ip: str | None,
    event_type: str | None,
    invoked_by: str | None,
    console_credential: bool | None,
) -> Interface:
    """Say which interface a call came through, which client, and on which operating system.

    `event_type` is CloudTrail's eventType; `console_credential` its sessionCredentialFromConsole. A console or service
    has a client and an os only where a person's browser shows. The user agent's own part is cached.
    """
    if not user_agent:
        if invoked_by or source_service:
            return _SERVICE
        return _CONSOLE if console_credential else _UNKNOWN
    agent = _read_agent(user_agent)
    kind = agent.interface
    if kind == "browser":
        if event_type in SIGN_IN_EVENT_TYPES:
            return agent
        return Interface("console", agent.client, agent.os)
    if kind == _AWS_BACKEND:
        return _of_backend(source_service, source_ip, event_type, invoked_by, console_credential)
    if kind == _SERVICE_NAME:
        return _CONSOLE if console_credential and not invoked_by else _SERVICE
    if source_service and kind in ("sdk", "unknown"):
        return _SERVICE
    return agent


def _of_backend(
    source_service: str | None,
    source_ip: str | None,
    event_type: str | None,
    invoked_by: str | None,
    console_credential: bool | None,
) -> Interface:
    """Tell the console's backend, acting for the person at `source_ip`, from a service acting for itself."""
    if invoked_by:
        return _SERVICE
    if console_credential or event_type in SIGN_IN_EVENT_TYPES:
        return _CONSOLE
    if source_service:
        return _SERVICE
    return _CONSOLE if source_ip else _UNKNOWN


@lru_cache(CACHE_SIZE)
def _read_agent(user_agent: str) -> Interface:
    text = user_agent.strip().removeprefix("[").removesuffix("]").strip()
    lower = text.lower()
    kind = _kind(lower)
    if kind in ("console", _AWS_BACKEND, _SERVICE_NAME):
        return Interface(kind, None, None)
    system = next((name for name, pattern in _SYSTEMS if pattern.search(lower)), None)
    if kind == "browser":
        return Interface(kind, _browser(lower), system)
    return Interface(kind, _client(text), system)


def _kind(lower: str) -> str:
    if "exec-env/cloudshell" in lower:
        return "cloud_shell"
    # Before all else that may stand in it: the command line names the command it runs (`md/command#cloudformation.…`).
    if _CLI_AGENT.match(lower):
        return "cli"
    if lower.startswith("mozilla"):
        return "browser"
    if _CONSOLE_AGENT.search(lower):
        return "console"
    if _BACKEND_AGENT.search(lower):
        return _AWS_BACKEND
    if _IAC_AGENT.search(lower):
        return "iac"
    if _SERVICE_AGENT.fullmatch(lower):
        return _SERVICE_NAME
    if _AGENT_AGENT.search(lower):
        return "agent"
    if _SDK_AGENT.search(lower):
        return "sdk"
    return "browser" if "mozilla/5.0" in lower else "unknown"


def _browser(lower: str) -> str | None:
    for name, pattern in _BROWSERS:
        found = pattern.search(lower)
        if found:
            return f"{name}/{found[1]}"
    return None


def _client(text: str) -> str | None:
    """Give the program's name as it writes it, in lower case where writings differ, with its major version."""
    for pattern in _CLIENTS:
        found = pattern.search(text)
        if found:
            name = found[1].strip()[:MAX_CLIENT_CHARS]
            name = _SPELLING.get(name.lower(), name)
            return f"{name}/{found[2]}" if found[2] else name
    return None
