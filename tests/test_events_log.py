"""The log: reading, joining, selecting, describing; every bad row at once."""

import pickle
from functools import partial

import pytest

from slakit import Event, EventKind, EventLog, Status
from slakit.errors import EventError, LogErrors, QueryError, TimeError
from tests.strategies import as_table

MAP = {"Awaiting User Info": "pending"}
ROWS = [
    {
        "ticket": "T-9",
        "at": "2026-12-23T16:10:00+01:00",
        "kind": "created",
        "role": "customer",
        "status": "new",
        "priority": "urgent",
        "tier": "gold",
    },
    {"ticket": "T-9", "at": "2026-12-23T16:40:00+01:00", "kind": "message", "role": "agent", "actor": "sara", "public": True, "seq": 2},
    {"ticket": "T-9", "at": "2026-12-24T09:00:00+01:00", "kind": "status", "status": "Awaiting User Info"},
    {"ticket": "T-9", "at": "2026-12-24T09:05:00+01:00", "kind": "field", "field": "priority", "value": "low"},
    {"ticket": "T-9", "at": "2026-12-24T09:06:00+01:00", "kind": "handled", "part": "talk", "span": "5m", "actor": "sara"},
    {"ticket": "T-9", "at": "2026-12-25T09:00:00+01:00", "kind": "rating", "scale": "four", "value": "good", "of": "ticket"},
    {"ticket": "T-10", "at": "2026-12-24T08:00:00Z", "kind": "created", "tier": "silver"},
]
DAY = 86_400_000_000
CREATED_US = 1_798_038_600_000_000
"""``date -u -d 2026-12-23T15:10:00 +%s`` in microseconds."""


def table(rows):
    """Rows as columns of lists."""
    return {key: [row.get(key) for row in rows] for key in sorted({key for row in rows for key in row})}


@pytest.fixture(params=["rows", "columns"])
def log(request):
    """The same log, from rows and from columns."""
    return EventLog.from_records(ROWS, statuses=MAP) if request.param == "rows" else EventLog.from_columns(table(ROWS), statuses=MAP)


def codes(caught):
    """(row, code) of every error."""
    return [(error.fields["row"], error.code) for error in caught.value.exceptions]


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


BAD = [
    {"ticket": "T-1", "at": "2026-03-29T02:30:00", "kind": "created"},
    {"ticket": "T-1", "at": "2026-03-29T02:30:00Z", "kind": "creatd"},
    {"ticket": "T-1", "at": "2026-03-29T02:30:00Z", "kind": "created"},
    {"ticket": "T-1", "at": "2026-03-29T03:30:00Z", "kind": "message", "rle": "agent"},
    {"ticket": "T-1", "at": "2026-03-29T04:30:00Z", "kind": "status", "status": "Wartet"},
    {"ticket": 7, "at": "2026-03-29T05:30:00Z", "kind": "note"},
    {"ticket": "T-1", "at": "2026-03-29T05:30:00Z", "kind": "note", "role": "agnt"},
]
BAD_CODES = [(0, "naive_time"), (1, "unknown_kind"), (3, "unknown_key"), (4, "unmapped_status"), (5, "mixed_types"), (6, "unknown_role")]


@pytest.mark.parametrize("read", [EventLog.from_records, lambda rows, **more: EventLog.from_columns(table(rows), **more)])
def test_every_bad_row_is_listed_at_once(read):
    """One error names each bad row by number, with what was given, what is allowed and what to do."""
    with pytest.raises(LogErrors) as caught:
        read(BAD)
    assert codes(caught) == BAD_CODES
    text = str(caught.value)
    assert "6 of 7 rows cannot be read" in text
    assert "row 0 (ticket 'T-1'): 2026-03-29 02:30:00 has no UTC offset: add one, or pass tz= to read the whole log in one zone" in text
    assert "unknown kind 'creatd': did you mean 'created'?" in text
    assert "no key 'rle': did you mean 'role'?" in text
    assert "status 'Wartet' is not mapped: add it to statuses={'Wartet': 'pending'}" in text
    assert "known: new, open, pending, on_hold, solved, closed" in text
    assert "row 5 (ticket 7): ticket 7 is an integer, most ids of this log are text: give ids of one type" in text


