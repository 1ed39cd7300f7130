"""What schedules take and give: scalars, arrays, series and zones; what they refuse; that they are values."""

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import dateutil.tz
import numpy as np
import pandas as pd
import pendulum
import pytest
import pytz

from slakit import Schedule
from slakit.errors import ScheduleError, TimeError
from tests.schedule_cases import BERLIN, NINE, at


def test_scalars_give_the_kind_that_came_in():
    """A datetime comes back in the schedule's zone, a pendulum as pendulum, text and numpy as datetime."""
    given = datetime(2026, 1, 5, 15, tzinfo=UTC)
    assert NINE.due_at(given, "1h").tzinfo == BERLIN
    moment = NINE.due_at(pendulum.datetime(2026, 1, 5, 15), timedelta(hours=1))
    assert isinstance(moment, pendulum.DateTime)
    assert moment.timezone_name == "Europe/Berlin"
    assert NINE.due_at("2026-01-05T15:00Z", np.timedelta64(1, "h")) == NINE.due_at(np.datetime64("2026-01-05T15:00"), "PT1H") == moment
    assert isinstance(NINE.elapsed(given, moment), timedelta)


def test_arrays_give_arrays():
    """Lists, numpy, and missing values: datetime64[us] and timedelta64[us] out, NaT where something is missing."""
    starts = np.array(["2026-01-05T15:00", "NaT", "2026-01-05T09:00"], "datetime64[s]")
    due = NINE.due_at(starts, "1h")
    assert due.dtype == np.dtype("datetime64[us]")
    assert due.tolist() == [datetime(2026, 1, 5, 16), None, datetime(2026, 1, 5, 10)]  # noqa: DTZ001 - numpy has no zones
    passed = NINE.elapsed(starts, "2026-01-05T16:00Z")
    assert passed.dtype == np.dtype("timedelta64[us]")
    assert passed.tolist() == [timedelta(hours=1), None, timedelta(hours=7)]
    assert NINE.elapsed([at("2026-01-05T09:00")], [at("2026-01-05T10:00")]).tolist() == [timedelta(hours=1)]
    assert NINE.is_open(starts).tolist() == [True, False, True]
    assert NINE.next_open(starts).tolist() == [datetime(2026, 1, 5, 15), None, datetime(2026, 1, 5, 9)]  # noqa: DTZ001
    assert NINE.next_close(starts).tolist()[0] == NINE.previous_close(np.array(["2026-01-05T20:00"], "datetime64[us]")).tolist()[0]
    assert NINE.start_by(starts, np.array([1, 1, 8], "timedelta64[h]")).tolist()[::2] == [datetime(2026, 1, 5, 14), datetime(2026, 1, 2, 9)]  # noqa: DTZ001
    assert NINE.met_until(at("2026-01-05T16:00"), ["1h", None]).tolist() == [datetime(2026, 1, 6, 8), None]  # noqa: DTZ001
    assert NINE.elapsed(np.array([], "datetime64[us]"), "2026-01-05T16:00Z").tolist() == []


def test_series_are_arrays():
    """Series of pandas and polars, naive as UTC or with a zone, give what numpy gives."""
    import polars as pl

    expected = NINE.due_at(np.array(["2026-01-05T15:30"], "datetime64[us]"), "1h").tolist()
    aware = pd.Series(pd.to_datetime(["2026-01-05T16:30"])).dt.tz_localize("Europe/Berlin")
    assert NINE.due_at(aware, "1h").tolist() == expected
    assert NINE.due_at(pd.Series(pd.to_datetime(["2026-01-05T15:30"])), pd.Series(pd.to_timedelta(["1h"]))).tolist() == expected
    assert NINE.due_at(pl.Series([datetime(2026, 1, 5, 15, 30)]), "1h").tolist() == expected  # noqa: DTZ001


def test_spans_may_be_objects():
    """An array of texts or timedeltas is read element by element."""
    spans = np.array(["1h", timedelta(hours=2)], object)
    assert NINE.due_at(at("2026-01-05T09:00"), spans).tolist() == [datetime(2026, 1, 5, 9), datetime(2026, 1, 5, 10)]  # noqa: DTZ001 - numpy has no zones


def test_a_bad_element_is_named():
    """An array of spans cannot hold working days, and a list of instants names the position of what is none."""
    with pytest.raises(ScheduleError) as caught:
        NINE.due_at(at("2026-01-05T16:00"), ["1h", "2 working days"])
    assert caught.value.fields["position"] == 1
    with pytest.raises(TimeError, match="element 1"):
        NINE.is_open([at("2026-01-05T16:00"), "noon"])


