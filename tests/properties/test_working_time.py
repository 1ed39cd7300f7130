"""Working time against the naive oracle, and the laws that it must obey."""

import math
from bisect import bisect_left
from itertools import pairwise
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slakit.errors import ScheduleError
from tests.oracle_time import MICRO, Flags, offset
from tests.profiles import examples
from tests.strategies_time import ALIASES, CHANGES, LONG_AGO, build, handed_over, one_zone, schedules, spellings, window, zone_of

HOUR = 3_600 * MICRO
NAT = -(2**63)


def offsets_and_changes(zone, lo, hi):
    """What clocks stand on between two seconds: the offsets, and the seconds at which they change."""
    found = []
    for earlier, later in pairwise([*range(lo, hi, 43_200), hi]):
        old, new = offset(zone, earlier), offset(zone, later)
        found += [old, new]
        if old != new:
            found.append(earlier + bisect_left(range(earlier, later), True, key=lambda second, old=old: offset(zone, second) != old))
    return found


@st.composite
def situations(draw, changes, step=900, days=2):
    """A schedule, its flags around a clock change, and instants of that window (many at edges)."""
    zone = draw(st.sampled_from(sorted(changes)))
    lo, hi, day = window(draw(st.sampled_from(changes[zone])), days)
    plain = draw(schedules(zone, day, step))
    grid = math.gcd(step, *offsets_and_changes(zone, lo, hi))
    if grid < 300:
        lo, hi = (lo + hi) // 2 - 43_200, (lo + hi) // 2 + 43_200
    flags = Flags(plain, lo, hi, grid)
    edges = sorted({edge for opening in flags.openings() for edge in opening if lo * MICRO < edge < hi * MICRO - 1})
    anywhere = st.integers(lo * MICRO, hi * MICRO - 2)
    at_edge = st.builds(lambda edge, nudge: edge + nudge, st.sampled_from(edges), st.integers(-1, 1)) if edges else anywhere
    points = draw(st.lists(st.one_of(at_edge, anywhere), min_size=2, max_size=4))
    spans = draw(st.lists(st.one_of(st.integers(0, 160).map(lambda n: n * HOUR // 4), st.integers(0, 40 * HOUR)), min_size=1, max_size=2))
    return plain, flags, points, spans


def ask(question, *arguments):
    """An answer, or None where the schedule says that it is out of reach."""
    try:
        return question(*arguments)
    except ScheduleError as error:
        if error.code != "unreachable":
            raise
        return None


def agree(given_answer, expected, lo, hi):
    """Equal, or both outside the window that the oracle knows."""
    if expected is None:
        return given_answer is None or given_answer >= hi or given_answer <= lo
    return given_answer == expected


def check(plain, flags, points, spans):
    """Every answer of the library is the oracle's."""
    schedule = build(plain)
    clock = schedule.clock
    lo, hi = flags.lo, flags.hi
    try:
        clock.read(points[0])
    except ScheduleError as error:
        if error.code != "never_open" or any(flags.open):
            raise
        return
    assert clock.openings_us(lo, hi) == flags.openings()
    for a in points:
        assert clock.is_open_us(a) == flags.is_open(a)
        assert agree(ask(clock.next_open_us, a), flags.next_open(a), lo, hi)
        assert agree(ask(clock.next_close_us, a), flags.next_close(a), lo, hi)
        assert agree(ask(clock.previous_close_us, a), flags.previous_close(a), lo, hi)
        for b in points:
            assert clock.elapsed_us(a, b) == flags.elapsed(a, b)
        for span in spans:
            assert agree(ask(clock.due_at_us, a, span), flags.due_at(a, span), lo, hi)
            assert agree(ask(clock.met_until_us, a, span), flags.met_until(a, span), lo, hi)
            assert agree(ask(clock.start_by_us, a, span), flags.start_by(a, span), lo, hi)


@examples(5_000)
@given(situations(CHANGES))
def test_every_answer_is_the_oracles(situation):
    """Openings, edges, elapsed time and deadlines equal those of a walk over flags, around every kind of clock change."""
    check(*situation)


@examples(100)
@given(situations(LONG_AGO))
def test_every_answer_is_the_oracles_long_ago(situation):
    """So they do where days were skipped, offsets had odd minutes, and beyond the last tabulated transition."""
    check(*situation)


@examples(80)
@given(st.data())
def test_every_answer_is_the_oracles_to_the_second(data):
    """So they do with hours to the second, one flag a second over an hour about the change."""
    zone = data.draw(st.sampled_from(sorted(CHANGES)))
    lo, hi, day = window(data.draw(st.sampled_from(CHANGES[zone])), 1)
    middle = (lo + hi) // 2
    plain = data.draw(schedules(zone, day, 1))
    flags = Flags(plain, middle - 1_800, middle + 1_800, 1)
    points = data.draw(st.lists(st.integers(flags.lo, flags.hi - 1), min_size=2, max_size=3))
    check(plain, flags, points, [data.draw(st.integers(0, HOUR))])


@examples(150)
@given(situations(CHANGES, days=4))
def test_working_days_are_the_oracles(situation):
    """A date is a working day exactly if some second is open by that date's hours."""
    plain, flags, _, _ = situation
    if one_zone(plain) and any(flags.open):
        days = build(plain)
        for day, worked in flags.working_days(zone_of(plain)).items():
            assert days.is_working_day(day) == worked


@examples(200)
@given(st.data())
def test_a_hand_over_goes_by_what_the_parts_say_not_how(data):
    """However each part is written, the same seconds are open about the hand-over, and the same dates are working days."""
    zone = data.draw(st.sampled_from(sorted(ALIASES)))
    lo, hi, day = window(data.draw(st.sampled_from(CHANGES[zone])), 5)
    plain = data.draw(handed_over(zone, day, 900))
    written = {"effective": [(date, data.draw(st.sampled_from([part, *spellings(part)]))) for date, part in plain["effective"]]}
    flags, one, other = Flags(plain, lo, hi, 900), build(plain), build(written)
    assert ask_openings(one, flags.lo, flags.hi) == ask_openings(other, flags.lo, flags.hi) == flags.openings()
    if any(flags.open):
        for date, worked in flags.working_days(zone).items():
            assert one.is_working_day(date) == other.is_working_day(date) == worked


@examples(150)
@given(situations(CHANGES))
def test_segments_cover_and_agree(situation):
    """Labelled stretches follow one another without a gap, and the open ones are the openings."""
    plain, flags, _, _ = situation
    stretches = build(plain).stretches_us(flags.lo, flags.hi)
    assert [stretches[0].start, stretches[-1].end] == [flags.lo, flags.hi]
    assert all(one.end == other.start for one, other in pairwise(stretches))
    merged = []
    for one in stretches:
        if one.open and merged and merged[-1][1] == one.start:
            merged[-1] = (merged[-1][0], one.end)
        elif one.open:
            merged.append((one.start, one.end))
    assert merged == flags.openings()


@examples(150)
@given(situations(CHANGES))
def test_arrays_answer_as_scalars(situation):
    """Each array answer is the scalar one, NaT stands where the scalar is out of reach, and NaT stays NaT."""
    plain, flags, points, spans = situation
    if not any(flags.open):
        return
    clock = build(plain).clock
    at = np.array([*points, NAT], np.int64)
    span = spans[0]

    def scalars(question, *more):
        return [NAT if (answer := ask(question, int(point), *more)) is None else answer for point in points] + [NAT]

    def alike():
        assert clock.read_array(at).tolist() == scalars(clock.read)
        assert clock.elapsed_array(at, at[::-1]).tolist() == [
            NAT,
            *(clock.elapsed_us(a, b) for a, b in zip(points[1:], points[:0:-1], strict=True)),
            NAT,
        ]
        assert clock.due_at_array(at, span).tolist() == scalars(clock.due_at_us, span)
        assert clock.met_until_array(at, span).tolist() == scalars(clock.met_until_us, span)
        assert clock.start_by_array(at, span).tolist() == scalars(clock.start_by_us, span)

    alike()
    with patch("slakit.clock.vector.SMALL", 0), patch("slakit.clock.vector.CHUNK", 2):  # by the tables of large arrays, in parts
        alike()
    assert clock.next_open_array(at).tolist() == scalars(clock.next_open_us)
    assert clock.next_close_array(at).tolist() == scalars(clock.next_close_us)
    assert clock.previous_close_array(at).tolist() == scalars(clock.previous_close_us)
    assert clock.vector.is_open(at[:-1]).tolist() == [clock.is_open_us(point) for point in points]


@examples(150)
@given(situations(CHANGES))
def test_elapsed_adds_up(situation):
    """elapsed(a, b) + elapsed(b, c) = elapsed(a, c), and swapping the ends changes the sign."""
    plain, flags, points, _ = situation
    if any(flags.open):
        clock = build(plain).clock
        a, b, c = points[0], points[1], points[-1]
        assert clock.elapsed_us(a, b) + clock.elapsed_us(b, c) == clock.elapsed_us(a, c)
        assert clock.elapsed_us(a, b) == -clock.elapsed_us(b, a)


@examples(150)
@given(situations(CHANGES))
def test_deadlines_are_inverses(situation):
    """Both Galois laws: due_at <= t iff elapsed >= span, and t <= met_until iff elapsed <= span."""
    plain, flags, points, spans = situation
    if not any(flags.open):
        return
    clock = build(plain).clock
    start = min(points)
    for span in spans:
        due, until = ask(clock.due_at_us, start, span), ask(clock.met_until_us, start, span)
        for t in points:
            passed = clock.elapsed_us(start, t)
            assert (due is not None and due <= t) == (passed >= span)
            assert (until is None or t <= until) == (passed <= span)


@examples(150)
@given(situations(CHANGES))
def test_start_by_is_the_latest(situation):
    """From start_by the span fits before the end, and a microsecond later it does not."""
    plain, flags, points, spans = situation
    if not any(flags.open):
        return
    clock = build(plain).clock
    for end in points:
        for span in spans:
            latest = ask(clock.start_by_us, end, span)
            if latest is not None:
                assert latest <= end
                assert clock.elapsed_us(latest, end) >= span
                assert latest == end or clock.elapsed_us(latest + 1, end) < span


@examples(100)
@given(situations(CHANGES), situations(CHANGES))
def test_de_morgan(one, other):
    """Always minus the union is the intersection of the complements, and the other way round."""
    from slakit import Schedule

    flags = one[1]
    a, b, every = build(one[0]), build(other[0]), Schedule.always()
    for left, right in ((every - (a | b), (every - a) & (every - b)), (every - (a & b), (every - a) | (every - b))):
        opened = [ask_openings(schedule, flags.lo, flags.hi) for schedule in (left, right)]
        assert opened[0] == opened[1]


def ask_openings(schedule, lo, hi):
    """Openings, none where the schedule is never open."""
    try:
        return schedule.clock.openings_us(lo, hi)
    except ScheduleError as error:
        if error.code != "never_open":
            raise
        return []


@examples(100)
@given(situations(CHANGES), st.integers(-3, 3))
def test_a_holiday_never_lengthens(situation, offset):
    """With one more holiday no stretch of time has more open time."""
    plain, flags, points, _ = situation
    if "week" not in plain or not any(flags.open):
        return
    from datetime import timedelta

    from tests.oracle_time import wall

    day = wall(plain["tz"], points[0] // MICRO).date() + timedelta(days=offset)
    more = {**plain, "holidays": {**plain["holidays"], day: "one more"}}
    before, after = build(plain).clock, build(more)
    a, b = min(points), max(points)
    passed = sum(end - start for start, end in ask_openings(after, a, b))
    assert passed <= before.elapsed_us(a, b)


@examples(100)
@given(situations(CHANGES))
def test_plain_data_round_trips(situation):
    """from_dict(to_dict(s)) equals s, whatever s is made of."""
    from slakit import Schedule

    schedule = build(situation[0])
    assert Schedule.from_dict(schedule.to_dict()) == schedule
