"""Delivery, queue, requests over time, breakdowns, backlog: hand-counted, and rates against their own arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest

from slakit import EventLog, Schedule, service
from slakit.errors import MergeError, QueryError
from slakit.stats import poisson_interval

T = "2026-03-01T00:00:00+00:00"
HOUR = timedelta(hours=1)
DESK = Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-01-06": "closed"})


def at(*clock):
    """An instant in UTC."""
    return datetime(*clock, tzinfo=UTC)


def opened(*instants, role="customer", **fields):
    """A log of tickets that were only opened."""
    return EventLog.from_records(
        [{"ticket": number, "at": moment, "kind": "created", "role": role, **fields} for number, moment in enumerate(instants)]
    )  # fmt: skip


def ticket(name, *events, **fields):
    """A ticket opened at 09:00 on the fifth of January, then events as (hour, minute, kind, keys)."""
    made = [{"ticket": name, "at": at(2026, 1, 5, 9), "kind": "created", **fields}]
    return made + [{"ticket": name, "at": at(2026, 1, 5, hour, minute), "kind": kind, **keys} for hour, minute, kind, keys in events]


ACCEPTED = (9, 15, "accepted", {"role": "agent", "actor": "sara"})
SOLVED = (11, 15, "status", {"status": "solved"})
HELD = (
    (10, 15, "status", {"status": "pending"}), (10, 45, "status", {"status": "open"}),
)  # fmt: skip


def test_delivery_of_several_tickets():
    """Two hours, half of them pending; reopened 30 minutes more; open, solved by a robot, removed ones stand apart."""
    rows = [
        *ticket("A", ACCEPTED, *HELD, SOLVED), *ticket("B", ACCEPTED, SOLVED, (13, 0, "status", {"status": "open"}), (13, 10, "accepted", {"role": "agent", "actor": "ali"}), (13, 40, "status", {"status": "solved"})),
        *ticket("C", ACCEPTED), *ticket("D", (9, 1, "message", {"role": "bot"}), (9, 2, "status", {"status": "solved"})), *ticket("E", ACCEPTED, SOLVED, (12, 0, "spam", {})),
    ]  # fmt: skip
    log = EventLog.from_records(rows)
    result = service.delivery_time(log, as_of=T, by="agent")
    assert (result.value, result.n, result.open, result.tickets) == (2.25 * HOUR, 2, 1, ("A", "B"))
    assert result.excluded == {"spam": 1, "not_received": 1}
    assert {agent: group.value for agent, group in result.groups.items() if group.n} == {"ali": 2.5 * HOUR, "sara": 2 * HOUR}
    assert service.delivery_time(log, as_of=T, variant="net").numerator == 4 * HOUR
    episodes = service.delivery_time(log, as_of=T, per="episode")
    assert (episodes.n, episodes.open, episodes.numerator) == (3, 1, 4.5 * HOUR)
    assert (result.schedule, service.delivery_time(log, as_of=T, schedule=DESK).schedule) == (None, repr(DESK))
    assert "wall time" in result.explain()
    queue = service.queue_time(log, as_of=T)
    assert (queue.value, queue.n, queue.excluded, queue.open) == (0.25 * HOUR, 3, {"spam": 1, "not_received": 1}, 0)
    assert service.queue_time(EventLog.from_records(ticket("A")), as_of=T).open == 1
    desk = service.delivery_time(log, as_of=T, schedule=DESK)
    assert desk.numerator == 4 * HOUR  # the desk closes at 12:30 UTC, before the second holding of B
    for keys, code in (({"variant": "gross"}, "unknown_variant"), ({"per": "cycle"}, "unknown_per"), ({"by": "teem"}, "unknown_field")):
        with pytest.raises(QueryError) as caught:
            service.delivery_time(log, as_of=T, **keys)
        assert caught.value.code == code


def test_empty_buckets_are_zeros_and_the_last_is_partial():
    """January 2, February 0, March 1; as of 15 March 12:00 the last month has 14.5 of its 31 days."""
    log = opened(at(2026, 1, 3), at(2026, 1, 31, 23, 59), at(2026, 3, 2))
    result = service.requests(log, as_of="2026-03-15T12:00:00+00:00", tz="UTC")
    rows = result.to_dict()
    assert rows["period"] == ["2026-01", "2026-02", "2026-03"]
    assert rows["count"] == [2, 0, 1]
    assert rows["partial"] == [False, False, True]
    assert rows["days"] == [31.0, 28.0, 14.5]
    assert rows["per_day"] == [2 / 31, 0.0, 1 / 14.5]
    assert rows["working_days"] == [None, None, None]
    assert (result.value, result.n, result.tickets, result.per_day) == (3, 3, (0, 1, 2), 3 / 73.5)
    assert result["2026-01"].count == 2
    with pytest.raises(QueryError, match="did you mean '2026-02'"):
        result["2026-2"]
    assert (result.low, result.high) == tuple(poisson_interval(3))


def test_the_zone_and_calendar_place_a_request():
    """20:29:59 UTC is still the 30th of Dey in Tehran, a second later the first of Bahman; weeks begin on Saturday."""
    log = opened(at(2026, 1, 20, 20, 29, 59), at(2026, 1, 20, 20, 30))
    months = service.requests(log, as_of=T, per="month", calendar="jalali", tz="Asia/Tehran").to_dict()
    assert (months["period"][:2], months["count"][:2], months["days"][:2]) == (["1404-10", "1404-11"], [1, 1], [30.0, 30.0])
    weeks = service.requests(
        opened(at(2025, 5, 9, 12), at(2025, 5, 10, 12)), as_of="2025-05-17T00:00:00+00:00", per="week", calendar="jalali", tz="UTC"
    )
    assert [bucket.period.first.isoformat() for bucket in weeks.buckets] == ["2025-05-03", "2025-05-10"]


def test_jalali_months_have_their_days():
    """Esfand 1403 has 30 days, Esfand 1404 29, Farvardin 31, Mehr 30."""
    result = service.requests(opened(at(2025, 3, 1)), as_of="2026-04-01T00:00:00+00:00", calendar="jalali", tz="Asia/Tehran")
    days = {bucket.period.label: bucket.days for bucket in result.buckets}
    assert [days[month] for month in ("1403-12", "1404-12", "1404-01", "1404-07")] == [30, 29, 31, 30]


def test_120_requests_in_30_days_are_4_a_day():
    """Four a day for thirty days."""
    log = opened(*(at(2025, 4, 1) + timedelta(hours=6 * number) for number in range(120)))
    assert service.requests(log, as_of="2025-05-01T00:00:00+00:00", tz="UTC").per_day == 4.0


def test_rates_a_working_day():
    """5-11 January: Monday, Wednesday, Thursday, Saturday and Sunday are worked, Tuesday is a holiday: 5 days, 10 requests."""
    log = opened(*(at(2026, 1, 5, 6) + timedelta(hours=7 * number) for number in range(10)))
    result = service.requests(
        log, as_of="2026-01-12T00:00:00+00:00", per="week", tz="Asia/Tehran", schedule=DESK, until="2026-01-11T20:30:00+00:00"
    )
    assert [(bucket.count, bucket.working_days) for bucket in result.buckets] == [(10, 5)]
    assert result.per_working_day == 2.0
    assert (result.buckets[0].per_day.value, result.buckets[0].per_working_day.value) == (10 / 7, 2.0)
    assert result.to_dict()["per_working_day"] == [2.0]
    half = service.requests(log, as_of="2026-01-05T10:00:00+00:00", per="day", tz="Asia/Tehran", schedule=DESK)
    assert [(bucket.partial, bucket.working_days) for bucket in half.buckets] == [(True, 1)]
    early = service.requests(
        log,
        as_of="2026-01-12T00:00:00+00:00",
        per="day",
        tz="UTC",
        schedule=DESK,
        since="2026-01-05T13:00:00+00:00",
        until="2026-01-06T00:00:00+00:00",
    )
    assert [(bucket.count, bucket.partial, bucket.working_days) for bucket in early.buckets] == [(2, True, 0)]


def test_what_the_desk_opened_is_no_request():
    """Proactive and removed tickets leave, with the reason; the window is of the opening."""
    log = EventLog.from_records([
        {"ticket": 1, "at": at(2026, 1, 5), "kind": "created"}, {"ticket": 2, "at": at(2026, 1, 5), "kind": "created", "role": "agent"},
        {"ticket": 3, "at": at(2026, 1, 5), "kind": "created"}, {"ticket": 3, "at": at(2026, 1, 6), "kind": "merged", "into": 1},
    ])  # fmt: skip
    result = service.requests(log, as_of=T, tz="UTC")
    assert (result.value, result.excluded) == (1, {"merged": 1, "proactive": 1})
    assert service.requests(log, as_of=T, tz="UTC", since="2026-01-06T00:00:00+00:00").value == 0


def test_series_by_a_field_share_their_buckets():
    """Each value of a field has all the buckets; the rows name it."""
    log = EventLog.from_records([
        {"ticket": 1, "at": at(2026, 1, 5), "kind": "created", "team": "north"}, {"ticket": 2, "at": at(2026, 2, 5), "kind": "created", "team": "south"},
    ])  # fmt: skip
    result = service.requests(log, as_of=T, tz="UTC", by="team")
    rows = result.to_dict()
    assert list(zip(rows["team"], rows["period"], rows["count"], strict=True)) == [
        ("north", "2026-01", 1), ("north", "2026-02", 0), ("south", "2026-01", 0), ("south", "2026-02", 1),
    ]  # fmt: skip
    assert result["north"].value == 1
    assert list(rows) == list(result.table().columns)


def test_growth_is_on_equal_working_days():
    """Half the requests in half the working days is no growth."""
    days = [at(2026, 1, 10, 6) + timedelta(days=number) for number in range(14)]
    log = opened(*(day for number, day in enumerate(days) for _ in range(6 if number < 7 else 3)))
    half = Schedule.weekly("sat-thu 08:00-16:00", tz="UTC", holidays=["2026-01-17", "2026-01-18", "2026-01-19"])
    result = service.requests(log, as_of="2026-01-24T00:00:00+00:00", per="week", calendar="jalali", tz="UTC", schedule=half)
    assert [(bucket.count, bucket.working_days) for bucket in result.buckets] == [(42, 6), (21, 3)]
    change = next(iter(result.growth().values()))
    assert change.estimate == pytest.approx(1.0)
    assert change.low < 1 < change.high
    cut = service.requests(log, as_of="2026-01-23T00:00:00+00:00", per="week", calendar="jalali", tz="UTC", schedule=half)
    assert cut.growth() == {}


def test_the_profile_has_the_hours_that_there_were():
    """Two weeks have each hour of the week twice, except where the clocks change: the 29th of March in Berlin has no 02:00."""
    log = opened(at(2026, 3, 16, 8, 30), at(2026, 3, 23, 8, 59))
    result = service.requests(log, as_of="2026-03-29T22:00:00+00:00", per="week", tz="Europe/Berlin")
    profile = result.profile()
    assert (profile["mon", 9].count, profile["mon", 9].exposure) == (2, 2.0)
    assert profile["sun", 2].exposure == 1.0
    assert sum(rate.exposure for rate in profile.values()) == 14 * 24 - 1
    assert sum(rate.count for rate in profile.values()) == 2
    assert dict(service.requests(opened(), as_of=T, tz="UTC").profile()) == {}


def test_a_season_takes_two_years_that_agree():
    """30 requests a month, 90 in each June of three years: an index of 90 over the mean of its year; one June alone is no season."""
    months = [(year, month) for year in (2022, 2023, 2024, 2025) for month in range(1, 13)]

    def log(*high):
        return opened(*(at(year, month, 1, number % 24) for year, month in months for number in range(90 if (year, month) in high else 30)))

    result = service.requests(log((2022, 6), (2023, 6), (2024, 6)), as_of="2026-01-01T00:00:00+00:00", tz="UTC")
    index = result.seasonal_index()
    count = 90 + 10 * 30 + 0.5 * 30 + 0.5 * 30
    days = 365 - 31 + 31 / 2 + 31 / 2
    assert index["2023-06"].estimate == pytest.approx((90 / 30) / (count / days))
    assert (index["2023-06"].low, index["2023-06"].high) == pytest.approx(
        tuple(end / (count / days) for end in poisson_interval(90, exposure=30))
    )
    assert result.seasons() == {6: "high"}
    assert "2022-06" not in index
    assert service.requests(log((2023, 6)), as_of="2026-01-01T00:00:00+00:00", tz="UTC").seasons() == {}
    quiet = opened(at(2022, 1, 1), at(2024, 12, 31))
    assert (
        "2023-06"
        not in service.requests(quiet, as_of="2026-01-01T00:00:00+00:00", tz="UTC", since="2021-12-01T00:00:00+00:00").seasonal_index()
    )
    cut = service.requests(log(), as_of="2025-12-15T00:00:00+00:00", tz="UTC").seasonal_index()
    assert "2025-05" in cut
    assert "2025-06" not in cut
    with pytest.raises(QueryError, match="compares months"):
        service.requests(log(), as_of=T, tz="UTC", per="quarter").seasonal_index()


def test_requests_of_shards_add_up():
    """Buckets are laid anew over both; by a field too; another question is refused."""
    rows = [
        {"ticket": number, "at": at(2026, 1, 5) + timedelta(days=9 * number), "kind": "created", "team": "ab"[number % 2]}
        for number in range(6)
    ]
    whole, first, second = (EventLog.from_records(part) for part in (rows, rows[:2], rows[2:]))
    for keys in ({}, {"by": "team"}):
        parts = [service.requests(log, as_of=T, tz="UTC", **keys) for log in (second, first)]
        both, expected = parts[0] + parts[1], service.requests(whole, as_of=T, tz="UTC", **keys)
        assert both == expected
        assert both.to_dict() == expected.to_dict()
    with pytest.raises(MergeError):
        service.requests(first, as_of=T, tz="UTC") + service.requests(second, as_of="2026-02-28T00:00:00+00:00", tz="UTC")
    with pytest.raises(TypeError):
        service.requests(first, as_of=T, tz="UTC") + service.backlog(second, as_of=T)


def test_a_breakdown_has_shares_of_shares():
    """Category then subcategory: 3 of 4 in print, of them 2 jams; a changed field counts as last known; a missing one is a group."""
    rows = [
        *ticket("A", category="print", subcategory="jam"), *ticket("B", category="print", subcategory="toner"), *ticket("D", category="mail"),
        *ticket("C", (9, 5, "field", {"field": "category", "value": "print"}), (9, 5, "field", {"field": "subcategory", "value": "jam"}), category="mail"),
        *ticket("E", (9, 5, "spam", {}), category="print"),
    ]  # fmt: skip
    result = service.breakdown(EventLog.from_records(rows), as_of=T, by=["category", "subcategory"])
    assert {key: group.value for key, group in result.groups.items()} == {
        ("mail", None): 1,
        ("print", "jam"): 2,
        ("print", "toner"): 1,
        ("print", None): 0,
    }
    assert result.value == 4
    assert result["print", "jam"].tickets == ("A", "C")
    assert (result.share("print").value, result.share_of_parent(("print", "jam")).value) == (0.75, 2 / 3)
    assert result.to_dict()["share_of_parent"] == [1.0, 2 / 3, 1 / 3, 0.0]
    assert result.to_dict()["share"] == [0.25, 0.5, 0.25, 0.0]
    with pytest.raises(QueryError, match="did you mean 'category'"):
        service.breakdown(EventLog.from_records(rows), as_of=T, by="categry")
    with pytest.raises(QueryError, match="at least one field"):
        service.breakdown(EventLog.from_records(rows), as_of=T, by=[])


def test_the_backlog_has_ages():
    """Three open tickets of 1, 2 and 6 hours: mean 3, median 2; on the desk's clock; by who has them; a solved one is none of it."""
    rows = [*ticket("S", SOLVED)]
    for name, hour in (("A", 9), ("B", 13), ("C", 14)):
        rows.append({"ticket": name, "at": at(2026, 1, 5, hour), "kind": "created", "team": "north"})
    rows.append({"ticket": "A", "at": at(2026, 1, 5, 9, 5), "kind": "accepted", "role": "agent", "actor": "sara"})
    result = service.backlog(EventLog.from_records(rows), as_of="2026-01-05T15:00:00+00:00", by="agent")
    assert (result.value, result.tickets, result.age, result.median) == (3, ("A", "B", "C"), 3 * HOUR, 2 * HOUR)
    assert result.excluded == {}
    assert {agent: group.value for agent, group in result.groups.items()} == {"sara": 1, None: 2}
    assert service.backlog(EventLog.from_records(rows), as_of="2026-01-05T15:00:00+00:00", schedule=DESK).age == 3.5 * HOUR / 3
    assert service.backlog(EventLog.of(), as_of=T).value == 0
