"""Tidy results: named columns of one length that go out as lists, data frames, Arrow, text or HTML.

A column has a kind, which says what it becomes on the way out:

| kind | in a dict | in a frame |
| --- | --- | --- |
| text | str | text |
| category | str | category, dictionary |
| int, float, bool | int, float, bool | the same, nullable where a value is missing |
| instant | aware UTC datetime | timestamp in us, UTC |
| span | timedelta | duration in us |
| micros | int, in us | duration in us |
| decimal | Decimal | decimal |
| other | as it is | its text |
"""

from slakit._table.column import KINDS, Column, Kind
from slakit._table.table import Table

__all__ = ["KINDS", "Column", "Kind", "Table"]
