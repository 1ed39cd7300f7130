"""Two judgements of one log side by side: what differs per ticket, in attainment and in money."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slakit._tidy import Tidy
from slakit._time import NAT, utc
from slakit._value import value
from slakit.errors import QueryError
from slakit.verdict import JudgedCycle

if TYPE_CHECKING:
    from slakit._table import Table
    from slakit.attainment import AttainmentGroup
    from slakit.judgement import Judgement
    from slakit.money import Money

_COLUMNS = ("verdict", "target_us", "due_at", "overrun_us", "breached_at")
_READ = ("verdict", "target_us", "due_us", "overrun_us", "breached_us")


@value(repr=False)
class Difference:
    """A cycle that is judged differently; a side without the cycle is None.

    Attributes:
        ticket: id of the ticket.
        metric: id of the clock.
        ordinal: number of the cycle.
        verdicts: before and after.
        targets_us: before and after, us of working time.
        due_us: before and after, us.
        overruns_us: before and after, us of working time.
        breached_us: before and after, us.
    """

    ticket: str | int
    metric: str
    ordinal: int
    verdicts: tuple[str | None, str | None]
    targets_us: tuple[int | None, int | None]
    due_us: tuple[int | None, int | None]
    overruns_us: tuple[int | None, int | None]
    breached_us: tuple[int | None, int | None]

    @property
    def turned(self) -> bool:
        """Whether the verdict itself differs."""
        return self.verdicts[0] != self.verdicts[1]

    @property
    def due_at(self) -> tuple[datetime | None, datetime | None]:
        """The deadlines before and after, UTC."""
        before, after = self.due_us
        return None if before is None else utc(before), None if after is None else utc(after)

    @property
    def later(self) -> timedelta | None:
        """How much later the deadline is; None where a side has none."""
        before, after = self.due_us
        return None if before is None or after is None else timedelta(microseconds=after - before)

    def __repr__(self) -> str:
        """A sentence: which cycle, from which verdict and deadline to which."""
        dues = [f" due {moment:%Y-%m-%d %H:%M:%S}Z" if moment is not None else "" for moment in self.due_at]
        before, after = (verdict or "no such cycle" for verdict in self.verdicts)
        return f"<{self.ticket} {self.metric} {self.ordinal}: {before}{dues[0]} -> {after}{dues[1]}>"


@value(eq=False, repr=False)
class Comparison(Tidy):
    """Two judgements of the same log.

    Attributes:
        before: the judgement that was there.
        after: the other one.
        differences: the cycles whose verdict, target, deadline or overrun differs, by metric, ticket and ordinal.
    """

    before: "Judgement"
    after: "Judgement"
    differences: tuple[Difference, ...]

    @property
    def tickets(self) -> tuple[str | int, ...]:
        """The tickets with a verdict that differs, in order of the differences."""
        return tuple(dict.fromkeys(one.ticket for one in self.differences if one.turned))

    @property
    def attainment(self) -> "dict[str, tuple[AttainmentGroup | None, AttainmentGroup | None]]":
        """Attainment by metric, before and after; None where a side does not have the metric."""
        sides = [{dict(one.group)["metric"]: one for one in side.attainment(by="metric").groups} for side in (self.before, self.after)]
        return {metric: (sides[0].get(metric), sides[1].get(metric)) for metric in dict.fromkeys([*sides[0], *sides[1]])}

    @property
    def money(self) -> "dict[str, tuple[Money | None, Money | None]]":
        """Penalties by currency, before and after; None where a side has none in it."""
        sides = [side.penalties().totals for side in (self.before, self.after)]
        return {currency: (sides[0].get(currency), sides[1].get(currency)) for currency in sorted({*sides[0], *sides[1]})}

    def to_dict(self) -> dict[str, list[Any]]:
        """The differences as columns: lists of ids, verdicts, spans (us) and aware UTC datetimes."""
        rows = self.differences
        plain: dict[str, list[Any]] = {name: [getattr(one, name) for one in rows] for name in ("ticket", "metric", "ordinal")}
        for place, side in enumerate(("before", "after")):
            plain[f"verdict_{side}"] = [one.verdicts[place] for one in rows]
            plain[f"target_us_{side}"] = [one.targets_us[place] for one in rows]
            plain[f"due_at_{side}"] = [one.due_at[place] for one in rows]
            plain[f"overrun_us_{side}"] = [one.overruns_us[place] for one in rows]
        return plain

    def table(self) -> "Table":
        """The differences as a tidy table for pandas, polars, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        return Table(self.to_dict(), title=repr(self))

    def __repr__(self) -> str:
        """A sentence: how many cycles differ, how many verdicts turned, and how attainment changed."""
        turned = sum(one.turned for one in self.differences)
        shares = []
        for metric, (before, after) in self.attainment.items():
            if before is not None and after is not None and before.value != after.value:
                first, second = (f"{one.value:.1%}" if one.value is not None else "none" for one in (before, after))
                shares.append(f"{metric} {first} -> {second}")
        return (
            f"<Comparison: {len(self.differences):,} cycles differ, {turned:,} verdicts" + "".join(f"; {share}" for share in shares) + ">"
        )


def compare(before: "Judgement", after: "Judgement") -> Comparison:
    """Put two judgements of the same log side by side: other policies, schedules or metric variants.

    Raises:
        QueryError: ``other_log``, ``other_as_of``: they would differ for other reasons than their policies.
    """
    if before.as_of != after.as_of:
        message = f"one judgement is as of {utc(before.as_of)}, the other as of {utc(after.as_of)}: judge both as of the same instant"
        raise QueryError(message, code="other_as_of", before=before.as_of, after=after.as_of)
    if before.log is not after.log and before.log != after.log:
        message = "the two judgements are of different logs: judge the same log twice"
        raise QueryError(message, code="other_log")
    found = _from_columns(before, after) if before.engine == after.engine == "column" else None
    return Comparison(before, after, _from_rows(before, after) if found is None else found)


def _from_columns(before: "Judgement", after: "Judgement") -> tuple[Difference, ...] | None:
    """The differences where both judgements have the same cycles, column by column; None where they do not."""
    import numpy as np  # noqa: PLC0415 - numpy only for columns

    keys = ("metric", "ticket", "ordinal")
    if len(before) != len(after) or not all(np.array_equal(before.column(key), after.column(key)) for key in keys):
        return None
    columns = [(before.column(name), after.column(name)) for name in _COLUMNS]
    differs = np.zeros(len(before), np.bool_)
    for one, other in columns:
        differs |= one != other
    rows = np.flatnonzero(differs)
    named = [before.column(key)[rows].tolist() for key in ("ticket", "metric", "ordinal")]
    pairs = [zip(_plain(one[rows].tolist()), _plain(other[rows].tolist()), strict=True) for one, other in columns]
    return tuple(Difference(*each) for each in zip(*named, *pairs, strict=True))


def _plain(given: list[Any]) -> list[Any]:
    return [None if one == NAT else one for one in given]


def _from_rows(before: "Judgement", after: "Judgement") -> tuple[Difference, ...]:
    sides = [{(row.metric.name, row.ticket, row.run.ordinal): row for row in side} for side in (before, after)]
    found = []
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        pair = sides[0].get(key), sides[1].get(key)
        read = [(_of(pair[0], name), _of(pair[1], name)) for name in _READ]
        if any(one != other for one, other in read):
            metric, ticket, ordinal = key
            found.append(Difference(ticket, metric, ordinal, *read))
    return tuple(found)


def _of(row: JudgedCycle | None, name: str) -> Any:
    return None if row is None else getattr(row, name)
