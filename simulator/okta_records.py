"""Builds Okta System Log events: the fields and their formats as Okta's System Log API gives them.

Source: Okta developer reference, "System Log API", LogEvent object, and "Event types" (user.session.start,
user.authentication.sso). Times are milliseconds since 1970-01-01 UTC.
"""

import random
import string
from dataclasses import dataclass

from simulator.gcp_records import timestamp
from simulator.identities import Json
from simulator.randomness import Ids

BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 "
    "Safari/537.36"
)
_PLACE = {
    "city": "Munich",
    "state": "Bavaria",
    "country": "Germany",
    "postalCode": "80331",
    "geolocation": {"lat": 48.1374, "lon": 11.5755},
}


@dataclass(frozen=True)
class OktaUser:
    """A person in Okta: id, login and display name."""

    user_id: str
    login: str
    name: str


@dataclass(frozen=True)
class App:
    """An app that Okta signs people in to: id, name and label."""

    app_id: str
    name: str
    label: str


AWS_APP = App("0oa1aws2federation3x", "AWS Account Federation", "AWS Production")
AWS_SSO_APP = App("0oa1aws2identity3ctr", "AWS IAM Identity Center", "AWS IAM Identity Center")
ENTRA_APP = App("0oa1microsoft2365abc", "Microsoft Office 365", "Microsoft 365")
GOOGLE_APP = App("0oa1google2cloud3wfp", "Google Cloud Workforce", "Google Cloud")


def session_id(rng: random.Random) -> str:
    """Make an externalSessionId."""
    return "102" + "".join(rng.choices(string.ascii_letters + string.digits + "_-", k=22))


def event(
    rng: random.Random,
    at: int,
    user: OktaUser,
    session: str,
    address: str,
    event_type: str,
    message: str,
    target: list[Json],
    *,
    failure: str | None = None,
) -> Json:
    """Write one event. `failure` is the reason of one that did not succeed."""
    ids = Ids(rng)
    request = "".join(rng.choices(string.ascii_letters + string.digits, k=27))
    return {
        "actor": {
            "id": user.user_id,
            "type": "User",
            "alternateId": user.login,
            "displayName": user.name,
            "detailEntry": None,
        },
        "client": {
            "userAgent": {"rawUserAgent": BROWSER, "os": "Mac OS X", "browser": "CHROME"},
            "zone": "null",
            "device": "Computer",
            "id": None,
            "ipAddress": address,
            "geographicalContext": _PLACE,
        },
        "device": None,
        "authenticationContext": {
            "authenticationProvider": None,
            "credentialProvider": None,
            "credentialType": None,
            "issuer": None,
            "interface": None,
            "authenticationStep": 0,
            "rootSessionId": session,
            "externalSessionId": session,
        },
        "displayMessage": message,
        "eventType": event_type,
        "outcome": {"result": "FAILURE" if failure else "SUCCESS", "reason": failure},
        "published": timestamp(at),
        "securityContext": {
            "asNumber": 64500,
            "asOrg": "example networks",
            "isp": "example networks",
            "domain": "example.net",
            "isProxy": False,
        },
        "severity": "WARN" if failure else "INFO",
        "debugContext": {
            "debugData": {
                "requestId": request,
                "dtHash": ids.hexadecimal(64),
                "requestUri": "/idp/idx/identify" if event_type == "user.session.start" else "/app/sso/saml",
                "url": "/idp/idx/identify?",
                "threatSuspected": "false",
            }
        },
        "legacyEventType": "core.user_auth.login_success" if event_type == "user.session.start" else "app.auth.sso",
        "transaction": {"type": "WEB", "id": request, "detail": {}},
        "uuid": ids.uuid(),
        "version": "0",
        "request": {"ipChain": [{"ip": address, "geographicalContext": _PLACE, "version": "V4", "source": None}]},
        "target": target,
    }


def session_start(
    rng: random.Random, at: int, user: OktaUser, session: str, address: str, *, failure: str | None = None
) -> Json:
    """Write a person's sign-in to Okta."""
    return event(rng, at, user, session, address, "user.session.start", "User login to Okta", [], failure=failure)


def single_sign_on(rng: random.Random, at: int, user: OktaUser, session: str, address: str, app: App) -> Json:
    """Write a person's sign-on to an app through Okta."""
    target: list[Json] = [
        {
            "id": app.app_id,
            "type": "AppInstance",
            "alternateId": app.label,
            "displayName": app.name,
            "detailEntry": {"signOnModeType": "SAML_2_0"},
        },
        {
            "id": "0ua" + user.user_id[3:],
            "type": "AppUser",
            "alternateId": user.login,
            "displayName": user.name,
            "detailEntry": None,
        },
    ]
    message = "User single sign on to app"
    return event(rng, at, user, session, address, "user.authentication.sso", message, target)
