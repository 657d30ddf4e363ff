"""What everybody else does meanwhile: sign-ins that fail, calls that are refused, services and machines at work."""

from simulator import azure_records as azure
from simulator import entra_records as entra
from simulator import gcp_records as gcp
from simulator import okta_records as okta
from simulator.clients import fixed
from simulator.hops import aws_calls as aws
from simulator.hops.aws_federation import OKTA_FILE
from simulator.hops.azure_links import SIGN_IN_FILE, activity_file
from simulator.hops.gcp_links import project_of, put_file
from simulator.hops.walk import Walk
from simulator.hops.world import ACCOUNTS, REGIONS, Role
from simulator.identities import Json
from simulator.menus import Call
from simulator.networks import Origin


def one(walk: Walk) -> None:
    """Write one or two records of somebody else's doing."""
    walk.rng.choice((_refused, _caller, _instance, _google, _agent, _sign_in, _password, _portal))(walk)


def _refused(walk: Walk) -> None:
    """An AssumeRole that no policy allows: it issues nothing."""
    person, role = walk.rng.choice(walk.world.people), walk.world.role()
    request = {"roleArn": role.arn, "roleSessionName": "deploy"}
    message = f"User: {person.arn} is not authorized to perform: sts:AssumeRole on resource: {role.arn}"
    made = aws.record(
        walk.scribe,
        walk.step(),
        aws.user_identity(person),
        person.account,
        aws.terminal(walk.scribe, person.name),
        Call("sts", "AssumeRole", request),
        error=("AccessDenied", message),
    )
    walk.scribe.put(aws.trail(person.account), made)


def _caller(walk: Walk) -> None:
    """A person with their own key."""
    person, region = walk.rng.choice(walk.world.people), walk.rng.choice(REGIONS)
    origin, call = aws.terminal(walk.scribe, person.name), Call("sts", "GetCallerIdentity")
    identity = aws.user_identity(person)
    made = aws.record(walk.scribe, walk.step(), identity, person.account, origin, call, region=region)
    walk.scribe.put(aws.trail(person.account, region), made)


def _instance(walk: Walk) -> None:
    """An instance whose role credential EC2 renews, and which then uses it."""
    account, ids = walk.rng.choice(ACCOUNTS), walk.ids
    role, key, name = Role("web-server", ids.role_id(), account), ids.temporary_key(), f"i-{ids.hexadecimal(17)}"
    caller: Json = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    service = Origin("ec2.amazonaws.com", fixed("ec2.amazonaws.com"))
    at = walk.step()
    response = aws.issued(walk.scribe, at, role, name, key)
    del response["assumedRoleUser"]
    call = Call("sts", "AssumeRole", {"roleArn": role.arn, "roleSessionName": name})
    extra = {"resources": role.resources, "sharedEventID": ids.uuid()}
    issued = aws.record(walk.scribe, at, caller, account, service, call, response, extra=extra)
    walk.scribe.put(aws.trail(account), issued)
    identity, home = aws.session_identity(role, name, key, at), Origin("198.51.100.24", aws.SDK)
    for action in ("DescribeInstances", "DescribeTags"):
        made = aws.record(walk.scribe, walk.step(), identity, account, home, Call("ec2", action))
        walk.scribe.put(aws.trail(account), made)


def _google(walk: Walk) -> None:
    """A person who is refused a service account's token."""
    person, account = walk.rng.choice(walk.world.people), walk.world.service_account(walk.at)
    place = gcp.Place(aws.address(walk.scribe, person.name), gcp.PYTHON_CLIENT)
    made = gcp.entry(
        walk.rng,
        walk.step(),
        gcp.person(person.email),
        place,
        "iamcredentials",
        "GenerateAccessToken",
        ("iam.serviceAccounts.getAccessToken", "DATA_READ"),
        f"projects/-/serviceAccounts/{account.unique_id}",
        {"type": "service_account", "labels": {"project_id": account.project, "email_id": account.email}},
        f"projects/{account.project}",
        request={"name": f"projects/-/serviceAccounts/{account.email}"},
        denied=True,
    )
    walk.scribe.put(put_file(made), made)


def _agent(walk: Walk) -> None:
    """One of Google's own service agents."""
    project = project_of(walk)
    number = gcp.PROJECT_NUMBERS[project]
    email = f"service-{number}@compute-system.iam.gserviceaccount.com"
    caller = gcp.Caller(f"serviceAccount:{email}", email)
    place, resource = gcp.Place("private", "Google-API-Java-Client"), {"type": "gce_disk", "labels": {}}
    method, permission = "v1.compute.disks.createSnapshot", ("compute.disks.createSnapshot", "ADMIN_WRITE")
    name = f"projects/{project}"
    made = gcp.entry(walk.rng, walk.step(), caller, place, "compute", method, permission, name, resource, name)
    walk.scribe.put(put_file(made), made)


def _sign_in(walk: Walk) -> None:
    """A person who mistypes their password at Entra."""
    person = walk.rng.choice(walk.world.people)
    token = azure.Token(person.entra, azure.uti(walk.rng), walk.step(), walk.ids.uuid(), azure.PORTAL)
    address = aws.address(walk.scribe, person.name)
    walk.scribe.put(SIGN_IN_FILE, entra.sign_in(walk.rng, walk.at, token, address, error=50126))


def _password(walk: Walk) -> None:
    """A person who mistypes their password at Okta."""
    person, session = walk.rng.choice(walk.world.people), okta.session_id(walk.rng)
    address, failure = aws.address(walk.scribe, person.name), "INVALID_CREDENTIALS"
    made = okta.session_start(walk.rng, walk.step(), person.okta, session, address, failure=failure)
    walk.scribe.put(OKTA_FILE, made)


def _portal(walk: Walk) -> None:
    """A person at work in Azure's portal, signed in since yesterday."""
    person = walk.rng.choice(walk.world.people)
    token = azure.Token(person.entra, azure.uti(walk.rng), walk.at, walk.ids.uuid(), azure.PORTAL)
    resource = f"/subscriptions/{azure.SUBSCRIPTIONS[0]}/resourceGroups/rg-main/providers/Microsoft.Web/sites/shop"
    address, operation = aws.address(walk.scribe, person.name), "Microsoft.Web/sites/restart/action"
    made = azure.activity(walk.rng, walk.step(), token, address, operation, resource)
    walk.scribe.put(activity_file(made), made)
