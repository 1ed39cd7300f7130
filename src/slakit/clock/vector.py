"""The reading and its inverses for arrays of instants."""

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from slakit._time import NAT
from slakit.clock.reading import Reading
from slakit.errors import ScheduleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from slakit.clock.business import BusinessClock

    Instants = NDArray[np.int64]


class VectorReading:
    """A clock's reading as arrays, kept in step with its horizon."""

    __slots__ = ("_arrays", "_clock", "_of")

    def __init__(self, clock: "BusinessClock") -> None:
        """Follow a clock."""
        self._clock = clock
        self._of: Reading | None = None
        self._arrays: tuple[Instants, Instants, Instants] | None = None

    def _current(self, reading: Reading) -> "tuple[Instants, Instants, Instants]":
        if self._arrays is None or self._of is not reading:
            self._arrays = (np.array(reading.starts, np.int64), np.array(reading.shift, np.int64), np.array(reading.total, np.int64))
            self._of = reading
        return self._arrays

    def read(self, us: "Instants") -> "Instants":
        """R of each instant; NaT stays NaT."""
        missing = us == NAT
        known = us[~missing]
        out = np.full(us.shape, NAT, np.int64)
        if known.size:
            starts, shift, total = self._current(self._clock.cover(int(known.min()), int(known.max())))
            number = np.searchsorted(starts, known, side="right") - 1
            out[~missing] = np.minimum(known + shift[number], total[number])
        return out

    def due_at(self, start: "Instants", span: "Instants | int") -> "Instants":
        """The least instant by which the span has passed; NaT where there is none."""
        start, spans = np.broadcast_arrays(start, np.asarray(span, np.int64))
        known = (start != NAT) & (spans != NAT)
        return np.where(known & (spans <= 0), start, self._inverse(start, spans, known, "left"))

    def met_until(self, start: "Instants", span: "Instants | int") -> "Instants":
        """The greatest instant by which no more than the span has passed; NaT where there is none."""
        start, spans = np.broadcast_arrays(start, np.asarray(span, np.int64))
        return self._inverse(start, spans, (start != NAT) & (spans != NAT), "right")

    def start_by(self, end: "Instants", span: "Instants | int") -> "Instants":
        """The latest instant from which the span fits; NaT where there is none."""
        end, spans = np.broadcast_arrays(end, np.asarray(span, np.int64))
        known = (end != NAT) & (spans != NAT)
        found = self._inverse(end, -np.where(known, spans, 0), known, "right")
        return np.where(known & (spans <= 0), end, np.minimum(found, end))

    def _inverse(self, at: "Instants", span: "Instants", known: "NDArray[np.bool_]", side: str) -> "Instants":
        out = np.full(at.shape, NAT, np.int64)
        if not known.any():
            return out
        goal = self.read(at[known]) + span[known]
        _, shift, total = self._current(self._clock.reach(int(goal.min()), int(goal.max())))
        number = np.searchsorted(total, goal, side="left" if side == "left" else "right")
        inside = (number < len(total)) & (number > 0)
        out[known] = np.where(inside, goal - shift[np.minimum(number, len(total) - 1)], NAT)
        return out

    def is_open(self, us: "Instants") -> "NDArray[np.bool_]":
        """Whether each instant is working time; False for NaT."""
        out = np.zeros(us.shape, np.bool_)
        known = us != NAT
        if known.any():
            at = us[known]
            starts, shift, total = self._current(self._clock.cover(int(at.min()), int(at.max())))
            number = np.searchsorted(starts, at, side="right") - 1
            out[known] = at + shift[number] < total[number]
        return out

    def next_open(self, us: "Instants") -> "Instants":
        """The earliest open instant at or after each; NaT where there is none."""
        return self._edges(us, self._clock.next_open_us, "open")

    def next_close(self, us: "Instants") -> "Instants":
        """The first end of open time strictly after each; NaT where there is none."""
        return self._edges(us, self._clock.next_close_us, "close")

    def previous_close(self, us: "Instants") -> "Instants":
        """The end of the open time that lies before each; NaT where there is none."""
        return self._edges(us, self._clock.previous_close_us, "before")

    def _edges(self, us: "Instants", scalar: "Callable[[int], int]", edge: str) -> "Instants":
        out = np.full(us.shape, NAT, np.int64)
        known = us != NAT
        if not known.any():
            return out
        at = us[known]
        for extreme in (int(at.min()), int(at.max())):
            with suppress(ScheduleError):
                scalar(extreme)
        starts, shift, total = self._current(self._clock.cover(int(at.min()), int(at.max())))
        number = np.searchsorted(starts, at, side="right") - 1
        is_open = at + shift[number] < total[number]
        last = len(starts) - 1
        if edge == "open":
            found = np.where(is_open, at, np.where(number < last, starts[np.minimum(number + 1, last)], NAT))
        elif edge == "close":
            number = np.where(is_open, number, number + 1)
            closing = (total - shift)[np.minimum(number, last)]
            found = np.where((number <= last) & (closing < self._clock.cover(int(at.min()), int(at.max())).hi), closing, NAT)
        else:
            number = np.searchsorted(starts, at, side="left") - 1
            found = np.where(number > 0, np.minimum(at, (total - shift)[number]), NAT)
        out[known] = found
        return out
