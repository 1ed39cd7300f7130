"""Any data frame, or a mapping of arrays, as columns of known kinds; each library is imported only when its data is given.

Zone-aware times become microseconds UTC. Naive ones stay recognisable as naive (kind ``"naive"``),
because only the caller knows their zone. Empty cells (None, NaN, NaT, NA, null, empty text) are
marked as missing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from slakit._time import NAT, utc
from slakit._value import value
from slakit.errors import QueryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FrameKind = Literal["instant", "naive", "span", "int", "float", "bool", "coded", "object"]
_SHORT = 64
"""Letters up to which texts are spelled out as numpy text, which takes four bytes a letter."""
_ASCII = 127
_EPOCH_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - a naive time is rebuilt as naive on purpose
_DTYPES: Mapping[str, FrameKind] = {"M": "naive", "m": "span", "i": "int", "u": "int", "f": "float", "b": "bool"}


@value(eq=False)
class FrameColumn:
    """One column of a frame.

    Attributes:
        values: int64 in us for instant (UTC), naive (wall time) and span; int64, float64, bool; for coded
            int32 codes into ``categories``, -1 where missing; for object whatever the cells hold.
        kind: what ``values`` are.
        missing: True where a cell is empty, or None where no cell is.
        categories: the distinct values of a coded column.
    """

    values: "NDArray[Any]"
    kind: FrameKind
    missing: "NDArray[np.bool_] | None" = None
    categories: Sequence[Any] = ()

    def __len__(self) -> int:
        """How many rows."""
        return len(self.values)

    def present(self) -> "NDArray[np.bool_]":
        """True where a cell holds a value."""
        return np.ones(len(self), bool) if self.missing is None else ~self.missing

    def coded(self) -> "tuple[NDArray[np.int32], list[Any]]":
        """Codes (-1 = missing) and the distinct values in order of first appearance, as plain Python values."""
        if self.kind == "coded":
            return self.values, list(self.categories)
        known: dict[tuple[type, Any], int] = {}  # the type keeps 1, 1.0 and True apart
        cells = self.to_list()
        codes = np.fromiter(
            (-1 if cell is None else known.setdefault((type(cell), cell), len(known)) for cell in cells), np.int32, len(self)
        )
        return codes, [cell for _, cell in known]

    def to_list(self) -> list[Any]:
        """The cells in plain Python: aware UTC datetimes, naive datetimes, timedeltas, numbers, text; None where missing."""
        cells: list[Any]
        if self.kind == "coded":
            names = [*self.categories, None]
            return [names[code] for code in self.values.tolist()]
        if self.kind == "instant":
            cells = [None if us == NAT else utc(us) for us in self.values.tolist()]
        elif self.kind == "naive":
            cells = [None if us == NAT else _EPOCH_NAIVE + timedelta(microseconds=us) for us in self.values.tolist()]
        elif self.kind == "span":
            cells = [None if us == NAT else timedelta(microseconds=us) for us in self.values.tolist()]
        else:
            cells = self.values.tolist()
        if self.missing is None:
            return cells
        return [None if gone else cell for cell, gone in zip(cells, self.missing.tolist(), strict=True)]


class TextColumn:
    """A column of text: coded when it is asked for as any other column, or spelled out as it stands, which is cheaper where most texts differ."""

    kind: FrameKind = "coded"

    def __init__(self, length: int, encode: Callable[[], tuple[Any, Sequence[Any]]], spell: "Callable[[], NDArray[Any]]") -> None:
        """Hold what the library does.

        Args:
            length: number of rows.
            encode: gives codes (-1 = missing) and the distinct texts.
            spell: gives the texts as an array of numpy text or of objects.
        """
        self._length, self._encode, self._spell = length, encode, spell

    @cached_property
    def _codes(self) -> FrameColumn:
        codes, categories = self._encode()
        return _coded(codes, list(categories))

    @property
    def values(self) -> "NDArray[np.int32]":
        """Codes into ``categories``, -1 where missing."""
        return self._codes.values

    @property
    def categories(self) -> Sequence[Any]:
        """The distinct texts."""
        return self._codes.categories

    @property
    def missing(self) -> "NDArray[np.bool_] | None":
        """As `FrameColumn.missing`."""
        return self._codes.missing

    def spelled(self) -> "NDArray[Any]":
        """The texts as numpy text, or as objects; a missing one as empty text or whatever the library has for it."""
        return self._spell()

    def present(self) -> "NDArray[np.bool_]":
        """As `FrameColumn.present`."""
        return self._codes.present()

    def coded(self) -> "tuple[NDArray[np.int32], list[Any]]":
        """As `FrameColumn.coded`."""
        return self._codes.coded()

    def to_list(self) -> list[Any]:
        """As `FrameColumn.to_list`."""
        return self._codes.to_list()

    def __len__(self) -> int:
        """How many rows."""
        return self._length


Column = FrameColumn | TextColumn


def columns_of(frame: Any) -> dict[str, Column]:
    """The columns of a frame by name.

    Args:
        frame: pandas, polars (lazy too), pyarrow, a DuckDB relation, narwhals, whatever offers the Arrow
            PyCapsule stream or narwhals understands, or a mapping of name -> array, series or list (where
            ``datetime64`` is UTC).

    Raises:
        QueryError: ``unknown_frame``; ``unequal_columns`` for a mapping of several lengths.
    """
    if isinstance(frame, Mapping):
        return _from_mapping(frame)
    library = type(frame).__module__.partition(".")[0]
    if library == "narwhals":
        return columns_of(frame.to_native())
    if library == "pandas":
        return {str(name): _from_pandas(frame.iloc[:, position]) for position, name in enumerate(frame.columns)}
    if library == "polars":
        frame = frame.collect() if hasattr(frame, "collect") else frame
        return {series.name: _from_polars(series) for series in frame.get_columns()}
    if hasattr(frame, "__arrow_c_stream__"):
        import pyarrow as pa  # noqa: PLC0415 - optional

        table = pa.table(frame)
        return {name: _from_arrow(table.column(position)) for position, name in enumerate(table.column_names)}
    return _from_narwhals(frame)


def records_of(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """The rows, each as a dict without the keys of its empty cells."""
    cells = [column.to_list() for column in columns.values()]
    names = list(columns)
    return [{name: cell for name, cell in zip(names, row, strict=True) if cell is not None} for row in zip(*cells, strict=True)]


def _from_mapping(frame: Mapping[Any, Any]) -> dict[str, Column]:
    columns = {str(name): _from_any(values) for name, values in frame.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        message = f"the columns have different lengths: {lengths}: give every column one value a row (None where it has none)"
        raise QueryError(message, code="unequal_columns", lengths=lengths)
    return columns


def _from_any(values: Any) -> Column:
    library = type(values).__module__.partition(".")[0]
    if library == "numpy":
        column = _from_numpy(values)
        return FrameColumn(column.values, "instant", column.missing) if column.kind == "naive" else column
    if library == "pandas":
        return _from_pandas(values if hasattr(values, "dt") or not hasattr(values, "to_series") else values.to_series())
    if library == "polars":
        return _from_polars(values)
    if library == "pyarrow":
        return _from_arrow(values)
    if library == "narwhals":
        return _from_any(values.to_native())
    return _from_objects(list(values))


def _from_numpy(values: "NDArray[Any]") -> FrameColumn:
    kind = _DTYPES.get(values.dtype.kind)
    if kind is None:
        return _from_objects(values.tolist())
    if kind in {"naive", "span"}:
        us = values.astype(f"{values.dtype.kind}8[us]").view(np.int64)
        return FrameColumn(us, kind, _mask(us == NAT))
    if kind == "int":
        return FrameColumn(values.astype(np.int64, copy=False), kind)
    return _whole(values.astype(np.float64, copy=False), np.isnan(values)) if kind == "float" else FrameColumn(values, kind)


def _whole(values: "NDArray[np.float64]", missing: "NDArray[np.bool_]") -> FrameColumn:
    """Floats; whole numbers that became floats only because cells are missing become integers again."""
    held = values[~missing]
    if missing.any() and len(held) and (held == np.floor(held)).all() and (np.abs(held) < 2**53).all():
        return FrameColumn(np.where(missing, 0, values).astype(np.int64), "int", missing)
    return FrameColumn(values, "float", _mask(missing))


def _from_objects(cells: list[Any]) -> FrameColumn:
    missing = np.fromiter((_empty(cell) for cell in cells), bool, len(cells))
    out = np.empty(len(cells), object)
    out[:] = cells
    return FrameColumn(out, "object", _mask(missing))


def _empty(cell: Any) -> bool:
    if isinstance(cell, str):
        return not cell
    return cell is None or type(cell).__name__ in {"NAType", "NaTType"} or _is_nan(cell)


def _is_nan(cell: Any) -> bool:
    return isinstance(cell, float | np.datetime64 | np.timedelta64) and cell != cell  # noqa: PLR0124 - NaN differs from itself


def _mask(missing: "NDArray[np.bool_]") -> "NDArray[np.bool_] | None":
    return missing if missing.any() else None


def _coded(codes: Any, categories: list[Any]) -> FrameColumn:
    emptied = [position for position, category in enumerate(categories) if (type(category) is not str or not category) and _empty(category)]
    out = np.asarray(codes).astype(np.int32)
    if emptied:
        out = np.where(np.isin(out, emptied), -1, out).astype(np.int32)
    return FrameColumn(out, "coded", _mask(out < 0), categories)


def _from_pandas(series: Any) -> Column:
    dtype = series.dtype
    name = str(dtype)
    if name == "category":
        return _coded(series.cat.codes.to_numpy(), series.cat.categories.tolist())
    if hasattr(dtype, "pyarrow_dtype"):
        return _from_arrow(series.array.__arrow_array__())
    if getattr(dtype, "tz", None) is not None:
        us = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]").view(np.int64)
        return FrameColumn(us, "instant", _mask(us == NAT))
    if name in {"object", "str"} or name.startswith("string"):
        return _from_texts(series)
    missing = series.isna().to_numpy()
    if isinstance(dtype, np.dtype):
        return _from_numpy(series.to_numpy())
    if name.lower().startswith(("int", "uint")):
        return FrameColumn(series.to_numpy(np.int64, na_value=0), "int", _mask(missing))
    if name.lower().startswith("float"):
        return _whole(series.to_numpy(np.float64, na_value=np.nan), missing)
    if name == "boolean":
        return FrameColumn(series.to_numpy(np.bool_, na_value=False), "bool", _mask(missing))
    return _from_objects(series.tolist())


def _from_texts(series: Any) -> Column:
    """Text is coded by the library's own hashing, which is faster than ours; what is not only text stays as it is."""
    import pandas as pd  # noqa: PLC0415 - the series is one of its own

    if pd.api.types.infer_dtype(series, skipna=True) != "string":
        return _from_objects(series.tolist())
    return TextColumn(len(series), lambda: pd.factorize(series), lambda: series.to_numpy(object))


