"""The arrays behind `Cycles`: from rows, or from what the column interpreter found."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT
from slakit.columns.interpret import blocks
from slakit.columns.numbering import told_apart
from slakit.columns.run_columns import RunColumns
from slakit.columns.situations import agents
from slakit.cycles import COLUMNS, SPANS, Cycle
from slakit.events.kinds import GONE_KINDS, EventKind
from slakit.machine.metric import Metric
from slakit.machine.table import State

if TYPE_CHECKING:
    from slakit.columns.block import Bools, Ints, Numbers
    from slakit.events.columns import EventColumns

CODED = ("metric", "phase", "cause", "agent", "team", "removed")
"""Columns of few distinct values."""


def arrays_of_rows(rows: Sequence[Cycle]) -> dict[str, Any]:
    """Rows as arrays."""
    return {name: array_of_rows(rows, name) for name in COLUMNS}


def array_of_rows(rows: Sequence[Cycle], name: str) -> NDArray[Any]:
    """One column of some rows as an array."""
    if name == "started_at":
        return np.array([row.started_us for row in rows], np.int64).view("datetime64[us]")
    if name == "stopped_at":
        return np.array([NAT if row.stopped_us is None else row.stopped_us for row in rows], np.int64).view("datetime64[us]")
    given = [getattr(row, name) for row in rows]
    return np.array(given, np.int64) if name in SPANS or name == "ordinal" else objects(given)


def objects(given: Sequence[Any]) -> NDArray[np.object_]:
    """An object array that never turns nested values into further dimensions."""
    array = np.empty(len(given), dtype=object)
    array[:] = given if len(given) else None
    return array


Coded = tuple[NDArray[np.integer[Any]], list[Any]]
"""Codes, and the values that they stand for."""


def factorized(values: Sequence[Any]) -> Coded:
    """Values as codes, in order of first appearance."""
    numbers: dict[Any, int] = {}
    distinct: list[Any] = []
    codes = np.empty(len(values), np.int64)
    for place, one in enumerate(values):
        code = codes[place] = numbers.setdefault(told_apart(one), len(numbers))
        if code == len(distinct):
            distinct.append(one)
    return codes, distinct


def spelled(coded: Coded) -> NDArray[Any]:
    """Codes as the values that they stand for."""
    codes, names = coded
    return objects(names)[codes] if len(codes) else objects([])


class RowArrays:
    """The columns of cycles that were measured one by one."""

    def __init__(self, rows: Sequence[Cycle]) -> None:
        """Columns of some rows."""
        self.rows = rows
        self._known: dict[str, NDArray[Any]] = {}

    def column(self, name: str) -> NDArray[Any]:
        """One column."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = array_of_rows(self.rows, name)
        return found

    def coded(self, name: str) -> Coded:
        """A column of few distinct values as codes."""
        return factorized(self.column(name).tolist())


