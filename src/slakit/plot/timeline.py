"""One ticket's clocks along time: running, paused, excluded, closed."""

from typing import TYPE_CHECKING

from slakit._time import utc
from slakit.explain.stretches import CLOSED, EXCLUDED, HOLIDAYS, PART_DAY, PAUSED, RUNNING
from slakit.plot import canvas
from slakit.plot.canvas import BLUE, GREEN, GREY, LIGHT, ORANGE, RED, digits, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from slakit.explain import Explanation

_COLOURS = {
    RUNNING: (BLUE, "running"),
    PAUSED: (ORANGE, "paused"),
    EXCLUDED: (GREEN, "excluded"),
    PART_DAY: (LIGHT, "closed"),
    HOLIDAYS: (LIGHT, "closed"),
    CLOSED: (LIGHT, "closed"),
}


def timeline(explanation: "Explanation", *, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """A bar a clock: running, paused, excluded and closed stretches; deadlines as marks.

    Args:
        explanation: what ``result.explain(ticket)`` gives.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num  # noqa: PLC0415 - an extra

    ax = canvas.axes(ax, size=(9.0, 0.9 + 0.55 * len(explanation.clocks)))
    labelled: set[str] = set()
    for row, clock in enumerate(explanation.clocks):
        for one in clock.stretches:
            colour, key = _COLOURS.get(one.label, (None, None))
            if colour is not None and key is not None:
                start = date2num(utc(one.start_us))
                label = None if key in labelled else word(key, language)
                ax.barh(row, date2num(utc(one.end_us)) - start, left=start, color=colour, height=0.5, label=label)
                labelled.add(key)
        for cycle in clock.cycles:
            if cycle.row.due_at is not None:
                late = cycle.row.breached
                ax.plot([date2num(cycle.row.due_at)] * 2, [row - 0.38, row + 0.38], color=RED if late else GREY, linewidth=1.6)
    locator = AutoDateLocator(tz=explanation.zone)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=explanation.zone))
    ax.set_yticks(range(len(explanation.clocks)), [clock.metric for clock in explanation.clocks])
    ax.invert_yaxis()
    ax.legend(frameon=False, fontsize=8, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    note = digits(f"{utc(explanation.as_of).astimezone(explanation.zone):%Y-%m-%d %H:%M}", language)
    canvas.titled(ax, str(explanation.ticket), f"| {word('due', language)} · {note}", language)
    return ax
