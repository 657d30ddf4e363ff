"""Twins in Google Cloud, Azure, Entra and Okta; who does each is said in its docstring."""

from simulator import azure_records, okta_records
from simulator.attacks import aws, azure, gcp, okta
from simulator.attacks import aws_ways as ways
from simulator.attacks.azure_abuse import ARM
from simulator.attacks.scene import Scene
from simulator.grants import READER
from simulator.organization.world import HOUR


def _google(scene: Scene, *teams: str) -> gcp.Held:
    person = scene.person(cloud="gcp", teams=teams or ("platform", "developers"))
    held = gcp.person(scene, person, scene.own(person))
    gcp.reads(scene, held, 6)
    scene.turn((1, 10))
    return held


def robot_key_rotation(scene: Scene) -> None:
    """A platform engineer makes a new key for a program outside the cloud, which uses it where it always was."""
    held = _google(scene, "platform", "data")
    one = scene.pick(tuple(r for r in scene.world.service_accounts if r.how == "key") or scene.world.service_accounts)
    new = gcp.new_key(scene, held, one.account)
    scene.pause()
    home = gcp.home(scene, one)
    for _ in range(6):
        scene.quickly()
        gcp.call(scene, new.at(home), "object")


def ssh_debugging(scene: Scene) -> None:
    """A developer puts their SSH key on a machine from the office; the machine's account stays at home."""
    held = _google(scene)
    one = scene.pick(tuple(r for r in scene.world.service_accounts if r.vm) or scene.world.service_accounts)
    held = gcp.Held(held.caller, held.place, one.project.project_id)
    vm = (one.vm or "").partition("/")[2].partition("/")[2] or "zones/europe-west1-b/instances/build-1"
    gcp.act(scene, held, "metadata", vm, request={"metadata": {"items": [{"key": "ssh-keys"}]}})
    working = gcp.robot(one, gcp.home(scene, one))
    for _ in range(5):
        scene.at += scene.rng.randrange(60_000, 400_000)
        gcp.call(scene, working, "object")


def deployer(scene: Scene) -> None:
    """A platform engineer applies Terraform from the laptop by impersonating the deployer's account."""
    held = _google(scene, "platform", "developers")
    one = scene.pick(
        tuple(r for r in scene.world.service_accounts if r.how in ("vm", "scheduler")) or scene.world.service_accounts
    )
    scene.pause()
    acting = gcp.token(scene, held, one.account)
    gcp.act(scene, acting, "policy")
    gcp.act(scene, acting, "set policy", grants=("roles/run.invoker", "serviceAccount:web@example-prod.example.com"))


def sinks_tuned(scene: Scene) -> None:
    """A platform engineer narrows a sink that costs too much."""
    held = _google(scene, "platform", "security")
    gcp.act(scene, held, "sinks")
    gcp.act(scene, held, "update sink", "sinks/debug-logs")
    gcp.act(scene, held, "exclusion", "exclusions/health-checks")


def images_shared(scene: Scene) -> None:
    """A platform engineer lets another project of the organization use an image."""
    held = _google(scene, "platform")
    gcp.act(scene, held, "snapshot", "zones/europe-west1-b/disks/base")
    project = "serviceAccount:web@example-data.example.com"
    gcp.act(scene, held, "share image", "global/images/base", grants=("roles/compute.imageUser", project))


def training_data(scene: Scene) -> None:
    """A data scientist reads a bucket for a model."""
    held = _google(scene, "data")
    for number in range(70):
        scene.at += scene.rng.randrange(200, 4_000)
        gcp.call(scene, held, "object", f"buckets/clickstream/objects/part-{number:05}")


def google_refused(scene: Scene) -> None:
    """A developer is refused here and there in a new project, and then changes what is theirs."""
    held = _google(scene, "developers", "data")
    for what in ("secrets", "accounts", "sinks"):
        gcp.act(scene, held, what, denied=True)
    gcp.act(scene, held, "metadata", "zones/europe-west1-b/instances/dev-1", request={"metadata": {"items": []}})


