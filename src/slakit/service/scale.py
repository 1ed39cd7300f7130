"""The answers that a survey offers: ordered, with those that count as positive."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self

import attrs

from slakit._value import value
from slakit.errors import SurveyError, did_you_mean

Purpose = Literal["csat", "nps", "ces"]
_SAME_LETTERS = {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", 0x200C: " ", ord("_"): " ", ord("-"): " "}


@value(repr=False)
class Scale:
    """The ordered answers of a survey question.

    Attributes:
        name: what rows call it.
        points: the number of each answer, ascending.
        labels: the word for each answer, worst first where high is good; empty for a scale of bare numbers.
        positive: points that count as success.
        negative: points that count against it in the net score.
        promoting: points that count for it in the net score; the positive ones unless given.
        purpose: the kind of survey that it belongs to.
        low_is_good: whether the first point is the best.
        aliases: further words -> point.
    """

    name: str
    points: tuple[int, ...]
    labels: tuple[str, ...] = ()
    positive: frozenset[int] = attrs.field(default=frozenset(), converter=frozenset)
    negative: frozenset[int] = attrs.field(default=frozenset(), converter=frozenset)
    promoting: frozenset[int] = attrs.field(default=frozenset(), converter=frozenset)
    purpose: Purpose = "csat"
    low_is_good: bool = False
    aliases: Mapping[str, int] = attrs.field(factory=dict, hash=False)

    TWO: ClassVar["Scale"]
    THREE: ClassVar["Scale"]
    FOUR: ClassVar["Scale"]
    FIVE: ClassVar["Scale"]
    NPS: ClassVar["Scale"]
    CES_7: ClassVar["Scale"]
    CES_5: ClassVar["Scale"]

    def __attrs_post_init__(self) -> None:
        """Check that the parts fit together."""
        points = set(self.points)
        if len(points) < 2 or len(points) != len(self.points) or list(self.points) != sorted(points):  # noqa: PLR2004 - a choice has two
            message = f"scale {self.name!r} has the points {self.points}: give at least two different ones, ascending"
            raise SurveyError(message, code="bad_scale", given=self.points)
        if self.labels and len(self.labels) != len(self.points):
            message = f"scale {self.name!r} has {len(self.points)} points, but {len(self.labels)} labels: give one a point"
            raise SurveyError(message, code="bad_scale", given=self.labels)
        if (
            not self.positive
            or not self.positive < points
            or not {*self.negative, *self.promoting} <= points
            or self.positive & self.negative
        ):
            message = f"scale {self.name!r}: the positive answers are some of its points {self.points}, the negative ones some others"
            raise SurveyError(message, code="bad_scale", given=sorted(self.positive))
        object.__setattr__(self, "promoting", self.promoting or self.positive)
        words = {word_key(label): point for label, point in zip(self.labels, self.points, strict=bool(self.labels))}
        object.__setattr__(self, "aliases", MappingProxyType(words | {word_key(word): point for word, point in self.aliases.items()}))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by content."""
        return Scale.from_dict, (self.to_dict(),)

    @classmethod
    def of(
        cls, *labels: str, positive: Iterable[str], negative: Iterable[str] = (), name: str = "", aliases: Mapping[str, str] | None = None,
    ) -> Self:  # fmt: skip
        """A satisfaction scale of words.

        Args:
            *labels: the answers, worst first; they get the points 1, 2, ...
            positive: those that count as satisfied.
            negative: those that count against it in the net score.
            name: what rows call it; the labels joined unless given.
            aliases: other words -> label.

        Raises:
            SurveyError: ``bad_scale``, ``off_scale`` for a word that is none of the labels.
        """
        points = tuple(range(1, len(labels) + 1))
        place = dict(zip(labels, points, strict=True))

        def point(word: str) -> int:
            if word not in place:
                message = f"{word!r} is none of the labels: {did_you_mean(word, labels)}"
                raise SurveyError(message, code="off_scale", given=word, known=labels)
            return place[word]

        return cls(
            name or "-".join(labels), points, tuple(labels), frozenset(map(point, positive)), frozenset(map(point, negative)),
            aliases={word: point(label) for word, label in (aliases or {}).items()},
        )  # fmt: skip

    @classmethod
    def named(cls, given: "str | Scale") -> "Scale":
        """A shipped scale by its name, e.g. ``"four"``, ``"1-5"``, ``"0-10"``.

        Raises:
            SurveyError: ``unknown_scale``.
        """
        if isinstance(given, Scale):
            return given
        found = _NAMED.get(word_key(given)) if isinstance(given, str) else None
        if found is None:
            message = f"unknown scale {given!r}: {did_you_mean(given, _NAMED)}; make your own with Scale.of(...)"
            raise SurveyError(message, code="unknown_scale", given=given, known=tuple(_NAMED))
        return found

    def point(self, given: Any) -> int:
        """The point of an answer, given as its number or a word.

        Raises:
            SurveyError: ``off_scale``, with the answers that there are.
        """
        found = None
        if isinstance(given, str):
            found = self.aliases.get(word_key(given))
            if found is None and given.strip().lstrip("-").isdecimal():
                given = int(given)
        if found is None and not isinstance(given, str):
            try:
                found = int(given) if given == int(given) else None
            except (TypeError, ValueError, OverflowError):
                found = None
        if found is None or found not in self.points:
            message = f"{given!r} is off the scale {self.name}: it has {self.answers}"
            raise SurveyError(message, code="off_scale", given=given, scale=self.name, points=self.points, labels=self.labels)
        return found

    @property
    def answers(self) -> str:
        """The answers in words: ``"1 very bad, 2 bad, 3 good, 4 excellent"``."""
        if not self.labels:
            return f"{self.points[0]} to {self.points[-1]}"
        return ", ".join(f"{point} {label}" for point, label in zip(self.points, self.labels, strict=True))

    @property
    def best(self) -> int:
        """The point of the best answer."""
        return self.points[0] if self.low_is_good else self.points[-1]

    def key(self, point: int) -> str | int:
        """How an answer is named in counts: its label, or its number on a scale of bare numbers."""
        return self.labels[self.points.index(point)] if self.labels else point

    def to_dict(self) -> dict[str, Any]:
        """Plain data, from which `from_dict` makes the same scale."""
        return {
            "name": self.name, "points": list(self.points), "labels": list(self.labels), "positive": sorted(self.positive),
            "negative": sorted(self.negative), "promoting": sorted(self.promoting), "purpose": self.purpose, "low_is_good": self.low_is_good,
            "aliases": dict(self.aliases),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The scale that gave `to_dict`."""
        return cls(**{**data, "points": tuple(data["points"]), "labels": tuple(data["labels"])})

    def __repr__(self) -> str:
        """A sentence."""
        good = ", ".join(str(self.key(point)) for point in sorted(self.positive))
        return f"<scale {self.name}: {self.answers}; positive: {good}>"


def word_key(text: str) -> str:
    """A word as it is looked up: case, separators and the Arabic forms of Persian letters do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME_LETTERS).casefold().split())


