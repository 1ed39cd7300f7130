"""The catalogue of clocks (SPEC section 4), as data.

Each constant is a `Metric`; variants carry the id ``<metric>.<variant>``. `get` finds one by id,
`CATALOGUE` holds all. `Metric.define` makes further ones from the conditions in `slakit.metrics.on`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from slakit.errors import MetricError, did_you_mean
from slakit.events.kinds import Status
from slakit.machine import Metric, on
from slakit.machine.conditions import Condition, fact
from slakit.machine.metric import Anchor

_customer_message = on.message(by="customer")
_answered = fact("replied")
_wanted = fact("wanted")
_waiting = fact("waiting")
_absorbed = fact("kind", "absorbed")
_robot = on.by("bot", "system", "customer")
_receipt = (on.kind("accepted", "work_started") & ~_robot) | on.assigned(receiver="agent") | on.message(by="agent")
_episodes: tuple[tuple[Condition, Anchor], ...] = ((on.created, Anchor.EVENT), (on.reopened, Anchor.EVENT))
_solved = (("solved", on.solved),)

FIRST_RESPONSE = Metric(
    "first_response",
    "from the request of the customer's side to the first public reply of a human agent",
    starts=(
        ((on.reopened | _absorbed) & ~_answered & _waiting, Anchor.OLDEST),
        (on.created & ~on.by("agent"), Anchor.EVENT),
        (_customer_message & ~_wanted, Anchor.EVENT),
        (on.reopened & ~_answered & _wanted, Anchor.EVENT),
    ),
    stops=(("reply", on.reply),),
    cancels=(("solved_without_reply", on.solved),),
    rebases=True,
)
"""First response; solved without a reply cancels."""
FIRST_RESPONSE_PAUSABLE = FIRST_RESPONSE.variant(
    "pausable",
    "first response, not counting the time in pending and on hold; goes on after a reopening",
    pause=on.in_status("pending", "on_hold"),
    accumulates=True,
)
"""First response that pauses in pending and on hold; a further cycle is judged with the time of the earlier ones."""
NEXT_RESPONSE = Metric(
    "next_response",
    "from the oldest unanswered customer message after the first reply to the next public reply of a human agent",
    starts=(
        ((on.reopened | _absorbed) & _answered & _waiting, Anchor.OLDEST),
        (_customer_message & _answered, Anchor.EVENT),
    ),
    stops=(("reply", on.reply),),
    cancels=(("solved", on.solved),),
    rebases=True,
)
"""Next response, one cycle a wait; a solve cancels."""
NEXT_RESPONSE_LATEST = NEXT_RESPONSE.variant(
    "latest",
    "from the latest unanswered customer message after the first reply to the next public reply of a human agent",
    starts=(((on.reopened | _absorbed) & _answered & _waiting, Anchor.LATEST), NEXT_RESPONSE.starts[1]),
    reset=_customer_message & _answered,
    rebases=False,
)
"""Next response, restarted by every further customer message."""
RESOLUTION = Metric(
    "resolution",
    "from creation to solved, not counting the time waiting for the customer; goes on after a reopening",
    starts=_episodes,
    stops=_solved,
    pause=on.in_status("pending"),
    accumulates=True,
)
"""Resolution minus pending, judged on the accumulated time over reopenings."""
RESOLUTION_EACH = RESOLUTION.variant("each", "resolution, each episode judged afresh", accumulates=False)
"""Resolution that judges every episode by itself."""
FIRST_RESOLUTION = Metric(
    "first_resolution",
    "from creation to the first solve, not counting the time waiting for the customer",
    starts=_episodes,
    stops=_solved,
    pause=on.in_status("pending"),
    repeats=False,
)
"""The first cycle of resolution."""
TOTAL_RESOLUTION = Metric(
    "total_resolution",
    "from creation to solved, nothing deducted; goes on after a reopening",
    starts=_episodes,
    stops=_solved,
    accumulates=True,
)
"""Resolution without any pause."""
REQUESTER_WAIT = Metric(
    "requester_wait",
    "time that the requester waits for the desk: new, open and on hold",
    starts=_episodes,
    stops=_solved,
    pause=on.in_status("pending"),
    accumulates=True,
)
"""Time in new, open and on hold."""
AGENT_WORK = Metric(
    "agent_work",
    "time in the hands of the desk's agents: new and open",
    starts=_episodes,
    stops=_solved,
    pause=on.in_status("pending", "on_hold"),
    accumulates=True,
)
"""Time in new and open."""
PERIODIC_UPDATE = Metric(
    "periodic_update",
    "from each public reply of a human agent to the next",
    starts=((on.reply, Anchor.EVENT),),
    stops=(("reply", on.reply),),
    cancels=(("solved", on.solved),),
)
"""How long the customer goes without news; a solve cancels."""
PAUSABLE_UPDATE = Metric(
    "pausable_update",
    "from each public reply of a human agent to the next, not counting the time waiting for the customer",
    starts=PERIODIC_UPDATE.starts,
    stops=PERIODIC_UPDATE.stops,
    cancels=PERIODIC_UPDATE.cancels,
    pause=on.in_status("pending"),
)
"""Periodic update that pauses in pending."""


def _time_in(category: Status) -> Metric:
    return Metric(
        f"time_in.{category}",
        f"each stay in the status category {category.text.replace('_', ' ')}",
        starts=((on.entering(category.text), Anchor.EVENT),),
        stops=(("left", on.leaving(category.text)),),
        while_solved=True,
    )


TIME_IN: Mapping[str, Metric] = MappingProxyType({status.text: _time_in(status) for status in Status if status})
"""The six stays, by category; they partition a ticket's life."""
QUEUE = Metric(
    "queue",
    "from creation until a human takes the ticket up: accepted, assigned to a human, acted on in public, or work begun",
    starts=((on.created, Anchor.EVENT),),
    stops=(("taken_up", _receipt),),
    cancels=(("solved", on.solved),),
    repeats=False,
)
"""Time until receipt by a human."""
SERVICE_DELIVERY = Metric(
    "service_delivery",
    "from receipt by a human to completion",
    starts=((_receipt, Anchor.EVENT),),
    stops=_solved,
)
"""Service delivery time, from the operator's receipt to the solve."""
SERVICE_DELIVERY_ACCEPTED = SERVICE_DELIVERY.variant(
    "accepted", "from the acceptance by an agent to completion", starts=((on.kind("accepted"), Anchor.EVENT),)
)
"""Service delivery from the explicit acceptance."""
SERVICE_DELIVERY_NET = SERVICE_DELIVERY.variant(
    "net", "from receipt by a human to completion, not counting the time waiting for the customer", pause=on.in_status("pending")
)
"""Service delivery less pending."""
OWNERSHIP = Metric(
    "ownership",
    "each holding of a ticket by one agent or group, until hand-over or solve",
    starts=((on.assigned() & fact("receiver", "agent", "group"), Anchor.EVENT),),
    stops=(("handed_over", on.assigned() & fact("new_holder")), ("solved", on.solved)),
)
"""Holding time, the clock of operational level agreements."""

