"""Beam's Prism: the local runner of streams, one Go program (docs/streaming.md says how it is built)."""

import pytest

from pipelines.streaming.local import prism_path
from tests.servers.require import missing


@pytest.fixture(scope="session")
def prism() -> str:
    """The path of the program."""
    path = prism_path()
    if path is None:
        missing("needs Prism: go install github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0, or TOKENTRAIL_PRISM")
    return str(path)
