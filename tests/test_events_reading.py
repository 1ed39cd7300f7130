"""Reading rows and tables into a log: every bad row at once, renamed columns, naive times, one row a ticket."""

from datetime import datetime, tzinfo

import numpy as np
import pandas as pd
import pytest

from slakit import EventLog, Status
from slakit.errors import EventError, LogErrors, TimeError
from tests.reading_cases import BAD, BAD_CODES, MAP, ROWS, codes, table


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


class _NoOffset(tzinfo):
    def utcoffset(self, _moment):
        return None


@pytest.mark.parametrize("read", [EventLog.from_records, lambda rows, **more: EventLog.from_columns(table(rows), **more)])
@pytest.mark.parametrize(
    ("given", "tz", "code"),
    [
        ({"at": datetime(2026, 1, 1, tzinfo=_NoOffset())}, None, "naive_time"),
        ({"at": pd.NaT}, None, "missing_key"),
        ({"at": pd.NaT}, "Europe/Berlin", "missing_key"),
        ({"kind": "status", "status": ["open"]}, None, "unmapped_status"),
    ],
    ids=["a zone without an offset", "NaT", "NaT in a zone", "a list of statuses"],
)
def test_a_value_that_is_nearly_right_is_named_too(read, given, tz, code):
    """What looks like a time or a status until it is used is a fault of its row."""
    row = {"ticket": "T-1", "at": "2026-01-01T00:00:00Z", "kind": "message"} | given
    kept = read([row], statuses=MAP, tz=tz, on_error="quarantine")
    assert [bad.error.code for bad in kept.quarantined] == [code]


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


CREATED = {"ticket": "a", "at": "2026-01-01T10:00:00Z", "kind": "created"}


@pytest.mark.parametrize("key", [None, 5])
def test_a_key_that_is_no_text_is_refused(key):
    """`csv.DictReader` files the cells of a row that is longer than its header under None; left out by `columns=` it does no harm."""
    rows = [CREATED, CREATED | {key: ["surplus"]}, CREATED | {"kind": "message", key: ["surplus"]}]
    with pytest.raises(LogErrors, match=f"the key {key} is no text") as caught:
        EventLog.from_records(rows)
    assert codes(caught) == [(1, "unknown_key"), (2, "unknown_key")]
    assert [bad.row for bad in EventLog.from_records(rows, on_error="quarantine").quarantined] == [1, 2]
    assert len(EventLog.from_records(rows[1:], columns={key: None})) == 2
    table = {name: [given, given] for name, given in CREATED.items()} | {key: ["x", "y"]}
    with pytest.raises(LogErrors, match=f"the key {key} is no text"):
        EventLog.from_columns(table)
    assert len(EventLog.from_columns(table, columns={key: None})) == 2


def test_a_frame_given_as_columns_is_renamed_too():
    """A pandas frame has items as a mapping of columns has, with a name that is no text among them."""
    frame = pd.DataFrame({"Case": ["a"], "at": [CREATED["at"]], "kind": ["created"], 0: ["x"]})
    assert EventLog.from_columns(frame, columns={"Case": "ticket", 0: None}).tickets == ("a",)


def test_cells_that_do_not_compare_are_named():
    """`pandas.NA` says of nothing whether it differs, and arrays say it of their elements; in a list of ids they are bad cells like any other."""
    rows = 4
    table = {"ticket": ["a", pd.NA, np.array([1, 2]), "b"], "at": [CREATED["at"]] * rows, "kind": ["created"] * rows}
    with pytest.raises(LogErrors) as caught:
        EventLog.from_columns(table)
    assert codes(caught) == [(1, "missing_key"), (2, "bad_ticket")]


def test_integers_of_ones_own_type_are_integers():
    """An id that is some kind of integer counts as one where ids of two types meet."""

    class Number(int):
        pass

    log = EventLog.from_records([CREATED, CREATED, CREATED | {"ticket": Number(5)}], on_error="quarantine")
    assert (log.tickets, [bad.error.code for bad in log.quarantined]) == (("a",), ["mixed_types"])


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
