"""Working days, and spans counted in them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import Schedule
from slakit._time import WorkingDays, instant
from slakit.errors import ScheduleError
from tests.profiles import examples

BERLIN = ZoneInfo("Europe/Berlin")
NINE = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin")
NIGHT = Schedule.weekly("mon-fri 22:00-06:00", tz="Europe/Berlin")
SHORT = Schedule.weekly("mon-thu 09:00-17:00; fri 10:00-13:00", tz="Europe/Berlin", holidays=["2026-01-06"])


def at(text):
    """A Berlin winter instant."""
    return datetime.fromisoformat(f"{text}+01:00")


@pytest.mark.parametrize(
    ("schedule", "start", "span", "due"),
    [
        (NINE, "2026-01-05T11:30:15", "3 working days", "2026-01-08T11:30:15"),
        (NINE, "2026-01-08T11:30", "3 working days", "2026-01-13T11:30"),
        (NINE, "2026-01-09T18:00", "1 working day", "2026-01-13T09:00"),
        (NINE, "2026-01-05T17:00", "1 working day", "2026-01-07T09:00"),
        (NINE, "2026-01-05T11:30", "end of 1 working day", "2026-01-06T17:00"),
        (NINE, "2026-01-10T11:30", "end of 1 working day", "2026-01-13T17:00"),
        (SHORT, "2026-01-08T16:00", "1 working day", "2026-01-09T13:00"),
        (SHORT, "2026-01-08T09:30", "1 working day", "2026-01-09T13:00"),
        (SHORT, "2026-01-05T09:30", "1 working day", "2026-01-07T09:30"),
        (NIGHT, "2026-01-06T02:00", "1 working day", "2026-01-07T02:00"),
        (NIGHT, "2026-01-05T23:00", "1 working day", "2026-01-06T23:00"),
        (NIGHT, "2026-01-10T02:00", "1 working day", "2026-01-13T06:00"),
        (NIGHT, "2026-01-05T23:00", "end of 1 working day", "2026-01-07T06:00"),
        (NINE | Schedule.weekly("daily 10:00-12:00", tz="Europe/Berlin"), "2026-01-05T11:30", "end of 1 working day", "2026-01-06T17:00"),
        (Schedule.always(tz="Europe/Berlin"), "2026-01-05T11:30", "2 working days", "2026-01-07T11:30"),
        (Schedule.always(tz="Europe/Berlin"), "2026-01-05T11:30", "end of 2 working days", "2026-01-08T00:00"),
    ],
)
def test_a_span_of_working_days(schedule, start, span, due):
    """The same clock time on the n-th following working day, from the next opening if closed; else that day's last closing.

    The night of Saturday 02:00 belongs to Friday, but the count starts from the civil date: Monday is
    the next working day, 02:00 is closed on it, and its own night ends on Tuesday at 06:00.
    """
    assert schedule.due_at(at(start), span) == at(due)
    assert schedule.due_at([at(start), None], span).tolist() == [at(due).astimezone(UTC).replace(tzinfo=None), None]


def test_the_span_that_counts():
    """Three working days from Thursday 11:30 hold 24 h of working time, which `met_until` and pauses go by."""
    start = at("2026-01-08T11:30")
    assert NINE.span_us(instant(start), WorkingDays(3)) == 24 * 3_600_000_000
    assert NINE.span_us(instant(start), 5) == 5
    assert NINE.met_until(start, "3 working days") == at("2026-01-13T11:30")
    friday = at("2026-01-09T11:30")
    assert NINE.met_until(friday, "end of 1 working day") == at("2026-01-13T09:00")
    assert NINE.met_until([friday, None], "end of 1 working day").tolist() == [datetime(2026, 1, 13, 8), None]  # noqa: DTZ001 - numpy has no zones


def test_a_clock_time_that_the_day_skips_or_repeats():
    """02:30 of the day before moves to 03:30 where the clocks jump, and is the first 02:30 where they repeat it."""
    desk = Schedule.weekly("daily 00:00-24:00", tz=BERLIN)
    spring = desk.due_at("2026-03-28T02:30+01:00", "1 working day")
    autumn = desk.due_at("2026-10-24T02:30+02:00", "1 working day")
    assert spring.isoformat() == "2026-03-29T03:30:00+02:00"
    assert autumn.isoformat() == "2026-10-25T02:30:00+02:00"
    both = desk.due_at(["2026-03-28T02:30+01:00", "2026-10-24T02:30+02:00"], "1 working day")
    assert both.tolist() == [moment.astimezone(UTC).replace(tzinfo=None) for moment in (spring, autumn)]


@examples(500)
@given(
    st.sampled_from([NINE, NIGHT, SHORT, SHORT | NIGHT, NINE - SHORT, Schedule.always(tz="Australia/Lord_Howe")]),
    st.lists(st.integers(1_750_000_000, 1_800_000_000), min_size=1, max_size=5),
    st.integers(1, 40),
    st.booleans(),
)
def test_arrays_of_starts_are_due_as_scalars(schedule, seconds, days, end):
    """`due_array` is `due_us` of each start."""
    starts, length = [second * 1_000_000 for second in seconds], WorkingDays(days, end=end)
    assert schedule.days.due_array(np.array(starts, np.int64), length).tolist() == [schedule.days.due_us(one, length) for one in starts]


def test_nothing_is_due_where_the_days_end():
    """A project of two days: the day after the first is the second, and nothing follows; in an array NaT stands for it."""
    project = Schedule.weekly("", tz=BERLIN, dates={"2026-01-05": "09:00-17:00", "2026-01-07": "09:00-17:00"})
    starts = [at("2026-01-05T10:00"), at("2026-01-07T10:00"), at("2026-01-08T10:00")]
    assert project.due_at(starts, "1 working day").tolist() == [datetime(2026, 1, 7, 9), None, None]  # noqa: DTZ001 - numpy has no zones
    assert project.due_at([None], "1 working day").tolist() == [None]
    with pytest.raises(ScheduleError) as caught:
        project.due_at(starts[1], "1 working day")
    assert caught.value.code == "unreachable"


def test_working_days_are_days_on_which_an_opening_starts():
    """Not the morning after a night, not a day closed from opening to closing, but every day of round-the-clock hours."""
    assert [NIGHT.is_working_day(f"2026-01-{day:02}") for day in (9, 10)] == [True, False]
    shut = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN, closed={"2026-01-05": "08:00-18:00"})
    assert not shut.is_working_day(date(2026, 1, 5))
    assert Schedule.always().is_working_day("2026-01-04")
    assert NINE.is_working_day("2026-01-05T23:30Z")
    skipped = Schedule.weekly("daily 09:00-17:00", tz="Pacific/Apia")
    assert [skipped.is_working_day(f"2011-12-{day}") for day in (29, 30, 31)] == [True, False, True]


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        ("2026-01-05T11:30", 1, "2026-01-06T11:30"),
        ("2026-01-09T20:00", 1, "2026-01-12T20:00"),
        ("2026-01-10T11:30", 1, "2026-01-13T11:30"),
        ("2026-01-10T11:30", -1, "2026-01-08T11:30"),
        ("2026-01-05T11:30", -5, "2025-12-29T11:30"),
        ("2026-01-10T11:30", 0, "2026-01-10T11:30"),
        ("2026-01-05T11:30", 260, "2027-01-04T11:30"),
    ],
)
def test_adding_working_days(start, number, expected):
    """The clock time stays, open or not; a start on a free day counts from the next (or previous) working day."""
    assert NINE.add_working_days(at(start), number) == at(expected)
    assert NINE.add_working_days(date.fromisoformat(start[:10]), number) == date.fromisoformat(expected[:10])
    assert NINE.add_working_days(start[:10], number) == date.fromisoformat(expected[:10])


def test_counting_working_days():
    """From Monday up to the next Monday there are five, four with a holiday, minus five the other way."""
    assert NINE.working_days_between("2026-01-05", "2026-01-12") == 5
    assert SHORT.working_days_between(at("2026-01-05T12:00"), at("2026-01-12T12:00")) == 4
    assert NINE.working_days_between("2026-01-12", "2026-01-05") == -5


def test_the_days_grow_to_both_sides():
    """Far questions before, after and within what is known agree with counting weeks: 5 a week."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN)
    assert desk.working_days_between("2026-01-05", "2026-01-12") == 5
    assert desk.working_days_between("1999-01-04", "1999-01-11") == 5
    assert desk.working_days_between("2090-01-02", "2090-01-09") == 5
    assert desk.working_days_between("1999-01-04", "2027-01-04") == 5 * (date(2027, 1, 4) - date(1999, 1, 4)).days // 7
    for far in ("1899-01-01", "2201-06-01"):
        with pytest.raises(ScheduleError) as caught:
            desk.is_working_day(far)
        assert caught.value.code == "beyond_horizon"
    assert desk.add_working_days("2026-01-05", 1_000) == date(2026, 1, 5) + timedelta(weeks=200)


