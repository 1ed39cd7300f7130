"""The object interpreter: registers, merges, the responsible, the end of a ticket."""

import pytest

from slakit import EventLog, Schedule, measure
from slakit.metrics import Metric, on

ALWAYS = Schedule.always()
UNTIL = "2026-03-03T00:00:00Z"
MINUTE = 60_000_000


def log(*parts):
    """Rows from (ticket, time on 2 March 2026, kind, keys)."""
    return EventLog.from_records(
        [{"ticket": t, "at": f"2026-03-02T{when}:00+00:00", "kind": kind, **keys} for t, when, kind, keys in parts]
    )


def cycles(given, metric, ticket, until=UNTIL):
    """The cycles of one clock on one ticket, which both interpreters give alike."""
    one, other = (measure(given, metric, schedule=ALWAYS, as_of=until, engine=engine) for engine in ("object", "column"))
    assert one.to_dict() == other.to_dict()
    return [row for row in one if row.ticket == ticket]


def told(given, metric, ticket, until=UNTIL):
    """(start as HH:MM, stop as HH:MM, phase, cause) of each cycle."""
    return [
        (f"{row.started_at:%H:%M}", None if row.stopped_at is None else f"{row.stopped_at:%H:%M}", row.phase, row.cause)
        for row in cycles(given, metric, ticket, until)
    ]


CUSTOMER, AGENT = {"role": "customer"}, {"role": "agent", "actor": "sara"}


def test_neither_had_a_reply():
    """Merged before either was answered: the donor's clock ends, the survivor's first response dates from the earlier creation."""
    given = log(
        ("A", "09:00", "created", {}),
        ("B", "09:30", "created", {}),
        ("A", "10:00", "merged", {"into": "B"}),
        ("B", "11:00", "message", AGENT),
    )
    assert told(given, "first_response", "A") == [("09:00", "10:00", "cancelled", "merged")]
    assert told(given, "first_response", "B") == [("09:00", "11:00", "stopped", "reply")]
    assert told(given, "first_response", "B", "2026-03-02T09:45:00Z") == [("09:30", None, "running", None)]
    (row,) = cycles(given, "first_response", "B")
    assert row.anchor_event == "A#0"
    assert [row.removed for row in cycles(given, "first_response", "A")] == ["merged"]


def test_an_answered_survivor_takes_over_a_wait():
    """The survivor had its first reply: the donor's unanswered message makes a next response, dated from it."""
    given = log(
        ("A", "09:00", "created", {}), ("A", "09:10", "message", AGENT), ("A", "09:20", "message", CUSTOMER),
        ("B", "08:00", "created", {}), ("B", "08:30", "message", AGENT),
        ("A", "10:00", "merged", {"into": "B"}), ("B", "11:00", "message", AGENT),
    )  # fmt: skip
    assert told(given, "next_response", "B") == [("09:20", "11:00", "stopped", "reply")]
    assert told(given, "next_response.latest", "B") == [("09:20", "11:00", "stopped", "reply")]
    assert told(given, "first_response", "B") == [("08:00", "08:30", "stopped", "reply")]


def test_an_answered_donor_hands_over_nothing():
    """Where the donor has nothing unanswered, the survivor's clocks stay as they are."""
    given = log(
        ("A", "08:00", "created", {}),
        ("A", "08:10", "message", AGENT),
        ("B", "09:00", "created", {}),
        ("A", "10:00", "merged", {"into": "B"}),
    )
    assert told(given, "first_response", "B") == [("09:00", None, "running", None)]
    assert told(given, "next_response", "B") == []


def test_a_proactive_survivor_learns_of_a_customer():
    """A ticket that an agent opened has no first response until a merge brings a customer who waits; one already answered brings a next one."""
    opened = ("B", "08:00", "created", {"role": "agent"})
    waiting = log(opened, ("A", "09:00", "created", {}), ("A", "10:00", "merged", {"into": "B"}))
    assert told(waiting, "first_response", "B") == [("09:00", None, "running", None)]
    answered = log(opened, ("A", "09:00", "created", {}), ("A", "09:10", "message", AGENT), ("A", "10:00", "merged", {"into": "B"}),
                   ("B", "11:00", "message", CUSTOMER))  # fmt: skip
    assert told(answered, "first_response", "B") == []
    assert told(answered, "next_response", "B") == [("11:00", None, "running", None)]


def test_merges_in_a_chain():
    """A into B into C: what A's customer waits for reaches C, and a circle ends."""
    given = log(
        ("A", "08:00", "created", {}), ("B", "09:00", "created", {}), ("C", "10:00", "created", {}),
        ("A", "10:10", "merged", {"into": "B"}), ("B", "10:20", "merged", {"into": "C"}), ("C", "10:30", "merged", {"into": "A"}),
    )  # fmt: skip
    assert told(given, "first_response", "C") == [("08:00", "10:30", "cancelled", "merged")]
    assert told(given, "first_response", "A") == [("08:00", "10:10", "cancelled", "merged")]


