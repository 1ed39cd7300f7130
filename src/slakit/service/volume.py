"""How much comes in and what lies open: requests over time, breakdowns, backlog."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

import attrs
import numpy as np

from slakit._time import named as zone_of
from slakit.errors import QueryError
from slakit.events.kinds import Role
from slakit.schedule import Schedule
from slakit.service.buckets import Requests, Stretch, series
from slakit.service.lives import Bools, Ints, Lives, lives_of
from slakit.service.messages import at_the_end
from slakit.service.question import UNCOUNTED, Question, Sums, Units, ask, reasons_of
from slakit.service.result import Result
from slakit.service.shares import Breakdown
from slakit.service.tally import Count, Ratio

BASES = ("opened",)


def requests(
    log: Any, *, as_of: Any, per: str = "month", calendar: str = "gregorian", tz: str | tzinfo, schedule: Schedule | None = None,
    by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, week_start: str | None = None,
) -> Requests:  # fmt: skip
    """Requests over time: how many tickets the customers' side opened in each day, week, month, quarter or year.

    Args:
        log: the events.
        as_of: the instant up to which the log is known.
        per: ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``.
        calendar: ``"gregorian"`` or ``"jalali"`` (weeks then begin on Saturday).
        tz: the zone whose civil days count.
        schedule: whose working days count for rates a working day.
        by: fields of the ticket; a series of buckets for each of their values.
        since: first instant; None: the bucket of the first request.
        until: end; None: ``as_of``.
        week_start: ``"mon"`` to ``"sun"``.

    Returns:
        A count, with a row a bucket; empty buckets are zeros, a bucket that the window or ``as_of`` cuts is
        ``partial``. See `Requests` for rates, growth, the profile and the seasonal index.

    Raises:
        QueryError: ``unknown_per``, ``unknown_calendar``, ``unknown_field``, ``empty_window``.
        TimeError: ``unknown_zone``.
    """
    lives = lives_of(log, as_of)
    zone = zone_of(tz)
    asking = _ask("requests", lives, by=None, since=since, until=until, tz=zone, calendar=calendar, notes=(
        "tickets that the customers' side wanted; what the desk opened by itself is left out",
    ))  # fmt: skip
    asking = attrs.evolve(asking, schedule=None if schedule is None else repr(schedule))
    units = _opened(lives, _proactive(lives))
    stretch = Stretch(per, calendar, zone, schedule, week_start, asking.window.since, asking.window.until, lives.as_of)
    found = asking.answer(units, _count)
    opened = lives.opened[_kept(asking, units)]
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    if not names:
        return series(found, opened, stretch)
    split = attrs.evolve(asking, by=names).answer(units, lambda places: Sums(Count(len(places)), spans=lives.opened[places]))
    stretch = stretch.fixed(opened)
    groups = {key: series(group, np.asarray(group.spans, np.int64), stretch) for key, group in split.groups.items()}
    return series(found, opened, stretch).but(by=names, groups=groups)


def _ask(metric: str, lives: Lives, **asked: Any) -> Question:
    return ask(metric, "count", lives, basis="opened", bases=BASES, **asked)


def _proactive(lives: Lives) -> Bools:
    return lives.role[lives.starts[:-1]] == Role.AGENT.value if len(lives.tickets) else np.zeros(0, np.bool_)


def _opened(lives: Lives, left_out: Bools) -> Units:
    ticket = np.arange(len(lives.tickets))
    reason, reasons = reasons_of(lives, ticket, ("proactive", left_out))
    return Units(ticket, {"opened": lives.opened}, reason, reasons, {name: at_the_end(lives, name) for name in ("agent", "team")})


def _count(places: Ints) -> Sums:
    return Sums(Count(len(places)))


def _kept(asking: Question, units: Units) -> Ints:
    return np.flatnonzero(asking.inside(units) & (units.reason == 0))


def breakdown(
    log: Any, *, as_of: Any, by: str | Iterable[str], since: Any = None, until: Any = None, tz: str | tzinfo | None = None,
    calendar: str = "gregorian",
) -> Breakdown:  # fmt: skip
    """Tickets by a field or a path of fields, with the share of all and of the level above.

    Args:
        log: the events.
        as_of: the instant up to which the log is known; fields are read as known then.
        by: a field, or several from the widest to the narrowest, e.g. ``["category", "subcategory"]``.
        since: first instant of the window (of opening).
        until: end of the window.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        A count with a group a path; ``share`` and ``share_of_parent`` beside each.

    Raises:
        QueryError: ``no_field``, ``unknown_field``, ``empty_window``.
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    if not names:
        message = "a breakdown needs at least one field: pass by='category' or by=['category', 'subcategory']"
        raise QueryError(message, code="no_field", given=by)
    lives = lives_of(log, as_of)
    asking = _ask("breakdown", lives, by=names, since=since, until=until, tz=tz, calendar=calendar)
    found = asking.answer(_opened(lives, np.zeros(len(lives.tickets), np.bool_)), _count)
    return Breakdown(**found.fields())


def backlog(
    log: Any, *, as_of: Any, schedule: Schedule | None = None, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Tickets that are not solved, and their age.

    Args:
        log: the events.
        as_of: the instant at which the desk is looked at.
        schedule: the working time that ages count; None: wall time.
        by: groups: ``"agent"`` and ``"team"`` (who has the ticket), a field, ``"month"`` (of opening), ...
        since: only tickets opened from here on.
        until: only tickets opened before.
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``.

    Returns:
        A count. Part: ``age``, the mean; ``median`` and ``quantile`` tell ages too.

    Raises:
        QueryError: ``unknown_field``, ``empty_window``.
    """
    lives = lives_of(log, as_of)
    asking = _ask("backlog", lives, by=by, since=since, until=until, tz=tz, calendar=calendar)
    asking = attrs.evolve(asking, schedule=None if schedule is None else repr(schedule))
    ticket, solved = np.arange(len(lives.tickets)), lives.solved
    reason, reasons = reasons_of(lives, ticket, (UNCOUNTED, solved))
    opened = lives.opened
    ages = lives.as_of - opened if schedule is None else schedule.clock.read(lives.as_of) - schedule.clock.read_array(opened)
    units = Units(ticket, {"opened": opened}, reason, reasons, {name: at_the_end(lives, name) for name in ("agent", "team")})
    return asking.answer(units, lambda places: Sums(Count(len(places)), {"age": Ratio.of(ages[places], timed=True)}, spans=ages[places]))
