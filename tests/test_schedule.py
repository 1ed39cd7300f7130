"""Schedules answer as the specification says: each number with its arithmetic."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from slakit import Schedule
from slakit.errors import ScheduleError
from tests.schedule_cases import BERLIN, NINE, at


def hours(schedule, start, end):
    """Elapsed hours."""
    return schedule.elapsed(start, end) / timedelta(hours=1)


def test_a_target_used_up_at_closing():
    """S2: one hour from Monday 16:00 is due at 17:00 and met until Tuesday 09:00."""
    assert NINE.due_at(at("2026-01-05T16:00"), "1h") == at("2026-01-05T17:00")
    assert NINE.met_until(at("2026-01-05T16:00"), "1h") == at("2026-01-06T09:00")


def test_seconds_survive_the_night():
    """S3: two hours from Monday 16:00:01 leave 3,601 s to Tuesday's 10:00:01 minus 59:59 on Monday."""
    assert NINE.due_at(at("2026-01-05T16:00:01"), "2h") == at("2026-01-06T10:00:01")


def test_zero_stays():
    """due_at(t, 0) = t, also in closed time."""
    night = at("2026-01-05T03:00")
    assert NINE.due_at(night, "0s") == night == NINE.start_by(night, "0s")


def test_start_by_fits_the_span():
    """Eight hours before Tuesday 10:00 begin at Monday 10:00; ending exactly at an opening, the start is a closing's worth earlier."""
    assert NINE.start_by(at("2026-01-06T10:00"), "8h") == at("2026-01-05T10:00")
    assert NINE.start_by(at("2026-01-06T09:00"), "8h") == at("2026-01-05T09:00")
    assert NINE.start_by(at("2026-01-06T20:00"), "1h") == at("2026-01-06T16:00")


def test_edges():
    """next_open is at or after, next_close strictly after, previous_close the end of what lies before."""
    assert NINE.next_open(at("2026-01-05T08:00")) == at("2026-01-05T09:00") == NINE.next_open(at("2026-01-05T09:00"))
    assert NINE.next_open(at("2026-01-05T12:00")) == at("2026-01-05T12:00")
    assert NINE.next_open(at("2026-01-05T17:00")) == at("2026-01-06T09:00")
    assert NINE.next_close(at("2026-01-05T12:00")) == at("2026-01-05T17:00")
    assert NINE.next_close(at("2026-01-05T17:00")) == at("2026-01-06T17:00")
    assert NINE.previous_close(at("2026-01-05T20:00")) == at("2026-01-05T17:00") == NINE.previous_close(at("2026-01-05T17:00"))
    assert NINE.previous_close(at("2026-01-05T12:00")) == at("2026-01-05T12:00")
    assert NINE.previous_close(at("2026-01-06T09:00")) == at("2026-01-05T17:00")
    assert [NINE.is_open(at(f"2026-01-05T{clock}")) for clock in ("08:59:59", "09:00", "16:59:59", "17:00")] == [False, True, True, False]


NIGHT = "mon-fri 22:00-06:00"


def test_a_holiday_closes_the_tail_of_the_night_before():
    """On Friday's holiday, Thursday's shift keeps 22:00-24:00 only: 2 h; with closes="shift" all 8 h."""
    start, end = at("2026-01-08T12:00"), at("2026-01-09T23:59")
    assert hours(Schedule.weekly(NIGHT, tz=BERLIN, holidays=["2026-01-09"]), start, end) == 2
    assert hours(Schedule.weekly(NIGHT, tz=BERLIN, holidays=["2026-01-09"], closes="shift"), start, end) == 8


def test_hours_of_a_date_beat_its_holiday_but_not_the_next():
    """A night shift on a holiday is worked, and its tail into the next holiday is cut (kept with closes="shift")."""
    exceptions = {"holidays": ["2026-01-08", "2026-01-09"], "dates": {"2026-01-08": "20:00-04:00"}}
    start, end = at("2026-01-08T12:00"), at("2026-01-09T12:00")
    assert hours(Schedule.weekly(NIGHT, tz=BERLIN, **exceptions), start, end) == 4
    assert hours(Schedule.weekly(NIGHT, tz=BERLIN, **exceptions, closes="shift"), start, end) == 8


def test_hours_of_a_date_do_not_keep_the_night_before():
    """A holiday with hours of its own still cuts the tail that reaches into it: 2 h of the night and 1 h of the date."""
    desk = Schedule.weekly(NIGHT, tz=BERLIN, holidays=["2026-01-09"], dates={"2026-01-09": "10:00-11:00"})
    assert hours(desk, at("2026-01-08T12:00"), at("2026-01-09T23:59")) == 3


def test_hours_of_a_date_may_lie_in_the_tail_before():
    """Hours that overlap the night before count once: 22:00-06:00 and 05:00-10:00 are 12 h."""
    desk = Schedule.weekly("fri 22:00-06:00", tz=BERLIN, dates={"2026-01-10": "05:00-10:00"})
    assert hours(desk, at("2026-01-09T12:00"), at("2026-01-10T23:00")) == 12


