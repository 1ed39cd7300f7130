"""How many agents a flow of contacts needs, and whether backlog, flow and time agree."""

import math
from typing import Any

from slakit._time import fixed_span, span_text
from slakit._value import value
from slakit.errors import Finding, StatsError
from slakit.stats.interval import as_count

_BUSY = 0.9
_NEGLIGIBLE = -80.0


def littles_law(arrivals: float, *, period: Any, mean: Any) -> float:
    """How many are in the house at a time: arrivals per time x mean time in it (Little 1961).

    Args:
        arrivals: how many come in a ``period``.
        period: a span.
        mean: the mean time from coming to leaving, a span on the same clock.

    Raises:
        StatsError: ``bad_load``.
        TimeError: ``bad_span``.

    Example:
        >>> littles_law(120, period="1d", mean="6h")
        30.0
    """
    length, stay = fixed_span(period), fixed_span(mean)
    if arrivals < 0 or length <= 0 or stay < 0:
        message = f"arrivals {arrivals!r} in {period!r} with the mean {mean!r}: none may be below 0, and the period not 0"
        raise StatsError(message, code="bad_load", arrivals=arrivals)
    return arrivals * stay / length


def littles_check(backlog: float, arrivals: float, *, period: Any, mean: Any, tolerance: float = 0.2) -> Finding | None:
    """Whether a backlog fits its flow: a finding where it does not.

    Where they disagree the three were not measured alike: another clock, a mean over finished ones
    only, or a queue that is still growing.

    Args:
        backlog: the mean number in the house.
        arrivals: as for `littles_law`.
        period: as for `littles_law`.
        mean: as for `littles_law`.
        tolerance: the relative gap that is let pass.

    Raises:
        StatsError: ``bad_load``.
        TimeError: ``bad_span``.
    """
    expected = littles_law(arrivals, period=period, mean=mean)
    if abs(backlog - expected) <= tolerance * max(expected, backlog):
        return None
    message = f"a backlog of {backlog:g} does not fit {arrivals:g} arrivals a {span_text(fixed_span(period))} that stay {span_text(fixed_span(mean))} on average: that makes {expected:g}"
    return Finding("littles_law", message, fields=(("backlog", backlog), ("expected", expected)))


