"""Many agents: no bare league table."""

import math

import numpy as np
import pytest

from slakit import stats
from slakit.errors import StatsError

K, N = [9, 47, 180, 3, 60, 14, 88, 5], [10, 50, 200, 3, 80, 20, 100, 10]


def test_three_of_three_is_not_first():
    """Raw, the agent with 3 of 3 leads; shrunk, the one with 47 of 50 does, and ranks say how unsure they are."""
    found = stats.shrink(K, N, agents=list("abcdefgh"), method="mle")
    table = found.table.to_dict()
    assert table["agent"][int(np.argmax(table["raw"]))] == "d"
    assert table["agent"][int(np.argmax(table["shrunk"]))] == "b"
    assert table["rank_raw"] == [3, 2, 3, 1, 6, 7, 5, 8]
    assert sorted(table["shrunk"], reverse=True).index(table["shrunk"][3]) + 1 == 5
    assert all(low <= rank <= high for low, rank, high in zip(table["rank_low"], table["rank"], table["rank_high"], strict=True))
    assert table["rank_high"][3] - table["rank_low"][3] > table["rank_high"][2] - table["rank_low"][2]


@pytest.mark.parametrize("method", ["moments", "mle"])
def test_estimates_are_posterior_means_with_beta_intervals(method):
    """(alpha + k) / (alpha + beta + n), with the quantiles of that beta distribution."""
    from scipy.stats import beta

    found = stats.shrink(K, N, method=method)
    for k, n, shrunk, low, high in zip(K, N, *(found.table[name] for name in ("shrunk", "low", "high")), strict=True):
        a, b = found.alpha + k, found.beta + n - k
        assert shrunk == pytest.approx(a / (a + b))
        assert (low, high) == (pytest.approx(beta.ppf(0.025, a, b), rel=1e-10), pytest.approx(beta.ppf(0.975, a, b), rel=1e-10))
        assert min(k / n, found.mean) - 1e-12 <= shrunk <= max(k / n, found.mean) + 1e-12


def test_kleinman_moments_by_hand():
    """Two agents with 2 and 8 of 10: mean 0.5, S = 1.8, noise 1, room 9; rho = (1.8 - 0.25) / (0.25 x 9) = 31/45."""
    found = stats.shrink([2, 8], [10, 10])
    assert found.mean == 0.5
    assert found.overdispersion == pytest.approx(31 / 45)


def test_agents_that_chance_explains_are_not_told_apart():
    """Equal shares: all get the common one, its interval, and any rank; so do all-or-nothing shares."""
    for k, n in (([5, 5, 5], [10, 10, 10]), ([0, 0, 0], [3, 4, 5]), ([3, 4, 5], [3, 4, 5])):
        for method in ("moments", "mle"):
            found = stats.shrink(k, n, method=method)
            assert found.precision == math.inf
            assert found.overdispersion == 0.0
            assert found.table["shrunk"] == [sum(k) / sum(n)] * 3
            assert (found.table["rank_low"], found.table["rank_high"]) == ([1, 1, 1], [3, 3, 3])
            low, high = stats.proportion(sum(k), sum(n))
            assert (found.table["low"][0], found.table["high"][0]) == (low, high)


def test_an_agent_without_trials_gets_the_common_share():
    """Nothing known of an agent: the prior mean, no raw share, no raw rank."""
    found = stats.shrink([*K, 0], [*N, 0])
    assert found.table["raw"][-1] is None
    assert found.table["rank_raw"][-1] is None
    assert found.table["shrunk"][-1] == pytest.approx(found.mean)


@pytest.mark.parametrize("method", ["moments", "mle"])
def test_the_prior_is_found_again(method):
    """3,000 agents drawn from a beta distribution of mean 0.8 worth 25 trials: both come back, as does the coverage of the intervals."""
    generator = np.random.default_rng(2)
    n = generator.integers(5, 200, 3_000)
    true = generator.beta(20, 5, 3_000)
    found = stats.shrink(generator.binomial(n, true), n, method=method)
    assert found.mean == pytest.approx(0.8, abs=0.005)
    assert found.precision == pytest.approx(25, rel=0.12)
    held = (np.array(found.table["low"]) <= true) & (true <= np.array(found.table["high"]))
    assert 0.935 < held.mean() < 0.965


def test_strong_differences_drive_the_likelihood_far_from_its_start():
    """All or nothing for each agent: the likelihood rises towards alpha and beta of 0, so shares stay almost raw."""
    found = stats.shrink([0, 20, 0, 20], [20, 20, 20, 20], method="mle")
    assert found.precision < 0.5
    assert found.table["shrunk"][1] > 0.98


def test_draws_are_reproducible():
    """The same seed gives the same ranks."""
    assert stats.shrink(K, N).table == stats.shrink(K, N).table
    assert stats.shrink(K, N, seed=1).table["shrunk"] == stats.shrink(K, N).table["shrunk"]


@pytest.mark.parametrize(
    ("arguments", "options", "code"),
    [
        (([1, 2], [2]), {}, "unequal_lengths"),
        (([3, 1], [2, 2]), {}, "bad_count"),
        (([1.5, 1], [2, 2]), {}, "bad_count"),
        (([-1, 1], [2, 2]), {}, "bad_count"),
        (([1, 0], [2, 0]), {}, "too_few_agents"),
        (([1, 1], [2, 2]), {"method": "bayes"}, "unknown_method"),
        (([1, 1], [2, 2]), {"agents": ["a"]}, "unequal_lengths"),
        (([1, 1], [2, 2]), {"confidence": 2}, "bad_confidence"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, options, code):
    """Impossible counts and names raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        stats.shrink(*arguments, **options)
    assert caught.value.code == code
