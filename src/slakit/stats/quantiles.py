"""Means, medians and other quantiles of values that are all complete, with exact intervals."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from slakit._value import value
from slakit.errors import MergeError
from slakit.stats.arrays import Numbers, as_level, as_numbers, exact_sum, out
from slakit.stats.interval import Interval, tails, unknown_method
from slakit.stats.special import binomial_cdf, binomial_quantile

_ROUNDING = 1e-12
Method = Literal["linear", "inverted_cdf"]


def quantile(values: Any, q: float, *, method: Method = "linear") -> Any:
    """A quantile of complete values; missing ones are left out.

    Args:
        values: numbers or durations.
        q: the level in [0, 1], read as the decimal number that was written.
        method: ``linear`` interpolates between neighbours (Hyndman and Fan 1996, type 7);
            ``inverted_cdf`` is the least value with at least the share ``q`` at or below it (type 1),
            always one of the values: what a contract means by "90 percent within".

    Returns:
        A number, a timedelta for durations, None of nothing.

    Raises:
        StatsError: ``bad_level``, ``not_numbers``, ``unknown_method``.
    """
    array, timed = as_numbers(values, drop_missing=True)
    found = _of_array(array, as_level(q), method)
    return None if found is None else out(found, timed=timed)


def _of_array(array: Numbers, q: Fraction, method: str) -> Any:
    if method not in _RANKS:
        raise unknown_method(method, tuple(_RANKS))
    if not len(array):
        return None
    lower, weight = _RANKS[method](len(array), q)
    wanted = [lower, lower + 1] if weight else [lower]
    ordered = np.partition(array, wanted)[lower : lower + 2].tolist()
    return between(ordered[0], ordered[1], weight) if weight else ordered[0]


def between(low: Any, high: Any, weight: Fraction) -> float:
    """The point at a fraction of the way between two values."""
    if isinstance(low, int):
        return float(low + (high - low) * weight)
    return float(low + (high - low) * float(weight))


def _linear_rank(n: int, q: Fraction) -> tuple[int, Fraction]:
    """The index below the quantile, and how far it lies towards the next value."""
    place = (n - 1) * q
    return int(place), place - int(place)


def _inverted_rank(n: int, q: Fraction) -> tuple[int, Fraction]:
    return max(-int(-(n * q) // 1) - 1, 0), Fraction(0)


_RANKS: dict[str, Callable[[int, Fraction], tuple[int, Fraction]]] = {"linear": _linear_rank, "inverted_cdf": _inverted_rank}


def table_quantile(times: Numbers, counts: NDArray[np.int64], q: Fraction, method: str) -> Any:
    """The quantile of values that stand in a table with their counts; None of nothing."""
    if method not in _RANKS:
        raise unknown_method(method, tuple(_RANKS))
    upto = np.cumsum(counts)
    if not len(upto) or not upto[-1]:
        return None
    lower, weight = _RANKS[method](int(upto[-1]), q)
    low = times[np.searchsorted(upto, lower, side="right")].item()
    if not weight:
        return low
    return between(low, times[np.searchsorted(upto, lower + 1, side="right")].item(), weight)


def median(values: Any) -> Any:
    """The middle of complete values, see `quantile`."""
    return quantile(values, 0.5)


def mean(values: Any) -> Any:
    """The mean of complete values, of which missing ones are left out; None of nothing."""
    return Total.of(values).mean


def quantile_interval(values: Any, q: float, *, confidence: float = 0.95) -> Interval:
    """The interval of a quantile from the order statistics, which supposes nothing about the distribution.

    The ends are values of the sample, chosen from the binomial distribution of how many lie below
    the quantile (Conover, Practical Nonparametric Statistics, 3.2); each end errs with at most half of
    what the confidence leaves.

    Args:
        values: complete numbers or durations; missing ones are left out.
        q: the level, strictly between 0 and 1 for an interval.
        confidence: of the interval.

    Returns:
        An end is None where there are too few values for it; ``reason`` then says how many are needed.
        Ends are timedeltas for durations.

    Raises:
        StatsError: ``bad_level``, ``bad_confidence``, ``not_numbers``.
    """
    array, timed = as_numbers(values, drop_missing=True)
    level, tail = as_level(q), tails(confidence)
    n, chance = len(array), float(as_level(q))
    if not n or level in {0, 1}:
        return Interval(
            None, None, None, confidence, "order_statistics", "no values" if not n else "the extremes of a population have no interval"
        )
    low, high = interval_ranks(n, chance, tail)
    ordered = np.sort(array)
    ends = [None if rank is None else out(ordered[rank - 1], timed=timed) for rank in (low, high)]
    found = _of_array(array, level, "linear")
    return Interval(ends[0], ends[1], out(found, timed=timed), confidence, "order_statistics", _too_few(n, chance, tail, low, high))


def interval_ranks(n: int, q: float, tail: float) -> tuple[int | None, int | None]:
    """Which order statistics (from 1) bound a quantile; None where even the extreme one is not sure enough."""
    low = binomial_quantile(tail * (1.0 + _ROUNDING), n, q)
    high = binomial_quantile((1.0 - tail) * (1.0 - _ROUNDING), n, q) + 1
    return low if low >= 1 else None, high if high <= n else None


def _too_few(n: int, q: float, tail: float, low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return ""
    needed = max(
        0 if low is not None else int(np.ceil(np.log(tail) / np.log1p(-q))),
        0 if high is not None else int(np.ceil(np.log(tail) / np.log(q))),
    )
    which = "both ends" if low is None and high is None else "the lower end" if low is None else "the upper end"
    return f"{which} cannot be told from {n} values: it takes at least {needed}"


def coverage(n: int, q: float, ranks: tuple[int, int]) -> float:
    """How often two order statistics (from 1) enclose the quantile ``q`` of a continuous distribution."""
    return binomial_cdf(ranks[1] - 1, n, q) - binomial_cdf(ranks[0] - 1, n, q)


@value
class Total:
    """A count and an exact sum, with the extremes: a monoid.

    Attributes:
        n: how many values.
        total: their sum, exact: an int, or a fraction of floats.
        low: the least, None of nothing.
        high: the greatest, None of nothing.
        timed: whether the values are durations (then in us).
    """

    n: int = 0
    total: int | Fraction = 0
    low: float | None = None
    high: float | None = None
    timed: bool = False

    @classmethod
    def empty(cls) -> Self:
        """The sum of nothing."""
        return cls()

    @classmethod
    def of(cls, values: Any) -> Self:
        """Sum complete values; missing ones are left out."""
        array, timed = as_numbers(values, drop_missing=True)
        if not len(array):
            return cls()
        total = exact_sum(array)
        return cls(len(array), int(total) if total == int(total) else total, array.min().item(), array.max().item(), timed)

    def __add__(self, other: object) -> Self:
        """Pool two sets that have no value in common."""
        if not isinstance(other, Total):
            return NotImplemented
        if not self.n or not other.n:
            return self if self.n else type(self)(other.n, other.total, other.low, other.high, other.timed)
        refuse_units(self.timed, other.timed)
        ends = [side for side in (self.low, other.low, self.high, other.high) if side is not None]
        total = self.total + other.total
        return type(self)(self.n + other.n, int(total) if total == int(total) else total, min(ends), max(ends), self.timed)

    @property
    def mean(self) -> Any:
        """The mean: float, or timedelta for durations; None of nothing."""
        if not self.n:
            return None
        exact = Fraction(self.total) / self.n
        return out(exact, timed=True) if self.timed else float(exact)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        total = self.total if isinstance(self.total, int) else str(self.total)
        return {"n": self.n, "total": total, "low": self.low, "high": self.high, "timed": self.timed}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        total = data["total"]
        return cls(data["n"], Fraction(total) if isinstance(total, str) else total, data["low"], data["high"], data["timed"])


def refuse_units(first: bool, second: bool) -> None:  # noqa: FBT001 - two of a kind
    """Refuse to pool durations with plain numbers.

    Raises:
        MergeError: ``unit_mismatch``.
    """
    if first != second:
        message = "one side holds durations, the other plain numbers: make both of the same kind"
        raise MergeError(message, code="unit_mismatch")
