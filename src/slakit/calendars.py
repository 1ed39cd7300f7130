"""Calendar periods in a zone: days, weeks, months, quarters and years, Gregorian or Jalali.

The Jalali leap years follow the 33-year cycle, which gives the years of the official
(astronomical) calendar for the years 1277 to 1501.
"""

import re
from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, timedelta, tzinfo
from typing import Any, Literal, NamedTuple, get_args

from slakit._time import datetime_us, instant, utc, zone
from slakit._value import value
from slakit.errors import QueryError, TimeError, did_you_mean

Calendar = Literal["gregorian", "jalali"]
Per = Literal["day", "week", "month", "quarter", "year"]
CALENDARS: tuple[Calendar, ...] = get_args(Calendar)
PERS: tuple[Per, ...] = get_args(Per)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK_START: dict[str, str] = {"gregorian": "mon", "jalali": "sat"}
MONTHS = {
    ("gregorian", "en"): (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    ("gregorian", "fa"): ("ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"),
    ("jalali", "en"): (
        "Farvardin",
        "Ordibehesht",
        "Khordad",
        "Tir",
        "Mordad",
        "Shahrivar",
        "Mehr",
        "Aban",
        "Azar",
        "Dey",
        "Bahman",
        "Esfand",
    ),
    ("jalali", "fa"): ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
}
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
}
FIRST_YEAR, LAST_YEAR = 1277, 1501
_YEAR_MONTHS, _LONG_MONTHS, _QUARTER = 12, 6, 3
_LEAP = (1, 5, 9, 13, 17, 22, 26, 30)
_CYCLE = 33
_NOWRUZ_1404 = date(2025, 3, 21).toordinal()
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_LABEL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-Q([1-4])|-W(\d{2}))?")


class Day(NamedTuple):
    """A civil day of some calendar."""

    year: int
    month: int
    day: int


def is_leap(year: int) -> bool:
    """Whether a Jalali year has 366 days."""
    return year % _CYCLE in _LEAP


def _leaps_before(year: int) -> int:
    cycles, rest = divmod(year, _CYCLE)
    return len(_LEAP) * cycles + sum(1 for leap in _LEAP if leap < rest)


def _nowruz(year: int) -> int:
    return _NOWRUZ_1404 + 365 * (year - 1404) + _leaps_before(year) - _leaps_before(1404)


