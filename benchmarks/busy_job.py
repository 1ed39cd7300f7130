"""The whole job on a log with all that makes tickets unlike each other: field changes, exclusions and merges.

    python benchmarks/busy_job.py [--events 1000000] [--order ticket] [--repeat 3] [--json out.json]

No peer follows these; the plain log of `desk_log` in the same run is what to compare with. Times are
processor times, medians, from columns loaded before.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from desk_log import FIRST, desk_log
from whole_job import AS_OF, loaded, slakit_job

FIELD, MERGED = 7, 16
DAY = 86_400_000_000


def busy_log(events: int, *, share: float, by_time: bool = False) -> dict[str, Any]:
    """`desk_log` where a share of the tickets changes priority once, and a tenth of that share is merged into the next ticket.

    Args:
        events: how many, about.
        share: of the tickets.
        by_time: order by time instead of by ticket and time.
    """
    rng = np.random.default_rng(2)
    columns = desk_log(events)
    ticket, n = columns["ticket"], len(columns["ticket"])
    starts = np.flatnonzero(np.diff(ticket, prepend=-1))
    drawn = rng.random(len(starts))
    changing = starts[drawn < share] + 2
    merging = np.append(starts[1:], n)[(drawn < share / 10) & (np.arange(len(starts)) % 2 == 0)] - 1
    merging = merging[ticket[merging] < ticket[-1]]
    kind = columns["kind"].copy()
    kind[changing], kind[merging] = FIELD, MERGED
    priority = np.full(n, "", "U6")
    priority[starts] = rng.choice(["normal", "urgent"], len(starts))
    field, value, into = np.full(n, "", "U8"), np.full(n, "", "U6"), np.full(n, -1, np.int64)
    changed = np.flatnonzero(kind == FIELD)
    field[changed], value[changed] = "priority", "urgent"
    into[merging] = ticket[merging] + 1
    status = np.where((kind == FIELD) | (kind == MERGED), "", columns["status"])
    rows = {"kind": kind, "status": status, "priority": priority, "field": field, "value": value}
    texts = {
        name: np.where(column == "", None, column.astype(object)) if column.dtype.kind == "U" else column for name, column in rows.items()
    }
    table = {**columns, **texts, "into": np.where(into < 0, None, into.astype(object))}
    order = np.argsort(columns["at"], kind="stable") if by_time else slice(None)
    return {name: column[order] for name, column in table.items()}


def excluding_job(log: Any, as_of: int) -> None:
    """The job with two targets by priority and a day taken out."""
    from slakit import Exclusion, Policy, PolicySet, Schedule

    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
    targets = {"first_response": {"urgent": "1h", "*": "2h"}, "next_response": "4h", "resolution": {"urgent": "8h", "*": "16h"}}
    day_out = Exclusion(np.datetime64(FIRST + 40 * DAY, "us"), np.datetime64(FIRST + 41 * DAY, "us"), "maintenance")
    policies = PolicySet([Policy("all", schedule=desk, targets=targets)])
    judged = policies.judge(log, as_of=np.datetime64(as_of, "us"), engine="column", exclusions=[day_out])
    judged.coded("verdict")
    judged.column("overrun_us")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--order", choices=["ticket", "time"], default="ticket")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    by_time = asked.order == "time"
    jobs: dict[str, tuple[Any, Any]] = {"plain log and job": (loaded(desk_log(asked.events, by_time=by_time)), slakit_job)}
    for share in (0.0, 0.001, 0.01, 0.05):
        jobs[f"{share:.1%}"] = (loaded(busy_log(asked.events, share=share, by_time=by_time)), excluding_job)
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(asked.repeat + 1):
        for name, (log, job) in jobs.items():
            begun = time.process_time()
            job(log, AS_OF)
            seconds[name].append(time.process_time() - begun)
    print(f"{'tickets that change':<20} {'M events/s':>10}")
    rows = []
    for name, (log, _) in jobs.items():
        rate = len(log.columns()) / statistics.median(seconds[name][1:]) / 1e6
        print(f"{name:<20} {rate:>10.2f}")
        rows.append({"name": name, "order": asked.order, "events": len(log.columns()), "million_per_second": rate})
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
