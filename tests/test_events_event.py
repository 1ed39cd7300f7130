"""One event: its keys, its conversions, its order, what it refuses."""

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pendulum
import pytest

from slakit import Event, EventKind, EventLog, Role, Status
from slakit.errors import EventError, LogErrors, TimeError
from slakit.events.keys import KIND_KEYS
from slakit.events.kinds import rank

AT = "2026-12-23T16:10:00+01:00"
AT_US = 1_798_038_600_000_000
"""``date -u -d 2026-12-23T15:10:00 +%s`` in microseconds."""


def make(**keys):
    """An event with a few defaults."""
    return Event(**({"ticket": "T-9", "at": AT, "kind": "message"} | keys))


@pytest.mark.parametrize(
    "at",
    [
        AT,
        "2026-12-23T15:10:00Z",
        "2026-12-23 15:10+00:00",
        datetime(2026, 12, 23, 15, 10, tzinfo=UTC),
        datetime(2026, 12, 23, 18, 40, tzinfo=timezone(timedelta(hours=3, minutes=30))),
        datetime(2026, 12, 23, 16, 10, tzinfo=ZoneInfo("Europe/Berlin")),
        pendulum.datetime(2026, 12, 23, 16, 10, tz="Europe/Berlin"),
        np.datetime64("2026-12-23T15:10:00"),
        np.datetime64("2026-12-23T15:10", "m"),
    ],
)
def test_every_form_of_an_instant_is_one_integer(at):
    """An instant is the same microseconds whatever type, zone or unit it comes in, also in rows."""
    assert make(at=at).at == AT_US
    assert next(iter(EventLog.from_records([{"ticket": "T-9", "at": at, "kind": "note"}]))).at == AT_US


def test_the_second_of_two_equal_wall_times_keeps_its_own_offset():
    """A zone-aware datetime with fold=1 is the later of the two instants: 01:30 UTC, not 00:30."""
    late = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    assert make(at=late).time == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_defaults():
    """A message is public, of an unknown role, first in its instant; a `created` is the customer's; a note is never public."""
    message = make()
    assert (message.public, message.role, message.seq, message.id, message.actor, message.status) == (
        True,
        Role.UNKNOWN,
        0,
        None,
        None,
        None,
    )
    assert message.category is Status.NONE
    assert dict(message.data) == {}
    assert make(kind="created").role is Role.CUSTOMER
    assert make(kind="created", role="agent").role is Role.AGENT
    assert not make(kind="note", public=True).public


@pytest.mark.parametrize("nothing", [None, "", float("nan"), np.nan, np.datetime64("NaT")])
def test_empty_cells_are_absent_keys(nothing):
    """None, NaN, NaT and empty text are as if the key were not there, for every key that may be absent."""
    given = make(id=nothing, seq=nothing, actor=nothing, role=nothing, public=nothing, status=nothing)
    assert given == make()
    assert make(kind="created", tier=nothing) == make(kind="created")
    assert make(kind="field", field="tier", value=nothing) == make(kind="field", field="tier")


def test_zero_and_false_are_values():
    """Falsy values of fields are kept."""
    assert dict(make(kind="created", seats=0, vip=False).data) == {"seats": 0, "vip": False}


def test_numpy_scalars_become_plain_values():
    """Numbers and texts of numpy are held as Python's own."""
    event = make(
        ticket=np.int64(7), kind="created", seats=np.int32(3), name=np.str_("x"), seq=np.int64(2), id=np.int64(5), public=np.bool_(True)
    )
    assert [type(given) for given in (event.ticket, event.seq, event.id, event.public, event.data["seats"], event.data["name"])] == [
        int, int, int, bool, int, str,
    ]  # fmt: skip
    assert make(kind="created", due=np.datetime64("2026-12-23T15:10:00")).data["due"] == datetime(2026, 12, 23, 15, 10, tzinfo=UTC)
    assert make(kind="created", wait=np.timedelta64(90, "s")).data["wait"] == timedelta(seconds=90)


@pytest.mark.parametrize(("given", "expected"), [("True", True), ("no", False), (1, True), ("0", False)])
def test_yes_and_no_in_words(given, expected):
    """Files write truth as text or number."""
    assert make(public=given).public is expected


