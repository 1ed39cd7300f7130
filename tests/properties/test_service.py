"""Laws of service metrics, and a plain walk over events that counts the same."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slakit import EventKind, EventLog, Role, Scale, Schedule, Status, measure, service
from slakit._time import instant, utc
from slakit.events.life import life
from slakit.service.credits import shared
from slakit.service.lives import lives_of
from tests.profiles import examples
from tests.strategies import STATUSES, event_rows, log_of, logs, well_formed_rows

LATE = "2027-01-01T00:00:00+00:00"
GONE = (EventKind.MERGED, EventKind.SPAM, EventKind.DELETED)
ASKED = {
    "aht": lambda log, as_of: service.aht(log, as_of=as_of, source="spans", by="agent"),
    "aht_of_work": lambda log, as_of: service.aht(log, as_of=as_of, source="work", per="agent_handle"),
    "aht_estimated": lambda log, as_of: service.aht(log, as_of=as_of, source="estimate"),
    "csat": lambda log, as_of: service.csat(log, as_of=as_of, scale="four", by=["agent", "team"]),
    "csat_of_replies": lambda log, as_of: service.csat(log, as_of=as_of, scale="four", per="rating"),
    "fcr": lambda log, as_of: service.fcr(log, as_of=as_of, by="agent"),
    "one_agent": lambda log, as_of: service.fcr(log, as_of=as_of, variant="one_agent"),
    "in_call": lambda log, as_of: service.fcr(log, as_of=as_of, variant="in_call"),
    "messages": lambda log, as_of: service.messages_per_service(log, as_of=as_of, by="team"),
    "delivery": lambda log, as_of: service.delivery_time(log, as_of=as_of, by="agent"),
    "episodes": lambda log, as_of: service.delivery_time(log, as_of=as_of, per="episode"),
    "queue": lambda log, as_of: service.queue_time(log, as_of=as_of),
    "requests": lambda log, as_of: service.requests(log, as_of=as_of, per="day", tz="Asia/Tehran", calendar="jalali"),
    "backlog": lambda log, as_of: service.backlog(log, as_of=as_of, by="agent"),
    "reopened": lambda log, as_of: service.reopen_rate(log, as_of=as_of),
    "moved": lambda log, as_of: service.transfer_rate(log, as_of=as_of),
    "handed_on": lambda log, as_of: service.transfer_rate(log, as_of=as_of, between="agents"),
    "escalated": lambda log, as_of: service.escalation_rate(log, as_of=as_of),
    "first_line": lambda log, as_of: service.first_line_rate(log, as_of=as_of),
    "self_service": lambda log, as_of: service.self_service_share(log, as_of=as_of),
    "touches": lambda log, as_of: service.touch_rate(log, as_of=as_of),
    "answer": lambda log, as_of: service.speed_of_answer(log, as_of=as_of),
    "lost": lambda log, as_of: service.abandonment(log, as_of=as_of),
    "in_time": lambda log, as_of: service.answered_within(log, as_of=as_of, within="10m"),
}
SPLIT_AGENTS = ("aht_of_work", "aht_estimated")
"""Answers whose unit is the agent: shards of tickets split it."""
asked = st.sampled_from(sorted(ASKED))


def lives(log, as_of=LATE):
    """Every ticket's life as objects."""
    return {ticket: life(log.events_of(ticket), instant(as_of)) for ticket in log.tickets}


def gone(events):
    """Whether a ticket was merged, deleted or marked as spam."""
    return any(event.kind in GONE for event in events)


def public(event, role):
    """Whether an event is a public message of a role."""
    return event.kind is EventKind.MESSAGE and event.public and event.role is role


def categories(events):
    """The status category after each event."""
    now, found = Status.NONE, []
    for event in events:
        if event.kind in {EventKind.CREATED, EventKind.STATUS}:
            now = event.category or now or Status.NEW
        found.append(now)
    return found


@examples(250)
@given(event_rows(), st.booleans())
def test_lives_as_arrays_are_lives_as_objects(rows, columns):
    """Whatever a log lacks or has twice, the arrays hold for each ticket the events that its life has as objects."""
    log = log_of(rows, columns=columns)
    found = lives_of(log, LATE)
    actors, names = found.coded("actor")
    for code, (ticket, events) in enumerate(lives(log).items()):
        part = slice(found.starts[code], found.starts[code + 1])
        assert found.tickets[code] == ticket
        told = list(zip(*(column[part].tolist() for column in (found.at, found.kind, found.role, found.category)), strict=True))
        assert told == [(event.at, event.kind, event.role, event.category) for event in events]
        assert found.public[part].tolist() == [event.public for event in events]
        assert [names[actor] if actor >= 0 else None for actor in actors[part].tolist()] == [event.actor for event in events]


