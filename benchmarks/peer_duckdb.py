"""The whole job as DuckDB SQL, on one thread: working time by an ASOF join, and by a calendar join."""

from typing import Any

import numpy as np
from desk_job import DAY, PENDING, SOLVED, TARGETS, WIDTH, Answer, Array, Contestant, coded, openings, reading
from desk_log import AGENT, CREATED, CUSTOMER, MESSAGE, STATUS

# A window over the whole table by `id` sorts one integer; one partitioned by ticket sorts three.
_SHARED = f"""
    facts as (
        select ticket, min(read) filter (kind = {CREATED}) as created, min(read) filter (kind = {MESSAGE} and role = {AGENT}) as first,
               min(read) filter (status = {SOLVED}) as solved
        from r group by ticket),
    turns as (
        select id, ticket, role, read,
               case when lag(ticket) over (order by id) = ticket then lag(role) over (order by id) end as before
        from r where kind = {MESSAGE}),
    runs as (
        select id, ticket, role, before, read,
               case when lead(ticket) over (order by id) = ticket then lead(read) over (order by id) end as next
        from turns where before is null or role <> before),
    waits as (
        select w.id, w.read as begins, coalesce(w.next, f.solved, {{until}}) as ends,
               w.next is not null or f.solved is not null as ended, w.next is null as cancelled
        from runs w join facts f using (ticket) where w.role = {CUSTOMER} and w.before = {AGENT}),
    states as (
        select ticket, status, read as begins,
               case when lead(ticket) over (order by id) = ticket then lead(read) over (order by id) else {{until}} end as ends
        from r where kind in ({CREATED}, {STATUS})),
    running as (select ticket, begins, ends from states where status not in ({PENDING}, {SOLVED}))
"""  # noqa: S608 - put together from constants
_ASOF = f"""
    with r as materialized (
        select e.id, e.ticket, e.kind, e.role, e.status, o.base + least(e.us, o.closes) - o.opens as read
        from events e asof join openings o on e.us >= o.opens order by e.id),
    {_SHARED},
    spent as (select ticket, sum(ends - begins) as elapsed from running group by ticket),
    cycles as (
        select 0 as metric, coalesce(first, solved, {{until}}) - created as elapsed,
               first is not null or solved is not null as ended, first is null as cancelled from facts
        union all select 1, ends - begins, ended, cancelled from waits
        union all select 2, coalesce(elapsed, 0), solved is not null, false from facts left join spent using (ticket))
"""  # noqa: S608 - put together from constants
_CALENDAR = f"""
    with r as (select id, ticket, kind, role, status, us as read from events),
    {_SHARED},
    pieces as (
        select 0 as metric, ticket as cycle, created as begins, coalesce(first, solved, {{until}}) as ends from facts
        union all select 1, id, begins, ends from waits
        union all select 2, ticket, begins, ends from running),
    days as (
        select metric, cycle, begins, ends, unnest(range(begins // {{day}}, ends // {{day}} + 1)) as day from pieces),
    spent as (
        select metric, cycle, sum(greatest(least(ends, closes) - greatest(begins, opens), 0)) as elapsed
        from days join openings using (day) group by metric, cycle),
    ends as (
        select 0 as metric, ticket as cycle, first is not null or solved is not null as ended, first is null as cancelled from facts
        union all select 1, id, ended, cancelled from waits
        union all select 2, ticket, solved is not null, false from facts),
    cycles as (select metric, coalesce(elapsed, 0) as elapsed, ended, cancelled from ends left join spent using (metric, cycle))
"""  # noqa: S608 - put together from constants
_TALLY = """,
    judged as (select metric, elapsed - (case metric when 0 then {t0} when 1 then {t1} else {t2} end) as over, ended, cancelled from cycles)
    select metric, count(*) filter (over <= 0 and ended and not cancelled), count(*) filter (over > 0),
           coalesce(sum(over) filter (over > 0), 0) from judged group by metric order by metric
"""


def load(columns: dict[str, Any]) -> Any:
    """A connection with a table in order of time, as the ASOF join wants it; `id` tells the order by ticket and time.

    numpy sorts in a fraction of the time that ``create table ... order by`` takes.
    """
    import duckdb
    import pyarrow as pa

    ticket, us = columns["ticket"], columns["at"].astype(np.int64)
    place = np.empty(len(us), np.int64)
    place[np.lexsort((us, ticket))] = np.arange(len(us))
    by_time = np.argsort(us, kind="stable")
    arrays = {
        "id": place, "ticket": ticket, "us": us, "kind": columns["kind"], "role": columns["role"], "status": coded(columns["status"]),
    }  # fmt: skip
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.register("arriving", pa.table({name: array[by_time] for name, array in arrays.items()}))
    connection.execute("create table events as from arriving")
    connection.unregister("arriving")
    return connection


def job_by_asof(connection: Any, as_of: int) -> Answer:
    """SQL with an ASOF join: working time is read once an event, and subtracted."""
    begins, ends = _openings(connection, as_of)
    return _judged(connection, _ASOF, int(reading(as_of, begins, ends)))


def job_by_calendar(connection: Any, as_of: int) -> Answer:
    """SQL with a calendar table: every stretch of a clock is joined with the days that it touches."""
    _openings(connection, as_of)
    return _judged(connection, _CALENDAR, as_of)


def _openings(connection: Any, as_of: int) -> tuple[Array, Array]:
    import pyarrow as pa

    ((first,),) = connection.execute("select min(us) from events").fetchall()
    begins, ends = openings(first, as_of)
    table = {"opens": begins, "closes": ends, "base": np.arange(len(begins)) * WIDTH, "day": begins // DAY}
    connection.register("openings", pa.table(table))
    return begins, ends


def _judged(connection: Any, cycles: str, until: int) -> Answer:
    t0, t1, t2 = TARGETS.values()
    rows = connection.execute((cycles + _TALLY).format(until=until, day=DAY, t0=t0, t1=t1, t2=t2)).fetchall()
    return {name: (int(met), int(breached), int(over)) for name, (_, met, breached, over) in zip(TARGETS, rows, strict=True)}


DUCKDB_ASOF = Contestant(load, job_by_asof)
DUCKDB_CALENDAR = Contestant(load, job_by_calendar)
