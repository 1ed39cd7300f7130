"""How many tickets go through one transition table at once; chosen by the shape of the table.

Both strategies return the same: the indices of the events that open and close cycles, and for a
clock that pauses, the state after every event that counts.
"""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Ints, leads, where
from slakit.machine.facts import FACTS, SHIFT
from slakit.machine.metric import Metric, Symbol
from slakit.machine.table import CANCEL, MASKS, PAUSE, RESET, START, STATES, STOP, TABLES, Effect, State

_ENDS = STOP | CANCEL
MOVES = np.uint8(MASKS)
"""The bit beside the conditions of a mask."""
UNKNOWN = np.uint8(255)
"""The mask of a situation that has not been met: no other has all bits, since no event of a block lets a cycle date back."""
_CATEGORIES = 1 << FACTS["after"].width
_STATES = np.array([State.STOPPED, State.RUNNING, State.STOPPED, State.PAUSED], np.uint8)
"""The state by whether a cycle is active (bit 0) and whether the last event asks for a pause (bit 1)."""


@attrs.define(eq=False)
class Moves:
    """What a clock does in a block.

    Attributes:
        at: indices of the events that count: those after which the state may have changed.
        ticket: the block's number of the ticket of each.
        opens: positions in ``at`` of the events that open a cycle, ascending.
        closes: positions in ``at`` of the events that close one, ascending.
        following: for each open, how many closes come before or at it: the number of the close that may end it.
        state: uint8, the state after each event that counts; None for a clock that never pauses.
    """

    at: Ints
    ticket: NDArray[np.int32]
    opens: Ints
    closes: Ints
    following: NDArray[np.int32]
    state: NDArray[np.uint8] | None

    def only(self, some: Bools) -> "Moves":
        """With some of the openings."""
        return Moves(self.at, self.ticket, self.opens[some], self.closes, self.following[some], self.state)


class Meanings:
    """What every situation means to one clock, as arrays by the number of the situation.

    Attributes:
        mask: uint8, the conditions that it meets, and `MOVES` where it can start, end or reset a cycle, or change a pause;
            `UNKNOWN` until it is learnt.
        cause: uint16, number of the cause for which it ends a cycle.
        state: uint8, the `State` of a cycle that it ends.
        anchor: uint8, the `Anchor` of a cycle that it opens.
    """

    def __init__(self, metric: Metric, size: int) -> None:
        """Know nothing yet of some situations."""
        self._metric = metric
        pause = metric.pause
        self._held = np.array(
            [pause is not None and metric.resume is None and pause.holds({"after": after}, {}) for after in range(_CATEGORIES)], np.bool_
        )
        self.mask = np.full(size, UNKNOWN)
        self.cause = np.zeros(size, np.uint16)
        self.state = np.zeros(size, np.uint8)
        self.anchor = np.zeros(size, np.uint8)

    def learn(self, numbers: Ints, symbols: Sequence[Symbol], codes: NDArray[np.int32], causes: Sequence[int]) -> None:
        """Note what some situations mean.

        Args:
            numbers: of the situations.
            symbols: what each means.
            codes: their packed facts.
            causes: numbers of the symbols' causes.
        """
        more = int(numbers.max()) + 1 - len(self.mask)
        if more > 0:
            more += len(self.mask) // 8
            self.mask = np.append(self.mask, np.full(more, UNKNOWN))
            self.cause, self.state, self.anchor = (
                np.append(known, np.zeros(more, known.dtype)) for known in (self.cause, self.state, self.anchor)
            )
        mask = np.array([symbol.mask for symbol in symbols], np.uint8)
        moving = ((mask & (START | _ENDS | RESET)) != 0) | self._pause_changes(codes)
        self.mask[numbers] = mask | (moving.view(np.uint8) * MOVES)
        self.cause[numbers] = causes
        self.state[numbers] = np.where((mask & _ENDS) == STOP, np.uint8(State.STOPPED), np.uint8(State.CANCELLED))
        self.anchor[numbers] = [symbol.anchor for symbol in symbols]

    def _pause_changes(self, codes: NDArray[np.int32]) -> Bools:
        """Whether an event in a situation can begin or end a pause; for a pause that is a level: its status changes."""
        if self._metric.pause is None or self._metric.resume is not None:
            return np.full(len(codes), self._metric.resume is not None)
        before, after = (codes >> SHIFT[fact] & (_CATEGORIES - 1) for fact in ("before", "after"))
        changes: Bools = (before == 0) | (self._held[before] != self._held[after])
        return changes


