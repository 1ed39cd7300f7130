"""What happens to bad rows: all raised at once, each with its place, or set aside."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from slakit._value import value
from slakit.errors import EventError, LogErrors, SlakitError

OnError = Literal["raise", "quarantine"]


@value(eq=False)
class Quarantined:
    """A row that was set aside.

    Attributes:
        row: its number in the input, counted from 0.
        record: the row as it was given (under our names).
        error: what is wrong with it, with a stable ``code``.
    """

    row: int
    record: Any
    error: EventError

    @property
    def ticket(self) -> Any:
        """The ticket that the row names, or None."""
        return self.record.get("ticket") if isinstance(self.record, Mapping) else None


def bad_row(number: int, record: Any, error: SlakitError) -> Quarantined:
    """A bad row with an error that says where it stands."""
    ticket = record.get("ticket") if isinstance(record, Mapping) else None
    where = f"row {number}" if ticket is None else f"row {number} (ticket {ticket!r})"
    message = f"{where}: {error}"
    if error.code == "naive_time":
        message = f"{message}, or pass tz= to read the whole log in one zone"
    fields = {**error.fields, "row": number, "ticket": ticket}
    return Quarantined(number, record, EventError(message, code=error.code, **fields))


def mixed_types(ticket: str | int) -> EventError:
    """What to say of a ticket whose id is of the other type than most ids of the log."""
    kind, other = ("text", "integers") if isinstance(ticket, str) else ("an integer", "text")
    message = f"ticket {ticket!r} is {kind}, most ids of this log are {other}: give ids of one type"
    return EventError(message, code="mixed_types", given=ticket)


def minority(texts: int, others: int) -> type | None:
    """The type of ticket ids that does not belong: the rarer one, integers where both are as many; None where ids are of one type."""
    if not texts or not others:
        return None
    return str if texts < others else int


def set_aside(bad: Sequence[Quarantined], rows: int, on_error: OnError) -> tuple[Quarantined, ...]:
    """The bad rows in input order, or every one of them raised.

    Raises:
        LogErrors: with one error a bad row.
        EventError: ``bad_value`` for an unknown ``on_error``.
    """
    if on_error not in {"raise", "quarantine"}:
        message = f"on_error={on_error!r}: give 'raise' or 'quarantine'"
        raise EventError(message, code="bad_value", key="on_error", given=on_error)
    ordered = tuple(sorted(bad, key=lambda row: row.row))
    if ordered and on_error == "raise":
        raise_all(ordered, f"{len(ordered):,} of {rows:,} rows cannot be read (rows count from 0; on_error='quarantine' sets them aside)")
    return ordered


def raise_all(bad: Sequence[Quarantined], message: str) -> None:
    """Raise the errors of bad rows, in input order, if there are any.

    Raises:
        LogErrors: with one error a bad row.
    """
    if bad:
        raise LogErrors(message, [row.error for row in sorted(bad, key=lambda row: row.row)])


def refuse(*errors: EventError) -> LogErrors:
    """A fault of the whole table, such as a missing column."""
    return LogErrors("the log cannot be read", list(errors))
