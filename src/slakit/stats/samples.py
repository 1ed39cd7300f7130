"""Two samples of complete values: which tends to be larger, and by how much."""

import math
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.arrays import Numbers, as_numbers, out
from slakit.stats.interval import Difference, tails
from slakit.stats.quantiles import median, refuse_units
from slakit.stats.special import normal_isf, t_isf, t_sf

_ENOUGH = 2
_SMALL = 50
_HELD = 2_000_000


@value
class Superiority:
    """How often a value of the second sample exceeds one of the first.

    Attributes:
        estimate: P(second > first) + P(equal) / 2; 0.5 means that neither tends to be larger.
        low: lower end of its interval, None where there is none.
        high: upper end.
        confidence: of the interval.
        statistic: of Brunner and Munzel's test; positive where the second tends to be larger.
        p_value: two-sided.
        degrees: of freedom.
        reason: why a number is missing.
    """

    estimate: float | None
    low: float | None
    high: float | None
    confidence: float
    statistic: float | None = None
    p_value: float | None = None
    degrees: float | None = None
    reason: str = ""

    @property
    def cliffs_delta(self) -> float | None:
        """P(second > first) minus P(second < first)."""
        return None if self.estimate is None else 2.0 * self.estimate - 1.0


def brunner_munzel(a: Any, b: Any, *, confidence: float = 0.95) -> Superiority:
    """Whether values of ``b`` tend to be larger than values of ``a``, without supposing equal spread (Brunner and Munzel 2000).

    Args:
        a: the first sample, complete; missing values are left out.
        b: the second sample.
        confidence: of the interval of the probability, Student's t clipped to [0, 1].

    Returns:
        The probability of superiority with its test; without a test where a sample has fewer than
        two values, and where the samples do not overlap or are all alike.

    Raises:
        StatsError: ``not_numbers``, ``bad_confidence``.
    """
    x, y = _samples(a, b)
    tail = tails(confidence)
    m, n = len(x), len(y)
    if not m or not n:
        return Superiority(None, None, None, confidence, reason="one sample is empty")
    below = (_ranks(x, np.concatenate([x, y])), _ranks(y, np.concatenate([x, y])))
    estimate = float((below[1].mean() - (n + 1) / 2.0) / m)
    if min(m, n) < _ENOUGH:
        return Superiority(estimate, None, None, confidence, reason="a test takes at least two values a side")
    spread = [
        float(((mixed - _ranks(own, own) - mixed.mean() + (len(own) + 1) / 2.0) ** 2).sum() / (len(own) - 1))
        for own, mixed in zip((x, y), below, strict=True)
    ]
    pooled = m * spread[0] + n * spread[1]
    if pooled == 0.0:
        return Superiority(estimate, None, None, confidence, reason="the samples do not overlap, or all values are alike")
    statistic = float(m * n * (below[1].mean() - below[0].mean()) / ((m + n) * math.sqrt(pooled)))
    degrees = pooled**2 / ((m * spread[0]) ** 2 / (m - 1) + (n * spread[1]) ** 2 / (n - 1))
    half = t_isf(tail, degrees) * math.sqrt(pooled) / (m * n)
    p_value = 2.0 * t_sf(abs(statistic), degrees)
    return Superiority(estimate, max(estimate - half, 0.0), min(estimate + half, 1.0), confidence, statistic, p_value, degrees)