def _from_polars(series: Any) -> Column:
    import polars as pl  # noqa: PLC0415 - the series is one of its own

    dtype, missing = series.dtype, series.is_null().to_numpy()
    if isinstance(dtype, pl.Datetime | pl.Duration):
        us = series.dt.cast_time_unit("us").to_physical().fill_null(NAT).to_numpy().astype(np.int64, copy=False)
        kind: FrameKind = "span" if isinstance(dtype, pl.Duration) else "instant" if dtype.time_zone else "naive"
        return FrameColumn(us, kind, _mask(missing))
    if dtype in {pl.String, pl.Categorical} or isinstance(dtype, pl.Categorical | pl.Enum):
        with suppress(ImportError):  # Arrow codes texts faster
            return _from_arrow(series.to_arrow())
        texts = series.cast(pl.String)
        known = texts.drop_nulls().unique(maintain_order=True)
        codes = texts.replace_strict(known, pl.int_range(len(known), eager=True), default=-1, return_dtype=pl.Int32) if len(known) else None
        return _coded(np.full(len(texts), -1) if codes is None else codes.fill_null(-1).to_numpy(), known.to_list())
    if dtype.is_integer():
        return FrameColumn(series.fill_null(0).cast(pl.Int64).to_numpy(), "int", _mask(missing))
    if dtype.is_float():
        floats = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return _whole(floats, np.isnan(floats))
    if dtype == pl.Boolean:
        return FrameColumn(series.fill_null(value=False).to_numpy(), "bool", _mask(missing))
    return _from_objects(series.to_list())


