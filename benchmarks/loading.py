"""What it takes to load a log, by the form in which it comes, in ns of processor time an event.

    python benchmarks/loading.py [--events 300000] [--repeat 5] [--json out.json]

Ticket ids are texts of eleven characters unless a form says otherwise. One form after the other is made and then loaded
several times, the others out of memory; all must give the same log.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from desk_log import desk_log

from slakit import EventLog

KINDS = np.array(["", "created", "message", "note", "status"])
ROLES = np.array(["", "customer", "agent"])
Lists = dict[str, list[Any]]


def arrays(columns: dict[str, Any], *, ids: str = "text", times: str = "datetime64") -> dict[str, Any]:
    """The columns as arrays, kinds and roles as integers.

    Args:
        columns: of `desk_log`.
        ids: ``"integers"``, ``"text"`` (as numpy has it) or ``"objects"``.
        times: ``"datetime64"``, ``"text"`` or ``"objects"``.
    """
    found = dict(columns)
    if ids != "integers":
        found["ticket"] = np.char.add("T-", np.char.zfill(columns["ticket"].astype("U9"), 9))
    if times != "datetime64":
        found["at"] = np.char.add(np.datetime_as_string(columns["at"], unit="s"), "Z")
    for name, form in (("ticket", ids), ("at", times)):
        if form == "objects":
            found[name] = found[name].astype(object)
    return found


def lists(columns: dict[str, Any]) -> Lists:
    """The columns as lists of texts, None where there is none."""
    texts = arrays(columns, times="text") | {"kind": KINDS[columns["kind"]], "role": ROLES[columns["role"]]}
    found = {name: column.tolist() for name, column in texts.items()}
    found["status"] = [status or None for status in found["status"]]
    return found


def records(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows as dicts without empty values."""
    given = lists(columns)
    return [{name: value for name, value in zip(given, row, strict=True) if value} for row in zip(*given.values(), strict=True)]


def categories(columns: dict[str, Any]) -> pd.DataFrame:
    """A pandas frame of categories, with aware times."""
    given = lists(columns)
    frame = pd.DataFrame({name: pd.Categorical(column) for name, column in given.items() if name != "at"})
    frame["at"] = pd.Series(columns["at"]).dt.tz_localize("UTC")
    return frame


def dictionaries(columns: dict[str, Any]) -> pa.Table:
    """An Arrow table of dictionaries, with aware times."""
    given = lists(columns)
    table = pa.table({name: pa.array(column).dictionary_encode() for name, column in given.items() if name != "at"})
    return table.append_column("at", pa.array(columns["at"], pa.timestamp("us", "UTC")))


def records_as_columns(rows: list[dict[str, Any]]) -> EventLog:
    """A log of rows, its columns made."""
    log = EventLog.from_records(rows)
    log.columns()
    return log


FORMS: dict[str, tuple[Callable[[dict[str, Any]], Any], Callable[[Any], EventLog]]] = {
    "integer ids, datetime64": (lambda columns: arrays(columns, ids="integers"), EventLog.from_columns),
    "text ids as an array, datetime64": (arrays, EventLog.from_columns),
    "text ids as objects, datetime64": (lambda columns: arrays(columns, ids="objects"), EventLog.from_columns),
    "integer ids, ISO text as an array": (lambda columns: arrays(columns, ids="integers", times="text"), EventLog.from_columns),
    "integer ids, ISO text as objects": (lambda columns: arrays(columns, ids="integers", times="objects"), EventLog.from_columns),
    "lists of texts": (lists, EventLog.from_columns),
    "pandas, texts": (lambda columns: pd.DataFrame(lists(columns)), EventLog.from_frame),
    "pandas, categories and times": (categories, EventLog.from_frame),
    "polars, texts": (lambda columns: pl.DataFrame(lists(columns)), EventLog.from_frame),
    "Arrow, texts": (lambda columns: pa.table(lists(columns)), EventLog.from_frame),
    "Arrow, dictionaries and times": (dictionaries, EventLog.from_frame),
    "a dict each": (records, EventLog.from_records),
    "a dict each, columns made of the events": (records, records_as_columns),
}


def timed(load: Callable[[Any], EventLog], given: Any) -> tuple[float, tuple[int, ...]]:
    """Processor time of loading, in seconds, and sums that tell one log from another."""
    begin = time.process_time()
    log = load(given)
    took = time.process_time() - begin
    columns = log.columns()
    return took, (len(log), *(int(getattr(columns, key).sum()) for key in ("at", "kind", "role", "category", "ticket")))


def measured(events: int, repeat: int, *, by_time: bool) -> dict[str, float]:
    """Median ns an event by form."""
    columns = desk_log(events, by_time=by_time)
    count = len(columns["at"])
    found: dict[str, float] = {}
    logs: set[tuple[int, ...]] = set()
    for name, (make, load) in FORMS.items():
        given = make(columns)
        runs = [timed(load, given) for _ in range(repeat + 1)]
        found[name] = statistics.median(took for took, _ in runs[1:]) / count * 1e9
        logs.update(log for _, log in runs)
    if len(logs) > 1:
        message = f"the forms give different logs: {logs}"
        raise RuntimeError(message)
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = {order: measured(asked.events, asked.repeat, by_time=order == "time") for order in ("ticket", "time")}
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"{f'{asked.events:,} events, ns of processor time each':<44} {'by ticket':>10} {'by time':>10}")
    for name, by_ticket in found["ticket"].items():
        print(f"{name:<44} {by_ticket:>10,.0f} {found['time'][name]:>10,.0f}")
    if asked.json:
        asked.json.write_text(json.dumps({"events": asked.events, "ns": found}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
