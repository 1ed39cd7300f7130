"""Events and the log that holds them."""

from typing import TYPE_CHECKING

from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role, Status

if TYPE_CHECKING:
    from slakit.events.exclusion import Exclusion
    from slakit.events.log import EventLog

__all__ = ["Event", "EventKind", "EventLog", "Exclusion", "Role", "Status"]


def __getattr__(name: str) -> object:
    if name == "EventLog":
        from slakit.events.log import EventLog  # noqa: PLC0415 - loaded on first touch

        return EventLog
    if name == "Exclusion":
        from slakit.events.exclusion import Exclusion  # noqa: PLC0415 - loaded on first touch

        return Exclusion
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
