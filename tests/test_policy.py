"""Policies, targets, policy sets and priority from impact and urgency (SPEC 5.3, 5.4): what they choose and what they refuse."""

import pickle
import tomllib

import pytest

from slakit import Escalation, EventLog, Policy, PolicySet, PriorityMatrix, Schedule, Target
from slakit.errors import LogErrors, MetricError, PolicyError
from slakit.escalation import notify
from slakit.machine import Metric
from slakit.metrics import on
from tests.judging_cases import AGENT, ALWAYS, DESK, HOUR, at, field, log_of, policies, row_of, status

MINUTES = 60_000_000


def gold(**options):
    """A policy that promises something."""
    return Policy("gold", **{"schedule": DESK, "targets": {"first_response": "1h"}, **options})


BAD = {
    "unknown metric": (lambda: gold(targets={"first_respons": "1h"}), "unknown_metric", "policy 'gold', targets names an unknown metric 'first_respons': did you mean 'first_response'?"),
    "zero target": (lambda: gold(targets={"first_response": "0h"}), "zero_target", "policy 'gold', targets['first_response']: target '0h' is not positive"),
    "zero number": (lambda: gold(targets={"first_response": 0}), "zero_target", "target 0 is not positive"),
    "negative target": (lambda: gold(targets={"first_response": {"*": "-5m"}}), "zero_target", "target '-5m' is not positive"),
    "number without unit": (lambda: gold(targets={"first_response": 30}), "bad_target", "target 30: 30 is no span"),
    "text that is no span": (lambda: gold(targets={"first_response": "soon"}), "bad_target", "target 'soon'"),
    "no target": (lambda: gold(targets={}), "no_target", "policy 'gold', targets names no metric"),
    "no priority": (lambda: gold(targets={"first_response": {}}), "no_target", "policy 'gold', targets['first_response'] names no priority"),
    "clock that nothing stops": (
        lambda: gold(targets={"mine": "1h"}, clocks=[Metric("mine", "never stops", ((on.created, 0),), ())]),
        "cannot_stop", "policy 'gold', targets['mine'] is on a clock that nothing stops",
    ),
    "no schedule": (lambda: gold(schedule=None), "no_schedule", "policy 'gold', targets['first_response'] has no schedule"),
    "a schedule that is none": (lambda: gold(schedule="desk"), "bad_schedule", "policy 'gold', schedule 'desk' is no Schedule"),
    "S17: a schedule without open time": (lambda: gold(schedule=DESK - ALWAYS), "never_open", "policy 'gold', targets['first_response'] schedule:"),
    "unknown retarget": (lambda: gold(retarget="form_start"), "unknown_option", "policy 'gold', retarget 'form_start': did you mean 'from_start'?"),
    "unknown on_schedule_change": (lambda: gold(on_schedule_change="add"), "unknown_option", "on_schedule_change 'add'"),
    "condition that is none": (lambda: gold(when={"tier": None}), "bad_condition", "policy 'gold', when: tier: None is no condition"),
    "ends before it begins": (lambda: gold(valid_from="2026-02-01", valid_until="2026-02-01"), "bad_validity", "policy 'gold', valid_until is not after valid_from"),
    "date that is none": (lambda: gold(valid_from="1.2.2026"), "bad_validity", "policy 'gold', valid_from '1.2.2026' is no date"),
    "naive instant": (lambda: gold(valid_from="2026-02-01T00:00:00"), "naive_time", "policy 'gold', valid_from 2026-02-01 00:00:00 has no UTC offset"),
    "escalation on another metric": (lambda: gold(escalations=Escalation("resolution", actions="move_to_top")), "no_such_target", "policy 'gold', escalation is on metric 'resolution'"),
    "beyond 100 % before 100 %": (
        lambda: gold(escalations=[Escalation("first_response", at=level, actions="move_to_top") for level in ("120%", "100%")]),
        "escalation_order", "policy 'gold', escalations has 'first_response@120%', which is beyond 100 %, before 'first_response@100%'",
    ),
    "span beyond before 100 %": (
        lambda: gold(escalations=[Escalation("first_response", at=level, actions="move_to_top") for level in ("+5m", "100%")]),
        "escalation_order", "beyond 100 %",
    ),
    "one escalation twice": (
        lambda: gold(escalations=[Escalation("first_response", at="50%", actions=action) for action in ("move_to_top", "call_customer")]),
        "repeated_escalation", "'first_response@50%' twice",
    ),
    "unknown key": (lambda: Policy.from_dict({"name": "gold", "targets": {}, "wen": {}}), "unknown_key", "policy 'gold': unknown key 'wen': did you mean 'when'?"),
    "missing key": (lambda: Policy.from_dict({"name": "gold"}), "missing_key", "policy 'gold': the key 'targets' is missing"),
    "unknown priority": (
        lambda: PolicySet([gold(targets={"first_response": {"urgnt": "1h"}})]),
        "unknown_priority", "policy 'gold', targets['first_response']: unknown priority 'urgnt': did you mean 'urgent'?",
    ),
    "unknown priority of a matrix": (
        lambda: PolicySet([gold()], matrix=PriorityMatrix({"high": {"high": "top"}})), "unknown_priority", "priority matrix: unknown priority 'top'",
    ),
    "overlapping versions": (
        lambda: PolicySet([gold(valid_until="2026-03-01"), gold(valid_from="2026-02-01")]), "overlapping_versions", "policy 'gold' stands twice for the same time",
    ),
    "unknown key of a set": (lambda: PolicySet.from_dict({"polices": []}), "unknown_key", "policy set: unknown key 'polices': did you mean 'policies'?"),
    "matrix with a hole": (lambda: PriorityMatrix({"high": {"high": "urgent", "low": "low"}, "low": {"low": "low"}}), "bad_matrix", "no priority for [('low', 'high')]"),
    "matrix of nothing": (lambda: PriorityMatrix({}), "bad_matrix", "fill every cell"),
    "matrix that says two things": (lambda: PriorityMatrix([("a", "b", "low"), ("a", "b", "high")]), "bad_matrix", "have two priorities"),
    "matrix of one field": (lambda: PriorityMatrix({"high": {"high": "urgent"}}, impact="weight", urgency="weight"), "bad_matrix", "name two fields"),
    "matrix of another shape": (lambda: PriorityMatrix({"high": "urgent"}), "bad_matrix", "give {impact: {urgency: priority}}"),
    "unknown key of a matrix": (lambda: PriorityMatrix.from_dict({"cell": {}}), "unknown_key", "did you mean 'cells'?"),
    "both span and field": (lambda: Target("4h", field="due"), "bad_target", "either a span"),
    "neither span nor field": (lambda: Target(None), "bad_target", "either a span"),
    "target with another schedule": (lambda: Target("4h", schedule="desk"), "bad_schedule", "is no Schedule"),
    "unknown key of a target": (lambda: Target.from_dict({"spam": "4h"}), "unknown_key", "did you mean 'span'?"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_policy_is_refused_with_its_own_code_and_message(case):
    """Each contradiction has a code, and a message that names the place and the remedy."""
    make, code, message = BAD[case]
    with pytest.raises(PolicyError) as caught:
        make()
    assert caught.value.code == code
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_one_policy_is_a_set_of_one():
    """A policy alone reads as a set that holds it."""
    assert PolicySet(gold()) == PolicySet([gold()])


def test_a_clock_whose_stop_contradicts_itself_is_refused_when_made():
    """A stop condition that can never hold is refused by the metric, before any policy."""
    with pytest.raises(MetricError) as caught:
        Metric.define("mine", start=on.created, stop=on.created & on.reply)
    assert caught.value.code == "condition_never_holds"


def test_two_definitions_of_one_metric_are_refused():
    """Two policies with different clocks of one name cannot be judged together."""
    clocks = [Metric.define("mine", start=on.created, stop=stop) for stop in (on.reply, on.solved)]
    each = [Policy(name, schedule=DESK, targets={"mine": "1h"}, clocks=clock) for name, clock in zip("ab", clocks, strict=True)]
    with pytest.raises(PolicyError, match="defined differently") as caught:
        PolicySet(each)
    assert caught.value.code == "conflicting_metric"


def test_the_first_policy_that_matches_applies():
    """Order decides; a ticket that none matches has no policy, which is a legal answer."""
    vip = Policy("vip", when={"vip": True}, schedule=DESK, targets={"first_response": "30m"})
    both = PolicySet([vip, Policy("gold", when={"tier": "gold"}, schedule=DESK, targets={"first_response": "1h"})])
    for fields, name in (({"vip": True, "tier": "gold"}, "vip"), ({"tier": "gold"}, "gold"), ({"tier": "silver"}, None), ({}, None)):
        row = row_of(both.judge(log_of(("mon 09:00", "created", fields)), as_of=at("mon 09:10")), "first_response")
        assert row["policy"] == name
        assert row["verdict"] == ("within" if name else "not_applicable")


@pytest.mark.parametrize(
    ("when", "fields", "holds"),
    [
        ({"tier": "gold"}, {"tier": "gold"}, True),
        ({"tier": ["gold", "silver"]}, {"tier": "silver"}, True),
        ({"tier": ["gold", "silver"]}, {"tier": "bronze"}, False),
        ({"seats": {"min": 10, "max": 20}}, {"seats": 20}, True),
        ({"seats": {"min": 10}}, {"seats": 9}, False),
        ({"tier": {"not": "gold"}}, {"tier": "silver"}, True),
        ({"tier": {"not": "gold"}}, {}, True),
        ({"tier": "gold"}, {}, False),
        ({"seats": {"min": 10}}, {}, False),
        ({"any": [{"tier": "gold"}, {"vip": True}]}, {"vip": True}, True),
        ({"all": [{"tier": "gold"}, {"vip": True}]}, {"vip": True}, False),
    ],
)
def test_conditions_are_equality_sets_ranges_negation_any_and_all(when, fields, holds):
    """A missing field satisfies negations only."""
    result = PolicySet([gold(when=when)]).judge(log_of(("mon 09:00", "created", fields)), as_of=at("mon 09:10"))
    assert (row_of(result, "first_response")["policy"] == "gold") is holds


def test_a_star_takes_the_rest_and_tickets_without_priority():
    """The priority's own target, else that of `*`; without `*` other priorities have none."""
    star = gold(targets={"first_response": {"urgent": "30m", "*": "4h"}})
    assert [star.target("first_response", priority).length for priority in ("urgent", "low", None)] == [HOUR // 2, 4 * HOUR, 4 * HOUR]
    alone = gold(targets={"first_response": {"urgent": "30m"}})
    assert alone.target("first_response", "low") is None
    assert alone.target("resolution", "urgent") is None


def test_validity_begins_at_midnight_of_the_schedule_and_is_decided_at_the_start():
    """An end-of-support date ends the policy for cycles that begin then; those already begun keep it."""
    tehran = Schedule.weekly("mon-sun 00:00-24:00", tz="Asia/Tehran")
    ends = gold(schedule=tehran, valid_until="2026-03-03")
    assert ends.valid_until == int(at("mon 20:30").timestamp()) * 1_000_000
    begun = log_of(("mon 20:29", "created"))
    assert row_of(PolicySet([ends]).judge(begun, as_of=at("tue 12:00")), "first_response")["verdict"] == "breached"
    after = log_of(("mon 20:30", "created"))
    assert row_of(PolicySet([ends]).judge(after, as_of=at("tue 12:00")), "first_response")["reason"] == "no policy matches"


@pytest.mark.parametrize("engine", ["object", "column"])
def test_a_new_version_does_not_touch_cycles_already_begun(engine):
    """1 h until Wednesday, 2 h from then: the cycle of Tuesday night keeps 1 h though a field changes; the next has 2 h. Versions are told apart."""
    old, new = gold(valid_until="2026-03-04"), gold(valid_from="2026-03-04", targets={"first_response": "2h", "next_response": "2h"})
    both = PolicySet([old, new])
    rows = (
        ("tue 16:30", "created"), ("wed 09:10", "field", field("priority", "low")), ("wed 09:20", "message", AGENT),
        ("wed 10:00", "message", {"role": "customer"}),
    )  # fmt: skip
    result = both.judge(log_of(*rows, columns=engine == "column"), as_of=at("wed 10:30"), engine=engine)
    first, following = row_of(result, "first_response"), row_of(result, "next_response")
    assert (first["target_us"], first["policy"], first["policy_version"]) == (HOUR, "gold", None)
    assert (following["target_us"], following["policy_version"]) == (2 * HOUR, "2026-03-04")


def test_versions_that_follow_each_other_or_differ_in_conditions_may_share_a_name():
    """One ends where the other begins, or they are for different tickets."""
    PolicySet([gold(valid_until="2026-03-01"), gold(valid_from="2026-03-01")])
    PolicySet([gold(when={"tier": "a"}), gold(when={"tier": "b"})])
    assert gold(version="v2", valid_from="2026-03-01").label == "v2"


MATRIX = PriorityMatrix({"high": {"high": "urgent", "low": "normal"}, "low": {"high": "normal", "low": "low"}})


def test_priority_from_impact_and_urgency():
    """Derived from the matrix where the ticket carries none; one that it carries wins; a missing or unknown half gives none."""
    with_matrix = PolicySet([gold(targets={"first_response": {"urgent": "30m", "*": "4h"}})], matrix=MATRIX)
    cases = (
        ({"impact": "high", "urgency": "high"}, "urgent"), ({"impact": "low", "urgency": "high"}, "normal"),
        ({"impact": "high", "urgency": "high", "priority": "low"}, "low"), ({"impact": "high"}, None), ({"impact": "odd", "urgency": "high"}, None),
    )  # fmt: skip
    for fields, priority in cases:
        result = with_matrix.judge(log_of(("mon 09:00", "created", fields)), as_of=at("mon 09:10"))
        assert row_of(result, "first_response")["priority"] == priority
    assert MATRIX.priorities == {"urgent", "normal", "low"}
    assert PriorityMatrix({("1", "1"): "high"}).priority({"impact": 1, "urgency": 1}) == "high"


def test_a_change_of_urgency_changes_the_derived_priority():
    """Urgency rises at 10:00: the target becomes that of urgent."""
    with_matrix = PolicySet([gold(targets={"first_response": {"urgent": "30m", "*": "4h"}})], matrix=MATRIX)
    log = log_of(("mon 09:00", "created", {"impact": "high", "urgency": "low"}), ("mon 10:00", "field", field("urgency", "high")))
    row = row_of(with_matrix.judge(log, as_of=at("mon 10:10")), "first_response")
    assert (row["priority"], row["verdict"], row["breached_at"]) == ("urgent", "breached", at("mon 10:00"))


def test_a_clock_of_ones_own_is_judged():
    """A policy may promise something about a metric that the caller defined."""
    taken = Metric.define("taken", start=on.created, stop=on.kind("accepted"))
    result = policies({"taken": "1h"}, clocks=[taken]).judge(
        log_of(("mon 09:00", "created"), ("mon 10:30", "accepted", AGENT)), as_of=at("mon 12:00")
    )
    assert row_of(result, "taken")["overrun_us"] == 30 * MINUTES


def everything():
    """A policy set that uses every key."""
    policy = gold(
        when={"tier": ["gold", "silver"], "seats": {"min": 10}}, valid_from="2026-01-01", valid_until="2027-01-01", version="v1",
        retarget="pinned", on_schedule_change="sum",
        targets={"first_response": {"urgent": Target("30m", schedule=ALWAYS), "*": "4h"}, "resolution": "3 working days", "queue": Target.at_field("due")},
        escalations=[Escalation("first_response", at="75%", actions=["move_to_top"])],
    )  # fmt: skip
    return PolicySet([policy], priorities=("low", "normal", "urgent"), matrix=MATRIX, priority_field="prio")


def test_plain_data_reads_back_equal():
    """`from_dict(to_dict())` and a pickle are the same set, and the plain form is stable."""
    whole = everything()
    again = PolicySet.from_dict(whole.to_dict())
    assert again == whole
    assert again.to_dict() == whole.to_dict()
    assert pickle.loads(pickle.dumps(whole)) == whole


CONTRACT = """
priorities = ["low", "urgent"]

[[policies]]
name = "gold"
valid_from = "2026-01-01"

[policies.when]
tier = "gold"

[policies.schedule]
hours = "mon-fri 09:00-17:00"
tz = "UTC"

[policies.targets]
resolution = "3 working days"
queue = {at_field = "due"}

[policies.targets.first_response]
urgent = "30m"
"*" = "4h"

[[policies.escalations]]
metric = "first_response"
at = "75%"
actions = [{do = "notify", whom = "manager", channel = "email"}, "move_to_top"]
"""


def test_a_contract_lives_in_a_file_that_the_caller_reads():
    """What a TOML file says is the policy that code would write."""
    written = PolicySet.from_dict(tomllib.loads(CONTRACT))
    coded = gold(
        when={"tier": "gold"}, valid_from="2026-01-01",
        targets={"resolution": "3 working days", "queue": Target.at_field("due"), "first_response": {"urgent": "30m", "*": "4h"}},
        escalations=[Escalation("first_response", at="75%", actions=[notify("manager"), "move_to_top"])],
    )  # fmt: skip
    assert written == PolicySet([coded], priorities=["low", "urgent"])


def test_reprs_are_sentences():
    """What a policy promises can be read off it."""
    whole = everything()
    assert repr(whole) == "<PolicySet: gold>"
    assert repr(whole.policies[0]) == "<Policy 'gold': first_response in 30m for urgent, 4h; resolution in 3 working days; queue in at due>"
    assert repr(Target("90m")) == "Target('1h 30m')"
    assert repr(Target.at_field("due")) == "Target.at_field('due')"


@pytest.mark.parametrize("engine", ["object", "column"])
def test_a_due_field_that_is_no_instant_is_an_error(engine):
    """A due date without an offset would make the verdict meaningless; the error names the ticket and the field."""
    late = policies({"resolution": Target.at_field("due")})
    with pytest.raises(LogErrors, match="ticket 'T-1', field 'due'") as caught:
        late.judge(log_of(("mon 09:00", "created", {"due": "2026-03-02 12:00"})), as_of=at("mon 10:00"), engine=engine).to_dict()
    [fault] = caught.value.exceptions
    assert (fault.code, fault.fields["ticket"]) == ("naive_time", "T-1")


@pytest.mark.parametrize("engine", ["object", "column"])
def test_a_due_field_that_no_policy_reads_may_hold_anything(engine):
    """Only the gold ticket is judged by its due instant, 12:00; what the other carries under that name is its own business."""
    gold_only = PolicySet([gold(when={"tier": "gold"}, targets={"resolution": Target.at_field("due")})])
    rows = [
        {"ticket": "T-1", "at": at("mon 09:00"), "kind": "created", "tier": "gold", "due": at("mon 12:00")},
        {"ticket": "T-2", "at": at("mon 09:00"), "kind": "created", "tier": "iron", "due": "some day"},
    ]
    result = gold_only.judge(EventLog.from_records(rows), as_of=at("mon 10:00"), engine=engine).to_dict()
    assert result["due_at"] == [at("mon 12:00"), None]


def test_status_is_no_field_and_leaves_targets_alone():
    """A status change changes nothing about which target applies."""
    log = log_of(("mon 09:00", "created", {"priority": "low"}), ("mon 10:00", "status", status("open")))
    assert row_of(policies({"resolution": "4h"}).judge(log, as_of=at("mon 11:00")), "resolution")["due_at"] == at("mon 13:00")


GOLD = {"name": "gold", "targets": {"resolution": "8h"}}


@pytest.mark.parametrize(
    ("plain", "code", "begin"),
    [
        (None, "not_a_table", "policy set: None is no table of keys"),
        ({"policies": GOLD}, "not_a_table", "policies: {'name': 'gold'"),
        ({"policies": ["gold"]}, "not_a_table", "policies[0]: 'gold' is no table"),
        ({"policies": [GOLD | {"targets": "8h"}]}, "not_a_table", "policy 'gold', targets: '8h' is no table"),
        ({"policies": [GOLD | {"targets": ["resolution"]}]}, "not_a_table", "policy 'gold', targets: ['resolution'] is no table"),
        ({"policies": [GOLD | {"escalations": {"metric": "resolution"}}]}, "not_a_table", "policy 'gold', escalations: {'metric'"),
        ({"policies": [GOLD | {"escalations": [{"metric": "resolution", "at": "75%"}]}]}, "missing_key", "policy 'gold', escalations[0]: "),
        ({"policies": [GOLD | {"penalties": [{"metrc": "resolution"}]}]}, "unknown_key", "policy 'gold', penalties[0]: "),
        ({"policies": [GOLD | {"schedule": {"kind": "weekly", "hourz": "mon 9-17"}}]}, None, "policy 'gold', schedule: "),
        ({"matrix": {"impact": "customer"}}, "missing_key", "priority matrix: the key 'cells' is missing"),
        ({"priorities": "low"}, "bad_value", "priorities='low': give several"),
        ({"priorities": ["low", "low"]}, "bad_value", "priorities=('low', 'low'): 'low' stands twice"),
        ({"policies": [GOLD | {"name": 1}]}, "bad_name", "policy 1, name is 1: say in text"),
    ],
)
def test_a_malformed_contract_says_where(plain, code, begin):
    """What is no table, and what is wrong inside a part, with the place in the contract."""
    with pytest.raises(PolicyError) as caught:
        PolicySet.from_dict(plain)
    assert str(caught.value).startswith(begin)
    assert code in {None, caught.value.code}


def test_a_contract_on_a_clock_of_ones_own_reads_back_with_the_clock():
    """Plain data names the clock; whoever reads it gives it."""
    own = Metric.define("first_note", start=on.created, stop=on.kind("note"))
    given = PolicySet([Policy("gold", schedule=DESK, targets={"first_note": "1h"}, clocks=[own])])
    assert PolicySet.from_dict(given.to_dict(), clocks=[own]) == given
    with pytest.raises(PolicyError, match="first_note"):
        PolicySet.from_dict(given.to_dict())
