"""Tickets whose fields change, judged in columns: what applies to each cycle, history, pauses, exclusions, merges."""

from datetime import UTC, datetime, timedelta

import pytest

from slakit import EventLog, Exclusion, Money, Penalty, Policy, PolicySet, Schedule

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = 3_600_000_000
AS_OF = BEGIN + timedelta(hours=12)


def at(hours):
    """An instant some hours after the beginning."""
    return BEGIN + timedelta(hours=hours)


def row(ticket, hours, kind, **keys):
    """A row of a log."""
    return {"ticket": ticket, "at": at(hours), "kind": kind, **keys}


def priority(ticket, hours, given):
    """A change of priority."""
    return row(ticket, hours, "field", field="priority", value=given)


def judged(rows, *, retarget="from_start", exclusions=(), metric="resolution", **options):
    """A judgement in columns: eight hours to resolve, two if urgent, around the clock."""
    keys = sorted({key for one in rows for key in one})
    log = EventLog.from_columns({key: [one.get(key) for one in rows] for key in keys})
    policy = Policy("all", schedule=Schedule.always(), targets={metric: {"urgent": "2h", "*": "8h"}}, retarget=retarget, **options)
    return PolicySet([policy]).judge(log, as_of=AS_OF, engine="column", exclusions=exclusions)


def cells(judgement, *names):
    """Some columns, row by row."""
    plain = judgement.to_dict()
    return list(zip(*(plain[name] for name in names), strict=True))


def left_to_objects(judgement):
    """The tickets that the columns leave."""
    found = judgement.regular.judged
    return found.columns.tickets[~found.regular].tolist()


RAISED = [row("a", 0, "created", priority="low"), priority("a", 3, "urgent"), row("a", 5, "status", status="solved")]


def test_a_target_that_is_passed_when_it_comes_is_breached_there():
    """S12: low to urgent after three hours, two allowed: breached at the change; solved at five, three over."""
    found = judged(RAISED)
    assert cells(found, "verdict", "priority", "target_us", "breached_at", "overrun_us") == [
        ("breached", "urgent", 2 * HOUR, at(3), 3 * HOUR)
    ]
    assert left_to_objects(found) == []


def test_a_pinned_target_stays():
    """Five of eight hours, though the ticket is urgent in the end."""
    found = judged(RAISED, retarget="pinned")
    assert cells(found, "verdict", "priority", "target_us", "breached_at") == [("met", "low", 8 * HOUR, None)]
    assert left_to_objects(found) == []


def test_a_change_that_begins_a_cycle_is_left_to_objects():
    """From the change on: three hours superseded, then two of two."""
    found = judged([*RAISED, row("b", 0, "created"), row("b", 1, "status", status="solved")], retarget="from_change")
    assert cells(found, "ticket", "verdict", "elapsed_us") == [
        ("a", "cancelled", 3 * HOUR),
        ("a", "met", 2 * HOUR),
        ("b", "met", HOUR),
    ]
    assert left_to_objects(found) == ["a"]


def test_an_earlier_breach_stays_in_history():
    """Urgent is passed after two hours; low again after three: met in five, with the breach remembered; the ticket stays in columns."""
    rows = [row("a", 0, "created", priority="urgent"), priority("a", 3, "low"), row("a", 5, "status", status="solved")]
    found = judged(rows)
    [(verdict, history)] = cells(found, "verdict", "history")
    assert verdict == "met"
    assert history == [{"policy": "all", "priority": "urgent", "target_us": 2 * HOUR, "breached_at": at(2)}]
    assert left_to_objects(found) == []


def test_a_target_just_used_up_leaves_no_history():
    """Changed at the very end of its two hours, it was met until then."""
    rows = [row("a", 0, "created", priority="urgent"), priority("a", 2, "low"), row("a", 5, "status", status="solved")]
    assert cells(judged(rows), "verdict", "history") == [("met", [])]


def test_a_target_in_force_for_no_time_leaves_no_history():
    """Urgent and low again at one instant: nobody was held to the two hours."""
    rows = [
        row("a", 0, "created", priority="low"), priority("a", 3, "urgent"), priority("a", 3, "low"), row("a", 5, "status", status="solved"),
    ]  # fmt: skip
    assert cells(judged(rows), "verdict", "history", "breached_at") == [("met", [], None)]


