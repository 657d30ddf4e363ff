"""The simulated networks: documentation addresses only (RFC 5737, RFC 3849), private ones for VPC endpoints.

198.51.100.0/24   the cloud's own: NAT gateways, Lambda, CloudShell
203.0.113.0/24    the company's office
192.0.2.0/24      a hosting company that nobody here uses, until somebody does
2001:db8::/32     one /48 each for the VPN, the homes and every CI runner
"""

from dataclasses import dataclass

from simulator.clients import Client


@dataclass(frozen=True)
class Origin:
    """Where a call comes from: address, client, and the VPC endpoint that it passed, if any."""

    address: str
    client: Client
    vpc_endpoint: str | None = None


NAT_A = "198.51.100.24"
NAT_B = "198.51.100.57"
FUNCTION_ADDRESSES = ("198.51.100.141", "198.51.100.166", "198.51.100.187")
CLOUD_SHELL_ADDRESS = "198.51.100.230"
OFFICE = "203.0.113.10"
VPN = "2001:db8:5a10::17"
HOME = "2001:db8:7c:41::b2e"
HOSTING = "192.0.2.77"
S3_ENDPOINT = "vpce-0a1b2c3d4e5f60718"


def runner(job: int) -> str:
    """Give the address of the CI runner of a job: a new machine in another network each time."""
    return f"2001:db8:{0xC100 + job * 0x11:x}::4"
