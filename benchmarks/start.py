"""What it takes to begin, in ms of processor time over the bare interpreter: the import, and the first answers.

    python benchmarks/start.py [--repeat 15] [--json out.json]

Every figure is that of a process of its own, the median of several taken in turn. "first run of all" is without compiled
files. Where a step loads numpy or pendulum, it fails.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCE = Path(__file__).parent.parent / "src" / "slakit"
LIVE = """
from datetime import datetime, timedelta, timezone
from slakit import Schedule
desk = Schedule.weekly("mon-fri 09:00-17:00", tz="Europe/Berlin")
desk.due_at(datetime(2026, 3, 2, 9, tzinfo=timezone.utc), timedelta(hours=4))
"""
JUDGED = """
from slakit import Event, EventLog, Policy, PolicySet
policies = PolicySet([Policy("gold", schedule=desk, targets={"first_response": "4h", "resolution": "16h"})])
log = EventLog.of(
    Event(ticket="T-1", at=datetime(2026, 3, 2, 9, tzinfo=timezone.utc), kind="created"),
    Event(ticket="T-1", at=datetime(2026, 3, 2, 10, tzinfo=timezone.utc), kind="message", role="agent", actor="sara"),
)
policies.judge(log, as_of=datetime(2026, 3, 2, 12, tzinfo=timezone.utc)).rows
"""
STEPS = {
    "the bare interpreter": "",
    "import slakit": "import slakit",
    "and the first live deadline": "import slakit" + LIVE,
    "and the first judgement of a ticket": "import slakit" + LIVE + JUDGED,
}
END = """
import sys, time
print(time.process_time_ns(), ",".join({"numpy", "pendulum"} & set(sys.modules)))
"""


def milliseconds(code: str, package: Path) -> float:
    """Processor time of a process that runs some code with a package folder's slakit."""
    environment = {**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run([sys.executable, "-c", code + END], env=environment, check=True, capture_output=True, text=True).stdout.split()
    if len(answer) > 1:
        message = f"loaded {answer[1]}: {code}"
        raise RuntimeError(message)
    return int(answer[0]) / 1e6


def measured(repeat: int, package: Path) -> dict[str, float]:
    """Median ms over the bare interpreter by step."""
    took: dict[str, list[float]] = {name: [] for name in STEPS}
    for _ in range(repeat):
        for name, code in STEPS.items():
            took[name].append(milliseconds(code, package))
    bare, *others = (statistics.median(some) for some in took.values())
    return dict(zip(list(STEPS)[1:], (one - bare for one in others), strict=True))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        raw = shutil.copytree(SOURCE, Path(folder, "slakit"), ignore=shutil.ignore_patterns("__pycache__"))
        first = measured(asked.repeat, raw.parent)
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(raw)], check=True)
        compiled = measured(asked.repeat, raw.parent)
    print(
        f"{platform.machine()}, Python {platform.python_version()}; ms of processor time over the bare interpreter, median of {asked.repeat}"
    )
    print(f"{'':<38} {'compiled':>9} {'first run of all':>17}")
    for name, took in compiled.items():
        print(f"{name:<38} {took:>9.1f} {first[name]:>17.1f}")
    if asked.json:
        asked.json.write_text(json.dumps({"compiled": compiled, "first": first}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
