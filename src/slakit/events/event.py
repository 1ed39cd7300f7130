"""One event of one ticket: an immutable value with the keys of its kind."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any

import attrs

from slakit._time import fixed_span, instant, span_text, utc
from slakit._value import value
from slakit.errors import EventError, did_you_mean
from slakit.events.kinds import RANKS, EventKind, Role, Status

COMMON_KEYS = ("ticket", "at", "kind", "id", "seq", "actor", "role")
KIND_KEYS: Mapping[EventKind, tuple[str, ...]] = MappingProxyType({
    EventKind.CREATED: ("status",),
    EventKind.MESSAGE: ("public",),
    EventKind.NOTE: ("public",),
    EventKind.STATUS: ("status",),
    EventKind.ASSIGNED: ("to", "to_role", "group"),
    EventKind.ACCEPTED: (),
    EventKind.FIELD: ("field", "value"),
    EventKind.ESCALATED: (),
    EventKind.HANDED_OVER: (),
    EventKind.WORK_STARTED: (),
    EventKind.WORK_ENDED: (),
    EventKind.HANDLED: ("part", "span"),
    EventKind.ABANDONED: (),
    EventKind.RATING_REQUESTED: ("of", "question", "scale", "value"),
    EventKind.RATING: ("of", "question", "scale", "value"),
    EventKind.MERGED: ("into",),
    EventKind.SPLIT: ("from",),
    EventKind.SPAM: (),
    EventKind.DELETED: (),
    EventKind.EXCLUDED: ("reason", "evidence"),
    EventKind.INCLUDED: ("reason", "evidence"),
})  # fmt: skip
REQUIRED_KEYS: Mapping[EventKind, tuple[str, ...]] = MappingProxyType({
    EventKind.STATUS: ("status",),
    EventKind.FIELD: ("field",),
    EventKind.HANDLED: ("part", "span"),
    EventKind.RATING: ("value",),
    EventKind.MERGED: ("into",),
    EventKind.SPLIT: ("from",),
})  # fmt: skip
HANDLED_PARTS = ("talk", "hold", "wrap", "work")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_CATEGORIES = {status.text: status for status in Status if status}


@value(repr=False)
class Event:
    """One event.

    Attributes:
        ticket: text or integer id of the ticket.
        at: the instant, microseconds since the epoch, UTC.
        kind: what happened.
        id: the event's own id, or None; the same id twice is one event.
        seq: order within one instant, 0 where the row does not say.
        actor: who did it, or None.
        role: the actor's side at that time.
        public: whether the customer sees it (messages).
        status: the product's own status text (`created`, `status`), or None.
        category: the category that ``status`` maps to; NONE where there is none or it is not mapped yet.
        data: the further keys of the kind (``to``, ``group``, ``field``, ``value``, ...); of a `created`
            event, the fields of the ticket.
    """

    ticket: str | int
    at: int
    kind: EventKind
    id: str | int | None
    seq: int
    actor: str | int | None
    role: Role
    public: bool
    status: str | None
    category: Status
    data: Mapping[str, Any] = attrs.field(hash=False)

    def __init__(
        self, *, ticket: Any, at: Any, kind: Any, tz: tzinfo | None = None, statuses: Mapping[str, Any] | None = None, **keys: Any
    ) -> None:
        """Check and convert one event.

        Args:
            ticket: text or integer.
            at: aware datetime, ISO 8601 text with an offset, or ``numpy.datetime64`` (UTC).
            kind: text or `EventKind`.
            tz: the zone in which a naive ``at`` is read; None refuses it.
            statuses: the product's own statuses -> category names; category names need no entry.
            **keys: the keys of the kind (SPEC 3.1); None means absent.

        Raises:
            EventError: codes ``bad_ticket``, ``unknown_kind``, ``unknown_role``, ``unknown_key``,
                ``missing_key``, ``unmapped_status``, ``bad_value``.
            TimeError: codes ``naive_time``, ``bad_instant``, ``bad_span``.
        """
        kind = EventKind.of(kind)
        if type(ticket) is not str and (not isinstance(ticket, int) or isinstance(ticket, bool)):
            message = f"ticket {ticket!r} is a {type(ticket).__name__}: give text or an integer"
            raise EventError(message, code="bad_ticket", given=ticket)
        keys = {key: given for key, given in keys.items() if given is not None}
        role = keys.pop("role", None)
        status = keys.pop("status", None)
        public = keys.pop("public", True)
        if type(public) is not bool:
            raise _bad_value("public", public, "True or False")
        seq = keys.pop("seq", 0)
        if not isinstance(seq, int):
            raise _bad_value("seq", seq, "an integer")
        put = object.__setattr__
        put(self, "ticket", ticket)
        put(self, "at", at if type(at) is int else instant(at, tz=tz))
        put(self, "kind", kind)
        put(self, "id", keys.pop("id", None))
        put(self, "seq", seq)
        put(self, "actor", keys.pop("actor", None))
        put(self, "role", Role.of(role) if role is not None else Role.CUSTOMER if kind is EventKind.CREATED else Role.UNKNOWN)
        put(self, "public", public and kind is not EventKind.NOTE)
        put(self, "status", status)
        put(self, "category", Status.NONE if status is None else category(status, statuses))
        put(self, "data", MappingProxyType(_checked(kind, keys, status)) if keys or kind in REQUIRED_KEYS else _NOTHING)

    @property
    def rank(self) -> int:
        """The class of the tie order (SPEC 3.3)."""
        return RANKS[self.kind * 5 + self.role]

    @property
    def order(self) -> tuple[int, int, int]:
        """The canonical order within a ticket: instant, ``seq``, class; input order comes last."""
        return (self.at, self.seq, RANKS[self.kind * 5 + self.role])

    @property
    def time(self) -> datetime:
        """The instant as an aware UTC datetime."""
        return utc(self.at)

    def moved_to(self, at: int) -> "Event":
        """The same event at another instant (us)."""
        slots = [getattr(self, slot.name) for slot in attrs.fields(type(self))]
        return _rebuild(slots[0], at, *slots[2:])

    def with_category(self, mapped: Status) -> "Event":
        """The same event with its status mapped to a category."""
        slots = [getattr(self, slot.name) for slot in attrs.fields(type(self))]
        return _rebuild(*slots[:9], mapped, slots[10])

    def to_record(self) -> dict[str, Any]:
        """The row form, which reads back to an equal event."""
        row: dict[str, Any] = {"ticket": self.ticket, "at": utc(self.at).isoformat(), "kind": self.kind.text}
        for key in ("id", "actor", "status"):
            if getattr(self, key) is not None:
                row[key] = getattr(self, key)
        if self.seq:
            row["seq"] = self.seq
        if self.role:
            row["role"] = self.role.text
        if self.kind is EventKind.MESSAGE:
            row["public"] = self.public
        more = dict(self.data)
        if self.kind is EventKind.HANDLED:
            more["span"] = span_text(more["span"])
        if "to_role" in more:
            more["to_role"] = more["to_role"].text
        return row | more

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle every slot as it is (a category may come from a mapping that is not at hand)."""
        slots = [getattr(self, slot.name) for slot in attrs.fields(type(self))]
        return _rebuild, (*slots[:-1], dict(self.data))

    def __repr__(self) -> str:
        """A sentence: who did what, when."""
        who = f" by {self.role}" if self.role else ""
        actor = f" {self.actor}" if self.actor is not None else ""
        more = "".join(f", {key}={given!r}" for key, given in self.data.items())
        status = f" {self.status}" if self.status is not None else ""
        return f"<{utc(self.at):%Y-%m-%d %H:%M:%S}Z {self.ticket}: {self.kind}{status}{who}{actor}{more}>"


