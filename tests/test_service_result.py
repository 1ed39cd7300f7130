"""What every service result says of itself, and the corners of windows, groups and sums."""

from datetime import timedelta

import pytest

from slakit import EventLog, Scale, service
from slakit.errors import MergeError, QueryError, SurveyError
from slakit.service.merging import order
from slakit.service.result import Result
from slakit.service.tally import ClusteredShare, Count, Ratio
from slakit.stats.interval import Interval

T = "2026-03-01T00:00:00+00:00"


def log(*rows):
    """Events of the fifth of January as (ticket, clock, kind, keys)."""
    return EventLog.from_records(
        [
            {"ticket": ticket, "at": f"2026-01-05T{clock}:00+00:00", "kind": kind, **(keys[0] if keys else {})}
            for ticket, clock, kind, *keys in rows
        ]
    )


ONE = (("A", "09:00", "created", {"team": "north"}), ("A", "10:30", "handled", {"part": "talk", "span": "90s", "actor": "sara"}))


def test_the_package_names_what_it_has():
    """``dir`` lists the public names; an unknown one is an attribute error."""
    assert dir(service)[: len(service.__all__)] != []
    assert set(service.__all__) <= set(dir(service))
    assert all(callable(getattr(service, name)) for name in service.__all__)
    with pytest.raises(AttributeError, match="no attribute 'cast'"):
        service.cast  # noqa: B018 - the access is the test


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (service.csat({5: 84, 1: 16}, scale="five"), "84.0 %"), (service.nps([10, 9, 9, 8, 7, 6, 0, 10, 5, 9]), "+20.0"), (service.nps([]), "-"),
        (service.aht(log(*ONE), as_of=T), "1m 30s"), (service.backlog(log(*ONE), as_of=T), "1"),
        (Result("ratio", "number", Ratio(3, 10, 4, 34, 13, 6)), "2.5"), (Result("wait", "span", Ratio(2, 3, 2, 5, 3, 2, timed=True)), "2us"),
    ],
)  # fmt: skip
def test_values_are_told_in_their_unit(result, text):
    """Shares as percent, points with a sign, times in words, nothing as a dash."""
    assert result.text() == text


def test_an_answer_explains_itself():
    """Window, basis, open and pending units, what was left out, parts and tickets are all told."""
    rows = (
        *ONE,
        ("A", "10:31", "message", {"role": "agent"}),
        ("B", "09:00", "created"),
        ("C", "09:00", "created"),
        ("C", "09:01", "spam"),
    )
    told = (
        service.fcr(log(*rows), as_of="2026-01-06T00:00:00+00:00", since="2026-01-01T00:00:00+00:00", basis="opened").explain().splitlines()
    )
    assert told[:2] == ["fcr undefined: nothing to count", "no interval: nothing was counted: n is 0"]
    assert {"2 open", "1 left out: spam", "window: [2026-01-01 00:00:00Z, -), by the instant of opening"} <= set(told)
    solved = log(*rows, ("A", "11:00", "status", {"status": "solved"}))
    assert "1 pending" in service.fcr(solved, as_of="2026-01-06T00:00:00+00:00").explain()
    handled = service.aht(solved, as_of=T).explain()
    assert "talk: 1m 30s (n 1)" in handled
    assert "1 tickets behind it: see .tickets" in handled
    assert "response_rate: - (n 0)" in Result("x", "count", Count(2), parts={"response_rate": Ratio()}).explain()
    assert "left: 2 (n 2)" in Result("x", "count", Count(2), parts={"left": Count(2)}).explain()
    assert service.csat([5], scale="five").as_of is None


def test_numerators_and_whole_numbers():
    """Every kind of tally tells what stands over its denominator; only shares and points are shown whole."""
    assert service.nps([10, 0, 0]).numerator == -1
    assert service.backlog(log(*ONE), as_of=T).numerator == 1
    assert service.csat([5, 1, 1], scale="five").rounded == 33
    assert service.backlog(log(*ONE), as_of=T).rounded is None
    assert bool(service.csat([5], scale="five"))
    assert not service.csat([], scale="five")
    assert service.csat([5], scale="five") != service.csat([4], scale="five")
    assert service.csat([5], scale="five") != 1.0


def test_ratios_of_different_kinds_do_not_add():
    """Time and plain numbers are refused; a share of clusters is no plain ratio; an empty side takes the other's kind."""
    with pytest.raises(MergeError) as caught:
        Ratio(1, 5, 1, 25, 5, 1) + Ratio(1, 5, 1, 25, 5, 1, timed=True)
    assert caught.value.code == "unit_mismatch"
    with pytest.raises(TypeError):
        Ratio() + ClusteredShare()
    with pytest.raises(TypeError):
        Count(1) + Ratio()
    assert (Ratio() + Ratio(1, 5, 1, 25, 5, 1, timed=True)).value == timedelta(microseconds=5)
    assert ClusteredShare().interval().low is None
    macro = Result("x", "share", Ratio(), mergeable=False)
    with pytest.raises(MergeError) as caught:
        macro + macro
    assert caught.value.code == "not_mergeable"


