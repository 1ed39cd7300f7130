"""Working time: elapsed and deadlines, slakit beside what else Python has, with the answers compared.

    python benchmarks/working_time.py [--json out.json] [--against earlier.json]

Needs workclock, businesstimedelta, business-duration and pandas for the rows of that name; a row whose
package is absent is left out and said so. ``--against`` compares what slakit needs in relation to the
numpy recipe of the same run with an earlier file, and fails where that has grown by more than 20 %.
"""

import argparse
import json
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from slakit import Schedule

YEARS = range(2018, 2028)
HOLIDAYS = [date(year, month, day) for year in YEARS for month, day in ((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26))]
DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays=HOLIDAYS)
SECOND = 1_000_000
DAY = 86_400 * SECOND
FIRST = int(np.datetime64("2018-01-08", "us").astype(np.int64))
PAIRS = 1_000_000
REPEATS = 7
SLAKIT, REFERENCE = "slakit, arrays", "numpy busday recipe"
FALL_BACK = 1.2

Instants = np.ndarray[Any, np.dtype[np.datetime64]]
Spans = np.ndarray[Any, np.dtype[np.timedelta64]]


def median_ns(job: Callable[[], object], pairs: int, repeats: int = REPEATS) -> float:
    """Nanoseconds of processor time a pair, the median of some runs after a warm-up."""
    job()
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        job()
        times.append(time.process_time() - begin)
    return statistics.median(times) / pairs * 1e9


def pairs(count: int, *, days: float = 60, years: float = 9.5, first: int = FIRST) -> tuple[Instants, Instants, Spans]:
    """Random starts to the second over some years, ends up to some days later, and spans of 1 to 40 hours."""
    rng = np.random.default_rng(7)
    start = first + rng.integers(0, int(years * 365.25 * 86_400), count) * SECOND
    end = start + rng.integers(1, int(days * 86_400), count) * SECOND
    span = rng.integers(3_600, 40 * 3_600, count) * SECOND
    return start.view("datetime64[us]"), end.view("datetime64[us]"), span.view("timedelta64[us]")


def aware(instants: Instants) -> list[datetime]:
    """As datetimes in UTC."""
    return [moment.replace(tzinfo=UTC) for moment in instants.tolist()]


def busday_recipe(start: Instants, end: Instants) -> Spans:
    """The numpy recipe: whole days counted, the first and last clipped; works where every day has the same hours."""
    calendar = np.busdaycalendar(holidays=HOLIDAYS)
    opening, length = np.timedelta64(9, "h"), np.timedelta64(8, "h").astype("timedelta64[us]")
    first, last = start.astype("datetime64[D]"), end.astype("datetime64[D]")
    head = np.clip(start - first - opening, np.timedelta64(0), length) * np.is_busday(first, busdaycal=calendar)
    tail = np.clip(end - last - opening, np.timedelta64(0), length) * np.is_busday(last, busdaycal=calendar)
    whole: Spans = np.busday_count(first, last, busdaycal=calendar) * length + tail - head
    return whole


