"""The column interpreter: many tickets through the transition tables at once, with numpy.

It takes the tickets whose life is regular (one `created`, first; no merge) and names the others,
which `slakit.measure` gives to the object interpreter. Both give identical integers.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.situations import Block, Bools, Ints, Numbers, Signs, Situation, SymbolTable, leads, situation
from slakit.columns.strategies import Meanings, Moves, moves
from slakit.events.kinds import EventKind
from slakit.machine.metric import Anchor, Metric
from slakit.machine.program import Program
from slakit.machine.table import CANCEL, STOP, State

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


@attrs.define(eq=False)
class RunColumns:
    """Cycles as arrays, one row a cycle, ordered by ticket within a metric.

    Attributes:
        metric: uint8, index of the clock.
        ticket: int32, code of the ticket in the columns.
        ordinal: int32, 1 for the first cycle of the clock on the ticket.
        anchor: int64, position of the event that the cycle dates from.
        opened: int64, position of the event that opened it.
        stop: int64, position of the event that ended it, -1 while open.
        state: uint8, `State`.
        cause: uint16, index into ``causes``, 0 while open.
        started, end: int64, us; ``end`` is the stop, or the instant up to which the log is known.
        elapsed, paused, excluded, carried: int64, us of working time.
        causes: the texts of ``cause``.
    """

    metric: NDArray[np.uint8]
    ticket: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    anchor: Ints
    opened: Ints
    stop: Ints
    state: NDArray[np.uint8]
    cause: NDArray[np.uint16]
    started: Ints
    end: Ints
    elapsed: Ints
    paused: Ints
    excluded: Ints
    carried: Ints
    causes: list[str]

    def __len__(self) -> int:
        """Number of cycles."""
        return len(self.ticket)


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
    parts: list[list[RunColumns]] = [[] for _ in program.metrics]
    signs, situations, meanings = Signs(program.responders), 0, list[Meanings]()
    for block, codes in blocks(columns, regular):
        known = situation(block, program, signs)
        numbers = table.numbers(block, known).astype(np.intp)
        if len(table.rows) > situations:
            situations = len(table.rows)
            meanings = [
                Meanings(metric, [row[index] for row in table.rows], table.codes, causes) for index, metric in enumerate(program.metrics)
            ]
        for index, metric in enumerate(program.metrics):
            moved = moves(block, numbers, metric, meanings[index])
            parts[index].append(_runs(index, metric, block, codes, known, numbers, meanings[index], read(block, codes, index), moved, as_of))
    return joined([part for metric in parts for part in metric], list(causes))


def joined(parts: list[RunColumns], causes: list[str]) -> RunColumns:
    """Several tables of cycles, one after the other."""
    names = [field.name for field in attrs.fields(RunColumns)[:-1]]
    if not parts:
        empty = np.empty(0, np.int64)
        return RunColumns(**{name: empty.astype(_DTYPES.get(name, np.int64)) for name in names}, causes=causes)
    return RunColumns(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}, causes=causes)


_DTYPES = {"metric": np.uint8, "ticket": np.int32, "ordinal": np.int32, "state": np.uint8, "cause": np.uint16}


def _runs(  # noqa: PLR0917 - all that is known of a block
    index: int, metric: Metric, block: Block, codes: Ints, known: Situation, numbers: Numbers, meanings: Meanings,
    readings: Readings, moved: Moves, as_of: int,
) -> RunColumns:  # fmt: skip
    opens = moved.at.take(moved.opens)
    ticket = block.ticket.take(opens)
    ended = moved.following < len(moved.closes)
    close = np.append(moved.closes, 0).take(moved.following)
    at_stop = moved.at.take(close) if len(opens) else opens
    ended &= block.ticket.take(at_stop) == ticket
    stop_number = numbers.take(at_stop)
    stop_mask = meanings.mask.take(stop_number)
    state = np.where((stop_mask & (STOP | CANCEL)) == STOP, np.uint8(State.STOPPED), np.uint8(State.CANCELLED))
    anchor = _anchors(opens, known, numbers, meanings)
    last_read = np.where(ended, readings.open.take(at_stop), readings.open_end.take(ticket))
    whole = last_read - readings.open.take(anchor)
    excluded = np.zeros(len(opens), np.int64)
    if readings.excluded is not None and readings.excluded_end is not None:
        excluded = np.where(ended, readings.excluded[at_stop], readings.excluded_end[ticket]) - readings.excluded[anchor]
    if moved.state is None or not len(opens):
        paused = np.zeros(len(opens), np.int64)
        state[~ended] = State.RUNNING
    else:
        paused, last_state = _paused(block, moved, moved.state, readings, close=close, ended=ended)
        state[~ended] = last_state
    positions = block.positions
    elapsed = whole - excluded - paused
    rows = np.arange(len(opens))
    begins = np.maximum.accumulate(np.where(leads(ticket), rows, 0))
    carried = np.zeros(len(opens), np.int64)
    if metric.accumulates:
        before = np.cumsum(elapsed) - elapsed
        carried = before - before[begins]
    return RunColumns(
        metric=np.full(len(opens), index, np.uint8),
        ticket=codes[ticket].astype(np.int32),
        ordinal=(rows - begins + 1).astype(np.int32),
        anchor=_global(positions, anchor),
        opened=_global(positions, opens),
        stop=np.where(ended, _global(positions, at_stop), -1),
        state=state,
        cause=np.where(ended, meanings.cause.take(stop_number), np.uint16(0)),
        started=block.at[anchor],
        end=np.where(ended, block.at[at_stop], as_of),
        elapsed=elapsed,
        paused=paused,
        excluded=excluded,
        carried=carried,
        causes=[],
    )


def _global(positions: "slice | Ints", local: Ints) -> Ints:
    return local + positions.start if isinstance(positions, slice) else positions[local]


def _anchors(opens: Ints, known: Situation, numbers: Numbers, meanings: Meanings) -> Ints:
    """The events that the cycles date from: at a reopening, a customer message at hand."""
    if not len(known.reopened):
        return opens
    anchor_of = meanings.anchor[numbers[opens]]
    anchors = opens.copy()
    for which, messages in ((Anchor.OLDEST, known.oldest), (Anchor.LATEST, known.latest)):
        rows = np.flatnonzero(anchor_of == which)
        anchors[rows] = messages[np.searchsorted(known.reopened, opens[rows])]
    return anchors


def _paused(
    block: Block, moved: Moves, state: NDArray[np.uint8], readings: Readings, *, close: Ints, ended: Bools
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
    going = np.flatnonzero(~ended)
    end[going] = last[np.searchsorted(first, moved.opens[going], "right") - 1] + 1
    return spent.take(end) - spent.take(moved.opens), state[end[going] - 1]