@pytest.mark.parametrize("given", ["2", 2.0, np.int8(2)])
def test_whole_numbers_in_other_forms(given):
    """Files write integers as text or as floats."""
    assert make(seq=given).seq == 2


def test_spans_and_receivers_are_converted():
    """A handling span is microseconds, the receiver's role a `Role`."""
    handled = make(kind="handled", part="talk", span="1h 30m")
    assert handled.data["span"] == 5_400_000_000
    assert make(kind="assigned", to="sara", to_role="bot").data["to_role"] is Role.BOT


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ({"ticket": None}, "missing_key", "ticket"),
        ({"ticket": ""}, "missing_key", "ticket"),
        ({"ticket": 1.5}, "bad_ticket", "float"),
        ({"ticket": True}, "bad_ticket", "bool"),
        ({"kind": "mesage"}, "unknown_kind", "did you mean 'message'"),
        ({"kind": None}, "missing_key", "kind"),
        ({"kind": ["message"]}, "unknown_kind", "known:"),
        ({"kind": 99}, "unknown_kind", "99"),
        ({"role": "agnet"}, "unknown_role", "did you mean 'agent'"),
        ({"at": "2026-03-29T02:30:00"}, "naive_time", "2026-03-29 02:30:00 has no UTC offset"),
        ({"at": "soon"}, "bad_instant", "ISO 8601"),
        ({"at": 17.5}, "bad_instant", "17.5"),
        ({"rle": "agent"}, "unknown_key", "did you mean 'role'"),
        ({"status": "open"}, "unknown_key", "a message event has no key 'status'"),
        ({"priority": "low"}, "unknown_key", "priority"),
        ({"public": "perhaps"}, "bad_value", "True or False"),
        ({"seq": "first"}, "bad_value", "an integer"),
        ({"seq": 1.5}, "bad_value", "an integer"),
        ({"kind": "status"}, "missing_key", "needs the key 'status'"),
        ({"kind": "status", "status": "Wartet", "statuses": {"Zu": "closed"}}, "unmapped_status", "known: Zu, new"),
        ({"kind": "field", "value": 3}, "missing_key", "'field'"),
        ({"kind": "handled", "part": "talk"}, "missing_key", "'span'"),
        ({"kind": "handled", "part": "tlk", "span": "5m"}, "bad_value", "talk, hold, wrap, work"),
        ({"kind": "handled", "part": "talk", "span": "-5m"}, "bad_value", "zero or more"),
        ({"kind": "handled", "part": "talk", "span": 300}, "bad_span", "300"),
        ({"kind": "handled", "part": "talk", "span": "3 working days"}, "bad_span", "working days"),
        ({"kind": "rating"}, "missing_key", "'value'"),
        ({"kind": "merged"}, "missing_key", "'into'"),
        ({"kind": "split"}, "missing_key", "'from'"),
    ],
)
def test_what_an_event_refuses(keys, code, words):
    """Each fault has its code and says what was given and what is allowed."""
    with pytest.raises((EventError, TimeError)) as caught:
        make(**keys)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_rows_of_very_many_shapes(monkeypatch):
    """However many different sets of keys rows have, each row is read by its own."""
    monkeypatch.setattr("slakit.events.event._MOST_SHAPES", 2)
    rows = [{"ticket": number, "at": AT, "kind": "created", f"field {number}": number} for number in range(9)]
    for row in (*rows, *rows):
        (event,) = EventLog.from_records([row])
        assert dict(event.data) == {f"field {row['ticket']}": row["ticket"]}


def test_any_key_is_a_field_of_a_created_ticket():
    """`created` takes whatever the ticket has, also the keys of other kinds."""
    event = make(kind="created", field="x", value=3, colour="red", span="whatever", to_role="nobody")
    assert dict(event.data) == {"field": "x", "value": 3, "colour": "red", "span": "whatever", "to_role": "nobody"}


def test_a_status_of_the_products_own_waits_for_its_log():
    """Without ``statuses=`` an own status is left unmapped; the log maps it, or names it."""
    event = make(kind="status", status="Wartet")
    assert event.category is Status.NONE
    assert next(iter(EventLog.of(event, statuses={"Wartet": "pending"}))).category is Status.PENDING
    with pytest.raises(LogErrors) as caught:
        EventLog.of(event)
    assert "event 0 of ticket 'T-9': status 'Wartet' is not mapped" in str(caught.value)
    assert caught.value.exceptions[0].code == "unmapped_status"