class OpeningTable:
    """What a numpy user writes by hand for any schedule: all openings as a table, looked up by binary search."""

    def __init__(self) -> None:
        """List the openings of all years, with the working time before each."""
        days = np.arange(np.datetime64("2018-01-01"), np.datetime64("2029-01-01"))
        days = days[np.is_busday(days, busdaycal=np.busdaycalendar(holidays=HOLIDAYS))].astype("datetime64[us]").astype(np.int64)
        self.begins, self.ends = days + 9 * 3_600 * SECOND, days + 17 * 3_600 * SECOND
        self.total = np.cumsum(self.ends - self.begins)
        self.before = self.total - (self.ends - self.begins)

    def read(self, at: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        """Working time up to instants (us)."""
        number = np.searchsorted(self.begins, at, "right") - 1
        return np.minimum(at, self.ends[number]) - self.begins[number] + self.before[number]

    def elapsed(self, start: Instants, end: Instants) -> Spans:
        """Working time between instants."""
        spent: Spans = (self.read(end.view(np.int64)) - self.read(start.view(np.int64))).view("timedelta64[us]")
        return spent

    def due(self, start: Instants, span: Spans) -> Instants:
        """The first instant by which a span has passed."""
        goal = self.read(start.view(np.int64)) + span.view(np.int64)
        number = np.searchsorted(self.total, goal)
        due: Instants = (goal - self.before[number] + self.begins[number]).view("datetime64[us]")
        return due


def per_pair(ask: Callable[[Any, Any], Any]) -> Callable[[list[Any], list[Any]], list[Any]]:
    """A question for one pair as one for lists."""
    return lambda one, other: [ask(a, b) for a, b in zip(one, other, strict=True)]


def peers() -> tuple[dict[str, Any], dict[str, Any]]:
    """What others answer: name -> (question, how arguments are given, how many pairs), for elapsed and for deadlines."""
    table = OpeningTable()
    elapsed: dict[str, Any] = {REFERENCE: (busday_recipe, "array", PAIRS), "numpy table of openings": (table.elapsed, "array", PAIRS)}
    due: dict[str, Any] = {"numpy table of openings": (table.due, "array", PAIRS)}
    nine, five = clock_time(9), clock_time(17)
    if workclock := optional("workclock"):
        rules = workclock.Schedule([workclock.WorkDay(nine, five), workclock.Holidays(HOLIDAYS)], time_zone="UTC")
        elapsed["workclock, arrays"] = (rules.between_many, "array", 20_000)
        elapsed["workclock, one by one"] = (per_pair(rules.between), "aware", 5_000)
        due["workclock, arrays"] = (rules.add_many, "array", 20_000)
        due["workclock, one by one"] = (per_pair(rules.add), "aware", 5_000)
    if biz := optional("businesstimedelta"):
        rules = biz.Rules([biz.WorkDayRule(nine, five, [0, 1, 2, 3, 4]), biz.HolidayRule(dict.fromkeys(HOLIDAYS, "closed"))])
        elapsed["businesstimedelta"] = (per_pair(lambda a, b: rules.difference(a, b).timedelta), "aware", 100)
        due["businesstimedelta"] = (per_pair(lambda a, d: a + biz.BusinessTimeDelta(rules, timedelta=d)), "aware", 100)
    if duration := optional("business_duration"):
        count = partial(duration.businessDuration, starttime=nine, endtime=five, holidaylist=HOLIDAYS, unit="sec")
        elapsed["business-duration"] = (per_pair(lambda a, b: timedelta(seconds=round(count(a, b)))), "naive", 500)
    if pandas := optional("pandas"):
        hour = pandas.offsets.CustomBusinessHour(start="09:00", end="17:00", holidays=HOLIDAYS)
        due["pandas CustomBusinessHour"] = (per_pair(lambda a, d: pandas.Timestamp(a) + hour * (d // timedelta(hours=1))), "hours", 500)
    return elapsed, due


def optional(name: str) -> Any:
    """A package, or None with a line that says so."""
    try:
        return import_module(name)
    except ImportError:
        print(f"  ({name} is not installed)")
        return None


Row = dict[str, Any]


def compare(title: str, ours: Callable[[Any, Any], Any], one: Instants, other: Any, rows: dict[str, Any]) -> list[Row]:
    """Print a table, and give its rows: ns a pair, the ratio to ours, and whether the answers agree."""
    base = median_ns(lambda: ours(one, other), PAIRS)
    few = as_given(one[:5_000], "aware"), as_given(other[:5_000], "aware")
    found = [(SLAKIT, base, ""), ("slakit, one by one", median_ns(lambda: per_pair(ours)(*few), 5_000), "")]
    for name, (ask, form, count) in rows.items():
        a, b = as_given(one[:count], form), as_given(other[:count], form)
        expected = ours(*(np.asarray(as_given(part[:count], "hours array" if form == "hours" else "array")) for part in (one, other)))
        cost = median_ns(lambda ask=ask, a=a, b=b: ask(a, b), count, 3)  # type: ignore[misc]
        found.append((name, cost, agreement(ask(a, b), expected)))
    print(f"\n{title}\n  {'':34}{'ns a pair':>12}{'ratio':>10}   answers")
    for name, cost, answers in found:
        print(f"  {name:34}{cost:12,.1f}{cost / base:10,.1f}   {answers}")
    return [{"table": title, "name": name, "ns": cost, "times_slakit": cost / base, "answers": answers} for name, cost, answers in found]


def as_given(part: Any, form: str) -> Any:
    """Instants or spans in the form that a peer takes."""
    if form in {"array", "hours array"}:
        return part.astype("timedelta64[h]").astype("timedelta64[us]") if form == "hours array" and part.dtype.kind == "m" else part
    if form == "aware" and part.dtype.kind == "M":
        return aware(part)
    return part.tolist()


def agreement(found: Any, expected: Any) -> str:
    """How many answers are ours, and the first that is not."""
    instants = [
        moment.astimezone(UTC).replace(tzinfo=None) if getattr(moment, "tzinfo", None) else moment
        for moment in np.asarray(found, object).tolist()
    ]
    wrong = [number for number, (one, other) in enumerate(zip(instants, expected.tolist(), strict=True)) if one != other]
    if not wrong:
        return f"all {len(expected):,} agree"
    return f"{len(wrong):,} of {len(expected):,} differ, e.g. {instants[wrong[0]]} for our {expected.tolist()[wrong[0]]}"


def flatness() -> list[Row]:
    """Ours over longer spans and longer calendars."""
    title = "Flat in the span and in the years (slakit, arrays, ns a pair: elapsed, deadline)"
    print(f"\n{title}")
    rows = []
    for label, days, years, first in (
        ("spans to 1 hour, 10 years", 1 / 24, 9.5, FIRST),
        ("spans to 60 days, 10 years", 60, 9.5, FIRST),
        ("spans to 5 years, 10 years", 1_800, 5, FIRST),
        ("spans to 60 days, 1 year", 60, 1, FIRST),
        ("spans to 60 days, 50 years", 60, 50, FIRST - 40 * 366 * DAY),
    ):
        start, end, span = pairs(PAIRS, days=days, years=years, first=first)
        elapsed = median_ns(lambda s=start, e=end: DESK.elapsed(s, e), PAIRS)  # type: ignore[misc]  # defaults bind this turn of the loop
        due = median_ns(lambda s=start, d=span: DESK.due_at(s, d), PAIRS)  # type: ignore[misc]  # defaults bind this turn of the loop
        print(f"  {label:34}{elapsed:10.1f}{due:10.1f}")
        rows.append({"table": title, "name": label, "ns": elapsed, "due_ns": due})
    return rows


def fresh() -> None:
    """Compile ten years and ask once."""
    desk = Schedule.weekly("mon-fri 09:00-12:30 13:30-18:00", tz="Europe/Berlin", holidays=HOLIDAYS)
    desk.clock.cover(1_577_836_800 * SECOND, 1_577_836_800 * SECOND + 9 * 365 * DAY)


def scalars() -> list[Row]:
    """One question at a time, and a fresh compile."""
    a, b = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 2, 5, 10, tzinfo=UTC)
    loops = range(20_000)
    title = "One at a time, from aware datetimes"
    print(f"\n{title}")
    found = {
        "elapsed, us": median_ns(lambda: [DESK.elapsed(a, b) for _ in loops], 20_000) / 1e3,
        "due_at, us": median_ns(lambda: [DESK.due_at(a, "8h") for _ in loops], 20_000) / 1e3,
        "compile ten years with shifts, ms": median_ns(fresh, 1) / 1e6,
    }
    for name, value in found.items():
        print(f"  {name:34}{value:10.2f}")
    return [{"table": title, "name": name, "value": value} for name, value in found.items()]


def reference_ratio(rows: list[Row]) -> dict[str, float]:
    """What slakit needs for elapsed time over what the numpy recipe needs in the same run."""
    [recipe] = [row for row in rows if row["name"] == REFERENCE]
    return {"elapsed/numpy busday recipe": 1 / recipe["times_slakit"]}


def main() -> int:
    """Everything, once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--against", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{platform.processor() or platform.machine()}, CPython {platform.python_version()}, numpy {np.__version__}, one thread")
    start, end, span = pairs(PAIRS)
    elapsed, due = peers()
    rows = compare("Elapsed, random pairs up to 60 days apart over ten years", DESK.elapsed, start, end, elapsed)
    rows += compare("Deadlines, spans of 1 to 40 h over ten years", DESK.due_at, start, span, due)
    rows += flatness() + scalars()
    ratios = reference_ratio(rows)
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "ratios": ratios}, indent=1), encoding="utf-8")
    if not asked.against:
        return 0
    earlier = json.loads(asked.against.read_text(encoding="utf-8"))["ratios"]
    slower = [key for key, ratio in ratios.items() if ratio > earlier[key] * FALL_BACK]
    print(f"slower than {asked.against} by more than 20 %: {', '.join(slower) or 'nothing'}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
