"""Labelled stretches of explanations (SPEC 5.6): of each cycle, of each clock, and where merges let several cycles run at once."""

import itertools
from datetime import UTC, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from slakit import EventLog, Exclusion, Policy, PolicySet, Schedule, Target
from slakit._time import utc
from slakit.explain import LABELS
from slakit.explain.picture import timeline
from slakit.explain.words import Words
from tests.judging_cases import AGENT, CUSTOMER, DESK, MINUTE, at, field, log_of, policies, status
from tests.profiles import examples
from tests.strategies import START, as_ofs
from tests.strategies import log_of as drawn_log
from tests.strategies_judging import dated_back_rows, exclusions, judging_rows, merging_rows, policy_sets


def stretches(targets, as_of, *rows, metric="resolution", schedule=DESK, excluded=(), **options):
    """(label, start, end, detail) of one clock of T-1."""
    result = policies(targets, schedule=schedule, **options).judge(log_of(*rows), as_of=at(as_of), exclusions=excluded)
    return [(one.label, one.start, one.end, one.detail) for one in result.explain("T-1")[metric].stretches]


def test_the_first_label_that_holds_counts():
    """A pause over the night is a pause, an exclusion inside a pause is an exclusion, a closure and a holiday are told apart from closed hours."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays={"2026-03-03": "Nowruz"}, closed={"2026-03-04": "12:00-13:00"})
    rows = (
        ("mon 09:00", "created"), ("mon 16:00", "status", status("pending")), ("wed 10:00", "status", status("open")),
        ("wed 14:00", "status", status("solved")),
    )  # fmt: skip
    outage = Exclusion(at("tue 12:00"), at("tue 13:00"), "outage")
    assert stretches({"resolution": "8h"}, "thu 09:00", *rows, schedule=desk, excluded=[outage]) == [
        ("running", at("mon 09:00"), at("mon 16:00"), ""),
        ("paused", at("mon 16:00"), at("tue 12:00"), "pending"),
        ("excluded", at("tue 12:00"), at("tue 13:00"), "outage"),
        ("paused", at("tue 13:00"), at("wed 10:00"), "pending"),
        ("running", at("wed 10:00"), at("wed 12:00"), ""),
        ("part-day closure", at("wed 12:00"), at("wed 13:00"), ""),
        ("running", at("wed 13:00"), at("wed 14:00"), ""),
        ("stopped", at("wed 14:00"), at("thu 09:00"), "solved"),
    ]
    plain = stretches({"resolution": "80h"}, "wed 09:00", ("mon 16:00", "created"), schedule=desk)
    assert [(label, detail) for label, _, _, detail in plain] == [
        ("running", ""),
        ("closed hours", ""),
        ("holiday", "Nowruz"),
        ("closed hours", ""),
    ]


def test_before_the_start_and_between_cycles():
    """Next response: not started until the customer writes again, stopped between cycles, with the events that paused and stopped it."""
    rows = (
        ("mon 09:00", "created"), ("mon 10:00", "message", AGENT), ("mon 11:00", "message", CUSTOMER), ("mon 12:00", "message", AGENT),
        ("mon 13:00", "message", CUSTOMER),
    )  # fmt: skip
    result = policies({"next_response": "4h"}).judge(log_of(*rows), as_of=at("mon 14:00"))
    found = result.explain("T-1")["next_response"].stretches
    assert [(one.label, one.ordinal, one.event) for one in found] == [
        ("not started", None, None), ("running", 1, None), ("stopped", None, 3), ("running", 2, None),
    ]  # fmt: skip


def test_a_cycle_without_length_still_ends_what_was_before():
    """A question answered in its own instant: not started before it, stopped by that answer after it."""
    rows = (
        ("mon 09:00", "created"), ("mon 10:00", "message", AGENT), ("mon 11:00", "message", CUSTOMER), ("mon 11:00", "message", AGENT),
    )  # fmt: skip
    clock = policies({"next_response": "4h"}).judge(log_of(*rows), as_of=at("mon 12:00")).explain("T-1")["next_response"]
    assert [(one.label, one.start, one.end, one.event) for one in clock.stretches] == [
        ("not started", at("mon 09:00"), at("mon 11:00"), None), ("stopped", at("mon 11:00"), at("mon 12:00"), 3),
    ]  # fmt: skip
    assert clock.cycles[0].stretches == ()


def test_an_exclusion_event_gives_its_reason():
    """Excluded from 10:00 to 11:00 by an event of the ticket."""
    rows = (("mon 09:00", "created"), ("mon 10:00", "excluded", {"reason": "force majeure"}), ("mon 11:00", "included"))
    assert stretches({"resolution": "8h"}, "mon 12:00", *rows)[1] == ("excluded", at("mon 10:00"), at("mon 11:00"), "force majeure")


def test_with_sum_each_stretch_is_told_by_its_own_schedule():
    """Day desk until 18:00, night desk from then: closed from 17:00 to 18:00 on the day desk, running on the night desk."""
    night = Schedule.weekly("mon-fri 17:00-21:00", tz="UTC")
    targets = {"first_response": {"urgent": Target("9h", schedule=night), "*": "9h"}}
    rows = (("mon 15:00", "created", {"priority": "low"}), ("mon 18:00", "field", field("priority", "urgent")))
    found = stretches(targets, "mon 19:00", *rows, metric="first_response", on_schedule_change="sum")
    assert [label for label, *_ in found] == ["running", "closed hours", "running"]
    assert found[1][1:3] == (at("mon 17:00"), at("mon 18:00"))


def cycles_at(clock, us):
    """The cycles of a clock that an instant lies in, by ordinal, each with what its own stretches say."""
    found = []
    for cycle in clock.cycles:
        if cycle.row.run.started_us <= us < cycle.row.run.end_us:
            (one,) = (one for one in cycle.stretches if one.start_us <= us < one.end_us)
            found.append((cycle.row.run.ordinal, one))
    return found


def hold_stretches(told_of):
    """Assert what SPEC 5.6 says of stretches, of each cycle and of each clock, without exception.

    A cycle's are contiguous from its start to its end, and the running ones sum to its elapsed time. A clock's are
    contiguous from creation (a wait that a merge brought: from its start) to `as_of`, every instant is in one of them, and
    what ran in them sums to the elapsed time of its cycles. In each instant the clock says what its earliest cycle
    there says, and names the others that run; where no cycle is, it has not started or is stopped.
    """
    for clock in told_of.clocks:
        for cycle in clock.cycles:
            run, found = cycle.row.run, cycle.stretches
            assert cycle.running_us == sum(one.end_us - one.start_us for one in found if one.label == "running") == run.elapsed_us
            assert sum(one.end_us - one.start_us for one in found) == run.end_us - run.started_us
            assert not found or (found[0].start_us, found[-1].end_us) == (run.started_us, run.end_us)
            assert all(one.end_us == other.start_us for one, other in itertools.pairwise(found))
        line = clock.stretches
        begin = min([told_of.created_us, *(cycle.row.run.started_us for cycle in clock.cycles)])
        assert not line or (line[0].start_us, line[-1].end_us) == (begin, told_of.as_of)
        assert line or begin == told_of.as_of
        assert all(one.end_us == other.start_us for one, other in itertools.pairwise(line))
        assert all(one.start_us < one.end_us and one.label in LABELS for one in line)
        assert clock.running_us == sum(cycle.row.run.elapsed_us for cycle in clock.cycles)
        for one in line:
            for us in (one.start_us, one.end_us - 1):
                held = cycles_at(clock, us)
                if not held:
                    assert (one.label in {"not started", "stopped"}, one.ordinal, one.also) == (True, None, ())
                    continue
                (ordinal, first), *others = held
                assert (one.label, one.detail, one.event, one.ordinal) == (first.label, first.detail, first.event, ordinal)
                assert one.also == tuple(number for number, other in others if other.label == "running")


@examples(300)
@given(judging_rows(), policy_sets(), as_ofs(), exclusions())
def test_stretches_are_contiguous_complete_and_sum_to_elapsed(rows, policy_set, as_of, excluded):
    """Every instant from creation to `as_of` is in exactly one stretch, and the running ones sum to elapsed; texts can always be made."""
    result = policy_set.judge(drawn_log(rows), as_of=utc(as_of), exclusions=excluded)
    for ticket in result.log.tickets:
        if result.life(ticket):
            told_of = result.explain(ticket)
            hold_stretches(told_of)
            assert told_of.text("en")
            assert told_of.text("fa")
            told_of.to_dict()


REPLIES = ("first_response.pausable", "next_response", "next_response.latest")


@examples(500)
@given(st.one_of(merging_rows(), dated_back_rows(), dated_back_rows()), policy_sets(metrics=REPLIES), st.integers(60, 600), exclusions())
def test_stretches_sum_to_elapsed_where_tickets_are_merged(rows, policy_set, minute, excluded):
    """The same where ticket after ticket is merged into another and waits are dated back, over cycles that had ended."""
    result = policy_set.judge(drawn_log(rows), as_of=START + timedelta(minutes=minute), exclusions=excluded)
    for ticket in result.log.tickets:
        hold_stretches(result.explain(ticket))
        assert result.explain(ticket).to_html()


def merged_lines(*rows, ticket="B", metric="next_response", as_of="mon 14:00", **options):
    """(label, start, end, ordinal, also) of one clock of a ticket that another is merged into, and its explanation."""
    log = EventLog.from_records([{"ticket": name, "at": at(when), "kind": kind, **keys} for name, when, kind, keys in rows])
    clock = policies({metric: "2h"}, **options).judge(log, as_of=at(as_of)).explain(ticket)[metric]
    return [(one.label, one.start, one.end, one.ordinal, one.also) for one in clock.stretches], clock


ANSWERED = (
    ("B", "mon 10:00", "created", {}), ("B", "mon 10:10", "message", AGENT), ("B", "mon 10:20", "message", CUSTOMER),
    ("B", "mon 11:00", "message", AGENT), ("B", "mon 13:00", "message", AGENT),
)  # fmt: skip


def test_two_waits_that_ran_at_once_are_both_counted():
    """A waits since 10:30 and is merged into B at 12:00, whose own wait ran from 10:20 to 11:00: 40 min and 2 h 30 min.

    Both ran from 10:30 to 11:00. These instants are in one stretch, the first cycle's, which names the second.
    """
    found, clock = merged_lines(*ANSWERED, ("A", "mon 10:30", "created", {}), ("A", "mon 12:00", "merged", {"into": "B"}))
    assert found == [
        ("not started", at("mon 10:00"), at("mon 10:20"), None, ()),
        ("running", at("mon 10:20"), at("mon 10:30"), 1, ()),
        ("running", at("mon 10:30"), at("mon 11:00"), 1, (2,)),
        ("running", at("mon 11:00"), at("mon 13:00"), 2, ()),
        ("stopped", at("mon 13:00"), at("mon 14:00"), None, ()),
    ]
    assert [cycle.running_us for cycle in clock.cycles] == [40 * MINUTE, 150 * MINUTE]
    assert [one.running_us for one in clock.stretches] == [0, 10 * MINUTE, 60 * MINUTE, 120 * MINUTE, 0]
    assert clock.running_us == 190 * MINUTE
    drawn = ET.fromstring(timeline([clock], 0, clock.stretches[-1].end_us, Words("en"), UTC))
    assert [one.get("height") for one in drawn.iter("{http://www.w3.org/2000/svg}rect")] == ["18", "18", "18", "6", "18", "18"]
    told_of = clock.lines(Words("en"))
    assert told_of[-1] == (
        "  Deadline: the wait of ticket A since Monday 10:30 was taken over by a merge on Monday 12:00, 2 h left from Monday 10:30"
    )


def test_a_wait_from_before_the_first_cycle_runs_before_and_after_it():
    """A waits since 09:50, before B was created: the second cycle runs from there, beside the first from 10:20 to 11:00."""
    found, clock = merged_lines(*ANSWERED, ("A", "mon 09:50", "created", {}), ("A", "mon 12:00", "merged", {"into": "B"}))
    assert found == [
        ("running", at("mon 09:50"), at("mon 10:20"), 2, ()),
        ("running", at("mon 10:20"), at("mon 11:00"), 1, (2,)),
        ("running", at("mon 11:00"), at("mon 13:00"), 2, ()),
        ("stopped", at("mon 13:00"), at("mon 14:00"), None, ()),
    ]
    assert clock.running_us == (40 + 190) * MINUTE


def test_a_merge_is_told_where_it_dates_the_cycle_back():
    """Not for a wait of the merge's own instant; and never by a merge that came after the part that a change of target ended."""
    _, clock = merged_lines(*ANSWERED[:-1], ("A", "mon 12:00", "created", {}), ("A", "mon 12:00", "merged", {"into": "B"}))
    assert [[step.what for step in cycle.steps] for cycle in clock.cycles] == [["left"], ["left"]]
    rows = (
        ("B", "mon 09:00", "created", {"priority": "low"}), ("B", "mon 09:10", "message", AGENT), ("B", "mon 10:20", "message", CUSTOMER),
        ("A", "mon 09:50", "created", {}), ("A", "mon 11:00", "merged", {"into": "B"}), ("B", "mon 11:30", "field", field("priority", "urgent")),
        ("C", "mon 09:30", "created", {}), ("C", "mon 12:00", "merged", {"into": "B"}),
    )  # fmt: skip
    log = EventLog.from_records([{"ticket": name, "at": at(when), "kind": kind, **keys} for name, when, kind, keys in rows])
    policy = Policy("p", schedule=DESK, targets={"next_response": {"urgent": "3h", "*": "5h"}}, retarget="from_change")
    first, second = PolicySet([policy]).judge(log, as_of=at("mon 13:00")).explain("B")["next_response"].cycles
    assert (first.stretches[0].start, first.stretches[-1].end, second.stretches[0].start) == (
        at("mon 09:50"),
        at("mon 11:30"),
        at("mon 11:30"),
    )
    assert {step.detail for step in first.steps if step.what == "merged"} <= {"A"}
    assert [step.what for step in second.steps] == ["left"]


