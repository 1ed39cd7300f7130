"""Ledgers as JSON text, without loss."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from slakit.errors import PenaltyError
from slakit.money import Money
from slakit.penalty.line import NAMES, Line
from slakit.penalty.rule import Penalty

if TYPE_CHECKING:
    from slakit.penalty.ledger import Ledger

FORMAT = "slakit-ledger-1"


def to_json(ledger: "Ledger") -> str:
    """A ledger with its rules as JSON text; fields of tickets that JSON has no form for are written as text."""
    lines = [{name: _plain(getattr(line, name)) for name in NAMES} for line in ledger.lines]
    rules = {policy: [rule.to_dict() for rule in held] for policy, held in ledger.rules.items()}
    totals = {currency: str(total.amount) for currency, total in ledger.totals.items()}
    written = {"format": FORMAT, "as_of_us": ledger.as_of, "rules": rules, "lines": lines, "totals": totals}
    return json.dumps(written, ensure_ascii=False, indent=1, default=str)


def _plain(given: Any) -> Any:
    if isinstance(given, Fraction | Money):
        return str(given)
    return dict(given) if isinstance(given, Mapping) else given


def from_json(text: str) -> "Ledger":
    """A ledger from JSON text.

    Raises:
        PenaltyError: ``bad_ledger`` for text that is none; ``totals_differ`` where the lines do not sum to the totals written
            beside them.
    """
    from slakit.penalty.ledger import Ledger  # noqa: PLC0415 - the two know each other

    try:
        plain = json.loads(text)
    except ValueError:
        plain = None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        message = f"this is no ledger: give the text that Ledger.to_json() wrote ({FORMAT})"
        raise PenaltyError(message, code="bad_ledger")
    rules = {policy: tuple(Penalty.from_dict(rule) for rule in held) for policy, held in plain["rules"].items()}
    ledger = Ledger([_line(row) for row in plain["lines"]], rules, as_of=plain["as_of_us"])
    totals = {currency: str(total.amount) for currency, total in ledger.totals.items()}
    if totals != plain["totals"]:
        message = f"the lines come to {totals}, but {plain['totals']} is written as their total: the text was changed"
        raise PenaltyError(message, code="totals_differ", lines=totals, written=plain["totals"])
    return ledger


def _line(row: Mapping[str, Any]) -> Line:
    held = dict(row)
    for name in ("units", "exact"):
        held[name] = Fraction(held[name])
    held["amount"] = Money.parse(held["amount"])
    held["evidence"] = tuple(held["evidence"])
    return Line(**held)
