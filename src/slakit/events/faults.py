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


def nameless_key(key: object) -> EventError:
    """What to say of a key that is no text, such as the None under which `csv.DictReader` files the cells of a row that is too long."""
    message = f"the key {key!r} is no text: give every column a name (a row of a CSV file may have more cells than its header); columns={{{key!r}: None}} leaves it out"
    return EventError(message, code="unknown_key", given=key)


def missing_key(*, key: str) -> EventError:
    """What to say of a row without ticket, time or kind."""
    return EventError(f"there is no {key!r}: every event needs ticket, at and kind", code="missing_key", key=key)
