"""Reports on the public ServiceNow incident log of the UCI repository (data set 498).

    python examples/uci_incident.py incident_event_log.csv.gz

The file has one row an update of an incident; every row repeats when the incident was opened,
resolved and closed. Times are naive and day first, a missing value is ``?``, no zone is stated: they
are read as UTC, which leaves differences right. It is measured twice on an around-the-clock schedule:
from opened to resolved alone, and with the states of the updates as they went, where waiting for the
caller pauses and waiting for others does not.
"""

import csv
import gzip
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from desk_report import hours, print_report, watched

from slakit import EventLog, Schedule, measure

STATES = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Vendor": "on_hold",
    "Awaiting Problem": "on_hold",
    "Awaiting Evidence": "on_hold",
    "Resolved": "solved",
    "Closed": "closed",
}
AS_OF = "2017-03-01T00:00:00+00:00"
"""After the last update in the file."""


def opened(path: Path) -> TextIO:
    """A text file, packed or not."""
    return gzip.open(path, "rt", newline="", encoding="utf-8") if path.suffix == ".gz" else path.open(newline="", encoding="utf-8")


def instant(text: str) -> datetime | None:
    """A time of the file: ``D/M/YYYY HH:MM``, ``?`` where it is missing."""
    return None if text == "?" else datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def incidents(rows: Iterable[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """The updates of each incident, in the order in which they were saved."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        found.setdefault(row["number"], []).append(row)
    for updates in found.values():
        yield sorted(updates, key=lambda row: int(row["sys_mod_count"]))


def created(updates: list[Mapping[str, str]]) -> dict[str, Any]:
    """The creation of an incident; what the file says about it becomes fields of the ticket."""
    first = updates[0]
    fields = {key: first[key] for key in ("category", "subcategory", "impact", "urgency", "priority", "contact_type") if first[key] != "?"}
    return {"ticket": first["number"], "at": instant(first["opened_at"]), "kind": "created", "status": "New", **fields}


def opened_to_resolved(updates: list[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Created when opened, solved when the last update says that it was resolved; open where it does not say."""
    yield created(updates)
    resolved = instant(updates[-1]["resolved_at"])
    if resolved is not None:
        yield {"ticket": updates[0]["number"], "at": resolved, "kind": "status", "status": "Resolved"}


def state_by_state(updates: list[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Created when opened, then every update's state at its instant; five updates carry no state and are left out."""
    yield created(updates)
    for row in updates:
        if row["incident_state"] in STATES:
            at, saved = instant(row["sys_updated_at"]), int(row["sys_mod_count"])
            yield {"ticket": row["number"], "at": at, "kind": "status", "seq": saved, "status": row["incident_state"]}


def logs(path: Path, *mappings: Callable[[list[Mapping[str, str]]], Iterator[dict[str, Any]]]) -> Iterator[EventLog]:
    """The file as one log a mapping."""
    with opened(path) as file:
        groups = list(incidents(watched(csv.DictReader(file), "updates")))
    for mapping in mappings:
        yield EventLog.from_records((event for updates in groups for event in mapping(updates)), statuses=STATES)


def main(path: Path) -> None:
    """Print both reports, and what the pauses come to."""
    plain, live = logs(path, opened_to_resolved, state_by_state)
    clock = Schedule.always()
    print_report(plain, schedule=clock, as_of=AS_OF, metrics=["resolution"], title=f"{path.name}: opened to resolved, no pauses")
    print_report(live, schedule=clock, as_of=AS_OF, metrics=["resolution", "total_resolution"], title=f"{path.name}: state by state")
    resolution = measure(live, "resolution", schedule=clock, as_of=AS_OF).columns()
    waits = measure(live, ["time_in.pending", "time_in.on_hold"], schedule=clock, as_of=AS_OF).columns()
    for name in ("time_in.pending", "time_in.on_hold"):
        print(f"{name}: {hours(waits['wall_us'][waits['metric'] == name].sum())} in all")
    print(f"paused within resolution: {hours(resolution['paused_us'].sum())} in all")


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and its path
        sys.exit("usage: python examples/uci_incident.py incident_event_log.csv.gz")
    main(Path(sys.argv[1]))
