"""Why time is open or closed: segments and their reasons."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slakit import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
DAY_OFF = Schedule.weekly("sun 00:00-24:00", tz=BERLIN)


def reasons(schedule, start, end):
    """``(hour of day of the start, open, reason)`` of each segment, asked in winter time."""
    found = schedule.segments(f"{start}+01:00", f"{end}+01:00")
    return [(one.start.strftime("%d %H:%M"), one.open, one.reason) for one in found]


def test_ordinary_days():
    """A day is closed hours, open, closed hours; the last and first of neighbours join."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN)
    assert reasons(desk, "2026-01-05T00:00", "2026-01-06T12:00") == [
        ("05 00:00", False, "closed hours"),
        ("05 09:00", True, "open"),
        ("05 17:00", False, "closed hours"),
        ("06 09:00", True, "open"),
    ]


def test_a_holiday_names_its_civil_day():
    """The whole local day is the holiday, the tail of the night before included; what runs on after its midnight is open again."""
    desk = Schedule.weekly("mon-fri 22:00-06:00", tz=BERLIN, holidays={"2026-01-06": "Epiphany"})
    assert reasons(desk, "2026-01-05T12:00", "2026-01-07T12:00") == [
        ("05 12:00", False, "closed hours"),
        ("05 22:00", True, "open"),
        ("06 00:00", False, "holiday: Epiphany"),
        ("07 00:00", True, "open"),
        ("07 06:00", False, "closed hours"),
    ]


def test_a_holiday_of_shifts():
    """With closes="shift" the tail of the night before is open, and the holiday's own shift is closed to its end."""
    desk = Schedule.weekly("mon-fri 22:00-06:00", tz=BERLIN, holidays=["2026-01-06"], closes="shift")
    assert reasons(desk, "2026-01-05T12:00", "2026-01-07T12:00") == [
        ("05 12:00", False, "closed hours"),
        ("05 22:00", True, "open"),
        ("06 06:00", False, "holiday"),
        ("07 06:00", False, "closed hours"),
    ]


def test_hours_of_a_date():
    """Open time of a date's own hours is an override, and so is the ordinary time that they closed."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN, dates={"2026-01-05": "08:00-10:00"})
    assert reasons(desk, "2026-01-05T00:00", "2026-01-06T00:00") == [
        ("05 00:00", False, "closed hours"),
        ("05 08:00", True, "override"),
        ("05 10:00", False, "override"),
        ("05 17:00", False, "closed hours"),
    ]


def test_a_night_that_an_override_shortened():
    """The tail that a date's own hours gave up is closed by the override on the next day too."""
    desk = Schedule.weekly("mon-fri 22:00-06:00", tz=BERLIN, dates={"2026-01-05": "closed"})
    assert reasons(desk, "2026-01-05T12:00", "2026-01-06T12:00") == [
        ("05 12:00", False, "closed hours"),
        ("05 22:00", False, "override"),
        ("06 06:00", False, "closed hours"),
    ]


def test_a_closure_comes_before_a_holiday():
    """Closures are named first, also over midnight, then holidays, then the rest."""
    desk = Schedule.weekly(
        "mon-fri 09:00-17:00",
        tz=BERLIN,
        closed={"2026-01-05": "12:00-13:00", "2026-01-06": "23:00-01:00"},
        holidays={"2026-01-06": "Epiphany"},
    )
    assert reasons(desk, "2026-01-05T11:00", "2026-01-07T10:00") == [
        ("05 11:00", True, "open"),
        ("05 12:00", False, "closure"),
        ("05 13:00", True, "open"),
        ("05 17:00", False, "closed hours"),
        ("06 00:00", False, "holiday: Epiphany"),
        ("06 23:00", False, "closure"),
        ("07 01:00", False, "closed hours"),
        ("07 09:00", True, "open"),
    ]


