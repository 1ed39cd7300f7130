"""Escalations as data: levels of a target and the actions that they set off; nothing here performs anything."""

from slakit.escalation.actions import Action, call_customer, colour, custom, move_to_top, notify, raise_priority, reassign
from slakit.escalation.escalation import Escalation
from slakit.escalation.level import Level

__all__ = ["Action", "Escalation", "Level", "call_customer", "colour", "custom", "move_to_top", "notify", "raise_priority", "reassign"]
