"""The hops inside Entra and Azure: sign-ins, application credentials, managed identities."""

from dataclasses import dataclass, replace

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import okta_records as okta
from simulator.azure_records import EntraApp, EntraUser, Token
from simulator.hops.aws_calls import AwsHeld, address, email_root
from simulator.hops.aws_federation import okta_sign_on, web_identity
from simulator.hops.gcp_links import GcpHeld, from_entra
from simulator.hops.scribe import Scribe, Used
from simulator.hops.truth import Node, Root
from simulator.hops.walk import Walk
from simulator.hops.world import Person
from simulator.identities import Json

TOKEN_LIFE = 4500
"""Seconds that an access token of Entra lives: 60 to 90 minutes, 75 on average (Microsoft identity platform)."""

SIGN_IN = "Sign-in activity"
RUN_COMMAND = "Microsoft.Compute/virtualMachines/runCommand/action"
_OPERATIONS = (
    ("Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/exampledata"),
    ("Microsoft.Compute/virtualMachines/start/action", "Microsoft.Compute/virtualMachines/build-1"),
    ("Microsoft.Network/networkSecurityGroups/write", "Microsoft.Network/networkSecurityGroups/edge"),
    ("Microsoft.Resources/deployments/write", "Microsoft.Resources/deployments/main"),
    ("Microsoft.KeyVault/vaults/write", "Microsoft.KeyVault/vaults/example-keys"),
)
_REQUESTS = (
    ("GET", "/users"),
    ("GET", "/groups"),
    ("GET", "/applications"),
    ("PATCH", "/policies/authorizationPolicy"),
)


@dataclass(frozen=True)
class EntraHeld:
    """What somebody holds in Entra: a person's token, or an application's. `key` is the secret it signed in with."""

    root: Root
    node: Node
    token: Token
    address: str
    key: str | None = None
    tags: frozenset[str] = frozenset()


def activity_file(record: Json) -> str:
    """Give the file of a resource's activity, by its subscription."""
    return f"azure/{record['resourceId'].split('/')[2].lower()}/activity"


SIGN_IN_FILE, AUDIT_FILE, GRAPH_FILE = "entra/sign-ins", "entra/audit", "entra/graph-activity"


def use(scribe: Scribe, at: int, held: EntraHeld) -> None:
    """Call Azure's control plane or, without being a managed identity, Microsoft Graph."""
    rng, holder = scribe.rng, held.token.holder
    if rng.randrange(3) == 0 and not (isinstance(holder, EntraApp) and holder.vm):
        made = azure.graph_activity(rng, at, held.token, held.address, *rng.choice(_REQUESTS))
        event_id, file = made["properties"]["requestId"], GRAPH_FILE
    else:
        operation, resource = rng.choice(_OPERATIONS)
        group = f"/subscriptions/{rng.choice(azure.SUBSCRIPTIONS)}/resourceGroups/rg-main"
        made = azure.activity(rng, at, held.token, held.address, operation, f"{group}/providers/{resource}")
        event_id, file = made["correlationId"], activity_file(made)
    scribe.use(file, made, Used(event_id, at, held.root, held.node, held.tags))


def _token(walk: Walk, holder: EntraUser | EntraApp, *, session: str | None = None) -> Token:
    client = walk.rng.choice((azure.CLI, azure.PORTAL, azure.POWERSHELL))
    return Token(holder, azure.uti(walk.rng), walk.at, session, client)


def _entra_root(person: Person) -> Root:
    return email_root("azure", person, person.entra.object_id, f"azure:{person.entra.object_id}")


def user(walk: Walk, person: Person) -> EntraHeld:
    """Start as a person who signs in to Entra with their password."""
    root = _entra_root(person)
    return _signed_in(walk, person, root, Node(root.names, direct=True), federated=False)


def user_through_okta(walk: Walk, person: Person) -> EntraHeld:
    """Start as a person who signs in to Entra through Okta: the two logs share the person's name only."""
    root, signed_on = okta_sign_on(walk, person, okta.ENTRA_APP)
    return _signed_in(walk, person, root.also(f"azure:{person.entra.object_id}"), signed_on, federated=True)


def _signed_in(walk: Walk, person: Person, root: Root, parent: Node, *, federated: bool) -> EntraHeld:
    at, where = walk.quickly(), address(walk.scribe, person.name)
    token = _token(walk, person.entra, session=walk.ids.uuid())
    if walk.one_in(8):
        failed = entra.sign_in(walk.rng, at - 20_000, token, where, error=50126)
        walk.scribe.put(SIGN_IN_FILE, failed)
    shown = walk.scribe.issue((SIGN_IN_FILE, entra.sign_in(walk.rng, at, token, where, federated=federated)))
    node = Node(root.names, SIGN_IN, parent, shown=shown, direct=True, at=at)
    return EntraHeld(root, node, token, where)


def refreshed(walk: Walk, held: EntraHeld) -> EntraHeld:
    """Take a new token with the refresh token: a sign-in without a person, in the same session."""
    walk.step()
    token = replace(held.token, uti=azure.uti(walk.rng), issued=walk.at)
    made = entra.sign_in(walk.rng, walk.at, token, held.address, interactive=False)
    shown = walk.scribe.issue((SIGN_IN_FILE, made))
    node = Node(held.node.labels, SIGN_IN, held.node, shown=shown, direct=True, at=walk.at)
    return replace(held, node=node, token=token)


def _app_labels(app: EntraApp) -> frozenset[str]:
    names = [app.object_id, app.application_object_id, app.app_id, app.name.lower()]
    return frozenset([*names, app.vm.lower()] if app.vm else names)