def test_days_of_joined_schedules():
    """A union works when either does, an intersection on the earlier date, a difference where something is left."""
    saturday = Schedule.weekly("sat 09:00-12:00", tz=BERLIN)
    assert (NINE | saturday).is_working_day("2026-01-10")
    assert not (NINE & saturday).is_working_day("2026-01-10")
    assert not (NINE - Schedule.weekly("mon 00:00-24:00", tz=BERLIN)).is_working_day("2026-01-05")
    early = NIGHT & Schedule.weekly("daily 00:00-24:00", tz=BERLIN)
    assert [early.is_working_day(f"2026-01-{day:02}") for day in (9, 10)] == [True, False]
    tokyo = Schedule.weekly("mon-fri 09:00-17:00", tz="Asia/Tokyo")
    assert [(Schedule.weekly("sun 22:00-24:00", tz=BERLIN) | tokyo).is_working_day(f"2026-01-{day:02}") for day in (4, 10)] == [True, False]


def test_one_day_that_is_never_reached():
    """The message counts one day as one."""
    once = Schedule.weekly("mon 09:00-10:00", tz="UTC", dates={"2027-01-01/2201-12-31": "closed"})
    with pytest.raises(ScheduleError, match=r"^1 working day after") as caught:
        once.add_working_days("2026-12-28", 1)
    assert caught.value.code == "unreachable"


