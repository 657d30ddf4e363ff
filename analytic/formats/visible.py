"""What a reader cannot see in a text, spelt out: an attacker names roles and sessions."""

import re
from typing import Final

_INVISIBLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What programs obey instead of showing: C0 and C1 controls, zero-width and direction marks, lone surrogates."""


def visible(text: str) -> str:
    """Give a text with what is invisible in it as \\uXXXX."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
