"""Quantiles, means and totals of complete values."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from slakit import stats
from slakit.errors import MergeError, StatsError
from slakit.stats import Total
from slakit.stats.quantiles import coverage, interval_ranks

HOUR = timedelta(hours=1)


def test_linear_interpolates_between_neighbours():
    """p90 of 1, 2, 3 lies at rank 1.8: 2.8."""
    assert stats.quantile([1, 2, 3], 0.9) == pytest.approx(2.8)
    assert stats.quantile([1.0, 2.0, 4.0], 0.75) == 3.0
    assert stats.median([4, 1, 3, 2]) == 2.5


def test_inverted_cdf_reads_the_level_as_it_is_written():
    """7 percent of 100 is the 7th value, although 0.07 x 100 in floats exceeds 7."""
    assert 0.07 * 100 > 7
    assert stats.quantile(range(1, 101), 0.07, method="inverted_cdf") == 7
    assert stats.quantile(range(1, 101), Fraction(7, 100), method="inverted_cdf") == 7
    assert stats.quantile(range(1, 11), 0, method="inverted_cdf") == 1
    assert stats.quantile(range(1, 11), 1, method="inverted_cdf") == 10


def test_durations_come_back_as_durations():
    """Timedeltas in, timedeltas out; whole microseconds stay whole."""
    given = [HOUR, 2 * HOUR, 4 * HOUR]
    assert stats.median(given) == 2 * HOUR
    assert stats.mean(given) == timedelta(hours=7) / 3
    assert stats.quantile(np.array([1, 2], dtype="m8[h]"), 0.5) == 1.5 * HOUR
    low, high = stats.quantile_interval([HOUR * k for k in range(1, 21)], 0.5)
    assert (low, high) == (6 * HOUR, 15 * HOUR)
    assert stats.median([np.timedelta64(1, "h"), None, np.timedelta64("NaT")]) == HOUR


@pytest.mark.parametrize("given", [[1.0, None, 3.0], [1.0, float("nan"), 3.0], np.array([1.0, np.nan, 3.0]), [1, None, 3]])
def test_missing_values_are_left_out(given):
    """None and NaN are no measurement."""
    assert stats.mean(given) == 2.0
    assert stats.median(given) == 2


def test_missing_durations_are_left_out():
    """NaT is no measurement."""
    assert stats.mean(np.array([1, "NaT", 3], dtype="m8[s]")) == timedelta(seconds=2)


def test_series_are_taken_as_they_are():
    """A column of a frame, numbers or durations, is as good as an array."""
    import pandas as pd

    assert stats.median(pd.Series([3, 1, 2])) == 2
    assert stats.mean(pd.Series([HOUR, None, 3 * HOUR])) == 2 * HOUR


def test_decimals_are_numbers():
    """Any numbers that become floats are taken, with gaps."""
    assert stats.mean([Decimal("0.5"), None, Fraction(3, 2)]) == 1.0


def test_an_order_statistic_may_hold_a_tie_with_the_tail():
    """Of 1 value, half lie below the median: with 50 percent confidence a tail of exactly 1/4 is bounded by 2 values, not by 1."""
    assert interval_ranks(2, 0.5, 0.25) == (1, 2)
    assert interval_ranks(1, 0.5, 0.25) == (None, None)


def test_nothing_has_no_figures():
    """Of no values there is neither mean nor quantile, and no interval."""
    assert (stats.mean([]), stats.median([]), stats.quantile([], 0.9, method="inverted_cdf")) == (None, None, None)
    assert stats.quantile_interval([], 0.5).reason == "no values"
    assert stats.quantile_interval([1, 2], 1).low is None


def test_too_few_values_say_how_many_are_needed():
    """0.95^n must fall to 0.025: 72 values for an upper end of p95; half of 5 values has no end at all (6 are needed)."""
    assert stats.quantile_interval(range(20), 0.95).reason == "the upper end cannot be told from 20 values: it takes at least 72"
    assert stats.quantile_interval(range(20), 0.05).reason == "the lower end cannot be told from 20 values: it takes at least 72"
    assert stats.quantile_interval(range(5), 0.5).reason == "both ends cannot be told from 5 values: it takes at least 6"
    assert stats.quantile_interval(range(6), 0.5).reason == ""


@pytest.mark.parametrize(("n", "q"), [(20, 0.5), (50, 0.9), (7, 0.5), (301, 0.37), (101, 0.5)])
def test_ranks_are_the_tightest_that_cover(n, q):
    """The order statistics enclose the quantile with 95 percent, and either one step inward errs with more than 2.5."""
    from scipy.stats import binom

    low, high = interval_ranks(n, q, 0.025)
    assert coverage(n, q, (low, high)) >= 0.95
    assert binom.cdf(low, n, q) > 0.025
    assert 1 - binom.cdf(high - 2, n, q) > 0.025


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: stats.quantile([1], 90), "bad_level"),
        (lambda: stats.quantile([1], "p90"), "bad_level"),
        (lambda: stats.quantile([1], 0.5, method="nearest"), "unknown_method"),
        (lambda: stats.quantile([], 0.5, method="nearest"), "unknown_method"),
        (lambda: stats.Durations.of([1]).finished_quantile(0.5, method="nearest"), "unknown_method"),
        (lambda: stats.quantile(["a", "b"], 0.5), "not_numbers"),
        (lambda: stats.quantile([[1, 2], [3, 4]], 0.5), "not_numbers"),
        (lambda: stats.quantile([1, None, "b"], 0.5), "not_numbers"),
        (lambda: stats.quantile([1, None, object()], 0.5), "not_numbers"),
        (lambda: stats.quantile_interval([1], 0.5, confidence=2), "bad_confidence"),
    ],
)
def test_what_makes_no_sense_is_refused(call, code):
    """Levels, methods and values that mean nothing raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        call()
    assert caught.value.code == code


def test_totals_are_exact():
    """Ten times 0.1 is ten times the float 0.1, whose sum in floats is not; sums of microseconds leave 64 bits."""
    assert Total.of([0.1] * 10).total == 10 * Fraction(0.1)
    assert sum([0.1] * 10) != 1.0
    assert Total.of([0.1] * 10).mean == 0.1
    assert Total.of(np.full(5, 2**62)).total == 5 * 2**62
    assert Total.of([0.5, 0.5]).total == 1
    assert Total.of(np.array([-3, 2**40])).total == 2**40 - 3


def test_totals_know_their_unit():
    """Durations do not add to numbers, but anything adds to nothing."""
    durations, numbers = Total.of([HOUR]), Total.of([1])
    with pytest.raises(MergeError) as caught:
        durations + numbers
    assert caught.value.code == "unit_mismatch"
    assert Total.empty() + durations == durations == durations + Total.empty()
    assert (durations + Total.of([3 * HOUR])).mean == 2 * HOUR
    assert Total.empty().mean is None
    with pytest.raises(TypeError):
        durations + 1
