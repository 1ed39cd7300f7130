"""What a condition may ask of an event: small facts, packed into one integer.

Both interpreters derive the same facts for every event and look the packed integer up, so that a
condition is evaluated once for each distinct situation and defined in one place only.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from slakit._value import value
from slakit.events.kinds import EventKind, Role, Status


@value
class Fact:
    """One fact: its place in the packed integer and the values that it can take.

    Attributes:
        name: how conditions speak of it.
        meaning: a sentence for the docs.
        shift: lowest bit.
        width: number of bits.
        names: text of each value, from 0.
    """

    name: str
    meaning: str
    shift: int
    width: int
    names: tuple[str, ...]


RECEIVERS = ("nobody", "agent", "robot", "group")
_YES_NO = ("no", "yes")
_LAYOUT: tuple[tuple[str, int, tuple[str, ...], str], ...] = (
    ("kind", 5, ("", *EventKind.names(), "absorbed"), "what happened"),
    ("role", 3, ("unknown", *Role.names()), "the actor's side at that time"),
    ("public", 1, _YES_NO, "the customer sees it"),
    ("reply", 1, _YES_NO, "a public message of a human agent after the opening message (SPEC 3.6)"),
    ("before", 3, ("none", *Status.names()), "status category before the event"),
    ("after", 3, ("none", *Status.names()), "status category after the event"),
    ("wanted", 1, _YES_NO, "the customer's side has asked for something before"),
    ("replied", 1, _YES_NO, "the customer's side has had a reply before"),
    ("waiting", 1, _YES_NO, "at a reopening or a merge: a customer message that no reply has answered is at hand"),
    ("receiver", 2, RECEIVERS, "at an assignment: who receives the ticket"),
    ("new_holder", 1, _YES_NO, "at an assignment: the holder changes"),
    ("by_assignee", 1, _YES_NO, "the actor is the agent who holds the ticket"),
    ("gone", 1, _YES_NO, "the ticket was merged away, deleted or marked as spam before"),
)


def _facts() -> Iterator[tuple[str, Fact]]:
    shift = 0
    for name, width, names, meaning in _LAYOUT:
        yield name, Fact(name, meaning, shift, width, names)
        shift += width


FACTS: Mapping[str, Fact] = MappingProxyType(dict(_facts()))
BITS = sum(fact.width for fact in FACTS.values())
SHIFT: Mapping[str, int] = MappingProxyType({name: fact.shift for name, fact in FACTS.items()})
ABSORBED = max(EventKind) + 1
"""The kind of the event that a survivor takes part in when another ticket is merged into it."""
SOLVED_FROM = Status.SOLVED
"""Categories from this code on count as solved (solved, closed)."""


def unpack(code: int) -> dict[str, int]:
    """The facts of a packed integer by name."""
    return {name: code >> fact.shift & (1 << fact.width) - 1 for name, fact in FACTS.items()}


def pack(**facts: int) -> int:
    """The packed integer of facts by name; facts left out are 0."""
    return sum(given << SHIFT[name] for name, given in facts.items())


def describe(code: int) -> str:
    """A situation in words, naming only the facts that are not their zero."""
    return ", ".join(f"{name}={FACTS[name].names[given]}" for name, given in unpack(code).items() if given)
