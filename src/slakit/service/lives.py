"""The lives of all tickets as arrays: each begins with its only `created`, as `slakit.events.life` has it for one."""

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT, instant
from slakit.columns.block import Block
from slakit.columns.situations import agents
from slakit.errors import EventError, QueryError
from slakit.events.kinds import GONE_KINDS, EventKind, Role, Status
from slakit.events.log import EventLog

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Coded = tuple[NDArray[np.int32], list[Any]]
_ROBOTS = (Role.BOT, Role.SYSTEM)


@attrs.define(eq=False)
class Lives:
    """Events known at an instant, ticket by ticket.

    Attributes:
        columns: the columns behind them.
        as_of: us.
        places: where each event stands in the columns, -1 for a `created` that was put in; None: in the same place.
        ticket: int32[n], code of the ticket.
        starts: int64[tickets + 1].
        at: int64[n], us.
        kind: uint8[n].
        role: uint8[n].
        public: bool[n].
        category: uint8[n].
    """

    columns: "EventColumns"
    as_of: int
    places: Ints | None
    ticket: NDArray[np.int32]
    starts: Ints
    at: Ints
    kind: NDArray[np.uint8]
    role: NDArray[np.uint8]
    public: Bools
    category: NDArray[np.uint8]
    _kept: dict[str, Any] = attrs.field(factory=dict, init=False)

    @property
    def tickets(self) -> NDArray[Any]:
        """Ids of the tickets, ascending."""
        return self.columns.tickets

    @property
    def opened(self) -> Ints:
        """The instant at which each ticket begins, us."""
        return self.at[self.starts[:-1]]

    def coded(self, key: str) -> Coded:
        """Codes of a key (-1: absent) and the values that they stand for."""
        codes, names = self.columns.coded(key)
        if self.places is None:
            return codes, names
        return np.where(self.places >= 0, codes[self.places], np.int32(-1)).astype(np.int32), names

    def where(self, *kinds: EventKind) -> Ints:
        """Positions of the events of some kinds, ascending."""
        flag = self.kind == kinds[0]
        for kind in kinds[1:]:
            flag |= self.kind == kind
        return np.flatnonzero(flag)

    def first_of(self, positions: Ints) -> Ints:
        """The first of some ascending positions on each ticket, -1 where there is none."""
        found = np.full(len(self.tickets), -1, np.int64)
        found[self.ticket[positions[::-1]]] = positions[::-1]
        return found

    def last_of(self, positions: Ints) -> Ints:
        """The last of some ascending positions on each ticket, -1 where there is none."""
        found = np.full(len(self.tickets), -1, np.int64)
        found[self.ticket[positions]] = positions
        return found

    def count_of(self, positions: Ints) -> Ints:
        """How many of some positions each ticket has."""
        return np.bincount(self.ticket[positions], minlength=len(self.tickets))

    def at_of(self, positions: Ints) -> Ints:
        """The instants at positions, `NAT` for -1."""
        if not len(self.at):
            return np.full(len(positions), NAT, np.int64)
        return np.where(positions >= 0, self.at[positions], NAT)

    @property
    def removed(self) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
        """Why each ticket leaves every denominator: 0 it does not, else 1 + the place of the reason."""
        if "removed" not in self._kept:
            reason = np.zeros(len(self.tickets), np.uint8)
            first = self.first_of(self.where(*GONE_KINDS))
            gone = np.flatnonzero(first >= 0)
            for code, kind in enumerate(GONE_KINDS, 1):
                reason[gone[self.kind[first[gone]] == kind]] = code
            self._kept["removed"] = reason
        return self._kept["removed"], tuple(kind.text for kind in GONE_KINDS)

    def _status_changes(self) -> tuple[Ints, NDArray[np.uint8], NDArray[np.uint8]]:
        """Positions of the events that carry a status, with the category after and before each (before creation: NONE)."""
        if "statuses" not in self._kept:
            created = self.kind == EventKind.CREATED.value
            at = np.flatnonzero(created | ((self.kind == EventKind.STATUS.value) & (self.category != 0)))
            opening = created[at]
            after = self.category[at]
            after[opening & (after == 0)] = Status.NEW
            before = np.zeros_like(after)
            before[1:] = after[:-1]
            before[opening] = Status.NONE
            self._kept["statuses"] = (at, after, before)
        found: tuple[Ints, NDArray[np.uint8], NDArray[np.uint8]] = self._kept["statuses"]
        return found

    @property
    def solves(self) -> Ints:
        """Positions at which tickets become solved or closed, ascending; a ticket may be created so."""
        at, after, before = self._status_changes()
        return at[(after >= Status.SOLVED.value) & (before < Status.SOLVED.value)]

    @property
    def reopenings(self) -> Ints:
        """Positions at which tickets leave solved and closed, ascending."""
        at, after, before = self._status_changes()
        return at[(after < Status.SOLVED.value) & (before >= Status.SOLVED.value)]

    @property
    def solved(self) -> Bools:
        """Which tickets are solved or closed when the log is last known."""
        at, after, _ = self._status_changes()
        last = np.zeros(len(self.tickets), np.uint8)
        last[self.ticket[at]] = after
        return last >= Status.SOLVED.value

    @property
    def finished(self) -> Ints:
        """The instant at which each solved ticket was solved for the last time, us; NAT for the others."""
        return np.where(self.solved, self.at_of(self.last_of(self.solves)), NAT)

    def messages(self, role: Role, *, opening: bool = False) -> Bools:
        """Which events are public messages of a role; with ``opening`` the `created` counts as one."""
        flag: Bools = self.kind == EventKind.MESSAGE.value
        if opening:
            flag |= self.kind == EventKind.CREATED.value
        flag &= self.public
        flag &= self.role == role
        return flag

    @property
    def wanted(self) -> Ints:
        """Where each ticket first wants something: a creation that is not the desk's own, else the customer's first message; -1."""
        wants = (self.kind == EventKind.CREATED.value) & (self.role != Role.AGENT.value)
        wants |= self.messages(Role.CUSTOMER)
        return self.first_of(np.flatnonzero(wants))

    @property
    def first_replies(self) -> Ints:
        """The first reply of a human agent on each ticket, after something was wanted; -1 without one."""
        replies = np.flatnonzero(self.messages(Role.AGENT))
        wanted = self.wanted[self.ticket[replies]]
        return self.first_of(replies[(wanted >= 0) & (replies > wanted)])

    def agents(self) -> tuple[Ints, list[Any]]:
        """The responsible agent after each event: codes (-1: nobody) and agents."""
        if "agents" not in self._kept:
            if len(self.at):
                block = Block(
                    self, slice(None), slice(None), self.ticket, self.starts[:-1], self.at, self.kind, self.role, self.public, self.category,  # type: ignore[arg-type]  # it codes keys as columns do
                )  # fmt: skip
                self._kept["agents"] = agents(block)
            else:
                self._kept["agents"] = (np.empty(0, np.int64), [])
        found: tuple[Ints, list[Any]] = self._kept["agents"]
        return found

    def teams(self) -> tuple[Ints, list[Any]]:
        """The responsible team after each event: codes (-1: none) and teams."""
        if "teams" not in self._kept:
            self._kept["teams"] = self._teams()
        found: tuple[Ints, list[Any]] = self._kept["teams"]
        return found

    def _teams(self) -> tuple[Ints, list[Any]]:
        names: dict[Any, int] = {}
        held = np.full(len(self.at), -1, np.int64)
        fixes = np.zeros(len(self.at), np.bool_)
        fixes[self.starts[:-1]] = True

        def put(positions: Ints, codes: NDArray[np.int32], given: list[Any]) -> None:
            recode = np.array([*(names.setdefault(name, len(names)) for name in given), -1], np.int64)
            held[positions], fixes[positions] = recode[codes[positions]], True

        for key in ("group", "team"):
            codes, given = self.coded(key)
            created = self.starts[:-1]
            put(created[codes[created] >= 0] if len(created) else created, codes, given)
        codes, given = self.coded("group")
        assigned = self.where(EventKind.ASSIGNED)
        put(assigned[codes[assigned] >= 0], codes, given)
        positions, codes, given = self.field_changes("team")
        put(positions, codes, given)
        latest = np.maximum.accumulate(np.where(fixes, np.arange(len(held)), 0)) if len(held) else np.empty(0, np.int64)
        return held[latest], list(names)

    def field_changes(self, name: str) -> tuple[Ints, NDArray[np.int32], list[Any]]:
        """Positions of the events that set a field, with the codes of all events' values and the values."""
        fields, known = self.coded("field")
        changes = self.where(EventKind.FIELD)
        positions = changes[fields[changes] == known.index(name)] if name in known else changes[:0]
        if not len(positions):
            return positions, np.full(len(self.at), -1, np.int32), []
        return (positions, *self.coded("value"))

    def field(self, name: str) -> tuple[Ints, list[Any]]:
        """A field of every ticket as last known: codes (-1: absent) and values.

        Raises:
            QueryError: ``unknown_field``.
        """
        created = self.starts[:-1]
        codes, given = self.coded(name)
        names: dict[Any, int] = {}
        recode = np.array([*(names.setdefault(value, len(names)) for value in given), -1], np.int64)
        found = recode[codes[created]] if len(created) else np.empty(0, np.int64)
        positions, changed, values = self.field_changes(name)
        if len(positions):
            recode = np.array([*(names.setdefault(value, len(names)) for value in values), -1], np.int64)
            found[self.ticket[positions]] = recode[changed[positions]]
        elif not (found >= 0).any() and len(created):
            raise unknown_field(self, name)
        return found, list(names)

    def field_names(self) -> list[str]:
        """The fields that some ticket has."""
        created = self.starts[:-1]
        names = {key for key in self.columns.keys if len(created) and (self.coded(key)[0][created] >= 0).any()}
        return sorted(names | {str(name) for name in self.coded("field")[1]})


