"""Play a log in accelerated time: deadlines, warnings and actions as they fall due.

The loop sleeps until the next event or the next wake-up, whichever comes first, takes the event
and prints what has fallen due since. A real product does the same with its own clock and queue.

Run it with ``python examples/live_deadlines.py``; ``--speed 3600`` plays an hour a second.
"""

import argparse
import time
from datetime import datetime, timedelta
from itertools import count

from slakit import Escalation, Schedule
from slakit.escalation import notify
from slakit.policy import Policy, PolicySet
from slakit.presets import danadesk
from slakit.tracker import Tracker

DESK = Schedule.weekly("sat-wed 08:00-16:00; thu 08:00-12:00", tz="Asia/Tehran", holidays={"2026-03-19": "Nowruz holiday"})
VIP = Policy(
    "vip", when={"vip": True}, schedule=DESK, targets={"first_response": "1h"},
    escalations=[Escalation("first_response", at="50%", actions=notify("team lead", channel="sms"))],
)  # fmt: skip
POLICIES = PolicySet([VIP, danadesk.policy(DESK)], priorities=danadesk.PRIORITIES, matrix=danadesk.MATRIX)

EVENTS = [
    {"ticket": "T-1", "at": "2026-03-18T09:00:00+03:30", "kind": "created", "impact": "high", "urgency": "high"},
    {"ticket": "T-2", "at": "2026-03-18T09:20:00+03:30", "kind": "created", "vip": True},
    {"ticket": "T-2", "at": "2026-03-18T10:00:00+03:30", "kind": "message", "role": "agent", "actor": "sara"},
    {"ticket": "T-1", "at": "2026-03-18T14:30:00+03:30", "kind": "message", "role": "agent", "actor": "amir"},
    {"ticket": "T-1", "at": "2026-03-18T15:00:00+03:30", "kind": "status", "status": "pending"},
    {"ticket": "T-1", "at": "2026-03-21T09:00:00+03:30", "kind": "message", "role": "customer"},
    {"ticket": "T-1", "at": "2026-03-21T09:00:00+03:30", "kind": "status", "status": "open"},
    {"ticket": "T-1", "at": "2026-03-21T11:00:00+03:30", "kind": "message", "role": "agent", "actor": "amir"},
    {"ticket": "T-1", "at": "2026-03-21T12:30:00+03:30", "kind": "status", "status": "solved"},
    {"ticket": "T-1", "at": "2026-03-21T13:00:00+03:30", "kind": "rating", "value": "بد", "actor": "cleo"},
]
END = datetime.fromisoformat("2026-03-22T09:00:00+03:30")


def show(moment: datetime, text: str) -> None:
    """Print one line with the local time."""
    print(f"{moment.astimezone(DESK.zone):%a %H:%M:%S}  {text}")


def deadlines(tracker: Tracker, ticket: str, now: datetime) -> None:
    """Print the open deadlines of a ticket."""
    for cycle in tracker.judge(ticket, as_of=now):
        if cycle.open and cycle.due_at is not None:
            show(now, f"  {cycle.metric.name} is {cycle.verdict}, due {cycle.due_at.astimezone(DESK.zone):%a %H:%M}")


def play(speed: float) -> int:
    """Play the log; returns how many actions fell due."""
    tracker, done, waiting = Tracker(POLICIES), set[str](), list(EVENTS)
    now = datetime.fromisoformat(EVENTS[0]["at"])
    wake: datetime | None = None
    for _ in count():
        event_at = datetime.fromisoformat(str(waiting[0]["at"])) if waiting else END
        moment = min(event_at, wake or END)
        if speed:
            time.sleep((moment - now) / timedelta(seconds=speed))
        now = moment
        while waiting and datetime.fromisoformat(str(waiting[0]["at"])) == now:
            event = waiting.pop(0)
            tracker.take(event, as_of=now)
            show(now, f"{event['ticket']}: {event['kind']} {event.get('status', event.get('role', ''))}".rstrip())
            deadlines(tracker, str(event["ticket"]), now)
        result = tracker.result(as_of=now)
        for due in result.actions():
            if due.id not in done:
                done.add(due.id)
                show(due.at, f"ACTION {due.ticket}: {due.action} ({due.escalation})")
        wake = result.next_wakeup()
        if not waiting and (wake is None or wake > END):
            break
    print(tracker.judge("T-1", as_of=now).explain("T-1").text())
    return len(done)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=0, help="seconds of the log a second; 0: at once")
    print(f"{play(parser.parse_args().speed)} actions fell due")
