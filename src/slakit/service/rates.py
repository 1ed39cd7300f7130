"""Shares of solved tickets: reopened, transferred, escalated, solved by the first line, by touches, or without people."""

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

import numpy as np

from slakit._time import NAT
from slakit.errors import QueryError, did_you_mean
from slakit.events.kinds import EventKind, Role
from slakit.service.issues import escalated, people_of, transfers
from slakit.service.lives import Bools, Ints, Lives, lives_of
from slakit.service.messages import at_the_end
from slakit.service.question import Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result
from slakit.service.tally import Ratio, Share, Tally

BASES = ("finished", "opened")


class Found(NamedTuple):
    """What a rate is made of, by ticket.

    Attributes:
        hit: whether the ticket has the property.
        counts: further numbers, of which the parts are means.
        kinds: the kind of each ticket, as code and names, of which ``counts`` tells how often each came.
        ever: the denominator is every ticket that was ever solved, by its first solve.
    """

    hit: Bools
    counts: Mapping[str, Ints] = {}
    kinds: tuple[Ints, tuple[str, ...]] | None = None
    ever: bool = False


def _rate(
    metric: str,
    log: Any,
    as_of: Any,
    find: Callable[[Lives], Found],
    *,
    variant: str = "default",
    basis: Any = None,
    notes: tuple[str, ...] = (),
    **asked: Any,
) -> Result:
    lives = lives_of(log, as_of)
    found = find(lives)
    done = lives.at_of(lives.first_of(lives.solves)) if found.ever else lives.finished
    ticket = np.arange(len(lives.tickets))
    reason, reasons = reasons_of(lives, ticket, ("open", done == NAT))
    asking = ask(metric, "share", lives, basis=basis, bases=BASES, variant=variant, notes=notes, **asked)
    units = Units(
        ticket, {"finished": done, "opened": lives.opened}, reason, reasons, {name: at_the_end(lives, name) for name in ("agent", "team")}
    )

    def sums(places: Ints) -> Sums:
        hits = places[found.hit[places]]
        parts: dict[str, Tally] = {name: Ratio.of(counts[places]) for name, counts in found.counts.items()}
        counts = {}
        if found.kinds is not None:
            codes, names = found.kinds
            counts = dict(zip(names, np.bincount(codes[places], minlength=len(names)).tolist(), strict=True))
        return Sums(Share(len(hits), len(places)), parts, counts, hits=hits)

    return asking.answer(units, sums)


