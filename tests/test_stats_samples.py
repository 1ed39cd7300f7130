"""Two samples: superiority and shift."""

from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest

from slakit import stats
from slakit.errors import MergeError, StatsError
from slakit.stats import samples

X, Y = [12, 15, 18, 20, 25, 30], [10, 11, 14, 16, 19, 22]


def test_superiority_is_counted_over_all_pairs():
    """Of 36 pairs the second is larger in 10: 27.8 percent, Cliff's delta -0.444."""
    larger = sum(y > x for x in X for y in Y)
    found = stats.brunner_munzel(X, Y)
    assert larger == 10
    assert found.estimate == pytest.approx(10 / 36)
    assert found.cliffs_delta == pytest.approx(-16 / 36)
    assert found.low < 10 / 36 < found.high


def test_superiority_without_a_test_says_why():
    """Empty, single and separate samples have no test."""
    assert stats.brunner_munzel([], [1]).estimate is None
    assert stats.brunner_munzel([], [1]).cliffs_delta is None
    assert "two values" in stats.brunner_munzel([1], [2, 3]).reason
    apart = stats.brunner_munzel([1, 2], [3, 4])
    assert (apart.estimate, apart.p_value) == (1.0, None)
    assert stats.brunner_munzel([1, 1], [1, 1]).estimate == 0.5


def test_the_shift_is_the_median_of_all_differences():
    """The 36 differences have the median -4; by the exact distribution of 6 and 6 the ends are the 6th from either side."""
    gaps = sorted(y - x for x in X for y in Y)
    found = stats.hodges_lehmann(X, Y)
    assert found.estimate == (gaps[17] + gaps[18]) / 2 == -4
    assert (found.low, found.high) == (gaps[5], gaps[-6])
    assert found.noise is True


def test_rank_sums_are_counted_exactly():
    """All 35 ways to place 3 among 7, by how many pairs are the wrong way round, either way about."""
    ways = [0] * 13
    for chosen in combinations(range(7), 3):
        ways[sum(chosen) - 3] += 1
    assert samples._rank_sums(3, 4).tolist() == ways
    assert samples._rank_sums(4, 3).tolist() == ways


def test_many_pairs_are_not_held_at_once(monkeypatch):
    """Bisection over the pairs finds the differences that a full list has, for whole numbers exactly."""
    generator = np.random.default_rng(0)
    whole = generator.integers(0, 500, 90), generator.integers(0, 600, 80)
    real = generator.random(90), generator.random(80) + 0.2
    listed = [stats.hodges_lehmann(*pair) for pair in (whole, real)]
    monkeypatch.setattr(samples, "_HELD", 10)
    assert stats.hodges_lehmann(*whole) == listed[0]
    assert tuple(stats.hodges_lehmann(*real)) == pytest.approx(tuple(listed[1]), abs=1e-12)
    assert samples._pairwise(np.array([1, 2]), np.array([5] * 20), 1) == 3
    assert samples._pairwise(np.array([1.0] * 6), np.array([5.0] * 6), 30) == 4.0


def test_durations_come_back_as_durations():
    """Timedeltas in, timedeltas out; with numbers they do not mix."""
    hour = timedelta(hours=1)
    found = stats.hodges_lehmann([hour * k for k in X], [hour * k for k in Y])
    assert (found.estimate, found.low) == (-4 * hour, -14 * hour)
    assert found.noise is True
    with pytest.raises(MergeError):
        stats.hodges_lehmann([hour], [1])


def test_edges():
    """Empty and tiny samples have no interval, infinity is refused."""
    assert stats.hodges_lehmann([], [1]).estimate is None
    tiny = stats.hodges_lehmann([1], [3])
    assert (tiny.estimate, tiny.low) == (2, None)
    with pytest.raises(StatsError) as caught:
        stats.brunner_munzel([1.0, float("inf")], [1.0])
    assert caught.value.code == "infinite_value"


def test_the_interval_of_the_shift_covers():
    """Of 800 pairs of samples shifted by 1, 95 percent intervals hold 1 in 93 to 97.5 percent, small and large."""
    generator = np.random.default_rng(6)
    for size in (12, 60):
        held = 0
        for _ in range(800):
            found = stats.hodges_lehmann(generator.exponential(2, size), generator.exponential(2, size) + 1)
            held += found.low <= 1 <= found.high
        assert 0.93 < held / 800 < 0.98
