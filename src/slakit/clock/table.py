"""Counting the edges at or before each of many numbers, by a table of power-of-two buckets."""

from typing import TYPE_CHECKING

import numpy as np

from slakit.clock.reading import FAR, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

CHUNK = 1 << 15
"""Elements treated at a time, so that what is between two passes stays in the cache."""
_UNFOLDED = 2**14
_STRETCHED = 2**16
_FEWEST = 2**10
_MOST = 2**22
_PER_EDGE = 32


class Room:
    """Memory for the passes over one chunk; ``results`` is for what outlives a look-up."""

    __slots__ = ("counts", "flags", "numbers", "others", "results")

    def __init__(self, size: int) -> None:
        """Make room for a number of elements."""
        self.numbers = np.empty(size, np.int64)
        self.others = np.empty(size, np.int64)
        self.results = np.empty(size, np.int64)
        self.counts = np.empty(size, np.int32)
        self.flags = np.empty(size, np.bool_)


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


class StretchTable:
    """Readings of instants: ``R(t) = max(least, min(t + shift, most))``.

    The axis is cut into buckets of ``2**bits``. Each knows the first open stretch that is not over
    at its start; the bounds hold as long as no other stretch begins, so where buckets are no wider
    than the shortest closed time, nothing need be compared. Small tables are unfolded, so that a
    bucket leads to the numbers of its stretch directly.
    """

    __slots__ = ("_bits", "_first", "_following", "_least", "_lo", "_most", "_rounds", "_shift")

    def __init__(self, reading: Reading) -> None:
        """Build the table of what is counted."""
        starts, shift, total = (np.array(numbers, np.int64) for numbers in (reading.starts, reading.shift, reading.total))
        closings = total - shift
        lo = self._lo = reading.lo
        bits = self._bits = _stretch_bits(starts[1:], closings[1:], lo, reading.hi)
        begins = lo + (np.arange(((reading.hi - lo) >> bits) + 1) << bits)
        first = np.minimum(np.searchsorted(closings, begins, side="right"), len(starts) - 1)
        last = np.searchsorted(starts, begins + ((1 << bits) - 1), side="right") - 1
        self._rounds = max(0, int((last - first).max()))
        self._following = np.append(starts[1:], FAR)
        least = np.append(total[0], total[:-1])
        self._first = None if self._rounds == 0 and len(first) <= _UNFOLDED else first.astype(np.int32)
        self._shift, self._least, self._most = (numbers if self._first is not None else numbers[first] for numbers in (shift, least, total))

    def read(self, us: "Numbers", out: "Numbers", room: Room) -> None:
        """R of at most `CHUNK` instants on the axis.

        Args:
            us: the instants.
            out: takes the readings.
            room: memory to work in.
        """
        size = len(us)
        number, other = room.numbers[:size], room.others[:size]
        np.subtract(us, self._lo, out=number)
        np.right_shift(number, self._bits, out=number)
        if self._first is not None:
            self._first.take(number, out=room.counts[:size], mode="clip")
            number[:] = room.counts[:size]
        for _ in range(self._rounds):
            self._following.take(number, out=other, mode="clip")
            np.greater_equal(us, other, out=room.flags[:size])
            np.add(number, room.flags[:size], out=number)
        self._shift.take(number, out=out, mode="clip")
        np.add(out, us, out=out)
        self._least.take(number, out=other, mode="clip")
        np.maximum(out, other, out=out)
        self._most.take(number, out=other, mode="clip")
        np.minimum(out, other, out=out)


def _stretch_bits(starts: "Numbers", closings: "Numbers", lo: int, hi: int) -> int:
    """The width of buckets for open stretches: as the shortest closed time between two, unless that makes too many."""
    gap = int((starts[1:] - closings[:-1]).min()) if len(starts) > 1 else hi - lo
    bits = gap.bit_length() - 1
    return bits if (hi - lo) >> bits < _STRETCHED else bucket_bits(starts, lo, hi)


def bucket_bits(edges: "Numbers", lo: int, hi: int) -> int:
    """The widest power-of-two bucket that holds one edge, as long as the table stays moderate."""
    most = min(_MOST, max(_FEWEST, _PER_EDGE * len(edges)))
    narrowest = max(0, ((hi - lo) // most).bit_length())
    gap = int(np.diff(edges).min()) if len(edges) > 1 else hi - lo
    return max(narrowest, max(gap, 1).bit_length() - 1)
