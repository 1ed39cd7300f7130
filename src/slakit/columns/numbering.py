"""Numbers that stand for few distinct things: telling them apart."""

from typing import Any

import numpy as np

from slakit.columns.block import Ints

_FEW = 1 << 16
"""Numbers up to this are told apart by counting them."""


def distinct(numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct numbers (from -1 on), ascending, where each is found, and per element which of them it is."""
    if len(numbers) and numbers[0] == numbers.max() == numbers.min():
        return numbers[:1], np.zeros(1, np.int64), np.zeros(len(numbers), np.int64)
    if int(numbers.max(initial=-1)) > _FEW + len(numbers):
        found, where, which = np.unique(numbers, return_index=True, return_inverse=True)
        return found, where, which.reshape(-1)
    present = np.bincount(numbers + 1) != 0
    where = np.empty(len(present), np.int64)
    where[numbers + 1] = np.arange(len(numbers))
    found = np.flatnonzero(present)
    return found - 1, where[found], (np.cumsum(present) - 1)[numbers + 1]


def told_apart(value: Any) -> Any:
    """What equal values have in common, also of values that cannot be hashed, such as lists."""
    try:
        hash(value)
    except TypeError:
        return type(value), repr(value)
    return value


def combined(of: Ints, further: Ints, count: int) -> Ints:
    """One number for each pair of numbers, small again where they have grown large.

    Args:
        of: the first of each pair, from 0 on.
        further: the second, from 0 to ``count``.
        count: how many values ``further`` can have, less one.
    """
    of = of * (count + 1) + further
    return distinct(of)[2] if int(of.max(initial=0)) > _FEW + len(of) else of
