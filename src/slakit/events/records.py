"""Rows in, events out: every bad row is named at once, or set aside."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from operator import attrgetter
from typing import Any

from slakit._time import datetime_us, local_doubt, parse_datetime
from slakit._value import value
from slakit.errors import EventError, Finding, SlakitError
from slakit.events.cells import is_absent
from slakit.events.event import Event, read_event
from slakit.events.quarantine import OnError, Quarantined, bad_row, minority, mixed_types, set_aside
from slakit.events.renaming import Renaming

_DOUBTS = {
    "ambiguous": ("ambiguous_local_time", "occurs twice in {zone}: taken as the first"),
    "nonexistent": ("nonexistent_local_time", "never occurs in {zone}: moved forward by the gap"),
}


@value(eq=False)
class Reading:
    """What became of the rows of one source.

    Attributes:
        events: the events, in input order.
        findings: doubts about how a row was read.
        quarantined: rows set aside.
    """

    events: tuple[Event, ...]
    findings: tuple[Finding, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()


class RowReader:
    """Reads rows one by one and keeps what is doubtful about their times.

    Attributes:
        findings: the doubts so far.
    """

    __slots__ = ("_statuses", "_tz", "findings")

    def __init__(self, *, statuses: Mapping[str, Any] | None, tz: tzinfo | None) -> None:
        """Read with a status mapping and, for naive times, a zone."""
        self._statuses = statuses or {}
        self._tz = tz
        self.findings: list[Finding] = []

    def read(self, row: Any, at: int | None = None) -> Event:
        """One row as an event.

        Args:
            row: the keys of the kind, under our names.
            at: its instant in us where that is known already.

        Raises:
            EventError: as `read_event`; ``bad_row`` for what is no mapping.
            TimeError: as `read_event`.
        """
        if not isinstance(row, Mapping):
            message = f"{row!r} is a {type(row).__name__}: give a mapping of keys to values (a data frame goes into from_frame, arrays into from_columns)"
            raise EventError(message, code="bad_row", given=row)
        if self._tz is None or at is not None:
            return read_event(row, self._statuses, at)
        given = row.get("at")
        moment = parse_datetime(given) if type(given) is str and given else given
        if not isinstance(moment, datetime) or moment.tzinfo is not None or is_absent(moment):
            return read_event(row, self._statuses)
        event = read_event(row, self._statuses, datetime_us(moment, self._tz))
        doubt = local_doubt(moment, self._tz)
        if doubt is not None:
            self.findings.append(time_doubt(doubt, moment, self._tz, event.ticket, event.at))
        return event


def time_doubt(doubt: str, moment: datetime, tz: tzinfo, ticket: str | int, at: int) -> Finding:
    """The finding about a naive time that its zone has twice, or not at all."""
    code, text = _DOUBTS[doubt]
    return Finding(code, f"{moment:%Y-%m-%d %H:%M:%S} {text.format(zone=tz)}", ticket=ticket, at=at)


def read_records(
    rows: Iterable[Any],
    *,
    statuses: Mapping[str, Any] | None,
    tz: tzinfo | None,
    columns: Mapping[str, str | None] | None,
    on_error: OnError,
) -> Reading:
    """Read rows into events.

    Args:
        rows: mappings with the keys of SPEC 3.1.
        statuses: the product's own statuses -> categories.
        tz: the zone of naive times; None refuses them.
        columns: their names -> ours.
        on_error: ``"raise"`` or ``"quarantine"``.

    Raises:
        LogErrors: every bad row, when they are to be raised.
    """
    statuses = statuses or {}
    reader = RowReader(statuses=statuses, tz=tz)
    renaming = Renaming(columns) if columns else None
    events: list[Event] = []
    bad: list[Quarantined] = []
    keep = events.append
    number = -1
    for number, row in enumerate(rows):
        named = row if renaming is None else renaming.row(row)
        try:
            keep(read_event(named, statuses) if tz is None and type(named) is dict else reader.read(named))
        except SlakitError as error:
            bad.append(bad_row(number, named, error))
    if renaming is not None:
        renaming.check()
    types = Counter(map(type, map(attrgetter("ticket"), events)))
    stranger = minority(*(types[kind] + sum(isinstance(row.ticket, kind) for row in bad) for kind in (str, int)))
    if stranger is not None:
        left_out = {row.row for row in bad}
        numbers = (place for place in range(number + 1) if place not in left_out)
        bad.extend(
            bad_row(number, event.to_record(), mixed_types(event.ticket))
            for number, event in zip(numbers, events, strict=True)
            if type(event.ticket) is stranger
        )
        events = [event for event in events if type(event.ticket) is not stranger]
    return Reading(tuple(events), tuple(reader.findings), set_aside(bad, number + 1, on_error))
