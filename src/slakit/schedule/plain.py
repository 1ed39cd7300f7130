"""Schedules as plain dicts, for a contract that lives in a file which the caller reads."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from slakit._time import zone_name
from slakit.errors import ScheduleError, did_you_mean
from slakit.schedule.dates import Holidays, day_text
from slakit.schedule.hours import hours_text, week_text
from slakit.schedule.rules import AND, EVER, MINUS, OR, Effective, Rule
from slakit.schedule.weekly import Weekly

if TYPE_CHECKING:
    from slakit.schedule.schedule import Schedule

WEEKLY_KEYS = ("hours", "tz", "holidays", "holidays_until", "dates", "closed", "closes")
KINDS = ("hours", "effective", AND, OR, MINUS)


def to_plain(rule: Rule) -> dict[str, Any]:
    """A rule as dicts, lists and text."""
    if isinstance(rule, Weekly):
        return weekly_plain(rule)
    if isinstance(rule, Effective):
        parts = {("" if day == EVER else day_text(day)): to_plain(part) for day, part in rule.parts}
        return {"effective": parts}
    return {rule.op: [to_plain(rule.left), to_plain(rule.right)]}


def weekly_plain(rule: Weekly) -> dict[str, Any]:
    """Weekly hours as the arguments that build them; what is left at its default is left out."""
    plain: dict[str, Any] = {"hours": week_text(rule.week), "tz": zone_name(rule.zone)}
    if rule.holidays:
        plain["holidays"] = holidays_plain(rule.holidays)
    if rule.holidays_until is not None:
        plain["holidays_until"] = day_text(rule.holidays_until)
    dates = {day_text(day): hours_text(hours) or "closed" for day, hours in rule.dates}
    dates.update({f"{day_text(first)}/{day_text(last)}": week_text(week) for first, last, week in rule.seasons})
    if dates:
        plain["dates"] = dates
    if rule.closures:
        plain["closed"] = {day_text(day): hours_text(hours) for day, hours in rule.closures}
    if rule.closes != "day":
        plain["closes"] = rule.closes
    return plain


def holidays_plain(holidays: Holidays) -> dict[str, str] | list[str]:
    """Holidays as a mapping from dates to names, or as dates where none has a name."""
    if any(name for _, name in holidays):
        return {day_text(day): name for day, name in holidays}
    return [day_text(day) for day, _ in holidays]


def from_plain(build: "type[Schedule]", plain: Any) -> "Schedule":
    """A schedule from what `to_plain` gives.

    Args:
        build: the class to build.
        plain: the dict.

    Raises:
        ScheduleError: ``unknown_key``, ``bad_schedule``, and as the builders.
    """
    if not isinstance(plain, Mapping):
        message = f"a schedule as plain data is a mapping, not {plain!r}: write {{'hours': 'mon-fri 09:00-17:00', 'tz': 'Europe/Berlin'}}"
        raise ScheduleError(message, code="bad_schedule", given=plain)
    kinds = [kind for kind in KINDS if kind in plain]
    if len(kinds) != 1:
        unknown = next(iter(plain), "nothing")
        message = f"a schedule as plain data has exactly one of {', '.join(KINDS)}; given {list(plain)!r}: {did_you_mean(unknown, KINDS)}"
        raise ScheduleError(message, code="bad_schedule", given=list(plain))
    kind = kinds[0]
    allowed = WEEKLY_KEYS if kind == "hours" else (kind,)
    for key in plain:
        if key not in allowed:
            message = f"schedule: unknown key {key!r}: {did_you_mean(key, allowed)}"
            raise ScheduleError(message, code="unknown_key", given=key)
    if kind == "hours":
        if "tz" not in plain:
            message = f"schedule {plain['hours']!r} has no 'tz': name its IANA zone, there is no default"
            raise ScheduleError(message, code="missing_key", given=list(plain))
        return build.weekly(**plain)
    if kind == "effective":
        return build.effective({day: build.from_dict(part) for day, part in plain[kind].items()})
    return _combined(build, kind, plain[kind])


def _combined(build: "type[Schedule]", op: str, sides: Any) -> "Schedule":
    if not isinstance(sides, list | tuple) or len(sides) != 2:  # noqa: PLR2004 - two sides
        message = f"schedule {op!r} takes a list of two schedules, not {sides!r}"
        raise ScheduleError(message, code="bad_schedule", given=sides)
    left, right = (build.from_dict(side) for side in sides)
    joined: dict[str, Callable[[], Schedule]] = {AND: lambda: left & right, OR: lambda: left | right, MINUS: lambda: left - right}
    return joined[op]()
