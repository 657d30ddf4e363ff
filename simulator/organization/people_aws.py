"""How the organization's people get into AWS, each by their way, and what they do there.

A credential is kept and used until it expires, also from the next place that its holder goes to: somebody who takes
the laptop home takes the session with them, as it happens.
"""

from dataclasses import dataclass, field

from simulator import clients
from simulator import okta_records as okta
from simulator.hops.aws_calls import session_identity, user_identity
from simulator.hops.aws_federation import MANAGEMENT_ACCOUNT, STORE
from simulator.hops.world import Role
from simulator.identities import Json
from simulator.menus import CLOUD_SHELL_COMMANDS, Call
from simulator.networks import Origin
from simulator.organization import menus_aws as menus
from simulator.organization import tools
from simulator.organization.credentials import access_key, issued
from simulator.organization.notebook import AwsHeld, Notebook, Spot
from simulator.organization.okta_desk import OktaDesk
from simulator.organization.world import HOUR, Account, Person

SESSION = {"cli": HOUR, "console": 8 * HOUR}
"""How long a role session lives: an hour on the command line, longer behind the console."""

SSO_SESSION = 4 * HOUR
_NOT_ALLOWED = frozenset({"ce", "health", "notifications", "servicecatalog-appregistry", "freetier"})
"""What the console's home page asks and half of the engineers may not see: refusals every day, which mean nothing."""

_DENIED = 60
"""One task in so many meets a refusal: something that the person may not do."""


