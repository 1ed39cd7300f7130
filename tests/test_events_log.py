"""The log: what is in it, joining, selecting, reopening, describing."""

import pickle
from functools import partial

import pytest

from slakit import Event, EventKind, EventLog, Status
from slakit.errors import EventError, LogErrors, QueryError
from tests.reading_cases import BAD, CREATED_US, MAP, ROWS, codes, table
from tests.strategies import as_table


@pytest.fixture(params=["rows", "columns"])
def log(request):
    """The same log, from rows and from columns."""
    return EventLog.from_records(ROWS, statuses=MAP) if request.param == "rows" else EventLog.from_columns(table(ROWS), statuses=MAP)


def test_what_is_in_a_log(log):
    """Tickets ascend, events stand in order, the own status is mapped, and the repr is a sentence."""
    assert log.tickets == ("T-10", "T-9")
    assert len(log) == 7
    assert [event.kind.text for event in log.events_of("T-9")] == ["created", "message", "status", "field", "handled", "rating"]
    assert log.events_of("T-9")[2].category is Status.PENDING
    assert log.events_of("T-9")[0].at == CREATED_US
    assert list(log.by_ticket()) == ["T-10", "T-9"]
    assert repr(log) == "<log of 7 events on 2 tickets, 2026-12-23 15:10:00Z to 2026-12-25 08:00:00Z>"
    assert repr(EventLog.of()) == "<log of 0 events on 0 tickets>"


def test_an_unknown_ticket_is_named_with_the_nearest(log):
    """`events_of` and `select` refuse a ticket that is not there."""
    for ask in (lambda: log.events_of("T-99"), lambda: log.select(tickets=["T-99"])):
        with pytest.raises(QueryError, match=r"no ticket 'T-99' in this log: did you mean 'T-9'") as caught:
            ask()
        assert caught.value.code == "unknown_ticket"
    with pytest.raises(QueryError, match=r"no ticket 9 in this log: the known ones are text, not integers: known: T-10, T-9$"):
        log.events_of(9)


@pytest.mark.parametrize("columns", [False, True])
def test_a_ticket_asked_by_text_where_tickets_are_integers(columns):
    """The message says that they are integers, and which one is near."""
    rows = [{"ticket": number, "at": "2026-01-01T10:00:00Z", "kind": "created"} for number in (0, 10, 777)]
    log = EventLog.from_columns(as_table(rows)) if columns else EventLog.from_records(rows)
    said = "there is no ticket {} in this log: the known ones are integers, not text: {}known: 0, 10, 777"
    for given, hint in (("0", "did you mean 0? "), ("77", "did you mean 777? "), ("T-9", "")):
        for ask in (partial(log.events_of, given), partial(log.select, tickets=[given])):
            with pytest.raises(QueryError) as caught:
                ask()
            assert str(caught.value) == said.format(repr(given), hint)
    with pytest.raises(QueryError, match=r"no ticket 1 in this log: did you mean 10\? known: 0, 10, 777$"):
        log.events_of(1)


def test_ties_follow_seq_then_class_then_input():
    """One instant: seq first, then created < customer < bot < agent < status, then input order."""
    at = "2026-01-01T10:00:00Z"
    kinds = [
        ("status", {"status": "open"}),
        ("message", {"role": "agent"}),
        ("message", {"role": "bot"}),
        ("message", {"role": "customer"}),
        ("created", {}),
    ]
    rows = [{"ticket": 1, "at": at, "kind": kind, **more} for kind, more in kinds]
    rows.append({"ticket": 1, "at": at, "kind": "status", "status": "solved", "seq": -1})
    rows.append({"ticket": 1, "at": at, "kind": "message", "role": "agent", "actor": "second"})
    for made in (EventLog.from_records(rows), EventLog.from_columns(table(rows))):
        told = [(event.kind.text, event.role.text, event.actor) for event in made.events_of(1)]
        assert told == [
            ("status", "unknown", None), ("created", "customer", None), ("message", "customer", None), ("message", "bot", None),
            ("message", "agent", None), ("message", "agent", "second"), ("status", "unknown", None),
        ]  # fmt: skip


