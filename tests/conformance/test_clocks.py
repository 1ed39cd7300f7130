"""The clocks on logs of one ticket, as the language-neutral suite states them, by both interpreters."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from slakit import EventLog, Policy, PolicySet, Schedule, ScheduleBy, measure, metrics

ROOT = Path(__file__).resolve().parents[2]
CASES = {case["id"]: case for case in json.loads((ROOT / "conformance" / "clocks.json").read_text(encoding="utf-8"))["cases"]}


def schedule_of(plain):
    """A schedule, or a choice of schedules by a field."""
    if "by" in plain:
        return ScheduleBy(plain["by"], {name: schedule_of(one) for name, one in plain["schedules"].items()}, on_change=plain["on_change"])
    return Schedule.from_dict(plain)


def log_of(case):
    """The log of a case."""
    return EventLog.from_records([{"ticket": case["id"]} | event for event in case["events"]])


def instant(text):
    """An instant, or None."""
    return None if text is None else datetime.fromisoformat(text)


@pytest.mark.parametrize("engine", ["object", "column"])
@pytest.mark.parametrize("name", CASES)
def test_the_cycles_of_a_case(name, engine):
    """Every clock of a case finds exactly its cycles."""
    case = CASES[name]
    cycles = measure(log_of(case), list(case["cycles"]), schedule=schedule_of(case["schedule"]), as_of=case["as_of"], engine=engine)
    for metric, expected in case["cycles"].items():
        found = [
            {
                "started_at": row.started_at,
                "stopped_at": row.stopped_at,
                "phase": row.phase,
                "cause": row.cause,
                "elapsed_seconds": row.elapsed_us / 1e6,
                "accumulated_seconds": row.accumulated_us / 1e6,
                "paused_seconds": row.paused_us / 1e6,
                "excluded_seconds": row.excluded_us / 1e6,
            }
            for row in cycles
            if row.metric == metric
        ]
        times = [{key: instant(row[key]) for key in ("started_at", "stopped_at")} for row in expected]
        assert found == [{"excluded_seconds": 0} | row | time for row, time in zip(expected, times, strict=True)]


@pytest.mark.parametrize("engine", ["object", "column"])
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "verdicts" in case])
def test_the_verdicts_of_a_case(name, engine):
    """The cycles of a case are judged as it says."""
    case = CASES[name]
    targets = {metric: timedelta(seconds=span) for metric, span in case["targets"].items()}
    policy = Policy("case", schedule=schedule_of(case["schedule"]), targets=targets)
    table = PolicySet([policy]).judge(log_of(case), as_of=case["as_of"], engine=engine).to_dict()
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    assert len(rows) == len(case["verdicts"])
    for row, expected in zip(rows, case["verdicts"], strict=True):
        found = row | {"overrun_seconds": row["overrun_us"] / 1e6}
        assert {key: found[key] for key in expected} == expected | {
            key: instant(expected[key]) for key in ("due_at", "met_until") if key in expected
        }


def test_the_suite_covers_the_catalogue():
    """The cases together ask every clock but one explicit acceptance and four of the six stays."""
    asked = {metric for case in CASES.values() for metric in case["cycles"]}
    assert set(metrics.CATALOGUE) - asked == {
        "service_delivery.accepted",
        *(f"time_in.{one}" for one in ("open", "pending", "on_hold", "closed")),
    }


def test_the_suite_follows_its_schema():
    """Each case, cycle and verdict has the keys that the schema requires and no others; ids are unique."""
    shapes = json.loads((ROOT / "conformance" / "clocks.schema.json").read_text(encoding="utf-8"))["$defs"]

    def fits(given, shape):
        return set(shapes[shape]["required"]) <= set(given) <= set(shapes[shape]["properties"])

    for case in CASES.values():
        assert fits(case, "case"), case["id"]
        assert all(fits(cycle, "cycle") for cycles in case["cycles"].values() for cycle in cycles), case["id"]
        assert all(fits(verdict, "verdict") for verdict in case.get("verdicts", ())), case["id"]
        assert all({"at", "kind"} <= set(event) for event in case["events"]), case["id"]
    ids = [case["id"] for case in json.loads((ROOT / "conformance" / "clocks.json").read_text(encoding="utf-8"))["cases"]]
    assert len(set(ids)) == len(ids)
