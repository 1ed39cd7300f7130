"""Penalty cases of published agreements and of hand-worked examples, each restated as a rule and its breaches."""

from decimal import Decimal
from fractions import Fraction

import pytest

from slakit import Money, Penalty
from slakit.calendars import periods
from slakit.penalty import Breach, Outcome, Share, Standing, assess, assess_periods

MINUTE = 60_000_000
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
TIERED = [("99%", "99.9%", "10%"), ("95%", "99%", "25%"), (None, "95%", "50%")]


def rial(amount) -> Money:
    """An amount in rials."""
    return Money(amount, "IRR")


def late(overrun_us: int, ticket: str = "T-1", metric: str = "resolution", at: int = 0) -> Breach:
    """A breach of some overrun."""
    return Breach(ticket, metric, overrun_us=overrun_us, breached_us=at, ended_us=at + overrun_us)


def outcomes(met: int, missed: int) -> list[Outcome]:
    """Outcomes of an attainment of met / (met + missed)."""
    return [Outcome(f"T-{number}", "resolution", "", number, number < met) for number in range(met + missed)]


def amounts(ledger) -> list[Decimal]:
    """What each ticket is charged, in order of breach."""
    tickets = list(dict.fromkeys(line.ticket for line in ledger))
    return [ledger.of(ticket=ticket).total.amount for ticket in tickets]


