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


def owners(schedule, second, until=date.max):
    """The hours that make this second open, each as the date and the second of it at which they begin.

    From the civil day ``until`` on another schedule says what is closed.
    """
    if "op" in schedule:
        left, right = owners(schedule["left"], second, until), owners(schedule["right"], second, until)
        if schedule["op"] == "or":
            return left | right
        if schedule["op"] == "and":
            return {begun for one in left for other in right for begun in (one, other) if begun[0] == min(one[0], other[0])}
        return set() if right else left
    if "effective" in schedule:
        return effective_owners(schedule["effective"], second, until)
    return weekly_owners(schedule, wall(schedule["tz"], second), until)


def effective_owners(parts, second, until):
    """Hours are of the schedule in effect on the date on which they begin; a later one closes what it closes of its days."""
    found = set()
    for number, (_, part) in enumerate(parts):
        end = parts[number + 1][0] if number + 1 < len(parts) else date.max
        begun = {hours for hours in owners(part, second, min(end, until)) if in_effect(parts, hours[0]) is part}
        if begun and not any(
            in_effect(parts, today) is later and today < until and closes(later, second)
            for _, later in parts[number + 1 :]
            for today in [wall(zone_of(later), second).date()]
        ):
            found |= begun
    return found


def zone_of(schedule):
    """The zone whose dates count."""
    if "op" in schedule:
        return zone_of(schedule["left"])
    return zone_of(schedule["effective"][-1][1]) if "effective" in schedule else schedule["tz"]


def in_effect(parts, day):
    """The schedule in effect on a date; the first one also before its own."""
    found = parts[0][1]
    for first, part in parts[1:]:
        if first <= day:
            found = part
    return found


def closes(schedule, second):
    """Whether a schedule closes a second to hours that were running before it took effect."""
    if "op" in schedule:
        left = closes(schedule["left"], second)
        if schedule["op"] == "minus":
            return left or bool(owners(schedule["right"], second))
        right = closes(schedule["right"], second)
        return left or right if schedule["op"] == "and" else left and right
    if "effective" in schedule:
        parts = schedule["effective"]
        return any(in_effect(parts, wall(zone_of(part), second).date()) is part and closes(part, second) for _, part in parts)
    now = wall(schedule["tz"], second)
    return shut(schedule, now) or (schedule["closes"] == "day" and now.date() in schedule["holidays"])


def readings(now):
    """A wall clock reading as seconds of its own date, and of the date before."""
    seconds = now.hour * 3600 + now.minute * 60 + now.second
    return (now.date(), seconds), (now.date() - ONE, seconds + DAY)


def shut(rule, now):
    """Whether a part-day closure covers a wall clock reading."""
    return any(start <= reading < end for day, reading in readings(now) for start, end in rule["closed"].get(day, ()))


def weekly_owners(rule, now, until):
    """The hours that contain a wall clock reading that nothing closes."""
    found = {(day, start) for day, reading in readings(now) for start, end in hours_starting(rule, day) if start <= reading < end}
    today = now.date()
    if today >= until:
        return found
    if shut(rule, now):
        return set()
    if today in rule["holidays"] and rule["closes"] == "day":
        return {(day, start) for day, start in found if day == today and day in rule["dates"]}
    return found


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
        """The dates on which hours begin to be open, among those that the window holds whole with the nights around them."""
        first, last = wall(tz, self.lo // MICRO).date() + 2 * ONE, wall(tz, self.hi // MICRO).date() - 3 * ONE
        opened = {}
        for number, begun in enumerate(self.owners):
            today = wall(tz, (self.lo + number * self.step) // MICRO).date()
            for hours in begun:
                opened[hours] = min(today, opened.get(hours, today))
        return {date.fromordinal(n): date.fromordinal(n) in opened.values() for n in range(first.toordinal(), last.toordinal() + 1)}
