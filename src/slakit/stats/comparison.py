"""Two periods side by side: what changed, by how much, whether it is noise, and which part is mix."""

from collections.abc import Mapping
from datetime import timedelta
from functools import reduce
from operator import add
from typing import Any

from slakit._table import Table
from slakit._time import span_text
from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.differences import proportion_difference, square_and_add
from slakit.stats.durations import Durations
from slakit.stats.interval import Difference
from slakit.stats.mix import MixSplit, mix_split
from slakit.stats.nps import Nps, nps_difference
from slakit.stats.proportions import Share
from slakit.stats.rates import Rate, rate_ratio
from slakit.stats.survival import log_rank

_MICROSECOND = timedelta(microseconds=1)


@value(eq=False, repr=False)
class Comparison:
    """What changed from one period to the next.

    Attributes:
        measure: what is compared.
        a: its value in the first period; None where it has none.
        b: its value in the second.
        change: from a to b, with interval and test.
        mix: how much of it is change inside the groups and how much their weights; None without groups.
        table: part, a, b, change, low, high, p_value, noise: the total first, then with groups ``rate`` and ``mix`` and
            one row a group. Shares are in [0, 1], durations are spans; of a rate, the change is the ratio b / a.
        sentence: the same in words.
    """

    measure: str
    a: Any
    b: Any
    change: Difference
    mix: MixSplit | None
    table: Table
    sentence: str

    @property
    def noise(self) -> bool | None:
        """Whether chance alone explains the change; None where that cannot be told."""
        return self.change.noise

    def __repr__(self) -> str:
        """The sentence."""
        return self.sentence


def compare(a: Any, b: Any, *, measure: str | None = None, confidence: float = 0.95) -> Comparison:
    """Compare two periods.

    Shares change by Newcombe's interval, scores by the score interval, rates by the exact ratio.
    Durations compare the Kaplan-Meier median, with the interval made of those of the two medians, and
    the log-rank test, so that open cycles count. With groups, totals are pooled and the change is split
    after Kitagawa: shares and scores by their groups' values, durations by their means up to the
    longest time that all curves know.

    Args:
        a: the first period: `Share`, `Nps`, `Rate` or `Durations`, or a mapping of groups to one of them.
        b: the second period, of the same kind.
        measure: what it is called in the sentence.
        confidence: of the intervals.

    Raises:
        StatsError: ``not_comparable``, ``empty_period``, ``bad_confidence``.

    Example:
        >>> print(compare(Share(820, 1000), Share(790, 1000), measure="attainment"))
        attainment went from 82.0% to 79.0%: -3.0 points (95% interval -6.5 to +0.5), which chance alone explains
    """
    grouped = isinstance(a, Mapping) and isinstance(b, Mapping)
    first, second = (reduce(add, side.values()) if isinstance(side, Mapping) and side else side for side in (a, b))
    kind = next((known for known in _KINDS if isinstance(first, known) and isinstance(second, known)), None)
    if kind is None or isinstance(a, Mapping) != isinstance(b, Mapping):
        allowed = ", ".join(known.__name__ for known in _KINDS)
        message = (
            f"cannot compare {type(a).__name__} with {type(b).__name__}: give two of one kind, {allowed}, or two mappings of groups to them"
        )
        raise StatsError(message, code="not_comparable", given=(type(a).__name__, type(b).__name__))
    name = measure or _NAMES[kind]
    change = _change(first, second, confidence)
    split = _split(a, b) if grouped else None
    rows = [_row("total", first, second, change)]
    if grouped:
        if split is not None:
            timed = kind is Durations
            rows += [{"part": part, "change": _span(share, timed)} for part, share in (("rate", split.rate), ("mix", split.mix))]
        empty = kind.empty()
        for group in dict.fromkeys([*a, *b]):
            mine, theirs = a.get(group, empty), b.get(group, empty)
            rows.append(_row(str(group), mine, theirs, _change(mine, theirs, confidence)))
    figure: Any = "span" if kind is Durations else "float"
    kinds: Any = {"part": "text", **dict.fromkeys(("a", "b", "change", "low", "high"), figure), "p_value": "float", "noise": "bool"}
    sentence = _sentence(name, first, second, change, split)
    table = Table({column: [row.get(column) for row in rows] for column in kinds}, kinds=kinds, title=sentence)
    return Comparison(name, _figure(first), _figure(second), change, split, table, sentence)


_NAMES: dict[type, str] = {Share: "share", Nps: "NPS", Rate: "rate", Durations: "median"}
_KINDS: tuple[Any, ...] = tuple(_NAMES)


def _figure(side: Any) -> Any:
    return side.median if isinstance(side, Durations) else side.value


def _span(number: float, timed: bool) -> Any:  # noqa: FBT001 - one of two kinds
    return timedelta(microseconds=round(number)) if timed else number


def _row(part: str, a: Any, b: Any, change: Difference) -> dict[str, Any]:
    return {
        "part": part,
        "a": _figure(a),
        "b": _figure(b),
        "change": change.estimate,
        "low": change.low,
        "high": change.high,
        "p_value": change.p_value,
        "noise": change.noise,
    }


