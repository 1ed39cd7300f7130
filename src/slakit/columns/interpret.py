"""The column interpreter: many tickets through the transition tables at once, with numpy.

It finds the cycles of the tickets whose life is regular (one `created`, first; no ticket merged into them, no
exclusion events); the others are left to the object interpreter. Both give identical integers.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from slakit.columns.block import Block, Bools, Ints, Numbers, leads, where
from slakit.columns.cycles import Cycles, cycles
from slakit.columns.meanings import Meanings
from slakit.columns.pauses import Pauses
from slakit.columns.readings import Readings
from slakit.columns.run_columns import Marked, RunColumns, Stretch
from slakit.columns.situations import Situation, situation
from slakit.columns.symbols import SymbolTable
from slakit.events.kinds import EventKind
from slakit.machine.metric import Anchor, Metric
from slakit.machine.program import Program
from slakit.machine.table import State

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

BLOCK_EVENTS = 1 << 18
"""Events a block at most: small enough for the cache, large enough that numpy's call cost does not show."""

_FIRST_SELDOM = min(EventKind.MERGED.value, EventKind.EXCLUDED.value, EventKind.INCLUDED.value)
ReadBlock = Callable[[Block, int], Readings]


def regular_tickets(columns: "EventColumns") -> Bools:
    """Which tickets have one `created`, as their first event, no ticket merged into them, and no exclusion events."""
    kind, starts = columns.kind, columns.starts[:-1]
    seldom = kind.max(initial=0) >= _FIRST_SELDOM
    created = kind == EventKind.CREATED.value
    regular: Bools = created[starts]
    if np.count_nonzero(created) != np.count_nonzero(regular):
        further = created.copy()
        further[starts] = False
        regular[columns.ticket[further]] = False
    if seldom:
        excluding = (kind == EventKind.EXCLUDED.value) | (kind == EventKind.INCLUDED.value)
        regular[columns.ticket[excluding]] = False
    merged = where(kind == EventKind.MERGED.value) if seldom else ()
    if len(merged):
        into, names = columns.coded("into")
        survivors = [columns.code_of(names[code]) for code in np.unique(into[merged]).tolist()]
        regular[[code for code in survivors if code is not None]] = False
    return regular


def blocks(columns: "EventColumns", regular: Bools) -> Iterator[Block]:
    """The log as blocks, without those in which no ticket is regular.

    Tickets that are not regular stay in: leaving them out would cost more than finding cycles that nobody asks for.
    """
    starts = columns.starts
    first = 0
    while first < len(regular):
        last = min(max(int(np.searchsorted(starts, starts[first] + BLOCK_EVENTS, "left")), first + 1), len(regular))
        if regular[first:last].any():
            events = slice(int(starts[first]), int(starts[last]))
            yield Block(
                columns, events, slice(first, last), columns.ticket[events] - np.int32(first), starts[first:last] - events.start,
                columns.at[events], columns.kind[events], columns.role[events], columns.public[events], columns.category[events],
            )  # fmt: skip
        first = last


def interpret(  # noqa: PLR0917 - what the work needs
    columns: "EventColumns", program: Program, read: ReadBlock, as_of: int, regular: Bools, marks: Ints | None = None
) -> RunColumns:
    """Run every regular ticket through the clocks of a program.

    Args:
        columns: the events known at ``as_of``.
        program: the clocks.
        read: gives the readings of a block for a clock, given the clock's index.
        as_of: instant in us; open cycles end there.
        regular: the tickets whose cycles are wanted.
        marks: positions of events, ascending, at which it is asked how much each running clock has used up.
    """
    table = SymbolTable(program)
    every = regular.all()
    found: list[list[Stretch]] = [[] for _ in program.metrics]
    for block in blocks(columns, regular):
        known = situation(block, program, table)
        here = None if marks is None or not len(marks) else _marks_of(block, marks)
        kept = None if every else regular[block.tickets]
        of_clocks = cycles(block, table.masks(known.numbers), program.metrics)
        for index, (metric, meanings, one) in enumerate(zip(program.metrics, table.meanings, of_clocks, strict=True)):
            stretch = _stretch(metric, block, known, index=index, meanings=meanings, readings=read(block, index), found=one, marks=here)
            found[index].append(stretch if kept is None else stretch.only(where(kept.take(block.ticket.take(one.opens)))))
    return RunColumns(columns, as_of, [stretch for of_metric in found for stretch in of_metric], list(table.causes))


