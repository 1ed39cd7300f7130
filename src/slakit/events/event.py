"""One event of one ticket: an immutable value with the keys of its kind."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import attrs

from slakit._time import EPOCH, fixed_span, instant, span_text, utc
from slakit._value import value
from slakit.errors import EventError, did_you_mean
from slakit.events.cells import is_absent, plain, ticket_id, truth, whole
from slakit.events.faults import bad_value, missing_key, nameless_key, unknown_key
from slakit.events.keys import HANDLED_PARTS, KIND_KEYS, PLACED_KEYS, REQUIRED_KEYS
from slakit.events.kinds import RANKS, EventKind, Role, Status

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_CATEGORIES = {status.text: status for status in Status if status}
_KINDS: dict[Any, EventKind] = {name: kind for kind in EventKind for name in (kind.text, kind)}
_ROLES: dict[Any, Role] = {name: role for role in Role for name in (role.text, role)} | {None: Role.UNKNOWN}
_PLAIN = frozenset({str, int, float, bool})
_SHAPES: dict[tuple[str, ...], tuple[str, ...]] = {}
_MOST_SHAPES = 4096
_from_iso = datetime.fromisoformat
_CREATED, _NOTE, _STATUS = EventKind.CREATED, EventKind.NOTE, EventKind.STATUS
_UNKNOWN, _CUSTOMER, _UNSTATED = Role.UNKNOWN, Role.CUSTOMER, Status.NONE
_ALLOWED, _REQUIRED = (tuple(keys.get(kind, ()) for kind in (0, *EventKind)) for keys in (KIND_KEYS, REQUIRED_KEYS))
"""By code: the members of an enumeration are slow to get at and to hash, and every row needs them."""


class _Draft:
    """An event while it is put together: the slots of `Event`, still open to writing."""

    __slots__ = ("__weakref__", "actor", "at", "category", "data", "id", "kind", "public", "role", "seq", "status", "ticket")

    ticket: Any
    at: int
    kind: EventKind
    id: Any
    seq: int
    actor: Any
    role: Role
    public: bool
    status: Any
    category: Status
    data: Mapping[str, Any]


@value(repr=False)
class Event(_Draft):
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
            statuses: the product's own statuses -> category names; category names need no entry. None
                leaves a status of the product's own to the log that takes the event.
            **keys: the keys of the kind (SPEC 3.1); None, NaN and empty text mean absent.

        Raises:
            EventError: codes ``bad_ticket``, ``unknown_kind``, ``unknown_role``, ``unknown_key``,
                ``missing_key``, ``unmapped_status``, ``bad_value``.
            TimeError: codes ``naive_time``, ``bad_instant``, ``bad_span``.
        """
        keys["ticket"], keys["kind"] = ticket, kind
        object.__setattr__(self, "__class__", _Draft)
        try:
            read_event(keys, statuses, at if type(at) is int else instant(at, tz=tz), self)
        finally:
            object.__setattr__(self, "__class__", Event)

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
        slots = _slots(self)
        return event_of(slots[0], at, *slots[2:])

    def with_category(self, mapped: Status) -> "Event":
        """The same event with its status mapped to a category."""
        slots = _slots(self)
        return event_of(*slots[:9], mapped, slots[10])

    def to_record(self) -> dict[str, Any]:
        """The row form, which reads back to an equal event."""
        row: dict[str, Any] = {"ticket": self.ticket, "at": utc(self.at).isoformat(), "kind": self.kind.text}
        for key in ("id", "actor", "status"):
            if getattr(self, key) is not None:
                row[key] = getattr(self, key)
        if isinstance(self.status, Status):
            row["status"] = self.status.text
        if self.seq:
            row["seq"] = self.seq
        if self.role:
            row["role"] = self.role.text
        if self.kind is EventKind.MESSAGE or not (self.public or self.kind is EventKind.NOTE):
            row["public"] = self.public
        more = dict(self.data)
        if self.kind is EventKind.HANDLED:
            more["span"] = span_text(more["span"])
        if self.kind is EventKind.ASSIGNED and "to_role" in more:
            more["to_role"] = more["to_role"].text
        return row | more

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle every slot as it is (a category may come from a mapping that is not at hand)."""
        return event_of, (*_slots(self)[:-1], dict(self.data))

    def __repr__(self) -> str:
        """A sentence: who did what, when."""
        who = f" by {self.role}" if self.role else ""
        actor = f" {self.actor}" if self.actor is not None else ""
        more = "".join(f", {key}={given!r}" for key, given in self.data.items())
        status = f" {self.status}" if self.status is not None else ""
        return f"<{utc(self.at):%Y-%m-%d %H:%M:%S}Z {self.ticket}: {self.kind}{status}{who}{actor}{more}>"


_slots = attrgetter("ticket", "at", "kind", "id", "seq", "actor", "role", "public", "status", "category", "data")


def event_of(*slots: Any) -> Event:
    """An event from its slots, in their order; nothing is checked."""
    draft = _Draft()
    draft.ticket, draft.at, draft.kind, draft.id, draft.seq, draft.actor, draft.role, draft.public, draft.status, draft.category, data = (
        slots
    )
    draft.data = data if type(data) is MappingProxyType else MappingProxyType(data) if data else _NOTHING
    draft.__class__ = Event
    return draft  # type: ignore[return-value]


def read_event(  # noqa: C901, PLR0912, PLR0915 - the cost of a row is the cost of its calls
    row: Mapping[str, Any], statuses: Mapping[str, Any] | None, at: int | None = None, draft: Any = None
) -> Event:
    """An event from a row.

    Args:
        row: the keys of the kind (SPEC 3.1), with ``ticket``, ``at`` and ``kind``; None, NaN and empty text mean absent.
        statuses: as in `Event`.
        at: the instant in us where it has been read already.
        draft: what becomes the event; None makes one.

    Raises:
        EventError: as `Event`; ``missing_key`` also for ``ticket``, ``at`` and ``kind``.
        TimeError: as `Event`; a naive time and a bare number are refused.
    """
    if draft is None:
        draft = _Draft()
    found = 0
    if at is None:
        given = row.get("at")
        try:
            moment: Any = _from_iso(given) if type(given) is str else given if type(given) is datetime else None
            since = moment - EPOCH  # what is no aware datetime has no difference
            at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        except (TypeError, ValueError):
            at = _instant_of(given)
        found = 3
    draft.at = at
    given = row.get("kind")
    try:
        kind = _KINDS[given]
    except (KeyError, TypeError):
        if is_absent(given):
            raise missing_key(key="kind") from None
        kind = EventKind.of(plain(given))
    draft.kind = kind
    ticket = row.get("ticket")
    if (type(ticket) is not str or not ticket) and type(ticket) is not int:
        ticket = ticket_id(ticket)
    draft.ticket = ticket
    given = row.get("role")
    try:
        role = _ROLES[given]
    except (KeyError, TypeError):
        role = _UNKNOWN if is_absent(given) else Role.of(plain(given))
    if given is not None:
        found += 1
    if role is _UNKNOWN and kind is _CREATED:
        role = _CUSTOMER
    draft.role = role
    status = row.get("status")
    if status is not None:
        found += 1
    if len(row) == found and type(row) is dict:  # no keys but those read so far, ticket, at and kind among them
        draft.id = draft.actor = None
        draft.seq = 0
        public: Any = True
        more: tuple[str, ...] = ()
    else:
        public = row.get("public")
        if public is not True and public is not False:
            public = is_absent(public) or truth(public)
        seq = row.get("seq")
        if type(seq) is not int:
            seq = 0 if is_absent(seq) else whole("seq", seq)
        draft.seq = seq
        key, actor = row.get("id"), row.get("actor")
        if key is not None and (type(key) is not str or not key) and type(key) is not int:
            key = None if is_absent(key) else plain(key)
        if actor is not None and (type(actor) is not str or not actor) and type(actor) is not int:
            actor = None if is_absent(actor) else plain(actor)
        draft.id, draft.actor = key, actor
        names = tuple(row)
        try:
            more = _SHAPES[names]
        except KeyError:
            more = _shape(names)
    if status is not None and (type(status) is not str or not status):
        status = None if is_absent(status) or status is _UNSTATED else status.text if isinstance(status, Status) else plain(status)
    draft.status = status
    if status is None:
        draft.category = _UNSTATED
        needs = _REQUIRED[kind]
    elif kind is _STATUS or kind is _CREATED:
        draft.category = category(status, statuses)
        needs = ()
    else:
        raise unknown_key(kind, "status")
    draft.public = public and kind is not _NOTE
    if more or needs:
        data: dict[str, Any] = {}
        for name in more:
            given = row[name]
            if type(given) in _PLAIN:
                if given == given and given != "":  # noqa: PLR0124 - NaN differs from itself; 0 and False are there
                    data[name] = given
            elif not is_absent(given):
                data[name] = plain(given)
        if needs or (data and kind is not _CREATED):
            _check(kind, data, needs)
        draft.data = MappingProxyType(data) if data else _NOTHING
    else:
        draft.data = _NOTHING
    draft.__class__ = Event
    return draft  # type: ignore[no-any-return]


def _instant_of(given: Any) -> int:
    if is_absent(given):
        raise missing_key(key="at")
    return instant(given)


def _shape(names: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of rows of this shape that go to ``data``; rows of one source share few shapes.

    Raises:
        EventError: ``unknown_key`` for a key that is no text.
    """
    if len(_SHAPES) >= _MOST_SHAPES:
        _SHAPES.clear()
    for name in names:
        if not isinstance(name, str):
            raise nameless_key(name)
    more = _SHAPES[names] = tuple(name for name in names if name not in PLACED_KEYS)
    return more