def _signed_in(scene: Scene, client: azure_records.AzureApp = azure_records.PORTAL) -> azure.Held:
    person = scene.person(cloud="azure", teams=("it", "platform"))
    held = azure.sign_in(scene, person, scene.own(person), client)
    azure.reads(scene, held, 6)
    scene.turn((1, 10))
    return held


def machine_patched(scene: Scene) -> None:
    """An administrator runs a script on a machine, which goes on working where it is."""
    held = _signed_in(scene, azure_records.CLI)
    one = scene.pick(scene.world.machines)
    azure.act(scene, held, "Microsoft.Compute/virtualMachines/runCommand/action", one.app.vm or "", steps=True)
    working = azure.machine(scene, one, azure.home(scene, one))
    for _ in range(4):
        scene.at += scene.rng.randrange(60_000, 400_000)
        azure.operation(
            scene, working, "Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/exampledata"
        )


def access_review(scene: Scene) -> None:
    """An administrator elevates access for the quarterly review, and gives it back."""
    held = _signed_in(scene)
    azure.act(scene, held, "Microsoft.Authorization/elevateAccess/action", f"/subscriptions/{held.subscription}")
    one = f"{ARM}/{scene.ids.uuid()}"
    azure.act(scene, held, f"{ARM}/write", one, role=READER)
    azure.act(scene, held, f"{ARM}/delete", one)


def backup_set_up(scene: Scene) -> None:
    """An administrator takes storage keys to set a backup up."""
    held = _signed_in(scene)
    for name in ("exampledata", "examplelogs", "exampleweb"):
        azure.act(
            scene,
            held,
            "Microsoft.Storage/storageAccounts/listKeys/action",
            f"Microsoft.Storage/storageAccounts/{name}",
        )


def diagnostics_moved(scene: Scene) -> None:
    """An administrator sends diagnostics to another workspace: a new setting, then the old one away."""
    held = _signed_in(scene)
    at = "Microsoft.KeyVault/vaults/example-keys/providers/Microsoft.Insights/diagnosticSettings"
    azure.act(scene, held, "Microsoft.Insights/diagnosticSettings/write", f"{at}/workspace-2026")
    azure.act(scene, held, "Microsoft.Insights/diagnosticSettings/delete", f"{at}/workspace-2024")


def disk_copied(scene: Scene) -> None:
    """An administrator copies a disk to another region over a link."""
    held = _signed_in(scene, azure_records.CLI)
    azure.act(scene, held, "Microsoft.Compute/snapshots/write", "Microsoft.Compute/snapshots/base")
    azure.act(scene, held, "Microsoft.Compute/snapshots/beginGetAccess/action", "Microsoft.Compute/snapshots/base")
    azure.act(scene, held, "Microsoft.Compute/snapshots/endGetAccess/action", "Microsoft.Compute/snapshots/base")


def app_secret_rotation(scene: Scene) -> None:
    """An administrator renews an application's secret, which the application uses where it always was."""
    held = _signed_in(scene)
    one = scene.pick(scene.world.applications)
    key = azure.new_secret(scene, held, one.app, one.key)
    scene.pause()
    home = azure.home(scene, one)
    away = azure.app_sign_in(scene, one.app, key, home, one.subscription.subscription_id)
    for _ in range(5):
        scene.at += scene.rng.randrange(5_000, 60_000)
        azure.operation(
            scene, away, "Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/exampledata"
        )


def approved_app(scene: Scene) -> None:
    """A person consents to an application that the organization uses, and uses it."""
    held = _signed_in(scene)
    app = (scene.ids.uuid(), "Example Whiteboard")
    granted = [{"displayName": "ConsentAction.Permissions", "oldValue": None, "newValue": '"User.Read"'}]
    azure.change(scene, held, "Consent to application", "ServicePrincipal", app, granted)
    azure.reads(scene, held, 5)


