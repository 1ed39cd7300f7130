"""Why a ticket is where it is: labelled stretches, the choice of policy and target, and the deadline in words."""

from slakit.explain.clock import ClockExplanation, CycleExplanation
from slakit.explain.explanation import Explanation, explain
from slakit.explain.stretches import LABELS, Stretch

__all__ = ["LABELS", "ClockExplanation", "CycleExplanation", "Explanation", "Stretch", "explain"]
