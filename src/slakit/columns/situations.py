"""The facts of every event of many tickets at once.

Everything here works on a *block*: the events of whole tickets, in canonical order, each ticket
beginning with its only `created`.
"""

from collections.abc import Collection
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Bytes, Ints, Numbers, where
from slakit.columns.latch import each_held_before, held_before
from slakit.columns.numbering import told_apart
from slakit.columns.symbols import BEFORE, CATEGORY, SymbolTable, signs
from slakit.events.kinds import GONE_KINDS, EventKind, Role, Status
from slakit.machine.facts import SHIFT
from slakit.machine.program import Program

_ROBOTS = (Role.BOT, Role.SYSTEM)
_NOBODY, _AGENT, _ROBOT, _GROUP = range(4)


@attrs.define(eq=False)
class Situation:
    """What the interpreter knows of a block's events.

    Attributes:
        numbers: integers[n], the number of each event's situation in the `SymbolTable`.
        reopened: indices of the events that reopen a ticket with a customer message at hand.
        oldest: for each of them, index of the oldest such message.
        latest: for each of them, index of the latest.
    """

    numbers: Numbers
    reopened: Ints
    oldest: Ints
    latest: Ints


def situation(block: Block, program: Program, table: SymbolTable) -> Situation:
    """The facts of every event of a block, as the object interpreter derives them one by one."""
    message = (block.kind == EventKind.MESSAGE.value) & block.public
    answers = message & _by_some(block, program.responders - {Role.CUSTOMER})  # who asks does not answer
    level = _levels(block, message, answers)
    solved, solved_before = (level & np.uint8(CATEGORY)) >= Status.SOLVED.value, level >= np.uint8(Status.SOLVED.value << BEFORE)
    reopened = oldest = latest = where(solved_before & ~solved)
    if len(reopened):
        solves = where(solved & ~solved_before)
        solving = solves[np.searchsorted(solves, reopened) - 1]
        customer = where(message & (block.role == Role.CUSTOMER.value))
        reopened, oldest, latest = _waits(reopened, solving, customer, where(answers))
    numbers = table.numbers(block, signs(block.kind, block.role, block.public), level, *_rare(block, program, reopened))
    return Situation(numbers, reopened, oldest, latest)


def _by_some(block: Block, roles: Collection[Role]) -> Bools:
    """Which events are of actors on some sides."""
    by = np.zeros(len(block), np.bool_)
    for role in roles:
        by |= block.role == role.value
    return by


def _levels(block: Block, message: Bools, answers: Bools) -> Bytes:
    """The level of each event, as `symbols` lays it out.

    Put together bit by bit from the highest, since to double bytes takes a tenth of the time of shifting them.
    """
    later = ~block.borders[:-1]
    category = _held_category(block)
    asking = ((block.kind == EventKind.CREATED.value) & (block.role != Role.AGENT.value)) | (message & (block.role == Role.CUSTOMER.value))
    wanted = later if asking.take(block.starts).all() else _since(asking, block)
    level = category[:-1] * later
    for holds in (_since(answers & wanted, block), wanted):
        level += level
        level |= holds.view(np.uint8)
    for _ in range(CATEGORY.bit_length()):
        level += level
    level |= category[1:]
    return level


def _held_category(block: Block) -> Bytes:
    """The status category before each event and, one further, behind the last; at a ticket's first event that of the ticket before it."""
    given = np.zeros(len(block.borders), np.uint8)
    np.maximum(block.category, block.borders[:-1] * np.uint8(Status.NEW), out=given[:-1])  # a ticket is new where its creation says nothing
    held = np.zeros_like(given)
    bits = ((given & np.uint8(1 << place)) != 0 for place in reversed(range(CATEGORY.bit_length())))
    for bit in each_held_before(bits, given != 0):
        held += held
        held |= bit.view(np.uint8)
    return held


def _since(flags: Bools, block: Block) -> Bools:
    """Whether an event comes after a flagged one of its ticket."""
    first = block.borders[:-1]
    return held_before(flags, first) & ~first


