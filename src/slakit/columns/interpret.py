"""The column interpreter: many tickets through the transition tables at once, with numpy.

It takes the tickets whose life is regular (one `created`, first; no merge) and names the others,
which `slakit.measure` gives to the object interpreter. Both give identical integers.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

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


@attrs.define(eq=False)
class RunColumns:
    """Cycles as arrays, one row a cycle, ordered by metric, ticket and ordinal; what follows from others is worked out when asked for.

    Attributes:
        columns: the events known.
        as_of: the instant up to which they are known, us.
        bounds: the first row of each clock, and the number of rows.
        anchor: int32, position of the event that the cycle dates from.
        opened: int32, position of the event that opened it.
        stop: int32, position of the event that ended it, -1 while open.
        state: uint8, `State`.
        cause: uint16, index into ``causes``, 0 while open.
        elapsed: int64, us of working time.
        paused_by, excluded_by, carried_by: likewise, by clock; None where it is zero throughout.
        causes: the texts of ``cause``.
    """

    columns: "EventColumns"
    as_of: int
    bounds: list[int]
    anchor: NDArray[np.int32]
    opened: NDArray[np.int32]
    stop: NDArray[np.int32]
    state: NDArray[np.uint8]
    cause: NDArray[np.uint16]
    elapsed: Ints
    paused_by: "list[Ints | None]"
    excluded_by: "list[Ints | None]"
    carried_by: "list[Ints | None]"
    causes: list[str]

    @property
    def metric(self) -> NDArray[np.uint8]:
        """Index of the clock."""
        return np.repeat(np.arange(len(self.bounds) - 1, dtype=np.uint8), np.diff(self.bounds))

    @property
    def ticket(self) -> NDArray[np.int32]:
        """Code of the ticket in the columns."""
        return self.ticket_of(slice(None))

    def ticket_of(self, rows: "slice | Ints") -> NDArray[np.int32]:
        """``ticket`` of some rows."""
        return self.columns.ticket.take(self.opened[rows])

    @property
    def ordinal(self) -> Ints:
        """1 for the first cycle of the clock on the ticket."""
        begins = leads(self.ticket)
        begins[[bound for bound in self.bounds if bound < len(self)]] = True
        first = np.flatnonzero(begins)
        return np.arange(1, len(self) + 1) - np.repeat(first, np.diff(first, append=len(self)))

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

    @property
    def paused(self) -> Ints:
        """Working time of the pauses, us."""
        return self._whole(self.paused_by)

    @property
    def excluded(self) -> Ints:
        """Working time that exclusions take out, us."""
        return self._whole(self.excluded_by)

    @property
    def carried(self) -> Ints:
        """Working time of the ticket's earlier cycles of the clock, us, where it accumulates; else 0."""
        return self._whole(self.carried_by)

    def _whole(self, by_clock: "list[Ints | None]") -> Ints:
        whole = np.zeros(len(self), np.int64)
        for (first, last), given in zip(pairwise(self.bounds), by_clock, strict=True):
            if given is not None:
                whole[first:last] = given
        return whole

    def carried_of(self, metric: int, rows: slice) -> "Ints | int":
        """``carried`` of some rows of one clock."""
        carried, first = self.carried_by[metric], self.bounds[metric]
        return 0 if carried is None else carried[rows.start - first : rows.stop - first]

    def __len__(self) -> int:
        """Number of cycles."""
        return len(self.opened)


class _Part(NamedTuple):
    """The cycles of one clock in one block; as `RunColumns`, None for zeros, or for an anchor that is the opening."""

    opened: NDArray[np.int32]
    stop: NDArray[np.int32]
    state: NDArray[np.uint8]
    cause: NDArray[np.uint16]
    elapsed: Ints
    anchor: NDArray[np.int32] | None = None
    paused: Ints | None = None
    excluded: Ints | None = None
    carried: Ints | None = None


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
            parts[index].append(_runs(metric, block, known, meanings=meanings[index], readings=readings, moved=moved))
    return _joined(columns, as_of, parts, list(causes))


def _joined(columns: "EventColumns", as_of: int, parts: list[list[_Part]], causes: list[str]) -> RunColumns:
    """The cycles of all clocks and blocks one after the other."""
    bounds = [0, *accumulate(sum(len(part.opened) for part in of_metric) for of_metric in parts)]
    every = [part for of_metric in parts for part in of_metric]
    made = {
        name: np.concatenate([np.empty(0, dtype), *(getattr(part, name) for part in every)])
        for name, dtype in (("opened", np.int32), ("stop", np.int32), ("state", np.uint8), ("cause", np.uint16), ("elapsed", np.int64))
    }
    made["anchor"] = made["opened"]
    if any(part.anchor is not None for part in every):
        made["anchor"] = np.concatenate([part.opened if part.anchor is None else part.anchor for part in every])
    by_clock = {f"{name}_by": [_unless_zero(of_metric, name) for of_metric in parts] for name in ("paused", "excluded", "carried")}
    return RunColumns(columns, as_of, bounds, **made, **by_clock, causes=causes)  # type: ignore[arg-type]  # arrays and lists by name


def _unless_zero(parts: list[_Part], name: str) -> Ints | None:
    given = [getattr(part, name) for part in parts]
    if all(one is None for one in given):
        return None
    return np.concatenate([np.zeros(len(part.opened), np.int64) if one is None else one for part, one in zip(parts, given, strict=True)])


def _runs(metric: Metric, block: Block, known: Situation, *, meanings: Meanings, readings: Readings, moved: Moves) -> _Part:
    opens, numbers = moved.at.take(moved.opens), known.numbers
    if not len(opens):
        narrow = np.empty(0, np.int32)
        return _Part(narrow, narrow, np.empty(0, np.uint8), np.empty(0, np.uint16), np.empty(0, np.int64))
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
    return _Part(
        opened, stop, state, cause, elapsed, None if anchor is opens else _global(block.positions, anchor), paused, excluded, carried
    )


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