def erlang_b(load: float, agents: int) -> float:
    """The share of contacts turned away where nobody waits (Erlang 1917), by the stable recursion.

    Args:
        load: arrivals per time x mean handle time, in erlangs.
        agents: how many serve.

    Raises:
        StatsError: ``bad_load``, ``bad_count``.
    """
    _checked(load)
    blocked = 1.0
    for busy in range(1, as_count(agents, "agents") + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """The share of contacts that wait where nobody gives up (M/M/N, Erlang 1917); 1 at or beyond full load.

    Args:
        load: in erlangs.
        agents: how many serve.

    Raises:
        StatsError: ``bad_load``, ``bad_count``.
    """
    blocked = erlang_b(load, agents)
    return 1.0 if load >= agents else blocked / (1.0 - load / agents * (1.0 - blocked))


@value
class Staffing:
    """A number of agents and what it gives under Erlang C.

    Attributes:
        agents: how many serve.
        load: in erlangs.
        service_level: the share answered within the time asked for.
        p_wait: the share that waits at all.
        mean_wait_us: the mean wait of all contacts (speed of answer), in us.
        occupancy: the share of their time for which agents are busy.
        findings: where the model does not fit what was asked.
    """

    agents: int
    load: float
    service_level: float
    p_wait: float
    mean_wait_us: float
    occupancy: float
    findings: tuple[Finding, ...] = ()


def erlang_staffing(
    arrivals: float, *, period: Any, handle: Any, within: Any, target: float | None = None, agents: int | None = None
) -> Staffing:
    """The fewest agents for a service level, or the service level of a number of agents (Erlang C).

    The model: calls or chats that come at random at a steady rate, are taken in order, each by one
    agent, and wait without giving up. It does not describe e-mail or tickets that rest over
    night, agents with several contacts at once, or a rate that changes within the period.

    Args:
        arrivals: how many come in a ``period``.
        period: a span.
        handle: the mean handle time, a span.
        within: the wait that counts as in time, a span.
        target: the share to be answered within that; give this or ``agents``.
        agents: how many serve.

    Raises:
        StatsError: ``bad_load``, ``bad_level``, ``target_or_agents``.
        TimeError: ``bad_span``.

    Example:
        >>> plan = erlang_staffing(250, period="1h", handle="330s", within="30s", target=0.8)
        >>> plan.agents, round(plan.service_level, 4)
        (28, 0.8569)
    """
    length, work, wait = fixed_span(period), fixed_span(handle), fixed_span(within)
    if (target is None) == (agents is None):
        message = "give either target= (a share) or agents= (a number), not both and not neither"
        raise StatsError(message, code="target_or_agents")
    if length <= 0 or work <= 0 or wait < 0:
        message = f"period {period!r} and handle {handle!r} must be longer than 0, within {within!r} not below"
        raise StatsError(message, code="bad_load")
    load = arrivals * work / length
    _checked(load)
    findings = _doubts(length, work, wait)
    if agents is not None:
        return _staffed(load, as_count(agents, "agents"), work, wait, findings)
    if not 0.0 < (target or 0.0) < 1.0:
        message = f"target is {target!r}, but must lie between 0 and 1: nobody can promise every contact"
        raise StatsError(message, code="bad_level", given=target)
    count = math.floor(load) + 1
    while (plan := _staffed(load, count, work, wait, findings)).service_level < (target or 0.0):
        count += 1
    return plan


def _staffed(load: float, agents: int, work: int, wait: int, findings: tuple[Finding, ...]) -> Staffing:
    if load >= agents:
        message = f"{agents} agents cannot carry {load:.4g} erlangs: the queue grows without end"
        return Staffing(agents, load, 0.0, 1.0, math.inf, 1.0, (*findings, Finding("overload", message)))
    waits = erlang_c(load, agents)
    spare = agents - load
    if load / agents > _BUSY:
        message = f"agents are busy {load / agents:.0%} of their time: a few more contacts, or one agent less, make waits grow steeply"
        findings = (*findings, Finding("high_occupancy", message))
    return Staffing(agents, load, 1.0 - waits * math.exp(-spare * wait / work), waits, waits * work / spare, load / agents, findings)


def _doubts(length: int, work: int, wait: int) -> tuple[Finding, ...]:
    found = []
    if work > length:
        message = (
            "one contact takes longer than the period over which arrivals were counted: the steady state of the model is never reached"
        )
        found.append(Finding("not_steady", message))
    if wait >= length:
        message = (
            "the time to answer is as long as the period: work like this queues over hours; compare flow and backlog instead (littles_law)"
        )
        found.append(Finding("not_live", message))
    return tuple(found)


@value
class Impatience:
    """What impatient contacts make of a queue (Erlang A).

    Attributes:
        p_wait: the share that does not get an agent at once.
        p_abandon: the share that gives up.
        mean_queue: the mean number waiting.
    """

    p_wait: float
    p_abandon: float
    mean_queue: float


def erlang_a(arrivals: float, *, handled: float, patience: float, agents: int) -> Impatience:
    """Waiting and giving up where patience is exponential (M/M/N+M, Palm 1957).

    Args:
        arrivals: per unit of time.
        handled: contacts that one agent can handle per unit of time, 1 / mean handle time.
        patience: 1 / mean patience, above 0.
        agents: how many serve.

    Raises:
        StatsError: ``bad_load``, ``bad_count``.
    """
    for rate in (arrivals, handled, patience):
        if not 0.0 < rate < math.inf:
            message = f"rates must be finite and above 0, not {rate!r}"
            raise StatsError(message, code="bad_load", given=rate)
    n = as_count(agents, "agents")
    logs = [0.0]
    while len(logs) <= n or logs[-1] > max(logs) + _NEGLIGIBLE or len(logs) - n < (arrivals - n * handled) / patience:
        state = len(logs)
        leaving = min(state, n) * handled + max(state - n, 0) * patience
        logs.append(logs[-1] + math.log(arrivals / leaving))
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    whole = math.fsum(weights)
    queue = math.fsum(weight * (state - n) for state, weight in enumerate(weights) if state > n) / whole
    return Impatience(math.fsum(weights[n:]) / whole, queue * patience / arrivals, queue)


def _checked(load: float) -> None:
    if not 0.0 <= load < math.inf:
        message = f"the load is {load!r} erlangs, but must be finite and at least 0"
        raise StatsError(message, code="bad_load", given=load)
