"""Hypothesis strategies of clocks: conditions and metrics of one's own, schedules, choices of schedules, exclusions."""

from datetime import timedelta
from functools import cache
from itertools import pairwise

from hypothesis import strategies as st

from slakit import Exclusion, Schedule, ScheduleBy, metrics
from slakit.metrics import Metric, on
from tests.strategies import START, created, kinds, messages, status_changes, ticket_names

CATALOGUE = tuple(metrics.CATALOGUE)
CATEGORIES = ("new", "open", "pending", "on_hold", "solved", "closed")

SCHEDULES = (
    Schedule.always(),
    Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin"),
    Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-03-28": "holiday"}),
    Schedule.weekly({"mon": "22:00-06:00", "thu": "09:00-12:30 13:30-18:00", "sun": "00:00-24:00"}, tz="Europe/Berlin"),
)
schedules = st.sampled_from(SCHEDULES)

choices = st.builds(
    lambda field, first, second, default, on_change: ScheduleBy(
        field[0], {field[1]: first, field[2]: second}, default=default, on_change=on_change
    ),
    st.sampled_from((("team", "north", "night"), ("priority", "low", "urgent"), ("tier", "gold", "silver"))),
    schedules, schedules, schedules, st.sampled_from(("last", "sum")),
)  # fmt: skip
any_schedules = st.one_of(schedules, choices)

_atoms = st.one_of(
    st.just(on.created),
    st.just(on.reply),
    st.just(on.reopened),
    st.just(on.solved),
    st.just(on.by_assignee),
    st.just(on.first_reply_given),
    st.sampled_from(("message", "note", "status", "assigned", "accepted", "field", "escalated", "handed_over", "merged", "spam")).map(
        on.kind
    ),
    st.sampled_from(("customer", "agent", "bot")).map(on.by),
    st.builds(
        lambda by, public: on.message(by=by, public=public),
        st.sampled_from(("customer", "agent", None)),
        st.sampled_from((True, False, None)),
    ),
    st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=3, unique=True).map(lambda given: on.in_status(*given)),
    st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2, unique=True).map(lambda given: on.entering(*given)),
    st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2, unique=True).map(lambda given: on.leaving(*given)),
    st.sampled_from(("Awaiting User Info", "In Arbeit", "open")).map(on.status),
    st.sampled_from((("priority",), ("priority", "urgent"), ("tier", "gold", "silver"), ("seats", 1, 2, 3))).map(
        lambda given: on.field(*given)
    ),
    st.sampled_from(({}, {"to": "sara"}, {"group": "north"}, {"receiver": "agent"}, {"receiver": "nobody"})).map(
        lambda given: on.assigned(**given)
    ),
    st.sampled_from(("sara", "cleo", "someone")).map(on.actor),
)
conditions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds(lambda one, other: one & other, inner, inner),
        st.builds(lambda one, other: one | other, inner, inner),
        inner.map(lambda one: ~one),
    ),
    max_leaves=3,
)
levels = st.lists(st.sampled_from(CATEGORIES[:4]), min_size=1, max_size=3, unique=True).map(lambda given: on.in_status(*given))


_maybe = st.one_of(st.none(), conditions)
_pauses = st.one_of(st.just((None, None)), st.tuples(levels, st.none()), st.tuples(conditions, conditions))


@st.composite
def metrics_of_ones_own(draw, name="mine"):
    """A clock from random conditions; contradictions are drawn again."""
    pause, resume = draw(_pauses)
    return Metric.define(
        name,
        start=draw(conditions),
        stop=draw(conditions),
        pause=pause,
        resume=resume,
        reset=draw(_maybe),
        cancel=draw(_maybe),
        repeats=draw(st.booleans()),
        while_solved=draw(st.booleans()),
        accumulates=draw(st.booleans()),
    )


spans = st.tuples(st.integers(-60, 60 * 48), st.integers(1, 60 * 24)).map(
    lambda given: (START + timedelta(minutes=given[0]), START + timedelta(minutes=given[0] + given[1]))
)
exclusions = st.builds(
    lambda span, when: Exclusion(span[0], span[1], "outage", when=when),
    spans,
    st.sampled_from((None, {"tier": "gold"}, {"priority": ["low", "urgent"]}, {"team": {"not": "north"}}, {"seats": {"min": 10}})),
)
several_exclusions = st.one_of(st.just([]), st.lists(exclusions, max_size=3))

_steps = st.one_of(st.just(0), st.sampled_from((1, 29, 600)), st.integers(0, 3 * 3600))
_busy = st.one_of(
    messages("customer"), messages("agent"), messages("customer"), messages("agent"), messages(), status_changes(), status_changes(),
    status_changes(),
)  # fmt: skip


@cache
def _lives(names, merging, most):
    """What happens to a ticket after its creation, with seconds since the event before and ``seq``."""
    events = st.one_of(_busy, _busy, _busy, kinds(names, gone=merging).filter(lambda row: row["kind"] != "created"))
    if merging and len(names) > 1:
        events = st.one_of(*[events] * 7, st.sampled_from(names).map(lambda into: {"kind": "merged", "into": into}))
    return st.lists(st.tuples(events, _steps, st.sampled_from((None, None, None, 1, 2))), max_size=most)


@st.composite
def clock_rows(draw, *, max_tickets=3, max_events=9, merging=True):
    """Rows in which every ticket's only `created` comes first, on a grid of seconds, with ties: what keeps clocks busy.

    Args:
        draw: Hypothesis.
        max_tickets: most tickets.
        max_events: most events a ticket after its creation.
        merging: whether tickets may leave the desk.
    """
    names = draw(ticket_names)[:max_tickets]
    rows = []
    for ticket in names:
        second = draw(st.one_of(st.just(0), st.integers(0, 6 * 3600)))
        rows.append({"ticket": ticket, "at": moment(second), **draw(created())})
        for keys, step, seq in draw(_lives(names, merging, max_events)):
            second += step
            rows.append({"ticket": ticket, "at": moment(second), **keys} | ({} if seq is None else {"seq": seq}))
    return draw(st.permutations(rows)) if draw(st.booleans()) else rows


def moment(second):
    """An instant by its second after the first one of drawn logs, as text."""
    return (START + timedelta(seconds=second)).isoformat()


known_until = st.one_of(st.integers(0, 30 * 3600), st.just(9 * 86_400)).map(lambda second: START + timedelta(seconds=second))
"""Instants up to which a log of `clock_rows` may be known."""


_short_lives = st.lists(st.tuples(_busy, st.sampled_from((0, 60, 900, 4000))), max_size=5)


@st.composite
def merging_rows(draw):
    """Rows of two or three tickets of which one after the other is merged into the next, with waits on every side."""
    names = draw(st.sampled_from((("T-1", "T-2"), ("T-2", "T-1"), ("T-1", "T-2", "T-3"), (7, 3, 5))))
    rows, merges = [], []
    for ticket in names:
        second = draw(st.integers(0, 7200))
        rows.append({"ticket": ticket, "at": moment(second), **draw(created())})
        for keys, step in draw(_short_lives):
            second += step
            rows.append({"ticket": ticket, "at": moment(second), **keys})
        merges.append(second)
    for number, (donor, survivor) in enumerate(pairwise(names), start=1):
        at = max(merges[number - 1], draw(st.sampled_from((*merges, max(merges) + number))))
        rows.append({"ticket": donor, "at": moment(at), "kind": "merged", "into": survivor})
    return rows
