"""The Flex Templates' metadata: against Google's own types, against our schema, and against what the launcher takes."""

import argparse
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from google.cloud.dataflow_v1beta3 import ParameterType, TemplateMetadata
from google.protobuf import json_format

from pipelines.dataflow.backfill import PARAMETERS as BACKFILL
from pipelines.dataflow.backfill import Backfill
from pipelines.dataflow.stream import PARAMETERS as STREAM
from pipelines.dataflow.stream import Stream

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "dataflow"
MODES = [("stream", STREAM, Stream), ("backfill", BACKFILL, Backfill)]


def metadata(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return content


@pytest.mark.parametrize("name", ["stream", "backfill"])
def test_the_metadata_is_what_the_api_takes(name: str) -> None:
    """Google's own message refuses an unknown field or value; the schema asks for help and a regex besides."""
    read = json_format.ParseDict(metadata(name), TemplateMetadata.pb(TemplateMetadata()))
    assert read.streaming == (name == "stream")
    schema = json.loads((FOLDER / "metadata.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(metadata(name))


def test_the_schema_knows_what_google_knows() -> None:
    schema = json.loads((FOLDER / "metadata.schema.json").read_text())
    fields = {field.json_name for field in TemplateMetadata.pb(TemplateMetadata()).DESCRIPTOR.fields}
    assert set(schema["properties"]) == fields
    parameter = schema["$defs"]["parameter"]["properties"]
    assert set(parameter["paramType"]["enum"]) == {kind.name for kind in ParameterType}
    described = TemplateMetadata.pb(TemplateMetadata()).DESCRIPTOR.fields_by_name["parameters"].message_type
    assert set(parameter) == {field.json_name for field in described.fields}


@pytest.mark.parametrize(("change", "where"), [({"regexes": []}, "regexes"), ({"helptext": "x"}, "helptext")])
def test_the_schema_refuses_a_parameter_without_help_or_regex(change: dict[str, Any], where: str) -> None:
    content = metadata("stream")
    content["parameters"][0] |= change
    schema = json.loads((FOLDER / "metadata.schema.json").read_text())
    with pytest.raises(jsonschema.ValidationError, match=where):
        jsonschema.validate(content, schema)


@pytest.mark.parametrize(("name", "parameters", "mode"), MODES)
def test_the_launcher_takes_the_templates_parameters(name: str, parameters: tuple[str, ...], mode: Any) -> None:
    listed = metadata(name)["parameters"]
    assert [parameter["name"] for parameter in listed] == list(parameters)
    parser = argparse.ArgumentParser()
    mode.add_arguments(parser)
    required = [f"--{one['name'].replace('_', '-')}" for one in listed if not one.get("isOptional")]
    options = vars(parser.parse_args([part for flag in required for part in (flag, "x")]))
    assert set(parameters) <= options.keys()
    for parameter in listed:
        if "defaultValue" in parameter:
            assert options[parameter["name"]] == parameter["defaultValue"]
    for flag in required:
        others = [part for other in required if other != flag for part in (other, "x")]
        with pytest.raises(SystemExit):
            parser.parse_args(others)


@pytest.mark.parametrize("name", ["stream", "backfill"])
def test_each_example_of_the_help_fits_its_regex(name: str) -> None:
    for parameter in metadata(name)["parameters"]:
        (pattern,) = (re.compile(regex) for regex in parameter["regexes"])
        example = parameter["helpText"].partition("Example: ")[2] or parameter["defaultValue"]
        assert pattern.search(example), parameter["name"]
        for wrong in ("", " ", "a b", "x y,z", "$(reboot)"):
            assert not pattern.search(wrong), (parameter["name"], wrong)


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("start", "2026-03-03", True),
        ("start", "2026-03-03T14:00:00+00:00", True),
        ("start", "2026-03-03T14:00:30Z", False),
        ("start", "yesterday", True),
        ("start", "tomorrow", False),
        ("warm_up", "90m", True),
        ("warm_up", "1.5h", False),
        ("input", "gs://a/%Y/%m/%d/*,bigquery://p.d.t", True),
        ("input", "/local/logs", False),
        ("findings_table", "my-project:audit.findings", True),
        ("findings_table", "findings", False),
        ("asn_db", "gs://b/asn.csv", False),
    ],
)
def test_a_regex_takes_what_the_launcher_takes(name: str, value: str, fits: bool) -> None:
    (parameter,) = [one for one in metadata("backfill")["parameters"] if one["name"] == name]
    assert bool(re.search(parameter["regexes"][0], value)) == fits
