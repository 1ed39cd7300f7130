"""What every situation means to one clock beyond the conditions that it meets, as arrays by the number of the situation."""

from collections.abc import Sequence

import numpy as np

from slakit.columns.block import Ints
from slakit.machine.metric import Symbol
from slakit.machine.table import CANCEL, STOP, State


class Meanings:
    """What a cycle is by the situation that ends or opens it, to one clock.

    Attributes:
        cause: uint16, number of the cause for which it ends a cycle.
        state: uint8, the `State` of a cycle that it ends.
        anchor: uint8, the `Anchor` of a cycle that it opens.
    """

    def __init__(self, size: int) -> None:
        """Know nothing yet of some situations."""
        self.cause = np.zeros(size, np.uint16)
        self.state = np.zeros(size, np.uint8)
        self.anchor = np.zeros(size, np.uint8)

    def learn(self, numbers: Ints, symbols: Sequence[Symbol], causes: Sequence[int]) -> None:
        """Note what some situations mean.

        Args:
            numbers: of the situations.
            symbols: what each means.
            causes: numbers of the symbols' causes.
        """
        more = int(numbers.max()) + 1 - len(self.state)
        if more > 0:
            more += len(self.state) // 8
            self.cause, self.state, self.anchor = (
                np.append(known, np.zeros(more, known.dtype)) for known in (self.cause, self.state, self.anchor)
            )
        mask = np.array([symbol.mask for symbol in symbols], np.uint8)
        self.cause[numbers] = causes
        self.state[numbers] = np.where((mask & (STOP | CANCEL)) == STOP, np.uint8(State.STOPPED), np.uint8(State.CANCELLED))
        self.anchor[numbers] = [symbol.anchor for symbol in symbols]
