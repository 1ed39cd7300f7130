"""Calls: how fast they are answered, how many callers give up, and how many are answered in time."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

import attrs
import numpy as np

from slakit._time import NAT, fixed_span, span_text
from slakit.events.kinds import EventKind, Role
from slakit.service.credits import measured
from slakit.service.lives import Bools, Ints, Lives, lives_of
from slakit.service.messages import at_the_end
from slakit.service.question import Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result, Unit
from slakit.service.tally import Ratio, Share

BASES = ("event", "opened")


@attrs.define(eq=False)
class Calls:
    """The calls of a log, by ticket.

    Attributes:
        answered: us, `NAT` where nobody answered before the caller gave up.
        gave_up: us, `NAT` where the caller did not give up unanswered.
        waited: us until either.
    """

    answered: Ints
    gave_up: Ints
    waited: Ints

    @property
    def offered(self) -> Bools:
        """Which tickets are calls whose outcome is known."""
        offered: Bools = (self.answered != NAT) | (self.gave_up != NAT)
        return offered


def calls_of(lives: Lives) -> Calls:
    """When each call was answered or given up: accepted by a human, else the start of the first talk; ``abandoned``."""
    accepted = lives.where(EventKind.ACCEPTED)
    accepted = accepted[(lives.role[accepted] == Role.AGENT.value) | (lives.role[accepted] == Role.UNKNOWN.value)]
    answered = lives.at_of(lives.first_of(accepted))
    talk = measured(lives)
    talks = talk.part == 0
    starts = np.full(len(lives.tickets), np.iinfo(np.int64).max)
    np.minimum.at(starts, lives.ticket[talk.place[talks]], lives.at[talk.place[talks]] - talk.span[talks])
    answered = np.where((answered == NAT) & (starts != np.iinfo(np.int64).max), starts, answered)
    gave_up = lives.at_of(lives.first_of(lives.where(EventKind.ABANDONED)))
    first = (gave_up != NAT) & ((answered == NAT) | (gave_up <= answered))
    answered, gave_up = np.where(first, NAT, answered), np.where(first, gave_up, NAT)
    ends = np.maximum(answered, gave_up)
    waited = np.where(ends != NAT, np.maximum(ends - np.where(ends != NAT, lives.opened, ends), 0), 0)
    return Calls(answered, gave_up, waited)


def _ask(  # noqa: PLR0917 - the three share all of it
    metric: str,
    unit: Unit,
    lives: Lives,
    calls: Calls,
    counted: Bools,
    sums: Any,
    *,
    variant: str = "default",
    notes: tuple[str, ...] = (),
    basis: Any,
    **asked: Any,
) -> Result:
    ticket = np.arange(len(lives.tickets))
    reason, reasons = reasons_of(lives, ticket, ("no_call", ~calls.offered), ("given_up", ~counted))
    asking = ask(metric, unit, lives, basis=basis, bases=BASES, variant=variant, notes=notes, **asked)
    at = {"event": np.maximum(calls.answered, calls.gave_up), "opened": lives.opened}
    units = Units(ticket, at, reason, reasons, {name: at_the_end(lives, name) for name in ("agent", "team")})
    return asking.answer(units, sums)


def speed_of_answer(
    log: Any, *, as_of: Any, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Average speed of answer: from the call's arrival (``created``) to its acceptance, else to the start of talk, over answered calls.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        by: groups: ``"agent"``, ``"team"``, a field, ``"hour"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"event"`` (the answer) or ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Raises:
        QueryError: ``unknown_field``, ``empty_window``, ``unknown_basis``.
    """
    lives = lives_of(log, as_of)
    calls = calls_of(lives)

    def sums(places: Ints) -> Sums:
        return Sums(Ratio.of(calls.waited[places], timed=True), spans=calls.waited[places])

    return _ask(
        "speed_of_answer", "span", lives, calls, calls.answered != NAT, sums, by=by, since=since, until=until, basis=basis, tz=tz,
        calendar=calendar,
    )  # fmt: skip


def abandonment(
    log: Any, *, as_of: Any, short: Any = None, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the calls that were answered or given up, the share given up.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        short: calls given up within this time leave the denominator.
        by: as in `speed_of_answer`.
        since: as in `speed_of_answer`.
        until: as in `speed_of_answer`.
        basis: as in `speed_of_answer`.
        tz: as in `speed_of_answer`.
        calendar: as in `speed_of_answer`.

    Raises:
        QueryError: as `speed_of_answer`.
        TimeError: ``bad_span``.
    """
    lives = lives_of(log, as_of)
    calls = calls_of(lives)
    lost = calls.gave_up != NAT
    counted = np.ones(len(lost), np.bool_) if short is None else ~lost | (calls.waited > fixed_span(short))

    def sums(places: Ints) -> Sums:
        hits = places[lost[places]]
        return Sums(Share(len(hits), len(places)), hits=hits)

    variant = "default" if short is None else f"without those within {span_text(fixed_span(short))}"
    return _ask(
        "abandonment", "share", lives, calls, counted, sums, variant=variant, by=by, since=since, until=until, basis=basis, tz=tz,
        calendar=calendar,
    )  # fmt: skip


def answered_within(
    log: Any, *, as_of: Any, within: Any = "20s", of: str = "offered", by: str | Iterable[str] | None = None, since: Any = None,
    until: Any = None, basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """The share of calls answered within a time, the service level of call centres.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        within: the time, itself included.
        of: ``"offered"`` (calls given up count as not answered in time) or ``"answered"``.
        by: as in `speed_of_answer`.
        since: as in `speed_of_answer`.
        until: as in `speed_of_answer`.
        basis: as in `speed_of_answer`.
        tz: as in `speed_of_answer`.
        calendar: as in `speed_of_answer`.

    Raises:
        QueryError: as `speed_of_answer`; ``unknown_of``.
        TimeError: ``bad_span``.
    """
    choice("of", of, ("offered", "answered"))
    lives = lives_of(log, as_of)
    calls = calls_of(lives)
    most, answered = fixed_span(within), calls.answered != NAT
    won = answered & (calls.waited <= most)

    def sums(places: Ints) -> Sums:
        hits = places[won[places]]
        return Sums(Share(len(hits), len(places)), hits=hits)

    return _ask(
        "answered_within", "share", lives, calls, answered if of == "answered" else np.ones(len(won), np.bool_), sums,
        variant=f"{span_text(most)} of {of}", by=by, since=since, until=until, basis=basis, tz=tz, calendar=calendar,
    )  # fmt: skip
