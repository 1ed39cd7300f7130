"""From a judgement to its ledger of penalties."""

from slakit.ledger.judged import ledger_for

__all__ = ["ledger_for"]
