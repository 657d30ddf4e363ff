"""What the organization's machines do in Google Cloud, Azure and Entra: service accounts, applications, identities."""

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import gcp_records as gcp
from simulator.azure_records import Token
from simulator.organization import menus_others as menus
from simulator.organization.machines_aws import many
from simulator.organization.notebook import Notebook
from simulator.organization.schedule import day_start
from simulator.organization.world import DAY, HOUR, MINUTE, Application, Machine, Robot

ROBOT_CALLS, APPLICATION_CALLS, MACHINE_CALLS = 200, 110, 60
"""Calls a day, for `activity` 100."""


def robot_day(book: Notebook, robot: Robot, day: int, activity: int) -> None:
    """Write a service account's day: of machines and functions all day, of a scheduler in runs at fixed minutes."""
    rng, start, calls = book.rng, day_start(day), menus.GOOGLE_MACHINES[robot.job]
    count = many(book, ROBOT_CALLS, robot.number, activity)
    if robot.how == "scheduler":
        runs = (1, 4, 24)[robot.number % 3]
        minute = robot.number % 60
        begins = [start + (DAY // runs) * run + minute * MINUTE for run in range(runs)]
        times = [at + rng.randrange(200_000) for at in begins for _ in range(max(1, count // runs))]
    else:
        times = [start + rng.randrange(DAY) for _ in range(count)]
    agents = {
        "vm": f"gcloud-python/3.1.0 google-api-core/2.{robot.number % 20}.0 gl-python/3.11.2 grpc/1.62.0,gzip(gfe)",
        "function": "google-api-nodejs-client/7.2.0 (gzip),gzip(gfe)",
        "scheduler": "google-api-go-client/0.5,gzip(gfe)",
        "key": f"google-api-python-client/2.{90 + robot.number % 9}.0 (gzip),gzip(gfe)",
    }
    caller, place = gcp.service_account(robot.account, key=robot.key), gcp.Place(robot.address, agents[robot.how])
    for at in sorted(times):
        call = rng.choice(calls)
        book.google(at, caller, place, call, robot.project.project_id, f"{robot.job}-{robot.number}")


def application_day(book: Notebook, application: Application, day: int, activity: int) -> None:
    """Write an application's day: it signs in with its secret every hour that it works, and does its job.

    One application in three is a nightly job, the others work every hour.
    """
    rng, start, job = book.rng, day_start(day), application.job
    count = many(book, APPLICATION_CALLS, application.number, activity)
    hours = (2 + application.number % 4,) if application.number % 3 == 0 else tuple(range(24))
    if len(hours) > count:
        hours = hours[:: len(hours) // count]
    for hour in hours:
        at = start + hour * HOUR + application.number % 50 * MINUTE + rng.randrange(20_000)
        token = Token(application.app, azure.uti(rng), at)
        graph = entra.GRAPH if rng.randrange(2) else entra.MANAGEMENT
        record = entra.service_principal_sign_in(rng, at, token, application.address, application.key, resource=graph)
        book.signed_in(at, record)
        for _ in range(max(1, count // len(hours))):
            at += rng.randrange(200, 30_000)
            if rng.randrange(12) == 0:
                _control(book, at, token, application.address, application)
            else:
                method, path = rng.choice(menus.GRAPH_JOBS[job])
                book.graph(
                    at, token, application.address, method, path, f"python-requests/2.3{application.number % 3}.0"
                )


def _control(book: Notebook, at: int, token: Token, address: str, of: Application | Machine) -> None:
    operation, resource = book.rng.choice(menus.AZURE_JOBS[of.job])
    group = f"/subscriptions/{of.subscription.subscription_id}/resourceGroups/rg-{of.job}/providers/"
    book.azure(at, token, address, operation, group + resource.format(f"{of.job}{of.number}"))


def machine_day(book: Notebook, machine: Machine, day: int, activity: int) -> None:
    """Write the day of a virtual machine's managed identity: tokens of some hours, and what it does with them."""
    rng, start = book.rng, day_start(day)
    count = many(book, MACHINE_CALLS, machine.number, activity)
    tokens = max(1, min(8, count // 4))
    for number in range(tokens):
        at = start + number * (DAY // tokens) + rng.randrange(20 * MINUTE)
        token = Token(machine.app, azure.uti(rng), at)
        book.signed_in(at, entra.managed_identity_sign_in(rng, at, token))
        for _ in range(count // tokens):
            at += rng.randrange(30_000, max(60_000, 2 * DAY // count))
            _control(book, at, token, machine.address, machine)
