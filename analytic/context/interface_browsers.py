"""The browser and the operating system that a user agent names.

Sources: RFC 9110, 10.1.5 (User-Agent); MDN, "Browser detection using the user agent"; the Chromium and Electron
projects' user agent forms.
"""

import re

MAX_NAME_CHARS = 64
"""A program's name is short; a longer one is cut so that no state grows by it."""

_BROWSERS = (
    # Every browser claims to be its elders: the one that names itself last comes first here. The word before the
    # pattern is what to look for first, as it costs less.
    ("Edge", "edg", re.compile(r"\b(?:edge|edg|edga|edgios)/(\d+)")),
    ("Opera", "opr/", re.compile(r"\bopr/(\d+)")),
    ("Samsung Internet", "samsung", re.compile(r"\bsamsungbrowser/(\d+)")),
    ("Firefox", "firefox/", re.compile(r"(?:\b|(?<=\d))firefox/(\d+)")),
    ("Firefox", "fxios/", re.compile(r"\bfxios/(\d+)")),
    ("Chrome", "chrome/", re.compile(r"chrome/(\d+)")),
    ("Chrome", "crios/", re.compile(r"\bcrios/(\d+)")),
    ("Safari", "version/", re.compile(r"\bversion/(\d+)[\d.]* (?:mobile/\S+ )?safari/")),
    ("Internet Explorer", "msie ", re.compile(r"\bmsie (\d+)")),
    ("Internet Explorer", "trident/", re.compile(r"\brv:(\d+)")),
)

# A desktop program built on Electron names itself between the engine and its Chrome.
_ELECTRON = re.compile(r"like Gecko\) ([A-Za-z][\w .+-]{0,63})/(\d+)[\w.-]* Chrome/[\d.]+ Electron/")

_BOUNDED_IOS = re.compile(r"(?<![a-z])ios(?![a-z])")
_BOUNDED_CROS = re.compile(r"(?<![a-z])cros(?![a-z])|\bchrome ?os\b")

# How Entra's deviceDetail and Okta's client write the browser: "Edge 81.0.416", "Chrome Mobile 96.0.4664", "CHROME".
_DEVICE_BROWSER = re.compile(r"(edge|opera|samsung internet|firefox|chrome|safari|ie)\b[a-z ]*(\d+)?")
_DEVICE_NAMES = {name.lower(): name for name, _, _ in _BROWSERS} | {"ie": "Internet Explorer"}


def browser(text: str, lower: str) -> str | None:
    """Give the browser, or the Electron program around it, with its major version; `lower` is `text` in lower case."""
    if "electron/" in lower:
        found = _ELECTRON.search(text)
        if found:
            return f"{found[1]}/{found[2]}"
    for name, word, pattern in _BROWSERS:
        found = pattern.search(lower) if word in lower else None
        if found:
            return f"{name}/{found[1]}"
    return None


def system(lower: str) -> str | None:
    """Give the operating system that a text in lower case names: android ios windows macos linux, or None."""
    # Android and iOS name Linux and Mac OS X too.
    if "android" in lower:
        return "android"
    if "iphone" in lower or "ipad" in lower or ("ios" in lower and _BOUNDED_IOS.search(lower)):
        return "ios"
    if "windows" in lower or "win32" in lower or "win64" in lower:
        return "windows"
    if "darwin" in lower or "macos" in lower or "macintosh" in lower or "mac os x" in lower:
        return "macos"
    if "linux" in lower or "x11" in lower or ("cros" in lower and _BOUNDED_CROS.search(lower)):
        return "linux"
    return "linux" if "chrome os" in lower else None


def device_browser(text: str) -> str | None:
    """Give the browser that a sign-in log read off the device, in the form of `browser`."""
    found = _DEVICE_BROWSER.match(text.strip().lower())
    if not found:
        return None
    name = _DEVICE_NAMES[found[1]]
    return f"{name}/{found[2]}" if found[2] else name
