"""What a user agent claims: which kind of program called, which one, and on which operating system.

A user agent is a list of products, `name/version`, with comments (RFC 9110, 10.1.5): the products are looked up in
`interface_programs`, and of several kinds the program counts before the library that it is built on. A claim is a
claim: anyone may write any of this.
"""

import re
from itertools import islice
from typing import NamedTuple

from analytic.context import interface_programs as programs
from analytic.context.interface_browsers import MAX_NAME_CHARS, browser, system

MAX_PRODUCTS = 64
"""More than any real client writes; a longer list is an attempt to waste time."""


class Claim(NamedTuple):
    """The kind of program (a constant of `interface_programs`), its name with the major version, and the os."""

    kind: str
    client: str | None
    os: str | None


class _Product(NamedTuple):
    name: str
    lower: str
    value: str
    kind: str | None


NO_CLAIM = Claim(programs.NONE, None, None)

# "name/version", "name#version"; the comment's brackets and the separators end a product.
_PRODUCT = re.compile(r"([A-Za-z][^\s/#,;()\[\]<>{}\"]*)(?:[/#]([^\s,;()\[\]<>{}\"]*))?")
_MAJOR = re.compile(r"v?(\d+)", re.ASCII)
_NAME = re.compile(r"[A-Za-z][\w .+@-]*")
_LEADING_NAME = re.compile(r"([A-Za-z][\w .+-]*)/v?(\d*)")
_GLUED_VERSION = re.compile(r"(google-cloud-sdk)(\d.*)")

# What a Google front end adds to the agent that the caller sent, and what Google's Python library adds to its own.
_FRONT_END = ",gzip(gfe)"
_GZIP = "(gzip)"
_PYTHON_CLIENT = "google-api-python-client"

_CONSOLE = re.compile(r"console(?:frontend|backend)?(?![a-z])")
_SERVICE_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+(?:amazonaws\.com(?:\.cn)?|googleapis\.com)")
# How servers name themselves that are no program for others: GoogleHC/1.0, AWSBackup, AmazonAthena.
_SERVER = re.compile(r"Google[A-Z]\w*(?:/.*)?|(?:AWS|Amazon)[A-Z][A-Za-z]*")
_MCP = re.compile(r"(?<![a-z0-9])mcp(?![a-z0-9])")
_COMMAND = re.compile(r"command[/#]\S+")
_EXCHANGE = re.compile(r"client=(\w+)")

_FEDERATION_BROKER = "jersey/${project.version}"
"""The broker of AWS's federation endpoint, whose build never expanded its version."""

_EXCHANGE_CLIENTS = {
    # Exchange's ClientInfoString (Office 365 Management Activity API, Exchange mailbox schema).
    "owa": programs.WEB,
    "restsystem": programs.SERVICE,
    "rest": programs.SDK,
    "webservices": programs.SDK,
    "msexchangerpc": programs.AGENT,
    "mapi": programs.AGENT,
    "outlookservice": programs.AGENT,
    "activesync": programs.AGENT,
    "pop3": programs.AGENT,
    "imap4": programs.AGENT,
    "managementshell": programs.CLI,
    "monitoring": programs.SERVICE,
    "hub": programs.SERVICE,
    "tba": programs.SERVICE,
}


def read(user_agent: str) -> Claim:
    """Read a user agent. Never fails; what it does not know is of the kind unknown."""
    text = user_agent.strip().removeprefix("[").removesuffix("]").strip()
    lower = text.lower()
    return _exchange(text, lower) if lower.startswith("client=") else _agent(text, lower)


def _agent(text: str, lower: str) -> Claim:
    if _FRONT_END in lower:
        text = text[: lower.index(_FRONT_END)].rstrip()
        lower = text.lower()
    if lower == _GZIP:
        return Claim(programs.SDK, _PYTHON_CLIENT, None)
    whole = _whole(lower)
    if whole is not None:
        return Claim(whole, None, None)
    products = _products(text)
    kind = _kind(text, lower, products)
    if kind in (programs.CONSOLE, programs.BACKEND, programs.SERVICE):
        return Claim(kind, None, None)
    if kind == programs.BROWSER:
        return Claim(kind, browser(text, lower), system(lower))
    return Claim(kind, _client(text, lower, kind, products), system(lower))


def _whole(lower: str) -> str | None:
    """Tell the agents that are one name: AWS's inside, and the services that call by their own name."""
    if lower == "aws internal":
        return programs.BACKEND
    if _SERVICE_NAME.fullmatch(lower):
        if _MCP.search(lower):
            return programs.AI_AGENT
        if lower.startswith("cloudformation."):
            return programs.IAC_SERVICE
        return programs.CONSOLE if lower.startswith(("console.", "signin.")) else programs.SERVICE_NAME
    return None


