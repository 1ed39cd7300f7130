"""Judging one ticket: which target holds for each cycle, what changed on the way, what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from slakit._time import WorkingDays, instant
from slakit.errors import EventError, ScheduleError, TimeError
from slakit.events.event import Event
from slakit.events.kinds import EventKind
from slakit.machine.metric import Metric
from slakit.machine.table import State
from slakit.meter import AnyMeter, Meter, SumMeter, measure_run
from slakit.policy import Choice, Policy, PolicySet
from slakit.policy.policy_set import choice_of
from slakit.replays import Replayer, spans_for
from slakit.runs import Run
from slakit.schedule import Schedule
from slakit.verdict import JudgedCycle, PastBreach

if TYPE_CHECKING:
    from slakit.events.log import Exclusion

WALL = Schedule.always()
"""The clock of cycles without any policy: wall time."""
SUPERSEDED = "superseded"
_FIELD = EventKind.FIELD


class Change(NamedTuple):
    """A point at which what applies to a cycle changed.

    Attributes:
        position: of the event in the ticket's life.
        at: its instant, us.
        choice: what applies from there.
        since: the instant at which the target came into force, us; earlier than ``at`` where only the policy changed.
        due: the due instant that the ticket carries, us, for a target at a field; None otherwise.
        reason: why there is none.
    """

    position: int
    at: int
    choice: Choice
    since: int
    due: int | None = None
    reason: str = ""

    def retargets(self, before: "Change") -> bool:
        """Whether the target or its working time is another one than before."""
        return (self.choice.target, self.choice.schedule, self.due) != (before.choice.target, before.choice.schedule, before.due)


class TicketFields:
    """The fields of a ticket along its life."""

    __slots__ = ("_changes", "created")

    def __init__(self, events: Sequence[Event], names: frozenset[str]) -> None:
        """Read the changes of the named fields."""
        self.created: Mapping[str, Any] = events[0].data
        self._changes = [
            (position, event) for position, event in enumerate(events) if event.kind is _FIELD and event.data["field"] in names
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

    @property
    def changing(self) -> bool:
        """Whether any of them changes."""
        return bool(self._changes)

    def between(self, after: int, until: int) -> list[tuple[int, Event]]:
        """The changes after one position and before another."""
        return [change for change in self._changes if after < change[0] < until] if self._changes else []


class TicketJudge:
    """Judges tickets of one log by one policy set."""

    def __init__(self, policies: PolicySet, replayer: Replayer, exclusions: "Iterable[Exclusion]" = ()) -> None:
        """Judge with the clocks of the replayer's program."""
        self.policies = policies
        self.replayer = replayer
        self.exclusions = tuple(exclusions)
        self._fields = policies.fields
        self._versions = bool(policies.boundaries)

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
        calm = not fields.changing
        known: tuple[Policy | None, str | None] | None = None
        for metric, runs in zip(metrics, by_metric, strict=True):
            if not runs:
                continue
            if calm:
                if known is None or self._versions:
                    known = self.policies.policy_for(fields.created, runs[0].opened_us), self.policies.priority(fields.created)
                judged += self._unchanging(ticket, metric, runs, fields, events, spans, choice_of(*known, metric.name))
            else:
                judged += self._changing(ticket, metric, runs, fields, events, spans)
        if done.gone is not None:
            for row in judged:
                row.removed = done.gone
        return judged

    def _changing(  # noqa: PLR0917 - what is known of the ticket
        self, ticket: str | int, metric: Metric, runs: Sequence[Run], fields: TicketFields, events: Sequence[Event],
        spans: Sequence[tuple[int, int]],
    ) -> list[JudgedCycle]:  # fmt: skip
        """The judged cycles of a ticket whose fields change on the way."""
        rows: list[JudgedCycle] = []
        chain: list[Run] = []
        for run in runs:
            for part, changes in self._parts(ticket, metric, run, fields, events):
                part.ordinal = len(rows) + 1
                rows.append(self._judged(ticket, metric, part, changes, events, self._spans(events, part, spans), chain))
                if metric.accumulates:
                    chain = [] if part.cause == SUPERSEDED else [*chain, part]
        return rows

    def _unchanging(  # noqa: PLR0917 - what is known of the ticket
        self, ticket: str | int, metric: Metric, runs: Sequence[Run], fields: TicketFields, events: Sequence[Event],
        spans: Sequence[tuple[int, int]], choice: Choice,
    ) -> list[JudgedCycle]:  # fmt: skip
        """The judged cycles of a ticket whose fields never change; ``choice`` is what applies to the first of them."""
        rows: list[JudgedCycle] = []
        chain: tuple[Run, ...] = ()
        spent = 0
        due, reason = self._due(ticket, fields.created, choice)
        meter = Meter((choice.schedule or WALL).clock, spans)
        for run in runs:
            begin = run.opened_us
            if rows and self._versions:
                choice = self.policies.choose(fields.created, begin, metric.name)
                due, reason = self._due(ticket, fields.created, choice)
            if self._versions or spans or self.exclusions:
                meter = Meter((choice.schedule or WALL).clock, self._spans(events, run, spans))
            measure_run(run, meter)
            run.carried_us = spent
            rows.append(_cycle(ticket, metric, run, (Change(run.opened, begin, choice, begin, due, reason),), chain))
            if metric.accumulates:
                chain, spent = (*chain, run), spent + run.elapsed_us
        return rows

    def _spans(self, events: Sequence[Event], run: Run, spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
        """The spans taken out of a cycle's clock: of one that has ended, as they were known then, so that its deadline stays."""
        if run.stop is None or not (spans or self.exclusions):
            return spans
        return spans_for(events[: run.stop[0] + 1], self.exclusions)

    @staticmethod
    def _due(ticket: str | int, fields: Mapping[str, Any], choice: Choice) -> tuple[int | None, str]:
        """The due instant that a ticket with these fields carries, us, where its target is one; and why there is no target."""
        if choice.target is None or choice.target.field is None:
            return None, choice.reason
        return _field_instant(fields, choice.target.field, ticket)

    def _parts(
        self, ticket: str | int, metric: Metric, run: Run, fields: TicketFields, events: Sequence[Event]
    ) -> list[tuple[Run, list[Change]]]:
        """The cycle with the changes of what applies to it; in several parts where a change begins it anew."""
        begin, opened = run.opened_us, run.opened
        until = len(events) if run.stop is None else run.stop[0]
        later = fields.between(opened, until)
        while later and later[0][1].at == begin:
            opened = later.pop(0)[0]
        kept = [self._change(ticket, metric, fields, opened, begin, begin)]
        parts: list[tuple[Run, list[Change]]] = []
        for position, event in later:
            change, before = self._change(ticket, metric, fields, position, event.at, begin), kept[-1]
            how = retarget_of(change, before)
            if how == "pinned":
                continue
            if not change.retargets(before):
                if change.choice.policy is not before.choice.policy:
                    kept.append(change._replace(since=before.since))
                elif change.choice.priority != before.choice.priority:
                    kept[-1] = before._replace(choice=change.choice)
            elif how == "from_start":
                kept.append(change)
            elif event.at == begin:
                kept = [change._replace(position=position)]
            else:
                ended, run = _split(run, position, event)
                self._hold(ticket, ended, events[:position])
                parts.append((ended, kept))
                begin = event.at
                kept = [self._change(ticket, metric, fields, position, begin, begin)]
        return [*parts, (run, kept)]

    def _change(  # noqa: PLR0917 - where a cycle is, and what it reads
        self, ticket: str | int, metric: Metric, fields: TicketFields, position: int, at: int, begin: int
    ) -> Change:
        """What applies after an event to a cycle that began at an instant."""
        now = fields.at(position)
        choice = self.policies.choose(now, begin, metric.name)
        due, reason = self._due(ticket, now, choice)
        return Change(position, at, choice, at, due, reason)

    def _hold(self, ticket: str | int, ended: Run, before: Sequence[Event]) -> None:
        """Set who was responsible when a cycle was superseded."""
        current = next((run for run in self.replayer.run(ticket, before).runs if run.metric == ended.metric and run.stop is None), None)
        if current is not None:
            ended.agent, ended.team = current.agent, current.team

    def _judged(  # noqa: PLR0917 - a verdict rests on all of these
        self, ticket: str | int, metric: Metric, run: Run, changes: list[Change], events: Sequence[Event],
        spans: Sequence[tuple[int, int]], chain: Sequence[Run],
    ) -> JudgedCycle:  # fmt: skip
        """The judged cycle, with what it was judged by before its target changed."""
        if len(changes) == 1:
            _measure(run, Meter((changes[0].choice.schedule or WALL).clock, spans), chain, metric)
            return _cycle(ticket, metric, run, changes, chain)
        past = []
        for number, following in enumerate(changes[1:], start=1):
            cut, _ = _split(run, following.position, events[following.position])
            _measure(cut, _meter(changes[:number], spans), chain, metric)
            past.append(_cycle(ticket, metric, cut, changes[:number], chain))
        _measure(run, _meter(changes, spans), chain, metric)
        judged = _cycle(ticket, metric, run, changes, chain)
        judged.past = tuple(past)
        judged.history = _history(past, changes)
        return judged


def _cycle(ticket: str | int, metric: Metric, run: Run, changes: Sequence[Change], chain: Sequence[Run]) -> JudgedCycle:
    """A measured cycle under what applies to it last."""
    last = changes[-1]
    target, schedule = last.choice.target, last.choice.schedule
    judged = JudgedCycle(ticket, metric, run, last.choice, target_us=None, in_force_us=last.since, earlier=chain, reason=last.reason)
    judged.changes = changes if type(changes) is tuple else tuple(changes)
    if target is None or schedule is None:
        return judged
    judged.field_us = last.due
    if isinstance(target.length, WorkingDays):
        try:
            judged.declared_us = schedule.days.due_us(run.started_us, target.length)
        except ScheduleError:
            judged.reason = f"no later opening reaches {target.text}"
        else:
            judged.target_us = schedule.clock.elapsed_us(run.started_us, judged.declared_us)
    else:
        judged.target_us = target.length
    return judged


def _history(past: Sequence[JudgedCycle], changes: Sequence[Change]) -> tuple[PastBreach, ...]:
    """The breaches of earlier targets by the time that they went out of force."""
    found: list[PastBreach] = []
    for judged, (before, following) in zip(past, pairwise(changes), strict=True):
        if judged.choice.policy is None or not following.retargets(before):
            continue
        at = judged.breached_us
        if at is not None and at < following.at:
            breach = PastBreach(judged.choice.policy.name, judged.choice.priority, judged.target_us, at)
            if breach not in found:
                found.append(breach)
    return tuple(found)


def retarget_of(change: Change, before: Change) -> str:
    """How the policy that a change leads to (else the one before) takes it: from_start, from_change or pinned."""
    policy = change.choice.policy or before.choice.policy
    return "from_start" if policy is None else policy.retarget


def _meter(changes: Sequence[Change], spans: Sequence[tuple[int, int]]) -> AnyMeter:
    """The meter of a cycle whose target changed on the way: the last schedule, or each for its stretch."""
    last = changes[-1].choice
    schedules = [change.choice.schedule or WALL for change in changes]
    if last.policy is None or last.policy.on_schedule_change == "last" or all(one == schedules[0] for one in schedules):
        return Meter(schedules[-1].clock, spans)
    return SumMeter([(change.at, Meter(schedule.clock, spans)) for change, schedule in zip(changes, schedules, strict=True)])


def _measure(run: Run, meter: AnyMeter, chain: Sequence[Run], metric: Metric) -> None:
    measure_run(run, meter)
    run.carried_us = sum(earlier.elapsed_us for earlier in chain) if chain and metric.accumulates else 0


def _split(run: Run, position: int, event: Event) -> tuple[Run, Run]:
    """A cycle ended as superseded at an event, and the one that goes on from there."""
    at = event.at
    before = [stretch for stretch in run.stretches if stretch[0] <= at]
    paused = before[-1][1]
    ended = Run(run.metric, run.ordinal, run.anchor, run.opened, run.opened_us, paused=False)
    ended.datings = tuple(dating for dating in run.datings if dating[0] <= at)
    if ended.datings and ended.datings[-1][1] != run.started_us:
        ended.started_us = start = ended.datings[-1][1]
        first = [stretch for stretch in before if stretch[0] <= start][-1][1]
        before = [(start, first), *(stretch for stretch in before if stretch[0] > start)]
    ended.stretches, ended.state, ended.cause = before, State.CANCELLED, SUPERSEDED
    ended.stop, ended.end_us, ended.agent, ended.team = (position, event), at, run.agent, run.team
    begun = Run(run.metric, run.ordinal + 1, (position, event), position, at, paused=paused)
    begun.stretches = [(at, paused), *(stretch for stretch in run.stretches if stretch[0] > at)]
    begun.state, begun.cause, begun.stop, begun.end_us, begun.agent, begun.team = (
        run.state,
        run.cause,
        run.stop,
        run.end_us,
        run.agent,
        run.team,
    )
    return ended, begun


def _field_instant(fields: Mapping[str, Any], name: str, ticket: str | int) -> tuple[int | None, str]:
    """The due instant that the ticket carries, us, or None with the reason."""
    given = fields.get(name)
    if given is None:
        return None, f"the ticket has no field {name!r}"
    return due_instant(given, name, ticket), ""


def due_instant(given: Any, name: str, ticket: str | int) -> int:
    """The instant that a field of a ticket holds, us.

    Raises:
        EventError: ``bad_instant``, ``naive_time``; it names the ticket and the field.
    """
    try:
        return instant(given)
    except TimeError as error:
        message = f"ticket {ticket!r}, field {name!r}: {error}"
        raise EventError(message, code=error.code, ticket=ticket, given=given) from None
