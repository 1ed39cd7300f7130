"""The log: immutable events of many tickets, as objects or as arrays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Self

from slakit._time import zone
from slakit.errors import EventError, Finding, QueryError, did_you_mean
from slakit.events.doubts import duplicate_found, in_order, near_miss, near_miss_found, ticket_doubts
from slakit.events.event import Event, category
from slakit.events.kinds import EventKind, Status
from slakit.events.ordering import Duplicate, by_ticket
from slakit.events.quarantine import OnError, Quarantined, minority, mixed_types, set_aside
from slakit.events.records import read_records

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

Ticket = str | int


class EventLog:
    """Events of many tickets; immutable, in canonical order (SPEC 3.3), each event once (SPEC 3.4).

    Make one with `of`, `from_records`, `from_columns`, `from_frame` or `from_tickets`.

    Attributes:
        quarantined: rows that were set aside (``on_error="quarantine"``), in input order.
        statuses: the product's own statuses -> categories, as given.
        in_columns: it was built from arrays.
    """

    __slots__ = ("_columns", "_duplicates", "_events", "_found", "_groups", "_noted", "in_columns", "quarantined", "statuses")

    quarantined: tuple[Quarantined, ...]
    statuses: Mapping[str, Any]
    in_columns: bool
    _events: Sequence[Event]
    _columns: "EventColumns | None"
    _groups: dict[Ticket, list[Event]] | None
    _duplicates: Sequence[Duplicate]
    _noted: tuple[Finding, ...]
    _found: tuple[int, tuple[Finding, ...]] | None

    def __init__(
        self,
        events: Sequence[Event] = (),
        *,
        columns: "EventColumns | None" = None,
        statuses: Mapping[str, Any] | None = None,
        noted: Iterable[Finding] = (),
        quarantined: Iterable[Quarantined] = (),
        duplicates: Iterable[Duplicate] = (),
    ) -> None:
        """Hold events or columns that have been checked; callers use the constructors named above."""
        self._events, self._columns, self._groups, self._found = events, columns, None, None
        self._duplicates = tuple(duplicates)
        self._noted = tuple(noted)
        self.in_columns = columns is not None
        self.quarantined = tuple(quarantined)
        self.statuses = dict(statuses or {})

    @classmethod
    def of(cls, *events: Event, statuses: Mapping[str, Any] | None = None) -> Self:
        """A log of events.

        Args:
            *events: in any order; order counts only where SPEC 3.3 leaves a tie to it.
            statuses: the product's own statuses -> categories.

        Raises:
            LogErrors: ``unmapped_status``, ``mixed_types``, ``not_an_event``, every one of them.
        """
        return cls(_checked(events, statuses or {}), statuses=statuses)

    @classmethod
    def from_records(
        cls,
        rows: Iterable[Mapping[str, Any]],
        *,
        statuses: Mapping[str, Any] | None = None,
        tz: str | tzinfo | None = None,
        columns: Mapping[str, str | None] | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """A log of rows.

        Args:
            rows: mappings with the keys of SPEC 3.1; None, NaN and empty text mean absent.
            statuses: the product's own statuses -> categories; category names need no entry.
            tz: the zone in which naive times are read; None refuses them.
            columns: their names -> ours; None as our name leaves a column out.
            on_error: ``"raise"`` lists every bad row at once, ``"quarantine"`` sets them aside.

        Raises:
            LogErrors: one error a bad row, with its number (from 0) in ``fields["row"]``.
            TimeError: ``unknown_zone``.
        """
        reading = read_records(rows, statuses=statuses, tz=None if tz is None else zone(tz), columns=columns, on_error=on_error)
        return cls(reading.events, statuses=statuses, noted=reading.findings, quarantined=reading.quarantined)

    @classmethod
    def from_columns(
        cls,
        columns_by_name: Mapping[str, Any],
        *,
        statuses: Mapping[str, Any] | None = None,
        tz: str | tzinfo | None = None,
        columns: Mapping[str, str | None] | None = None,
        on_error: OnError = "raise",
        unit: str | None = None,
    ) -> Self:
        """A log of columns.

        Args:
            columns_by_name: names -> arrays, series or lists of one length. ``at``: ``datetime64`` (UTC), ISO 8601
                text, datetimes, or integers with ``unit``; ``kind`` and ``role``: text or codes.
                A cell that says nothing (None, NaN, NaT, empty text) is an absent key.
            statuses: as in `from_records`.
            tz: as in `from_records`, for texts and datetimes.
            columns: as in `from_records`.
            on_error: as in `from_records`.
            unit: of integer times since the epoch: ``"s"``, ``"ms"``, ``"us"`` or ``"ns"``.

        Raises:
            LogErrors: as `from_records`; ``missing_column``, ``unequal_lengths`` for the whole table.
            TimeError: ``unknown_zone``.
        """
        from slakit.events.arrays import read_columns  # noqa: PLC0415 - brings numpy

        place = None if tz is None else zone(tz)
        reading = read_columns(columns_by_name, statuses=statuses, tz=place, columns=columns, on_error=on_error, unit=unit)
        return cls(
            columns=reading.columns,
            statuses=statuses,
            noted=reading.findings,
            quarantined=reading.quarantined,
            duplicates=reading.duplicates,
        )

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The ids of the tickets, ascending."""
        if self._columns is not None:
            return tuple(self._columns.tickets.tolist())
        return tuple(self.by_ticket())

    def by_ticket(self) -> Mapping[Ticket, Sequence[Event]]:
        """Every ticket's events in canonical order, tickets ascending."""
        if self._groups is None:
            if self._columns is not None:
                self._groups = dict(self._columns.each_ticket())
            else:
                self._groups, self._duplicates = by_ticket(self._events)
        return self._groups

    def events_of(self, ticket: Ticket) -> Sequence[Event]:
        """One ticket's events in canonical order.

        Raises:
            QueryError: ``unknown_ticket``.
        """
        if self._groups is None and self._columns is not None:
            code = self._columns.code_of(ticket)
            if code is not None:
                return self._columns.events(code)
        else:
            found = self.by_ticket().get(ticket)
            if found is not None:
                return found
        message = f"there is no ticket {ticket!r} in this log: {did_you_mean(ticket, self.tickets)}"
        raise QueryError(message, code="unknown_ticket", given=ticket)

    def columns(self) -> "EventColumns":
        """The events as arrays."""
        if self._columns is None:
            from slakit.events.columns import columns_of  # noqa: PLC0415 - brings numpy

            self.by_ticket()
            self._columns = columns_of(self._groups or {})
        return self._columns

    def findings_as_of(self, as_of: int) -> tuple[Finding, ...]:
        """What is doubtful about the events known at an instant, whatever one measures.

        Args:
            as_of: us.
        """
        if self._found is None or self._found[0] != as_of:
            self._found = (as_of, self._doubts(as_of))
        return self._found[1]

    def _doubts(self, as_of: int) -> tuple[Finding, ...]:
        found: list[Finding] = []
        if self.in_columns and self._columns is not None:
            from slakit.events.suspects import near_miss_tickets, suspects  # noqa: PLC0415 - brings numpy

            known = self._columns.cut(as_of)
            tickets = frozenset(known.tickets.tolist())
            for code in suspects(known).tolist():
                found += ticket_doubts(known.events(code), as_of, tickets)
            for key in known.keys:
                near = near_miss(key)
                if near is not None and (count := near_miss_tickets(known, key)):
                    found.append(near_miss_found(key, near, count))
        else:
            groups = self.by_ticket()
            tickets = frozenset(ticket for ticket, events in groups.items() if events[0].at <= as_of)
            fields: dict[str, int] = {}
            for events in groups.values():
                found += ticket_doubts(events, as_of, tickets)
                for key in {key for event in events if event.kind is EventKind.CREATED and event.at <= as_of for key in event.data}:
                    fields[key] = fields.get(key, 0) + 1
            found += [near_miss_found(key, near, count) for key, count in fields.items() if (near := near_miss(key)) is not None]
        found += [duplicate_found(twin) for twin in self._duplicates if twin.at <= as_of]
        found += [finding for finding in self._noted if finding.at is None or finding.at <= as_of]
        return in_order(found)

    def __len__(self) -> int:
        """Number of events, each once."""
        if self._columns is not None:
            return len(self._columns)
        return sum(map(len, self.by_ticket().values()))

    def __iter__(self) -> Iterator[Event]:
        """Every event, by ticket, in canonical order."""
        for events in self.by_ticket().values():
            yield from events

    def __eq__(self, other: object) -> bool:
        """The same events in the same canonical order, however they came in."""
        if not isinstance(other, EventLog):
            return NotImplemented
        return len(self) == len(other) and self.tickets == other.tickets and self.by_ticket() == other.by_ticket()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """A sentence."""
        from slakit.events.summary import sentence  # noqa: PLC0415 - only people pay for it

        return sentence(self)

    def to_records(self) -> list[dict[str, Any]]:
        """The events as rows, which read back to an equal log with the same ``statuses``."""
        return [event.to_record() for event in self]


