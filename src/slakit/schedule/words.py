"""Schedules in words: the repr, and a description for people."""

from slakit._time import DAY, HOUR, MINUTE, span_text, zone_name
from slakit.schedule.dates import day_text
from slakit.schedule.hours import WHOLE_DAY, Week, hours_text, week_text
from slakit.schedule.plain import weekly_plain
from slakit.schedule.rules import AND, EVER, MINUS, OR, Effective, Rule
from slakit.schedule.weekly import Weekly

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SIGNS = {AND: "&", OR: "|", MINUS: "-"}
_JOINED = {AND: "Open when both are", OR: "Open when either is", MINUS: "Open when the first is and the second is not"}
_FEW = 4


def representation(rule: Rule) -> str:
    """An expression that builds the schedule, or a sentence where that would be long."""
    if isinstance(rule, Weekly):
        return _weekly_repr(rule)
    if isinstance(rule, Effective):
        parts = ", ".join(f"{'' if day == EVER else day_text(day)!r}: {representation(part)}" for day, part in rule.parts)
        return f"Schedule.effective({{{parts}}})"
    return f"({representation(rule.left)} {_SIGNS[rule.op]} {representation(rule.right)})"


def _weekly_repr(rule: Weekly) -> str:
    dated = len(rule.holidays) + len(rule.dates) + len(rule.closures) + len(rule.seasons)
    zone = zone_name(rule.zone)
    if dated > _FEW:
        return f"<Schedule {week_text(rule.week)}, {zone}, {_counted(rule)}>"
    if rule == Weekly(rule.zone, (WHOLE_DAY,) * 7):
        return "Schedule.always()" if zone == "UTC" else f"Schedule.always(tz={zone!r})"
    plain = weekly_plain(rule)
    rest = "".join(f", {key}={given!r}" for key, given in plain.items() if key != "hours")
    return f"Schedule.weekly({plain['hours']!r}{rest})"


def _counted(rule: Weekly) -> str:
    counts = (
        (len(rule.holidays), "holiday", "holidays"),
        (len(rule.dates) + len(rule.seasons), "date with hours of its own", "dates with hours of their own"),
        (len(rule.closures), "part-day closure", "part-day closures"),
    )
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def description(rule: Rule) -> str:
    """What the schedule says, a line for each fact, in words that a manager reads."""
    return "\n".join(_lines(rule))


def _lines(rule: Rule) -> list[str]:
    if isinstance(rule, Weekly):
        return _weekly_lines(rule)
    if isinstance(rule, Effective):
        lines = []
        for first, end, part in rule.spans():
            since = "Until " + day_text(end - 1) if first is None and end is not None else f"From {day_text(first or 0)}"
            lines += [f"{since}:", *(f"  {line}" for line in _lines(part))]
        return lines
    sides = [f"  {line}" for side in (rule.left, rule.right) for line in (*_lines(side), "")]
    return [f"{_JOINED[rule.op]}:", *sides[:-1]]


def _weekly_lines(rule: Weekly) -> list[str]:
    total = sum(end - start for hours in rule.week for start, end in hours)
    lines = [f"Working hours in the zone {zone_name(rule.zone)}, {_length(total)} a week:", *_week_lines(rule.week)]
    for first, last, week in rule.seasons:
        lines += [f"From {day_text(first)} to {day_text(last)} instead:", *_week_lines(week)]
    lines += [f"{day_text(day)}: {hours_text(hours) or 'closed'} instead (also if it is a holiday)" for day, hours in rule.dates]
    lines += [f"{day_text(day)}: closed {hours_text(hours)}" for day, hours in rule.closures]
    if rule.holidays:
        many = len(rule.holidays) > 1
        covers = (
            "the day from 00:00 to 24:00, on whichever day the hours began"
            if rule.closes == "day"
            else "the hours that start on it, to their end"
        )
        known = f"{len(rule.holidays)} {'holidays' if many else 'holiday'}, known until {day_text(rule.holidays_until or 0)}"
        lines.append(f"{known}; {'each' if many else 'it'} closes {covers}:")
        lines += [f"  {day_text(day)} {name}".rstrip() for day, name in rule.holidays]
    elif rule.holidays_until is not None:
        lines.append(f"No holidays until {day_text(rule.holidays_until)}; later ones are not known.")
    else:
        lines.append("No holidays.")
    return lines


def _week_lines(week: Week) -> list[str]:
    lines = []
    for part in (part for part in week_text(week).replace("24x7", "mon-sun 00:00-24:00").split("; ") if part):
        days, _, hours = part.partition(" ")
        names = [next(name for name in _NAMES if name[:3].lower() == day) for day in days.split("-")]
        lines.append(f"  {' to '.join(names)} {_hours(hours)}")
    closed = [_NAMES[day] for day, hours in enumerate(week) if not hours]
    if closed:
        lines.append(f"  {', '.join(closed)} closed")
    return lines


def _hours(text: str) -> str:
    return "round the clock" if text == "00:00-24:00" else text.replace(" ", " and ")


def _length(us: int) -> str:
    if us == 7 * DAY:
        return "all hours"
    if us % MINUTE:
        return span_text(us)
    return f"{us // HOUR} hours" + (f" {us % HOUR // MINUTE} minutes" if us % HOUR else "")
