"""Judging one ticket: which target holds for each cycle, what changed on the way, what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from slakit._time import WorkingDays, instant
from slakit.changes import Change, Effect
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
from slakit.timeline import Mark, Walk
from slakit.verdict import JudgedCycle, PastBreach

if TYPE_CHECKING:
    from slakit.events.log import Exclusion

WALL = Schedule.always()
"""The clock of cycles without any policy: wall time."""
SUPERSEDED = "superseded"
_FIELD = EventKind.FIELD


class TicketFields:
    """The fields of a ticket along its life."""

    __slots__ = ("_changes", "created")

    def __init__(self, created: Mapping[str, Any], marks: Sequence[Mark], names: frozenset[str]) -> None:
        """Read the changes of the named fields off the marks of a walk."""
        self.created = created
        self._changes = [mark for mark in marks if mark.event.kind is _FIELD and mark.event.data["field"] in names] if marks else ()

    def at(self, position: int) -> Mapping[str, Any]:
        """The fields after the event at a position."""
        if not self._changes or self._changes[0].position > position:
            return self.created
        fields = dict(self.created)
        for mark in self._changes:
            if mark.position <= position:
                fields[mark.event.data["field"]] = mark.event.data.get("value")
        return fields

    @property
    def changing(self) -> bool:
        """Whether any of them changes."""
        return bool(self._changes)

    def change(self, position: int) -> Event:
        """The change at a position."""
        return next(mark.event for mark in self._changes if mark.position == position)

    def between(self, after: int, until: int) -> list[Mark]:
        """The changes after one position and before another."""
        return [mark for mark in self._changes if after < mark.position < until] if self._changes else []


class Ended:
    """The cycles of one clock on one ticket that have ended, judged: nothing of them changes any more.

    Attributes:
        runs: how many of the clock's cycles they come from.
        rows: the judged cycles.
        chain: what a further cycle of an accumulating clock goes on from.
    """

    __slots__ = ("chain", "rows", "runs")

    def __init__(self) -> None:
        """None yet."""
        self.runs = 0
        self.rows: list[JudgedCycle] = []
        self.chain: tuple[Run, ...] = ()

    def add(self, rows: Sequence[JudgedCycle], chain: tuple[Run, ...]) -> None:
        """One more cycle has ended; these are all rows and the chain after it."""
        self.runs += 1
        self.rows += rows[len(self.rows) :]
        self.chain = chain


class TicketJudge:
    """Judges tickets by one policy set."""

    def __init__(self, policies: PolicySet, replayer: Replayer, exclusions: "Iterable[Exclusion]" = ()) -> None:
        """Judge with the clocks of the replayer's program."""
        self.policies = policies
        self.replayer = replayer
        self.exclusions = tuple(exclusions)
        self._fields = policies.fields
        self._versions = bool(policies.boundaries)

    def judge(self, ticket: str | int) -> list[JudgedCycle]:
        """Every cycle of a ticket, by metric and ordinal."""
        walk = self.replayer.run(ticket)
        marks = walk.marks
        known = self.known(ticket) if walk.gone is None else None
        fields = TicketFields(walk.created, marks, self._fields) if marks else None
        spans = self._spans_until(walk, walk.position) if marks or self.exclusions else ()
        judged: list[JudgedCycle] = []
        first: tuple[Policy | None, str | None] | None = None
        for number, metric in enumerate(self.replayer.program.metrics):
            runs = walk.runs[number]
            if not runs:
                continue
            ended = None if known is None else known[number]
            if ended is not None and ended.runs == len(runs):
                judged += ended.rows
                continue
            if fields is not None and fields.changing:
                judged += self._changing(ticket, metric, runs, walk, spans, fields, ended)
                continue
            if first is None or self._versions:
                first = self.policies.policy_for(walk.created, runs[0].opened_us), self.policies.priority(walk.created)
            judged += self._unchanging(ticket, metric, runs, walk, spans, choice_of(*first, metric.name), ended)
        if walk.gone is not None:
            for row in judged:
                row.removed = walk.gone
        return judged

    def known(self, ticket: str | int) -> "list[Ended] | None":  # noqa: ARG002 - one that judges a ticket again and again asks
        """For each clock the ended cycles of a ticket as judged before; None where nobody will ask again."""
        return None

    def _changing(  # noqa: PLR0917 - what is known of the ticket
        self, ticket: str | int, metric: Metric, runs: Sequence[Run], walk: Walk, spans: Sequence[tuple[int, int]], fields: TicketFields,
        ended: Ended | None,
    ) -> list[JudgedCycle]:  # fmt: skip
        """The judged cycles of a ticket whose fields change on the way."""
        rows: list[JudgedCycle] = []
        chain: tuple[Run, ...] = ()
        if ended is not None:
            rows, chain, runs = ended.rows.copy(), ended.chain, runs[ended.runs :]
        for run in runs:
            for part, changes in self._parts(ticket, metric, run, fields, walk.position):
                part.ordinal = len(rows) + 1
                rows.append(self._judged(ticket, metric, part, changes, fields, self._spans(walk, part, spans), chain))
                if metric.accumulates:
                    chain = () if part.cause == SUPERSEDED else (*chain, part)
            if ended is not None and run.stop is not None:
                ended.add(rows, chain)
        return rows

    def _unchanging(  # noqa: PLR0917 - what is known of the ticket
        self, ticket: str | int, metric: Metric, runs: Sequence[Run], walk: Walk, spans: Sequence[tuple[int, int]], choice: Choice,
        ended: Ended | None,
    ) -> list[JudgedCycle]:  # fmt: skip
        """The judged cycles of a ticket whose fields never change; ``choice`` is what applies to the first of them."""
        rows: list[JudgedCycle] = []
        chain: tuple[Run, ...] = ()
        spent = 0
        if ended is not None:
            rows, chain, runs = ended.rows.copy(), ended.chain, runs[ended.runs :]
            spent = sum(run.elapsed_us for run in chain)
        due, reason = self._due(ticket, walk.created, choice)
        meter = Meter((choice.schedule or WALL).clock, spans)
        versions, differ = self._versions, bool(self._versions or spans or self.exclusions)
        for run in runs:
            begin = run.opened_us
            if versions and rows:
                choice = self.policies.choose(walk.created, begin, metric.name)
                due, reason = self._due(ticket, walk.created, choice)
            if differ:
                meter = Meter((choice.schedule or WALL).clock, self._spans(walk, run, spans))
            measure_run(run, meter)
            run.carried_us = spent
            rows.append(_cycle(ticket, metric, run, (Change(run.opened, begin, choice, begin, due, reason),), chain))
            if metric.accumulates:
                chain, spent = (*chain, run), spent + run.elapsed_us
            if ended is not None and run.stop is not None:
                ended.add(rows, chain)
        return rows

    def _spans(self, walk: Walk, run: Run, spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
        """The spans taken out of a cycle's clock: of one that has ended, as they were known then, so that its deadline stays."""
        if run.stop is None or not (spans or self.exclusions):
            return spans
        return self._spans_until(walk, run.stop[0])

    def _spans_until(self, walk: Walk, position: int) -> tuple[tuple[int, int], ...]:
        """The spans taken out of a ticket's clocks as known after the event at a position."""
        return spans_for(walk.created, [mark.event for mark in walk.marks if mark.position <= position], self.exclusions)

    @staticmethod
    def _due(ticket: str | int, fields: Mapping[str, Any], choice: Choice) -> tuple[int | None, str]:
        """The due instant that a ticket with these fields carries, us, where its target is one; and why there is no target."""
        if choice.target is None or choice.target.field is None:
            return None, choice.reason
        return _field_instant(fields, choice.target.field, ticket)

    def _parts(self, ticket: str | int, metric: Metric, run: Run, fields: TicketFields, known: int) -> list[tuple[Run, list[Change]]]:
        """The cycle with the changes of what applies to it, of so many known events; in several parts where a change begins it anew."""
        begin, opened = run.opened_us, run.opened
        until = known if run.stop is None else run.stop[0]
        later = fields.between(opened, until)
        while later and later[0].event.at == begin:
            opened = later.pop(0).position
        kept = [self._change(ticket, metric, fields, opened, begin, begin)]
        parts: list[tuple[Run, list[Change]]] = []
        for position, event, agent, team in later:
            change, before = self._change(ticket, metric, fields, position, event.at, begin), kept[-1]
            effect = change.effect(before)
            if effect is Effect.KEEPS:
                continue
            if effect is Effect.GIVES_WAY:
                if change.choice.policy is not before.choice.policy:
                    kept.append(change._replace(since=before.since))
                else:
                    kept[-1] = before._replace(choice=change.choice)
            elif effect is Effect.RETARGETS:
                kept.append(change)
            elif event.at == begin:
                kept = [change._replace(position=position)]
            else:
                ended, run = _split(run, position, event)
                ended.agent, ended.team = agent, team
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

    def _judged(  # noqa: PLR0917 - a verdict rests on all of these
        self, ticket: str | int, metric: Metric, run: Run, changes: list[Change], fields: TicketFields,
        spans: Sequence[tuple[int, int]], chain: Sequence[Run],
    ) -> JudgedCycle:  # fmt: skip
        """The judged cycle, with what it was judged by before its target changed."""
        if len(changes) == 1:
            _measure(run, Meter((changes[0].choice.schedule or WALL).clock, spans), chain, metric)
            return _cycle(ticket, metric, run, changes, chain)
        past = []
        for number, following in enumerate(changes[1:], start=1):
            cut, _ = _split(run, following.position, fields.change(following.position))
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
    choice = last.choice
    target, schedule = choice.target, choice.schedule
    judged = JudgedCycle(ticket, metric, run, choice, tuple(changes), chain, last.since, last.reason)
    if target is None or schedule is None:
        return judged
    judged.field_us = last.due
    length = target.length
    if isinstance(length, WorkingDays):
        try:
            judged.declared_us = schedule.days.due_us(run.started_us, length)
        except ScheduleError:
            judged.reason = f"no later opening reaches {target.text}"
        else:
            judged.target_us = schedule.clock.elapsed_us(run.started_us, judged.declared_us)
    else:
        judged.target_us = length
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
    if ended.datings and ended.datings[-1][1] != run.anchor:
        ended.anchor = ended.datings[-1][1]
        ended.started_us = start = ended.anchor[1].at
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
