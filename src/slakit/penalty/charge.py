"""The charge of one breach under one rule: units, rate, exact amount, and every step that changed it."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from slakit.money import quantum_of, whole
from slakit.penalty.bands import band_up_to, filled
from slakit.penalty.breach import Breach
from slakit.penalty.fees import Fees, Price
from slakit.penalty.overrun import Charged
from slakit.penalty.phrases import TIMES, rate_text
from slakit.penalty.rule import Penalty
from slakit.penalty.share import Amount
from slakit.penalty.wording import priced, unit

PARTIALS = {"floor": "floor", "ceil": "ceiling", "nearest": "half_up"}


class Place(NamedTuple):
    """Where a rule stands.

    Attributes:
        policy: name of the policy; empty: of any.
        version: which version of it; empty: any.
        number: number of the rule in the policy.
    """

    policy: str
    version: str
    number: int


class Step(NamedTuple):
    """One change of a charge.

    Attributes:
        kind: what changed it, e.g. ``"charge"`` or ``"cap_ticket"``.
        exact: by how much, exactly.
        quanta: by how much, in whole quanta.
    """

    kind: str
    exact: Fraction
    quanta: int


class Item:
    """An amount on its way through the rules: its steps, and what they come to.

    Attributes:
        place: where its rule stands.
        rule: the rule.
        group: value of the rule's ``by`` field.
        currency: code of the currency.
        quantum: what amounts are rounded to a multiple of.
        steps: the changes so far.
        value: what it comes to; whole quanta where the rule rounds each line.
        quanta: what it comes to, rounded to quanta.
        breach: the breach behind it, None for what concerns a whole period.
        at: what charges are ordered by: instant of the breach, then ticket, clock, cycle and rule; empty without a breach.
        since_us: the instant from which it is charged: the breach, or the end of the grace, us.
        over_us: overrun on the rule's clock, us.
        charged_us: overrun that is charged, us.
        units: units that are charged.
        rate: what a unit costs, in words.
        note: what else is to be said.
    """

    __slots__ = (
        "at", "breach", "charged_us", "currency", "group", "note", "over_us", "place", "quanta", "quantum", "rate", "rule", "since_us", "steps", "units",
        "value",
    )  # fmt: skip

    def __init__(self, place: Place, rule: Penalty, group: Any, currency: str, breach: Breach | None = None) -> None:
        """Nothing so far."""
        self.place, self.rule, self.group, self.currency, self.breach = place, rule, group, currency, breach
        self.quantum = Fraction(quantum_of(currency) if rule.quantum is None else rule.quantum)
        self.steps: list[Step] = []
        self.value, self.quanta = Fraction(0), 0
        self.at: tuple[Any, ...] = () if breach is None else (breach.breached_us, breach.ticket, breach.metric, breach.ordinal, place)
        self.since_us = self.over_us = self.charged_us = 0
        self.units = Fraction(0)
        self.rate = self.note = ""

    def to(self, kind: str, amount: Fraction) -> None:
        """Change the amount to another, as a step of its own; nothing where it stays."""
        if amount != self.value:
            quanta = whole(amount / self.quantum, self.rule.rounding)
            self.steps.append(Step(kind, amount - self.value, quanta - self.quanta))
            self.value, self.quanta = amount, quanta

    def round_line(self) -> None:
        """From here on count in whole quanta, where the rule rounds each line."""
        if self.rule.round_on == "line":
            self.value = self.quanta * self.quantum

    @property
    def limit_key(self) -> tuple[Any, ...]:
        """What items share a cap per period with."""
        return ("pool", self.rule.pool, self.group) if self.rule.pool is not None else (*self.place, self.group)


def floored(limit: Fraction, quantum: Fraction) -> Fraction:
    """A cap in whole quanta, so that rounding never goes beyond it."""
    return limit // quantum * quantum


def group_of(rule: Penalty, fields: Mapping[str, Any]) -> Any:
    """Value of the rule's ``by`` field; None where it has none."""
    return None if rule.by is None else fields.get(rule.by)


