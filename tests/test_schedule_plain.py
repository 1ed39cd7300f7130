"""Schedules as plain data, in words, chosen by a field, by named weeks; coverage and doubtful zone data."""

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import pytest

from slakit import Schedule, ScheduleBy
from slakit._time import instant
from slakit.errors import ScheduleError
from slakit.schedule.coverage import outdated_zone
from slakit.schedule.weeks import WEEKS, named_week

DESK = Schedule.weekly(
    "sat-wed 08:00-16:00; thu 08:00-12:00",
    tz="Asia/Tehran",
    holidays={"2026-03-21": "Nowruz"},
    dates={"2026-03-19": "08:00-10:00", "2026-03-20": "closed", "2026-02-18/2026-03-01": "sat-wed 09:00-14:00"},
    closed={"2026-03-18": "12:00-14:00"},
    closes="shift",
)
NIGHT = Schedule.weekly("daily 22:00-06:00", tz="Europe/Berlin", holidays=["2026-01-01"], holidays_until="2026-06-30")
ALL = [
    DESK,
    NIGHT,
    Schedule.always(),
    Schedule.always(tz="Asia/Tehran"),
    Schedule.effective({"": NIGHT, "2026-07-01": DESK}),
    (DESK & NIGHT) - (NIGHT | DESK),
]


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_plain_data_reads_back(schedule):
    """`from_dict` of `to_dict` is equal, and all of it is dicts, lists and text."""
    plain = schedule.to_dict()
    assert Schedule.from_dict(plain) == schedule

    def simple(part):
        return (
            all(simple(one) for one in part.values())
            if isinstance(part, dict)
            else all(map(simple, part))
            if isinstance(part, list)
            else type(part) is str
        )

    assert simple(plain)


def test_plain_data_is_what_one_would_write():
    """The keys are the arguments of `Schedule.weekly`."""
    assert DESK.to_dict() == {
        "hours": "sat-wed 08:00-16:00; thu 08:00-12:00",
        "tz": "Asia/Tehran",
        "holidays": {"2026-03-21": "Nowruz"},
        "holidays_until": "2026-12-31",
        "dates": {"2026-03-19": "08:00-10:00", "2026-03-20": "closed", "2026-02-18/2026-03-01": "sat-wed 09:00-14:00"},
        "closed": {"2026-03-18": "12:00-14:00"},
        "closes": "shift",
    }


@pytest.mark.parametrize(
    ("plain", "code"),
    [
        ("24x7", "bad_schedule"),
        ({}, "bad_schedule"),
        ({"hour": "24x7", "tz": "UTC"}, "bad_schedule"),
        ({"hours": "24x7", "and": []}, "bad_schedule"),
        ({"hours": "24x7"}, "missing_key"),
        ({"hours": "24x7", "tz": "UTC", "holiday": []}, "unknown_key"),
        ({"and": [{"hours": "24x7", "tz": "UTC"}]}, "bad_schedule"),
        ({"or": "24x7"}, "bad_schedule"),
    ],
)
def test_plain_data_that_is_none(plain, code):
    """What is no schedule raises with a code and the known keys."""
    with pytest.raises(ScheduleError) as caught:
        Schedule.from_dict(plain)
    assert caught.value.code == code


@pytest.mark.parametrize("schedule", [one for one in ALL if one is not DESK], ids=repr)
def test_a_short_repr_evaluates(schedule):
    """The repr is an expression that gives an equal schedule."""
    if "<" not in repr(schedule):
        assert eval(repr(schedule), {"Schedule": Schedule}) == schedule  # noqa: S307 - our own text


def test_a_long_repr_is_a_sentence():
    """With many dates the repr counts them."""
    assert (
        repr(DESK)
        == "<Schedule sat-wed 08:00-16:00; thu 08:00-12:00, Asia/Tehran, 1 holiday, 3 dates with hours of their own, 1 part-day closure>"
    )
    assert (
        repr(Schedule.weekly("24x7", tz="UTC", holidays=[f"2026-01-0{day}" for day in range(1, 8)])) == "<Schedule 24x7, UTC, 7 holidays>"
    )


def test_a_description_for_people():
    """Hours by the names of the days, what is closed, each exception with its date, and what a holiday closes."""
    assert DESK.describe().splitlines() == [
        "Working hours in the zone Asia/Tehran, 44 hours a week:",
        "  Saturday to Wednesday 08:00-16:00",
        "  Thursday 08:00-12:00",
        "  Friday closed",
        "From 2026-02-18 to 2026-03-01 instead:",
        "  Saturday to Wednesday 09:00-14:00",
        "  Thursday, Friday closed",
        "2026-03-19: 08:00-10:00 instead (also if it is a holiday)",
        "2026-03-20: closed instead (also if it is a holiday)",
        "2026-03-18: closed 12:00-14:00",
        "1 holiday, known until 2026-12-31; it closes the hours that start on it, to their end:",
        "  2026-03-21 Nowruz",
    ]


