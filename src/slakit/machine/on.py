"""The readable words for conditions: ``on.message(by="customer") & ~on.entering("solved")``."""

from typing import Any

from slakit.machine.conditions import Condition, Has, fact

_SOLVED = ("solved", "closed")

created: Condition = fact("kind", "created")
"""The ticket comes into being."""
reply: Condition = fact("reply")
"""A public message of a human agent after the opening message."""
reopened: Condition = fact("kind", "status") & fact("before", *_SOLVED) & ~fact("after", *_SOLVED)
"""The status leaves solved and closed."""
solved: Condition = fact("kind", "created", "status") & ~fact("before", *_SOLVED) & fact("after", *_SOLVED)
"""The status enters solved or closed from a category other than these two."""
by_assignee: Condition = fact("by_assignee")
"""The actor is the agent who holds the ticket at that time."""
new_holder: Condition = fact("kind", "assigned") & fact("new_holder")
"""The ticket is assigned to somebody else than it was, or to nobody."""
first_reply_given: Condition = fact("replied")
"""The customer's side has had a reply before this event."""


def kind(*kinds: str) -> Condition:
    """The event is of one of some kinds."""
    return fact("kind", *kinds)


def by(*roles: str) -> Condition:
    """The actor's role at that time is one of some."""
    return fact("role", *roles)


def message(*, by: str | tuple[str, ...] | None = None, public: bool | None = True) -> Condition:
    """A message, of some roles (None: any), public (True), not public (False) or either (None)."""
    condition = fact("kind", "message")
    if by is not None:
        condition &= fact("role", *((by,) if isinstance(by, str) else by))
    if public is not None:
        condition &= fact("public", "yes" if public else "no")
    return condition


def in_status(*categories: str) -> Condition:
    """After the event the status category is one of some: a level, not an edge."""
    return fact("after", *categories)


def entering(*categories: str) -> Condition:
    """The status category becomes one of some (a ticket may be created in it)."""
    return fact("kind", "created", "status") & fact("after", *categories) & ~fact("before", *categories)


def leaving(*categories: str) -> Condition:
    """The status category is one of some no longer."""
    return fact("kind", "status") & fact("before", *categories) & ~fact("after", *categories)


def status(*texts: str) -> Condition:
    """The event carries one of the product's own statuses."""
    return fact("kind", "created", "status") & Has("status", frozenset(texts))


def created_with(name: str, *values: Any) -> Condition:
    """The ticket comes into being with a field, of one of some values (none: of any)."""
    return created & Has(name, frozenset(values) if values else None)


def field(name: str, *values: Any) -> Condition:
    """A field of the ticket changes, to one of some values (none: to anything)."""
    condition = fact("kind", "field") & Has("field", frozenset((name,)))
    return condition & Has("value", frozenset(values)) if values else condition


def assigned(*, to: Any = None, group: Any = None, receiver: str | None = None) -> Condition:
    """The ticket is assigned: to an agent's id, to a group, or to a kind of receiver (nobody, agent, robot, group)."""
    condition = fact("kind", "assigned")
    if to is not None:
        condition &= Has("to", frozenset((to,)))
    if group is not None:
        condition &= Has("group", frozenset((group,)))
    if receiver is not None:
        condition &= fact("receiver", receiver)
    return condition


def actor(*ids: Any) -> Condition:
    """The actor is one of some."""
    return Has("actor", frozenset(ids))
