"""Judging a log with numpy: policies chosen once for each combination of fields, verdicts for all cycles at once.

Tickets whose schedule changes during their life, of which a change ends a cycle, or whose targets change and
are more than a length of working time, are judged one by one by `slakit.judging`; both give identical verdicts.
"""

from typing import TYPE_CHECKING

import numpy as np

from slakit._time import NAT, WorkingDays
from slakit.choosing import Combinations, Follower, combinations
from slakit.columns.block import Block, Bools, Ints
from slakit.columns.interpret import interpret, regular_tickets
from slakit.columns.readings import Readings
from slakit.columns.run_columns import RunColumns
from slakit.judged_columns import Changed, JudgedColumns, Varying
from slakit.judging import WALL, TicketJudge, due_instant
from slakit.machine.program import Program
from slakit.measure_columns import changing_tickets, replayer_of
from slakit.policy import Choice, PolicySet
from slakit.ticket_readings import TicketReadings, applies_to, exclusion_groups, field_at_creation, numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slakit.events.columns import EventColumns
    from slakit.events.log import EventLog, Exclusion
    from slakit.schedule import Schedule
    from slakit.verdict import JudgedCycle


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
    due_fields = policies.fields - policies.choosing_fields
    regular = regular_tickets(columns)
    regular &= ~changing_tickets(columns, due_fields | {name for exclusion in exclusions for name in exclusion.when.fields})
    window = np.zeros(len(columns.tickets), np.int64)
    if policies.boundaries:
        boundaries = np.array(policies.boundaries, np.int64)
        window = np.searchsorted(boundaries, columns.at[columns.starts[:-1]], "right")
        regular &= window == np.searchsorted(boundaries, columns.at[columns.starts[1:] - 1], "right")
    excluding = _excluding(columns, exclusions)
    if any(target.field is not None for policy in policies.policies for _, rows in policy.targets for _, target in rows):
        regular &= ~excluding
    found = combinations(policies, program, columns, regular=regular, window=window)
    schedules: list[Schedule] = []
    schedule_by = np.array([[numbered(choice.schedule or WALL, schedules) for choice in choices] for choices in found.choices], np.int64)
    regular &= _steady(found, schedule_by)
    found = Combinations(found.of, found.choices, found.changes.only(regular))
    groups = exclusion_groups(columns, exclusions, as_of)
    readers: dict[bytes, TicketReadings] = {}
    read_by: list[TicketReadings] = []
    for chosen in schedule_by:
        which = None if len(schedules) == 1 else chosen[found.of]
        key = b"" if which is None else which.tobytes()
        read_by.append(readers.setdefault(key, TicketReadings(schedules, which, groups, as_of)))

    def read(block: Block, metric: int) -> Readings:
        return read_by[metric].read(block)

    runs = interpret(columns, program, read, as_of, regular, found.changes.position)
    fixed = np.array([[_fixed(choice) for choice in choices] for choices in found.choices], np.int64)
    changed = _follow(columns, runs, found, fixed, regular) if len(found.changes.position) else None
    others: list[JudgedCycle] = []
    if not regular.all():
        one_by_one = TicketJudge(policies, replayer_of(log, columns, program, as_of, regular), exclusions)
        others = [row for ticket in columns.tickets[~regular].tolist() for row in one_by_one.judge(ticket)]
    judged = JudgedColumns(columns, program, runs, regular, found, changed, schedules, schedule_by, fixed, None, excluding, others)
    judged.varying = _varying(judged)
    judged.judge()
    return judged


def _excluding(columns: "EventColumns", exclusions: "Sequence[Exclusion]") -> Bools:
    some = np.zeros(len(columns.tickets), np.bool_)
    for exclusion in exclusions:
        some |= applies_to(exclusion, columns)
    return some


def _steady(found: Combinations, schedule_by: Ints) -> Bools:
    """Which tickets keep their schedule, and where something changes have targets of fixed length only."""
    steady = np.ones(len(found.of), np.bool_)
    changes = found.changes
    for choices, schedules in zip(found.choices, schedule_by, strict=True):
        unfixed = np.array([choice.target is not None and not isinstance(choice.target.length, int) for choice in choices], np.bool_)
        before, after = found.of.take(changes.ticket), changes.of
        steady[changes.ticket[unfixed.take(before) | unfixed.take(after) | (schedules.take(before) != schedules.take(after))]] = False
    return steady


def _follow(columns: "EventColumns", runs: RunColumns, found: Combinations, fixed: Ints, regular: Bools) -> Changed:
    """Follow all cycles through the changes of fields; tickets of which a cycle begins anew leave the columns (and ``regular``)."""
    follower = Follower(columns, found, fixed)
    nothing = np.empty(0, np.int64)
    parts, anew = [Changed(nothing, nothing, nothing, np.empty(0, np.bool_))], [nothing]
    for metric in range(len(found.choices)):
        places, opened, marked = runs.of_clock(metric)
        followed = follower.follow(metric, opened, marked)
        parts.append(Changed(followed.rows + places.start, followed.combination, followed.since, followed.passed))
        anew.append(followed.anew)
    changed = Changed(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    leaving = np.unique(np.concatenate(anew))
    if not len(leaving):
        return changed
    regular[leaving] = False
    stays = runs.leave_out(leaving)
    kept = stays.take(changed.rows)
    rows = (np.cumsum(stays) - 1).take(changed.rows[kept])
    return Changed(rows, changed.combination[kept], changed.since[kept], changed.passed[kept])


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
    of = combinations.of[ticket]  # of unfixed targets nothing changes
    for index, combination, wanted in unfixed:
        rows = np.flatnonzero((metric == index) & (of == combination))
        if isinstance(wanted.length, WorkingDays):
            started = runs.started
            for which in np.unique(schedule_of[rows]).tolist():
                here = rows[schedule_of[rows] == which]
                schedule = judged.schedules[which]
                due[here] = schedule.days.due_array(started[here], wanted.length)
                length = schedule.clock.read_array(due[here]) - schedule.clock.read_array(started[here])
                target[here] = np.where(due[here] == NAT, NAT, length)
        elif wanted.field is not None:
            codes, given = field_at_creation(columns, wanted.field)
            code = codes[ticket[rows]]
            instants = np.full(len(given) + 1, NAT, np.int64)
            used, first = np.unique(code, return_index=True)
            holders = columns.tickets[ticket[rows[first]]].tolist()
            for number, holder in zip(used.tolist(), holders, strict=True):
                value = None if number < 0 else given[number]
                if value is not None:
                    instants[number] = due_instant(value, wanted.field, holder)
            due[rows] = instants[code]
            at_field[rows] = due[rows] != NAT
    return Varying(target, due, at_field)


def _fixed(choice: Choice) -> int:
    length = None if choice.target is None else choice.target.length
    return length if isinstance(length, int) else NAT
