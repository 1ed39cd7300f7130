"""What a tracker lets go of, what it answers then, and that its state stays small."""

import json
import pickle
import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import Escalation, EventLog, Exclusion, PolicySet
from slakit.errors import QueryError
from slakit.tracker import Replay, Tracker
from slakit.tracker import ticket as ticket_module
from tests.judging_cases import AGENT, CUSTOMER, HOUR, at, policies
from tests.profiles import examples
from tests.strategies_judging import policy_sets
from tests.test_tracker import arriving, busy_rows, moment, row, rows_of, told

PROMISES = {"first_response": "4h", "next_response": "4h", "resolution": "16h"}


def exchanges(number, ticket="T-1"):
    """A ticket that goes on for ever: so many times, an hour each, a customer asks, is answered, the ticket is set pending and opened."""
    yield {"ticket": ticket, "at": at("mon 09:00"), "kind": "created"}
    for hour in range(number):
        begin = at("mon 09:00") + timedelta(hours=hour)
        for minute, (kind, keys) in enumerate(
            (("message", AGENT), ("status", {"status": "pending"}), ("message", CUSTOMER), ("status", {"status": "open"})), start=1
        ):
            yield {"ticket": ticket, "at": begin + timedelta(minutes=minute), "kind": kind, "id": f"{hour}/{minute}", **keys}


def lived(number, targets=PROMISES, **options):
    """A tracker that has taken so many exchanges, and the rows of them."""
    rows = list(exchanges(number))
    tracker = Tracker(policies(targets), **options)
    for one in rows:
        tracker.take(one, as_of=one["at"])
    return tracker, rows


def kept(tracker, ticket="T-1"):
    """The instants of the events that a tracker keeps of a ticket, as its state shows them."""
    (one,) = (each for each in tracker.to_dict()["tickets"] if each["ticket"] == ticket)
    return [event["at"] for event in one["events"]]


def test_a_ticket_that_goes_on_for_ever_keeps_few_events():
    """Of 4,001 events no more than twice those of a day (96) and the 64 are ever kept, and every verdict is that of the whole log."""
    rows = list(exchanges(1000))
    tracker, most = Tracker(policies(PROMISES)), 0
    for number, one in enumerate(rows, start=1):
        answer = tracker.take(one, as_of=one["at"])
        if number % 100 == 0:
            most = max(most, len(kept(tracker)))
        if number % 800 == 0:
            whole = tracker.policies.judge(EventLog.from_records(rows[:number]), as_of=one["at"])
            assert answer.to_dict() == whole.to_dict()
            assert answer.next_wakeup() == whole.next_wakeup()
            tracker = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), tracker.policies)
    assert len(rows) == 4001
    assert 96 < most <= 2 * (96 + 64)
    assert answer.counts() == {"met": 1000, "breached": 1, "within": 1, "cancelled": 0, "not_applicable": 0}


@examples(300)
@given(busy_rows(), policy_sets(), st.sampled_from((0, 10, 240)), st.integers(0, 3), st.data())
def test_what_is_late_by_no_more_than_the_lateness_finds_its_place(rows, policy_set, minutes, keep, data):
    """An event that is older than the newest of its ticket by no more than the lateness is never answered with `Replay`."""
    tracker, newest = Tracker(policy_set, lateness=timedelta(minutes=minutes), keep=keep), rows[0]["at"]
    for one in arriving(data.draw, rows):
        if moment(one["at"]) < newest - timedelta(minutes=minutes):
            continue
        newest = max(newest, moment(one["at"]))
        answer = tracker.take(one, as_of=newest)
        assert not isinstance(answer, Replay)


def test_an_event_older_than_what_is_kept_asks_for_a_replay_until_it_is_there():
    """Thirty hours late: the ticket asks for its events at every event from then on; loaded, it answers as the whole log."""
    tracker, rows = lived(60, lateness="1d", keep=8)
    late = row("tue 10:30", "message", **CUSTOMER)
    assert kept(tracker)[0] > "2026-03-03T10:30"
    now, following = rows[-1]["at"], row("wed 23:30", "message", **AGENT)
    assert tracker.take(late, as_of=now) == Replay("T-1")
    assert tracker.take(following, as_of=at("wed 23:30")) == Replay("T-1")
    assert tracker.judge("T-1", as_of=at("wed 23:30")) == Replay("T-1")
    assert tracker.settled == ("T-1",)
    tracker.load("T-1", [*rows, late, following])
    whole = tracker.policies.judge(EventLog.from_records([*rows, late, following]), as_of=at("wed 23:30"))
    assert tracker.judge("T-1", as_of=at("wed 23:30")).to_dict() == whole.to_dict()


