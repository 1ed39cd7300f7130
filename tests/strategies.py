"""Hypothesis strategies of event logs: of all kinds, with ties, ids, warts and collisions, or well formed.

Rows are plain dictionaries as `EventLog.from_records` takes them; `STATUSES` maps the product's own
statuses that occur in them.
"""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import numpy as np
from hypothesis import strategies as st

from slakit import EventKind, EventLog, Role
from slakit._time import span

STATUSES = {"Awaiting User Info": "pending", "In Arbeit": "open", "Vendor": "on_hold", "حل شده": "solved"}
"""The product's own statuses of drawn rows."""

START = datetime(2026, 3, 26, 12, tzinfo=UTC)
"""The first instant of drawn logs: the clocks of Europe change three days later."""

GRIDS = {"one": (0, 1), "tight": (4, 60), "day": (24 * 6, 600), "wide": (60 * 24 * 12, 300)}
"""Grids of instants: (steps, seconds a step). `one` puts everything into one instant, `wide` spans sixty days."""

ROLES = ("customer", "agent", "bot", "system")
CATEGORIES = ("new", "open", "pending", "on_hold", "solved", "closed")
PEOPLE = {"customer": ("cleo", "carl"), "agent": ("sara", "amir", "ines"), "bot": ("robo",), "system": ("cron",)}
TEAMS = ("north", "night")
PRIORITIES = ("low", "normal", "urgent")
TIERS = ("gold", "silver")

statuses = st.sampled_from((*CATEGORIES, *STATUSES))
actors = st.sampled_from(("cleo", "carl", "sara", "amir", "ines", "robo"))
roles = st.sampled_from((*ROLES, "customer", "agent", "agent"))


def _optional(**keys):
    """Keys that a row may or may not have."""
    return st.fixed_dictionaries({}, optional=keys)


def _merged(*parts):
    return st.tuples(*parts).map(lambda drawn: {key: given for part in drawn for key, given in part.items()})


_by = _optional(actor=actors, role=roles)
_fields = _optional(
    priority=st.sampled_from(PRIORITIES),
    tier=st.sampled_from(TIERS),
    team=st.sampled_from(TEAMS),
    customer=st.sampled_from(("acme", "zeta")),
    seats=st.integers(0, 40),
    category=st.sampled_from(("billing", "network")),
)


def _kind(name, *parts, **fixed):
    return _merged(st.just({"kind": name, **fixed}), *parts)


def messages(by=None):
    """Messages of one role, or of any or no role."""
    chosen = st.just(by) if by else st.sampled_from((*ROLES, "customer", "agent", "customer", "agent", None))
    return chosen.flatmap(
        lambda role: _merged(
            st.just({"kind": "message"} if role is None else {"kind": "message", "role": role}),
            _optional(actor=st.sampled_from(PEOPLE[role] if role else ("someone",)), public=st.sampled_from((True, True, True, False))),
        )
    )


def status_changes():
    """Changes of the status, to any category, by its own name or the product's."""
    return _kind("status", st.fixed_dictionaries({"status": statuses}), _by)


@cache
def created(role=None):
    """A `created` with fields of the ticket."""
    side = st.just(role) if role else st.sampled_from(("customer", "customer", "agent", "bot", "system", None))
    return side.flatmap(
        lambda drawn: _kind("created", _fields, _optional(status=statuses, actor=actors), **({} if drawn is None else {"role": drawn}))
    )


FIELD_CHANGES = st.one_of(
    st.sampled_from(PRIORITIES).map(lambda given: {"field": "priority", "value": given}),
    st.sampled_from(TIERS).map(lambda given: {"field": "tier", "value": given}),
    st.sampled_from(TEAMS).map(lambda given: {"field": "team", "value": given}),
    st.integers(0, 40).map(lambda given: {"field": "seats", "value": given}),
    st.sampled_from(("priority", "tier")).map(lambda name: {"field": name}),
)


