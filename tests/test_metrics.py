"""The catalogue of clocks, its page, and clocks of one's own in the manner of two products."""

import runpy
from pathlib import Path

import pytest

from slakit import EventLog, Schedule, measure, metrics
from slakit.errors import MetricError
from slakit.machine.checks import check
from slakit.metrics import Metric, on

DOCS = Path(__file__).resolve().parents[1] / "docs"
DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
HOUR = 3_600_000_000


def test_the_page_is_current():
    """``docs/metrics.md`` is what its maker makes of the catalogue."""
    made = runpy.run_path(str(DOCS / "generate_metrics.py"))["page"]()
    assert (DOCS / "metrics.md").read_text(encoding="utf-8") == made
    assert all(f"## {name}\n" in made for name in metrics.CATALOGUE)


def test_the_catalogue_is_that_of_the_specification():
    """The ids are those of SPEC 4 with their variants; each clock has a sentence; the six stays are the six categories."""
    assert set(metrics.CATALOGUE) == {
        "first_response", "first_response.pausable", "next_response", "next_response.latest", "resolution", "resolution.each",
        "first_resolution", "total_resolution", "requester_wait", "agent_work", "periodic_update", "pausable_update", "queue",
        "service_delivery", "service_delivery.accepted", "service_delivery.net", "ownership",
        *(f"time_in.{name}" for name in ("new", "open", "pending", "on_hold", "solved", "closed")),
    }  # fmt: skip
    assert all(metric.description and metric.name == name for name, metric in metrics.CATALOGUE.items())
    assert [metric.name for metric in metrics.TIME_IN.values()] == [f"time_in.{name}" for name in metrics.TIME_IN]
    going_on = {name for name, metric in metrics.CATALOGUE.items() if metric.accumulates}
    assert going_on == {"resolution", "total_resolution", "requester_wait", "agent_work", "first_response.pausable"}


@pytest.mark.parametrize("name", ["resolution", "periodic_update", "queue", "ownership", "time_in.pending", "service_delivery.net"])
def test_the_catalogue_passes_the_checks(name):
    """Clocks that take no part in merges stand the checks that clocks of one's own are put to."""
    check(metrics.CATALOGUE[name])


def test_names_lead_to_metrics():
    """Ids and values are taken alike, alone or several; what is unknown, missing or twice is refused."""
    assert metrics.get("resolution.each") is metrics.RESOLUTION_EACH
    own = Metric.define("own", start=on.created, stop=on.reply)
    assert metrics.several(["queue", own]) == (metrics.QUEUE, own)
    assert metrics.several("queue") == (metrics.QUEUE,)
    assert metrics.several(own) == (own,)
    for given, code in (
        ("resolutoin", "unknown_metric"),
        ([], "no_metric"),
        (["queue", metrics.QUEUE], "repeated_metric"),
        (17, "unknown_metric"),
    ):
        with pytest.raises(MetricError) as caught:
            metrics.several(given) if isinstance(given, list) else metrics.get(given)
        assert caught.value.code == code
    with pytest.raises(MetricError, match="did you mean 'resolution'"):
        metrics.get("resolutoin")


def rows(*parts):
    """Rows of one ticket in March 2026 from (day and time, kind, keys)."""
    return EventLog.from_records([{"ticket": 1, "at": f"2026-03-{when}:00+00:00", "kind": kind, **keys} for when, kind, keys in parts])


def spans(log, metric, until="2026-03-06T17:00:00Z"):
    """The cycles of a clock from both interpreters, which must agree: (phase, cause, elapsed in hours)."""
    one, other = (measure(log, metric, schedule=DESK, as_of=until, engine=engine) for engine in ("object", "column"))
    assert one == other
    return [(row.phase, row.cause, row.elapsed_us / HOUR) for row in one]


def test_jira_time_to_first_response():
    """Starts at creation, stops at a comment for the customer or at the resolution."""
    goal = Metric.define("jira.time_to_first_response", start=on.created, stop=on.reply | on.solved)
    log = rows(("02T09:00", "created", {}), ("02T10:00", "note", {"role": "agent"}), ("02T11:00", "message", {"role": "agent"}))
    assert spans(log, goal) == [("stopped", "stop", 2)]
    assert spans(rows(("02T09:00", "created", {}), ("02T10:00", "status", {"status": "solved"})), goal) == [("stopped", "stop", 1)]


