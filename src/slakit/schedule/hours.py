"""Hours of a day and of a week, read from text or mappings into local microseconds."""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from slakit._time import DAY, HOUR, MINUTE, SECOND
from slakit.errors import ScheduleError, did_you_mean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The names of the days, in the order of a `Week`."""

Hours = tuple[tuple[int, int], ...]
"""Disjoint ascending ``(start, end)`` in microseconds from local midnight; an overnight end exceeds a day."""
Week = tuple[Hours, ...]
"""Seven `Hours`, Monday first."""

WHOLE_DAY: Hours = ((0, DAY),)
_PATTERNS = {"24x7": "mon-sun 00:00-24:00", "24x5": "mon-fri 00:00-24:00"}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{6}))?)?")
_DASH = re.compile(r"\s*[-\u2013]\s*")
_PART = re.compile(r"([^\d]+?)\s+(\d.*)")


def parse_hours(given: Any, where: str) -> Hours:
    """The hours of one day.

    Args:
        given: text such as ``"09:00-12:30 13:30-18:00"``, or pairs such as
            ``[["09:00", "12:30"], ["13:30", "18:00"]]`` (text or ``datetime.time``).
        where: what is being read, for the message.

    Returns:
        The intervals in order; adjoining ones are one.

    Raises:
        ScheduleError: ``bad_hours`` for text that is no interval, ``empty_hours`` for a day
            without any or an interval without length, ``overlap`` for intervals that share time.
    """
    return _joined([_interval(one, where) for one in _split(given, where)], given, where)


def _joined(intervals: list[tuple[int, int]], given: object, where: str) -> Hours:
    """Intervals in order, adjoining ones made one as long as the result can be written."""
    if not intervals:
        message = f"{where} has no hours ({given!r}): give an interval such as '09:00-17:00', or leave the day out to keep it closed"
        raise ScheduleError(message, code="empty_hours", given=given, where=where)
    intervals = sorted(intervals)
    merged = [intervals[0]]
    for start, end in intervals[1:]:
        last = merged[-1]
        if start < last[1]:
            message = f"{where}: {interval_text(last)} and {interval_text((start, end))} overlap: write each stretch of time once"
            raise ScheduleError(message, code="overlap", given=given, where=where)
        if start == last[1] and (end - last[0] < DAY or (last[0], end) == WHOLE_DAY[0]):
            merged[-1] = (last[0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def unite_hours(one: Hours, other: Hours) -> Hours:
    """What either holds, as hours that can be written: a stretch too long for one interval stays two that adjoin."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((*one, *other)):
        if merged and start <= merged[-1][1]:
            first, last = merged[-1][0], max(merged[-1][1], end)
            if last - first < DAY or (first, last) == WHOLE_DAY[0]:
                merged[-1] = (first, last)
            else:
                merged[-1:] = [(first, start), (start, last)]
        else:
            merged.append((start, end))
    return _joined(merged, merged, "hours")


def _split(given: Any, where: str) -> Iterable[Any]:
    if isinstance(given, str):
        return _DASH.sub("-", given.replace(",", " ")).split()
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        return list(given)
    raise _bad_hours(given, where)


def _interval(given: Any, where: str) -> tuple[int, int]:
    parts = _DASH.sub("-", given).split("-") if isinstance(given, str) else given
    if isinstance(parts, Mapping | set | frozenset) or not isinstance(parts, Iterable):
        raise _bad_hours(given, where)
    sides = list(parts)
    if len(sides) != 2:  # noqa: PLR2004 - a pair
        raise _bad_hours(given, where)
    start, end = (_clock_time(side, given, where) for side in sides)
    if start == end:
        message = f"{where}: {given!r} is empty: for the whole day write '00:00-24:00', else give it a length"
        raise ScheduleError(message, code="empty_hours", given=given, where=where)
    if start >= DAY:
        message = f"{where}: {given!r} starts at 24:00: that is 00:00 of the next day, write it there"
        raise ScheduleError(message, code="bad_hours", given=given, where=where)
    return (start, end) if end > start else (start, end + DAY)


def _clock_time(given: Any, whole: Any, where: str) -> int:
    if isinstance(given, time) and given.tzinfo is None:
        return given.hour * HOUR + given.minute * MINUTE + given.second * SECOND + given.microsecond
    read = _TIME.fullmatch(given.strip()) if isinstance(given, str) else None
    if read is None:
        raise _bad_hours(whole, where)
    hour, minute, second = int(read[1]), int(read[2]), int(read[3] or 0)
    value = hour * HOUR + minute * MINUTE + second * SECOND + int(read[4] or 0)
    if minute >= 60 or second >= 60 or value > DAY:  # noqa: PLR2004 - minutes and seconds of a clock
        raise _bad_hours(whole, where)
    return value


def _bad_hours(given: object, where: str) -> ScheduleError:
    message = f"{where}: cannot read {given!r} as hours: write them like '09:00-17:00' or '09:00-12:30 13:30-18:00' (00:00 to 24:00)"
    return ScheduleError(message, code="bad_hours", given=given, where=where)


