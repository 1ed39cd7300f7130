"""First contact resolution: of the issues that were solved, how many at the first contact."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import tzinfo
from typing import Any

import attrs
import numpy as np

from slakit._time import HOUR, NAT, fixed_span, span_text
from slakit.errors import QueryError
from slakit.events.kinds import EventKind, Role
from slakit.schedule import Schedule
from slakit.service.issues import Touches, chains, touches_of
from slakit.service.lives import Bools, Ints, Lives, lives_of
from slakit.service.question import Codes, Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result
from slakit.service.tally import Share

BASES = ("finished", "opened")
VARIANTS: Mapping[str, str] = {
    "default": "solved issues with a human reply and nothing more from the customer after it, no reopening, no escalation",
    "one_touch": "solved tickets with exactly one reply",
    "fewer_than_two_replies": "solved tickets with at most one reply",
    "no_customer_reply": "solved tickets without a customer message after the opening",
    "one_agent": "tickets solved once, by one agent at most",
    "in_call": "tickets with a call that were solved by its end",
    "within_one_business_hour": "tickets solved within one working hour of their creation",
}
_NO = frozenset({"", "0", "false", "no", "n", "none"})


def fcr(
    log: Any, *, as_of: Any, window: Any = "7d", customer: str | None = None, topic: str | None = None, variant: str = "default",
    net: str | bool | Mapping[str, Any] | None = None, ignore: Collection[Any] = (), schedule: Schedule | None = None,
    by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """First contact resolution.

    By default an issue is a ticket, or with ``customer`` and ``topic`` the chain of tickets of one
    customer on one topic whose contacts lie less than ``window`` apart. It counts once it is solved, has
    a human reply, and ``window`` has passed since the customer's last contact; until then it is pending.
    It succeeds when after the first human reply the customer needed nothing more, and the ticket was
    neither reopened nor escalated.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        window: how long a further contact belongs to the same issue.
        customer: the field that names the customer.
        topic: the field that names the topic; with ``customer`` alone all tickets of a customer are one topic.
            A ticket without one of these fields stands alone.
        variant: a definition of `VARIANTS`. The named ones speak of single tickets and wait for no window.
        net: which issues could be solved at first contact; the others leave the denominator. A field that
            says so (yes or no; a ticket without it counts), True for the field ``"resolvable"``, or
            {field: value or values that can be}.
        ignore: ids of customer messages that are no contact, e.g. a "thanks".
        schedule: working time, for ``within_one_business_hour``.
        by: groups: ``"agent"`` (who replied first), ``"team"``, a field, ``"month"``, ...
        since: first instant of the window of the question.
        until: end of it.
        basis: ``"finished"`` (the end of maturity) or ``"opened"``.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        A share in [0, 1]; ``open``: issues that are not solved, ``pending``: solved but not mature.

    Raises:
        QueryError: ``unknown_variant``, ``unknown_field``, ``no_chains``, ``missing_schedule``, ``empty_window``, ``unknown_basis``.
        TimeError: ``bad_span``.
    """
    choice("variant", variant, tuple(VARIANTS))
    if variant != "default" and (customer or topic):
        message = f"variant {variant!r} speaks of single tickets: leave out customer= and topic=, which chain them"
        raise QueryError(message, code="no_chains", given=variant)
    lives, length = lives_of(log, as_of), fixed_span(window)
    touches = touches_of(lives, ignore=ignore, people=variant == "one_agent")
    keys, absent = _chain_keys(lives, [name for name in (customer, topic) if name is not None])
    issues = _issues(lives, touches, keys, length)
    won, counted, at = (_default if variant == "default" else _named)(lives, touches, issues, variant, length, schedule)
    resolvable = issues.all(_resolvable(lives, net)) if net else np.ones(len(issues.first), np.bool_)
    further: list[tuple[str, Bools]] = []
    if variant == "in_call":
        further.append(("no_call", ~counted))
    else:
        further.append(("open", ~issues.all(touches.solved)))
        if variant == "default":
            further.append(("no_reply", ~issues.any(touches.replied)))
    further += [("not_resolvable", ~resolvable), ("pending", (at == NAT) | (at > lives.as_of))]
    reason, reasons = reasons_of(lives, issues.first, *further)
    asking = ask(
        "fcr", "share", lives, basis=basis, bases=BASES, since=since, until=until, by=by, tz=tz, calendar=calendar,
        variant=variant if not net else f"{variant}+net" if variant != "default" else "net",
        notes=(*_notes(variant, keys, length), *absent),
    )  # fmt: skip
    attributes = {name: _first_reply(lives, touches, issues, name) for name in ("agent", "team")}
    units = Units(issues.first, {"finished": at, "opened": issues.opened}, reason, reasons, attributes, tickets=issues.members)

    def sums(places: Ints) -> Sums:
        hits = places[won[places]]
        return Sums(Share(len(hits), len(places)), hits=hits)

    return asking.answer(units, sums)


def _chain_keys(lives: Lives, names: list[str]) -> tuple[list[Ints], list[str]]:
    """The fields that chain tickets, as codes by ticket, and what to say of those that no ticket has: its tickets stand alone.

    Raises:
        QueryError: ``unknown_field`` for one whose name is nearly that of a field that there is.
    """
    keys, absent = [], []
    for name in names:
        try:
            keys.append(lives.field(name)[0])
        except QueryError as error:
            if "did you mean" in str(error):
                raise
            keys.append(np.full(len(lives.tickets), -1, np.int64))
            absent.append(f"no ticket has a field {name!r}: every ticket is an issue of its own")
    return keys, absent


def _notes(variant: str, keys: list[Any], length: int) -> tuple[str, ...]:
    return (VARIANTS[variant], *([f"contacts less than {span_text(length)} apart are one issue"] if keys else []))


@attrs.define(eq=False)
class Issues:
    """Tickets grouped into issues.

    Attributes:
        order: codes of the tickets, issue by issue.
        starts: where each issue begins there.
        first: its first ticket.
        opened: the instant at which it begins, us.
    """

    order: Ints
    starts: Ints
    first: Ints
    opened: Ints

    def all(self, flags: Bools) -> Bools:
        """Whether all tickets of each issue have a flag."""
        return np.logical_and.reduceat(flags[self.order], self.starts) if len(self.starts) else flags

    def any(self, flags: Bools) -> Bools:
        """Whether some ticket of each issue has a flag."""
        return ~self.all(~flags)

    def latest(self, at: Ints) -> Ints:
        """The latest of the instants of each issue's tickets."""
        return np.maximum.reduceat(at[self.order], self.starts) if len(self.starts) else at

    def members(self, places: Ints) -> Ints:
        """The codes of the tickets of some issues."""
        if len(self.starts) == len(self.order):
            return self.order[places]
        ends = np.concatenate((self.starts[1:], [len(self.order)]))
        lengths = ends[places] - self.starts[places]
        skip = np.cumsum(lengths) - lengths
        return self.order[np.repeat(self.starts[places] - skip, lengths) + np.arange(int(lengths.sum()))]


