"""Exact SLA clocks and support metrics from an event log."""

__version__ = "0.1.0"
