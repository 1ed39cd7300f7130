"""The whole job, slakit beside what a user would pick instead, in one run: a table, and JSON.

    python benchmarks/whole_job.py [--events 100000 1000000] [--repeat 3] [--json out.json] [--against earlier.json]

Two classes, in each of which all start from the same: "loaded" is the job from what a contestant has
loaded before, each in the form that suits it (`desk_job.Contestant`); "arrays" is loading and job, from
the same arrays in memory, statuses as text. All must give the same integers. Times are processor times,
of all threads together, medians of several runs taken in turn; peak memory is what a run adds at most to
the memory of a process of its own, beyond what it starts from (Linux only). ``--against`` compares what
slakit needs an event in relation to the plain Python loop of the same class and run with an earlier file, and fails where slakit has fallen back by more than 20 %.
"""

import argparse
import ctypes
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from desk_job import TARGETS, Answer, Contestant
from desk_log import desk_log
from peers import PEERS

AS_OF = 1_780_272_000_000_000
"""2026-06-01T00:00:00Z in us."""
STARTS = ("loaded", "arrays")
REFERENCE = "plain Python loop"
FALL_BACK = 1.2


def loaded(columns: dict[str, Any]) -> Any:
    """The columns as slakit's own: ordered, coded, checked."""
    from slakit import EventLog

    log = EventLog.from_columns(columns)
    log.columns()
    return log


def slakit_job(log: Any, as_of: int) -> Answer:
    """The job with slakit from a loaded log: three clocks, verdicts, overruns."""
    import numpy as np

    from slakit import Policy, PolicySet, Schedule

    desk = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC")
    targets = {name: f"{target // 3_600_000_000}h" for name, target in TARGETS.items()}
    policies = PolicySet([Policy("all", schedule=desk, targets=targets)])
    judged = policies.judge(log, as_of=np.datetime64(as_of, "us"), engine="column")
    (verdict, verdicts), (metric, names) = judged.coded("verdict"), judged.coded("metric")
    over = judged.column("overrun_us")
    met, breached = verdict == verdicts.index("met"), verdict == verdicts.index("breached")
    out: Answer = {}
    for name in TARGETS:
        here = metric == names.index(name)
        out[name] = (int(np.count_nonzero(here & met)), int(np.count_nonzero(here & breached)), int(over[here & breached].sum()))
    return out


CONTESTANTS: dict[str, Contestant] = {"slakit": Contestant(loaded, slakit_job), **PEERS}


def timed(name: str, columns: dict[str, Any]) -> tuple[dict[str, float], Answer]:
    """Processor seconds of one run, by what it starts from, and its answer."""
    contestant = CONTESTANTS[name]
    begun = time.process_time()
    given = contestant.load(columns)
    between = time.process_time()
    answer = contestant.job(given, AS_OF)
    ended = time.process_time()
    return {"loaded": ended - between, "arrays": ended - begun}, answer


