"""One summary of a set of durations, in which the open ones count for what they are."""

from datetime import timedelta
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from slakit._table import Table
from slakit._time import span_text
from slakit._value import value
from slakit.errors import MergeError, StatsError
from slakit.stats.arrays import Numbers, as_flags, as_level, as_numbers, out
from slakit.stats.competing import AalenJohansen
from slakit.stats.interval import Interval
from slakit.stats.lifetable import LifeTable
from slakit.stats.proportions import Share
from slakit.stats.quantiles import table_quantile
from slakit.stats.survival import KaplanMeier

FINISHED, CANCELLED = "finished", "cancelled"
_CAUSES = (FINISHED, CANCELLED)
_OPEN = len(_CAUSES)


@value(repr=False)
class Durations:
    """How long a set of cycles took, or takes so far: a monoid.

    Cancelled cycles end without finishing: the curve treats them as seen only so long, and
    `incidence` as an end that competes.

    Attributes:
        table: how many finished, were cancelled and are open at each duration, in us.
        consumed: the same by share of the target, None where no targets were given.
    """

    table: LifeTable
    consumed: LifeTable | None = None

    @classmethod
    def empty(cls) -> Self:
        """The summary of nothing."""
        return cls(LifeTable.empty(causes=_CAUSES, timed=True))

    @classmethod
    def of(cls, durations: Any, observed: Any = None, *, cancelled: Any = None, entry: Any = None, target: Any = None) -> Self:
        """Count cycles.

        Args:
            durations: how long each took or takes so far: us as whole numbers, or durations.
            observed: per cycle whether it finished; None: all did.
            cancelled: per cycle whether it was called off; None: none was.
            entry: at which duration each came into view; 0 is from the start.
            target: one target for all, or one a cycle, in the kind of ``durations``.

        Raises:
            StatsError: as `kaplan_meier`; ``bad_target``; ``finished_and_cancelled``;
                ``not_microseconds``.
        """
        given, _ = as_numbers(durations, what="durations")
        if given.dtype.kind == "f" and len(given):
            message = "durations are floats: give whole microseconds or timedelta, so that sums stay exact"
            raise StatsError(message, code="not_microseconds")
        codes = _codes(observed, cancelled, len(given))
        spans = given.astype("m8[us]")
        late = None if entry is None else as_numbers(entry, what="entry")[0].astype("m8[us]")
        table = LifeTable.of(spans, codes, causes=_CAUSES, entry=late)
        if target is None:
            return cls(table)
        limits = _targets(target, len(given))
        return cls(
            table, LifeTable.of(given / limits, codes, causes=_CAUSES, entry=None if late is None else late.astype(np.int64) / limits)
        )

    def __add__(self, other: object) -> Self:
        """Pool two sets that have no cycle in common; exact.

        Raises:
            MergeError: ``target_mismatch`` where only one side was given targets.
        """
        if not isinstance(other, Durations):
            return NotImplemented
        if self.n and other.n and (self.consumed is None) != (other.consumed is None):
            message = "one side was given targets and the other was not: give both, or neither"
            raise MergeError(message, code="target_mismatch")
        sides = [side.consumed for side in (self, other) if side.consumed is not None]
        consumed = sides[0] + sides[1] if len(sides) == len(_CAUSES) else (sides[0] if sides else None)
        return type(self)(self.table + other.table, consumed)

    @property
    def n(self) -> int:
        """How many cycles."""
        return self.table.n

    @property
    def finished(self) -> int:
        """How many finished."""
        return int(self.table.ended[0].sum())

    @property
    def cancelled(self) -> int:
        """How many were called off."""
        return int(self.table.ended[1].sum())

    @property
    def open(self) -> int:
        """How many are still open."""
        return self.table.open

    @cached_property
    def kaplan_meier(self) -> KaplanMeier:
        """The survival curve; cancelled cycles are seen only until they were called off."""
        return KaplanMeier(_only_finished(self.table))

    @property
    def median(self) -> timedelta | None:
        """The Kaplan-Meier median, which knows of the open ones; None where too few have finished."""
        return self.quantile(0.5)

    @property
    def p90(self) -> timedelta | None:
        """The Kaplan-Meier 90th percentile."""
        return self.quantile(0.9)

    def quantile(self, q: float) -> timedelta | None:
        """The least duration by which the share ``q`` is finished, see `KaplanMeier.quantile`.

        Raises:
            StatsError: ``bad_level``.
        """
        found: timedelta | None = self.kaplan_meier.quantile(q)
        return found

    def quantile_interval(self, q: float, *, confidence: float = 0.95) -> Interval:
        """The interval of `quantile`, ends as timedeltas.

        Raises:
            StatsError: ``bad_level``, ``bad_confidence``.
        """
        return self.kaplan_meier.quantile_interval(q, confidence=confidence)

    @property
    def finished_median(self) -> timedelta | None:
        """The median of the finished ones alone: too short wherever slow ones are still open."""
        return self.finished_quantile(0.5)

    def finished_quantile(self, q: float, *, method: str = "linear") -> timedelta | None:
        """A quantile of the finished ones alone, ``linear`` or ``inverted_cdf``, see `quantile`.

        Raises:
            StatsError: ``bad_level``, ``unknown_method``.
        """
        found = table_quantile(self.table.times, self.table.ended[0], as_level(q), method)
        return None if found is None else out(found, timed=True)

    def mean(self, *, ignore_open: bool = False) -> timedelta | None:
        """The mean of the finished ones; None of nothing.

        Args:
            ignore_open: say so when the open ones are to be left out of the mean.

        Raises:
            StatsError: ``open_cycles`` where some are open and ``ignore_open`` is not set.
        """
        if self.open and not ignore_open:
            message = (
                f"{self.open:,} of {self.n:,} are still open, so their durations are not known yet and the mean of the rest is too low: "
                "use .median or .kaplan_meier.rmst(t), or pass ignore_open=True for the mean of the finished ones"
            )
            raise StatsError(message, code="open_cycles", open=self.open, n=self.n)
        count = self.finished
        return timedelta(microseconds=round(_weighted(self.table.times, self.table.ended[0]) / count)) if count else None

    @property
    def max(self) -> timedelta | None:
        """The longest duration seen, open ones included: those may grow yet."""
        seen = np.flatnonzero(self.table.ended.sum(axis=0) + self.table.censored)
        return out(self.table.times[seen[-1]], timed=True) if len(seen) else None

    def survival(self, t: Any) -> Any:
        """The share that takes longer than ``t``, see `KaplanMeier.survival`."""
        return self.kaplan_meier.survival(t)

    def survival_curve(self, *, confidence: float = 0.95) -> Table:
        """The survival curve as a table, see `KaplanMeier.curve`."""
        return self.kaplan_meier.curve(confidence=confidence)

    def incidence(self, cause: str, t: Any) -> float:
        """The share that is ``"finished"`` or ``"cancelled"`` by ``t``, each as an end that competes with the other."""
        return AalenJohansen(self.table).incidence(cause, t)

    def attainment(self, target: Any = None) -> Share:
        """Met out of met and breached; open ones count as breached once they are over.

        Exactly the target is met. Open or cancelled within the target is neither.

        Args:
            target: one target for all; None: those given to `of`.

        Raises:
            StatsError: ``no_target``, ``bad_target``.
        """
        table, limit = self._against(target)
        within = int(np.searchsorted(table.times, limit, side="right"))
        late = int(table.ended[:, within:].sum()) + int(table.censored[within:].sum())
        met = int(table.ended[0, :within].sum())
        return Share(met, met + late)

    def undecided(self, target: Any = None) -> int:
        """How many are open and within the target.

        Raises:
            StatsError: ``no_target``, ``bad_target``.
        """
        table, limit = self._against(target)
        return int(table.censored[: int(np.searchsorted(table.times, limit, side="right"))].sum())

    def expected_attainment(self, target: Any = None) -> float:
        """The share that will have met the target, the open ones judged by how the others went on (Aalen-Johansen at the target).

        Raises:
            StatsError: ``no_target``, ``bad_target``.
        """
        table, limit = self._against(target)
        return AalenJohansen(table).incidence(FINISHED, out(limit, timed=table.timed))

    def _against(self, target: Any) -> tuple[LifeTable, float]:
        if target is not None:
            return self.table, int(_targets(target, 1)[0])
        if self.consumed is None:
            if not self.n:
                return self.table, 0
            message = "no target was given: pass one here, or one a cycle to Durations.of(target=...)"
            raise StatsError(message, code="no_target")
        return self.consumed, 1.0

    def summary(self) -> Table:
        """The headline as one row; the title is the same as a sentence.

        Returns:
            Columns n, finished, open, cancelled, median, median_low, median_high, p90, finished_median,
            finished_mean, max (durations) and attainment (a share, None without targets).
        """
        low, high = self.quantile_interval(0.5)
        row = {
            "n": self.n,
            "finished": self.finished,
            "open": self.open,
            "cancelled": self.cancelled,
            "median": self.median,
            "median_low": low,
            "median_high": high,
            "p90": self.p90,
            "finished_median": self.finished_median,
            "finished_mean": self.mean(ignore_open=True),
            "max": self.max,
            "attainment": self.attainment().value if self.consumed is not None else None,
        }
        kinds: Any = dict.fromkeys(("median", "median_low", "median_high", "p90", "finished_median", "finished_mean", "max"), "span")
        kinds |= {"attainment": "float"}
        return Table({name: [cell] for name, cell in row.items()}, kinds=kinds, title=self.sentence)

    @property
    def sentence(self) -> str:
        """The median that knows of the open ones, beside the finished-only one, and how far they differ."""
        if not self.n:
            return "no cycles"
        counts = f"{self.n:,} cycles, {self.open:,} open" + (f", {self.cancelled:,} cancelled" if self.cancelled else "")
        whole, part = self.median, self.finished_median
        if whole is None:
            known = f"half of the finished ones took at most {_text(part)}" if part is not None else "none has finished"
            return f"{counts}: the median cannot be told yet, too few have finished; {known}"
        if part is None or part == whole or not (self.open or self.cancelled):
            return f"{counts}: median {_text(whole)}"
        gap = abs(whole - part)
        percent = f" ({100 * gap / whole:.0f}%)" if whole else ""
        return f"{counts}: median {_text(whole)}; the finished ones alone say {_text(part)}, {_text(gap)}{percent} too {'short' if part < whole else 'long'}"

    def __repr__(self) -> str:
        """As `sentence`."""
        return f"Durations: {self.sentence}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return {"table": self.table.to_dict(), "consumed": None if self.consumed is None else self.consumed.to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        consumed = data["consumed"]
        return cls(LifeTable.from_dict(data["table"]), None if consumed is None else LifeTable.from_dict(consumed))


