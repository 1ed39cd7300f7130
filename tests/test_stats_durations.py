"""Durations: the summary in which open cycles count."""

from datetime import timedelta

import numpy as np
import pytest

from slakit import stats
from slakit.errors import MergeError, StatsError
from slakit.stats import Durations

MINUTE = timedelta(minutes=1)
TICKETS = [5, 10, 10, 15, 20, 30, 45, 60, 60, 90]
OVER = [1, 1, 1, 1, 0, 1, 1, 0, 1, 0]


def minutes(values):
    """Minutes as durations."""
    return [MINUTE * value for value in values]


def test_the_ten_tickets():
    """The finished ones alone say 15 minutes; with the three open ones it is 30."""
    summary = Durations.of(minutes(TICKETS), OVER)
    assert (summary.n, summary.finished, summary.open, summary.cancelled) == (10, 7, 3, 0)
    assert (summary.median, summary.finished_median) == (30 * MINUTE, 15 * MINUTE)
    assert summary.p90 is None
    assert summary.finished_quantile(0.9) == 51 * MINUTE
    assert summary.finished_quantile(0.9, method="inverted_cdf") == 60 * MINUTE
    assert summary.max == 90 * MINUTE
    assert summary.survival(30 * MINUTE) == pytest.approx(0.48)
    assert summary.survival_curve()["survival"][-1] == pytest.approx(0.24)
    assert summary.sentence == "10 cycles, 3 open: median 30m; the finished ones alone say 15m, 15m (50%) too short"
    assert repr(summary) == f"Durations: {summary.sentence}"


def test_a_mean_of_what_is_not_over_must_be_asked_for():
    """The mean of the finished seven is 25 minutes, given only to those who say that they leave out the others."""
    summary = Durations.of(minutes(TICKETS), OVER)
    with pytest.raises(StatsError, match="3 of 10 are still open") as caught:
        summary.mean()
    assert caught.value.code == "open_cycles"
    assert caught.value.fields == {"open": 3, "n": 10}
    assert summary.mean(ignore_open=True) == 25 * MINUTE
    assert Durations.of(minutes([1, 2])).mean() == 1.5 * MINUTE


def test_attainment_counts_open_ones_that_are_late():
    """At 30 minutes: 5 met, 4 later (two of them still open), one open in time, which is neither."""
    for summary, target in (
        (Durations.of(minutes(TICKETS), OVER), 30 * MINUTE),
        (Durations.of(minutes(TICKETS), OVER, target=30 * MINUTE), None),
        (Durations.of(minutes(TICKETS), OVER, target=minutes([30] * 10)), None),
    ):
        assert summary.attainment(target) == stats.Share(5, 9)
        assert summary.undecided(target) == 1
        assert summary.expected_attainment(target) == pytest.approx(0.52)


def test_a_target_of_each_cycle():
    """10 of 10 minutes is met, 10 of 9 is not, 5 open of 20 is undecided."""
    summary = Durations.of(minutes([10, 10, 5]), [1, 1, 0], target=minutes([10, 9, 20]))
    assert summary.attainment() == stats.Share(1, 2)
    assert summary.undecided() == 1
    assert summary.summary()["attainment"] == [0.5]


def test_cancelled_cycles_are_neither_finished_nor_open():
    """Called off within the target is neither met nor breached, after it breached; the curve sees it until then."""
    summary = Durations.of(minutes([1, 2, 3, 4]), [1, 0, 1, 0], cancelled=[0, 1, 0, 0], target=3 * MINUTE)
    assert (summary.finished, summary.cancelled, summary.open) == (2, 1, 1)
    assert summary.attainment() == stats.Share(2, 3)
    assert summary.survival(2 * MINUTE) == 0.75
    assert summary.incidence("cancelled", 2 * MINUTE) == 0.25
    assert summary.incidence("finished", 3 * MINUTE) == pytest.approx(0.5)
    assert summary.sentence == "4 cycles, 1 open, 1 cancelled: median 3m; the finished ones alone say 2m, 1m (33%) too short"
    late = Durations.of(minutes([5]), [0], cancelled=[1], target=3 * MINUTE)
    assert late.attainment() == stats.Share(0, 1)
    assert Durations.of(minutes([5, 6]), cancelled=[1, 0]).cancelled == 1


