"""Chains compiled for a policy: what a call may be a stage of, worked out once a call, and what is left to ask."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from analytic.chains import facets
from analytic.chains.chain import Chain, Counter, Stage, Where
from analytic.chains.moment import Moment
from analytic.context.action import Act
from analytic.patterns import any_case, micros
from analytic.policy import Policy
from schemas.records import ApiEvent, Reason

_ANY_CASE = frozenset({"service", "action"})
_MAX_CALLS = 65_536
"""Distinct calls whose possible stages are remembered; then they are worked out again."""

_Test = Callable[[str], bool]
_Asked = tuple[tuple[Callable[[Moment], Sequence[str]], _Test], ...]
"""What is still to be asked of a moment: each reader with the test that one of its values must pass."""


class _Fit(NamedTuple):
    """One `where`, compiled. `shifts` are the live shifts that it asks for (none: it asks for none), `new` that it asks
    for something new to the actor.
    """

    call: tuple[tuple[Callable[[ApiEvent, Act], Sequence[str]], _Test], ...]
    impact: float
    moment: _Asked
    shifts: frozenset[str]
    new: bool

    def may_be(self, event: ApiEvent, act: Act) -> bool:
        """Whether the call's own facets allow it."""
        return act.impact >= self.impact and all(any(map(test, read(event, act))) for read, test in self.call)


class StageRule(NamedTuple):
    """A stage, compiled. `key` is where its marks are kept; `obtains` says that its events hand out or touch what later
    ones are made with.
    """

    name: str
    key: str
    least: int
    counts: str
    obtains: bool
    fits: list[_Fit]
    bars: list[_Fit]


class CounterRule(NamedTuple):
    """What speaks against a chain, compiled. `key` is where its mark is kept."""

    key: str
    fits: list[_Fit]
    reason: Reason


class Rule(NamedTuple):
    """A chain, compiled for a policy. `window` is in microseconds, `last` the number of the last stage.

    `gated` says that an event of the last stage is only of use when a gate opens: a shift of one of the `dimensions`,
    or a surprise, of so many bits at least (0: it is no gate; no dimensions: all).
    """

    name: str
    story: str
    bits: float
    title: str
    blind_spots: tuple[str, ...]
    window: int
    same: tuple[str, ...]
    apart: tuple[str, ...]
    least_shift: float
    dimensions: frozenset[str]
    least_surprise: float
    gated: bool
    last: int
    stages: list[StageRule]
    counters: list[CounterRule]


class Possible(NamedTuple):
    """A stage that a call may be: what is left to ask of the moment, any of `fits` and none of `bars`.

    `before` is where the marks of the stage before it are kept. Without one of `shifts` alive (None: without any), and
    where `new` without anything new, none of the fits can hold. Below zero `number` is that of a counter: ~number among
    the rule's.
    """

    number: int
    before: str
    shifts: frozenset[str] | None
    new: bool
    fits: list[_Asked]
    bars: list[_Asked]

    def holds(self, moment: Moment) -> bool:
        """Whether the moment is what the stage asks for."""
        for asked in self.fits:
            if _holds(asked, moment):
                break
        else:
            return False
        return all(not _holds(asked, moment) for asked in self.bars)


class Calls(NamedTuple):
    """The stages that a call may be, by rule: all, and those that remain while nothing shifted and nothing is new."""

    all: list[tuple[Rule, list[Possible]]]
    quiet: list[tuple[Rule, list[Possible]]]


class Rules:
    """Chains compiled for a policy, and what is already known of calls. `engine.step` reads it."""

    def __init__(self, chains: Iterable[Chain], policy: Policy) -> None:
        """Takes the chains; they are asked in the order of their bits, the most telling first."""
        ordered = sorted(chains, key=lambda chain: (-chain.bits, chain.name))
        self.rules = [_compiled(chain, policy) for chain in ordered]
        self.bits = {rule.name: rule.bits for rule in self.rules}
        self.stories = {rule.name: rule.story for rule in self.rules}
        self.keys = {stage.key: rule.window for rule in self.rules for stage in rule.stages}
        self.keys |= {counter.key: rule.window for rule in self.rules for counter in rule.counters}
        self._calls: dict[tuple[object, ...], Calls] = {}

    def possible(self, event: ApiEvent, act: Act) -> Calls:
        """Give the stages that an event may be, by its call alone."""
        call = (
            event.provider,
            event.service,
            event.action,
            event.access,  # With the call itself it decides the act,
            act.stage,  # unless the record shows that it does no harm,
            act.impact,  # or what it gives.
            event.outcome,
            event.log_class,
            event.interface,
            event.credential_type,
            event.principal_type,
            event.issued_to is None,
            event.issued is None,
            not event.touched,
            event.target_account is None,
        )
        found = self._calls.get(call)
        if found is None:
            if len(self._calls) >= _MAX_CALLS:
                self._calls.clear()
            every = [(rule, stages) for rule in self.rules if (stages := _stages_of(rule, event, act))]
            quiet = [(rule, few) for rule, stages in every if (few := _quiet(rule, stages))]
            found = self._calls[call] = Calls(every, quiet)
        return found


