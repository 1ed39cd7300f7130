"""Judging as the specification works it by hand and as other projects' tests state it, on both interpreters."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from slakit import EventLog, PolicySet

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "conformance" / "judging.json").read_text(encoding="utf-8"))["cases"]
SCHEMA = json.loads((ROOT / "conformance" / "judging.schema.json").read_text(encoding="utf-8"))["$defs"]["case"]


def plain(given):
    """An answer as the suite writes it: instants as text."""
    if isinstance(given, datetime):
        return given.isoformat()
    if isinstance(given, list):
        return [plain(one) for one in given]
    return {key: plain(one) for key, one in given.items()} if isinstance(given, dict) else given


@pytest.mark.parametrize("engine", ["object", "column"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_of_the_suite(case, engine):
    """Every column that a case names has the value that it states."""
    if engine == "object":
        log = EventLog.from_records(case["events"], statuses=case.get("statuses"))
    else:
        keys = sorted({key for row in case["events"] for key in row})
        log = EventLog.from_columns({key: [row.get(key) for row in case["events"]] for key in keys}, statuses=case.get("statuses"))
    result = PolicySet.from_dict(case["policies"]).judge(log, as_of=case["as_of"], engine=engine).to_dict()
    places = {key: number for number, key in enumerate(zip(result["metric"], result["ordinal"], strict=True))}
    for expected in case["expect"]:
        number = places[expected["metric"], expected["ordinal"]]
        for name, value in expected.items():
            found = result["verdict"][number] == "breached" if name == "breached" else plain(result[name][number])
            assert (name, found) == (name, value)


def test_the_suite_follows_its_schema():
    """Every case has the keys that the schema requires, and none that it does not know; ids are unique."""
    known, rows = set(SCHEMA["properties"]), set(SCHEMA["properties"]["expect"]["items"]["properties"])
    assert len({case["id"] for case in CASES}) == len(CASES)
    for case in CASES:
        assert set(SCHEMA["required"]) <= set(case) <= known
        assert case["expect"]
        for expected in case["expect"]:
            assert {"metric", "ordinal"} < set(expected) <= rows


def test_the_suite_has_the_scenarios_and_cases_of_others():
    """The scenarios of judging are there by name, and cases from four other projects."""
    names = {case["id"] for case in CASES}
    assert {"s2", "s3", "s5-late", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s15", "s15-sum", "s18"} <= names
    sources = {case["source"].split("/")[0] for case in CASES}
    assert {"zammad", "frappe", "chatwoot", "fivetran"} <= sources
