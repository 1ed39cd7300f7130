"""Laws of the event log on arbitrary rows."""

import random
from collections import UserDict
from datetime import datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import EventKind, EventLog
from slakit.events.conditions import Conditions
from slakit.events.summary import describe
from tests.profiles import examples
from tests.strategies import STATUSES, as_arrays, as_ofs, as_table, event_rows, log_of, well_formed_rows

FOREVER = 2**62
wheres = st.sampled_from(
    (
        None,
        {"priority": "low"},
        {"tier": {"not": "gold"}},
        {"seats": {"min": 10, "max": 30}},
        {"any": [{"tier": "gold"}, {"team": ["night"]}]},
    )
)


def _cut(rows, as_of):
    return [row for row in rows if log_of([row]).events_of(row["ticket"])[0].at <= as_of]


@examples(600)
@given(event_rows(), as_ofs())
def test_rows_and_columns_give_the_same_log(rows, as_of):
    """A log of rows equals the log of the same rows as columns: events, order, duplicates, findings, description."""
    objects, arrays = log_of(rows), log_of(rows, columns=True)
    assert objects == arrays
    assert objects.by_ticket() == arrays.by_ticket()
    assert objects.findings_as_of(as_of) == arrays.findings_as_of(as_of)
    assert describe(objects, as_of) == describe(arrays, as_of)
    assert repr(objects) == repr(arrays)


@examples(600)
@given(event_rows(), as_ofs())
def test_typed_arrays_give_the_same_log(rows, as_of):
    """Codes, `datetime64`, fixed-width text and floats with NaN read as the rows do, findings and description too."""
    objects, arrays = log_of(rows), EventLog.from_columns(as_arrays(rows), statuses=STATUSES)
    assert objects == arrays
    assert objects.findings_as_of(as_of) == arrays.findings_as_of(as_of)
    assert describe(objects, as_of) == describe(arrays, as_of)