def parse_week(given: Any, where: str = "weekly hours") -> Week:
    """The hours of a week.

    Args:
        given: text such as ``"sat-wed 08:00-16:00; thu 08:00-12:00"`` (also ``"24x7"`` and
            ``"24x5"``), or a mapping from days to what `parse_hours` reads. Days are ``mon`` to
            ``sun``, ranges (``sat-wed``), lists (``mon,wed``) or ``daily``.
        where: what is being read, for the message.

    Raises:
        ScheduleError: ``unknown_day``, and as `parse_hours`; ``overlap`` also where one day's
            overnight hours run into the next day's.
    """
    collected: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for days, hours in _week_parts(given, where):
        for day in _days(days, where):
            collected[day].extend(parse_hours(hours, f"{where}, {DAYS[day]}"))
    week = tuple(_joined(day, given, f"{where}, {DAYS[n]}") if day else () for n, day in enumerate(collected))
    for day, hours in enumerate(week):
        following = week[(day + 1) % 7]
        if hours and following and hours[-1][1] - DAY > following[0][0]:
            names = f"{DAYS[day]} {interval_text(hours[-1])} and {DAYS[(day + 1) % 7]} {interval_text(following[0])}"
            message = f"{where}: {names} overlap: write each stretch of time once"
            raise ScheduleError(message, code="overlap", given=given, where=where)
    return week


def _week_parts(given: Any, where: str) -> Iterable[tuple[str, Any]]:
    if isinstance(given, Mapping):
        return [(str(days), hours) for days, hours in given.items()]
    if isinstance(given, str):
        text = _PATTERNS.get(given.strip().lower(), given)
        return [_week_part(part.strip(), where) for part in re.split(r"[;\n]", text) if part.strip()]
    message = f"{where}: cannot read {given!r}: write text like 'mon-fri 09:00-17:00', or a mapping like {{'mon': '09:00-17:00'}}"
    raise ScheduleError(message, code="bad_hours", given=given, where=where)


def _week_part(part: str, where: str) -> tuple[str, str]:
    read = _PART.fullmatch(part)
    if read is None:
        message = f"{where}: cannot read {part!r}: write days, then hours, like 'mon-fri 09:00-17:00'; parts are separated by ';'"
        raise ScheduleError(message, code="bad_hours", given=part, where=where)
    return read[1], read[2]


def _days(given: str, where: str) -> list[int]:
    found: list[int] = []
    for name in _DASH.sub("-", given.strip().lower()).replace(",", " ").split():
        if name == "daily":
            found.extend(range(7))
            continue
        first, _, last = name.partition("-")
        start, end = _day(first, given, where), _day(last or first, given, where)
        found.extend((start + step) % 7 for step in range((end - start) % 7 + 1))
    if not found:
        raise _unknown_day(given, given, where)
    return found


def _day(name: str, given: str, where: str) -> int:
    if name not in DAYS:
        raise _unknown_day(name, given, where)
    return DAYS.index(name)


def _unknown_day(name: str, given: str, where: str) -> ScheduleError:
    hint = did_you_mean(name[:3], DAYS)
    return ScheduleError(f"{where}: unknown day {name!r} in {given!r}: {hint}", code="unknown_day", given=given, where=where)


def time_text(value: int) -> str:
    """A local time of day as ``HH:MM``, with seconds where it has them."""
    seconds, micro = divmod(value if value <= DAY else value - DAY, SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    if seconds % 60 or micro:
        text += f":{seconds % 60:02}"
    return text + (f".{micro:06}" if micro else "")


def interval_text(interval: tuple[int, int]) -> str:
    """An interval as text that parses back."""
    return f"{time_text(interval[0])}-{time_text(interval[1])}"


def hours_text(hours: Hours) -> str:
    """The hours of a day as text that parses back."""
    return " ".join(interval_text(one) for one in hours)


def week_text(week: Week) -> str:
    """The hours of a week as text that parses back, equal neighbours joined (``"mon-fri 09:00-17:00"``)."""
    if all(hours == WHOLE_DAY for hours in week):
        return "24x7"
    groups: list[list[int]] = []
    for day, hours in enumerate(week):
        if hours and groups and groups[-1][-1] == day - 1 and week[groups[-1][0]] == hours:
            groups[-1].append(day)
        elif hours:
            groups.append([day])
    if len(groups) > 1 and groups[0][0] == 0 and groups[-1][-1] == 6 and week[0] == week[6]:  # noqa: PLR2004 - Sunday
        groups[0] = groups.pop() + groups[0]
    starts = sorted(groups, key=lambda group: group[0] if len(group) > 1 else group[0] + 7)
    return "; ".join(f"{_group_text(group)} {hours_text(week[group[0]])}" for group in starts)


def _group_text(group: list[int]) -> str:
    first, last = DAYS[group[0]], DAYS[group[-1]]
    return first if len(group) == 1 else f"{first}-{last}"
