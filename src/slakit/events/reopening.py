"""The status events that a product left implicit: a customer who writes on a solved ticket reopens it (SPEC 4.4)."""

from collections.abc import Sequence

from slakit.events.event import Event
from slakit.events.keys import STATUS_KINDS
from slakit.events.kinds import GONE_KINDS, EventKind, Role, Status
from slakit.events.life import life

_FOREVER = 2**63 - 1
_SOLVED = (Status.SOLVED, Status.CLOSED)


def reopenings(events: Sequence[Event]) -> list[Event]:
    """The status events to add to one ticket: `open`, by the system, at each customer's public message while it is solved or closed.

    Where the product itself says in the same instant, after the message, what becomes of the status,
    nothing is added; nor after the ticket was merged, deleted or marked as spam.

    Args:
        events: its events in canonical order.
    """
    known = life(events, _FOREVER)
    category: Status = Status.NONE
    added: list[Event] = []
    for place, event in enumerate(known):
        if event.kind in GONE_KINDS:
            break
        if event.kind in STATUS_KINDS:
            category = event.category or category or Status.NEW
        elif _wrote(event) and category in _SOLVED and not _told(known, place):
            added.append(Event(ticket=event.ticket, at=event.at, kind=EventKind.STATUS, status="open", role=Role.SYSTEM, seq=event.seq))
            category = Status.OPEN
    return added


def _wrote(event: Event) -> bool:
    return event.kind is EventKind.MESSAGE and event.public and event.role is Role.CUSTOMER


def _told(known: Sequence[Event], place: int) -> bool:
    at = known[place].at
    for event in known[place + 1 :]:
        if event.at != at:
            return False
        if event.kind is EventKind.STATUS:
            return True
    return False
