"""What customers said: satisfaction (CSAT), recommendation (NPS) and effort (CES)."""

from collections.abc import Callable, Hashable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Literal

from slakit.errors import SurveyError
from slakit.events.log import EventLog
from slakit.service.question import choice
from slakit.service.result import Result
from slakit.service.scale import Purpose, Scale
from slakit.service.scores import Collapse, Scores, ces_sums, collapsed, csat_sums, nps_sums
from slakit.service.tally import Share

if TYPE_CHECKING:
    from slakit.service.question import Sums

Per = Literal["ticket", "reply", "rating"]
_NOTES = {
    "csat": "value: share of positive answers",
    "nps": "value: 100 x (promoters minus detractors) / answers; promoters gave 9 or 10, detractors 0 to 6",
    "ces": "value: share of answers that call it easy",
}


def csat(
    given: Any, *, as_of: Any = None, scale: Scale | str | None = None, per: Per = "ticket", collapse: Collapse | None = None,
    neutral: Literal["counted", "excluded"] = "counted", question: str | None = None, tickets: Iterable[Hashable] | None = None,
    requested: int | None = None, by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Customer satisfaction: the share of positive answers.

    Args:
        given: a log; or answers themselves, as numbers or words; or a mapping answer -> how many.
        as_of: the instant up to which the log is known; asked for with a log.
        scale: the scale of answers that name none, e.g. ``Scale.FIVE`` or ``"four"``; None: that of the rows.
        per: ``"ticket"``: ratings of tickets, which belong to the agent with the ticket at the request,
            else at the solve; ``"reply"``: ratings of single replies, which belong to the agent who
            wrote them, with a cluster-robust interval; ``"rating"``: both.
        collapse: one answer a ticket out of several: ``"last"``, ``"first"``, ``"worst"``, ``"best"``,
            or ``"mean"`` (the mean over tickets of each ticket's share).
        neutral: ``"excluded"`` takes answers that are neither positive nor negative out of the denominator.
        question: only answers to this question of a survey of several.
        tickets: with plain answers, the ticket of each.
        requested: with plain answers, how many were asked.
        by: groups: ``"agent"``, ``"team"``, a field of the ticket, ``"month"``, ``"weekday"``, ...
        since: first instant of the window.
        until: end of the window.
        basis: ``"event"`` (the rating) or ``"opened"`` (the ticket).
        tz: the zone of groups by time.
        calendar: ``"gregorian"`` or ``"jalali"``, of groups by month and week.

    Returns:
        A share in [0, 1]. Parts: ``mean``, ``mean_100`` (0 to 100), ``net``, ``top_1`` and, where
        requests are known, ``response_rate``. ``counts``: how often each answer came.

    Raises:
        SurveyError: ``off_scale``, ``mixed_scales``, ``missing_scale``, ``unknown_scale``, ``wrong_scale``, ``missing_as_of``.
        QueryError: ``unknown_field``, ``empty_window``, ``unknown_basis``.
    """
    drop = choice("neutral", neutral, ("counted", "excluded")) == "excluded"
    names = [*(["neutral_excluded"] if drop else []), *([f"{collapse}_of_ticket"] if collapse else [])]
    variant = "+".join(names) or "default"

    def sums(scores: Scores) -> "Sums":
        return csat_sums(collapsed(scores, collapse, drop=drop), drop=drop)

    if not isinstance(given, EventLog):
        return _plain("csat", given, scale, tickets, requested, variant, sums)
    return _asked(
        "csat", given, as_of, scale=scale, per=per, question=question, variant=variant, sums=sums, by=by, since=since, until=until,
        basis=basis, tz=tz, calendar=calendar,
    )  # fmt: skip


def nps(
    given: Any, *, as_of: Any = None, question: str | None = None, scale: Scale | str | None = None, requested: int | None = None,
    by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Net promoter score: 100 x (promoters minus detractors) / answers, in points.

    Args:
        given: a log, answers from 0 to 10, or a mapping answer -> how many.
        as_of: as in `csat`.
        question: as in `csat`.
        scale: ``Scale.NPS`` to count ratings that name no scale.
        requested: as in `csat`.
        by: as in `csat`.
        since: as in `csat`.
        until: as in `csat`.
        basis: as in `csat`.
        tz: as in `csat`.
        calendar: as in `csat`.

    Returns:
        Points in [-100, 100], not rounded (``rounded`` rounds half away from zero). Parts:
        ``promoters``, ``passives``, ``detractors`` (shares), ``mean``.

    Raises:
        SurveyError: as `csat`.
        QueryError: as `csat`.
    """
    if not isinstance(given, EventLog):
        return _plain("nps", given, Scale.NPS if scale is None else scale, None, requested, "default", nps_sums)
    return _asked(
        "nps", given, as_of, scale=scale, per="rating", question=question, variant="default", sums=nps_sums, by=by, since=since, until=until,
        basis=basis, tz=tz, calendar=calendar,
    )  # fmt: skip


def ces(
    given: Any, *, as_of: Any = None, scale: Scale | str | None = None, question: str | None = None, requested: int | None = None,
    by: str | Iterable[str] | None = None, since: Any = None, until: Any = None, basis: str | None = None,
    tz: str | tzinfo | None = None, calendar: str = "gregorian",
) -> Result:  # fmt: skip
    """Customer effort score: the share of answers that call it easy.

    Args:
        given: a log, answers, or a mapping answer -> how many.
        as_of: as in `csat`.
        scale: ``Scale.CES_7`` (1 to 7, high is good, 5 and more are easy) or ``Scale.CES_5`` (2010: 1 to 5, low is good); they never mix.
        question: as in `csat`.
        requested: as in `csat`.
        by: as in `csat`.
        since: as in `csat`.
        until: as in `csat`.
        basis: as in `csat`.
        tz: as in `csat`.
        calendar: as in `csat`.

    Returns:
        A share in [0, 1]. Parts: ``mean`` (of the points as given), ``ease`` (of the points turned so that
        high is good), ``net`` (6-7 minus 1-3; on the 2010 scale 1-2 minus 4-5), ``top_1``.

    Raises:
        SurveyError: as `csat`.
        QueryError: as `csat`.
    """
    if not isinstance(given, EventLog):
        return _plain("ces", given, scale, None, requested, "default", ces_sums)
    return _asked(
        "ces", given, as_of, scale=scale, per="rating", question=question, variant="default", sums=ces_sums, by=by, since=since, until=until,
        basis=basis, tz=tz, calendar=calendar,
    )  # fmt: skip


def _plain(  # noqa: PLR0917 - the two roads share these
    purpose: Purpose, given: Any, scale: Scale | str | None, tickets: Iterable[Hashable] | None, requested: int | None, variant: str,
    sums: Callable[[Scores], "Sums"],
) -> Result:  # fmt: skip
    if scale is None:
        message = f"{purpose} of plain answers needs their scale: pass scale=, e.g. scale=Scale.{'CES_7' if purpose == 'ces' else 'FIVE'}"
        raise SurveyError(message, code="missing_scale")
    chosen = Scale.named(scale)
    if chosen.purpose != purpose:
        message = f"{chosen!r} belongs to {chosen.purpose}, not to {purpose}: ask service.{chosen.purpose}, or pass a scale of {purpose}"
        raise SurveyError(message, code="wrong_scale", given=chosen.name, purpose=purpose)
    scores = Scores.read(given, chosen, tickets)
    found = sums(scores)
    parts = dict(found.parts)
    if requested is not None:
        if requested < len(scores):
            message = f"{len(scores)} answers came to {requested} requests: requested= counts everybody who was asked"
            raise SurveyError(message, code="bad_requested", given=requested, answers=len(scores))
        parts["response_rate"] = Share(len(scores), requested)
    held = () if tickets is None else tuple(dict.fromkeys(scores.names))
    return Result(
        purpose, "points" if purpose == "nps" else "share", found.tally, variant=variant, counts=found.counts, parts=parts,
        notes=(f"scale {chosen.name}: {chosen.answers}", _NOTES[purpose]), held=held,
    )  # fmt: skip


def _asked(purpose: Purpose, log: EventLog, as_of: Any, **asked: Any) -> Result:
    if as_of is None:
        message = f"{purpose} of a log needs as_of=, the instant up to which the log is known"
        raise SurveyError(message, code="missing_as_of")
    from slakit.service.ratings import rated  # noqa: PLC0415 - brings numpy

    return rated(purpose, log, as_of, note=_NOTES[purpose], **asked)
