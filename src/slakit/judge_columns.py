"""Judging a log with numpy: policies chosen once for each combination of fields, verdicts for all cycles at once.

Tickets whose policy, target or schedule can change during their life are judged one by one by
`slakit.judging`; both give identical verdicts.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT, WorkingDays
from slakit.columns.block import Block, Bools, Ints
from slakit.columns.interpret import Readings, RunColumns, Stretch, interpret, regular_tickets
from slakit.judging import WALL, TicketJudge, due_instant
from slakit.machine.program import Program
from slakit.measure_columns import TicketReadings, applies_to, changing_tickets, exclusion_groups, field_at_creation, numbered, replayer_of
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
class Varying:
    """Targets that depend on more than what applies to a cycle: those in working days, and those at a field.

    Attributes:
        target: int64, us of working time; `NAT` without a target or for one at a field.
        due: int64, the instant that the ticket carries or that a target in working days names, us; `NAT` otherwise.
        at_field: bool, whether ``due`` is a target at a field.
    """

    target: Ints
    due: Ints
    at_field: Bools


@attrs.define(eq=False)
class JudgedColumns:
    """Judged cycles as arrays, one row a cycle of a regular ticket, and the other tickets' rows.

    What follows from these arrays is worked out when it is asked for, a stretch of rows at a time.

    Attributes:
        columns: the events known.
        program: the clocks.
        runs: the cycles.
        regular: which tickets the arrays hold.
        combinations: what applies to whom.
        schedules: the schedules in use.
        schedule_by: int64[clocks, combinations], the number of the schedule.
        fixed: int64[clocks, combinations], the target in us of working time; `NAT` without one of a fixed length.
        varying: the targets where some are not of a fixed length, else None.
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
    schedule_by: Ints
    fixed: Ints
    varying: Varying | None
    excluding: Bools
    others: list[JudgedCycle]
    verdict: NDArray[np.uint8] = attrs.field(init=False)

    @property
    def schedule_of(self) -> Ints:
        """Per cycle, the number of its schedule."""
        return self._whole(lambda _, stretch: self._applied(self.schedule_by, stretch))

    @property
    def target(self) -> Ints:
        """Per cycle, the target in us of working time; `NAT` without one, or for one at a field."""
        return self._whole(self._target)

    @property
    def due(self) -> Ints:
        """Per cycle, the instant that its target names, us; `NAT` for a target of a fixed length."""
        return np.broadcast_to(np.int64(NAT), len(self.runs)) if self.varying is None else self.varying.due

    @property
    def at_field(self) -> Bools:
        """Per cycle, whether its target is an instant that the ticket carries."""
        return np.broadcast_to(np.False_, len(self.runs)) if self.varying is None else self.varying.at_field

    @property
    def judged(self) -> Ints:
        """The span that is judged, us of working time."""
        return self._whole(lambda _, stretch: self._judged(stretch))

    @staticmethod
    def _judged(stretch: Stretch) -> Ints:
        return stretch.elapsed if stretch.carried is None else stretch.elapsed + stretch.carried

    def _target(self, rows: slice, stretch: Stretch) -> Ints:
        """The targets of a stretch; one number where all have the same."""
        return self._applied(self.fixed, stretch) if self.varying is None else self.varying.target[rows]

    def _applied(self, table: Ints, stretch: Stretch) -> Ints:
        by_combination: Ints = table[stretch.metric]
        if (by_combination == by_combination[-1]).all():
            return by_combination[-1:]
        return by_combination.take(self.combinations.of.take(self.columns.ticket.take(stretch.opened)))

    def _whole(self, part: Callable[[slice, Stretch], Ints]) -> Ints:
        whole = np.empty(len(self.runs), np.int64)
        for rows, stretch in self.runs.rows():
            whole[rows] = part(rows, stretch)
        return whole

    @property
    def choices(self) -> list[Choice]:
        """What applies: of the first clock to every combination, of the second, and so on."""
        return [choice for by_combination in self.combinations.choices for choice in by_combination]

    def choice_of(self, stretch: Stretch) -> Ints:
        """For each cycle of a stretch its number in `choices`; one number where all have the same."""
        width = self.fixed.shape[1]
        return self._applied(np.arange(self.fixed.size).reshape(-1, width), stretch)

    def choice_table(self) -> tuple[Ints, list[Choice]]:
        """Per cycle the number of what applies to it, and what the numbers stand for."""
        return self._whole(lambda _, stretch: self.choice_of(stretch)), self.choices

    def judge(self) -> None:
        """Work the verdicts out."""
        self.verdict = np.empty(len(self.runs), np.uint8)
        for rows, stretch in self.runs.rows():
            target = self._target(rows, stretch)
            over, none = self._judged(stretch) > target, target == NAT
            if self.varying is not None and self.varying.at_field[rows].any():
                at_field = self.varying.at_field[rows]
                over = np.where(at_field, self.runs.end_of(stretch) > self.varying.due[rows], over)
                none = none & ~at_field
            situation = stretch.state | (over.view(np.uint8) << np.uint8(3)) | (none.view(np.uint8) << np.uint8(4))
            self.verdict[rows] = _VERDICTS.take(situation)

    def remaining(self) -> Ints:
        """Target less judged span, us of working time; `NAT` without a target."""

        def left(rows: slice, stretch: Stretch) -> Ints:
            target = self._target(rows, stretch)
            return _unless_missing(target, target - self._judged(stretch))

        whole = self._whole(left)
        for rows, remaining in self._remaining_at_field():
            whole[rows] = remaining
        return whole

    def overrun(self) -> Ints:
        """What each cycle is over its target, us of working time; of a reopened one only what it added; `NAT` without a target."""
        whole = self._whole(self.overrun_of)
        for rows, remaining in self._remaining_at_field():
            whole[rows] = np.maximum(0, -remaining)
        return whole

    def overrun_of(self, rows: slice, stretch: Stretch) -> Ints:
        """`overrun` of a stretch, but for targets at a field."""
        target = self._target(rows, stretch)
        allowed = target if stretch.carried is None else np.maximum(target, stretch.carried)
        beyond = self._judged(stretch) - allowed
        return _unless_missing(target, np.maximum(beyond, 0, out=beyond))

    def _remaining_at_field(self) -> Iterator[tuple[Ints, Ints]]:
        """Rows whose target is at a field, by schedule, with the working time that is left to each."""
        if self.varying is None or not self.varying.at_field.any():
            return
        schedule_of, end = self.schedule_of, self.runs.end
        for number, schedule in enumerate(self.schedules):
            rows = np.flatnonzero(self.varying.at_field & (schedule_of == number))
            if len(rows):
                yield rows, schedule.clock.read_array(self.varying.due[rows]) - schedule.clock.read_array(end[rows])


