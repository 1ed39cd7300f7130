"""Ratings read from a log: one a rater, object and question, on one scale."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from slakit.errors import SurveyError, did_you_mean
from slakit.events.kinds import EventKind
from slakit.service.lives import Ints, Lives
from slakit.service.scale import Purpose, Scale, word_key

_TICKET = "ticket"


@attrs.define(eq=False)
class Answers:
    """The ratings of one survey.

    Attributes:
        scale: their scale.
        position: of each rating in the lives.
        point: of each rating on the scale.
        superseded: whether a later rating of the same rater, object and question stands for it.
        of_ticket: whether it rates the ticket, not a single reply.
        requests: positions of the requests of this survey.
        answered: per request, whether its object was rated.
    """

    scale: Scale
    position: Ints
    point: Ints
    superseded: NDArray[np.bool_]
    of_ticket: NDArray[np.bool_]
    requests: Ints
    answered: NDArray[np.bool_]


def answers_of(lives: Lives, purpose: Purpose, *, scale: Scale | str | None, question: str | None, reply: bool | None) -> Answers:
    """The ratings of a survey.

    Args:
        lives: the log as known.
        purpose: the kind of survey: ratings on scales of another kind are not part of it.
        scale: the scale of ratings that name none, and the only one that counts; None: that of the rows.
        question: only ratings of this question; None: of any.
        reply: only ratings of replies (True), of tickets (False), or of either (None).

    Raises:
        SurveyError: ``mixed_scales``, ``missing_scale``, ``unknown_scale``, ``off_scale``, ``unknown_question``.
    """
    wanted = None if scale is None else Scale.named(scale)
    _refuse_purpose(wanted, purpose)
    events = lives.where(EventKind.RATING, EventKind.RATING_REQUESTED)
    asked = lives.kind[events] == EventKind.RATING_REQUESTED.value
    codes, scales = _scales_of(lives, wanted, purpose)
    of, objects = lives.coded("of")
    questions, texts = lives.coded("question")
    of_ticket = _of_ticket(of[events], objects)
    keep = np.ones(len(events), np.bool_) if reply is None else of_ticket != reply
    if question is not None:
        if question not in texts:
            message = f"no rating has the question {question!r}: {did_you_mean(question, texts)}"
            raise SurveyError(message, code="unknown_question", given=question, known=tuple(texts))
        keep &= questions[events] == texts.index(question)
    fits = np.array([*(found is not None and found.purpose == purpose for found in scales), True], np.bool_)
    hints = np.array([*(word_key(str(text)) in {"nps", "ces", "csat"} - {purpose} for text in texts), False], np.bool_)
    ours = np.array([*(word_key(str(text)) == purpose for text in texts), False], np.bool_)
    named = codes[events]
    mine = keep & fits[named] & ((named >= 0) | ~hints[questions[events]])
    unnamed = mine & ~asked & (named < 0)
    if wanted is None and purpose == "nps":
        wanted = Scale.NPS
        mine &= (named >= 0) | ours[questions[events]] | asked
    elif wanted is None and unnamed.any():
        count = int(np.count_nonzero(unnamed))
        message = f"{count:,} ratings name no scale: pass scale=, e.g. scale='five', or a scale with every rating"
        raise SurveyError(message, code="missing_scale", count=count)
    rated = mine & ~asked
    found = _one_scale(scales, named[rated], wanted, purpose) or _DEFAULTS[purpose]
    same = np.array([*(known == found for known in scales), True], np.bool_)
    rated &= same[named]
    requested = mine & asked & same[named]
    positions, requests = events[rated], events[requested]
    values, given = lives.coded("value")
    point = np.zeros(len(given) + 1, np.int64)
    for code, position in _firsts(values[positions], positions, len(given)):
        point[code] = _point(found, lives, given[code], position)
    points = point[values[positions]]
    thing = np.where(of_ticket, 0, of[events].astype(np.int64) + 1)
    ticket = lives.ticket[events].astype(np.int64)
    topic = questions[events].astype(np.int64) + 1
    actor = lives.coded("actor")[0][events].astype(np.int64) + 1
    last = _last_of_each((ticket[rated], thing[rated], topic[rated], actor[rated]))
    answered = _known((ticket[requested], thing[requested]), (ticket[rated], thing[rated]))
    return Answers(found, positions, points, ~last, of_ticket[rated], requests, answered)


_DEFAULTS = {"csat": Scale.FIVE, "nps": Scale.NPS, "ces": Scale.CES_7}


def _refuse_purpose(scale: Scale | None, purpose: Purpose) -> None:
    if scale is not None and scale.purpose != purpose:
        message = f"{scale!r} belongs to {scale.purpose}, not to {purpose}: ask service.{scale.purpose}, or pass a scale of {purpose}"
        raise SurveyError(message, code="wrong_scale", given=scale.name, purpose=purpose)


def _scales_of(lives: Lives, wanted: Scale | None, purpose: Purpose) -> tuple[NDArray[np.int32], list[Scale | None]]:
    """The scales that rows name; one that is not known belongs to another survey, unless none is known to belong to this one."""
    codes, names = lives.coded("scale")
    scales: list[Scale | None] = []
    unknown: SurveyError | None = None
    for name in names:
        if wanted is not None and word_key(str(name)) == word_key(wanted.name):
            scales.append(wanted)
            continue
        try:
            scales.append(Scale.named(str(name)))
        except SurveyError as error:
            unknown = unknown or error
            scales.append(None)
    if (
        unknown is not None
        and wanted is None
        and (purpose == "csat" or not any(scale is not None and scale.purpose == purpose for scale in scales))
    ):
        raise unknown
    return codes, scales


def _one_scale(scales: Sequence[Scale | None], named: NDArray[np.int32], wanted: Scale | None, purpose: Purpose) -> Scale | None:
    if wanted is not None:
        return wanted
    found = [scales[code] for code in np.flatnonzero(np.bincount(named[named >= 0], minlength=len(scales))).tolist()]
    used = {scale.name: scale for scale in found if scale is not None}
    if len(used) > 1:
        message = f"the {purpose} ratings come on the scales {', '.join(used)}, which do not mix: choose one with scale=, or a question with question="
        raise SurveyError(message, code="mixed_scales", given=tuple(used))
    return next(iter(used.values()), None)


def _of_ticket(of: NDArray[np.int32], objects: Sequence[Any]) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = of < 0
    if _TICKET in objects:
        flags |= of == objects.index(_TICKET)
    return flags


def _firsts(codes: NDArray[np.int32], positions: Ints, width: int) -> list[tuple[int, int]]:
    """Each code that occurs, with the first position that has it."""
    first = np.full(width + 1, -1, np.int64)
    first[codes[::-1]] = positions[::-1]
    return [(code, position) for code, position in enumerate(first.tolist()) if position >= 0]


def _point(scale: Scale, lives: Lives, given: Any, position: int) -> int:
    try:
        return scale.point(given)
    except SurveyError as error:
        ticket = lives.tickets[lives.ticket[position]]
        message = f"a rating on ticket {ticket!r}: {error}"
        raise SurveyError(message, code=error.code, ticket=ticket, **error.fields) from None


def _last_of_each(keys: tuple[Ints, ...]) -> NDArray[np.bool_]:
    """Which rows are the last with their combination of keys; rows are in order of time within a ticket."""
    n = len(keys[0])
    last = np.ones(n, np.bool_)
    if n > 1:
        order = np.lexsort((np.arange(n), *reversed(keys)))
        same = np.ones(n - 1, np.bool_)
        for key in keys:
            same &= key[order[1:]] == key[order[:-1]]
        last[order[:-1][same]] = False
    return last


def _known(rows: tuple[Ints, Ints], among: tuple[Ints, Ints]) -> NDArray[np.bool_]:
    """Which pairs of numbers are among others."""
    width = max((int(side[1].max()) + 1 for side in (rows, among) if len(side[1])), default=1)
    return np.isin(rows[0] * width + rows[1], among[0] * width + among[1])
