"""Money: an exact decimal amount in one currency; rounding, and sharing out, in whole quanta."""

import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, get_args

from slakit._value import value
from slakit.errors import MoneyError, did_you_mean

Rounding = Literal["half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"]
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
RIAL, TOMAN = "IRR", "IRT"
RIALS_PER_TOMAN = 10
_NAMES = {"rial": RIAL, "ریال": RIAL, "toman": TOMAN, "تومان": TOMAN}
_WORDS = {RIAL: "ریال", TOMAN: "تومان"}
_WHOLE = frozenset({
    "IRR", "IRT", "JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF", "RWF", "KMF", "GNF", "DJF", "BIF", "VUV", "XXX", "POINTS",
})  # fmt: skip
_THOUSANDTHS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND", "LYD", "IQD"})
_CODE = re.compile(r"[A-Z]{3,12}")
_EXACT = Context(prec=4000, traps=[Inexact, InvalidOperation])
_PERSIAN = str.maketrans({**dict(zip("0123456789,.%", "۰۱۲۳۴۵۶۷۸۹٬٫٪", strict=True)), "-": "\u200e−"})
"""A minus stays to the left of its digits by the mark before it."""
_LATIN = str.maketrans({**dict(zip("۰۱۲۳۴۵۶۷۸۹٬٫−", "0123456789,.-", strict=True)), "\u200e": None})


def persian_figures(text: str) -> str:
    """Text that is a figure (``"-1,250.5"``, ``"10%"``, ``"1/3"``), with Persian digits and signs."""
    return text.translate(_PERSIAN)


def decimal(given: Any) -> Decimal:
    """An exact finite number as Decimal, from int, Decimal or text.

    Raises:
        MoneyError: ``float_amount`` for a float, whose decimal digits are not what was meant;
            ``bad_amount`` for anything else that is no finite number.
    """
    if type(given) is int:
        return Decimal(given)
    if isinstance(given, float):
        message = f"{given!r} is a float, which holds no exact amount: write it as text, e.g. '{given}', or as int or Decimal"
        raise MoneyError(message, code="float_amount", given=given)
    if isinstance(given, str):
        with suppress(InvalidOperation):
            given = Decimal(given.strip().replace(",", "").replace("_", ""))
    if isinstance(given, Decimal) and given.is_finite():
        return given
    message = f"{given!r} is no exact amount: give an int, a Decimal or text such as '12.50'"
    raise MoneyError(message, code="bad_amount", given=given)


def _currency(given: Any) -> str:
    if isinstance(given, str):
        code = _NAMES.get(given.strip().lower(), given)
        if _CODE.fullmatch(code):
            return code
    known = ("IRR", "IRT", "EUR", "USD", "GBP", "rial", "toman")
    upper = given.upper() if isinstance(given, str) else given
    message = f"currency={given!r}: write the capital letters of its code; {did_you_mean(upper, known)}, ..."
    raise MoneyError(message, code="bad_currency", given=given)


def quantum_of(currency: str) -> Decimal:
    """The smallest amount of a currency as it is paid: 1 rial, 1 toman, 0.01 euro."""
    if currency in _WHOLE:
        return Decimal(1)
    return Decimal("0.001") if currency in _THOUSANDTHS else Decimal("0.01")


def whole(exact: Fraction, mode: Rounding = "half_up") -> int:
    """An exact number rounded to an integer.

    Args:
        exact: the number.
        mode: ``"half_up"`` (halves away from zero), ``"half_even"``, ``"half_down"`` (halves towards
            zero), ``"up"`` (away from zero), ``"down"``, ``"ceiling"``, ``"floor"``.

    Raises:
        MoneyError: ``unknown_rounding``.
    """
    if mode not in ROUNDINGS:
        message = f"rounding={mode!r}: {did_you_mean(mode, ROUNDINGS)}"
        raise MoneyError(message, code="unknown_rounding", given=mode)
    below, rest = divmod(exact.numerator, exact.denominator)
    if not rest:
        return below
    outward = mode in {"half_up", "up"}
    if mode in {"half_up", "half_even", "half_down"}:
        twice = 2 * rest
        if twice != exact.denominator:
            return below + (twice > exact.denominator)
        if mode == "half_even":
            return below + (below & 1)
    elif mode in {"ceiling", "floor"}:
        return below + (mode == "ceiling")
    return below + ((exact > 0) == outward)


