"""Scorecards, and what every result says of itself."""

import pickle
from datetime import timedelta

import numpy as np
import pytest

from slakit import EventLog, Scale, service
from slakit.errors import QueryError
from slakit.service import Kpi, Scorecard
from slakit.service.scorecard import difference
from slakit.service.tally import Ratio, sum_of_products

T = "2026-03-01T00:00:00+00:00"
FIVE = Scale.FIVE


def handled(*minutes):
    """A log of tickets with one handling each."""
    rows = []
    for number, span in enumerate(minutes):
        rows += [
            {"ticket": number, "at": "2026-01-05T09:00:00+00:00", "kind": "created", "team": "ab"[number % 2]},
            {"ticket": number, "at": "2026-01-05T10:00:00+00:00", "kind": "handled", "part": "talk", "span": f"{span}m", "actor": "sara"},
        ]
    return EventLog.from_records(rows)


@pytest.mark.parametrize(
    ("answers", "goal", "direction", "verdict"),
    [
        ({5: 90, 1: 10}, 0.8, "at_least", "met"), ({5: 90, 1: 10}, 0.9, ">=", "not distinguishable"), ({5: 90, 1: 10}, 0.99, "higher", "missed"),
        ({5: 90, 1: 10}, 0.99, "at_most", "met"), ({5: 90, 1: 10}, 0.9, "<=", "not distinguishable"), ({5: 90, 1: 10}, 0.5, "lower", "missed"),
        ({}, 0.9, "at_least", "no data"),
    ],
)  # fmt: skip
def test_a_goal_is_met_where_the_whole_interval_says_so(answers, goal, direction, verdict):
    """90 of 100 has a Wilson interval of 0.826 to 0.945: a goal inside it is neither met nor missed."""
    assert Kpi(service.csat(answers, scale=FIVE), goal=goal, direction=direction).verdict == verdict


def test_distance_is_positive_on_the_good_side():
    """Seven points above the goal, or seven minutes below it; time is read as text."""
    assert Kpi(service.nps({9: 27, 8: 73}), goal=20).distance == pytest.approx(7)
    slow = Kpi(service.aht(handled(3, 5, 7), as_of=T), goal="12m", direction="at_most")
    assert (slow.distance, slow.goal) == (timedelta(minutes=7), timedelta(minutes=12))
    assert slow.verdict == "met"
    assert Kpi(service.aht(handled(3), as_of=T), goal="12m").verdict == "not distinguishable"


def test_trends_are_told_from_noise():
    """69 % after 39 % of a hundred each is better, and worse the other way round; one answer more is no clear change."""
    low, high, same = (service.csat(counts, scale=FIVE) for counts in ({5: 40, 1: 63}, {5: 74, 1: 33}, {5: 75, 1: 33}))
    assert Kpi(high, goal=0.5, previous=low).trend == "better"
    assert Kpi(low, goal=0.5, previous=high).trend == "worse"
    assert Kpi(low, goal=0.5, direction="at_most", previous=high).trend == "better"
    assert Kpi(same, goal=0.5, previous=high).trend == "no clear change"
    assert Kpi(same, goal=0.5).trend is None
    assert Kpi(service.nps({10: 90, 0: 10}), goal=0, previous=service.nps({10: 10, 0: 90})).trend == "better"
    before, after = (service.aht(handled(*minutes), as_of=T) for minutes in ((10, 11, 12), (3, 4, 5)))
    faster = Kpi(after, goal="20m", direction="at_most", previous=before)
    assert faster.trend == "better"
    assert faster.change.estimate == -7 * 60e6
    assert faster.change.standard_error == pytest.approx((2 / 3) ** 0.5 * 60e6)
    assert Kpi(service.aht(handled(3), as_of=T), goal="20m", previous=before).trend == "no clear change"
    assert Kpi(service.aht(handled(), as_of=T), goal="20m", previous=before).change.estimate is None
    assert difference(service.backlog(handled(3), as_of=T), service.backlog(handled(4), as_of=T)) is None


