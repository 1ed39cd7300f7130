"""One event at a time: live answers that equal recomputing from the whole log, with a state that can be stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slakit._time import instant, utc
from slakit._value import value
from slakit.errors import QueryError, did_you_mean
from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role, Status
from slakit.events.log import EventLog
from slakit.policy import PolicySet

if TYPE_CHECKING:
    from slakit.events.exclusion import Exclusion
    from slakit.judgement import Judgement

Ticket = str | int
_KEYS = ("statuses", "tickets", "settled")


@value
class Replay:
    """The answer that a tracker cannot give: it has let go of the ticket's events.

    Attributes:
        ticket: the ticket whose events `Tracker.load` wants before it can answer.
    """

    ticket: Ticket


class Tracker:
    """Keeps the events of the tickets that can still change, and judges a ticket whenever one of its events arrives.

    Events may arrive twice, and late: each answer equals that of the whole log so far. What is
    settled can be let go of; an event about it is then answered with `Replay`, never with a wrong number.

    Attributes:
        policies: the policy set.
        statuses: the product's own statuses -> categories.
        exclusions: spans taken out of the clocks.
        responders: roles whose public messages are replies.
    """

    __slots__ = ("_events", "_links", "_settled", "exclusions", "policies", "responders", "statuses")

    def __init__(
        self, policies: PolicySet, *, statuses: Mapping[str, Any] | None = None, exclusions: "Iterable[Exclusion]" = (),
        responders: Iterable[str | Role] = ("agent",),
    ) -> None:  # fmt: skip
        """A tracker that has seen nothing."""
        self.policies = policies
        self.statuses = dict(statuses or {})
        self.exclusions = tuple(exclusions)
        self.responders = tuple(responders)
        self._events: dict[Ticket, list[Event]] = {}
        self._settled: dict[Ticket, int] = {}
        self._links: dict[Ticket, set[Ticket]] = {}

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The tickets whose events it keeps, in order of arrival."""
        return tuple(self._events)

    @property
    def settled(self) -> tuple[Ticket, ...]:
        """The tickets that it has let go of."""
        return tuple(self._settled)

    def take(self, event: Event | Mapping[str, Any], *, as_of: Any) -> "Judgement | Replay":
        """Take one event and judge its ticket.

        Args:
            event: an `Event`, or a row with the same keys.
            as_of: the instant up to which the log is known; a later event is kept for when it is.

        Returns:
            The judgement of the ticket, and of tickets that were merged with it; or `Replay`.

        Raises:
            LogErrors: for an event that cannot be read.
            TimeError: for ``as_of``.
        """
        log = (
            EventLog.of(event, statuses=self.statuses)
            if isinstance(event, Event)
            else EventLog.from_records([event], statuses=self.statuses)
        )
        (taken,) = log
        if taken.ticket in self._settled:
            return Replay(taken.ticket)
        self._keep(taken)
        return self.judge(taken.ticket, as_of=as_of)

    def load(self, ticket: Ticket, events: Iterable[Event | Mapping[str, Any]]) -> None:
        """Give back all events of a ticket that was let go of.

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
        self._events.pop(ticket, None)
        for one in read:
            self._keep(one)

    def _keep(self, event: Event) -> None:
        kept = self._events.setdefault(event.ticket, [])
        if event.id is not None:
            twin = next((one for one in kept if one.id == event.id), None)
            if twin is not None:
                if event.order >= twin.order:
                    return
                kept.remove(twin)
        kept.append(event)
        if event.kind is EventKind.MERGED:
            into = event.data["into"]
            self._links.setdefault(event.ticket, set()).add(into)
            self._links.setdefault(into, set()).add(event.ticket)

    def judge(self, ticket: Ticket, *, as_of: Any) -> "Judgement | Replay":
        """Judge a ticket, together with those that were merged with it.

        Raises:
            QueryError: ``unknown_ticket``.
        """
        if ticket in self._settled:
            return Replay(ticket)
        if ticket not in self._events:
            message = f"no event of ticket {ticket!r} was taken: {did_you_mean(ticket, self._events)}"
            raise QueryError(message, code="unknown_ticket", given=ticket)
        family = self._family(ticket)
        missing = next((one for one in family if one in self._settled), None)
        if missing is not None:
            return Replay(missing)
        return self._judgement([event for one in family for event in self._events.get(one, ())], as_of)

    def result(self, *, as_of: Any) -> "Judgement":
        """The judgement of every ticket that it keeps: its actions and the next wake-up of all of them."""
        return self._judgement([event for events in self._events.values() for event in events], as_of)

    def _judgement(self, events: Sequence[Event], as_of: Any) -> "Judgement":
        return self.policies.judge(
            EventLog(events, statuses=self.statuses), as_of=as_of, engine="object", exclusions=self.exclusions, responders=self.responders
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
        for ticket in list(self._events):
            family = self._family(ticket)
            if ticket in self._events and all(self._at_rest(one, limit) for one in family):
                for one in family:
                    events = self._events.pop(one, None)
                    if events is not None:
                        self._settled[one] = max(event.at for event in events)
                        gone.append(one)
        return tuple(gone)

    def _at_rest(self, ticket: Ticket, limit: int) -> bool:
        events = self._events.get(ticket)
        if events is None:
            return True
        last = max(event.at for event in events)
        if last >= limit:
            return False
        judged = self._judgement(events, utc(last))
        life = judged.life(ticket)
        category = Status.NONE
        for event in life:
            if event.kind in {EventKind.MERGED, EventKind.SPAM, EventKind.DELETED}:
                return True
            category = event.category or category
        return category >= Status.SOLVED and not judged.open_rows()

    def to_dict(self) -> dict[str, Any]:
        """The state as plain data, which `from_dict` reads back; the policies are stored by whoever made them."""
        return {
            "statuses": {name: Status.of(given).text for name, given in self.statuses.items()},
            "tickets": [[ticket, [event.to_record() for event in events]] for ticket, events in self._events.items()],
            "settled": [[ticket, utc(at).isoformat()] for ticket, at in self._settled.items()],
        }

    @classmethod
    def from_dict(
        cls, plain: Mapping[str, Any], policies: PolicySet, *, exclusions: "Iterable[Exclusion]" = (),
        responders: Iterable[str | Role] = ("agent",),
    ) -> "Tracker":  # fmt: skip
        """Read what `to_dict` gives.

        Raises:
            QueryError: ``unknown_key``.
            LogErrors: for events that cannot be read.
        """
        for key in plain:
            if key not in _KEYS:
                message = f"tracker: unknown key {key!r}: {did_you_mean(key, _KEYS)}"
                raise QueryError(message, code="unknown_key", given=key)
        made = cls(policies, statuses=plain.get("statuses"), exclusions=exclusions, responders=responders)
        for ticket, records in plain.get("tickets", ()):
            made._events[ticket] = []
            made.load(ticket, records)
        made._settled = {ticket: instant(at) for ticket, at in plain.get("settled", ())}
        return made

    def __repr__(self) -> str:
        """A sentence."""
        events = sum(map(len, self._events.values()))
        return f"<Tracker: {events:,} events of {len(self._events):,} tickets, {len(self._settled):,} settled>"
