"""Rows in arrays put into canonical order (SPEC 3.3).

The rows are sorted by ticket in one go: ticket, row and what is small of a row stand together in one
integer, so that only the instants have to be fetched afterwards. Tickets whose rows are then out of
order in time, which are few in most logs, are sorted by the rest.
"""

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from slakit.events.coding import factorize_integers
from slakit.events.kinds import RANKS, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

CHUNK = 1 << 15
"""Rows treated at a time, so that what is between two passes stays in the cache."""
_WORD = 63
_FACTS = 12
_MOST_ROWS = 2**31
_RANKS = np.array(RANKS, np.uint8)
_PLACES = (("kind", 0, 31), ("role", 5, 7), ("public", 8, 1), ("category", 9, 7))
"""Where the small facts of a row stand in 12 bits: name, first bit, mask."""


@attrs.define(eq=False)
class Rows:
    """Arrays of one length, a row of the log in each place.

    Attributes:
        ticket: integers that ascend as the ids of the tickets.
        at: us.
        kind: `EventKind` codes.
        role: `Role` codes.
        public: whether the customer sees it.
        category: `Status` codes, 0 where there is none.
        seq: order within an instant, or None.
        source: the rows of the input; None where all of them stand in its order.
    """

    ticket: "NDArray[Any]"
    at: "NDArray[np.int64]"
    kind: "NDArray[np.uint8]"
    role: "NDArray[np.uint8]"
    public: "NDArray[np.bool_]"
    category: "NDArray[np.uint8]"
    seq: "NDArray[np.int64] | None" = None
    source: "NDArray[Any] | None" = None

    def taken(self, rows: "NDArray[np.int64]") -> "Rows":
        """Some rows of the input alone."""
        places = {name: getattr(self, name)[rows] for name, _, _ in _PLACES}
        return Rows(ticket=self.ticket[rows], at=self.at[rows], seq=None if self.seq is None else self.seq[rows], source=rows, **places)

    def facts(self, part: slice) -> "NDArray[np.uint16]":
        """The small facts of some rows, packed."""
        packed = np.zeros(part.stop - part.start, np.uint16)
        for name, bit, _ in _PLACES:
            packed |= np.left_shift(getattr(self, name)[part], bit, dtype=np.uint16)
        return packed

    def emptied(self, ticket: "NDArray[np.int32]", at: "NDArray[np.int64]", *, carried: bool) -> "Rows":
        """Rows of the same kind that are still to be filled.

        Args:
            ticket: memory for their tickets.
            at: memory for their instants.
            carried: whether the small facts have been packed, so that their memory is free.
        """
        count = len(at)
        places = {name: getattr(self, name) for name, _, _ in _PLACES}
        if not carried:
            places = {name: np.empty_like(array) for name, array in places.items()}
        source: NDArray[Any] = np.empty(count, np.int32 if count <= _MOST_ROWS else np.int64)
        return Rows(ticket=ticket, at=at, seq=None if self.seq is None else np.empty(count, np.int64), source=source, **places)

    def fetch(self, part: slice, other: "Rows", row: "NDArray[np.int64]", facts: "NDArray[np.uint16] | None") -> None:
        """Fill a part.

        Args:
            part: the places to fill.
            other: rows in input order.
            row: which of them.
            facts: what `facts` made of them, in its lowest bits; None where it has to be fetched.
        """
        if self.source is not None:
            self.source[part] = row if other.source is None else other.source[row]
        other.at.take(row, out=self.at[part], mode="clip")  # no row is outside; "clip" writes into the room directly
        if self.seq is not None and other.seq is not None:
            other.seq.take(row, out=self.seq[part], mode="clip")
        for name, bit, mask in _PLACES:
            mine = getattr(self, name)[part]
            if facts is None:
                getattr(other, name).take(row, out=mine, mode="clip")
            else:
                np.bitwise_and(facts >> np.uint16(bit), np.uint16(mask), out=mine, casting="unsafe")

    def rank(self, places: "NDArray[Any]") -> "NDArray[np.uint8]":
        """The class of the tie order of some rows."""
        found: NDArray[np.uint8] = _RANKS[self.kind[places] * np.uint8(len(Role)) + self.role[places]]
        return found

    def move(self, places: "NDArray[Any]", to: "NDArray[Any]") -> None:
        """Put the rows of some places into others of the same ticket."""
        if self.source is None:
            self.source = np.arange(len(self.at))
        for name in ("at", "seq", "source", *(name for name, _, _ in _PLACES)):
            array = getattr(self, name)
            if array is not None:
                array[to] = array[places]


@attrs.define(eq=False)
class Arranged:
    """Rows in canonical order.

    Attributes:
        rows: the rows; ``ticket`` are consecutive numbers from 0 (int32).
        tickets: the integer that stood for each ticket.
        starts: the first place of each ticket, and the end.
    """

    rows: Rows
    tickets: "NDArray[Any]"
    starts: "NDArray[np.int64]"


