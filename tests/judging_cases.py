"""Small logs, policies and questions that the tests of judging share."""

from datetime import UTC, datetime

import pytest

from slakit import EventLog, Policy, PolicySet, Schedule

DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
"""Monday 2 March 2026 is a working day; 8 h a day, no holidays."""
ALWAYS = Schedule.always()
HOUR = 3_600_000_000
MINUTE = 60_000_000
ENGINES = pytest.mark.parametrize("engine", ["object", "column"])

# Monday to Sunday of one week
DAYS = {"mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6, "sat": 7, "sun": 8, "mon2": 9, "tue2": 10, "wed2": 11}


def at(text):
    """``"mon 16:00"`` (or ``"mon 16:00:01"``) in the week of 2 March 2026 as an aware UTC datetime."""
    day, clock = text.split()
    hour, minute, *rest = clock.split(":")
    second, _, micro = (rest[0] if rest else "0").partition(".")
    return datetime(2026, 3, DAYS[day], int(hour), int(minute), int(second), int((micro or "0").ljust(6, "0")), tzinfo=UTC)


def log_of(*rows, ticket="T-1", columns=False):
    """A log of one ticket; each row is ``("mon 10:00", kind, keys)``."""
    made = [{"ticket": ticket, "at": at(when), "kind": kind, **(keys[0] if keys else {})} for when, kind, *keys in rows]
    return table(made) if columns else EventLog.from_records(made)


def table(rows):
    """A log of rows, by columns."""
    keys = sorted({key for row in rows for key in row})
    return EventLog.from_columns({key: [row.get(key) for row in rows] for key in keys})


def policies(targets, *, schedule=DESK, **options):
    """A set of one policy for everybody."""
    return PolicySet([Policy("gold", schedule=schedule, targets=targets, **options)])


def row_of(result, metric, ordinal=1, ticket="T-1"):
    """One judged cycle as a dictionary of its columns."""
    plain = result.to_dict()
    for number, key in enumerate(zip(plain["ticket"], plain["metric"], plain["ordinal"], strict=True)):
        if key == (ticket, metric, ordinal):
            return {name: column[number] for name, column in plain.items()}
    message = f"no cycle {metric} {ordinal} of {ticket}"
    raise AssertionError(message)


def judged(engine, targets, as_of, *rows, schedule=DESK, exclusions=(), **options):
    """The judgement of one ticket by one policy."""
    log = log_of(*rows, columns=engine == "column")
    return policies(targets, schedule=schedule, **options).judge(log, as_of=at(as_of), engine=engine, exclusions=exclusions)


AGENT = {"role": "agent", "actor": "sara"}
CUSTOMER = {"role": "customer"}


def status(name):
    """Keys of a status event."""
    return {"status": name}


def field(name, value):
    """Keys of a field event."""
    return {"field": name, "value": value}
