"""Clocks as data: facts, conditions, the transition table, the checks, compiled programs."""

import pickle
from itertools import product

import pytest

from slakit.errors import MetricError
from slakit.events.kinds import EventKind, Role, Status
from slakit.machine import on
from slakit.machine.checks import situations
from slakit.machine.conditions import Condition, Has, fact
from slakit.machine.facts import BITS, FACTS, describe, pack, unpack
from slakit.machine.metric import Metric, transition_rows
from slakit.machine.program import OTHER, Program
from slakit.machine.table import ACTIVE, CANCEL, MASKS, PAUSE, REBASE, RESET, RESUME, START, STOP, TABLES, Effect, State


def test_facts_fill_one_integer_without_overlap():
    """Every fact has bits of its own, wide enough for its values, and what is packed is unpacked."""
    used = 0
    for one in FACTS.values():
        bits = ((1 << one.width) - 1) << one.shift
        assert not used & bits
        assert len(one.names) <= 1 << one.width
        used |= bits
    assert used == (1 << BITS) - 1
    given = {"kind": EventKind.STATUS, "before": Status.OPEN, "after": Status.SOLVED, "replied": 1}
    assert {name: code for name, code in unpack(pack(**given)).items() if code} == given


def test_a_situation_in_words():
    """Only facts that are not their zero are named."""
    assert describe(pack(kind=EventKind.MESSAGE, role=Role.AGENT, public=1)) == "kind=message, role=agent, public=yes"
    assert describe(0) == ""


def expected_move(state, met, repeats):
    """SPEC 4.1 word by word: what becomes of a state when an event meets some conditions."""
    running, paused, opens, closes = state is State.RUNNING, state is State.PAUSED, False, False
    new = State.PAUSED if "pause" in met else State.RUNNING
    if running or paused:
        if "cancel" in met or "stop" in met:
            closes = True
            after = State.CANCELLED if "cancel" in met else State.STOPPED
            if "start" in met and repeats:
                after, opens = new, True
        elif "reset" in met:
            after, opens, closes = new, True, True
        elif "pause" in met:
            after = State.PAUSED
        elif "resume" in met and paused:
            after = State.RUNNING
        else:
            after = state
    elif "start" in met and (repeats or state is State.IDLE):
        after, opens = new, True
    else:
        after = state
    return after, opens, closes


@pytest.mark.parametrize("repeats", [True, False])
def test_the_table_is_total_and_follows_the_precedence(repeats):
    """For each state and each set of conditions: cancel before stop before reset before pause before start, and start after an end."""
    bits = {"start": START, "pause": PAUSE, "resume": RESUME, "stop": STOP, "reset": RESET, "cancel": CANCEL}
    for state, flags in product(State, product((False, True), repeat=len(bits))):
        met = {name for name, flag in zip(bits, flags, strict=True) if flag}
        after, effects = TABLES[repeats][state][sum(bits[name] for name in met)]
        assert (after, bool(effects & Effect.OPEN), bool(effects & Effect.CLOSE)) == expected_move(state, met, repeats)
        assert bool(effects & Effect.PAUSE) == (state is State.RUNNING and after is State.PAUSED and not effects & Effect.OPEN)
        assert bool(effects & Effect.RESUME) == (state is State.PAUSED and after is State.RUNNING and not effects & Effect.OPEN)
    assert all(len(row) == MASKS for row in TABLES[repeats])


def test_only_an_active_cycle_is_dated_back():
    """A rebase touches running and paused cycles, and never one that ends at the same event."""
    for state in State:
        assert bool(TABLES[True][state][REBASE][1] & Effect.REBASE) == (state in ACTIVE)
        assert not TABLES[True][state][REBASE | STOP][1] & Effect.REBASE


