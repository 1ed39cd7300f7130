"""The judgement on a log: its rows, columns, findings, counts, and what other policies would have made of it."""

import subprocess
import sys

import pytest

from slakit import EventLog, Exclusion, Money, Penalty, Policy, PolicySet, Schedule, Target, measure
from slakit.cycles import COLUMNS
from slakit.errors import EventError, QueryError, TimeError
from slakit.verdict import JUDGED, VERDICTS
from slakit.what_if import compare
from tests.judging_cases import AGENT, DESK, HOUR, at, log_of, policies, row_of, status, table

ENGINES = pytest.mark.parametrize("engine", ["object", "column"])


def rows(*tickets):
    """Tickets created on Monday 09:00 and answered at an hour each (None: never)."""
    made = []
    for name, hour in tickets:
        made.append({"ticket": name, "at": at("mon 09:00"), "kind": "created", "priority": "low"})
        if hour is not None:
            made.append({"ticket": name, "at": at(f"mon {hour}"), "kind": "message", **AGENT})
    return made


FOUR = rows(("T-1", "10:00"), ("T-2", "14:00"), ("T-3", None), ("T-4", "11:00"))


def judged(engine, targets, *, as_of="mon 11:30", given=FOUR, **options):
    """Some tickets under one policy."""
    log = table(given) if engine == "column" else EventLog.from_records(given)
    return policies(targets, **options).judge(log, as_of=at(as_of), engine=engine)


@ENGINES
def test_rows_are_ordered_by_metric_ticket_and_ordinal(engine):
    """Metrics as the policies mention them, then tickets, then cycles."""
    plain = judged(engine, {"resolution": "4h", "first_response": "2h"}).to_dict()
    assert list(zip(plain["metric"], plain["ticket"], strict=True)) == [
        (metric, f"T-{n}") for metric in ("resolution", "first_response") for n in (1, 2, 3, 4)
    ]
    assert list(plain) == [*COLUMNS, *JUDGED]


@ENGINES
def test_a_ticket_that_is_not_in_the_log_is_refused(engine):
    """Whether the rows were made before or not."""
    result = judged(engine, {"first_response": "2h"})
    for _ in range(2):
        with pytest.raises(QueryError, match="there is no ticket 'T-9' in this log"):
            result.of("T-9")
        assert [row.ticket for row in result.of("T-2")] == ["T-2"]
        assert len(result.rows) == 4


@ENGINES
def test_counts_name_every_verdict(engine):
    """As of 11:30 with a target of 2 h: answered at 10:00 and at 11:00 sharp are met, the others breached at 11:00."""
    result = judged(engine, {"first_response": "2h"})
    assert result.counts() == {"met": 2, "breached": 2, "within": 0, "cancelled": 0, "not_applicable": 0}
    assert tuple(result.counts()) == VERDICTS
    assert repr(result) == "<Judgement: 2 met, 2 breached as of 2026-03-02 11:30:00Z>"
    assert len(result) == 4
    assert [one.verdict for one in result] == ["met", "breached", "breached", "met"]
    assert repr(result[1]) == "<T-2 first_response 1: breached, due 2026-03-02 11:00:00Z>"
    assert [event.kind.text for event in result.events(0)] == ["created", "message"]


@ENGINES
def test_one_ticket_can_be_asked_for_alone(engine):
    """`of` judges one ticket; asked again after all were judged it gives the same."""
    result = judged(engine, {"first_response": "2h"})
    alone = [(one.verdict, one.due_us, one.overrun_us) for one in result.of("T-2")]
    assert alone == [(one.verdict, one.due_us, one.overrun_us) for one in result.rows if one.ticket == "T-2"]
    assert result.of("T-2")[0].overrun_us == HOUR // 2
    assert len(result.open_rows()) == 2


@ENGINES
def test_spans_and_instants_of_a_row_as_python_values(engine):
    """Row values in the types that people compute with."""
    (one,) = judged(engine, {"first_response": "2h"}).of("T-2")
    assert (one.remaining.total_seconds(), one.overrun.total_seconds()) == (-1800, 1800)
    assert (one.due_at, one.met_until, one.breached_at) == (at("mon 11:00"),) * 3
    (none,) = judged(engine, {"first_response": {"urgent": "2h"}}).of("T-2")
    assert (none.remaining, none.overrun, none.due_at) == (None, None, None)


