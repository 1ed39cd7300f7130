"""Contracts as data: targets, policies, policy sets, priority from impact and urgency."""

from slakit.policy.contract import ANY_PRIORITY, Policy
from slakit.policy.matrix import PriorityMatrix
from slakit.policy.policy_set import PRIORITIES, Choice, PolicySet
from slakit.policy.target import Target

__all__ = ["ANY_PRIORITY", "PRIORITIES", "Choice", "Policy", "PolicySet", "PriorityMatrix", "Target"]