def test_an_event_that_came_before_is_known_by_its_id():
    """Again as it was, or again later under the same id, it changes nothing; without an id, or earlier, nobody can tell."""
    tracker, rows = lived(60, lateness="1h", keep=0)
    as_of = rows[-1]["at"]
    before = tracker.judge("T-1", as_of=as_of).to_dict()
    stored = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), tracker.policies)
    for one in (tracker, stored):
        assert one.take(rows[7], as_of=as_of).to_dict() == before
        assert one.take(rows[7] | {"at": as_of}, as_of=as_of).to_dict() == before
        assert one.take(rows[7] | {"at": rows[6]["at"]}, as_of=as_of) == Replay("T-1")
    nameless = lived(60, lateness="1h", keep=0)[0]
    assert nameless.take({**rows[7], "id": None}, as_of=as_of) == Replay("T-1")


def test_a_creation_that_is_learnt_of_too_late_asks_for_a_replay():
    """A ticket whose first message stood for its creation begins otherwise once that is known."""
    tracker = Tracker(policies(PROMISES), lateness="0s", keep=0)
    for when in ("mon 09:00", "mon 10:00", "mon 11:00"):
        tracker.take(row(when, "message", **CUSTOMER), as_of=at(when))
    assert len(kept(tracker)) == 1
    assert tracker.take(row("mon 12:00", "created"), as_of=at("mon 12:00")) == Replay("T-1")


def test_a_further_creation_says_nothing():
    """A second `created` of a ticket that began long ago is left out, as in the whole log."""
    rows = [
        row("mon 09:00", "created"),
        row("mon 10:00", "message", **AGENT),
        row("mon 11:00", "created"),
        row("mon 12:00", "message", **CUSTOMER),
    ]
    tracker = Tracker(policies(PROMISES), lateness="0s", keep=0)
    for one in rows:
        answer = tracker.take(one, as_of=one["at"])
    assert answer.to_dict() == tracker.policies.judge(EventLog.from_records(rows), as_of=at("mon 12:00")).to_dict()


def test_what_needs_the_events_says_so():
    """Rows and actions are there; explanations, the log and what is doubtful in it want the events back."""
    tracker, rows = lived(60, lateness="1h", keep=0)
    answer = tracker.judge("T-1", as_of=rows[-1]["at"])
    assert answer.attainment().value == 60 / 61
    asked = (
        lambda: answer.explain("T-1"),
        lambda: answer.life("T-1"),
        lambda: answer.log,
        lambda: answer.findings,
        lambda: answer.events(0),
    )
    for ask in asked:
        with pytest.raises(QueryError, match=r"give all its events back with tracker.load\('T-1', events\)") as caught:
            ask()
        assert caught.value.code == "events_let_go"
    tracker.load("T-1", rows)
    whole = tracker.policies.judge(EventLog.from_records(rows), as_of=rows[-1]["at"])
    again = tracker.judge("T-1", as_of=rows[-1]["at"])
    assert again.explain("T-1").text() == whole.explain("T-1").text()
    assert again.findings == whole.findings
    with pytest.raises(QueryError, match="no ticket 'T-2' in this judgement"):
        again.of("T-2")


def test_as_of_an_instant_in_the_past_it_cannot_answer():
    """Before the last event let go of: `Replay`, and an error from the judgement of all; later instants go on."""
    tracker, rows = lived(60, lateness="1h", keep=0)
    assert tracker.judge("T-1", as_of=at("tue 09:00")) == Replay("T-1")
    with pytest.raises(QueryError) as caught:
        tracker.result(as_of=at("tue 09:00"))
    assert caught.value.code == "events_let_go"
    assert tracker.judge("T-1", as_of=rows[-1]["at"]).counts()["met"] == 60
    assert tracker.settled == ()


def test_what_was_told_stays_as_it_was():
    """An answer that is read after more has happened, and after older events were let go of, says what it said then."""
    tracker = Tracker(policies(PROMISES), lateness="0s", keep=0)
    answers = [(tracker.take(one, as_of=one["at"]), one["at"]) for one in exchanges(5)]
    for number, (answer, as_of) in enumerate(answers, start=1):
        whole = tracker.policies.judge(EventLog.from_records(list(exchanges(5))[:number]), as_of=as_of)
        assert answer.to_dict() == whole.to_dict()


