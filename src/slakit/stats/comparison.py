"""Two periods side by side: what changed, by how much, whether it is noise, and which part is mix."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import reduce
from operator import add, attrgetter
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
from slakit.stats.ratios import Ratio, ratio_difference
from slakit.stats.samples import Sample
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


def compare(a: Any, b: Any, *, measure: str | None = None, confidence: float = 0.95) -> Comparison:
    """Compare two periods.

    Shares change by Newcombe's interval, scores by the score interval, rates by the exact ratio, ratios and
    means by Welch's test between clusters. Durations compare the Kaplan-Meier median, with the interval
    made of those of the two medians, and the log-rank test, so that open cycles count. Plain values, all
    complete, shift by Hodges and Lehmann, tested by Brunner and Munzel.

    With groups, totals are pooled and the change is split after Kitagawa: shares, scores and ratios by
    their groups' values, durations by their means up to the longest time that all curves know.

    Args:
        a: the first period: `Share`, `Nps`, `Rate`, `Ratio`, `Durations`, a list or array of complete
            values, or a mapping of groups to one of them.
        b: the second period, of the same kind.
        measure: what it is called in the sentence.
        confidence: of the intervals.

    Raises:
        StatsError: ``not_comparable``, ``empty_period``, ``bad_confidence``.
        MergeError: ``unit_mismatch``.

    Example:
        >>> print(compare(Share(820, 1000), Share(790, 1000), measure="attainment"))
        attainment went from 82.0% to 79.0%: -3.0 points (95% interval -6.5 to +0.5), which chance alone explains
    """
    sides = [_groups(a), _groups(b)]
    pooled = [reduce(add, side.values()) if side else None for side in sides]
    kind = next((known for known in _KINDS if all(isinstance(side, known.of) for side in pooled)), None)
    if kind is None or isinstance(a, Mapping) != isinstance(b, Mapping):
        allowed = ", ".join(known.of.__name__ for known in _KINDS)
        message = (
            f"cannot compare {type(a).__name__} with {type(b).__name__}: give two of one kind, {allowed}, or two mappings of groups to them"
        )
        raise StatsError(message, code="not_comparable", given=(type(a).__name__, type(b).__name__))
    first, second = pooled
    change = kind.change(first, second, confidence)
    timed = isinstance(kind.figure(first), timedelta) or isinstance(kind.figure(second), timedelta) or kind.of is Durations
    split = kind.split(*sides) if isinstance(a, Mapping) else None
    rows = [_row("total", kind, first, second, change)]
    if split is not None:
        rows += [{"part": part, "change": _span(share, timed)} for part, share in (("rate", split.rate), ("mix", split.mix))]
    if isinstance(a, Mapping):
        for group in dict.fromkeys([*a, *b]):
            mine, theirs = (side.get(group, kind.of.empty()) for side in sides)
            rows.append(_row(str(group), kind, mine, theirs, kind.change(mine, theirs, confidence)))
    figure: Any = "span" if timed else "float"
    kinds: Any = {"part": "text", **dict.fromkeys(("a", "b", "change", "low", "high"), figure), "p_value": "float", "noise": "bool"}
    name = measure or kind.name
    sentence = _sentence(name, kind, (kind.figure(first), kind.figure(second)), change, split)
    table = Table({column: [row.get(column) for row in rows] for column in kinds}, kinds=kinds, title=sentence)
    return Comparison(name, kind.figure(first), kind.figure(second), change, split, table, sentence)


def _groups(period: Any) -> dict[Any, Any]:
    """A period as groups; a period without groups is one."""
    groups = period if isinstance(period, Mapping) else {None: period}
    plain = (list, tuple)
    return {group: Sample.of(side) if isinstance(side, plain) or hasattr(side, "__array__") else side for group, side in groups.items()}


@value(eq=False)
class _Kind:
    """How one kind of aggregate is compared and worded."""

    of: Any
    name: str
    change: Callable[[Any, Any, float], Difference]
    split: Callable[[Any, Any], MixSplit | None]
    text: str = "{:.4g}"
    step: str = "{:+.4g}"
    scale: float = 1.0
    unit: str = ""
    figure: Callable[[Any], Any] = attrgetter("value")

    def worded(self, figure: Any) -> str:
        """A value of a period."""
        if figure is None:
            return "unknown"
        return span_text(_rounded(figure)) if isinstance(figure, timedelta) else self.text.format(figure)

    def moved(self, change: Any) -> str:
        """A change, with its sign."""
        if isinstance(change, timedelta):
            us = _rounded(change)
            return span_text(us) if us < 0 else f"+{span_text(us)}"
        return self.step.format(change * self.scale)


def _rate_change(a: Rate, b: Rate, confidence: float) -> Difference:
    if not a.exposure or not b.exposure:
        return Difference(None, None, None, confidence, "conditional", reason="one side has no exposure", null=1.0)
    return rate_ratio(a, b, confidence=confidence)


def _score_split(a: Mapping[Any, Nps], b: Mapping[Any, Nps]) -> MixSplit:
    return mix_split(*({group: (side.n, side.value) for group, side in period.items()} for period in (a, b)))


def _duration_split(a: Mapping[Any, Durations], b: Mapping[Any, Durations]) -> MixSplit | None:
    """By restricted means up to the longest duration that every group has seen; None where there is none."""
    horizon = min((side.max for side in (*a.values(), *b.values()) if side.max is not None), default=None)
    if not horizon:
        return None

    def weighed(side: Durations) -> tuple[int, float | None]:
        return side.n, side.kaplan_meier.rmst(horizon) / _MICROSECOND if side.n else None

    return mix_split(*({group: weighed(side) for group, side in period.items()} for period in (a, b)))


def _no_split(_a: Mapping[Any, Any], _b: Mapping[Any, Any]) -> MixSplit | None:
    """Where the values of groups do not add up to that of the whole."""
    return None


_KINDS = (
    _Kind(Share, "share", lambda a, b, c: proportion_difference(a, b, confidence=c), mix_split, "{:.1%}", "{:+.1f}", 100.0, " points"),
    _Kind(Nps, "NPS", lambda a, b, c: nps_difference(a, b, confidence=c), _score_split, "{:.1f}", "{:+.1f}", 1.0, " points"),
    _Kind(Rate, "rate", _rate_change, _no_split, "{:.4g}", "x {:.3g}"),
    _Kind(Ratio, "ratio", lambda a, b, c: ratio_difference(a, b, confidence=c), mix_split),
    _Kind(Durations, "median", lambda a, b, c: median_difference(a, b, confidence=c), _duration_split, figure=attrgetter("median")),
    _Kind(Sample, "median", lambda a, b, c: a.change(b, confidence=c), _no_split),
)


def _span(number: float, timed: bool) -> Any:  # noqa: FBT001 - one of two kinds
    return timedelta(microseconds=round(number)) if timed else number


def _row(part: str, kind: _Kind, a: Any, b: Any, change: Difference) -> dict[str, Any]:
    return {
        "part": part,
        "a": kind.figure(a),
        "b": kind.figure(b),
        "change": change.estimate,
        "low": change.low,
        "high": change.high,
        "p_value": change.p_value,
        "noise": change.noise,
    }


def _sentence(name: str, kind: _Kind, figures: tuple[Any, Any], change: Difference, split: MixSplit | None) -> str:
    first, second = (kind.worded(figure) for figure in figures)
    if change.estimate is None:
        return f"{name}: {first} and {second}; the change cannot be told: {change.reason}"
    stretch = f" ({change.confidence:.0%} interval {kind.moved(change.low)} to {kind.moved(change.high)})" if change.low is not None else ""
    move = f"{name} went from {first} to {second}: {kind.moved(change.estimate)}{kind.unit}{stretch}"
    verdict = {True: ", which chance alone explains", False: ", more than chance explains", None: f"; {change.reason}"}[change.noise]
    if split is None:
        return move + verdict
    timed = kind.of is Durations
    rate, mix = (kind.moved(_span(part, timed)) for part in (split.rate, split.mix))
    horizon = "means up to the common horizon: " if timed else ""
    return f"{move}{verdict}; {horizon}{rate} inside the groups, {mix} by another mix of them"


def _rounded(span: timedelta) -> int:
    """A span in us, without the digits that nobody reads: to the second from a minute on."""
    us = span // _MICROSECOND
    return round(us / 1_000_000) * 1_000_000 if abs(us) >= 60_000_000 else us  # noqa: PLR2004
