"""Surveys asked of a log: whose rating it is, when it counts, and how many answered."""

from collections.abc import Callable
from typing import Any

import numpy as np

from slakit.events.kinds import EventKind
from slakit.service.answers import Answers, answers_of
from slakit.service.lives import Ints, Lives, lives_of
from slakit.service.question import UNCOUNTED, Codes, Sums, Units, ask, choice, reasons_of
from slakit.service.result import Result
from slakit.service.scale import Purpose, Scale
from slakit.service.scores import Scores
from slakit.service.tally import Share

_REPLY = {"ticket": False, "reply": True, "rating": None}
BASES = ("event", "opened")


def rated(
    purpose: Purpose, log: Any, as_of: Any, *, scale: Scale | str | None, per: str, question: str | None, variant: str,
    sums: Callable[[Scores], Sums], note: str, **asked: Any,
) -> Result:  # fmt: skip
    """The result of a survey over a log; see `slakit.service.surveys`."""
    choice("per", per, tuple(_REPLY))
    lives = lives_of(log, as_of)
    answers = answers_of(lives, purpose, scale=scale, question=question, reply=_REPLY[per])
    named = (
        "default"
        if per in {"ticket", "rating"} and variant == "default"
        else f"{per}+{variant}".removesuffix("+default").removeprefix("ticket+")
    )
    notes = (f"scale {answers.scale.name}: {answers.scale.answers}", note, "one rater, object and question: the last rating counts")
    asking = ask(
        purpose,
        "points" if purpose == "nps" else "share",
        lives,
        bases=BASES,
        variant=named if purpose == "csat" else variant,
        notes=notes,
        **asked,
    )
    events = np.concatenate((answers.position, answers.requests))
    ticket = lives.ticket[events].astype(np.int64)
    ratings = len(answers.position)
    superseded = np.concatenate((answers.superseded, np.zeros(len(answers.requests), np.bool_)))
    reason, reasons = reasons_of(lives, ticket, ("superseded", superseded))
    reason[ratings:][reason[ratings:] > 0] = len(reasons) + 1
    reasons = (*reasons, UNCOUNTED)
    units = Units(
        ticket, {"event": lives.at[events], "opened": lives.opened[ticket]}, reason, reasons,
        {name: _attribution(lives, answers, events, name) for name in ("agent", "team")},
        tickets=lambda places: ticket[places[places < ratings]],
    )  # fmt: skip

    def found(places: Ints) -> Sums:
        here, requests = places[places < ratings], places[places >= ratings] - ratings
        many = per != "ticket" and purpose == "csat"
        done = sums(Scores(answers.scale, answers.point[here], ticket[here] if many or variant != "default" else None))
        if not len(answers.requests):
            return done
        return done._replace(parts={**done.parts, "response_rate": Share(int(np.count_nonzero(answers.answered[requests])), len(requests))})

    return asking.answer(units, found)


def _attribution(lives: Lives, answers: Answers, events: Ints, name: str) -> Callable[[], Codes]:
    """Whose a rating or request is: the rated reply's writer; of a ticket its holder at the request, else at the solve."""

    def codes() -> Codes:
        held, names = lives.agents() if name == "agent" else lives.teams()
        at = events.copy()
        at[: len(answers.position)] = _deciding(lives, answers)
        found = held[at] if len(at) else at
        if name == "agent":
            found, names = _writers(lives, answers, found, list(names))
        return found, names

    return codes


def _deciding(lives: Lives, answers: Answers) -> Ints:
    """The event that decides whose each rating is: the last request before it, else the last solve, else the rating."""
    at = answers.position.copy()
    for positions in (lives.solves, lives.where(EventKind.RATING_REQUESTED)):
        if len(positions):
            place = np.searchsorted(positions, answers.position) - 1
            before = positions[np.maximum(place, 0)]
            same = (place >= 0) & (lives.ticket[before] == lives.ticket[answers.position])
            at[same] = before[same]
    return at


def _writers(lives: Lives, answers: Answers, held: Ints, names: list[Any]) -> tuple[Ints, list[Any]]:
    """Ratings of single replies go to the actor of the rated message."""
    replies = np.flatnonzero(~answers.of_ticket)
    if not len(replies):
        return held, names
    of, objects = lives.coded("of")
    ids, known = lives.coded("id")
    actors, people = lives.coded("actor")
    place = {key: code for code, key in enumerate(known)}
    wanted = np.array([*(place.get(name, -2) for name in objects), -2], np.int64)[of[answers.position[replies]]]
    messages = np.flatnonzero(ids >= 0)
    width = len(known) + 1
    keys = lives.ticket[messages].astype(np.int64) * width + ids[messages]
    sorting = np.argsort(keys, kind="stable")
    asked = lives.ticket[answers.position[replies]].astype(np.int64) * width + wanted
    found = np.searchsorted(keys[sorting], asked)
    hit = (found < len(keys)) & (wanted >= 0)
    hit[hit] = keys[sorting[found[hit]]] == asked[hit]
    number = {name: code for code, name in enumerate(names)}
    recode = np.array([*(number[name] for name in people), -1], np.int64)
    out = held.copy()
    out[replies] = -1
    out[replies[hit]] = recode[actors[messages[sorting[found[hit]]]]]
    return out, names