def test_a_merge_into_a_ticket_with_a_past():
    """Merged at an instant that is still open it is as in the whole log, and nothing of either is let go of any more; before that, `Replay`."""
    tracker, rows = lived(60, lateness="1h", keep=0)
    more = [row("wed 17:30", "created", "T-2"), row("wed 17:40", "message", "T-2", **CUSTOMER)]
    merged, early = (row(when, "merged", "T-2", into="T-1") for when in ("wed 22:00", "wed 17:50"))
    as_of = at("wed 23:00")
    for one in more:
        tracker.take(one, as_of=one["at"])
    tracker.take(merged, as_of=as_of)
    whole = tracker.policies.judge(EventLog.from_records([*rows, *more, merged]), as_of=as_of)
    assert tracker.judge("T-1", as_of=as_of).to_dict() == whole.to_dict()
    count = len(kept(tracker))
    for hours in range(1, 40):
        later = as_of + timedelta(hours=hours)
        tracker.take({"ticket": "T-1", "at": later, "kind": "note"}, as_of=later)
    assert len(kept(tracker)) == count + 39
    other, _ = lived(60, lateness="1h", keep=0)
    other.take(more[0], as_of=as_of)
    assert kept(other)[0] > "2026-03-04T18:05"
    assert other.take(early, as_of=as_of) == Replay("T-1")
    assert other.judge("T-2", as_of=as_of) == Replay("T-1")


def test_merges_with_settled_tickets_are_remembered():
    """A settled donor is asked for before its survivor is judged, also through the stored state, also where the merge itself came too late."""
    tracker = Tracker(policies(PROMISES))
    for one in (row("mon 09:00", "created"), row("mon 10:00", "created", "T-2"), row("mon 11:00", "merged", into="T-2"),
                row("mon 12:00", "status", "T-2", status="solved"), row("mon 13:00", "created", "T-3")):  # fmt: skip
        tracker.take(one, as_of=one["at"])
    assert tracker.settle(before=at("fri 00:00")) == ("T-1", "T-2")
    again = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), tracker.policies)
    again.load("T-2", [row("mon 10:00", "created", "T-2"), row("mon 12:00", "status", "T-2", status="solved")])
    assert again.judge("T-2", as_of=at("fri 00:00")) == Replay("T-1")
    assert again.take(row("fri 09:00", "merged", into="T-3"), as_of=at("fri 09:00")) == Replay("T-1")
    assert again.judge("T-3", as_of=at("fri 09:00")) == Replay("T-1")


def test_a_state_under_other_clocks_asks_for_the_events():
    """The same clocks with other targets go on; another clock, a condition on another field, and other rules on events do not."""
    tracker, rows = lived(60, lateness="1h", keep=0)
    plain, as_of = json.loads(json.dumps(tracker.to_dict())), rows[-1]["at"]
    shorter = policies(PROMISES | {"next_response": "30m"})
    whole = shorter.judge(EventLog.from_records(rows), as_of=as_of)
    assert Tracker.from_dict(plain, shorter).judge("T-1", as_of=as_of).to_dict() == whole.to_dict()
    rule = [Escalation(exchanges=5, actions="call_customer")]
    others = (
        policies(PROMISES | {"queue": "1h"}), policies(PROMISES, when={"tier": {"not": "gold"}}), policies(PROMISES, escalations=rule),
    )  # fmt: skip
    for other in others:
        assert Tracker.from_dict(plain, other).judge("T-1", as_of=as_of) == Replay("T-1")
    outage = Exclusion(at("mon 10:00"), at("mon 11:00"), "outage", when={"vip": True})
    assert Tracker.from_dict(plain, tracker.policies, exclusions=[outage]).judge("T-1", as_of=as_of) == Replay("T-1")
    assert Tracker.from_dict(plain, tracker.policies, responders=["agent", "bot"]).judge("T-1", as_of=as_of) == Replay("T-1")


