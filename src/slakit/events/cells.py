"""What one cell of a row says: absent or there, and the value as Python has it."""

from datetime import timedelta
from operator import index
from typing import Any

from slakit._time import fixed_span, instant, utc
from slakit.errors import EventError
from slakit.events.faults import bad_value, missing_key

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def is_absent(given: Any) -> bool:
    """Whether a cell says nothing: None, NaN, NaT, NA or empty text."""
    if given is None:
        return True
    if isinstance(given, str):
        return not given
    try:
        return bool(given != given)  # noqa: PLR0124 - NaN and NaT differ from themselves
    except (TypeError, ValueError):
        return type(given).__name__ == "NAType"


def plain(given: Any) -> Any:
    """A value as Python has it: numpy scalars unwrapped, ``datetime64`` as an aware datetime in UTC."""
    if type(given).__module__ != "numpy" or not hasattr(given, "dtype") or given.ndim:
        return given
    if given.dtype.kind == "M":
        return utc(instant(given))
    return timedelta(microseconds=fixed_span(given)) if given.dtype.kind == "m" else given.item()


def ticket_id(given: Any) -> str | int:
    """The id of a ticket: text or an integer.

    Raises:
        EventError: ``missing_key``, ``bad_ticket``.
    """
    if is_absent(given):
        raise missing_key(key="ticket")
    found = plain(given)
    if type(found) is str:
        return found
    if isinstance(found, int) and not isinstance(found, bool):
        return int(found)
    message = f"ticket {given!r} is a {type(given).__name__}: give text or an integer"
    raise EventError(message, code="bad_ticket", given=given)


def truth(given: Any) -> bool:
    """A cell that says yes or no.

    Raises:
        EventError: ``bad_value``.
    """
    found = _TRUTH.get(str(plain(given)).lower())
    if found is None:
        raise bad_value(given, key="public", allowed="True or False")
    return found


def whole(key: str, given: Any) -> int:
    """A cell that holds an integer, also as text or as a float without a fraction.

    Raises:
        EventError: ``bad_value``.
    """
    found = plain(given)
    try:
        return int(found) if isinstance(found, str) or (isinstance(found, float) and found.is_integer()) else index(found)
    except (TypeError, ValueError):
        raise bad_value(given, key=key, allowed="an integer") from None
