"""Kaplan-Meier: how long things take when some are not over yet."""

import math
from bisect import bisect_left
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from slakit._table import Table
from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.arrays import Numbers, as_flags, as_level, as_numbers, frozen, out
from slakit.stats.interval import Interval, tails
from slakit.stats.lifetable import LifeTable
from slakit.stats.special import chi2_sf, normal_isf

_DOUBT = 1e-8
_FRACTIONS = 20_000
_ROUNDING = 1e-12


def kaplan_meier(durations: Any, observed: Any = None, entry: Any = None) -> "KaplanMeier":
    """The survival curve of durations, some of which are still running (Kaplan and Meier 1958).

    Args:
        durations: how long each lasted, or lasts so far: numbers or durations.
        observed: per row whether it is over; False is still open. None: all are over.
        entry: per row at which duration it came into view (left truncation); 0 is from the start.
            A row is at risk after its entry and up to its end.

    Raises:
        StatsError: ``negative_duration``, ``infinite_duration``, ``missing_value``, ``not_numbers``,
            ``not_flags``, ``unequal_lengths``, ``bad_entry``.

    Example:
        >>> curve = kaplan_meier([5, 10, 10, 15, 20, 30, 45, 60, 60, 90], [1, 1, 1, 1, 0, 1, 1, 0, 1, 0])
        >>> curve.median
        30
        >>> round(curve.survival(30), 2)
        0.48
    """
    given = durations if isinstance(durations, np.ndarray) or hasattr(durations, "__array__") else list(durations)
    over = np.ones(len(given), dtype=np.bool_) if observed is None else as_flags(observed, size=len(given), what="observed")
    return KaplanMeier(LifeTable.of(given, ~over, entry=entry))


