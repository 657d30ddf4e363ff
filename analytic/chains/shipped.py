"""The chains that Tokentrail ships, read once from the package's own data.

`data/chains.msgpack.z` is built from the YAML files beside it by `tools/build_chains.py` and never changes at run time:
a constant of the program, read as analytic/context/tables.py reads the table of actions, so that no worker needs a
YAML parser.
"""

import zlib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from analytic.chains.chain import Chain

RESOURCE: Final = ("data", "chains.msgpack.z")
"""Where the built file lies, under `analytic/chains`."""

_DECODER: Final = msgspec.msgpack.Decoder(tuple[Chain, ...])


@cache
def chains() -> tuple[Chain, ...]:
    """Give the shipped chains, by name."""
    return _DECODER.decode(zlib.decompress(files("analytic.chains").joinpath(*RESOURCE).read_bytes()))
