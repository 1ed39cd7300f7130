"""A stretch of time that is taken out of clocks, with its reason and evidence (SPEC 4.5)."""

from collections.abc import Mapping
from typing import Any, Self

import attrs

from slakit._time import instant, utc
from slakit._value import value
from slakit.errors import EventError
from slakit.events.conditions import Conditions


def _conditions(given: Any) -> Conditions:
    return given if isinstance(given, Conditions) else Conditions.of(given)


@value(repr=False)
class Exclusion:
    """Time that no clock counts, such as a declared outage or agreed maintenance.

    Attributes:
        start: first instant of it, us; an aware datetime, ISO text or ``datetime64`` is taken too.
        end: the instant at which it is over, us; later than ``start``.
        reason: what it is, as explanations show it.
        when: conditions on the ticket's fields; without any it holds for all tickets.
        evidence: where it is recorded, e.g. the number of an incident.
    """

    start: int = attrs.field(converter=lambda given: given if type(given) is int else instant(given))
    end: int = attrs.field(converter=lambda given: given if type(given) is int else instant(given))
    reason: str
    when: Conditions = attrs.field(default=None, converter=_conditions)
    evidence: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse an empty stretch and one without a reason.

        Raises:
            EventError: ``empty_exclusion``, ``bad_value``.
        """
        if self.start >= self.end:
            message = f"the exclusion {self.reason!r} ends ({utc(self.end)}) no later than it starts ({utc(self.start)}): give start < end"
            raise EventError(message, code="empty_exclusion", start=self.start, end=self.end)
        if not self.reason or type(self.reason) is not str:
            message = f"reason={self.reason!r}: say in words why the time does not count"
            raise EventError(message, code="bad_value", key="reason", given=self.reason)

    def to_dict(self) -> dict[str, Any]:
        """The plain form, which `from_dict` reads back."""
        row: dict[str, Any] = {"start": utc(self.start).isoformat(), "end": utc(self.end).isoformat(), "reason": self.reason}
        if self.when:
            row["when"] = self.when.to_dict()
        if self.evidence is not None:
            row["evidence"] = self.evidence
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """An exclusion from its plain form.

        Raises:
            EventError: as the class; ``unknown_key``, ``missing_key``.
        """
        from slakit.errors import did_you_mean  # noqa: PLC0415 - beside its only use

        names = ("start", "end", "reason", "when", "evidence")
        for key in row:
            if key not in names:
                message = f"an exclusion has no key {key!r}: {did_you_mean(key, names)}"
                raise EventError(message, code="unknown_key", given=key, known=names)
        for key in names[:3]:
            if key not in row:
                message = f"an exclusion needs the key {key!r}: add it"
                raise EventError(message, code="missing_key", key=key)
        return cls(**row)

    def __repr__(self) -> str:
        """A sentence."""
        whom = f" when {self.when}" if self.when else ""
        return f"<excluded {utc(self.start):%Y-%m-%d %H:%M:%S}Z to {utc(self.end):%Y-%m-%d %H:%M:%S}Z: {self.reason}{whom}>"
