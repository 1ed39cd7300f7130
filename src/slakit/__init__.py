"""Exact SLA clocks and support metrics from an event log.

Events go in at the bottom, each floor is a pure function of the floor below, numbers come out at
the top. Names are loaded on first touch, so that importing the package costs next to nothing.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slakit import metrics, plot, presets, report, service, stats
    from slakit.cycles import Cycles
    from slakit.errors import Finding, LogErrors, SlakitError
    from slakit.escalation import Escalation
    from slakit.events import Event, EventKind, EventLog, Exclusion, Role, Status
    from slakit.measure import measure
    from slakit.money import Money
    from slakit.penalty import Penalty
    from slakit.policy import Policy, PolicySet, PriorityMatrix, Target
    from slakit.schedule import Schedule, ScheduleBy
    from slakit.service import Scale

__version__ = "0.1.0"

__all__ = [
    "Cycles",
    "Escalation",
    "Event",
    "EventKind",
    "EventLog",
    "Exclusion",
    "Finding",
    "LogErrors",
    "Money",
    "Penalty",
    "Policy",
    "PolicySet",
    "PriorityMatrix",
    "Role",
    "Scale",
    "Schedule",
    "ScheduleBy",
    "SlakitError",
    "Status",
    "Target",
    "measure",
    "metrics",
    "plot",
    "presets",
    "report",
    "service",
    "stats",
]

_MODULES = frozenset({"metrics", "plot", "presets", "report", "service", "stats"})
_HOMES = {
    "slakit.cycles": ("Cycles",),
    "slakit.errors": ("Finding", "LogErrors", "SlakitError"),
    "slakit.escalation": ("Escalation",),
    "slakit.events": ("Event", "EventKind", "EventLog", "Exclusion", "Role", "Status"),
    "slakit.money": ("Money",),
    "slakit.penalty": ("Penalty",),
    "slakit.policy": ("Policy", "PolicySet", "PriorityMatrix", "Target"),
    "slakit.schedule": ("Schedule", "ScheduleBy"),
    "slakit.service": ("Scale",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _HOME:
        found = getattr(import_module(_HOME[name]), name)
        globals()[name] = found
        return found
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", *(name for name in globals() if name.startswith("__"))})


class _Package(ModuleType):
    """The package, in which ``measure`` is the function even after its module of that name is imported."""

    @property
    def measure(self) -> Any:
        """The function; its module is loaded on first touch."""
        return import_module("slakit.measure").measure

    @measure.setter
    def measure(self, module: ModuleType) -> None:
        """Take no notice of the submodule that the import system binds here."""


sys.modules[__name__].__class__ = _Package
