"""The findings of a whole log, from objects or from arrays: the same ones."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from slakit.errors import Finding
from slakit.events.doubts import duplicate_found, in_order, near_miss, near_miss_found, ticket_doubts
from slakit.events.kinds import EventKind
from slakit.events.ordering import Duplicate

if TYPE_CHECKING:
    from slakit.events.log import EventLog


def all_doubts(log: "EventLog", duplicates: Iterable[Duplicate], noted: Iterable[Finding], as_of: int) -> tuple[Finding, ...]:
    """What is doubtful about the events known at an instant.

    Args:
        log: the log.
        duplicates: events left out because of their id.
        noted: doubts of reading.
        as_of: us.
    """
    found = _array_doubts(log, as_of) if log.in_columns else _object_doubts(log, as_of)
    found += [duplicate_found(twin) for twin in duplicates if twin.at <= as_of]
    found += [finding for finding in noted if finding.at is None or finding.at <= as_of]
    return in_order(found)


def _array_doubts(log: "EventLog", as_of: int) -> list[Finding]:
    import numpy as np  # noqa: PLC0415 - objects do without

    from slakit.events.suspects import near_miss_tickets, suspects  # noqa: PLC0415 - brings numpy

    known = log.columns().cut(as_of)
    tickets = frozenset(known.tickets.tolist())
    found: list[Finding] = []
    looked_at = np.zeros(len(known.tickets), np.bool_)
    looked_at[suspects(known)] = True
    for _, events in known.take(np.flatnonzero(looked_at[known.ticket])).each_ticket():
        found += ticket_doubts(events, as_of, tickets)
    for key in known.keys:
        near = near_miss(key)
        if near is not None and (count := near_miss_tickets(known, key)):
            found.append(near_miss_found(key, near, count))
    return found


def _object_doubts(log: "EventLog", as_of: int) -> list[Finding]:
    groups = log.by_ticket()
    tickets = frozenset(ticket for ticket, events in groups.items() if events[0].at <= as_of)
    found: list[Finding] = []
    fields: dict[str, int] = {}
    for events in groups.values():
        found += ticket_doubts(events, as_of, tickets)
        for key in {key for event in events if event.kind is EventKind.CREATED and event.at <= as_of for key in event.data}:
            fields[key] = fields.get(key, 0) + 1
    found += [near_miss_found(key, near, count) for key, count in fields.items() if (near := near_miss(key)) is not None]
    return found
