"""Random penalty rules and breaches."""

from hypothesis import strategies as st

from slakit import Money, Penalty, Schedule
from slakit.penalty import Breach

MINUTE = 60_000_000
HOURS = Schedule.weekly("mon-sun 06:00-18:00", tz="UTC")
METRICS = ("first_response", "resolution")
FEES = Money(1_000_000, "IRR")
START = 1_774_500_000_000_000

amounts = st.one_of(
    st.integers(0, 10**6).map(lambda number: Money(number, "IRR")),
    st.decimals(0, 1000, places=3).map(lambda number: Money(number, "IRR")),
)
shares = st.integers(0, 2000).map(lambda number: f"{number}/10000")
limits = st.one_of(
    st.none(), st.integers(1, 10**7).map(lambda number: Money(number, "IRR")), st.integers(1, 10**4).map(lambda number: f"{number}/1000")
)
overruns = st.one_of(st.integers(1, 6000 * MINUTE), st.integers(1, 600).map(lambda minutes: minutes * MINUTE), st.integers(1, 90_000_000))


@st.composite
def charges(draw, *, ascending=True):
    """What a rule charges each breach by: a rate, a flat amount or tiers (of rates that do not fall)."""
    kind = draw(st.sampled_from(("rate", "rate", "flat", "tiers")))
    if kind != "tiers":
        return {kind: draw(st.one_of(amounts, shares))}
    rates = draw(st.lists(amounts, min_size=2, max_size=4))
    rates = sorted(rates, key=lambda rate: rate.amount) if ascending else rates
    bounds = sorted(draw(st.lists(st.integers(1, 900), min_size=len(rates) - 1, max_size=len(rates) - 1, unique=True)))
    return {
        "tiers": list(zip([*(f"{bound}m" for bound in bounds), None], rates, strict=True)),
        "tier_mode": draw(st.sampled_from(("marginal", "slab"))),
    }


@st.composite
def rules(draw, metric=None, **fixed):
    """A rule that charges each breach, with any of its options."""
    charge = draw(charges())
    pers = ("minute", "hour", "7s", "15m", "day", *(("breach",) if "tiers" in charge else ()))
    options = {
        "per": draw(st.sampled_from(pers)),
        "partial": draw(st.sampled_from(("exact", "floor", "ceil", "nearest"))),
        "grace": draw(st.sampled_from(("0s", "5m", "2h"))),
        "grace_mode": draw(st.sampled_from(("deductible", "cliff"))),
        "clock": draw(st.sampled_from(("working", "wall"))),
        "schedule": draw(st.sampled_from((None, None, HOURS))),
        "grace_clock": draw(st.sampled_from((None, None, "wall"))),
        "cap": draw(limits),
        "cap_per_ticket": draw(limits),
        "cap_per_period": draw(limits),
        "cap_mode": draw(st.sampled_from(("pro_rata", "first_come", "highest_first"))),
        "overlap": draw(st.sampled_from(("sum", "sum", "max", "first"))),
        "quantum": draw(st.sampled_from((None, None, 1000, "0.25"))),
        "rounding": draw(st.sampled_from(("half_up", "half_even", "up", "down"))),
        "round_on": draw(st.sampled_from(("line", "total"))),
        "by": draw(st.sampled_from((None, "customer"))),
        **charge,
        **fixed,
    }
    return Penalty(metric or draw(st.sampled_from(METRICS)), **{key: given for key, given in options.items() if given is not None})


def linear_rules():
    """Rules that charge each breach by its overrun alone."""
    options = {
        "rate": amounts,
        "per": st.sampled_from(("minute", "hour", "7s", "15m", "day")),
        "partial": st.sampled_from(("exact", "floor", "ceil", "nearest")),
        "grace": st.sampled_from(("0s", "5m", "2h")),
        "grace_mode": st.sampled_from(("deductible", "cliff")),
        "cap": st.one_of(st.none(), amounts),
        "quantum": st.sampled_from((None, None, 1000, "0.25")),
        "rounding": st.sampled_from(("half_up", "half_even", "half_down", "up", "down", "ceiling", "floor")),
        "round_on": st.sampled_from(("line", "total")),
    }
    return st.fixed_dictionaries(options).map(lambda given: Penalty("resolution", **given))


class Steady:
    """The meter of a clock that always runs."""

    def net(self, start, end):
        """Wall time."""
        return end - start

    def met_until(self, start, span):
        """The last instant within a span."""
        return start + span


@st.composite
def breaches(draw, *, min_size=0, max_size=8):
    """Breaches of a few tickets and customers, each with its running spans."""
    found = []
    for number in range(draw(st.integers(min_size, max_size))):
        over = draw(overruns)
        start = START + draw(st.integers(0, 90 * 1440)) * MINUTE
        cut = draw(st.integers(0, over))
        spans = tuple(span for span in ((start, start + cut), (start + cut + 5 * MINUTE, start + over + 5 * MINUTE)) if span[0] < span[1])
        ticket = draw(st.integers(1, 4))
        found.append(
            Breach(
                ticket, draw(st.sampled_from(METRICS)), number, overrun_us=over, breached_us=start, ended_us=spans[-1][1], spans=spans,
                known={"customer": ticket % 2}, meter=Steady(),
            )
        )  # fmt: skip
    return found
