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
_MOST_BITS = 28


def text_order(column: "NDArray[np.str_]") -> "NDArray[np.int64]":
    """The order of texts by code point.

    Args:
        column: the texts.
    """
    words, latin = text_words(column)
    if not latin:
        return np.argsort(column, kind="stable")
    ranked = words.view(">u8").astype(np.uint64)  # the first letter weighs most
    return np.lexsort([ranked[:, place] for place in reversed(range(ranked.shape[1]))])


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
    mixed = columns[0]
    for column in columns[1:]:
        mixed = (mixed * np.uint64(_STEP)) ^ (mixed >> np.uint64(31)) ^ column
    bits = _table_bits(mixed)
    codes = np.empty(count, np.int32)
    holders: list[NDArray[np.int64]] = []
    rows: NDArray[np.int64] | None = None
    multiplier, known = _GOLDEN, 0
    while rows is None or len(rows):
        numbers = np.arange(count if rows is None else len(rows), dtype=np.int32)
        slot = ((mixed ^ (mixed >> np.uint64(29))) * np.uint64(multiplier) >> np.uint64(64 - bits)).astype(np.int64)
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


def text_words(column: "NDArray[np.str_]") -> "tuple[NDArray[np.uint64], bool]":
    """Fixed-width texts as 64-bit words, eight Latin letters a word, two of others; and whether all are Latin."""
    width = column.dtype.itemsize // 4
    letters = np.ascontiguousarray(column).view(np.uint32).reshape(len(column), width)
    latin = bool(letters.max() < _LATIN)
    if latin:
        padded = np.zeros((len(column), -(-width // _LETTERS) * _LETTERS), np.uint8)
        padded[:, :width] = letters
    else:
        padded = np.zeros((len(column), width + width % 2), np.uint32)
        padded[:, :width] = letters
    return padded.view(np.uint64), latin
