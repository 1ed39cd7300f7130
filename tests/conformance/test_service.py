"""Service metrics as vendors, other projects and hand computation state them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from slakit import EventLog, Scale, service

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "conformance" / "service.json").read_text(encoding="utf-8"))["cases"]


def answer(case):
    """Ask the public interface what a case asks."""
    given = dict(case["given"])
    if isinstance(given.get("scale"), dict):
        scale = given["scale"]
        given["scale"] = Scale.of(*scale["labels"], positive=scale["positive"], negative=scale["negative"])
    data = EventLog.from_records(case["events"]) if "events" in case else case["answers"]
    return getattr(service, case["ask"])(data, **given)


def plain(found):
    """A value of an answer in the form of the cases."""
    if isinstance(found, timedelta):
        return {"seconds": found / timedelta(seconds=1)}
    return list(found) if isinstance(found, tuple) else found


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_holds(case):
    """The answer has the numbers that the case's source states, within its tolerance."""
    result = answer(case)
    for name, expected in case["expect"].items():
        if name == "groups":
            found = {key: plain(group.value) for key, group in result.groups.items()}
        elif name == "counts":
            found = dict(result.counts)
        else:
            found = plain(getattr(result, name))
        if isinstance(expected, int | float) and not isinstance(expected, bool):
            assert found == pytest.approx(expected, rel=case["tolerance"], abs=case["tolerance"]), name
        else:
            assert found == expected, name


def test_case_ids_are_unique():
    """Each case has an id of its own."""
    ids = [case["id"] for case in CASES]
    assert len(ids) == len(set(ids))
    assert len(CASES) > 50
