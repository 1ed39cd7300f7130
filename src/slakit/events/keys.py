"""Which keys an event of each kind has (SPEC 3.1)."""

from collections.abc import Mapping
from types import MappingProxyType

from slakit.events.kinds import EventKind

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
STATUS_KINDS = (EventKind.CREATED, EventKind.STATUS)
PLACED_KEYS = frozenset({*COMMON_KEYS, "status", "public"})
"""Keys that have a slot of their own in `Event`; all others are its ``data``."""