def test_part_day_closures_cut_whatever_is_open():
    """12:00-14:00 off a day of 09:00-17:00 leaves 6 h; 23:00-01:00 off a night of 22:00-06:00 also 6 h."""
    day = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN, closed={"2026-01-05": "12:00-14:00"})
    assert hours(day, at("2026-01-05T00:00"), at("2026-01-06T00:00")) == 6
    night = Schedule.weekly(NIGHT, tz=BERLIN, closed={"2026-01-05": "23:00-01:00"})
    assert hours(night, at("2026-01-05T12:00"), at("2026-01-06T12:00")) == 6


def test_closures_that_touch_or_overlap_over_midnight():
    """Closures of two dates that meet in one night are one closed stretch: 22:00-23:00 and 04:00-06:00 stay open."""
    closed = {"2026-01-05": "23:00-02:00", "2026-01-06": "01:00-04:00"}
    night = Schedule.weekly(NIGHT, tz=BERLIN, closed=closed)
    assert hours(night, at("2026-01-05T12:00"), at("2026-01-06T12:00")) == 3


def test_a_season_replaces_the_week_and_keeps_holidays():
    """For two weeks Monday to Wednesday 10:00-12:00: 6 h a week, less the holiday in it (2 h)."""
    desk = Schedule.weekly(
        "mon-fri 09:00-17:00", tz=BERLIN, dates={"2026-01-05/2026-01-18": "mon-wed 10:00-12:00"}, holidays=["2026-01-06"]
    )
    assert hours(desk, at("2026-01-05T00:00"), at("2026-01-19T00:00")) == 6 + 6 - 2


def test_plain_hours_under_a_range_hold_on_each_date():
    """Five dates of two hours are 10 h, the weekend and a holiday included."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN, dates={"2026-01-09/2026-01-13": "10:00-12:00"}, holidays=["2026-01-12"])
    assert hours(desk, at("2026-01-09T00:00"), at("2026-01-14T00:00")) == 10


def test_a_date_can_be_closed_without_being_a_holiday():
    """``"closed"`` takes the hours that start on the date, and leaves the night before: 6 h of Thursday's shift remain on Friday."""
    desk = Schedule.weekly(NIGHT, tz=BERLIN, dates={"2026-01-09": "closed"})
    assert hours(desk, at("2026-01-09T00:00"), at("2026-01-10T12:00")) == 6


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)],
)
def test_a_whole_day_is_as_long_as_it_is(day, expected):
    """A Sunday of 24 hours over a change of the clocks has 23 or 25."""
    desk = Schedule.weekly("sun 00:00-24:00", tz=BERLIN)
    noon = datetime.fromisoformat(f"{day}T12:00+00:00")
    assert hours(desk, noon - timedelta(days=2), noon + timedelta(days=2)) == expected


def test_effective_dates():
    """Hours belong to the schedule of the date on which they start: the night of the 6th is worked to its end by the old one."""
    old, new = Schedule.weekly(NIGHT, tz=BERLIN), Schedule.weekly("daily 09:00-12:00", tz=BERLIN)
    both = Schedule.effective({"2026-01-05": old, "2026-01-07": new})
    assert hours(both, at("2026-01-06T12:00"), at("2026-01-07T12:00")) == 8 + 3
    assert hours(both, at("2025-12-01T12:00"), at("2025-12-02T12:00")) == 8
    assert Schedule.effective({None: old}) == old


def test_the_new_schedules_holiday_cuts_the_old_ones_night():
    """A civil day is closed by the schedule in effect on it."""
    old = Schedule.weekly(NIGHT, tz=BERLIN)
    new = Schedule.weekly("daily 09:00-12:00", tz=BERLIN, holidays=["2026-01-07"])
    both = Schedule.effective({"": old, "2026-01-07": new})
    assert hours(both, at("2026-01-06T12:00"), at("2026-01-07T23:00")) == 2


def test_effective_schedules_may_live_in_zones():
    """A desk that moves from Berlin to Tokyo works 09:00-17:00 there from its date: 8 h each day."""
    both = Schedule.effective({"": NINE, "2026-01-07": Schedule.weekly("mon-fri 09:00-17:00", tz="Asia/Tokyo")})
    found = both.openings("2026-01-06T00:00+01:00", "2026-01-07T12:00+01:00")
    assert [one.start.astimezone(UTC).hour for one in found] == [8, 0]
    assert both.zone == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("parts", "code"),
    [({}, "empty_effective"), ({"2026-01-01": "24x7"}, "bad_schedule"), ({None: NINE, "": NINE}, "overlap"), ({"soon": NINE}, "bad_date")],
)
def test_effective_dates_that_cannot_be(parts, code):
    """Nothing, something else, two from the same date, or no date at all."""
    with pytest.raises(ScheduleError) as caught:
        Schedule.effective(parts)
    assert caught.value.code == code