Marks = tuple[Ints, Ints]
"""Events of a block at which is asked what the clocks have used up: their indices, and their numbers among all that are asked for."""


def _marks_of(block: Block, marks: Ints) -> Marks | None:
    low, high = np.searchsorted(marks, (block.events.start, block.events.stop))
    return (marks[low:high] - block.events.start, np.arange(low, high)) if low < high else None


def _stretch(
    metric: Metric,
    block: Block,
    known: Situation,
    *,
    index: int,
    meanings: Meanings,
    readings: Readings,
    found: Cycles,
    marks: Marks | None,
) -> Stretch:
    """What a clock's cycles in a block come to."""
    opens, ends = found.opens, found.ends
    going = where(block.borders.take(ends))
    anchor = _anchors(opens, known, meanings)
    stopping = known.numbers.take(ends, mode="clip")
    state, cause = meanings.state.take(stopping), meanings.cause.take(stopping)
    state[going], cause[going] = State.RUNNING, 0
    elapsed, excluded = readings.between(anchor, ends, going, block)
    pauses = paused = carried = None
    if found.paused is not None and found.latest is not None:
        pauses = Pauses.of(found.paused, found.latest, readings, block)
        paused = pauses.of_cycles(len(opens))
        elapsed -= paused
        state[going[found.paused.take(ends.take(going) - 1)]] = State.PAUSED
    if metric.accumulates and opens is not block.starts:
        carried = _carried(elapsed, block.ticket.take(opens))
    marked = None if marks is None else _marked(marks, block, found, anchor, readings, pauses, carried)
    first = np.int32(block.events.start)
    stop = ends.astype(np.int32) + first
    stop[going] = -1
    opened = opens.astype(np.int32) + first
    since = None if anchor is opens else anchor.astype(np.int32) + first
    return Stretch(index, opened, stop, state, cause, elapsed, since, paused, excluded, carried, marked)


def _marked(  # noqa: PLR0917 - what the work needs
    marks: Marks, block: Block, found: Cycles, anchor: Ints, readings: Readings, pauses: Pauses | None, carried: Ints | None
) -> Marked | None:
    """The events asked for that come in the midst of a cycle, and what the clock has used up by then."""
    at, number = marks
    cycle = np.searchsorted(found.opens, at) - 1
    within = where(cycle >= 0)
    within = within[at.take(within) < found.ends.take(cycle.take(within))]
    if not len(within):
        return None
    cycle, at = cycle.take(within), at.take(within)
    spent, _ = readings.between(anchor.take(cycle), at, at[:0], block)
    if pauses is not None:
        spent -= pauses.before(at) - pauses.before(found.opens.take(cycle))
    if carried is not None:
        spent += carried.take(cycle)
    return Marked(cycle, number.take(within), spent)


def _carried(elapsed: Ints, ticket: Numbers) -> Ints | None:
    """What the earlier cycles of the same tickets took; None where there are none."""
    first = where(leads(ticket))
    if len(first) == len(ticket):
        return None
    before = np.cumsum(elapsed) - elapsed
    before -= np.repeat(before.take(first), np.diff(first, append=len(ticket)))
    return before


def _anchors(opens: Ints, known: Situation, meanings: Meanings) -> Ints:
    """The events that the cycles date from: at a reopening, a customer message at hand."""
    if not len(known.reopened):
        return opens
    anchor_of = meanings.anchor[known.numbers[opens]]
    anchors = opens.copy()
    for which, messages in ((Anchor.OLDEST, known.oldest), (Anchor.LATEST, known.latest)):
        rows = where(anchor_of == which)
        anchors[rows] = messages[np.searchsorted(known.reopened, opens[rows])]
    return anchors
