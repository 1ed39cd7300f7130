"""Penalties of a judged log: per policy, by period in two calendars, and the same from both engines."""

import csv
from fractions import Fraction

import numpy as np
import pytest

from slakit import EventLog, Exclusion, Money, Penalty, Policy, PolicySet, Schedule, Target
from slakit.errors import MoneyError, QueryError
from slakit.penalty import Share
from slakit.penalty.linear import is_linear, linear_charges
from tests.strategies import log_of

OFFICE = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin")
TEHRAN = Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran")
MINUTE = 60_000_000


def rial(amount) -> Money:
    """An amount in rials."""
    return Money(amount, "IRR")


def ticket(name, created, *events, **fields):
    """A ticket's rows: (instant, kind, further keys)."""
    rows = [{"ticket": name, "at": created, "kind": "created", "role": "customer", "status": "new", **fields}]
    return rows + [{"ticket": name, "at": at, "kind": kind, **keys} for at, kind, keys in events]


def solved(at):
    """A solve."""
    return (at, "status", {"status": "solved"})


def policies(*rules, target="1h", schedule=OFFICE, **options):
    """One policy on resolutions."""
    return PolicySet(
        [Policy("gold", schedule=schedule, targets={"resolution": target, "first_response": "30m"}, penalties=rules, **options)]
    )


WORKED = ticket("T-1", "2026-03-02T10:00:00+01:00", solved("2026-03-02T11:12:30+01:00"), customer="ACME")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 625_000),
        ({"partial": "floor"}, 600_000),
        ({"partial": "ceil"}, 650_000),
        ({"grace": "5m"}, 375_000),
        ({"grace": "5m", "grace_mode": "cliff"}, 625_000),
    ],
)
@pytest.mark.parametrize("engine", ["object", "column"])
def test_spec_6_4_from_a_log(options, expected, engine):
    """Target 60 minutes, solved at 72:30, 50,000 a minute."""
    rule = Penalty("resolution", rate=rial(50_000), per="minute", clock="working", cap=None, **options)
    result = policies(rule).judge(EventLog.from_records(WORKED), as_of="2026-03-03T00:00:00Z", engine=engine)
    assert result.penalties().total == rial(expected)
    assert result.penalties(period=None, fees=None).totals == {"IRR": rial(expected)}


def test_the_evidence_of_a_line():
    """The line names the events by their place in the ticket's life, the instants, and the ticket's fields."""
    rows = ticket(
        "T-1",
        "2026-03-02T10:00:00+01:00",
        ("2026-03-02T10:30:00+01:00", "field", {"field": "customer", "value": "Umbrella"}),
        solved("2026-03-02T12:00:00+01:00"),
        customer="ACME",
    )
    line = policies(Penalty("resolution", rate=rial(1))).judge(EventLog.from_records(rows), as_of="2026-03-03T00:00:00Z").penalties()[0]
    assert (line.evidence, line.open, line.policy, line.get("customer")) == ((0, 2), False, "gold", "Umbrella")
    assert (line.ended_us - line.breached_us, line.overrun_us) == (60 * MINUTE, 60 * MINUTE)


def test_wall_accrual_starts_at_the_breach_and_leaves_pauses_out():
    """Used up Monday 17:00 it breaches Tuesday 09:00; to Wednesday 09:00 less a pause of two hours are 22 hours of wall time."""
    rows = ticket(
        "T-1", "2026-03-02T16:00:00+01:00", ("2026-03-03T10:00:00+01:00", "status", {"status": "pending"}), ("2026-03-03T12:00:00+01:00", "status", {"status": "open"}),
        solved("2026-03-04T09:00:00+01:00"),
    )  # fmt: skip
    rules = [Penalty("resolution", rate=rial(1), per="hour", clock=clock) for clock in ("wall", "working")]
    found = [policies(rule).judge(EventLog.from_records(rows), as_of="2026-03-05T00:00:00Z").penalties().total.amount for rule in rules]
    assert found == [22, 6]