@ENGINES
def test_a_paused_cycle_can_be_projected(engine):
    """On request the deadline as if resumed at `as_of`: one hour used, three left from 12:00."""
    given = [*rows(("T-1", None)), {"ticket": "T-1", "at": at("mon 10:00"), "kind": "status", "status": "pending"}]
    (one,) = judged(engine, {"resolution": "4h"}, as_of="mon 12:00", given=given).of("T-1")
    assert one.due_us is None
    assert one.projected_due_us() == int(at("mon 15:00").timestamp()) * 1_000_000


@ENGINES
def test_what_has_no_policy_at_all_has_no_rows(engine):
    """An empty policy set judges nothing, and says so."""
    log = table(FOUR) if engine == "column" else EventLog.from_records(FOUR)
    result = PolicySet([]).judge(log, as_of=at("mon 11:30"), engine=engine)
    assert (len(result), result.to_dict()["ticket"], result.of("T-1"), result.next_wakeup(), result.actions()) == (0, [], [], None, ())
    assert repr(result) == "<Judgement: no cycle as of 2026-03-02 11:30:00Z>"


@ENGINES
def test_before_the_log_begins_there_is_nothing(engine):
    """As of an instant before every event there is no cycle."""
    assert len(judged(engine, {"first_response": "2h"}, as_of="mon 08:59:59.999999")) == 0


def test_a_column_or_an_engine_that_is_none_is_refused():
    """Unknown names come with the known ones."""
    result = judged("object", {"first_response": "2h"})
    with pytest.raises(QueryError, match="did you mean 'verdict'"):
        result.column("verdct")
    with pytest.raises(QueryError, match="did you mean 'column'"):
        policies({"first_response": "2h"}).judge(EventLog.from_records(FOUR), as_of=at("mon 11:30"), engine="colum")
    with pytest.raises(TimeError) as caught:
        policies({"first_response": "2h"}).judge(EventLog.from_records(FOUR), as_of=at("mon 11:30").replace(tzinfo=None))
    assert caught.value.code == "naive_time"


def test_auto_takes_columns_for_a_log_of_columns():
    """The engine follows the log."""
    assert policies({"first_response": "2h"}).judge(table(FOUR), as_of=at("mon 11:30")).engine == "column"
    assert policies({"first_response": "2h"}).judge(EventLog.from_records(FOUR), as_of=at("mon 11:30")).engine == "object"


@ENGINES
def test_responders_widen_what_a_reply_is(engine):
    """With bots as responders the robot's message is the first response."""
    given = [*rows(("T-1", None)), {"ticket": "T-1", "at": at("mon 09:30"), "kind": "message", "role": "bot"}]
    log = table(given) if engine == "column" else EventLog.from_records(given)
    for responders, verdict in ((("agent",), "within"), (("agent", "bot"), "met")):
        result = policies({"first_response": "4h"}).judge(log, as_of=at("mon 10:00"), engine=engine, responders=responders)
        assert row_of(result, "first_response")["verdict"] == verdict


def codes(result):
    """(code, fields) of the findings."""
    return [(finding.code, dict(finding.fields)) for finding in result.findings]


@ENGINES
def test_a_condition_on_a_field_that_no_ticket_has_is_a_finding(engine):
    """Such a policy never applies, or always: likely a misspelt field."""
    result = judged(engine, {"first_response": "2h"}, when={"priorty": "low"})
    assert codes(result) == [("unknown_field", {"field": "priorty", "policy": "gold"})]
    assert "did you mean 'priority'?" in result.findings[0].message
    later = [*FOUR, {"ticket": "T-1", "at": at("mon 09:30"), "kind": "field", "field": "vip", "value": True}]
    assert codes(judged(engine, {"first_response": "2h"}, when={"vip": True}, given=later)) == []


@ENGINES
def test_a_priority_that_the_policies_do_not_know_is_a_finding(engine):
    """Once a priority, with the number of tickets."""
    given = [{**one, "priority": "lowest"} if one["ticket"] in {"T-1", "T-2"} and one["kind"] == "created" else one for one in FOUR]
    assert codes(judged(engine, {"first_response": "2h", "resolution": "2h"}, given=given)) == [
        ("unknown_priority", {"priority": "lowest", "tickets": 2})
    ]


