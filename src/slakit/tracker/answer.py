"""The judgement that a tracker gives: rows from the stored walk, and everything else while the events are there."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slakit._time import utc
from slakit.due_actions import EventRules
from slakit.errors import QueryError, did_you_mean
from slakit.events.event import Event
from slakit.events.kinds import EventKind, Status
from slakit.events.log import EventLog
from slakit.judgement import Judgement
from slakit.judging import Ended, TicketJudge
from slakit.machine.program import Program
from slakit.machine.table import ACTIVE
from slakit.replays import Replayer, by_survivor
from slakit.timeline import Walk
from slakit.tracker.past import Past
from slakit.tracker.ticket import Seen, start

if TYPE_CHECKING:
    from slakit.events.exclusion import Exclusion
    from slakit.policy import PolicySet

Ticket = str | int


class TrackedJudgement(Judgement):
    """A judgement of tickets whose oldest events the tracker may have let go of.

    Rows, deadlines, actions, the next wake-up and everything made of them are those of the whole
    log. What tells of single events (`log`, `life`, `events`, `explain`, `findings`, `what_if`, and
    what reads the fields of tickets) needs them, and raises `QueryError` ``events_let_go`` where they are gone.
    What it says stays as it was when the tracker gave it, whatever the tracker takes later.
    """

    __slots__ = ("_fields", "_linked", "_program", "_seen", "_statuses")

    def __init__(  # noqa: PLR0917 - the tracker alone makes it, at every event
        self, policies: "PolicySet", program: Program, fields: frozenset[str], seen: Mapping[Ticket, Seen], linked: Container[Ticket], as_of: int,
        exclusions: "tuple[Exclusion, ...]", responders: tuple[Any, ...], statuses: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """A judgement whose rows are made when first asked for."""
        self.policies, self.as_of, self.exclusions, self.responders, self.engine = policies, as_of, exclusions, responders, "object"
        self._rows = self._arrays = self._regular = self._judge_one = None
        self._program, self._fields, self._seen, self._linked, self._statuses = program, fields, seen, linked, statuses

    @property
    def log(self) -> EventLog:
        """The events of its tickets.

        Raises:
            QueryError: ``events_let_go``.
        """
        for ticket in self._seen:
            self._whole(ticket)
        events = [event for seen in self._seen.values() for event in seen.events[: seen.length]]
        return EventLog(events, statuses=self._statuses)

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The ids of its tickets, ascending."""
        return tuple(sorted(self._seen, key=lambda ticket: (type(ticket) is str, ticket)))

    def life(self, ticket: Ticket) -> Sequence[Event]:
        """The events of one ticket known at ``as_of``, beginning with its creation.

        Raises:
            QueryError: ``unknown_ticket``, ``events_let_go``.
        """
        return self._whole(ticket).known(self.as_of)

    def event_rules(self, ticket: Ticket) -> EventRules:
        """What exchanges, handling time and ratings of one ticket have set off by ``as_of``."""
        seen = self._one(ticket)
        past = seen.past
        rules = EventRules(self.policies, self.responders) if past is None or past.rules is None else past.rules.copy()
        rules.take(seen.known(self.as_of))
        return rules

    def at_rest(self, ticket: Ticket) -> bool:
        """Whether nothing of a ticket goes on: it is gone, or solved or closed without an open cycle.

        Raises:
            QueryError: ``unknown_ticket``.
        """
        self._one(ticket)
        walk = self._judge().replayer.run(ticket)
        return walk.gone is not None or (walk.category >= Status.SOLVED and not any(state in ACTIVE for state in walk.states))

    def _judge(self) -> TicketJudge:
        if self._judge_one is None:
            replayer = _Replayer(self._program, self.as_of, self._seen, self._fields, self._linked)
            self._judge_one = _Judge(self.policies, replayer, self.exclusions)
        return self._judge_one

    def of(self, ticket: Ticket) -> list[Any]:
        """The judged cycles of one ticket.

        Raises:
            QueryError: ``unknown_ticket``.
        """
        self._one(ticket)
        return super().of(ticket)

    def _one(self, ticket: Ticket) -> Seen:
        seen = self._seen.get(ticket)
        if seen is None:
            message = f"there is no ticket {ticket!r} in this judgement: {did_you_mean(ticket, self.tickets)}"
            raise QueryError(message, code="unknown_ticket", given=ticket)
        return seen

    def _whole(self, ticket: Ticket) -> Seen:
        seen = self._one(ticket)
        if seen.past is not None:
            raise let_go(ticket, seen.past)
        return seen


def let_go(ticket: Ticket, past: Past) -> QueryError:
    """The error of a question that needs events which are gone."""
    message = (
        f"the events of ticket {ticket!r} up to {utc(past.order[0]):%Y-%m-%d %H:%M:%S}Z were let go of, and this needs them: "
        f"give all its events back with tracker.load({ticket!r}, events), or let Tracker(keep=...) keep more of them"
    )
    return QueryError(message, code="events_let_go", ticket=ticket, until=past.order[0])


class _Replayer(Replayer):
    """Goes on from the pasts of tickets; a ticket by itself, as it is now, from where its walk is."""

    def __init__(
        self, program: Program, as_of: int, seen: Mapping[Ticket, Seen], fields: frozenset[str], linked: Container[Ticket]
    ) -> None:
        self.program = program
        self.as_of = as_of
        self._seen = seen
        self._fields = fields
        self._linked = linked
        self._merged_into = _merges(seen[ticket] for ticket in seen if ticket in linked)

    def life(self, ticket: Ticket) -> Sequence[Event]:
        """The ticket's life as known at ``as_of``, from where its walk starts."""
        return self._seen[ticket].known(self.as_of)

    def start(self, ticket: Ticket) -> Walk:
        """The walk over the ticket's past."""
        return start(self._seen[ticket].past, self.program, self._fields)

    def run(self, ticket: Ticket, events: Sequence[Event] | None = None) -> Walk:
        """Walk through one ticket to ``as_of``."""
        if events is not None or not self.current(ticket):
            return super().run(ticket, events)
        walk = self._seen[ticket].kept.walk(self.program, self._fields).copy()
        walk.end(self.as_of)
        return walk

    def current(self, ticket: Ticket) -> bool:
        """Whether the ticket is as it was seen, by itself, with nothing later than ``as_of``."""
        seen = self._seen[ticket]
        kept = seen.kept
        return kept.version == seen.version and kept.order[0] <= self.as_of and ticket not in self._linked

    def ended(self, ticket: Ticket) -> list[Ended] | None:
        """For each clock the ended cycles of a ticket that is current, as judged before."""
        return self._seen[ticket].kept.ended if self.current(ticket) else None


class _Judge(TicketJudge):
    """Judges a cycle that has ended once."""

    replayer: _Replayer

    def known(self, ticket: Ticket) -> list[Ended] | None:
        """For each clock the ended cycles of a ticket as judged before."""
        return self.replayer.ended(ticket)


def _merges(seen: Iterable[Seen]) -> dict[Ticket, list[Ticket]]:
    """Which tickets were merged into which: survivor -> tickets."""
    events = (event for one in seen for event in one.events[: one.length])
    return by_survivor((event.ticket, event.data["into"]) for event in events if event.kind is EventKind.MERGED)
