"""A report as one self-contained HTML page, readable in light and dark, in either writing direction."""

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from slakit.report.render import heading, sections
from slakit.report.words import word

if TYPE_CHECKING:
    from slakit.report.monthly import MonthlyReport

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5c6675;--line:#d9dee5;--paper:#fff;--head:#f4f6f8}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaef;--soft:#9aa5b4;--line:#39424f;--paper:#161b22;--head:#1f2630}}
body{margin:0 auto;max-width:62rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Vazirmatn","Noto Sans Arabic",sans-serif}
h1{font-size:1.4rem;margin:0 0 1rem}h2{font-size:1.05rem;margin:1.8rem 0 .5rem}
table{border-collapse:collapse;width:100%}th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:start;vertical-align:top}
th{background:var(--head);font-weight:600}td{font-variant-numeric:tabular-nums}td:last-child{color:var(--soft)}
.scroll{overflow-x:auto}.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr));gap:1rem;margin-top:1rem}
[dir=rtl] td,[dir=rtl] th{text-align:right}
figure{margin:0;background:#fff;border:1px solid var(--line);border-radius:6px;padding:.4rem}img{width:100%;height:auto;display:block}
"""


def as_html(report: "MonthlyReport") -> str:
    """The page; no script, nothing loaded from elsewhere."""
    right_to_left = report.language == "fa"
    title = escape(heading(report))
    parts = [
        f'<!doctype html><html lang="{report.language}" dir="{"rtl" if right_to_left else "ltr"}"><head><meta charset="utf-8">',
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title><style>{_STYLE}</style></head>',
        f"<body><h1>{title}</h1>",
    ]
    drawn = report.pictures()
    if drawn:
        figures = "".join(
            f'<figure><img alt="{escape(_alt(name, report.language))}" src="data:image/png;base64,{b64encode(image).decode()}"></figure>'
            for name, image in drawn.items()
        )
        parts.append(f'<div class="pictures">{figures}</div>')
    for name, header, rows in sections(report):
        head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
        body = "".join("<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows)
        parts.append(f'<h2>{escape(name)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>')
    return "\n".join([*parts, "</body></html>"])


def _alt(name: str, language: str) -> str:
    return " ".join(word(part, language) for part in name.split(" ", 1))
