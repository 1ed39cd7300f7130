"""Counting the edges at or before each of many numbers, by a table of power-of-two buckets."""

from typing import TYPE_CHECKING

import numpy as np

from slakit.clock.reading import FAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

CHUNK = 32_768
"""Elements treated at a time, so that what is between two passes stays in the cache."""
_FEWEST = 2**10
_MOST = 2**22
_PER_EDGE = 32


class EdgeTable:
    """How many edges lie at or before a number.

    The axis is cut into buckets of ``2**bits``; each bucket knows the count at its start, and the
    edges inside it (one, where that can be had) are compared.
    """

    __slots__ = ("bits", "counts", "following", "lo", "rounds", "size")

    def __init__(self, edges: "Numbers", lo: int, hi: int, *, bits: int | None = None) -> None:
        """Build the table.

        Args:
            edges: ascending, all within ``[lo, hi)``.
            lo: start of the axis.
            hi: end of the axis.
            bits: the width of a bucket as a power of two; None chooses it.
        """
        self.lo = lo
        self.bits = bucket_bits(edges, lo, hi) if bits is None else bits
        self.size = ((hi - lo) >> self.bits) + 1
        inside = np.bincount((edges - lo) >> self.bits, minlength=self.size)
        self.rounds = int(inside.max(initial=0))
        counts = np.zeros(self.size, np.int32)
        np.cumsum(inside[:-1], out=counts[1:])
        self.counts = counts
        self.following = np.append(edges, FAR)

    def count(self, numbers: "Numbers", room: "Room") -> "Numbers":
        """The counts for at most `CHUNK` numbers; what lies beyond the axis counts none or all.

        Args:
            numbers: the numbers.
            room: memory to work in; the result lives there.
        """
        size = len(numbers)
        found, other, more = room.numbers[:size], room.others[:size], room.flags[:size]
        np.subtract(numbers, self.lo, out=found)
        np.right_shift(found, self.bits, out=found)
        self.counts.take(found, out=room.counts[:size], mode="clip")
        found[:] = room.counts[:size]
        for _ in range(self.rounds):
            self.following.take(found, out=other, mode="clip")
            np.greater_equal(numbers, other, out=more)
            np.add(found, more, out=found)
        return found


class Room:
    """Memory for the passes over one chunk."""

    __slots__ = ("counts", "flags", "numbers", "others")

    def __init__(self, size: int) -> None:
        """Make room for a number of elements."""
        self.numbers = np.empty(size, np.int64)
        self.others = np.empty(size, np.int64)
        self.counts = np.empty(size, np.int32)
        self.flags = np.empty(size, np.bool_)


def bucket_bits(edges: "Numbers", lo: int, hi: int) -> int:
    """The widest power-of-two bucket that holds one edge, as long as the table stays moderate."""
    most = min(_MOST, max(_FEWEST, _PER_EDGE * len(edges)))
    narrowest = max(0, ((hi - lo) // most).bit_length())
    gap = int(np.diff(edges).min()) if len(edges) > 1 else hi - lo
    return max(narrowest, max(gap, 1).bit_length() - 1)