def _unless_missing(target: Ints, given: Ints) -> Ints:
    missing = target == NAT
    return np.where(missing, NAT, given) if missing.any() else given


_FEW = 1 << 16
"""Numbers up to this are told apart by counting them."""
_OVER, _NONE = 1 << 3, 1 << 4
_BY_STATE = (WITHIN, WITHIN, WITHIN, MET, CANCELLED)
_VERDICTS = np.array(
    [
        NOT_APPLICABLE if situation & _NONE else BREACHED if situation & _OVER else _BY_STATE[min(situation & 7, len(_BY_STATE) - 1)]
        for situation in range(2 * _NONE)
    ],
    np.uint8,
)
"""The verdict by state, by whether the target is passed, and by whether there is none."""


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
    begins = columns.at[columns.starts[:-1]]
    window = np.zeros(len(begins), np.int64)
    if policies.boundaries:
        boundaries = np.array(policies.boundaries, np.int64)
        window = np.searchsorted(boundaries, begins, "right")
        regular &= window == np.searchsorted(boundaries, columns.at[columns.starts[1:] - 1], "right")
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
    rest = columns.tickets[~regular].tolist()
    one_by_one = TicketJudge(policies, replayer_of(log, columns, program, as_of), exclusions)
    others = [row for ticket in rest for row in one_by_one.judge(ticket)]
    fixed = np.array([[_fixed(choice) for choice in choices] for choices in combinations.choices], np.int64)
    judged = JudgedColumns(
        columns, program, runs, regular, combinations, schedules, np.stack(by_metric), fixed, None, excluding, others
    )  # fmt: skip
    judged.varying = _varying(judged)
    judged.judge()
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
    names = sorted(policies.choosing_fields)
    for name in names:
        codes, given = field_at_creation(columns, name)
        of = of * (len(given) + 1) + np.where(codes < 0, len(given), codes)
        if len(given) > len(columns.tickets) // 2:
            _, of = np.unique(of, return_inverse=True)
    distinct, first, of = _distinct(np.where(regular, of, -1))
    choices: list[list[Choice]] = [[] for _ in program.metrics]
    for combination, ticket in zip(distinct.tolist(), first.tolist(), strict=True):
        fields = {} if combination < 0 else _fields(columns, names, int(ticket))
        for index, metric in enumerate(program.metrics):
            none = Choice(None, None, None, None)
            choices[index].append(none if combination < 0 else policies.choose(fields, int(begins[ticket]), metric.name))
    return Combinations(of, choices)


