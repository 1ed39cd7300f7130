"""Verdicts, deadlines, remaining and overrun of single cycles (SPEC 5.1, 5.2, section 9), from both interpreters."""

from slakit import EventLog, Exclusion, Schedule, Target
from slakit._time import utc
from tests.judging_cases import AGENT, CUSTOMER, ENGINES, HOUR, MINUTE, at, field, judged, policies, row_of, status

pytestmark = ENGINES


def test_s2_used_up_at_closing_is_due_then_and_met_until_the_next_opening(engine):
    """Hours 9-17, start Monday 16:00, target 1 h: due Monday 17:00, met until Tuesday 09:00; a reply on Monday 20:00 is met."""
    result = judged(engine, {"first_response": "1h"}, "wed 12:00", ("mon 16:00", "created"), ("mon 20:00", "message", AGENT))
    row = row_of(result, "first_response")
    assert (row["verdict"], row["due_at"], row["met_until"]) == ("met", at("mon 17:00"), at("tue 09:00"))
    assert (row["remaining_us"], row["overrun_us"], row["consumed"], row["breached_at"]) == (0, 0, 1.0, None)


def test_s2_a_reply_just_after_the_next_opening_is_breached_at_the_opening(engine):
    """One microsecond after Tuesday 09:00 is late by one microsecond, and the breach is dated to the opening."""
    result = judged(engine, {"first_response": "1h"}, "wed 12:00", ("mon 16:00", "created"), ("tue 09:00:00.000001", "message", AGENT))
    row = row_of(result, "first_response")
    assert (row["verdict"], row["breached_at"], row["overrun_us"], row["remaining_us"]) == ("breached", at("tue 09:00"), 1, -1)


def test_s2_at_the_very_opening_it_is_still_met(engine):
    """A reply at Tuesday 09:00 sharp uses nothing of Tuesday."""
    result = judged(engine, {"first_response": "1h"}, "wed 12:00", ("mon 16:00", "created"), ("tue 09:00", "message", AGENT))
    assert row_of(result, "first_response")["verdict"] == "met"


def test_s3_seconds_count(engine):
    """Start Monday 16:00:01, target 2 h: 59:59 on Monday, the rest until Tuesday 10:00:01."""
    row = row_of(judged(engine, {"first_response": "2h"}, "mon 16:30", ("mon 16:00:01", "created")), "first_response")
    assert row["due_at"] == row["met_until"] == at("tue 10:00:01")
    assert (row["verdict"], row["elapsed_us"], row["remaining_us"]) == ("within", 1799 * 1_000_000, 2 * HOUR - 1799 * 1_000_000)


def test_s5_solved_without_a_reply_in_time_is_cancelled(engine):
    """Solved within the target without any reply: neither met nor breached."""
    row = row_of(
        judged(engine, {"first_response": "4h"}, "tue 12:00", ("mon 10:00", "created"), ("mon 12:00", "status", status("solved"))),
        "first_response",
    )
    assert (row["verdict"], row["cause"], row["remaining_us"]) == ("cancelled", "solved_without_reply", 2 * HOUR)
    assert row["due_at"] == at("mon 14:00")


def test_s5_solved_without_a_reply_too_late_is_breached(engine):
    """Solved after the target without any reply: breached, at the target, not at the solve."""
    row = row_of(
        judged(engine, {"first_response": "1h"}, "tue 12:00", ("mon 10:00", "created"), ("mon 12:00", "status", status("solved"))),
        "first_response",
    )
    assert (row["verdict"], row["cause"], row["breached_at"], row["overrun_us"]) == (
        "breached",
        "solved_without_reply",
        at("mon 11:00"),
        HOUR,
    )


def test_s6_a_last_thanks_before_the_solve_is_cancelled(engine):
    """The customer's last message is never answered, but the ticket is solved in time: next response is cancelled."""
    rows = (
        ("mon 10:00", "created"),
        ("mon 10:30", "message", AGENT),
        ("mon 11:00", "message", CUSTOMER),
        ("mon 11:30", "status", status("solved")),
    )
    assert row_of(judged(engine, {"next_response": "1h"}, "tue 12:00", *rows), "next_response")["verdict"] == "cancelled"


