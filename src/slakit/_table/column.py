"""One column of a table: values as they came, and what they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args

from slakit._time import EPOCH, MINUTE, NAT, SECOND, fixed_span, instant, span_text, utc
from slakit._value import value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["text", "category", "int", "float", "bool", "instant", "span", "micros", "decimal", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_BY_TYPE: Mapping[type, Kind] = {
    bool: "bool", int: "int", float: "float", str: "text", datetime: "instant", timedelta: "span", Decimal: "decimal",
}  # fmt: skip
_BY_DTYPE: Mapping[str, Kind] = {"M": "instant", "m": "span", "i": "int", "u": "int", "f": "float", "b": "bool", "U": "text"}


@value(eq=False)
class Column:
    """One column: values as they came, and what they are.

    Attributes:
        values: a list or a numpy array. Missing are None and NaT, and NaN in floats; in an int64
            array of instants or spans, `NAT`.
        kind: one of `KINDS`.
    """

    values: Any
    kind: Kind

    def __len__(self) -> int:
        """How many rows."""
        return len(self.values)

    def at(self, position: int) -> Any:
        """One value in plain Python; None where it is missing."""
        return _plain(self.values[position], self.kind)

    def to_list(self) -> list[Any]:
        """All values in plain Python, as `at` gives them."""
        kind, values = self.kind, self.values
        dtype = getattr(values, "dtype", None)
        if dtype is not None and dtype.kind in "Mm":
            values = values.astype(f"{dtype.kind}8[us]").astype("int64")
        if dtype is not None:
            values = values.tolist()
        if kind in {"int", "bool", "text", "category", "other"}:
            return list(values)
        return [_plain(given, kind) for given in values]

    def to_numpy(self) -> "tuple[NDArray[Any], NDArray[np.bool_]]":
        """The values as an array, and a mask that is True where one is missing.

        Returns:
            int64 for int, instant, span and micros (the last three in us), float64, bool, else objects.
        """
        import numpy as np  # noqa: PLC0415 - a table read as lists must not pay for it

        values, kind = self.values, self.kind
        if isinstance(values, np.ndarray) and values.dtype.kind in "Mm":
            values = values.astype(f"{values.dtype.kind}8[us]").astype(np.int64)
        if isinstance(values, np.ndarray) and values.dtype.kind in "iubf":
            values = values if values.dtype.kind == "b" else values.astype(np.float64 if values.dtype.kind == "f" else np.int64, copy=False)
            missing = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
            if kind in {"instant", "span", "micros"}:
                missing = values == NAT
            return values, missing
        plain = self.to_list()
        missing = np.fromiter((given is None for given in plain), bool, len(plain))
        if kind in {"text", "category", "decimal", "other"}:
            out = np.empty(len(plain), object)
            out[:] = plain
            return out, missing
        if kind in {"instant", "span", "micros"}:
            return np.fromiter((_micros(given, kind) for given in plain), np.int64, len(plain)), missing
        fill, dtype = {"float": (np.nan, np.float64), "bool": (False, np.bool_)}.get(kind, (0, np.int64))
        return np.fromiter((fill if given is None else given for given in plain), dtype, len(plain)), missing

    def text(self, position: int) -> str:
        """One value for people, short."""
        given = self.at(position)
        if given is None:
            return "-"
        if isinstance(given, datetime):
            return f"{given:%Y-%m-%d %H:%M:%S}Z"
        if isinstance(given, timedelta):
            return _short_span(fixed_span(given))
        if self.kind == "micros":
            return _short_span(given)
        return f"{given:,.4g}" if isinstance(given, float) else str(given)


def as_column(values: Any, kind: Kind | None) -> Column:
    """Values as a column; the kind is inferred where it is None."""
    if isinstance(values, Column):
        return values if kind is None else Column(values.values, kind)
    dtype = getattr(values, "dtype", None)
    if dtype is None:
        held: Sequence[Any] = tuple(values)
        return Column(held, kind or _inferred(held))
    view = values.view()
    view.flags.writeable = False
    return Column(view, kind or _BY_DTYPE.get(dtype.kind) or _inferred(values))


def _inferred(values: Sequence[Any]) -> Kind:
    kinds = {_BY_TYPE.get(type(given), "other") for given in values if given is not None}
    if not kinds:
        return "text"
    if kinds == {"int", "float"}:
        return "float"
    return kinds.pop() if len(kinds) == 1 else "other"


def _plain(given: Any, kind: Kind) -> Any:
    if given is None or given != given:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return None
    if type(given).__module__ == "numpy":
        given = given.astype(f"{given.dtype.kind}8[us]").astype("int64").item() if given.dtype.kind in "Mm" else given.item()
    if kind == "instant":
        us = _micros(given, kind)
        return None if us == NAT else given if type(given) is datetime and given.tzinfo is EPOCH.tzinfo else utc(us)
    if kind in {"span", "micros"}:
        if given == NAT:
            return None
        us = _micros(given, kind)
        return us if kind == "micros" else timedelta(microseconds=us)
    return float(given) if kind == "float" else given


def _micros(given: Any, kind: Kind) -> int:
    if given is None or type(given) is int:
        return NAT if given is None else given
    return instant(given) if kind == "instant" else fixed_span(given)


def _short_span(us: int) -> str:
    whole = us if abs(us) < MINUTE else round(us / SECOND) * SECOND
    return span_text(whole)
