"""The questions about dates, stretches and reasons that a schedule answers."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from slakit._time import DAY, instant, like
from slakit._value import value
from slakit.errors import Finding
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

    A date is a ``datetime.date`` or ISO text such as ``"2026-03-21"``; an instant stands for the
    local date on which it falls.
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

    def is_working_day(self, day: Any) -> bool:
        """Whether an opening starts on a local date."""
        return self.days.is_working(self._day(day))

    def is_holiday(self, day: Any) -> bool:
        """Whether a local date is a holiday, whatever an override makes of it."""
        return holiday_on(self.rule, self._day(day)) is not None

    def holiday_name(self, day: Any) -> str | None:
        """The name of the holiday on a local date (empty where it has none), None on other dates."""
        return holiday_on(self.rule, self._day(day))

    def add_working_days(self, start: Any, number: int) -> Any:
        """The date, or the instant at the same clock time, so many working days later or earlier.

        A start on a day that is none counts from the next working day (backwards: the one before).
        The clock time stays, also where it is not open; zero days change nothing.

        Args:
            start: an instant or a date.
            number: how many; negative goes back.

        Returns:
            The kind that came in.

        Raises:
            ScheduleError: ``unreachable``.
        """
        if number == 0:
            return day_date(parse_day(start, "date")) if _is_date(start) else like(instant(start), start, self.zone)
        day = self._day(start)
        table = self.days
        step = 1 if number > 0 else -1
        origin = day if table.is_working(day) else table.following(day, step)
        target = table.following(origin, number)
        if _is_date(start):
            return day_date(target)
        us = instant(start)
        return like(table.instant_us(target * DAY + (us + table.offset_us(us)) % DAY), start, self.zone)

    def working_days_between(self, start: Any, end: Any) -> int:
        """How many working days lie from one local date up to, not including, another; negative when it is earlier."""
        return self.days.count(self._day(start), self._day(end))

    def holidays_unknown(self, until_us: int, *, since_us: int | None = None) -> Finding | None:
        """The finding for an answer that reads beyond the last date on which the holidays are known.

        Args:
            until_us: end of what the answer reads, us.
            since_us: start of what it reads, us; None: only the end counts.

        Returns:
            None where the holidays are known, or where the schedule has none.
        """
        return holidays_unknown(self.rule, until_us - 1 if since_us is None else since_us, until_us)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful about the schedule itself: ``tzdata_outdated``."""
        found = (outdated_zone(zone) for zone in zones_of(self.rule))
        return tuple(finding for finding in found if finding is not None)

    def _day(self, given: Any) -> int:
        if _is_date(given):
            return parse_day(given, "date")
        us = instant(given)
        return (us + self.days.offset_us(us)) // DAY


def _is_date(given: Any) -> bool:
    if isinstance(given, str):
        return len(given) == _ISO_DATE
    return isinstance(given, date) and not isinstance(given, datetime)
