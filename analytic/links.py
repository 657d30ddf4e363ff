"""Links: from a credential up to the one that it was obtained with. Made of the few events that issue something.

A link says: *child* was obtained by a call made with *parent*. Both are keys (analytic/routing.py), or names: a name
key `n|<realm>:<name>` stands where a log names somebody whom only another log can identify (docs/hops.md). Links are
resolved among themselves first (analytic/resolve.py) and then joined with the events, once.
"""

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from analytic.fold import Item, to_body
from analytic.identity import PEOPLE, actor_of, gcp_label, named_hops, principal_label
from analytic.policy import HOUR, Policy
from analytic.routing import SERVICES, names, principal_key, rank, used_key, workload_key
from analytic.shifts import Context, by_service, context_of
from analytic.trust import WAY, entered, opened
from schemas.records import Actor, ApiEvent, Hop

UP, DOWN, USED, ISSUED, TOUCHED = 1, 2, 4, 8, 16
"""How a key hears a link or an event: as the child's side of it, as the parent's side; used, issued or touched here."""

NOWHERE = Context(None, "unknown", None, None, None)
MAX_TOUCHED = 64
"""Workloads that one call is heard at: SendCommand names at most 50 instances (AWS SSM API reference)."""

_LASTING = frozenset({"CreateServiceAccountKey", "UploadServiceAccountKey"})


class Link(msgspec.Struct, array_like=True, gc=False):
    """One way by which a credential (or name) came to be, resolved as far up as is known.

    `at` is when the parent's credential was used for it, UTC microseconds; `time` and `expires` bound when the child
    is good. `named` counts the leading hops that the call's own record names: a link above says them better.
    `actor` is who stands at the top; None for a mere other name of somebody. `context` is the issuing call's, `how`
    its action. `cuts` are the caps that may have cost a link above it (analytic/caps.py).
    """

    id: str
    kind: str
    child: str
    credential_id: str | None
    parent: str | None
    parent_credential: str | None
    at: int
    time: int
    expires: int | None
    event_id: str | None
    actor: Actor | None
    hops: list[Hop] = []
    named: int = 0
    context: Context = NOWHERE
    by_service: bool = False
    lasting: bool = False
    shared: str | None = None
    rank: int = 0
    how: str = ""
    cuts: list[str] = []


class Heard(msgspec.Struct, array_like=True, gc=False):
    """What one key hears: an event made with its credential, or a link, in one of the roles above."""

    role: int
    event: ApiEvent | None = None
    link: Link | None = None


def used(event: ApiEvent) -> Item:
    """Give the item by which a key of Follow hears an event made with its credential.

    Some logs write one call or sign-in more than once under one id and not alike (Entra's sign-in logs): these share an
    id, and each is an item of its own.
    """
    body = to_body(Heard(USED, event))
    id_ = event.event_id
    if event.shared_event_id is not None:
        id_ = f"{id_}~{blake2b(bytes(body), digest_size=6).hexdigest()}"
    return Item(event.time, id_, body, event.shared_event_id, rank(event))


def heard(link: Link, role: int, source: str, policy: Policy) -> Item:
    """Give the item by which a key hears a link; `source` is the key that it comes from.

    What issued a credential goes before its uses, also when their clocks or a log's whole seconds say otherwise.
    """
    time = link.at if role == DOWN else link.time - (policy.issue_skew if link.kind != "touch" else 0)
    shared = f"{role}|{link.shared}|{link.child}" if link.shared is not None else None
    return Item(time, f"{role}|{link.id}|{source}", to_body(Heard(role, link=link)), shared, link.rank)


def inputs(event: ApiEvent, policy: Policy) -> Iterator[tuple[str, Item]]:
    """Give the first round's inputs of an event: each of its links, at the child's key and at the parent's."""
    for link in links_of(event):
        yield link.child, heard(link, UP, "", policy)
        if link.parent is not None:
            yield link.parent, heard(link, DOWN, "", policy)


def links_of(event: ApiEvent) -> Iterator[Link]:
    """Give the links that an event makes: what it issued, what it touched, and by which names it is known elsewhere."""
    ways = opened(event)
    if not (event.issued or event.touched or event.known_as or event.shared_event_id or ways):
        return
    if event.principal_type in SERVICES or event.log_class == "insight":
        return  # A service for itself only hands workloads their own credentials.
    key = used_key(event)
    for opening in ways:
        yield _opening(event, key, opening)
    if event.outcome == "success":
        if event.issued is not None:
            yield from _issued(event, key)
        elif _is_bare_copy(event):
            yield _other_name(event, key, f"n|shared:{event.shared_event_id}")
        if event.shared_event_id is not None and (way := entered(event)) is not None:
            # Should no other copy show the caller, then who opened the way in is all that is known.
            yield _other_name(event, way, f"n|shared:{event.shared_event_id}", "trust")
        for workload in event.touched[:MAX_TOUCHED]:
            yield _link(event, key, "touch", workload_key(workload), None)
    if event.known_as and key is not None and (event.issued is None or _is_known(event)):
        yield from _probe(event, key)


