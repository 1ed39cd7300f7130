"""What loading slakit costs: nothing that the caller did not ask for."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "pendulum", "pandas", "polars", "pyarrow", "narwhals", "matplotlib", "duckdb", "scipy", "hypothesis", "holidays")

LIVE = """
from datetime import UTC, datetime, timedelta
from slakit import Event, EventLog, Schedule, measure
desk = Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-03-21": "Nowruz"})
start = datetime(2026, 3, 18, 6, 30, tzinfo=UTC)
assert desk.due_at(start, "8h") is not None
assert desk.elapsed(start, start + timedelta(hours=1)) == timedelta(hours=1)
log = EventLog.of(
    Event(ticket="T-1", at=start, kind="created"), Event(ticket="T-1", at=start + timedelta(minutes=30), kind="message", role="agent")
)
assert measure(log, "first_response", schedule=desk, as_of=start + timedelta(hours=1)).to_dict()["elapsed_us"] == [1_800_000_000]
"""


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running some code."""
    done = subprocess.run([sys.executable, "-c", code + "\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_slakit_loads_nothing_else():
    """After ``import slakit`` there is the package, and of its modules and of other packages nothing."""
    more = loaded_by("import slakit") - loaded_by("import importlib, typing, types")
    assert {name for name in more if not name.startswith("slakit")} == set()
    assert {name for name in more if name.startswith("slakit.")} == set()


@pytest.mark.parametrize(
    "code", ["from slakit import Event, EventLog, Schedule, measure, metrics", LIVE], ids=["names", "one ticket measured"]
)
def test_the_live_path_loads_neither_numpy_nor_pendulum(code):
    """A ticket can be measured and a deadline found without any of the heavy packages."""
    loaded = loaded_by(code)
    assert {name for name in loaded if name.partition(".")[0] in HEAVY} == set()
    assert "slakit.events" in loaded
