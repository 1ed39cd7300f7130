"""Runs: the cycles of one ticket as the object interpreter finds them, before they are measured."""

from collections.abc import Sequence
from typing import Any

from slakit.events.event import Event
from slakit.events.kinds import EventKind
from slakit.machine.table import State

_RUNNING, _PAUSED = State.RUNNING, State.PAUSED
NEVER = 1 << 62
"""An instant that stands for "no known end"."""
Place = tuple[int, Event]
"""An event and its position in its ticket's life."""


class Run:
    """One cycle of one clock: its stretches, and once measured its spans.

    Mutable while a ticket is replayed; what callers see is made from it.

    Attributes:
        metric: index of the clock in its program.
        ordinal: 1 for the first cycle of the clock on this ticket.
        anchor: (position in the ticket's life, event) that the cycle dates from.
        opened: position of the event that opened it.
        opened_us: its instant; later than ``started_us`` where the cycle is dated back.
        datings: where merges dated the cycle: (from when on, us; place of the event that it dates from) pairs, in
            order; empty without merges. After a merge it is charged only for what it adds.
        meter: the meter that it was measured by.
        started_us: the instant that the cycle dates from.
        stretches: (instant, paused) pairs, the first at ``started_us``.
        stop: (position, event) that ended it, or None while open.
        state: running, paused, stopped or cancelled.
        cause: why it ended, "" while open.
        agent: the responsible agent at the end (open: at the last known event).
        team: the responsible team likewise.
        end_us: the stop, or the instant up to which the log is known.
        elapsed_us: working time of the running stretches, without exclusions.
        carried_us: what earlier cycles of an accumulating clock have used up.
        paused_us: working time of the paused stretches, without exclusions.
        excluded_us: working time of exclusions within the cycle.
    """

    __slots__ = (
        "agent", "anchor", "carried_us", "cause", "datings", "elapsed_us", "end_us", "excluded_us", "meter", "metric", "opened", "opened_us",
        "ordinal", "paused_us", "started_us", "state", "stop", "stretches", "team",
    )  # fmt: skip

    def __init__(self, metric: int, ordinal: int, anchor: Place, opened: int, opened_us: int, *, paused: bool) -> None:
        """Open a cycle."""
        self.metric = metric
        self.ordinal = ordinal
        self.anchor = anchor
        self.opened = opened
        self.opened_us = opened_us
        self.started_us = started = anchor[1].at
        self.datings: tuple[tuple[int, Place], ...] = ()
        self.meter: Any = None
        self.state = _PAUSED if paused else _RUNNING
        self.stretches = [(started, paused)] if started == opened_us or not paused else [(started, False), (opened_us, True)]
        self.stop: Place | None = None
        self.cause = ""
        self.agent: Any = None
        self.team: Any = None
        self.end_us = 0
        self.elapsed_us = self.paused_us = self.excluded_us = self.carried_us = 0

    def copy(self) -> "Run":
        """A cycle that goes on from here by itself; it is not measured yet."""
        made = Run.__new__(Run)
        made.metric, made.ordinal, made.state, made.cause = self.metric, self.ordinal, self.state, self.cause
        made.anchor, made.opened, made.opened_us, made.started_us = self.anchor, self.opened, self.opened_us, self.started_us
        made.datings, made.stretches, made.stop, made.end_us = self.datings, self.stretches.copy(), self.stop, self.end_us
        made.agent, made.team, made.meter = self.agent, self.team, None
        made.elapsed_us = made.paused_us = made.excluded_us = made.carried_us = 0
        return made

    @property
    def merged_us(self) -> int | None:
        """The instant of the last merge that dated the cycle, us, or None."""
        return self.datings[-1][0] if self.datings else None

    @property
    def accumulated_us(self) -> int:
        """The time of this cycle and of the earlier ones that it goes on from."""
        return self.carried_us + self.elapsed_us

    def rebase(self, anchor: Place, merged_us: int) -> None:
        """Date the cycle from an older wait, at a merge."""
        at = anchor[1].at
        if at < self.started_us:
            first_us, paused = self.stretches[0]
            self.stretches[:1] = [(at, False), (first_us, True)] if paused else [(at, False)]
            self.datings = (*(self.datings or ((self.started_us, self.anchor),)), (merged_us, anchor))
            self.anchor, self.started_us = anchor, at


def exclusion_spans(events: Sequence[Event], given: Sequence[tuple[int, int]] = ()) -> tuple[tuple[int, int], ...]:
    """The disjoint ascending spans taken out of a ticket's clocks; one that has not ended ends at `NEVER`.

    Args:
        events: the ticket's life.
        given: further (start, end) spans that apply to the ticket.
    """
    spans = list(given)
    since: int | None = None
    for event in events:
        if event.kind is EventKind.EXCLUDED:
            since = event.at if since is None else since
        elif event.kind is EventKind.INCLUDED and since is not None:
            spans.append((since, event.at))
            since = None
    if since is not None:
        spans.append((since, NEVER))
    return disjoint(spans)


def disjoint(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans as disjoint ascending ones; overlaps count once."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return tuple(merged)