def test_joined_schedules():
    """An intersection is closed for the reason of whichever closes, a union for the first's, a difference by closure."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN)
    team = Schedule.weekly("24x7", tz=BERLIN, holidays={"2026-01-05": "Day off"})
    lunch = Schedule.weekly("daily 12:00-13:00", tz=BERLIN)
    assert reasons(desk & team, "2026-01-05T08:00", "2026-01-06T10:00") == [
        ("05 08:00", False, "closed hours"),
        ("05 09:00", False, "holiday: Day off"),
        ("05 17:00", False, "closed hours"),
        ("06 09:00", True, "open"),
    ]
    assert reasons(desk | lunch, "2026-01-10T11:00", "2026-01-10T14:00") == [
        ("10 11:00", False, "closed hours"),
        ("10 12:00", True, "open"),
        ("10 13:00", False, "closed hours"),
    ]
    assert reasons(desk - lunch, "2026-01-05T11:00", "2026-01-05T14:00") == [
        ("05 11:00", True, "open"),
        ("05 12:00", False, "closure"),
        ("05 13:00", True, "open"),
    ]


def test_effective_dates():
    """Each civil day has the reasons of its schedule; a night that runs into the new one stays open, one that never began is closed."""
    old = Schedule.weekly("daily 22:00-06:00", tz=BERLIN)
    new = Schedule.weekly("daily 23:00-02:00", tz=BERLIN, holidays={"2026-01-08": "Day off"})
    both = Schedule.effective({"": old, "2026-01-07": new})
    assert reasons(both, "2026-01-06T12:00", "2026-01-08T12:00") == [
        ("06 12:00", False, "closed hours"),
        ("06 22:00", True, "open"),
        ("07 06:00", False, "closed hours"),
        ("07 23:00", True, "open"),
        ("08 00:00", False, "holiday: Day off"),
    ]
    back = Schedule.effective({"": Schedule.weekly("daily 09:00-10:00", tz=BERLIN), "2026-01-07": old})
    assert reasons(back, "2026-01-06T23:00", "2026-01-07T07:00") == [("06 23:00", False, "closed hours")]


def test_effective_dates_outside_the_window():
    """A window within one part knows nothing of the other, and may begin and end while open."""
    both = Schedule.effective(
        {"": Schedule.weekly("daily 09:00-17:00", tz=BERLIN), "2026-03-01": Schedule.weekly("24x7", tz=BERLIN) - DAY_OFF}
    )
    assert reasons(both, "2026-01-05T10:00", "2026-01-05T16:00") == [("05 10:00", True, "open")]
    assert reasons(both, "2026-02-27T16:00", "2026-02-27T18:00") == [("27 16:00", True, "open"), ("27 17:00", False, "closed hours")]
    assert reasons(both, "2026-03-07T10:00", "2026-03-07T16:00") == [("07 10:00", True, "open")]
    assert reasons(both, "2026-03-07T22:00", "2026-03-08T02:00") == [("07 22:00", True, "open"), ("08 00:00", False, "closure")]


def test_a_change_of_the_clocks_makes_no_reason():
    """Round-the-clock hours are one segment over a change of the clocks, of physical length."""
    (only,) = Schedule.weekly("24x7", tz=BERLIN).segments("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00")
    assert only.span == timedelta(hours=23)
    assert (only.kind, only.name, only.open) == ("open", "", True)


def test_nothing_of_nothing():
    """An empty or reversed window has no segments and no openings."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN)
    noon, one = datetime(2026, 1, 5, 12, tzinfo=BERLIN), datetime(2026, 1, 5, 13, tzinfo=BERLIN)
    assert desk.segments(noon, noon) == desk.segments(one, noon) == desk.openings(noon, noon) == []


def test_internal_stretches_carry_the_reason_too():
    """`stretches_us` gives the same in us, with the same words."""
    desk = Schedule.weekly("mon-fri 09:00-17:00", tz=BERLIN, holidays={"2026-01-06": "Epiphany"})
    found = desk.stretches_us(1_767_657_600_000_000, 1_767_744_000_000_000)
    assert [one.reason for one in found][:2] == ["holiday: Epiphany", "closed hours"]