@examples(250)
@given(logs())
def test_messages_are_counted_as_a_walk_counts_them(log):
    """Messages of customers and agents, the opening included, over solved tickets that were not removed; turns and exchanges too."""
    counts, solved = Counter(), 0
    for events in lives(log).values():
        if gone(events) or categories(events)[-1] < Status.SOLVED:
            continue
        solved += 1
        sides = [
            event.role
            for event in events
            if (event.kind is EventKind.CREATED or event.kind is EventKind.MESSAGE)
            and event.public
            and event.role in {Role.CUSTOMER, Role.AGENT}
        ]
        counts["messages"] += len(sides)
        counts["customer"] += sides.count(Role.CUSTOMER)
        turns = [side for place, side in enumerate(sides) if not place or sides[place - 1] is not side]
        counts["turns"] += len(turns)
        counts["exchanges"] += turns[1:].count(Role.AGENT)
    result = service.messages_per_service(log, as_of=LATE)
    assert result.n == solved
    assert result.numerator == counts["messages"]
    assert (result.value is None) == (solved == 0)
    for name in ("customer", "turns", "exchanges"):
        assert result.parts[name].numerator == counts[name]


def first_contact(events):
    """Whether a solved life succeeded at the first contact; None without a human reply."""
    wanted = replied = failed = False
    group, before, category = None, Status.NONE, Status.NONE
    for event in events:
        if event.kind in {EventKind.CREATED, EventKind.STATUS}:
            before, category = category, event.category or category or Status.NEW
            failed |= before >= Status.SOLVED > category
        if event.kind is EventKind.CREATED:
            wanted, group = event.role is not Role.AGENT, event.data.get("team", event.data.get("group"))
        elif public(event, Role.CUSTOMER):
            wanted = True
            failed |= replied
        elif public(event, Role.AGENT):
            replied |= wanted
        elif event.kind is EventKind.ESCALATED:
            failed = True
        elif event.kind is EventKind.FIELD and event.data["field"] == "team":
            group = event.data.get("value")
        elif event.kind is EventKind.ASSIGNED and event.data.get("group") is not None:
            failed |= replied and group is not None and event.data["group"] != group
            group = event.data["group"]
    return not failed if replied else None


@examples(250)
@given(logs())
def test_first_contact_is_decided_as_a_walk_decides_it(log):
    """An issue is a ticket: solved, answered, mature, and nothing more from the customer, no reopening, no escalation."""
    known = {ticket: events for ticket, events in lives(log).items() if not gone(events)}
    solved = {ticket: first_contact(events) for ticket, events in known.items() if categories(events)[-1] >= Status.SOLVED}
    result = service.fcr(log, as_of=LATE)
    assert result.tickets == tuple(ticket for ticket, won in solved.items() if won is not None)
    assert result.successes == tuple(ticket for ticket, won in solved.items() if won)
    assert result.open == len(known) - len(solved)
    assert result.excluded.get("no_reply", 0) == sum(won is None for won in solved.values())


@examples(250)
@given(logs())
def test_handling_is_summed_as_a_walk_sums_it(log):
    """Spans of handling by people, by contact and by agent, without removed and abandoned tickets."""
    total, contacts, by_agent = 0, 0, Counter()
    for events in lives(log).values():
        handled = [event for event in events if event.kind is EventKind.HANDLED and event.role in {Role.AGENT, Role.UNKNOWN}]
        abandoned = [place for place, event in enumerate(events) if event.kind is EventKind.ABANDONED]
        if gone(events) or not handled or (abandoned and events.index(handled[-1]) < abandoned[-1]):
            continue
        contacts += 1
        for event in handled:
            total += event.data["span"]
            by_agent[event.actor] += event.data["span"]
    result = service.aht(log, as_of=LATE, source="spans", by="agent")
    assert result.n == contacts
    assert result.numerator == timedelta(microseconds=total)
    assert {key: group.numerator for key, group in result.groups.items() if group.n} == {
        agent: timedelta(microseconds=us) for agent, us in by_agent.items()
    }