def test_exclusions_take_time_out_of_every_clock():
    """Of two hours over, half an hour is excluded: 90 minutes on both clocks."""
    outage = Exclusion("2026-03-02T11:30:00+01:00", "2026-03-02T12:00:00+01:00", "outage")
    rows = ticket("T-1", "2026-03-02T10:00:00+01:00", solved("2026-03-02T13:00:00+01:00"))
    for clock in ("working", "wall"):
        result = policies(Penalty("resolution", rate=rial(1), clock=clock)).judge(
            EventLog.from_records(rows), as_of="2026-03-03T00:00:00Z", exclusions=[outage]
        )
        assert result.penalties().total == rial(90)


def test_mixed_clocks_on_a_judged_log():
    """Grace of 30 working minutes from 17:00 - 10 min: over at 09:20 next day, then wall time to 10:00 is charged: 40 minutes."""
    rows = ticket("T-1", "2026-03-02T15:50:00+01:00", solved("2026-03-03T10:00:00+01:00"))
    rule = Penalty("resolution", rate=rial(1), clock="wall", grace="30m", grace_clock="working")
    assert policies(rule).judge(EventLog.from_records(rows), as_of="2026-03-05T00:00:00Z").penalties().total == rial(40)


def test_a_reopened_resolution_is_charged_for_what_it_adds():
    """15 minutes over, reopened for 30 more: 15 and 30, each once."""
    rows = ticket(
        "T-1", "2026-03-02T10:00:00+01:00", solved("2026-03-02T11:15:00+01:00"), ("2026-03-02T14:00:00+01:00", "status", {"status": "open"}), solved("2026-03-02T14:30:00+01:00"),
    )  # fmt: skip
    ledger = policies(Penalty("resolution", rate=rial(1))).judge(EventLog.from_records(rows), as_of="2026-03-03T00:00:00Z").penalties()
    assert [(line.ordinal, line.amount.amount) for line in ledger] == [(1, 15), (2, 30)]


@pytest.mark.parametrize(("kind", "expected"), [("spam", 0), ("deleted", 0), ("merged", 45)])
def test_removed_tickets(kind, expected):
    """Spam and deleted tickets are not charged; a merged one up to the merge, 45 minutes after its breach."""
    keys = {"into": "T-2"} if kind == "merged" else {}
    rows = ticket("T-1", "2026-03-02T10:00:00+01:00", ("2026-03-02T11:45:00+01:00", kind, keys))
    rows += ticket("T-2", "2026-03-02T11:44:00+01:00", solved("2026-03-02T11:50:00+01:00"))
    log = EventLog.from_records(rows)
    for engine in ("object", "column"):
        result = policies(Penalty("resolution", rate=rial(1))).judge(log, as_of="2026-03-03T00:00:00Z", engine=engine)
        assert result.penalties().of(ticket="T-1").totals.get("IRR", rial(0)) == rial(expected)


def test_a_target_at_a_field():
    """Due at 11:00, solved at 12:30: 90 minutes late."""
    rows = ticket("T-1", "2026-03-02T10:00:00+01:00", solved("2026-03-02T12:30:00+01:00"), due="2026-03-02T11:00:00+01:00")
    for engine in ("object", "column"):
        result = policies(Penalty("resolution", rate=rial(1)), target=Target.at_field("due")).judge(
            EventLog.from_records(rows), as_of="2026-03-03T00:00:00Z", engine=engine
        )
        assert result.penalties().total == rial(90)
        wall = policies(Penalty("resolution", rate=rial(1), clock="wall"), target=Target.at_field("due"))
        assert wall.judge(EventLog.from_records(rows), as_of="2026-03-03T00:00:00Z", engine=engine).penalties().total == rial(90)


