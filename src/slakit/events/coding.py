"""Columns as small integer codes: every distinct value is looked at once."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np

from slakit.errors import SlakitError
from slakit.events.cells import is_absent, plain
from slakit.events.matching import few_texts, match_words, text_order, text_words
from slakit.events.objects import ABSENT, as_texts, factorize_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Column: TypeAlias = "NDArray[Any] | Coded"

_CHUNK = 1 << 14
_RUNS = 4096
_EXACT = 2**53
_DENSE = 4
"""A table over the range of integers is used up to this many times their number."""


class Coded:
    """A column that came as codes into its distinct values; it is taken apart as an array of objects is.

    Attributes:
        codes: index into the values, -1 where a row says nothing.
        values: what the codes stand for.
    """

    __slots__ = ("codes", "values")

    dtype = np.dtype(object)
    ndim = 1

    def __init__(self, codes: "NDArray[np.int32]", values: "Sequence[Any]") -> None:
        """Hold both."""
        self.codes, self.values = codes, values

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.codes)

    def __getitem__(self, rows: Any) -> Any:
        """The value of one row, None where it says nothing; or some rows."""
        codes = self.codes[rows]
        if isinstance(codes, np.ndarray):
            return Coded(codes, self.values)
        return None if codes < 0 else self.values[codes]

    def tolist(self) -> list[Any]:
        """Every row's value."""
        values = [*self.values, None]
        return [values[code] for code in self.codes.tolist()]

    def factorize(self) -> "tuple[NDArray[np.int32], list[Any]]":
        """Codes and distinct values as `factorize` gives them: only values that occur, each once."""
        used = np.zeros(len(self.values) + 1, np.bool_)
        used[self.codes] = True
        held = np.flatnonzero(used[:-1])
        distinct = [self.values[place] for place in held.tolist()]
        found = np.arange(len(distinct), dtype=np.int32)
        if set(map(type, distinct)) != {str} or len({*distinct} - {""}) < len(distinct):
            found, distinct = factorize_objects(distinct)
        places = np.full(len(used), ABSENT, np.int32)
        places[held] = found
        return recoded(self.codes, places), distinct


@overload
def as_column(given: list[Any] | tuple[Any, ...]) -> "NDArray[Any]": ...
@overload
def as_column(given: Any) -> "Column": ...