def _products(text: str) -> list[_Product]:
    found = []
    for match in islice(_PRODUCT.finditer(text), MAX_PRODUCTS):
        lower = match[1].lower()
        found.append(_Product(match[1], lower, match[2] or "", programs.kind_of(lower)))
    return found


def _kind(text: str, lower: str, products: list[_Product]) -> str:
    kinds = {product.kind for product in products}
    if _in_cloud_shell(lower):
        return programs.CLOUD_SHELL
    if ("mcp" in lower and _MCP.search(_COMMAND.sub("", lower))) or "exec-env/amazonq" in lower:
        return programs.AI_AGENT
    if "mozilla" in lower:
        # A browser names what it is like, with versions; a script that begins as a browser names itself as well.
        versioned = {product.kind for product in products if product.value}
        return next((kind for kind in _MASKED if kind in versioned), programs.BROWSER)
    if "kubernetes" in lower and ("leader-election" in lower or "system:serviceaccount:" in lower):
        return programs.AGENT
    for phrase, kind, _ in programs.PHRASES:
        if phrase in lower:
            return kind
    for kind in programs.ORDER:
        if kind == programs.CONSOLE and "console" in lower and _CONSOLE.search(lower):
            return kind
        if kind == programs.BACKEND and ("md/internal" in lower or lower.startswith(_FEDERATION_BROKER)):
            return kind
        if kind in kinds:
            return kind
    if _SERVER.fullmatch(text):
        return programs.SERVICE
    if lower.endswith(_GZIP):
        return programs.SDK
    return programs.BROWSER if programs.BROWSER in kinds else programs.UNKNOWN


_MASKED = (programs.AI_AGENT, programs.IAC, programs.CLI, programs.SCRIPT)
"""What a user agent that begins like a browser's may turn out to be."""


def _in_cloud_shell(lower: str) -> bool:
    """AWS sets exec-env, Google the environment of `gcloud`, and Azure AZURE_HTTP_USER_AGENT in their Cloud Shells."""
    return (
        "exec-env/cloudshell" in lower
        or "environment/devshell" in lower
        or "cloud-shell/" in lower
        or lower == "cloud-shell"
    )


def _client(text: str, lower: str, kind: str, products: list[_Product]) -> str | None:
    """Give the program's name as it writes it, or in the one spelling where writings differ, with its major version."""
    if kind == programs.CLOUD_SHELL:
        own = {product.kind for product in products}
        kind = next((one for one in programs.ORDER if one in own), kind)
    of_kind = [product for product in products if product.kind == kind]
    named = [product for product in of_kind if product.lower not in programs.VENDORS]
    best = next((one for one in named if _MAJOR.match(one.value)), None) or next(iter(named or of_kind), None)
    if best is None or best.lower == "kubernetes":
        phrase = next((client for words, _, client in programs.PHRASES if client and words in lower), None)
        return phrase or _leading(text)
    glued = _GLUED_VERSION.fullmatch(best.lower)
    key, value = (glued[1], glued[2]) if glued else (best.lower, best.value)
    written = _NAME.match(best.name)
    if written is None:
        return None
    name = programs.SPELLINGS.get(key, written[0][:MAX_NAME_CHARS])
    major = _MAJOR.match(value)
    return f"{name}/{major[1]}" if major else name


def _leading(text: str) -> str | None:
    """Give the first name of a user agent whose products are not known: it may have several words."""
    found = _LEADING_NAME.match(text)
    if not found:
        return None
    name = found[1].strip()[:MAX_NAME_CHARS]
    return f"{name}/{found[2]}" if found[2] else name


def _exchange(text: str, lower: str) -> Claim:
    """Read what Exchange writes for a client: its protocol, then the user agent that came over it."""
    protocols = [found[1] for found in _EXCHANGE.finditer(lower)]
    kinds = [_EXCHANGE_CLIENTS[name] for name in protocols if name in _EXCHANGE_CLIENTS]
    rest = text[text.index("=") :].partition(";")[2].strip("; ")
    inner = _agent(rest, rest.lower()) if rest else NO_CLAIM
    if inner.kind == programs.BROWSER:
        return Claim(programs.WEB, inner.client, inner.os)
    if inner.kind not in (programs.NONE, programs.UNKNOWN):
        return inner
    if programs.SERVICE in kinds or ("action=" in lower and set(kinds) == {programs.SDK}):
        return Claim(programs.SERVICE, None, None)
    return Claim(kinds[0], None, None) if kinds else Claim(programs.UNKNOWN, None, None)
