"""What is doubtful about a log whatever one measures (SPEC 3.5): each doubt a `Finding` with a stable code.

The answer as of an instant is the answer of the log cut at that instant.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from slakit._time import utc
from slakit.errors import Finding
from slakit.events.event import Event
from slakit.events.keys import COMMON_KEYS, STATUS_KINDS
from slakit.events.kinds import EventKind, Role, Status
from slakit.events.life import life
from slakit.events.ordering import Duplicate

CODES: Mapping[str, str] = MappingProxyType({
    "no_created": "no `created` is known: the first event stands for it",
    "before_created": "an event before its ticket's `created`: taken at the creation",
    "duplicate_created": "a further `created`: left out",
    "unknown_role_reply": "a public message by an unknown role: no reply, and nothing that waits for one",
    "duplicate_id": "an event id that the ticket has already: left out",
    "message_after_merge": "a message on a ticket that was merged into another",
    "merged_into_itself": "merged into itself: it leaves the desk, and nothing takes over its wait",
    "merged_into_unknown": "merged into a ticket that the log does not have: nothing takes over its wait",
    "customer_wrote_while_pending": "a customer wrote while the ticket waited for the customer, and it stayed pending",
    "customer_wrote_while_solved": "a customer wrote on a solved or closed ticket, and it stayed so at that instant",
    "work_ended_without_start": "`work_ended` without `work_started` by the same actor",
    "included_without_excluded": "`included` without `excluded` before it",
    "near_miss_key": "a field of tickets whose name is nearly that of a key of events",
    "ambiguous_local_time": "a naive time that occurs twice in its zone: taken as the first",
    "nonexistent_local_time": "a naive time that never occurs in its zone: moved forward by the gap",
})  # fmt: skip
"""Every code of this floor with its meaning."""

KNOWN_FIELDS = ("customer", "team", "group", "channel", "category", "subcategory", "priority", "impact", "urgency", "topic", "product")
_KNOWN = (*COMMON_KEYS, "status", "public", *KNOWN_FIELDS)
_SHORTEST = 4
_SOLVED = (Status.SOLVED, Status.CLOSED)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in their one order: those of the whole log first, then by ticket, instant and code."""
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                finding.ticket is not None,
                finding.ticket if finding.ticket is not None else 0,
                finding.at if finding.at is not None else 0,
                finding.code,
                str(finding.fields),
            ),
        )
    )


def duplicate_found(twin: Duplicate) -> Finding:
    """The finding about an event that was left out because of its id."""
    return Finding(
        "duplicate_id", f"event id {twin.id!r} is there twice: the later one is left out", twin.ticket, twin.at, (("id", twin.id),)
    )


def ticket_doubts(  # noqa: C901, PLR0912 - one walk, a branch a kind
    events: Sequence[Event], as_of: int, tickets: Collection[str | int]
) -> list[Finding]:
    """The doubts about one ticket.

    Args:
        events: its events in canonical order.
        as_of: us; later events are not known.
        tickets: the tickets of the log that have an event by then.
    """
    known = life(events, as_of)
    if not known:
        return []
    ticket = known[0].ticket
    found = _creation_doubts([event for event in events if event.at <= as_of], known[0])
    category: Status = Status.NONE
    merged = excluded = False
    working: dict[Any, int] = {}

    def note(code: str, event: Event, message: str, **fields: Any) -> None:
        found.append(Finding(code, message, ticket, event.at, tuple(sorted(fields.items()))))

    for place, event in enumerate(known):
        kind = event.kind
        if kind in STATUS_KINDS:
            category = event.category or category or Status.NEW
        elif kind is EventKind.MESSAGE:
            if merged:
                note("message_after_merge", event, f"{_who(event)} wrote after the ticket was merged into another")
            if place and event.public and event.role is Role.UNKNOWN:
                note("unknown_role_reply", event, f"a public message by {_who(event)}: say which side wrote it with role=")
            if event.public and event.role is Role.CUSTOMER and not merged and _stays(known, place, category):
                if category is Status.PENDING:
                    note("customer_wrote_while_pending", event, "a customer wrote while the ticket was pending, and it stayed pending")
                elif category in _SOLVED:
                    message = f"a customer wrote while the ticket was {category}: log.reopen_on_message() reopens it there"
                    note("customer_wrote_while_solved", event, message)
        elif kind is EventKind.MERGED:
            merged = True
            into = event.data.get("into")
            if into == ticket:
                note("merged_into_itself", event, "merged into itself: it leaves the desk, and nothing takes over its wait")
            elif into not in tickets:
                note("merged_into_unknown", event, f"merged into {into!r}, which the log does not have", into=into)
        elif kind is EventKind.WORK_STARTED:
            working[event.actor] = working.get(event.actor, 0) + 1
        elif kind is EventKind.WORK_ENDED:
            if not working.get(event.actor):
                note("work_ended_without_start", event, f"{_who(event)} ended work that had not been started")
            else:
                working[event.actor] -= 1
        elif kind is EventKind.EXCLUDED:
            excluded = True
        elif kind is EventKind.INCLUDED:
            if not excluded:
                note("included_without_excluded", event, "included without having been excluded")
            excluded = False
    return found


def _creation_doubts(known: Sequence[Event], opening: Event) -> list[Finding]:
    created = [event for event in known if event.kind is EventKind.CREATED]
    ticket = opening.ticket
    if not created:
        return [Finding("no_created", f"no `created` is known: {known[0].kind} stands for it", ticket, known[0].at)]
    found = [
        Finding(
            "before_created", f"{event.kind} at {utc(event.at):%Y-%m-%d %H:%M:%S}Z is before the creation: taken there", ticket, event.at
        )
        for event in known
        if event.at < created[0].at
    ]
    found += [Finding("duplicate_created", "a further `created` is left out", ticket, event.at) for event in created[1:]]
    return found


def _who(event: Event) -> str:
    return str(event.role) if event.actor is None else f"{event.role} {event.actor!r}" if event.role else f"{event.actor!r} of unknown role"


def _stays(known: Sequence[Event], place: int, category: Status) -> bool:
    """Whether nothing later in the same instant changes the status category: a product that reopens at once is not doubtful."""
    at = known[place].at
    for event in known[place + 1 :]:
        if event.at != at:
            break
        if event.kind is EventKind.STATUS and event.category is not category:
            return False
    return True


def near_miss(key: str) -> str | None:
    """The known key that a field's name is nearly the same as, or None.

    Near means: equal but for case and separators, or one letter added, left out, changed or
    swapped with its neighbour, in a name of four letters or more.
    """
    if key in _KNOWN:
        return None
    bare = key.replace("_", "").replace("-", "").replace(" ", "").lower()
    return next((known for known in _KNOWN if bare == known or (len(known) >= _SHORTEST and _one_edit(bare, known))), None)


def _one_edit(given: str, known: str) -> bool:
    if abs(len(given) - len(known)) > 1:
        return False
    start = 0
    while start < min(len(given), len(known)) and given[start] == known[start]:
        start += 1
    one, other = given[start:], known[start:]
    if len(one) != len(other):
        return one[1:] == other or one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


def near_miss_found(key: str, near: str, tickets: int) -> Finding:
    """The finding about a field whose name nearly is a key's, once a log."""
    message = f"field {key!r} of {tickets:,} tickets is nearly {near!r}: rename it if {near!r} is meant"
    return Finding("near_miss_key", message, fields=(("key", key), ("near", near), ("tickets", tickets)))
