"""A desk in Berlin and its winter instants, that the tests of schedules share."""

from datetime import datetime
from zoneinfo import ZoneInfo

from slakit import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
NINE = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin")


def at(text):
    """A Berlin winter instant."""
    return datetime.fromisoformat(f"{text}+01:00")
