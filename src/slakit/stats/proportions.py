"""Shares of a whole and what the data say about them."""

import math
from collections.abc import Callable
from typing import Any, Literal, Self

from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.interval import Alternative, Interval, as_count, checked_counts, tails, unknown_method
from slakit.stats.special import beta_quantile, normal_isf

Method = Literal["wilson", "jeffreys", "jeffreys_raw", "clopper_pearson", "agresti_coull", "normal"]


def proportion(
    successes: int,
    n: int,
    *,
    method: Method = "wilson",
    confidence: float = 0.95,
    alternative: Alternative = "two-sided",
    continuity: bool = False,
) -> Interval:
    """The interval of a share.

    Args:
        successes: how many of ``n`` had the property.
        n: how many there were; 0 gives an interval without ends.
        method: ``wilson`` (score; E. B. Wilson 1927), ``jeffreys`` (equal-tailed beta posterior, an
            end at an impossible edge pulled to 0 or 1: Brown, Cai and DasGupta 2001; ``jeffreys_raw``
            leaves the edges), ``clopper_pearson`` (exact, 1934), ``agresti_coull`` (1998, clipped to
            [0, 1]), ``normal`` (Wald, clipped; too short, for comparison with others only).
        confidence: of the interval.
        alternative: ``two-sided``; ``less`` bounds the share from above only, ``greater`` from below.
        continuity: Yates' correction, ``wilson`` only (Newcombe 1998, method 4).

    Raises:
        StatsError: ``bad_count``, ``bad_confidence``, ``unknown_method``, ``unknown_alternative``,
            ``no_continuity``.

    Example:
        >>> low, high = proportion(47, 50)
        >>> round(low, 4), round(high, 4)
        (0.8378, 0.9794)
    """
    k, n = checked_counts(successes, n)
    tail = tails(confidence, alternative)
    if method not in _METHODS:
        raise unknown_method(method, tuple(_METHODS))
    if continuity and method != "wilson":
        message = f"continuity correction belongs to method 'wilson', not to {method!r}: leave it out"
        raise StatsError(message, code="no_continuity", given=method)
    if n == 0:
        return Interval(None, None, None, confidence, method, "nothing was counted: n is 0")
    share = k / n
    low, high = _wilson_corrected(k, n, tail) if continuity else _METHODS[method](k, n, tail)
    low, high = max(low, 0.0), min(high, 1.0)
    if method not in {"agresti_coull", "jeffreys_raw"}:
        low, high = min(low, share), max(high, share)
    return Interval(0.0 if alternative == "less" else low, 1.0 if alternative == "greater" else high, share, confidence, method)


def _wilson(k: int, n: int, tail: float) -> tuple[float, float]:
    z = normal_isf(tail)
    square = z * z
    centre = k + square / 2.0
    half = z * math.sqrt(k * (n - k) / n + square / 4.0)
    low = 0.0 if k == 0 else (centre - half) / (n + square)
    return low, 1.0 if k == n else (centre + half) / (n + square)


def _wilson_corrected(k: int, n: int, tail: float) -> tuple[float, float]:
    z = normal_isf(tail)
    square, share = z * z, k / n
    below = square - 2.0 - 1.0 / n + 4.0 * share * (n * (1.0 - share) + 1.0)
    above = square + 2.0 - 1.0 / n + 4.0 * share * (n * (1.0 - share) - 1.0)
    scale = 2.0 * (n + square)
    low = 0.0 if k == 0 else (2.0 * k + square - 1.0 - z * math.sqrt(max(below, 0.0))) / scale
    return low, 1.0 if k == n else (2.0 * k + square + 1.0 + z * math.sqrt(max(above, 0.0))) / scale


def _jeffreys_raw(k: int, n: int, tail: float) -> tuple[float, float]:
    return beta_quantile(tail, k + 0.5, n - k + 0.5), 1.0 - beta_quantile(tail, n - k + 0.5, k + 0.5)


def _jeffreys(k: int, n: int, tail: float) -> tuple[float, float]:
    low, high = _jeffreys_raw(k, n, tail)
    return 0.0 if k == 0 else low, 1.0 if k == n else high


def _clopper_pearson(k: int, n: int, tail: float) -> tuple[float, float]:
    low = 0.0 if k == 0 else beta_quantile(tail, float(k), n - k + 1.0)
    return low, 1.0 if k == n else 1.0 - beta_quantile(tail, float(n - k), k + 1.0)


def _agresti_coull(k: int, n: int, tail: float) -> tuple[float, float]:
    z = normal_isf(tail)
    trials = n + z * z
    centre = (k + z * z / 2.0) / trials
    half = z * math.sqrt(centre * (1.0 - centre) / trials)
    return centre - half, centre + half


def _normal(k: int, n: int, tail: float) -> tuple[float, float]:
    share = k / n
    half = normal_isf(tail) * math.sqrt(share * (1.0 - share) / n)
    return share - half, share + half


_METHODS: dict[str, Callable[[int, int, float], tuple[float, float]]] = {
    "wilson": _wilson,
    "jeffreys": _jeffreys,
    "jeffreys_raw": _jeffreys_raw,
    "clopper_pearson": _clopper_pearson,
    "agresti_coull": _agresti_coull,
    "normal": _normal,
}


@value
class Share:
    """So many of so many: a monoid whose sum pools the counts, never the percentages.

    Attributes:
        successes: how many had the property.
        n: how many there were.
    """

    successes: int = 0
    n: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse a part that exceeds its whole."""
        successes, n = checked_counts(self.successes, self.n)
        object.__setattr__(self, "successes", successes)
        object.__setattr__(self, "n", n)

    @classmethod
    def empty(cls) -> Self:
        """The sum of nothing."""
        return cls(0, 0)

    @classmethod
    def of(cls, outcomes: Any) -> Self:
        """Count outcomes: an iterable of bools, in which None is no outcome."""
        known = [bool(outcome) for outcome in outcomes if outcome is not None]
        return cls(sum(known), len(known))

    def __add__(self, other: object) -> Self:
        """Pool two counts that have no trial in common."""
        if not isinstance(other, Share):
            return NotImplemented
        return type(self)(self.successes + other.successes, self.n + other.n)

    @property
    def value(self) -> float | None:
        """The share in [0, 1]; None when nothing was counted."""
        return self.successes / self.n if self.n else None

    def interval(self, *, method: Method = "wilson", confidence: float = 0.95) -> Interval:
        """What the data say about the share, see `proportion`."""
        return proportion(self.successes, self.n, method=method, confidence=confidence)

    def to_dict(self) -> dict[str, int]:
        """Plain data, from which `from_dict` makes the same value."""
        return {"successes": self.successes, "n": self.n}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        return cls(as_count(data["successes"], "successes"), as_count(data["n"], "n"))
