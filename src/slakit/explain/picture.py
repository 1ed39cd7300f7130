"""The timeline of a ticket as inline SVG: a bar a clock, a colour a label, no scripts."""

from collections.abc import Sequence
from datetime import tzinfo
from html import escape

from slakit._time import HOUR
from slakit.explain.clock import ClockExplanation
from slakit.explain.derivation import local
from slakit.explain.words import Words

COLOURS = {
    "not started": "#f3f4f6", "stopped": "#d1d5db", "excluded": "#c4b5fd", "paused": "#fcd34d", "part-day closure": "#93c5fd", "holiday": "#fda4af",
    "closed hours": "#e5e7eb", "running": "#34d399",
}  # fmt: skip
_WIDTH, _LEFT, _LETTER, _BAR, _GAP = 760, 150, 7, 18, 10
_ALSO, _BESIDE = "#059669", 6
"""The strip of a further cycle that runs at once: its colour and height."""
_DUE = "#b91c1c"
_AHEAD, _AT_LEAST = 3, 7 * 24 * HOUR
"""How far ahead the picture reaches at most: so many times what is known, but a week in any case."""


def timeline(clocks: Sequence[ClockExplanation], start: int, end: int, words: Words, zone: tzinfo) -> str:
    """One SVG with a bar for each clock over ``[start, end)`` (us); deadlines are marked."""
    marks = [cycle.row.due_us for clock in clocks for cycle in clock.cycles if cycle.row.due_us is not None]
    last = min(max([end, *marks, start + 1]), end + max(_AHEAD * (end - start), _AT_LEAST))
    scale = _WIDTH / (last - start)
    names = [words.metric(clock.metric) for clock in clocks]
    begin = max([_LEFT, *(_LETTER * len(name) for name in names)])
    height = len(clocks) * (_BAR + _GAP) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{begin + _WIDTH + 20}" height="{height}" role="img" style="direction:ltr;font:12px sans-serif">'
    ]
    for number, clock in enumerate(clocks):
        top = number * (_BAR + _GAP) + 4
        parts.append(f'<text x="0" y="{top + 13}">{escape(names[number])}</text>')
        for one in clock.stretches:
            left, width = begin + (one.start_us - start) * scale, max(0.5, (one.end_us - one.start_us) * scale)
            first, until = words.moment(local(one.start_us, zone)), words.moment(local(one.end_us, zone))
            title = _lasting(words, f"{words.label(one.label)}{words.detail(one.label, one.detail)}", first, until)
            parts.append(_bar((left, width), (top, _BAR), COLOURS[one.label], title))
            if one.also:
                numbers = words.listed(words.number(number) for number in one.also)
                beside = words.say("cycle {numbers} runs too", "چرخه {numbers} هم در جریان است", numbers=numbers)
                parts.append(_bar((left, width), (top + _BAR - _BESIDE, _BESIDE), _ALSO, _lasting(words, beside, first, until)))
        for cycle in clock.cycles:
            due = cycle.row.due_us
            if due is not None and due >= start:
                title = words.say("due {when}", "مهلت {when}", when=words.moment(local(due, zone)))
                parts.append(_mark(begin + (min(due, last) - start) * scale, top, title, beyond=due > last))
    foot = height - 8
    parts.append(f'<text x="{begin}" y="{foot}">{escape(words.moment(local(start, zone)))}</text>')
    parts.append(f'<text x="{begin + _WIDTH}" y="{foot}" text-anchor="end">{escape(words.moment(local(last, zone)))}</text></svg>')
    return "".join(parts)


def _lasting(words: Words, what: str, first: str, until: str) -> str:
    """What goes on between two moments."""
    return words.say("{what}, {first} - {until}", "{what}، {first} تا {until}", what=what, first=first, until=until)


def _bar(across: tuple[float, float], down: tuple[int, int], colour: str, title: str) -> str:
    """A rectangle, given where it begins and how long it is in both directions."""
    shape = f'x="{across[0]:.1f}" y="{down[0]}" width="{across[1]:.1f}" height="{down[1]}" fill="{colour}"'
    return f"<rect {shape}><title>{escape(title)}</title></rect>"


def _mark(place: float, top: int, title: str, *, beyond: bool) -> str:
    """A deadline: a line across the bar, or an arrow where it lies beyond the picture."""
    if beyond:
        shape = f'path d="M{place:.1f} {top} l8 {_BAR / 2:g} l-8 {_BAR / 2:g} z" fill="{_DUE}"'
        return f"<{shape}><title>{escape(title)}</title></path>"
    shape = f'line x1="{place:.1f}" x2="{place:.1f}" y1="{top - 3}" y2="{top + _BAR + 3}" stroke="{_DUE}" stroke-width="2"'
    return f"<{shape}><title>{escape(title)}</title></line>"


def legend(words: Words) -> str:
    """What the colours mean."""
    each = [
        f'<span style="margin-inline-end:1em"><span style="background:{colour};padding:0 .6em">&nbsp;</span> {escape(words.label(label))}</span>'
        for label, colour in COLOURS.items()
    ]
    return f"<p>{''.join(each)}</p>"
