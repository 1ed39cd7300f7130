"""The whole job as a plain Python loop over the events of each ticket."""

import bisect
from operator import itemgetter
from typing import Any

import numpy as np
from desk_job import PENDING, SOLVED, TARGETS, WIDTH, Answer, Contestant, coded, openings
from desk_log import AGENT, CREATED, MESSAGE, STATUS

Tickets = list[list[tuple[int, int, int, int]]]


def load(columns: dict[str, Any]) -> Tickets:
    """By ticket its events in order of time: time in us, kind, role, status."""
    by_ticket: dict[int, list[tuple[int, int, int, int]]] = {}
    lists = (columns["at"].astype(np.int64), columns["kind"], columns["role"], coded(columns["status"]))
    for ticket, event in zip(columns["ticket"].tolist(), zip(*(column.tolist() for column in lists), strict=True), strict=True):
        by_ticket.setdefault(ticket, []).append(event)
    for events in by_ticket.values():
        events.sort(key=itemgetter(0))
    return list(by_ticket.values())


def job(tickets: Tickets, as_of: int) -> Answer:
    """A loop with a bisected table of openings, which reads working time only where a clock starts, runs or stops."""
    begins, ends = (array.tolist() for array in openings(min(events[0][0] for events in tickets), as_of))
    met, breached, over = dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0)

    def read(us: int) -> int:
        index = bisect.bisect_right(begins, us) - 1
        end = ends[index]
        return index * WIDTH + (us if us < end else end) - begins[index]  # noqa: FURB136 - min() is a call, and this runs once a reading

    def close(metric: str, elapsed: int, how: str) -> None:
        if elapsed > TARGETS[metric]:
            breached[metric] += 1
            over[metric] += elapsed - TARGETS[metric]
        elif how == "stopped":
            met[metric] += 1

    until = read(as_of)
    for events in tickets:
        first = wait = running = spent = None
        replied = False
        for us, kind, role, status in events:
            if kind == MESSAGE:
                if role == AGENT:
                    if first is not None:
                        close("first_response", read(us) - first, "stopped")
                        first, replied = None, True
                    elif wait is not None:
                        close("next_response", read(us) - wait, "stopped")
                        wait = None
                elif replied and wait is None:
                    wait = read(us)
            elif kind == STATUS:
                now = read(us)
                if spent is not None and running is not None:
                    spent += now - running
                running = None if status in {PENDING, SOLVED} else now
                if status == SOLVED:
                    if spent is not None:
                        close("resolution", spent, "stopped")
                    if first is not None:
                        close("first_response", now - first, "cancelled")
                    if wait is not None:
                        close("next_response", now - wait, "cancelled")
                    first = wait = spent = None
            elif kind == CREATED:
                first = running = read(us)
                spent = 0
        if first is not None:
            close("first_response", until - first, "open")
        if wait is not None:
            close("next_response", until - wait, "open")
        if spent is not None:
            close("resolution", spent + (until - running if running is not None else 0), "open")
    return {name: (met[name], breached[name], over[name]) for name in TARGETS}


PLAIN_LOOP = Contestant(load, job, most=1_000_000)
