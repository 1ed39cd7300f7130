"""The state that a tracker stores: what it leaves out, that it is JSON, and how large it is."""

import json
from datetime import UTC, datetime, timedelta

from slakit import EventLog, Policy, PolicySet, Schedule, Target
from slakit.tracker import Tracker


def test_what_comes_before_the_creation_is_not_let_go_of_between_events_of_its_instant():
    """An assignment before the creation, and a reply in its instant: stored and read back, first response is met, as in the whole log."""
    policies = PolicySet([Policy("g", schedule=Schedule.always(tz="UTC"), targets={"first_response": "1h", "queue": "1h"})])
    day = "2026-03-02T"
    rows = [
        {"ticket": 1, "at": f"{day}10:30:00Z", "kind": "assigned", "to": "a"},
        {"ticket": 1, "at": f"{day}10:55:00Z", "kind": "created"},
        {"ticket": 1, "at": f"{day}10:55:00Z", "kind": "message", "role": "agent", "actor": "b"},
        {"ticket": 1, "at": f"{day}15:00:00Z", "kind": "message", "role": "customer"},
        {"ticket": 1, "at": f"{day}17:00:00Z", "kind": "note", "role": "agent", "actor": "b"},
    ]
    tracker = Tracker(policies, lateness="0m", keep=2)
    for one in rows[:4]:
        tracker.take(one, as_of=one["at"])
    again = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), policies)
    answer = again.take(rows[4], as_of=rows[4]["at"])
    whole = policies.judge(EventLog.from_records(rows), as_of=rows[4]["at"])
    assert answer.to_dict() == whole.to_dict()
    assert [row.verdict for row in answer if row.metric.name == "first_response"] == ["met"]


def test_the_state_of_a_ticket_with_a_due_date_is_json():
    """An aware datetime in a field is stored as text, and is the same deadline when it is read back."""
    policies = PolicySet([Policy("g", schedule=Schedule.always(tz="UTC"), targets={"resolution": Target.at_field("due")})])
    row = {"ticket": 1, "at": "2026-03-02T10:00:00Z", "kind": "created", "due": datetime(2026, 3, 2, 12, tzinfo=UTC)}
    tracker = Tracker(policies)
    tracker.take(row, as_of=row["at"])
    again = Tracker.from_dict(json.loads(json.dumps(tracker.to_dict())), policies)
    assert [one.due_at for one in again.judge(1, as_of="2026-03-02T13:00:00Z")] == [datetime(2026, 3, 2, 12, tzinfo=UTC)]


def test_a_stored_state_is_smaller_than_its_events():
    """Of a ticket of a thousand exchanges, with every cycle that they made."""
    policies = PolicySet([Policy("g", schedule=Schedule.always(tz="UTC"), targets={"first_response": "4h", "next_response": "4h"})])
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    tracker, rows = Tracker(policies), []
    for number in range(2_000):
        who = {"role": "customer", "actor": "c"} if number % 2 == 0 else {"role": "agent", "actor": "sara"}
        kind = "created" if number == 0 else "message"
        rows.append({"ticket": 1, "id": f"e{number}", "at": (begin + timedelta(minutes=10 * number)).isoformat(), "kind": kind, **who})
        tracker.take(rows[-1], as_of=rows[-1]["at"])
    assert len(json.dumps(tracker.to_dict())) < len(json.dumps(rows))


def test_merges_of_one_instant_are_taken_as_in_the_whole_log():
    """A and C are merged into B at once, both with a wait from the same instant: A's is named first, by the log and by the tracker."""
    policies = PolicySet([Policy("g", schedule=Schedule.always(tz="UTC"), targets={"next_response.latest": "1h"})])
    noon, later = "2026-03-26T12:00:00Z", "2026-03-26T12:14:00Z"
    rows = [
        {"ticket": "b", "at": noon, "kind": "created", "role": "customer"},
        {"ticket": "b", "at": noon, "kind": "message", "role": "agent"},
    ]
    rows += [{"ticket": one, "at": noon, "kind": "created", "role": "customer"} for one in "ac"]
    rows += [{"ticket": one, "at": later, "kind": "merged", "into": "b"} for one in "ac"]
    tracker = Tracker(policies)
    answer = [tracker.take(one, as_of=one["at"]) for one in rows][-1]
    whole = policies.judge(EventLog.from_records(rows), as_of=later)
    anchors = [[row.run.anchor[1].ticket for row in told.of("b")] for told in (whole, answer)]
    assert anchors == [["a"], ["a"]]
