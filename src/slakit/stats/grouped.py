"""The same summaries for each of many groups at once, without a loop over rows or groups."""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit._table import Table
from slakit.errors import StatsError
from slakit.stats.arrays import Numbers, as_flags, as_level, as_numbers, labels, same_length
from slakit.stats.interval import tails
from slakit.stats.special import normal_isf
from slakit.stats.survival import kaplan_meier

_DOUBT = 1e-8


def shares_by(groups: Any, outcomes: Any, *, confidence: float = 0.95) -> Table:
    """The share of true outcomes in each group, with Wilson intervals.

    Args:
        groups: the group of each row; any labels.
        outcomes: true or false for each row.
        confidence: of the intervals.

    Returns:
        One row a group, in order of first appearance: group, successes, n, share, low, high.

    Raises:
        StatsError: ``unequal_lengths``, ``not_flags``, ``bad_confidence``.
    """
    names, codes = labels(groups)
    z = normal_isf(tails(confidence))
    flags = as_flags(outcomes, size=len(codes), what="outcomes")
    n = np.bincount(codes, minlength=len(names))
    k = np.bincount(codes[flags], minlength=len(names))
    low, high = wilson(k, n, z)
    return Table({"group": names, "successes": k, "n": n, "share": k / np.maximum(n, 1), "low": low, "high": high})


def wilson(k: NDArray[np.int64], n: NDArray[np.int64], z: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson limits of many shares, n above 0, as `proportion` gives them one by one."""
    square = z * z
    centre = k + square / 2.0
    half = z * np.sqrt(k * (n - k) / n + square / 4.0)
    low, high = (centre - half) / (n + square), (centre + half) / (n + square)
    return np.where(k == 0, 0.0, np.minimum(low, k / n)), np.where(k == n, 1.0, np.maximum(high, k / n))


def durations_by(groups: Any, durations: Any, observed: Any = None, *, quantiles: tuple[float, ...] = (0.5, 0.9)) -> Table:
    """The summary of durations in each group, some of them still open.

    Args:
        groups: the group of each row; any labels.
        durations: how long each took or takes so far: numbers or durations.
        observed: per row whether it is over; None: all are.
        quantiles: which Kaplan-Meier quantiles to give.

    Returns:
        One row a group, in order of first appearance: group, n, open, one column a quantile (``median``,
        ``p90``, ...; None where the curve does not reach it), ``finished_median`` and ``finished_mean``
        of those that are over, ``max`` of all. Durations in the kind that came in.

    Raises:
        StatsError: ``unequal_lengths``, ``not_flags``, ``missing_value``, ``negative_duration``, ``bad_level``.
    """
    names, codes = labels(groups)
    given, timed = as_numbers(durations, what="durations")
    same_length(given, len(codes), "durations")
    over = np.ones(len(codes), dtype=np.bool_) if observed is None else as_flags(observed, size=len(codes), what="observed")
    if len(given) and given.min() < 0:
        message = f"durations go down to {given.min()}, but a duration is at least 0"
        raise StatsError(message, code="negative_duration", given=given.min().item())
    levels = [as_level(q) for q in quantiles]
    order = np.lexsort((~over, given, codes))
    codes, given, over = codes[order], given[order], over[order]
    starts = np.searchsorted(codes, np.arange(len(names) + 1))
    n, ended = np.diff(starts), np.bincount(codes[over], minlength=len(names))
    curve = _curves(codes, over, starts)
    columns: dict[str, Any] = {"group": names, "n": n, "open": n - ended}
    kinds: dict[str, Any] = {}
    for level in levels:
        columns[_name(level)] = _quantiles(curve, given, over, starts, 1 - level)
    columns["finished_median"] = _medians(given[over], np.concatenate([[0], np.cumsum(ended)]))
    sums = np.diff(np.concatenate([np.zeros(1, dtype=given.dtype), np.cumsum(np.where(over, given, 0))])[starts])
    columns["finished_mean"] = np.divide(sums, ended, out=np.full(len(names), np.nan), where=ended > 0)
    columns["max"] = given[starts[1:] - 1] if len(names) else given
    for name in list(columns)[3:]:
        kinds[name] = "span" if timed else "float"
        columns[name] = _spans(columns[name]) if timed else np.asarray(columns[name], dtype=np.float64)
    return Table(columns, kinds=kinds)


def _name(level: Fraction) -> str:
    return "median" if level == Fraction(1, 2) else f"p{float(level * 100):g}"


def _spans(column: NDArray[Any]) -> NDArray[np.int64]:
    """Durations in us, missing as NaT."""
    exact = np.asarray(column, dtype=np.float64)
    missing = np.isnan(exact)
    rounded = np.rint(np.where(missing, 0.0, exact)).astype(np.int64)
    return np.where(missing, np.iinfo(np.int64).min, rounded)


def _curves(codes: NDArray[np.int64], over: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The logarithm of S just after each row; rows sorted by group, duration, ended before open.

    Row by row the factor is 1 - 1 / at risk; within a tie these factors multiply to 1 - d / n.
    """
    at_risk = (starts[1:][codes] - np.arange(len(codes))).astype(np.float64) if len(codes) else np.zeros(0)
    with np.errstate(divide="ignore"):
        factors = np.where(over, np.log1p(-1.0 / at_risk), 0.0)
    dead = np.isneginf(factors)
    factors[dead] = 0.0
    total = np.concatenate([[0.0], np.cumsum(factors)])
    curve: NDArray[np.float64] = total[1:] - total[starts[:-1]][codes]
    curve[dead] = -np.inf
    return curve


def _quantiles(
    curve: NDArray[np.float64], given: Numbers, over: NDArray[np.bool_], starts: NDArray[np.int64], level: Fraction
) -> NDArray[np.float64]:
    """The least duration in each group with S <= level, NaN where there is none; near ties are decided exactly."""
    groups = len(starts) - 1
    goal = float(level)
    wanted = np.log(goal) if goal else -np.inf
    reached = over & (curve <= wanted + _DOUBT)
    places = np.flatnonzero(reached)
    owner = np.searchsorted(starts, places, side="right") - 1
    first = np.full(groups, -1, dtype=np.int64)
    first[owner[::-1]] = places[::-1]
    found = np.full(groups, np.nan)
    there = first >= 0
    found[there] = given[first[there]]
    n, ended = np.diff(starts), np.add.reduceat(over, starts[:-1], dtype=np.int64) if groups else starts[:-1]
    share = 1 - level
    whole = np.flatnonzero((ended == n) & (n > 0))
    rank = np.maximum(-((-n[whole] * share.numerator) // share.denominator), 1)
    found[whole] = given[starts[whole] + rank - 1]
    near = curve[np.maximum(first, 0)] >= wanted - _DOUBT if goal and len(curve) else there & False
    doubtful = np.flatnonzero(there & (ended < n) & near)
    for group in doubtful:
        rows = slice(starts[group], starts[group + 1])
        exact = kaplan_meier(given[rows], over[rows]).quantile(1 - level)  # type: ignore[arg-type]
        found[group] = np.nan if exact is None else exact
    return found


def _medians(values: Numbers, starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The middle of each stretch of values that are sorted within it; NaN of an empty one."""
    n = np.diff(starts)
    found = np.full(len(n), np.nan)
    some = n > 0
    low, high = starts[:-1][some] + (n[some] - 1) // 2, starts[:-1][some] + n[some] // 2
    found[some] = (values[low].astype(np.float64) + values[high].astype(np.float64)) / 2.0
    return found
