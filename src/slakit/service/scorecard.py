"""Scorecards: results against their goals, with what the data can tell and what they cannot."""

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import attrs

from slakit._tidy import Tidy
from slakit._time import fixed_span
from slakit._value import value
from slakit.errors import QueryError, did_you_mean
from slakit.service.tally import Nps, Ratio, Share
from slakit.stats.differences import proportion_difference
from slakit.stats.interval import Difference
from slakit.stats.nps import nps_difference
from slakit.stats.ratios import ratio_difference

if TYPE_CHECKING:
    from slakit._table import Table

Verdict = Literal["met", "missed", "not distinguishable", "no data"]
_DIRECTIONS = {"at_least": 1, ">=": 1, "up": 1, "higher": 1, "at_most": -1, "<=": -1, "down": -1, "lower": -1}


@value(repr=False)
class Kpi:
    """One result against its goal.

    Attributes:
        result: a service result, a row of attainment, or anything with ``value``, ``low``, ``high`` and ``n``.
        goal: in the unit of the value; time as timedelta or text such as ``"4h"``.
        direction: ``"at_least"`` (or ``">="``): high is good; ``"at_most"`` (``"<="``): low is good.
        name: for people; the metric's unless given.
        previous: the same result of the period before, for the trend.
    """

    result: Any
    goal: Any
    direction: str = "at_least"
    name: str = ""
    previous: Any = None

    def __attrs_post_init__(self) -> None:
        """Read the goal in the unit of the value.

        Raises:
            QueryError: ``unknown_direction``, ``bad_goal``, ``not_a_result``.
        """
        if self.direction not in _DIRECTIONS:
            message = f"direction={self.direction!r}: {did_you_mean(self.direction, _DIRECTIONS)}"
            raise QueryError(message, code="unknown_direction", given=self.direction)
        for given in (self.result, *([] if self.previous is None else [self.previous])):
            if not all(hasattr(type(given), name) for name in ("value", "low", "high")):
                message = f"{given!r} is no result: give what a metric returned, with value, low and high"
                raise QueryError(message, code="not_a_result", given=given)
        object.__setattr__(self, "direction", "at_least" if _DIRECTIONS[self.direction] > 0 else "at_most")
        timed = getattr(self.result, "unit", None) == "span" or isinstance(self.result.value, timedelta)
        goal = self.goal
        if timed:
            goal = timedelta(microseconds=fixed_span(goal))
        elif isinstance(goal, bool) or not isinstance(goal, int | float) or math.isnan(goal):
            message = f"goal={goal!r} is no number: {self._name()} is a {getattr(self.result, 'unit', 'number')}, give a number (a share in [0, 1])"
            raise QueryError(message, code="bad_goal", given=goal)
        elif getattr(self.result, "unit", "share") == "share" and not 0 <= goal <= 1:
            message = f"goal={goal!r} lies outside [0, 1]: {self._name()} is a share, write 90 percent as 0.9"
            raise QueryError(message, code="bad_goal", given=goal)
        object.__setattr__(self, "goal", goal)
        object.__setattr__(self, "name", self._name())

    def _name(self) -> str:
        return self.name or str(getattr(self.result, "metric", "") or "kpi")

    @property
    def value(self) -> Any:
        """The value of the result."""
        return self.result.value

    @property
    def verdict(self) -> Verdict:
        """Met or missed where the whole interval lies on one side of the goal; else not distinguishable."""
        low, high = self.result.low, self.result.high
        if self.value is None:
            return "no data"
        if low is None or high is None:
            return "not distinguishable"
        up = self.direction == "at_least"
        if low >= self.goal if up else high <= self.goal:
            return "met"
        return "missed" if (high < self.goal if up else low > self.goal) else "not distinguishable"

    @property
    def distance(self) -> Any:
        """How far the value is on the good side of the goal (negative: short of it); None without a value."""
        if self.value is None:
            return None
        return self.value - self.goal if self.direction == "at_least" else self.goal - self.value

    @property
    def change(self) -> Difference | None:
        """The value minus the previous one with its interval (time in us); None without a previous period."""
        return None if self.previous is None else difference(self.previous, self.result)

    @property
    def trend(self) -> str | None:
        """``"better"``, ``"worse"``, or ``"no clear change"`` against the previous period; None without one."""
        change = self.change
        if change is None:
            return None
        if change.noise is not False or change.estimate is None:
            return "no clear change"
        return "better" if (change.estimate > 0) == (self.direction == "at_least") else "worse"

    def __repr__(self) -> str:
        """A sentence."""
        sign = ">=" if self.direction == "at_least" else "<="
        trend = f", {self.trend}" if self.trend else ""
        shown = self.result.text() if hasattr(self.result, "text") else self.value
        return f"<{self.name} {shown}, goal {sign} {self.goal}: {self.verdict}{trend}>"


