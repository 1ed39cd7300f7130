"""ClockSet: many clocks read at once, each instant on the clock that an index names."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from slakit._time import NAT
from slakit._value import value
from slakit.clock.business import BusinessClock
from slakit.clock.reading import FAR, Reading
from slakit.clock.table import CHUNK, Room, bucket_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Instants = NDArray[np.int64]
    Indices = NDArray[np.integer]

_ENTRIES = 2**20
"""The most buckets that the tables of all clocks may have together, so that they stay near the processor."""


class _Rows:
    """Edge tables of several clocks on one axis, behind one another, looked up by row."""

    __slots__ = ("_bits", "_counts", "_following", "_rounds", "_size", "hi", "lo")

    def __init__(self, rows: "Sequence[Instants]", offsets: "Instants", length: int, axis: tuple[int, int]) -> None:
        """Build the tables.

        Args:
            rows: the edges of each clock, ascending.
            offsets: the number of each row's first segment.
            length: how many segments there are, with one more a row.
            axis: ``(lo, hi)`` that holds all edges.
        """
        self.lo, self.hi = axis
        widest = (self.hi - self.lo) // max(1, _ENTRIES // len(rows))
        bits = self._bits = max(widest.bit_length(), *(bucket_bits(edges, self.lo, self.hi) for edges in rows))
        size = self._size = ((self.hi - self.lo) >> bits) + 1
        self._counts = np.empty(size * len(rows), np.int32)
        self._following = np.full(length, FAR, np.int64)
        self._rounds = 0
        for number, (edges, offset) in enumerate(zip(rows, offsets, strict=True)):
            inside = np.bincount((edges - self.lo) >> bits, minlength=size)
            self._rounds = max(self._rounds, int(inside.max(initial=0)))
            counts = self._counts[number * size : (number + 1) * size]
            counts[0] = offset
            counts[1:] = offset + np.cumsum(inside[:-1])
            self._following[offset : offset + len(edges)] = edges

    def find(self, row: "Indices", numbers: "Instants", room: Room) -> "Instants":
        """The segment of each number (within the axis) in its row; the slot behind it where all edges lie before."""
        length = len(numbers)
        found, other, more = room.numbers[:length], room.others[:length], room.flags[:length]
        np.subtract(numbers, self.lo, out=found)
        np.right_shift(found, self._bits, out=found)
        np.multiply(row, self._size, out=other)
        np.add(found, other, out=found)
        self._counts.take(found, out=room.counts[:length], mode="clip")
        found[:] = room.counts[:length]
        for _ in range(self._rounds):
            self._following.take(found, out=other, mode="clip")
            np.greater_equal(numbers, other, out=more)
            np.add(found, more, out=found)
        return found


@value(eq=False)
class _Joined:
    """The readings of several clocks behind one another, each with one empty slot at its end."""

    readings: tuple[Reading, ...]

    @cached_property
    def offsets(self) -> "Instants":
        """The slot of each clock's first segment."""
        lengths = [len(reading.starts) + 1 for reading in self.readings]
        return np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int64)

    @cached_property
    def shift(self) -> "Instants":
        """What turns an open instant of a segment into its reading."""
        return np.array([number for reading in self.readings for number in (*reading.shift, 0)], np.int64)

    @cached_property
    def total(self) -> "Instants":
        """The reading at the end of each segment."""
        return np.array([number for reading in self.readings for number in (*reading.total, 0)], np.int64)

    @cached_property
    def least(self) -> "Instants":
        """The reading at the start of each clock's horizon."""
        return np.array([reading.total[0] for reading in self.readings], np.int64)

    @cached_property
    def most(self) -> "Instants":
        """The reading at the end of each clock's horizon."""
        return np.array([reading.total[-1] for reading in self.readings], np.int64)

    def holds(self, row: "Indices", goal: "Instants", slack: int) -> "NDArray[np.bool_]":
        """Whether each reading has an instant within its clock's horizon."""
        return (goal >= (self.least + slack)[row]) & (goal < (self.most + slack)[row])

    @cached_property
    def by_time(self) -> _Rows:
        """Segment from instant."""
        rows = [np.array(one.starts[1:], np.int64) for one in self.readings]
        axis = min(one.lo for one in self.readings), max(one.hi for one in self.readings)
        return _Rows(rows, self.offsets, len(self.shift), axis)

    @cached_property
    def by_reading(self) -> _Rows:
        """Segment from reading."""
        rows = [np.array(one.total, np.int64) for one in self.readings]
        return _Rows(rows, self.offsets, len(self.shift), (int(self.least.min()), int(self.most.max()) + 1))


