"""Escalations (SPEC 5.8): which actions fall due when, with which ids, and when one has to look again."""

import itertools
from datetime import timedelta

import pytest

from slakit import Escalation, EventLog, Policy, PolicySet, Target
from slakit.errors import PolicyError, QueryError
from slakit.escalation import Action, Level, call_customer, colour, custom, move_to_top, notify, raise_priority, reassign
from tests.judging_cases import AGENT, CUSTOMER, DESK, HOUR, at, field, log_of, policies, status

US = timedelta(microseconds=1)


def judged(escalations, as_of, *rows, targets=None, engine="object", **options):
    """One ticket under a policy with some escalations."""
    log = log_of(*rows, columns=engine == "column")
    return policies(targets or {"first_response": "4h"}, escalations=escalations, **options).judge(log, as_of=at(as_of), engine=engine)


def due(result, between=None):
    """(instant, what) of each action."""
    return [(one.at, str(one.action)) for one in result.actions(between=between)]


LADDER = [
    Escalation("first_response", at="50%", actions=notify("agent")),
    Escalation("first_response", at="-30m", actions=notify("team")),
    Escalation("first_response", actions=[notify("manager", channel="sms"), colour("red")]),
    Escalation("first_response", at="+1h", actions=call_customer()),
    Escalation("first_response", at="150%", actions=move_to_top()),
]


@pytest.mark.parametrize("engine", ["object", "column"])
def test_levels_fall_due_at_their_edges(engine):
    """Target 4 h from Monday 09:00: 50 % at 11:00, 30 min before at 12:30, 100 % just after 13:00, +1 h just after 14:00, 150 % just after 15:00."""
    result = judged(LADDER, "tue 12:00", ("mon 09:00", "created"), engine=engine)
    assert due(result) == [
        (at("mon 11:00"), "notify agent by email"), (at("mon 12:30"), "notify team by email"),
        (at("mon 13:00") + US, "notify manager by sms"), (at("mon 13:00") + US, "colour it red"),
        (at("mon 14:00") + US, "call customer"), (at("mon 15:00") + US, "move to top"),
    ]  # fmt: skip
    assert [one.expected for one in result.actions()] == [False] * 6


def test_below_the_target_the_early_edge_counts_and_from_it_on_the_late_one():
    """Target 2 h from Monday 16:00 with 50 % at closing: warned at Monday 17:00; used up at 10:00 on Tuesday. With 1 h the breach waits for Tuesday 09:00."""
    warned = judged(
        [Escalation("first_response", at="50%", actions=move_to_top())],
        "wed 12:00",
        ("mon 16:00", "created"),
        targets={"first_response": "2h"},
    )
    assert due(warned) == [(at("mon 17:00"), "move to top")]
    late = judged(
        [Escalation("first_response", actions=move_to_top())], "wed 12:00", ("mon 16:00", "created"), targets={"first_response": "1h"}
    )
    assert due(late) == [(at("tue 09:00") + US, "move to top")]


def test_a_reply_ends_the_ladder():
    """Answered at 12:00: only the level of 50 % had fallen due; answered exactly when a warning would, there is no warning; one microsecond late, the breach has its actions."""
    rows = (("mon 09:00", "created"), ("mon 12:00", "message", AGENT))
    assert due(judged(LADDER, "tue 12:00", *rows)) == [(at("mon 11:00"), "notify agent by email")]
    assert due(judged(LADDER, "tue 12:00", ("mon 09:00", "created"), ("mon 11:00", "message", AGENT))) == []
    late = due(judged(LADDER, "tue 12:00", ("mon 09:00", "created"), ("mon 13:00:00.000001", "message", AGENT)))
    assert late[-1] == (at("mon 13:00") + US, "colour it red")


def test_what_is_expected_if_nothing_happens():
    """As of 10:00 nothing has fallen due; until 13:00 two warnings are expected, at 13:00 itself nothing, after it the breach."""
    result = judged(LADDER, "mon 10:00", ("mon 09:00", "created"))
    assert due(result) == []
    ahead = result.actions(between=(at("mon 10:00"), at("mon 13:00") + US))
    assert [(one.at, one.expected) for one in ahead] == [(at("mon 11:00"), True), (at("mon 12:30"), True)]
    assert len(result.actions(between=(None, at("wed 09:00")))) == 6
    assert len(result.actions(between=(at("mon 13:00"), None))) == 0


