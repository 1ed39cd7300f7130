"""A log judged with numpy: what the column interpreter found, with what applies to every cycle and the verdicts."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT
from slakit.choosing import Combinations
from slakit.columns.block import Bools, Ints
from slakit.columns.run_columns import RunColumns, Stretch
from slakit.machine.program import Program
from slakit.policy import Choice
from slakit.schedule import Schedule
from slakit.verdict import VERDICTS, JudgedCycle

if TYPE_CHECKING:
    from slakit.events.columns import EventColumns

MET, BREACHED, WITHIN, CANCELLED, NOT_APPLICABLE = range(len(VERDICTS))


class Changed(NamedTuple):
    """Cycles to which another combination of fields applies than that of their ticket's creation.

    Attributes:
        rows: their places among all cycles, ascending.
        combination: number of the combination that applies.
        since: the instant at which the target came into force in the midst of the cycle, us; `NAT` where it held from the beginning.
        passed: whether an earlier target was passed before it went out of force.
    """

    rows: Ints
    combination: Ints
    since: Ints
    passed: Bools

    def of(self, rows: slice) -> slice:
        """Which of them lie among some rows."""
        return slice(*np.searchsorted(self.rows, (rows.start, rows.stop)).tolist())


@attrs.define(eq=False)
class Varying:
    """Targets that depend on more than what applies to a cycle: those in working days, and those at a field.

    Attributes:
        target: int64, us of working time; `NAT` without a target or for one at a field.
        due: int64, the instant that the ticket carries or that a target in working days names, us; `NAT` otherwise.
        at_field: bool, whether ``due`` is a target at a field.
    """

    target: Ints
    due: Ints
    at_field: Bools


@attrs.define(eq=False)
class JudgedColumns:
    """Judged cycles as arrays, one row a cycle of a regular ticket, and the other tickets' rows.

    What follows from these arrays is worked out when it is asked for, a stretch of rows at a time.

    Attributes:
        columns: the events known.
        program: the clocks.
        runs: the cycles.
        regular: which tickets the arrays hold.
        combinations: what applies to whom.
        changed: the cycles of tickets whose fields change, and what applies to them instead; None without such tickets.
        schedules: the schedules in use.
        schedule_by: int64[clocks, combinations], the number of the schedule.
        fixed: int64[clocks, combinations], the target in us of working time; `NAT` without one of a fixed length.
        varying: the targets where some are not of a fixed length, else None.
        verdict: uint8, index into `VERDICTS`.
        excluding: bool per ticket, whether some exclusion applies to it.
        others: judged cycles of the other tickets.
    """

    columns: "EventColumns"
    program: Program
    runs: RunColumns
    regular: Bools
    combinations: Combinations
    changed: Changed | None
    schedules: list[Schedule]
    schedule_by: Ints
    fixed: Ints
    varying: Varying | None
    excluding: Bools
    others: list[JudgedCycle]
    verdict: NDArray[np.uint8] = attrs.field(init=False)
    _targets: dict[tuple[int, int], Ints] = attrs.field(init=False, factory=dict)

    @property
    def schedule_of(self) -> Ints:
        """Per cycle, the number of its schedule."""
        return self._whole(lambda rows, stretch: self._applied(self.schedule_by, rows, stretch))

    @property
    def target(self) -> Ints:
        """Per cycle, the target in us of working time; `NAT` without one, or for one at a field."""
        return self._whole(self._target)

    @property
    def due(self) -> Ints:
        """Per cycle, the instant that its target names, us; `NAT` for a target of a fixed length."""
        return np.broadcast_to(np.int64(NAT), len(self.runs)) if self.varying is None else self.varying.due

    @property
    def at_field(self) -> Bools:
        """Per cycle, whether its target is an instant that the ticket carries."""
        return np.broadcast_to(np.False_, len(self.runs)) if self.varying is None else self.varying.at_field

    @property
    def judged(self) -> Ints:
        """The span that is judged, us of working time."""
        return self._whole(lambda _, stretch: self._judged(stretch))

    @staticmethod
    def _judged(stretch: Stretch) -> Ints:
        return stretch.elapsed if stretch.carried is None else stretch.elapsed + stretch.carried

    def _target(self, rows: slice, stretch: Stretch) -> Ints:
        """The targets of a stretch; one number where all have the same. Kept, since verdicts and overruns ask for them."""
        if self.varying is not None:
            return self.varying.target[rows]
        place = rows.start, rows.stop
        if place not in self._targets:
            self._targets[place] = self._applied(self.fixed, rows, stretch)
        return self._targets[place]

    def _applied(self, table: Ints, rows: slice, stretch: Stretch) -> Ints:
        by_combination: Ints = table[stretch.metric]
        if len(by_combination) == 1 or (by_combination == by_combination[-1]).all():
            return by_combination[-1:]
        applied = by_combination.take(self.combinations.of.take(self.columns.ticket.take(stretch.opened)))
        if self.changed is not None:
            here = self.changed.of(rows)
            applied[self.changed.rows[here] - rows.start] = by_combination.take(self.changed.combination[here])
        return applied

    def _whole(self, part: Callable[[slice, Stretch], Ints]) -> Ints:
        whole = np.empty(len(self.runs), np.int64)
        for rows, stretch in self.runs.rows():
            whole[rows] = part(rows, stretch)
        return whole

    @property
    def choices(self) -> list[Choice]:
        """What applies: of the first clock to every combination, of the second, and so on."""
        return [choice for by_combination in self.combinations.choices for choice in by_combination]

    @property
    def in_force(self) -> Ints:
        """The instant from which the target of each cycle can be passed: its opening, or when the target came into force, us."""
        instants = self.columns.at.take(self.runs.opened)
        if self.changed is not None:
            instants[self.changed.rows] = np.maximum(instants[self.changed.rows], self.changed.since)
        return instants

    def choice_of(self, rows: slice, stretch: Stretch) -> Ints:
        """For each cycle of a stretch its number in `choices`; one number where all have the same."""
        width = self.fixed.shape[1]
        return self._applied(np.arange(self.fixed.size).reshape(-1, width), rows, stretch)

    def choice_table(self) -> tuple[Ints, list[Choice]]:
        """Per cycle the number of what applies to it, and what the numbers stand for."""
        return self._whole(self.choice_of), self.choices

    def judge(self) -> None:
        """Work the verdicts out."""
        self.verdict = np.empty(len(self.runs), np.uint8)
        for rows, stretch in self.runs.rows():
            target = self._target(rows, stretch)
            over, none = self._judged(stretch) > target, target == NAT
            if self.varying is not None and self.varying.at_field[rows].any():
                at_field = self.varying.at_field[rows]
                over = np.where(at_field, self.runs.end_of(stretch) > self.varying.due[rows], over)
                none = none & ~at_field
            situation = stretch.state | (over.view(np.uint8) << np.uint8(3)) | (none.view(np.uint8) << np.uint8(4))
            self.verdict[rows] = _VERDICTS.take(situation)

    def remaining(self) -> Ints:
        """Target less judged span, us of working time; `NAT` without a target."""

        def left(rows: slice, stretch: Stretch) -> Ints:
            target = self._target(rows, stretch)
            return _unless_missing(target, target - self._judged(stretch))

        whole = self._whole(left)
        for rows, due, _, end in self._at_field():
            whole[rows] = due - end
        return whole

    def overrun(self) -> Ints:
        """What each cycle is over its target, us of working time; of a reopened one only what it added; `NAT` without a target."""
        whole = self._whole(self.overrun_of)
        for rows, due, started, end in self._at_field():
            whole[rows] = np.maximum(end - np.maximum(due, started), 0)
        return whole

    def overrun_of(self, rows: slice, stretch: Stretch) -> Ints:
        """`overrun` of a stretch, but for targets at a field."""
        target = self._target(rows, stretch)
        allowed = target if stretch.carried is None else np.maximum(target, stretch.carried)
        beyond = self._judged(stretch) - allowed
        return _unless_missing(target, np.maximum(beyond, 0, out=beyond))

    def _at_field(self) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
        """Rows whose target is at a field, by schedule, with the readings of the due instant, the start and the end."""
        if self.varying is None or not self.varying.at_field.any():
            return
        schedule_of, started, end = self.schedule_of, self.runs.started, self.runs.end
        for number, schedule in enumerate(self.schedules):
            rows = np.flatnonzero(self.varying.at_field & (schedule_of == number))
            if len(rows):
                read = schedule.clock.read_array
                yield rows, read(self.varying.due[rows]), read(started[rows]), read(end[rows])


def _unless_missing(target: Ints, given: Ints) -> Ints:
    missing = target == NAT
    return np.where(missing, NAT, given) if missing.any() else given


_OVER, _NONE = 1 << 3, 1 << 4
_BY_STATE = (WITHIN, WITHIN, WITHIN, MET, CANCELLED)
_VERDICTS = np.array(
    [
        NOT_APPLICABLE if situation & _NONE else BREACHED if situation & _OVER else _BY_STATE[min(situation & 7, len(_BY_STATE) - 1)]
        for situation in range(2 * _NONE)
    ],
    np.uint8,
)
"""The verdict by state, by whether the target is passed, and by whether there is none."""