@pytest.mark.parametrize("read", [EventLog.from_records, lambda rows, **more: EventLog.from_columns(table(rows), **more)])
def test_quarantine_sets_bad_rows_aside(read):
    """The good rows make the log; the others are countable and retrievable, each as it was given."""
    kept = read(BAD, on_error="quarantine")
    assert len(kept) == 1
    assert [(bad.row, bad.error.code) for bad in kept.quarantined] == BAD_CODES
    assert kept.quarantined[0].record == BAD[0]
    assert kept.quarantined[0].ticket == "T-1"
    assert repr(kept).endswith("6 rows set aside>")
    assert kept.describe().quarantined == 6
    assert repr(kept.describe()).endswith("set aside: 6 rows (see .quarantined)")
    assert kept.append().quarantined == kept.quarantined


def test_an_unknown_category_is_named_once():
    """A mapping to no category is a fault of the mapping, not of every row."""
    for read in (
        lambda: EventLog.of(statuses={"Zu": "clsed"}),
        lambda: EventLog.from_records([], statuses={"Zu": "clsed"}),
        lambda: EventLog.from_columns(table(ROWS), statuses={"Zu": "clsed"}),
        lambda: EventLog.from_tickets([], statuses={"Zu": "clsed"}),
        lambda: EventLog.of(statuses={"Zu": Status.NONE}),
    ):
        with pytest.raises(EventError, match="is no category") as caught:
            read()
        assert caught.value.code == "unknown_category"
    with pytest.raises(EventError, match="did you mean 'closed'"):
        EventLog.of(statuses={"Zu": "clsed"})
    assert len(EventLog.of(statuses={"Zu": Status.CLOSED})) == 0


def test_an_unknown_way_with_errors_is_refused():
    """`on_error` is one of two words, also where nothing is bad."""
    with pytest.raises(EventError, match="give 'raise' or 'quarantine'"):
        EventLog.from_records(ROWS, statuses=MAP, on_error="ignore")


def test_a_row_that_is_no_mapping_is_named():
    """A row must be a mapping."""
    with pytest.raises(LogErrors) as caught:
        EventLog.from_records([*ROWS, 5], statuses=MAP)
    assert codes(caught) == [(7, "bad_row")]
    with pytest.raises(LogErrors) as renamed:
        EventLog.from_records([*RENAMED, 5], columns=NAMES)
    assert codes(renamed) == [(1, "bad_row")]


def test_missing_columns_are_listed_with_the_nearest():
    """A table without kind and at is refused whole, also in quarantine."""
    with pytest.raises(LogErrors) as caught:
        EventLog.from_columns({"ticket": [1], "kinds": ["created"], "when": [1]}, on_error="quarantine")
    assert [(error.code, error.fields["key"]) for error in caught.value.exceptions] == [
        ("missing_column", "at"),
        ("missing_column", "kind"),
    ]
    assert "did you mean 'kinds'" in str(caught.value)


def test_columns_of_different_lengths_are_refused():
    """Every column gives one value a row."""
    with pytest.raises(LogErrors, match="cannot be read") as caught:
        EventLog.from_columns({"ticket": [1, 2], "at": ["2026-01-01T00:00:00Z"], "kind": ["created", "note"]})
    assert caught.value.exceptions[0].code == "unequal_lengths"


RENAMED = [{"Case": "a", "When": "2026-01-01T10:00:00Z", "kind": "created", "junk": "x", "tier": "gold"}]
TURNED = {"ticket": "Case", "at": "When"}
NAMES = {"Case": "ticket", "When": "at", "junk": None}


@pytest.mark.parametrize("read", [EventLog.from_records, lambda rows, **more: EventLog.from_columns(table(rows), **more)])
def test_columns_are_renamed_theirs_to_ours(read):
    """`columns=` maps their names to ours; None leaves a column out; the others keep their names."""
    assert read(RENAMED, columns=NAMES).to_records() == [
        {"ticket": "a", "at": "2026-01-01T10:00:00+00:00", "kind": "created", "role": "customer", "tier": "gold"}
    ]
    for names, code in (
        ({**NAMES, "Cse": "actor"}, "missing_column"),
        ({**NAMES, "junk": "tier"}, "ambiguous_column"),
        ({"Case": "ticket", "junk": "ticket"}, "ambiguous_column"),
    ):
        with pytest.raises(LogErrors) as caught:
            read(RENAMED, columns=names)
        assert [error.code for error in caught.value.exceptions] == [code]