def as_column(given: Any) -> "Column":
    """A column as a one-dimensional array; a list becomes an array of its own objects, so that types do not blur.

    Args:
        given: array, series of any frame, or sequence.
    """
    if isinstance(given, Coded):
        return given
    if isinstance(given, np.ndarray):
        array = given
    elif isinstance(given, list | tuple):
        array = np.empty(len(given), object)
        array[:] = given
    elif getattr(getattr(given, "dtype", None), "tz", None) is not None:
        array = np.asarray(given, "datetime64[us]")
    else:
        array = np.asarray(given)
    if isinstance(array, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(array)
        array = np.asarray(array.data).astype(object)
        array[mask] = None
    if array.dtype.kind == "f":
        return _whole(array)
    return array.astype(object) if array.dtype.kind in "TSV" else array


def _whole(array: "NDArray[Any]") -> "NDArray[Any]":
    """Floats as they are; integers that are floats only because cells are missing become integers again."""
    missing = np.isnan(array)
    if not missing.any():
        return array
    held = array[~missing]
    if (held != np.floor(held)).any() or (np.abs(held) >= _EXACT).any():
        return array
    out = np.full(len(array), None, object)
    out[~missing] = held.astype(np.int64)
    return out


def present(column: "Column") -> "NDArray[np.bool_]":
    """Where a column says something: not None, NaN, NaT, NA or empty text."""
    if isinstance(column, Coded):
        silent = np.array([*map(is_absent, column.values), True])
        return ~silent[column.codes]
    kind = column.dtype.kind
    if kind in "biu":
        return np.ones(len(column), np.bool_)
    if kind == "f":
        return np.asarray(~np.isnan(column))
    if kind in "mM":
        return np.asarray(~np.isnat(column))
    if kind == "U":
        return np.asarray(column != "")
    try:
        found = (column != None) & (column != "") & (column == column)  # noqa: E711, PLR0124 - element by element
        if isinstance(found, np.ndarray) and found.dtype == np.bool_:
            return found
    except (TypeError, ValueError):
        pass
    return np.fromiter((not is_absent(given) for given in column), np.bool_, len(column))


def factorize(column: "Column") -> "tuple[NDArray[np.int32], list[Any]]":
    """Codes of a column's elements and the distinct values as Python has them; an absent element is -1."""
    if isinstance(column, Coded):
        return column.factorize()
    kind = column.dtype.kind
    if kind == "b":
        return column.astype(np.int32), [False, True]
    if kind in "iu":
        codes, distinct = factorize_integers(column)
        return codes, distinct.tolist()
    if kind in "fmM":
        there = present(column)
        distinct, inverse = np.unique(column[there], return_inverse=True)
        codes = np.full(len(column), ABSENT, np.int32)
        codes[there] = inverse
        return codes, [plain(given) for given in distinct] if kind in "mM" else distinct.tolist()
    if kind == "U":
        return _factorize_texts(column)
    texts = as_texts(column)
    return factorize_objects(column) if texts is None else _factorize_texts(texts)


def factorize_integers(column: "NDArray[Any]") -> "tuple[NDArray[np.int32], NDArray[Any]]":
    """Codes of integers and the distinct ones, ascending."""
    if not len(column):
        return np.empty(0, np.int32), column
    lowest, highest = int(column.min()), int(column.max())
    if highest - lowest < _DENSE * len(column) + 1024:
        parts = [slice(begin, begin + _CHUNK) for begin in range(0, len(column), _CHUNK)]
        seen = np.zeros(highest - lowest + 1, np.bool_)
        for part in parts:
            seen[_offsets(column[part], lowest)] = True
        rank = np.cumsum(seen, dtype=np.int32)
        rank -= 1
        codes = np.empty(len(column), np.int32)
        for part in parts:
            rank.take(_offsets(column[part], lowest), out=codes[part], mode="clip")
        return codes, np.flatnonzero(seen).astype(column.dtype) + column.dtype.type(lowest)
    wide = column if column.dtype.itemsize == 8 else column.astype(np.int64)  # noqa: PLR2004 - bytes
    codes, rows = match_words(np.ascontiguousarray(wide).view(np.uint64)[:, None])
    distinct = column[rows]
    order = np.argsort(distinct)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place[codes], distinct[order]


def _offsets(numbers: "NDArray[Any]", lowest: int) -> "NDArray[Any]":
    """How far numbers lie above the lowest of them, in a type that holds it."""
    wide = numbers if numbers.dtype.itemsize >= 8 else numbers.astype(np.int64)  # noqa: PLR2004 - bytes
    return (wide - lowest).astype(np.int64, copy=False)


def translate(column: "Column", told: "Callable[[Any], int]", absent: int, strange: int) -> "NDArray[np.uint8]":
    """What each element means as a small number; every distinct value is asked about once.

    Args:
        column: the elements.
        told: what a value means.
        absent: for an element that says nothing.
        strange: for what it refuses.
    """
    distinct: Sequence[Any]
    if isinstance(column, Coded):
        codes, distinct = column.codes, column.values
    elif _matchable(column):
        codes, rows = _matched(column)
        distinct = column[rows].tolist()
    else:
        codes, distinct = factorize(column)
    meanings = np.full(len(distinct) + 1, strange, np.uint8)
    meanings[-1] = absent
    for place, given in enumerate(distinct):
        with suppress(SlakitError, TypeError, AttributeError):
            meanings[place] = absent if is_absent(given) else told(given)
    out = np.empty(len(column), np.uint8)
    for begin in range(0, len(out), _CHUNK):
        meanings.take(codes[begin : begin + _CHUNK], out=out[begin : begin + _CHUNK], mode="wrap")
    return out


def _factorize_texts(column: "NDArray[np.str_]", *, ascending: bool = False) -> "tuple[NDArray[np.int32], list[Any]]":
    if not _matchable(column):
        codes, distinct = factorize_objects(column.tolist())
        return ascend(codes, distinct) if ascending else (codes, distinct)
    codes, rows = _matched(column, ascending=ascending)
    distinct = column[rows].tolist()
    if "" in distinct:
        empty = distinct.index("")
        codes = _without(codes, empty, len(distinct))
        del distinct[empty]
    return codes, distinct


def codes_of(column: "Column") -> "NDArray[np.int32]":
    """Codes of a column's elements, -1 where absent, for comparing them with each other."""
    if isinstance(column, Coded):
        return column.factorize()[0]
    if column.dtype.kind in "iu":
        return factorize_integers(column)[0]
    texts = column if column.dtype.kind == "U" else as_texts(column) if column.dtype.kind == "O" else None
    if texts is None or not _matchable(texts):
        return factorize(column)[0]
    codes, rows = _matched(texts)
    empty = np.flatnonzero(texts[rows] == "")
    return _without(codes, int(empty[0]), len(rows)) if len(empty) else codes


def _matchable(column: "NDArray[Any]") -> bool:
    return bool(column.dtype.kind == "U" and len(column) and column.dtype.itemsize and column.dtype.isnative)


def _matched(column: "NDArray[np.str_]", *, ascending: bool = False) -> "tuple[NDArray[np.int32], NDArray[np.int64]]":
    """Codes of texts, empty ones among them, and for each code a row that has it."""
    codes, rows = few_texts(column) or match_words(text_words(column)[0])
    if not ascending:
        return codes, rows
    order = text_order(column[rows])
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return recoded(codes, place), rows[order]


def _without(codes: "NDArray[np.int32]", gone: int, known: int) -> "NDArray[np.int32]":
    """The codes without one of them, which becomes -1."""
    places = np.arange(known + 1, dtype=np.int32)
    places[gone:] -= 1
    places[[gone, -1]] = ABSENT
    return recoded(codes, places)


def recoded(codes: "NDArray[np.int32]", places: "NDArray[np.int32]") -> "NDArray[np.int32]":
    """Other codes for the same elements.

    Args:
        codes: index into ``places``; -1 is its last element.
        places: the new code of each.
    """
    out = np.empty(len(codes), np.int32)
    for begin in range(0, len(codes), _CHUNK):
        places.take(codes[begin : begin + _CHUNK], out=out[begin : begin + _CHUNK], mode="wrap")
    return out


def ascend(codes: "NDArray[np.int32]", distinct: list[Any]) -> "tuple[NDArray[np.int32], list[Any]]":
    """Codes and texts so that the texts ascend."""
    texts = as_texts(as_column(distinct))
    if texts is not None and _matchable(texts):
        ranked = text_order(texts)
        distinct = texts[ranked].tolist()
    else:
        ranked = np.array(sorted(range(len(distinct)), key=distinct.__getitem__), np.int64)
        distinct = [distinct[code] for code in ranked.tolist()]
    place = np.empty(len(ranked) + 1, np.int32)
    place[ranked] = np.arange(len(ranked), dtype=np.int32)
    place[ABSENT] = ABSENT
    return recoded(codes, place), distinct


def factorize_ids(column: "Column") -> "tuple[NDArray[np.int32], list[Any]]":
    """Codes of ids and the distinct ones, ascending where all are text; equal ids that stand together are looked at once."""
    if isinstance(column, Coded):
        codes, distinct = column.factorize()
        return ascend(codes, distinct) if set(map(type, distinct)) == {str} else (codes, distinct)
    rows = len(column)
    if rows and column.dtype.kind in "UO" and len(_heads(column[:_RUNS])) <= min(rows, _RUNS) // 2:
        heads = _heads(column)
        if len(heads) < rows // 2:
            codes, distinct = _factorize_ids(column[heads])
            return np.repeat(codes, np.diff(heads, append=rows)), distinct
    return _factorize_ids(column)


def _heads(column: "NDArray[Any]") -> "NDArray[np.int64]":
    """Where elements differ from the one before; everywhere, where some do not say whether they do (`pandas.NA`, arrays)."""
    head = np.ones(len(column), np.bool_)
    with suppress(TypeError, ValueError):
        head[1:] = column[1:] != column[:-1]
    return np.flatnonzero(head)


def _factorize_ids(column: "NDArray[Any]") -> "tuple[NDArray[np.int32], list[Any]]":
    texts = column if column.dtype.kind == "U" else as_texts(column) if column.dtype.kind == "O" else None
    if texts is not None:
        return _factorize_texts(texts, ascending=True)
    codes, distinct = factorize(column)
    return ascend(codes, distinct) if set(map(type, distinct)) == {str} else (codes, distinct)
