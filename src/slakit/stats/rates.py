"""Rates of events in a stretch of exposure: requests a day, breaches an agent."""

import math
from typing import Any, Self

from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.interval import Alternative, Difference, Interval, as_count, tails
from slakit.stats.proportions import proportion
from slakit.stats.special import binomial_cdf, gamma_quantile


def poisson_interval(count: int, *, exposure: float = 1.0, confidence: float = 0.95, alternative: Alternative = "two-sided") -> Interval:
    """The exact interval of a rate of events (Garwood 1936).

    Args:
        count: how many events there were.
        exposure: over how many days, hours, agents; the rate is per one of them.
        confidence: of the interval; at least this, as the count is discrete.
        alternative: ``two-sided``; ``less`` bounds the rate from above only, ``greater`` from below.

    Raises:
        StatsError: ``bad_count``, ``bad_exposure``, ``bad_confidence``, ``unknown_alternative``.
    """
    k = as_count(count, "count")
    tail = tails(confidence, alternative)
    _checked(exposure)
    low = gamma_quantile(tail, float(k)) / exposure if k and alternative != "less" else 0.0
    high = gamma_quantile(tail, k + 1.0, upper=True) / exposure if alternative != "greater" else math.inf
    return Interval(low, high, k / exposure, confidence, "garwood")


def rate_ratio(a: "Rate | tuple[int, float]", b: "Rate | tuple[int, float]", *, confidence: float = 0.95) -> Difference:
    """How many times the first rate the second one is.

    Given their sum, one count is binomial: the exact interval is that of Clopper and Pearson, the
    p-value twice the smaller tail (Przyborowski and Wilenski 1940).

    Args:
        a: the first rate: `Rate`, or events and exposure.
        b: the second rate; the ratio is ``b`` over ``a``, and 1 means no change.
        confidence: of the interval.

    Raises:
        StatsError: ``bad_count``, ``bad_exposure``, ``bad_confidence``.
    """
    first, second = (given if isinstance(given, Rate) else Rate(*given) for given in (a, b))
    tails(confidence)
    total = first.count + second.count
    for side in (first, second):
        _checked(side.exposure)
    if not total:
        return Difference(None, None, None, confidence, "conditional", reason="no event on either side", null=1.0)
    scale = first.exposure / second.exposure
    part = proportion(second.count, total, method="clopper_pearson", confidence=confidence)
    low, high = part.low or 0.0, 1.0 if part.high is None else part.high
    chance = second.exposure / (first.exposure + second.exposure)
    below, above = binomial_cdf(second.count, total, chance), 1.0 - binomial_cdf(second.count - 1, total, chance)
    return Difference(
        second.count / first.count * scale if first.count else math.inf,
        low / (1.0 - low) * scale if low < 1.0 else math.inf,
        high / (1.0 - high) * scale if high < 1.0 else math.inf,
        confidence,
        "conditional",
        p_value=min(1.0, 2.0 * min(below, above)),
        null=1.0,
    )


def _checked(exposure: float) -> None:
    if not 0.0 < exposure < math.inf:
        message = f"exposure is {exposure!r}, but a rate needs a finite one above 0"
        raise StatsError(message, code="bad_exposure", given=exposure)


@value
class Rate:
    """So many events in so much exposure: a monoid of counts.

    Attributes:
        count: how many events.
        exposure: over how much. Sums are exact for ints and ``Fraction``; floats add with their
            usual rounding, so use whole microseconds, days or agents where shards must agree.
    """

    count: int = 0
    exposure: Any = 0

    def __attrs_post_init__(self) -> None:
        """Refuse what is no count, and exposure below 0."""
        object.__setattr__(self, "count", as_count(self.count, "count"))
        if not 0 <= self.exposure < math.inf:
            message = f"exposure is {self.exposure!r}, but must be finite and at least 0"
            raise StatsError(message, code="bad_exposure", given=self.exposure)

    @classmethod
    def empty(cls) -> Self:
        """The sum of nothing."""
        return cls()

    def __add__(self, other: object) -> Self:
        """Pool two stretches of exposure that do not overlap."""
        if not isinstance(other, Rate):
            return NotImplemented
        return type(self)(self.count + other.count, self.exposure + other.exposure)

    @property
    def value(self) -> float | None:
        """Events per one of the exposure; None without exposure."""
        return float(self.count / self.exposure) if self.exposure else None

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """What the count says about the rate, see `poisson_interval`."""
        if not self.exposure:
            return Interval(None, None, None, confidence, "garwood", "there was no exposure")
        return poisson_interval(self.count, exposure=float(self.exposure), confidence=confidence)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return {"count": self.count, "exposure": self.exposure}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        return cls(data["count"], data["exposure"])
