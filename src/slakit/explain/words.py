"""The words of explanations, in English and Persian."""

from datetime import date, datetime
from typing import Any

from slakit._time import HOUR, MINUTE, SECOND
from slakit.calendars import DAYS, MONTHS, jalali
from slakit.errors import QueryError, did_you_mean
from slakit.explain.derivation import Step

_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_METRICS_FA = {
    "first_response": "پاسخ اول", "next_response": "پاسخ بعدی", "resolution": "حل", "first_resolution": "حل اول", "total_resolution": "حل کامل",
    "requester_wait": "انتظار درخواست‌کننده", "agent_work": "کار کارشناس", "periodic_update": "خبر دوره‌ای", "pausable_update": "خبر دوره‌ای",
    "queue": "صف", "service_delivery": "تحویل خدمت", "ownership": "مالکیت",
}  # fmt: skip
_VERDICTS = {
    "en": {
        "met": "met", "breached": "breached", "within": "still in time", "cancelled": "ended without a result, in time", "not_applicable": "no target",
    },
    "fa": {"met": "به‌موقع انجام شد", "breached": "از مهلت گذشت", "within": "در مهلت", "cancelled": "در مهلت لغو شد", "not_applicable": "بدون هدف"},
}  # fmt: skip
_LABELS_FA = {
    "not started": "شروع‌نشده", "stopped": "پایان‌یافته", "excluded": "مستثنا", "paused": "متوقف", "part-day closure": "تعطیلی بخشی از روز",
    "holiday": "تعطیل", "closed hours": "خارج از ساعت کاری", "running": "در جریان",
}  # fmt: skip


class Words:
    """One language's way to say things.

    Attributes:
        language: ``"en"`` or ``"fa"``.
    """

    def __init__(self, language: str) -> None:
        """Words of a language.

        Raises:
            QueryError: ``unknown_language``.
        """
        if language not in _VERDICTS:
            message = f"language={language!r}: {did_you_mean(language, _VERDICTS)}"
            raise QueryError(message, code="unknown_language", given=language)
        self.language = language
        self.persian = language == "fa"

    def digits(self, text: str) -> str:
        """Text with the language's digits."""
        return text.translate(_DIGITS) if self.persian else text

    def say(self, english: str, persian: str, **parts: Any) -> str:
        """A sentence in the language, its parts filled in."""
        return (persian if self.persian else english).format(**parts)

    def span(self, us: int) -> str:
        """A length of time, e.g. ``3 h 30 min``; what is finer than a second is left out unless nothing else is there."""
        parts, rest = [], abs(us)
        for size, english, persian in ((HOUR, "h", "ساعت"), (MINUTE, "min", "دقیقه"), (SECOND, "s", "ثانیه")):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{self.digits(f'{count:,}')} {persian if self.persian else english}")
        if not parts:
            return self.say("less than a second", "کمتر از یک ثانیه") if rest else self.say("no time", "هیچ زمانی")
        return (" و " if self.persian else " ").join(parts)

    def clock(self, moment: datetime) -> str:
        """The time of day; seconds only where there are any."""
        return self.digits(f"{moment:%H:%M:%S}" if moment.second or moment.microsecond else f"{moment:%H:%M}")

    def day(self, moment: date, *, dated: bool) -> str:
        """The weekday, with day and month where a week would not tell."""
        weekday = DAYS[self.language][moment.weekday()]
        if not dated:
            return weekday
        if self.persian:
            year, month, day = jalali(moment if type(moment) is date else moment.date())  # type: ignore[attr-defined]
            return self.digits(f"{weekday} {day} {MONTHS['jalali', 'fa'][month - 1]} {year}")
        return f"{weekday} {moment.day} {MONTHS['gregorian', 'en'][moment.month - 1]} {moment.year}"

    def moment(self, moment: datetime, *, dated: bool = True) -> str:
        """A day and its time."""
        return self.say("{day} {clock}", "{day} ساعت {clock}", day=self.day(moment, dated=dated), clock=self.clock(moment))

    def metric(self, name: str) -> str:
        """The name of a clock as people say it."""
        base, _, variant = name.partition(".")
        if self.persian:
            return _METRICS_FA.get(base, base.replace("_", " ")) + (f" ({variant})" if variant else "")
        return base.replace("_", " ").capitalize() + (f" ({variant.replace('_', ' ')})" if variant else "")

    def verdict(self, name: str) -> str:
        """A verdict."""
        return _VERDICTS[self.language][name]

    def label(self, name: str) -> str:
        """A label of a stretch."""
        return _LABELS_FA[name] if self.persian else name

    def step(self, step: Step, *, dated: bool) -> str:
        """One step of a deadline's derivation."""
        span, start, end = self.span(step.us), step.start, step.end
        day = None if start is None else self.day(start, dated=dated)
        if step.what == "used" and end is not None:
            return self.say(
                "{span} used by {clock} on {day}", "{span} تا ساعت {clock} {day} مصرف شد", span=span, clock=self.clock(end), day=day
            )
        if step.what == "left" and start is not None:
            return self.say("{span} left from {when}", "{span} از {when} مانده", span=span, when=self.moment(start, dated=dated))
        if step.what == "days" and start is not None and end is not None:
            english, persian = "{span} on {n} days, {first} to {last}", "{span} در {n} روز، از {first} تا {last}"
            return self.say(english, persian, span=span, n=self.digits(str(step.days)), first=day, last=self.day(end, dated=dated))
        if step.what == "holiday":
            return self.say("{day} is {name}", "{day} {name} است", day=day, name=step.detail or self.say("a holiday", "تعطیل"))
        if step.what in {"paused", "excluded"} and start is not None and end is not None:
            given = {"why": step.detail, "first": self.moment(start, dated=dated), "last": self.moment(end, dated=dated)}
            if step.what == "paused":
                return self.say("paused ({why}) from {first} to {last}", "توقف ({why}) از {first} تا {last}", **given)
            return self.say("not counted ({why}) from {first} to {last}", "حساب نشد ({why}) از {first} تا {last}", **given)
        if step.what == "merged" and start is not None and end is not None:
            english = "the wait of ticket {ticket} since {first} was taken over by a merge on {last}"
            persian = "انتظار تیکت {ticket} از {first} با ادغام در {last} به این تیکت رسید"
            first, last = self.moment(start, dated=dated), self.moment(end, dated=dated)
            return self.say(english, persian, ticket=step.detail, first=first, last=last)
        return self._other(step, span)

    def _other(self, step: Step, span: str) -> str:
        if step.what == "carried":
            return self.say("{span} used before the reopening", "{span} پیش از بازگشایی مصرف شده", span=span)
        if step.what == "field":
            return self.say("the ticket carries it in {field}", "خود تیکت آن را در {field} دارد", field=step.detail)
        if step.what == "working days":
            return self.say("{text} are {span} of working time", "{text} یعنی {span} زمان کاری", text=self.target(step.detail), span=span)
        if step.what == "open pause":
            english, persian = (
                "{span} left when the clock runs on; while it is paused there is no deadline",
                "{span} مانده است؛ تا توقف برقرار است مهلتی نیست",
            )
            return self.say(english, persian, span=span)
        return self.say("when it can be reached is not known", "زمان رسیدن آن معلوم نیست")

    def target(self, text: str) -> str:
        """A target in its own words."""
        if not self.persian or " working day" not in text:
            return text
        number = text.partition(" working day")[0]
        ends = "پایان " if number.startswith("end of ") else ""
        return self.digits(f"{ends}{number.removeprefix('end of ')} روز کاری")