def test_a_description_of_joined_schedules():
    """Parts are set in, with the words for how they join or follow."""
    text = Schedule.effective(
        {"": Schedule.always(), "2026-07-01": NIGHT & Schedule.weekly("mon 09:00-12:30:15", tz="UTC", holidays_until="2026-12-31")}
    )
    assert text.describe().splitlines() == [
        "Until 2026-06-30:",
        "  Working hours in the zone UTC, all hours a week:",
        "    Monday to Sunday round the clock",
        "  No holidays.",
        "From 2026-07-01:",
        "  Open when both are:",
        "    Working hours in the zone Europe/Berlin, 56 hours a week:",
        "      Monday to Sunday 22:00-06:00",
        "    1 holiday, known until 2026-06-30; it closes the day from 00:00 to 24:00, on whichever day the hours began:",
        "      2026-01-01",
        "    ",
        "    Working hours in the zone UTC, 3h 30m 15s a week:",
        "      Monday 09:00-12:30:15",
        "      Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday closed",
        "    No holidays until 2026-12-31; later ones are not known.",
    ]
    two = Schedule.weekly("mon 09:00-12:30 13:00-14:00", tz="UTC", holidays=["2026-01-01", "2026-01-02"])
    assert "4 hours 30 minutes a week" in two.describe()
    assert "09:00-12:30 and 13:00-14:00" in two.describe()
    assert "2 holidays, known until 2026-12-31; each closes the day from 00:00 to 24:00" in two.describe()


BY = ScheduleBy("team", {"north": DESK, "night": NIGHT}, default=Schedule.always(), on_change="sum")


def test_a_schedule_by_field():
    """The field's value chooses; another value or none takes the default; without a default it is an error."""
    assert BY.schedule_for("north") == DESK
    assert BY.schedule_for("south") == BY.schedule_for(None) == Schedule.always()
    strict = ScheduleBy("team", {"north": DESK})
    assert strict.on_change == "last"
    with pytest.raises(ScheduleError, match="did you mean 'north'") as caught:
        strict.schedule_for("nort")
    assert caught.value.code == "unknown_value"


def test_a_schedule_by_field_is_plain_data():
    """It compares by content and converts to dicts and back."""
    assert ScheduleBy.from_dict(BY.to_dict()) == BY
    assert ScheduleBy.from_dict(ScheduleBy("team", {"north": DESK}).to_dict()) == ScheduleBy("team", {"north": DESK})
    with pytest.raises(ScheduleError) as caught:
        ScheduleBy.from_dict({"by": "team", "schedules": {}, "fallback": None})
    assert caught.value.code == "unknown_key"


@pytest.mark.parametrize(
    ("schedules", "options", "code"),
    [({"north": "24x7"}, {}, "bad_schedule"), ({}, {"default": "24x7"}, "bad_schedule"), ({}, {"on_change": "first"}, "unknown_option")],
)
def test_a_schedule_by_field_that_cannot_be(schedules, options, code):
    """What is no schedule and an unknown option raise."""
    with pytest.raises(ScheduleError) as caught:
        ScheduleBy("team", schedules, **options)
    assert caught.value.code == code


@pytest.mark.parametrize("name", sorted(WEEKS))
def test_named_weeks(name):
    """Every named week builds, has hours, and reads back."""
    half = "08:00-12:00" if any(short for _, short in WEEKS[name].values()) else None
    week = named_week(name, tz="UTC", hours="08:00-16:00", half=half, holidays=["2026-01-01"])
    assert Schedule.from_dict(week.to_dict()) == week
    assert week.working_days_between("2026-06-01", "2026-06-08") in {5, 6}


def test_named_weeks_follow_the_law():
    """The Emirates rested on Friday and Saturday in 2021, and half of Friday, Saturday and Sunday since 2022."""
    week = named_week("emirates", tz="Asia/Dubai", hours="08:00-16:00", half="08:00-12:00")
    assert [day for day in range(1, 8) if week.is_working_day(f"2021-06-0{day}")] == [1, 2, 3, 6, 7]
    assert week.elapsed("2022-06-03T00:00+04:00", "2022-06-06T00:00+04:00") == timedelta(hours=4)
    assert not named_week("emirates", tz="Asia/Dubai", hours="08:00-16:00").is_working_day("2022-06-03")
    with pytest.raises(ScheduleError) as caught:
        named_week("gulff", tz="UTC", hours="08:00-16:00")
    assert caught.value.code == "unknown_week"


