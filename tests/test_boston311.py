"""A city's own verdicts on real due dates: judging by the date that each request carries reproduces every one of them."""

import numpy as np
import pytest

from slakit import EventLog, Policy, PolicySet, Schedule, Target

CITY = Schedule.always(tz="America/New_York")
NAMES = ("OPEN_DT", "TARGET_DT", "CLOSED_DT")


@pytest.fixture(scope="module")
def requests(shared):
    """The closed requests with a due date and a status, times in UTC."""
    import pandas as pd

    rows = pd.read_csv(shared / "data" / "boston311_2015" / "boston311_2015.csv.gz", dtype=str)
    status = next(name for name in rows.columns if name.lower() == "ontime_status")
    rows = rows.rename(columns={status: "status"}).dropna(subset=[*NAMES, "status"]).reset_index(drop=True)
    for name in NAMES:
        read = pd.to_datetime(rows[name], format="%m/%d/%Y %I:%M:%S %p")
        rows[name] = read.dt.tz_localize("America/New_York", ambiguous=np.ones(len(read), bool), nonexistent="shift_forward").dt.tz_convert(
            "UTC"
        )
    return rows


def log_of(rows):
    """Created with a due date, then closed."""
    n = len(rows)
    at = np.concatenate([rows.OPEN_DT.dt.tz_localize(None).to_numpy(), rows.CLOSED_DT.dt.tz_localize(None).to_numpy()])
    due = rows.TARGET_DT.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_numpy(object)
    return EventLog.from_columns({
        "ticket": np.tile(np.arange(n), 2), "at": at, "kind": np.repeat(["created", "status"], n),
        "status": np.concatenate([np.full(n, None, object), np.full(n, "closed", object)]), "due": np.concatenate([due, np.full(n, None, object)]),
    })  # fmt: skip


def test_every_verdict_of_the_city_is_reproduced(requests):
    """All 79,126 closed requests: met where the city says ONTIME, breached where it says OVERDUE, on every row."""
    assert len(requests) == 79_126
    log = log_of(requests)
    policies = PolicySet([Policy("city", schedule=CITY, targets={"resolution": Target.at_field("due")})])
    result = policies.judge(log, as_of="2020-01-01T00:00:00Z")
    assert result.engine == "column"
    met = result.column("verdict") == "met"
    assert (met == (requests.status == "ONTIME").to_numpy()).all()
    assert result.attainment().value == (requests.status == "ONTIME").mean()
    early = [finding for finding in log.findings_as_of(2**62) if finding.code == "before_created"]
    assert len(early) == int((requests.CLOSED_DT < requests.OPEN_DT).sum()) == 57
    assert int((requests.TARGET_DT == requests.OPEN_DT).sum()) == 13


def test_some_of_them_one_by_one(requests):
    """The object interpreter says the same of every fiftieth request."""
    some = requests.iloc[::50]
    policies = PolicySet([Policy("city", schedule=CITY, targets={"resolution": Target.at_field("due")})])
    result = policies.judge(log_of(some.reset_index(drop=True)), as_of="2020-01-01T00:00:00Z", engine="object")
    assert [row.verdict == "met" for row in result] == (some.status == "ONTIME").tolist()
