"""A penalty rule as a contract says it, in English and Persian."""

from typing import TYPE_CHECKING

from slakit._time import utc
from slakit.language import Language
from slakit.money import Money
from slakit.penalty.bands import Band
from slakit.penalty.phrases import FEE, unit_said
from slakit.penalty.rates import Rates
from slakit.penalty.share import Amount, Share

if TYPE_CHECKING:
    from slakit.penalty.rule import Penalty

_PARTIAL = {
    "floor": ("a started {unit} does not count", "{unit} ناتمام حساب نمی‌شود"),
    "ceil": ("a started {unit} counts in full", "{unit} آغازشده کامل حساب می‌شود"),
    "nearest": ("to the nearest {unit}", "به نزدیک‌ترین {unit} گرد می‌شود"),
}
_CLOCKS = {
    "working": ("the target's working time", "زمان کاری هدف"),
    "wall": ("wall time, less pauses", "زمان تقویمی منهای توقف‌ها"),
    "agreed": ("the schedule agreed for penalties", "تقویم کاری توافق‌شده برای جریمه"),
}
_GRACE = {
    "deductible": ("are never charged", "هرگز حساب نمی‌شود"),
    "cliff": ("are charged as well once they have passed", "پس از گذشتن، آن هم حساب می‌شود"),
}
_SHARED = {
    "pro_rata": ("shared out in proportion", "به نسبت تقسیم می‌شود"),
    "first_come": ("used up in order of breach", "به ترتیب نقض مصرف می‌شود"),
    "highest_first": ("used up from the highest charge", "از بیشترین مبلغ مصرف می‌شود"),
}
_CAPS = {
    "cap": ("at most {amount} a cycle", "حداکثر {amount} برای هر چرخه"),
    "cap_per_ticket": ("at most {amount} a ticket", "حداکثر {amount} برای هر تیکت"),
    "cap_per_period": ("at most {amount} a period", "حداکثر {amount} برای هر دوره"),
}
_OVERLAP = {
    "max": ("of the metrics of one ticket only the greatest charge counts", "از شاخص‌های یک تیکت تنها بیشترین مبلغ حساب می‌شود"),
    "first": ("of the metrics of one ticket only the one first charged counts", "از شاخص‌های یک تیکت تنها آن که زودتر جریمه شد حساب می‌شود"),
}
_TIERS = {
    "marginal": ("each part of the overrun by its own tier", "هر بخش از دیرکرد با پله خودش"),
    "slab": ("the whole overrun by the tier that it reaches", "همه دیرکرد با پله‌ای که به آن می‌رسد"),
}
_ROUNDINGS_FA = {
    "half_up": "نیم به بالا", "half_even": "نیم به زوج", "half_down": "نیم به پایین", "up": "رو به بالا", "down": "رو به پایین",
    "ceiling": "به سقف", "floor": "به کف",
}  # fmt: skip
ENGLISH = Language("en")
_RIGHT_TO_LEFT = "\u200f"
"""Between a name in Latin letters and a number: without the mark they would be shown from left to right."""


def priced(given: Amount, language: Language = ENGLISH) -> str:
    """An amount, or a share with what it is of."""
    if isinstance(given, Money):
        return given.text(language.name)
    return language.say(FEE.english, FEE.persian, share=language.figures(str(given)))


def unit(rule: "Penalty") -> str:
    """The unit of overrun in words, as lines hold it."""
    return rule.per if rule.per.isalpha() else f"{rule.per} unit"


def wording(rule: "Penalty", language: Language) -> str:
    """One or more sentences: the charge, its clock and grace, its limits, its rounding."""
    title = f"{rule.name}:" if rule.name else f"{language.metric(rule.metric) if language.persian else rule.metric}:"
    if language.persian and rule.name:
        title += _RIGHT_TO_LEFT
    sentences = [f"{title} {_charge(rule, language)}", *_overrun(rule, language), *_limits(rule, language)]
    sentences += [*_over_periods(rule, language), _rounding(rule, language)]
    if rule.when:
        when = language.conditions(rule.when)
        sentences.insert(1, language.say("it applies where {when}", "برای تیکتی است که در آن {when}", when=when))
    return ". ".join(sentence[0].upper() + sentence[1:] if number else sentence for number, sentence in enumerate(sentences)) + "."


def _charge(rule: "Penalty", language: Language) -> str:
    each = unit_said(unit(rule), language)
    if rule.rate is not None:
        english, persian = "{amount} for each {unit} of overrun", "{amount} برای هر {unit} دیرکرد"
        return language.say(english, persian, amount=_changing(rule.rate, language), unit=each)
    if rule.flat is not None:
        metric = language.metric(rule.metric) if language.persian else rule.metric
        english, persian = "{amount} for each breach of {metric}", "{amount} برای هر نقض {metric}"
        return language.say(english, persian, amount=_changing(rule.flat, language), metric=metric)
    if rule.tiers is not None:
        how = language.say("once", "یک بار") if rule.per == "breach" else language.say("for each {unit}", "برای هر {unit}", unit=each)
        bands = [(band, _span_range(band, language)) for band in rule.tiers]
        english, persian = "{amount} {how} {range}", "{range}: {amount} {how}"
        rows = [language.say(english, persian, amount=priced(band.amount, language), how=how, range=where) for band, where in bands]
        return _row([*rows, language.say(*_TIERS[rule.tier_mode])], language)
    if rule.attainment is not None:
        english, persian = "{amount} for a period's attainment {range}", "{amount} برای تحقق {range} در دوره"
        bands = [(band, _share_range(band, language)) for band in rule.attainment]
    else:
        english, persian = "{amount} for {range} breaches in a period", "{amount} برای {range} نقض در دوره"
        bands = [(band, _count_range(band, language)) for band in rule.counts]
    return _row([language.say(english, persian, amount=priced(band.amount, language), range=where) for band, where in bands], language)


