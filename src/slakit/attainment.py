"""Attainment: the share of promises kept, with its denominator, its bounds, and the tickets behind it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from slakit._tidy import Tidy
from slakit._time import NAT, instant, utc
from slakit._value import value
from slakit.errors import QueryError
from slakit.stats import proportion
from slakit.ticket_fields import latest_field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slakit._table import Table
    from slakit.judgement import Judgement

CYCLE_KEYS = ("metric", "policy", "policy_version", "priority", "agent", "team")
COUNTS = ("met", "breached", "breached_open", "within", "cancelled", "not_applicable", "removed")


@value(repr=False)
class AttainmentGroup:
    """Attainment of one group of cycles.

    Attributes:
        group: (key, value) pairs that the group shares; empty for all cycles.
        met: cycles that ended in time.
        breached: cycles past their target, ended or still open.
        breached_open: those of them that are still open.
        within: open cycles that are still in time; not in the denominator.
        cancelled: cycles that ended otherwise in time; not in the denominator.
        not_applicable: cycles without a target.
        removed: cycles of tickets that were merged, deleted or marked as spam; in no count above.
        in_time_eventually: share estimated to stop within the target, open cycles taken as censored and
            cancelled ones as a competing end (Aalen-Johansen on the consumed share at 1); None without cycles.
        tickets: ids behind the denominator, ascending.
        confidence: level of the interval.
    """

    group: tuple[tuple[str, Any], ...]
    met: int
    breached: int
    breached_open: int
    within: int
    cancelled: int
    not_applicable: int
    removed: int
    in_time_eventually: float | None
    tickets: tuple[str | int, ...]
    confidence: float = 0.95

    @property
    def n(self) -> int:
        """The denominator: met and breached."""
        return self.met + self.breached

    @property
    def value(self) -> float | None:
        """Met / (met + breached), open breaches included; None without any."""
        return self.met / self.n if self.n else None

    @property
    def closed_value(self) -> float | None:
        """Met / (met + breached) of the cycles that have ended; None without any."""
        closed = self.n - self.breached_open
        return self.met / closed if closed else None

    @property
    def low(self) -> float | None:
        """Lower limit of the Wilson interval; None without a denominator."""
        return proportion(self.met, self.n, confidence=self.confidence).low if self.n else None

    @property
    def high(self) -> float | None:
        """Upper limit of the Wilson interval; None without a denominator."""
        return proportion(self.met, self.n, confidence=self.confidence).high if self.n else None

    @property
    def worst(self) -> float | None:
        """The share if every cycle that is still in time fails."""
        whole = self.n + self.within
        return self.met / whole if whole else None

    @property
    def best(self) -> float | None:
        """The share if every cycle that is still in time succeeds."""
        whole = self.n + self.within
        return (self.met + self.within) / whole if whole else None

    def __repr__(self) -> str:
        """A sentence: the share, its counts and its interval."""
        name = ", ".join(f"{key} {given}" for key, given in self.group) or "all"
        if self.value is None or self.low is None or self.high is None:
            return f"<{name}: no cycle met or breached yet, {self.within} within>"
        return f"<{name}: {self.value:.1%} of {self.n} met ({self.low:.1%} to {self.high:.1%}), {self.within} still within>"


@value(repr=False)
class Attainment(Tidy):
    """Attainment by group; without groups, one row for all.

    Attributes:
        by: the keys of the groups.
        groups: a row a group, ascending by group.
        since: first instant of the window, us, or None.
        until: end of the window (not in it), us, or None.
        as_of: instant up to which the log is known, us.
    """

    by: tuple[str, ...]
    groups: tuple[AttainmentGroup, ...]
    since: int | None
    until: int | None
    as_of: int

    def _only(self) -> AttainmentGroup:
        if self.by:
            message = f"this attainment is by {', '.join(self.by)}: ask one of .groups, or leave out by="
            raise QueryError(message, code="grouped", by=self.by)
        return self.groups[0]

    @property
    def value(self) -> float | None:
        """Met / (met + breached) of all; see `AttainmentGroup.value`."""
        return self._only().value

    @property
    def n(self) -> int:
        """The denominator of all."""
        return self._only().n

    @property
    def low(self) -> float | None:
        """Lower limit of the interval."""
        return self._only().low

    @property
    def high(self) -> float | None:
        """Upper limit of the interval."""
        return self._only().high

    @property
    def tickets(self) -> tuple[str | int, ...]:
        """Ids behind the denominator."""
        return self._only().tickets

    def to_dict(self) -> dict[str, list[Any]]:
        """A row a group: its keys, the share, limits, bounds and counts."""
        plain: dict[str, list[Any]] = {key: [dict(row.group).get(key) for row in self.groups] for key in self.by}
        for name in ("value", "n", "low", "high", "closed_value", "worst", "best", "in_time_eventually", *COUNTS):
            plain[name] = [getattr(row, name) for row in self.groups]
        return plain

    def table(self) -> "Table":
        """The rows as a tidy table for pandas, polars, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        return Table(self.to_dict(), title=f"attainment as of {utc(self.as_of):%Y-%m-%d %H:%M}Z")

    def __repr__(self) -> str:
        """A line a group."""
        return "\n".join(map(repr, self.groups)) or "<no cycle>"


