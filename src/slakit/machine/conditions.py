"""Conditions on events, as data that combine with ``&``, ``|`` and ``~``."""

from collections.abc import Mapping
from typing import Any

from slakit._value import value
from slakit.errors import MetricError, did_you_mean
from slakit.machine.facts import FACTS

Texts = Mapping[str, Any]


class Condition:
    """A yes-or-no question about one event in its situation."""

    __slots__ = ()

    def __and__(self, other: "Condition") -> "Condition":
        """Both hold."""
        return Every((self, other))

    def __or__(self, other: "Condition") -> "Condition":
        """At least one holds."""
        return Some((self, other))

    def __invert__(self) -> "Condition":
        """It does not hold."""
        return Negation(self)

    def holds(self, facts: Mapping[str, int], texts: Texts) -> bool:
        """Whether it holds for an event with these facts and texts."""
        raise NotImplementedError  # pragma: no cover - abstract

    def parts(self) -> "tuple[Condition, ...]":
        """The conditions that it combines; none for an atom."""
        return ()

    @property
    def facts(self) -> frozenset[str]:
        """Names of the facts that it asks for."""
        return frozenset().union(*(part.facts for part in self.parts()))

    @property
    def texts(self) -> frozenset[str]:
        """Keys of the event whose text or value it asks for."""
        return frozenset().union(*(part.texts for part in self.parts()))


@value(repr=False)
class Is(Condition):
    """A fact has one of some values.

    Attributes:
        fact: a name of `slakit.machine.facts.FACTS`.
        among: the values, as their integer codes.
    """

    fact: str
    among: frozenset[int]

    def holds(self, facts: Mapping[str, int], texts: Texts) -> bool:  # noqa: ARG002 - one signature
        """Whether it holds."""
        return facts[self.fact] in self.among

    @property
    def facts(self) -> frozenset[str]:
        """The one fact."""
        return frozenset((self.fact,))

    def __repr__(self) -> str:
        """E.g. ``kind is message``."""
        names = FACTS[self.fact].names
        given = " or ".join(names[code] for code in sorted(self.among))
        if names == ("no", "yes"):
            return self.fact.replace("_", " ") if self.among == {1} else f"not {self.fact.replace('_', ' ')}"
        return f"{self.fact} is {given}"


@value(repr=False)
class Has(Condition):
    """A key of the event has one of some values, or (``among`` None) is there at all.

    Attributes:
        key: ``"actor"``, ``"status"`` (the product's own text), or a key of the kind (``"field"``, ``"to"``, ...).
        among: the values, or None.
    """

    key: str
    among: frozenset[Any] | None = None

    def holds(self, facts: Mapping[str, int], texts: Texts) -> bool:  # noqa: ARG002 - one signature
        """Whether it holds."""
        given = texts.get(self.key)
        return given is not None if self.among is None else given in self.among

    @property
    def texts(self) -> frozenset[str]:
        """The one key."""
        return frozenset((self.key,))

    def __repr__(self) -> str:
        """E.g. ``field = 'priority'``."""
        if self.among is None:
            return f"has {self.key}"
        return f"{self.key} = " + " or ".join(repr(given) for given in sorted(self.among, key=str))


@value(repr=False)
class Every(Condition):
    """All of some conditions hold."""

    among: tuple[Condition, ...]

    def holds(self, facts: Mapping[str, int], texts: Texts) -> bool:
        """Whether all hold."""
        return all(part.holds(facts, texts) for part in self.among)

    def parts(self) -> tuple[Condition, ...]:
        """The combined conditions."""
        return self.among

    def __repr__(self) -> str:
        """E.g. ``(a and b)``."""
        return "(" + " and ".join(map(repr, self.among)) + ")"


@value(repr=False)
class Some(Condition):
    """At least one of some conditions holds."""

    among: tuple[Condition, ...]

    def holds(self, facts: Mapping[str, int], texts: Texts) -> bool:
        """Whether one holds."""
        return any(part.holds(facts, texts) for part in self.among)

    def parts(self) -> tuple[Condition, ...]:
        """The combined conditions."""
        return self.among

    def __repr__(self) -> str:
        """E.g. ``(a or b)``."""
        return "(" + " or ".join(map(repr, self.among)) + ")"


@value(repr=False)
class Negation(Condition):
    """A condition does not hold."""

    of: Condition

    def holds(self, facts: Mapping[str, int], texts: Texts) -> bool:
        """Whether it does not hold."""
        return not self.of.holds(facts, texts)

    def parts(self) -> tuple[Condition, ...]:
        """The negated condition."""
        return (self.of,)

    def __repr__(self) -> str:
        """E.g. ``not (a or b)``."""
        return f"not {self.of!r}"


def fact(name: str, *values: str) -> Condition:
    """A condition on a fact, its values given by their names.

    Args:
        name: a fact, see `slakit.machine.facts.FACTS`.
        *values: names of values; none means "yes" for a yes-or-no fact.

    Raises:
        MetricError: ``unknown_condition``.
    """
    known = FACTS.get(name)
    if known is None:
        message = f"there is no fact {name!r} to ask of an event: {did_you_mean(name, FACTS)}"
        raise MetricError(message, code="unknown_condition", given=name, known=tuple(FACTS))
    codes = set()
    for given in values or ("yes",):
        if str(given) not in known.names:
            message = f"{name} is never {given!r}: {did_you_mean(given, filter(None, known.names))}"
            raise MetricError(message, code="unknown_condition", given=given, known=known.names)
        codes.add(known.names.index(str(given)))
    return Is(name, frozenset(codes))
