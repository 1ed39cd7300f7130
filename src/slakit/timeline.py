"""The object interpreter: one ticket's events through the transition tables, one by one.

No numpy here: this is the path of a live deadline. `slakit.columns` gives the same integers for
millions of events; neither imports the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, repeat
from typing import Any, NamedTuple

from slakit._value import value
from slakit.events.event import Event
from slakit.events.kinds import EventKind, Role, Status
from slakit.machine.facts import ABSORBED, SHIFT
from slakit.machine.metric import Anchor
from slakit.machine.program import Program
from slakit.machine.table import CANCEL, STOP, Effect, State
from slakit.runs import Run

_ROLE, _PUBLIC, _REPLY, _BEFORE, _AFTER = SHIFT["role"], SHIFT["public"], SHIFT["reply"], SHIFT["before"], SHIFT["after"]
_REPLIED, _WAITING, _RECEIVER = SHIFT["replied"], SHIFT["waiting"], SHIFT["receiver"]
_WANTED_BIT, _GONE_BIT = 1 << SHIFT["wanted"], 1 << SHIFT["gone"]
_NEW_HOLDER_BIT, _ASSIGNEE_BIT = 1 << SHIFT["new_holder"], 1 << SHIFT["by_assignee"]
_ROBOTS = (Role.BOT, Role.SYSTEM)
_SLOTS = ("actor", "id", "status")
_NOBODY, _AGENT, _ROBOT, _GROUP = range(4)
_STATUS_KINDS = (EventKind.CREATED, EventKind.STATUS)
_GONE_KINDS = (EventKind.MERGED, EventKind.SPAM, EventKind.DELETED)

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

Place = tuple[int, Event]


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


@value(eq=False)
class Replay:
    """One ticket replayed.

    Attributes:
        runs: its cycles, in order of opening.
        gone: why it left the desk (merged, spam, deleted), or None.
        wait: what it hands over if the last of these events merges it.
    """

    runs: list[Run]
    gone: str | None
    wait: Wait | None


def replay(  # noqa: C901, PLR0912, PLR0915 - the walk is one loop, and its cost is the live path's cost
    program: Program, events: Sequence[Event], as_of: int, absorbed: Sequence[Wait] = ()
) -> Replay:
    """Run a ticket's events through the clocks of a program.

    Args:
        program: the clocks.
        events: the ticket's life (`slakit.events.life.life`), nothing later than ``as_of``.
        as_of: instant in us; open cycles end there.
        absorbed: tickets merged into this one, by instant of the merge.
    """
    moves_of, text_of, text_keys, responders = program.moves, program.text, program.text_keys, program.responders
    metrics = len(program.metrics)
    runs: list[Run] = []
    current: list[Run | None] = [None] * metrics
    states: list[State] = [_IDLE] * metrics
    ordinals = [0] * metrics
    category: int = _NONE
    wanted = replied = False
    gone: str | None = None
    oldest: Place | None = None
    latest: Place | None = None
    holder: Any = None
    agent: Any = None
    team: Any = None
    steps: Iterable[tuple[int, Event, Wait | None]] = walk(events, absorbed) if absorbed else zip(count(), events, repeat(None))
    begin = events[0].at if events else 0
    for position, event, wait in steps:
        kind, role = event.kind, event.role
        agent_before, team_before = agent, team
        after = event.category or category or _NEW if kind in _STATUS_KINDS else category
        if wait is not None:
            code, oldest, latest, wanted, replied = _absorb(wait, oldest, latest, wanted=wanted, replied=replied)
            code |= category << _BEFORE | category << _AFTER
        else:
            reply = kind is _MESSAGE and event.public and role in responders
            code = kind | role << _ROLE | event.public << _PUBLIC | reply << _REPLY | category << _BEFORE | after << _AFTER
            if kind is _ASSIGNED:
                receiver, taker = _receiver(event)
                code |= receiver << _RECEIVER | (_NEW_HOLDER_BIT if taker != holder else 0)
                holder = taker
                agent = event.data.get("to") if receiver == _AGENT else None
                team = event.data.get("group", team)
            elif kind is _ACCEPTED:
                agent = event.actor if event.actor is not None else agent
            elif kind is _FIELD:
                if event.data["field"] == "team":
                    team = event.data.get("value")
            elif kind is _STATUS:
                if category >= _SOLVED > after and oldest is not None:
                    code |= 1 << _WAITING
            elif kind is _CREATED:
                team = event.data.get("team", event.data.get("group"))
            elif agent is None and kind is _MESSAGE and role is _AGENT_ROLE and event.public:
                agent = event.actor
            if wanted:
                code |= _WANTED_BIT | replied << _REPLIED
            if program.needs_assignee and event.actor is not None and event.actor == agent_before:
                code |= _ASSIGNEE_BIT
        if gone:
            code |= _GONE_BIT
        moves = moves_of(code, tuple(text_of(key, _text(event, key)) for key in text_keys)) if text_keys else moves_of(code)
        for metric, by_state, symbol in moves:
            states[metric], effects = by_state[states[metric]]
            if not effects:
                continue
            at = event.at if event.at > begin else begin  # noqa: FURB136 - several times as fast as max()
            if effects & _CLOSE:
                run = current[metric]
                assert run is not None  # noqa: S101 - an active state has a run
                run.state = _STOPPED if _stopped(symbol.mask) else _CANCELLED
                run.stop, run.end_us, run.cause = (position, event), at, symbol.cause
                run.agent = agent_before if agent_before is not None else agent
                run.team = team_before if team_before is not None else team
                current[metric] = None
            if effects & _OPEN:
                anchor = (position, event)
                if symbol.anchor is _OLDEST and oldest is not None:
                    anchor = oldest
                elif symbol.anchor is _LATEST and latest is not None:
                    anchor = latest
                ordinals[metric] += 1
                run = Run(metric, ordinals[metric], anchor, position, at, paused=states[metric] is _PAUSED)
                if wait is not None:
                    run.datings = ((at, run.started_us),)
                current[metric] = run
                runs.append(run)
            elif effects & _CHANGES:
                run = current[metric]
                assert run is not None  # noqa: S101 - an active state has a run
                if effects & _REBASE and oldest is not None:
                    run.rebase(oldest, at)
                if effects & _TURNS:
                    run.state = states[metric]
                    run.stretches.append((at, run.state is _PAUSED))
        if wait is None:
            if kind is _MESSAGE:
                if role is _CUSTOMER and event.public:
                    wanted = True
                    latest = (position, event)
                    oldest = oldest or latest
                elif reply and wanted:
                    replied, oldest, latest = True, None, None
            elif kind in _STATUS_KINDS:
                if kind is _CREATED and role is not _AGENT_ROLE:
                    wanted, oldest, latest = True, (position, event), (position, event)
                if after >= _SOLVED > category:
                    oldest = latest = None
                category = after
            elif kind in _GONE_KINDS:
                gone = gone or kind.text
    for run in current:
        if run is not None:
            run.end_us, run.agent, run.team = as_of, agent, team
    return Replay(runs, gone, Wait(events[-1], wanted, replied, oldest, latest) if events else None)


def walk(events: Sequence[Event], absorbed: Sequence[Wait]) -> Iterator[tuple[int, Event, Wait | None]]:
    """The events with their positions, the merges into this ticket in between (none before its creation)."""
    waits = sorted(absorbed, key=lambda wait: wait.merged.order)
    following = 0
    for position, event in enumerate(events):
        while position and following < len(waits) and waits[following].merged.order < event.order:
            yield position - 1, waits[following].merged, waits[following]
            following += 1
        yield position, event, None
    for wait in waits[following:]:
        yield len(events) - 1, wait.merged, wait


def _absorb(
    wait: Wait, oldest: Place | None, latest: Place | None, *, wanted: bool, replied: bool
) -> tuple[int, Place | None, Place | None, bool, bool]:
    """The facts of a merge into this ticket, and its registers after it."""
    replied = replied if wanted else wait.replied
    wanted = wanted or wait.wanted
    code = ABSORBED | (_WANTED_BIT if wanted else 0) | replied << _REPLIED
    if wait.oldest is not None and wait.latest is not None:
        code |= 1 << _WAITING
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


def _stopped(mask: int) -> bool:
    """Whether a cycle that these conditions end is stopped rather than cancelled."""
    return bool(mask & STOP and not mask & CANCEL)
