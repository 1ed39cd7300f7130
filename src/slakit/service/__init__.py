"""Service metrics: what a desk did, how fast, how well, and what its customers said (SPEC section 7)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slakit.service.calls import abandonment, answered_within, speed_of_answer
    from slakit.service.contact import fcr
    from slakit.service.delivery import delivery_time, queue_time
    from slakit.service.handling import aht, workload
    from slakit.service.messages import messages_per_service
    from slakit.service.rates import escalation_rate, first_line_rate, reopen_rate, self_service_share, touch_rate, transfer_rate
    from slakit.service.result import Result
    from slakit.service.scale import Scale
    from slakit.service.scorecard import Kpi, Scorecard
    from slakit.service.surveys import ces, csat, nps
    from slakit.service.volume import backlog, breakdown, requests

_HOMES = {
    "calls": ("abandonment", "answered_within", "speed_of_answer"),
    "contact": ("fcr",),
    "delivery": ("delivery_time", "queue_time"),
    "handling": ("aht", "workload"),
    "messages": ("messages_per_service",),
    "rates": ("escalation_rate", "first_line_rate", "reopen_rate", "self_service_share", "touch_rate", "transfer_rate"),
    "result": ("Result",),
    "scale": ("Scale",),
    "scorecard": ("Kpi", "Scorecard"),
    "surveys": ("ces", "csat", "nps"),
    "volume": ("backlog", "breakdown", "requests"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Kpi", "Result", "Scale", "Scorecard", "abandonment", "aht", "answered_within", "backlog", "breakdown", "ces", "csat", "delivery_time",
    "escalation_rate", "fcr", "first_line_rate", "messages_per_service", "nps", "queue_time", "reopen_rate", "requests", "self_service_share",
    "speed_of_answer", "touch_rate", "transfer_rate", "workload",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOME:
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
