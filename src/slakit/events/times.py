"""A column of times as instants, without a Python loop where the texts share a few shapes."""

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._time import EPOCH, NAT, datetime_us, instant, local_doubt, parse_datetime
from slakit.errors import EventError, TimeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_DAY = 86_400_000_000
_UNITS = {"ns": (1, 1000), "us": (1, 1), "ms": (1_000, 1), "s": (1_000_000, 1)}
_CHUNK = 1 << 16
_MOST_SHAPES = 6
_DIGITS = "0123456789"
_ZERO = ord("0")
Doubt = tuple[int, str, datetime]


class Times:
    """What was read.

    Attributes:
        at: us; `NAT` where a row could not be read. It may be a view of the column that was given.
        doubts: (row, ``"ambiguous"`` or ``"nonexistent"``, the wall clock) of doubtful naive times.
    """

    __slots__ = ("at", "doubts")

    def __init__(self, at: "NDArray[np.int64]", doubts: list[Doubt]) -> None:
        """Hold both."""
        self.at = at
        self.doubts = doubts


def read_times(column: "NDArray[Any]", *, tz: tzinfo | None, unit: str | None) -> Times:
    """A column of times as microseconds since the epoch.

    Args:
        column: ``datetime64`` (UTC), integers with ``unit``, ISO 8601 text, or datetimes.
        tz: the zone of naive texts and datetimes; None leaves them unread.
        unit: of integers: ``"s"``, ``"ms"``, ``"us"`` or ``"ns"``.

    Raises:
        EventError: ``bad_value`` for an unknown unit.
    """
    if unit is not None and unit not in _UNITS:
        message = f"unit={unit!r}: give 's', 'ms', 'us' or 'ns'"
        raise EventError(message, code="bad_value", key="unit", given=unit)
    kind = column.dtype.kind
    if kind == "M":
        return Times(column.astype("datetime64[us]", copy=False).view(np.int64), [])
    if kind in "iu" and unit is not None:
        times, parts = _UNITS[unit]
        return Times(column.astype(np.int64) * times // parts, [])
    naive: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    at = np.full(len(column), NAT)
    if kind == "U" or (kind == "O" and set(map(type, column.tolist())) == {str}):
        for rows, letters in _letters(column):
            _read_texts(rows, letters, at, naive)
    doubts: list[Doubt] = []
    if tz is not None:
        for rows, local in naive:
            at[rows], found = localize(local, tz)
            doubts.extend((int(rows[place]), doubt, moment) for place, doubt, moment in found)
    if kind in "OU":
        _read_singly(column, at, tz, doubts)
    return Times(at, sorted(doubts, key=lambda doubt: doubt[0]))


def _read_singly(column: "NDArray[Any]", at: "NDArray[np.int64]", tz: tzinfo | None, doubts: list[Doubt]) -> None:
    """Read, one by one, what is left; a fault stays `NAT`, and is named when the row is read as a record."""
    left = np.flatnonzero(at == NAT)
    for row, given in zip(left.tolist(), column[left].tolist(), strict=True):
        try:
            moment = parse_datetime(given) if isinstance(given, str) and given else given
            at[row] = datetime_us(moment, tz) if isinstance(moment, datetime) and moment == moment else instant(moment)  # noqa: PLR0124 - NaT
        except (TimeError, ValueError):
            continue
        if tz is not None and isinstance(moment, datetime) and moment.tzinfo is None and (doubt := local_doubt(moment, tz)):
            doubts.append((row, doubt, moment))


def _letters(column: "NDArray[Any]") -> "Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]":
    """ASCII texts of equal length, as rows and a matrix with one line a character."""
    if column.dtype.kind == "O":
        texts = column.tolist()
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        for length in np.unique(lengths).tolist():
            rows = np.flatnonzero(lengths == length)
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                joined = (
                    "".join([texts[row] for row in part.tolist()]) if len(rows) < len(texts) else "".join(texts[start : start + _CHUNK])
                )
                if length and joined.isascii():
                    letters = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(len(part), length)
                    yield part, np.ascontiguousarray(letters.T)
        return
    width = column.dtype.itemsize // 4
    for start in range(0, len(column), _CHUNK):
        part = np.ascontiguousarray(column[start : start + _CHUNK])
        if not width or column.dtype.byteorder not in "=|<":
            return
        codes = part.view(np.uint32).reshape(len(part), width)
        if codes.min(initial=1) > 0 and codes.max(initial=0) < 128:  # noqa: PLR2004 - as a rule all are ASCII of one length
            yield np.arange(start, start + len(part)), np.ascontiguousarray(codes.T.astype(np.uint8))
            continue
        ascii_rows = (codes < 128).all(axis=1)  # noqa: PLR2004 - the end of ASCII
        lengths = (codes != 0).sum(axis=1)
        for length in np.unique(lengths).tolist():
            places = np.flatnonzero((lengths == length) & ascii_rows)
            if length and len(places):
                yield places + start, np.ascontiguousarray(codes[places, :length].T.astype(np.uint8))


def _read_texts(
    rows: "NDArray[np.int64]",
    letters: "NDArray[np.uint8]",
    at: "NDArray[np.int64]",
    naive: "list[tuple[NDArray[np.int64], NDArray[np.int64]]]",
) -> None:
    """Read texts of one length by the shape of the first that is left, a few times."""
    for _ in range(_MOST_SHAPES):
        if not len(rows):
            return
        shape = "".join(map(chr, letters[:, 0].tolist()))
        layout = _layout(shape)
        if layout is None:
            fits = np.zeros(len(rows), np.bool_)
            fits[0] = True
        else:
            fits, local, offset = _parse(letters, shape, layout)
            fits[0] = True
            good = fits & (local != NAT)
            if layout[2] is None:
                naive.append((rows[good], local[good]))
            else:
                at[rows[good]] = (local - offset)[good]
        rows, letters = rows[~fits], np.ascontiguousarray(letters[:, ~fits])


_Layout = tuple[int, int, int | None]


def _layout(shape: str) -> _Layout | None:
    """Where the parts of an ISO time stand: number of clock fields, digits of the fraction, place of the offset (None: naive)."""
    if not _fits(shape[:16], "0000-00-00T00:00") and not _fits(shape[:16], "0000-00-00 00:00"):
        return None
    end, digits = 16, 0
    if shape[16:17] == ":":
        if not _fits(shape[16:19], ":00"):
            return None
        end = 19
        if shape[19:20] == ".":
            while _fits(shape[20 + digits : 21 + digits], "0"):
                digits += 1
            end = 20 + digits
            if not digits:
                return None
    rest = shape[end:]
    if not rest:
        return (end, digits, None)
    if rest == "Z" or (rest[0] in "+-" and _fits(rest[1:], "00:00")):
        return (end, digits, end)
    return None


def _fits(text: str, pattern: str) -> bool:
    """Whether a text has a digit wherever the pattern has 0, and else the pattern's own letters."""
    return len(text) == len(pattern) and all(
        letter in _DIGITS if wanted == "0" else letter == wanted for letter, wanted in zip(text, pattern, strict=True)
    )


def _parse(letters: "NDArray[np.uint8]", shape: str, layout: _Layout) -> "tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]":
    """Which texts have the shape, their local time in us (`NAT` where no such time exists) and their offset in us."""
    end, fraction, zone = layout
    fits = np.ones(letters.shape[1], np.bool_)
    for place, letter in enumerate(shape):
        if place == zone and letter in "+-":
            fits &= (letters[place] == ord("+")) | (letters[place] == ord("-"))
        elif letter in _DIGITS:
            fits &= (letters[place] - np.uint8(_ZERO)) < 10  # noqa: PLR2004 - digits; smaller letters wrap beyond them
        else:
            fits &= letters[place] == ord(letter)

    def number(first: int, digits: int) -> "NDArray[np.int32]":
        found: NDArray[np.int32] = (letters[first] - np.uint8(_ZERO)).astype(np.int32)
        for place in range(first + 1, first + digits):
            found *= 10
            found += letters[place] - np.uint8(_ZERO)
        return found

    year, month, day = number(0, 4), number(5, 2), number(8, 2)
    hour, minute = number(11, 2), number(14, 2)
    good = fits & (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (hour < 24) & (minute < 60)  # noqa: PLR2004 - the calendar
    second = hour * 3600 + minute * 60
    if end > 16:  # noqa: PLR2004 - with seconds
        seconds = number(17, 2)
        good &= seconds < 60  # noqa: PLR2004 - the clock
        second += seconds
    months = np.where(good, year * 12 + month - 1, 1970 * 12)
    low, high = int(months.min()), int(months.max())
    firsts = np.arange(low - 1970 * 12, high - 1970 * 12 + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    first = firsts[months - low]
    good &= first + day <= firsts[months - low + 1]
    local = (first + day - 1) * 86_400
    local += second
    local *= 1_000_000
    if fraction:
        local += number(20, min(fraction, 6)).astype(np.int64) * 10 ** (6 - min(fraction, 6))
    offset = np.zeros(len(local), np.int64)
    if zone is not None and shape[zone] != "Z":
        hours, minutes = number(zone + 1, 2), number(zone + 4, 2)
        good &= (hours < 24) & (minutes < 60)  # noqa: PLR2004 - the clock
        offset += (hours * 60 + minutes).astype(np.int64) * 60_000_000
        np.negative(offset, out=offset, where=letters[zone] == ord("-"))
    local[~good] = NAT
    return fits, local, offset


def localize(local: "NDArray[np.int64]", tz: tzinfo) -> "tuple[NDArray[np.int64], list[Doubt]]":
    """Naive local times as instants (``fold=0``), with the doubtful ones.

    A civil day with one offset is shifted as a whole; only times on days on which the clocks change
    are looked at one by one.

    Args:
        local: us since 1970-01-01T00:00 of the local clock.
        tz: the zone.
    """
    days, inverse = np.unique(local // _DAY, return_inverse=True)
    offsets = np.empty(len(days), np.int64)
    changes = np.zeros(len(days), np.bool_)
    for place, day in enumerate(days.tolist()):
        seen = {_offset(day, tz, fold) for fold in (0, 1)} | {_offset(day + 1, tz, fold) for fold in (0, 1)}
        offsets[place] = min(seen)
        changes[place] = len(seen) > 1
    at = local - offsets[inverse]
    doubts: list[Doubt] = []
    for row in np.flatnonzero(changes[inverse]).tolist():
        moment = _wall(int(local[row]))
        at[row] = datetime_us(moment, tz)
        doubt = local_doubt(moment, tz)
        if doubt is not None:
            doubts.append((row, doubt, moment))
    return at, doubts


def _wall(us: int) -> datetime:
    return (EPOCH + timedelta(microseconds=us)).replace(tzinfo=None)


def _offset(day: int, tz: tzinfo, fold: int) -> int:
    """The offset at a local midnight, us; beyond the calendar's end, that of the day before."""
    try:
        midnight = _wall(day * _DAY)
    except OverflowError:
        midnight = _wall((day - 1) * _DAY)
    offset = tz.utcoffset(midnight.replace(tzinfo=tz, fold=fold))
    return 0 if offset is None else offset // timedelta(microseconds=1)