def test_s7_ten_seconds_late_is_late_by_ten_seconds(engine):
    """A reply ten seconds after the deadline is a breach of ten seconds, whenever one looks."""
    row = row_of(
        judged(engine, {"first_response": "1h"}, "tue 12:00", ("mon 10:00", "created"), ("mon 11:00:10", "message", AGENT)),
        "first_response",
    )
    assert (row["verdict"], row["overrun_us"], row["breached_at"]) == ("breached", 10_000_000, at("mon 11:00"))


def test_s8_two_messages_while_overdue_are_one_breach(engine):
    """A customer who writes twice while the answer is overdue has one cycle with one breach."""
    rows = (
        ("mon 09:00", "created"), ("mon 09:10", "message", AGENT),
        ("mon 10:00", "message", CUSTOMER), ("mon 12:00", "message", CUSTOMER), ("mon 13:00", "message", AGENT),
    )  # fmt: skip
    result = judged(engine, {"next_response": "1h"}, "tue 12:00", *rows)
    assert result.to_dict()["metric"].count("next_response") == 1
    row = row_of(result, "next_response")
    assert (row["verdict"], row["overrun_us"], row["breached_at"]) == ("breached", 2 * HOUR, at("mon 11:00"))


def test_s11_a_reopened_resolution_is_judged_on_what_all_took(engine):
    """Solved Monday, reopened Thursday, solved Thursday: the second cycle goes on from 3 h, without Monday to Thursday."""
    rows = (
        ("mon 09:00", "created"), ("mon 12:00", "status", status("solved")), ("thu 10:00", "status", status("open")),
        ("thu 12:00", "status", status("solved")),
    )  # fmt: skip
    result = judged(engine, {"resolution": "4h"}, "fri 12:00", *rows)
    first, second = row_of(result, "resolution"), row_of(result, "resolution", 2)
    assert (first["verdict"], first["elapsed_us"], first["remaining_us"]) == ("met", 3 * HOUR, HOUR)
    assert (second["verdict"], second["elapsed_us"], second["accumulated_us"]) == ("breached", 2 * HOUR, 5 * HOUR)
    assert (second["overrun_us"], second["breached_at"], second["due_at"]) == (HOUR, at("thu 11:00"), at("thu 11:00"))


def test_a_reopening_after_the_target_is_breached_at_the_reopening(engine):
    """The target of 2 h was used up in cycle 1 (at 11:00); cycle 2 is breached from its reopening and charged its own hour."""
    rows = (
        ("mon 09:00", "created"), ("mon 12:00", "status", status("solved")), ("thu 10:00", "status", status("open")),
        ("thu 11:00", "status", status("solved")),
    )  # fmt: skip
    result = judged(engine, {"resolution": "2h"}, "fri 12:00", *rows)
    first, second = row_of(result, "resolution"), row_of(result, "resolution", 2)
    assert (first["verdict"], first["breached_at"], first["overrun_us"]) == ("breached", at("mon 11:00"), HOUR)
    assert (second["verdict"], second["breached_at"], second["overrun_us"]) == ("breached", at("thu 10:00"), HOUR)
    assert second["due_at"] == at("mon 11:00")
    assert second["remaining_us"] == -2 * HOUR


def test_each_judges_every_episode_afresh(engine):
    """`resolution.each` judges the second episode on its own two hours."""
    rows = (
        ("mon 09:00", "created"), ("mon 12:00", "status", status("solved")), ("thu 10:00", "status", status("open")),
        ("thu 12:00", "status", status("solved")),
    )  # fmt: skip
    result = judged(engine, {"resolution.each": "3h"}, "fri 12:00", *rows)
    assert [row_of(result, "resolution.each", number)["verdict"] for number in (1, 2)] == ["met", "met"]


def test_a_pause_moves_the_deadline_and_hides_it_meanwhile(engine):
    """Pending from 10:00: no deadline is known; resumed at 12:00 it is two hours later; S9: outside hours a pause costs nothing."""
    begun = (("mon 09:00", "created"), ("mon 10:00", "status", status("pending")))
    paused = row_of(judged(engine, {"resolution": "4h"}, "mon 11:00", *begun), "resolution")
    assert (paused["phase"], paused["verdict"], paused["due_at"], paused["met_until"], paused["remaining_us"]) == (
        "paused",
        "within",
        None,
        None,
        3 * HOUR,
    )
    resumed = row_of(judged(engine, {"resolution": "4h"}, "mon 12:30", *begun, ("mon 12:00", "status", status("open"))), "resolution")
    assert (resumed["due_at"], resumed["elapsed_us"], resumed["paused_us"]) == (at("mon 15:00"), 90 * MINUTE, 2 * HOUR)
    night = (("mon 09:00", "created"), ("mon 17:00", "status", status("pending")), ("tue 09:00", "status", status("open")))
    assert row_of(judged(engine, {"resolution": "10h"}, "tue 09:00", *night), "resolution")["due_at"] == at("tue 11:00")


