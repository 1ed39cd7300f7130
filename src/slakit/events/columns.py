"""A log as arrays: integer codes in canonical order, everything else gathered when it is touched."""

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from slakit._value import value
from slakit.events.event import Event
from slakit.events.objects import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Store(Protocol):
    """Where the rows behind the arrays are."""

    def build(self, columns: "EventColumns", low: int, high: int) -> list[Event]:
        """The events at positions ``[low, high)``."""

    def coded(self, columns: "EventColumns", key: str) -> "tuple[NDArray[np.int32], list[Any]]":
        """Codes and distinct values of a key."""

    def keys(self) -> tuple[str, ...]:
        """The further keys that some row may carry."""


@value(eq=False, repr=False)
class EventColumns:
    """Events as arrays, all in canonical order: ticket, instant, ``seq``, class, input order; without duplicates.

    Attributes:
        tickets: ids, ascending.
        starts: first position of each ticket, and the end (length: tickets + 1).
        ticket: code of the ticket (index into ``tickets``).
        at: instant, us.
        kind: `EventKind` code.
        role: `Role` code.
        public: whether the customer sees it.
        category: `Status` code of the event's own status, 0 where it has none.
        seq: order within an instant, or None where no row gives one.
        source: row of the original input; None where every row of it stands in its own place.
    """

    tickets: "NDArray[Any]"
    starts: "NDArray[np.int64]"
    ticket: "NDArray[np.int32]"
    at: "NDArray[np.int64]"
    kind: "NDArray[np.uint8]"
    role: "NDArray[np.uint8]"
    public: "NDArray[np.bool_]"
    category: "NDArray[np.uint8]"
    seq: "NDArray[np.int64] | None"
    source: "NDArray[Any] | None"
    store: Store
    _coded: dict[str, "tuple[NDArray[np.int32], list[Any]]"] = attrs.field(factory=dict, init=False)

    def __len__(self) -> int:
        """Number of events."""
        return len(self.at)

    def __repr__(self) -> str:
        """A sentence."""
        return f"<columns of {len(self.at):,} events on {len(self.tickets):,} tickets>"

    @property
    def keys(self) -> tuple[str, ...]:
        """The further keys that some event may carry, beyond the arrays."""
        return self.store.keys()

    def coded(self, key: str) -> "tuple[NDArray[np.int32], list[Any]]":
        """A key of the events as codes.

        Args:
            key: any key of a row, e.g. ``"actor"``, ``"group"``, ``"value"``, a field of the ticket.

        Returns:
            The code of each event, -1 where it has no such key, and the distinct values.
        """
        found = self._coded.get(key)
        if found is None:
            found = self._coded[key] = self.store.coded(self, key)
        return found

    def rows(self, places: "slice | NDArray[Any]") -> "NDArray[Any]":
        """Rows of the original input, of some places."""
        if self.source is not None:
            return self.source[places]
        return np.arange(len(self.at))[places] if isinstance(places, slice) else places

    def event(self, position: int) -> Event:
        """One event as an object."""
        return self.store.build(self, position, position + 1)[0]

    def events(self, ticket: int) -> list[Event]:
        """The events of one ticket as objects.

        Args:
            ticket: its code.
        """
        return self.store.build(self, int(self.starts[ticket]), int(self.starts[ticket + 1]))

    def each_ticket(self) -> Iterator[tuple[str | int, list[Event]]]:
        """Every ticket's id and events, ascending."""
        events = self.store.build(self, 0, len(self.at))
        bounds = self.starts.tolist()
        for code, ticket in enumerate(self.tickets.tolist()):
            yield ticket, events[bounds[code] : bounds[code + 1]]

    def code_of(self, ticket: str | int) -> int | None:
        """The code of a ticket's id, or None where the log does not have it."""
        if not len(self.tickets) or isinstance(self.tickets[0], str) != isinstance(ticket, str):
            return None
        place = int(np.searchsorted(self.tickets, ticket))
        return place if place < len(self.tickets) and self.tickets[place] == ticket else None

    def take(self, positions: "NDArray[np.int64]") -> "EventColumns":
        """Only the events at some positions.

        Args:
            positions: ascending.
        """
        ticket = self.ticket[positions]
        held = np.zeros(len(self.tickets), np.bool_)
        held[ticket] = True
        if not held.all():
            ticket = (np.cumsum(held, dtype=np.int32) - np.int32(1))[ticket]
        tickets = self.tickets[held]
        return EventColumns(
            tickets=tickets,
            starts=starts_of(ticket, len(tickets)),
            ticket=ticket,
            at=self.at[positions],
            kind=self.kind[positions],
            role=self.role[positions],
            public=self.public[positions],
            category=self.category[positions],
            seq=None if self.seq is None else self.seq[positions],
            source=self.rows(positions),
            store=self.store,
        )

    def cut(self, as_of: int) -> "EventColumns":
        """Only the events known at an instant (us)."""
        if not len(self.at) or self.at.max() <= as_of:
            return self
        return self.take(np.flatnonzero(self.at <= as_of))


