"""Who bears a cap, and which of several metrics of a ticket is charged."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from slakit.errors import MoneyError
from slakit.money import share_out
from slakit.penalty.charge import Item, floored
from slakit.penalty.fees import Fees
from slakit.penalty.phrases import INSTEAD


def limited(values: Sequence[Fraction], limit: Fraction, mode: str, quantum: Fraction | None) -> list[Fraction]:
    """Amounts brought down to a limit; what is below zero already stays and makes room.

    Args:
        values: the amounts, in order of breach.
        limit: the most that they may sum to.
        mode: ``"pro_rata"``, ``"first_come"`` or ``"highest_first"``; equals go by order.
        quantum: shares are whole multiples of it, by largest remainder; None: exact.
    """
    if sum(values) <= limit:
        return list(values)
    room = limit - sum(amount for amount in values if amount < 0)
    places = [place for place, amount in enumerate(values) if amount > 0]
    out = list(values)
    if mode == "pro_rata":
        whole = sum(values[place] for place in places)
        if quantum is None:
            for place in places:
                out[place] = values[place] * room / whole
        else:
            shares = share_out(int(room // quantum), [values[place] for place in places])
            for place, share in zip(places, shares, strict=True):
                out[place] = share * quantum
        return out
    if mode == "highest_first":
        places.sort(key=lambda place: -values[place])
    for place in places:
        out[place] = min(values[place], room)
        room -= out[place]
    return out


def cap_items(kind: str, attribute: str, items: Sequence[Item], fees: Fees, period: str | None) -> None:
    """Bring items that share a cap down to it.

    Args:
        kind: what the step is called.
        attribute: which cap of their rules; the least where the rules of a pool differ.
        items: in order of breach.
        fees: what a share is taken of.
        period: label of the period, for its fee.
    """
    limits = []
    for item in {item.place: item for item in items}.values():
        given = getattr(item.rule, attribute)
        if given is not None:
            most, currency = fees.price(given, item.rule, item.place.policy, item.group, period)
            _one_currency(items, currency)
            limits.append(floored(most, item.quantum))
    if not limits:
        return
    by_line = all(item.rule.round_on == "line" for item in items)
    quantum = max(item.quantum for item in items) if by_line else None
    for item, amount in zip(items, limited([item.value for item in items], min(limits), items[0].rule.cap_mode, quantum), strict=True):
        item.to(kind, amount)


def _one_currency(items: Iterable[Item], currency: str) -> None:
    others = {item.currency for item in items} - {currency}
    if others:
        names = ", ".join(sorted({item.rule.title for item in items}))
        message = (
            f"{names} share a limit but are charged in {currency} and {', '.join(sorted(others))}: give one currency, or separate pools"
        )
        raise MoneyError(message, code="mixed_currencies", currencies=(currency, *sorted(others)))


def settle_overlaps(items: Iterable[Item]) -> None:
    """Among the metrics of one ticket keep the greatest or the one charged first, as their rules say."""
    groups: dict[tuple[Any, ...], list[Item]] = {}
    for item in items:
        if item.rule.overlap != "sum" and item.breach is not None:
            groups.setdefault((item.place.policy, item.rule.overlap, item.breach.ticket), []).append(item)
    for (_, mode, _), held in groups.items():
        sums: dict[str, Fraction] = {}
        for item in sorted(held, key=lambda item: (item.since_us, item.at)):
            if item.value > 0:
                sums[item.rule.metric] = sums.get(item.rule.metric, Fraction(0)) + item.value
        if len(sums) > 1:
            _one_currency(held, held[0].currency)
            kept = max(sums, key=lambda metric: sums[metric]) if mode == "max" else next(iter(sums))
            for item in held:
                if item.rule.metric != kept:
                    item.note = INSTEAD.text(metric=kept)
                    item.to("overlap", Fraction(0))
