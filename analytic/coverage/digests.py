"""Whether log files are what was delivered: digests against each other and against the files' hashes. Pure.

Who reads the files gives their SHA-256, and a function that checks a signature, or None where no key was given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from analytic.sources.aws.digest import Digest

Verify = Callable[[Digest, bytes, str], str | None]
"""Checks a digest with its content and its signature (hex): None when it holds, else what is wrong, in one line."""

SIGNED, CHAINED, UNPROVEN, UNCHANGED = "signed", "chained", "unproven", "unchanged"
CHANGED, MISSING, FORGED = "changed", "missing", "badly signed"

BAD = frozenset({CHANGED, MISSING, FORGED})


class Held(NamedTuple):
    """A digest on disk: where, what it says, its uncompressed content, and that content's SHA-256 in hex."""

    path: str
    digest: Digest
    data: bytes
    hash: str


class Verdict(NamedTuple):
    """What was found of a digest or log file. `kind` is digest or file; `name` its object in S3."""

    kind: str
    name: str
    state: str
    why: str


def check(digests: Sequence[Held], files: Mapping[str, str], verify: Verify | None) -> list[Verdict]:
    """Judge all digests, then the files that they name; `files` are the hashes (hex) of those on disk, by path.

    A digest is `signed` when the next one gives its signature and a key proves it; `chained` when the next one gives
    its hash; `unproven` when no later digest is there. A file is found by its content, wherever it lies.
    """
    later = {held.digest.previous_digest_s3_object: held for held in digests if held.digest.previous_digest_s3_object}
    found = [_digest(held, later.get(held.digest.digest_s3_object), verify) for held in _in_order(digests)]
    names = {held.digest.digest_s3_object for held in digests}
    first = min((held.digest.digest_start_time for held in digests), default="")
    for held in _in_order(digests):
        before = held.digest.previous_digest_s3_object
        if before is not None and before not in names and held.digest.digest_start_time > first:
            why = f"the digest of {held.digest.digest_start_time} names it, and it is not here"
            found.append(Verdict("digest", before, MISSING, why))
    hashes = set(files.values())
    by_name = {path.rpartition("/")[2]: path for path in files}
    for held in _in_order(digests):
        for file in held.digest.log_files:
            if file.hash_value.lower() in hashes:
                found.append(Verdict("file", file.s3_object, UNCHANGED, ""))
            elif (path := by_name.get(file.s3_object.rpartition("/")[2])) is not None:
                found.append(Verdict("file", file.s3_object, CHANGED, f"{path} is not what was delivered"))
            else:
                found.append(Verdict("file", file.s3_object, MISSING, "it was delivered, and is not here"))
    return found


def uncovered(digests: Sequence[Held], files: Mapping[str, str]) -> list[str]:
    """Give the files that no digest speaks of: nothing proves them."""
    known = {file.hash_value.lower() for held in digests for file in held.digest.log_files}
    names = {file.s3_object.rpartition("/")[2] for held in digests for file in held.digest.log_files}
    return sorted(path for path, hash_ in files.items() if hash_ not in known and path.rpartition("/")[2] not in names)


def _in_order(digests: Sequence[Held]) -> list[Held]:
    return sorted(digests, key=lambda held: (held.digest.digest_start_time, held.digest.digest_s3_object))


def _digest(held: Held, later: Held | None, verify: Verify | None) -> Verdict:
    name = held.digest.digest_s3_object
    if later is None:
        why = "no later digest is here, and its own signature is only in S3's object metadata (x-amz-meta-signature)"
        return Verdict("digest", name, UNPROVEN, why)
    if (later.digest.previous_digest_hash_value or "").lower() != held.hash:
        return Verdict("digest", name, CHANGED, f"{held.path} is not what the next digest gives the hash of")
    signature = later.digest.previous_digest_signature
    if verify is None or signature is None:
        why = "no key was given (--digest-keys)" if verify is None else "the next digest gives no signature"
        return Verdict("digest", name, CHAINED, f"its hash fits; the signature was not verified: {why}")
    wrong = verify(held.digest, held.data, signature)
    return Verdict("digest", name, FORGED, wrong) if wrong else Verdict("digest", name, SIGNED, "")
