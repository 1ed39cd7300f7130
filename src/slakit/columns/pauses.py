"""The working time for which a clock is paused."""

import attrs
import numpy as np

from slakit.columns.block import Block, Bools, Ints, Numbers, where
from slakit.columns.readings import Readings


@attrs.define(eq=False)
class Pauses:
    """The events after which a clock is paused, each until the next event.

    Attributes:
        at: indices of the events, ascending.
        cycle: number of the cycle that each belongs to.
        spans: net working time until the next event, us.
    """

    at: Ints
    cycle: Numbers
    spans: Ints

    @classmethod
    def of(cls, paused: Bools, latest: Numbers, readings: Readings, block: Block) -> "Pauses":
        """The pauses of a clock's cycles, given `Cycles.paused` and `Cycles.latest`."""
        at = where(paused)
        following = at + 1
        spans, _ = readings.between(at, following, where(block.borders.take(following)), block)
        return cls(at, latest.take(at), spans)

    def of_cycles(self, count: int) -> Ints:
        """The sum for each cycle, given how many there are, us."""
        sums = np.zeros(count, np.int64)
        np.add.at(sums, self.cycle, self.spans)
        return sums

    def before(self, events: Ints) -> Ints:
        """The sum of the block's pauses before some events, us."""
        passed = np.zeros(len(self.spans) + 1, np.int64)
        np.cumsum(self.spans, out=passed[1:])
        return passed.take(np.searchsorted(self.at, events))
