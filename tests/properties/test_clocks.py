"""Laws of the clocks: two interpreters and an oracle agree, and what is finished stays."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from slakit import Exclusion, ScheduleBy, SlakitError, measure, metrics
from slakit.errors import MetricError
from slakit.events.life import life
from slakit.measure import program_of
from slakit.runs import Run
from slakit.timeline import Walk, advance
from tests.oracle import Oracle
from tests.oracle_rows import Window, value_at
from tests.profiles import examples
from tests.strategies import START, STATUSES, as_ofs, event_rows, log_of
from tests.strategies_clocks import (
    CATALOGUE,
    SCHEDULES,
    any_schedules,
    clock_rows,
    known_until,
    merging_rows,
    metrics_of_ones_own,
    schedules,
    several_exclusions,
)  # fmt: skip

MICRO = timedelta(microseconds=1)
ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
WINDOW = Window(START - timedelta(days=1))
PLAIN = (
    ("always", "UTC", {day: [(0, 86_400)] for day in range(7)}, ()),
    ("office", "Europe/Berlin", {day: [(32_400, 61_200)] for day in range(5)}, ()),
    ("tehran", "Asia/Tehran", {day: [(28_800, 57_600)] for day in (5, 6, 0, 1, 2)} | {3: [(28_800, 43_200)]}, ("2026-03-28",)),
    ("odd", "Europe/Berlin", {0: [(79_200, 108_000)], 3: [(32_400, 45_000), (48_600, 64_800)], 6: [(0, 86_400)]}, ()),
)
"""The schedules of `tests.strategies_clocks.SCHEDULES` in the words of the oracle."""
some_metrics = st.lists(st.sampled_from(CATALOGUE), min_size=1, max_size=3, unique=True)
all_metrics = list(CATALOGUE)


def at(us):
    """An instant in us as an aware datetime."""
    return ORIGIN + us * MICRO


def rows_of(cycles):
    """The rows of a table of cycles, each as a dictionary."""
    table = cycles.to_dict() | {"removed": [row.removed for row in cycles]}
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def outcome(log, wanted, **how):
    """What a measurement comes to: its rows, sentence, size and findings, or its error."""
    try:
        cycles = measure(log, wanted, **how)
    except SlakitError as error:
        return type(error), error.code, str(error)
    return cycles.to_dict(), rows_of(cycles), repr(cycles), len(cycles), cycles.findings


@st.composite
def metrics_drawn(draw):
    """Some clocks of the catalogue, and up to two of one's own."""
    own = []
    for number in range(draw(st.integers(0, 2))):
        try:
            own.append(draw(metrics_of_ones_own(f"mine{number}")))
        except MetricError:
            continue
    return [*draw(some_metrics), *own]


@examples(5000)
@given(
    event_rows(max_size=12),
    as_ofs(),
    metrics_drawn(),
    any_schedules,
    several_exclusions,
    st.sampled_from((("agent",), ("agent", "bot"))),
    st.booleans(),
)
def test_both_interpreters_give_the_same(  # noqa: PLR0917 - what is drawn
    rows, until, wanted, schedule, exclusions, responders, columns
):
    """Objects and columns agree on any log in every value, finding and error, whatever the clocks, hours and exclusions."""
    log = log_of(rows, columns=columns)
    how = {"schedule": schedule, "as_of": at(until), "exclusions": exclusions, "responders": responders}
    assert outcome(log, wanted, engine="object", **how) == outcome(log, wanted, engine="column", **how)


@examples(600)
@given(merging_rows(), known_until, schedules)
def test_both_interpreters_take_merges_alike(rows, until, schedule):
    """Objects and columns agree where tickets are merged."""
    log = log_of(rows)
    how = {"schedule": schedule, "as_of": until}
    assert outcome(log, all_metrics, engine="object", **how) == outcome(log, all_metrics, engine="column", **how)