def _shipped(  # noqa: PLR0917 - read by eye below
    name: str, points: Sequence[int], positive: Iterable[int], negative: Iterable[int], labels: Sequence[str] = (), persian: Sequence[str] = (),
    aliases: Mapping[str, int] | None = None,
) -> Scale:  # fmt: skip
    words = dict(zip(persian, points, strict=bool(persian))) | dict(aliases or {})
    return Scale(name, tuple(points), tuple(labels), frozenset(positive), frozenset(negative), aliases=words)


Scale.TWO = _shipped(
    "two", (0, 1), (1,), (0,), ("bad", "good"), ("بد", "خوب"),
    {"dissatisfied": 0, "satisfied": 1, "no": 0, "yes": 1, "ناراضی": 0, "راضی": 1},
)  # fmt: skip
Scale.THREE = _shipped("three", (1, 2, 3), (2, 3), (1,), ("bad", "good", "excellent"), ("بد", "خوب", "عالی"))
Scale.FOUR = _shipped(
    "four", (1, 2, 3, 4), (3, 4), (1, 2), ("very bad", "bad", "good", "excellent"), ("خیلی بد", "بد", "خوب", "عالی"), {"بسیار بد": 1}
)
Scale.FIVE = _shipped(
    "five", (1, 2, 3, 4, 5), (4, 5), (1, 2), ("very bad", "bad", "neutral", "good", "excellent"), ("خیلی بد", "بد", "متوسط", "خوب", "عالی"),
    {"بسیار بد": 1, "very good": 5, "very dissatisfied": 1, "dissatisfied": 2, "satisfied": 4, "very satisfied": 5, "خیلی خوب": 5, "okay": 3},
)  # fmt: skip
Scale.NPS = Scale("nps", tuple(range(11)), positive=frozenset((9, 10)), negative=frozenset(range(7)), purpose="nps")
Scale.CES_7 = Scale(
    "ces_7", tuple(range(1, 8)), positive=frozenset((5, 6, 7)), negative=frozenset((1, 2, 3)), promoting=frozenset((6, 7)), purpose="ces"
)
Scale.CES_5 = Scale("ces_5", tuple(range(1, 6)), positive=frozenset((1, 2)), negative=frozenset((4, 5)), purpose="ces", low_is_good=True)
_NAMED: dict[str, Scale] = {
    word_key(name): scale
    for scale, names in (
        (Scale.TWO, ("two", "2", "0-1", "thumbs")),
        (Scale.THREE, ("three", "3", "1-3")),
        (Scale.FOUR, ("four", "4", "1-4")),
        (Scale.FIVE, ("five", "5", "1-5", "stars")),
        (Scale.NPS, ("nps", "0-10")),
        (Scale.CES_7, ("ces_7", "ces", "1-7")),
        (Scale.CES_5, ("ces_5", "ces_1")),
    )
    for name in names
}
