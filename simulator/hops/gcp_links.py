"""The hops inside Google Cloud and into it: impersonation, service-account keys and federated identities."""

from dataclasses import dataclass, replace

from simulator import gcp_records as gcp
from simulator import okta_records as okta
from simulator.gcp_records import Caller, Place, ServiceAccount
from simulator.hops.aws_calls import AwsHeld, address, email_root
from simulator.hops.aws_federation import okta_sign_on, web_identity
from simulator.hops.scribe import Scribe, Used
from simulator.hops.truth import Node, Root
from simulator.hops.walk import Walk
from simulator.hops.world import Person
from simulator.identities import Json

TOKEN_LIFE = 3600
"""Seconds that an access or identity token of the IAM Credentials API lives by default."""

NEWEST_FIRST = "delegation newest first"
_POOLS = "locations/global/workloadIdentityPools"
_WORKFORCE = "locations/global/workforcePools/example-staff"

_USES = (
    ("storage", "storage.buckets.list", ("storage.buckets.list", "DATA_READ"), "gcs_bucket"),
    ("compute", "v1.compute.instances.list", ("compute.instances.list", "ADMIN_READ"), "gce_instance"),
    ("compute", "v1.compute.firewalls.delete", ("compute.firewalls.delete", "ADMIN_WRITE"), "gce_firewall_rule"),
    ("cloudresourcemanager", "SetIamPolicy", ("resourcemanager.projects.setIamPolicy", "ADMIN_WRITE"), "project"),
    (
        "secretmanager",
        "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
        ("secretmanager.versions.access", "DATA_READ"),
        "audited_resource",
    ),
)


@dataclass(frozen=True)
class GcpHeld:
    """What somebody holds in Google Cloud. `account` is the service account that they act as, if any, and `began` the
    node of the principal that its delegation began with.

    `newest_first` says in which order this chain's logs list the principals of a delegation. Google documents "the
    original ordering of the identity delegation events"; published logs have the newest first.
    """

    root: Root
    node: Node
    caller: Caller
    place: Place
    project: str
    account: ServiceAccount | None = None
    newest_first: bool = False
    began: Node | None = None
    tags: frozenset[str] = frozenset()

    @property
    def origin(self) -> Node:
        """The node of the principal that the delegation began with, or of the caller itself."""
        return self.began or self.node


def project_of(walk: Walk) -> str:
    """Choose a project."""
    return walk.rng.choice(tuple(gcp.PROJECT_NUMBERS))


def log_file(project: str, stream: str = "data_access") -> str:
    """Give the start of the name of a project's export files."""
    return f"gcp/{project}/{stream}"


def put_file(record: Json) -> str:
    """Give the file that an entry is exported to, from its logName."""
    owner, _, stream = record["logName"].partition("/logs/cloudaudit.googleapis.com%2F")
    return log_file(owner.partition("/")[2], stream)


def use(scribe: Scribe, at: int, held: GcpHeld) -> None:
    """Make an ordinary call with what somebody holds."""
    service, method, permission, kind = scribe.rng.choice(_USES)
    resource = {"type": kind, "labels": {"project_id": held.project}}
    name = f"projects/{held.project}"
    made = gcp.entry(
        scribe.rng, at, held.caller, held.place, service, method, permission, name, resource, f"projects/{held.project}"
    )
    scribe.use(put_file(made), made, Used(made["insertId"], at, held.root, held.node, held.tags))


def google_user(walk: Walk, person: Person) -> GcpHeld:
    """Start as a person with a Google account, at the command line."""
    root = email_root("gcp", person)
    agent = gcp.GCLOUD.format(version="512.0.0", command="auth.print-access-token", id=walk.ids.hexadecimal(32))
    place = Place(address(walk.scribe, person.name), agent)
    node = Node(root.names, direct=True)
    newest = walk.one_in(2)
    return GcpHeld(root, node, gcp.person(person.email), place, project_of(walk), newest_first=newest)


def _sa_labels(account: ServiceAccount) -> frozenset[str]:
    return frozenset({account.email.lower(), account.unique_id})


def impersonate(walk: Walk, held: GcpHeld) -> GcpHeld:
    """Take a token of a service account (GenerateAccessToken): its events list who it was taken by."""
    account, at = walk.world.service_account(walk.at), walk.step()
    made = gcp.generate_token(walk.rng, at, held.caller, held.place, account, "GenerateAccessToken")
    shown = walk.scribe.issue((put_file(made), made))
    return _delegated(held, account, at, (held.caller.email or held.caller.subject,), shown=shown)


def impersonate_over_delegates(walk: Walk, held: GcpHeld) -> GcpHeld:
    """Take a token of a service account over another one, in a single call that names it as a delegate."""
    first, account = walk.world.service_account(walk.at), walk.world.service_account(walk.at)
    at = walk.step()
    made = gcp.generate_token(walk.rng, at, held.caller, held.place, account, "GenerateAccessToken", delegates=(first,))
    shown = walk.scribe.issue((put_file(made), made))
    between = _delegated(held, first, at, (held.caller.email or held.caller.subject,), shown=shown)
    done = _delegated(between, account, at, (first.email,), shown=True)
    # One call, one hop: the account between is in it, and in the delegation of what follows.
    call = between.node
    node = replace(done.node, parent=held.node, shown=call.shown, weak=call.weak, labels=done.node.labels | call.labels)
    return replace(done, node=node, tags=done.tags | {"delegates"})


