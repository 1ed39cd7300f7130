"""What to say of a row that cannot be read; the texts stand here once."""

from slakit.errors import EventError, did_you_mean
from slakit.events.keys import COMMON_KEYS, KIND_KEYS
from slakit.events.kinds import EventKind


def bad_value(given: object, *, key: str, allowed: str) -> EventError:
    """What to say of a value that a key does not take."""
    return EventError(f"{key}={given!r}: give {allowed}", code="bad_value", key=key, given=given)


def unknown_key(kind: EventKind, key: str) -> EventError:
    """What to say of a key that a kind does not have."""
    known = COMMON_KEYS + KIND_KEYS[kind]
    message = f"a {kind} event has no key {key!r}: {did_you_mean(key, known)}; columns={{{key!r}: None}} leaves a column out"
    return EventError(message, code="unknown_key", given=key, kind=kind.text, known=known)


def missing_key(*, key: str) -> EventError:
    """What to say of a row without ticket, time or kind."""
    return EventError(f"there is no {key!r}: every event needs ticket, at and kind", code="missing_key", key=key)
