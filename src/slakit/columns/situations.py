"""The facts of every event of many tickets at once, and the look-up from facts to symbols.

Everything here works on a *block*: the events of whole tickets, in canonical order, each ticket
beginning with its only `created`.
"""

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.events.kinds import EventKind, Role, Status
from slakit.machine.facts import BITS, SHIFT
from slakit.machine.metric import Symbol
from slakit.machine.program import Program

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROBOTS = (Role.BOT, Role.SYSTEM)
_NOBODY, _AGENT, _ROBOT, _GROUP = range(4)


@attrs.define(eq=False)
class Block:
    """Events of whole tickets, in canonical order.

    Attributes:
        source: the columns that the block is a part of.
        positions: where its events stand there: a slice, or positions where tickets were left out.
        ticket: int[n], consecutive numbers of the block's tickets, ascending from 0.
        starts: int64[tickets], index of each ticket's first event.
        at: int64[n], us.
        kind: uint8[n].
        role: uint8[n].
        public: bool[n].
        category: uint8[n], 0 where the event carries no status.
    """

    source: "EventColumns"
    positions: "slice | Ints"
    ticket: Ints
    starts: Ints
    at: Ints
    kind: NDArray[np.uint8]
    role: NDArray[np.uint8]
    public: Bools
    category: NDArray[np.uint8]

    def coded(self, key: str) -> tuple[NDArray[np.int32], list[Any]]:
        """The codes of a key for the block's events (-1: absent) and the values they stand for."""
        codes, names = self.source.coded(key)
        return codes[self.positions], names

    def __len__(self) -> int:
        """Number of events."""
        return len(self.at)


@attrs.define(eq=False)
class Situation:
    """What the interpreter knows of a block's events.

    Attributes:
        code: int32[n], packed facts (`slakit.machine.facts`).
        reopened: indices of the events that reopen a ticket with a customer message at hand.
        oldest: for each of them, index of the oldest such message.
        latest: for each of them, index of the latest.
    """

    code: NDArray[np.int32]
    reopened: Ints
    oldest: Ints
    latest: Ints


def situation(block: Block, program: Program) -> Situation:
    """The facts of every event of a block, as the object interpreter derives them one by one."""
    n = len(block)
    index = np.arange(n)
    kind, role = block.kind, block.role
    message = kind == EventKind.MESSAGE
    customer = message & (role == Role.CUSTOMER) & block.public
    responder = role == Role.AGENT if program.responders == {Role.AGENT} else np.isin(role, [int(given) for given in program.responders])
    reply = message & block.public & responder
    after, before = _categories(block, index)
    wants = customer | ((kind == EventKind.CREATED) & (role != Role.AGENT))
    wanted = index > _first(wants, block)[block.ticket]
    replied = index > _first(reply & wanted, block)[block.ticket]
    code = kind.astype(np.int32)
    code |= role.astype(np.int32) << SHIFT["role"]
    for name, fact in (("public", block.public), ("reply", reply), ("before", before), ("after", after), ("wanted", wanted), ("replied", replied)):
        code |= fact.astype(np.int32) << SHIFT[name]
    status = kind == EventKind.STATUS
    solved, solved_before = after >= Status.SOLVED, before >= Status.SOLVED
    reopened, oldest, latest = _waits(np.flatnonzero(status & solved_before & ~solved), np.flatnonzero(solved & ~solved_before), customer, reply)
    code[reopened] |= 1 << SHIFT["waiting"]
    _assignments(block, code)
    if program.needs_assignee:
        code[_by_assignee(block)] |= 1 << SHIFT["by_assignee"]
    gone = (kind == EventKind.SPAM) | (kind == EventKind.DELETED) | (kind == EventKind.MERGED)
    if gone.any():
        code |= (index > _first(gone, block)[block.ticket]).astype(np.int32) << SHIFT["gone"]
    return Situation(code, reopened, oldest, latest)


def _categories(block: Block, index: Ints) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Status category after and before each event."""
    created = block.kind == EventKind.CREATED
    category = np.where(created & (block.category == 0), np.uint8(Status.NEW), block.category)
    carries = (created | (block.kind == EventKind.STATUS)) & (category != 0)
    after = category[np.maximum.accumulate(np.where(carries, index, 0))]
    before = np.empty_like(after)
    before[1:] = after[:-1]
    before[block.starts] = Status.NONE
    return after, before


def _first(flag: Bools, block: Block) -> Ints:
    """Index of each ticket's first flagged event; beyond the block where it has none."""
    n = len(block)
    found = np.full(len(block.starts), n, np.int64)
    at = np.flatnonzero(flag)[::-1]
    found[block.ticket[at]] = at
    return found


