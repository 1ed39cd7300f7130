"""The tracker: live answers that equal recomputing, a state that can be stored, and `Replay` instead of a wrong number."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import Event, EventLog
from slakit._time import utc
from slakit.errors import LogErrors, QueryError
from slakit.tracker import Replay, Tracker
from tests.judging_cases import AGENT, CUSTOMER, HOUR, at, policies
from tests.profiles import examples
from tests.strategies import PRIORITIES, START, STATUSES, as_ofs
from tests.strategies_judging import dated_back_rows, exclusions, judging_rows, merging_rows, policy_sets


def rows_of(result, ticket):
    """What a judgement says about one ticket: the columns of its rows, as text."""
    plain = result.to_dict()
    return [{name: column[number] for name, column in plain.items()} for number, one in enumerate(plain["ticket"]) if one == ticket]


def row(when, kind, ticket="T-1", **keys):
    """One event as a row."""
    return {"ticket": ticket, "at": at(when), "kind": kind, **keys}


def arriving(draw, rows):
    """The rows as they arrive: a little out of order or in any, some twice."""
    each = sorted(rows, key=lambda one: moment(one["at"]))
    each += [one for one in each if draw(st.integers(0, 3)) == 0]
    late = draw(st.sampled_from((0, 0, 20, 240, 10**6)))
    return sorted(each, key=lambda one: moment(one["at"]) + timedelta(minutes=draw(st.integers(0, late))))


def moment(given):
    """The instant of a row."""
    return given if isinstance(given, datetime) else datetime.fromisoformat(given)


@st.composite
def arrivals(draw):
    """Rows in the order in which they arrive, merged and excluded ones among them."""
    return arriving(
        draw, draw(st.one_of(judging_rows(max_size=14), judging_rows(max_size=14), merging_rows(), dated_back_rows(), busy_rows()))
    )


@st.composite
def busy_rows(draw):
    """One ticket that is written to, paused, reopened, rated and changed for hours on end."""
    happens = st.one_of(
        st.sampled_from(("customer", "agent")).map(lambda role: {"kind": "message", "role": role, "actor": role[:2]}),
        st.sampled_from(("open", "pending", "on_hold", "solved", "open")).map(lambda given: {"kind": "status", "status": given}),
        st.sampled_from(PRIORITIES).map(lambda given: {"kind": "field", "field": "priority", "value": given}),
        st.sampled_from(("gold", "silver", None)).map(lambda given: {"kind": "field", "field": "tier", "value": given}),
        st.sampled_from(("excluded", "included")).map(lambda kind: {"kind": kind} | ({"reason": "outage"} if kind == "excluded" else {})),
        st.sampled_from(("sara", "amir")).map(lambda agent: {"kind": "assigned", "to": agent}),
        st.sampled_from((1, 5)).map(lambda value: {"kind": "rating", "value": value, "actor": "cleo"}),
        st.just({"kind": "handled", "part": "talk", "span": "2m"}),
    )
    life = draw(st.lists(st.tuples(happens, st.integers(0, 90)), min_size=4, max_size=24))
    rows, minute = [{"ticket": 1, "at": START, "kind": "created", "priority": draw(st.sampled_from(PRIORITIES))}], 0
    for number, (keys, step) in enumerate(life):
        minute += step
        rows.append({"ticket": 1, "at": START + timedelta(minutes=minute), **keys} | ({"id": f"e{number}"} if number % 2 else {}))
    return rows


def told(judgement, tickets):
    """What a judgement says about some tickets: their rows, what falls due, and what was due."""
    rows = [one for ticket in tickets for one in rows_of(judgement, ticket)]
    due = [(one.id, one.at_us, one.expected) for one in judgement.actions(between=(None, "2031-01-01T00:00:00Z")) if one.ticket in tickets]
    return rows, due


trackers = st.fixed_dictionaries({"lateness": st.sampled_from(("0s", "10m", "4h", "1d")), "keep": st.sampled_from((0, 0, 1, 4))})


@examples(2000)
@given(arrivals(), policy_sets(), as_ofs(), exclusions(), trackers, st.data())
def test_after_every_event_it_equals_recomputing(rows, policy_set, last, excluded, options, data):  # noqa: PLR0917 - all that may be
    """Whatever comes late or twice, through its stored state: rows, actions and wake-up of the whole log so far, or `Replay`."""
    tracker, so_far, unread = Tracker(policy_set, statuses=STATUSES, exclusions=excluded, **options), [], []
    for one in rows:
        so_far.append(one)
        as_of = data.draw(st.sampled_from((moment(one["at"]), max(map(moment, (each["at"] for each in so_far))), utc(last))))
        answer = tracker.take(one, as_of=as_of)
        log = EventLog.from_records(so_far, statuses=STATUSES)
        whole = policy_set.judge(log, as_of=as_of, exclusions=excluded)
        if isinstance(answer, Replay):
            assert tracker.judge(one["ticket"], as_of=as_of) == answer
            if data.draw(st.booleans()):
                continue
            while isinstance(answer, Replay):
                tracker.load(answer.ticket, log.events_of(answer.ticket))
                answer = tracker.judge(one["ticket"], as_of=as_of)
        assert one["ticket"] in answer.tickets
        unread.append((answer, told(whole, answer.tickets)))
        if data.draw(st.booleans()):
            assert told(answer, answer.tickets) == unread[-1][1]
        if data.draw(st.integers(0, 3)) == 0:
            tracker = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), policy_set, exclusions=excluded)
    for answer, expected in unread:
        assert told(answer, answer.tickets) == expected
    if rows and not tracker.settled:
        end = utc(1_800_000_000_000_000)
        assert tracker.result(as_of=end).next_wakeup() == policy_set.judge(log, as_of=end, exclusions=excluded).next_wakeup()


def test_a_ticket_lives_through_it():
    """Created, answered, solved: each answer is the judgement of the ticket, with its deadline and what wakes one next."""
    tracker = Tracker(policies({"first_response": "4h", "resolution": "6h"}))
    first = tracker.take(row("mon 09:00", "created"), as_of=at("mon 09:00"))
    assert [(one.metric.name, one.verdict, one.due_at) for one in first] == [
        ("first_response", "within", at("mon 13:00")), ("resolution", "within", at("mon 15:00")),
    ]  # fmt: skip
    assert first.next_wakeup() == at("mon 13:00") + timedelta(microseconds=1)
    answered = tracker.take(Event(ticket="T-1", at=at("mon 10:00"), kind="message", role="agent"), as_of=at("mon 10:00"))
    assert [one.verdict for one in answered] == ["met", "within"]
    solved = tracker.take(row("mon 16:00", "status", status="solved"), as_of=at("mon 16:00"))
    assert [one.verdict for one in solved] == ["met", "breached"]
    assert solved.next_wakeup() is None
    assert repr(tracker) == "<Tracker: 3 events of 1 tickets, 0 settled>"


def test_late_and_repeated_events_are_taken_in_their_place():
    """A reply that arrives after a later customer message still answers what came before it; twice is once."""
    tracker = Tracker(policies({"first_response": "4h", "next_response": "4h"}))
    reply = row("mon 10:00", "message", id="m1", **AGENT)
    for one in (row("mon 09:00", "created"), row("mon 11:00", "message", **CUSTOMER), reply, reply):
        answer = tracker.take(one, as_of=at("mon 12:00"))
    assert [(one.metric.name, one.verdict, one.judged_us) for one in answer] == [
        ("first_response", "met", HOUR),
        ("next_response", "within", HOUR),
    ]


def test_an_event_later_than_as_of_waits():
    """What lies after `as_of` is kept and counts once it is known."""
    tracker = Tracker(policies({"first_response": "4h"}))
    tracker.take(row("mon 09:00", "created"), as_of=at("mon 09:00"))
    assert tracker.take(row("mon 10:00", "message", **AGENT), as_of=at("mon 09:30"))[0].verdict == "within"
    assert tracker.judge("T-1", as_of=at("mon 10:00"))[0].verdict == "met"


def settled():
    """A tracker with a ticket at rest since Monday noon, and one that is open."""
    tracker = Tracker(policies({"first_response": "4h", "resolution": "6h"}))
    for one in (row("mon 09:00", "created"), row("mon 12:00", "status", status="solved"), row("mon 09:00", "created", "T-2")):
        tracker.take(one, as_of=at("mon 12:00"))
    return tracker


def test_what_is_at_rest_can_be_let_go_of_and_is_never_answered_wrongly():
    """Before Tuesday only the solved ticket goes; an event about it asks for a replay; loaded again it answers as ever."""
    tracker = settled()
    assert tracker.settle(before=at("mon 12:00")) == ()
    assert tracker.settle(before=at("tue 00:00")) == ("T-1",)
    assert (tracker.tickets, tracker.settled) == (("T-2",), ("T-1",))
    reopened = row("thu 10:00", "status", status="open")
    assert tracker.take(reopened, as_of=at("thu 10:00")) == Replay("T-1")
    assert tracker.judge("T-1", as_of=at("thu 10:00")) == Replay("T-1")
    events = [row("mon 09:00", "created"), row("mon 12:00", "status", status="solved"), reopened]
    tracker.load("T-1", events)
    whole = tracker.policies.judge(EventLog.from_records(events), as_of=at("thu 11:00"))
    assert rows_of(tracker.judge("T-1", as_of=at("thu 11:00")), "T-1") == rows_of(whole, "T-1")
    assert tracker.settled == ()


def test_the_state_is_plain_and_small():
    """The stored state is JSON: the events of tickets that can change, and of the others that they were there."""
    tracker = settled()
    tracker.settle(before=at("tue 00:00"))
    plain = json.loads(json.dumps(tracker.to_dict()))
    basis = plain.pop("basis")
    assert plain == {
        "lateness": "24h", "keep": 64, "statuses": {}, "merged": [], "settled": [["T-1", "2026-03-02T12:00:00+00:00"]],
        "tickets": [{"ticket": "T-2", "events": [{"ticket": "T-2", "at": "2026-03-02T09:00:00+00:00", "kind": "created", "role": "customer"}]}],
    }  # fmt: skip
    again = Tracker.from_dict(plain | {"basis": basis}, tracker.policies)
    assert again.to_dict() == tracker.to_dict()
    assert again.take(row("thu 10:00", "status", status="open"), as_of=at("thu 10:00")) == Replay("T-1")


def test_merged_tickets_are_judged_together_and_go_together():
    """The survivor's wait dates from the merged ticket's; they are let go of only together, and a late merge into a settled ticket asks for a replay."""
    tracker = Tracker(policies({"first_response": "1h"}))
    for one in (row("mon 09:00", "created"), row("mon 11:30", "created", "T-2"), row("mon 12:00", "merged", into="T-2")):
        answer = tracker.take(one, as_of=at("mon 13:00"))
    assert rows_of(answer, "T-2")[0]["started_at"] == at("mon 09:00")
    assert tracker.settle(before=at("fri 00:00")) == ()
    tracker.take(row("tue 09:00", "status", "T-2", status="solved"), as_of=at("tue 09:00"))
    assert tracker.settle(before=at("fri 00:00")) == ("T-1", "T-2")
    tracker.take(row("tue 10:00", "created", "T-3"), as_of=at("tue 10:00"))
    assert tracker.take(row("tue 11:00", "merged", "T-3", into="T-2"), as_of=at("tue 11:00")) == Replay("T-2")


def test_own_statuses_survive_the_journey():
    """A product's own statuses are mapped when taken, and again when read back."""
    tracker = Tracker(policies({"resolution": "4h"}), statuses={"Waiting": "pending"})
    tracker.take(Event(ticket="T-1", at=at("mon 09:00"), kind="created", status="Waiting"), as_of=at("mon 09:00"))
    again = Tracker.from_dict(tracker.to_dict(), tracker.policies)
    assert again.judge("T-1", as_of=at("mon 10:00"))[0].run.paused_us == HOUR


