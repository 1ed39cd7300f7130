"""Distribution functions, intervals and tests against scipy and statsmodels on random data, and what every interval must be."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import special as scipy_special
from scipy import stats as scipy_stats
from statsmodels.stats import proportion as statsmodels_proportion

from slakit import stats
from slakit.stats import special, special_arrays
from tests.profiles import examples

SHAPE = st.floats(-0.5, 5).map(lambda power: 10**power)
MASS = st.floats(-9, -0.03).map(lambda power: 10**power)
CONFIDENCE = st.floats(0.5, 0.9999)
METHODS = {"wilson": "wilson", "jeffreys_raw": "jeffreys", "clopper_pearson": "beta", "agresti_coull": "agresti_coull", "normal": "normal"}


@st.composite
def counts(draw, most=2_000):
    """Successes and trials."""
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@examples(200)
@given(SHAPE, SHAPE, MASS)
def test_beta_is_that_of_scipy(a, b, p):
    """Quantile and both tails to ten digits over six decades of shapes."""
    x = special.beta_quantile(p, a, b)
    assert x == pytest.approx(scipy_special.betaincinv(a, b, p), rel=1e-10, abs=1e-290)
    below, above = special.beta_tails(a, b, x)
    assert (below, above) == (
        pytest.approx(scipy_special.betainc(a, b, x), rel=1e-9),
        pytest.approx(scipy_special.betaincc(a, b, x), rel=1e-9),
    )


@examples(200)
@given(SHAPE, MASS, st.booleans())
def test_gamma_is_that_of_scipy(a, p, upper):
    """Quantile from either end and both tails to eleven digits."""
    x = special.gamma_quantile(p, a, upper=upper)
    assert x == pytest.approx((scipy_special.gammainccinv if upper else scipy_special.gammaincinv)(a, p), rel=1e-11)
    assert special.gamma_tails(a, x)[1 if upper else 0] == pytest.approx(p, rel=1e-9)


@example(8.0, 0.5, 2.5e-8, 1, 0.0).via("so near the middle that df / (df + t * t) is one")
@examples(200)
@given(st.floats(1, 1e4), st.floats(1e-9, 0.999), st.floats(-9, 9), st.integers(1, 60), st.floats(0, 300))
def test_t_and_chi_squared_are_those_of_scipy(df, q, t, whole, x):
    """Tails and quantiles of the two distributions that tests use; the normal is their limit."""
    assert special.t_isf(q, df) == pytest.approx(scipy_stats.t.isf(q, df), rel=1e-8, abs=1e-8)
    assert special.t_sf(t, df) == pytest.approx(scipy_stats.t.sf(t, df), rel=1e-8)
    assert special.chi2_sf(x, whole) == pytest.approx(scipy_stats.chi2.sf(x, whole), rel=1e-9, abs=1e-300)
    assert special.t_isf(q, math.inf) == special.normal_isf(q) == pytest.approx(scipy_stats.norm.isf(q), rel=1e-9, abs=1e-12)
    assert special.t_sf(t, math.inf) == special.normal_sf(t) == pytest.approx(scipy_stats.norm.sf(t), rel=1e-9)


@examples(200)
@given(counts(200_000), st.floats(0.001, 0.999), st.floats(1e-6, 1 - 1e-6))
def test_the_binomial_is_that_of_scipy(given_counts, p, q):
    """Distribution function, and the exact whole quantile."""
    k, n = given_counts
    assert special.binomial_cdf(k, n, p) == pytest.approx(scipy_stats.binom.cdf(k, n, p), rel=1e-8, abs=1e-12)
    found = special.binomial_quantile(q, n, p)
    assert special.binomial_cdf(found, n, p) >= q * (1 - 1e-13)
    assert special.binomial_cdf(found - 1, n, p) < q
    tied = min(abs(scipy_stats.binom.cdf(k, n, p) - q) for k in (found - 1, found)) < 1e-9
    assert abs(found - scipy_stats.binom.ppf(q, n, p)) <= (1 if tied else 0)
    assert (special.binomial_quantile(0.0, n, p), special.binomial_quantile(1.0, n, p)) == (0, n)
    assert special.binomial_cdf(-1, n, p) == 0.0


def test_a_binomial_quantile_takes_a_tie():
    """P(X <= 0) of one fair coin is exactly a half, whatever the last digit of a float says."""
    assert special.binomial_quantile(0.5, 1, 0.5) == 0


@pytest.mark.parametrize(("q", "n", "p"), [(0.99999, 30, 0.02), (0.9999999, 1000, 0.001), (1e-7, 1000, 0.999)])
def test_skewed_binomials_need_a_longer_search(q, n, p):
    """Far from the normal approximation the quantile is still the exact one."""
    assert special.binomial_quantile(q, n, p) == scipy_stats.binom.ppf(q, n, p)


@pytest.mark.parametrize(("p", "a"), [(0.999, 0.01), (0.9999, 0.3), (1e-8, 0.02)])
def test_skewed_gammas_need_a_longer_search(p, a):
    """Far from the normal approximation the quantile is still found, from both ends."""
    assert special.gamma_quantile(p, a) == pytest.approx(scipy_special.gammaincinv(a, p), rel=1e-9, abs=1e-290)
    assert special.gamma_quantile(1 - p, a, upper=True) == pytest.approx(scipy_special.gammainccinv(a, 1 - p), rel=1e-9, abs=1e-290)


def test_the_ends_of_distributions():
    """At and beyond their ends the functions give the ends."""
    assert special.beta_tails(2, 3, -1) == (0.0, 1.0)
    assert special.beta_tails(2, 3, 2) == (1.0, 0.0)
    assert (special.beta_quantile(0, 2, 3), special.beta_quantile(1, 2, 3)) == (0.0, 1.0)
    assert special.gamma_tails(2, 0) == (0.0, 1.0)
    assert [special.gamma_quantile(p, 2, upper=up) for p in (0, 1) for up in (False, True)] == [0.0, math.inf, math.inf, 0.0]


@examples(60)
@given(st.lists(st.tuples(SHAPE, SHAPE), min_size=1, max_size=6), st.floats(0.001, 0.9))
def test_arrays_give_what_scalars_give(shapes, p):
    """The functions over arrays agree with the scalar ones and with scipy."""
    a, b = (np.array(side) for side in zip(*shapes, strict=True))
    np.testing.assert_allclose(special_arrays.beta_quantiles(p, a, b), [special.beta_quantile(p, *pair) for pair in shapes], rtol=1e-9)
    np.testing.assert_allclose(special_arrays.digamma(a), scipy_special.digamma(a), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(special_arrays.trigamma(a), scipy_special.polygamma(1, a), rtol=1e-12)


@examples(200)
@given(counts(), CONFIDENCE, st.sampled_from(sorted(METHODS)))
def test_proportions_are_those_of_statsmodels(given_counts, confidence, method):
    """Five methods to ten digits."""
    k, n = given_counts
    expected = statsmodels_proportion.proportion_confint(k, n, alpha=1 - confidence, method=METHODS[method])
    assert tuple(stats.proportion(k, n, method=method, confidence=confidence)) == pytest.approx(expected, abs=1e-9)


@examples(200)
@given(counts(300), CONFIDENCE, st.sampled_from(["two-sided", "less", "greater"]), st.booleans())
def test_wilson_is_that_of_scipy(given_counts, confidence, alternative, continuity):
    """One- and two-sided, with and without continuity correction."""
    k, n = given_counts
    expected = scipy_stats.binomtest(k, n, alternative=alternative).proportion_ci(confidence, method="wilsoncc" if continuity else "wilson")
    found = stats.proportion(k, n, confidence=confidence, alternative=alternative, continuity=continuity)
    assert tuple(found) == pytest.approx((expected.low, expected.high), abs=1e-9)


@examples(300)
@given(counts(), CONFIDENCE, st.sampled_from(["wilson", "jeffreys", "clopper_pearson", "agresti_coull", "normal"]))
def test_intervals_stay_inside_and_hold_the_estimate(given_counts, confidence, method):
    """Inside [0, 1], around the share, mirrored when failures are counted, narrower when less sure."""
    k, n = given_counts
    low, high = stats.proportion(k, n, confidence=confidence, method=method)
    assert 0 <= low <= k / n <= high <= 1
    mirrored = stats.proportion(n - k, n, confidence=confidence, method=method)
    assert (low, high) == (pytest.approx(1 - mirrored.high, abs=1e-12), pytest.approx(1 - mirrored.low, abs=1e-12))
    narrower = stats.proportion(k, n, confidence=confidence / 2, method=method)
    assert low <= narrower.low + 1e-15
    assert narrower.high <= high + 1e-15


@examples(200)
@given(counts(300), counts(300), CONFIDENCE)
def test_differences_are_those_of_statsmodels(a, b, confidence):
    """Newcombe, Agresti-Caffo and Wald limits and the pooled test; ours is the second minus the first."""
    for method, name in (("newcombe", "newcomb"), ("agresti_caffo", "agresti-caffo"), ("wald", "wald")):
        found = stats.proportion_difference(a, b, method=method, confidence=confidence)
        expected = statsmodels_proportion.confint_proportions_2indep(*b, *a, method=name, compare="diff", alpha=1 - confidence)
        assert tuple(found) == pytest.approx(np.clip(expected, -1, 1), abs=1e-9)
    if 0 < a[0] + b[0] < a[1] + b[1]:
        z, p = statsmodels_proportion.proportions_ztest([b[0], a[0]], [b[1], a[1]])
        assert (found.statistic, found.p_value) == (pytest.approx(z), pytest.approx(p))


@examples(200)
@given(counts(300), counts(300), CONFIDENCE, st.sampled_from(["newcombe", "score"]))
def test_intervals_of_differences_stay_inside(a, b, confidence, method):
    """Inside [-1, 1] and around the estimate."""
    found = stats.proportion_difference(a, b, method=method, confidence=confidence)
    assert -1 <= found.low <= found.estimate + 1e-9 <= found.high + 2e-9 <= 1 + 3e-9


@examples(300)
@given(st.tuples(*[st.integers(0, 300)] * 3).filter(sum), CONFIDENCE)
def test_scores_stay_on_their_scale(answers, confidence):
    """The score interval lies in [-100, 100], holds the score, and mirrors when promoters and detractors change places."""
    promoters, passives, detractors = answers
    low, high = stats.nps_interval(promoters=promoters, passives=passives, detractors=detractors, confidence=confidence)
    score = 100 * (promoters - detractors) / sum(answers)
    assert -100 <= low <= score + 1e-9 <= high + 2e-9 <= 100 + 3e-9
    mirrored = stats.nps_interval(promoters=detractors, passives=passives, detractors=promoters, confidence=confidence)
    assert (low, high) == (pytest.approx(-mirrored.high, abs=1e-9), pytest.approx(-mirrored.low, abs=1e-9))


@examples(150)
@given(st.tuples(*[st.integers(0, 80)] * 3).filter(sum), st.floats(0.8, 0.99))
def test_score_limits_solve_tangos_equation(answers, confidence):
    """At a limit inside the scale the restricted likelihood, maximised by scipy, gives exactly z standard errors."""
    from scipy.optimize import minimize_scalar

    b, passives, c = answers
    n = sum(answers)
    z = scipy_stats.norm.isf((1 - confidence) / 2)
    interval = stats.nps_interval(promoters=b, passives=passives, detractors=c, confidence=confidence)
    for limit, side in ((interval.low / 100, 1), (interval.high / 100, -1)):
        assume(-0.98 < limit < 0.98)

        def misfit(q, delta=limit):
            shares = (q + delta, q, 1 - 2 * q - delta)
            return -sum(count * math.log(max(share, 1e-300)) for count, share in zip((b, c, passives), shares, strict=True))

        edges = max(0.0, -limit), (1 - limit) / 2
        q = minimize_scalar(misfit, bounds=edges, method="bounded", options={"xatol": 1e-12}).x
        variance = n * (2 * q + limit - limit * limit)
        assert (b - c - n * limit) == pytest.approx(side * z * math.sqrt(variance), rel=1e-4, abs=1e-4)


@examples(200)
@given(st.integers(0, 5_000), st.floats(0.1, 1_000), CONFIDENCE)
def test_rates_hold_the_estimate(count, exposure, confidence):
    """At or above 0, around the rate, and exact: the ends put half the rest of the mass beyond the count."""
    low, high = stats.poisson_interval(count, exposure=exposure, confidence=confidence)
    assert 0 <= low <= count / exposure <= high
    assert scipy_stats.poisson.cdf(count, high * exposure) == pytest.approx((1 - confidence) / 2, rel=1e-6)
    if count:
        assert scipy_stats.poisson.sf(count - 1, low * exposure) == pytest.approx((1 - confidence) / 2, rel=1e-6)


@examples(100)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=25), st.lists(st.integers(0, 12), min_size=2, max_size=25))
def test_brunner_munzel_is_that_of_scipy(x, y):
    """Statistic and p-value where there is a test, on tied data."""
    found = stats.brunner_munzel(x, y)
    assert found.estimate == pytest.approx(np.mean([(b > a) + (a == b) / 2 for a in x for b in y]))
    assume(found.p_value is not None)
    expected = scipy_stats.brunnermunzel(x, y)
    assert (found.statistic, found.p_value) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))
    assert 0 <= found.low <= found.estimate <= found.high <= 1


@examples(100)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=20), st.lists(st.integers(-50, 50), min_size=1, max_size=20))
def test_hodges_lehmann_is_the_median_of_all_pairs(x, y):
    """Against the full list, with the interval around it, mirrored when the sides are swapped."""
    found, back = stats.hodges_lehmann(x, y), stats.hodges_lehmann(y, x)
    assert found.estimate == np.median(np.subtract.outer(y, x)) == -back.estimate
    if found.low is not None:
        assert found.low <= found.estimate <= found.high
        assert (found.low, found.high) == (-back.high, -back.low)
