"""How lists, arrays and frames' columns become the arrays that statistics work on."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit.errors import StatsError

Numbers = NDArray[Any]
"""An array of int64 or of float64."""
_MICROSECOND = timedelta(microseconds=1)


def as_numbers(given: Any, *, what: str = "values", drop_missing: bool = False) -> tuple[Numbers, bool]:
    """Numbers or durations as an int64 or float64 array.

    Args:
        given: numbers, ``timedelta`` or ``timedelta64``, in any array or iterable.
        what: how an error calls them.
        drop_missing: leave out None, NaN and NaT instead of refusing them.

    Returns:
        The array, and whether it holds durations (then in us).

    Raises:
        StatsError: ``missing_value``, ``not_numbers``.
    """
    array = given if isinstance(given, np.ndarray) else _from_iterable(given)
    timed = array.dtype.kind == "m"
    if array.dtype.kind == "O":
        present = [item for item in array.tolist() if not _missing(item)]
        if len(present) < len(array) and not drop_missing:
            raise _missing_value(what)
        timed = bool(present) and all(isinstance(item, (timedelta, np.timedelta64)) for item in present)
        array = np.array([_microseconds(item) for item in present], dtype=np.int64) if timed else _plain(present, what)
    elif timed:
        gone = np.isnat(array)
        if gone.any():
            if not drop_missing:
                raise _missing_value(what)
            array = array[~gone]
        array = array.astype("m8[us]").astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iufb":
        raise _not_numbers(what, array.dtype)
    if array.dtype.kind == "f":
        array = array.astype(np.float64, copy=False)
        gone = np.isnan(array)
        if gone.any():
            if not drop_missing:
                raise _missing_value(what)
            array = array[~gone]
    else:
        array = array.astype(np.int64, copy=False)
    return array, timed


def _from_iterable(given: Any) -> NDArray[Any]:
    if hasattr(given, "__array__"):
        return np.asarray(given)
    listed = list(given)
    if not listed:
        return np.empty(0, dtype=np.int64)
    kinds = set(map(type, listed))
    return np.array(listed) if kinds <= {int, float} else np.array(listed + [None], dtype=object)[:-1]  # noqa: RUF005 - keeps sequences whole


def _missing(item: Any) -> bool:
    return item is None or item != item or (isinstance(item, np.timedelta64) and bool(np.isnat(item)))  # noqa: PLR0124 - NaN


def _microseconds(item: Any) -> int:
    if isinstance(item, timedelta):
        return item // _MICROSECOND
    return int(item.astype("m8[us]").astype(np.int64))


def _plain(present: list[Any], what: str) -> NDArray[Any]:
    try:
        array = np.array(present) if present else np.empty(0, dtype=np.int64)
        return array.astype(np.float64) if array.dtype.kind == "O" else array
    except (TypeError, ValueError):
        raise _not_numbers(what, "objects") from None


def _missing_value(what: str) -> StatsError:
    return StatsError(f"{what} hold a missing value: leave those rows out first", code="missing_value", given=what)


def _not_numbers(what: str, dtype: object) -> StatsError:
    return StatsError(f"{what} must be one row of numbers or durations, not {dtype}", code="not_numbers", given=str(dtype))


def as_flags(given: Any, *, size: int, what: str) -> NDArray[np.bool_]:
    """Booleans (or 0 and 1) as an array of a known length.

    Raises:
        StatsError: ``unequal_lengths``, ``not_flags``.
    """
    array = np.asarray(given if hasattr(given, "__array__") or isinstance(given, (list, tuple)) else list(given))
    if array.dtype.kind != "b" and array.size and not np.isin(array, (0, 1)).all():
        message = f"{what} must be true or false (1 or 0) for each row"
        raise StatsError(message, code="not_flags", given=what)
    same_length(array, size, what)
    return array.astype(np.bool_, copy=False)


def same_length(array: NDArray[Any], size: int, what: str) -> None:
    """Refuse a column of another length.

    Raises:
        StatsError: ``unequal_lengths``.
    """
    if array.ndim != 1 or len(array) != size:
        message = f"{what} has the shape {array.shape}, but the other columns have {size} rows"
        raise StatsError(message, code="unequal_lengths", given=array.shape, expected=size)


def as_level(p: float, *, what: str = "q") -> Fraction:
    """A level between 0 and 1 as the decimal number that was written, so that 0.9 of 10 is 9.

    Raises:
        StatsError: ``bad_level``.
    """
    try:
        exact = p if isinstance(p, Fraction) else Fraction(str(p))
        fits = 0 <= exact <= 1
    except (TypeError, ValueError):
        fits = False
        exact = Fraction(0)
    if not fits:
        message = f"{what} is {p!r}, but must lie between 0 and 1, e.g. 0.9 for the 90th percentile"
        raise StatsError(message, code="bad_level", given=p)
    return exact


def exact_sum(values: Numbers) -> int | Fraction:
    """The sum without rounding: an int, or a fraction of floats."""
    if values.dtype.kind == "f":
        return sum(map(Fraction, values.tolist()), Fraction(0))
    high = int((values >> 32).sum())
    return (high << 32) + int((values & 0xFFFFFFFF).sum())


def out(number: Any, *, timed: bool) -> Any:
    """A number of the array's kind in plain Python: a timedelta where the values were durations."""
    if timed:
        return timedelta(microseconds=round(number))
    return number.item() if isinstance(number, np.generic) else number


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, which can no longer be written to."""
    array.setflags(write=False)
    return array


def labels(given: Iterable[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    """Distinct labels in order of first appearance, and the code of each row.

    Args:
        given: any hashable labels; arrays of numbers and fixed-width text are coded without a loop.
    """
    if isinstance(given, np.ndarray) and given.dtype.kind in "iubUS":
        found, first, codes = np.unique(given, return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return found[order].tolist(), rank[codes]
    seen: dict[Any, int] = {}
    coded = [seen.setdefault(item, len(seen)) for item in (given.tolist() if isinstance(given, np.ndarray) else given)]
    return list(seen), np.array(coded, dtype=np.int64)
