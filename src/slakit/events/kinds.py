"""The vocabulary of events: kinds, roles and status categories, as small integer codes with text names."""

from enum import IntEnum
from typing import Self

from slakit.errors import EventError, did_you_mean


class _Named(IntEnum):
    """An integer code whose text form is its lower-case name.

    An array of codes is compared with ``.value``: with a member numpy would turn the whole array into int64 first.
    """

    @property
    def text(self) -> str:
        """The name as it stands in rows and results, e.g. ``"on_hold"``."""
        return self.name.lower()

    def __str__(self) -> str:
        """The text form."""
        return self.name.lower()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """All text forms, in code order."""
        return tuple(member.name.lower() for member in cls if member.value)

    @classmethod
    def of(cls, given: "str | int | Self") -> Self:
        """A member from its text form or its code.

        Raises:
            EventError: ``unknown_<noun>``, with the allowed names.
        """
        if isinstance(given, cls):
            return given
        try:
            return cls[given.upper()] if isinstance(given, str) else cls(given)
        except (KeyError, ValueError):
            noun = _NOUNS[cls.__name__]
            message = f"unknown {noun} {given!r}: {did_you_mean(given, cls.names())}"
            raise EventError(message, code=f"unknown_{noun}", given=given, known=cls.names()) from None


class EventKind(_Named):
    """What happened."""

    CREATED = 1
    MESSAGE = 2
    NOTE = 3
    STATUS = 4
    ASSIGNED = 5
    ACCEPTED = 6
    FIELD = 7
    ESCALATED = 8
    HANDED_OVER = 9
    WORK_STARTED = 10
    WORK_ENDED = 11
    HANDLED = 12
    ABANDONED = 13
    RATING_REQUESTED = 14
    RATING = 15
    MERGED = 16
    SPLIT = 17
    SPAM = 18
    DELETED = 19
    EXCLUDED = 20
    INCLUDED = 21


GONE_KINDS = (EventKind.MERGED, EventKind.SPAM, EventKind.DELETED)
"""What takes a ticket out: into another one, or out of every count."""


class Role(_Named):
    """On which side the actor stood at that time; UNKNOWN where the row does not say."""

    UNKNOWN = 0
    CUSTOMER = 1
    AGENT = 2
    BOT = 3
    SYSTEM = 4


class Status(_Named):
    """Status categories; a product's own statuses map onto them. NONE where an event carries no status."""

    NONE = 0
    NEW = 1
    OPEN = 2
    PENDING = 3
    ON_HOLD = 4
    SOLVED = 5
    CLOSED = 6


_NOUNS = {"EventKind": "kind", "Role": "role", "Status": "status"}

_RANKS: dict[EventKind, int] = {
    EventKind.CREATED: 0,
    EventKind.MESSAGE: 2, EventKind.NOTE: 3,
    EventKind.HANDLED: 4, EventKind.WORK_STARTED: 4, EventKind.WORK_ENDED: 4, EventKind.ABANDONED: 4,
    EventKind.ASSIGNED: 5, EventKind.ACCEPTED: 5, EventKind.ESCALATED: 5, EventKind.HANDED_OVER: 5,
    EventKind.FIELD: 6,
    EventKind.STATUS: 7, EventKind.EXCLUDED: 7, EventKind.INCLUDED: 7,
    EventKind.MERGED: 8, EventKind.SPLIT: 8, EventKind.SPAM: 8, EventKind.DELETED: 8,
    EventKind.RATING_REQUESTED: 9,
    EventKind.RATING: 10,
}  # fmt: skip
_MESSAGE_RANKS = {Role.CUSTOMER: 1, Role.AGENT: 3}

RANKS: tuple[int, ...] = tuple(
    _MESSAGE_RANKS.get(Role(role), _RANKS[EventKind(kind)]) if kind == EventKind.MESSAGE else _RANKS.get(EventKind(kind), 0) if kind else 0
    for kind in range(len(EventKind) + 1)
    for role in range(len(Role))
)
"""The class of a tie (SPEC 3.3) at index ``kind * len(Role) + role``."""


def rank(kind: EventKind, role: Role) -> int:
    """The class in which events of one instant and one ``seq`` are taken (SPEC 3.3)."""
    return RANKS[kind * 5 + role]