def test_exchanges_handling_and_ratings_are_counted_across_the_past():
    """Rules on events see what was let go of: the sixth exchange, the eleventh minute of handling, each bad rating once."""
    rules = [Escalation(exchanges=5, actions="call_customer"), Escalation(handling="10m", actions="move_to_top"),
             Escalation(rating=2, actions="raise_priority")]  # fmt: skip
    policy_set = policies(PROMISES, escalations=rules)
    tracker, so_far = Tracker(policy_set, lateness="0s", keep=0), []
    for hour, one in enumerate(exchanges(8)):
        after = one["at"] + timedelta(seconds=20)
        more = [{"ticket": "T-1", "at": after, "kind": "handled", "part": "talk", "span": "1m"}]
        more += [{"ticket": "T-1", "at": after, "kind": "rating", "value": 1, "actor": f"c{hour}"}] if hour % 9 == 0 else []
        for each in (one, *more):
            so_far.append(each)
            answer = tracker.take(each, as_of=after)
            tracker = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), policy_set)
    whole = policy_set.judge(EventLog.from_records(so_far), as_of=after)
    assert told(answer, ("T-1",)) == told(whole, ("T-1",))
    assert [due.escalation for due in answer.actions() if due.metric is None] == [
        "rating<=2", "rating<=2", "handling>10m", "rating<=2", "exchanges>5", "rating<=2",
    ]  # fmt: skip
    assert len(kept(tracker)) < 4


def test_asking_for_actions_counts_nothing_twice():
    """Asked at every event, twice, the fourth minute of handling is still the fourth."""
    tracker = Tracker(policies(PROMISES, escalations=[Escalation(handling="3m", actions="call_customer")]), lateness="0s", keep=0)
    handled = [row(f"mon 1{hour}:00", "handled", part="talk", span="1m") for hour in range(6)]
    for one in (row("mon 09:00", "created"), *handled):
        answer = tracker.take(one, as_of=one["at"])
        assert answer.actions() == answer.actions()
    assert [due.at for due in answer.actions() if due.metric is None] == [at("mon 13:00")]


def test_the_oldest_message_that_waits_is_remembered():
    """A customer writes twice on a solved ticket; reopened after both were let go of and stored, the wait dates from the first."""
    tracker = Tracker(policies(PROMISES), lateness="0s", keep=0)
    for one in (row("mon 09:00", "created"), row("mon 09:10", "message", **AGENT), row("mon 09:20", "status", status="solved"),
                row("mon 10:00", "message", **CUSTOMER), row("mon 10:30", "message", **CUSTOMER), row("mon 11:00", "note")):  # fmt: skip
        tracker.take(one, as_of=one["at"])
    assert kept(tracker) == ["2026-03-02T11:00:00+00:00"]
    again = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), tracker.policies)
    answer = again.take(row("mon 12:00", "status", status="open"), as_of=at("mon 12:00"))
    assert [one["started_at"] for one in rows_of(answer, "T-1") if one["metric"] == "next_response"] == [at("mon 10:00")]


def test_a_policy_set_without_any_policy_tracks_nothing():
    """No clock, no cycle: events are taken and let go of all the same."""
    tracker = Tracker(PolicySet([]), lateness="0s", keep=0)
    for one in exchanges(3):
        answer = tracker.take(one, as_of=one["at"])
    assert (answer.rows, answer.next_wakeup(), len(kept(tracker))) == ((), None, 1)


def test_bad_options_are_refused():
    """How many events to keep is a whole number, how late they may come a length of time."""
    for options, code in (({"keep": -1}, "bad_keep"), ({"keep": 1.5}, "bad_keep"), ({"lateness": "-1h"}, "bad_lateness")):
        with pytest.raises(QueryError) as caught:
            Tracker(policies(PROMISES), **options)
        assert caught.value.code == code


