"""A table with one row a ticket: its milestones as events."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from slakit.errors import EventError, SlakitError
from slakit.events.cells import is_absent
from slakit.events.quarantine import OnError, Quarantined, bad_row, minority, mixed_types, set_aside
from slakit.events.records import Reading, RowReader
from slakit.events.renaming import Renaming

if TYPE_CHECKING:
    from slakit.events.event import Event

MILESTONES: tuple[tuple[str, dict[str, str]], ...] = (
    ("assigned_at", {"kind": "assigned"}),
    ("first_reply_at", {"kind": "message", "role": "agent"}),
    ("solved_at", {"kind": "status", "status": "solved"}),
    ("reopened_at", {"kind": "status", "status": "open"}),
    ("closed_at", {"kind": "status", "status": "closed"}),
)
"""Column -> the event that it stands for, beside ``created_at``."""
_PEOPLE = {"assigned_at": "to", "first_reply_at": "actor"}


def read_tickets(
    table: Any, *, statuses: Mapping[str, Any] | None, tz: tzinfo | None, columns: Mapping[str, str | None] | None, on_error: OnError
) -> Reading:
    """Read a table with one row a ticket.

    Args:
        table: mappings, or a data frame.
        statuses: the product's own statuses -> categories.
        tz: the zone of naive times; None refuses them.
        columns: their names -> ours.
        on_error: ``"raise"`` or ``"quarantine"``.

    Raises:
        LogErrors: every bad row, when they are to be raised.
    """
    renaming = Renaming(columns) if columns else None
    reader = RowReader(statuses=statuses, tz=tz)
    read: list[tuple[int, Any, list[Event]]] = []
    bad: list[Quarantined] = []
    number = -1
    for number, row in enumerate(_rows(table)):
        named = row if renaming is None else renaming.row(row)
        doubts = len(reader.findings)
        try:
            read.append((number, named, [reader.read(event) for event in _events(named)]))
        except SlakitError as error:
            del reader.findings[doubts:]
            bad.append(bad_row(number, named, error))
    if renaming is not None:
        renaming.check()
    ids = [*(events[0].ticket for _, _, events in read), *(row.ticket for row in bad)]
    stranger = minority(sum(isinstance(ticket, str) for ticket in ids), sum(isinstance(ticket, int) for ticket in ids))
    if stranger is not None:
        bad += [
            bad_row(place, named, mixed_types(events[0].ticket)) for place, named, events in read if isinstance(events[0].ticket, stranger)
        ]
    kept = tuple(event for _, _, events in read if stranger is None or not isinstance(events[0].ticket, stranger) for event in events)
    return Reading(kept, tuple(reader.findings), set_aside(bad, number + 1, on_error))


def _rows(table: Any) -> Iterable[Any]:
    if isinstance(table, Iterable) and not hasattr(table, "columns") and not isinstance(table, Mapping):
        return table
    from slakit._frames import columns_of, records_of  # noqa: PLC0415 - brings numpy

    return records_of(columns_of(table))


def _events(row: Any) -> Iterable[dict[str, Any]]:
    if not isinstance(row, Mapping):
        message = f"{row!r} is a {type(row).__name__}: give a mapping of keys to values"
        raise EventError(message, code="bad_row", given=row)
    names = dict(MILESTONES)
    fields = {key: given for key, given in row.items() if key not in names and key != "created_at"}
    if is_absent(row.get("created_at")):
        message = "there is no 'created_at': every ticket needs the instant of its creation"
        raise EventError(message, code="missing_key", key="created_at")
    yield {**fields, "at": row["created_at"], "kind": "created"}
    for name, keys in MILESTONES:
        at = row.get(name)
        if not is_absent(at):
            person = {_PEOPLE[name]: row["agent"]} if name in _PEOPLE and not is_absent(row.get("agent")) else {}
            yield {"ticket": row.get("ticket"), "at": at, **keys, **person}
