"""First contact resolution, messages, shares of solved tickets: single rules, hand-counted."""

import pytest

from slakit import EventLog, Schedule, service
from slakit.errors import EventError, MergeError, QueryError

T = "2026-03-01T00:00:00+00:00"


def rows(ticket, *events, day="2026-01-05", **fields):
    """A ticket created at 09:00 with fields, then events as (clock, kind, keys)."""
    made = [{"ticket": ticket, "at": f"{day}T09:00:00+00:00", "kind": "created", **fields}]
    return made + [{"ticket": ticket, "at": f"{day}T{clock}:00+00:00", "kind": kind, **keys} for clock, kind, keys in events]


REPLY = ("09:10", "message", {"role": "agent", "actor": "sara"})
SOLVED = ("09:30", "status", {"status": "solved"})
BACK = ("09:20", "message", {"role": "customer", "id": "thanks"})


def log(*tickets):
    """A log of several tickets' rows."""
    return EventLog.from_records([row for ticket in tickets for row in ticket])


@pytest.mark.parametrize(
    ("events", "won"),
    [
        ((REPLY, SOLVED), True),
        ((REPLY, ("09:11", "note", {"role": "agent"}), ("09:12", "message", {"role": "bot"}), SOLVED), True),
        ((REPLY, ("09:12", "message", {"role": "customer", "public": False}), SOLVED), True),
        ((("09:05", "message", {"role": "customer"}), REPLY, SOLVED), True),
        ((REPLY, BACK, SOLVED), False),
        ((REPLY, SOLVED, ("09:40", "status", {"status": "open"}), ("09:50", "status", {"status": "solved"})), False),
        ((("09:05", "escalated", {}), REPLY, SOLVED), False),
        ((("09:01", "assigned", {"group": "first"}), REPLY, ("09:20", "assigned", {"group": "second"}), SOLVED), False),
        ((("09:01", "assigned", {"group": "first"}), ("09:02", "assigned", {"group": "second"}), REPLY, SOLVED), True),
        ((("09:01", "assigned", {"group": "first"}), REPLY, ("09:20", "assigned", {"group": "first", "to": "ali"}), SOLVED), True),
        ((REPLY, ("09:20", "assigned", {"group": "first"}), SOLVED), True),
    ],
)
def test_what_spoils_a_first_contact(events, won):
    """A further customer message after the first reply, a reopening, an escalation, another group after the reply; nothing else."""
    result = service.fcr(log(rows("A", *events)), as_of=T)
    assert (result.n, result.value) == (1, float(won))
    assert result.successes == (("A",) if won else ())


def test_issues_wait_for_maturity():
    """Solved and answered, an issue is pending until seven days after the customer's last contact; at that instant it counts."""
    found = log(rows("A", REPLY, SOLVED))
    for as_of, expected in (("2026-01-12T08:59:59+00:00", (0, 1)), ("2026-01-12T09:00:00+00:00", (1, 0))):
        result = service.fcr(found, as_of=as_of)
        assert (result.n, result.pending) == expected
    assert service.fcr(found, as_of=T, since="2026-01-12T09:00:00+00:00", until="2026-01-12T09:00:01+00:00").n == 1
    assert service.fcr(found, as_of=T, basis="opened", until="2026-01-06T00:00:00+00:00").n == 1
    assert service.fcr(log(rows("A", REPLY)), as_of=T).open == 1
    assert service.fcr(log(rows("A", SOLVED)), as_of=T).excluded == {"no_reply": 1}


def test_a_second_ticket_of_the_customer_is_the_same_issue():
    """Within the window a new ticket on the topic is a repeat; on another topic, or later than the window, another issue."""
    keys = {"customer": "c", "category": "print"}
    first, again = rows("A", REPLY, SOLVED, **keys), rows("B", REPLY, SOLVED, day="2026-01-09", **keys)
    other = rows("B", REPLY, SOLVED, day="2026-01-09", customer="c", category="mail")
    late = rows("B", REPLY, SOLVED, day="2026-01-12", **keys)
    for second, expected in ((again, (0, 1)), (other, (2, 2)), (late, (2, 2))):
        result = service.fcr(log(first, second), as_of=T, customer="customer", topic="category")
        assert (result.numerator, result.n) == expected
        assert result.tickets == ("A", "B")
    assert service.fcr(log(first, other), as_of=T, customer="customer").n == 1
    assert (
        service.fcr(log(rows("A", REPLY, SOLVED, **keys), rows("B", REPLY, SOLVED, category="print")), as_of=T, customer="customer").n == 2
    )
    double = rows("B", ("09:15", "status", {"status": "solved"}), **keys)
    assert service.fcr(log(first, double), as_of=T, customer="customer", topic="category", by="agent")["sara"].value == 1.0
    alone = service.fcr(log(first, again), as_of=T, customer="customer", topic="product")
    assert (alone.n, alone.notes[-1]) == (2, "no ticket has a field 'product': every ticket is an issue of its own")
    removed = rows("B", ("10:00", "spam", {}), day="2026-01-09", **keys)
    assert service.fcr(log(first, removed), as_of=T, customer="customer").excluded == {"spam": 1}


