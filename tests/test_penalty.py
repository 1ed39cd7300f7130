"""Penalty rules: what they charge one breach."""

from datetime import timedelta

import pytest

from slakit import Money, Penalty
from slakit.errors import QueryError
from slakit.penalty import Breach, assess
from tests.charging_cases import HOUR, MINUTE, OFFICE, breach, code_of, cost, rial


@pytest.mark.parametrize(
    ("partial", "minutes", "expected"),
    [
        ("floor", 1.999, 1),
        ("ceil", 1.001, 2),
        ("nearest", 1.499, 1),
        ("nearest", 1.5, 2),
        ("exact", 1.5, 1.5),
        ("ceil", 2, 2),
        ("floor", 2, 2),
    ],
)
def test_started_units(partial, minutes, expected):
    """Whole minutes stay; a started one is dropped, counted, or rounded with halves up."""
    assert cost(Penalty("resolution", rate=rial(1000), partial=partial), breach(minutes)) == 1000 * expected


@pytest.mark.parametrize(
    ("per", "minutes", "expected"),
    [("second", 1, 600), ("hour", 90, 15), ("day", 2880, 20), ("15m", 60, 40), (timedelta(minutes=30), 60, 20)],
)
def test_units_of_overrun(per, minutes, expected):
    """10 a second, hour, day of 24 hours, quarter and half of an hour."""
    assert cost(Penalty("resolution", rate=rial(10), per=per), breach(minutes)) == expected


def test_grace_is_passed_only_beyond_it():
    """Exactly 5 minutes are grace; one microsecond more is not, and as a cliff brings all of it back."""
    deductible = Penalty("resolution", rate=rial(60_000_000), grace="5m")
    cliff = Penalty("resolution", rate=rial(60_000_000), grace="5m", grace_mode="cliff")
    assert (cost(deductible, breach(5)), cost(cliff, breach(5))) == (0, 0)
    over = Breach("T-1", overrun_us=5 * MINUTE + 1)
    assert (cost(deductible, over), cost(cliff, over)) == (1, 5 * MINUTE + 1)


def test_partial_units_apply_after_grace():
    """12.5 minutes less 5 are 7.5, of which a started one counts: 8."""
    assert cost(Penalty("resolution", rate=rial(100), partial="ceil", grace="5m"), breach(12.5)) == 800


@pytest.mark.parametrize(
    ("partial", "mode", "expected"),
    [
        ("ceil", "marginal", 90 * 10 + 31 * 20),
        ("floor", "marginal", 90 * 10 + 30 * 20),
        ("exact", "slab", 2410),
        ("ceil", "slab", 121 * 20),
    ],
)
def test_partial_units_of_tiers(partial, mode, expected):
    """120.5 minutes with a bound at 90: the rounded units fill the tiers from below, the odd one in the tier reached."""
    rule = Penalty("resolution", tiers=[("90m", rial(10)), (None, rial(20))], partial=partial, tier_mode=mode)
    assert cost(rule, breach(120.5)) == expected


def test_floor_takes_from_the_last_tier_back():
    """95 s over tiers of 90 s and beyond hold one whole minute: it is charged at the first tier's rate."""
    rule = Penalty("resolution", tiers=[("90s", rial(10)), (None, rial(1000))], partial="floor")
    assert cost(rule, Breach("T-1", overrun_us=95_000_000)) == 10
    assert cost(rule, Breach("T-1", overrun_us=30_000_000)) == 0


def test_tiers_charged_once():
    """Amounts a breach by tier: marginal adds the tiers reached, slab takes the one reached."""
    tiers = [("1h", rial(100)), ("4h", rial(250)), (None, rial(1000))]
    found = [cost(Penalty("resolution", tiers=tiers, per="breach", tier_mode=mode), breach(90)) for mode in ("marginal", "slab")]
    assert found == [350, 250]


def test_tiers_by_both_bounds():
    """(lower, upper, rate) rows say the same as (upper, rate) rows."""
    long = Penalty("resolution", tiers=[(0, "1h", rial(1)), ("1h", None, rial(2))])
    assert long == Penalty("resolution", tiers=[("1h", rial(1)), (None, rial(2))])


