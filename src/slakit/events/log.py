"""The log: immutable events of many tickets, as objects or as arrays."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Self

from slakit._tidy import text_html
from slakit._time import zone
from slakit.errors import Finding, QueryError, did_you_mean
from slakit.events.checking import checked, mapping_of
from slakit.events.event import Event
from slakit.events.exclusion import Exclusion
from slakit.events.findings import all_doubts
from slakit.events.ordering import Duplicate, by_ticket
from slakit.events.quarantine import OnError, Quarantined
from slakit.events.records import read_records
from slakit.events.reopening import reopenings
from slakit.events.selection import as_us, one_mapping, selected

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns
    from slakit.events.summary import LogSummary

__all__ = ["EventLog", "Exclusion"]

Ticket = str | int


class EventLog:
    """Events of many tickets; immutable, in canonical order (SPEC 3.3), each event once (SPEC 3.4).

    Make one with `of`, `from_records`, `from_columns`, `from_frame` or `from_tickets`.

    Attributes:
        quarantined: rows that were set aside (``on_error="quarantine"``), in input order.
        statuses: the product's own statuses -> categories, as given.
        in_columns: it was built from arrays.
    """

    __slots__ = ("_columns", "_duplicates", "_events", "_found", "_groups", "_left_out", "_noted", "in_columns", "quarantined", "statuses")

    quarantined: tuple[Quarantined, ...]
    statuses: Mapping[str, Any]
    in_columns: bool
    _events: Sequence[Event]
    _columns: "EventColumns | None"
    _groups: dict[Ticket, list[Event]] | None
    _duplicates: Sequence[Duplicate]
    _left_out: Sequence[Duplicate]
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
        self._duplicates = self._left_out = tuple(duplicates)
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
        statuses = mapping_of(statuses)
        return cls(checked(events, statuses), statuses=statuses)

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
            EventError: ``unknown_category`` in ``statuses``.
            TimeError: ``unknown_zone``.
        """
        statuses = mapping_of(statuses)
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
            LogErrors: as `from_records`; ``missing_column``, ``unequal_lengths``, ``unknown_key`` of a name that is no text for the whole table.
            TimeError: ``unknown_zone``.
        """
        from slakit.events.arrays import read_columns  # noqa: PLC0415 - brings numpy

        statuses, place = mapping_of(statuses), None if tz is None else zone(tz)
        reading = read_columns(columns_by_name, statuses=statuses, tz=place, columns=columns, on_error=on_error, unit=unit)
        return cls(
            columns=reading.columns,
            statuses=statuses,
            noted=reading.findings,
            quarantined=reading.quarantined,
            duplicates=reading.duplicates,
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        columns: Mapping[str, str | None] | None = None,
        statuses: Mapping[str, Any] | None = None,
        tz: str | tzinfo | None = None,
        on_error: OnError = "raise",
        unit: str | None = None,
    ) -> Self:
        """A log of a data frame with one row an event; an empty cell is an absent key.

        Args:
            frame: pandas, polars, pyarrow, a DuckDB relation, whatever offers the Arrow stream.
            columns: as in `from_records`.
            statuses: as in `from_records`.
            tz: the zone of times without one; None refuses them. Times with a zone need none.
            on_error: as in `from_records`.
            unit: of integer times, as in `from_columns`.

        Raises:
            LogErrors: as `from_columns`.
            QueryError: ``unknown_frame``.
        """
        from slakit.events.framing import arrays_of  # noqa: PLC0415 - brings numpy

        return cls.from_columns(arrays_of(frame), statuses=statuses, tz=tz, columns=columns, on_error=on_error, unit=unit)

    @classmethod
    def from_tickets(
        cls,
        table: Any,
        *,
        columns: Mapping[str, str | None] | None = None,
        statuses: Mapping[str, Any] | None = None,
        tz: str | tzinfo | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """A log of a table with one row a ticket and one column a milestone.

        ``ticket`` and ``created_at`` must be there. ``assigned_at``, ``first_reply_at``, ``reopened_at``, ``solved_at``
        and ``closed_at`` each become one event where the cell says something; ``agent`` is who replied
        or was assigned. Every other column is a field of the ticket.

        Args:
            table: rows (mappings), or a data frame.
            columns: as in `from_records`, e.g. ``{"resolved_on": "solved_at"}``.
            statuses: as in `from_records`, for a ``status`` column: the status at creation.
            tz: as in `from_records`.
            on_error: as in `from_records`; a bad milestone sets its whole row aside.

        Raises:
            LogErrors: as `from_records`.
        """
        from slakit.events.milestones import read_tickets  # noqa: PLC0415 - only this way of reading needs it

        statuses = mapping_of(statuses)
        reading = read_tickets(table, statuses=statuses, tz=None if tz is None else zone(tz), columns=columns, on_error=on_error)
        return cls(reading.events, statuses=statuses, noted=reading.findings, quarantined=reading.quarantined)

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
                self._groups, twins = by_ticket(self._events)
                self._duplicates = (*self._duplicates, *twins)
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
        if not self.in_columns:
            self.by_ticket()  # finds the duplicates
        if self._found is None or self._found[0] != as_of:
            self._found = (as_of, all_doubts(self, self._duplicates, self._noted, as_of))
        return self._found[1]

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

    def _repr_html_(self) -> str:
        return text_html(repr(self.describe()))

    def to_records(self) -> list[dict[str, Any]]:
        """The events as rows, which read back to an equal log with the same ``statuses``."""
        return [event.to_record() for event in self]

    def append(self, *events: Event) -> "EventLog":
        """A new log with further events; their statuses are mapped as this log's.

        Raises:
            LogErrors: as `of`.
        """
        return self._with(checked((*self._given(), *events), self.statuses))

    def concat(self, *others: "EventLog") -> "EventLog":
        """A new log with the events of this one and of others, in that order where they tie.

        Raises:
            LogErrors: ``mixed_types``.
            EventError: ``conflicting_statuses`` where a status is mapped to different categories.
        """
        logs = (self, *others)
        statuses = one_mapping(logs)
        return EventLog(
            checked([event for log in logs for event in log._given()], statuses),  # noqa: SLF001 - its own kind
            statuses=statuses,
            noted=[finding for log in logs for finding in log._noted],  # noqa: SLF001 - its own kind
            quarantined=[row for log in logs for row in log.quarantined],
            duplicates=[twin for log in logs for twin in log._left_out],  # noqa: SLF001 - its own kind
        )

    def select(self, *, tickets: Iterable[Ticket] | None = None, since: Any = None, until: Any = None, where: Any = None) -> "EventLog":
        """A new log with only some events.

        Args:
            tickets: only these.
            since: only events at or after this instant.
            until: only events before this instant.
            where: only tickets whose fields, as last known, meet these conditions, e.g. ``{"tier": "gold"}``;
                see `slakit.events.conditions`.

        Raises:
            QueryError: ``unknown_ticket``, ``empty_window``.
            EventError: ``bad_condition``.
            TimeError: for what is no instant.
        """
        return selected(self, tickets=tickets, since=since, until=until, where=where)

    def cut(self, as_of: Any) -> "EventLog":
        """A new log as it was known at an instant: without the events after it."""
        return selected(self, until=as_us(as_of) + 1)

    def reopen_on_message(self) -> "EventLog":
        """A new log in which a customer's public message on a solved or closed ticket reopens it at that instant.

        Where the product itself changes the status in that instant, nothing is added.
        """
        added = [event for events in self.by_ticket().values() for event in reopenings(events)]
        return self._with((*self._given(), *added))

    def describe(self, as_of: Any = None) -> "LogSummary":
        """What is in the log: tickets, events, span, kinds, statuses, findings.

        Args:
            as_of: the instant up to which the log is known; events after it are only counted.
        """
        from slakit.events.summary import describe  # noqa: PLC0415 - only people pay for it

        return describe(self, None if as_of is None else as_us(as_of))

    def sifted(self, keep: Callable[[Ticket, int], bool], columns: "EventColumns | None" = None) -> "EventLog":
        """A new log with the events, and what is known of them, that a test of ticket and instant (us) keeps.

        Args:
            keep: the test.
            columns: the events that it keeps, where the log is in columns.
        """
        return EventLog(
            () if columns is not None else [event for event in self if keep(event.ticket, event.at)],
            columns=columns,
            statuses=self.statuses,
            noted=[found for found in self._noted if found.ticket is None or found.at is None or keep(found.ticket, found.at)],
            quarantined=self.quarantined,
            duplicates=[twin for twin in self._duplicates if keep(twin.ticket, twin.at)],
        )

    def _given(self) -> Sequence[Event]:
        """The events in input order (of a log of arrays: in canonical order)."""
        return tuple(self) if self.in_columns else self._events

    def _with(self, events: Sequence[Event]) -> "EventLog":
        return EventLog(events, statuses=self.statuses, noted=self._noted, quarantined=self.quarantined, duplicates=self._left_out)
