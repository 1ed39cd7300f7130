"""Ledgers: lines and adjustments, periods that never change, statements and explanations."""

from fractions import Fraction

import pytest

from slakit import Money, Penalty
from slakit.calendars import named, periods
from slakit.errors import PenaltyError, QueryError
from slakit.penalty import Breach, Ledger, Outcome, Standing, assess, assess_periods

MINUTE = 60_000_000
DAY = 1440 * MINUTE
MARCH, APRIL, MAY = (named(f"2026-0{month}", tz="UTC") for month in (3, 4, 5))
MONTHS = (MARCH, APRIL, MAY)


def rial(amount) -> Money:
    """An amount in rials."""
    return Money(amount, "IRR")


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


def test_a_line_carries_its_evidence():
    """A line has the ticket, rule, overrun, units, rate, exact and rounded amount, who was responsible, and the events."""
    breach = Breach(
        "T-9", "resolution", 2, "gold", overrun_us=100_000_000, breached_us=5, ended_us=100_000_005, policy_version="2026-01-01", priority="urgent",
        agent="sara", team="north", evidence=("e1", "e7"), known={"customer": "ACME"},
    )  # fmt: skip
    line = assess([breach], {"gold": [Penalty("resolution", rate=rial(100), name="delay")]})[0]
    assert (line.ticket, line.metric, line.ordinal, line.policy, line.policy_version, line.rule) == (
        "T-9",
        "resolution",
        2,
        "gold",
        "2026-01-01",
        "delay",
    )
    assert (line.overrun_us, line.charged_us, line.units, line.rate) == (100_000_000, 100_000_000, Fraction(5, 3), "100 IRR a minute")
    assert (line.exact, line.amount, line.kind) == (Fraction(500, 3), rial(167), "charge")
    assert (line.priority, line.agent, line.team, line.evidence) == ("urgent", "sara", "north", ("e1", "e7"))
    assert (line.get("customer"), line.get("currency"), line.get("team")) == ("ACME", "IRR", "north")
    assert repr(line) == "<charge T-9 resolution 2: 167 IRR>"


def test_rules_hold_for_their_own_policy_and_version():
    """A breach is charged by the rules of its policy; of its version where the policy has several; by rules without a policy always."""
    breaches = [Breach("T-1", policy="gold", overrun_us=MINUTE, policy_version="2"), Breach("T-2", policy="silver", overrun_us=MINUTE)]
    rules = {
        "gold": [Penalty("resolution", flat=rial(1))],
        ("gold", "2"): [Penalty("resolution", flat=rial(20))],
        "": [Penalty("resolution", flat=rial(300))],
    }
    ledger = assess(breaches, rules)
    assert {ticket: ledger.of(ticket=ticket).total.amount for ticket in ("T-1", "T-2")} == {"T-1": 321, "T-2": 300}


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


def test_rules_in_a_pool_share_a_cap():
    """Response and resolution cost 600 together instead of 1,200; per ticket likewise."""
    for cap in ("cap_per_period", "cap_per_ticket"):
        rules = [Penalty(metric, flat=rial(600), pool="all", **{cap: rial(600)}) for metric in ("first_response", "resolution")]
        breaches = [Breach("T-1", metric, overrun_us=MINUTE) for metric in ("first_response", "resolution")]
        assert assess(breaches, rules).total == rial(600)


def test_a_pool_counts_rules_without_a_cap_of_their_own():
    """A cap of 700 holds for both rules of the pool though only one says it; a pool without any cap limits nothing."""
    breaches = [Breach("T-1", metric, overrun_us=MINUTE) for metric in ("first_response", "resolution")]
    for cap in ({"cap_per_period": rial(700)}, {"cap_per_ticket": rial(700)}):
        rules = [Penalty("first_response", flat=rial(600), pool="all", **cap), Penalty("resolution", flat=rial(600), pool="all")]
        assert assess(breaches, rules).total == rial(700)
    assert assess(breaches, [Penalty(metric, flat=rial(600), pool="all") for metric in ("first_response", "resolution")]).total == rial(
        1200
    )


