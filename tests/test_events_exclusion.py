"""Exclusions: a stretch, a reason, whom it concerns."""

import pickle
from datetime import UTC, datetime

import pytest

from slakit import Exclusion
from slakit.errors import EventError, TimeError

START_US = 1_767_261_600_000_000
"""``date -u -d 2026-01-01T10:00:00 +%s`` in microseconds."""


def test_an_exclusion_holds_instants_and_reads_back():
    """Instants come in any form and are microseconds inside; the plain form reads back; the repr is a sentence."""
    given = Exclusion("2026-01-01T10:00:00Z", datetime(2026, 1, 1, 12, tzinfo=UTC), "outage", when={"team": ["north"]}, evidence="INC-7")
    assert (given.start, given.end) == (START_US, START_US + 7_200_000_000)
    assert given.to_dict() == {
        "start": "2026-01-01T10:00:00+00:00", "end": "2026-01-01T12:00:00+00:00", "reason": "outage", "when": {"team": "north"}, "evidence": "INC-7",
    }  # fmt: skip
    assert Exclusion.from_dict(given.to_dict()) == given
    assert pickle.loads(pickle.dumps(given)) == given
    assert hash(given) == hash(Exclusion.from_dict(given.to_dict()))
    assert repr(given) == "<excluded 2026-01-01 10:00:00Z to 2026-01-01 12:00:00Z: outage when team is 'north'>"
    assert given.when.matches({"team": "north"})


def test_without_conditions_it_holds_for_all():
    """No `when` means every ticket."""
    given = Exclusion(START_US, START_US + 1, "maintenance")
    assert not given.when
    assert given.when.matches({})
    assert given.to_dict().keys() == {"start", "end", "reason"}
    assert repr(given) == "<excluded 2026-01-01 10:00:00Z to 2026-01-01 10:00:00Z: maintenance>"


@pytest.mark.parametrize(
    ("keys", "error", "code"),
    [
        ({"end": START_US}, EventError, "empty_exclusion"),
        ({"end": START_US - 1}, EventError, "empty_exclusion"),
        ({"reason": ""}, EventError, "bad_value"),
        ({"reason": 5}, EventError, "bad_value"),
        ({"start": "2026-01-01T10:00:00"}, TimeError, "naive_time"),
        ({"when": {"team": None}}, EventError, "bad_condition"),
        ({"reson": "x"}, EventError, "unknown_key"),
    ],
)
def test_what_is_refused(keys, error, code):
    """An empty stretch, no reason, a naive time, a bad condition, an unknown key."""
    row = {"start": START_US, "end": START_US + 1, "reason": "outage"} | keys
    with pytest.raises(error) as caught:
        Exclusion.from_dict(row)
    assert caught.value.code == code


def test_a_missing_key_is_named():
    """The plain form needs start, end and reason."""
    with pytest.raises(EventError, match="needs the key 'reason'") as caught:
        Exclusion.from_dict({"start": START_US, "end": START_US + 1})
    assert caught.value.code == "missing_key"
