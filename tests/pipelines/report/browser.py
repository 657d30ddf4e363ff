"""A real headless Chromium for tests of the page: Debian's packages chromium and chromium-driver, driven by Selenium."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

REQUIRED = "TOKENTRAIL_REQUIRE_SERVERS"
SCREEN_SECONDS = 120

# The first flag because CI is root; the others keep the browser from asking its makers for anything.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]


def programs() -> tuple[str, str]:
    """Give the browser and its driver; a skip without them, a failure where CI requires them."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "needs Chromium and ChromeDriver (Debian: apt-get install chromium chromium-driver)"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1 is set, but the test {reason}")
    pytest.skip(reason)


@contextmanager
def chromium(profile: Path, *, dark: bool = False) -> Iterator[webdriver.Chrome]:
    """Start a browser with an empty profile, and end it."""
    browser, driver = programs()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        chrome.set_page_load_timeout(SCREEN_SECONDS)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield chrome
    finally:
        chrome.quit()


def resize(chrome: webdriver.Chrome, width: int, height: int) -> None:
    """Give the page a width, as a device of that width does: a window cannot be narrower than 500."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def complaints(chrome: webdriver.Chrome) -> list[str]:
    """Give what the console holds: errors of scripts, and what the page's policy refused."""
    return [entry["message"] for entry in chrome.get_log("browser")]


def requests(chrome: webdriver.Chrome) -> list[str]:
    """Give the addresses that pages asked for, their own included; not those of the browser's own start page."""
    sent = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    urls = [message["params"]["request"]["url"] for message in sent if message["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith("chrome")]
