"""Events that come as objects: their statuses mapped, their tickets of one type."""

from collections.abc import Mapping, Sequence
from typing import Any

from slakit.errors import EventError, did_you_mean
from slakit.events.event import Event, category
from slakit.events.kinds import Status
from slakit.events.quarantine import Quarantined, minority, mixed_types, raise_all


def mapping_of(statuses: Mapping[str, Any] | None) -> dict[str, Any]:
    """A mapping of the product's own statuses, once every category in it is known.

    Args:
        statuses: own statuses -> categories, by name or as `Status`.

    Raises:
        EventError: ``unknown_category``.
    """
    known = Status.names()
    for own, given in (statuses or {}).items():
        if not (isinstance(given, Status) and given) and given not in known:
            message = f"statuses={{{own!r}: {given!r}}}: {given!r} is no category: {did_you_mean(given, known)}"
            raise EventError(message, code="unknown_category", status=own, given=given, known=known)
    return dict(statuses or {})


def checked(events: Sequence[Any], statuses: Mapping[str, Any]) -> tuple[Event, ...]:
    """Events with their statuses mapped.

    Args:
        events: in input order.
        statuses: the product's own statuses -> categories.

    Raises:
        LogErrors: ``not_an_event``, ``unmapped_status``, ``mixed_types``, every one of them.
    """
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
    raise_all(bad, f"{len(bad):,} of {len(events):,} events cannot be taken (they count from 0)")
    return tuple(mapped)
