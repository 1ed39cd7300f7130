"""Laws of penalties that hold for every rule and every breach."""

import json
from fractions import Fraction
from itertools import pairwise

import attrs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slakit import Money, Penalty, Policy, PolicySet, calendars
from slakit._time import utc
from slakit.ledger.judged import first_instant, rules_of
from slakit.ledger.standings import Standings
from slakit.money import share_out
from slakit.penalty import Breach, Ledger, Standing, assess, assess_periods
from slakit.penalty.linear import is_linear, linear_charges
from slakit.penalty.sharing import limited
from tests.profiles import examples
from tests.strategies import as_ofs, log_of, well_formed_rows
from tests.strategies_judging import DESK
from tests.strategies_penalties import FEES, MINUTE, START, Steady, breaches, linear_rules, overruns, rules

END = START + 120 * 1440 * MINUTE
MONTHS = calendars.periods(START, END, per="month", tz="Asia/Tehran", calendar="jalali")
TAKES_BACK = {"excluded", "included", "merged", "spam", "deleted", "field"}


def total(found, rule, **options):
    """What breaches cost, as a number."""
    return assess(found, rule, fees=FEES, **options).totals.get("IRR", Money(0, "IRR")).amount


def breach(over, number=1):
    """A breach that runs without a break."""
    spans = ((START, START + over),)
    return Breach(1, "resolution", number, overrun_us=over, breached_us=START, spans=spans, meter=Steady(), known={"customer": 1})


def cut(found, us):
    """Breaches as of an instant: those that have begun, up to it."""
    seen = []
    for one in found:
        spans = tuple((start, min(end, us)) for start, end in one.running if start < us)
        over = sum(end - start for start, end in spans)
        if over:
            seen.append(attrs.evolve(one, overrun_us=over, spans=spans, ended_us=min(one.ended_us, us), open=one.ended_us > us))
    return seen


@examples(500)
@given(breaches(), st.lists(rules(), min_size=1, max_size=3))
def test_lines_sum_to_the_total_and_are_never_negative_together(found, given_rules):
    """Lines and adjustments sum to the total; no ticket and no rule is charged below zero; amounts are whole quanta."""
    ledger = assess(found, given_rules, fees=FEES)
    assert sum(line.amount.amount for line in ledger) == ledger.totals["IRR"].amount if len(ledger) else not ledger.lines
    assert all(amount >= 0 for amount in ledger.by("rule", "group").to_dict()["amount"])
    lines = [line for line in ledger if line.kind == "charge"]
    assert all(line.exact > 0 and line.amount.amount >= 0 for line in lines)
    assert len({(line.ticket, line.metric, line.ordinal, line.rule) for line in lines}) <= len(lines)


@examples(400)
@given(breaches(min_size=1), rules())
def test_caps_hold(found, rule):
    """No cycle, ticket or period costs more than its cap, whatever is rounded how."""
    ledger = assess(found, rule, fees=FEES)

    def most(limit):
        return limit.amount if isinstance(limit, Money) else limit.of(Fraction(FEES.amount))

    for key, of in (("cap", ("ticket", "ordinal")), ("cap_per_ticket", ("ticket",)), ("cap_per_period", ("group",))):
        limit = getattr(rule, key)
        if limit is not None and (rule.round_on == "line" or key == "cap_per_period"):
            assert all(amount <= most(limit) for amount in ledger.by(*of).to_dict()["amount"])


@examples(400)
@given(overruns, overruns, rules(metric="resolution"))
def test_more_overrun_never_costs_less(one, other, rule):
    """Charges grow with the overrun, whatever tiers (of rates that do not fall), grace, units and caps do."""
    short, long = (breach(over) for over in sorted((one, other)))
    assert total([short], rule) <= total([long], rule)


@examples(300)
@given(breaches(), rules(), st.randoms(use_true_random=False))
def test_the_order_of_breaches_does_not_matter(found, rule, random):
    """Permuted breaches give the same ledger, line by line."""
    shuffled = list(found)
    random.shuffle(shuffled)
    assert assess(found, rule, fees=FEES) == assess(shuffled, rule, fees=FEES)


@examples(300)
@given(overruns, st.integers(0, 10**12), st.integers(0, 10**6))
def test_splitting_an_overrun_changes_nothing_under_exact(over, at, rate):
    """Two parts of an overrun cost exactly what the whole costs, before rounding."""
    first = min(over, at)
    rule = Penalty("resolution", rate=Money(rate, "IRR"))
    parts = [breach(part, number) for number, part in enumerate((first, over - first)) if part]
    assert assess(parts, rule).exact == assess([breach(over)], rule).exact


@examples(300)
@given(breaches(), st.lists(rules(cap_per_period=None, cap_per_ticket=None, overlap="sum"), min_size=1, max_size=2))
def test_consecutive_statements_sum_to_the_charge_as_of_the_end(found, given_rules):
    """Without caps per period the months' statements sum to what the whole costs."""
    ledger = assess_periods(lambda us: Standing(cut(found, us)), given_rules, periods=MONTHS, as_of=END, fees=FEES)
    assert ledger.totals.get("IRR", Money(0, "IRR")).amount == total(cut(found, END), given_rules)


@examples(300)
@given(breaches(), st.lists(rules(), min_size=1, max_size=2), st.integers(0, len(MONTHS) - 1))
def test_an_issued_statement_never_changes(found, given_rules, number):
    """The months that had ended by some instant read the same as of every later one."""

    def ledger(as_of):
        return assess_periods(lambda us: Standing(cut(found, us)), given_rules, periods=MONTHS, as_of=as_of, fees=FEES)

    issued = ledger(MONTHS[number].end_us)
    later = [line for line in ledger(END) if line.period <= MONTHS[number].label]
    assert issued.to_dict() == Ledger(later, {}).to_dict()


