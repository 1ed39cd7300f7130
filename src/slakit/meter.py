"""Meters: how much working time lies between two instants of a ticket, less its exclusions."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from slakit.runs import NEVER, Run

if TYPE_CHECKING:
    from slakit.clock import BusinessClock


class Meter:
    """Working time on one schedule, with some spans taken out.

    Attributes:
        clock: the schedule's compiled reading.
        read: its reading R(t), us -> us.
        exclusions: disjoint ascending spans (us) that do not count.
    """

    __slots__ = ("clock", "exclusions", "read")

    def __init__(self, clock: "BusinessClock", exclusions: Sequence[tuple[int, int]] = ()) -> None:
        """A meter over a clock."""
        self.clock = clock
        self.read = clock.read
        self.exclusions = exclusions

    def excluded(self, start: int, end: int) -> int:
        """Working time of the exclusions within ``[start, end)``."""
        total, read = 0, self.read
        for since, until in self.exclusions:
            if until > start and since < end:
                total += read(min(until, end)) - read(max(since, start))
        return total

    def net(self, start: int, end: int) -> int:
        """Working time within ``[start, end)`` that is not excluded."""
        whole = self.read(end) - self.read(start)
        return whole - self.excluded(start, end) if self.exclusions else whole

    def due_at(self, start: int, span: int) -> int | None:
        """The least instant t >= start with ``net(start, t) >= span``; None where an exclusion without end comes first.

        Raises:
            ScheduleError: ``unreachable`` where no later opening reaches it.
        """
        due = self.clock.due_at_us(start, span)
        while self.exclusions:
            if self._lasting(start, due):
                return None
            later = self.clock.due_at_us(start, span + self.excluded(start, due))
            if later == due:
                break
            due = later
        return due

    def met_until(self, start: int, span: int) -> int | None:
        """The greatest instant t with ``net(start, t) <= span``; None and errors as `due_at`."""
        until = self.clock.met_until_us(start, span)
        while self.exclusions:
            if self._lasting(start, until):
                return None
            beyond = next((end for since, end in self.exclusions if since <= until < end), until)
            if beyond >= NEVER:
                return None
            later = max(beyond, self.clock.met_until_us(start, span + self.excluded(start, beyond)))
            if later == until:
                break
            until = later
        return until

    def _lasting(self, start: int, end: int) -> bool:
        """Whether an exclusion without a known end lies within ``[start, end)``."""
        return self.exclusions[-1][1] >= NEVER and self.exclusions[-1][0] < end and end > start


class SumMeter:
    """Working time on a schedule that changes: each stretch on the one in force then.

    Attributes:
        parts: (instant from which it is in force, meter) ascending; the first holds before it too.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[tuple[int, Meter]]) -> None:
        """A meter over consecutive meters."""
        self.parts = parts

    def _over(self, start: int, end: int) -> list[tuple[Meter, int, int]]:
        starts = [since for since, _ in self.parts]
        first, last = max(bisect_right(starts, start) - 1, 0), max(bisect_right(starts, end) - 1, 0)
        cuts = [start, *starts[first + 1 : last + 1], end]
        return [(self.parts[first + index][1], cuts[index], cuts[index + 1]) for index in range(len(cuts) - 1)]

    def excluded(self, start: int, end: int) -> int:
        """Working time of the exclusions within ``[start, end)``."""
        return sum(meter.excluded(since, until) for meter, since, until in self._over(start, end))

    def net(self, start: int, end: int) -> int:
        """Working time within ``[start, end)`` that is not excluded."""
        return sum(meter.net(since, until) for meter, since, until in self._over(start, end))

    def due_at(self, start: int, span: int) -> int | None:
        """The least instant t >= start with ``net(start, t) >= span``; None and errors as `Meter.due_at`."""
        for meter, since, until in self._over(start, NEVER):
            if until >= NEVER or meter.net(since, until) >= span:
                return meter.due_at(since, span)
            span -= meter.net(since, until)
        return None

    def met_until(self, start: int, span: int) -> int | None:
        """The greatest instant t with ``net(start, t) <= span``; None and errors as `Meter.due_at`."""
        for meter, since, until in self._over(start, NEVER):
            if until >= NEVER or meter.net(since, until) > span:
                return meter.met_until(since, span)
            span -= meter.net(since, until)
        return None


AnyMeter = Meter | SumMeter


def measure_run(run: Run, meter: AnyMeter) -> None:
    """Set the spans of a run: elapsed, paused and excluded, in the meter's working time."""
    stretches, end = run.stretches, run.end_us
    run.meter = meter
    if type(meter) is Meter and not meter.exclusions:
        _measure_plain(run, meter)
        return
    if len(stretches) == 1:
        start, paused = stretches[0]
        spent = meter.net(start, end)
        run.elapsed_us, run.paused_us = (0, spent) if paused else (spent, 0)
    else:
        run.elapsed_us = run.paused_us = 0
        for (start, paused), (until, _) in zip(stretches, [*stretches[1:], (end, False)], strict=True):
            if paused:
                run.paused_us += meter.net(start, until)
            else:
                run.elapsed_us += meter.net(start, until)
    run.excluded_us = meter.excluded(run.started_us, end)


def _measure_plain(run: Run, meter: Meter) -> None:
    """The same where nothing is excluded: every edge is read once."""
    read, stretches = meter.read, run.stretches
    start, paused = stretches[0]
    before, elapsed, waited = read(start), 0, 0
    for at, then in stretches[1:]:
        here = read(at)
        if paused:
            waited += here - before
        else:
            elapsed += here - before
        before, paused = here, then
    spent = read(run.end_us) - before
    run.elapsed_us, run.paused_us = (elapsed, waited + spent) if paused else (elapsed + spent, waited)
    run.excluded_us = 0


def carry(runs: Sequence[Run]) -> None:
    """Let each further cycle of an accumulating clock go on from the time of the earlier ones."""
    spent = 0
    for run in runs:
        run.carried_us = spent
        spent += run.elapsed_us
