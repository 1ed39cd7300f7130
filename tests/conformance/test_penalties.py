"""Penalties as published agreements, worked examples and the specification state them."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from slakit import Money, Penalty
from slakit.penalty import Breach, Outcome, assess

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "conformance" / "penalties.json").read_text(encoding="utf-8"))["cases"]
SECOND = 1_000_000


def ledger_of(case):
    """Ask the public interface what a case asks."""
    breaches = [
        Breach(
            given["ticket"], given["metric"], given.get("ordinal", 1), overrun_us=given["overrun_seconds"] * SECOND,
            breached_us=given["breached_at_second"] * SECOND,
        )
        for given in case["breaches"]
    ]  # fmt: skip
    counts = case.get("outcomes", {"met": 0, "missed": 0})
    metric = case["rules"][0]["metric"]
    outcomes = [Outcome(f"T-{number}", metric, "", number, number < counts["met"]) for number in range(counts["met"] + counts["missed"])]
    fee = Money.parse(case["fee"]) if "fee" in case else None
    return assess(breaches, [Penalty.from_dict(rule) for rule in case["rules"]], outcomes=outcomes, fees=fee)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_of_the_suite(case):
    """Every case of the language-neutral suite costs exactly what it states, ticket by ticket where it says so."""
    ledger = ledger_of(case)
    assert {currency: total.amount for currency, total in ledger.totals.items() if total} == {
        currency: Decimal(amount) for currency, amount in case["expect"].items()
    }
    for ticket, amount in case.get("tickets", {}).items():
        assert ledger.of(ticket=ticket).total.amount == Decimal(amount)


def test_the_suite_follows_its_schema():
    """Each case has an id of its own, the keys that the schema requires and no others, and only known parts of rules."""
    shapes = json.loads((ROOT / "conformance" / "penalties.schema.json").read_text(encoding="utf-8"))["$defs"]
    for case in CASES:
        assert set(shapes["case"]["required"]) <= set(case) <= set(shapes["case"]["properties"]), case["id"]
        for rule in case["rules"]:
            assert set(rule) <= set(shapes["rule"]["properties"]), case["id"]
            for key, given in rule.items():
                assert given in shapes["rule"]["properties"][key].get("enum", [given]), case["id"]
        for breach in case["breaches"]:
            assert set(shapes["breach"]["required"]) <= set(breach) <= set(shapes["breach"]["properties"]), case["id"]
    assert len({case["id"] for case in CASES}) == len(CASES)


RESTATED = {
    "penalty-002", "penalty-004", "penalty-006", "penalty-007", "penalty-008", "penalty/weighted_pool", "penalty/uk_msa_repeat_failures",
    "penalty/points_table_floor", "penalty/cloud_tiers", "penalty/partial_minutes_dropped", "penalty/breach_count_bands", "penalty/ofcom_delayed_start",
    "penalty/iran_article_50_20_days", "penalty/iran_article_50_90_days", "penalty/per_minute_grace_cliff_exact", "penalty/per_minute_grace_cliff_ceil",
    "penalty/per_minute_capped", "penalty/within_grace_is_zero", "penalty/per_hour_or_part", "penalty/rial_rounding", "penalty/round_to_thousand_rial",
    "penalty/round_each_vs_sum", "penalty/overlap_policies", "penalty/cap_pro_rata", "penalty/cap_largest_remainder", "penalty/cap_first_come",
    "penalty/force_majeure_excluded",
}  # fmt: skip


def test_no_collected_case_is_left_out(shared):
    """Every collected penalty case is restated, here or as a named test of rules and money."""
    found = {
        case["id"] for name in ("metrics.json", "worked_examples.json") for case in json.loads((shared / "cases" / name).read_text(encoding="utf-8"))
        if case["metric"] == "penalty" and "id" in case
    }  # fmt: skip
    found |= {
        f"penalty/{case['variant']}"
        for case in json.loads((shared / "cases" / "worked_examples.json").read_text(encoding="utf-8"))
        if case["metric"] == "penalty"
    }
    assert found == RESTATED