def unknown_field(lives: Lives, name: str) -> QueryError:
    """The error for a field that no ticket has, ``unknown_field``."""
    from slakit.errors import did_you_mean  # noqa: PLC0415 - only errors pay for it

    known = lives.field_names()
    message = f"no ticket has a field {name!r}: {did_you_mean(name, known)}"
    return QueryError(message, code="unknown_field", given=name, known=tuple(known))


def lives_of(log: Any, as_of: Any) -> Lives:
    """The lives of a log's tickets as known at an instant.

    Raises:
        EventError: ``not_a_log``.
        TimeError: ``naive_time``, ``bad_instant``.
    """
    if not isinstance(log, EventLog):
        message = f"{type(log).__name__} is no log: build one with EventLog.from_records(...), from_columns(...) or of(...)"
        raise EventError(message, code="not_a_log", given=log)
    until = instant(as_of)
    columns = log.columns().cut(until)
    starts, kind = columns.starts, columns.kind
    created = kind == EventKind.CREATED.value
    opening = created[starts[:-1]] if len(kind) else np.zeros(0, np.bool_)
    if opening.all() and np.count_nonzero(created) == len(opening):
        return Lives(columns, until, None, columns.ticket, starts, columns.at, kind, columns.role, columns.public, columns.category)
    return _put_right(columns, until, created)


