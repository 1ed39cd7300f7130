"""Columns as pandas, polars and Arrow columns; each library is imported when it is asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slakit._table.column import Column


def to_pandas(column: "Column") -> Any:
    """A pandas series: timestamps in UTC, durations, categories, nullable where one is missing."""
    import numpy as np  # noqa: PLC0415 - pandas brings it
    import pandas as pd  # noqa: PLC0415 - optional

    values, missing = column.to_numpy()
    if column.kind in {"int", "bool"} and missing.any():
        nullable = pd.arrays.BooleanArray if column.kind == "bool" else pd.arrays.IntegerArray
        return pd.Series(nullable(np.array(values), missing))
    if column.kind in {"text", "other"}:
        return pd.Series(_texts(values), dtype="string")
    if column.kind == "category":
        return pd.Series(pd.Categorical(_texts(values)))
    if column.kind == "instant":
        return pd.Series(values.astype("datetime64[us]")).dt.tz_localize("UTC")
    return pd.Series(values.astype("timedelta64[us]") if column.kind in {"span", "micros"} else values)


def to_polars(name: str, column: "Column") -> Any:
    """A polars series, named."""
    import polars as pl  # noqa: PLC0415 - optional

    values, missing = column.to_numpy()
    if column.kind in {"text", "category", "other"}:
        series = pl.Series(name, _texts(values), dtype=pl.String)
        return series.cast(pl.Categorical) if column.kind == "category" else series
    if column.kind == "decimal":
        return pl.Series(name, values.tolist())
    series = pl.Series(name, values)
    if missing.any():
        series = pl.select(pl.when(pl.Series(~missing)).then(series).alias(name)).to_series()
    types: dict[str, Any] = {
        "instant": pl.Datetime("us", "UTC"), "span": pl.Duration("us"), "micros": pl.Duration("us"),
        "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean,
    }  # fmt: skip
    return series.cast(types[column.kind])


def to_arrow(column: "Column") -> Any:
    """An Arrow array."""
    import pyarrow as pa  # noqa: PLC0415 - optional

    values, missing = column.to_numpy()
    types: dict[str, Any] = {
        "instant": pa.timestamp("us", "UTC"), "span": pa.duration("us"), "micros": pa.duration("us"),
        "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "decimal": None,
    }  # fmt: skip
    if column.kind in types:
        return pa.array(values, type=types[column.kind], mask=missing)
    texts = pa.array(_texts(values), type=pa.string())
    return texts.dictionary_encode() if column.kind == "category" else texts


def _texts(values: "NDArray[Any]") -> list[str | None]:
    return [None if given is None else str(given) for given in values]
