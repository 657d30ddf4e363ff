"""The names by which other logs, or later sessions, know a caller of AWS: "<realm>:<name>" (docs/hops.md).

Sources: CloudTrail user guide, "CloudTrail userIdentity element", values for AWS STS APIs with SAML and web identity
federation (userName is the token's `sub`, or the SAML subject); Google's and Microsoft's documents on their tokens:
Google's `sub` is the account's numeric unique id, and Entra's, in an application's own token, its object id.
"""

import re

from analytic.sources.aws.identity import Principal
from analytic.sources.aws.record import UserIdentity

_GOOGLE = re.compile(r"(?:^|/)accounts\.google\.com(?:[/:]|$)")
_ENTRA = re.compile(r"(?:^|/)(?:sts\.windows\.net|login\.microsoftonline\.com)/")
_UNIQUE_ID = re.compile(r"[0-9]{6,40}", re.ASCII)
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_LOGIN = re.compile(r"[^\s@:/]{1,256}@[^\s@:/]{1,256}")
_SESSIONS = frozenset({"AssumedRole", "FederatedUser"})


def aws_name(arn: str | None) -> str | None:
    """Give the name of a user or session of AWS: "aws:<ARN>"."""
    return f"aws:{arn}" if arn else None


def person_name(login: str | None) -> str | None:
    """Give the name of a person, "person:<login in lower case>"; None for what is no login with a domain."""
    return f"person:{login.lower()}" if login and _LOGIN.fullmatch(login) else None


def known_as(principal: Principal, identity: UserIdentity, *, console: bool | None) -> list[str]:
    """Give the names of a caller whose identity came from elsewhere; [] for one that AWS itself knows.

    A console session (`console`) is one too: the console makes its own keys, which no record of their issue names.
    """
    kind = principal.type
    name = None
    if kind in _SESSIONS:
        name = aws_name(principal.arn) if console else None
    elif kind == "SAMLUser":
        name = person_name(principal.name)
    elif kind == "WebIdentityUser":
        name = _subject(identity.identity_provider or "", principal.name or "")
    return [name] if name else []


def _subject(provider: str, subject: str) -> str | None:
    if _GOOGLE.search(provider) and _UNIQUE_ID.fullmatch(subject):
        return f"gcp:{subject}"
    if _ENTRA.search(provider) and _OBJECT_ID.fullmatch(subject):
        return f"azure:{subject.lower()}"
    return None