def test_one_id_is_one_event_of_its_ticket():
    """The later of two events of one id is left out and reported; another ticket may use the id too."""
    rows = [
        {"ticket": 2, "at": "2026-01-01T10:00:00Z", "kind": "created", "id": "a"},
        {"ticket": 1, "at": "2026-01-01T10:00:00Z", "kind": "created", "id": "a"},
        {"ticket": 1, "at": "2026-01-01T12:00:00Z", "kind": "note", "id": "b"},
        {"ticket": 1, "at": "2026-01-01T11:00:00Z", "kind": "note", "id": "b"},
    ]
    for made in (EventLog.from_records(rows), EventLog.from_columns(table(rows))):
        assert [event.time.hour for event in made.events_of(1)] == [10, 11]
        assert len(made) == 3
        (found,) = made.findings_as_of(CREATED_US)
        assert len(made.append(*(Event(ticket=1, at=ROWS[0]["at"], kind="note", id=key) for key in (1, 1.0, True, 1)))) == 6
        assert (found.code, found.ticket, dict(found.fields)) == ("duplicate_id", 1, {"id": "b"})


def test_append_and_concat_make_new_logs(log):
    """Neither changes the log; own statuses are mapped as the log's; ids are still one event."""
    more = Event(ticket="T-10", at="2026-12-24T09:00:00Z", kind="status", status="Awaiting User Info", id="x")
    longer = log.append(more)
    assert (len(log), len(longer), len(longer.append(more))) == (7, 8, 8)
    assert longer.events_of("T-10")[1].category is Status.PENDING
    assert [found.code for found in longer.append(more).findings_as_of(2**62)] == ["duplicate_id"]
    other = EventLog.of(Event(ticket="T-1", at="2026-12-24T09:00:00Z", kind="created"))
    assert log.concat(other).tickets == ("T-1", "T-10", "T-9")
    assert EventLog.concat(log, other, longer).statuses == MAP
    with pytest.raises(LogErrors) as caught:
        log.concat(EventLog.of(Event(ticket=1, at="2026-12-24T09:00:00Z", kind="created")))
    assert caught.value.exceptions[0].code == "mixed_types"
    with pytest.raises(EventError) as conflict:
        log.concat(EventLog.of(statuses={"Awaiting User Info": "on_hold"}))
    assert conflict.value.code == "conflicting_statuses"
    with pytest.raises(LogErrors) as wrong:
        log.append({"ticket": "T-1"})
    assert codes(wrong) == [(7, "not_an_event")]


def test_select_by_ticket_time_and_field(log):
    """Tickets by id, a half-open stretch of time, conditions on the fields as last known."""
    assert log.select(tickets=["T-10"]).tickets == ("T-10",)
    assert log.select(tickets="T-10").tickets == ("T-10",)
    assert log.select().by_ticket() == log.by_ticket()
    assert len(log.select(since="2026-12-24T08:00:00Z", until="2026-12-24T08:05:00Z")) == 2
    assert log.select(where={"tier": "silver"}).tickets == ("T-10",)
    assert log.select(where={"priority": "low"}).tickets == ("T-9",)
    assert log.select(where={"priority": {"not": "low"}}).tickets == ("T-10",)
    assert log.select(tickets=["T-10"], where={"priority": "low"}).tickets == ()
    with pytest.raises(QueryError) as caught:
        log.select(since="2026-12-24T08:00:00Z", until="2026-12-24T08:00:00Z")
    assert caught.value.code == "empty_window"


def test_an_emptied_field_is_missing():
    """A field event without a value takes the field away."""
    rows = [ROWS[6], {"ticket": "T-10", "at": "2026-12-24T09:00:00Z", "kind": "field", "field": "tier"}]
    for made in (EventLog.from_records(rows), EventLog.from_columns(table(rows))):
        assert made.select(where={"tier": {"known": True}}).tickets == ()
        assert made.select(where={"tier": {"not": "silver"}}).tickets == ("T-10",)


