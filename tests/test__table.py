"""Tables: what goes in comes out the same in every form."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit._table import Column, Table
from slakit.errors import QueryError

T = datetime(2026, 3, 21, 6, 30, tzinfo=UTC)
T_US = 1_774_074_600_000_000
"""``date -u -d 2026-03-21T06:30:00 +%s`` in microseconds."""


def a_table() -> Table:
    """One column of each kind, with a hole in each."""
    return Table(
        {
            "ticket": ["T-1", "T-2", None],
            "at": [T, None, T + timedelta(microseconds=1)],
            "took": [timedelta(hours=1, minutes=30), None, timedelta(0)],
            "elapsed_us": [5_400_000_000, None, 0],
            "n": [1, None, 3],
            "share": [0.5, None, 1.0],
            "ok": [True, None, False],
            "phase": ["stopped", "running", "stopped"],
            "amount": [Decimal(625000), None, Decimal("1.50")],
        },
        kinds={"phase": "category", "elapsed_us": "micros"},
        title="3 rows of everything",
    )


def test_dict_gives_back_what_went_in():
    """Lists of plain Python values come out as they came."""
    assert a_table().to_dict() == {
        "ticket": ["T-1", "T-2", None],
        "at": [T, None, T + timedelta(microseconds=1)],
        "took": [timedelta(hours=1, minutes=30), None, timedelta(0)],
        "elapsed_us": [5_400_000_000, None, 0],
        "n": [1, None, 3],
        "share": [0.5, None, 1.0],
        "ok": [True, None, False],
        "phase": ["stopped", "running", "stopped"],
        "amount": [Decimal(625000), None, Decimal("1.50")],
    }


def test_arrays_and_lists_are_the_same_table():
    """A table made of numpy arrays (NAT, NaT and NaN for missing) equals the table made of lists."""
    nat = np.iinfo(np.int64).min
    arrays = Table(
        {
            "at": np.array([T_US, nat, T_US + 1]),
            "when": np.array(["2026-03-21T06:30:00", "NaT", "2026-03-21T06:30:00.000001"], "datetime64[us]"),
            "took": np.array([5400, "NaT", 0], "timedelta64[s]"),
            "elapsed_us": np.array([5_400_000_000, nat, 0]),
            "share": np.array([0.5, np.nan, 1.0]),
            "n": np.array([1, 2, 3], np.int32),
        },
        kinds={"at": "instant", "elapsed_us": "micros"},
    )
    lists = Table(
        {
            "at": [T, None, T + timedelta(microseconds=1)],
            "when": [T, None, T + timedelta(microseconds=1)],
            "took": [timedelta(hours=1, minutes=30), None, timedelta(0)],
            "elapsed_us": [5_400_000_000, None, 0],
            "share": [0.5, None, 1.0],
            "n": [1, 2, 3],
        },
        kinds={"elapsed_us": "micros"},
    )
    assert arrays == lists
    assert [type(given) for given in arrays["n"]] == [int, int, int]
    for left, right in zip(arrays.to_pandas().items(), lists.to_pandas().items(), strict=True):
        pd.testing.assert_series_equal(left[1], right[1])


def test_pandas_types_are_right():
    """Timestamps are aware, spans are durations, integers with a hole stay integers."""
    frame = a_table().to_pandas()
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "ticket": "string",
        "at": "datetime64[us, UTC]",
        "took": "timedelta64[us]",
        "elapsed_us": "timedelta64[us]",
        "n": "Int64",
        "share": "float64",
        "ok": "boolean",
        "phase": "category",
        "amount": "object",
    }
    assert frame["at"][0] == pd.Timestamp(T)
    assert frame["took"][0] == pd.Timedelta(hours=1.5)
    assert frame.isna().sum().to_dict() == dict.fromkeys(frame.columns, 1) | {"phase": 0}


def test_polars_types_are_right():
    """The same for polars, holes as nulls."""
    frame = a_table().to_polars()
    assert frame.schema["at"] == pl.Datetime("us", "UTC")
    assert frame.schema["took"] == frame.schema["elapsed_us"] == pl.Duration("us")
    assert frame.schema["phase"] == pl.Categorical
    assert [frame.schema[name] for name in ("ticket", "n", "share", "ok")] == [pl.String, pl.Int64, pl.Float64, pl.Boolean]
    out = frame.to_dict(as_series=False)
    expected = a_table().to_dict() | {"elapsed_us": [timedelta(hours=1, minutes=30), None, timedelta(0)]}
    assert out == expected


def test_arrow_types_are_right():
    """The same for Arrow, and through the stream that any Arrow reader takes."""
    table = a_table()
    arrow = table.to_arrow()
    assert arrow.schema.field("at").type == pa.timestamp("us", "UTC")
    assert arrow.schema.field("took").type == pa.duration("us")
    assert arrow.schema.field("phase").type == pa.dictionary(pa.int32(), pa.string())
    assert arrow.to_pydict() == table.to_dict() | {"elapsed_us": [timedelta(hours=1, minutes=30), None, timedelta(0)]}
    assert pa.table(table) == arrow


def test_an_empty_table_has_types_too():
    """No rows: the declared kinds still decide the types."""
    table = Table({"at": [], "phase": []}, kinds={"at": "instant", "phase": "category"})
    assert len(table) == 0
    assert str(table.to_pandas()["at"].dtype) == "datetime64[us, UTC]"
    assert table.to_polars().schema["at"] == pl.Datetime("us", "UTC")
    assert table.to_arrow().schema.field("at").type == pa.timestamp("us", "UTC")
    assert repr(table) == "0 rows, 2 columns\nat  phase"


def test_rows_and_columns_are_read_by_position_and_name():
    """A position gives a row, a name a column; unknown ones say what there is."""
    table = a_table()
    assert table[-1]["n"] == 3
    assert table["n"] == [1, None, 3]
    assert [row["ticket"] for row in table] == ["T-1", "T-2", None]
    with pytest.raises(QueryError, match="did you mean 'phase'") as caught:
        table["phas"]
    assert caught.value.code == "unknown_column"
    with pytest.raises(IndexError):
        table[3]


def test_a_table_cannot_be_changed():
    """Neither its columns nor an array in them can be written through it, and the caller's array stays writable."""
    given = np.array([1, 2])
    table = Table({"n": given})
    with pytest.raises(ValueError, match="read-only"):
        table.columns["n"].to_numpy()[0][0] = 9
    with pytest.raises(TypeError):
        table.columns["m"] = Column([1, 2], "int")
    given[0] = 7
    with pytest.raises(TypeError, match="unhashable"):
        hash(table)


