"""The column interpreter: many tickets through the transition tables at once, with numpy.

It finds the cycles of the tickets whose life is regular (one `created`, first; no ticket merged into them, no
exclusion events, not too long); the others are left to the object interpreter. Both give identical integers.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Ints, Numbers, leads, where
from slakit.columns.readings import Readings
from slakit.columns.run_columns import Marked, RunColumns, Stretch
from slakit.columns.situations import Situation, situation
from slakit.columns.strategies import Meanings, Moves, moves
from slakit.columns.symbols import SymbolTable
from slakit.events.kinds import EventKind
from slakit.machine.metric import Anchor, Metric
from slakit.machine.program import Program
from slakit.machine.table import State

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

BLOCK_EVENTS = 1 << 17
"""Events a block at most: small enough for the cache, large enough that numpy's call cost does not show."""
LEAST_BLOCK_EVENTS = 1 << 14
SHARE_OF_BLOCK = 2
"""A block is no more than this part of a log, so that what is needed while it is worked on stays small beside the log."""
LONG_TICKET = 1 << 14
"""A ticket with more events than this would hold up lock-step and goes to the object interpreter."""

_FIRST_SELDOM = min(EventKind.MERGED.value, EventKind.EXCLUDED.value, EventKind.INCLUDED.value)
ReadBlock = Callable[[Block, int], Readings]


def regular_tickets(columns: "EventColumns") -> Bools:
    """Which tickets have one `created`, as their first event, no ticket merged into them, and no exclusion events."""
    kind, starts = columns.kind, columns.starts[:-1]
    seldom = kind.max(initial=0) >= _FIRST_SELDOM
    created = kind == EventKind.CREATED.value
    regular: Bools = created[starts]
    if np.count_nonzero(created) != np.count_nonzero(regular):
        further = created.copy()
        further[starts] = False
        regular[columns.ticket[further]] = False
    if seldom:
        excluding = (kind == EventKind.EXCLUDED.value) | (kind == EventKind.INCLUDED.value)
        regular[columns.ticket[excluding]] = False
    merged = where(kind == EventKind.MERGED.value) if seldom else ()
    if len(merged):
        into, names = columns.coded("into")
        survivors = [columns.code_of(names[code]) for code in np.unique(into[merged]).tolist()]
        regular[[code for code in survivors if code is not None]] = False
    regular[np.diff(columns.starts) > LONG_TICKET] = False
    return regular


