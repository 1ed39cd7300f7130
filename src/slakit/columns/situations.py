"""The facts of every event of many tickets at once.

Everything here works on a *block*: the events of whole tickets, in canonical order, each ticket
beginning with its only `created`.
"""

import sys
from collections.abc import Collection
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.columns.block import Block, Bools, Ints, Numbers, leads, where
from slakit.columns.numbering import told_apart
from slakit.columns.symbols import BEFORE, CATEGORY, REPLIED, WANTED, SymbolTable, signs
from slakit.events.kinds import EventKind, Role, Status
from slakit.machine.facts import SHIFT
from slakit.machine.program import Program

_ROBOTS = (Role.BOT, Role.SYSTEM)
_NOBODY, _AGENT, _ROBOT, _GROUP = range(4)
_GOING = (EventKind.MERGED.value, EventKind.SPAM.value, EventKind.DELETED.value)
_WORD = 8
_EVERY_BYTE = np.uint64(0x0101_0101_0101_0101)
_LITTLE_ENDIAN = sys.byteorder == "little"


@attrs.define(eq=False)
class Situation:
    """What the interpreter knows of a block's events.

    Attributes:
        numbers: intp[n], the number of each event's situation in the `SymbolTable`.
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
    message = block.kind == EventKind.MESSAGE.value
    message &= block.public
    replies = where(message & _by_some(block, program.responders))
    level, carriers = _levels(block, message, replies)
    carried = level.take(carriers)
    solved, solved_before = (carried & np.uint8(CATEGORY)) >= Status.SOLVED.value, (carried >> np.uint8(BEFORE)) >= Status.SOLVED.value
    reopens, solves = where(solved_before & ~solved), where(solved & ~solved_before)
    reopened = oldest = latest = reopens
    if len(reopens):
        solve = solves[np.cumsum(np.bincount(solves, minlength=len(carriers)))[reopens] - 1]
        customer = where(message & (block.role == Role.CUSTOMER.value))
        reopened, oldest, latest = _waits(carriers[reopens], carriers[solve], customer, replies)
    numbers = table.numbers(block, signs(block.kind, block.role, block.public), level, *_rare(block, program, reopened))
    return Situation(numbers, reopened, oldest, latest)


def _going(kind: NDArray[np.uint8]) -> Bools:
    """Which events take a ticket out."""
    going: Bools = (kind == _GOING[0]) | (kind == _GOING[1]) | (kind == _GOING[2])
    return going


def _by_some(block: Block, roles: Collection[Role]) -> Bools:
    """Which events are of actors on some sides."""
    by = np.zeros(len(block), np.bool_)
    for role in roles:
        by |= block.role == role.value
    return by


def _levels(block: Block, message: Bools, replies: Ints) -> tuple[NDArray[np.uint8], Ints]:
    """The level of each event, and the events that carry a status category.

    Each event is given the bits that it flips; one scan over the block then makes them hold on. The
    bits of a ticket are flipped back where the next one begins.
    """
    category = block.category.copy()
    opening = category.take(block.starts)
    category[block.starts] = np.where(opening == 0, np.uint8(Status.NEW), opening)
    carriers = where(category != 0)
    flips = category.take(carriers)
    flips[1:] ^= flips[:-1].copy()
    steps = np.zeros(len(block) + 1, np.uint8)
    steps[carriers] = flips
    asking = _asking(block, message)
    _hold_after(steps, block, _answering(block, asking, replies), REPLIED)
    if asking is not block.starts:
        _hold_after(steps, block, asking, WANTED)
    level = held(steps)[:-1]
    if asking is block.starts:
        level |= np.uint8(WANTED)
        level[block.starts] ^= np.uint8(WANTED)
    before = level[:-1] & np.uint8(CATEGORY)
    before <<= np.uint8(BEFORE)
    before[block.starts[1:] - 1] = Status.NONE
    level[1:] |= before
    return level, carriers


def held(flips: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The bits that are set after each flip: `numpy.bitwise_xor.accumulate`, eight bytes at a time."""
    words = np.zeros(-(-len(flips) // _WORD), np.uint64)
    every = words.view(np.uint8)
    every[: len(flips)] = flips
    for shift in (8, 16, 32):
        words ^= words << np.uint64(shift) if _LITTLE_ENDIAN else words >> np.uint64(shift)
    before = np.zeros(len(words), np.uint8)
    np.bitwise_xor.accumulate(every[_WORD - 1 : -1 : _WORD], out=before[1:])
    words ^= before * _EVERY_BYTE
    return every[: len(flips)]


def _asking(block: Block, message: Bools) -> Ints:
    """The events with which tickets first ask for something: the creation, but for tickets that agents have opened."""
    created, agent, customer = EventKind.CREATED.value, Role.AGENT.value, Role.CUSTOMER.value
    if ((block.kind.take(block.starts) == created) & (block.role.take(block.starts) != agent)).all():
        return block.starts
    asks = ((block.kind == created) & (block.role != agent)) | (message & (block.role == customer))
    return _firsts(where(asks), block)


def _answering(block: Block, asking: Ints, replies: Ints) -> Ints:
    """The first reply to each ticket after it has asked for something."""
    answering = _firsts(replies, block)
    if asking is block.starts:
        return answering
    asked_at = np.full(len(block.starts), len(block), np.int64)
    asked_at[block.ticket.take(asking)] = asking
    if (answering > asked_at.take(block.ticket.take(answering))).all():
        return answering
    return _firsts(replies[replies > asked_at.take(block.ticket.take(replies))], block)


def _firsts(at: Ints, block: Block) -> Ints:
    """The first of each ticket's events at some indices (ascending)."""
    return at[where(leads(block.ticket.take(at)))]


def _hold_after(steps: NDArray[np.uint8], block: Block, first: Ints, bit: int) -> None:
    """Let a bit hold after an event of a ticket (one at most of each), to its end."""
    steps[first + 1] ^= np.uint8(bit)
    ends = np.append(block.starts[1:], len(block))
    steps[ends.take(block.ticket.take(first))] ^= np.uint8(bit)


def _after_first(at: Ints, block: Block) -> Bools:
    """Whether an event comes after the first of its ticket's events at some indices (ascending)."""
    steps = np.zeros(len(block) + 1, np.uint8)
    _hold_after(steps, block, _firsts(at, block), 1)
    return held(steps)[:-1].view(np.bool_)


def _rare(block: Block, program: Program, reopened: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """The events with facts that few events have, and these facts, packed."""
    whole: dict[str, tuple[Ints, NDArray[np.int32]]] = {"waiting": (reopened, np.full(len(reopened), 1 << SHIFT["waiting"], np.int32))}
    assigned = where(block.kind == EventKind.ASSIGNED.value)
    if len(assigned):
        whole["assigned"] = _assignments(block, assigned)
    if program.needs_assignee:
        mine = where(_by_assignee(block))
        whole["by_assignee"] = mine, np.full(len(mine), 1 << SHIFT["by_assignee"], np.int32)
    late = where(block.kind >= min(_GOING))
    going = late if not len(late) else late[_going(block.kind.take(late))]
    if len(going):
        gone = where(_after_first(going, block))
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
