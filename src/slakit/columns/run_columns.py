"""Cycles as the column interpreter finds them: arrays, one row a cycle."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Bools, Ints, leads

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns


class Marked(NamedTuple):
    """Events in the midst of cycles, and what the clock has used up by then.

    Attributes:
        cycle: number of the cycle in its stretch, ascending.
        mark: number of the event among those asked for, ascending.
        spent: int64, us of working time, that of earlier cycles which an accumulating clock goes on from included.
    """

    cycle: Ints
    mark: Ints
    spent: Ints

    def only(self, cycles: Ints) -> "Marked":
        """Those in some cycles, given their numbers, ascending, which are numbered anew."""
        among = np.searchsorted(cycles, self.cycle)
        here = np.flatnonzero(np.append(cycles, -1).take(among) == self.cycle)
        return Marked(among.take(here), self.mark.take(here), self.spent.take(here))


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
        marked: the events asked for that came while a cycle ran; None for none.
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
    marked: Marked | None = None

    def only(self, rows: Ints) -> "Stretch":
        """Some of its cycles, given their numbers, ascending."""
        arrays = dict(zip(self._fields[1:-1], self[1:-1], strict=True))
        kept: dict[str, Any] = {name: array.take(rows) for name, array in arrays.items() if array is not None}
        return self._replace(**kept, marked=None if self.marked is None else self.marked.only(rows))


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

    def of_clock(self, metric: int) -> tuple[slice, NDArray[np.int32], Marked]:
        """The cycles of a clock, given its index: their places among all rows, what opened them (as `opened`), and their marked events."""
        found = [(rows, stretch) for rows, stretch in self.rows() if stretch.metric == metric]
        first = found[0][0].start if found else 0
        nothing = np.empty(0, np.int64)
        marked = [Marked(nothing, nothing, nothing)]
        marked += [one.marked._replace(cycle=one.marked.cycle + (rows.start - first)) for rows, one in found if one.marked is not None]
        opened = np.concatenate([np.empty(0, np.int32), *(stretch.opened for _, stretch in found)])
        return slice(first, first + len(opened)), opened, Marked(*(np.concatenate(part) for part in zip(*marked, strict=True)))

    def leave_out(self, tickets: Ints) -> Bools:
        """Forget the cycles of some tickets (their codes, ascending); which of the rows stay."""
        stays = np.ones(len(self), np.bool_)
        held = np.ones(len(self.columns.tickets), np.bool_)
        held[tickets] = False
        kept = []
        for rows, stretch in self.rows():
            of = self.columns.ticket.take(stretch.opened)
            low, high = np.searchsorted(tickets, (of[0], of[-1] + 1)) if len(of) else (0, 0)
            if low < high:
                stays[rows] = held.take(of)
            kept.append(stretch.only(np.flatnonzero(stays[rows])) if low < high else stretch)
        self.stretches = kept
        return stays

    @property
    def metric(self) -> NDArray[np.uint16]:
        """Index of the clock."""
        numbers = np.array([stretch.metric for stretch in self.stretches], np.uint16)
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
