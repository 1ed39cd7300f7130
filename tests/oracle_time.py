"""A deliberately naive oracle of working time: one flag for each step of a window, read off a wall clock.

It shares no code with the library. A schedule is plain data (see `tests.strategies_time`): ``tz``,
``week`` (weekday -> list of ``(start, end)`` in seconds from midnight, beyond 86,400 when overnight),
``dates``, ``seasons``, ``holidays``, ``closed``, ``closes``; or ``effective``: list of
``(date or None, schedule)``; or ``op`` with ``left`` and ``right``.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400
MICRO = 1_000_000
ONE = timedelta(days=1)


def wall(tz, second):
    """What the wall clock of a zone reads at an instant (seconds since the epoch)."""
    return datetime.fromtimestamp(second, ZoneInfo(tz)).replace(tzinfo=None)


def offset(tz, second):
    """The UTC offset at an instant, in seconds."""
    return round(datetime.fromtimestamp(second, ZoneInfo(tz)).utcoffset().total_seconds())


def owners(schedule, second):
    """The local dates whose hours make this second open; none when it is closed."""
    if "op" in schedule:
        left, right = owners(schedule["left"], second), owners(schedule["right"], second)
        if schedule["op"] == "or":
            return left | right
        if schedule["op"] == "and":
            return {min(one, other) for one in left for other in right}
        return set() if right else left
    if "effective" in schedule:
        return effective_owners(schedule["effective"], second)
    return weekly_owners(lambda _: schedule, wall(schedule["tz"], second))


def effective_owners(parts, second):
    """Each date's hours come from the schedule in effect on it; so do the closings, where all parts are plain and in one zone."""
    if all("week" in part for _, part in parts) and len({part["tz"] for _, part in parts}) == 1:
        return weekly_owners(lambda day: in_effect(parts, day), wall(parts[0][1]["tz"], second))
    return {day for _, part in parts for day in owners(part, second) if in_effect(parts, day) is part}


def in_effect(parts, day):
    """The schedule in effect on a date; the first one also before its own."""
    found = parts[0][1]
    for first, part in parts[1:]:
        if first <= day:
            found = part
    return found


def weekly_owners(rule_on, now):
    """The dates whose hours contain a wall clock reading that nothing closes."""
    today = now.date()
    seconds = now.hour * 3600 + now.minute * 60 + now.second
    found = set()
    for day, reading in ((today, seconds), (today - ONE, seconds + DAY)):
        if any(start <= reading < end for start, end in hours_starting(rule_on(day), day)):
            found.add(day)
    if not found:
        return found
    rule = rule_on(today)
    for day, reading in ((today, seconds), (today - ONE, seconds + DAY)):
        if any(start <= reading < end for start, end in rule["closed"].get(day, ())):
            return set()
    if today in rule["holidays"] and rule["closes"] == "day":
        found &= {today} if today in rule["dates"] else set()
    return {today if day in rule_on(day)["holidays"] and day not in rule_on(day)["dates"] else day for day in found}


def hours_starting(rule, day):
    """The hours that start on a date."""
    if day in rule["dates"]:
        return rule["dates"][day]
    if day in rule["holidays"] and rule["closes"] == "shift":
        return ()
    for first, last, week in rule["seasons"]:
        if first <= day <= last:
            return week.get(day.weekday(), ())
    return rule["week"].get(day.weekday(), ())


class Flags:
    """Open or closed for every step of a window, and the questions answered by walking it."""

    def __init__(self, schedule, lo, hi, step):
        """Look at every step (seconds) of a window (seconds since the epoch)."""
        self.lo, self.hi, self.step = lo * MICRO, hi * MICRO, step * MICRO
        self.owners = [owners(schedule, second) for second in range(lo, hi, step)]
        self.open = [bool(days) for days in self.owners]
        self.stretches = self.walk()

    def openings(self):
        """The maximal open stretches of the window, in us."""
        return self.stretches

    def walk(self):
        """Join the open steps."""
        found = []
        for number, is_open in enumerate(self.open):
            start = self.lo + number * self.step
            if is_open and found and found[-1][1] == start:
                found[-1] = (found[-1][0], start + self.step)
            elif is_open:
                found.append((start, start + self.step))
        return found

    def elapsed(self, start, end):
        """Open us between two instants of the window."""
        if end < start:
            return -self.elapsed(end, start)
        return sum(max(0, min(end, closing) - max(start, opening)) for opening, closing in self.openings())

    def is_open(self, at):
        """Whether an instant is open."""
        return self.open[(at - self.lo) // self.step]

    def due_at(self, start, span):
        """The least instant with enough open time since the start; None beyond the window."""
        if span <= 0:
            return start
        for opening, closing in self.openings():
            begin = max(opening, start)
            if begin < closing:
                if closing - begin >= span:
                    return begin + span
                span -= closing - begin
        return None

    def met_until(self, start, span):
        """The greatest instant with no more than so much open time since the start; None beyond the window."""
        for opening, closing in self.openings():
            begin = max(opening, start)
            if begin < closing:
                if closing - begin > span:
                    return begin + span
                span -= closing - begin
        return None

    def start_by(self, end, span):
        """The latest instant from which so much open time fits before the end; None before the window."""
        if span <= 0:
            return end
        for opening, closing in reversed(self.openings()):
            finish = min(closing, end)
            if opening < finish:
                if finish - opening > span:
                    return finish - span
                if finish - opening == span:
                    return opening
                span -= finish - opening
        return None

    def next_open(self, at):
        """The first open instant at or after an instant; None beyond the window."""
        return next((max(opening, at) for opening, closing in self.openings() if closing > at), None)

    def next_close(self, at):
        """The first end of open time after an instant; None beyond the window (an end at its edge is none)."""
        return next((closing for _, closing in self.openings() if at < closing < self.hi), None)

    def previous_close(self, at):
        """The end of the open time before an instant; None before the window."""
        return next((min(closing, at) for opening, closing in reversed(self.openings()) if opening < at), None)

    def working_days(self, tz):
        """The dates that own open time, among those that the window holds whole with the night after."""
        first, last = wall(tz, self.lo // MICRO).date() + ONE, wall(tz, self.hi // MICRO).date() - 3 * ONE
        found = {day for days in self.owners for day in days}
        return {date.fromordinal(n): date.fromordinal(n) in found for n in range(first.toordinal(), last.toordinal() + 1)}