def test_a_second_wait_may_run_while_the_first_cycle_says_otherwise():
    """The first wait is judged in the evening from 18:00 on, the second, dated back into it, by day: closed hours, with a cycle that runs."""
    evening = Schedule.weekly("mon-fri 18:00-22:00", tz="UTC")
    policy = Policy("p", schedule=DESK, targets={"next_response": {"low": Target("2h", schedule=evening), "*": "2h"}})
    rows = [
        ("B", "mon 10:00", "created", {"priority": "low"}), *ANSWERED[1:], ("A", "mon 10:30", "created", {}),
        ("B", "mon 11:30", "field", field("priority", "urgent")), ("A", "mon 12:00", "merged", {"into": "B"}),
    ]  # fmt: skip
    log = EventLog.from_records([{"ticket": name, "at": at(when), "kind": kind, **keys} for name, when, kind, keys in rows])
    clock = PolicySet([policy]).judge(log, as_of=at("mon 14:00")).explain("B")["next_response"]
    assert [(one.label, one.ordinal, one.also, one.running_us) for one in clock.stretches] == [
        ("not started", None, (), 0), ("closed hours", 1, (), 0), ("closed hours", 1, (2,), 30 * MINUTE), ("running", 2, (), 120 * MINUTE),
        ("stopped", None, (), 0),
    ]  # fmt: skip
    assert [cycle.running_us for cycle in clock.cycles] == [0, 150 * MINUTE]
    assert clock.to_dict()["stretches"][2]["also"] == [2]
