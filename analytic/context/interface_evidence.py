"""The evidence beside a user agent that a caller cannot forge, and what comes of it.

What the provider itself writes into the record goes before what the caller says: the service that made the call, the
kind of event, the application that the token was issued to, the protocol that Entra saw, the kind of principal. Where
the two cannot both be true `conflict` says so in one line.

Much that looks like a contradiction is not, and gives no conflict: the consoles' back ends call with SDKs; a Cloud
Shell's credential is the console's; a command line signs in through a browser, and lends its token to an SDK or to
Terraform (Azure Identity, AzureCliCredential); a native program shows a browser's agent in its sign-in window.
"""

import re
from typing import NamedTuple

from analytic.context import interface_programs as programs
from analytic.context.azure_apps import AzureApp
from analytic.context.interface_browsers import device_browser, system
from analytic.context.interface_claim import Claim

MAX_CONFLICT_CHARS = 200
"""Longer than any line written here; a bound all the same, as names in it come from the record."""

SERVICE_AGENT = "a service agent of Google"
SERVICE_ACCOUNT = "a service account"
WORKLOAD = "a federated workload"

INSIDE = "AWS Internal"
"""What stands for "from inside the cloud" without saying which service; the person's own agent may come through."""


class Interface(NamedTuple):
    """The interface (console cloud_shell cli sdk iac service agent browser unknown), the client, its os, a conflict."""

    interface: str
    client: str | None
    os: str | None
    conflict: str | None = None


class Evidence(NamedTuple):
    """What the record says beside the user agent. `principal` is one of this module's constants, or None."""

    source_service: str | None = None
    addressed: bool = False
    service_event: bool = False
    console_action: bool = False
    signs_in: bool = False
    invoked_by: str | None = None
    console_credential: bool | None = None
    direct: bool = False
    app: AzureApp | None = None
    posing_as: AzureApp | None = None
    client_app: str | None = None
    device_os: str | None = None
    device_browser: str | None = None
    principal: str | None = None
    command: bool = False
    provider: str | None = None


# Which kinds of claim cannot be true of an Azure app of each interface. An SDK's agent mostly can: the apps' own back
# ends have them. A general HTTP library's cannot, where the app has a front end of its own.
_SCRIPTED = frozenset({programs.CLI, programs.IAC, programs.SCRIPT, programs.RUNTIME})
_UNLIKE_A_SERVICE = frozenset({programs.BROWSER, programs.CLI, programs.IAC})
_FOREIGN: dict[str, frozenset[str]] = {
    "console": _SCRIPTED | {programs.SDK},
    "browser": _SCRIPTED,
    "agent": _SCRIPTED,
    "service": _UNLIKE_A_SERVICE,
    "cli": frozenset({programs.BROWSER}),
}
_SHELLS = frozenset({"console", "cloud_shell", "cli"})

# clientAppUsed (Microsoft Learn, "Sign-in log activity details", client app): the protocols that say what the program
# is. "Browser" and "Mobile Apps and Desktop clients" are modern authentication.
_PROTOCOLS = {
    "exchange online powershell": "cli",
    "exchange web services": "sdk",
    "reporting web services": "sdk",
    "exchange activesync": "agent",
    "authenticated smtp": "agent",
    "smtp": "agent",
    "imap4": "agent",
    "imap": "agent",
    "pop3": "agent",
    "pop": "agent",
    "mapi over http": "agent",
    "mapi": "agent",
    "outlook anywhere (rpc over http)": "agent",
    "outlook service": "agent",
    "universal outlook": "agent",
    "offline address book": "agent",
    "autodiscover": "agent",
}
_BROWSER_APP = "browser"
_BROWSERS = frozenset({programs.BROWSER, programs.WEB})
_NOT_BROWSERS = _SCRIPTED | {programs.SDK, programs.APP_LIBRARY}

_BORROWERS = frozenset({programs.IAC, programs.SDK, programs.SCRIPT, programs.AI_AGENT})

_TAKEN_OUT = _NOT_BROWSERS | {programs.AGENT, programs.AI_AGENT}
"""Who calls with these on a console's credential took it out of the console."""

_CLOUDFORMATION = "cloudformation."
_CONSOLE_SERVICES = ("signin.", "console.")
_A_SERVICE = re.compile(r"[a-z0-9_.-]{1,60}\.[a-z]{2,8}", re.ASCII)

# A phone or a tablet that asks for the desktop site claims the desktop's system: Safari on iPadOS always does.
_ALIKE = (frozenset({"ios", "macos"}), frozenset({"android", "linux"}))


