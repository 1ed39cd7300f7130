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


def match_words(words: "NDArray[np.uint64]") -> "tuple[NDArray[np.int32], NDArray[np.int64]]":
    """Codes of rows of 64-bit words, and for each code a row that has it.

    Rows are entered into a table at a slot made from their words; where different words meet in one
    slot, those that did not stay there try again with another multiplier.

    Args:
        words: shape (rows, words a row).
    """
    count, width = words.shape
    bits = max(8, (count - 1).bit_length() + 1)
    shift = np.uint64(64 - bits)
    columns = [np.ascontiguousarray(words[:, place]) for place in range(width)]
    mixed = columns[0]
    for column in columns[1:]:
        mixed = (mixed * np.uint64(_STEP)) ^ (mixed >> np.uint64(31)) ^ column
    table = np.empty(1 << bits, np.int32)
    found = np.empty(count, np.int32)
    rows = np.arange(count, dtype=np.int32)
    multiplier = _GOLDEN
    while len(rows):
        slot = ((mixed ^ (mixed >> np.uint64(29))) * np.uint64(multiplier) >> shift).astype(np.int64)
        table[slot] = rows
        holder = table[slot]
        same = columns[0][holder] == (columns[0] if len(rows) == count else columns[0][rows])
        for column in columns[1:]:
            same &= column[holder] == (column if len(rows) == count else column[rows])
        found[rows[same]] = holder[same]
        rows, mixed = rows[~same], mixed[~same]
        multiplier = (multiplier * _STEP + 2) % _WORD | 1
    held = np.zeros(count, np.bool_)
    held[found] = True
    number = np.cumsum(held, dtype=np.int32)
    number -= 1
    return number[found], np.flatnonzero(held)


def text_words(column: "NDArray[np.str_]") -> "NDArray[np.uint64]":
    """Fixed-width texts as 64-bit words: eight Latin letters a word, two of others."""
    width = column.dtype.itemsize // 4
    letters = np.ascontiguousarray(column).view(np.uint32).reshape(len(column), width)
    if letters.max() < _LATIN:
        padded = np.zeros((len(column), -(-width // _LETTERS) * _LETTERS), np.uint8)
        padded[:, :width] = letters
    else:
        padded = np.zeros((len(column), width + width % 2), np.uint32)
        padded[:, :width] = letters
    return padded.view(np.uint64)
