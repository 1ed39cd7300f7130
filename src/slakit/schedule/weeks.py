"""Named working weeks of regions, as plain data: which days are worked, and since when."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from slakit.errors import ScheduleError, did_you_mean
from slakit.schedule.schedule import Schedule

WEEKS: dict[str, dict[str, tuple[str, str]]] = {
    "western": {"": ("mon-fri", "")},
    "iran_thursday_half": {"": ("sat-wed", "thu")},
    "iran_thursday_off": {"": ("sat-wed", "")},
    "iran_six_days": {"": ("sat-thu", "")},
    "israel": {"": ("sun-thu", "")},
    "gulf": {"": ("sun-thu", "")},
    "saudi_arabia": {"": ("sat-wed", ""), "2013-06-29": ("sun-thu", "")},
    "oman": {"": ("sat-wed", ""), "2013-05-01": ("sun-thu", "")},
    "emirates": {"": ("sat-wed", ""), "2006-09-01": ("sun-thu", ""), "2022-01-01": ("mon-thu", "fri")},
}
"""Name -> date of effect (empty: since ever) -> (days worked in full, days worked in half)."""


def named_week(name: str, *, tz: str | tzinfo, hours: str, half: str | None = None, **dated: Any) -> Schedule:
    """A schedule on a named working week; there is no default week.

    Args:
        name: a key of `WEEKS`.
        tz: IANA zone.
        hours: the hours of a full day, e.g. ``"08:00-16:00"``.
        half: the hours of the week's half day; None keeps that day closed.
        dated: ``holidays``, ``dates``, ``closed`` and so on, as `Schedule.weekly` takes them.

    Raises:
        ScheduleError: ``unknown_week``, ``no_half_day`` for ``half`` where the week never has one, and as
            `Schedule.weekly`.
    """
    if name not in WEEKS:
        message = f"unknown week {name!r}: {did_you_mean(name, WEEKS)}"
        raise ScheduleError(message, code="unknown_week", given=name)
    if half is not None and not any(short for _, short in WEEKS[name].values()):
        message = f"half={half!r}: the week {name!r} has no half day: leave half= out, or write the hours with Schedule.weekly"
        raise ScheduleError(message, code="no_half_day", given=half)
    dated = {key: tuple(given) if isinstance(given, Iterator) else given for key, given in dated.items()}  # each era reads them
    parts = {since: Schedule.weekly(_hours(days, hours, half), tz=tz, **dated) for since, days in WEEKS[name].items()}
    return Schedule.effective(parts)


def _hours(days: tuple[str, str], hours: str, half: str | None) -> Mapping[str, str]:
    full, short = days
    return {full: hours, short: half} if short and half else {full: hours}
