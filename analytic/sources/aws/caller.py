"""What one caller's calls have in common, read once: who made them, with which credential, from where, through what.

A session's calls repeat all of it. The event made here is a pattern: cloudtrail.py copies it for each call, and nobody
changes it.
"""

from functools import lru_cache
from typing import NamedTuple

from analytic.context import interface, network
from analytic.sources.aws import identity as identities
from analytic.sources.aws.identity import Principal
from analytic.sources.aws.known_names import known_as
from analytic.sources.aws.record import CloudTrailRecord, UserIdentity
from schemas.records import ApiEvent

MAX_USER_AGENT_CHARS = 1_024
"""CloudTrail's own limit for userAgent (user guide, record contents)."""

_HOST = b'"clientprovidedhostheader"'
"""The key of tlsDetails (in any case: exports lower it) that shows the caller's own connection to the endpoint."""

_SIGN_IN_TYPE = "AwsConsoleSignIn"

_CACHED = 4_096
"""Callers remembered: at some 3 KB each some 12 MB."""

_MAX_CACHED_BYTES = 4_096
"""An identity larger than this is read each time."""


class Caller(NamedTuple):
    """A caller: the event that its calls are copies of, the identity as it was written, and as it was read."""

    pattern: ApiEvent
    identity: UserIdentity
    principal: Principal


def read(record: CloudTrailRecord, *, signed_in: bool) -> Caller:
    """Read a record's caller. `signed_in` says that the record is of a sign-in. Raises ParseError."""
    raw = bytes(record.user_identity)
    source, event_type = record.source_ip_address, record.event_type
    parts = (
        raw,
        # What is longer is no address, nor any kind of event: not even a key.
        source if source is None or len(source) <= network.MAX_SOURCE_CHARS else None,
        record.user_agent[:MAX_USER_AGENT_CHARS] if record.user_agent else None,
        _SIGN_IN_TYPE if signed_in else event_type and event_type[: interface.MAX_WORD_CHARS],
        identities.truth(record.session_credential_from_console),
        _HOST in bytes(record.tls_details).lower(),
        signed_in,
    )
    return _cached(*parts) if len(raw) <= _MAX_CACHED_BYTES else _read(*parts)


def _read(
    raw: bytes,
    source: str | None,
    user_agent: str | None,
    event_type: str | None,
    console_credential: bool | None,
    direct: bool,
    signed_in: bool,
) -> Caller:
    identity, principal = identities.read(raw)
    source_ip, source_service = network.split_source(source)
    invoked_by = identity.invoked_by or None
    through = interface.classify(
        user_agent,
        source_service=source_service,
        source_ip=source_ip,
        event_type=event_type,
        invoked_by=invoked_by,
        console_credential=console_credential,
        direct=direct,
    )
    session_id = None
    key = identity.access_key_id or None
    if key is None and identity.credential_id and not signed_in:
        key = session_id = identity.credential_id  # The bearer token of an Identity Center session.
    credential_type = identities.credential_type(
        principal, key, signed_in=signed_in, console_credential=console_credential, interface=through.interface
    )
    # A sign-in event that a key signed asks for a console session with it.
    from_console = console_credential or through.interface in identities.CONSOLES or (signed_in and key is None)
    pattern = ApiEvent(
        event_id="",
        time=0,
        provider="aws",
        log_class="signin",
        service="",
        action="",
        principal_id=principal.id,
        principal_type=principal.type,
        principal_name=principal.name,
        principal_arn=principal.arn,
        principal_account=principal.account,
        credential_id=key,
        credential_type=credential_type,
        session_name=principal.session_name,
        session_created=principal.session_created,
        mfa=principal.mfa,
        source_identity=principal.source_identity,
        issuer=principal.issuer,
        issuer_id=principal.issuer_id,
        invoked_by=invoked_by,
        issued_to=principal.issued_to,
        source_ip=source_ip,
        source_service=source_service,
        interface=through.interface,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        interface_conflict=through.conflict,
        session_id=session_id,
        on_behalf_of=principal.on_behalf_of,
        in_scope_of=principal.in_scope_of,
        home=principal.home,
        known_as=known_as(principal, identity, console=from_console),
    )
    return Caller(pattern, identity, principal)


_cached = lru_cache(_CACHED)(_read)