def blocks(columns: "EventColumns", regular: Bools) -> Iterator[Block]:
    """The log as blocks, without tickets that are too long and without stretches in which no ticket is regular.

    Tickets that are not regular stay in: leaving them out would cost more than finding cycles that nobody asks for.
    """
    starts = columns.starts
    size = min(BLOCK_EVENTS, max(LEAST_BLOCK_EVENTS, len(columns) // SHARE_OF_BLOCK))
    long = where(np.diff(starts) > LONG_TICKET).tolist()
    first = 0
    for until in (*long, len(regular)):
        while first < until:
            last = min(max(int(np.searchsorted(starts, starts[first] + size, "left")), first + 1), until)
            if regular[first:last].any():
                events = slice(int(starts[first]), int(starts[last]))
                yield Block(
                    columns, events, slice(first, last), columns.ticket[events] - np.int32(first), starts[first:last] - events.start,
                    columns.at[events], columns.kind[events], columns.role[events], columns.public[events], columns.category[events],
                )  # fmt: skip
            first = last
        first = until + 1


def interpret(  # noqa: PLR0917 - what the work needs
    columns: "EventColumns", program: Program, read: ReadBlock, as_of: int, regular: Bools, marks: Ints | None = None
) -> RunColumns:
    """Run every regular ticket through the clocks of a program.

    Args:
        columns: the events known at ``as_of``.
        program: the clocks.
        read: gives the readings of a block for a clock, given the clock's index.
        as_of: instant in us; open cycles end there.
        regular: the tickets whose cycles are wanted.
        marks: positions of events, ascending, at which it is asked how much each running clock has used up.
    """
    table = SymbolTable(program)
    every = regular.all()
    found: list[list[Stretch]] = [[] for _ in program.metrics]
    for block in blocks(columns, regular):
        known = situation(block, program, table)
        here = None if marks is None or not len(marks) else _marks_of(block, marks)
        kept = None if every else regular[block.tickets]
        masks = table.masks(known.numbers)
        for index, metric in enumerate(program.metrics):
            moved = moves(block, masks[index], metric)
            if kept is not None:
                moved = moved.only(kept.take(block.ticket.take(moved.at.take(moved.opens))))
            readings = read(block, index)
            stretch = _runs(metric, block, known, index=index, meanings=table.meanings[index], readings=readings, moved=moved, marks=here)
            found[index].append(stretch)
    return RunColumns(columns, as_of, [stretch for of_metric in found for stretch in of_metric], list(table.causes))


Marks = tuple[Ints, Ints]
"""Events of a block at which is asked what the clocks have used up: their indices, and their numbers among all that are asked for."""


def _marks_of(block: Block, marks: Ints) -> Marks | None:
    low, high = np.searchsorted(marks, (block.events.start, block.events.stop))
    return (marks[low:high] - block.events.start, np.arange(low, high)) if low < high else None


def _runs(
    metric: Metric, block: Block, known: Situation, *, index: int, meanings: Meanings, readings: Readings, moved: Moves, marks: Marks | None
) -> Stretch:
    opens, numbers = moved.at.take(moved.opens), known.numbers
    if not len(opens):
        narrow = np.empty(0, np.int32)
        return Stretch(index, narrow, narrow, np.empty(0, np.uint8), np.empty(0, np.uint16), np.empty(0, np.int64))
    ticket = moved.ticket.take(moved.opens)
    ended = moved.following < len(moved.closes)
    close = moved.closes.take(moved.following, mode="clip") if len(moved.closes) else np.zeros_like(opens)
    at_stop = moved.at.take(close)
    ended &= moved.ticket.take(close) == ticket
    going = where(~ended)
    stop_number = numbers.take(at_stop)
    state, cause = meanings.state.take(stop_number), meanings.cause.take(stop_number)
    cause[going] = 0
    anchor = _anchors(opens, known, meanings)
    elapsed = readings.open.take(at_stop)
    elapsed[going] = readings.open_end.take(ticket.take(going))
    begun = readings.open.take(anchor)
    excluded = paused = carried = marked = None
    if readings.excluding is not None:
        excluded = readings.excluding.up_to(elapsed, ticket)
        excluded -= readings.excluding.up_to(begun, ticket)
    elapsed -= begun
    if excluded is not None:
        elapsed -= excluded
    state[going] = State.RUNNING
    pauses = None if moved.state is None else _Pauses(block, moved, moved.state, readings)
    if pauses is not None:
        paused, state[going] = pauses.of(close=close, going=going)
        elapsed -= paused
    if metric.accumulates:
        carried = _carried(elapsed, ticket)
    first_position = np.int32(block.events.start)
    stop = at_stop.astype(np.int32) + first_position
    stop[going] = -1
    opened = opens.astype(np.int32) + first_position
    since = None if anchor is opens else anchor.astype(np.int32) + first_position
    if marks is not None:
        at_stop[going] = len(block)
        cycle = np.searchsorted(opens, marks[0]) - 1
        within = where((cycle >= 0) & (ticket.take(cycle) == block.ticket.take(marks[0])) & (marks[0] < at_stop.take(cycle)))
        if len(within):
            cycle, at = cycle.take(within), marks[0].take(within)
            spent = _net(readings, at, block) - _net(readings, anchor.take(cycle), block)
            if pauses is not None:
                spent -= pauses.until(at, cycle)
            if carried is not None:
                spent += carried.take(cycle)
            marked = Marked(cycle, marks[1].take(within), spent)
    return Stretch(index, opened, stop, state, cause, elapsed, since, paused, excluded, carried, marked)


def _carried(elapsed: Ints, ticket: Numbers) -> Ints | None:
    """What the earlier cycles of the same tickets took; None where there are none."""
    first = where(leads(ticket))
    if len(first) == len(ticket):
        return None
    before = np.cumsum(elapsed) - elapsed
    before -= np.repeat(before.take(first), np.diff(first, append=len(ticket)))
    return before


def _net(readings: Readings, at: Ints, block: Block) -> Ints:
    """The readings of some events, exclusions taken out."""
    net = readings.open.take(at)
    if readings.excluding is not None:
        net -= readings.excluding.up_to(net, block.ticket.take(at))
    return net


def _anchors(opens: Ints, known: Situation, meanings: Meanings) -> Ints:
    """The events that the cycles date from: at a reopening, a customer message at hand."""
    if not len(known.reopened):
        return opens
    anchor_of = meanings.anchor[known.numbers[opens]]
    anchors = opens.copy()
    for which, messages in ((Anchor.OLDEST, known.oldest), (Anchor.LATEST, known.latest)):
        rows = where(anchor_of == which)
        anchors[rows] = messages[np.searchsorted(known.reopened, opens[rows])]
    return anchors


class _Pauses:
    """The pauses of a clock in a block.

    Attributes:
        here: the net reading at each event that counts.
        spent: paused working time of the block before each event that counts, and in all.
    """

    def __init__(self, block: Block, moved: Moves, state: NDArray[np.uint8], readings: Readings) -> None:
        """Add the pauses up."""
        self.moved = moved
        self.state = state
        self._block, self._readings = block, readings
        ticket = moved.ticket
        self.here = _net(readings, moved.at, block)
        self._first = where(leads(ticket))
        self._last = np.append(self._first[1:], len(ticket)) - 1
        following = np.empty_like(self.here)
        following[:-1] = self.here[1:]
        tickets = ticket[self._last]
        at_end = readings.open_end.take(tickets)
        if readings.excluding is not None:
            at_end -= readings.excluding.up_to(at_end, tickets)
        following[self._last] = at_end
        following -= self.here
        following *= state == State.PAUSED.value
        self.spent = np.zeros(len(self.here) + 1, np.int64)
        np.cumsum(following, out=self.spent[1:])

    def of(self, *, close: Ints, going: Ints) -> tuple[Ints, NDArray[np.uint8]]:
        """Paused working time of each cycle, and the state in which each one that has not ended stands."""
        moved = self.moved
        end = close.copy()
        end[going] = self._last[np.searchsorted(self._first, moved.opens[going], "right") - 1] + 1
        return self.spent.take(end) - self.spent.take(moved.opens), self.state[end[going] - 1]

    def until(self, at: Ints, cycle: Ints) -> Ints:
        """Paused working time of cycles up to events in their midst."""
        last = np.searchsorted(self.moved.at, at, "right") - 1
        paused = self.spent.take(last) - self.spent.take(self.moved.opens.take(cycle))
        lasting = self.state.take(last) == State.PAUSED.value
        paused += lasting * (_net(self._readings, at, self._block) - self.here.take(last))
        return paused
