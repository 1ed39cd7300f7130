"""The timeline of a ticket as inline SVG: a bar a clock, a colour a label, no scripts."""

from collections.abc import Sequence
from datetime import tzinfo
from html import escape

from slakit.explain.clock import ClockExplanation
from slakit.explain.derivation import local
from slakit.explain.words import Words

COLOURS = {
    "not started": "#f3f4f6", "stopped": "#d1d5db", "excluded": "#c4b5fd", "paused": "#fcd34d", "part-day closure": "#93c5fd", "holiday": "#fda4af",
    "closed hours": "#e5e7eb", "running": "#34d399",
}  # fmt: skip
_WIDTH, _LEFT, _BAR, _GAP = 760, 150, 18, 10
_ALSO, _BESIDE = "#059669", 6
"""The strip of a further cycle that runs at once: its colour and height."""


def timeline(clocks: Sequence[ClockExplanation], start: int, end: int, words: Words, zone: tzinfo) -> str:
    """One SVG with a bar for each clock over ``[start, end)`` (us); deadlines are marked."""
    marks = [cycle.row.due_us for clock in clocks for cycle in clock.cycles if cycle.row.due_us is not None]
    last = max([end, *marks, start + 1])
    scale = _WIDTH / (last - start)
    height = len(clocks) * (_BAR + _GAP) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 20}" height="{height}" role="img" style="direction:ltr;font:12px sans-serif">'
    ]
    for number, clock in enumerate(clocks):
        top = number * (_BAR + _GAP) + 4
        parts.append(f'<text x="0" y="{top + 13}">{escape(words.metric(clock.metric))}</text>')
        for one in clock.stretches:
            left, width = _LEFT + (one.start_us - start) * scale, max(0.5, (one.end_us - one.start_us) * scale)
            detail = f": {one.detail}" if one.detail else ""
            first, until = words.moment(local(one.start_us, zone)), words.moment(local(one.end_us, zone))
            title = f"{words.label(one.label)}{detail}, {first} - {until}"
            parts.append(_bar((left, width), (top, _BAR), COLOURS[one.label], title))
            if one.also:
                numbers = words.say(", ", "، ").join(words.digits(str(number)) for number in one.also)
                beside = words.say("cycle {numbers} runs too", "چرخه {numbers} هم در جریان است", numbers=numbers)
                parts.append(_bar((left, width), (top + _BAR - _BESIDE, _BESIDE), _ALSO, f"{beside}, {first} - {until}"))
        for cycle in clock.cycles:
            due = cycle.row.due_us
            if due is not None and due >= start:
                place = _LEFT + (due - start) * scale
                title = escape(words.say("due {when}", "مهلت {when}", when=words.moment(local(due, zone))))
                parts.append(
                    f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{top - 3}" y2="{top + _BAR + 3}" stroke="#b91c1c" stroke-width="2"><title>{title}</title></line>'
                )
    foot = height - 8
    parts.append(f'<text x="{_LEFT}" y="{foot}">{escape(words.moment(local(start, zone)))}</text>')
    parts.append(f'<text x="{_LEFT + _WIDTH}" y="{foot}" text-anchor="end">{escape(words.moment(local(last, zone)))}</text></svg>')
    return "".join(parts)


def _bar(across: tuple[float, float], down: tuple[int, int], colour: str, title: str) -> str:
    """A rectangle, given where it begins and how long it is in both directions."""
    shape = f'x="{across[0]:.1f}" y="{down[0]}" width="{across[1]:.1f}" height="{down[1]}" fill="{colour}"'
    return f"<rect {shape}><title>{escape(title)}</title></rect>"


def legend(words: Words) -> str:
    """What the colours mean."""
    each = [
        f'<span style="margin-inline-end:1em"><span style="background:{colour};padding:0 .6em">&nbsp;</span> {escape(words.label(label))}</span>'
        for label, colour in COLOURS.items()
    ]
    return f"<p>{''.join(each)}</p>"