class RunArrays:
    """The columns of cycles that the column interpreter found, each worked out when it is asked for.

    Attributes:
        runs: the cycles.
        columns: the events known.
        metrics: the clocks.
        regular: which tickets are regular.
    """

    def __init__(self, runs: RunColumns, columns: "EventColumns", metrics: Sequence[Metric], regular: "Bools") -> None:
        """Columns of some cycles."""
        self.runs = runs
        self.columns = columns
        self.metrics = metrics
        self.regular = regular
        self._holding: tuple[Coded, Coded] | None = None

    def column(self, name: str) -> NDArray[Any]:
        """One column."""
        runs = self.runs
        if name in CODED:
            return spelled(self.coded(name))
        plain: dict[str, Any] = {
            "ticket": lambda: self.columns.tickets[runs.ticket],
            "ordinal": lambda: runs.ordinal,
            "started_at": lambda: runs.started.view("datetime64[us]"),
            "stopped_at": lambda: np.where(runs.stop >= 0, runs.end, NAT).view("datetime64[us]"),
            "elapsed_us": lambda: runs.elapsed,
            "accumulated_us": lambda: runs.carried + runs.elapsed,
            "paused_us": lambda: runs.paused,
            "excluded_us": lambda: runs.excluded,
            "wall_us": lambda: runs.end - runs.started,
            "anchor_event": lambda: self._event_keys(runs.anchor, np.ones(len(runs), np.bool_)),
            "stop_event": lambda: self._event_keys(runs.stop, runs.stop >= 0),
        }
        return plain[name]()  # type: ignore[no-any-return]

    def coded(self, name: str) -> Coded:
        """A column of few distinct values as codes."""
        runs = self.runs
        if name == "metric":
            return runs.metric, [metric.name for metric in self.metrics]
        if name == "phase":
            return runs.state, [state.text for state in State]
        if name == "cause":
            return runs.cause, [cause or None for cause in runs.causes]
        if name == "removed":
            reasons, names = removal(self.columns)
            return reasons.take(runs.ticket), names
        if self._holding is None:
            self._holding = _responsible(self.columns, self.regular, runs.stop, _end_positions(runs, self.columns))
        return self._holding[0 if name == "agent" else 1]

    def _event_keys(self, positions: "Numbers", some: "Bools") -> NDArray[np.object_]:
        keys = (positions - self.columns.starts[self.runs.ticket]).astype(object)
        codes, ids = self.columns.coded("id")
        if ids:
            here = codes[positions]
            given = np.flatnonzero((here >= 0) & some)
            keys[given] = objects(ids)[here[given]]
        keys[~some] = None
        return keys


class Arrays(Protocol):
    """Columns by name."""

    def column(self, name: str) -> NDArray[Any]:
        """One column."""

    def coded(self, name: str) -> Coded:
        """A column of few distinct values as codes."""


