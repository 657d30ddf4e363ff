"""Through which kind of program a call came: the user agent's claim, and the evidence beside it.

`interface_claim` reads the user agent, `interface_evidence` sets it against what the provider itself wrote into the
record. A user agent is a claim: it names an interface, it never clears a caller.
"""

import re
from functools import lru_cache

from analytic.context import azure_apps
from analytic.context import interface_evidence as evidences
from analytic.context.interface_claim import NO_CLAIM, read
from analytic.context.interface_evidence import Evidence, Interface, weigh

__all__ = ["SIGN_IN", "SIGN_IN_EVENT_TYPES", "Interface", "classify"]

CACHE_SIZE = 8_192
"""Combinations remembered; at some 1,300 characters each some 12 MB at most."""

MAX_AGENT_CHARS = 1_024
"""What a user agent is read to; CloudTrail's own limit (user guide, record contents)."""

MAX_WORD_CHARS = 128
"""What any other part of the evidence is read to: ids, names of services, of protocols and of systems are shorter."""

MAX_SUBJECT_CHARS = 512
"""What a principal is read to: an email ends, and a federated subject names its pool, well before."""

SIGN_IN_EVENT_TYPES = frozenset({"AwsConsoleSignIn", "AwsConsoleSignin"})
"""The eventType of sign-in events; AWS has written both."""

SIGN_IN = "signin"
"""The `event_type` to give for a sign-in of another provider, whose records have no such field."""

_SERVICE_EVENT = "AwsServiceEvent"
_CONSOLE_ACTION = "AwsConsoleAction"

# Google's own: IAM documentation, "Service agents"; the agents of the API infrastructure; Google itself.
_SERVICE_AGENT = re.compile(
    r"(?:^|:)(?:service-\d+@[\w-]+(?:\.iam)?\.gserviceaccount\.com|\d+@cloudservices\.gserviceaccount\.com"
    r"|[\w-]+@(?:prod\.google\.com|system\.gserviceaccount\.com)|system@google\.com)$",
    re.ASCII,
)
_SERVICE_ACCOUNT = re.compile(r"\.gserviceaccount\.com$", re.ASCII)
_WORKLOAD = "/workloadIdentityPools/"


def classify(
    user_agent: str | None,
    *,
    source_service: str | None = None,
    source_ip: str | None = None,
    event_type: str | None = None,
    invoked_by: str | None = None,
    console_credential: bool | None = None,
    direct: bool = False,
    app_id: str | None = None,
    app_name: str | None = None,
    client_app: str | None = None,
    device_os: str | None = None,
    device_browser: str | None = None,
    principal_subject: str | None = None,
    command: str | None = None,
    provider: str | None = None,
) -> Interface:
    """Say which interface a call came through, which client, on which operating system, and what disagrees.

    AWS: `event_type` is CloudTrail's eventType (any provider's sign-in: SIGN_IN), `invoked_by` its invokedBy,
    `console_credential` its sessionCredentialFromConsole, `direct` that its tlsDetails show the caller's own connection
    to the service's endpoint. Azure: `app_id` and `app_name` the client application,
    `client_app` Entra's clientAppUsed, `device_os` and `device_browser` of its deviceDetail (Okta's client likewise).
    GCP: `principal_subject` the principalSubject or principalEmail, `command` gcloud's command path. `provider` is
    aws, gcp, azure or okta: a browser's call is the console's only where the log is of a cloud's API.

    A console or service has a client and an os only where a person's browser shows. Cached, and bounded whatever comes.
    """
    if user_agent is not None and len(user_agent) > MAX_AGENT_CHARS:
        user_agent = user_agent[:MAX_AGENT_CHARS]
    return _classify(
        user_agent or None,
        source_service and source_service[:MAX_WORD_CHARS],
        source_ip is not None,
        event_type and event_type[:MAX_WORD_CHARS],
        invoked_by and invoked_by[:MAX_WORD_CHARS],
        console_credential,
        direct,
        app_id and app_id[:MAX_WORD_CHARS],
        app_name and app_name[:MAX_WORD_CHARS],
        client_app and client_app[:MAX_WORD_CHARS],
        device_os and device_os[:MAX_WORD_CHARS],
        device_browser and device_browser[:MAX_WORD_CHARS],
        _principal(principal_subject[:MAX_SUBJECT_CHARS]) if principal_subject else None,
        command is not None,
        provider and provider[:MAX_WORD_CHARS],
    )


@lru_cache(CACHE_SIZE)
def _classify(
    user_agent: str | None,
    source_service: str | None,
    addressed: bool,
    event_type: str | None,
    invoked_by: str | None,
    console_credential: bool | None,
    direct: bool,
    app_id: str | None,
    app_name: str | None,
    client_app: str | None,
    device_os: str | None,
    device_browser: str | None,
    principal: str | None,
    command: bool,
    provider: str | None,
) -> Interface:
    app = azure_apps.by_id(app_id) if app_id else None
    named = azure_apps.by_name(app_name) if app_name and app is None else None
    evidence = Evidence(
        source_service=source_service or None,
        addressed=addressed,
        service_event=event_type == _SERVICE_EVENT,
        console_action=event_type == _CONSOLE_ACTION,
        # A device stands only in sign-in logs.
        signs_in=event_type in SIGN_IN_EVENT_TYPES or event_type == SIGN_IN or bool(client_app or device_os),
        invoked_by=invoked_by or None,
        console_credential=console_credential,
        direct=direct,
        app=app or (None if app_id else named),
        posing_as=named if app_id else None,
        client_app=client_app or None,
        device_os=device_os or None,
        device_browser=device_browser or None,
        principal=principal,
        command=command,
        provider=provider,
    )
    return weigh(read(user_agent) if user_agent else NO_CLAIM, evidence)


@lru_cache(CACHE_SIZE)
def _principal(subject: str) -> str | None:
    """Tell the principals of Google Cloud that are no persons by how they are written."""
    if _WORKLOAD in subject:
        return evidences.WORKLOAD
    if not _SERVICE_ACCOUNT.search(subject) and not subject.endswith("google.com"):
        return None
    if _SERVICE_AGENT.search(subject):
        return evidences.SERVICE_AGENT
    return evidences.SERVICE_ACCOUNT if _SERVICE_ACCOUNT.search(subject) else None
