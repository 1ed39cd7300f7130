"""The events that an interpreter takes at a time, and the types of their columns."""

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Numbers = NDArray[np.integer[Any]]


@attrs.define(eq=False)
class Block:
    """Events of whole tickets, in canonical order.

    Attributes:
        source: the columns that the block is a part of.
        events: where its events stand there.
        tickets: the codes of its tickets there.
        ticket: int32[n], consecutive numbers of the block's tickets, ascending from 0.
        starts: int64[tickets], index of each ticket's first event.
        at: int64[n], us.
        kind: uint8[n].
        role: uint8[n].
        public: bool[n].
        category: uint8[n], 0 where the event carries no status.
        borders: bool[n + 1], which events are the first of their ticket; the last stands for what would come behind the block.
    """

    source: "EventColumns"
    events: slice
    tickets: slice
    ticket: NDArray[np.int32]
    starts: Ints
    at: Ints
    kind: Bytes
    role: Bytes
    public: Bools
    category: Bytes
    borders: Bools = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Mark where tickets begin."""
        self.borders = np.zeros(len(self.at) + 1, np.bool_)
        self.borders[self.starts] = True
        self.borders[-1] = True

    def coded(self, key: str) -> tuple[NDArray[np.int32], list[Any]]:
        """The codes of a key for the block's events (-1: absent) and the values they stand for."""
        codes, names = self.source.coded(key)
        return codes[self.events], names

    def __len__(self) -> int:
        """Number of events."""
        return len(self.at)


def where(flags: Bools) -> Ints:
    """The indices of what is flagged: `numpy.flatnonzero` without what that does besides, which costs as much as some thousand flags."""
    return flags.nonzero()[0]


def leads(ticket: Numbers) -> Bools:
    """Which elements are the first of their ticket."""
    first = np.empty(len(ticket), np.bool_)
    first[:1] = True
    np.not_equal(ticket[1:], ticket[:-1], out=first[1:])
    return first
