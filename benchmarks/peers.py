"""The whole job as a user would otherwise do it: pandas, polars, DuckDB, and a plain Python loop.

Each takes the columns of `desk_log` and gives, for first response, next response and resolution
less pending, how many cycles were met and breached, and the sum of the overrun in microseconds, on
a desk that is open Monday to Friday, 09:00 to 17:00 UTC. Open cycles count as breached once past
their target. All must give the same integers.
"""

import bisect
from collections.abc import Callable
from typing import Any

import numpy as np

Answer = dict[str, tuple[int, int, int]]
HOUR = 3_600_000_000
DAY = 24 * HOUR
TARGETS = {"first_response": 2 * HOUR, "next_response": 4 * HOUR, "resolution": 16 * HOUR}
OPENS, CLOSES = 9 * HOUR, 17 * HOUR


def openings(first: int, last: int) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
    """Open stretches around two instants, us: starts and ends."""
    days = np.arange(first // DAY - 7, last // DAY + 8)
    days = days[(days + 3) % 7 < 5]
    return days * DAY + OPENS, days * DAY + CLOSES


def _answer(metric: Any, elapsed: Any, ended: Any, cancelled: Any) -> Answer:
    out: Answer = {}
    for number, (name, target) in enumerate(TARGETS.items()):
        here = metric == number
        over = elapsed[here] - target
        breached = over > 0
        met = ~breached & ended[here] & ~cancelled[here]
        out[name] = (int(np.count_nonzero(met)), int(np.count_nonzero(breached)), int(over[breached].sum()))
    return out


def plain_loop(columns: dict[str, Any], as_of: int) -> Answer:
    """Objects and a loop, with a bisected table of openings."""
    begins, ends = (array.tolist() for array in openings(int(columns["at"].astype(np.int64).min()), as_of))
    width = CLOSES - OPENS

    def read(us: int) -> int:
        index = bisect.bisect_right(begins, us) - 1
        return index * width + min(us, ends[index]) - begins[index]

    by_ticket: dict[int, list[tuple[int, int, int, str]]] = {}
    at, status = columns["at"].astype(np.int64).tolist(), columns["status"].tolist()
    for row, ticket in enumerate(columns["ticket"].tolist()):
        by_ticket.setdefault(ticket, []).append((at[row], int(columns["kind"][row]), int(columns["role"][row]), status[row]))
    met, breached, over = dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0)

    def close(metric: str, elapsed: int, how: str) -> None:
        if elapsed > TARGETS[metric]:
            breached[metric] += 1
            over[metric] += elapsed - TARGETS[metric]
        elif how == "stopped":
            met[metric] += 1

    until = read(as_of)
    for events in by_ticket.values():
        events.sort(key=lambda event: event[0])
        first = wait = None
        replied = False
        spent, running = 0, None
        for us, kind, role, name in events:
            now = read(us)
            if kind == 1:
                first, running = now, now
            elif kind == 2 and role == 2:
                if first is not None:
                    close("first_response", now - first, "stopped")
                    first, replied = None, True
                elif wait is not None:
                    close("next_response", now - wait, "stopped")
                    wait = None
            elif kind == 2:
                if replied and wait is None:
                    wait = now
            elif kind == 4:
                if running is not None:
                    spent += now - running
                running = None if name in {"pending", "solved"} else now
                if name == "solved":
                    close("resolution", spent, "stopped")
                    if first is not None:
                        close("first_response", now - first, "cancelled")
                    if wait is not None:
                        close("next_response", now - wait, "cancelled")
                    first = wait = spent = None  # type: ignore[assignment]
        if first is not None:
            close("first_response", until - first, "open")
        if wait is not None:
            close("next_response", until - wait, "open")
        if spent is not None:
            close("resolution", spent + (until - running if running is not None else 0), "open")
    return {name: (met[name], breached[name], over[name]) for name in TARGETS}


def _busday_read(at: Any) -> Any:
    """The recipe around ``numpy.busday_count``: right only because every working day has the same hours."""
    day = at.astype("datetime64[D]")
    since = (at - day.astype("datetime64[us]")).astype(np.int64)
    whole = np.busday_count(np.datetime64("1970-01-01"), day).astype(np.int64) * (CLOSES - OPENS)
    return whole + np.where(np.is_busday(day), np.clip(since, OPENS, CLOSES) - OPENS, 0)


