"""The reading and its inverses for arrays of instants."""

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from slakit._time import NAT
from slakit._value import value
from slakit.clock.reading import FAR, Reading
from slakit.clock.table import CHUNK, EdgeTable, Room
from slakit.errors import ScheduleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from slakit.clock.business import BusinessClock

    Instants = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SMALL = 2_048
"""Below this many instants a binary search beats building a table."""


@value(eq=False)
class Arrays:
    """A reading as arrays, with the tables that invert it."""

    reading: Reading

    @cached_property
    def starts(self) -> "Instants":
        """The openings; the first element stands before all time."""
        return np.array(self.reading.starts, np.int64)

    @cached_property
    def shift(self) -> "Instants":
        """What turns an open instant of a segment into its reading; one more, so that any count indexes it."""
        return np.array([*self.reading.shift, 0], np.int64)

    @cached_property
    def total(self) -> "Instants":
        """The reading at the end of each segment."""
        return np.array(self.reading.total, np.int64)

    @cached_property
    def closings(self) -> "Instants":
        """The ends of open time; the first element stands before all time."""
        return self.total - self.shift[:-1]

    @cached_property
    def by_time(self) -> EdgeTable:
        """Segment from instant."""
        return EdgeTable(self.starts[1:], self.reading.lo, self.reading.hi)

    @cached_property
    def by_reading(self) -> EdgeTable:
        """Segment from reading."""
        return EdgeTable(self.total, int(self.total[0]), int(self.total[-1]) + 1)

    def read(self, us: "Instants") -> "Instants":
        """R of instants that the horizon covers."""
        if len(us) < SMALL:
            number = np.searchsorted(self.starts, us, side="right") - 1
            return np.asarray(np.minimum(us + self.shift[number], self.total[number]))
        table, shift, total = self.by_time, self.shift, self.total
        out = np.empty(len(us), np.int64)
        room = Room(CHUNK)
        for at in range(0, len(us), CHUNK):
            part = us[at : at + CHUNK]
            number = table.count(part, room)
            result, other = out[at : at + CHUNK], room.others[: len(part)]
            shift.take(number, out=result, mode="clip")
            np.add(result, part, out=result)
            total.take(number, out=other, mode="clip")
            np.minimum(result, other, out=result)
        return out

    def invert(self, goal: "Instants", *, last: bool) -> "Instants":
        """The least (or last) instant of each reading; NaT where the horizon has none."""
        slack = 0 if last else 1
        if len(goal) < SMALL:
            number = np.searchsorted(self.total, goal - slack, side="right")
            out = goal - self.shift[number]
        else:
            table, shift = self.by_reading, self.shift
            out = np.empty(len(goal), np.int64)
            room = Room(CHUNK)
            for at in range(0, len(goal), CHUNK):
                part, result = goal[at : at + CHUNK], out[at : at + CHUNK]
                number = table.count(np.subtract(part, slack, out=result), room)
                shift.take(number, out=room.others[: len(part)], mode="clip")
                np.subtract(part, room.others[: len(part)], out=result)
        lowest, highest = self.reading.total[0] + slack, self.reading.total[-1] - 1 + slack
        if len(goal) and (int(goal.min()) < lowest or int(goal.max()) > highest):
            out[(goal < lowest) | (goal > highest)] = NAT
        return out


