"""One monotone function of time, as segments: ``R(t) = min(t + shift[i], total[i])``."""

from itertools import accumulate

from slakit._value import value

FAR = 2**61
"""Larger than any instant or reading; it still adds to one within 63 bits."""


@value(eq=False)
class Reading:
    """Open time counted over ``[lo, hi)``.

    Segment i runs from ``starts[i]`` to the next start: open until its end, then closed. Segment 0
    is the closed time before the first opening.

    Attributes:
        lo: first instant covered, us.
        hi: end of what is covered, us.
        starts: the openings, ascending.
        shift: what turns an open instant of a segment into its reading.
        total: the reading at the end of a segment's open time.
    """

    lo: int
    hi: int
    starts: list[int]
    shift: list[int]
    total: list[int]

    def closing(self, number: int) -> int:
        """The end of a segment's open time."""
        return self.total[number] - self.shift[number]


def blank(at: int) -> Reading:
    """A reading that covers nothing yet and is zero at an instant."""
    return Reading(at, at, [-FAR], [FAR], [0])


def grown_later(old: Reading, opened: list[tuple[int, int]], hi: int) -> Reading:
    """A reading continued to ``hi`` by the open time of ``[old.hi, hi)``; what is there stays."""
    earlier, at = old.total.copy(), old.total[-1]
    if opened and len(old.starts) > 1 and opened[0][0] == old.closing(-1):
        start, end = opened[0]
        at += end - start
        earlier[-1] = at
        opened = opened[1:]
    starts, shift, total = _counted(opened, at)
    return Reading(old.lo, hi, old.starts + starts, old.shift + shift, earlier + total)


def grown_earlier(old: Reading, opened: list[tuple[int, int]], lo: int) -> Reading:
    """A reading continued back to ``lo`` by the open time of ``[lo, old.lo)``; what is there stays."""
    at = old.total[0] - sum(end - start for start, end in opened)
    starts, shift, total = _counted(opened, at)
    first = 1
    if opened and len(old.starts) > 1 and opened[-1][1] == old.starts[1]:
        total[-1] = old.total[1]
        first = 2
    return Reading(lo, old.hi, [-FAR, *starts, *old.starts[first:]], [FAR, *shift, *old.shift[first:]], [at, *total, *old.total[first:]])


def _counted(opened: list[tuple[int, int]], at: int) -> tuple[list[int], list[int], list[int]]:
    """The segments of open time that is counted on from a reading: ``starts``, ``shift`` and ``total`` of each."""
    starts = [start for start, _ in opened]
    total = list(accumulate((end - start for start, end in opened), initial=at))
    return starts, [before - start for before, start in zip(total, starts, strict=False)], total[1:]
