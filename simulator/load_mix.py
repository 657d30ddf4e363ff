"""A load of records of three clouds for measurements: 60 % AWS, 20 % Google Cloud, 20 % Azure with Entra.

The AWS part is `simulator.load`, the same records as alone. The others have the same shape: people's sessions of 10 to
40 records, of which some open with the record that issued the credential, and busy machines for half of all records.
Each part is in order of time; one JSON line is 1.0 to 2.6 KB, as the providers' exports are.
"""

import random
from collections.abc import Callable, Iterator

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import gcp_records as gcp
from simulator.identities import Json
from simulator.load import DAY, RECORDS_PER_PERSON, RECORDS_PER_WORKLOAD
from simulator.load import events as aws_events
from simulator.randomness import Ids, stream
from simulator.records import day_second

SHARES = {"aws": 60, "gcp": 20, "azure": 20}
"""Per cent of the records by cloud; a benchmark writes a folder of files for each."""

_GCP_CALLS = (
    ("storage", "storage.objects.get", ("storage.objects.get", "DATA_READ"), "gcs_bucket"),
    ("storage", "storage.objects.list", ("storage.objects.list", "DATA_READ"), "gcs_bucket"),
    ("compute", "v1.compute.instances.list", ("compute.instances.list", "ADMIN_READ"), "gce_instance"),
    (
        "secretmanager",
        "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
        ("secretmanager.versions.access", "DATA_READ"),
        "audited_resource",
    ),
    ("pubsub", "google.pubsub.v1.Publisher.ListTopics", ("pubsub.topics.list", "ADMIN_READ"), "audited_resource"),
)
_GCP_CHANGES = (
    ("compute", "v1.compute.instances.setMetadata", ("compute.instances.setMetadata", "ADMIN_WRITE"), "gce_instance"),
    ("cloudresourcemanager", "SetIamPolicy", ("resourcemanager.projects.setIamPolicy", "ADMIN_WRITE"), "project"),
)
_AZURE_CALLS = (
    ("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/orders"),
    ("Microsoft.Compute/virtualMachines/restart/action", "Microsoft.Compute/virtualMachines/web-1"),
    ("Microsoft.Network/networkSecurityGroups/securityRules/write", "Microsoft.Network/networkSecurityGroups/edge"),
    ("Microsoft.Resources/deployments/write", "Microsoft.Resources/deployments/release"),
)
_GRAPH_CALLS = (("GET", "/users"), ("GET", "/me"), ("GET", "/groups"), ("GET", "/servicePrincipals"))

_Part = Callable[[random.Random, int], Callable[[int], Json]]
"""Makes a cloud's machines and people for so many records; what it gives writes one record at a time (ms)."""


class _GooglePerson:
    """A person who now and then takes a service account's token and works with it."""

    def __init__(self, rng: random.Random, number: int, account: gcp.ServiceAccount) -> None:
        self.email = f"person-{number}@example.com"
        agent = gcp.GCLOUD.format(version="512.0.0", command="storage.ls", id=Ids(rng).hexadecimal(32))
        self.place = gcp.Place(f"203.0.113.{number % 250 + 1}", agent)
        self.account, self.left = account, 0

    def act(self, rng: random.Random, at: int) -> Json:
        """Write one record: the impersonation that opens a session, or a call of it."""
        if self.left == 0:
            self.left = rng.randrange(10, 40)
            caller = gcp.person(self.email)
            return gcp.generate_token(rng, at, caller, self.place, self.account, "GenerateAccessToken")
        self.left -= 1
        calls = _GCP_CALLS if rng.randrange(20) else _GCP_CHANGES
        return _gcp_call(rng, at, gcp.service_account(self.account, delegation=(self.email,)), self.place, calls)


def _gcp_call(
    rng: random.Random,
    at: int,
    caller: gcp.Caller,
    place: gcp.Place,
    calls: tuple[tuple[str, str, tuple[str, str], str], ...],
) -> Json:
    service, method, permission, kind = rng.choice(calls)
    resource = {"type": kind, "labels": {"project_id": "example-prod", "location": "europe-west3"}}
    name = f"projects/_/buckets/example-orders/objects/orders/{rng.getrandbits(32):08x}.json"
    if service != "storage":
        name = f"projects/example-prod/zones/europe-west3-a/instances/{rng.getrandbits(20):05x}"
    return gcp.entry(rng, at, caller, place, service, method, permission, name, resource, "projects/example-prod")