def _text(span: timedelta | None) -> str:
    return "unknown" if span is None else span_text(span // timedelta(microseconds=1))


def _codes(observed: Any, cancelled: Any, size: int) -> NDArray[np.int8]:
    over = np.ones(size, dtype=np.bool_) if observed is None else as_flags(observed, size=size, what="observed")
    codes = np.where(over, 0, _OPEN).astype(np.int8)
    if cancelled is None:
        return codes
    off = as_flags(cancelled, size=size, what="cancelled")
    if observed is not None and (both := np.flatnonzero(off & over)).size:
        message = f"row {both[0]} is both finished and cancelled: it can have ended only one way"
        raise StatsError(message, code="finished_and_cancelled", row=int(both[0]))
    codes[off] = 1
    return codes


def _targets(target: Any, size: int) -> Numbers:
    single = isinstance(target, timedelta) or np.ndim(target) == 0
    limits, _ = as_numbers([target] if single else target, what="target")
    if (limits <= 0).any() or (not single and len(limits) != size):
        message = f"a target must be longer than 0, one for all or one a cycle ({size}), not {target!r}"
        raise StatsError(message, code="bad_target", given=target)
    return np.broadcast_to(limits, size) if single else limits


def _only_finished(table: LifeTable) -> LifeTable:
    return LifeTable(table.times, table.ended[:1], table.censored + table.ended[1], table.entered, (FINISHED,), table.timed)


def _weighted(times: Numbers, counts: NDArray[np.int64]) -> int:
    """The exact sum of times, each as often as it was counted."""
    kept = np.flatnonzero(counts)
    low, high = times[kept] & 0xFFFFFFFF, times[kept] >> 32
    if len(kept) and int(counts.sum()) < 1 << 31:
        return (int((high * counts[kept]).sum()) << 32) + int((low * counts[kept]).sum())
    return sum(time * count for time, count in zip(times[kept].tolist(), counts[kept].tolist(), strict=True))