def _issues(lives: Lives, touches: Touches, keys: list[Ints], length: int) -> Issues:
    every = np.arange(len(lives.tickets))
    if not keys:
        return Issues(every, every, every, lives.opened)
    issue = chains(lives, keys, touches.last_contact, length, lives.removed[0] == 0)
    order = np.lexsort((every, lives.opened, issue))
    starts = np.flatnonzero(np.diff(issue[order], prepend=-1))
    first = order[starts]
    return Issues(order, starts, first, lives.opened[first])


def _default(
    lives: Lives, touches: Touches, issues: Issues, _variant: str, length: int, _schedule: Schedule | None
) -> tuple[Bools, Bools, Ints]:
    """Whether each issue succeeded, whether it has a reply, and when it is known."""
    replied_at = np.where(touches.replied, lives.at_of(touches.first_reply), np.iinfo(np.int64).max)
    first = -issues.latest(-replied_at)
    again = issues.latest(touches.last_customer) > first
    bad = issues.any((touches.returns > 0) | (touches.reopenings > 0) | touches.escalated) | again
    known = np.maximum(issues.latest(touches.last_contact) + length, issues.latest(touches.solved_at))
    at = np.where(issues.all(touches.solved), known, NAT)
    return ~bad, issues.any(touches.replied), at


