"""Differences of shares: published numbers, both directions, edges."""

import numpy as np
import pytest

from slakit import stats
from slakit.errors import StatsError
from slakit.stats import Share

METHODS = ("newcombe", "score", "agresti_caffo", "wald")


@pytest.mark.parametrize("method", METHODS)
def test_swapping_the_sides_mirrors_the_interval(method):
    """The change from a to b is minus that from b to a."""
    there = stats.proportion_difference((7, 34), (11, 40), method=method)
    back = stats.proportion_difference((11, 40), (7, 34), method=method)
    assert there.estimate == pytest.approx(-back.estimate, rel=1e-12)
    assert (there.low, there.high) == (pytest.approx(-back.high, abs=1e-12), pytest.approx(-back.low, abs=1e-12))
    assert there.p_value == pytest.approx(back.p_value)
    assert there.noise is True


def test_the_score_interval_maximises_the_likelihood_under_its_limits():
    """At the upper limit of 790 to 820 of 1000, the restricted shares found by a general minimiser give z = 1.96 (Miettinen and Nurminen)."""
    from scipy.optimize import minimize_scalar

    high = stats.proportion_difference((790, 1000), (820, 1000), method="score").high

    def misfit(p):
        q = p + high
        return -(790 * np.log(p) + 210 * np.log(1 - p) + 820 * np.log(q) + 180 * np.log(1 - q))

    p = minimize_scalar(misfit, bounds=(0.5, 0.99 - high), method="bounded", options={"xatol": 1e-12}).x
    q = p + high
    variance = (p * (1 - p) / 1000 + q * (1 - q) / 1000) * 2000 / 1999
    assert (high - 0.03) / np.sqrt(variance) == pytest.approx(1.959964, abs=1e-5)


def test_agresti_caffo_adds_one_of_each():
    """3 of 8 to 6 of 8 becomes 4/10 to 7/10: 0.3 plus and minus 1.959964 sqrt(0.024 + 0.021)."""
    change = stats.proportion_difference((3, 8), (6, 8), method="agresti_caffo")
    assert change.high - 0.3 == pytest.approx(1.959964 * 0.045**0.5, abs=1e-6)
    assert change.estimate == 0.375


def test_an_empty_side_has_no_change():
    """Where one side counted nothing there is no difference, and a reason."""
    change = stats.proportion_difference(Share(0, 0), Share(1, 2))
    assert (change.estimate, change.low, change.noise) == (None, None, None)
    assert "n is 0" in change.reason


def test_equal_certain_sides_do_not_differ():
    """5 of 5 against 5 of 5: the pooled test has no variance and says 1."""
    change = stats.proportion_difference((5, 5), (5, 5))
    assert (change.estimate, change.statistic, change.p_value) == (0.0, 0.0, 1.0)
    assert stats.proportion_difference((0, 5), (0, 5), method="score").low < 0


def test_a_clear_change_is_no_noise():
    """50 of 100 to 90 of 100 is more than chance."""
    change = stats.proportion_difference((50, 100), (90, 100))
    assert change.noise is False
    assert tuple(change) == (change.low, change.high)


def test_unknown_methods_are_refused():
    """The code is stable."""
    with pytest.raises(StatsError) as caught:
        stats.proportion_difference((1, 2), (1, 2), method="newcomb")
    assert caught.value.code == "unknown_method"


@pytest.mark.parametrize("method", ["newcombe", "score", "agresti_caffo"])
def test_intervals_cover_as_often_as_they_say(method):
    """Summed over all outcomes of 12 and 15 trials, 95 percent intervals hold the true change in 93 to 98.5 percent."""
    from scipy.stats import binom

    for p, q in ((0.3, 0.5), (0.7, 0.9), (0.5, 0.5)):
        held = sum(
            binom.pmf(i, 12, p) * binom.pmf(j, 15, q)
            for i in range(13)
            for j in range(16)
            if (change := stats.proportion_difference((i, 12), (j, 15), method=method)).low - 1e-9 <= q - p <= change.high + 1e-9
        )
        assert 0.93 < held < 0.985
