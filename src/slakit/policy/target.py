"""A target: how long a clock may run, or until when."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs

from slakit._time import WorkingDays, span, span_text
from slakit._value import value
from slakit.errors import PolicyError, TimeError, did_you_mean
from slakit.schedule import Schedule

if TYPE_CHECKING:
    from datetime import timedelta


def _length(given: Any) -> int | WorkingDays | None:
    if given is None:
        return given
    if given == 0:
        raise _not_positive(given)
    try:
        length = span(given)
    except TimeError as error:
        message = f"target {given!r}: {error}"
        raise PolicyError(message, code="bad_target", given=given) from None
    if isinstance(length, int) and length <= 0:
        raise _not_positive(given)
    return length


def _not_positive(given: Any) -> PolicyError:
    message = f"target {given!r} is not positive: a target is a length of time above zero, e.g. '30m' or '3 working days'"
    return PolicyError(message, code="zero_target", given=given)


@value(repr=False)
class Target:
    """A span on a clock's working time, or an instant that the ticket carries.

    Attributes:
        length: microseconds of working time, or working days; None for a target at a field.
        schedule: the working time in which it counts; None: the policy's.
        field: the ticket's field that carries the due instant; None for a span.
    """

    if TYPE_CHECKING:

        def __init__(
            self, length: str | timedelta | WorkingDays | None, *, schedule: Schedule | None = None, field: str | None = None
        ) -> None:
            """What the fields take; see the class."""

    length: int | WorkingDays | None = attrs.field(converter=_length)
    schedule: Schedule | None = attrs.field(default=None, kw_only=True)
    field: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no target."""
        if (self.length is None) == (self.field is None):
            message = "a target is either a span, Target('4h'), or an instant that the ticket carries, Target.at_field('due')"
            raise PolicyError(message, code="bad_target", given=self.length)
        if self.schedule is not None and not isinstance(self.schedule, Schedule):
            message = f"target {self}: schedule={self.schedule!r} is no Schedule: build one with Schedule.weekly(...)"
            raise PolicyError(message, code="bad_schedule", given=self.schedule)

    @classmethod
    def at_field(cls, field: str, *, schedule: Schedule | None = None) -> Self:
        """Due at the instant that a field of the ticket carries: met iff stopped at or before it.

        Args:
            field: name of the field; its value is an aware datetime or ISO 8601 text with an offset.
            schedule: the working time in which remaining and overrun are counted.
        """
        return cls(None, schedule=schedule, field=field)

    @classmethod
    def of(cls, given: Any) -> "Target":
        """A target from a span in any form that `span` takes; a `Target` is itself; plain data of `to_dict`.

        Raises:
            PolicyError: ``bad_target``, ``zero_target``, ``unknown_key``.
        """
        if isinstance(given, Target):
            return given
        return cls.from_dict(given) if isinstance(given, Mapping) else cls(given)

    @property
    def text(self) -> str:
        """How the target is written, e.g. ``"4h"``, ``"3 working days"`` or ``"at due"``."""
        if self.field is not None:
            return f"at {self.field}"
        return str(self.length) if isinstance(self.length, WorkingDays) else span_text(self.length or 0)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back."""
        plain: dict[str, Any] = {"at_field": self.field} if self.field is not None else {"span": self.text}
        return plain if self.schedule is None else {**plain, "schedule": self.schedule.to_dict()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Target":
        """Read what `to_dict` gives.

        Raises:
            PolicyError: ``unknown_key``, and as the constructor.
        """
        known = ("span", "at_field", "schedule")
        for key in plain:
            if key not in known:
                message = f"target: unknown key {key!r}: {did_you_mean(key, known)}"
                raise PolicyError(message, code="unknown_key", given=key)
        schedule = plain.get("schedule")
        return cls(plain.get("span"), schedule=None if schedule is None else Schedule.from_dict(schedule), field=plain.get("at_field"))

    def __repr__(self) -> str:
        """Evaluates, but for its schedule."""
        inner = f"Target.at_field({self.field!r}" if self.field is not None else f"Target({self.text!r}"
        return inner + (")" if self.schedule is None else f", schedule={self.schedule!r})")