def reopen_rate(
    log: Any, *, as_of: Any, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the tickets that were ever solved, the share that was reopened.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        by: groups: ``"agent"`` and ``"team"`` (who had the ticket at its end), a field, ``"month"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"finished"`` (here the first solve) or ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        A share. Parts: ``reopenings`` and ``resolutions`` a ticket.

    Raises:
        QueryError: ``unknown_field``, ``empty_window``, ``unknown_basis``.
    """

    def find(lives: Lives) -> Found:
        reopenings = lives.count_of(lives.reopenings)
        return Found(reopenings > 0, {"reopenings": reopenings, "resolutions": lives.count_of(lives.solves)}, ever=True)

    return _rate("reopen_rate", log, as_of, find, by=by, since=since, until=until, basis=basis, tz=tz, calendar=calendar)


def transfer_rate(
    log: Any, *, as_of: Any, between: str = "groups", by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the solved tickets, the share that changed hands.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        between: ``"groups"`` or ``"agents"``.
        by: as in `reopen_rate`.
        since: as in `reopen_rate`.
        until: as in `reopen_rate`.
        basis: ``"finished"`` (the last solve) or ``"opened"``.
        tz: as in `reopen_rate`.
        calendar: as in `reopen_rate`.

    Returns:
        A share. Part: ``transfers`` a ticket.

    Raises:
        QueryError: as `reopen_rate`; ``unknown_between``.
    """
    choice("between", between, ("groups", "agents"))

    def find(lives: Lives) -> Found:
        moved = lives.count_of(transfers(lives) if between == "groups" else _handed_on(lives))
        return Found(moved > 0, {"transfers": moved})

    return _rate("transfer_rate", log, as_of, find, variant=between, by=by, since=since, until=until, basis=basis, tz=tz, calendar=calendar)


def escalation_rate(
    log: Any, *, as_of: Any, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the solved tickets, the share that was escalated: said so, or assigned to another group after the first human reply.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        by: as in `reopen_rate`.
        since: as in `reopen_rate`.
        until: as in `reopen_rate`.
        basis: ``"finished"`` (the last solve) or ``"opened"``.
        tz: as in `reopen_rate`.
        calendar: as in `reopen_rate`.

    Raises:
        QueryError: as `reopen_rate`.
    """
    return _rate(
        "escalation_rate", log, as_of, lambda lives: Found(escalated(lives, lives.first_replies)), by=by, since=since, until=until, basis=basis,
        tz=tz, calendar=calendar,
    )  # fmt: skip


def first_line_rate(
    log: Any, *, as_of: Any, groups: Iterable[str] | None = None, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the solved tickets, the share that the first line solved: neither escalated nor moved to another group.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        groups: the groups of the first line; then a ticket counts that one of them had at its solve and that was not escalated.
        by: as in `reopen_rate`.
        since: as in `reopen_rate`.
        until: as in `reopen_rate`.
        basis: ``"finished"`` (the last solve) or ``"opened"``.
        tz: as in `reopen_rate`.
        calendar: as in `reopen_rate`.

    Raises:
        QueryError: as `reopen_rate`; ``unknown_group``.
    """
    first = None if groups is None else (groups,) if isinstance(groups, str) else tuple(groups)

    def find(lives: Lives) -> Found:
        raised = lives.count_of(lives.where(EventKind.ESCALATED)) > 0
        if first is None:
            return Found(~raised & (lives.count_of(transfers(lives)) == 0) & ~escalated(lives, lives.first_replies))
        codes, names = at_the_end(lives, "team")()
        for name in first:
            if len(lives.tickets) and name not in names:
                message = f"no ticket was ever in the group {name!r}: {did_you_mean(name, names)}"
                raise QueryError(message, code="unknown_group", given=name, known=tuple(names))
        return Found(~raised & np.isin(codes, [code for code, name in enumerate(names) if name in first]))

    return _rate(
        "first_line_rate", log, as_of, find, variant="default" if first is None else "groups", by=by, since=since, until=until, basis=basis,
        tz=tz, calendar=calendar,
    )  # fmt: skip


def self_service_share(
    log: Any, *, as_of: Any, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the solved tickets, the share on which no human agent ever acted, nor had it.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        by: as in `reopen_rate`.
        since: as in `reopen_rate`.
        until: as in `reopen_rate`.
        basis: ``"finished"`` (the last solve) or ``"opened"``.
        tz: as in `reopen_rate`.
        calendar: as in `reopen_rate`.

    Raises:
        QueryError: as `reopen_rate`.
    """

    def find(lives: Lives) -> Found:
        acted = lives.count_of(np.flatnonzero(lives.role == Role.AGENT.value)) > 0
        return Found(~acted & (people_of(lives) == 0))

    return _rate("self_service_share", log, as_of, find, by=by, since=since, until=until, basis=basis, tz=tz, calendar=calendar)


def touch_rate(
    log: Any, *, as_of: Any, touches: str = "one", by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Of the solved tickets, the share that took one public reply of a human agent (or two, or more, or none).

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        touches: ``"none"``, ``"one"``, ``"two"`` or ``"multi"`` (three or more).
        by: as in `reopen_rate`.
        since: as in `reopen_rate`.
        until: as in `reopen_rate`.
        basis: ``"finished"`` (the last solve) or ``"opened"``.
        tz: as in `reopen_rate`.
        calendar: as in `reopen_rate`.

    Returns:
        A share. ``counts``: solved tickets by touches. Part: ``replies`` a ticket.

    Raises:
        QueryError: as `reopen_rate`; ``unknown_touches``.
    """
    kinds = ("none", "one", "two", "multi")
    wanted = kinds.index(choice("touches", touches, kinds))

    def find(lives: Lives) -> Found:
        replies = lives.count_of(np.flatnonzero(lives.messages(Role.AGENT)))
        kind = np.minimum(replies, len(kinds) - 1)
        return Found(kind == wanted, {"replies": replies}, (kind, kinds))

    return _rate("touch_rate", log, as_of, find, variant=touches, by=by, since=since, until=until, basis=basis, tz=tz, calendar=calendar)


def _handed_on(lives: Lives) -> Ints:
    """Positions of assignments to another person than the one who had the ticket."""
    to, receivers = lives.coded("to")
    assigned = lives.where(EventKind.ASSIGNED)
    assigned = assigned[to[assigned] >= 0]
    held, agents = lives.agents()
    place = {name: code for code, name in enumerate(agents)}
    given = np.array([*(place.get(name, -2) for name in receivers), -2], np.int64)[to[assigned]]
    before = held[assigned - 1]
    moved: Ints = assigned[(before >= 0) & (before != given)]
    return moved
