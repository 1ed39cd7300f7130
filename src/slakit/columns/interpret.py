"""The column interpreter: many tickets through the transition tables at once, with numpy.

It takes the tickets whose life is regular (one `created`, first; no merge) and names the others,
which `slakit.measure` gives to the object interpreter. Both give identical integers.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Ints, leads
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
"""Events a block: small enough for the cache, large enough that numpy's call cost does not show."""
LONG_TICKET = 1 << 14
"""A ticket with more events than this would hold up lock-step and goes to the object interpreter."""

ReadBlock = Callable[[Block, Ints, int], "Readings"]


@attrs.define(eq=False)
class Readings:
    """Working time of a block, each event read once.

    Attributes:
        open: int64[n], the reading R of each event on its ticket's schedule, us.
        open_end: int64[tickets], the reading at the instant up to which the log is known.
        excluded: int64[n] or None, the part of ``open`` that exclusions take out.
        excluded_end: int64[tickets] or None, likewise.
    """

    open: Ints
    open_end: Ints
    excluded: Ints | None = None
    excluded_end: Ints | None = None


class Stretch(NamedTuple):
    """The cycles of one clock in one block, ordered by ticket and ordinal.

    Attributes:
        metric: index of the clock.
        opened: int32, position of the event that opened the cycle.
        stop: int32, position of the event that ended it, -1 while open.
        state: uint8, `State`.
        cause: uint16, index into `RunColumns.causes`, 0 while open.
        elapsed: int64, us of working time.
        anchor: int32, position of the event that the cycle dates from; None where it is ``opened`` throughout.
        paused: int64, us of working time of the pauses; None for zeros.
        excluded: likewise, what exclusions take out.
        carried: likewise, what the ticket's earlier cycles of the clock took, where it accumulates.
    """

    metric: int
    opened: NDArray[np.int32]
    stop: NDArray[np.int32]
    state: NDArray[np.uint8]
    cause: NDArray[np.uint16]
    elapsed: Ints
    anchor: NDArray[np.int32] | None = None
    paused: Ints | None = None
    excluded: Ints | None = None
    carried: Ints | None = None


@attrs.define(eq=False)
class RunColumns:
    """Cycles as arrays, one row a cycle, ordered by metric, ticket and ordinal.

    They stay in the stretches in which they were found; a whole column is put together whenever it
    is asked for, since memory that is written once costs more than the work on it.

    Attributes:
        columns: the events known.
        as_of: the instant up to which they are known, us.
        stretches: the cycles.
        causes: the texts of `cause`.
    """

    columns: "EventColumns"
    as_of: int
    stretches: list[Stretch]
    causes: list[str]

    def rows(self) -> Iterator[tuple[slice, Stretch]]:
        """The stretches, each with its place among all rows."""
        first = 0
        for stretch in self.stretches:
            last = first + len(stretch.opened)
            yield slice(first, last), stretch
            first = last

    @property
    def metric(self) -> NDArray[np.uint8]:
        """Index of the clock."""
        numbers = np.array([stretch.metric for stretch in self.stretches], np.uint8)
        return np.repeat(numbers, [len(stretch.opened) for stretch in self.stretches])

    @property
    def ticket(self) -> NDArray[np.int32]:
        """Code of the ticket in the columns."""
        return self.columns.ticket.take(self.opened)

    @property
    def ordinal(self) -> Ints:
        """1 for the first cycle of the clock on the ticket."""
        metric = self.metric
        first = np.flatnonzero(leads(self.ticket) | leads(metric))
        return np.arange(1, len(metric) + 1) - np.repeat(first, np.diff(first, append=len(metric)))

    @property
    def opened(self) -> NDArray[np.int32]:
        """Position of the event that opened the cycle."""
        return self._whole([stretch.opened for stretch in self.stretches], np.int32)

    @property
    def anchor(self) -> NDArray[np.int32]:
        """Position of the event that the cycle dates from."""
        return self._whole([stretch.opened if stretch.anchor is None else stretch.anchor for stretch in self.stretches], np.int32)

    @property
    def stop(self) -> NDArray[np.int32]:
        """Position of the event that ended the cycle, -1 while open."""
        return self._whole([stretch.stop for stretch in self.stretches], np.int32)

    @property
    def state(self) -> NDArray[np.uint8]:
        """`State`."""
        return self._whole([stretch.state for stretch in self.stretches], np.uint8)

    @property
    def cause(self) -> NDArray[np.uint16]:
        """Index into ``causes``, 0 while open."""
        return self._whole([stretch.cause for stretch in self.stretches], np.uint16)

    @property
    def started(self) -> Ints:
        """The instant that each cycle dates from, us."""
        return self.columns.at.take(self.anchor)

    @property
    def end(self) -> Ints:
        """The instant of the stop, or that up to which the log is known, us."""
        return self._whole([self.end_of(stretch) for stretch in self.stretches], np.int64)

    def end_of(self, stretch: Stretch) -> Ints:
        """`end` of a stretch."""
        end = self.columns.at[stretch.stop]
        end[np.flatnonzero(stretch.stop < 0)] = self.as_of
        return end

    @property
    def elapsed(self) -> Ints:
        """Working time, us."""
        return self._whole([stretch.elapsed for stretch in self.stretches], np.int64)

    @property
    def paused(self) -> Ints:
        """Working time of the pauses, us."""
        return self._whole([stretch.paused for stretch in self.stretches], np.int64)

    @property
    def excluded(self) -> Ints:
        """Working time that exclusions take out, us."""
        return self._whole([stretch.excluded for stretch in self.stretches], np.int64)

    @property
    def carried(self) -> Ints:
        """Working time of the ticket's earlier cycles of the clock, us, where it accumulates; else 0."""
        return self._whole([stretch.carried for stretch in self.stretches], np.int64)

    def _whole(self, parts: "list[NDArray[Any] | None]", dtype: Any) -> NDArray[Any]:
        whole = np.zeros(len(self), dtype)
        for (rows, _), part in zip(self.rows(), parts, strict=True):
            if part is not None:
                whole[rows] = part
        return whole

    def __len__(self) -> int:
        """Number of cycles."""
        return sum(len(stretch.opened) for stretch in self.stretches)


