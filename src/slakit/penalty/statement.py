"""Statements and explanations: a ledger for people."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from slakit._time import span_text, utc
from slakit.money import Money
from slakit.penalty.charge import number
from slakit.penalty.line import REASONS, Line

if TYPE_CHECKING:
    from slakit.penalty.ledger import Ledger

HEAD = ("ticket", "clock", "overrun", "charged", "units", "rate", "amount")
_RIGHT = frozenset({"overrun", "charged", "units", "amount"})


def explain(ledger: "Ledger", ticket: Any = None) -> str:
    """How each amount came about; of one ticket, or of all."""
    lines = [line for line in ledger.lines if ticket is None or line.ticket == ticket]
    if not lines:
        return "nothing is charged" if ticket is None else f"ticket {ticket!r} is charged nothing"
    told: list[str] = []
    last: Any = None
    for line in lines:
        about = (line.period, line.ticket, line.metric, line.ordinal, line.policy, line.rule)
        if about != last:
            told += _heading(ledger, line)
            last = about
        told.append(f"    {_sentence(line)}")
    return "\n".join([*told, f"  together {_sums(lines)}"])


def _heading(ledger: "Ledger", line: Line) -> list[str]:
    when = "" if line.period is None else f"{line.period}: "
    whom = f"ticket {line.ticket}, {line.metric} {line.ordinal}" if line.ticket is not None else f"{line.metric}, the period as a whole"
    heads = [f"{when}{whom}, policy {line.policy!r}" + ("" if line.policy_version is None else f" ({line.policy_version})")]
    if line.breached_us is not None and line.ended_us is not None:
        end = "still open" if line.open else "ended"
        evidence = f", events {', '.join(map(str, line.evidence))}" if line.evidence else ""
        heads.append(f"  breached {utc(line.breached_us):%Y-%m-%d %H:%M:%S}Z, {end} {utc(line.ended_us):%Y-%m-%d %H:%M:%S}Z{evidence}")
    heads += [f"  {rule.wording}" for rule in ledger.rules.get(line.policy) or ledger.rules.get("", ()) if rule.title == line.rule]
    return heads


def _sentence(line: Line) -> str:
    note = f" ({line.note})" if line.note else ""
    if line.kind not in {"charge", "attainment", "counts"}:
        return f"{line.kind.replace('_', ' ')}: {line.amount}, {REASONS[line.kind]}{note}"
    if line.kind != "charge":
        return f"{line.rate} = {line.amount}{note}"
    exact = "" if line.exact == line.amount.amount else f", exactly {number(line.exact)}, rounded"
    sum_of = "" if "+" in line.rate else f"{number(line.units)} x "
    return f"over by {span_text(line.overrun_us)}, of it {span_text(line.charged_us)} charged: {sum_of}{line.rate}{exact} = {line.amount}{note}"


def _sums(lines: Iterable[Line]) -> str:
    sums: dict[str, Money] = {}
    for line in lines:
        sums[line.amount.currency] = sums.get(line.amount.currency, Money.zero(line.amount.currency)) + line.amount
    return ", ".join(str(sums[currency]) for currency in sorted(sums)) or "nothing"


def _row(line: Line, language: str) -> list[str]:
    if line.kind not in {"charge", "attainment", "counts"}:
        note = line.note or REASONS[line.kind]
        return [str(line.ticket or ""), f"{line.kind.replace('_', ' ')}: {note}", "", "", "", "", line.amount.text(language)]
    whom = "" if line.ordinal is None else f" {line.ordinal}"
    still = " (open)" if line.open else ""
    spans = ["", ""] if line.kind != "charge" else [span_text(line.overrun_us), span_text(line.charged_us)]
    rate = line.rate + (f" ({line.note})" if line.note else "")
    return [str(line.ticket or ""), f"{line.metric}{whom}{still}", *spans, number(line.units), rate, line.amount.text(language)]


def _parts(ledger: "Ledger", by: str | None) -> list[tuple[str, list[Line]]]:
    parts: dict[tuple[Any, Any], list[Line]] = {}
    for line in ledger.lines:
        parts.setdefault((line.period, None if by is None else line.get(by)), []).append(line)
    order = {period: number for number, period in enumerate(ledger.periods)}
    found = sorted(parts.items(), key=lambda pair: (order[pair[0][0]], pair[0][1] is None, str(pair[0][1])))
    return [(_title(period, group, by), lines) for (period, group), lines in found]


def _title(period: str | None, group: Any, by: str | None) -> str:
    named = [] if period is None else [period]
    if by is not None:
        named.append(f"{by} {group}" if group is not None else f"without {by}")
    return ", ".join(named)


def _facts(ledger: "Ledger") -> tuple[str, str, list[str]]:
    as_of = "" if ledger.as_of is None else f"as of {utc(ledger.as_of):%Y-%m-%d %H:%M:%S}Z"
    total = ", ".join(str(total) for total in ledger.totals.values()) or "nothing"
    rules = [f"{policy + ': ' if policy else ''}{rule.wording}" for policy, held in ledger.rules.items() for rule in held]
    return as_of, total, rules


def statement_text(ledger: "Ledger", *, title: str, by: str | None, language: str) -> str:
    """A statement as text; see `slakit.penalty.Ledger.statement`."""
    as_of, total, rules = _facts(ledger)
    out = [f"{title} {as_of}".rstrip(), ""]
    for name, lines in _parts(ledger, by):
        rows = [list(HEAD), *(_row(line, language) for line in lines)]
        widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
        out += [name] if name else []
        out += [_aligned(row, widths) for row in rows]
        out += [f"  sum: {_sums(lines)}", ""]
    return "\n".join([*out, f"total: {total}", "", "rules", *(f"- {rule}" for rule in rules)])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) if name in _RIGHT else cell.ljust(width) for name, cell, width in zip(HEAD, row, widths, strict=True)]
    return "  " + "  ".join(cells).rstrip()


def statement_html(ledger: "Ledger", *, title: str, by: str | None, language: str) -> str:
    """A statement as HTML; see `slakit.penalty.Ledger.statement_html`."""
    as_of, total, rules = _facts(ledger)
    border = "border-bottom:1px solid rgba(127,127,127,.35);padding:.15em .6em"
    aligns = ["right" if name in _RIGHT else "start" for name in HEAD]
    parts = []
    for name, lines in _parts(ledger, by):
        head = "".join(f'<th scope="col" style="{border};text-align:{align}">{cell}</th>' for cell, align in zip(HEAD, aligns, strict=True))
        body = "".join(
            "<tr>"
            + "".join(
                f'<td dir="auto" style="{border};text-align:{align}">{escape(cell)}</td>'
                for cell, align in zip(_row(line, language), aligns, strict=True)
            )
            + "</tr>"
            for line in lines
        )
        caption = f'<caption style="text-align:start;font-weight:600" dir="auto">{escape(name)}</caption>' if name else ""
        foot = (
            f'<tr><td colspan="{len(HEAD)}" style="{border};text-align:right;font-weight:600" dir="auto">{escape(_sums(lines))}</td></tr>'
        )
        parts.append(
            f'<table style="border-collapse:collapse;color:inherit;background:transparent;margin:.6em 0">{caption}<thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"
        )
    listed = "".join(f'<li dir="auto">{escape(rule)}</li>' for rule in rules)
    return (
        '<section style="color:inherit;background:transparent;font-variant-numeric:tabular-nums;overflow-x:auto">'
        f'<h3 dir="auto">{escape(title)}</h3><p>{escape(as_of)}</p>{"".join(parts)}<p style="font-weight:600">{escape(total)}</p><ul>{listed}</ul></section>'
    )
