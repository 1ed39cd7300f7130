"""Fields of many tickets at once, as last known."""

from typing import TYPE_CHECKING, Any

import numpy as np

from slakit.errors import QueryError, did_you_mean
from slakit.events.kinds import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slakit.events.columns import EventColumns


def field_names(columns: "EventColumns") -> tuple[str, ...]:
    """The fields that some ticket was created with or was given later, ascending."""
    created = columns.kind == EventKind.CREATED.value
    names = {key for key in columns.keys if (columns.coded(key)[0][created] >= 0).any()}
    codes, given = columns.coded("field")
    changed = np.unique(codes[columns.kind == EventKind.FIELD.value])
    return tuple(sorted(names | {str(given[code]) for code in changed[changed >= 0].tolist()}))


def latest_field(columns: "EventColumns", key: str, *, also: "Sequence[str]" = ()) -> "tuple[NDArray[np.int64], list[Any]]":
    """A field of every ticket as last known: its value at creation, or what the last change made it.

    Args:
        columns: the events known.
        key: the field.
        also: further names that the message lists where the field is unknown.

    Returns:
        int64[tickets] codes, -1 where the ticket has no such field, and the values that they stand for.

    Raises:
        QueryError: ``unknown_key``.
    """
    codes, values = columns.coded(key)
    known = codes[columns.starts[:-1]].astype(np.int64)
    field, names = columns.coded("field")
    if key not in names:
        if not (known >= 0).any():
            message = f"no ticket has a field {key!r}: {did_you_mean(key, [*also, *field_names(columns)])}"
            raise QueryError(message, code="unknown_key", given=key)
        return known, values
    later, changed = columns.coded("value")
    at = np.flatnonzero((columns.kind == EventKind.FIELD.value) & (field == names.index(key)))
    numbers = {value: number for number, value in enumerate(values)}
    whole = list(values)
    recode = np.full(len(changed) + 1, -1, np.int64)
    for code in np.unique(later[at][later[at] >= 0]).tolist():
        if changed[code] not in numbers:
            numbers[changed[code]] = len(whole)
            whole.append(changed[code])
        recode[code] = numbers[changed[code]]
    known[columns.ticket[at]] = recode[later[at]]
    return known, whole
