"""A person's day at Okta: they sign in where they sit down, and go on to the apps from there."""

from dataclasses import dataclass

from simulator import okta_records as okta
from simulator.okta_records import App
from simulator.organization.notebook import Notebook, Spot
from simulator.organization.world import HOUR, Person

LIFE = 9 * HOUR
MISTYPED = 25
"""One sign-in in so many fails first."""


@dataclass
class OktaDesk:
    """A person's Okta session. Set `spot` when they go elsewhere."""

    book: Notebook
    person: Person
    spot: Spot
    _session: str | None = None
    _signed_in: int = 0
    _address: str = ""

    def session(self, at: int) -> tuple[int, str]:
        """Give the session, after a sign-in where there is none or the network is another: (time, session id)."""
        if self._session and at < self._signed_in + LIFE and self._address == self.spot.address:
            return at, self._session
        rng, user, session = self.book.rng, self.person.okta, okta.session_id(self.book.rng)
        if self.book.one_in(MISTYPED):
            failed = okta.session_start(rng, at, user, session, self.spot.address, failure="INVALID_CREDENTIALS")
            self._put(at, failed)
            at += rng.randrange(5_000, 30_000)
        self._put(at, okta.session_start(rng, at, user, session, self.spot.address))
        self._session, self._signed_in, self._address = session, at, self.spot.address
        return at + rng.randrange(1_500, 9_000), session

    def sign_on(self, at: int, app: App) -> int:
        """Go on to an app and give when the app sees the person."""
        at, session = self.session(at)
        rng = self.book.rng
        self._put(at, okta.single_sign_on(rng, at, self.person.okta, session, self.spot.address, app))
        return at + rng.randrange(800, 4_000)

    def _put(self, at: int, record: dict[str, object]) -> None:
        self.book.okta(at, record, self.spot, self.person.device.browser, self.person.device.system)
