"""How the stories call Entra, Microsoft Graph and Azure.

Sources: as `simulator.azure_records` and `simulator.entra_records`; directory changes: Microsoft Graph reference,
directoryAudit.
"""

from dataclasses import dataclass, replace

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import grants
from simulator.attacks import okta
from simulator.attacks.scene import Scene, Spot, network_of, program
from simulator.azure_records import EntraApp, EntraUser, Token
from simulator.identities import Json
from simulator.okta_records import ENTRA_APP
from simulator.organization.world import Application, Machine, Person

SIGN_INS, AUDIT, GRAPH = "entra/sign-ins", "entra/audit", "entra/graph-activity"

READ_REQUESTS = ("/users", "/groups", "/applications", "/me", "/devices", "/me/messages")
RECON_REQUESTS = (
    "/users",
    "/servicePrincipals",
    "/directoryRoles",
    "/applications",
    "/policies/authorizationPolicy",
    "/groups",
)


@dataclass(frozen=True)
class Held:
    """What somebody holds: a token, where they are, and the subscription that they work in."""

    token: Token
    spot: Spot
    subscription: str

    def at(self, spot: Spot) -> "Held":
        """Give the same token in another place."""
        return replace(self, spot=spot)

    @property
    def user(self) -> EntraUser:
        """The person whose token it is."""
        if not isinstance(self.token.holder, EntraUser):
            raise TypeError(f"{self.token.holder.name} is no person")
        return self.token.holder


def located(record: Json, spot: Spot) -> Json:
    """Put what Entra knows of the address into a sign-in."""
    place, properties = spot.network.place, record["properties"]
    properties["autonomousSystemNumber"] = spot.network.asn
    properties["location"] = {
        "city": place.city,
        "state": "",
        "countryOrRegion": place.country,
        "geoCoordinates": {"latitude": place.latitude, "longitude": place.longitude},
    }
    record["location"] = place.country
    return record


def sign_in(scene: Scene, person: Person, spot: Spot, client: azure.AzureApp = azure.PORTAL, *, error: int = 0) -> Held:
    """Sign a person in, through Okta, as the organization's people do."""
    okta.sign_on(scene, person, spot, ENTRA_APP)
    scene.quickly()
    token = Token(person.entra, azure.uti(scene.rng), scene.at, scene.ids.uuid(), client)
    made = located(entra.sign_in(scene.rng, scene.at, token, spot.address, federated=not error, error=error), spot)
    system = "Linux" if "Linux" in spot.browser else "MacOs" if "Macintosh" in spot.browser else "Windows10"
    browser = (
        "Firefox 128.0" if "Firefox" in spot.browser else "Edge 144.0.0" if "Edg/" in spot.browser else "Chrome 144.0.0"
    )
    detail = {"deviceId": "", "operatingSystem": system, "browser": browser}
    made["properties"] |= {"userAgent": spot.browser, "deviceDetail": detail}
    scene.put(SIGN_INS, made)
    return Held(token, spot, person.subscriptions[0].subscription_id)


def refreshed(scene: Scene, held: Held, spot: Spot) -> Held:
    """Take a new token with the refresh token, in the same session, wherever one is."""
    scene.quickly()
    token = replace(held.token, uti=azure.uti(scene.rng), issued=scene.at)
    made = entra.sign_in(scene.rng, scene.at, token, spot.address, interactive=False)
    made["properties"]["userAgent"] = spot.azure
    scene.put(SIGN_INS, located(made, spot))
    return replace(held, token=token, spot=spot)


def app_sign_in(scene: Scene, app: EntraApp, key: str, spot: Spot, subscription: str) -> Held:
    """Sign an application in with a secret, for Azure's control plane and Graph."""
    scene.quickly()
    token = Token(app, azure.uti(scene.rng), scene.at)
    made = entra.service_principal_sign_in(scene.rng, scene.at, token, spot.address, key)
    scene.put(SIGN_INS, located(made, spot))
    return Held(token, spot, subscription)


def application(scene: Scene, one: Application, spot: Spot) -> Held:
    """Sign an application of the organization in with its own secret."""
    return app_sign_in(scene, one.app, one.key, spot, one.subscription.subscription_id)


def machine(scene: Scene, one: Machine, spot: Spot) -> Held:
    """Give a machine's managed identity a token."""
    scene.quickly()
    token = Token(one.app, azure.uti(scene.rng), scene.at)
    scene.put(SIGN_INS, entra.managed_identity_sign_in(scene.rng, scene.at, token))
    return Held(token, spot, one.subscription.subscription_id)