def _checked(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = f"the Jalali year {year} is outside {FIRST_YEAR} to {LAST_YEAR}, for which its leap years are known here"
        raise TimeError(message, code="out_of_range", given=year)
    return year


def jalali(day: date) -> Day:
    """A Gregorian date as the Jalali day.

    Raises:
        TimeError: ``out_of_range`` outside the years 1277 to 1501.
    """
    ordinal = day.toordinal()
    year = day.year - 621
    if ordinal < _nowruz(year):
        year -= 1
    passed = ordinal - _nowruz(_checked(year))
    long = 31 * _LONG_MONTHS
    if passed < long:
        return Day(year, passed // 31 + 1, passed % 31 + 1)
    return Day(year, _LONG_MONTHS + (passed - long) // 30 + 1, (passed - long) % 30 + 1)


def from_jalali(year: int, month: int = 1, day: int = 1) -> date:
    """The Gregorian date of a Jalali day.

    Raises:
        TimeError: ``bad_date``; ``out_of_range`` outside the years 1277 to 1501.
    """
    last = 31 if month <= _LONG_MONTHS else 30 if month < _YEAR_MONTHS or is_leap(year) else 29
    if not 1 <= month <= _YEAR_MONTHS or not 1 <= day <= last:
        message = (
            f"{year}-{month:02}-{day:02} is no day of the Jalali calendar: months are 1 to 12, and Esfand has 30 days in leap years only"
        )
        raise TimeError(message, code="bad_date", given=(year, month, day))
    if (year, month, day) != (LAST_YEAR + 1, 1, 1):
        _checked(year)
    return date.fromordinal(_nowruz(year) + 31 * min(month - 1, _LONG_MONTHS) + 30 * max(month - 1 - _LONG_MONTHS, 0) + day - 1)


def _of(day: date, calendar: Calendar) -> Day:
    return jalali(day) if calendar == "jalali" else Day(day.year, day.month, day.day)


def _date(year: int, month: int, calendar: Calendar) -> date:
    return from_jalali(year, month) if calendar == "jalali" else date(year, month, 1)


@value(repr=False)
class Period:
    """A day, week, month, quarter or year of a calendar in a zone.

    Attributes:
        per: ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``; ``"span"`` for one between two instants.
        calendar: ``"gregorian"`` or ``"jalali"``.
        label: short name that sorts, e.g. ``"2026-03"`` or ``"1405-01"``.
        first: its first local date (Gregorian).
        after: the local date after its last.
        start_us: first instant, us.
        end_us: the instant after its last, us.
    """

    per: str
    calendar: str
    label: str
    first: date
    after: date
    start_us: int
    end_us: int

    @property
    def start(self) -> datetime:
        """First instant, UTC."""
        return utc(self.start_us)

    @property
    def end(self) -> datetime:
        """The instant after its last, UTC."""
        return utc(self.end_us)

    @property
    def days(self) -> int:
        """How many local dates it has."""
        return (self.after - self.first).days

    def dates(self) -> Iterator[date]:
        """Its local dates."""
        return (self.first + timedelta(days=number) for number in range(self.days))

    def name(self, language: str = "en") -> str:
        """For people, e.g. ``"Farvardin 1405"``, or in Persian (``"fa"``).

        Raises:
            QueryError: ``unknown_language``.
        """
        _known("language", language, tuple(DAYS))
        names = MONTHS.get((self.calendar, language))
        if self.per not in {"day", "month"} or names is None:
            text = self.label
        else:
            year, month, day = _of(self.first, self.calendar)  # type: ignore[arg-type]
            text = f"{names[month - 1]} {year}" if self.per == "month" else f"{day} {names[month - 1]} {year}"
        return text.translate(_PERSIAN) if language == "fa" else text

    def __contains__(self, us: int) -> bool:
        """Whether an instant (us) lies in it."""
        return self.start_us <= us < self.end_us

    def __repr__(self) -> str:
        """A sentence."""
        return f"<{self.per} {self.label}: {self.first} to {self.after - timedelta(days=1)}>"


def _known(name: str, given: Any, allowed: tuple[Any, ...]) -> None:
    if given not in allowed:
        message = f"{name}={given!r}: {did_you_mean(given, allowed)}"
        raise QueryError(message, code=f"unknown_{name}", given=given, known=allowed)


def bounds(day: date, *, per: Per, calendar: Calendar = "gregorian", week_start: str | None = None) -> tuple[date, date]:
    """The first date of the period that a date lies in, and the first of the next.

    Args:
        day: a Gregorian date.
        per: length of the period.
        calendar: whose months and years.
        week_start: ``"mon"`` to ``"sun"``; None: Monday, in the Jalali calendar Saturday.

    Raises:
        QueryError: ``unknown_per``, ``unknown_calendar``, ``unknown_week_start``.
        TimeError: ``out_of_range``.
    """
    _known("per", per, PERS)
    _known("calendar", calendar, CALENDARS)
    if per == "day":
        return day, day + timedelta(days=1)
    if per == "week":
        begin = week_start or WEEK_START[calendar]
        _known("week_start", begin, WEEKDAYS)
        first = day - timedelta(days=(day.weekday() - WEEKDAYS.index(begin)) % 7)
        return first, first + timedelta(days=7)
    year, month, _ = _of(day, calendar)
    months = {"month": 1, "quarter": _QUARTER, "year": _YEAR_MONTHS}[per]
    begins = (month - 1) // months * months
    years, following = divmod(begins + months, _YEAR_MONTHS)
    return _date(year, begins + 1, calendar), _date(year + years, following + 1, calendar)


def _label(first: date, after: date, per: Per, calendar: Calendar) -> str:
    year, month, day = _of(first, calendar)
    if per == "day":
        return f"{year:04}-{month:02}-{day:02}"
    if per == "week":
        if calendar == "gregorian" and first.weekday() == 0:
            week = first.isocalendar()
            return f"{week.year:04}-W{week.week:02}"
        last = _of(after - timedelta(days=1), calendar)
        return f"{year:04}-{month:02}-{day:02}/{last.month:02}-{last.day:02}"
    return {"month": f"{year:04}-{month:02}", "quarter": f"{year:04}-Q{(month - 1) // _QUARTER + 1}", "year": f"{year:04}"}[per]


def _midnight(day: date, tz: tzinfo) -> int:
    return datetime_us(datetime(day.year, day.month, day.day), tz)  # noqa: DTZ001 - the zone is applied beside it


def period_at(us: int, *, per: Per, tz: str | tzinfo, calendar: Calendar = "gregorian", week_start: str | None = None) -> Period:
    """The period that an instant lies in.

    Args:
        us: the instant, us.
        per: length of the period.
        tz: the zone whose local dates count.
        calendar: whose months and years.
        week_start: see `bounds`.
    """
    local = zone(tz)
    return _made(utc(us).astimezone(local).date(), per, local, calendar, week_start)


def _made(day: date, per: Per, local: tzinfo, calendar: Calendar, week_start: str | None) -> Period:
    first, after = bounds(day, per=per, calendar=calendar, week_start=week_start)
    return Period(per, calendar, _label(first, after, per, calendar), first, after, _midnight(first, local), _midnight(after, local))


def periods(
    start_us: int, end_us: int, *, per: Per, tz: str | tzinfo, calendar: Calendar = "gregorian", week_start: str | None = None
) -> tuple[Period, ...]:
    """The consecutive periods that share an instant with ``[start_us, end_us)``, gapless and in order.

    A local date that never was (a zone that skipped a day) has no period.

    Args:
        start_us: us.
        end_us: us; nothing where it is not after ``start_us``.
        per: length of the periods.
        tz: the zone whose local dates count.
        calendar: whose months and years.
        week_start: see `bounds`.
    """
    local = zone(tz)
    found = []
    period = period_at(start_us, per=per, tz=local, calendar=calendar, week_start=week_start)
    while period.start_us < end_us:
        if period.start_us < period.end_us:
            found.append(period)
        if period.after.year >= MAXYEAR:
            break
        period = _made(period.after, per, local, calendar, week_start)
    return tuple(found)


def named(text: str, *, tz: str | tzinfo, calendar: Calendar = "gregorian") -> Period:
    """The period of a label: ``"2026"``, ``"2026-Q1"``, ``"2026-03"``, ``"2026-W12"``, ``"2026-03-21"``, or Jalali ones.

    Raises:
        QueryError: ``bad_period``, ``unknown_calendar``.
        TimeError: ``bad_date``, ``out_of_range``.
    """
    _known("calendar", calendar, CALENDARS)
    match = _LABEL.fullmatch(text)
    per: Per
    try:
        if match is None or (match[5] and calendar == "jalali"):
            raise ValueError  # noqa: TRY301 - one message for all that is no label
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        per = "day" if match[3] else "month" if match[2] else "quarter" if match[4] else "week" if match[5] else "year"
        if per == "week":
            first = date.fromisocalendar(year, int(match[5]), 1)
        else:
            month = _QUARTER * (int(match[4]) - 1) + 1 if match[4] else month
            first = from_jalali(year, month, day) if calendar == "jalali" else date(year, month, day)
    except TimeError:
        raise
    except ValueError:
        message = (
            f"{text!r} names no {calendar} period: write it like '2026', '2026-Q1', '2026-03', '2026-03-21', or '2026-W12' (Gregorian)"
        )
        raise QueryError(message, code="bad_period", given=text) from None
    return _made(first, per, zone(tz), calendar, None)


def between(start: Any, end: Any, *, tz: str | tzinfo = "UTC") -> Period:
    """A period of one's own, between two instants.

    Args:
        start: first instant; as `slakit._time.instant`, or us.
        end: the instant after its last; later than ``start``.
        tz: the zone in which the label shows it.

    Raises:
        QueryError: ``empty_window``.
    """
    start_us, end_us = (given if type(given) is int else instant(given, tz=zone(tz)) for given in (start, end))
    if start_us >= end_us:
        message = f"the period ends ({utc(end_us)}) no later than it starts ({utc(start_us)}): give start < end"
        raise QueryError(message, code="empty_window", start=start_us, end=end_us)
    local = [utc(us).astimezone(zone(tz)) for us in (start_us, end_us)]
    label = "/".join(f"{moment:%Y-%m-%dT%H:%M:%S%z}" for moment in local)
    after = utc(end_us - 1).astimezone(zone(tz)).date() + timedelta(days=1)
    return Period("span", "gregorian", label, local[0].date(), after, start_us, end_us)
