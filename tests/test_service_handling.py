"""Handle time from its three sources, and calls."""

from datetime import timedelta

import pytest

from slakit import EventLog, service
from slakit._time import instant
from slakit.errors import QueryError

T = "2026-03-01T00:00:00+00:00"
MINUTE = timedelta(minutes=1)


def log(*events):
    """Events of the fifth of January as (ticket, clock, kind, keys); every ticket is created at ten."""
    tickets = dict.fromkeys(event[0] for event in events)
    made = [{"ticket": ticket, "at": "2026-01-05T10:00:00+00:00", "kind": "created", "team": "north"} for ticket in tickets]
    return EventLog.from_records(
        made + [{"ticket": ticket, "at": f"2026-01-05T{clock}+00:00", "kind": kind, **(keys[0] if keys else {})} for ticket, clock, kind, *keys in events]
    )  # fmt: skip


def handled(part, span, actor="sara", **keys):
    """The keys of a `handled` event."""
    return {"part": part, "span": span, "actor": actor, **keys}


def test_parts_are_told_apart_and_robots_left_out():
    """Talk 5 and 4, wrap 2 minutes over two contacts; a robot's part, an abandoned and an untouched ticket do not count."""
    found = log(
        ("A", "10:10:00", "handled", handled("talk", "5m")), ("A", "10:12:00", "handled", handled("wrap", "2m")),
        ("A", "10:13:00", "handled", handled("talk", "60m", "robo", role="bot")), ("B", "10:10:00", "handled", handled("talk", "4m", "ali")),
        ("C", "10:01:00", "abandoned"), ("D", "10:01:00", "message", {"role": "bot"}), ("E", "10:01:00", "note", {"role": "agent"}),
        ("F", "10:05:00", "handled", handled("talk", "9m")), ("F", "10:06:00", "deleted"),
    )  # fmt: skip
    result = service.aht(found, as_of=T, by="agent")
    assert (result.value, result.n) == (5.5 * MINUTE, 2)
    assert (result.talk, result.wrap, result.hold, result.work) == (4.5 * MINUTE, MINUTE, 0 * MINUTE, 0 * MINUTE)
    assert result.excluded == {"deleted": 1, "abandoned": 1, "bot_only": 1, "not_handled": 1}
    assert result["sara"].value == 7 * MINUTE
    assert result["ali"].tickets == ("B",)
    assert result.median == 5.5 * MINUTE
    assert service.aht(found, as_of=T, by="team")["north"].n == 2
    assert result.low == 0 * MINUTE
    assert result.high > result.value


def test_a_caller_who_gave_up_and_was_called_back_was_handled():
    """Handling after the abandonment counts; only then."""
    found = log(
        ("A", "10:01:00", "abandoned"),
        ("A", "10:30:00", "handled", handled("talk", "5m")),
        ("B", "10:01:00", "handled", handled("hold", "1m")),
        ("B", "10:02:00", "abandoned"),
    )
    assert service.aht(found, as_of=T).tickets == ("A",)


def test_transfers_by_agent_and_by_contact():
    """Each agent answers for her own part of a transferred contact, whatever the unit of the whole."""
    found = log(("A", "10:06:00", "handled", handled("talk", "6m")), ("A", "10:20:00", "handled", handled("talk", "5m", "ali")))
    whole, handles = (service.aht(found, as_of=T, per=per, by="agent") for per in ("contact", "agent_handle"))
    assert (whole.value, handles.value) == (11 * MINUTE, 5.5 * MINUTE)
    assert {key: group.value for key, group in whole.groups.items()} == {"ali": 5 * MINUTE, "sara": 6 * MINUTE}
    assert list(service.aht(found, as_of=T, by="half_hour", tz="UTC").groups) == ["10:00"]


def test_work_on_several_tickets_at_once_is_shared():
    """A 10:00-10:20:01 and B 10:10-10:30: the ten minutes and a second of both are shared to the microsecond; the sum is half an hour."""
    found = log(
        ("A", "10:00:00", "work_started", {"actor": "s"}), ("B", "10:10:00", "work_started", {"actor": "s"}),
        ("A", "10:20:01", "work_ended", {"actor": "s"}), ("B", "10:30:00", "work_ended", {"actor": "s"}), ("C", "10:00:00", "work_started", {"actor": "t"}),
    )  # fmt: skip
    result = service.aht(found, as_of=T)
    assert result.variant == "contact, work"
    assert result.numerator == 30 * MINUTE
    assert sorted(result.spans.tolist()) == [899_500_000, 900_500_000]
    assert result.excluded == {"not_handled": 1}


