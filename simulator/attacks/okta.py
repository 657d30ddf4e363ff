"""How the stories sign people in to Okta, and on to what is behind it. Source: as `simulator.okta_records`."""

from simulator import okta_records
from simulator.attacks.scene import Scene, Spot
from simulator.identities import Json
from simulator.okta_records import App
from simulator.organization.world import Person

LOG = "okta/system-log"


def start(scene: Scene, person: Person, spot: Spot, *, failure: str | None = None) -> str:
    """Sign a person in and give the session's id."""
    session = okta_records.session_id(scene.rng)
    made = okta_records.session_start(scene.rng, scene.at, person.okta, session, spot.address, failure=failure)
    scene.put(LOG, located(made, spot))
    return session


def app(scene: Scene, person: Person, spot: Spot, session: str, to: App) -> None:
    """Sign the person on to an app in a session of theirs."""
    scene.quickly()
    scene.put(
        LOG, located(okta_records.single_sign_on(scene.rng, scene.at, person.okta, session, spot.address, to), spot)
    )


def event(scene: Scene, person: Person, spot: Spot, session: str, kind: str, message: str, target: list[Json]) -> None:
    """Write any other event of a person's session."""
    made = okta_records.event(scene.rng, scene.at, person.okta, session, spot.address, kind, message, target)
    scene.put(LOG, located(made, spot))


def sign_on(scene: Scene, person: Person, spot: Spot, to: App) -> str:
    """Sign a person in and on to an app; gives the session's id."""
    session = start(scene, person, spot)
    app(scene, person, spot, session, to)
    return session


def located(record: Json, spot: Spot) -> Json:
    """Put what Okta knows of the address, and the browser in use, into an event."""
    place = {
        "city": spot.network.place.city,
        "state": None,
        "country": spot.network.place.country_name,
        "postalCode": None,
        "geolocation": {"lat": spot.network.place.latitude, "lon": spot.network.place.longitude},
    }
    system = "Windows 10" if "Windows" in spot.browser else "Linux" if "Linux" in spot.browser else "Mac OS X"
    browser = "FIREFOX" if "Firefox" in spot.browser else "CHROME"
    record["client"] |= {
        "userAgent": {"rawUserAgent": spot.browser, "os": system, "browser": browser},
        "geographicalContext": place,
    }
    record["securityContext"] |= {
        "asNumber": spot.network.asn,
        "asOrg": spot.network.organisation,
        "isp": spot.network.organisation,
        "isProxy": spot.network.kind == "anonymous",
    }
    record["request"]["ipChain"][0]["geographicalContext"] = place
    return record
