"""Instants and spans as integer microseconds; the only module that may import pendulum.

An instant is microseconds since 1970-01-01T00:00:00Z, a span is microseconds. Everything that
comes in at the edge is turned into these integers here, and everything that goes out is turned
back into the kind that came in.
"""

import re
import sys
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slakit._value import value
from slakit.errors import TimeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NAT = -(2**63)
"""How a missing instant stands in an int64 array (numpy's NaT)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = 719_163
"""``date(1970, 1, 1).toordinal()``."""


@value
class WorkingDays:
    """A span counted in working days, e.g. ``"3 working days"``; a schedule turns it into time.

    Attributes:
        days: how many, at least 1.
        end: due at the closing of the last day (``"end of 3 working days"``) instead of at the
            same clock time.
    """

    days: int
    end: bool = False

    def __str__(self) -> str:
        """The text form, which parses back."""
        noun = "day" if self.days == 1 else "days"
        return f"{'end of ' if self.end else ''}{self.days} working {noun}"


Span = int | WorkingDays
_UNITS = {
    "us": 1, "ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY,
    "microsecond": 1, "millisecond": MILLISECOND, "second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY,
    "sec": SECOND, "min": MINUTE, "hr": HOUR,
}  # fmt: skip
_PART = re.compile(r"\s*(\d+)(?:\.(\d+))?\s*([a-z]+)\s*(?:,|and\b)?", re.IGNORECASE)
_FIXED = re.compile(r"(?:UTC)?([+-])(0\d|1\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_WORKING = re.compile(r"(end\s+of\s+)?(\d+)\s+(?:working|business)\s+days?", re.IGNORECASE)


def instant(given: Any, *, tz: tzinfo | None = None) -> int:
    """An instant in microseconds since the epoch.

    Args:
        given: aware ``datetime`` (pendulum's too), ISO 8601 text with an offset, or
            ``numpy.datetime64`` (UTC).
        tz: the zone in which a naive time is read; None refuses it.

    Raises:
        TimeError: ``naive_time`` without an offset and without ``tz``; ``bad_instant`` for
            anything else that is no instant: a bare number has no unit, and a missing value (None,
            NaT, NA) stays missing in arrays only.
    """
    if type(given) is datetime and given.tzinfo is not None:
        try:
            since = given - EPOCH
        except TypeError:  # a tzinfo that gives no offset
            return datetime_us(given, tz)
        return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    if isinstance(given, datetime) and not is_missing(given):
        return datetime_us(given, tz)
    if isinstance(given, str):
        return datetime_us(parse_datetime(given), tz)
    if type(given).__module__ == "numpy" and hasattr(given, "dtype") and given.dtype.kind == "M" and given.ndim == 0:
        us = int(given.astype("datetime64[us]").astype("int64"))
        if us != NAT:
            return us
    if is_missing(given):
        message = (
            f"{given!r} is a missing instant, and a single question needs one: leave it out, or ask with an array, in which it stays NaT"
        )
        raise TimeError(message, code="bad_instant", given=given)
    message = f"{given!r} is no instant: give an aware datetime, ISO 8601 text with an offset, or numpy.datetime64 (UTC)"
    raise TimeError(message, code="bad_instant", given=given)


def is_missing(given: Any) -> bool:
    """Whether a value stands for none: None, NaN, NaT of numpy and pandas, NA of pandas."""
    if given is None:
        return True
    try:
        return bool(given != given)  # noqa: PLR0124 - NaN and NaT differ from themselves
    except (TypeError, ValueError):  # NA has no truth, nor has an array
        pandas = sys.modules.get("pandas")
        return pandas is not None and given is pandas.NA


def parse_datetime(text: str) -> datetime:
    """ISO 8601 text as a datetime, aware or not.

    Raises:
        TimeError: ``bad_instant``.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no ISO 8601 time: write it like 2026-03-29T09:30:00+02:00"
        raise TimeError(message, code="bad_instant", given=text) from None


def datetime_us(moment: datetime, tz: tzinfo | None = None) -> int:
    """A datetime as microseconds since the epoch; a naive one is read in ``tz``.

    A local time that occurs twice is the first, one that never occurs moves forward by the gap
    (``fold=0``); see `local_doubt`.
    """
    offset = moment.utcoffset()
    if offset is None:
        if tz is None:
            message = f"{moment.isoformat(sep=' ')} has no UTC offset: add one"
            raise TimeError(message, code="naive_time", given=moment)
        offset = tz.utcoffset(moment.replace(tzinfo=tz, fold=0))
        if offset is None:
            message = f"{tz!r} gives no UTC offset: pass an IANA zone"
            raise TimeError(message, code="bad_zone", given=tz)
    days = moment.toordinal() - EPOCH_ORDINAL - offset.days
    seconds = days * 86_400 + moment.hour * 3_600 + moment.minute * 60 + moment.second - offset.seconds
    return seconds * SECOND + moment.microsecond - offset.microseconds


def local_doubt(moment: datetime, tz: tzinfo) -> str | None:
    """Why a naive local time is doubtful in a zone: ``"ambiguous"``, ``"nonexistent"`` or None."""
    first = tz.utcoffset(moment.replace(tzinfo=tz, fold=0))
    second = tz.utcoffset(moment.replace(tzinfo=tz, fold=1))
    if first == second or first is None or second is None:
        return None
    return "ambiguous" if first > second else "nonexistent"


def utc(us: int) -> datetime:
    """An instant as an aware datetime in UTC.

    Raises:
        TimeError: ``out_of_range`` beyond the years 1 to 9999.
    """
    try:
        return EPOCH + timedelta(0, 0, us)
    except OverflowError:
        message = f"the instant {us} us lies beyond the years 1 to 9999, which a datetime can hold"
        raise TimeError(message, code="out_of_range", given=us) from None


def like(us: int, given: Any, zone: tzinfo) -> datetime:
    """An instant as the kind that came in: pendulum for pendulum, else an aware datetime, in ``zone``."""
    moment = utc(us).astimezone(zone)
    pendulum = sys.modules.get("pendulum")
    if pendulum is not None and isinstance(given, pendulum.DateTime):
        return pendulum.instance(moment)  # type: ignore[no-any-return]
    return moment


def zone(given: str | tzinfo) -> tzinfo:
    """An IANA zone by name or object; ``"+03:30"`` and ``"UTC+03:30"`` are fixed offsets.

    Returns:
        One object for one zone, so that equal zones compare equal: ``ZoneInfo`` where it has an IANA
        name, ``datetime.timezone`` for another fixed offset (none is ``ZoneInfo("UTC")``). A zone
        object that has neither comes back as it is; see `named`.

    Raises:
        TimeError: ``unknown_zone``; ``bad_zone`` for what is no zone at all.
    """
    if isinstance(given, str):
        if fixed := _FIXED.fullmatch(given.strip()):
            east = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]), seconds=int(fixed[4] or 0))
            return _fixed_zone(-east if fixed[1] == "-" else east)
        return _iana_zone(given)
    if not isinstance(given, tzinfo):
        message = f"{given!r} is no time zone: use an IANA name such as 'Asia/Tehran', or a tzinfo object"
        raise TimeError(message, code="bad_zone", given=given)
    key = getattr(given, "key", None) or getattr(given, "zone", None)
    if isinstance(key, str):
        return _iana_zone(key)
    try:
        east_always = given.utcoffset(None)
    except (TypeError, ValueError, AttributeError):  # its offset depends on the date, and None is none to it
        return given
    return given if east_always is None or east_always.microseconds else _fixed_zone(east_always)


