"""Penalties over several periods: what each is charged, statements that never change, attainment, repetition, earning back."""

import pytest

from slakit import Penalty
from slakit.calendars import named, periods
from slakit.penalty import Breach, Outcome, Standing, assess, assess_periods
from tests.charging_cases import APRIL, DAY, MARCH, MAY, MINUTE, MONTHS, by_month, growing, looked_at, outcomes_of, rial


def test_a_running_breach_accrues_month_by_month():
    """From 31 March 23:00 to 1 May 01:00: an hour, 720 hours, an hour; together what the whole costs."""
    breach = growing("T-1", MARCH.end_us - 60 * MINUTE, MAY.start_us + 60 * MINUTE)
    rule = Penalty("resolution", rate=rial(10))
    ledger = assess_periods(looked_at(breach), rule, periods=MONTHS, as_of=MAY.start_us + 2 * DAY)
    assert by_month(ledger) == [600, 432_000, 600]
    assert [(line.units, line.open) for line in ledger] == [(60, True), (43_200, True), (60, False)]
    assert ledger.total == assess([breach(MAY.end_us)], rule).total
    assert ledger.periods == ("2026-03", "2026-04", "2026-05")


def test_started_units_are_not_counted_twice_at_an_edge():
    """Each month rounds the charge as of its end: 30 s before the edge count as a minute, the 30 s after it as none."""
    breach = growing("T-1", MARCH.end_us - MINUTE // 2, APRIL.start_us + MINUTE // 2)
    ledger = assess_periods(looked_at(breach), Penalty("resolution", rate=rial(10), partial="ceil"), periods=MONTHS, as_of=MAY.start_us)
    assert by_month(ledger) == [10, 0, 0]


def test_an_issued_statement_never_changes():
    """An exclusion in April of time in March is taken back in April, as a correction; March stays."""
    breach = growing("T-1", MARCH.end_us - 100 * MINUTE, MARCH.end_us)

    def standing(us):
        found = breach(us)
        if us > APRIL.start_us + DAY:
            found = Breach("T-1", overrun_us=60 * MINUTE, breached_us=found.breached_us, ended_us=found.ended_us)
        return Standing([found] if found else [])

    rule = Penalty("resolution", rate=rial(10))
    before = assess_periods(standing, rule, periods=MONTHS[:1], as_of=MARCH.end_us)
    after = assess_periods(standing, rule, periods=MONTHS, as_of=MAY.end_us)
    assert before.lines[0].amount == after.of(period="2026-03").total == rial(1000)
    assert [(line.period, line.kind, line.amount) for line in after] == [
        ("2026-03", "charge", rial(1000)),
        ("2026-04", "correction", rial(-400)),
    ]
    assert "what an earlier statement charged and later events took back" in after.explain("T-1")


def test_a_removed_breach_is_taken_back_whole():
    """A ticket that turns out to be spam in April leaves a correction of all that March charged."""
    breach = growing("T-1", MARCH.start_us, MARCH.start_us + 10 * MINUTE)
    ledger = assess_periods(
        lambda us: Standing([breach(us)] if MARCH.start_us < us <= APRIL.start_us else []),
        Penalty("resolution", flat=rial(7)),
        periods=MONTHS,
        as_of=MAY.end_us,
    )
    assert by_month(ledger) == [7, -7, 0]


def test_flat_charges_fall_into_the_month_of_the_breach():
    """A breach that lasts from March to May is charged once, in March."""
    ledger = assess_periods(
        looked_at(growing("T-1", MARCH.start_us + 5, MAY.start_us + 5)),
        Penalty("resolution", flat=rial(7)),
        periods=MONTHS,
        as_of=MAY.end_us,
    )
    assert by_month(ledger) == [7, 0, 0]


def test_a_cap_per_ticket_holds_over_all_months():
    """Of 60 + 60 minutes at 10 with a cap of 800, April brings only 200; other cycles of the ticket bring nothing."""
    breach = growing("T-1", MARCH.end_us - 60 * MINUTE, APRIL.start_us + 60 * MINUTE)
    again = growing("T-1", MAY.start_us, MAY.start_us + 60 * MINUTE, ordinal=2)
    rule = Penalty("resolution", rate=rial(10), cap_per_ticket=rial(800), cap_mode="first_come")
    ledger = assess_periods(looked_at(breach, again), rule, periods=MONTHS, as_of=MAY.end_us)
    assert by_month(ledger) == [600, 200, 0]
    assert [line.kind for line in ledger.of(period="2026-05")] == ["charge", "cap_ticket"]


def test_a_cap_per_period_starts_anew_each_month():
    """700 a month at most, of 1,000 in March and 900 in April."""
    breaches = [growing("T-1", MARCH.start_us, MARCH.start_us + 100 * MINUTE), growing("T-2", APRIL.start_us, APRIL.start_us + 90 * MINUTE)]
    ledger = assess_periods(
        looked_at(*breaches), Penalty("resolution", rate=rial(10), cap_per_period=rial(700)), periods=MONTHS, as_of=MAY.end_us
    )
    assert by_month(ledger) == [700, 700, 0]


def test_started_units_on_the_sum_over_months():
    """Units of 0.4, 0.4 and 0.4 minutes as of the months' ends: ceil of 0.4, 0.8, 1.2 is 1, 1, 2: charged 1, 0, 1."""
    breaches = [growing(f"T-{month.label}", month.start_us, month.start_us + 24_000_000) for month in MONTHS]
    rule = Penalty("resolution", rate=rial(10), partial="ceil", partial_on="sum")
    ledger = assess_periods(looked_at(*breaches), rule, periods=MONTHS, as_of=MAY.end_us)
    assert by_month(ledger) == [10, 0, 10]
    assert [line.kind for line in ledger] == ["charge", "partial"] * 3
    assert assess_periods(looked_at(*breaches), rule, periods=(APRIL,), as_of=MAY.end_us).total == rial(0)


def test_totals_rounded_once_over_months():
    """0.4 a month, rounded on the total: 0.4, 0.8, 1.2 are 0, 1, 1: charged 0, 1, 0, and as much from April on alone."""
    breaches = [growing(f"T-{month.label}", month.start_us, month.start_us + 24_000_000) for month in MONTHS]
    rule = Penalty("resolution", rate=rial(1), round_on="total")
    ledger = assess_periods(looked_at(*breaches), rule, periods=MONTHS, as_of=MAY.end_us)
    assert by_month(ledger) == [0, 1, 0]
    assert by_month(assess_periods(looked_at(*breaches), rule, periods=(APRIL, MAY), as_of=MAY.end_us)) == [0, 1, 0]


def test_attainment_is_charged_when_the_month_has_ended():
    """90 % in March cost a tenth of the fee; April, looked at on its 10th, is not charged yet."""
    seen = [*outcomes_of(MARCH, 90, 10), *outcomes_of(APRIL, 10, 90)]
    rule = Penalty("resolution", attainment=[(None, "95%", "10%")])
    options = {"periods": MONTHS, "fees": {"*": {"2026-03": rial(1000), "2026-04": rial(5000)}}}
    ledger = assess_periods(looked_at(outcomes=seen), rule, as_of=APRIL.start_us + 10 * DAY, **options)
    assert by_month(ledger) == [100, 0, 0]
    assert ledger[0].note == "90% attained, 100 judged"
    assert by_month(assess_periods(looked_at(outcomes=seen), rule, as_of=APRIL.end_us, **options)) == [100, 500, 0]


def test_attainment_by_customer_and_of_reopened_tickets():
    """Each customer's attainment is its own; a reopened ticket counts once, by its latest outcome."""
    seen = [
        Outcome("T-1", "resolution", "", 1, met=True, once=True, known={"customer": "a"}),
        Outcome("T-1", "resolution", "", 2, met=False, once=True, known={"customer": "a"}),
        Outcome("T-2", "resolution", "", 3, met=True, once=True, known={"customer": "b"}),
        Outcome("T-2", "resolution", "", 1, met=False, once=True, known={"customer": "b"}),
    ]
    rule = Penalty("resolution", attainment=[(None, "100%", "10%")], by="customer")
    ledger = assess([], rule, outcomes=seen, fees={"a": rial(1000), "b": rial(5000)})
    assert [(line.group, line.amount, line.get("customer")) for line in ledger] == [("a", rial(100), "a")]
    odd = assess(
        [],
        Penalty("resolution", attainment=[(None, "100%", rial(5))]),
        outcomes=[Outcome(f"T-{n}", "resolution", "", n, n > 0) for n in range(3)],
    )
    assert odd[0].note == "66.6667% attained, 3 judged"


def test_rules_on_outcomes_apply_to_their_policy_version_and_condition():
    """Outcomes of other metrics, policies, versions and tickets are none of a rule's business."""

    def outcome(metric="resolution", policy="gold", version="2", tier="x"):
        return Outcome("T-1", metric, policy, 1, met=False, policy_version=version, known={"tier": tier})

    rule = Penalty("resolution", counts=[(1, None, rial(5))], when={"tier": "x"})
    others = [outcome("first_response"), outcome(policy="silver"), outcome(version="1"), outcome(tier="y")]
    assert len(assess([], {("gold", "2"): [rule]}, outcomes=others)) == 0
    assert assess([], {("gold", "2"): [rule]}, outcomes=[outcome(), *others]).total == rial(5)


def test_repetition():
    """A second month in a row costs times 1.5, remembered for two months; a month further on it is forgotten."""
    months = periods(MARCH.start_us, named("2026-09", tz="UTC").end_us, per="month", tz="UTC")
    late = [growing(f"T-{number}", months[number].start_us, months[number].start_us + 10 * MINUTE) for number in (0, 2, 6)]
    rule = Penalty("resolution", rate=rial(10), repeat="1.5", repeat_within=2)
    ledger = assess_periods(looked_at(*late), rule, periods=months, as_of=months[-1].end_us)
    assert by_month(ledger, months) == [100, 0, 150, 0, 0, 0, 100]
    assert [line.kind for line in ledger.of(period="2026-05")] == ["charge", "repeat"]


@pytest.mark.parametrize(
    ("april", "may", "expected"), [((100, 0), (99, 1), [100, 0, -50]), ((100, 0), (98, 2), [100, 0, 0]), ((0, 0), (100, 0), [100, 0, 0])]
)
def test_earning_back(april, may, expected):
    """Half of March's charge is given back where April and May both attain 99 %; a month without outcomes attains nothing."""
    seen = [*outcomes_of(APRIL, *april), *outcomes_of(MAY, *may)]
    rule = Penalty("resolution", rate=rial(10), earn_back="50%", earn_back_at="99%", earn_back_periods=2)
    ledger = assess_periods(
        looked_at(growing("T-1", MARCH.start_us, MARCH.start_us + 10 * MINUTE), outcomes=seen), rule, periods=MONTHS, as_of=MAY.end_us
    )
    assert by_month(ledger) == expected
    early = assess_periods(
        looked_at(growing("T-1", MARCH.start_us, MARCH.start_us + 10 * MINUTE), outcomes=seen), rule, periods=MONTHS, as_of=MAY.end_us - 1
    )
    assert by_month(early) == [100, 0, 0]


def test_one_month_of_several():
    """``since`` leaves the lines of earlier months out, but not what they are remembered for."""
    late = [growing(f"T-{month.label}", month.start_us, month.start_us + 10 * MINUTE) for month in MONTHS]
    rule = Penalty("resolution", rate=rial(10), repeat=2)
    ledger = assess_periods(looked_at(*late), rule, periods=MONTHS, as_of=MAY.end_us, since=APRIL.start_us)
    assert by_month(ledger) == [0, 200, 200]
