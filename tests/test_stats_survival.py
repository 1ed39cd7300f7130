"""Survival: the ten tickets, edges, late entry, what is refused."""

import math
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from slakit import stats
from slakit.errors import MergeError, StatsError
from slakit.stats import KaplanMeier, LifeTable

TICKETS = [5, 10, 10, 15, 20, 30, 45, 60, 60, 90]
OVER = [1, 1, 1, 1, 0, 1, 1, 0, 1, 0]


def test_the_ten_tickets_by_hand():
    """9/10, x 7/9, x 6/7 = 0.6, then of five 4/5 = 0.48: the median is 30, where the finished ones alone say 15."""
    curve = stats.kaplan_meier(TICKETS, OVER)
    assert [round(curve.survival(t), 10) for t in (0, 5, 9.9, 10, 15, 29, 30, 45, 60, 200)] == [
        1,
        0.9,
        0.9,
        0.7,
        0.6,
        0.6,
        0.48,
        0.36,
        0.24,
        0.24,
    ]
    assert (curve.median, curve.n, curve.open, curve.events) == (30, 10, 3, 7)
    assert stats.median([t for t, over in zip(TICKETS, OVER, strict=True) if over]) == 15
    assert curve.quantile(0.9) is None
    assert curve.quantile(0.1) == 5
    assert repr(curve) == "KaplanMeier of 10 rows, 3 open: median 30"
    np.testing.assert_allclose(curve.survival([5, 30]), [0.9, 0.48])


def test_the_restricted_mean_by_hand():
    """Up to 30: 5 x 1 + 5 x 0.9 + 5 x 0.7 + 15 x 0.6 = 22; the variance by the areas 17, 12.5, 9 still to come."""
    curve = stats.kaplan_meier(TICKETS, OVER)
    assert curve.rmst(30) == pytest.approx(22.0)
    variance = 17**2 / (10 * 9) + 12.5**2 * 2 / (9 * 7) + 9**2 / (7 * 6)
    low, high = curve.rmst_interval(30)
    assert high - low == pytest.approx(2 * 1.959964 * math.sqrt(variance), abs=1e-4)
    assert stats.kaplan_meier([3, 5]).rmst(10) == 4.0


def test_nobody_knows_what_lies_beyond_the_follow_up():
    """The mean up to 100 days needs a curve up to 100 days; after the last end of all it is 0 and known."""
    curve = stats.kaplan_meier(TICKETS, OVER)
    assert curve.rmst(90) == pytest.approx(5 + 4.5 + 3.5 + 9 + 7.2 + 5.4 + 7.2)
    with pytest.raises(StatsError) as caught:
        curve.rmst(91)
    assert caught.value.code == "beyond_follow_up"
    assert caught.value.fields["last"] == 90


def test_durations_come_back_as_durations():
    """Timedeltas in, timedeltas out, and plain numbers are refused as questions."""
    hour = timedelta(hours=1)
    curve = stats.kaplan_meier([hour * k for k in (1, 2, 3, 4)], [True, True, False, True])
    assert curve.median == 2 * hour
    assert curve.rmst(2 * hour) == 1.75 * hour
    assert curve.rmst_interval(2 * hour).low < 1.75 * hour
    assert curve.survival(2 * hour) == 0.5
    assert curve.curve()["time"][0] == hour
    with pytest.raises(StatsError, match="ask with timedelta"):
        curve.survival(2)
    with pytest.raises(StatsError, match="ask with a number"):
        stats.kaplan_meier([1, 2]).survival(hour)


def test_ties_with_the_level_are_decided_without_rounding():
    """Of ten that end one by one exactly half remain after the fifth; 5/6 x 3/4 x 2/3 is exactly 5/12, and less than that is reached at 6."""
    assert stats.kaplan_meier(range(1, 11)).median == 5
    for n in range(2, 60, 2):
        assert stats.kaplan_meier(range(n)).median == n // 2 - 1
    curve = stats.kaplan_meier([1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 0, 1])
    assert curve.quantile(Fraction(7, 12)) == 4
    assert curve.quantile(Fraction(7, 12) + Fraction(1, 10**12)) == 6


def test_a_tie_that_no_later_end_resolves_is_not_reached():
    """Two of four end: the curve stays at exactly one half, so no quantile beyond one half exists."""
    curve = stats.kaplan_meier([1, 2, 3, 3], [1, 1, 0, 0])
    assert curve.median == 2
    assert curve.quantile(Fraction(1, 2) + Fraction(1, 10**12)) is None
    assert curve.quantile(1) is None
    assert stats.kaplan_meier([1, 2]).quantile(1) == 2
    assert curve.quantile(0) == 1


def test_the_quantile_zero_is_the_shortest_that_ended():
    """Not the first that was last seen open; None where nothing ended."""
    assert stats.kaplan_meier([1, 2, 3], [0, 1, 1]).quantile(0) == 2
    assert stats.kaplan_meier([1], [0]).quantile(0) is None


def test_very_many_breaks_fall_back_on_floats():
    """With 25,000 censored rows between ends the median is still where the float curve passes one half."""
    times = np.arange(60_000)
    over = times % 2 == 0
    curve = stats.kaplan_meier(times, over)
    index = np.flatnonzero(curve.survivals <= 0.5)[0]
    assert curve.median == times[index]
    level = 1 - float(curve.survivals[50_000])
    assert curve.quantile(level) in {times[50_000], times[50_002]}


def test_intervals_at_the_ends_of_the_curve():
    """Before the first end everybody is there; where all ended the upper end is the one before."""
    curve = stats.kaplan_meier([1, 2, 3])
    assert tuple(curve.survival_interval(0.5)) == (1.0, 1.0)
    last = curve.survival_interval(3)
    assert (last.low, last.high) == (0.0, curve.survival_interval(2).high)
    assert tuple(stats.kaplan_meier([1, 1]).survival_interval(1)) == (0.0, 1.0)
    assert tuple(stats.kaplan_meier([1, 2], [0, 1]).survival_interval(1)) == (1.0, 1.0)


