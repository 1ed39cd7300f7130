"""DDSketch: quantiles that travel, with a stated relative error, and merge exactly."""

import math
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from slakit._value import value
from slakit.errors import MergeError, StatsError
from slakit.stats.arrays import as_level, as_numbers, out
from slakit.stats.quantiles import refuse_units

_NONE: tuple[tuple[int, int], ...] = ()


@value(repr=False)
class Sketch:
    """Counts of values in bins whose bounds grow by a constant factor: a monoid.

    A value v > 0 falls into the bin ceil(ln v / ln gamma) with gamma = (1 + alpha) / (1 - alpha);
    every value of a bin lies within the relative error alpha of what the bin reports. Zeros are
    counted apart. Merging adds counts, so the sketch of a whole is the sum of the sketches of its
    parts, in any order (Masson, Rim and Lee, "DDSketch", 2019).

    Attributes:
        alpha: the relative error of a quantile.
        bins: (bin, count) pairs, ascending.
        zeros: how many values are 0.
        low: the least value, exact; None of nothing.
        high: the greatest value, exact.
        timed: whether the values are durations in us.
    """

    alpha: float = 0.01
    bins: tuple[tuple[int, int], ...] = _NONE
    zeros: int = 0
    low: float | None = None
    high: float | None = None
    timed: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse an error that means nothing."""
        if not 0.0 < self.alpha < 1.0:
            message = f"alpha is {self.alpha!r}, but a relative error lies between 0 and 1, e.g. 0.01 for 1 percent"
            raise StatsError(message, code="bad_alpha", given=self.alpha)

    @classmethod
    def empty(cls, *, alpha: float = 0.01) -> Self:
        """The sketch of nothing."""
        return cls(alpha)

    @classmethod
    def of(cls, values: Any, *, alpha: float = 0.01) -> Self:
        """The sketch of complete values; missing ones are left out.

        Args:
            values: numbers or durations of at least 0, finite.
            alpha: the relative error.

        Raises:
            StatsError: ``bad_alpha``, ``negative_value``, ``infinite_value``, ``not_numbers``.
        """
        blank = cls(alpha)
        array, timed = as_numbers(values, drop_missing=True)
        if not len(array):
            return blank
        low, high = array.min().item(), array.max().item()
        if low < 0:
            message = f"values go down to {low}, but a sketch holds values of at least 0: shift or split them"
            raise StatsError(message, code="negative_value", given=low)
        if math.isinf(high):
            message = "values hold infinity, which no relative error covers: leave those rows out first"
            raise StatsError(message, code="infinite_value")
        found, counts = np.unique(blank.bin(array[array > 0]), return_counts=True)
        return cls(alpha, tuple(zip(found.tolist(), counts.tolist(), strict=True)), int((array == 0).sum()), low, high, timed)

    @property
    def gamma(self) -> float:
        """The factor by which the bounds of the bins grow."""
        return (1.0 + self.alpha) / (1.0 - self.alpha)

    def bin(self, values: Any) -> NDArray[np.int64]:
        """The bin of each value above 0."""
        return np.ceil(np.log(np.asarray(values, dtype=np.float64)) / math.log(self.gamma)).astype(np.int64)

    @property
    def n(self) -> int:
        """How many values."""
        return self.zeros + sum(count for _, count in self.bins)

    def __add__(self, other: object) -> Self:
        """Pool two sets that have no value in common; exact.

        Raises:
            MergeError: ``alpha_mismatch``, ``unit_mismatch``.
        """
        if not isinstance(other, Sketch):
            return NotImplemented
        if self.alpha != other.alpha:
            message = f"one side has the relative error {self.alpha}, the other {other.alpha}, so their bins do not match: build both with one alpha"
            raise MergeError(message, code="alpha_mismatch", given=(self.alpha, other.alpha))
        if self.n and other.n:
            refuse_units(self.timed, other.timed)
        counts = dict(self.bins)
        for place, count in other.bins:
            counts[place] = counts.get(place, 0) + count
        lows = [side.low for side in (self, other) if side.low is not None]
        highs = [side.high for side in (self, other) if side.high is not None]
        return type(self)(
            self.alpha,
            tuple(sorted(counts.items())),
            self.zeros + other.zeros,
            min(lows, default=None),
            max(highs, default=None),
            self.timed or other.timed,
        )

    def quantile(self, q: float) -> Any:
        """The value of rank floor(q (n - 1)), counted from 0, within the relative error ``alpha``.

        Returns:
            A number, a timedelta for durations; None of nothing. The extremes are exact.

        Raises:
            StatsError: ``bad_level``.
        """
        level, n = as_level(q), self.n
        if self.low is None or self.high is None:
            return None
        rank = int(level * (n - 1))
        if rank in {0, n - 1}:
            return out(self.low if rank == 0 else self.high, timed=self.timed)
        upto = self.zeros
        found = 0.0
        for place, count in self.bins:
            if rank < upto:
                break
            upto += count
            found = 2.0 * math.exp(place * math.log(self.gamma)) / (1.0 + self.gamma)
        return out(min(max(found, self.low), self.high), timed=self.timed)

    @property
    def median(self) -> Any:
        """The quantile 0.5."""
        return self.quantile(0.5)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return {
            "alpha": self.alpha,
            "bins": [list(pair) for pair in self.bins],
            "zeros": self.zeros,
            "low": self.low,
            "high": self.high,
            "timed": self.timed,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        bins = tuple((int(place), int(count)) for place, count in data["bins"])
        return cls(data["alpha"], bins, data["zeros"], data["low"], data["high"], data["timed"])

    def __repr__(self) -> str:
        """A sentence."""
        return f"Sketch of {self.n:,} values within {self.alpha:.3g} of truth: median {self.median}, p90 {self.quantile(0.9)}, max {self.quantile(1)}"