def pandas_groupby(columns: dict[str, Any], as_of: int) -> Answer:
    """A vectorised pandas script: sort, group, shift, and the busday recipe for working time."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    frame["read"] = _busday_read(frame["at"].to_numpy())
    return _by_frames(frame, int(_busday_read(np.array([as_of]).view("datetime64[us]"))[0]))


def _by_frames(frame: Any, until: int) -> Answer:
    import pandas as pd

    frame = frame.sort_values(["ticket", "at"], kind="stable")
    created = frame.loc[frame["kind"] == 1].set_index("ticket")["read"]
    message = frame[frame["kind"] == 2]
    agent = message[message["role"] == 2]
    first = agent.groupby("ticket")["read"].first().reindex(created.index)
    status = frame[frame["kind"].isin((1, 4))].copy()
    solved = status[status["status"] == "solved"].groupby("ticket")["read"].first().reindex(created.index)
    end = first.fillna(solved).fillna(until)
    parts = [(0, (end - created).to_numpy(np.int64), (first.notna() | solved.notna()).to_numpy(), first.isna().to_numpy())]
    turn = message[["ticket", "role", "read"]].copy()
    turn["before"] = turn.groupby("ticket")["role"].shift()
    runs = turn[(turn["role"] != turn["before"])].copy()
    runs["next"] = runs.groupby("ticket")["read"].shift(-1)
    waits = runs[(runs["role"] == 1) & (runs["before"] == 2)]
    ends = waits["next"].fillna(waits["ticket"].map(solved)).fillna(until)
    cancelled = waits["next"].isna()
    stopped = ~cancelled | waits["ticket"].map(solved).notna()
    parts.append((1, (ends - waits["read"]).to_numpy(np.int64), stopped.to_numpy(), cancelled.to_numpy()))
    status["next"] = status.groupby("ticket")["read"].shift(-1).fillna(until).astype(np.int64)
    running = status[~status["status"].isin(("pending", "solved"))]
    spent = (running["next"] - running["read"]).groupby(running["ticket"]).sum().reindex(created.index).fillna(0)
    parts.append((2, spent.to_numpy(np.int64), solved.notna().to_numpy(), np.zeros(len(created), np.bool_)))
    metric = np.concatenate([np.full(len(elapsed), number) for number, elapsed, _, _ in parts])
    del pd
    return _answer(metric, *(np.concatenate([part[place] for part in parts]) for place in (1, 2, 3)))


def polars_asof(columns: dict[str, Any], as_of: int) -> Answer:
    """polars: working time by an ASOF join with the openings, then window functions."""
    import polars as pl

    begins, ends = openings(int(columns["at"].astype(np.int64).min()), as_of)
    table = pl.DataFrame({"opens": begins, "closes": ends, "base": np.arange(len(begins)) * (CLOSES - OPENS)})
    frame = pl.DataFrame({
        "ticket": columns["ticket"], "us": columns["at"].astype(np.int64), "kind": columns["kind"], "role": columns["role"],
        "status": columns["status"],
    }).with_row_index("row")  # fmt: skip
    frame = frame.sort("us").join_asof(table, left_on="us", right_on="opens")
    frame = frame.with_columns(read=pl.col("base") + pl.min_horizontal("us", "closes") - pl.col("opens")).sort(["ticket", "us", "row"])
    last = int(np.searchsorted(begins, as_of, "right")) - 1
    until = last * (CLOSES - OPENS) + min(as_of, int(ends[last])) - int(begins[last])
    message = frame.filter(pl.col("kind") == 2)
    facts = frame.group_by("ticket", maintain_order=True).agg(
        created=pl.col("read").filter(pl.col("kind") == 1).first(),
        first=pl.col("read").filter((pl.col("kind") == 2) & (pl.col("role") == 2)).first(),
        solved=pl.col("read").filter(pl.col("status") == "solved").first(),
    )
    first = facts.with_columns(end=pl.coalesce("first", "solved", pl.lit(until)))
    parts = [
        (
            0,
            (first["end"] - first["created"]).to_numpy(),
            (first["first"].is_not_null() | first["solved"].is_not_null()).to_numpy(),
            first["first"].is_null().to_numpy(),
        )
    ]
    runs = message.with_columns(before=pl.col("role").shift().over("ticket")).filter(
        pl.col("before").is_null() | (pl.col("role") != pl.col("before"))
    )
    runs = runs.with_columns(next=pl.col("read").shift(-1).over("ticket"))
    waits = runs.filter((pl.col("role") == 1) & (pl.col("before") == 2)).join(facts.select("ticket", "solved"), on="ticket", how="left")
    waits = waits.with_columns(end=pl.coalesce("next", "solved", pl.lit(until)))
    cancelled = waits["next"].is_null()
    parts.append(
        (1, (waits["end"] - waits["read"]).to_numpy(), (~cancelled | waits["solved"].is_not_null()).to_numpy(), cancelled.to_numpy())
    )
    status = frame.filter(pl.col("kind").is_in([1, 4])).with_columns(next=pl.col("read").shift(-1).over("ticket").fill_null(until))
    spent = (
        status.filter(~pl.col("status").is_in(["pending", "solved"])).group_by("ticket").agg(spent=(pl.col("next") - pl.col("read")).sum())
    )
    whole = facts.join(spent, on="ticket", how="left").with_columns(pl.col("spent").fill_null(0))
    parts.append((2, whole["spent"].to_numpy(), whole["solved"].is_not_null().to_numpy(), np.zeros(len(whole), np.bool_)))
    metric = np.concatenate([np.full(len(elapsed), number) for number, elapsed, _, _ in parts])
    return _answer(metric, *(np.concatenate([part[place] for part in parts]) for place in (1, 2, 3)))


_READINGS = {
    "asof": """
        select e.*, o.base + least(e.us, o.closes) - o.opens as read
        from events e asof join openings o on e.us >= o.opens""",
    "calendar": """
        select e.*, coalesce(c.spent, 0) as read
        from events e left join (
            select e.id, sum(least(e.us, o.closes) - o.opens) as spent
            from events e join openings o on o.opens < e.us and o.opens >= e.us - {reach}
            group by e.id) c on c.id = e.id""",
}
_SQL = """
    with r as ({reading}),
    facts as (
        select ticket, min(read) filter (kind = 1) as created, min(read) filter (kind = 2 and role = 2) as first,
               min(read) filter (status = 'solved') as solved
        from r group by ticket),
    turns as (select ticket, role, read, us, id, lag(role) over (partition by ticket order by us, id) as before from r where kind = 2),
    runs as (select *, lead(read) over (partition by ticket order by us, id) as next from turns where before is null or role <> before),
    states as (select ticket, status, read, coalesce(lead(read) over (partition by ticket order by us, id), {until}) as next
               from r where kind in (1, 4)),
    cycles as (
        select 0 as metric, coalesce(first, solved, {until}) - created as elapsed, first is not null or solved is not null as ended,
               first is null as cancelled from facts
        union all
        select 1, coalesce(w.next, f.solved, {until}) - w.read, w.next is not null or f.solved is not null, w.next is null
        from runs w join facts f using (ticket) where w.role = 1 and w.before = 2
        union all
        select 2, coalesce(s.spent, 0), f.solved is not null, false
        from facts f left join (select ticket, sum(next - read) as spent from states where status not in ('pending', 'solved') group by ticket) s
        using (ticket)),
    judged as (select metric, elapsed - (case metric when 0 then {t0} when 1 then {t1} else {t2} end) as over, ended, cancelled from cycles)
    select metric, count(*) filter (over <= 0 and ended and not cancelled), count(*) filter (over > 0),
           coalesce(sum(over) filter (over > 0), 0) from judged group by metric order by metric
