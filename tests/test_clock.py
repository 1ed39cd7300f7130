"""The compiled clock: a horizon that grows, and tables that answer as a search does."""

import subprocess
import sys
import threading
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from slakit._time import instant
from slakit.clock import BusinessClock, ClockSet
from slakit.clock.business import END, FIRST, ORIGIN
from slakit.clock.table import CHUNK, EdgeTable, Room
from slakit.errors import ScheduleError

HOUR = 3_600_000_000
DAY = 24 * HOUR
NAT = -(2**63)


class Source:
    """Open from 9 to 17 UTC on every day but each seventh; remembers what it was asked."""

    def __init__(self, *, first=FIRST, last=END):
        """Open only between two instants."""
        self.first, self.last, self.asked = first, last, []

    def __call__(self, lo, hi):
        """The open time of a span."""
        self.asked.append((lo, hi))
        days = range((max(lo, self.first)) // DAY, min(hi, self.last) // DAY + 1)
        spans = ((max(day * DAY + 9 * HOUR, lo, self.first), min(day * DAY + 17 * HOUR, hi, self.last)) for day in days if day % 7)
        return [(start, end) for start, end in spans if start < end]


def test_nothing_is_compiled_twice():
    """However the questions jump, each span of the horizon is asked for once, and readings stay what they were."""
    source = Source()
    clock = BusinessClock(source)
    points = [ORIGIN + days * DAY for days in (10, 4_000, -4_000, 9_000, -20_000, 30_000)]
    readings = [clock.read(point) for point in points]
    for span in (1_000, 10**6):
        clock.due_at_us(points[0], span * HOUR // 10)
    assert [clock.read(point) for point in points] == readings
    asked = sorted(source.asked)
    assert all(hi == lo for (_, hi), (lo, _) in pairwise(asked))


def test_readings_count_from_the_year_asked_for_first():
    """R is zero where the year of the first instant begins; a day later it is 8 h, a day earlier minus 8 h (both days are worked)."""
    clock = BusinessClock(Source())
    assert [clock.read(ORIGIN + step * DAY) // HOUR for step in (0, 1, -1)] == [0, 8, -8]
    for year in (1900, 2025, 2026, 2200):
        clock = BusinessClock(Source())
        clock.read(instant(f"{year}-12-31T23:59:59Z"))
        assert clock.read(instant(f"{year}-01-01T00:00Z")) == 0


def test_few_years_are_compiled():
    """A question of 2040 does not compile the years before 2039, nor those after 2040."""
    clock = BusinessClock(Source())
    at = instant("2040-06-01T00:00Z")
    clock.read(at)
    assert instant("2039-12-01T00:00Z") < clock.reading.lo < clock.reading.hi < instant("2041-01-01T00:00Z")
    clock.read(at - 366 * DAY)
    assert instant("2037-12-01T00:00Z") < clock.reading.lo


def test_a_desk_that_is_closed_for_a_season_compiles_few_years():
    """Asked in January, a clock that opens in June or in the year after need not read three centuries to find out."""
    for opens in ("2026-06-01T00:00Z", "2027-02-01T00:00Z"):
        source = Source(first=instant(opens))
        clock = BusinessClock(source)
        assert clock.due_at_us(instant("2026-01-05T00:00Z"), 8 * HOUR) > instant(opens)
        assert clock.reading.hi - clock.reading.lo < 6 * 366 * DAY


def test_that_there_is_open_time_is_plain_after_a_few_weeks():
    """Only where a few weeks are closed is the horizon searched, to its ends."""
    plain, late, never = Source(), Source(first=ORIGIN + 100 * 365 * DAY), Source(first=END)
    BusinessClock(plain).require_open()
    assert all(hi - lo <= 28 * DAY for lo, hi in plain.asked)
    BusinessClock(late).require_open()
    with pytest.raises(ScheduleError) as caught:
        BusinessClock(never).require_open()
    assert caught.value.code == "never_open"


def test_open_time_that_crosses_the_seams():
    """An always open clock stays one stretch however its horizon grew."""
    clock = BusinessClock(lambda lo, hi: [(lo, hi)])
    for days in (1, 3_000, -3_000, 9_000, -9_000):
        clock.read(ORIGIN + days * DAY)
    assert len(clock.reading.starts) == 2
    assert clock.elapsed_us(ORIGIN - 9_000 * DAY, ORIGIN + 9_000 * DAY) == 18_000 * DAY
    with pytest.raises(ScheduleError) as caught:
        clock.previous_close_us(FIRST)
    assert caught.value.code == "unreachable"


def test_hours_that_began_and_end():
    """Forward and backward searches grow to the end of the horizon and say that there is nothing."""
    clock = BusinessClock(Source(first=ORIGIN + 100 * DAY, last=ORIGIN + 200 * DAY))
    before, after = ORIGIN, ORIGIN + 300 * DAY
    for ask in (
        lambda: clock.next_open_us(after),
        lambda: clock.next_close_us(after),
        lambda: clock.previous_close_us(before),
        lambda: clock.due_at_us(after, 1),
        lambda: clock.met_until_us(after, 0),
        lambda: clock.met_until_us(before, -1),
        lambda: clock.start_by_us(before, 1),
    ):
        with pytest.raises(ScheduleError) as caught:
            ask()
        assert caught.value.code == "unreachable"
    assert clock.elapsed_us(before, after) == clock.elapsed_us(ORIGIN - 9_000 * DAY, ORIGIN + 9_000 * DAY)
    assert clock.start_by_us(after, 0) == after
    early = np.array([before, after, NAT], np.int64)
    assert clock.next_open_array(early).tolist() == [clock.next_open_us(before), NAT, NAT]
    assert clock.previous_close_array(early).tolist() == [NAT, clock.previous_close_us(after), NAT]
    assert clock.next_close_array(early).tolist() == [clock.next_close_us(before), NAT, NAT]
    assert clock.due_at_array(early, 1).tolist() == [clock.due_at_us(before, 1), NAT, NAT]
    assert clock.start_by_array(early, 1).tolist() == [NAT, clock.start_by_us(after, 1), NAT]
    assert clock.met_until_array(early, -1).tolist() == [NAT, clock.met_until_us(after, -1), NAT]


def random_points(size, years=12):
    """Instants over some years around the origin, with a few on edges."""
    rng = np.random.default_rng(size)
    points = ORIGIN + rng.integers(-years * 365 * DAY, years * 365 * DAY, size)
    points[::7] = points[::7] // DAY * DAY + 9 * HOUR
    points[1::7] = points[1::7] // DAY * DAY + 17 * HOUR
    return points


@pytest.mark.parametrize("size", [1, 100, CHUNK + 5_000])
def test_large_arrays_answer_as_scalars(size):
    """Beyond a chunk the bucket tables answer; a sample is compared with the scalars."""
    clock = BusinessClock(Source())
    at = random_points(size)
    spans = np.random.default_rng(1).integers(-HOUR, 300 * HOUR, size)
    sample = range(0, size, max(1, size // 500))
    for vector, scalar in (
        (clock.due_at_array(at, spans), clock.due_at_us),
        (clock.met_until_array(at, spans), clock.met_until_us),
        (clock.start_by_array(at, spans), clock.start_by_us),
    ):
        assert [int(vector[n]) for n in sample] == [scalar(int(at[n]), int(spans[n])) for n in sample]
    read = clock.read_array(at)
    assert [int(read[n]) for n in sample] == [clock.read(int(at[n])) for n in sample]
    elapsed = clock.elapsed_array(at, at[::-1])
    assert [int(elapsed[n]) for n in sample] == [clock.elapsed_us(int(at[n]), int(at[size - 1 - n])) for n in sample]


@pytest.mark.parametrize("part", [1, 7, 4_000])
def test_parts_meet_without_a_seam(monkeypatch, part):
    """Missing places at the borders of parts, whole parts that are missing, and a horizon that grows from part to part change no answer."""
    monkeypatch.setattr("slakit.clock.vector.CHUNK", part)
    monkeypatch.setattr("slakit.clock.vector.SMALL", 5)
    at = np.sort(random_points(700, years=30))
    at = at[np.argsort(np.abs(at - ORIGIN))]
    spans = np.random.default_rng(1).integers(-HOUR, 300 * HOUR, len(at))
    at[::7], spans[6::7], at[140:168] = NAT, NAT, NAT
    at[-part:] = NAT
    end = np.roll(at, 3)
    clock, scalars = BusinessClock(Source()), BusinessClock(Source())
    for vector, scalar, other in (
        (clock.elapsed_array, scalars.elapsed_us, end),
        (clock.due_at_array, scalars.due_at_us, spans),
        (clock.met_until_array, scalars.met_until_us, spans),
        (clock.start_by_array, scalars.start_by_us, spans),
    ):
        pairs = zip(at.tolist(), other.tolist(), strict=True)
        assert vector(at, other).tolist() == [NAT if NAT in pair else scalar(*pair) for pair in pairs]
    apart = clock.read(ORIGIN) - scalars.read(ORIGIN)
    assert clock.read_array(at).tolist() == [NAT if us == NAT else scalars.read(us) + apart for us in at.tolist()]


@pytest.mark.parametrize("years", [1, 30, 90])
@pytest.mark.parametrize("pause", [0, 1, 45, 60 * 60 * 1_000_000])
def test_tables_of_every_size_read_as_scalars(years, pause):
    """Long pauses make few buckets, short ones many, very short ones buckets in which several stretches begin: all read alike."""

    def source(lo, hi):
        days = range(lo // DAY, -(-hi // DAY))
        noon = [day * DAY + 12 * HOUR for day in days if day % 7 != 3]
        halves = [half for at in noon for half in ((at - 3 * HOUR, at), (at + pause, at + 5 * HOUR))]
        return [(start, end) for start, end in (halves if pause else [(at - 3 * HOUR, at + 5 * HOUR) for at in noon]) if lo <= start < hi]

    clock = BusinessClock(source)
    at = np.resize(random_points(5_000, years), 5_000)
    edges = at // DAY * DAY + 12 * HOUR
    at = np.concatenate([at, edges, edges - 1, edges + pause, edges + pause - 1, edges + pause + 1])
    assert clock.read_array(at).tolist() == [clock.read(us) for us in at.tolist()]


def test_one_instant_for_many():
    """A single start, end or span goes with every element of the other array, a missing one with none."""
    clock = BusinessClock(Source())
    at = random_points(CHUNK + 3_000)
    one = int(at[5])
    for few in (np.array(one), np.array([one])):
        assert clock.elapsed_array(at, few).tolist() == (clock.read(one) - clock.read_array(at)).tolist()
        assert clock.elapsed_array(few, at).tolist() == (clock.read_array(at) - clock.read(one)).tolist()
        assert clock.due_at_array(few, at - at.min())[:50].tolist() == [clock.due_at_us(one, int(us - at.min())) for us in at[:50]]
    assert set(clock.elapsed_array(at, np.array(NAT)).tolist()) == {NAT}
    assert clock.elapsed_array(at[:6].reshape(2, 3), at[6:9]).shape == (2, 3)
    assert clock.elapsed_array(np.array(one), np.array(one)).shape == ()


def test_shapes_strides_and_nothing():
    """Any shape comes back, strided input is read as it stands, and empty or missing gives empty or missing."""
    clock = BusinessClock(Source())
    at = random_points(24).reshape(4, 6)
    assert clock.read_array(at)[1, 2] == clock.read(int(at[1, 2]))
    assert clock.read_array(at.T)[2, 1] == clock.read(int(at[1, 2]))
    assert clock.due_at_array(at[0], np.int64(HOUR)).shape == (6,)
    assert clock.read_array(np.array([], np.int64)).tolist() == clock.due_at_array(np.array([], np.int64), 5).tolist() == []
    nothing = np.array([NAT, NAT], np.int64)
    for answer in (clock.read_array(nothing), clock.due_at_array(nothing, 5), clock.next_open_array(nothing)):
        assert answer.tolist() == [NAT, NAT]
    assert clock.vector.is_open(nothing).tolist() == [False, False]
    mixed = np.array([NAT, int(at[0, 0])], np.int64)
    assert clock.read_array(mixed).tolist() == [NAT, clock.read(int(at[0, 0]))]


def test_arrays_beyond_the_horizon():
    """One instant out of 1900 to 2200 in an array raises, it is not clipped."""
    clock = BusinessClock(Source(), name="the desk")
    with pytest.raises(ScheduleError, match="the desk") as caught:
        clock.read_array(np.array([ORIGIN, END], np.int64))
    assert caught.value.code == "beyond_horizon"


def test_crowded_buckets():
    """Edges far closer than a bucket is wide are still counted one by one."""
    edges = np.sort(np.concatenate([np.arange(0, 50, 3), np.array([10**12, 10**12 + 1, 10**12 + 2, 10**13])]))
    table = EdgeTable(edges, 0, 10**13 + 1)
    assert table.rounds > 1
    numbers = np.concatenate([edges, edges - 1, edges + 1, np.array([-5, 10**13 + 5])])
    assert table.count(numbers, Room(len(numbers))).tolist() == np.searchsorted(edges, numbers, side="right").tolist()


def test_one_edge_or_none():
    """A table of a single edge, and of none, counts."""
    numbers = np.array([0, 5, 10], np.int64)
    assert EdgeTable(np.array([5]), 0, 11).count(numbers, Room(3)).tolist() == [0, 1, 1]
    assert EdgeTable(np.array([], np.int64), 0, 11).count(numbers, Room(3)).tolist() == [0, 0, 0]


def shifted(step, lo, hi):
    """The open time of `Source`, moved."""
    return [(start + step, end + step) for start, end in Source()(lo - step, hi - step)]


def clocks(count):
    """Clocks that differ in their hours and in how far they are grown."""
    found = []
    for number in range(count):
        clock = BusinessClock(partial(shifted, number * HOUR // 7))
        clock.read(ORIGIN + number * 400 * DAY)
        found.append(clock)
    return found


@pytest.mark.parametrize("count", [1, 2, 30])
@pytest.mark.parametrize("size", [10, CHUNK + 1_000])
def test_many_clocks_answer_as_each(count, size):
    """Each instant is read on the clock that its index names, also missing ones, also backwards spans."""
    many = clocks(count)
    group = ClockSet(many)
    rng = np.random.default_rng(count)
    which = rng.integers(0, count, size).astype(np.int32)
    at, spans = random_points(size), rng.integers(-HOUR, 300 * HOUR, size)
    at[3], spans[5] = NAT, NAT
    for _ in range(2):
        answers = group.read_array(which, at), group.due_at_array(which, at, spans), group.met_until_array(which, at, spans)
        for number, clock in enumerate(many):
            mine = which == number
            assert (answers[0][mine] == clock.read_array(at[mine])).all()
            assert (answers[1][mine] == clock.due_at_array(at[mine], spans[mine])).all()
            assert (answers[2][mine] == clock.met_until_array(at[mine], spans[mine])).all()


def test_many_clocks_and_nothing():
    """Without a known instant nothing is asked; a span for all is taken; a clock that ends gives NaT where it ended."""
    ended = BusinessClock(Source(last=ORIGIN + 100 * DAY))
    group = ClockSet([ended, BusinessClock(Source())])
    which = np.array([0, 1])
    assert (
        group.read_array(which, np.array([NAT, NAT])).tolist() == group.due_at_array(which, np.array([NAT, NAT]), 5).tolist() == [NAT, NAT]
    )
    at = np.array([ORIGIN + 200 * DAY] * 2)
    assert group.due_at_array(which, at, HOUR).tolist() == [NAT, group.clocks[1].due_at_us(int(at[1]), HOUR)]
    assert group.due_at_array(which, at, 0).tolist() == at.tolist()


def test_threads_may_grow_one_clock():
    """Eight threads that ask all over the centuries get what one gets."""
    points = [int(point) for point in random_points(400, years=100)]
    expected = [BusinessClock(Source()).elapsed_us(points[0], point) for point in points[:8]]
    clock = BusinessClock(Source())
    found = {}

    def ask(number):
        found[number] = [clock.read(point) for point in points[number::8]]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = {point: answer for number in found for point, answer in zip(points[number::8], found[number], strict=True)}
    assert [answers[point] - answers[points[0]] for point in points[:8]] == expected


def test_a_live_deadline_loads_no_numpy():
    """A schedule is built and asked with scalars in an interpreter that has loaded neither numpy nor pendulum."""
    program = (
        "import sys; from slakit import Schedule; desk = Schedule.weekly('mon-fri 09:00-17:00', tz='Europe/Berlin');"
        "desk.due_at('2026-01-05T10:00+01:00', '8h'); desk.segments('2026-01-05T10:00+01:00', '2026-01-06T10:00+01:00');"
        "desk.due_at('2026-01-05T10:00+01:00', '3 working days');"
        "print({'numpy', 'pendulum', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_package_has_no_other_names():
    """`slakit.clock` loads ClockSet when touched and knows nothing else."""
    import slakit.clock

    with pytest.raises(AttributeError, match="ClockSets"):
        _ = slakit.clock.ClockSets
