"""The scenarios S1 to S20 on which engines disagree, by name, on both interpreters."""

from datetime import datetime, timedelta

import pytest

from slakit import EventLog, Policy, PolicySet, Schedule, ScheduleBy, measure
from slakit.errors import PolicyError, ScheduleError

OFFICE = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
ALWAYS = Schedule.always()
MINUTE, HOUR = 60, 3600

pytestmark = pytest.mark.parametrize("engine", ["object", "column"])


def at(text):
    """An instant in March 2026, a Monday being the 2nd: ``"2 10:00"``."""
    day, _, clock = text.partition(" ")
    return f"2026-03-{int(day):02}T{clock if clock.count(':') == 2 else clock + ':00'}+00:00"


def moment(text):
    """The same as a datetime."""
    return datetime.fromisoformat(at(text))


def event(when, kind, **keys):
    """A row of the only ticket."""
    return {"ticket": 1, "at": at(when), "kind": kind, **keys}


def customer(when, **keys):
    """A public message of the customer."""
    return event(when, "message", role="customer", **keys)


def agent(when, **keys):
    """A public message of an agent."""
    return event(when, "message", role="agent", **keys)


def status(when, text):
    """A change of the status."""
    return event(when, "status", status=text)


def cycles(engine, metric, rows, until, schedule=OFFICE):
    """The cycles of one clock: (phase, cause, elapsed seconds)."""
    found = measure(EventLog.from_records(rows), metric, schedule=schedule, as_of=at(until), engine=engine)
    return [(row.phase, row.cause, row.elapsed_us / 1e6) for row in found]


def judged(engine, metric, target, rows, until, **policy):
    """The judged cycles of one clock."""
    given = {"schedule": OFFICE, "targets": {metric: target}} | policy
    result = PolicySet([Policy("p", **given)], priorities=("low", "urgent")).judge(
        EventLog.from_records(rows), as_of=at(until), engine=engine
    )
    table = result.to_dict()
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def test_s1_the_oldest_unanswered_message_counts(engine):
    """Customer 10:00 and 10:30, agent 11:00: 60 minutes; by the latest, cancelled at 10:30 and then 30 minutes."""
    rows = [event("2 09:00", "created"), agent("2 09:30"), customer("2 10:00"), customer("2 10:30"), agent("2 11:00")]
    assert cycles(engine, "next_response", rows, "2 12:00") == [("stopped", "reply", HOUR)]
    latest = [("cancelled", "reset", 30 * MINUTE), ("stopped", "reply", 30 * MINUTE)]
    assert cycles(engine, "next_response.latest", rows, "2 12:00") == latest


def test_s2_a_target_used_up_at_the_closing(engine):
    """Hours 9-17, start Monday 16:00, target 1 h: shown as due at 17:00, in time until Tuesday 09:00, so a reply at 20:00 is met."""
    (row,) = judged(engine, "first_response", "1h", [event("2 16:00", "created"), agent("2 20:00")], "3 08:00")
    assert (row["verdict"], row["due_at"], row["met_until"]) == ("met", moment("2 17:00"), moment("3 09:00"))


def test_s3_seconds_survive_the_night(engine):
    """Target 2 h from Monday 16:00:01, hours 9-17: due on Tuesday at 10:00:01."""
    (row,) = judged(engine, "first_response", "2h", [event("2 16:00:01", "created")], "2 16:30")
    assert row["due_at"] == moment("3 10:00:01")


def test_s4_ten_stretches_of_29_seconds(engine):
    """Ten running stretches of 29 s are 290 s, not zero minutes."""
    rows = [event("2 09:00", "created"), status("2 09:00:29", "pending")]
    for number in range(1, 10):
        rows += [status(f"2 09:{number:02}:00", "open"), status(f"2 09:{number:02}:29", "pending")]
    assert cycles(engine, "resolution", rows, "2 12:00") == [("paused", None, 290)]


def test_s5_solved_without_any_reply(engine):
    """The first response is cancelled if solved within the target, breached if later."""
    for solved, verdict in (("2 10:00", "cancelled"), ("2 10:00:01", "breached")):
        (row,) = judged(engine, "first_response", "1h", [event("2 09:00", "created"), status(solved, "solved")], "2 16:00")
        assert (row["verdict"], row["phase"], row["cause"]) == (verdict, "cancelled", "solved_without_reply")


def test_s6_thanks_and_solved(engine):
    """The customer's last "thanks", then solved within the target: next response cancelled."""
    rows = [event("2 09:00", "created"), agent("2 09:30"), customer("2 10:00"), status("2 10:30", "solved")]
    (row,) = judged(engine, "next_response", "1h", rows, "2 16:00")
    assert (row["verdict"], row["cause"]) == ("cancelled", "solved")


def test_s7_ten_seconds_late(engine):
    """A reply 10 s after the deadline is breached by 10 s."""
    (row,) = judged(engine, "first_response", "1h", [event("2 09:00", "created"), agent("2 10:00:10")], "2 16:00")
    assert (row["verdict"], row["overrun_us"]) == ("breached", 10_000_000)


def test_s8_two_messages_while_overdue(engine):
    """A customer who writes twice while overdue makes one cycle and one breach."""
    rows = [event("2 09:00", "created"), agent("2 09:30"), customer("2 10:00"), customer("2 12:00"), customer("2 13:00")]
    assert [row["verdict"] for row in judged(engine, "next_response", "1h", rows, "2 16:00")] == ["breached"]


