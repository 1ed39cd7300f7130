"""Random policy sets over the fields of drawn logs, and schedules to judge by."""

from hypothesis import strategies as st

from slakit import Escalation, Exclusion, Policy, PolicySet, PriorityMatrix, Schedule, Target
from tests.strategies import PRIORITIES, START, TIERS, event_rows, well_formed_rows

DESK = Schedule.weekly("mon-fri 09:00-12:30 13:00-17:00", tz="Europe/Berlin", holidays={"2026-04-03": "Good Friday"})
NIGHT = Schedule.weekly("mon-sun 20:00-04:00", tz="America/New_York")
ALWAYS = Schedule.always()
SHORT = Schedule.weekly("thu 13:00-13:30; sat 00:00-24:00", tz="UTC")
SCHEDULES = (DESK, NIGHT, ALWAYS, SHORT)
METRICS = (
    "first_response",
    "first_response.pausable",
    "next_response",
    "next_response.latest",
    "resolution",
    "resolution.each",
    "queue",
    "time_in.pending",
)

spans = st.sampled_from(("1s", "5m", "20m", "1h", "4h", "8h", "30h", "1 working day", "end of 2 working days"))
lengths = st.sampled_from(("1s", "5m", "20m", "1h", "4h", "8h", "30h"))
schedules = st.sampled_from(SCHEDULES)


def targets():
    """Targets, some on a schedule of their own, some at a field of the ticket."""
    span = st.builds(lambda length, schedule: Target(length, schedule=schedule), spans, st.one_of(st.none(), schedules))
    return st.one_of(span, span, span, st.just(Target.at_field("due")))


def levels(metric):
    """Escalations of one metric, a level each."""
    each = st.sampled_from(("25%", "75%", "-10m", "100%", "+10m", "150%"))
    order = ("25%", "75%", "-10m", "100%", "+10m", "150%")
    return st.lists(each, unique=True, max_size=3).map(
        lambda found: [Escalation(metric, at=at, actions="move_to_top") for at in sorted(found, key=order.index)]
    )


@st.composite
def policies(draw, name, *, metrics=METRICS, retarget=None):
    """One policy."""
    named = draw(st.lists(st.sampled_from(metrics), min_size=1, max_size=3, unique=True))
    promised = {}
    for metric in named:
        rows = {"*": draw(targets())}
        for priority in draw(st.lists(st.sampled_from(PRIORITIES), max_size=2, unique=True)):
            rows[priority] = draw(targets())
        promised[metric] = rows
    escalations = [one for metric in named for one in draw(levels(metric))]
    escalations += draw(
        st.sampled_from(
            (
                [],
                [],
                [Escalation(exchanges=0, actions="call_customer")],
                [Escalation(handling="2m", actions="call_customer")],
                [Escalation(rating=2, actions="move_to_top")],
            )
        )
    )
    when = draw(st.sampled_from((None, None, {"tier": draw(st.sampled_from(TIERS))}, {"seats": {"min": 10}}, {"tier": {"not": "gold"}})))
    options = {}
    if draw(st.integers(0, 4)) == 0:
        options[draw(st.sampled_from(("valid_from", "valid_until")))] = draw(st.sampled_from(("2026-03-26", "2026-03-27", "2026-04-10")))
    return Policy(
        name, when=when, schedule=draw(schedules), targets=promised, escalations=escalations,
        retarget=retarget or draw(st.sampled_from(("from_start", "from_start", "from_change", "pinned"))),
        on_schedule_change=draw(st.sampled_from(("last", "sum"))), **options,
    )  # fmt: skip


@st.composite
def policy_sets(draw, **wishes):
    """One to three policies."""
    each = [draw(policies(name, **wishes)) for name in ("gold", "silver", "rest")[: draw(st.integers(1, 3))]]
    matrix = PriorityMatrix(
        {"acme": {"billing": "urgent", "network": "low"}, "zeta": {"billing": "normal", "network": "low"}},
        impact="customer",
        urgency="category",
    )
    return PolicySet(each, priorities=PRIORITIES, matrix=draw(st.sampled_from((None, matrix))))


def exclusions():
    """No exclusion, or one near the start of drawn logs, for all or for some."""
    from datetime import timedelta

    when = st.sampled_from((None, {"tier": "gold"}))
    one = st.builds(
        lambda start, length, who: Exclusion(START + timedelta(minutes=start), START + timedelta(minutes=start + length), "outage", who),
        st.integers(-10, 600), st.integers(1, 600), when,
    )  # fmt: skip
    return st.lists(one, max_size=2)


@st.composite
def judging_rows(draw, *, tidy=False, **wishes):
    """Rows as `tests.strategies` draws them, some tickets with a due date that may move.

    Args:
        draw: Hypothesis.
        tidy: each ticket begins with its one `created`.
        **wishes: for the strategy of rows.
    """
    rows = [dict(row) for row in draw(well_formed_rows(gone=True, **wishes) if tidy else event_rows(**wishes))]
    dates = st.sampled_from(
        ("2026-03-26T12:00:30+00:00", "2026-03-26T14:00:00+01:00", "2026-03-27T09:00:00+00:00", "2026-04-20T09:00:00+00:00")
    )
    for row in rows:
        if row["kind"] == "created" and draw(st.booleans()):
            row["due"] = draw(dates)
        elif row["kind"] == "field" and draw(st.integers(0, 3)) == 0:
            row.update(field="due", value=draw(dates))
    return rows


