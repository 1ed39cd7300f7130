"""Real logs, whole, with the figures that pandas alone finds in them; skipped where they are not beside the project."""

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from slakit import EventLog, Schedule, measure
from slakit.metrics import Metric, on

HOUR = 3.6e9
ALWAYS = Schedule.always()
FAR = "2030-01-01T00:00:00Z"
FIRST_SOLVE = Metric.define("first_solve", start=on.created, stop=on.solved, repeats=False)
TAKEN = Metric.define("taken_in_charge", start=on.created, stop=on.kind("accepted"), repeats=False, while_solved=True)
ANSWERED = Metric.define("answered", start=on.created, stop=on.reply, while_solved=True, repeats=False)


def rows_of(path):
    """The rows of a packed CSV."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def as_columns(rows):
    """The same log built from arrays."""
    rows = list(rows)
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: [row.get(key) for row in rows] for key in keys}


def hours(log, metric, *, as_of=FAR, schedule=ALWAYS):
    """The spans of the stopped cycles in hours, the same from both interpreters."""
    cycles = measure(log, metric, schedule=schedule, as_of=as_of, engine="column").columns()
    assert (
        measure(log, metric, schedule=schedule, as_of=as_of, engine="object").columns()["elapsed_us"].tolist()
        == cycles["elapsed_us"].tolist()
    )
    return np.sort(cycles["elapsed_us"][cycles["phase"] == "stopped"]) / HOUR


def figures(spans):
    """Count, mean and median, as the published figures are rounded."""
    return len(spans), round(float(spans.mean()), 4), round(float(np.median(spans)), 4)


def found(log, as_of=FAR):
    """The findings of a log by code."""
    return Counter(finding.code for finding in measure(log, "resolution", schedule=ALWAYS, as_of=as_of).findings)


STATES = {
    "New": "new", "Active": "open", "Awaiting User Info": "pending", "Awaiting Vendor": "on_hold", "Awaiting Problem": "on_hold",
    "Awaiting Evidence": "on_hold", "Resolved": "solved", "Closed": "closed",
}  # fmt: skip


@pytest.fixture(scope="module")
def incidents(shared):
    """The updates of every incident in the order in which they were saved."""
    groups = {}
    for row in rows_of(shared / "data" / "uci_incident" / "incident_event_log.csv.gz"):
        groups.setdefault(row["number"], []).append(row)
    return {number: sorted(rows, key=lambda row: int(row["sys_mod_count"])) for number, rows in groups.items()}


def uci(text):
    """An instant of the incident log; no zone is stated, so UTC."""
    return None if text == "?" else datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


@pytest.mark.parametrize(("until", "expected"), [("resolved_at", (23_362, 178.1716, 22.1)), ("closed_at", (24_918, 315.3286, 145.8667))])
def test_uci_from_opening_to_the_end(incidents, until, expected):
    """Opened to resolved and opened to closed by the incident's last row: count, mean and median in hours."""
    rows = []
    for number, updates in incidents.items():
        rows.append({"ticket": number, "at": uci(updates[0]["opened_at"]), "kind": "created"})
        if uci(updates[-1][until]) is not None:
            rows.append({"ticket": number, "at": uci(updates[-1][until]), "kind": "status", "status": "solved"})
    spans = hours(EventLog.from_columns(as_columns(rows)), "resolution")
    assert figures(spans) == expected
    if until == "resolved_at":
        assert round(float(np.quantile(spans, 0.9)), 4) == 381.5483


def test_uci_state_by_state(incidents):
    """Awaiting states take 1,606,612.85 h on 5,825 incidents; the five events before the opening are found."""
    rows = []
    for number, updates in incidents.items():
        rows.append({"ticket": number, "at": uci(updates[0]["opened_at"]), "kind": "created", "status": "New"})
        for row in updates:
            if row["incident_state"] in STATES:
                at, saved = uci(row["sys_updated_at"]), int(row["sys_mod_count"])
                rows.append({"ticket": number, "at": at, "kind": "status", "seq": saved, "status": row["incident_state"]})
    log = EventLog.from_columns(as_columns(rows), statuses=STATES)
    cycles = measure(log, ["time_in.pending", "time_in.on_hold"], schedule=ALWAYS, as_of="2017-03-01T00:00:00Z").columns()
    assert len(set(cycles["ticket"].tolist())) == 5_825
    assert cycles["wall_us"].sum() / HOUR == pytest.approx(1_606_612.85, abs=0.01)
    assert found(log) == {"before_created": 5}


ACTIVITIES = {"Wait": "pending", "Resolve ticket": "solved", "Closed": "closed"}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Rome"])
def test_helpdesk_italian(shared, zone):
    """Take in charge, first resolve and duration of 4,580 cases: the published figures as the clocks on the wall stood, and in Rome."""
    table = pd.read_csv(shared / "data" / "helpdesk_italian" / "finale.csv.gz")
    seen, rows = set(), []
    for number, (case, activity, who, text) in enumerate(table.iloc[:, :4].itertuples(index=False, name=None)):
        at = text.replace("/", "-")
        if case not in seen:
            seen.add(case)
            rows.append({"ticket": case, "at": at, "kind": "created"})
        row = {"ticket": case, "at": at, "seq": number, "actor": who}
        if activity == "Take in charge ticket":
            rows.append(row | {"kind": "accepted", "role": "agent"})
        elif activity in ACTIVITIES:
            rows.append(row | {"kind": "status", "status": ACTIVITIES[activity]})
        else:
            rows.append(row | {"kind": "field", "field": "activity", "value": activity})
    log = EventLog.from_records(rows, tz=zone)
    assert (len(log.tickets), len(log)) == (4_580, 21_348 + 4_580)
    taken, solved = hours(log, TAKEN), hours(log, FIRST_SOLVE)
    assert (len(taken), round(float(np.median(taken)), 4)) == (4_285, 16.3897)
    table["at"] = pd.to_datetime(table["Complete Timestamp"]).dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    first = table.groupby("Case ID")["at"].min()
    resolved = table[table["Activity"] == "Resolve ticket"].groupby("Case ID")["at"].min()
    spans = (resolved - first[resolved.index]).dt.total_seconds() / 3600
    assert figures(solved) == (len(spans), round(spans.mean(), 4), round(spans.median(), 4))
    if zone == "UTC":
        assert figures(solved) == (4_569, 266.9404, 143.5933)
        lives = [(events[-1].at - events[0].at) / HOUR / 24 for events in log.by_ticket().values()]
        assert (round(float(np.mean(lives)), 4), round(float(np.median(lives)), 4)) == (40.8584, 39.8592)
    assert found(log) == {}


