"""Makes the machines of the organization: instances, functions, service accounts, applications and pipelines."""

import random
from dataclasses import dataclass

from simulator.azure_records import EntraApp, EntraUser
from simulator.gcp_records import ServiceAccount
from simulator.hops.world import Person as Known
from simulator.hops.world import Role
from simulator.okta_records import OktaUser
from simulator.organization.places import Networks
from simulator.organization.world import (
    Account,
    Application,
    Function,
    Instance,
    Machine,
    MachineUser,
    Pipeline,
    Project,
    Robot,
    Subscription,
)
from simulator.randomness import Ids

_SERVICES = ("web", "orders", "payments", "search", "worker", "stream", "media", "reporting", "gateway", "batch")
_JOBS = ("backup", "export", "sync", "metrics", "etl", "cleanup", "billing", "inventory")
SERVICE_LINKED = {
    "config.amazonaws.com": "AWSServiceRoleForConfig",
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
    "trustedadvisor.amazonaws.com": "AWSServiceRoleForTrustedAdvisor",
}
"""The service-linked roles that every account has."""


@dataclass(frozen=True)
class Sites:
    """Where machines are put: the random stream, the networks and the accounts of each cloud."""

    rng: random.Random
    networks: Networks
    accounts: tuple[Account, ...]
    projects: tuple[Project, ...]
    subscriptions: tuple[Subscription, ...]

    @property
    def ids(self) -> Ids:
        """Identifiers from the stream."""
        return Ids(self.rng)

    def nat(self, account: Account) -> str:
        """Give the NAT address of an account in its Region: two an account."""
        place = self.accounts.index(account)
        network = self.networks.aws[account.region][3 + 2 * place + self.rng.randrange(2)]
        return network.address(place)


def _account(sites: Sites) -> Account:
    return sites.rng.choice([one for one in sites.accounts if one.stage != "shared" or one.name == "tooling"])


def instances(sites: Sites, count: int) -> tuple[Instance, ...]:
    """Make EC2 instances: some six of a service share a role and a way out; one in five is there by day only."""
    made: list[Instance] = []
    while len(made) < count:
        account, service = _account(sites), f"{sites.rng.choice(_SERVICES)}-{len(made)}"
        role, address = Role(f"{service}-instance", sites.ids.role_id(), account.number), sites.nat(account)
        endpoint = f"vpce-{sites.ids.hexadecimal(17)}" if sites.rng.randrange(3) == 0 else None
        for _ in range(min(count - len(made), sites.rng.randrange(2, 9))):
            number, private = (
                len(made),
                f"10.{40 + sites.accounts.index(account)}.{len(made) // 200}.{len(made) % 200 + 4}",
            )
            scaled = sites.rng.randrange(5) == 0
            name = f"i-{sites.ids.hexadecimal(17)}"
            made.append(
                Instance(name, role, account, account.region, address, private, endpoint, service, scaled, number)
            )
    return tuple(made)


def functions(sites: Sites, count: int) -> tuple[Function, ...]:
    """Make Lambda functions, each with a role and a few addresses of its Region, one in three behind a NAT gateway."""
    made = []
    for number in range(count):
        account = _account(sites)
        name = f"{sites.rng.choice(_SERVICES)}-{sites.rng.choice(_JOBS)}-{number}"
        pool = sites.networks.aws[account.region]
        addresses = tuple(sites.rng.choice(pool[1:3]).address(sites.rng.randrange(250)) for _ in range(4))
        if sites.rng.randrange(3) == 0:
            addresses = (sites.nat(account),)
        role = Role(f"{name}-execution", sites.ids.role_id(), account.number)
        made.append(Function(name, role, account, account.region, addresses, number))
    return tuple(made)


def machine_users(sites: Sites, count: int) -> tuple[MachineUser, ...]:
    """Make IAM users of programs: half on servers in an office, half with vendors on a cloud of their own."""
    made, offices = [], tuple(sites.networks.offices.values())
    for number in range(count):
        account, ids = _account(sites), sites.ids
        job = sites.rng.choice(("backup", "metrics", "mail", "sync"))
        name = f"svc-{job}-{number}"
        inside = sites.rng.randrange(2) == 0
        network = sites.rng.choice(offices) if inside else sites.rng.choice(sites.networks.azure[12:])
        known = Known(
            name,
            account.number,
            ids.user_id(),
            ids.long_term_key(),
            EntraUser(ids.uuid(), f"{name}@example.com", name),
            OktaUser("00u" + ids.file_suffix() + "5d7", f"{name}@example.com", name),
            f"{ids.hexadecimal(10)}-{ids.uuid()}",
        )
        made.append(MachineUser(known, account, network.address(200 + number % 40), job, number))
    return tuple(made)


