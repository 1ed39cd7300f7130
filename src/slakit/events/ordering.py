"""The canonical order of event objects (SPEC 3.3; of arrays see `slakit.events.arranging`), and what is there twice (SPEC 3.4)."""

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

from slakit._value import value
from slakit.events.event import Event

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_order = attrgetter("order")


@value
class Duplicate:
    """An event left out because its ticket has one of that id before it.

    Attributes:
        ticket: the ticket.
        at: the instant of the one left out, us.
        id: the id of both.
    """

    ticket: str | int
    at: int
    id: str | int


def by_ticket(events: Iterable[Event]) -> tuple[dict[str | int, list[Event]], list[Duplicate]]:
    """Events grouped by ticket, tickets ascending, each in canonical order without duplicates.

    Args:
        events: in input order.
    """
    groups: dict[str | int, list[Event]] = {}
    for event in events:
        group = groups.get(event.ticket)
        if group is None:
            groups[event.ticket] = [event]
        else:
            group.append(event)
    duplicates: list[Duplicate] = []
    for ticket, group in groups.items():
        group.sort(key=_order)
        ids = [event.id for event in group if event.id is not None]
        if len(ids) > 1 and len(set(ids)) < len(ids):
            groups[ticket] = _once(group, duplicates)
    return {ticket: groups[ticket] for ticket in sorted(groups)}, sorted(duplicates, key=lambda twin: (twin.ticket, twin.at, str(twin.id)))


def _once(group: list[Event], duplicates: list[Duplicate]) -> list[Event]:
    seen = set()
    kept = []
    for event in group:
        if event.id is not None:
            key = (type(event.id), event.id)  # 1, 1.0 and True are three ids, as in columns
            if key in seen:
                duplicates.append(Duplicate(event.ticket, event.at, event.id))
                continue
            seen.add(key)
        kept.append(event)
    return kept


def repeated(ticket: "NDArray[np.int32]", code: "NDArray[np.int32]") -> "NDArray[np.bool_]":
    """Where a row's ticket has a row of the same id before it.

    Args:
        ticket: ticket codes in canonical order.
        code: codes of the ids, -1 where there is none.
    """
    import numpy as np  # noqa: PLC0415 - objects do without

    out = np.zeros(len(ticket), np.bool_)
    counts = np.bincount(code[code >= 0])
    if counts.max(initial=0) <= 1:
        return out
    places = np.flatnonzero((code >= 0) & (counts[code] > 1))
    packed = ticket[places].astype(np.int64) * len(counts) + code[places]
    _, first = np.unique(packed, return_index=True)
    out[places] = True
    out[places[first]] = False
    return out
