"""Control charts: which points of a series say that something changed, and which are only noise."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit._table import Table
from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.arrays import as_numbers, same_length
from slakit.stats.interval import checked_counts

D2 = 2.0 / math.sqrt(math.pi)
"""Mean range of two normal values in standard deviations, 1.128."""
_RANGE_LIMIT = 1.0 + 3.0 * math.sqrt(math.pi / 2.0 - 1.0)
"""Upper limit of a moving range over its mean, 3.267."""
_SIGMAS = 3.0
_RUN = 8
_NAMES = ("beyond", "run", "two_of_three", "four_of_five", "trend")
_TREND = 6


@value(eq=False)
class Chart:
    """A series with its limits and the points that stand out.

    Attributes:
        centre: the centre line.
        sigma: its process variation: the standard deviation from moving ranges (XmR), Laney's sigma z
            (p'), 1 for a plain p chart.
        table: one row a point: value, low, high (limits), rules (names of those it breaks, joined by
            a comma, empty for none); of an XmR chart also moving_range and range_high.
    """

    centre: float
    sigma: float
    table: Table

    @property
    def signals(self) -> list[int]:
        """The positions of the points that break a rule."""
        return [position for position, broken in enumerate(self.table["rules"]) if broken]

    @property
    def stable(self) -> bool:
        """Whether no point breaks a rule: then the series is noise around its centre."""
        return not self.signals


def xmr(values: Any, *, baseline: int | None = None, rules: tuple[str, ...] = ("beyond", "run")) -> Chart:
    """The chart of single values and moving ranges (Shewhart; Wheeler, Understanding Variation).

    Limits are the mean plus and minus 3 sigma with sigma = mean moving range / 1.128 (that is 2.66
    mean moving ranges).

    Args:
        values: complete numbers in order of time, at least two.
        baseline: from how many of the first points limits are computed; None: all.
        rules: ``beyond`` a limit; ``run`` of 8 on one side of the centre; ``two_of_three`` beyond 2
            sigma on one side; ``four_of_five`` beyond 1 sigma on one side; ``trend`` of 6 that rise
            or fall throughout.

    Raises:
        StatsError: ``too_few_points``, ``unknown_rule``, ``missing_value``, ``not_numbers``.
    """
    points = as_numbers(values)[0].astype(np.float64)
    first = _baseline(points, baseline)
    ranges = np.abs(np.diff(points))
    centre, mean_range = float(first.mean()), float(np.abs(np.diff(first)).mean())
    sigma = mean_range / D2
    broken = _broken(points, np.full(len(points), centre), np.full(len(points), sigma), rules)
    range_high = mean_range * _RANGE_LIMIT
    columns: dict[str, Any] = {
        "value": points,
        "low": np.full(len(points), centre - _SIGMAS * sigma),
        "high": np.full(len(points), centre + _SIGMAS * sigma),
        "moving_range": np.concatenate([[np.nan], ranges]),
        "range_high": np.full(len(points), range_high),
        "rules": broken,
    }
    return Chart(centre, sigma, Table(columns, title=_title(broken, centre)))


def p_chart(
    successes: Any, n: Any, *, laney: bool = True, baseline: int | None = None, rules: tuple[str, ...] = ("beyond", "run")
) -> Chart:
    """The chart of shares of varying size, by default Laney's p' (2002).

    A plain p chart supposes that only chance moves the share; with large counts its limits are so
    narrow that everything seems to change. Laney multiplies them by sigma z, the variation of
    the standardised shares between neighbours.

    Args:
        successes: counts in order of time.
        n: trials of each point, all above 0.
        laney: False for the plain p chart.
        baseline: from how many of the first points limits are computed; None: all.
        rules: as for `xmr`.

    Raises:
        StatsError: ``bad_count``, ``too_few_points``, ``unknown_rule``, ``unequal_lengths``.
    """
    k, trials = as_numbers(successes, what="successes")[0], as_numbers(n, what="n")[0]
    same_length(trials, len(k), "n")
    for hit, trial in zip(k.tolist(), trials.tolist(), strict=True):
        checked_counts(hit, trial)
        if not trial:
            message = "a point has n = 0 and therefore no share: leave it out"
            raise StatsError(message, code="bad_count", given=0)
    share = k / trials
    first = len(_baseline(share, baseline))
    centre = float(k[:first].sum() / trials[:first].sum())
    chance = np.sqrt(centre * (1.0 - centre) / trials)
    scores = np.divide(share - centre, chance, out=np.zeros(len(share)), where=chance > 0)
    sigma = float(np.abs(np.diff(scores[:first])).mean() / D2) if laney else 1.0
    width = chance * sigma
    broken = _broken(share, np.full(len(share), centre), width, rules)
    columns = {
        "value": share,
        "low": np.maximum(centre - _SIGMAS * width, 0.0),
        "high": np.minimum(centre + _SIGMAS * width, 1.0),
        "rules": broken,
    }
    return Chart(centre, sigma, Table(columns, title=_title(broken, centre)))


def _baseline(points: NDArray[np.float64], baseline: int | None) -> NDArray[np.float64]:
    first = points if baseline is None else points[:baseline]
    if len(first) < 2:  # noqa: PLR2004 - one point has no moving range
        message = f"limits would rest on {len(first)} points: it takes at least two"
        raise StatsError(message, code="too_few_points", given=len(first))
    return first


def _title(broken: list[str], centre: float) -> str:
    count = sum(1 for names in broken if names)
    return f"{len(broken)} points around {centre:.4g}: " + ("all within what chance does" if not count else f"{count} stand out")


def _broken(points: NDArray[np.float64], centre: NDArray[np.float64], sigma: NDArray[np.float64], rules: tuple[str, ...]) -> list[str]:
    """Per point the names of the rules that it completes."""
    if unknown := [name for name in rules if name not in _NAMES]:
        from slakit.errors import did_you_mean  # noqa: PLC0415 - only errors pay for it

        message = f"unknown rule {unknown[0]!r}: {did_you_mean(unknown[0], _NAMES)}"
        raise StatsError(message, code="unknown_rule", given=unknown[0], known=_NAMES)
    gap = points - centre
    rise = np.concatenate([[0.0], np.sign(np.diff(points))])
    found: dict[str, NDArray[np.bool_]] = {}
    for side in (1.0, -1.0):
        towards = gap * side
        hits = {
            "beyond": towards > _SIGMAS * sigma * (1.0 + 1e-12),
            "run": _of_last(towards > 0.0, _RUN, _RUN),
            "two_of_three": _of_last(towards > 2.0 * sigma, 2, 3),
            "four_of_five": _of_last(towards > sigma, 4, 5),
            "trend": _of_last(rise == side, _TREND - 1, _TREND - 1),
        }
        found = {name: hit | found[name] if found else hit for name, hit in hits.items()}
    return [",".join(name for name in rules if found[name][position]) for position in range(len(points))]


def _of_last(hits: NDArray[np.bool_], need: int, window: int) -> NDArray[np.bool_]:
    """Where a hit is at least the ``need``-th of the last ``window`` points."""
    upto = np.concatenate([np.zeros(window, dtype=np.int64), np.cumsum(hits)])
    enough: NDArray[np.bool_] = upto[window:] - upto[:-window] >= need
    return hits & enough
