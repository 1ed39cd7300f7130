"""Conditions on a ticket's fields, as data: who a policy, an exclusion or a selection is about.

`{"tier": "gold", "seats": {"min": 10}}` holds where all its parts hold. A part is

- field -> value, or a list or set of values, one of which the field must have;
- field -> a range: ``min`` / ``ge``, ``max`` / ``le`` (bounds belong to it), ``gt``, ``lt`` (bounds do not);
- field -> ``{"not": ...}`` of any of these, or ``{"known": True}``;
- ``"any"`` or ``"all"`` -> a list of conditions; ``"not"`` -> one.

A field that the ticket does not have satisfies negations only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import attrs

from slakit._value import value
from slakit.errors import EventError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Coded = Callable[[str], tuple[NDArray[np.int32], Sequence[Any]]]

Test = Callable[[Any], bool]
Matches = Callable[[Mapping[str, Any]], bool]
_JUNCTIONS = ("any", "all", "not")
_BOUNDS = {"min": "ge", "max": "le", "ge": "ge", "le": "le", "gt": "gt", "lt": "lt"}
_SIGNS = {"ge": ">=", "le": "<=", "gt": ">", "lt": "<"}
_WORDS = (*_BOUNDS, "not", "known", "in")
_NESTED = (Mapping, list, tuple, set, frozenset)


@value
class Values:
    """The field has one of some values."""

    field: str
    values: tuple[Any, ...]

    def test(self) -> Test:
        """The check of one value."""
        allowed = frozenset(self.values)
        return lambda given: _hashable(given) in allowed

    def plain(self) -> dict[str, Any]:
        """The plain form."""
        return {self.field: self.values[0] if len(self.values) == 1 else list(self.values)}

    def __str__(self) -> str:
        """In words."""
        return f"{self.field} is {' or '.join(map(_shown, self.values))}"


@value
class Range:
    """The field lies between bounds; text that writes a number counts as that number where a bound is one."""

    field: str
    bounds: tuple[tuple[str, Any], ...]

    def test(self) -> Test:
        """The check of one value."""
        bounds = self.bounds

        def within(given: Any) -> bool:
            try:
                for name, bound in bounds:
                    number = _number(given) if isinstance(given, str) and not isinstance(bound, str) else given
                    if not (
                        number >= bound
                        if name == "ge"
                        else number <= bound
                        if name == "le"
                        else number > bound
                        if name == "gt"
                        else number < bound
                    ):
                        return False
            except (TypeError, ValueError):
                return False
            return True

        return within

    def plain(self) -> dict[str, Any]:
        """The plain form."""
        short = {"ge": "min", "le": "max"}
        return {self.field: {short.get(name, name): bound for name, bound in self.bounds}}

    def __str__(self) -> str:
        """In words."""
        return " and ".join(f"{self.field} {_SIGNS[name]} {_shown(bound)}" for name, bound in self.bounds)


@value
class Known:
    """The ticket has the field at all."""

    field: str

    def test(self) -> Test:
        """The check of one value."""
        return lambda _: True

    def plain(self) -> dict[str, Any]:
        """The plain form."""
        return {self.field: {"known": True}}

    def __str__(self) -> str:
        """In words."""
        return f"{self.field} is known"


@value
class Not:
    """The inner condition does not hold."""

    inner: "Node"

    def plain(self) -> dict[str, Any]:
        """The plain form."""
        if isinstance(self.inner, Values | Range):
            ((field, given),) = self.inner.plain().items()
            return {field: {"not": given}}
        return {self.inner.field: {"known": False}} if isinstance(self.inner, Known) else {"not": self.inner.plain()}

    def __str__(self) -> str:
        """In words."""
        return f"not ({self.inner})"


@value
class Joined:
    """All (or any) of the parts hold."""

    parts: tuple["Node", ...]
    every: bool = True

    def plain(self) -> dict[str, Any]:
        """The plain form."""
        rows = [part.plain() for part in self.parts]
        if not self.every:
            return {"any": rows}
        names = [name for row in rows for name in row]
        if len(names) == len(set(names)):
            return {name: given for row in rows for name, given in row.items()}
        return {"all": rows}

    def __str__(self) -> str:
        """In words."""
        words = (f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts)
        return (" and " if self.every else " or ").join(words)


Node = Values | Range | Known | Not | Joined


@value(repr=False)
class Conditions:
    """Conditions, checked and compiled once; true without any.

    Attributes:
        root: the conditions as a tree.
        fields: the fields that they read, ascending.
        matches: whether they hold for a mapping of fields (None counts as missing).
    """

    root: Joined
    fields: tuple[str, ...] = attrs.field(eq=False)
    matches: Matches = attrs.field(eq=False)

    @classmethod
    def of(cls, when: "Mapping[str, Any] | Conditions | None") -> Self:
        """Conditions from their plain form.

        Raises:
            EventError: ``bad_condition``, naming the place.
        """
        if isinstance(when, cls):
            return when
        root = _parse(when or {}, ())
        joined = root if isinstance(root, Joined) else Joined((root,))
        return cls(joined, tuple(sorted(set(_fields(joined)))), _compile(joined))

    def over(self, coded: "Coded", count: int) -> "NDArray[np.bool_]":
        """Whether they hold, for many tickets (or events) at once.

        Args:
            coded: gives, for a field, the code of each element (-1 where missing) and the distinct values.
            count: number of elements.
        """
        return _over(self.root, coded, count)

    def to_dict(self) -> dict[str, Any]:
        """The plain form, which `of` reads back."""
        return self.root.plain()

    def __bool__(self) -> bool:
        """Whether there is any condition."""
        return bool(self.root.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the plain form; what is compiled is compiled again."""
        return Conditions.of, (self.to_dict(),)

    def __str__(self) -> str:
        """In words."""
        return str(self.root) if self else "always"

    def __repr__(self) -> str:
        """Evaluates to equal conditions."""
        return f"Conditions.of({self.to_dict()!r})"