def _iana_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"unknown time zone {name!r}: use an IANA name such as 'Asia/Tehran' or 'Europe/Berlin'"
        raise TimeError(message, code="unknown_zone", given=name) from None


def _fixed_zone(east: timedelta) -> tzinfo:
    return timezone(east) if east else ZoneInfo("UTC")


def named(given: str | tzinfo) -> tzinfo:
    """A zone that can be written down, by its name or its offset in whole seconds, and read back.

    Raises:
        TimeError: as `zone`; ``bad_zone`` for an object that has neither.
    """
    found = zone(given)
    if isinstance(getattr(found, "key", None), str) or (type(found) is timezone and not found.utcoffset(None).microseconds):
        return found
    message = (
        f"{given!r} has no IANA name by which it could be written down: give the name, e.g. 'Europe/Berlin', or ZoneInfo('Europe/Berlin')"
    )
    raise TimeError(message, code="bad_zone", given=given)


def zone_name(given: tzinfo) -> str:
    """The IANA name of a zone, or ``"UTC+03:30"`` for a fixed offset; `zone` reads either back."""
    return getattr(given, "key", None) or str(given)


def span(given: Any) -> Span:
    """A span: microseconds, or `WorkingDays` for a span that a schedule must turn into time.

    Args:
        given: ``timedelta``, ``numpy.timedelta64``, `WorkingDays`, or text such as ``"30m"``,
            ``"1h 30m"``, ``"PT4H"``, ``"3 working days"``, ``"end of 3 working days"``.

    Raises:
        TimeError: ``bad_span``. A bare number has no unit and is refused.
    """
    if isinstance(given, timedelta):
        return (given.days * 86_400 + given.seconds) * SECOND + given.microseconds
    if isinstance(given, WorkingDays):
        return given
    if isinstance(given, str):
        return _parse_span(given)
    if type(given).__module__ == "numpy" and hasattr(given, "dtype") and given.dtype.kind == "m" and given.ndim == 0:
        us = int(given.astype("timedelta64[us]").astype("int64"))
        if us != NAT:
            return us
    raise _bad_span(given)


