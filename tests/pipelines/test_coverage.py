"""`tokentrail coverage`: what it writes, what it requires, and digests held against real files and a real key."""

import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from analytic.coverage.rhythm import Gap
from analytic.coverage.visibility import view
from analytic.policy import HOUR
from analytic.sources.aws.digest import parse, signed_text
from pipelines.cli import main
from pipelines.coverage.table import strip_of
from schemas.coverage import Coverage

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("covered")
    assert main(["coverage", str(EXAMPLES), "--output", str(folder), "-q"]) == 0
    return folder


def test_the_rows_hold_every_event_once(covered: Path) -> None:
    rows = json.loads((covered / "coverage.json").read_text())
    summary = json.loads((covered / "summary.json").read_text())
    assert sum(row["events"] + row["copies"] for row in rows) == summary["parsed"]
    assert sum(row["copies"] for row in rows) == 1
    assert {row["provider"] for row in rows} == {"aws"}


def test_the_report_names_accounts_chains_and_hops(covered: Path) -> None:
    found = json.loads((covered / "visibility.json").read_text())
    (account,) = found["accounts"]
    assert account["account"] == "111122223333"
    assert account["covered_percent"] == 100
    assert {hop["state"] for hop in found["hops"] if hop["provider"] == "aws"} == {"seen"}
    assert any(chain["name"] == "mass_reads" for chain in found["chains"])


def test_scan_writes_coverage_too_and_a_folder_of_results_is_no_input(covered: Path, tmp_path: Path) -> None:
    assert main(["scan", str(EXAMPLES), "--output", str(tmp_path), "-q"]) == 0
    assert (tmp_path / "coverage.json").read_bytes() == (covered / "coverage.json").read_bytes()
    assert (tmp_path / "coverage.avro").read_bytes() == (covered / "coverage.avro").read_bytes()