def test_versions_of_a_policy_have_their_own_rates():
    """A ticket of February costs 1 a minute, one of March 2."""
    versions = [
        Policy(
            "gold",
            schedule=OFFICE,
            targets={"resolution": "1h"},
            penalties=[Penalty("resolution", rate=rial(rate))],
            valid_from=begin,
            valid_until=end,
        )
        for rate, begin, end in ((1, "2026-02-01", "2026-03-01"), (2, "2026-03-01", None))
    ]
    rows = ticket("T-1", "2026-02-02T10:00:00+01:00", solved("2026-02-02T11:10:00+01:00")) + ticket(
        "T-2", "2026-03-02T10:00:00+01:00", solved("2026-03-02T11:10:00+01:00")
    )
    for engine in ("object", "column"):
        ledger = PolicySet(versions).judge(EventLog.from_records(rows), as_of="2026-03-03T00:00:00Z", engine=engine).penalties()
        assert [(line.policy, line.policy_version, line.amount.amount) for line in ledger] == [
            ("gold", "2026-02-01", 10),
            ("gold", "2026-03-01", 20),
        ]
        assert ledger.total == rial(30)


LONG = (
    ticket("T-1", "2026-02-19T10:00:00+03:30", solved("2026-03-01T10:00:00+03:30"), customer="a")
    + ticket("T-2", "2026-03-18T10:00:00+03:30", solved("2026-03-29T10:00:00+03:30"), customer="b")
    + ticket("T-3", "2026-04-18T10:00:00+03:30", customer="a")
    + ticket("T-4", "2026-03-22T10:00:00+03:30", solved("2026-03-22T10:30:00+03:30"), customer="b")
)  # fmt: skip


@pytest.mark.parametrize("calendar", ["gregorian", "jalali"])
@pytest.mark.parametrize("engine", ["object", "column"])
def test_periods_sum_to_the_whole(calendar, engine):
    """The statements of consecutive months sum to what the whole log costs, and each can be asked for alone."""
    result = policies(Penalty("resolution", rate=rial(7), partial="ceil"), schedule=TEHRAN).judge(
        EventLog.from_records(LONG), as_of="2026-04-25T00:00:00Z", engine=engine
    )
    ledger = result.penalties("month", calendar=calendar)
    assert ledger.total == result.penalties().total
    labels = {"gregorian": ("2026-02", "2026-03", "2026-04"), "jalali": ("1404-11", "1404-12", "1405-01", "1405-02")}[calendar]
    assert set(ledger.periods) <= set(labels)
    if engine == "column":
        arrays = policies(Penalty("resolution", rate=rial(7), partial="ceil"), schedule=TEHRAN).judge(
            log_of(LONG, columns=True), as_of="2026-04-25T00:00:00Z"
        )
        assert arrays.penalties("month", calendar=calendar) == ledger
    for label in ledger.periods:
        assert result.penalties(label, calendar=calendar) == ledger.of(period=label)


def test_a_month_of_the_jalali_calendar():
    """T-2 is used up on 18 March at 11:00; to the end of Esfand (Wed 18th 5 h, Thu 19th 4 h) are 9 hours, to 29 March 10:00 the rest."""
    result = policies(Penalty("resolution", rate=rial(1), per="hour"), schedule=TEHRAN).judge(
        EventLog.from_records(LONG), as_of="2026-04-25T00:00:00Z"
    )
    esfand, farvardin = (result.penalties(label, calendar="jalali").of(ticket="T-2").total.amount for label in ("1404-12", "1405-01"))
    assert (esfand, farvardin) == (9, 5 * 8 + 4 + 8 + 2)


@pytest.mark.parametrize("engine", ["object", "column"])
def test_a_period_that_has_not_begun(engine):
    """Nothing beyond ``as_of`` is looked at: June costs nothing when asked in April, though a ticket runs into it."""
    result = policies(Penalty("resolution", rate=rial(7)), schedule=TEHRAN).judge(
        EventLog.from_records(LONG), as_of="2026-04-25T00:00:00Z", engine=engine
    )
    assert (len(result.penalties("2026-06")), result.penalties("2026-06").total) == (0, rial(0))


