"""Penalty rules as they are written: what they refuse, as plain data, in words."""

from datetime import timedelta
from fractions import Fraction

import pytest

from slakit import Money, Penalty
from slakit.errors import PenaltyError, TimeError
from slakit.penalty import Share, assess
from tests.charging_cases import RULES, breach, code_of, rial


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "no_charge"),
        ({"rate": 0.5}, "float_rate"),
        ({"rate": 50_000}, "bad_amount"),
        ({"rate": "50,000"}, "bad_money"),
        ({"rate": {}}, "no_rate"),
        ({"rate": rial(-1)}, "negative_amount"),
        ({"rate": rial(1), "flat": rial(1)}, "several_charges"),
        ({"rate": rial(1), "per": "fortnight"}, "bad_per"),
        ({"rate": rial(1), "per": "breach"}, "bad_per"),
        ({"rate": rial(1), "per": "0s"}, "bad_per"),
        ({"rate": rial(1), "partial": "up"}, "unknown_option"),
        ({"rate": rial(1), "clock": "business"}, "unknown_option"),
        ({"rate": rial(1), "grace": timedelta(minutes=-1)}, "bad_grace"),
        ({"rate": rial(1), "cap": Money(1, "EUR")}, "mixed_currencies"),
        ({"rate": rial(1), "minimum": rial(10), "cap": rial(5)}, "cap_below_minimum"),
        ({"rate": rial(1), "minimum": rial(10), "cap_per_ticket": rial(5)}, "cap_below_minimum"),
        ({"rate": rial(1), "quantum": 0}, "bad_quantum"),
        ({"rate": rial(1), "quantum": 0.5}, "float_amount"),
        ({"rate": {"2026-01-01": rial(1)}}, "no_zone"),
        ({"rate": {"new year": rial(1)}, "tz": "UTC"}, "bad_date"),
        ({"flat": "ten %"}, "bad_share"),
        ({"flat": "1/0"}, "bad_share"),
        ({"flat": "-5%"}, "bad_share"),
        ({"tiers": []}, "bad_tiers"),
        ({"tiers": 5}, "bad_tiers"),
        ({"tiers": [("60m", rial(1))]}, "tiers_hole"),
        ({"tiers": [("60m", rial(1)), ("30m", rial(2)), (None, rial(3))]}, "tiers_overlap"),
        ({"tiers": [(None, rial(1)), (None, rial(2))]}, "tiers_overlap"),
        ({"tiers": [(0, "1h", rial(1)), ("2h", None, rial(2))]}, "tiers_hole"),
        ({"tiers": [(0, "2h", rial(1)), ("1h", None, rial(2))]}, "tiers_overlap"),
        ({"tiers": [("1h", None, rial(2))]}, "tiers_hole"),
        ({"attainment": [("95%", "99%", "10%")]}, "tiers_hole"),
        ({"attainment": [(None, "95%", "10%"), ("96%", "99%", "5%")]}, "tiers_hole"),
        ({"attainment": [(None, "95%", "10%"), ("94%", "99%", "5%")]}, "tiers_overlap"),
        ({"attainment": [(None, None, "10%"), ("94%", "99%", "5%")]}, "tiers_overlap"),
        ({"attainment": [(None, 95, "10%")]}, "bad_share"),
        ({"counts": [(0, 2, "10%")]}, "bad_tiers"),
        ({"counts": [(1, 2, "10%"), (2, None, "20%")]}, "tiers_overlap"),
        ({"counts": [(1, 2, "10%"), (4, None, "20%")]}, "tiers_hole"),
        ({"rate": rial(1), "repeat": "0.5"}, "bad_repeat"),
        ({"rate": rial(1), "repeat": 2, "repeat_within": 0}, "bad_periods"),
        ({"rate": rial(1), "earn_back": "50%"}, "bad_earn_back"),
        ({"rate": rial(1), "earn_back": "150%", "earn_back_at": "99%"}, "bad_earn_back"),
        ({"rate": rial(1), "partial_on": "sum", "cap": rial(5)}, "bad_partial"),
        ({"flat": rial(1), "partial_on": "sum"}, "bad_partial"),
    ],
)  # fmt: skip
def test_rules_that_contradict_themselves(options, code):
    """Each contradiction has a code of its own."""
    assert code_of(lambda: Penalty("resolution", **options)) == code


