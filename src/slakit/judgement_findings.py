"""What is doubtful about a judgement: in the log, and in how the policies meet it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from slakit.errors import Finding, ScheduleError, did_you_mean
from slakit.events.doubts import in_order
from slakit.events.kinds import EventKind
from slakit.machine.table import State
from slakit.schedule import Schedule
from slakit.verdict import JudgedCycle

if TYPE_CHECKING:
    from slakit.judgement import Judgement

CODES = ("unknown_field", "unknown_priority", "unreachable", "holidays_unknown")
"""The findings of this floor; those of the log are `slakit.events.doubts.CODES`."""
Reads = dict[int, tuple[Schedule, int, int]]


def findings_of(judgement: "Judgement") -> tuple[Finding, ...]:
    """Every finding of a judgement, in their one order."""
    found = [*judgement.log.findings_as_of(judgement.as_of), *_unknown_fields(judgement), *_unknown_priorities(judgement)]
    if judgement.engine == "object" or judgement.regular is None:
        rows: Iterable[JudgedCycle] = judgement.rows
        reads = _reads(rows, {})
    else:
        rows, reads = _column_rows(judgement)
    found += [finding for row in rows if (finding := _unreachable(row)) is not None]
    for schedule, since, until in reads.values():
        unknown = schedule.holidays_unknown(until, since=since)
        found += [*schedule.findings, *(() if unknown is None else (unknown,))]
    return in_order(dict.fromkeys(found))


def _unknown_fields(judgement: "Judgement") -> Iterator[Finding]:
    """A policy's condition on a field that no ticket has: a policy that never applies, or always."""
    named: dict[str, str] = {}
    for policy in judgement.policies.policies:
        for field in () if policy.when is None else policy.when.fields:
            named.setdefault(field, policy.name)
    if not named or not len(judgement.log):
        return
    known = _known_fields(judgement)
    for field in sorted(set(named) - known):
        message = (
            f"policy {named[field]!r} has a condition on the field {field!r}, which no ticket has: {did_you_mean(field, sorted(known))}"
        )
        yield Finding("unknown_field", message, fields=(("field", field), ("policy", named[field])))


def _known_fields(judgement: "Judgement") -> set[str]:
    if judgement.log.in_columns:
        from slakit.ticket_fields import field_names  # noqa: PLC0415 - numpy only for columns

        return set(field_names(judgement.log.columns().cut(judgement.as_of)))
    found: set[str] = set()
    for event in judgement.log:
        if event.at <= judgement.as_of:
            if event.kind is EventKind.CREATED:
                found.update(event.data)
            elif event.kind is EventKind.FIELD:
                found.add(event.data["field"])
    return found


def _unknown_priorities(judgement: "Judgement") -> Iterator[Finding]:
    known, tickets = set(judgement.policies.priorities), dict[str, set[str | int]]()
    if judgement.engine == "object":
        pairs: Iterable[tuple[str | int, str | None]] = ((row.ticket, row.choice.priority) for row in judgement.rows)
    else:
        pairs = zip(judgement.column("ticket").tolist(), judgement.column("priority").tolist(), strict=True)
    for ticket, priority in pairs:
        if priority is not None and priority not in known:
            tickets.setdefault(priority, set()).add(ticket)
    for priority, having in sorted(tickets.items()):
        message = f"{len(having):,} tickets have the priority {priority!r}, which the policies do not know: {did_you_mean(priority, judgement.policies.priorities)}"
        yield Finding("unknown_priority", message, fields=(("priority", priority), ("tickets", len(having))))


def _unreachable(row: JudgedCycle) -> Finding | None:
    """A deadline that no later opening reaches."""
    target = row.choice.target
    if target is None or target.field is not None or row.due_us is not None or (row.open and row.run.state is State.PAUSED):
        return None
    if row.target_us is not None:
        try:
            row.meter.due_at(row.run.end_us, row.target_us - row.judged_us)
        except ScheduleError:
            pass
        else:
            return None
    message = f"{row.metric.name} {row.run.ordinal}: no later opening reaches its target of {target.text}: give the schedule later hours"
    return Finding("unreachable", message, row.ticket, row.run.started_us, (("metric", row.metric.name), ("ordinal", row.run.ordinal)))


def _reads(rows: Iterable[JudgedCycle], reads: Reads) -> Reads:
    """For each schedule in use, from where to where it was read, us."""
    for row in rows:
        for change in row.changes:
            schedule = change.choice.schedule
            if schedule is not None:
                until = max(row.run.end_us, row.due_us or 0)
                _, since, last = reads.get(id(schedule), (schedule, row.run.started_us, until))
                reads[id(schedule)] = schedule, min(since, row.run.started_us), max(last, until)
    return reads


def _column_rows(judgement: "Judgement") -> tuple[list[JudgedCycle], Reads]:
    """The cycles that were judged one by one or have no deadline, and what the schedules of all were read for."""
    import numpy as np  # noqa: PLC0415 - numpy only for columns

    from slakit._time import NAT  # noqa: PLC0415 - beside its only use

    regular = judgement.regular
    assert regular is not None  # noqa: S101 - the caller has looked
    judged = regular.judged
    due, ends = judgement.column("due_at"), judgement.column("ticket")
    promised = (judgement.column("target_us") != NAT) | np.array(
        [str(why).startswith("no later opening") for why in judgement.column("reason").tolist()], bool
    )
    odd = np.unique(ends[(due == NAT) & promised & (judgement.column("phase") != State.PAUSED.text)]).tolist() if len(due) else []
    rows = [row for ticket in odd for row in judgement.of(ticket)]
    reads: Reads = {}
    runs, deadlines = judged.runs, regular.column("due_at")
    for number, schedule in enumerate(judged.schedules):
        here = judged.schedule_of == number
        if here.any():
            until = max(int(runs.end[here].max()), int(deadlines[here].max()))
            reads[id(schedule)] = schedule, int(runs.started[here].min()), until
    return rows, _reads(judged.others, reads)
