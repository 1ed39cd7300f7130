"""The preset of DanaDesk, by its own rules worked by hand."""

from datetime import timedelta

from slakit import Money, PolicySet, Schedule, presets
from slakit.presets import danadesk
from tests.judging_cases import AGENT, CUSTOMER, DESK, HOUR, at, log_of, row_of, status

US = timedelta(microseconds=1)


def due(result):
    """(instant, what) of each action."""
    return [(one.at, str(one.action)) for one in result.actions()]


def test_unanswered_for_three_hours_the_agent_hears_after_four_the_customer_is_called():
    """From Monday 09:00: e-mail just after 12:00, call just after 13:00, and after eight hours (17:00, so at the next opening) manager and colour."""
    result = danadesk.policies(DESK).judge(log_of(("mon 09:00", "created")), as_of=at("tue 12:00"))
    assert due(result) == [
        (at("mon 12:00") + US, "notify agent by email"), (at("mon 13:00") + US, "call customer"), (at("tue 09:00") + US, "notify manager by email"),
        (at("tue 09:00") + US, "colour it red"),
    ]  # fmt: skip


def test_the_next_answer_counts_from_the_latest_message():
    """Written at 10:00 and again at 12:00: due at 15:00, answered at 14:30 in time."""
    rows = (
        ("mon 09:00", "created"), ("mon 09:30", "message", AGENT), ("mon 10:00", "message", CUSTOMER), ("mon 12:00", "message", CUSTOMER),
        ("mon 14:30", "message", AGENT),
    )  # fmt: skip
    result = danadesk.policies(DESK).judge(log_of(*rows), as_of=at("mon 16:00"))
    assert row_of(result, "next_response.latest")["cause"] == "reset"
    row = row_of(result, "next_response.latest", 2)
    assert (row["verdict"], row["due_at"]) == ("met", at("mon 15:00"))


def test_waiting_for_the_customer_does_not_count():
    """Pending for four hours: eight hours of work end on Tuesday 13:00."""
    rows = (("mon 09:00", "created"), ("mon 10:00", "status", status("pending")), ("mon 14:00", "status", status("open")))
    assert row_of(danadesk.policies(DESK).judge(log_of(*rows), as_of=at("mon 15:00")), "resolution")["due_at"] == at("tue 13:00")


def test_priority_comes_from_impact_and_urgency():
    """High x high is urgent, low x low is low, without both there is none."""
    for fields, priority in (
        ({"impact": "high", "urgency": "high"}, "urgent"),
        ({"impact": "low", "urgency": "low"}, "low"),
        ({"impact": "high"}, None),
    ):
        result = danadesk.policies(DESK).judge(log_of(("mon 09:00", "created", fields)), as_of=at("mon 10:00"))
        assert row_of(result, "resolution")["priority"] == priority


def test_unhappy_tickets_go_to_the_top_in_either_language():
    """Bad and very bad in English or Persian; good and excellent do not."""
    for value, moved in (
        ("bad", True),
        ("بد", True),
        ("very bad", True),
        ("خیلی بد", True),
        ("good", False),
        ("خوب", False),
        ("عالی", False),
    ):
        rows = (("mon 09:00", "created"), ("mon 09:30", "message", AGENT), ("mon 10:00", "rating", {"value": value}))
        result = danadesk.policies(DESK).judge(log_of(*rows), as_of=at("mon 11:00"))
        assert due(result) == ([(at("mon 10:00"), "move to top")] if moved else [])


def test_its_penalty_is_in_rial_a_minute():
    """Resolved after 10 h of a target of 8 h at 50,000 rial a minute: 120 min x 50,000 = 6,000,000."""
    rows = (("mon 09:00", "created"), ("mon 10:00", "message", AGENT), ("tue 11:00", "status", status("solved")))
    result = danadesk.policies(DESK, penalty=Money(50_000, "IRR")).judge(log_of(*rows), as_of=at("tue 12:00"))
    assert row_of(result, "resolution")["overrun_us"] == 2 * HOUR
    assert result.penalties().total == Money(6_000_000, "IRR")


def test_it_reads_back_and_takes_further_parts():
    """The preset is plain data, on any schedule, for whom one likes."""
    tehran = Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran")
    whole = danadesk.policies(tehran, penalty=Money(50_000, "IRR"))
    assert PolicySet.from_dict(whole.to_dict()) == whole
    assert danadesk.policy(tehran, name="vip", when={"vip": True}).when.fields == ("vip",)
    assert presets.danadesk is danadesk
