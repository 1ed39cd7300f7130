"""What every result with a table offers: frames, Arrow and a notebook's view of it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from slakit._table import Table


class Tidy:
    """A result whose rows are a tidy table; libraries are imported when their frame is asked for."""

    __slots__ = ()

    def table(self) -> "Table":
        """The rows as a tidy table."""
        raise NotImplementedError  # pragma: no cover - every result has its own

    def to_pandas(self) -> "pd.DataFrame":
        """The rows as a pandas frame: instants in UTC, times as timedelta."""
        return self.table().to_pandas()

    def to_polars(self) -> "pl.DataFrame":
        """The rows as a polars frame: instants in UTC, times as durations."""
        return self.table().to_polars()

    def to_arrow(self) -> "pa.Table":
        """The rows as a pyarrow table: instants in UTC, times as durations."""
        return self.table().to_arrow()

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The rows for anything that speaks the Arrow PyCapsule interface."""
        return self.table().__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def text_html(text: str) -> str:
    """Text as a notebook shows it: escaped, each line in its own writing direction."""
    from html import escape  # noqa: PLC0415 - only notebooks pay for it

    return f'<pre style="white-space:pre-wrap;unicode-bidi:plaintext">{escape(text)}</pre>'
