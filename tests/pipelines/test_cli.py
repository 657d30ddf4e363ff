"""The command line on real files: what it writes, says and exits with, and what bad input does to it."""

import gzip
import json
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import fastavro
import pytest

from pipelines.cli import main
from pipelines.views.console import safe

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def record(number: int, **fields: object) -> dict:
    return {
        "eventVersion": "1.09",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "eventTime": "2026-03-03T08:00:00Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListUsers",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15.0",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "userName": "alice",
            "accountId": "111122223333",
        },
    } | fields


def delivery(*records: dict) -> bytes:
    return json.dumps({"Records": records}).encode()


def scan(folder: Path, *arguments: str) -> int:
    return main(["scan", *arguments, "--output", str(folder)])


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    assert scan(folder, str(EXAMPLES), "-q") == 0
    return folder


def test_the_examples_theft_is_found_with_its_person(example: Path) -> None:
    from simulator.day import account_day
    from simulator.examples import SEED

    day = account_day(SEED)
    worst = max(lines(example / "findings.jsonl"), key=lambda finding: finding["score"])
    assert (worst["severity"], worst["chain"]) == ("critical", "command_execution_credential_used")
    assert day.person in worst["actor"]["name"]
    assert {piece["event_id"] for piece in worst["evidence"]} <= set(day.attack_event_ids)


def test_findings_carry_what_others_rely_on(example: Path) -> None:
    wanted = {
        "finding_id",
        "severity",
        "chain",
        "title",
        "score",
        "actor",
        "hops",
        "shifts",
        "stages",
        "reasons",
        "evidence",
    }
    for finding in lines(example / "findings.jsonl"):
        assert wanted <= finding.keys()
        for piece in finding["evidence"]:
            uri, _, number = piece["origin"].rpartition("#")
            with gzip.open(uri.removeprefix("file://")) as file:
                assert json.load(file)["Records"][int(number)]["eventID"] == piece["event_id"]


def test_two_runs_write_the_same_bytes(example: Path, tmp_path: Path) -> None:
    assert scan(tmp_path, str(EXAMPLES), "-q") == 0

    def without_clock(folder: Path) -> list[dict]:
        return [finding | {"detected_at": None} for finding in lines(folder / "findings.jsonl")]

    assert without_clock(tmp_path) == without_clock(example)
    keys = [(finding["first_event_time"], finding["finding_id"]) for finding in without_clock(example)]
    assert keys == sorted(keys)