@examples(250)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 12)), max_size=14))
def test_shared_work_sums_to_the_busy_time(sessions):
    """Sessions of one agent at a time share it: the parts sum to the seconds in which the agent had any, and none exceeds its session."""
    holder, start, length = (np.array([session[place] for session in sessions], np.int64) for place in range(3))
    parts = shared(start, start + length, holder)
    for who in range(4):
        busy = {second for agent, begin, span in sessions if agent == who for second in range(begin, begin + span)}
        assert parts[holder == who].sum() == len(busy)
    assert ((parts >= 0) & (parts <= length)).all()


@examples(150)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=6))
def test_equal_sessions_have_equal_parts(sessions):
    """A session that is there k times is credited k equal parts, to the microsecond."""
    start = np.array([begin for begin, _ in sessions for _ in range(3)], np.int64) * 3
    end = start + np.array([span for _, span in sessions for _ in range(3)], np.int64) * 3
    parts = shared(start, end, np.zeros(len(start), np.int64)).reshape(-1, 3)
    assert (np.ptp(parts, axis=1) <= 2 * len(sessions)).all()


@examples(150)
@given(logs(gone=False), st.sampled_from(("1m", "15m", "2h")))
def test_estimated_stretches_of_an_agent_do_not_overlap(log, cap):
    """Each action's credit ends at the action and begins no earlier than the agent's action before, and is at most the cap."""
    from slakit.service.credits import estimated

    found = lives_of(log, LATE)
    most = {"1m": 60, "15m": 900, "2h": 7200}[cap] * 1_000_000
    work = estimated(found, most)
    assert ((work.span >= 0) & (work.span <= most)).all()
    last = {}
    for place, agent, us in sorted(
        zip(work.place.tolist(), work.agent.tolist(), work.span.tolist(), strict=True), key=lambda row: (found.at[row[0]], row[0])
    ):
        key = agent if agent >= 0 else ("nobody", found.ticket[place])
        assert found.at[place] - us >= last.get(key, 0)
        last[key] = found.at[place]


@examples(250)
@given(event_rows(), asked, st.booleans())
def test_objects_and_columns_give_one_answer(rows, name, known_late):
    """A log of objects and a log of columns of the same rows are answered alike."""
    as_of = LATE if known_late else "2026-03-28T00:00:00+00:00"
    assert ASKED[name](log_of(rows), as_of) == ASKED[name](log_of(rows, columns=True), as_of)


@examples(250)
@given(event_rows(min_size=2, gone=False, tickets=("T-1", "T-2", "T-10")), asked.filter(lambda name: name not in SPLIT_AGENTS))
def test_shards_add_up_to_the_whole(rows, name):
    """Answers of two halves of the tickets, added, are the answer of the whole log."""
    first = [row for row in rows if row["ticket"] == "T-2"]
    rest = [row for row in rows if row["ticket"] != "T-2"]
    halves = [ASKED[name](log_of(part), LATE) for part in (first, rest)]
    whole = ASKED[name](log_of(rows), LATE)
    assert halves[0] + halves[1] == whole == halves[1] + halves[0]


@examples(200)
@given(well_formed_rows(gone=True), asked, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows, name, random):
    """Where no two rows of a ticket share an instant, the order in which they come in changes nothing."""
    mixed = list(rows)
    random.shuffle(mixed)
    assert ASKED[name](log_of(mixed), LATE) == ASKED[name](log_of(rows), LATE)


@examples(250)
@given(event_rows(), asked, st.integers(0, 60 * 24))
def test_an_answer_as_of_an_instant_is_the_answer_of_the_log_cut_there(rows, name, minutes):
    """Later events are not known; nothing else depends on them."""
    until = utc(instant("2026-03-26T12:00:00+00:00") + minutes * 60_000_000)
    cut = [row for row in rows if datetime.fromisoformat(row["at"]) <= until]
    assert ASKED[name](log_of(rows), until) == ASKED[name](log_of(cut), until)


@examples(250)
@given(logs(), asked)
def test_answers_keep_their_range(log, name):
    """A share lies in [0, 1] and its interval around it; an empty denominator has no value; nothing is negative."""
    result = ASKED[name](log, LATE)
    for found in (result, *result.groups.values()):
        assert (found.value is None) == (found.n == 0 and found.unit != "count")
        if found.unit == "share" and found.n:
            assert 0 <= found.value <= 1
            if found.low is not None:
                assert 0 <= found.low <= found.value <= found.high <= 1
        if found.unit == "span" and found.n:
            assert found.value >= timedelta(0)
        assert min(found.open, found.pending, *found.excluded.values(), 0) == 0
        assert len(found.tickets) == len(set(found.tickets))


