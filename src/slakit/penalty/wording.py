"""A penalty rule as a contract says it."""

from typing import TYPE_CHECKING

from slakit._time import span_text
from slakit.penalty.bands import Band
from slakit.penalty.rates import Rates
from slakit.penalty.share import Amount, Share

if TYPE_CHECKING:
    from slakit.penalty.rule import Penalty

_PARTIAL = {
    "exact": "",
    "floor": "a started {unit} does not count",
    "ceil": "a started {unit} counts in full",
    "nearest": "to the nearest {unit}",
}
_SHARED = {
    "pro_rata": "shared out in proportion",
    "first_come": "used up in order of breach",
    "highest_first": "used up from the highest charge",
}
_OVERLAP = {
    "max": "of the metrics of one ticket only the greatest charge counts",
    "first": "of the metrics of one ticket only the one first charged counts",
}


def priced(given: Amount) -> str:
    """An amount, or a share with what it is of."""
    return f"{given} of the fee" if isinstance(given, Share) else str(given)


def unit(rule: "Penalty") -> str:
    """The unit of overrun in words."""
    return rule.per if rule.per.isalpha() else f"{rule.per} unit"


def wording(rule: "Penalty") -> str:
    """One or more sentences: the charge, its clock and grace, its limits, its rounding."""
    sentences = [f"{rule.title}: {_charge(rule)}", *_overrun(rule), *_limits(rule), *_over_periods(rule), _rounding(rule)]
    if rule.when:
        sentences.insert(1, f"it applies where {rule.when}")
    return ". ".join(sentence[0].upper() + sentence[1:] if number else sentence for number, sentence in enumerate(sentences)) + "."


def _charge(rule: "Penalty") -> str:
    if rule.rate is not None:
        return f"{_changing(rule.rate)} for each {unit(rule)} of overrun"
    if rule.flat is not None:
        return f"{_changing(rule.flat)} for each breach of {rule.metric}"
    if rule.tiers is not None:
        each = "once" if rule.per == "breach" else f"for each {unit(rule)}"
        rows = "; ".join(f"{priced(band.amount)} {each} {_span_range(band)}" for band in rule.tiers)
        whole = (
            "each part of the overrun by its own tier" if rule.tier_mode == "marginal" else "the whole overrun by the tier that it reaches"
        )
        return f"{rows}; {whole}"
    if rule.attainment is not None:
        return "; ".join(f"{priced(band.amount)} for a period's attainment {_share_range(band)}" for band in rule.attainment)
    return "; ".join(f"{priced(band.amount)} for {_count_range(band)} breaches in a period" for band in rule.counts)


def _changing(rates: Rates) -> str:
    return str(rates) if rates.single is None else priced(rates.single)


def _span_range(band: Band) -> str:
    if band.upper is None:
        return f"beyond {span_text(band.lower)}"
    return f"up to {span_text(band.upper)}" if band.lower == 0 else f"beyond {span_text(band.lower)} up to {span_text(band.upper)}"


def _share_range(band: Band) -> str:
    if band.upper is None:
        return f"of {Share(band.lower)} and more"
    return f"below {Share(band.upper)}" if band.lower == 0 else f"from {Share(band.lower)} to below {Share(band.upper)}"


def _count_range(band: Band) -> str:
    if band.upper is None:
        return f"{band.lower} or more"
    return f"{band.lower}" if band.upper - 1 == band.lower else f"{band.lower} to {band.upper - 1}"


def _overrun(rule: "Penalty") -> list[str]:
    if rule.of_period:
        return []
    clock = (
        "the schedule agreed for penalties"
        if rule.schedule is not None
        else {"working": "the target's working time", "wall": "wall time, less pauses"}[rule.clock]
    )
    sentences = [f"overrun counts in {clock}"]
    if rule.grace:
        how = "are never charged" if rule.grace_mode == "deductible" else "are charged as well once they have passed"
        sentences.append(f"the first {span_text(rule.grace)} of overrun {how}")
    if _PARTIAL[rule.partial] and rule.per_us:
        sentences.append(
            _PARTIAL[rule.partial].format(unit=unit(rule)) + (", over all cycles together" if rule.partial_on == "sum" else "")
        )
    return sentences


def _limits(rule: "Penalty") -> list[str]:
    sentences = []
    if rule.minimum is not None:
        sentences.append(f"a charged cycle costs at least {priced(rule.minimum)}")
    for key, of in (("cap", "cycle"), ("cap_per_ticket", "ticket"), ("cap_per_period", "period")):
        if getattr(rule, key) is not None:
            how = "" if key == "cap" else f", {_SHARED[rule.cap_mode]}"
            sentences.append(f"at most {priced(getattr(rule, key))} a {of}{how}")
    if rule.overlap != "sum":
        sentences.append(_OVERLAP[rule.overlap])
    return sentences


def _over_periods(rule: "Penalty") -> list[str]:
    sentences = []
    if rule.repeat is not None:
        within = "the period before" if rule.repeat_within == 1 else f"one of the {rule.repeat_within} periods before"
        sentences.append(f"times {rule.repeat} where {within} was charged too")
    if rule.earn_back is not None:
        after = "the next period" if rule.earn_back_periods == 1 else f"each of the next {rule.earn_back_periods} periods"
        sentences.append(f"{rule.earn_back} of a period's charge is given back where {after} attains at least {rule.earn_back_at}")
    return sentences


def _rounding(rule: "Penalty") -> str:
    to = "the smallest amount of the currency" if rule.quantum is None else f"multiples of {rule.quantum:f}"
    return f"{'Each charge' if rule.round_on == 'line' else 'The total'} is rounded to {to} ({rule.rounding.replace('_', ' ')})"
