"""DDSketch: bins, bounds, merging."""

from datetime import timedelta

import numpy as np
import pytest

from slakit.errors import MergeError, StatsError
from slakit.stats import Sketch


def test_quantiles_by_hand():
    """1, 10, 100 at 1 percent: the middle lies in bin 116, reported as 2 gamma^116 / (1 + gamma); the extremes are exact."""
    sketch = Sketch.of([1, 10, 100])
    gamma = 1.01 / 0.99
    assert sketch.bins == ((0, 1), (116, 1), (231, 1))
    assert sketch.median == pytest.approx(2 * gamma**116 / (1 + gamma), rel=1e-12)
    assert abs(sketch.median - 10) <= 0.1
    assert (sketch.quantile(0), sketch.quantile(1)) == (1, 100)
    assert repr(sketch).startswith("Sketch of 3 values within 0.01 of truth: median ")


def test_a_quantile_may_lie_in_the_last_bin():
    """Of 1, 5, 5, 5 the third value is a 5 too, and no other is reported than the greatest."""
    assert Sketch.of([1, 5, 5, 5]).quantile(0.7) == pytest.approx(5, rel=0.01)


def test_zeros_are_counted_apart():
    """Zero has no logarithm: it is a bin of its own, reported exactly."""
    sketch = Sketch.of([0, 0, 0, 5])
    assert (sketch.zeros, sketch.n, sketch.median, sketch.quantile(1)) == (3, 4, 0, 5)


def test_durations_come_back_as_durations():
    """Timedeltas in, timedeltas out, missing ones left out."""
    hour = timedelta(hours=1)
    sketch = Sketch.of([hour, None, 3 * hour, 2 * hour])
    assert abs(sketch.median - 2 * hour) <= 0.02 * hour
    assert sketch.quantile(1) == 3 * hour
    with pytest.raises(MergeError):
        sketch + Sketch.of([1])


def test_nothing():
    """The sketch of nothing has no quantiles."""
    assert Sketch.empty().median is None
    assert Sketch.of([]) == Sketch.empty()


@pytest.mark.parametrize(
    ("values", "alpha", "code"),
    [([-1], 0.01, "negative_value"), ([np.inf], 0.01, "infinite_value"), ([1], 0.0, "bad_alpha"), ([1], 1.0, "bad_alpha")],
)
def test_what_makes_no_sense_is_refused(values, alpha, code):
    """Negative and infinite values and meaningless errors raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        Sketch.of(values, alpha=alpha)
    assert caught.value.code == code


def test_sketches_of_another_error_do_not_pool():
    """Their bins do not match, so the sum would not be exact."""
    with pytest.raises(MergeError) as caught:
        Sketch.of([1], alpha=0.01) + Sketch.of([1], alpha=0.02)
    assert caught.value.code == "alpha_mismatch"
    with pytest.raises(TypeError):
        Sketch.empty() + 1
