"""Requests in consecutive buckets of a calendar: counts, rates, growth, the weekly profile and the seasons of the year."""

from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import DAY, EPOCH_ORDINAL, HOUR, MINUTE, utc
from slakit._value import value
from slakit.calendars import WEEKDAYS, Period, period_at, periods
from slakit.errors import QueryError, did_you_mean
from slakit.schedule import Schedule
from slakit.schedule.zones import instant_of
from slakit.service.merging import merged
from slakit.service.result import Result
from slakit.service.timekeys import local
from slakit.stats.interval import Difference, Interval
from slakit.stats.rates import Rate, rate_ratio

_STEP = 15 * MINUTE
_HALF_YEAR = 6


@value
class Bucket:
    """One bucket.

    Attributes:
        period: the calendar period.
        count: requests in it.
        partial: whether the window or the end of knowledge cuts it.
        days: how many civil days of it are covered, a cut day in part.
        working_days: how many working days of it are covered; None without a schedule.
    """

    period: Period
    count: int
    partial: bool
    days: float
    working_days: int | None

    @property
    def per_day(self) -> Rate:
        """Requests a civil day."""
        return Rate(self.count, self.days)

    @property
    def per_working_day(self) -> Rate | None:
        """Requests a working day; None without working days."""
        return Rate(self.count, float(self.working_days)) if self.working_days else None


@value
class Stretch:
    """What buckets are asked for.

    Attributes:
        per: length of a bucket.
        calendar: whose months and years.
        zone: whose civil days.
        schedule: whose working days, or None.
        week_start: or None.
        since: us, or None.
        until: us, or None.
        as_of: us.
        first: us from which buckets are shown, or None: from the first request.
    """

    per: str
    calendar: str
    zone: tzinfo
    schedule: Schedule | None
    week_start: str | None
    since: int | None
    until: int | None
    as_of: int
    first: int | None = None

    def but(self, **changes: Any) -> "Stretch":
        """The same with some fields changed."""
        return attrs.evolve(self, **changes)  # type: ignore[misc]  # attrs values all

    def fixed(self, opened: NDArray[np.int64]) -> "Stretch":
        """The same, with buckets shown from the first of some requests."""
        return self.but(first=int(opened.min())) if len(opened) else self

    def periods(self, opened: NDArray[np.int64]) -> tuple[Period, ...]:
        """The periods from the window's start, else the first request, to its end, else the end of knowledge."""
        last = int(opened.max()) + 1 if len(opened) else 0
        start = (
            self.since if self.since is not None else self.first if self.first is not None else int(opened.min()) if len(opened) else None
        )
        end = max(self.end, min(last, self.as_of + 1))
        given: Any = {"per": self.per, "tz": self.zone, "calendar": self.calendar, "week_start": self.week_start}
        if start is None or start >= end:
            period_at(self.as_of, **given)
            return ()
        return periods(start, end, **given)

    @property
    def end(self) -> int:
        """The end of the window, or of knowledge."""
        return self.as_of if self.until is None else min(self.until, self.as_of)

    def bucket(self, period: Period, count: int) -> Bucket:
        """A period with its count and what of it is covered."""
        start = period.start_us if self.since is None else max(period.start_us, self.since)
        end = min(period.end_us, max(self.end, start))
        days = covered_days(period, start, end)
        partial = start > period.start_us or end < period.end_us
        return Bucket(period, count, partial, days, None if self.schedule is None else _working_days(self.schedule, start, end))


def covered_days(period: Period, start: int, end: int) -> float:
    """How many of a period's civil days lie in ``[start, end)``: its own number where all do, else in proportion."""
    whole = period.end_us - period.start_us
    return float(period.days) if end - start == whole else period.days * (end - start) / whole


def _working_days(schedule: Schedule, start: int, end: int) -> int:
    """Working days that begin in ``[start, end)``: by local date, a cut date by its first opening."""
    zone = schedule.zone
    first, last = (utc(us).astimezone(zone).date().toordinal() - EPOCH_ORDINAL for us in (start, end))
    days = schedule.days
    count = days.count(first, last)
    if days.is_working(last) and schedule.clock.openings_us(instant_of(zone, last * DAY), end):
        count += 1
    begins = instant_of(zone, first * DAY)
    if begins < start and days.is_working(first) and schedule.clock.openings_us(begins, start):
        count -= 1
    return max(count, 0)


