"""Attacks in Azure, Entra and Okta. MITRE ATT&CK: T1651, T1548.005, T1098.003, T1552, T1685.002, T1098.001, T1528,
T1556.009, T1539, T1537."""

from simulator import azure_records, okta_records
from simulator.attacks import aws, azure, okta
from simulator.attacks import aws_ways as ways
from simulator.attacks.aws_theft import persist
from simulator.attacks.azure import Held, act, ask, change
from simulator.attacks.scene import Scene, Spot, program
from simulator.grants import OWNER
from simulator.organization.world import HOUR, Application, Person

ARM = "Microsoft.Authorization/roleAssignments"


def _taken_over(scene: Scene, client: azure_records.AzureApp = azure_records.PORTAL) -> tuple[Person, Held]:
    """Let somebody work, then go on as they: with their refresh token, or with their phished password and session."""
    person = scene.person(cloud="azure", teams=("it", "platform", "security"))
    held = azure.sign_in(scene, person, scene.own(person), client)
    azure.reads(scene, held, 8)
    scene.turn()
    thief = scene.thief(person)
    if scene.rng.randrange(2):
        return person, azure.refreshed(scene, held, thief)
    return person, azure.sign_in(scene, person, thief, client)


def assign(scene: Scene, held: Held) -> None:
    """Give an outsider the owner's role."""
    act(scene, held, f"{ARM}/write", f"{ARM}/{scene.ids.uuid()}", role=OWNER)


def run_command(scene: Scene) -> None:
    """Run a command on a machine, then use its managed identity from elsewhere."""
    person = scene.person(cloud="azure", teams=("it", "platform", "developers"))
    one = scene.pick(scene.world.machines)
    home = azure.home(scene, one)
    scene.at -= HOUR
    working = azure.machine(scene, one, home)
    for _ in range(5):
        scene.at += scene.rng.randrange(60_000, 600_000)
        azure.operation(
            scene, working, "Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/exampledata"
        )
    scene.at = max(scene.at, scene.at + HOUR - 3_000_000)
    own = azure.sign_in(scene, person, scene.own(person))
    azure.reads(scene, own, 4)
    scene.turn()
    thief = scene.thief(person)
    held = azure.sign_in(scene, person, thief, azure_records.CLI)
    vm = one.app.vm or ""
    act(scene, held, "Microsoft.Compute/virtualMachines/runCommand/action", vm, steps=True)
    stolen = azure.machine(scene, one, thief)
    act(scene, stolen, "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/example-keys")
    act(
        scene,
        stolen,
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/exampledata",
    )
    assign(scene, stolen)


def elevate(scene: Scene) -> None:
    """Take access to every subscription (elevateAccess), then give it to others."""
    _, held = _taken_over(scene, azure_records.CLI)
    azure.recon(scene, held, 2)
    act(scene, held, "Microsoft.Authorization/elevateAccess/action", f"/subscriptions/{held.subscription}")
    assign(scene, held)
    assign(scene, held)


def storage_keys(scene: Scene) -> None:
    """Take the keys of storage accounts one after the other."""
    _, held = _taken_over(scene, azure_records.CLI)
    for name in ("exampledata", "examplelogs", "examplebackup", "exampleweb", "exampleml"):
        act(
            scene,
            held,
            "Microsoft.Storage/storageAccounts/listKeys/action",
            f"Microsoft.Storage/storageAccounts/{name}",
        )
    act(scene, held, "Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/example-keys")


def diagnostics(scene: Scene) -> None:
    """Delete diagnostic settings, then act."""
    _, held = _taken_over(scene)
    deleted = "Microsoft.Insights/diagnosticSettings/delete"
    act(
        scene,
        held,
        deleted,
        "Microsoft.KeyVault/vaults/example-keys/providers/Microsoft.Insights/diagnosticSettings/siem",
    )
    act(scene, held, deleted, "Microsoft.Insights/diagnosticSettings/subscription-logs")
    act(scene, held, "Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/example-keys")
    assign(scene, held)