def operation(
    scene: Scene, held: Held, name: str, resource: str, *, steps: bool = False, denied: bool = False, role: str = ""
) -> None:
    """Write an operation of Azure's control plane. `resource` is a full id, or what is behind a resource group's.

    `steps` writes the records of its start and acceptance as well; `role` is the id of the role that is assigned.
    """
    if not resource.startswith("/"):
        resource = f"/subscriptions/{held.subscription}/resourceGroups/rg-main/providers/{resource}"
    correlation, status = scene.ids.uuid(), "Failure" if denied else "Success"
    walk = (("Start", 0), ("Accept", 700), ("Success", 24_000)) if steps else ((status, 0),)
    for each, wait in walk:
        at = scene.at + wait
        made = azure.activity(
            scene.rng, at, held.token, held.spot.address, name, resource, each, correlation=correlation
        )
        made["properties"]["eventDataId"] = scene.ids.uuid()
        if role and not denied:
            made["properties"] |= grants.azure(resource, role, f"{correlation[:-4]}0000", each)
        scene.put(f"azure/{resource.split('/')[2].lower()}/activity", made, at)
    scene.at += walk[-1][1]


def request(scene: Scene, held: Held, method: str, path: str) -> None:
    """Write a request of Microsoft Graph."""
    made = azure.graph_activity(scene.rng, scene.at, held.token, held.spot.address, method, path)
    web = isinstance(held.token.holder, EntraUser) and held.token.client is azure.PORTAL
    made["properties"]["userAgent"] = held.spot.browser if web else held.spot.azure
    scene.put(GRAPH, made)


def reads(scene: Scene, held: Held, count: int) -> None:
    """Make ordinary requests, seconds apart."""
    for _ in range(count):
        scene.at += scene.rng.randrange(1_000, 60_000)
        request(scene, held, "GET", scene.rng.choice(READ_REQUESTS))


def act(
    scene: Scene, held: Held, name: str, resource: str, *, steps: bool = False, denied: bool = False, role: str = ""
) -> None:
    """Make an operation of the story: after the style's pause, behind the style's noise."""
    wait(scene, held)
    operation(scene, held, name, resource, steps=steps, denied=denied, role=role)


def ask(scene: Scene, held: Held, method: str, path: str) -> None:
    """Make a request of the story."""
    wait(scene, held)
    request(scene, held, method, path)


def wait(scene: Scene, held: Held) -> None:
    """Let the style's time and noise go by."""
    scene.pause()
    reads(scene, held, scene.noise() if isinstance(held.token.holder, EntraUser) else 0)
    scene.quickly()


def recon(scene: Scene, held: Held, kinds: int) -> None:
    """Look around in the directory with so many kinds of requests."""
    for path in scene.rng.sample(RECON_REQUESTS, kinds):
        ask(scene, held, "GET", path)


def change(scene: Scene, held: Held, activity: str, kind: str, target: tuple[str, str], changed: list[Json]) -> None:
    """Write a change of the directory, as an act of the story. `target` is (id, display name), `kind` its type."""
    wait(scene, held)
    category = "Policy" if kind == "Policy" else "RoleManagement" if "role" in activity else "ApplicationManagement"
    what = {"id": target[0], "displayName": target[1], "type": kind}
    details = [{"key": "User-Agent", "value": held.spot.browser}]
    done = entra.Change(activity, category, "Update", what, changed, details)
    scene.put(AUDIT, entra.directory_audit(scene.rng, scene.at, held.user, held.spot.address, done))


def new_secret(scene: Scene, held: Held, app: EntraApp, old: str) -> str:
    """Add a secret to an application, as an act of the story; gives its key id."""
    wait(scene, held)
    key, portal = scene.ids.uuid(), scene.rng.randrange(2) == 0
    made = entra.credential_added(scene.rng, scene.at, held.user, held.spot.address, app, key, old, portal=portal)
    scene.put(AUDIT, made)
    return key


def home(scene: Scene, one: Application | Machine) -> Spot:
    """Give where an application or a machine runs, with the client of `simulator.organization.machines_others`."""
    agent = f"python-requests/2.3{one.number % 3}.0"
    return program(one.address, network_of(scene.world, one.address), agent)
