"""Founds the organization: makes the people, machines and pipelines of `simulator.organization.world`."""

import random

from simulator.azure_records import SUBSCRIPTIONS, EntraUser
from simulator.gcp_records import PROJECT_NUMBERS
from simulator.hops.world import Person as Known
from simulator.hops.world import Role
from simulator.okta_records import OktaUser
from simulator.organization import founding_machines as made
from simulator.organization.devices import laptop
from simulator.organization.places import OFFICES, TRAVEL, Networks, Place
from simulator.organization.world import (
    SHARES,
    TEAMS,
    WAYS,
    Account,
    Person,
    Project,
    Subscription,
    World,
)
from simulator.randomness import Ids, stream

LEAST = 20
"""With fewer identities there is not one of each kind."""

ACCOUNTS = (
    Account("111122223333", "production", "prod", "us-east-1"),
    Account("444455556666", "staging", "staging", "us-east-1"),
    Account("777788889999", "development", "dev", "eu-west-1"),
    Account("123456789012", "management", "shared", "us-east-1"),
    Account("222233334444", "data", "prod", "eu-central-1"),
    Account("555566667777", "security", "shared", "us-east-1"),
    Account("888899990000", "tooling", "shared", "eu-west-1"),
    Account("999900001111", "production-apac", "prod", "ap-southeast-2"),
)
"""The organization's accounts: numbers in the manner of AWS's documentation ones."""

PROJECTS = (
    *(Project(name, number, "shared" if name == "example-ci" else "prod") for name, number in PROJECT_NUMBERS.items()),
    Project("example-dev", "141421356237", "dev"),
    Project("example-analytics", "173205080756", "prod"),
)
_SUBSCRIPTIONS = (
    Subscription(SUBSCRIPTIONS[0], "production", "prod"),
    Subscription(SUBSCRIPTIONS[1], "development", "dev"),
)
_GIVEN = (
    *("amara", "jonas", "priya", "diego", "lena", "tom", "noor", "mateo", "yuki", "elif", "oluwaseun", "ines"),
    *("pavel", "grace", "hassan", "sofia", "liam", "wei", "aisha", "bruno", "carla", "dario", "emma", "farid"),
    *("greta", "hugo", "isla", "jamal", "karin", "luca", "maya", "nils", "olga", "petra", "quinn", "rahul"),
    *("sara", "tariq", "uma", "viktor"),
)
_FAMILY = (
    *("okafor", "weber", "nair", "santos", "fischer", "becker", "haddad", "rossi", "tanaka", "demir", "adeyemi"),
    *("lopes", "novak", "murphy", "farouk", "berg", "oneill", "chen", "khan", "silva", "abebe", "brandt", "costa"),
    *("dubois", "eriksen", "ferrari", "gupta", "horvat", "ivanova", "jensen", "kowalski", "lindqvist", "meyer"),
    *("ncube", "ortega", "park", "quispe", "rao", "schmidt", "torres"),
)
_PERMISSION_SETS = {
    "developers": "PowerUserAccess",
    "data": "DataEngineer",
    "platform": "AdministratorAccess",
    "it": "ViewOnlyAccess",
    "support": "SupportReadOnly",
    "security": "SecurityAudit",
    "finance": "Billing",
}
_CLOUDS = {
    "developers": (("aws",), ("aws",), ("aws", "gcp"), ("aws", "azure"), ("gcp", "aws"), ("azure", "aws")),
    "data": (("gcp", "aws"), ("gcp",), ("aws", "gcp"), ("azure", "gcp")),
    "platform": (("aws", "gcp", "azure"), ("aws", "azure"), ("aws", "gcp"), ("gcp", "azure")),
    "it": (("azure",), ("azure", "aws"), ("azure", "gcp")),
    "support": (("aws",), ("azure",), ("aws", "azure")),
    "security": (("aws", "gcp", "azure"),),
    "finance": (("aws",), ("azure",)),
}
_TOWNS = (OFFICES[0],) * 4 + (OFFICES[1],) * 2 + (OFFICES[2],) * 3 + (OFFICES[3],) * 2


