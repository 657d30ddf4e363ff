"""What people work on and with: laptops, browsers and the versions of their command lines.

User agents in the formats of the tools' public sources, as in `simulator.clients`; versions of early 2026.
"""

import random

from simulator.organization.world import Device

_CHROME = "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
_EDGE = _CHROME + " Edg/{version}.0.0.0"
_FIREFOX = "Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
_SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.3 Safari/605.1.15"
)
_BROWSERS = {
    "macos": (
        (_CHROME, "Macintosh; Intel Mac OS X 10_15_7", 144),
        (_CHROME, "Macintosh; Intel Mac OS X 10_15_7", 145),
        (_FIREFOX, "Macintosh; Intel Mac OS X 10.15", 147),
        (_SAFARI, "", 18),
    ),
    "windows": (
        (_CHROME, "Windows NT 10.0; Win64; x64", 144),
        (_EDGE, "Windows NT 10.0; Win64; x64", 144),
        (_EDGE, "Windows NT 10.0; Win64; x64", 145),
        (_FIREFOX, "Windows NT 10.0; Win64; x64", 147),
    ),
    "linux": ((_CHROME, "X11; Linux x86_64", 144), (_FIREFOX, "X11; Linux x86_64", 147)),
}
_AWS_SYSTEMS = {
    "macos": ("os/macos#24.3.0 md/arch#arm64", "os/macos#24.6.0 md/arch#arm64", "os/macos#23.6.0 md/arch#x86_64"),
    "windows": ("os/windows#10 md/arch#amd64", "os/windows#11 md/arch#amd64"),
    "linux": ("os/linux#6.8.0-52-generic md/arch#x86_64", "os/linux#6.12.9-arch1-1 md/arch#x86_64"),
}
_GOOGLE_SYSTEMS = {
    "macos": ("client-os/MACOSX client-os-ver/24.3.0 client-pltf-arch/arm", "(Macintosh; Intel Mac OS X 24.3.0)"),
    "windows": ("client-os/WINDOWS client-os-ver/10.0.22631 client-pltf-arch/x86_64", "(Windows NT 10.0.22631)"),
    "linux": ("client-os/LINUX client-os-ver/6.8.0 client-pltf-arch/x86_64", "(Linux 6.8.0-52-generic)"),
}


def laptop(rng: random.Random, team: str) -> Device:
    """Give somebody's laptop: engineers have macOS or Linux mostly, the others Windows."""
    office = team in ("finance", "it", "support")
    system = rng.choice(("windows",) * 5 + ("macos",) if office else ("macos",) * 6 + ("linux", "linux", "windows"))
    pattern, shown, version = rng.choice(_BROWSERS[system])
    return Device(
        system,
        pattern.format(system=shown, version=version),
        f"{rng.randrange(19, 33)}.{rng.randrange(12)}",
        rng.choice(_AWS_SYSTEMS[system]),
        "|".join(_GOOGLE_SYSTEMS[system]),
        f"{rng.randrange(495, 556)}.0.0",
        f"1.{rng.randrange(35, 42)}.{rng.randrange(30)}",
    )
