"""Ratios of sums whose parts come in clusters: messages a service, ratings of one ticket."""

import math
from typing import Any, Self

import numpy as np

from slakit._value import value
from slakit.stats.arrays import as_numbers, exact_sum, labels, same_length
from slakit.stats.interval import Difference, Interval, checked_counts, tails
from slakit.stats.special import normal_isf, t_isf, t_sf


@value
class Ratio:
    """A ratio of sums with the moments that its cluster-robust interval needs: a monoid.

    Sums are exact for whole numbers. Parts merge if no cluster is split between them.

    Attributes:
        clusters: how many clusters.
        over: sum of the numerators.
        under: sum of the denominators.
        over_over: sum over clusters of the squared numerator.
        over_under: sum over clusters of numerator times denominator.
        under_under: sum over clusters of the squared denominator.
    """

    clusters: int = 0
    over: Any = 0
    under: Any = 0
    over_over: Any = 0
    over_under: Any = 0
    under_under: Any = 0

    @classmethod
    def empty(cls) -> Self:
        """The sum of nothing."""
        return cls()

    @classmethod
    def of(cls, over: Any, under: Any = None, *, clusters: Any = None) -> Self:
        """Sum rows.

        Args:
            over: the numerator of each row, e.g. messages, or 1 for a positive rating.
            under: the denominator of each row; None is 1 a row, so that the ratio is a mean.
            clusters: what rows belong together, e.g. the ticket; None: each row is its own.

        Raises:
            StatsError: ``missing_value``, ``not_numbers``, ``unequal_lengths``.
        """
        top, _ = as_numbers(over, what="over")
        bottom = np.ones(len(top), dtype=np.int64) if under is None else as_numbers(under, what="under")[0]
        same_length(bottom, len(top), "under")
        if clusters is not None:
            names, codes = labels(clusters)
            same_length(codes, len(top), "clusters")
            pair = []
            for column in (top, bottom):
                sums = np.zeros(len(names), dtype=column.dtype)
                np.add.at(sums, codes, column)
                pair.append(sums)
            top, bottom = pair
        big = max((float(np.abs(side).max()) for side in (top, bottom) if len(side)), default=0.0)
        if big * big * len(top) >= 2.0**62 or top.dtype.kind == "f" or bottom.dtype.kind == "f":
            return cls(len(top), *(_plain(term) for term in (exact_sum(top), exact_sum(bottom), *_products(top.tolist(), bottom.tolist()))))
        products = (top * top, top * bottom, bottom * bottom)
        return cls(len(top), int(top.sum()), int(bottom.sum()), *(int(term.sum()) for term in products))

    def __add__(self, other: object) -> Self:
        """Pool two sets that have no cluster in common; exact."""
        if not isinstance(other, Ratio):
            return NotImplemented
        return type(self)(*(_plain(mine + theirs) for mine, theirs in zip(self._terms(), other._terms(), strict=True)))

    def _terms(self) -> tuple[Any, ...]:
        return self.clusters, self.over, self.under, self.over_over, self.over_under, self.under_under

    @property
    def value(self) -> float | None:
        """Sum of numerators over sum of denominators; None where that sum is 0."""
        return float(self.over / self.under) if self.under else None

    @property
    def standard_error(self) -> float | None:
        """Linearised, between clusters (Cochran, Sampling Techniques, 6.3; factor G / (G - 1)); None for fewer than two clusters."""
        if self.clusters < 2 or not self.under:  # noqa: PLR2004 - one cluster shows no spread
            return None
        r = self.over / self.under
        spread = float(self.over_over - 2 * r * self.over_under + r * r * self.under_under)
        return math.sqrt(max(spread, 0.0) * self.clusters / (self.clusters - 1)) / float(self.under)

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """The cluster-robust interval, Student's t with one degree less than clusters.

        Returns:
            Without ends where there are fewer than two clusters.

        Raises:
            StatsError: ``bad_confidence``.
        """
        tail = tails(confidence)
        error, estimate = self.standard_error, self.value
        if error is None or estimate is None:
            reason = (
                "nothing was counted: the denominator is 0" if estimate is None else "one cluster shows no spread: it takes at least two"
            )
            return Interval(None, None, estimate, confidence, "cluster", reason)
        half = t_isf(tail, self.clusters - 1) * error
        return Interval(estimate - half, estimate + half, estimate, confidence, "cluster")

    def share_interval(self, *, confidence: float = 0.95) -> Interval:
        """The interval where the ratio is a share: Wilson on the number of independent trials that the clusters are worth.

        That number is n over the design effect (Korn and Graubard 1998), at most n; where all
        outcomes are alike, the number of clusters.

        Raises:
            StatsError: ``bad_count`` unless 0 <= over <= under; ``bad_confidence``.
        """
        tail = tails(confidence)
        k, n = checked_counts(self.over, self.under, what="over")
        if not n:
            return Interval(None, None, None, confidence, "cluster_wilson", "nothing was counted: n is 0")
        share, error = k / n, self.standard_error
        simple = share * (1.0 - share) / n
        worth = min(n * simple / error**2, n) if simple and error else float(self.clusters)
        z = normal_isf(tail)
        centre = share + z * z / (2.0 * worth)
        half = z * math.sqrt(share * (1.0 - share) / worth + z * z / (4.0 * worth * worth))
        scale = 1.0 + z * z / worth
        low, high = max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)
        return Interval(min(low, share), max(high, share), share, confidence, "cluster_wilson")

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        names = ("clusters", "over", "under", "over_over", "over_under", "under_under")
        return dict(zip(names, (term if isinstance(term, int) else str(term) for term in self._terms()), strict=True))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        from fractions import Fraction  # noqa: PLC0415 - only sums of floats need it

        clusters, *sums = data.values()
        return cls(clusters, *(Fraction(term) if isinstance(term, str) else term for term in sums))


