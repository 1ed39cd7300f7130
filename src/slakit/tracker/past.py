"""The past of a ticket: what stands for the events that a tracker has let go of, and its plain form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slakit.due_actions import DueAction, EventRules
from slakit.escalation import Action
from slakit.events.event import Event, event_of, read_event
from slakit.events.kinds import EventKind, Role, Status
from slakit.machine.table import ACTIVE, State
from slakit.runs import Place, Run
from slakit.timeline import Mark, Walk

Ticket = str | int
Order = tuple[int, int, int]


class Past:
    """What stands for the events that were let go of: wherever it goes on from, nothing of it changes any more.

    Attributes:
        walk: the walk over them; of the events by which cycles began and ended it knows kind, instant and id.
        order: place of the last of them in the canonical order.
        opened: the ticket's `created` is among them; else their first event stands for it.
        rules: what exchanges, handling time and ratings have set off, where some policy asks.
    """

    __slots__ = ("opened", "order", "rules", "walk")

    def __init__(self, walk: Walk, order: Order, *, opened: bool, rules: EventRules | None) -> None:
        """The past up to the event at a place in the order."""
        self.walk = walk
        self.order = order
        self.opened = opened
        self.rules = rules

    def to_dict(self, ticket: Ticket) -> dict[str, Any]:
        """Plain data that `past_of` reads back."""
        walk = self.walk
        plain: dict[str, Any] = {
            "until": list(self.order), "opened": self.opened, "position": walk.position, "begin_us": walk.begin, "created": plain_row(walk.created),
            "category": Status(walk.category).text, "wanted": walk.wanted, "replied": walk.replied, "gone": walk.gone,
            "oldest": _plain_place(walk.oldest, ticket), "latest": _plain_place(walk.latest, ticket),
            "holder": None if walk.holder is None else list(walk.holder), "agent": walk.agent, "team": walk.team,
            "states": [state.text for state in walk.states], "runs": [[_plain_run(run, ticket) for run in runs] for runs in walk.runs],
            "marks": [[mark.position, plain_row(mark.event.to_record()), mark.agent, mark.team] for mark in walk.marks],
        }  # fmt: skip
        if self.rules is not None:
            rules = self.rules
            plain["rules"] = {
                "fields": plain_row(rules.fields), "exchanges": rules.exchanges, "handled_us": rules.handled_us, "waiting": rules.waiting,
                "fired": [[due.id, due.at_us, due.policy, due.escalation, due.action.to_dict()] for due in rules.fired.values()],
            }  # fmt: skip
        return plain


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose instants are text, as JSON wants them; a due date that a ticket carries reads the same."""
    return {key: given.isoformat() if isinstance(given, datetime) else given for key, given in row.items()}


def past_of(plain: Mapping[str, Any], ticket: Ticket, fields: frozenset[str], rules: EventRules | None) -> Past:
    """Read what `Past.to_dict` gives.

    Args:
        plain: the plain form.
        ticket: id of the ticket.
        fields: names of the fields whose changes are marked.
        rules: rules before the first event, where some policy asks.
    """
    walk = Walk(len(plain["states"]), fields)
    walk.position, walk.begin, walk.created = plain["position"], plain["begin_us"], plain["created"]
    walk.category = Status.NONE if plain["category"] == Status.NONE.text else Status.of(plain["category"])
    walk.wanted, walk.replied, walk.gone = plain["wanted"], plain["replied"], plain["gone"]
    walk.oldest, walk.latest = _place(plain["oldest"], ticket), _place(plain["latest"], ticket)
    walk.holder = None if plain["holder"] is None else tuple(plain["holder"])
    walk.agent, walk.team = plain["agent"], plain["team"]
    walk.states = [_STATES[name] for name in plain["states"]]
    walk.runs = [
        [_run(metric, number, run, ticket) for number, run in enumerate(runs, start=1)] for metric, runs in enumerate(plain["runs"])
    ]
    walk.marks = [Mark(position, read_event(record, None), agent, team) for position, record, agent, team in plain["marks"]]
    if rules is not None:
        given = plain["rules"]
        rules.begin, rules.fields, rules.gone = walk.begin, dict(given["fields"]), walk.gone is not None
        rules.exchanges, rules.handled_us, rules.waiting = given["exchanges"], given["handled_us"], given["waiting"]
        for key, at, policy, escalation, action in given["fired"]:
            rules.fired[key] = DueAction(key, at, ticket, policy, escalation, None, None, Action.of(action), expected=False)
    until = plain["until"]
    return Past(walk, (until[0], until[1], until[2]), opened=plain["opened"], rules=rules)