"""


def _duckdb(columns: dict[str, Any], as_of: int, reading: str) -> Answer:
    import duckdb
    import pyarrow as pa

    begins, ends = openings(int(columns["at"].astype(np.int64).min()), as_of)
    last = int(np.searchsorted(begins, as_of, "right")) - 1
    until = last * (CLOSES - OPENS) + min(as_of, int(ends[last])) - int(begins[last])
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.register("openings", pa.table({"opens": begins, "closes": ends, "base": np.arange(len(begins)) * (CLOSES - OPENS)}))
    connection.register("events", pa.table({
        "id": np.arange(len(columns["ticket"])), "ticket": columns["ticket"], "us": columns["at"].astype(np.int64),
        "kind": columns["kind"], "role": columns["role"], "status": pa.array(columns["status"].tolist()),
    }))  # fmt: skip
    t0, t1, t2 = TARGETS.values()
    text = _SQL.format(reading=_READINGS[reading].format(reach=10**17), until=until, t0=t0, t1=t1, t2=t2)
    rows = connection.execute(text).fetchall()
    return {name: (int(row[1]), int(row[2]), int(row[3])) for name, row in zip(TARGETS, rows, strict=True)}


def duckdb_asof(columns: dict[str, Any], as_of: int) -> Answer:
    """DuckDB SQL with an ASOF join."""
    return _duckdb(columns, as_of, "asof")


def duckdb_calendar(columns: dict[str, Any], as_of: int) -> Answer:
    """DuckDB SQL that joins every event with every opening before it, as calendar tables are mostly used."""
    return _duckdb(columns, as_of, "calendar")


PEERS: dict[str, Callable[[dict[str, Any], int], Answer]] = {
    "polars ASOF": polars_asof,
    "DuckDB ASOF": duckdb_asof,
    "pandas + busday": pandas_groupby,
    "plain Python loop": plain_loop,
    "DuckDB calendar join": duckdb_calendar,
}
