"""The public names together, as an integrator uses them: one log from rows to verdicts, money and surveys."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from slakit import (
    Escalation,
    Event,
    EventLog,
    Exclusion,
    Money,
    Penalty,
    Policy,
    PolicySet,
    PriorityMatrix,
    Scale,
    Schedule,
    ScheduleBy,
    Target,
    measure,
    metrics,
    service,
    stats,
)
from slakit.escalation import notify

DESK = Schedule.weekly({"mon-fri": "09:00-17:00"}, tz="Europe/Berlin", holidays={"2026-12-25": "Christmas Day"})
ROWS = [
    {
        "ticket": "T-9", "at": "2026-12-23T16:10:00+01:00", "kind": "created", "role": "customer", "status": "new",
        "priority": "urgent", "tier": "gold", "customer": "acme", "category": "mail", "subcategory": "spam",
    },
    {"ticket": "T-9", "at": "2026-12-23T16:40:00+01:00", "kind": "message", "role": "agent", "actor": "sara", "public": True, "seq": 2},
    {"ticket": "T-9", "at": "2026-12-24T09:00:00+01:00", "kind": "status", "status": "Awaiting User Info"},
    {"ticket": "T-9", "at": "2026-12-24T09:05:00+01:00", "kind": "field", "field": "priority", "value": "low"},
    {"ticket": "T-9", "at": "2026-12-24T09:06:00+01:00", "kind": "handled", "part": "talk", "span": "5m", "actor": "sara"},
    {"ticket": "T-9", "at": "2026-12-24T10:00:00+01:00", "kind": "status", "status": "open"},
    {"ticket": "T-9", "at": "2026-12-24T11:30:00+01:00", "kind": "status", "status": "solved"},
    {"ticket": "T-9", "at": "2026-12-25T09:00:00+01:00", "kind": "rating", "scale": "four", "value": "good", "of": "ticket"},
]  # fmt: skip
AS_OF = "2026-12-28T12:00:00+01:00"
STATUSES = {"Awaiting User Info": "pending"}
GOLD = Policy(
    "gold",
    when={"tier": "gold"},
    schedule=DESK,
    retarget="from_start",
    on_schedule_change="last",
    targets={
        "first_response": {"urgent": "20m", "*": Target("4h", schedule=DESK)},
        "next_response": "4h",
        "resolution": "2h",
        "resolution.each": "3 working days",
    },
    penalties=[
        Penalty(
            "resolution",
            rate=Money(50_000, "IRR"),
            per="minute",
            partial="exact",
            grace="5m",
            grace_mode="deductible",
            clock="working",
            cap=None,
        )
    ],
    escalations=[Escalation("first_response", at="100%", actions=[notify("manager")])],
)


@pytest.fixture
def log() -> EventLog:
    """The log of one ticket."""
    return EventLog.from_records(ROWS, statuses=STATUSES, tz=None, columns=None, on_error="raise")


@pytest.mark.parametrize("engine", ["object", "column"])
def test_cycles_have_the_columns_that_integrators_rely_on(log: EventLog, engine: str) -> None:
    """16:10 to 16:40 is 30 min; to the solve 50 min on the 23rd and 150 min on the 24th, 60 of them pending."""
    cycles = measure(log, [metrics.FIRST_RESPONSE, "resolution"], schedule=DESK, as_of=AS_OF, engine=engine)
    plain = cycles.to_dict()
    assert {
        "ticket", "metric", "ordinal", "started_at", "stopped_at", "phase", "cause", "elapsed_us", "accumulated_us", "paused_us",
        "excluded_us", "wall_us", "anchor_event", "stop_event", "agent", "team",
    } <= set(plain)  # fmt: skip
    assert plain["metric"] == ["first_response", "resolution"]
    assert plain["elapsed_us"] == [30 * 60_000_000, (50 + 150 - 60) * 60_000_000]
    assert plain["paused_us"] == [0, 60 * 60_000_000]
    assert plain["started_at"][0] == datetime(2026, 12, 23, 15, 10, tzinfo=UTC)
    assert plain["stop_event"] == [1, 6]
    assert cycles.columns()["elapsed_us"].tolist() == plain["elapsed_us"]


@pytest.mark.parametrize("engine", ["object", "column"])
def test_a_judgement_has_the_columns_that_integrators_rely_on(log: EventLog, engine: str) -> None:
    """First response took 30 of 20 min; resolution 140 of 120 min, so its target was used up at 11:10."""
    result = PolicySet([GOLD], priorities=("low", "normal", "high", "urgent")).judge(log, as_of=AS_OF, engine=engine)
    plain = result.to_dict()
    assert {
        "policy", "policy_version", "priority", "target_us", "verdict", "due_at", "met_until", "breached_at", "remaining_us", "overrun_us",
        "consumed", "history",
    } <= set(plain)  # fmt: skip
    row = plain["metric"].index("resolution")
    assert (plain["verdict"][row], plain["overrun_us"][row]) == ("breached", 20 * 60_000_000)
    assert plain["due_at"][row] == plain["met_until"][row] == plain["breached_at"][row] == datetime(2026, 12, 24, 10, 10, tzinfo=UTC)
    assert plain["priority"][row] == "low"
    assert plain["verdict"][plain["metric"].index("first_response")] == "breached"
    assert plain["priority"][plain["metric"].index("first_response")] == "urgent"


def test_penalties_escalations_explanations_and_attainment_hang_on_the_judgement(log: EventLog) -> None:
    """20 min over with 5 min of deductible grace at 50,000 a minute is 750,000 rial."""
    result = PolicySet([GOLD]).judge(log, as_of=AS_OF)
    ledger = result.penalties(period=None, fees=None)
    assert ledger.total == Money(Decimal(750_000), "IRR")
    assert ledger.totals == {"IRR": ledger.total}
    assert (ledger.total.amount, ledger.total.currency) == (Decimal(750_000), "IRR")
    fallen_due = list(result.actions(between=("2026-12-23T00:00:00+01:00", AS_OF)))
    assert [(one.ticket, one.metric) for one in fallen_due] == [("T-9", "first_response")]
    assert result.next_wakeup() is None
    assert result.attainment().value == pytest.approx(1 / 3)
    assert result.explain("T-9") is not None
    assert result.what_if(PolicySet([GOLD])) is not None


def test_working_time_answers_in_the_kind_that_came_in() -> None:
    """9 h after Wednesday 16:00 with 8-hour days: 1 h that day, 8 h on Thursday; Friday is Christmas Day."""
    start = datetime.fromisoformat("2026-12-23T16:00:00+01:00")
    assert DESK.elapsed(start, "2026-12-28T10:00:00+01:00") == timedelta(hours=1 + 8 + 1)
    assert DESK.due_at(start, "9h") == datetime.fromisoformat("2026-12-24T17:00:00+01:00")
    assert DESK.met_until(start, "9h") == datetime.fromisoformat("2026-12-28T09:00:00+01:00")
    assert DESK.start_by("2026-12-24T17:00:00+01:00", "9h") == start
    assert DESK.next_close(start) == datetime.fromisoformat("2026-12-23T17:00:00+01:00")
    assert DESK.next_open("2026-12-25T10:00:00+01:00") == datetime.fromisoformat("2026-12-28T09:00:00+01:00")
    assert DESK.previous_close("2026-12-25T10:00:00+01:00") == datetime.fromisoformat("2026-12-24T17:00:00+01:00")
    assert not DESK.is_open("2026-12-25T10:00:00+01:00")
    assert [(one.start, one.end) for one in DESK.openings("2026-12-24T00:00:00+01:00", "2026-12-26T00:00:00+01:00")] == [
        (datetime.fromisoformat("2026-12-24T09:00:00+01:00"), datetime.fromisoformat("2026-12-24T17:00:00+01:00"))
    ]
    labels = [(one.open, one.reason) for one in DESK.segments("2026-12-25T00:00:00+01:00", "2026-12-26T00:00:00+01:00")]
    assert labels
    assert "Christmas Day" in str(labels[0])


def test_service_and_survey_figures_come_as_results(log: EventLog) -> None:
    """One contact of 5 min, one ticket resolved with one reply, one rating that is good."""
    assert service.aht(log, as_of=AS_OF).value == timedelta(minutes=5)
    assert service.csat(log, as_of=AS_OF).value == 1.0
    assert service.nps([10, 9, 3]).value == pytest.approx(100 / 3)
    assert service.ces([6, 7, 2], scale=Scale.CES_7).value == pytest.approx(2 / 3)
    assert service.csat([5, 4, 1], scale=Scale.FIVE).value == pytest.approx(2 / 3)
    assert service.messages_per_service(log, as_of=AS_OF).value == 2
    assert service.breakdown(log, as_of=AS_OF, by=["category", "subcategory"]) is not None
    assert service.requests(log, as_of=AS_OF, per="month", calendar="jalali", tz="Asia/Tehran") is not None
    result = service.nps([10, 9, 3])
    assert (result.n, result.tickets) == (3, ())
    assert result.low < result.value < result.high


def test_the_other_public_names_are_there() -> None:
    """Every name of the contract imports and makes a value."""
    assert ScheduleBy("team", {"north": DESK}, default=DESK).schedule_for("north") is DESK
    assert PriorityMatrix({"high": {"high": "urgent", "low": "normal"}}).priority({"impact": "high", "urgency": "low"}) == "normal"
    assert Exclusion("2026-12-24T09:00:00+01:00", "2026-12-24T10:00:00+01:00", "maintenance").reason == "maintenance"
    assert Event(ticket="T-9", at="2026-12-23T16:10:00+01:00", kind="created", role="customer").ticket == "T-9"
    assert stats.proportion(47, 50, method="wilson", confidence=0.95).low < 47 / 50
    assert stats.nps_interval(promoters=70, passives=20, detractors=10, method="score").low < 60
    assert stats.kaplan_meier([5, 10, 10], [1, 1, 0]).median == 10
    assert Policy.from_dict(GOLD.to_dict()).to_dict() == GOLD.to_dict()
    assert PolicySet.from_dict(PolicySet([GOLD]).to_dict()).to_dict() == PolicySet([GOLD]).to_dict()


def test_results_go_out_as_frames_with_their_types(log: EventLog) -> None:
    """Instants are UTC, few-valued columns are categories, and pandas, polars and Arrow hold the same rows."""
    result = PolicySet([GOLD]).judge(log, as_of=AS_OF)
    for tidy in (measure(log, "resolution", schedule=DESK, as_of=AS_OF), result, result.attainment(by="metric"), result.penalties()):
        pandas, polars, arrow = tidy.to_pandas(), tidy.to_polars(), tidy.to_arrow()
        assert len(pandas) == len(polars) == len(arrow)
        assert list(pandas.columns) == polars.columns == arrow.column_names
        assert "<table" in tidy._repr_html_()
    frame = result.to_pandas()
    assert str(frame["started_at"].dtype) in {"datetime64[us, UTC]", "datetime64[ns, UTC]"}
    assert str(frame["verdict"].dtype) == str(frame["metric"].dtype) == "category"
    assert frame["elapsed_us"].dtype == "int64"


def test_a_notebook_shows_logs_and_schedules_escaped(log: EventLog) -> None:
    """The texts of `describe`, with what could be markup turned into text."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays={"2026-12-25": "<b>Christmas</b>"})
    assert "&lt;b&gt;Christmas&lt;/b&gt;" in desk._repr_html_()
    assert "8 events on 1 ticket" in log._repr_html_()