def _bad(path: Sequence[str], given: object, allowed: str) -> EventError:
    place = " > ".join(path) or "the conditions"
    return EventError(f"{place}: {given!r} is no condition: {allowed}", code="bad_condition", path=tuple(path), given=given)


def _parse(given: Any, path: tuple[str, ...]) -> Node:
    if not isinstance(given, Mapping):
        raise _bad(path, given, "give a mapping of fields to values, e.g. {'tier': 'gold'}")
    parts: list[Node] = []
    for key, wanted in given.items():
        here = (*path, str(key))
        if not isinstance(key, str):
            raise _bad(path, key, "a field's name is text")
        if key == "not":
            parts.append(Not(_parse(wanted, here)))
        elif key in _JUNCTIONS:
            if not isinstance(wanted, list | tuple) or not wanted:
                raise _bad(here, wanted, f"give a list of one or more conditions, e.g. {{{key!r}: [{{'tier': 'gold'}}, {{'vip': True}}]}}")
            parts.append(Joined(tuple(_parse(part, (*here, str(place))) for place, part in enumerate(wanted)), every=key == "all"))
        else:
            parts.append(_parse_field(key, wanted, here))
    return parts[0] if len(parts) == 1 else Joined(tuple(parts))


def _parse_field(field: str, wanted: Any, path: tuple[str, ...]) -> Node:
    if wanted is None:
        raise _bad(path, wanted, f"None is no value; for tickets without the field write {{{field!r}: {{'known': False}}}}")
    if isinstance(wanted, list | tuple | set | frozenset):
        return Values(field, _distinct(wanted, path))
    if not isinstance(wanted, Mapping):
        return Values(field, _distinct((wanted,), path))
    parts = [_parse_word(field, word, given, (*path, str(word))) for word, given in wanted.items() if word not in _BOUNDS]
    bounds: dict[str, Any] = {}
    for word in (word for word in wanted if word in _BOUNDS):
        given = wanted[word]
        if given is None or isinstance(given, _NESTED) or _BOUNDS[word] in bounds:
            raise _bad((*path, word), given, "give one value that can be compared, and each bound once")
        bounds[_BOUNDS[word]] = given
    if bounds:
        parts.insert(0, Range(field, _ordered(field, bounds, path)))
    if not parts:
        raise _bad(path, wanted, f"give at least one of {', '.join(_WORDS)}")
    return parts[0] if len(parts) == 1 else Joined(tuple(parts))


