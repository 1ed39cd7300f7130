"""The column interpreter."""

from slakit.columns.interpret import BLOCK_EVENTS, Readings, RunColumns, interpret, regular_tickets

__all__ = ["BLOCK_EVENTS", "Readings", "RunColumns", "interpret", "regular_tickets"]
