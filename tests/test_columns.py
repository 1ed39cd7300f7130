"""The column interpreter: blocks, irregular tickets, many texts, states that hold."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slakit import EventLog, Exclusion, Policy, PolicySet, Schedule, ScheduleBy, measure
from slakit.columns import regular_tickets
from slakit.columns.block import Block
from slakit.columns.cycles import cycles
from slakit.columns.latch import each_held_before, held_before
from slakit.columns.run_columns import Marked
from slakit.columns.symbols import signs
from slakit.events.kinds import EventKind, Role
from slakit.machine import table as tables
from slakit.machine.table import ACTIVE, Effect, State, transition
from slakit.metrics import CATALOGUE, Metric, on

interpreter = import_module("slakit.columns.interpret")
ALWAYS = Schedule.always()
UNTIL = "2026-03-20T00:00:00Z"
START = 1_772_442_000


def busy_log(tickets, seed=0):
    """A log of regular tickets with all that moves clocks, drawn with a fixed seed, as arrays."""
    draw = np.random.default_rng(seed)
    table = {key: [] for key in ("ticket", "at", "kind", "role", "status", "to", "actor", "field", "value", "reason")}

    def add(**row):
        for key, column in table.items():
            column.append(row.get(key))

    for ticket in range(tickets):
        second = START + ticket
        add(ticket=ticket, at=second, kind="created")
        for _ in range(int(draw.integers(0, 14))):
            second += int(draw.integers(0, 4000))
            kind = draw.choice(
                ["message", "message", "status", "status", "assigned", "field", "accepted", "spam"],
                p=[0.2, 0.2, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02],
            )
            role, actor = str(draw.choice(["customer", "agent", "bot"])), f"p{draw.integers(0, 9)}"
            row = {"ticket": ticket, "at": second, "kind": str(kind), "role": role, "actor": actor}
            if kind == "status":
                row["status"] = str(draw.choice(["open", "pending", "on_hold", "solved", "closed"]))
            elif kind == "assigned":
                row["to"] = actor
            elif kind == "field":
                row |= {"field": "priority", "value": str(draw.choice(["low", "urgent"]))}
            add(**row)
    return EventLog.from_columns(table | {"at": np.array(table["at"])}, unit="s")


OWN = (
    Metric.define(
        "paused_by_events",
        start=on.created,
        stop=on.solved,
        pause=on.kind("assigned"),
        resume=on.reply,
        reset=on.field("priority", "urgent"),
    ),
    Metric.define("of_p1", start=on.actor("p1"), stop=on.actor("p2", "p3"), while_solved=True),
    Metric.define("once", start=on.created, stop=on.reply, reset=on.kind("field"), repeats=False),
)


def unlike_log(tickets):
    """`busy_log` with two regions, each with a schedule of its own, and with tickets that are merged and excluded."""
    rows = busy_log(tickets).to_records()
    for row in rows:
        if row["kind"] == "created":
            row["region"] = "south" if row["ticket"] % 3 else "north"
    end = "2026-03-03T07:13:20Z"
    rows += [{"ticket": ticket, "at": end, "kind": "merged", "into": ticket + 1} for ticket in range(1, tickets - 1, 9)]
    rows += [{"ticket": ticket, "at": end, "kind": "excluded"} for ticket in range(4, tickets, 9)]
    return EventLog.from_columns({key: [row.get(key) for row in rows] for key in sorted({key for row in rows for key in row})})


@pytest.mark.parametrize("block", [1, 40, 200])
def test_blocks_do_not_matter_where_tickets_are_unlike(monkeypatch, block):
    """Several schedules, an exclusion for some, merged and excluded tickets: both interpreters agree however the log is cut."""
    monkeypatch.setattr(interpreter, "BLOCK_EVENTS", block)
    log = unlike_log(60)
    north = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
    by_region = ScheduleBy("region", {"north": north, "south": ALWAYS})
    out = Exclusion("2026-03-02T12:00:00Z", "2026-03-02T15:00:00Z", "works", when={"region": "south"})
    options = {"schedule": by_region, "as_of": UNTIL, "exclusions": [out]}
    column = measure(log, [*CATALOGUE.values(), *OWN], engine="column", **options)
    assert column.to_dict() == measure(log, [*CATALOGUE.values(), *OWN], engine="object", **options).to_dict()
    policies = PolicySet([
        Policy(region, when={"region": region}, schedule=schedule, targets={"first_response": "1h", "resolution": {"urgent": "2h", "*": "9h"}})
        for region, schedule in (("north", north), ("south", ALWAYS))
    ])  # fmt: skip
    judged = policies.judge(log, as_of=UNTIL, exclusions=[out], engine="column")
    assert judged.to_dict() == policies.judge(log, as_of=UNTIL, exclusions=[out], engine="object").to_dict()
    assert sum(row.run.excluded_us > 0 for row in judged.rows) > 20


def test_marked_events_are_numbered_anew_with_their_cycles():
    """Of six cycles 1, 3 and 4 stay: what is marked in them is in 0, 1 and 2; what is marked in others is gone."""
    marked = Marked(np.array([0, 1, 1, 3, 5]), np.array([10, 11, 12, 13, 14]), np.array([7, 8, 9, 6, 5]))
    kept = marked.only(np.array([1, 3, 4]))
    assert [part.tolist() for part in kept] == [[0, 0, 1], [11, 12, 13], [8, 9, 6]]


@pytest.mark.parametrize("block", [1, 40, 1 << 18])
def test_blocks_do_not_matter(monkeypatch, block):
    """However the log is cut into blocks, every clock finds what the object interpreter finds."""
    monkeypatch.setattr(interpreter, "BLOCK_EVENTS", block)
    log, clocks = busy_log(60), [*CATALOGUE.values(), *OWN]
    columns = measure(log, clocks, schedule=ALWAYS, as_of=UNTIL, engine="column")
    assert columns.to_dict() == measure(log, clocks, schedule=ALWAYS, as_of=UNTIL, engine="object").to_dict()
    assert len(columns) > 500


def test_which_tickets_are_regular():
    """One creation, at the beginning, no merge from or into it, no exclusion events of its own."""
    at = "2026-03-02T09:00:00Z"
    rows = [
        {"ticket": "fine", "at": at, "kind": "created"},
        {"ticket": "headless", "at": at, "kind": "message", "role": "customer"},
        {"ticket": "twice", "at": at, "kind": "created"},
        {"ticket": "twice", "at": "2026-03-02T10:00:00Z", "kind": "created"},
        {"ticket": "late", "at": at, "kind": "note"},
        {"ticket": "late", "at": "2026-03-02T10:00:00Z", "kind": "created"},
        {"ticket": "donor", "at": at, "kind": "created"},
        {"ticket": "donor", "at": "2026-03-02T10:00:00Z", "kind": "merged", "into": "survivor"},
        {"ticket": "survivor", "at": at, "kind": "created"},
        {"ticket": "outage", "at": at, "kind": "created"},
        {"ticket": "outage", "at": "2026-03-02T10:00:00Z", "kind": "excluded"},
    ]
    columns = EventLog.from_records(rows).columns()
    assert dict(zip(columns.tickets.tolist(), regular_tickets(columns).tolist(), strict=True)) == {
        "donor": True, "fine": True, "headless": False, "late": False, "outage": False, "survivor": False, "twice": False,
    }  # fmt: skip


def test_many_texts_make_few_situations():
    """Seventy thousand actors of whom a condition names two: nobody is mistaken for another."""
    count = 70_000
    table = {
        "ticket": [number // 2 for number in range(count)],
        "at": START + np.arange(count),
        "kind": ["created" if number % 2 == 0 else "message" for number in range(count)],
        "role": ["customer" if number % 2 == 0 else "agent" for number in range(count)],
        "actor": [f"person {number}" for number in range(count)],
    }
    clock = Metric.define("by_two", start=on.created, stop=on.actor("person 69999", "person 3"))
    found = measure(EventLog.from_columns(table, unit="s"), clock, schedule=ALWAYS, as_of=UNTIL).columns()
    stopped = found["phase"] == "stopped"
    assert found["ticket"][stopped].tolist() == [1, count // 2 - 1]
    assert len(found["ticket"]) == count // 2


def test_a_clock_that_nothing_moves():
    """A clock whose condition no event of the log meets has no cycle, whatever its table looks like."""
    log = busy_log(5)
    for clock in (
        Metric.define("a", start=on.kind("escalated"), stop=on.solved),
        Metric.define("b", start=on.kind("escalated"), stop=on.solved, pause=on.kind("split"), resume=on.kind("handled")),
        Metric.define("c", start=on.kind("escalated"), stop=on.kind("split"), reset=on.kind("rating"), repeats=False, while_solved=True),
    ):
        assert len(measure(log, clock, schedule=ALWAYS, as_of=UNTIL, engine="column")) == 0


def test_more_clocks_than_a_byte_counts():
    """Three hundred clocks of one ticket give three hundred cycles."""
    log = EventLog.from_records([{"ticket": 1, "at": "2026-03-02T09:00:00Z", "kind": "created"}])
    clocks = [Metric.define(f"clock{number}", start=on.created, stop=on.reply) for number in range(300)]
    found = measure(log, clocks, schedule=ALWAYS, as_of="2026-03-02T10:00:00Z", engine="column").to_dict()
    assert found["metric"] == [clock.name for clock in clocks]
    assert found["ordinal"] == [1] * len(clocks)


def stepped(sets, releases):
    """Whether a state holds before each event, one event after the other."""
    holding, before = False, []
    for sets_it, releases_it in zip(sets, releases, strict=True):
        before.append(holding)
        holding = sets_it or (holding and not releases_it)
    return before


flags = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=200)


@given(flags)
@example([(True, False), *[(False, False)] * 63])
def test_a_state_holds_from_what_sets_it_to_what_releases_it(events):
    """The carries of one addition are what stepping through the events gives, also across words and bytes."""
    sets, releases = (np.array([event[which] for event in events], np.bool_) for which in (0, 1))
    assert held_before(sets, releases).tolist() == stepped(sets.tolist(), releases.tolist())


@given(st.integers(1, 5), st.integers(1, 40), st.randoms(use_true_random=False))
def test_rows_of_states_do_not_touch_each_other(rows, width, draw):
    """Rows whose last event releases are worked out at once as each alone; so are states that share what releases them."""
    sets, releases = (np.array([[draw.random() < 0.4 for _ in range(width)] for _ in range(rows)]) for _ in range(2))
    sets[:, -1], releases[:, -1] = False, True
    expected = [stepped(*row) for row in zip(sets.tolist(), releases.tolist(), strict=True)]
    assert held_before(sets, releases).tolist() == expected
    shared = [stepped(row, releases[0].tolist()) for row in sets.tolist()]
    assert [row.tolist() for row in each_held_before(sets, releases[0])] == shared


def shape(*, pauses, resumes, resets, repeats):
    """A clock of some shape; what its conditions are does not matter here."""
    return Metric.define(
        "c", start=on.created, stop=on.reply, repeats=repeats, reset=on.kind("field") if resets else None,
        pause=(on.kind("assigned") if resumes else on.in_status("pending")) if pauses else None, resume=on.kind("accepted") if pauses and resumes else None,
    )  # fmt: skip


SHAPES = [
    shape(pauses=pauses, resumes=resumes, resets=resets, repeats=repeats)
    for pauses, resumes in ((False, False), (True, False), (True, True))
    for resets in (False, True)
    for repeats in (False, True)
]


def drawn_mask(metric, draw):
    """Conditions that an event may meet all at once: those that the clock has."""
    mask = sum(condition for condition in (tables.START, tables.STOP, tables.CANCEL) if draw.random() < 0.3)
    mask |= tables.RESET if metric.reset is not None and draw.random() < 0.3 else 0
    if metric.pause is not None:
        pauses = draw.random() < 0.4
        resumes = not pauses if metric.resume is None else draw.random() < 0.4
        mask |= tables.PAUSE * pauses | tables.RESUME * resumes
    return mask


def walked(metric, masks, lengths):
    """The cycles of a clock by its transition table, one event after the other, and its state after each of them."""
    opens, ends, states, at = [], [], [], 0
    for length in lengths:
        state = State.IDLE
        for place in range(at, at + length):
            state, effects = transition(state, masks[place], repeats=metric.repeats)
            if effects & Effect.CLOSE:
                ends.append(place)
            if effects & Effect.OPEN:
                opens.append(place)
            states.append(state)
        at += length
        if state in ACTIVE:
            ends.append(at)
    return opens, ends, states


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4), st.randoms())
def test_every_table_is_walked_as_event_by_event(lengths, metrics, draw):
    """Whatever conditions an event meets at once, whatever the shape of a clock, and whichever clocks stand beside it."""
    count = sum(lengths)
    masks = [[drawn_mask(metric, draw) for _ in range(count)] for metric in metrics]
    nothing = np.zeros(count, np.uint8)
    starts = np.cumsum([0, *lengths[:-1]])
    ticket = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    block = Block(
        None, slice(0, count), slice(0, len(lengths)), ticket, starts, nothing.astype(np.int64), nothing, nothing, nothing, nothing
    )
    found = cycles(block, np.array([[*row, 0] for row in masks], np.uint8), metrics)
    for metric, row, one in zip(metrics, masks, found, strict=True):
        opens, ends, states = walked(metric, row, lengths)
        assert (one.opens.tolist(), one.ends.tolist()) == (opens, ends)
        if metric.pause is None:
            assert (one.paused, one.latest) == (None, None)
        else:
            assert one.paused.tolist() == [state is State.PAUSED for state in states]
            assert one.latest.tolist() == [sum(opening <= place for opening in opens) - 1 for place in range(count)]


def test_signs_tell_every_kind_role_and_visibility_apart():
    """One byte has room for all of them."""
    every = [(kind, role, public) for kind in EventKind for role in Role for public in (False, True)]
    kind, role, public = (np.array(column) for column in zip(*every, strict=True))
    assert len(set(signs(kind.astype(np.uint8), role.astype(np.uint8), public).tolist())) == len(every)
