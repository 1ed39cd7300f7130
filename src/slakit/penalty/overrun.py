"""How much of a breach is charged: overrun on the rule's clock, after grace."""

from itertools import pairwise
from typing import Any, Protocol

from slakit.errors import PenaltyError
from slakit.penalty.breach import Breach, Spans
from slakit.penalty.rule import Penalty
from slakit.schedule import Schedule


class Gauge(Protocol):
    """A clock that spans are read on, us."""

    def net(self, start: int, end: int) -> int:
        """What passes on it between two instants."""
        ...

    def met_until(self, start: int, span: int) -> int | None:
        """The last instant by which no more than a span has passed."""
        ...


class _Wall:
    def net(self, start: int, end: int) -> int:
        return end - start

    def met_until(self, start: int, span: int) -> int | None:
        return start + span


class _Scheduled:
    def __init__(self, schedule: Schedule) -> None:
        self.net = schedule.clock.elapsed_us
        self.met_until = schedule.clock.met_until_us


def _gauge(breach: Breach, clock: str, schedule: Schedule | None) -> Any:
    if schedule is not None:
        return _Scheduled(schedule)
    if clock == "wall":
        return _Wall()
    if breach.meter is None:
        message = (
            f"ticket {breach.ticket!r}, {breach.metric}: the rule mixes clocks or changes its rate during a breach, which needs the "
            "meter of the judged clock: pass Breach(meter=...), or judge a log"
        )
        raise PenaltyError(message, code="no_meter", ticket=breach.ticket, metric=breach.metric)
    return breach.meter


def _total(breach: Breach, clock: str, schedule: Schedule | None) -> int:
    """The overrun on a clock, us."""
    if schedule is None and clock == "working":
        return breach.overrun_us
    gauge = _gauge(breach, clock, schedule)
    return sum(gauge.net(start, end) for start, end in breach.running)


def _beyond(breach: Breach, clock: str, schedule: Schedule | None, grace_us: int) -> Spans:
    """What is left of the running spans once a grace has passed on a clock."""
    gauge = _gauge(breach, clock, schedule)
    spans = breach.running
    for number, (start, end) in enumerate(spans):
        spent = gauge.net(start, end)
        if spent > grace_us:
            return ((gauge.met_until(start, grace_us), end), *spans[number + 1 :])
        grace_us -= spent
    return ()


class Charged:
    """The overrun of a breach under a rule.

    Attributes:
        over_us: all of it on the rule's clock, us.
        charged_us: what is charged after grace, us.
        due: whether anything is charged at all.
    """

    __slots__ = ("_breach", "_rule", "charged_us", "due", "over_us")

    def __init__(self, rule: Penalty, breach: Breach) -> None:
        """Measure a breach."""
        self._rule, self._breach = rule, breach
        self.over_us = _total(breach, rule.clock, rule.schedule)
        other = self._other_grace
        grace_over = self.over_us if not other else _total(breach, rule.grace_clock or rule.clock, rule.grace_schedule)
        self.due = grace_over > rule.grace or rule.grace == 0
        if not self.due:
            self.charged_us = 0
        elif rule.grace_mode == "cliff" or rule.grace == 0:
            self.charged_us = self.over_us
        elif not other:
            self.charged_us = self.over_us - rule.grace
        else:
            gauge = _gauge(breach, rule.clock, rule.schedule)
            self.charged_us = sum(gauge.net(start, end) for start, end in self._spans())

    @property
    def _other_grace(self) -> bool:
        """Whether the grace passes on a clock of its own."""
        rule = self._rule
        if rule.grace_schedule is not None:
            return rule.grace_schedule != rule.schedule
        return rule.grace_clock is not None and (rule.grace_clock != rule.clock or rule.schedule is not None)

    def _spans(self) -> Spans:
        """The wall spans that are charged, us."""
        rule = self._rule
        if not rule.grace or rule.grace_mode == "cliff":
            return self._breach.running
        if self._other_grace:
            return _beyond(self._breach, rule.grace_clock or rule.clock, rule.grace_schedule, rule.grace)
        return _beyond(self._breach, rule.clock, rule.schedule, rule.grace)

    @property
    def since_us(self) -> int:
        """The instant from which it is charged: the end of the grace, or the breach where no meter can tell, us."""
        rule = self._rule
        clock, schedule = (rule.grace_clock or rule.clock, rule.grace_schedule) if self._other_grace else (rule.clock, rule.schedule)
        if not rule.grace or not self.due or (clock == "working" and schedule is None and self._breach.meter is None):
            return self._breach.breached_us
        return next(iter(_beyond(self._breach, clock, schedule, rule.grace)), (self._breach.breached_us,))[0]

    def pieces(self) -> list[tuple[int, int]]:
        """The charged overrun cut where the rate changes: (instant at which a piece starts, its length), us."""
        gauge = _gauge(self._breach, self._rule.clock, self._rule.schedule)
        found: list[tuple[int, int]] = []
        for start, end in self._spans():
            cuts = [start, *self._rule.rate.cuts(start, end), end]
            found += [(since, gauge.net(since, until)) for since, until in pairwise(cuts)]
        return [piece for piece in found if piece[1]]