def _rebuild(*slots: Any) -> Event:
    event: Event = object.__new__(Event)
    for slot, given in zip(attrs.fields(Event), slots, strict=True):
        object.__setattr__(event, slot.name, MappingProxyType(given) if slot.name == "data" else given)
    return event


def category(status: Any, statuses: Mapping[str, Any] | None) -> Status:
    """The category of a product's own status.

    Raises:
        EventError: ``unmapped_status``.
    """
    given = statuses.get(status) if statuses else None
    if given is None:
        given = status
    found = given if isinstance(given, Status) else _CATEGORIES.get(given if isinstance(given, str) else "")
    if found is None:
        known = [*(statuses or ()), *_CATEGORIES]
        message = f"status {status!r} is not mapped: add it to statuses={{{status!r}: 'pending'}} (or another category); {did_you_mean(status, known)}"
        raise EventError(message, code="unmapped_status", given=status, known=tuple(known))
    return found


def _checked(kind: EventKind, keys: dict[str, Any], status: object) -> dict[str, Any]:
    if kind is EventKind.CREATED:
        return keys
    allowed = KIND_KEYS[kind]
    for key in keys:
        if key not in allowed:
            message = f"a {kind} event has no key {key!r}: {did_you_mean(key, COMMON_KEYS + allowed)}"
            raise EventError(message, code="unknown_key", given=key, kind=kind.text, known=COMMON_KEYS + allowed)
    for key in REQUIRED_KEYS.get(kind, ()):
        if key not in keys and not (key == "status" and status is not None):
            message = f"a {kind} event needs the key {key!r}: add it"
            raise EventError(message, code="missing_key", key=key, kind=kind.text)
    if kind is EventKind.HANDLED:
        if keys["part"] not in HANDLED_PARTS:
            raise _bad_value("part", keys["part"], "one of " + ", ".join(HANDLED_PARTS))
        length = fixed_span(keys["span"])
        if length < 0:
            raise _bad_value("span", keys["span"], "a length of time, zero or more")
        keys["span"] = length
    if "to_role" in keys:
        keys["to_role"] = Role.of(keys["to_role"])
    return keys


def _bad_value(key: str, given: object, allowed: str) -> EventError:
    return EventError(f"{key}={given!r}: give {allowed}", code="bad_value", key=key, given=given)
