"""The pipelines: hosted runners of GitHub and GitLab, a new address each job, which sign in by OIDC and run the tools.

A job of every night reads all and changes nothing; one for every merge, in the team's hours on weekdays, reads and
changes some. Terraform and Pulumi are of a newer version after the migration, or after the pipeline's own upgrade.
"""

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import gcp_records as gcp
from simulator.azure_records import Token
from simulator.clients import OIDC_ACTION
from simulator.gcp_records import Caller
from simulator.hops.aws_calls import session_identity
from simulator.identities import Json
from simulator.menus import Call
from simulator.networks import Origin
from simulator.organization import menus_aws, schedule, tools
from simulator.organization import menus_others as menus
from simulator.organization.credentials import issued
from simulator.organization.notebook import AwsHeld, Notebook
from simulator.organization.places import Network
from simulator.organization.world import HOUR, MINUTE, Pipeline, World

ISSUERS = {"github": "token.actions.githubusercontent.com", "gitlab": "gitlab.com"}
REFRESHED = 90
"""Calls that a tool makes to see the state, for `activity` 100; some projects have a third of it, some double."""

_SIZES = (30, 60, 100, 140, 200)


def upgraded(world: World, pipeline: Pipeline, day: int) -> bool:
    """Whether a pipeline runs the newer tool on a day."""
    return day >= world.migration[0] or (pipeline.upgrades is not None and day >= pipeline.upgrades)


def subject(pipeline: Pipeline, reference: str = "main") -> str:
    """Give the subject of a pipeline's OIDC token, as each vendor writes it."""
    if pipeline.vendor == "github":
        return f"repo:{pipeline.repository}:ref:refs/heads/{reference}"
    return f"project_path:{pipeline.repository}:ref_type:branch:ref:{reference}"


def pipeline_day(book: Notebook, pipeline: Pipeline, day: int, activity: int) -> None:
    """Write a pipeline's day. In the migration week it merges twice as often."""
    rng, start = book.rng, schedule.day_start(day)
    book.scenario = "nightly job"
    _job(book, pipeline, day, start + pipeline.nightly * MINUTE + rng.randrange(4 * MINUTE), 0, activity)
    if not schedule.weekday(day):
        return
    book.scenario = "deployment"
    first, last = book.world.migration
    merges = rng.randrange(pipeline.merges + 1) * (2 if first <= day <= last else 1)
    merges = merges * activity // 100 if activity > 100 else merges
    for at in sorted(start + 8 * HOUR + rng.randrange(10 * HOUR) for _ in range(merges)):
        _job(book, pipeline, day, at, rng.randrange(1, 4), activity)


def _job(book: Notebook, pipeline: Pipeline, day: int, at: int, changes: int, activity: int) -> None:
    networks = book.world.networks
    runners = networks.github if pipeline.vendor == "github" else networks.gitlab
    network: Network = book.rng.choice(runners)
    address = network.address(book.rng.randrange(250))
    size = max(4, REFRESHED * _SIZES[pipeline.number % len(_SIZES)] * activity // 10_000)
    if pipeline.role and pipeline.account:
        _aws_job(book, pipeline, day, at, address, size, changes)
    elif pipeline.robot and pipeline.project:
        _google_job(book, pipeline, day, at, address, size, changes)
    else:
        _azure_job(book, pipeline, at, address, size, changes)


def _aws_job(book: Notebook, pipeline: Pipeline, day: int, at: int, address: str, size: int, changes: int) -> None:
    role, account, rng = pipeline.role, pipeline.account, book.rng
    if role is None or account is None:
        raise ValueError(f"{pipeline.repository} deploys elsewhere")
    new = upgraded(book.world, pipeline, day)
    tool = tools.terraform(new) if pipeline.tool == "terraform" else tools.pulumi(new)
    held = _web_identity(book, pipeline, at, address)
    held = held.using(Origin(address, tool))
    at, name = at + rng.randrange(8_000, 40_000), pipeline.repository.partition("/")[2]
    for number in range(size):
        call = menus_aws.REFRESH[number % len(menus_aws.REFRESH)]
        book.aws(at, held, menus_aws.filled(call, f"{name}-{number // len(menus_aws.REFRESH)}"))
        at += rng.randrange(0, 700)
    for _ in range(changes):
        for call in menus_aws.APPLY[(pipeline.number + rng.randrange(3)) % len(menus_aws.APPLY)]:
            book.aws(at, held, menus_aws.filled(call, f"{name}-0"))
            at += rng.randrange(400, 9_000)


def _web_identity(book: Notebook, pipeline: Pipeline, at: int, address: str) -> AwsHeld:
    role, account, ids = pipeline.role, pipeline.account, book.ids
    if role is None or account is None:
        raise ValueError(f"{pipeline.repository} deploys elsewhere")
    who, audience = subject(pipeline), "sts.amazonaws.com" if pipeline.vendor == "github" else "https://gitlab.com"
    session, key = "GitHubActions" if pipeline.vendor == "github" else f"gitlab-{at // 1000}", ids.temporary_key()
    provider = f"arn:aws:iam::{account.number}:oidc-provider/{ISSUERS[pipeline.vendor]}"
    caller = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:{audience}:{who}",
        "userName": who,
        "identityProvider": provider,
    }
    request: Json = {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 3600}
    response = issued(ids, at, role, session, key) | {
        "subjectFromWebIdentityToken": who,
        "provider": provider,
        "audience": audience,
    }
    sign_in = AwsHeld(caller, account.number, account.region, Origin(address, OIDC_ACTION))
    call = Call("sts", "AssumeRoleWithWebIdentity", request)
    book.aws(at, sign_in, call, response, extra={"resources": role.resources})
    identity = session_identity(role, session, key, at, federation=provider)
    identity["sessionContext"]["webIdFederationData"]["attributes"] = {"aud": audience, "sub": who}
    return AwsHeld(identity, account.number, account.region, sign_in.origin)