def test_zones_and_spans_of_a_rule_are_checked():
    """An unknown zone and what is no span are refused by name."""
    with pytest.raises(TimeError):
        Penalty("resolution", rate=rial(1), tz="Asia/Teheran")
    with pytest.raises(TimeError):
        Penalty("resolution", rate=rial(1), grace=5)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title)
def test_rules_as_plain_data(rule):
    """A rule goes to text, numbers, lists and mappings, through JSON, and back without loss."""
    import json

    assert Penalty.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


def test_plain_data_is_checked():
    """An unknown key is answered with the nearest, a missing metric by name."""
    with pytest.raises(PenaltyError, match="did you mean 'grace'"):
        Penalty.from_dict({"metric": "resolution", "rate": "1 EUR", "grase": "5m"})
    assert code_of(lambda: Penalty.from_dict({"rate": "1 EUR"})) == "missing_key"


def test_a_rule_speaks_as_a_contract():
    """The wording says charge, clock, grace, limits and rounding; the repr is that sentence."""
    words = RULES[0].wording
    assert words == (
        "delay: 50,000 IRR for each minute of overrun. Overrun counts in the target's working time. The first 5m of overrun are charged as "
        "well once they have passed. A started minute counts in full. At most 1,000,000 IRR a cycle. Each charge is rounded to the smallest "
        "amount of the currency (half up)."
    )
    assert repr(RULES[0]) == f"<Penalty: {words}>"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, ["1 EUR from 2025-12-31 20:30Z, 2 EUR from 2026-06-30 20:30Z for each 15m unit"]),
        (2, ["1/3 of the fee for each breach of resolution", "only the greatest charge counts", "The total is rounded to multiples of 1000 (down)"]),
        (3, ["1 IRR for each minute up to 1h; 2 IRR for each minute beyond 1h", "by the tier that it reaches", "the schedule agreed"]),
        (4, ["25% of the fee for a period's attainment below 95%", "from 95% to below 99.5%", "Times 1.5", "At most 20% of the fee a period"]),
        (5, ["5% of the fee for 1 to 2 breaches in a period", "3 or more", "50% of a period's charge is given back", "each of the next 2 periods"]),
        (6, ["It applies where priority is", "wall time, less pauses", "costs at least 0.50 EUR"]),
        (7, ["To the nearest minute, over all cycles together"]),
        (9, ["5 IRR for a period's attainment of 0% and more"]),
        (8, ["1 IRR once up to 1h", "each part of the overrun by its own tier", "At most 5 IRR a ticket", "one of the 3 periods before"]),
    ],
)  # fmt: skip
def test_what_the_wording_says(number, said):
    """Each option of a rule has its words."""
    words = RULES[number].wording
    assert all(piece in words for piece in said), words


def test_shares():
    """A share is exact, reads back, and multiplies."""
    assert Share("12.5%").fraction == Fraction(1, 8)
    assert [str(Share(text)) for text in ("12.5%", "1/3", "1/2000")] == ["12.5%", "1/3", "0.05%"]
    assert repr(2 * Share("10%")) == "Share('20%')"
    assert Share("10%") * Share("1/2") == Share("5%")
    assert Share(Share("10%")) == Share(Fraction(1, 10))
    assert Penalty("resolution", flat=Fraction(1, 10)) == Penalty("resolution", flat="10%")


def test_a_metric_value_names_its_metric():
    """A rule takes a clock or its id."""
    from slakit import metrics

    assert Penalty(metrics.RESOLUTION, flat=rial(1)) == Penalty("resolution", flat=rial(1))


def test_rules_that_share_a_limit_share_a_currency():
    """A pool of rials and euros, and a fee in another currency than the rule, are refused."""
    pool = [Penalty("resolution", flat=Money(1, currency), pool="all", cap_per_period=Money(1, currency)) for currency in ("IRR", "EUR")]
    assert code_of(lambda: assess([breach(1)], pool)) == "mixed_currencies"
    rule = Penalty("resolution", rate=rial(1), cap="10%")
    assert code_of(lambda: assess([breach(1)], rule, fees=Money(1, "EUR"))) == "mixed_currencies"