@examples(800)
@given(
    st.one_of(clock_rows(), merging_rows()),
    known_until,
    some_metrics,
    st.sampled_from(range(len(SCHEDULES))),
    st.sampled_from(("object", "column")),
    st.sampled_from((("agent",), ("agent", "bot"))),
    st.one_of(st.none(), st.tuples(st.integers(0, 30 * 3600), st.integers(1, 40_000), st.sampled_from((None, "gold")))),
)
def test_the_oracle_finds_the_same_cycles(  # noqa: PLR0917 - what is drawn
    rows, until, wanted, number, engine, responders, outage
):
    """Counting flags second by second gives every cycle of the catalogue with the same spans, cause, phase, agent and team."""
    given_exclusions = []
    if outage is not None:
        begins, lasts, tier = outage
        start = START + timedelta(seconds=begins)
        given_exclusions = [Exclusion(start, start + timedelta(seconds=lasts), "outage", when=None if tier is None else {"tier": tier})]
    how = {"schedule": SCHEDULES[number], "as_of": until, "engine": engine, "responders": responders, "exclusions": given_exclusions}
    found = [seconds(row) for row in rows_of(measure(log_of(rows), wanted, **how))]
    oracle = Oracle(rows, STATUSES, until, WINDOW, responders)
    open_flags = WINDOW.open(*PLAIN[number])

    def excluded(life):
        flags = oracle.own_exclusions(life)
        if outage is not None:
            begins, lasts, tier = outage
            second = begins + 86_400
            if tier is None or value_at(life, "tier", second=second) == tier:
                flags |= (1 << second + lasts) - (1 << second)
        return flags

    expected = [row for name in wanted for row in oracle.cycles(name, lambda *_: open_flags, excluded)]
    assert [{key: row[key] for key in expected[0]} if expected else row for row in found] == expected


@examples(300)
@given(clock_rows(max_events=7), known_until, some_metrics, st.sampled_from(("last", "sum")), st.booleans())
def test_the_oracle_follows_a_schedule_that_changes(rows, until, wanted, on_change, columns):
    """With a schedule by priority the last in force counts for the whole cycle, or each stretch on its own."""
    by = {"low": 1, "urgent": 0}
    schedule = ScheduleBy("priority", {name: SCHEDULES[number] for name, number in by.items()}, default=SCHEDULES[2], on_change=on_change)
    found = [
        seconds(row)
        for row in rows_of(
            measure(log_of(rows, columns=columns), wanted, schedule=schedule, as_of=until, engine="column" if columns else "object")
        )
    ]
    oracle = Oracle(rows, STATUSES, until, WINDOW)

    def flags_of(value):
        return WINDOW.open(*PLAIN[by.get(value, 2)])

    def flags(life, stop_row):
        if on_change == "last":
            return flags_of(value_at(life, "priority", row=stop_row))
        changes = [row for row in life if row.kind == "field" and row.keys["field"] == "priority"]
        spans = zip([life[0], *changes], [row.at for row in changes] + [10 * 86_400], strict=True)
        total, begun = 0, 0
        for row, ends in spans:
            total |= flags_of(value_at(life, "priority", row=row)) & ((1 << ends) - (1 << begun) if ends > begun else 0)
            begun = max(begun, ends)
        return total

    expected = [row for name in wanted for row in oracle.cycles(name, flags, oracle.own_exclusions)]
    assert [{key: row[key] for key in expected[0]} if expected else row for row in found] == expected


def seconds(row):
    """A row with its instants as seconds of the oracle's window."""
    stopped = None if row["stopped_at"] is None else WINDOW.second(row["stopped_at"])
    return row | {"started": WINDOW.second(row["started_at"]), "stopped": stopped}


@examples(500)
@given(event_rows(max_size=12), as_ofs(), metrics_drawn(), any_schedules, st.sampled_from(("object", "column")))
def test_as_of_is_the_log_cut_there(rows, until, wanted, schedule, engine):
    """The answer as of an instant is the answer of the log without the later rows."""
    cut = [row for row in rows if datetime.fromisoformat(row["at"]) <= at(until)]
    how = {"schedule": schedule, "as_of": at(until), "engine": engine}
    assert outcome(log_of(rows), wanted, **how)[:4] == outcome(log_of(cut), wanted, **how)[:4]