def ratio_difference(a: Ratio, b: Ratio, *, confidence: float = 0.95) -> Difference:
    """How far the second ratio (or mean) lies above the first, clusters counted, by Welch's t test (1947).

    Args:
        a: the first.
        b: the second; the result is ``b`` minus ``a``.
        confidence: of the interval.

    Returns:
        Without ends and test where a side has fewer than two clusters, or neither varies.

    Raises:
        StatsError: ``bad_confidence``.
    """
    tail = tails(confidence)
    first, second = a.value, b.value
    if first is None or second is None:
        return Difference(None, None, None, confidence, "welch", reason="one side counted nothing: its denominator is 0")
    variances = [None if side.standard_error is None else side.standard_error**2 for side in (a, b)]
    known = [variance for variance in variances if variance is not None]
    estimate, total = second - first, sum(known)
    if len(known) < len(variances) or not total:
        reason = "it takes at least two clusters a side, and some variation, to see what chance does"
        return Difference(estimate, None, None, confidence, "welch", reason=reason)
    degrees = total**2 / sum(variance**2 / (side.clusters - 1) for variance, side in zip(known, (a, b), strict=True))
    error = math.sqrt(total)
    half = t_isf(tail, degrees) * error
    statistic = estimate / error
    return Difference(
        estimate, estimate - half, estimate + half, confidence, "welch", statistic, 2.0 * t_sf(abs(statistic), degrees), error
    )


def _products(top: list[Any], bottom: list[Any]) -> tuple[Any, Any, Any]:
    from fractions import Fraction  # noqa: PLC0415 - only large sums and floats need it

    pairs = [(Fraction(a), Fraction(b)) for a, b in zip(top, bottom, strict=True)]
    zero = Fraction(0)
    return sum((a * a for a, _ in pairs), zero), sum((a * b for a, b in pairs), zero), sum((b * b for _, b in pairs), zero)


def _plain(term: Any) -> Any:
    return int(term) if term == int(term) else term
