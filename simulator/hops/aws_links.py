"""The hops inside AWS: from what somebody holds to the next credential, each with the records that AWS writes."""

from dataclasses import replace

from simulator.clients import fixed
from simulator.hops import aws_calls as aws
from simulator.hops.aws_calls import AwsHeld
from simulator.hops.truth import Node
from simulator.hops.walk import Walk
from simulator.hops.world import Person, Role
from simulator.identities import Json
from simulator.menus import Call
from simulator.records import iso, java_time

SHARED_NAMES = ("deploy", "terraform", "cli-session", "data-load")
"""Role session names that several people use: the name is the caller's free text."""


def iam_user(walk: Walk, person: Person) -> AwsHeld:
    """Start as an IAM user with an access key."""
    root = aws.iam_root(person)
    node = Node(root.names, direct=True)
    return AwsHeld(root, node, aws.user_identity(person), person.account, aws.terminal(walk.scribe, person.name))


def console_user(walk: Walk, person: Person) -> AwsHeld:
    """Start as an IAM user in the console. The sign-in does not name the credential that the console then has."""
    root, at = aws.iam_root(person), walk.step()
    origin = aws.terminal(walk.scribe, person.name, aws.BROWSER)
    caller = aws.user_identity(person)
    del caller["accessKeyId"]
    login = {"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "Yes"}
    extra = {"additionalEventData": login, "eventType": "AwsConsoleSignIn"}
    call, response = Call("signin", "ConsoleLogin"), {"ConsoleLogin": "Success"}
    made = aws.record(walk.scribe, at, caller, person.account, origin, call, response, extra=extra)
    walk.scribe.issue((aws.trail(person.account), made))
    identity = aws.user_identity(person, walk.ids.temporary_key(), at, mfa=True)
    return AwsHeld(root, Node(root.names, direct=True), identity, person.account, origin, console=True)


def _session_name(walk: Walk, held: AwsHeld) -> str:
    """Choose a role session name: a tool's, one that others use too, the caller's own name, or somebody else's."""
    kind = walk.rng.randrange(8)
    if kind < 3:
        return f"botocore-session-{walk.at // 1000}"
    if kind < 5:
        return walk.rng.choice(SHARED_NAMES)
    if kind < 7:
        return held.root.name.partition("@")[0].rpartition("/")[2].replace(":", "-")
    return walk.rng.choice(walk.world.people).name


def assume_role(walk: Walk, held: AwsHeld) -> AwsHeld:
    """Assume a role of the same account: one record that names caller and credential."""
    return assume(walk, held, walk.world.role(held.account), _session_name(walk, held))


def assume(walk: Walk, held: AwsHeld, role: Role, session: str) -> AwsHeld:
    """Assume a given role of the same account under a given session name."""
    at, key = walk.step(), walk.ids.temporary_key()
    call, response = _assume_call(walk, held, role, session, at, key)
    extra = {"resources": role.resources}
    made = aws.record(walk.scribe, at, held.identity, held.account, held.origin, call, response, extra=extra)
    shown = walk.scribe.issue((aws.trail(held.account), made))
    return _assumed(walk, held, role, session, at, key, shown=shown, weak=False)


def assume_role_across(walk: Walk, held: AwsHeld) -> AwsHeld:
    """Assume another account's role: both accounts have a copy, each of which may be all there is."""
    role, session = walk.world.role_elsewhere(held.account), _session_name(walk, held)
    at, key = walk.step(), walk.ids.temporary_key()
    call, response = _assume_call(walk, held, role, session, at, key)
    both: Json = {"resources": role.resources, "sharedEventID": walk.ids.uuid(), "requestID": walk.ids.uuid()}
    bare = walk.one_in(4)
    own = aws.record(
        walk.scribe, at, held.identity, held.account, held.origin, call, None if bare else response, extra=both
    )
    theirs = owner_copy(walk, at, held, role, call, response, both)
    copies = [(aws.trail(held.account), own), (aws.trail(role.account), theirs)]
    lost = walk.rng.randrange(6)
    if lost == 0 and not bare:
        copies = copies[:1]
    elif lost == 1:
        copies = copies[1:]
    shown = walk.scribe.issue(*copies)
    weak = len(copies) == 1 and copies[0][1] is theirs and held.identity["type"] != "IAMUser"
    new = _assumed(walk, held, role, session, at, key, shown=shown, weak=weak)
    return new.tagged("owner's copy only") if weak else new


def owner_copy(walk: Walk, at: int, held: AwsHeld, role: Role, call: Call, response: Json, both: Json) -> Json:
    """Make the copy in the account that owns the role: it knows the caller's account and id only."""
    caller = {
        "type": "AWSAccount",
        "principalId": held.identity["principalId"],
        "accountId": held.account,
    }
    return aws.record(walk.scribe, at, caller, role.account, held.origin, call, response, extra=both)


def _assume_call(walk: Walk, held: AwsHeld, role: Role, session: str, at: int, key: str) -> tuple[Call, Json]:
    request = {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": aws.HOUR}
    return Call("sts", "AssumeRole", request), aws.issued(walk.scribe, at, role, session, key)


def _assumed(
    walk: Walk, held: AwsHeld, role: Role, session: str, at: int, key: str, *, shown: bool, weak: bool
) -> AwsHeld:
    source = held.identity.get("sessionContext", {}).get("sourceIdentity")
    node = aws.session_node(role, session, "AssumeRole", held.node, shown=shown, direct=source is not None, at=at)
    identity = aws.session_identity(role, session, key, at, source_identity=source)
    if shown:
        walk.scribe.names.add(f"aws:{role.session_arn(session)}", at, aws.HOUR, held.root)
    return AwsHeld(
        held.root,
        replace(node, weak=weak),
        identity,
        role.account,
        held.origin,
        session=role.session_arn(session),
        tags=held.tags,
    )


def session_token(walk: Walk, held: AwsHeld) -> AwsHeld:
    """Take a session of one's own (GetSessionToken); its events still name the user."""
    at, key = walk.step(), walk.ids.temporary_key()
    response = {"credentials": _credentials(walk, at, key)}
    request = {"durationSeconds": 12 * aws.HOUR, "serialNumber": f"{held.identity['arn'].replace(':user/', ':mfa/')}"}
    call = Call("sts", "GetSessionToken", request)
    made = aws.record(walk.scribe, at, held.identity, held.account, held.origin, call, response)
    shown = walk.scribe.issue((aws.trail(held.account), made))
    attributes = {"creationDate": iso(at // 1000), "mfaAuthenticated": "true"}
    identity = held.identity | {"accessKeyId": key, "sessionContext": {"attributes": attributes}}
    node = Node(held.node.labels, "GetSessionToken", held.node, shown=shown, direct=True, at=at)
    return AwsHeld(held.root, node, identity, held.account, held.origin, tags=held.tags)


def _credentials(walk: Walk, at: int, key: str) -> Json:
    expires = java_time(at // 1000 + 12 * aws.HOUR)
    return {"accessKeyId": key, "sessionToken": walk.ids.session_token(), "expiration": expires}


def federation_token(walk: Walk, held: AwsHeld) -> AwsHeld:
    """Hand out a federated user's session (GetFederationToken): a name of one's choice, issued by the user."""
    at, key, name = walk.step(), walk.ids.temporary_key(), walk.rng.choice(walk.world.people).name
    arn = f"arn:aws:sts::{held.account}:federated-user/{name}"
    federated = {"federatedUserId": f"{held.account}:{name}", "arn": arn}
    response = {"credentials": _credentials(walk, at, key), "federatedUser": federated, "packedPolicySize": 4}
    call = Call("sts", "GetFederationToken", {"name": name, "durationSeconds": 12 * aws.HOUR})
    made = aws.record(walk.scribe, at, held.identity, held.account, held.origin, call, response)
    shown = walk.scribe.issue((aws.trail(held.account), made))
    issuer = {
        "type": "IAMUser",
        "principalId": held.identity["principalId"],
        "arn": held.identity["arn"],
        "accountId": held.account,
        "userName": held.identity["userName"],
    }
    attributes = {"creationDate": iso(at // 1000), "mfaAuthenticated": "false"}
    identity = {
        "type": "FederatedUser",
        "principalId": f"{held.account}:{name}",
        "arn": arn,
        "accountId": held.account,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
    }
    node = Node(frozenset({arn, f"{held.account}:{name}"}), "GetFederationToken", held.node, shown=shown, direct=True)
    return AwsHeld(held.root, node, identity, held.account, held.origin, may_assume=False, tags=held.tags)


def switch_role(walk: Walk, held: AwsHeld) -> AwsHeld:
    """Switch roles in the console: AssumeRole for the console, SwitchRole, and then a credential that neither names.

    As real trails have it: the session's later events carry another key than the one in AssumeRole's response, and
    the creation time of that call.
    """
    role = walk.world.role(held.account) if walk.one_in(2) else walk.world.role_elsewhere(held.account)
    name = held.identity["arn"].rpartition("/")[2]
    at, session = walk.step(), role.session_arn(name)
    request = {"roleArn": role.arn, "roleSessionName": name}
    call, response = (
        Call("sts", "AssumeRole", request),
        aws.issued(walk.scribe, at, role, name, walk.ids.temporary_key()),
    )
    both: Json = {"resources": role.resources, "requestID": walk.ids.uuid()}
    if role.account != held.account:
        both["sharedEventID"] = walk.ids.uuid()
    caller = held.identity | {"invokedBy": "AWS Internal"}
    internal = replace(held, origin=aws.INTERNAL)
    copies = [
        (
            aws.trail(held.account),
            aws.record(walk.scribe, at, caller, held.account, aws.INTERNAL, call, response, extra=both),
        )
    ]
    if role.account != held.account:
        copies.append((aws.trail(role.account), owner_copy(walk, at, internal, role, call, response, both)))
    assumed = walk.scribe.issue(*copies)
    identity = aws.session_identity(role, name, walk.ids.temporary_key(), at)
    kept = {"type", "principalId", "arn", "accountId"}
    additional = {"SwitchFrom": held.identity["arn"], "RedirectTo": "https://console.aws.amazon.com/console/home"}
    made = aws.record(
        walk.scribe,
        at,
        {field: value for field, value in identity.items() if field in kept},
        role.account,
        held.origin,
        Call("signin", "SwitchRole"),
        {"SwitchRole": "Success"},
        extra={"eventType": "AwsConsoleSignIn", "additionalEventData": additional},
    )
    switched = walk.scribe.issue((aws.trail(role.account), made))
    node = aws.session_node(role, name, "SwitchRole", held.node, shown=assumed or switched, direct=False, at=at)
    by_name = f"aws:{held.session}" if held.session and not assumed else None
    node = replace(node, weak=not switched, name=by_name)
    if assumed or switched:
        walk.scribe.names.add(f"aws:{session}", at, aws.HOUR, held.root)
    return AwsHeld(held.root, node, identity, role.account, held.origin, session=session, console=True, tags=held.tags)


def signin_token(walk: Walk, held: AwsHeld) -> AwsHeld:
    """Take a role session to the console through the federation endpoint (GetSigninToken)."""
    at, key = walk.quickly(), walk.ids.temporary_key()
    response = {"credentials": {"accessKeyId": key}, "GetSigninToken": "Success"}
    broker = replace(held.origin, client=fixed("Jersey/${project.version} (HttpUrlConnection 17.0.12)"))
    additional = {"MobileVersion": "No", "MFAUsed": "No"}
    made = aws.record(
        walk.scribe,
        at,
        held.identity,
        held.account,
        broker,
        Call("signin", "GetSigninToken"),
        response,
        extra={"eventType": "AwsConsoleSignIn", "additionalEventData": additional},
    )
    shown = walk.scribe.issue((aws.trail(held.account), made))
    # The key is new, but session and creation time stay: without the record these still lead back.
    node = Node(held.node.labels, "GetSigninToken", held.node, weak=not shown, direct=held.node.direct, at=at)
    identity = held.identity | {"accessKeyId": key}
    origin = replace(held.origin, client=aws.BROWSER)
    return replace(held, node=node, identity=identity, origin=origin, console=True)


def same_name(walk: Walk, held: AwsHeld, person: Person) -> AwsHeld:
    """Let another person of the role's account assume the role of a session, under the same session name."""
    issuer = held.identity["sessionContext"]["sessionIssuer"]
    path = "/" + issuer["arn"].partition(":role/")[2].removesuffix(issuer["userName"])
    role = Role(issuer["userName"], issuer["principalId"], held.account, path)
    return assume(walk, iam_user(walk, person), role, held.identity["principalId"].partition(":")[2])
