"""How many tickets go through one transition table at once; chosen by the shape of the table.

Both strategies return the same: the indices of the events that open and close cycles, and for a
clock that pauses, the state after every event that counts.
"""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.situations import Block, Bools, Ints
from slakit.machine.metric import Metric, Symbol
from slakit.machine.table import CANCEL, MASKS, PAUSE, RESET, RESUME, START, STATES, STOP, TABLES, Effect, State

_ENDS = STOP | CANCEL


@attrs.define(eq=False)
class Moves:
    """What a clock does in a block.

    Attributes:
        opens: indices of the events that open a cycle, ascending.
        closes: indices of the events that close one, ascending.
        counts: indices of the events after which the state may have changed; None for a clock that never pauses.
        state: uint8, the state after each of them; None for a clock that never pauses.
    """

    opens: Ints
    closes: Ints
    counts: Ints | None
    state: NDArray[np.uint8] | None


def moves(block: Block, numbers: NDArray[np.uint16], metric: Metric, symbols: Sequence[Symbol]) -> Moves:
    """Run a clock over a block by the strategy that fits its table.

    Args:
        block: the events.
        numbers: the situation of each, an index into ``symbols``.
        metric: the clock.
        symbols: what each situation means to it.
    """
    masks = np.array([symbol.mask for symbol in symbols], np.uint8)
    if metric.pause is None or metric.resume is None:
        return scan(block, masks[numbers], metric)
    return lock_step(block, masks[numbers], metric)


def scan(block: Block, mask: NDArray[np.uint8], metric: Metric) -> Moves:
    """For a clock whose state follows from the last event that starts or ends it, and the pause from a level.

    An event that starts it leaves it active whatever was before, one that only ends it inactive; so
    the state is that of the last such marker, and nothing needs to be taken one by one.
    """
    marks = (mask & (START | _ENDS | RESET)) != 0
    if metric.pause is not None:
        held = (mask & PAUSE) != 0
        marks[1:] |= held[1:] != held[:-1]
        marks[block.starts] = True
    at = np.flatnonzero(marks)
    here, ticket = mask[at], block.ticket[at]
    start, ends, resets = (here & START) != 0, (here & _ENDS) != 0, (here & RESET) != 0
    first_here = np.empty(len(at), np.bool_)
    first_here[:1] = True
    np.not_equal(ticket[1:], ticket[:-1], out=first_here[1:])
    decisive = start | ends
    active = start
    if not decisive.all():
        decisive |= first_here
        active = start[np.maximum.accumulate(np.where(decisive, np.arange(len(at)), 0))]
    before = np.empty_like(active)
    before[1:] = active[:-1]
    before[first_here] = False
    closing = before & (ends | resets)
    opening = (start & (~before | ends | resets)) | (before & resets & ~ends)
    opens, closes = at[opening], at[closing]
    if metric.pause is None:
        return Moves(*_once(block, opens, closes, metric), None, None)
    state = np.where(active, np.where((here & PAUSE) != 0, np.uint8(State.PAUSED), np.uint8(State.RUNNING)), np.uint8(State.STOPPED))
    return Moves(*_once(block, opens, closes, metric), at, state)


def _once(block: Block, opens: Ints, closes: Ints, metric: Metric) -> tuple[Ints, Ints]:
    """Only the first cycle of each ticket, for a clock that does not repeat."""
    if metric.repeats:
        return opens, closes
    return opens[_leads(block.ticket[opens])], closes[_leads(block.ticket[closes])]


def _leads(ticket: Ints) -> Bools:
    leads = np.ones(len(ticket), np.bool_)
    np.not_equal(ticket[1:], ticket[:-1], out=leads[1:])
    return leads


def lock_step(block: Block, mask: NDArray[np.uint8], metric: Metric) -> Moves:
    """For any table: the first event of every ticket, then the second of every ticket, and so on.

    Only events that can move the clock are taken; tickets are ordered by how many they have, so
    that those still going on are always the first ones.
    """
    table, effects = _flat(metric)
    movable = np.array([_movable(metric, given) for given in range(MASKS)])
    at = np.flatnonzero(movable[mask])
    here = mask[at].astype(np.intp)
    per_ticket = np.bincount(block.ticket[at], minlength=len(block.starts))
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
    return Moves(at[(effect & Effect.OPEN) != 0], at[(effect & Effect.CLOSE) != 0], at, after)


def _flat(metric: Metric) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rows = TABLES[metric.repeats]
    cells = [rows[state][mask] for state in range(STATES) for mask in range(MASKS)]
    return np.array([after for after, _ in cells], np.uint8), np.array([effect for _, effect in cells], np.uint8)


def _movable(metric: Metric, mask: int) -> bool:
    rows = TABLES[metric.repeats]
    return any(rows[state][mask] != (State(state), Effect.NONE) for state in range(STATES)) or bool(mask & (PAUSE | RESUME) and metric.pause)
