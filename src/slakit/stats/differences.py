"""Differences of two shares, and tests of them."""

import math
from collections.abc import Callable
from typing import Literal

from slakit.stats.interval import Difference, checked_counts, tails, unknown_method
from slakit.stats.proportions import Share, proportion
from slakit.stats.special import normal_isf, normal_sf

Counts = Share | tuple[int, int]
Method = Literal["newcombe", "score", "agresti_caffo", "wald"]


def proportion_difference(a: Counts, b: Counts, *, method: Method = "newcombe", confidence: float = 0.95) -> Difference:
    """How far the second share lies above the first.

    The test beside the interval is the pooled two-sided z test, whatever the method.

    Args:
        a: the first sample: `Share`, or successes and n.
        b: the second sample; the result is ``b`` minus ``a``.
        method: ``newcombe`` (square-and-add of Wilson limits; Newcombe 1998, method 10), ``score``
            (Miettinen and Nurminen 1985), ``agresti_caffo`` (2000, one success and one failure added
            to each), ``wald``.
        confidence: of the interval.

    Raises:
        StatsError: ``bad_count``, ``bad_confidence``, ``unknown_method``.
    """
    first, second = _counts(a), _counts(b)
    tail = tails(confidence)
    if method not in _METHODS:
        raise unknown_method(method, tuple(_METHODS))
    if not first[1] or not second[1]:
        return Difference(None, None, None, confidence, method, reason="one side counted nothing: its n is 0")
    estimate = second[0] / second[1] - first[0] / first[1]
    low, high = _METHODS[method](first, second, tail)
    statistic, p_value = _pooled_test(first, second)
    return Difference(estimate, max(low, -1.0), min(high, 1.0), confidence, method, statistic, p_value, _standard_error(first, second))


def _counts(given: Counts) -> tuple[int, int]:
    return (given.successes, given.n) if isinstance(given, Share) else checked_counts(*given)


def _standard_error(a: tuple[int, int], b: tuple[int, int]) -> float:
    return math.sqrt(sum(k / n * (1.0 - k / n) / n for k, n in (a, b)))


def _pooled_test(a: tuple[int, int], b: tuple[int, int]) -> tuple[float, float]:
    pooled = (a[0] + b[0]) / (a[1] + b[1])
    variance = pooled * (1.0 - pooled) * (1.0 / a[1] + 1.0 / b[1])
    if variance == 0.0:
        return 0.0, 1.0
    z = (b[0] / b[1] - a[0] / a[1]) / math.sqrt(variance)
    return z, 2.0 * normal_sf(abs(z))


def _wald(a: tuple[int, int], b: tuple[int, int], tail: float) -> tuple[float, float]:
    estimate = b[0] / b[1] - a[0] / a[1]
    half = normal_isf(tail) * _standard_error(a, b)
    return estimate - half, estimate + half


def _agresti_caffo(a: tuple[int, int], b: tuple[int, int], tail: float) -> tuple[float, float]:
    return _wald((a[0] + 1, a[1] + 2), (b[0] + 1, b[1] + 2), tail)


def _newcombe(a: tuple[int, int], b: tuple[int, int], tail: float) -> tuple[float, float]:
    limits = [proportion(k, n, confidence=1.0 - 2.0 * tail) for k, n in (a, b)]
    return square_and_add(
        (a[0] / a[1], limits[0].low or 0.0, limits[0].high or 0.0), (b[0] / b[1], limits[1].low or 0.0, limits[1].high or 0.0)
    )


def square_and_add(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float]:
    """The interval of ``b`` minus ``a`` from those of the two (Zou and Donner 2008, after Newcombe).

    Args:
        a: estimate, low and high of the first.
        b: estimate, low and high of the second.
    """
    estimate = b[0] - a[0]
    return estimate - math.hypot(b[0] - b[1], a[2] - a[0]), estimate + math.hypot(b[2] - b[0], a[0] - a[1])


def _restricted(a: tuple[int, int], b: tuple[int, int], delta: float) -> float:
    """The maximum-likelihood share of the first sample when the second lies ``delta`` above (the cubic's root)."""
    n = a[1] + b[1]
    l2 = (n + a[1]) * delta - n - a[0] - b[0]
    l1 = (a[1] * delta - n - 2 * a[0]) * delta + a[0] + b[0]
    l0 = a[0] * delta * (1.0 - delta)
    third = l2 / (3.0 * n)
    q = third**3 - l1 * l2 / (6.0 * n * n) + l0 / (2.0 * n)
    p = math.copysign(math.sqrt(max(third * third - l1 / (3.0 * n), 0.0)), q)
    angle = math.acos(min(max(q / p**3, -1.0), 1.0)) if p else 0.0
    return min(max(2.0 * p * math.cos((math.pi + angle) / 3.0) - third, 0.0, -delta), 1.0, 1.0 - delta)


def _score(a: tuple[int, int], b: tuple[int, int], tail: float) -> tuple[float, float]:
    estimate = b[0] / b[1] - a[0] / a[1]
    n = a[1] + b[1]
    z = normal_isf(tail)

    def distance(delta: float) -> float:
        first = _restricted(a, b, delta)
        second = first + delta
        variance = (first * (1.0 - first) / a[1] + second * (1.0 - second) / b[1]) * n / (n - 1.0)
        gap = estimate - delta
        return gap / math.sqrt(variance) if variance > 0.0 else math.copysign(math.inf, gap) if gap else 0.0

    return crossing(lambda delta: distance(delta) - z, -1.0, estimate), crossing(lambda delta: distance(delta) + z, estimate, 1.0)


def crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function passes zero between two bounds, by bisection; the nearer bound where it does not."""
    while low < (middle := 0.5 * (low + high)) < high:
        if falling(middle) > 0.0:
            low = middle
        else:
            high = middle
    return middle


_METHODS: dict[str, Callable[[tuple[int, int], tuple[int, int], float], tuple[float, float]]] = {
    "newcombe": _newcombe,
    "score": _score,
    "agresti_caffo": _agresti_caffo,
    "wald": _wald,
}
