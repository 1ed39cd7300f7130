"""The arrays behind a `Judgement`: each column is worked out when it is first asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT
from slakit.columns.block import Bools, Ints
from slakit.cycle_arrays import Arrays, Coded, PlacedArrays, RowArrays, RunArrays, factorized, objects, spelled
from slakit.cycles import COLUMNS, cycle_of
from slakit.judged_columns import BREACHED, JudgedColumns
from slakit.judging import TicketJudge
from slakit.machine.metric import Metric
from slakit.machine.table import State
from slakit.policy import Choice
from slakit.verdict import FROM_ROW, INSTANTS, SPANS, VERDICTS, JudgedCycle, plain_instants

CHOSEN: dict[str, Callable[[Choice], Any]] = {
    "policy": lambda choice: None if choice.policy is None else choice.policy.name,
    "policy_version": lambda choice: None if choice.policy is None else choice.policy.label,
    "priority": lambda choice: choice.priority,
}
"""The columns that say what applies to a cycle."""


class JudgedRowArrays:
    """The columns of judged cycles that were judged one by one."""

    def __init__(self, rows: Sequence[JudgedCycle], metrics: Sequence[Metric]) -> None:
        """Columns of some rows."""
        self.rows = rows
        self._cycles = RowArrays([cycle_of(row.run, metrics, row.ticket, row.removed) for row in rows])
        self._known: dict[str, NDArray[Any]] = {}

    def column(self, name: str) -> NDArray[Any]:
        """One column; instants as int64 us with `NAT`, spans as int64 us with `NAT`, the rest as objects or int64."""
        if name in COLUMNS:
            return self._cycles.column(name)
        found = self._known.get(name)
        if found is None:
            given = [FROM_ROW[name](row) for row in self.rows]
            found = self._known[name] = _numbers(given) if name in INSTANTS + SPANS else objects(given)
        return found

    def coded(self, name: str) -> Coded:
        """A column of few distinct values as codes."""
        return factorized(self.column(name).tolist())


def _numbers(given: Sequence[int | None]) -> Ints:
    return np.array([NAT if one is None else one for one in given], np.int64)


class JudgedArrays:
    """The columns of a log judged with numpy, of its regular tickets; each worked out when it is asked for.

    Attributes:
        judged: what was judged.
    """

    def __init__(self, judged: JudgedColumns, judge_one: Callable[[], TicketJudge]) -> None:
        """Columns of judged columns; ``judge_one`` makes a judge for cycles whose deadline depends on their pauses."""
        self.judged = judged
        self._judge_one = judge_one
        self._cycles = RunArrays(judged.runs, judged.columns, judged.program.metrics, judged.regular)
        self._known: dict[str, NDArray[Any]] = {}

    def column(self, name: str) -> NDArray[Any]:
        """One column, as `JudgedRowArrays.column`."""
        if name in INSTANTS and name not in self._known:
            self._known |= dict(zip(INSTANTS, self._deadlines(), strict=True))
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._made(name)
        return found

    def coded(self, name: str) -> Coded:
        """A column of few distinct values as codes."""
        if name == "verdict":
            return self.judged.verdict, list(VERDICTS)
        if name in CHOSEN:
            number, choices = self.judged.choice_table()
            codes, names = factorized([CHOSEN[name](choice) for choice in choices])
            return (codes[number] if len(number) else number), names
        return self._cycles.coded(name)

    def _made(self, name: str) -> NDArray[Any]:
        judged = self.judged
        if name in COLUMNS:
            return self._cycles.column(name)
        if name == "verdict" or name in CHOSEN:
            return spelled(self.coded(name))
        if name == "target_us":
            return judged.target
        if name in {"remaining_us", "overrun_us"}:
            return judged.remaining() if name == "remaining_us" else judged.overrun()
        if name == "history":
            return self._history()
        return self._consumed() if name == "consumed" else self._reasons()

    def _reasons(self) -> NDArray[Any]:
        number, choices = self.judged.choice_table()
        reasons = objects([choice.reason or None for choice in choices])[number] if len(number) else objects([])
        for index, choice in enumerate(choices):
            if choice.target is not None and choice.target.field is not None:
                missing = (number == index) & ~self.judged.at_field
                reasons[missing] = f"the ticket has no field {choice.target.field!r}"
            elif choice.target is not None and not isinstance(choice.target.length, int):
                reasons[(number == index) & (self.judged.target == NAT)] = f"no later opening reaches {choice.target.text}"
        return reasons

    def _consumed(self) -> NDArray[Any]:
        judged = self.judged
        shares = objects([None] * len(judged.runs))
        target = judged.target
        with_target = np.flatnonzero(target != NAT)
        shares[with_target] = (judged.judged[with_target] / target[with_target]).tolist()
        if judged.varying is None:
            return shares
        started, end, schedule_of = judged.runs.started, judged.runs.end, judged.schedule_of
        for number, schedule in enumerate(judged.schedules):
            rows = np.flatnonzero(judged.at_field & (schedule_of == number) & (judged.due > started))
            start = schedule.clock.read_array(started[rows])
            whole = schedule.clock.read_array(judged.due[rows]) - start
            spent = schedule.clock.read_array(end[rows]) - start
            some = whole > 0
            shares[rows[some]] = (spent[some] / whole[some]).tolist()
        return shares

    def _deadlines(self) -> tuple[Ints, Ints, Ints]:
        """Due, met until and breached, us with `NAT`: at once where nothing interrupts the cycle, else one by one."""
        judged, runs = self.judged, self.judged.runs
        n = len(runs)
        due, met, breached = (np.full(n, NAT, np.int64) for _ in range(3))
        target, spent, carried, started, schedule_of = judged.target, judged.judged, runs.carried, runs.started, judged.schedule_of
        budget = target - carried
        spans = (target != NAT) & ~judged.at_field
        plain = spans & (runs.paused == 0) & (budget > 0) & self._never_excluded()
        for number, schedule in enumerate(judged.schedules):
            rows = np.flatnonzero(plain & (schedule_of == number))
            due[rows] = schedule.clock.due_at_array(started[rows], budget[rows])
            met[rows] = schedule.clock.met_until_array(started[rows], budget[rows])
            named = rows[(judged.due[rows] != NAT) & (judged.due[rows] > due[rows]) & (due[rows] != NAT)]
            same = schedule.clock.read_array(judged.due[named]) == schedule.clock.read_array(due[named])
            due[named[same]] = judged.due[named[same]]
        waiting = plain & (runs.state == State.PAUSED.value)
        due[waiting & (spent < target)] = NAT
        met[waiting & (spent <= target)] = NAT
        due[judged.at_field] = met[judged.at_field] = judged.due[judged.at_field]
        over = judged.verdict == BREACHED
        breached[over] = np.maximum(met[over], judged.in_force[over])
        for row, one in self._one_by_one(np.flatnonzero(spans & ~plain)):
            for array, us in ((due, one.due_us), (met, one.met_until_us), (breached, one.breached_us)):
                array[row] = NAT if us is None else us
        return due, met, breached

    def _never_excluded(self) -> Bools:
        if not self.judged.excluding.any():
            return np.ones(len(self.judged.runs), np.bool_)
        return ~self.judged.excluding[self.judged.runs.ticket]

    def _history(self) -> NDArray[Any]:
        """The breaches of earlier targets, one by one for the cycles that have any."""
        history = objects([[] for _ in range(len(self.judged.runs))])
        if self.judged.changed is not None:
            for row, one in self._one_by_one(self.judged.changed.rows[self.judged.changed.passed]):
                history[row] = FROM_ROW["history"](one)
        return history

    def _one_by_one(self, rows: Ints) -> Iterator[tuple[int, JudgedCycle]]:
        """Some rows as the object interpreter judges them."""
        runs, metrics = self.judged.runs, self.judged.program.metrics
        judge_one = self._judge_one()
        metric, ordinal, ticket_of = runs.metric, runs.ordinal, runs.ticket
        tickets = self.judged.columns.tickets[ticket_of[rows]].tolist()
        known: dict[tuple[str, int], JudgedCycle] = {}
        last: Any = object()
        order = np.argsort(ticket_of[rows], kind="stable")
        for place in order.tolist():
            row, ticket = int(rows[place]), tickets[place]
            if ticket != last:
                known = {(one.metric.name, one.run.ordinal): one for one in judge_one.judge(ticket)}
                last = ticket
            yield row, known[metrics[metric[row]].name, int(ordinal[row])]


def plain_list(name: str, array: NDArray[Any]) -> list[Any]:
    """A column as a list of plain values: aware UTC datetimes for instants, None for what is missing."""
    if name in INSTANTS or array.dtype.kind == "M":
        return plain_instants(None if us == NAT else us for us in array.astype("int64").tolist())
    given = array.tolist()
    return [None if us == NAT else us for us in given] if name in SPANS else given


def placed(regular: JudgedArrays) -> Arrays:
    """The columns of a log judged with numpy, the tickets that were judged one by one put in place."""
    judged = regular.judged
    metrics = judged.program.metrics
    return PlacedArrays(regular, JudgedRowArrays(judged.others, metrics), metrics, judged.runs) if judged.others else regular
