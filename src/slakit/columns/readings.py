"""Working time of a block's events, and what exclusions take out of it."""

import attrs

from slakit.columns.block import Block, Ints


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

    def between(self, begin: Ints, end: Ints, beyond: Ints, block: Block) -> tuple[Ints, Ints | None]:
        """Net working time between events, and what exclusions take out of it, us; None without any.

        Args:
            begin: indices of the earlier events.
            end: indices of the later ones; the border behind a ticket stands for the instant up to which the log is known.
            beyond: which of these are such borders: their places in ``end``.
            block: the events.
        """
        ticket = block.ticket.take(begin.take(beyond))

        def passed(reading: Ints, reading_end: Ints) -> Ints:
            at_end = reading.take(end, mode="clip")
            at_end[beyond] = reading_end.take(ticket)
            at_end -= reading.take(begin)
            return at_end

        open_time = passed(self.open, self.open_end)
        if self.excluded is None or self.excluded_end is None:
            return open_time, None
        excluded = passed(self.excluded, self.excluded_end)
        open_time -= excluded
        return open_time, excluded
