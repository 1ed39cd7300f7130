"""The verdict on one cycle: met, breached, within or cancelled; its deadlines, remaining and overrun.

Everything is worked out when asked, from the cycle's stretches and the one reading that measured
them, so a deadline and an elapsed time can never disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit._value import value
from slakit.errors import ScheduleError
from slakit.machine.metric import Metric
from slakit.machine.table import State
from slakit.meter import AnyMeter
from slakit.policy import Choice
from slakit.runs import Run

if TYPE_CHECKING:
    from slakit.changes import Change
    from slakit.escalation import Level

Stretch = tuple[AnyMeter, int, int]
"""A running stretch: its meter, start and end (us)."""
VERDICTS = ("met", "breached", "within", "cancelled", "not_applicable")


@value
class PastBreach:
    """A breach of a target that was in force earlier in the cycle; it stays, whatever follows.

    Attributes:
        policy: name of the policy.
        priority: the ticket's priority then.
        target_us: the target, us of working time; None for a target at a field.
        breached_us: the instant of the breach, us.
    """

    policy: str
    priority: str | None
    target_us: int | None
    breached_us: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data, the instant as an aware UTC datetime."""
        return {"policy": self.policy, "priority": self.priority, "target_us": self.target_us, "breached_at": utc(self.breached_us)}


