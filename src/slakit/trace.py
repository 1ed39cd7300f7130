"""A trace: what one clock made of one ticket, a step an event."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from slakit._time import instant, utc
from slakit._value import value
from slakit.errors import QueryError
from slakit.events.event import Event
from slakit.events.kinds import Role
from slakit.machine.facts import describe, unpack
from slakit.machine.metric import Metric, Symbol
from slakit.machine.program import Program
from slakit.machine.table import ACTIVE, CANCEL, PAUSE, RESET, RESUME, START, STOP, TABLES, Effect, State
from slakit.metrics import get
from slakit.replays import Replayer, merges, meters, spans_for
from slakit.timeline import with_merges

if TYPE_CHECKING:
    from slakit.events import EventLog, Exclusion
    from slakit.meter import AnyMeter
    from slakit.runs import Run
    from slakit.schedule import Schedule, ScheduleBy

_BITS = (("cancel", CANCEL), ("stop", STOP), ("reset", RESET), ("pause", PAUSE), ("resume", RESUME), ("start", START))
_EFFECTS = tuple(effect for effect in Effect if effect)


@value(repr=False)
class Step:
    """What one event did to the clock.

    Attributes:
        number: of the event in the ticket's life, from 0; a merge of another ticket has that of the event before it.
        event: the event.
        situation: the facts that conditions may ask for, in words.
        meets: which of cancel, stop, reset, pause, resume and start the event meets.
        before: state before it: idle, running, paused, stopped or cancelled.
        after: state after it.
        effects: what it did: open, close, pause, resume, rebase.
        why: the condition behind what it did, in words; empty where it did nothing.
        ordinal: number of the cycle that stands after it, or that it ended; 0 before the first.
        reading_us: working time from the ticket's creation to the event, us.
        elapsed_us: what the cycle has used up by then, us.
    """

    number: int
    event: Event
    situation: str
    meets: tuple[str, ...]
    before: str
    after: str
    effects: tuple[str, ...]
    why: str
    ordinal: int
    reading_us: int
    elapsed_us: int

    @property
    def at(self) -> datetime:
        """The instant, UTC."""
        return utc(self.event.at)

    def to_dict(self) -> dict[str, Any]:
        """The step as plain data, its instant as an aware UTC datetime."""
        return {
            "number": self.number, "at": self.at, "kind": self.event.kind.text, "situation": self.situation, "meets": list(self.meets),
            "before": self.before, "after": self.after, "effects": list(self.effects), "why": self.why, "ordinal": self.ordinal,
            "reading_us": self.reading_us, "elapsed_us": self.elapsed_us,
        }  # fmt: skip

    def __repr__(self) -> str:
        """A line: when, what, the state, and why it changed."""
        moved = self.before if self.before == self.after and not self.effects else f"{self.before} -> {self.after}"
        why = f"  {self.why}" if self.why else ""
        spent = timedelta(microseconds=self.elapsed_us)
        return f"{self.at:%Y-%m-%d %H:%M:%S}Z  {self.event.kind.text:<12}{moved:<22}{spent!s:>16}{why}"


@value(repr=False)
class Trace:
    """Every step of one clock on one ticket.

    Attributes:
        ticket: id of the ticket.
        metric: id of the clock.
        as_of: the instant up to which the log is known, us.
        steps: one an event known by then, in order.
        state: the state at ``as_of``.
        elapsed_us: what the last cycle has used up at ``as_of`` (its end, if it ended before), us.
    """

    ticket: str | int
    metric: str
    as_of: int
    steps: tuple[Step, ...]
    state: str
    elapsed_us: int

    def to_dict(self) -> dict[str, Any]:
        """The trace as plain data."""
        return {
            "ticket": self.ticket, "metric": self.metric, "as_of": utc(self.as_of), "steps": [step.to_dict() for step in self.steps],
            "state": self.state, "elapsed_us": self.elapsed_us,
        }  # fmt: skip

    def __len__(self) -> int:
        """How many steps."""
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        """Every step."""
        return iter(self.steps)

    def __getitem__(self, number: int) -> Step:
        """One step."""
        return self.steps[number]

    def __repr__(self) -> str:
        """A line a step, with the state at the end."""
        head = f"<Trace of {self.metric} on ticket {self.ticket!r}: {len(self.steps)} steps>"
        spent = timedelta(microseconds=self.elapsed_us)
        tail = f"{utc(self.as_of):%Y-%m-%d %H:%M:%S}Z  {'(as of)':<12}{self.state:<22}{spent!s:>16}"
        return "\n".join([head, *(f"  {step!r}" for step in self.steps), f"  {tail}"])


def trace(
    log: "EventLog", ticket: str | int, metric: str | Metric, *, schedule: "Schedule | ScheduleBy", as_of: Any,
    exclusions: "Iterable[Exclusion]" = (), responders: Iterable[str | Role] = ("agent",),
) -> Trace:  # fmt: skip
    """What one clock made of one ticket, a step an event.

    The steps come from the same tables as `slakit.measure.measure`, so the last one of each cycle
    shows the cycle's elapsed time (a merge that dates a cycle back counts from its own step on).

    Args:
        log: the events.
        ticket: id of the ticket.
        metric: a clock, by id or as a value.
        schedule: the working time in which it runs, or a `ScheduleBy`; each step is read on what is in force there.
        as_of: the instant up to which the log is known.
        exclusions: spans that are taken out of the clock.
        responders: roles whose public messages are replies.

    Raises:
        QueryError: ``unknown_ticket``, also for one without any event by ``as_of``.
        MetricError: ``unknown_metric``.
        ScheduleError: as `slakit.measure.measure`.
        TimeError: ``naive_time``.
    """
    clock, until = get(metric), instant(as_of)
    program = _Listener((clock,), frozenset(map(Role.of, responders)))
    replayer = Replayer(log, program, until, merges(log))
    events = replayer.life(ticket)
    if not events:
        message = f"ticket {ticket!r} has no event by {utc(until):%Y-%m-%d %H:%M:%S}Z: ask for a later as_of"
        raise QueryError(message, code="unknown_ticket", given=ticket)
    waits = replayer.waits(ticket)
    program.heard.clear()
    runs = replayer.run(ticket, events).runs[0]
    heard = program.heard[-len(events) - len(waits) :]
    meter_of = meters(schedule, events, spans_for(events[0].data, events, tuple(exclusions)))
    steps: list[Step] = []
    state, number = State.IDLE, 0
    for (position, event, _), (code, texts) in zip(with_merges(events, waits), heard, strict=True):
        symbol = program.symbols(code, texts)[0]
        at = max(event.at, events[0].at)
        before, (state, effects) = state, TABLES[clock.repeats][state][symbol.mask]
        ended = runs[number - 1] if effects & Effect.CLOSE else None
        number += bool(effects & Effect.OPEN)
        shown = runs[number - 1] if number and (state in ACTIVE or ended is None) else ended
        meter = meter_of(_Asked((position, event)))  # type: ignore[arg-type] # only the stop of a cycle is asked for
        steps.append(
            Step(
                position, event, describe(code), tuple(name for name, bit in _BITS if symbol.mask & bit), before.text, state.text,
                tuple(effect.name.lower() for effect in _EFFECTS if effects & effect), _why(clock, symbol, effects, code, texts, program),
                number, meter.net(events[0].at, at) + meter.excluded(events[0].at, at),
                0 if shown is None else _spent(shown, meter, at),
            )
        )  # fmt: skip
    last = _spent(runs[-1], meter_of(runs[-1]), until) if runs else 0
    return Trace(ticket, clock.name, until, tuple(steps), state.text, last)


class _Asked(NamedTuple):
    """Stands for a cycle that stops at a place, so that a changing schedule is read as it is in force there."""

    stop: tuple[int, Event]


class _Listener(Program):
    """A program that notes what it was asked about, event by event."""

    __slots__ = ("heard",)

    def __init__(self, metrics: Iterable[Metric], responders: Iterable[Role]) -> None:
        """Compile some clocks."""
        super().__init__(metrics, responders)
        self.heard: list[tuple[int, tuple[Any, ...]]] = []

    def moves(self, code: int, texts: tuple[Any, ...] = ()) -> Any:
        """As the program's, noting the question."""
        self.heard.append((code, texts))
        moves = super().moves(code, texts)
        self.meanings.clear()  # what a walk finds there it does not ask about
        return moves


