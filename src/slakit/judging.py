"""Judging one ticket: which target holds for each cycle, what changed on the way, what came of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from slakit._time import WorkingDays, instant, zone_name
from slakit.errors import EventError, TimeError
from slakit.events.event import Event
from slakit.events.kinds import EventKind
from slakit.machine.metric import Metric
from slakit.machine.table import State
from slakit.meter import AnyMeter, Meter, SumMeter, measure_run
from slakit.policy import Choice, PolicySet, Target
from slakit.replays import Replayer, spans_for
from slakit.runs import Run
from slakit.schedule import Schedule
from slakit.verdict import JudgedCycle, PastBreach

if TYPE_CHECKING:
    from slakit.events.log import Exclusion

WALL = Schedule.always()
"""The clock of cycles without any policy: wall time."""
SUPERSEDED = "superseded"


class Change(NamedTuple):
    """A point at which what applies to a cycle changed.

    Attributes:
        position: of the event in the ticket's life.
        at: its instant, us.
        choice: what applies from there.
    """

    position: int
    at: int
    choice: Choice


class TicketFields:
    """The fields of a ticket along its life."""

    __slots__ = ("_changes", "created")

    def __init__(self, events: Sequence[Event], names: frozenset[str]) -> None:
        """Read the changes of the named fields."""
        self.created: Mapping[str, Any] = events[0].data
        self._changes = [
            (position, event) for position, event in enumerate(events) if event.kind is EventKind.FIELD and event.data["field"] in names
        ]

    def at(self, position: int) -> Mapping[str, Any]:
        """The fields after the event at a position."""
        if not self._changes or self._changes[0][0] > position:
            return self.created
        fields = dict(self.created)
        for changed, event in self._changes:
            if changed <= position:
                fields[event.data["field"]] = event.data.get("value")
        return fields

    def between(self, after: int, until: int) -> list[tuple[int, Event]]:
        """The changes after one position up to another."""
        return [change for change in self._changes if after < change[0] <= until] if self._changes else []


class TicketJudge:
    """Judges tickets of one log by one policy set."""

    def __init__(self, policies: PolicySet, replayer: Replayer, exclusions: "Iterable[Exclusion]" = ()) -> None:
        """Judge with the clocks of the replayer's program."""
        self.policies = policies
        self.replayer = replayer
        self.exclusions = tuple(exclusions)
        self._fields = policies.fields

    def judge(self, ticket: str | int, events: Sequence[Event] | None = None) -> list[JudgedCycle]:
        """Every cycle of a ticket, by metric and ordinal; events are looked up unless given (its life)."""
        if events is None:
            events = self.replayer.life(ticket)
        if not events:
            return []
        done = self.replayer.run(ticket, events)
        fields = TicketFields(events, self._fields)
        spans = spans_for(events, self.exclusions)
        judged: list[JudgedCycle] = []
        metrics = self.replayer.program.metrics
        by_metric: list[list[Run]] = [[] for _ in metrics]
        for run in done.runs:
            by_metric[run.metric].append(run)
        for metric, runs in zip(metrics, by_metric, strict=True):
            chain: list[Run] = []
            ordinal = 0
            for run in runs:
                for part, changes, begin in self._parts(metric, run, fields, events):
                    ordinal += 1
                    part.ordinal = ordinal
                    cycle = self._verdict(ticket, metric, part, changes, begin, events, spans, chain)
                    cycle.removed = done.gone
                    judged.append(cycle)
                    chain = [] if part.cause == SUPERSEDED else [*chain, part]
        return judged

    def _parts(
        self, metric: Metric, run: Run, fields: TicketFields, events: Sequence[Event]
    ) -> list[tuple[Run, list[Change], int]]:
        """The cycle with the changes of its target; in several parts where a change begins it anew."""
        begin = run.opened_us
        until = len(events) if run.stop is None else run.stop[0]
        changes = [Change(run.opened, begin, self.policies.choose(fields.at(run.opened), begin, metric.name))]
        for position, event in fields.between(run.opened, until):
            choice = self.policies.choose(fields.at(position), begin, metric.name)
            if choice.target != changes[-1].choice.target or choice.schedule != changes[-1].choice.schedule:
                changes.append(Change(position, event.at, choice))
        if len(changes) == 1:
            return [(run, changes, begin)]
        parts: list[tuple[Run, list[Change], int]] = []
        kept = changes[:1]
        for change in changes[1:]:
            how = _retarget(change, kept[-1])
            if how == "from_change":
                ended, run = _split(run, change.position, events[change.position])
                parts.append((ended, kept, begin))
                kept, begin = [change], change.at
            elif how == "from_start":
                kept.append(change)
        return [*parts, (run, kept, begin)]

    def _verdict(  # noqa: PLR0913 - a verdict rests on all of these
        self, ticket: str | int, metric: Metric, run: Run, changes: list[Change], begin: int, events: Sequence[Event],
        spans: Sequence[tuple[int, int]], chain: Sequence[Run],
    ) -> JudgedCycle:  # fmt: skip
        history = []
        if len(changes) > 1:
            for number, change in enumerate(changes[:-1]):
                past = self._past_breach(ticket, metric, run, changes[: number + 1], changes[number + 1], begin, events, spans, chain)
                if past is not None and past not in history:
                    history.append(past)
            _measure(run, _meter(changes, spans, events), chain, metric)
        else:
            _measure(run, Meter((changes[0].choice.schedule or WALL).clock, spans), chain, metric)
        return self._cycle(ticket, metric, run, changes, begin, events, chain, tuple(history))

    def _past_breach(  # noqa: PLR0913 - as the verdict, up to the change
        self, ticket: str | int, metric: Metric, run: Run, changes: list[Change], following: Change, begin: int,
        events: Sequence[Event], spans: Sequence[tuple[int, int]], chain: Sequence[Run],
    ) -> PastBreach | None:  # fmt: skip
        """Whether an earlier target was breached by the time that it went out of force."""
        choice = changes[-1].choice
        if choice.target is None or choice.policy is None:
            return None
        cut, _ = _split(run, following.position, events[following.position])
        _measure(cut, _meter(changes, spans, events), chain, metric)
        judged = self._cycle(ticket, metric, cut, changes, begin, events, chain, ())
        breached = judged.breached_us
        if breached is None or breached >= following.at:
            return None
        return PastBreach(choice.policy.name, choice.priority, judged.target_us, breached)

    def _cycle(  # noqa: PLR0913 - as the verdict
        self, ticket: str | int, metric: Metric, run: Run, changes: list[Change], begin: int, events: Sequence[Event],
        chain: Sequence[Run], history: tuple[PastBreach, ...],
    ) -> JudgedCycle:  # fmt: skip
        choice = changes[-1].choice
        in_force = begin if len(changes) == 1 else changes[-1].at
        target, schedule = choice.target, choice.schedule
        if target is None or schedule is None:
            return JudgedCycle(ticket, metric, run, choice, target_us=None, in_force_us=in_force, history=history, reason=choice.reason)
        if target.field is not None:
            field_us, reason = _field_instant(events, target, changes[-1].position, ticket)
            return JudgedCycle(
                ticket, metric, run, choice, target_us=None, field_us=field_us, in_force_us=in_force, history=history, reason=reason
            )
        length, declared = target.length, None
        if isinstance(length, WorkingDays):
            declared = schedule.days.due_us(run.started_us, length)
            length = schedule.clock.elapsed_us(run.started_us, declared)
        return JudgedCycle(
            ticket, metric, run, choice, target_us=length, declared_us=declared, in_force_us=in_force, earlier=chain, history=history
        )


