"""Everything that sums obeys the laws, and the sum of parts is the whole, in any split."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slakit.stats import (
    AalenJohansen,
    Durations,
    KaplanMeier,
    LifeTable,
    Nps,
    Rate,
    Ratio,
    Share,
    Sketch,
    Total,
    aalen_johansen,
    kaplan_meier,
)
from slakit.testing import check_monoid
from tests.profiles import examples

SMALL = st.integers(0, 20)
HUGE = st.integers(0, 2**50)
ROWS = st.lists(st.tuples(st.one_of(SMALL, HUGE), st.sampled_from(["finished", "cancelled", "open"])), max_size=25)
FLOATS = st.lists(st.floats(0, 1e12, allow_subnormal=False), max_size=12)


def triples(strategy):
    """Three values, so that every law can be tried on one example."""
    return st.lists(strategy, min_size=3, max_size=3)


def durations(rows, *, target=None):
    """A summary of rows of (us, how it ended)."""
    times = np.array([time for time, _ in rows], dtype=np.int64)
    return Durations.of(times, [end == "finished" for _, end in rows], cancelled=[end == "cancelled" for _, end in rows], target=target)


@examples(120)
@given(triples(st.builds(lambda k, more: Share(k, k + more), SMALL, SMALL)), triples(st.builds(Nps, SMALL, SMALL, SMALL)))
def test_counts_are_lawful(shares, scores):
    """Shares and scores are monoids."""
    check_monoid(shares, empty=Share.empty())
    check_monoid(scores, empty=Nps.empty())


@examples(120)
@given(triples(st.builds(Rate, SMALL, SMALL)), triples(st.one_of(FLOATS, st.lists(HUGE, max_size=8)).map(Total.of)))
def test_sums_are_lawful(rates, totals):
    """Rates over whole exposures and exact totals, also of floats, are monoids."""
    check_monoid(rates, empty=Rate.empty())
    check_monoid(totals, empty=Total.empty())


@examples(150)
@given(triples(st.lists(st.tuples(st.one_of(SMALL, HUGE), SMALL, st.integers(0, 3)), max_size=8)))
def test_ratios_are_lawful(rows):
    """Ratios with their cluster moments are monoids, also where products leave 64 bits."""
    parts = [Ratio.of([a for a, _, _ in part], [b for _, b, _ in part], clusters=[c for _, _, c in part]) for part in rows]
    check_monoid(parts, empty=Ratio.empty())


@examples(120)
@given(triples(st.one_of(FLOATS, st.lists(HUGE, max_size=8)).map(Sketch.of)))
def test_sketches_are_lawful(sketches):
    """Sketches of one relative error are monoids."""
    check_monoid(sketches, empty=Sketch.empty())


@examples(60)
@given(triples(ROWS), st.booleans())
def test_durations_are_lawful(parts, judged):
    """Summaries are monoids, with targets and without, and curves made of their tables too."""
    summaries = [durations(part, target=7 if judged else None) for part in parts]
    check_monoid(summaries, empty=Durations.empty())
    check_monoid([KaplanMeier(summary.table) for summary in summaries], empty=KaplanMeier(Durations.empty().table))
    check_monoid([summary.table for summary in summaries], empty=Durations.empty().table)


@examples(60)
@given(triples(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["a", "b", None]), st.integers(0, 12)), max_size=10)), st.booleans())
def test_curves_with_late_entries_are_lawful(parts, halves):
    """Tables with late entries, in whole numbers or floats, are monoids of any causes."""
    tables = []
    for part in parts:
        rows = [(time, cause, min(entry, time - 1) if time else 0) for time, cause, entry in part]
        unit = 0.5 if halves else 1
        codes = np.array([("a", "b", None).index(cause) for _, cause, _ in rows], dtype=np.int64)
        tables.append(LifeTable.of([t * unit for t, _, _ in rows], codes, causes=("a", "b"), entry=[e * unit for _, _, e in rows]))
    check_monoid(tables, empty=LifeTable.empty(causes=("a", "b")))
    check_monoid([AalenJohansen(table) for table in tables], empty=AalenJohansen.empty(causes=("a", "b")))


@examples(150)
@given(ROWS, st.integers(0, 25))
def test_the_sum_of_two_parts_is_the_whole(rows, cut):
    """Splitting rows anywhere and adding the summaries gives the summary of all rows, down to the last count."""
    assert durations(rows[:cut]) + durations(rows[cut:]) == durations(rows)
    assert durations(rows[:cut], target=7) + durations(rows[cut:], target=7) == durations(rows, target=7)
    times = [time for time, _ in rows]
    over = [end == "finished" for _, end in rows]
    assert kaplan_meier(times[:cut], over[:cut]) + kaplan_meier(times[cut:], over[cut:]) == kaplan_meier(times, over)
    assert Total.of(times[:cut]) + Total.of(times[cut:]) == Total.of(times)
    assert Sketch.of(times[:cut]) + Sketch.of(times[cut:]) == Sketch.of(times)
    assert Ratio.of(times[:cut]) + Ratio.of(times[cut:]) == Ratio.of(times)


@examples(120)
@given(ROWS, ROWS)
def test_pooled_figures_stay_in_the_range_of_the_parts(first, second):
    """A pooled attainment lies between those of the parts, and the longest of all is the longest of either."""
    one, other = durations(first, target=9), durations(second, target=9)
    whole = one + other
    shares = [part.attainment().value for part in (one, other) if part.attainment().value is not None]
    if shares:
        assert min(shares) - 1e-12 <= whole.attainment().value <= max(shares) + 1e-12
    assert whole.max == max((part.max for part in (one, other) if part.max is not None), default=None)
    assert whole.max is None or isinstance(whole.max, timedelta)


@examples(120)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.lists(st.sampled_from(["a", "b", None]), min_size=12, max_size=12))
def test_incidences_and_what_is_open_make_one(times, causes):
    """At every duration the shares of all ends and the share not ended sum to 1."""
    curves = aalen_johansen(times, causes[: len(times)])
    for row in curves.curve():
        assert abs(sum(row[cause] for cause in curves.table.causes) + row["open"] - 1) < 1e-12
