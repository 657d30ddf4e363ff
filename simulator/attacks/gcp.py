"""How the stories call Google Cloud. Sources: as `simulator.gcp_records`."""

from dataclasses import dataclass, replace

from simulator import gcp_records as records
from simulator.attacks.scene import Scene, Spot, network_of, program
from simulator.gcp_records import Caller, Place, ServiceAccount
from simulator.grants import GOOGLE_TAKEN, google, one_of
from simulator.identities import Json
from simulator.organization.world import Person, Robot

Method = tuple[str, str, str, str, str]
"""service, method, permission, permission type, type of the monitored resource."""

CALLS: dict[str, Method] = {
    "buckets": ("storage", "storage.buckets.list", "storage.buckets.list", "ADMIN_READ", "gcs_bucket"),
    "objects": ("storage", "storage.objects.list", "storage.objects.list", "DATA_READ", "gcs_bucket"),
    "object": ("storage", "storage.objects.get", "storage.objects.get", "DATA_READ", "gcs_bucket"),
    "open bucket": (
        "storage",
        "storage.setIamPermissions",
        "storage.buckets.setIamPolicy",
        "ADMIN_WRITE",
        "gcs_bucket",
    ),
    "instances": ("compute", "v1.compute.instances.list", "compute.instances.list", "ADMIN_READ", "gce_instance"),
    "instance": ("compute", "v1.compute.instances.get", "compute.instances.get", "ADMIN_READ", "gce_instance"),
    "metadata": (
        "compute",
        "v1.compute.instances.setMetadata",
        "compute.instances.setMetadata",
        "ADMIN_WRITE",
        "gce_instance",
    ),
    "firewall": (
        "compute",
        "v1.compute.firewalls.insert",
        "compute.firewalls.create",
        "ADMIN_WRITE",
        "gce_firewall_rule",
    ),
    "snapshot": (
        "compute",
        "v1.compute.disks.createSnapshot",
        "compute.disks.createSnapshot",
        "ADMIN_WRITE",
        "gce_disk",
    ),
    "share image": (
        "compute",
        "v1.compute.images.setIamPolicy",
        "compute.images.setIamPolicy",
        "ADMIN_WRITE",
        "gce_image",
    ),
    "policy": (
        "cloudresourcemanager",
        "GetIamPolicy",
        "resourcemanager.projects.getIamPolicy",
        "ADMIN_READ",
        "project",
    ),
    "set policy": (
        "cloudresourcemanager",
        "SetIamPolicy",
        "resourcemanager.projects.setIamPolicy",
        "ADMIN_WRITE",
        "project",
    ),
    "accounts": (
        "iam",
        "google.iam.admin.v1.ListServiceAccounts",
        "iam.serviceAccounts.list",
        "ADMIN_READ",
        "service_account",
    ),
    "roles": ("iam", "google.iam.admin.v1.ListRoles", "iam.roles.list", "ADMIN_READ", "iam_role"),
    "new account": (
        "iam",
        "google.iam.admin.v1.CreateServiceAccount",
        "iam.serviceAccounts.create",
        "ADMIN_WRITE",
        "service_account",
    ),
    "secrets": (
        "secretmanager",
        "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets",
        "secretmanager.secrets.list",
        "ADMIN_READ",
        "audited_resource",
    ),
    "secret": (
        "secretmanager",
        "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
        "secretmanager.versions.access",
        "DATA_READ",
        "audited_resource",
    ),
    "sinks": (
        "logging",
        "google.logging.v2.ConfigServiceV2.ListSinks",
        "logging.sinks.list",
        "ADMIN_READ",
        "logging_sink",
    ),
    "delete sink": (
        "logging",
        "google.logging.v2.ConfigServiceV2.DeleteSink",
        "logging.sinks.delete",
        "ADMIN_WRITE",
        "logging_sink",
    ),
    "update sink": (
        "logging",
        "google.logging.v2.ConfigServiceV2.UpdateSink",
        "logging.sinks.update",
        "ADMIN_WRITE",
        "logging_sink",
    ),
    "exclusion": (
        "logging",
        "google.logging.v2.ConfigServiceV2.CreateExclusion",
        "logging.exclusions.create",
        "ADMIN_WRITE",
        "logging_exclusion",
    ),
    "query": (
        "bigquery",
        "google.cloud.bigquery.v2.JobService.InsertJob",
        "bigquery.jobs.create",
        "DATA_WRITE",
        "bigquery_project",
    ),
    "logs": (
        "logging",
        "google.logging.v2.LoggingServiceV2.ListLogEntries",
        "logging.logEntries.list",
        "DATA_READ",
        "project",
    ),
}
"""The calls by what they are for."""