def test_starts_and_ends_that_do_not_pair():
    """A second start while one is open begins nothing; an end without a start, and a start without an end, credit nothing."""
    found = log(
        ("A", "10:00:00", "work_started", {"actor": "s"}), ("A", "10:05:00", "work_started", {"actor": "s"}), ("A", "10:10:00", "work_ended", {"actor": "s"}),
        ("A", "10:15:00", "work_ended", {"actor": "s"}), ("A", "11:00:00", "work_started", {"actor": "s"}), ("B", "10:00:00", "work_started"), ("B", "10:01:00", "work_ended"),
    )  # fmt: skip
    result = service.aht(found, as_of=T, per="agent_handle")
    assert sorted(result.spans.tolist()) == [60_000_000, 600_000_000]


def test_the_estimate_credits_gaps_up_to_the_cap():
    """Actions are credited since the agent's last one or the oldest unanswered message: 4, 6, 3 minutes, and one capped at 15."""
    found = log(
        ("A", "10:04:00", "message", {"role": "agent", "actor": "s"}), ("B", "10:10:00", "message", {"role": "agent", "actor": "s"}),
        ("A", "12:00:00", "message", {"role": "customer"}), ("A", "12:02:00", "message", {"role": "customer"}),
        ("A", "12:03:00", "message", {"role": "agent", "actor": "s"}), ("B", "15:10:00", "note", {"role": "agent", "actor": "s"}),
    )  # fmt: skip
    result = service.aht(found, as_of=T)
    assert (result.variant, result.numerator, result.capped) == ("contact, estimate", 28 * MINUTE, 0.25)
    assert service.aht(found, as_of=T, cap="2m").numerator == 8 * MINUTE
    assert "at most 15m" in result.explain()


def test_workload_is_split_over_the_clock():
    """45 minutes from 10:00: half an hour in the first interval, a quarter in the second, whatever the window leaves of them."""
    found = log(("A", "10:45:00", "handled", handled("work", "45m")))
    ten = instant("2026-01-05T10:00:00+00:00")
    half = 1_800_000_000
    assert service.workload(found, as_of=T) == {ten: half, ten + half: half // 2}
    cut = service.workload(found, as_of=T, since="2026-01-05T10:20:00+00:00", until="2026-01-05T10:40:00+00:00")
    assert cut == {ten: half // 3, ten + half: half // 3}


def test_calls_are_answered_or_given_up():
    """Answers after 20 s and 2 min, one caller gone after 4 s and one after a minute: speed, abandonment, share in time."""
    found = log(
        ("A", "10:00:20", "accepted", {"role": "agent", "actor": "sara"}), ("B", "10:05:00", "handled", handled("talk", "3m")),
        ("C", "10:00:04", "abandoned"), ("D", "10:01:00", "abandoned"), ("D", "10:02:00", "accepted", {"role": "agent", "actor": "sara"}), ("E", "10:00:01", "note"),
    )  # fmt: skip
    speed = service.speed_of_answer(found, as_of=T)
    assert (speed.value, speed.n, speed.excluded) == (timedelta(seconds=70), 2, {"no_call": 1, "given_up": 2})
    lost = service.abandonment(found, as_of=T)
    assert (lost.successes, lost.value) == (("C", "D"), 0.5)
    assert service.abandonment(found, as_of=T, short="5s").value == 1 / 3
    assert service.answered_within(found, as_of=T).value == 0.25
    assert service.answered_within(found, as_of=T, of="answered", within="2m").value == 1.0


@pytest.mark.parametrize(
    ("ask", "keys", "code"),
    [
        (service.aht, {"per": "call"}, "unknown_per"), (service.aht, {"source": "span"}, "unknown_source"),
        (service.aht, {"source": "estimate", "cap": "0m"}, "bad_cap"), (service.workload, {"per": "0m"}, "bad_per"),
        (service.answered_within, {"of": "x"}, "unknown_of"), (service.aht, {"until": "2026-01-01T00:00:00Z", "since": T}, "empty_window"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(ask, keys, code):
    """Each refusal has a code of its own."""
    with pytest.raises(QueryError) as caught:
        ask(log(("A", "10:10:00", "handled", handled("talk", "5m"))), as_of=T, **keys)
    assert caught.value.code == code