def access_tightened(scene: Scene) -> None:
    """An administrator turns a conditional access policy from report-only to on."""
    held = _signed_in(scene)
    state = [
        {"displayName": "ConditionalAccessPolicy", "oldValue": '{"state":"report"}', "newValue": '{"state":"enabled"}'}
    ]
    azure.change(
        scene, held, "Update conditional access policy", "Policy", (scene.ids.uuid(), "Require compliant device"), state
    )
    azure.change(scene, held, "Update named location", "Policy", (scene.ids.uuid(), "Office"), state)


def azure_refused(scene: Scene) -> None:
    """A person is refused with the reader's role, takes the contributor's, and goes on."""
    held = _signed_in(scene, azure_records.CLI)
    for kind in ("sites", "serverfarms"):
        azure.act(scene, held, f"Microsoft.Web/{kind}/write", f"Microsoft.Web/{kind}/orders", denied=True)
    scene.at += HOUR // 3
    azure.act(scene, held, "Microsoft.Web/sites/write", "Microsoft.Web/sites/orders")


def new_phone(scene: Scene) -> None:
    """The help desk resets a colleague's factors from the office; the colleague signs in again from home."""
    desk = scene.person("sso", teams=("it", "support"))
    colleague = scene.pick(tuple(one for one in scene.world.people if one.way == "sso" and one is not desk))
    own = scene.own(desk)
    session = okta.start(scene, desk, own)
    scene.turn((1, 10))
    target = [
        {
            "id": colleague.okta.user_id,
            "type": "User",
            "alternateId": colleague.okta.login,
            "displayName": colleague.okta.name,
            "detailEntry": None,
        }
    ]
    okta.event(scene, desk, own, session, "user.session.access_admin_app", "User accessing Okta admin app", target)
    scene.pause()
    okta.event(scene, desk, own, session, "user.mfa.factor.reset_all", "Reset all factors for user", target)
    scene.pause()
    held = ways.identity_center(scene, colleague, scene.own(colleague, colleague.home))
    aws.reads(scene, held, aws.ORDINARY, 6)


def two_places(scene: Scene) -> None:
    """A person's Okta session goes from the office to the home in an afternoon, and on to AWS from both."""
    person = scene.person("sso", teams=("developers", "platform"))
    own = scene.own(person)
    session = okta.sign_on(scene, person, own, okta_records.AWS_SSO_APP)
    role = scene.rng.choice(person.sets)
    aws.reads(scene, ways.role_credentials(scene, person, own, role), aws.ORDINARY, 5)
    scene.turn((40, 80))
    home = scene.own(person, person.home)
    okta.app(scene, person, home, session, okta_records.AWS_SSO_APP)
    held = ways.role_credentials(scene, person, home, role)
    aws.reads(scene, held, aws.ORDINARY, 6)
    aws.act(scene, held, "lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbnailer-dev"})


def robot_grows(scene: Scene) -> None:
    """A program with a service account's key is set up for other services: new calls from where it always was."""
    one = scene.pick(tuple(r for r in scene.world.service_accounts if r.how == "key") or scene.world.service_accounts)
    scene.behind(one.account.email, one.account.unique_id)
    scene.at += 9 * HOUR
    held = gcp.robot(one, gcp.home(scene, one))
    for _ in range(4):
        scene.quickly()
        gcp.call(scene, held, "object")
    scene.turn()
    gcp.act(scene, held, "query")
    gcp.act(scene, held, "secret", f"secrets/{one.job}/versions/latest")
    gcp.act(scene, held, "snapshot", "zones/europe-west1-b/disks/reports")


def app_grows(scene: Scene) -> None:
    """An application is given another task: new operations from where it always ran."""
    one = scene.pick(scene.world.applications)
    scene.behind(one.app.name, one.app.object_id, one.app.app_id)
    scene.at += 9 * HOUR
    held = azure.application(scene, one, azure.home(scene, one))
    scene.turn((1, 5))
    azure.act(scene, held, "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/example-keys")
    azure.act(scene, held, "Microsoft.Compute/snapshots/write", "Microsoft.Compute/snapshots/nightly")
    azure.act(scene, held, "Microsoft.Web/sites/restart/action", "Microsoft.Web/sites/orders")
