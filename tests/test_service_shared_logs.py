"""Service metrics on real logs: figures that were computed with pandas alone."""

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from slakit import EventLog, service


def table(path):
    """The rows of a packed CSV file."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def calls(shared):
    """The calls of a call centre: creation, answer, talk, solve and rating, or the caller giving up."""
    rows = []
    for row in table(shared / "data" / "phonenow_synthetic" / "call_center.csv.gz"):
        ticket, agent = row["Call Id"], row["Agent"]
        at = datetime.fromisoformat(f"{row['Date']}T{row['Time']}").replace(tzinfo=UTC)
        rows.append({"ticket": ticket, "at": at, "kind": "created", "topic": row["Topic"]})
        if row["Answered (Y/N)"] != "Y":
            rows.append({"ticket": ticket, "at": at + timedelta(seconds=60), "kind": "abandoned"})
            continue
        answer = at + timedelta(seconds=float(row["Speed of answer in seconds"]))
        hours, minutes, seconds = map(int, row["AvgTalkDuration"].split(":"))
        talk = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        rows += [
            {"ticket": ticket, "at": answer, "kind": "accepted", "role": "agent", "actor": agent},
            {"ticket": ticket, "at": answer + talk, "kind": "handled", "part": "talk", "span": talk, "role": "agent", "actor": agent},
            {"ticket": ticket, "at": answer + talk, "kind": "rating", "scale": "1-5", "value": int(float(row["Satisfaction rating"]))},
        ]
        if row["Resolved"] == "Y":
            rows.append({"ticket": ticket, "at": answer + talk, "kind": "status", "status": "solved", "actor": agent, "role": "agent"})
    return EventLog.from_records(rows), "2021-06-01T00:00:00+00:00"


def test_a_call_centre_is_counted(calls):
    """4,054 of 5,000 calls are answered; talk averages 224.9228 s, the answer comes after 67.5207 s, 3,646 are solved in the call."""
    log, as_of = calls
    handled = service.aht(log, as_of=as_of)
    assert handled.n == 4054
    assert handled.value / timedelta(seconds=1) == pytest.approx(224.9228, abs=5e-5)
    assert handled.excluded == {"abandoned": 946}
    assert service.speed_of_answer(log, as_of=as_of).value / timedelta(seconds=1) == pytest.approx(67.5207, abs=5e-5)
    lost = service.abandonment(log, as_of=as_of)
    assert (lost.numerator, lost.n) == (946, 5000)
    solved = service.fcr(log, as_of=as_of, variant="in_call")
    assert (solved.numerator, solved.n) == (3646, 4054)


def test_a_call_centre_is_rated(calls):
    """The ratings count 417, 396, 1,218, 1,180 and 843, their mean is 3.403552, and 49.90 % give 4 or 5."""
    log, as_of = calls
    rated = service.csat(log, as_of=as_of)
    assert list(rated.counts.values()) == [417, 396, 1218, 1180, 843]
    assert rated.mean == pytest.approx(3.403552, abs=5e-7)
    assert 100 * rated.value == pytest.approx(49.90, abs=5e-3)
    by_agent = service.csat(log, as_of=as_of, by="agent")
    assert sum(group.n for group in by_agent) == rated.n
    assert sum(group.n for group in service.aht(log, as_of=as_of, by="agent")) == 4054


def test_threads_of_tweets_are_counted(shared):
    """Threads that a customer opened hold 3.7759 messages, 1.6677 of them by agents."""
    rows = {row["tweet_id"]: row for row in table(shared / "data" / "twcs_sample" / "twcs_first5000.csv.gz") if row["inbound"]}

    def before(row):
        given = row["in_response_to_tweet_id"]
        return rows.get(str(int(float(given)))) if given else None

    def root(row):
        while (earlier := before(row)) is not None:
            row = earlier
        return row

    threads = {}
    for row in rows.values():
        threads.setdefault(root(row)["tweet_id"], []).append(row)
    events, expected = [], Counter()
    for name, tweets in threads.items():
        if rows[name]["inbound"] != "True" or rows[name]["in_response_to_tweet_id"]:
            continue
        expected["threads"] += 1
        for tweet in sorted(tweets, key=lambda tweet: tweet["tweet_id"] != name):
            side = "customer" if tweet["inbound"] == "True" else "agent"
            expected[side] += 1
            at = datetime.strptime(tweet["created_at"], "%a %b %d %H:%M:%S %z %Y")
            kind = "created" if tweet["tweet_id"] == name else "message"
            events.append({"ticket": name, "at": at, "kind": kind, "role": side, "actor": tweet["author_id"]})
    result = service.messages_per_service(EventLog.from_records(events), as_of="2018-06-01T00:00:00+00:00", variant="all")
    assert result.n == expected["threads"]
    assert result.value == pytest.approx(3.7759, abs=5e-5)
    assert result.agent == pytest.approx(1.6677, abs=5e-5)


def test_incidents_are_counted_by_month(shared):
    """The incidents that a month opened are as many as the file has with that month in their opening time; 275 were reopened."""
    opened = {}
    for row in table(shared / "data" / "uci_incident" / "incident_event_log.csv.gz"):
        opened[row["number"]] = datetime.strptime(row["opened_at"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
    assert len(opened) == 24_918
    log = EventLog.from_columns({"ticket": list(opened), "at": list(opened.values()), "kind": ["created"] * len(opened)})
    result = service.requests(log, as_of="2017-03-01T00:00:00+00:00", per="month", tz="UTC")
    expected = Counter(f"{at:%Y-%m}" for at in opened.values())
    rows = result.to_dict()
    assert {label: count for label, count in zip(rows["period"], rows["count"], strict=True) if count} == dict(expected)
    assert result.value == 24_918


def test_tickets_of_a_help_desk_are_counted_by_day(shared):
    """Each ticket stands on the civil day that its opening time names; the 16,595 without one are set aside, days without any are zeros."""
    created = {row["id"]: row["issue_created"] for row in table(shared / "data" / "mendeley_helpdesk" / "issues_from_pbix.csv.gz")}
    columns = {"ticket": list(created), "at": list(created.values()), "kind": ["created"] * len(created)}
    log = EventLog.from_columns(columns, on_error="quarantine")
    result = service.requests(log, as_of="2030-01-01T00:00:00+00:00", until="2024-01-01T00:00:00+00:00", per="day", tz="UTC")
    expected = Counter(at[:10] for at in created.values() if at)
    rows = result.to_dict()
    assert {day: count for day, count in zip(rows["period"], rows["count"], strict=True) if count} == dict(expected)
    assert (len(created), len(log.quarantined), result.value) == (66_691, 16_595, 50_096)
    assert 0 in rows["count"]
