"""What falls due when: the actions of escalations, each with a stable id, and the next instant that changes anything."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slakit._time import instant, utc
from slakit._value import value
from slakit.errors import QueryError
from slakit.escalation import Action, Escalation, Level
from slakit.events.event import Event
from slakit.events.kinds import GONE_KINDS, EventKind, Role
from slakit.policy import Policy, PolicySet
from slakit.verdict import JudgedCycle

if TYPE_CHECKING:
    from slakit.judgement import Judgement

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


def has_event_rules(policies: PolicySet) -> bool:
    """Whether some escalation falls due by exchanges, handling time or ratings."""
    return any(escalation.metric is None for policy in policies.policies for escalation in policy.escalations)


def _by_ticket(judgement: "Judgement") -> Iterator[tuple[str | int, list[JudgedCycle]]]:
    if not _escalating(judgement.policies):
        return
    rows: dict[str | int, list[JudgedCycle]] = {ticket: [] for ticket in judgement.tickets}
    for row in judgement.rows:
        rows[row.ticket].append(row)
    yield from rows.items()


def _ticket_actions(judgement: "Judgement", ticket: str | int, rows: Sequence[JudgedCycle]) -> Iterator[DueAction]:
    yield from _cycle_actions(rows, judgement.as_of)
    if has_event_rules(judgement.policies):
        yield from judgement.event_rules(ticket).fired.values()


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


class EventRules:
    """What exchanges, handling time and ratings of a ticket set off, an event at a time.

    Attributes:
        policies: the policy set.
        responders: roles whose public messages are replies.
        begin: the instant of the creation, us; None before the first event.
        fields: the fields of the ticket by which policies are chosen, and those of its creation.
        exchanges: replies that answered something.
        handled_us: measured handling time.
        waiting: the customer's side has said something since the last reply.
        gone: the ticket has left the desk.
        fired: the actions that fell due, each once.
    """

    __slots__ = ("begin", "exchanges", "fields", "fired", "gone", "handled_us", "policies", "responders", "waiting")

    def __init__(self, policies: PolicySet, responders: Iterable[str | Role]) -> None:
        """Rules before the first event."""
        self.policies = policies
        self.responders = frozenset(map(Role.of, responders))
        self.begin: int | None = None
        self.fields: dict[str, Any] = {}
        self.exchanges = self.handled_us = 0
        self.waiting = self.gone = False
        self.fired: dict[str, DueAction] = {}

    def copy(self) -> "EventRules":
        """Rules that go on from here by themselves."""
        made = EventRules(self.policies, self.responders)
        made.begin, made.fields, made.fired = self.begin, dict(self.fields), dict(self.fired)
        made.exchanges, made.handled_us, made.waiting, made.gone = self.exchanges, self.handled_us, self.waiting, self.gone
        return made

    def take(self, events: Iterable[Event]) -> None:
        """Take the ticket's next events, in order; the first of them all is its `created`."""
        for event in events:
            if self.begin is None:
                self.begin, self.fields, self.waiting = event.at, dict(event.data), event.role is not Role.AGENT
            if event.kind in GONE_KINDS:
                self.gone = True
            if self.gone:
                return
            if event.kind is EventKind.FIELD and event.data["field"] in self.policies.fields:
                self.fields[event.data["field"]] = event.data.get("value")
            elif self._counts(event):
                self._fire(event, self.begin)

    def _counts(self, event: Event) -> bool:
        """Whether the event is one that a rule may look at; it is counted."""
        kind = event.kind
        if kind is EventKind.MESSAGE and event.public:
            if event.role is Role.CUSTOMER:
                self.waiting = True
            elif event.role in self.responders and self.waiting:
                self.exchanges, self.waiting = self.exchanges + 1, False
        elif kind is EventKind.HANDLED:
            self.handled_us += event.data["span"]
        else:
            return kind is EventKind.RATING
        return True

    def _fire(self, event: Event, begin: int) -> None:
        policy = self.policies.policy_for(self.fields, begin)
        for escalation in () if policy is None else policy.escalations:
            passed = (escalation.exchanges is not None and self.exchanges > escalation.exchanges) or (
                escalation.handling is not None and self.handled_us > escalation.handling
            )
            rating = event if event.kind is EventKind.RATING else None
            if passed or (rating is not None and _unhappy(escalation, rating)):
                for due in _due(event.ticket, policy, escalation, event.at, event.at, None, rating):  # type: ignore[arg-type]  # no cycle
                    self.fired.setdefault(due.id, due)


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