def weigh(claim: Claim, evidence: Evidence) -> Interface:
    """Give the interface of a call from its user agent's claim and the evidence beside it."""
    if evidence.client_app is not None and evidence.client_app.lower() in _PROTOCOLS:
        return Interface(_PROTOCOLS[evidence.client_app.lower()], claim.client, _os(claim, evidence))
    if evidence.app is not None:
        return _of_app(evidence.app, claim, evidence)
    if evidence.invoked_by or evidence.source_service or evidence.service_event:
        return _of_service(claim, evidence)
    if evidence.principal is not None:
        return _of_principal(evidence.principal, claim, evidence)
    if evidence.client_app is not None or evidence.device_os is not None:
        return _of_device(claim, evidence)
    return _of_caller(claim, evidence)


def _of_app(app: AzureApp, claim: Claim, evidence: Evidence) -> Interface:
    """A client application of Microsoft: what the token was issued to."""
    interface = app.interface
    browsing = claim.kind in _BROWSERS or (evidence.client_app or "").lower() == _BROWSER_APP
    if claim.kind == programs.CLOUD_SHELL and interface in _SHELLS:
        interface = "cloud_shell"
    elif interface == "service" and browsing and (evidence.signs_in or claim.kind == programs.WEB):
        interface = "browser"  # Exchange, SharePoint and others are services and web applications at once.
    conflict = None
    if claim.kind in _FOREIGN.get(interface, ()) and not (evidence.signs_in and claim.kind == programs.BROWSER):
        conflict = _conflict(f"the app is {app.name} ({app.interface})", claim)
    if conflict:
        client = claim.client
    elif interface in ("console", "browser"):
        client = claim.client if browsing else None
        client = client or _device_browser(evidence)
    elif interface == "service":
        client = None
    elif interface == "cli" and claim.kind in _BORROWERS and not (evidence.signs_in and _is_msal(claim)):
        client = claim.client  # It was lent the command line's token.
    else:
        client = app.name if interface == app.interface else claim.client
    return Interface(interface, client, _os(claim, evidence), conflict or _of_two_systems(claim, evidence))


def _is_msal(claim: Claim) -> bool:
    """Whether a token may have been asked for by MSAL for Python, the Azure CLI's own library, which shows `requests`'
    user agent (its repository, AzureAD/microsoft-authentication-library-for-python).
    """
    return (claim.client or "").startswith("python-requests/")


def _of_service(claim: Claim, evidence: Evidence) -> Interface:
    """A call that a cloud's own service made, for itself or on a principal's behalf."""
    by = evidence.invoked_by or evidence.source_service or ""
    if by.startswith(_CLOUDFORMATION) or claim.kind == programs.IAC_SERVICE:
        return Interface("iac", None, None)
    if evidence.invoked_by and by.startswith(_CONSOLE_SERVICES):
        return Interface("console", None, None)
    if evidence.service_event and claim.kind == programs.BROWSER:
        # The sign-in pages of IAM Identity Center and of Cognito log themselves so.
        return Interface("browser", claim.client, claim.os)
    if not evidence.invoked_by and not evidence.service_event:
        if claim.kind == programs.CONSOLE or (evidence.console_credential and claim.kind in _INSIDERS):
            return Interface("console", None, None)
        if claim.kind in (programs.AGENT, programs.AI_AGENT, programs.CLOUD_SHELL):
            return _plain(claim, evidence)
        if by == INSIDE and claim.kind in _UNLIKE_A_SERVICE:
            return _of_caller(claim, evidence)
    if by != INSIDE and claim.kind in _UNLIKE_A_SERVICE:
        who = by if _A_SERVICE.fullmatch(by) else "a service"
        return Interface("service", claim.client, claim.os, _conflict(f"{who} made the call", claim))
    return Interface("service", None, None)


_INSIDERS = frozenset({programs.BACKEND, programs.SERVICE_NAME, programs.SERVICE, programs.NONE, programs.UNKNOWN})
"""What the console's own back ends call with, or without."""


def _of_principal(principal: str, claim: Claim, evidence: Evidence) -> Interface:
    """A principal of Google Cloud that is no person: it cannot sign in to a console."""
    if principal == SERVICE_AGENT:
        if claim.kind in _UNLIKE_A_SERVICE:
            return Interface("service", claim.client, claim.os, _conflict(f"the caller is {principal}", claim))
        return Interface("service", None, None)
    if claim.kind in (programs.BROWSER, programs.CONSOLE):
        return Interface("unknown", claim.client, claim.os, _conflict(f"the caller is {principal}", claim))
    return _of_caller(claim, evidence)