@st.composite
def merging_rows(draw):
    """Three tickets that are merged, written to and changed within ninety minutes."""
    from datetime import timedelta

    names = st.sampled_from("abc")
    rows = [
        {
            "ticket": name,
            "at": START + timedelta(minutes=draw(st.integers(0, 29))),
            "kind": "created",
            "role": draw(st.sampled_from(("customer", "customer", "agent"))),
            "priority": draw(st.sampled_from(PRIORITIES)),
        }
        for name in "abc"
    ]
    happens = st.one_of(
        names.map(lambda into: {"kind": "merged", "into": into}),
        names.map(lambda into: {"kind": "merged", "into": into}),
        st.sampled_from(("customer", "agent")).map(lambda role: {"kind": "message", "role": role}),
        st.sampled_from(PRIORITIES).map(lambda given: {"kind": "field", "field": "priority", "value": given}),
        st.sampled_from(("open", "pending", "solved")).map(lambda given: {"kind": "status", "status": given}),
    )
    for name, minute, keys in draw(st.lists(st.tuples(names, st.integers(30, 89), happens), max_size=9)):
        rows.append({"ticket": name, "at": START + timedelta(minutes=minute), **keys})
    return rows


@st.composite
def dated_back_rows(draw):
    """A ticket that is answered again and again, and one or two with waits from that time that are merged into it later."""
    from datetime import timedelta

    written, answered = ({"kind": "message", "role": role} for role in ("customer", "agent"))
    happens = st.one_of(
        st.sampled_from(("open", "pending", "pending", "solved")).map(lambda given: {"kind": "status", "status": given}),
        st.sampled_from(PRIORITIES).map(lambda given: {"kind": "field", "field": "priority", "value": given}),
        st.sampled_from(({"kind": "excluded", "reason": "outage"}, {"kind": "included"}, written, answered)),
    )
    rarely = st.one_of(st.just([]), st.just([]), st.lists(happens, max_size=2))
    exchanges = [[written, *draw(rarely), answered, *draw(rarely)] for _ in range(draw(st.integers(0, 3)))]
    lives = {
        "b": ([answered, *(keys for each in exchanges for keys in each)], 20),
        "a": (draw(st.sampled_from(([], [], [written], [answered, written]))), 30),
        "c": (draw(st.sampled_from(([], [written], [answered]))), 30),
    }
    rows, last = [], 0
    for name, (life, most) in lives.items():
        minute = draw(st.integers(0, 60))
        opener = draw(st.sampled_from(("customer", "customer", "customer", "agent")))
        created = {"kind": "created", "role": opener, "priority": draw(st.sampled_from(PRIORITIES))}
        for keys in (created, *life):
            rows.append({"ticket": name, "minute": minute, **keys})
            last = max(last, minute)
            minute += draw(st.integers(0, most))
    donors = draw(st.sampled_from(("a", "a", "ac")))
    rows += [{"ticket": name, "minute": last + draw(st.integers(0, 20)), "kind": "merged", "into": "b"} for name in donors]
    for keys in draw(st.lists(happens, max_size=2)):
        last += draw(st.integers(0, 40))
        rows.append({"ticket": "b", "minute": last, **keys})
    return [{"at": START + timedelta(minutes=row.pop("minute")), **row} for row in rows]


@st.composite
def changing_rows(draw):
    """Rows of up to eight tickets that change priority and tier again and again, a few of them merged; steps down to none."""
    from datetime import timedelta

    rows = []
    names = [f"t{number}" for number in range(draw(st.integers(1, 8)))]
    happens = st.one_of(
        *[st.sampled_from(PRIORITIES).map(lambda given: {"kind": "field", "field": "priority", "value": given})] * 3,
        st.sampled_from((*TIERS, None)).map(lambda given: {"kind": "field", "field": "tier", "value": given}),
        *[st.sampled_from(("customer", "agent")).map(lambda role: {"kind": "message", "role": role})] * 3,
        *[st.sampled_from(("open", "pending", "solved")).map(lambda given: {"kind": "status", "status": given})] * 2,
        st.sampled_from((*names, "elsewhere")).map(lambda into: {"kind": "merged", "into": into}) if draw(st.booleans()) else st.nothing(),
    )
    for name in names:
        at = START + timedelta(minutes=draw(st.integers(0, 300)))
        given = draw(st.fixed_dictionaries({}, optional={"priority": st.sampled_from(PRIORITIES), "tier": st.sampled_from(TIERS)}))
        rows.append({"ticket": name, "at": at, "kind": "created", "role": draw(st.sampled_from(("customer", "customer", "agent")))} | given)
        for minutes, keys in draw(st.lists(st.tuples(st.sampled_from((0, 1, 5, 20, 45, 200)), happens), max_size=10)):
            at += timedelta(minutes=minutes)
            rows.append({"ticket": name, "at": at, **keys})
    return rows


@st.composite
def following_policy_sets(draw):
    """Policy sets of one schedule and targets of fixed length for every ticket, which columns follow through changes of fields."""
    schedule = draw(schedules)
    each = []
    for name in ("gold", "silver", "rest")[draw(st.integers(0, 2)) :]:
        promised = {}
        for metric in draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True)):
            rows = {"*": draw(lengths)}
            for priority in draw(st.lists(st.sampled_from(PRIORITIES), max_size=2, unique=True)):
                rows[priority] = draw(lengths)
            promised[metric] = rows
        when = None if name == "rest" else {"tier": draw(st.sampled_from(TIERS))}
        each.append(
            Policy(
                name, when=when, schedule=schedule, targets=promised, retarget=draw(st.sampled_from(("from_start", "from_start", "pinned")))
            )
        )
    return PolicySet(each, priorities=PRIORITIES)