def hodges_lehmann(a: Any, b: Any, *, confidence: float = 0.95) -> Difference:
    """By how much ``b`` lies above ``a``: the median of all pairwise differences (Hodges and Lehmann 1963).

    The interval is made of two of those differences: by the exact distribution of the rank sum where
    both samples are small and without ties between all values, else by its normal approximation
    (Hollander and Wolfe, Nonparametric Statistical Methods, 4.3).

    Args:
        a: the first sample, complete; missing values are left out.
        b: the second sample.
        confidence: of the interval.

    Raises:
        StatsError: ``not_numbers``, ``bad_confidence``.
    """
    x, y = (np.sort(side) for side in _samples(a, b))
    timed = as_numbers(a, drop_missing=True)[1]
    tail = tails(confidence)
    pairs = len(x) * len(y)
    if not pairs:
        return Difference(None, None, None, confidence, "hodges_lehmann", reason="one sample is empty")
    middle = [_pairwise(x, y, rank) for rank in {(pairs + 1) // 2, pairs // 2 + 1}]
    rank = _end_rank(len(x), len(y), tail)
    estimate = out(sum(middle) / len(middle), timed=timed)
    null = out(0, timed=True) if timed else 0.0
    if rank < 1:
        return Difference(estimate, None, None, confidence, "hodges_lehmann", reason="too few values for an interval", null=null)
    ends = [out(_pairwise(x, y, place), timed=timed) for place in (rank, pairs + 1 - rank)]
    return Difference(estimate, ends[0], ends[1], confidence, "hodges_lehmann", null=null)


@value(eq=False)
class Sample:
    """Complete values as one side of a comparison.

    Attributes:
        values: numbers, or durations in us.
        timed: whether they are durations.
    """

    values: Numbers
    timed: bool = False

    @classmethod
    def of(cls, given: Any) -> Self:
        """Read values; missing ones are left out."""
        return cls(*as_numbers(given, drop_missing=True))

    @classmethod
    def empty(cls) -> Self:
        """No values."""
        return cls(np.zeros(0, dtype=np.int64))

    def __add__(self, other: object) -> Self:
        """All values of both."""
        if not isinstance(other, Sample):
            return NotImplemented
        if len(self.values) and len(other.values):
            refuse_units(self.timed, other.timed)
        return type(self)(np.concatenate([self.values, other.values]), self.timed or other.timed)

    @property
    def given(self) -> Any:
        """The values in the kind that came in."""
        return self.values.astype("m8[us]") if self.timed else self.values

    @property
    def value(self) -> Any:
        """The median."""
        return median(self.given)

    def change(self, other: Self, *, confidence: float) -> Difference:
        """The Hodges-Lehmann shift to another sample, with Brunner and Munzel's test."""
        shift = hodges_lehmann(self.given, other.given, confidence=confidence)
        test = brunner_munzel(self.given, other.given, confidence=confidence)
        ends = (shift.estimate, shift.low, shift.high)
        return Difference(*ends, confidence, shift.method, test.statistic, test.p_value, reason=shift.reason, null=shift.null)


def _samples(a: Any, b: Any) -> tuple[Numbers, Numbers]:
    (x, first), (y, second) = as_numbers(a, what="a", drop_missing=True), as_numbers(b, what="b", drop_missing=True)
    if len(x) and len(y):
        refuse_units(first, second)
    for side in (x, y):
        if side.dtype.kind == "f" and np.isinf(side).any():
            message = "values hold infinity: give complete, finite values"
            raise StatsError(message, code="infinite_value")
    return x, y


def _ranks(values: Numbers, among: Numbers) -> NDArray[np.float64]:
    """The mid-rank of each value among others that hold it."""
    ordered = np.sort(among)
    return (np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right") + 1) / 2.0


def _pairwise(x: Numbers, y: Numbers, rank: int) -> Any:
    """The difference y - x of a given rank (from 1) among all pairs; both sorted."""
    if len(x) * len(y) <= _HELD:
        return np.partition(np.subtract.outer(y, x).ravel(), rank - 1)[rank - 1].item()
    low, high = (y[0] - x[-1]).item(), (y[-1] - x[0]).item()
    whole = x.dtype.kind == "i" and y.dtype.kind == "i"

    def below(gap: Any) -> int:
        return int(np.searchsorted(y, x + gap, side="right").sum())

    if below(low) >= rank:
        return low
    while True:
        gap = (low + high) // 2 if whole else low + (high - low) / 2.0
        if gap in {low, high}:
            return high
        if below(gap) >= rank:
            high = gap
        else:
            low = gap


def _end_rank(m: int, n: int, tail: float) -> int:
    """The rank, from below, of the pairwise difference that is the lower end; less than 1 where there is none."""
    if max(m, n) < _SMALL:
        ways = _rank_sums(m, n)
        upto = np.cumsum(ways) / ways.sum()
        return int(np.searchsorted(upto, tail, side="right"))
    return math.floor(m * n / 2.0 - normal_isf(tail) * math.sqrt(m * n * (m + n + 1) / 12.0))


def _rank_sums(m: int, n: int) -> NDArray[np.float64]:
    """In how many ways each number of pairs can be the wrong way round (Mann and Whitney 1947), as the Gaussian binomial."""
    ways = np.zeros(m * n + 1)
    ways[0] = 1.0
    for part in range(1, min(m, n) + 1):
        more = max(m, n) + part
        ways[more:] -= ways[: len(ways) - more].copy() if more < len(ways) else 0.0
        for start in range(part):
            ways[start::part] = np.cumsum(ways[start::part])
    return ways