def _put_right(columns: "EventColumns", until: int, created: Bools) -> Lives:
    """Tickets whose first event is not their only `created`: move it, leave further ones out, or let the first event stand for it."""
    n, tickets = len(columns.at), len(columns.tickets)
    first = columns.starts[:-1]
    found = np.flatnonzero(created)[::-1]
    creation = np.full(tickets, -1, np.int64)
    creation[columns.ticket[found]] = found
    kind, role, at, category = columns.kind.copy(), columns.role.copy(), columns.at.copy(), columns.category.copy()
    has = creation >= 0
    at[:] = np.maximum(at, np.where(has, columns.at[creation], at.min())[columns.ticket])
    lacks = np.flatnonzero(~has)
    by_message = columns.kind[first[lacks]] == EventKind.MESSAGE.value
    standing = first[lacks[by_message]]
    kind[standing] = EventKind.CREATED
    role[standing[role[standing] == Role.UNKNOWN.value]] = Role.CUSTOMER
    category[standing] = Status.NONE
    public = columns.public.copy()
    public[standing] = True
    keep = ~created
    keep[creation[has]] = True
    places = np.flatnonzero(keep)
    front = np.ones(n, np.int8)
    front[creation[has]] = 0
    put_in = lacks[~by_message]
    fresh = first[put_in]
    ticket = np.concatenate((columns.ticket[places], put_in.astype(np.int32)))
    order = np.lexsort((np.concatenate((places, fresh)), np.concatenate((front[places], np.zeros(len(put_in), np.int8))), ticket))

    def laid(column: NDArray[Any], given: Any) -> NDArray[Any]:
        fill = np.full(len(put_in), given, column.dtype) if np.isscalar(given) else given
        return np.concatenate((column[places], fill))[order]

    starts = np.zeros(tickets + 1, np.int64)
    np.cumsum(np.bincount(ticket, minlength=tickets), out=starts[1:])
    return Lives(
        columns, until, np.concatenate((places, np.full(len(put_in), -1, np.int64)))[order], ticket[order], starts,
        laid(at, at[fresh]), laid(kind, int(EventKind.CREATED)), laid(role, int(Role.CUSTOMER)), laid(public, given=True), laid(category, 0),
    )  # fmt: skip