def _spent(run: "Run", meter: "AnyMeter", at: int) -> int:
    """What a cycle has used up at an instant, us; before a merge that dated it back, without what that added."""
    dated = next((anchor for since, anchor in reversed(run.datings) if since <= at), run.datings[0][1] if run.datings else run.anchor)
    begin = dated[1].at
    end, total = min(at, run.end_us), 0
    followers: Sequence[tuple[int, bool]] = [*run.stretches[1:], (end, False)]
    for (start, paused), (until, _) in zip(run.stretches, followers, strict=True):
        since, to = max(start, begin), min(until, end)
        if not paused and since < to:
            total += meter.net(since, to)
    return total


def _why(  # noqa: PLR0917 - everything that an event is judged by
    metric: Metric, symbol: Symbol, effects: int, code: int, texts: tuple[Any, ...], program: Program
) -> str:
    """The conditions behind what an event did, in words."""
    facts, by_key = unpack(code), dict(zip(program.text_keys, texts, strict=True))
    parts = []
    if effects & Effect.CLOSE:
        named = next(
            (repr(one) for cause, one in (*metric.cancels, *metric.stops) if cause == symbol.cause and one.holds(facts, by_key)), ""
        )
        if symbol.cause == "reset":
            named = repr(metric.reset)
        parts.append(f"ends ({symbol.cause}): {named or describe(code)}")
    if effects & Effect.OPEN:
        begun = next((repr(one) for one, _ in metric.starts if one.holds(facts, by_key)), "")
        parts.append(f"starts: {begun}" if symbol.mask & START else "starts again")
    if effects & Effect.PAUSE:
        parts.append(f"pauses: {metric.pause!r}")
    if effects & Effect.RESUME:
        parts.append(f"resumes: {metric.resume!r}" if metric.resume is not None else f"resumes: no longer {metric.pause!r}")
    if effects & Effect.REBASE:
        parts.append("dates from the older wait of both tickets")
    return "; ".join(parts)
