"""The time of a cycle in labelled stretches: contiguous, and every instant in exactly one (SPEC 5.6)."""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit._value import value
from slakit.events.event import Event
from slakit.events.kinds import EventKind
from slakit.judging import WALL
from slakit.machine.table import State
from slakit.meter import SumMeter
from slakit.replays import fields_at
from slakit.schedule.labels import CLOSURE, HOLIDAY
from slakit.verdict import JudgedCycle

if TYPE_CHECKING:
    from slakit.events.exclusion import Exclusion

NOT_STARTED, STOPPED, EXCLUDED, PAUSED = "not started", "stopped", "excluded", "paused"
PART_DAY, HOLIDAYS, CLOSED, RUNNING = "part-day closure", "holiday", "closed hours", "running"
LABELS = (NOT_STARTED, STOPPED, EXCLUDED, PAUSED, PART_DAY, HOLIDAYS, CLOSED, RUNNING)
"""Every label, in order of precedence: the first that holds of an instant."""
_OF_SCHEDULE = {CLOSURE: PART_DAY, HOLIDAY: HOLIDAYS}


@value
class Stretch:
    """A stretch of a clock's time.

    Attributes:
        label: one of `LABELS`.
        start_us: us.
        end_us: us; not included.
        detail: the reason of an exclusion, the status of a pause, the name of a holiday, the cause of a stop; else empty.
        ordinal: number of the cycle; None outside cycles.
        event: key of the event that paused or stopped the clock: its id, else its number in the ticket's life.
        also: numbers of further cycles that run in it: a merge dated a wait back into the time of this one.
    """

    label: str
    start_us: int
    end_us: int
    detail: str = ""
    ordinal: int | None = None
    event: str | int | None = None
    also: tuple[int, ...] = ()

    @property
    def running_us(self) -> int:
        """Working time that ran in it, us: its length once for each cycle that runs in it."""
        return (self.end_us - self.start_us) * ((self.label == RUNNING) + len(self.also))

    @property
    def start(self) -> datetime:
        """The first instant, UTC."""
        return utc(self.start_us)

    @property
    def end(self) -> datetime:
        """The first instant after it, UTC."""
        return utc(self.end_us)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, instants as aware UTC datetimes."""
        return {
            "label": self.label, "start": self.start, "end": self.end, "us": self.end_us - self.start_us, "detail": self.detail or None,
            "ordinal": self.ordinal, "event": self.event, "also": list(self.also),
        }  # fmt: skip


class Teller:
    """Tells the stretches of one ticket's clocks."""

    def __init__(self, events: Sequence[Event], as_of: int, exclusions: "Sequence[Exclusion]") -> None:
        """Read the ticket's life."""
        self.events = events
        self.as_of = as_of
        self.exclusions = exclusions
        self._statuses = [
            (event.at, number, event) for number, event in enumerate(events) if event.kind in {EventKind.CREATED, EventKind.STATUS}
        ]

    def stretches(self, row: JudgedCycle) -> tuple[Stretch, ...]:
        """The stretches of one cycle from the instant that it dates from to its end."""
        return tuple(joined(self.inside(row, row.run.started_us, row.run.end_us)))

    @staticmethod
    def key(position: int, event: Event) -> str | int:
        """What an event at a position of the ticket's life is called: its id, else the position."""
        return position if event.id is None else event.id

    def inside(self, row: JudgedCycle, start: int, end: int) -> Iterator[Stretch]:
        """The stretches of ``[start, end)`` (us) within a cycle; equal neighbours are not joined."""
        run, ordinal = row.run, row.run.ordinal
        edges = [at for at, _ in run.stretches]
        spans = exclusions_of(row)
        for since, until, label, name in schedule_stretches(row, start, end):
            cuts = {since, until, *(at for at in edges if since < at < until)}
            cuts.update(at for span in spans for at in span if since < at < until)
            ordered = sorted(cuts)
            for low, high in itertools.pairwise(ordered):
                paused = run.stretches[max(bisect_right(edges, low) - 1, 0)][1]
                if any(out <= low < back for out, back in spans):
                    yield Stretch(EXCLUDED, low, high, self._exclusion(low), ordinal)
                elif paused:
                    event, key = self._status(low)
                    yield Stretch(PAUSED, low, high, event, ordinal, key)
                else:
                    yield Stretch(label, low, high, name, ordinal)

    def _status(self, at: int) -> tuple[str, str | int]:
        """The status in force, in the product's own words, and the event that set it."""
        _, number, event = self._statuses[max(bisect_right([one[0] for one in self._statuses], at) - 1, 0)]
        return event.status or event.category.text, self.key(number, event)

    def _exclusion(self, at: int) -> str:
        """Why an instant is excluded."""
        since: Event | None = None
        for event in self.events:
            if event.at > at:
                break
            if event.kind is EventKind.EXCLUDED:
                since = since or event
            elif event.kind is EventKind.INCLUDED:
                since = None
        if since is not None:
            return str(since.data.get("reason", ""))
        for exclusion in self.exclusions:
            before = sum(1 for event in self.events if event.at <= exclusion.start)
            if exclusion.start <= at < exclusion.end and exclusion.when.matches(fields_at(self.events, max(before - 1, 0))):
                return exclusion.reason
        return ""


def exclusions_of(row: JudgedCycle) -> Sequence[tuple[int, int]]:
    """The spans that are taken out of a cycle's clock, us."""
    meter = row.meter
    return meter.parts[0][1].exclusions if isinstance(meter, SumMeter) else meter.exclusions


def schedule_stretches(row: JudgedCycle, start: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """What a cycle's working time says of ``[start, end)``: (start, end, label, name of the holiday)."""
    if start >= end:
        return
    changes = row.changes if isinstance(row.meter, SumMeter) else row.changes[-1:]
    parts = [(change.at, change.choice.schedule or WALL) for change in changes]
    for number, (since, schedule) in enumerate(parts):
        low = start if number == 0 else max(since, start)
        high = end if number + 1 == len(parts) else min(parts[number + 1][0], end)
        for one in schedule.stretches_us(low, high) if low < high else ():
            yield one.start, one.end, RUNNING if one.open else _OF_SCHEDULE.get(one.kind, CLOSED), "" if one.open else one.name


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that say the same as one stretch."""
    found: list[Stretch] = []
    for stretch in stretches:
        last = found[-1] if found else None
        if last is not None and last.end_us == stretch.start_us and _said(last) == _said(stretch):
            found[-1] = Stretch(last.label, last.start_us, stretch.end_us, last.detail, last.ordinal, last.event, last.also)
        else:
            found.append(stretch)
    return found


def _said(one: Stretch) -> tuple[Any, ...]:
    return one.label, one.detail, one.ordinal, one.event, one.also


def is_paused(row: JudgedCycle) -> bool:
    """Whether a cycle is open and paused."""
    return row.open and row.run.state is State.PAUSED
