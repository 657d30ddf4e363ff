"""The ways into AWS: a user's key, a second factor, SAML and IAM Identity Center, each as the organization's people go.

Sources: as `simulator.hops.aws_federation`; clients and sessions are those of `simulator.organization.people_aws`.
"""

from dataclasses import replace

from simulator import okta_records as okta
from simulator.attacks.aws import LIFE, Held, assume, call, issued, region_of
from simulator.attacks.okta import sign_on
from simulator.attacks.scene import Scene, Spot
from simulator.hops.aws_calls import session_identity, user_identity
from simulator.hops.aws_federation import MANAGEMENT_ACCOUNT, STORE
from simulator.hops.world import Person as Known
from simulator.hops.world import Role
from simulator.identities import Json
from simulator.organization.credentials import access_key
from simulator.organization.world import Person
from simulator.records import java_time


def user(scene: Scene, known: Known, spot: Spot) -> Held:
    """Hold an IAM user's long-term key."""
    return with_key(scene, user_identity(known), spot)


def with_key(scene: Scene, identity: Json, spot: Spot) -> Held:
    """Hold the key that is in an IAM user's identity."""
    account = identity["accountId"]
    return Held(identity, account, region_of(scene, account), spot.address, spot.aws)


def mfa_session(scene: Scene, person: Person, spot: Spot) -> Held:
    """Take an IAM user's session with a second factor (GetSessionToken)."""
    known, key = person.known, scene.ids.temporary_key()
    base = own_key(scene, person, spot)
    credentials = {
        "accessKeyId": key,
        "sessionToken": scene.ids.session_token(),
        "expiration": java_time((scene.at + LIFE) // 1000),
    }
    request = {"durationSeconds": 43_200, "serialNumber": known.arn.replace(":user/", ":mfa/")}
    call(scene, base, "sts", "GetSessionToken", request, {"credentials": credentials})
    return replace(base, identity=user_identity(known, key, scene.at, mfa=True))


def identity_center(scene: Scene, person: Person, spot: Spot, role: Role | None = None) -> Held:
    """Take a session of the person's permission set, at the command line, after a sign-on through Okta."""
    sign_on(scene, person, spot, okta.AWS_SSO_APP)
    return role_credentials(scene, person, spot, role or scene.rng.choice(person.sets))


def role_credentials(scene: Scene, person: Person, spot: Spot, role: Role) -> Held:
    """Take a permission set's session (GetRoleCredentials): AWS logs no key id there."""
    scene.quickly()
    behalf = {
        "userId": person.known.identity_store_id,
        "identityStoreArn": f"arn:aws:identitystore::{MANAGEMENT_ACCOUNT}:identitystore/{STORE}",
    }
    caller: Json = {
        "type": "IdentityCenterUser",
        "accountId": MANAGEMENT_ACCOUNT,
        "onBehalfOf": behalf,
        "credentialId": scene.ids.hexadecimal(40),
    }
    details = {"account_id": role.account, "role_name": role.name.split("_")[1]}
    extra = {"eventType": "AwsServiceEvent", "serviceEventDetails": details}
    portal = Held(caller, MANAGEMENT_ACCOUNT, "eu-west-1", spot.address, spot.aws)
    call(scene, portal, "sso", "GetRoleCredentials", extra=extra)
    identity = session_identity(role, person.email, scene.ids.temporary_key(), scene.at)
    return Held(identity, role.account, region_of(scene, role.account), spot.address, spot.aws)


def saml(scene: Scene, person: Person, spot: Spot, role: Role | None = None) -> Held:
    """Take a role's session with SAML through Okta."""
    sign_on(scene, person, spot, okta.AWS_APP)
    scene.quickly()
    role, key, login = role or scene.rng.choice(person.roles), scene.ids.temporary_key(), person.email
    issuer, qualifier = "https://www.okta.com/exk1example2issuer3", "c29tZSBiYXNlNjQ="
    caller = {"type": "SAMLUser", "principalId": f"{qualifier}:{login}", "userName": login, "identityProvider": issuer}
    request: Json = {
        "sAMLAssertionID": f"id{scene.rng.getrandbits(60)}",
        "roleSessionName": login,
        "durationSeconds": LIFE // 1000,
        "roleArn": role.arn,
        "principalArn": f"arn:aws:iam::{role.account}:saml-provider/okta",
    }
    answer = issued(scene, role, login, key) | {
        "subject": login,
        "subjectType": "unspecified",
        "issuer": issuer,
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": qualifier,
    }
    held = Held(caller, role.account, region_of(scene, role.account), spot.address, spot.aws)
    call(scene, held, "sts", "AssumeRoleWithSAML", request, answer, extra={"resources": role.resources})
    return replace(held, identity=session_identity(role, login, key, scene.at))


def own_key(scene: Scene, person: Person, spot: Spot) -> Held:
    """Hold a person's long-term key, the one that they have on the day."""
    key = access_key(scene.world, person, scene.day)
    scene.names.add(key.lower())
    return replace(user(scene, person.known, spot), identity=user_identity(person.known, key))


def any_way(scene: Scene, person: Person, spot: Spot) -> Held:
    """Come into AWS as the person does: key, second factor, SAML or Identity Center."""
    if person.way == "key":
        return own_key(scene, person, spot)
    if person.way == "user_mfa":
        return mfa_session(scene, person, spot)
    return saml(scene, person, spot) if person.way == "saml" else identity_center(scene, person, spot)


def into(scene: Scene, person: Person, spot: Spot, account: str) -> Held:
    """Come into an account as the person does: over a role of it where their own user is another's."""
    roles = [one for one in (*person.roles, *scene.world.roles) if one.account == account]
    if person.way == "saml":
        return saml(scene, person, spot, roles[0])
    if person.way == "sso":
        everyones = [one for other in scene.world.people for one in other.sets]
        return identity_center(
            scene, person, spot, next(one for one in (*person.sets, *everyones) if one.account == account)
        )
    held = any_way(scene, person, spot)
    return held if held.account == account else assume(scene, held, roles[0], person.name)
