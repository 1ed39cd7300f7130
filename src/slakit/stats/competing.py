"""Aalen-Johansen: what ends things, and when, where several ends compete."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from slakit._table import Table
from slakit._value import value
from slakit.errors import StatsError, did_you_mean
from slakit.stats.arrays import as_level, as_numbers, frozen, labels, out, same_length
from slakit.stats.interval import Interval, tails
from slakit.stats.lifetable import LifeTable
from slakit.stats.special import normal_isf
from slakit.stats.survival import KaplanMeier


def aalen_johansen(durations: Any, causes: Sequence[Any], *, entry: Any = None) -> "AalenJohansen":
    """The cumulative incidence of each end where ends compete (Aalen and Johansen 1978).

    A Kaplan-Meier curve of one end alone would count those that another end took as if they could
    still meet it, and the shares of all ends would exceed one.

    Args:
        durations: how long each lasted, or lasts so far.
        causes: per row the name of what ended it; None is still open.
        entry: per row at which duration it came into view; 0 is from the start.

    Raises:
        StatsError: as `kaplan_meier`.

    Example:
        >>> curves = aalen_johansen([1, 2, 3, 4], ["answered", "cancelled", "answered", None])
        >>> curves.incidence("answered", 3)
        0.5
    """
    names, codes = labels(causes)
    texts = sorted(str(name) for name in names if name is not None)
    index = {name: position for position, name in enumerate(texts)}
    recode = np.array([len(texts) if name is None else index[str(name)] for name in names], dtype=np.int64)
    given, _ = as_numbers(durations, what="durations")
    same_length(codes, len(given), "causes")
    return AalenJohansen(LifeTable.of(durations, recode[codes] if len(codes) else codes, causes=tuple(texts), entry=entry))


@value(repr=False)
class AalenJohansen:
    """Incidence curves of competing ends: a monoid, for tables of the same causes.

    Attributes:
        table: the counts.
    """

    table: LifeTable

    @classmethod
    def empty(cls, *, causes: tuple[str, ...] = ("event",)) -> Self:
        """The curves of nobody."""
        return cls(LifeTable.empty(causes=causes))

    def __add__(self, other: object) -> Self:
        """Pool two sets that have no row in common; exact.

        Raises:
            MergeError: ``cause_mismatch``, ``unit_mismatch``, ``inexact_times``.
        """
        return type(self)(self.table + other.table) if isinstance(other, AalenJohansen) else NotImplemented

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return self.table.to_dict()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        return cls(LifeTable.from_dict(data))

    def __repr__(self) -> str:
        """A sentence."""
        ends = ", ".join(
            f"{cause} {count:,}" for cause, count in zip(self.table.causes, self.table.ended.sum(axis=1).tolist(), strict=True)
        )
        return f"AalenJohansen of {self.table.n:,} rows: {ends}, open {self.table.open:,}"

    @cached_property
    def _risk(self) -> NDArray[np.int64]:
        return frozen(self.table.at_risk())

    @cached_property
    def _before(self) -> NDArray[np.float64]:
        """S of all ends together just before each duration."""
        survival = KaplanMeier(self.table).survivals
        return frozen(np.concatenate([[1.0], survival[:-1]])) if len(survival) else survival

    def _curve(self, cause: str) -> NDArray[np.float64]:
        ended = self.table.ended[self._index(cause)]
        return np.cumsum(np.divide(self._before * ended, self._risk, out=np.zeros(len(ended)), where=self._risk > 0))

    def _index(self, cause: str) -> int:
        if cause not in self.table.causes:
            message = f"nothing ends by {cause!r}: {did_you_mean(cause, self.table.causes)}"
            raise StatsError(message, code="unknown_cause", given=cause, known=self.table.causes)
        return self.table.causes.index(cause)

    def incidence(self, cause: str, t: Any) -> float:
        """The share that has met this end by ``t``.

        Raises:
            StatsError: ``unknown_cause``, ``missing_value``.
        """
        index = int(np.searchsorted(self.table.times, as_numbers([t], what="t")[0][0], side="right"))
        return float(self._curve(cause)[index - 1]) if index else 0.0

    def incidence_interval(self, cause: str, t: Any, *, confidence: float = 0.95) -> Interval:
        """The interval of `incidence`: variance by the delta method, on the complementary log-log scale (Marubini and Valsecchi 1995).

        Raises:
            StatsError: ``unknown_cause``, ``missing_value``, ``bad_confidence``.
        """
        z = normal_isf(tails(confidence))
        f = self.incidence(cause, t)
        if not 0.0 < f < 1.0:
            return Interval(f, f or None, f, confidence, "log_log", "" if f else "nothing has met this end yet")
        width = z * np.sqrt(self.variance(cause, t)) / (f * np.log(f))
        ends = sorted((float(f ** np.exp(width)), float(f ** np.exp(-width))))
        return Interval(ends[0], ends[1], f, confidence, "log_log")

    def variance(self, cause: str, t: Any) -> float:
        """The delta-method variance of `incidence`.

        Raises:
            StatsError: ``unknown_cause``, ``missing_value``.
        """
        upto = int(np.searchsorted(self.table.times, as_numbers([t], what="t")[0][0], side="right"))
        if not upto:
            return 0.0
        curve = self._curve(cause)[:upto]
        d_all = self.table.ended[:, :upto].sum(axis=0).astype(np.float64)
        d, n, before = self.table.ended[self._index(cause), :upto], self._risk[:upto].astype(np.float64), self._before[:upto]
        to_come = curve[-1] - curve
        with np.errstate(divide="ignore", invalid="ignore"):
            first = np.where(n > d_all, to_come**2 * d_all / (n * (n - d_all)), 0.0)
            second = np.where(n > 0, before**2 * d * (n - d) / n**3, 0.0)
            third = np.where(n > 0, to_come * before * d / n**2, 0.0)
        return float((first + second - 2.0 * third).sum())

    def quantile(self, cause: str, q: float) -> Any:
        """The least duration by which the share ``q`` of all has met this end; None where it does not come to that.

        Raises:
            StatsError: ``unknown_cause``, ``bad_level``.
        """
        reached = np.flatnonzero(self._curve(cause) >= float(as_level(q)) * (1.0 - 1e-12))
        return out(self.table.times[reached[0]], timed=self.table.timed) if len(reached) else None

    def curve(self) -> Table:
        """The steps as a table: time, at_risk, then one column of incidence a cause, and ``open``, the share not ended."""
        columns: dict[str, Any] = {"time": self.table.times, "at_risk": self._risk}
        columns |= {cause: self._curve(cause) for cause in self.table.causes}
        columns["open"] = KaplanMeier(self.table).survivals
        kinds: Any = {"time": "span"} if self.table.timed else {}
        return Table(columns, kinds=kinds, title=repr(self))
