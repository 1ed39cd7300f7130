"""Which target, policy and schedule a cycle is judged by, and what changes of them do (SPEC 5.5, section 9), from both interpreters."""

from slakit import EventLog, Policy, PolicySet, Schedule, Target
from slakit.machine import Metric
from slakit.metrics import on
from tests.judging_cases import (
    AGENT,
    ALWAYS,
    CUSTOMER,
    DESK,
    ENGINES,
    HOUR,
    MINUTE,
    at,
    field,
    judged,
    log_of,
    policies,
    row_of,
    status,
    table,
)

pytestmark = ENGINES


def test_s12_a_stricter_target_is_breached_at_the_change(engine):
    """Low to urgent after 3 h, urgent target 2 h: breached, dated to the change."""
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 12:00", "field", field("priority", "urgent")))
    row = row_of(judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 12:30", *rows), "resolution")
    assert (row["verdict"], row["breached_at"], row["priority"], row["target_us"]) == ("breached", at("mon 12:00"), "urgent", 2 * HOUR)
    assert (row["overrun_us"], row["due_at"], row["history"]) == (90 * MINUTE, at("mon 11:00"), [])


def test_s12_from_change_begins_a_cycle_of_its_own(engine):
    """The cycle under the old target ends as superseded; the new one has 2 h from the change."""
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 12:00", "field", field("priority", "urgent")))
    result = judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 13:00", *rows, retarget="from_change")
    old, new = row_of(result, "resolution"), row_of(result, "resolution", 2)
    assert (old["phase"], old["cause"], old["verdict"], old["stopped_at"], old["elapsed_us"]) == (
        "cancelled",
        "superseded",
        "cancelled",
        at("mon 12:00"),
        3 * HOUR,
    )
    assert (new["started_at"], new["due_at"], new["verdict"], new["elapsed_us"]) == (at("mon 12:00"), at("mon 14:00"), "within", HOUR)
    assert new["accumulated_us"] == HOUR


def test_s12_pinned_keeps_the_target_of_the_start(engine):
    """The target that held at the start stays."""
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 12:00", "field", field("priority", "urgent")))
    row = row_of(judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 13:00", *rows, retarget="pinned"), "resolution")
    assert (row["verdict"], row["target_us"], row["priority"], row["due_at"]) == ("within", 8 * HOUR, "low", at("mon 17:00"))


def test_a_breach_of_an_earlier_target_stays_in_the_history(engine):
    """Urgent (2 h) is breached at 11:00, low (8 h) from 12:00 is not: the verdict returns to within, the history does not."""
    rows = (
        ("mon 09:00", "created", {"priority": "urgent"}),
        ("mon 12:00", "field", field("priority", "low")),
        ("mon 13:00", "status", status("solved")),
    )
    result = judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 14:00", *rows)
    row = row_of(result, "resolution")
    assert (row["verdict"], row["target_us"], row["breached_at"]) == ("met", 8 * HOUR, None)
    assert row["history"] == [{"policy": "gold", "priority": "urgent", "target_us": 2 * HOUR, "breached_at": at("mon 11:00")}]


def test_a_change_in_the_instant_of_the_start_is_no_change(engine):
    """A ticket created and prioritised in one save has its priority from the start, however changes are taken."""
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 09:00", "field", field("priority", "urgent")))
    for retarget in ("from_start", "from_change", "pinned"):
        result = judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 10:00", *rows, retarget=retarget)
        assert [(row["ordinal"], row["due_at"]) for row in [row_of(result, "resolution")]] == [(1, at("mon 11:00"))]
        assert len(result) == 1


def test_a_change_of_priority_without_another_target_only_shows(engine):
    """From low to normal, both 8 h: the same cycle goes on with the same deadline, and shows the priority in force."""
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 12:00", "field", field("priority", "normal")))
    result = judged(engine, {"resolution": "8h"}, "mon 13:00", *rows, retarget="from_change")
    row = row_of(result, "resolution")
    assert (len(result), row["priority"], row["due_at"]) == (1, "normal", at("mon 17:00"))


NIGHT = Schedule.weekly("mon-fri 17:00-21:00", tz="UTC")


def test_s15_the_last_schedule_counts_for_the_whole_cycle(engine):
    """Day desk (9-17) from 15:00, night desk (17-21) from 18:00 on: counted on the night desk alone, 17:00 to 19:00 are 2 h."""
    targets = {"first_response": {"urgent": Target("3h", schedule=NIGHT), "*": "3h"}}
    rows = (
        ("mon 15:00", "created", {"priority": "low"}),
        ("mon 18:00", "field", field("priority", "urgent")),
        ("mon 19:00", "message", AGENT),
    )
    row = row_of(judged(engine, targets, "tue 12:00", *rows), "first_response")
    assert (row["elapsed_us"], row["verdict"], row["due_at"]) == (2 * HOUR, "met", at("mon 20:00"))


def test_s15_sum_adds_the_stretches(engine):
    """With `sum`: 15-17 on the day desk are 2 h, 18-19 on the night desk 1 h."""
    targets = {"first_response": {"urgent": Target("3h", schedule=NIGHT), "*": "3h"}}
    rows = (
        ("mon 15:00", "created", {"priority": "low"}),
        ("mon 18:00", "field", field("priority", "urgent")),
        ("mon 19:00", "message", AGENT),
    )
    row = row_of(judged(engine, targets, "tue 12:00", *rows, on_schedule_change="sum"), "first_response")
    assert (row["elapsed_us"], row["verdict"], row["due_at"]) == (3 * HOUR, "met", at("mon 19:00"))


def test_working_days_name_the_instant(engine):
    """Three working days from Monday 16:00 are Thursday 16:00, 24 h of an 8 h desk; pauses go by the span."""
    row = row_of(judged(engine, {"resolution": "3 working days"}, "tue 12:00", ("mon 16:00", "created")), "resolution")
    assert (row["due_at"], row["target_us"]) == (at("thu 16:00"), 24 * HOUR)
    ends = row_of(judged(engine, {"resolution": "end of 3 working days"}, "tue 12:00", ("mon 16:00", "created")), "resolution")
    assert (ends["due_at"], ends["target_us"]) == (at("thu 17:00"), 25 * HOUR)


def test_working_days_show_the_declared_instant_across_closed_time(engine):
    """From Saturday 12:00, counted from Monday's opening: the next working day at the opening, shown as Tuesday 09:00, though used up on Monday 17:00."""
    rows = (("sat 12:00", "created"),)
    row = row_of(judged(engine, {"resolution": "1 working day"}, "sat 13:00", *rows), "resolution")
    assert (row["target_us"], row["due_at"], row["met_until"]) == (8 * HOUR, at("tue2 09:00"), at("tue2 09:00"))


def test_a_target_at_a_field_is_met_at_or_before_the_instant(engine):
    """Due Monday 12:00: solved at 12:00 is met, a microsecond later breached; a pause does not move it."""
    carried = {"due": "2026-03-02T12:00:00+00:00"}
    begun = (("mon 09:00", "created", carried), ("mon 10:00", "status", status("pending")))
    result = judged(engine, {"resolution": Target.at_field("due")}, "tue 12:00", *begun, ("mon 12:00", "status", status("solved")))
    row = row_of(result, "resolution")
    assert (row["verdict"], row["due_at"], row["met_until"], row["target_us"]) == ("met", at("mon 12:00"), at("mon 12:00"), None)
    late = row_of(
        judged(engine, {"resolution": Target.at_field("due")}, "tue 12:00", *begun, ("mon 12:00:00.000001", "status", status("solved"))),
        "resolution",
    )
    assert (late["verdict"], late["breached_at"], late["overrun_us"], late["remaining_us"]) == ("breached", at("mon 12:00"), 1, -1)


def test_a_target_at_a_field_has_a_remaining_in_working_time(engine):
    """Due Tuesday 11:00, seen Monday 16:00: 1 h of Monday and 2 h of Tuesday are left."""
    row = row_of(
        judged(engine, {"resolution": Target.at_field("due")}, "mon 16:00", ("mon 09:00", "created", {"due": "2026-03-03T11:00:00Z"})),
        "resolution",
    )
    assert (row["verdict"], row["remaining_us"], row["overrun_us"], row["consumed"]) == ("within", 3 * HOUR, 0, 0.7)


def test_a_due_date_that_moves_is_a_new_target(engine):
    """Due 11:00, moved to 15:00 at 12:00: met at 14:00, with the breach of 11:00 in the history; pinned it stays breached."""
    rows = (
        ("mon 09:00", "created", {"due": "2026-03-02T11:00:00Z"}), ("mon 12:00", "field", field("due", "2026-03-02T15:00:00Z")),
        ("mon 14:00", "status", status("solved")),
    )  # fmt: skip
    row = row_of(judged(engine, {"resolution": Target.at_field("due")}, "tue 12:00", *rows), "resolution")
    assert (row["verdict"], row["due_at"]) == ("met", at("mon 15:00"))
    assert [past["breached_at"] for past in row["history"]] == [at("mon 11:00")]
    pinned = row_of(judged(engine, {"resolution": Target.at_field("due")}, "tue 12:00", *rows, retarget="pinned"), "resolution")
    assert (pinned["verdict"], pinned["breached_at"], pinned["due_at"]) == ("breached", at("mon 11:00"), at("mon 11:00"))


def test_without_the_field_it_is_not_applicable_with_the_reason(engine):
    """A ticket without the due date has no target, and says so."""
    result = judged(engine, {"resolution": Target.at_field("due")}, "tue 12:00", ("mon 09:00", "created"))
    row = row_of(result, "resolution")
    assert (row["verdict"], row["due_at"], row["remaining_us"], row["overrun_us"], row["consumed"]) == (
        "not_applicable",
        None,
        None,
        None,
        None,
    )
    assert row["reason"] == "the ticket has no field 'due'"


def test_no_policy_and_no_target_are_not_applicable_with_the_reason(engine):
    """No matching policy, or one without a target for the metric or the priority: each its reason; cycles are measured all the same."""
    gold = Policy("gold", when={"tier": "gold"}, schedule=DESK, targets={"first_response": {"urgent": "1h"}})
    other = Policy("other", when={"tier": "silver"}, schedule=DESK, targets={"resolution": "1h"})
    for tier, reason in (
        ("gold", "policy 'gold' has no target for it"),
        ("silver", "policy 'other' has no target for it"),
        ("none", "no policy matches"),
    ):
        log = log_of(("mon 09:00", "created", {"tier": tier, "priority": "low"}), columns=engine == "column")
        row = row_of(PolicySet([gold, other]).judge(log, as_of=at("mon 12:00"), engine=engine), "first_response")
        assert (row["verdict"], row["reason"], row["target_us"], row["elapsed_us"]) == ("not_applicable", reason, None, 3 * HOUR)


def test_the_urgent_run_round_the_clock_and_the_rest_in_office_hours(engine):
    """Each priority has its own schedule: urgent 30 min 24x7, low 30 min of the desk's hours."""
    targets = {"first_response": {"urgent": Target("30m", schedule=ALWAYS), "*": "30m"}}
    for priority, due in (("urgent", "mon 20:30"), ("low", "tue 09:30"), (None, "tue 09:30")):
        keys = {} if priority is None else {"priority": priority}
        row = row_of(judged(engine, targets, "mon 20:10", ("mon 20:00", "created", keys)), "first_response")
        assert (row["due_at"], row["priority"]) == (at(due), priority)


def test_two_changes_in_one_instant_supersede_once(engine):
    """With `from_change`, low to urgent to normal at 12:00 in one save: one new cycle, with the target of normal."""
    rows = (
        ("mon 09:00", "created", {"priority": "low"}),
        ("mon 12:00", "field", field("priority", "urgent")),
        ("mon 12:00", "field", field("priority", "normal")),
    )
    targets = {"resolution": {"urgent": "2h", "normal": "3h", "*": "8h"}}
    result = judged(engine, targets, "mon 13:00", *rows, retarget="from_change")
    assert len(result) == 2
    assert (row_of(result, "resolution", 2)["due_at"], row_of(result, "resolution", 2)["priority"]) == (at("mon 15:00"), "normal")


def test_who_was_responsible_when_a_cycle_was_superseded(engine):
    """Sara had it at the change, Amir solves it: each cycle names its own."""
    rows = (
        ("mon 09:00", "created", {"priority": "low", "team": "north"}),
        ("mon 10:00", "assigned", {"to": "sara"}),
        ("mon 12:00", "field", field("priority", "urgent")),
        ("mon 12:30", "assigned", {"to": "amir", "group": "night"}),
        ("mon 13:00", "status", status("solved")),
    )
    result = judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 14:00", *rows, retarget="from_change")
    assert [(row_of(result, "resolution", number)["agent"], row_of(result, "resolution", number)["team"]) for number in (1, 2)] == [
        ("sara", "north"),
        ("amir", "night"),
    ]


def test_a_superseded_cycle_dates_from_the_wait_that_it_had(engine):
    """Dated back to A's wait at one, superseded at two: that B is merged at three with an older one changes nothing of it."""
    rows = [
        {"ticket": ticket, "at": at(f"mon {begun}"), "kind": "created", "id": ticket, "role": "customer"}
        for ticket, begun in (("T-1", "12:00"), ("A", "10:00"), ("B", "09:00"))
    ]
    rows += [
        {"ticket": one, "at": at(f"mon {merged}"), "kind": "merged", "into": "T-1"} for one, merged in (("A", "13:00"), ("B", "15:00"))
    ]
    rows.append({"ticket": "T-1", "at": at("mon 14:00"), "kind": "field", **field("priority", "urgent")})
    log = table(rows) if engine == "column" else EventLog.from_records(rows)
    each = policies({"first_response": {"urgent": "2h", "*": "8h"}}, schedule=ALWAYS, retarget="from_change")
    for as_of in ("mon 14:30", "mon 15:30"):
        row = row_of(each.judge(log, as_of=at(as_of), engine=engine), "first_response")
        assert (row["cause"], row["anchor_event"], row["started_at"], row["elapsed_us"]) == ("superseded", "A", at("mon 10:00"), 4 * HOUR)


def test_a_ticket_that_opens_after_its_due_date_is_over_from_its_opening(engine):
    """Due on Monday at ten, opened at one, still open at three: two hours over, not five."""
    rows = (("mon 13:00", "created", {"due": at("mon 10:00").isoformat()}),)
    row = row_of(judged(engine, {"resolution": Target.at_field("due")}, "mon 15:00", *rows), "resolution")
    assert (row["verdict"], row["overrun_us"], row["remaining_us"], row["breached_at"]) == (
        "breached",
        2 * HOUR,
        -5 * HOUR,
        at("mon 13:00"),
    )


def test_versions_are_chosen_for_each_start_of_a_ticket_that_never_changes(engine):
    """1 h until Wednesday, 2 h from then: replies on Tuesday and Wednesday start next responses under each."""
    old = Policy("p", schedule=DESK, targets={"next_response": "1h"}, valid_until="2026-03-04")
    new = Policy("p", schedule=DESK, targets={"next_response": "2h"}, valid_from="2026-03-04")
    rows = (
        ("mon 09:00", "created"),
        ("mon 10:00", "message", AGENT),
        ("tue 10:00", "message", CUSTOMER),
        ("tue 10:30", "message", AGENT),
        ("wed 10:00", "message", CUSTOMER),
        ("wed 10:30", "message", AGENT),
    )
    result = PolicySet([old, new]).judge(log_of(*rows, columns=engine == "column"), as_of=at("thu 12:00"), engine=engine)
    assert [row_of(result, "next_response", number)["target_us"] for number in (1, 2)] == [HOUR, 2 * HOUR]


def test_each_time_that_a_target_in_force_was_passed_is_in_the_history(engine):
    """Urgent is passed at 11:00; low from 12:00; urgent again from 12:30, passed at once; low again: two entries."""
    rows = (
        ("mon 09:00", "created", {"priority": "urgent"}),
        ("mon 12:00", "field", field("priority", "low")),
        ("mon 12:00", "note", AGENT),
        ("mon 12:30", "field", field("priority", "urgent")),
        ("mon 13:00", "field", field("priority", "low")),
    )
    row = row_of(judged(engine, {"resolution": {"urgent": "2h", "*": "8h"}}, "mon 14:00", *rows), "resolution")
    assert [past["breached_at"] for past in row["history"]] == [at("mon 11:00"), at("mon 12:30")]


def test_the_event_that_stops_a_cycle_is_no_change(engine):
    """A clock that stops when the priority becomes urgent is judged by the target that held until then."""
    raised = Metric.define("raised", start=on.created, stop=on.field("priority", "urgent"))
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 12:00", "field", field("priority", "urgent")))
    for retarget in ("from_start", "from_change"):
        result = judged(engine, {"raised": {"urgent": "1h", "*": "8h"}}, "mon 13:00", *rows, clocks=[raised], retarget=retarget)
        assert [(row.verdict, row.target_us) for row in result] == [("met", 8 * HOUR)]


def test_a_ticket_that_no_policy_fits_any_more_goes_by_its_last_one(engine):
    """Gold no longer at 12:00: pinned keeps the target, from_start has none and remembers the breach of 11:00."""
    rows = (("mon 09:00", "created", {"tier": "gold"}), ("mon 12:00", "field", field("tier", "none")))
    for retarget, verdict, past in (("pinned", "breached", []), ("from_start", "not_applicable", [at("mon 11:00")])):
        policy = Policy("gold", when={"tier": "gold"}, schedule=DESK, targets={"resolution": "2h"}, retarget=retarget)
        row = row_of(
            PolicySet([policy]).judge(log_of(*rows, columns=engine == "column"), as_of=at("mon 13:00"), engine=engine), "resolution"
        )
        assert (row["verdict"], [one["breached_at"] for one in row["history"]]) == (verdict, past)


def test_another_policy_with_the_same_target_is_no_new_target(engine):
    """From silver to gold at 12:00, both 2 h: the breach of 11:00 stays the verdict's, the history is empty, gold is shown; `from_change` begins nothing."""
    rows = (("mon 09:00", "created", {"tier": "silver"}), ("mon 12:00", "field", field("tier", "gold")))
    for retarget in ("from_start", "from_change"):
        each = [
            Policy(name, when={"tier": name}, schedule=DESK, targets={"resolution": "2h"}, retarget=retarget) for name in ("silver", "gold")
        ]
        result = PolicySet(each).judge(log_of(*rows, columns=engine == "column"), as_of=at("mon 13:00"), engine=engine)
        row = row_of(result, "resolution")
        assert (len(result), row["policy"], row["breached_at"], row["history"]) == (1, "gold", at("mon 11:00"), [])
