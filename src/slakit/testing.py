"""Laws that your own aggregates can be held to: the same checks that the library's own pass.

`check_monoid` needs nothing beyond the library; with a Hypothesis strategy (extra ``testing``) it draws its
examples from it.
"""

import json
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from slakit.errors import MergeError

__all__ = ["LawError", "check_monoid"]

Equal = Callable[[Any, Any], bool]
Fault = tuple[str, str]
_WHOLE = 4
_EXAMPLES = 100


class LawError(AssertionError):
    """A law that does not hold.

    Attributes:
        law: its name, e.g. ``"associative"``.
        values: the values with which it fails.
    """

    def __init__(self, law: str, values: tuple[Any, ...], detail: str) -> None:
        """Name the law and what breaks it."""
        super().__init__(f"the law {law!r} fails for {', '.join(map(repr, values))}: {detail}")
        self.law = law
        self.values = values


def check_monoid(
    values: Any,
    *,
    empty: Any,
    same: Callable[[Any, Any], bool] | None = None,
    examples: int = _EXAMPLES,
) -> None:
    """Check that values form a commutative monoid that travels.

    The laws: the sum is of the same type and leaves both sides as they were; ``empty`` on either side
    changes nothing; order and grouping do not matter; a sum that is refused (`MergeError`) is refused
    from both sides; ``from_dict(to_dict())`` gives the value back, also through JSON. The last is
    checked where the type has these methods.

    Args:
        values: example values, of which all pairs and the first few triples are tried; or a Hypothesis
            strategy, from which triples are drawn.
        empty: the sum of nothing.
        same: what counts as equal; None is ``==``.
        examples: how many triples to draw from a strategy.

    Raises:
        LawError: a law does not hold; it names the law and the values.
        TypeError: there is no value to try.

    Example:
        >>> from slakit.stats import Share
        >>> check_monoid([Share(1, 2), Share(0, 3), Share(5, 5)], empty=Share.empty())
    """
    equal = same or _equal
    if hasattr(values, "example") and hasattr(values, "map"):
        _draw(values, empty, equal, examples)
        return
    if not isinstance(values, Iterable) or not (tried := list(values)):
        message = f"nothing to check in {values!r}: give some values, or a Hypothesis strategy"
        raise TypeError(message)
    for value in tried:
        _refuse(_alone(value, empty, equal), (value,))
    for first, second in product(tried, repeat=2):
        _refuse(_pair(first, second, equal), (first, second))
    for first, second, third in product(tried[:_WHOLE], repeat=3):
        _refuse(_triple(first, second, third, equal), (first, second, third))


def _refuse(fault: Fault | None, values: tuple[Any, ...]) -> None:
    if fault is not None:
        raise LawError(fault[0], values, fault[1])


def _draw(strategy: Any, empty: Any, equal: Equal, examples: int) -> None:
    from hypothesis import HealthCheck, given, settings  # noqa: PLC0415 - the extra

    def laws(first: Any, second: Any, third: Any) -> None:
        _refuse(_alone(first, empty, equal), (first,))
        _refuse(_pair(first, second, equal), (first, second))
        _refuse(_triple(first, second, third, equal), (first, second, third))

    quiet = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    quiet(given(strategy, strategy, strategy)(laws))()


def _equal(first: Any, second: Any) -> bool:
    return bool(first == second)


def _sum(first: Any, second: Any) -> Any:
    """The sum, or None where it is refused."""
    try:
        return first + second
    except MergeError:
        return None


def _alone(value: Any, empty: Any, equal: Equal) -> Fault | None:
    for law, total in (("identity on the right", _sum(value, empty)), ("identity on the left", _sum(empty, value))):
        if total is None or not equal(total, value):
            return law, f"with empty it gives {total!r}"
    if hasattr(value, "to_dict") and hasattr(type(value), "from_dict"):
        data = value.to_dict()
        for law, travelled in (("from_dict undoes to_dict", data), ("from_dict undoes to_dict through JSON", json.loads(json.dumps(data)))):
            back = type(value).from_dict(travelled)
            if not equal(back, value):
                return law, f"it comes back as {back!r}"
    return None


def _pair(first: Any, second: Any, equal: Equal) -> Fault | None:
    before = repr(first), repr(second)
    total, mirrored = _sum(first, second), _sum(second, first)
    if (repr(first), repr(second)) != before:
        return "a sum changes neither side", f"they were {before[0]} and {before[1]}"
    if (total is None) != (mirrored is None):
        return "refused from both sides", "only one order is refused"
    if total is None:
        return None
    if type(total) is not type(first):
        return "closed", f"the sum is a {type(total).__name__}"
    return None if equal(total, mirrored) else ("commutative", f"{total!r} against {mirrored!r}")


def _triple(first: Any, second: Any, third: Any, equal: Equal) -> Fault | None:
    left, right = _sum(first, second), _sum(second, third)
    if left is None or right is None:
        return None
    one, other = _sum(left, third), _sum(first, right)
    held = (one is None) == (other is None) and (one is None or equal(one, other))
    return None if held else ("associative", f"{one!r} against {other!r}")