def test_a_window_includes_its_start_and_not_its_end():
    """Windows that follow each other see every action exactly once."""
    result = judged(LADDER, "tue 12:00", ("mon 09:00", "created"))
    edges = [at("mon 09:00"), at("mon 11:00"), at("mon 12:30"), at("mon 13:00") + US, at("tue 12:00")]
    seen = [one.id for since, until in itertools.pairwise(edges) for one in result.actions(between=(since, until))]
    assert seen == [one.id for one in result.actions()]
    with pytest.raises(QueryError) as caught:
        result.actions(between=(at("mon 11:00"), at("mon 11:00")))
    assert caught.value.code == "empty_window"


def test_paused_clocks_expect_nothing():
    """While pending no level comes nearer; those reached before stay."""
    rows = (("mon 09:00", "created"), ("mon 12:00", "status", status("pending")))
    levels = [Escalation("resolution", at=level, actions=move_to_top()) for level in ("50%", "100%")]
    result = judged(levels, "mon 14:00", *rows, targets={"resolution": "4h"})
    assert due(result, (None, at("wed 12:00"))) == [(at("mon 11:00"), "move to top")]
    assert result.next_wakeup() is None


def test_next_wakeup_is_the_next_level_or_the_breach():
    """From 09:00: 11:00, 12:30, just after 13:00, 14:00 and 15:00, then never."""
    found, now = [], at("mon 09:00")
    log = log_of(("mon 09:00", "created"))
    ladder = policies({"first_response": "4h"}, escalations=LADDER)
    while now is not None:
        now = ladder.judge(log, as_of=now).next_wakeup()
        found.append(now)
    assert found == [at("mon 11:00"), at("mon 12:30"), at("mon 13:00") + US, at("mon 14:00") + US, at("mon 15:00") + US, None]


@pytest.mark.parametrize("engine", ["object", "column"])
def test_cycles_at_risk_have_reached_a_level_and_are_still_in_time(engine):
    """Target 4 h from 09:00: at risk of 75 % from 12:00 to 13:00, not before and not once breached; the mark wakes one too."""
    for now, marked in (("mon 11:59:59", 0), ("mon 12:00", 1), ("mon 13:00", 1), ("mon 13:00:00.000001", 0)):
        assert len(judged([], now, ("mon 09:00", "created"), engine=engine).at_risk("75%")) == marked
    result = judged([], "mon 10:00", ("mon 09:00", "created"), engine=engine)
    assert (result.next_wakeup(at_risk="75%"), result.next_wakeup(at_risk="-30m")) == (at("mon 12:00"), at("mon 12:30"))
    assert result.next_wakeup() == at("mon 13:00") + US


@pytest.mark.parametrize("engine", ["object", "column"])
def test_next_wakeup_without_escalations_is_the_breach(engine):
    """The verdict changes one microsecond after the last instant in time: Tuesday 09:00."""
    result = judged([], "mon 16:30", ("mon 16:00", "created"), targets={"first_response": "1h"}, engine=engine)
    assert result.next_wakeup() == at("tue 09:00") + US
    assert result.actions(between=(None, at("fri 09:00"))) == ()


def test_levels_of_an_instant_that_the_ticket_carries():
    """Due Monday 15:00, opened 09:00 (6 h of the desk): 50 % at 12:00, 30 min before at 14:30, breach just after 15:00, +1 h just after 16:00; pauses do not count."""
    levels = [Escalation("resolution", at=level, actions=move_to_top()) for level in ("50%", "-30m", "100%", "+1h")]
    rows = (("mon 09:00", "created", {"due": "2026-03-02T15:00:00Z"}), ("mon 10:00", "status", status("pending")))
    result = judged(levels, "tue 12:00", *rows, targets={"resolution": Target.at_field("due")})
    assert [when for when, _ in due(result)] == [at("mon 12:00"), at("mon 14:30"), at("mon 15:00") + US, at("mon 16:00") + US]
    early = judged(levels, "mon 09:30", *rows, targets={"resolution": Target.at_field("due")})
    assert early.next_wakeup() == at("mon 12:00")


def test_an_end_at_the_carried_instant_and_just_after_it():
    """Due 15:00: solved at 15:00 sharp is met and breaches nothing; a microsecond later the breach has its actions; at a warning's instant there is no warning."""
    levels = [Escalation("resolution", at=level, actions=move_to_top()) for level in ("50%", "100%")]

    def fallen(when):
        rows = (("mon 09:00", "created", {"due": "2026-03-02T15:00:00Z"}), (when, "status", status("solved")))
        return [moment for moment, _ in due(judged(levels, "tue 12:00", *rows, targets={"resolution": Target.at_field("due")}))]

    assert fallen("mon 12:00") == []
    assert fallen("mon 15:00") == [at("mon 12:00")]
    assert fallen("mon 15:00:00.000001") == [at("mon 12:00"), at("mon 15:00") + US]


