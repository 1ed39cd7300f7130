"""Dates, ranges, holidays from every kind of object, overrides and closures."""

from datetime import UTC, date, datetime
from types import MappingProxyType

import numpy as np
import pendulum
import pytest

from slakit import Schedule
from slakit.errors import ScheduleError
from slakit.schedule.dates import day_date, parse_closures, parse_dates, parse_day, parse_holidays, parse_range

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
    assert day_date(parse_holidays(["2025-05-01"], None, range(2024, 2028))[1]) == date(2027, 12, 31)
    assert day_date(parse_holidays([], None, 2026)[1]) == date(2026, 12, 31)


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
