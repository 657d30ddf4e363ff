"""The ways into AWS from another provider: SAML and IAM Identity Center by people, web identity by machines."""

from dataclasses import replace

from simulator import okta_records as okta
from simulator.hops import aws_calls as aws
from simulator.hops.aws_calls import AwsHeld
from simulator.hops.truth import Node, Root
from simulator.hops.walk import Walk
from simulator.hops.world import Person
from simulator.identities import Json
from simulator.menus import Call

OKTA_FILE = "okta/system-log"
STORE = "d-9367example"
"""The simulated Identity Center's identity store."""

MANAGEMENT_ACCOUNT = "123456789012"
"""The account that Identity Center is in."""


def okta_sign_on(walk: Walk, person: Person, app: okta.App) -> tuple[Root, Node]:
    """Sign a person in to Okta and on to an app. The app's own log then knows them by their login."""
    root = aws.email_root("okta", person, person.okta.user_id, person.entra.object_id, f"okta:{person.okta.user_id}")
    session, address = okta.session_id(walk.rng), aws.address(walk.scribe, person.name)
    if walk.one_in(8):
        failed = okta.session_start(walk.rng, walk.step(), person.okta, session, address, failure="INVALID_CREDENTIALS")
        walk.scribe.put(OKTA_FILE, failed)
    start = Node(root.names, direct=True)
    walk.scribe.issue((OKTA_FILE, okta.session_start(walk.rng, walk.step(), person.okta, session, address)))
    signed_on = okta.single_sign_on(walk.rng, walk.quickly(), person.okta, session, address, app)
    shown = walk.scribe.issue((OKTA_FILE, signed_on))
    return root, Node(root.names, "user.authentication.sso", start, shown=shown, direct=True, at=walk.at)


def saml(walk: Walk, person: Person) -> AwsHeld:
    """Sign a person on to AWS through Okta with SAML; half of the roles have the directory set a source identity."""
    root, signed_on = okta_sign_on(walk, person, okta.AWS_APP)
    at, key, role = walk.quickly(), walk.ids.temporary_key(), walk.world.role()
    # The directory writes the login as the person's record has it: in capitals, here and there.
    login = person.email.title() if walk.one_in(5) else person.email
    source = login if walk.one_in(2) else None
    caller = {"type": "SAMLUser", "principalId": f"c29tZSBiYXNlNjQ=:{login}", "userName": login}
    caller["identityProvider"] = "https://www.okta.com/exk1example2issuer3"
    request: Json = {
        "sAMLAssertionID": f"id{walk.rng.getrandbits(60)}",
        "roleSessionName": login,
        "durationSeconds": aws.HOUR,
        "roleArn": role.arn,
        "principalArn": f"arn:aws:iam::{role.account}:saml-provider/okta",
    }
    if source:
        request["sourceIdentity"] = source
    response = aws.issued(walk.scribe, at, role, login, key) | {
        "subject": login,
        "subjectType": "unspecified",
        "issuer": "https://www.okta.com/exk1example2issuer3",
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": "c29tZSBiYXNlNjQ=",
    }
    if source:
        response["sourceIdentity"] = source
    origin = aws.terminal(walk.scribe, person.name, aws.BROWSER if walk.one_in(2) else aws.CLI)
    call, extra = Call("sts", "AssumeRoleWithSAML", request), {"resources": role.resources}
    made = aws.record(walk.scribe, at, caller, role.account, origin, call, response, extra=extra)
    shown = walk.scribe.issue((aws.trail(role.account), made))
    node = aws.session_node(role, login, "AssumeRoleWithSAML", signed_on, shown=shown, direct=source is not None, at=at)
    if shown:
        walk.scribe.names.add(f"aws:{role.session_arn(login)}", at, aws.HOUR, root)
    identity = aws.session_identity(role, login, key, at, source_identity=source)
    in_console = origin.client is aws.BROWSER
    return AwsHeld(root, node, identity, role.account, origin, session=role.session_arn(login), console=in_console)


def identity_center(walk: Walk, person: Person) -> AwsHeld:
    """Sign a person on to IAM Identity Center and take a permission set's session: AWS sets its name to the user's."""
    root, signed_on = okta_sign_on(walk, person, okta.AWS_SSO_APP)
    role, at = walk.rng.choice(walk.world.sso_roles), walk.quickly()
    behalf = {
        "userId": person.identity_store_id,
        "identityStoreArn": f"arn:aws:identitystore::{MANAGEMENT_ACCOUNT}:identitystore/{STORE}",
    }
    caller = {
        "type": "IdentityCenterUser",
        "accountId": MANAGEMENT_ACCOUNT,
        "onBehalfOf": behalf,
        "credentialId": walk.ids.hexadecimal(40),
    }
    origin = aws.terminal(walk.scribe, person.name)
    made = aws.record(
        walk.scribe,
        at,
        caller,
        MANAGEMENT_ACCOUNT,
        origin,
        Call("sso", "GetRoleCredentials"),
        region="eu-west-1",
        extra={
            "eventType": "AwsServiceEvent",
            "serviceEventDetails": {"account_id": role.account, "role_name": role.name.split("_")[1]},
        },
    )
    shown = walk.scribe.issue((aws.trail(MANAGEMENT_ACCOUNT, "eu-west-1"), made))
    identity = aws.session_identity(role, person.email, walk.ids.temporary_key(), at)
    if walk.one_in(3):
        identity["onBehalfOf"] = behalf
    root = root.also(person.identity_store_id)
    node = aws.session_node(role, person.email, "GetRoleCredentials", signed_on, shown=shown, direct=True, at=at)
    # Nothing names the key, but a session of a reserved role has the name that Identity Center gave it.
    session = role.session_arn(person.email)
    walk.scribe.names.add(f"aws:{session}", at, aws.HOUR, root)
    return AwsHeld(root, replace(node, telling=True), identity, role.account, origin, session=session)


def web_identity(
    walk: Walk, root: Root, parent: Node, provider: str, subject: str, audience: str, name: str | None
) -> AwsHeld:
    """Assume a role with another provider's token. `name` is where only that subject leads to `parent`."""
    at, key, role = walk.quickly(), walk.ids.temporary_key(), walk.world.role()
    session = walk.rng.choice(("GitHubActions", "cross-cloud", f"wif-{at // 1000}"))
    built_in = provider == "accounts.google.com"
    identity_provider = provider if built_in else f"arn:aws:iam::{role.account}:oidc-provider/{provider}"
    caller = {
        "type": "WebIdentityUser",
        "principalId": f"{identity_provider}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": identity_provider,
    }
    request = {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": aws.HOUR}
    response = aws.issued(walk.scribe, at, role, session, key) | {
        "subjectFromWebIdentityToken": subject,
        "provider": identity_provider,
        "audience": audience,
    }
    origin = aws.terminal(walk.scribe, subject, aws.SDK)
    call, extra = Call("sts", "AssumeRoleWithWebIdentity", request), {"resources": role.resources}
    made = aws.record(walk.scribe, at, caller, role.account, origin, call, response, extra=extra)
    shown = walk.scribe.issue((aws.trail(role.account), made))
    node = aws.session_node(role, session, "AssumeRoleWithWebIdentity", parent, shown=shown, direct=False, at=at)
    if shown:
        walk.scribe.names.add(f"aws:{role.session_arn(session)}", at, aws.HOUR, root)
    identity = aws.session_identity(role, session, key, at, federation=identity_provider)
    return AwsHeld(root, replace(node, name=name), identity, role.account, origin, session=role.session_arn(session))