def test_the_table_and_the_json_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", str(EXAMPLES), "--output", str(tmp_path)]) == 0
    assert "aws 111122223333" in capsys.readouterr().out
    assert main(["coverage", str(EXAMPLES), "--output", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["accounts"]
    assert main(["coverage", str(EXAMPLES), "--output", str(tmp_path), "--format", "avro"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "coverage.avro")


@pytest.mark.parametrize(
    ("required", "code", "said"),
    [
        ("aws:management", 0, ""),
        ("gcp", 2, "no log of gcp is here"),
        ("azure:signin", 2, "no sign-in of azure"),
        ("account:999", 2, "account 999 has no logs here"),
        ("region:us-east-1", 0, ""),
        ("region:eu-west-9", 2, "nothing of region eu-west-9"),
        ("field:user_agents", 0, ""),
        ("chain:nothing", 2, "no chain nothing"),
        ("no-gaps", 0, ""),
        ("hops", 0, ""),
        ("unchanged", 2, "no digest file is here"),
    ],
)
def test_what_is_required_decides_the_exit_code(
    required: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["coverage", str(EXAMPLES), "--output", str(tmp_path), "-q", "--require", required]) == code
    assert said in capsys.readouterr().err


def test_what_cannot_be_required_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["coverage", str(EXAMPLES), "--require", "aws:nothing"])
    assert error.value.code == 1
    assert "cannot be required" in capsys.readouterr().err


def hourly(hours: range, number: int = 0) -> list[str]:
    return [
        json.dumps(
            {
                "eventVersion": "1.09",
                "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "1", "accessKeyId": "AKIA"},
                "eventTime": f"2026-03-{2 + hour // 24:02}T{hour % 24:02}:{number:02}:00Z",
                "eventSource": "iam.amazonaws.com",
                "eventName": "ListUsers",
                "awsRegion": "us-east-1",
                "sourceIPAddress": "198.51.100.1",
                "userAgent": "aws-cli/2.15",
                "eventID": f"{hour}-{number}",
                "recipientAccountId": "1",
            }
        )
        for hour in hours
    ]


def test_a_gap_takes_hours_away_and_fails_under(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(hourly(range(60)) + hourly(range(80, 120))))
    out = str(tmp_path / "out")
    assert main(["coverage", str(log), "--output", out, "--fail-under", "80"]) == 0
    shown = capsys.readouterr().out
    assert "gap: aws 1, 2026-03-04T12:00Z to 2026-03-05T08:00Z: some 17 events are usual" in shown
    assert main(["coverage", str(log), "--output", out, "-q", "--fail-under", "90"]) == 2
    assert "83.3 % of its hours are covered" in capsys.readouterr().err
    assert main(["coverage", str(log), "--output", out, "-q", "--require", "no-gaps"]) == 2


def test_the_strip_shows_gaps_and_heat() -> None:
    rows = [Coverage("aws", "1", None, "s3", "data", hour * HOUR, hour + 1) for hour in (0, 1, 3)]
    gap = Gap("", 2 * HOUR, 3 * HOUR, 1, 20.0)
    assert strip_of(view(rows), [gap], 0, 3 * HOUR) == "▂▄x█"


KEY = rsa.generate_private_key(65537, 2048)
FINGERPRINT = "0123abcd"


def delivered(folder: Path, *, key: rsa.RSAPrivateKey = KEY) -> tuple[Path, list[Path]]:
    """Write three hours of logs with their digests as CloudTrail does; gives the folder of logs and the digests."""
    logs = folder / "logs"
    logs.mkdir()
    digests, before = [], {}
    for hour in range(3):
        content = "\n".join(hourly(range(hour, hour + 1))).encode()
        (logs / f"{hour}.json.gz").write_bytes(gzip.compress(content))
        digest = {
            "awsAccountId": "1",
            "digestStartTime": f"2026-03-02T{hour:02}:00:00Z",
            "digestEndTime": f"2026-03-02T{hour + 1:02}:00:00Z",
            "digestS3Bucket": "trail",
            "digestS3Object": f"AWSLogs/1/CloudTrail-Digest/{hour}-digest.json.gz",
            "digestPublicKeyFingerprint": FINGERPRINT,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestS3Bucket": None,
            "previousDigestS3Object": None,
            "previousDigestHashValue": None,
            "previousDigestSignature": None,
            **before,
            "logFiles": [
                {
                    "s3Bucket": "trail",
                    "s3Object": f"AWSLogs/1/CloudTrail/{hour}.json.gz",
                    "hashValue": hashlib.sha256(content).hexdigest(),
                    "hashAlgorithm": "SHA-256",
                }
            ],
        }
        data = json.dumps(digest).encode()
        path = logs / f"{hour}-digest.json.gz"
        path.write_bytes(gzip.compress(data))
        digests.append(path)
        before = {
            "previousDigestS3Bucket": "trail",
            "previousDigestS3Object": digest["digestS3Object"],
            "previousDigestHashValue": hashlib.sha256(data).hexdigest(),
            "previousDigestSignature": key.sign(signed_text(parse(data), data), PKCS1v15(), SHA256()).hex(),
        }
    return logs, digests


def keys(folder: Path) -> Path:
    der = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    path = folder / "keys.json"
    listed = [{"Value": base64.b64encode(der).decode(), "Fingerprint": FINGERPRINT}]
    path.write_text(json.dumps({"PublicKeyList": listed}))
    return path


def verdicts(folder: Path, logs: Path, *more: str) -> tuple[int, list[tuple[str, str, str]], dict]:
    code = main(["coverage", str(logs), "--output", str(folder / "out"), "-q", "--require", "unchanged", *more])
    found = json.loads((folder / "out" / "visibility.json").read_text())["digests"]
    told = [(one["kind"], one["name"].rpartition("/")[2], one["state"]) for one in found["verdicts"]]
    return code, told, found


def test_digests_chain_and_files_are_what_was_delivered(tmp_path: Path) -> None:
    logs, _ = delivered(tmp_path)
    code, told, found = verdicts(tmp_path, logs)
    assert code == 0
    assert [state for kind, _, state in told if kind == "digest"] == ["chained", "chained", "unproven"]
    assert [state for kind, _, state in told if kind == "file"] == ["unchanged"] * 3
    assert "not verified: no key was given" in found["verdicts"][0]["why"]


def test_with_the_key_signatures_are_verified(tmp_path: Path) -> None:
    logs, _ = delivered(tmp_path)
    code, told, _ = verdicts(tmp_path, logs, "--digest-keys", str(keys(tmp_path)))
    assert code == 0
    assert [state for kind, _, state in told if kind == "digest"] == ["signed", "signed", "unproven"]


def test_a_signature_of_another_key_is_told(tmp_path: Path) -> None:
    logs, _ = delivered(tmp_path, key=rsa.generate_private_key(65537, 2048))
    code, told, _ = verdicts(tmp_path, logs, "--digest-keys", str(keys(tmp_path)))
    assert code == 2
    assert ("digest", "0-digest.json.gz", "badly signed") in told


def test_a_changed_file_a_missing_one_and_one_that_nobody_delivered_are_told(tmp_path: Path) -> None:
    logs, _ = delivered(tmp_path)
    (logs / "0.json.gz").write_bytes(gzip.compress("\n".join(hourly(range(7, 8))).encode()))
    (logs / "1.json.gz").unlink()
    (logs / "smuggled.json").write_text("\n".join(hourly(range(9, 10))))
    code, told, found = verdicts(tmp_path, logs)
    assert code == 2
    assert {state: name for kind, name, state in told if kind == "file"} == {
        "changed": "0.json.gz",
        "missing": "1.json.gz",
        "unchanged": "2.json.gz",
    }
    assert [Path(path).name for path in found["files_no_digest_speaks_of"]] == ["smuggled.json"]


def test_a_changed_digest_and_a_missing_one_are_told(tmp_path: Path) -> None:
    logs, digests = delivered(tmp_path)
    data = json.loads(gzip.decompress(digests[0].read_bytes()))
    data["logFiles"] = []
    digests[0].write_bytes(gzip.compress(json.dumps(data).encode()))
    code, told, _ = verdicts(tmp_path, logs)
    assert code == 2
    assert ("digest", "0-digest.json.gz", "changed") in told
    logs2, digests2 = delivered(tmp_path / "again") if (tmp_path / "again").mkdir() is None else (None, None)
    digests2[1].unlink()
    code, told, _ = verdicts(tmp_path / "again", logs2)
    assert code == 2
    assert ("digest", "1-digest.json.gz", "missing") in told


def test_a_file_that_is_no_key_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key").write_text('{"PublicKeyList": [{}]}')
    assert main(["coverage", str(EXAMPLES), "--digest-keys", str(tmp_path / "key")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "no RSA public key" in line
    assert main(["coverage", str(EXAMPLES), "--digest-keys", str(tmp_path / "none")]) == 1