def regular_tickets(columns: "EventColumns") -> Bools:
    """Which tickets have one `created`, as their first event, no merge, and no exclusion events."""
    kind, starts = columns.kind, columns.starts[:-1]
    created = kind == EventKind.CREATED
    regular: Bools = created[starts]
    if np.count_nonzero(created) != np.count_nonzero(regular):
        further = created.copy()
        further[starts] = False
        regular[columns.ticket[further]] = False
    odd = (kind == EventKind.MERGED) | (kind == EventKind.EXCLUDED) | (kind == EventKind.INCLUDED)
    if odd.any():
        regular[columns.ticket[odd]] = False
        into, names = columns.coded("into")
        survivors = {names[code] for code in np.unique(into[into >= 0]).tolist()}
        regular[[code for code, ticket in enumerate(columns.tickets.tolist()) if ticket in survivors]] = False
    regular[np.diff(columns.starts) > LONG_TICKET] = False
    return regular


def blocks(columns: "EventColumns", regular: Bools) -> Iterator[tuple[Block, Ints]]:
    """The regular tickets as blocks, each with the codes of its tickets."""
    starts = columns.starts
    whole = bool(regular.all())
    first, tickets = 0, len(regular)
    while first < tickets:
        last = int(np.searchsorted(starts, starts[first] + BLOCK_EVENTS, "left"))
        last = min(max(last, first + 1), tickets)
        codes = np.arange(first, last) if whole else first + np.flatnonzero(regular[first:last])
        begin, end = int(starts[first]), int(starts[last])
        if len(codes) == last - first:
            positions: slice | Ints = slice(begin, end)
            local_starts, local = starts[first:last] - begin, columns.ticket[begin:end] - np.int32(first)
        else:
            keep = regular[columns.ticket[begin:end]]
            positions = begin + np.flatnonzero(keep)
            lengths = starts[codes + 1] - starts[codes]
            local_starts = np.cumsum(lengths) - lengths
            local = np.repeat(np.arange(len(codes)), lengths)
        if len(codes):
            yield Block(
                columns, positions, local, local_starts, columns.at[positions], columns.kind[positions],
                columns.role[positions], columns.public[positions], columns.category[positions],
            ), codes  # fmt: skip
        first = last


def interpret(columns: "EventColumns", program: Program, read: ReadBlock, as_of: int, regular: Bools) -> RunColumns:
    """Run every regular ticket through the clocks of a program.

    Args:
        columns: the events known at ``as_of``.
        program: the clocks.
        read: gives the readings of a block for a clock, given the codes of the block's tickets and the clock's index.
        as_of: instant in us; open cycles end there.
        regular: which tickets to take.
    """
    table = SymbolTable(program)
    causes: dict[str, int] = {"": 0}
    found: list[list[Stretch]] = [[] for _ in program.metrics]
    situations, meanings = 0, list[Meanings]()
    for block, codes in blocks(columns, regular):
        known = situation(block, program, table)
        if len(table.rows) > situations:
            situations = len(table.rows)
            meanings = [
                Meanings(metric, [row[index] for row in table.rows], table.codes, causes) for index, metric in enumerate(program.metrics)
            ]
        for index, metric in enumerate(program.metrics):
            moved = moves(block, known.numbers, metric, meanings[index])
            readings = read(block, codes, index)
            found[index].append(_runs(metric, block, known, index=index, meanings=meanings[index], readings=readings, moved=moved))
    return RunColumns(columns, as_of, [stretch for of_metric in found for stretch in of_metric], list(causes))


