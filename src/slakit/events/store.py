"""The input arrays behind a log: gathered row by row when somebody asks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._time import NAT
from slakit.events.coding import factorize, factorize_integers, present
from slakit.events.columns import EventColumns
from slakit.events.event import Event, event_of
from slakit.events.keys import KIND_KEYS, STATUS_KINDS
from slakit.events.kinds import EventKind, Role, Status
from slakit.events.objects import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slakit.events.coding import Column

_KINDS = tuple(EventKind(code) if code else EventKind.CREATED for code in range(len(EventKind) + 1))
_ROLE_NAMES = Role.names()
_ROLES, _STATUSES = tuple(Role), tuple(Status)


def carriers(key: str) -> "NDArray[np.bool_]":
    """Which kinds may carry a key, by kind code; a `created` may carry any."""
    return np.array([kind == EventKind.CREATED or key in KIND_KEYS.get(kind, ()) for kind in range(len(EventKind) + 1)])  # type: ignore[call-overload]


_STATED = np.isin(np.arange(len(EventKind) + 1), STATUS_KINDS)


class ArrayStore:
    """Rows as the caller gave them, in input order."""

    __slots__ = ("_odd", "_raw", "_spans")

    def __init__(self, raw: "Mapping[str, Column]", spans: "NDArray[np.int64] | None", odd: Mapping[int, Event]) -> None:
        """Hold the arrays.

        Args:
            raw: our key -> array; only what `EventColumns` does not hold itself.
            spans: us of `handled` rows, `NAT` elsewhere; None where there are none.
            odd: rows that were read one by one.
        """
        self._raw = dict(raw)
        self._spans = spans
        self._odd = dict(odd)

    def keys(self) -> tuple[str, ...]:
        """The further keys that some row may carry."""
        more = {key for event in self._odd.values() for key in event.data}
        return tuple(sorted({*self._raw, *more} - {"id", "actor", "status"}))

    def build(self, columns: EventColumns, low: int, high: int) -> list[Event]:
        """The events at positions ``[low, high)``."""
        rows = columns.rows(slice(low, high))
        count = len(rows)
        kind = columns.kind[low:high]
        placed = {key: self.cells(key, rows) for key in ("id", "actor", "status")}
        data: list[dict[str, Any]] = [{} for _ in range(count)]
        for key, column in self._raw.items():
            if key in placed:
                continue
            there = present(column[rows]) & carriers(key)[kind]
            if there.any():
                places = np.flatnonzero(there)
                for place, given in zip(places.tolist(), self._values(key, rows[places], kind[places]), strict=True):
                    data[place][key] = given
        seq = [0] * count if columns.seq is None else columns.seq[low:high].tolist()
        tickets = columns.tickets[columns.ticket[low:high]].tolist()
        kinds = [_KINDS[code] for code in kind.tolist()]
        roles = [_ROLES[code] for code in columns.role[low:high].tolist()]
        categories = [_STATUSES[code] for code in columns.category[low:high].tolist()]
        at, public = columns.at[low:high].tolist(), columns.public[low:high].tolist()
        events = list(
            map(event_of, tickets, at, kinds, placed["id"], seq, placed["actor"], roles, public, placed["status"], categories, data)
        )
        if self._odd:
            events = [self._odd.get(row, event) for row, event in zip(rows.tolist(), events, strict=True)]
        return events

    def coded(self, columns: EventColumns, key: str) -> "tuple[NDArray[np.int32], list[Any]]":
        """Codes and distinct values of a key; only rows of a kind that may carry it are looked at."""
        column, distinct = self._raw.get(key), list[Any]()
        codes = np.full(len(columns), ABSENT, np.int32)
        places: slice | NDArray[np.int64] = slice(None)
        if key not in {"id", "actor"}:
            places = np.flatnonzero((_STATED if key == "status" else carriers(key))[columns.kind])
        if column is not None:
            rows = columns.rows(places)
            if key == "span" and self._spans is not None:
                found, spans = factorize_integers(self._spans[rows])
                distinct = spans.tolist()
                if distinct and distinct[0] == NAT:
                    found, distinct = found - np.int32(1), distinct[1:]
            else:
                found, distinct = factorize(column[rows])
            codes[places] = found
        if key == "to_role":
            distinct = [Role.of(given) if given in _ROLE_NAMES else given for given in distinct]  # the others are put in below
        return self._patched(columns, key, codes, distinct)

    def _patched(
        self, columns: EventColumns, key: str, codes: "NDArray[np.int32]", distinct: list[Any]
    ) -> "tuple[NDArray[np.int32], list[Any]]":
        """Put in what rows that were read one by one say."""
        if not self._odd:
            return codes, distinct
        odd = np.fromiter(self._odd, np.int64, len(self._odd))
        source = columns.rows(slice(None))
        for place in np.flatnonzero(np.isin(source, odd)).tolist():
            event = self._odd[int(source[place])]
            given = getattr(event, key) if key in {"id", "actor", "status"} else event.data.get(key)
            if given is None:
                codes[place] = ABSENT
                continue
            found = next((code for code, known in enumerate(distinct) if type(known) is type(given) and known == given), None)
            if found is None:
                found = len(distinct)
                distinct.append(given)
            codes[place] = found
        return codes, distinct

    def cells(self, key: str, rows: "NDArray[Any]") -> list[Any]:
        """A key of some rows, None where absent."""
        column = self._raw.get(key)
        if column is None:
            return [None] * len(rows)
        cells = column[rows]
        codes, distinct = factorize(cells) if cells.dtype.kind in "mMO" else (None, None)
        if codes is not None and distinct is not None:
            distinct.append(None)
            return [distinct[code] for code in codes.tolist()]
        there = present(cells)
        values: list[Any] = cells.tolist()
        return (
            values if there.all() else [given if given_there else None for given, given_there in zip(values, there.tolist(), strict=True)]
        )

    def _values(self, key: str, rows: "NDArray[Any]", kind: "NDArray[np.uint8]") -> list[Any]:
        """A data key of rows that have it, in the form that events hold."""
        if key == "span" and self._spans is not None:
            return list(self._spans[rows].tolist())
        values = self.cells(key, rows)
        if key == "to_role":
            return [Role.of(given) if code == EventKind.ASSIGNED else given for given, code in zip(values, kind.tolist(), strict=True)]
        return values
