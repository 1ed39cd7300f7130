"""The questions about dates, stretches and reasons that a schedule answers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from operator import index
from typing import TYPE_CHECKING, Any

from slakit._time import DAY, instant, is_array, like
from slakit._value import value
from slakit.errors import Finding, ScheduleError
from slakit.schedule.coverage import holiday_on, holidays_unknown, outdated_zone, zones_of
from slakit.schedule.dates import day_date, parse_day

if TYPE_CHECKING:
    from datetime import tzinfo

    from slakit.clock import BusinessClock
    from slakit.schedule.days import DayTable
    from slakit.schedule.labels import Stretch
    from slakit.schedule.rules import Rule

_ISO_DATE = 10


@value
class Opening:
    """A stretch of open time.

    Attributes:
        start: when it opens.
        end: when it closes.
    """

    start: datetime
    end: datetime

    @property
    def span(self) -> timedelta:
        """Its physical length."""
        return _length(self.start, self.end)


@value
class Segment:
    """A stretch of time, open or closed, and why.

    Attributes:
        start: its first instant.
        end: the first instant after it.
        open: whether it is working time.
        kind: ``"open"``, ``"override"``, ``"closed hours"``, ``"holiday"`` or ``"closure"``.
        name: the name of the holiday, else empty.
    """

    start: datetime
    end: datetime
    open: bool
    kind: str
    name: str = ""

    @property
    def reason(self) -> str:
        """The kind, with the name of the holiday: ``"holiday: Nowruz"``."""
        return f"{self.kind}: {self.name}" if self.name else self.kind

    @property
    def span(self) -> timedelta:
        """Its physical length."""
        return _length(self.start, self.end)


def _length(start: datetime, end: datetime) -> timedelta:
    return timedelta(microseconds=instant(end) - instant(start))


class CalendarQuestions:
    """Questions about stretches, dates and working days.

    A date is a ``datetime.date``, ``numpy.datetime64`` of unit D or ISO text such as ``"2026-03-21"``;
    an instant stands for the local date on which it falls. Questions about days take arrays too
    (lists, ``datetime64``, series of pandas or polars); ``datetime64[D]`` and lists of dates are
    dates, finer units are instants in UTC, and one array holds one of the two (else ``mixed_kinds``).
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def rule(self) -> Rule: ...  # noqa: D102 - Schedule has it
        @property
        def zone(self) -> tzinfo: ...  # noqa: D102 - Schedule has it
        @property
        def clock(self) -> BusinessClock: ...  # noqa: D102 - Schedule has it
        @property
        def days(self) -> DayTable: ...  # noqa: D102 - Schedule has it

    def openings(self, start: Any, end: Any) -> list[Opening]:
        """The open stretches from one instant to another, cut off at both."""
        zone = self.zone
        found = self.clock.openings_us(instant(start), instant(end))
        return [Opening(like(opening, start, zone), like(closing, start, zone)) for opening, closing in found]

    def segments(self, start: Any, end: Any) -> list[Segment]:
        """All stretches from one instant to another with the reason of each: contiguous and complete."""
        zone = self.zone
        found = self.stretches_us(instant(start), instant(end))
        return [Segment(like(one.start, start, zone), like(one.end, start, zone), one.open, one.kind, one.name) for one in found]

    def stretches_us(self, start: int, end: int) -> "list[Stretch]":
        """`segments` in integer us."""
        from slakit.schedule.labels import labelled  # noqa: PLC0415 - a live deadline asks for no labels

        return labelled(self.rule, start, end)

    def is_working_day(self, day: Any) -> Any:
        """Whether an opening starts on a local date: ``bool``, or an array of them (False for NaT)."""
        return self._flag(day, self.days.is_working)

    def is_holiday(self, day: Any) -> Any:
        """Whether a local date is a holiday, whatever an override makes of it: ``bool``, or an array of them (False for NaT)."""
        return self._flag(day, lambda number: holiday_on(self.rule, number) is not None)

    def holiday_name(self, day: Any) -> str | None:
        """The name of the holiday on a local date (empty where it has none), None on other dates."""
        return holiday_on(self.rule, self.day_of(day))

    def add_working_days(self, start: Any, number: Any) -> Any:
        """The date, or the instant at the same clock time, so many working days later or earlier.

        A start on a day that is none counts from the next working day (backwards: the one before).
        The clock time stays, also where it is not open; zero days change nothing.

        Args:
            start: an instant or a date, or an array of one of the two kinds.
            number: how many, a whole number or an array of them; negative goes back.

        Returns:
            A date for a date (``datetime.date``, also for ISO text such as ``"2026-03-21"``), an instant
            for an instant; for arrays ``datetime64[D]`` and ``datetime64[us]``.

        Raises:
            ScheduleError: ``unreachable`` (arrays: NaT), ``bad_count`` for what is no whole number,
                ``mixed_kinds`` for an array of dates and instants, ``unequal_lengths``.
        """
        if is_array(start) or is_array(number):
            from slakit.schedule.dayarrays import added  # noqa: PLC0415 - scalars must not load numpy

            return added(self, start, number)
        count = whole(number)
        if is_date(start):
            return day_date(self.day_after(parse_day(start, "date"), count))
        us = instant(start)
        if count == 0:
            return like(us, start, self.zone)
        table = self.days
        local = us + table.offset_us(us)
        return like(table.instant_us(self.day_after(local // DAY, count) * DAY + local % DAY), start, self.zone)

    def day_after(self, day: int, number: int) -> int:
        """`add_working_days` from a day since 1970-01-01."""
        if number == 0:
            return day
        table = self.days
        origin = day if table.is_working(day) else table.following(day, 1 if number > 0 else -1)
        return table.following(origin, number)

    def working_days_between(self, start: Any, end: Any) -> Any:
        """How many working days lie from one local date up to, not including, another; negative when it is earlier.

        Returns:
            ``int``; where either argument is an array, one of int64, or of float64 with NaN where a
            date is missing.

        Raises:
            ScheduleError: ``unequal_lengths``, ``beyond_horizon``.
        """
        if is_array(start) or is_array(end):
            from slakit.schedule.dayarrays import counted  # noqa: PLC0415 - scalars must not load numpy

            return counted(self, start, end)
        return self.days.count(self.day_of(start), self.day_of(end))

    def holidays_unknown(self, until: Any, *, since: Any = None) -> Finding | None:
        """The finding for an answer that reads beyond the last date on which the holidays are known.

        Args:
            until: end of what the answer reads, e.g. the deadline: an instant of any kind, or an
                integer of microseconds since the epoch.
            since: start of what it reads, likewise; None: only the end counts.

        Returns:
            None where the holidays are known, or where the schedule has none.
        """
        end = until if type(until) is int else instant(until)
        return holidays_unknown(self.rule, end - 1 if since is None else since if type(since) is int else instant(since), end)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful about the schedule itself: ``tzdata_outdated``."""
        found = (outdated_zone(zone) for zone in zones_of(self.rule))
        return tuple(finding for finding in found if finding is not None)

    def day_of(self, given: Any) -> int:
        """The local date that a date or an instant stands for, in days since 1970-01-01."""
        if is_date(given):
            return parse_day(given, "date")
        us = instant(given)
        return (us + self.days.offset_us(us)) // DAY

    def _flag(self, day: Any, test: Callable[[int], bool]) -> Any:
        if is_array(day):
            from slakit.schedule.dayarrays import flagged  # noqa: PLC0415 - scalars must not load numpy

            return flagged(self, day, test)
        return test(self.day_of(day))


def whole(number: Any) -> int:
    """A count of working days.

    Raises:
        ScheduleError: ``bad_count``.
    """
    try:
        return index(number)
    except TypeError:
        message = f"{number!r} is no number of working days: give a whole number, e.g. 2"
        raise ScheduleError(message, code="bad_count", given=number) from None


def is_date(given: Any) -> bool:
    """Whether something is meant as a date, not as an instant."""
    if isinstance(given, str):
        return len(given) == _ISO_DATE
    if isinstance(given, date):
        return not isinstance(given, datetime)
    return type(given).__module__ == "numpy" and getattr(getattr(given, "dtype", None), "str", "") == "<M8[D]"
