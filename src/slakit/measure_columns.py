"""The main job over columns: readings by ticket, the column interpreter, and the object interpreter for the rest."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Ints
from slakit.columns.interpret import Readings, interpret, regular_tickets
from slakit.cycle_arrays import arrays_of_runs
from slakit.cycles import Cycles
from slakit.errors import ScheduleError
from slakit.events.keys import PLACED_KEYS
from slakit.events.kinds import EventKind
from slakit.machine.program import Program
from slakit.measure import ticket_rows
from slakit.replays import Replayer, merges
from slakit.runs import disjoint
from slakit.schedule import Schedule, ScheduleBy

if TYPE_CHECKING:
    from slakit.events import EventLog, Exclusion
    from slakit.events.columns import EventColumns


def measure_columns(
    log: "EventLog", program: Program, schedule: Schedule | ScheduleBy, as_of: int, exclusions: "Sequence[Exclusion]"
) -> Cycles:
    """Run clocks over a log with numpy; see `slakit.measure.measure`.

    Columns read every event, tickets one by one only what their cycles need. So where a reading
    fails, the object interpreter has the word: it meets the same error in ticket order, or needs no
    such reading.
    """
    columns = log.columns().cut(as_of)
    try:
        arrays = _arrays(log, columns, program, schedule, as_of, exclusions)
    except ScheduleError:
        by_metric = ticket_rows(replayer_of(log, columns, program, as_of), columns.tickets.tolist(), schedule, exclusions)
        return Cycles(program.metrics, log, as_of, schedule=schedule, rows=tuple(row for rows in by_metric.values() for row in rows))
    return Cycles(program.metrics, log, as_of, schedule=schedule, arrays=arrays)


def _arrays(  # noqa: PLR0917 - what the work needs, handed on
    log: "EventLog",
    columns: "EventColumns",
    program: Program,
    schedule: Schedule | ScheduleBy,
    as_of: int,
    exclusions: "Sequence[Exclusion]",
) -> "Callable[[], dict[str, Any]]":
    """A function that makes the columns of `Cycles`; the work that can fail is done before."""
    watched = {name for exclusion in exclusions for name in exclusion.when.fields}
    if not isinstance(schedule, Schedule):
        watched.add(schedule.field)
    regular = regular_tickets(columns) & ~changing_tickets(columns, watched)
    schedules, which = _choices(columns, schedule, regular)
    reader = TicketReadings(schedules, which, exclusion_groups(columns, exclusions, as_of), as_of)
    runs = interpret(columns, program, lambda block, codes, _metric: reader.read(block, codes), as_of, regular)
    rest = columns.tickets[~regular].tolist()
    others = ticket_rows(replayer_of(log, columns, program, as_of), rest, schedule, exclusions)
    return lambda: arrays_of_runs(runs, columns, program.metrics, regular, others)


def replayer_of(log: "EventLog", columns: "EventColumns", program: Program, as_of: int) -> Replayer:
    """The object interpreter for the tickets that columns leave to it."""
    return Replayer(log, program, as_of, merges(log) if bool((columns.kind == EventKind.MERGED).any()) else {})


def changing_tickets(columns: "EventColumns", fields: Collection[str]) -> Bools:
    """Which tickets have an event that changes one of some fields; such a ticket has no one reading."""
    changing = np.zeros(len(columns.tickets), np.bool_)
    if fields:
        codes, names = columns.coded("field")
        watched = [code for code, name in enumerate(names) if name in fields]
        if not watched:
            return changing
        changing[columns.ticket[np.isin(codes, watched) & (columns.kind == EventKind.FIELD)]] = True
    return changing


class Groups(NamedTuple):
    """The distinct sets of exclusions that apply to tickets.

    Attributes:
        spans: per set, its disjoint ascending spans, us.
        group: per ticket, which set applies.
    """

    spans: list[tuple[tuple[int, int], ...]]
    group: Ints


class TicketReadings:
    """The reading of every event on its ticket's schedule, less the exclusions that apply to the ticket.

    The readings of the block that was read last are kept, since every clock of a program asks for them.
    """

    def __init__(self, schedules: Sequence[Schedule], which: Ints | None, groups: Groups, as_of: int) -> None:
        """Readings for schedules in use, and for each ticket which one (None: the first)."""
        self.schedules = schedules
        self.which = which
        self.groups = groups
        self.as_of = as_of
        self._last: tuple[Block, Readings] | None = None

    def read(self, block: Block, codes: Ints) -> Readings:
        """The readings of a block, given the codes of its tickets."""
        if self._last is not None and self._last[0] is block:
            return self._last[1]
        end = np.empty(len(codes), np.int64)
        if self.which is None:
            clock = self.schedules[0].clock
            opened = clock.read_array(block.at)
            end[:] = clock.read(self.as_of)
        else:
            opened = np.empty(len(block), np.int64)
            which = self.which[codes]
            by_event = which[block.ticket]
            for choice in np.unique(which[which >= 0]).tolist():
                clock = self.schedules[choice].clock
                here = by_event == choice
                opened[here] = clock.read_array(block.at[here])
                end[which == choice] = clock.read(self.as_of)
        readings = self._less_exclusions(block, codes, opened, end) if self.groups.spans else Readings(opened, end)
        self._last = (block, readings)
        return readings

    def _less_exclusions(self, block: Block, codes: Ints, opened: Ints, end: Ints) -> Readings:
        """Exclusions as a reading of their own: the open time of the spans up to each event."""
        excluded, excluded_end = np.zeros_like(opened), np.zeros_like(end)
        which = np.zeros(len(codes), np.int64) if self.which is None else self.which[codes]
        group = self.groups.group[codes]
        for choice, spans_of in {(int(a), int(b)) for a, b in zip(which, group, strict=True)}:
            read = self.schedules[choice].clock.read
            tickets = (which == choice) & (group == spans_of)
            events = tickets[block.ticket]
            for start, until in self.groups.spans[spans_of]:
                low, high = read(start), read(until)
                excluded[events] += np.clip(opened[events], low, high) - low
                excluded_end[tickets] += np.clip(end[tickets], low, high) - low
        return Readings(opened, end, excluded, excluded_end)


def _choices(columns: "EventColumns", schedule: Schedule | ScheduleBy, regular: Bools) -> tuple[list[Schedule], Ints | None]:
    """The schedules in use, and for each ticket which one (None: the only one)."""
    if isinstance(schedule, Schedule):
        return [schedule], None
    at_creation, names = field_at_creation(columns, schedule.field)
    schedules: list[Schedule] = []
    which = np.full(len(columns.tickets), -1, np.int64)
    for code in np.unique(at_creation[regular]).tolist():
        which[at_creation == code] = numbered(schedule.schedule_for(None if code < 0 else names[code]), schedules)
    return schedules, which


def numbered(schedule: Schedule, schedules: list[Schedule]) -> int:
    """The number of a schedule in a list of those in use; it is added when it is new."""
    if schedule not in schedules:
        schedules.append(schedule)
    return schedules.index(schedule)


def exclusion_groups(columns: "EventColumns", exclusions: "Sequence[Exclusion]", as_of: int) -> Groups:
    """The distinct sets of exclusions, and for each ticket which one applies by its fields at creation."""
    tickets = len(columns.tickets)
    known = [exclusion for exclusion in exclusions if exclusion.start < as_of]
    if not known or not tickets:
        return Groups([], np.zeros(tickets, np.int64))
    applies = np.stack([applies_to(exclusion, columns) for exclusion in known], axis=1)
    distinct, group = np.unique(applies, axis=0, return_inverse=True)
    spans = [
        disjoint([(one.start, min(one.end, as_of)) for one, holds in zip(known, row, strict=True) if holds]) for row in distinct.tolist()
    ]
    return Groups(spans, group.reshape(-1))


def applies_to(exclusion: "Exclusion", columns: "EventColumns") -> Bools:
    """Per ticket, whether an exclusion applies by the ticket's fields at creation."""
    return exclusion.when.over(lambda key: field_at_creation(columns, key), len(columns.tickets))


def field_at_creation(columns: "EventColumns", key: str) -> tuple[NDArray[np.int32], list[Any]]:
    """A field of each ticket as it was created: codes (-1: missing) and their values; what every event has (actor, status, ...) is no field."""
    if key in PLACED_KEYS:
        return np.full(len(columns.tickets), -1, np.int32), []
    codes, names = columns.coded(key)
    return codes[columns.starts[:-1]], names