def disk_export(scene: Scene) -> None:
    """Take a link to a disk's and a snapshot's content, which anybody may read."""
    _, held = _taken_over(scene)
    act(scene, held, "Microsoft.Compute/snapshots/write", "Microsoft.Compute/snapshots/orders-db")
    act(scene, held, "Microsoft.Compute/snapshots/beginGetAccess/action", "Microsoft.Compute/snapshots/orders-db")
    act(scene, held, "Microsoft.Compute/disks/beginGetAccess/action", "Microsoft.Compute/disks/orders-db")
    act(scene, held, "Microsoft.Sql/servers/firewallRules/write", "Microsoft.Sql/servers/orders/firewallRules/any")


def app_credential(scene: Scene) -> None:
    """Add a secret to an application and sign in with it from yet another place."""
    _, held = _taken_over(scene)
    azure.recon(scene, held, 2)
    one = scene.pick(scene.world.applications)
    key = azure.new_secret(scene, held, one.app, one.key)
    scene.pause()
    network = scene.rng.choice(scene.world.networks.hosting)
    spot = program(network.address(11), network, "python-requests/2.31.0")
    away = azure.app_sign_in(scene, one.app, key, spot, one.subscription.subscription_id)
    ask(scene, away, "GET", "/users")
    ask(scene, away, "POST", "/directoryRoles/9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3/members/$ref")
    act(
        scene,
        away,
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/exampledata",
    )
    assign(scene, away)


def consent(scene: Scene) -> None:
    """A person is made to consent to a foreign application, which then reads their mail from elsewhere."""
    person = scene.person(cloud="azure")
    held = azure.sign_in(scene, person, scene.own(person))
    azure.reads(scene, held, 6)
    scene.turn((1, 10))
    app = azure_records.EntraApp(scene.ids.uuid(), scene.ids.uuid(), scene.ids.uuid(), "Calendar Helper Pro")
    granted = [
        {"displayName": "ConsentAction.Permissions", "oldValue": None, "newValue": '"Mail.ReadWrite offline_access"'}
    ]
    change(scene, held, "Add delegated permission grant", "ServicePrincipal", (app.object_id, app.name), granted)
    change(scene, held, "Consent to application", "ServicePrincipal", (app.object_id, app.name), granted)
    scene.pause()
    thief = scene.thief(person)
    client = azure_records.AzureApp(app.app_id, app.name)
    token = azure_records.Token(person.entra, azure_records.uti(scene.rng), scene.at, scene.ids.uuid(), client)
    away = azure.refreshed(scene, Held(token, thief, held.subscription), thief)
    for _ in range(4):
        ask(scene, away, "GET", f"/users/{person.entra.object_id}/messages")
    ask(scene, away, "POST", f"/users/{person.entra.object_id}/mailFolders/inbox/messageRules")


def access_weakened(scene: Scene) -> None:
    """Weaken conditional access, then make an administrator."""
    person, held = _taken_over(scene)
    azure.recon(scene, held, 2)
    policy = (scene.ids.uuid(), "Require multifactor authentication")
    state = [
        {
            "displayName": "ConditionalAccessPolicy",
            "oldValue": '{"state":"enabled"}',
            "newValue": '{"state":"disabled"}',
        }
    ]
    change(scene, held, "Update conditional access policy", "Policy", policy, state)
    if scene.rng.randrange(2):
        change(
            scene, held, "Delete conditional access policy", "Policy", (scene.ids.uuid(), "Block legacy sign-in"), state
        )
    role = [{"displayName": "Role.DisplayName", "oldValue": None, "newValue": '"Global Administrator"'}]
    target = scene.rng.choice([one for one in scene.world.people if one is not person])
    change(scene, held, "Add member to role", "User", (target.entra.object_id, target.email), role)