@dataclass
class AwsDesk:
    """A person's day in AWS. `own` are the few resources that they work with."""

    book: Notebook
    person: Person
    day: int
    okta: OktaDesk
    own: tuple[str, ...]
    spot: Spot
    _held: dict[tuple[str, str], tuple[int, AwsHeld]] = field(default_factory=dict)
    _second_factor: tuple[int, AwsHeld] | None = None

    def work(self, at: int) -> int:
        """Do one task at a time (ms) and give when it is done."""
        draw, rng = self.book.rng.randrange(100), self.book.rng
        account = rng.choice((self.person.accounts[0], self.person.accounts[0], rng.choice(self.person.accounts)))
        console = draw < (75 if self.person.device.system == "windows" else 38)
        if console:
            at, held = self.hold(at, account, "console")
            if rng.randrange(40) == 0:
                return self._cloud_shell(at, held)
            for _ in range(rng.randrange(1, 4)):
                at = self._page(at, held)
            return at
        at, held = self.hold(at, account, "cli")
        if draw > 90:
            held = held.using(Origin(self.spot.address, tools.aws_sdk(self.person.device)))
        return self._task(at, held)

    def _task(self, at: int, held: AwsHeld) -> int:
        rng, team = self.book.rng, self.person.team
        changes = menus.CHANGES[team]
        task = rng.choice(changes) if changes and rng.randrange(12) == 0 else rng.choice(menus.READS[team])
        for call in task:
            self.book.aws(at, held, menus.filled(call, rng.choice(self.own)))
            at += rng.randrange(900, 20_000)
        if rng.randrange(_DENIED) == 0:
            self._refused(at, held)
        return at

    def _page(self, at: int, held: AwsHeld) -> int:
        rng = self.book.rng
        limited = self.person.team in ("developers", "data", "support") and self.person.number % 2 == 0
        for call in rng.choice(menus.PAGES[self.person.team]):
            refused = limited and call.service in _NOT_ALLOWED
            error = self._message(held, call.service, call.action) if refused else None
            self.book.aws(at, held, menus.filled(call, rng.choice(self.own)), error=error)
            at += rng.randrange(0, 900)
        return at + rng.randrange(4_000, 90_000)

    def _cloud_shell(self, at: int, held: AwsHeld) -> int:
        """Open Cloud Shell from the console: its host is AWS's, its credential the console's."""
        rng = self.book.rng
        network = self.book.world.networks.aws[held.region][0]
        self.book.aws(at, held, Call("cloudshell", "CreateEnvironment"))
        self.book.aws(at + 2_000, held, Call("cloudshell", "CreateSession"))
        shell = held.using(Origin(network.address(rng.randrange(250)), clients.cloud_shell))
        at += 20_000
        for call in rng.sample(CLOUD_SHELL_COMMANDS[:6], rng.randrange(2, 5)):
            self.book.aws(at, shell, call)
            at += rng.randrange(4_000, 60_000)
        return at

    def _refused(self, at: int, held: AwsHeld) -> None:
        service, action = self.book.rng.choice((("iam", "ListUsers"), ("kms", "Decrypt"), ("s3", "GetBucketPolicy")))
        self.book.aws(at, held, Call(service, action), error=self._message(held, service, action))

    def _message(self, held: AwsHeld, service: str, action: str) -> tuple[str, str]:
        return "AccessDenied", f"User: {held.identity['arn']} is not authorized to perform: {service}:{action}"

    def hold(self, at: int, account: Account, mode: str) -> tuple[int, AwsHeld]:
        """Give a credential for an account, signing in when there is none: the time after it, and the credential."""
        client = tools.aws_console(self.person.device) if mode == "console" else tools.aws_cli(self.person.device)
        origin = Origin(self.spot.address, client)
        kept = self._held.get((account.number, mode))
        if kept and at < kept[0]:
            return at, kept[1].using(origin)
        way = {"sso": self._identity_center, "saml": self._saml, "user_mfa": self._user, "key": self._user}
        at, life, held = way[self.person.way](at, account, mode, origin)
        self._held[account.number, mode] = (at + life, held)
        return at, held

    def _role(self, roles: tuple[Role, ...], account: Account) -> Role:
        return next(role for role in roles if role.account == account.number)

    def _identity_center(self, at: int, account: Account, mode: str, origin: Origin) -> tuple[int, int, AwsHeld]:
        person, book, role = self.person, self.book, self._role(self.person.sets, account)
        at = self.okta.sign_on(at, okta.AWS_SSO_APP)
        behalf = {
            "userId": person.known.identity_store_id,
            "identityStoreArn": f"arn:aws:identitystore::{MANAGEMENT_ACCOUNT}:identitystore/{STORE}",
        }
        caller = {
            "type": "IdentityCenterUser",
            "accountId": MANAGEMENT_ACCOUNT,
            "onBehalfOf": behalf,
            "credentialId": book.ids.hexadecimal(40),
        }
        action = "Federate" if mode == "console" else "GetRoleCredentials"
        extra: Json = {
            "eventType": "AwsServiceEvent",
            "serviceEventDetails": {"account_id": account.number, "role_name": role.name.split("_")[1]},
        }
        center = AwsHeld(caller, MANAGEMENT_ACCOUNT, "eu-west-1", origin)
        book.aws(at, center, Call("sso", action), extra=extra)
        identity = session_identity(role, person.email, book.ids.temporary_key(), at)
        held = AwsHeld(identity, account.number, account.region, origin, console=mode == "console")
        if mode == "console":
            self._console_login(at + 1_000, held, mfa="No")
        return at + 2_000, SSO_SESSION, held

    def _saml(self, at: int, account: Account, mode: str, origin: Origin) -> tuple[int, int, AwsHeld]:
        person, book, role = self.person, self.book, self._role(self.person.roles, account)
        at = self.okta.sign_on(at, okta.AWS_APP)
        login, key, life = person.email, book.ids.temporary_key(), SESSION[mode]
        issuer = "https://www.okta.com/exk1example2issuer3"
        qualifier = "c29tZSBiYXNlNjQ="
        caller = {
            "type": "SAMLUser",
            "principalId": f"{qualifier}:{login}",
            "userName": login,
            "identityProvider": issuer,
        }
        request: Json = {
            "sAMLAssertionID": f"id{book.rng.getrandbits(60)}",
            "roleSessionName": login,
            "durationSeconds": life // 1000,
            "roleArn": role.arn,
            "principalArn": f"arn:aws:iam::{role.account}:saml-provider/okta",
        }
        response = issued(book.ids, at, role, login, key, life) | {
            "subject": login,
            "subjectType": "unspecified",
            "issuer": issuer,
            "audience": "https://signin.aws.amazon.com/saml",
            "nameQualifier": qualifier,
        }
        sign_in = AwsHeld(caller, account.number, account.region, origin)
        call = Call("sts", "AssumeRoleWithSAML", request)
        book.aws(at, sign_in, call, response, extra={"resources": role.resources})
        identity = session_identity(role, login, key, at)
        held = AwsHeld(identity, account.number, account.region, origin, console=mode == "console")
        if mode == "console":
            self._console_login(at + 1_000, held, mfa="No")
        return at + 2_000, life, held

    def _console_login(self, at: int, held: AwsHeld, mfa: str) -> None:
        identity = {name: value for name, value in held.identity.items() if name != "accessKeyId"}
        browser = Origin(held.origin.address, clients.fixed(self.person.device.browser))
        target = f"https://console.aws.amazon.com/console/home?region={held.region}"
        extra = {
            "additionalEventData": {"LoginTo": target, "MobileVersion": "No", "MFAUsed": mfa},
            "eventType": "AwsConsoleSignIn",
        }
        login = AwsHeld(identity, held.account, held.region, browser)
        self.book.aws(at, login, Call("signin", "ConsoleLogin"), {"ConsoleLogin": "Success"}, extra=extra)

    def _user(self, at: int, account: Account, mode: str, origin: Origin) -> tuple[int, int, AwsHeld]:
        """Come as an IAM user: to the console by password, to other accounts by a role."""
        person, known, ids = self.person, self.person.known, self.book.ids
        home = known.account == account.number
        second = person.way == "user_mfa"
        region = next(one.region for one in self.book.world.accounts if one.number == known.account)
        if mode == "console":
            identity = user_identity(known, ids.temporary_key(), at, mfa=second)
            held = AwsHeld(identity, known.account, region, origin, console=True)
            login = {key: value for key, value in user_identity(known).items() if key != "accessKeyId"}
            self._console_login(at, AwsHeld(login, known.account, region, origin), "Yes" if second else "No")
            return at + 1_000, SESSION[mode], held
        held = AwsHeld(
            user_identity(known, access_key(self.book.world, person, self.day)), known.account, region, origin
        )
        if second:
            at, held = self._with_second_factor(at, held)
        if home:
            return at, SESSION[mode], held
        return self._assume(at, held, self._role(person.roles, account), account)

    def _with_second_factor(self, at: int, held: AwsHeld) -> tuple[int, AwsHeld]:
        """Take a session of the user's own with a second factor, for the day."""
        kept = self._second_factor
        if kept and at < kept[0]:
            return at, kept[1].using(held.origin)
        known, key = self.person.known, self.book.ids.temporary_key()
        serial = f"arn:aws:iam::{known.account}:mfa/{known.name}"
        call = Call("sts", "GetSessionToken", {"durationSeconds": 43_200, "serialNumber": serial})
        credentials = {"accessKeyId": key, "sessionToken": self.book.ids.session_token()}
        self.book.aws(at, held, call, {"credentials": credentials})
        session = AwsHeld(user_identity(known, key, at, mfa=True), known.account, held.region, held.origin)
        self._second_factor = (at + 12 * HOUR, session)
        return at + 1_000, session

    def _assume(self, at: int, held: AwsHeld, role: Role, account: Account) -> tuple[int, int, AwsHeld]:
        book, session, key = self.book, f"botocore-session-{at // 1000}", self.book.ids.temporary_key()
        if self.person.number % 3:
            session = self.person.name
        call = Call("sts", "AssumeRole", {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 3600})
        response = issued(book.ids, at, role, session, key)
        shared: Json = {"sharedEventID": book.ids.uuid(), "resources": role.resources}
        book.aws(at, held, call, response, extra=shared)
        # The role's own account has a copy, with the caller in short.
        short = {"type": "AWSAccount", "principalId": held.identity["principalId"], "accountId": held.account}
        book.aws(at, AwsHeld(short, account.number, held.region, held.origin), call, response, extra=shared)
        identity = session_identity(role, session, key, at)
        identity["sessionContext"]["attributes"]["mfaAuthenticated"] = str(self.person.way == "user_mfa").lower()
        return at + 1_000, HOUR, AwsHeld(identity, account.number, account.region, held.origin)