def test_first_is_the_metric_first_charged():
    """The response is breached first but in grace until 12:00, after the resolution is charged: the resolution keeps its place."""
    rules = [
        Penalty("first_response", rate=rial(9), clock="wall", grace="2h", overlap="first"),
        Penalty("resolution", rate=rial(1), overlap="first"),
    ]
    response = growing("T-1", 10 * 60 * MINUTE, DAY, metric="first_response")
    resolution = growing("T-1", 11 * 60 * MINUTE, DAY)
    found = [
        assess([one for make in (response, resolution) if (one := make(hour * 60 * MINUTE))], rules).total.amount
        for hour in (11, 12, 13, 14)
    ]
    assert found == [0, 60, 120, 180]
    plain = [Penalty("first_response", rate=rial(9), grace="2h", overlap="first"), Penalty("resolution", rate=rial(1), overlap="first")]
    assert assess([response(14 * 60 * MINUTE), resolution(14 * 60 * MINUTE)], plain).total == rial(9 * 120)


def test_rules_on_periods_and_on_breaches_side_by_side():
    """A rule on attainment leaves one on breaches alone, and the other way round."""
    rules = [Penalty("resolution", flat=rial(5)), Penalty("resolution", attainment=[(None, "95%", rial(70))])]
    assert assess([Breach("T-1", overrun_us=1)], rules, outcomes=outcomes_of(MARCH, 1, 1)).total == rial(75)


def test_caps_per_customer():
    """With ``by`` each customer has a cap of its own."""
    breaches = [Breach(f"T-{number}", overrun_us=100 * MINUTE, known={"customer": "ab"[number % 2]}) for number in range(4)]
    ledger = assess(breaches, Penalty("resolution", rate=rial(1), by="customer", cap_per_period=rial(150)))
    assert ledger.by("customer").to_dict() == {"customer": ["a", "b"], "currency": ["IRR", "IRR"], "lines": [4, 4], "amount": [150, 150]}


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


def test_overlap_between_metrics_sums_cycles_of_each():
    """Two resolutions of 300 outweigh one response of 500; the response's line says why it is not charged."""
    rules = [Penalty(metric, rate=rial(1), overlap="max") for metric in ("first_response", "resolution")]
    breaches = [Breach("T-1", "first_response", overrun_us=500 * MINUTE)]
    breaches += [Breach("T-1", "resolution", number, overrun_us=300 * MINUTE, breached_us=number) for number in (1, 2)]
    ledger = assess(breaches, rules)
    assert ledger.total == rial(600)
    assert [line.note for line in ledger if line.kind == "overlap"] == ["resolution is charged instead"]


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


def test_lines_and_adjustments_sum_to_the_total():
    """By period, customer and rule the sums are the same number."""
    ledger = big()
    assert sum(line.amount.amount for line in ledger) == ledger.total.amount
    for keys in (("period",), ("customer",), ("rule", "period"), ("agent", "team", "policy", "metric")):
        assert sum(ledger.by(*keys).to_dict()["amount"]) == ledger.total.amount


def test_ledgers_travel_as_json():
    """Nothing is lost on the way; a changed amount is noticed; other text is refused."""
    ledger = big()
    again = Ledger.from_json(ledger.to_json())
    assert again == ledger
    assert (again.rules, again.as_of, again.to_json()) == (ledger.rules, ledger.as_of, ledger.to_json())
    for text, code in ((ledger.to_json().replace('"600 IRR"', '"601 IRR"'), "totals_differ"), ("[]", "bad_ledger"), ("{", "bad_ledger")):
        with pytest.raises(PenaltyError) as error:
            Ledger.from_json(text)
        assert error.value.code == code


