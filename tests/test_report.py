"""The monthly report: every section there, in both languages, self-contained, nothing that runs."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from slakit import EventLog, Money, Penalty, Policy, PolicySet, Schedule, report
from slakit.errors import QueryError

DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays_until="2026-12-31")
POLICIES = PolicySet([
    Policy(
        "desk", schedule=DESK, targets={"first_response": "1h", "resolution": "4h"},
        penalties=[Penalty("resolution", rate=Money(1_000, "IRR"), per="minute")],
    )
])  # fmt: skip
AS_OF = datetime(2026, 3, 31, 17, tzinfo=UTC)


def rows(ticket: int) -> list[dict[str, object]]:
    """Opened at 09:00, answered after 30 min times the ticket's number, solved after 2 h times it, rated."""
    opened = datetime(2026, 3, 2 + ticket, 9, tzinfo=UTC)
    return [
        {"ticket": f"T-{ticket}", "at": opened, "kind": "created", "category": "<b>mail</b>" if ticket % 2 else "شبکه"},
        {"ticket": f"T-{ticket}", "at": opened + timedelta(minutes=30 * ticket), "kind": "message", "role": "agent", "actor": "sara"},
        {"ticket": f"T-{ticket}", "at": opened + timedelta(hours=2 * ticket), "kind": "status", "status": "solved"},
        {"ticket": f"T-{ticket}", "at": opened + timedelta(hours=2 * ticket), "kind": "rating", "scale": "four", "value": "good"},
    ]


@pytest.fixture
def log() -> EventLog:
    """Three tickets."""
    return EventLog.from_records([row for ticket in (1, 2, 3) for row in rows(ticket)])


def test_figures_are_those_of_the_metrics(log: EventLog) -> None:
    """First responses took 30, 60 and 90 min of 1 h: two of three met; resolutions 2, 4 and 6 h of 4 h: two of three."""
    figures = {figure.key: figure for figure in report.monthly(log, POLICIES, as_of=AS_OF).figures}
    assert (figures["first_response"].value, figures["first_response"].n) == ("66.7%", 3)
    assert (figures["resolution"].value, figures["resolution"].n) == ("66.7%", 3)
    assert (figures["csat"].value, figures["csat"].n) == ("100.0 %", 3)
    assert (figures["nps"].value, figures["nps"].n) == ("-", 0)


def test_the_penalty_is_that_of_the_month(log: EventLog) -> None:
    """One resolution ran 2 h over: 120 min at 1,000 rial."""
    tables = dict(report.monthly(log, POLICIES, as_of=AS_OF).tables)
    assert [int(amount) for amount in tables["penalties"]["amount"]] == [120_000]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_rendering_holds_every_section(log: EventLog, language: str) -> None:
    """Text, Markdown and HTML speak of the same sections; the HTML is whole, escaped and runs nothing."""
    made = report.monthly(log, POLICIES, as_of=AS_OF, language=language)
    text, markdown, page = made.text(), made.markdown(), made.html()
    titles = re.findall(r"^## (.+)$", markdown, re.MULTILINE)
    assert len(titles) == 7
    assert all(title in text and f"<h2>{title}</h2>" in page for title in titles)
    assert f'lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in page
    assert "<script" not in page
    assert "http" not in page
    assert "&lt;b&gt;mail&lt;/b&gt;" in page
    assert "شبکه" in page


def test_pictures_are_inline(log: EventLog) -> None:
    """Attainment, satisfaction, requests, hours and one curve a clock, as PNG."""
    pytest.importorskip("matplotlib")
    made = report.monthly(log, POLICIES, as_of=AS_OF)
    drawn = made.pictures()
    assert set(drawn) == {"attainment", "satisfaction", "requests", "hours", "durations first_response", "durations resolution"}
    assert all(image.startswith(b"\x89PNG") for image in drawn.values())
    assert made.html().count("data:image/png;base64,") == len(drawn)


def test_a_month_by_label(log: EventLog) -> None:
    """February has no ticket: undefined figures, not zeros."""
    figures = {figure.key: figure for figure in report.monthly(log, POLICIES, as_of=AS_OF, month="2026-02").figures}
    assert figures["aht"].value == "-"
    assert figures["csat"].value == "-"


@pytest.mark.parametrize(
    ("options", "code"),
    [({"month": "2026-05"}, "bad_period"), ({"language": "de"}, "unknown_language")],
)
def test_what_cannot_be_reported_is_refused(log: EventLog, options: dict[str, str], code: str) -> None:
    """A month that has not begun, a language that is not spoken."""
    with pytest.raises(QueryError) as caught:
        report.monthly(log, POLICIES, as_of=AS_OF, **options)
    assert caught.value.code == code


def test_a_report_needs_policies(log: EventLog) -> None:
    """Without a policy there is nothing to judge by."""
    with pytest.raises(QueryError) as caught:
        report.monthly(log, PolicySet([]), as_of=AS_OF)
    assert caught.value.code == "no_policy"
