"""From paths to files: which are read, which are skipped, and which paths are errors."""

import gzip
import os
from pathlib import Path

import pytest

from pipelines.inputs import Inputs, expand, uri_of

LOG = b'{"eventID":"1"}'


def names(inputs: Inputs, path: Path) -> list[str]:
    return [uri.removeprefix(uri_of(str(path)) + "/") for uri in inputs.uris]


def write(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_a_folder_gives_its_logs_in_one_order_and_counts_the_rest(tmp_path: Path) -> None:
    logs = ["a/deep/er.json.gz", "a/lines.LOG", "a/sniffed", "b.json", "empty.json", "packed"]
    contents = dict.fromkeys(logs, LOG) | {
        "packed": gzip.compress(LOG),
        "empty.json": b"",
        "a/sniffed": b'\xef\xbb\xbf\n [ {"a": 1}]',
    }
    write(tmp_path, contents | {".hidden.json": LOG, ".git/x.json": LOG, "README.md": b"# text", "empty.txt": b""})
    inputs = expand([str(tmp_path)])
    assert names(inputs, tmp_path) == logs
    assert (inputs.skipped, inputs.errors) == (2, [])
    assert expand([str(tmp_path), str(tmp_path), str(tmp_path / "README.md")]).skipped == 1


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a/b c.json": LOG})
    file = str(tmp_path / "a" / "b c.json")
    inputs = expand([str(tmp_path), f"{tmp_path}/a/../a/b c.json", f"{tmp_path}/*/*.json", uri_of(file)])
    assert inputs.uris == {uri_of(file): len(LOG)}


def test_a_glob_gives_the_logs_among_its_matches(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": LOG, "c.txt": b"text", "d/e.json": LOG, "none/f.md": b"# text"})
    assert names(expand([f"{tmp_path}/*.json"]), tmp_path) == ["a.json"]
    everything = expand([f"{tmp_path}/**"])
    assert names(everything, tmp_path) == ["a.json", "d/e.json"]
    assert (everything.skipped, everything.errors) == (2, [])


def test_our_own_results_are_no_logs_unless_named(tmp_path: Path) -> None:
    write(tmp_path, {"out/findings.jsonl": LOG, "out/trail.json": LOG})
    own = [str(tmp_path / "out" / "findings.jsonl")]
    inputs = expand([str(tmp_path)], own)
    assert (names(inputs, tmp_path), inputs.skipped) == (["out/trail.json"], 0)
    assert names(expand(own, own), tmp_path) == ["out/findings.jsonl"]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing.json", "no such file or folder: {}"),
        ("*.nothing", "no such file or folder: {}"),
        ("folder/*.txt", "no logs match: {}"),
        ("folder", "no logs in the folder: {} (looked for JSON and gzip files)"),
    ],
)
def test_a_path_that_gives_nothing_is_an_error_and_the_others_are_done(tmp_path: Path, path: str, error: str) -> None:
    write(tmp_path, {"folder/notes.txt": b"text", "a.json": LOG})
    inputs = expand([str(tmp_path / path), str(tmp_path / "a.json")])
    assert inputs.errors == [error.format(tmp_path / path)]
    assert len(inputs.uris) == 1


def test_links_and_pipes_are_no_trap(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": LOG})
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "broken.json").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.json")
    os.mkfifo(tmp_path / "pipe")
    inputs = expand([str(tmp_path)])
    assert (names(inputs, tmp_path), inputs.skipped) == (["a.json", "broken.json"], 2)


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"closed/a.json": LOG, "open/a.json": LOG})
    scandir = os.scandir

    def denied(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    inputs = expand([str(tmp_path)])
    assert inputs.errors == [f"cannot read the folder: {tmp_path / 'closed'}: Permission denied"]
    assert names(inputs, tmp_path) == ["open/a.json"]


def test_a_filesystem_without_its_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr("importlib.util.find_spec", lambda name: None)
        assert "needs the package boto3" in expand(["s3://bucket/trail.json"]).errors[0]
    (error,) = expand(["gopher://host/path"]).errors
    assert error.startswith("gopher://host/path can't be listed: ")
    assert "\n" not in error


def test_a_machine_without_credentials_is_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beam alone would try again for minutes, each time with its stack."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "CLOUDSDK_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    assert expand(["s3://bucket/trail.json"]).errors == [
        "s3://bucket/trail.json can't be listed: this machine has no AWS credentials: run `aws configure`, or set AWS_PROFILE"
    ]
    (error,) = expand(["gs://bucket/logs"]).errors
    assert error.startswith("gs://bucket/logs can't be listed: this machine has no Google credentials")