def attainment(
    judgement: "Judgement", *, by: Sequence[str] | str = (), since: Any = None, until: Any = None, confidence: float = 0.95
) -> Attainment:
    """The share of promises kept (SPEC 7): met / (met + breached), breaches of open cycles included.

    A cycle belongs to the window in which its outcome became a fact: met at its stop, breached at the
    breach. A clock that goes on over reopenings counts a ticket once, by its latest outcome in the window.

    Args:
        judgement: judged cycles.
        by: keys of the groups: ``"metric"``, ``"policy"``, ``"policy_version"``, ``"priority"``,
            ``"agent"``, ``"team"`` (responsible at the end), or a field of the ticket, as last known.
        since: first instant of the window; None: from the beginning.
        until: end of the window, not in it; None: up to ``as_of``.
        confidence: level of the Wilson interval.

    Raises:
        QueryError: ``unknown_key``; ``empty_window``.
    """
    keys = (by,) if isinstance(by, str) else tuple(by)
    low = None if since is None else instant(since)
    high = None if until is None else instant(until)
    if low is not None and high is not None and low >= high:
        message = f"the window from {utc(low)} to {utc(high)} is empty: give since before until"
        raise QueryError(message, code="empty_window", since=low, until=high)
    verdict = Named(*judgement.coded("verdict"))
    fact_at = _facts(judgement, verdict)
    kept = np.ones(len(verdict.codes), np.bool_)
    decided = fact_at != NAT
    if low is not None:
        kept &= ~decided | (fact_at >= low)
    if high is not None:
        kept &= ~decided | (fact_at < high)
    kept &= _latest(judgement, fact_at, kept)
    groups = _grouped([_labels(judgement, key) for key in keys], np.flatnonzero(kept))
    rows = [
        _group(judgement, tuple(zip(keys, group, strict=True)), members, verdict, confidence)
        for group, members in sorted(groups, key=lambda item: tuple((given is not None, str(given)) for given in item[0]))
    ]
    return Attainment(keys, tuple(rows), low, high, judgement.as_of)


class Named(NamedTuple):
    """A column of few distinct values.

    Attributes:
        codes: int[n].
        names: what the codes stand for.
    """

    codes: "NDArray[np.integer[Any]]"
    names: list[Any]

    def among(self, *values: Any) -> "NDArray[np.bool_]":
        """Which rows have one of some values."""
        wanted = [number for number, name in enumerate(self.names) if name in values]
        return np.isin(self.codes, wanted)