@examples(300)
@given(breaches(), rules(cap_per_period=None), st.integers(START, END), st.integers(START, END))
def test_a_running_breach_accrues(found, rule, one, other):
    """The charge as of T never falls as T passes."""
    early, late = sorted((one, other))
    assert total(cut(found, early), rule) <= total(cut(found, late), rule)


@examples(300)
@given(rules())
def test_rules_go_through_json(rule):
    """A rule as JSON reads back equal."""
    assert Penalty.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


@examples(200)
@given(breaches(), rules())
def test_ledgers_go_through_json(found, rule):
    """A ledger as JSON reads back equal, with its totals."""
    ledger = assess(found, rule, fees=FEES)
    again = Ledger.from_json(ledger.to_json())
    assert again == ledger
    assert again.totals == ledger.totals


@examples(500)
@given(st.lists(overruns, max_size=12), linear_rules())
def test_arrays_charge_as_objects_do(over, rule):
    """The vectorised charges are those of the ledger, line by line to the last quantum."""
    assert is_linear(rule)
    charges = linear_charges(np.array(over, np.int64), rule)
    ledger = assess([breach(one, number) for number, one in enumerate(over)], rule)
    assert charges.total == ledger.totals["IRR"]
    assert charges.exact == ledger.exact.get("IRR", Fraction(0))
    if rule.round_on == "line":
        sums = dict.fromkeys(range(len(over)), 0)
        for line in ledger:
            sums[line.ordinal] += line.amount.amount
        quantum = Fraction(rule.quantum or 1)
        assert [int(one) * quantum for one in charges.quanta.tolist()] == list(sums.values())


@examples(300)
@given(st.lists(st.integers(-5, 10**6), max_size=8), st.integers(0, 10**7), st.sampled_from(("pro_rata", "first_come", "highest_first")))
def test_a_limit_is_used_up(values, limit, mode):
    """Amounts beyond a limit sum to it exactly; none grows, none changes its sign, what is below zero stays."""
    given_values = [Fraction(one) for one in values]
    found = limited(given_values, Fraction(limit), mode, Fraction(1))
    assert sum(found) == min(sum(given_values), limit)
    assert all(min(before, 0) <= after <= before for before, after in zip(given_values, found, strict=True))


@examples(200)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_shares_are_monotone(quanta, weights):
    """A greater weight never gets less."""
    shares = share_out(quanta, weights)
    pairs = sorted(zip(weights, shares, strict=True))
    assert all(light[1] <= heavy[1] for light, heavy in pairwise(pairs) if light[0] < heavy[0])


def judged(rows, rule, as_of, engine="object"):
    """A drawn log, judged by one policy with one rule."""
    policies = PolicySet([Policy("p", schedule=DESK, targets={"resolution": "1h", "first_response": "20m"}, penalties=[rule])])
    return policies.judge(log_of(rows, columns=engine == "column"), as_of=utc(as_of), engine=engine)


@examples(400)
@given(well_formed_rows(gone=True), rules(rate_at="breach"), as_ofs())
def test_both_engines_give_the_same_ledger(rows, rule, as_of):
    """Line by line, and the totals that columns give before any line."""
    one, other = (judged(rows, rule, as_of, engine).penalties(fees=FEES) for engine in ("object", "column"))
    assert one.totals == other.totals
    assert one == other


@examples(300)
@given(well_formed_rows(), rules(cap_per_period=None, cap_mode="first_come"), as_ofs(), as_ofs())
def test_the_charge_of_a_log_never_falls_unless_something_is_taken_back(rows, rule, first, second):
    """Without events that retarget, exclude, merge or remove, the charge as of T is monotone in T."""
    rows = [row for row in rows if row["kind"] not in TAKES_BACK]
    found = [judged(rows, rule, as_of).penalties(fees=FEES).totals.get("IRR", Money(0, "IRR")).amount for as_of in sorted((first, second))]
    assert found[0] <= found[1]


@examples(200)
@given(well_formed_rows(gone=True), rules(cap_per_period=None), as_ofs())
def test_the_days_of_a_log_sum_to_the_whole(rows, rule, as_of):
    """Whatever is taken back on the way, the statements of its days sum to the charge as of the end."""
    result = judged(rows, rule, as_of)
    assert result.penalties("day", fees=FEES).totals.get("IRR", Money(0, "IRR")) == result.penalties(fees=FEES).totals.get(
        "IRR", Money(0, "IRR")
    )


@examples(300)
@given(
    well_formed_rows(gone=True),
    st.one_of(rules(), st.just(Penalty("resolution", counts=[(1, None, Money(5, "IRR"))], by="customer"))),
    as_ofs(),
    st.sampled_from(("object", "column")),
)
def test_days_judged_in_turn_are_days_judged_anew(rows, rule, as_of, engine):
    """Tickets that are not judged again because nothing happened to them stand as they would if they were."""
    result = judged(rows, rule, as_of, engine)
    ledger = result.penalties("day", fees=FEES)
    held = rules_of(result.policies)

    def anew(us):
        return Standings(judged(rows, rule, us), held).as_of(us)

    first = first_instant(result)
    days = calendars.periods(first, max(as_of, first + 1), per="day", tz="Europe/Berlin")
    assert ledger == assess_periods(lambda us: Standing() if us <= first else anew(us), held, periods=days, as_of=result.as_of, fees=FEES)