def _of_device(claim: Claim, evidence: Evidence) -> Interface:
    """A sign-in to an app that is not known: Entra and Okta say through what, and from which device."""
    os = _os(claim, evidence)
    if (evidence.client_app or "").lower() == _BROWSER_APP:
        if claim.kind in _NOT_BROWSERS:
            return Interface("browser", claim.client, os, _conflict("the identity provider saw a browser", claim))
        interface = "browser"
    else:
        interface = _plain(claim, evidence).interface
    client = claim.client or (_device_browser(evidence) if interface in ("browser", "console") else None)
    conflict = _of_two_systems(claim, evidence)
    if conflict is None and evidence.posing_as is not None:
        conflict = _bounded(f"the app calls itself {evidence.posing_as.name}, its id is another's")
    return Interface(interface, client, os, conflict)


def _of_caller(claim: Claim, evidence: Evidence) -> Interface:
    """A call whose caller nothing places: the user agent's claim, beside what the session is."""
    kind = claim.kind
    conflict = None
    if evidence.posing_as is not None:
        conflict = _bounded(f"the app calls itself {evidence.posing_as.name}, its id is another's")
    if evidence.console_action and kind in _NOT_BROWSERS:
        return Interface("console", claim.client, claim.os, _conflict("the event is the console's own", claim))
    if kind == programs.BROWSER:
        console = not evidence.signs_in and evidence.provider in (None, "aws", "gcp")
        return Interface("console" if console else "browser", claim.client, claim.os, conflict)
    if kind == programs.BACKEND:
        # The console's back end acts for the person at an address, over a connection of its own, and the record shows
        # no TLS details then (CloudTrail user guide, record contents, tlsDetails). A service acts for itself.
        behind = evidence.addressed and not evidence.direct
        console = bool(evidence.console_credential or evidence.signs_in or behind)
        return Interface("console" if console else "service", None, None)
    if evidence.console_credential or evidence.console_action:
        if kind in _TAKEN_OUT:
            # The flag tells whose session the credential is, not which program holds it (CloudTrail user guide,
            # sessionCredentialFromConsole: "either a proxy or an external client"): the program stands, in conflict.
            return Interface(_interface(kind), claim.client, claim.os, _conflict("the session is the console's", claim))
        if kind in _INSIDERS:
            return Interface("console", claim.client, claim.os)
    plain = _plain(claim, evidence)
    return plain if conflict is None else plain._replace(conflict=conflict)


def _plain(claim: Claim, evidence: Evidence) -> Interface:
    if claim.kind in (programs.NONE, programs.UNKNOWN) and evidence.command:
        return Interface("cli", "gcloud", claim.os)
    if claim.kind in (programs.SERVICE, programs.SERVICE_NAME, programs.IAC_SERVICE, programs.CONSOLE):
        return Interface(_interface(claim.kind), None, None)
    return Interface(_interface(claim.kind), claim.client, claim.os)


def _interface(kind: str) -> str:
    return programs.INTERFACES.get(kind, kind)


def _os(claim: Claim, evidence: Evidence) -> str | None:
    return claim.os or (system(evidence.device_os.lower()) if evidence.device_os else None)


def _device_browser(evidence: Evidence) -> str | None:
    return device_browser(evidence.device_browser) if evidence.device_browser else None


def _of_two_systems(claim: Claim, evidence: Evidence) -> str | None:
    """The device runs one system and its browser claims another."""
    if claim.kind != programs.BROWSER or claim.os is None or not evidence.device_os:
        return None
    runs = system(evidence.device_os.lower())
    if runs is None or runs == claim.os or {runs, claim.os} in _ALIKE:
        return None
    return _bounded(f"the device runs {runs}, the user agent says {claim.os}")


def _conflict(known: str, claim: Claim) -> str:
    says = programs.BROWSER if claim.kind == programs.BROWSER else _interface(claim.kind)
    client = f" ({claim.client})" if claim.client else ""
    return _bounded(f"{known}, the user agent says {says}{client}")


def _bounded(line: str) -> str:
    """One line of printable ASCII: parts of it are the caller's own words."""
    escaped = line.encode("ascii", "backslashreplace").decode("ascii")
    return "".join(c if c.isprintable() else "?" for c in escaped)[:MAX_CONFLICT_CHARS]
