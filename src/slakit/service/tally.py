"""What an aggregate is made of: exact sums that add up, and the number and interval that they give."""

import math
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, Self

from slakit._value import value
from slakit.errors import MergeError
from slakit.stats.interval import Interval, tails
from slakit.stats.nps import Nps
from slakit.stats.proportions import Share
from slakit.stats.rates import poisson_interval
from slakit.stats.special import t_isf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Exact = int | Fraction
_CHUNK = 1 << 14
_LIMB = 24
_LARGEST = 1 << (2 * _LIMB)


class Tally(Protocol):
    """A commutative monoid with a value; the empty one has none."""

    @property
    def n(self) -> int:
        """How many units stand behind it."""

    @property
    def value(self) -> Any:
        """The number; None of nothing."""

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """What the data say about the value, in its own unit as floats."""

    def __add__(self, other: Any) -> Any:
        """Pool two that have no unit in common."""


def sum_of_products(x: "NDArray[np.int64]", y: "NDArray[np.int64]") -> int:
    """The exact sum of products of two arrays, which may exceed 64 bits."""
    import numpy as np  # noqa: PLC0415 - only arrays come here

    if not len(x):
        return 0
    if min(x.min(), y.min()) < 0 or max(x.max(), y.max()) >= _LARGEST:
        return int((x.astype(object) * y.astype(object)).sum())
    mask = (1 << _LIMB) - 1
    total = 0
    for start in range(0, len(x), _CHUNK):
        a, b = x[start : start + _CHUNK], y[start : start + _CHUNK]
        high_a, low_a, high_b, low_b = a >> _LIMB, a & mask, b >> _LIMB, b & mask
        middle = int(np.dot(high_a, low_b)) + int(np.dot(low_a, high_b))
        total += (int(np.dot(high_a, high_b)) << (2 * _LIMB)) + (middle << _LIMB) + int(np.dot(low_a, low_b))
    return total


@value
class Ratio:
    """One sum over another, taken over independent units: a mean where every unit weighs one.

    Attributes:
        units: how many independent units (tickets, contacts) were summed.
        x: sum of the numerator.
        y: sum of the denominator.
        xx: sum of squares of the numerator.
        xy: sum of products.
        yy: sum of squares of the denominator.
        timed: whether the numerator is time, in us.
    """

    units: int = 0
    x: Exact = 0
    y: int = 0
    xx: Exact = 0
    xy: Exact = 0
    yy: int = 0
    timed: bool = False

    @classmethod
    def of(cls, x: "NDArray[np.int64]", y: "NDArray[np.int64] | None" = None, *, timed: bool = False) -> Self:
        """Sum units.

        Args:
            x: numerator of each unit.
            y: denominator of each unit; None: one each.
            timed: the numerators are microseconds.
        """
        n, total = len(x), int(x.sum())
        if y is None:
            return cls(n, total, n, sum_of_products(x, x), total, n, timed)
        return cls(n, total, int(y.sum()), sum_of_products(x, x), sum_of_products(x, y), sum_of_products(y, y), timed)

    def __add__(self, other: object) -> Self:
        """Pool two that have no unit in common."""
        if type(other) is not type(self):
            return NotImplemented
        if self.units and other.units and self.timed != other.timed:
            message = "one side is time, the other a plain number: both must be of the same kind"
            raise MergeError(message, code="unit_mismatch")
        return type(self)(
            self.units + other.units, self.x + other.x, self.y + other.y, self.xx + other.xx, self.xy + other.xy, self.yy + other.yy,
            self.timed or other.timed,
        )  # fmt: skip

    @property
    def n(self) -> int:
        """The denominator."""
        return self.y

    @property
    def numerator(self) -> Any:
        """The sum of the numerator; time as a timedelta."""
        return timedelta(microseconds=round(self.x)) if self.timed else self.x if isinstance(self.x, int) else float(self.x)

    @property
    def exact(self) -> Fraction | None:
        """The ratio without rounding, in us where it is time; None without a denominator."""
        return Fraction(self.x) / self.y if self.y else None

    @property
    def value(self) -> Any:
        """The ratio: a float, or a timedelta rounded to the microsecond; None without a denominator."""
        exact = self.exact
        if exact is None:
            return None
        return timedelta(microseconds=round(exact)) if self.timed else float(exact)

    @property
    def variance(self) -> float | None:
        """Of the ratio, by linearisation over the units; None of fewer than two units."""
        if self.units < 2 or not self.y:  # noqa: PLR2004 - one unit has no spread
            return None
        ratio = Fraction(self.x) / self.y
        spread = self.xx - 2 * ratio * self.xy + ratio * ratio * self.yy
        return float(max(spread, Fraction(0)) * self.units / (self.units - 1) / self.y**2)

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """Student's interval of a ratio of sums (Cochran 1977, section 6); for a mean it is the ordinary one, time never below zero."""
        tail = tails(confidence)
        if self.exact is None:
            return Interval(None, None, None, confidence, "t", "nothing was counted: n is 0")
        variance, centre = self.variance, float(self.exact)
        if variance is None:
            return Interval(None, None, centre, confidence, "t", "one unit has no spread")
        half = t_isf(tail, self.units - 1.0) * math.sqrt(variance)
        low = max(centre - half, 0.0) if self.timed else centre - half
        return Interval(low, centre + half, centre, confidence, "t")


class ClusteredShare(Ratio):
    """A share whose trials come in clusters that are alike inside: the replies of one ticket.

    ``x`` counts successes and ``y`` trials of each cluster.
    """

    __slots__ = ()

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """Wilson's interval at the effective number of trials: that whose binomial variance is the linearised one.

        Where all trials agree, the variance says nothing, and the number of clusters stands for it
        (Korn and Graubard 1998, with Wilson's interval in place of the exact one).
        """
        tail = tails(confidence)
        if self.exact is None:
            return Interval(None, None, None, confidence, "cluster_wilson", "nothing was counted: n is 0")
        share, variance = float(self.exact), self.variance
        if variance is None:
            return Interval(None, None, share, confidence, "cluster_wilson", "one cluster has no spread")
        effective = min(share * (1.0 - share) / variance, float(self.y)) if variance > 0.0 else float(self.units)
        z = t_isf(tail, self.units - 1.0)
        square = z * z
        half = z * math.sqrt(share * (1.0 - share) / effective + square / (4.0 * effective * effective))
        centre, scale = share + square / (2.0 * effective), 1.0 + square / effective
        return Interval(
            max(min((centre - half) / scale, share), 0.0),
            min(max((centre + half) / scale, share), 1.0),
            share,
            confidence,
            "cluster_wilson",
        )


@value
class Count:
    """How many: requests, tickets."""

    n: int = 0

    def __add__(self, other: object) -> Self:
        """Pool two that have no unit in common."""
        return type(self)(self.n + other.n) if isinstance(other, Count) else NotImplemented

    @property
    def value(self) -> int:
        """The count itself; nothing counted is 0."""
        return self.n

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """Exact Poisson interval of the expected count."""
        return poisson_interval(self.n, confidence=confidence)


__all__ = ["ClusteredShare", "Count", "Exact", "Nps", "Ratio", "Share", "Tally", "sum_of_products"]