def test_jira_time_to_resolution():
    """Starts at creation and when the resolution is cleared, pauses while waiting for the customer, stops when it is set."""
    goal = Metric.define("jira.time_to_resolution", start=on.created | on.reopened, pause=on.in_status("pending"), stop=on.solved)
    log = rows(
        ("02T09:00", "created", {}),
        ("02T10:00", "status", {"status": "pending"}),
        ("02T12:00", "status", {"status": "open"}),
        ("02T13:00", "status", {"status": "solved"}),
        ("03T09:00", "status", {"status": "open"}),
        ("03T10:30", "status", {"status": "closed"}),
    )
    assert spans(log, goal) == [("stopped", "stop", 2), ("stopped", "stop", 1.5)]


def test_jira_time_waiting_for_support():
    """Runs each time that the ticket is in the hands of support."""
    goal = Metric.define("jira.time_waiting_for_support", start=on.entering("new", "open"), stop=on.leaving("new", "open"))
    log = rows(
        ("02T09:00", "created", {}),
        ("02T09:30", "status", {"status": "open"}),
        ("02T10:00", "status", {"status": "pending"}),
        ("02T16:00", "status", {"status": "open"}),
        ("03T09:30", "status", {"status": "solved"}),
    )
    assert spans(log, goal) == [("stopped", "stop", 1), ("stopped", "stop", 1.5)]


def test_servicenow_with_reset_and_cancel():
    """Starts with priority 1, pauses on hold, starts afresh at another group, is cancelled when the priority is lowered."""
    definition = Metric.define(
        "servicenow.priority_1",
        start=on.created_with("priority", "1") | on.field("priority", "1"),
        pause=on.in_status("on_hold"),
        stop=on.solved,
        reset=on.new_holder,
        cancel=on.field("priority") & ~on.field("priority", "1"),
    )
    log = rows(
        ("02T09:00", "created", {"priority": "1"}),
        ("02T10:00", "assigned", {"group": "network"}),
        ("02T11:00", "status", {"status": "on_hold"}),
        ("02T12:00", "field", {"field": "priority", "value": "3"}),
        ("02T13:00", "field", {"field": "priority", "value": "1"}),
        ("02T14:00", "status", {"status": "open"}),
        ("02T15:00", "assigned", {"group": "network"}),
        ("02T16:00", "status", {"status": "solved"}),
    )
    assert spans(log, definition) == [("cancelled", "reset", 1), ("cancelled", "cancel", 1), ("stopped", "stop", 2)]
    assert spans(rows(("02T09:00", "created", {"priority": "2"})), definition) == []


def test_a_solve_cancels_what_it_does_not_stop():
    """A clock of one's own that a solve does not stop is cancelled by it, unless it may run while solved."""
    log = rows(("02T09:00", "created", {}), ("02T10:00", "status", {"status": "solved"}), ("02T12:00", "rating", {"value": 5}))
    asked = {"start": on.created, "stop": on.kind("rating")}
    assert spans(log, Metric.define("rated", **asked)) == [("cancelled", "solved", 1)]
    assert spans(log, Metric.define("rated", while_solved=True, **asked)) == [("stopped", "stop", 3)]


def test_a_reset_begins_a_cycle_also_for_a_clock_that_does_not_repeat():
    """``repeats=False`` is about starting; a reset opens a new cycle all the same, and after the stop nothing starts."""
    goal = Metric.define("once", start=on.created | on.kind("escalated"), stop=on.reply, reset=on.kind("accepted"), repeats=False)
    log = rows(
        ("02T09:00", "created", {}), ("02T10:00", "accepted", {}), ("02T12:00", "message", {"role": "agent"}), ("02T13:00", "escalated", {})
    )
    assert spans(log, goal) == [("cancelled", "reset", 1), ("stopped", "stop", 2)]


def test_a_pause_on_an_event():
    """A pause that begins at an event ends at another."""
    goal = Metric.define("hands_on", start=on.created, stop=on.solved, pause=on.kind("work_ended"), resume=on.kind("work_started"))
    log = rows(
        ("02T09:00", "created", {}),
        ("02T10:00", "work_ended", {}),
        ("02T12:00", "work_started", {}),
        ("02T12:30", "work_ended", {}),
        ("02T14:00", "status", {"status": "solved"}),
    )
    assert spans(log, goal) == [("stopped", "stop", 1.5)]
    assert spans(log, goal, "2026-03-02T11:00:00Z") == [("paused", None, 1)]


def test_by_the_assignee():
    """A condition on who holds the ticket: only the holder's reply stops the clock."""
    goal = Metric.define("own_reply", start=on.created, stop=on.reply & on.by_assignee)
    log = rows(
        ("02T09:00", "created", {}),
        ("02T10:00", "assigned", {"to": "sara"}),
        ("02T11:00", "message", {"role": "agent", "actor": "amir"}),
        ("02T12:00", "message", {"role": "agent", "actor": "sara"}),
    )
    assert spans(log, goal) == [("stopped", "stop", 3)]
