"""Average handle time: how long the work on a handled contact takes."""

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from slakit._time import fixed_span, span_text
from slakit.errors import QueryError
from slakit.events.kinds import EventKind, Role
from slakit.service.credits import Credits, estimated, measured, worked
from slakit.service.lives import Ints, Lives, lives_of
from slakit.service.question import Codes, Question, Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result
from slakit.service.tally import Ratio, Share, Tally

BASES = ("finished", "opened")
SOURCES = ("auto", "spans", "work", "estimate")
PARTS = ("talk", "hold", "wrap", "work")
_TOLD = {
    "spans": "measured: spans of handling in the log, counted in full",
    "work": "measured: work started and ended; an agent's concurrent tickets share the time",
    "estimate": "estimated: credit since the agent's previous action or the arrival of the message, at most {cap}",
}


def aht(
    log: Any, *, as_of: Any, per: Literal["contact", "agent_handle"] = "contact",
    source: Literal["auto", "spans", "work", "estimate"] = "auto", cap: Any = "15m",
    by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Average handle time of a handled contact: talk, hold and wrap or work.

    Contacts that were abandoned or that only robots handled never count.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        per: ``"contact"``: a ticket is one contact; ``"agent_handle"``: each agent's handling of it is one.
        source: where time comes from: ``"spans"`` (``handled`` events), ``"work"`` (``work_started`` and
            ``work_ended``), ``"estimate"``; ``"auto"``: the first of these that the log has.
        cap: the most that one action can be credited with by the estimate.
        by: groups: ``"agent"`` (each agent's own part of a contact, whatever ``per``), ``"team"`` (of the contact's last
            handling), a field, ``"half_hour"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"finished"`` (the end of handling, where the whole of it is counted) or ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        Time. Parts: ``talk``, ``hold``, ``wrap``, ``work`` (means over the same contacts); for the estimate
        ``capped``, the share of work that hit the cap. The variant names the source.

    Raises:
        QueryError: ``unknown_per``, ``unknown_source``, ``bad_cap``, ``unknown_field``, ``empty_window``, ``unknown_basis``.
        TimeError: ``bad_span``.
    """
    choice("per", per, ("contact", "agent_handle"))
    choice("source", source, SOURCES)
    lives = lives_of(log, as_of)
    used, work = credits_of(lives, source, cap)
    note = _TOLD[used].format(cap=cap if isinstance(cap, str) else span_text(fixed_span(cap)))
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)

    def asked(unit: str, groups: tuple[str, ...]) -> Result:
        asking = ask(
            "aht", "span", lives, basis=basis, bases=BASES, since=since, until=until, by=groups, tz=tz, calendar=calendar,
            variant=f"{unit}, {used}", notes=(note, "what was abandoned or only robots handled does not count"),
        )  # fmt: skip
        return _answer(asking, lives, work, used=used, by_agent=unit == "agent_handle")

    if per == "contact" and "agent" in names:
        return asked(per, ()).but(by=names, groups=asked("agent_handle", names).groups)
    return asked(per, names)


def _answer(asking: Question, lives: Lives, work: Credits, *, used: str, by_agent: bool) -> Result:
    contacts = _contacts(lives, work, by_agent=by_agent)
    ticket, last = contacts.pop("ticket"), contacts.pop("last")
    handled, abandoned, robots = last >= 0, _abandoned(lives, work), _robots_only(lives)
    reason, reasons = reasons_of(
        lives, ticket, ("abandoned", abandoned[ticket]), ("bot_only", ~handled & robots[ticket]), ("not_handled", ~handled)
    )
    attributes = {name: _handler(lives, last, name) for name in ("agent", "team")}
    units = Units(ticket, {"finished": lives.at_of(last), "opened": lives.opened[ticket]}, reason, reasons, attributes)
    total, actions, capped = contacts.pop("total"), contacts.pop("actions"), contacts.pop("capped")

    def sums(places: Ints) -> Sums:
        parts: dict[str, Tally] = {name: Ratio.of(spans[places], timed=True) for name, spans in contacts.items()}
        if used == "estimate":
            parts = {"capped": Share(int(capped[places].sum()), int(actions[places].sum()))}
        return Sums(Ratio.of(total[places], timed=True), parts, spans=total[places])

    return asking.answer(units, sums)


def credits_of(lives: Lives, source: str, cap: Any) -> tuple[str, Credits]:
    """The work of handling from a source, with the source that was used.

    Raises:
        QueryError: ``bad_cap``.
        TimeError: ``bad_span``.
    """
    used = source
    if source == "auto":
        used = (
            "spans"
            if (lives.kind == EventKind.HANDLED.value).any()
            else "work"
            if (lives.kind == EventKind.WORK_STARTED.value).any()
            else "estimate"
        )
    if used == "spans":
        return used, measured(lives)
    if used == "work":
        return used, worked(lives)
    most = fixed_span(cap)
    if most <= 0:
        message = f"cap={cap!r}: give a length of time greater than zero, e.g. '15m'"
        raise QueryError(message, code="bad_cap", given=cap)
    return used, estimated(lives, most)


def _contacts(lives: Lives, work: Credits, *, by_agent: bool) -> dict[str, Any]:
    """Per contact: its ticket, the work by part and in all, how many, how many capped, and the last event of handling."""
    tickets = len(lives.tickets)
    ticket = lives.ticket[work.place].astype(np.int64)
    if by_agent:
        width = int(work.agent.max()) + 2 if len(work.agent) else 1
        pairs, unit = np.unique(ticket * width + work.agent + 1, return_inverse=True)
        without = np.setdiff1d(np.arange(tickets), pairs // width)
        owner, count = np.concatenate((pairs // width, without)), len(pairs) + len(without)
    else:
        unit, owner, count = ticket, np.arange(tickets), tickets
    last = np.full(count, -1, np.int64)
    order = np.argsort(work.place, kind="stable")
    last[unit[order]] = work.place[order]

    def summed(flags: NDArray[np.bool_] | slice) -> Ints:
        return _sums(unit[flags], work.span[flags], count)

    out: dict[str, Any] = {"ticket": owner, "last": last, "total": summed(slice(None))}
    out["actions"] = np.bincount(unit, minlength=count)
    out["capped"] = np.bincount(unit[work.capped], minlength=count)
    return out | {part: summed(work.part == code) for code, part in enumerate(PARTS)}


def _sums(unit: Ints, spans: Ints, count: int) -> Ints:
    """Exact sums by unit."""
    out = np.zeros(count, np.int64)
    np.add.at(out, unit, spans)
    return out


def _abandoned(lives: Lives, work: Credits) -> NDArray[np.bool_]:
    """Tickets whose caller gave up and that nobody handled afterwards."""
    gave_up = lives.last_of(lives.where(EventKind.ABANDONED))
    handled = lives.last_of(np.sort(work.place))
    return (gave_up >= 0) & (handled < gave_up)


def _robots_only(lives: Lives) -> NDArray[np.bool_]:
    """Tickets on which a robot acted and no human agent did."""
    people, robots = (
        lives.count_of(np.flatnonzero(np.isin(lives.role, roles) & (lives.kind != EventKind.CREATED.value))) > 0
        for roles in ((Role.AGENT,), (Role.BOT, Role.SYSTEM))
    )
    return robots & ~people


def _handler(lives: Lives, last: Ints, name: str) -> Callable[[], Codes]:
    def codes() -> Codes:
        column, names = lives.coded("actor") if name == "agent" else lives.teams()
        return (np.where(last >= 0, column[np.maximum(last, 0)], -1) if len(column) else last), names

    return codes


def workload(
    log: Any, *, as_of: Any, per: Any = "30m", source: Literal["auto", "spans"] = "auto", since: Any = None, until: Any = None
) -> dict[int, int]:
    """Handling time split over the intervals of the clock in which it was done, for occupancy.

    `aht` reports a contact whole where its handling ends; this splits it.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        per: length of the intervals; they begin at multiples of it since the epoch.
        source: only measured spans can be split: ``"spans"``.
        since: first instant; None: that of the first handling.
        until: end; None: that of the last handling.

    Returns:
        Start of each interval with handling (us) -> handling in it (us).

    Raises:
        QueryError: ``empty_window``, ``bad_per``.
    """
    from slakit.service.question import read_window  # noqa: PLC0415 - beside its only use

    choice("source", source, ("auto", "spans"))
    window, length = read_window(since, until), fixed_span(per)
    if length <= 0:
        message = f"per={per!r}: give a length of time greater than zero, e.g. '30m'"
        raise QueryError(message, code="bad_per", given=per)
    lives = lives_of(log, as_of)
    work = measured(lives)
    keep = lives.removed[0][lives.ticket[work.place]] == 0
    end = lives.at[work.place[keep]]
    start = end - work.span[keep]
    if window.since is not None:
        start = np.maximum(start, window.since)
    if window.until is not None:
        end = np.minimum(end, window.until)
    some = start < end
    start, end = start[some], end[some]
    first, last = start // length, (end - 1) // length
    pieces = last - first + 1
    row = np.repeat(np.arange(len(start)), pieces)
    slot = first[row] + np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    spent = np.minimum(end[row], (slot + 1) * length) - np.maximum(start[row], slot * length)
    slots, place = np.unique(slot, return_inverse=True)
    return dict(zip((slots * length).tolist(), _sums(place, spent, len(slots)).tolist(), strict=True))
