"""What the oracle of the clocks reads: the rows of a ticket's life, and the seconds of a window as bits of one whole number."""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

TEN_DAYS = 10 * 86_400
GONE = ("merged", "spam", "deleted")
SOLVED = ("solved", "closed")
TIE = {
    "created": 0, "note": 4, "handled": 5, "work_started": 5, "work_ended": 5, "abandoned": 5, "assigned": 6, "accepted": 6, "escalated": 6,
    "handed_over": 6, "field": 7, "status": 8, "excluded": 8, "included": 8, "merged": 9, "split": 9, "spam": 9, "deleted": 9,
    "rating_requested": 10, "rating": 11,
}  # fmt: skip
MESSAGE_TIE = {"customer": 1, "agent": 3}


class Window:
    """Ten days of seconds, and the flags of schedules over them.

    A schedule is ``(zone, hours)``: weekday (0 is Monday) -> list of (start, end) in seconds from
    midnight, beyond 86,400 when overnight; ``holidays`` are dates whose civil day is closed.
    """

    def __init__(self, start):
        self.start = start
        self.known = {}

    def second(self, moment):
        """Which second of the window an instant is."""
        second = (moment - self.start).total_seconds()
        assert 0 <= second <= TEN_DAYS
        assert second == int(second)
        return int(second)

    def open(self, name, zone, hours, holidays=()):
        """Flags of the seconds in which the wall clock of the zone reads inside the hours."""
        if name not in self.known:
            flags = bytearray(TEN_DAYS // 60)
            for minute in range(len(flags)):
                wall = (self.start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
                flags[minute] = is_open(wall, hours, holidays)
            self.known[name] = int("".join(str(on) * 60 for on in reversed(flags)), 2)
        return self.known[name]


def is_open(wall, hours, holidays):
    """Whether a wall clock reading (on a whole minute, as are all hours) is inside the hours."""
    today, seconds = wall.date(), wall.hour * 3600 + wall.minute * 60
    yesterday = today - timedelta(days=1)
    if today.isoformat() in holidays:
        return False
    inside = any(start <= seconds < end for start, end in hours.get(today.weekday(), ()))
    return inside or (
        yesterday.isoformat() not in holidays and any(start <= seconds + 86_400 < end for start, end in hours.get(yesterday.weekday(), ()))
    )


def between(start, end):
    """Flags of the seconds of ``[start, end)``."""
    return (1 << end) - (1 << start) if end > start else 0


@dataclass
class Row:
    """One event of a ticket's life."""

    at: int
    kind: str
    keys: dict
    before: str = ""
    after: str = ""
    number: int = 0
    ticket: object = None
    donors: list = field(default_factory=list)

    @property
    def role(self):
        """The side of the actor."""
        return self.keys.get("role") or ("customer" if self.kind == "created" else None)

    @property
    def public(self):
        """Whether the customer sees it."""
        return self.keys.get("public", True)

    @property
    def asks(self):
        """A public message of the customer."""
        return self.kind == "message" and self.role == "customer" and self.public

    @property
    def solves(self):
        """The status enters solved or closed from elsewhere."""
        return self.kind == "status" and self.after in SOLVED and self.before not in SOLVED

    @property
    def reopens(self):
        """The status leaves solved and closed."""
        return self.kind == "status" and self.before in SOLVED and self.after not in SOLVED


@dataclass
class Found:
    """A cycle."""

    metric: str
    start: int
    anchor: int
    opened: int
    stop: int | None = None
    stop_row: Row | None = None
    cause: str | None = None
    stopped: bool = False


def value_at(life, name, row=None, second=None):
    """The value of a field after a row, or at a second; at creation if that is later."""
    found = life[0].keys.get(name)
    for one in life:
        late = (row is not None and one.number > row.number) or (second is not None and one.at > second)
        if one.kind == "field" and one.keys["field"] == name and not late:
            found = one.keys.get("value")
    return found


def tie(row):
    """The class of a row within an instant (SPEC 3.3)."""
    return MESSAGE_TIE.get(row.get("role"), 2) if row["kind"] == "message" else TIE[row["kind"]]


def gone_at(life):
    """The row with which a ticket leaves the desk."""
    return next((row for row in life if row.kind in GONE), None)


def end(cycle, row, cause, *, stopped=False):
    """End a cycle at a row."""
    cycle.stop, cycle.stop_row, cycle.cause, cycle.stopped = row.at, row, cause, stopped