def _facts(judgement: "Judgement", verdict: Named) -> "NDArray[np.int64]":
    """The instant at which each outcome became a fact, us; `NAT` while undecided."""
    stopped = judgement.column("stopped_at").astype(np.int64)
    fact_at = np.where(verdict.among("met", "cancelled"), stopped, NAT)
    breached = verdict.among("breached")
    return np.where(breached, judgement.column("breached_at"), fact_at) if breached.any() else fact_at


def _latest(judgement: "Judgement", fact_at: "NDArray[np.int64]", kept: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    """For clocks that go on over reopenings: only a ticket's last decided cycle in the window."""
    metric = Named(*judgement.coded("metric"))
    goes_on = metric.among(*(one.name for one in judgement.metrics if one.accumulates))
    chosen = np.ones(len(fact_at), np.bool_)
    rows = np.flatnonzero(kept & goes_on & (fact_at != NAT))
    if len(rows):
        ticket = judgement.column("ticket")
        again = (metric.codes[rows[1:]] == metric.codes[rows[:-1]]) & (ticket[rows[1:]] == ticket[rows[:-1]])
        chosen[rows[:-1][again]] = False
    return chosen


def _labels(judgement: "Judgement", key: str) -> Named:
    if key in CYCLE_KEYS:
        return Named(*judgement.coded(key))
    columns = judgement.log.columns().cut(judgement.as_of)
    codes, values = latest_field(columns, key, also=CYCLE_KEYS)
    place = np.searchsorted(columns.tickets, judgement.column("ticket"))
    return Named(np.where(codes < 0, len(values), codes)[place], [*values, None])


def _grouped(labels: Sequence[Named], rows: "NDArray[np.int64]") -> "list[tuple[tuple[Any, ...], NDArray[np.int64]]]":
    """The rows of each combination of labels; without labels, all rows."""
    if not labels:
        return [((), rows)]
    combined = np.zeros(len(rows), np.int64)
    for label in labels:
        combined = combined * len(label.names) + label.codes[rows]
    order = np.argsort(combined, kind="stable")
    distinct, begins = np.unique(combined[order], return_index=True)
    parts = np.split(rows[order], begins[1:]) if len(distinct) else ()
    return [(tuple(label.names[label.codes[members[0]]] for label in labels), members) for members in parts]


def _group(
    judgement: "Judgement", group: tuple[tuple[str, Any], ...], rows: "NDArray[np.int64]", verdict: Named, confidence: float
) -> AttainmentGroup:
    removed = ~Named(*judgement.coded("removed")).among(None)[rows]
    live = rows[~removed]
    counts = {name: int(np.count_nonzero(verdict.among(name)[live])) for name in verdict.names}
    still_open = Named(*judgement.coded("phase")).among("running", "paused")[live]
    breached_open = int(np.count_nonzero(verdict.among("breached")[live] & still_open))
    decided = live[verdict.among("met", "breached")[live]]
    return AttainmentGroup(
        group, counts.get("met", 0), counts.get("breached", 0), breached_open, counts.get("within", 0), counts.get("cancelled", 0),
        counts.get("not_applicable", 0), int(np.count_nonzero(removed)), _eventually(judgement, live[~verdict.among("not_applicable")[live]]),
        tuple(np.unique(judgement.column("ticket")[decided]).tolist()), confidence,
    )  # fmt: skip


def _eventually(judgement: "Judgement", rows: "NDArray[np.int64]") -> float | None:
    """Aalen-Johansen share that stops by a consumed share of 1."""
    from slakit.stats import aalen_johansen  # noqa: PLC0415 - only attainment pays for it

    consumed = judgement.column("consumed")[rows]
    with_share = np.array([given is not None for given in consumed], np.bool_)
    if not with_share.any():
        return None
    phase = judgement.column("phase")[rows][with_share]
    causes = [ended if ended in {"stopped", "cancelled"} else None for ended in phase.tolist()]
    if "stopped" not in causes:
        return 0.0
    curve = aalen_johansen(consumed[with_share].astype(np.float64), causes)
    return float(curve.incidence("stopped", 1.0))
