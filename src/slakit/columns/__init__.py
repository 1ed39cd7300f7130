"""The column interpreter."""

from slakit.columns.interpret import BLOCK_EVENTS, interpret, regular_tickets
from slakit.columns.readings import Readings
from slakit.columns.run_columns import RunColumns

__all__ = ["BLOCK_EVENTS", "Readings", "RunColumns", "interpret", "regular_tickets"]
