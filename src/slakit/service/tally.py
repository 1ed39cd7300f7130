"""What an aggregate is made of: exact sums that add up, and the number and interval that they give."""

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, Self

from slakit._value import value
from slakit.errors import MergeError
from slakit.stats import ratios
from slakit.stats.interval import Interval
from slakit.stats.nps import Nps
from slakit.stats.proportions import Share
from slakit.stats.rates import poisson_interval

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
    def pooled(self) -> ratios.Ratio:
        """The same sums as statistics take them: exact fractions, so that a small spread of long spans is not rounded away."""
        return ratios.Ratio(self.units, Fraction(self.x), self.y, self.xx, self.xy, self.yy)

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """The interval of a ratio of sums over its units; for a mean it is Student's, and time never goes below zero."""
        found = self.pooled.interval(confidence=confidence)
        if not self.timed or found.low is None:
            return found
        return Interval(max(found.low, 0.0), found.high, found.estimate, confidence, found.method)


class ClusteredShare(Ratio):
    """A share whose trials come in clusters that are alike inside: the replies of one ticket.

    ``x`` counts successes and ``y`` trials of each cluster.
    """

    __slots__ = ()

    def interval(self, *, confidence: float = 0.95) -> Interval:
        """Wilson's interval at the number of independent trials that the clusters are worth."""
        return self.pooled.share_interval(confidence=confidence)


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
