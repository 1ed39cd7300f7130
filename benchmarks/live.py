"""One ticket live: single questions, judging it whole, and taking its events one by one, in us of processor time.

    python benchmarks/live.py [--json out.json]

The ticket has eleven events and three clocks (first response, next response, resolution). The last
rows say what a step costs on a ticket that goes on for ever.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slakit import Event, EventLog, Policy, PolicySet, Schedule
from slakit.tracker import Tracker

DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin")
POLICIES = PolicySet([Policy("gold", schedule=DESK, targets={"first_response": "4h", "next_response": "4h", "resolution": "16h"})])
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUNS, TIMES, LAST = 400, 5, 2000


def event(minute: int, kind: str, **keys: Any) -> Event:
    """An event so many minutes after the start."""
    return Event(ticket="T-1", at=START + timedelta(minutes=minute), kind=kind, **keys)


EVENTS = [
    event(0, "created", status="new"), event(5, "assigned", to="sara"), event(30, "message", role="agent", actor="sara"),
    event(31, "status", status="pending"), event(200, "message", role="customer"), event(201, "status", status="open"),
    event(260, "message", role="agent", actor="sara"), event(261, "status", status="pending"), event(1500, "message", role="customer"),
    event(1501, "status", status="open"), event(1600, "message", role="agent", actor="sara"),
]  # fmt: skip
AS_OF = START + timedelta(days=1, hours=4)


def median(work: Callable[[], object], parts: int = 1) -> float:
    """Median processor time of one part of some work, us."""
    work()
    took = []
    for _ in range(RUNS):
        begin = time.process_time_ns()
        for _ in range(TIMES):
            work()
        took.append(time.process_time_ns() - begin)
    return statistics.median(took) / TIMES / parts / 1000


def step(read: Callable[[Any], object]) -> float:
    """What one event of the ticket costs, us, with what is read of the answer."""
    instants = [one.time for one in EVENTS]

    def work() -> None:
        tracker = Tracker(POLICIES)
        for one, at in zip(EVENTS, instants, strict=True):
            read(tracker.take(one, as_of=at))

    return median(work, len(EVENTS))


def long_step(exchanges: int) -> float:
    """What an event costs on average at the end of a ticket of many exchanges, us, letting go of older ones included."""
    roles = ("customer", "agent")
    rows = [event(30 * number, "message", role=roles[number % 2], id=f"m{number}") for number in range(2 * exchanges + LAST)]
    tracker = Tracker(POLICIES)
    tracker.take(event(0, "created"), as_of=START)
    for one in rows[:-LAST]:
        tracker.take(one, as_of=one.time)
    instants = [one.time for one in rows[-LAST:]]
    begin = time.process_time_ns()
    for one, at in zip(rows[-LAST:], instants, strict=True):
        tracker.take(one, as_of=at)
    return (time.process_time_ns() - begin) / LAST / 1000


def measured() -> dict[str, float]:
    """What each question costs, us."""
    log = EventLog.of(*EVENTS)
    since, until = START, START + timedelta(days=9)
    found = {
        "elapsed working time of a pair": median(lambda: DESK.elapsed(since, until)),
        "a deadline": median(lambda: DESK.due_at(since, timedelta(hours=20))),
        "a ticket judged whole, every row": median(lambda: POLICIES.judge(log, as_of=AS_OF).rows),
        "a tracker takes an event": step(lambda _: None),
        "and every verdict is read": step(lambda answer: [row.verdict for row in answer]),
        "and the next wake-up": step(lambda answer: ([row.verdict for row in answer], answer.next_wakeup())),
    }
    return found | {f"an event after {exchanges:,} exchanges, in all": long_step(exchanges) for exchanges in (100, 1_000, 10_000)}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = measured()
    print("one ticket of eleven events, three clocks: us of processor time")
    for name, took in found.items():
        print(f"{name:<44} {took:>6.1f}")
    if asked.json:
        asked.json.write_text(json.dumps({"us": found}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
