"""Control charts: limits by hand, and each rule."""

import math

import pytest

from slakit import stats
from slakit.errors import StatsError


def test_xmr_limits_by_hand():
    """10, 12, 11, 13: mean 11.5, moving ranges 2, 1, 2, mean 5/3; limits 2.66 of them away, ranges up to 3.267 of them."""
    chart = stats.xmr([10, 12, 11, 13])
    assert chart.centre == 11.5
    assert chart.table["high"][0] == pytest.approx(11.5 + 2.6587 * 5 / 3, abs=1e-3)
    assert chart.table["low"][0] == pytest.approx(11.5 - 2.6587 * 5 / 3, abs=1e-3)
    assert chart.table["moving_range"] == [None, 2.0, 1.0, 2.0]
    assert chart.table["range_high"][0] == pytest.approx(3.2665 * 5 / 3, abs=1e-3)
    assert chart.stable
    assert chart.signals == []
    assert chart.table.title == "4 points around 11.5: all within what chance does"


def test_a_point_beyond_its_limits_stands_out():
    """One 25 among values near 11."""
    chart = stats.xmr([10, 12, 11, 13, 9, 11, 10, 25, 11, 12])
    assert chart.signals == [7]
    assert chart.table["rules"][7] == "beyond"
    assert not chart.stable
    assert chart.table.title.endswith("1 stand out")


def test_limits_may_rest_on_a_baseline():
    """A shift after six quiet points is seen against them, not against itself."""
    quiet, high = [10, 11, 10, 11, 10, 11], [14, 15, 14, 15]
    assert stats.xmr(quiet + high, baseline=6).signals == [6, 7, 8, 9]
    assert stats.xmr(quiet + high, baseline=6).centre == 10.5


@pytest.mark.parametrize(
    ("series", "rule", "signals"),
    [
        ([0, 2] * 4 + [1.5] * 8, "run", [14, 15]),
        ([5, 1, 2, 3, 4, 5, 6, 7, 2], "trend", [6, 7]),
        ([1, 7, 6, 5, 4, 3, 2, 5], "trend", [6]),
    ],
)
def test_runs_and_trends_by_a_series(series, rule, signals):
    """The positions at which eight on one side of the centre 1 are complete (the last 2 is the first of them), and six that rise or fall."""
    assert stats.xmr(series, baseline=8 if rule == "run" else None, rules=(rule,)).signals == signals


@pytest.mark.parametrize(
    ("rule", "sigmas", "signals"), [("two_of_three", [2.1, 0, 2.1], [14]), ("four_of_five", [1.1, 1.1, 0, 1.1, 1.1], [16])]
)
def test_rules_by_sigma(rule, sigmas, signals):
    """0 and 2 in turn: centre 1, sigma 2 / 1.128; so many sigmas above or below it complete the pattern at the last point."""
    for side in (1, -1):
        series = [0, 2] * 6 + [1 + side * far * 2 / 1.1283792 for far in sigmas]
        assert stats.xmr(series, baseline=12, rules=(rule,)).signals == signals


def test_a_plain_p_chart_by_hand():
    """80 of 100 each: limits 0.8 plus and minus 3 sqrt(0.16 / 100) = 0.12, clipped at 1."""
    chart = stats.p_chart([82, 78, 95], [100, 100, 100], laney=False)
    assert (chart.centre, chart.sigma) == (0.85, 1.0)
    assert chart.table["high"][0] == pytest.approx(0.85 + 3 * math.sqrt(0.85 * 0.15 / 100))
    assert stats.p_chart([99, 98], [100, 100], laney=False).table["high"] == [1.0, 1.0]


def test_laney_widens_by_the_variation_between_neighbours():
    """Shares of 0.5, 0.6, 0.5 of 100: z = -2/3, 4/3, -2/3 in units of 0.05; mean moving range 2 over 1.128 is sigma z."""
    chart = stats.p_chart([50, 60, 50], [100, 100, 100])
    centre = 160 / 300
    unit = math.sqrt(centre * (1 - centre) / 100)
    sigma = (0.1 / unit) / (2 / math.sqrt(math.pi))
    assert chart.sigma == pytest.approx(sigma)
    assert chart.table["high"][1] == pytest.approx(centre + 3 * sigma * unit)


def test_certain_shares_have_no_variation():
    """All of all: the limits fall together and nothing stands out."""
    chart = stats.p_chart([5, 6], [5, 6])
    assert (chart.centre, chart.sigma, chart.signals) == (1.0, 0.0, [])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: stats.xmr([1]), "too_few_points"),
        (lambda: stats.xmr([1, 2, 3], baseline=1), "too_few_points"),
        (lambda: stats.xmr([1, 2], rules=("beyond", "runs")), "unknown_rule"),
        (lambda: stats.p_chart([1, 2], [3]), "unequal_lengths"),
        (lambda: stats.p_chart([4, 2], [3, 3]), "bad_count"),
        (lambda: stats.p_chart([0, 2], [0, 3]), "bad_count"),
    ],
)
def test_what_makes_no_sense_is_refused(call, code):
    """Too few points, unknown rules and impossible counts raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        call()
    assert caught.value.code == code