def _compiled(chain: Chain, policy: Policy) -> Rule:
    windows = {"chain_window": policy.chain_window, "recon_window": policy.recon_window}
    window = windows[chain.window] if chain.window in windows else micros(chain.window)
    gates = chain.shift.least > 0 or chain.surprise.least > 0
    return Rule(
        chain.name,
        chain.story or chain.name,
        chain.bits,
        chain.title,
        chain.blind_spots,
        min(window, policy.chain_window),
        chain.same,
        chain.apart,
        chain.shift.least,
        frozenset(chain.shift.dimensions),
        chain.surprise.least,
        gates and chain.stages[-1].least == 1,
        len(chain.stages) - 1,
        [_stage(chain, stage) for stage in chain.stages],
        [_counter(chain, counter) for counter in chain.counter],
    )


def _counter(chain: Chain, counter: Counter) -> CounterRule:
    fits = [_fit(where) for where in counter.where]
    return CounterRule(f"{chain.name}/-{counter.name}", fits, Reason(counter.name, counter.bits, counter.why))


def _stage(chain: Chain, stage: Stage) -> StageRule:
    obtains = all(where.issued == ("true",) or where.touched == ("true",) for where in stage.where)
    fits, bars = ([_fit(where) for where in wheres] for wheres in (stage.where, stage.not_))
    return StageRule(stage.name, f"{chain.name}/{stage.name}", stage.least, stage.count, obtains, fits, bars)


def _fit(where: Where) -> _Fit:
    call = tuple((read, _test(key, getattr(where, key))) for key, read in facets.OF_CALL.items() if getattr(where, key))
    later = tuple(
        (read, _test(key, getattr(where, key))) for key, read in facets.OF_MOMENT.items() if getattr(where, key)
    )
    return _Fit(call, where.impact, later, frozenset(where.shift), bool(where.new))


def _test(key: str, values: tuple[str, ...]) -> _Test:
    if key in _ANY_CASE or any(sign in value for value in values for sign in "*?["):
        return any_case(values).match
    return frozenset(values).__contains__


def _stages_of(rule: Rule, event: ApiEvent, act: Act) -> list[Possible]:
    found: list[Possible] = []
    for number, stage in enumerate(rule.stages):
        fits = [fit for fit in stage.fits if fit.may_be(event, act)]
        bars = [bar.moment for bar in stage.bars if bar.may_be(event, act)]
        if fits and all(bars):  # A bar with nothing left to ask holds.
            asked = [fit.moment for fit in fits]
            shifts = frozenset().union(*(fit.shifts for fit in fits)) if all(fit.shifts for fit in fits) else None
            before = rule.stages[number - 1].key if number else ""
            found.append(Possible(number, before, shifts, all(fit.new for fit in fits), asked, bars))
    for number, counter in enumerate(rule.counters):
        fitting = [fit.moment for fit in counter.fits if fit.may_be(event, act)]
        if fitting:
            found.append(Possible(~number, "", None, False, fitting, []))
    return found


def _quiet(rule: Rule, stages: list[Possible]) -> list[Possible]:
    """Leave out what needs a shift alive, something new, or a gate that only one of them opens."""
    return [
        stage
        for stage in stages
        if stage.number < 0 or not (stage.new or stage.shifts is not None or (rule.gated and stage.number == rule.last))
    ]


def _holds(asked: _Asked, moment: Moment) -> bool:
    # Loops and no generators: this is asked several times an event.
    for read, test in asked:
        for value in read(moment):
            if test(value):
                break
        else:
            return False
    return True
