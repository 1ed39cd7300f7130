"""Reports on a public help-desk data set (doi 10.17632/btm76zndnt.2): who counts as an answer matters.

    python examples/mendeley_helpdesk.py FOLDER     # with issues_from_pbix.csv.gz and sample_utterances.csv.gz

The comments come sentence by sentence, with a flag for internal notes and the author's role: reporter,
assignee or others. Among the others an account answers every ticket within seconds. It is a robot:
counted as an agent it makes the first response a matter of seconds, which no customer would call one.
"""

import csv
import gzip
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from desk_report import hours, print_report, watched

from slakit import EventLog, Schedule, measure

AUTO_REPLY = "4ggo"
"""The account that, as one of the others, answers 357 of the 360 tickets within seconds; one ticket has it as assignee."""
AS_OF = "2023-04-01T00:00:00+00:00"
"""After the last comment in the file."""
ROLES = {"reporter": "customer", "assignee": "agent"}


def rows_of(path: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a packed CSV."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        yield from watched(csv.DictReader(file), f"rows of {path.name}")


def whole(text: str) -> int:
    """An id such as ``1004298.0``."""
    return int(float(text))


def events(folder: Path, robot: str) -> Iterator[dict[str, Any]]:
    """Creation, comments and resolution of every ticket whose comments are known.

    Args:
        folder: where the two files are.
        robot: the role that the auto-reply account is given.
    """
    comments: dict[tuple[int, int], Mapping[str, str]] = {}
    for row in rows_of(folder / "sample_utterances.csv.gz"):
        comments.setdefault((whole(row["issueid"]), whole(row["id"])), row)
    created = {whole(row["id"]): row for row in rows_of(folder / "issues_from_pbix.csv.gz")}
    for issue in {issue: None for issue, _ in comments}:
        row = created[issue]
        yield {"ticket": issue, "at": row["issue_created"], "kind": "created", "priority": row["priority_norm"].lower()}
        if row["issue_resolution_date"]:
            yield {"ticket": issue, "at": row["issue_resolution_date"], "kind": "status", "status": "solved"}
    for (issue, key), row in comments.items():
        automatic = row["author"] == AUTO_REPLY and row["author_role"] == "others"
        role = robot if automatic else ROLES.get(row["author_role"])
        if role == "customer" and row["created"].replace(" ", "T") == created[issue]["issue_created"]:
            continue  # the opening message, which the creation stands for
        kind = "note" if float(row["is_private"]) else "message"
        yield {"ticket": issue, "at": row["created"], "kind": kind, "id": key, "actor": row["author"], "role": role}


def first_response(log: EventLog) -> tuple[int, float]:
    """How many first responses there were, and their median in us."""
    columns = measure(log, "first_response", schedule=Schedule.always(), as_of=AS_OF).columns()
    spans = columns["elapsed_us"][columns["phase"] == "stopped"]
    return len(spans), float(np.median(spans))


def main(folder: Path) -> None:
    """Print the report with the robot as a robot, and what it would have been otherwise."""
    log = EventLog.from_records(events(folder, robot="bot"))
    naive = EventLog.from_records(events(folder, robot="agent"))
    answered, median = first_response(log)
    taken_in, seconds = first_response(naive)
    print(f"median first response by a human: {hours(median)} ({answered} tickets)")
    print(f"with the auto-reply account {AUTO_REPLY!r} counted as an agent it would be {seconds / 1e6:.0f} seconds ({taken_in} tickets)")
    print_report(log, schedule=Schedule.always(), as_of=AS_OF, title=f"{folder.name}: comments of {len(log.tickets)} tickets")


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and its path
        sys.exit("usage: python examples/mendeley_helpdesk.py FOLDER")
    main(Path(sys.argv[1]))
