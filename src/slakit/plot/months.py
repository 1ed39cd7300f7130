"""Months of a desk: satisfaction as stacked shares, requests, and when they come in the week."""

from typing import TYPE_CHECKING

from slakit.calendars import DAYS, WEEK_START, WEEKDAYS
from slakit.errors import QueryError
from slakit.plot import canvas
from slakit.plot.canvas import BLUE, LIGHT, digits, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from slakit.service import Result
    from slakit.service.buckets import Requests
    from slakit.stats import Rate

HOURS = 24


def satisfaction(csat: "Result", *, names: dict[str, str] | None = None, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """Satisfaction by group (mostly months) as stacked shares of every label, from the worst below to the best above.

    Args:
        csat: `slakit.service.csat` with ``by="month"`` or another key.
        names: label of the scale -> how the picture names it.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.

    Raises:
        QueryError: ``not_grouped`` for a result without groups.
    """
    if not csat.groups:
        message = "the picture of satisfaction needs groups: ask service.csat(..., by='month', tz=...)"
        raise QueryError(message, code="not_grouped", by=csat.by)
    ax = canvas.axes(ax)
    keys = list(csat.groups)
    labels = list(csat.counts)
    totals = [sum(csat.groups[key].counts.values()) for key in keys]
    below = [0.0] * len(keys)
    for number, label in enumerate(labels):
        shares = [csat.groups[key].counts.get(label, 0) / total if total else 0.0 for key, total in zip(keys, totals, strict=True)]
        shade = canvas.SATISFACTION[round(number * (len(canvas.SATISFACTION) - 1) / max(len(labels) - 1, 1))]
        ax.bar(range(len(keys)), shares, bottom=below, color=shade, width=0.65, label=(names or {}).get(label, str(label)))
        below = [start + share for start, share in zip(below, shares, strict=True)]
    for place, total in enumerate(totals):
        ax.annotate(
            digits(f"{total:,}", language), (place, 1), xytext=(0, -10), textcoords="offset points", ha="center", fontsize=7, color="white"
        )
    canvas.percent_axis(ax, language)
    canvas.named_ticks(ax, [str(key) for key in keys], language)
    ax.set_ylabel(word("share", language))
    handles, shown = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], shown[::-1], frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    canvas.titled(ax, word("satisfaction", language), f"{word('n', language)} {sum(totals):,}", language)
    return ax


def requests(found: "Requests", *, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """Requests by bucket, a bar each; a bucket that the window cuts is hatched.

    Args:
        found: what `slakit.service.requests` gives.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.
    """
    ax = canvas.axes(ax)
    for place, bucket in enumerate(found.buckets):
        ax.bar(
            place,
            bucket.count,
            color=LIGHT if bucket.partial else BLUE,
            hatch="///" if bucket.partial else None,
            edgecolor=BLUE,
            width=0.65,
        )
        ax.annotate(
            digits(f"{bucket.count:,}", language), (place, bucket.count), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8
        )
    canvas.number_axis(ax, language)
    canvas.named_ticks(ax, [bucket.period.name(language) for bucket in found.buckets], language)
    hatched = f" · /// {word('partial', language)}" if any(bucket.partial for bucket in found.buckets) else ""
    canvas.titled(ax, word("requests", language), f"{word('n', language)} {found.value:,}{hatched}", language)
    return ax


def heat_map(found: "Requests", *, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """Requests an hour by weekday and hour of day, counted against how often each hour came.

    Args:
        found: what `slakit.service.requests` gives.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.
    """
    ax = canvas.axes(ax, size=(8.0, 2.8))
    profile = found.profile()
    first = WEEKDAYS.index(WEEK_START[found.stretch.calendar])
    days = [day for day in (*WEEKDAYS[first:], *WEEKDAYS[:first]) if any((day, hour) in profile for hour in range(HOURS))]
    rates = [[_rate(profile.get((day, hour))) for hour in range(HOURS)] for day in days]
    image = ax.imshow(rates, aspect="auto", cmap="Blues", vmin=0)
    names = DAYS[language]
    ax.set_yticks(range(len(days)), [names[WEEKDAYS.index(day)] for day in days])
    ax.set_xticks(range(0, HOURS, 2), [digits(str(hour), language) for hour in range(0, HOURS, 2)])
    ax.set_xlabel(word("hour of day", language))
    ax.figure.colorbar(image, ax=ax, pad=0.01, fraction=0.03)
    canvas.titled(ax, word("requests", language), f"{word('n', language)} {found.value:,}", language)
    return ax


def _rate(rate: "Rate | None") -> float:
    """Requests an hour; 0 where the window had no such hour."""
    return rate.count / rate.exposure if rate is not None else 0.0