@pytest.mark.parametrize(("change", "history"), [(3.5, 0), (4.5, 1)])
def test_pauses_count_for_no_target(change, history):
    """An hour and a half waiting for the customer: two hours are used up at half past three, and passed by half past four."""
    rows = [
        row("a", 0, "created", priority="urgent"),
        row("a", 1, "status", status="pending"),
        row("a", 2.5, "status", status="open"),
        priority("a", change, "low"),
        row("a", 6, "status", status="solved"),
    ]
    [(verdict, elapsed, past)] = cells(judged(rows), "verdict", "elapsed_us", "history")
    assert (verdict, elapsed, len(past)) == ("met", 9 * HOUR // 2, history)


def test_a_change_during_a_pause_counts_what_was_used_before():
    """One hour used, paused for six: urgent with two hours comes in the pause and finds one left; low again passes nothing."""
    rows = [
        row("a", 0, "created", priority="low"),
        row("a", 1, "status", status="pending"),
        priority("a", 4, "urgent"),
        priority("a", 6, "low"),
        row("a", 7, "status", status="open"),
        row("a", 8, "status", status="solved"),
    ]
    assert cells(judged(rows), "verdict", "elapsed_us", "paused_us", "history") == [("met", 2 * HOUR, 6 * HOUR, [])]


@pytest.mark.parametrize(("hours", "history"), [(2, 0), (1, 1)])
def test_exclusions_count_for_no_target(hours, history):
    """Four hours less the outage: two are used up, or three and so the two are passed."""
    rows = [row("a", 0, "created", priority="urgent"), priority("a", 4, "low"), row("a", 5, "status", status="solved")]
    out = Exclusion(at(1), at(1 + hours), "outage")
    [(excluded, past)] = cells(judged(rows, exclusions=[out]), "excluded_us", "history")
    assert (excluded, len(past)) == (hours * HOUR, history)


def test_each_cycle_is_judged_by_what_held_when_it_began():
    """The first reply is due in eight hours, the second question, after the change, in two."""
    rows = [
        row("a", 0, "created", priority="low", role="customer"),
        row("a", 3, "message", role="agent"),
        priority("a", 4, "urgent"),
        row("a", 5, "message", role="customer"),
        row("a", 8, "message", role="agent"),
    ]
    found = judged(rows, metric="next_response")
    assert cells(found, "ordinal", "verdict", "target_us", "breached_at") == [(1, "breached", 2 * HOUR, at(7))]
    first = judged(rows, metric="first_response")
    assert cells(first, "verdict", "target_us", "breached_at") == [("met", 8 * HOUR, None)]


def test_a_change_in_the_instant_of_the_creation_is_as_created():
    """Urgent from the beginning: breached after two hours."""
    rows = [row("a", 0, "created", priority="low"), priority("a", 0, "urgent"), row("a", 5, "status", status="solved")]
    assert cells(judged(rows), "verdict", "priority", "breached_at", "history") == [("breached", "urgent", at(2), [])]


def test_a_merged_ticket_is_judged_in_columns_and_removed():
    """Its cycle ends with the merge after three hours; only the ticket that it went into is left to objects."""
    rows = [
        row("a", 0, "created", priority="urgent", role="customer"),
        row("a", 3, "merged", into="b"),
        row("b", 0, "created", role="customer"),
        row("b", 5, "status", status="solved"),
    ]
    found = judged(rows)
    assert cells(found, "ticket", "verdict", "cause", "elapsed_us", "removed") == [
        ("a", "breached", "merged", 3 * HOUR, "merged"),
        ("b", "met", "solved", 5 * HOUR, None),
    ]
    assert left_to_objects(found) == ["b"]


@pytest.mark.parametrize(("first", "charged"), [("merged", 60), ("spam", 0)])
def test_what_removed_a_ticket_first_decides_whether_it_is_charged(first, charged):
    """A breach of one hour by the time of the merge costs a rial a minute; spam costs nothing, whatever follows."""
    second = {"merged": "spam", "spam": "merged"}[first]
    into = {"merged": {"into": "b"}, "spam": {}}
    rows = [
        row("a", 0, "created", priority="urgent", role="customer"),
        row("a", 3, first, **into[first]),
        row("a", 3.5, second, **into[second]),
        row("b", 0, "created"),
        row("b", 1, "status", status="solved"),
    ]
    rule = Penalty("resolution", rate=Money(1, "IRR"), per="minute")
    found = judged(rows, penalties=[rule])
    assert found.penalties().total == Money(charged, "IRR")
