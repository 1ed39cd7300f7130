"""Schedules made of schedules: effective dates and set algebra over open time."""

from collections.abc import Iterator
from datetime import tzinfo

from slakit._time import DAY, SECOND
from slakit._value import value
from slakit.schedule.intervals import Piece, cut, meet, union
from slakit.schedule.weekly import Weekly, owned_hours, to_utc
from slakit.schedule.zones import offset_at

AND, OR, MINUS = "and", "or", "minus"
EVER = -(2**31)
"""The day from which a rule holds that has always held."""


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

    def pieces(self, lo: int, hi: int) -> list[Piece]:
        """Open time within ``[lo, hi)`` (us), sorted by start, with the day that owns each piece."""
        weekly = [rule for _, rule in self.parts if isinstance(rule, Weekly) and rule.zone == self.zone]
        if len(weekly) == len(self.parts):
            return to_utc(self.zone, lo, hi, lambda first, last: self._local(weekly, first, last))
        found: list[Piece] = []
        for first, end, rule in self.spans():
            low = lo if first is None else max(lo, (first - 3) * DAY)
            high = hi if end is None else min(hi, (end + 3) * DAY)
            if low < high:
                found += [
                    piece for piece in rule.pieces(low, high) if (first is None or piece[2] >= first) and (end is None or piece[2] < end)
                ]
        return sorted(found)

    def _local(self, weekly: list[Weekly], first: int, last: int) -> Iterator[Piece]:
        for (begin, end, _), rule, following in zip(self.spans(), weekly, [*weekly[1:], weekly[-1]], strict=True):
            low = first if begin is None else max(first, begin)
            high = last if end is None else min(last, end - 1)
            yield from owned_hours(rule, following, low, high, end)


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

    def pieces(self, lo: int, hi: int) -> list[Piece]:
        """Open time within ``[lo, hi)`` (us), sorted by start, with the day that owns each piece."""
        left, right = self.left.pieces(lo, hi), self.right.pieces(lo, hi)
        if self.op == MINUS:
            return cut(left, union(right))
        if self.left.zone != self.right.zone:
            right = [(start, end, local_day(self.zone, start)) for start, end, _ in right]
        return meet(left, right) if self.op == AND else sorted(left + right)


Rule = Weekly | Effective | Combined


def local_day(zone: tzinfo, us: int) -> int:
    """The local date of an instant, as days since 1970-01-01."""
    return (us + offset_at(zone, us // SECOND) * SECOND) // DAY
