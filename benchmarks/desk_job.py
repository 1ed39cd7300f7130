"""The job that every contestant does on a `desk_log`, and what they share: its terms, a calendar, the tally.

For first response, next response and resolution less pending: how many cycles were met and breached,
and the sum of the overrun in microseconds, on a desk that is open Monday to Friday, 09:00 to 17:00 UTC.
Open cycles count as breached once past their target. All must give the same integers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from desk_log import STATUSES

Answer = dict[str, tuple[int, int, int]]
"""By metric: cycles met, cycles breached, overrun in us."""
Array = np.ndarray[Any, Any]
HOUR = 3_600_000_000
DAY = 24 * HOUR
TARGETS = {"first_response": 2 * HOUR, "next_response": 4 * HOUR, "resolution": 16 * HOUR}
OPENS, CLOSES = 9 * HOUR, 17 * HOUR
WIDTH = CLOSES - OPENS
PENDING, SOLVED = STATUSES.tolist().index("pending"), STATUSES.tolist().index("solved")


def one_thread() -> int:
    """The number of threads of a contestant that knows of no others."""
    return 1


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do the job.

    Attributes:
        load: the columns of `desk_log` -> what the job wants in memory: ordered, indexed, coded as it likes.
            It knows neither schedule nor targets nor the instant that is judged at.
        job: what was loaded, and the instant in us -> the answer.
        threads: how many the job may use, asked after a run.
        most: events beyond which it takes too long to be run.
    """

    load: Callable[[dict[str, Any]], Any]
    job: Callable[[Any, int], Answer]
    threads: Callable[[], int] = one_thread
    most: int = 10**9


def coded(status: Array) -> Array:
    """Statuses as their places in `STATUSES`: the desk knows which it has, and to compare is cheaper than to hash."""
    codes = np.full(len(status), len(STATUSES), np.uint8)
    for code, name in enumerate(STATUSES):
        codes[status == name] = code
    if len(codes) and codes.max() == len(STATUSES):
        unknown = status[codes == len(STATUSES)][0]
        message = f"status {unknown!r} is none of {', '.join(map(repr, STATUSES.tolist()))}"
        raise ValueError(message)
    return codes


def openings(first: int, last: int) -> tuple[Array, Array]:
    """Open stretches around two instants, us: starts and ends."""
    days = np.arange(first // DAY - 7, last // DAY + 8)
    days = days[(days + 3) % 7 < 5]
    return days * DAY + OPENS, days * DAY + CLOSES


def reading(us: Any, begins: Array, ends: Array) -> Any:
    """Working time in us from the first opening to instants, by bisection: right for openings of one width."""
    index = np.searchsorted(begins, us, "right") - 1
    return index * WIDTH + np.minimum(us, ends[index]) - begins[index]


def tally(cycles: Iterable[tuple[Array, Array, Array]]) -> Answer:
    """The answer, from the elapsed us of the cycles of each metric, and whether each has ended and was cancelled."""
    out: Answer = {}
    for (name, target), (elapsed, ended, cancelled) in zip(TARGETS.items(), cycles, strict=True):
        over = elapsed - target
        breached = over > 0
        met = ~breached & ended & ~cancelled
        out[name] = (int(np.count_nonzero(met)), int(np.count_nonzero(breached)), int(over[breached].sum()))
    return out