def robots(sites: Sites, count: int) -> tuple[Robot, ...]:
    """Make Google service accounts: on machines and functions, with keys outside, and started by Cloud Scheduler."""
    made = []
    for number in range(count):
        project, how = sites.rng.choice(sites.projects), sites.rng.choice(("vm", "vm", "function", "scheduler", "key"))
        job = sites.rng.choice(_JOBS)
        unique = "1" + "".join(sites.rng.choices("0123456789", k=20))
        account = ServiceAccount(
            f"{job}-{number}@{project.project_id}.iam.gserviceaccount.com", unique, project.project_id
        )
        place = sites.projects.index(project)
        key, vm, address = None, None, sites.networks.gcp[place].address(number)
        if how == "key":
            key = sites.ids.hexadecimal(40)
            address = sites.rng.choice(
                (*sites.networks.offices.values(), *sites.networks.aws["eu-west-1"][3:5])
            ).address(number)
        if how == "vm":
            vm = f"projects/{project.project_id}/zones/europe-west1-b/instances/{job}-{number}"
        made.append(Robot(account, project, how, key, address, job, number, vm))
    return tuple(made)


def _app(sites: Sites, name: str, vm: str | None = None) -> EntraApp:
    ids = sites.ids
    return EntraApp(ids.uuid(), ids.uuid(), ids.uuid(), name, vm)


def applications(sites: Sites, count: int) -> tuple[Application, ...]:
    """Make Entra applications that sign in with a client secret."""
    made = []
    for number in range(count):
        job = sites.rng.choice(_JOBS)
        network = sites.rng.choice((*sites.networks.azure[:8], *sites.networks.offices.values()))
        app = _app(sites, f"{job}-app-{number}")
        subscription = sites.rng.choice(sites.subscriptions)
        made.append(Application(app, sites.ids.uuid(), network.address(number), subscription, job, number))
    return tuple(made)


def machines(sites: Sites, count: int) -> tuple[Machine, ...]:
    """Make Azure virtual machines with a system-assigned managed identity."""
    made = []
    for number in range(count):
        job, subscription = sites.rng.choice(_JOBS), sites.rng.choice(sites.subscriptions)
        group = f"/subscriptions/{subscription.subscription_id}/resourcegroups/rg-{job}"
        name = f"vm-{job}-{number}"
        app = _app(sites, name, f"{group}/providers/Microsoft.Compute/virtualMachines/{name}")
        address = sites.networks.azure[8 + number % 4].address(number // 8)
        made.append(Machine(app, address, subscription, job, number))
    return tuple(made)


def pipelines(sites: Sites, count: int) -> tuple[Pipeline, ...]:
    """Make CI pipelines: six in ten into AWS, the others into Google Cloud and Azure; one in five upgrades its tool."""
    made = []
    for number in range(count):
        name, cloud = sites.rng.choice(_SERVICES), ("aws", "aws", "aws", "gcp", "azure")[number % 5]
        vendor = sites.rng.choice(("github", "github", "gitlab"))
        account, project = sites.rng.choice(sites.accounts), sites.rng.choice(sites.projects)
        subscription = sites.rng.choice(sites.subscriptions)
        role = robot = app = None
        if cloud == "aws":
            role = Role(f"deploy-{name}-{number}", sites.ids.role_id(), account.number)
        elif cloud == "gcp":
            unique = "1" + "".join(sites.rng.choices("0123456789", k=20))
            email = f"deploy-{name}-{number}@{project.project_id}.iam.gserviceaccount.com"
            robot = ServiceAccount(email, unique, project.project_id)
        else:
            app = _app(sites, f"deploy-{name}-{number}")
        made.append(
            Pipeline(
                repository=f"example-org/{name}-{number}",
                vendor=vendor,
                tool=sites.rng.choice(("terraform", "terraform", "terraform", "pulumi")),
                team=sites.rng.choice(("developers", "platform", "data")),
                nightly=sites.rng.randrange(60, 300),
                merges=sites.rng.randrange(2, 7),
                role=role,
                account=account if role else None,
                robot=robot,
                project=project if robot else None,
                app=app,
                subscription=subscription if app else None,
                upgrades=sites.rng.randrange(1, 10) if sites.rng.randrange(5) == 0 else None,
                number=number,
            )
        )
    return tuple(made)


def service_roles(sites: Sites) -> dict[tuple[str, str], Role]:
    """Make the service-linked roles of every account."""
    return {
        (account.number, service): Role(name, sites.ids.role_id(), account.number, f"/aws-service-role/{service}/")
        for account in sites.accounts
        for service, name in SERVICE_LINKED.items()
    }