def test_arrays_of_integers_are_told_what_to_become():
    """Integers have no unit and no zone: an array of them, or a series, is refused with the view that gives both."""
    numbers = np.array([1_767_261_600_000_000], np.int64)

    for given in (numbers, pd.Series(numbers)):
        with pytest.raises(TimeError, match=r"view\('datetime64\[us\]'\)") as caught:
            NINE.elapsed(given, at("2026-01-05T16:00"))
        assert caught.value.code == "bad_instant"
    with pytest.raises(TimeError, match=r"view\('timedelta64\[us\]'\)") as caught:
        NINE.due_at(at("2026-01-05T16:00"), numbers)
    assert caught.value.code == "bad_span"
    assert NINE.is_open(numbers.view("datetime64[us]")).tolist() == [True]  # 2026-01-01T10:00Z, a Thursday
    assert NINE.elapsed(numbers[:0], numbers[:0]).tolist() == []


def test_working_days_cannot_be_counted_backwards_from_a_deadline():
    """start_by refuses working days and names the way."""
    with pytest.raises(ScheduleError, match="add_working_days") as caught:
        NINE.start_by(at("2026-01-05T16:00"), "2 working days")
    assert caught.value.code == "working_days"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"tz": "Asia/Teheran"}, "unknown_zone"),
        ({"tz": 3}, "bad_zone"),
        ({"tz": "UTC", "closes": "night"}, "unknown_option"),
        ({"tz": "UTC", "dates": ["2026-01-01"]}, "bad_date"),
    ],
)
def test_arguments_that_cannot_be(arguments, code):
    """Zones that are none and options that are unknown raise a ScheduleError with a code."""
    with pytest.raises(ScheduleError) as caught:
        Schedule.weekly("24x7", **arguments)
    assert caught.value.code == code


class Nowhere(tzinfo):
    """A zone that gives no offset."""

    def utcoffset(self, dt):
        """None of it."""
        del dt

    def fromutc(self, dt):
        """The same."""
        return dt


def test_zones_are_names_or_objects():
    """A name, a ZoneInfo and a pendulum zone are the same zone; a fixed offset works; one without an offset is refused."""
    given = (Schedule.weekly("24x7", tz=tz) for tz in ("Europe/Berlin", BERLIN, pendulum.timezone("Europe/Berlin")))
    assert len(set(given)) == 1
    fixed = Schedule.weekly("daily 09:00-17:00", tz=timezone(timedelta(hours=3, minutes=30)))
    assert fixed.next_open("2026-01-05T00:00Z") == datetime(2026, 1, 5, 5, 30, tzinfo=UTC)
    assert Schedule.from_dict(fixed.to_dict()) == fixed
    with pytest.raises(ScheduleError) as caught:
        Schedule.weekly("24x7", tz=Nowhere()).is_open("2026-01-05T00:00Z")
    assert caught.value.code == "bad_zone"


@pytest.mark.parametrize(
    ("tz", "name"),
    [
        (UTC, "UTC"),
        ("+00:00", "UTC"),
        (pytz.utc, "UTC"),
        (dateutil.tz.UTC, "UTC"),
        (pendulum.FixedTimezone(12_600), "UTC+03:30"),
        (pytz.FixedOffset(210), "UTC+03:30"),
        (dateutil.tz.tzoffset("IRST", 12_600), "UTC+03:30"),
        (timezone(timedelta(hours=3.5), "IRST"), "UTC+03:30"),
        ("-03:30", "UTC-03:30"),
        (timezone(-timedelta(hours=3, minutes=25, seconds=44)), "UTC-03:25:44"),
        (ZoneInfo.no_cache("Europe/Berlin"), "Europe/Berlin"),
        (pytz.timezone("Europe/Berlin"), "Europe/Berlin"),
        (pendulum.timezone("Europe/Berlin"), "Europe/Berlin"),
    ],
)
def test_a_zone_reads_back(tz, name):
    """A zone of any library has one form: plain data and the repr give an equal schedule, and it is shown by that name."""
    for desk in (Schedule.weekly("mon-fri 09:00-17:00", tz=tz), Schedule.always(tz=tz)):
        assert desk.to_dict()["tz"] == name
        assert Schedule.from_dict(desk.to_dict()) == desk == eval(repr(desk), {"Schedule": Schedule})  # noqa: S307 - our own text
        assert hash(Schedule.from_dict(desk.to_dict())) == hash(desk)
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert desk.next_open(noon).utcoffset() == Schedule.always(tz=name).next_open(noon).utcoffset()