def _from_arrow(array: Any) -> Column:
    import pyarrow as pa  # noqa: PLC0415 - the array is one of its own

    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    kind = array.type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        column = _from_numpy(array.to_numpy(zero_copy_only=False))
        aware = pa.types.is_timestamp(kind) and kind.tz is not None
        return FrameColumn(column.values, "instant", column.missing) if aware else column
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        texts = array.cast(pa.large_string())
        return TextColumn(len(texts), lambda: _arrow_codes(texts.dictionary_encode()), lambda: _letters(texts))
    if pa.types.is_dictionary(kind):
        return _coded(*_arrow_codes(array))
    missing = np.asarray(array.is_null().to_numpy(zero_copy_only=False), bool)
    if pa.types.is_integer(kind):
        return FrameColumn(array.fill_null(0).cast(pa.int64()).to_numpy(zero_copy_only=False), "int", _mask(missing))
    if pa.types.is_floating(kind):
        floats = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return _whole(floats, np.isnan(floats))
    if pa.types.is_boolean(kind):
        return FrameColumn(array.fill_null(False).to_numpy(zero_copy_only=False), "bool", _mask(missing))
    if pa.types.is_interval(kind):
        return _from_objects([_fixed(cell) for cell in array.to_pylist()])
    return _from_objects(array.to_pylist())