def _row(parts: list[str], language: Language) -> str:
    return language.say("; ", "؛ ").join(parts)


def _changing(rates: Rates, language: Language) -> str:
    if rates.single is not None:
        return priced(rates.single, language)
    if not language.persian:
        return str(rates)
    parts = []
    for since, rate in rates.steps:
        start = "" if since is None else f" از {language.written(utc(since))} UTC"
        parts.append(f"{priced(rate, language)}{start}")
    return language.listed(parts)


def _span_range(band: Band, language: Language) -> str:
    low, high = language.exact_span(band.lower), None if band.upper is None else language.exact_span(band.upper)
    if high is None:
        return language.say("beyond {low}", "بیش از {low}", low=low)
    if band.lower == 0:
        return language.say("up to {high}", "تا {high}", high=high)
    return language.say("beyond {low} up to {high}", "بیش از {low} تا {high}", low=low, high=high)


def _share_range(band: Band, language: Language) -> str:
    low, high = (None if edge is None else language.figures(str(Share(edge))) for edge in (band.lower, band.upper))
    if high is None:
        return language.say("of {low} and more", "{low} و بیشتر", low=low)
    if band.lower == 0:
        return language.say("below {high}", "کمتر از {high}", high=high)
    return language.say("from {low} to below {high}", "از {low} تا کمتر از {high}", low=low, high=high)


def _count_range(band: Band, language: Language) -> str:
    low, high = language.figures(str(band.lower)), None if band.upper is None else language.figures(str(band.upper - 1))
    if high is None:
        return language.say("{low} or more", "{low} یا بیشتر", low=low)
    return low if low == high else language.say("{low} to {high}", "{low} تا {high}", low=low, high=high)


def _overrun(rule: "Penalty", language: Language) -> list[str]:
    if rule.of_period:
        return []
    clock = language.say(*_CLOCKS["agreed" if rule.schedule is not None else rule.clock])
    sentences = [language.say("overrun counts in {clock}", "دیرکرد با {clock} شمرده می‌شود", clock=clock)]
    if rule.grace:
        span, how = language.exact_span(rule.grace), language.say(*_GRACE[rule.grace_mode])
        sentences.append(language.say("the first {span} of overrun {how}", "{span} نخست دیرکرد {how}", span=span, how=how))
    if rule.partial in _PARTIAL and rule.per_us:
        together = language.say(", over all cycles together", "، روی همه چرخه‌ها با هم") if rule.partial_on == "sum" else ""
        sentences.append(language.say(*_PARTIAL[rule.partial], unit=unit_said(unit(rule), language)) + together)
    return sentences


def _limits(rule: "Penalty", language: Language) -> list[str]:
    sentences = []
    if rule.minimum is not None:
        english, persian = "a charged cycle costs at least {amount}", "هر چرخه جریمه‌شده دست‌کم {amount} هزینه دارد"
        sentences.append(language.say(english, persian, amount=priced(rule.minimum, language)))
    for key, words in _CAPS.items():
        if getattr(rule, key) is not None:
            how = [] if key == "cap" else [language.say(*_SHARED[rule.cap_mode])]
            sentences.append(language.listed([language.say(*words, amount=priced(getattr(rule, key), language)), *how]))
    if rule.overlap != "sum":
        sentences.append(language.say(*_OVERLAP[rule.overlap]))
    return sentences


def _over_periods(rule: "Penalty", language: Language) -> list[str]:
    sentences = []
    if rule.repeat is not None:
        n = language.number(rule.repeat_within)
        within = (
            language.say("the period before", "دوره پیش")
            if rule.repeat_within == 1
            else language.say("one of the {n} periods before", "یکی از {n} دوره پیش", n=n)
        )
        english, persian = "times {factor} where {within} was charged too", "{factor} برابر، اگر {within} هم جریمه داشت"
        sentences.append(language.say(english, persian, factor=language.figures(str(rule.repeat)), within=within))
    if rule.earn_back is not None:
        n = language.number(rule.earn_back_periods)
        after = (
            language.say("the next period", "دوره بعد")
            if rule.earn_back_periods == 1
            else language.say("each of the next {n} periods", "هر یک از {n} دوره بعد", n=n)
        )
        share, least = (language.figures(str(given)) for given in (rule.earn_back, rule.earn_back_at))
        english = "{share} of a period's charge is given back where {after} attains at least {least}"
        persian = "{share} از جریمه هر دوره برگردانده می‌شود، اگر تحقق {after} دست‌کم {least} باشد"
        sentences.append(language.say(english, persian, share=share, after=after, least=least))
    return sentences


def _rounding(rule: "Penalty", language: Language) -> str:
    to = (
        language.say("the smallest amount of the currency", "کوچک‌ترین واحد پول")
        if rule.quantum is None
        else language.say("multiples of {quantum}", "مضرب‌های {quantum}", quantum=language.figures(f"{rule.quantum:f}"))
    )
    what = language.say("Each charge", "هر مبلغ") if rule.round_on == "line" else language.say("The total", "جمع")
    mode = _ROUNDINGS_FA[rule.rounding] if language.persian else rule.rounding.replace("_", " ")
    return language.say("{what} is rounded to {to} ({mode})", "{what} به {to} گرد می‌شود ({mode})", what=what, to=to, mode=mode)
