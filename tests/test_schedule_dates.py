"""Dates, ranges, holidays from every kind of object, overrides and closures."""

from collections import OrderedDict, UserDict
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import numpy as np
import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import Schedule
from slakit.errors import ScheduleError
from slakit.schedule.dates import day_date, parse_closures, parse_dates, parse_day, parse_holidays, parse_range
from tests.profiles import examples

NEW_YEAR = (date(2026, 1, 1) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "given",
    ["2026-01-01", " 2026-01-01 ", date(2026, 1, 1), datetime(2026, 1, 1), pendulum.date(2026, 1, 1), np.datetime64("2026-01-01")],  # noqa: DTZ001
)
def test_a_date_has_many_forms(given):
    """ISO text, dates of both libraries, a naive midnight and a numpy day are the same day: 20,454 days after the epoch."""
    assert parse_day(given, "here") == NEW_YEAR == 20_454


@pytest.mark.parametrize(
    "given",
    ["Nowruz", 20_454, None, datetime(2026, 1, 1, 9), datetime(2026, 1, 1, tzinfo=UTC), np.datetime64("NaT", "D"), np.datetime64(1, "s")],  # noqa: DTZ001
)
def test_what_is_no_date(given):
    """Other text, numbers, times of day and instants are no dates."""
    with pytest.raises(ScheduleError) as caught:
        parse_day(given, "holidays")
    assert caught.value.code == "bad_date"
    assert "holidays" in str(caught.value)


def test_a_range_includes_both_ends():
    """A range is ISO text with a slash, or a pair."""
    assert parse_range("2026-01-01/2026-01-03", "here") == (NEW_YEAR, NEW_YEAR + 2)
    assert parse_range((date(2026, 1, 1), "2026-01-03"), "here") == (NEW_YEAR, NEW_YEAR + 2)
    assert parse_range("2026-01-01", "here") == (NEW_YEAR, NEW_YEAR)


@pytest.mark.parametrize("given", ["2026-01-03/2026-01-01", "2026-01-01/2026-01-02/2026-01-03"])
def test_a_range_that_cannot_be(given):
    """Backwards or with three ends it raises."""
    with pytest.raises(ScheduleError) as caught:
        parse_range(given, "here")
    assert caught.value.code == "bad_date"


def test_holidays_are_dates_or_names_by_date():
    """Collections give dates without names, mappings give names; a range names each of its days; None is no name."""
    assert parse_holidays(["2026-01-01"], None, None)[0] == ((NEW_YEAR, ""),)
    named = parse_holidays({"2026-01-01/2026-01-02": "New Year", "2026-01-03": None}, None, None)[0]
    assert named == ((NEW_YEAR, "New Year"), (NEW_YEAR + 1, "New Year"), (NEW_YEAR + 2, ""))
    assert parse_holidays(None, None, None) == ((), None)
    assert parse_holidays(MappingProxyType({}), None, None) == ((), None)


def test_holidays_cover_the_last_year_present_unless_said():
    """Coverage ends with the year of the last holiday, or of ``years``, or where the caller says."""
    assert day_date(parse_holidays(["2025-05-01", "2026-01-01"], None, None)[1]) == date(2026, 12, 31)
    assert day_date(parse_holidays(["2025-05-01"], "2025-06-30", None)[1]) == date(2025, 6, 30)
    assert day_date(parse_holidays(["2025-05-01", "2026-01-01"], None, range(2024, 2028))[1]) == date(2026, 12, 31)


def test_years_without_holidays_are_not_known():
    """Of the years asked for those up to the first gap are known; where none has any, not even the first is."""
    given = ["2024-05-01", "2025-05-01", "2027-05-01"]
    assert day_date(parse_holidays(given, None, range(2023, 2029))[1]) == date(2025, 12, 31)
    assert day_date(parse_holidays(given, None, (2025, 2027))[1]) == date(2027, 12, 31)
    assert parse_holidays(given, None, 2026) == ((), (date(2025, 12, 31) - date(1970, 1, 1)).days)
    assert day_date(parse_holidays(given, "2028-12-31", range(2023, 2029))[1]) == date(2028, 12, 31)


def test_a_calendar_that_does_not_expand():
    """One of 2026 alone, asked for three years, is known for 2026, and an answer in 2027 says so."""
    import holidays

    desk = Schedule.weekly(
        "mon-fri 09:00-17:00", tz="UTC", holidays=holidays.country_holidays("DE", years=2026, expand=False), years=range(2026, 2029)
    )
    assert "known until 2026-12-31" in desk.describe()
    assert desk.is_holiday("2026-12-25")


