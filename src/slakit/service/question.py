"""What is asked of every service metric alike: which units, in which window, in which groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit._time import NAT, instant
from slakit._time import named as zone_of
from slakit.errors import QueryError, did_you_mean
from slakit.service.lives import Ints, Lives
from slakit.service.merging import order
from slakit.service.result import Result, Unit, Window
from slakit.service.tally import Tally
from slakit.service.timekeys import TIME_KEYS, time_key

Codes = tuple[NDArray[np.integer[Any]], Sequence[Any]]
Attribution = Callable[[], Codes]
UNCOUNTED = ""
"""The reason of what is not told among the excluded: not a unit of its own."""


class Sums(NamedTuple):
    """What some units come to.

    Attributes:
        tally: behind the value.
        parts: further tallies by name.
        counts: how often each answer came.
        spans: the units' own values.
        hits: the places of the units that count as success.
    """

    tally: Tally
    parts: Mapping[str, Tally] = {}
    counts: Mapping[Any, int] = {}
    spans: Sequence[int] | Ints = ()
    hits: Ints | None = None


@attrs.define(eq=False)
class Units:
    """The units that a metric counts: tickets, issues, contacts, ratings.

    Attributes:
        ticket: code of each unit's ticket.
        at: the instants by basis, us; `NAT` where a unit has none.
        reason: why a unit is not in the denominator: 0 it is, else 1 + the place in ``reasons``.
        reasons: the reasons; ``open`` and ``pending`` are counted apart from the excluded.
        attributes: attributions by name, made when asked for.
        tickets: codes of the tickets of some units, where a unit has several; None: ``ticket``.
    """

    ticket: NDArray[np.integer[Any]]
    at: Mapping[str, Ints]
    reason: NDArray[np.uint8]
    reasons: tuple[str, ...]
    attributes: Mapping[str, Attribution] = attrs.field(factory=dict)
    tickets: Callable[[Ints], NDArray[np.integer[Any]]] | None = None


@attrs.define(eq=False)
class Question:
    """The common arguments of a metric, read and checked.

    Attributes:
        metric: its name.
        unit: of the value.
        lives: the log as known.
        basis: opened, finished or event.
        window: since and until.
        by: names of the groups.
        zone: for groups by time.
        calendar: for groups by time.
        variant: which definition.
        schedule: in words, None for wall time.
        notes: sentences for the reader.
        mergeable: whether shards add up.
    """

    metric: str
    unit: Unit
    lives: Lives
    basis: str
    window: Window
    by: tuple[str, ...]
    zone: tzinfo | None
    calendar: str
    variant: str = "default"
    schedule: str | None = None
    notes: tuple[str, ...] = ()
    mergeable: bool = True

    def answer(self, units: Units, sums: Callable[[Ints], Sums]) -> Result:
        """Count the units of the window, in all and by group.

        Args:
            units: all units of the log.
            sums: what the units at some places come to.
        """
        inside = self.inside(units)
        if not self.by:
            return self._result(units, np.flatnonzero(inside), sums)
        chosen = np.flatnonzero(inside)
        codes = [self._codes(units, name) for name in self.by]
        combined = np.zeros(len(chosen), np.int64)
        for column, names in codes:
            combined = combined * (len(names) + 1) + column[chosen] + 1
        sorting = np.argsort(combined, kind="stable")
        bounds = np.flatnonzero(np.diff(combined[sorting], prepend=-1)) if len(sorting) else sorting
        groups: dict[Any, Result] = {}
        for places in np.split(chosen[sorting], bounds[1:]) if len(sorting) else []:
            key = tuple(_name(names, int(column[places[0]])) for column, names in codes)
            groups[key[0] if len(key) == 1 else key] = self._result(units, places, sums)
        whole = self._result(units, chosen, sums)
        return whole.but(by=self.by, groups={key: groups[key] for key in sorted(groups, key=order)})

    def inside(self, units: Units) -> NDArray[np.bool_]:
        """Which units belong to the window by the basis; one without an instant belongs to it from its opening on."""
        at = units.at[self.basis]
        since, until = self.window.since, self.window.until
        if since is None and until is None:
            return np.ones(len(at), np.bool_)
        known = np.where(at != NAT, at, units.at["opened"])
        inside = np.ones(len(at), np.bool_) if until is None else known < until
        if since is not None:
            inside &= (known >= since) | (at == NAT)
        return inside

    def _codes(self, units: Units, name: str) -> Codes:
        if name in units.attributes:
            return units.attributes[name]()
        if name in TIME_KEYS:
            return time_key(name, units.at[self.basis], self.zone, self.calendar)
        if name not in {*self.lives.columns.keys, *self.lives.coded("field")[1]}:
            known = [*units.attributes, *TIME_KEYS, *self.lives.field_names()]
            message = f"by={name!r}: no ticket has such a field; {did_you_mean(name, known)}"
            raise QueryError(message, code="unknown_field", given=name, known=tuple(known))
        codes, names = self.lives.field(name)
        return codes[units.ticket], names

    def _result(self, units: Units, places: Ints, sums: Callable[[Ints], Sums]) -> Result:
        reasons = np.bincount(units.reason[places], minlength=len(units.reasons) + 1).tolist()
        left = {name: count for name, count in zip(units.reasons, reasons[1:], strict=True) if count and name}
        counted = places[units.reason[places] == 0]
        found = sums(counted)
        return Result(
            metric=self.metric, unit=self.unit, tally=found.tally, variant=self.variant, basis=self.basis, window=self.window,
            as_of_us=self.lives.as_of, schedule=self.schedule, open=left.pop("open", 0), pending=left.pop("pending", 0), excluded=left,
            parts=found.parts, counts=found.counts, notes=self.notes, mergeable=self.mergeable,
            held=self._ids(units, counted), hits=() if found.hits is None else self._ids(units, found.hits), spans=found.spans,  # type: ignore[arg-type]
        )  # fmt: skip

    def _ids(self, units: Units, places: Ints) -> Sequence[Any]:
        codes = units.ticket[places] if units.tickets is None else units.tickets(places)
        held = np.zeros(len(self.lives.tickets), np.bool_)
        held[codes] = True
        ids: Any = self.lives.tickets[held] if len(codes) else ()
        return ids  # type: ignore[no-any-return]


def ask(
    metric: str, unit: Unit, lives: Lives, *, basis: str | None, bases: Sequence[str], since: Any, until: Any,
    by: str | Iterable[str] | None, tz: str | tzinfo | None, calendar: str, variant: str = "default", schedule: str | None = None,
    notes: Iterable[str] = (), mergeable: bool = True,
) -> Question:  # fmt: skip
    """Read the common arguments.

    Args:
        metric: name of the metric.
        unit: of its value.
        lives: the log as known.
        basis: asked for; None: the first of ``bases``.
        bases: those that the metric has.
        since: first instant of the window, or None.
        until: end of the window, or None.
        by: name or names of the groups, or None.
        tz: the zone of groups by time.
        calendar: of groups by time.
        variant: which definition.
        schedule: in words.
        notes: sentences for the reader.
        mergeable: whether shards add up.

    Raises:
        QueryError: ``unknown_basis``, ``empty_window``.
        TimeError: for instants and zones that cannot be read.
    """
    chosen = bases[0] if basis is None else basis
    if chosen not in bases:
        message = f"{metric} has no basis {basis!r}: {did_you_mean(basis, bases)}"
        raise QueryError(message, code="unknown_basis", given=basis, known=tuple(bases))
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    return Question(
        metric, unit, lives, chosen, read_window(since, until), names, None if tz is None else zone_of(tz), calendar, variant, schedule,
        tuple(notes), mergeable,
    )  # fmt: skip


def read_window(since: Any, until: Any) -> Window:
    """A window from its two ends.

    Raises:
        QueryError: ``empty_window``.
    """
    window = Window(None if since is None else instant(since), None if until is None else instant(until))
    if window.since is not None and window.until is not None and window.since >= window.until:
        message = f"the window from {since} to {until} is empty: since must be before until (until itself is not in the window)"
        raise QueryError(message, code="empty_window", since=since, until=until)
    return window


def choice(name: str, given: Any, known: Sequence[str]) -> str:
    """One of some named alternatives.

    Raises:
        QueryError: ``unknown_<name>``.
    """
    if given not in known:
        message = f"{name}={given!r}: {did_you_mean(given, known)}"
        raise QueryError(message, code=f"unknown_{name}", given=given, known=tuple(known))
    return str(given)


def reasons_of(
    lives: Lives, ticket: NDArray[np.integer[Any]], *further: tuple[str, NDArray[np.bool_]]
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Why units are not counted: their ticket was removed, or the first of the further reasons that holds."""
    removed, names = lives.removed
    reason = removed[ticket]
    for code, (_, flag) in enumerate(further, len(names) + 1):
        reason = np.where((reason == 0) & flag, np.uint8(code), reason)
    return reason, (*names, *(name for name, _ in further))


def _name(names: Sequence[Any], code: int) -> Any:
    return None if code < 0 else names[code]
