"""Ledgers: lines with their evidence, limits and overlap of several rules, statements and explanations."""

from fractions import Fraction

import pytest

from slakit import Penalty
from slakit.errors import PenaltyError, QueryError
from slakit.penalty import Breach, Ledger, assess
from tests.charging_cases import DAY, MARCH, MINUTE, big, growing, outcomes_of, rial


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


def test_overlap_between_metrics_sums_cycles_of_each():
    """Two resolutions of 300 outweigh one response of 500; the response's line says why it is not charged."""
    rules = [Penalty(metric, rate=rial(1), overlap="max") for metric in ("first_response", "resolution")]
    breaches = [Breach("T-1", "first_response", overrun_us=500 * MINUTE)]
    breaches += [Breach("T-1", "resolution", number, overrun_us=300 * MINUTE, breached_us=number) for number in (1, 2)]
    ledger = assess(breaches, rules)
    assert ledger.total == rial(600)
    assert [line.note for line in ledger if line.kind == "overlap"] == ["resolution is charged instead"]


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
