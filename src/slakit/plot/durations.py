"""How long it takes: the survival curve of cycles, open ones counted."""

from typing import TYPE_CHECKING

from slakit._time import HOUR, utc
from slakit.plot import canvas
from slakit.plot.canvas import BLUE, GREY, LIGHT, ORANGE, digits, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from slakit.judgement import Judgement
    from slakit.stats import Durations


def durations(judgement: "Judgement", metric: str, *, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """The share of cycles that is not finished after so many hours, with its 95 % band, median and 90 % mark.

    Open cycles are counted as long as they are known (Kaplan-Meier), so the picture does not flatter a
    desk that leaves the hard tickets open.

    Args:
        judgement: judged cycles.
        metric: id of the clock.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.

    Raises:
        QueryError: ``unknown_metric``.
    """
    found = judgement.durations(metric)
    ax = canvas.axes(ax)
    curve = found.survival_curve()
    hours = [at.total_seconds() / 3600 for at in curve["time"]]
    ax.step([0.0, *hours], [1.0, *curve["survival"]], where="post", color=BLUE, linewidth=1.6)
    ax.fill_between([0.0, *hours], [1.0, *curve["low"]], [1.0, *curve["high"]], step="post", color=LIGHT, alpha=0.6)
    for q, key in ((0.5, "median"), (0.9, "p90")):
        at = found.quantile(q)
        if at is not None:
            x = at.total_seconds() / 3600
            ax.plot([x, x], [0, 1 - q], color=ORANGE, linewidth=1, linestyle="--")
            ax.annotate(
                digits(f"{word(key, language)} {x:.1f}", language), (x, 1 - q), xytext=(4, 4), textcoords="offset points", fontsize=8
            )
    target = _target(judgement, metric)
    if target is not None:
        ax.axvline(target, color=GREY, linewidth=1, linestyle=":")
        ax.annotate(
            digits(f"{word('due', language)} {target:g}", language),
            (target, 0.97),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8,
            color=GREY,
        )
    canvas.percent_axis(ax, language)
    ax.set_xlim(0, _reach(found, target, hours))
    ax.set_xlabel(word("hours", language))
    ax.set_ylabel(word("still open", language))
    note = f"{word('n', language)}={found.n}, {word('open tickets', language)} {found.open} · {utc(judgement.as_of):%Y-%m-%d}"
    canvas.titled(ax, metric, note, language)
    return ax


def _reach(found: "Durations", target: float | None, hours: list[float]) -> float | None:
    """How far the picture goes, hours: well past target and 90 % mark, so that a few long open ones do not press the rest flat."""
    p90 = found.quantile(0.9)
    marks = [mark for mark in (target, None if p90 is None else p90.total_seconds() / 3600) if mark]
    return min(max(hours), 2.5 * max(marks)) if marks and hours else None


def _target(judgement: "Judgement", metric: str) -> float | None:
    """The target in hours, where all cycles of the metric have the same."""
    rows, names = judgement.coded("metric")
    given = set(judgement.column("target_us")[rows == names.index(metric)].tolist())
    return given.pop() / HOUR if len(given) == 1 and min(given) > 0 else None