def _retarget(change: Change, before: Change) -> str:
    policy = change.choice.policy or before.choice.policy
    return "from_start" if policy is None else policy.retarget


def _meter(changes: Sequence[Change], spans: Sequence[tuple[int, int]], events: Sequence[Event]) -> AnyMeter:
    """The meter of a cycle whose target changed on the way: the last schedule, or each for its stretch."""
    last = changes[-1].choice
    schedules = [change.choice.schedule or WALL for change in changes]
    if last.policy is None or last.policy.on_schedule_change == "last" or all(one == schedules[0] for one in schedules):
        return Meter(schedules[-1].clock, spans)
    return SumMeter([(change.at, Meter(schedule.clock, spans)) for change, schedule in zip(changes, schedules, strict=True)])


def _measure(run: Run, meter: AnyMeter, chain: Sequence[Run], metric: Metric) -> None:
    measure_run(run, meter)
    run.carried_us = sum(earlier.elapsed_us for earlier in chain) if metric.accumulates else 0


def _split(run: Run, position: int, event: Event) -> tuple[Run, Run]:
    """A cycle ended as superseded at an event, and the one that goes on from there."""
    at = event.at
    before = [stretch for stretch in run.stretches if stretch[0] <= at]
    paused = before[-1][1]
    ended = Run(run.metric, run.ordinal, run.anchor, run.opened, run.opened_us, paused=False)
    ended.stretches, ended.state, ended.cause = before, State.CANCELLED, SUPERSEDED
    ended.stop, ended.end_us, ended.agent, ended.team = (position, event), at, run.agent, run.team
    ended.merged_us, ended.unmerged_us = run.merged_us, run.unmerged_us
    ended.started_us = run.started_us
    begun = Run(run.metric, run.ordinal + 1, (position, event), position, at, paused=paused)
    begun.stretches = [(at, paused), *(stretch for stretch in run.stretches if stretch[0] > at)]
    begun.state, begun.cause, begun.stop, begun.end_us, begun.agent, begun.team = run.state, run.cause, run.stop, run.end_us, run.agent, run.team
    return ended, begun


def _field_instant(events: Sequence[Event], target: Target, position: int, ticket: str | int) -> tuple[int | None, str]:
    """The due instant that the ticket carries after an event, us, or None with the reason."""
    name = target.field or ""
    given = events[0].data.get(name)
    for event in events[: position + 1]:
        if event.kind is EventKind.FIELD and event.data["field"] == name:
            given = event.data.get("value")
    if given is None:
        return None, f"the ticket has no field {name!r}"
    try:
        return instant(given), ""
    except TimeError as error:
        message = f"ticket {ticket!r}, field {name!r}: {error}"
        raise EventError(message, code=error.code, ticket=ticket, given=given) from None
