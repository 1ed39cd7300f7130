"""The trace of one clock on one ticket."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import EventLog, Schedule, measure
from slakit.errors import MetricError, QueryError
from slakit.trace import trace
from tests.profiles import examples
from tests.strategies import log_of
from tests.strategies_clocks import CATALOGUE, any_schedules, clock_rows, known_until, merging_rows, several_exclusions

DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
HOUR = 3_600_000_000


def row(when, kind, **keys):
    """A row of the only ticket, in March 2026."""
    return {"ticket": "T-1", "at": f"2026-03-{when}:00+00:00", "kind": kind, **keys}


ROWS = [
    row("02T09:00", "created"),
    row("02T10:00", "status", status="pending"),
    row("02T11:00", "note", role="agent"),
    row("03T10:00", "status", status="open"),
    row("03T11:00", "status", status="solved"),
]
LOG = EventLog.from_records(ROWS)
TOLD = trace(LOG, "T-1", "resolution", schedule=DESK, as_of="2026-03-03T12:00:00Z")


def test_a_step_an_event():
    """State before and after, what was done, the reading since creation and what is used up: by hand, hours 9-17."""
    assert [(step.before, step.after, step.effects) for step in TOLD] == [
        ("idle", "running", ("open",)),
        ("running", "paused", ("pause",)),
        ("paused", "paused", ()),
        ("paused", "running", ("resume",)),
        ("running", "stopped", ("close",)),
    ]
    assert [step.reading_us for step in TOLD] == [0, HOUR, 2 * HOUR, 9 * HOUR, 10 * HOUR]
    assert [step.elapsed_us for step in TOLD] == [0, HOUR, HOUR, HOUR, 2 * HOUR]
    assert [step.ordinal for step in TOLD] == [1] * 5
    assert (TOLD.state, TOLD.elapsed_us, len(TOLD)) == ("stopped", 2 * HOUR, 5)


def test_a_step_says_why():
    """Each change names the condition behind it; an event that changes nothing has none."""
    assert TOLD[0].why == "starts: kind is created"
    assert TOLD[1].why == "pauses: after is pending"
    assert TOLD[2].why == ""
    assert TOLD[3].why == "resumes: no longer after is pending"
    assert TOLD[4].why.startswith("ends (solved): ")
    assert TOLD[4].meets == ("stop", "resume")
    assert "kind=status, role=" not in TOLD[4].situation
    assert "before=open, after=solved" in TOLD[4].situation


def test_a_reset_and_a_cancel_say_why():
    """A further message resets the latest wait, a solve cancels it; the catalogue's words tell which."""
    rows = [ROWS[0], row("02T09:30", "message", role="agent"), row("02T10:00", "message", role="customer")]
    rows += [row("02T10:30", "message", role="customer"), row("02T11:00", "status", status="solved")]
    told = trace(EventLog.from_records(rows), "T-1", "next_response.latest", schedule=DESK, as_of="2026-03-03T12:00:00Z")
    assert told[3].effects == ("open", "close")
    assert told[3].why.startswith("ends (reset): ")
    assert "; starts" in told[3].why
    assert told[4].why.startswith("ends (solved): ")
    assert (told.state, told[4].ordinal, told[4].elapsed_us) == ("cancelled", 2, HOUR // 2)


def test_it_reads_well():
    """The text has a line an event and the state at the end; plain data holds the same."""
    lines = repr(TOLD).splitlines()
    assert lines[0] == "<Trace of resolution on ticket 'T-1': 5 steps>"
    assert len(lines) == 7
    assert "running -> paused" in lines[2]
    assert lines[-1].split() == ["2026-03-03", "12:00:00Z", "(as", "of)", "stopped", "2:00:00"]
    plain = TOLD.to_dict()
    assert [step["after"] for step in plain["steps"]] == [step.after for step in TOLD]
    assert (plain["state"], plain["elapsed_us"], plain["metric"]) == ("stopped", 2 * HOUR, "resolution")


def test_what_it_cannot_answer():
    """An unknown ticket, one that is not known yet and an unknown clock are refused."""
    how = {"schedule": DESK, "as_of": "2026-03-03T12:00:00Z"}
    with pytest.raises(QueryError):
        trace(LOG, "T-2", "resolution", **how)
    with pytest.raises(QueryError):
        trace(LOG, "T-1", "resolution", schedule=DESK, as_of="2026-03-01T12:00:00Z")
    with pytest.raises(MetricError):
        trace(LOG, "T-1", "resolutoin", **how)


@examples(400)
@given(st.one_of(clock_rows(), merging_rows()), known_until, st.sampled_from(CATALOGUE), any_schedules, several_exclusions)
def test_every_step_is_the_answer_as_of_it(rows, until, metric, schedule, exclusions):
    """After the last event of an instant, state, number and elapsed are those of the measurement as of that instant."""
    log = log_of(rows)
    how = {"schedule": schedule, "exclusions": exclusions}
    for ticket in log.tickets:
        if log.events_of(ticket)[0].time > until:
            continue
        told = trace(log, ticket, metric, as_of=until, **how)
        for step, following in zip(told, [*told.steps[1:], None], strict=True):
            at = max(step.at, told[0].at)
            if following is not None and following.at <= at:
                continue
            found = [cycle for cycle in measure(log, metric, as_of=at, **how) if cycle.ticket == ticket]
            assert step.ordinal == len(found)
            assert step.after == (found[-1].phase if found else "idle")
            assert step.elapsed_us == (found[-1].elapsed_us if found else 0)
        found = [cycle for cycle in measure(log, metric, as_of=until, **how) if cycle.ticket == ticket]
        assert told.state == (found[-1].phase if found else "idle")
        assert told.elapsed_us == (found[-1].elapsed_us if found else 0)


def test_the_instant_of_a_step_is_aware():
    """Instants are aware datetimes in UTC."""
    assert TOLD[0].at == datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    assert TOLD[0].at.utcoffset() == timedelta(0)