@examples(600)
@given(event_rows(max_size=10))
def test_columns_of_both_kinds_of_log_agree(rows):
    """`columns()` of a log of objects holds what `columns()` of the log of arrays holds, key by key and event by event."""
    one, other = log_of(rows).columns(), log_of(rows, columns=True).columns()
    for name in ("tickets", "starts", "ticket", "at", "kind", "role", "public", "category"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    zeros = [0] * len(one)
    assert (zeros if one.seq is None else one.seq.tolist()) == (zeros if other.seq is None else other.seq.tolist())
    for key in ("id", "actor", "status", "to", "to_role", "group", "span", "part", "value", "field", "reason", "priority", "seats", "into"):
        (codes, values), (others, other_values) = one.coded(key), other.coded(key)
        assert [values[code] if code >= 0 else None for code in codes] == [other_values[code] if code >= 0 else None for code in others]
    for position in range(len(one)):
        assert one.event(position) == other.event(position)
    for code in range(len(one.tickets)):
        assert one.events(code) == other.events(code)


@examples(400)
@given(event_rows(), st.randoms(use_true_random=False))
def test_order_of_rows_matters_only_in_ties(rows, shuffler):
    """Shuffling rows keeps every ticket's order keys, and the whole log where no two events tie."""
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    one, other = log_of(rows), log_of(shuffled)
    assert one.tickets == other.tickets
    for ticket in one.tickets:
        keys = [event.order for event in one.events_of(ticket)]
        assert keys == sorted(keys)
        if len({(event.order) for event in log_of([dict(row, id=None) for row in rows]).events_of(ticket)}) == sum(
            row["ticket"] == ticket for row in rows
        ):
            assert one.events_of(ticket) == other.events_of(ticket)


@examples(400)
@given(event_rows(), as_ofs())
def test_findings_as_of_are_those_of_the_cut_log(rows, as_of):
    """What is doubtful as of an instant is what is doubtful in the log without the later rows."""
    assert log_of(rows).findings_as_of(as_of) == log_of(_cut(rows, as_of)).findings_as_of(FOREVER)
    columns = log_of(rows, columns=True).columns().cut(as_of)
    assert [event for code in range(len(columns.tickets)) for event in columns.events(code)] == list(log_of(_cut(rows, as_of)))


@examples(400)
@given(event_rows())
def test_records_read_back(rows):
    """`to_records` reads back to an equal log, from rows and from columns."""
    log = log_of(rows)
    records = log.to_records()
    assert EventLog.from_records(records, statuses=STATUSES) == log
    if records:
        assert EventLog.from_columns(as_table(records), statuses=STATUSES) == log


@examples(200)
@given(event_rows(max_size=8))
def test_the_same_event_twice_is_one(rows):
    """Appending every row that has an id once more changes no event."""
    twice = rows + [row for row in rows if "id" in row]
    assert log_of(twice) == log_of(rows)
    assert log_of(twice, columns=True) == log_of(rows)


@examples(200)
@given(well_formed_rows())
def test_well_formed_rows_have_only_doubts_about_people(rows):
    """Rows without a wart have no finding but those about who wrote when."""
    codes = {finding.code for finding in log_of(rows).findings_as_of(FOREVER)}
    assert codes <= {"customer_wrote_while_pending", "customer_wrote_while_solved", "unknown_role_reply", "merged_into_unknown"}


@examples(400)
@given(event_rows(), as_ofs(), as_ofs(), wheres)
def test_selection_is_the_same_from_rows_and_columns(rows, one, other, where):
    """Selecting by time and field gives the same log and findings either way, and the events that plain filtering gives."""
    since, until = min(one, other), max(one, other) + 1
    objects, arrays = log_of(rows), log_of(rows, columns=True)
    left, right = (log.select(since=since, until=until, where=where) for log in (objects, arrays))
    assert left == right
    assert left.findings_as_of(FOREVER) == right.findings_as_of(FOREVER)
    wanted = [ticket for ticket in objects.tickets if Conditions.of(where).matches(_last_fields(objects, ticket))]
    assert list(left) == [event for event in objects if event.ticket in wanted and since <= event.at < until]


def _last_fields(log, ticket):
    fields, created = {}, [event for event in log.events_of(ticket) if event.kind is EventKind.CREATED]
    fields |= dict(created[0].data) if created else {}
    for event in log.events_of(ticket):
        if event.kind is EventKind.FIELD:
            fields[event.data["field"]] = event.data.get("value")
    return fields


@examples(400)
@given(event_rows(gone=False), st.booleans())
def test_reopening_leaves_no_message_on_a_solved_ticket(rows, columns):
    """After `reopen_on_message` no customer wrote on a solved ticket; once more changes nothing; nothing but `open` is added."""
    log = log_of(rows, columns=columns)
    reopened = log.reopen_on_message()
    assert "customer_wrote_while_solved" not in {found.code for found in reopened.findings_as_of(FOREVER)}
    assert reopened.reopen_on_message() == reopened
    assert [event for event in reopened if event in list(log)] == list(log)
    assert {(event.kind, event.status) for event in reopened if event not in list(log)} <= {(EventKind.STATUS, "open")}


@examples(300)
@given(event_rows(), st.integers(0, 14))
def test_a_log_in_two_parts_is_the_log(rows, place):
    """Appending or joining the rest of the rows gives the log of all rows, with its findings, from rows and columns."""
    whole, tickets = log_of(rows), {row["ticket"] for row in rows}
    for columns in (False, True):
        parts = log_of(rows[:place], columns=columns), log_of(rows[place:], columns=columns)
        assert parts[0].concat(parts[1]) == whole
        if not columns:
            assert parts[0].concat(parts[1]).findings_as_of(FOREVER) == whole.findings_as_of(FOREVER)
            assert parts[0].append(*parts[1]) == whole
        shards = [log_of([row for row in rows if row["ticket"] == ticket], columns=columns) for ticket in sorted(tickets)]
        if shards:
            assert shards[0].concat(*shards[1:]) == whole
            assert {*_tickets_found(shards)} == {*_tickets_found([whole])}


def _tickets_found(logs):
    return [
        found for log in logs for found in log.findings_as_of(FOREVER) if found.ticket is not None and found.code != "merged_into_unknown"
    ]


BREAKS = {
    "at": ("2026-03-29T02:30:00", "soon", 17, None, ""),
    "kind": ("creatd", None, 99),
    "role": ("agnet", 17),
    "ticket": (None, 1.5, True),
    "status": ("Wartet",),
    "seq": ("first", 1.5),
    "rle": ("agent",),
    "public": ("perhaps",),
}


@examples(400)
@given(event_rows(min_size=1), st.data())
def test_bad_rows_are_named_alike(rows, data):
    """Rows and columns name the same bad rows with the same codes and texts; quarantine keeps the rest."""
    rows = [dict(row) for row in rows]
    broken = data.draw(st.lists(st.integers(0, len(rows) - 1), unique=True, max_size=3))
    for place in broken:
        key = data.draw(st.sampled_from(sorted(BREAKS)))
        rows[place][key] = data.draw(st.sampled_from(BREAKS[key]))
    kept = EventLog.from_records(rows, statuses=STATUSES, on_error="quarantine")
    same = EventLog.from_columns(as_table(rows), statuses=STATUSES, on_error="quarantine")
    told = [(bad.row, bad.error.code, str(bad.error)) for bad in kept.quarantined]
    assert told == [(bad.row, bad.error.code, str(bad.error)) for bad in same.quarantined]
    assert kept == same
    assert {row for row, _, _ in told} <= set(broken)
    if told:
        with pytest.raises(ValueError, match="cannot be read") as caught:
            EventLog.from_columns(as_table(rows), statuses=STATUSES)
        assert [str(error) for error in caught.value.exceptions] == [text for _, _, text in told]


def _as_read(row):
    """What becomes of one row: the event, or the code and the text of what is wrong with it."""
    log = EventLog.from_records([row], statuses=STATUSES, on_error="quarantine")
    return (log.quarantined[0].error.code, str(log.quarantined[0].error)) if log.quarantined else next(iter(log))


@examples(600)
@given(event_rows(min_size=1, max_size=3), st.data())
def test_how_a_row_is_written_does_not_change_what_it_says(rows, data):
    """The order of its keys, keys that say nothing, the type of the mapping and of its time change neither the event nor the fault."""
    for row in rows:
        said = dict(row)
        if data.draw(st.booleans()):
            key = data.draw(st.sampled_from(sorted(BREAKS)))
            said[key] = data.draw(st.sampled_from(BREAKS[key]))
        read = _as_read(said)
        shuffled = dict(data.draw(st.permutations(sorted(said.items(), key=lambda item: item[0]))))
        if "rle" not in said:  # of two unknown keys the first is named
            assert _as_read(shuffled) == read
        silent = dict.fromkeys(data.draw(st.sets(st.sampled_from(("id", "seq", "actor", "public", "role", "status", "group", "tier")))))
        assert _as_read(silent | said) == _as_read(said | (silent | said)) == read
        assert _as_read(MappingProxyType(said)) == _as_read(UserDict(said)) == read
        if not isinstance(read, tuple):
            assert _as_read(said | {"at": datetime.fromisoformat(said["at"])}) == read
            assert read.data.keys().isdisjoint(silent.keys() - said.keys())


def test_a_large_shuffled_log_sorts_as_objects_do():
    """Ten thousand rows in random order with many ties come out in the order of plain Python sorting."""
    draw = random.Random(5)
    rows = [
        {
            "ticket": draw.randrange(900),
            "at": f"2026-03-{draw.randrange(1, 4):02d}T{draw.randrange(24):02d}:00:00Z",
            "kind": draw.choice(("message", "note", "status")),
            "seq": draw.choice((0, 0, 0, 1)),
        }
        for _ in range(10_000)
    ]
    rows = [row | ({"status": "open"} if row["kind"] == "status" else {"role": draw.choice(("agent", "customer"))}) for row in rows]
    assert log_of(rows) == log_of(rows, columns=True)