def moves(block: Block, mask: NDArray[np.uint8], metric: Metric) -> Moves:
    """Run a clock over a block by the strategy that fits its table.

    Args:
        block: the events.
        mask: what each of them means to the clock: `Meanings.mask`.
        metric: the clock.
    """
    at = where(mask >= MOVES)
    met = mask.take(at)
    met &= ~MOVES
    by_scan = (metric.pause is None or metric.resume is None) and (metric.repeats or metric.reset is None)
    strategy = scan if by_scan else lock_step
    return strategy(block, at, met, metric)


def scan(block: Block, at: Ints, mask: NDArray[np.uint8], metric: Metric) -> Moves:
    """For a clock whose state follows from the last event that starts or ends it, and the pause from a level.

    An event that starts it leaves it active whatever was before, one that only ends it inactive; so
    the state is that of the last such marker, and nothing needs to be taken one by one.

    Args:
        block: the events.
        at: indices of the events that can move the clock.
        mask: what each of them meets.
        metric: the clock.
    """
    ticket = block.ticket.take(at)
    start, ends = (mask & START) != 0, (mask & _ENDS) != 0
    first_here = leads(ticket)
    decisive = start | ends
    active = start
    if not decisive.all():
        decisive |= first_here
        active = start.take(where(decisive)).take(np.cumsum(decisive, dtype=np.int32) - np.int32(1))
    before = np.empty_like(active)
    before[1:] = active[:-1]
    before &= ~first_here
    closing = before & ends
    opening = start & (~before | ends)
    if metric.reset is not None:
        resets = before & ((mask & RESET) != 0)
        closing |= resets
        opening |= resets & ~ends
    state = None
    if metric.pause is not None:
        state = _STATES.take(active.view(np.uint8) | (((mask & PAUSE) != 0).view(np.uint8) << np.uint8(1)))
    if metric.repeats:
        return _moves(at, ticket, opening, closing, state)
    opens, closes = (_firsts(flags, ticket) for flags in (opening, closing))
    closed = np.zeros(len(block.starts), np.int32)
    closed[ticket.take(closes)] = 1
    return Moves(at, ticket, opens, closes, (np.cumsum(closed, dtype=np.int32) - closed).take(ticket.take(opens)), state)


def _moves(at: Ints, ticket: NDArray[np.int32], opening: Bools, closing: Bools, state: NDArray[np.uint8] | None) -> Moves:
    opens = where(opening)
    return Moves(at, ticket, opens, where(closing), np.cumsum(closing, dtype=np.int32).take(opens), state)


def _firsts(flags: Bools, ticket: NDArray[np.int32]) -> Ints:
    """Each ticket's first of the flagged events."""
    at = where(flags)
    return at[leads(ticket.take(at))]


def lock_step(block: Block, at: Ints, mask: NDArray[np.uint8], metric: Metric) -> Moves:
    """For any table: the first event of every ticket, then the second of every ticket, and so on.

    Only events that can move the clock are taken; tickets are ordered by how many they have, so
    that those still going on are always the first ones. Arguments as for `scan`.
    """
    table, effects = _flat(metric)
    here = mask.astype(np.intp)
    ticket = block.ticket.take(at)
    per_ticket = np.bincount(ticket, minlength=len(block.starts))
    begins = np.cumsum(per_ticket) - per_ticket
    order = np.argsort(-per_ticket, kind="stable")
    lengths = per_ticket[order]
    begins = begins[order]
    state = np.zeros(len(order), np.uint8)
    after = np.empty(len(at), np.uint8)
    effect = np.zeros(len(at), np.uint8)
    going = np.searchsorted(-lengths, -np.arange(int(lengths[0]) if len(lengths) else 0), "left")
    for rank, count in enumerate(going.tolist()):
        where = begins[:count] + rank
        cell = state[:count].astype(np.intp) * MASKS + here[where]
        state[:count] = table[cell]
        after[where] = state[:count]
        effect[where] = effects[cell]
    return _moves(at, ticket, (effect & Effect.OPEN.value) != 0, (effect & Effect.CLOSE.value) != 0, after)


def _flat(metric: Metric) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rows = TABLES[metric.repeats]
    cells = [rows[state][mask] for state in range(STATES) for mask in range(MASKS)]
    return np.array([after for after, _ in cells], np.uint8), np.array([effect for _, effect in cells], np.uint8)