def found(seed: int, identities: int) -> World:
    """Make the world of a seed. Raises ValueError for fewer than LEAST identities."""
    if identities < LEAST:
        raise ValueError(f"{identities} identities are too few: give at least {LEAST}")
    rng = stream(seed, "organization/world")
    counts = {kind: max(1, identities * share // 100) for kind, share in SHARES.items()}
    counts["people"] += identities - sum(counts.values())
    networks = Networks.new(seed, counts["people"])
    sets = {team: _sets(rng, name) for team, name in _PERMISSION_SETS.items()}
    roles = {team: _roles(rng, team) for team in TEAMS}
    people = _people(rng, networks, counts["people"], sets, roles)
    network_of = made.Sites(rng, networks, ACCOUNTS, PROJECTS, _SUBSCRIPTIONS)
    instances = made.instances(network_of, counts["instances"])
    functions = made.functions(network_of, counts["functions"])
    robots = made.robots(network_of, counts["service_accounts"])
    applications = made.applications(network_of, counts["applications"])
    machines = made.machines(network_of, counts["machines"])
    pipelines = made.pipelines(network_of, counts["pipelines"])
    everyones = tuple(role for of_team in roles.values() for role in of_team)
    own = (*(one.role for one in instances), *(one.role for one in functions))
    deployers = tuple(one.role for one in pipelines if one.role)
    return World(
        seed=seed,
        identities=identities,
        networks=networks,
        accounts=ACCOUNTS,
        projects=PROJECTS,
        subscriptions=_SUBSCRIPTIONS,
        people=people,
        roles=tuple(dict.fromkeys((*everyones, *own, *deployers))),
        instances=instances,
        functions=functions,
        machine_users=made.machine_users(network_of, counts["machine_users"]),
        service_accounts=robots,
        applications=applications,
        machines=machines,
        pipelines=pipelines,
        service_roles=made.service_roles(network_of),
        audit_roles={one.number: Role("security-scanner", Ids(rng).role_id(), one.number) for one in ACCOUNTS},
        break_glass={one.number: Role("break-glass", Ids(rng).role_id(), one.number) for one in ACCOUNTS},
        migration=(3, 8),
    )


def _sets(rng: random.Random, name: str) -> tuple[Role, ...]:
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    made_name = f"AWSReservedSSO_{name}"
    return tuple(
        Role(f"{made_name}_{Ids(rng).hexadecimal(16)}", Ids(rng).role_id(), one.number, path) for one in ACCOUNTS
    )


def _roles(rng: random.Random, team: str) -> tuple[Role, ...]:
    return tuple(Role(f"{team}-{one.stage}", Ids(rng).role_id(), one.number) for one in ACCOUNTS)


def _people(
    rng: random.Random,
    networks: Networks,
    count: int,
    sets: dict[str, tuple[Role, ...]],
    roles: dict[str, tuple[Role, ...]],
) -> tuple[Person, ...]:
    names = [f"{given}.{family}" for given in _GIVEN for family in _FAMILY]
    rng.shuffle(names)
    people = []
    for number in range(count):
        name = names[number % len(names)] + (str(number // len(names) + 1) if number >= len(names) else "")
        team = _weighted(rng, TEAMS)
        people.append(_person(rng, networks, number, name, team, sets[team], roles[team]))
    return tuple(people)


def _weighted(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), [*weights.values()])[0]


def _person(
    rng: random.Random,
    networks: Networks,
    number: int,
    name: str,
    team: str,
    sets: tuple[Role, ...],
    roles: tuple[Role, ...],
) -> Person:
    town: Place = rng.choice(_TOWNS)
    # Security and finance came to Identity Center with the first wave; nobody of theirs has a user of their own.
    way = "sso" if team in ("security", "finance", "it") else _weighted(rng, WAYS)
    own = _accounts(rng, team)
    starts = rng.choice((480, 510, 540, 540, 570, 600))
    mobile = rng.sample(networks.mobiles[town.city], 4)
    trip = None
    if rng.randrange(14) == 0:
        first = rng.randrange(0, 8)
        away = rng.choice([place for place in TRAVEL if place.country != town.country])
        trip = (first, first + rng.randrange(1, 4), away.city)
    # Of a hundred people, two join and two leave within the first ten days.
    turn, when = rng.randrange(50), rng.choice((0, 1, 2, 3, 4, 7, 8, 9))
    numbers = {one.number for one in own}
    return Person(
        number=number,
        known=_known(rng, name, rng.choice(own).number),
        team=team,
        city=town.city,
        utc_minutes=town.utc_minutes,
        starts=starts,
        ends=starts + rng.choice((480, 510, 540, 570)),
        device=laptop(rng, team),
        office=networks.offices[town.city],
        vpn=networks.vpns[town.city],
        home=rng.choice(networks.homes[town.city]),
        mobile=tuple(mobile),
        host=rng.randrange(60_000),
        clouds=rng.choice(_CLOUDS[team]),
        way=way,
        accounts=own,
        sets=tuple(role for role in sets if role.account in numbers),
        roles=tuple(role for role in roles if role.account in numbers),
        projects=tuple(rng.sample(PROJECTS, 2)),
        subscriptions=_SUBSCRIPTIONS if team in ("platform", "it", "security") else (rng.choice(_SUBSCRIPTIONS),),
        on_call=team in ("platform", "developers") and rng.randrange(4) == 0,
        remote=rng.randrange(5) == 0,
        trip=trip,
        joins=when if turn == 0 else None,
        leaves=when if turn == 1 else None,
    )


def _accounts(rng: random.Random, team: str) -> tuple[Account, ...]:
    if team in ("platform", "security"):
        return ACCOUNTS
    if team == "finance":
        return (ACCOUNTS[3],)
    if team == "data":
        return (ACCOUNTS[4], ACCOUNTS[2])
    return tuple(rng.sample((ACCOUNTS[0], ACCOUNTS[1], ACCOUNTS[2], ACCOUNTS[7]), 2))


def _known(rng: random.Random, name: str, account: str) -> Known:
    ids, email, shown = Ids(rng), f"{name}@example.com", name.replace(".", " ").title()
    return Known(
        name,
        account,
        ids.user_id(),
        ids.long_term_key(),
        EntraUser(ids.uuid(), email, shown),
        OktaUser("00u" + ids.file_suffix() + "5d7", email, shown),
        f"{ids.hexadecimal(10)}-{ids.uuid()}",
    )
