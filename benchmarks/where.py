"""Where the time of the whole job goes, from loaded columns by ticket: ns of each step an event.

    python benchmarks/where.py [--events 1000000] [--runs 40] [--json out.json]

The steps are timed from outside while the job runs, over and over in one process; what counts is the median of the
quarter of the runs that took least.
"""

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from desk_log import desk_log
from whole_job import AS_OF, loaded, slakit_job

import slakit.judge_columns as judging
from slakit.clock.business import BusinessClock
from slakit.clock.table import StretchTable
from slakit.columns.symbols import SymbolTable
from slakit.judged_columns import JudgedColumns
from slakit.judgement import Judgement
from slakit.ticket_readings import TicketReadings

interpreter = import_module("slakit.columns.interpret")  # the package has a function of that name
STEPS: dict[str, list[tuple[Any, str]]] = {
    "facts of every event, and the number of its situation": [(interpreter, "situation")],
    "what the situations mean to the clocks": [(SymbolTable, "masks")],
    "beginnings, ends and pauses of cycles": [(interpreter, "cycles")],
    "compiling the schedule": [(BusinessClock, "cover"), (StretchTable, "__init__")],
    "working time of every event": [(TicketReadings, "read")],
    "states, causes, elapsed and paused time of cycles": [(interpreter, "_stretch")],
    "verdicts": [(JudgedColumns, "judge")],
    "all of judging": [(judging, "judge_columns")],
    "overruns, when they are asked for": [(Judgement, "column")],
    "all": [],
}
WITHIN = {"compiling the schedule": "working time of every event"}
"""Steps that run within another, whose time is told without them."""


def watch(spent: Counter[str], step: str, holder: Any, name: str) -> None:
    """Add what a function takes to the time of a step."""
    function = getattr(holder, name)

    def timed(*given: Any, **named: Any) -> Any:
        begin = time.perf_counter_ns()
        found = function(*given, **named)
        spent[step] += time.perf_counter_ns() - begin
        return found

    setattr(holder, name, timed)


def measured(events: int, runs: int) -> dict[str, float]:
    """Median ns an event by step, and what is left."""
    log, spent = loaded(desk_log(events)), Counter[str]()
    for step, functions in STEPS.items():
        for holder, name in functions:
            watch(spent, step, holder, name)
    found = []
    for _ in range(runs):
        spent.clear()
        begin = time.perf_counter_ns()
        slakit_job(log, AS_OF)
        found.append(dict(spent) | {"all": time.perf_counter_ns() - begin})
    best = sorted(found, key=lambda run: run["all"])[: max(1, runs // 4)]
    count = len(log.columns())
    ns = {step: statistics.median(run[step] for run in best) / count for step in STEPS}
    for step, outer in WITHIN.items():
        ns[outer] -= ns[step]
    total, judged = ns.pop("all"), ns.pop("all of judging")
    asked = ns["overruns, when they are asked for"]
    ns["choosing policies, and the rest of judging"] = judged - (sum(ns.values()) - asked)
    ns["schedule and policies made, and the sums over cycles"] = total - judged - asked
    return ns | {"all": total}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = measured(asked.events, asked.runs)
    for step, took in found.items():
        print(f"{step:<56} {took:>6.1f}")
    if asked.json:
        asked.json.write_text(json.dumps({"events": asked.events, "ns": found}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
