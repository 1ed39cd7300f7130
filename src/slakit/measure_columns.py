"""The main job over columns: readings by ticket, the column interpreter, and the object interpreter for the rest."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit.columns.block import Bools, Ints
from slakit.columns.interpret import interpret, regular_tickets
from slakit.cycle_arrays import arrays_of_runs
from slakit.cycles import Cycles
from slakit.errors import ScheduleError
from slakit.events.kinds import EventKind
from slakit.machine.program import Program
from slakit.measure import ticket_rows
from slakit.replays import Replayer, merges_in
from slakit.schedule import Schedule, ScheduleBy
from slakit.ticket_readings import TicketReadings, exclusion_groups, field_at_creation, numbered

if TYPE_CHECKING:
    from slakit.events import Event, EventLog, Exclusion
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
        replayer = replayer_of(log, columns, program, as_of, np.zeros(len(columns.tickets), np.bool_))
        by_metric = ticket_rows(replayer, columns.tickets.tolist(), schedule, exclusions)
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
    runs = interpret(columns, program, lambda block, _metric: reader.read(block), as_of, regular)
    rest = columns.tickets[~regular].tolist()
    others = ticket_rows(replayer_of(log, columns, program, as_of, regular), rest, schedule, exclusions)
    return lambda: arrays_of_runs(runs, columns, program.metrics, regular, others)


def replayer_of(log: "EventLog", columns: "EventColumns", program: Program, as_of: int, regular: Bools) -> Replayer:
    """The object interpreter for the tickets that columns leave to it."""
    asked = ~regular
    asked[columns.ticket[columns.kind == EventKind.MERGED.value]] = True
    return Replayer(log, program, as_of, merges_in(columns), EventBatches(columns, np.flatnonzero(asked)))


class EventBatches:
    """The events of some tickets as objects, built many tickets at a time: building one ticket's takes as long as building a hundred's."""

    TICKETS = 256

    def __init__(self, columns: "EventColumns", codes: Ints) -> None:
        """The events of the tickets with some codes (ascending)."""
        self._columns = columns
        self._codes = codes
        self._batch = lru_cache(maxsize=8)(self._built)

    def __call__(self, ticket: str | int) -> "Sequence[Event]":
        """One ticket's events in canonical order."""
        code = self._columns.code_of(ticket)
        assert code is not None  # noqa: S101 - only tickets of these columns are asked for
        place = int(np.searchsorted(self._codes, code))
        return self._batch(place // self.TICKETS)[ticket]

    def _built(self, batch: int) -> "dict[str | int, list[Event]]":
        codes = self._codes[batch * self.TICKETS : (batch + 1) * self.TICKETS]
        starts = self._columns.starts
        lengths = starts[codes + 1] - starts[codes]
        ends = np.cumsum(lengths)
        positions = np.arange(int(ends[-1])) + np.repeat(starts[codes] - (ends - lengths), lengths)
        return dict(self._columns.take(positions).each_ticket())


def changing_tickets(columns: "EventColumns", fields: Collection[str]) -> Bools:
    """Which tickets have an event that changes one of some fields; such a ticket has no one reading."""
    changing = np.zeros(len(columns.tickets), np.bool_)
    if fields:
        codes, names = columns.coded("field")
        watched = [code for code, name in enumerate(names) if name in fields]
        if not watched:
            return changing
        changing[columns.ticket[np.isin(codes, watched) & (columns.kind == EventKind.FIELD.value)]] = True
    return changing


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
