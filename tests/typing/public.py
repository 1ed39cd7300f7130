"""The public names as a type checker sees them; checked by mypy, never run."""

from datetime import datetime, timedelta
from typing import Any, assert_type

from slakit import Cycles, Event, EventLog, Finding, Schedule, ScheduleBy, measure, metrics
from slakit.errors import LogErrors, SlakitError


def a_log_is_made_and_measured(rows: list[dict[str, Any]], now: datetime) -> None:
    """The main job, end to end."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin")
    assert_type(desk, Schedule)
    by_team = ScheduleBy("team", {"north": desk}, default=Schedule.always())
    log = EventLog.from_records(rows, statuses={"Waiting": "pending"})
    assert_type(log, EventLog)
    assert_type(EventLog.of(Event(ticket="T-1", at=now, kind="created")), EventLog)
    cycles = measure(log, [metrics.FIRST_RESPONSE, "resolution"], schedule=by_team, as_of=now)
    assert_type(cycles, Cycles)
    assert_type(cycles[0].elapsed, timedelta)
    assert_type(cycles[0].started_at, datetime)
    assert_type(cycles[0].stopped_at, datetime | None)
    assert_type(cycles.findings, tuple[Finding, ...])


def errors_have_codes(error: SlakitError, errors: LogErrors) -> None:
    """Codes and fields are part of the interface."""
    assert_type(error.code, str)
    assert_type(error.fields, dict[str, Any])
    assert_type(errors.code, str)
