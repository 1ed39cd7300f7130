"""How a deadline comes about: what was used when, what lay in between, and what is left from where."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from slakit._time import WorkingDays, instant, utc
from slakit._value import value
from slakit.explain.stretches import (
    EXCLUDED,
    HOLIDAYS,
    PART_DAY,
    PAUSED,
    RUNNING,
    Stretch,
    Teller,
    exclusions_of,
    is_paused,
    joined,
    schedule_stretches,
)
from slakit.judging import WALL
from slakit.verdict import JudgedCycle

_DAYS_SHOWN = 4


@value
class Step:
    """One step of a derivation.

    Attributes:
        what: ``"merged"`` (a merge at ``end`` brought a wait since ``start``), ``"carried"`` (used before a
            reopening), ``"used"`` (by ``end`` on a day), ``"days"`` (used on ``days`` days from ``start`` to ``end``), ``"holiday"``, ``"paused"``, ``"excluded"``, ``"left"``
            (from ``start`` on), ``"field"`` (the ticket carries the instant), ``"working days"``,
            ``"open pause"`` (no deadline while it lasts).
        start: local time, or None.
        end: local time, or None.
        us: working time, us.
        days: how many working days.
        detail: name of the holiday, status, reason, field, the merged ticket, or the target's own words.
    """

    what: str
    start: datetime | None = None
    end: datetime | None = None
    us: int = 0
    days: int = 0
    detail: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"what": self.what, "start": self.start, "end": self.end, "us": self.us, "days": self.days, "detail": self.detail}


Chunk = tuple[date, int, int, int]


def derivation(row: JudgedCycle, teller: Teller) -> tuple[Step, ...]:
    """The steps from the start of a cycle to its deadline; none without a target."""
    zone, target = zone_of(row), row.choice.target
    if target is None or not row.applicable:
        return ()
    steps = _merged(row, zone)
    if row.field_us is not None:
        return (*steps, Step("field", end=local(row.field_us, zone), detail=target.field or ""))
    due = row.due_us
    if due is None:
        what = "open pause" if is_paused(row) else "unknown"
        return (*steps, Step(what, us=row.remaining_us or 0))
    if isinstance(target.length, WorkingDays):
        steps.append(Step("working days", local(row.run.started_us, zone), us=row.target_us or 0, detail=target.text))
    if row.metric.accumulates and row.run.carried_us:
        steps.append(Step("carried", us=min(row.run.carried_us, row.target_us or 0)))
    start = row.run.started_us
    if due < start:
        return tuple(steps)
    stretches = joined([*teller.inside(row, start, min(due, row.run.end_us)), *_ahead(row, row.run.end_us, due)])
    return (*steps, *_steps(_chunks(stretches, zone), stretches, zone))


def _merged(row: JudgedCycle, zone: tzinfo) -> list[Step]:
    """That a merge dated the cycle from the wait of another ticket."""
    if not row.run.datings:
        return []
    merged, (_, event) = row.run.datings[-1]
    return [Step("merged", local(event.at, zone), local(merged, zone), detail=str(event.ticket))] if event.at < merged else []


def _ahead(row: JudgedCycle, start: int, due: int) -> Iterator[Stretch]:
    """What lies ahead if nothing happens."""
    if start >= due:
        return
    spans = exclusions_of(row)
    for since, until, label, name in schedule_stretches(row, start, due):
        cuts = sorted({since, until, *(at for span in spans for at in span if since < at < until)})
        for low, high in itertools.pairwise(cuts):
            out = any(begin <= low < end for begin, end in spans)
            yield Stretch(EXCLUDED if out else label, low, high, "" if out else name)


def _chunks(stretches: Sequence[Stretch], zone: tzinfo) -> list[Chunk]:
    """Working time by local date: (date, us, first instant, last instant)."""
    found: list[Chunk] = []
    for one in stretches:
        at = one.start_us
        while one.label == RUNNING and at < one.end_us:
            moment = local(at, zone)
            midnight = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), zone)
            until = min(one.end_us, max(instant(midnight), at + 1))
            day = moment.date()
            if found and found[-1][0] == day:
                _, us, first, _ = found[-1]
                found[-1] = (day, us + until - at, first, until)
            else:
                found.append((day, until - at, at, until))
            at = until
    return found


def _steps(chunks: Sequence[Chunk], stretches: Sequence[Stretch], zone: tzinfo) -> Iterator[Step]:
    """The days one by one, many days in the middle together, with what lay in between in its place."""
    between = list(_between(stretches, zone))
    last = len(chunks) - 1
    if len(chunks) > _DAYS_SHOWN:
        shown = [chunks[0], chunks[-1]]
        middle = chunks[1:-1]
        yield Step("used", local(chunks[0][2], zone), local(chunks[0][3], zone), chunks[0][1])
        yield from (step for step in between if step.what != "paused" or step.us)
        yield Step("days", local(middle[0][2], zone), local(middle[-1][3], zone), sum(one[1] for one in middle), len(middle))
        yield Step("left", local(shown[1][2], zone), local(shown[1][3], zone), shown[1][1])
        return
    for number, (_, us, first, until) in enumerate(chunks):
        while between and between[0].start is not None and between[0].start < local(first, zone):
            yield between.pop(0)
        yield Step("left" if number == last else "used", local(first, zone), local(until, zone), us)
    yield from between


def _between(stretches: Sequence[Stretch], zone: tzinfo) -> Iterator[Step]:
    """Holidays, closures, pauses and exclusions in order of time, each once."""
    named: set[date] = set()
    for one in stretches:
        start, end = local(one.start_us, zone), local(one.end_us, zone)
        if one.label == HOLIDAYS:
            day = start.date()
            while day <= (end - timedelta(microseconds=1)).date():
                if day not in named:
                    named.add(day)
                    yield Step("holiday", max(start, datetime.combine(day, datetime.min.time(), zone)), None, detail=one.detail)
                day += timedelta(days=1)
        elif one.label in {PAUSED, EXCLUDED, PART_DAY}:
            yield Step(one.label, start, end, one.end_us - one.start_us, detail=one.detail)


def zone_of(row: JudgedCycle) -> tzinfo:
    """The zone of the schedule on which a cycle is judged."""
    return (row.choice.schedule or WALL).zone


def local(us: int, zone: tzinfo) -> datetime:
    """An instant as a clock in a zone shows it."""
    return utc(us).astimezone(zone)
