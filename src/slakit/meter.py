"""Meters: how much working time lies between two instants of a ticket, less its exclusions."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from slakit.runs import Run

if TYPE_CHECKING:
    from slakit.machine.program import Program

Reading = Callable[[int], int]


class Meter:
    """Working time on one schedule, with some spans taken out.

    Attributes:
        read: the schedule's reading R(t), us -> us.
        exclusions: disjoint ascending spans (us) that do not count.
    """

    __slots__ = ("exclusions", "read")

    def __init__(self, read: Reading, exclusions: Sequence[tuple[int, int]] = ()) -> None:
        """A meter over a reading."""
        self.read = read
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


AnyMeter = Meter | SumMeter


def measure_run(run: Run, meter: AnyMeter) -> None:
    """Set the spans of a run: elapsed, paused and excluded, in the meter's working time."""
    stretches, end = run.stretches, run.end_us
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


def carry(runs: Sequence[Run], program: "Program") -> None:
    """Let each further cycle of an accumulating clock go on from the time of the earlier ones."""
    spent: dict[int, int] = {}
    for run in runs:
        if program.metrics[run.metric].accumulates:
            run.carried_us = spent.get(run.metric, 0)
            spent[run.metric] = run.carried_us + run.elapsed_us
