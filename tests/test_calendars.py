"""Calendar periods, against three libraries of the Jalali calendar and against arithmetic by hand."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from slakit import calendars
from slakit.errors import QueryError, TimeError

TEHRAN = "Asia/Tehran"


def us(text: str) -> int:
    """An instant of a test, us."""
    return round((datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def test_every_day_of_two_centuries_is_the_day_of_the_libraries():
    """The libraries jdatetime and persiantools name each day from 1899 to 2099 as we do, and the way back is exact."""
    import jdatetime
    from persiantools.jdatetime import JalaliDate

    day = date(1899, 1, 1)
    while day < date(2099, 1, 1):
        ours = calendars.jalali(day)
        theirs = jdatetime.date.fromgregorian(date=day)
        other = JalaliDate(day)
        assert tuple(ours) == (theirs.year, theirs.month, theirs.day) == (other.year, other.month, other.day)
        assert calendars.from_jalali(*ours) == day
        day += timedelta(days=1)


def test_leap_years_are_the_astronomical_ones():
    """The year starts of convertdate, computed from the sun, agree for every year that is answered for."""
    from convertdate import persian

    for year in range(calendars.FIRST_YEAR, calendars.LAST_YEAR + 2):
        assert calendars.from_jalali(year) == date(*persian.to_gregorian(year, 1, 1)), year


@pytest.mark.parametrize(
    ("year", "leap"), [(1399, True), (1400, False), (1403, True), (1404, False), (1408, True), (1375, True), (1379, True)]
)
def test_known_leap_years(year, leap):
    """Leap years as the Iranian calendar centre published them."""
    assert calendars.is_leap(year) is leap


@pytest.mark.parametrize("wrong", [(1404, 12, 30), (1404, 13, 1), (1404, 0, 1), (1404, 7, 31), (1404, 1, 32), (1404, 1, 0)])
def test_days_that_do_not_exist(wrong):
    """A day that the calendar does not have is refused."""
    with pytest.raises(TimeError) as error:
        calendars.from_jalali(*wrong)
    assert error.value.code == "bad_date"


@pytest.mark.parametrize("day", [date(1800, 1, 1), date(1898, 3, 20), date(2123, 3, 21), date(2300, 1, 1)])
def test_years_beyond_the_known_leap_years_are_refused(day):
    """Outside the years for which the cycle is the calendar there is no answer."""
    with pytest.raises(TimeError) as error:
        calendars.jalali(day)
    assert error.value.code == "out_of_range"


def test_a_jalali_month_starts_at_midnight_in_tehran():
    """Farvardin 1405 is 21 March to 20 April 2026, 31 days, and starts at 20:30 UTC (UTC+03:30)."""
    month = calendars.named("1405-01", tz=TEHRAN, calendar="jalali")
    assert (month.first, month.after, month.days) == (date(2026, 3, 21), date(2026, 4, 21), 31)
    assert month.start == datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
    assert month.end == datetime(2026, 4, 20, 20, 30, tzinfo=UTC)
    assert (month.name(), month.name("fa")) == ("Farvardin 1405", "فروردین ۱۴۰۵")


def test_a_day_without_midnight_starts_when_the_clocks_resume():
    """In 2020 Tehran's clocks went from 00:00 to 01:00 on 21 March: the day starts at that instant and has 23 hours."""
    day = calendars.named("2020-03-21", tz=TEHRAN)
    assert day.start == datetime(2020, 3, 20, 20, 30, tzinfo=UTC)
    assert day.end_us - day.start_us == 23 * 3_600_000_000


def test_a_skipped_date_has_no_period():
    """Apia had no 30 December 2011: the days before and after it follow each other."""
    found = calendars.periods(us("2011-12-29T12:00:00+00:00"), us("2012-01-01T00:00:00+00:00"), per="day", tz="Pacific/Apia")
    assert [period.label for period in found] == ["2011-12-29", "2011-12-31", "2012-01-01"]
    assert all(one.end_us == other.start_us for one, other in pairwise(found))


def test_the_last_year_of_dates_ends_the_periods():
    """Dates end with the year 9999: periods stop before it rather than fail."""
    found = calendars.periods(us("9998-06-01T00:00:00+00:00"), us("9999-06-01T00:00:00+00:00"), per="year", tz="UTC")
    assert [period.label for period in found] == ["9998"]


@pytest.mark.parametrize("per", calendars.PERS)
@pytest.mark.parametrize("calendar", calendars.CALENDARS)
@pytest.mark.parametrize("tz", [TEHRAN, "America/Santiago", "UTC"])
def test_periods_cover_their_span_without_gap(per, calendar, tz):
    """Consecutive periods meet, the first holds the start, the last the instant before the end, and labels sort."""
    start, end = us("2018-06-05T12:00:00+00:00"), us("2023-08-05T12:00:00+00:00")
    found = calendars.periods(start, end, per=per, tz=tz, calendar=calendar)
    assert start in found[0]
    assert end - 1 in found[-1]
    assert all(one.end_us == other.start_us for one, other in pairwise(found))
    assert [period.label for period in found] == sorted(period.label for period in found)
    assert len({period.label for period in found}) == len(found)


