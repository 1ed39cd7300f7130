"""The hours of one desk: a week, dated overrides, holidays and closures in one zone."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import tzinfo
from functools import cached_property

from slakit._time import DAY
from slakit._value import value
from slakit.schedule.dates import Holidays
from slakit.schedule.hours import Hours, Week
from slakit.schedule.intervals import Interval, Piece, cut, union
from slakit.schedule.zones import offset_periods

_REACH = 2 * DAY
"""No stretch of hours is longer."""


@value
class Weekly:
    """Weekly hours with everything dated that changes them; days count from 1970-01-01.

    Attributes:
        zone: where its wall clock hangs.
        week: seven days of hours, Monday first.
        dates: overrides of single days.
        seasons: ``(first day, last day, week)``; a week that holds for a while.
        holidays: closed days and their names.
        holidays_until: the last day on which the holidays are known, None where that is no question.
        closures: hours cut out of single days.
        closes: ``"day"``: a holiday closes its civil day; ``"shift"``: the hours that start on it.
    """

    zone: tzinfo
    week: Week
    dates: tuple[tuple[int, Hours], ...] = ()
    seasons: tuple[tuple[int, int, Week], ...] = ()
    holidays: Holidays = ()
    holidays_until: int | None = None
    closures: tuple[tuple[int, Hours], ...] = ()
    closes: str = "day"

    @cached_property
    def override(self) -> dict[int, Hours]:
        """Hours by day, for the days that have hours of their own."""
        return dict(self.dates)

    @cached_property
    def holiday(self) -> dict[int, str]:
        """Names by day."""
        return dict(self.holidays)

    @cached_property
    def closure(self) -> dict[int, Hours]:
        """Closed hours by day."""
        return dict(self.closures)

    @cached_property
    def shut_days(self) -> frozenset[int]:
        """The days on which some time is closed whatever the hours say."""
        spilled = {day + 1 for day, hours in self.closures if hours[-1][1] > DAY}
        return frozenset(self.closure) | spilled | (frozenset(self.holiday) if self.closes == "day" else frozenset())

    def ordinary_hours(self, day: int) -> Hours:
        """The hours that the week (or season) alone would give a day."""
        for first, last, week in self.seasons:
            if first <= day <= last:
                return week[(day + 3) % 7]
        return self.week[(day + 3) % 7]

    def hours_on(self, day: int) -> Hours:
        """The hours that start on a day: its own, else the week's, of which a holiday that closes the shift leaves none."""
        own = self.override.get(day)
        if own is not None:
            return own
        return () if self.closes == "shift" and day in self.holiday else self.ordinary_hours(day)

    def shut_on(self, day: int, *, own: bool) -> list[Interval]:
        """Local time of one civil day that is closed whatever the hours say.

        Args:
            day: the civil day.
            own: asked for hours given for this very date, which its holiday leaves open.
        """
        midnight = day * DAY
        if not own and self.closes == "day" and day in self.holiday:
            return [(midnight, midnight + DAY)]
        spill = [(0, end - DAY) for _, end in self.closure.get(day - 1, ()) if end > DAY]
        today = [(start, min(end, DAY)) for start, end in self.closure.get(day, ())]
        return [(midnight + start, midnight + end) for start, end in sorted(spill + today)]

    def pieces(self, lo: int, hi: int, until: int | None = None) -> list[Piece]:
        """Open time within ``[lo, hi)`` (us), sorted by start.

        Args:
            lo: first instant.
            hi: end.
            until: the civil day from which on another rule says what is closed; None: never.
        """
        return to_utc(self.zone, lo, hi, lambda first, last: self._local(first, last, until))

    def shut(self, lo: int, hi: int, first: int, end: int) -> list[Interval]:
        """What the rule closes, whatever the hours, of the civil days ``[first, end)`` within ``[lo, hi)`` (us)."""

        def local(low: int, high: int) -> Iterator[Piece]:
            for day in self.shut_days:
                if max(first, low) <= day <= min(high, end - 1):
                    yield from ((start, stop, start, 0) for start, stop in self.shut_on(day, own=False))

        return union(to_utc(self.zone, lo, hi, local))

    def _local(self, first: int, last: int, until: int | None) -> list[Piece]:
        """Pieces in local time of the hours that start on the days ``first`` to ``last``, both included, sorted by start.

        Days on which nothing but the week counts come by the week, all others one by one.
        """
        shut = self.shut_days if until is None else {day for day in self.shut_days if day < until}
        others = {*self.override, *self.holiday, *shut}
        if self._overnight:
            others.update(day - 1 for day in shut)
        for begin, end, _ in self.seasons:
            others.update(range(max(first, begin), min(last, end) + 1))
        found: list[Piece] = []
        at = first
        for day in sorted(day for day in others if first <= day <= last):
            found += self._weeks(at, day)
            found += self._day(day, shut)
            at = day + 1
        found += self._weeks(at, last + 1)
        return found

    @cached_property
    def _overnight(self) -> bool:
        """Whether hours of the week run past midnight."""
        return any(hours[-1][1] > DAY for hours in self.week if hours)

    @cached_property
    def _pattern(self) -> list[Interval]:
        """The hours of the week from its Monday on."""
        return [(day * DAY + start, day * DAY + end) for day, hours in enumerate(self.week) for start, end in hours]

    def _weeks(self, first: int, end: int) -> list[Piece]:
        """The week's pieces that start on the days from ``first`` up to, not including, ``end``."""
        low, high = first * DAY, end * DAY
        mondays = range((first - (first + 3) % 7) * DAY, high, 7 * DAY)
        return [
            (monday + start, monday + stop, monday + start, 0)
            for monday in mondays
            for start, stop in self._pattern
            if low <= monday + start < high
        ]

    def _day(self, day: int, shut: AbstractSet[int]) -> list[Piece]:
        """The pieces that start on one day, where some days have closed time."""
        midnight, hours = day * DAY, self.hours_on(day)
        if not hours:
            return []
        pieces = [(midnight + start, midnight + end, midnight + start, 0) for start, end in hours]
        closed = self.shut_on(day, own=day in self.override) if day in shut else []
        if hours[-1][1] > DAY and day + 1 in shut:
            closed = closed + self.shut_on(day + 1, own=False)
        return cut(pieces, union(sorted(closed))) if closed else pieces