def test_odd_merges():
    """Into itself, into nothing, into a solved ticket, into one created later, and of spam: nothing goes wrong and nothing is invented."""
    assert told(log(("A", "08:00", "created", {}), ("A", "09:00", "merged", {"into": "A"})), "first_response", "A") == [
        ("08:00", "09:00", "cancelled", "merged")
    ]
    assert len(cycles(log(("A", "08:00", "created", {}), ("A", "09:00", "merged", {"into": "Z"})), "resolution", "A")) == 1
    solved = log(
        ("A", "08:00", "created", {}), ("B", "08:30", "created", {}), ("B", "09:00", "status", {"status": "solved"}),
        ("A", "10:00", "merged", {"into": "B"}), ("B", "11:00", "status", {"status": "open"}),
    )  # fmt: skip
    assert told(solved, "first_response", "B") == [
        ("08:30", "09:00", "cancelled", "solved_without_reply"),
        ("08:00", None, "running", None),
    ]
    later = log(("A", "08:00", "created", {}), ("A", "09:00", "merged", {"into": "B"}), ("B", "10:00", "created", {}))
    assert told(later, "first_response", "B") == [("08:00", None, "running", None)]
    spam = log(
        ("A", "08:00", "created", {}), ("A", "08:30", "spam", {}), ("A", "09:00", "merged", {"into": "B"}), ("B", "08:45", "created", {})
    )
    assert told(spam, "first_response", "B") == [("08:45", None, "running", None)]
    assert [row.removed for row in cycles(spam, "first_response", "A")] == ["spam"]


def test_a_merge_while_the_pausable_clock_is_paused():
    """The older wait counts up to the survivor's own start, and the pause goes on."""
    given = log(
        ("A", "09:00", "created", {}), ("B", "09:30", "created", {"status": "pending"}),
        ("A", "10:00", "merged", {"into": "B"}), ("B", "11:00", "message", AGENT),
    )  # fmt: skip
    (row,) = cycles(given, "first_response.pausable", "B")
    assert (row.elapsed_us, row.paused_us) == (30 * MINUTE, 90 * MINUTE)


@pytest.mark.parametrize("kind", ["merged", "spam", "deleted"])
def test_no_clock_starts_at_the_end(kind):
    """Whatever a start condition says, nothing starts at the event with which a ticket leaves, nor after it."""
    keys = {"into": "B"} if kind == "merged" else {}
    given = log(("A", "09:00", "created", {}), ("A", "10:00", kind, keys), ("A", "11:00", "note", {}), ("B", "09:00", "created", {}))
    anything = Metric.define("anything", start=~on.message(), stop=on.message(), reset=on.kind("note"))
    assert told(given, anything, "A") == [("09:00", "10:00", "cancelled", kind)]
    assert told(given, "time_in.new", "A") == [("09:00", "10:00", "cancelled", kind)]


def test_a_clock_of_ones_own_takes_no_part_in_merges():
    """A condition that a merge into the ticket would merely allow is not met by it."""
    given = log(("A", "09:00", "created", {}), ("B", "09:00", "created", {}), ("A", "10:00", "merged", {"into": "B"}))
    anything = Metric.define("anything", start=on.created, stop=~on.created)
    assert told(given, anything, "B") == [("09:00", None, "running", None)]


def test_the_responsible():
    """Agent and team of before the stop, else of after it; a robot holds nothing; an open cycle names those at the end."""
    given = log(
        (1, "09:00", "created", {"team": "north"}), (1, "09:10", "assigned", {"to": "robo", "to_role": "bot"}),
        (1, "09:20", "message", AGENT), (1, "09:30", "assigned", {"to": "amir", "group": "night"}),
        (1, "09:40", "message", CUSTOMER), (1, "09:50", "message", AGENT), (1, "10:00", "accepted", {"actor": "ines", "role": "agent"}),
        (1, "10:10", "field", {"field": "team", "value": "day"}), (1, "10:20", "message", CUSTOMER),
    )  # fmt: skip
    assert [(row.agent, row.team) for row in cycles(given, "first_response", 1)] == [("sara", "north")]
    assert [(row.agent, row.team) for row in cycles(given, "next_response", 1)] == [("amir", "night"), ("ines", "day")]
    emptied = log((1, "09:00", "created", {"group": "g"}), (1, "09:10", "assigned", {"to": "amir"}), (1, "09:20", "assigned", {}),
                  (1, "09:30", "field", {"field": "team"}))  # fmt: skip
    assert [(row.agent, row.team) for row in cycles(emptied, "resolution", 1)] == [(None, None)]
    early = cycles(emptied, "resolution", 1, "2026-03-02T09:15:00Z")
    assert [(row.agent, row.team) for row in early] == [("amir", "g")]