def test_a_thanks_can_be_left_out():
    """A message named in ignore= is no contact, and the reopening that it caused does not count; another reopening does."""
    reopened = (
        ("09:40", "message", {"role": "customer", "id": "ta"}),
        ("09:40", "status", {"status": "open"}),
        ("09:50", "status", {"status": "solved"}),
    )
    found = log(rows("A", REPLY, BACK, SOLVED), rows("B", REPLY, SOLVED, *reopened))
    assert service.fcr(found, as_of=T).value == 0.0
    assert service.fcr(found, as_of=T, ignore={"thanks", "ta"}).value == 1.0
    assert service.fcr(found, as_of=T, ignore=["thanks"]).successes == ("A",)


def test_net_leaves_out_what_could_not_be_solved():
    """By a field that says no, by the field named resolvable, or by values that can be solved."""
    found = log(
        rows("A", REPLY, SOLVED, resolvable="yes", level=1),
        rows("B", REPLY, BACK, SOLVED, resolvable=False, level=2),
        rows("C", REPLY, BACK, SOLVED, level=1),
    )
    assert service.fcr(found, as_of=T).value == 1 / 3
    for net in (True, "resolvable", {"level": 1}, {"level": [1, 3]}):
        result = service.fcr(found, as_of=T, net=net)
        assert (result.value, result.excluded, result.variant) == (0.5, {"not_resolvable": 1}, "net")


