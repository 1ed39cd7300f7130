"""The pictures of a report, as PNG bytes."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from slakit import service
from slakit._time import utc
from slakit.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from slakit.calendars import Period
    from slakit.events import EventLog
    from slakit.judgement import Judgement


def pictures(log: "EventLog", judged: "Judgement", period: "Period", *, calendar: Any, zone: Any, language: str) -> dict[str, bytes]:
    """Attainment and satisfaction over the months, durations a clock, requests and their hours; empty without matplotlib."""
    try:
        from slakit import plot  # noqa: PLC0415 - an extra
        from slakit.plot import canvas  # noqa: PLC0415 - an extra

        canvas.axes(None)
    except ImportError:
        return {}
    end = utc(min(period.end_us, judged.as_of))
    asked: dict[str, Any] = {"as_of": utc(judged.as_of), "tz": zone, "calendar": calendar, "until": end}
    found = service.requests(log, **asked)
    makers: dict[str, Callable[[], Axes]] = {
        "attainment": lambda: plot.attainment(judged, calendar=calendar, tz=zone, language=language),
        "satisfaction": lambda: plot.satisfaction(service.csat(log, by="month", **asked), language=language),
        "requests": lambda: plot.requests(found, language=language),
        "hours": lambda: plot.heat_map(found, language=language),
    }
    for metric in judged.metrics:
        makers[f"durations {metric.name}"] = lambda name=metric.name: plot.durations(judged, name, language=language)  # type: ignore[misc]
    drawn = {}
    for name, make in makers.items():
        try:
            axes = make()
        except QueryError:
            continue
        buffer = BytesIO()
        axes.figure.savefig(buffer, format="png", dpi=110)  # type: ignore[union-attr]
        drawn[name] = buffer.getvalue()
    return drawn
