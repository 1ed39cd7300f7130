"""What penalties are worked out from: breaches, and the outcomes behind an attainment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from slakit._value import value

Spans = tuple[tuple[int, int], ...]


def _at_once(given: Spans | Callable[[], Spans]) -> Callable[[], Spans]:
    return given if callable(given) else lambda: tuple(given)


def _fields_at_once(given: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
    return given if callable(given) else lambda: given


@value(eq=False)
class Breach:
    """One breached cycle as of some instant.

    Attributes:
        ticket: id of the ticket.
        metric: id of the clock.
        ordinal: number of the cycle.
        policy: name of the policy that it was judged by.
        overrun_us: what this cycle is over its target, us of the judged clock.
        breached_us: the instant of the breach, us.
        ended_us: the stop, or the instant up to which the log is known, us.
        policy_version: which version of the policy.
        priority: the ticket's priority.
        agent: the responsible agent.
        team: the responsible team.
        target_us: the target, us; None for a target at a field.
        open: whether the cycle still runs.
        evidence: ids of the events that the cycle dates from and that ended it.
        spans: function that gives the wall spans (us) from breach to end, without pauses and exclusions;
            the spans themselves are taken too.
        known: function that gives the ticket's fields; a mapping is taken too.
        meter: what measures the judged clock, with ``net(start, end)`` and ``met_until(start, span)``, us; needed
            only where a rule mixes clocks or changes its rate during a breach.
    """

    ticket: str | int
    metric: str = "resolution"
    ordinal: int = 1
    policy: str = ""
    overrun_us: int = attrs.field(kw_only=True)
    breached_us: int = attrs.field(default=0, kw_only=True)
    ended_us: int = attrs.field(default=0, kw_only=True)
    policy_version: str | None = attrs.field(default=None, kw_only=True)
    priority: str | None = attrs.field(default=None, kw_only=True)
    agent: Any = attrs.field(default=None, kw_only=True)
    team: Any = attrs.field(default=None, kw_only=True)
    target_us: int | None = attrs.field(default=None, kw_only=True)
    open: bool = attrs.field(default=False, kw_only=True)
    evidence: tuple[Any, ...] = attrs.field(default=(), kw_only=True)
    spans: Any = attrs.field(default=(), kw_only=True, converter=_at_once, repr=False)
    known: Any = attrs.field(factory=dict, kw_only=True, converter=_fields_at_once, repr=False)
    meter: Any = attrs.field(default=None, kw_only=True, repr=False)

    @property
    def running(self) -> Spans:
        """The wall spans from breach to end, without pauses and exclusions, us."""
        return self.spans()  # type: ignore[no-any-return]

    @property
    def fields(self) -> Mapping[str, Any]:
        """The ticket's fields, with its priority and team as judged."""
        return {"team": self.team, "agent": self.agent, **self.known(), "priority": self.priority}

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from other breaches of the same log, whenever it is looked at."""
        return (self.ticket, self.metric, self.ordinal)


@value(eq=False)
class Outcome:
    """That a target was met or breached, at the instant at which it became a fact.

    Attributes:
        ticket: id of the ticket.
        metric: id of the clock.
        policy: name of the policy.
        at_us: met: the stop; breached: the instant of the breach, us.
        met: whether it was met.
        policy_version: which version of the policy.
        once: whether a ticket counts once in a period, by its latest outcome (a reopened resolution).
        known: function that gives the ticket's fields; a mapping is taken too.
    """

    ticket: str | int
    metric: str
    policy: str
    at_us: int
    met: bool
    once: bool = False
    policy_version: str | None = None
    known: Any = attrs.field(factory=dict, kw_only=True, converter=_fields_at_once, repr=False)

    @property
    def fields(self) -> Mapping[str, Any]:
        """The ticket's fields."""
        return self.known()  # type: ignore[no-any-return]


@value(eq=False)
class Standing:
    """What a log says as of an instant.

    Attributes:
        breaches: every breached cycle that is charged.
        outcomes: every target met or breached; read only by rules on attainment or on the number of breaches.
    """

    breaches: Sequence[Breach] = ()
    outcomes: Sequence[Outcome] = ()