@examples(600)
@given(
    st.one_of(clock_rows(), merging_rows()), known_until, known_until, metrics_drawn(), any_schedules, st.sampled_from(("object", "column"))
)
def test_the_future_does_not_change_what_is_finished(  # noqa: PLR0917 - what is drawn
    rows, one, other, wanted, schedule, engine
):
    """Cycles finished as of an instant stand as they are in the answer of every later one, except whether their ticket counts."""
    earlier, later = sorted((one, other))
    log = log_of(rows)
    then, now = (
        {
            (row["ticket"], row["metric"], row["ordinal"]): row
            for row in rows_of(measure(log, wanted, schedule=schedule, as_of=until, engine=engine))
        }
        for until in (earlier, later)
    )
    for key, row in then.items():
        if row["stopped_at"] is not None:
            assert now[key] | {"removed": None} == row | {"removed": None}
        elif row["metric"] not in {"first_response", "first_response.pausable", "next_response"}:
            assert now[key]["started_at"] == row["started_at"]
            assert now[key]["wall_us"] >= row["wall_us"]


@examples(300)
@given(clock_rows(), known_until, some_metrics, schedules, st.randoms(use_true_random=False))
def test_the_order_of_rows_matters_only_in_ties(rows, until, wanted, schedule, shuffler):
    """Shuffled rows give the same cycles, where no two events of a ticket share instant, seq and class."""
    log = log_of(rows)
    for ticket in log.tickets:
        keys = [event.order for event in log.events_of(ticket)]
        assume(len(keys) == len(set(keys)))
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    how = {"schedule": schedule, "as_of": until}
    assert outcome(log, wanted, **how) == outcome(log_of(shuffled), wanted, **how)
    assert outcome(log, wanted, **how)[:4] == outcome(log_of(shuffled, columns=True), wanted, **how)[:4]


@examples(300)
@given(clock_rows(merging=False), known_until, some_metrics, any_schedules, st.sampled_from(("object", "column")))
def test_shards_by_ticket_add_up(rows, until, wanted, schedule, engine):
    """Measuring every ticket in a log of its own gives the rows of the whole, in the whole's order."""
    how = {"schedule": schedule, "as_of": until, "engine": engine}
    shards = defaultdict(list)
    for row in rows:
        shards[row["ticket"]].append(row)
    parts = [row for ticket in sorted(shards) for row in rows_of(measure(log_of(shards[ticket]), wanted, **how))]
    whole = rows_of(measure(log_of(rows), wanted, **how))
    rank = {name: number for number, name in enumerate(wanted)}
    assert sorted(parts, key=lambda row: rank[row["metric"]]) == whole


@examples(300)
@given(
    clock_rows(),
    known_until,
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30_000)), min_size=1, max_size=3),
    schedules,
    st.booleans(),
)
def test_an_internal_note_changes_nothing(rows, until, notes, schedule, columns):
    """Notes of an agent anywhere after creation change no cycle of the catalogue."""
    named = [row | {"id": f"e{number}"} for number, row in enumerate(rows)]
    more = []
    for number, later in notes:
        row = named[number % len(named)]
        when = datetime.fromisoformat(row["at"]) + timedelta(seconds=later)
        more.append({"ticket": row["ticket"], "at": when.isoformat(), "kind": "note", "role": "agent", "actor": "amir", "seq": 3})
    how = {"schedule": schedule, "as_of": until, "engine": "column" if columns else "object"}
    assume(all(datetime.fromisoformat(row["at"]) > START or row["kind"] != "note" for row in more))
    plain = rows_of(measure(log_of(named), all_metrics, **how))
    assert rows_of(measure(log_of(named + more), all_metrics, **how)) == plain


