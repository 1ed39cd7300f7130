"""Messages per service: how much writing a solved ticket takes."""

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import Any

import numpy as np

from slakit._time import NAT
from slakit.events.kinds import Role
from slakit.service.lives import Bools, Ints, Lives, lives_of
from slakit.service.question import Codes, Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result
from slakit.service.tally import Ratio

BASES = ("finished", "opened")
_NOTES = (
    "public messages of customers and human agents, the opening one included",
    "turns: messages of one side in a row are one; exchanges: a turn of the customer answered by the agents",
)


def messages_per_service(
    log: Any, *, as_of: Any, variant: str = "default", by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Public messages of customers and human agents over solved tickets: a ratio of sums.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        variant: ``"default"`` counts solved tickets, ``"all"`` every ticket.
        by: groups: ``"agent"`` and ``"team"`` (who had the ticket at its end), a field, ``"month"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"finished"`` (the last solve) or ``"opened"``; ``"all"`` knows only ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        A number. Parts: ``customer``, ``agent`` (messages of that side a service), ``turns``, ``exchanges``.

    Raises:
        QueryError: ``unknown_variant``, ``unknown_field``, ``empty_window``, ``unknown_basis``.
    """
    choice("variant", variant, ("default", "all"))
    lives = lives_of(log, as_of)
    customer = lives.messages(Role.CUSTOMER, opening=True)
    both = customer | lives.messages(Role.AGENT, opening=True)
    per_ticket = _per_ticket(lives, customer, both)
    done = lives.finished
    ticket = np.arange(len(lives.tickets))
    reason, reasons = reasons_of(lives, ticket, ("open", np.zeros(len(ticket), np.bool_) if variant == "all" else done == NAT))
    asking = ask(
        "messages_per_service", "number", lives, basis=basis, bases=BASES if variant == "default" else ("opened",), since=since, until=until,
        by=by, tz=tz, calendar=calendar, variant=variant, notes=_NOTES,
    )  # fmt: skip
    attributes = {name: at_the_end(lives, name) for name in ("agent", "team")}
    units = Units(ticket, {"finished": done, "opened": lives.opened}, reason, reasons, attributes)

    def sums(places: Ints) -> Sums:
        found = {name: Ratio.of(counts[places]) for name, counts in per_ticket.items()}
        return Sums(found.pop("messages"), found, spans=per_ticket["messages"][places])

    return asking.answer(units, sums)


def _per_ticket(lives: Lives, customer: Bools, both: Bools) -> dict[str, Ints]:
    """Messages, by side, turns and exchanges of each ticket."""
    written = np.flatnonzero(both)
    side, ticket = customer[written], lives.ticket[written]
    same = np.zeros(len(written), np.bool_)
    same[1:] = ticket[1:] == ticket[:-1]
    switch = same.copy()
    switch[1:] &= side[1:] != side[:-1]
    answers = switch & ~side
    return {
        "messages": lives.count_of(written),
        "customer": lives.count_of(written[side]),
        "agent": lives.count_of(written[~side]),
        "turns": lives.count_of(written[~same | switch]),
        "exchanges": lives.count_of(written[answers]),
    }


def at_the_end(lives: Lives, name: str) -> Callable[[], Codes]:
    """The agent or team that had each ticket at its last solve, else at the end of what is known."""

    def codes() -> Codes:
        held, names = lives.agents() if name == "agent" else lives.teams()
        last = lives.last_of(lives.solves)
        place = np.where(lives.solved, last, lives.starts[1:] - 1)
        return (held[place] if len(held) else held), names

    return codes