def test_spec_6_4_per_minute():
    """12.5 minutes over at 50,000: exact 625,000; floor 12 x = 600,000; ceil 13 x = 650,000; after 5 minutes' grace 7.5 x = 375,000, as a cliff 625,000."""
    breach = late(12 * MINUTE + MINUTE // 2)
    options = [
        {},
        {"partial": "floor"},
        {"partial": "ceil"},
        {"partial": "nearest"},
        {"grace": "5m"},
        {"grace": "5m", "grace_mode": "cliff"},
    ]
    totals = [assess([breach], Penalty("resolution", rate=rial(50_000), **option)).total for option in options]
    assert totals == [rial(625_000), rial(600_000), rial(650_000), rial(650_000), rial(375_000), rial(625_000)]


@pytest.mark.parametrize(("mode", "expected"), [("marginal", 2_100_000), ("slab", 2_700_000)])
def test_spec_6_4_tiers(mode, expected):
    """90 minutes: 60 x 20,000 + 30 x 30,000 = 2,100,000; or 90 x 30,000 = 2,700,000."""
    rule = Penalty("resolution", tiers=[("60m", rial(20_000)), (None, rial(30_000))], tier_mode=mode)
    assert assess([late(90 * MINUTE)], rule).total == rial(expected)


@pytest.mark.parametrize(("minutes", "marginal", "slab"), [(60, 1_200_000, 1_200_000), (61, 1_230_000, 1_830_000)])
def test_a_tier_holds_up_to_and_with_its_upper_bound(minutes, marginal, slab):
    """60 minutes belong to the first tier whole; the 61st to the second (slab: 61 x 30,000)."""
    tiers = [("60m", rial(20_000)), (None, rial(30_000))]
    found = [
        assess([late(minutes * MINUTE)], Penalty("resolution", tiers=tiers, tier_mode=mode)).total.amount for mode in ("marginal", "slab")
    ]
    assert found == [marginal, slab]


def test_penalty_002_attainment_of_94_8_percent():
    """94.8 % lies below 95 %: half of a fee of 2,000 is 1,000.00."""
    ledger = assess([], Penalty("resolution", attainment=TIERED), outcomes=outcomes(948, 52), fees=Money(2000, "USD"))
    assert (ledger.total, ledger[0].kind) == (Money("1000.00", "USD"), "attainment")


def test_penalty_004_attainment_on_an_edge():
    """99.0 % belongs to the band that starts there: 10 % of 1,000 is 100.00."""
    ledger = assess([], Penalty("resolution", attainment=TIERED), outcomes=outcomes(99, 1), fees=Money(1000, "USD"))
    assert ledger.total == Money("100.00", "USD")


def test_attainment_above_the_highest_band_costs_nothing():
    """99.9 % is not below 99.9 %."""
    ledger = assess([], Penalty("resolution", attainment=TIERED), outcomes=outcomes(999, 1), fees=Money(1000, "USD"))
    assert len(ledger) == 0


def test_penalty_006_a_share_of_the_fee():
    """25 % of 40,000 is 10,000."""
    assert assess([late(MINUTE)], Penalty("resolution", flat="25%"), fees=Money(40_000, "USD")).total == Money(10_000, "USD")


def test_penalty_007_a_share_times_ten():
    """0.556 % x 10 of 5,000 is 278.00."""
    assert assess([late(MINUTE)], Penalty("resolution", flat=Share("0.556%") * 10), fees=Money(5000, "USD")).total == Money("278.00", "USD")


@pytest.mark.parametrize(("missed", "expected"), [(4, "0"), (5, "250.00"), (9, "250.00")])
def test_penalty_008_five_misses(missed, expected):
    """From five misses in a month on, 5 % of 5,000 is 250.00."""
    rule = Penalty("resolution", counts=[(5, None, "5%")])
    ledger = assess([], rule, outcomes=outcomes(100, missed), fees=Money(5000, "USD"))
    assert ledger.totals.get("USD", Money(0, "USD")) == Money(expected, "USD")


def test_weighted_pool():
    """100,000 x 10 % at risk x 50 % pool x 40 % allocation = 2,000."""
    rule = Penalty("resolution", flat=Share("10%") * Share("50%") * Share("40%"))
    assert assess([late(MINUTE)], rule, fees=Money(100_000, "USD")).total == Money(2000, "USD")


def test_uk_msa_repeat_failures():
    """Availability of 96.5, 98.5 and 96.5 %: severe 3 points; minor 1 x 2 for a repeated failure = 2; severe 3 x 2 = 6."""
    points = [(None, "98%", Money(3, "POINTS")), ("98%", "99%", Money(1, "POINTS"))]
    rule = Penalty("resolution", attainment=points, repeat=2)
    months = periods(0, 90 * DAY, per="month", tz="UTC")
    seen = [
        Outcome(f"T-{number}-{count}", "resolution", "", month.start_us + count, count < met)
        for number, (month, met) in enumerate(zip(months, (193, 197, 193), strict=True))
        for count in range(200)
    ]
    ledger = assess_periods(lambda us: Standing((), [one for one in seen if one.at_us < us]), rule, periods=months, as_of=90 * DAY)
    assert [ledger.of(period=month.label).total.amount for month in months] == [3, 2, 6]


def test_points_table_floor():
    """Points against a table with rows from 5 to 30: the row reached from below counts; fewer than 5 cost nothing."""
    table = [(5, 9, "0%"), (10, 14, "2%"), (15, 19, "4%"), (20, 24, "6%"), (25, 29, "8%"), (30, None, "10%")]
    rule = Penalty("resolution", counts=table)
    found = [assess([], rule, outcomes=outcomes(0, points), fees=Money(100, "USD")).totals for points in (4, 10, 17, 30, 45)]
    assert [totals["USD"].amount if totals else 0 for totals in found] == [0, 2, 4, 10, 10]


def test_cloud_tiers():
    """Uptimes of 99.99, 99.5, 99.0, 98.99 and 94.9 % earn credits of 0, 10, 10, 30 and 100 %."""
    rule = Penalty("resolution", attainment=[(None, "95%", "100%"), ("95%", "99%", "30%"), ("99%", "99.99%", "10%")])
    missed = [1, 50, 100, 101, 510]
    found = [assess([], rule, outcomes=outcomes(10_000 - count, count), fees=Money(100, "USD")).totals for count in missed]
    assert [totals["USD"].amount if totals else 0 for totals in found] == [0, 10, 10, 30, 100]


def test_partial_minutes_dropped():
    """59, 61 and 125 seconds hold 0 + 1 + 2 whole minutes; over all together (245 s) it would be 4."""
    breaches = [late(seconds * 1_000_000, f"T-{seconds}") for seconds in (59, 61, 125)]
    by_line = assess(breaches, Penalty("resolution", rate=Money(1, "POINTS"), partial="floor"))
    together = assess(breaches, Penalty("resolution", rate=Money(1, "POINTS"), partial="floor", partial_on="sum"))
    assert (by_line.total.amount, together.total.amount) == (3, 4)


@pytest.mark.parametrize(("breaches", "expected"), [(0, 0), (2, 10), (4, 20), (7, 30)])
def test_breach_count_bands(breaches, expected):
    """1 to 2 breaches 5 %, 3 to 4 10 %, from 5 on 15 % of a fee of 200."""
    rule = Penalty("resolution", counts=[(1, 2, "5%"), (3, 4, "10%"), (5, None, "15%")])
    totals = assess([], rule, outcomes=outcomes(10, breaches), fees=Money(200, "USD")).totals
    assert (totals["USD"].amount if totals else 0) == expected


def test_ofcom_delayed_start():
    """6.10 for each day of delay: one day, two days."""
    rule = Penalty("resolution", rate=Money("6.10", "GBP"), per="day", clock="wall")
    found = [assess([Breach("T", overrun_us=0, spans=((0, days * DAY),))], rule).total for days in (1, 2)]
    assert found == [Money("6.10", "GBP"), Money("12.20", "GBP")]


@pytest.mark.parametrize(("days", "expected"), [(20, 100_000_000), (90, 600_000_000)])
def test_iran_article_50(days, expected):
    """Of 10,000,000,000: 1/2000 a day to the 30th, 1/1000 to the 75th, then no more: 20/2000; 30/2000 + 45/1000."""
    tiers = [("30d", Share("1/2000")), ("75d", Share("1/1000")), (None, Share("0%"))]
    rule = Penalty("resolution", tiers=tiers, per="day")
    assert assess([late(days * DAY)], rule, fees=rial(10_000_000_000)).total == rial(expected)


@pytest.mark.parametrize(
    ("minutes", "partial", "expected"),
    [(Fraction(145, 2), "exact", 625_000), (Fraction(145, 2), "ceil", 650_000), (200, "exact", 1_000_000), (65, "exact", 0)],
    ids=["per_minute_grace_cliff_exact", "per_minute_grace_cliff_ceil", "per_minute_capped", "within_grace_is_zero"],
)
def test_grace_cliff_with_a_cap(minutes, partial, expected):
    """Target 60, grace 5, 50,000 a minute, at most 1,000,000: 12.5 x; 13 x; 140 x = 7,000,000 capped; 5 over is grace."""
    rule = Penalty("resolution", rate=rial(50_000), grace="5m", grace_mode="cliff", cap=rial(1_000_000), partial=partial)
    assert assess([late(int((minutes - 60) * MINUTE))], rule).total == rial(expected)


@pytest.mark.parametrize(("minutes", "expected"), [(60, 100), (61, 200), (120, 200)])
def test_per_hour_or_part(minutes, expected):
    """An hour or part of one: 1, 2 and 2 hours at 100."""
    rule = Penalty("resolution", rate=Money(100, "USD"), per="hour", partial="ceil")
    assert assess([late(minutes * MINUTE)], rule).total == Money(expected, "USD")


def test_round_each_vs_sum():
    """Three charges of 333.4: each rounded 3 x 333 = 999; the sum 1000.2 rounded 1000, with the odd rial a line of its own."""
    breaches = [late(MINUTE, f"T-{number}") for number in range(3)]
    each = assess(breaches, Penalty("resolution", rate=rial("333.4")))
    total = assess(breaches, Penalty("resolution", rate=rial("333.4"), round_on="total"))
    assert (each.total, total.total) == (rial(999), rial(1000))
    assert [(line.kind, line.amount) for line in total][-1] == ("rounding", rial(1))
    assert total.exact == {"IRR": Fraction(10_002, 10)}


def test_round_to_thousand_rial():
    """1,234,567 to the nearest thousand and downwards."""
    rules = [Penalty("resolution", flat=rial(1_234_567), quantum=1000, rounding=mode) for mode in ("half_up", "down")]
    assert [assess([late(1)], rule).total for rule in rules] == [rial(1_235_000), rial(1_234_000)]


@pytest.mark.parametrize(("overlap", "expected"), [("sum", 800_000), ("max", 500_000), ("first", 300_000)])
def test_overlap_policies(overlap, expected):
    """A first response (300,000, breached first) and a resolution (500,000) of one ticket."""
    rules = [Penalty("first_response", flat=rial(300_000), overlap=overlap), Penalty("resolution", flat=rial(500_000), overlap=overlap)]
    breaches = [late(MINUTE, metric="resolution", at=7200), late(MINUTE, metric="first_response", at=3600)]
    assert assess(breaches, rules).total == rial(expected)


@pytest.mark.parametrize(
    ("charges", "mode", "expected"),
    [
        ((600_000, 300_000, 300_000), "pro_rata", [500_000, 250_000, 250_000]),
        ((1_000_000, 1_000_000, 1_000_000), "pro_rata", [333_334, 333_333, 333_333]),
        ((600_000, 300_000, 300_000), "first_come", [600_000, 300_000, 100_000]),
        ((300_000, 600_000, 300_000), "highest_first", [300_000, 600_000, 100_000]),
    ],
    ids=["cap_pro_rata", "cap_largest_remainder", "cap_first_come", "cap_highest_first"],
)
def test_cap_per_period(charges, mode, expected):
    """A period's cap of 1,000,000 in proportion, with the odd rial to the earliest; in order of breach; from the highest."""
    rule = Penalty("resolution", rate=rial(1), cap_per_period=rial(1_000_000), cap_mode=mode)
    breaches = [late(charge * MINUTE, f"T-{number}", at=number) for number, charge in enumerate(charges)]
    assert amounts(assess(reversed(breaches), rule)) == expected


def test_force_majeure_excluded():
    """Of 100 minutes 30 are excluded: 70 - 60 = 10 minutes of delay at 50,000."""
    ledger = assess([late((100 - 30 - 60) * MINUTE)], Penalty("resolution", rate=rial(50_000)))
    assert (ledger[0].units, ledger.total) == (10, rial(500_000))
