"""Builds Google Cloud audit log entries: the fields and their formats as Cloud Logging exports them.

Sources: Google Cloud's reference of LogEntry and AuditLog (AuthenticationInfo, ServiceAccountDelegationInfo), and its
pages "Example logs for service accounts", "Example logs for Workload Identity Federation" and "Example logs for
workforce identity federation" (IAM, audit logging). Times are milliseconds since 1970-01-01 UTC.
"""

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.identities import Json

PROJECT_NUMBERS: Mapping[str, str] = {
    "example-prod": "415104041262",
    "example-data": "618033988749",
    "example-ci": "271828182845",
}
"""The simulated projects, with the numbers that workload identity pools are named by."""

ORGANIZATION = "123456789012"
"""The number of the simulated organization: workforce pools and their token exchanges belong to it."""

GCLOUD = (
    "google-cloud-sdk gcloud/{version} command/gcloud.{command} invocation-id/{id} environment/None "
    "environment-version/None client-os/LINUX client-os-ver/6.8.0 client-pltf-arch/x86_64 interactive/True "
    "from-script/False python/3.11.9 term/xterm-256color (Linux 6.8.0-52-generic),gzip(gfe)"
)
PYTHON_CLIENT = "gcloud-python/3.10.1 google-api-core/2.24.1 gl-python/3.12.3 grpc/1.70.0 gax/2.24.1,gzip(gfe)"

_TYPES = {
    "GenerateAccessToken": "type.googleapis.com/google.iam.credentials.v1.GenerateAccessTokenRequest",
    "GenerateIdToken": "type.googleapis.com/google.iam.credentials.v1.GenerateIdTokenRequest",
}


@dataclass(frozen=True)
class ServiceAccount:
    """A service account: its e-mail address, its numeric unique id and the project that owns it."""

    email: str
    unique_id: str
    project: str


@dataclass(frozen=True)
class Caller:
    """Who calls, as authenticationInfo shows it. A federated principal has no e-mail address.

    `delegation` are the principals that the call's service account was impersonated from, in the log's order, `key`
    the full name of the service-account key that signed.
    """

    subject: str
    email: str | None = None
    key: str | None = None
    delegation: tuple[str, ...] = ()

    @property
    def authentication(self) -> Json:
        """Give protoPayload.authenticationInfo."""
        info: Json = {"principalSubject": self.subject}
        if self.email:
            info = {"principalEmail": self.email} | info
        if self.key:
            info["serviceAccountKeyName"] = self.key
        if self.delegation:
            info["serviceAccountDelegationInfo"] = [_delegate(principal) for principal in self.delegation]
        return info


@dataclass(frozen=True)
class Place:
    """Where a call comes from: address and user agent."""

    address: str
    agent: str


def _delegate(principal: str) -> Json:
    """Give one element of serviceAccountDelegationInfo: Google's own principals and third parties look different."""
    if principal.startswith("principal://"):
        return {"principalSubject": principal}
    kind = "serviceAccount" if principal.endswith(".gserviceaccount.com") else "user"
    return {"firstPartyPrincipal": {"principalEmail": principal}, "principalSubject": f"{kind}:{principal}"}


def person(email: str) -> Caller:
    """Give a person with a Google account."""
    return Caller(f"user:{email}", email)


def service_account(account: ServiceAccount, *, key: str | None = None, delegation: tuple[str, ...] = ()) -> Caller:
    """Give a service account: with its key id, or impersonated by `delegation`, or on its own machine."""
    name = None
    if key:
        name = f"//iam.googleapis.com/projects/{account.project}/serviceAccounts/{account.email}/keys/{key}"
    return Caller(f"serviceAccount:{account.email}", account.email, name, delegation)