def test_an_event_cannot_be_changed():
    """Setting an attribute raises, and the data is read-only."""
    event = make(kind="created", tier="gold")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.at = 0
    with pytest.raises(TypeError):
        event.data["tier"] = "silver"


def test_a_refused_event_leaves_nothing_half_made():
    """An object whose construction failed is still frozen."""
    event = Event.__new__(Event)
    with pytest.raises(EventError):
        event.__init__(ticket="T", at=AT, kind="message", rle="x")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.at = 0


@pytest.mark.parametrize(
    "event",
    [
        make(kind="created", status="Wartet", statuses={"Wartet": "pending"}, tier="gold"),
        make(id="e1", seq=3, actor="sara", role="agent", public=False),
        make(kind="handled", part="wrap", span="7us"),
        make(kind="assigned", to="x", to_role="system"),
        make(kind="created", public=False),
    ],
)
def test_copies_are_equal(event):
    """Pickling, copying and the row form give equal events with equal hashes."""
    for twin in (pickle.loads(pickle.dumps(event)), copy.deepcopy(event), copy.copy(event)):
        assert twin == event
        assert hash(twin) == hash(event)
    assert Event(**event.to_record(), statuses={"Wartet": "pending"}) == event


def test_moved_and_mapped_events_differ_only_there():
    """`moved_to` and `with_category` change one slot each."""
    event = make(kind="created", tier="gold")
    assert event.moved_to(5).at == 5
    assert event.moved_to(5).moved_to(AT_US) == event
    assert event.with_category(Status.OPEN).category is Status.OPEN
    assert event.with_category(Status.OPEN).with_category(Status.NONE) == event


SPEC_ORDER = (
    ("created", "agent"), ("message", "customer"), ("message", "bot"), ("message", "agent"), ("handled", None), ("assigned", None),
    ("field", None), ("status", None), ("merged", None), ("rating_requested", None), ("rating", None),
)  # fmt: skip
SPEC_EQUALS = (
    (("message", "bot"), ("message", "system")), (("message", "agent"), ("note", "customer")), (("handled", None), ("work_started", None)),
    (("handled", None), ("work_ended", None)), (("assigned", None), ("accepted", None)), (("status", None), ("excluded", None)),
    (("status", None), ("included", None)), (("merged", None), ("split", None)), (("merged", None), ("spam", None)), (("merged", None), ("deleted", None)),
)  # fmt: skip


def _rank(kind, role):
    return rank(EventKind.of(kind), Role.of(role) if role else Role.UNKNOWN)


def test_the_classes_of_a_tie_are_those_of_the_rules():
    """The tie order of SPEC 3.3: strictly ascending classes, and the pairs that share one."""
    ranks = [_rank(*given) for given in SPEC_ORDER]
    assert ranks == sorted(set(ranks))
    for one, other in SPEC_EQUALS:
        assert _rank(*one) == _rank(*other)


def test_every_kind_has_its_keys():
    """No kind is without an entry in the table of keys."""
    assert set(KIND_KEYS) == set(EventKind)
    assert make().rank == rank(EventKind.MESSAGE, Role.UNKNOWN)


def test_an_event_reads_as_a_sentence():
    """The repr says when, which ticket, what, who and the rest."""
    event = make(role="agent", actor="sara", public=False)
    assert repr(event) == "<2026-12-23 15:10:00Z T-9: message by agent sara>"
    assert repr(make(kind="field", field="priority", value="low")) == "<2026-12-23 15:10:00Z T-9: field, field='priority', value='low'>"


@pytest.mark.parametrize(
    "take", [EventLog.from_records, lambda rows: EventLog.from_columns({key: [row[key] for row in rows] for key in rows[0]})]
)
def test_a_category_given_as_status_goes_out_as_its_name(take):
    """`Status.NEW` is the status "new" in the rows that come out, which read back."""
    rows = take([{"ticket": "T-9", "at": AT, "kind": "created", "status": Status.NEW}]).to_records()
    assert (rows[0]["status"], type(rows[0]["status"])) == ("new", str)
    assert EventLog.from_records(rows).to_records() == rows
    assert make(kind="created", status=Status.NEW) == make(kind="created", status="new")