def starts_of(ticket: "NDArray[Any]", tickets: int) -> "NDArray[np.int64]":
    """First position of each ticket code, and the end."""
    starts = np.zeros(tickets + 1, np.int64)
    np.cumsum(np.bincount(ticket, minlength=tickets), out=starts[1:])
    return starts


def ids_array(ids: Sequence[str | int]) -> "NDArray[Any]":
    """Ticket ids as an array: int64 where they fit, else their own objects."""
    if ids and not isinstance(ids[0], str):
        try:
            return np.array(ids, np.int64)
        except OverflowError:
            pass
    array = np.empty(len(ids), object)
    array[:] = ids
    return array


class ObjectStore:
    """Rows that are events already.

    The rows of the columns are places in the list.
    """

    __slots__ = ("_events",)

    def __init__(self, events: Sequence[Event]) -> None:
        """Hold the events."""
        self._events = events

    def build(self, columns: EventColumns, low: int, high: int) -> list[Event]:
        """The events at positions ``[low, high)``."""
        return [self._events[row] for row in columns.rows(slice(low, high)).tolist()]

    def coded(self, columns: EventColumns, key: str) -> "tuple[NDArray[np.int32], list[Any]]":
        """Codes and distinct values of a key."""
        from slakit.events.objects import factorize_objects  # noqa: PLC0415 - beside its only use

        events = self.build(columns, 0, len(columns))
        if key in {"id", "actor", "status"}:
            return factorize_objects([getattr(event, key) for event in events])
        return factorize_objects([event.data.get(key) for event in events])

    def keys(self) -> tuple[str, ...]:
        """The further keys that some event carries."""
        return tuple(sorted({key for event in self._events for key in event.data}))


_FACTS = attrgetter("at", "kind", "role", "public", "category", "seq")


def columns_of(groups: "dict[str | int, list[Event]]") -> EventColumns:
    """Arrays of events that are grouped by ticket and in canonical order."""
    events = [event for group in groups.values() for event in group]
    lengths = np.fromiter((len(group) for group in groups.values()), np.int64, len(groups))
    starts = np.zeros(len(groups) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    # each event is touched once, since in a large log every touch is a trip to memory
    facts = np.fromiter(chain.from_iterable(map(_FACTS, events)), np.int64, 6 * len(events)).reshape(-1, 6)
    at, kind, role, public, category, seq = facts.T
    return EventColumns(
        tickets=ids_array(list(groups)),
        starts=starts,
        ticket=np.repeat(np.arange(len(groups), dtype=np.int32), lengths),
        at=at.copy(),
        kind=kind.astype(np.uint8),
        role=role.astype(np.uint8),
        public=public.astype(np.bool_),
        category=category.astype(np.uint8),
        seq=seq.copy() if seq.any() else None,
        source=None,
        store=ObjectStore(events),
    )


__all__ = ["ABSENT", "EventColumns", "ObjectStore", "Store", "columns_of", "ids_array", "starts_of"]
