"""One monotone function of time, as segments: ``R(t) = min(t + shift[i], total[i])``."""

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
    starts, shift, total = old.starts.copy(), old.shift.copy(), old.total.copy()
    at = total[-1]
    if opened and len(starts) > 1 and opened[0][0] == old.closing(-1):
        start, end = opened[0]
        at += end - start
        total[-1] = at
        opened = opened[1:]
    for start, end in opened:
        starts.append(start)
        shift.append(at - start)
        at += end - start
        total.append(at)
    return Reading(old.lo, hi, starts, shift, total)


def grown_earlier(old: Reading, opened: list[tuple[int, int]], lo: int) -> Reading:
    """A reading continued back to ``lo`` by the open time of ``[lo, old.lo)``; what is there stays."""
    at = old.total[0] - sum(end - start for start, end in opened)
    starts, shift, total = [-FAR], [FAR], [at]
    for start, end in opened:
        starts.append(start)
        shift.append(at - start)
        at += end - start
        total.append(at)
    first = 1
    if opened and len(old.starts) > 1 and opened[-1][1] == old.starts[1]:
        total[-1] = old.total[1]
        first = 2
    return Reading(lo, old.hi, starts + old.starts[first:], shift + old.shift[first:], total + old.total[first:])
