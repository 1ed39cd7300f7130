"""The frozen base of every value in slakit: immutable, slotted, compared by content."""

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform, overload

import attrs

C = TypeVar("C", bound=type)
T = TypeVar("T")


@overload
def value(cls: C) -> C: ...
@overload
def value(*, eq: bool = True, order: bool = False, repr: bool = True) -> Callable[[C], C]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def value(cls: Any = None, *, eq: bool = True, order: bool = False, repr: bool = True) -> Any:  # noqa: A002 - mirrors attrs
    """Make a class a frozen, slotted attrs value.

    Args:
        cls: the class, when used without arguments.
        eq: compare (and hash) by content.
        order: also order by content.
        repr: derive the repr; turn off for a class that writes a sentence of its own.
    """
    decorate = attrs.define(frozen=True, slots=True, eq=eq, order=order, repr=repr, cache_hash=False)
    return decorate if cls is None else decorate(cls)


def changed(given: T, **changes: Any) -> T:
    """The same value with some fields changed."""
    return attrs.evolve(given, **changes)  # type: ignore[misc]  # every value is an attrs instance, which the transform hides


def field_names(cls: type) -> tuple[str, ...]:
    """Names of a value's fields, in order."""
    return tuple(field.name for field in attrs.fields(cls))
