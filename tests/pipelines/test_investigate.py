"""`tokentrail investigate` and `tokentrail actors`, over the example day with its theft."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.investigating.actors import disarmed

EXAMPLES = str(Path(__file__).resolve().parents[2] / "examples")
THIEF = "192.0.2.77"
INSTANCE = "i-59e87f597f75caf84"


def rows(capsys: pytest.CaptureFixture[str], *asked: str, paths: str = EXAMPLES) -> list[dict]:
    assert main(["investigate", paths, *asked, "--format", "jsonl", "-q"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_address_leads_to_the_person_over_the_hop(capsys: pytest.CaptureFixture[str]) -> None:
    (session,) = rows(capsys, "--ip", "192.0.2.0/24")
    assert session["actor"]["name"] == "jonas.weber"
    assert [(hop["from"], hop["how"], hop["certainty"]) for hop in session["hops"]] == [
        ("jonas.weber", "SendCommand", "probable")
    ]
    assert session["networks"] == {"192.0.2.0/24": 16}
    calls = [(act["service"], act["action"]) for act in session["acts"]]
    assert calls[0] == ("ssm", "SendCommand")
    assert ("iam", "CreateAccessKey") in calls
    assert [act["time"] for act in session["acts"]] == sorted(act["time"] for act in session["acts"])
    assert all("#" in act["origin"] for act in session["acts"])


def test_a_session_is_told_whole_and_what_is_meant_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    (session,) = rows(capsys, "--resource", "backup-SYNC")
    assert (session["events"], session["meant"]) == (16, 1)
    assert [act["action"] for act in session["acts"] if act["meant"]] == ["CreateAccessKey"]


def test_an_actor_is_found_by_name_id_arn_and_wildcard(capsys: pytest.CaptureFixture[str]) -> None:
    by_name = rows(capsys, "--actor", "Jonas.Weber")
    (id_,) = {session["actor"]["id"] for session in by_name}
    assert rows(capsys, "--actor", id_) == by_name
    started = [session["started"] for session in by_name]
    by_arn = rows(capsys, "--actor", "arn:aws:iam::111122223333:user/jonas.weber")
    assert [session["started"] for session in by_arn] == started
    assert rows(capsys, "--actor", "jonas*") == by_name


def test_a_role_finds_the_sessions_of_everybody_who_used_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "--actor", "arn:aws:iam::111122223333:role/order-worker")
    names = {session["actor"]["name"] for session in found}
    assert f"order-worker/{INSTANCE}" in names
    assert "jonas.weber" in names


def test_a_workload_and_a_stolen_credential_are_found_by_their_ids(capsys: pytest.CaptureFixture[str]) -> None:
    (session,) = rows(capsys, "--ip", THIEF)
    stolen = next(one for one in session["credentials"] if one.startswith("ASIA"))
    actors = {one["actor"]["name"] for one in rows(capsys, "--credential", stolen)}
    assert actors == {"jonas.weber", f"order-worker/{INSTANCE}"}
    assert actors <= {one["actor"]["name"] for one in rows(capsys, "--credential", INSTANCE)}


def test_all_that_is_asked_must_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["investigate", EXAMPLES, "--actor", "tom.becker", "--ip", THIEF, "-q"]) == 1
    assert len(rows(capsys, "--actor", "jonas.weber", "--ip", THIEF)) == 1


def test_time_cuts_what_is_told_and_not_who_is_behind_it(capsys: pytest.CaptureFixture[str]) -> None:
    (session,) = rows(capsys, "--ip", THIEF, "--start", "2026-03-03T14:15", "--end", "2026-03-03T14:16:18+00:00")
    assert [act["action"] for act in session["acts"]] == ["GetSecretValue", "GetSecretValue"]
    assert session["actor"]["name"] == "jonas.weber"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--actor", "jonas.webr"], "did you mean jonas.weber"),
        (["--ip", "192.0.3.0/24"], "did you mean 192.0.2.0/24"),
        (["--credential", INSTANCE[:-2]], f"did you mean {INSTANCE}"),
        (["--resource", "nothing-like-it"], "shorter part"),
        (["--actor", "jonas.weber", "--end", "2020-01-01"], "none with somebody behind it in that time"),
        ([], "nothing is asked for"),
        (["--ip", "300.1.1.1"], "--ip '300.1.1.1' is no network"),
        (["--actor", ""], "--actor '' is empty"),
        (["--actor", "a", "--start", "2026-03-04", "--end", "2026-03-03"], "--start is not before --end"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(asked: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["investigate", EXAMPLES, *asked, "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_time_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["investigate", EXAMPLES, "--actor", "a", "--start", "someday"])
    assert "is no time" in capsys.readouterr().err


HOSTILE = '"><script>alert(1)</script>\x1b[31m'


def hostile(folder: Path) -> Path:
    record = {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "userName": HOSTILE,
            "accountId": "1",
            "accessKeyId": "AKIA1",
            "principalId": "AIDA1",
        },
        "eventTime": "2026-03-02T10:00:00Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "requestParameters": {"userName": HOSTILE},
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.1",
        "userAgent": HOSTILE,
        "eventID": "e1",
        "recipientAccountId": "1",
    }
    path = folder / "log.json"
    path.write_text(json.dumps(record))
    return path


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or "http" in (value or "") for name, value in attrs if name != "content")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_names_stay_text_in_the_page_and_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = hostile(tmp_path)
    page = tmp_path / "page.html"
    arguments = ["investigate", str(log), "--ip", "198.51.100.1", "-q"]
    assert main([*arguments, "--format", "html", "--output", str(page)]) == 0
    parsed = _Tags()
    parsed.feed(page.read_text())
    assert "script" not in parsed.tags
    assert "alert(1)" in parsed.text
    assert "default-src 'none'" in page.read_text()
    assert main(arguments) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert main(["actors", str(log), "-q"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_every_actor_has_a_line_with_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["actors", EXAMPLES, "--format", "jsonl", "-q"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    jonas = next(line for line in lines if line["actor"]["name"] == "jonas.weber")
    assert set(jonas["networks"]) == {"203.0.113.0/24", "192.0.2.0/24"}
    assert jonas["privileged_denied"] == 2
    assert jonas["privileged_ok"] >= 4
    counts = [line["privileged_ok"] + line["privileged_denied"] for line in lines]
    assert counts == sorted(counts, reverse=True)
    assert jonas["first"] < jonas["last"]


def test_actors_are_sorted_as_asked_and_written_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    assert main(["actors", EXAMPLES, "--sort", "first", "--format", "csv", "--output", str(path), "-q"]) == 0
    read = list(csv.DictReader(path.open()))
    assert [row["first_seen"] for row in read] == sorted(row["first_seen"] for row in read)
    assert {"name", "events", "privileged_ok", "networks"} <= read[0].keys()


def test_formulas_are_disarmed() -> None:
    assert [disarmed(cell) for cell in ("=1+1", "+1", "-1", "@x", "ok")] == ["'=1+1", "'+1", "'-1", "'@x", "ok"]


def test_records_that_cannot_be_read_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = hostile(tmp_path)
    log.write_text(log.read_text() + "\n{broken\n")
    assert main(["actors", str(log)]) == 0
    assert "1 records or files could not be read" in capsys.readouterr().err