def test_levels_of_a_wait_that_a_merge_brought():
    """T-2 by itself (from 09:30, 1 h) is warned at 10:00 and late just after 10:30; T-4 gets T-3's wait (from 09:00) at 12:00: warned and late there."""
    rows = [
        {"ticket": name, "at": at(f"mon {clock}"), "kind": "created"}
        for name, clock in (("T-1", "09:00"), ("T-2", "09:30"), ("T-3", "09:00"), ("T-4", "11:30"))
    ]
    rows += [{"ticket": name, "at": at("mon 12:00"), "kind": "merged", "into": into} for name, into in (("T-1", "T-2"), ("T-3", "T-4"))]
    levels = [Escalation("first_response", at=level, actions=move_to_top()) for level in ("50%", "100%")]
    result = policies({"first_response": "1h"}, escalations=levels).judge(EventLog.from_records(rows), as_of=at("mon 13:00"))
    found = {(one.ticket, one.escalation): one.at for one in result.actions() if one.ticket in {"T-2", "T-4"}}
    assert found == {
        ("T-2", "first_response@50%"): at("mon 10:00"),
        ("T-2", "first_response@100%"): at("mon 10:30") + US,
        ("T-4", "first_response@50%"): at("mon 12:00"),
        ("T-4", "first_response@100%"): at("mon 12:00"),
    }


def test_a_span_before_longer_than_the_target_falls_due_at_the_start():
    """-2 h of a target of 1 h: at the opening."""
    result = judged(
        [Escalation("first_response", at="-2h", actions=move_to_top())],
        "mon 12:00",
        ("mon 10:00", "created"),
        targets={"first_response": "1h"},
    )
    assert due(result) == [(at("mon 10:00"), "move to top")]


def test_a_retarget_keeps_what_fell_due_and_adds_what_the_new_target_brings():
    """Low (8 h) was warned at 50 % (13:00); urgent from 14:00 (2 h): its breach falls due at once, the warning is not repeated."""
    levels = [Escalation("resolution", at=level, actions=move_to_top()) for level in ("50%", "100%")]
    rows = (("mon 09:00", "created", {"priority": "low"}), ("mon 14:00", "field", field("priority", "urgent")))
    result = judged(levels, "mon 15:00", *rows, targets={"resolution": {"urgent": "2h", "*": "8h"}})
    assert [(one.at, one.escalation) for one in result.actions()] == [
        (at("mon 13:00"), "resolution@50%"),
        (at("mon 14:00"), "resolution@100%"),
    ]
    back = (("mon 09:00", "created", {"priority": "urgent"}), ("mon 12:00", "field", field("priority", "low")))
    kept = judged(levels, "mon 12:30", *back, targets={"resolution": {"urgent": "2h", "*": "8h"}})
    assert [(one.at, one.escalation) for one in kept.actions()] == [
        (at("mon 10:00"), "resolution@50%"),
        (at("mon 11:00") + US, "resolution@100%"),
    ]


def test_another_policy_has_its_own_escalations_from_its_change_on():
    """Silver warns at 50 %, gold (same target) too: from silver to gold at 14:00 both have warned, gold at the change."""
    each = [
        Policy(
            name,
            when={"tier": name},
            schedule=DESK,
            targets={"resolution": "8h"},
            escalations=Escalation("resolution", at="50%", actions=notify(name)),
        )
        for name in ("silver", "gold")
    ]
    log = log_of(("mon 09:00", "created", {"tier": "silver"}), ("mon 14:00", "field", field("tier", "gold")))
    result = PolicySet(each).judge(log, as_of=at("mon 15:00"))
    assert due(result) == [(at("mon 13:00"), "notify silver by email"), (at("mon 14:00"), "notify gold by email")]


def test_a_reopened_cycle_has_a_ladder_of_its_own():
    """The second cycle starts with 3 of 4 h used: its 50 % falls due at the reopening, its breach after one more hour."""
    levels = [Escalation("resolution", at=level, actions=move_to_top()) for level in ("50%", "100%")]
    rows = (("mon 09:00", "created"), ("mon 12:00", "status", status("solved")), ("thu 10:00", "status", status("open")))
    result = judged(levels, "thu 12:00", *rows, targets={"resolution": "4h"})
    assert [(one.at, one.ordinal) for one in result.actions()] == [(at("mon 11:00"), 1), (at("thu 10:00"), 2), (at("thu 11:00") + US, 2)]
    assert len({one.id for one in result.actions()}) == 3


