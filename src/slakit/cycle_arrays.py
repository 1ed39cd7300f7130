"""The arrays behind `Cycles`: from rows, or from what the column interpreter found."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT
from slakit.columns.interpret import RunColumns, blocks
from slakit.columns.situations import agents
from slakit.cycles import COLUMNS, SPANS, Cycle
from slakit.events.kinds import EventKind
from slakit.machine.metric import Metric
from slakit.machine.table import State

if TYPE_CHECKING:
    from slakit.columns.situations import Bools, Ints
    from slakit.events.columns import EventColumns

_PHASES = np.array([state.text for state in State], dtype=object)


def arrays_of_rows(rows: Sequence[Cycle]) -> dict[str, Any]:
    """Rows as arrays."""
    arrays: dict[str, Any] = {}
    for name in COLUMNS:
        if name == "started_at":
            arrays[name] = np.array([row.started_us for row in rows], np.int64).astype("datetime64[us]")
        elif name == "stopped_at":
            arrays[name] = np.array([NAT if row.stopped_us is None else row.stopped_us for row in rows], np.int64).astype("datetime64[us]")
        elif name in SPANS or name == "ordinal":
            arrays[name] = np.array([getattr(row, name) for row in rows], np.int64)
        else:
            arrays[name] = objects([getattr(row, name) for row in rows])
    return arrays


def objects(given: Sequence[Any]) -> NDArray[np.object_]:
    """An object array that never turns nested values into further dimensions."""
    array = np.empty(len(given), dtype=object)
    array[:] = given if len(given) else None
    return array


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
    stopped = runs.stop >= 0
    at_end = _end_positions(runs, columns)
    agent, team = _responsible(columns, regular, runs.stop, at_end)
    starts = columns.starts[runs.ticket]
    arrays: dict[str, Any] = {
        "ticket": columns.tickets[runs.ticket],
        "metric": objects([metric.name for metric in metrics])[runs.metric] if len(runs) else objects([]),
        "ordinal": runs.ordinal.astype(np.int64),
        "started_at": runs.started.astype("datetime64[us]"),
        "stopped_at": np.where(stopped, runs.end, NAT).astype("datetime64[us]"),
        "phase": _PHASES[runs.state],
        "cause": objects([cause or None for cause in runs.causes])[runs.cause] if len(runs) else objects([]),
        "elapsed_us": runs.elapsed,
        "accumulated_us": runs.carried + runs.elapsed,
        "paused_us": runs.paused,
        "excluded_us": runs.excluded,
        "wall_us": runs.end - runs.started,
        "anchor_event": _event_keys(columns, runs.anchor, starts, np.ones(len(runs), np.bool_)),
        "stop_event": _event_keys(columns, runs.stop, starts, stopped),
        "agent": agent,
        "team": team,
        "removed": _removed(columns, runs.ticket),
    }
    return _merged(arrays, metrics, others) if any(others.values()) else arrays


def _merged(arrays: dict[str, Any], metrics: Sequence[Metric], others: Mapping[str, Sequence[Cycle]]) -> dict[str, Any]:
    extra = [arrays_of_rows(rows) for rows in others.values() if rows]
    whole = {name: np.concatenate([arrays[name], *(part[name] for part in extra)]) for name in COLUMNS}
    rank = {metric.name: position for position, metric in enumerate(metrics)}
    metric_rank = np.array([rank[name] for name in whole["metric"]], np.int64)
    order = np.lexsort((whole["ordinal"], whole["ticket"], metric_rank))
    return {name: array[order] for name, array in whole.items()}


def _end_positions(runs: RunColumns, columns: "EventColumns") -> "Ints":
    """The event after which the responsible agent and team are read: the stop, else the ticket's last."""
    return np.where(runs.stop >= 0, runs.stop, columns.starts[runs.ticket + 1] - 1)


def _event_keys(columns: "EventColumns", positions: "Ints", starts: "Ints", some: "Bools") -> NDArray[np.object_]:
    keys = (positions - starts).astype(object)
    codes, ids = columns.coded("id")
    if ids:
        here = codes[positions]
        given = np.flatnonzero((here >= 0) & some)
        keys[given] = objects(ids)[here[given]]
    keys[~some] = None
    return keys


def _responsible(columns: "EventColumns", regular: "Bools", stop: "Ints", at_end: "Ints") -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Agent and team of each cycle: before the event that ended it, else after it; open: at the last event."""
    after_agent, everybody = _agents(columns, regular)
    after_team, teams = _teams(columns)
    starts = columns.starts[columns.ticket[at_end]]
    result = []
    for after, names in ((after_agent, everybody), (after_team, teams)):
        code = after[at_end]
        before = np.where((stop >= 0) & (at_end > starts), after[at_end - 1], -1)
        chosen = np.where((stop >= 0) & (before >= 0), before, code)
        result.append(objects([*names, None])[chosen])
    return result[0], result[1]


def _agents(columns: "EventColumns", regular: "Bools") -> "tuple[Ints, list[Any]]":
    after = np.full(len(columns.at), -1, np.int64)
    everybody: list[Any] = []
    for block, _ in blocks(columns, regular):
        after[block.positions], everybody = agents(block)
    return after, everybody


def _teams(columns: "EventColumns") -> "tuple[Ints, list[Any]]":
    """The team after each event: the group of an assignment, the field ``team``, or what the ticket was created with."""
    group, groups = columns.coded("group")
    team, teams = columns.coded("team")
    names = [*groups, *teams]
    code = np.full(len(columns.at), -1, np.int64)
    created = columns.kind == EventKind.CREATED
    code[created] = np.where(team[created] >= 0, team[created] + len(groups), group[created])
    fixes = created | ((columns.kind == EventKind.ASSIGNED) & (group >= 0))
    given = (columns.kind == EventKind.ASSIGNED) & (group >= 0)
    code[given] = group[given]
    field, fields = columns.coded("field")
    if "team" in fields:
        values, value_names = columns.coded("value")
        changes = (columns.kind == EventKind.FIELD) & (field == fields.index("team"))
        fixes |= changes
        code[changes] = np.where(values[changes] >= 0, values[changes] + len(names), -1)
        names += value_names
    index = np.arange(len(columns.at))
    fixes[columns.starts[:-1]] = True
    return code[np.maximum.accumulate(np.where(fixes, index, 0))], names


def _removed(columns: "EventColumns", ticket: NDArray[np.int32]) -> NDArray[np.object_]:
    reasons = np.full(len(columns.tickets), None, dtype=object)
    gone = np.flatnonzero((columns.kind == EventKind.SPAM) | (columns.kind == EventKind.DELETED))[::-1]
    for position in gone.tolist():
        reasons[columns.ticket[position]] = EventKind(columns.kind[position]).text
    return reasons[ticket]
