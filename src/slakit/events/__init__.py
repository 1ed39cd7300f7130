"""Events and the log that holds them."""

from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role, Status

__all__ = ["Event", "EventKind", "EventLog", "Exclusion", "Role", "Status"]


def __getattr__(name: str) -> object:
    if name in {"EventLog", "Exclusion"}:
        from slakit.events import log  # noqa: PLC0415 - loaded on first touch

        return getattr(log, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