def share_out(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """A whole number of quanta shared out in proportion to weights, by largest remainder; the shares sum to it.

    Equal remainders go to the earliest.

    Args:
        total: how many quanta, not negative.
        weights: not negative; all zero shares out equally.
    """
    sum_of = sum(weights)
    if not weights:
        return []
    exact = [Fraction(total) * Fraction(weight) / sum_of if sum_of else Fraction(total, len(weights)) for weight in weights]
    shares = [share.numerator // share.denominator for share in exact]
    left = total - sum(shares)
    by_rest = sorted(range(len(exact)), key=lambda place: shares[place] - exact[place])
    for place in by_rest[:left]:
        shares[place] += 1
    return shares


@value(repr=False)
class Money:
    """An exact amount in one currency.

    Attributes:
        amount: Decimal; int and text are taken, a float is refused.
        currency: code in capital letters, e.g. ``"IRR"``; ``"rial"`` and ``"toman"`` are taken, a
            toman (``"IRT"``) being ten rials.
    """

    amount: Decimal
    currency: str

    def __init__(self, amount: int | str | Decimal, currency: str) -> None:
        """An amount of a currency.

        Raises:
            MoneyError: ``float_amount``, ``bad_amount``, ``bad_currency``.
        """
        object.__setattr__(self, "amount", decimal(amount))
        object.__setattr__(self, "currency", _currency(currency))

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Read ``"50,000 IRR"``, ``"5000 toman"`` or ``"۵۰٬۰۰۰ ریال"``.

        Raises:
            MoneyError: ``bad_money``, and as the class.
        """
        amount, _, currency = text.translate(_LATIN).strip().rpartition(" ")
        if not amount:
            message = f"{text!r} is no money: write an amount and a currency, e.g. '50,000 IRR'"
            raise MoneyError(message, code="bad_money", given=text)
        return cls(amount.strip(), currency)

    @classmethod
    def of(cls, exact: Fraction, currency: str, *, quantum: Any = None, mode: Rounding = "half_up") -> "Money":
        """An exact fraction as money, rounded to whole quanta.

        Args:
            exact: the amount.
            currency: its code.
            quantum: what it is rounded to a multiple of; None: the currency's smallest amount.
            mode: see `whole`.
        """
        step = _quantum(quantum, _currency(currency))
        return cls(_EXACT.multiply(Decimal(whole(exact / Fraction(step), mode)), step), currency)

    def rounded(self, quantum: Any = None, mode: Rounding = "half_up") -> "Money":
        """Rounded to a multiple of ``quantum`` (None: the currency's smallest amount); modes as in `whole`."""
        return Money.of(Fraction(self.amount), self.currency, quantum=quantum, mode=mode)

    def to(self, currency: str) -> "Money":
        """The same amount in rials or in tomans.

        Raises:
            MoneyError: ``no_exchange_rate`` between any other two currencies.
        """
        wanted = _currency(currency)
        if wanted == self.currency:
            return self
        if {wanted, self.currency} != {RIAL, TOMAN}:
            message = f"{self} cannot be turned into {wanted}: no rate of exchange is known here, only that a toman is ten rials; convert it before"
            raise MoneyError(message, code="no_exchange_rate", given=self.currency, wanted=wanted)
        ten = Decimal(RIALS_PER_TOMAN)
        return Money(_EXACT.multiply(self.amount, ten) if wanted == RIAL else _EXACT.divide(self.amount, ten), wanted)

    def _same(self, other: "Money", doing: str) -> None:
        if other.currency != self.currency:
            remedy = ".to('IRR') first" if {self.currency, other.currency} == {RIAL, TOMAN} else "bring both into one currency first"
            message = f"cannot {doing} {self} and {other}: the currencies differ; {remedy}"
            raise MoneyError(message, code="mixed_currencies", currencies=(self.currency, other.currency))

    def __add__(self, other: Any) -> "Money":
        """The sum; only of one currency."""
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other, "add")
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __radd__(self, other: Any) -> "Money":
        """Let ``sum()`` start from 0."""
        return self if type(other) is int and other == 0 else NotImplemented

    def __sub__(self, other: Any) -> "Money":
        """The difference; only of one currency."""
        return self + -other if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> "Money":
        """The amount with the other sign."""
        return Money(self.amount.copy_negate() if self.amount else self.amount, self.currency)

    def __mul__(self, factor: Any) -> "Money":
        """The amount times an int, Decimal or finite decimal fraction; a float is refused."""
        if isinstance(factor, Money):
            return NotImplemented
        if isinstance(factor, Fraction):
            return Money(_terminating(Fraction(self.amount) * factor), self.currency)
        return Money(_EXACT.multiply(self.amount, decimal(factor)), self.currency)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """Whether it is not nothing."""
        return bool(self.amount)

    def __lt__(self, other: Any) -> bool:
        """Whether it is less; only of one currency."""
        return self._compare(other) < 0

    def __le__(self, other: Any) -> bool:
        """Whether it is not more; only of one currency."""
        return self._compare(other) <= 0

    def __gt__(self, other: Any) -> bool:
        """Whether it is more; only of one currency."""
        return self._compare(other) > 0

    def __ge__(self, other: Any) -> bool:
        """Whether it is not less; only of one currency."""
        return self._compare(other) >= 0

    def _compare(self, other: Any) -> int:
        if not isinstance(other, Money):
            message = f"{self} cannot be compared with {other!r}: give a Money"
            raise MoneyError(message, code="bad_money", given=other)
        self._same(other, "compare")
        return int(self.amount.compare(other.amount))

    def __str__(self) -> str:
        """As ``"625,000 IRR"``, which `parse` reads back."""
        return f"{self.amount:,f} {self.currency}"

    def text(self, language: str = "en") -> str:
        """For people, in English or Persian (``"fa"``: ``"۶۲۵٬۰۰۰ ریال"``)."""
        if language == "en":
            return str(self)
        if language != "fa":
            message = f"language={language!r}: {did_you_mean(language, ('en', 'fa'))}"
            raise MoneyError(message, code="unknown_language", given=language)
        return f"{persian_figures(f'{self.amount:,f}')} {_WORDS.get(self.currency, self.currency)}"

    def __repr__(self) -> str:
        """Evaluates."""
        shown = (
            int(self.amount)
            if self.amount == self.amount.to_integral_value() and self.amount.as_tuple().exponent == 0
            else str(self.amount)
        )
        return f"Money({shown!r}, {self.currency!r})"


def _quantum(given: Any, currency: str) -> Decimal:
    step = quantum_of(currency) if given is None else decimal(given)
    if step <= 0:
        message = f"quantum={given!r} is not positive: give what amounts are rounded to, e.g. '1000'"
        raise MoneyError(message, code="bad_quantum", given=given)
    return step


def _terminating(exact: Fraction) -> Decimal:
    try:
        return _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    except Inexact:
        message = f"{exact} has no end as a decimal number: round it with Money.of(...)"
        raise MoneyError(message, code="inexact_amount", given=exact) from None
