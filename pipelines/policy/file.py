"""Reads `policy.yaml` into the frozen Policy, or says in one line what is wrong with it and where.

The classes of pipelines/policy/keys.py are the form, pipelines/policy/check.py holds a file against it; what several
keys say together is checked here.
"""

import os
from fnmatch import fnmatchcase
from itertools import pairwise

import msgspec

from analytic import patterns
from analytic.envelopes import anchored
from analytic.policy import Policy
from pipelines.policy.check import Check, error_at
from pipelines.policy.keys import PolicyFile, TimeWindow
from pipelines.policy.yaml import Node, PolicyError, content, fail, read, shown

__all__ = ["PolicyError", "load", "parse"]

_FORM = msgspec.inspect.type_info(PolicyFile)


def load(path: str | os.PathLike[str]) -> Policy:
    """Read a policy file. Raises PolicyError, whose text is one line, for whatever is wrong with it."""
    name = os.fspath(path)
    return parse(content(name), name, os.path.dirname(name))


def parse(data: bytes, name: str, folder: str = "") -> Policy:
    """Read a policy's bytes; `name` is for messages, `folder` is where relative paths start. Raises PolicyError."""
    root = read(data, name)
    checked = Check(name).value(root, _FORM, ())
    try:
        file = msgspec.convert(checked, PolicyFile)
    except msgspec.ValidationError as error:
        raise fail(name, root.line, f"{error}: see schemas/policy.schema.json") from None
    _check_whole(file, root, name)
    try:
        return _policy(file, folder)
    except ValueError as error:
        raise fail(name, root.line, str(error)) from None


def _policy(file: PolicyFile, folder: str) -> Policy:
    windows = {key: patterns.micros(text) for key, text in msgspec.structs.asdict(file.time_window).items()}
    severities = {f"severity_{key}": bits for key, bits in msgspec.structs.asdict(file.severity).items()}
    return Policy(
        **windows,
        **msgspec.structs.asdict(file.limits),
        **severities,
        baseline_half_life=patterns.micros(file.baseline.half_life),
        actor_strength=file.baseline.actor_strength,
        peer_strength=file.baseline.peer_strength,
        quarantine=patterns.micros(file.baseline.quarantine),
        automation=file.automation,
        trusted_networks=file.trusted_networks,
        own_accounts=file.own_accounts,
        break_glass=file.break_glass,
        console_interfaces=file.console_context.interfaces,
        console_expected=file.console_context.expected,
        asn_database=_beside(folder, file.databases.asn),
        country_database=_beside(folder, file.databases.country),
        suppressions=file.suppressions,
    )


def _beside(folder: str, path: str) -> str:
    return path if not path or "://" in path else os.path.join(folder, os.path.expanduser(path))


def _check_whole(file: PolicyFile, root: Node, name: str) -> None:
    """Check what several keys say together."""
    _check_windows(file.time_window, root, name)
    bits = msgspec.structs.asdict(file.severity)
    for (lower, least), (higher, more) in pairwise(bits.items()):
        if least >= more:
            raise error_at(
                root, name, ("severity", higher), f"is {more:g}, not above {lower} ({least:g}): let them rise"
            )
    _check_names("automation", [envelope.name for envelope in file.automation], root, name)
    _check_names("suppressions", [suppression.name for suppression in file.suppressions], root, name)
    for number, envelope in enumerate(file.automation):
        if not anchored(envelope):
            what = (
                "asks for nothing but what anybody can claim (a user agent is the caller's own text): add networks or "
                "credential_type, or name only identities with their issuer (…oidc-provider/…, principal://…)"
            )
            raise error_at(root, name, ("automation", number), what)
        for place, identity in enumerate(envelope.identities):
            if any(fnmatchcase(one, identity) or fnmatchcase(identity, one) for one in file.break_glass):
                what = f"{shown(identity)} is a break-glass identity, which is always told: take it out of one of both"
                raise error_at(root, name, ("automation", number, "identities", place), what)
    for number, suppression in enumerate(file.suppressions):
        listed = suppression.accounts or suppression.services or suppression.actions or suppression.networks
        if not listed and patterns.names_nobody(suppression.chain) and patterns.names_nobody(suppression.actor):
            what = "fits every finding: name a chain, an actor, accounts, services, actions or networks"
            raise error_at(root, name, ("suppressions", number), what)


def _check_windows(windows: TimeWindow, root: Node, name: str) -> None:
    lengths = {key: patterns.micros(text) for key, text in msgspec.structs.asdict(windows).items()}
    life = lengths["time_to_live"]
    if life < lengths["chain_window"] + lengths["lateness"]:
        what = (
            f"time_to_live ({windows.time_to_live}) is shorter than chain_window and lateness together "
            f"({windows.chain_window} and {windows.lateness}): make it longer, or chains are forgotten half-way"
        )
        raise error_at(root, name, ("time_window", "time_to_live"), what)
    for key in ("session_gap", "recon_window", "sign_in_window", "home_settles"):
        if lengths[key] > life:
            what = f"{key} ({getattr(windows, key)}) is longer than time_to_live ({windows.time_to_live}): shorten it"
            raise error_at(root, name, ("time_window", key), what)


def _check_names(section: str, names: list[str], root: Node, file_name: str) -> None:
    for number, entry_name in enumerate(names):
        first = names.index(entry_name)
        if first != number:
            what = f"{shown(entry_name)} is the name of {section}[{first}] too: give each its own"
            raise error_at(root, file_name, (section, number, "name"), what)