def _issued(event: ApiEvent, key: str | None) -> Iterator[Link]:
    issued = event.issued
    if issued is None or (issued.credential_id or "").startswith("AKIA"):
        return  # A user's own key is the user's, whoever made it.
    hop = [_hop(event, _issued_label(event))]
    parent = _parent(event, key)
    if issued.issued_to is not None:
        yield _link(event, parent, "issue", workload_key(issued.issued_to), issued.credential_id, hop)
    elif names(issued.session_id):
        session = f"c|{event.provider}|{issued.session_id}"
        yield _link(event, parent, "issue", session, issued.session_id, hop)
        if names(issued.credential_id):
            token = f"c|{event.provider}|{issued.credential_id}"
            link = _link(event, session, "issue", token, issued.credential_id)
            link.actor, link.named, link.hops, link.parent_credential = None, 0, [], issued.session_id
            yield link
    elif names(issued.credential_id):
        yield _link(event, parent, "issue", f"c|{event.provider}|{issued.credential_id}", issued.credential_id, hop)
    elif issued.principal_id is not None and event.provider == "gcp":
        yield _link(event, parent, "issue", _impersonated(event, issued.principal_id), None, hop)
    if issued.known_as is not None:
        yield _link(event, parent, "issue", f"n|{issued.known_as}", None, hop)
    if event.provider == "azure" and event.principal_type != "User" and issued.principal_id is not None:
        # Another cloud that trusts Entra's tokens names an application or a managed identity by its object id.
        yield _link(event, parent, "issue", f"n|azure:{issued.principal_id}", None, hop)


def _link(
    event: ApiEvent, parent: str | None, kind: str, child: str, credential: str | None, hop: list[Hop] | None = None
) -> Link:
    own = actor_of(event)
    named = named_hops(event, own)
    if parent == child:
        parent = None
    expires = event.issued.expires if event.issued is not None else None
    return Link(
        id=f"{event.event_id}|{child}",
        kind=kind,
        child=child,
        credential_id=credential,
        parent=parent,
        parent_credential=credential_of(event),
        at=event.time,
        time=event.time,
        expires=expires,
        event_id=event.event_id,
        actor=own,
        hops=[*named, *(hop or [])],
        named=len(named),
        context=context_of(event),
        by_service=by_service(event),
        lasting=_is_lasting(event),
        shared=event.shared_event_id,
        rank=rank(event),
        how=event.action,
    )


def credential_of(event: ApiEvent) -> str | None:
    """Give what names the credential among those of its key."""
    return event.credential_id if event.issued_to is not None else event.session_id or event.credential_id


def _parent(event: ApiEvent, key: str | None) -> str | None:
    """Give the key above: where another log knows the caller, that name; else the caller's own key."""
    if event.shared_event_id is not None and event.credential_id is None and event.principal_type == "AWSAccount":
        return f"n|shared:{event.shared_event_id}"
    if event.known_as and not _is_known(event):
        return f"n|{event.known_as[0]}"
    return entered(event) or key


def _is_known(event: ApiEvent) -> bool:
    """Whether the caller's own key says more than its name: the log names the credential, or the way to it."""
    return bool(event.delegation) or (event.provider == "aws" and names(event.credential_id))


def _is_bare_copy(event: ApiEvent) -> bool:
    """Whether this is the caller's copy of a cross-account call whose other copy may show what was issued."""
    shared = event.provider == "aws" and event.shared_event_id is not None
    return shared and event.credential_id is not None and event.access == "credential"


def _other_name(event: ApiEvent, key: str | None, name: str, kind: str = "name") -> Link:
    link = _link(event, key, kind, name, None)
    link.hops, link.named, link.shared = [], 0, None
    return link


def _opening(event: ApiEvent, key: str | None, way: str) -> Link:
    outside, _, inside = way.removeprefix(WAY).partition(">")
    hop = _hop(event, f"account {outside} in {inside.partition('/')[2]}", "probable")
    link = _link(event, _parent(event, key), "issue", way, None, [hop])
    link.lasting = True
    return link


def _probe(event: ApiEvent, key: str) -> Iterator[Link]:
    """Ask by name who holds a credential: once for each credential whose beginning is known, else once an hour."""
    name = f"n|{event.known_as[0]}"
    if name == key:
        return
    if event.session_created is not None:
        start = at = event.session_created
        expires = None
    else:
        start = event.time - event.time % HOUR
        at = expires = start + HOUR
    yield Link(f"{name}|{key}|{start}", "name", key, credential_of(event), name, None, at, start, expires, None, None)


def _impersonated(event: ApiEvent, target: str) -> str:
    """Give the key of what this caller becomes: a federated identity, or a service account by the whole way to it."""
    if target.startswith("principal"):
        return principal_key(event.provider, [], target)
    through = [*event.delegation, event.principal_id or "unknown", *(event.issued.delegates if event.issued else [])]
    return principal_key(event.provider, through, target)


def _is_lasting(event: ApiEvent) -> bool:
    """Whether what was issued is a key that lasts: it may be handed on, and says little of whoever uses it later."""
    return (
        event.issued is not None
        and event.log_class != "signin"
        and event.access == "credential"
        and (event.action.rpartition(".")[2] in _LASTING or event.service == "microsoft.aadiam")
    )


def _hop(event: ApiEvent, target: str, certainty: str = "certain") -> Hop:
    own = actor_of(event)
    source = own.name if own.type in PEOPLE else principal_label(event)
    return Hop(source, target, event.action, event.time, event.event_id, certainty)


def _issued_label(event: ApiEvent) -> str:
    issued = event.issued
    if issued is None or issued.principal_id is None:
        return principal_label(event)
    if event.provider != "aws":
        return principal_label(event) if event.log_class == "signin" else gcp_label(issued.principal_id)
    role = next((name.rpartition("/")[2] for name in event.resources if ":role/" in name), None)
    session = issued.principal_id.partition(":")[2]
    return f"{role or issued.principal_id.partition(':')[0]}/{session}" if session else role or issued.principal_id