def test_conditions_combine_and_read_well():
    """And, or and not hold as they say; the text says what is asked."""
    one, other = fact("kind", "message"), fact("reply")
    facts = {"kind": EventKind.MESSAGE, "reply": 0}
    assert [(one & other).holds(facts, {}), (one | other).holds(facts, {}), (~other).holds(facts, {})] == [False, True, True]
    assert repr(one & ~other | fact("role", "agent", "bot")) == "((kind is message and not reply) or role is agent or bot)"
    assert repr(~on.by_assignee) == "not by assignee"
    assert repr(fact("public", "no")) == "not public"
    assert repr(on.field("priority", "urgent", "high")) == "((kind is field and field = 'priority') and value = 'high' or 'urgent')"
    assert repr(Has("to")) == "has to"
    assert (one & other).facts == {"kind", "reply"}
    assert on.field("priority").texts == {"field"}
    assert Has("to").holds({}, {"to": "sara"})
    assert not Has("to").holds({}, {})
    assert one & other == fact("kind", "message") & fact("reply")
    assert pickle.loads(pickle.dumps(one & ~other)) == one & ~other
    with pytest.raises(NotImplementedError):
        Condition().holds({}, {})


@pytest.mark.parametrize(("name", "values"), [("knd", ("message",)), ("kind", ("mesage",)), ("public", ("maybe",))])
def test_an_unknown_fact_or_value_is_named(name, values):
    """A condition that asks for what there is not is refused with the nearest name."""
    with pytest.raises(MetricError) as caught:
        fact(name, *values)
    assert caught.value.code == "unknown_condition"
    if name != "public":
        assert "did you mean" in str(caught.value)


def test_words_mean_what_they_say():
    """Each word of the vocabulary holds in its situation and not in the next one to it."""
    message = {"kind": EventKind.MESSAGE, "role": Role.CUSTOMER, "public": 1}
    assert on.message(by="customer").holds(message, {})
    assert not on.message(by=("agent", "bot")).holds(message, {})
    assert not on.message(public=False).holds(message, {})
    assert on.message(public=None).holds(message | {"public": 0}, {})
    solve = {"kind": EventKind.STATUS, "before": Status.OPEN, "after": Status.CLOSED}
    assert on.solved.holds(solve, {})
    assert not on.solved.holds(solve | {"before": Status.SOLVED}, {})
    assert on.reopened.holds({"kind": EventKind.STATUS, "before": Status.CLOSED, "after": Status.PENDING}, {})
    assert on.entering("closed").holds(solve, {})
    assert on.leaving("open").holds(solve, {})
    assert not on.leaving("open", "closed").holds(solve, {})
    assert on.in_status("closed", "solved").holds(solve, {})
    assert on.status("Fermé").holds(solve, {"status": "Fermé"})
    assert not on.status("Fermé").holds(solve, {"status": "closed"})
    assigned = {"kind": EventKind.ASSIGNED, "receiver": 1, "new_holder": 1}
    assert on.assigned(to="sara", group="north", receiver="agent").holds(assigned, {"to": "sara", "group": "north"})
    assert not on.assigned(to="sara").holds(assigned, {"to": "amir"})
    assert on.new_holder.holds(assigned, {})
    assert on.actor("sara").holds(message, {"actor": "sara"})
    created = {"kind": EventKind.CREATED}
    assert on.created_with("tier", "gold").holds(created, {"tier": "gold"})
    assert not on.created_with("tier", "gold").holds(created, {"tier": "silver"})
    assert on.created_with("tier").holds(created, {"tier": "silver"})
    assert not on.created_with("tier").holds(created, {})


WRONG = {
    "bad_metric_name": ({"name": "no spaces", "start": on.created, "stop": on.solved},),
    "condition_never_holds": (
        {"start": on.created & on.reply, "stop": on.solved},
        {"start": on.created, "stop": on.message() & on.kind("note")},
        {"start": on.created & on.first_reply_given, "stop": on.solved},
        {"start": on.created, "stop": on.solved, "reset": on.assigned(to="sara") & ~on.kind("assigned")},
        {"start": on.created, "stop": on.solved, "cancel": on.field("priority", "low") & on.field("priority", "high")},
        {"start": on.kind("note") & on.message(public=None), "stop": on.solved},
        {"start": on.created & on.by_assignee, "stop": on.solved},
        {"start": on.created, "stop": on.reply & ~fact("public")},
        {"start": on.created, "stop": fact("replied") & ~fact("wanted")},
        {"start": on.created, "stop": fact("waiting") & on.kind("message")},
        {"start": on.created, "stop": fact("receiver", "agent") & on.kind("status")},
    ),
    "pause_without_resume": (
        {"start": on.created, "stop": on.solved, "pause": on.kind("escalated")},
        {"start": on.created, "stop": on.solved, "pause": on.in_status("pending") & on.by("agent")},
    ),
    "resume_without_pause": ({"start": on.created, "stop": on.solved, "resume": on.reply},),
    "cannot_stop": ({"start": on.created, "stop": on.reopened}, {"start": on.created, "stop": on.kind("spam"), "while_solved": True}),
    "starts_only_solved": ({"start": on.solved, "stop": on.reply},),
}


