"""Credits of handling time: what each agent is credited with on each ticket, from three sources."""

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.events.kinds import EventKind, Role
from slakit.service.lives import Bools, Ints, Lives

_WORK = 3
_NOBODY = -1


@attrs.define(eq=False)
class Credits:
    """Handling time, a row a credit.

    Attributes:
        place: position of the event at which it ends.
        agent: code of the actor, -1 where the row names none.
        part: 0 talk, 1 hold, 2 wrap, 3 work.
        span: us.
        capped: whether it was cut to the cap.
    """

    place: Ints
    agent: Ints
    part: NDArray[np.int64]
    span: Ints
    capped: Bools


def _human(lives: Lives, places: Ints) -> Ints:
    """Those of some events that a person of the desk did; a row that names no role is taken as such."""
    role = lives.role[places]
    human: Ints = places[(role == Role.AGENT.value) | (role == Role.UNKNOWN.value)]
    return human


def measured(lives: Lives) -> Credits:
    """Spans of ``handled`` events, in full."""
    places = _human(lives, lives.where(EventKind.HANDLED))
    parts, names = lives.coded("part")
    codes = np.array([*({"talk": 0, "hold": 1, "wrap": 2}.get(name, _WORK) for name in names), _WORK], np.int64)
    spans, lengths = lives.coded("span")
    us = np.array([*lengths, 0], np.int64)
    return Credits(
        places, lives.coded("actor")[0][places].astype(np.int64), codes[parts[places]], us[spans[places]], np.zeros(len(places), np.bool_)
    )


def worked(lives: Lives) -> Credits:
    """Sessions from ``work_started`` to ``work_ended`` of one agent on one ticket.

    While an agent has several sessions open, the time is shared equally among them, to the
    microsecond: the credits sum to the union of the sessions. A session that has not ended has no
    credit; a start while one is open on the same ticket begins nothing new.
    """
    places = _human(lives, lives.where(EventKind.WORK_STARTED, EventKind.WORK_ENDED))
    agent = lives.coded("actor")[0][places].astype(np.int64)
    holder = np.where(agent >= 0, agent, len(lives.at) + lives.ticket[places])
    starts = lives.kind[places] == EventKind.WORK_STARTED.value
    order = np.lexsort((places, holder, lives.ticket[places]))
    same = np.zeros(len(order), np.bool_)
    same[1:] = (holder[order][1:] == holder[order][:-1]) & (lives.ticket[places[order]][1:] == lives.ticket[places[order]][:-1])
    begins = starts[order]
    opened = begins.copy()
    opened[1:] &= ~(same[1:] & begins[:-1])
    ended = np.zeros(len(order), np.bool_)
    ended[1:] = ~begins[1:] & same[1:] & begins[:-1]
    latest = np.maximum.accumulate(np.where(opened, np.arange(len(order)), 0)) if len(order) else order
    end = order[ended]
    start = order[latest[ended]]
    span = shared(lives.at[places[start]], lives.at[places[end]], holder[end])
    return Credits(places[end], agent[end], np.full(len(end), _WORK), span, np.zeros(len(end), np.bool_))


def shared(start: Ints, end: Ints, holder: Ints) -> Ints:
    """Each session's part of the time of its holder, who is in several at once.

    Args:
        start: us.
        end: us, not before ``start``.
        holder: whose session it is.

    Returns:
        us; within a holder they sum to the union of the sessions.
    """
    n = len(start)
    if n < 2:  # noqa: PLR2004 - nothing to share
        return end - start
    edges = np.unique(np.stack((np.concatenate((holder, holder)), np.concatenate((start, end))), axis=1), axis=0)
    at = edges[:, 1]
    _, first_edge = np.unique(edges[:, 0], return_index=True)
    group = np.searchsorted(np.unique(holder), holder)
    lows, highs = first_edge[group], np.append(first_edge[1:], len(edges))[group]
    low, high = _find(at, start, lows, highs), _find(at, end, lows, highs)
    pieces = high - low
    session = np.repeat(np.arange(n), pieces)
    segment = low[session] + np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    order = np.lexsort((session, segment))
    by_segment = segment[order]
    begins = np.flatnonzero(np.diff(by_segment, prepend=-1))
    sharing = np.diff(begins, append=len(order))
    rank = np.arange(len(order)) - np.repeat(begins, sharing)
    among = np.repeat(sharing, sharing)
    length = at[by_segment + 1] - at[by_segment]
    whole, rest = length // among, length % among
    spent = whole + (rest * (rank + 1) // among - rest * rank // among)
    out = np.zeros(n, np.int64)
    np.add.at(out, session[order], spent)
    return out


def _find(at: Ints, wanted: Ints, lows: Ints, highs: Ints) -> Ints:
    """The place of each instant within its own stretch of an array that ascends there."""
    low, high = lows.copy(), highs.copy()
    while (low < high).any():
        middle = (low + high) // 2
        less = (low < high) & (at[np.minimum(middle, len(at) - 1)] < wanted)
        low = np.where(less, middle + 1, low)
        high = np.where(less | (low >= high), high, np.maximum(middle, low))
    return low


def estimated(lives: Lives, cap: int) -> Credits:
    """Actions of human agents, each credited with the time since the later of the agent's previous action and the arrival of what it answers.

    What it answers is the oldest message of the customer's side that no reply has answered. The time is
    cut to ``cap``. Stretches of one agent never overlap, so the credits sum to the union of busy time.

    Args:
        lives: the log as known.
        cap: us.
    """
    acting = (lives.role == Role.AGENT.value) & (lives.kind != EventKind.CREATED.value)
    for kind in (EventKind.HANDLED, EventKind.RATING, EventKind.RATING_REQUESTED, EventKind.MERGED, EventKind.SPLIT):
        acting &= lives.kind != kind
    places = np.flatnonzero(acting)
    agent = lives.coded("actor")[0][places].astype(np.int64)
    holder = np.where(agent >= 0, agent, len(lives.at) + lives.ticket[places])
    order = np.lexsort((places, lives.at[places], holder))
    at = lives.at[places[order]]
    never = np.iinfo(np.int64).min
    previous = np.full(len(order), never)
    same = holder[order][1:] == holder[order][:-1]
    previous[1:][same] = at[:-1][same]
    since = np.maximum(previous, _arrivals(lives)[places[order]])
    known = since != never
    gap = np.where(known, at - np.where(known, since, at), 0)
    return Credits(places[order], agent[order], np.full(len(order), _WORK), np.minimum(gap, cap), gap > cap)


def _arrivals(lives: Lives) -> Ints:
    """Before each event: the instant of the oldest unanswered message of the customer's side, else the least int64."""
    n = len(lives.at)
    never = np.iinfo(np.int64).min
    customer = lives.messages(Role.CUSTOMER)
    opening = lives.starts[:-1]
    customer[opening] = lives.role[opening] != Role.AGENT.value
    reply = lives.messages(Role.AGENT)
    index = np.arange(n)
    barrier = reply.copy()
    barrier[opening] = True
    since = np.maximum.accumulate(np.where(barrier, index, 0)) if n else index
    before = np.concatenate(([0], since[:-1])) if n else since
    before = np.maximum(before, opening[lives.ticket]) if n else before
    waiting = np.flatnonzero(customer)
    following = np.searchsorted(waiting, before)
    first = waiting[np.minimum(following, len(waiting) - 1)] if len(waiting) else np.zeros(n, np.int64)
    some = (following < len(waiting)) & (first < index) if len(waiting) else np.zeros(n, np.bool_)
    return np.where(some, lives.at[first], never)
