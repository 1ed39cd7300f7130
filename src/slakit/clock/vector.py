"""The reading and its inverses for arrays of instants."""

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from slakit._time import NAT
from slakit._value import value
from slakit.clock.reading import FAR, Reading
from slakit.clock.table import CHUNK, EdgeTable, Room, StretchTable
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
    def by_time(self) -> StretchTable:
        """Reading from instant."""
        return StretchTable(self.reading)

    @cached_property
    def by_reading(self) -> EdgeTable:
        """Segment from reading."""
        return EdgeTable(self.total, int(self.total[0]), int(self.total[-1]) + 1)

    def read(self, us: "Instants", out: "Instants", room: Room) -> None:
        """R of a part of instants, all within the horizon.

        Args:
            us: at most as many as the room has; where they are one and the same, looked up once.
            out: takes the readings.
            room: memory to work in.
        """
        if len(us) < SMALL or us.strides == (0,):
            us = us[:1] if us.strides == (0,) else us
            number = np.searchsorted(self.starts, us, side="right") - 1
            out[:] = np.minimum(us + self.shift[number], self.total[number])
            return
        self.by_time.read(us, out, room)

    def invert(self, goal: "Instants", extent: tuple[int, int], out: "Instants", room: Room, *, last: bool) -> None:
        """The least (or last) instant of a part of readings; NaT where the horizon has none.

        Args:
            goal: at most as many as the room has.
            extent: the least and the greatest of them.
            out: takes the instants.
            room: memory to work in.
            last: the last instant.
        """
        slack = 0 if last else 1
        if len(goal) < SMALL:
            number = np.searchsorted(self.total, goal - slack, side="right")
            np.subtract(goal, self.shift[number], out=out)
        else:
            number = self.by_reading.count(np.subtract(goal, slack, out=out), room)
            shift = room.others[: len(goal)]
            self.shift.take(number, out=shift, mode="clip")
            np.subtract(goal, shift, out=out)
        lowest, highest = self.reading.total[0] + slack, self.reading.total[-1] - 1 + slack
        if extent[0] < lowest or extent[1] > highest:
            out[(goal < lowest) | (goal > highest)] = NAT


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

    def read(self, us: "Instants") -> "Instants":
        """R of each instant."""

        def reading(pairs: "_Parts", out: "Instants", room: Room) -> None:
            self._covering(pairs, 0).read(pairs.part(0), out, room)

        return _Parts(us).each(reading)

    def elapsed(self, start: "Instants", end: "Instants") -> "Instants":
        """R from one instant to another, of each pair; negative where the second is earlier."""

        def between(pairs: "_Parts", out: "Instants", room: Room) -> None:
            begun = room.results[: len(out)]
            self._covering(pairs, 0).read(pairs.part(0), begun, room)
            self._covering(pairs, 1).read(pairs.part(1), out, room)
            np.subtract(out, begun, out=out)

        return _Parts(start, end).each(between)

    def due_at(self, start: "Instants", span: "Instants | int") -> "Instants":
        """The least instant by which the span has passed; NaT where there is none."""

        def least(pairs: "_Parts", out: "Instants", room: Room) -> None:
            at, spans = pairs.part(0), pairs.part(1)
            self._inverted(pairs, np.add, out, room, last=False)
            if pairs.least(1) <= 0:
                np.copyto(out, at, where=spans <= 0)

        return _Parts(start, span).each(least)

    def met_until(self, start: "Instants", span: "Instants | int") -> "Instants":
        """The greatest instant by which no more than the span has passed; NaT where there is none."""

        def greatest(pairs: "_Parts", out: "Instants", room: Room) -> None:
            self._inverted(pairs, np.add, out, room, last=True)

        return _Parts(start, span).each(greatest)

    def start_by(self, end: "Instants", span: "Instants | int") -> "Instants":
        """The latest instant from which the span fits; NaT where there is none."""

        def latest(pairs: "_Parts", out: "Instants", room: Room) -> None:
            at, spans = pairs.part(0), pairs.part(1)
            self._inverted(pairs, np.subtract, out, room, last=True)
            np.minimum(out, at, out=out)
            np.copyto(out, at, where=spans <= 0)

        return _Parts(end, span).each(latest)

    def _covering(self, pairs: "_Parts", number: int) -> Arrays:
        """The arrays of a horizon that holds the instants of a part; where it must grow, it grows for all parts at once."""
        reading = self._clock.reading
        if not (reading.lo <= pairs.least(number) and int(pairs.part(number).max()) < reading.hi):
            reading = self._clock.cover(*pairs.extent(number))
        return self.arrays(reading)

    def _inverted(self, pairs: "_Parts", move: np.ufunc, out: "Instants", room: Room, *, last: bool) -> None:
        """The instants whose readings are those of a part, moved by spans."""
        goal = room.results[: len(out)]
        self._covering(pairs, 0).read(pairs.part(0), goal, room)
        move(goal, pairs.part(1), out=goal)
        extent = int(goal.min()), int(goal.max())
        self.arrays(self._clock.reach(*extent)).invert(goal, extent, out, room, last=last)

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

    def _over(self, us: "Instants") -> Arrays:
        return self.arrays(self._clock.cover(int(us.min()), int(us.max())))

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


class _Parts:
    """Arrays of one shape taken part by part, so that what is between two passes stays in the cache."""

    __slots__ = ("_flat", "_least", "_part", "_shape")

    def __init__(self, *given: "Instants | int") -> None:
        """Take what can be broadcast together; `NAT` in one makes the place missing."""
        arrays = np.broadcast_arrays(*(np.asarray(array, np.int64) for array in given))
        self._shape = arrays[0].shape
        self._flat = [array if array.ndim == 1 else array.reshape(-1) for array in arrays]
        self._part: list[Instants] = []
        self._least: list[int] = []

    def part(self, number: int) -> "Instants":
        """The elements of an array in the part that is being treated, none of them missing."""
        return self._part[number]

    def least(self, number: int) -> int:
        """The least element of an array in the part that is being treated."""
        return self._least[number]

    def extent(self, number: int) -> tuple[int, int]:
        """The least and the greatest element of an array where no array is missing."""
        known = self._flat[number][np.logical_and.reduce([array != NAT for array in self._flat])]
        return int(known.min()), int(known.max())

    def each(self, answer: "Callable[[_Parts, Instants, Room], None]") -> "Instants":
        """The answers to every part, NaT where an array is missing.

        Args:
            answer: fills an array with the answers to the current part, given room to work in.
        """
        count = len(self._flat[0])
        out, room = np.empty(count, np.int64), Room(min(count, CHUNK))
        for begin in range(0, count, CHUNK):
            part, result = [array[begin : begin + CHUNK] for array in self._flat], out[begin : begin + CHUNK]
            least = [int(array.min()) for array in part]
            if NAT not in least:
                self._part, self._least = part, least
                answer(self, result, room)
                continue
            known = np.logical_and.reduce([array != NAT for array in part])
            result[:] = NAT
            if known.any():
                self._part = [array[known] for array in part]
                self._least = [int(array.min()) for array in self._part]
                found = np.empty(len(self._part[0]), np.int64)
                answer(self, found, room)
                result[known] = found
        return out.reshape(self._shape)
