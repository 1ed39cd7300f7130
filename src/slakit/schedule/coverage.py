"""How far the holidays of a schedule are known, and whether the zone data is too old."""

from datetime import tzinfo

from slakit._time import DAY, zone_name
from slakit.clock.business import END, FIRST
from slakit.errors import Finding
from slakit.schedule.dates import day_text
from slakit.schedule.intervals import Interval
from slakit.schedule.rules import AND, OR, Combined, Effective, Rule
from slakit.schedule.weekly import Weekly
from slakit.schedule.zones import instant_of, offset_at

_TEHRAN_SUMMER = 1_688_169_600
"""2023-07-01T00:00:00Z, when Tehran keeps +03:30 since its law of 2022 (tzdata 2022b)."""
_TEHRAN_OFFSET = 12_600


def unknown_spans(rule: Rule) -> list[Interval]:
    """The spans (us) in which a rule is in effect but its holidays are not known."""
    if isinstance(rule, Weekly):
        if rule.holidays_until is None:
            return []
        return [(instant_of(rule.zone, (rule.holidays_until + 1) * DAY), END)]
    if isinstance(rule, Combined):
        return sorted(unknown_spans(rule.left) + unknown_spans(rule.right))
    found = []
    for first, end, part in rule.spans():
        low = FIRST if first is None else instant_of(part.zone, first * DAY)
        high = END if end is None else instant_of(part.zone, end * DAY)
        found += [(max(low, start), min(high, stop)) for start, stop in unknown_spans(part) if start < high and stop > low]
    return found


def holidays_unknown(rule: Rule, since: int, until: int) -> Finding | None:
    """The finding for an answer that reads ``[since, until)`` (us), None where its holidays are known."""
    for start, end in unknown_spans(rule):
        if start < until and since < end:
            last = day_text((start + offset_at(rule.zone, start // 1_000_000) * 1_000_000) // DAY - 1)
            message = f"holidays are known until {last} only: later ones count as working time; give more holidays, or holidays_until= if there are none"
            return Finding("holidays_unknown", message, at=start, fields=(("known_until", last),))
    return None


def holiday_on(rule: Rule, day: int) -> str | None:
    """The name of the holiday on a local date (empty where it has none), None on other dates.

    Schedules joined with ``&`` have the holidays of both, with ``|`` those that both have, with
    ``-`` those of the first.
    """
    if isinstance(rule, Weekly):
        return rule.holiday.get(day)
    if isinstance(rule, Effective):
        return holiday_on(rule.rule_on(day), day)
    left, right = holiday_on(rule.left, day), holiday_on(rule.right, day)
    if rule.op == AND:
        return right if left is None else left
    return None if rule.op == OR and right is None else left


def zones_of(rule: Rule) -> list[tzinfo]:
    """Every zone in a rule, each once."""
    if isinstance(rule, Weekly):
        return [rule.zone]
    inner = [part for _, part in rule.parts] if isinstance(rule, Effective) else [rule.left, rule.right]
    found: list[tzinfo] = []
    for part in inner:
        found += [zone for zone in zones_of(part) if zone not in found]
    return found


def outdated_zone(zone: tzinfo) -> Finding | None:
    """A finding for Asia/Tehran with time zone data from before 2022b, which still has summer time."""
    if zone_name(zone) not in {"Asia/Tehran", "Iran"} or offset_at(zone, _TEHRAN_SUMMER) == _TEHRAN_OFFSET:
        return None
    message = "the time zone data gives Asia/Tehran summer time after 2022, which was abolished: update tzdata to 2022b or later"
    return Finding("tzdata_outdated", message, fields=(("zone", zone_name(zone)),))
