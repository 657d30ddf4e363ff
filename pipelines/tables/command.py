"""`tokentrail tables`: make the tables of BigQuery, say what they lack, or print the statements that make them."""

import argparse
import re

from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery

from pipelines.outcome import FOUND, OK, fail
from pipelines.streaming.sinks import check_table
from pipelines.tables import ddl, live
from pipelines.tables.live import Place
from schemas import avro
from schemas.tables import table

_SCHEMAS = ("finding", "dead_letter", "coverage")
_DATASET = re.compile(r"[a-z0-9.:-]+[:.][A-Za-z0-9_]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = (
        "example: tokentrail tables create my-project:security --location EU\n"
        "example: tokentrail tables diff my-project:security\n"
        "example: tokentrail tables ddl my-project:security"
    )
    parser.add_argument("action", choices=("create", "diff", "ddl"), help="make them, compare them, or print DDL")
    parser.add_argument("dataset", nargs="?", metavar="PROJECT:DATASET", help="where tables of the usual names lie")
    for option in ("findings", "dead-letter", "coverage"):
        parser.add_argument(f"--{option}-table", metavar="PROJECT:DATASET.TABLE", help="a table of another name")
    parser.add_argument("--update", action="store_true", help="create: add what an existing table lacks")
    parser.add_argument("--location", metavar="REGION", help="create: make a missing dataset there (EU, us-east1 …)")
    parser.add_argument(
        "--fail-on",
        choices=("additive", "other"),
        default="other",
        help="diff: exit 2 on what `create --update` makes good too, or only on what it can't (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command. Exits 2 where a table can't be made what the schema says."""
    try:
        places = _places(options)
    except ValueError as error:
        return fail(str(error))
    if options.action == "ddl":
        return _print_ddl(places)
    try:
        client = bigquery.Client(project=places[0].name.split(".")[0])
        if options.action == "create":
            return _create(client, places, options)
        return _diff(client, places, options.fail_on)
    except NotFound as error:
        return fail(f"{_said(error)}: make the dataset first, or give --location")
    except (GoogleAPICallError, RetryError, GoogleAuthError) as error:
        return fail(f"BigQuery: {_said(error)}")


def _places(options: argparse.Namespace) -> list[Place]:
    """Give the tables that are meant. Raises ValueError where none is, or a name is wrong."""
    if options.dataset and not _DATASET.fullmatch(options.dataset):
        raise ValueError(f"{options.dataset}: no dataset; give PROJECT:DATASET")
    places = []
    for schema in _SCHEMAS:
        option = f"{schema}_table" if schema != "finding" else "findings_table"
        named = getattr(options, option)
        check_table(named, "--" + option.replace("_", "-"))
        try:
            made = table(avro.load(schema))
        except ValueError:
            if named:
                raise
            continue
        name = named or (f"{options.dataset}.{made.name}" if options.dataset else None)
        if name:
            places.append(Place(made, name.replace(":", ".")))
    if not places:
        raise ValueError("no table is named: give PROJECT:DATASET, or --findings-table and the like")
    return places


def _print_ddl(places: list[Place]) -> int:
    for place in places:
        _tell(f"{ddl.create_table(place.table, place.name)};\n")
        view = ddl.create_view(place.table, place.name)
        if view is not None:
            _tell(f"{view};\n")
    return OK


def _create(client: bigquery.Client, places: list[Place], options: argparse.Namespace) -> int:
    for name in {place.name.rpartition(".")[0] for place in places}:
        if options.location:
            dataset = bigquery.Dataset(name)
            dataset.location = options.location
            client.create_dataset(dataset, exists_ok=True)
        client.get_dataset(name)
    code = OK
    for place in places:
        found = live.diff(client, place)
        if found is None:
            live.create(client, place)
            _tell(f"{place.name}: created")
        elif found.other:
            code = FOUND
            _tell(f"{place.name}: can't be made what the schema says", *found.other)
        elif found.additive and not options.update:
            code = FOUND
            _tell(f"{place.name}: lacks what --update would make good", *found.additive)
        elif found.additive:
            live.update(client, place)
            _tell(f"{place.name}: updated", *found.additive)
        else:
            _tell(f"{place.name}: is as it should be")
        view = None if found and found.other else live.replace_view(client, place)
        if view is not None:
            _tell(f"{view}: view made")
    return code


def _diff(client: bigquery.Client, places: list[Place], fail_on: str) -> int:
    code = OK
    for place in places:
        found = live.diff(client, place)
        if found is None:
            code = FOUND
            _tell(f"{place.name}: does not exist: run `tokentrail tables create`")
            continue
        if found.other or (found.additive and fail_on == "additive"):
            code = FOUND
        if not any(found):
            _tell(f"{place.name}: equal")
        if found.additive:
            _tell(f"{place.name}: `tokentrail tables create --update` makes good", *found.additive)
        if found.other:
            _tell(f"{place.name}: differs in what can't be changed: write to a new table", *found.other)
        if found.noted:
            _tell(f"{place.name}: also", *found.noted)
    return code


def _tell(line: str, *details: str) -> None:
    print(line, *(f"  {detail}" for detail in details), sep="\n")  # noqa: T201 - the command's output


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", error)).split())[:300]
