"""A level of a target: a share of it, or a span before or after it."""

import re
from fractions import Fraction
from typing import Any

from slakit._time import fixed_span, span_text
from slakit._value import value
from slakit.errors import PolicyError, TimeError

_SHARE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")
_OFFSET = re.compile(r"\s*([+-])\s*(.+)")


@value(repr=False)
class Level:
    """How much of a target is used up when something falls due.

    Attributes:
        share: share of the target, exact; 1 for a level that is a span before or after it.
        offset_us: span after the target (negative: before), us of the target's clock.
    """

    share: Fraction = Fraction(1)
    offset_us: int = 0

    @classmethod
    def of(cls, given: Any) -> "Level":
        """A level from ``"75%"``, ``"-30m"`` or ``"+1h"``.

        Raises:
            PolicyError: ``bad_level``.
        """
        if isinstance(given, Level):
            return given
        if isinstance(given, str):
            if share := _SHARE.fullmatch(given):
                if Fraction(share[1]) > 0:
                    return cls(Fraction(share[1]) / 100)
            elif offset := _OFFSET.fullmatch(given):
                try:
                    length = fixed_span(offset[2])
                except TimeError as error:
                    message = f"at={given!r}: {error}"
                    raise PolicyError(message, code="bad_level", given=given) from None
                return cls(Fraction(1), -length if offset[1] == "-" else length)
        message = (
            f"at={given!r} is no level: write a share of the target such as '75%', or a span before or after it such as '-30m' or '+1h'"
        )
        raise PolicyError(message, code="bad_level", given=given)

    @property
    def beyond(self) -> bool:
        """Whether it falls due once the target is passed: at 100 % or later."""
        return self.share.numerator >= self.share.denominator and self.offset_us >= 0

    def limit(self, target_us: int) -> int:
        """The judged span (us) at which it is reached; a level that is ``beyond`` falls due once that is exceeded."""
        parts = self.share.denominator
        whole, rest = divmod(self.share.numerator * target_us + self.offset_us * parts, parts)
        return whole if self.beyond else max(0, whole + (rest != 0))

    def __str__(self) -> str:
        """The text form, which reads back."""
        if self.offset_us:
            return f"{'+' if self.offset_us > 0 else '-'}{span_text(abs(self.offset_us))}"
        percent = self.share * 100
        return f"{percent.numerator}%" if percent.denominator == 1 else f"{_decimal(percent)}%"

    def __repr__(self) -> str:
        """Evaluates."""
        return f"Level.of({str(self)!r})"


def _decimal(percent: Fraction) -> str:
    whole, rest = divmod(percent.numerator, percent.denominator)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, percent.denominator)
        digits += str(digit)
    return f"{whole}.{digits}"