def test_paused_after_the_target_the_instant_of_its_using_up_stands(engine):
    """Used up at 11:00, paused at 12:00: due 11:00 whatever follows, breached at 11:00."""
    rows = (("mon 09:00", "created"), ("mon 12:00", "status", status("pending")))
    row = row_of(judged(engine, {"resolution": "2h"}, "mon 15:00", *rows), "resolution")
    assert (row["due_at"], row["met_until"], row["breached_at"], row["overrun_us"]) == (
        at("mon 11:00"),
        at("mon 11:00"),
        at("mon 11:00"),
        HOUR,
    )


def test_used_up_exactly_at_a_pause_is_breached_at_the_resumption(engine):
    """Used up at 11:00, where it is paused; running again from 13:00 it passes the target there."""
    rows = (
        ("mon 09:00", "created"),
        ("mon 11:00", "status", status("pending")),
        ("mon 13:00", "status", status("open")),
        ("mon 14:00", "status", status("solved")),
    )
    row = row_of(judged(engine, {"resolution": "2h"}, "mon 15:00", *rows), "resolution")
    assert (row["due_at"], row["met_until"], row["breached_at"], row["overrun_us"]) == (
        at("mon 11:00"),
        at("mon 13:00"),
        at("mon 13:00"),
        HOUR,
    )


def test_s10_from_pending_to_solved_in_one_step_the_pause_is_deducted(engine):
    """Pending 10:00, solved 15:00: one hour elapsed; the deadline shown is the one that stood, as if resumed at the solve."""
    rows = (("mon 09:00", "created"), ("mon 10:00", "status", status("pending")), ("mon 15:00", "status", status("solved")))
    row = row_of(judged(engine, {"resolution": "2h"}, "tue 12:00", *rows), "resolution")
    assert (row["elapsed_us"], row["verdict"], row["due_at"]) == (HOUR, "met", at("mon 16:00"))


def test_an_open_breach_is_a_fact_at_its_instant(engine):
    """As of a second after the deadline the open cycle is breached; at the deadline it is not."""
    rows = (("mon 09:00", "created"),)
    assert row_of(judged(engine, {"first_response": "1h"}, "mon 10:00", *rows), "first_response")["verdict"] == "within"
    late = row_of(judged(engine, {"first_response": "1h"}, "mon 10:00:01", *rows), "first_response")
    assert (late["verdict"], late["phase"], late["breached_at"], late["stopped_at"]) == ("breached", "running", at("mon 10:00"), None)


def test_events_after_as_of_are_not_known(engine):
    """The reply at 11:00 is not known as of 10:30."""
    row = row_of(
        judged(engine, {"first_response": "1h"}, "mon 10:30", ("mon 10:00", "created"), ("mon 11:00", "message", AGENT)), "first_response"
    )
    assert (row["verdict"], row["phase"], row["elapsed_us"]) == ("within", "running", 30 * MINUTE)


def test_exclusions_move_the_deadline_and_leave_the_span(engine):
    """An outage 10-12 takes two hours out of the clock: 4 h from 09:00 are due at 15:00; across the edge the breach waits for its end."""
    outage = Exclusion(at("mon 10:00"), at("mon 12:00"), "outage")
    row = row_of(judged(engine, {"resolution": "4h"}, "mon 13:00", ("mon 09:00", "created"), exclusions=[outage]), "resolution")
    assert (row["due_at"], row["elapsed_us"], row["excluded_us"], row["remaining_us"]) == (at("mon 15:00"), 2 * HOUR, 2 * HOUR, 2 * HOUR)
    edge = row_of(judged(engine, {"resolution": "1h"}, "mon 13:00", ("mon 09:00", "created"), exclusions=[outage]), "resolution")
    assert (edge["due_at"], edge["met_until"], edge["breached_at"]) == (at("mon 10:00"), at("mon 12:00"), at("mon 12:00"))


