"""Rates: Garwood's interval, ratios of two, ratios of sums in clusters."""

import math

import numpy as np
import pytest

from slakit import stats
from slakit.errors import StatsError
from slakit.stats import Rate, Ratio


def test_garwood_is_the_chi_squared_quantile():
    """10 events: half the chi-squared quantiles with 20 and 22 degrees of freedom."""
    from scipy.stats import chi2

    interval = stats.poisson_interval(10, exposure=4.0)
    assert interval.low == pytest.approx(chi2.ppf(0.025, 20) / 8, rel=1e-12)
    assert interval.high == pytest.approx(chi2.ppf(0.975, 22) / 8, rel=1e-12)
    assert interval.estimate == 2.5
    assert stats.poisson_interval(0).low == 0.0
    assert stats.poisson_interval(3, alternative="less").low == 0.0
    assert stats.poisson_interval(3, alternative="greater").high == math.inf


def test_garwood_never_covers_too_seldom():
    """Summed over all outcomes, intervals of 95 percent hold the mean in at least 95 percent."""
    from scipy.stats import poisson

    for mean in (0.7, 3.3, 12.0):
        assert sum(poisson.pmf(k, mean) for k in range(60) if mean in stats.poisson_interval(k)) >= 0.95 - 1e-12


def test_a_ratio_of_rates_is_the_conditional_binomial():
    """10 in 100 days to 20 in 100 days: twice, p = 2 P(X <= 10 of 30 at one half)."""
    change = stats.rate_ratio((10, 100.0), Rate(20, 100))
    assert change.estimate == 2.0
    assert change.p_value == pytest.approx(2 * sum(math.comb(30, k) for k in range(11)) / 2**30, rel=1e-12)
    assert change.noise is True
    part = stats.proportion(20, 30, method="clopper_pearson")
    assert change.low == pytest.approx(part.low / (1 - part.low))
    assert change.high == pytest.approx(part.high / (1 - part.high))


def test_ratios_without_events_on_one_side_have_one_end():
    """From nothing to something the ratio is infinite, and so is its upper end; without any event there is none."""
    up = stats.rate_ratio((0, 1), (5, 1))
    assert (up.estimate, up.high) == (math.inf, math.inf)
    assert up.low > 0
    down = stats.rate_ratio((5, 1), (0, 1))
    assert (down.estimate, down.low) == (0.0, 0.0)
    assert stats.rate_ratio((0, 1), (0, 1)).estimate is None


@pytest.mark.parametrize("exposure", [0.0, -1.0, math.inf, math.nan])
def test_exposure_must_be_real(exposure):
    """A rate needs a finite exposure above 0."""
    with pytest.raises(StatsError) as caught:
        stats.poisson_interval(1, exposure=exposure)
    assert caught.value.code == "bad_exposure"


def test_rates_pool():
    """Counts and exposures add; no exposure, no rate."""
    total = Rate(3, 10) + Rate(2, 5)
    assert (total.value, total.interval()) == (5 / 15, stats.poisson_interval(5, exposure=15.0))
    assert Rate.empty().value is None
    assert Rate.empty().interval().reason == "there was no exposure"
    with pytest.raises(StatsError):
        Rate(1, -1)
    with pytest.raises(TypeError):
        total + 1


def test_a_ratio_of_sums_by_hand():
    """Messages 3, 5, 4 of services 1, 2, 1: 12 / 4 = 3; residuals 0, -1, 1; SE = sqrt(3/2 x 2) / 4 = 0.433; t(2) = 4.3027."""
    ratio = Ratio.of([3, 5, 4], [1, 2, 1])
    assert (ratio.value, ratio.standard_error) == (3.0, pytest.approx(math.sqrt(3) / 4))
    low, high = ratio.interval()
    assert high - 3.0 == pytest.approx(4.30265 * math.sqrt(3) / 4, abs=1e-5)
    assert low == pytest.approx(6.0 - high)


def test_clusters_widen_the_interval():
    """Ten ratings from two tickets say less than ten from ten."""
    outcomes = [1, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    alone = Ratio.of(outcomes)
    tied = Ratio.of(outcomes, clusters=["a"] * 5 + ["b"] * 5)
    assert alone.value == tied.value == 0.5
    assert tied.standard_error > alone.standard_error
    assert tied.share_interval().high - tied.share_interval().low > alone.share_interval().high - alone.share_interval().low
    assert 0.0 <= tied.share_interval().low <= 0.5 <= tied.share_interval().high <= 1.0


def test_independent_rows_are_nearly_wilson():
    """With a row a cluster, the share interval is Wilson's up to the factor n / (n - 1)."""
    outcomes = [1] * 30 + [0] * 70
    low, high = Ratio.of(outcomes).share_interval()
    plain = stats.proportion(30, 100)
    assert low == pytest.approx(plain.low, abs=0.002)
    assert high == pytest.approx(plain.high, abs=0.002)


def test_unanimous_clusters_count_as_one_trial_each():
    """All positive from three tickets is what 3 of 3 say."""
    interval = Ratio.of([1] * 9, clusters=[0, 0, 0, 1, 1, 1, 2, 2, 2]).share_interval()
    assert interval.low == pytest.approx(stats.proportion(3, 3).low)
    assert interval.high == 1.0


def test_one_cluster_and_nothing_have_no_interval():
    """It takes two clusters to see how they differ."""
    assert "at least two" in Ratio.of([1, 0], clusters=["t", "t"]).interval().reason
    assert "denominator is 0" in Ratio.empty().interval().reason
    assert Ratio.empty().value is None
    assert Ratio.empty().share_interval().low is None
    with pytest.raises(StatsError):
        Ratio.of([3], [2]).share_interval()
    with pytest.raises(StatsError) as caught:
        Ratio.of([1, 2], [1])
    assert caught.value.code == "unequal_lengths"
    with pytest.raises(TypeError):
        Ratio.empty() + 1


def test_sums_are_exact_where_products_leave_64_bits():
    """Numerators of 2^40 in four rows: squares of 2^80 add without rounding; floats add as fractions."""
    big = Ratio.of([2**40] * 4)
    assert big.over_over == 4 * 2**80
    assert Ratio.of([0.1] * 10).over == 10 * (Ratio.of([0.1]).over)


def test_the_cluster_interval_covers():
    """Of 1,500 draws of 40 tickets with correlated ratings, 95 percent intervals hold the true share in 92 to 97 percent; ignoring tickets does not."""
    generator = np.random.default_rng(3)
    held = naive = 0
    tickets = np.repeat(np.arange(40), 4)
    for _ in range(1_500):
        shares = generator.beta(2, 1, 40)
        outcomes = (generator.random(160) < shares[tickets]).astype(int)
        held += 2 / 3 in Ratio.of(outcomes, clusters=tickets).share_interval()
        naive += 2 / 3 in stats.proportion(int(outcomes.sum()), 160)
    assert 0.92 < held / 1_500 < 0.97
    assert naive < held
