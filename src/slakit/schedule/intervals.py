"""Arithmetic on intervals in time: union, difference, intersection of owned pieces."""

from collections.abc import Iterable

Interval = tuple[int, int]
Piece = tuple[int, int, int]
"""``(start, end, day)``: open time and the local date, in days since the epoch, on which its hours start."""


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
    for start, end, day in pieces:
        while first < len(closed) and closed[first][1] <= start:
            first += 1
        at = start
        for number in range(first, len(closed)):
            shut_start, shut_end = closed[number]
            if shut_start >= end:
                break
            if shut_start > at:
                left.append((at, shut_start, day))
            at = shut_end
        if at < end:
            left.append((at, end, day))
    return sorted(left)


def meet(one: list[Piece], other: list[Piece]) -> list[Piece]:
    """The time that both have; it belongs to the earlier of the two days.

    Args:
        one: sorted by start, may overlap.
        other: likewise.
    """
    found: list[Piece] = []
    first = 0
    longest = max((end - start for start, end, _ in other), default=0)
    for start, end, day in one:
        while first < len(other) and other[first][0] + longest <= start:
            first += 1
        for number in range(first, len(other)):
            other_start, other_end, other_day = other[number]
            if other_start >= end:
                break
            low, high = max(start, other_start), min(end, other_end)
            if low < high:
                found.append((low, high, min(day, other_day)))
    return sorted(found)