@value(eq=False, repr=False)
class Requests(Result):
    """Requests over time: a count with a row a bucket.

    Attributes:
        opened: the instants of the requests, us, ascending.
        stretch: what was asked for.
        buckets: the buckets, in order, without gaps.
    """

    opened: NDArray[np.int64] = attrs.field(factory=lambda: np.empty(0, np.int64))
    stretch: Any = None
    buckets: tuple[Bucket, ...] = ()

    @property
    def per_day(self) -> float | None:
        """Requests a civil day over the covered days; None without any."""
        days = sum(bucket.days for bucket in self.buckets)
        return self.n / days if days else None

    @property
    def per_working_day(self) -> float | None:
        """Requests a working day; None without a schedule or working days."""
        days = sum(bucket.working_days or 0 for bucket in self.buckets)
        return self.n / days if days else None

    def __getitem__(self, key: Any) -> Any:
        """A bucket by the label of its period; with groups, a group.

        Raises:
            QueryError: ``unknown_group``.
        """
        if self.by:
            return Result.__getitem__(self, key)
        found = next((bucket for bucket in self.buckets if bucket.period.label == key), None)
        if found is None:
            message = (
                f"no {self.stretch.per} {key!r} among the buckets: {did_you_mean(key, [bucket.period.label for bucket in self.buckets])}"
            )
            raise QueryError(message, code="unknown_group", given=key)
        return found

    def __add__(self, other: object) -> Self:
        """Merge two shards; the buckets are laid anew over both.

        Raises:
            MergeError: as `Result`.
        """
        if not isinstance(other, Requests):
            return NotImplemented
        both = merged(self, other)
        stretch = self.stretch.but(since=both.window.since, until=both.window.until)
        opened = np.sort(np.concatenate((self.opened, other.opened)))
        if self.by:
            stretch = stretch.fixed(opened)
            groups = {
                key: series(group, np.concatenate([side.groups[key].opened for side in (self, other) if key in side.groups]), stretch)
                for key, group in both.groups.items()
            }
            both = both.but(groups=groups)
        return series(both, opened, stretch)  # type: ignore[return-value]

    def to_dict(self) -> dict[str, list[Any]]:
        """A row a bucket (and group): period, start, end, count, partial, days, per_day, low, high, working_days, per_working_day."""
        rows: list[dict[str, Any]] = []
        for key, part in self.groups.items() if self.by else [((), self)]:
            keys = dict(zip(self.by, key if len(self.by) > 1 else (key,), strict=True)) if self.by else {}
            rows += [keys | _row(bucket) for bucket in part.buckets]
        names = [*self.by, *_row_names()]
        return {name: [row[name] for row in rows] for name in names}

    def growth(self) -> dict[str, Difference]:
        """How many times the rate of the bucket before each whole bucket's rate is, on equal working days.

        Returns:
            Label -> ratio with its exact interval; rates are a working day with a schedule, else a civil
            day. Partial buckets and those without days are left out.
        """
        found = {}
        for before, after in zip(self.buckets, self.buckets[1:], strict=False):
            rates = [_rate(bucket) for bucket in (before, after)]
            if not before.partial and not after.partial and rates[0] is not None and rates[1] is not None:
                found[after.period.label] = rate_ratio(rates[0], rates[1])
        return found

    def profile(self) -> Mapping[tuple[str, int], Rate]:
        """Requests by weekday and hour of the wall clock, over the hours that the window had of each.

        Returns:
            (weekday, hour) -> count and exposure in hours, for all 168.
        """
        zone = self.stretch.zone
        if not self.buckets:
            return MappingProxyType({})
        start = self.stretch.since if self.stretch.since is not None else self.buckets[0].period.start_us
        end = max(self.stretch.end, start)
        edges = np.arange(start - start % _STEP, end, _STEP, dtype=np.int64)
        lengths = np.minimum(edges + _STEP, end) - np.maximum(edges, start)
        exposure = np.bincount(_slot(local(edges, zone)), weights=lengths, minlength=168) / HOUR
        counts = np.bincount(_slot(local(self.opened, zone)), minlength=168)
        return MappingProxyType(
            {(WEEKDAYS[slot // 24], slot % 24): Rate(int(counts[slot]), float(exposure[slot])) for slot in range(168) if exposure[slot]}
        )

    def seasonal_index(self) -> dict[str, Interval]:
        """Each month's rate over that of the year around it.

        The year around a month is six months before and after it, the outermost two by half. Rates are a
        working day with a schedule, else a civil day. The interval is the exact Poisson one of the month's count, the
        year's rate taken as known.

        Returns:
            Label of each month that has a whole year around it -> its index, 1 being the average.

        Raises:
            QueryError: ``not_monthly``.
        """
        if self.stretch.per != "month":
            message = f"the seasonal index compares months, but these requests are per {self.stretch.per}: ask with per='month'"
            raise QueryError(message, code="not_monthly", given=self.stretch.per)
        found = {}
        for place in range(_HALF_YEAR, len(self.buckets) - _HALF_YEAR):
            around = self.buckets[place - _HALF_YEAR : place + _HALF_YEAR + 1]
            if any(bucket.partial for bucket in around):
                continue
            weights = [0.5, *[1.0] * 11, 0.5]
            days = sum(weight * _days(bucket) for weight, bucket in zip(weights, around, strict=True))
            count = sum(weight * bucket.count for weight, bucket in zip(weights, around, strict=True))
            rate = _rate(self.buckets[place])
            if not count or not days or rate is None:
                continue
            year, own = count / days, rate.interval()
            low, high = (None if end is None else end / year for end in own)
            found[self.buckets[place].period.label] = Interval(
                low, high, self.buckets[place].count / _days(self.buckets[place]) / year, own.confidence, own.method
            )
        return found

    def seasons(self) -> dict[int, str]:
        """Months of the year that are ``"high"`` or ``"low"``: in at least two years beyond doubt, and in none the other way.

        Returns:
            Number of the month in the calendar asked for -> which.

        Raises:
            QueryError: ``not_monthly``.
        """
        sides: dict[int, list[str]] = {}
        for label, index in self.seasonal_index().items():
            side = "high" if index.low is not None and index.low > 1 else "low" if index.high is not None and index.high < 1 else ""
            sides.setdefault(int(label.rpartition("-")[2]), []).append(side)
        return {
            month: side
            for month, found in sorted(sides.items())
            for side, opposite in (("high", "low"), ("low", "high"))
            if found.count(side) > 1 and opposite not in found
        }


def series(found: Result, opened: NDArray[np.int64], stretch: Stretch) -> Requests:
    """A count laid out in buckets."""
    at = np.sort(opened)
    laid = stretch.periods(at)
    places = np.searchsorted(at, np.array([period.start_us for period in laid] + [laid[-1].end_us] if laid else [], np.int64))
    counts = np.diff(places).tolist()
    buckets = tuple(stretch.bucket(period, count) for period, count in zip(laid, counts, strict=True))
    return Requests(**{**found.fields(), "opened": at, "stretch": stretch, "buckets": buckets, "spans": ()})


def _days(bucket: Bucket) -> float:
    return bucket.days if bucket.working_days is None else float(bucket.working_days)


def _rate(bucket: Bucket) -> Rate | None:
    days = _days(bucket)
    return Rate(bucket.count, days) if days else None


def _row(bucket: Bucket) -> dict[str, Any]:
    interval = Rate(bucket.count, bucket.days).interval() if bucket.days else None
    return {
        "period": bucket.period.label, "start": bucket.period.start, "end": bucket.period.end, "count": bucket.count, "partial": bucket.partial,
        "days": bucket.days, "per_day": bucket.count / bucket.days if bucket.days else None, "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high, "working_days": bucket.working_days,
        "per_working_day": bucket.count / bucket.working_days if bucket.working_days else None,
    }  # fmt: skip


def _row_names() -> tuple[str, ...]:
    return ("period", "start", "end", "count", "partial", "days", "per_day", "low", "high", "working_days", "per_working_day")


def _slot(wall: NDArray[np.int64]) -> NDArray[np.int64]:
    return (wall // DAY + 3) % 7 * 24 + wall % DAY // HOUR