class VectorReading:
    """A clock's reading for arrays, in step with its horizon; NaT stays NaT everywhere."""

    __slots__ = ("_arrays", "_clock")

    def __init__(self, clock: "BusinessClock") -> None:
        """Follow a clock."""
        self._clock = clock
        self._arrays: Arrays | None = None

    def arrays(self, reading: Reading) -> Arrays:
        """The arrays of a reading, kept for the latest one."""
        kept = self._arrays
        if kept is None or kept.reading is not reading:
            kept = self._arrays = Arrays(reading)
        return kept

    def _over(self, us: "Instants") -> Arrays:
        return self.arrays(self._clock.cover(int(us.min()), int(us.max())))

    def read(self, us: "Instants") -> "Instants":
        """R of each instant."""
        flat = np.ascontiguousarray(us).reshape(-1)
        if not len(flat):
            return np.empty(us.shape, np.int64)
        if int(flat.min()) != NAT:
            return self._over(flat).read(flat).reshape(us.shape)
        out = np.full(flat.shape, NAT, np.int64)
        known = flat != NAT
        if known.any():
            out[known] = self.read(flat[known])
        return out.reshape(us.shape)

    def due_at(self, start: "Instants", span: "Instants | int") -> "Instants":
        """The least instant by which the span has passed; NaT where there is none."""

        def least(at: "Instants", spans: "Instants") -> "Instants":
            found = self._invert(self.read(at) + spans, last=False)
            return found if int(spans.min()) > 0 else np.where(spans <= 0, at, found)

        return _pairwise(least, start, span)

    def met_until(self, start: "Instants", span: "Instants | int") -> "Instants":
        """The greatest instant by which no more than the span has passed; NaT where there is none."""
        return _pairwise(lambda at, spans: self._invert(self.read(at) + spans, last=True), start, span)

    def start_by(self, end: "Instants", span: "Instants | int") -> "Instants":
        """The latest instant from which the span fits; NaT where there is none."""

        def latest(at: "Instants", spans: "Instants") -> "Instants":
            found = self._invert(self.read(at) - spans, last=True)
            return np.where(spans <= 0, at, np.minimum(found, at))

        return _pairwise(latest, end, span)

    def _invert(self, goal: "Instants", *, last: bool) -> "Instants":
        return self.arrays(self._clock.reach(int(goal.min()), int(goal.max()))).invert(goal, last=last)

    def is_open(self, us: "Instants") -> "Flags":
        """Whether each instant is working time; False for NaT."""
        out = np.zeros(us.shape, np.bool_)
        known = us != NAT
        if known.any():
            at = us[known]
            arrays = self._over(at)
            out[known] = at < arrays.closings[np.searchsorted(arrays.starts, at, side="right") - 1]
        return out

    def next_open(self, us: "Instants") -> "Instants":
        """The earliest open instant at or after each; NaT where there is none."""

        def after(arrays: Arrays, at: "Instants") -> "Instants":
            number = np.searchsorted(arrays.starts, at, side="right")
            later = np.append(arrays.starts, NAT)[number]
            return np.where(at < arrays.closings[number - 1], at, later)

        return self._edges(us, self._clock.next_open_us, after)

    def next_close(self, us: "Instants") -> "Instants":
        """The first end of open time strictly after each; NaT where there is none."""

        def closing(arrays: Arrays, at: "Instants") -> "Instants":
            number = np.searchsorted(arrays.closings, at, side="right")
            found = np.append(arrays.closings, FAR)[number]
            return np.where(found < arrays.reading.hi, found, NAT)

        return self._edges(us, self._clock.next_close_us, closing)

    def previous_close(self, us: "Instants") -> "Instants":
        """The end of the open time that lies before each; NaT where there is none."""

        def before(arrays: Arrays, at: "Instants") -> "Instants":
            number = np.searchsorted(arrays.starts, at, side="left") - 1
            return np.where(number > 0, np.minimum(at, arrays.closings[number]), NAT)

        return self._edges(us, self._clock.previous_close_us, before)

    def _edges(self, us: "Instants", scalar: "Callable[[int], int]", vector: "Callable[[Arrays, Instants], Instants]") -> "Instants":
        out = np.full(us.shape, NAT, np.int64)
        known = us != NAT
        if known.any():
            at = us[known]
            self._over(at)
            for extreme in (int(at.min()), int(at.max())):
                with suppress(ScheduleError):  # a missing edge is NaT here; asking grows the horizon to where it is
                    scalar(extreme)
            out[known] = vector(self._over(at), at)
        return out


def _pairwise(ask: "Callable[[Instants, Instants], Instants]", at: "Instants", span: "Instants | int") -> "Instants":
    """Ask for pairs that are whole; NaT for the others."""
    first, second = np.broadcast_arrays(np.asarray(at, np.int64), np.asarray(span, np.int64))
    shape = first.shape
    first, second = np.ascontiguousarray(first).reshape(-1), np.ascontiguousarray(second).reshape(-1)
    if not len(first):
        return np.empty(shape, np.int64)
    if int(first.min()) != NAT and int(second.min()) != NAT:
        return ask(first, second).reshape(shape)
    out = np.full(first.shape, NAT, np.int64)
    known = (first != NAT) & (second != NAT)
    if known.any():
        out[known] = ask(first[known], second[known])
    return out.reshape(shape)