def bare_walk(walk: Walk, ended_before: Sequence[int]) -> None:
    """Let a walk hold no event whole but those that it marks.

    Args:
        walk: the walk.
        ended_before: for each clock how many of its ended cycles are bare already.
    """
    walk.oldest = None if walk.oldest is None else _bare(walk.oldest)
    walk.latest = None if walk.latest is None else _bare(walk.latest)
    for runs, already in zip(walk.runs, ended_before, strict=True):
        for run in runs[already:]:
            run.anchor = _bare(run.anchor)
            run.stop = None if run.stop is None else _bare(run.stop)
            run.datings = tuple((since, _bare(anchor)) for since, anchor in run.datings)


def ended_runs(walk: Walk) -> list[int]:
    """For each clock how many of its cycles have ended."""
    return [len(runs) - (state in ACTIVE) for runs, state in zip(walk.runs, walk.states, strict=True)]


_STATES = {state.text: state for state in State}


def _bare(place: Place) -> Place:
    position, event = place
    return position, _milestone(event.ticket, event.at, event.kind, event.id)


def _milestone(ticket: Ticket, at: int, kind: EventKind, key: Any) -> Event:
    """An event of which nothing is known but what, when and its id."""
    return event_of(ticket, at, kind, key, 0, None, Role.UNKNOWN, True, None, Status.NONE, None)


def _plain_place(place: Place | None, ticket: Ticket) -> list[Any] | None:
    if place is None:
        return None
    position, event = place
    plain = [position, event.at, event.kind.text, event.id]
    return plain if event.ticket == ticket else [*plain, event.ticket]


def _place(plain: Sequence[Any] | None, ticket: Ticket) -> Place | None:
    if plain is None:
        return None
    position, at, kind, key, *other = plain
    return position, _milestone(other[0] if other else ticket, at, EventKind.of(kind), key)


def _plain_run(run: Run, ticket: Ticket) -> dict[str, Any]:
    """A cycle; what most have in common is left out."""
    plain: dict[str, Any] = {"anchor": _plain_place(run.anchor, ticket)}
    if (run.opened, run.opened_us) != (run.anchor[0], run.started_us):
        plain["opened"] = [run.opened, run.opened_us]
    if run.stretches != [(run.started_us, False)]:
        plain["stretches"] = [list(stretch) for stretch in run.stretches]
    if run.started_us != run.anchor[1].at:
        plain["started_us"] = run.started_us
    if run.datings:
        plain["datings"] = [[since, _plain_place(anchor, ticket)] for since, anchor in run.datings]
    if run.stop is not None:
        plain |= {"stop": _plain_place(run.stop, ticket), "cause": run.cause}
        if run.end_us != run.stop[1].at:
            plain["end_us"] = run.end_us
        if run.state is not State.STOPPED:
            plain["state"] = State(run.state).text
        plain |= {key: given for key, given in (("agent", run.agent), ("team", run.team)) if given is not None}
    return plain


def _run(metric: int, ordinal: int, plain: Mapping[str, Any], ticket: Ticket) -> Run:
    anchor = _place(plain["anchor"], ticket)
    assert anchor is not None  # noqa: S101 - every cycle dates from an event
    started = plain.get("started_us", anchor[1].at)
    opened, opened_us = plain.get("opened", (anchor[0], started))
    stretches = plain.get("stretches", ((started, False),))
    run = Run(metric, ordinal, anchor, opened, opened_us, paused=stretches[-1][1])
    run.started_us = started
    run.stretches = [(at, paused) for at, paused in stretches]
    run.datings = tuple((since, anchor) for since, place in plain.get("datings", ()) if (anchor := _place(place, ticket)) is not None)
    stop = _place(plain.get("stop"), ticket)
    if stop is not None:
        run.stop, run.end_us = stop, plain.get("end_us", stop[1].at)
        run.state = _STATES[plain.get("state", State.STOPPED.text)]
        run.cause, run.agent, run.team = plain["cause"], plain.get("agent"), plain.get("team")
    return run
