"""Local dates, date ranges, holidays, overrides and closures, read into days since the epoch."""

from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, date, datetime
from itertools import pairwise
from operator import index
from types import MappingProxyType
from typing import Any

from slakit._time import EPOCH_ORDINAL
from slakit.errors import ScheduleError
from slakit.schedule.hours import Hours, Week, parse_hours, parse_week, unite_hours

_PLAIN = {dict, OrderedDict, defaultdict, MappingProxyType, UserDict}
"""Mappings that hold what they hold; another one may fill itself when it is asked."""
_ASKING = ("__contains__", "__getitem__", "get")

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
        if given != given or given.tzinfo is not None or given.time() != datetime.min.time():  # noqa: PLR0124 - pandas' NaT is a datetime
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
        given: dates, a series of them, a mapping from dates to names, or an object that fills itself by
            query (it is asked for every day of ``years``). A date may be a range.
        until: last covered date; None: the end of the last year present. With ``years`` that is the last
            of them before the first gap: a year without any holiday is one that the source does not know.
        years: the years to ask for, and to keep.

    Raises:
        ScheduleError: ``bad_date`` for holidays that are not dates, ``bad_years``, ``holidays_need_years``
            for an object that fills itself and is still empty.
    """
    wanted = None if years is None else _years(years)
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
        return holidays, _last_known(wanted, {day_date(day).year for day in named})
    return holidays, last_of_year(holidays[-1][0]) if holidays else None


def _years(given: Any) -> list[int]:
    try:
        found = sorted({index(year) for year in (given if isinstance(given, Iterable) else (given,))})
    except TypeError:
        found = []
    if isinstance(given, bytes) or not found or found[0] < MINYEAR or found[-1] > MAXYEAR:
        message = f"years={given!r} is neither a year nor a collection of years: write years=2026 or years=range(2024, 2028)"
        raise ScheduleError(message, code="bad_years", given=given)
    return found


def _last_known(wanted: list[int], present: set[int]) -> int:
    """The last day of the wanted years that have holidays, up to the first gap; the day before them all where none has."""
    last = wanted[0] - 1
    for year in wanted:
        if year in present:
            last = year
        elif last >= wanted[0]:
            break
    return date(max(last, MINYEAR), 12, 31).toordinal() - EPOCH_ORDINAL


def _holiday_items(given: Any, years: list[int] | None) -> list[tuple[Any, str]]:
    if given is None:
        return []
    array = hasattr(given, "__array__")
    asked = not array and all(callable(getattr(given, name, None)) for name in ("get", "__contains__"))
    if isinstance(given, str | bytes) or not (asked or isinstance(given, Iterable)):
        message = f"holidays: {given!r} is no collection of dates: give dates, or a mapping from dates to names"
        raise ScheduleError(message, code="bad_holidays", given=given)
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(given, Mapping) and not array:
        items = given.items()
    elif isinstance(given, Iterable):
        items = ((day, None) for day in given)
    found = [(day, "" if name is None else str(name)) for day, name in items]
    if asked and years is not None:
        days = ((day, given.get(day)) for day in _days_of(years) if day in given)
        found += [(day, "" if name is None else str(name)) for day, name in days]
    elif asked and not found and _fills_itself(given):
        message = f"holidays: {type(given).__name__} fills itself by query and holds no date yet: pass years=, e.g. years=range(2024, 2028)"
        raise ScheduleError(message, code="holidays_need_years", given=type(given).__name__)
    return found


def _fills_itself(given: object) -> bool:
    """Whether asking an empty object might find something: not so where it asks as a plain mapping does."""
    kind = type(given)
    return not any(all(getattr(kind, name, None) is getattr(plain, name) for name in _ASKING) for plain in _PLAIN)


def _days_of(years: list[int]) -> list[date]:
    return [date.fromordinal(n) for year in years for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)]


def parse_dates(given: Any) -> tuple[tuple[tuple[int, Hours], ...], tuple[tuple[int, int, Week], ...]]:
    """Dated overrides, as single days and as seasons (ranges with a week of their own).

    Args:
        given: mapping from dates to hours; ``"closed"`` closes the day. Under a range, plain hours
            hold on every date of it; a week (``"sat-wed 09:00-14:00"``) replaces the ordinary week.

    Raises:
        ScheduleError: as the hours and dates; ``overlap`` for a date that is given twice, for two ranges of plain
            hours that share a date, and for two seasons that do. A date of its own beats a range that holds it,
            and plain hours beat a season.
    """
    single: list[tuple[int, int, Any, Hours]] = []
    ranged: list[tuple[int, int, Any, Hours]] = []
    seasons: list[tuple[int, int, Any, Week]] = []
    for key, hours in _items(given, "dates"):
        where = f"dates, {key}"
        first, last = parse_range(key, "dates")
        if isinstance(hours, Mapping) or (isinstance(hours, str) and hours.strip()[:1].isalpha() and hours.strip().lower() != "closed"):
            seasons.append((first, last, key, parse_week(hours, where)))
            continue
        closed = isinstance(hours, str) and hours.strip().lower() == "closed"
        (single if first == last else ranged).append((first, last, key, () if closed else parse_hours(hours, where)))
    for kind in (single, ranged, seasons):
        _refuse_overlap(kind)
    by_day = {day: hours for kind in (ranged, single) for first, last, _, hours in kind for day in range(first, last + 1)}
    return tuple(sorted(by_day.items())), tuple((first, last, week) for first, last, _, week in seasons)


def _refuse_overlap(dated: list[Any]) -> None:
    """Sort ``(first, last, key, hours)`` by date, and refuse two that share one."""
    dated.sort(key=lambda one: one[:2])
    for earlier, later in pairwise(dated):
        if later[0] <= earlier[1]:
            keys = [earlier[2], later[2]]
            message = f"dates: {keys[0]!r} and {keys[1]!r} both give {day_text(later[0])} hours: a date has one set of them, so keep one or cut a range short"
            raise ScheduleError(message, code="overlap", given=keys)


def parse_closures(given: Any) -> tuple[tuple[int, Hours], ...]:
    """Part-day closures by date; what several keys close on one date is united.

    Raises:
        ScheduleError: as the hours and dates.
    """
    closures: dict[int, Hours] = {}
    for key, hours in _items(given, "closed"):
        first, last = parse_range(key, "closed")
        shut = parse_hours(hours, f"closed, {key}")
        for day in range(first, last + 1):
            closures[day] = unite_hours(closures[day], shut) if day in closures else shut
    return tuple(sorted(closures.items()))


def _items(given: Any, where: str) -> Iterable[tuple[Any, Any]]:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        message = f"{where}: {given!r} is no mapping: write {{'2026-03-19': '08:00-10:00'}}"
        raise ScheduleError(message, code="bad_date", given=given, where=where)
    return given.items()