def timestamp(at: int) -> str:
    """Write a time as log entries have it: 2026-03-03T14:12:05.123Z."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def insert_id(rng: random.Random) -> str:
    """Make an insertId: unique within its log and timestamp."""
    return "".join(rng.choices(string.ascii_lowercase + string.digits, k=14))


def entry(
    rng: random.Random,
    at: int,
    caller: Caller,
    place: Place,
    service: str,
    method: str,
    permission: tuple[str, str],
    resource_name: str,
    resource: Json,
    project: str,
    *,
    request: Json | None = None,
    response: Json | None = None,
    metadata: Json | None = None,
    service_data: Json | None = None,
    denied: bool = False,
) -> Json:
    """Write one entry. `permission` is (name, permissionType); the type decides between activity and data access.

    `resource` is the monitored resource; `project` is "projects/ID" or "organizations/NUMBER".
    """
    name, kind = permission
    stream = "activity" if kind == "ADMIN_WRITE" else "data_access"
    payload: Json = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "status": {"code": 7, "message": f"Permission '{name}' denied on resource (or it may not exist)."}
        if denied
        else {},
        "authenticationInfo": caller.authentication,
        "requestMetadata": {
            "callerIp": place.address,
            "callerSuppliedUserAgent": place.agent,
            "requestAttributes": {"time": timestamp(at), "auth": {}},
            "destinationAttributes": {},
        },
        "serviceName": f"{service}.googleapis.com",
        "methodName": method,
        "authorizationInfo": [
            {
                "resource": resource_name,
                "permission": name,
                "granted": not denied,
                "resourceAttributes": {},
                "permissionType": kind,
            }
        ],
        "resourceName": resource_name,
    }
    extra = {"request": request, "metadata": metadata}
    if not denied:
        extra |= {"response": response, "serviceData": service_data}
    payload |= {field: value for field, value in extra.items() if value is not None}
    return {
        "protoPayload": payload,
        "insertId": insert_id(rng),
        "resource": resource,
        "timestamp": timestamp(at),
        "severity": "ERROR" if denied else "NOTICE" if stream == "activity" else "INFO",
        "logName": f"{project}/logs/cloudaudit.googleapis.com%2F{stream}",
        "receiveTimestamp": timestamp(at + rng.randrange(200, 1_900)),
    }


def _account_resource(account: ServiceAccount) -> Json:
    labels = {"project_id": account.project, "unique_id": account.unique_id, "email_id": account.email}
    return {"type": "service_account", "labels": labels}


def generate_token(
    rng: random.Random,
    at: int,
    caller: Caller,
    place: Place,
    account: ServiceAccount,
    method: str,
    *,
    delegates: tuple[ServiceAccount, ...] = (),
    audience: str | None = None,
) -> Json:
    """Write GenerateAccessToken or GenerateIdToken for a service account; the token itself is in no log.

    `delegates` are the accounts between the caller and `account`, as in the request.
    """
    request: Json = {"@type": _TYPES[method], "name": f"projects/-/serviceAccounts/{account.email}"}
    if delegates:
        request["delegates"] = [f"projects/-/serviceAccounts/{delegate.email}" for delegate in delegates]
    if audience:
        request |= {"audience": audience, "includeEmail": True}
    else:
        request |= {"scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "3600s"}
    chain = {"identityDelegationChain": request["delegates"]} if delegates else None
    kind = "getAccessToken" if method == "GenerateAccessToken" else "getOpenIdToken"
    return entry(
        rng,
        at,
        caller,
        place,
        "iamcredentials",
        method,
        (f"iam.serviceAccounts.{kind}", "DATA_READ"),
        f"projects/-/serviceAccounts/{account.unique_id}",
        _account_resource(account),
        f"projects/{account.project}",
        request=request,
        metadata=chain,
    )


def create_key(rng: random.Random, at: int, caller: Caller, place: Place, account: ServiceAccount, key: str) -> Json:
    """Write CreateServiceAccountKey; the response names the key and leaves the private part out."""
    kind = "type.googleapis.com/google.iam.admin.v1"
    name = f"projects/{account.project}/serviceAccounts/{account.email}"
    seconds = at // 1000
    response = {
        "@type": f"{kind}.ServiceAccountKey",
        "name": f"{name}/keys/{key}",
        "private_key_type": 2,
        "key_algorithm": 2,
        "key_origin": 2,
        "key_type": 1,
        "valid_after_time": {"seconds": seconds},
        "valid_before_time": {"seconds": 253402300799},
    }
    return entry(
        rng,
        at,
        caller,
        place,
        "iam",
        "google.iam.admin.v1.CreateServiceAccountKey",
        ("iam.serviceAccountKeys.create", "ADMIN_WRITE"),
        f"projects/-/serviceAccounts/{account.unique_id}",
        _account_resource(account),
        f"projects/{account.project}",
        request={"@type": f"{kind}.CreateServiceAccountKeyRequest", "name": name, "private_key_type": 2},
        response=response,
    )


def exchange_token(rng: random.Random, at: int, subject: str, principal: str, provider: str, owner: str) -> Json:
    """Write the exchange of another provider's token for a federated one.

    `subject` is the identity as that provider names it, `principal` the principal:// that it is mapped to, `provider`
    the pool provider's resource name, `owner` "projects/ID" or, for workforce pools, "organizations/NUMBER".
    """
    method = "google.identity.sts.v1.SecurityTokenService.ExchangeToken"
    kind = "aws:token-type:aws4_request" if subject.startswith("arn:") else "oauth:token-type:jwt"
    request = {
        "@type": "type.googleapis.com/google.identity.sts.v1.ExchangeTokenRequest",
        "audience": f"//iam.googleapis.com/{provider}",
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "subjectTokenType": f"urn:ietf:params:{kind}",
    }
    labels = {"service": "sts.googleapis.com", "method": method}
    if owner.startswith("projects/"):
        labels["project_id"] = owner.partition("/")[2]
    return entry(
        rng,
        at,
        Caller(subject),
        Place("203.0.113.140", "google-auth-library/2.38.0"),
        "sts",
        method,
        ("sts.identityProviders.checkLogging", "ADMIN_READ"),
        provider,
        {"type": "audited_resource", "labels": labels},
        owner,
        request=request,
        metadata={"@type": "type.googleapis.com/google.identity.sts.v1.AuditData", "mapped_principal": principal},
    )
