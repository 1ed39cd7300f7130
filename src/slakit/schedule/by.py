"""ScheduleBy: a schedule chosen by a field of the ticket."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from slakit._value import value
from slakit.errors import ScheduleError, did_you_mean
from slakit.schedule.schedule import Schedule

ON_CHANGE = ("last", "sum")


def _pairs(given: "Mapping[Any, Schedule] | tuple[tuple[Any, Schedule], ...]") -> tuple[tuple[Any, Schedule], ...]:
    return tuple(given.items()) if isinstance(given, Mapping) else tuple(given)


@value
class ScheduleBy:
    """Which schedule applies, by the value of a field.

    Attributes:
        field: the field of the ticket, e.g. ``"team"``.
        schedules: ``(value, schedule)`` pairs; a mapping is taken too.
        default: for a value that is not listed and for a missing field; None: no schedule (an error
            when such a ticket comes).
        on_change: when the field changes during a cycle: ``"last"`` counts the whole cycle on the
            schedule in force, ``"sum"`` adds the stretches, each on its own.
    """

    field: str
    schedules: tuple[tuple[Any, Schedule], ...] = attrs.field(converter=_pairs)
    default: Schedule | None = attrs.field(default=None, kw_only=True)
    on_change: str = attrs.field(default="last", kw_only=True)

    if TYPE_CHECKING:

        def __init__(
            self,
            field: str,
            schedules: Mapping[Any, Schedule] | Iterable[tuple[Any, Schedule]],
            *,
            default: Schedule | None = None,
            on_change: str = "last",
        ) -> None:
            """What the converter takes."""

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be a choice of schedules."""
        if self.on_change not in ON_CHANGE:
            message = f"ScheduleBy: on_change={self.on_change!r}: {did_you_mean(self.on_change, ON_CHANGE)}"
            raise ScheduleError(message, code="unknown_option", given=self.on_change)
        for key, schedule in (*self.schedules, ("default", self.default)):
            if not isinstance(schedule, Schedule) and not (key == "default" and schedule is None):
                message = f"ScheduleBy: {key!r} has {schedule!r}, which is no Schedule: build one with Schedule.weekly(...)"
                raise ScheduleError(message, code="bad_schedule", given=schedule)

    def schedule_for(self, given: Any) -> Schedule:
        """The schedule for a value of the field (None: the field is missing).

        Raises:
            ScheduleError: ``unknown_value`` without a match and without a default.
        """
        for key, schedule in self.schedules:
            if key == given and given is not None:
                return schedule
        if self.default is None:
            known = did_you_mean(given, [key for key, _ in self.schedules])
            message = f"no schedule for {self.field}={given!r} and no default=: {known}; add it, or pass default="
            raise ScheduleError(message, code="unknown_value", given=given, field=self.field)
        return self.default

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back."""
        out: dict[str, Any] = {"by": self.field, "schedules": {key: schedule.to_dict() for key, schedule in self.schedules}}
        if self.default is not None:
            out["default"] = self.default.to_dict()
        return {**out, "on_change": self.on_change}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "ScheduleBy":
        """Read what `to_dict` gives.

        Raises:
            ScheduleError: ``unknown_key``, and as the schedules.
        """
        known = ("by", "schedules", "default", "on_change")
        for key in plain:
            if key not in known:
                message = f"ScheduleBy: unknown key {key!r}: {did_you_mean(key, known)}"
                raise ScheduleError(message, code="unknown_key", given=key)
        schedules = {key: Schedule.from_dict(one) for key, one in plain["schedules"].items()}
        default = Schedule.from_dict(plain["default"]) if plain.get("default") is not None else None
        return cls(plain["by"], _pairs(schedules), default=default, on_change=plain.get("on_change", "last"))