def test_mendeley_first_responses(shared):
    """Created to the first public comment of the assignee: 332 tickets, median 0.0335 h, mean 4.9012 h."""
    folder, comments = shared / "data" / "mendeley_helpdesk", {}
    for row in rows_of(folder / "sample_utterances.csv.gz"):
        comments.setdefault((int(float(row["issueid"])), int(float(row["id"]))), row)
    created = {int(float(row["id"])): row["issue_created"] for row in rows_of(folder / "issues_from_pbix.csv.gz")}
    rows = [{"ticket": issue, "at": created[issue], "kind": "created"} for issue in {issue: None for issue, _ in comments}]
    roles = {"reporter": "customer", "assignee": "agent"}
    for (issue, key), row in comments.items():
        kind = "note" if float(row["is_private"]) else "message"
        rows.append({"ticket": issue, "at": row["created"], "kind": kind, "id": key, "role": roles.get(row["author_role"])})
    log = EventLog.from_records(rows)
    assert (len(log.tickets), len(comments)) == (360, 7_286)
    assert figures(hours(log, "first_response")) == (332, 4.9012, 0.0335)
    notes = sum(float(row["is_private"]) for row in comments.values())
    unknown = [row for row in comments.values() if row["author_role"] == "others" and not float(row["is_private"])]
    assert notes == 1_690
    assert found(log) == {"unknown_role_reply": len(unknown)} == {"unknown_role_reply": 1_301}


def test_twcs_first_responses(shared):
    """Threads of tweets that a customer opened: first response of the brand in minutes, messages a thread."""
    tweets = {row["tweet_id"]: row for row in rows_of(shared / "data" / "twcs_sample" / "twcs_first5000.csv.gz") if row["created_at"]}
    assert len(tweets) == 5_000
    roots = {}
    for tweet in tweets:
        path, one = [], tweet
        while one not in roots and before(tweets, one) in tweets:
            path.append(one)
            one = before(tweets, one)
        roots |= dict.fromkeys([*path, one], roots.get(one, one))
    rows = []
    for tweet, row in tweets.items():
        if tweets[roots[tweet]]["inbound"] == "True" and not before(tweets, roots[tweet]):
            at = datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y")
            role = "customer" if row["inbound"] == "True" else "agent"
            kind = "created" if tweet == roots[tweet] else "message"
            rows.append({"ticket": int(roots[tweet]), "at": at, "kind": kind, "role": role, "id": int(tweet), "actor": row["author_id"]})
    log = EventLog.from_records(rows)
    minutes = hours(log, "first_response") * 60
    assert figures(minutes)[1:] == (3021.9788, 13.55)
    assert len(log.tickets) == 1_285
    assert round(len(log) / 1_285, 4) == 3.7759
    assert round(sum(row["role"] == "agent" for row in rows) / 1_285, 4) == 1.6677
    assert found(log) == {}


def before(tweets, tweet):
    """The tweet that a tweet answers."""
    return tweets[tweet]["in_response_to_tweet_id"].removesuffix(".0")


def test_github_archive(shared):
    """Issues of an archived repository: opened to closed, and the first comment of somebody else."""
    with gzip.open(shared / "data" / "github_issues" / "hpke_archive.json.gz", "rt", encoding="utf-8") as file:
        issues = json.load(file)["issues"]
    rows = []
    for issue in issues:
        rows.append({"ticket": issue["number"], "at": issue["createdAt"], "kind": "created", "actor": issue["author"]})
        if issue["closedAt"]:
            rows.append({"ticket": issue["number"], "at": issue["closedAt"], "kind": "status", "status": "closed"})
        for comment in issue["comments"]:
            role = "customer" if comment["author"] == issue["author"] else "agent"
            rows.append(
                {"ticket": issue["number"], "at": comment["createdAt"], "kind": "message", "role": role, "actor": comment["author"]}
            )
    log = EventLog.from_records(rows)
    assert figures(hours(log, "resolution"))[1:] == (700.9359, 197.5719)
    assert figures(hours(log, ANSWERED))[::2] == (48, 66.9849)
    assert found(log) == {"customer_wrote_while_solved": 4}


def test_pandas_issues(shared):
    """Issues of pandas: opened to closed."""
    rows = []
    for row in rows_of(shared / "data" / "github_issues" / "pandas_issues_clean.csv.gz"):
        rows.append({"ticket": int(row["number"]), "at": row["created_at"], "kind": "created"})
        if row["closed_at"]:
            rows.append({"ticket": int(row["number"]), "at": row["closed_at"], "kind": "status", "status": "closed"})
    log = EventLog.from_columns(as_columns(rows))
    assert figures(hours(log, "resolution")) == (1_362, 162.2191, 22.1907)
    assert found(log) == {}
