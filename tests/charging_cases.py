"""Small rules, breaches and months that the tests of charging share."""

import pytest

from slakit import Money, Penalty, Schedule
from slakit.calendars import named
from slakit.errors import MoneyError, PenaltyError
from slakit.penalty import Breach, Ledger, Outcome, Share, Standing, assess, assess_periods

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
OFFICE = Schedule.weekly("mon-sun 09:00-17:00", tz="UTC")
MARCH, APRIL, MAY = (named(f"2026-0{month}", tz="UTC") for month in (3, 4, 5))
MONTHS = (MARCH, APRIL, MAY)


class Wall:
    """A meter of wall time, as a judged log would give."""

    def net(self, start, end):
        """Wall time."""
        return end - start

    def met_until(self, start, span):
        """The last instant within a span."""
        return start + span


def rial(amount) -> Money:
    """An amount in rials."""
    return Money(amount, "IRR")


def breach(minutes, *, start=0, spans=None, **options) -> Breach:
    """A breach that runs without a break from ``start``, unless spans are given."""
    over = int(minutes * MINUTE)
    spans = ((start, start + over),) if spans is None else spans
    return Breach("T-1", overrun_us=over, breached_us=start, ended_us=start + over, spans=spans, meter=Wall(), **options)


def cost(rule, *breaches, **options):
    """What breaches cost, as a number."""
    return assess(breaches, rule, **options).total.amount


def code_of(make) -> str:
    """The code of the error that a call raises."""
    with pytest.raises((PenaltyError, MoneyError)) as error:
        make()
    return error.value.code


RULES = [
    Penalty("resolution", rate=rial(50_000), grace="5m", grace_mode="cliff", cap=rial(10**6), partial="ceil", name="delay"),
    Penalty("resolution", rate={"2026-01-01": "1 EUR", "2026-07-01": "2 EUR"}, tz="Asia/Tehran", rate_at="accrual", per="15m"),
    Penalty("resolution", flat=Share("1/3"), by="customer", overlap="max", quantum=1000, rounding="down", round_on="total"),
    Penalty("resolution", tiers=[("60m", rial(1)), (None, rial(2))], tier_mode="slab", schedule=OFFICE, grace="1h", grace_schedule=OFFICE),
    Penalty("first_response", attainment=[(None, "95%", "25%"), ("95%", "99.5%", "10%")], repeat="1.5", cap_per_period="20%", pool="all"),
    Penalty("resolution", counts=[(1, 2, "5%"), (3, None, "10%")], earn_back="50%", earn_back_at="99%", earn_back_periods=2),
    Penalty(
        "resolution",
        rate="2%",
        per="day",
        clock="wall",
        when={"priority": ["urgent", "high"]},
        minimum=Money("0.50", "EUR"),
        cap_mode="first_come",
    ),
    Penalty("resolution", rate=rial(5), partial="nearest", partial_on="sum", grace_clock="wall", cap_per_period=rial(5)),
    Penalty("resolution", tiers=[("1h", rial(1)), (None, rial(0))], per="breach", cap_per_ticket=rial(5), repeat=2, repeat_within=3),
    Penalty("resolution", attainment=[(None, None, rial(5))]),
]


def growing(ticket, start, end, *, metric="resolution", ordinal=1, **options):
    """A breach from ``start`` on that ends at ``end``: a function of the instant at which it is looked at."""

    def at(us):
        until = min(us, end)
        if until <= start:
            return None
        return Breach(
            ticket,
            metric,
            ordinal,
            overrun_us=until - start,
            breached_us=start,
            ended_us=until,
            open=us < end,
            spans=((start, until),),
            **options,
        )

    return at


def looked_at(*breaches, outcomes=()):
    """What a log of such breaches says as of an instant."""

    def standing(us):
        found = [breach for make in breaches if (breach := make(us)) is not None]
        return Standing(found, [outcome for outcome in outcomes if outcome.at_us < us])

    return standing


def by_month(ledger, months=MONTHS):
    """The total of each month."""
    return [sum((line.amount.amount for line in ledger if line.period == month.label), start=0) for month in months]


def outcomes_of(month, met, missed):
    """Outcomes within a month."""
    return [Outcome(f"{month.label}-{number}", "resolution", "", month.start_us + number, number < met) for number in range(met + missed)]


def big() -> Ledger:
    """A ledger with charges, a cap, a correction and rounding."""
    late = [
        growing("T-1", MARCH.end_us - 60 * MINUTE, APRIL.start_us + 60 * MINUTE, known={"customer": "ACME"}, evidence=("e1",)),
        growing("T-2", APRIL.start_us, APRIL.start_us + 61_000_000, known={"customer": "<b>Umbrella</b>"}, policy_version="7"),
    ]
    rules = [
        Penalty("resolution", rate=rial(10), cap_per_period=rial(550)),
        Penalty("resolution", rate="0.1%", per="hour", name="share", round_on="total"),
    ]
    return assess_periods(looked_at(*late), rules, periods=MONTHS, as_of=MAY.end_us, fees=rial(1234))
