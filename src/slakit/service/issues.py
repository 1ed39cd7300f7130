"""Issues: tickets, or chains of tickets of one customer on one topic, with what happened on them."""

from collections.abc import Collection
from typing import Any

import attrs
import numpy as np

from slakit._time import NAT
from slakit.events.kinds import EventKind, Role
from slakit.service.lives import Bools, Ints, Lives


@attrs.define(eq=False)
class Touches:
    """What happened on each ticket, as counts and flags by ticket code.

    Attributes:
        replies: public messages of human agents after the opening.
        follow_ups: public messages of the customer after the opening.
        returns: those after the first human reply.
        reopenings: how often it was reopened.
        escalated: it was escalated, or assigned to another group after the first reply.
        people: human agents who took part or held it.
        replied: a human agent replied.
        solved: solved or closed when last known.
        solves: how often it became solved.
        solved_at: the last solve, us; `NAT` while not solved.
        first_solved_at: the first solve, us; `NAT` without one.
        last_contact: last message of the customer, else the creation, us.
        last_customer: last creation or message of the customer's side, us; `NAT` without one.
        first_reply: position of the first human reply, -1 without one.
    """

    replies: Ints
    follow_ups: Ints
    returns: Ints
    reopenings: Ints
    escalated: Bools
    people: Ints
    replied: Bools
    solved: Bools
    solves: Ints
    solved_at: Ints
    first_solved_at: Ints
    last_contact: Ints
    last_customer: Ints
    first_reply: Ints


def touches_of(lives: Lives, *, ignore: Collection[Any] = (), people: bool = False) -> Touches:
    """What happened on each ticket.

    Args:
        lives: the log as known.
        ignore: ids of customer messages that are no contact (a "thanks"); a reopening by such a message does not count either.
        people: also count the agents (otherwise 0).
    """
    contacts = np.flatnonzero(lives.messages(Role.CUSTOMER))
    thanks = _by_id(lives, contacts, ignore)
    reopenings = lives.reopenings
    if thanks.any():
        place = np.searchsorted(contacts, reopenings) - 1
        before = contacts[np.maximum(place, 0)]
        by_thanks = (place >= 0) & (lives.ticket[before] == lives.ticket[reopenings]) & thanks[np.maximum(place, 0)]
        solve = np.searchsorted(lives.solves, reopenings) - 1
        reopenings = reopenings[~(by_thanks & (before > lives.solves[solve]))]
        contacts = contacts[~thanks]
    first_reply = lives.first_replies
    replied = first_reply >= 0
    reply_of = first_reply[lives.ticket[contacts]]
    returns = contacts[(reply_of >= 0) & (contacts > reply_of)]
    last = lives.last_of(contacts)
    asked = lives.role[lives.starts[:-1]] != Role.AGENT.value if len(lives.tickets) else np.zeros(0, np.bool_)
    last_contact = np.where(last >= 0, lives.at_of(last), lives.opened)
    solves = lives.solves
    return Touches(
        replies=lives.count_of(np.flatnonzero(lives.messages(Role.AGENT))),
        follow_ups=lives.count_of(contacts),
        returns=lives.count_of(returns),
        reopenings=lives.count_of(reopenings),
        escalated=escalated(lives, first_reply),
        people=people_of(lives) if people else np.zeros(len(lives.tickets), np.int64),
        replied=replied,
        solved=lives.solved,
        solves=lives.count_of(solves),
        solved_at=lives.finished,
        first_solved_at=lives.at_of(lives.first_of(solves)),
        last_contact=last_contact,
        last_customer=np.where(asked | (last >= 0), last_contact, NAT),
        first_reply=first_reply,
    )


def _by_id(lives: Lives, positions: Ints, ids: Collection[Any]) -> Bools:
    if not ids:
        return np.zeros(len(positions), np.bool_)
    codes, names = lives.coded("id")
    wanted = [code for code, name in enumerate(names) if name in ids]
    return np.isin(codes[positions], wanted)


