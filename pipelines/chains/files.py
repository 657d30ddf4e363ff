"""Reads chain files (docs/chains.md) into `Chain`s, or says in one line what is wrong with one and where.

The classes of analytic/chains/chain.py are the form, pipelines/policy/check.py holds a file against it; what several
keys say together is checked here.
"""

import os
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import inspect

from analytic.chains.chain import MAX_STAGES, Chain, Where
from analytic.chains.examples import events_of
from analytic.chains.rows import Example
from analytic.chains.wording import check_template
from analytic.context.attack import TECHNIQUES
from analytic.patterns import micros
from pipelines.policy.check import Check, error_at
from pipelines.policy.check import Path as KeyPath
from pipelines.policy.yaml import Mapping, Node, PolicyError, Scalar, Sequence, content, fail, read, shown

__all__ = ["ChainError", "load", "load_folder", "parse"]

ChainError = PolicyError
"""What is wrong with a chain file, in one line: file, line, key, value, and what to do."""

MAX_FILES = 256
"""Chains that a folder can hold."""

_FORM = inspect.type_info(Chain)
_NAME = re.compile(r"[a-z][a-z0-9_]{2,63}", re.ASCII)
_POLICY_WINDOWS = ("chain_window", "recon_window")


def load_folder(folder: str | os.PathLike[str], taken: Iterable[str] = ()) -> tuple[Chain, ...]:
    """Read a folder's chains (*.yaml, *.yml), by name; `taken` are names that others have. Raises ChainError."""
    name = os.fspath(folder)
    try:
        paths = sorted(path for path in Path(name).iterdir() if path.suffix in (".yaml", ".yml"))
    except OSError as error:
        raise fail(name, None, f"cannot be read: {error.strerror or error}: name a folder of chain files") from None
    if not paths:
        raise fail(name, 1, "has no chain files: put one *.yaml a chain into it")
    if len(paths) > MAX_FILES:
        raise fail(name, 1, f"has {len(paths)} chain files: at most {MAX_FILES} are taken")
    names = dict.fromkeys(taken, "shipped")
    chains = []
    for path in paths:
        chain = load(path)
        if chain.name in names:
            raise fail(str(path), 1, f"{chain.name} is the name of a {names[chain.name]} chain too: give it its own")
        names[chain.name] = "second"
        chains.append(chain)
    return tuple(sorted(chains, key=lambda chain: chain.name))


def load(path: str | os.PathLike[str]) -> Chain:
    """Read one chain file. Raises ChainError."""
    name = os.fspath(path)
    return parse(content(name), name)


def parse(data: bytes, name: str) -> Chain:
    """Read a chain's bytes; `name` is the file's, for messages and the chain is called so. Raises ChainError."""
    root = _fitted(read(data, name), _FORM)
    checked = Check(name).value(root, _FORM, ())
    try:
        chain = msgspec.convert(checked, Chain)
    except msgspec.ValidationError as error:
        raise fail(name, root.line, f"{error}: see docs/chains.md") from None
    _check_whole(chain, root, name)
    return chain


def _fitted(node: Node, form: inspect.Type) -> Node:
    """Write out the short forms: one value where a list is asked for; truths and whole numbers where words are."""
    if isinstance(form, inspect.Metadata):
        form = form.type
    if isinstance(form, inspect.VarTupleType):
        if isinstance(node, Scalar) and node.kind == "null":
            return node
        items = node.items if isinstance(node, Sequence) else [node]
        return Sequence(node.line, [_fitted(item, form.item_type) for item in items])
    if isinstance(form, inspect.StructType) and isinstance(node, Mapping):
        fields = {field.encode_name: field.type for field in form.fields}
        entries = {key: _fitted(inner, fields[key]) if key in fields else inner for key, inner in node.entries.items()}
        return Mapping(node.line, entries, node.lines)
    if isinstance(form, inspect.LiteralType) and isinstance(node, Scalar) and node.kind == "boolean":
        return Scalar(node.line, node.text.lower(), plain=False)
    if isinstance(form, inspect.StrType) and isinstance(node, Scalar) and node.kind == "whole number":
        return Scalar(node.line, node.text, plain=False)
    return node


def _check_whole(chain: Chain, root: Node, name: str) -> None:
    """Check what the form cannot say."""

    def wrong(path: KeyPath, problem: str) -> ChainError:
        return error_at(root, name, path, problem)

    if not _NAME.fullmatch(chain.name):
        raise wrong(("name",), f"{shown(chain.name)} is no name: write lower case letters, digits and underscores")
    if Path(name).stem != chain.name:
        raise wrong(("name",), f"{shown(chain.name)} is not the file's name: call the file {chain.name}.yaml")
    if chain.story and not _NAME.fullmatch(chain.story):
        raise wrong(("story",), f"{shown(chain.story)} is no name: write lower case letters, digits and underscores")
    if chain.window not in _POLICY_WINDOWS:
        try:
            if micros(chain.window) == 0:
                raise ValueError("is no time at all: write at least 1s")
        except ValueError as error:
            raise wrong(("window",), f"{shown(chain.window)} {error}; or chain_window, recon_window") from None
    for place, technique in enumerate(chain.attack):
        if technique not in TECHNIQUES:
            raise wrong(("attack", place), f"{shown(technique)} is no technique of ATT&CK v19's IaaS matrix")
    for path, text in [(("title",), chain.title), *((("blind_spots", n), t) for n, t in enumerate(chain.blind_spots))]:
        try:
            check_template(text)
        except ValueError as error:
            raise wrong(path, f"{shown(text)} {error}") from None
    for facet in chain.apart:
        if facet in chain.same:
            raise wrong(("apart",), f"{facet} stands in same too: stages cannot share it and differ in it")
    _check_stages(chain, root, name)
    for kind, examples in (("fires", chain.examples.fires), ("silent", chain.examples.silent)):
        for number, example in enumerate(examples):
            _check_example(example, ("examples", kind, number), root, name)
    titles = [example.name for example in (*chain.examples.fires, *chain.examples.silent)]
    for one, other in pairwise(sorted(titles)):
        if one == other:
            raise wrong(("examples",), f"two examples are called {shown(one)}: give each its own name")


def _check_stages(chain: Chain, root: Node, name: str) -> None:
    if len(chain.stages) > MAX_STAGES:
        raise error_at(root, name, ("stages",), f"are {len(chain.stages)}: write at most {MAX_STAGES}")
    names = [stage.name for stage in chain.stages]
    for number, stage in enumerate(chain.stages):
        if not _NAME.fullmatch(stage.name):
            what = f"{shown(stage.name)} is no name: write lower case letters, digits and underscores"
            raise error_at(root, name, ("stages", number, "name"), what)
        if names.index(stage.name) != number:
            what = f"{shown(stage.name)} is the name of another stage too: give each its own"
            raise error_at(root, name, ("stages", number, "name"), what)
        for key, wheres in (("where", stage.where), ("not", stage.not_)):
            for place, where in enumerate(wheres):
                if where == Where():
                    raise error_at(root, name, ("stages", number, key, place), "asks for nothing: name a facet")
    for facet, key in (("issued", "issued"), ("workload", "touched")):
        if facet in chain.same and not all(getattr(where, key) == ("true",) for where in chain.stages[0].where):
            what = f"has {facet}, so the first stage must say `{key}: true` in each where"
            raise error_at(root, name, ("same",), what)


def _check_example(example: Example, path: KeyPath, root: Node, name: str) -> None:
    for number, row in enumerate(example.events):
        try:
            for _ in events_of(row, "e"):
                pass
        except ValueError as error:
            raise error_at(root, name, (*path, "events", number), str(error)) from None