def _google_job(book: Notebook, pipeline: Pipeline, day: int, at: int, address: str, size: int, changes: int) -> None:
    robot, project, rng = pipeline.robot, pipeline.project, book.rng
    if robot is None or project is None:
        raise ValueError(f"{pipeline.repository} deploys elsewhere")
    who, pool = subject(pipeline), f"projects/{project.number}/locations/global/workloadIdentityPools/{pipeline.vendor}"
    principal = f"principal://iam.googleapis.com/{pool}/subject/{who}"
    owner = f"projects/{project.project_id}"
    exchanged = gcp.exchange_token(rng, at, who, principal, f"{pool}/providers/{pipeline.vendor}", owner)
    exchanged["protoPayload"]["requestMetadata"]["callerIp"] = address
    book.entry(at, exchanged)
    sign_in = gcp.Place(address, "google-github-actions:auth/2.1.8,gzip(gfe)")
    federated = Caller(principal)
    at += rng.randrange(300, 2_000)
    book.entry(at, gcp.generate_token(rng, at, federated, sign_in, robot, "GenerateAccessToken"))
    caller = gcp.service_account(robot, delegation=(principal,))
    tool = gcp.Place(address, tools.google_terraform(upgraded(book.world, pipeline, day)))
    at += rng.randrange(5_000, 30_000)
    name = pipeline.repository.partition("/")[2]
    for number in range(size):
        call = menus.GOOGLE_REFRESH[number % len(menus.GOOGLE_REFRESH)]
        book.google(at, caller, tool, call, project.project_id, f"{name}-{number // len(menus.GOOGLE_REFRESH)}")
        at += rng.randrange(0, 900)
    for _ in range(changes):
        for call in menus.GOOGLE_APPLY[(pipeline.number + rng.randrange(2)) % len(menus.GOOGLE_APPLY)]:
            book.google(at, caller, tool, call, project.project_id, name)
            at += rng.randrange(500, 9_000)


def _azure_job(book: Notebook, pipeline: Pipeline, at: int, address: str, size: int, changes: int) -> None:
    app, subscription, rng = pipeline.app, pipeline.subscription, book.rng
    if app is None or subscription is None:
        raise ValueError(f"{pipeline.repository} deploys elsewhere")
    token = Token(app, azure.uti(rng), at)
    record = entra.service_principal_sign_in(rng, at, token, address, "")
    properties = record["properties"]
    properties |= {"clientCredentialType": "federatedIdentityCredential", "servicePrincipalCredentialKeyId": ""}
    properties["federatedCredentialId"] = f"{app.application_object_id[:24]}{pipeline.number:012d}"
    book.signed_in(at, record)
    at += rng.randrange(8_000, 30_000)
    for _ in range(size // 6):
        # The provider for Entra reads through Graph; what Azure's own reads are is in no log.
        book.graph(
            at, token, address, "GET", f"/applications/{app.application_object_id}", "HashiCorp Terraform/1.10.5"
        )
        at += rng.randrange(100, 900)
    group = f"/subscriptions/{subscription.subscription_id}/resourceGroups/rg-{pipeline.repository.partition('/')[2]}"
    for _ in range(changes * 2):
        operation, resource = menus.AZURE_APPLY[(pipeline.number + rng.randrange(3)) % len(menus.AZURE_APPLY)]
        book.azure(at, token, address, operation, f"{group}/providers/{resource.format(pipeline.number)}")
        at += rng.randrange(2_000, 20_000)
