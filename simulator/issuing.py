"""How credentials come about: AssumeRole by people and by services, federation, and the console's sign-in.

Each function writes the record of the call and gives the credential that it issued.
"""

from dataclasses import replace

from simulator.clients import fixed
from simulator.identities import (
    ACCOUNT,
    REGION,
    Credential,
    Function,
    Instance,
    Json,
    Person,
    Role,
    role_session,
    service,
    user_session,
)
from simulator.networks import Origin
from simulator.records import Recorder, iso, java_time

HOUR = 3600
OIDC_PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SAML_PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/company-directory"


def _issued(recorder: Recorder, at: int, role: Role, session_name: str, key: str, seconds: int) -> Json:
    """Give the response of the AssumeRole calls; AWS leaves the secret key out of the log."""
    return {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": recorder.ids.session_token(),
            "expiration": java_time(at + seconds),
        },
        "assumedRoleUser": {
            "assumedRoleId": f"{role.role_id}:{session_name}",
            "arn": role.session_arn(session_name),
        },
    }


def _role_resource(role: Role) -> list[Json]:
    return [{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role.arn}]


def assume_role(
    recorder: Recorder, at: int, who: Credential, origin: Origin, role: Role, session_name: str, *, mfa: str | None
) -> Credential:
    """Assume a role from a person's credential, for an hour. `mfa` is the serial number of the device used, if any."""
    key = recorder.ids.temporary_key()
    request: Json = {"roleArn": role.arn, "roleSessionName": session_name, "durationSeconds": HOUR}
    if mfa:
        request["serialNumber"] = mfa
    response = _issued(recorder, at, role, session_name, key, HOUR)
    extra = {"resources": _role_resource(role)}
    recorder.call(at, who, origin, "sts", "AssumeRole", request, response, extra=extra)
    return role_session(role, session_name, key, iso(at), mfa=mfa is not None)


def _service_assumes(
    recorder: Recorder, at: int, service_name: str, role: Role, session_name: str, seconds: int
) -> Credential:
    key = recorder.ids.temporary_key()
    response = _issued(recorder, at, role, session_name, key, seconds)
    if service_name in {"ec2.amazonaws.com", "lambda.amazonaws.com"}:
        # For the workloads that it serves a service's record names the credential alone.
        del response["assumedRoleUser"]
    recorder.call(
        at,
        service(service_name),
        Origin(service_name, fixed(service_name)),
        "sts",
        "AssumeRole",
        {"roleArn": role.arn, "roleSessionName": session_name},
        response,
        extra={"resources": _role_resource(role), "sharedEventID": recorder.ids.uuid()},
    )
    return role_session(role, session_name, key, iso(at))


def instance_credential(recorder: Recorder, at: int, instance: Instance) -> Credential:
    """Issue an instance's role credential, as EC2 does for the metadata service; it is good for six hours and a bit."""
    seconds = 6 * HOUR + recorder.rng.randrange(600, 1500)
    session = _service_assumes(recorder, at, "ec2.amazonaws.com", instance.role, instance.instance_id, seconds)
    context = session.identity["sessionContext"] | {"ec2RoleDelivery": "2.0"}
    scope = {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": instance.arn}
    return Credential(session.identity | {"sessionContext": context, "inScopeOf": scope})


def function_credential(recorder: Recorder, at: int, function: Function) -> Credential:
    """Issue a function's execution role credential, as Lambda does for a new environment."""
    session = _service_assumes(recorder, at, "lambda.amazonaws.com", function.role, function.name, 12 * HOUR)
    scope = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": function.arn}
    return Credential(session.identity | {"inScopeOf": scope})


def service_linked_credential(
    recorder: Recorder, at: int, service_name: str, role: Role, session_name: str
) -> Credential:
    """Issue a service-linked role's credential to the service; its calls name the service in `invokedBy`."""
    session = _service_assumes(recorder, at, service_name, role, session_name, HOUR)
    return Credential(session.identity | {"invokedBy": service_name})


def web_identity_credential(recorder: Recorder, at: int, origin: Origin, role: Role, subject: str) -> Credential:
    """Exchange a CI job's OIDC token (`subject` as in repo:ORG/REPO:ref:refs/heads/main) for a role credential."""
    key, session_name = recorder.ids.temporary_key(), "GitHubActions"
    caller = {
        "type": "WebIdentityUser",
        "principalId": f"{OIDC_PROVIDER}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": OIDC_PROVIDER,
    }
    request = {"roleArn": role.arn, "roleSessionName": session_name, "durationSeconds": HOUR}
    response = _issued(recorder, at, role, session_name, key, HOUR) | {
        "subjectFromWebIdentityToken": subject,
        "provider": OIDC_PROVIDER,
        "audience": "sts.amazonaws.com",
    }
    extra = {"resources": _role_resource(role)}
    recorder.call(at, Credential(caller), origin, "sts", "AssumeRoleWithWebIdentity", request, response, extra=extra)
    session = role_session(role, session_name, key, iso(at))
    federation = {
        "federatedProvider": OIDC_PROVIDER,
        "attributes": {"aud": "sts.amazonaws.com", "sub": subject},
    }
    context = session.identity["sessionContext"] | {"webIdFederationData": federation}
    return Credential(session.identity | {"sessionContext": context})


def console_sign_in(recorder: Recorder, at: int, person: Person, origin: Origin) -> Credential:
    """Sign an IAM user in to the console with MFA: the ConsoleLogin record, then the console's own credential."""
    caller = {
        "type": "IAMUser",
        "principalId": person.user_id,
        "arn": person.arn,
        "accountId": ACCOUNT,
        "userName": person.name,
    }
    _console_login(recorder, at, Credential(caller), origin, "Yes")
    return user_session(person, recorder.ids.temporary_key(), iso(at), mfa=True)


def saml_sign_in(recorder: Recorder, at: int, origin: Origin, role: Role, email: str) -> Credential:
    """Sign a person of the company's directory in to the console through SAML."""
    key = recorder.ids.temporary_key()
    caller = {"type": "SAMLUser", "principalId": f"c29tZSBiYXNlNjQ=:{email}", "userName": email}
    request = {
        "sAMLAssertionID": f"_{recorder.ids.uuid()}",
        "roleSessionName": email,
        "roleArn": role.arn,
        "principalArn": SAML_PROVIDER,
        "durationSeconds": 4 * HOUR,
    }
    response = _issued(recorder, at, role, email, key, 4 * HOUR) | {
        "subject": email,
        "subjectType": "persistent",
        "issuer": "https://sso.example.com/saml/metadata",
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": "c29tZSBiYXNlNjQ=",
    }
    extra = {"resources": _role_resource(role)}
    recorder.call(at, Credential(caller), origin, "sts", "AssumeRoleWithSAML", request, response, extra=extra)
    session = role_session(role, email, key, iso(at))
    login = {name: value for name, value in session.identity.items() if name != "accessKeyId"}
    _console_login(recorder, at + 1, Credential(login), origin, "No")
    return replace(session, from_console=True)


def _console_login(recorder: Recorder, at: int, who: Credential, origin: Origin, mfa_used: str) -> None:
    extra = {
        "additionalEventData": {
            "LoginTo": f"https://console.aws.amazon.com/console/home?region={REGION}",
            "MobileVersion": "No",
            "MFAUsed": mfa_used,
        },
        "eventType": "AwsConsoleSignIn",
    }
    recorder.call(at, who, origin, "signin", "ConsoleLogin", None, {"ConsoleLogin": "Success"}, extra=extra)
