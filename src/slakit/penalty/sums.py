"""Started units counted over all cycles together, and totals rounded once: what depends on a running sum."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from slakit._value import value
from slakit.money import whole
from slakit.penalty.charge import PARTIALS, Item


@value(eq=False)
class Sum:
    """What counting the units of all cycles together adds to their charges.

    Attributes:
        item: one of the items, for its rule, group and currency.
        units: units added.
        exact: amount added, exactly.
        quanta: amount added, in whole quanta.
    """

    item: Item
    units: Fraction
    exact: Fraction
    quanta: int


Sums = dict[tuple[Any, ...], Sum]


def sums_of(items: Iterable[Item]) -> Sums:
    """By place, group and price of a unit, what counting started units on the sum adds."""
    together: dict[tuple[Any, ...], list[Item]] = {}
    for item in items:
        if item.rule.partial_on == "sum" and item.rule.partial != "exact" and item.units:
            together.setdefault((item.place, item.group, item.steps[0].exact / item.units if item.steps else Fraction(0)), []).append(item)
    found: Sums = {}
    for key, held in together.items():
        exact = sum((item.units for item in held), Fraction(0))
        units = Fraction(whole(exact, PARTIALS[held[0].rule.partial]))  # type: ignore[arg-type]
        owed = units * key[2]
        found[key] = Sum(
            held[0],
            units - exact,
            owed - sum((item.value for item in held), Fraction(0)),
            whole(owed / held[0].quantum, held[0].rule.rounding) - sum(item.quanta for item in held),
        )
    return found
