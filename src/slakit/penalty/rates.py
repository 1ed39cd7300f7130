"""A rate, or rates that change on given dates."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from slakit._time import datetime_us, utc, zone
from slakit._value import value
from slakit.errors import PenaltyError
from slakit.penalty.share import Amount, amount


@value
class Rates:
    """What holds from which instant.

    Attributes:
        steps: (instant in us, amount) ascending; the first instant is None: from ever.
    """

    steps: tuple[tuple[int | None, Amount], ...]

    @classmethod
    def of(cls, given: Any, *, what: str, tz: str | None) -> "Rates":
        """One amount, or a mapping of dates to amounts.

        Args:
            given: an amount in any form that `amount` takes, or ``{"2026-01-01": ..., "2026-07-01": ...}``,
                each from midnight in ``tz``.
            what: where it stands, for the message.
            tz: zone of the dates.

        Raises:
            PenaltyError: ``no_zone``, ``bad_date``, ``no_rate``, and as `amount`.
        """
        if isinstance(given, Rates):
            return given
        if not isinstance(given, Mapping):
            return cls(((None, amount(given, what=what)),))
        if not given:
            message = f"{what} is an empty mapping: give at least one date with its amount"
            raise PenaltyError(message, code="no_rate", given=given)
        steps = sorted((_instant(day, what, tz), amount(rate, what=f"{what}[{day!r}]")) for day, rate in given.items())
        return cls(tuple(steps))

    @property
    def single(self) -> Amount | None:
        """The amount where it never changes, else None."""
        return self.steps[0][1] if len(self.steps) == 1 and self.steps[0][0] is None else None

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Every amount."""
        return tuple(rate for _, rate in self.steps)

    def at(self, us: int, *, what: str) -> Amount:
        """What holds at an instant, us.

        Raises:
            PenaltyError: ``no_rate`` before the first date.
        """
        found = None
        for since, rate in self.steps:
            if since is None or since <= us:
                found = rate
        if found is None:
            first = utc(self.steps[0][0] or 0)
            message = f"{what}: no rate holds at {utc(us)}, the first is from {first}: add the rate that held before"
            raise PenaltyError(message, code="no_rate", at=us, first=self.steps[0][0])
        return found

    def cuts(self, start: int, end: int) -> list[int]:
        """The instants within ``(start, end)`` at which the rate changes, us."""
        return [since for since, _ in self.steps if since is not None and start < since < end]

    def plain(self, tz: str | None) -> Any:
        """Text, or a mapping of dates to text, which `of` reads back."""
        if self.single is not None:
            return str(self.single)
        local = zone(tz or "UTC")
        return {f"{utc(since or 0).astimezone(local).date():%Y-%m-%d}": str(rate) for since, rate in self.steps}

    def __str__(self) -> str:
        """In words."""
        return ", ".join(str(rate) if since is None else f"{rate} from {utc(since):%Y-%m-%d %H:%M}Z" for since, rate in self.steps)


def _instant(given: Any, what: str, tz: str | None) -> int:
    day = given
    if isinstance(given, str):
        try:
            day = date.fromisoformat(given)
        except ValueError:
            day = None
    if not isinstance(day, date) or isinstance(day, datetime):
        message = f"{what}: {given!r} is no date: write it like 2026-03-21"
        raise PenaltyError(message, code="bad_date", given=given)
    if tz is None:
        message = f"{what} changes on {day}, but in which zone does that day begin? pass tz=, e.g. 'Asia/Tehran'"
        raise PenaltyError(message, code="no_zone", given=given)
    return datetime_us(datetime(day.year, day.month, day.day), zone(tz))  # noqa: DTZ001 - the zone is applied beside it
