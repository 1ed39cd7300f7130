"""Errors and findings: what raises, and what is only doubtful.

An error says where, what was given, what is allowed and what to do. Its type, ``code`` and
``fields`` are API; its text is not. A `Finding` travels beside a result.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from slakit._value import value


class SlakitError(Exception):
    """The root of every error that slakit raises on purpose.

    Attributes:
        code: stable, machine-readable name of what is wrong.
        fields: the values that the message speaks of.
    """

    def __init__(self, message: str, *, code: str, **fields: Any) -> None:
        """Carry a message for people and a code with fields for programs."""
        super().__init__(message)
        self.code = code
        self.fields: dict[str, Any] = fields

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with code and fields, so that errors cross process borders whole."""
        return _rebuild, (type(self), self.args[0], self.code, self.fields)


def _rebuild(cls: type[SlakitError], message: str, code: str, fields: dict[str, Any]) -> SlakitError:
    return cls(message, code=code, **fields)


class TimeError(SlakitError, ValueError):
    """An instant, a span or a zone that cannot be read."""


class ScheduleError(SlakitError, ValueError):
    """Working hours that contradict themselves, or a question that they cannot answer."""


class EventError(SlakitError, ValueError):
    """One event (row) that would make the numbers meaningless."""


class MetricError(SlakitError, ValueError):
    """A clock whose conditions contradict each other, or an unknown metric."""


class PolicyError(SlakitError, ValueError):
    """A contract that cannot mean what it says."""


class MoneyError(SlakitError, ValueError):
    """An amount that is not exact, or currencies that do not mix."""


class PenaltyError(SlakitError, ValueError):
    """A penalty rule that contradicts itself."""


class SurveyError(SlakitError, ValueError):
    """A rating off its scale, or scales that do not mix."""


class StatsError(SlakitError, ValueError):
    """A statistic asked of numbers that cannot give it."""


class MergeError(SlakitError, ValueError):
    """Two aggregates whose sum would not be exact."""


class QueryError(SlakitError, ValueError):
    """A question about a result that names something unknown, or a window that is empty."""


SHOWN_ERRORS = 20
"""How many of its errors the message of a `LogErrors` lists."""


class LogErrors(ExceptionGroup[SlakitError], ValueError):  # noqa: N818 - a group of errors, named so
    """Every bad row of a log at once; ``exceptions`` holds one `EventError` a fault."""

    def __new__(cls, message: str, exceptions: Sequence[SlakitError]) -> Self:
        """A group whose message lists its members, so that who only sees the message sees them too."""
        shown = [f"  - {error}" for error in exceptions[:SHOWN_ERRORS]]
        if len(exceptions) > len(shown):
            shown.append(f"  ... and {len(exceptions) - len(shown)} more (see .exceptions)")
        return super().__new__(cls, "\n".join([message.partition("\n")[0], *shown]), exceptions)

    @property
    def code(self) -> str:
        """Always ``"log_errors"``; each member has a code of its own."""
        return "log_errors"

    @property
    def fields(self) -> dict[str, Any]:
        """The codes of the members with their counts."""
        counts: dict[str, int] = {}
        for error in self.exceptions:
            code = getattr(error, "code", type(error).__name__)
            counts[code] = counts.get(code, 0) + 1
        return {"codes": counts}

    def derive(self, excs: Sequence[Any]) -> Self:  # type: ignore[override]  # a log's errors are its own kind only
        """Keep the type when the group is split."""
        return type(self)(self.message, excs)

    def __str__(self) -> str:
        """The headline, then one line an error (the first twenty)."""
        return self.message


@value
class Finding:
    """Something doubtful that did not stop the work.

    Attributes:
        code: stable name, e.g. ``"no_created"``.
        message: a sentence for people.
        ticket: the ticket concerned, None where it concerns the whole log.
        at: the instant concerned, microseconds since the epoch, or None.
        fields: further values, as sorted pairs so that findings compare and hash.
    """

    code: str
    message: str
    ticket: str | int | None = None
    at: int | None = None
    fields: tuple[tuple[str, Any], ...] = ()


def did_you_mean(given: object, known: Iterable[object]) -> str:
    """The end of a message: the nearest known name, then all of them; said where they are integers and text was given, or the other way.

    Args:
        given: what the caller wrote.
        known: the names that are allowed; one that stands twice is listed once.
    """
    import difflib  # noqa: PLC0415 - only errors pay for it

    names = {str(name): name for name in known}
    if not names:
        return "none is known"
    near = difflib.get_close_matches(str(given), names, n=1, cutoff=0.6)
    listed = ", ".join(names) if len(names) <= 40 else ", ".join(list(names)[:40]) + f", ... ({len(names)} in all)"  # noqa: PLR2004 - more is no list to read
    integers = all(type(name) is int for name in names.values())
    kind = ""
    if integers and isinstance(given, str):
        kind = "the known ones are integers, not text: "
    elif type(given) is int and all(isinstance(name, str) for name in names.values()):
        kind = "the known ones are text, not integers: "
    hint = f"did you mean {int(near[0]) if integers else near[0]!r}? " if near else ""
    return f"{kind}{hint}known: {listed}"


def sorted_fields(fields: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A mapping as the sorted pairs that `Finding` holds."""
    return tuple(sorted(fields.items()))