def _waits(reopening: Ints, solving: Ints, customer: Bools, reply: Bools) -> tuple[Ints, Ints, Ints]:
    """For reopenings: the oldest and latest customer message since the solve that no reply has answered."""
    if not len(reopening):
        return reopening, reopening, reopening
    messages, replies = np.flatnonzero(customer), np.flatnonzero(reply)
    since = solving[np.searchsorted(solving, reopening) - 1]
    if len(replies):
        last = np.searchsorted(replies, reopening) - 1
        since = np.maximum(since, np.where(last >= 0, replies[np.maximum(last, 0)], -1))
    following, last = np.searchsorted(messages, since, "right"), np.searchsorted(messages, reopening) - 1
    some = following <= last
    return reopening[some], messages[following[some]], messages[last[some]]


def holders(block: Block) -> tuple[Ints, Ints, Ints]:
    """The assignments of a block: their indices, the kind of receiver, and a key of the holder (-1: nobody)."""
    at = np.flatnonzero(block.kind == EventKind.ASSIGNED)
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


def _assignments(block: Block, code: NDArray[np.int32]) -> None:
    if not (block.kind == EventKind.ASSIGNED).any():
        return
    at, receiver, key = holders(block)
    held = np.full(len(at), -1, np.int64)
    same_ticket = block.ticket[at[1:]] == block.ticket[at[:-1]]
    held[1:][same_ticket] = key[:-1][same_ticket]
    code[at] |= (receiver << SHIFT["receiver"]).astype(np.int32) | ((key != held).astype(np.int32) << SHIFT["new_holder"])


def agents(block: Block) -> tuple[Ints, list[Any]]:
    """The responsible agent after each event: codes (-1: nobody) and the agents that they stand for.

    The receiver of the last assignment, the actor of the last acceptance; where nobody holds the
    ticket, the first human who has replied since.
    """
    actor, names = block.coded("actor")
    to, receivers = block.coded("to")
    known = {name: code for code, name in enumerate(names)}
    everybody = list(names)
    recode = np.empty(len(receivers) + 1, np.int64)
    recode[-1] = -1
    for code, name in enumerate(receivers):
        if name not in known:
            known[name] = len(everybody)
            everybody.append(name)
        recode[code] = known[name]
    n = len(block)
    index = np.arange(n)
    held = np.full(n, -1, np.int64)
    fixes = np.zeros(n, np.bool_)
    fixes[block.starts] = True
    at, receiver, _ = holders(block)
    fixes[at] = True
    held[at] = np.where(receiver == _AGENT, recode[to[at]], -1)
    accepted = (block.kind == EventKind.ACCEPTED) & (actor >= 0)
    fixes |= accepted
    held[accepted] = actor[accepted]
    fixed_at = np.maximum.accumulate(np.where(fixes, index, 0))
    result = held[fixed_at]
    replies = np.flatnonzero((block.kind == EventKind.MESSAGE) & block.public & (block.role == Role.AGENT) & (actor >= 0))
    if len(replies):
        nobody = np.flatnonzero(result < 0)
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
    return (actor >= 0) & (actor == held_before)


class SymbolTable:
    """Numbers the distinct situations of a log and keeps what each means to every clock.

    Attributes:
        rows: per situation, the symbol of each clock.
    """

    def __init__(self, program: Program) -> None:
        """An empty table."""
        self.program = program
        self.rows: list[tuple[Symbol, ...]] = []
        self._by_code = np.zeros(1 << BITS, np.uint16)
        self._by_text: dict[tuple[Any, ...], int] = {}

    def numbers(self, block: Block, code: NDArray[np.int32]) -> NDArray[np.uint16]:
        """The number of each event's situation."""
        if self.program.text_keys:
            return self._numbers_with_texts(block, code)
        numbers = self._by_code[code]
        if not numbers.all():
            for given in np.unique(code[numbers == 0]).tolist():
                self.rows.append(self.program.symbols(given))
                self._by_code[given] = len(self.rows)
            numbers = self._by_code[code]
        return numbers - np.uint16(1)

    def _numbers_with_texts(self, block: Block, code: NDArray[np.int32]) -> NDArray[np.uint16]:
        values: list[list[Any]] = []
        combined = code.astype(np.int64)
        distinct = [np.unique(combined)]
        for key in self.program.text_keys:
            codes, names = block.coded(key)
            first, inverse = np.unique(combined, return_inverse=True)
            combined = inverse * (len(names) + 1) + codes + 1
            distinct.append(first)
            values.append([None, *names])
        final, inverse = np.unique(combined, return_inverse=True)
        numbers = np.empty(len(final), np.uint16)
        for row, given in enumerate(final.tolist()):
            texts: list[Any] = []
            left = given
            for position in range(len(values) - 1, -1, -1):
                left, which = divmod(left, len(values[position]))
                texts.append(values[position][which])
                left = int(distinct[position + 1][left])
            key = (left, tuple(reversed([text if text is None or text.__hash__ is not None else repr(text) for text in texts])))
            if key not in self._by_text:
                self.rows.append(self.program.symbols(*key))
                self._by_text[key] = len(self.rows) - 1
            numbers[row] = self._by_text[key]
        return numbers[inverse]