@value(repr=False)
class Scorecard(Tidy):
    """Several KPIs together.

    Attributes:
        kpis: in the order of the table.
    """

    kpis: tuple[Kpi, ...] = attrs.field(converter=tuple)

    def __iter__(self) -> Iterator[Kpi]:
        """Every KPI."""
        return iter(self.kpis)

    def __len__(self) -> int:
        """How many."""
        return len(self.kpis)

    def __getitem__(self, name: str) -> Kpi:
        """One by its name.

        Raises:
            QueryError: ``unknown_kpi``.
        """
        for kpi in self.kpis:
            if kpi.name == name:
                return kpi
        message = f"no KPI {name!r} on this scorecard: {did_you_mean(name, [kpi.name for kpi in self.kpis])}"
        raise QueryError(message, code="unknown_kpi", given=name)

    def to_dict(self) -> dict[str, list[Any]]:
        """A row a KPI: kpi, value, goal, direction, verdict, distance, low, high, n, trend."""
        rows: Iterable[Kpi] = self.kpis
        return {
            "kpi": [kpi.name for kpi in rows],
            **{name: [getattr(kpi, name) for kpi in rows] for name in ("value", "goal", "direction", "verdict", "distance")},
            **{name: [getattr(kpi.result, name, None) for kpi in rows] for name in ("low", "high", "n")},
            "trend": [kpi.trend for kpi in rows],
        }

    def table(self) -> "Table":
        """The rows as a tidy table, numbers and times as text."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        columns = self.to_dict()
        shown = {name: [_text(given) for given in columns[name]] for name in ("value", "goal", "distance", "low", "high")}
        return Table(columns | shown, title=self._title())

    def _title(self) -> str:
        counts = {
            verdict: sum(kpi.verdict == verdict for kpi in self.kpis) for verdict in ("met", "missed", "not distinguishable", "no data")
        }
        return f"{len(self.kpis)} KPIs: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)

    def __repr__(self) -> str:
        """The table."""
        return self.table().to_text()


def difference(before: Any, after: Any, *, confidence: float = 0.95) -> Difference | None:
    """How much the second result lies above the first.

    Args:
        before: a result of a share, points, or a mean.
        after: the same metric of other tickets.
        confidence: of the interval.

    Returns:
        In the unit of the value, time in us; None for results that are not compared (counts: see `Requests.growth`).
    """
    first, second = _tally(before), _tally(after)
    if isinstance(first, Share) and isinstance(second, Share):
        return proportion_difference((first.successes, first.n), (second.successes, second.n), confidence=confidence)
    if isinstance(first, Nps) and isinstance(second, Nps):
        return nps_difference(first, second, confidence=confidence)
    if not isinstance(first, Ratio) or not isinstance(second, Ratio):
        return None
    return ratio_difference(first.pooled, second.pooled, confidence=confidence)


def _tally(result: Any) -> Any:
    tally = getattr(result, "tally", None)
    if tally is None and hasattr(result, "met") and hasattr(result, "n"):
        return Share(result.met, result.n)
    return tally


def _text(given: Any) -> str:
    if given is None:
        return "-"
    if isinstance(given, timedelta):
        return str(timedelta(seconds=round(given.total_seconds())))
    return f"{given:,}" if isinstance(given, int) else f"{given:.4g}"