@examples(150)
@given(
    well_formed_rows(),
    st.sampled_from(("note", "bot")),
    asked.filter(lambda name: name in {"fcr", "messages", "csat", "touches", "reopened"}),
)
def test_notes_and_robots_change_nothing(rows, what, name):
    """An internal note or a robot's message changes no FCR, message or survey figure."""
    keys = {"kind": "note", "role": "agent", "actor": "ines"} if what == "note" else {"kind": "message", "role": "bot", "actor": "robo"}
    created = {row["ticket"]: row["at"] for row in rows if row["kind"] == "created"}
    more = [{"ticket": ticket, "at": at, **keys} for ticket, at in created.items()]
    assert ASKED[name](log_of(rows + more), LATE) == ASKED[name](log_of(rows), LATE)


@examples(150)
@given(st.lists(st.integers(0, 10), max_size=40))
def test_nps_lies_between_its_ends_and_turns_with_its_answers(scores):
    """NPS lies in [-100, 100] and inside its interval; when promoters and detractors change places, its sign does."""
    result = service.nps(scores)
    turned = service.nps([10 if score <= 6 else 0 if score >= 9 else score for score in scores])
    if not scores:
        assert result.value is result.low is None
        return
    assert -100 <= result.low <= result.value <= result.high <= 100
    assert turned.value == -result.value
    assert turned.rounded == -result.rounded
    assert turned.low == pytest.approx(-result.high, abs=1e-6)


@examples(150)
@given(st.lists(st.sampled_from(("very bad", "bad", "good", "excellent")), max_size=30), st.lists(st.integers(1, 4), max_size=30))
def test_plain_answers_add_up(words, numbers):
    """Words and numbers of one scale pool; the sum is the answer of all."""
    both = [*words, *numbers]
    assert service.csat(words, scale=Scale.FOUR) + service.csat(numbers, scale="four") == service.csat(both, scale=Scale.FOUR)


@examples(150)
@given(well_formed_rows(roles=("customer",)))
def test_queue_and_delivery_make_total_resolution(rows):
    """On every ticket that was solved once, by people, queue and delivery sum to total resolution."""
    log = log_of(rows)
    cycles = measure(log, ["queue", "service_delivery", "total_resolution"], schedule=Schedule.always(), as_of=LATE)
    spans = {(cycle.ticket, cycle.metric): cycle.elapsed_us for cycle in cycles if cycle.phase == "stopped"}
    episodes = Counter(cycle.ticket for cycle in cycles if cycle.metric == "total_resolution")
    for ticket in service.delivery_time(log, as_of=LATE).tickets:
        if episodes[ticket] == 1:
            alone = EventLog.of(*log.events_of(ticket), statuses=STATUSES)
            queue, delivery = (ask(alone, as_of=LATE).numerator for ask in (service.queue_time, service.delivery_time))
            assert queue + delivery == timedelta(microseconds=spans[ticket, "total_resolution"])


@examples(150)
@given(logs(gone=False), st.sampled_from(("day", "week", "month", "quarter", "year")), st.sampled_from(("gregorian", "jalali")))
def test_buckets_hold_every_request_once(log, per, calendar):
    """Buckets follow each other without gaps, their counts sum to the requests, and so does the weekly profile."""
    result = service.requests(log, as_of=LATE, per=per, calendar=calendar, tz="Asia/Tehran")
    assert sum(bucket.count for bucket in result.buckets) == result.value == sum(rate.count for rate in result.profile().values())
    for before, after in zip(result.buckets, result.buckets[1:], strict=False):
        assert before.period.end_us == after.period.start_us
    assert all(bucket.partial is False for bucket in result.buckets[:-1])


@examples(150)
@given(logs(), st.sampled_from((["team"], ["category", "tier"], ["customer", "category", "priority"])))
def test_a_breakdown_holds_every_ticket_once(log, by):
    """The groups of a breakdown sum to the whole, and shares of one parent to one."""
    fields = {key for events in lives(log).values() for key in (*events[0].data, *(event.data.get("field") for event in events))}
    if not set(by) <= fields | {"team"}:
        return
    result = service.breakdown(log, as_of=LATE, by=by)
    assert sum(group.n for group in result) == result.value
    rows = result.to_dict()
    if result.value:
        parents = Counter()
        for place, share in enumerate(rows["share_of_parent"]):
            if share is not None:
                parents[tuple(rows[name][place] for name in by[:-1])] += share
        assert all(total == pytest.approx(1) for total in parents.values())
        assert sum(rows["share"]) == pytest.approx(1)
