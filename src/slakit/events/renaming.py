"""Their column names to ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from slakit.errors import EventError, did_you_mean
from slakit.events.quarantine import refuse


class Renaming:
    """A mapping of the source's names to ours; a name mapped to None is left out.

    The direction is always theirs -> ours. Columns that are not mentioned keep their names.
    """

    __slots__ = ("_latest", "_names", "_ours", "_seen")

    def __init__(self, columns: Mapping[str, str | None]) -> None:
        """Take the mapping.

        Raises:
            LogErrors: ``ambiguous_column`` where two columns would get one name.
        """
        self._names = dict(columns)
        ours = [name for name in columns.values() if name is not None]
        twice = sorted({name for name in ours if ours.count(name) > 1})
        if twice:
            message = f"columns= gives the name {', '.join(map(repr, twice))} to more than one column: map each of our keys once"
            raise refuse(EventError(message, code="ambiguous_column", names=tuple(twice)))
        self._ours = {ours: theirs for theirs, ours in columns.items() if ours is not None}
        self._latest: Iterable[str] = ()
        self._seen: set[str] = set()

    def row(self, row: Any) -> Any:
        """One row under our names.

        Raises:
            LogErrors: ``ambiguous_column``.
        """
        if not isinstance(row, Mapping):
            return row
        names = self._names
        self._latest = row
        renamed: dict[str, Any] = {}
        for key, given in row.items():
            if key in names:
                self._seen.add(key)
                if (name := names[key]) is not None:
                    renamed[name] = given
            elif key in self._ours and self._ours[key] in row:
                message = f"columns= renames another column to {key!r}, but there is one of that name: map it to None to leave it out"
                raise refuse(EventError(message, code="ambiguous_column", names=(key,)))
            else:
                renamed[key] = given
        return renamed

    def columns(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A table of columns under our names.

        Raises:
            LogErrors: ``missing_column``, ``ambiguous_column``.
        """
        renamed: dict[str, Any] = self.row(given)
        self.check()
        return renamed

    def check(self) -> None:
        """Ask that every name of the mapping was seen.

        Raises:
            LogErrors: ``missing_column``.
        """
        absent = [name for name in self._names if name not in self._seen]
        if not absent:
            return
        names = list(self._latest)
        turned = [name for name in absent if self._names[name] in names]
        hint = (
            "columns= goes from your name to ours, {yours: ours}; turn it round"
            if turned
            else did_you_mean(absent[0], names)
            if names
            else ""
        )
        message = f"columns= names {', '.join(map(repr, absent))}, which the input does not have" + (f": {hint}" if hint else "")
        raise refuse(EventError(message, code="missing_column", names=tuple(absent)))
