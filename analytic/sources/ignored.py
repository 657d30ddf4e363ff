"""What a source gives for a sound record that is no event."""

from typing import NamedTuple


class Ignored(NamedTuple):
    """A record of a known log that carries no call and no sign-in; `kind` is one of its source's IGNORED."""

    kind: str
