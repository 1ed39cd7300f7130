"""Frames: the same table in any library is the same columns."""

import sys
from datetime import UTC, datetime, timedelta

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slakit._frames import columns_of, records_of
from slakit.errors import QueryError

TEXTS = {
    "pyarrow string": lambda texts: pa.table({"text": pa.array(texts, pa.string())}),
    "pyarrow large string": lambda texts: pa.table({"text": pa.array(texts, pa.large_string())}),
    "pyarrow view": lambda texts: pa.table({"text": pa.array(texts, pa.string_view())}),
    "pyarrow slice": lambda texts: pa.table({"text": pa.array(["cut", None, *texts, "off"], pa.string())[2:-1]}),
    "pyarrow chunks": lambda texts: pa.table({"text": pa.chunked_array([texts[:2], texts[2:]], pa.string())}),
    "polars": lambda texts: pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}),
    "pandas on arrow": lambda texts: pd.DataFrame({"text": pd.array(texts, pd.ArrowDtype(pa.string()))}),
}

T_US = 1_774_074_600_000_000
"""``date -u -d 2026-03-21T06:30:00 +%s`` in microseconds."""
T = datetime(2026, 3, 21, 6, 30, tzinfo=UTC)

ARROW = pa.table({
    "ticket": pa.array(["T-1", "T-2", "T-1"]),
    "at": pa.array([T_US, T_US + 1, None], pa.timestamp("us", "Asia/Tehran")),
    "local": pa.array([T_US, None, T_US], pa.timestamp("us")),
    "span": pa.array([60_000_000, None, 0], pa.duration("us")),
    "seq": pa.array([1, None, 2], pa.int64()),
    "score": pa.array([0.5, None, 1.0], pa.float64()),
    "public": pa.array([True, None, False]),
    "status": pa.array(["open", None, ""]).dictionary_encode(),
})  # fmt: skip

ROWS = [
    {"ticket": "T-1", "at": T, "local": T.replace(tzinfo=None), "span": timedelta(minutes=1), "seq": 1, "score": 0.5, "public": True, "status": "open"},
    {"ticket": "T-2", "at": T + timedelta(microseconds=1)},
    {"ticket": "T-1", "local": T.replace(tzinfo=None), "span": timedelta(0), "seq": 2, "score": 1.0, "public": False},
]  # fmt: skip


