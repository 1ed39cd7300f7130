"""Columns of times: what is read without a loop equals what is read one by one."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit._time import NAT
from slakit.errors import EventError
from slakit.events.coding import as_column
from slakit.events.times import localize, read_times
from tests.profiles import examples

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
US = timedelta(microseconds=1)


def us(moment):
    """Microseconds by plain subtraction, which shares nothing with the code under test."""
    return (moment - EPOCH) // US


def read(texts, *, tz=None, unit=None):
    """The instants of a list, from an array of fixed width and from a list."""
    one = read_times(np.array(texts), tz=tz, unit=unit)
    other = read_times(as_column(list(texts)), tz=tz, unit=unit)
    assert one.at.tolist() == other.at.tolist()
    assert one.doubts == other.doubts
    return one


moments = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 28))  # noqa: DTZ001 - the offset is added below
offsets = st.one_of(st.just(timedelta(0)), st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timedelta(minutes=minutes)))


@st.composite
def iso_texts(draw):
    """A moment and one of the ways to write it."""
    moment = draw(moments).replace(tzinfo=timezone(draw(offsets)))
    if draw(st.booleans()):
        moment = moment.replace(microsecond=0)
    text = moment.isoformat(sep=draw(st.sampled_from("T ")), timespec=draw(st.sampled_from(("auto", "microseconds"))))
    return moment, text.replace("+00:00", "Z") if draw(st.booleans()) else text


@examples(1000)
@given(st.lists(iso_texts(), min_size=1, max_size=12))
def test_texts_of_many_shapes_are_read_exactly(drawn):
    """Any mixture of ISO texts gives the instants that datetime arithmetic gives."""
    assert read([text for _, text in drawn]).at.tolist() == [us(moment) for moment, _ in drawn]


ODD = (
    "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-00-10T10:00:00Z", "2026-01-00T10:00:00Z", "2026-01-32T10:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T10:60:00Z", "2026-01-01T10:00:60Z", "0000-01-01T10:00:00Z", "2026-01-01T10:00:00+24:00", "2026-01-01T10:00:00+01:60", "soon", "",
    "2026-01-01", "20260101T100000Z", "2026-01-01T10:00:00", "2026-01-01T10:00:00.Z", "2026-01-01T10:00:0٣Z", "2026-W01-1T10:00:00Z",
    "2026-01-01T10:00:00,5Z", "2026-01-01T10:00:00.1234567Z", "2026-01-01T10Z", "2026-01-01t10:00:00Z", "2026-01-01T10:00:00+0100",
    "2026-01-01T10:00:00z", "-026-01-01T10:00:00Z", "2026-01-01T10:00:00+01:00:30", "2026-01-01T10:00:00.5+01:00",
)  # fmt: skip


@examples(400)
@given(st.lists(st.one_of(st.sampled_from(ODD), iso_texts().map(lambda drawn: drawn[1])), min_size=1, max_size=10))
def test_odd_texts_are_what_the_standard_library_says(texts):
    """A text that `datetime.fromisoformat` reads with an offset gives its instant; any other stays unread."""
    expected = []
    for text in texts:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        expected.append(NAT if moment is None or moment.tzinfo is None else us(moment))
    assert read(texts).at.tolist() == expected


@pytest.mark.parametrize(
    ("given", "unit", "expected"),
    [
        (np.array([3], np.int32), "s", 3_000_000),
        (np.array([3], np.uint64), "ms", 3_000),
        (np.array([3]), "us", 3),
        (np.array([2_999]), "ns", 2),
        (np.array([-1]), "ns", -1),
        (np.array(["2026-01-01T00:00"], "datetime64[m]"), None, 1_767_225_600_000_000),
        (np.array(["2026-01-01T00:00:00.123456789"], "datetime64[ns]"), None, 1_767_225_600_123_456),
        (np.array([3]), None, NAT),
        (np.array([3.0]), "s", NAT),
    ],
)
def test_arrays_with_units(given, unit, expected):
    """Integers need a unit; `datetime64` has one; finer than a microsecond is floored; floats are never read."""
    assert read_times(given, tz=None, unit=unit).at.tolist() == [expected]


def test_an_unknown_unit_is_refused():
    """Units are those of numpy, up to seconds."""
    with pytest.raises(EventError, match="give 's', 'ms', 'us' or 'ns'"):
        read_times(np.array([3]), tz=None, unit="m")


ZONES = (
    "Europe/Rome",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Tehran",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Atlantic/Azores",
    "UTC",
)


@examples(800)
@given(st.sampled_from(ZONES), st.lists(st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1)), min_size=1, max_size=20))  # noqa: DTZ001 - wall times
def test_wall_times_are_read_as_the_zone_reads_them(name, walls):
    """A naive time is what the zone says with fold=0, and doubtful exactly where it does not come back or comes back from two instants."""
    zone = ZoneInfo(name)
    at, doubts = localize(np.array(walls, "datetime64[us]").astype(np.int64), zone)
    told = {row: doubt for row, doubt, _ in doubts}
    for row, wall in enumerate(walls):
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        assert at[row] == us(first)
        back = first.astimezone(zone).replace(tzinfo=None)
        assert told.get(row) == ("nonexistent" if back != wall else "ambiguous" if first != second else None)


@pytest.mark.parametrize(
    ("name", "day"),
    [("Europe/Rome", "2026-03-29"), ("Europe/Rome", "2026-10-25"), ("Pacific/Apia", "2011-12-30"), ("Asia/Tehran", "2022-03-22"), ("Australia/Lord_Howe", "2026-04-05")],
)  # fmt: skip
def test_every_minute_around_a_change_of_the_clocks(name, day):
    """Around a change, every wall minute is read as the zone reads it (fold=0), also where a whole day is skipped."""
    zone = ZoneInfo(name)
    start = datetime.fromisoformat(day) - timedelta(days=1)
    walls = [start + timedelta(minutes=minute) for minute in range(0, 3 * 1440, 7)]
    texts = [wall.isoformat() for wall in walls]
    times = read(texts, tz=zone)
    assert times.at.tolist() == [us(wall.replace(tzinfo=zone)) for wall in walls]
    assert {row for row, _, _ in times.doubts} == {
        row for row, wall in enumerate(walls)
        if wall.replace(tzinfo=zone).astimezone(UTC) != wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    }  # fmt: skip


def test_naive_texts_without_a_zone_stay_unread():
    """Only a zone makes an instant of a wall time; times with an offset do not need it."""
    assert read(["2026-01-01T10:00:00", "2026-01-01T10:00:00Z"]).at.tolist() == [NAT, us(datetime(2026, 1, 1, 10, tzinfo=UTC))]


def test_mixed_objects_are_read_one_by_one():
    """A list may mix texts, datetimes and datetime64; what says nothing stays unread."""
    moment = datetime(2026, 1, 1, 10, tzinfo=UTC)
    given = [moment, "2026-01-01T10:00:00Z", np.datetime64("2026-01-01T10:00"), None, float("nan"), 3, "", moment.replace(tzinfo=None)]
    at = read_times(as_column(given), tz=ZoneInfo("Asia/Tehran"), unit=None).at.tolist()
    assert at == [us(moment)] * 3 + [NAT] * 4 + [us(moment) - 12_600_000_000]


def test_a_long_column_crosses_its_chunks():
    """Two hundred thousand texts of two shapes come out in their own rows."""
    seconds = np.arange(200_000, dtype=np.int64) * 977
    texts = [f"{np.datetime64(second, 's')}{'Z' if second % 2 else '+02:00'}" for second in seconds.tolist()]
    expected = [second * 1_000_000 - (0 if second % 2 else 7_200_000_000) for second in seconds.tolist()]
    assert read(texts).at.tolist() == expected