def test_periods_that_end_before_the_log():
    """The statement of March is the same whether the log is known to the end of March or of April."""
    rule = Penalty("resolution", rate=rial(7), cap_per_period=rial(10_000), round_on="total", repeat=2)
    log = EventLog.from_records(LONG)
    early, late = (
        policies(rule, schedule=TEHRAN).judge(log, as_of=as_of).penalties("2026-03")
        for as_of in ("2026-03-31T20:30:00Z", "2026-04-25T00:00:00Z")
    )
    assert early == late
    assert len(early) > 0


def test_periods_of_ones_own():
    """A pair of instants, and Period values."""
    from slakit.calendars import between

    result = policies(Penalty("resolution", rate=rial(7)), schedule=TEHRAN).judge(EventLog.from_records(LONG), as_of="2026-04-25T00:00:00Z")
    pair = ("2026-02-19T00:00:00Z", "2026-05-01T00:00:00Z")
    assert result.penalties(pair).total == result.penalties(between(*pair)).total == result.penalties().total
    halves = [between(pair[0], "2026-03-20T00:00:00Z"), between("2026-03-20T00:00:00Z", pair[1])]
    assert result.penalties(halves).total == result.penalties().total


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("fortnight", "unknown_per"),
        ("2026-3", "bad_period"),
        (5, "bad_period"),
        (("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"), "empty_window"),
    ],
)
def test_periods_that_are_none(period, code):
    """What is no period is refused by name."""
    result = policies(Penalty("resolution", rate=rial(7)), schedule=TEHRAN).judge(EventLog.from_records(LONG), as_of="2026-04-25T00:00:00Z")
    with pytest.raises(QueryError) as error:
        result.penalties(period)
    assert error.value.code == code


def test_periods_need_one_zone():
    """Policies in two zones leave open when a month begins; ``tz`` says it."""
    both = PolicySet(
        [
            Policy(name, schedule=schedule, targets={"resolution": "1h"}, penalties=[Penalty("resolution", rate=rial(1))])
            for name, schedule in (("a", OFFICE), ("b", TEHRAN))
        ]
    )
    result = both.judge(EventLog.from_records(LONG), as_of="2026-04-25T00:00:00Z")
    with pytest.raises(QueryError) as error:
        result.penalties("month")
    assert error.value.code == "no_zone"
    assert result.penalties("month", tz="UTC").total == result.penalties().total


@pytest.mark.parametrize("engine", ["object", "column"])
def test_attainment_of_a_judged_log(engine):
    """Of T-1 to T-4 only T-4 is met: 25 % of 4, or 0 % of a's two and 50 % of b's; T-5 is still within its target."""
    log = EventLog.from_records([*LONG, *ticket("T-5", "2026-04-24T03:00:00Z")])
    rule = Penalty("resolution", attainment=[(None, "50%", "10%")], by=None)
    result = policies(rule, schedule=TEHRAN).judge(log, as_of="2026-04-25T00:00:00Z", engine=engine)
    assert result.penalties(fees=rial(1000))[0].note == "25% attained, 4 judged"
    by = Penalty("resolution", attainment=[(None, "50%", "10%")], by="customer")
    ledger = policies(by, schedule=TEHRAN).judge(log, as_of="2026-04-25T00:00:00Z", engine=engine).penalties(fees=rial(1000))
    assert [(line.group, line.amount) for line in ledger] == [("a", rial(100))]


def test_a_log_without_breaches():
    """Nothing is charged, in the currency of the rule; without penalties there is not even a currency."""
    for engine in ("object", "column"):
        result = policies(Penalty("resolution", rate=rial(1))).judge(EventLog.from_records([]), as_of="2026-03-03T00:00:00Z", engine=engine)
        assert result.penalties().total == result.penalties("month").total == rial(0)
        bare = policies().judge(EventLog.from_records(WORKED), as_of="2026-03-03T00:00:00Z", engine=engine).penalties()
        assert bare.totals == {}
        with pytest.raises(MoneyError):
            _ = bare.total


