"""Local dates, date ranges, holidays, overrides and closures, read into days since the epoch."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from slakit._time import EPOCH_ORDINAL
from slakit.errors import ScheduleError
from slakit.schedule.hours import Hours, Week, parse_hours, parse_week

_PLAIN = {dict, OrderedDict, defaultdict, MappingProxyType}
"""Mappings that hold what they hold; another one with ``get`` may fill itself when asked."""

Holidays = tuple[tuple[int, str], ...]
"""``(day, name)`` in order; the name is empty where none was given."""


def parse_day(given: Any, where: str) -> int:
    """A local date as days since 1970-01-01.

    Args:
        given: a ``date`` (pendulum's too), a naive midnight ``datetime``, ``numpy.datetime64[D]``, or ISO text.
        where: what is being read, for the message.

    Raises:
        ScheduleError: ``bad_date``.
    """
    if isinstance(given, str):
        try:
            return date.fromisoformat(given.strip()).toordinal() - EPOCH_ORDINAL
        except ValueError:
            raise _bad_date(given, where) from None
    if isinstance(given, datetime):
        if given.tzinfo is not None or given.time() != datetime.min.time():
            raise _bad_date(given, where)
        return given.toordinal() - EPOCH_ORDINAL
    if isinstance(given, date):
        return given.toordinal() - EPOCH_ORDINAL
    if type(given).__module__ == "numpy" and getattr(getattr(given, "dtype", None), "str", "") == "<M8[D]" and given == given:  # noqa: PLR0124
        return int(given.astype("int64"))
    raise _bad_date(given, where)


def _bad_date(given: object, where: str) -> ScheduleError:
    message = f"{where}: {given!r} is no date: write it like '2026-03-21' (a range like '2026-03-21/2026-03-24'), or give a datetime.date"
    return ScheduleError(message, code="bad_date", given=given, where=where)


def parse_range(given: Any, where: str) -> tuple[int, int]:
    """A date or a range of dates (ISO text with ``/``, both ends included) as first and last day.

    Raises:
        ScheduleError: ``bad_date``, also for a range that ends before it begins.
    """
    sides = given.split("/") if isinstance(given, str) else given if isinstance(given, tuple) else (given,)
    if len(sides) == 1:
        day = parse_day(sides[0], where)
        return day, day
    if len(sides) != 2:  # noqa: PLR2004 - first and last
        raise _bad_date(given, where)
    first, last = parse_day(sides[0], where), parse_day(sides[1], where)
    if last < first:
        message = f"{where}: the range {given!r} ends before it begins: write the earlier date first"
        raise ScheduleError(message, code="bad_date", given=given, where=where)
    return first, last


def day_text(day: int) -> str:
    """A day as an ISO date."""
    return day_date(day).isoformat()


def day_date(day: int) -> date:
    """A day as a date."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def last_of_year(day: int) -> int:
    """The 31st of December of a day's year."""
    return date(day_date(day).year, 12, 31).toordinal() - EPOCH_ORDINAL


def parse_holidays(given: Any, until: Any, years: Iterable[int] | int | None) -> tuple[Holidays, int | None]:
    """Holidays, and the last day that they cover.

    Args:
        given: dates, a mapping from dates to names, or an object that fills itself by query
            (it is asked for every day of ``years``). A date may be a range.
        until: last covered date; None: the end of the last year present.
        years: the years to ask for, and to keep.

    Raises:
        ScheduleError: ``bad_date`` for holidays that are not dates, ``holidays_need_years`` for an
            object that fills itself and is still empty.
    """
    wanted = sorted({years} if isinstance(years, int) else set(years)) if years is not None else None
    named: dict[int, str] = {}
    for key, name in _holiday_items(given, wanted):
        first, last = parse_range(key, "holidays")
        for day in range(first, last + 1):
            if wanted is None or day_date(day).year in wanted:
                named[day] = name
    holidays = tuple(sorted(named.items()))
    if until is not None:
        return holidays, parse_day(until, "holidays_until")
    if wanted:
        return holidays, date(wanted[-1], 12, 31).toordinal() - EPOCH_ORDINAL
    return holidays, last_of_year(holidays[-1][0]) if holidays else None


def _holiday_items(given: Any, years: list[int] | None) -> list[tuple[Any, str]]:
    if given is None:
        return []
    fills_itself = type(given) not in _PLAIN and callable(getattr(given, "get", None)) and hasattr(given, "__contains__")
    if isinstance(given, str | bytes) or not (fills_itself or isinstance(given, Iterable)):
        message = f"holidays: {given!r} is no collection of dates: give dates, or a mapping from dates to names"
        raise ScheduleError(message, code="bad_holidays", given=given)
    if fills_itself and years is not None:
        return [(day, str(given.get(day))) for day in _days_of(years) if day in given]
    if fills_itself and not (isinstance(given, Iterable) and list(given)):
        message = f"holidays: {type(given).__name__} fills itself by query and holds no date yet: pass years=, e.g. years=range(2024, 2028)"
        raise ScheduleError(message, code="holidays_need_years", given=type(given).__name__)
    if isinstance(given, Mapping):
        return [(day, "" if name is None else str(name)) for day, name in given.items()]
    return [(day, "") for day in given]


def _days_of(years: list[int]) -> list[date]:
    return [date.fromordinal(n) for year in years for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)]


def parse_dates(given: Any) -> tuple[tuple[tuple[int, Hours], ...], tuple[tuple[int, int, Week], ...]]:
    """Dated overrides, as single days and as seasons (ranges with a week of their own).

    Args:
        given: mapping from dates to hours; ``"closed"`` closes the day. Under a range, plain hours
            hold on every date of it; a week (``"sat-wed 09:00-14:00"``) replaces the ordinary week.

    Raises:
        ScheduleError: as the hours and dates; ``overlap`` for two seasons that share a date.
    """
    single: dict[int, Hours] = {}
    ranged: dict[int, Hours] = {}
    seasons: list[tuple[int, int, Week]] = []
    for key, hours in _items(given, "dates"):
        where = f"dates, {key}"
        first, last = parse_range(key, "dates")
        if isinstance(hours, Mapping) or (isinstance(hours, str) and hours.strip()[:1].isalpha() and hours.strip().lower() != "closed"):
            seasons.append((first, last, parse_week(hours, where)))
            continue
        closed = isinstance(hours, str) and hours.strip().lower() == "closed"
        (single if first == last else ranged).update(dict.fromkeys(range(first, last + 1), () if closed else parse_hours(hours, where)))
    seasons.sort()
    for earlier, later in pairwise(seasons):
        if later[0] <= earlier[1]:
            message = (
                f"dates: the ranges that begin on {day_text(earlier[0])} and on {day_text(later[0])} overlap: a date has one set of hours"
            )
            raise ScheduleError(message, code="overlap", given=given)
    return tuple(sorted({**ranged, **single}.items())), tuple(seasons)


def parse_closures(given: Any) -> tuple[tuple[int, Hours], ...]:
    """Part-day closures by date.

    Raises:
        ScheduleError: as the hours and dates.
    """
    closures: dict[int, Hours] = {}
    for key, hours in _items(given, "closed"):
        first, last = parse_range(key, "closed")
        closures.update(dict.fromkeys(range(first, last + 1), parse_hours(hours, f"closed, {key}")))
    return tuple(sorted(closures.items()))


def _items(given: Any, where: str) -> Iterable[tuple[Any, Any]]:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        message = f"{where}: {given!r} is no mapping: write {{'2026-03-19': '08:00-10:00'}}"
        raise ScheduleError(message, code="bad_date", given=given, where=where)
    return given.items()
