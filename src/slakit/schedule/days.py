"""Working days: local dates on which an opening starts, and spans counted in them."""

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from slakit._time import DAY, NAT, SECOND, WorkingDays
from slakit.clock.business import END, FIRST
from slakit.errors import ScheduleError
from slakit.schedule.rules import Rule
from slakit.schedule.zones import instant_of, offset_at, offset_periods

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from slakit.clock import BusinessClock

    Instants = NDArray[np.int64]

_FIRST_DAY, _END_DAY = FIRST // DAY + 3, END // DAY - 3
_AHEAD = 1461


class DayTable:
    """The working days of a schedule, over a horizon that grows by itself.

    Days are counted from 1970-01-01. A day is a working day when some open time starts that day's
    hours: midnight inside round-the-clock hours starts a day too.
    """

    __slots__ = ("_clock", "_closings", "_days", "_hi", "_lo", "_rule")

    def __init__(self, rule: Rule, clock: "BusinessClock") -> None:
        """Count the days of a rule, whose clock tells what is open."""
        self._rule = rule
        self._clock = clock
        self._lo = self._hi = 0
        self._days: list[int] = []
        self._closings: list[int] = []

    def cover(self, first: int, last: int) -> None:
        """Know the days from one to another (both included).

        Raises:
            ScheduleError: ``beyond_horizon``.
        """
        if self._lo <= first and last < self._hi:
            return
        if first < _FIRST_DAY or last >= _END_DAY:
            message = "working days are counted from 1900 to 2200; the question reaches beyond: check the date and the number of days"
            raise ScheduleError(message, code="beyond_horizon", first=first, last=last)
        lo, hi = (first, last) if self._lo == self._hi else (min(first, self._lo), max(last, self._hi))
        lo, hi = max(_FIRST_DAY, lo - 31), min(_END_DAY, hi + _AHEAD)
        closings: dict[int, int] = {}
        for _, end, day in self._rule.pieces((lo - 2) * DAY, (hi + 3) * DAY):
            if lo <= day < hi and end > closings.get(day, NAT):
                closings[day] = end
        days = sorted(closings)
        self._days, self._closings, self._lo, self._hi = days, [closings[day] for day in days], lo, hi

    def is_working(self, day: int) -> bool:
        """Whether an opening starts on a day."""
        self.cover(day, day)
        number = bisect_left(self._days, day)
        return number < len(self._days) and self._days[number] == day

    def count(self, first: int, end: int) -> int:
        """How many working days lie in ``[first, end)``, negative when the end is earlier."""
        self.cover(min(first, end), max(first, end))
        return bisect_left(self._days, end) - bisect_left(self._days, first)

    def following(self, day: int, number: int) -> int:
        """The n-th working day after a day (before it for a negative number).

        Raises:
            ScheduleError: ``unreachable`` where there are not so many.
        """
        reach = abs(number) * 2 + 31
        while True:
            low, high = max(_FIRST_DAY, day - reach if number < 0 else day), min(_END_DAY - 1, day if number < 0 else day + reach)
            self.cover(low, high)
            position = bisect_right(self._days, day) + number - 1 if number > 0 else bisect_left(self._days, day) + number
            if 0 <= position < len(self._days):
                return self._days[position]
            if low == _FIRST_DAY or high == _END_DAY - 1:
                message = f"{abs(number)} working days {'after' if number > 0 else 'before'} a date are never reached within the years 1900 to 2200"
                raise ScheduleError(message, code="unreachable", days=number)
            reach *= 4

    def closing(self, day: int) -> int:
        """The last closing of the hours that start on a working day, us."""
        self.cover(day, day)
        return self._closings[bisect_left(self._days, day)]

    def due_us(self, start: int, length: WorkingDays) -> int:
        """The instant at which a span of working days is due.

        The same clock time on the n-th following working day, counted from the next opening if the
        start is closed; if that time is not open, that day's last closing.

        Args:
            start: us.
            length: how many days, and whether the end of the day is meant.

        Raises:
            ScheduleError: ``unreachable``.
        """
        opening = self._clock.next_open_us(start)
        local = opening + self.offset_us(opening)
        day = self.following(local // DAY, length.days)
        if not length.end:
            at = self.instant_us(day * DAY + local % DAY)
            if self._clock.is_open_us(at):
                return at
        return self.closing(day)

    def offset_us(self, us: int) -> int:
        """The UTC offset at an instant, us."""
        return offset_at(self._rule.zone, us // SECOND) * SECOND

    def instant_us(self, local: int) -> int:
        """A local time (us) as an instant: the first of two, moved forward by the gap where it never occurs."""
        return instant_of(self._rule.zone, local)

    def due_array(self, start: "Instants", length: WorkingDays) -> "Instants":
        """`due_us` of each start; NaT stays NaT, and stands where nothing is due.

        Args:
            start: us.
            length: how many days, and whether the end of the day is meant.
        """
        import numpy as np  # noqa: PLC0415 - scalars must not load it

        vector = self._clock.vector
        opening = vector.next_open(start)
        out = np.full(start.shape, NAT, np.int64)
        known = opening != NAT
        if not known.any():
            return out
        opening = opening[known]
        starts, offsets = self._offsets(int(opening.min()), int(opening.max()), length.days)
        local = opening + offsets[np.searchsorted(starts, opening, side="right") - 1]
        day = local // DAY
        low, high = int(day.min()), int(day.max())
        high = self._reach(high, length.days)
        self.cover(low, high)
        days, closings = np.array(self._days, np.int64), np.array(self._closings, np.int64)
        position = np.searchsorted(days, day, side="right") + length.days - 1
        reached = position < len(days)
        position = np.minimum(position, len(days) - 1)
        due = closings[position]
        if not length.end:
            starts, offsets = self._offsets(int(opening.min()), (int(days[position].max()) + 3) * DAY, 0)
            at = _instants(days[position] * DAY + local % DAY, starts, offsets)
            due = np.where(vector.is_open(at), at, due)
        out[known] = np.where(reached, due, NAT)
        return out

    def _reach(self, day: int, number: int) -> int:
        try:
            return self.following(day, number)
        except ScheduleError:
            return _END_DAY - 1

    def _offsets(self, first: int, last: int, days: int) -> "tuple[Instants, Instants]":
        import numpy as np  # noqa: PLC0415 - scalars must not load it

        periods = list(offset_periods(self._rule.zone, first - 4 * DAY, last + (days + 4) * DAY))
        return np.array([start for start, _, _ in periods], np.int64), np.array([offset for _, _, offset in periods], np.int64)


def _instants(local: "Instants", starts: "Instants", offsets: "Instants") -> "Instants":
    """Local times as instants, by the spans of one offset; the first of two, forward over a gap."""
    import numpy as np  # noqa: PLC0415 - scalars must not load it

    ends = starts[1:] + offsets[:-1]
    number = np.searchsorted(ends, local, side="right")
    number = np.where(local < starts[number] + offsets[number], np.maximum(number - 1, 0), number)
    return local - offsets[number]