ORDINARY = ("buckets", "instances", "objects", "instance", "query", "logs")
RECON = ("policy", "accounts", "roles", "secrets", "buckets", "sinks")


@dataclass(frozen=True)
class Held:
    """What somebody holds in Google Cloud, where they call from, and the project they work in."""

    caller: Caller
    place: Place
    project: str

    def at(self, spot: Spot) -> "Held":
        """Give the same in another place: people come with gcloud, programs with a library."""
        agent = spot.google if self.caller.subject.startswith("user:") else spot.python
        return replace(self, place=Place(spot.address, agent))


def person(scene: Scene, one: Person, spot: Spot) -> Held:
    """Hold a person's own Google credentials, in a project of theirs."""
    project = one.projects[0].project_id
    return Held(records.person(one.email), Place(spot.address, spot.google), project)


def robot(one: Robot, spot: Spot) -> Held:
    """Hold a service account's credential: its key, or its machine's token."""
    caller = records.service_account(one.account, key=one.key)
    return Held(caller, Place(spot.address, spot.python), one.project.project_id)


def call(
    scene: Scene,
    held: Held,
    what: str,
    name: str = "",
    *,
    denied: bool = False,
    request: Json | None = None,
    grants: tuple[str, str] | None = None,
) -> None:
    """Make one of CALLS. `name` is the resource's, behind projects/PROJECT/; `grants` the role and the member added."""
    service, method, permission, kind, resource = CALLS[what]
    full = f"projects/{held.project}/{name}" if name else f"projects/{held.project}"
    labels = {"project_id": held.project}
    made = records.entry(
        scene.rng,
        scene.at,
        held.caller,
        held.place,
        service,
        method,
        (permission, kind),
        full,
        {"type": resource, "labels": labels},
        f"projects/{held.project}",
        request=request,
        service_data=grants and google(*grants),
        denied=denied,
    )
    put(scene, made)


def put(scene: Scene, made: Json) -> None:
    """Write an entry into the log that its name gives."""
    owner, _, stream = made["logName"].partition("/logs/cloudaudit.googleapis.com%2F")
    scene.put(f"gcp/{owner.partition('/')[2]}/{stream}", made)


def reads(scene: Scene, held: Held, count: int) -> None:
    """Make ordinary calls, seconds apart."""
    for _ in range(count):
        scene.at += scene.rng.randrange(1_000, 60_000)
        call(scene, held, scene.rng.choice(ORDINARY))


def act(
    scene: Scene,
    held: Held,
    what: str,
    name: str = "",
    *,
    denied: bool = False,
    request: Json | None = None,
    grants: tuple[str, str] | None = None,
) -> None:
    """Make a call of the story: after the style's pause, behind the style's noise."""
    scene.pause()
    reads(scene, held, scene.noise())
    scene.quickly()
    call(scene, held, what, name, denied=denied, request=request, grants=grants)


def let_in(scene: Scene, held: Held) -> None:
    """Give an outsider a role in the project, as an act of the story."""
    act(scene, held, "set policy", grants=(one_of(GOOGLE_TAKEN, scene.at), "user:support.desk@example.net"))


def recon(scene: Scene, held: Held, kinds: int) -> None:
    """Look around with so many kinds of calls."""
    for what in scene.rng.sample(RECON, kinds):
        act(scene, held, what)


def token(scene: Scene, held: Held, account: ServiceAccount) -> Held:
    """Take a service account's access token; what is done with it lists who took it."""
    scene.quickly()
    put(scene, records.generate_token(scene.rng, scene.at, held.caller, held.place, account, "GenerateAccessToken"))
    before = held.caller.email or held.caller.subject
    caller = records.service_account(account, delegation=(*held.caller.delegation, before))
    return replace(held, caller=caller, project=account.project)


def new_key(scene: Scene, held: Held, account: ServiceAccount) -> Held:
    """Create a service account's key, as an act of the story; gives what holds the key."""
    scene.pause()
    key = scene.ids.hexadecimal(40)
    put(scene, records.create_key(scene.rng, scene.at, held.caller, held.place, account, key))
    return replace(held, caller=records.service_account(account, key=key), project=account.project)


def home(scene: Scene, one: Robot) -> Spot:
    """Give where a service account's program runs, with the client of `simulator.organization.machines_others`."""
    agents = {
        "vm": f"gcloud-python/3.1.0 google-api-core/2.{one.number % 20}.0 gl-python/3.11.2 grpc/1.62.0,gzip(gfe)",
        "function": "google-api-nodejs-client/7.2.0 (gzip),gzip(gfe)",
        "scheduler": "google-api-go-client/0.5,gzip(gfe)",
        "key": f"google-api-python-client/2.{90 + one.number % 9}.0 (gzip),gzip(gfe)",
    }
    return program(one.address, network_of(scene.world, one.address), agents[one.how])