def test_groups_by_time_and_by_several_names():
    """Hours of the wall clock, weeks and months; several names make tuples of keys; nobody comes last."""
    found = log(*ONE, ("B", "09:00", "created"), ("B", "23:59", "handled", {"part": "wrap", "span": "0s", "actor": "ali"}))
    assert list(service.aht(found, as_of=T, by="hour", tz="Asia/Tehran").groups) == [3, 14]
    assert list(service.aht(found, as_of=T, by=("team", "week"), tz="UTC").groups) == [("north", "2026-W02"), (None, "2026-W02")]
    assert service.aht(found, as_of=T, by=("team", "week"), tz="UTC")["north", "2026-W02"].n == 1
    assert list(service.csat(found, as_of=T, scale="five", by="month", tz="UTC").groups) == []
    assert list(service.fcr(found, as_of=T, by="month", tz="UTC").groups) == [None]
    assert list(service.fcr(found, as_of=T, by="weekday", tz="UTC").groups) == [None]
    assert sorted([None, "b", 10, 9, "a"], key=order) == [9, 10, "a", "b", None]
    with pytest.raises(QueryError) as caught:
        service.aht(found, as_of=T, by="month", tz="UTC", calendar="lunar")
    assert caught.value.code == "unknown_calendar"


def test_fields_are_read_as_last_known():
    """A field that was set or changed later counts with its last value; a field nobody has is refused with those that there are."""
    found = log(
        *ONE, ("A", "09:30", "field", {"field": "team", "value": "south"}), ("A", "09:31", "field", {"field": "vip", "value": True})
    )
    assert list(service.backlog(found, as_of=T, by="vip").groups) == [True]
    assert list(service.backlog(found, as_of=T, by="team").groups) == ["south"]
    assert list(service.backlog(found, as_of="2026-01-05T09:10:00+00:00", by="team").groups) == ["north"]
    with pytest.raises(QueryError, match="did you mean 'vip'"):
        service.backlog(found, as_of=T, by="vipp")
    with pytest.raises(QueryError, match="no ticket has a field 'taem'"):
        service.fcr(found, as_of=T, customer="taem")


def test_a_scale_of_another_survey_is_refused():
    """Asking a log for satisfaction on the scale of recommendation is a mistake; so is a word where a list was meant."""
    with pytest.raises(SurveyError) as caught:
        service.csat(log(*ONE), as_of=T, scale=Scale.NPS)
    assert caught.value.code == "wrong_scale"
    assert service.csat(Scale.FIVE.labels, scale=Scale.FIVE).value == 0.4


def test_replies_rated_by_agents_who_wrote_nothing_else():
    """The writer of a rated reply is found by its id on the same ticket; an id of nowhere leaves the rating without an agent."""
    found = log(
        ("A", "09:00", "created"), ("A", "09:10", "message", {"role": "agent", "actor": "sara", "id": 1}), ("A", "09:11", "assigned", {"to": "ali"}),
        ("A", "09:20", "rating", {"of": 1, "scale": "two", "value": "good"}), ("A", "09:21", "rating", {"of": 7, "scale": "two", "value": "bad"}),
    )  # fmt: skip
    assert {key: group.value for key, group in service.csat(found, as_of=T, per="reply", by="agent").groups.items()} == {
        "sara": 1.0,
        None: 0.0,
    }


@pytest.mark.parametrize(
    "name", ["aht", "csat", "fcr", "messages_per_service", "delivery_time", "queue_time", "reopen_rate", "transfer_rate", "touch_rate", "speed_of_answer", "abandonment"]
)  # fmt: skip
def test_an_empty_log_has_no_value(name):
    """Nothing happened: no value, no group, no ticket, and no error."""
    result = getattr(service, name)(EventLog.of(), as_of=T, by=["agent", "team"])
    assert (result.value, result.n, dict(result.groups), result.tickets, result.low) == (None, 0, {}, (), None)


def test_a_count_without_an_interval_says_nothing_of_one():
    """Where no interval is known and no reason is given, the sentence leaves it out."""

    class Bare(Count):
        __slots__ = ()

        def interval(self, *, confidence=0.95):
            return Interval(None, None, None, confidence)

    assert str(Result("x", "count", Bare(2))) == "x 2"