def test_neither_numpy_nor_pendulum_loads():
    """Taking events, reading verdicts and wake-ups, storing and reading the state."""
    script = """
import json, sys
from datetime import datetime, timedelta, timezone
from slakit import Event, Policy, PolicySet, Schedule
from slakit.tracker import Tracker
desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
policies = PolicySet([Policy("gold", schedule=desk, targets={"first_response": "4h", "resolution": "8h"})])
tracker = Tracker(policies, lateness="0s", keep=0)
start = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
for hour, kind in enumerate(["created", "note", "note"]):
    now = start + timedelta(hours=hour)
    answer = tracker.take(Event(ticket="T-1", at=now, kind=kind), as_of=now)
    print([row.verdict for row in answer], answer.next_wakeup(), answer.actions())
tracker = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), policies)
print(sorted({"numpy", "pendulum"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_event_is_walked_once_or_twice_however_long_the_ticket(monkeypatch):
    """Each event of a ticket that goes on for ever is walked when it is read, and once more when it is let go of."""
    walked = []
    inner = ticket_module.advance

    def counting(program, walk, events, absorbed=()):
        walked.append(len(events))
        inner(program, walk, events, absorbed)

    monkeypatch.setattr(ticket_module, "advance", counting)
    tracker = Tracker(policies(PROMISES))
    for one in exchanges(500):
        assert tracker.take(one, as_of=one["at"]).rows
    assert 2001 < sum(walked) <= 2 * 2001


def test_trackers_and_answers_pickle():
    """With their pasts, read or not."""
    tracker, rows = lived(30, lateness="1h", keep=0)
    answer = tracker.judge("T-1", as_of=rows[-1]["at"])
    before = answer.to_dict()
    for copied in (pickle.loads(pickle.dumps(answer)), pickle.loads(pickle.dumps(tracker)).judge("T-1", as_of=rows[-1]["at"])):
        assert copied.to_dict() == before


@pytest.mark.parametrize("at_once", [True, False])
def test_a_late_reply_changes_a_cycle_that_was_told_as_met(at_once):
    """Two hours, says the reply of 11:00; one, once that of 10:00 is there: each answer says what was known, read at once or at the end."""
    tracker, told_then = Tracker(policies(PROMISES)), []
    for one in (row("mon 09:00", "created"), row("mon 11:00", "message", **AGENT), row("mon 10:00", "message", **AGENT)):
        answer = tracker.take(one, as_of=at("mon 12:00"))
        told_then.append(answer.rows if at_once else answer)
    assert [rows[0].judged_us for rows in told_then] == [3 * HOUR, 2 * HOUR, HOUR]


def test_an_event_of_the_last_instant_let_go_of_finds_its_place_after_it():
    """What ties with the last event of the past comes after it, as in the order of arrival; what comes before it does not fit."""
    begun = [row("mon 09:00", "created"), row("mon 10:00", "message", **CUSTOMER), row("mon 11:00", "note")]
    for late, fits in ((row("mon 10:00", "message", **CUSTOMER), True), (row("mon 10:00", "message", **AGENT), True),
                       (row("mon 10:00", "message", seq=-1, **AGENT), False)):  # fmt: skip
        tracker = Tracker(policies(PROMISES), lateness="0s", keep=0)
        for one in begun:
            tracker.take(one, as_of=at("mon 11:00"))
        assert kept(tracker) == ["2026-03-02T11:00:00+00:00"]
        answer = tracker.take(late, as_of=at("mon 11:00"))
        assert isinstance(answer, Replay) is not fits
        if fits:
            whole = tracker.policies.judge(EventLog.from_records([*begun, late]), as_of=at("mon 11:00"))
            assert answer.to_dict() == whole.to_dict()


def test_an_event_dated_into_the_future_makes_nothing_late():
    """What lies after `as_of` is not known yet: how late an event is goes by what is."""
    tracker = Tracker(policies(PROMISES), lateness="1h", keep=0)
    begun = [row("mon 09:00", "created"), row("mon 09:30", "message", **CUSTOMER), row("mon 09:35", "note"), row("fri 09:00", "note")]
    for one in begun:
        tracker.take(one, as_of=at("mon 09:40"))
    late = row("mon 09:20", "message", **AGENT)
    whole = tracker.policies.judge(EventLog.from_records([*begun, late]), as_of=at("mon 09:45"))
    assert tracker.take(late, as_of=at("mon 09:45")).to_dict() == whole.to_dict()


def test_events_before_the_creation_are_kept_until_it_is_let_go_of_too():
    """They are taken at the creation, so that they mean nothing without it."""
    rows = [
        row("mon 11:00", "created"),
        row("mon 09:00", "message", **CUSTOMER),
        row("mon 10:00", "message", **AGENT),
        row("mon 12:00", "note"),
    ]
    tracker = Tracker(policies(PROMISES), lateness="0s", keep=2)
    for one in rows:
        answer = tracker.take(one, as_of=at("mon 12:00"))
    whole = tracker.policies.judge(EventLog.from_records(rows), as_of=at("mon 12:00"))
    assert answer.to_dict() == whole.to_dict()
    assert len(kept(tracker)) == 4
