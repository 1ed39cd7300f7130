"""The main job: engines, schedules by a field, exclusions, findings, errors."""

import numpy as np
import pytest

from slakit import EventLog, Exclusion, Schedule, ScheduleBy, measure, metrics
from slakit.errors import EventError, MetricError, QueryError, ScheduleError, TimeError
from slakit.events.columns import EventColumns
from tests.strategies import as_table

HOUR = 3_600_000_000
DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
ALWAYS = Schedule.always()
NOON = "2026-03-02T12:00:00Z"
ENGINES = pytest.mark.parametrize("engine", ["object", "column"])


def row(ticket, when, kind, **keys):
    """A row in March 2026."""
    return {"ticket": ticket, "at": f"2026-03-{when}:00+00:00", "kind": kind, **keys}


ROWS = [
    row(1, "02T09:00", "created", team="north"),
    row(1, "02T10:00", "message", role="agent"),
    row(2, "02T11:00", "created", team="night"),
]
LOG = EventLog.from_records(ROWS)


def test_auto_takes_the_engine_that_fits_the_log():
    """A log of objects is measured by objects, a log of arrays by columns, unless the caller says otherwise."""
    arrays = EventLog.from_columns(as_table(ROWS))
    how = {"schedule": DESK, "as_of": NOON}
    assert measure(LOG, "queue", **how).engine == "object"
    assert measure(arrays, "queue", **how).engine == "column"
    assert measure(arrays, "queue", engine="object", **how) == measure(LOG, "queue", engine="column", **how)


@ENGINES
def test_an_open_cycle_is_kept(engine):
    """An open cycle has no stop and counts up to ``as_of``; what is not known yet is not there."""
    cycles = measure(LOG, "first_response", schedule=DESK, as_of=NOON, engine=engine)
    assert [(one.ticket, one.phase, one.stopped_at, one.elapsed_us) for one in cycles] == [
        (1, "stopped", cycles[0].stopped_at, HOUR), (2, "running", None, HOUR),
    ]  # fmt: skip
    assert [one.open for one in cycles] == [False, True]
    assert [one.ticket for one in measure(LOG, "first_response", schedule=DESK, as_of="2026-03-02T10:30:00Z", engine=engine)] == [1]
    assert len(measure(LOG, "first_response", schedule=DESK, as_of="2026-03-01T10:30:00Z", engine=engine)) == 0


@ENGINES
def test_responders_widen_what_a_reply_is(engine):
    """A robot's message answers only where robots are among the responders."""
    log = EventLog.from_records([row(1, "02T09:00", "created"), row(1, "02T10:00", "message", role="bot")])
    how = {"schedule": DESK, "as_of": NOON, "engine": engine}
    assert measure(log, "first_response", **how)[0].phase == "running"
    assert measure(log, "first_response", responders=("agent", "bot"), **how)[0].phase == "stopped"
    with pytest.raises(EventError):
        measure(log, "first_response", responders=("robot",), **how)


@ENGINES
def test_customers_do_not_answer_themselves(engine):
    """With customers among the responders their messages still ask and wait for an answer, in both interpreters."""
    ask = row(1, "02T10:00", "message", role="customer")
    how = {"schedule": DESK, "as_of": NOON, "engine": engine, "responders": ("customer", "agent")}
    twice = EventLog.from_records([row(1, "02T09:00", "created"), ask, ask | {"at": "2026-03-02T11:00:00+00:00"}])
    assert len(measure(twice, "next_response.latest", **how)) == 0
    reopened = EventLog.from_records([row(1, "02T09:00", "created", status="solved"), ask, row(1, "02T11:00", "status", status="open")])
    assert [one.elapsed_us for one in measure(reopened, "first_response", **how)] == [2 * HOUR]


