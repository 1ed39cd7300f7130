"""The whole job written in numpy for this desk and this log alone, block by block: how much faster it can be without any generality.

It knows one week of equal days in UTC, four statuses, and that nothing is reopened, reassigned, merged or excluded;
it keeps no cycle. What slakit needs beyond its time is the price of policies, schedules, metrics as data, and of answers that can be asked again.
"""

from typing import Any

import numpy as np
from desk_job import DAY, OPENS, PENDING, SOLVED, TARGETS, WIDTH, Answer, Array, Contestant, coded
from desk_log import AGENT, MESSAGE, STATUS

BLOCK = 1 << 16
"""Events a block: its columns of integers fit the second cache."""


def load(columns: dict[str, Any]) -> tuple[Array, ...]:
    """Columns sorted by ticket and time, and where tickets begin."""
    ticket, us, status = columns["ticket"], columns["at"].astype(np.int64), coded(columns["status"])
    given: tuple[Array, ...] = ticket, us, columns["kind"], columns["role"], status
    if not np.all((ticket[1:] > ticket[:-1]) | ((ticket[1:] == ticket[:-1]) & (us[1:] >= us[:-1]))):
        ascending = bool(np.all(us[1:] >= us[:-1]))
        order = np.argsort(ticket, kind="stable") if ascending else np.lexsort((us, ticket))
        given = tuple(column[order] for column in given)
    ticket = given[0]
    starts = np.flatnonzero(np.concatenate([[True], ticket[1:] != ticket[:-1], [True]]))
    return (starts, *given[1:])


class _Desk:
    """Working time by a look-up of the day: it passes between two instants of each, or not at all."""

    def __init__(self, first: int, last: int) -> None:
        """Cover the days around two instants, us."""
        self._begin = first // DAY * DAY
        days = np.arange(first // DAY, last // DAY + 2)
        width = ((days + 3) % 7 < 5) * WIDTH
        self._least = np.cumsum(width) - width
        self._most = self._least + width
        self._shift = self._least - (days * DAY + OPENS)

    def read(self, us: Array) -> Array:
        """Working time up to instants, us."""
        day = us - self._begin
        day //= DAY
        out: Array = self._shift.take(day, mode="clip")
        out += us
        np.maximum(out, self._least.take(day, mode="clip"), out=out)
        np.minimum(out, self._most.take(day, mode="clip"), out=out)
        return out


def _cycles(block: tuple[Array, ...], starts: Array, desk: _Desk, until: int) -> list[tuple[Array, Array]]:
    """By metric: the elapsed us of the cycles of a block of whole tickets, and whether each was met at its end if not late."""
    us, kind, role, status = block
    read, count = desk.read(us), len(us)
    begins = np.zeros(count + 1, np.bool_)
    begins[starts] = True
    begins[-1] = True
    message = kind == MESSAGE
    reply = message & (role == AGENT)
    created = read.take(starts)

    solving = np.flatnonzero(status == SOLVED)
    solver = np.searchsorted(starts, solving, "right") - 1
    solved = np.zeros(len(starts), np.bool_)
    solved[solver] = True
    end = np.full(len(starts), until)
    end[solver] = read.take(solving)

    replies = np.append(np.flatnonzero(reply), count)
    first = replies.take(np.searchsorted(replies, starts))
    replied = first < np.append(starts[1:], count)
    responses = np.where(replied, read.take(first, mode="clip"), end) - created

    turns = np.flatnonzero(message | begins[:-1])
    by_agent, begin = reply.take(turns), begins.take(turns)
    after_agent = np.append(False, by_agent[:-1])
    waits = np.flatnonzero(~by_agent & ~begin & after_agent)
    halts = np.append(np.flatnonzero(by_agent | begin), len(turns))
    halt = halts.take(np.searchsorted(halts, waits))
    answered = np.append(by_agent, False).take(halt)
    asked = turns.take(waits)
    holder = np.searchsorted(starts, asked, "right") - 1
    waited = np.where(answered, read.take(turns.take(halt, mode="clip")), end.take(holder)) - read.take(asked)

    states = np.flatnonzero((kind == STATUS) | begins[:-1])
    then, opens = read.take(states), np.flatnonzero(begins.take(states))
    last = np.append(opens[1:], len(states)) - 1
    spent = np.empty(len(states), np.int64)
    spent[:-1] = then[1:]
    spent[last] = until
    spent -= then
    state = status.take(states)
    spent *= (state != PENDING) & (state != SOLVED)
    total = np.zeros(len(states) + 1, np.int64)
    np.cumsum(spent, out=total[1:])
    return [(responses, replied), (waited, answered), (total.take(last + 1) - total.take(opens), solved)]


def job(loaded: tuple[Array, ...], as_of: int) -> Answer:
    """Block by block, so that what is between two passes stays in the cache."""
    starts, *columns = loaded
    desk = _Desk(int(columns[0].min()), as_of)
    until = int(desk.read(np.array([as_of]))[0])
    sums = {name: np.zeros(3, np.int64) for name in TARGETS}
    first, tickets = 0, len(starts) - 1
    while first < tickets:
        last = min(max(int(np.searchsorted(starts, starts[first] + BLOCK)), first + 1), tickets)
        events = slice(int(starts[first]), int(starts[last]))
        found = _cycles(tuple(column[events] for column in columns), starts[first:last] - events.start, desk, until)
        for (name, target), (elapsed, met) in zip(TARGETS.items(), found, strict=True):
            over = elapsed - target
            breached = over > 0
            sums[name] += np.count_nonzero(met & ~breached), np.count_nonzero(breached), over[breached].sum()
        first = last
    return {name: (int(met), int(breached), int(over)) for name, (met, breached, over) in sums.items()}


NUMPY = Contestant(load, job)
