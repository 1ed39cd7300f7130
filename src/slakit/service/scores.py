"""Answers on one scale, and what they come to."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from slakit._value import value
from slakit.errors import SurveyError
from slakit.service.question import Sums, choice
from slakit.service.scale import Scale
from slakit.service.tally import ClusteredShare, Nps, Ratio, Share, Tally

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Collapse = Literal["last", "first", "worst", "best", "mean"]
COLLAPSES = ("last", "first", "worst", "best", "mean")


@value(eq=False)
class Scores:
    """Answers in order of time.

    Attributes:
        scale: their scale.
        points: of each, int64.
        clusters: the number of each answer's ticket, or None where every answer stands by itself.
        names: of the tickets, with plain answers.
    """

    scale: Scale
    points: "NDArray[np.int64]"
    clusters: "NDArray[np.int64] | None" = None
    names: Sequence[Any] = ()

    def __len__(self) -> int:
        """How many answers."""
        return len(self.points)

    @classmethod
    def read(cls, given: Any, scale: Scale, tickets: Iterable[Hashable] | None) -> "Scores":
        """Answers as numbers or words, or answer -> how many.

        Raises:
            SurveyError: ``off_scale``, ``bad_answers``.
        """
        import numpy as np  # noqa: PLC0415 - a scale by itself needs none

        if isinstance(given, Mapping):
            try:
                points = np.repeat(np.array([scale.point(answer) for answer in given], np.int64), np.array(list(given.values()), np.int64))
            except (TypeError, ValueError) as error:
                if isinstance(error, SurveyError):
                    raise
                message = f"{dict(given)!r} does not say how often each answer came: the counts are whole numbers of at least 0"
                raise SurveyError(message, code="bad_answers", given=dict(given)) from None
            return cls(scale, points)
        if isinstance(given, str) or not isinstance(given, Iterable):
            message = f"{given!r} is no list of answers: give numbers or words, a mapping answer -> count, or an EventLog"
            raise SurveyError(message, code="bad_answers", given=given)
        listed = given.tolist() if hasattr(given, "tolist") else list(given)
        known = {answer: scale.point(answer) for answer in dict.fromkeys(listed)}
        points = np.fromiter((known[answer] for answer in listed), np.int64, len(listed))
        if tickets is None:
            return cls(scale, points)
        names = list(tickets)
        if len(names) != len(points):
            message = f"{len(points)} answers, but tickets= names {len(names)}: give the ticket of each answer"
            raise SurveyError(message, code="bad_answers", given=len(names), expected=len(points))
        place = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return cls(scale, points, np.array([place[name] for name in names], np.int64), names)


def collapsed(scores: Scores, collapse: Collapse | None, *, drop: bool) -> "Scores | Macro":
    """One answer a ticket.

    Args:
        scores: in order of time within a ticket.
        collapse: which; None: all answers.
        drop: leave neutral answers out (matters to the mean only).

    Raises:
        QueryError: ``unknown_collapse``.
    """
    if collapse is None:
        return scores
    import numpy as np  # noqa: PLC0415 - beside its only use

    choice("collapse", collapse, COLLAPSES)
    if scores.clusters is None:
        message = "answers of no ticket cannot be collapsed to one a ticket: pass tickets=, the ticket of each answer"
        raise SurveyError(message, code="bad_answers", given=collapse)
    if collapse == "mean":
        return Macro(scores, drop)
    rank = scores.points if not scores.scale.low_is_good else -scores.points
    n = len(scores)
    order = (
        np.lexsort((np.arange(n), rank, scores.clusters)) if collapse in {"worst", "best"} else np.lexsort((np.arange(n), scores.clusters))
    )
    sorted_clusters = scores.clusters[order]
    change = np.flatnonzero(sorted_clusters[1:] != sorted_clusters[:-1])
    edge = np.concatenate(([0], change + 1)) if collapse in {"first", "worst"} else np.concatenate((change, [n - 1]))
    return Scores(scores.scale, scores.points[order[edge]] if n else scores.points)


class Macro(NamedTuple):
    """Answers of which each ticket weighs one.

    Attributes:
        scores: all answers.
        drop: leave neutral ones out.
    """

    scores: Scores
    drop: bool


def csat_sums(given: Scores | Macro, *, drop: bool) -> Sums:
    """Share of positive answers, with mean, net and top share."""
    if isinstance(given, Macro):
        rest = csat_sums(Scores(given.scores.scale, given.scores.points), drop=drop)
        return rest._replace(tally=_macro(given))
    import numpy as np  # noqa: PLC0415 - beside its only use

    scale, points, clusters = given.scale, given.points, given.clusters
    good, bad, best = _among(points, scale.promoting), _among(points, scale.negative), points == scale.best
    positive, counted = _among(points, scale.positive), np.ones(len(points), np.bool_)
    if drop:
        counted = positive | bad
    tally = _share(positive[counted], None if clusters is None else clusters[counted])
    counts = _counts(scale, points)
    return Sums(tally, {**_means(scale, points), "net": _net(good, bad), "top_1": _share(best, None)}, counts)


def ces_sums(scores: Scores) -> Sums:
    """Share of answers that call it easy, with the mean effort and the net share."""
    found = csat_sums(scores, drop=False)
    scale, points = scores.scale, scores.points
    turned = scale.points[0] + scale.points[-1] - points if scale.low_is_good else points
    return found._replace(parts={**found.parts, "ease": Ratio.of(turned)})


def nps_sums(scores: Scores) -> Sums:
    """Promoters minus detractors."""
    counts = _counts(scores.scale, scores.points)
    good = sum(counts[point] for point in scores.scale.positive)
    bad = sum(counts[point] for point in scores.scale.negative)
    n = len(scores)
    parts: dict[str, Tally] = {"promoters": Share(good, n), "passives": Share(n - good - bad, n), "detractors": Share(bad, n)}
    return Sums(Nps(good, n - good - bad, bad), {**parts, "mean": Ratio.of(scores.points)}, counts)


def _among(points: "NDArray[np.int64]", which: Iterable[int]) -> "NDArray[np.bool_]":
    import numpy as np  # noqa: PLC0415 - beside its only use

    return np.isin(points, list(which))


def _counts(scale: Scale, points: "NDArray[np.int64]") -> dict[Any, int]:
    import numpy as np  # noqa: PLC0415 - beside its only use

    first = scale.points[0]
    found = np.bincount(points - first, minlength=scale.points[-1] - first + 1).tolist()
    return {scale.key(point): found[point - first] for point in scale.points}


def _means(scale: Scale, points: "NDArray[np.int64]") -> dict[str, Tally]:
    mean = Ratio.of(points)
    first, width = scale.points[0], scale.points[-1] - scale.points[0]
    turned = scale.points[-1] - points if scale.low_is_good else points - first
    raw = Ratio.of(turned * 100)
    return {
        "mean": mean,
        "mean_100": Ratio(raw.units, Fraction(raw.x, width), raw.y, Fraction(raw.xx, width * width), Fraction(raw.xy, width), raw.yy),
    }


def _share(flags: "NDArray[np.bool_]", clusters: "NDArray[np.int64] | None") -> Tally:
    import numpy as np  # noqa: PLC0415 - beside its only use

    if clusters is None:
        return Share(int(np.count_nonzero(flags)), len(flags))
    trials = np.bincount(clusters)
    wins = np.bincount(clusters[flags], minlength=len(trials))
    some = trials > 0
    return ClusteredShare.of(wins[some], trials[some])


def _net(good: "NDArray[np.bool_]", bad: "NDArray[np.bool_]") -> Ratio:
    import numpy as np  # noqa: PLC0415 - beside its only use

    return Ratio.of(good.astype(np.int64) - bad.astype(np.int64))


def _macro(given: Macro) -> Ratio:
    """The mean over tickets of each ticket's share of positive answers, in exact fractions."""
    import numpy as np  # noqa: PLC0415 - beside its only use

    scores = given.scores
    assert scores.clusters is not None  # noqa: S101 - checked when collapsed
    positive = _among(scores.points, scores.scale.positive)
    counted = positive | _among(scores.points, scores.scale.negative) if given.drop else np.ones(len(scores), np.bool_)
    trials = np.bincount(scores.clusters[counted])
    wins = np.bincount(scores.clusters[counted & positive], minlength=len(trials))
    wins, trials = wins[trials > 0], trials[trials > 0]
    pairs, times = np.unique(np.stack((wins, trials)), axis=1, return_counts=True)
    shares = [(Fraction(win, of), count) for win, of, count in zip(*pairs.tolist(), times.tolist(), strict=True)]
    x = sum((share * count for share, count in shares), Fraction(0))
    xx = sum((share * share * count for share, count in shares), Fraction(0))
    return Ratio(len(trials), x, len(trials), xx, x, len(trials))
