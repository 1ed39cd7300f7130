"""Ends that compete: Aalen and Johansen."""

from datetime import timedelta

import pytest

from slakit import stats
from slakit.errors import MergeError, StatsError
from slakit.stats import AalenJohansen

HOUR = timedelta(hours=1)


def test_four_tickets_by_hand():
    """One of four answered, one of three cancelled from 3/4, one of two answered from 1/2: 1/4 + 1/4 answered, 1/4 cancelled."""
    curves = stats.aalen_johansen([1, 2, 3, 4], ["answered", "cancelled", "answered", None])
    assert [curves.incidence("answered", t) for t in (0, 1, 2, 3, 9)] == [0.0, 0.25, 0.25, 0.5, 0.5]
    assert curves.incidence("cancelled", 9) == 0.25
    assert curves.quantile("answered", 0.5) == 3
    assert curves.quantile("cancelled", 0.5) is None
    assert curves.curve().to_dict() == {
        "time": [1, 2, 3, 4],
        "at_risk": [4, 3, 2, 1],
        "answered": [0.25, 0.25, 0.5, 0.5],
        "cancelled": [0.0, 0.25, 0.25, 0.25],
        "open": [0.75, 0.5, 0.25, 0.25],
    }
    assert repr(curves) == "AalenJohansen of 4 rows: answered 2, cancelled 1, open 1"


def test_without_competition_it_is_kaplan_meier():
    """With one cause the incidence is one minus the survival curve, and its variance Greenwood's."""
    times, over = [5, 10, 10, 15, 20, 30, 45], [1, 1, 1, 1, 0, 1, 1]
    curves = stats.aalen_johansen(times, ["done" if one else None for one in over])
    curve = stats.kaplan_meier(times, over)
    for t in (5, 12, 30):
        assert curves.incidence("done", t) == pytest.approx(1 - curve.survival(t))
    greenwood = curve.survival(15) ** 2 * (1 / (7 * 6) + 2 / (6 * 4) + 1 / (4 * 3))
    assert curves.variance("done", 15) == pytest.approx(greenwood)


def test_intervals_hold_the_estimate():
    """Inside (0, 1) the interval surrounds the estimate; at 0 it has no upper end and says why."""
    curves = stats.aalen_johansen([HOUR * t for t in (1, 2, 3, 4)], ["a", "b", "a", None])
    interval = curves.incidence_interval("a", 3 * HOUR)
    assert 0 < interval.low < 0.5 < interval.high < 1
    nothing = curves.incidence_interval("b", HOUR)
    assert (nothing.low, nothing.high, nothing.reason) == (0.0, None, "nothing has met this end yet")
    assert curves.variance("a", timedelta(0)) == 0.0
    assert stats.aalen_johansen([1], ["a"]).incidence_interval("a", 1).high == 1.0
    assert curves.quantile("a", 0.5) == 3 * HOUR
    assert curves.curve()["time"][0] == HOUR


def test_what_makes_no_sense_is_refused():
    """Unknown ends, other lengths and tables of other ends raise with stable codes."""
    curves = stats.aalen_johansen([1, 2], ["answered", None])
    with pytest.raises(StatsError, match="did you mean 'answered'") as caught:
        curves.incidence("answred", 1)
    assert caught.value.code == "unknown_cause"
    with pytest.raises(StatsError):
        stats.aalen_johansen([1, 2], ["a"])
    with pytest.raises(MergeError):
        curves + stats.aalen_johansen([1], ["cancelled"])
    with pytest.raises(TypeError):
        curves + 1


def test_nobody():
    """The curves of nobody are 0, and add nothing."""
    nobody = AalenJohansen.empty(causes=("a",))
    assert nobody.incidence("a", 5) == 0.0
    assert len(nobody.curve()) == 0
    assert (nobody + stats.aalen_johansen([1], ["a"])).incidence("a", 1) == 1.0
    assert stats.aalen_johansen([], []).table.n == 0
