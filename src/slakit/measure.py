"""The main job: a log, some clocks and a schedule in, cycles out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from slakit import metrics as catalogue
from slakit._time import instant
from slakit.cycles import Cycle, Cycles, cycle_of
from slakit.errors import EventError, QueryError, ScheduleError, did_you_mean
from slakit.events import EventLog
from slakit.events.kinds import Role
from slakit.machine.metric import Metric
from slakit.machine.program import Program
from slakit.replays import Replayer, measured
from slakit.schedule import Schedule, ScheduleBy

if TYPE_CHECKING:
    from slakit.events import Exclusion

ENGINES = ("auto", "object", "column")

_programs: dict[tuple[tuple[Metric, ...], frozenset[Role]], Program] = {}
_PROGRAMS_KEPT = 64
_recent: list[Any] = []
"""What was asked for last and its program: a policy set that judges ticket after ticket asks for the same objects."""


def program_of(metrics: Any, responders: Iterable[str | Role] = ("agent",)) -> Program:
    """The compiled program of some metrics; kept, since programs are asked for again and again.

    Raises:
        MetricError: ``unknown_metric`` and the like.
        EventError: ``unknown_role``.
    """
    if _recent and metrics is _recent[0] and responders == _recent[1]:
        return _recent[2]  # type: ignore[no-any-return]
    key = (catalogue.several(metrics), frozenset(map(Role.of, responders)))
    found = _programs.get(key)
    if found is None:
        if len(_programs) >= _PROGRAMS_KEPT:
            _programs.clear()
        found = _programs[key] = Program(*key)
    if type(metrics) is tuple and type(responders) is tuple:
        _recent[:] = metrics, responders, found
    return found


def refuse_what_is_no_log(log: Any) -> None:
    """Raise for rows and frames that were not made a log first.

    Raises:
        EventError: ``not_a_log``.
    """
    if not isinstance(log, EventLog):
        message = f"{type(log).__name__} is no log: build one with EventLog.from_records(...), from_columns(...) or of(...)"
        raise EventError(message, code="not_a_log", given=log)


def measure(
    log: EventLog, metrics: "str | Metric | Iterable[str | Metric]", *, schedule: Schedule | ScheduleBy, as_of: Any, engine: str = "auto",
    exclusions: "Iterable[Exclusion]" = (), responders: Iterable[str | Role] = ("agent",),
) -> Cycles:  # fmt: skip
    """Run clocks over a log.

    Args:
        log: the events.
        metrics: ids such as ``"first_response"`` or `Metric` values.
        schedule: the working time in which clocks run, or a `ScheduleBy` that chooses it by a field.
        as_of: the instant up to which the log is known: events at it count, later ones do not; open
            cycles end there. Aware datetime, ISO 8601 text with an offset, or ``datetime64`` (UTC).
        engine: ``"object"`` takes tickets one by one, ``"column"`` all at once with numpy,
            ``"auto"`` columns for a log that was built from arrays. Both give the same integers.
        exclusions: spans that are taken out of the clocks (SPEC 4.5).
        responders: roles whose public messages are replies; human agents unless widened.

    Returns:
        One row a cycle, spans in microseconds of working time.

    Raises:
        MetricError: ``unknown_metric``, ``no_metric``, ``repeated_metric``.
        ScheduleError: ``no_open_time``, ``bad_schedule``, and ``unknown_value`` for a ticket that no
            schedule of a `ScheduleBy` covers.
        TimeError: ``naive_time`` for an ``as_of`` without an offset.
        QueryError: ``unknown_engine``.
        EventError: ``not_a_log``.
    """
    refuse_what_is_no_log(log)
    if engine not in ENGINES:
        message = f"engine={engine!r}: {did_you_mean(engine, ENGINES)}"
        raise QueryError(message, code="unknown_engine", given=engine)
    if not isinstance(schedule, Schedule | ScheduleBy):
        message = f"schedule={schedule!r} is no schedule: build one with Schedule.weekly(...), Schedule.always() or ScheduleBy(...)"
        raise ScheduleError(message, code="bad_schedule", given=schedule)
    program, until, excluded = program_of(metrics, responders), instant(as_of), tuple(exclusions)
    if engine == "column" or (engine == "auto" and log.in_columns):
        from slakit.measure_columns import measure_columns  # noqa: PLC0415 - numpy only for columns

        return measure_columns(log, program, schedule, until, excluded)
    return Cycles(program.metrics, log, until, schedule=schedule, rows=_rows(log, program, schedule, until, excluded))


def _rows(
    log: EventLog, program: Program, schedule: Schedule | ScheduleBy, as_of: int, exclusions: "Sequence[Exclusion]"
) -> tuple[Cycle, ...]:
    by_metric = ticket_rows(Replayer(log, program, as_of), log.tickets, schedule, exclusions)
    return tuple(row for rows in by_metric.values() for row in rows)


def ticket_rows(
    replayer: Replayer, tickets: Iterable[str | int], schedule: Schedule | ScheduleBy, exclusions: "Sequence[Exclusion]"
) -> dict[str, list[Cycle]]:
    """The cycles of some tickets by metric, from the object interpreter."""
    metrics = replayer.program.metrics
    by_metric: dict[str, list[Cycle]] = {metric.name: [] for metric in metrics}
    for ticket in tickets:
        events = replayer.life(ticket)
        if events:
            walk = measured(replayer, ticket, events, schedule, exclusions)
            for metric, runs in zip(metrics, walk.runs, strict=True):
                by_metric[metric.name] += [cycle_of(run, metrics, ticket, walk.gone) for run in runs]
    return by_metric