def charge(place: Place, rule: Penalty, breach: Breach, fees: Fees, period: str | None) -> Item | None:
    """What a breach costs under a rule, up to the caps per cycle, rounded where the rule rounds each line.

    Args:
        place: where the rule stands.
        rule: one that charges each breach.
        breach: the breach.
        fees: what shares are taken of.
        period: label of the period in which the breach lies, for its fee.

    Returns:
        None where the rule does not apply to the ticket.
    """
    if rule.when and not rule.when.matches(breach.fields):
        return None
    group = None if rule.by is None else group_of(rule, breach.fields)

    def price(given: Amount) -> Price:
        return fees.price(given, rule, place.policy, group, period)

    charged = Charged(rule, breach)
    parts = _parts(rule, breach, charged) if charged.due else []
    currency = price(parts[0][1] if parts else rule.amounts[0])[1]
    item = Item(place, rule, group, currency, breach)
    item.over_us, item.charged_us = charged.over_us, charged.charged_us
    item.since_us = charged.since_us if rule.overlap == "first" else breach.breached_us
    item.units = sum((units for units, _ in parts), Fraction(0))
    item.rate = _rate_text(rule, parts)
    item.to("charge", sum((units * price(rate)[0] for units, rate in parts), Fraction(0)))
    if item.value and rule.minimum is not None:
        item.to("minimum", max(item.value, price(rule.minimum)[0]))
    if rule.cap is not None:
        item.to("cap_cycle", min(item.value, floored(price(rule.cap)[0], item.quantum)))
    item.round_line()
    return item


def _rounded(rule: Penalty, exact: Fraction) -> Fraction:
    if rule.partial == "exact" or rule.partial_on == "sum":
        return exact
    return Fraction(whole(exact, PARTIALS[rule.partial]))  # type: ignore[arg-type]


def _parts(rule: Penalty, breach: Breach, charged: Charged) -> list[tuple[Fraction, Amount]]:
    """The units with the amount that each costs."""
    if rule.flat is not None:
        return [(Fraction(1), rule.flat.at(breach.breached_us, what=f"penalty {rule.title!r}"))]
    over = charged.charged_us
    if over <= 0:
        return []
    if rule.tiers is not None and not rule.per_us:
        bands = [band_up_to(rule.tiers, over)] if rule.tier_mode == "slab" else [band for band, _ in filled(rule.tiers, over)]
        return [(Fraction(1), band.amount) for band in bands]
    exact = Fraction(over, rule.per_us)
    units = _rounded(rule, exact)
    if rule.tiers is not None and rule.tier_mode == "slab":
        return [(units, band_up_to(rule.tiers, over).amount)]
    parts: list[tuple[Fraction, Amount]]
    if rule.tiers is not None:
        kept = min(units, exact) * rule.per_us
        parts = [(Fraction(within) / rule.per_us, band.amount) for band, within in filled(rule.tiers, kept)]  # type: ignore[arg-type]
        if not parts:
            parts = [(Fraction(0), rule.tiers[0].amount)]
    elif rule.rate.single is not None or rule.rate_at == "breach":
        return [(units, rule.rate.at(breach.breached_us, what=f"penalty {rule.title!r}"))]
    else:
        parts = []
        for since, length in charged.pieces():
            rate = rule.rate.at(since, what=f"penalty {rule.title!r}")
            piece = Fraction(length, rule.per_us)
            parts = [*parts[:-1], (parts[-1][0] + piece, rate)] if parts and parts[-1][1] == rate else [*parts, (piece, rate)]
    return _topped(parts, units)


def _topped(parts: list[tuple[Fraction, Amount]], units: Fraction) -> list[tuple[Fraction, Amount]]:
    """Parts that sum to the rounded units: the last is topped up, or units are taken back from the end."""
    missing = units - sum((held for held, _ in parts), Fraction(0))
    while missing < 0 and parts:
        held, rate = parts.pop()
        if held + missing > 0:
            parts.append((held + missing, rate))
            missing = Fraction(0)
        else:
            missing += held
    if missing and parts:
        parts[-1] = (parts[-1][0] + missing, parts[-1][1])
    return parts


def _rate_text(rule: Penalty, parts: list[tuple[Fraction, Amount]]) -> str:
    if not parts:
        return ""
    each = "breach" if rule.flat is not None or not rule.per_us else unit(rule)
    if len(parts) == 1:
        return rate_text([priced(parts[0][1])], each)
    return rate_text((TIMES.text(units=number(units), amount=priced(rate)) for units, rate in parts), each)


def number(exact: Fraction) -> str:
    """A number for people, exact: as a decimal where it ends soon, else with a fraction, e.g. ``"114 17/30"``."""
    if exact.denominator == 1:
        return f"{exact.numerator:,}"
    places = 6
    if 10**places % exact.denominator == 0:
        return f"{(Decimal(exact.numerator) / Decimal(exact.denominator)).normalize():,f}"
    full, rest = divmod(abs(exact), 1)
    sign = "-" if exact < 0 else ""
    return f"{sign}{full:,} {rest}" if full else f"{sign}{rest}"
