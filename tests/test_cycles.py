"""The table of cycles: rows, arrays, frames, the events behind a row."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from slakit import Cycles, EventLog, Schedule, measure

ALWAYS = Schedule.always()
NOON = "2026-03-02T12:00:00Z"
COLUMNS = [
    "ticket", "metric", "ordinal", "started_at", "stopped_at", "phase", "cause", "elapsed_us", "accumulated_us", "paused_us", "excluded_us",
    "wall_us", "anchor_event", "stop_event", "agent", "team", "removed",
]  # fmt: skip
ROWS = [
    {"ticket": "a", "at": "2026-03-02T09:00:00Z", "kind": "created", "team": "north", "id": "e1"},
    {"ticket": "a", "at": "2026-03-02T10:00:00Z", "kind": "message", "role": "agent", "actor": "sara", "id": "e2"},
    {"ticket": "a", "at": "2026-03-02T10:30:00Z", "kind": "note", "role": "agent"},
    {"ticket": "b", "at": "2026-03-02T11:00:00Z", "kind": "created"},
    {"ticket": "b", "at": "2026-03-02T11:30:00Z", "kind": "merged", "into": "a"},
]
LOG = EventLog.from_records(ROWS)


@pytest.fixture(params=["object", "column"])
def cycles(request):
    """Two clocks on two tickets, from either interpreter."""
    return measure(LOG, ["resolution", "first_response"], schedule=ALWAYS, as_of=NOON, engine=request.param)


def test_rows_are_plain(cycles):
    """Lists of text, integers, aware UTC datetimes and None, ordered by metric as asked for, ticket and ordinal."""
    table = cycles.to_dict()
    assert list(table) == COLUMNS
    assert table["ticket"] == ["a", "b", "a", "b"]
    assert table["metric"] == ["resolution", "resolution", "first_response", "first_response"]
    assert table["started_at"][0] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert table["stopped_at"] == [
        None,
        datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
    ]
    assert table["phase"] == ["running", "cancelled", "stopped", "cancelled"]
    assert table["cause"] == [None, "merged", "reply", "merged"]
    assert table["anchor_event"] == ["e1", 0, "e1", 0]
    assert table["stop_event"] == [None, 1, "e2", 1]
    assert table["agent"] == ["sara", None, "sara", None]
    assert table["team"] == ["north", None, "north", None]
    assert table["removed"] == [None, "merged", None, "merged"]
    assert {type(given) for given in table["elapsed_us"]} == {int}


def test_arrays_hold_the_same(cycles):
    """``columns`` gives int64 microseconds and ``datetime64[us]`` with NaT while open; a caller cannot change what is kept."""
    arrays = cycles.columns()
    assert list(arrays) == COLUMNS
    assert arrays["elapsed_us"].dtype == np.int64
    assert arrays["started_at"].dtype == np.dtype("datetime64[us]")
    assert np.isnat(arrays["stopped_at"]).tolist() == [True, False, False, False]
    assert arrays["elapsed_us"].tolist() == cycles.to_dict()["elapsed_us"]
    arrays["elapsed_us"] = None
    assert cycles.columns()["elapsed_us"] is not None


def test_a_row_is_a_value(cycles):
    """A row has the instants and spans as datetimes and timedeltas; rows can be counted, taken and gone through."""
    row = cycles[2]
    assert (row.elapsed, row.open, row.started_at) == (timedelta(hours=1), False, datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert cycles[0].stopped_at is None
    assert [one.ticket for one in cycles] == ["a", "b", "a", "b"]
    assert (len(cycles), list(cycles) == list(cycles.rows)) == (4, True)


def test_the_events_behind_a_row(cycles):
    """From the event that a cycle dates from to the one that ended it, or to the end of what is known."""
    assert [event.id for event in cycles.events(2)] == ["e1", "e2"]
    assert [event.kind.text for event in cycles.events(0)] == ["created", "message", "note"]


def test_it_says_what_is_in_it(cycles):
    """The repr is a sentence."""
    assert repr(cycles) == "<Cycles: 2 resolution, 2 first_response; 1 open as of 2026-03-02 12:00:00Z>"
    assert "<table" in cycles._repr_html_()
    assert cycles.table().columns.keys() == set(COLUMNS)


def test_frames(cycles):
    """pandas, polars and Arrow get the same columns."""
    assert list(cycles.to_pandas().columns) == COLUMNS
    assert cycles.to_polars().columns == COLUMNS
    assert cycles.to_arrow().column_names == COLUMNS
    assert cycles.to_pandas()["elapsed_us"].tolist() == cycles.to_dict()["elapsed_us"]


def test_equality_is_by_rows(cycles):
    """Equal rows make equal tables, whatever made them; a table is not a key."""
    again = measure(LOG, ["resolution", "first_response"], schedule=ALWAYS, as_of=NOON, engine="object")
    assert cycles == again
    assert cycles != measure(LOG, ["resolution"], schedule=ALWAYS, as_of=NOON)
    assert cycles != 4
    with pytest.raises(TypeError):
        hash(cycles)
    assert isinstance(cycles, Cycles)


def test_integer_tickets_and_a_mixture_of_both_ways():
    """Integer ids stay integers where regular and other tickets are put together, in ascending order."""
    rows = [{"ticket": number, "at": f"2026-03-02T0{number}:00:00Z", "kind": "created"} for number in (3, 1, 2)]
    rows.append({"ticket": 2, "at": "2026-03-02T10:00:00Z", "kind": "excluded", "reason": "outage"})
    found = measure(EventLog.from_records(rows), "queue", schedule=ALWAYS, as_of=NOON, engine="column")
    assert found.to_dict()["ticket"] == [1, 2, 3]
    assert [type(given) for given in found.to_dict()["ticket"]] == [int] * 3
    assert found.to_dict()["excluded_us"] == [0, 7_200_000_000, 0]


def test_rows_of_spam_and_deletion():
    """Columns say why a ticket does not count: the first reason that it left for."""
    rows = [{"ticket": 1, "at": "2026-03-02T09:00:00Z", "kind": "created"}]
    rows += [{"ticket": 1, "at": f"2026-03-02T{hour}:00:00Z", "kind": kind} for hour, kind in ((10, "spam"), (11, "deleted"))]
    for engine in ("object", "column"):
        found = measure(EventLog.from_records(rows), "queue", schedule=ALWAYS, as_of=NOON, engine=engine)
        assert (found[0].removed, found[0].cause) == ("spam", "spam")