def test_exchanges_and_handling_time_fall_due_at_the_event_that_passes_the_number():
    """More than one exchange: at the second answer (two replies in a row are one answer); more than 10 min handled: at the event that makes 12."""
    rules = [Escalation(exchanges=1, actions=reassign(group="second line")), Escalation(handling="10m", actions=notify("manager"))]
    rows = (
        ("mon 09:00", "created"), ("mon 09:10", "message", AGENT), ("mon 09:11", "message", AGENT), ("mon 09:12", "handled", {"part": "talk", "span": "7m"}),
        ("mon 10:00", "message", CUSTOMER), ("mon 10:01", "message", CUSTOMER), ("mon 10:30", "message", AGENT),
        ("mon 10:31", "handled", {"part": "wrap", "span": "5m"}), ("mon 11:00", "message", CUSTOMER), ("mon 11:30", "message", AGENT),
    )  # fmt: skip
    result = judged(rules, "mon 12:00", *rows)
    assert due(result) == [(at("mon 10:30"), "reassign to group second line"), (at("mon 10:31"), "notify manager by email")]
    assert [one.id for one in result.actions()] == ["T-1/gold/exchanges>1/1", "T-1/gold/handling>10m/1"]
    assert [one.metric for one in result.actions()] == [None, None]


FOUR = ("very bad", "bad", "good", "excellent")


def test_a_bad_rating_yields_actions_once_a_rater():
    """Unhappy (bad or worse) tickets go to the top; good ones do not; the same rater's second bad rating is not a second time."""
    rules = [Escalation(rating="bad", scale=FOUR, actions=[move_to_top(), notify("quality")])]
    rows = (
        ("mon 09:00", "created"), ("mon 10:00", "rating", {"value": "good", "actor": "cleo"}), ("mon 11:00", "rating", {"value": "bad", "actor": "cleo"}),
        ("mon 12:00", "rating", {"value": "very bad", "actor": "cleo"}), ("mon 13:00", "rating", {"value": "very bad", "actor": "carl"}),
    )  # fmt: skip
    result = judged(rules, "mon 14:00", *rows)
    assert due(result) == [(at(f"mon {hour}:00"), what) for hour in (11, 13) for what in ("move to top", "notify quality by email")]


def test_a_rating_in_numbers_has_a_level_in_numbers():
    """At or below 2 of 1-5; only answers to the question count, and what is no number does not."""
    rules = [Escalation(rating=2, question="ease", actions=move_to_top())]
    rows = tuple(
        (f"mon {hour}:00", "rating", {"value": value, "question": question, "actor": f"a{hour}"})
        for hour, value, question in ((10, 3, "ease"), (11, 2, "ease"), (12, "1", "ease"), (13, 1, "other"), (14, "bad", "ease"))
    )
    assert [when for when, _ in due(judged(rules, "mon 15:00", ("mon 09:00", "created"), *rows))] == [at("mon 11:00"), at("mon 12:00")]


def test_a_merged_ticket_sets_off_nothing_more():
    """After a merge neither levels nor ratings of the merged ticket call for actions."""
    rules = [*LADDER, Escalation(rating=5, actions=move_to_top())]
    rows = (("mon 09:00", "created"), ("mon 10:00", "merged", {"into": "T-2"}), ("mon 12:00", "rating", {"value": 1}))
    assert due(judged(rules, "tue 12:00", *rows)) == []


def test_a_due_action_is_plain_data_and_a_sentence():
    """Its dictionary names everything, its repr reads as a sentence."""
    (one,) = judged([LADDER[0]], "mon 12:00", ("mon 09:00", "created")).actions()
    assert one.to_dict() == {
        "id": "T-1/gold/first_response@50%/1/1", "at": at("mon 11:00"), "ticket": "T-1", "policy": "gold", "escalation": "first_response@50%",
        "metric": "first_response", "ordinal": 1, "action": {"do": "notify", "whom": "agent", "channel": "email"}, "expected": False,
    }  # fmt: skip
    assert repr(one) == "<2026-03-02 11:00:00Z T-1: notify agent by email (gold, first_response@50%)>"


ACTIONS = [
    notify("manager"), notify("agent", channel=None), reassign(), reassign("sara"), reassign(group="night"), raise_priority(), raise_priority("urgent"),
    colour("red"), move_to_top(), call_customer(), custom("page", team="ops"),
]  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_actions_are_data(action):
    """Each reads back from its plain form, and its repr evaluates."""
    assert Action.of(action.to_dict()) == action
    assert eval(repr(action)) == action  # noqa: S307 - the repr is the test


