"""Queues: Erlang's formulas, staffing, Little's law."""

import math

import pytest

from slakit import stats
from slakit.errors import StatsError, TimeError


def test_erlang_b_and_c_by_their_sums():
    """The recursion gives a^n/n! over the sum of a^k/k!, and C = B / (1 - rho (1 - B))."""
    for load, agents in ((0.5, 1), (4.0, 6), (19.0, 20)):
        terms = [load**k / math.factorial(k) for k in range(agents + 1)]
        blocked = terms[-1] / sum(terms)
        assert stats.erlang_b(load, agents) == pytest.approx(blocked, rel=1e-12)
        waiting = terms[-1] * agents / (agents - load)
        assert stats.erlang_c(load, agents) == pytest.approx(waiting / (sum(terms[:-1]) + waiting), rel=1e-12)
    assert stats.erlang_b(3, 0) == 1.0
    assert stats.erlang_c(5, 5) == 1.0
    assert stats.erlang_c(0, 3) == 0.0


def test_one_agent_is_the_textbook_queue():
    """M/M/1 with half load: half wait, and the mean wait is one handle time."""
    plan = stats.erlang_staffing(30, period="1h", handle="1m", within="0s", agents=1)
    assert (plan.p_wait, plan.service_level, plan.occupancy) == (pytest.approx(0.5), pytest.approx(0.5), 0.5)
    assert plan.mean_wait_us == pytest.approx(60e6)
    assert plan.findings == ()


def test_staffing_is_the_fewest_that_reach_the_target():
    """28 agents reach 80 percent in 30 s, 27 do not."""
    ask = {"period": "1h", "handle": "330s", "within": "30s"}
    plan = stats.erlang_staffing(250, target=0.8, **ask)
    assert plan.agents == 28
    assert stats.erlang_staffing(250, agents=27, **ask).service_level < 0.8 <= plan.service_level


def test_what_the_model_cannot_describe_is_found():
    """Too few agents, little slack, contacts longer than the period, and answers due after hours."""
    short = stats.erlang_staffing(250, period="1h", handle="330s", within="30s", agents=22)
    assert (short.service_level, short.mean_wait_us, [finding.code for finding in short.findings]) == (0.0, math.inf, ["overload"])
    tight = stats.erlang_staffing(250, period="1h", handle="330s", within="30s", agents=24)
    assert [finding.code for finding in tight.findings] == ["high_occupancy"]
    tickets = stats.erlang_staffing(2, period="1h", handle="2h", within="8h", agents=9)
    assert [finding.code for finding in tickets.findings] == ["not_steady", "not_live"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "target_or_agents"),
        ({"target": 0.8, "agents": 3}, "target_or_agents"),
        ({"target": 1.0}, "bad_level"),
        ({"agents": 3, "period": "0s"}, "bad_load"),
        ({"agents": 3, "handle": "0s"}, "bad_load"),
        ({"agents": -1}, "bad_count"),
    ],
)
def test_what_makes_no_sense_is_refused(options, code):
    """Contradicting or impossible questions raise with a stable code."""
    with pytest.raises(StatsError) as caught:
        stats.erlang_staffing(10, **{"period": "1h", "handle": "5m", "within": "30s"} | options)
    assert caught.value.code == code


def test_loads_must_be_real():
    """Negative and infinite loads are refused, by every formula; numbers without a unit are no spans."""
    for call in (
        lambda: stats.erlang_b(-1, 2),
        lambda: stats.erlang_c(math.inf, 2),
        lambda: stats.erlang_staffing(-1, period="1h", handle="5m", within="1s", agents=2),
        lambda: stats.erlang_a(1, handled=1, patience=0, agents=2),
        lambda: stats.littles_law(-1, period="1h", mean="1h"),
    ):
        with pytest.raises(StatsError) as caught:
            call()
        assert caught.value.code == "bad_load"
    with pytest.raises(TimeError):
        stats.littles_law(1, period=60, mean="1h")


def test_little_by_hand():
    """120 a day for 6 hours each make 30 in the house; 33 fits, 80 does not."""
    assert stats.littles_law(120, period="1d", mean="6h") == 30.0
    assert stats.littles_check(33, 120, period="1d", mean="6h") is None
    finding = stats.littles_check(80, 120, period="1d", mean="6h")
    assert (finding.code, dict(finding.fields)) == ("littles_law", {"backlog": 80, "expected": 30.0})
    assert stats.littles_check(0, 0, period="1d", mean="6h") is None


def test_impatience_by_its_balance():
    """A small queue solved by hand: 1 agent, all rates 1: p_n = e^-1/n!; waits 1 - e^-1, gives up e^-1 (from the mean queue)."""
    found = stats.erlang_a(1, handled=1, patience=1, agents=1)
    assert found.p_wait == pytest.approx(1 - math.exp(-1))
    assert found.mean_queue == pytest.approx(1 - (1 - math.exp(-1)))
    assert found.p_abandon == pytest.approx(math.exp(-1))
    patient = stats.erlang_a(5, handled=1, patience=1e-9, agents=8)
    assert patient.p_wait == pytest.approx(stats.erlang_c(5, 8), rel=1e-6)
    flood = stats.erlang_a(100, handled=1, patience=0.5, agents=10)
    assert flood.p_abandon == pytest.approx(0.9, abs=1e-6)
    assert stats.erlang_a(2, handled=1, patience=1, agents=0).p_wait == pytest.approx(1.0)