def _arrow_codes(array: Any) -> tuple[Any, list[Any]]:
    """A dictionary array of Arrow as codes (-1 = missing) and its dictionary."""
    import pyarrow as pa  # noqa: PLC0415 - the array is one of its own

    return array.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False), array.dictionary.to_pylist()


def _letters(texts: Any) -> "NDArray[Any]":
    """Large strings of Arrow as numpy text, from their letters, where these are short ASCII; else as objects."""
    _, at, letters = texts.buffers()
    offsets = np.frombuffer(at, np.int64)[texts.offset : texts.offset + len(texts) + 1] if len(texts) else np.zeros(1, np.int64)
    lengths = np.diff(offsets)
    width = int(lengths.max(initial=0))
    held = np.frombuffer(letters or b"", np.uint8)[offsets[0] : offsets[-1]]
    if not 0 < width <= _SHORT or not 0 < int(held.min()) <= int(held.max()) <= _ASCII or texts.null_count or int(lengths.min()) < width:
        return np.asarray(texts.to_numpy(zero_copy_only=False), object)
    return np.ascontiguousarray(held.reshape(-1, width).astype(np.uint32)).view(f"U{width}")[:, 0]


def _fixed(interval: Any) -> Any:
    """A month-day-nano interval as a timedelta where it has a fixed length."""
    if interval is None or interval.months:
        return interval
    return timedelta(days=interval.days, microseconds=interval.nanoseconds // 1000)


def _from_narwhals(frame: Any) -> dict[str, Column]:
    try:
        import narwhals as nw  # noqa: PLC0415 - optional

        known = nw.from_native(frame)
    except (ImportError, TypeError):
        message = (
            f"a {type(frame).__module__}.{type(frame).__qualname__} is no data frame that can be read here: give pandas, polars, pyarrow, a DuckDB"
            " relation, anything with __arrow_c_stream__, or a mapping of arrays (more kinds are understood once narwhals is installed)"
        )
        raise QueryError(message, code="unknown_frame", given=type(frame).__qualname__) from None
    collected = known.collect() if isinstance(known, nw.LazyFrame) else known
    return columns_of(collected.to_arrow())