CATALOGUE: Mapping[str, Metric] = MappingProxyType({
    metric.name: metric
    for metric in (
        FIRST_RESPONSE, FIRST_RESPONSE_PAUSABLE, NEXT_RESPONSE, NEXT_RESPONSE_LATEST, RESOLUTION, RESOLUTION_EACH,
        FIRST_RESOLUTION, TOTAL_RESOLUTION, REQUESTER_WAIT, AGENT_WORK, PERIODIC_UPDATE, PAUSABLE_UPDATE,
        *TIME_IN.values(), QUEUE, SERVICE_DELIVERY, SERVICE_DELIVERY_ACCEPTED, SERVICE_DELIVERY_NET, OWNERSHIP,
    )
})  # fmt: skip
"""Every metric by id."""


def get(given: str | Metric) -> Metric:
    """A metric from its id; a `Metric` is itself.

    Raises:
        MetricError: ``unknown_metric``, with the nearest known id.
    """
    if isinstance(given, Metric):
        return given
    found = CATALOGUE.get(given) if isinstance(given, str) else None
    if found is None:
        message = f"unknown metric {given!r}: {did_you_mean(given, CATALOGUE)}; define your own with Metric.define(...)"
        raise MetricError(message, code="unknown_metric", given=given, known=tuple(CATALOGUE))
    return found


def several(given: str | Metric | Iterable[str | Metric]) -> tuple[Metric, ...]:
    """Metrics from ids and values, each at most once.

    Raises:
        MetricError: ``unknown_metric``, ``no_metric``, ``repeated_metric``.
    """
    metrics = (get(given),) if isinstance(given, str | Metric) else tuple(map(get, given))
    names = [metric.name for metric in metrics]
    if not names:
        message = "no metric is asked for: name at least one, e.g. 'first_response'"
        raise MetricError(message, code="no_metric")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        message = f"metric {twice!r} is asked for twice: name it once"
        raise MetricError(message, code="repeated_metric", given=twice)
    return metrics


__all__ = [
    "AGENT_WORK", "CATALOGUE", "FIRST_RESOLUTION", "FIRST_RESPONSE", "FIRST_RESPONSE_PAUSABLE", "NEXT_RESPONSE", "NEXT_RESPONSE_LATEST",
    "OWNERSHIP", "PAUSABLE_UPDATE", "PERIODIC_UPDATE", "QUEUE", "REQUESTER_WAIT", "RESOLUTION", "RESOLUTION_EACH", "SERVICE_DELIVERY",
    "SERVICE_DELIVERY_ACCEPTED", "SERVICE_DELIVERY_NET", "TIME_IN", "TOTAL_RESOLUTION", "Metric", "get", "on", "several",
]  # fmt: skip