def _distinct(numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct numbers (from -1 on), ascending, where each is found, and per element which of them it is."""
    if int(numbers.max(initial=-1)) > _FEW + len(numbers):
        distinct, found, which = np.unique(numbers, return_index=True, return_inverse=True)
        return distinct, found, which.reshape(-1)
    present = np.bincount(numbers + 1) != 0
    found = np.empty(len(present), np.int64)
    found[numbers + 1] = np.arange(len(numbers))
    distinct = np.flatnonzero(present)
    return distinct - 1, found[distinct], (np.cumsum(present) - 1)[numbers + 1]


def _fields(columns: "EventColumns", names: Sequence[str], ticket: int) -> dict[str, Any]:
    fields = {}
    for name in names:
        codes, given = field_at_creation(columns, name)
        if codes[ticket] >= 0:
            fields[name] = given[codes[ticket]]
    return fields


def _varying(judged: JudgedColumns) -> Varying | None:
    """The target of each cycle where some are not of a fixed length."""
    columns, runs, combinations = judged.columns, judged.runs, judged.combinations
    unfixed = [
        (index, number, choice.target)
        for index, choices in enumerate(combinations.choices)
        for number, choice in enumerate(choices)
        if choice.target is not None and not isinstance(choice.target.length, int)
    ]
    if not unfixed:
        return None
    target, schedule_of = judged.target, judged.schedule_of
    due = np.full(len(runs), NAT, np.int64)
    at_field = np.zeros(len(runs), np.bool_)
    metric, ticket = runs.metric, runs.ticket
    of = combinations.of[ticket]
    for index, number, wanted in unfixed:
        rows = np.flatnonzero((metric == index) & (of == number))
        if isinstance(wanted.length, WorkingDays):
            started = runs.started
            for which in np.unique(schedule_of[rows]).tolist():
                here = rows[schedule_of[rows] == which]
                schedule = judged.schedules[which]
                due[here] = schedule.days.due_array(started[here], wanted.length)
                length = schedule.clock.read_array(due[here]) - schedule.clock.read_array(started[here])
                target[here] = np.where(due[here] == NAT, NAT, length)
        elif wanted.field is not None:
            codes, given = columns.coded(wanted.field)
            code = codes[columns.starts[ticket[rows]]]
            instants = np.full(len(given) + 1, NAT, np.int64)
            used, first = np.unique(code, return_index=True)
            holders = ticket[rows[first]]
            for where in np.argsort(holders).tolist():  # the first ticket with a bad instant is the one that is named
                value = None if used[where] < 0 else given[used[where]]
                if value is not None:
                    [holder] = columns.tickets[[holders[where]]].tolist()
                    instants[used[where]] = due_instant(value, wanted.field, holder)
            due[rows] = instants[code]
            at_field[rows] = due[rows] != NAT
    return Varying(target, due, at_field)


def _fixed(choice: Choice) -> int:
    length = None if choice.target is None else choice.target.length
    return length if isinstance(length, int) else NAT
