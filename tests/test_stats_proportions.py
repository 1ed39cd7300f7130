"""Shares: the edges of their intervals, their coverage, and what is refused."""

import math
from math import comb

import pytest

from slakit import stats
from slakit.errors import StatsError
from slakit.stats import Interval, Share

METHODS = ("wilson", "jeffreys", "jeffreys_raw", "clopper_pearson", "agresti_coull", "normal")


def test_the_names_of_the_contract():
    """47 of 50 by Wilson: z = 1.96, centre (47 + 1.92) / 53.84 = 0.9086, half width 0.0708."""
    interval = stats.proportion(47, 50, method="wilson", confidence=0.95)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.8378, 0.9794)
    assert (interval.estimate, interval.confidence, interval.method, interval.reason) == (0.94, 0.95, "wilson", "")
    low, high = interval
    assert 0.94 in interval
    assert 0.99 not in interval
    assert (low, high) == (interval.low, interval.high)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_counted_has_no_interval(method):
    """An empty denominator is never 0 % or 100 %: no ends, and a reason."""
    interval = stats.proportion(0, 0, method=method)
    assert (interval.low, interval.high, interval.estimate) == (None, None, None)
    assert "n is 0" in interval.reason
    assert 0.3 in interval


@pytest.mark.parametrize("method", ["wilson", "jeffreys", "clopper_pearson"])
def test_impossible_edges_are_exact(method):
    """None of n starts at exactly 0, all of n ends at exactly 1."""
    assert stats.proportion(0, 7, method=method).low == 0.0
    assert stats.proportion(7, 7, method=method).high == 1.0


def test_clopper_pearson_of_nothing_found_is_the_closed_form():
    """With no success the upper end solves (1 - p)^n = 0.025."""
    assert stats.proportion(0, 20, method="clopper_pearson").high == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-13)


def test_one_sided_intervals_bound_one_side_only():
    """``less`` starts at 0, ``greater`` ends at 1, and each bound is that of the two-sided interval of 90 percent."""
    both = stats.proportion(3, 10, confidence=0.9)
    assert tuple(stats.proportion(3, 10, alternative="less")) == (0.0, pytest.approx(both.high, rel=1e-14))
    assert tuple(stats.proportion(3, 10, alternative="greater")) == (pytest.approx(both.low, rel=1e-14), 1.0)


def coverage(method, n, p):
    """How often intervals of 95 percent hold the share p, summed over all outcomes."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if p in stats.proportion(k, n, method=method))


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.83])
def test_intervals_cover_as_often_as_they_say(p):
    """Clopper-Pearson never covers less than 95 percent; Wilson and Jeffreys come near it; Wald does not at the edge."""
    assert coverage("clopper_pearson", 30, p) >= 0.95
    assert coverage("wilson", 30, p) == pytest.approx(0.95, abs=0.03)
    assert coverage("jeffreys", 30, p) == pytest.approx(0.95, abs=0.035)


def test_wald_covers_too_seldom():
    """The normal interval holds a share of 5 percent in 30 trials in about 78 of 100 cases: 1 - 0.95^30 bounds it."""
    assert coverage("normal", 30, 0.05) <= 1 - 0.95**30 < 0.8


@pytest.mark.parametrize(
    ("arguments", "options", "code"),
    [
        ((5, 3), {}, "bad_count"),
        ((-1, 3), {}, "bad_count"),
        ((1.5, 3), {}, "bad_count"),
        ((1, "many"), {}, "bad_count"),
        ((1, math.inf), {}, "bad_count"),
        ((1, 3), {"confidence": 1.0}, "bad_confidence"),
        ((1, 3), {"confidence": 95}, "bad_confidence"),
        ((1, 3), {"method": "wilsn"}, "unknown_method"),
        ((1, 3), {"alternative": "bigger"}, "unknown_alternative"),
        ((1, 3), {"continuity": True, "method": "normal"}, "no_continuity"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, options, code):
    """Wrong counts, levels and names raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        stats.proportion(*arguments, **options)
    assert caught.value.code == code


def test_an_unknown_method_is_met_with_the_nearest():
    """The message offers the name that was probably meant."""
    with pytest.raises(StatsError, match="did you mean 'wilson'"):
        stats.proportion(1, 2, method="wilsen")


def test_shares_pool_counts_not_percentages():
    """1 of 2 and 90 of 100 make 91 of 102, not 70 percent."""
    total = Share(1, 2) + Share(90, 100)
    assert (total.successes, total.n, total.value) == (91, 102, 91 / 102)
    assert total.interval() == stats.proportion(91, 102)
    assert Share.empty().value is None
    assert Share.of([True, False, None, 1]) == Share(2, 3)
    with pytest.raises(StatsError):
        Share(3, 2)
    with pytest.raises(TypeError):
        Share(1, 2) + 3


def test_intervals_compare_by_content():
    """Two equal questions give equal answers."""
    assert stats.proportion(1, 2) == stats.proportion(1, 2)
    assert Interval(0.1, 0.2) == Interval(0.1, 0.2)