def fixed_span(given: Any) -> int:
    """A span that is a plain length of time; working days are refused.

    Raises:
        TimeError: ``bad_span``.
    """
    length = span(given)
    if isinstance(length, WorkingDays):
        message = f"{given!r} counts working days, but a plain length of time is needed here: write it like '8h'"
        raise TimeError(message, code="bad_span", given=given)
    return length


def _bad_span(given: object) -> TimeError:
    message = f"{given!r} is no span: write it like '30m', '1h 30m', 'PT4H' or '3 working days', or give a timedelta"
    return TimeError(message, code="bad_span", given=given)


@lru_cache(maxsize=1024)
def _parse_span(text: str) -> Span:
    stripped = text.strip()
    if working := _WORKING.fullmatch(stripped):
        if int(working[2]) < 1:
            raise _bad_span(text)
        return WorkingDays(int(working[2]), end=working[1] is not None)
    sign, body = (-1, stripped[1:]) if stripped.startswith("-") else (1, stripped)
    if body[:1] in {"P", "p"}:
        return sign * _parse_iso(text, body.upper())
    total, position = 0, 0
    while position < len(body):
        part = _PART.match(body, position)
        if part is None:
            raise _bad_span(text)
        unit = part[3].lower()
        size = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s") if len(unit) > 2 else unit)  # noqa: PLR2004
        if size is None:
            raise _bad_span(text)
        total += int(part[1]) * size + _fraction(text, part[2], size)
        position = part.end()
    if not body:
        raise _bad_span(text)
    return sign * total


def _fraction(text: str, digits: str | None, size: int) -> int:
    if not digits:
        return 0
    whole, rest = divmod(int(digits) * size, int("1" + "0" * len(digits)))
    if rest:
        message = f"{text!r} is finer than a microsecond: round it to whole microseconds"
        raise TimeError(message, code="bad_span", given=text)
    return whole


def _parse_iso(text: str, body: str) -> int:
    import pendulum  # noqa: PLC0415 - only ISO spans pay for it

    try:
        length = pendulum.parse(body)
    except (ValueError, TypeError):
        raise _bad_span(text) from None
    if not isinstance(length, pendulum.Duration) or length.years or length.months:
        message = f"{text!r} has years or months, whose length varies: write it in weeks, days, hours, minutes or seconds"
        raise TimeError(message, code="bad_span", given=text)
    return int((length.days * 86_400 + length.seconds) * SECOND + length.microseconds)


def span_text(us: int) -> str:
    """A span as short text that parses back, e.g. ``"1h 30m"`` (days only as hours: ``"72h"``)."""
    if us == 0:
        return "0s"
    parts, rest = [], abs(us)
    for unit, size in (("h", HOUR), ("m", MINUTE), ("s", SECOND), ("us", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return ("-" if us < 0 else "") + " ".join(parts)


_SCALARS = frozenset({datetime, timedelta, str, int})
"""Types that are told from arrays without a closer look."""


def is_array(given: Any) -> bool:
    """Whether something is taken as an array of instants: lists, tuples, numpy arrays, series."""
    if type(given) in _SCALARS:
        return False
    return isinstance(given, list | tuple) or (hasattr(given, "__array__") and getattr(given, "ndim", 1) != 0)


def instants(given: Any, *, tz: tzinfo | None = None) -> "NDArray[np.int64]":
    """Instants as an int64 array of microseconds since the epoch; a missing one is `NAT`.

    Args:
        given: ``datetime64`` array (UTC), a pandas or polars series or index, or a list of what
            `instant` takes (None and NaT stay missing).
        tz: the zone in which naive elements of a *list* are read; None refuses them.

    Raises:
        TimeError: as `instant`; ``bad_instant`` names the position, and also refuses arrays of integers.
    """
    import numpy as np  # noqa: PLC0415 - scalars must not pay for it

    if not isinstance(given, np.ndarray):
        dtype = getattr(given, "dtype", None)
        if getattr(dtype, "tz", None) is not None:
            given = np.asarray(given, "datetime64[us]")
        elif hasattr(given, "__array__"):
            given = np.asarray(given)
    if isinstance(given, np.ndarray) and given.dtype.kind == "M":
        return given.astype("datetime64[us]").view(np.int64)
    if isinstance(given, np.ndarray) and given.dtype.kind in "iu" and len(given):
        message = (
            f"an array of {given.dtype} says no unit and no zone: give datetime64,"
            " e.g. array.view('datetime64[us]') of int64 microseconds since 1970-01-01T00:00Z"
        )
        raise TimeError(message, code="bad_instant", given=given.dtype.name)
    out = np.empty(len(given), np.int64)
    for position, element in enumerate(given):
        if is_missing(element):
            out[position] = NAT
            continue
        try:
            out[position] = instant(element, tz=tz)
        except TimeError as error:
            message = f"element {position}: {error}"
            raise TimeError(message, code=error.code, position=position, **error.fields) from None
    return out
