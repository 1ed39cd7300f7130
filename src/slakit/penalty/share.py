"""A share of a fee, and the amounts of a rule: money, or a share of a fee."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from slakit._value import value
from slakit.errors import PenaltyError
from slakit.money import Money, decimal

_PERCENT = 100


@value(repr=False)
class Share:
    """An exact share, e.g. of a monthly fee.

    Attributes:
        fraction: the share as a fraction of one.
    """

    fraction: Fraction

    def __init__(self, given: "str | Fraction | Share") -> None:
        """A share from ``"10%"``, ``"1/2000"`` or a Fraction.

        Raises:
            PenaltyError: ``bad_share``.
        """
        object.__setattr__(self, "fraction", _fraction(given))

    def of(self, fee: Fraction) -> Fraction:
        """The share of an amount."""
        return self.fraction * fee

    def __mul__(self, factor: "Share | int | Fraction") -> "Share":
        """A share of a share, or a multiple."""
        return Share(self.fraction * (factor.fraction if isinstance(factor, Share) else factor))

    __rmul__ = __mul__

    def __str__(self) -> str:
        """As ``"10%"``, or as a fraction where percent would have no end; it reads back."""
        percent = self.fraction * _PERCENT
        denominator = percent.denominator
        for prime in (2, 5):
            while denominator % prime == 0:
                denominator //= prime
        if denominator != 1:
            return f"{self.fraction.numerator}/{self.fraction.denominator}"
        return f"{(Decimal(percent.numerator) / Decimal(percent.denominator)):f}%"

    def __repr__(self) -> str:
        """Evaluates."""
        return f"Share({str(self)!r})"


def _fraction(given: Any) -> Fraction:
    found = None
    if isinstance(given, Share):
        return given.fraction
    if isinstance(given, Fraction):
        found = given
    elif isinstance(given, str):
        text = given.strip()
        try:
            found = Fraction(decimal(text[:-1])) / _PERCENT if text.endswith("%") else Fraction(text) if "/" in text else None
        except (ValueError, ZeroDivisionError):
            found = None
    if found is None or found < 0:
        message = f"{given!r} is no share: write it like '10%' or '1/2000', not below zero"
        raise PenaltyError(message, code="bad_share", given=given)
    return found


Amount = Money | Share


def amount(given: Any, *, what: str) -> Amount:
    """Money or a share of a fee, from either or from text such as ``"50,000 IRR"`` and ``"10%"``.

    Args:
        given: what the caller wrote.
        what: where it stands, for the message.

    Raises:
        PenaltyError: ``bad_amount`` for what is neither; ``negative_amount``.
        MoneyError: as `slakit.money.Money`.
    """
    if isinstance(given, Fraction):
        given = Share(given)
    if isinstance(given, str):
        text = given.strip()
        given = Share(text) if text.endswith("%") or "/" in text else Money.parse(text)
    if isinstance(given, float):
        message = f"{what}={given!r} is a float, which holds no exact amount: write Money({str(given)!r}, 'IRR')"
        raise PenaltyError(message, code="float_rate", given=given)
    if not isinstance(given, Money | Share):
        message = f"{what}={given!r} is no amount: give Money(50_000, 'IRR'), or a share of the fee such as '10%'"
        raise PenaltyError(message, code="bad_amount", given=given)
    if isinstance(given, Money) and given.amount < 0:
        message = f"{what}={given} is below zero: a penalty is never negative; give the amount that a breach costs"
        raise PenaltyError(message, code="negative_amount", given=given)
    return given
