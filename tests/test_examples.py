"""The examples: the shipped log is what its maker makes, and the reports print what pandas alone finds."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
DESK = EXAMPLES / "data" / "desk_log.csv"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """What an example prints, run as a user runs it."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONUTF8": "1"}, timeout=300)


def printed(text: str, metric: str) -> dict[str, list[float]]:
    """The figures of one metric in a report: counts, and median, p90 and mean in hours by the label of their line."""
    part = text.partition(f"\n{metric}: ")[2].partition("slowest:")[0]
    found = {"counts": [float(number.replace(",", "")) for number in re.findall(r"([\d,]+) (?:cycles|stopped|cancelled|open)\b", part)]}
    for label in ("working time", "wall time"):
        line = part.partition(label)[2].partition("\n")[0]
        found[label] = [float(number.replace(",", "")) for number in re.findall(r"([\d,.]+) h", line)]
    return found


def test_the_shipped_log_is_made_by_its_maker(tmp_path):
    """Made again, the log has the same bytes; it is small enough to ship."""
    made = tmp_path / "again.csv"
    runpy.run_path(str(EXAMPLES / "make_desk_log.py"))["main"](made)
    assert made.read_bytes() == DESK.read_bytes()
    assert len(made.read_bytes()) < 3_000_000


def test_the_shipped_log_is_lifelike():
    """Every kind of event that a desk knows is in it, several thousand tickets' worth, and some tickets are open at the end."""
    rows = pd.read_csv(DESK, dtype=str)
    assert rows.ticket.nunique() == 2200
    assert set(rows.kind) >= {
        "created", "message", "note", "status", "assigned", "accepted", "field", "escalated", "handed_over", "work_started", "work_ended",
        "handled", "abandoned", "rating_requested", "rating", "merged", "spam", "excluded", "included",
    }  # fmt: skip
    assert set(rows.status.dropna()) == {"new", "open", "pending", "on_hold", "solved", "closed"}
    assert set(rows.loc[rows.kind == "rating", "scale"]) == {"four", "nps"}
    last = rows[rows.status.notna()].groupby("ticket").status.last()
    assert 20 < (~last.isin(["solved", "closed"])).sum() < 400


def test_the_desk_report_prints_what_pandas_finds():
    """First responses of the shipped log, counted and timed by the wall clock with pandas alone."""
    done = run("desk_report.py")
    assert done.returncode == 0, done.stderr
    rows = pd.read_csv(DESK, dtype=str)
    rows["at"] = pd.to_datetime(rows["at"], utc=True)
    created = rows[rows.kind == "created"].set_index("ticket")["at"]
    replied = rows[(rows.kind == "message") & (rows.role == "agent")].groupby("ticket")["at"].min()
    ended = rows[rows.status.isin(["solved", "closed"]) | rows.kind.isin(["merged", "spam"])].groupby("ticket")["at"].min()
    answered = (replied.reindex(created.index) <= ended.reindex(created.index).fillna(pd.Timestamp.max.tz_localize("UTC"))).fillna(
        value=False
    )
    hours = (replied.reindex(created.index) - created)[answered].dt.total_seconds() / 3600
    again = replied.reindex(created.index)[~answered].dropna().index  # solved without a reply, then reopened: a further cycle each
    wrote = rows[(rows.kind == "message") & (rows.role == "customer") & (rows["at"] > rows.ticket.map(ended))].groupby("ticket")["at"].min()
    later = (replied - wrote)[again].dt.total_seconds() / 3600
    assert len(later) == 3
    hours = pd.concat([hours, later])
    figures = printed(done.stdout, "first_response")
    assert figures["counts"][1] == len(hours)
    assert figures["wall time"] == pytest.approx([hours.median(), hours.quantile(0.9), hours.mean()], abs=5e-5)
    for metric in ("next_response", "resolution"):
        assert printed(done.stdout, metric)["counts"][1] > 1000
    assert done.stdout.count("slowest:") == 3


def test_the_desk_report_takes_a_log_of_ones_own(tmp_path):
    """A CSV with naive times works with a zone, and without one is refused with every row and the remedy."""
    own = tmp_path / "own.csv"
    own.write_text("ticket,at,kind,role,public\n1,2026-06-01 09:00,created,,\n1,2026-06-01 11:30,message,agent,true\n", encoding="utf-8")
    done = run("desk_report.py", own, "--tz", "Europe/Berlin", "--hours", "mon-fri 09:00-17:00")
    assert done.returncode == 0, done.stderr
    assert printed(done.stdout, "first_response") == {"counts": [1, 1, 0, 0], "working time": [2.5] * 3, "wall time": [2.5] * 3}
    refused = run("desk_report.py", own)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "tz=" in refused.stderr
    missing = run("desk_report.py", tmp_path / "absent.csv")
    assert missing.returncode == 1
    assert "absent.csv" in missing.stderr


def test_the_uci_log_gives_the_published_figures(shared):
    """Opened to resolved has the known count, mean and median; the paused part is what pandas finds between the updates."""
    path = shared / "data" / "uci_incident" / "incident_event_log.csv.gz"
    done = run("uci_incident.py", path)
    assert done.returncode == 0, done.stderr
    figures = printed(done.stdout, "resolution")
    assert figures["counts"] == [24_918, 23_362, 0, 1_556]
    assert figures["working time"] == figures["wall time"] == [22.1, 381.5483, 178.1716]
    rows = pd.read_csv(path, dtype=str)
    rows = rows[rows.incident_state != "-100"]
    rows["saved"] = rows.sys_mod_count.astype(int)
    for name, source in (("at", "sys_updated_at"), ("opened", "opened_at")):
        rows[name] = pd.to_datetime(rows[source], format="%d/%m/%Y %H:%M")
    rows["at"] = rows[["at", "opened"]].max(axis=1)
    rows = rows.sort_values(["number", "at", "saved"], kind="stable")
    until = rows.groupby("number")["at"].shift(-1).fillna(pd.Timestamp("2017-03-01"))
    spent = (until - rows["at"]).dt.total_seconds().groupby(rows.incident_state).sum() / 3600
    pending = spent["Awaiting User Info"]
    on_hold = spent[["Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence"]].sum()
    assert f"time_in.pending: {pending:,.4f} h in all" in done.stdout
    assert f"time_in.on_hold: {on_hold:,.4f} h in all" in done.stdout
    assert f"paused within resolution: {pending:,.4f} h in all" in done.stdout


def test_the_mendeley_log_shows_what_a_robot_does_to_a_median(shared):
    """The human median is the known one and stands first; the auto-reply account would make it seconds."""
    done = run("mendeley_helpdesk.py", shared / "data" / "mendeley_helpdesk")
    assert done.returncode == 0, done.stderr
    first, second, *_ = done.stdout.splitlines()
    assert first == "median first response by a human: 0.0335 h (332 tickets)"
    assert "would be 16 seconds" in second
    assert printed(done.stdout, "first_response")["working time"] == pytest.approx(
        [0.0335, printed(done.stdout, "first_response")["wall time"][1], 4.9012]
    )


@pytest.mark.parametrize("script", ["uci_incident.py", "mendeley_helpdesk.py"])
def test_a_missing_path_is_asked_for(script):
    """Without its path, an example says how it is used."""
    done = run(script)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: ")