def _rare(block: Block, program: Program, reopened: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """The events with facts that few events have, and these facts, packed."""
    whole: dict[str, tuple[Ints, NDArray[np.int32]]] = {"waiting": (reopened, np.full(len(reopened), 1 << SHIFT["waiting"], np.int32))}
    assigned = where(block.kind == EventKind.ASSIGNED.value)
    if len(assigned):
        whole["assigned"] = _assignments(block, assigned)
    if program.needs_assignee:
        mine = where(_by_assignee(block))
        whole["by_assignee"] = mine, np.full(len(mine), 1 << SHIFT["by_assignee"], np.int32)
    if block.kind.max(initial=0) >= min(GONE_KINDS).value:
        gone = where(_since(np.isin(block.kind, GONE_KINDS), block))
        whole["gone"] = gone, np.full(len(gone), 1 << SHIFT["gone"], np.int32)
    parts = [at for at, _ in whole.values() if len(at)]
    rare = np.unique(np.concatenate(parts)) if len(parts) > 1 else parts[0] if parts else reopened
    facts = np.zeros(len(rare), np.int32)
    for at, bits in whole.values():
        facts[np.searchsorted(rare, at)] |= bits
    return rare, facts


def _waits(reopening: Ints, solving: Ints, messages: Ints, replies: Ints) -> tuple[Ints, Ints, Ints]:
    """For reopenings and the solves before them: the oldest and latest customer message between that no reply has answered."""
    last = np.searchsorted(replies, reopening) - 1
    since = np.maximum(solving, np.where(last >= 0, replies.take(last, mode="clip"), -1)) if len(replies) else solving
    following, last = np.searchsorted(messages, since, "right"), np.searchsorted(messages, reopening) - 1
    some = following <= last
    return reopening[some], messages[following[some]], messages[last[some]]


def holders(block: Block, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Assignments of a block: their indices, the kind of receiver, and a key of the holder (-1: nobody)."""
    to, _ = block.coded("to")
    group, _ = block.coded("group")
    to_role, roles = block.coded("to_role")
    robots = [code for code, given in enumerate(roles) if Role.of(given) in _ROBOTS]
    to_here, group_here = to[at].astype(np.int64), group[at].astype(np.int64)
    receiver = np.where(group_here >= 0, _GROUP, _NOBODY)
    receiver[to_here >= 0] = _AGENT
    if robots:
        receiver[(to_here >= 0) & np.isin(to_role[at], robots)] = _ROBOT
    key = np.where(to_here >= 0, 2 * to_here, np.where(group_here >= 0, 2 * group_here + 1, -1))
    return at, receiver, key


def _assignments(block: Block, assigned: Ints) -> tuple[Ints, NDArray[np.int32]]:
    at, receiver, key = holders(block, assigned)
    held = np.full(len(at), -1, np.int64)
    same_ticket = block.ticket[at[1:]] == block.ticket[at[:-1]]
    held[1:][same_ticket] = key[:-1][same_ticket]
    return at, (receiver << SHIFT["receiver"]).astype(np.int32) | ((key != held).astype(np.int32) << SHIFT["new_holder"])


def agents(block: Block) -> tuple[Ints, list[Any]]:
    """The responsible agent after each event: codes (-1: nobody) and the agents that they stand for.

    The receiver of the last assignment, the actor of the last acceptance; where nobody holds the
    ticket, the first human who has replied since.
    """
    actor, names = block.coded("actor")
    to, receivers = block.coded("to")
    known = {told_apart(name): code for code, name in enumerate(names)}
    everybody = list(names)
    recode = np.empty(len(receivers) + 1, np.int64)
    recode[-1] = -1
    for code, name in enumerate(receivers):
        key = told_apart(name)
        if key not in known:
            known[key] = len(everybody)
            everybody.append(name)
        recode[code] = known[key]
    n = len(block)
    index = np.arange(n)
    held = np.full(n, -1, np.int64)
    fixes = np.zeros(n, np.bool_)
    fixes[block.starts] = True
    at, receiver, _ = holders(block, where(block.kind == EventKind.ASSIGNED.value))
    fixes[at] = True
    held[at] = np.where(receiver == _AGENT, recode[to[at]], -1)
    accepted = (block.kind == EventKind.ACCEPTED.value) & (actor >= 0)
    fixes |= accepted
    held[accepted] = actor[accepted]
    fixed_at = np.maximum.accumulate(np.where(fixes, index, 0))
    result = held[fixed_at]
    replies = where((block.kind == EventKind.MESSAGE.value) & block.public & (block.role == Role.AGENT.value) & (actor >= 0))
    if len(replies):
        nobody = where(result < 0)
        following = np.searchsorted(replies, fixed_at[nobody], "right")
        first = replies[np.minimum(following, len(replies) - 1)]
        some = (following < len(replies)) & (first <= nobody)
        result[nobody[some]] = actor[first[some]]
    return result, everybody


def _by_assignee(block: Block) -> Bools:
    holding, _ = agents(block)
    actor, _ = block.coded("actor")
    held_before = np.full(len(block), -1, np.int64)
    held_before[1:] = holding[:-1]
    held_before[block.starts] = -1
    mine: Bools = (actor >= 0) & (actor == held_before)
    return mine
