"""Penalties: rules of a contract, and the ledger of what breaches cost under them."""

from slakit.penalty.assess import assess, assess_periods
from slakit.penalty.breach import Breach, Outcome, Standing
from slakit.penalty.ledger import Ledger
from slakit.penalty.line import Line
from slakit.penalty.rule import Penalty
from slakit.penalty.share import Share

__all__ = ["Breach", "Ledger", "Line", "Outcome", "Penalty", "Share", "Standing", "assess", "assess_periods"]
