"""What a judged log says as of several instants: breaches and outcomes, each ticket judged again only where something changed."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit.cycles import event_key
from slakit.events.kinds import EventKind
from slakit.penalty.assess import Rules
from slakit.penalty.breach import Breach, Outcome, Standing
from slakit.replays import merges

if TYPE_CHECKING:
    from slakit.judgement import Judgement
    from slakit.verdict import JudgedCycle

UNCHARGED = frozenset({"spam", "deleted"})
"""Why a ticket's breaches are not charged at all; a merged ticket stays charged up to the merge."""


def judged_again(judgement: "Judgement", us: int) -> "Judgement":
    """The same log under the same policies, as of another instant (us)."""
    return judgement.policies.judge(
        judgement.log, as_of=utc(us), engine=judgement.engine, exclusions=judgement.exclusions, responders=judgement.responders
    )


class Standings:
    """What a judged log says as of ascending instants.

    A ticket all of whose cycles have ended is judged again only once it has further events, or where
    it takes part in a merge.
    """

    def __init__(self, judgement: "Judgement", rules: Rules) -> None:
        """Nothing has been asked yet."""
        self._judgement = judgement
        self._metrics = {rule.metric for held in rules.values() for rule in held}
        self._outcomes = any(rule.of_period or rule.earn_back is not None for held in rules.values() for rule in held)
        self._settled: dict[Any, tuple[list[Breach], list[Outcome]]] = {}
        self._last_us: int | None = None
        self._merging: frozenset[Any] | None = None

    def as_of(self, us: int) -> Standing:
        """The breaches that some rule charges, and the outcomes where some rule needs them, as of an instant (us)."""
        judgement = self._judgement
        if us != judgement.as_of:
            judgement = judged_again(judgement, us)
        kept = self._unchanged(us)
        rows_of = self._rows_by_ticket(judgement)
        breaches: list[Breach] = []
        outcomes: list[Outcome] = []
        self._settled = {}
        for ticket, rows in rows_of:
            found = kept.get(ticket)
            if found is None:
                judged = rows()
                mine = [
                    row
                    for row in judged
                    if row.metric.name in self._metrics and row.choice.policy is not None and row.choice.policy.penalties
                ]
                told = [outcome for row in mine if (outcome := _outcome(judgement, row)) is not None] if self._outcomes else []
                found = breaches_of(judgement, mine), told
                settled = not any(row.open for row in judged)
            else:
                settled = True
            if settled:
                self._settled[ticket] = found
            breaches += found[0]
            outcomes += found[1]
        self._last_us = us
        return Standing(breaches, outcomes)

    def _rows_by_ticket(self, judgement: "Judgement") -> "Iterable[tuple[Any, Callable[[], list[JudgedCycle]]]]":
        """Each ticket that may matter, with a function that judges it."""
        if judgement is self._judgement and judgement.engine == "object":
            grouped: dict[Any, list[JudgedCycle]] = {}
            for row in judgement.rows:
                grouped.setdefault(row.ticket, []).append(row)
            return [(ticket, lambda rows=rows: rows) for ticket, rows in grouped.items()]  # type: ignore[misc]
        tickets: Iterable[Any] = judgement.log.tickets
        if judgement.engine == "column" and not self._outcomes:
            tickets = dict.fromkeys(judgement.column("ticket")[judgement.column("verdict") == "breached"].tolist())
        return [(ticket, lambda ticket=ticket: judgement.of(ticket)) for ticket in tickets]  # type: ignore[misc]

    def _unchanged(self, us: int) -> dict[Any, tuple[list[Breach], list[Outcome]]]:
        """The settled tickets to which nothing has happened since the instant that was asked last."""
        since = self._last_us
        if since is None or us < since or not self._settled:
            return {}
        log = self._judgement.log
        if self._merging is None:
            self._merging = _merging(self._judgement)
        if log.in_columns:
            columns = log.columns()
            stirred = set(columns.tickets[columns.ticket[(columns.at > since) & (columns.at <= us)]].tolist())
        else:
            stirred = set()
            for ticket in self._settled:
                events = log.events_of(ticket)
                after = bisect_right(events, since, key=_at)
                if after < len(events) and events[after].at <= us:
                    stirred.add(ticket)
        return {ticket: found for ticket, found in self._settled.items() if ticket not in stirred and ticket not in self._merging}


def _at(event: Any) -> int:
    return event.at  # type: ignore[no-any-return]


def _merging(judgement: "Judgement") -> frozenset[Any]:
    """Every ticket that takes part in a merge."""
    log = judgement.log
    if log.in_columns:
        columns = log.columns()
        merged = columns.kind == EventKind.MERGED.value
        codes, names = columns.coded("into")
        return frozenset(columns.tickets[columns.ticket[merged]].tolist()) | {names[code] for code in codes[merged].tolist() if code >= 0}
    found = merges(log)
    return frozenset(found) | {donor for donors in found.values() for donor in donors}


def breaches_of(judgement: "Judgement", rows: "Iterable[JudgedCycle]") -> list[Breach]:
    """The breached rows as what penalties are worked out from; those of spam and deleted tickets are left out."""
    return [_breach(judgement, row) for row in rows if row.breached and row.applicable and row.removed not in UNCHARGED]


def _breach(judgement: "Judgement", row: "JudgedCycle") -> Breach:
    run, policy = row.run, row.choice.policy
    evidence = tuple(event_key(place, row.ticket) for place in (run.anchor, run.stop) if place is not None)
    breached = row.breached_us
    return Breach(
        row.ticket,
        row.metric.name,
        run.ordinal,
        "" if policy is None else policy.name,
        overrun_us=row.overrun_us or 0,
        breached_us=run.started_us if breached is None else breached,
        ended_us=run.end_us,
        policy_version=None if policy is None else judgement.policies.version_of(policy),
        priority=row.choice.priority,
        agent=run.agent,
        team=run.team,
        target_us=row.target_us,
        open=row.open,
        evidence=evidence,
        spans=row.running_after_breach,
        known=_fields(judgement, row.ticket, run.end_us),
        meter=row.meter,
    )


def _fields(judgement: "Judgement", ticket: Any, until: int) -> Callable[[], Mapping[str, Any]]:
    def fields() -> Mapping[str, Any]:
        events = judgement.life(ticket)
        known = dict(events[0].data)
        for event in events:
            if event.kind is EventKind.FIELD and event.at <= until:
                known[event.data["field"]] = event.data.get("value")
        return known

    return fields


def _outcome(judgement: "Judgement", row: "JudgedCycle") -> Outcome | None:
    verdict, policy = row.verdict, row.choice.policy
    if row.removed is not None or policy is None or verdict not in {"met", "breached"}:
        return None
    at = row.breached_us if verdict == "breached" else row.run.end_us
    known = _fields(judgement, row.ticket, row.run.end_us)
    return Outcome(
        row.ticket,
        row.metric.name,
        policy.name,
        row.run.end_us if at is None else at,
        verdict == "met",
        once=row.metric.accumulates,
        policy_version=judgement.policies.version_of(policy),
        known=known,
    )
