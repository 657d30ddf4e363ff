"""What an operation's name says of it, for operations without a curated row.

The rule is total: a name that begins with no known verb is a read when the record says so, else a write. The stages
that it gives are the widest reading of the kind of access, and so are their techniques: a list may serve
reconnaissance (T1526 Cloud Service Discovery), a changed right an escalation (T1098 Account Manipulation), a credential
handed out its theft (T1528 Steal Application Access Token; a password set: T1098), a command execution (T1059.009
Cloud API). Their impacts stay below what a curated row would weigh.
"""

import re
from itertools import pairwise
from typing import Final, NamedTuple

from analytic.context import action_words as words_of
from analytic.context.action_keys import GRAPHS, parts, undated
from analytic.context.action_kinds import Act

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST_VERB: Final = max(map(len, words_of.VERBS))
_METHODS: Final = {
    "get": "get",
    "head": "get",
    "post": "create",
    "put": "update",
    "patch": "update",
    "delete": "delete",
}

_LIST: Final = Act("list", "recon", "T1526", 0.1, "naming")
_READ: Final = Act("read", None, None, 0.0, "naming")
_WRITE: Final = Act("write", None, None, 0.5, "naming")
_EXECUTE: Final = Act("execute", "execution", "T1059.009", 1.0, "naming")
_PERMIT: Final = Act("permissions", "privilege", "T1098", 1.5, "naming")
_TOKEN: Final = Act("credential", "credential_access", "T1528", 1.5, "naming")
_PASSWORD: Final = Act("credential", "credential_access", "T1098", 1.5, "naming")
# Taking a permission or a credential away gives nobody anything: the kind of access stays, the stage does not.
_UNPERMIT: Final = Act("permissions", None, None, 0.5, "naming")
_UNCREDIT: Final = Act("credential", None, None, 0.5, "naming")


class _Name(NamedTuple):
    """What a name is made of: its verb, if it has one; the words of the operation; what it acts on, in one text."""

    verb: str | None
    words: list[str]
    subject: str


def by_name(provider: str, service: str, action: str, read_only: bool | None) -> Act:
    """Classify by the record's own word, where it has one, and by the name. Never raises on any text.

    A name that plainly reads ("GetWidget", "checkNameAvailability/action") reads even where the record says that it
    does not: several services mark every call that takes a body as a write.
    """
    name = _parse(provider, service, action)
    if read_only:
        return (_LIST if name.verb in words_of.LIST_VERBS else _READ)._replace(basis="record")
    handed_out = provider == "azure" and words_of.HANDED_OUT.search(name.subject)
    if name.verb in words_of.LIST_VERBS | words_of.READ_VERBS and not handed_out:
        return _LIST if name.verb in words_of.LIST_VERBS else _READ
    act = _TOKEN if handed_out else _changed(provider, name)
    return act if read_only is None else act._replace(basis="record")


def by_level(level: str, action: str) -> Act:
    """Classify an operation of AWS by its published access level; the name refines it.

    A level knows neither of execution nor of credentials. "Permissions management" of an operation that by its name
    only reads is a read, and where the name does not speak of rights it weighs less.
    """
    name = _parse("aws", "", undated(action))
    return _by_level(level, name)._replace(basis="table")


def _by_level(level: str, name: _Name) -> Act:
    if _executes(name):
        return _EXECUTE
    if level == "list" or (level != "write" and name.verb in words_of.LIST_VERBS):
        return _LIST if level != "read" else _LIST._replace(access="read")
    if level == "read" or (level == "permissions" and name.verb in words_of.READ_VERBS):
        return _READ
    act = _changed("aws", name)
    if level == "permissions":
        if act.access == "permissions":
            return act
        return _UNPERMIT if name.verb in words_of.REMOVING_VERBS else _PERMIT._replace(impact=1.0)
    # Many a "policy" sets no rights, and AWS says so; what is plainly about rights, AWS at times calls a mere write.
    if act.access == "permissions" and not words_of.NAMED_RIGHTS["aws"].search(name.subject):
        return _WRITE
    return act


def _executes(name: _Name) -> bool:
    if name.verb in words_of.EXECUTE_VERBS or name.words[:2] == ["start", "session"]:
        return True
    return name.verb == "send" and name.words[-1] == "command"