def test_the_sentence_says_when_the_median_cannot_be_told():
    """Too few finished, none finished, nothing at all, and nothing to correct."""
    few = Durations.of(minutes([1, 9, 9, 9]), [1, 0, 0, 0])
    assert (
        few.sentence == "4 cycles, 3 open: the median cannot be told yet, too few have finished; half of the finished ones took at most 1m"
    )
    none = Durations.of(minutes([1]), [0])
    assert none.sentence == "1 cycles, 1 open: the median cannot be told yet, too few have finished; none has finished"
    assert Durations.empty().sentence == "no cycles"
    assert Durations.of(minutes([1, 2, 3])).sentence == "3 cycles, 0 open: median 2m"
    zero = Durations.of(minutes([0, 0, 4, 5, 5]), [1, 1, 1, 0, 0])
    assert zero.sentence == "5 cycles, 2 open: median 4m; the finished ones alone say 0s, 4m (100%) too short"


def test_late_entries_reach_the_curve_and_the_targets():
    """A cycle that came into view at 5 minutes of 10 is not at risk before."""
    summary = Durations.of(minutes([4, 10, 12]), [1, 1, 1], entry=minutes([0, 5, 0]), target=20 * MINUTE)
    assert summary.survival(4 * MINUTE) == 0.5
    assert summary.expected_attainment() == 1.0
    assert summary.attainment() == stats.Share(3, 3)


def test_the_summary_is_one_row():
    """The headline as a table that goes out like any other."""
    row = Durations.of(minutes(TICKETS), OVER).summary().to_dict()
    assert {name: cells[0] for name, cells in row.items()} == {
        "n": 10,
        "finished": 7,
        "open": 3,
        "cancelled": 0,
        "median": 30 * MINUTE,
        "median_low": 5 * MINUTE,
        "median_high": None,
        "p90": None,
        "finished_median": 15 * MINUTE,
        "finished_mean": 25 * MINUTE,
        "max": 90 * MINUTE,
        "attainment": None,
    }
    assert Durations.empty().summary()["median"] == [None]
    assert Durations.empty().max is None
    assert Durations.empty().attainment() == stats.Share(0, 0)


def test_microseconds_are_whole():
    """Whole numbers are microseconds; floats are refused, as their sums are not exact."""
    assert Durations.of(np.array([1, 3])).mean() == timedelta(microseconds=2)
    assert Durations.of([2**40 + 1, 2**40 + 3]).mean() == timedelta(microseconds=2**40 + 2)
    with pytest.raises(StatsError) as caught:
        Durations.of([1.5])
    assert caught.value.code == "not_microseconds"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"observed": [1, 1], "cancelled": [1, 0]}, "finished_and_cancelled"),
        ({"target": 0}, "bad_target"),
        ({"target": [1, 2, 3]}, "bad_target"),
        ({"target": timedelta(0)}, "bad_target"),
        ({"observed": [1]}, "unequal_lengths"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, code):
    """Contradicting rows raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        Durations.of([10, 20], **arguments)
    assert caught.value.code == code


def test_attainment_needs_a_target():
    """Without a target there is nothing to meet."""
    with pytest.raises(StatsError) as caught:
        Durations.of([1]).attainment()
    assert caught.value.code == "no_target"


def test_targets_on_one_side_only_do_not_pool():
    """Half of a sum would have an attainment and half would not."""
    with pytest.raises(MergeError) as caught:
        Durations.of([1]) + Durations.of([1], target=5)
    assert caught.value.code == "target_mismatch"
    both = Durations.of([1], target=5) + Durations.of([9], target=5)
    assert both.attainment() == stats.Share(1, 2)
    with pytest.raises(TypeError):
        both + 1


def test_means_of_billions_stay_exact():
    """Counts beyond 2^31 at durations beyond 2^32 us are summed in whole numbers."""
    data = Durations.of([2**40, 2**41]).to_dict()
    data["table"]["ended"]["finished"] = [2**31, 2**31]
    assert Durations.from_dict(data).mean() == timedelta(microseconds=3 * 2**39)
