"""The arrays behind a `Judgement`: each column is worked out when it is first asked for."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT
from slakit.columns.situations import Bools, Ints
from slakit.cycle_arrays import arrays_of_rows, arrays_of_runs, objects
from slakit.cycles import COLUMNS, cycle_of
from slakit.judge_columns import BREACHED, JudgedColumns
from slakit.judging import TicketJudge
from slakit.machine.metric import Metric
from slakit.machine.table import State
from slakit.verdict import FROM_ROW, INSTANTS, SPANS, VERDICTS, JudgedCycle, plain_instants


class RowArrays:
    """The columns of judged cycles that were judged one by one."""

    def __init__(self, rows: Sequence[JudgedCycle], metrics: Sequence[Metric]) -> None:
        """Columns of some rows."""
        self.rows = rows
        self._cycles = [cycle_of(row.run, metrics, row.ticket, row.removed) for row in rows]
        self._known: dict[str, NDArray[Any]] = {}

    def column(self, name: str) -> NDArray[Any]:
        """One column; instants as int64 us with `NAT`, spans as int64 us with `NAT`, the rest as objects or int64."""
        if not self._known:
            self._known = arrays_of_rows(self._cycles)
        found = self._known.get(name)
        if found is None:
            given = [FROM_ROW[name](row) for row in self.rows]
            found = self._known[name] = _numbers(given) if name in INSTANTS + SPANS else objects(given)
        return found


def _numbers(given: Sequence[int | None]) -> Ints:
    return np.array([NAT if one is None else one for one in given], np.int64)


class ColumnArrays:
    """The columns of a log judged with numpy, the tickets that were judged one by one put in place."""

    def __init__(self, judged: JudgedColumns, judge_one: Callable[[], TicketJudge]) -> None:
        """Columns of judged columns; ``judge_one`` makes a judge for cycles whose deadline depends on their pauses."""
        self.judged = judged
        self._judge_one = judge_one
        self._known: dict[str, NDArray[Any]] = {}
        self._others = RowArrays(judged.others, judged.program.metrics)
        self._order: Ints | None = None
        if judged.others:
            rank = {metric.name: number for number, metric in enumerate(judged.program.metrics)}
            metric = np.concatenate([judged.runs.metric, np.array([rank[row.metric.name] for row in judged.others], np.int64)])
            ticket = np.concatenate([judged.columns.tickets[judged.runs.ticket], self._others.column("ticket")])
            ordinal = np.concatenate([judged.runs.ordinal, self._others.column("ordinal")])
            self._order = np.lexsort((ordinal, ticket, metric))

    def column(self, name: str) -> NDArray[Any]:
        """One column, as `RowArrays.column`."""
        found = self._known.get(name)
        if found is None:
            found = self._regular(name)
            if self._order is not None:
                found = np.concatenate([found, self._others.column(name)])[self._order]
            self._known[name] = found
        return found

    def _regular(self, name: str) -> NDArray[Any]:
        judged = self.judged
        if name in COLUMNS:
            arrays = arrays_of_runs(judged.runs, judged.columns, judged.program.metrics, judged.regular, {})
            if self._order is None:
                self._known |= {key: array for key, array in arrays.items() if key not in self._known}
            return arrays[name]
        if name == "target_us":
            return judged.target
        if name == "verdict":
            return objects(VERDICTS)[judged.verdict] if len(judged.verdict) else objects([])
        if name in {"remaining_us", "overrun_us"}:
            return judged.remaining() if name == "remaining_us" else judged.overrun()
        if name == "consumed":
            return self._consumed()
        if name == "history":
            return objects([[] for _ in range(len(judged.runs))])
        if name in INSTANTS:
            for key, array in zip(INSTANTS, self._deadlines(), strict=True):
                if self._order is None:
                    self._known[key] = array
                elif key == name:
                    return array
            return self._known[name]
        return self._chosen(name)

    def _chosen(self, name: str) -> NDArray[Any]:
        number, choices = self.judged.choice_table()
        if name == "reason":
            reasons = objects([choice.reason or None for choice in choices])[number] if len(number) else objects([])
            for index, choice in enumerate(choices):
                if choice.target is not None and choice.target.field is not None:
                    missing = (number == index) & ~self.judged.at_field
                    reasons[missing] = f"the ticket has no field {choice.target.field!r}"
            return reasons
        named = {
            "policy": lambda choice: None if choice.policy is None else choice.policy.name,
            "policy_version": lambda choice: None if choice.policy is None else choice.policy.label,
            "priority": lambda choice: choice.priority,
        }[name]
        return objects([named(choice) for choice in choices])[number] if len(number) else objects([])

    def _consumed(self) -> NDArray[Any]:
        judged = self.judged
        shares = objects([None] * len(judged.runs))
        with_target = np.flatnonzero(judged.target != NAT)
        shares[with_target] = (judged.judged[with_target] / judged.target[with_target]).tolist()
        for number, schedule in enumerate(judged.schedules):
            rows = np.flatnonzero(judged.at_field & (judged.schedule_of == number) & (judged.due > judged.runs.started))
            start = schedule.clock.read_array(judged.runs.started[rows])
            whole = schedule.clock.read_array(judged.due[rows]) - start
            spent = schedule.clock.read_array(judged.runs.end[rows]) - start
            some = whole > 0
            shares[rows[some]] = (spent[some] / whole[some]).tolist()
        return shares

    def _deadlines(self) -> tuple[Ints, Ints, Ints]:
        """Due, met until and breached, us with `NAT`: at once where nothing interrupts the cycle, else one by one."""
        judged, runs = self.judged, self.judged.runs
        n = len(runs)
        due, met, breached = (np.full(n, NAT, np.int64) for _ in range(3))
        goes_on = np.array([metric.accumulates for metric in judged.program.metrics])[runs.metric] if n else np.empty(0, np.bool_)
        budget = judged.target - np.where(goes_on, runs.carried, 0)
        spans = (judged.target != NAT) & ~judged.at_field
        plain = spans & (runs.paused == 0) & (budget > 0) & self._never_excluded()
        for number, schedule in enumerate(judged.schedules):
            rows = np.flatnonzero(plain & (judged.schedule_of == number))
            due[rows] = schedule.clock.due_at_array(runs.started[rows], budget[rows])
            met[rows] = schedule.clock.met_until_array(runs.started[rows], budget[rows])
            named = rows[(judged.due[rows] != NAT) & (judged.due[rows] > due[rows]) & (due[rows] != NAT)]
            same = schedule.clock.read_array(judged.due[named]) == schedule.clock.read_array(due[named])
            due[named[same]] = judged.due[named[same]]
        waiting = plain & (runs.state == State.PAUSED) & (judged.judged < judged.target)
        due[waiting] = NAT
        met[plain & (runs.state == State.PAUSED) & (judged.judged <= judged.target)] = NAT
        due[judged.at_field] = met[judged.at_field] = judged.due[judged.at_field]
        over = judged.verdict == BREACHED
        opened = judged.columns.at[runs.opened]
        breached[over] = np.maximum(met[over], opened[over])
        self._one_by_one(np.flatnonzero(spans & ~plain), due, met, breached)
        return due, met, breached

    def _never_excluded(self) -> Bools:
        if not self.judged.excluding.any():
            return np.ones(len(self.judged.runs), np.bool_)
        return ~self.judged.excluding[self.judged.runs.ticket]

    def _one_by_one(self, rows: Ints, due: Ints, met: Ints, breached: Ints) -> None:
        runs, metrics = self.judged.runs, self.judged.program.metrics
        judge_one = self._judge_one()
        tickets = self.judged.columns.tickets[runs.ticket[rows]].tolist()
        known: dict[tuple[str, int], JudgedCycle] = {}
        last: Any = object()
        order = np.argsort(runs.ticket[rows], kind="stable")
        for place in order.tolist():
            row, ticket = int(rows[place]), tickets[place]
            if ticket != last:
                known = {(one.metric.name, one.run.ordinal): one for one in judge_one.judge(ticket)}
                last = ticket
            one = known[metrics[runs.metric[row]].name, int(runs.ordinal[row])]
            for array, us in ((due, one.due_us), (met, one.met_until_us), (breached, one.breached_us)):
                array[row] = NAT if us is None else us


def plain_list(name: str, array: NDArray[Any]) -> list[Any]:
    """A column as a list of plain values: aware UTC datetimes for instants, None for what is missing."""
    if name in INSTANTS or array.dtype.kind == "M":
        return plain_instants(None if us == NAT else us for us in array.astype("int64").tolist())
    given = array.tolist()
    return [None if us == NAT else us for us in given] if name in SPANS else given