LINEAR = [
    Penalty("resolution", rate=rial(50_000)),
    Penalty("resolution", rate=rial("333.4"), partial="ceil", per="hour", cap=rial(9_999)),
    Penalty("first_response", rate=rial(7), partial="nearest", per="7s", grace="5m", grace_mode="cliff", rounding="half_even"),
    Penalty("first_response", rate=rial(7), partial="floor", quantum=100, rounding="up", grace="20m"),
    Penalty("resolution", rate=rial("0.001"), round_on="total"),
    Penalty("resolution", rate=rial(7), per="hour", rounding="floor"),
    Penalty("resolution", rate=Money("0.0123", "EUR"), cap=Money("1.005", "EUR"), rounding="half_down"),
]


@pytest.fixture(scope="module")
def desk(root) -> EventLog:
    """The shipped log of a desk."""
    with (root / "examples" / "data" / "desk_log.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [{key: cell for key, cell in row.items() if cell} for row in rows if row["ticket"] < "T-1400"]
    for row in found:
        if "public" in row:
            row["public"] = row["public"].lower() in {"true", "1"}
        if row["kind"] == "rating" and row["value"].isdecimal():
            row["value"] = int(row["value"])
    return EventLog.from_records(found)


@pytest.mark.parametrize("rule", LINEAR, ids=range(len(LINEAR)))
def test_totals_from_columns_are_those_of_the_lines(rule, desk):
    """Without making a line the columns give the total that the lines of both engines sum to, to the last unit."""
    assert is_linear(rule)
    for period in (None, "month", "2026-03"):
        by_rows, by_columns = (
            policies(rule, schedule=TEHRAN).judge(desk, as_of="2026-05-20T00:00:00Z", engine=engine).penalties(period)
            for engine in ("object", "column")
        )
        assert by_columns._lines is None
        assert by_columns.totals == by_rows.totals
        assert by_columns == by_rows
        assert sum(line.amount.amount for line in by_columns) == by_rows.total.amount > 0


def test_breaches_within_their_grace_leave_no_trace():
    """Rules in two currencies, one of which never gets beyond its grace: the ledger has one total, from either engine."""
    rules = [Penalty("resolution", rate=rial(1)), Penalty("resolution", rate=Money(1, "EUR"), grace="900h")]
    for engine in ("object", "column"):
        assert policies(*rules).judge(EventLog.from_records(WORKED), as_of="2026-03-03T00:00:00Z", engine=engine).penalties().total == rial(
            13
        )


def test_rules_beyond_the_columns():
    """Caps that tickets share, shares of fees and wall clocks are worked out one by one."""
    for options in (
        {"cap_per_ticket": rial(5)},
        {"clock": "wall"},
        {"overlap": "max"},
        {"rate": Share("1%")},
        {"cap": "5%"},
        {"by": "customer"},
    ):
        assert not is_linear(Penalty("resolution", **({"rate": rial(1)} | options)))


def test_sums_beyond_int64():
    """Amounts and sums that int64 cannot hold are still exact."""
    overrun = np.full(1000, 2**60, np.int64)
    one = linear_charges(overrun, Penalty("resolution", rate=Money(1, "IRR"), per="second"))
    assert one.exact == Fraction(2**60 * 1000, 1_000_000)
    huge = linear_charges(overrun, Penalty("resolution", rate=Money(10**12, "EUR"), per="second"))
    each = (2**60 * 10**12 * 100 * 2 + 10**6) // (2 * 10**6)
    assert huge.total == Money.of(Fraction(each * 1000, 100), "EUR")
    assert linear_charges(overrun[:0], Penalty("resolution", rate=rial(1))).total == rial(0)
    assert linear_charges(overrun, Penalty("resolution", rate=rial(0), cap=rial(5))).total == rial(0)