def test_a_ticket_without_its_beginning():
    """The first event stands for a missing creation; what is before the creation happens at it."""
    cut = log((1, "09:00", "message", CUSTOMER), (1, "10:00", "message", AGENT))
    assert told(cut, "first_response", 1) == [("09:00", "10:00", "stopped", "reply")]
    early = log((1, "09:00", "message", AGENT), (1, "10:00", "created", {}), (1, "11:00", "message", AGENT))
    assert told(early, "first_response", 1) == [("10:00", "10:00", "stopped", "reply")]
    assert told(early, "first_response", 1, "2026-03-02T08:00:00Z") == []


def test_a_message_that_waited_while_solved():
    """Reply while solved answers it; a pausable clock that reopens into pending has run since the message."""
    answered = log(
        (1, "09:00", "created", {}), (1, "09:10", "message", AGENT), (1, "09:20", "status", {"status": "solved"}),
        (1, "10:00", "message", CUSTOMER), (1, "10:10", "message", AGENT), (1, "10:20", "status", {"status": "open"}),
    )  # fmt: skip
    assert told(answered, "next_response", 1) == []
    waited = log((1, "09:00", "created", {}), (1, "09:20", "status", {"status": "solved"}), (1, "10:00", "message", CUSTOMER),
                 (1, "10:30", "status", {"status": "pending"}), (1, "11:00", "status", {"status": "open"}))  # fmt: skip
    second = cycles(waited, "first_response.pausable", 1, "2026-03-02T11:30:00Z")[1]
    assert (second.elapsed_us, second.paused_us, second.accumulated_us) == (60 * MINUTE, 30 * MINUTE, 80 * MINUTE)


def test_the_holder_before_a_hand_over_is_responsible():
    """A cycle that a hand-over ends belongs to who held the ticket, not to who receives it."""
    given = log(
        (1, "09:00", "created", {}), (1, "09:10", "assigned", {"to": "sara", "group": "north"}),
        (1, "10:00", "assigned", {"to": "amir", "group": "night"}),
    )  # fmt: skip
    assert [(row.agent, row.team) for row in cycles(given, "ownership", 1)] == [("sara", "north"), ("amir", "night")]


def test_agents_who_write_unasked_have_not_replied():
    """What an agent wrote before the customer asked for anything answers nothing: the customer's messages wait for a first response."""
    given = log(
        (1, "09:00", "created", {"role": "agent"}),
        (1, "09:10", "message", AGENT),
        (1, "09:20", "message", CUSTOMER),
        (1, "09:30", "message", CUSTOMER),
    )
    assert told(given, "first_response", 1) == [("09:20", None, "running", None)]
    assert told(given, "next_response", 1) == []


def test_a_message_while_solved_outlives_the_closing():
    """From solved to closed nothing is forgotten: at the reopening the clock dates from the message in between."""
    given = log(
        (1, "09:00", "created", {}), (1, "09:10", "message", AGENT), (1, "09:20", "status", {"status": "solved"}),
        (1, "10:00", "message", CUSTOMER), (1, "10:10", "status", {"status": "closed"}), (1, "11:00", "status", {"status": "open"}),
    )  # fmt: skip
    assert told(given, "next_response", 1) == [("10:00", None, "running", None)]


def test_a_survivor_keeps_its_first_reply():
    """Whether the survivor was answered is its own history: a donor without any reply makes its wait a next response."""
    given = log(
        ("A", "09:00", "created", {}),
        ("B", "08:00", "created", {}),
        ("B", "08:30", "message", AGENT),
        ("A", "10:00", "merged", {"into": "B"}),
    )
    assert told(given, "next_response", "B") == [("09:00", None, "running", None)]
    assert told(given, "first_response", "B") == [("08:00", "08:30", "stopped", "reply")]


def test_excluded_twice_and_included_once():
    """The first exclusion begins the span, the next inclusion ends it."""
    given = log(
        (1, "09:00", "created", {}), (1, "10:00", "excluded", {}), (1, "10:30", "excluded", {}), (1, "11:00", "included", {}),
        (1, "11:30", "included", {}), (1, "12:00", "status", {"status": "solved"}),
    )  # fmt: skip
    assert [(row.elapsed_us // MINUTE, row.excluded_us // MINUTE) for row in cycles(given, "resolution", 1)] == [(120, 60)]
