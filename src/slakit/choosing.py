"""What applies to the cycles of many tickets: policies are chosen once for each combination of fields.

Where a field changes during a ticket's life, every cycle is followed through the changes; what a change
makes of a cycle is said in one place, `slakit.changes.Change.effect`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT
from slakit.changes import Change, Effect
from slakit.columns.block import Bools, Ints, leads
from slakit.columns.numbering import combined, distinct
from slakit.columns.run_columns import Marked
from slakit.events.kinds import EventKind
from slakit.machine.program import Program
from slakit.policy import Choice, PolicySet
from slakit.ticket_readings import field_at_creation

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns


class Changes(NamedTuple):
    """Events that change a field by which policies choose.

    Attributes:
        position: of the event, ascending.
        ticket: code of its ticket.
        of: number of the combination that holds after it.
    """

    position: Ints
    ticket: Ints
    of: Ints

    def only(self, tickets: Bools) -> "Changes":
        """Those of some tickets."""
        here = np.flatnonzero(tickets.take(self.ticket))
        return Changes(*(part.take(here) for part in self))


@attrs.define(eq=False)
class Combinations:
    """The distinct combinations of the fields that policies read, with the time at which tickets live.

    Attributes:
        of: per ticket, the number of its combination at creation.
        choices: per clock, per combination, what applies.
        changes: the changes of these fields.
    """

    of: Ints
    choices: list[list[Choice]]
    changes: Changes


def combinations(policies: PolicySet, program: Program, columns: "EventColumns", *, regular: Bools, window: Ints) -> Combinations:
    """Number the combinations of fields that tickets have, and choose for each.

    Args:
        policies: the policy set.
        program: the clocks.
        columns: the events.
        regular: which tickets to look at.
        window: per ticket, in which stretch of time between two boundaries of policies it lives.
    """
    names = sorted(policies.choosing_fields)
    position = _changing(columns, names, regular)
    ticket = columns.ticket.take(position).astype(np.int64)
    fields = [_along(columns, name, position, ticket) for name in names]
    holder = np.arange(len(columns.tickets))
    of = window
    if len(ticket):
        holder = np.concatenate([holder, ticket])
        of = window.take(holder)
    for codes, given in fields:
        if given:
            of = combined(of, np.where(codes < 0, len(given), codes), len(given))
    here = np.flatnonzero(regular.take(holder) if len(ticket) else regular)
    if len(here) == len(holder):
        _, found, of = distinct(of)
    else:  # the other tickets are judged elsewhere: their combinations would bring schedules of their own
        _, found, which = distinct(of.take(here))
        of = np.zeros(len(holder), np.int64)
        of[here] = which
    representative = here.take(found)
    choices: list[list[Choice]] = [[] if len(here) else [Choice(None, None, None, None)] for _ in program.metrics]
    for where in representative.tolist():
        known = {name: given[codes[where]] for name, (codes, given) in zip(names, fields, strict=True) if codes[where] >= 0}
        for chosen, metric in zip(choices, program.metrics, strict=True):
            chosen.append(policies.choose(known, int(columns.at[columns.starts[holder[where]]]), metric.name))
    tickets = len(columns.tickets)
    return Combinations(of[:tickets], choices, Changes(position, ticket, of[tickets:]))


def _changing(columns: "EventColumns", names: Sequence[str], regular: Bools) -> Ints:
    """The positions of events that change one of some fields of the regular tickets."""
    changes = np.flatnonzero(columns.kind == EventKind.FIELD.value)
    if not len(changes):
        return changes
    codes, fields = columns.coded("field")
    wanted = np.array([name in names for name in fields], np.bool_)
    return changes[wanted.take(codes.take(changes)) & regular.take(columns.ticket.take(changes))]


def _along(columns: "EventColumns", name: str, position: Ints, ticket: Ints) -> tuple[Ints, list[Any]]:
    """A field of every ticket at creation, then after every one of some events: codes (-1: missing) and their values."""
    codes_at_creation, values = field_at_creation(columns, name)
    created = codes_at_creation.astype(np.int64)
    if not len(position):
        return created, values
    codes, given = columns.coded("value")
    field, fields = columns.coded("field")
    sets = field.take(position) == (fields.index(name) if name in fields else -2)
    index = np.arange(len(position))
    last = np.maximum.accumulate(np.where(sets, index, -1))
    begin = np.maximum.accumulate(np.where(leads(ticket), index, 0))
    changed = codes.take(position.take(last))
    after = np.where(last >= begin, np.where(changed < 0, -1, changed + len(values)), created.take(ticket))
    return np.concatenate([created, after]), [*values, *given]


class Followed(NamedTuple):
    """The cycles of a clock that belong to tickets whose fields change.

    Attributes:
        rows: their numbers among the clock's cycles, ascending.
        combination: the number of the combination that applies to each at its end.
        since: the instant at which the target came into force, us; `NAT` where it held from the beginning.
        passed: whether an earlier target was passed before it went out of force.
        anew: codes of tickets of which a change ends a cycle and begins another.
    """

    rows: Ints
    combination: Ints
    since: Ints
    passed: Bools
    anew: Ints


class Follower:
    """Follows the cycles of one log through the changes of fields."""

    def __init__(self, columns: "EventColumns", found: Combinations, fixed: Ints) -> None:
        """Follow with targets of fixed length.

        Args:
            columns: the events.
            found: what applies to whom.
            fixed: int64[clocks, combinations], targets in us, `NAT` for none.
        """
        self._columns = columns
        self._found = found
        self._fixed = fixed
        self._changing = np.unique(found.changes.ticket)
        self._known: dict[tuple[int, int], int] = {}

    def follow(self, metric: int, opened: NDArray[np.int32], marked: Marked) -> Followed:
        """The cycles of a clock with changes.

        Args:
            metric: index of the clock.
            opened: positions of the events that opened its cycles, ascending.
            marked: the changes in the midst of cycles.
        """
        columns, changes = self._columns, self._found.changes
        rows = self._rows(opened)
        begun = opened.take(rows)
        ticket = columns.ticket.take(begun).astype(np.int64)
        last = np.searchsorted(changes.position, begun, "right") - 1
        earlier = (last >= 0) & (changes.ticket.take(last) == ticket)
        now = np.where(earlier, changes.of.take(last), self._found.of.take(ticket))
        cycles = Followed(rows, now, np.full(len(rows), NAT, np.int64), np.zeros(len(rows), np.bool_), np.empty(0, np.int64))
        return cycles._replace(anew=ticket.take(self._through(metric, marked, cycles, columns.at.take(begun))))

    def _rows(self, opened: NDArray[np.int32]) -> Ints:
        """Which of some cycles belong to tickets that change."""
        starts = self._columns.starts
        first = np.searchsorted(opened, starts[self._changing])
        count = np.searchsorted(opened, starts[self._changing + 1]) - first
        rows: Ints = np.arange(int(count.sum())) + np.repeat(first - (np.cumsum(count) - count), count)
        return rows

    def _through(self, metric: int, marked: Marked, cycles: Followed, begin: Ints) -> Ints:
        """Let the changes in the midst of cycles take effect, the first of every cycle, then the second; which cycles begin anew."""
        _, now, since, passed, _ = cycles
        changes = self._found.changes
        cycle = np.searchsorted(cycles.rows, marked.cycle)
        at, after = self._columns.at.take(changes.position.take(marked.mark)), changes.of.take(marked.mark)
        at_once = at == begin.take(cycle)
        now[cycle[at_once]] = after[at_once]
        first = np.flatnonzero(leads(cycle))
        rank = np.arange(len(cycle)) - np.repeat(first, np.diff(first, append=len(cycle)))
        target = self._fixed[metric]
        anew = [np.empty(0, np.int64)]
        later = np.flatnonzero(~at_once)
        later = later[np.argsort(rank[later], kind="stable")]
        for here in np.split(later, np.flatnonzero(np.diff(rank[later])) + 1):
            which, instant, new = cycle.take(here), at.take(here), after.take(here)
            old = now.take(which)
            effect = self._effects(metric, old, new)
            retargets, promised = effect == Effect.RETARGETS.value, target.take(old)
            passed[which] |= retargets & (promised != NAT) & (marked.spent.take(here) > promised) & (since.take(which) < instant)
            anew.append(which[effect == Effect.BEGINS_ANEW.value])
            now[which] = np.where(effect == Effect.KEEPS.value, old, new)
            since[which] = np.where(retargets, instant, since.take(which))
        return np.concatenate(anew)

    def _effects(self, metric: int, before: Ints, after: Ints) -> Ints:
        """The `Effect` of each change from one combination to another."""
        pairs, which = np.unique(before * self._fixed.shape[1] + after, return_inverse=True)
        return np.array([self._effect_of(metric, pair) for pair in pairs.tolist()], np.int64).take(which.reshape(-1))

    def _effect_of(self, metric: int, pair: int) -> int:
        found = self._known.get((metric, pair))
        if found is None:
            before, after = (Change(0, 0, self._found.choices[metric][of], 0) for of in divmod(pair, self._fixed.shape[1]))
            found = self._known[metric, pair] = after.effect(before)
        return found
