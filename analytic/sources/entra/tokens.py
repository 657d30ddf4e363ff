"""The id of a token that Microsoft Entra issued, in the one form that all logs share: the token's `uti` claim.

The claim is the id of the request that issued the token, as 22 characters of base64url over the GUID's bytes in
.NET's order (Microsoft Graph, "signIn resource type": uniqueTokenIdentifier is "a unique base64 encoded request
identifier"; Microsoft's MSIdentityTools module, ConvertFrom-MsIdUniqueTokenIdentifier, which turns one back into the
request id; the claim: Microsoft Entra, "Track and investigate identity activities with linkable identifiers"). Sign-in
logs have also written it as base64 over the GUID's *text*, and older ones show the request id only.
"""

import base64
import binascii

from analytic.sources.azure.names import guid

_CLAIM_CHARS = 22
_GUID_TEXT_CHARS = 48
"""Base64 of the 36 characters of a GUID."""


def token_id(identifier: str | None, request_id: str | None) -> str | None:
    """Give a token's id as its `uti` claim holds it; None when neither text gives one.

    `identifier` is uniqueTokenIdentifier, `request_id` the sign-in's own id. The claim's case matters.
    """
    if identifier and len(identifier) == _CLAIM_CHARS:
        return identifier
    if identifier and len(identifier) == _GUID_TEXT_CHARS:
        return _of_request(_decoded(identifier)) or identifier
    return _of_request(identifier) or identifier or _of_request(request_id)


def _decoded(identifier: str) -> str | None:
    try:
        return base64.b64decode(identifier, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None


def _of_request(request_id: str | None) -> str | None:
    found = guid(request_id)
    if found is None:
        return None
    octets = bytes.fromhex(found.replace("-", ""))
    ordered = octets[3::-1] + octets[5:3:-1] + octets[7:5:-1] + octets[8:]  # the first three fields little-endian
    return base64.urlsafe_b64encode(ordered).decode("ascii").rstrip("=")
