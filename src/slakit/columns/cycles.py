"""A clock's transition table run over a block: where its cycles begin and end, and when it is paused."""

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from slakit.columns.block import Block, Bools, Bytes, Ints, Numbers, where
from slakit.columns.latch import held_before
from slakit.machine.metric import Metric
from slakit.machine.table import CANCEL, PAUSE, RESET, RESUME, START, STOP

_ENDS = STOP | CANCEL


@attrs.define(eq=False)
class Cycles:
    """The cycles of a clock in a block, and when it is paused.

    Attributes:
        opens: index of the event that opens each cycle, ascending.
        ends: index of the event that ends it; where none does, that of the border behind its ticket.
        paused: bool[n], whether an active clock is paused after each event; None for a clock that never pauses.
        latest: int[n], number of the cycle that was opened last up to each event; None likewise.
    """

    opens: Ints
    ends: Ints
    paused: Bools | None
    latest: Numbers | None


def cycles(block: Block, masks: Bytes, metrics: Sequence[Metric]) -> list[Cycles]:
    """Run clocks over a block.

    By the transition table (`slakit.machine.table`) an event that starts a clock leaves it active whatever
    was before, and one that only ends it does not; so whether it is active, has ended for good, or is
    paused are states that one event sets and another releases, and nothing need be taken one by one.
    What is active at the border behind a ticket goes on.

    Args:
        block: the events.
        masks: uint8[clocks, n + 1], the conditions that each of them meets; none at the border behind the last.
        metrics: the clocks.
    """
    start, over = _meets(masks, START), _meets(masks, _ENDS)
    over |= block.borders
    active = held_before(start, over)
    closing = active & over
    opening = start & ~(active & ~over)
    for row, metric in enumerate(metrics):
        if metric.reset is not None:
            resets = active[row] & _meets(masks[row], RESET) & ~over[row]
            closing[row] |= resets
            opening[row] |= resets
        if not metric.repeats:
            ending = closing[row] & ~block.borders & _meets(masks[row], _ENDS)
            ended = held_before(ending, block.borders)
            active[row] &= ~ended
            closing[row] &= ~ended
            opening[row] &= ~((ended & ~block.borders) | ending)
    opens = _opens(opening, block)
    found = [Cycles(*edges, None, None) for edges in zip(opens, _by_row(closing), strict=True)]
    for row, (metric, one) in enumerate(zip(metrics, found, strict=True)):
        if metric.pause is not None:
            one.paused = _paused(active[row], opening[row], masks[row], metric)
            one.latest = block.ticket if one.opens is block.starts else np.cumsum(opening[row, :-1]) - 1
    return found


def _opens(opening: Bools, block: Block) -> list[Ints]:
    """The indices of what opens cycles, by clock; where that is the beginning of every ticket, `Block.starts` itself."""
    beginning = (opening[:, :-1] == block.borders[:-1]).all(axis=1)
    others = _by_row(opening[~beginning])
    return [block.starts if of_all else next(others) for of_all in beginning.tolist()]


def _paused(active: Bools, opening: Bools, mask: Bytes, metric: Metric) -> Bools:
    """`Cycles.paused` of a clock that can pause."""
    pauses = _meets(mask, PAUSE)
    paused = pauses[:-1] if metric.resume is None else held_before(pauses, opening | _meets(mask, RESUME))[1:]
    paused &= active[1:]
    return paused


def _meets(masks: Bytes, conditions: int) -> Bools:
    met: Bools = (masks & np.uint8(conditions)) != 0
    return met


def _by_row(flags: Bools) -> Iterator[Ints]:
    """The indices of what is flagged in each row.

    All rows at once, since flags of less than a tenth, as one row may have, numpy looks for one by one, in twice the time.
    """
    rows, width = flags.shape
    flagged = where(flags.reshape(-1))
    begins = np.arange(rows) * width
    for begin, indices in zip(begins.tolist(), np.split(flagged, np.searchsorted(flagged, begins[1:])), strict=True):
        yield indices - begin
