"""Summaries of many groups at once: the same as one by one."""

from datetime import timedelta

import numpy as np
import pytest

from slakit import stats
from slakit.errors import StatsError

MINUTE = timedelta(minutes=1)


def test_shares_by_hand():
    """Two groups in order of first appearance, with the intervals of `proportion`."""
    table = stats.shares_by(["b", "a", "b", "b"], [1, 1, 0, 1])
    assert (table["group"], table["successes"], table["n"]) == (["b", "a"], [2, 1], [3, 1])
    for low, high, (k, n) in zip(table["low"], table["high"], [(2, 3), (1, 1)], strict=True):
        assert (low, high) == pytest.approx(tuple(stats.proportion(k, n)), abs=1e-15)
    assert len(stats.shares_by([], [])) == 0


def test_durations_by_hand():
    """One group with an open row, one that is all open, one that is all over."""
    table = stats.durations_by(
        ["x", "y", "x", "z", "z", "x", "z", "z"],
        [MINUTE * t for t in (1, 5, 3, 1, 2, 2, 3, 4)],
        [1, 0, 0, 1, 1, 1, 1, 1],
        quantiles=(0.5, 0.9),
    )
    assert table.to_dict() == {
        "group": ["x", "y", "z"],
        "n": [3, 1, 4],
        "open": [1, 1, 0],
        "median": [2 * MINUTE, None, 2 * MINUTE],
        "p90": [None, None, 4 * MINUTE],
        "finished_median": [1.5 * MINUTE, None, 2.5 * MINUTE],
        "finished_mean": [1.5 * MINUTE, None, 2.5 * MINUTE],
        "max": [3 * MINUTE, 5 * MINUTE, 4 * MINUTE],
    }


@pytest.mark.parametrize("whole", [True, False])
def test_many_groups_agree_with_one_by_one(whole):
    """Medians and p90 of 400 groups, many of them tied and some all over, are those of each group alone."""
    generator = np.random.default_rng(5)
    groups = generator.integers(0, 400, 6_000)
    times = generator.integers(0, 30, 6_000) if whole else generator.random(6_000)
    over = (generator.random(6_000) < 0.7) | (groups % 3 == 0)
    table = stats.durations_by(groups, times, over, quantiles=(0.5, 0.9, 0.25, 1.0)).to_dict()
    assert list(table)[3:7] == ["median", "p90", "p25", "p100"]
    for position, group in enumerate(table["group"]):
        rows = groups == group
        curve = stats.kaplan_meier(times[rows], over[rows])
        for name, q in (("median", 0.5), ("p90", 0.9), ("p25", 0.25), ("p100", 1.0)):
            assert table[name][position] == curve.quantile(q)
        assert table["finished_median"][position] == stats.median(times[rows & over])


def test_ties_with_the_level_are_exact_among_open_rows():
    """5/6 x 3/4 x 4/5 is exactly one half, so the median is the third end, in a group as alone."""
    times, over = [1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 0, 0, 1]
    table = stats.durations_by(["g"] * 8, [*times, 9], [*over, 0])
    assert table["median"] == [stats.kaplan_meier([*times, 9], [*over, 0]).median] == [4]


def test_what_makes_no_sense_is_refused():
    """Other lengths and negative durations raise with stable codes."""
    for arguments, code in (((["a"], [1, 2]), "unequal_lengths"), ((["a"], [-1]), "negative_duration"), ((["a"], [1], [3]), "not_flags")):
        with pytest.raises(StatsError) as caught:
            stats.durations_by(*arguments)
        assert caught.value.code == code


def test_nothing():
    """No rows, no groups."""
    assert len(stats.durations_by([], [])) == 0


def test_labels_may_be_anything():
    """Text arrays, numbers and objects are coded in order of first appearance."""
    for groups in (np.array(["b", "a", "b"]), np.array([7, 2, 7]), ["b", None, "b"], np.array([("x", 1), None, ("x", 1)], dtype=object)):
        assert stats.shares_by(groups, [1, 0, 1])["n"] == [2, 1]