def test_s9_a_pause_outside_the_hours(engine):
    """Paused from 17:00 to 09:00: the pause costs nothing."""
    rows = [event("2 16:00", "created"), status("2 17:00", "pending"), status("3 09:00", "open"), status("3 10:00", "solved")]
    found = measure(EventLog.from_records(rows), "resolution", schedule=OFFICE, as_of=at("3 12:00"), engine=engine)[0]
    assert (found.elapsed_us, found.paused_us, found.wall_us) == (2 * HOUR * 10**6, 0, 18 * HOUR * 10**6)


def test_s10_from_pending_to_solved(engine):
    """Pending to solved in one step: the pause is deducted."""
    rows = [event("2 09:00", "created"), status("2 10:00", "pending"), status("2 16:00", "solved")]
    assert cycles(engine, "resolution", rows, "3 12:00") == [("stopped", "solved", HOUR)]


def test_s11_solved_reopened_solved(engine):
    """Solved on Monday, reopened and solved on Thursday: two cycles, the second judged on the sum without the days between."""
    rows = [event("2 09:00", "created"), status("2 11:00", "solved"), status("5 09:00", "open"), status("5 10:00", "solved")]
    assert cycles(engine, "resolution", rows, "6 12:00") == [("stopped", "solved", 2 * HOUR), ("stopped", "solved", HOUR)]
    one, two = judged(engine, "resolution", "2h 30m", rows, "6 12:00")
    assert (one["verdict"], two["verdict"], two["accumulated_us"]) == ("met", "breached", 3 * HOUR * 10**6)
    assert [row["verdict"] for row in judged(engine, "resolution.each", "2h 30m", rows, "6 12:00")] == ["met", "met"]


def test_s12_low_becomes_urgent(engine):
    """Low turns urgent after 3 h, urgent target 2 h: breached at the change; from the change 2 h more; pinned keeps the low target."""
    rows = [event("2 09:00", "created", priority="low"), event("2 12:00", "field", field="priority", value="urgent"), agent("2 13:00")]
    targets = {"first_response": {"low": "8h", "urgent": "2h"}}
    (row,) = judged(engine, None, None, rows, "2 16:00", targets=targets)
    assert (row["verdict"], row["breached_at"]) == ("breached", moment("2 12:00"))
    one, two = judged(engine, None, None, rows, "2 16:00", targets=targets, retarget="from_change")
    assert (one["phase"], one["cause"], two["verdict"], two["due_at"]) == ("cancelled", "superseded", "met", moment("2 14:00"))
    (row,) = judged(engine, None, None, rows, "2 16:00", targets=targets, retarget="pinned")
    assert (row["verdict"], row["due_at"]) == ("met", moment("2 17:00"))


def test_s13_created_pending(engine):
    """A ticket created pending starts its resolution paused."""
    assert cycles(engine, "resolution", [event("2 09:00", "created", status="pending")], "2 12:00") == [("paused", None, 0)]


def test_s14_opened_by_an_agent(engine):
    """An agent opens the ticket in public: first response starts at the customer's first message."""
    rows = [event("2 09:00", "created", role="agent"), agent("2 09:10"), customer("2 10:00"), agent("2 10:20")]
    assert cycles(engine, "first_response", rows, "2 12:00") == [("stopped", "reply", 20 * MINUTE)]


def test_s15_the_schedule_changes_before_the_reply(engine):
    """The last schedule counts for the whole cycle; ``sum`` adds the stretches."""
    rows = [event("2 16:00", "created", team="day"), event("2 18:00", "field", field="team", value="all"), agent("2 20:00")]
    for on_change, elapsed in (("last", 4 * HOUR), ("sum", 3 * HOUR)):
        schedule = ScheduleBy("team", {"day": OFFICE, "all": ALWAYS}, on_change=on_change)
        assert cycles(engine, "first_response", rows, "2 21:00", schedule) == [("stopped", "reply", elapsed)]


def test_s16_a_target_of_zero(engine):
    """A target of zero is refused when its policy is made, whatever would have read it."""
    assert engine in {"object", "column"}
    with pytest.raises(PolicyError):
        Policy("p", schedule=OFFICE, targets={"first_response": "0m"})


def test_s17_a_schedule_without_open_time(engine):
    """A schedule that is never open is an error when used, not every hour nor an endless loop."""
    with pytest.raises(ScheduleError):
        cycles(engine, "first_response", [event("2 09:00", "created")], "2 12:00", OFFICE - ALWAYS)


def test_s18_sixty_closed_days(engine):
    """Sixty closed days in a row, target 15 minutes: the first opening and 15 minutes."""
    first = datetime.fromisoformat("2026-03-02").date()
    shut = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays=[first + timedelta(days=day) for day in range(60)])
    (row,) = judged(engine, "first_response", "15m", [event("2 09:00", "created")], "2 12:00", schedule=shut)
    assert row["due_at"] == datetime.fromisoformat("2026-05-01T09:15:00+00:00")


def test_s19_reply_and_message_in_one_instant(engine):
    """In one instant the customer's message comes first, so the reply answers it at once."""
    rows = [event("2 09:00", "created"), agent("2 09:30"), agent("2 10:00"), customer("2 10:00")]
    assert cycles(engine, "next_response", rows, "2 12:00") == [("stopped", "reply", 0)]


def test_s20_the_role_at_the_event(engine):
    """An agent who later writes as a customer stays an agent in what was before."""
    rows = [event("2 09:00", "created"), agent("2 10:00", actor="sara"), customer("2 11:00", actor="sara"), agent("2 11:30", actor="amir")]
    assert cycles(engine, "first_response", rows, "2 12:00") == [("stopped", "reply", HOUR)]
    assert cycles(engine, "next_response", rows, "2 12:00") == [("stopped", "reply", 30 * MINUTE)]
