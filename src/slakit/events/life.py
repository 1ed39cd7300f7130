"""One ticket's life as it was known at an instant: in order, beginning with `created`."""

from collections.abc import Sequence

from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role, Status

_CREATED = EventKind.CREATED


def life(events: Sequence[Event], as_of: int) -> Sequence[Event]:
    """The events of one ticket known at ``as_of``, put so that they begin with exactly one `created`.

    Events later than ``as_of`` are left out. Where no `created` is known, the first event stands for
    it: a message becomes the opening message, before anything else a `created` for a customer is
    put. Events before the `created` are taken at its instant, right after it. A further `created` is
    left out. Each of these is doubtful and is reported by `slakit.events.doubts`.

    Args:
        events: one ticket's events in canonical order (SPEC 3.3).
        as_of: instant in us.
    """
    if events and events[-1].at > as_of:
        events = [event for event in events if event.at <= as_of]
    if not events:
        return ()
    first = events[0]
    further = [event for event in events[1:] if event.kind is _CREATED]
    if first.kind is _CREATED:
        return [first, *(event for event in events[1:] if event.kind is not _CREATED)] if further else events
    if not further:
        opening = stand_in(first)
        return [opening, *events[1:]] if first.kind is EventKind.MESSAGE else [opening, *events]
    created = further[0]
    rest = [event for event in events if event.kind is not _CREATED]
    return [created, *(event if event.at >= created.at else event.moved_to(created.at) for event in rest)]


def stand_in(first: Event) -> Event:
    """The `created` that the first event of a ticket without one stands for."""
    role = first.role if first.kind is EventKind.MESSAGE and first.role else Role.CUSTOMER
    key, actor = (first.id, first.actor) if first.kind is EventKind.MESSAGE else (None, None)
    return Event(ticket=first.ticket, at=first.at, kind=EventKind.CREATED, role=role, seq=first.seq, id=key, actor=actor)


def initial_category(created: Event) -> Status:
    """The status category in which a ticket begins: `new` where the row does not say."""
    return created.category or Status.NEW