def test_named_variants_have_rules_of_their_own():
    """One business hour on the desk's clock; in a call: solved by the end of the talk; chains, hours and names are checked."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
    found = log(rows("A", ("10:00", "status", {"status": "solved"})), rows("B", ("10:01", "status", {"status": "solved"})))
    assert service.fcr(found, as_of=T, variant="within_one_business_hour", schedule=desk).successes == ("A",)
    talk = ("09:20", "handled", {"part": "talk", "span": "5m", "actor": "sara"})
    calls = log(
        rows("A", talk, ("09:20", "status", {"status": "solved"})), rows("B", talk, SOLVED), rows("C", talk), rows("D", SOLVED),
        rows("E", ("09:20", "handled", {"part": "talk", "span": "5m", "role": "bot"}), SOLVED),
    )  # fmt: skip
    result = service.fcr(calls, as_of=T, variant="in_call")
    assert (result.successes, result.n, result.excluded, result.open) == (("A",), 3, {"no_call": 2}, 0)
    assert service.fcr(log(rows("D", SOLVED)), as_of=T, variant="in_call").value is None
    for keys, code in (
        ({"variant": "one_tuch"}, "unknown_variant"), ({"variant": "one_touch", "customer": "customer"}, "no_chains"),
        ({"variant": "within_one_business_hour"}, "missing_schedule"), ({"by": "x"}, "unknown_field"),
    ):  # fmt: skip
        with pytest.raises(QueryError) as caught:
            service.fcr(found, as_of=T, **keys)
        assert caught.value.code == code
    with pytest.raises(EventError, match="is no log"):
        service.fcr([], as_of=T)


def test_people_are_counted_by_deed_and_by_holding():
    """One agent: a second one who wrote a note or held the ticket makes two; a robot that held it does not."""
    note, held = ("09:15", "note", {"role": "agent", "actor": "ali"}), ("09:15", "assigned", {"to": "ali"})
    robot = ("09:15", "assigned", {"to": "robo", "to_role": "bot"})
    found = log(rows("A", REPLY, SOLVED), rows("B", REPLY, note, SOLVED), rows("C", REPLY, held, SOLVED), rows("D", REPLY, robot, SOLVED))
    assert service.fcr(found, as_of=T, variant="one_agent").successes == ("A", "D")


def test_messages_by_side_and_agent():
    """Two tickets with 3 and 1 messages; one open; private ones and robots do not count; by the agent at the solve."""
    found = log(
        rows("A", REPLY, BACK, ("09:25", "message", {"role": "agent", "public": False}), SOLVED),
        rows("B", ("09:01", "assigned", {"to": "ali"}), ("09:05", "message", {"role": "bot"}), SOLVED),
        rows("C", REPLY),
    )
    result = service.messages_per_service(found, as_of=T, by="agent")
    assert (result.value, result.numerator, result.open, result.tickets) == (2.0, 4, 1, ("A", "B"))
    assert {agent: group.value for agent, group in result.groups.items()} == {"ali": 1.0, "sara": 3.0}
    assert service.messages_per_service(found, as_of=T, variant="all").value == 2.0
    assert result.median == 2.0
    with pytest.raises(QueryError, match="has no basis 'finished'"):
        service.messages_per_service(found, as_of=T, variant="all", basis="finished")


def test_shares_of_solved_tickets():
    """Four solved tickets: one reopened, one handed to another group, one escalated, one without people."""
    found = log(
        rows("A", REPLY, SOLVED, ("09:40", "status", {"status": "open"})),
        rows("B", REPLY, ("09:20", "assigned", {"group": "second"}), SOLVED, ("09:45", "status", {"status": "open"}), ("09:50", "status", {"status": "solved"}), group="first"),
        rows("C", REPLY, ("09:20", "escalated", {}), SOLVED, group="first"),
        rows("D", ("09:20", "message", {"role": "bot"}), ("09:21", "status", {"status": "solved", "role": "bot"}), group="first"),
        rows("E", REPLY, ("09:11", "assigned", {"to": "ali"}), ("09:12", "assigned", {"to": "ali"}), SOLVED, group="first"),
    )  # fmt: skip
    reopened = service.reopen_rate(found, as_of=T)
    assert (reopened.successes, reopened.n, reopened.resolutions, reopened.open) == (("A", "B"), 5, 6 / 5, 0)
    moved = service.transfer_rate(found, as_of=T)
    assert (moved.successes, moved.n, moved.open, moved.transfers) == (("B",), 4, 1, 0.25)
    assert service.transfer_rate(found, as_of=T, between="agents").successes == ("E",)
    assert service.escalation_rate(found, as_of=T).successes == ("B", "C")
    assert service.first_line_rate(found, as_of=T).successes == ("D", "E")
    assert service.first_line_rate(found, as_of=T, groups="second").successes == ("B",)
    assert service.self_service_share(found, as_of=T).successes == ("D",)
    touches = service.touch_rate(found, as_of=T, touches="none")
    assert (touches.successes, dict(touches.counts), touches.replies) == (("D",), {"none": 1, "one": 3, "two": 0, "multi": 0}, 0.75)
    for ask, keys, code in (
        (service.first_line_rate, {"groups": ["frist"]}, "unknown_group"), (service.transfer_rate, {"between": "x"}, "unknown_between"),
        (service.touch_rate, {"touches": "1"}, "unknown_touches"),
    ):  # fmt: skip
        with pytest.raises(QueryError) as caught:
            ask(found, as_of=T, **keys)
        assert caught.value.code == code


def test_shards_add_up_or_are_refused():
    """Other tickets in the same window, or adjacent windows; never another question, tickets of both, or windows that overlap or lie apart."""
    one, two = log(rows("A", REPLY, SOLVED)), log(rows("B", REPLY, BACK, SOLVED))
    first, second = (service.fcr(part, as_of=T) for part in (one, two))
    assert (first + second).value == 0.5
    assert (first + second) == service.fcr(log(rows("A", REPLY, SOLVED), rows("B", REPLY, BACK, SOLVED)), as_of=T)
    days = [f"2026-01-{day:02}T00:00:00+00:00" for day in (1, 10, 13, 20)]

    def window(since, until):
        return service.fcr(one, as_of=T, since=days[since], until=days[until])

    assert (window(0, 1) + window(1, 3)).window == window(0, 3).window
    assert window(1, 3) + window(0, 1) == window(0, 3)
    for other, code in (
        (lambda: first + first, "shared_tickets"), (lambda: first + service.fcr(two, as_of=days[3]), "different_question"),
        (lambda: first + service.fcr(two, as_of=T, variant="one_touch"), "different_question"), (lambda: window(0, 2) + window(1, 3), "overlapping_windows"),
        (lambda: window(0, 1) + window(2, 3), "separate_windows"), (lambda: window(2, 3) + window(0, 1), "separate_windows"),
    ):  # fmt: skip
        with pytest.raises(MergeError) as caught:
            other()
        assert caught.value.code == code
    with pytest.raises(TypeError):
        first + 1
