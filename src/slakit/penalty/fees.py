"""The fees that shares are taken of."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from slakit.errors import MoneyError, PenaltyError
from slakit.money import Money
from slakit.penalty.rule import Penalty
from slakit.penalty.share import Amount

Price = tuple[Fraction, str]
"""An exact amount and its currency."""
EVERY = "*"


class Fees:
    """Looks up the fee of a rule, for a group of tickets and a period.

    Attributes:
        given: one `Money` for all; or a mapping of the value of the rule's ``by`` field, of the policy's name or of
            ``"*"`` to Money, or to a mapping of period labels to Money; or a function of (key, period label).
    """

    __slots__ = ("given",)

    def __init__(self, given: "Money | Mapping[Any, Any] | Callable[[Any, str | None], Money] | None" = None) -> None:
        """Fees in any of the forms above; None: no rule needs one."""
        if given is not None and not isinstance(given, Money | Mapping) and not callable(given):
            message = f"fees={given!r}: give Money, a mapping such as {{'ACME': Money(2000, 'EUR')}}, or a function of (key, period)"
            raise PenaltyError(message, code="bad_fees", given=given)
        self.given = given

    def of(self, rule: Penalty, policy: str, group: Any, period: str | None) -> Money:
        """The fee.

        Args:
            rule: the rule that takes a share of it.
            policy: name of the policy.
            group: value of the rule's ``by`` field, None where it has none.
            period: label of the period, None where the whole log is one.

        Raises:
            PenaltyError: ``no_fee``.
        """
        given = self.given
        keys = [key for key in (group, policy) if key is not None] + [EVERY]
        if callable(given):
            given = given(keys[0], period)
        elif isinstance(given, Mapping):
            given = next((given[key] for key in keys if key in given), None)
            if isinstance(given, Mapping):
                given = given.get(period, given.get(EVERY))
        if isinstance(given, Money):
            return given
        when = "" if period is None else f" for {period}"
        message = (
            f"penalty {rule.title!r} of policy {policy!r} takes a share of a fee, but none is known for {keys[0]!r}{when}: "
            "pass fees=Money(...) or fees={key: Money(...)}"
        )
        raise PenaltyError(message, code="no_fee", policy=policy, rule=rule.title, key=keys[0], period=period)

    def price(self, given: Amount, rule: Penalty, policy: str, group: Any, period: str | None) -> Price:
        """An amount as an exact number of a currency; shares are taken of the fee."""
        if isinstance(given, Money):
            return Fraction(given.amount), given.currency
        fee = self.of(rule, policy, group, period)
        own = next((other.currency for other in rule.amounts if isinstance(other, Money)), fee.currency)
        if own != fee.currency:
            message = f"penalty {rule.title!r} is in {own} but its fee in {fee.currency}: bring both into one currency"
            raise MoneyError(message, code="mixed_currencies", currencies=(own, fee.currency))
        return given.of(Fraction(fee.amount)), fee.currency
