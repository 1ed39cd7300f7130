"""A lifelike log as arrays, for benchmarks: deterministic, of any size, in two orders."""

from typing import Any

import numpy as np

FIRST = 1_735_689_600_000_000
"""2025-01-01T00:00:00Z in us."""
SECOND = 1_000_000
CREATED, MESSAGE, NOTE, STATUS = 1, 2, 3, 4
CUSTOMER, AGENT = 1, 2
STATUSES = np.array(["", "new", "open", "pending", "on_hold", "solved"], dtype="U7")


def desk_log(events: int, *, seed: int = 1, by_time: bool = False) -> dict[str, Any]:
    """Columns of about ``events`` events on a tenth as many tickets over a year.

    A ticket begins with its `created`, goes on with messages of both sides, notes and status
    changes, and mostly ends solved; nothing is reopened, so that every peer can follow.

    Args:
        events: how many, about.
        seed: of the generator.
        by_time: order by time instead of by ticket and time.
    """
    rng = np.random.default_rng(seed)
    tickets = max(events // 10, 1)
    per_ticket = rng.integers(4, 17, tickets)
    n = int(per_ticket.sum())
    starts = np.cumsum(per_ticket) - per_ticket
    ticket = np.repeat(np.arange(tickets, dtype=np.int64), per_ticket)
    gaps = (rng.exponential(4 * 3600, n).astype(np.int64) + 1) * SECOND
    gaps[starts] = rng.integers(0, 365 * 86_400, tickets) * SECOND
    total = np.cumsum(gaps)
    at = FIRST + total - np.repeat(total[starts] - gaps[starts], per_ticket)
    draw = rng.random(n)
    kind = np.where(draw < 0.78, MESSAGE, np.where(draw < 0.84, NOTE, STATUS)).astype(np.uint8)
    role = np.where(draw < 0.40, CUSTOMER, AGENT).astype(np.uint8)
    status = np.where(kind == STATUS, rng.choice([2, 3, 3, 4], n), 0)
    kind[starts], role[starts], status[starts] = CREATED, CUSTOMER, 1
    last = starts + per_ticket - 1
    ended = last[rng.random(tickets) < 0.9]
    kind[ended], role[ended], status[ended] = STATUS, AGENT, 5
    columns = {"ticket": ticket, "at": at.view("datetime64[us]"), "kind": kind, "role": role, "status": STATUSES[status]}
    if by_time:
        order = np.argsort(at, kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    return columns
