"""What falls due when: the actions of escalations, each with a stable id, and the next instant that changes anything."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slakit._time import instant, utc
from slakit._value import value
from slakit.errors import QueryError
from slakit.escalation import Action, Escalation, Level
from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role
from slakit.judging import TicketFields
from slakit.policy import Policy, PolicySet
from slakit.verdict import JudgedCycle

if TYPE_CHECKING:
    from slakit.judgement import Judgement

_GONE = (EventKind.MERGED, EventKind.SPAM, EventKind.DELETED)
_BREACH = Level()


@value(repr=False)
class DueAction:
    """An action and when it falls due.

    Attributes:
        id: stable, and the same whenever one looks; once done it need not be done again.
        at_us: the instant, us.
        ticket: id of the ticket.
        policy: name of the policy that asks for it.
        escalation: what tells the escalation from others of its policy.
        metric: id of the clock; None for an escalation on exchanges, handling time or ratings.
        ordinal: number of the cycle; None likewise.
        action: what is to be done.
        expected: it lies after the last known instant, and falls due if nothing happens before.
    """

    id: str
    at_us: int
    ticket: str | int
    policy: str
    escalation: str
    metric: str | None
    ordinal: int | None
    action: Action
    expected: bool

    @property
    def at(self) -> datetime:
        """The instant as an aware UTC datetime."""
        return utc(self.at_us)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, the instant as an aware UTC datetime."""
        return {
            "id": self.id, "at": self.at, "ticket": self.ticket, "policy": self.policy, "escalation": self.escalation, "metric": self.metric,
            "ordinal": self.ordinal, "action": self.action.to_dict(), "expected": self.expected,
        }  # fmt: skip

    def __repr__(self) -> str:
        """A sentence: when, for which ticket, what and why."""
        return f"<{self.at:%Y-%m-%d %H:%M:%S}Z {self.ticket}: {self.action} ({self.policy}, {self.escalation})>"


def actions_between(judgement: "Judgement", between: tuple[Any, Any] | None) -> tuple[DueAction, ...]:
    """The actions of a judgement that fall due in a span, in order of time.

    Args:
        judgement: the judged cycles.
        between: from (included) and until (not included); either may be None. What lies after
            ``as_of`` is expected if nothing happens. None: everything up to ``as_of``.

    Raises:
        QueryError: ``empty_window``.
    """
    since, until = (None, None) if between is None else (None if one is None else instant(one) for one in between)
    if since is not None and until is not None and since >= until:
        message = f"between={between!r} is empty: give the earlier instant first"
        raise QueryError(message, code="empty_window", given=between)
    found = [
        due
        for ticket, rows in _by_ticket(judgement)
        for due in _ticket_actions(judgement, ticket, rows)
        if (since is None or due.at_us >= since) and (not due.expected if until is None else due.at_us < until)
    ]
    return tuple(sorted(found, key=lambda due: due.at_us))


def next_change(judgement: "Judgement", at_risk: Any = None) -> int | None:
    """The least instant (us) after ``as_of`` at which a verdict changes or an action falls due if nothing happens; None if never.

    Args:
        judgement: the judged cycles.
        at_risk: a level whose marks count too, or None.

    Raises:
        PolicyError: ``bad_level``.
    """
    as_of = judgement.as_of
    levels = (_BREACH,) if at_risk is None else (_BREACH, Level.of(at_risk))
    later = [at for row in judgement.open_rows() for level in levels if (at := row.reached_us(level)) is not None and at > as_of]
    if _escalating(judgement.policies):
        by_ticket: dict[str | int, list[JudgedCycle]] = {}
        for row in judgement.open_rows():
            by_ticket.setdefault(row.ticket, []).append(row)
        later += [due.at_us for rows in by_ticket.values() for due in _cycle_actions(rows, as_of) if due.expected]
    return min(later, default=None)


def risky(judgement: "Judgement", level: Any) -> list[JudgedCycle]:
    """The open cycles that are still in time but have reached a level of their target.

    Raises:
        PolicyError: ``bad_level``.
    """
    mark = Level.of(level)
    reached = ((row, row.reached_us(mark)) for row in judgement.open_rows() if row.verdict == "within")
    return [row for row, at in reached if at is not None and at <= judgement.as_of]


