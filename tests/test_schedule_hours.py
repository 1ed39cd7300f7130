"""Hours of a day and of a week, read and written."""

from datetime import time

import pytest

from slakit.errors import ScheduleError
from slakit.schedule.hours import hours_text, parse_hours, parse_week, week_text

HOUR = 3_600_000_000


def spans(*pairs):
    """Pairs of hours as us."""
    return tuple((int(start * HOUR), int(end * HOUR)) for start, end in pairs)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("09:00-17:00", spans((9, 17))),
        ("9:00-12:30 13:30-18:00", spans((9, 12.5), (13.5, 18))),
        ("13:30-18:00, 09:00 - 12:30", spans((9, 12.5), (13.5, 18))),
        ("09:00\u201317:00", spans((9, 17))),
        ("00:00-24:00", spans((0, 24))),
        ("22:00-24:00", spans((22, 24))),
        ("22:00-00:00", spans((22, 24))),
        ("22:00-06:00", spans((22, 30))),
        ("09:00-12:00 12:00-17:00", spans((9, 17))),
        ("00:00-12:00 12:00-24:00", spans((0, 24))),
        ("00:00-12:00 12:00-06:00", spans((0, 12), (12, 30))),
        ([["09:00", "12:30"], ["13:30", "18:00"]], spans((9, 12.5), (13.5, 18))),
        (["09:00-12:30", "13:30-18:00"], spans((9, 12.5), (13.5, 18))),
        ([(time(9), time(17, 30))], spans((9, 17.5))),
    ],
)
def test_hours_are_read(given, expected):
    """Text and pairs give ordered stretches; adjoining ones join unless the result could not be written."""
    assert parse_hours(given, "here") == expected


def test_hours_are_exact_to_the_second():
    """20:32:59-22:59:59 is 2 h 27 min: 8,820 s from 73,979 s after midnight."""
    assert parse_hours("20:32:59-22:59:59", "here") == ((73_979_000_000, 82_799_000_000),)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "empty_hours"),
        ([], "empty_hours"),
        ("09:00-09:00", "empty_hours"),
        ("00:00-00:00", "empty_hours"),
        ("24:00-06:00", "bad_hours"),
        ("09:00-18:60", "bad_hours"),
        ("09:00-24:01", "bad_hours"),
        ("09:00-17:00:60", "bad_hours"),
        ("nine to five", "bad_hours"),
        ("09:00", "bad_hours"),
        (9, "bad_hours"),
        ({"09:00": "17:00"}, "bad_hours"),
        ([9], "bad_hours"),
        ([{"09:00", "17:00"}], "bad_hours"),
        ([[9, 17]], "bad_hours"),
        ("08:00-13:00 12:00-18:00", "overlap"),
        ("22:00-06:00 23:00-24:00", "overlap"),
    ],
)
def test_hours_that_cannot_be(given, code):
    """Empty, unreadable and overlapping hours raise, each with its code, the text and where it stood."""
    with pytest.raises(ScheduleError) as caught:
        parse_hours(given, "dates, 2026-03-19")
    assert caught.value.code == code
    assert "dates, 2026-03-19" in str(caught.value)
    assert caught.value.fields["where"] == "dates, 2026-03-19"


NINE = spans((9, 17))


@pytest.mark.parametrize(
    ("given", "worked"),
    [
        ("mon-fri 09:00-17:00", {0, 1, 2, 3, 4}),
        ("sat-wed 09:00-17:00", {5, 6, 0, 1, 2}),
        ("Mon,Wed 09:00-17:00", {0, 2}),
        ("mon wed 09:00-17:00", {0, 2}),
        ("daily 09:00-17:00", set(range(7))),
        ("mon 09:00-17:00;\n tue 09:00-17:00;", {0, 1}),
        ({"mon": "09:00-17:00", "fri-sun": [["09:00", "17:00"]]}, {0, 4, 5, 6}),
        ("", set()),
        ({}, set()),
    ],
)
def test_weeks_are_read(given, worked):
    """Days are names, ranges that may wrap, and lists; a day that is not named is closed."""
    assert parse_week(given) == tuple(NINE if day in worked else () for day in range(7))


def test_round_the_clock_has_a_name():
    """24x7 and 24x5 are whole days; 24x5 from Monday to Friday."""
    assert parse_week("24x7") == (spans((0, 24)),) * 7
    assert parse_week("24x5") == (spans((0, 24)),) * 5 + ((), ())


def test_parts_of_one_day_add_up():
    """A day may be named twice, as long as its hours do not overlap."""
    assert parse_week("mon-tue 09:00-12:00; mon 13:00-17:00")[0] == spans((9, 12), (13, 17))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"tuesday": "08:00-12:00"}, "unknown_day"),
        ("xyz 08:00-12:00", "unknown_day"),
        ("mon-xyz 08:00-12:00", "unknown_day"),
        ({"": "08:00-12:00"}, "unknown_day"),
        ({"mon": []}, "empty_hours"),
        ("mon-fri", "bad_hours"),
        (5, "bad_hours"),
        ("mon-fri 09:00-17:00; fri 12:00-15:00", "overlap"),
        ("mon 22:00-06:00; tue 05:00-09:00", "overlap"),
        ("sun 22:00-06:00; mon 05:00-09:00", "overlap"),
        ("daily 05:00-09:00 22:00-06:00", "overlap"),
    ],
)
def test_weeks_that_cannot_be(given, code):
    """Unknown days, days without hours, and hours that overlap (also round midnight and round the week) raise."""
    with pytest.raises(ScheduleError) as caught:
        parse_week(given)
    assert caught.value.code == code


def test_an_unknown_day_names_the_near_one():
    """The message of an unknown day proposes the known one."""
    with pytest.raises(ScheduleError, match="did you mean 'tue'"):
        parse_week({"tuesday": "08:00-12:00"})


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri 09:00-17:00",
        "sat-wed 08:00-16:00; thu 08:00-12:00",
        "mon 09:00-17:00; wed 10:00-16:00 18:00-02:00",
        "24x7",
        "mon-fri 20:32:59-22:59:59",
        "mon-wed 09:00-17:00; fri-sat 10:00-12:00",
        "",
    ],
)
def test_weeks_are_written_as_they_are_read(text):
    """The text of a week is canonical: parsing and writing gives it back."""
    assert week_text(parse_week(text)) == text


def test_a_fraction_of_a_second_is_written():
    """A `datetime.time` with microseconds survives the round trip through text."""
    hours = parse_hours([(time(9, 0, 0, 250_000), time(17))], "here")
    assert hours_text(hours) == "09:00:00.250000-17:00"
    assert parse_hours(hours_text(hours), "here") == hours
