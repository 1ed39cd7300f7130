"""The compiled reading of working time and its inverses."""

from typing import TYPE_CHECKING, Any

from slakit.clock.business import BusinessClock

if TYPE_CHECKING:
    from slakit.clock.many import ClockSet

__all__ = ["BusinessClock", "ClockSet"]


def __getattr__(name: str) -> Any:
    """Load `ClockSet`, which needs numpy, on first touch."""
    if name == "ClockSet":
        from slakit.clock.many import ClockSet  # noqa: PLC0415 - scalars must not load numpy

        return ClockSet
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