class JudgedCycle:
    """One cycle, measured and judged; it compares by identity, as the judgement that it belongs to.

    Attributes:
        ticket: id of the ticket.
        metric: the clock.
        run: the measured cycle.
        choice: policy, priority, target and schedule in force (SPEC 5.3, 5.5).
        changes: everything that has applied to it, in order, the choice last.
        past: for each change but the last, the cycle as it stood when the next one took effect.
        target_us: the target as us of working time; None without a target or for one at a field.
        field_us: the due instant that the ticket carries, us, for a target at a field.
        declared_us: the instant that a target in working days names, us.
        in_force_us: the instant at which the target came into force, us.
        earlier: the earlier cycles that an accumulating clock goes on from.
        history: breaches of earlier targets.
        removed: why the ticket's rows leave every denominator, or None.
        reason: why it is not applicable; empty otherwise.
    """

    __slots__ = (
        "changes", "choice", "declared_us", "earlier", "field_us", "history", "in_force_us", "metric", "past", "reason", "removed", "run",
        "target_us", "ticket",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917 - made for every cycle, in one place
        self, ticket: str | int, metric: Metric, run: Run, choice: Choice, changes: "tuple[Change, ...]", earlier: Sequence[Run],
        in_force_us: int, reason: str,
    ) -> None:  # fmt: skip
        """A measured cycle without a target yet."""
        self.ticket = ticket
        self.metric = metric
        self.run = run
        self.choice = choice
        self.changes = changes
        self.earlier = earlier
        self.in_force_us = in_force_us
        self.reason = reason
        self.target_us: int | None = None
        self.field_us: int | None = None
        self.declared_us: int | None = None
        self.removed: str | None = None
        self.history: tuple[PastBreach, ...] = ()
        self.past: tuple[JudgedCycle, ...] = ()

    @property
    def applicable(self) -> bool:
        """Whether there is a target."""
        return self.target_us is not None or self.field_us is not None

    @property
    def open(self) -> bool:
        """Whether the cycle had not ended when the log was last known."""
        return self.run.stop is None

    @property
    def meter(self) -> AnyMeter:
        """The meter of the cycle's working time."""
        return self.run.meter  # type: ignore[no-any-return]

    @property
    def judged_us(self) -> int:
        """The span that is judged: elapsed, or accumulated where the clock goes on over reopenings."""
        return self.run.accumulated_us if self.metric.accumulates else self.run.elapsed_us

    @property
    def breached(self) -> bool:
        """Whether more than the target is used up."""
        if self.field_us is not None:
            return self.run.end_us > self.field_us
        return self.target_us is not None and self.judged_us > self.target_us

    @property
    def verdict(self) -> str:
        """One of `VERDICTS` (SPEC 5.1)."""
        if not self.applicable:
            return "not_applicable"
        if self.breached:
            return "breached"
        return _ENDED[self.run.state]

    @property
    def remaining_us(self) -> int | None:
        """Target less judged span, us of working time; negative once breached; None without a target."""
        if self.target_us is not None:
            return self.target_us - self.judged_us
        if self.field_us is None:
            return None
        end = self.run.end_us
        return self.meter.net(end, self.field_us) if self.field_us >= end else -self.meter.net(self.field_us, end)

    @property
    def overrun_us(self) -> int | None:
        """What this cycle is over its target, us of working time: of a reopened one only what it added; None without a target."""
        run, target = self.run, self.target_us
        if target is None:
            return None if self.field_us is None else self._net_since(max(self.field_us, run.started_us))
        carried = run.carried_us if self.metric.accumulates else 0
        if not run.datings:
            return max(0, self.judged_us - max(target, carried))
        over = 0
        for since, start, until in _datings(run):
            over += max(0, running_us(run, start, until) - max(target, running_us(run, start, since)))
        return over

    def _net_since(self, start: int) -> int:
        end = self.run.end_us
        return self.meter.net(start, end) if start < end else 0

    @property
    def consumed(self) -> float | None:
        """Judged span over target; None without a target, or where the due instant is not after the start."""
        if self.target_us is not None:
            return self.judged_us / self.target_us
        if self.field_us is None or self.field_us <= self.run.started_us:
            return None
        whole = self.meter.net(self.run.started_us, self.field_us)
        return self.meter.net(self.run.started_us, self.run.end_us) / whole if whole else None

    @property
    def due_us(self) -> int | None:
        """The least instant at which the target is used up, us; None while paused before that, or out of reach."""
        return self._deadline("due_at")

    @property
    def met_until_us(self) -> int | None:
        """The last instant still in time, us; None while paused before that, or out of reach."""
        return self._deadline("met_until")

    def _deadline(self, edge: str, *, project: bool = False) -> int | None:
        if self.field_us is not None or self.target_us is None:
            return self.field_us
        found = _crossing(self._stretches(), self.target_us, edge)
        if found is None:
            if self.run.state is State.PAUSED and self.open and not project:
                return None
            found = self._project(edge, self.run.end_us, self.target_us - self.judged_us)
        declared = self.declared_us
        if edge == "due_at" and declared is not None and found is not None and declared > found and self.meter.net(found, declared) == 0:
            return declared
        return found

    def projected_due_us(self) -> int | None:
        """`due_us`, and for a paused cycle as if it resumed when the log was last known."""
        return self._deadline("due_at", project=True)

    def _stretches(self) -> Iterator[Stretch]:
        """The running stretches of the cycle, those of the earlier ones that it goes on from first."""
        for run in (*self.earlier, self.run) if self.metric.accumulates else (self.run,):
            for start, end in running_stretches(run):
                yield run.meter, start, end

    def _crossed(self, limit: int, edge: str, after: int = 0) -> int | None:
        """The instant within this cycle at which so much was used up (``due_at``) or last not exceeded (``met_until``).

        What was crossed before this cycle began counts from its opening; what only a merge brought, from the merge.
        """
        found, run = _crossing(self._stretches(), limit, edge), self.run
        if found is None:
            return None
        for since, start, until in _datings(run):
            seen = [
                (run.meter, max(begin, start), min(end, until)) for begin, end in running_stretches(run) if begin < until and end > start
            ]
            crossed = _crossing(seen, limit, edge)
            if crossed is not None:
                return max(crossed + after, since, run.opened_us)
        return max(found + after, run.opened_us)

    @property
    def breached_us(self) -> int | None:
        """The instant of the breach, us; None without one (SPEC 5.2)."""
        if not self.breached:
            return None
        if self.field_us is not None:
            return max(self.field_us, self.in_force_us)
        return max(self._crossed(self.target_us or 0, "met_until") or 0, self.in_force_us)

    def reached_us(self, level: "Level") -> int | None:
        """The instant at which a level of the target is reached, us; after the last known instant as if nothing happens.

        None where it never is: the cycle ended before, is paused, or has no target.
        """
        if self.field_us is not None:
            return self._reached_field(level)
        if self.target_us is None:
            return None
        limit, end = level.limit(self.target_us), self.run.end_us
        edge, after = ("met_until", 1) if level.beyond else ("due_at", 0)
        if self.judged_us >= limit + after:
            found = max(self._crossed(limit, edge, after) or self.run.opened_us, self.in_force_us)
            return found if self.open or level.beyond or found < end else None
        if not self.open or self.run.state is State.PAUSED:
            return None
        later = self._project(edge, end, limit - self.judged_us)
        return None if later is None else later + after

    def _reached_field(self, level: "Level") -> int | None:
        due, start = self.field_us or 0, self.run.started_us
        whole = self.meter.net(start, due) if due > start else 0
        if level.beyond and level.limit(whole) == whole:
            found: int | None = due + 1
        elif level.beyond:
            found = self._project("met_until", max(due, start), level.limit(whole) - whole)
            found = None if found is None else found + 1
        else:
            found = self._project("due_at", start, level.limit(whole)) if level.limit(whole) else start
        if found is None:
            return None
        found = max(found, self.in_force_us)
        return found if self.open or found < self.run.end_us + level.beyond else None

    def _project(self, edge: str, start: int, span: int) -> int | None:
        try:
            return getattr(self.meter, edge)(start, span)  # type: ignore[no-any-return]
        except ScheduleError:
            return None

    def running_after_breach(self) -> tuple[tuple[int, int], ...]:
        """The spans from the breach to the end in which the clock was not paused nor excluded, wall time (us)."""
        since = self.breached_us
        if since is None:
            return ()
        spans = []
        stretches = [(self.run.started_us, self.run.end_us)] if self.field_us is not None else running_stretches(self.run)
        for start, end in stretches:
            cursor = max(start, since)
            for out, back in getattr(self.meter, "exclusions", ()):
                if out < end and back > cursor:
                    if out > cursor:
                        spans.append((cursor, out))
                    cursor = min(back, end)
            if cursor < end:
                spans.append((cursor, end))
        return tuple(spans)

    @property
    def due_at(self) -> datetime | None:
        """`due_us` as an aware UTC datetime."""
        return _utc(self.due_us)

    @property
    def met_until(self) -> datetime | None:
        """`met_until_us` as an aware UTC datetime."""
        return _utc(self.met_until_us)

    @property
    def breached_at(self) -> datetime | None:
        """`breached_us` as an aware UTC datetime."""
        return _utc(self.breached_us)

    @property
    def remaining(self) -> timedelta | None:
        """`remaining_us` as a timedelta."""
        us = self.remaining_us
        return None if us is None else timedelta(microseconds=us)

    @property
    def overrun(self) -> timedelta | None:
        """`overrun_us` as a timedelta."""
        us = self.overrun_us
        return None if us is None else timedelta(microseconds=us)

    def __repr__(self) -> str:
        """A sentence: which cycle, the verdict, the deadline."""
        due = self.due_at
        when = "" if due is None else f", due {due:%Y-%m-%d %H:%M:%S}Z"
        return f"<{self.ticket} {self.metric.name} {self.run.ordinal}: {self.verdict}{when}>"


