"""Working time of a block's events, and what exclusions take out of it."""

import attrs
import numpy as np

from slakit.columns.block import Bools, Ints


@attrs.define(eq=False)
class Readings:
    """Working time of a block, each event read once.

    Attributes:
        open: int64[n], the reading R of each event on its ticket's schedule, us.
        open_end: int64[tickets], the reading at the instant up to which the log is known.
        excluded: int64[n], how much of ``open`` exclusions take out; None without any.
        excluded_end: int64[tickets], how much of ``open_end``; None without any.
    """

    open: Ints
    open_end: Ints
    excluded: Ints | None = None
    excluded_end: Ints | None = None

    def net(self) -> Ints:
        """The reading of each event less what is excluded of it."""
        return self.open if self.excluded is None else self.open - self.excluded

    def passed_before(self, counts: Bools, starts: Ints) -> Ints:
        """Net working time that has passed before each event, summed over the block: int64[n + 1], the last for all of it.

        Args:
            counts: bool[n], after which events time counts: until the next one, after the last one of a ticket
                until the instant up to which the log is known.
            starts: index of each ticket's first event.
        """
        net = self.net()
        passed = np.zeros(len(net) + 1, np.int64)
        passing = passed[1:]
        np.subtract(net[1:], net[:-1], out=passing[:-1])
        last = np.append(starts[1:], len(net)) - 1
        end = self.open_end if self.excluded_end is None else self.open_end - self.excluded_end
        passing[last] = end - net.take(last)
        passing *= counts
        np.cumsum(passing, out=passing)
        return passed