DAILY_NIGHT = "daily 20:00-04:00"


def other_ways(plain, renamed):
    """One schedule written in five ways."""
    return plain, plain | plain, plain & plain, Schedule.effective({"": plain, "2190-01-01": plain}), renamed


def handed_over_ways(before, after):
    """A hand-over on 1 July 2026 between nights, each side written in five ways, given what sets it apart from every night."""
    one, other = ([Schedule.weekly(DAILY_NIGHT, tz=tz, **apart) for tz in ("UTC", "Etc/UTC")] for apart in (before, after))
    return [Schedule.effective({"": left, "2026-07-01": right}) for left in other_ways(*one) for right in other_ways(*other)]


@pytest.mark.parametrize(
    ("before", "after", "hours"),
    [
        ({"holidays": ["2026-06-30"]}, {}, 4),  # 1 July 00:00-04:00, of the night that began on 30 June
        ({}, {"holidays": ["2026-06-30"]}, 8),  # 20:00-04:00: on 30 June the second is not in effect
        ({}, {"holidays": ["2026-07-01"]}, 4),  # 20:00-24:00: the second closes 1 July
        ({"holidays": ["2026-07-01"]}, {}, 8),  # 20:00-04:00: on 1 July the first closes nothing any more
        ({}, {"closed": {"2026-06-30": "23:00-02:00"}}, 6),  # 20:00-24:00 and 02:00-04:00
        ({"closed": {"2026-06-30": "23:00-02:00"}}, {}, 7),  # 20:00-23:00 and 00:00-04:00
    ],
)
def test_a_hand_over_next_to_closed_time(before, after, hours):
    """Hours are of the day on which they began, and a civil day is closed by the part in effect on it, however both are written."""
    found = {both.elapsed("2026-06-30T12:00Z", "2026-07-01T12:00Z") for both in handed_over_ways(before, after)}
    assert found == {timedelta(hours=hours)}


def test_a_night_begun_before_its_schedule_is_in_effect():
    """What a holiday on 30 June leaves of that night is not of a schedule in effect from 1 July."""
    before = Schedule.weekly("mon 09:00-10:00", tz="UTC")
    after = Schedule.weekly(DAILY_NIGHT, tz="UTC", holidays=["2026-06-30"])
    for left in (before, before | before):
        assert not Schedule.effective({"": left, "2026-07-01": after}).is_open("2026-07-01T02:00Z")


def test_taking_hours_away_closes_as_a_closure_does():
    """Of a later part, ``a - b`` closes to a night that runs in what a closure of those hours would."""
    night = Schedule.weekly(DAILY_NIGHT, tz="UTC")
    closed = Schedule.weekly(DAILY_NIGHT, tz="UTC", closed={"2026-07-01": "01:00-02:00"})
    less = night - Schedule.weekly("mon 09:00-10:00", tz="UTC", dates={"2026-07-01": "01:00-02:00"})
    for after in (closed, less):
        both = Schedule.effective({"": night, "2026-07-01": after})
        assert both.elapsed("2026-06-30T12:00Z", "2026-07-01T12:00Z") == timedelta(hours=7)