def test_what_cannot_be_taken_is_refused():
    """A bad event, an unknown ticket, an event of another ticket, and an unknown key of the state."""
    tracker = Tracker(policies({"resolution": "4h"}))
    with pytest.raises(LogErrors):
        tracker.take(row("mon 09:00", "creatd"), as_of=at("mon 09:00"))
    with pytest.raises(QueryError, match="no event of ticket 'T-9'"):
        tracker.judge("T-9", as_of=at("mon 09:00"))
    with pytest.raises(QueryError) as caught:
        tracker.load("T-1", [row("mon 09:00", "created", "T-2")])
    assert caught.value.code == "other_ticket"
    with pytest.raises(QueryError, match="did you mean 'tickets'"):
        Tracker.from_dict({"tickts": []}, tracker.policies)


def test_the_example_plays_a_log_and_names_what_falls_due():
    """The loop of the examples prints six actions, at the instants that the preset promises."""
    script = Path(__file__).resolve().parents[1] / "examples" / "live_deadlines.py"
    done = subprocess.run([sys.executable, "-W", "error", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if "ACTION" in line] == [
        "Wed 09:50:00  ACTION T-2: notify team lead by sms (first_response@50%)",
        "Wed 12:00:00  ACTION T-1: notify agent by email (first_response@100%)",
        "Wed 13:00:00  ACTION T-1: call customer (first_response@+1h)",
        "Sat 11:00:00  ACTION T-1: notify manager by email (resolution@100%)",
        "Sat 11:00:00  ACTION T-1: colour it red (resolution@100%)",
        "Sat 13:00:00  ACTION T-1: move to top (unhappy)",
    ]
    assert done.stdout.endswith("6 actions fell due\n")