def _parse_word(field: str, word: Any, given: Any, path: tuple[str, ...]) -> Node:
    if word == "not":
        return Not(_parse_field(field, given, path))
    if word == "known":
        if not isinstance(given, bool):
            raise _bad(path, given, "give True or False")
        return Known(field) if given else Not(Known(field))
    if word == "in":
        return _parse_field(field, list(given) if isinstance(given, Iterable) and not isinstance(given, str) else given, path)
    raise _bad(path, word, did_you_mean(word, _WORDS))


def _ordered(field: str, bounds: Mapping[str, Any], path: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    for low in ("ge", "gt"):
        for high in ("le", "lt"):
            if low in bounds and high in bounds:
                try:
                    empty = bounds[low] > bounds[high] or (bounds[low] == bounds[high] and (low, high) != ("ge", "le"))
                except TypeError:
                    raise _bad(path, dict(bounds), "bounds of one kind: both numbers, or both text") from None
                if empty:
                    raise _bad(path, dict(bounds), f"no {field} lies between these bounds: give the lower one first")
    return tuple((name, bounds[name]) for name in _SIGNS if name in bounds)


def _distinct(wanted: Iterable[Any], path: tuple[str, ...]) -> tuple[Any, ...]:
    values: list[Any] = []
    for given in wanted:
        if given is None or given.__hash__ is None:
            raise _bad(path, given, "only plain values can be compared: text, numbers, True, False, dates")
        if given not in values:
            values.append(given)
    if not values:
        raise _bad(path, wanted, "no value could match an empty list: name one or more")
    return tuple(sorted(values, key=lambda given: (type(given).__name__, given)))


def _fields(node: Node) -> Iterable[str]:
    if isinstance(node, Joined):
        for part in node.parts:
            yield from _fields(part)
    elif isinstance(node, Not):
        yield from _fields(node.inner)
    else:
        yield node.field


def _compile(node: Node) -> Matches:
    if isinstance(node, Joined):
        compiled = tuple(map(_compile, node.parts))
        if len(compiled) == 1:
            return compiled[0]
        if node.every:
            return lambda fields: all(part(fields) for part in compiled)
        return lambda fields: any(part(fields) for part in compiled)
    if isinstance(node, Not):
        inner = _compile(node.inner)
        return lambda fields: not inner(fields)
    test, field = node.test(), node.field

    def holds(fields: Mapping[str, Any]) -> bool:
        given = fields.get(field)
        return given is not None and test(given)

    return holds


def _over(node: Node, coded: "Coded", count: int) -> "NDArray[np.bool_]":
    import numpy as np  # noqa: PLC0415 - objects do without

    if isinstance(node, Joined):
        out = np.full(count, node.every)
        for part in node.parts:
            if node.every:
                out &= _over(part, coded, count)
            else:
                out |= _over(part, coded, count)
        return out
    if isinstance(node, Not):
        return ~_over(node.inner, coded, count)
    codes, values = coded(node.field)
    test = node.test()
    table = np.array([*(test(given) for given in values), False], np.bool_)
    return table[codes]


def _hashable(given: Any) -> Any:
    return given if given.__hash__ is not None else repr(given)


def _shown(given: Any) -> str:
    return given.isoformat() if isinstance(given, date) else repr(given)


def _number(text: str) -> float | int:
    try:
        return int(text)
    except ValueError:
        return float(text)
