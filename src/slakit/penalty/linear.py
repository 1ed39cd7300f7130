"""Many breaches at once under the common rule, a rate a unit of overrun: exact integers, no floats."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._value import value
from slakit.money import Money, quantum_of, whole
from slakit.penalty.rule import PER_BREACH, Penalty

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAFE = 1 << 62
_HALF = 32


def is_linear(rule: Penalty) -> bool:
    """Whether a rule charges each breach by its overrun alone, so that `linear_charges` can work it out."""
    plain = rule.rate is not None and isinstance(rule.rate.single, Money) and rule.per != PER_BREACH and rule.clock == "working"
    fixed = isinstance(rule.cap, Money) or rule.cap is None
    none = (
        rule.schedule, rule.grace_clock, rule.grace_schedule, rule.minimum, rule.cap_per_ticket, rule.cap_per_period, rule.pool, rule.when, rule.by,
        rule.repeat, rule.earn_back,
    )  # fmt: skip
    alone = rule.overlap == "sum" and (rule.partial_on == "line" or rule.partial == "exact")
    return plain and fixed and alone and not any(given is not None for given in none)


@value(eq=False, repr=False)
class LinearCharges:
    """What many breaches cost under one rule.

    Attributes:
        quanta: int64, each charge in whole quanta of the rule; Python integers where they are beyond int64.
        exact: the sum of the exact charges.
        total: the sum as it is charged: of the rounded charges, or rounded once where the rule says so.
    """

    quanta: "NDArray[Any]"
    exact: Fraction
    total: Money


def linear_charges(overrun_us: "NDArray[np.int64]", rule: Penalty) -> LinearCharges:
    """The charges of breaches under a rule for which `is_linear` holds; the same as one by one, to the last quantum.

    Args:
        overrun_us: overrun of each breach, us, not negative.
        rule: the rule.
    """
    price: Money = rule.rate.single
    quantum = Fraction(quantum_of(price.currency) if rule.quantum is None else rule.quantum)
    counted = _charged(np.asarray(overrun_us, np.int64), rule)
    per = rule.per_us
    if rule.partial != "exact":
        added = {"floor": 0, "ceil": per - 1, "nearest": per // 2}[rule.partial]
        counted, per = (2 * counted + per) // (2 * per) if rule.partial == "nearest" and per % 2 else (counted + added) // per, 1
    each = Fraction(price.amount) / per / quantum
    if rule.cap is not None:
        most = int(Fraction(rule.cap.amount) // quantum)
        limit = whole(most / each, "floor") + 1 if each else 0
        capped = counted >= limit if each else np.zeros(len(counted), np.bool_)
        counted_below = np.where(capped, 0, counted)
    else:
        most, capped, counted_below = 0, np.zeros(len(counted), np.bool_), counted
    quanta = _scaled(counted_below, each.numerator, each.denominator, rule.rounding)
    exact_quanta = _sum(counted_below) * each + most * int(capped.sum())
    if capped.any():
        quanta = np.where(capped, most, quanta)
    summed = _sum(quanta) if rule.round_on == "line" else whole(exact_quanta, rule.rounding)
    return LinearCharges(quanta, exact_quanta * quantum, Money.of(summed * quantum, price.currency, quantum=rule.quantum))


def _charged(overrun: "NDArray[np.int64]", rule: Penalty) -> "NDArray[np.int64]":
    if not rule.grace:
        return overrun
    charged: NDArray[np.int64] = overrun if rule.grace_mode == "cliff" else overrun - rule.grace
    return np.where(overrun > rule.grace, charged, 0)


def _scaled(counted: "NDArray[np.int64]", times: int, over: int, mode: str) -> "NDArray[Any]":
    """``counted * times / over`` rounded, of numbers not below zero."""
    below: NDArray[Any]
    largest = int(counted.max(initial=0))
    if (largest // over + 1) * times >= _SAFE or 2 * over * times + over >= _SAFE:
        return np.array([whole(Fraction(one * times, over), mode) for one in counted.tolist()], object)  # type: ignore[arg-type]
    full, rest = np.divmod(counted, over)
    below, left = np.divmod(rest * times, over)
    below += full * times
    if mode in {"down", "floor"}:
        return below
    if mode in {"up", "ceiling"}:
        return below + (left > 0)
    if mode == "half_up":
        return below + (2 * left >= over)
    if mode == "half_down":
        return below + (2 * left > over)
    raised: NDArray[np.bool_] = (2 * left > over) | ((2 * left == over) & (below % 2 == 1))
    below += raised
    return below


def _sum(counted: "NDArray[Any]") -> int:
    """An exact sum of numbers not below zero, also where int64 would wrap."""
    if counted.dtype == object or not len(counted) or int(counted.max()) < _SAFE // len(counted):
        return int(counted.sum())
    return (int((counted >> _HALF).sum()) << _HALF) + int((counted & ((1 << _HALF) - 1)).sum())