def test_ledgers_as_tables():
    """Tidy rows with typed columns, in pandas, polars and Arrow."""
    ledger = big()
    assert ledger.to_pandas()["amount"].sum() == ledger.total.amount
    assert (ledger.to_polars().height, ledger.to_arrow().num_rows) == (len(ledger), len(ledger))
    assert ledger.to_dict()["exact"][0] == "600"
    assert ledger == big()
    assert (ledger == 5) is False


def test_a_statement_for_people():
    """Parts by month and customer with their sums, the total, and the wording of every rule."""
    text = big().statement(title="Acme support", by="customer")
    assert text.startswith("Acme support as of 2026-06-01 00:00:00Z")
    assert "2026-03, customer ACME" in text
    assert "60  10 IRR a minute" in text
    assert "cap period: brought down to the cap per period" in text
    assert "sum: 551 IRR" in text
    assert "- share: 0.1% of the fee for each hour of overrun" in text
    assert "۶۰۰ ریال" in big().statement(language="fa")


def test_a_statement_as_html():
    """The same, with every text escaped and nothing fetched."""
    html = big().statement_html(by="customer")
    assert "&lt;b&gt;Umbrella&lt;/b&gt;" in html
    assert "<script" not in html
    assert "http" not in html
    assert html.startswith("<section")
    assert "<table" in big()._repr_html_()


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("3437/30", "114 17/30"),
        ("1/3", "1/3"),
        ("-4/3", "-1 1/3"),
        ("-1/3", "-1/3"),
        ("5/2", "2.5"),
        ("12345", "12,345"),
        ("4001/3", "1,333 2/3"),
        ("0", "0"),
    ],
)
def test_numbers_are_shown_exactly(exact, shown):
    """Decimals where they end soon, else a whole number with a fraction."""
    from slakit.penalty.charge import number

    assert number(Fraction(exact)) == shown


def test_an_explanation_to_the_unit():
    """Breach, events, rule, arithmetic and sum, line by line."""
    told = big().explain("T-1")
    assert "2026-03: ticket T-1, resolution 1" in told
    assert "breached 2026-03-31 23:00:00Z, still open 2026-04-01 00:00:00Z, events e1" in told
    assert "over by 1h, of it 1h charged: 60 x 10 IRR a minute = 600 IRR" in told
    assert "exactly 1.234, rounded = 1 IRR" in told
    assert big().explain("T-0") == "ticket 'T-0' is charged nothing"
    assert Ledger((), {}).explain() == "nothing is charged"


def test_explanations_of_periods_and_tiers():
    """A charge of a period as a whole, and one in several parts."""
    month = assess([], Penalty("resolution", counts=[(1, None, rial(5))]), outcomes=outcomes_of(MARCH, 1, 2))
    assert "5 IRR a period = 5 IRR (2 breaches)" in month.explain()
    assert "counts" not in month.statement().splitlines()[2]
    tiers = assess([Breach("T-1", overrun_us=90 * MINUTE)], Penalty("resolution", tiers=[("60m", rial(20)), (None, rial(30))]))
    assert "1h 30m charged: 60 x 20 IRR + 30 x 30 IRR a minute = 2,100 IRR" in tiers.explain()


def test_a_ledger_speaks_for_itself():
    """Its repr is a sentence; unknown keys are answered with the nearest."""
    assert repr(big()) == f"<Ledger: {big().total} as of 2026-06-01 00:00:00Z>"
    assert repr(Ledger((), {})) == "<Ledger: nothing>"
    with pytest.raises(QueryError, match="did you mean 'customer'"):
        big().by("costumer")


def test_lines_are_made_when_first_asked_for():
    """A ledger whose totals are known beforehand does not make its lines for them."""
    made = []

    def lines():
        made.append(1)
        return ()

    ledger = Ledger(lines, {}, totals={"IRR": rial(5)})
    assert (ledger.total, made) == (rial(5), [])
    assert (len(ledger), made, len(ledger)) == (0, [1], 0)