TUESDAY = Schedule.weekly("tue 22:00-06:00", tz="UTC")


@pytest.mark.parametrize(
    ("desk", "worked"),
    [
        (TUESDAY, [True, False]),
        (Schedule.weekly("tue 22:00-06:00", tz="UTC", holidays=["2026-01-06"]), [False, True]),
        (Schedule.weekly("tue 22:00-06:00", tz="UTC", closed={"2026-01-06": "22:00-24:00"}), [False, True]),
        (TUESDAY - Schedule.weekly("tue 12:00-24:00", tz="UTC"), [False, True]),
        (TUESDAY & Schedule.weekly("wed 00:00-24:00", tz="UTC"), [False, True]),
        (TUESDAY & Schedule.always(), [True, False]),
        (TUESDAY | Schedule.weekly("wed 02:00-03:00", tz="UTC"), [True, True]),
        (Schedule.weekly("tue 22:00-06:00", tz="UTC", closed={"2026-01-06": "23:00-24:00"}), [True, False]),
        (Schedule.weekly("tue 09:00-12:00 22:00-06:00", tz="UTC", closed={"2026-01-06": "22:00-24:00"}), [True, True]),
    ],
)
def test_a_working_day_is_one_on_which_hours_open(desk, worked):
    """A night of which nothing is left before midnight opens on the morning (Wednesday, 7 January), whatever took the rest."""
    assert [desk.is_working_day(day) for day in ("2026-01-06", "2026-01-07")] == worked


DESK_OF_ALL_YEARS = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("1900-01-01T10:00", "1 working day", "1900-01-02T10:00"),  # a Monday
        ("1900-01-01T00:00", "end of 1 working day", "1900-01-02T17:00"),
        ("2200-12-26T10:00", "1 working day", "2200-12-29T10:00"),  # a Friday
        ("2200-12-30T10:00", "end of 1 working day", "2200-12-31T17:00"),
        ("2200-12-30T10:00", "2 working days", "NaT"),
        ("2200-12-31T18:00", "1 working day", "NaT"),
    ],
)
def test_working_days_at_the_ends_of_the_horizon(start, span, due):
    """Scalars and arrays count from the first date to the last, and say alike that there is no more."""
    desk = DESK_OF_ALL_YEARS
    assert desk.due_at(np.array([start], "datetime64[us]"), span).astype(str) == np.array([due], "datetime64[us]").astype(str)
    if due == "NaT":
        with pytest.raises(ScheduleError) as caught:
            desk.due_at(start + "Z", span)
        assert caught.value.code == "unreachable"
    else:
        assert desk.due_at(start + "Z", span) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_night_that_ends_after_the_horizon():
    """The closing of the last night lies after 2200 and is never reached, its clock time within is."""
    night = Schedule.weekly(DAILY_NIGHT, tz="America/New_York")
    starts = np.array(["2200-12-31T02:00", "2200-12-30T02:00"], "datetime64[us]")  # 30 and 29 December 21:00
    for span, due in (("1 working day", ["NaT", "2200-12-31T02:00"]), ("end of 1 working day", ["NaT", "2200-12-31T09:00"])):
        assert night.due_at(starts, span).tolist() == np.array(due, "datetime64[us]").tolist()
        with pytest.raises(ScheduleError) as caught:
            night.due_at("2200-12-31T02:00Z", span)
        assert caught.value.code == "unreachable"


def test_every_date_of_the_horizon_and_no_other():
    """From 1900-01-01 to 2200-12-31 each date is answered, the dates beyond are refused."""
    desk = DESK_OF_ALL_YEARS
    assert [desk.is_working_day(day) for day in ("1900-01-01", "1900-01-06", "2200-12-27", "2200-12-31")] == [True, False, False, True]
    assert [str(desk.add_working_days(*one)) for one in (("1900-01-01", 1), ("2200-12-31", -1))] == ["1900-01-02", "2200-12-30"]
    for beyond in ("1899-12-31", "2201-01-01"):
        for question in (
            desk.is_working_day,
            lambda day: desk.add_working_days(day, 1),
            lambda day: desk.working_days_between(day, "2026-01-01"),
        ):
            with pytest.raises(ScheduleError) as caught:
                question(beyond)
            assert caught.value.code == "beyond_horizon"