def test_an_exclusion_event_without_an_end_has_no_deadline(engine):
    """Excluded until further notice: how long is not known, so neither is the deadline."""
    rows = (("mon 09:00", "created"), ("mon 10:00", "excluded", {"reason": "force majeure"}))
    row = row_of(judged(engine, {"resolution": "4h"}, "mon 13:00", *rows), "resolution")
    assert (row["verdict"], row["due_at"], row["met_until"], row["excluded_us"]) == ("within", None, None, 3 * HOUR)


def test_merged_away_in_time_is_cancelled_and_late_stays_breached(engine):
    """At a merge open cycles end: in time as cancelled, past the target as breached with the overrun up to there."""
    for minute, verdict, over in (("09:30", "cancelled", 0), ("11:00", "breached", HOUR)):
        rows = [
            {"ticket": "T-1", "at": at("mon 09:00"), "kind": "created"}, {"ticket": "T-2", "at": at("mon 09:00"), "kind": "created"},
            {"ticket": "T-1", "at": at(f"mon {minute}"), "kind": "merged", "into": "T-2"},
        ]  # fmt: skip
        row = row_of(
            policies({"first_response": "1h"}).judge(EventLog.from_records(rows), as_of=at("tue 12:00"), engine=engine), "first_response"
        )
        assert (row["verdict"], row["cause"], row["overrun_us"], row["removed"]) == (verdict, "merged", over, "merged")


def test_a_survivor_is_charged_only_for_what_it_adds(engine):
    """T-1 waits from 09:00 and is merged at 12:00 into T-2 (created 11:30): target 1 h; T-2's wait dates from 09:00, breached at the merge, 1 h over until 13:00."""
    rows = [
        {"ticket": "T-1", "at": at("mon 09:00"), "kind": "created"}, {"ticket": "T-2", "at": at("mon 11:30"), "kind": "created"},
        {"ticket": "T-1", "at": at("mon 12:00"), "kind": "merged", "into": "T-2"},
        {"ticket": "T-2", "at": at("mon 13:00"), "kind": "message", **AGENT},
    ]  # fmt: skip
    result = policies({"first_response": "1h"}).judge(EventLog.from_records(rows), as_of=at("tue 12:00"), engine=engine)
    row = row_of(result, "first_response", ticket="T-2")
    assert (row["verdict"], row["started_at"], row["breached_at"], row["overrun_us"]) == (
        "breached",
        at("mon 09:00"),
        at("mon 12:00"),
        HOUR,
    )


def test_a_clock_that_starts_paused_has_all_its_time(engine):
    """S13: created pending, resolution starts paused and has used nothing."""
    row = row_of(judged(engine, {"resolution": "2h"}, "mon 12:00", ("mon 09:00", "created", status("pending"))), "resolution")
    assert (row["phase"], row["elapsed_us"], row["remaining_us"], row["due_at"], row["consumed"]) == ("paused", 0, 2 * HOUR, None, 0.0)


def test_s18_sixty_closed_days_are_no_obstacle(engine):
    """Sixty holidays in a row, target 15 min: the first opening plus 15 min."""
    closed = Schedule.weekly("mon-sun 09:00-17:00", tz="UTC", holidays=["2026-03-02/2026-04-30"])
    row = row_of(judged(engine, {"first_response": "15m"}, "tue 12:00", ("mon 10:00", "created"), schedule=closed), "first_response")
    assert row["due_at"].isoformat() == "2026-05-01T09:15:00+00:00"


def test_a_survivor_that_was_late_by_itself_keeps_its_breach(engine):
    """T-2 waits from 09:30 with a target of 1 h: late at 10:30 by itself. T-1 (from 09:00) is merged in at 12:00: T-2 still breached at 10:30, over by 1 h 30 min alone and 1 h after."""
    rows = [
        {"ticket": "T-1", "at": at("mon 09:00"), "kind": "created"},
        {"ticket": "T-2", "at": at("mon 09:30"), "kind": "created"},
        {"ticket": "T-1", "at": at("mon 12:00"), "kind": "merged", "into": "T-2"},
        {"ticket": "T-2", "at": at("mon 13:00"), "kind": "message", **AGENT},
    ]
    result = policies({"first_response": "1h"}).judge(EventLog.from_records(rows), as_of=at("tue 12:00"), engine=engine)
    row = row_of(result, "first_response", ticket="T-2")
    assert (row["verdict"], row["started_at"], row["breached_at"]) == ("breached", at("mon 09:00"), at("mon 10:30"))
    assert row["overrun_us"] == 90 * MINUTE + HOUR