def _escalating(policies: PolicySet) -> bool:
    return any(policy.escalations for policy in policies.policies)


def _by_ticket(judgement: "Judgement") -> Iterator[tuple[str | int, list[JudgedCycle]]]:
    if not _escalating(judgement.policies):
        return
    rows: dict[str | int, list[JudgedCycle]] = {ticket: [] for ticket in judgement.log.tickets}
    for row in judgement.rows:
        rows[row.ticket].append(row)
    yield from rows.items()


def _ticket_actions(judgement: "Judgement", ticket: str | int, rows: Sequence[JudgedCycle]) -> Iterator[DueAction]:
    yield from _cycle_actions(rows, judgement.as_of)
    if any(one.metric is None for policy in judgement.policies.policies for one in policy.escalations):
        yield from event_actions(judgement.policies, judgement.life(ticket), frozenset(map(Role.of, judgement.responders)))


def _cycle_actions(rows: Iterable[JudgedCycle], as_of: int) -> Iterator[DueAction]:
    """What the levels of the targets of some cycles set off; under an earlier target or policy too, each id once."""
    for row in rows:
        seen: set[str] = set()
        for part in (*row.past, row):
            policy, since = part.choice.policy, part.changes[-1].at
            if policy is None or (part is not row and since == part.run.end_us):
                continue
            for escalation in policy.escalations:
                if escalation.metric != row.metric.name or escalation.at is None:
                    continue
                at = part.reached_us(escalation.at)
                if at is None or (part is not row and at > part.run.end_us):
                    continue
                at = max(at, since)
                if not (part.open or escalation.at.beyond or at < part.run.end_us):
                    continue
                for due in _due(row.ticket, policy, escalation, at, as_of, row):
                    if due.id not in seen:
                        seen.add(due.id)
                        yield due


def event_actions(  # noqa: C901 - one walk, a branch a kind of event
    policies: PolicySet, events: Sequence[Event], responders: frozenset[Role]
) -> Iterator[DueAction]:
    """What exchanges, handling time and ratings of a ticket set off, given its life."""
    if not events:
        return
    fields = TicketFields(events, policies.fields)
    seen: set[str] = set()
    exchanges = handled = 0
    waiting = events[0].role is not Role.AGENT
    created, ticket = events[0].at, events[0].ticket
    for position, event in enumerate(events):
        kind = event.kind
        if kind in _GONE:
            return
        rating = kind is EventKind.RATING
        if kind is EventKind.MESSAGE and event.public:
            if event.role is Role.CUSTOMER:
                waiting = True
            elif event.role in responders and waiting:
                exchanges, waiting = exchanges + 1, False
        elif kind is EventKind.HANDLED:
            handled += event.data["span"]
        elif not rating:
            continue
        policy = policies.policy_for(fields.at(position), created)
        for escalation in () if policy is None else policy.escalations:
            passed = (escalation.exchanges is not None and exchanges > escalation.exchanges) or (
                escalation.handling is not None and handled > escalation.handling
            )
            if passed or (rating and _unhappy(escalation, event)):
                for due in _due(ticket, policy, escalation, event.at, event.at, None, event if rating else None):  # type: ignore[arg-type]
                    if due.id not in seen:
                        seen.add(due.id)
                        yield due


def _unhappy(escalation: Escalation, event: Event) -> bool:
    asked = escalation.question is None or event.data.get("question") == escalation.question
    return escalation.rating is not None and asked and escalation.low(event.data["value"])


def _due(  # noqa: PLR0917 - what an action is about
    ticket: str | int, policy: Policy, escalation: Escalation, at: int, as_of: int, row: JudgedCycle | None, rating: Event | None = None
) -> Iterator[DueAction]:
    metric, ordinal = (None, None) if row is None else (row.metric.name, row.run.ordinal)
    about: tuple[Any, ...] = (ordinal,) if row is not None else ()
    if rating is not None and escalation.rating is not None:
        about = (rating.data.get("of", "ticket"), rating.data.get("question", ""), rating.actor if rating.actor is not None else "")
    for number, action in enumerate(escalation.actions, start=1):
        parts = (ticket, policy.name, escalation.key, *about, number)
        key = "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)
        yield DueAction(key, at, ticket, policy.name, escalation.key, metric, ordinal, action, at > as_of)