def _checked(events: Sequence[Any], statuses: Mapping[str, Any]) -> tuple[Event, ...]:
    """Events with their statuses mapped; every fault is raised at once."""
    bad: list[Quarantined] = []
    mapped: list[Event] = []
    for number, event in enumerate(events):
        if not isinstance(event, Event):
            message = f"event {number} is a {type(event).__name__}: give Event objects, or rows to EventLog.from_records"
            bad.append(Quarantined(number, event, EventError(message, code="not_an_event", row=number, given=event)))
            continue
        if event.status is not None and (event.category is Status.NONE or event.status in statuses):
            try:
                mapped.append(event.with_category(category(event.status, statuses)))
            except EventError as error:
                message = f"event {number} of ticket {event.ticket!r}: {error}"
                bad.append(
                    Quarantined(number, event, EventError(message, code=error.code, row=number, ticket=event.ticket, **error.fields))
                )
            continue
        mapped.append(event)
    texts = sum(isinstance(event.ticket, str) for event in mapped)
    stranger = minority(texts, len(mapped) - texts)
    if stranger is not None:
        bad += [
            Quarantined(number, event, mixed_types(event.ticket))
            for number, event in enumerate(events)
            if isinstance(event, Event) and isinstance(event.ticket, stranger)
        ]
    set_aside(bad, len(events), "raise")
    return tuple(mapped)