class ClockSet:
    """Several clocks; every question names, for each instant, the clock that answers.

    All instants and spans are int64 us of one shape with the indices; NaT stays NaT.
    """

    __slots__ = ("_joined", "clocks")

    def __init__(self, clocks: Sequence[BusinessClock]) -> None:
        """Join clocks; an index is a position in this sequence."""
        self.clocks = tuple(clocks)
        self._joined: _Joined | None = None

    def _join(self) -> _Joined:
        readings = tuple(clock.reading for clock in self.clocks)
        kept = self._joined
        if kept is None or any(one is not other for one, other in zip(kept.readings, readings, strict=True)):
            kept = self._joined = _Joined(readings)
        return kept

    def read_array(self, which: "Indices", us: "Instants") -> "Instants":
        """R of each instant on its clock.

        Args:
            which: positions of clocks.
            us: instants.
        """
        out = np.full(len(us), NAT, np.int64)
        known = us != NAT
        if not known.any():
            return out
        whole = bool(known.all())
        at, index = (us, which) if whole else (us[known], which[known])
        first, last = int(at.min()), int(at.max())
        for clock in self.clocks:
            clock.cover(first, last)
        joined, room = self._join(), Room(CHUNK)
        found = out if whole else np.empty(len(at), np.int64)
        for begin in range(0, len(at), CHUNK):
            part, row, result = at[begin : begin + CHUNK], index[begin : begin + CHUNK], found[begin : begin + CHUNK]
            number = joined.by_time.find(row, part, room)
            joined.shift.take(number, out=result, mode="clip")
            np.add(result, part, out=result)
            joined.total.take(number, out=room.others[: len(part)], mode="clip")
            np.minimum(result, room.others[: len(part)], out=result)
        if not whole:
            out[known] = found
        return out

    def due_at_array(self, which: "Indices", start: "Instants", span: "Instants | int") -> "Instants":
        """The least instant by which the span has passed; NaT where there is none."""
        spans = np.broadcast_to(np.asarray(span, np.int64), start.shape)
        found = self._invert(which, start, spans, last=False)
        if len(spans) and int(spans.min()) > 0:
            return found
        return np.where((spans <= 0) & (spans != NAT), start, found)

    def met_until_array(self, which: "Indices", start: "Instants", span: "Instants | int") -> "Instants":
        """The greatest instant by which no more than the span has passed; NaT where there is none."""
        return self._invert(which, start, np.broadcast_to(np.asarray(span, np.int64), start.shape), last=True)

    def _invert(self, which: "Indices", start: "Instants", spans: "Instants", *, last: bool) -> "Instants":
        known = (start != NAT) & (spans != NAT)
        out = np.full(len(start), NAT, np.int64)
        if not known.any():
            return out
        whole = bool(known.all())
        index = which if whole else which[known]
        goal = self.read_array(index, start if whole else start[known]) + (spans if whole else spans[known])
        slack = 0 if last else 1
        joined = self._join()
        inside = joined.holds(index, goal, slack)
        if not inside.all():
            for number in np.unique(index[~inside]):
                mine = goal[index == number]
                self.clocks[number].reach(int(mine.min()), int(mine.max()))
            joined = self._join()
            inside = joined.holds(index, goal, slack)
        found = out if whole else np.empty(len(goal), np.int64)
        rows, room = joined.by_reading, Room(CHUNK)
        wanted = np.clip(goal, rows.lo + slack, rows.hi)
        for begin in range(0, len(goal), CHUNK):
            part, row, result = wanted[begin : begin + CHUNK], index[begin : begin + CHUNK], found[begin : begin + CHUNK]
            number = rows.find(row, np.subtract(part, slack, out=result), room)
            joined.shift.take(number, out=room.others[: len(part)], mode="clip")
            np.subtract(part, room.others[: len(part)], out=result)
        if not inside.all():
            found[~inside] = NAT
        if not whole:
            out[known] = found
        return out
