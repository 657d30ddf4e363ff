"""`tokentrail drill`: known activities, other scripted actions, the list's mistakes, and a simulated day."""

import json
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.drill.list import parse
from pipelines.policy.yaml import PolicyError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = str(ROOT / "examples")
POLICY = str(ROOT / "docs" / "policy.yaml")


def drill(capsys: pytest.CaptureFixture[str], folder: Path, text: str, *more: str) -> tuple[int, dict]:
    path = folder / "list.yaml"
    path.write_text(f"version: 1\nactivities:\n{text}")
    code = main(["drill", "--list", str(path), "--format", "json", "-q", *more, EXAMPLES])
    return code, json.loads(capsys.readouterr().out)


def test_what_leads_where_the_list_says_passes(capsys: pytest.CaptureFixture[str]) -> None:
    listed = str(ROOT / "docs" / "drill.yaml")
    assert main(["drill", "--list", listed, "--policy", POLICY, "--known-only", EXAMPLES]) == 0
    assert "3 of 3 known activities lead where they must" in capsys.readouterr().out


def test_the_theft_is_no_work_of_the_instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who answers for the instance did not do what its stolen credential did: it leads to somebody else."""
    text = """
  - name: the worker's secrets
    who: ["order-worker/*"]
    identity: ["arn:aws:iam::111122223333:role/order-worker"]
    actions: ["secretsmanager:GetSecretValue", "iam:*"]
"""
    code, found = drill(capsys, tmp_path, text, "--known-only")
    assert code == 2
    untraced = [one for one in found["activities"][0]["verdicts"] if one["state"] == "untraced"]
    assert {one["why"] for one in untraced} == {"it leads to jonas.weber (user), not to order-worker/*"}
    assert all("#" in place for one in untraced for place in one["examples"])


def test_an_activity_that_is_not_there_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = drill(capsys, tmp_path, "  - {name: gone, who: [a], actions: ['kms:Nothing']}\n", "--known-only")
    assert (code, found["unseen"]) == (2, ["gone"])


def test_automation_without_its_envelope_or_outside_it_is_untraced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "  - {name: deploys, automation: infrastructure pipeline, identity: ['*:role/terraform-deploy']}\n"
    code, found = drill(capsys, tmp_path, text, "--known-only")
    assert code == 2
    assert {one["why"].partition(" leads")[0] for one in found["activities"][0]["verdicts"]} == {
        "no envelope of the policy"
    }
    assert drill(capsys, tmp_path, text, "--known-only", "--policy", POLICY)[0] == 0
    narrow = tmp_path / "policy.yaml"
    narrow.write_text(
        Path(POLICY).read_text().replace("services: [cloudfront, dynamodb, ec2,", "services: [cloudfront,")
    )
    code, found = drill(capsys, tmp_path, text, "--known-only", "--policy", str(narrow))
    assert code == 2
    assert any("service ec2 is none of the envelope's" in one["why"] for one in found["activities"][0]["verdicts"])


def test_every_other_scripted_action_must_lead_to_somebody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["drill", "--policy", POLICY, "--format", "json", "-q", EXAMPLES])
    found = json.loads(capsys.readouterr().out)
    assert code == 2
    by_actor = {one["actor"]: one for one in found["others"]}
    assert by_actor["priya.nair"]["state"] == "person"
    assert by_actor["example-org/infrastructure (pull_request)"]["state"] == "automation"
    assert "nobody is known behind" in by_actor["order-worker/i-59e87f597f75caf84"]["why"]
    assert {one["interface"] for one in found["others"]} <= {"cli", "sdk", "iac", "cloud_shell"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  - {name: a}\n", ":3: activities[0].name: says nobody"),
        ("  - {name: a, who: [b]}\n", "covers everything"),
        ("  - {name: a, who: [b], automation: c, actions: ['s3:*']}\n", "stands beside who"),
        ("  - {name: a, who: [b], from: soon, until: later}\n", "is no time"),
        ("  - {name: a, who: [b], from: 2026-03-04, until: 2026-03-03}\n", "is not after from"),
        ("  - {name: a, who: [b], interfaces: [cli]}\n", "did you mean interface?"),
        ("  - {name: a, who: [b], interface: [cLi], actions: ['s3:*']}\n", "did you mean cli?"),
        ("  - {name: a, who: [b], actions: [s3]}\n", "is no call"),
        ("  - {name: a, who: [b], interface: [cli, sdk], actions: ['s3:*']}\n", "see docs/drill.md"),
        (
            "  - {name: a, who: [b], actions: ['s3:*']}\n  - {name: a, who: [b], actions: ['s3:*']}\n",
            ":4: activities[1].name: 'a' is the name of another activity too",
        ),
        ("  []\n", "is an empty list"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(PolicyError) as error:
        parse(f"version: 1\nactivities:\n{text}".encode(), "list.yaml")
    assert said in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert str(error.value).startswith("list.yaml:")


def test_arguments_that_contradict_each_other_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill"]) == 1
    assert "nothing to drill" in capsys.readouterr().err
    assert main(["drill", "--simulate", EXAMPLES]) == 1
    assert "leave PATH" in capsys.readouterr().err
    assert main(["drill", "--simulate", "--identities", "3"]) == 1
    assert "20" in capsys.readouterr().err


def test_a_simulated_day_leads_to_everybody_who_was_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "--simulate", "--identities", "20", "--format", "json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    states = {one["state"] for activity in found["activities"] for one in activity["verdicts"]}
    assert states == {"person", "automation"}
    assert len(found["activities"]) >= 15