@examples(300)
@given(clock_rows(), known_until, st.booleans())
def test_the_six_stays_partition_a_life(rows, until, columns):
    """Stays in the six categories follow each other from creation to the end without gap or overlap."""
    wanted = list(metrics.TIME_IN.values())
    cycles = measure(log_of(rows), wanted, schedule=SCHEDULES[0], as_of=until, engine="column" if columns else "object")
    by_ticket = defaultdict(list)
    for row in rows_of(cycles):
        by_ticket[row["ticket"]].append(row)
    for ticket, stays in by_ticket.items():
        life = [row for row in rows if row["ticket"] == ticket]
        born = min(datetime.fromisoformat(row["at"]) for row in life)
        gone = [datetime.fromisoformat(row["at"]) for row in life if row["kind"] in {"merged", "spam", "deleted"}]
        ends = min([until, *gone])
        assert sum(row["wall_us"] for row in stays) == (ends - born) // MICRO
        spans = sorted((row["started_at"], row["stopped_at"] or until) for row in stays)
        assert spans[0][0] == born
        assert spans[-1][1] == ends
        assert all(one[1] == other[0] for one, other in pairwise(spans))


@examples(300)
@given(clock_rows(merging=False), known_until, schedules, st.booleans())
def test_queue_and_delivery_make_total_resolution(rows, until, schedule, columns):
    """On a ticket with one episode that somebody took up, queue and delivery sum to the total, in every clock and by the wall."""
    log = log_of(rows)
    cycles = measure(
        log, ["queue", "service_delivery", "total_resolution"], schedule=schedule, as_of=until, engine="column" if columns else "object"
    )
    by_ticket = defaultdict(lambda: defaultdict(list))
    for row in rows_of(cycles):
        by_ticket[row["ticket"]][row["metric"]].append(row)
    for found in by_ticket.values():
        if len(found["total_resolution"]) != 1 or not found["queue"] or found["queue"][0]["phase"] != "stopped":
            continue
        (queue,), (delivery,), (total,) = found["queue"], found["service_delivery"], found["total_resolution"]
        assert queue["stopped_at"] == delivery["started_at"]
        for span in ("elapsed_us", "wall_us", "excluded_us"):
            assert queue[span] + delivery[span] == total[span]


@examples(300)
@given(clock_rows(), known_until, metrics_drawn(), schedules, several_exclusions)
def test_spans_add_up(rows, until, wanted, schedule, exclusions):
    """Elapsed, paused and excluded sum to the schedule's own elapsed time from start to end, and none is negative."""
    for row in rows_of(measure(log_of(rows), wanted, schedule=schedule, as_of=until, exclusions=exclusions)):
        ends = row["stopped_at"] or until
        parts = (row["elapsed_us"], row["paused_us"], row["excluded_us"])
        assert sum(parts) == schedule.elapsed(row["started_at"], ends) // MICRO
        assert min(parts) >= 0
        assert row["wall_us"] == (ends - row["started_at"]) // MICRO
        assert row["accumulated_us"] >= row["elapsed_us"]


def every(walk):
    """All that a walk knows, as plain values."""
    told = {name: getattr(walk, name) for name in Walk.__slots__ if name != "runs"}
    runs = [[{name: getattr(run, name) for name in Run.__slots__} for run in each] for each in walk.runs]
    return told | {"runs": runs}


@examples(500)
@given(clock_rows(max_tickets=1, max_events=14), metrics_drawn(), st.data())
def test_a_walk_that_stops_and_goes_on_is_the_walk_at_once(rows, clocks, data):
    """Wherever it stops, and whatever a copy of it does meanwhile: the same states, cycles, marks and registers."""
    program = program_of(clocks)
    events = life(next(iter(log_of(rows).by_ticket().values())), 2**62)
    whole, paused = (Walk(len(program.metrics), frozenset({"tier"})) for _ in range(2))
    advance(program, whole, events)
    cut = data.draw(st.integers(1, len(events)))
    advance(program, paused, events[:cut])
    aside = paused.copy()
    before = repr(every(aside))
    advance(program, paused, events[cut:])
    assert every(paused) == every(whole)
    assert repr(every(aside)) == before
    for event in events[cut:]:
        advance(program, aside, [event])
    assert every(aside) == every(whole)
