"""The words of explanations, in English and Persian."""

from slakit.explain.derivation import Step
from slakit.explain.stretches import PAUSED, STOPPED
from slakit.language import Language
from slakit.policy import Target

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


class Words(Language):
    """The words of explanations in one language."""

    __slots__ = ()

    def verdict(self, name: str) -> str:
        """A verdict."""
        return _VERDICTS[self.name][name]

    def label(self, name: str) -> str:
        """A label of a stretch."""
        return _LABELS_FA[name] if self.persian else name

    def detail(self, label: str, detail: str) -> str:
        """What is said beside a label: the status of a pause, the cause of a stop, the given reason or name; in brackets."""
        if not detail:
            return ""
        said = self.status(detail) if label == PAUSED else self.cause(detail) if label == STOPPED else detail
        return f" ({said})"

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
        if step.what == "part-day closure" and start is not None and end is not None:
            first, last = self.moment(start, dated=dated), self.clock(end)
            name = step.detail and f" ({step.detail})"
            return self.say("closed{name} from {first} to {last}", "بسته{name} از {first} تا {last}", name=name, first=first, last=last)
        if step.what in {"paused", "excluded"} and start is not None and end is not None:
            given = {
                "why": self.detail(step.what, step.detail),
                "first": self.moment(start, dated=dated),
                "last": self.moment(end, dated=dated),
            }
            if step.what == "paused":
                return self.say("paused{why} from {first} to {last}", "توقف{why} از {first} تا {last}", **given)
            return self.say("not counted{why} from {first} to {last}", "حساب نشد{why} از {first} تا {last}", **given)
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
            return self.say("the ticket carries it in {field}", "خود تیکت آن را در {field} دارد", field=self.field(step.detail))
        if step.what == "working days":
            return self.say("{text} are {span} of working time", "{text} یعنی {span} زمان کاری", text=self.days(step.detail), span=span)
        if step.what == "open pause":
            english, persian = (
                "{span} left when the clock runs on; while it is paused there is no deadline",
                "{span} مانده است؛ تا توقف برقرار است مهلتی نیست",
            )
            return self.say(english, persian, span=span)
        return self.say("when it can be reached is not known", "زمان رسیدن آن معلوم نیست")

    def target(self, target: Target) -> str:
        """What is promised."""
        if target.field is not None:
            return self.say("at {field}", "زمانی که در {field} آمده است", field=self.field(target.field))
        return self.span(target.length) if isinstance(target.length, int) else self.days(target.text)

    def days(self, text: str) -> str:
        """A target in working days, from its text."""
        if not self.persian:
            return text
        number = text.partition(" working day")[0]
        ends = "پایان " if number.startswith("end of ") else ""
        return self.digits(f"{ends}{number.removeprefix('end of ')} روز کاری")