@ENGINES
def test_a_schedule_by_a_field(engine):
    """Each ticket is read on the schedule of its team; another value takes the default, and without one it is an error."""
    rows = [row("a", "02T16:00", "created", team="north"), row("b", "02T16:00", "created", team="night"), row("c", "02T16:00", "created")]
    log = EventLog.from_records(rows)
    by = ScheduleBy("team", {"north": DESK, "night": ALWAYS}, default=DESK)
    how = {"as_of": "2026-03-02T20:00:00Z", "engine": engine}
    assert [one.elapsed_us // HOUR for one in measure(log, "resolution", schedule=by, **how)] == [1, 4, 1]
    with pytest.raises(ScheduleError) as caught:
        measure(log, "resolution", schedule=ScheduleBy("team", {"north": DESK, "night": ALWAYS}), **how)
    assert caught.value.code == "unknown_value"


def test_engines_raise_the_same_for_several_strangers():
    """With several values that no schedule covers, both engines name the one of the first ticket."""
    rows = [
        row("b", "02T09:00", "created", team="x"),
        row("a", "02T09:00", "created", team="y"),
        row("a", "02T10:00", "field", field="team", value="z"),
    ]
    texts = set()
    for engine in ("object", "column"):
        with pytest.raises(ScheduleError) as caught:
            measure(EventLog.from_records(rows), "queue", schedule=ScheduleBy("team", {}), as_of=NOON, engine=engine)
        texts.add(str(caught.value))
    assert len(texts) == 1
    assert "team='y'" in texts.pop()


def test_an_event_out_of_reach_that_no_clock_reads():
    """An event beyond the horizon of schedules is no error where no cycle needs its reading, in either engine."""
    rows = [{"ticket": 1, "at": "1890-01-01T00:00:00Z", "kind": "created", "role": "agent"}, row(1, "02T09:00", "message", role="customer")]
    log = EventLog.from_records(rows)
    one, other = (measure(log, "first_response", schedule=DESK, as_of=NOON, engine=engine) for engine in ("object", "column"))
    assert one == other
    assert [cycle.elapsed_us // HOUR for cycle in other] == [3]
    for engine in ("object", "column"):
        with pytest.raises(ScheduleError) as caught:
            measure(log, "queue", schedule=DESK, as_of=NOON, engine=engine)
        assert caught.value.code == "beyond_horizon"


@ENGINES
def test_exclusions_are_taken_out_of_the_clock(engine):
    """Overlapping spans count once, within working time, for the tickets that the conditions name; a pause is charged less, too."""
    rows = [
        row(1, "02T09:00", "created", tier="gold"), row(1, "02T11:00", "status", status="pending"), row(1, "02T13:00", "status", status="solved"),
        row(2, "02T09:00", "created", tier="silver"),
        row(3, "02T09:00", "created", tier="silver"), row(3, "02T09:30", "field", field="tier", value="gold"),
    ]  # fmt: skip
    spans = [
        Exclusion("2026-03-02T07:00:00Z", "2026-03-02T09:15:00Z", "night work"),
        Exclusion("2026-03-02T10:00:00Z", "2026-03-02T11:30:00Z", "outage", when={"tier": "gold"}),
        Exclusion("2026-03-02T10:30:00Z", "2026-03-02T12:00:00Z", "outage again", when={"tier": "gold"}),
        Exclusion("2026-03-09T10:30:00Z", "2026-03-09T12:00:00Z", "later"),
    ]
    cycles = measure(
        EventLog.from_records(rows), "resolution", schedule=DESK, as_of="2026-03-02T13:00:00Z", exclusions=spans, engine=engine
    )
    minutes = [(one.elapsed_us // 60_000_000, one.paused_us // 60_000_000, one.excluded_us // 60_000_000) for one in cycles]
    assert minutes == [(45, 60, 135), (225, 0, 15), (105, 0, 135)]


@ENGINES
@pytest.mark.parametrize("columns", [False, True])
def test_what_schedules_do_not_know_is_found(engine, columns):
    """A measurement that reads beyond the known holidays carries the finding once, for schedules in use only."""
    rows = [
        row(1, "02T09:00", "created", team="north"),
        row(1, "02T10:00", "field", field="team", value="day"),
        row(2, "02T09:30", "message"),
    ]
    log = EventLog.from_columns(as_table(rows)) if columns else EventLog.from_records(rows)
    short = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays=["2025-12-25"])
    other = Schedule.weekly("mon-fri 09:00-16:00", tz="UTC", holidays=["2024-12-25"])
    how = {"as_of": NOON, "engine": engine}

    def codes(schedule):
        return [finding.code for finding in measure(log, "queue", schedule=schedule, **how).findings]

    assert codes(short) == ["holidays_unknown", "no_created"]
    assert codes(DESK) == ["no_created"]
    assert codes(ScheduleBy("team", {"north": short, "day": other}, default=DESK)) == ["holidays_unknown", "holidays_unknown", "no_created"]
    assert codes(ScheduleBy("team", {"north": DESK, "day": DESK, "night": short}, default=DESK)) == ["no_created"]
    assert codes(ScheduleBy("team", {"north": DESK, "day": DESK}, default=other)) == ["holidays_unknown", "no_created"]
    assert [one.code for one in measure(log, "queue", schedule=short, as_of="2026-03-01T09:00:00Z", engine=engine).findings] == []


def test_what_cannot_be_asked():
    """Unknown engines, clocks and schedules and a naive ``as_of`` are refused with their codes."""
    asked = [
        ({"engine": "colum"}, QueryError, "unknown_engine"),
        ({"schedule": "9-17"}, ScheduleError, "bad_schedule"),
        ({"as_of": "2026-03-02T12:00:00"}, TimeError, "naive_time"),
        ({"metrics": "resolutoin"}, MetricError, "unknown_metric"),
        ({"metrics": []}, MetricError, "no_metric"),
        ({"metrics": ["queue", "queue"]}, MetricError, "repeated_metric"),
    ]
    for changes, error, code in asked:
        how = {"metrics": "queue", "schedule": DESK, "as_of": NOON} | changes
        with pytest.raises(error) as caught:
            measure(LOG, **how)
        assert caught.value.code == code


def test_programs_are_kept_but_not_for_ever():
    """The same clocks give the same compiled program; many different ones do not pile up."""
    from slakit.measure import program_of

    first = program_of("queue")
    assert program_of(metrics.QUEUE) is first
    for number in range(70):
        program_of(metrics.Metric.define(f"m{number}", start=metrics.on.created, stop=metrics.on.reply))
    assert program_of("queue") is not first


@ENGINES
def test_an_empty_log(engine):
    """Nothing gives nothing."""
    cycles = measure(EventLog.from_records([]), list(metrics.CATALOGUE), schedule=DESK, as_of=NOON, engine=engine)
    assert (len(cycles), cycles.findings, list(cycles)) == (0, (), [])
    assert all(column == [] for column in cycles.to_dict().values())


def test_a_ticket_of_many_events():
    """Seventeen thousand events of one ticket among tickets of one."""
    rows = [row(2, "02T09:00", "created"), row(1, "02T09:00", "created")]
    rows += [
        {"ticket": 1, "at": 1_772_442_000 + second, "kind": "message", "role": "customer" if second % 2 else "agent"}
        for second in range(1, 17_000)
    ]
    table = as_table(rows)
    table["at"] = np.array([given if isinstance(given, int) else 1_772_442_000 for given in table["at"]])
    log = EventLog.from_columns(table, unit="s")
    assert isinstance(log.columns(), EventColumns)
    cycles = measure(log, "next_response", schedule=ALWAYS, as_of="2026-03-03T00:00:00Z")
    assert cycles.engine == "column"
    assert len(cycles) == 8_499  # customers at 3, 5, ..., 16,999; the last waits
    assert cycles.columns()["elapsed_us"][:-1].tolist() == [1_000_000] * 8_498


@ENGINES
@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize(("key", "given"), [("actor", "sara"), ("status", "open"), ("id", "e1"), ("role", "customer")])
def test_what_every_event_has_is_no_field_of_a_ticket(engine, columns, key, given):
    """Schedules and exclusions are chosen by fields of the ticket; actor, role, id and status of the creation are none."""
    rows = [row(1, "02T16:00", "created", actor="sara", status="open", id="e1", role="customer")]
    log = EventLog.from_columns(as_table(rows)) if columns else EventLog.from_records(rows)
    by = ScheduleBy(key, {given: DESK}, default=ALWAYS)
    outage = Exclusion("2026-03-02T18:00:00Z", "2026-03-02T19:00:00Z", "outage", when={key: given})
    (cycle,) = cycles = measure(log, "queue", schedule=by, as_of="2026-03-02T20:00:00Z", exclusions=[outage], engine=engine)
    assert (cycle.elapsed_us // HOUR, cycle.excluded_us) == (4, 0)
    assert cycles.findings == ()


@ENGINES
def test_a_change_at_the_very_edge_counts(engine):
    """The field as set by the event that ends a cycle chooses its schedule; as set at the start of an exclusion, whether it applies."""
    rows = [row(1, "02T16:00", "created", team="north"), row(1, "02T18:00", "field", field="team", value="night")]
    log = EventLog.from_records(rows)
    by = ScheduleBy("team", {"north": DESK, "night": ALWAYS})
    moved = metrics.Metric.define("moved", start=metrics.on.created, stop=metrics.on.field("team", "night"))
    assert measure(log, moved, schedule=by, as_of="2026-03-02T20:00:00Z", engine=engine)[0].elapsed_us == 2 * HOUR
    outage = Exclusion("2026-03-02T18:00:00Z", "2026-03-02T19:00:00Z", "outage", when={"team": "night"})
    found = measure(log, "queue", schedule=ALWAYS, as_of="2026-03-02T20:00:00Z", exclusions=[outage], engine=engine)[0]
    assert (found.elapsed_us, found.excluded_us) == (3 * HOUR, HOUR)
