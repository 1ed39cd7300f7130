"""States that hold from one event to a later one, for all events of a block at once.

Take the events as the binary digits of a sum, the earliest as the lowest: a digit that sets a state is
1 + 1 and always carries, one that neither sets nor releases it is 1 + 0 and hands a carry on, one that
releases it is 0 + 0 and swallows the carry. Whether the state holds is the carry, and one addition of long
integers works all of them out.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from slakit.columns.block import Bools


def held_before(sets: Bools, releases: Bools) -> Bools:
    """Whether each event finds a state holding that an earlier event has set and none since has released.

    Args:
        sets: bool[n], the events after which the state holds, whatever was before; or one row a state, bool[states, n].
        releases: likewise, those of the others after which it does not hold. The last event of a row with another behind it must release and not set.

    Returns:
        bool, as many; nothing holds before the first event.
    """
    return next(each_held_before((sets,), releases))


def each_held_before(each_sets: Iterable[Bools], releases: Bools) -> Iterator[Bools]:
    """As `held_before`, for several states that the same events release."""
    handing_on = _number(~releases)
    for sets in each_sets:
        carrying = _number(sets)
        handing = handing_on | carrying
        carries = (handing + carrying) ^ handing ^ carrying
        digits = np.frombuffer(carries.to_bytes(sets.size // 8 + 1, "little"), np.uint8)
        yield np.unpackbits(digits, count=sets.size, bitorder="little").view(np.bool_).reshape(sets.shape)


def _number(digits: Bools) -> int:
    return int.from_bytes(np.packbits(digits, bitorder="little").data, "little")