def test_a_scorecard_is_a_table():
    """A row a KPI, found by name; the title counts the verdicts."""
    card = Scorecard([
        Kpi(service.csat({5: 90, 1: 10}, scale=FIVE), goal=0.8), Kpi(service.aht(handled(3, 5), as_of=T), goal="1h", direction="at_most", name="talk"),
        Kpi(service.ces([], scale="ces_7"), goal=0.5),
    ])  # fmt: skip
    assert len(card) == 3
    assert [kpi.name for kpi in card] == ["csat", "talk", "ces"]
    assert card["talk"].value == timedelta(minutes=4)
    rows = card.to_dict()
    assert rows["kpi"] == ["csat", "talk", "ces"]
    assert rows["verdict"] == ["met", "met", "no data"]
    assert rows["n"] == [100, 2, 0]
    assert repr(card).startswith("3 KPIs: 2 met, 1 no data\n")
    assert "<table" in card._repr_html_()
    assert repr(card["talk"]) == "<talk 4m, goal <= 1:00:00: met>"
    with pytest.raises(QueryError, match="did you mean 'csat'"):
        card["csta"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"goal": 90}, "bad_goal"), ({"goal": "90%"}, "bad_goal"), ({"goal": True}, "bad_goal"), ({"goal": float("nan")}, "bad_goal"),
        ({"goal": 0.9, "direction": "sideways"}, "unknown_direction"), ({"goal": 0.9, "previous": 0.8}, "not_a_result"),
    ],
)  # fmt: skip
def test_goals_that_make_no_sense_are_refused(keys, code):
    """Each refusal has a code of its own."""
    with pytest.raises(QueryError) as caught:
        Kpi(service.csat([5], scale=FIVE), **keys)
    assert caught.value.code == code


def test_a_row_of_attainment_is_a_result_too():
    """Anything with value, low, high and n can be held to a goal; met and n make its trend."""

    class Row:
        met, n, value, low, high = 90, 100, 0.9, 0.826, 0.945

    class Before(Row):
        met, value = 50, 0.5

    kpi = Kpi(Row(), goal=0.8, previous=Before(), name="attainment")
    assert (kpi.verdict, kpi.trend) == ("met", "better")
    assert repr(kpi) == "<attainment 0.9, goal >= 0.8: met, better>"


def test_a_result_tells_what_it_is():
    """A sentence, all of it, rows as columns, frames and HTML; groups and parts by name."""
    result = service.aht(handled(3, 5, 7), as_of=T, by="team")
    assert str(result) == "aht (contact, spans) 5m (n 3); 95 % interval 2s to 9m 58s (cluster); as of 2026-03-01 00:00:00Z"
    assert result.to_dict()["team"] == ["a", "b"]
    assert result.to_dict()["talk"] == [timedelta(minutes=5), timedelta(minutes=5)]
    assert list(result.to_pandas()["n"]) == [2, 1]
    assert result.to_polars()["n"].to_list() == [2, 1]
    assert result.to_arrow()["n"].to_pylist() == [2, 1]
    assert "<table" in result._repr_html_()
    assert repr(result).splitlines()[1].split()[:2] == ["metric", "team"]
    assert len(result) == 2
    assert [group.n for group in result] == [2, 1]
    assert result.denominator == 3
    assert result.as_of.isoformat() == T
    assert "measured: spans of handling in the log" in result.explain()
    with pytest.raises(AttributeError, match="did you mean 'talk'"):
        result.tlak  # noqa: B018 - the access is the test
    with pytest.raises(QueryError, match="no group 'c' in aht by team"):
        result["c"]
    assert pickle.loads(pickle.dumps(result)) == result


def test_quantiles_are_of_the_units():
    """3, 5 and 7 minutes: median 5, three quarters at 6; nothing of nothing; a share has none."""
    result = service.aht(handled(3, 5, 7), as_of=T)
    assert (result.median, result.quantile(0.75)) == (timedelta(minutes=5), timedelta(minutes=6))
    assert result.quantile(0.7, method="inverted_cdf") == timedelta(minutes=7)
    assert service.aht(handled(), as_of=T).median is None
    with pytest.raises(QueryError, match="no quantiles"):
        _ = service.csat([5], scale=FIVE).median


def test_a_mean_has_the_interval_of_student():
    """3, 5 and 7: mean 5, deviation 2, t(2) = 4.302653: half a width of 4.302653 x 2 / sqrt 3; time never goes below zero."""
    half = 4.302652729911275 * 2 / 3**0.5
    interval = service.aht(handled(3, 5, 7), as_of=T).interval()
    assert (interval.low, interval.high) == pytest.approx(((5 - half) * 60e6, (5 + half) * 60e6))
    assert service.aht(handled(1, 90), as_of=T).low == timedelta(0)
    assert Ratio().interval().reason == "nothing was counted: the denominator is 0"


def test_sums_of_squares_are_exact():
    """Products of 47-bit numbers summed over many chunks equal Python's own; so do those that need more bits or a sign."""
    rng = np.random.default_rng(7)
    for low, high, size in ((0, 1 << 47, 40_000), (-5, 5, 100), (0, 1 << 62, 100)):
        x, y = rng.integers(low, high, (2, size))
        assert sum_of_products(x, y) == sum(a * b for a, b in zip(x.tolist(), y.tolist(), strict=True))
