"""Reports on the log of a support desk: how long customers wait, and the last month as a whole.

    python examples/desk_report.py                     # the shipped log of a desk in Tehran
    python examples/desk_report.py --html month.html --language fa
    python examples/desk_report.py my_events.csv       # any event CSV with the columns of the shipped one
    python examples/desk_report.py my_events.csv --tz Europe/Berlin --hours "mon-fri 09:00-17:00" --as-of 2026-06-01T00:00+02:00

The script does the reading; the library gets rows and reads nothing. A CSV has one event a row: the
columns ``ticket``, ``at`` and ``kind``, and those that its kinds need; empty cells are absent.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from slakit import EventLog, LogErrors, Money, Schedule, SlakitError, measure, report, service
from slakit.presets import danadesk

SHIPPED = Path(__file__).parent / "data" / "desk_log.csv"
SHIPPED_AS_OF = "2026-05-22T00:00:00+03:30"
HOURS = "sat-wed 08:00-16:00; thu 08:00-12:00"
HOLIDAYS = {
    "2026-03-11": "Martyrdom of Imam Ali",
    "2026-03-20": "Oil Nationalization Day",
    "2026-03-21": "Nowruz",
    "2026-03-22": "Nowruz",
    "2026-03-23": "Nowruz",
    "2026-03-24": "Nowruz",
    "2026-04-01": "Islamic Republic Day",
    "2026-04-02": "Nature's Day",
    "2026-04-14": "Martyrdom of Imam Sadiq",
}
SHORT_DAYS = {"2026-03-19": "08:00-10:00"}
METRICS = ("first_response", "next_response", "resolution")
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
SLOWEST = 5


def watched(rows: Iterable[Any], what: str) -> Iterator[Any]:
    """The same rows, with a count on the terminal once reading takes longer than a second."""
    if not sys.stderr.isatty():
        yield from rows
        return
    began = shown = monotonic()
    count = 0
    for count, row in enumerate(rows, 1):
        yield row
        if count % 1024 == 0 and monotonic() - shown > 1:
            shown = monotonic()
            print(f"\r{count:,} {what} read", end="", file=sys.stderr, flush=True)
    if shown > began:
        print(f"\r{count:,} {what} read", file=sys.stderr)


def record(row: Mapping[str, str]) -> dict[str, Any]:
    """A CSV row as the record that a log takes: no empty cells, booleans and numbers where the key is one."""
    out: dict[str, Any] = {key: cell for key, cell in row.items() if cell}
    if "public" in out:
        out["public"] = TRUTHS.get(out["public"].lower(), out["public"])
    if out.get("seq", "").isdecimal():
        out["seq"] = int(out["seq"])
    if out.get("kind") == "rating" and out.get("value", "").isdecimal():
        out["value"] = int(out["value"])
    return out


def read_events(path: Path, tz: str | None = None) -> EventLog:
    """An event CSV as a log."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return EventLog.from_records([record(row) for row in watched(csv.DictReader(file), "events")], tz=tz)


def last_instant(log: EventLog) -> datetime:
    """When the log ends, for a log that does not say up to when it is known."""
    return max(log.events_of(ticket)[-1].time for ticket in log.tickets)


def hours(microseconds: float) -> str:
    """Microseconds as hours."""
    return f"{microseconds / 3.6e9:,.4f} h"


def share_of_time(cycle: Any) -> str:
    """Where the wall time of a cycle went."""
    closed = cycle.wall_us - cycle.elapsed_us - cycle.paused_us - cycle.excluded_us
    parts = {"counted": cycle.elapsed_us, "paused": cycle.paused_us, "excluded": cycle.excluded_us, "closed hours": closed}
    return ", ".join(f"{timedelta(seconds=us // 1_000_000)} {name}" for name, us in parts.items() if us)


def reason(cycle: Any) -> str:
    """Why a cycle took so long: how it ended, who had it, and where its time went."""
    end = f"{cycle.phase} ({cycle.cause})" if cycle.cause else f"still {cycle.phase}"
    holder = f", with {cycle.agent or cycle.team}" if cycle.agent or cycle.team else ""
    return f"{end}{holder}: {share_of_time(cycle)}"


