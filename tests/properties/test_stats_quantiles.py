"""Quantiles against numpy and scipy, sketches within their bound, splits that leave nothing over."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slakit import stats
from slakit.stats import Sketch, mix_split
from tests.profiles import examples

NASTY = st.one_of(
    st.just(0.0),
    st.integers(0, 2**53).map(float),
    st.floats(1e-300, 1e300),
    st.integers(-200, 700).map(lambda place: (1.01 / 0.99) ** place),
    st.floats(0, 1, exclude_min=True),
)


@examples(300)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.floats(0, 1))
def test_linear_quantiles_are_those_of_numpy(values, q):
    """Interpolation between neighbours, type 7."""
    assert stats.quantile(values, q) == pytest.approx(np.quantile(values, q), rel=1e-9, abs=1e-9)


@examples(300)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30), st.fractions(0, 1, max_denominator=60))
def test_inverted_quantiles_are_their_definition(values, q):
    """The least value with at least the share q at or below it."""
    expected = next(value for value in sorted(values) if Fraction(sum(one <= value for one in values), len(values)) >= q)
    assert stats.quantile(values, q, method="inverted_cdf") == expected


@examples(80)
@given(st.integers(1, 400), st.sampled_from([0.1, 0.25, 0.5, 0.9, 0.95]), st.sampled_from([0.8, 0.95, 0.99]))
def test_order_statistic_intervals_are_those_of_scipy(n, q, confidence):
    """The same order statistics, and none where scipy has none."""
    from scipy.stats import quantile_test

    values = np.arange(1, n + 1)
    found = stats.quantile_interval(values, q, confidence=confidence)
    expected = quantile_test(values, p=q).confidence_interval(confidence)
    assert [math.nan if end is None else end for end in found] == pytest.approx([expected.low, expected.high], nan_ok=True)


@examples(400)
@given(st.lists(NASTY, min_size=1, max_size=40), st.sampled_from([0.001, 0.01, 0.05, 0.3]), st.floats(0, 1))
@example([0.0, 1.0, 1.0202020202020202], 0.01, 0.5)
def test_sketches_keep_their_bound(values, alpha, q):
    """Every quantile lies within alpha of the value of its rank, for zeros, bin bounds, and 600 decades."""
    exact = sorted(values)[int(Fraction(str(q)) * (len(values) - 1))]
    assert abs(Sketch.of(values, alpha=alpha).quantile(q) - exact) <= alpha * exact * (1 + 1e-9)


@examples(200)
@given(
    st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 99), st.floats(-10, 10)), min_size=1),
    st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 99), st.floats(-10, 10)), min_size=1),
)
def test_rate_and_mix_leave_nothing_over(a, b):
    """The two parts sum to the change of the weighted mean; the same weights have no mix, the same values no rate."""

    def total(period):
        return sum(w * r for w, r in period.values()) / sum(w for w, _ in period.values())

    split = mix_split(a, b)
    assert split.rate + split.mix == pytest.approx(total(b) - total(a), abs=1e-9)
    back = mix_split(b, a)
    assert (back.rate, back.mix) == (pytest.approx(-split.rate, abs=1e-9), pytest.approx(-split.mix, abs=1e-9))
    assert mix_split(a, {group: (w, r + 1) for group, (w, r) in a.items()}).mix == pytest.approx(0.0, abs=1e-9)
    assert mix_split(a, {group: (w * 3, r) for group, (w, r) in a.items()}).rate == pytest.approx(0.0, abs=1e-9)
