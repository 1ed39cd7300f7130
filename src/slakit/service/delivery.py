"""Service delivery time and queue time: from receipt by a human to completion, and before it."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import numpy as np

from slakit._time import NAT
from slakit.events.objects import factorize_objects
from slakit.measure import measure
from slakit.schedule import Schedule, ScheduleBy
from slakit.service.lives import Ints, Lives, lives_of
from slakit.service.question import Attribution, Codes, Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result
from slakit.service.tally import Ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slakit.events.log import Exclusion

BASES = ("finished", "opened")
VARIANTS = {
    "default": ("service_delivery", "from receipt by a human to completion"),
    "net": ("service_delivery.net", "from receipt by a human to completion, without the time waiting for the customer"),
    "accepted": ("service_delivery.accepted", "from the acceptance by an agent to completion"),
}


def delivery_time(
    log: Any, *, as_of: Any, schedule: Schedule | ScheduleBy | None = None, variant: str = "default", per: str = "ticket",
    exclusions: "Sequence[Exclusion]" = (), by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    basis: str | None = None, tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Mean service delivery time: from receipt by a human to completion.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        schedule: the working time that counts; None: wall time.
        variant: ``"default"`` (gross), ``"net"`` (less pending) or ``"accepted"`` (from the acceptance).
        per: ``"ticket"``: the holdings of a reopened ticket are summed; ``"episode"``: each is one.
        exclusions: spans taken out of the clock.
        by: groups: ``"agent"`` and ``"team"`` (of the last completion), a field, ``"month"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"finished"`` (the completion) or ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        Time; ``open``: tickets that are not solved, ``excluded["not_received"]``: solved without receipt by a human.

    Raises:
        QueryError: ``unknown_variant``, ``unknown_per``, ``unknown_field``, ``empty_window``, ``unknown_basis``.
        ScheduleError: as `slakit.measure`.
    """
    choice("variant", variant, tuple(VARIANTS))
    choice("per", per, ("ticket", "episode"))
    lives = lives_of(log, as_of)
    cycles = _Cycles(log, VARIANTS[variant][0], lives, schedule, exclusions)
    if per == "ticket":
        ticket = np.arange(len(lives.tickets))
        done = np.flatnonzero(cycles.stopped)
        spent = np.zeros(len(ticket), np.int64)
        np.add.at(spent, cycles.ticket[done], cycles.elapsed[done])
        last = np.full(len(ticket), -1, np.int64)
        last[cycles.ticket[done]] = done
        at, unsolved = lives.finished, ~lives.solved
    else:
        ticket, spent, at = cycles.ticket, cycles.elapsed, cycles.at
        last, unsolved = np.where(cycles.stopped, np.arange(len(ticket)), -1), ~cycles.stopped
    reason, reasons = reasons_of(lives, ticket, ("open", unsolved), ("not_received", last < 0))
    variants = [*([] if variant == "default" else [variant]), *([] if per == "ticket" else [per])]
    asking = ask(
        "delivery_time", "span", lives, basis=basis, bases=BASES, since=since, until=until, by=by, tz=tz, calendar=calendar,
        variant=" ".join(variants) or "default", schedule=_words(schedule), notes=(VARIANTS[variant][1],),
    )  # fmt: skip
    units = Units(ticket, {"finished": at, "opened": lives.opened[ticket]}, reason, reasons, cycles.attributes(last))
    return asking.answer(units, lambda places: Sums(Ratio.of(spent[places], timed=True), spans=spent[places]))


def queue_time(
    log: Any, *, as_of: Any, schedule: Schedule | ScheduleBy | None = None, exclusions: "Sequence[Exclusion]" = (),
    by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Mean queue time: from creation until a human takes the ticket up.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        schedule: the working time that counts; None: wall time.
        exclusions: spans taken out of the clock.
        by: groups: ``"agent"`` and ``"team"`` (at the receipt), a field, ``"hour"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"finished"`` (the receipt) or ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        Time; ``open``: tickets still waiting, ``excluded["not_received"]``: solved without receipt by a human.

    Raises:
        QueryError: ``unknown_field``, ``empty_window``, ``unknown_basis``.
        ScheduleError: as `slakit.measure`.
    """
    lives = lives_of(log, as_of)
    cycles = _Cycles(log, "queue", lives, schedule, exclusions)
    tickets = len(lives.tickets)
    row = np.full(tickets, -1, np.int64)
    row[cycles.ticket] = np.arange(len(cycles.ticket))
    some = row >= 0

    def of_row(column: Ints, without: int) -> Ints:
        out = np.full(tickets, without, np.int64)
        out[some] = column[row[some]]
        return out

    at, spent = of_row(cycles.at, NAT), of_row(cycles.elapsed, 0)
    stopped = of_row(cycles.stopped.astype(np.int64), 0) > 0
    ended = of_row(cycles.ended.astype(np.int64), 1) > 0
    ticket = np.arange(tickets)
    reason, reasons = reasons_of(lives, ticket, ("open", ~ended), ("not_received", ~stopped))
    asking = ask(
        "queue_time", "span", lives, basis=basis, bases=BASES, since=since, until=until, by=by, tz=tz, calendar=calendar,
        schedule=_words(schedule), notes=("from creation until a human accepts, is assigned, replies or takes up work",),
    )  # fmt: skip
    units = Units(ticket, {"finished": at, "opened": lives.opened}, reason, reasons, cycles.attributes(row))
    return asking.answer(units, lambda places: Sums(Ratio.of(spent[places], timed=True), spans=spent[places]))


class _Cycles:
    """The cycles of one clock as arrays, with the codes of their tickets."""

    def __init__(
        self, log: Any, metric: str, lives: Lives, schedule: Schedule | ScheduleBy | None, exclusions: "Sequence[Exclusion]"
    ) -> None:
        hours = Schedule.always() if schedule is None else schedule
        cycles = measure(log, metric, schedule=hours, as_of=np.datetime64(lives.as_of, "us"), exclusions=exclusions)
        self.columns = cycles.columns()
        self.ticket: Ints = np.searchsorted(lives.tickets, self.columns["ticket"].astype(lives.tickets.dtype))
        self.at: Ints = self.columns["stopped_at"].astype(np.int64)
        self.elapsed: Ints = self.columns["elapsed_us"]
        self.stopped = self.columns["phase"] == "stopped"
        self.ended = self.at != NAT

    def attributes(self, rows: Ints) -> dict[str, Attribution]:
        """The responsible agent and team at some rows (-1: none)."""

        def of(name: str) -> Codes:
            codes, names = factorize_objects(self.columns[name].tolist())
            found = np.full(len(rows), -1, np.int64)
            found[rows >= 0] = codes[rows[rows >= 0]]
            return found, names

        return {"agent": lambda: of("agent"), "team": lambda: of("team")}


def _words(schedule: Schedule | ScheduleBy | None) -> str | None:
    return None if schedule is None else repr(schedule)