def print_report(log: EventLog, *, schedule: Schedule, as_of: Any, metrics: Iterable[str] = METRICS, title: str) -> None:
    """Per metric: counts, median, p90 and mean of the finished cycles, and the slowest tickets."""
    print(f"\n{title}\n{'=' * len(title)}")
    for name in metrics:
        cycles = measure(log, name, schedule=schedule, as_of=as_of)
        columns = cycles.columns()
        finished = columns["phase"] == "stopped"
        counts = {phase: int((columns["phase"] == phase).sum()) for phase in ("stopped", "cancelled", "running", "paused")}
        print(f"\n{name}: {len(cycles):,} cycles, {counts['stopped']:,} stopped, {counts['cancelled']:,} cancelled,", end=" ")
        print(f"{counts['running'] + counts['paused']:,} open ({counts['paused']:,} of them paused)")
        if finished.any():
            print(f"  {'stopped cycles':<16}{'median':>16}{'p90':>16}{'mean':>16}")
            for label, column in (("working time", "elapsed_us"), ("wall time", "wall_us")):
                spans = columns[column][finished]
                middle, late = np.quantile(spans, (0.5, 0.9))
                print(f"  {label:<16}{hours(middle):>16}{hours(late):>16}{hours(spans.mean()):>16}")
        print("  slowest:")
        for position in np.argsort(-columns["elapsed_us"], kind="stable")[:SLOWEST]:
            cycle = cycles[int(position)]
            print(f"    {cycle.ticket} since {cycle.started_at:%Y-%m-%d %H:%M}Z {reason(cycle)}")
    findings: dict[str, int] = {}
    for finding in cycles.findings:
        findings[finding.code] = findings.get(finding.code, 0) + 1
    doubts = ", ".join(f"{count:,} {code}" for code, count in sorted(findings.items()))
    print(f"\ndoubtful in this log: {doubts or 'nothing'}")


def monthly_report(log: EventLog, desk: Schedule, *, as_of: Any, iranian: bool, language: str) -> report.MonthlyReport:
    """The last month by the DanaDesk preset: attainment, penalties, service, surveys, requests, and a scorecard."""
    policies = danadesk.policies(desk, penalty=Money(50_000, "IRR"))
    customer = "customer" if log.columns().coded("customer")[1] else None
    goals = [
        service.Kpi(service.csat(log, as_of=as_of), goal=0.85),
        service.Kpi(service.fcr(log, as_of=as_of, customer=customer), goal=0.4),
    ]
    return report.monthly(
        log,
        policies,
        as_of=as_of,
        calendar="jalali" if iranian else "gregorian",
        schedule=desk,
        language=language,
        customer=customer,
        kpis=goals,
    )


def main() -> int:
    """Read the arguments, then the log, and print."""
    parser = argparse.ArgumentParser(description="Report on an event log: first response, next response, resolution.")
    parser.add_argument("path", nargs="?", type=Path, help="an event CSV; without it the shipped log is read")
    parser.add_argument("--hours", default=HOURS, help=f"weekly hours (default: {HOURS!r})")
    parser.add_argument("--tz", help="zone of the desk, and of times without an offset (default: Asia/Tehran, and such times are refused)")
    parser.add_argument("--as-of", help="up to when the log is known (default: its last event)")
    parser.add_argument("--language", choices=("en", "fa"), default="en", help="of the monthly report (default: en)")
    parser.add_argument("--html", type=Path, help="also write the monthly report there as one HTML page (pictures need matplotlib)")
    given = parser.parse_args()
    path = given.path or SHIPPED
    try:
        log = read_events(path, given.tz)
        iranian = given.tz in {None, "Asia/Tehran"}
        desk = Schedule.weekly(
            given.hours, tz=given.tz or "Asia/Tehran", holidays=HOLIDAYS if iranian else {}, dates=SHORT_DAYS if iranian else {}
        )  # fmt: skip
        as_of = given.as_of or (last_instant(log) if given.path else SHIPPED_AS_OF)
        print_report(
            log, schedule=desk, as_of=as_of, title=f"{path.name}: {len(log):,} events of {len(log.tickets):,} tickets, as of {as_of}"
        )
        month = monthly_report(log, desk, as_of=as_of, iranian=iranian, language=given.language)
        print(f"\n{month.text()}")
        if given.html:
            given.html.write_text(month.html(), encoding="utf-8")
            print(f"\nwritten: {given.html}")
    except (SlakitError, LogErrors, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
