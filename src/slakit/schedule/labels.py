"""Why each stretch of time is open or closed."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise

from slakit._time import DAY
from slakit._value import value
from slakit.schedule.intervals import Interval, union
from slakit.schedule.rules import AND, MINUS, Combined, Effective, Rule
from slakit.schedule.weekly import Weekly
from slakit.schedule.zones import instant_of, offset_periods

OPEN, OVERRIDE, CLOSED, HOLIDAY, CLOSURE = "open", "override", "closed hours", "holiday", "closure"
"""Kinds: ordinary hours; hours of that date alone (or time that they closed); outside hours; holiday; part-day closure."""


@value
class Stretch:
    """A stretch of time that is open or closed for one reason.

    Attributes:
        start: us.
        end: us.
        open: whether it is working time.
        kind: ``"open"``, ``"override"``, ``"closed hours"``, ``"holiday"`` or ``"closure"``.
        name: the name of the holiday, else empty.
    """

    start: int
    end: int
    open: bool
    kind: str
    name: str = ""

    @property
    def reason(self) -> str:
        """The kind, with the name of the holiday."""
        return f"{self.kind}: {self.name}" if self.name else self.kind


Label = tuple[bool, str, str]


def labelled(rule: Rule, lo: int, hi: int) -> list[Stretch]:
    """Every stretch of ``[lo, hi)`` (us) with its reason: contiguous, the longest for each reason."""
    found: list[Stretch] = []
    for start, end, (is_open, kind, name) in _labels(rule, lo, hi):
        last = found[-1] if found else None
        if last is not None and (last.open, last.kind, last.name) == (is_open, kind, name):
            found[-1] = Stretch(last.start, end, is_open, kind, name)
        else:
            found.append(Stretch(start, end, is_open, kind, name))
    return found


def _labels(rule: Rule, lo: int, hi: int) -> list[tuple[int, int, Label]]:
    if lo >= hi:
        return []
    if isinstance(rule, Weekly):
        return _weekly(rule, lo, hi)
    return _combined(rule, lo, hi) if isinstance(rule, Combined) else _effective(rule, lo, hi)


def _weekly(rule: Weekly, lo: int, hi: int) -> list[tuple[int, int, Label]]:
    pieces = rule.pieces(lo, hi)
    open_at = _membership(union(pieces))
    override_at = _membership(union(piece for piece in pieces if piece[2] // DAY in rule.override))
    found = []
    for start, end, offset in offset_periods(rule.zone, lo, hi):
        edges = {start, end, *(edge for piece in pieces for edge in piece[:2] if start < edge < end)}
        first, last = (start + offset) // DAY - 1, (end + offset) // DAY
        special = [day for days in (rule.override, rule.holiday, rule.closure) for day in days if first <= day <= last]
        edges.update(edge for day in special for local in _local_edges(rule, day) if start < (edge := local - offset) < end)
        ordered = sorted(edges)
        for low, high in pairwise(ordered):
            here = (True, OVERRIDE if override_at(low) else OPEN, "") if open_at(low) else (False, *_closed(rule, low + offset))
            found.append((low, high, here))
    return found


def _local_edges(rule: Weekly, day: int) -> Iterator[int]:
    midnight = day * DAY
    yield midnight
    yield midnight + DAY
    for hours in (rule.closure.get(day, ()), rule.ordinary_hours(day)):
        for start, end in hours:
            yield midnight + start
            yield midnight + end


def _closed(rule: Weekly, local: int) -> tuple[str, str]:
    """Why a closed local time (us) is closed: closure before holiday before override before hours.

    Where the ordinary hours would be open, only hours of that date or a holiday can have taken them.
    """
    day = local // DAY
    for origin in (day, day - 1):
        if any(start <= local - origin * DAY < end for start, end in rule.closure.get(origin, ())):
            return CLOSURE, ""
    if day in rule.holiday:
        return HOLIDAY, rule.holiday[day]
    for origin in (day, day - 1):
        if any(start <= local - origin * DAY < end for start, end in rule.ordinary_hours(origin)):
            return (OVERRIDE, "") if origin in rule.override else (HOLIDAY, rule.holiday[origin])
    return CLOSED, ""


def _membership(intervals: list[Interval]) -> Callable[[int], bool]:
    starts = [start for start, _ in intervals]

    def inside(us: int) -> bool:
        number = bisect_right(starts, us) - 1
        return number >= 0 and us < intervals[number][1]

    return inside


def _effective(rule: Effective, lo: int, hi: int) -> list[tuple[int, int, Label]]:
    """The labels of the rule in effect on each civil date, corrected by what is open."""
    found: list[tuple[int, int, Label]] = []
    at = lo
    for _, end, part in rule.spans():
        until = hi if end is None else min(hi, max(lo, instant_of(part.zone, end * DAY)))
        if at < until:
            found += _labels(part, at, until)
            at = until
    opened = union(rule.pieces(lo, hi))
    mine = [(start, end, (True, OPEN, "")) for start, end in opened]
    return _overlay(found, _filled(mine, lo, hi))


def _filled(opened: list[tuple[int, int, Label]], lo: int, hi: int) -> list[tuple[int, int, Label]]:
    found, at = [], lo
    for start, end, label in opened:
        if at < start:
            found.append((at, start, (False, CLOSED, "")))
        found.append((start, end, label))
        at = end
    if at < hi:
        found.append((at, hi, (False, CLOSED, "")))
    return found


def _overlay(labels: list[tuple[int, int, Label]], truth: list[tuple[int, int, Label]]) -> list[tuple[int, int, Label]]:
    return [(start, end, label if label[0] == real[0] else real) for start, end, label, real in _together(labels, truth)]


def _combined(rule: Combined, lo: int, hi: int) -> list[tuple[int, int, Label]]:
    choose = _both if rule.op == AND else _without if rule.op == MINUS else _either
    sides = _together(_labels(rule.left, lo, hi), _labels(rule.right, lo, hi))
    return [(start, end, choose(left, right)) for start, end, left, right in sides]


def _both(left: Label, right: Label) -> Label:
    return left if not left[0] or right[0] else right


def _either(left: Label, right: Label) -> Label:
    return right if right[0] and not left[0] else left


def _without(left: Label, right: Label) -> Label:
    return (False, CLOSURE, "") if left[0] and right[0] else left


def _together(one: list[tuple[int, int, Label]], other: list[tuple[int, int, Label]]) -> Iterator[tuple[int, int, Label, Label]]:
    """Two contiguous covers of the same span, cut at the edges of both."""
    first = second = 0
    while first < len(one) and second < len(other):
        start = max(one[first][0], other[second][0])
        end = min(one[first][1], other[second][1])
        yield start, end, one[first][2], other[second][2]
        first, second = first + (one[first][1] == end), second + (other[second][1] == end)
