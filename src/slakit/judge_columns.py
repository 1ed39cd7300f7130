"""Judging a log with numpy: policies chosen once for each combination of fields, verdicts for all cycles at once.

Tickets whose policy, target or schedule can change during their life are judged one by one by
`slakit.judging`; both give identical verdicts.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT, WorkingDays, instant
from slakit.columns.interpret import Readings, RunColumns, interpret, regular_tickets
from slakit.columns.situations import Block, Bools, Ints
from slakit.judging import WALL, TicketJudge
from slakit.machine.program import Program
from slakit.measure_columns import TicketReadings, applies_to, changing_tickets, exclusion_groups, numbered, replayer_of
from slakit.policy import Choice, PolicySet
from slakit.schedule import Schedule
from slakit.verdict import VERDICTS, JudgedCycle

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns
    from slakit.events.log import EventLog, Exclusion

MET, BREACHED, WITHIN, CANCELLED, NOT_APPLICABLE = range(len(VERDICTS))


class Combinations(NamedTuple):
    """The distinct combinations of the fields that policies read, with the time at which tickets live.

    Attributes:
        of: per ticket, the number of its combination.
        choices: per clock, per combination, what applies.
    """

    of: Ints
    choices: list[list[Choice]]


@attrs.define(eq=False)
class JudgedColumns:
    """Judged cycles as arrays, one row a cycle of a regular ticket, and the other tickets' rows.

    Attributes:
        columns: the events known.
        program: the clocks.
        runs: the cycles.
        regular: which tickets the arrays hold.
        combinations: what applies to whom.
        schedules: the schedules in use.
        schedule_of: per cycle, the number of its schedule.
        target: int64, us of working time; `NAT` without a target or for one at a field.
        due: int64, the instant that the ticket carries or that a target in working days names, us; `NAT` otherwise.
        at_field: bool, whether ``due`` is a target at a field.
        verdict: uint8, index into `VERDICTS`.
        excluding: bool per ticket, whether some exclusion applies to it.
        others: judged cycles of the other tickets.
    """

    columns: "EventColumns"
    program: Program
    runs: RunColumns
    regular: Bools
    combinations: Combinations
    schedules: list[Schedule]
    schedule_of: Ints
    target: Ints
    due: Ints
    at_field: Bools
    verdict: NDArray[np.uint8]
    excluding: Bools
    others: list[JudgedCycle]

    @property
    def judged(self) -> Ints:
        """The span that is judged, us of working time."""
        goes_on = np.array([metric.accumulates for metric in self.program.metrics])[self.runs.metric]
        return self.runs.elapsed + np.where(goes_on, self.runs.carried, 0)

    def choice_table(self) -> tuple[Ints, list[Choice]]:
        """Per cycle the number of what applies to it, and what the numbers stand for."""
        width = len(self.combinations.choices[0]) if self.combinations.choices else 1
        flat = [choice for by_combination in self.combinations.choices for choice in by_combination]
        return self.runs.metric.astype(np.int64) * width + self.combinations.of[self.runs.ticket], flat

    def remaining(self) -> Ints:
        """Target less judged span, us of working time; `NAT` without a target."""
        left = np.where(self.target != NAT, self.target - self.judged, NAT)
        for number, schedule in enumerate(self.schedules):
            rows = np.flatnonzero(self.at_field & (self.schedule_of == number))
            if len(rows):
                left[rows] = schedule.clock.read_array(self.due[rows]) - schedule.clock.read_array(self.runs.end[rows])
        return left

    def overrun(self) -> Ints:
        """What each cycle is over its target, us of working time; of a reopened one only what it added; `NAT` without a target."""
        left = self.remaining()
        goes_on = np.array([metric.accumulates for metric in self.program.metrics])[self.runs.metric]
        carried = np.where(goes_on, self.runs.carried, 0)
        over = np.maximum(0, self.judged - np.maximum(self.target, carried))
        return np.where(left == NAT, NAT, np.where(self.at_field, np.maximum(0, -left), over))


def judge_columns(policies: PolicySet, log: "EventLog", program: Program, as_of: int, exclusions: "Sequence[Exclusion]") -> JudgedColumns:
    """Judge every cycle of a log; the same verdicts as one by one.

    Args:
        policies: the policy set.
        log: the events.
        program: the clocks that some policy has a target for.
        as_of: instant in us.
        exclusions: spans taken out of the clocks.
    """
    columns = log.columns().cut(as_of)
    watched = set(policies.fields) | {name for exclusion in exclusions for name in exclusion.when.fields}
    regular = regular_tickets(columns) & ~changing_tickets(columns, watched)
    begins, ends = columns.at[columns.starts[:-1]], columns.at[columns.starts[1:] - 1]
    boundaries = np.array(policies.boundaries, np.int64)
    window = np.searchsorted(boundaries, begins, "right")
    regular &= window == np.searchsorted(boundaries, ends, "right")
    excluding = _excluding(columns, exclusions)
    if any(target.field is not None for policy in policies.policies for _, rows in policy.targets for _, target in rows):
        regular &= ~excluding
    combinations = _combinations(policies, program, columns, regular=regular, window=window, begins=begins)
    schedules: list[Schedule] = []
    by_metric = [
        np.array([numbered(choice.schedule or WALL, schedules) for choice in choices], np.int64) for choices in combinations.choices
    ]
    groups = exclusion_groups(columns, exclusions, as_of)
    readers: dict[bytes, TicketReadings] = {}
    read_by: list[TicketReadings] = []
    for chosen in by_metric:
        which = None if len(schedules) == 1 else chosen[combinations.of]
        key = b"" if which is None else which.tobytes()
        read_by.append(readers.setdefault(key, TicketReadings(schedules, which, groups, as_of)))

    def read(block: Block, codes: Ints, metric: int) -> Readings:
        return read_by[metric].read(block, codes)

    runs = interpret(columns, program, read, as_of, regular)
    schedule_of = _per_run(by_metric, runs, combinations)
    target, due, at_field = _targets(columns, runs, combinations, schedules, schedule_of)
    rest = columns.tickets[~regular].tolist()
    one_by_one = TicketJudge(policies, replayer_of(log, columns, program, as_of), exclusions)
    others = [row for ticket in rest for row in one_by_one.judge(ticket)]
    judged = JudgedColumns(
        columns, program, runs, regular, combinations, schedules, schedule_of, target, due, at_field, np.empty(0, np.uint8),
        excluding, others,
    )  # fmt: skip
    judged.verdict = _verdicts(judged)
    return judged


def _excluding(columns: "EventColumns", exclusions: "Sequence[Exclusion]") -> Bools:
    some = np.zeros(len(columns.tickets), np.bool_)
    for exclusion in exclusions:
        some |= applies_to(exclusion, columns)
    return some


def _combinations(
    policies: PolicySet, program: Program, columns: "EventColumns", *, regular: Bools, window: Ints, begins: Ints
) -> Combinations:
    """Number the combinations of the fields that policies read, and choose for each."""
    of = window.astype(np.int64)
    at_creation = columns.starts[:-1]
    names = sorted(policies.choosing_fields)
    values: list[list[Any]] = []
    for name in names:
        codes, given = columns.coded(name)
        values.append([*given, None])
        of = of * (len(given) + 1) + np.where(codes[at_creation] < 0, len(given), codes[at_creation])
        if len(given) > len(columns.tickets) // 2:
            _, of = np.unique(of, return_inverse=True)
    distinct, first, of = np.unique(np.where(regular, of, -1), return_index=True, return_inverse=True)
    choices: list[list[Choice]] = [[] for _ in program.metrics]
    for combination, ticket in zip(distinct.tolist(), first.tolist(), strict=True):
        fields = {} if combination < 0 else _fields(columns, names, int(at_creation[ticket]))
        for index, metric in enumerate(program.metrics):
            none = Choice(None, None, None, None)
            choices[index].append(none if combination < 0 else policies.choose(fields, int(begins[ticket]), metric.name))
    return Combinations(of.reshape(-1), choices)


def _fields(columns: "EventColumns", names: Sequence[str], position: int) -> dict[str, Any]:
    fields = {}
    for name in names:
        codes, given = columns.coded(name)
        if codes[position] >= 0:
            fields[name] = given[codes[position]]
    return fields


def _per_run(by_metric: Sequence[Ints], runs: RunColumns, combinations: Combinations) -> Ints:
    if not len(runs):
        return np.empty(0, np.int64)
    return np.stack(by_metric)[runs.metric, combinations.of[runs.ticket]]


def _targets(
    columns: "EventColumns", runs: RunColumns, combinations: Combinations, schedules: Sequence[Schedule], schedule_of: Ints
) -> tuple[Ints, Ints, Bools]:
    """The target of each cycle in us, the instant that it names, and whether the ticket carries that instant."""
    fixed = [[_fixed(choice) for choice in choices] for choices in combinations.choices]
    target = _per_run([np.array(row, np.int64) for row in fixed], runs, combinations)
    due = np.full(len(runs), NAT, np.int64)
    at_field = np.zeros(len(runs), np.bool_)
    for index, choices in enumerate(combinations.choices):
        for number, choice in enumerate(choices):
            if choice.target is None or isinstance(choice.target.length, int):
                continue
            rows = np.flatnonzero((runs.metric == index) & (combinations.of[runs.ticket] == number))
            if isinstance(choice.target.length, WorkingDays):
                for which in np.unique(schedule_of[rows]).tolist():
                    here = rows[schedule_of[rows] == which]
                    schedule = schedules[which]
                    due[here] = schedule.days.due_array(runs.started[here], choice.target.length)
                    length = schedule.clock.read_array(due[here]) - schedule.clock.read_array(runs.started[here])
                    target[here] = np.where(due[here] == NAT, NAT, length)
            elif choice.target.field is not None:
                codes, given = columns.coded(choice.target.field)
                code = codes[columns.starts[runs.ticket[rows]]]
                instants = np.array([NAT if one is None else instant(one) for one in given] + [NAT], np.int64)
                due[rows] = instants[code]
                at_field[rows] = due[rows] != NAT
    return target, due, at_field


def _fixed(choice: Choice) -> int:
    length = None if choice.target is None else choice.target.length
    return length if isinstance(length, int) else NAT


_BY_STATE = np.array([WITHIN, WITHIN, WITHIN, MET, CANCELLED], np.uint8)


def _verdicts(judged: JudgedColumns) -> NDArray[np.uint8]:
    runs = judged.runs
    over = np.where(judged.at_field, runs.end > judged.due, (judged.target != NAT) & (judged.judged > judged.target))
    verdict = np.where(over, np.uint8(BREACHED), _BY_STATE[runs.state])
    verdict[(judged.target == NAT) & ~judged.at_field] = NOT_APPLICABLE
    return verdict.astype(np.uint8)
