"""What a test does without its server: it skips with the reason, and fails where CI says that servers must be there."""

import os
import socket

import pytest


def missing(reason: str) -> None:
    if os.environ.get("TOKENTRAIL_REQUIRE_SERVERS"):
        pytest.fail(f"TOKENTRAIL_REQUIRE_SERVERS is set, but {reason}")
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
