"""An escalation: when something is to be done, and what."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from slakit._time import fixed_span, span_text
from slakit._value import value
from slakit.errors import PolicyError, TimeError, did_you_mean
from slakit.escalation.actions import Action
from slakit.escalation.level import Level

_KEYS = ("metric", "at", "exchanges", "handling", "rating", "scale", "question", "actions", "name")


def _metric_name(given: Any) -> str | None:
    return given if given is None or isinstance(given, str) else str(given.name)


def _actions(given: Any) -> tuple[Action, ...]:
    several = isinstance(given, Iterable) and not isinstance(given, str | Mapping)
    return tuple(Action.of(one) for one in given) if several else (Action.of(given),)


def _span(given: Any) -> int | None:
    if given is None or type(given) is int:
        return given
    try:
        return fixed_span(given)
    except TimeError as error:
        message = f"handling={given!r}: {error}"
        raise PolicyError(message, code="bad_escalation", given=given) from None


def _labels(given: Any) -> tuple[str, ...] | None:
    labels = getattr(given, "labels", given)
    return None if labels is None else tuple(map(str, labels))


@value(repr=False)
class Escalation:
    """Actions that fall due at a level of a target, at a number of exchanges, at a handling time, or at a bad rating.

    Exactly one of ``metric`` (with ``at``), ``exchanges``, ``handling`` and ``rating`` says when.

    Attributes:
        metric: id of the clock whose target counts.
        at: the level: ``"75%"``, ``"-30m"`` before or ``"+1h"`` after the target; default 100 %. Levels
            below 100 % fall due when so much is used up, the others just after the last instant in time.
        exchanges: falls due when a ticket has more exchanges than this; an exchange is a reply that
            answers something that the customer's side has said since the reply before.
        handling: falls due when a ticket's measured handling time exceeds this, us.
        rating: falls due when a rating is at or below this level: a number, or a label of ``scale``.
        scale: labels from the worst to the best, for a ``rating`` that is a label.
        question: the question that ratings must answer; None: any.
        actions: what is to be done.
        name: tells it from others of its policy in the ids of its actions; default says when it falls due.
    """

    metric: str | None = attrs.field(default=None, converter=_metric_name)
    at: Level | None = attrs.field(default=None, kw_only=True, converter=attrs.converters.optional(Level.of))
    exchanges: int | None = attrs.field(default=None, kw_only=True)
    handling: int | None = attrs.field(default=None, kw_only=True, converter=_span)
    rating: Any = attrs.field(default=None, kw_only=True)
    scale: tuple[str, ...] | None = attrs.field(default=None, kw_only=True, converter=_labels)
    question: str | None = attrs.field(default=None, kw_only=True)
    actions: tuple[Action, ...] = attrs.field(kw_only=True, converter=_actions)
    name: str | None = attrs.field(default=None, kw_only=True)

    if TYPE_CHECKING:

        def __init__(
            self,
            metric: Any = None,
            *,
            at: Any = None,
            exchanges: int | None = None,
            handling: Any = None,
            rating: Any = None,
            scale: Any = None,
            question: str | None = None,
            actions: Any,
            name: str | None = None,
        ) -> None:
            """What the converters take."""

    def __attrs_post_init__(self) -> None:
        """Refuse an escalation that never falls due, or for two reasons."""
        given = [key for key in ("metric", "exchanges", "handling", "rating") if getattr(self, key) is not None]
        if len(given) != 1:
            several = f"has {' and '.join(given)}" if given else "says nothing of when"
            message = f"{several}: give one of a metric, exchanges=, handling= and rating="
            raise _bad(message, given)
        if self.at is not None and self.metric is None:
            message = f"at='{self.at}' needs the metric whose target it is a level of"
            raise _bad(message, str(self.at))
        if self.metric is not None and self.at is None:
            object.__setattr__(self, "at", Level())
        if not self.actions:
            message = "has no action: give actions=[notify('manager')] or the like"
            raise _bad(message, self.actions)
        for key in ("exchanges", "handling"):
            number = getattr(self, key)
            if number is not None and (type(number) is not int or number < 0):
                message = f"{key}={number!r}: give a number that is not negative"
                raise _bad(message, number)
        if isinstance(self.rating, str) and self.rating not in (self.scale or ()):
            known = did_you_mean(self.rating, self.scale or ())
            message = f"rating={self.rating!r} is no label of scale=: give the labels from the worst to the best, {known}"
            raise _bad(message, self.rating)
        if self.rating is None and (self.scale is not None or self.question is not None):
            message = "scale= and question= belong to rating="
            raise _bad(message, self.scale or self.question)

    @property
    def key(self) -> str:
        """What tells it from others of its policy: its name, else when it falls due."""
        if self.name is not None:
            return self.name
        if self.metric is not None:
            return f"{self.metric}@{self.at}"
        if self.exchanges is not None:
            return f"exchanges>{self.exchanges}"
        if self.handling is not None:
            return f"handling>{span_text(self.handling)}"
        return f"rating<={self.rating}" if self.question is None else f"rating<={self.rating}:{self.question}"

    def low(self, given: Any) -> bool:
        """Whether a rating is at or below the level; False for one that is not on the scale."""
        if self.scale is not None and isinstance(self.rating, str):
            return str(given) in self.scale and self.scale.index(str(given)) <= self.scale.index(self.rating)
        try:
            number = Fraction(given)
        except (TypeError, ValueError):
            return False
        return number <= Fraction(self.rating)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back."""
        plain: dict[str, Any] = {key: given for key in _KEYS if (given := getattr(self, key)) is not None}
        if self.at is not None:
            plain["at"] = str(self.at)
        if self.handling is not None:
            plain["handling"] = span_text(self.handling)
        if self.scale is not None:
            plain["scale"] = list(self.scale)
        return plain | {"actions": [action.to_dict() for action in self.actions]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Escalation":
        """Read what `to_dict` gives.

        Raises:
            PolicyError: ``unknown_key``, ``missing_key``, and as the constructor.
        """
        for key in plain:
            if key not in _KEYS:
                message = f"escalation: unknown key {key!r}: {did_you_mean(key, _KEYS)}"
                raise PolicyError(message, code="unknown_key", given=key)
        if "actions" not in plain:
            message = "escalation: the key 'actions' is missing: say what is to be done"
            raise PolicyError(message, code="missing_key", key="actions")
        return cls(**plain)

    def __repr__(self) -> str:
        """A sentence: when, and what."""
        return f"<Escalation {self.key}: {', '.join(map(str, self.actions))}>"


def _bad(trouble: str, given: Any) -> PolicyError:
    return PolicyError(f"an escalation {trouble}", code="bad_escalation", given=given)
