"""Counts by paths of fields: shares of all, and of the level above."""

from typing import Any

from slakit._value import value
from slakit.service.result import Result
from slakit.service.tally import Share


@value(eq=False, repr=False)
class Breakdown(Result):
    """A count by a path of fields, from the widest to the narrowest."""

    def share(self, key: Any) -> Share:
        """How many of all tickets are in a group, or under a path: so many of so many.

        Args:
            key: a group's key, or the first parts of it as a tuple.
        """
        return Share(self.under(key), self.n)

    def share_of_parent(self, key: Any) -> Share:
        """How many of the tickets of the level above are in a group."""
        path = _path(key)
        return Share(self.under(path), self.under(path[:-1]))

    def under(self, key: Any) -> int:
        """How many tickets are in the groups whose key begins with a path; an empty path holds all."""
        path = _path(key)
        return sum(group.n for found, group in self.groups.items() if _path(found)[: len(path)] == path)

    def to_dict(self) -> dict[str, list[Any]]:
        """The rows of `Result.to_dict`, with ``share`` and ``share_of_parent``."""
        columns = Result.to_dict(self)
        under: dict[tuple[Any, ...], int] = {}
        for key, group in self.groups.items():
            path = _path(key)
            for depth in range(len(path) + 1):
                under[path[:depth]] = under.get(path[:depth], 0) + group.n
        columns["share"] = [group.n / self.n if self.n else None for _, group in self.told()]
        columns["share_of_parent"] = [group.n / under[_path(key)[:-1]] if under[_path(key)[:-1]] else None for key, group in self.told()]
        return columns


def _path(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)