def test_a_merge_after_a_change_of_target_leaves_the_history_alone(engine):
    """T-2 (urgent, 1 h, from 09:30) is late at 10:30 and becomes low (8 h) at 11:00; the merge at 12:00 dates its wait from 09:00, its history stays."""
    rows = [
        {"ticket": "T-1", "at": at("mon 09:00"), "kind": "created"},
        {"ticket": "T-2", "at": at("mon 09:30"), "kind": "created", "priority": "urgent"},
        {"ticket": "T-2", "at": at("mon 11:00"), "kind": "field", **field("priority", "low")},
        {"ticket": "T-1", "at": at("mon 12:00"), "kind": "merged", "into": "T-2"},
    ]
    result = policies({"first_response": {"urgent": "1h", "*": "8h"}}).judge(
        EventLog.from_records(rows), as_of=at("mon 13:00"), engine=engine
    )
    row = row_of(result, "first_response", ticket="T-2")
    assert (row["started_at"], row["verdict"], row["elapsed_us"]) == (at("mon 09:00"), "within", 4 * HOUR)
    assert [past["breached_at"] for past in row["history"]] == [at("mon 10:30")]


def test_a_second_merge_does_not_move_a_breach(engine):
    """T-3 takes over T-2's wait (from 09:10, target 25 min) at 09:51: breached there. T-1's older wait, merged at 10:27, changes nothing before 10:27."""
    rows = [
        {"ticket": "T-3", "at": at("mon 09:04"), "kind": "created", "role": "agent"},
        {"ticket": "T-1", "at": at("mon 09:09"), "kind": "created"},
        {"ticket": "T-2", "at": at("mon 09:10"), "kind": "created"},
        {"ticket": "T-2", "at": at("mon 09:51"), "kind": "merged", "into": "T-3"},
        {"ticket": "T-1", "at": at("mon 10:27"), "kind": "merged", "into": "T-3"},
    ]
    result = policies({"first_response": "25m"}).judge(EventLog.from_records(rows), as_of=at("mon 11:00"), engine=engine)
    row = row_of(result, "first_response", ticket="T-3")
    assert (row["started_at"], row["breached_at"]) == (at("mon 09:09"), at("mon 09:51"))
    # 09:51 to 10:27, and 10:27 to 11:00
    assert row["overrun_us"] == 36 * MINUTE + 33 * MINUTE


def test_an_exclusion_after_the_end_leaves_the_deadline_that_stood_there(engine):
    """Answered at 10:00 of a target until 13:00; excluded from 11:00 on: the finished cycle still shows 13:00, the open one has no deadline."""
    rows = (("mon 09:00", "created"), ("mon 10:00", "message", AGENT), ("mon 11:00", "excluded", {"reason": "force majeure"}))
    result = judged(engine, {"first_response": "4h", "resolution": "4h"}, "mon 12:00", *rows)
    assert (row_of(result, "first_response")["due_at"], row_of(result, "resolution")["due_at"]) == (at("mon 13:00"), None)


def test_the_wall_time_after_a_breach_is_less_pauses_and_exclusions(engine):
    """Breached at 11:00, paused 12-13, excluded 13:30-14:00, solved 15:00: wall time runs 11-12, 13-13:30 and 14-15; in time there is none."""
    rows = (
        ("mon 09:00", "created"),
        ("mon 12:00", "status", status("pending")),
        ("mon 13:00", "status", status("open")),
        ("mon 15:00", "status", status("solved")),
    )
    outage = Exclusion(at("mon 13:30"), at("mon 14:00"), "outage")
    (late,) = judged(engine, {"resolution": "2h"}, "tue 12:00", *rows, exclusions=[outage]).of("T-1")
    spans = [(utc(start), utc(end)) for start, end in late.running_after_breach()]
    assert spans == [(at("mon 11:00"), at("mon 12:00")), (at("mon 13:00"), at("mon 13:30")), (at("mon 14:00"), at("mon 15:00"))]
    (early,) = judged(engine, {"resolution": "8h"}, "tue 12:00", *rows).of("T-1")
    assert early.running_after_breach() == ()
    begun = ("mon 09:00", "created", {"due": "2026-03-02T11:00:00Z"})
    (carried,) = judged(engine, {"resolution": Target.at_field("due")}, "tue 12:00", begun, *rows[1:]).of("T-1")
    assert [(utc(start), utc(end)) for start, end in carried.running_after_breach()] == [(at("mon 11:00"), at("mon 15:00"))]
