"""CloudTrail's digest files: which files were delivered in an hour, with the hash of each, and the digest before.

Format and signature: CloudTrail user guide, "CloudTrail digest file structure" and "Custom implementations of
CloudTrail log file integrity validation". A digest's own signature is not in it: it is object metadata in S3
(x-amz-meta-signature), and the next digest repeats it.
"""

from hashlib import sha256

import msgspec

from analytic.sources.errors import ParseError

MARK = b'"digestStartTime"'
"""What every digest says, and no log."""

MAX_BYTES = 64 << 20
"""A digest names the files of an hour, some 500 bytes each."""


class DeliveredFile(msgspec.Struct, rename="camel"):
    """A file that was delivered: where to, and the SHA-256 of its uncompressed content."""

    s3_bucket: str = msgspec.field(name="s3Bucket")
    s3_object: str = msgspec.field(name="s3Object")
    hash_value: str
    hash_algorithm: str = "SHA-256"


class Digest(msgspec.Struct, rename="camel"):
    """One digest file."""

    aws_account_id: str
    digest_start_time: str
    digest_end_time: str
    digest_s3_bucket: str = msgspec.field(name="digestS3Bucket")
    digest_s3_object: str = msgspec.field(name="digestS3Object")
    digest_public_key_fingerprint: str | None = None
    digest_signature_algorithm: str | None = None
    previous_digest_s3_bucket: str | None = msgspec.field(name="previousDigestS3Bucket", default=None)
    previous_digest_s3_object: str | None = msgspec.field(name="previousDigestS3Object", default=None)
    previous_digest_hash_value: str | None = None
    previous_digest_signature: str | None = None
    log_files: list[DeliveredFile] = []


_DECODER = msgspec.json.Decoder(Digest)


def parse(data: bytes) -> Digest:
    """Read a digest file's uncompressed bytes. Raises ParseError when it is none, in one line."""
    try:
        return _DECODER.decode(data)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"no CloudTrail digest: {error}") from None


def signed_text(digest: Digest, data: bytes) -> bytes:
    """Give what AWS signs: end, place, hash of the uncompressed content, and the signature of the digest before."""
    place = f"{digest.digest_s3_bucket}/{digest.digest_s3_object}"
    before = digest.previous_digest_signature or "null"
    return "\n".join((digest.digest_end_time, place, sha256(data).hexdigest(), before)).encode()
