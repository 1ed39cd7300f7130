"""A full run, once modules and zones are loaded, touches nothing outside itself: no file, socket, process or clock."""

import subprocess
import sys

import pytest

RUN = """
import sys
from datetime import UTC, datetime, timedelta
from slakit import EventLog, Schedule, measure

START = datetime(2026, 3, 14, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rows(count):
    for number in range(count):
        at = START + number * HOUR
        name = f"T-{number}"
        yield {"ticket": name, "at": at, "kind": "created", "customer": "c", "status": "new", "priority": "high"}
        yield {"ticket": name, "at": at + 5 * HOUR, "kind": "message", "role": "agent", "actor": "sara"}
        yield {"ticket": name, "at": at + 6 * HOUR, "kind": "status", "status": "pending"}
        yield {"ticket": name, "at": at + 9 * HOUR, "kind": "message", "role": "customer"}
        if number % 3:
            yield {"ticket": name, "at": at + 20 * HOUR, "kind": "status", "status": "solved"}


def run():
    table = list(rows(40))
    desk = Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-03-21": "Nowruz"})
    log = EventLog.from_records(table)
    metrics = ["first_response", "next_response", "resolution", "time_in.pending"]
    found = [measure(log, metrics, schedule=desk, as_of=START + 90 * HOUR, engine=engine) for engine in ("object", "column")]
    assert found[0].to_dict() == found[1].to_dict()
    assert len(found[0]) > 80
    found[0].findings, repr(found[0]), found[0].table().to_text(), found[1].table().to_html()
    desk.due_at(START, "30h"), desk.met_until(START, "30h"), desk.openings(START, START + 900 * HOUR)


run()
"""

NO_OPEN = (
    RUN
    + """
seen = []
watching = True


def hook(event, args):
    if watching and event.partition(".")[0] in {"open", "socket", "subprocess", "os", "shutil", "pty", "ctypes", "import", "exec", "compile"}:
        seen.append((event, str(args)[:120]))


sys.addaudithook(hook)
run()
watching = False
assert seen == [], seen
watching = True
try:
    open("nowhere at all")
except OSError:
    watching = False
assert seen, "the hook sees nothing"
"""
)

NO_CLOCK = (
    RUN
    + """
import time
seen = []
calls = 0
CLOCKS = {"now", "utcnow", "today", "localtime", "gmtime", "ctime", "asctime", "strftime"}


def hook(frame, event, called):
    global calls
    if event == "c_call":
        calls += 1
        module, name = getattr(called, "__module__", None), called.__name__
        if module == "time" or (name in CLOCKS and isinstance(getattr(called, "__self__", None), type)):
            seen.append((module, name, frame.f_code.co_filename, frame.f_lineno))


sys.setprofile(hook)
run()
sys.setprofile(None)
assert seen == [], seen
assert calls > 1000, calls
sys.setprofile(hook)
time.time(), datetime.now(UTC)
sys.setprofile(None)
assert [name for _, name, *_ in seen] == ["time", "now"], seen
"""
)


@pytest.mark.parametrize("code", [NO_OPEN, NO_CLOCK], ids=["no file, socket or process", "no clock"])
def test_a_run_touches_nothing_outside(code):
    """An audit hook sees no open, socket, process or import; a profile hook on C calls sees no clock; both would."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
