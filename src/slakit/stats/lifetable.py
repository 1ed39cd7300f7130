"""The life table: how many ended, stayed open and came into view at each duration; the sufficient statistic of survival."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from slakit._value import value
from slakit.errors import MergeError, StatsError
from slakit.stats.arrays import Numbers, as_numbers, frozen, same_length
from slakit.stats.quantiles import refuse_units

_EXACT = 2**53
_PACKABLE = 2**55
_BYTE = 8


@value(eq=False)
class LifeTable:
    """Counts at each distinct duration, ascending: a monoid whose sum is exact.

    Attributes:
        times: the durations, int64 or float64; those at which something entered stand there too.
        ended: how many ended at each duration, one row a cause.
        censored: how many were still open when last seen, at each duration.
        entered: how many came into view only at each duration (left truncation), at risk after
            it; None where all were in view from the start.
        causes: the names of the rows of ``ended``.
        timed: whether ``times`` are durations in us.
    """

    times: Numbers
    ended: NDArray[np.int64]
    censored: NDArray[np.int64]
    entered: NDArray[np.int64] | None = None
    causes: tuple[str, ...] = ("event",)
    timed: bool = False

    def __attrs_post_init__(self) -> None:
        """Close the arrays for writing."""
        for array in self._arrays():
            frozen(array)

    @classmethod
    def empty(cls, *, causes: tuple[str, ...] = ("event",), timed: bool = False) -> Self:
        """The table of nobody."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, np.zeros((len(causes), 0), dtype=np.int64), none.copy(), None, causes, timed)

    @classmethod
    def of(cls, durations: Any, codes: NDArray[Any], *, causes: tuple[str, ...] = ("event",), entry: Any = None) -> Self:
        """Count rows.

        Args:
            durations: how long each lasted, or lasts so far.
            codes: per row the index of its cause; ``len(causes)`` stands for still open.
            causes: the names of the ends.
            entry: at which duration each came into view; 0 or None is from the start.

        Raises:
            StatsError: ``negative_duration``, ``infinite_duration``, ``bad_entry``,
                ``unequal_lengths``, ``missing_value``.
        """
        given, timed = as_numbers(durations, what="durations")
        same_length(codes, len(given), "observed")
        if not len(given):
            return cls.empty(causes=causes, timed=timed)
        if given.min() < 0:
            message = f"durations go down to {given.min()}, but a duration is at least 0"
            raise StatsError(message, code="negative_duration", given=given.min().item())
        if given.dtype.kind == "f" and np.isinf(given.max()):
            message = "durations hold infinity: give how long it lasts so far, and mark it as not observed"
            raise StatsError(message, code="infinite_duration")
        late = _entries(entry, given)
        if late is not None:
            return cls._late(given, codes, causes, late, timed=timed)
        times, counts = _counted(given, codes, len(causes) + 1)
        return cls(times, counts[:-1], counts[-1], None, causes, timed)

    @classmethod
    def _late(cls, given: Numbers, codes: NDArray[Any], causes: tuple[str, ...], late: Numbers, *, timed: bool) -> Self:
        """As `of`, with entries after the start as rows of a kind of their own."""
        kinds = len(causes) + 2
        rows = np.concatenate([codes.astype(np.int64), np.full(len(late), kinds - 1)])
        times, counts = _counted(np.concatenate([given, late]), rows, kinds)
        return cls(times, counts[:-2], counts[-2], counts[-1], causes, timed)

    @property
    def n(self) -> int:
        """How many rows were counted."""
        return int(self.ended.sum()) + int(self.censored.sum())

    @property
    def open(self) -> int:
        """How many were still open when last seen."""
        return int(self.censored.sum())

    def at_risk(self) -> NDArray[np.int64]:
        """How many were in view and not yet ended just before each duration."""
        risk = np.zeros(len(self.times), dtype=np.int64)
        n = self.n
        if not len(risk):
            return risk
        after = risk[1:]
        for row in (*self.ended, self.censored):
            after += row[:-1]
        if self.entered is not None:
            after -= self.entered[:-1]
            n -= int(self.entered.sum())
        np.cumsum(after, out=after)
        return np.subtract(n, risk, out=risk)

    def __add__(self, other: object) -> Self:
        """Pool two tables that have no row in common.

        Raises:
            MergeError: ``cause_mismatch``, ``unit_mismatch``, ``inexact_times``.
        """
        if not isinstance(other, LifeTable):
            return NotImplemented
        if self.causes != other.causes:
            message = f"one side ends by {self.causes}, the other by {other.causes}: count both by the same causes"
            raise MergeError(message, code="cause_mismatch", given=(self.causes, other.causes))
        if not len(other.times) or not len(self.times):
            one = self if len(self.times) else other
            return type(self)(one.times, one.ended, one.censored, one.entered, one.causes, one.timed)
        refuse_units(self.timed, other.timed)
        first, second = _same_kind(self.times, other.times)
        times = np.concatenate([first, second])
        order = np.argsort(times, kind="stable")
        times = times[order]
        starts = np.flatnonzero(np.concatenate([[True], times[1:] != times[:-1]]))

        def pooled(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.add.reduceat(np.concatenate([a, b], axis=-1)[..., order], starts, axis=-1)

        return type(self)(
            times[starts],
            pooled(self.ended, other.ended),
            pooled(self.censored, other.censored),
            None if self.entered is None and other.entered is None else pooled(self._entered(), other._entered()),
            self.causes,
            self.timed,
        )

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same counts; of tables without rows the unit does not count."""
        if not isinstance(other, LifeTable):
            return NotImplemented
        return (
            self.causes == other.causes
            and (self.timed == other.timed or not len(self.times))
            and (self.entered is None) == (other.entered is None)
            and all(np.array_equal(mine, theirs) for mine, theirs in zip(self._arrays(), other._arrays(), strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def _entered(self) -> NDArray[np.int64]:
        return np.zeros(len(self.times), dtype=np.int64) if self.entered is None else self.entered

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        arrays = (self.times, self.ended, self.censored)
        return arrays if self.entered is None else (*arrays, self.entered)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same value."""
        return {
            "times": self.times.tolist(),
            "ended": {cause: row.tolist() for cause, row in zip(self.causes, self.ended, strict=True)},
            "censored": self.censored.tolist(),
            "entered": None if self.entered is None else self.entered.tolist(),
            "timed": self.timed,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that gave `to_dict`."""
        whole = all(isinstance(time, int) for time in data["times"])
        times = np.array(data["times"], dtype=np.int64 if whole else np.float64)
        causes = tuple(data["ended"])
        ended = np.array([data["ended"][cause] for cause in causes], dtype=np.int64).reshape(len(causes), len(times))
        entered = None if data["entered"] is None else np.array(data["entered"], dtype=np.int64)
        return cls(times, ended, np.array(data["censored"], dtype=np.int64), entered, causes, data["timed"])


def _entries(entry: Any, durations: Numbers) -> Numbers | None:
    """The entries after the start; None where all were in view from the start."""
    if entry is None:
        return None
    given, _ = as_numbers(entry, what="entry")
    same_length(given, len(durations), "entry")
    wrong = np.flatnonzero((given < 0) | ((given > 0) & (given >= durations)))
    if len(wrong):
        row = int(wrong[0])
        message = (
            f"row {row} comes into view at {given[row]} but lasts until {durations[row]}: entry must be at least 0 and lie before the end"
        )
        raise StatsError(message, code="bad_entry", row=row, given=given[row].item())
    late: Numbers = given[given > 0]
    return late if len(late) else None


def _counted(given: Numbers, codes: NDArray[Any], kinds: int) -> tuple[Numbers, NDArray[np.int64]]:
    """Distinct values ascending, and how many rows of each kind stand at each."""
    bits = (kinds - 1).bit_length()
    if given.dtype.kind == "i" and bits < _BYTE and given.max() < _PACKABLE:
        packed = given << bits
        packed |= codes
        packed.sort()
        ordered = packed.astype("<i8", copy=False).view(np.uint8)[::8] & np.uint8((1 << bits) - 1)
        packed >>= bits
        times = packed
    else:
        order = np.argsort(given, kind="stable")
        times, ordered = given[order], codes[order].astype(np.uint8)
    fresh = np.empty(len(times), dtype=np.bool_)
    fresh[0] = True
    np.not_equal(times[1:], times[:-1], out=fresh[1:])
    repeated = np.flatnonzero(~fresh)
    counts = np.empty((kinds, len(times) - len(repeated)), dtype=np.int64)
    if len(repeated) > len(times) // 2:
        starts = np.flatnonzero(fresh)
        for kind in range(kinds):
            np.add.reduceat(ordered == kind, starts, dtype=np.int64, out=counts[kind])
        return times[starts], counts
    first = ordered[fresh]
    for kind in range(kinds):
        np.equal(first, kind, out=counts[kind], casting="unsafe")
    np.add.at(counts, (ordered[repeated], repeated - np.arange(1, len(repeated) + 1)), 1)
    return times[fresh], counts


def _same_kind(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Two arrays of times as one kind, without rounding.

    Raises:
        MergeError: ``inexact_times``.
    """
    if first.dtype == second.dtype:
        return first, second
    for side in (first, second):
        if side.dtype.kind == "i" and side[-1] > _EXACT:
            message = f"one side holds whole numbers up to {side[-1]}, the other floats, which cannot hold them exactly: give both as whole numbers"
            raise MergeError(message, code="inexact_times", given=side[-1].item())
    return first.astype(np.float64), second.astype(np.float64)