def test_algebra():
    """Berlin and London 09-17 share 7 h of 9 h in winter; without lunch Berlin has 7 h."""
    london = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/London")
    lunch = Schedule.weekly("daily 12:00-13:00", tz="Europe/Berlin")
    start, end = at("2026-01-05T00:00"), at("2026-01-06T00:00")
    assert [hours(one, start, end) for one in (NINE & london, NINE | london, NINE - lunch)] == [7, 9, 7]
    assert (NINE - lunch).openings(start, end)[0].span == timedelta(hours=3)
    with pytest.raises(TypeError):
        NINE & "24x7"


def test_always():
    """24x7 is open at every instant, never closes, and counts physical time."""
    every = Schedule.always()
    assert every.elapsed("2026-01-01T00:00Z", "2027-01-01T00:00Z") == timedelta(days=365)
    assert every.is_open("1950-06-01T12:00Z")
    with pytest.raises(ScheduleError) as caught:
        every.next_close("2026-01-01T00:00Z")
    assert caught.value.code == "unreachable"


def test_sixty_closed_days():
    """S18: after two months of holidays, 15 minutes are due 15 minutes after the first opening."""
    closed = [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN, holidays=closed)
    assert desk.due_at(at("2025-12-31T18:00"), "15m") == at("2026-03-02T09:15")


def test_no_open_time_is_an_error_when_used():
    """S17: a schedule that is never open can be made, and raises at the first question, elapsed included."""
    never = Schedule.weekly("", tz=BERLIN, dates={"2026-01-01": "closed"})
    for ask in (lambda: never.elapsed(at("2026-01-01T00:00"), at("2026-01-02T00:00")), lambda: never.due_at(at("2026-01-01T00:00"), "1h")):
        with pytest.raises(ScheduleError) as caught:
            ask()
        assert caught.value.code == "never_open"


def test_what_no_opening_reaches():
    """Hours that end for good: a deadline beyond them raises, elapsed does not."""
    project = Schedule.weekly("", tz=BERLIN, dates={"2026-01-05": "09:00-17:00"})
    assert project.elapsed(at("2026-01-05T12:00"), at("2030-01-01T00:00")) == timedelta(hours=5)
    assert project.due_at(at("2026-01-05T09:00"), "8h") == at("2026-01-05T17:00")
    late, early = at("2026-01-06T00:00"), at("2026-01-05T00:00")
    asks = [
        lambda: project.due_at(early, "9h"),
        lambda: project.met_until(early, "8h"),
        lambda: project.start_by(late, "9h"),
        lambda: project.next_open(late),
        lambda: project.next_close(late),
        lambda: project.previous_close(early),
        lambda: project.due_at(early, "1 working day"),
        lambda: project.add_working_days(late, -3),
    ]
    for ask in asks:
        with pytest.raises(ScheduleError) as caught:
            ask()
        assert caught.value.code == "unreachable"


def test_a_negative_span_is_met_until_the_past():
    """met_until(start, -1 h) is the last instant with at most minus one hour since the start: an hour earlier."""
    assert NINE.met_until(at("2026-01-05T12:00"), timedelta(hours=-1)) == at("2026-01-05T11:00")
    assert NINE.due_at(at("2026-01-05T12:00"), timedelta(hours=-1)) == at("2026-01-05T12:00")


def test_a_long_way_back():
    """met_until of minus 20,000 h from 2026 lies 500 weeks of 40 h earlier, beyond what was compiled for the start."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    back, forth = start - timedelta(weeks=500), start + timedelta(weeks=500)
    assert desk.met_until(start, timedelta(hours=-20_000)) == back == desk.start_by(start, "20000h")
    assert desk.met_until(start, "20000h") == forth == desk.due_at(start, "20000h")
    assert Schedule.weekly("daily 10:00-11:00", tz="UTC").due_at(start, "7000h") == datetime(2026, 1, 5, 11, tzinfo=UTC) + timedelta(
        days=7_000
    )
    fresh = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
    assert fresh.met_until([start], timedelta(hours=-20_000)).tolist() == [back.replace(tzinfo=None)]
    assert fresh.met_until([start], "20000h").tolist() == [forth.replace(tzinfo=None)]
    with pytest.raises(ScheduleError) as caught:
        desk.met_until(start, timedelta(hours=-400_000))
    assert caught.value.code == "unreachable"


def test_beyond_the_horizon():
    """Before 1900 and after 2200 a question raises, it does not guess."""
    for text in ("1899-12-31T23:59:59Z", "2201-01-01T00:00:00Z"):
        with pytest.raises(ScheduleError) as caught:
            NINE.is_open(text)
        assert caught.value.code == "beyond_horizon"


def test_two_centuries():
    """The horizon grows by itself to both sides: 40 h in each whole week of 1900 and of 2200."""
    for year in (1900, 1965, 2035, 2200):
        monday = datetime(year, 3, 1, tzinfo=BERLIN)
        monday -= timedelta(days=monday.weekday())
        assert hours(NINE, monday, monday + timedelta(days=14)) == 80
