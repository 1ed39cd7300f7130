"""Looking over a log in arrays: which tickets can be doubtful at all, and how much there is of what."""

from typing import TYPE_CHECKING, Any

import numpy as np

from slakit.events.kinds import EventKind, Role, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slakit.events.columns import EventColumns
    from slakit.events.summary import Tally

_ALWAYS = (EventKind.MERGED, EventKind.WORK_ENDED, EventKind.INCLUDED)


def suspects(columns: "EventColumns") -> "NDArray[np.int64]":
    """Codes of the tickets that `slakit.events.doubts` must look at: all doubtful ones, and few others.

    Args:
        columns: only events that are known.
    """
    if not len(columns):
        return np.empty(0, np.int64)
    kind, ticket, at = columns.kind, columns.ticket, columns.at
    suspect = kind[columns.starts[:-1]] != EventKind.CREATED
    created = kind == EventKind.CREATED
    suspect |= np.bincount(ticket[created], minlength=len(suspect)) > 1
    always = np.zeros(len(EventKind) + 1, np.bool_)
    always[list(_ALWAYS)] = True
    suspect[ticket[always[kind]]] = True
    message = (kind == EventKind.MESSAGE) & columns.public
    suspect[ticket[message & (columns.role == Role.UNKNOWN)]] = True
    written = np.flatnonzero(message & (columns.role == Role.CUSTOMER))
    if len(written):
        placed = columns.category > 0
        latest = np.where(placed, np.arange(len(kind)), -1)
        np.maximum.accumulate(latest, out=latest)
        before = latest[written]
        own = before >= columns.starts[ticket[written]]
        category = np.where(own, columns.category[before], 0)
        waiting = (category == Status.PENDING) | (category >= Status.SOLVED)
        following = np.minimum(written + 1, len(kind) - 1)
        moved = (kind[following] == EventKind.STATUS) & (columns.category[following] != category)
        moved &= (ticket[following] == ticket[written]) & (at[following] == at[written])
        suspect[ticket[written[waiting & ~moved]]] = True
    return np.flatnonzero(suspect)


def near_miss_tickets(columns: "EventColumns", key: str) -> int:
    """How many tickets carry a field at their creation."""
    codes, _ = columns.coded(key)
    return len(np.unique(columns.ticket[(codes >= 0) & (columns.kind == EventKind.CREATED)]))


def tally(columns: "EventColumns", as_of: int | None) -> "Tally":
    """Counts for a description: tickets, first and last instant, later events, kinds, roles, statuses."""
    known = columns if as_of is None else columns.cut(as_of)
    codes, own = known.coded("status")
    placed = codes >= 0
    width = len(Status)
    pairs, counts = np.unique(codes[placed].astype(np.int64) * width + known.category[placed], return_counts=True)
    statuses: dict[tuple[Any, int], int] = {}
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        statuses[own[pair // width], pair % width] = count
    kinds, roles = (dict(enumerate(np.bincount(array).tolist())) for array in (known.kind, known.role))
    first, last = (int(known.at.min()), int(known.at.max())) if len(known) else (None, None)
    return len(known.tickets), first, last, len(columns) - len(known), kinds, roles, statuses