def add_credential(walk: Walk, held: EntraHeld, app: EntraApp | None = None) -> EntraHeld:
    """Add a secret to an application and sign in with it: two hops, which the secret's key id joins."""
    if not isinstance(held.token.holder, EntraUser):
        raise TypeError("only a person adds a secret here")
    app, key = app or walk.world.app(walk.at), walk.ids.uuid()
    at, portal = walk.step(), walk.one_in(2)
    made = entra.credential_added(
        walk.rng, at, held.token.holder, held.address, app, key, walk.ids.uuid(), portal=portal
    )
    shown = walk.scribe.issue((AUDIT_FILE, made))
    how = made["properties"]["activityDisplayName"].strip()
    node = Node(_app_labels(app), how, held.node, shown=shown, at=at)
    return app_sign_in(walk, replace(held, node=node, token=_token(walk, app), key=key), entra.MANAGEMENT)


def app_sign_in(walk: Walk, held: EntraHeld, resource: tuple[str, str]) -> EntraHeld:
    """Sign an application in with its secret, from wherever it runs."""
    app, key = held.token.holder, held.key
    if not isinstance(app, EntraApp) or key is None:
        raise TypeError("only an application signs in with a secret")
    walk.step()
    token, where = Token(app, azure.uti(walk.rng), walk.at), address(walk.scribe, app.name)
    made = entra.service_principal_sign_in(walk.rng, walk.at, token, where, key, resource=resource)
    shown = walk.scribe.issue((SIGN_IN_FILE, made))
    if shown and resource is entra.TOKEN_EXCHANGE:
        walk.scribe.names.add(f"azure:{app.object_id}", walk.at, TOKEN_LIFE, held.root)
    node = Node(_app_labels(app), SIGN_IN, held.node, shown=shown, at=walk.at)
    return replace(held, node=node, token=token, address=where)


def exchange(walk: Walk, held: EntraHeld) -> EntraHeld:
    """Sign the application in once more, for a token that another cloud is shown."""
    before = replace(held, node=held.node.parent or held.node)
    return app_sign_in(walk, before, entra.TOKEN_EXCHANGE)


def to_aws(walk: Walk, held: EntraHeld, shown: EntraHeld) -> AwsHeld:
    """Show AWS an application's token, as `exchange` gives it: CloudTrail knows it by its object id."""
    app_id = shown.token.holder.object_id
    provider, audience = f"sts.windows.net/{azure.TENANT}/", "api://AzureADTokenExchange"
    new = web_identity(walk, held.root, shown.node, provider, app_id, audience, f"azure:{app_id}")
    return replace(new, tags=held.tags)


def to_gcp(walk: Walk, held: EntraHeld, shown: EntraHeld) -> GcpHeld:
    """Show Google Cloud an application's token, as `exchange` gives it: its log knows it by its object id."""
    return from_entra(walk, held.root, shown.node, shown.token.holder.object_id, held.tags)


def run_command(walk: Walk, held: EntraHeld) -> EntraHeld:
    """Run a command on a virtual machine, then use the machine's identity from elsewhere.

    Only the order of things speaks for it: the machine's identity worked at home before.
    """
    machine, rng = walk.world.machine(), walk.rng
    vm = machine.vm or ""
    home = f"198.51.100.{rng.randrange(1, 250)}"
    at_home = Token(machine, azure.uti(rng), walk.at)
    walk.scribe.put(SIGN_IN_FILE, entra.managed_identity_sign_in(rng, walk.step(), at_home))
    for _ in range(3):
        made = azure.activity(rng, walk.step(), at_home, home, "Microsoft.Compute/virtualMachines/write", vm)
        walk.scribe.put(activity_file(made), made)
    at, correlation = walk.step(), walk.ids.uuid()
    records = [
        azure.activity(rng, at + wait, held.token, held.address, RUN_COMMAND, vm, status, correlation=correlation)
        for status, wait in (("Start", 0), ("Accept", 700), ("Success", 31_000))
    ]
    shown = walk.scribe.issue(*((activity_file(made), made) for made in records))
    walk.at += 31_000
    token = Token(machine, azure.uti(rng), walk.step())
    walk.scribe.put(SIGN_IN_FILE, entra.managed_identity_sign_in(rng, token.issued, token))
    node = Node(_app_labels(machine), RUN_COMMAND, held.node, shown=shown, at=at)
    elsewhere = f"192.0.2.{rng.randrange(1, 250)}"
    return EntraHeld(held.root, node, token, elsewhere, tags=held.tags | {"probable"})


def machine_to_aws(walk: Walk) -> AwsHeld:
    """Start as a virtual machine whose identity AWS trusts: the machine is the root."""
    machine = walk.world.machine()
    vm = (machine.vm or "").lower()
    root = Root("azure", "workload", machine.name).also(
        *_app_labels(machine), f"azure:{vm}", f"azure:{machine.object_id}"
    )
    token = Token(machine, azure.uti(walk.rng), walk.step())
    shown = walk.scribe.issue((SIGN_IN_FILE, entra.managed_identity_sign_in(walk.rng, token.issued, token)))
    if shown:
        walk.scribe.names.add(f"azure:{machine.object_id}", walk.at, TOKEN_LIFE, root)
    node = Node(root.names, SIGN_IN, Node(root.names, direct=True), shown=shown, direct=True, at=walk.at)
    provider, audience = f"sts.windows.net/{azure.TENANT}/", "api://AzureADTokenExchange"
    return web_identity(walk, root, node, provider, machine.object_id, audience, None)
