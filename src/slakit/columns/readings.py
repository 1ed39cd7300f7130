"""Working time of a block's events, and what exclusions take out of it."""

from collections.abc import Sequence

import attrs
import numpy as np

from slakit.columns.block import Ints, Numbers


@attrs.define(eq=False)
class Excluding:
    """The exclusions of a block's tickets, as bands of working time.

    Working time that passes within a band is excluded, so what is excluded between two instants follows
    from their readings alone.

    Attributes:
        bands: per set of exclusions, the readings (from, to) between which it takes out what passes, us; ascending, disjoint.
        of: per ticket of the block, which set applies to it; None: the only one.
    """

    bands: Sequence[Sequence[tuple[int, int]]]
    of: Ints | None

    def up_to(self, reading: Ints, ticket: Numbers) -> Ints:
        """How much is excluded of the working time up to some readings, us.

        Args:
            reading: us.
            ticket: the block's number of the ticket of each.
        """
        if self.of is None:
            return _within(reading, self.bands[0])
        excluded = np.zeros_like(reading)
        of = self.of.take(ticket)
        for number, bands in enumerate(self.bands):
            if bands:
                rows = np.flatnonzero(of == number)
                excluded[rows] = _within(reading.take(rows), bands)
        return excluded


def _within(reading: Ints, bands: Sequence[tuple[int, int]]) -> Ints:
    excluded = np.zeros_like(reading)
    for low, high in bands:
        if low < high:
            excluded += np.clip(reading, low, high)
            excluded -= low
    return excluded


@attrs.define(eq=False)
class Readings:
    """Working time of a block, each event read once.

    Attributes:
        open: int64[n], the reading R of each event on its ticket's schedule, us.
        open_end: int64[tickets], the reading at the instant up to which the log is known.
        excluding: what exclusions take out; None without any.
    """

    open: Ints
    open_end: Ints
    excluding: Excluding | None = None