_ENDED = {State.RUNNING: "within", State.PAUSED: "within", State.STOPPED: "met", State.CANCELLED: "cancelled"}


def _utc(us: int | None) -> datetime | None:
    return None if us is None else utc(us)


def _crossing(stretches: Iterable[Stretch], left: int, edge: str) -> int | None:
    """The least instant with so much working time used up (``due_at``), or the last with no more (``met_until``); None before that."""
    for meter, start, end in stretches:
        spent = meter.net(start, end)
        if spent > left or (spent == left and edge == "due_at"):
            return meter.due_at(start, left) if edge == "due_at" else meter.met_until(start, left)
        left -= spent
    return None


def _datings(run: Run) -> Iterator[tuple[int, int, int]]:
    """Since when, from which instant and until when a cycle dated that merges dated, us."""
    for number, (since, (_, event)) in enumerate(run.datings):
        yield since, event.at, run.datings[number + 1][0] if number + 1 < len(run.datings) else run.end_us


def running_stretches(run: Run) -> list[tuple[int, int]]:
    """The running stretches of a cycle as (start, end) spans, us."""
    ends = [*(at for at, _ in run.stretches[1:]), run.end_us]
    return [(start, end) for (start, paused), end in zip(run.stretches, ends, strict=True) if not paused]


def running_us(run: Run, since: int, until: int) -> int:
    """Working time of a cycle's running stretches within ``[since, until)``, us."""
    return sum(run.meter.net(max(start, since), min(end, until)) for start, end in running_stretches(run) if start < until and end > since)


INSTANTS = ("due_at", "met_until", "breached_at")
SPANS = ("target_us", "remaining_us", "overrun_us")

FROM_ROW: dict[str, Callable[[JudgedCycle], Any]] = {
    "policy": lambda row: None if row.choice.policy is None else row.choice.policy.name,
    "policy_version": lambda row: None if row.choice.policy is None else row.choice.policy.label,
    "priority": lambda row: row.choice.priority,
    "target_us": lambda row: row.target_us,
    "verdict": lambda row: row.verdict,
    "due_at": lambda row: row.due_us,
    "met_until": lambda row: row.met_until_us,
    "breached_at": lambda row: row.breached_us,
    "remaining_us": lambda row: row.remaining_us,
    "overrun_us": lambda row: row.overrun_us,
    "consumed": lambda row: row.consumed,
    "history": lambda row: [past.to_dict() for past in row.history],
    "reason": lambda row: row.reason or None,
}
"""How each column of a judgement is read off a judged cycle; instants in us."""
JUDGED = tuple(FROM_ROW)


def plain_instants(given: Iterable[int | None]) -> list[datetime | None]:
    """Instants in us as aware UTC datetimes."""
    return [None if us is None else utc(us) for us in given]