@pytest.mark.parametrize(("code", "parts"), [(code, parts) for code, many in WRONG.items() for parts in many])
def test_a_contradiction_is_refused_when_made(code, parts):
    """A clock that cannot mean what it says raises, and the error names the metric (or the name) and the condition."""
    with pytest.raises(MetricError) as caught:
        Metric.define(**({"name": "mine"} | parts))
    assert caught.value.code == code
    assert "mine" in str(caught.value) or code == "bad_metric_name"


def test_what_is_allowed_with_while_solved():
    """A clock from solve to reopening is possible, if it may run while solved."""
    metric = Metric.define("solved_for", start=on.solved, stop=on.reopened, while_solved=True, description="time until it comes back")
    assert metric.description == "time until it comes back"
    assert repr(metric) == "<Metric solved_for>"
    assert Metric.define("a.b", start=on.created, stop=on.reply).description == "from kind is created to reply"


def test_situations_leave_nothing_out():
    """The checks look at every value of each fact asked for, and at absent, named and other texts where the kind may carry the key."""
    seen = list(situations(on.field("priority", "urgent")))
    assert {facts["kind"] for facts, _ in seen} == set(EventKind)
    texts = {tuple(given.values()) for facts, given in seen if facts["kind"] == EventKind.FIELD}
    assert len(texts) == 9
    assert {given["value"] for facts, given in seen if facts["kind"] == EventKind.NOTE} == {None}


def test_a_printed_clock_shows_its_table():
    """``print(metric)`` gives the conditions and a row a state; a clock without pause has no paused row."""
    pausing = Metric.define("p", start=on.created, stop=on.solved, pause=on.kind("escalated"), resume=on.reply, reset=on.kind("field"))
    rows = transition_rows(pausing)
    assert rows[0] == ("state", "start", "pause", "resume", "stop", "reset", "cancel")
    assert dict(zip(rows[0], rows[2], strict=True)) == {
        "state": "running", "start": "running", "pause": "paused", "resume": "running", "stop": "stopped", "reset": "running+", "cancel": "cancelled",
    }  # fmt: skip
    assert [row[0] for row in transition_rows(Metric.define("q", start=on.created, stop=on.solved))[1:]] == [
        "idle", "running", "stopped", "cancelled",
    ]  # fmt: skip
    text = str(pausing)
    assert text.startswith("p: from kind is created to ")
    assert "  pause   kind is escalated" in text
    assert "running+" in text


def test_a_program_tells_few_texts_apart():
    """Texts that no condition names are one and the same; lists, which cannot be hashed, are among them."""
    program = Program((Metric.define("m", start=on.actor("sara"), stop=on.field("tier", "gold", 1)),))
    assert program.text_keys == ("actor", "field", "value")
    assert [program.text("actor", given) for given in ("sara", "amir", None, ["sara"])] == ["sara", OTHER, None, OTHER]
    assert program.text("value", 1) == 1
    assert program.text("value", 2) is program.text("actor", "x") is OTHER
    assert program.needs_assignee is False
    assert Program((Metric.define("m", start=on.by_assignee, stop=on.solved),)).needs_assignee is True


def test_variants_keep_what_they_do_not_change():
    """A variant has the clock's name with a suffix, its own sentence and the changes."""
    base = Metric.define("base", start=on.created, stop=on.reply)
    changed = base.variant("fast", "another", repeats=False)
    assert (changed.name, changed.description, changed.repeats, changed.starts) == ("base.fast", "another", False, base.starts)
