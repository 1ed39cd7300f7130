"""What every estimate carries: an interval, and the outcome of a comparison."""

from collections.abc import Iterator
from typing import Any, Literal

from slakit._value import value
from slakit.errors import StatsError, did_you_mean

Alternative = Literal["two-sided", "less", "greater"]
_ALTERNATIVES = ("two-sided", "less", "greater")


@value
class Interval:
    """The values that the data do not rule out: floats, or timedeltas where the sample holds durations.

    Attributes:
        low: lower end; None where the data give none (see ``reason``).
        high: upper end; None likewise.
        estimate: the point estimate that the interval belongs to, None if there is none.
        confidence: how often such intervals hold the truth, in (0, 1).
        method: how it was computed, e.g. ``"wilson"``.
        reason: why an end is missing, a sentence; empty if none is.
    """

    low: Any
    high: Any
    estimate: Any = None
    confidence: float = 0.95
    method: str = ""
    reason: str = ""

    def __iter__(self) -> Iterator[Any]:
        """The two ends, so that ``low, high = interval`` works."""
        yield self.low
        yield self.high

    def __contains__(self, number: Any) -> bool:
        """Whether a number lies inside, ends included; an end that is missing excludes nothing."""
        return bool((self.low is None or self.low <= number) and (self.high is None or number <= self.high))


@value
class Difference:
    """A change from one sample to another, the second minus (a ratio: over) the first, with its test.

    Values are floats, or timedeltas where the samples are durations.

    Attributes:
        estimate: how much the second lies above the first; None where one side is empty.
        low: lower end of the interval; None where the data give none.
        high: upper end.
        confidence: of the interval.
        method: how the interval was computed.
        statistic: of the test, None if there is none.
        p_value: two-sided: how often chance alone moves it so far; None without a test.
        standard_error: of the estimate, where the method has one.
        reason: why a number is missing.
        null: the value that means no change: 0, or 1 for a ratio.
    """

    estimate: Any
    low: Any
    high: Any
    confidence: float = 0.95
    method: str = ""
    statistic: float | None = None
    p_value: float | None = None
    standard_error: float | None = None
    reason: str = ""
    null: Any = 0.0

    def __iter__(self) -> Iterator[Any]:
        """The two ends of the interval."""
        yield self.low
        yield self.high

    @property
    def noise(self) -> bool | None:
        """Whether no change at all is inside the interval; None where there is no whole interval."""
        if self.low is None or self.high is None:
            return None
        return bool(self.low <= self.null <= self.high)


def tails(confidence: float, alternative: str = "two-sided") -> float:
    """The mass of one tail of an interval.

    Raises:
        StatsError: ``bad_confidence``, ``unknown_alternative``.
    """
    if not 0.0 < confidence < 1.0:
        message = f"confidence is {confidence!r}, but must lie between 0 and 1, e.g. 0.95 for 95 percent"
        raise StatsError(message, code="bad_confidence", given=confidence)
    if alternative not in _ALTERNATIVES:
        message = f"unknown alternative {alternative!r}: {did_you_mean(alternative, _ALTERNATIVES)}"
        raise StatsError(message, code="unknown_alternative", given=alternative, known=_ALTERNATIVES)
    return (1.0 - confidence) / 2.0 if alternative == "two-sided" else 1.0 - confidence


def checked_counts(successes: int, n: int, *, what: str = "successes") -> tuple[int, int]:
    """A count out of a number of trials, as ints.

    Raises:
        StatsError: ``bad_count`` unless both are whole and 0 <= successes <= n.
    """
    whole = (as_count(successes, what), as_count(n, "n"))
    if whole[0] > whole[1]:
        message = f"{what} is {successes}, but n is only {n}: a part cannot exceed its whole"
        raise StatsError(message, code="bad_count", given=successes, n=n)
    return whole


def as_count(given: object, what: str) -> int:
    """A whole, non-negative number as an int.

    Raises:
        StatsError: ``bad_count``.
    """
    try:
        number: int = int(given)  # type: ignore[call-overload]
        fits = number == given and number >= 0
    except (TypeError, ValueError, OverflowError):
        fits = False
        number = 0
    if not fits:
        message = f"{what} is {given!r}, but must be a whole number of at least 0"
        raise StatsError(message, code="bad_count", given=given)
    return number


def unknown_method(given: str, known: tuple[str, ...]) -> StatsError:
    """The error for a method that does not exist, ``unknown_method``."""
    message = f"unknown method {given!r}: {did_you_mean(given, known)}"
    return StatsError(message, code="unknown_method", given=given, known=known)
