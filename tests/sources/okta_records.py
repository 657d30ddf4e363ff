"""Synthetic Okta log events for these tests: what matters is an argument, the rest has a default."""

from typing import Any

SESSION = "102ExampleSession0000001"
ALICE = "00uexamplealice00001"
BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36"
)
SYSTEM = {
    "id": "00usystem00000000001",
    "type": "SystemPrincipal",
    "alternateId": "system@okta.com",
    "displayName": "Okta System",
}
APP_TARGETS = [
    {
        "id": "0oaexampleaws0000001",
        "type": "AppInstance",
        "alternateId": "AWS Production",
        "displayName": "AWS IAM Identity Center",
        "detailEntry": {"signOnModeType": "SAML_2_0"},
    },
    {
        "id": "0uaexamplealice00001",
        "type": "AppUser",
        "alternateId": "Alice@example.com",
        "displayName": "Alice Example",
        "detailEntry": None,
    },
]


def event(event_type: str = "user.authentication.sso", **fields: Any) -> dict[str, Any]:
    """A LogEvent: by default a person signs on to an app in a browser."""
    return {
        "actor": {
            "id": ALICE,
            "type": "User",
            "alternateId": "alice@example.com",
            "displayName": "Alice Example",
            "detailEntry": None,
        },
        "client": {
            "userAgent": {"rawUserAgent": BROWSER, "os": "Mac OS X", "browser": "CHROME"},
            "zone": "null",
            "device": "Computer",
            "id": None,
            "ipAddress": "203.0.113.9",
            "geographicalContext": {
                "city": "Geneva",
                "state": "Geneva",
                "country": "Switzerland",
                "postalCode": "1201",
                "geolocation": {"lat": 46.2, "lon": 6.15},
            },
        },
        "device": None,
        "authenticationContext": {
            "authenticationProvider": None,
            "credentialProvider": None,
            "credentialType": None,
            "issuer": None,
            "interface": None,
            "authenticationStep": 0,
            "externalSessionId": SESSION,
        },
        "displayMessage": "User single sign on to app",
        "eventType": event_type,
        "outcome": {"result": "SUCCESS", "reason": None},
        "published": "2024-08-02T08:23:24.123Z",
        "securityContext": {
            "asNumber": 64500,
            "asOrg": "example networks",
            "isp": "example networks",
            "domain": "example.net",
            "isProxy": False,
        },
        "severity": "INFO",
        "debugContext": {"debugData": {"requestUri": "/app/sso/saml"}},
        "legacyEventType": "app.auth.sso",
        "transaction": {"type": "WEB", "id": "W00000000000000000000000001", "detail": {}},
        "uuid": "00000000-0000-11ef-8000-000000000001",
        "version": "0",
        "request": {"ipChain": [{"ip": "203.0.113.9", "geographicalContext": None, "version": "V4", "source": None}]},
        "target": APP_TARGETS,
    } | fields