def stolen_app_secret(scene: Scene) -> None:
    """An application's secret, used elsewhere, on services that the application never touched."""
    one: Application = scene.pick(scene.world.applications)
    scene.behind(one.app.name, one.app.object_id, one.app.app_id)
    scene.at += 8 * HOUR + scene.rng.randrange(8 * HOUR)
    home = azure.home(scene, one)
    held = azure.application(scene, one, home)
    for _ in range(5):
        scene.at += scene.rng.randrange(10_000, 90_000)
        azure.operation(
            scene, held, "Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/exampledata"
        )
    scene.turn()
    away = azure.application(scene, one, scene.thief(None, home))
    for path in ("/users", "/directoryRoles"):
        ask(scene, away, "GET", path)
    act(scene, away, "Microsoft.KeyVault/vaults/write", "Microsoft.KeyVault/vaults/example-keys")
    act(scene, away, "Microsoft.Compute/virtualMachines/runCommand/action", "Microsoft.Compute/virtualMachines/build-1")
    assign(scene, away)


def probing(scene: Scene) -> None:
    """Try doors until one opens."""
    _, held = _taken_over(scene, azure_records.CLI)
    tried = (
        (f"{ARM}/write", f"{ARM}/{scene.ids.uuid()}"),
        ("Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/example-keys"),
        ("Microsoft.Compute/virtualMachines/runCommand/action", "Microsoft.Compute/virtualMachines/build-1"),
        (
            "Microsoft.Automation/automationAccounts/runbooks/write",
            "Microsoft.Automation/automationAccounts/ops/runbooks/a",
        ),
    )
    for name, resource in tried:
        act(scene, held, name, resource, denied=True)
    act(
        scene,
        held,
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/exampledata",
    )
    act(
        scene,
        held,
        "Microsoft.Automation/automationAccounts/webhooks/write",
        "Microsoft.Automation/automationAccounts/ops/webhooks/a",
    )


def okta_hijack(scene: Scene) -> None:
    """An Okta session's cookie, used elsewhere: on to AWS, then a way back in."""
    person = scene.person("sso", teams=("platform", "developers"))
    own = scene.own(person)
    session = okta.sign_on(scene, person, own, okta_records.AWS_SSO_APP)
    role = scene.rng.choice(person.sets)
    aws.reads(scene, ways.role_credentials(scene, person, own, role), aws.ORDINARY, 5)
    scene.turn()
    thief: Spot = scene.thief(person)
    okta.app(scene, person, thief, session, okta_records.AWS_SSO_APP)
    held = ways.role_credentials(scene, person, thief, role)
    aws.recon(scene, held, 2)
    persist(scene, held)


def okta_admin(scene: Scene) -> None:
    """A phished administrator of Okta: resets another's factors, signs in as they, and goes on to AWS."""
    admin = scene.person("sso", teams=("it", "platform", "security"))
    other = scene.pick(
        tuple(one for one in scene.world.people if one.way == "sso" and one.team == "platform" and one is not admin)
        or scene.world.people
    )
    own = scene.own(admin)
    okta.sign_on(scene, admin, own, okta_records.AWS_SSO_APP)
    scene.turn()
    thief = scene.thief(admin)
    session = okta.start(scene, admin, thief)
    target = [
        {
            "id": other.okta.user_id,
            "type": "User",
            "alternateId": other.okta.login,
            "displayName": other.okta.name,
            "detailEntry": None,
        }
    ]
    for kind, message in (
        ("user.session.access_admin_app", "User accessing Okta admin app"),
        ("user.mfa.factor.reset_all", "Reset all factors for user"),
        ("user.account.reset_password", "Fired when the user's password is reset"),
    ):
        scene.pause()
        okta.event(scene, admin, thief, session, kind, message, target)
    scene.names |= {
        name.lower() for name in (other.email, other.name, other.okta.user_id, other.known.identity_store_id)
    }
    scene.pause()
    held = ways.identity_center(scene, other, thief)
    persist(scene, held)
