"""Questions about working days for arrays of dates and of instants, held to the scalar answers."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import Schedule
from slakit.errors import ScheduleError, SlakitError
from tests.profiles import examples
from tests.schedule_cases import at

DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin", holidays=["2026-01-06"])
FRIDAY, SATURDAY = date(2026, 1, 9), date(2026, 1, 10)


@pytest.mark.parametrize(
    "days",
    [
        [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 10), None],
        ["2026-01-05", np.datetime64("2026-01-06"), SATURDAY, pd.NaT],
        np.array(["2026-01-05", "2026-01-06", "2026-01-10", "NaT"], "datetime64[D]"),
        pd.Series([date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 10), pd.NA], dtype=object),
        pl.Series([date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 10), None]),
        (at("2026-01-05T00:00"), at("2026-01-06T23:59"), at("2026-01-10T12:00"), None),
        np.array(["2026-01-04T23:00", "2026-01-06T22:59", "2026-01-10T12:00", "NaT"], "datetime64[s]"),
        pd.Series(pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-10", None])).dt.tz_localize("Europe/Berlin"),
        pl.Series([datetime(2026, 1, 4, 23), datetime(2026, 1, 6), datetime(2026, 1, 10), None]),  # noqa: DTZ001 - UTC to polars
    ],
    ids=lambda days: type(days).__name__,
)
def test_arrays_of_days(days):
    """A Monday, the holiday on Tuesday, a Saturday and nothing, in every kind of array; Berlin's day starts at 23:00 UTC."""
    assert DESK.is_working_day(days).tolist() == [True, False, False, False]
    assert DESK.is_holiday(days).tolist() == [False, True, False, False]
    counts = DESK.working_days_between(days, "2026-01-12")
    assert counts.tolist()[:3] == [4, 3, 0]
    assert np.isnan(counts[3])
    assert DESK.working_days_between("2026-01-12", days).tolist()[:3] == [-4, -3, 0]
    assert DESK.working_days_between(days, days).tolist()[:3] == [0, 0, 0]
    moved = DESK.add_working_days(days, 1)
    assert moved.dtype.str in {"<M8[D]", "<M8[us]"}
    shown = (moved + (np.timedelta64(0, "h") if moved.dtype.str == "<M8[D]" else np.timedelta64(1, "h"))).astype("datetime64[D]")
    assert shown.astype(str).tolist() == ["2026-01-07", "2026-01-08", "2026-01-13", "NaT"]


def test_the_kind_that_comes_out():
    """Dates give datetime64[D], instants datetime64[us] at the same clock time; counts are integers where none is missing."""
    assert DESK.add_working_days([FRIDAY, "2026-01-10"], 1).astype(str).tolist() == ["2026-01-12", "2026-01-13"]
    assert DESK.add_working_days([at("2026-01-09T11:30"), None], 1).tolist() == [datetime(2026, 1, 12, 10, 30), None]  # noqa: DTZ001
    assert DESK.add_working_days(FRIDAY, [1, -1, 0]).astype(str).tolist() == ["2026-01-12", "2026-01-08", "2026-01-09"]
    assert DESK.working_days_between([FRIDAY], [SATURDAY]).dtype == np.int64
    assert [DESK.add_working_days([], 1).size, DESK.working_days_between([], FRIDAY).size, DESK.is_holiday([]).size] == [0, 0, 0]
    once = Schedule.weekly("mon 09:00-10:00", tz="UTC", dates={"2027-01-01/2201-12-31": "closed"})
    assert np.isnat(once.add_working_days(["2026-01-05"], 10_000)).all()


def test_a_numpy_day_is_a_date():
    """Of unit D it is a date like another, and text of a date gives a date."""
    assert DESK.add_working_days(np.datetime64("2026-01-09"), 1) == DESK.add_working_days("2026-01-09", 1) == date(2026, 1, 12)
    assert DESK.is_working_day(np.datetime64("2026-01-05"))
    new_york = Schedule.weekly("mon-fri 09:00-17:00", tz="America/New_York")
    assert new_york.is_working_day(np.datetime64("2026-01-05"))
    assert not new_york.is_working_day(np.datetime64("2026-01-05T00:00"))


@pytest.mark.parametrize("number", [2.5, "2", None, [1, 2.5], "12"])
def test_a_number_of_days_is_whole(number):
    """Fractions and text are refused with what to give."""
    with pytest.raises(ScheduleError, match="give a whole number") as caught:
        DESK.add_working_days(FRIDAY, number)
    assert caught.value.code == "bad_count"
    assert DESK.add_working_days(FRIDAY, np.int64(1)) == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: DESK.add_working_days([FRIDAY, at("2026-01-09T11:30")], 1), "mixed_kinds"),
        (lambda: DESK.is_holiday([at("2026-01-09T11:30"), FRIDAY]), "mixed_kinds"),
        (lambda: DESK.is_holiday([FRIDAY, "2026-01-99"]), "bad_date"),
        (lambda: DESK.is_holiday([at("2026-01-09T11:30"), "noon"]), "bad_instant"),
        (lambda: DESK.is_holiday(np.array([1, 2])), "bad_instant"),
        (lambda: DESK.working_days_between([FRIDAY] * 2, [FRIDAY] * 3), "unequal_lengths"),
        (lambda: DESK.add_working_days([FRIDAY] * 2, [1, 2, 3]), "unequal_lengths"),
        (lambda: DESK.add_working_days(["1700-01-01"], 1), "beyond_horizon"),
    ],
)
def test_arrays_that_cannot_be(ask, code):
    """Mixed kinds, what is no day, and arrays that do not pair off are refused."""
    with pytest.raises(SlakitError) as caught:
        ask()
    assert caught.value.code == code


hours = st.integers(0, 24 * 700).map(lambda hour: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=17))


@given(
    moments=st.lists(hours, min_size=1, max_size=6), number=st.integers(-9, 9), zone=st.sampled_from(["Europe/Berlin", "America/New_York"])
)
@examples(200)
def test_arrays_answer_as_scalars_do(moments, number, zone):
    """Element by element, for dates and instants, also around changes of the clocks."""
    desk = Schedule.weekly("mon-thu 09:00-17:00; sat 22:00-06:00", tz=zone, holidays=["2026-03-30", "2025-10-27"])
    dates = [moment.date() for moment in moments]
    for given_ in (moments, dates):
        assert desk.is_working_day(given_).tolist() == [desk.is_working_day(one) for one in given_]
        assert desk.is_holiday(given_).tolist() == [desk.is_holiday(one) for one in given_]
        assert desk.working_days_between(given_, moments[0]).tolist() == [desk.working_days_between(one, moments[0]) for one in given_]
    assert desk.add_working_days(dates, number).tolist() == [desk.add_working_days(one, number) for one in dates]
    scalars = [desk.add_working_days(one, number).astimezone(UTC).replace(tzinfo=None) for one in moments]
    assert desk.add_working_days(moments, number).tolist() == scalars
