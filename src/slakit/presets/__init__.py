"""Dialects of other products, as values of slakit: `danadesk`."""

from slakit.presets import danadesk

__all__ = ["danadesk"]
