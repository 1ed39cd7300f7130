"""The spans in which a zone keeps one UTC offset, found from any tzinfo by its transitions."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from slakit._time import DAY, EPOCH, SECOND
from slakit.errors import ScheduleError

_STEP = 3 * 86_400
"""Seconds between probes; the shortest stay at an offset since 1900 is 95 hours (Freetown, 1939)."""
_NAIVE_EPOCH = EPOCH.replace(tzinfo=None)


def offset_at(zone: tzinfo, second: int) -> int:
    """The UTC offset of a zone at an instant.

    Args:
        zone: the zone.
        second: seconds since the epoch.

    Returns:
        Seconds east of UTC.

    Raises:
        ScheduleError: ``bad_zone`` for a tzinfo that gives no offset.
    """
    offset = zone.fromutc((_NAIVE_EPOCH + timedelta(seconds=second)).replace(tzinfo=zone)).utcoffset()
    if offset is None:
        message = f"{zone!r} gives no UTC offset: use an IANA zone such as 'Asia/Tehran'"
        raise ScheduleError(message, code="bad_zone", given=zone)
    return offset.days * 86_400 + offset.seconds


def year_start(year: int) -> int:
    """Seconds since the epoch at which a UTC year begins."""
    return (datetime(year, 1, 1) - _NAIVE_EPOCH).days * 86_400  # noqa: DTZ001 - plain calendar arithmetic


@lru_cache(maxsize=8192)
def _changes(zone: tzinfo, year: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The offset at the start of a UTC year, and each later ``(second, new offset)`` in it."""
    second, end = year_start(year), year_start(year + 1)
    first = offset = offset_at(zone, second)
    found = []
    while second < end:
        probe = min(second + _STEP, end)
        later = offset_at(zone, probe)
        if later != offset:
            low, high = second, probe
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == offset:
                    low = middle
                else:
                    high = middle
            offset = offset_at(zone, high)
            found.append((high, offset))
            second = high
        else:
            second = probe
    return first, tuple(found)


def offset_periods(zone: tzinfo, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
    """The spans of ``[lo, hi)`` with one UTC offset each, in order.

    Args:
        zone: the zone.
        lo: first instant, us.
        hi: end, us.

    Yields:
        ``(start, end, offset)``, all in us.
    """
    start, offset = lo, offset_at(zone, lo // SECOND)
    for year in range(year_of(lo), year_of(hi) + 1):
        for second, later in _changes(zone, year)[1]:
            at = second * SECOND
            if start < at < hi:
                yield start, at, offset * SECOND
                start, offset = at, later
    if start < hi:
        yield start, hi, offset * SECOND


def year_of(us: int) -> int:
    """The UTC year of an instant."""
    return (_NAIVE_EPOCH + timedelta(days=us // DAY)).year


def instant_of(zone: tzinfo, local: int) -> int:
    """A local time as an instant: the first of two, moved forward by the gap where it never occurs.

    Args:
        zone: the zone.
        local: us since 1970-01-01 00:00 on the wall clock.
    """
    before, after = (offset_at(zone, (local + step) // SECOND) * SECOND for step in (-DAY, DAY))
    if before != after:
        early = offset_at(zone, (local - before) // SECOND) * SECOND
        late = offset_at(zone, (local - after) // SECOND) * SECOND
        if early != before and late == after:
            return local - after
    return local - before