@pytest.mark.parametrize("given", ["2026", b"2026", 2026.5, [2026, "2027"], [], 0, 10_000])
def test_years_that_are_none(given):
    """Text, fractions, nothing and years that no date has are refused with the remedy."""
    with pytest.raises(ScheduleError, match=r"years=2026 or years=range") as caught:
        parse_holidays(["2026-01-01"], None, given)
    assert caught.value.code == "bad_years"
    assert parse_holidays(["2026-01-01"], None, np.array([2026]))[0] == ((NEW_YEAR, ""),)


class Named(dict):
    """A mapping that somebody subclassed."""


@pytest.mark.parametrize("kind", [dict, Named, UserDict, OrderedDict])
@pytest.mark.parametrize("key", ["2026-01-01", date(2026, 1, 1), "2026-01-01/2026-01-01"])
def test_a_mapping_of_any_kind_keeps_its_holidays(kind, key):
    """Its own keys are read, text and ranges too, with ``years`` and without; an empty one holds none."""
    assert parse_holidays(kind({key: "New Year"}), None, 2026)[0] == ((NEW_YEAR, "New Year"),)
    assert parse_holidays(kind({key: None}), None, None)[0] == ((NEW_YEAR, ""),)
    assert parse_holidays(kind(), None, None) == ((), None)


def test_a_series_is_its_values():
    """Series and arrays of dates are read as a list is, whatever their index; a missing one is no date."""
    import pandas as pd
    import polars as pl

    dates = pd.Series(pd.to_datetime(["2026-01-01"]), index=["a"])
    for series in (dates, pd.DatetimeIndex(dates), dates.dt.date, pl.Series([date(2026, 1, 1)]), np.array(["2026-01-01"], "datetime64[D]")):
        assert parse_holidays(series, None, 2026)[0] == parse_holidays(series, None, None)[0] == ((NEW_YEAR, ""),)
    with pytest.raises(ScheduleError) as caught:
        parse_holidays(pd.Series(pd.to_datetime([None])), None, 2026)
    assert caught.value.code == "bad_date"


class Filling(dict):
    """Fills itself when asked, as the objects of the holidays package do."""

    def __contains__(self, day):
        """New Year of every year."""
        if (day.month, day.day) == (1, 1):
            self[day] = "New Year"
        return dict.__contains__(self, day)


class Asked:
    """Answers for a date, holds none."""

    def get(self, day):
        """The name of a date."""
        return "New Year" if day in self else None

    def __contains__(self, day):
        """New Year of every year."""
        return (day.month, day.day) == (1, 1)


@pytest.mark.parametrize("calendar", [Filling, Asked])
def test_an_object_that_fills_itself_needs_years(calendar):
    """Such an object is asked for every day of ``years``; without them it is an error, never an empty list."""
    with pytest.raises(ScheduleError) as caught:
        parse_holidays(calendar(), None, None)
    assert caught.value.code == "holidays_need_years"
    found, until = parse_holidays(calendar(), None, range(2025, 2027))
    assert found == ((NEW_YEAR - 365, "New Year"), (NEW_YEAR, "New Year"))
    assert day_date(until) == date(2026, 12, 31)


def test_a_calendar_of_the_holidays_package():
    """Iran's own object is empty until asked: with years it names Nowruz 2026, without it is refused."""
    import holidays

    found, until = parse_holidays(holidays.country_holidays("IR"), None, range(2025, 2027))
    assert "Nowruz" in dict(found)[(date(2026, 3, 21) - date(1970, 1, 1)).days]
    assert day_date(until) == date(2026, 12, 31)
    with pytest.raises(ScheduleError) as caught:
        parse_holidays(holidays.country_holidays("IR"), None, None)
    assert caught.value.code == "holidays_need_years"


def test_an_object_that_is_filled_is_read():
    """Once it holds dates it is a mapping like another; ``years`` keeps those of its years."""
    filled = Filling({date(2026, 1, 1): "New Year"})
    assert parse_holidays(filled, None, None)[0] == ((NEW_YEAR, "New Year"),)
    assert parse_holidays({"2025-01-01": "a", "2026-01-01": "b"}, None, 2026)[0] == ((NEW_YEAR, "b"),)


@pytest.mark.parametrize("given", ["2026-01-01", b"2026-01-01", 5])
def test_what_holds_no_dates(given):
    """One text or a number is no collection of dates."""
    with pytest.raises(ScheduleError) as caught:
        parse_holidays(given, None, None)
    assert caught.value.code == "bad_holidays"


def test_holidays_that_are_not_dates():
    """The message names the offending element and the remedy."""
    with pytest.raises(ScheduleError, match=r"Nowruz.*2026-03-21"):
        Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays=["Nowruz"])


