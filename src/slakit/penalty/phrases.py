"""The short phrases of ledger lines: each stands once, in English as lines hold it, and in Persian as statements say it.

Lines keep their rate and note as English text, which travels in JSON; a statement in Persian reads
that text back by the same template that wrote it. What no template wrote is left as it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from slakit._time import fixed_span
from slakit.errors import SlakitError
from slakit.money import Money

if TYPE_CHECKING:
    from slakit.language import Language


class Phrase:
    """A template in both languages, with the same named parts.

    Attributes:
        english: the template that lines are written by.
        persian: its translation.
    """

    __slots__ = ("_read", "english", "persian")

    def __init__(self, english: str, persian: str) -> None:
        """A phrase; ``{name}`` marks a part."""
        self.english = english
        self.persian = persian
        self._read = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)))

    def text(self, **parts: object) -> str:
        """The phrase as lines hold it."""
        return self.english.format(**parts)

    def said(self, text: str, language: "Language") -> str | None:
        """Text that was written by it, in Persian; None for other text."""
        found = self._read.fullmatch(text)
        return (
            None
            if found is None
            else self.persian.format(**{name: _PARTS[name](part, language) for name, part in found.groupdict().items()})
        )


INSTEAD = Phrase("{metric} is charged instead", "به جای آن {metric} حساب می‌شود")
UNITS = Phrase("{units} units", "{units} واحد")
ATTAINED = Phrase("{share} attained, {units} judged", "تحقق {share}، {units} مورد داوری‌شده")
BREACHES = Phrase("{units} breaches", "{units} نقض")
GIVEN_BACK = Phrase("{share} of what was charged {units} period(s) before", "{share} از آنچه {units} دوره پیش حساب شد")
FEE = Phrase("{share} of the fee", "{share} از حق‌الزحمه")
TIMES = Phrase("{units} x {amount}", "{units} × {amount}")
EACH = Phrase("{amounts} a {unit}", "{amounts} برای هر {unit}")
SPAN_UNIT = Phrase("{span} unit", "بازه {span}")
_NOTES = (INSTEAD, ATTAINED, GIVEN_BACK, BREACHES, UNITS)
_UNITS_FA = {"second": "ثانیه", "minute": "دقیقه", "hour": "ساعت", "day": "روز", "breach": "نقض", "period": "دوره"}

KINDS_FA: Mapping[str, str] = MappingProxyType({
    "correction": "اصلاح", "minimum": "حداقل", "cap_cycle": "سقف چرخه", "overlap": "هم‌پوشانی", "cap_ticket": "سقف تیکت",
    "partial": "واحدهای آغازشده", "repeat": "تکرار", "cap_period": "سقف دوره", "earn_back": "برگشت", "rounding": "گرد کردن",
})  # fmt: skip
REASONS_FA: Mapping[str, str] = MappingProxyType({
    "correction": "آنچه صورت‌حساب پیشین حساب کرده بود و رویدادهای بعدی پس گرفتند",
    "minimum": "تا حداقلِ هر چرخه جریمه‌شده بالا آمد",
    "cap_cycle": "تا سقف هر چرخه پایین آمد",
    "overlap": "تنها یک شاخص از این تیکت حساب می‌شود",
    "cap_ticket": "تا سقف هر تیکت پایین آمد",
    "partial": "واحدهای آغازشده روی همه چرخه‌ها با هم شمرده شد",
    "repeat": "دوره‌ای پیش از این هم جریمه داشت",
    "cap_period": "تا سقف هر دوره پایین آمد",
    "earn_back": "به سبب تحقق پس از آن برگردانده شد",
    "rounding": "جمع گرد می‌شود، نه هر ردیف",
})  # fmt: skip


def rate_text(amounts: Iterable[str], each: str) -> str:
    """What units cost, as lines hold it.

    Args:
        amounts: one amount; or units times amount (`TIMES`) for each of several parts.
        each: the unit, e.g. ``"minute"`` or ``"breach"``.
    """
    return EACH.text(amounts=" + ".join(amounts), unit=each)


def rate_said(text: str, language: "Language") -> str:
    """The rate of a line in a language."""
    return (EACH.said(text, language) or text) if language.persian else text


def note_said(text: str, language: "Language") -> str:
    """The note of a line in a language."""
    if not language.persian:
        return text
    return next((said for phrase in _NOTES if (said := phrase.said(text, language)) is not None), text)


def number_said(text: str, language: "Language") -> str:
    """A number of a line, e.g. ``"114 17/30"``, in a language."""
    return language.figures(text.replace(" ", " و ")) if language.persian else text


def unit_said(text: str, language: "Language") -> str:
    """A unit in a language."""
    if not language.persian:
        return text
    return _UNITS_FA.get(text) or SPAN_UNIT.said(text, language) or text


def amount_said(text: str, language: "Language") -> str:
    """An amount, or a share of the fee, from its text."""
    share = FEE.said(text, language)
    if share is not None:
        return share
    try:
        return Money.parse(text).text(language.name)
    except SlakitError:
        return text


def _amounts(text: str, language: "Language") -> str:
    return " + ".join(TIMES.said(part, language) or amount_said(part, language) for part in text.split(" + "))


def _span(text: str, language: "Language") -> str:
    try:
        return language.exact_span(fixed_span(text))
    except SlakitError:
        return text


_PARTS: dict[str, Callable[[str, "Language"], str]] = {
    "metric": lambda text, language: language.metric(text),
    "units": number_said,
    "share": lambda text, language: language.figures(text),
    "amount": amount_said,
    "amounts": _amounts,
    "unit": unit_said,
    "span": _span,
}
