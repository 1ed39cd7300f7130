"""A report as text and as Markdown."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slakit._table import Table
from slakit._time import SECOND, fixed_span, span_text, utc
from slakit.calendars import jalali
from slakit.report.words import digits, word

if TYPE_CHECKING:
    from slakit.report.monthly import MonthlyReport

Section = tuple[str, list[str], list[list[str]]]


def sections(report: "MonthlyReport") -> list[Section]:
    """The parts of a report: title, header, rows, all as text in its language."""
    language = report.language
    parts: list[Section] = []
    header = [word(key, language) for key in ("figure", "value", "interval", "n", "note")]
    tables = dict(report.tables)
    for key in ("attainment", "durations", "penalties", "service", "surveys", "scorecard", "breakdown"):
        rows = [
            [word(one.key, language), one.value, one.interval, f"{one.n:,}", _note(one.notes, language)]
            for one in report.figures
            if one.section == key
        ]
        if rows:
            parts.append((word(key, language), header, rows))
        elif key in tables and len(tables[key]):
            parts.append((word(key, language), *_cells(tables[key], language)))
    found = [[code, f"{count:,}"] for code, count in report.findings] or [[word("none", language), "0"]]
    parts.append((word("findings", language), [word("code", language), word("count", language)], found))
    return [(title, head, [[digits(cell, language) for cell in row] for row in rows]) for title, head, rows in parts]


def _note(notes: tuple[tuple[int, str], ...], language: str) -> str:
    return ("، " if language == "fa" else ", ").join(f"{count:,} {word(what, language)}" for count, what in notes)


def _cells(table: Table, language: str) -> tuple[list[str], list[list[str]]]:
    plain = table.to_dict()
    names = list(plain)
    rows = [
        [word(str(cell), language) if name == "metric" else _text(cell, name) for name, cell in zip(names, row, strict=True)]
        for row in zip(*plain.values(), strict=True)
    ]
    return [word(name, language) for name in names], rows


def _text(cell: Any, name: str) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, timedelta):
        return span_text(round(fixed_span(cell) / SECOND) * SECOND)
    if isinstance(cell, float):
        return f"{cell:.1%}" if "share" in name else f"{cell:,.4g}"
    return f"{cell:,}" if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else str(cell)


def heading(report: "MonthlyReport") -> str:
    """The title with the month and the instant up to which the log is known."""
    language = report.language
    known = utc(report.as_of)
    day = "{:04}-{:02}-{:02}".format(*jalali(known.date())) if report.period.calendar == "jalali" else f"{known:%Y-%m-%d}"
    until = digits(f"{day} {known:%H:%M} UTC", language)
    return f"{word('report', language)} · {report.period.name(language)} · {word('as of', language)} {until}"


def as_text(report: "MonthlyReport") -> str:
    """Plain text, columns aligned."""
    title = heading(report)
    lines = [title, "=" * len(title)]
    for name, header, rows in sections(report):
        widths = [max(len(row[place]) for row in [header, *rows]) for place in range(len(header))]
        lines += ["", name, "-" * len(name)]
        lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [header, *rows]]
    return "\n".join(lines)


def as_markdown(report: "MonthlyReport") -> str:
    """Markdown with a table a section."""
    lines = [f"# {heading(report)}"]
    for name, header, rows in sections(report):
        lines += ["", f"## {name}", ""]
        lines += ["| " + " | ".join(_escaped(cell) for cell in row) + " |" for row in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines) + "\n"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
