"""Adding the answers of two shards: exact, or refused."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slakit.errors import MergeError

if TYPE_CHECKING:
    from slakit.service.result import Result, Window

_SAME = ("metric", "unit", "variant", "basis", "as_of_us", "schedule", "by")


def merged(one: "Result", other: "Result") -> "Result":
    """The answer for the units of both.

    Args:
        one: an answer.
        other: the same question asked of other tickets in the same window, or in an adjacent window.

    Raises:
        MergeError: ``different_question`` (metric, variant, basis, as_of, schedule, groups),
            ``overlapping_windows``, ``separate_windows``, ``shared_tickets``, ``not_mergeable``.
    """
    for name in _SAME:
        if getattr(one, name) != getattr(other, name):
            message = f"the two answers differ in {name} ({getattr(one, name)!r} and {getattr(other, name)!r}): only shards of one question add up"
            raise MergeError(message, code="different_question", field=name, given=(getattr(one, name), getattr(other, name)))
    refuse_macro(one)
    window = joined(one.window, other.window)
    shared = set(one.tickets) & set(other.tickets)
    if shared and one.window == other.window:
        example = min(shared, key=str)
        message = f"{len(shared):,} tickets, e.g. {example!r}, stand in both shards: split a log by whole tickets"
        raise MergeError(message, code="shared_tickets", given=example, count=len(shared))
    keys = sorted({*one.groups, *other.groups}, key=order)
    groups = {key: _group(one.groups.get(key), other.groups.get(key), window) for key in keys}
    names = dict.fromkeys([*one.parts, *other.parts])
    parts = {
        name: one.parts[name] + other.parts[name]
        if name in one.parts and name in other.parts
        else (one.parts.get(name) or other.parts.get(name))
        for name in names
    }
    return one.but(
        tally=one.tally + other.tally,
        window=window,
        excluded=added(one.excluded, other.excluded),
        open=one.open + other.open,
        pending=one.pending + other.pending,
        parts=parts,
        counts=added(one.counts, other.counts),
        groups=groups,
        notes=tuple(dict.fromkeys((*one.notes, *other.notes))),
        held=tuple(sorted({*one.tickets, *other.tickets})),
        hits=tuple(sorted({*one.successes, *other.successes})),
        spans=_chained(one.spans, other.spans),
    )


def refuse_macro(result: "Result") -> None:
    """Refuse an answer whose sums are not those of single tickets."""
    if not result.mergeable:
        message = f"{result.metric} as {result.variant} is not a sum over tickets: ask it of the whole log"
        raise MergeError(message, code="not_mergeable", given=result.variant)


def joined(one: "Window", other: "Window") -> "Window":
    """The window of both: the same one, or two adjacent ones.

    Raises:
        MergeError: ``overlapping_windows``, ``separate_windows``.
    """
    if one == other:
        return one
    for first, second in ((one, other), (other, one)):
        if first.until is not None and first.until == second.since:
            return type(one)(first.since, second.until)
    for first, second in ((one, other), (other, one)):
        if first.until is not None and second.since is not None and first.until < second.since:
            message = f"the windows {one} and {other} do not touch: what lies between them would look empty"
            raise MergeError(message, code="separate_windows", given=(str(one), str(other)))
    message = f"the windows {one} and {other} overlap: units of both would count twice"
    raise MergeError(message, code="overlapping_windows", given=(str(one), str(other)))


def _group(one: "Result | None", other: "Result | None", window: "Window") -> "Result":
    if one is not None and other is not None:
        return merged(one, other)
    found = one if one is not None else other
    assert found is not None  # noqa: S101 - the key comes from one of the two
    return found.but(window=window)


def added(one: Mapping[Any, int], other: Mapping[Any, int]) -> dict[Any, int]:
    """Two tables of counts as one."""
    return {key: one.get(key, 0) + other.get(key, 0) for key in dict.fromkeys([*one, *other])}


def _chained(one: Sequence[int], other: Sequence[int]) -> Sequence[int]:
    if not len(one) or not len(other):
        return one if len(one) else other
    import numpy as np  # noqa: PLC0415 - only arrays come here

    return np.concatenate((np.asarray(one), np.asarray(other)))  # type: ignore[return-value]


def order(key: Any) -> tuple[Any, ...]:
    """Where a group's key sorts: numbers, then texts, nothing last; of several keys one after the other."""
    if isinstance(key, tuple):
        return tuple(part for element in key for part in order(element))
    if key is None:
        return (2, 0, "")
    return (0, key, "") if isinstance(key, int | float) else (1, 0, str(key))