def test_flat_is_charged_once_a_breach():
    """However long; but not within the grace, and also where no open time has passed since a due instant."""
    rule = Penalty("resolution", flat=rial(500))
    assert [cost(rule, breach(minutes)) for minutes in (1, 1000)] == [500, 500]
    assert cost(Penalty("resolution", flat=rial(500), grace="5m"), breach(5)) == 0
    assert cost(rule, Breach("T-1", overrun_us=0)) == 500


def test_wall_accrual_leaves_pauses_out():
    """Ten minutes, a pause, and five more are fifteen, whatever the working overrun is."""
    spans = ((0, 10 * MINUTE), (60 * MINUTE, 65 * MINUTE))
    assert cost(Penalty("resolution", rate=rial(1), clock="wall"), breach(3, spans=spans)) == 15


def test_accrual_in_other_working_time():
    """From 16:00 to 10:00 next day are two hours of 09:00-17:00."""
    rule = Penalty("resolution", rate=rial(1), per="hour", schedule=OFFICE)
    assert cost(rule, breach(18 * 60, start=16 * HOUR)) == 2


def test_grace_on_a_clock_of_its_own():
    """An hour of office time from 16:30 on ends next morning at 09:30; then wall time is charged to 12:00: 2.5 hours."""
    rule = Penalty("resolution", rate=rial(10), per="hour", clock="wall", grace="1h", grace_schedule=OFFICE)
    late = breach(60 * 19.5, start=16 * HOUR + 30 * MINUTE)
    assert cost(rule, late) == 25
    cliff = Penalty("resolution", rate=rial(10), per="hour", clock="wall", grace="1h", grace_schedule=OFFICE, grace_mode="cliff")
    assert cost(cliff, late) == 195
    assert cost(rule, breach(60, start=16 * HOUR + 30 * MINUTE)) == 0
    other = Penalty("resolution", rate=rial(10), per="hour", schedule=OFFICE, grace="1h", grace_clock="wall")
    assert cost(other, breach(120, start=15 * HOUR)) == 10
    assert cost(other, breach(240, start=15 * HOUR)) == 10


def test_grace_in_working_time_and_charge_by_the_wall():
    """With the judged clock's meter the grace passes on it, then wall time runs."""
    rule = Penalty("resolution", rate=rial(1), clock="wall", grace="4m", grace_clock="working")
    assert cost(rule, breach(10, spans=((0, 3 * MINUTE), (20 * MINUTE, 27 * MINUTE)))) == 6
    assert code_of(lambda: cost(rule, Breach("T-1", overrun_us=10 * MINUTE, spans=((0, 10 * MINUTE),)))) == "no_meter"


def test_a_grace_that_never_passes_leaves_nothing():
    """An hour is not used up by half of one."""
    from slakit.penalty.overrun import _beyond

    assert _beyond(breach(30), "wall", None, HOUR) == ()


def test_rates_that_change_on_a_date():
    """A breach is charged at the rate of its date in the zone: 30 June 20:30Z is 1 July in Tehran."""
    rule = Penalty("resolution", rate={"2026-01-01": rial(40), "2026-07-01": rial(50)}, tz="Asia/Tehran")
    before, from_then = 1_782_851_400_000_000 - 1, 1_782_851_400_000_000
    assert [cost(rule, breach(10, start=at)) for at in (before, from_then)] == [400, 500]
    assert code_of(lambda: cost(rule, breach(10))) == "no_rate"


def test_dates_as_dates_and_rules_anew():
    """Dates may be dates, not instants; a rule can be made anew from its own parts."""
    from datetime import UTC, date, datetime

    import attrs

    rule = Penalty("resolution", flat={date(2026, 1, 1): rial(40)}, tz="UTC")
    assert rule == Penalty("resolution", flat={"2026-01-01": rial(40)}, tz="UTC") == attrs.evolve(rule)
    assert code_of(lambda: Penalty("resolution", flat={datetime(2026, 1, 1, tzinfo=UTC): rial(40)}, tz="UTC")) == "bad_date"