class PlacedArrays:
    """A table with further rows put in place, ordered by metric, ticket and ordinal; each column put together when asked for.

    Attributes:
        first: the columns of the greater part, in order.
        second: the columns of the further rows, in any order, of tickets that the first does not have.
    """

    def __init__(self, first: Arrays, second: Arrays, metrics: Sequence[Metric], runs: RunColumns) -> None:
        """Find the places among the cycles that the first has its columns of."""
        self.first = first
        self.second = second
        self._known: dict[str, NDArray[Any]] = {}
        rank = {metric.name: number for number, metric in enumerate(metrics)}
        ranks = np.array([rank[name] for name in second.column("metric").tolist()], np.int64)
        self._order = np.lexsort((second.column("ordinal"), second.column("ticket"), ranks))
        ranks = ranks[self._order]
        columns = runs.columns
        tickets = second.column("ticket")[self._order].astype(columns.tickets.dtype)  # of two types, numpy would search among objects
        begin = columns.starts.take(np.searchsorted(columns.tickets, tickets))
        place = np.arange(len(ranks))
        for number in range(len(metrics)):
            rows, opened, _ = runs.of_clock(number)
            here = np.flatnonzero(ranks == number)
            place[here] += rows.start + np.searchsorted(opened, begin[here])
        self._place = place
        self._stays = np.ones(len(runs) + len(place), np.bool_)
        self._stays[place] = False

    def _placed(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        whole = np.empty(len(self._stays), np.promote_types(first.dtype, second.dtype))
        whole[self._stays] = first
        whole[self._place] = second[self._order]
        return whole

    def coded(self, name: str) -> Coded:
        """A column of few distinct values as codes."""
        (codes, names), (others, other_names) = self.first.coded(name), self.second.coded(name)
        numbers, joined = factorized([*names, *other_names])
        return self._placed(numbers.take(codes), numbers.take(others + len(names))), joined

    def column(self, name: str) -> NDArray[Any]:
        """One column."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._placed(self.first.column(name), self.second.column(name))
        return found


def arrays_of_runs(
    runs: RunColumns, columns: "EventColumns", metrics: Sequence[Metric], regular: "Bools", others: Mapping[str, Sequence[Cycle]]
) -> dict[str, Any]:
    """What the column interpreter found as arrays, with the rows of the other tickets put in place.

    Args:
        runs: cycles of the regular tickets.
        columns: the events known.
        metrics: the clocks.
        regular: which tickets are regular.
        others: per metric, the cycles of the other tickets.
    """
    arrays: Arrays = RunArrays(runs, columns, metrics, regular)
    if any(others.values()):
        arrays = PlacedArrays(arrays, RowArrays([row for rows in others.values() for row in rows]), metrics, runs)
    return {name: arrays.column(name) for name in COLUMNS}


def _end_positions(runs: RunColumns, columns: "EventColumns") -> "Ints":
    """The event after which the responsible agent and team are read: the stop, else the ticket's last."""
    return np.where(runs.stop >= 0, runs.stop, columns.starts[runs.ticket + 1] - 1)


def _responsible(columns: "EventColumns", regular: "Bools", stop: "Numbers", at_end: "Ints") -> tuple[Coded, Coded]:
    """Agent and team of each cycle: before the event that ended it, else after it; open: at the last event."""
    after_agent, everybody = _agents(columns, regular)
    after_team, teams = _teams(columns)
    starts = columns.starts[columns.ticket[at_end]]
    result: list[Coded] = []
    for after, names in ((after_agent, everybody), (after_team, teams)):
        code = after[at_end]
        before = np.where((stop >= 0) & (at_end > starts), after[at_end - 1], -1)
        chosen = np.where((stop >= 0) & (before >= 0), before, code)
        result.append((np.where(chosen < 0, len(names), chosen), [*names, None]))
    return result[0], result[1]


def _agents(columns: "EventColumns", regular: "Bools") -> "tuple[Ints, list[Any]]":
    after = np.full(len(columns.at), -1, np.int64)
    everybody: list[Any] = []
    for block in blocks(columns, regular):
        after[block.events], everybody = agents(block)
    return after, everybody


def _teams(columns: "EventColumns") -> "tuple[Ints, list[Any]]":
    """The team after each event: the group of an assignment, the field ``team``, or what the ticket was created with."""
    group, groups = columns.coded("group")
    team, teams = columns.coded("team")
    names = [*groups, *teams]
    code = np.full(len(columns.at), -1, np.int64)
    created = columns.kind == EventKind.CREATED.value
    code[created] = np.where(team[created] >= 0, team[created] + len(groups), group[created])
    fixes = created | ((columns.kind == EventKind.ASSIGNED.value) & (group >= 0))
    given = (columns.kind == EventKind.ASSIGNED.value) & (group >= 0)
    code[given] = group[given]
    field, fields = columns.coded("field")
    if "team" in fields:
        values, value_names = columns.coded("value")
        changes = (columns.kind == EventKind.FIELD.value) & (field == fields.index("team"))
        fixes |= changes
        code[changes] = np.where(values[changes] >= 0, values[changes] + len(names), -1)
        names += value_names
    index = np.arange(len(columns.at))
    fixes[columns.starts[:-1]] = True
    numbers, distinct = factorized(names)
    return np.append(numbers, -1).take(code[np.maximum.accumulate(np.where(fixes, index, 0))], mode="wrap"), distinct


def removal(columns: "EventColumns") -> Coded:
    """Why tickets left the desk, by the first event that removed each: codes of the tickets, and the reasons."""
    code_of = np.zeros(len(EventKind) + 1, np.uint8)
    code_of[list(GONE_KINDS)] = range(1, len(GONE_KINDS) + 1)
    reasons = np.zeros(len(columns.tickets), np.uint8)
    removing = code_of.take(columns.kind)
    gone = np.flatnonzero(removing)[::-1]
    reasons[columns.ticket[gone]] = removing[gone]
    return reasons, [None, *(kind.text for kind in GONE_KINDS)]
