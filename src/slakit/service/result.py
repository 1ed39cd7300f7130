"""The one kind of answer of every service metric: a number with all that a careful reader asks for next."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

from slakit._tidy import Tidy
from slakit._time import utc
from slakit._value import value
from slakit.errors import QueryError, did_you_mean
from slakit.service.merging import merged
from slakit.service.tally import Count, Nps, Share, Tally
from slakit.service.words import figure_text, sentence

if TYPE_CHECKING:
    from slakit._table import Table
    from slakit.stats.interval import Interval

Unit = Literal["share", "span", "number", "points", "count"]


@value
class Window:
    """The stretch of time that an answer speaks of, ``[since, until)``; None is without an end on that side.

    Attributes:
        since: us.
        until: us.
    """

    since: int | None = None
    until: int | None = None

    def __str__(self) -> str:
        """In words, UTC."""
        if self.since is None and self.until is None:
            return "the whole log"
        ends = ["-" if us is None else f"{utc(us):%Y-%m-%d %H:%M:%S}Z" for us in (self.since, self.until)]
        return f"[{ends[0]}, {ends[1]})"


@value(eq=False, repr=False)
class Result(Tidy):
    """A service metric: value, what it was made of, how sure it is, and what was left out.

    Attributes:
        metric: its name, e.g. ``"csat"``.
        unit: share (in [0, 1]), span (time), number, points or count.
        tally: the exact sums behind the value.
        variant: which definition was followed.
        basis: the instant by which a unit belongs to a window: opened, finished or event.
        window: the stretch that was asked for.
        as_of_us: the instant up to which the log was known, us; None for plain numbers.
        schedule: the working time in which spans are measured, None for wall time.
        excluded: reason -> how many units left the denominator.
        open: units that had not ended (censored), not in the denominator.
        pending: units that have ended but whose outcome is not known yet.
        parts: further tallies under names of their own: ``r.talk``, ``r.response_rate`` give their values.
        counts: how often each answer or kind came.
        by: the names that groups are made by.
        groups: key -> the `Result` of that group (a tuple of keys where ``by`` names several).
        notes: what one has to know to read it, as sentences.
        mergeable: whether its sums are those of single tickets, so that shards add up.
        held: the ids behind `tickets`.
        hits: the ids behind `successes`.
        spans: the units' own values behind `quantile`.
    """

    metric: str
    unit: Unit
    tally: Tally
    variant: str = "default"
    basis: str = "event"
    window: Window = Window()
    as_of_us: int | None = None
    schedule: str | None = None
    excluded: Mapping[str, int] = attrs.field(factory=dict)
    open: int = 0
    pending: int = 0
    parts: Mapping[str, Tally] = attrs.field(factory=dict)
    counts: Mapping[Any, int] = attrs.field(factory=dict)
    by: tuple[str, ...] = ()
    groups: Mapping[Any, "Result"] = attrs.field(factory=dict)
    notes: tuple[str, ...] = ()
    mergeable: bool = True
    held: Sequence[Any] = ()
    hits: Sequence[Any] = ()
    spans: Sequence[int] = ()

    def fields(self) -> dict[str, Any]:
        """The fields of a `Result` by name."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(Result)}  # type: ignore[arg-type]

    def but(self, **changes: Any) -> Self:
        """The same answer with some fields changed."""
        return attrs.evolve(self, **changes)  # type: ignore[misc]  # attrs values all

    @property
    def value(self) -> Any:
        """The number: a share, points, a count or a ratio as float or int, time as timedelta; None where it is undefined."""
        return self.tally.value

    @property
    def n(self) -> int:
        """The denominator."""
        return self.tally.n

    @property
    def numerator(self) -> Any:
        """What stands over the denominator, exact (NPS: promoters minus detractors)."""
        tally = self.tally
        if isinstance(tally, Share):
            return tally.successes
        if isinstance(tally, Nps):
            return tally.promoters - tally.detractors
        return tally.n if isinstance(tally, Count) else getattr(tally, "numerator", None)

    @property
    def denominator(self) -> int:
        """The same as ``n``."""
        return self.tally.n

    @property
    def as_of(self) -> datetime | None:
        """The instant up to which the log was known, UTC."""
        return None if self.as_of_us is None else utc(self.as_of_us)

    def interval(self, *, confidence: float = 0.95) -> "Interval":
        """What the data say about the value: floats in its own unit, time in us.

        Args:
            confidence: how often such intervals hold the truth.

        Raises:
            StatsError: ``bad_confidence``.
        """
        return self.tally.interval(confidence=confidence)

    @property
    def low(self) -> Any:
        """Lower end of the 95 % interval in the unit of the value; None where there is none."""
        return self._end(self.interval().low)

    @property
    def high(self) -> Any:
        """Upper end of the 95 % interval in the unit of the value; None where there is none."""
        return self._end(self.interval().high)

    def _end(self, given: float | None) -> Any:
        return timedelta(microseconds=round(given)) if given is not None and self.unit == "span" else given

    @property
    def method(self) -> str:
        """How the interval is computed."""
        return self.interval().method

    @property
    def tickets(self) -> tuple[Any, ...]:
        """The ids of the tickets behind the value, ascending, each once."""
        held = self.held
        return tuple(held.tolist() if hasattr(held, "tolist") else held)

    @property
    def successes(self) -> tuple[Any, ...]:
        """Of a share: the ids of the tickets that count as success, ascending; empty where the metric does not tell."""
        hits = self.hits
        return tuple(hits.tolist() if hasattr(hits, "tolist") else hits)

    @property
    def rounded(self) -> int | None:
        """A share in whole percent, or points, rounded half away from zero; None for other units and without a value."""
        if self.unit not in {"share", "points"} or not self.n:
            return None
        up = 2 * abs(self.numerator) * 100 + self.n
        whole = int(up // (2 * self.n))
        return whole if self.numerator >= 0 else -whole

    def quantile(self, q: float, *, method: Literal["linear", "inverted_cdf"] = "linear") -> Any:
        """A quantile of the units' own values, as a timedelta for time; None without units.

        Args:
            q: in [0, 1].
            method: as in `slakit.stats.quantile`.

        Raises:
            QueryError: ``no_distribution`` for an answer that is not a mean of single values.
        """
        from slakit.stats.quantiles import quantile  # noqa: PLC0415 - brings numpy

        if not self.n:
            return None
        if not len(self.spans):
            message = f"{self.metric} keeps no value a unit, so it has no quantiles: ask a mean such as aht or delivery_time"
            raise QueryError(message, code="no_distribution", given=self.metric)
        found = quantile(self.spans, q, method=method)
        return timedelta(microseconds=round(found)) if self.unit in {"span", "count"} else found

    @property
    def median(self) -> Any:
        """The middle of the units' own values."""
        return self.quantile(0.5)

    def __getattr__(self, name: str) -> Any:
        """The value of a part, e.g. ``r.response_rate``."""
        if name.startswith("_"):
            raise AttributeError(name)
        parts = object.__getattribute__(self, "parts")
        if name in parts:
            return parts[name].value
        message = f"the result of {self.metric} has no {name!r}: {did_you_mean(name, [*parts, 'value', 'n', 'low', 'high', 'tickets'])}"
        raise AttributeError(message)

    def __getitem__(self, key: Any) -> "Result":
        """One group.

        Raises:
            QueryError: ``unknown_group``.
        """
        if key not in self.groups:
            message = f"no group {key!r} in {self.metric} by {', '.join(self.by) or 'nothing'}: {did_you_mean(key, self.groups)}"
            raise QueryError(message, code="unknown_group", given=key)
        return self.groups[key]

    def __iter__(self) -> Iterator["Result"]:
        """The groups."""
        return iter(self.groups.values())

    def __len__(self) -> int:
        """How many groups."""
        return len(self.groups)

    def __bool__(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def __add__(self, other: object) -> "Result":
        """Merge two shards of one question: other tickets in the same window, or an adjacent window.

        Raises:
            MergeError: where the sum would not be exact (see `slakit.service.merging`).
        """
        return merged(self, other) if isinstance(other, Result) else NotImplemented

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of the same tickets."""
        return isinstance(other, Result) and _content(self) == _content(other)

    __hash__ = None  # type: ignore[assignment]  # may hold arrays

    def table(self) -> "Table":
        """A row a group (one row where there are none), for frames, Arrow and HTML."""
        from slakit._table import Table  # noqa: PLC0415 - loaded on first touch

        return Table(self.to_dict(), title=sentence(self, whole=False))

    def told(self) -> list[tuple[Any, "Result"]]:
        """The groups that have a row, with their keys: all but a group of nobody whose units are all left out."""
        return [(key, found) for key, found in self.groups.items() if _told(key, found)]

    def to_dict(self) -> dict[str, list[Any]]:
        """The rows as lists: metric, the group's keys, value, n, low, high, numerator, open, pending, excluded, then the parts."""
        rows = self.told() if self.by else [((), self)]
        columns: dict[str, list[Any]] = {"metric": [self.metric for _ in rows]}
        for place, name in enumerate(self.by):
            columns[name] = [key[place] if len(self.by) > 1 else key for key, _ in rows]
        for name in ("value", "n", "low", "high", "numerator", "open", "pending"):
            columns[name] = [getattr(found, name) for _, found in rows]
        columns["excluded"] = [sum(found.excluded.values()) for _, found in rows]
        for name in self.parts:
            columns[name] = [found.parts[name].value if name in found.parts else None for _, found in rows]
        return columns

    def text(self) -> str:
        """The value for people: ``"84.0 %"``, ``"3m 45s"``, ``"+20"``."""
        return figure_text(self, self.value)

    def explain(self) -> str:
        """What the number is, from what, how sure, and what was left out: a few lines of text."""
        return sentence(self, whole=True)

    def __repr__(self) -> str:
        """A sentence, then the groups as a table."""
        return self.table().to_text() if self.by else f"<{sentence(self, whole=False)}>"

    def __str__(self) -> str:
        """A sentence."""
        return sentence(self, whole=False)


def _told(key: Any, found: Result) -> bool:
    nameless = set(key) == {None} if isinstance(key, tuple) else key is None
    return bool(found.n or found.open or found.pending) or not nameless


def _content(result: Result) -> tuple[Any, ...]:
    return (
        result.metric, result.unit, result.tally, result.variant, result.basis, result.window, result.as_of_us, result.schedule,
        dict(result.excluded), result.open, result.pending, dict(result.parts), dict(result.counts), result.by, dict(result.groups), result.tickets,
    )  # fmt: skip