def test_a_mapping_the_wrong_way_round_is_recognised():
    """Ours -> theirs is refused with the remedy."""
    for read in (lambda: EventLog.from_columns(table(RENAMED), columns=TURNED), lambda: EventLog.from_records(RENAMED, columns=TURNED)):
        with pytest.raises(LogErrors) as caught:
            read()
        assert "turn it round" in str(caught.value)


@pytest.mark.parametrize("read", [EventLog.from_records, lambda rows, **more: EventLog.from_columns(table(rows), **more)])
def test_naive_times_are_read_in_a_zone(read):
    """Berlin, SPEC 1.2: 02:30 on 29 March does not exist and moves to 03:30 (01:30 UTC); 02:30 on 25 October is the first (00:30 UTC)."""
    rows = [
        {"ticket": 1, "at": "2026-03-29T02:30:00", "kind": "created"},
        {"ticket": 1, "at": "2026-07-01T12:00:00", "kind": "note"},
        {"ticket": 1, "at": "2026-10-25T02:30:00", "kind": "note"},
        {"ticket": 1, "at": "2026-10-25T02:30:00Z", "kind": "note"},
    ]
    made = read(rows, tz="Europe/Berlin")
    assert [f"{event.time:%m-%dT%H:%M}" for event in made.events_of(1)] == ["03-29T01:30", "07-01T10:00", "10-25T00:30", "10-25T02:30"]
    later = made.events_of(1)[-1].at
    found = made.findings_as_of(later)
    assert [(one.code, one.ticket) for one in found] == [("nonexistent_local_time", 1), ("ambiguous_local_time", 1)]
    assert found[1].message == "2026-10-25 02:30:00 occurs twice in Europe/Berlin: taken as the first"
    assert len(made.findings_as_of(made.events_of(1)[1].at)) == 1
    with pytest.raises(TimeError, match="unknown time zone"):
        read(rows, tz="Europe/Berlim")


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


def test_wide_tables_become_events():
    """One row a ticket: each milestone an event, the agent replies and is assigned, the rest are fields."""
    rows = [
        {"ticket": 1, "created_at": "2026-01-01T10:00:00Z", "assigned_at": "2026-01-01T10:05:00Z", "first_reply_at": "2026-01-01T10:10:00Z",
         "resolved_on": "2026-01-01T12:00:00Z", "closed_at": None, "agent": "sara", "tier": "gold"},
        {"ticket": 2, "created_at": "2026-01-01T10:00:00Z", "resolved_on": "", "agent": ""},
    ]  # fmt: skip
    made = EventLog.from_tickets(rows, columns={"resolved_on": "solved_at"})
    assert [(event.kind.text, event.status, event.actor, event.data.get("to")) for event in made.events_of(1)] == [
        ("created", None, None, None), ("assigned", None, None, "sara"), ("message", None, "sara", None), ("status", "solved", None, None),
    ]  # fmt: skip
    assert made.events_of(1)[0].data["tier"] == "gold"
    assert len(made.events_of(2)) == 1
    import pandas as pd

    assert EventLog.from_tickets(pd.DataFrame(rows), columns={"resolved_on": "solved_at"}) == made


def test_bad_milestones_name_their_row():
    """A row with a bad milestone is set aside whole; one without a creation, too."""
    rows = [
        {"ticket": 1, "created_at": "2026-01-01T10:00:00Z", "solved_at": "2026-01-01T12:00:00"},
        {"ticket": 2, "created_at": "2026-01-01T10:00:00Z"},
        {"ticket": 3, "solved_at": "2026-01-01T12:00:00Z"},
        {"ticket": "x", "created_at": "2026-01-01T10:00:00Z"},
        5,
    ]
    with pytest.raises(LogErrors) as caught:
        EventLog.from_tickets(rows)
    assert codes(caught) == [(0, "naive_time"), (2, "missing_key"), (3, "mixed_types"), (4, "bad_row")]
    kept = EventLog.from_tickets([*rows[:2], rows[1] | {"ticket": 5}, rows[3]], on_error="quarantine")
    assert kept.tickets == (2, 5)
    assert [(bad.row, bad.error.code) for bad in kept.quarantined] == [(0, "naive_time"), (3, "mixed_types")]