@cache
def _more(tickets):
    """The rarer kinds."""
    return st.one_of(
        _kind("note", _by),
        _kind(
            "assigned", _optional(to=actors, to_role=st.sampled_from(("agent", "bot")), group=st.sampled_from(TEAMS)), _by
        ),
        _kind("accepted", _by),
        _kind("field", FIELD_CHANGES, _by),
        _kind("escalated", _by),
        _kind("handed_over", _by),
        _kind("work_started", _by),
        _kind("work_ended", _by),
        _kind("handled", st.fixed_dictionaries({"part": st.sampled_from(("talk", "hold", "wrap", "work")), "span": st.sampled_from(("0s", "90s", "5m", "1h 30m"))}), _by),
        _kind("abandoned", _by),
        _kind("rating_requested", _optional(of=st.just("ticket"), scale=st.just("four")), _by),
        _kind("rating", st.fixed_dictionaries({"value": st.sampled_from(("good", "bad", "excellent"))}), _optional(of=st.just("ticket"), scale=st.just("four"), actor=actors)),
        _kind("merged", st.fixed_dictionaries({"into": st.sampled_from(tickets)})),
        _kind("split", st.fixed_dictionaries({"from": st.sampled_from(tickets)})),
        _kind("spam", _by),
        _kind("deleted", _by),
        _kind("excluded", _optional(reason=st.just("outage"), evidence=st.just("INC-7"))),
        _kind("included"),
    )  # fmt: skip


@cache
def kinds(tickets, *, gone=True):
    """One event without its ticket and time: often what clocks run on, sometimes any other kind.

    Args:
        tickets: ids that merges and splits may name.
        gone: whether merges, spam and deletions may occur.
    """
    rarer = _more(tickets)
    if not gone:
        rarer = rarer.filter(lambda row: row["kind"] not in {"merged", "spam", "deleted"})
    common = (messages(), status_changes(), messages(), status_changes())
    return st.one_of(*common, created(), rarer) if gone else st.one_of(*common, rarer)


ticket_names = st.sampled_from((("T-1", "T-2", "T-10"), (1, 2, 10), ("a",), (-5, 7)))
"""The tickets of a log: all text or all integers."""

grids = st.sampled_from(tuple(GRIDS))


def instants(grid="tight"):
    """Aware datetimes on a grid."""
    steps, seconds = GRIDS[grid]
    return st.integers(0, steps).map(lambda step: START + timedelta(seconds=step * seconds))


def texts(moment):
    """Ways to write one instant: ISO text at some offset, or the datetime itself."""
    return st.sampled_from((0, 210, -300)).map(lambda minutes: moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat())


@cache
def _row_lists(names, grid, gone, min_size, max_size):
    """Lists of rows in parts; kept, since a strategy that is made anew for every example is slow."""
    extra = _optional(seq=st.integers(-1, 2), id=st.integers(1, 6).map(lambda number: f"e{number}"))
    row = st.tuples(st.sampled_from(names), instants(grid), kinds(names, gone=gone), st.one_of(st.just({}), extra))
    return st.lists(row, min_size=min_size, max_size=max_size)


@st.composite
def event_rows(draw, *, min_size=0, max_size=14, grid=None, tickets=None, gone=True):
    """Arbitrary rows: tickets without `created`, with several, events before it, ties, `seq`, the same id twice.

    Args:
        draw: Hypothesis.
        min_size: fewest rows.
        max_size: most rows.
        grid: a name in `GRIDS`; None draws one.
        tickets: ids; None draws some.
        gone: whether merges, spam, deletions and further `created` may occur.
    """
    names = tickets or draw(ticket_names)
    drawn = draw(_row_lists(names, grid or draw(grids), gone, min_size, max_size))
    rows = [{"ticket": ticket, "at": moment.isoformat(), **keys, **more} for ticket, moment, keys, more in drawn]
    if draw(st.booleans()):
        first = {}
        for given in rows:
            first.setdefault(given["ticket"], given)
        opened = [{"ticket": ticket, "at": first[ticket]["at"], **draw(created())} for ticket in first]
        rows = opened + rows
    return rows


