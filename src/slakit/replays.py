"""Whole tickets through the object interpreter: merges, exclusions and changing schedules included."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slakit.events.event import Event
from slakit.events.keys import PLACED_KEYS
from slakit.events.kinds import GONE_KINDS, EventKind
from slakit.events.life import life
from slakit.machine.program import Program
from slakit.meter import AnyMeter, Meter, SumMeter, carry, measure_run
from slakit.runs import Run, exclusion_spans
from slakit.schedule import Schedule, ScheduleBy
from slakit.timeline import Wait, Walk, advance

if TYPE_CHECKING:
    from slakit.events import EventLog, Exclusion
    from slakit.events.columns import EventColumns

Ticket = str | int
_MERGED, _FIELD = EventKind.MERGED, EventKind.FIELD


class Replayer:
    """Replays tickets of one log with the clocks of one program.

    Attributes:
        log: the log.
        program: the clocks.
        as_of: instant in us.
    """

    def __init__(
        self, log: "EventLog", program: Program, as_of: int, merged_into: Mapping[Ticket, Sequence[Ticket]] | None = None,
        events_of: Callable[[Ticket], Sequence[Event]] | None = None,
    ) -> None:  # fmt: skip
        """A replayer.

        Args:
            log: the log.
            program: the clocks.
            as_of: instant in us.
            merged_into: which tickets were merged into a survivor; None: look them up.
            events_of: gives a ticket's events; None: the log does.
        """
        self.log = log
        self._events_of = log.events_of if events_of is None else events_of
        self.program = program
        self.as_of = as_of
        self._merged_into = merges(log) if merged_into is None else merged_into

    def life(self, ticket: Ticket) -> Sequence[Event]:
        """The ticket's life as known at ``as_of``, from where its walk starts."""
        return life(self._events_of(ticket), self.as_of)

    def start(self, ticket: Ticket) -> Walk:  # noqa: ARG002 - one that continues stored walks asks for the ticket
        """The walk that `run` goes on from: of a log, before the first event."""
        return Walk(len(self.program.metrics))

    def run(self, ticket: Ticket, events: Sequence[Event] | None = None) -> Walk:
        """Walk through one ticket to ``as_of``, given its life (None: looked up); position 0 where nothing of it is known."""
        if events is None:
            events = self.life(ticket)
        walk = self.start(ticket)
        if events or walk.position:
            advance(self.program, walk, events, self.waits(ticket))
            walk.end(self.as_of)
        return walk

    def waits(self, ticket: Ticket) -> Sequence[Wait]:
        """What other tickets hand over to this one, by being merged into it."""
        donors = self._merged_into.get(ticket)
        return self._waits(ticket, donors, None) if donors else ()

    def _waits(self, ticket: Ticket, donors: Sequence[Ticket], before: Event | None) -> list[Wait]:
        waits = []
        for donor in donors:
            events, walk = self.life(donor), self.start(donor)
            last = None if walk.gone else next((index for index, event in enumerate(events) if event.kind in GONE_KINDS), None)
            if last is None:
                continue
            merged = events[last]
            if (
                merged.kind is not EventKind.MERGED
                or merged.data.get("into") != ticket
                or (before is not None and merged.order >= before.order)
            ):
                continue
            further = self._merged_into.get(donor)
            absorbed = self._waits(donor, further, merged) if further else ()
            advance(self.program, walk, events[: last + 1], absorbed)
            waits.append(walk.wait(merged))
        return waits


def merges(log: "EventLog") -> dict[Ticket, list[Ticket]]:
    """Which tickets were merged into which: survivor -> tickets."""
    if log.in_columns:
        return merges_in(log.columns())
    merged = [event for events in log.by_ticket().values() for event in events if event.kind is _MERGED]
    return by_survivor((event.ticket, event.data["into"]) for event in merged) if merged else {}


def merges_in(columns: "EventColumns") -> dict[Ticket, list[Ticket]]:
    """`merges` of a log in columns."""
    (at,) = (columns.kind == _MERGED.value).nonzero()
    if not len(at):
        return {}
    codes, names = columns.coded("into")
    tickets = columns.tickets[columns.ticket[at]].tolist()
    return by_survivor(zip(tickets, [names[code] for code in codes[at].tolist()], strict=True))


def by_survivor(merged: Iterable[tuple[Ticket, Ticket]]) -> dict[Ticket, list[Ticket]]:
    """Which tickets were merged into which, from pairs of a merged ticket and its survivor."""
    found: dict[Ticket, list[Ticket]] = {}
    for ticket, survivor in merged:
        into = found.setdefault(survivor, [])
        if ticket not in into:
            into.append(ticket)
    return found


Timeline = list[tuple[int, Any]]


