"""The fields of a ticket: what its `created` says and what `field` events changed since."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from slakit.events.event import Event
from slakit.events.kinds import EventKind
from slakit.events.life import life

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from slakit.events.columns import EventColumns

_FOREVER = 2**63 - 1


def fields_of(events: Sequence[Event], as_of: int = _FOREVER) -> dict[str, Any]:
    """The fields of one ticket as last known.

    Args:
        events: its events in canonical order.
        as_of: us; later events are not known.
    """
    fields: dict[str, Any] = {}
    for event in life(events, as_of):
        if event.kind is EventKind.CREATED:
            fields.update(event.data)
        elif event.kind is EventKind.FIELD:
            name, given = event.data["field"], event.data.get("value")
            if given is None:
                fields.pop(name, None)
            else:
                fields[name] = given
    return fields


def last_fields(columns: "EventColumns") -> "Callable[[str], tuple[NDArray[np.int32], Sequence[Any]]]":
    """The same for every ticket at once: a function from a field to codes (-1 where missing) and distinct values.

    Args:
        columns: only events that are known.
    """
    import numpy as np  # noqa: PLC0415 - objects do without

    created = np.flatnonzero(columns.kind == EventKind.CREATED)
    first = created[np.unique(columns.ticket[created], return_index=True)[1]]
    changes = np.flatnonzero(columns.kind == EventKind.FIELD)

    def coded(field: str) -> "tuple[NDArray[np.int32], Sequence[Any]]":
        codes, values = columns.coded(field)
        out = np.full(len(columns.tickets), -1, np.int32)
        out[columns.ticket[first]] = codes[first]
        names, known = columns.coded("field")
        if field in known:
            here = changes[names[changes] == known.index(field)]
            given, changed = columns.coded("value")
            last = here[np.flatnonzero(np.append(columns.ticket[here][1:] != columns.ticket[here][:-1], True))] if len(here) else here
            out[columns.ticket[last]] = np.where(given[last] < 0, -1, given[last] + len(values))
            values = [*values, *changed]
        return out, values

    return coded
