"""The machine under every metric: conditions, transition tables, compiled programs."""

from slakit.machine.conditions import Condition
from slakit.machine.metric import Anchor, Metric, Symbol, transition_rows
from slakit.machine.program import Program
from slakit.machine.table import TABLES, Effect, State, transition

__all__ = ["TABLES", "Anchor", "Condition", "Effect", "Metric", "Program", "State", "Symbol", "transition", "transition_rows"]
