"""Shares of many agents, each pulled towards the common one as far as its few counts deserve."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from slakit._table import Table
from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.arrays import as_numbers, same_length
from slakit.stats.interval import tails, unknown_method
from slakit.stats.proportions import proportion
from slakit.stats.special_arrays import Floats, beta_quantiles, digamma, trigamma

_POOLED = 1e7
_RAW = 1e-3
_ROUNDS = 200
_DRAWS = 2_000
_CHUNK = 4_000_000
Method = Literal["moments", "mle"]


@value(eq=False)
class Shrunk:
    """What the counts of many agents say about each of them.

    Attributes:
        mean: the common share.
        precision: how many trials the common share is worth (alpha + beta); infinite where agents
            cannot be told apart.
        table: one row an agent, in the order given: agent, successes, n, raw, shrunk, low, high,
            rank_raw, rank, rank_low, rank_high. Rank 1 is the highest share; ``rank`` is its posterior
            mean. ``raw`` and ``rank_raw`` are None for an agent without trials.
    """

    mean: float
    precision: float
    table: Table

    @property
    def alpha(self) -> float:
        """First shape of the beta prior."""
        return self.mean * self.precision

    @property
    def beta(self) -> float:
        """Second shape of the beta prior."""
        return (1.0 - self.mean) * self.precision

    @property
    def overdispersion(self) -> float:
        """The intra-class correlation 1 / (alpha + beta + 1): how much agents differ beyond chance."""
        return 1.0 / (self.precision + 1.0)


def shrink(
    successes: Any,
    n: Any,
    *,
    agents: Sequence[Any] | None = None,
    method: Method = "moments",
    confidence: float = 0.95,
    seed: int = 0,
) -> Shrunk:
    """Empirical-Bayes estimates of the shares of many agents.

    Each share is drawn from a common beta distribution, whose shapes come from the data; an agent's
    estimate is its posterior mean (alpha + k) / (alpha + beta + n). A raw league table puts the agents
    with the fewest trials at both ends; this one does not, and its ranks say how sure they are.

    Args:
        successes: counts, one an agent.
        n: trials, one an agent; 0 gives the common share.
        agents: their names; None: 0, 1, 2 ...
        method: ``moments`` (Kleinman 1973, weights refined by the estimated correlation) or ``mle``
            (maximum of the beta-binomial likelihood).
        confidence: of the intervals and ranks.
        seed: of the draws from the posterior that ranks are taken from.

    Raises:
        StatsError: ``bad_count``, ``bad_confidence``, ``unknown_method``, ``unequal_lengths``,
            ``too_few_agents`` for fewer than two with trials.
    """
    k, trials = _counts(successes, n)
    tail = tails(confidence)
    if method not in {"moments", "mle"}:
        raise unknown_method(method, ("moments", "mle"))
    names = list(range(len(k))) if agents is None else list(agents)
    same_length(np.arange(len(names)), len(k), "agents")
    known = trials > 0
    if known.sum() < 2:  # noqa: PLR2004 - one agent has no others to be compared with
        message = f"{int(known.sum())} agents have trials: it takes at least two to see how agents differ"
        raise StatsError(message, code="too_few_agents", given=int(known.sum()))
    mean, precision = _kleinman(k[known], trials[known])
    if method == "mle":
        mean, precision = _likeliest(k[known], trials[known], mean, precision)
    columns: dict[str, Any] = {"agent": names, "successes": k, "n": trials}
    columns["raw"] = np.divide(k, trials, out=np.full(len(k), np.nan), where=known)
    if math.isinf(precision) or mean in {0.0, 1.0}:
        columns |= _pooled(k, trials, mean, confidence)
        precision = math.inf
    else:
        a: Floats = mean * precision + k.astype(np.float64)
        b: Floats = (1.0 - mean) * precision + (trials - k).astype(np.float64)
        columns |= {"shrunk": a / (a + b), "low": beta_quantiles(tail, a, b), "high": 1.0 - beta_quantiles(tail, b, a)}
        columns |= _ranks(a, b, tail, seed)
    raw_rank = [
        None if not there else 1 + int((columns["raw"][known] > share).sum()) for share, there in zip(columns["raw"], known, strict=True)
    ]
    order = ("agent", "successes", "n", "raw", "shrunk", "low", "high", "rank_raw", "rank", "rank_low", "rank_high")
    columns["rank_raw"] = raw_rank
    kinds: Any = {"rank_raw": "int"}
    title = f"{len(k):,} agents around {mean:.1%}, which is worth {precision:.4g} trials"
    return Shrunk(mean, precision, Table({name: columns[name] for name in order}, kinds=kinds, title=title))


def _counts(successes: Any, n: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    columns = []
    for given, what in ((successes, "successes"), (n, "n")):
        array = as_numbers(given, what=what)[0]
        whole = array.astype(np.int64)
        if (whole != array).any() or (whole < 0).any():
            message = f"{what} must be whole numbers of at least 0"
            raise StatsError(message, code="bad_count", given=what)
        columns.append(whole)
    k, trials = columns
    same_length(trials, len(k), "n")
    wrong = np.flatnonzero(k > trials)
    if len(wrong):
        message = f"agent {wrong[0]} has {k[wrong[0]]} successes of only {trials[wrong[0]]}: a part cannot exceed its whole"
        raise StatsError(message, code="bad_count", row=int(wrong[0]))
    return k, trials


def _kleinman(k: NDArray[np.int64], n: NDArray[np.int64]) -> tuple[float, float]:
    """Mean and precision by weighted moments; the precision is infinite where agents vary no more than chance."""
    share = k / n
    weights = n.astype(np.float64)
    correlation = mean = 0.0
    for _ in range(_ROUNDS):  # pragma: no branch - it settles long before
        whole = weights.sum()
        mean = float((weights * share).sum() / whole)
        if mean in {0.0, 1.0}:
            return mean, math.inf
        spread = (weights * (share - mean) ** 2).sum()
        noise = (weights / n * (1.0 - weights / whole)).sum()
        room = (weights * (1.0 - weights / whole)).sum() - noise
        variance = mean * (1.0 - mean)
        earlier, correlation = correlation, float((spread - variance * noise) / (variance * room)) if room > 0.0 else 0.0
        correlation = min(max(correlation, 0.0), 1.0 / (1.0 + _RAW))
        if abs(correlation - earlier) <= 1e-12 * max(correlation, 1e-12):
            break
        weights = n / (1.0 + correlation * (n - 1.0))
    return mean, 1.0 / correlation - 1.0 if correlation > 1.0 / _POOLED else math.inf


def _likeliest(k: NDArray[np.int64], n: NDArray[np.int64], mean: float, precision: float) -> tuple[float, float]:
    """Mean and precision of the greatest beta-binomial likelihood: Newton steps on the logarithms of alpha and beta."""
    if mean in {0.0, 1.0}:
        return mean, math.inf
    start = min(precision, 1e3)
    at = np.log(np.array([mean * start, (1.0 - mean) * start]))
    hits, misses, trials = k.astype(np.float64), (n - k).astype(np.float64), n.astype(np.float64)
    for _ in range(_ROUNDS):  # pragma: no branch - it settles long before
        a, b = np.exp(at)
        if a + b > _POOLED:
            return float(k.sum() / n.sum()), math.inf
        if a + b < _RAW:
            return float(a / (a + b)), _RAW
        slope, bend = _score(hits, misses, trials, float(a), float(b))
        gradient = slope * np.array([a, b])
        curvature = bend * np.outer([a, b], [a, b]) + np.diag(gradient)
        concave = curvature[0, 0] < 0.0 and np.linalg.det(curvature) > 0.0
        step = -np.linalg.solve(curvature, gradient) if concave else np.sign(gradient) * 0.5
        step = step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-300))
        at = at + step
        if float(np.abs(step).max()) < 1e-12:  # noqa: PLR2004 - as far as the arithmetic goes
            break
    a, b = np.exp(at)
    return float(a / (a + b)), float(a + b)


def _score(k: Floats, misses: Floats, n: Floats, a: float, b: float) -> tuple[Floats, Floats]:
    """First and second derivatives of the beta-binomial log-likelihood with respect to alpha and beta."""

    def change(function: Any, base: float, counts: Floats) -> float:
        return float((function(base + counts) - function(np.array([base]))).sum())

    both = change(digamma, a + b, n)
    slope = np.array([change(digamma, a, k) - both, change(digamma, b, misses) - both])
    shared = change(trigamma, a + b, n)
    bend = np.array([[change(trigamma, a, k) - shared, -shared], [-shared, change(trigamma, b, misses) - shared]])
    return slope, bend


def _ranks(a: Floats, b: Floats, tail: float, seed: int) -> dict[str, Any]:
    """Posterior mean and limits of each agent's rank, from draws."""
    generator = np.random.default_rng(seed)
    draws = max(min(_DRAWS, _CHUNK // len(a)), 200)
    drawn = -generator.beta(a, b, size=(draws, len(a)))
    ranks = np.empty(drawn.shape, dtype=np.int32)
    np.put_along_axis(ranks, np.argsort(drawn, axis=1), np.arange(1, len(a) + 1, dtype=np.int32)[None, :], axis=1)
    ordered = np.sort(ranks, axis=0)
    low, high = int(tail * (draws - 1)), math.ceil((1.0 - tail) * (draws - 1))
    return {"rank": ranks.mean(axis=0), "rank_low": ordered[low].astype(np.int64), "rank_high": ordered[high].astype(np.int64)}


def _pooled(k: NDArray[np.int64], n: NDArray[np.int64], mean: float, confidence: float) -> dict[str, Any]:
    """The columns where nothing tells agents apart: the common share for all, and any rank."""
    low, high = proportion(int(k.sum()), int(n.sum()), confidence=confidence)
    ones = np.ones(len(k))
    return {
        "shrunk": ones * mean,
        "low": ones * low,
        "high": ones * high,
        "rank": ones * (len(k) + 1) / 2.0,
        "rank_low": np.ones(len(k), dtype=np.int64),
        "rank_high": np.full(len(k), len(k), dtype=np.int64),
    }
