"""Groups by time: the hour, weekday, day, week or month of an instant on a zone's wall clock."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit._time import DAY, HOUR, MINUTE, NAT
from slakit.calendars import PERS, WEEKDAYS, periods
from slakit.errors import QueryError
from slakit.schedule.zones import offset_periods

TIME_KEYS = ("hour", "half_hour", "weekday", *PERS)
_THURSDAY = 3
"""1970-01-01 was a Thursday; weekdays count from Monday."""


def local(at: NDArray[np.int64], zone: tzinfo) -> NDArray[np.int64]:
    """Instants as us of the wall clock since 1970-01-01 00:00; `NAT` stays."""
    out = at.copy()
    there = at != NAT
    if there.any():
        known = at[there]
        periods = list(offset_periods(zone, int(known.min()), int(known.max()) + 1))
        starts = np.array([start for start, _, _ in periods], np.int64)
        offsets = np.array([offset for _, _, offset in periods], np.int64)
        out[there] = known + offsets[np.searchsorted(starts, known, "right") - 1]
    return out


def time_key(name: str, at: NDArray[np.int64], zone: tzinfo | None, calendar: str) -> tuple[NDArray[np.int64], Sequence[Any]]:
    """The codes (-1: no instant) and labels of a group by time.

    Raises:
        QueryError: ``missing_zone``, ``unknown_calendar``.
    """
    if zone is None:
        message = f"by={name!r} needs a time zone: pass tz=, e.g. tz='Asia/Tehran'"
        raise QueryError(message, code="missing_zone", given=name)
    there = at != NAT
    if name in PERS:
        return _by_period(name, at, there, zone, calendar)
    wall = local(at, zone)
    if name == "hour":
        return np.where(there, wall % DAY // HOUR, -1), range(24)
    if name == "half_hour":
        return np.where(there, wall % DAY // (30 * MINUTE), -1), [f"{half // 2:02d}:{half % 2 * 30:02d}" for half in range(48)]
    return np.where(there, (wall // DAY + _THURSDAY) % 7, -1), WEEKDAYS


def _by_period(
    name: str, at: NDArray[np.int64], there: NDArray[np.bool_], zone: tzinfo, calendar: str
) -> tuple[NDArray[np.int64], Sequence[Any]]:
    out = np.full(len(at), -1, np.int64)
    if not there.any():
        return out, ()
    known = at[there]
    found = periods(int(known.min()), int(known.max()) + 1, per=name, tz=zone, calendar=calendar)  # type: ignore[arg-type]
    out[there] = np.searchsorted([period.start_us for period in found], known, "right") - 1
    return out, [period.label for period in found]
