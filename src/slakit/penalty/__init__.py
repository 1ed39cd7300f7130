"""Penalties: rules of a contract, and the ledger of what breaches cost under them."""

from slakit.penalty.breach import Breach, Outcome, Standing
from slakit.penalty.rule import Penalty
from slakit.penalty.share import Share

__all__ = ["Breach", "Outcome", "Penalty", "Share", "Standing"]