@st.composite
def well_formed_rows(draw, *, max_tickets=3, max_events=10, grid=None, roles=None, gone=False):
    """Rows without a wart: each ticket begins with one `created`, ids are unique, work ends where it was started.

    Args:
        draw: Hypothesis.
        max_tickets: most tickets.
        max_events: most events a ticket after its creation.
        grid: a name in `GRIDS`; None draws one.
        roles: whose side opens tickets (a tuple); None draws any.
        gone: whether merges, spam and deletions may occur.
    """
    names = draw(ticket_names)[:max_tickets]
    steps, seconds = GRIDS[grid or draw(grids)]
    rows = []
    for ticket in names:
        opening = draw(created(draw(st.sampled_from(roles)) if roles else None))
        begin = draw(st.integers(0, steps))
        rows.append({"ticket": ticket, "at": _iso(begin * seconds), **opening, "id": f"{ticket}/0"})
        step = begin
        working = 0
        left_out = {"created", "included"} | (set() if gone else {"merged", "spam", "deleted"})
        for number, keys in enumerate(draw(st.lists(kinds(names), max_size=max_events)), start=1):
            if keys["kind"] in left_out:
                continue
            if keys["kind"] == "work_started":
                working += 1
                keys = {"kind": "work_started", "role": "agent", "actor": "sara"}  # noqa: PLW2901 - one worker, so that pairs match
            elif keys["kind"] == "work_ended":
                if not working:
                    continue
                working -= 1
                keys = {"kind": "work_ended", "role": "agent", "actor": "sara"}  # noqa: PLW2901 - as above
            step += draw(st.integers(1, max(1, steps // 6)))
            rows.append({"ticket": ticket, "at": _iso(step * seconds), **keys, "id": f"{ticket}/{number}"})
    return draw(st.permutations(rows)) if draw(st.booleans()) else rows


def _iso(seconds):
    return (START + timedelta(seconds=seconds)).isoformat()


def as_table(rows):
    """The same rows as columns of lists, None where a row lacks the key."""
    keys = sorted({key for row in rows for key in row} | {"ticket", "at", "kind"})
    return {key: [row.get(key) for row in rows] for key in keys}


def as_arrays(rows):
    """The same rows as typed arrays: `datetime64`, codes of kinds and roles, fixed-width text, floats with NaN."""
    table = as_table(rows)
    arrays = {
        "ticket": np.array(table.pop("ticket"), None if rows else np.int64),
        "at": np.array([datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) for text in table.pop("at")], "datetime64[us]"),
        "kind": np.array([EventKind.of(kind) for kind in table.pop("kind")], np.uint8),
    }
    for key, cells in table.items():
        if key == "role":
            arrays[key] = np.array([0 if cell is None else Role.of(cell) for cell in cells], np.uint8)
        elif key == "public":
            arrays[key] = np.array([cell is not False for cell in cells])
        elif key == "span":
            arrays[key] = np.array(
                [np.timedelta64("NaT") if cell is None else np.timedelta64(span(cell), "us") for cell in cells], "m8[us]"
            )
        elif all(cell is None or isinstance(cell, str) for cell in cells):
            arrays[key] = np.array([cell or "" for cell in cells])
        elif all(cell is None or isinstance(cell, int) for cell in cells):
            arrays[key] = np.array(cells) if None not in cells else np.array([np.nan if cell is None else cell for cell in cells])
        else:
            arrays[key] = np.array([*cells, None], object)[:-1]
    return arrays


def log_of(rows, *, columns=False):
    """A log of rows, by objects or by columns."""
    return EventLog.from_columns(as_table(rows), statuses=STATUSES) if columns else EventLog.from_records(rows, statuses=STATUSES)


@st.composite
def logs(draw, **wishes):
    """Logs of arbitrary rows, by objects or by columns; see `event_rows`."""
    return log_of(draw(event_rows(**wishes)), columns=draw(st.booleans()))


@st.composite
def well_formed_logs(draw, **wishes):
    """Logs of well formed rows, by objects or by columns; see `well_formed_rows`."""
    return log_of(draw(well_formed_rows(**wishes)), columns=draw(st.booleans()))


def as_ofs(grid="wide"):
    """Instants up to which a log may be known, in us: inside its span, at events and a little after them."""
    steps, seconds = GRIDS[grid]
    start = int(START.timestamp()) * 1_000_000
    near = st.integers(-1, 6 * 60).map(lambda step: start + step * 60_000_000)
    far = st.integers(0, steps * 2).map(lambda step: start + step * seconds * 1_000_000)
    return st.one_of(near, far, st.tuples(near, st.sampled_from((-1, 1))).map(sum))
