"""Working time of the events of many tickets: each ticket on its schedule, less the exclusions that apply to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Ints
from slakit.columns.numbering import combined, distinct
from slakit.columns.readings import Readings
from slakit.events.keys import PLACED_KEYS
from slakit.runs import disjoint
from slakit.schedule import Schedule

if TYPE_CHECKING:
    from slakit.events import Exclusion
    from slakit.events.columns import EventColumns


class Groups(NamedTuple):
    """The distinct sets of exclusions that apply to tickets.

    Attributes:
        spans: per set, its disjoint ascending spans, us; empty without exclusions.
        group: per ticket, which set applies.
    """

    spans: list[tuple[tuple[int, int], ...]]
    group: Ints


class TicketReadings:
    """The reading of every event on its ticket's schedule, and what exclusions take out of it.

    The readings of the block that was read last are kept, since every clock of a program asks for them.
    """

    def __init__(self, schedules: Sequence[Schedule], which: Ints | None, groups: Groups, as_of: int) -> None:
        """Readings for schedules in use, and for each ticket which one (-1: none that is read; None: the first for all)."""
        self.schedules = schedules
        self.which = which
        self.as_of = as_of
        self._bands, self._bands_of = _bands(schedules, which, groups)
        self._ends: tuple[Ints, Ints | None] | None = None
        self._last: tuple[Block, Readings] | None = None
        self._tickets = len(groups.group)

    def read(self, block: Block) -> Readings:
        """The readings of a block; zeros of tickets that have no schedule here."""
        if self._last is not None and self._last[0] is block:
            return self._last[1]
        if self._ends is None:
            self._ends = self._at_end(int(block.at.min()))
        if self.which is None:
            opened = self.schedules[0].clock.read_array(block.at)
        else:
            opened = np.zeros(len(block), np.int64)
            which = self.which[block.tickets]
            by_event = which[block.ticket]
            for choice in np.unique(which[which >= 0]).tolist():
                here = by_event == choice
                opened[here] = self.schedules[choice].clock.read_array(block.at[here])
        end, excluded_end = self._ends
        readings = Readings(opened, end[block.tickets])
        if self._bands:
            of = None if self._bands_of is None else self._bands_of[block.tickets]
            readings.excluded = _excluded(opened, self._bands, None if of is None else of.take(block.ticket))
            readings.excluded_end = None if excluded_end is None else excluded_end[block.tickets]
        self._last = (block, readings)
        return readings

    def _at_end(self, first: int) -> tuple[Ints, Ints | None]:
        """The readings of all tickets at the instant up to which the log is known, and how much of them exclusions take out.

        Args:
            first: the earliest instant of the log's first block, us; schedules are compiled from there to the end at once.
        """
        end = np.zeros(self._tickets, np.int64)
        of = np.zeros(self._tickets, np.int64) if self.which is None else self.which
        for choice in np.unique(of[of >= 0]).tolist():
            clock = self.schedules[choice].clock
            clock.cover(first, self.as_of)
            end[of == choice] = clock.read(self.as_of)
        return end, _excluded(end, self._bands, self._bands_of) if self._bands else None


Bands = Sequence[tuple[int, int]]
"""Readings, us, between which exclusions take out what passes; ascending, disjoint.

Working time that passes within is excluded, so what is excluded between two instants follows from their readings alone.
"""


def _excluded(reading: Ints, bands: Sequence[Bands], of: Ints | None) -> Ints:
    """How much is excluded of the working time up to some readings, us.

    Args:
        reading: us.
        bands: per set of exclusions, what it takes out.
        of: for each reading, which set applies to it; None: the only one.
    """
    if of is None:
        return _within(reading, bands[0])
    excluded = np.zeros_like(reading)
    for number, some in enumerate(bands):
        if some:
            rows = np.flatnonzero(of == number)
            excluded[rows] = _within(reading.take(rows), some)
    return excluded


def _within(reading: Ints, bands: Bands) -> Ints:
    excluded = None
    for low, high in bands:
        if low < high:
            part = reading.clip(low, high)
            part -= low
            excluded = part if excluded is None else np.add(excluded, part, out=excluded)
    return np.zeros_like(reading) if excluded is None else excluded


def _bands(schedules: Sequence[Schedule], which: Ints | None, groups: Groups) -> tuple[list[list[tuple[int, int]]], Ints | None]:
    """The exclusions in working time: for each pair of schedule and set of exclusions in use, and per ticket which pair."""
    if not groups.spans:
        return [], None
    sets = len(groups.spans)
    pairs, _, of = distinct(groups.group if which is None else np.where(which < 0, -1, which * sets + groups.group))
    bands = []
    for pair in pairs.tolist():
        schedule, group = divmod(pair, sets)
        read = None if pair < 0 else schedules[schedule].clock.read
        bands.append([] if read is None else [(read(start), read(end)) for start, end in groups.spans[group]])
    return bands, of if len(bands) > 1 else None


def exclusion_groups(columns: "EventColumns", exclusions: "Sequence[Exclusion]", as_of: int) -> Groups:
    """The distinct sets of exclusions, and for each ticket which one applies by its fields at creation."""
    tickets = len(columns.tickets)
    known = [exclusion for exclusion in exclusions if exclusion.start < as_of]
    of = np.zeros(tickets, np.int64)
    if not known or not tickets:
        return Groups([], of)
    applies = [applies_to(exclusion, columns) for exclusion in known]
    for holds in applies:
        of = combined(of, holds.view(np.int8).astype(np.int64), 1)
    _, first, of = distinct(of)
    spans = [
        disjoint([(one.start, min(one.end, as_of)) for one, holds in zip(known, applies, strict=True) if holds[ticket]])
        for ticket in first.tolist()
    ]
    return Groups(spans, of)


def applies_to(exclusion: "Exclusion", columns: "EventColumns") -> Bools:
    """Per ticket, whether an exclusion applies by the ticket's fields at creation."""
    return exclusion.when.over(lambda key: field_at_creation(columns, key), len(columns.tickets))


def numbered(schedule: Schedule, schedules: list[Schedule]) -> int:
    """The number of a schedule in a list of those in use; it is added when it is new."""
    if schedule not in schedules:
        schedules.append(schedule)
    return schedules.index(schedule)


def field_at_creation(columns: "EventColumns", key: str) -> tuple[NDArray[np.int32], list[Any]]:
    """A field of each ticket as it was created: codes (-1: missing) and their values; what every event has (actor, status, ...) is no field."""
    if key in PLACED_KEYS:
        return np.full(len(columns.tickets), -1, np.int32), []
    codes, names = columns.coded(key)
    return codes[columns.starts[:-1]], names