def _changed(provider: str, name: _Name) -> Act:
    """Give the act of a name that does not read."""
    if _executes(name):
        return _EXECUTE
    removing = name.verb in words_of.REMOVING_VERBS
    if _is_of_rights(provider, name):
        return _UNPERMIT if removing else _PERMIT
    if words_of.CREDENTIAL.search(name.subject):
        if removing:
            return _UNCREDIT
        return _PASSWORD if "password" in name.subject else _TOKEN
    return _WRITE


def _is_of_rights(provider: str, name: _Name) -> bool:
    if provider != "aws" and provider in words_of.NAMED_RIGHTS:
        return words_of.NAMED_RIGHTS[provider].search(name.subject) is not None
    before = ["", *name.words]
    return any(word in words_of.RIGHTS and prior not in words_of.SETTINGS for prior, word in pairwise(before))


def _parse(provider: str, service: str, action: str) -> _Name:
    if provider == "gcp":
        return _google(action)
    if provider == "azure" and service in GRAPHS:
        return _graph(action)
    if provider == "azure" and "/" in action:
        return _azure(action)
    if provider == "okta" or (provider == "azure" and " " in action):
        return _event(action)
    words = _split(re.split(r"[./:]", action)[-1])
    return _Name(_verb(words), words, " ".join(words))


def _google(method: str) -> _Name:
    """Full methods name what they act on themselves; REST methods and Kubernetes have it in the part before."""
    names = parts(method) or [""]
    words = _split(names[-1])
    if names[-1][:1].isupper() or len(names) == 1:
        return _Name(_verb(words), words, " ".join(words))
    subject = " ".join(_split(names[-2]) + words)
    verb = "exec" if names[-2] in words_of.RUNNING_SUBRESOURCES else _verb(words)
    return _Name(verb, words, subject)


def _azure(operation: str) -> _Name:
    """Azure ends with read, write or delete of the type before it, or with "action" behind the action's own name."""
    *path, suffix = operation.strip("/ ").split("/")
    suffix = suffix.lower()
    if suffix in {"read", "write", "delete"} and path:
        words = _split(path[-1])
        return _Name(suffix, words, " ".join(words))
    words = _split(path[-1] if suffix == "action" and path else suffix)
    return _Name(_verb(words), words, " ".join(words))


def _graph(call: str) -> _Name:
    method, _, path = call.partition(" ")
    segments = [segment for segment in path.partition("?")[0].split("/") if segment]
    words = _split(segments[-1]) if segments else []
    verb = _METHODS.get(method.lower())
    if verb == "get" and segments and segments[-1] != "{id}":
        verb = "list"
    elif verb == "create" and _verb(words) in words_of.LIST_VERBS | words_of.READ_VERBS:
        verb = _verb(words)
    nouns = [word for segment in segments[-3:] for word in _split(segment)]
    return _Name(verb, words, " ".join(nouns))


def _event(name: str) -> _Name:
    """Names of events say what was done, anywhere in them and at times in the past: "User registered security info"."""
    last = _split(name.rpartition(".")[2] if " " not in name else name)
    every = last if " " in name else _split(name)
    verb = _verb(last) if len(last) > 1 else None
    verb = verb or next((found for word in last if (found := _present(word))), None)
    return _Name(verb, last, " ".join(every))


def _present(word: str) -> str | None:
    """Give the verb that a word is, or is the past of."""
    return next(
        (form for form in (word, word.removesuffix("d"), word.removesuffix("ed")) if form in words_of.VERBS), None
    )


def _split(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _verb(words: list[str]) -> str | None:
    """Give the verb that a name begins with; None when it begins with none."""
    if len(words) > 1:
        first = words[1] if words[0] in words_of.ADVERBS and words[1] in words_of.VERBS else words[0]
        return first if first in words_of.VERBS else None
    # One run of one case ("listbuckets", "RUNCOMMAND"): the longest verb that it begins with.
    word = words[0] if words else ""
    return next((word[:size] for size in range(_LONGEST_VERB, 0, -1) if word[:size] in words_of.VERBS), None)