def test_actions_in_words():
    """What a person reads."""
    assert [str(action) for action in ACTIONS] == [
        "notify manager by email", "notify agent", "reassign to any free agent", "reassign to sara", "reassign to group night", "raise priority",
        "raise the priority to urgent", "colour it red", "move to top", "call customer", "page (team: ops)",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["75%", "12.5%", "100%", "150%", "-30m", "+1h", "+1h 30m"])
def test_levels_read_back(text):
    """The text of a level is the level."""
    assert str(Level.of(text)) == text
    assert eval(repr(Level.of(text))) == Level.of(text)  # noqa: S307 - the repr is the test


def test_the_limit_of_a_level_is_exact():
    """A third of 10 us, as 33.3 %: reached with 4 us (10 x 0.333 = 3.33, rounded up); 133.3 % is passed beyond 13 us."""
    assert Level.of("33.3%").limit(10) == 4
    assert Level.of("133.3%").limit(10) == 13
    assert Level.of("-30m").limit(HOUR) == HOUR // 2
    assert Level.of("-2h").limit(HOUR) == 0
    assert Level.of("+1h").limit(HOUR) == 2 * HOUR


def test_escalations_read_back():
    """Each form of an escalation reads back from its plain form."""
    forms = [
        *LADDER, Escalation(exchanges=3, actions="call_customer"), Escalation(handling="1h", actions=raise_priority(), name="long"),
        Escalation(rating="bad", scale=FOUR, question="ease", actions=[{"do": "colour", "colour": "red"}]),
    ]  # fmt: skip
    for one in forms:
        assert Escalation.from_dict(one.to_dict()) == one
    assert repr(forms[2]) == "<Escalation first_response@100%: notify manager by sms, colour it red>"
    assert [one.key for one in forms[5:]] == ["exchanges>3", "long", "rating<=bad:ease"]


BAD = {
    "nothing says when": (lambda: Escalation(actions="move_to_top"), "bad_escalation", "says nothing of when"),
    "two reasons": (lambda: Escalation("resolution", exchanges=3, actions="move_to_top"), "bad_escalation", "has metric and exchanges"),
    "a level of nothing": (lambda: Escalation(exchanges=3, at="75%", actions="move_to_top"), "bad_escalation", "needs the metric"),
    "no action": (lambda: Escalation("resolution", actions=[]), "bad_escalation", "has no action"),
    "a negative number": (lambda: Escalation(exchanges=-1, actions="move_to_top"), "bad_escalation", "exchanges=-1"),
    "a span that is none": (lambda: Escalation(handling="long", actions="move_to_top"), "bad_escalation", "handling='long'"),
    "a label without a scale": (lambda: Escalation(rating="bad", actions="move_to_top"), "bad_escalation", "no label of scale="),
    "a scale without a rating": (lambda: Escalation(exchanges=1, scale=FOUR, actions="move_to_top"), "bad_escalation", "belong to rating="),
    "no level": (lambda: Escalation("resolution", at="half", actions="move_to_top"), "bad_level", "at='half' is no level"),
    "nothing of the target": (lambda: Escalation("resolution", at="0%", actions="move_to_top"), "bad_level", "at='0%' is no level"),
    "a span without a unit": (lambda: Escalation("resolution", at="+30", actions="move_to_top"), "bad_level", "at='+30'"),
    "unknown action": (lambda: Escalation("resolution", actions="notfy"), "unknown_action", "did you mean 'notify'?"),
    "nobody to notify": (lambda: Escalation("resolution", actions="notify"), "missing_key", "needs whom="),
    "nobody by name": (lambda: notify(""), "missing_key", "needs whom="),
    "an agent and a group": (lambda: reassign("sara", group="second level"), "bad_action", "to='sara' and group='second level' at once"),
    "unknown parameter": (lambda: Action.of({"do": "colour", "color": "red"}), "unknown_key", "did you mean 'colour'?"),
    "no action at all": (lambda: Action.of(5), "bad_action", "5 is no action"),
    "unknown key": (lambda: Escalation.from_dict({"metrik": "resolution", "actions": []}), "unknown_key", "did you mean 'metric'?"),
    "missing actions": (lambda: Escalation.from_dict({"metric": "resolution"}), "missing_key", "'actions' is missing"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_escalation_is_refused_with_its_own_code_and_message(case):
    """Each contradiction has a code, and a message that says what to do."""
    make, code, message = BAD[case]
    with pytest.raises(PolicyError) as caught:
        make()
    assert caught.value.code == code
    assert message in str(caught.value)


def test_a_metric_may_be_given_as_itself():
    """A `Metric` stands for its id."""
    from slakit import metrics

    assert Escalation(metrics.RESOLUTION, actions="move_to_top").metric == "resolution"
