"""What the result of an Entra sign-in means: it worked, it was refused, or it was not finished.

Source: Microsoft Entra, "Microsoft Entra authentication and authorization error codes" (AADSTS codes; the sign-in log
has the number, the Microsoft 365 audit log also the name).
"""

from typing import Final

UNFINISHED: Final = {
    # A further step is asked of the user before the sign-in goes on: nobody was refused.
    "16000": "InteractionRequired",
    "16001": "UserAccountSelectionInvalid",
    "50058": "UserInformationNotProvided",
    "50072": "UserStrongAuthEnrollmentRequiredInterrupt",
    "50074": "UserStrongAuthClientAuthNRequiredInterrupt",
    "50076": "UserStrongAuthClientAuthNRequired",
    "50078": "UserStrongAuthExpired",
    "50079": "UserStrongAuthEnrollmentRequired",
    "50097": "DeviceAuthenticationRequired",
    "50125": "PasswordResetRegistrationRequiredInterrupt",
    "50140": "KmsiInterrupt",
    "50158": "ExternalSecurityChallenge",
    "50168": "ChromeBrowserSsoInterruptRequired",
    "50199": "CmsiInterrupt",
    "51006": "ForceReauthDueToInsufficientAuth",
    "65001": "DelegationDoesNotExist",
    "70016": "AuthorizationPending",
    "700020": "InteractionRequired",
    "1000002": "BindCompleteInterruptError",
    # A token or code ended by age, "an expected part of the token lifecycle"; one that was revoked is a refusal.
    "50089": "FlowTokenExpired",
    "70008": "ExpiredOrRevokedGrant",
    "70043": "BadTokenDueToSignInFrequency",
    "700082": "ExpiredOrRevokedGrantInactiveToken",
    "700084": "SpaRefreshTokenExpired",
    # The service itself failed.
    "50000": "TokenIssuanceError",
    "50033": "RetryableError",
    "50087": "SasRetryableError",
    "70012": "MsaServerError",
    "80001": "OnPremiseStoreIsNotAvailable",
    "80002": "OnPremisePasswordValidatorRequestTimedout",
    "90006": "ExternalServerRetryableError",
    "90012": "RequestTimeout",
    "90024": "RequestBudgetExceededError",
    "90033": "MsodsServiceUnavailable",
    "90055": "TenantThrottlingError",
    "90090": "GraphRetryableError",
}
"""Codes that are no refusal, with their documented names (or what they mean, where the document gives no name)."""

_NAMES = frozenset(UNFINISHED.values())
_WORKED = frozenset({"0", "success"})


def sign_in(code: str | None) -> tuple[str, str | None]:
    """Give the outcome and the error code of a sign-in with this result: a code, or an error's name.

    A record without any result has not been seen to succeed: it is an error without a code.
    """
    if code is None:
        return "error", None
    if code.lower() in _WORKED:
        return "success", None
    return ("error" if code in UNFINISHED or code in _NAMES else "denied"), code
