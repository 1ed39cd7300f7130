"""What is in a log, for people: a sentence and a description."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit._value import value
from slakit.errors import Finding
from slakit.events.kinds import EventKind, Role, Status

if TYPE_CHECKING:
    from slakit.events.log import EventLog


@value(repr=False)
class LogSummary:
    """A description of a log.

    Attributes:
        tickets: number of tickets that have an event by ``as_of``.
        events: number of events by then.
        first: instant of the first event, us, or None.
        last: instant of the last one by then, us, or None.
        as_of: us, or None for the whole log.
        later: number of events after ``as_of``.
        kinds: number of events by kind.
        roles: number of events by role.
        statuses: the product's own status -> (category, number of events).
        findings: what is doubtful.
        quarantined: number of rows set aside.
        duplicates: number of events left out because their id was there before.
    """

    tickets: int
    events: int
    first: int | None
    last: int | None
    as_of: int | None
    later: int
    kinds: Mapping[str, int]
    roles: Mapping[str, int]
    statuses: Mapping[str, tuple[str, int]]
    findings: tuple[Finding, ...]
    quarantined: int
    duplicates: int

    @property
    def finding_counts(self) -> dict[str, int]:
        """Number of findings by code."""
        return dict(sorted(Counter(finding.code for finding in self.findings).items()))

    def to_dict(self) -> dict[str, Any]:
        """The plain form: instants as ISO text, findings as counts by code."""
        return {
            "tickets": self.tickets,
            "events": self.events,
            "first": None if self.first is None else utc(self.first).isoformat(),
            "last": None if self.last is None else utc(self.last).isoformat(),
            "as_of": None if self.as_of is None else utc(self.as_of).isoformat(),
            "later": self.later,
            "kinds": dict(self.kinds),
            "roles": dict(self.roles),
            "statuses": {status: list(told) for status, told in self.statuses.items()},
            "findings": self.finding_counts,
            "quarantined": self.quarantined,
            "duplicates": self.duplicates,
        }

    def __repr__(self) -> str:
        """A line a matter."""
        lines = [f"{_count(self.events, 'event')} on {_count(self.tickets, 'ticket')}{_span(self.first, self.last)}"]
        if self.as_of is not None:
            lines.append(f"  as of {_text(utc(self.as_of))}; {_count(self.later, 'later event')} not counted")
        for name, counts in (("kinds", self.kinds), ("roles", self.roles)):
            lines.append(f"  {name}: " + (", ".join(f"{key} {count:,}" for key, count in counts.items()) or "none"))
        told = ", ".join(f"{own} ({name}) {count:,}" if own != name else f"{own} {count:,}" for own, (name, count) in self.statuses.items())
        lines.append(f"  statuses: {told or 'none'}")
        lines.append("  findings: " + (", ".join(f"{code} {count:,}" for code, count in self.finding_counts.items()) or "none"))
        if self.quarantined:
            lines.append(f"  set aside: {_count(self.quarantined, 'row')} (see .quarantined)")
        return "\n".join(lines)


def describe(log: "EventLog", as_of: int | None) -> LogSummary:
    """Describe a log, or what was known of it at an instant (us)."""
    if log.in_columns:
        from slakit.events.suspects import tally  # noqa: PLC0415 - brings numpy

        counted = tally(log.columns(), as_of)
    else:
        counted = _tally(log, as_of)
    tickets, first, last, later, kinds, roles, statuses = counted
    found = log.findings_as_of(last if as_of is None and last is not None else as_of if as_of is not None else 0)
    return LogSummary(
        tickets=tickets,
        events=sum(kinds.values()),
        first=first,
        last=last,
        as_of=as_of,
        later=later,
        kinds={kind.text: kinds[kind] for kind in EventKind if kinds.get(kind)},
        roles={role.text: roles[role] for role in Role if roles.get(role)},
        statuses={
            str(own): (Status(code).text, count)
            for (own, code), count in sorted(statuses.items(), key=lambda pair: (-pair[1], str(pair[0])))
        },
        findings=found,
        quarantined=len(log.quarantined),
        duplicates=sum(finding.code == "duplicate_id" for finding in found),
    )


Tally = tuple[int, int | None, int | None, int, Mapping[int, int], Mapping[int, int], Mapping[tuple[Any, int], int]]


def _tally(log: "EventLog", as_of: int | None) -> Tally:
    known = [event for event in log if as_of is None or event.at <= as_of]
    times = [event.at for event in known]
    return (
        len({event.ticket for event in known}),
        min(times, default=None),
        max(times, default=None),
        len(log) - len(known),
        Counter(int(event.kind) for event in known),
        Counter(int(event.role) for event in known),
        Counter((event.status, int(event.category)) for event in known if event.status is not None),
    )


def sentence(log: "EventLog") -> str:
    """A log in one sentence."""
    aside = f", {_count(len(log.quarantined), 'row')} set aside" if log.quarantined else ""
    first, last = bounds(log)
    return f"<log of {_count(len(log), 'event')} on {_count(len(log.tickets), 'ticket')}{_span(first, last)}{aside}>"


def bounds(log: "EventLog") -> tuple[int | None, int | None]:
    """Instants of the first and the last event, us."""
    if not len(log):
        return None, None
    if log.in_columns:
        at = log.columns().at
        return int(at.min()), int(at.max())
    return min(event.at for event in log), max(event.at for event in log)


def _span(first: int | None, last: int | None) -> str:
    return "" if first is None or last is None else f", {_text(utc(first))} to {_text(utc(last))}"


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
