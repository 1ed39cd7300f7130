"""Survival curves against lifelines, a naive recount, and what they must be where nothing is open."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slakit import stats
from slakit.stats import Durations, aalen_johansen, kaplan_meier
from tests.profiles import examples

TIMES = st.lists(st.integers(0, 30), min_size=1, max_size=40)


@st.composite
def observations(draw):
    """Durations, whether each is over, and late entries before them."""
    times = draw(TIMES)
    size = len(times)
    over = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    entry = [draw(st.integers(0, time - 1)) if time > 0 and draw(st.booleans()) else 0 for time in times]
    return times, over, entry


def recount(times, over, entry=None):
    """S after each duration by counting rows afresh at each, in fractions."""
    curve, left = {}, Fraction(1)
    for at in sorted(set(times)):
        ended = sum(time == at and done for time, done in zip(times, over, strict=True))
        risk = sum(time >= at and (start == 0 or start < at) for time, start in zip(times, entry or [0] * len(times), strict=True))
        left *= 1 - Fraction(ended, risk) if ended else 1
        curve[at] = left
    return curve


@examples(200)
@given(observations(), st.booleans(), st.fractions(0, 1, max_denominator=40).filter(lambda q: q > 0))
def test_curves_are_those_of_a_naive_recount(rows, late, q):
    """Every step, and every quantile decided in fractions, is that of counting afresh."""
    times, over, entry = rows
    exact = recount(times, over, entry if late else None)
    curve = kaplan_meier(times, over, entry if late else None)
    found = curve.curve()
    assert found["time"] == list(exact)
    assert found["survival"] == pytest.approx([float(left) for left in exact.values()], abs=1e-12)
    assert curve.quantile(q) == next((at for at, left in exact.items() if left <= 1 - q), None)


@examples(150)
@given(TIMES, st.fractions(0, 1, max_denominator=40).filter(lambda q: q > 0))
def test_where_nothing_is_open_it_is_the_empirical_distribution(times, q):
    """S is the share above, exactly, and quantiles are the inverted distribution function."""
    curve = kaplan_meier(times)
    for t in range(31):
        assert curve.survival(t) == sum(time > t for time in times) / len(times)
    assert curve.quantile(q) == stats.quantile(times, q, method="inverted_cdf")
    assert curve.rmst(max(times)) == pytest.approx(sum(times) / len(times))


@examples(40)
@given(observations(), st.sampled_from([0.8, 0.95, 0.99]), st.booleans())
def test_curves_and_intervals_are_those_of_lifelines(rows, confidence, late):
    """Survival and log-log limits agree wherever S is strictly between 0 and 1."""
    from lifelines import KaplanMeierFitter

    times, over, entry = rows
    assume(not late or all(time > 0 for time in times))
    assume(not late or not set(times) & {start for start in entry if start})
    starts = entry if late and any(entry) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = KaplanMeierFitter(alpha=1 - confidence).fit(times, over, entry=starts)
    curve = kaplan_meier(times, over, starts)
    for t in sorted(set(times)):
        s = curve.survival(t)
        if t > 0 and 0 < s < 1:
            limits = curve.survival_interval(t, confidence=confidence)
            assert s == pytest.approx(fitted.survival_function_at_times(t).item(), abs=1e-10)
            assert tuple(limits) == pytest.approx(tuple(fitted.confidence_interval_.loc[t]), abs=1e-8)


@examples(30)
@given(st.lists(st.sampled_from(["a", "b", None]), min_size=5, max_size=60), st.randoms(use_true_random=False))
def test_incidences_are_those_of_lifelines(causes, rng):
    """Cumulative incidence, its variance and interval agree where no two durations are equal."""
    from lifelines import AalenJohansenFitter

    assume("a" in causes)
    times = list(range(1, len(causes) + 1))
    rng.shuffle(times)
    codes = [{"a": 1, "b": 2, None: 0}[cause] for cause in causes]
    fitted = AalenJohansenFitter(calculate_variance=True).fit(np.array(times), np.array(codes), event_of_interest=1)
    curves = aalen_johansen(times, causes)
    for t in times:
        assert curves.incidence("a", t) == pytest.approx(fitted.cumulative_density_.loc[t].item(), abs=1e-12)
        if 0 < curves.incidence("a", t) < 1 and fitted.variance_.loc[t].item() > 0:
            assert curves.variance("a", t) == pytest.approx(fitted.variance_.loc[t].item(), rel=1e-9)


@examples(40)
@given(observations(), observations())
def test_the_log_rank_test_is_that_of_lifelines(first, second):
    """Statistic and p-value agree where anything ends at all."""
    from lifelines.statistics import logrank_test

    ours = stats.log_rank(kaplan_meier(*first[:2]), kaplan_meier(*second[:2]))
    assume(ours[0] > 0)
    theirs = logrank_test(first[0], second[0], first[1], second[1])
    assert ours == (pytest.approx(theirs.test_statistic, rel=1e-8, abs=1e-12), pytest.approx(theirs.p_value, rel=1e-8, abs=1e-12))


@examples(200)
@given(observations(), st.floats(0.5, 0.99), st.floats(0, 30))
def test_limits_surround_the_curve(rows, confidence, t):
    """Inside [0, 1], around the estimate, and wider the surer they are to be; the curve never rises."""
    curve = kaplan_meier(*rows[:2])
    low, high = curve.survival_interval(t, confidence=confidence)
    wider = curve.survival_interval(t, confidence=(1 + confidence) / 2)
    assert 0 <= wider.low <= low + 1e-12 <= curve.survival(t) + 2e-12 <= high + 3e-12 <= wider.high + 4e-12 <= 1 + 5e-12
    assert (np.diff(curve.survivals) <= 1e-15).all()
    interval = curve.quantile_interval(0.5, confidence=confidence)
    assert interval.estimate is None or interval.estimate in interval


@examples(150)
@given(observations(), st.integers(0, 30))
def test_open_ones_never_shorten_the_median(rows, more):
    """Learning that an open one is still open later never lowers the curve anywhere."""
    times, over, _ = rows
    later = [time if done else time + more for time, done in zip(times, over, strict=True)]
    now, then = kaplan_meier(times, over), kaplan_meier(later, over)
    for t in range(0, 31, 3):
        assert then.survival(t) >= now.survival(t) - 1e-12


@examples(150)
@given(observations(), st.integers(1, 30))
def test_attainment_is_that_of_a_loop(rows, target):
    """Met, late and undecided by looking at each cycle."""
    times, over, _ = rows
    summary = Durations.of(times, over, target=target)
    met = sum(done and time <= target for time, done in zip(times, over, strict=True))
    late = sum(time > target for time in times)
    assert (summary.attainment().successes, summary.attainment().n) == (met, met + late)
    assert summary.undecided() == len(times) - met - late