@pytest.mark.parametrize(
    ("per", "calendar", "label", "first", "after"),
    [
        ("day", "gregorian", "2026-03-21", "2026-03-21", "2026-03-22"),
        ("day", "jalali", "1405-01-01", "2026-03-21", "2026-03-22"),
        ("week", "gregorian", "2026-W12", "2026-03-16", "2026-03-23"),
        ("week", "jalali", "1405-01-01/01-07", "2026-03-21", "2026-03-28"),
        ("month", "gregorian", "2026-03", "2026-03-01", "2026-04-01"),
        ("month", "jalali", "1405-01", "2026-03-21", "2026-04-21"),
        ("quarter", "gregorian", "2026-Q1", "2026-01-01", "2026-04-01"),
        ("quarter", "jalali", "1405-Q1", "2026-03-21", "2026-06-22"),
        ("year", "gregorian", "2026", "2026-01-01", "2027-01-01"),
        ("year", "jalali", "1405", "2026-03-21", "2027-03-21"),
    ],
)
def test_the_period_of_a_day(per, calendar, label, first, after):
    """21 March 2026, a Saturday and Nowruz 1405, in each kind of period."""
    period = calendars.period_at(us("2026-03-21T12:00:00+03:30"), per=per, tz=TEHRAN, calendar=calendar)
    assert (period.label, period.first, period.after) == (label, date.fromisoformat(first), date.fromisoformat(after))
    if per != "week" or calendar == "gregorian":
        assert calendars.named(label, tz=TEHRAN, calendar=calendar) == period


def test_weeks_start_where_one_says():
    """A week from Sunday holds the six days after it."""
    assert calendars.bounds(date(2026, 3, 21), per="week", week_start="sun") == (date(2026, 3, 15), date(2026, 3, 22))


def test_the_last_year_has_an_end():
    """The year 1501 is answered for to its last day, and 1502 is not."""
    assert calendars.named("1501", tz="UTC", calendar="jalali").after == date(2123, 3, 21)
    with pytest.raises(TimeError):
        calendars.from_jalali(1502, 1, 2)


def test_leap_esfand_has_thirty_days():
    """Esfand 1403 ends with its 30th day on 20 March 2025."""
    month = calendars.named("1403-12", tz=TEHRAN, calendar="jalali")
    assert (month.days, list(month.dates())[-1]) == (30, date(2025, 3, 20))
    assert calendars.named("2024-02-29", tz="UTC").name() == "29 February 2024"
    assert calendars.named("2024-Q1", tz="UTC").name("fa") == "۲۰۲۴-Q۱"
    assert repr(month) == "<month 1403-12: 2025-02-19 to 2025-03-20>"


@pytest.mark.parametrize("text", ["March 2026", "2026-13", "2026-02-30", "2026-W60", ""])
def test_labels_that_name_nothing(text):
    """What names no period is refused with the forms that do."""
    with pytest.raises(QueryError) as error:
        calendars.named(text, tz="UTC")
    assert error.value.code == "bad_period"


def test_jalali_labels_that_name_nothing():
    """A Jalali day that is none, and a numbered week, which the Jalali calendar does not have."""
    with pytest.raises(TimeError):
        calendars.named("1404-12-30", tz="UTC", calendar="jalali")
    with pytest.raises(QueryError):
        calendars.named("1404-W12", tz="UTC", calendar="jalali")


@pytest.mark.parametrize(
    ("options", "code"),
    [({"per": "fortnight"}, "unknown_per"), ({"per": "week", "week_start": "monday"}, "unknown_week_start"),
     ({"per": "month", "calendar": "persian"}, "unknown_calendar")],
)  # fmt: skip
def test_unknown_options_are_refused(options, code):
    """Lengths, calendars and week days are named as we name them."""
    with pytest.raises(QueryError) as error:
        calendars.bounds(date(2026, 3, 21), **options)
    assert error.value.code == code


def test_a_period_of_ones_own():
    """Two instants bound a period; the wrong way round they do not."""
    period = calendars.between("2026-03-21T00:00:00+03:30", "2026-04-01T12:00:00+03:30", tz=TEHRAN)
    assert (period.first, period.after, period.days) == (date(2026, 3, 21), date(2026, 4, 2), 12)
    assert period.label == "2026-03-21T00:00:00+0330/2026-04-01T12:00:00+0330"
    assert period.start.astimezone(ZoneInfo(TEHRAN)).hour == 0
    with pytest.raises(QueryError) as error:
        calendars.between(period.end, period.start)
    assert error.value.code == "empty_window"


def test_names_exist_in_two_languages():
    """Any other language is refused."""
    period = calendars.named("2026-03", tz="UTC")
    assert (period.name(), period.name("fa")) == ("March 2026", "مارس ۲۰۲۶")
    with pytest.raises(QueryError):
        period.name("de")