def test_avro_holds_the_same_rows(example: Path) -> None:
    rows = list(fastavro.reader(BytesIO((example / "findings.avro").read_bytes())))
    assert [row["finding_id"] for row in rows] == [row["finding_id"] for row in lines(example / "findings.jsonl")]


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "good.json"
    good.write_bytes(delivery(record(1)))
    assert scan(tmp_path / "o", str(EXAMPLES), "-q", "--fail-on", "high") == 2
    assert scan(tmp_path / "o", str(good), "-q", "--fail-on", "low") == 0
    assert scan(tmp_path / "o", str(good), str(tmp_path / "missing"), "-q") == 1
    assert capsys.readouterr().err == f"tokentrail: error: no such file or folder: {tmp_path}/missing\n"
    assert json.loads((tmp_path / "o/summary.json").read_text())["parsed"] == 1
    (tmp_path / "empty").mkdir()
    assert scan(tmp_path / "o", str(tmp_path / "empty")) == 1
    assert "no logs in the folder" in capsys.readouterr().err
    assert main(["scan", str(good), "--output", str(good)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit) as usage:
        main(["scan"])
    assert usage.value.code == 1


def test_output_is_plain_where_it_is_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(tmp_path, str(EXAMPLES), "--min-severity", "high") == 0
    out, err = capsys.readouterr()
    assert "critical" in out
    assert "below --min-severity" in out
    assert not set(out + err) & {chr(code) for code in range(32) if code != 10}
    assert len(lines(tmp_path / "findings.jsonl")) > 2


def test_force_color_makes_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert scan(tmp_path, str(EXAMPLES)) == 0
    out, err = capfd.readouterr()
    assert "critical" in out
    assert "\x1b" not in out + err


def test_events_do_not_count_the_findings_of_an_earlier_scan(tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_bytes(delivery(record(1)))
    assert scan(tmp_path / "o", str(EXAMPLES), "-q") == 0
    assert main(["events", str(good), "-q", "--output", str(tmp_path / "o")]) == 0
    assert json.loads((tmp_path / "o/summary.json").read_text())["findings"]["total"] == 0


def test_a_second_scan_does_not_read_the_results_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_bytes(delivery(record(1)))
    for _ in range(2):
        assert scan(tmp_path / "o", str(tmp_path), "-q") == 0
        assert json.loads((tmp_path / "o/summary.json").read_text())["files"] == 1


def test_a_result_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.json").write_bytes(delivery(record(1)))
    (tmp_path / "o/findings.avro").mkdir(parents=True)
    assert scan(tmp_path / "o", str(tmp_path / "good.json"), "-q") == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"tokentrail: error: cannot write {tmp_path}/o/findings.avro: ")
    assert complaint.count("\n") == 1


def test_an_output_that_lacks_a_character_shows_its_escape(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_bytes(delivery(record(1)))
    ran = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "scan", str(tmp_path / "good.json"), "--output", str(tmp_path / "ö")],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert rb"\xf6" in ran.stdout


def test_hostile_names_reach_no_terminal() -> None:
    assert safe("a\x1b[31mb\u202ec\u200bd\n") == "a\\u001b[31mb\\u202ec\\u200bd\\u000a"


def test_help_and_version_are_quick() -> None:
    """Beam takes seconds to import: help does without it."""
    code = "import sys; import pipelines.cli; assert 'apache_beam' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def bad_inputs(folder: Path) -> None:
    """Write every input that breaks parsers, each beside good records."""
    sound = [record(number) for number in (1, 2)]
    (folder / "empty.json").write_bytes(b"")
    (folder / "truncated.json.gz").write_bytes(
        gzip.compress(delivery(*(record(n) for n in range(10, 200))), mtime=0)[:-400]
    )
    (folder / "bomb.json.gz").write_bytes(gzip.compress(b'{"Records": [' + b" " * 300_000_000, 9, mtime=0))
    deep = b'{"eventName": ' + b'{"a":' * 1_000 + b"1" + b"}" * 1_000 + b"}"
    first, second = (json.dumps(one).encode() for one in sound)
    (folder / "deep.json").write_bytes(b'{"Records": [' + first + b"," + deep + b"," + second + b"]}")
    nan = json.dumps(record(3, requestParameters={"x": float("nan")})).encode()
    (folder / "nan.json").write_bytes(b'{"Records": [' + nan + b"," + json.dumps(record(4)).encode() + b"]}")
    lone = json.dumps(record(5)).replace("aws-cli/2.15.0", "\\ud800").encode()
    (folder / "surrogate.jsonl").write_bytes(lone + b"\n" + json.dumps(record(6)).encode() + b"\n")
    (folder / "bom.json").write_bytes(b"\xef\xbb\xbf" + delivery(record(7)))
    huge = json.dumps(record(8, requestParameters={"x": "y" * 50_000_000})).encode()
    (folder / "huge.json").write_bytes(b'{"Records": [' + huge + b"," + json.dumps(record(9)).encode() + b"]}")
    (folder / "unknown.json").write_bytes(b'{"hello": "world"}')
    os.symlink(folder / "loop.json", folder / "loop.json")
    (folder / os.fsdecode(b"caf\xe9.json")).write_bytes(delivery(record(300)))
    (folder / "README.txt").write_text("no log")


def test_bad_input_is_a_dead_letter_and_the_rest_is_done(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    bad_inputs(folder)
    assert scan(out, str(folder), "-q") == 0
    summary = json.loads((out / "summary.json").read_text())
    letters = lines(out / "dead_letters.jsonl")
    assert summary["records"] == summary["parsed"] + summary["ignored"] + summary["dead_letters"]["parse"]
    assert summary["dead_letters"]["total"] == len(letters)
    assert summary["dead_letters"]["read"] == sum(letter["step"] == "read" for letter in letters)
    assert summary["skipped_files"] == 1
    assert summary["files"] == 11
    by_file: dict[str, set[str]] = {}
    for letter in letters:
        name = letter["origin"].partition("#")[0].rpartition("/")[2]
        by_file.setdefault(name, set()).add(letter["error_type"])
        assert "\n" not in letter["error"]
        assert len(letter["raw"]) <= 1_500_000
    assert by_file["empty.json"] == {"EmptyInput"}
    assert "TruncatedGzip" in by_file["truncated.json.gz"]
    assert "GzipBomb" in by_file["bomb.json.gz"]
    assert by_file.keys() >= {"deep.json", "nan.json", "huge.json", "unknown.json", "loop.json"}
    assert main(["events", str(folder), "-q", "--output", str(out)]) == 0
    events = lines(out / "events.jsonl")
    numbers = {int(event["event_id"][-12:]) for event in events}
    assert numbers >= {1, 2, 4, 6, 7, 9, 300}
    assert len([number for number in numbers if 10 <= number < 200]) > 50
    assert len(events) == summary["parsed"]
    assert next(event for event in events if event["event_id"].endswith("300"))["origin"].endswith("caf%E9.json#0")


def running(*arguments: str) -> subprocess.Popen:
    """Start a command as a shell does in the foreground: Ctrl-C reaches it."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "pipelines.cli", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )


def test_ctrl_c_in_the_midst_of_a_step_ends_it_without_a_stack(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.json")
    scanning = running("scan", str(tmp_path / "endless.json"), "--output", str(tmp_path / "out"))
    with (tmp_path / "endless.json").open("wb"):  # It reads, and there is nothing to read.
        scanning.send_signal(signal.SIGINT)
        out, err = scanning.communicate(timeout=60)
    assert (scanning.returncode, out, err) == (130, b"", b"")


def test_who_has_read_enough_ends_no_command_with_an_error() -> None:
    scanning = running("chains", "list")
    listing = running("actors", str(EXAMPLES), "-q")
    for command in (scanning, listing):
        assert command.stdout is not None
        command.stdout.close()
        assert command.wait(60) == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["scn", "x"], "did you mean scan? (see tokentrail --help)"),
        (
            ["scan", "x", "--outptu", "y"],
            "unrecognized arguments: --outptu y; did you mean --output? (see tokentrail scan",
        ),
        (["scan", "x", "--fail-on", "hihg"], "did you mean high?"),
        (["scan", "x", "--xyz"], "unrecognized arguments: --xyz (see"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_was_meant(
    line: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert said in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            ["scan", "bigquery://p.d.t"],
            "bigquery://p.d.t: a table is read by backfill, investigate, actors and drill alone",
        ),
        (["scan", "{examples}", "--policy", "no.yaml"], "no.yaml: cannot be read: No such file or directory: give the"),
        (["scan", "{examples}", "--output", "{here}/taken", "-q"], "/taken/findings.jsonl: Is a directory\n"),
    ],
)
def test_an_error_names_what_is_wrong_and_nothing_of_beams(
    line: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken" / "findings.jsonl").mkdir(parents=True)
    assert main([word.format(examples=EXAMPLES, here=tmp_path) for word in line]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1
    assert "while running" not in told
