"""Every doubt about a log, with its code, its ticket and its instant."""

import pytest

from slakit import EventLog
from slakit.events.doubts import CODES, near_miss
from tests.strategies import as_table

HOUR = 3_600_000_000
TEN_US = 1_767_261_600_000_000
"""``date -u -d 2026-01-01T10:00:00 +%s`` in microseconds."""
FOREVER = 2**62


def row(hour, kind, ticket="T", **keys):
    """A row at an hour of the first of January 2026."""
    return {"ticket": ticket, "at": f"2026-01-01T{hour:02d}:00:00Z", "kind": kind, **keys}


def found(rows, as_of=FOREVER):
    """(code, ticket, hour) of every finding, the same from rows and from columns."""
    findings = EventLog.from_records(rows).findings_as_of(as_of)
    assert findings == EventLog.from_columns(as_table(rows)).findings_as_of(as_of)
    for one in findings:
        assert one.code in CODES
        assert one.message
    return [(one.code, one.ticket, None if one.at is None else (one.at - TEN_US) // HOUR + 10) for one in findings]


CUSTOMER, AGENT = {"role": "customer"}, {"role": "agent", "actor": "sara"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(10, "message", **CUSTOMER)], [("no_created", 10)]),
        ([row(10, "status", status="open"), row(11, "message")], [("no_created", 10), ("unknown_role_reply", 11)]),
        ([row(9, "note"), row(10, "created"), row(8, "message", **AGENT)], [("before_created", 8), ("before_created", 9)]),
        ([row(10, "created"), row(11, "created"), row(12, "created")], [("duplicate_created", 11), ("duplicate_created", 12)]),
        ([row(10, "created"), row(11, "message"), row(12, "message", public=False), row(13, "note")], [("unknown_role_reply", 11)]),
        ([row(10, "created"), row(11, "note", id="x"), row(12, "note", id="x")], [("duplicate_id", 12)]),
        (
            [row(10, "created"), row(11, "merged", into="T"), row(12, "message", **CUSTOMER), row(13, "message", **AGENT)],
            [("merged_into_itself", 11), ("message_after_merge", 12), ("message_after_merge", 13)],
        ),
        ([row(10, "created"), row(11, "merged", into="X")], [("merged_into_unknown", 11)]),
        ([row(10, "created", status="pending"), row(11, "message", **CUSTOMER)], [("customer_wrote_while_pending", 11)]),
        ([row(10, "created"), row(11, "status", status="pending"), row(12, "message", **AGENT)], []),
        ([row(10, "created"), row(11, "status", status="pending"), row(12, "message", public=False, **CUSTOMER)], []),
        ([row(10, "created"), row(11, "status", status="on_hold"), row(12, "message", **CUSTOMER)], []),
        (
            [row(10, "created"), row(11, "status", status="pending"), row(12, "message", **CUSTOMER), row(12, "status", status="open")],
            [],
        ),
        (
            [row(10, "created"), row(11, "status", status="pending"), row(12, "message", **CUSTOMER), row(12, "status", status="pending")],
            [("customer_wrote_while_pending", 12)],
        ),
        ([row(10, "created"), row(11, "status", status="solved"), row(12, "message", **CUSTOMER)], [("customer_wrote_while_solved", 12)]),
        ([row(10, "created", status="closed"), row(12, "message", **CUSTOMER)], [("customer_wrote_while_solved", 12)]),
        (
            [row(10, "created"), row(11, "work_ended", **AGENT), row(12, "work_started", **AGENT), row(13, "work_ended", **AGENT), row(14, "work_ended", **AGENT)],
            [("work_ended_without_start", 11), ("work_ended_without_start", 14)],
        ),
        ([row(10, "created"), row(11, "work_started", actor="a"), row(12, "work_ended", actor="b")], [("work_ended_without_start", 12)]),
        ([row(10, "created"), row(11, "included"), row(12, "excluded"), row(13, "included"), row(14, "included")], [("included_without_excluded", 11), ("included_without_excluded", 14)]),
        ([row(10, "created", priorty="low")], [("near_miss_key", None)]),
    ],
)  # fmt: skip
def test_each_doubt(rows, expected):
    """Each wart gives its code at its instant, and nothing else; the order of rows does not matter."""
    assert [(code, hour) for code, _, hour in found(rows)] == expected
    assert [(code, hour) for code, _, hour in found(rows[::-1])] == expected


def test_findings_stand_by_ticket_and_instant():
    """Those of the whole log first, then by ticket, instant and code."""
    rows = [
        row(11, "message", ticket="B"),
        row(12, "note", ticket="A"),
        row(10, "created", ticket="C", Status_="x"),
        row(9, "note", ticket="C"),
    ]
    assert found(rows) == [("near_miss_key", None, None), ("no_created", "A", 12), ("no_created", "B", 11), ("before_created", "C", 9)]


def test_what_is_not_known_yet_is_not_doubtful():
    """Before the creation is known the first event stands for it; before the duplicate, there is none."""
    rows = [row(9, "note", id="a"), row(10, "created"), row(12, "note", id="a")]
    assert found(rows, TEN_US - 1) == [("no_created", "T", 9)]
    assert found(rows, TEN_US) == [("before_created", "T", 9)]
    assert found(rows, TEN_US + 2 * HOUR) == [("before_created", "T", 9), ("duplicate_id", "T", 12)]
    assert found(rows, 0) == []


def test_a_merge_is_known_when_its_survivor_is():
    """A survivor that appears later does not count before."""
    rows = [row(10, "created"), row(11, "merged", into="S"), row(12, "created", ticket="S")]
    assert found(rows, TEN_US + HOUR) == [("merged_into_unknown", "T", 11)]
    assert found(rows) == []


def test_a_near_miss_is_told_once_with_its_count():
    """One finding for the log says how many tickets carry the field."""
    rows = [row(10, "created", ticket=number, priorty="low") for number in range(3)]
    (one,) = EventLog.from_records(rows).findings_as_of(FOREVER)
    assert dict(one.fields) == {"key": "priorty", "near": "priority", "tickets": 3}
    assert one.ticket is None


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("priorty", "priority"), ("prioritty", "priority"), ("pirority", "priority"), ("Priority", "priority"), ("sub_category", "subcategory"),
        ("roles", "role"), ("statsu", "status"), ("Public", "public"), ("priority", None), ("tier", None), ("customer_id", None), ("colour", None), ("a", None),
        ("act", None), ("AT", "at"), ("", None),
    ],
)  # fmt: skip
def test_how_near_a_miss_is(key, near):
    """One edit, a swap of neighbours, or case and separators; short or different names are names of their own."""
    assert near_miss(key) == near
