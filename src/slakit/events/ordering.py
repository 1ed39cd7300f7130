"""The canonical order of events (SPEC 3.3), and which of them are there twice (SPEC 3.4)."""

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from slakit._value import value
from slakit.events.event import Event

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_order = attrgetter("order")
_CACHED = 1 << 22


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


def order_of(
    ticket: "NDArray[np.int32]", at: "NDArray[np.int64]", seq: "NDArray[np.int64] | None", rank: "NDArray[np.uint8]"
) -> "NDArray[np.int64] | None":
    """The permutation that puts rows into canonical order, or None where they stand in it already.

    Rows are sorted by ticket alone, stably; only the tickets whose rows are then out of order are
    sorted by the rest.

    Args:
        ticket: codes, ascending as the ids.
        at: us.
        seq: order within an instant, or None.
        rank: the class of the tie order.
    """
    import numpy as np  # noqa: PLC0415 - objects do without

    rows = len(ticket)
    order = None
    if rows and (ticket[1:] < ticket[:-1]).any():
        order = _stable(ticket)
        ticket, at, rank = ticket[order], at[order], rank[order]
        seq = None if seq is None else seq[order]
    same = ticket[1:] == ticket[:-1]
    tie = same & (at[1:] == at[:-1])
    wrong = same & (at[1:] < at[:-1])
    if tie.any():
        ties = np.flatnonzero(tie)
        before, after = rank[ties], rank[ties + 1]
        bad = after < before
        if seq is not None:
            step = seq[ties + 1] - seq[ties]
            bad = (step < 0) | ((step == 0) & bad)
        wrong[ties[bad]] = True
    if not wrong.any():
        return order
    unsorted = np.zeros(int(ticket[-1]) + 1, np.bool_)
    unsorted[ticket[1:][wrong]] = True
    places = np.flatnonzero(unsorted[ticket])
    keys: list[NDArray[Any]] = [rank[places], at[places], ticket[places]]
    if seq is not None:
        keys.insert(1, seq[places])
    moved = places[np.lexsort(keys)]
    if order is None:
        order = np.arange(rows)
    order[places] = order[moved]
    return order


def _stable(ticket: "NDArray[np.int32]") -> "NDArray[np.int64]":
    """The stable order by ticket.

    Where equal codes mostly stand together, only their runs are sorted. Codes of 16 bits are counted into place, larger ones in two passes as long as the rows fit the
    cache; else ticket and row are packed into one integer, which sorts faster than pairs.
    """
    import numpy as np  # noqa: PLC0415 - objects do without

    rows, highest = len(ticket), int(ticket.max())
    heads = np.flatnonzero(np.append(True, ticket[1:] != ticket[:-1]))
    if len(heads) < rows // 2:
        runs = _stable(ticket[heads])
        lengths = np.diff(heads, append=rows)[runs]
        shift = heads[runs] - (np.cumsum(lengths) - lengths)
        return np.asarray(np.arange(rows) + np.repeat(shift, lengths))
    if highest >> 16 == 0:
        return np.argsort(ticket.astype(np.uint16), kind="stable")
    bits = max(1, (rows - 1).bit_length())
    if rows <= _CACHED or bits + highest.bit_length() > 63:  # noqa: PLR2004 - an int64 without its sign
        low = np.argsort((ticket & 0xFFFF).astype(np.uint16), kind="stable")
        return np.asarray(low[np.argsort((ticket >> 16).astype(np.uint16)[low], kind="stable")])
    packed = (ticket.astype(np.int64) << bits) | np.arange(rows)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def repeated(ticket: "NDArray[np.int32]", code: "NDArray[np.int32]") -> "NDArray[np.bool_]":
    """Where a row's ticket has a row of the same id before it.

    Args:
        ticket: ticket codes in canonical order.
        code: codes of the ids, -1 where there is none.
    """
    import numpy as np  # noqa: PLC0415 - objects do without

    out = np.zeros(len(ticket), np.bool_)
    places = np.flatnonzero(code >= 0)
    if not len(places) or len(places) == len(np.unique(code[places])):
        return out
    packed = ticket[places].astype(np.int64) * (int(code.max()) + 1) + code[places]
    _, first = np.unique(packed, return_index=True)
    out[places] = True
    out[places[first]] = False
    return out
