"""Arrays in, columns out: checked as a whole; only rows that look odd are read one by one."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._time import NAT, fixed_span
from slakit._value import value
from slakit.errors import EventError, Finding, SlakitError, did_you_mean
from slakit.events.arranging import Rows, arrange
from slakit.events.cells import plain, truth, whole
from slakit.events.coding import Coded, as_column, codes_of, factorize, factorize_ids, factorize_integers, present, translate
from slakit.events.columns import EventColumns, ids_array
from slakit.events.event import category
from slakit.events.faults import nameless_key
from slakit.events.framing import NaiveTimes, Texts
from slakit.events.keys import HANDLED_PARTS, PLACED_KEYS, REQUIRED_KEYS
from slakit.events.kinds import EventKind, Role, Status
from slakit.events.objects import ABSENT
from slakit.events.ordering import Duplicate, repeated
from slakit.events.quarantine import OnError, Quarantined, bad_row, minority, mixed_types, refuse, set_aside
from slakit.events.records import RowReader, time_doubt
from slakit.events.renaming import Renaming
from slakit.events.store import ArrayStore, carriers
from slakit.events.times import Times, read_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slakit.events.coding import Column
    from slakit.events.event import Event

_UNKNOWN, _NOTHING = 255, 254
_MOST_LISTED = 10_000


@value(eq=False)
class ColumnReading:
    """What became of a table of columns.

    Attributes:
        columns: the events.
        findings: doubts about how a row was read.
        quarantined: rows set aside.
        duplicates: events left out because their id was there before.
    """

    columns: EventColumns
    findings: tuple[Finding, ...]
    quarantined: tuple[Quarantined, ...]
    duplicates: tuple[Duplicate, ...]


class _Table:
    """The arrays under our names, and what has been worked out of them row by row."""

    __slots__ = ("at", "category", "count", "kind", "known_at", "odd", "public", "raw", "role", "seq", "spans")

    def __init__(self, raw: "dict[str, Column]", times: Times, statuses: Mapping[str, Any]) -> None:
        self.raw = raw
        self.count = len(times.at)
        self.at = times.at
        self.odd = times.at == NAT
        self.kind = self._codes("kind", EventKind, 0)
        self.odd |= self.kind == 0
        self.role = self._codes("role", Role, Role.UNKNOWN)
        np.putmask(self.role, (self.kind == EventKind.CREATED.value) & (self.role == Role.UNKNOWN.value), Role.CUSTOMER)
        self.public = self._public()
        self.category = self._categories(statuses)
        self.seq = self._seq()
        self.spans = self._spans()
        self._check_keys()

    def _codes(self, key: str, names: type[EventKind] | type[Role], absent: int) -> "NDArray[np.uint8]":
        """Kinds or roles as codes; an unreadable row becomes odd."""
        column = self.raw.get(key)
        if column is None:
            return np.full(self.count, absent, np.uint8)
        if isinstance(column, np.ndarray) and column.dtype == np.uint8 and (not self.count or int(column.max()) <= max(names)):
            return column.copy()
        out = translate(column, names.of, absent, _UNKNOWN)
        strange = out == _UNKNOWN
        self.odd |= strange
        np.putmask(out, strange, absent)
        return out

    def _public(self) -> "NDArray[np.bool_]":
        column = self.raw.get("public")
        if column is None:
            public = np.ones(self.count, np.bool_)
        elif isinstance(column, np.ndarray) and column.dtype.kind == "b":
            public = column.copy()
        else:
            told = translate(column, truth, 1, _UNKNOWN)
            self.odd |= told == _UNKNOWN
            public = told == 1
        public &= self.kind != EventKind.NOTE.value
        return public

    def _categories(self, statuses: Mapping[str, Any]) -> "NDArray[np.uint8]":
        column = self.raw.get("status")
        if column is None:
            self.odd |= self.kind == EventKind.STATUS.value
            return np.zeros(self.count, np.uint8)
        out = translate(column, lambda given: category(given, statuses), _NOTHING, _UNKNOWN)
        empty = out == _NOTHING
        status = self.kind == EventKind.STATUS.value
        self.odd |= (out == _UNKNOWN) | (empty & status) | ~(empty | status | (self.kind == EventKind.CREATED.value))
        np.putmask(out, empty, Status.NONE)
        return out

    def _seq(self) -> "NDArray[np.int64] | None":
        column = self.raw.get("seq")
        if column is None:
            return None
        if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
            return column.astype(np.int64)
        codes, distinct = factorize(column)
        found = np.zeros(len(distinct) + 1, np.int64)
        strange = np.zeros(len(distinct) + 1, np.bool_)
        for place, given in enumerate(distinct):
            try:
                found[place] = whole("seq", given)
            except SlakitError:
                strange[place] = True
        self.odd |= strange[codes]
        return found[codes]

    def _spans(self) -> "NDArray[np.int64] | None":
        """Spans of `handled` rows in us."""
        column, handled = self.raw.get("span"), self.kind == EventKind.HANDLED.value
        if column is None:
            return None
        self.odd |= present(column) & (self.kind == EventKind.CREATED.value)
        spans = np.full(self.count, NAT)
        rows = np.flatnonzero(handled)
        if column.dtype.kind == "m":
            spans[rows] = column[rows].astype("timedelta64[us]").astype(np.int64)
        else:
            codes, distinct = factorize(column[rows])
            found = np.full(len(distinct) + 1, NAT)
            for place, given in enumerate(distinct):
                try:
                    found[place] = fixed_span(given)
                except SlakitError:
                    continue
            spans[rows] = found[codes]
        self.odd[rows] |= spans[rows] < 0
        return spans

    def _check_keys(self) -> None:
        """Rows with a key that their kind does not have, or without one that it needs, are odd."""
        there: dict[str, NDArray[np.bool_]] = {}
        here = np.empty(self.count, np.bool_)
        for key, column in self.raw.items():
            if key in PLACED_KEYS:
                continue
            mask = present(column)
            if not mask.any():
                continue
            there[key] = mask
            self.odd |= mask & ~carriers(key)[self.kind]
        for kind, keys in REQUIRED_KEYS.items():
            np.equal(self.kind, kind, out=here)
            for key in keys if here.any() else ():
                if key != "status":
                    self.odd |= here & ~there[key] if key in there else here
        for key, allowed in (("part", HANDLED_PARTS), ("to_role", Role.names())):
            if key in there:
                codes, distinct = factorize(self.raw[key])
                strange = np.array([not (isinstance(given, str) and given in allowed) for given in distinct] + [False])
                created = (self.kind == EventKind.CREATED.value) & (key == "to_role")
                self.odd |= (strange[codes] & (self.kind != EventKind.CREATED.value)) | (there[key] & created)

    def record(self, row: int) -> dict[str, Any]:
        """One row as a record, without what is absent."""
        return {key: plain(column[row]) for key, column in self.raw.items() if present(column[row : row + 1])[0]}


def read_columns(
    given: Mapping[str, Any],
    *,
    statuses: Mapping[str, Any] | None,
    tz: tzinfo | None,
    columns: Mapping[str, str | None] | None,
    on_error: OnError,
    unit: str | None,
) -> ColumnReading:
    """Read a table of columns.

    Args:
        given: names -> arrays, series or lists of one length.
        statuses: the product's own statuses -> categories.
        tz: the zone of naive times; None refuses them.
        columns: their names -> ours.
        on_error: ``"raise"`` or ``"quarantine"``.
        unit: of integer times.

    Raises:
        LogErrors: every bad row, when they are to be raised; ``missing_column`` and ``unequal_lengths`` always.
    """
    named = Renaming(columns).columns(dict(given.items())) if columns else given  # a pandas frame has items, too, but is no mapping
    raw = {key: _raw(key, column) for key, column in named.items()}
    _check_shape(raw)
    moments, given_at = named["at"], raw["at"]
    if isinstance(moments, NaiveTimes) and tz is not None:
        times = moments.read(tz)
    else:
        times = read_times(as_column(given_at.tolist()) if isinstance(given_at, Coded) else given_at, tz=tz, unit=unit)
    table = _Table(raw, times, statuses or {})
    reader = RowReader(statuses=statuses, tz=tz)
    tickets = _tickets(table)
    bad: list[Quarantined] = []
    odd: dict[int, Event] = {}
    rows = np.flatnonzero(table.odd)
    if len(rows):
        table.at = table.at.copy()  # it may be the caller's
    for row in rows.tolist():
        if on_error == "raise" and len(bad) >= _MOST_LISTED:
            break
        record = table.record(row)
        try:
            event = odd[row] = reader.read(record, None if times.at[row] == NAT else int(times.at[row]))
        except SlakitError as error:
            bad.append(bad_row(row, record, error))
            continue
        table.at[row], table.kind[row], table.role[row], table.public[row] = event.at, event.kind, event.role, event.public
        table.category[row] = event.category
        if table.seq is not None:
            table.seq[row] = event.seq
    kept = np.ones(table.count, np.bool_)
    kept[[row.row for row in bad]] = False
    stranger = tickets.stranger()
    if stranger is not None:
        strangers = np.flatnonzero(kept & tickets.of_type(stranger))
        bad.extend(bad_row(row, table.record(row), mixed_types(tickets.id_of(row))) for row in strangers.tolist())
        kept[strangers] = False
    set_rows = set_aside(bad, table.count, on_error)
    arranged, duplicates = _arrange(table, tickets, None if kept.all() else np.flatnonzero(kept), odd)
    doubts = [
        time_doubt(doubt, moment, tz, tickets.id_of(row), int(table.at[row]))
        for row, doubt, moment in times.doubts
        if tz is not None and kept[row]
    ]
    return ColumnReading(arranged, tuple(doubts), set_rows, duplicates)


def _raw(key: Any, column: Any) -> "Column":
    """A column as an array or as codes; texts one by one where they are instants, which mostly differ."""
    if isinstance(column, NaiveTimes):
        return column.objects()
    if isinstance(column, Texts):
        return column.spelled() if key == "at" else column.coded()
    plain: Column = as_column(column)
    return plain


def _check_shape(raw: "Mapping[str, Column]") -> None:
    """Refuse a table without ticket, at or kind, with a column that has no name, or with columns of different lengths."""
    faults = [nameless_key(key) for key in raw if not isinstance(key, str)]
    faults += [
        EventError(
            f"there is no column {key!r}: {did_you_mean(key, raw)}; name it in columns={{yours: {key!r}}}", code="missing_column", key=key
        )
        for key in ("ticket", "at", "kind")
        if key not in raw
    ]
    lengths = {key: len(column) if column.ndim == 1 else -1 for key, column in raw.items()}
    if len(set(lengths.values())) > 1 or -1 in lengths.values():
        told = ", ".join(f"{key}: {length}" for key, length in lengths.items())
        faults.append(EventError(f"columns differ in length ({told}): give one value a row", code="unequal_lengths", lengths=lengths))
    if faults:
        raise refuse(*faults)


class _Tickets:
    """The tickets of the rows.

    Attributes:
        numbers: integers that ascend as the ids; -1 in a column of codes where there is none.
        ids: the id of each code; None where the numbers are the ids themselves.
        types: the type of each code's id: 1 text, 0 integer, -1 neither; None where all are of one type.
    """

    __slots__ = ("ids", "numbers", "types")

    def __init__(self, numbers: "NDArray[Any]", ids: "Sequence[Any] | None", types: "NDArray[np.int8] | None") -> None:
        self.numbers, self.types = numbers, types
        self.ids = None if ids is None else np.empty(len(ids), object)
        if self.ids is not None:
            self.ids[:] = ids

    def id_of(self, row: int) -> Any:
        """The id of a row's ticket."""
        number = int(self.numbers[row])
        return number if self.ids is None else self.ids[number]

    def of_type(self, wanted: type) -> "NDArray[np.bool_]":
        """Where ids are text, or integers."""
        return np.asarray(self.types[self.numbers] == (wanted is str)) if self.types is not None else np.zeros(len(self.numbers), np.bool_)

    def stranger(self) -> type | None:
        """The type of ids that does not belong to the log."""
        if self.types is None:
            return None
        texts, others = (int(np.count_nonzero(self.of_type(wanted))) for wanted in (str, int))
        return minority(texts, others)

    def names(self, numbers: "NDArray[Any]") -> "NDArray[Any]":
        """The ids that some numbers stand for."""
        if self.ids is None:
            return numbers.astype(np.int64)
        found = self.ids[numbers]
        return found if not len(found) or isinstance(found[0], str) else ids_array(found.tolist())