def _change(a: Any, b: Any, confidence: float) -> Difference:
    if isinstance(a, Share):
        return proportion_difference(a, b, confidence=confidence)
    if isinstance(a, Nps):
        return nps_difference(a, b, confidence=confidence)
    if isinstance(a, Rate):
        if not a.exposure or not b.exposure:
            return Difference(None, None, None, confidence, "conditional", reason="one side has no exposure", null=1.0)
        return rate_ratio(a, b, confidence=confidence)
    return median_difference(a, b, confidence=confidence)


def median_difference(a: Durations, b: Durations, *, confidence: float = 0.95) -> Difference:
    """How much longer the second Kaplan-Meier median is, with the log-rank test.

    The interval squares and adds the distances of the two medians to their own limits (Zou and Donner 2008).

    Args:
        a: the first set.
        b: the second set.
        confidence: of the interval.

    Returns:
        Timedeltas; without ends where one of the medians has none.

    Raises:
        StatsError: ``bad_confidence``.
    """
    sides = [side.quantile_interval(0.5, confidence=confidence) for side in (a, b)]
    zero = timedelta(0)
    if not a.n or not b.n:
        return Difference(None, None, None, confidence, "log_rank", reason="one side is empty", null=zero)
    statistic, p_value = log_rank(a.kaplan_meier, b.kaplan_meier)
    if any(side.estimate is None for side in sides):
        reason = "a median cannot be told yet: too few have finished"
        return Difference(None, None, None, confidence, "log_rank", statistic, p_value, reason=reason, null=zero)
    estimate = sides[1].estimate - sides[0].estimate
    if any(end is None for side in sides for end in side):
        reason = "a median has no whole interval: too few have finished"
        return Difference(estimate, None, None, confidence, "log_rank", statistic, p_value, reason=reason, null=zero)
    pairs = [(side.estimate / _MICROSECOND, side.low / _MICROSECOND, side.high / _MICROSECOND) for side in sides]
    low, high = (timedelta(microseconds=round(end)) for end in square_and_add(pairs[0], pairs[1]))
    return Difference(estimate, low, high, confidence, "log_rank", statistic, p_value, null=zero)


def _split(a: Mapping[Any, Any], b: Mapping[Any, Any]) -> MixSplit | None:
    """The mix split of two mappings; None where the groups' values do not add up to the total."""
    sides = [*a.values(), *b.values()]
    if isinstance(sides[0], Share):
        return mix_split(a, b)
    if isinstance(sides[0], Nps):
        return mix_split(*({group: (side.n, side.value) for group, side in period.items()} for period in (a, b)))
    if not isinstance(sides[0], Durations):
        return None
    horizon = min((side.max for side in sides if side.max is not None), default=None)
    if not horizon:
        return None

    def weighed(side: Durations) -> tuple[int, float | None]:
        return side.n, side.kaplan_meier.rmst(horizon) / _MICROSECOND if side.n else None

    return mix_split(*({group: weighed(side) for group, side in period.items()} for period in (a, b)))


def _sentence(name: str, a: Any, b: Any, change: Difference, split: MixSplit | None) -> str:
    first, second = _figure(a), _figure(b)
    if change.estimate is None:
        left, right = (_text(side, figure) for side, figure in ((a, first), (b, second)))
        return f"{name}: {left} and {right}; the change cannot be told: {change.reason}"
    stretch = f" ({change.confidence:.0%} interval {_signed(a, change.low)} to {_signed(a, change.high)})" if change.low is not None else ""
    move = f"{name} went from {_text(a, first)} to {_text(b, second)}: {_signed(a, change.estimate)}{_unit(a)}{stretch}"
    verdict = {True: ", which chance alone explains", False: ", more than chance explains", None: f"; {change.reason}"}[change.noise]
    if split is None:
        return move + verdict
    if isinstance(a, Durations):
        parts = (timedelta(microseconds=round(part)) for part in (split.rate, split.mix))
        rate, mix = (_signed(a, part) for part in parts)
        return f"{move}{verdict}; means up to the common horizon: {rate} inside the groups, {mix} by another mix of them"
    return f"{move}{verdict}; {_signed(a, split.rate)} inside the groups, {_signed(a, split.mix)} by another mix of them"


def _text(side: Any, figure: Any) -> str:
    if figure is None:
        return "unknown"
    if isinstance(side, Durations):
        return span_text(_rounded(figure))
    return f"{figure:.1%}" if isinstance(side, Share) else f"{figure:.1f}" if isinstance(side, Nps) else f"{figure:.4g}"


def _rounded(span: timedelta) -> int:
    """A span in us, without the digits that nobody reads: to the second from a minute on."""
    us = span // _MICROSECOND
    return round(us / 1_000_000) * 1_000_000 if abs(us) >= 60_000_000 else us  # noqa: PLR2004


def _unit(side: Any) -> str:
    return " points" if isinstance(side, (Share, Nps)) else ""


def _signed(side: Any, change: Any) -> str:
    if isinstance(side, Durations):
        us = _rounded(change)
        return span_text(us) if us < 0 else f"+{span_text(us)}"
    if isinstance(side, Rate):
        return f"x {change:.3g}"
    return f"{change * 100:+.1f}" if isinstance(side, Share) else f"{change:+.1f}"
