"""A language: how numbers, spans, days, names and conditions are said in it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slakit._time import HOUR, MINUTE, SECOND, span_text
from slakit.calendars import DAYS, MONTHS, jalali
from slakit.errors import QueryError, TimeError, did_you_mean
from slakit.language import names
from slakit.language.conditions import persian
from slakit.money import persian_figures

if TYPE_CHECKING:
    from slakit.events.conditions import Conditions

LANGUAGES = ("en", "fa")
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Language:
    """English or Persian.

    Attributes:
        name: ``"en"`` or ``"fa"``.
        persian: whether it is Persian.
    """

    __slots__ = ("name", "persian")

    def __init__(self, name: str) -> None:
        """A language by name.

        Raises:
            QueryError: ``unknown_language``.
        """
        if name not in LANGUAGES:
            message = f"language={name!r}: {did_you_mean(name, LANGUAGES)}"
            raise QueryError(message, code="unknown_language", given=name)
        self.name = name
        self.persian = name == "fa"

    def say(self, english: str, persian: str, **parts: Any) -> str:
        """A sentence in the language, its parts filled in."""
        return (persian if self.persian else english).format(**parts)

    def listed(self, parts: Iterable[str]) -> str:
        """Parts of a sentence, with commas between."""
        return ("، " if self.persian else ", ").join(parts)

    def digits(self, text: str) -> str:
        """Text with the language's digits."""
        return text.translate(_DIGITS) if self.persian else text

    def figures(self, text: str) -> str:
        """Text that is a figure (``"-1,250.5"``, ``"10%"``, ``"1/3"``), with the language's digits and signs."""
        return persian_figures(text) if self.persian else text

    def number(self, given: Any) -> str:
        """A number, thousands apart; what is none as it is."""
        return self.figures(f"{given:,}") if isinstance(given, int | float | Decimal) else str(given)

    def span(self, us: int) -> str:
        """A length of time, e.g. ``3 h 30 min``; what is finer than a second is left out unless nothing else is there."""
        parts, rest = [], abs(us)
        for size, english, persian_ in ((HOUR, "h", "ساعت"), (MINUTE, "min", "دقیقه"), (SECOND, "s", "ثانیه")):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{self.number(count)} {persian_ if self.persian else english}")
        if not parts:
            return self.say("less than a second", "کمتر از یک ثانیه") if rest else self.say("no time", "هیچ زمانی")
        return (" و " if self.persian else " ").join(parts)

    def exact_span(self, us: int) -> str:
        """A length of time to the microsecond, as contracts and ledgers write it (``1h 30m``); in Persian in words."""
        if not self.persian:
            return span_text(us)
        parts, rest = [], abs(us)
        for size, word in ((HOUR, "ساعت"), (MINUTE, "دقیقه"), (SECOND, "ثانیه"), (1, "میکروثانیه")):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{self.number(count)} {word}")
        return ("منهای " if us < 0 else "") + (" و ".join(parts) or "۰ ثانیه")

    def clock(self, moment: datetime) -> str:
        """The time of day; seconds only where there are any."""
        return self.digits(f"{moment:%H:%M:%S}" if moment.second or moment.microsecond else f"{moment:%H:%M}")

    def long_date(self, day: date) -> str:
        """Day, month and year: Gregorian in English, Jalali in Persian (ISO where that calendar does not reach)."""
        if not self.persian:
            return f"{day.day} {MONTHS['gregorian', 'en'][day.month - 1]} {day.year}"
        try:
            year, month, number = jalali(date(day.year, day.month, day.day))
        except TimeError:
            return self.digits(f"{day:%Y-%m-%d}")
        return self.digits(f"{number} {MONTHS['jalali', 'fa'][month - 1]} {year}")

    def day(self, moment: date, *, dated: bool) -> str:
        """The weekday, with day, month and year where a week would not tell."""
        weekday = DAYS[self.name][moment.weekday()]
        return f"{weekday} {self.long_date(moment)}" if dated else weekday

    def moment(self, moment: datetime, *, dated: bool = True) -> str:
        """A day and its time."""
        return self.say("{day} {clock}", "{day} ساعت {clock}", day=self.day(moment, dated=dated), clock=self.clock(moment))

    def written(self, given: date) -> str:
        """A date or an instant as it stands in a contract."""
        if not isinstance(given, datetime):
            return self.long_date(given)
        return self.say("{day} {clock}", "{day} ساعت {clock}", day=self.long_date(given), clock=self.clock(given))

    def metric(self, name: str) -> str:
        """The name of a clock as people say it."""
        base, _, variant = name.partition(".")
        if not self.persian:
            return base.replace("_", " ").capitalize() + (f" ({variant.replace('_', ' ')})" if variant else "")
        return self._named(names.METRICS, base) + (f" ({self._named(names.VARIANTS, variant)})" if variant else "")

    def status(self, name: str) -> str:
        """A status: one of the six categories in the language, a product's own as it is."""
        return names.STATUSES.get(name, name) if self.persian else name

    def field(self, name: str) -> str:
        """A field of tickets."""
        return names.FIELDS.get(name, name) if self.persian else name

    def cause(self, name: str) -> str:
        """Why a cycle ended."""
        return self._named(names.CAUSES, name) if self.persian else name.replace("_", " ")

    def conditions(self, when: "Conditions") -> str:
        """Conditions on a ticket's fields."""
        if not self.persian:
            return str(when)
        return persian(when, self) if when else "همیشه"

    @staticmethod
    def _named(table: Mapping[str, str], name: str) -> str:
        return table.get(name, name.replace("_", " "))
