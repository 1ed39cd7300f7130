"""A penalty rule: what a breach of a target costs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, NoReturn, get_args

import attrs

from slakit._time import DAY, HOUR, MINUTE, SECOND, fixed_span, span_text, zone
from slakit._value import value
from slakit.errors import MoneyError, PenaltyError, TimeError, did_you_mean
from slakit.events.conditions import Conditions
from slakit.money import ROUNDINGS, Money, Rounding, decimal
from slakit.penalty.bands import Band, attainment_bands, count_bands, overrun_bands
from slakit.penalty.rates import Rates
from slakit.penalty.share import Amount, Share, amount
from slakit.schedule import Schedule

Partial = Literal["exact", "floor", "ceil", "nearest"]
UNITS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}
PER_BREACH = "breach"
OPTIONS: dict[str, tuple[Any, ...]] = {
    "partial": get_args(Partial),
    "partial_on": ("line", "sum"),
    "grace_mode": ("deductible", "cliff"),
    "clock": ("working", "wall"),
    "grace_clock": (None, "working", "wall"),
    "tier_mode": ("marginal", "slab"),
    "cap_mode": ("pro_rata", "first_come", "highest_first"),
    "overlap": ("sum", "max", "first"),
    "rounding": ROUNDINGS,
    "round_on": ("line", "total"),
    "rate_at": ("breach", "accrual"),
}
CHARGES = ("rate", "flat", "tiers", "attainment", "counts")


def _metric(given: Any) -> str:
    return given if isinstance(given, str) else str(given.name)


def _span(given: Any) -> int:
    if given is None or (type(given) is int and given == 0):
        return 0
    return fixed_span(given)


def _optional_amount(given: Any) -> Amount | None:
    return None if given is None else amount(given, what="amount")


@value(repr=False)
class Penalty:
    """What a breach of one metric's target costs.

    Exactly one of ``rate``, ``flat``, ``tiers``, ``attainment`` and ``counts`` says how much. Every amount is
    `Money`, or a share of a fee (``"10%"``, ``Share``); text such as ``"50,000 IRR"`` is read.

    Attributes:
        metric: id of the clock.
        name: how ledgers speak of the rule; empty: the metric.
        rate: amount a unit of overrun; or a mapping of dates (in ``tz``) to the amounts from then on.
        per: the unit: ``"second"``, ``"minute"``, ``"hour"``, ``"day"`` (24 hours of the clock) or a span such as ``"15m"``;
            for tiers also ``"breach"``: each tier's amount is charged once.
        flat: amount a breach; or a mapping as for ``rate``.
        tiers: (upper, rate) rows, or (lower, upper, rate) rows, each holding on overruns in ``(lower, upper]``; see
            `slakit.penalty.bands.overrun_bands`.
        tier_mode: ``"marginal"``: each part of the overrun at the rate of its tier; ``"slab"``: all of it at the rate of the tier reached.
        attainment: (lower, upper, amount) rows, each holding on a period's attainment in ``[lower, upper)``.
        counts: (first, last, amount) rows on a period's number of breaches.
        partial: what a started unit counts: ``"exact"``, ``"floor"``, ``"ceil"`` or ``"nearest"`` (halves up).
        partial_on: ``"line"``: for each cycle; ``"sum"``: for the units of all cycles together.
        grace: overrun that is not charged (span).
        grace_mode: ``"deductible"``: only what is beyond the grace is charged; ``"cliff"``: once passed, all of it.
        clock: ``"working"``: overrun on the target's clock; ``"wall"``: from the breach to the stop, less pauses and exclusions.
        schedule: count the overrun in this working time instead.
        grace_clock: the clock of the grace, where it is not ``clock``.
        grace_schedule: the working time of the grace, where it is not ``schedule``.
        minimum: the least that a charged cycle costs.
        cap: the most that a cycle costs.
        cap_per_ticket: the most that a ticket costs.
        cap_per_period: the most that a period costs.
        cap_mode: who bears a cap of ticket or period: ``"pro_rata"`` (largest remainder), ``"first_come"``, ``"highest_first"``.
        pool: rules of the same pool share their caps per ticket and period (the least that any of them has).
        overlap: among the metrics of a ticket (rules of one policy with the same mode): ``"sum"``, the greatest (``"max"``) or the one charged first (``"first"``).
        quantum: what amounts are rounded to a multiple of; None: the currency's smallest amount.
        rounding: mode, see `slakit.money.whole`.
        round_on: ``"line"``: each cycle's charge is rounded; ``"total"``: only their sum.
        repeat: factor on the charges of a period where one of the ``repeat_within`` periods before it was charged too.
        repeat_within: how many periods a repetition is remembered.
        earn_back: share of a period's charge given back where the attainment of each of the ``earn_back_periods`` periods
            after it is at least ``earn_back_at``.
        earn_back_at: that attainment, e.g. ``"99%"``.
        earn_back_periods: how many periods.
        by: field of the ticket by which attainment, counts, period caps, repetition and fees are kept apart, e.g. ``"customer"``.
        when: conditions on the ticket's fields (and ``priority``) for the rule to apply.
        rate_at: a rate that changes is that of the breach (``"breach"``), or of each moment of the overrun (``"accrual"``).
        tz: zone of the dates of ``rate`` and ``flat``.
    """

    metric: str = attrs.field(converter=_metric)
    name: str = attrs.field(default="", kw_only=True)
    rate: Any = attrs.field(default=None, kw_only=True)
    per: Any = attrs.field(default="minute", kw_only=True)
    flat: Any = attrs.field(default=None, kw_only=True)
    tiers: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(overrun_bands))
    tier_mode: str = attrs.field(default="marginal", kw_only=True)
    attainment: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(attainment_bands))
    counts: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(count_bands))
    partial: str = attrs.field(default="exact", kw_only=True)
    partial_on: str = attrs.field(default="line", kw_only=True)
    grace: Any = attrs.field(default=0, kw_only=True, converter=_span)
    grace_mode: str = attrs.field(default="deductible", kw_only=True)
    clock: str = attrs.field(default="working", kw_only=True)
    schedule: Schedule | None = attrs.field(default=None, kw_only=True)
    grace_clock: str | None = attrs.field(default=None, kw_only=True)
    grace_schedule: Schedule | None = attrs.field(default=None, kw_only=True)
    minimum: Any = attrs.field(default=None, kw_only=True, converter=_optional_amount)
    cap: Any = attrs.field(default=None, kw_only=True, converter=_optional_amount)
    cap_per_ticket: Any = attrs.field(default=None, kw_only=True, converter=_optional_amount)
    cap_per_period: Any = attrs.field(default=None, kw_only=True, converter=_optional_amount)
    cap_mode: str = attrs.field(default="pro_rata", kw_only=True)
    pool: str | None = attrs.field(default=None, kw_only=True)
    overlap: str = attrs.field(default="sum", kw_only=True)
    quantum: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(decimal))
    rounding: Rounding = attrs.field(default="half_up", kw_only=True)
    round_on: str = attrs.field(default="line", kw_only=True)
    repeat: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(decimal))
    repeat_within: int = attrs.field(default=1, kw_only=True)
    earn_back: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(Share))
    earn_back_at: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(Share))
    earn_back_periods: int = attrs.field(default=1, kw_only=True)
    by: str | None = attrs.field(default=None, kw_only=True)
    when: Any = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(Conditions.of))
    rate_at: str = attrs.field(default="breach", kw_only=True)
    tz: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a rule that contradicts itself; every message names the rule and the key."""
        for key, allowed in OPTIONS.items():
            if getattr(self, key) not in allowed:
                given = getattr(self, key)
                self._refuse(key, f"={given!r}: {did_you_mean(given, [one for one in allowed if one])}", "unknown_option")
        if self.tz is not None:
            zone(self.tz)
        if self.grace < 0:
            self._refuse("grace", " is below zero: give a span of zero or more", "bad_grace")
        self._check_charge()
        self._check_unit()
        self._check_caps()
        self._check_periods()

    def _check_charge(self) -> None:
        for key in ("rate", "flat"):
            if getattr(self, key) is not None:
                object.__setattr__(self, key, Rates.of(getattr(self, key), what=f"penalty on {self.metric!r}, {key}", tz=self.tz))
        said = [key for key in CHARGES if getattr(self, key) is not None]
        if not said:
            self._refuse("rate", f" is missing: say what a breach costs, with one of {', '.join(CHARGES)}", "no_charge")
        if len(said) > 1:
            self._refuse(said[1], f" stands beside {said[0]}: one rule has one of them; add a second Penalty", "several_charges")

    def _check_unit(self) -> None:
        if self.per == PER_BREACH:
            if self.tiers is None:
                self._refuse("per", "='breach' is for tiers only: write flat= for an amount a breach", "bad_per")
        elif self.per_us <= 0:
            self._refuse("per", f"={self.per!r} is no positive span: use {', '.join(UNITS)} or e.g. '15m'", "bad_per")
        if isinstance(self.per, timedelta):
            object.__setattr__(self, "per", span_text(self.per_us))

    def _check_caps(self) -> None:
        currencies = {given.currency for given in self.amounts if isinstance(given, Money)}
        if len(currencies) > 1:
            message = f"penalty on {self.metric!r}: {' and '.join(sorted(currencies))} in one rule: bring its amounts into one currency"
            raise MoneyError(message, code="mixed_currencies", currencies=tuple(sorted(currencies)))
        if self.quantum is not None and self.quantum <= 0:
            self._refuse("quantum", f"={self.quantum} is not positive: give what amounts are rounded to", "bad_quantum")
        for key in ("cap", "cap_per_ticket", "cap_per_period"):
            most, least = getattr(self, key), self.minimum
            if isinstance(most, Money) and isinstance(least, Money) and most < least:
                self._refuse(key, f" ({most}) is below minimum ({least}): raise the one or lower the other", "cap_below_minimum")
        if self.partial_on == "sum":
            alone = self.rate is not None and self.rate.single is not None
            others = (self.minimum, self.cap, self.cap_per_ticket)
            if not alone or self.overlap != "sum" or any(other is not None for other in others):
                trouble = "='sum' goes with a single rate, without minimum, caps per cycle or ticket and overlap: use partial_on='line'"
                self._refuse("partial_on", trouble, "bad_partial")

    def _check_periods(self) -> None:
        if self.repeat is not None and self.repeat < 1:
            self._refuse("repeat", f"={self.repeat} is below 1: give the factor on a repeated period's charges, e.g. 2", "bad_repeat")
        for key in ("repeat_within", "earn_back_periods"):
            if type(getattr(self, key)) is not int or getattr(self, key) < 1:
                self._refuse(key, f"={getattr(self, key)!r}: give a whole number of periods from 1", "bad_periods")
        if (self.earn_back is None) != (self.earn_back_at is None):
            self._refuse("earn_back", " needs both earn_back= (the share) and earn_back_at= (the attainment)", "bad_earn_back")
        if self.earn_back is not None and self.earn_back.fraction > 1:
            self._refuse("earn_back", f"={self.earn_back} is more than the charge: give at most '100%'", "bad_earn_back")

    def _refuse(self, key: str, trouble: str, code: str) -> NoReturn:
        message = f"penalty on {self.metric!r}: {key}{trouble}"
        raise PenaltyError(message, code=code, metric=self.metric, key=key) from None

    @property
    def title(self) -> str:
        """The name, or the metric."""
        return self.name or self.metric

    @property
    def per_us(self) -> int:
        """The unit of overrun, us; 0 for an amount a breach."""
        if self.per == PER_BREACH:
            return 0
        if isinstance(self.per, str) and self.per in UNITS:
            return UNITS[self.per]
        try:
            return fixed_span(self.per)
        except TimeError:
            self._refuse("per", f"={self.per!r}: {did_you_mean(self.per, UNITS)}, or a span such as '15m'", "bad_per")

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Every amount that the rule speaks of."""
        bands: tuple[Band, ...] = self.tiers or self.attainment or self.counts or ()
        rates: tuple[Amount, ...] = (self.rate or self.flat).amounts if self.rate or self.flat else ()
        limits = (self.minimum, self.cap, self.cap_per_ticket, self.cap_per_period)
        return (*rates, *(band.amount for band in bands), *(limit for limit in limits if limit is not None))

    @property
    def of_period(self) -> bool:
        """Whether it charges a period as a whole, by its attainment or its number of breaches."""
        return self.attainment is not None or self.counts is not None

    @property
    def remembers(self) -> bool:
        """Whether a period's charge depends on the periods before it."""
        return self.repeat is not None or self.earn_back is not None

    @property
    def wording(self) -> str:
        """The rule as a contract says it, in English; see `text`."""
        return self.text()

    def text(self, language: str = "en") -> str:
        """The rule as a contract says it.

        Args:
            language: ``"en"`` or ``"fa"``.

        Raises:
            QueryError: ``unknown_language``.
        """
        from slakit.language import Language  # noqa: PLC0415 - only statements need it
        from slakit.penalty.wording import wording  # noqa: PLC0415 - likewise

        return wording(self, Language(language))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back; keys at their defaults are left out."""
        from slakit.penalty.plain import to_plain  # noqa: PLC0415 - only contracts on paper need it

        return to_plain(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Penalty":
        """Read what `to_dict` gives, or what a caller read from a file of that shape.

        Raises:
            PenaltyError: ``unknown_key``, ``missing_key``, and as the constructor.
        """
        from slakit.penalty.plain import from_plain  # noqa: PLC0415 - only contracts on paper need it

        return from_plain(cls, plain)

    def __repr__(self) -> str:
        """A sentence: the rule as a contract says it."""
        return f"<Penalty: {self.wording}>"
