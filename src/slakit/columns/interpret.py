"""The column interpreter: many tickets through the transition tables at once, with numpy.

It takes the tickets whose life is regular (one `created`, first; no merge) and names the others,
which `slakit.measure` gives to the object interpreter. Both give identical integers.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.situations import Block, Bools, Ints, Numbers, Signs, Situation, SymbolTable, leads, situation
from slakit.columns.strategies import Meanings, Moves, moves
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


@attrs.define(eq=False)
class RunColumns:
    """Cycles as arrays, one row a cycle, ordered by metric, ticket and ordinal.

    Attributes:
        columns: the events known.
        as_of: the instant up to which they are known, us.
        metric: uint8, index of the clock.
        ticket: int32, code of the ticket in the columns.
        ordinal: int32, 1 for the first cycle of the clock on the ticket.
        anchor: int32, position of the event that the cycle dates from.
        opened: int32, position of the event that opened it.
        stop: int32, position of the event that ended it, -1 while open.
        state: uint8, `State`.
        cause: uint16, index into ``causes``, 0 while open.
        elapsed, paused, excluded, carried: int64, us of working time.
        causes: the texts of ``cause``.
    """

    columns: "EventColumns"
    as_of: int
    metric: NDArray[np.uint8]
    ticket: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    anchor: NDArray[np.int32]
    opened: NDArray[np.int32]
    stop: NDArray[np.int32]
    state: NDArray[np.uint8]
    cause: NDArray[np.uint16]
    elapsed: Ints
    paused: Ints
    excluded: Ints
    carried: Ints
    causes: list[str]

    @property
    def started(self) -> Ints:
        """The instant that each cycle dates from, us."""
        return self.columns.at.take(self.anchor)

    @property
    def end(self) -> Ints:
        """The instant of the stop, or that up to which the log is known, us."""
        return self.end_of(slice(None))

    def end_of(self, rows: slice) -> Ints:
        """``end`` of some rows."""
        stop = self.stop[rows]
        end = self.columns.at[stop]
        end[np.flatnonzero(stop < 0)] = self.as_of
        return end

    def __len__(self) -> int:
        """Number of cycles."""
        return len(self.ticket)


class _Part(NamedTuple):
    """The cycles of one clock in one block; as `RunColumns`, None for zeros."""

    ticket: NDArray[np.int32]
    ordinal: NDArray[np.int32] | None
    anchor: NDArray[np.int32] | None
    opened: NDArray[np.int32]
    stop: NDArray[np.int32]
    state: NDArray[np.uint8]
    cause: NDArray[np.uint16]
    elapsed: Ints
    paused: Ints | None
    excluded: Ints | None
    carried: Ints | None


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
    parts: list[list[_Part]] = [[] for _ in program.metrics]
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
            parts[index].append(_runs(metric, block, codes, known, numbers, meanings[index], read(block, codes, index), moved))
    return _joined(columns, as_of, parts, list(causes))


def _joined(columns: "EventColumns", as_of: int, parts: list[list[_Part]], causes: list[str]) -> RunColumns:
    """The cycles of all clocks and blocks one after the other."""
    every = [part for of_metric in parts for part in of_metric]
    lengths = [len(part.ticket) for part in every]
    made = {
        name: _column([getattr(part, name) for part in every], lengths, dtype, int(name == "ordinal")) for name, dtype in _DTYPES.items()
    }
    made["anchor"] = made["opened"]
    if any(part.anchor is not None for part in every):
        made["anchor"] = np.concatenate([part.opened if part.anchor is None else part.anchor for part in every])
    counts = [sum(len(part.ticket) for part in of_metric) for of_metric in parts]
    return RunColumns(columns, as_of, np.repeat(np.arange(len(parts), dtype=np.uint8), counts), **made, causes=causes)


_DTYPES: dict[str, Any] = {
    "ticket": np.int32, "ordinal": np.int32, "opened": np.int32, "stop": np.int32, "state": np.uint8, "cause": np.uint16,
    "elapsed": np.int64, "paused": np.int64, "excluded": np.int64, "carried": np.int64,
}  # fmt: skip


def _column(parts: "list[NDArray[Any] | None]", lengths: list[int], dtype: Any, default: int) -> NDArray[Any]:
    """Arrays one after the other; a column that is the same number throughout takes no memory."""
    if all(part is None for part in parts):
        return np.broadcast_to(np.array(default, dtype), sum(lengths))
    return np.concatenate(
        [np.broadcast_to(np.array(default, dtype), length) if part is None else part for part, length in zip(parts, lengths, strict=True)]
    )


def _runs(  # noqa: PLR0917 - all that is known of a block
    metric: Metric, block: Block, codes: Ints, known: Situation, numbers: Numbers, meanings: Meanings, readings: Readings, moved: Moves
) -> _Part:
    opens = moved.at.take(moved.opens)
    ticket = block.ticket.take(opens)
    if not len(opens):
        none = np.empty(0, np.int64)
        narrow = none.astype(np.int32)
        return _Part(narrow, None, None, narrow, narrow, narrow.astype(np.uint8), narrow.astype(np.uint16), none, None, None, None)
    ended = moved.following < len(moved.closes)
    close = np.append(moved.closes, 0).take(moved.following)
    at_stop = moved.at.take(close)
    ended &= block.ticket.take(at_stop) == ticket
    going = np.flatnonzero(~ended)
    stop_number = numbers.take(at_stop)
    state, cause = meanings.state.take(stop_number), meanings.cause.take(stop_number)
    cause[going] = 0
    anchor = _anchors(opens, known, numbers, meanings)
    elapsed = _spent(readings.open, readings.open_end, anchor=anchor, at_stop=at_stop, going=going, ticket=ticket)
    excluded = paused = ordinal = carried = None
    if readings.excluded is not None and readings.excluded_end is not None:
        excluded = _spent(readings.excluded, readings.excluded_end, anchor=anchor, at_stop=at_stop, going=going, ticket=ticket)
        elapsed -= excluded
    state[going] = State.RUNNING
    if moved.state is not None:
        paused, state[going] = _paused(block, moved, moved.state, readings, close=close, going=going)
        elapsed -= paused
    if metric.repeats or metric.reset is not None:
        rows = np.arange(len(opens), dtype=np.int32)
        first = np.flatnonzero(leads(ticket)).astype(np.int32)
        begins = np.repeat(first, np.diff(first, append=np.int32(len(opens))))
        ordinal = rows - begins + np.int32(1)
        if metric.accumulates:
            before = np.cumsum(elapsed) - elapsed
            carried = before - before.take(begins)
    stop = _global(block.positions, at_stop)
    stop[going] = -1
    opened = _global(block.positions, opens)
    return _Part(
        ticket=codes.take(ticket).astype(np.int32),
        ordinal=ordinal,
        anchor=None if anchor is opens else _global(block.positions, anchor),
        opened=opened,
        stop=stop,
        state=state,
        cause=cause,
        elapsed=elapsed,
        paused=paused,
        excluded=excluded,
        carried=carried,
    )


def _spent(reading: Ints, at_end: Ints, *, anchor: Ints, at_stop: Ints, going: Ints, ticket: Ints) -> Ints:
    """A reading at the end of each cycle less that at its anchor."""
    spent = reading.take(at_stop)
    spent[going] = at_end.take(ticket.take(going))
    spent -= reading.take(anchor)
    return spent


def _global(positions: "slice | Ints", local: Ints) -> NDArray[np.int32]:
    return (local + positions.start if isinstance(positions, slice) else positions.take(local)).astype(np.int32)


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