def _tickets(table: _Table) -> _Tickets:
    """The tickets of a table; rows without a usable id become odd."""
    column = table.raw["ticket"]
    if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
        if column.dtype != np.uint64:
            return _Tickets(column, None, None)
        codes, distinct = factorize_integers(column)
        return _Tickets(codes, distinct.tolist(), None)
    codes, ids = factorize_ids(column)
    if set(map(type, ids)) <= {str}:
        table.odd |= codes == ABSENT
        return _Tickets(codes, ids, None)
    kinds = [1 if isinstance(given, str) else 0 if isinstance(given, int) and not isinstance(given, bool) else -1 for given in ids]
    table.odd |= np.array([*kinds, -1], np.int8)[codes] < 0
    ranked = sorted(range(len(ids)), key=lambda code: (kinds[code], ids[code] if kinds[code] >= 0 else 0))
    place = np.empty(len(ids) + 1, np.int32)
    place[ranked] = np.arange(len(ids), dtype=np.int32)
    place[ABSENT] = ABSENT
    return _Tickets(place[codes], [ids[code] for code in ranked], np.array([*(kinds[code] for code in ranked), -1], np.int8))


def _arrange(
    table: _Table, tickets: _Tickets, kept: "NDArray[np.int64] | None", odd: "Mapping[int, Event]"
) -> tuple[EventColumns, tuple[Duplicate, ...]]:
    """Put rows into canonical order, each event once.

    Args:
        table: the rows.
        tickets: their tickets.
        kept: the rows to take; None takes all.
        odd: what was read one by one.
    """
    rows = Rows(tickets.numbers, table.at, table.kind, table.role, table.public, table.category, table.seq)
    arranged = arrange(rows if kept is None else rows.taken(kept))
    rows = arranged.rows
    placed = {"ticket", "at", "kind", "role", "public", "seq"}
    store = ArrayStore({key: column for key, column in table.raw.items() if key not in placed}, table.spans, odd)
    columns = EventColumns(
        tickets=tickets.names(arranged.tickets),
        starts=arranged.starts,
        ticket=rows.ticket,
        at=rows.at,
        kind=rows.kind,
        role=rows.role,
        public=rows.public,
        category=rows.category,
        seq=rows.seq,
        source=rows.source,
        store=store,
    )
    if "id" not in table.raw:
        return columns, ()
    twins = np.flatnonzero(repeated(rows.ticket, codes_of(table.raw["id"])[columns.rows(slice(None))]))
    if not len(twins):
        return columns, ()
    names = store.cells("id", columns.rows(twins))
    left_out = zip(columns.tickets[rows.ticket[twins]].tolist(), rows.at[twins].tolist(), names, strict=True)
    duplicates = sorted((Duplicate(*twin) for twin in left_out), key=lambda twin: (twin.ticket, twin.at, str(twin.id)))
    return columns.take(np.delete(np.arange(len(columns)), twins)), tuple(duplicates)
