"""Small tables, readable and not, that the tests of logs share."""

MAP = {"Awaiting User Info": "pending"}
ROWS = [
    {
        "ticket": "T-9",
        "at": "2026-12-23T16:10:00+01:00",
        "kind": "created",
        "role": "customer",
        "status": "new",
        "priority": "urgent",
        "tier": "gold",
    },
    {"ticket": "T-9", "at": "2026-12-23T16:40:00+01:00", "kind": "message", "role": "agent", "actor": "sara", "public": True, "seq": 2},
    {"ticket": "T-9", "at": "2026-12-24T09:00:00+01:00", "kind": "status", "status": "Awaiting User Info"},
    {"ticket": "T-9", "at": "2026-12-24T09:05:00+01:00", "kind": "field", "field": "priority", "value": "low"},
    {"ticket": "T-9", "at": "2026-12-24T09:06:00+01:00", "kind": "handled", "part": "talk", "span": "5m", "actor": "sara"},
    {"ticket": "T-9", "at": "2026-12-25T09:00:00+01:00", "kind": "rating", "scale": "four", "value": "good", "of": "ticket"},
    {"ticket": "T-10", "at": "2026-12-24T08:00:00Z", "kind": "created", "tier": "silver"},
]
CREATED_US = 1_798_038_600_000_000
"""``date -u -d 2026-12-23T15:10:00 +%s`` in microseconds."""


def table(rows):
    """Rows as columns of lists."""
    return {key: [row.get(key) for row in rows] for key in sorted({key for row in rows for key in row})}


def codes(caught):
    """(row, code) of every error."""
    return [(error.fields["row"], error.code) for error in caught.value.exceptions]


BAD = [
    {"ticket": "T-1", "at": "2026-03-29T02:30:00", "kind": "created"},
    {"ticket": "T-1", "at": "2026-03-29T02:30:00Z", "kind": "creatd"},
    {"ticket": "T-1", "at": "2026-03-29T02:30:00Z", "kind": "created"},
    {"ticket": "T-1", "at": "2026-03-29T03:30:00Z", "kind": "message", "rle": "agent"},
    {"ticket": "T-1", "at": "2026-03-29T04:30:00Z", "kind": "status", "status": "Wartet"},
    {"ticket": 7, "at": "2026-03-29T05:30:00Z", "kind": "note"},
    {"ticket": "T-1", "at": "2026-03-29T05:30:00Z", "kind": "note", "role": "agnt"},
]
BAD_CODES = [(0, "naive_time"), (1, "unknown_kind"), (3, "unknown_key"), (4, "unmapped_status"), (5, "mixed_types"), (6, "unknown_role")]
