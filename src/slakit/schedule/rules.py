"""Schedules made of schedules: effective dates and set algebra over open time."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import tzinfo

from slakit._time import DAY
from slakit._value import value
from slakit.schedule.intervals import Interval, Piece, common, cut, meet, union
from slakit.schedule.weekly import Weekly, to_utc
from slakit.schedule.zones import offset_periods

AND, OR, MINUS = "and", "or", "minus"
EVER = -(2**31)
"""The day from which a rule holds that has always held."""
_NEAR = 3
"""Days; no hours of a day, in whatever zone, reach further."""


@value
class Effective:
    """One rule after another, by the local date on which hours start.

    Attributes:
        parts: ``(first day, rule)`` in order; the first rule also holds before its day.
    """

    parts: "tuple[tuple[int, Rule], ...]"

    @property
    def zone(self) -> tzinfo:
        """The zone of the latest rule."""
        return self.parts[-1][1].zone

    def spans(self) -> "Iterator[tuple[int | None, int | None, Rule]]":
        """``(first day, end day, rule)``: each rule and the days whose hours it gives; None is endless."""
        for number, (first, rule) in enumerate(self.parts):
            end = self.parts[number + 1][0] if number + 1 < len(self.parts) else None
            yield (first if number else None), end, rule

    def rule_on(self, day: int) -> "Rule":
        """The rule in effect on a local date."""
        found = self.parts[0][1]
        for first, rule in self.parts[1:]:
            if first <= day:
                found = rule
        return found

    def pieces(self, lo: int, hi: int, until: int | None = None) -> list[Piece]:
        """Open time within ``[lo, hi)`` (us), sorted by start; arguments as `Weekly.pieces`.

        Each part gives the hours that start on its days, to their end; what is closed of a civil day is said by the part
        in effect on it.
        """
        found: list[Piece] = []
        for first, end, rule in self.spans():
            low = lo if first is None else max(lo, (first - _NEAR) * DAY)
            high = hi if end is None else min(hi, (end + _NEAR) * DAY)
            if low >= high:
                continue
            begin, stop = EVER if first is None else first, -EVER if end is None else end
            pieces = rule.pieces(low, high, end if until is None else min(stop, until))
            pieces = [piece for piece in pieces if begin <= piece[2] // DAY < stop]
            handed = max(low, (stop - _NEAR) * DAY)
            if handed < high:
                pieces = cut(pieces, self.shut(handed, high, stop, stop + _NEAR if until is None else until))
            found += pieces
        return sorted(found)

    def shut(self, lo: int, hi: int, first: int, end: int) -> list[Interval]:
        """What is closed whatever the hours; arguments as `Weekly.shut`."""
        found: list[Interval] = []
        for begin, stop, rule in self.spans():
            low, high = first if begin is None else max(first, begin), end if stop is None else min(end, stop)
            if low < high:
                found += rule.shut(lo, hi, low, high)
        return union(sorted(found))


@value
class Combined:
    """Open time of two rules by set algebra.

    Attributes:
        op: ``"and"``, ``"or"`` or ``"minus"``.
        left: the first rule, whose zone and days count.
        right: the second.
    """

    op: str
    left: "Rule"
    right: "Rule"

    @property
    def zone(self) -> tzinfo:
        """The zone of the left rule."""
        return self.left.zone

    def pieces(self, lo: int, hi: int, until: int | None = None) -> list[Piece]:
        """Open time within ``[lo, hi)`` (us), sorted by start; arguments as `Weekly.pieces`."""
        left, right = self.left.pieces(lo, hi, until), self.right.pieces(lo, hi, until)
        if self.op == MINUS:
            return cut(left, union(right))
        if self.left.zone != self.right.zone:
            right = _read_in(self.zone, right, lo, hi)
        return meet(left, right) if self.op == AND else sorted(left + right)

    def shut(self, lo: int, hi: int, first: int, end: int) -> list[Interval]:
        """What is closed whatever the hours; arguments as `Weekly.shut`.

        Of ``a | b`` what both close, of ``a & b`` what either does; ``a - b`` closes what ``b`` has open.
        """
        left = self.left.shut(lo, hi, first, end)
        if self.op == MINUS:
            days = union(to_utc(self.zone, lo, hi, lambda low, high: _whole(max(first, low), min(end, high + 1))))
            return union(sorted(left + common(days, union(self.right.pieces(lo, hi)))))
        right = self.right.shut(lo, hi, first, end)
        return union(sorted(left + right)) if self.op == AND else common(left, right)


Rule = Weekly | Effective | Combined


def _whole(first: int, end: int) -> Iterator[Piece]:
    return ((day * DAY, (day + 1) * DAY, day * DAY, 0) for day in range(first, end))


def _read_in(zone: tzinfo, pieces: list[Piece], lo: int, hi: int) -> list[Piece]:
    """The pieces of ``[lo, hi)`` as the wall clock of another zone tells them.

    A shift is moved as a whole, by how far the two clocks are apart where it is first open.
    """
    periods = list(offset_periods(zone, lo, hi))
    starts = [start for start, _, _ in periods]
    apart: dict[int, int] = {}
    found: list[Piece] = []
    for start, end, shift, offset in pieces:
        for since, until, here in periods[bisect_right(starts, start) - 1 :]:
            if since >= end:
                break
            shifted = shift + apart.setdefault(shift, here - offset)
            found.append((max(start, since), min(end, until), shifted, here))
    return sorted(found)