class Moving(tzinfo):
    """A zone of somebody's own, whose offset depends on the date."""

    def utcoffset(self, dt):
        """One hour in the second half of the year."""
        return timedelta(hours=int(dt.month > 6))


class Unknown(Moving):
    """One that says a name which no zone has."""

    key = "Europe/Atlantis"


@pytest.mark.parametrize(
    ("tz", "code", "remedy"),
    [
        (dateutil.tz.gettz("Europe/Berlin"), "bad_zone", "give the name"),
        (Moving(), "bad_zone", "give the name"),
        (Nowhere(), "bad_zone", "give the name"),
        (timezone(timedelta(microseconds=1)), "bad_zone", "give the name"),
        (Unknown(), "unknown_zone", "use an IANA name"),
    ],
)
def test_a_zone_that_cannot_be_named(tz, code, remedy):
    """It is refused when the schedule is made, not at the first question or when it is written down."""
    with pytest.raises(ScheduleError, match=remedy) as caught:
        Schedule.weekly("24x7", tz=tz)
    assert caught.value.code == code


@pytest.mark.parametrize("missing", [None, pd.NaT, pd.NA, np.datetime64("NaT"), float("nan")])
def test_a_missing_instant(missing):
    """In a list or an object series it stays missing; alone it is refused, with that to say."""
    noon = at("2026-01-05T12:00")
    hour, none = np.timedelta64(1, "h"), np.timedelta64("NaT")
    for given in ([noon, missing], pd.Series([noon, missing], dtype=object)):
        assert str(NINE.elapsed(given, at("2026-01-05T13:00"))) == str(np.array([hour, none], "timedelta64[us]"))
        assert NINE.is_open(given).tolist() == [True, False]
    assert np.isnat(NINE.due_at(noon, ["1h", missing])).tolist() == [False, True]
    for ask in (lambda: NINE.elapsed(missing, noon), lambda: NINE.elapsed(noon, missing), lambda: NINE.due_at(missing, "1h")):
        with pytest.raises(TimeError, match="a missing instant") as caught:
            ask()
        assert caught.value.code == "bad_instant"


def test_a_naive_time_is_told_what_these_questions_take():
    """They have no ``tz=``, so that none is advised."""
    with pytest.raises(TimeError, match="has no UTC offset: add one") as caught:
        NINE.is_open("2026-01-05T12:00")
    assert "tz=" not in str(caught.value)
    assert caught.value.code == "naive_time"


def test_arrays_of_different_lengths():
    """They do not pair off; one element stands for all."""
    two, three = [at("2026-01-05T12:00")] * 2, [at("2026-01-05T13:00")] * 3
    for ask in (lambda: NINE.elapsed(two, three), lambda: NINE.due_at(two, ["1h"] * 3), lambda: NINE.start_by(two, ["1h"] * 3)):
        with pytest.raises(ScheduleError, match="2 and 3 elements") as caught:
            ask()
        assert caught.value.code == "unequal_lengths"
    assert NINE.elapsed(two, three[:1]).tolist() == [timedelta(hours=1)] * 2


@pytest.mark.parametrize(("parts", "said"), [([NINE], "no mapping"), ({"": "x"}, "effective, '': 'x'")])
def test_parts_that_are_none(parts, said):
    """A list has no dates, and text is no schedule: the message names the place."""
    with pytest.raises(ScheduleError, match=said) as caught:
        Schedule.effective(parts)
    assert caught.value.code == "bad_schedule"


def test_schedules_are_values():
    """Equal by content, hashable, and copied and pickled whole, with the counts left behind."""
    twin = Schedule.weekly({"mon-fri": "09:00-17:00"}, tz=BERLIN)
    assert twin == NINE
    assert hash(twin) == hash(NINE)
    NINE.is_open(at("2026-01-05T16:00"))
    for same in (pickle.loads(pickle.dumps(NINE)), copy.deepcopy(NINE)):
        assert same == NINE
        assert same.due_at(at("2026-01-05T16:00"), "1h") == at("2026-01-05T17:00")
    assert pickle.loads(pickle.dumps(NINE.clock)).elapsed_us(0, 10**15) == NINE.clock.elapsed_us(0, 10**15)
