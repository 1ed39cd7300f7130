"""Schedule: when a desk works, as a value."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

from slakit._tidy import text_html
from slakit._time import named
from slakit._value import value
from slakit.clock import BusinessClock
from slakit.errors import ScheduleError, TimeError, did_you_mean
from slakit.schedule.calendar import CalendarQuestions
from slakit.schedule.dates import parse_closures, parse_dates, parse_day, parse_holidays
from slakit.schedule.days import DayTable
from slakit.schedule.hours import WHOLE_DAY, Week, parse_week
from slakit.schedule.intervals import union
from slakit.schedule.plain import from_plain, to_plain
from slakit.schedule.questions import Questions
from slakit.schedule.rules import AND, EVER, MINUS, OR, Combined, Effective, Rule
from slakit.schedule.weekly import Weekly
from slakit.schedule.words import description, representation

CLOSES = ("day", "shift")


@value(repr=False)
class Schedule(Questions, CalendarQuestions):
    """Working time: a zone, weekly hours, dated overrides, holidays and closures.

    Build one with `weekly`, `always` or `effective`, and combine with ``&``, ``|`` and ``-``.

    Attributes:
        rule: what it is made of.
    """

    rule: Rule

    @classmethod
    def weekly(
        cls,
        hours: str | Mapping[str, Any],
        *,
        tz: str | tzinfo,
        holidays: Any = None,
        holidays_until: Any = None,
        years: Iterable[int] | int | None = None,
        dates: Mapping[Any, Any] | None = None,
        closed: Mapping[Any, Any] | None = None,
        closes: str = "day",
    ) -> Self:
        """Hours that repeat every week, with everything dated that changes them.

        Args:
            hours: ``"sat-wed 08:00-16:00; thu 08:00-12:00"`` or ``{"mon": "09:00-12:30 13:30-18:00"}``
                (pairs are taken too). ``24:00`` and overnight ``22:00-06:00`` are legal; an
                overnight stretch belongs to the day on which it starts.
            tz: IANA zone, by name or object, or a fixed offset (``"+03:30"``, ``datetime.timezone``).
            holidays: dates, or a mapping from dates to names; ranges ``"2026-03-21/2026-03-24"``.
            holidays_until: last date on which the holidays are known; default the end of the last
                year present.
            years: the years to ask an object for that fills itself by query.
            dates: hours that replace those starting on a date, and beat a holiday; ``"closed"``
                for none. A range takes plain hours for each date, or a week for the while.
            closed: hours cut out of whatever is open on a date.
            closes: ``"day"``: a holiday closes its civil day; ``"shift"``: the hours that start on it.

        Raises:
            ScheduleError: hours, dates or holidays that cannot be read or contradict each other,
                ``unknown_zone``, ``bad_zone`` for a zone object without a name, ``bad_years``, ``unknown_option``.
        """
        if closes not in CLOSES:
            message = f"closes={closes!r}: {did_you_mean(closes, CLOSES)}"
            raise ScheduleError(message, code="unknown_option", given=closes)
        known, until = parse_holidays(holidays, holidays_until, years)
        single, seasons = parse_dates(dates)
        rule = Weekly(_zone(tz), parse_week(hours), single, seasons, known, until, parse_closures(closed), closes)
        return cls(rule)

    @classmethod
    def always(cls, *, tz: str | tzinfo = "UTC") -> Self:
        """24 hours, 7 days, no holidays; the zone only matters for what is shown and for dates."""
        week: Week = (WHOLE_DAY,) * 7
        return cls(Weekly(_zone(tz), week))

    @classmethod
    def effective(cls, parts: Mapping[Any, Any]) -> Self:
        """One schedule after another, each from its local date on.

        Args:
            parts: date -> schedule. The first holds before its date too (a key None or ``""`` says
                so). Hours belong to the date on which they start.

        Raises:
            ScheduleError: ``bad_date``, ``bad_schedule``, ``empty_effective``.
        """
        if not isinstance(parts, Mapping):
            message = f"effective: {parts!r} is no mapping from dates to schedules: write {{'': old, '2026-07-01': new}}"
            raise ScheduleError(message, code="bad_schedule", given=parts)
        found: list[tuple[int, Rule]] = []
        for key, schedule in parts.items():
            if not isinstance(schedule, Schedule):
                message = f"effective, {key!r}: {schedule!r} is no Schedule: build one with Schedule.weekly(...)"
                raise ScheduleError(message, code="bad_schedule", given=schedule)
            found.append((EVER if key is None or key == "" else parse_day(key, "effective"), schedule.rule))
        if not found:
            message = "effective without any schedule: give {date: schedule, ...}"
            raise ScheduleError(message, code="empty_effective")
        found.sort(key=lambda part: part[0])
        for (day, _), (later, _) in pairwise(found):
            if day == later:
                message = f"effective: two schedules begin on the same date in {list(parts)!r}: keep one"
                raise ScheduleError(message, code="overlap", given=list(parts))
        return cls(found[0][1] if len(found) == 1 else Effective(tuple(found)))

    def __and__(self, other: "Schedule") -> "Schedule":
        """Open when both are."""
        return self._combine(AND, other)

    def __or__(self, other: "Schedule") -> "Schedule":
        """Open when either is."""
        return self._combine(OR, other)

    def __sub__(self, other: "Schedule") -> "Schedule":
        """Open when this one is and the other is not."""
        return self._combine(MINUS, other)

    def _combine(self, op: str, other: "Schedule") -> "Schedule":
        if not isinstance(other, Schedule):
            return NotImplemented
        return Schedule(Combined(op, self.rule, other.rule))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Schedule":
        """Read what `to_dict` gives (or what somebody wrote that way).

        Raises:
            ScheduleError: ``unknown_key``, ``missing_key``, ``bad_schedule``, and as the builders.
        """
        return from_plain(cls, plain)

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and text that `from_dict` reads back to an equal schedule."""
        return to_plain(self.rule)

    def describe(self) -> str:
        """What the schedule says, a line for each fact, in words that a manager reads."""
        return description(self.rule)

    def __repr__(self) -> str:
        """An expression that builds the schedule, or a sentence where that would be long."""
        return representation(self.rule)

    def _repr_html_(self) -> str:
        return text_html(self.describe())

    @property
    def zone(self) -> tzinfo:
        """The zone in which dates and clock times are meant, and in which results are shown."""
        return self.rule.zone

    @cached_property
    def clock(self) -> BusinessClock:
        """The compiled reading, in integer microseconds."""
        return BusinessClock(_Openings(self.rule), name=repr(self))

    @cached_property
    def days(self) -> DayTable:
        """The working days."""
        return DayTable(self.rule, self.clock)


@value
class _Openings:
    """The open time of a rule, as a clock wants it."""

    rule: Rule

    def __call__(self, lo: int, hi: int) -> list[tuple[int, int]]:
        """Sorted disjoint open intervals of ``[lo, hi)``, us."""
        return union(self.rule.pieces(lo, hi))


def _zone(given: str | tzinfo) -> tzinfo:
    try:
        return named(given)
    except TimeError as error:
        message = f"tz: {error}"
        raise ScheduleError(message, code=error.code, **error.fields) from None
