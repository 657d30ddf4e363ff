"""Events by the keys that hear them: one batch for each key of a bundle, whatever its events (FACTS.md, Speed)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from analytic.fold import Item
from analytic.items import Keyed, encode_batches
from analytic.links import inputs, used
from analytic.policy import Policy
from analytic.routing import used_key
from schemas.records import ApiEvent


class Routed:
    """The events of a bundle: what the keys of Follow hear, and the links that are resolved first."""

    def __init__(self, policy: Policy) -> None:
        """Takes the policy; starts with no events."""
        self._policy = policy
        self._events: dict[str, list[Item]] = defaultdict(list)
        # By id: a name is asked for once in a bundle, however many calls show it.
        self._links: dict[str, dict[str, Item]] = defaultdict(dict)
        self.held = 0

    def add(self, events: Iterable[ApiEvent]) -> None:
        """Route events; `held` counts them."""
        for event in events:
            key = used_key(event)
            if key is not None:
                self._events[key].append(used(event))
            for at, item in inputs(event, self._policy):
                self._links[at][item.id] = item
            self.held += 1

    def events(self) -> Iterator[Keyed]:
        """Give the batches for Follow."""
        return encode_batches(self._events)

    def links(self) -> Iterator[Keyed]:
        """Give the batches for the first round of Resolve."""
        return encode_batches({key: list(items.values()) for key, items in self._links.items()})
