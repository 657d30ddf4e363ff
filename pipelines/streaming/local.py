"""Where the local runner of streams is: Beam's Prism, one Go program that is built once."""

import os
import shutil
from pathlib import Path

BUILD = "GOBIN=~/.cache/tokentrail/bin go install github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0"
"""How it is built, where it is then found (some 4 minutes)."""


def prism_path() -> str | None:
    """Give Prism's path: TOKENTRAIL_PRISM names it, or it lies in the cache folder or on the PATH. None without it."""
    named = os.environ.get("TOKENTRAIL_PRISM")
    if named:
        return named if os.access(named, os.X_OK) else None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    built = cache / "tokentrail" / "bin" / "prism"
    return str(built) if os.access(built, os.X_OK) else shutil.which("prism")
