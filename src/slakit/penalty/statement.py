"""Statements and explanations: a ledger for people, in English and Persian."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit.language import Language
from slakit.money import Money
from slakit.penalty.charge import number
from slakit.penalty.line import REASONS, Line
from slakit.penalty.phrases import KINDS_FA, REASONS_FA, note_said, number_said, rate_said
from slakit.penalty.wording import wording

if TYPE_CHECKING:
    from slakit.penalty.ledger import Ledger

HEAD = ("ticket", "clock", "overrun", "charged", "units", "rate", "amount")
_HEAD_FA = ("تیکت", "شاخص", "دیرکرد", "حساب‌شده", "واحد", "نرخ", "مبلغ")
_FIGURES = frozenset({"overrun", "charged", "units", "amount"})
_PLAIN = frozenset({"charge", "attainment", "counts"})


def explain(ledger: "Ledger", ticket: Any, language: Language) -> str:
    """How each amount came about; of one ticket, or of all."""
    lines = [line for line in ledger.lines if ticket is None or line.ticket == ticket]
    if not lines and ticket is None:
        return language.say("nothing is charged", "چیزی حساب نشده است")
    if not lines:
        return language.say("ticket {ticket!r} is charged nothing", "تیکت {ticket} جریمه‌ای ندارد", ticket=ticket)
    told: list[str] = []
    last: Any = None
    for line in lines:
        about = (line.period, line.ticket, line.metric, line.ordinal, line.policy, line.rule)
        if about != last:
            told += _heading(ledger, line, language)
            last = about
        told.append(f"    {_sentence(line, language)}")
    return "\n".join([*told, language.say("  together {sums}", "  روی هم {sums}", sums=_sums(lines, language))])


def _heading(ledger: "Ledger", line: Line, language: Language) -> list[str]:
    when = "" if line.period is None else f"{language.digits(line.period)}: "
    metric = _metric(line, language)
    if line.ticket is not None:
        number_ = language.digits(str(line.ordinal))
        whom = language.say("ticket {ticket}, {metric} {n}", "تیکت {ticket}، {metric} {n}", ticket=line.ticket, metric=metric, n=number_)
    else:
        whom = language.say("{metric}, the period as a whole", "{metric}، همه دوره", metric=metric)
    version = "" if line.policy_version is None else f" ({line.policy_version})"
    policy = [language.say("policy {name!r}", "توافق‌نامه {name}", name=line.policy) + version] if line.policy else []
    heads = [when + language.listed([whom, *policy])]
    if line.breached_us is not None and line.ended_us is not None:
        english, persian = ("still open {end}", "در {end} هنوز باز") if line.open else ("ended {end}", "پایان در {end}")
        parts = [
            language.say("breached {start}", "نقض در {start}", start=_instant(line.breached_us, language)),
            language.say(english, persian, end=_instant(line.ended_us, language)),
        ]
        if line.evidence:
            parts.append(language.say("events {events}", "رویدادهای {events}", events=language.listed(map(str, line.evidence))))
        heads.append(f"  {language.listed(parts)}")
    rules = ledger.rules.get(line.policy) or ledger.rules.get("", ())
    return [*heads, *(f"  {wording(rule, language)}" for rule in rules if rule.title == line.rule)]


def _instant(us: int, language: Language) -> str:
    return f"{language.written(utc(us))} UTC" if language.persian else f"{utc(us):%Y-%m-%d %H:%M:%S}Z"


def _metric(line: Line, language: Language) -> str:
    return language.metric(line.metric) if language.persian else line.metric


def _kind(line: Line, language: Language) -> tuple[str, str]:
    """What a line that is no plain charge is, and why it stands there."""
    if language.persian:
        return KINDS_FA[line.kind], REASONS_FA[line.kind]
    return line.kind.replace("_", " "), REASONS[line.kind]


def _sentence(line: Line, language: Language) -> str:
    note = f" ({note_said(line.note, language)})" if line.note else ""
    amount, rate = line.amount.text(language.name), rate_said(line.rate, language)
    if line.kind not in _PLAIN:
        kind, reason = _kind(line, language)
        return language.listed([f"{kind}: {amount}", f"{reason}{note}"])
    if line.kind != "charge":
        return f"{rate} = {amount}{note}"
    exact = ""
    if line.exact != line.amount.amount:
        figure = number_said(number(line.exact), language)
        exact = language.say(", exactly {figure}, rounded", "، دقیقاً {figure}، گردشده", figure=figure)
    units = "" if "+" in line.rate else language.say("{units} x ", "{units} × ", units=number_said(number(line.units), language))
    return language.say(
        "over by {over}, of it {charged} charged: {units}{rate}{exact} = {amount}{note}",
        "دیرکرد {over}، از آن {charged} حساب‌شده: {units}{rate}{exact} = {amount}{note}",
        over=language.exact_span(line.overrun_us), charged=language.exact_span(line.charged_us), units=units, rate=rate, exact=exact,
        amount=amount, note=note,
    )  # fmt: skip


def _sums(lines: Iterable[Line], language: Language) -> str:
    sums: dict[str, Money] = {}
    for line in lines:
        sums[line.amount.currency] = sums.get(line.amount.currency, Money.zero(line.amount.currency)) + line.amount
    return _listed([sums[currency] for currency in sorted(sums)], language)


def _listed(amounts: Iterable[Money], language: Language) -> str:
    return language.listed(amount.text(language.name) for amount in amounts) or language.say("nothing", "هیچ")


def _row(line: Line, language: Language) -> list[str]:
    amount, note = line.amount.text(language.name), note_said(line.note, language)
    if line.kind not in _PLAIN:
        kind, reason = _kind(line, language)
        return [str(line.ticket or ""), f"{kind}: {note or reason}", "", "", "", "", amount]
    whom = "" if line.ordinal is None else f" {language.digits(str(line.ordinal))}"
    still = language.say(" (open)", " (باز)") if line.open else ""
    spans = ["", ""] if line.kind != "charge" else [language.exact_span(line.overrun_us), language.exact_span(line.charged_us)]
    rate = rate_said(line.rate, language) + (f" ({note})" if note else "")
    units = number_said(number(line.units), language)
    return [str(line.ticket or ""), f"{_metric(line, language)}{whom}{still}", *spans, units, rate, amount]


def _parts(ledger: "Ledger", by: str | None, language: Language) -> list[tuple[str, list[Line]]]:
    parts: dict[tuple[Any, Any], list[Line]] = {}
    for line in ledger.lines:
        parts.setdefault((line.period, None if by is None else line.get(by)), []).append(line)
    order = {period: number for number, period in enumerate(ledger.periods)}
    found = sorted(parts.items(), key=lambda pair: (order[pair[0][0]], pair[0][1] is None, str(pair[0][1])))
    return [(_title(period, group, by, language), lines) for (period, group), lines in found]


def _title(period: str | None, group: Any, by: str | None, language: Language) -> str:
    named = [] if period is None else [language.digits(period)]
    if by is not None:
        field = language.field(by)
        named.append(f"{field} {group}" if group is not None else language.say("without {field}", "بدون {field}", field=field))
    return language.listed(named)


def _facts(ledger: "Ledger", language: Language) -> tuple[str, str, list[str]]:
    as_of = "" if ledger.as_of is None else language.say("as of {when}", "تا {when}", when=_instant(ledger.as_of, language))
    total = _listed(ledger.totals.values(), language)
    rules = [f"{policy + ': ' if policy else ''}{wording(rule, language)}" for policy, held in ledger.rules.items() for rule in held]
    return as_of, total, rules


def _heads(language: Language) -> tuple[str, ...]:
    return _HEAD_FA if language.persian else HEAD


def _titled(title: str | None, language: Language) -> str:
    return language.say("Statement of penalties", "صورت‌حساب جریمه‌ها") if title is None else title


def statement_text(ledger: "Ledger", *, title: str | None, by: str | None, language: Language) -> str:
    """A statement as text; see `slakit.penalty.Ledger.statement`."""
    as_of, total, rules = _facts(ledger, language)
    out = [f"{_titled(title, language)} {as_of}".rstrip(), ""]
    for name, lines in _parts(ledger, by, language):
        rows = [list(_heads(language)), *(_row(line, language) for line in lines)]
        widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
        out += [name] if name else []
        out += [_aligned(row, widths) for row in rows]
        out += [language.say("  sum: {sums}", "  جمع: {sums}", sums=_sums(lines, language)), ""]
    last = [language.say("total: {total}", "جمع کل: {total}", total=total), "", language.say("rules", "قواعد")]
    return "\n".join([*out, *last, *(f"- {rule}" for rule in rules)])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) if name in _FIGURES else cell.ljust(width) for name, cell, width in zip(HEAD, row, widths, strict=True)]
    return "  " + "  ".join(cells).rstrip()


def statement_html(ledger: "Ledger", *, title: str | None, by: str | None, language: Language) -> str:
    """A statement as HTML; see `slakit.penalty.Ledger.statement_html`."""
    as_of, total, rules = _facts(ledger, language)
    border = "border-bottom:1px solid rgba(127,127,127,.35);padding:.15em .6em"
    first, last, own = ("right", "left", "") if language.persian else ("left", "right", ' dir="auto"')
    aligns = [last if name in _FIGURES else first for name in HEAD]
    parts = []
    for name, lines in _parts(ledger, by, language):
        head = "".join(
            f'<th scope="col" style="{border};text-align:{align}">{cell}</th>' for cell, align in zip(_heads(language), aligns, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td{own} style="{border};text-align:{align}">{escape(cell)}</td>'
                for cell, align in zip(_row(line, language), aligns, strict=True)
            )
            + "</tr>"
            for line in lines
        )
        caption = f'<caption style="text-align:{first};font-weight:600"{own}>{escape(name)}</caption>' if name else ""
        sums = escape(_sums(lines, language))
        foot = f'<tr><td colspan="{len(HEAD)}" style="{border};text-align:{last};font-weight:600"{own}>{sums}</td></tr>'
        parts.append(
            f'<table style="border-collapse:collapse;color:inherit;background:transparent;margin:.6em 0">{caption}<thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"
        )
    listed = "".join(f"<li{own}>{escape(rule)}</li>" for rule in rules)
    way = ' lang="fa" dir="rtl"' if language.persian else ""
    return (
        f'<section{way} style="color:inherit;background:transparent;font-variant-numeric:tabular-nums;overflow-x:auto">'
        f'<h3 dir="auto">{escape(_titled(title, language))}</h3><p>{escape(as_of)}</p>{"".join(parts)}'
        f'<p style="font-weight:600">{escape(total)}</p><ul>{listed}</ul></section>'
    )