@value(repr=False)
class KaplanMeier:
    """A survival curve: a monoid, whose sum is the curve of both sets together.

    Attributes:
        table: the counts; where there are several causes, every one of them counts as an end.
    """

    table: LifeTable

    @classmethod
    def empty(cls) -> Self:
        """The curve of nobody."""
        return cls(LifeTable.empty())

    def __add__(self, other: object) -> Self:
        """Pool two sets that have no row in common; exact.

        Raises:
            MergeError: ``unit_mismatch``, ``cause_mismatch``, ``inexact_times``.
        """
        return type(self)(self.table + other.table) if isinstance(other, KaplanMeier) else NotImplemented

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return self.table.to_dict()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        return cls(LifeTable.from_dict(data))

    def __repr__(self) -> str:
        """A sentence."""
        return f"KaplanMeier of {self.n:,} rows, {self.open:,} open: median {self.median}"

    @property
    def n(self) -> int:
        """How many rows."""
        return self.table.n

    @property
    def events(self) -> int:
        """How many ended."""
        return int(self.table.ended.sum())

    @property
    def open(self) -> int:
        """How many are still open."""
        return self.table.open

    @cached_property
    def ended(self) -> NDArray[np.int64]:
        """How many ended at each duration of the table."""
        return self.table.ended[0] if len(self.table.causes) == 1 else frozen(self.table.ended.sum(axis=0))

    @cached_property
    def at_risk(self) -> NDArray[np.int64]:
        """How many were in view and not yet ended just before each duration of the table."""
        return frozen(self.table.at_risk())

    @cached_property
    def survivals(self) -> NDArray[np.float64]:
        """S just after each duration of the table."""
        if not self.open and self.table.entered is None:
            return frozen((self.at_risk - self.ended) / max(self.n, 1))
        share = np.divide(self.ended, self.at_risk, out=np.zeros(len(self.at_risk)), where=self.at_risk > 0)
        np.subtract(1.0, share, out=share)
        return frozen(np.cumprod(share, out=share))

    def _at_most(self, index: int, level: Fraction) -> bool:
        """Whether S after one duration of the table is at most ``level``, without rounding while that takes few factors."""
        where = np.flatnonzero(self.ended[: index + 1])
        risk, left = self.at_risk[where], self.at_risk[where] - self.ended[where]
        breaks = np.flatnonzero(risk[1:] != left[:-1])
        if len(breaks) > _FRACTIONS:
            return bool(self.survivals[index] <= float(level) * (1.0 + _ROUNDING))
        over, under = math.prod([*left[breaks].tolist(), int(left[-1])]), math.prod([int(risk[0]), *risk[breaks + 1].tolist()])
        return over * level.denominator <= under * level.numerator

    def _first_at_most(self, level: Fraction) -> int | None:
        """The first duration of the table with S at most ``level``; ties are decided without rounding."""
        if level == 1:
            return int(self.ended.argmax()) if self.events else None
        curve, goal = self.survivals, float(level)
        index = bisect_left(range(len(curve)), x=True, key=lambda place: bool(curve[place] <= goal * (1.0 + _DOUBT)))
        while index < len(curve):
            if curve[index] < goal * (1.0 - _DOUBT) or self._at_most(index, level):
                return index
            later = np.flatnonzero(self.ended[index + 1 :])
            if not len(later):
                return None
            index += 1 + int(later[0])
        return None

    @property
    def median(self) -> Any:
        """The least duration with S(t) <= 0.5; None where so few have ended that nobody can tell."""
        return self.quantile(0.5)

    def quantile(self, q: float) -> Any:
        """The least duration by which the share ``q`` has ended, S(t) <= 1 - q; None where the curve does not reach it.

        The quantile 0 is the shortest that ended.

        Raises:
            StatsError: ``bad_level``.
        """
        index = self._first_at_most(1 - as_level(q))
        return None if index is None else out(self.table.times[index], timed=self.table.timed)

    def survival(self, t: Any) -> Any:
        """The share that lasts longer than ``t``, right-continuous.

        Beyond the longest duration seen it stays where it was: nothing is known there.

        Args:
            t: one duration, or many.

        Returns:
            A float, or an array of the shape of ``t``.
        """
        at, single = self._places(t)
        found = np.concatenate([[1.0], self.survivals])[at]
        return float(found[0]) if single else found

    def _places(self, t: Any) -> tuple[NDArray[np.int64], bool]:
        single = not hasattr(t, "__len__") or (isinstance(t, np.ndarray) and t.ndim == 0)
        asked, timed = as_numbers([t] if single else t, what="t")
        if timed != self.table.timed and len(self.table.times):
            message = (
                "the curve is of durations: ask with timedelta" if self.table.timed else "the curve is of plain numbers: ask with a number"
            )
            raise StatsError(message, code="unit_mismatch", given=t)
        return np.searchsorted(self.table.times, asked, side="right"), single

    @cached_property
    def _greenwood(self) -> NDArray[np.float64]:
        """Cumulative sum of d / (n (n - d)), infinite once everybody in view has ended."""
        d, n = self.ended, self.at_risk
        with np.errstate(divide="ignore", invalid="ignore"):
            return frozen(np.cumsum(np.where(d > 0, d / (n * (n - d).astype(np.float64)), 0.0)))

    def _limits(self, confidence: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        z = normal_isf(tails(confidence))
        s = self.survivals
        inside = (s > 0.0) & (s < 1.0)
        log_s = np.log(s, out=np.full(len(s), -1.0), where=inside)
        with np.errstate(over="ignore", invalid="ignore"):
            width = np.exp(z * np.sqrt(self._greenwood) / -log_s)
            low = np.where(inside, np.exp(log_s * width), s)
            high = np.where(inside, np.exp(log_s / width), s)
        ended = np.flatnonzero(s <= 0.0)
        if len(ended):
            high[ended] = high[ended[0] - 1] if ended[0] else 1.0
        return low, high

    def survival_interval(self, t: Any, *, confidence: float = 0.95) -> Interval:
        """The interval of S(t): Greenwood's variance (1926) on the log-log scale (Kalbfleisch and Prentice).

        Where S is 0 the variance has no value; the upper end is then the one just before.

        Raises:
            StatsError: ``bad_confidence``, ``unit_mismatch``.
        """
        low, high = self._limits(confidence)
        index = int(self._places(t)[0][0]) - 1
        if index < 0:
            return Interval(1.0, 1.0, 1.0, confidence, "log_log")
        return Interval(float(low[index]), float(high[index]), float(self.survivals[index]), confidence, "log_log")

    def quantile_interval(self, q: float, *, confidence: float = 0.95) -> Interval:
        """The interval of a quantile: the durations at which the limits of S cross 1 - q (Brookmeyer and Crowley 1982).

        Returns:
            An end is None where its limit never comes down to the level.

        Raises:
            StatsError: ``bad_level``, ``bad_confidence``.
        """
        goal = float(1 - as_level(q))
        ends: list[Any] = []
        for limit in self._limits(confidence):
            below = np.flatnonzero(limit <= goal)
            ends.append(out(self.table.times[below[0]], timed=self.table.timed) if len(below) else None)
        reason = "" if None not in ends else "the curve and its limits do not come down to the level: too few have ended"
        return Interval(ends[0], ends[1], self.quantile(q), confidence, "log_log", reason)

    @property
    def median_interval(self) -> Interval:
        """The 95 percent interval of the median, see `quantile_interval`."""
        return self.quantile_interval(0.5)

    def rmst(self, t: Any) -> Any:
        """The mean duration of which only the part up to ``t`` counts: the area under the curve (restricted mean).

        Raises:
            StatsError: ``beyond_follow_up`` where ``t`` lies beyond the longest duration seen and some
                are still open then; ``unit_mismatch``.
        """
        return self._area(t)[0]

    def rmst_interval(self, t: Any, *, confidence: float = 0.95) -> Interval:
        """The interval of `rmst`: normal, with the variance sum of A(t_i)^2 d_i / (n_i (n_i - d_i)), A the area still to come.

        Raises:
            StatsError: as `rmst`, and ``bad_confidence``.
        """
        half_width = normal_isf(tails(confidence))
        estimate, variance, horizon = self._area(t)
        timed = self.table.timed
        centre = estimate / out(1, timed=True) if timed else estimate
        half = half_width * math.sqrt(variance)
        low, high = max(centre - half, 0.0), min(centre + half, horizon)
        return Interval(out(low, timed=timed), out(high, timed=timed), estimate, confidence, "normal")

    def _area(self, t: Any) -> tuple[Any, float, float]:
        upto = int(self._places(t)[0][0])
        horizon = float(as_numbers([t], what="t")[0][0])
        if upto == len(self.table.times) and len(self.table.times) and self.survivals[-1] > 0.0 and horizon > self.table.times[-1]:
            last = out(self.table.times[-1], timed=self.table.timed)
            message = f"the curve is known up to {last} only, as some are still open then: ask for at most that, not for {t}"
            raise StatsError(message, code="beyond_follow_up", given=t, last=last)
        steps = np.concatenate([[0.0], self.table.times[:upto].astype(np.float64), [horizon]])
        areas = np.diff(steps) * np.concatenate([[1.0], self.survivals[:upto]])
        to_come = (areas.sum() - np.cumsum(areas))[:upto]
        d, n = self.ended[:upto], self.at_risk[:upto]
        parts = np.divide(d * to_come**2, n * (n - d).astype(np.float64), out=np.zeros(upto), where=(d > 0) & (n > d))
        return out(areas.sum(), timed=self.table.timed), float(parts.sum()), horizon

    def curve(self, *, confidence: float = 0.95) -> Table:
        """The steps as a table: time, at_risk, ended, censored, survival, low, high; one row a duration at which any ended or was last seen.

        Raises:
            StatsError: ``bad_confidence``.
        """
        low, high = self._limits(confidence)
        kept = (self.ended + self.table.censored) > 0
        columns = {
            "time": self.table.times,
            "at_risk": self.at_risk,
            "ended": self.ended,
            "censored": self.table.censored,
            "survival": self.survivals,
            "low": low,
            "high": high,
        }
        kinds: Any = {"time": "span"} if self.table.timed else {}
        return Table({name: column[kept] for name, column in columns.items()}, kinds=kinds, title=repr(self))


def log_rank(a: KaplanMeier, b: KaplanMeier) -> tuple[float, float]:
    """Whether two survival curves differ at all (Mantel 1966).

    Returns:
        The statistic, chi-squared with one degree of freedom, and its p-value.

    Raises:
        MergeError: as `KaplanMeier.__add__`.
    """
    both = a + b
    d, n = both.ended.astype(np.float64), both.at_risk.astype(np.float64)
    mine, risk = _aligned(a, both.table.times)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, risk / n, 0.0)
        variance = np.where(n > 1, d * share * (1.0 - share) * (n - d) / (n - 1.0), 0.0).sum()
    gap = mine.sum() - (d * share).sum()
    if variance <= 0.0:
        return 0.0, 1.0
    statistic = float(gap * gap / variance)
    return statistic, chi2_sf(statistic, 1)


def _aligned(curve: KaplanMeier, times: Numbers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends and numbers at risk of one curve at the durations of another table that holds all of its own."""
    table = curve.table
    ends = np.zeros(len(times))
    ends[np.searchsorted(times, table.times)] = curve.ended
    change = 0 if table.entered is None else table.entered
    after = curve.n if table.entered is None else curve.n - int(table.entered.sum())
    running = np.append([after], after + np.cumsum(change - curve.ended - table.censored))
    return ends, running[np.searchsorted(table.times, times, side="left")].astype(np.float64)