def memory(what: str) -> int:
    """A line of the process's memory as Linux counts it, in bytes: ``VmRSS`` now, ``VmHWM`` at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def peak_of(name: str, events: int, order: str, start: str) -> int:
    """Bytes that a run takes at most beyond what it starts from, in this process, its libraries loaded."""
    columns = desk_log(events, by_time=order == "time")
    timed(name, desk_log(1_000))
    contestant = CONTESTANTS[name]
    given = contestant.load(columns) if start == "loaded" else None
    ctypes.CDLL(None).malloc_trim(0)  # what loading has let go must not be taken for memory that the job did without
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS")
    contestant.job(contestant.load(columns) if given is None else given, AS_OF)
    return max(0, memory("VmHWM") - before)


def peak(name: str, events: int, order: str, start: str) -> float:
    """`peak_of` in MB, from a process of its own."""
    command = [sys.executable, __file__, "--once", name, "--events", str(events), "--order", order, "--start", start]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) / 1e6


def run(events: int, order: str, repeat: int, only: Collection[str]) -> list[dict[str, Any]]:
    """Every contestant on one log, in turn."""
    columns = desk_log(events, by_time=order == "time")
    names = [name for name, contestant in CONTESTANTS.items() if events <= contestant.most and (name in ("slakit", *only) or not only)]
    seconds: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    answers: dict[str, Answer] = {}
    for name in names:
        timed(name, desk_log(1_000))
    for _ in range(repeat):
        for name in names:
            took, answers[name] = timed(name, columns)
            seconds[name].append(took)
    n = len(columns["ticket"])
    rows: list[dict[str, Any]] = []
    for start in STARTS:
        middle = {name: statistics.median(took[start] for took in seconds[name]) for name in names}
        rows += [
            {
                "events": n, "order": order, "start": start, "contestant": name, "threads": CONTESTANTS[name].threads(),
                "seconds": took, "million_per_second": n / took / 1e6, "times_slakit": took / middle["slakit"],
                "agrees": answers[name] == answers["slakit"], "peak_mb": peak(name, events, order, start),
            }
            for name, took in middle.items()
        ]  # fmt: skip
    return rows


def shown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table."""
    lines = [
        f"{'events':>10} {'order':<7} {'start':<7} {'contestant':<21} {'threads':>7} {'M events/s':>10} {'x slakit':>9} {'peak MB':>8}  agrees"
    ]
    for row in rows:
        agrees = "yes" if row["agrees"] else "NO"
        lines.append(
            f"{row['events']:>10,} {row['order']:<7} {row['start']:<7} {row['contestant']:<21} {row['threads']:>7} "
            f"{row['million_per_second']:>10.3f} {row['times_slakit']:>9.2f} {row['peak_mb']:>8.1f}  {agrees}"
        )
    return "\n".join(lines)


def reference_ratios(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds an event of slakit over those of the reference, by size, order and start.

    The reference is one for all sizes of a class, since it is too slow for the largest: that of the first size asked for, log by ticket.
    """
    ratios = {}
    for start in STARTS:
        of_class = [row for row in rows if row["start"] == start]
        base = next((row["seconds"] / row["events"] for row in of_class if row["contestant"] == REFERENCE), None)
        for row in of_class:
            if base is not None and row["contestant"] == "slakit":
                ratios[f"{row['events']}/{row['order']}/{start}"] = row["seconds"] / row["events"] / base
    return ratios


def fallen_back(ratios: dict[str, float], earlier: Path) -> bool:
    """Print how the ratios compare with those of an earlier file; whether one has grown too far, or none can be compared."""
    before = json.loads(earlier.read_text(encoding="utf-8"))["ratios"]
    common = [key for key in ratios if key in before]
    if not common:
        print(
            f"nothing to compare: {earlier} has {', '.join(before) or 'no ratios'}; this run {', '.join(ratios) or f'left out {REFERENCE}'}"
        )
        return True
    slower = [key for key in common if ratios[key] > before[key] * FALL_BACK]
    print(f"of {', '.join(common)}, slower than {earlier} by more than 20 %: {', '.join(slower) or 'none'}")
    return bool(slower)


def main() -> int:
    """Run, print, write, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--order", choices=["ticket", "time"], default="ticket")
    parser.add_argument("--only", nargs="+", choices=[*CONTESTANTS], default=[], metavar="CONTESTANT", help="beside slakit")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--once", help=argparse.SUPPRESS)
    parser.add_argument("--start", choices=STARTS, default="loaded", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(peak_of(asked.once, asked.events[0], asked.order, asked.start))
        return 0
    rows = [row for events in asked.events for order in ("ticket", "time") for row in run(events, order, asked.repeat, asked.only)]
    import numpy as np

    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
    print(f"{machine}; processor seconds, median of {asked.repeat}; other load on the machine: {os.getloadavg()[0]:.1f}")
    print(shown(rows))
    ratios = reference_ratios(rows)
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "ratios": ratios}, indent=1), encoding="utf-8")
    slower = asked.against is not None and fallen_back(ratios, asked.against)
    return 1 if slower or not all(row["agrees"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