@ENGINES
@pytest.mark.parametrize("target", ["30h", "5 working days"])
def test_a_deadline_that_no_opening_reaches_is_a_finding(engine, target):
    """The desk closes for good on Wednesday: 16 h are left in the world; working days cannot even be turned into a span."""
    ends = Schedule.effective({None: DESK, "2026-03-04": DESK - Schedule.always()})
    result = judged(engine, {"resolution": target}, as_of="thu 12:00", given=rows(("T-1", None)), schedule=ends)
    row = row_of(result, "resolution")
    assert (row["due_at"], row["met_until"]) == (None, None)
    assert (row["verdict"], row["reason"]) == (
        ("within", None) if target == "30h" else ("not_applicable", "no later opening reaches 5 working days")
    )
    assert codes(result) == [("unreachable", {"metric": "resolution", "ordinal": 1})]


@ENGINES
def test_an_answer_beyond_the_known_holidays_is_a_finding(engine):
    """Holidays known to the end of Tuesday: a deadline on Monday reads only what is known, one on Wednesday does not."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays=["2026-01-01"], holidays_until="2026-03-03")
    near = judged(engine, {"first_response": "2h"}, schedule=desk)
    far = judged(engine, {"first_response": "20h"}, schedule=desk)
    assert codes(near) == []
    assert codes(far) == [("holidays_unknown", {"known_until": "2026-03-03"})]


@ENGINES
def test_what_the_log_doubts_the_judgement_doubts(engine):
    """Findings of the log come along."""
    given = [{"ticket": "T-1", "at": at("mon 09:00"), "kind": "note"}]
    assert codes(judged(engine, {"first_response": "2h"}, given=given)) == [("no_created", {})]


@ENGINES
def test_what_if_names_the_tickets_that_turn(engine):
    """1 h instead of 2 h: T-4, answered after 2 h, turns; T-1 (1 h sharp) does not; deadlines move an hour earlier; attainment falls from 2/4 to 1/4."""
    result = judged(engine, {"first_response": "2h"})
    found = result.what_if(policies({"first_response": "1h"}))
    assert found.tickets == ("T-4",)
    assert [one.turned for one in found.differences] == [False, False, False, True]
    assert {one.later.total_seconds() for one in found.differences} == {-3600}
    assert repr(found.differences[3]) == "<T-4 first_response 1: met due 2026-03-02 11:00:00Z -> breached due 2026-03-02 10:00:00Z>"
    before, after = found.attainment["first_response"]
    assert (before.value, after.value) == (0.5, 0.25)
    assert repr(found) == "<Comparison: 4 cycles differ, 1 verdicts; first_response 50.0% -> 25.0%>"
    assert found.to_dict()["verdict_after"] == ["met", "breached", "breached", "breached"]
    assert "T-4" in found._repr_html_()


@ENGINES
def test_what_if_names_the_money(engine):
    """1,000 a minute of overrun: T-2 and T-3 are 30 min over 2 h; under 3 h nobody is."""
    cost = [Penalty("first_response", rate=Money(1000, "IRR"), per="minute")]
    result = judged(engine, {"first_response": "2h"}, penalties=cost)
    found = result.what_if(policies({"first_response": "3h"}, penalties=cost))
    before, after = found.money["IRR"]
    assert before == Money(60_000, "IRR")
    assert after in {None, Money(0, "IRR")}


@ENGINES
def test_a_cycle_of_one_side_only_differs_from_nothing(engine):
    """Another metric, or another variant, has rows of its own: nothing on the other side."""
    found = judged(engine, {"first_response": "2h"}).what_if(policies({"resolution": "2h"}))
    assert {(one.metric, *(side is None for side in one.verdicts)) for one in found.differences} == {
        ("first_response", False, True),
        ("resolution", True, False),
    }
    assert repr(found.differences[-1]).endswith("no such cycle -> breached due 2026-03-02 11:00:00Z>")
    assert found.attainment["first_response"][1] is None


def test_the_same_policies_differ_in_nothing():
    """Judging twice is judging once."""
    found = judged("object", {"first_response": "2h"}).what_if(policies({"first_response": "2h"}))
    assert (found.differences, found.tickets, repr(found)) == ((), (), "<Comparison: 0 cycles differ, 0 verdicts>")


def test_only_like_is_compared_with_like():
    """Another instant or another log would differ for other reasons."""
    one = judged("object", {"first_response": "2h"})
    for other, code in (
        (judged("object", {"first_response": "2h"}, as_of="mon 12:00"), "other_as_of"),
        (judged("object", {"first_response": "2h"}, given=rows(("T-1", None))), "other_log"),
    ):
        with pytest.raises(QueryError) as caught:
            compare(one, other)
        assert caught.value.code == code


def test_exclusions_by_condition_hold_for_their_tickets_only():
    """An outage for low priority only."""
    log = log_of(("mon 09:00", "created", {"priority": "low"}))
    for who, due in (({"priority": "low"}, "mon 12:00"), ({"priority": "high"}, "mon 11:00")):
        outage = Exclusion(at("mon 10:00"), at("mon 11:00"), "outage", who)
        assert row_of(policies({"resolution": "2h"}).judge(log, as_of=at("mon 09:30"), exclusions=[outage]), "resolution")["due_at"] == at(
            due
        )


def test_one_ticket_is_judged_without_the_heavy_packages():
    """The live path (verdict, deadline, actions, next wake-up, explanation) loads neither numpy nor pendulum."""
    code = """
