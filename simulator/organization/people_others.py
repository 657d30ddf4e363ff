"""What the organization's people do in Google Cloud, and in Azure, Entra and Microsoft Graph."""

from dataclasses import dataclass

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import gcp_records as gcp
from simulator import okta_records as okta
from simulator.azure_records import AzureApp, Token
from simulator.gcp_records import Caller
from simulator.organization import menus_others as menus
from simulator.organization import tools
from simulator.organization.notebook import Notebook, Spot
from simulator.organization.okta_desk import OktaDesk
from simulator.organization.world import HOUR, Person

GOOGLE_SESSION = 12 * HOUR
IMPERSONATES = 14
"""One task in so many is done as a service account, with a token of an hour."""

ENTRA_SESSION = 10 * HOUR
PORTAL_AGENT = "azsdk-js-graph-client/3.0.7"


@dataclass
class GoogleDesk:
    """A person's day in Google Cloud."""

    book: Notebook
    person: Person
    okta: OktaDesk
    own: tuple[str, ...]
    spot: Spot
    _until: int = 0

    def work(self, at: int) -> int:
        """Do one task at a time (ms) and give when it is done."""
        rng, device, team = self.book.rng, self.person.device, self.person.team
        if at >= self._until:
            at = self.okta.sign_on(at, okta.GOOGLE_APP)
            self._until = at + GOOGLE_SESSION
        project = rng.choice(self.person.projects).project_id
        caller = gcp.person(self.person.email)
        draw = rng.randrange(100)
        console = draw < 40
        agent = f"{device.browser},gzip(gfe)"
        reads = menus.GOOGLE_READS.get(team, menus.GOOGLE_READS["developers"])
        if not console:
            agent = tools.google_python(self.person) if draw > 85 and team == "data" else ""
            if rng.randrange(IMPERSONATES) == 0:
                at, caller = self._impersonate(at, project)
        changes = menus.GOOGLE_CHANGES.get(team, ())
        task = rng.choice(changes) if changes and rng.randrange(12) == 0 else rng.choice(reads)
        for call in (*task, *task) if console else task:
            shown = agent or tools.gcloud(rng, device, f"{call.service}.{call.permission.rpartition('.')[2]}")
            place = gcp.Place(self.spot.address, shown)
            denied = rng.randrange(150) == 0
            self.book.google(at, caller, place, call, project, rng.choice(self.own), denied=denied)
            at += rng.randrange(50, 900) if console else rng.randrange(1_500, 25_000)
        return at

    def _impersonate(self, at: int, project: str) -> tuple[int, Caller]:
        """Take a token of a service account of the project, as gcloud does with --impersonate-service-account."""
        robots = [one for one in self.book.world.service_accounts if one.project.project_id == project]
        caller = gcp.person(self.person.email)
        if not robots:
            return at, caller
        account = robots[self.person.number % len(robots)].account
        agent = tools.gcloud(self.book.rng, self.person.device, "auth.print-access-token")
        place = gcp.Place(self.spot.address, agent)
        self.book.entry(at, gcp.generate_token(self.book.rng, at, caller, place, account, "GenerateAccessToken"))
        return at + 900, gcp.service_account(account, delegation=(self.person.email,))


@dataclass
class AzureDesk:
    """A person's day in Azure: sessions of the portal and of the command line, each with tokens of an hour."""

    book: Notebook
    person: Person
    okta: OktaDesk
    own: tuple[str, ...]
    spot: Spot
    _portal: Token | None = None
    _cli: Token | None = None
    _began: int = -ENTRA_SESSION

    def work(self, at: int) -> int:
        """Do one task at a time (ms) and give when it is done."""
        rng, team = self.book.rng, self.person.team
        app = azure.PORTAL if self.person.device.system == "windows" or rng.randrange(3) else azure.CLI
        at, token = self._token(at, app)
        if rng.randrange(8) == 0:
            operation, resource = rng.choice(menus.AZURE_CHANGES[team])
            subscription = rng.choice(self.person.subscriptions).subscription_id
            group = f"/subscriptions/{subscription}/resourceGroups/rg-{team}/providers/"
            self.book.azure(at, token, self.spot.address, operation, group + resource.format(rng.choice(self.own)))
            return at + rng.randrange(4_000, 40_000)
        agent = self.person.device.browser if app is azure.PORTAL else tools.azure_cli(self.person.device)
        reads = (*menus.GRAPH_ANY, *menus.GRAPH_READS.get(team, ()))
        for _ in range(rng.randrange(3, 9)):
            method, path = rng.choice(reads)
            self.book.graph(
                at, token, self.spot.address, method, path.replace("{id}", self.person.entra.object_id), agent
            )
            at += rng.randrange(40, 2_500)
        return at

    def _token(self, at: int, app: AzureApp) -> tuple[int, Token]:
        kept = self._portal if app is azure.PORTAL else self._cli
        rng = self.book.rng
        if kept and at < kept.issued + HOUR:
            return at, kept
        session = kept.session if kept and at < self._began + ENTRA_SESSION else None
        if session is None:
            at = self.okta.sign_on(at, okta.ENTRA_APP)
            self._began = at
        token = Token(self.person.entra, azure.uti(rng), at, session or self.book.ids.uuid(), app)
        if session is None and self.book.one_in(30):
            self._sign_in(at - 700, token, interactive=True, error=50126)
        self._sign_in(at, token, interactive=session is None)
        # The portal asks for tokens of several resources at once, without the person.
        for wait in range(rng.randrange(1, 4)):
            self._sign_in(at + 400 * (wait + 1), token, interactive=False, other=True)
        if app is azure.PORTAL:
            self._portal = token
        else:
            self._cli = token
        return at + 2_000, token

    def _sign_in(self, at: int, token: Token, *, interactive: bool, error: int = 0, other: bool = False) -> None:
        rng, device = self.book.rng, self.person.device
        shown = Token(token.holder, azure.uti(rng), at, token.session, token.client) if other else token
        resource = entra.GRAPH if other else entra.MANAGEMENT
        record = entra.sign_in(
            rng,
            at,
            shown,
            self.spot.address,
            resource=resource,
            interactive=interactive,
            federated=interactive and not error,
            error=error,
        )
        properties = record["properties"]
        systems = {"macos": "MacOs", "windows": "Windows10", "linux": "Linux"}
        browser = "Edge 144.0.0" if "Edg/" in device.browser else "Chrome 144.0.0"
        properties["deviceDetail"] = {
            "deviceId": "",
            "operatingSystem": systems[device.system],
            "browser": browser if token.client is azure.PORTAL else "",
        }
        if token.client is azure.PORTAL:
            properties["userAgent"] = device.browser
        self.book.signed_in(at, record)
