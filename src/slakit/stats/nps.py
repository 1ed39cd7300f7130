"""Intervals of the net promoter score, and of its change."""

import math
from collections.abc import Callable
from typing import Any, Literal, Self

from slakit._value import value
from slakit.stats.differences import crossing, square_and_add
from slakit.stats.interval import Difference, Interval, as_count, tails, unknown_method
from slakit.stats.special import normal_isf, normal_sf

Method = Literal["score", "adjusted_wald", "wald"]
_POINTS = 100.0
_ADDED = 3


def nps_interval(*, promoters: int, passives: int, detractors: int, method: Method = "score", confidence: float = 0.95) -> Interval:
    """The interval of a net promoter score, in points from -100 to 100.

    Promoters and detractors are two parts of one sample, so their difference is that of a
    multinomial: the same algebra as a difference of paired shares.

    Args:
        promoters: how many gave 9 or 10.
        passives: how many gave 7 or 8.
        detractors: how many gave 0 to 6.
        method: ``score`` (Tango 1998; behaves for few answers and at the edges), ``adjusted_wald``
            (Sauro and Lewis: three answers added, 3/4 of one to either end), ``wald``.
        confidence: of the interval.

    Returns:
        Points. ``estimate`` is the centre of the method: the score itself, but for ``adjusted_wald``
        the adjusted one.

    Raises:
        StatsError: ``bad_count``, ``bad_confidence``, ``unknown_method``.
    """
    counts = as_count(promoters, "promoters"), as_count(passives, "passives"), as_count(detractors, "detractors")
    tail = tails(confidence)
    if method not in _METHODS:
        raise unknown_method(method, tuple(_METHODS))
    if not sum(counts):
        return Interval(None, None, None, confidence, method, "nobody answered: n is 0")
    centre, low, high = _METHODS[method](counts[0], sum(counts), counts[2], normal_isf(tail))
    return Interval(max(low, -1.0) * _POINTS, min(high, 1.0) * _POINTS, centre * _POINTS, confidence, method)


def _moments(b: float, n: float, c: float) -> tuple[float, float]:
    """The difference of two parts of one sample, and its variance."""
    gap = (b - c) / n
    return gap, max((b + c) / n - gap * gap, 0.0) / n


def _wald(b: int, n: int, c: int, z: float) -> tuple[float, float, float]:
    gap, variance = _moments(b, n, c)
    half = z * math.sqrt(variance)
    return gap, gap - half, gap + half


def _adjusted_wald(b: int, n: int, c: int, z: float) -> tuple[float, float, float]:
    gap, variance = _moments(b + _ADDED / 4, n + _ADDED, c + _ADDED / 4)
    half = z * math.sqrt(variance)
    return gap, gap - half, gap + half


def _score(b: int, n: int, c: int, z: float) -> tuple[float, float, float]:
    gap = (b - c) / n

    def distance(delta: float) -> float:
        """The score statistic of the difference ``delta``, with the other share at its likeliest."""
        linear = -b - c + (2 * n - b + c) * delta
        root = math.sqrt(max(linear * linear + 8.0 * n * c * delta * (1.0 - delta), 0.0))
        smaller = max((root - linear) / (4.0 * n), 0.0, -delta)
        variance = n * (2.0 * smaller + delta * (1.0 - delta))
        over = b - c - n * delta
        return over / math.sqrt(variance) if variance > 0.0 else math.copysign(math.inf, over) if over else 0.0

    low = -1.0 if c == n else crossing(lambda delta: distance(delta) - z, -1.0, gap)
    high = 1.0 if b == n else crossing(lambda delta: distance(delta) + z, gap, 1.0)
    return gap, low, high


_METHODS: dict[str, Callable[[int, int, int, float], tuple[float, float, float]]] = {
    "score": _score,
    "adjusted_wald": _adjusted_wald,
    "wald": _wald,
}


def nps_difference(
    a: "Nps | tuple[int, int, int]",
    b: "Nps | tuple[int, int, int]",
    *,
    method: Literal["score", "wald"] = "score",
    confidence: float = 0.95,
) -> Difference:
    """How many points the second score lies above the first.

    Args:
        a: the first sample: `Nps`, or promoters, passives and detractors.
        b: the second sample; the result is ``b`` minus ``a``.
        method: ``score`` (square-and-add of the two score intervals: Zou and Donner 2008), ``wald``.
        confidence: of the interval.

    Returns:
        Points; the test is the two-sided Wald test with separate variances.

    Raises:
        StatsError: ``bad_count``, ``bad_confidence``, ``unknown_method``.
    """
    first, second = (given if isinstance(given, Nps) else Nps(*given) for given in (a, b))
    tail = tails(confidence)
    if method not in {"score", "wald"}:
        raise unknown_method(method, ("score", "wald"))
    if not first.n or not second.n:
        return Difference(None, None, None, confidence, method, reason="nobody answered on one side: its n is 0")
    moments = [_moments(side.promoters, side.n, side.detractors) for side in (first, second)]
    estimate = moments[1][0] - moments[0][0]
    error = math.sqrt(moments[0][1] + moments[1][1])
    if method == "wald":
        half = normal_isf(tail) * error
        low, high = estimate - half, estimate + half
    else:
        ends = [side.interval(confidence=confidence) for side in (first, second)]
        low, high = square_and_add(
            *((m[0], (i.low or 0.0) / _POINTS, (i.high or 0.0) / _POINTS) for m, i in zip(moments, ends, strict=True))
        )
    z = estimate / error if error else 0.0 if not estimate else math.copysign(math.inf, estimate)
    return Difference(
        estimate * _POINTS,
        max(low, -2.0) * _POINTS,
        min(high, 2.0) * _POINTS,
        confidence,
        method,
        z,
        2.0 * normal_sf(abs(z)),
        error * _POINTS,
    )


@value
class Nps:
    """Answers to "would you recommend us": a monoid of counts.

    Attributes:
        promoters: how many gave 9 or 10.
        passives: how many gave 7 or 8.
        detractors: how many gave 0 to 6.
    """

    promoters: int = 0
    passives: int = 0
    detractors: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse what is no count."""
        for name in ("promoters", "passives", "detractors"):
            object.__setattr__(self, name, as_count(getattr(self, name), name))

    @classmethod
    def empty(cls) -> Self:
        """The sum of nothing."""
        return cls()

    def __add__(self, other: object) -> Self:
        """Pool two samples that have no answer in common."""
        if not isinstance(other, Nps):
            return NotImplemented
        return type(self)(self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors)

    @property
    def n(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float | None:
        """The score in points, not rounded; None when nobody answered."""
        return _POINTS * (self.promoters - self.detractors) / self.n if self.n else None

    def interval(self, *, method: Method = "score", confidence: float = 0.95) -> Interval:
        """What the answers say about the score, see `nps_interval`."""
        return nps_interval(
            promoters=self.promoters, passives=self.passives, detractors=self.detractors, method=method, confidence=confidence
        )

    def to_dict(self) -> dict[str, int]:
        """Plain data, from which `from_dict` makes the same value."""
        return {"promoters": self.promoters, "passives": self.passives, "detractors": self.detractors}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        return cls(data["promoters"], data["passives"], data["detractors"])
