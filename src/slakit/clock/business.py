"""BusinessClock: elapsed working time and its inverses, over a horizon that grows by itself."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any

from slakit._time import DAY, EPOCH_ORDINAL, span_text, utc
from slakit.clock.reading import Reading, blank, grown_earlier, grown_later
from slakit.errors import ScheduleError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from slakit.clock.vector import VectorReading

    Instants = NDArray[np.int64]

ORIGIN = 1_577_836_800_000_000
"""2020-01-01T00:00:00Z, when schedules of today are in force: where a clock looks first whether it is ever open."""
FIRST = -2_208_988_800_000_000
"""1900-01-01T00:00:00Z, where the horizon ends."""
END = 7_289_654_400_000_000
"""2201-01-01T00:00:00Z, where the horizon ends."""
_YEAR = 31_557_600_000_000
_FEW_WEEKS = 28 * DAY
_AHEAD = 92 * DAY
"""How far a horizon grows beyond what is asked for: few deadlines are further off, and every day more must be compiled."""


class BusinessClock:
    """Working time as one monotone function R of the instant, and its inverses.

    All arguments and results are integer microseconds since the epoch. Readings count from the year
    that is asked for first (UTC), so that few years are compiled; only their differences mean anything.
    """

    __slots__ = ("_lock", "_name", "_opens", "_reading", "_source", "_vector")

    def __init__(self, source: Callable[[int, int], list[tuple[int, int]]], *, name: str = "schedule") -> None:
        """Count the open time that a source lists.

        Args:
            source: gives the open intervals of ``[lo, hi)``, sorted, disjoint, not touching.
            name: what the errors call it.
        """
        self._source = source
        self._name = name
        self._opens = False
        self._reading = blank(ORIGIN)
        self._vector: VectorReading | None = None
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what is counted, not the counts."""
        return _rebuild, (self._source, self._name)

    @property
    def reading(self) -> Reading:
        """What is counted so far."""
        return self._reading

    def cover(self, first: int, last: int) -> Reading:
        """The reading over a horizon that includes two instants, grown if need be.

        Args:
            first: the earlier instant, us.
            last: the later instant, us.

        Raises:
            ScheduleError: ``beyond_horizon`` before 1900 or after 2200; ``never_open`` for a
                schedule without any open time in between.
        """
        if self._reading.lo <= first and last < self._reading.hi:
            return self._reading
        if first < FIRST or last >= END:
            raise _beyond(self._name, first if first < FIRST else last)
        with self._lock:
            reading = self._reading
            if reading.lo == reading.hi:
                reading = blank(max(FIRST, _year_begin(first)))
            reading = self._grown(reading, first, last)
            if len(reading.starts) == 1:  # closed for a season, as a rule: centuries are read only where a few years hold nothing
                reading = self._grown(reading, reading.lo, min(END - 1, reading.hi + 2 * _YEAR))
            if len(reading.starts) == 1:
                reading = self._grown(reading, FIRST, END - 1)
            if len(reading.starts) == 1:
                message = f"{self._name} has no open time between 1900 and 2200: give it hours (for 24x7 say Schedule.always())"
                raise ScheduleError(message, code="never_open", schedule=self._name)
            self._reading = reading
        return reading

    def require_open(self) -> None:
        """Make sure that there is open time at all, at the price of a few weeks where that is plain.

        Raises:
            ScheduleError: ``never_open``.
        """
        if not self._opens:
            if not self._source(ORIGIN, ORIGIN + _FEW_WEEKS):
                self.cover(ORIGIN, ORIGIN)
            self._opens = True

    def _grown(self, reading: Reading, first: int, last: int) -> Reading:
        if last >= reading.hi:
            hi = min(END, last // DAY * DAY + _AHEAD)
            reading = grown_later(reading, self._source(reading.hi, hi), hi)
        if first < reading.lo:
            lo = max(FIRST, _year_begin(first) - _YEAR)
            reading = grown_earlier(reading, self._source(lo, reading.lo), lo)
        return reading

    def _later(self, reading: Reading) -> Reading:
        """Further to the right by as much as there is (at least a few years), or the same at the end of the horizon."""
        return self.cover(reading.lo, min(END - 1, reading.hi + max(4 * _YEAR, reading.hi - reading.lo)))

    def _earlier(self, reading: Reading) -> Reading:
        return self.cover(max(FIRST, reading.lo - max(4 * _YEAR, reading.hi - reading.lo)), reading.hi - 1)

    def read(self, us: int) -> int:
        """R(t): the open time up to an instant, counted from the beginning of the year that was asked for first.

        Raises:
            ScheduleError: as `cover`.
        """
        reading = self._reading
        if not reading.lo <= us < reading.hi:
            reading = self.cover(us, us)
        number = bisect_right(reading.starts, us) - 1
        at, most = us + reading.shift[number], reading.total[number]
        return at if at < most else most  # noqa: FURB136 - twice as fast as min()

    def elapsed_us(self, start: int, end: int) -> int:
        """Working time from one instant to another; negative when the second is earlier."""
        return self.read(end) - self.read(start)

    def due_at_us(self, start: int, span: int) -> int:
        """The least instant at or after ``start`` by which ``span`` of working time has passed.

        Raises:
            ScheduleError: ``unreachable`` where no later opening reaches it.
        """
        if span <= 0:
            return start
        goal = self.read(start) + span
        reading = self._reading
        if reading.total[-1] < goal:
            reading = self.reach(goal, goal - 1)
            if reading.total[-1] < goal:
                raise _unreachable(self._name, f"{span_text(span)} of working time are never reached after {utc(start)}")
        return goal - reading.shift[bisect_left(reading.total, goal)]

    def met_until_us(self, start: int, span: int) -> int:
        """The greatest instant by which no more than ``span`` of working time has passed since ``start``.

        Raises:
            ScheduleError: ``unreachable`` where it is never exceeded.
        """
        return self._last_at(self.read(start) + span, start, "more working time than that never passes after")

    def start_by_us(self, end: int, span: int) -> int:
        """The latest instant at or before ``end`` from which ``span`` of working time fits.

        Raises:
            ScheduleError: ``unreachable`` where it never fits.
        """
        if span <= 0:
            return end
        goal = self.read(end) - span
        return min(end, self._last_at(goal, end, "working time that long never fits before"))

    def _last_at(self, goal: int, at: int, trouble: str) -> int:
        """The greatest instant whose reading is at most ``goal``."""
        reading = self._reading
        if not reading.total[0] <= goal < reading.total[-1]:
            reading = self.reach(goal, goal)
            if not reading.total[0] <= goal < reading.total[-1]:
                raise _unreachable(self._name, f"{trouble} {utc(at)}")
        return goal - reading.shift[bisect_right(reading.total, goal)]

    def reach(self, least: int, most: int) -> Reading:
        """The reading grown until it holds two readings in its inside, or as far as it goes."""
        reading = self._reading
        while least < reading.total[0] and reading.lo > FIRST:
            reading = self._earlier(reading)
        while reading.total[-1] <= most and reading.hi < END:
            reading = self._later(reading)
        return reading

    def is_open_us(self, us: int) -> bool:
        """Whether an instant is working time."""
        reading = self.cover(us, us)
        number = bisect_right(reading.starts, us) - 1
        return us + reading.shift[number] < reading.total[number]

    def next_open_us(self, us: int) -> int:
        """The earliest open instant at or after an instant.

        Raises:
            ScheduleError: ``unreachable`` where none follows.
        """
        if self.is_open_us(us):
            return us
        reading = self._reading
        number = bisect_right(reading.starts, us)
        while number == len(reading.starts):
            if reading.hi >= END:
                raise _unreachable(self._name, f"no opening follows {utc(us)}")
            reading = self._later(reading)
        return reading.starts[bisect_right(reading.starts, us)]

    def next_close_us(self, us: int) -> int:
        """The first end of open time strictly after an instant.

        Raises:
            ScheduleError: ``unreachable`` where none follows.
        """
        opening = self.next_open_us(us)
        reading = self._reading
        while True:
            closing = reading.closing(bisect_right(reading.starts, opening) - 1)
            if closing < reading.hi:
                return closing
            if reading.hi >= END:
                raise _unreachable(self._name, f"no closing follows {utc(us)}")
            reading = self._later(reading)

    def previous_close_us(self, us: int) -> int:
        """The end of the open time that lies before an instant: the instant itself while open.

        At the very instant of an opening nothing of that stretch lies before it, so the answer is
        the closing before.

        Raises:
            ScheduleError: ``unreachable`` where nothing was open before.
        """
        reading = self.cover(us, us)
        while bisect_left(reading.starts, us) == 1:
            if reading.lo <= FIRST:
                raise _unreachable(self._name, f"nothing is open before {utc(us)}")
            reading = self._earlier(reading)
        return min(us, reading.closing(bisect_left(reading.starts, us) - 1))

    def openings_us(self, start: int, end: int) -> list[tuple[int, int]]:
        """The open stretches of ``[start, end)``, cut off at both ends."""
        if end <= start:
            return []
        reading = self.cover(start, end - 1)
        first = max(1, bisect_right(reading.starts, start) - 1)
        last = bisect_left(reading.starts, end)
        cut = ((max(reading.starts[n], start), min(reading.closing(n), end)) for n in range(first, last))
        return [(opening, closing) for opening, closing in cut if opening < closing]

    @property
    def vector(self) -> "VectorReading":
        """The same for arrays of instants."""
        if self._vector is None:
            from slakit.clock.vector import VectorReading  # noqa: PLC0415 - scalars must not load numpy

            self._vector = VectorReading(self)
        return self._vector

    def read_array(self, us: "Instants") -> "Instants":
        """R of each instant; NaT stays NaT."""
        return self.vector.read(us)

    def elapsed_array(self, start: "Instants", end: "Instants") -> "Instants":
        """`elapsed_us` of each pair; NaT where an argument is missing."""
        return self.vector.elapsed(start, end)

    def due_at_array(self, start: "Instants", span: "Instants | int") -> "Instants":
        """`due_at_us` of each pair; NaT where an argument is missing or no later opening reaches it."""
        return self.vector.due_at(start, span)

    def met_until_array(self, start: "Instants", span: "Instants | int") -> "Instants":
        """`met_until_us` of each pair; NaT where an argument is missing or it is never exceeded."""
        return self.vector.met_until(start, span)

    def start_by_array(self, end: "Instants", span: "Instants | int") -> "Instants":
        """`start_by_us` of each pair; NaT where an argument is missing or it never fits."""
        return self.vector.start_by(end, span)

    def next_open_array(self, us: "Instants") -> "Instants":
        """`next_open_us` of each; NaT where it is missing or none follows."""
        return self.vector.next_open(us)

    def next_close_array(self, us: "Instants") -> "Instants":
        """`next_close_us` of each; NaT where it is missing or none follows."""
        return self.vector.next_close(us)

    def previous_close_array(self, us: "Instants") -> "Instants":
        """`previous_close_us` of each; NaT where it is missing or nothing was open before."""
        return self.vector.previous_close(us)


def _year_begin(us: int) -> int:
    year = date.fromordinal(us // DAY + EPOCH_ORDINAL).year
    return (date(year, 1, 1).toordinal() - EPOCH_ORDINAL) * DAY


def _rebuild(source: Callable[[int, int], list[tuple[int, int]]], name: str) -> BusinessClock:
    return BusinessClock(source, name=name)


def _beyond(name: str, us: int) -> ScheduleError:
    message = f"{name} is counted from 1900 to 2200; {utc(us)} lies beyond: check the date"
    return ScheduleError(message, code="beyond_horizon", at=us, schedule=name)


def _unreachable(name: str, trouble: str) -> ScheduleError:
    message = f"{name}: {trouble} within the years 1900 to 2200: give the schedule later hours, or a shorter span"
    return ScheduleError(message, code="unreachable", schedule=name)