def test_cut_keeps_what_was_known(log):
    """Events at the instant are known, later ones are not."""
    assert len(log.cut("2026-12-24T08:00:00Z")) == 4
    assert len(log.cut(CREATED_US - 1)) == 0


def test_reopen_on_message_adds_what_the_product_left_implicit():
    """A customer's public message on a solved ticket reopens it there, unless the same instant says otherwise."""

    def row(minute, kind, **keys):
        return {"ticket": 1, "at": f"2026-01-01T10:{minute:02d}:00Z", "kind": kind, **keys}

    rows = [
        row(0, "created"),
        row(1, "status", status="solved"),
        row(2, "message", role="agent"),
        row(2, "message", role="customer", public=False),
        row(3, "message", role="customer"),
        row(3, "message", role="customer"),
        row(4, "status", status="closed"),
        row(5, "message", role="customer"),
        row(5, "status", status="pending"),
        row(6, "status", status="solved"),
        row(7, "spam"),
        row(8, "message", role="customer"),
    ]
    for made in (EventLog.from_records(rows), EventLog.from_columns(table(rows))):
        reopened = made.reopen_on_message()
        added = [event for event in reopened if event.role.text == "system"]
        assert [(event.time.minute, event.kind, event.status) for event in added] == [(3, EventKind.STATUS, "open")]
        assert len(reopened) == len(made) + 1
        assert reopened.reopen_on_message() == reopened
        assert [found.code for found in made.findings_as_of(2**62)].count("customer_wrote_while_solved") == 3
        assert [found.code for found in reopened.findings_as_of(2**62)].count("customer_wrote_while_solved") == 1


def test_describe_says_what_is_there(log):
    """Counts by kind, role and status, the span, and how many events come later than as_of."""
    told = log.describe(as_of="2026-12-24T08:05:00Z")
    assert (told.tickets, told.events, told.later, told.first) == (2, 5, 2, CREATED_US)
    assert dict(told.kinds) == {"created": 2, "message": 1, "status": 1, "field": 1}
    assert dict(told.roles) == {"unknown": 2, "customer": 2, "agent": 1}
    assert dict(told.statuses) == {"Awaiting User Info": ("pending", 1), "new": ("new", 1)}
    assert told.finding_counts == {}
    assert repr(told) == (
        "5 events on 2 tickets, 2026-12-23 15:10:00Z to 2026-12-24 08:05:00Z\n"
        "  as of 2026-12-24 08:05:00Z; 2 later events not counted\n"
        "  kinds: created 2, message 1, status 1, field 1\n"
        "  roles: unknown 2, customer 2, agent 1\n"
        "  statuses: Awaiting User Info (pending) 1, new 1\n"
        "  findings: none"
    )
    assert log.describe().to_dict()["last"] == "2026-12-25T08:00:00+00:00"
    assert EventLog.of().describe().first is None


def test_logs_compare_by_their_events(log):
    """Equality looks at events only; a log is not hashable and not equal to anything else."""
    assert log == EventLog.from_records(reversed(ROWS), statuses=MAP)
    assert log != log.cut(CREATED_US)
    assert log != EventLog.from_records([*ROWS[:-1], {**ROWS[-1], "tier": "gold"}], statuses=MAP)
    assert log != ROWS
    with pytest.raises(TypeError):
        hash(log)


def test_logs_travel_between_processes(log):
    """A pickled log is equal, with its findings and what was set aside."""
    kept = EventLog.from_records(BAD, on_error="quarantine")
    for made in (log, log.cut(CREATED_US), kept):
        twin = pickle.loads(pickle.dumps(made))
        assert twin == made
        assert twin.findings_as_of(2**62) == made.findings_as_of(2**62)
        assert [bad.row for bad in twin.quarantined] == [bad.row for bad in made.quarantined]
        assert twin.in_columns == made.in_columns
