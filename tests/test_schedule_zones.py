"""Spans of one UTC offset, found by probing."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest

from slakit._time import SECOND
from slakit.schedule.zones import instant_of, offset_at, offset_periods, year_of, year_start


def us(text):
    """An instant in us."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def test_a_year_of_berlin():
    """Two changes make three spans: +1 h, +2 h from 29 March 01:00, +1 h from 25 October 01:00."""
    hour = 3_600 * SECOND
    assert list(offset_periods(ZoneInfo("Europe/Berlin"), us("2026-01-01"), us("2027-01-01"))) == [
        (us("2026-01-01"), us("2026-03-29T01:00"), hour),
        (us("2026-03-29T01:00"), us("2026-10-25T01:00"), 2 * hour),
        (us("2026-10-25T01:00"), us("2027-01-01"), hour),
    ]


def test_a_change_at_the_turn_of_a_year():
    """Samoa skipped a day at the end of 2011 at 10:00 UTC; Juba moved at the end of January 2021: both lie where they lie."""
    assert [at for at, _, _ in offset_periods(ZoneInfo("Pacific/Apia"), us("2011-12-01"), us("2012-02-01"))][1:] == [us("2011-12-30T10:00")]
    assert [at for at, _, _ in offset_periods(ZoneInfo("Africa/Juba"), us("2021-01-01"), us("2021-03-01"))][1:] == [us("2021-01-31T21:00")]


class Jump(tzinfo):
    """Moves by an hour at the very start of 2026."""

    def utcoffset(self, dt):
        """One hour from 2026 on, by the wall clock."""
        return timedelta(hours=int(dt.replace(tzinfo=None) >= datetime(2026, 1, 1, 1)))  # noqa: DTZ001 - a wall clock

    def fromutc(self, dt):
        """By the instant."""
        return dt + timedelta(hours=int(dt.replace(tzinfo=None) >= datetime(2026, 1, 1)))  # noqa: DTZ001 - a wall clock


def test_a_change_exactly_at_new_year():
    """The change stands once, whichever year is asked."""
    hour = 3_600 * SECOND
    assert list(offset_periods(Jump(), us("2025-12-31"), us("2026-01-02"))) == [
        (us("2025-12-31"), us("2026-01-01"), 0),
        (us("2026-01-01"), us("2026-01-02"), hour),
    ]
    assert list(offset_periods(Jump(), us("2026-01-01"), us("2026-01-02"))) == [(us("2026-01-01"), us("2026-01-02"), hour)]


def test_an_empty_span_has_no_periods():
    """Nothing is yielded for nothing."""
    assert list(offset_periods(ZoneInfo("Europe/Berlin"), us("2026-01-01"), us("2026-01-01"))) == []


@pytest.mark.parametrize("name", sorted(available_timezones())[::30])
def test_no_change_is_missed(name):
    """The offset of the span in which an instant lies is the zone's own, at every noon of 55 years."""
    zone = ZoneInfo(name)
    lo, hi = year_start(1975), year_start(2030)
    starts, offsets = zip(
        *((start // SECOND, offset // SECOND) for start, _, offset in offset_periods(zone, lo * SECOND, hi * SECOND)), strict=True
    )
    noons = range(lo + 43_200, hi, 86_400)
    assert [offsets[bisect_right(starts, second) - 1] for second in noons] == [offset_at(zone, second) for second in noons]


def test_local_times_as_instants():
    """A skipped 02:30 moves to 03:30, a repeated one is the first, another is itself; a year is a year."""
    berlin = ZoneInfo("Europe/Berlin")
    assert instant_of(berlin, us("2026-03-29T02:30")) == us("2026-03-29T01:30")
    assert instant_of(berlin, us("2026-10-25T02:30")) == us("2026-10-25T00:30")
    assert instant_of(berlin, us("2026-10-25T03:30")) == us("2026-10-25T02:30")
    assert instant_of(berlin, us("2026-03-29T03:30")) == us("2026-03-29T01:30")
    assert instant_of(berlin, us("2026-06-01T12:00")) == us("2026-06-01T10:00")
    assert (year_of(us("1969-12-31T23:59:59")), year_of(us("2026-01-01"))) == (1969, 2026)
