"""Schedules: when a desk works."""

from typing import TYPE_CHECKING, Any

from slakit.schedule.schedule import Schedule

if TYPE_CHECKING:
    from slakit.schedule.by import ScheduleBy

__all__ = ["Schedule", "ScheduleBy"]


def __getattr__(name: str) -> Any:
    """A schedule by field is loaded on first touch: a live deadline needs none."""
    if name == "ScheduleBy":
        from slakit.schedule.by import ScheduleBy  # noqa: PLC0415 - as it says

        globals()[name] = ScheduleBy
        return ScheduleBy
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
