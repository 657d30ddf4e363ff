"""Build the file of chains that the package ships: `python tools/build_chains.py [--check]`.

A maintainer's script: it reads and checks `analytic/chains/data/*.yaml` and writes one compressed file beside them,
which is all that the package reads (analytic/chains/shipped.py). With `--check` it writes nothing and fails when the
file is not what it would write.
"""

import argparse
import sys
import zlib
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytic.chains.shipped import RESOURCE  # noqa: E402 - the script runs from a checkout
from pipelines.chains.files import ChainError, load_folder  # noqa: E402 - the script runs from a checkout

BUILT: Final = ROOT.joinpath("analytic", "chains", *RESOURCE)
DATA: Final = BUILT.parent


def content() -> bytes:
    """Give the chains, packed but not compressed: the same bytes for the same files. Raises ChainError."""
    return msgspec.msgpack.encode(load_folder(DATA), order="deterministic")


def main() -> int:
    """Run the command line; 0 when all is well, 1 when the built file is stale, 2 when a chain file is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the built file is stale")
    options = parser.parse_args()
    try:
        built = content()
    except ChainError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if BUILT.is_file() and zlib.decompress(BUILT.read_bytes()) == built:
        sys.stdout.write(f"{BUILT.relative_to(ROOT)} is current\n")
        return 0
    if options.check:
        sys.stderr.write(f"{BUILT.relative_to(ROOT)} is stale: run python tools/build_chains.py\n")
        return 1
    BUILT.write_bytes(zlib.compress(built, 9))
    sys.stdout.write(f"wrote {BUILT.relative_to(ROOT)}: {BUILT.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
