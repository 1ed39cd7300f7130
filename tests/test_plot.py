"""Pictures: each draws on the axes that it is given and says what it shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slakit import EventLog, Money, Penalty, Policy, PolicySet, Schedule, service, stats
from slakit.errors import QueryError

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from slakit import plot

DESK = Schedule.weekly("mon-fri 09:00-17:00", tz="UTC", holidays_until="2026-12-31")
POLICIES = PolicySet(
    [
        Policy(
            "desk",
            schedule=DESK,
            targets={"first_response": "1h"},
            penalties=[Penalty("first_response", rate=Money(10, "IRR"), per="minute")],
        )
    ]
)
AS_OF = datetime(2026, 3, 31, 17, tzinfo=UTC)


@pytest.fixture
def log() -> EventLog:
    """Twelve tickets over three months, answered after 20 min to 4 h, rated bad or good in turn; the last still waits."""
    rows: list[dict[str, Any]] = []
    for number in range(12):
        opened = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=7 * number)
        rows.append({"ticket": number, "at": opened, "kind": "created"})
        if number < 11:
            rows.append(
                {"ticket": number, "at": opened + timedelta(minutes=20 * (number + 1)), "kind": "message", "role": "agent", "actor": "a"}
            )
            rows.append(
                {
                    "ticket": number,
                    "at": opened + timedelta(hours=5),
                    "kind": "rating",
                    "scale": "four",
                    "value": ("bad", "good")[number % 2],
                }
            )
    return EventLog.from_records(rows)


def words(ax: Any) -> str:
    """All text on some axes."""
    titles = [ax.get_title(loc=place) for place in ("left", "right")]
    labels = [ax.get_xlabel(), ax.get_ylabel(), *(tick.get_text() for tick in ax.get_xticklabels())]
    return " | ".join([*titles, *labels, *(text.get_text() for text in ax.texts)])


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_picture_draws_on_the_axes_that_it_is_given(log: EventLog, language: str) -> None:
    """The axes come back with something drawn, a title and a note, in either language."""
    judged = POLICIES.judge(log, as_of=AS_OF)
    found = service.requests(log, as_of=AS_OF, tz="UTC")
    makers = [
        lambda ax: plot.attainment(judged, ax=ax, language=language),
        lambda ax: plot.attainment(judged, ax=ax, language=language, calendar="jalali", metric="first_response"),
        lambda ax: plot.durations(judged, "first_response", ax=ax, language=language),
        lambda ax: plot.penalties(judged.penalties(period="month"), ax=ax, language=language),
        lambda ax: plot.control(stats.xmr([5.0, 6.0, 4.0, 5.5, 30.0]), ax=ax, language=language),
        lambda ax: plot.satisfaction(service.csat(log, as_of=AS_OF, by="month", tz="UTC"), ax=ax, language=language),
        lambda ax: plot.requests(found, ax=ax, language=language),
        lambda ax: plot.heat_map(found, ax=ax, language=language),
        lambda ax: plot.timeline(judged.explain(3), ax=ax, language=language),
    ]
    for make in makers:
        ax = Figure().subplots()
        assert make(ax) is ax
        assert ax.has_data()
        assert ax.get_title(loc="left")
        ax.figure.canvas.draw()


def test_attainment_shows_n_a_month(log: EventLog) -> None:
    """Four tickets were opened in January and three of them met by 60 min: 20, 40 and 60 min; the fourth is breached."""
    shown = words(plot.attainment(POLICIES.judge(log, as_of=AS_OF)))
    assert "January 2026" in shown
    assert "n 12" in shown


def test_durations_count_the_open_ticket(log: EventLog) -> None:
    """Twelve cycles, one of them open."""
    assert "n=12, open 1" in words(plot.durations(POLICIES.judge(log, as_of=AS_OF), "first_response"))


def test_satisfaction_needs_groups(log: EventLog) -> None:
    """A single figure has no months to stack."""
    with pytest.raises(QueryError) as caught:
        plot.satisfaction(service.csat(log, as_of=AS_OF))
    assert caught.value.code == "not_grouped"


def test_an_unknown_language_is_refused(log: EventLog) -> None:
    """The known ones are listed."""
    with pytest.raises(QueryError) as caught:
        plot.durations(POLICIES.judge(log, as_of=AS_OF), "first_response", language="de")
    assert caught.value.code == "unknown_language"
