"""The main job over columns: readings by ticket, the column interpreter, and the object interpreter for the rest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit.columns.interpret import Readings, RunColumns, interpret, regular_tickets
from slakit.columns.situations import Block, Bools, Ints
from slakit.cycle_arrays import arrays_of_runs
from slakit.cycles import Cycles
from slakit.events.kinds import EventKind
from slakit.machine.program import Program
from slakit.measure import ticket_rows
from slakit.replays import Replayer, merges
from slakit.runs import disjoint
from slakit.schedule import Schedule, ScheduleBy

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns
    from slakit.events.log import EventLog, Exclusion


def measure_columns(
    log: "EventLog", program: Program, schedule: Schedule | ScheduleBy, as_of: int, exclusions: "Sequence[Exclusion]"
) -> Cycles:
    """Run clocks over a log with numpy; see `slakit.measure.measure`."""
    columns = log.columns().cut(as_of)
    reader = TicketReadings(columns, schedule, exclusions, as_of)
    regular = regular_tickets(columns) & ~reader.changing
    runs = interpret(columns, program, reader.read, as_of, regular)
    rest = columns.tickets[~regular].tolist()
    others = ticket_rows(Replayer(log, program, as_of, merges(log) if _has_merges(columns) else {}), rest, schedule, exclusions)
    return Cycles(program.metrics, log, as_of, arrays=lambda: arrays_of_runs(runs, columns, program.metrics, regular, others))


def _has_merges(columns: "EventColumns") -> bool:
    return bool((columns.kind == EventKind.MERGED).any())


class TicketReadings:
    """The reading of every event on its ticket's schedule, less the exclusions that apply to the ticket.

    Attributes:
        changing: bool per ticket, whether its schedule or its exclusions change during its life; such
            a ticket has no one reading.
    """

    def __init__(self, columns: "EventColumns", schedule: Schedule | ScheduleBy, exclusions: "Sequence[Exclusion]", as_of: int) -> None:
        """Choose the schedule and the exclusions of every ticket."""
        self.as_of = as_of
        self.changing: Bools = np.zeros(len(columns.tickets), np.bool_)
        fields = set() if isinstance(schedule, Schedule) else {schedule.field}
        for exclusion in exclusions:
            fields |= set(exclusion.fields)
        self._mark_changes(columns, fields)
        self.schedules, self.which = _choices(columns, schedule, self.changing)
        self.spans, self.group = _groups(columns, exclusions, as_of)

    def _mark_changes(self, columns: "EventColumns", fields: set[str]) -> None:
        if not fields:
            return
        codes, names = columns.coded("field")
        watched = [code for code, name in enumerate(names) if name in fields]
        self.changing[columns.ticket[np.isin(codes, watched) & (columns.kind == EventKind.FIELD)]] = True

    def read(self, block: Block, codes: Ints) -> Readings:
        """The readings of a block."""
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
        if not self.spans:
            return Readings(opened, end)
        return self._less_exclusions(block, codes, opened, end)

    def _less_exclusions(self, block: Block, codes: Ints, opened: Ints, end: Ints) -> Readings:
        """Exclusions as a reading of their own: the open time of the spans up to each event."""
        excluded, excluded_end = np.zeros_like(opened), np.zeros_like(end)
        which = np.zeros(len(codes), np.int64) if self.which is None else self.which[codes]
        group = self.group[codes]
        for choice, spans_of in {(int(a), int(b)) for a, b in zip(which, group, strict=True)}:
            read = self.schedules[choice].clock.read
            tickets = (which == choice) & (group == spans_of)
            events = tickets[block.ticket]
            for start, until in self.spans[spans_of]:
                low, high = read(start), read(until)
                excluded[events] += np.clip(opened[events], low, high) - low
                excluded_end[tickets] += np.clip(end[tickets], low, high) - low
        return Readings(opened, end, excluded, excluded_end)


def _choices(columns: "EventColumns", schedule: Schedule | ScheduleBy, changing: Bools) -> tuple[list[Schedule], Ints | None]:
    """The schedules in use, and for each ticket which one (None: the only one)."""
    if isinstance(schedule, Schedule):
        return [schedule], None
    codes, names = columns.coded(schedule.field)
    at_creation = codes[columns.starts[:-1]]
    schedules: list[Schedule] = []
    which = np.full(len(columns.tickets), -1, np.int64)
    for code in np.unique(at_creation[~changing]).tolist():
        chosen = schedule.schedule_for(None if code < 0 else names[code])
        if chosen not in schedules:
            schedules.append(chosen)
        which[at_creation == code] = schedules.index(chosen)
    return schedules, which


def _groups(columns: "EventColumns", exclusions: "Sequence[Exclusion]", as_of: int) -> tuple[list[tuple[tuple[int, int], ...]], Ints]:
    """The distinct sets of spans that apply, and for each ticket which one."""
    tickets = len(columns.tickets)
    known = [exclusion for exclusion in exclusions if exclusion.start < as_of]
    if not known:
        return [], np.zeros(tickets, np.int64)
    applies = np.stack([exclusion.applies_to(columns) for exclusion in known], axis=1)
    distinct, group = np.unique(applies, axis=0, return_inverse=True)
    spans = [disjoint([(one.start, min(one.end, as_of)) for one, holds in zip(known, row, strict=True) if holds]) for row in distinct.tolist()]
    return spans, group.reshape(-1)
