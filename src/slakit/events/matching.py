"""Equal elements found by hashing whole columns, a few array passes instead of a dictionary look-up an element."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GOLDEN = 0x9E3779B97F4A7C15
_STEP = 0x2545F4914F6CDD1D
_WORD = 2**64
_LATIN = 256
_LETTERS = 8
_SAMPLE = 1 << 14
_CHUNK = 1 << 14
_FEW = 256
_WIDEST = 256
_MOST_BITS = 28


def text_order(column: "NDArray[np.str_]") -> "NDArray[np.int64]":
    """The order of texts by code point.

    Args:
        column: the texts.
    """
    words, latin = text_words(column)
    if not latin:
        return np.argsort(column, kind="stable")
    return np.lexsort([words[:, place].byteswap() for place in reversed(range(words.shape[1]))])  # the first letter weighs most


def match_words(words: "NDArray[np.uint64]") -> "tuple[NDArray[np.int32], NDArray[np.int64]]":
    """Codes of rows of 64-bit words, and for each code a row that has it.

    Rows are entered into a table at a slot made from their words; where different words meet in one
    slot, those that did not stay there try again with another multiplier, and in a larger table
    where that happens to many.

    Args:
        words: shape (rows, words a row).
    """
    count, width = words.shape
    columns = [np.ascontiguousarray(words[:, place]) for place in range(width)]
    mixed = _mixed(columns)
    bits = _table_bits(mixed)
    codes = np.empty(count, np.int32)
    holders: list[NDArray[np.int64]] = []
    rows: NDArray[np.int64] | None = None
    multiplier, known = _GOLDEN, 0
    while rows is None or len(rows):
        numbers = np.arange(count if rows is None else len(rows), dtype=np.int32)
        slot = _slots(mixed ^ (mixed >> np.uint64(29)), multiplier, bits)
        table = np.empty(1 << bits, np.int32)
        table[slot] = numbers
        stayed: NDArray[np.int64] = np.flatnonzero(table[slot] == numbers)
        same = np.ones(len(slot), np.bool_)
        held = np.empty(1 << bits, np.uint64)
        for column in columns:
            here = column if rows is None else column[rows]
            held[slot[stayed]] = here[stayed]
            same &= held[slot] == here
        table[slot[stayed]] = np.arange(known, known + len(stayed), dtype=np.int32)
        known += len(stayed)
        found = table[slot]
        if rows is None:
            holders.append(stayed)
            codes = found
            rows = np.flatnonzero(~same)
        else:
            holders.append(rows[stayed])
            codes[rows[same]] = found[same]
            rows = rows[~same]
        mixed = mixed[~same]
        bits = min(max(bits, len(rows).bit_length() + 1), _MOST_BITS)
        multiplier = (multiplier * _STEP + 2) % _WORD | 1
    return codes, np.concatenate(holders)


def _table_bits(mixed: "NDArray[np.uint64]") -> int:
    """The size of the table, from how many distinct words a sample has."""
    sample = mixed[:: max(1, len(mixed) // _SAMPLE)]
    distinct = len(np.unique(sample))
    expected = 2 * distinct if 2 * distinct < len(sample) else len(mixed) * distinct // len(sample)
    return min(max(8, expected.bit_length() + 1), _MOST_BITS)


def text_words(column: "NDArray[np.str_]", *, wide: bool = False) -> "tuple[NDArray[np.uint64], bool]":
    """Fixed-width texts as 64-bit words, eight Latin letters a word, two of others; and whether all are Latin.

    Args:
        column: texts in the byte order of the machine, at least one letter wide.
        wide: take them as not Latin.

    Returns:
        Words of shape (rows, words a row), the first letter in the lowest bits, each column in one piece.
    """
    count, width = len(column), column.dtype.itemsize // 4
    letters = np.ascontiguousarray(column).view(np.uint32)
    latin = not wide and bool(letters.max(initial=0) < _LATIN)
    words = np.empty((-(-width // (_LETTERS if latin else 2)), count), np.uint64)
    if latin:
        narrow = np.empty((count + 1) * width + _LETTERS, np.uint8)
        narrow[: count * width] = letters
        narrow[count * width :] = 0
        for place, word in enumerate(words):
            word[:] = np.ndarray(count, "<u8", narrow.data, place * _LETTERS, (width,))
        words[-1] &= np.uint64((_WORD - 1) >> (8 * (-width % _LETTERS)))
    else:
        rows = letters.reshape(count, width)
        words[: width // 2] = rows[:, 1::2].T
        words[width // 2 :] = 0
        words <<= np.uint64(32)
        words |= rows[:, ::2].T
    return words.T, latin


def few_texts(column: "NDArray[np.str_]") -> "tuple[NDArray[np.int32], NDArray[np.int64]] | None":
    """Codes of texts and for each code a row that has it, part by part; None where they are more than a few.

    Args:
        column: as in `text_words`.
    """
    if column.dtype.itemsize > _WIDEST:
        return None
    codes, rows = np.empty(len(column), np.int32), np.empty(0, np.int64)
    table, wide = _Distinct.of(text_words(column[:0])[0]), False
    for begin in range(0, len(column), _CHUNK):
        words, latin = text_words(column[begin : begin + _CHUNK], wide=wide)
        if not (latin or wide):
            wide, table = True, _Distinct.of(text_words(column[rows], wide=True)[0])
        if table is None:
            return None
        found, known = table.find(words)
        if not known.all():
            strange = np.flatnonzero(~known)
            rows = np.append(rows, begin + strange[match_words(words[strange])[1]])
            table = _Distinct.of(text_words(column[rows], wide=wide)[0]) if len(rows) <= _FEW else None
            if table is None:
                return None
            found, _ = table.find(words)
        codes[begin : begin + _CHUNK] = found
    return codes, rows


class _Distinct:
    """A few rows of words in a table in which no two of them meet."""

    __slots__ = ("_bits", "_codes", "_held", "_multiplier")

    def __init__(self, bits: int, multiplier: int, codes: "NDArray[np.int32]", held: "list[NDArray[np.uint64]]") -> None:
        """Hold the table: codes (-1: none) and words by slot."""
        self._bits, self._multiplier, self._codes, self._held = bits, multiplier, codes, held

    @classmethod
    def of(cls, words: "NDArray[np.uint64]") -> "_Distinct | None":
        """The table of some distinct rows, coded in their order; None where none was found in a few attempts."""
        count = len(words)
        columns = list(words.T)
        mixed, multiplier = _mixed(columns), _GOLDEN
        for bits in range(max(8, 2 * count.bit_length()), 2 * _FEW.bit_length() + 1):
            slot = _slots(mixed, multiplier, bits)
            codes = np.full(1 << bits, -1, np.int32)
            codes[slot] = np.arange(count, dtype=np.int32)
            if (codes[slot] == np.arange(count)).all():
                held = [np.zeros(1 << bits, np.uint64) for _ in columns]
                for mine, column in zip(held, columns, strict=True):
                    mine[slot] = column
                return cls(bits, multiplier, codes, held)
            multiplier = (multiplier * _STEP + 2) % _WORD | 1
        return None

    def find(self, words: "NDArray[np.uint64]") -> "tuple[NDArray[np.int32], NDArray[np.bool_]]":
        """The code of each row, and whether it has one."""
        columns = list(words.T)
        slot = _slots(_mixed(columns), self._multiplier, self._bits)
        found = self._codes.take(slot, mode="clip")
        known = found >= 0
        for held, column in zip(self._held, columns, strict=True):
            known &= held.take(slot, mode="clip") == column
        return found, known


def _mixed(columns: "list[NDArray[np.uint64]]") -> "NDArray[np.uint64]":
    """The words of each row as one."""
    mixed = columns[0]
    for column in columns[1:]:
        mixed = (mixed * np.uint64(_STEP)) ^ (mixed >> np.uint64(31)) ^ column
    return mixed


def _slots(mixed: "NDArray[np.uint64]", multiplier: int, bits: int) -> "NDArray[np.int64]":
    """The place of each row in a table of ``2**bits``."""
    slot = mixed * np.uint64(multiplier)
    slot >>= np.uint64(64 - bits)
    return slot.view(np.int64)
