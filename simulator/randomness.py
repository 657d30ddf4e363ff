"""Random numbers and the identifiers that AWS would make up, all from one seed."""

import random
import string
from dataclasses import dataclass

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ALPHANUMERIC = string.ascii_letters + string.digits


def stream(seed: int, name: str) -> random.Random:
    """Give a random stream of its own to one part of the simulation.

    A part that is added or changed then leaves what all others do as it was. Only draws on integers should be used:
    they are the same on every platform and Python version, those on floats go through the platform's libm.
    """
    return random.Random(f"{seed}/{name}")  # noqa: S311 - a simulation wants repeatable numbers, not secret ones


@dataclass(frozen=True)
class Ids:
    """Makes identifiers in AWS's formats from a random stream.

    The prefixes are those of the IAM user guide, "IAM identifiers" (AKIA long-term key, ASIA temporary key, AIDA
    user, AROA role); what follows is 16 (keys) or 17 (unique ids) characters of base 32.
    """

    rng: random.Random

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self.rng.choices(alphabet, k=length))

    def uuid(self) -> str:
        """Make a version 4 UUID, as in eventID, sharedEventID and most requestIDs."""
        bits = (self.rng.getrandbits(128) & ~(0xF << 76) | (4 << 76)) & ~(0x3 << 62) | (2 << 62)
        digits = f"{bits:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def long_term_key(self) -> str:
        """Make the id of an IAM user's access key."""
        return "AKIA" + self._text(_BASE32, 16)

    def temporary_key(self) -> str:
        """Make the id of an access key that STS issued."""
        return "ASIA" + self._text(_BASE32, 16)

    def user_id(self) -> str:
        """Make an IAM user's unique id."""
        return "AIDA" + self._text(_BASE32, 17)

    def role_id(self) -> str:
        """Make an IAM role's unique id."""
        return "AROA" + self._text(_BASE32, 17)

    def session_token(self) -> str:
        """Make a session token: AWS's are some 800 characters long, these are cut to 40 to keep examples small."""
        return "IQoJb3JpZ2luX2Vj" + self._text(_ALPHANUMERIC, 24)

    def request_id(self) -> str:
        """Make a request id in S3's style."""
        return self._text(_BASE32, 16)

    def hexadecimal(self, length: int) -> str:
        """Make the random part of an EC2 resource id such as i-0123456789abcdef0."""
        return f"{self.rng.getrandbits(4 * length):0{length}x}"

    def file_suffix(self) -> str:
        """Make the 16-character unique string of a delivery file's name."""
        return self._text(_ALPHANUMERIC, 16)
