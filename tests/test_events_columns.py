"""The log as arrays: every way to give a column, codes, parts, and what is gathered late."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from slakit import Event, EventKind, EventLog, Role, Schedule, Status
from slakit.errors import LogErrors
from slakit.events.coding import Coded
from slakit.events.objects import factorize_objects
from tests.strategies import as_table

AT = "2026-01-01T10:00:00Z"
AT_US = 1_767_261_600_000_000
"""``date -u -d 2026-01-01T10:00:00 +%s`` in microseconds."""
ROWS = [
    {"ticket": 3, "at": AT, "kind": "created", "status": "new", "tier": "gold", "seats": 3},
    {"ticket": 3, "at": "2026-01-01T11:00:00Z", "kind": "message", "role": "agent", "actor": "sara", "public": False},
    {"ticket": 1, "at": "2026-01-01T10:30:00Z", "kind": "created", "role": "bot"},
    {"ticket": 3, "at": "2026-01-01T12:00:00Z", "kind": "status", "status": "solved", "seq": 4},
]


def test_arrays_of_codes_and_instants():
    """Integer tickets, `datetime64`, `EventKind` and `Role` codes, as numpy holds them, read as the rows do."""
    log = EventLog.from_columns({
        "ticket": np.array([3, 3, 1, 3], np.int32),
        "at": np.array(["2026-01-01T10:00", "2026-01-01T11:00", "2026-01-01T10:30", "2026-01-01T12:00"], "datetime64[m]"),
        "kind": np.array([EventKind.CREATED, EventKind.MESSAGE, EventKind.CREATED, EventKind.STATUS], np.uint8),
        "role": np.array([Role.UNKNOWN, Role.AGENT, Role.BOT, Role.UNKNOWN], np.uint8),
        "public": np.array([True, False, True, True]),
        "status": np.array(["new", "", "", "solved"]),
        "seq": np.array([0, 0, 0, 4], np.int8),
        "actor": np.array([None, "sara", None, None], object),
        "tier": np.array(["gold", "", "", ""]),
        "seats": np.array([3, np.nan, np.nan, np.nan]),
    })  # fmt: skip
    assert log == EventLog.from_records(ROWS)
    assert log.in_columns
    columns = log.columns()
    assert columns.tickets.tolist() == [1, 3]
    assert columns.starts.tolist() == [0, 1, 4]
    assert columns.ticket.tolist() == [0, 1, 1, 1]
    assert columns.ticket.dtype == np.int32
    assert columns.at.tolist() == [AT_US + minutes * 60_000_000 for minutes in (30, 0, 60, 120)]
    assert columns.kind.tolist() == [EventKind.CREATED, EventKind.CREATED, EventKind.MESSAGE, EventKind.STATUS]
    assert columns.role.tolist() == [Role.BOT, Role.CUSTOMER, Role.AGENT, Role.UNKNOWN]
    assert columns.category.tolist() == [Status.NONE, Status.NEW, Status.NONE, Status.SOLVED]
    assert columns.public.tolist() == [True, True, False, True]
    assert columns.seq.tolist() == [0, 0, 0, 4]
    assert columns.source.tolist() == [2, 0, 1, 3]
    assert repr(columns) == "<columns of 4 events on 2 tickets>"
    assert columns.keys == ("seats", "tier")


TABLE = as_table(ROWS)


@pytest.mark.parametrize(
    "make",
    [
        lambda name: {**TABLE, name: TABLE[name]},
        lambda name: {**TABLE, name: tuple(TABLE[name])},
        lambda name: {**TABLE, name: pd.Series(TABLE[name])},
        lambda name: {**TABLE, name: pl.Series(TABLE[name])},
        lambda name: {**TABLE, name: np.array([np.nan if given is None else given for given in TABLE[name]], object)},
        lambda name: {**TABLE, name: np.ma.MaskedArray(np.array(TABLE[name], object), [given is None for given in TABLE[name]])},
        lambda name: {**TABLE, name: pd.array(TABLE[name])},
    ],
)
@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_column_may_be_a_list_a_series_or_an_array(make, name):
    """Whatever holds the cells, absent ones are absent keys."""
    assert EventLog.from_columns(make(name)) == EventLog.from_records(ROWS)


def test_a_zone_aware_series_is_read_in_its_zone():
    """Times of a pandas series carry their zone."""
    at = pd.Series(pd.to_datetime(TABLE["at"], utc=True)).dt.tz_convert("Asia/Tehran")
    assert EventLog.from_columns({**TABLE, "at": at}) == EventLog.from_records(ROWS)


@pytest.mark.parametrize(
    "make", [pd.Series, list, lambda index: index, lambda index: index.array], ids=["series", "list", "index", "array"]
)
def test_zone_aware_instants_of_pandas_come_in_any_holder(make):
    """13:30 and 14:00 in Tehran are 10:00 and 10:30 UTC, whatever holds them: a log reads them, and a schedule answers 11:00 and 11:30."""
    zoned = make(pd.to_datetime(["2026-01-05T13:30+03:30", "2026-01-05T14:00+03:30"]))
    log = EventLog.from_columns({"ticket": [1, 1], "at": zoned, "kind": ["created", "message"], "role": ["customer", "agent"]})
    assert [record["at"] for record in log.to_records()] == ["2026-01-05T10:00:00+00:00", "2026-01-05T10:30:00+00:00"]
    due = Schedule.always().due_at(zoned, "1h")
    assert [str(one) for one in due] == ["2026-01-05T11:00:00.000000", "2026-01-05T11:30:00.000000"]


def test_integer_times_need_their_unit():
    """Integers are refused without ``unit=``, each row by name, and exact with it."""
    table = {"ticket": [1, 1], "kind": ["created", "note"], "at": np.array([AT_US, AT_US + 1])}
    assert [event.at for event in EventLog.from_columns(table, unit="us")] == [AT_US, AT_US + 1]
    with pytest.raises(LogErrors) as caught:
        EventLog.from_columns(table)
    assert [(error.code, error.fields["row"]) for error in caught.value.exceptions] == [("bad_instant", 0), ("bad_instant", 1)]


def test_the_callers_arrays_are_left_alone():
    """Reading changes no input array, also where a row is repaired or left out."""
    table = {
        "ticket": np.array([2, 1, 1, 9]),
        "at": np.array([AT, AT, AT, "soon"]),
        "kind": np.array([1, 3, 1, 1], np.uint8),
        "role": np.array([0, 0, 2, 0], np.uint8),
        "public": np.array([True, True, True, True]),
        "seq": np.array([1, 1, 0, 0]),
    }
    copies = {name: column.copy() for name, column in table.items()}
    log = EventLog.from_columns(table, on_error="quarantine")
    assert len(log) == 3
    for name, column in table.items():
        assert (column == copies[name]).all()


def test_codes_of_keys():
    """`coded` gives a code an event and the distinct values; -1 where a kind cannot have the key or the row is silent."""
    columns = EventLog.from_columns(TABLE).columns()
    codes, values = columns.coded("tier")
    assert [values[code] if code >= 0 else None for code in codes] == [None, "gold", None, None]
    assert columns.coded("tier")[0] is codes
    assert columns.coded("nothing")[0].tolist() == [-1] * 4
    assert columns.coded("nothing")[1] == []


def test_rows_that_only_a_record_can_hold():
    """A field named as a typed key of another kind is kept as it is, beside the typed ones."""
    rows = [
        {"ticket": 1, "at": AT, "kind": "created", "span": "long", "to_role": "boss", "seq": "2"},
        {"ticket": 1, "at": AT, "kind": "handled", "part": "talk", "span": "5m", "seq": 3},
        {"ticket": 1, "at": AT, "kind": "assigned", "to": "x", "to_role": "bot", "seq": 4},
    ]
    objects, arrays = EventLog.from_records(rows), EventLog.from_columns(as_table(rows))
    assert objects == arrays
    for key in ("span", "to_role"):
        (codes, values), (others, known) = objects.columns().coded(key), arrays.columns().coded(key)
        assert [values[code] if code >= 0 else None for code in codes] == [known[code] if code >= 0 else None for code in others]


def test_parts_of_columns():
    """`cut` keeps what was known, `take` what is asked for; tickets without events are gone."""
    columns = EventLog.from_columns(TABLE).columns()
    early = columns.cut(AT_US)
    assert early.tickets.tolist() == [3]
    assert early.starts.tolist() == [0, 1]
    assert early.event(0) == columns.event(1)
    assert columns.cut(2**62) is columns
    assert columns.take(np.array([0, 3])).events(1) == [columns.event(3)]
    assert columns.code_of(3) == 1
    assert columns.code_of(2) is None
    assert columns.code_of("3") is None
    assert columns.cut(0).code_of(3) is None


def test_large_integers_and_text_ids():
    """Ids beyond 64 bits stay exact; text ids sort as text."""
    huge = EventLog.of(Event(ticket=2**70, at=AT, kind="created"), Event(ticket=-1, at=AT, kind="created"))
    assert huge.columns().tickets.tolist() == [-1, 2**70]
    assert EventLog.from_columns({"ticket": [2**70, -1], "at": [AT] * 2, "kind": ["created"] * 2}) == huge
    text = EventLog.from_columns({"ticket": np.array(["T-9", "T-10", "é"]), "at": [AT] * 3, "kind": ["created"] * 3})
    assert text.tickets == ("T-10", "T-9", "é")


def test_an_empty_table_is_an_empty_log():
    """No rows, no events, no findings."""
    for log in (EventLog.from_columns({"ticket": [], "at": [], "kind": []}), EventLog.from_columns({"ticket": np.array([], np.int64), "at": np.array([], "M8[us]"), "kind": np.array([], np.uint8)})):  # fmt: skip
        assert len(log) == 0
        assert log.tickets == ()
        assert log.findings_as_of(0) == ()
        assert log == EventLog.of()
        assert log.describe().events == 0


def as_coded(cells, spare="never used"):
    """A column as codes: a value that no row has, empty text, and every value twice with each other row taking the second."""
    values = [spare, "", *dict.fromkeys(cell for cell in cells if cell is not None)]
    codes = [-1 if cell is None else values.index(cell) + (len(values) if row % 2 else 0) for row, cell in enumerate(cells)]
    return Coded(np.array(codes, np.int32), [*values, *values])


@pytest.mark.parametrize("handled", [False, True])
def test_coded_columns_read_as_their_elements(handled):
    """Every column that comes as codes gives the events, duplicates, fields and doubts of the same cells in a list."""
    table = {
        "ticket": ["b", "a", "b", "a", "b", "a", "b"], "at": [AT, AT, "2026-01-01T11:00:00Z", "2026-01-01T09:00:00Z", AT, AT, AT],
        "kind": ["created", "created", "message", "field", "handled" if handled else "status", "assigned", "message"],
        "role": [None, "bot", "agent", None, None, "agent", "customer"], "id": ["e1", "e2", "e3", None, "e4", "e2", "e3"],
        "actor": [None, "x", "y", None, "x", "y", None], "status": ["new", None, None, None, None if handled else "solved", None, None],
        "public": [None, None, "no", None, None, None, "yes"], "seq": [None, 3, None, 2, 1, None, None],
        "field": [None, None, None, "tier", None, None, None], "value": [None, None, None, "gold", None, None, None],
        "span": [None, None, None, None, "5m" if handled else None, None, None], "group": [None, None, None, None, None, "desk", None],
        "part": [None, None, None, None, "talk" if handled else None, None, None],
        "to_role": [None, None, None, None, None, "bot", None], "topic": ["mail", "", None, None, None, None, None],
    }  # fmt: skip
    plain = EventLog.from_columns(table)
    coded = EventLog.from_columns({key: as_coded(cells) for key, cells in table.items()})
    assert coded == plain
    assert coded.describe() == plain.describe()
    assert coded.findings_as_of(2**62) == plain.findings_as_of(2**62)
    assert len(plain) == 7 - 2  # the second e2 and the second e3 are left out
    for key in ("id", "actor", "status", "field", "value", "group", "to_role", "topic", "part", "span"):
        codes, values = coded.columns().coded(key)
        other, names = plain.columns().coded(key)
        assert [values[code] if code >= 0 else None for code in codes.tolist()] == [
            names[code] if code >= 0 else None for code in other.tolist()
        ]
        assert len(values) == len(set(values)) == len(names)
    numbers = {**table, "ticket": [2, 1, 2, 1, 2, 1, 2]}
    assert EventLog.from_columns({**numbers, "ticket": as_coded(numbers["ticket"], 9)}) == EventLog.from_columns(numbers)


def test_faults_in_coded_columns_are_those_of_their_elements():
    """Bad cells are named as in a list."""
    table = {
        "ticket": ["a", None, "b", "c"], "at": [AT, AT, "soon", AT], "kind": ["created", "created", "created", "typo"],
        "public": ["maybe", None, None, None],
    }  # fmt: skip
    said = []
    for given in (table, {key: as_coded(cells) for key, cells in table.items()}):
        log = EventLog.from_columns(given, on_error="quarantine")
        said.append([(row.row, row.record, row.error.code, str(row.error)) for row in log.quarantined])
    assert said[0] == said[1]
    assert [code for _, _, code, _ in said[0]] == ["bad_value", "missing_key", "bad_instant", "unknown_kind"]


def test_a_flood_of_bad_rows_is_cut_off(monkeypatch):
    """Raising stops after very many bad rows; setting aside never does."""
    monkeypatch.setattr("slakit.events.arrays._MOST_LISTED", 3)
    table = {"ticket": [1] * 9, "at": ["soon"] * 9, "kind": ["note"] * 9}
    with pytest.raises(LogErrors) as caught:
        EventLog.from_columns(table)
    assert len(caught.value.exceptions) == 3
    assert len(EventLog.from_columns(table, on_error="quarantine").quarantined) == 9


def test_ids_beyond_64_bits_with_a_sign():
    """Unsigned ids from 2**63 on stay the integers that they are, close together and far apart."""
    for step in (1, 2**40):
        ids = [2**63 + number * step for number in (2, 0, 2, 1)]
        log = EventLog.from_columns({"ticket": np.array(ids, np.uint64), "at": [AT] * 4, "kind": ["created", "created", "note", "created"]})
        assert log.tickets == tuple(sorted(set(ids)))
        assert [event.kind for event in log.events_of(ids[0])] == [EventKind.CREATED, EventKind.NOTE]


def test_what_cannot_be_hashed_counts_by_its_text():
    """Lists in a column are told apart by their content, numbers by their type."""
    codes, values = factorize_objects([["a"], ["b"], ["a"], None, ""])
    assert codes.tolist() == [0, 1, 0, -1, -1]
    assert values == [["a"], ["b"]]
    codes, values = factorize_objects([1, True, 1.0, 1, None, "1", [1]])
    assert codes.tolist() == [0, 1, 2, 0, -1, 3, 4]
    assert [type(given) for given in values] == [int, bool, float, str, list]
    with pytest.raises(LogErrors) as caught:
        EventLog.from_columns({"ticket": [1, True, 1.0], "at": [AT] * 3, "kind": ["created"] * 3})
    assert [(error.code, error.fields["row"]) for error in caught.value.exceptions] == [("bad_ticket", 1), ("bad_ticket", 2)]


def test_rows_of_the_input_are_kept_in_mind_when_bad_ones_are_left_out():
    """After a row set aside the others still know where they stood, so that what is gathered late is theirs."""
    table = {
        "ticket": [2, 9, 1, 2, 1], "at": [AT, "soon", "2026-01-01T11:00:00Z", "2026-01-01T09:00:00Z", AT],
        "kind": ["note", "note", "note", "created", "created"], "actor": ["a", "b", "c", "d", "e"],
    }  # fmt: skip
    log = EventLog.from_columns(table, on_error="quarantine")
    assert log.columns().source.tolist() == [4, 2, 3, 0]
    assert [event.actor for event in log] == ["e", "c", "d", "a"]
    codes, names = log.columns().coded("actor")
    assert [names[code] for code in codes.tolist()] == ["e", "c", "d", "a"]
