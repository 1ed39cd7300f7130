"""A table: named columns of one length."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from slakit._table import frames
from slakit._table.column import KINDS, Column, Kind, as_column
from slakit._value import value
from slakit.errors import QueryError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

SHOWN = 20
"""How many rows a repr shows."""
_STYLE = (
    ".slakit-table{overflow-x:auto;color:inherit;background:transparent}"
    ".slakit-table p{margin:.3em 0}"
    ".slakit-table table{border-collapse:collapse;color:inherit;background:transparent;font-variant-numeric:tabular-nums}"
    ".slakit-table :is(th,td){border:0;border-bottom:1px solid rgba(127,127,127,.35);padding:.15em .6em;text-align:start;white-space:nowrap;background:transparent}"
    ".slakit-table .end{text-align:end}"
)
_RIGHT = frozenset({"int", "float", "span", "micros", "decimal"})


@value(eq=False, repr=False)
class Table:
    """Named columns of one length, in order; immutable.

    Attributes:
        columns: name -> `Column`, or just its values: the kind is then inferred.
        title: a sentence that says what the table holds.
    """

    columns: Mapping[str, Column]
    title: str

    def __init__(self, columns: Mapping[str, Any], *, kinds: Mapping[str, Kind] | None = None, title: str = "") -> None:
        """Hold columns.

        Args:
            columns: name -> list or numpy array, or `Column`; all of one length.
            kinds: name -> kind, where it cannot be inferred or is to be another one.
            title: a sentence for the repr; the default counts rows and columns.

        Raises:
            QueryError: ``unequal_columns``, ``unknown_column`` (in ``kinds``), ``unknown_kind``.
        """
        given = dict(kinds or {})
        for name, kind in given.items():
            if name not in columns:
                message = f"kinds names the column {name!r}, which is not there: {did_you_mean(name, columns)}"
                raise QueryError(message, code="unknown_column", given=name)
            if kind not in KINDS:
                message = f"column {name!r} has the unknown kind {kind!r}: {did_you_mean(kind, KINDS)}"
                raise QueryError(message, code="unknown_kind", given=kind)
        held = {name: as_column(values, given.get(name)) for name, values in columns.items()}
        lengths = {name: len(column) for name, column in held.items()}
        if len(set(lengths.values())) > 1:
            message = f"the columns of a table have one length, but here they have {lengths}"
            raise QueryError(message, code="unequal_columns", lengths=lengths)
        rows = next(iter(lengths.values()), 0)
        object.__setattr__(self, "columns", MappingProxyType(held))
        object.__setattr__(self, "title", title or f"{rows:,} rows, {len(held)} columns")

    def __len__(self) -> int:
        """How many rows."""
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, each as a dict."""
        return (self[position] for position in range(len(self)))

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...

    def __getitem__(self, key: int | str) -> Any:
        """A row by position, or a column by name as a list.

        Raises:
            QueryError: ``unknown_column``.
            IndexError: no such row.
        """
        if isinstance(key, str):
            return self.column(key).to_list()
        position = range(len(self))[key]
        return {name: column.at(position) for name, column in self.columns.items()}

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same columns, kinds and values; the title does not count."""
        if not isinstance(other, Table):
            return NotImplemented
        kinds = [{name: column.kind for name, column in table.columns.items()} for table in (self, other)]
        return kinds[0] == kinds[1] and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def column(self, name: str) -> Column:
        """A column by name.

        Raises:
            QueryError: ``unknown_column``.
        """
        if name not in self.columns:
            message = f"no column {name!r}: {did_you_mean(name, self.columns)}"
            raise QueryError(message, code="unknown_column", given=name, known=tuple(self.columns))
        return self.columns[name]

    def to_dict(self) -> dict[str, list[Any]]:
        """Name -> list of plain Python values: str, int, float, bool, aware UTC datetime, timedelta, Decimal, None."""
        return {name: column.to_list() for name, column in self.columns.items()}

    def to_pandas(self) -> "pd.DataFrame":
        """A pandas frame: timestamps in UTC, durations, categories, nullable integers where one is missing."""
        import pandas as pd  # noqa: PLC0415 - optional

        return pd.DataFrame({name: frames.to_pandas(column) for name, column in self.columns.items()})

    def to_polars(self) -> "pl.DataFrame":
        """A polars frame: Datetime in us and UTC, Duration in us, Categorical."""
        import polars as pl  # noqa: PLC0415 - optional

        return pl.DataFrame([frames.to_polars(name, column) for name, column in self.columns.items()])

    def to_arrow(self) -> "pa.Table":
        """An Arrow table: timestamps in us and UTC, durations in us, dictionaries."""
        import pyarrow as pa  # noqa: PLC0415 - optional

        return pa.table({name: frames.to_arrow(column) for name, column in self.columns.items()})

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule stream, by way of pyarrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _excerpt(self, rows: int) -> Iterator[list[str]]:
        for position in range(min(rows, len(self))):
            yield [column.text(position) for column in self.columns.values()]

    def to_text(self, *, rows: int = SHOWN) -> str:
        """The title, then at most ``rows`` rows in aligned columns."""
        lines = [list(self.columns), *self._excerpt(rows)]
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        right = [column.kind in _RIGHT for column in self.columns.values()]
        aligned = [
            "  ".join(cell.rjust(width) if flush else cell.ljust(width) for cell, width, flush in zip(line, widths, right, strict=True))
            for line in lines
        ]
        more = [f"... and {len(self) - rows:,} more rows"] if len(self) > rows else []
        return "\n".join(line.rstrip() for line in [self.title, *(aligned if self.columns else []), *more])

    def __repr__(self) -> str:
        """As `to_text`."""
        return self.to_text()

    def to_html(self, *, rows: int = SHOWN) -> str:
        """A fragment of HTML: no scripts, no network, colours of the page it stands in, every text with its own direction."""
        from html import escape  # noqa: PLC0415 - only HTML pays for it

        aligns = ["end" if column.kind in _RIGHT else "start" for column in self.columns.values()]
        head = "".join(f'<th scope="col" class="{align}">{escape(name)}</th>' for name, align in zip(self.columns, aligns, strict=True))
        body = "".join(
            "<tr>"
            + "".join(f'<td dir="auto" class="{align}">{escape(cell)}</td>' for cell, align in zip(cells, aligns, strict=True))
            + "</tr>"
            for cells in self._excerpt(rows)
        )
        more = f"<p>... and {len(self) - rows:,} more rows</p>" if len(self) > rows else ""
        return (
            f'<div class="slakit-table"><style>{_STYLE}</style><p dir="auto">{escape(self.title)}</p>'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
        )

    def _repr_html_(self) -> str:
        return self.to_html()
