"""The user agents of the organization's people and machines: their own laptops' command lines, SDKs and browsers."""

import random

from simulator import clients
from simulator.clients import Client
from simulator.organization.world import Device, Person
from simulator.randomness import Ids


def aws_cli(device: Device) -> Client:
    """Give the AWS CLI of somebody's laptop."""
    return clients.aws_cli(device.aws_minor, device.aws_system)


def aws_sdk(device: Device) -> Client:
    """Give a Python script with boto3 on somebody's laptop."""
    system = device.aws_system.partition(" ")[0]
    arch = device.aws_system.rpartition(" ")[2]
    agent = (
        f"Boto3/{device.boto} md/Botocore#{device.boto} ua/2.0 {system} {arch} lang/python#3.12.8 "
        f"md/pyimpl#CPython cfg/retry-mode#legacy Botocore/{device.boto}"
    )
    return clients.fixed(agent)


def aws_console(device: Device) -> Client:
    """Give the AWS console in somebody's browser."""
    return clients.console(device.browser)


def gcloud(rng: random.Random, device: Device, command: str) -> str:
    """Give the user agent of one run of gcloud, such as `compute.instances.list`, on somebody's laptop."""
    client, _, system = device.google_system.partition("|")
    return (
        f"google-cloud-sdk gcloud/{device.gcloud} command/gcloud.{command} invocation-id/{Ids(rng).hexadecimal(32)} "
        f"environment/None environment-version/None {client} interactive/True from-script/False python/3.12.8 "
        f"term/xterm-256color {system},gzip(gfe)"
    )


_AZURE_SYSTEMS = {
    "macos": ("HOMEBREW", "macOS-15.3-arm64-arm-64bit"),
    "windows": ("MSI", "Windows-10-10.0.22631-SP0"),
    "linux": ("DEB", "Linux-6.8.0-52-generic-x86_64-with-glibc2.39"),
}


def azure_cli(device: Device) -> str:
    """Give the user agent of the Azure CLI's calls; for its tokens it asks with its HTTP library's own."""
    package, system = _AZURE_SYSTEMS[device.system]
    return f"AZURECLI/2.68.0 ({package}) azsdk-python-core/1.31.0 Python/3.12.8 ({system})"


def google_python(person: Person) -> str:
    """Give a notebook or script with Google's Python client."""
    minor = person.number % 9
    return f"gcloud-python/3.{minor}.0 google-api-core/2.24.1 gl-python/3.12.{minor} grpc/1.70.0 gax/2.24.1,gzip(gfe)"


def terraform(upgraded: bool) -> Client:
    """Give Terraform's AWS provider, of the version before or after the migration."""
    return clients.terraform("1.14.3" if upgraded else "1.10.5")


def pulumi(upgraded: bool) -> Client:
    """Give Pulumi's AWS provider, which is built on Terraform's."""
    version = "7.16.0" if upgraded else "6.70.1"
    return clients.fixed(
        f"APN/1.0 Pulumi/1.0 PulumiAws/{version} (+https://www.pulumi.com) aws-sdk-go-v2/1.36.2 ua/2.1 os/linux "
        "lang/go#1.23.5 md/GOOS#linux md/GOARCH#amd64 m/g"
    )


def google_terraform(upgraded: bool) -> str:
    """Give Terraform's Google provider."""
    version, provider = ("1.14.3", "7.12.0") if upgraded else ("1.10.5", "6.20.0")
    return (
        f"Terraform/{version} (+https://www.terraform.io) Terraform-Plugin-SDK/2.35.0 terraform-provider-google/"
        f"{provider},gzip(gfe)"
    )