def category(status: Any, statuses: Mapping[str, Any] | None) -> Status:
    """The category of a product's own status.

    Args:
        status: the product's own text, or a category's name.
        statuses: own statuses -> categories; None leaves a status that is no category's name unmapped (NONE).

    Raises:
        EventError: ``unmapped_status``.
    """
    try:
        given = statuses.get(status) if statuses else None
    except TypeError:  # it cannot be hashed
        given = None
    if given is None:
        given = status
    found = _CATEGORIES.get(given) if isinstance(given, str) else given if isinstance(given, Status) else None
    if found is None and statuses is None:
        return Status.NONE
    if found is None:
        known = [*(statuses or ()), *_CATEGORIES]
        message = f"status {status!r} is not mapped: add it to statuses={{{status!r}: 'pending'}} (or another category); {did_you_mean(status, known)}"
        raise EventError(message, code="unmapped_status", given=status, known=tuple(known))
    return found


def _check(kind: EventKind, keys: dict[str, Any], needs: tuple[str, ...]) -> None:
    """Refuse keys that the kind does not have, ask for those that it needs, and convert spans and roles in place."""
    allowed = _ALLOWED[kind]
    for key in keys:
        if key not in allowed:
            raise unknown_key(kind, key)
    for key in needs:
        if key not in keys:
            message = f"a {kind} event needs the key {key!r}: add it"
            raise EventError(message, code="missing_key", key=key, kind=kind.text)
    if kind is EventKind.HANDLED:
        if keys["part"] not in HANDLED_PARTS:
            raise bad_value(keys["part"], key="part", allowed="one of " + ", ".join(HANDLED_PARTS))
        length = fixed_span(keys["span"])
        if length < 0:
            raise bad_value(keys["span"], key="span", allowed="a length of time, zero or more")
        keys["span"] = length
    if "to_role" in keys:
        keys["to_role"] = Role.of(keys["to_role"])
