"""One ticket as a tracker keeps it: its past, the events since, and how far they were walked."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from slakit.due_actions import EventRules
from slakit.events.event import Event
from slakit.events.kinds import EventKind
from slakit.events.life import life
from slakit.judging import Ended
from slakit.machine.program import Program
from slakit.runs import NEVER
from slakit.timeline import Walk, advance
from slakit.tracker.past import Order, Past, bare_walk, ended_runs

_CREATED = EventKind.CREATED
_FIRST: Order = (-NEVER, 0, 0)
_order = attrgetter("order")
_at = attrgetter("at")


class Seen(NamedTuple):
    """A ticket as it was when somebody asked: later events do not change what is told of it.

    Attributes:
        kept: the ticket as it is kept.
        version: which state of it.
        past: its past then.
        events: its events since; the first ``length`` of them.
        length: how many of them.
    """

    kept: "KeptTicket"
    version: int
    past: Past | None
    events: list[Event]
    length: int

    def known(self, as_of: int) -> Sequence[Event]:
        """What is known at an instant (us) of the ticket's life since its past, in order."""
        events = self.events[: self.length]
        if events and events[-1].at > as_of:
            events = [event for event in events if event.at <= as_of]
        return life_since(self.past, events)


class KeptTicket:
    """One ticket: its past, and its events since in canonical order.

    Lists of events only grow at their end; whatever else happens to them makes a new list, so that
    a `Seen` stays what it was.

    Attributes:
        past: what stands for the events let go of; None: none were.
        events: the events since.
        order: place of the last event in the canonical order.
        ended: for each clock its ended cycles, as they were judged; empty before `walk`.
        due: number of events from which on it is worth asking whether some can be let go of.
        version: changes with every event.
    """

    __slots__ = ("_ids", "_opened", "_tip", "_walked", "due", "ended", "events", "order", "past", "version")

    def __init__(self, due: int, past: Past | None = None) -> None:
        """A ticket of which nothing came yet since its past."""
        self.past = past
        self.events: list[Event] = []
        self.order = _FIRST if past is None else past.order
        self.due = due
        self.version = 0
        self.ended: list[Ended] = []
        self._ids: dict[Any, Order] = {}
        self._opened = past is not None and past.opened
        self._tip: Walk | None = None
        self._walked = 0

    def take(self, event: Event) -> bool:
        """Take an event in its place; the same id twice is one event.

        Returns:
            Whether it could be: False where its place lies in the past, or what it says changes it.
        """
        order = event.order
        if event.id is not None:
            key = _key(event.id)
            twin = self._ids.get(key)
            if twin is not None and order >= twin:
                return True
            self._ids[key] = order
            if twin is not None:
                self._replant([one for one in self.events if _key(one.id) != key])
        if self.past is not None and order < self.past.order:
            return False
        if event.kind is _CREATED:
            if self.past is not None and not self.past.opened:
                return False
            if not self._opened:
                self._opened, self._tip = True, None
        self.version += 1
        if order >= self.order:
            self.events.append(event)
            self.order = order
        else:
            place = bisect_right(self.events, order, key=_order)
            self._replant([*self.events[:place], event, *self.events[place:]])
        return True

    def _replant(self, events: list[Event]) -> None:
        """Hold other events since the past."""
        past = self.past
        self.events, self._tip = events, None
        self.order = events[-1].order if events else _FIRST if past is None else past.order
        self._opened = (past is not None and past.opened) or any(event.kind is _CREATED for event in events)
        self.version += 1

    def seen(self) -> Seen:
        """The ticket as it is now."""
        return Seen(self, self.version, self.past, self.events, len(self.events))

    def walk(self, program: Program, fields: frozenset[str]) -> Walk:
        """The walk over everything that came; it goes on from where it was when last asked for."""
        tip = self._tip
        if tip is None:
            tip = self._tip = start(self.past, program, fields)
            self.ended = [Ended() for _ in program.metrics]
            fresh = life_since(self.past, self.events)
        else:
            fresh = [event for event in self.events[self._walked :] if event.kind is not _CREATED]
        if fresh:
            advance(program, tip, fresh)
        self._walked = len(self.events)
        return tip

    def trim(self, program: Program, fields: frozenset[str], rules: EventRules | None, *, before: int, keep: int) -> None:
        """Let go of events, all but a number of them, that are older than an instant.

        Args:
            program: the clocks.
            fields: names of the fields whose changes are marked.
            rules: rules before the first event, where some policy asks.
            before: the instant, us.
            keep: how many events stay whatever their age.
        """
        count = min(bisect_left(self.events, before, key=_at), len(self.events) - keep)
        if count > 0 and self.past is None and not any(event.kind is _CREATED for event in self.events[:count]):
            count = 0 if self._opened else count
        if count > 0:
            self._forget(program, fields, rules, count)
        left = len(self.events)
        self.due = left + max(left, keep, 1)

    def _forget(self, program: Program, fields: frozenset[str], rules: EventRules | None, count: int) -> None:
        tip, past = self.walk(program, fields), self.past
        gone = self.events[:count]
        story = life_since(past, gone)
        last = max(gone[-1].order, story[-1].order) if story else gone[-1].order  # one that came before the creation is later in the story
        if count < len(self.events) and self.events[count].order < last:
            return  # what stays would lie in the past: another time
        walk = start(past, program, fields)
        bare = ended_runs(walk)
        advance(program, walk, story)
        for runs, known, already, stopped in zip(walk.runs, tip.runs, bare, ended_runs(walk), strict=True):
            runs[already:stopped] = known[already:stopped]  # both found the same cycles: one of each is enough
        bare_walk(walk, bare)
        if rules is not None:
            rules = rules if past is None or past.rules is None else past.rules.copy()
            rules.take(story)
        opened = past.opened if past is not None else any(event.kind is _CREATED for event in gone)
        self.past = Past(walk, last, opened=opened, rules=rules)
        self.events = self.events[count:]
        self._walked -= count
        self.version += 1

    def ids_of_the_past(self) -> list[list[Any]]:
        """The ids of the events let go of, each with its place in the order."""
        kept = {_key(event.id) for event in self.events}
        return [[key if type(key) is str else key[1], *order] for key, order in self._ids.items() if key not in kept]

    def remember(self, ids: Iterable[Sequence[Any]]) -> None:
        """Know the ids of events let go of, as `ids_of_the_past` gives them."""
        for key, at, seq, rank in ids:
            self._ids[_key(key)] = (at, seq, rank)


def _key(given: Any) -> Any:
    """An id as it is compared: 1 and True are two, as in a log."""
    return given if type(given) is str else (type(given), given)


def start(past: Past | None, program: Program, fields: frozenset[str]) -> Walk:
    """A walk that goes on from a past, or begins."""
    return Walk(len(program.metrics), fields) if past is None else past.walk.copy()


def life_since(past: Past | None, events: Sequence[Event]) -> Sequence[Event]:
    """What events say of a ticket's life after its past: a further `created` says nothing."""
    if past is None:
        return life(events, NEVER)
    return [event for event in events if event.kind is not _CREATED]
