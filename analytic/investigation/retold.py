"""What the folds over an actor's steps have in common that tell again what grew, and so need no other way back."""

from abc import ABC, abstractmethod
from typing import Any, Generic

import msgspec

from analytic.fold import D, Item, S, check_version
from schemas.records import Step


class Retold(ABC, Generic[S, D]):
    """The part of the fold's contract that is the same for all of them; `version` is that of their state.

    A subclass adds `step`, `recall` and `item_of`.
    """

    repeats = True
    version: int

    def __init__(self, state: type[S], *settings: Any) -> None:
        """Takes the class of the state, and the settings that the subclass is built of."""
        self._settings = settings
        self._decode_step = msgspec.msgpack.Decoder(Step).decode
        self._decode_state = msgspec.msgpack.Decoder(state).decode
        self._encode = msgspec.msgpack.Encoder().encode

    def __reduce__(self) -> tuple[type["Retold[S, D]"], tuple[Any, ...]]:
        """Rebuild from the settings: decoders do not travel to workers."""
        return (type(self), self._settings)

    @abstractmethod
    def item_of(self, draft: D) -> tuple[int, str]:
        """Give the time and the id of what is told."""

    def render(self, draft: D) -> tuple[str, Item]:
        """Give what is told."""
        time, id_ = self.item_of(draft)
        return "", Item(time, id_, msgspec.Raw(self._encode(draft)))

    def retract(self, draft: D) -> tuple[str, Item]:
        """Give it again: a reader of a stream takes the latest."""
        return self.render(draft)

    def lost(self, state: S) -> int:
        """Nothing: what is listed says how much there is."""
        return 0

    def begin_after(self, last: int) -> None:
        """Nothing: what was told before still stands."""

    def load(self, data: bytes) -> S:
        """Decode a state; raises ValueError on a version that this build does not know."""
        check_version(type(self).__name__, data, self.version)
        return self._decode_state(data)

    def dump(self, state: S) -> bytes:
        """Encode a state."""
        return self._encode(state)
