"""The compiled reading of working time and its inverses."""

from slakit.clock.business import BusinessClock

__all__ = ["BusinessClock"]
