"""The coders of the pipeline: msgspec MessagePack, explicit and deterministic, never pickle.

Beam gives a class that it does not know the pickle coder in silence, and pickled state dies on the first new field
(FACTS.md). So each class that flows is registered here or, where it is declared, with `register`.
"""

from importlib import import_module
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.coders import registry
from apache_beam.utils.plugin import BeamPlugin

from schemas.records import ApiEvent, DeadLetter, Finding

URN = "tokentrail:coder:msgpack:v1"

_OURS = __name__.partition(".")[0]

_TYPES: dict[str, type[Any]] = {}


class EventBatch(msgspec.Struct, array_like=True):
    """The events of one block, as one element: elements cost more than bytes (FACTS.md, Speed).

    `published` is when the message came that carried them, UTC microseconds; None for what lay in a file.
    """

    events: list[ApiEvent]
    published: int | None = None


class StructCoder(beam.coders.Coder):
    """Codes one msgspec type as MessagePack.

    The bytes are positional: a type may only grow by appended fields with defaults.
    """

    def __init__(self, type_: type[Any]) -> None:
        """Takes the msgspec type to code."""
        self.type_ = type_
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(type_)

    def encode(self, value: Any) -> bytes:
        """Give the bytes of a value."""
        return self._encoder.encode(value)

    def decode(self, encoded: bytes) -> Any:
        """Give the value; raises msgspec.DecodeError on bytes of another type."""
        return self._decoder.decode(encoded)

    def is_deterministic(self) -> bool:
        """Equal values give equal bytes: fields have an order, and sets are sorted before they get here."""
        return True

    def to_type_hint(self) -> Any:
        """Give the type, for Beam's inference."""
        return self.type_

    @staticmethod
    def from_type_hint(typehint: Any, unused_registry: object) -> "StructCoder":
        """Give the coder of a registered class, as Beam's registry asks for it."""
        return StructCoder(typehint)

    def to_runner_api_parameter(self, unused_context: object) -> tuple[str, bytes, list[Any]]:
        """Name the coder by an urn of its own and its type by name: nothing of it is pickled into the pipeline."""
        return URN, _name(self.type_).encode(), []

    def __reduce__(self) -> tuple[type["StructCoder"], tuple[type[Any]]]:
        """Rebuild from the type: encoders do not travel to workers."""
        return (StructCoder, (self.type_,))

    def __eq__(self, other: object) -> bool:
        """Two coders of one type are one coder."""
        return isinstance(other, StructCoder) and other.type_ is self.type_

    def __hash__(self) -> int:
        """As equality: by type."""
        return hash((StructCoder, self.type_))


class CodersPlugin(BeamPlugin):
    """Makes each worker import this module at its start, so that it knows the urn before it decodes a byte."""


def register(type_: type[Any]) -> None:
    """Make StructCoder the coder of a class, and let workers find the class by its name."""
    _TYPES[_name(type_)] = type_
    registry.register_coder(type_, StructCoder)


def _name(type_: type[Any]) -> str:
    return f"{type_.__module__}.{type_.__qualname__}"


@beam.coders.Coder.register_urn(URN, bytes)
def _from_runner_api(payload: bytes, unused_components: object, unused_context: object) -> StructCoder:
    name = payload.decode()
    if name not in _TYPES and name.startswith(f"{_OURS}."):
        # A worker may ask for a coder before anything has imported the module that declares and registers its class.
        import_module(name.rpartition(".")[0])
    return StructCoder(_TYPES[name])


for _type in (ApiEvent, EventBatch, DeadLetter, Finding):
    register(_type)