def _named(
    lives: Lives, touches: Touches, _issues: Issues, variant: str, _length: int, schedule: Schedule | None
) -> tuple[Bools, Bools, Ints]:
    every, at = np.ones(len(lives.tickets), np.bool_), touches.solved_at
    if variant == "one_touch":
        return touches.replies == 1, every, at
    if variant == "fewer_than_two_replies":
        return touches.replies <= 1, every, at
    if variant == "no_customer_reply":
        return touches.follow_ups == 0, every, at
    if variant == "one_agent":
        return (touches.solves == 1) & (touches.people <= 1), every, at
    if variant == "in_call":
        return _in_call(lives, touches)
    if not isinstance(schedule, Schedule):
        message = "variant 'within_one_business_hour' needs the working hours: pass schedule=, e.g. schedule=Schedule.weekly(...)"
        raise QueryError(message, code="missing_schedule", given=schedule)
    solved = touches.first_solved_at
    ends = np.where(solved == NAT, lives.opened, solved)
    spent = schedule.clock.read_array(ends) - schedule.clock.read_array(lives.opened)
    return (spent <= HOUR) & (touches.reopenings == 0), every, at


def _in_call(lives: Lives, touches: Touches) -> tuple[Bools, Bools, Ints]:
    """Solved no later than the last part of the ticket's handling, and nothing came after."""
    parts, names = lives.coded("part")
    handled = lives.where(EventKind.HANDLED)
    handled = handled[(lives.role[handled] == Role.AGENT.value) | (lives.role[handled] == Role.UNKNOWN.value)]
    talks = handled[parts[handled] == names.index("talk")] if "talk" in names else handled[:0]
    called = lives.count_of(talks) > 0
    end = lives.at_of(lives.last_of(handled))
    solved = (touches.first_solved_at != NAT) & (touches.first_solved_at <= end)
    return solved & (touches.reopenings == 0) & (touches.returns == 0), called, np.where(called, end, NAT)


def _first_reply(lives: Lives, touches: Touches, issues: Issues, name: str) -> Callable[[], Codes]:
    """The agent who gave the first human reply of each issue, or the team that had its ticket then."""

    def codes() -> Codes:
        column, names = lives.coded("actor") if name == "agent" else lives.teams()
        place = touches.first_reply
        by_ticket = np.where(place >= 0, column[np.maximum(place, 0)], -1) if len(column) else np.empty(0, np.int64)
        when = np.where(place >= 0, lives.at_of(place), np.iinfo(np.int64).max)
        best = issues.order[
            np.lexsort((when[issues.order], np.repeat(np.arange(len(issues.starts)), np.diff(issues.starts, append=len(issues.order)))))
        ]
        return by_ticket[best[issues.starts]], names

    return codes


def _resolvable(lives: Lives, net: Any) -> Bools:
    """Which tickets could be solved at first contact."""
    if isinstance(net, Mapping):
        flags = np.ones(len(lives.tickets), np.bool_)
        for name, allowed in net.items():
            codes, names = lives.field(name)
            among = allowed if isinstance(allowed, list | tuple | set | frozenset) else (allowed,)
            flags &= np.isin(codes, [code for code, value in enumerate(names) if value in among])
        return flags
    codes, names = lives.field("resolvable" if net is True else net)
    return ~np.isin(codes, [code for code, value in enumerate(names) if str(value).strip().lower() in _NO])
