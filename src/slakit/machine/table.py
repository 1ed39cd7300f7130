"""States, effects, and the total transition table that every clock shares.

A clock's conditions turn an event into a *mask*: which of start, pause, resume, stop, reset,
cancel and rebase it meets. The table says, for each state and each mask, the next state and what
happens to the cycle. Precedence (SPEC 4.1): cancel > stop > reset > pause > start; after a stop or
a cancel the same event is offered to the start condition.
"""

from enum import IntEnum

START, PAUSE, RESUME, STOP, RESET, CANCEL, REBASE = 1, 2, 4, 8, 16, 32, 64
MASKS = 128


class State(IntEnum):
    """Where a clock stands; also the phase of a cycle once it has begun."""

    IDLE = 0
    RUNNING = 1
    PAUSED = 2
    STOPPED = 3
    CANCELLED = 4

    @property
    def text(self) -> str:
        """The name as it stands in results."""
        return self.name.lower()


class Effect(IntEnum):
    """What an event does to the cycles of a clock, as bits."""

    NONE = 0
    OPEN = 1
    """A cycle begins (after a close: the next one)."""
    CLOSE = 2
    """The running cycle ends."""
    PAUSE = 4
    RESUME = 8
    REBASE = 16
    """The running cycle dates from an earlier wait."""


ACTIVE = (State.RUNNING, State.PAUSED)
STATES = len(State)


def transition(state: State, mask: int, *, repeats: bool) -> tuple[State, int]:
    """The next state and the effects (`Effect` bits) of one event.

    Args:
        state: the state before it.
        mask: the conditions that the event meets.
        repeats: whether the clock may start again after its first cycle.
    """
    opened = State.PAUSED if mask & PAUSE else State.RUNNING
    if state not in ACTIVE:
        if mask & START and (repeats or state is State.IDLE):
            return opened, Effect.OPEN
        return state, Effect.NONE
    if mask & (CANCEL | STOP):
        ended = State.CANCELLED if mask & CANCEL else State.STOPPED
        if mask & START and repeats:
            return opened, Effect.CLOSE | Effect.OPEN
        return ended, Effect.CLOSE
    if mask & RESET:
        return opened, Effect.CLOSE | Effect.OPEN
    rebase = Effect.REBASE if mask & REBASE else Effect.NONE
    if state is State.RUNNING and mask & PAUSE:
        return State.PAUSED, Effect.PAUSE | rebase
    if state is State.PAUSED and mask & RESUME and not mask & PAUSE:
        return State.RUNNING, Effect.RESUME | rebase
    return state, rebase


def table(*, repeats: bool) -> tuple[tuple[tuple[State, int], ...], ...]:
    """The whole table: ``table[state][mask] -> (next state, effects)``; total by construction."""
    return tuple(tuple(transition(state, mask, repeats=repeats) for mask in range(MASKS)) for state in State)


TABLES = {repeats: table(repeats=repeats) for repeats in (False, True)}