def test_every_era_of_a_named_week_has_the_holidays():
    """Holidays and years that can be read only once hold in each era: Saudi Arabia changed its week in 2013."""
    days = ["2012-09-23", "2026-09-23"]
    week = named_week("saudi_arabia", tz="Asia/Riyadh", hours="08:00-16:00", holidays=iter(days), years=iter([2012, 2026]))
    assert week == named_week("saudi_arabia", tz="Asia/Riyadh", hours="08:00-16:00", holidays=days, years=[2012, 2026])
    assert [week.is_holiday(day) for day in days] == [True, True]


def test_a_half_day_that_the_week_has_not():
    """Its hours are refused, as nothing would use them."""
    with pytest.raises(ScheduleError, match="'gulf' has no half day") as caught:
        named_week("gulf", tz="UTC", hours="08:00-16:00", half="08:00-12:00")
    assert caught.value.code == "no_half_day"


def test_holidays_that_are_not_known():
    """Known until the end of 2026: an answer that ends at midnight is fine, one that reads a microsecond more is not."""
    end = instant("2027-01-01T00:00+03:30")
    assert DESK.holidays_unknown(end) is None
    finding = DESK.holidays_unknown(end + 1)
    assert (finding.code, finding.at, finding.fields) == ("holidays_unknown", end, (("known_until", "2026-12-31"),))
    assert Schedule.always().holidays_unknown(end + 1) is None
    for late in (datetime(2027, 1, 1, tzinfo=UTC), "2027-01-01T00:00:00Z", np.datetime64("2027-01-01T00:00")):
        assert DESK.holidays_unknown(late) == DESK.holidays_unknown(late, since="2026-12-31T00:00Z") == finding
    assert DESK.holidays_unknown(DESK.due_at("2026-12-31T08:00+03:30", "1h")) is None
    assert DESK.holidays_unknown(DESK.due_at("2026-12-31T08:00+03:30", "9h")) == finding


def test_holidays_that_do_not_matter_any_more():
    """Of effective parts only the one in effect is asked; of joined ones both."""
    both = Schedule.effective({"": NIGHT, "2026-06-01": DESK})
    june, july, next_year = (instant(f"{day}T12:00Z") for day in ("2026-06-15", "2026-07-15", "2027-07-15"))
    assert both.holidays_unknown(july, since=june) is None
    assert both.holidays_unknown(next_year, since=june).fields == (("known_until", "2026-12-31"),)
    late = Schedule.effective({"": NIGHT, "2026-09-01": DESK})
    assert late.holidays_unknown(july).fields == (("known_until", "2026-06-30"),)
    assert late.holidays_unknown(instant("2026-10-01T12:00Z")) is None
    assert (DESK & NIGHT).holidays_unknown(july).fields == (("known_until", "2026-06-30"),)


def test_holidays_of_joined_schedules():
    """An intersection has the holidays of both, a union those of both at once, a difference those of the first."""
    assert [one.holiday_name("2026-03-21") for one in (DESK, NIGHT, DESK & NIGHT, NIGHT & DESK)] == ["Nowruz", None, "Nowruz", "Nowruz"]
    assert [one.is_holiday("2026-03-21") for one in (DESK | NIGHT, NIGHT | DESK, DESK | DESK, DESK - NIGHT, NIGHT - DESK)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    both = Schedule.effective({"": NIGHT, "2026-03-01": DESK})
    assert [both.is_holiday(day) for day in ("2026-03-21T12:00+03:30", "2026-01-01", "2026-01-02")] == [True, True, False]


class SummerTehran(tzinfo):
    """Tehran as time zone data from before 2022b has it: summer time for ever."""

    key = "Asia/Tehran"

    def utcoffset(self, dt):
        """Half past four in the summer half of the year."""
        return timedelta(hours=4 if dt.month in range(4, 10) else 3, minutes=30)

    def dst(self, dt):
        """One hour in the summer half of the year."""
        return self.utcoffset(dt) - timedelta(hours=3, minutes=30)


def test_old_time_zone_data_is_reported():
    """Data that gives Tehran summer time in 2023 is a finding; today's is none, and other zones are not asked."""
    assert outdated_zone(SummerTehran()).code == "tzdata_outdated"
    assert DESK.findings == ()
    assert (DESK & NIGHT).findings == Schedule.effective({"": NIGHT, "2026-07-01": DESK}).findings == ()
    assert DESK.elapsed(datetime(2023, 7, 1, 4, 30, tzinfo=UTC), datetime(2023, 7, 1, 5, 30, tzinfo=UTC)) == timedelta(hours=1)