def _runs(metric: Metric, block: Block, known: Situation, *, index: int, meanings: Meanings, readings: Readings, moved: Moves) -> Stretch:
    opens, numbers = moved.at.take(moved.opens), known.numbers
    if not len(opens):
        narrow = np.empty(0, np.int32)
        return Stretch(index, narrow, narrow, np.empty(0, np.uint8), np.empty(0, np.uint16), np.empty(0, np.int64))
    ticket = block.ticket.take(opens)
    ended = moved.following < len(moved.closes)
    close = np.append(moved.closes, 0).take(moved.following)
    at_stop = moved.at.take(close)
    ended &= block.ticket.take(at_stop) == ticket
    going = np.flatnonzero(~ended)
    stop_number = numbers.take(at_stop)
    state, cause = meanings.state.take(stop_number), meanings.cause.take(stop_number)
    cause[going] = 0
    anchor = _anchors(opens, known, meanings)
    elapsed = _spent(readings.open, readings.open_end, anchor=anchor, at_stop=at_stop, going=going, ticket=ticket)
    excluded = paused = carried = None
    if readings.excluded is not None and readings.excluded_end is not None:
        excluded = _spent(readings.excluded, readings.excluded_end, anchor=anchor, at_stop=at_stop, going=going, ticket=ticket)
        elapsed -= excluded
    state[going] = State.RUNNING
    if moved.state is not None:
        paused, state[going] = _paused(block, moved, moved.state, readings, close=close, going=going)
        elapsed -= paused
    if metric.accumulates:
        first = np.flatnonzero(leads(ticket))
        before = np.cumsum(elapsed) - elapsed
        carried = before - np.repeat(before.take(first), np.diff(first, append=len(opens)))
    stop = _global(block.positions, at_stop)
    stop[going] = -1
    opened = _global(block.positions, opens)
    since = None if anchor is opens else _global(block.positions, anchor)
    return Stretch(index, opened, stop, state, cause, elapsed, since, paused, excluded, carried)


def _spent(reading: Ints, at_end: Ints, *, anchor: Ints, at_stop: Ints, going: Ints, ticket: Ints) -> Ints:
    """A reading at the end of each cycle less that at its anchor."""
    spent = reading.take(at_stop)
    spent[going] = at_end.take(ticket.take(going))
    spent -= reading.take(anchor)
    return spent


def _global(positions: "slice | Ints", local: Ints) -> NDArray[np.int32]:
    return (local + positions.start if isinstance(positions, slice) else positions.take(local)).astype(np.int32)


def _anchors(opens: Ints, known: Situation, meanings: Meanings) -> Ints:
    """The events that the cycles date from: at a reopening, a customer message at hand."""
    if not len(known.reopened):
        return opens
    anchor_of = meanings.anchor[known.numbers[opens]]
    anchors = opens.copy()
    for which, messages in ((Anchor.OLDEST, known.oldest), (Anchor.LATEST, known.latest)):
        rows = np.flatnonzero(anchor_of == which)
        anchors[rows] = messages[np.searchsorted(known.reopened, opens[rows])]
    return anchors


def _paused(
    block: Block, moved: Moves, state: NDArray[np.uint8], readings: Readings, *, close: Ints, going: Ints
) -> tuple[Ints, NDArray[np.uint8]]:
    """Paused working time of each cycle, and the state in which each one that has not ended stands."""
    ticket = block.ticket.take(moved.at)
    net, net_end = readings.open, readings.open_end
    if readings.excluded is not None and readings.excluded_end is not None:
        net, net_end = net - readings.excluded, net_end - readings.excluded_end
    here = net.take(moved.at)
    first = np.flatnonzero(leads(ticket))
    last = np.append(first[1:], len(ticket)) - 1
    following = np.empty_like(here)
    following[:-1] = here[1:]
    following[last] = net_end.take(ticket[last])
    spent = np.zeros(len(here) + 1, np.int64)
    np.cumsum((following - here) * (state == State.PAUSED), out=spent[1:])
    end = close.copy()
    end[going] = last[np.searchsorted(first, moved.opens[going], "right") - 1] + 1
    return spent.take(end) - spent.take(moved.opens), state[end[going] - 1]
