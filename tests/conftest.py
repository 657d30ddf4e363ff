"""What every test may use: the real logs under shared/data when they are there, and a small hypothesis profile."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

pytest_plugins = ["tests.servers.bigquery"]

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave integration tests to `-m integration`: they need another environment, and minutes."""
    if config.option.markexpr:
        return
    chosen = [item for item in items if item.get_closest_marker("integration") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs beside the checkout; a skip without it, a failure where CI requires it."""
    if not SHARED.is_dir():
        if os.environ.get("TOKENTRAIL_REQUIRE_SHARED"):
            pytest.fail("TOKENTRAIL_REQUIRE_SHARED is set, but there is no ../shared/data beside the checkout")
        pytest.skip("needs ../shared/data (real logs, not part of the project)")
    return SHARED
