"""Data frames of any library are the same log."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from slakit import EventLog
from slakit.errors import LogErrors, QueryError

MAP = {"Wartet": "pending"}
ROWS = [
    {
        "ticket": "a",
        "at": datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        "kind": "created",
        "role": "customer",
        "seats": 3,
        "score": 1.5,
        "public": True,
    },
    {"ticket": "a", "at": datetime(2026, 3, 29, 4, 30, tzinfo=UTC), "kind": "status", "status": "Wartet", "seq": 2, "public": True},
    {"ticket": "b", "at": datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "kind": "created", "role": "agent", "public": True},
]
EXPECTED = EventLog.from_records(ROWS, statuses=MAP)
KEYS = sorted({key for row in ROWS for key in row})


def table(at=None):
    """The rows as columns, with other times if given."""
    return {key: [row.get(key) for row in ROWS] for key in KEYS} | ({} if at is None else {"at": at})


ROME = [datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 6, 30), datetime(2026, 10, 25, 2, 30)]  # noqa: DTZ001 - wall times of Rome
FRAMES = {
    "pandas": lambda **more: pd.DataFrame(table(**more)),
    "pandas categories": lambda **more: pd.DataFrame(table(**more)).astype(
        {"kind": "category", "status": "category", "ticket": "category"}
    ),
    "pandas convertible": lambda **more: pd.DataFrame(table(**more)).convert_dtypes(),
    "polars": lambda **more: pl.DataFrame(table(**more)),
    "polars lazy": lambda **more: pl.DataFrame(table(**more)).lazy(),
    "arrow": lambda **more: pa.table(table(**more)),
    "mapping": table,
}


@pytest.mark.parametrize("name", FRAMES)
def test_every_frame_is_the_same_log(name):
    """Zone-aware times, empty cells, numbers with gaps: the same events as the rows."""
    log = EventLog.from_frame(FRAMES[name](), statuses=MAP)
    assert log == EXPECTED
    assert log.events_of("a")[0].data["seats"] == 3
    assert type(log.events_of("a")[0].data["seats"]) is int


@pytest.mark.parametrize("name", FRAMES)
def test_times_without_a_zone_need_one(name):
    """Naive columns are refused, each row by name; in a zone they are read, with a doubt where a time occurs twice."""
    frame = FRAMES[name](at=ROME)
    with pytest.raises(LogErrors) as caught:
        EventLog.from_frame(frame, statuses=MAP)
    assert [error.code for error in caught.value.exceptions] == ["naive_time"] * 3
    log = EventLog.from_frame(FRAMES[name](at=ROME), statuses=MAP, tz="Europe/Rome")
    assert log == EXPECTED
    assert [(found.code, found.ticket) for found in log.findings_as_of(2**62)] == [("ambiguous_local_time", "b")]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, lambda columns: pa.table(columns).slice(0)])
@pytest.mark.parametrize(
    "texts",
    [
        ["2026-03-29T00:30:00Z"] * 3,
        ["2026-03-29T00:30:00Z", "2026-03-29T02:30:00.25+02:00", "2026-03-29 01:30:00+0130"],
        ["2026-03-29T00:30:00Z", "2026-02-30T00:30:00Z", None],
        ["2026-03-29T00:30:00Z\0"] * 3,
        ["\0" * 20] * 3,
        ["\u06f2\u06f0\u06f2\u06f6", "", "2026-03-29T00:30:00Z"],
    ],
)
def test_times_as_text_are_read_as_from_records(make, texts):
    """Of one length or of several, with and without faults: the same events, and the same rows are bad."""
    rows = {"ticket": ["a", "b", "c"], "at": texts, "kind": ["created"] * 3}
    log = EventLog.from_frame(make(rows), on_error="quarantine")
    records = [{name: value for name, value in zip(rows, row, strict=True) if value} for row in zip(*rows.values(), strict=True)]
    expected = EventLog.from_records(records, on_error="quarantine")
    assert log == expected
    assert [(bad.row, bad.record, bad.error.code) for bad in log.quarantined] == [
        (bad.row, bad.record, bad.error.code) for bad in expected.quarantined
    ]


def test_a_missing_time_is_a_missing_key():
    """A null time names its row, naive or not."""
    for at in ([*ROME[:2], None], [*table()["at"][:2], None]):
        with pytest.raises(LogErrors) as caught:
            EventLog.from_frame(pd.DataFrame(table(at=at)), statuses=MAP, tz="Europe/Rome")
        assert [(error.code, error.fields["row"]) for error in caught.value.exceptions] == [("missing_key", 2)]


def test_fields_may_be_times_and_spans():
    """Dates and durations of a frame reach the fields of a ticket as Python has them."""
    frame = pd.DataFrame({
        "ticket": [1, 2], "at": pd.to_datetime(["2026-01-01", "2026-01-01"], utc=True), "kind": ["created"] * 2,
        "due": pd.to_datetime(["2026-01-02", None], utc=True), "local": pd.to_datetime(["2026-01-02", None]), "wait": pd.to_timedelta(["90s", None]),
    })  # fmt: skip
    log = EventLog.from_frame(frame)
    data = log.events_of(1)[0].data
    assert data["due"] == datetime(2026, 1, 2, tzinfo=UTC)
    assert data["local"] == datetime(2026, 1, 2)  # noqa: DTZ001 - naive as given
    assert data["wait"].total_seconds() == 90
    assert dict(log.events_of(2)[0].data) == {}


def test_names_of_the_frame_are_mapped():
    """`columns=` and `unit=` work as for arrays."""
    frame = pl.DataFrame({"case": [7], "ts": np.array([1_767_261_600]), "kind": ["created"], "junk": [1]})
    log = EventLog.from_frame(frame, columns={"case": "ticket", "ts": "at", "junk": None}, unit="s")
    assert log.to_records() == [{"ticket": 7, "at": "2026-01-01T10:00:00+00:00", "kind": "created", "role": "customer"}]


def test_what_is_no_frame_is_refused():
    """A list of rows belongs to `from_records`."""
    with pytest.raises(QueryError):
        EventLog.from_frame(5)