def _delegated(held: GcpHeld, account: ServiceAccount, at: int, by: tuple[str, ...], *, shown: bool) -> GcpHeld:
    listed = (*by, *held.caller.delegation) if held.newest_first else (*held.caller.delegation, *by)
    caller = gcp.service_account(account, delegation=listed)
    origin, labels, weak = held.origin, _sa_labels(account), False
    if not shown and (origin.direct or origin.name is not None):
        shown = True  # The delegation in every event names who began it.
    elif not shown and held.caller.delegation:
        shown = weak = True  # It names a service account, whose own token's record may still be there.
    elif not shown:
        labels |= origin.labels
    node = Node(labels, "GenerateAccessToken", held.node, shown=shown, weak=weak, direct=origin.direct, at=at)
    tags = held.tags | {NEWEST_FIRST} if held.newest_first and len(listed) > 1 else held.tags
    project = account.project
    return replace(held, node=node, caller=caller, project=project, account=account, began=origin, tags=tags)


def service_account_key(walk: Walk, held: GcpHeld) -> GcpHeld:
    """Create a key of a service account and use it from somewhere: its events name the key."""
    account, at, key = walk.world.service_account(walk.at), walk.step(), walk.ids.hexadecimal(40)
    made = gcp.create_key(walk.rng, at, held.caller, held.place, account, key)
    shown = walk.scribe.issue((put_file(made), made))
    node = Node(_sa_labels(account), "CreateServiceAccountKey", held.node, shown=shown, at=at)
    place = Place(address(walk.scribe, account.email), gcp.PYTHON_CLIENT)
    caller, project = gcp.service_account(account, key=key), account.project
    return replace(held, node=node, caller=caller, place=place, project=project, account=account, began=None)


def identity_token(walk: Walk, held: GcpHeld, account: ServiceAccount | None = None) -> tuple[ServiceAccount, Node]:
    """Take an identity token of a service account (GenerateIdToken), as one that another cloud is shown."""
    account, at = account or walk.world.service_account(walk.at), walk.step()
    made = gcp.generate_token(
        walk.rng, at, held.caller, held.place, account, "GenerateIdToken", audience="sts.amazonaws.com"
    )
    shown = walk.scribe.issue((put_file(made), made))
    if shown:
        walk.scribe.names.add(f"gcp:{account.unique_id}", at, TOKEN_LIFE, held.root)
    return account, Node(_sa_labels(account), "GenerateIdToken", held.node, shown=shown, at=at)


def to_aws(walk: Walk, held: GcpHeld, token: tuple[ServiceAccount, Node]) -> AwsHeld:
    """Show AWS a service account's identity token: CloudTrail knows it by its unique id."""
    account, node = token
    subject = account.unique_id
    new = web_identity(walk, held.root, node, "accounts.google.com", subject, "sts.amazonaws.com", f"gcp:{subject}")
    return replace(new, tags=held.tags)


def _federated(walk: Walk, root: Root, parent: Node, pool: str, subject: str, name: str | None) -> GcpHeld:
    """Exchange another provider's token. Whose it is stays in the subject of all that follows."""
    project = project_of(walk)
    at = walk.quickly()
    path = f"projects/{gcp.PROJECT_NUMBERS[project]}/{_POOLS}/{pool}"
    principal = f"principal://iam.googleapis.com/{path}/subject/{subject}"
    made = gcp.exchange_token(walk.rng, at, subject, principal, f"{path}/providers/{pool}", f"projects/{project}")
    walk.scribe.issue((put_file(made), made))
    labels = frozenset({principal.lower(), subject.lower()})
    node = Node(labels, "ExchangeToken", parent, direct=name is None, name=name, at=at)
    place = Place(address(walk.scribe, subject), gcp.PYTHON_CLIENT)
    return GcpHeld(root, node, Caller(principal), place, project, newest_first=walk.one_in(2))


def from_aws(walk: Walk, held: AwsHeld) -> GcpHeld:
    """Federate a role session of AWS: Google's log knows it by the session's ARN."""
    if held.session is None:
        raise ValueError("only a role session is federated here")
    new = _federated(walk, held.root, held.node, "aws-pool", held.session, f"aws:{held.session}")
    return replace(new, tags=held.tags)


def from_entra(walk: Walk, root: Root, parent: Node, object_id: str, tags: frozenset[str]) -> GcpHeld:
    """Federate an application of Entra: Google's log knows it by its object id."""
    return replace(_federated(walk, root, parent, "azure-pool", object_id, f"azure:{object_id}"), tags=tags)


def from_github(walk: Walk, root: Root, start: Node) -> GcpHeld:
    """Federate a GitHub Actions job, the root itself."""
    return _federated(walk, root, start, "github-pool", root.name, None)


def workforce(walk: Walk, person: Person) -> GcpHeld:
    """Sign a person on to Google Cloud through Okta and a workforce pool, without a Google account."""
    root, signed_on = okta_sign_on(walk, person, okta.GOOGLE_APP)
    at = walk.quickly()
    principal = f"principal://iam.googleapis.com/{_WORKFORCE}/subject/{person.email}"
    owner = f"organizations/{gcp.ORGANIZATION}"
    made = gcp.exchange_token(walk.rng, at, person.email, principal, f"{_WORKFORCE}/providers/okta", owner)
    shown = walk.scribe.issue((put_file(made), made))
    root = root.also(principal, f"gcp:{principal}")
    node = Node(frozenset({principal.lower()}), "ExchangeToken", signed_on, shown=shown, direct=True, at=at)
    place = Place(address(walk.scribe, person.name), gcp.PYTHON_CLIENT)
    return GcpHeld(root, node, Caller(principal), place, project_of(walk), newest_first=walk.one_in(2))
