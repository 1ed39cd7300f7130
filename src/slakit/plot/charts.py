"""Series over periods: attainment with intervals, penalties, control charts."""

from typing import TYPE_CHECKING, Any

from slakit.calendars import periods
from slakit.plot import canvas
from slakit.plot.canvas import BLUE, GREY, LIGHT, ORANGE, RED, digits, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from slakit.judgement import Judgement
    from slakit.penalty import Ledger
    from slakit.stats import Chart


def attainment(
    judgement: "Judgement", *, per: Any = "month", calendar: Any = "gregorian", tz: Any = None, metric: str | None = None,
    ax: "Axes | None" = None, language: str = "en",
) -> "Axes":  # fmt: skip
    """Attainment by period, each with its 95 % Wilson interval and n.

    Args:
        judgement: judged cycles.
        per: ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``.
        calendar: ``"gregorian"`` or ``"jalali"``.
        tz: zone of the periods; None: that of the first policy's schedule.
        metric: one metric; None: all together.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.
    """
    zone = judgement.policies.policies[0].any_schedule.zone if tz is None else tz
    started = judgement.column("started_at").astype("int64")
    first = int(started.min()) if len(started) else judgement.as_of
    named, shares = [], []
    for period in periods(first, judgement.as_of, per=per, tz=zone, calendar=calendar):
        found = judgement.attainment(by=() if metric is None else "metric", since=period.start, until=period.end)
        group = next((row for row in found.groups if metric is None or dict(row.group)["metric"] == metric), None)
        if group is not None and group.n:
            named.append(period.name(language))
            shares.append(group)
    ax = canvas.axes(ax)
    places = range(len(shares))
    values = [share.value or 0.0 for share in shares]
    low = [value - (share.low or 0.0) for value, share in zip(values, shares, strict=True)]
    high = [(share.high or 0.0) - value for value, share in zip(values, shares, strict=True)]
    ax.errorbar(
        places, values, yerr=[low, high], fmt="o-", color=BLUE, ecolor=GREY, elinewidth=1.2, capsize=3, label=word("share met", language)
    )
    for place, share in zip(places, shares, strict=True):
        ax.annotate(
            digits(f"{share.n:,}", language), (place, 0), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=7, color=GREY
        )
    canvas.percent_axis(ax, language)
    canvas.named_ticks(ax, named, language)
    note = f"{word('share met', language)}; {word('n', language)} {sum(share.n for share in shares):,}"
    canvas.titled(ax, f"{word('attainment', language)}{'' if metric is None else f' · {metric}'}", note, language)
    return ax


def penalties(ledger: "Ledger", *, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """Penalties by period, a bar each; one currency.

    Args:
        ledger: made with ``period=``, so that its lines carry their periods.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.

    Raises:
        MoneyError: as ``ledger.total`` where there are several currencies.
    """
    total = ledger.total
    table = ledger.by("period")
    ax = canvas.axes(ax)
    amounts = [float(amount) for amount in table["amount"]]
    ax.bar(range(len(amounts)), amounts, color=ORANGE, width=0.6)
    canvas.number_axis(ax, language)
    canvas.named_ticks(ax, [str(period) for period in table["period"]], language)
    ax.set_ylabel(total.currency)
    canvas.titled(ax, word("penalties", language), f"{total.amount:,} {total.currency}", language)
    return ax


def control(chart: "Chart", *, names: list[str] | None = None, ax: "Axes | None" = None, language: str = "en") -> "Axes":
    """A control chart: the series, its centre and limits; points that break a rule in red.

    Args:
        chart: what `slakit.stats.xmr` or `slakit.stats.p_chart` gives.
        names: a name a point; None: numbers from 1.
        ax: matplotlib axes to draw on; None: new ones.
        language: ``"en"`` or ``"fa"``.
    """
    ax = canvas.axes(ax)
    values, low, high = (chart.table[name] for name in ("value", "low", "high"))
    places = list(range(len(values)))
    ax.plot(places, values, "o-", color=BLUE, markersize=4, linewidth=1.2)
    ax.axhline(chart.centre, color=GREY, linewidth=1, label=word("centre", language))
    for limit in (low, high):
        ax.step(places, limit, where="mid", color=GREY, linewidth=0.8, linestyle="--")
    ax.fill_between(places, low, high, step="mid", color=LIGHT, alpha=0.4, label=word("limits", language))
    out = chart.signals
    ax.plot(out, [values[place] for place in out], "o", color=RED, markersize=7)
    canvas.number_axis(ax, language)
    canvas.named_ticks(ax, names or [str(place + 1) for place in places], language)
    ax.legend(frameon=False, fontsize=8)
    canvas.titled(ax, chart.table.title, f"{word('n', language)}={len(values)}", language)
    return ax
