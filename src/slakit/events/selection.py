"""Parts of a log, and logs put together."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from slakit._time import instant, utc
from slakit.errors import EventError, QueryError, did_you_mean
from slakit.events.conditions import Conditions
from slakit.events.event import category
from slakit.events.fields import fields_of, last_fields

if TYPE_CHECKING:
    from slakit.events.log import EventLog

Ticket = str | int
Keep = Callable[[Ticket, int], bool]
_FIRST, _LAST = -(2**63), 2**63 - 1


def as_us(given: Any) -> int:
    """An instant in us: an integer is one already."""
    return given if type(given) is int else instant(given)


def selected(
    log: "EventLog", *, tickets: Iterable[Ticket] | None = None, since: Any = None, until: Any = None, where: Any = None
) -> "EventLog":
    """A log with only some events; see `EventLog.select`."""
    low = _FIRST if since is None else as_us(since)
    high = _LAST if until is None else as_us(until)
    if low >= high:
        message = f"no instant is at or after since={utc(low)} and before until={utc(high)}: give since < until"
        raise QueryError(message, code="empty_window", since=low, until=high)
    wanted = None if tickets is None else _wanted(log, tickets)
    conditions = Conditions.of(where)
    if log.in_columns:
        return _from_columns(log, wanted, low, high, conditions)
    groups = log.by_ticket()
    if conditions:
        wanted = {ticket for ticket in (groups if wanted is None else wanted) if conditions.matches(fields_of(groups[ticket]))}

    def keep(ticket: Ticket, at: int) -> bool:
        return low <= at < high and (wanted is None or ticket in wanted)

    return log.sifted(keep)


def _from_columns(log: "EventLog", wanted: set[Ticket] | None, low: int, high: int, conditions: Conditions) -> "EventLog":
    import numpy as np  # noqa: PLC0415 - objects do without

    columns = log.columns()
    kept = (columns.at >= low) & (columns.at < high)
    chosen = np.ones(len(columns.tickets), np.bool_)
    if wanted is not None:
        chosen &= np.fromiter((ticket in wanted for ticket in columns.tickets.tolist()), np.bool_, len(chosen))
    if conditions:
        chosen &= conditions.over(last_fields(columns), len(chosen))
    kept &= chosen[columns.ticket]
    left = frozenset(columns.tickets[chosen].tolist())

    def keep(ticket: Ticket, at: int) -> bool:
        return low <= at < high and ticket in left

    return log.sifted(keep, columns.take(np.flatnonzero(kept)))


def _wanted(log: "EventLog", tickets: Iterable[Ticket]) -> set[Ticket]:
    wanted: set[Ticket] = {tickets} if isinstance(tickets, str | int) else set(tickets)
    known = frozenset(log.tickets)
    for ticket in wanted:
        if ticket not in known:
            message = f"there is no ticket {ticket!r} in this log: {did_you_mean(ticket, log.tickets)}"
            raise QueryError(message, code="unknown_ticket", given=ticket)
    return wanted


def one_mapping(logs: Sequence["EventLog"]) -> dict[str, Any]:
    """The status mappings of several logs as one.

    Raises:
        EventError: ``conflicting_statuses``.
    """
    merged: dict[str, Any] = {}
    for log in logs:
        for own, given in log.statuses.items():
            if own in merged and category(own, merged) != category(own, {own: given}):
                message = (
                    f"status {own!r} is mapped to {merged[own]!r} in one log and to {given!r} in another: map it alike before you join them"
                )
                raise EventError(message, code="conflicting_statuses", status=own)
            merged[own] = given
    return merged