def escalated(lives: Lives, first_reply: Ints) -> Bools:
    """Which tickets were escalated, or assigned to another group after the first human reply."""
    flags = np.zeros(len(lives.tickets), np.bool_)
    flags[lives.ticket[lives.where(EventKind.ESCALATED)]] = True
    moved = transfers(lives)
    reply = first_reply[lives.ticket[moved]]
    flags[lives.ticket[moved[(reply >= 0) & (moved > reply)]]] = True
    return flags


def transfers(lives: Lives) -> Ints:
    """Positions of assignments to another group than the one that had the ticket."""
    groups, names = lives.coded("group")
    assigned = lives.where(EventKind.ASSIGNED)
    assigned = assigned[groups[assigned] >= 0]
    if not len(assigned):
        return assigned
    held, teams = lives.teams()
    place = {name: code for code, name in enumerate(teams)}
    given = np.array([place.get(name, -2) for name in names], np.int64)[groups[assigned]]
    before = held[assigned - 1]
    moved: Ints = assigned[(before >= 0) & (before != given)]
    return moved


def people_of(lives: Lives) -> Ints:
    """How many human agents acted on each ticket or held it."""
    actors, names = lives.coded("actor")
    to, receivers = lives.coded("to")
    roles, known = lives.coded("to_role")
    acted = np.flatnonzero((lives.role == Role.AGENT.value) & (actors >= 0))
    assigned = lives.where(EventKind.ASSIGNED)
    robots = [code for code, role in enumerate(known) if role in {Role.BOT, Role.SYSTEM}]
    assigned = assigned[(to[assigned] >= 0) & ~np.isin(roles[assigned], robots)]
    place = {name: code for code, name in enumerate(dict.fromkeys([*names, *receivers]))}
    by_actor = np.array([*(place[name] for name in names), -1], np.int64)
    by_receiver = np.array([*(place[name] for name in receivers), -1], np.int64)
    ticket = np.concatenate((lives.ticket[acted], lives.ticket[assigned])).astype(np.int64)
    person = np.concatenate((by_actor[actors[acted]], by_receiver[to[assigned]]))
    pairs = np.sort(ticket * (len(place) + 1) + person)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return np.bincount(pairs // (len(place) + 1), minlength=len(lives.tickets))


def chains(lives: Lives, keys: list[Ints], last_contact: Ints, window: int, counted: Bools) -> Ints:
    """The number of the issue of each ticket: tickets with equal keys whose contacts lie less than a window apart.

    Args:
        lives: the log as known.
        keys: codes by ticket; a ticket with -1 in any of them stands alone.
        last_contact: of each ticket, us.
        window: us.
        counted: which tickets count; the others stand alone.
    """
    tickets = len(lives.tickets)
    alone = ~counted
    for key in keys:
        alone |= key < 0
    chained = np.flatnonzero(~alone)
    opened = lives.opened
    order = chained[np.lexsort((chained, opened[chained], *(key[chained] for key in keys)))]
    begins = np.ones(len(order), np.bool_)
    if len(order) > 1:
        same = np.ones(len(order) - 1, np.bool_)
        for key in keys:
            same &= key[order[1:]] == key[order[:-1]]
        latest = _latest(last_contact[order], np.concatenate(([True], ~same)))
        begins[1:] = ~same | (opened[order[1:]] - latest[:-1] >= window)
    issue = np.full(tickets, -1, np.int64)
    issue[order] = np.cumsum(begins) - 1
    single = np.flatnonzero(issue < 0)
    issue[single] = np.arange(len(single)) + (int(begins.sum()) if len(order) else 0)
    return issue


def _latest(at: Ints, begins: Bools) -> Ints:
    """The running maximum within groups that begin at flags."""
    distinct, rank = np.unique(at, return_inverse=True)
    group = np.cumsum(begins) * len(distinct)
    latest: Ints = distinct[np.maximum.accumulate(rank + group) - group]
    return latest
