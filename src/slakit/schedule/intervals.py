"""Arithmetic on intervals in time: union, difference, intersection of owned pieces."""

from collections.abc import Iterable

from slakit._time import DAY

Interval = tuple[int, int]
Piece = tuple[int, int, int, int]
"""``(start, end, shift, offset)``, all us: open time, when on the wall clock the hours began that it is of, and the UTC offset
of that clock, which holds for the whole piece. Pieces of one ``shift`` are what is left of the same hours."""


def union(pieces: Iterable[tuple[int, ...]]) -> list[Interval]:
    """Sorted disjoint intervals that cover the pieces, which come sorted by start; touching ones are one."""
    merged: list[Interval] = []
    last_start = last_end = None
    for piece in pieces:
        start, end = piece[0], piece[1]
        if last_end is None or last_start is None:
            last_start, last_end = start, end
        elif start > last_end:
            merged.append((last_start, last_end))
            last_start, last_end = start, end
        elif end > last_end:
            last_end = end
    if last_end is not None and last_start is not None:
        merged.append((last_start, last_end))
    return merged


def cut(pieces: Iterable[Piece], closed: list[Interval]) -> list[Piece]:
    """The pieces without the closed time.

    Args:
        pieces: sorted by start, may overlap.
        closed: sorted and disjoint.
    """
    left: list[Piece] = []
    first = 0
    for start, end, shift, offset in pieces:
        while first < len(closed) and closed[first][1] <= start:
            first += 1
        at = start
        for number in range(first, len(closed)):
            shut_start, shut_end = closed[number]
            if shut_start >= end:
                break
            if shut_start > at:
                left.append((at, shut_start, shift, offset))
            at = shut_end
        if at < end:
            left.append((at, end, shift, offset))
    return sorted(left)


def meet(one: list[Piece], other: list[Piece]) -> list[Piece]:
    """The time that both have, as a piece of the hours that began on the earlier day; of both where they began on one day.

    Args:
        one: sorted by start, may overlap.
        other: likewise.
    """
    found: set[Piece] = set()
    first = 0
    longest = max((end - start for start, end, _, _ in other), default=0)
    for start, end, shift, offset in one:
        while first < len(other) and other[first][0] + longest <= start:
            first += 1
        for number in range(first, len(other)):
            other_start, other_end, other_shift, _ = other[number]
            if other_start >= end:
                break
            low, high = max(start, other_start), min(end, other_end)
            if low < high:
                if shift // DAY <= other_shift // DAY:
                    found.add((low, high, shift, offset))
                if other_shift // DAY <= shift // DAY:
                    found.add((low, high, other_shift, offset))
    return sorted(found)


def common(one: list[Interval], other: list[Interval]) -> list[Interval]:
    """The time that both have; all sorted and disjoint."""
    found: list[Interval] = []
    first = second = 0
    while first < len(one) and second < len(other):
        low, high = max(one[first][0], other[second][0]), min(one[first][1], other[second][1])
        if low < high:
            found.append((low, high))
        if one[first][1] <= other[second][1]:
            first += 1
        else:
            second += 1
    return found
