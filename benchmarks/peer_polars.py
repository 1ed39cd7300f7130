"""The whole job with polars, on one thread unless ``POLARS_MAX_THREADS`` says otherwise."""

import os
from typing import Any

import numpy as np
from desk_job import PENDING, SOLVED, WIDTH, Answer, Contestant, coded, openings, reading, tally
from desk_log import AGENT, CREATED, CUSTOMER, MESSAGE, STATUS

# Read by polars when it is first imported. Processor time would count the threads of a pool together, and its
# overhead with them; on one thread it is the time that the work takes.
os.environ.setdefault("POLARS_MAX_THREADS", "1")


def threads() -> int:
    """The size of the pool that polars has made."""
    import polars as pl

    return int(pl.thread_pool_size())


def _frame(columns: dict[str, Any]) -> Any:
    import polars as pl

    return pl.DataFrame({
        "ticket": columns["ticket"], "us": columns["at"].astype(np.int64), "kind": columns["kind"], "role": columns["role"],
        "status": coded(columns["status"]),
    })  # fmt: skip


def load_for_asof(columns: dict[str, Any]) -> tuple[Any, Any]:
    """The times in order, and the frame sorted by ticket and time, each row with its place among the times."""
    by_time = _frame(columns).sort("us", maintain_order=True)
    return by_time.select("us"), by_time.with_row_index("place").sort("ticket", maintain_order=True)


def load_for_search(columns: dict[str, Any]) -> Any:
    """The frame sorted by ticket and time."""
    frame = _frame(columns)
    return frame.sort("ticket" if frame["us"].is_sorted() else ["ticket", "us"], maintain_order=True)


def job_by_asof(loaded: tuple[Any, Any], as_of: int) -> Answer:
    """Working time by an ASOF join of the times with the openings, both in order."""
    import polars as pl

    times, frame = loaded
    begins, ends = openings(int(times["us"][0]), as_of)
    table = pl.DataFrame({"opens": begins, "closes": ends, "base": np.arange(len(begins)) * WIDTH}).set_sorted("opens")
    joined = times.join_asof(table, left_on="us", right_on="opens")
    read = joined.select(read=pl.col("base") + pl.min_horizontal("us", "closes") - pl.col("opens")).to_series()
    return _judged(frame.with_columns(read=read.gather(frame["place"])), int(reading(as_of, begins, ends)))


def job_by_search(frame: Any, as_of: int) -> Answer:
    """Working time by bisection of the openings, which wants no order of the times."""
    import polars as pl

    begins, ends = openings(int(frame["us"].min()), as_of)
    index = pl.Series(begins).search_sorted(frame["us"], side="right") - 1
    found = frame.with_columns(index=index.cast(pl.Int64), opens=pl.Series(begins).gather(index), closes=pl.Series(ends).gather(index))
    read = pl.col("index") * WIDTH + pl.min_horizontal("us", "closes") - pl.col("opens")
    return _judged(found.with_columns(read=read), int(reading(as_of, begins, ends)))


def _judged(frame: Any, until: int) -> Answer:
    """Shifts within the sorted frame: groups are told by a change of ticket, which is cheaper than ``over``."""
    import polars as pl

    opens = pl.col("ticket") != pl.col("ticket").shift(fill_value=-1)
    goes_on = pl.col("ticket") == pl.col("ticket").shift(-1)
    messages = frame.select(pl.col("ticket", "role", "read").filter(pl.col("kind") == MESSAGE))
    states = frame.select(pl.col("ticket", "kind", "status", "read").filter(pl.col("kind").is_in([CREATED, STATUS])))
    first = messages.filter(pl.col("role") == AGENT).filter(opens).select("ticket", first="read")
    solved = states.filter(pl.col("status") == SOLVED).filter(opens).select("ticket", solved="read")
    following = pl.when(goes_on).then(pl.col("read").shift(-1)).otherwise(until)
    running = states.with_columns(spent=following - pl.col("read")).filter(~pl.col("status").is_in([PENDING, SOLVED]))
    spent = running.group_by("ticket").agg(pl.col("spent").sum())
    facts = states.filter(pl.col("kind") == CREATED).select("ticket", created="read")
    for of_ticket in (first, solved, spent):
        facts = facts.join(of_ticket, on="ticket", how="left")

    before = pl.when(opens).then(0).otherwise(pl.col("role").shift())
    turns = messages.with_columns(before=before).filter(pl.col("role") != pl.col("before"))
    turns = turns.with_columns(next=pl.when(goes_on).then(pl.col("read").shift(-1)))
    waits = turns.filter((pl.col("role") == CUSTOMER) & (pl.col("before") == AGENT)).join(solved, on="ticket", how="left")
    ended = pl.col("solved").is_not_null()
    cycles = (
        facts.select(
            elapsed=pl.coalesce("first", "solved", until) - pl.col("created"),
            ended=pl.col("first").is_not_null() | ended,
            cancelled=pl.col("first").is_null(),
        ),
        waits.select(
            elapsed=pl.coalesce("next", "solved", until) - pl.col("read"),
            ended=pl.col("next").is_not_null() | ended,
            cancelled=pl.col("next").is_null(),
        ),
        facts.select(elapsed=pl.col("spent").fill_null(0), ended=ended, cancelled=pl.lit(value=False)),
    )
    return tally((of["elapsed"].to_numpy(), of["ended"].to_numpy(), of["cancelled"].to_numpy()) for of in cycles)


POLARS_ASOF = Contestant(load_for_asof, job_by_asof, threads)
POLARS_SEARCH = Contestant(load_for_search, job_by_search, threads)