def test_overrides_are_single_days_or_seasons():
    """A single date beats a range of plain hours; a week under a range is a season; ``closed`` is no hours."""
    hour = 3_600_000_000
    single, seasons = parse_dates(
        {
            "2026-01-01/2026-01-02": "09:00-10:00",
            "2026-01-02": "closed",
            "2026-02-01/2026-02-03": "mon 09:00-10:00",
            "2026-03-01": {"sun": "09:00-10:00"},
        }
    )
    assert single == ((NEW_YEAR, ((9 * hour, 10 * hour),)), (NEW_YEAR + 1, ()))
    assert [(first - NEW_YEAR, last - NEW_YEAR) for first, last, _ in seasons] == [(31, 33), (59, 59)]
    assert parse_dates(None) == ((), ())


def test_seasons_do_not_overlap():
    """Two ranges with weeks of their own that share a date are an error."""
    with pytest.raises(ScheduleError) as caught:
        parse_dates({"2026-01-01/2026-01-05": "mon 09:00-10:00", "2026-01-05/2026-01-09": "mon 10:00-11:00"})
    assert caught.value.code == "overlap"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("2026-01-01/2026-01-05", "09:00-10:00"), ("2026-01-05/2026-01-09", "10:00-11:00")),
        (("2026-01-01/2026-01-05", "closed"), ("2026-01-02/2026-01-03", "10:00-11:00")),
        (("2026-01-05", "09:00-10:00"), (date(2026, 1, 5), "10:00-11:00")),
        (("2026-01-05", "mon 09:00-10:00"), (date(2026, 1, 5), "mon 10:00-11:00")),
    ],
)
def test_two_of_a_kind_for_one_date(one, other):
    """Two ranges of plain hours that share a date, or one date in two spellings, are an error that names both, in either order."""
    for pairs in ((one, other), (other, one)):
        with pytest.raises(ScheduleError, match=r"2026-01-0[25] hours") as caught:
            parse_dates(dict(pairs))
        assert caught.value.code == "overlap"
        assert set(caught.value.fields["given"]) == {one[0], other[0]}
        assert all(repr(key) in str(caught.value) for key in (one[0], other[0]))


def test_closures_of_one_date_are_united():
    """A range and a date, and two spellings of a date, close what either closes, in any order."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", closed={"2026-03-02/2026-03-06": "12:00-13:00", "2026-03-04": "15:00-16:00"})
    assert desk.elapsed("2026-03-04T00:00Z", "2026-03-05T00:00Z") == timedelta(hours=6)
    assert desk.to_dict()["closed"]["2026-03-04"] == "12:00-13:00 15:00-16:00"
    spelt = {"2026-03-04": "15:00-16:00", date(2026, 3, 4): "15:30-17:00"}
    assert parse_closures(spelt) == parse_closures({"2026-03-04": "15:00-17:00"})


times = st.integers(0, 23).map("{:02d}:00".format)
stretches = st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]).map("-".join)


@given(one=st.lists(stretches, min_size=1, max_size=5))
@examples(200)
def test_united_closures_read_back(one):
    """Each hour is closed exactly where one of the closures is, also over midnight, and the plain form gives an equal schedule."""
    days = ["2026-03-04", date(2026, 3, 4), "2026-03-04/2026-03-04", (date(2026, 3, 4), date(2026, 3, 4)), "2026-03-03/2026-03-04"]
    closed = dict(zip(days, one, strict=False))
    desk = Schedule.weekly("24x7", tz="UTC", closed=closed)
    assert Schedule.from_dict(desk.to_dict()) == desk
    shut = {hour - 24 * back for key, text in closed.items() for back in (range(2) if key == days[4] else (0,)) for hour in hours_in(text)}
    start = datetime(2026, 3, 4, tzinfo=UTC)
    assert [desk.is_open(start + timedelta(hours=hour, minutes=30)) for hour in range(-24, 48)] == [
        hour not in shut for hour in range(-24, 48)
    ]


def hours_in(text):
    """The hours of a stretch such as ``22:00-06:00``."""
    first, last = (int(side[:2]) for side in text.split("-"))
    return range(first, last if last > first else last + 24)


def test_closures_by_date_and_range():
    """A closure under a range holds on each of its dates; what is no mapping is an error."""
    assert [day - NEW_YEAR for day, _ in parse_closures({"2026-01-01/2026-01-03": "12:00-13:00"})] == [0, 1, 2]
    with pytest.raises(ScheduleError) as caught:
        parse_closures(["2026-01-01"])
    assert caught.value.code == "bad_date"


@pytest.mark.parametrize("hours", ["", []])
def test_an_empty_override_is_refused(hours):
    """An empty override could mean a closed day or a forgotten one: it must be said."""
    with pytest.raises(ScheduleError) as caught:
        parse_dates({"2019-12-01": hours})
    assert caught.value.code == "empty_hours"