@pytest.mark.parametrize(
    ("columns", "kinds", "code"),
    [
        ({"a": [1], "b": [1, 2]}, {}, "unequal_columns"),
        ({"a": [1]}, {"b": "int"}, "unknown_column"),
        ({"a": [1]}, {"a": "integer"}, "unknown_kind"),
    ],
)
def test_what_is_no_table_is_refused(columns, kinds, code):
    """Columns of several lengths, and kinds for nothing or of no such name, are errors with their codes."""
    with pytest.raises(QueryError) as caught:
        Table(columns, kinds=kinds)
    assert caught.value.code == code


def test_the_repr_reads_well():
    """A sentence, aligned columns, numbers flush right, spans in words, the rest counted."""
    table = Table({"ticket": ["T-1", "T-22"], "took": [timedelta(hours=1, seconds=2), None], "n": [1_000, 5]}, title="2 cycles")
    assert repr(table) == "2 cycles\nticket   took     n\nT-1     1h 2s  1000\nT-22        -     5"
    assert Table({"n": list(range(50))}).to_text(rows=2) == "50 rows, 1 columns\nn\n0\n1\n... and 48 more rows"


def test_html_is_escaped_and_self_contained():
    """Text cannot break out, each cell has its own direction, nothing is loaded or run."""
    page = Table({"<b>": ["<script>alert(1)</script>", "تیکت"]}, title="a & b")._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page
    assert "a &amp; b" in page
    assert 'dir="auto"' in page
    assert "تیکت" in page
    assert not any(word in page for word in ("http", "src=", "url(", "onload"))


SPANS = st.integers(-(10**15), 10**15)


@given(
    rows=st.lists(st.tuples(st.none() | SPANS, st.none() | SPANS, st.none() | st.booleans(), st.none() | st.text(max_size=3)), max_size=8)
)
def test_every_way_out_tells_the_same(rows):
    """For any values, the lists of the table, of its polars frame and of its Arrow table are equal."""
    names = ("at", "took", "ok", "who")
    columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    table = Table(columns, kinds={"at": "instant", "took": "span", "ok": "bool", "who": "text"})
    lists = table.to_dict()
    assert table.to_arrow().to_pydict() == lists
    assert table.to_polars().to_dict(as_series=False) == lists
    assert pa.Table.from_pandas(table.to_pandas(), preserve_index=False).to_pydict() == lists