def _google(rng: random.Random, n: int) -> Callable[[int], Json]:
    def account(kind: str, number: int) -> gcp.ServiceAccount:
        unique = "1" + "".join(rng.choices("0123456789", k=20))
        return gcp.ServiceAccount(f"{kind}-{number}@example-prod.iam.gserviceaccount.com", unique, "example-prod")

    machines = [account("service", number) for number in range(max(1, n // RECORDS_PER_WORKLOAD))]
    teams = [account("team", number) for number in range(20)]
    count = max(1, n // RECORDS_PER_PERSON)
    people = [_GooglePerson(rng, number, rng.choice(teams)) for number in range(count)]

    def one(at: int) -> Json:
        if rng.getrandbits(1):
            machine = rng.randrange(len(machines))
            place = gcp.Place(f"198.51.100.{machine % 250 + 1}", gcp.PYTHON_CLIENT)
            return _gcp_call(rng, at, gcp.service_account(machines[machine]), place, _GCP_CALLS)
        return rng.choice(people).act(rng, at)

    return one


class _EntraPerson:
    """A person who signs in and works in Azure and Microsoft Graph with the token."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.user = azure.EntraUser(Ids(rng).uuid(), f"person-{number}@example.com", f"Person {number}")
        self.address = f"203.0.113.{number % 250 + 1}"
        self.token, self.left = azure.Token(self.user, azure.uti(rng), 0), 0

    def act(self, rng: random.Random, at: int) -> Json:
        """Write one record: the sign-in that opens a session, or a call of it."""
        if self.left == 0:
            self.left = rng.randrange(10, 40)
            self.token = azure.Token(self.user, azure.uti(rng), at, Ids(rng).uuid(), azure.PORTAL)
            return entra.sign_in(rng, at, self.token, self.address, interactive=bool(rng.randrange(3)))
        self.left -= 1
        return _azure_call(rng, at, self.token, self.address)


def _azure_call(rng: random.Random, at: int, token: azure.Token, address: str) -> Json:
    if rng.randrange(3) == 0:
        return azure.graph_activity(rng, at, token, address, *rng.choice(_GRAPH_CALLS))
    operation, resource = rng.choice(_AZURE_CALLS)
    group = f"/subscriptions/{rng.choice(azure.SUBSCRIPTIONS)}/resourceGroups/rg-orders"
    return azure.activity(rng, at, token, address, operation, f"{group}/providers/{resource}")


class _EntraMachine:
    """An application that signs in every hour and calls all day."""

    def __init__(self, rng: random.Random, number: int) -> None:
        ids = Ids(rng)
        self.app = azure.EntraApp(ids.uuid(), ids.uuid(), ids.uuid(), f"service-{number}")
        self.key, self.address = ids.uuid(), f"198.51.100.{number % 250 + 1}"
        self.token, self.hour = azure.Token(self.app, azure.uti(rng), 0), -1

    def act(self, rng: random.Random, at: int) -> Json:
        """Write one record: a new token when it is due, else a call."""
        hour = at // 3_600_000
        if hour != self.hour:
            self.token, self.hour = azure.Token(self.app, azure.uti(rng), at), hour
            return entra.service_principal_sign_in(rng, at, self.token, self.address, self.key)
        return _azure_call(rng, at, self.token, self.address)


def _microsoft(rng: random.Random, n: int) -> Callable[[int], Json]:
    machines = [_EntraMachine(rng, number) for number in range(max(1, n // RECORDS_PER_WORKLOAD))]
    people = [_EntraPerson(rng, number) for number in range(max(1, n // RECORDS_PER_PERSON))]

    def one(at: int) -> Json:
        return (rng.choice(machines) if rng.getrandbits(1) else rng.choice(people)).act(rng, at)

    return one


_PARTS: dict[str, _Part] = {"gcp": _google, "azure": _microsoft}


def events(cloud: str, n: int, seed: int) -> Iterator[Json]:
    """Make n records of one cloud, "aws", "gcp" or "azure", spread evenly over one day and in order of time."""
    if cloud == "aws":
        yield from aws_events(n, seed)
        return
    one = _PARTS[cloud](stream(seed, f"load/{cloud}"), n)
    start = 1000 * day_second(0)
    for number in range(n):
        yield one(start + number * DAY * 1000 // n)


def split(n: int) -> dict[str, int]:
    """Give how many of n records each cloud has; AWS takes what rounding leaves."""
    others = {cloud: n * share // 100 for cloud, share in SHARES.items() if cloud != "aws"}
    return {"aws": n - sum(others.values())} | others
