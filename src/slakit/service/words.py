"""Results in words."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from slakit._time import SECOND, fixed_span, span_text, utc

if TYPE_CHECKING:
    from slakit.service.result import Result

_BASES = {"opened": "by the instant of opening", "finished": "by the instant of the end", "event": "by the instant of the event"}


def figure_text(result: "Result", figure: Any) -> str:
    """A number in the unit of a result, for people."""
    if figure is None:
        return "-"
    if result.unit == "share":
        return f"{100 * figure:.1f} %"
    if result.unit == "points":
        return f"{figure:+.1f}"
    if isinstance(figure, timedelta):
        us = fixed_span(figure)
        return span_text(round(us / SECOND) * SECOND) if abs(us) >= SECOND else span_text(us)
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.4g}"


def sentence(result: "Result", *, whole: bool) -> str:
    """What a result says.

    Args:
        result: the result.
        whole: several lines with all that was left out, instead of one.
    """
    interval = result.interval()
    name = result.metric if result.variant == "default" else f"{result.metric} ({result.variant})"
    lines = [f"{name} {_figure(result)}"]
    if interval.low is not None and interval.high is not None:
        ends = f"{figure_text(result, result.low)} to {figure_text(result, result.high)}"
        lines.append(f"{100 * interval.confidence:g} % interval {ends} ({interval.method})")
    elif interval.reason:
        lines.append(f"no interval: {interval.reason}")
    if result.open:
        lines.append(f"{result.open:,} open")
    if result.pending:
        lines.append(f"{result.pending:,} pending")
    lines += [f"{count:,} left out: {reason}" for reason, count in result.excluded.items() if count]
    if result.as_of_us is not None:
        lines.append(f"as of {utc(result.as_of_us):%Y-%m-%d %H:%M:%S}Z")
    if not whole:
        return "; ".join(lines)
    lines.append(f"window: {result.window}, {_BASES.get(result.basis, result.basis)}")
    if result.unit == "span":
        lines.append(f"time: {result.schedule or 'wall time'}")
    lines += [f"{name}: {_plain(tally.value)} (n {tally.n:,})" for name, tally in result.parts.items()]
    lines += result.notes
    if len(result.held):
        lines.append(f"{len(result.held):,} tickets behind it: see .tickets")
    return "\n".join(lines)


def _figure(result: "Result") -> str:
    if result.value is None:
        return "undefined: nothing to count"
    if result.unit == "count":
        return result.text()
    over = result.numerator
    of = f"{over:,} of {result.n:,}" if result.unit == "share" else f"n {result.n:,}"
    return f"{result.text()} ({of})"


def _plain(given: Any) -> str:
    if given is None:
        return "-"
    return span_text(fixed_span(given)) if isinstance(given, timedelta) else f"{given:,.4g}" if isinstance(given, float) else f"{given:,}"
