"""The object interpreter: one ticket's events through the transition tables, one by one.

No numpy here: this is the path of a live deadline. `slakit.columns` gives the same integers for
millions of events; neither imports the other. A walk can stop after any event and go on later: what
a live tracker does an event at a time is what a log does at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, repeat
from typing import Any, NamedTuple

from slakit.events.event import Event
from slakit.events.kinds import GONE_KINDS, EventKind, Role, Status
from slakit.machine.facts import ABSORBED, SHIFT
from slakit.machine.metric import Anchor
from slakit.machine.program import Program
from slakit.machine.table import ACTIVE, CANCEL, STOP, Effect, State
from slakit.runs import Place, Run

_ROLE, _PUBLIC, _BEFORE, _AFTER = SHIFT["role"], SHIFT["public"], SHIFT["before"], SHIFT["after"]
_REPLIED, _RECEIVER = SHIFT["replied"], SHIFT["receiver"]
_REPLY_BIT, _WAITING_BIT = 1 << SHIFT["reply"], 1 << SHIFT["waiting"]
_WANTED_BIT, _GONE_BIT = 1 << SHIFT["wanted"], 1 << SHIFT["gone"]
_NEW_HOLDER_BIT, _ASSIGNEE_BIT = 1 << SHIFT["new_holder"], 1 << SHIFT["by_assignee"]
_ROBOTS = (Role.BOT, Role.SYSTEM)
_SLOTS = ("actor", "id", "status")
_NOBODY, _AGENT, _ROBOT, _GROUP = range(4)
_EXCLUSION_KINDS = (EventKind.EXCLUDED, EventKind.INCLUDED)

# members bound once: looking one up on its class costs more than the rest of a step
_MESSAGE, _ASSIGNED, _ACCEPTED = EventKind.MESSAGE, EventKind.ASSIGNED, EventKind.ACCEPTED
_FIELD, _STATUS, _CREATED = EventKind.FIELD, EventKind.STATUS, EventKind.CREATED
_CUSTOMER, _AGENT_ROLE = Role.CUSTOMER, Role.AGENT
_NONE, _NEW, _SOLVED = Status.NONE, Status.NEW, Status.SOLVED
_IDLE, _PAUSED, _STOPPED, _CANCELLED = State.IDLE, State.PAUSED, State.STOPPED, State.CANCELLED
_OPEN, _CLOSE, _REBASE = int(Effect.OPEN), int(Effect.CLOSE), int(Effect.REBASE)
_TURNS = int(Effect.PAUSE | Effect.RESUME)
_CHANGES = _TURNS | _REBASE
_OLDEST, _LATEST = Anchor.OLDEST, Anchor.LATEST


class Wait(NamedTuple):
    """What a ticket hands over when it is merged into another.

    Attributes:
        merged: the event that merged it.
        wanted: the customer's side had asked for something.
        replied: it had had a reply.
        oldest: place of the oldest unanswered customer message, or None.
        latest: place of the latest of them, or None.
    """

    merged: Event
    wanted: bool
    replied: bool
    oldest: Place | None
    latest: Place | None


class Mark(NamedTuple):
    """An event that says nothing to a clock's state, but by which cycles are judged: a field changes, an exclusion begins or ends.

    Attributes:
        position: of the event in the ticket's life.
        event: the event.
        agent: the responsible agent before it.
        team: the responsible team before it.
    """

    position: int
    event: Event
    agent: Any
    team: Any


class Walk:
    """How far a ticket's life was walked, and all that what follows can depend on.

    Attributes:
        position: number of events walked.
        begin: the instant of the creation, us.
        created: the fields of the ticket at its creation.
        runs: for each clock its cycles, in order; the last is open where the clock's state is active.
        states: for each clock where it stands.
        marks: the changes of fields, and the exclusions, in order.
        fields: names of the fields whose changes are marked; None: of all.
        category: the status category.
        wanted: the customer's side has asked for something.
        replied: it has had a reply.
        gone: why the ticket left the desk (merged, spam, deleted), or None.
        oldest: place of the oldest unanswered customer message, or None.
        latest: place of the latest of them, or None.
        holder: who was assigned the ticket last, as kind and id, or None.
        agent: the responsible agent.
        team: the responsible team.
    """

    __slots__ = (
        "agent", "begin", "category", "created", "fields", "gone", "holder", "latest", "marks", "oldest", "position", "replied", "runs",
        "states", "team", "wanted",
    )  # fmt: skip

    def __init__(self, clocks: int, fields: frozenset[str] | None = None) -> None:
        """A walk before the first event, with a number of clocks."""
        self.position = self.begin = 0
        self.created: Mapping[str, Any] = {}
        self.runs: list[list[Run]] = [[] for _ in range(clocks)]
        self.states: list[State] = [_IDLE] * clocks
        self.marks: list[Mark] = []
        self.fields = fields
        self.category: int = _NONE
        self.wanted = self.replied = False
        self.gone: str | None = None
        self.oldest: Place | None = None
        self.latest: Place | None = None
        self.holder: Any = None
        self.agent: Any = None
        self.team: Any = None

    def copy(self) -> "Walk":
        """A walk that goes on from here by itself; cycles that have ended are shared."""
        made = Walk.__new__(Walk)
        made.position, made.begin, made.created = self.position, self.begin, self.created
        made.runs, made.states = [runs.copy() for runs in self.runs], self.states.copy()
        made.marks, made.fields = self.marks.copy(), self.fields
        made.category, made.wanted, made.replied, made.gone = self.category, self.wanted, self.replied, self.gone
        made.oldest, made.latest = self.oldest, self.latest
        made.holder, made.agent, made.team = self.holder, self.agent, self.team
        for state, runs in zip(made.states, made.runs, strict=True):
            if state in ACTIVE:
                runs[-1] = runs[-1].copy()
        return made

    def end(self, as_of: int) -> None:
        """Let the open cycles end where the log does, at an instant in us."""
        for state, runs in zip(self.states, self.runs, strict=True):
            if state in ACTIVE:
                run = runs[-1]
                run.end_us, run.agent, run.team = as_of, self.agent, self.team

    def wait(self, merged: Event) -> Wait:
        """What it hands over by an event that merges it."""
        return Wait(merged, self.wanted, self.replied, self.oldest, self.latest)


def advance(  # noqa: C901, PLR0912, PLR0915 - the walk is one loop, and its cost is the live path's cost
    program: Program, walk: Walk, events: Sequence[Event], absorbed: Sequence[Wait] = ()
) -> None:
    """Take a ticket's next events through the clocks of a program.

    Args:
        program: the clocks.
        walk: how far the ticket is; it goes on.
        events: what follows in the ticket's life (`slakit.events.life.life`), in order.
        absorbed: tickets that are merged into this one, none before the last event walked.
    """
    meanings, moves_of, text_keys, replies = program.meanings, program.moves, program.text_keys, program.replies
    runs_of, states = walk.runs, walk.states
    category, wanted, replied, gone = walk.category, walk.wanted, walk.replied, walk.gone
    oldest, latest, holder, agent, team = walk.oldest, walk.latest, walk.holder, walk.agent, walk.team
    first = walk.position
    if events and not first:
        walk.begin, walk.created = events[0].at, dict(events[0].data)
    begin = walk.begin
    steps: Iterable[tuple[int, Event, Wait | None]] = (
        with_merges(events, absorbed, first) if absorbed else zip(count(first), events, repeat(None))
    )
    for position, event, wait in steps:
        kind, role, public, reply = event.kind, event.role, event.public, False
        agent_before, team_before, after = agent, team, category
        if wait is not None:
            code, oldest, latest, wanted, replied = _absorb(wait, oldest, latest, wanted=wanted, replied=replied)
            code |= category << _BEFORE | category << _AFTER
        else:
            code = 0
            if kind is _MESSAGE:
                if public:
                    if replies[role]:
                        reply, code = True, _REPLY_BIT
                    if agent is None and role is _AGENT_ROLE:
                        agent = event.actor
            elif kind is _STATUS:
                after = event.category or category or _NEW
                if oldest is not None and category >= _SOLVED > after:
                    code = _WAITING_BIT
            elif kind is _CREATED:
                after = event.category or category or _NEW
                team = event.data.get("team", event.data.get("group"))
            elif kind is _ASSIGNED:
                receiver, taker = _receiver(event)
                code = receiver << _RECEIVER | (_NEW_HOLDER_BIT if taker != holder else 0)
                holder = taker
                agent = event.data.get("to") if receiver == _AGENT else None
                team = event.data.get("group", team)
            elif kind is _ACCEPTED:
                agent = event.actor if event.actor is not None else agent
            elif kind is _FIELD:
                field = event.data["field"]
                if walk.fields is None or field in walk.fields:
                    walk.marks.append(Mark(position, event, agent, team))
                if field == "team":
                    team = event.data.get("value")
            elif kind in _EXCLUSION_KINDS:
                walk.marks.append(Mark(position, event, agent, team))
            code |= kind | role << _ROLE | public << _PUBLIC | category << _BEFORE | after << _AFTER
            if wanted:
                code |= _WANTED_BIT | replied << _REPLIED
            if program.needs_assignee and event.actor is not None and event.actor == agent_before:
                code |= _ASSIGNEE_BIT
        if gone:
            code |= _GONE_BIT
        if text_keys:
            moves = moves_of(code, tuple(program.text(key, _text(event, key)) for key in text_keys))
        else:
            try:
                moves = meanings[code]
            except KeyError:
                moves = moves_of(code)
        for metric, by_state, symbol in moves:
            before = states[metric]
            states[metric], effects = by_state[before]
            if not effects:
                continue
            at = event.at if event.at > begin else begin  # noqa: FURB136 - several times as fast as max()
            runs = runs_of[metric]
            if effects & _CLOSE:
                run = runs[-1]
                run.state = _STOPPED if symbol.mask & STOP and not symbol.mask & CANCEL else _CANCELLED
                run.stop, run.end_us, run.cause = (position, event), at, symbol.cause
                run.agent = agent_before if agent_before is not None else agent
                run.team = team_before if team_before is not None else team
            if effects & _OPEN:
                anchor = (position, event)
                if symbol.anchor is _OLDEST and oldest is not None:
                    anchor = oldest
                elif symbol.anchor is _LATEST and latest is not None:
                    anchor = latest
                run = Run(metric, len(runs) + 1, anchor, position, at, paused=states[metric] is _PAUSED)
                if wait is not None:
                    run.datings = ((at, anchor),)
                runs.append(run)
            elif effects & _CHANGES:
                run = runs[-1]
                if effects & _REBASE and oldest is not None:
                    run.rebase(oldest, at)
                if effects & _TURNS:
                    run.state = states[metric]
                    run.stretches.append((at, run.state is _PAUSED))
        if wait is not None:
            continue
        if kind is _MESSAGE:
            if role is _CUSTOMER and public:
                wanted = True
                latest = (position, event)
                oldest = oldest or latest
            elif reply and wanted:
                replied, oldest, latest = True, None, None
        elif kind is _STATUS or kind is _CREATED:
            if kind is _CREATED and role is not _AGENT_ROLE:
                wanted, oldest, latest = True, (position, event), (position, event)
            if after >= _SOLVED > category:
                oldest = latest = None
            category = after
        elif kind in GONE_KINDS:
            gone = gone or kind.text
    walk.position = first + len(events)
    walk.category, walk.wanted, walk.replied, walk.gone = category, wanted, replied, gone
    walk.oldest, walk.latest, walk.holder, walk.agent, walk.team = oldest, latest, holder, agent, team


def with_merges(events: Sequence[Event], absorbed: Sequence[Wait], first: int = 0) -> Iterator[tuple[int, Event, Wait | None]]:
    """The events with their positions, the merges into this ticket in between (none before its creation).

    Args:
        events: events of the ticket's life.
        absorbed: the merges into it.
        first: position of the first of the events.
    """
    waits = sorted(absorbed, key=lambda wait: (wait.merged.order, wait.merged.ticket))
    following = 0
    for position, event in enumerate(events, start=first):
        while position and following < len(waits) and waits[following].merged.order < event.order:
            yield position - 1, waits[following].merged, waits[following]
            following += 1
        yield position, event, None
    for wait in waits[following:]:
        yield first + len(events) - 1, wait.merged, wait


def _absorb(
    wait: Wait, oldest: Place | None, latest: Place | None, *, wanted: bool, replied: bool
) -> tuple[int, Place | None, Place | None, bool, bool]:
    """The facts of a merge into this ticket, and its registers after it."""
    replied = replied if wanted else wait.replied
    wanted = wanted or wait.wanted
    code = ABSORBED | (_WANTED_BIT if wanted else 0) | replied << _REPLIED
    if wait.oldest is not None and wait.latest is not None:
        code |= _WAITING_BIT
        oldest = wait.oldest if oldest is None or wait.oldest[1].at < oldest[1].at else oldest
        latest = wait.latest if latest is None or wait.latest[1].at > latest[1].at else latest
    return code, oldest, latest, wanted, replied


def _receiver(event: Event) -> tuple[int, Any]:
    """Who receives an assigned ticket, as a kind and as a key of the holder."""
    to, group = event.data.get("to"), event.data.get("group")
    if to is not None:
        return (_ROBOT if event.data.get("to_role") in _ROBOTS else _AGENT), ("to", to)
    return (_NOBODY, None) if group is None else (_GROUP, ("group", group))


def _text(event: Event, key: str) -> Any:
    """The value of a key that a condition asks for."""
    return getattr(event, key) if key in _SLOTS else event.data.get(key)
