"""The month of a desk: attainment, durations, penalties, service metrics, surveys, requests, findings."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import attrs

from slakit import service
from slakit._table import Table
from slakit._time import instant, utc
from slakit._value import value
from slakit.calendars import Period, named, period_at
from slakit.errors import QueryError
from slakit.report.words import checked

if TYPE_CHECKING:
    from slakit.events import EventLog
    from slakit.judgement import Judgement
    from slakit.policy import PolicySet
    from slakit.schedule import Schedule


@value
class Figure:
    """One figure of a report.

    Attributes:
        key: its name, e.g. ``"csat"`` or a metric's id.
        section: the part of the report: attainment, service or surveys.
        value: the figure as text; ``"-"`` where it is undefined.
        interval: its 95 % interval as text, or ``"-"``.
        n: the denominator.
        notes: (count, key of what) pairs: what is left out, open or undecided.
    """

    key: str
    section: str
    value: str
    interval: str
    n: int
    notes: tuple[tuple[int, str], ...]


@value(eq=False, repr=False)
class MonthlyReport:
    """A report as one value.

    Attributes:
        period: the month.
        as_of: instant up to which the log is known, us.
        language: ``"en"`` or ``"fa"``.
        figures: attainment, service and survey figures.
        tables: further tables by section: durations, penalties, breakdown, scorecard.
        findings: code -> how often, of what is doubtful in the log.
        pictures: makes the pictures for HTML, name -> PNG bytes; empty without matplotlib.
    """

    period: Period
    as_of: int
    language: str
    figures: tuple[Figure, ...]
    tables: tuple[tuple[str, Table], ...]
    findings: tuple[tuple[str, int], ...]
    pictures: Callable[[], dict[str, bytes]] = attrs.field(default=dict, repr=False)

    def text(self) -> str:
        """As plain text, aligned."""
        from slakit.report.render import as_text  # noqa: PLC0415 - only what is asked for is loaded

        return as_text(self)

    def markdown(self) -> str:
        """As Markdown with tables."""
        from slakit.report.render import as_markdown  # noqa: PLC0415 - only what is asked for is loaded

        return as_markdown(self)

    def html(self) -> str:
        """As one self-contained HTML page with inline pictures; no script, nothing from elsewhere."""
        from slakit.report.page import as_html  # noqa: PLC0415 - only what is asked for is loaded

        return as_html(self)

    def to_dict(self) -> dict[str, list[Any]]:
        """The figures as columns."""
        return {name: [getattr(figure, name) for figure in self.figures] for name in ("section", "key", "value", "interval", "n", "notes")}

    def __repr__(self) -> str:
        """The text form, as it reads in a REPL."""
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()


def monthly(
    log: "EventLog", policies: "PolicySet", *, as_of: Any, month: str | None = None, calendar: Any = "gregorian", tz: Any = None,
    schedule: "Schedule | None" = None, language: str = "en", category: str = "category", customer: str | None = None, fees: Any = None,
    kpis: Iterable[Any] = (),
) -> MonthlyReport:  # fmt: skip
    """The report of one month.

    Args:
        log: the events.
        policies: the contracts to judge by.
        as_of: the instant up to which the log is known.
        month: label such as ``"2026-03"`` or (Jalali) ``"1405-01"``; None: the month that ``as_of`` lies in.
        calendar: ``"gregorian"`` or ``"jalali"``.
        tz: zone of the month; None: that of the first policy's schedule.
        schedule: the working time of service and queue times; None: wall time, said so in the report.
        language: ``"en"`` or ``"fa"``.
        category: the field that requests are broken down by, where tickets have it.
        customer: the field that chains the contacts of one customer for FCR; None: each ticket alone.
        fees: what shares of a fee are taken of, as for ``result.penalties``.
        kpis: `slakit.service.Kpi` values for a scorecard.

    Raises:
        QueryError: ``bad_period`` for a month that has not begun; ``unknown_language``; ``no_policy``.
    """
    checked(language)
    if not policies.policies:
        message = "a report needs policies to judge by: pass PolicySet([Policy(...)])"
        raise QueryError(message, code="no_policy")
    until = instant(as_of)
    zone = policies.policies[0].any_schedule.zone if tz is None else tz
    period = period_at(until - 1, per="month", tz=zone, calendar=calendar) if month is None else named(month, tz=zone, calendar=calendar)
    if period.start_us >= until:
        message = f"the month {period.label} begins after as_of ({utc(until):%Y-%m-%d %H:%M}Z): ask for an earlier month"
        raise QueryError(message, code="bad_period", month=period.label)
    end = utc(min(period.end_us, until))
    window: dict[str, Any] = {"since": period.start, "until": end}
    judged = policies.judge(log, as_of=utc(until))
    figures = [*_attainment(judged, window), *_service(log, utc(until), window, schedule, customer), *_surveys(log, utc(until), window)]
    tables = [("durations", _durations(judged))]
    if any(policy.penalties for policy in policies.policies):
        tables.append(("penalties", judged.penalties(period, fees=fees).by("policy", "metric")))
    try:
        broken = service.breakdown(log, as_of=utc(until), by=[category], **window).to_dict()
        tables.append(("breakdown", Table({key: broken[key] for key in (category, "value", "share")})))
    except QueryError:
        pass
    if kpis:
        tables.append(("scorecard", service.Scorecard(tuple(kpis)).table()))
    findings = Counter(finding.code for finding in judged.findings)
    return MonthlyReport(
        period, until, language, tuple(figures), tuple(tables), tuple(sorted(findings.items())),
        lambda: _pictures(log, judged, period, calendar=calendar, zone=zone, language=language),
    )  # fmt: skip


def _attainment(judged: "Judgement", window: dict[str, Any]) -> list[Figure]:
    rows = []
    for group in judged.attainment(by="metric", **window).groups:
        low, high = group.low, group.high
        interval = "-" if low is None or high is None else f"{low:.1%} – {high:.1%}"
        notes = ((group.within, "within"), (group.cancelled, "cancelled"), (group.breached_open, "breached and open"))
        share = "-" if group.value is None else f"{group.value:.1%}"
        rows.append(Figure(str(dict(group.group)["metric"]), "attainment", share, interval, group.n, notes))
    return rows


def _service(log: "EventLog", as_of: Any, window: dict[str, Any], schedule: "Schedule | None", customer: str | None) -> list[Figure]:
    chain: dict[str, Any] = {} if customer is None else {"customer": customer}
    asked: tuple[tuple[str, Callable[[], service.Result]], ...] = (
        ("aht", lambda: service.aht(log, as_of=as_of, **window)),
        ("fcr", lambda: service.fcr(log, as_of=as_of, **chain, **window)),
        ("messages_per_service", lambda: service.messages_per_service(log, as_of=as_of, **window)),
        ("delivery_time", lambda: service.delivery_time(log, as_of=as_of, schedule=schedule, **window)),
        ("queue_time", lambda: service.queue_time(log, as_of=as_of, schedule=schedule, **window)),
        ("reopen_rate", lambda: service.reopen_rate(log, as_of=as_of, **window)),
    )
    return [_figure(key, "service", ask()) for key, ask in asked]


def _surveys(log: "EventLog", as_of: Any, window: dict[str, Any]) -> list[Figure]:
    return [_figure(key, "surveys", getattr(service, key)(log, as_of=as_of, **window)) for key in ("csat", "nps", "ces")]


def _figure(key: str, section: str, result: "service.Result") -> Figure:
    from slakit.service.words import figure_text  # noqa: PLC0415 - beside its only use

    interval = (
        "-" if result.low is None or result.high is None else f"{figure_text(result, result.low)} – {figure_text(result, result.high)}"
    )
    out = sum(result.excluded.values())
    notes = tuple((count, what) for what, count in (("open", result.open), ("pending", result.pending), ("left out", out)) if count)
    return Figure(key, section, figure_text(result, result.value), interval, result.n, notes)


def _durations(judged: "Judgement") -> Table:
    rows = judged.summary().to_dict()
    kept = [name for name in ("metric", "n", "open", "median", "p90", "finished_median") if name in rows]
    return Table({name: rows[name] for name in kept})


def _pictures(log: "EventLog", judged: "Judgement", period: Period, *, calendar: Any, zone: Any, language: str) -> dict[str, bytes]:
    from slakit.report.pictures import pictures  # noqa: PLC0415 - an extra

    return pictures(log, judged, period, calendar=calendar, zone=zone, language=language)
