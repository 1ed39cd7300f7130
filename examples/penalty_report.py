"""A month's statement of penalties in rial by customer, and one disputed ticket explained to the minute.

    python examples/penalty_report.py                          # the shipped log of a desk in Tehran, its last whole month
    python examples/penalty_report.py --month 1405-01 --rate 20000 --ticket T-1978
    python examples/penalty_report.py my_events.csv --tz Europe/Berlin --hours "mon-fri 09:00-17:00" --month 1405-02

The desk works by the service level of DanaDesk: eight working hours to finish, and so many rials for
each minute beyond them. Months are those of the Jalali calendar. The minutes of the disputed ticket are shown as
floats, to two digits; what is charged is worked out exactly.
"""

import argparse
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from desk_report import HOLIDAYS, HOURS, SHIPPED, SHIPPED_AS_OF, SHORT_DAYS, last_instant, read_events

from slakit import LogErrors, Money, Schedule, SlakitError
from slakit.calendars import named
from slakit.judgement import Judgement
from slakit.penalty import Ledger
from slakit.presets import danadesk

RATE = 50_000
CALENDAR = "jalali"
METRIC = "resolution"


def last_whole_month(ledger: Ledger, *, tz: str) -> str:
    """The label of the last month that the log covers to its end."""
    ended = [label for label in ledger.periods if label and ledger.as_of and named(label, tz=tz, calendar=CALENDAR).end_us <= ledger.as_of]
    return ended[-1] if ended else str(ledger.periods[-1])


def dearest(ledger: Ledger) -> str | int:
    """The ticket that costs the most."""
    by_ticket = ledger.by("ticket").to_dict()
    return max(zip(by_ticket["amount"], by_ticket["ticket"], strict=True))[1]


def clock_of(result: Judgement, ticket: str | int, *, tz: str) -> str:
    """Every stretch of the ticket's resolution clock from its creation on: from, until, what it was, minutes used so far."""
    local, out, used = ZoneInfo(tz), [], 0
    for clock in result.explain(ticket).to_dict()["clocks"]:
        for stretch in clock["stretches"] if clock["metric"] == METRIC else ():
            start, end = (stretch[key].astimezone(local) for key in ("start", "end"))
            runs = stretch["label"] == "running"
            used += stretch["us"] if runs else 0
            detail = f" ({stretch['detail']})" if stretch["detail"] else ""
            total = f": {stretch['us'] / 60e6:,.2f} min, {used / 60e6:,.2f} in all" if runs else ""
            out.append(f"  {start:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S}  {stretch['label']}{detail}{total}")
    return "\n".join(out)


def main() -> int:
    """Read the arguments, then the log, and print."""
    parser = argparse.ArgumentParser(description="A month's statement of penalties, and one ticket explained.")
    parser.add_argument("path", nargs="?", type=Path, help="an event CSV; without it the shipped log is read")
    parser.add_argument("--hours", default=HOURS, help=f"weekly hours (default: {HOURS!r})")
    parser.add_argument("--tz", default="Asia/Tehran", help="zone of the desk, of its months, and of times without an offset")
    parser.add_argument("--as-of", help="up to when the log is known (default: its last event)")
    parser.add_argument("--rate", type=int, default=RATE, help=f"rials a minute (default: {RATE:,})")
    parser.add_argument("--month", help="a Jalali month such as 1405-01 (default: the last whole one)")
    parser.add_argument("--ticket", help="the ticket in dispute (default: the dearest of the month)")
    given = parser.parse_args()
    try:
        log = read_events(given.path or SHIPPED, given.tz)
        iranian = given.tz == "Asia/Tehran"
        desk = Schedule.weekly(given.hours, tz=given.tz, holidays=HOLIDAYS if iranian else {}, dates=SHORT_DAYS if iranian else {})
        policies = danadesk.policies(desk, penalty=Money(given.rate, "IRR"))
        result = policies.judge(log, as_of=given.as_of or (last_instant(log) if given.path else SHIPPED_AS_OF))
        months = result.penalties("month", calendar=CALENDAR)
        if not len(months):
            print("nothing is charged")
            return 0
        label = given.month or last_whole_month(months, tz=given.tz)
        month = months.of(period=label)
        if not len(month):
            print(f"nothing is charged in {label}; there are charges in {', '.join(map(str, months.periods))}")
            return 0
        name = named(label, tz=given.tz, calendar=CALENDAR)
        print(month.statement(title=f"Penalties of {name.name()} ({name.name('fa')})", by="customer"))
        print(
            f"\nin all months: {', '.join(f'{period} {months.of(period=period).total}' for period in months.periods)}; together {months.total}"
        )
        ticket = given.ticket or dearest(month)
        print(f"\nthe disputed ticket {ticket}, month by month\n{months.explain(ticket)}")
        print(f"\nits resolution, stretch by stretch, in {given.tz}\n{clock_of(result, ticket, tz=given.tz)}")
    except (SlakitError, LogErrors, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
