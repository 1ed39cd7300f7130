"""A clock's line: the stretches of its cycles laid together, and what lies between them (SPEC 5.6)."""

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from slakit.explain.stretches import NOT_STARTED, RUNNING, STOPPED, Stretch, Teller, joined
from slakit.verdict import JudgedCycle


def line_of(rows: Sequence[JudgedCycle], told: Sequence[Sequence[Stretch]], teller: Teller) -> tuple[Stretch, ...]:
    """A clock's time from creation (a wait taken over: from its start) to ``as_of``, contiguous, every instant once.

    Args:
        rows: its cycles by ordinal.
        told: the stretches of each.
        teller: tells the ticket's life.
    """
    within: list[Stretch] = []
    for stretches in told:
        _lay(within, stretches)
    found: list[Stretch] = []
    cursor = min([teller.events[0].at, *(row.run.started_us for row in rows)])
    for one in within:
        found += _outside(rows, cursor, one.start_us, teller)
        found.append(one)
        cursor = one.end_us
    return (*found, *_outside(rows, cursor, teller.as_of, teller))


def _lay(line: list[Stretch], further: Sequence[Stretch]) -> None:
    """Add a further cycle to the line of the earlier ones.

    A merge can date a wait back into the time of an earlier cycle: two waits that ran at once. There
    the earlier cycle tells what was, as it did before the merge, and the further one is noted beside it.
    """
    if not further:
        return
    place = bisect_right(line, further[0].start_us, key=_end)
    earlier = line[place:]
    cuts = sorted({at for one in (*earlier, *further) for at in (one.start_us, one.end_us)})
    line[place:] = joined(
        piece for low, high in itertools.pairwise(cuts) for piece in _piece(_at(earlier, low), _at(further, low), low, high)
    )


def _piece(earlier: Stretch | None, further: Stretch | None, low: int, high: int) -> Iterator[Stretch]:
    one = earlier or further
    if one is not None:
        also = (*one.also, further.ordinal or 0) if earlier and further and further.label == RUNNING else one.also
        yield Stretch(one.label, low, high, one.detail, one.ordinal, one.event, also)


def _at(stretches: Sequence[Stretch], at: int) -> Stretch | None:
    place = bisect_right(stretches, at, key=_end)
    return stretches[place] if place < len(stretches) and stretches[place].start_us <= at else None


def _end(one: Stretch) -> int:
    return one.end_us


def _outside(rows: Sequence[JudgedCycle], start: int, end: int, teller: Teller) -> Iterator[Stretch]:
    """A span without any cycle: not started yet, or stopped by the cycle that ended last before."""
    ended = [(run.end_us, run.ordinal, run.cause, run.stop) for run in (row.run for row in rows) if run.stop is not None]
    for low, high in itertools.pairwise(sorted({start, *(at for at, *_ in ended if start < at < end), end})):
        before = max((one for one in ended if one[0] <= low), key=lambda one: one[:2], default=None)
        if before is None:
            yield Stretch(NOT_STARTED, low, high)
        else:
            _, _, cause, stop = before
            yield Stretch(STOPPED, low, high, cause, None, teller.key(*stop))
