"""Working days: local dates on which an opening starts, and spans counted in them."""

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from slakit._time import DAY, NAT, SECOND, WorkingDays
from slakit._value import value
from slakit.clock.business import END, FIRST
from slakit.errors import ScheduleError
from slakit.schedule.rules import Rule
from slakit.schedule.zones import instant_of, offset_at, offset_periods

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from slakit.clock import BusinessClock

    Instants = NDArray[np.int64]

_FIRST_DAY, _END_DAY = FIRST // DAY, END // DAY
_BEHIND, _AHEAD = 31, 1461


@value(eq=False)
class _Known:
    """The working days of ``[lo, hi)`` and the last closing of each, us."""

    lo: int
    hi: int
    days: list[int]
    closings: list[int]


class DayTable:
    """The working days of a schedule, over a horizon that grows by itself.

    Days are counted from 1970-01-01. Hours open on the first date on which something of them is left to begin, whatever took
    the rest; a day on which some hours open is a working day: midnight inside round-the-clock hours opens a day too.
    """

    __slots__ = ("_clock", "_known", "_rule")

    def __init__(self, rule: Rule, clock: "BusinessClock") -> None:
        """Count the days of a rule, whose clock tells what is open."""
        self._rule = rule
        self._clock = clock
        self._known: _Known | None = None

    def cover(self, first: int, last: int) -> _Known:
        """The working days from one to another (both included) and more, what is known kept.

        Raises:
            ScheduleError: ``beyond_horizon``.
        """
        known = self._known
        if known is not None and known.lo <= first and last < known.hi:
            return known
        if first < _FIRST_DAY or last >= _END_DAY:
            message = "working days are counted from 1900 to 2200; the question reaches beyond: check the date and the number of days"
            raise ScheduleError(message, code="beyond_horizon", first=first, last=last)
        lo, hi = max(_FIRST_DAY, first - _BEHIND), min(_END_DAY, last + _AHEAD)
        if known is None:
            known = self._count(lo, hi)
        if lo < known.lo:
            more = self._count(lo, known.lo)
            known = _Known(lo, known.hi, more.days + known.days, more.closings + known.closings)
        if last >= known.hi:
            more = self._count(known.hi, hi)
            known = _Known(known.lo, hi, known.days + more.days, known.closings + more.closings)
        self._known = known
        return known

    def _count(self, lo: int, hi: int) -> _Known:
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for start, end, shift, offset in self._rule.pieces((lo - 2) * DAY, (hi + 3) * DAY):
            day = (start + offset) // DAY
            known = first.get(shift)
            if known is None or day < known:
                first[shift] = day
            if end > last.get(shift, NAT):
                last[shift] = end
        closings: dict[int, int] = {}
        for shift, day in first.items():
            if lo <= day < hi and last[shift] > closings.get(day, NAT):
                closings[day] = last[shift]
        days = sorted(closings)
        return _Known(lo, hi, days, [closings[day] for day in days])

    def is_working(self, day: int) -> bool:
        """Whether an opening starts on a day."""
        days = self.cover(day, day).days
        number = bisect_left(days, day)
        return number < len(days) and days[number] == day

    def count(self, first: int, end: int) -> int:
        """How many working days lie in ``[first, end)``, negative when the end is earlier."""
        days = self.cover(min(first, end), max(first, end)).days
        return bisect_left(days, end) - bisect_left(days, first)

    def following(self, day: int, number: int) -> int:
        """The n-th working day after a day (before it for a negative number).

        Raises:
            ScheduleError: ``unreachable`` where there are not so many, ``beyond_horizon`` for a day outside 1900 to 2200.
        """
        self.cover(day, day)
        return self._nth(day, number)

    def _nth(self, day: int, number: int) -> int:
        """`following` also from the local dates just outside 1900 to 2200 on which an instant within may fall."""
        reach = abs(number) * 2 + 31
        while True:
            if number > 0:
                low, high = day + 1, min(_END_DAY - 1, day + reach)
            else:
                low, high = max(_FIRST_DAY, day - reach), day
            days = self.cover(low, high).days if low <= high else []
            position = bisect_right(days, day) + number - 1 if number > 0 else bisect_left(days, day) + number
            if 0 <= position < len(days):
                return days[position]
            if (high == _END_DAY - 1) if number > 0 else (low == _FIRST_DAY):
                raise _unreachable(number)
            reach *= 4

    def closing(self, day: int) -> int:
        """The last closing of the hours that start on a working day, us."""
        known = self.cover(day, day)
        return known.closings[bisect_left(known.days, day)]

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
        day = self._nth(local // DAY, length.days)
        if not length.end:
            at = self.instant_us(day * DAY + local % DAY)
            if at < END and self._clock.is_open_us(at):
                return at
        due = self.closing(day)
        if due > END:
            raise _unreachable(length.days)
        return due

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
        known_days = self.cover(min(low + 1, _END_DAY - 1), self._reach(high, length.days))
        days, closings = np.array(known_days.days, np.int64), np.array(known_days.closings, np.int64)
        position = np.searchsorted(days, day, side="right") + length.days - 1
        reached = position < len(days)
        if not reached.any():
            return out
        position = np.minimum(position, len(days) - 1)
        due = closings[position]
        if not length.end:
            starts, offsets = self._offsets(int(opening.min()), (int(days[position].max()) + 3) * DAY, 0)
            at = instants_of(days[position] * DAY + local % DAY, starts, offsets)
            due = np.where(vector.is_open(np.where(at < END, at, NAT)), at, due)
        out[known] = np.where(reached & (due <= END), due, NAT)
        return out

    def _reach(self, day: int, number: int) -> int:
        try:
            return self._nth(day, number)
        except ScheduleError:
            return _END_DAY - 1

    def _offsets(self, first: int, last: int, days: int) -> "tuple[Instants, Instants]":
        import numpy as np  # noqa: PLC0415 - scalars must not load it

        periods = list(offset_periods(self._rule.zone, first - 4 * DAY, last + (days + 4) * DAY))
        return np.array([start for start, _, _ in periods], np.int64), np.array([offset for _, _, offset in periods], np.int64)


def _unreachable(days: int) -> ScheduleError:
    message = f"{abs(days)} working {'day' if abs(days) == 1 else 'days'} {'after' if days > 0 else 'before'} a date are never reached within the years 1900 to 2200"
    return ScheduleError(message, code="unreachable", days=days)


def instants_of(local: "Instants", starts: "Instants", offsets: "Instants") -> "Instants":
    """Local times as instants, by the spans of one offset; the first of two, forward over a gap."""
    import numpy as np  # noqa: PLC0415 - scalars must not load it

    ends = starts[1:] + offsets[:-1]
    number = np.searchsorted(ends, local, side="right")
    number = np.where(local < starts[number] + offsets[number], np.maximum(number - 1, 0), number)
    return local - offsets[number]
