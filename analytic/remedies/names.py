"""What a call did, read off its name: the verb and the thing, as a person would say them.

Operations are named by a verb and what it acts on (analytic/context/action_keys.py says how each cloud spells them).
The words are the ones analytic/context/action_words.py was collected from; a verb that none of the groups below holds
is undone by looking at what it changed.
"""

import re
from typing import Final, NamedTuple

from analytic.context import action_words
from analytic.context.action_keys import GRAPHS, parts, undated
from schemas.records import ApiEvent


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MADE: Final = _words(
    """
    build bundle clone copy create deploy fork generate import insert install invite issue launch provision publish
    register replicate request run schedule submit upload
    """
)
GIVEN: Final = _words(
    """
    accept activate add allocate allow apply approve assign associate attach authorize bind consent elevate grant join
    link open peer share subscribe trust
    """
)
TAKEN: Final = _words(
    """
    clear decline delete deletecollection deny deprovision deregister destroy detach disallow disassociate
    disconnect dissociate drop leave purge reject release remove retire revoke terminate unassign undeploy unlink
    unpeer unregister unshare unsubscribe untag withdraw archive
    """
)
STOPPED: Final = _words("cancel deactivate deallocate disable pause poweroff shutdown stop suspend")
STARTED: Final = _words("enable reactivate resume start unsuspend")
SET: Final = _words(
    "change configure edit modify move override patch put regenerate rename replace reset rotate set update write"
)
PASSING: Final = action_words.LIST_VERBS | action_words.READ_VERBS | _words("assume exchange login sign")
"""What leaves nothing behind to undo."""

_WORD: Final = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_METHODS: Final = {"post": "create", "put": "update", "patch": "update", "delete": "delete", "get": "read"}
_PAST: Final = {"deleted": "delete", "disabled": "disable", "added": "add", "removed": "remove"}
_LONGEST: Final = max(map(len, action_words.VERBS))
_MAX_WORDS: Final = 8
"""A thing is named by a few words: what is longer is no name."""


class Deed(NamedTuple):
    """A verb in lower case ("" where the name has none), and what it was done to ("access key")."""

    verb: str
    thing: str


def deed(event: ApiEvent) -> Deed:
    """Read the name of an event's operation. Never raises."""
    action = event.action[:256]
    if event.provider == "gcp":
        return _google(action)
    if event.service in GRAPHS:
        return _graph(action)
    if event.provider == "azure" and "/" in action:
        return _azure(action)
    if event.provider == "okta":
        return _okta(action)
    return _deed(_split(undated(action) if event.provider == "aws" else action))


def _deed(words: list[str], of: list[str] | None = None) -> Deed:
    """Give the first word as the verb, behind words that only say how; `of` is what stands before the operation."""
    while len(words) > 1 and words[0] in action_words.ADVERBS:
        words = words[1:]
    if not words:
        return Deed("", _said(of or []))
    verb, rest = _PAST.get(words[0], words[0]), words[1:]
    if verb not in action_words.VERBS and not rest:
        # One run of one case, as Azure's older logs have it: "deleteblob".
        longest = next((verb[:size] for size in range(_LONGEST, 2, -1) if verb[:size] in action_words.VERBS), "")
        verb, rest = longest or verb, [verb[len(longest) :]] if longest else []
    return Deed(verb, _said([*(of or []), *filter(None, rest)]))


def _google(method: str) -> Deed:
    names = parts(method) or [""]
    if names[-1][:1].isupper() or len(names) == 1:
        return _deed(_split(names[-1]))
    return _deed(_split(names[-1]), _singular(_split(names[-2])))


def _azure(operation: str) -> Deed:
    # Some logs write an operation in capitals throughout.
    *path, suffix = (operation.lower() if operation.isupper() else operation).strip("/ ").split("/")
    if suffix.lower() in ("write", "delete", "read") and path:
        return Deed(suffix.lower(), _said(_singular(_split(path[-1]))))
    if suffix.lower() == "action" and path:
        of = path[-2] if len(path) > 1 and "." not in path[-2] else ""
        return _deed(_split(path[-1]), _singular(_split(of)))
    return _deed(_split(suffix))


def _graph(call: str) -> Deed:
    """The method is the verb, unless the path ends in one: POST /applications/{id}/addPassword."""
    method, _, path = call.partition(" ")
    segments = [part for part in path.partition("?")[0].split("/") if part and part not in ("{id}", "v1.0", "beta")]
    words = _split(segments[-1]) if segments and segments[-1] != "$ref" else []
    if len(words) > 1 and words[0] in action_words.VERBS:
        return Deed(words[0], _said([*_singular(_split(segments[-2]) if len(segments) > 1 else []), *words[1:]]))
    if segments and segments[-1] == "$ref":
        owner = _singular(_split(segments[-3])) if len(segments) > 2 else []
        thing = [*_singular(_split(segments[-2])), "of", *owner] if len(segments) > 1 else []
        return Deed("remove" if method.lower() == "delete" else "add", _said(thing))
    return Deed(_METHODS.get(method.lower(), ""), _said(_singular(words)))


def _okta(event_type: str) -> Deed:
    *path, verb = event_type.split(".")
    return _deed(_split(verb)[:1], [word for part in path for word in _split(part)][-3:])


def _singular(words: list[str]) -> list[str]:
    if not words:
        return []
    last = words[-1]
    if last.endswith("ies") and len(last) > 4:
        return [*words[:-1], last[:-3] + "y"]
    if last.endswith("s") and not last.endswith("ss") and len(last) > 3:
        return [*words[:-1], last[:-1]]
    return words


def _split(text: str) -> list[str]:
    return [word if word.isupper() and len(word) > 1 else word.lower() for word in _WORD.findall(text)]


def _said(words: list[str]) -> str:
    return " ".join(words[:_MAX_WORDS])