def arrange(rows: Rows) -> Arranged:
    """Put rows into canonical order; where they tie, they stay in the order given.

    Args:
        rows: in input order. Their arrays are used up, but for ``ticket`` and for an ``at`` that is a view of another array.
    """
    heads = _Heads(len(rows.at))
    ids = None
    if _ascend(rows.ticket):
        rows.at = rows.at if rows.at.base is None else rows.at.copy()
        for part in _chunks(len(rows.at)):
            heads.add(part, rows.ticket[part], rows.at[part])
        rows.ticket = heads.codes
    else:
        lowest, highest = int(rows.ticket.min()), int(rows.ticket.max())
        if (highest - lowest).bit_length() + len(rows.at).bit_length() > _WORD:
            rows.ticket, ids = factorize_integers(rows.ticket)
            lowest, highest = 0, len(ids) - 1
        rows = _by_ticket(rows, lowest, highest, heads)
    tickets, starts = np.concatenate(heads.tickets), np.append(np.concatenate(heads.starts), len(rows.at))
    _settle(rows, starts, np.concatenate(heads.doubtful))
    return Arranged(rows, tickets if ids is None else ids[tickets], starts)


class _Heads:
    """Where tickets begin among rows that are sorted by ticket, found part by part.

    Attributes:
        codes: tickets counted from 0, of each row.
        starts: the first place of each ticket.
        tickets: the integers that stand for them.
        doubtful: places whose instant is not later than that before, of the same ticket.
    """

    __slots__ = ("_last", "codes", "doubtful", "starts", "tickets")

    def __init__(self, count: int) -> None:
        """Begin before the first row."""
        self.codes = np.empty(count, np.int32)
        self.starts, self.doubtful = ([np.empty(0, np.int64)] for _ in range(2))
        self.tickets: list[NDArray[Any]] = [np.empty(0, np.int64)]
        self._last: tuple[Any, Any, int] | None = None

    def add(self, part: slice, ticket: "NDArray[Any]", at: "NDArray[np.int64]") -> None:
        """Go on with the next rows.

        Args:
            part: their places.
            ticket: integers that stand for their tickets.
            at: us.
        """
        head, good = np.empty((2, len(at)), np.bool_)
        last_ticket, last_at, known = self._last or (None, None, 0)
        head[0] = last_ticket is None or ticket[0] != last_ticket
        good[0] = last_at is None or at[0] > last_at
        np.not_equal(ticket[1:], ticket[:-1], out=head[1:])
        np.greater(at[1:], at[:-1], out=good[1:])
        good |= head
        if not good.all():
            self.doubtful.append(np.flatnonzero(~good) + part.start)
        starts = np.flatnonzero(head)
        np.cumsum(head, dtype=np.int32, out=self.codes[part])
        self.codes[part] += np.int32(known - 1)
        self.tickets.append(ticket[starts])
        self.starts.append(starts + part.start)
        self._last = ticket[-1], at[-1], known + len(starts)


def _chunks(count: int) -> "Iterator[slice]":
    return (slice(begin, min(begin + CHUNK, count)) for begin in range(0, count, CHUNK))


def _ascend(numbers: "NDArray[Any]") -> bool:
    later, earlier = numbers[1:], numbers[:-1]
    return all(bool((later[part] >= earlier[part]).all()) for part in _chunks(len(later)))


def _by_ticket(rows: Rows, lowest: int, highest: int, heads: _Heads) -> Rows:
    """The rows sorted by ticket, stably; the instants take the memory of the keys that were sorted.

    Args:
        rows: in input order.
        lowest: the first ticket.
        highest: the last ticket.
        heads: is told of the rows in their new order.
    """
    count = len(rows.at)
    row_bits = count.bit_length()
    carried = _FACTS if (highest - lowest).bit_length() + row_bits + _FACTS <= _WORD else 0
    packed = np.empty(count, np.int64)
    for part in _chunks(count):
        key = packed[part]
        np.subtract(rows.ticket[part], lowest, out=key, dtype=np.int64)
        np.left_shift(key, row_bits, out=key)
        np.bitwise_or(key, np.arange(part.start, part.stop), out=key)
        if carried:
            np.left_shift(key, _FACTS, out=key)
            np.bitwise_or(key, rows.facts(part), out=key)
    packed.sort()
    out = rows.emptied(heads.codes, packed, carried=bool(carried))
    for part in _chunks(count):
        facts = packed[part].astype(np.uint16) if carried else None
        key = packed[part] >> carried
        out.fetch(part, rows, key & ((1 << row_bits) - 1), facts)
        np.right_shift(key, row_bits, out=key)
        np.add(key, lowest, out=key)
        heads.add(part, key, out.at[part])
    return out


def _settle(rows: Rows, starts: "NDArray[np.int64]", doubtful: "NDArray[np.int64]") -> None:
    """Sort the rows of those tickets that are not in order of instant, ``seq`` and class.

    Args:
        rows: sorted by ticket.
        starts: the first place of each ticket, and the end.
        doubtful: the only places that may have to stand before the place before them.
    """
    before = doubtful - 1
    wrong = rows.rank(doubtful) < rows.rank(before)
    if rows.seq is not None:
        step = rows.seq[doubtful] - rows.seq[before]
        wrong = (step < 0) | ((step == 0) & wrong)
    wrong |= rows.at[doubtful] < rows.at[before]
    tickets = np.unique(rows.ticket[doubtful[wrong]])
    if not len(tickets):
        return
    begins = starts[tickets]
    lengths = starts[tickets + 1] - begins
    places = np.arange(lengths.sum()) + np.repeat(begins - (np.cumsum(lengths) - lengths), lengths)
    order = np.lexsort([rows.rank(places), *([] if rows.seq is None else [rows.seq[places]]), rows.at[places]])
    bits = len(places).bit_length()
    packed = (np.repeat(np.arange(len(tickets)) << bits, lengths)[order]) | np.arange(len(places))
    packed.sort()  # numbers sort faster than keys
    packed &= (1 << bits) - 1
    rows.move(places[order[packed]], places)