def test_quantile_intervals_say_when_an_end_is_missing():
    """Ten tickets bound the median from below only; thirty that all end bound it from both sides."""
    interval = stats.kaplan_meier(TICKETS, OVER).median_interval
    assert (interval.low, interval.estimate, interval.high) == (5, 30, None)
    assert "too few have ended" in interval.reason
    assert stats.kaplan_meier(range(1, 31)).median_interval.reason == ""


def test_late_entries_are_at_risk_after_they_came_into_view():
    """Seven of ten are in view when the first ends: 6/7 (entered at 5 is not yet at risk at 5)."""
    curve = stats.kaplan_meier(TICKETS, OVER, [0, 0, 0, 0, 5, 0, 0, 20, 0, 30])
    assert curve.survival(5) == pytest.approx(6 / 7)
    assert curve.median == 15
    assert curve.at_risk.tolist() == [7, 7, 5, 4, 4, 4, 3, 1]
    assert curve.curve()["at_risk"] == [7, 7, 5, 4, 4, 4, 3, 1]
    only_entered = stats.kaplan_meier([10, 20], [1, 1], [7, 0])
    assert only_entered.curve()["time"] == [10, 20]
    assert only_entered.table.times.tolist() == [7, 10, 20]


def test_entering_at_the_start_is_not_late():
    """Entries of 0 change nothing, even for a duration of 0."""
    assert stats.kaplan_meier([0, 3], [1, 1], [0, 0]).table == stats.kaplan_meier([0, 3]).table


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([-1, 2], [1, 1]), "negative_duration"),
        (([1.0, math.inf], [1, 0]), "infinite_duration"),
        (([1, None], [1, 0]), "missing_value"),
        (([timedelta(1), None], [1, 0]), "missing_value"),
        (([1.0, math.nan], [1, 0]), "missing_value"),
        ((np.array([1, "NaT"], dtype="m8[s]"), [1, 0]), "missing_value"),
        (([1, 2], [1]), "unequal_lengths"),
        (([1, 2], [1, 2]), "not_flags"),
        (([1, 2], [1, 1], [0]), "unequal_lengths"),
        (([1, 2], [1, 1], [1, 0]), "bad_entry"),
        (([1, 2], [1, 1], [0, -1]), "bad_entry"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, code):
    """Rows that would make the curve meaningless raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        stats.kaplan_meier(*arguments)
    assert caught.value.code == code


def test_nobody():
    """The curve of nobody is 1 everywhere and has no median."""
    curve = KaplanMeier.empty()
    assert (curve.median, curve.survival(5), curve.n, len(curve.curve())) == (None, 1.0, 0, 0)
    assert stats.kaplan_meier([], []).median is None
    assert stats.kaplan_meier(iter([1, 2])).n == 2


def test_curves_of_different_kinds_do_not_pool():
    """Hours and plain numbers, other causes, or whole numbers that floats cannot hold are refused."""
    plain = stats.kaplan_meier([1, 2])
    for other, code in (
        (stats.kaplan_meier([timedelta(hours=1)]), "unit_mismatch"),
        (KaplanMeier(LifeTable.of([1], np.array([0]), causes=("a", "b"))), "cause_mismatch"),
    ):
        with pytest.raises(MergeError) as caught:
            plain + other
        assert caught.value.code == code
    with pytest.raises(MergeError) as caught:
        stats.kaplan_meier([2**60]) + stats.kaplan_meier([0.5])
    assert caught.value.code == "inexact_times"
    assert (plain + stats.kaplan_meier([0.5])).median == 1.0
    for side in (plain, plain.table):
        with pytest.raises(TypeError):
            side + 1
        assert side != 1


def test_tables_are_closed_for_writing():
    """An aggregate cannot be changed through its arrays."""
    curve = stats.kaplan_meier([1, 2])
    with pytest.raises(ValueError, match="read-only"):
        curve.table.times[0] = 9


def test_given_arrays_are_left_as_they_were():
    """The caller's arrays stay writable and unsorted."""
    times = np.array([3, 1, 2])
    stats.kaplan_meier(times, np.array([True, True, False]))
    times[0] = 5
    assert times.tolist() == [5, 1, 2]


def test_the_log_rank_test_of_equal_curves():
    """A curve against itself, and curves without any end, do not differ."""
    curve = stats.kaplan_meier(TICKETS, OVER)
    assert stats.log_rank(curve, curve) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.0))
    assert stats.log_rank(stats.kaplan_meier([1], [0]), stats.kaplan_meier([2], [0])) == (0.0, 1.0)


def test_many_rows_at_few_durations():
    """Six rows at two durations are two steps: 2 of 6, then 1 of 3 after one left."""
    curve = stats.kaplan_meier([1, 1, 1, 2, 2, 2], [1, 0, 1, 0, 1, 0])
    assert (curve.table.times.tolist(), curve.ended.tolist(), curve.table.censored.tolist()) == ([1, 2], [2, 1], [1, 2])
    assert curve.survival(2) == pytest.approx(4 / 6 * 2 / 3)


def test_huge_durations_take_the_slow_road_to_the_same_table():
    """Beyond 2^55 durations are sorted without packing, with the same counts."""
    shift = 2**56
    far = stats.kaplan_meier([shift + t for t in TICKETS], OVER)
    near = stats.kaplan_meier(TICKETS, OVER)
    assert (far.table.times - shift).tolist() == near.table.times.tolist()
    assert far.table.ended.tolist() == near.table.ended.tolist()
    assert far.median == shift + 30