import sys
from tests.judging_cases import at, log_of, policies
from slakit import Escalation
result = policies({"first_response": "4h"}, escalations=[Escalation("first_response", at="75%", actions="move_to_top")]).judge(log_of(("mon 09:00", "created")), as_of=at("mon 13:00"))
assert result.to_dict()["verdict"] == ["within"]
assert len(result.actions()) == 1 and result.next_wakeup() is not None and result.explain("T-1").text() and not result.findings
loaded = {name.partition(".")[0] for name in sys.modules} & {"numpy", "pendulum", "pandas"}
assert not loaded, loaded
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_target_at_a_field_reaches_through_columns():
    """Due dates as text in a column, some missing."""
    given = [
        {"ticket": "T-1", "at": at("mon 09:00"), "kind": "created", "due": "2026-03-02T10:00:00Z"}, {"ticket": "T-2", "at": at("mon 09:00"), "kind": "created"},
        {"ticket": "T-1", "at": at("mon 10:00"), "kind": "status", **status("solved")},
    ]  # fmt: skip
    result = policies({"resolution": Target.at_field("due")}).judge(table(given), as_of=at("mon 12:00"))
    assert result.to_dict()["verdict"] == ["met", "not_applicable"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: measure(FOUR, "first_response", schedule=DESK, as_of=at("mon 11:30")),
        lambda: policies({"first_response": "2h"}).judge(FOUR, as_of=at("mon 11:30")),
    ],
    ids=["measure", "judge"],
)
def test_rows_that_were_not_made_a_log_are_refused_by_name(ask):
    """Rows themselves are no log, and the message says how to make one of them."""
    with pytest.raises(EventError, match=r"list is no log: build one with EventLog\.from_records") as caught:
        ask()
    assert caught.value.code == "not_a_log"


@pytest.mark.parametrize("engine", ["object", "column"])
def test_who_created_a_ticket_is_no_field_of_it(engine):
    """Conditions ask for the ticket's fields; the actor of an event is none, on both engines."""
    rows = [{"ticket": "T-1", "at": at("mon 09:00"), "kind": "created", "actor": "sara"}]
    contract = PolicySet([Policy("of sara", when={"actor": "sara"}, schedule=DESK, targets={"resolution": "1h"})])
    judged = contract.judge(EventLog.from_records(rows), as_of=at("mon 12:00"), engine=engine)
    assert judged.to_dict()["verdict"] == ["not_applicable"]


@ENGINES
def test_a_key_of_cycles_that_is_a_field_too_is_listed_once(engine):
    """Team and priority are columns of cycles and fields of these tickets: the message names each once."""
    log = log_of(("mon 09:00", "created", {"team": "north", "priority": "low", "tier": "gold"}), columns=engine == "column")
    result = policies({"resolution": "2h"}).judge(log, as_of=at("mon 10:00"), engine=engine)
    with pytest.raises(QueryError, match=r"known: metric, policy, policy_version, priority, agent, team, tier$"):
        result.attainment(by="level")


@ENGINES
def test_a_ticket_asked_by_text_is_told_that_tickets_are_integers(engine):
    """`explain` says what is wrong with ``"0"`` where the ticket is 0."""
    rows = [{"ticket": 0, "at": at("mon 09:00"), "kind": "created"}]
    log = table(rows) if engine == "column" else EventLog.from_records(rows)
    result = policies({"resolution": "2h"}).judge(log, as_of=at("mon 10:00"), engine=engine)
    assert result.explain(0).ticket == 0
    with pytest.raises(QueryError, match=r"no ticket '0' in this log: the known ones are integers, not text: did you mean 0\? known: 0$"):
        result.explain("0")