def field_history(events: Sequence[Event], field: str) -> Timeline:
    """The values that a field of a ticket had: (position of the event that set it, value), ascending.

    The first entry is the value at creation, None where the ticket was created without it.
    """
    history: Timeline = [(0, events[0].data.get(field))]
    for position, event in enumerate(events):
        if event.kind is _FIELD and event.data["field"] == field:
            history.append((position, event.data.get("value")))
    return history


def fields_at(events: Sequence[Event], position: int) -> dict[str, Any]:
    """The fields of a ticket after the event at a position of its life."""
    fields = dict(events[0].data)
    for event in events[: position + 1]:
        if event.kind is _FIELD:
            fields[event.data["field"]] = event.data.get("value")
    return fields


def spans_for(created: Mapping[str, Any], events: Sequence[Event], exclusions: "Sequence[Exclusion]") -> tuple[tuple[int, int], ...]:
    """The spans taken out of a ticket's clocks: its own exclusion events and the given ones that apply.

    A given exclusion applies by the ticket's fields at its start (at creation, if that is later).

    Args:
        created: the fields of the ticket at its creation.
        events: its life, or of it what changes a field, begins an exclusion or ends one.
        exclusions: the given ones.
    """
    given = []
    for exclusion in exclusions:
        if exclusion.when:
            fields = dict(created)
            for event in events:
                if event.kind is _FIELD and event.at <= exclusion.start:
                    fields[event.data["field"]] = event.data.get("value")
            if not exclusion.when.matches(fields):
                continue
        given.append((exclusion.start, exclusion.end))
    return exclusion_spans(events, given)


def meters(schedule: "Schedule | ScheduleBy", events: Sequence[Event], spans: Sequence[tuple[int, int]]) -> Callable[[Run], AnyMeter]:
    """The meter of each cycle of a ticket: on the one schedule, or by the field that chooses it."""
    if isinstance(schedule, Schedule):
        fixed = Meter(schedule.clock, spans)
        return lambda _run: fixed
    history = field_history(events, schedule.field)
    parts = [(position, Meter(schedule.schedule_for(given).clock, spans)) for position, given in history]
    if len(parts) == 1:
        return lambda _run: parts[0][1]
    if schedule.on_change == "sum":
        summed = SumMeter([(events[position].at, meter) for position, meter in parts])
        return lambda _run: summed

    def last(run: Run) -> AnyMeter:
        stop = len(events) if run.stop is None else run.stop[0]
        return next(meter for position, meter in reversed(parts) if position <= stop)

    return last


def schedules_in_use(log: "EventLog", schedule: "Schedule | ScheduleBy", as_of: int) -> tuple[Schedule, ...]:
    """The schedules that some ticket known at an instant (us) runs on, or ran on once."""
    if isinstance(schedule, Schedule):
        return (schedule,)
    given: set[Any] = set()
    if log.in_columns:
        given.update(*_values_in_columns(log, schedule.field, as_of))
    else:
        for events in log.by_ticket().values():
            known = [event for event in events if event.at <= as_of]
            if known and known[0].kind is not EventKind.CREATED:
                given.add(None)
            for event in known:
                if event.kind is EventKind.CREATED:
                    given.add(event.data.get(schedule.field))
                elif event.kind is _FIELD and event.data["field"] == schedule.field:
                    given.add(event.data.get("value"))
    listed = {key for key, _ in schedule.schedules}
    chosen = [one for key, one in schedule.schedules if key in given]
    return (*chosen, schedule.default) if schedule.default is not None and given - listed else tuple(chosen)


def _values_in_columns(log: "EventLog", field: str, as_of: int) -> Iterator[set[Any]]:
    """The values that a field had at creation, and those that it was changed to."""
    columns = log.columns().cut(as_of)
    created = columns.kind == EventKind.CREATED.value
    if not created[columns.starts[:-1]].all():
        yield {None}
    codes, names = columns.coded("field")
    changed = (columns.kind == EventKind.FIELD.value) & (codes == (names.index(field) if field in names else -2))
    for key, rows in ((field, created), ("value", changed)):
        if key in PLACED_KEYS:
            yield {None}
            continue
        codes, names = columns.coded(key)
        yield {names[code] if code >= 0 else None for code in set(codes[rows].tolist())}


def measured(
    replayer: Replayer, ticket: Ticket, events: Sequence[Event], schedule: "Schedule | ScheduleBy", exclusions: "Sequence[Exclusion]"
) -> Walk:
    """One ticket walked through, its cycles measured."""
    walk = replayer.run(ticket, events)
    meter_of = meters(schedule, events, spans_for(events[0].data, events, exclusions))
    for metric, runs in zip(replayer.program.metrics, walk.runs, strict=True):
        for run in runs:
            measure_run(run, meter_of(run))
        if metric.accumulates:
            carry(runs)
    return walk
