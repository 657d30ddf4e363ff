"""What is true about a chain of identity, and what the logs that are left can show of it.

A chain is a list of nodes: each node is an identity somebody came to hold, linked to the one before it by a call. The
ground truth of a used event is read off that list, so that removing a record changes what may be said, and never who
it was.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum

CLOCKS = 60_000
"""How far (ms) a reader may think that clocks and whole seconds are apart."""


class Evidence(Enum):
    """What the records that are left show of an event's root."""

    FULL = "full"
    """They name the root, over exact ids or names."""

    WEAK = "weak"
    """The direct record is missing; what is left allows the inference, and allows to refuse it."""

    AMBIGUOUS = "ambiguous"
    """They name several people, of whom one is the root."""

    BROKEN = "broken"
    """They end at a principal that is not the root."""


@dataclass(frozen=True)
class Root:
    """Who is really behind an event: `name` as the log writes it, `names` all spellings and ids of the same identity.

    `provider` is aws, gcp, azure or okta; `kind` is person or ci.
    """

    provider: str
    kind: str
    name: str
    names: frozenset[str] = frozenset()

    def also(self, *names: str) -> "Root":
        """Give the same root with further ids."""
        return replace(self, names=self.names | {name.lower() for name in names})


@dataclass(frozen=True)
class Node:
    """An identity on the way: `labels` are its names and ids in lower case.

    `how` is the call that led here from `parent` (None at the root). `shown` says whether the record of that call is
    there; `weak` that only indirect records are; `direct` that this identity's own events name the root, whatever
    is missing before it, and `telling` that its very name does. `name` is set where only a name that others may share
    leads to `parent`, at the time `at`.
    """

    labels: frozenset[str]
    how: str | None = None
    parent: "Node | None" = None
    shown: bool = True
    weak: bool = False
    direct: bool = False
    telling: bool = False
    name: str | None = None
    at: int = 0

    @property
    def hops(self) -> tuple[str, ...]:
        """The calls from the root to here, in order."""
        before = self.parent.hops if self.parent else ()
        return (*before, self.how) if self.how else before


@dataclass(frozen=True)
class Truth:
    """The ground truth of one used event.

    `ends` are the names and ids of the principal at which the evidence breaks; `later` those of the principals
    between there and the event: true, but less than the logs show. `candidates` are all whom an ambiguous name may
    mean. `tags` name what is special about the chain.
    """

    event_id: str
    root: Root
    hops: tuple[str, ...]
    evidence: Evidence
    ends: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    candidates: tuple[Root, ...] = ()
    tags: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether every record that the chain needs is there."""
        return self.evidence in (Evidence.FULL, Evidence.AMBIGUOUS)


@dataclass
class Names:
    """Who held which name when, as far as a record shows it: sessions and tokens that another log names."""

    held: dict[str, list[tuple[int, int, Root]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, at: int, seconds: int, root: Root) -> None:
        """Note that a record of the time `at` (ms) gives `root` the name for so many seconds."""
        self.held[name].append((at, at + 1000 * seconds, root))

    def others(self, name: str, since: int, until: int, root: Root) -> list[Root]:
        """Give who else held the name in a time. AWS writes whole seconds, hence the second's allowance."""
        living = (other for start, end, other in self.held[name] if start - 1000 <= until and since <= end)
        return [other for other in dict.fromkeys(living) if other.name != root.name]


def judge(event_id: str, at: int, root: Root, node: Node, tags: frozenset[str], names: Names) -> Truth:
    """Follow the nodes back from an event as far as the records go, and say what an honest reader can know.

    `at` is the event's time. Who takes a name after it was exchanged, and before the event, makes it doubtful: another
    exchange may have been lost.
    """
    later: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    rivals: list[Root] = []
    weak, here = False, node
    while not here.direct and here.parent is not None:
        if weak:
            doubtful |= here.labels  # Beyond a weak link a reader may stop anywhere.
        if not here.shown:
            return Truth(event_id, root, node.hops, Evidence.BROKEN, here.labels | doubtful, later, tags=tags)
        later |= here.labels
        if here.name is not None:
            rivals += names.others(here.name, here.at, here.at, root)
            weak = weak or bool(names.others(here.name, here.at, at + CLOCKS, root))
        if here.weak:
            weak = True
            later |= here.parent.labels - root.names
        before, here = here, here.parent
        if before.name is not None and here.direct and not (here.shown or here.telling):
            # A name leads here, and the record that says whose name it was is lost.
            return Truth(event_id, root, node.hops, Evidence.BROKEN, here.labels | doubtful, later, tags=tags)
    candidates = (root, *rivals) if rivals else ()
    evidence = Evidence.AMBIGUOUS if candidates else Evidence.WEAK if weak else Evidence.FULL
    return Truth(event_id, root, node.hops, evidence, later=later, candidates=candidates, tags=tags)
