"""The tracker: takes one event at a time, answers with the judgement of its ticket, and lets go of what cannot change."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from slakit._time import fixed_span, instant, span_text, utc
from slakit._value import field_names, value
from slakit.due_actions import EventRules, has_event_rules
from slakit.errors import QueryError, did_you_mean
from slakit.events.checking import checked, mapping_of
from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role, Status
from slakit.events.log import EventLog
from slakit.machine.metric import Metric
from slakit.machine.program import Program
from slakit.measure import program_of
from slakit.policy import PolicySet
from slakit.tracker.answer import TrackedJudgement, let_go
from slakit.tracker.past import past_of, plain_row
from slakit.tracker.ticket import KeptTicket

if TYPE_CHECKING:
    from slakit.events.exclusion import Exclusion

Ticket = str | int
_KEYS = ("basis", "keep", "lateness", "merged", "settled", "statuses", "tickets")
_MERGED, _NONE = EventKind.MERGED, Status.NONE


@value
class Replay:
    """The answer that a tracker cannot give: it has let go of events that it needs.

    Attributes:
        ticket: the ticket whose events `Tracker.load` wants before it can answer.
    """

    ticket: Ticket


class Tracker:
    """Keeps of each ticket the events that can still find a place before others, and what the older ones came to.

    Events may arrive twice, and late: each answer equals that of the whole log so far. What is older
    than ``lateness`` is let go of, and so is a ticket that is settled; an event that would change what
    was let go of is answered with `Replay`, never with a wrong number.

    Attributes:
        policies: the policy set.
        statuses: the product's own statuses -> categories.
        exclusions: spans taken out of the clocks.
        responders: roles whose public messages are replies.
        lateness: an event that is older than the newest known one of its ticket by no more than this always finds its place, us.
        keep: the last so many events of a ticket are kept whatever their age.
    """

    __slots__ = (
        "_fields",
        "_links",
        "_program",
        "_settled",
        "_tickets",
        "exclusions",
        "keep",
        "lateness",
        "policies",
        "responders",
        "statuses",
    )

    def __init__(
        self, policies: PolicySet, *, statuses: Mapping[str, Any] | None = None, exclusions: "Iterable[Exclusion]" = (),
        responders: Iterable[str | Role] = ("agent",), lateness: Any = "1d", keep: int = 64,
    ) -> None:  # fmt: skip
        """A tracker that has seen nothing.

        Args:
            policies: the policy set.
            statuses: the product's own statuses -> categories.
            exclusions: spans taken out of the clocks.
            responders: roles whose public messages are replies.
            lateness: how much older than the newest known event of its ticket an event may be and still be taken for certain.
            keep: how many of a ticket's last events are kept whatever their age; `explain` reaches back so far.

        Raises:
            TimeError: ``bad_span`` for ``lateness``.
            QueryError: ``bad_keep``, ``bad_lateness``.
            EventError: ``unknown_category`` in ``statuses``, ``unknown_role``.
        """
        if type(keep) is not int or keep < 0:
            message = f"keep={keep!r}: give the number of events to keep of each ticket, 0 or more"
            raise QueryError(message, code="bad_keep", given=keep)
        self.lateness = fixed_span(lateness)
        if self.lateness < 0:
            message = f"lateness={lateness!r} is negative: say how late an event may come, e.g. '1h' or '2d'"
            raise QueryError(message, code="bad_lateness", given=lateness)
        self.keep = keep
        self.policies = policies
        self.statuses = mapping_of(statuses)
        self.exclusions = tuple(exclusions)
        self.responders = tuple(responders)
        self._program = program_of(policies.metrics, self.responders) if policies.metrics else Program(())
        self._fields = policies.fields.union(*(exclusion.when.fields for exclusion in self.exclusions))
        self._tickets: dict[Ticket, KeptTicket] = {}
        self._settled: dict[Ticket, int] = {}
        self._links: dict[Ticket, set[Ticket]] = {}

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The tickets that it keeps, in order of arrival."""
        return tuple(self._tickets)

    @property
    def settled(self) -> tuple[Ticket, ...]:
        """The tickets that it has let go of."""
        return tuple(self._settled)

    def take(self, event: Event | Mapping[str, Any], *, as_of: Any) -> TrackedJudgement | Replay:
        """Take one event and judge its ticket.

        Args:
            event: an `Event`, or a row with the same keys.
            as_of: the instant up to which the log is known; a later event is kept for when it is.

        Returns:
            The judgement of the ticket, and of tickets that were merged with it; or `Replay`: the
            event belongs before what is kept, or to a ticket that was let go of. Every further event of
            that ticket is answered so until `load` gives its events back.

        Raises:
            LogErrors: for an event that cannot be read.
            TimeError: for ``as_of``.
        """
        until = instant(as_of)
        if not isinstance(event, Event):
            (event,) = EventLog.from_records([event], statuses=self.statuses)
        elif event.status is not None and (event.category is _NONE or event.status in self.statuses):
            (event,) = checked((event,), self.statuses)
        ticket = event.ticket
        if event.kind is _MERGED:
            self._link(ticket, event)
        if ticket in self._settled:
            return Replay(ticket)
        kept = self._tickets.get(ticket)
        if kept is None:
            kept = self._tickets[ticket] = KeptTicket(self.keep)
        if not kept.take(event):
            self._lose(ticket)
            return Replay(ticket)
        if len(kept.events) >= kept.due and ticket not in self._links:
            before = min(kept.order[0], until) - self.lateness
            kept.trim(self._program, self._fields, self._rules(), before=before, keep=self.keep)
        return self._answer(ticket, until)

    def _rules(self) -> EventRules | None:
        return EventRules(self.policies, self.responders) if has_event_rules(self.policies) else None

    def _link(self, merged: Ticket, event: Event) -> None:
        """Judge two tickets together from now on, since one was merged into the other."""
        into = event.data["into"]
        self._links.setdefault(merged, set()).add(into)
        self._links.setdefault(into, set()).add(merged)
        kept = self._tickets.get(into)
        if kept is not None and kept.past is not None and event.order < kept.past.order:
            self._lose(into)

    def _lose(self, ticket: Ticket) -> None:
        """Let go of a ticket whose events no longer tell what became of it."""
        self._settled[ticket] = self._tickets.pop(ticket).order[0]

    def load(self, ticket: Ticket, events: Iterable[Event | Mapping[str, Any]]) -> None:
        """Give back all events of a ticket that was let go of, or of which older events were.

        Raises:
            LogErrors: for events that cannot be read.
            QueryError: ``other_ticket`` for an event of another ticket.
        """
        given = list(events)
        objects = [one for one in given if isinstance(one, Event)]
        rows = [one for one in given if not isinstance(one, Event)]
        read = [*EventLog.of(*objects, statuses=self.statuses), *EventLog.from_records(rows, statuses=self.statuses)]
        for one in read:
            if one.ticket != ticket:
                message = f"an event of ticket {one.ticket!r} among those of {ticket!r}: give the events of one ticket"
                raise QueryError(message, code="other_ticket", given=one.ticket)
        self._settled.pop(ticket, None)
        self._tickets.pop(ticket, None)
        if read:
            self._plant(ticket, KeptTicket(self.keep), read)

    def _plant(self, ticket: Ticket, kept: KeptTicket, events: Iterable[Event]) -> None:
        """Keep a ticket with the events since its past."""
        self._tickets[ticket] = kept
        for event in events:
            if not kept.take(event):
                self._lose(ticket)
                return
            if event.kind is _MERGED:
                self._link(ticket, event)

    def judge(self, ticket: Ticket, *, as_of: Any) -> TrackedJudgement | Replay:
        """Judge a ticket, together with those that were merged with it.

        Returns:
            The judgement; `Replay` for a ticket that was let go of, or as of an instant before the last event that was.

        Raises:
            QueryError: ``unknown_ticket``.
        """
        if ticket not in self._settled and ticket not in self._tickets:
            message = f"no event of ticket {ticket!r} was taken: {did_you_mean(ticket, self._tickets)}"
            raise QueryError(message, code="unknown_ticket", given=ticket)
        return self._answer(ticket, instant(as_of))

    def result(self, *, as_of: Any) -> TrackedJudgement:
        """The judgement of every ticket that it keeps: its actions and the next wake-up of all of them.

        Raises:
            QueryError: ``events_let_go`` as of an instant before the last event that was let go of.
        """
        until = instant(as_of)
        for ticket, kept in self._tickets.items():
            if kept.past is not None and until < kept.past.order[0]:
                raise let_go(ticket, kept.past)
        return self._judgement(self._tickets, until)

    def _answer(self, ticket: Ticket, until: int) -> TrackedJudgement | Replay:
        family = self._family(ticket) if ticket in self._links else (ticket,)
        for one in family:
            if one in self._settled:
                return Replay(one)
            kept = self._tickets.get(one)
            if kept is not None and kept.past is not None and until < kept.past.order[0]:
                return Replay(one)
        return self._judgement(family, until)

    def _judgement(self, tickets: Iterable[Ticket], until: int) -> TrackedJudgement:
        seen = {ticket: self._tickets[ticket].seen() for ticket in tickets if ticket in self._tickets}
        return TrackedJudgement(
            self.policies, self._program, self._fields, seen, self._links, until, self.exclusions, self.responders, self.statuses
        )

    def _family(self, ticket: Ticket) -> list[Ticket]:
        """The tickets that merges connect with one, it first."""
        found = [ticket]
        for one in found:
            found += [other for other in sorted(self._links.get(one, ()), key=str) if other not in found]
        return found

    def settle(self, *, before: Any) -> tuple[Ticket, ...]:
        """Let go of tickets that have been at rest since before an instant: solved, closed or gone, no cycle open, no event since.

        Tickets that merges connect go together. What is left of them is that they were there.

        Args:
            before: the instant; choose it so that events hardly ever arrive later than that.

        Returns:
            The tickets let go of.
        """
        limit = instant(before)
        gone: list[Ticket] = []
        for ticket in list(self._tickets):
            family = [one for one in self._family(ticket) if one in self._tickets]
            if ticket in family and all(self._at_rest(one, limit) for one in family):
                for one in family:
                    self._lose(one)
                gone += family
        return tuple(gone)

    def _at_rest(self, ticket: Ticket, limit: int) -> bool:
        last = self._tickets[ticket].order[0]
        answer = self._answer(ticket, last) if last < limit else None
        return isinstance(answer, TrackedJudgement) and answer.at_rest(ticket)

    def to_dict(self) -> dict[str, Any]:
        """The state as plain data, which `from_dict` reads back; the policies are stored by whoever made them."""
        merged = {(one, other) if str(one) <= str(other) else (other, one) for one, others in self._links.items() for other in others}
        tickets: list[dict[str, Any]] = []
        for ticket, kept in self._tickets.items():
            tickets.append({"ticket": ticket, "events": [plain_row(event.to_record()) for event in kept.events]})
            if kept.past is not None:
                tickets[-1]["past"] = kept.past.to_dict(ticket) | {"ids": kept.ids_of_the_past()}
        return {
            "lateness": span_text(self.lateness),
            "keep": self.keep,
            "basis": self._basis(),
            "statuses": {name: Status.of(given).text for name, given in self.statuses.items()},
            "tickets": tickets,
            "merged": sorted(map(list, merged), key=str),
            "settled": [[ticket, utc(at).isoformat()] for ticket, at in self._settled.items()],
        }

    def _basis(self) -> str:
        """What pasts rest upon, as a digest: the clocks, whose messages are replies, the fields that count, and rules on events."""
        clocks = [tuple(getattr(metric, name) for name in field_names(Metric)) for metric in self._program.metrics]
        rules = json.dumps(self.policies.to_dict(), default=str) if has_event_rules(self.policies) else ""
        told = repr((clocks, sorted(self._program.responders), sorted(self._fields), rules))
        return sha256(told.encode()).hexdigest()[:16]

    @classmethod
    def from_dict(
        cls, plain: Mapping[str, Any], policies: PolicySet, *, exclusions: "Iterable[Exclusion]" = (),
        responders: Iterable[str | Role] = ("agent",),
    ) -> "Tracker":  # fmt: skip
        """Read what `to_dict` gives.

        Under policies with other clocks, or with conditions on other fields, what older events came to
        is not known: tickets of which some were let go of are then settled, and ask for a replay.

        Raises:
            QueryError: ``unknown_key``.
            LogErrors: for events that cannot be read.
        """
        for key in plain:
            if key not in _KEYS:
                message = f"tracker: unknown key {key!r}: {did_you_mean(key, _KEYS)}"
                raise QueryError(message, code="unknown_key", given=key)
        options = {key: plain[key] for key in ("lateness", "keep", "statuses") if key in plain}
        made = cls(policies, exclusions=exclusions, responders=responders, **options)
        for one, other in plain.get("merged", ()):
            made._links.setdefault(one, set()).add(other)
            made._links.setdefault(other, set()).add(one)
        same = plain.get("basis") == made._basis()
        for row in plain.get("tickets", ()):
            ticket, past = row["ticket"], row.get("past")
            if past is not None and not same:
                made._settled[ticket] = past["until"][0]
                continue
            kept = KeptTicket(made.keep, None if past is None else past_of(past, ticket, made._fields, made._rules()))
            if past is not None:
                kept.remember(past["ids"])
            made._plant(ticket, kept, EventLog.from_records(row["events"], statuses=made.statuses))
        made._settled |= {ticket: instant(at) for ticket, at in plain.get("settled", ())}
        return made

    def __repr__(self) -> str:
        """A sentence."""
        events = sum(len(kept.events) for kept in self._tickets.values())
        return f"<Tracker: {events:,} events of {len(self._tickets):,} tickets, {len(self._settled):,} settled>"
