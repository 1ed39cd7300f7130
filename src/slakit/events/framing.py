"""A data frame as the arrays that `slakit.events.arrays` reads."""

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._frames import Column, FrameColumn, TextColumn, columns_of
from slakit._time import NAT
from slakit.events.coding import Coded
from slakit.events.times import Times, localize

if TYPE_CHECKING:
    from numpy.typing import NDArray


def arrays_of(frame: Any) -> dict[str, Any]:
    """The columns of a frame as arrays or codes; what may be read in two ways stays as `NaiveTimes` or `Texts`.

    Args:
        frame: whatever `slakit._frames.columns_of` takes.
    """
    return {name: _array(column) for name, column in columns_of(frame).items()}


class NaiveTimes:
    """Wall times without a zone, us since 1970-01-01T00:00 on that clock; `NAT` where missing."""

    __slots__ = ("column",)

    def __init__(self, column: FrameColumn) -> None:
        """Hold the column."""
        self.column = column

    def objects(self) -> "NDArray[Any]":
        """The wall times as naive datetimes, None where missing."""
        return _objects(self.column.to_list())

    def read(self, tz: tzinfo) -> Times:
        """The instants in a zone."""
        local = self.column.values
        rows = np.flatnonzero(local != NAT)
        at = np.full(len(local), NAT)
        at[rows], doubts = localize(local[rows], tz)
        return Times(at, [(int(rows[place]), doubt, moment) for place, doubt, moment in doubts])


class Texts:
    """A column of text, as times are read from it or as any other."""

    __slots__ = ("column",)

    def __init__(self, column: TextColumn) -> None:
        """Hold the column."""
        self.column = column

    def coded(self) -> Coded:
        """Codes and the distinct texts."""
        return Coded(self.column.values, self.column.categories)

    def spelled(self) -> "NDArray[Any]":
        """The texts one by one."""
        return self.column.spelled()


def _array(column: Column) -> "NDArray[Any] | Coded | NaiveTimes | Texts":
    if isinstance(column, TextColumn):
        return Texts(column)
    if column.kind == "naive":
        return NaiveTimes(column)
    if column.kind == "instant":
        return column.values.view("datetime64[us]")
    if column.kind == "span":
        return column.values.view("timedelta64[us]")
    if column.kind == "coded":
        return Coded(column.values, column.categories)
    if column.kind == "float" or column.missing is None:
        return column.values
    return _objects(column.to_list())


def _objects(cells: list[Any]) -> "NDArray[Any]":
    array = np.empty(len(cells), object)
    array[:] = cells
    return array
