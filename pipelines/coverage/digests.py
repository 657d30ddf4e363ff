"""Reads CloudTrail's digests and the files that they speak of, and the public keys that prove them.

Local files only: reading every object of a bucket again to hash it is a job of its own, and AWS has one
(`aws cloudtrail validate-logs`).
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from analytic.coverage.digests import Held, Verify
from analytic.sources.aws.digest import MARK, MAX_BYTES, Digest, parse, signed_text
from analytic.sources.decompress import CorruptGzipError, GzipBombError, TruncatedGzipError, decompress
from analytic.sources.errors import ParseError
from transforms.read import CHUNK_BYTES, local_path

_HEAD_BYTES = 4_096
"""A digest says what it is in its first fields."""

_UNPACKED = (CorruptGzipError, GzipBombError, TruncatedGzipError, OSError)


def find(uris: Iterable[str]) -> list[Held]:
    """Give the digests among local files. What cannot be read, or is none, is left to the run to tell of."""
    found = []
    for uri in uris:
        if not uri.startswith("file://"):
            continue
        path = local_path(uri)
        try:
            if MARK not in next(iter(_chunks(path, _HEAD_BYTES)), b"")[:_HEAD_BYTES]:
                continue
            data = b""
            for chunk in _chunks(path, CHUNK_BYTES):
                data += chunk
                if len(data) > MAX_BYTES:
                    break
            found.append(Held(path, parse(data), data, hashlib.sha256(data).hexdigest()))
        except (ParseError, *_UNPACKED):
            continue
    return found


def hashes(uris: Iterable[str], without: Iterable[str]) -> dict[str, str]:
    """Give the SHA-256 of the uncompressed content of local files, by path; what cannot be unpacked has none."""
    digests = set(without)
    found = {}
    for uri in uris:
        path = local_path(uri)
        if not uri.startswith("file://") or path in digests:
            continue
        hash_ = hashlib.sha256()
        try:
            for chunk in _chunks(path, CHUNK_BYTES):
                hash_.update(chunk)
            found[path] = hash_.hexdigest()
        except _UNPACKED:
            found[path] = ""
    return found


def _chunks(path: str, size: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        yield from decompress(iter(lambda: file.read(size), b""))


def verifier(path: str) -> Verify:
    """Make what checks signatures with the keys of a file: PEM, DER, or what `aws cloudtrail list-public-keys` prints.

    Raises ValueError, in one line.
    """
    keys = _keys(path)

    def verify(digest: Digest, data: bytes, signature: str) -> str | None:
        if digest.digest_signature_algorithm not in (None, "SHA256withRSA"):
            return f"its signature is {digest.digest_signature_algorithm}, which is not SHA256withRSA"
        key = keys.get(digest.digest_public_key_fingerprint or "") or keys.get("")
        if key is None:
            return f"the keys given lack the one with the fingerprint {digest.digest_public_key_fingerprint}"
        try:
            key.verify(bytes.fromhex(signature), signed_text(digest, data), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return "its signature is not AWS's for this content, place and time"
        return None

    return verify


def _keys(path: str) -> Mapping[str, RSAPublicKey]:
    """Read keys by fingerprint; a single key without one is under ""."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}: give a file of public keys") from None
    try:
        if data.lstrip()[:1] != b"{":
            return {"": _key(data)}
        listed = json.loads(data)["PublicKeyList"]
        return {str(one["Fingerprint"]): _key(base64.b64decode(one["Value"], validate=True)) for one in listed}
    except (ValueError, KeyError, TypeError, binascii.Error, UnsupportedAlgorithm) as error:
        what = "give a PEM or DER public key, or what `aws cloudtrail list-public-keys` prints"
        raise ValueError(f"{path}: no RSA public key ({type(error).__name__}): {what}") from None


def _key(data: bytes) -> RSAPublicKey:
    key = load_pem_public_key(data) if data.lstrip().startswith(b"-----") else load_der_public_key(data)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not RSA")
    return key