def to_utc(zone: tzinfo, lo: int, hi: int, local: Callable[[int, int], Iterable[Piece]]) -> list[Piece]:
    """Local open time as instants: shifted by each offset, clipped to the span in which it holds.

    Args:
        zone: the zone.
        lo: first instant, us.
        hi: end, us, later than ``lo``.
        local: gives the local pieces (of offset 0) of the days from one to another, both included.

    Returns:
        Pieces within ``[lo, hi)``, sorted by start.
    """
    periods = list(offset_periods(zone, lo, hi))
    found: list[Piece] = []
    earliest = min(start + offset for start, _, offset in periods)
    latest = max(end + offset for _, end, offset in periods)
    pieces = sorted(local((earliest - _REACH) // DAY, latest // DAY))
    starts = [piece[0] for piece in pieces]
    for start, end, offset in periods:
        low, high = start + offset, end + offset
        first, inner, last = (bisect_left(starts, edge) for edge in (low - _REACH, low, high))
        outer = max(inner, bisect_left(starts, high - _REACH))
        found += [(low - offset, min(shut, high) - offset, shift, offset) for _, shut, shift, _ in pieces[first:inner] if shut > low]
        found += [(opened - offset, shut - offset, shift, offset) for opened, shut, shift, _ in pieces[inner:outer]]
        found += [(opened - offset, min(shut, high) - offset, shift, offset) for opened, shut, shift, _ in pieces[outer:last]]
    found.sort()
    return found