def test_rates_by_accrual():
    """30 minutes around the change of a rate: 10 x 40 + 20 x 50; a started minute counts at the last rate; grace is taken first."""
    change = 1_782_851_400_000_000
    options = {"rate": {"2026-01-01": rial(40), "2026-07-01": rial(50)}, "tz": "Asia/Tehran", "rate_at": "accrual"}
    late = breach(30, start=change - 10 * MINUTE)
    assert cost(Penalty("resolution", **options), late) == 1400
    assert cost(Penalty("resolution", **options, grace="4m"), late) == 6 * 40 + 20 * 50
    assert cost(Penalty("resolution", **options, clock="wall", partial="ceil"), breach(30.5, start=change - 10 * MINUTE)) == 1450
    assert cost(Penalty("resolution", **options, partial="floor"), breach(30.5, start=change - 10 * MINUTE)) == 1400
    assert cost(Penalty("resolution", **options, partial="floor"), breach(10.5, start=change - 10 * MINUTE)) == 400
    assert cost(Penalty("resolution", **options, partial="floor"), breach(0.5, start=change)) == 0


def test_minimum_and_cap_of_a_cycle():
    """A charged cycle costs between 500 and 2,000; one that is not charged costs nothing."""
    rule = Penalty("resolution", rate=rial(100), minimum=rial(500), cap=rial(2000), grace="1m")
    ledger = [assess([breach(minutes)], rule) for minutes in (1, 3, 10, 60)]
    assert [one.total.amount for one in ledger] == [0, 500, 900, 2000]
    assert [(line.kind, line.amount.amount) for line in ledger[1]] == [("charge", 200), ("minimum", 300)]
    assert [(line.kind, line.amount.amount) for line in ledger[3]] == [("charge", 5900), ("cap_cycle", -3900)]


def test_a_cap_is_never_passed_by_rounding():
    """A cap of 1000.7 rials is 1000 whole ones, per cycle, and rounded lines never sum beyond a ticket's."""
    assert cost(Penalty("resolution", rate=rial(100), cap=rial("1000.7")), breach(60)) == 1000
    rule = Penalty("resolution", rate=rial("333.5"), cap_per_ticket=rial(1001))
    breaches = [Breach("T-1", ordinal=number, overrun_us=MINUTE) for number in (1, 2, 3)]
    assert cost(rule, *breaches) == 1001


def test_conditions_of_a_rule():
    """A rule for urgent tickets of gold customers leaves the others alone."""
    rule = Penalty("resolution", rate=rial(1), when={"priority": "urgent", "tier": "gold"})
    tickets = [("urgent", "gold"), ("low", "gold"), ("urgent", "silver")]
    breaches = [Breach(f"T-{priority}-{tier}", overrun_us=MINUTE, priority=priority, known={"tier": tier}) for priority, tier in tickets]
    assert [line.ticket for line in assess(breaches, rule)] == ["T-urgent-gold"]


def test_fees_by_policy_customer_and_period():
    """The fee is that of the rule's group, else of the policy, else of all; a missing one is an error with its key."""
    of_all = Penalty("resolution", flat="10%")
    by_customer = Penalty("resolution", flat="10%", by="customer")
    one = Breach("T-1", policy="gold", overrun_us=1, known={"customer": "ACME"})
    assert cost({"gold": [of_all]}, one, fees={"gold": rial(1000), "*": rial(5)}) == 100
    assert cost({"gold": [by_customer]}, one, fees={"ACME": rial(2000), "gold": rial(1000)}) == 200
    assert cost({"gold": [by_customer]}, one, fees={"ACME": {"*": rial(3000)}}) == 300
    assert cost({"gold": [by_customer]}, one, fees=lambda key, period: rial(len(key) * 100) if period is None else None) == 40
    assert code_of(lambda: cost({"gold": [of_all]}, one, fees={"ACME": rial(1)})) == "no_fee"
    assert code_of(lambda: cost({"gold": [of_all]}, one)) == "no_fee"
    assert code_of(lambda: cost(of_all, one, fees=1000)) == "bad_fees"


def test_a_ledger_in_two_currencies_has_totals_but_no_total():
    """Each currency has its sum; asking for one number is an error."""
    rules = [Penalty("resolution", flat=rial(5)), Penalty("resolution", flat=Money(3, "EUR"))]
    ledger = assess([breach(1)], rules)
    assert ledger.totals == {"EUR": Money(3, "EUR"), "IRR": rial(5)}
    assert code_of(lambda: ledger.total) == "several_currencies"
    assert code_of(lambda: assess([], Penalty("resolution", flat="10%")).total) == "no_currency"
    assert assess([], Penalty("resolution", flat=rial(5))).total == rial(0)
    with pytest.raises(QueryError):
        ledger.of(colour="red")
