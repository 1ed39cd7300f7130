"""Net promoter scores: intervals that stay inside the scale, and change."""

import numpy as np
import pytest

from slakit import stats
from slakit.errors import StatsError
from slakit.stats import Nps


def test_the_name_of_the_contract():
    """70, 20 and 10 give 60 points, inside the interval."""
    interval = stats.nps_interval(promoters=70, passives=20, detractors=10, method="score")
    assert (round(interval.low, 3), interval.estimate, round(interval.high, 3)) == (45.217, 60.0, 71.277)


def test_unanimous_answers_still_leave_doubt():
    """Five promoters of five: Wald says exactly 100, the score interval reaches down to 13."""
    assert tuple(stats.nps_interval(promoters=5, passives=0, detractors=0, method="wald")) == (100.0, 100.0)
    low, high = stats.nps_interval(promoters=5, passives=0, detractors=0)
    assert (round(low, 2), high) == (13.10, 100.0)
    mirrored = stats.nps_interval(promoters=0, passives=0, detractors=5)
    assert tuple(mirrored) == (-100.0, pytest.approx(-low))


def test_all_passive_is_symmetric():
    """Nobody at either end: 0 points, as far up as down; z^2 / (n + z^2) of 100 by Tango's closed form."""
    low, high = stats.nps_interval(promoters=0, passives=5, detractors=0)
    assert low == pytest.approx(-high)
    assert high == pytest.approx(100 * 3.841459 / (5 + 3.841459), abs=1e-4)


def test_nobody_answered():
    """Without answers there is no interval and no score."""
    assert stats.nps_interval(promoters=0, passives=0, detractors=0).low is None
    assert Nps.empty().value is None
    assert stats.nps_difference(Nps(), Nps(1, 0, 0)).estimate is None


def test_scores_pool_counts():
    """Two promoters, one passive and one detractor of four: 25 points."""
    total = Nps(1, 1, 0) + Nps(1, 0, 1)
    assert (total.n, total.value) == (4, 25.0)
    assert total.interval(method="wald") == stats.nps_interval(promoters=2, passives=1, detractors=1, method="wald")
    with pytest.raises(TypeError):
        total + 1


def test_a_change_by_the_score_method_reaches_no_further_than_the_scale_allows():
    """From all detractors to all promoters is +200 points, and nothing beyond."""
    change = stats.nps_difference((0, 0, 9), (9, 0, 0))
    assert (change.estimate, change.high) == (200.0, 200.0)
    assert change.low > 100
    assert (change.statistic, change.p_value) == (float("inf"), 0.0)
    same = stats.nps_difference((9, 0, 0), (9, 0, 0), method="wald")
    assert (same.estimate, same.statistic, same.p_value) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("counts", "options", "code"),
    [((-1, 0, 0), {}, "bad_count"), ((1, 0, 0), {"method": "tango"}, "unknown_method"), ((1, 0, 0), {"confidence": 0}, "bad_confidence")],
)
def test_what_makes_no_sense_is_refused(counts, options, code):
    """Wrong counts, methods and levels raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        stats.nps_interval(promoters=counts[0], passives=counts[1], detractors=counts[2], **options)
    assert caught.value.code == code
    with pytest.raises(StatsError):
        stats.nps_difference(counts, counts, **options)


@pytest.mark.parametrize("method", ["score", "adjusted_wald"])
def test_intervals_cover_as_often_as_they_say(method):
    """Of 4,000 samples of 40 answers each, 95 percent intervals hold the true score in 93.5 to 96.8 percent."""
    drawn = np.random.default_rng(8).multinomial(40, [0.55, 0.25, 0.2], size=4_000)
    found, times = np.unique(drawn, axis=0, return_counts=True)
    held = sum(
        count
        for (p, s, d), count in zip(found.tolist(), times.tolist(), strict=True)
        if 35.0 in stats.nps_interval(promoters=p, passives=s, detractors=d, method=method)
    )
    assert 0.935 < held / 4_000 < 0.968


def test_the_interval_of_a_change_covers():
    """Of 800 pairs of samples, intervals of the change hold the true 20 points in 93 to 97 percent."""
    generator = np.random.default_rng(9)
    first, second = (generator.multinomial(30, shares, size=800).tolist() for shares in ([0.4, 0.3, 0.3], [0.5, 0.3, 0.2]))
    held = 0
    for a, b in zip(first, second, strict=True):
        change = stats.nps_difference(tuple(a), tuple(b))
        held += change.low <= 20.0 <= change.high
    assert 0.93 < held / 800 < 0.97
