"""Priority from impact and urgency."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from slakit._value import value
from slakit.errors import PolicyError, did_you_mean
from slakit.policy.tables import table

Cells = tuple[tuple[str, str, str], ...]


def _cells(given: Any) -> Cells:
    if isinstance(given, Mapping):
        rows = []
        for key, cell in given.items():
            if isinstance(cell, Mapping):
                rows += [(str(key), str(urgency), str(priority)) for urgency, priority in cell.items()]
            elif isinstance(key, tuple) and len(key) == 2:  # noqa: PLR2004 - impact and urgency
                rows.append((str(key[0]), str(key[1]), str(cell)))
            else:
                message = f"priority matrix: {key!r}: {cell!r}: give {{impact: {{urgency: priority}}}} or {{(impact, urgency): priority}}"
                raise PolicyError(message, code="bad_matrix", given=key)
        return tuple(rows)
    return tuple(tuple(row) for row in given)


@value
class PriorityMatrix:
    """Impact x urgency -> priority.

    Attributes:
        cells: (impact, urgency, priority) rows; ``{impact: {urgency: priority}}`` is taken too.
        impact: name of the ticket's field with the impact.
        urgency: name of the ticket's field with the urgency.
    """

    if TYPE_CHECKING:

        def __init__(
            self, cells: Mapping[Any, Any] | Iterable[tuple[str, str, str]], *, impact: str = "impact", urgency: str = "urgency"
        ) -> None:
            """What the fields take; see the class."""

    cells: Cells = attrs.field(converter=_cells)
    impact: str = attrs.field(default="impact", kw_only=True)
    urgency: str = attrs.field(default="urgency", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a matrix that says two things, has a hole, or reads both sides from one field."""
        if self.impact == self.urgency:
            message = f"priority matrix: impact and urgency are both read from the field {self.impact!r}: name two fields"
            raise PolicyError(message, code="bad_matrix", given=self.impact)
        seen: dict[tuple[str, str], str] = {}
        for impact, urgency, priority in self.cells:
            if seen.setdefault((impact, urgency), priority) != priority:
                message = f"priority matrix: impact {impact!r} and urgency {urgency!r} have two priorities, {seen[impact, urgency]!r} and {priority!r}"
                raise PolicyError(message, code="bad_matrix", given=(impact, urgency))
        impacts, urgencies = {impact for impact, _ in seen}, {urgency for _, urgency in seen}
        holes = [(impact, urgency) for impact in sorted(impacts) for urgency in sorted(urgencies) if (impact, urgency) not in seen]
        if holes or not seen:
            message = f"priority matrix: no priority for {holes or 'anything'}: fill every cell"
            raise PolicyError(message, code="bad_matrix", given=tuple(holes))

    @property
    def priorities(self) -> frozenset[str]:
        """The priorities that it gives."""
        return frozenset(priority for _, _, priority in self.cells)

    def priority(self, fields: Mapping[str, Any]) -> str | None:
        """The priority of a ticket's fields; None where impact or urgency is missing or unknown."""
        impact, urgency = str(fields.get(self.impact)), str(fields.get(self.urgency))
        return next((given for one, other, given in self.cells if one == impact and other == urgency), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back."""
        nested: dict[str, dict[str, str]] = {}
        for impact, urgency, priority in self.cells:
            nested.setdefault(impact, {})[urgency] = priority
        return {"cells": nested, "impact": self.impact, "urgency": self.urgency}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "PriorityMatrix":
        """Read what `to_dict` gives.

        Raises:
            PolicyError: ``unknown_key``, ``bad_matrix``.
        """
        for key in table(plain, "priority matrix", "{'cells': {'high': {'high': 'urgent'}}}"):
            if key not in {"cells", "impact", "urgency"}:
                msg = f"priority matrix: unknown key {key!r}: {did_you_mean(key, ('cells', 'impact', 'urgency'))}"
                raise PolicyError(msg, code="unknown_key", given=key)
        if "cells" not in plain:
            msg = "priority matrix: the key 'cells' is missing: give impact -> urgency -> priority"
            raise PolicyError(msg, code="missing_key", key="cells")
        return cls(plain["cells"], impact=plain.get("impact", "impact"), urgency=plain.get("urgency", "urgency"))