def a_duckdb() -> object:
    """The relation keeps its connection alive; its types come from the Arrow table."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'Asia/Tehran'")
    connection.register("given", ARROW)
    return connection.sql("select * from given")


class AnyStream:
    """Something foreign that offers nothing but the Arrow PyCapsule stream."""

    def __arrow_c_stream__(self, requested_schema=None):
        """The stream of the Arrow table."""
        return ARROW.__arrow_c_stream__(requested_schema)


FRAMES = {
    "pyarrow": lambda: ARROW,
    "pandas": ARROW.to_pandas,
    "pandas on arrow": lambda: ARROW.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas nullable": lambda: ARROW.to_pandas().convert_dtypes(),
    "polars": lambda: pl.DataFrame(ARROW),
    "polars lazy": lambda: pl.DataFrame(ARROW).lazy(),
    "duckdb": a_duckdb,
    "narwhals": lambda: nw.from_native(pl.DataFrame(ARROW)),
    "stream": AnyStream,
    "mapping of lists": lambda: {name: [row.get(name) for row in ROWS] for name in ARROW.column_names},
    "mapping of series": lambda: dict(ARROW.to_pandas().items()),
    "mapping of arrow": lambda: dict(zip(ARROW.column_names, ARROW.columns, strict=True)),
    "mapping of polars": lambda: {series.name: series for series in pl.DataFrame(ARROW).get_columns()},
}


@pytest.mark.parametrize("library", FRAMES)
def test_every_library_gives_the_same_rows(library):
    """Aware times are right, naive ones stay naive, empty cells are absent keys, integers stay integers."""
    rows = records_of(columns_of(FRAMES[library]()))
    assert rows == ROWS
    assert [[type(cell) for cell in row.values()] for row in rows] == [[type(cell) for cell in row.values()] for row in ROWS]


@pytest.mark.parametrize("library", [name for name in FRAMES if name != "mapping of lists"])
def test_naive_times_are_recognised_as_naive(library):
    """An aware column is of kind instant in us UTC, a naive one of kind naive in us of its wall clock."""
    columns = columns_of(FRAMES[library]())
    assert columns["at"].kind == "instant"
    assert columns["local"].kind == "naive"
    assert columns["at"].values.tolist()[:2] == [T_US, T_US + 1]
    assert columns["local"].values.tolist()[::2] == [T_US, T_US]
    assert columns["at"].present().tolist() == [True, True, False]
    assert columns["local"].present().tolist() == [True, False, True]


def test_datetime64_in_a_mapping_is_utc():
    """Arrays of numpy know no zones: their instants are UTC, at any unit, and NaT is missing."""
    column = columns_of({"at": np.array(["2026-03-21T06:30", "NaT"], "datetime64[m]")})["at"]
    assert column.kind == "instant"
    assert column.to_list() == [T, None]


@pytest.mark.parametrize("library", FRAMES)
def test_text_is_coded_once(library):
    """Codes follow first appearance and -1 stands for an empty cell, whatever the library calls its text."""
    columns = columns_of(FRAMES[library]())
    codes, names = columns["ticket"].coded()
    assert [names[code] for code in codes.tolist()] == ["T-1", "T-2", "T-1"]
    assert codes.dtype == np.int32
    codes, names = columns["status"].coded()
    assert codes[1:].tolist() == [-1, -1]
    assert names[codes[0]] == "open"


def test_equal_values_of_different_types_stay_apart():
    """1, 1.0 and True are equal in Python, yet three different cells."""
    codes, names = columns_of({"value": [1, 1.0, True, 1]})["value"].coded()
    assert codes.tolist() == [0, 1, 2, 0]
    assert [type(name) for name in names] == [int, float, bool]


def test_a_span_of_months_has_no_length():
    """A DuckDB interval in hours is a timedelta; one with months stays what it is, for the reader to refuse."""
    relation = duckdb.sql("select interval 3 hour as fixed, interval 2 month as varies")
    columns = columns_of(relation)
    assert columns["fixed"].to_list() == [timedelta(hours=3)]
    assert columns["varies"].to_list()[0].months == 2


def test_what_is_no_frame_is_refused():
    """The error names what was given and what can be read, with or without narwhals."""
    with pytest.raises(QueryError, match=r"builtins\.int is no data frame") as caught:
        columns_of(3)
    assert caught.value.code == "unknown_frame"


def test_without_narwhals_the_remedy_is_named(monkeypatch):
    """Where narwhals is not installed, the error says that it would help."""
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(QueryError, match="once narwhals is installed"):
        columns_of(object())


def test_columns_of_several_lengths_are_refused():
    """A mapping is checked for one length."""
    with pytest.raises(QueryError) as caught:
        columns_of({"a": [1], "b": [1, 2]})
    assert caught.value.code == "unequal_columns"


@given(
    st.one_of(
        st.lists(st.text("abZ09-:", min_size=4, max_size=4)),
        st.lists(st.none() | st.text(max_size=3)),
        st.lists(st.text(min_size=2, max_size=2)),
    )
)
@example(["\u00e90", "b\u00e8"])
def test_texts_are_spelled_and_coded_alike(texts):
    """Of one length or of many, of any letters, with and without missing ones: cell by cell what was given."""
    for make in TEXTS.values():
        column = columns_of(make(texts))["text"]
        expected = [text or None for text in texts]
        assert [text or None for text in column.spelled().tolist()] == expected
        assert column.to_list() == expected
        codes, distinct = column.coded()
        assert [None if code < 0 else distinct[code] for code in codes.tolist()] == expected


def test_a_slice_and_a_hidden_text_are_read_as_they_stand():
    """A slice does not begin where its letters do, and a missing text may have letters beneath."""
    sliced = pa.array(["aa", "bb", "cc", "dd"], pa.large_string()).slice(1, 2)
    assert columns_of({"text": sliced})["text"].spelled().tolist() == ["bb", "cc"]
    hidden = pa.Array.from_buffers(
        pa.large_string(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(np.array([0, 2, 4], np.int64)), pa.py_buffer(b"aabb")]
    )
    assert columns_of({"text": hidden})["text"].spelled().tolist() == ["aa", None]
