"""The whole job, slakit beside what a user would pick instead, in one run: a table, and JSON.

    python benchmarks/whole_job.py [--events 100000 1000000] [--repeat 3] [--json out.json] [--against earlier.json]

Every contestant starts from the same columns in memory and must give the same integers; slakit also
from columns that it has loaded before. Times are processor times, medians of several runs taken in
turn; peak memory is what the job adds at most to the memory of a process of its own (Linux only).
``--against`` compares the ratios to the plain Python loop of the same run with those of an earlier
file, and fails where slakit has fallen back by more than 20 %.
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
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from desk_log import desk_log
from peers import PEERS, TARGETS, Answer

AS_OF = 1_780_272_000_000_000
"""2026-06-01T00:00:00Z in us."""
SLOW = {"plain Python loop": 1_000_000, "DuckDB calendar join": 100_000}
"""Beyond this many events a contestant is left out."""
REFERENCE = "plain Python loop"
REFERENCE_EVENTS = 100_000
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


def slakit_with_loading(columns: dict[str, Any], as_of: int) -> Answer:
    """Loading and the job."""
    return slakit_job(loaded(columns), as_of)


CONTESTANTS: dict[str, Callable[[dict[str, Any], int], Answer]] = {
    "slakit": slakit_job,
    "slakit with loading": slakit_with_loading,
    **PEERS,
}


def timed(name: str, columns: dict[str, Any]) -> tuple[float, Answer]:
    """Processor seconds of one run, and its answer."""
    given = loaded(columns) if name == "slakit" else columns
    begun = time.process_time()
    answer = CONTESTANTS[name](given, AS_OF)
    return time.process_time() - begun, answer


def memory(what: str) -> int:
    """A line of the process's memory as Linux counts it, in bytes: ``VmRSS`` now, ``VmHWM`` at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def peak_of(name: str, events: int, order: str) -> int:
    """Bytes that the job takes at most beyond the columns it starts from, in this process, its libraries loaded."""
    columns = desk_log(events, by_time=order == "time")
    timed(name, desk_log(1_000))
    given = loaded(columns) if name == "slakit" else columns
    ctypes.CDLL(None).malloc_trim(0)  # what loading has let go must not be taken for memory that the job did without
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS")
    CONTESTANTS[name](given, AS_OF)
    return max(0, memory("VmHWM") - before)


def peak(name: str, events: int, order: str) -> float:
    """`peak_of` in MB, from a process of its own."""
    command = [sys.executable, __file__, "--once", name, "--events", str(events), "--order", order]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) / 1e6


def run(events: int, order: str, repeat: int, only: Collection[str]) -> list[dict[str, Any]]:
    """Every contestant on one log, in turn."""
    columns = desk_log(events, by_time=order == "time")
    names = [name for name in CONTESTANTS if events <= SLOW.get(name, events) and (name in only or not only)]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    answers: dict[str, Answer] = {}
    for name in names:
        timed(name, desk_log(1_000))
    for _ in range(repeat):
        for name in names:
            took, answers[name] = timed(name, columns)
            seconds[name].append(took)
    n = len(columns["ticket"])
    rows = []
    for name in names:
        middle = statistics.median(seconds[name])
        rows.append({
            "events": n, "order": order, "contestant": name, "seconds": middle, "million_per_second": n / middle / 1e6,
            "times_slakit": middle / statistics.median(seconds["slakit"]), "agrees": answers[name] == answers["slakit"],
            "peak_mb": peak(name, events, order),
        })  # fmt: skip
    return rows


def shown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table."""
    lines = [f"{'events':>10} {'order':<7} {'contestant':<22} {'M events/s':>10} {'x slakit':>9} {'peak MB':>8}  agrees"]
    for row in rows:
        agrees = "yes" if row["agrees"] else "NO"
        lines.append(
            f"{row['events']:>10,} {row['order']:<7} {row['contestant']:<22} {row['million_per_second']:>10.3f} "
            f"{row['times_slakit']:>9.2f} {row['peak_mb']:>8.1f}  {agrees}"
        )
    return "\n".join(lines)


def reference_ratio(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds an event of slakit over those of the reference in the same run, by size and order."""
    base = next((row["seconds"] / row["events"] for row in rows if row["contestant"] == REFERENCE), None)
    if base is None:
        return {}
    return {f"{row['events']}/{row['order']}": row["seconds"] / row["events"] / base for row in rows if row["contestant"] == "slakit"}


def main() -> int:
    """Run, print, write, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--order", choices=["ticket", "time"], default="ticket")
    parser.add_argument("--only", nargs="+", choices=[*CONTESTANTS], default=[], metavar="CONTESTANT", help="slakit must be among them")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--once", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(peak_of(asked.once, asked.events[0], asked.order))
        return 0
    rows = [row for events in asked.events for order in ("ticket", "time") for row in run(events, order, asked.repeat, asked.only)]
    import numpy as np

    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
    print(f"{machine}; processor seconds, median of {asked.repeat}; other load on the machine: {os.getloadavg()[0]:.1f}")
    print(shown(rows))
    ratios = reference_ratio(rows)
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "ratios": ratios}, indent=1), encoding="utf-8")
    slower = []
    if asked.against:
        earlier = json.loads(asked.against.read_text(encoding="utf-8"))["ratios"]
        slower = [key for key, ratio in ratios.items() if key in earlier and ratio > earlier[key] * FALL_BACK]
        print(f"slower than {asked.against} by more than 20 %: {', '.join(slower) or 'nothing'}")
    return 1 if slower or not all(row["agrees"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
