"""A metric: a clock given as data."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from slakit._value import changed, value
from slakit.errors import MetricError
from slakit.events.kinds import GONE_KINDS
from slakit.machine import on
from slakit.machine.checks import check
from slakit.machine.conditions import Condition, Is, fact
from slakit.machine.facts import ABSORBED, FACTS, unpack
from slakit.machine.table import CANCEL, PAUSE, REBASE, RESET, RESUME, START, STOP, TABLES, Effect, State

_GONE = fact("kind", *(kind.text for kind in GONE_KINDS))
_SOLVED = fact("after", "solved", "closed")


class Anchor(IntEnum):
    """From which event a cycle dates."""

    EVENT = 0
    """The event that opens it."""
    OLDEST = 1
    """The oldest customer message that no reply has answered (at a reopening: since the solve)."""
    LATEST = 2
    """The latest of them."""


class Symbol(NamedTuple):
    """What an event means to one clock.

    Attributes:
        mask: bits of `slakit.machine.table`.
        anchor: from which event a cycle dates that it opens.
        cause: why a cycle ends that it ends.
    """

    mask: int
    anchor: Anchor
    cause: str


@value(repr=False)
class Metric:
    """A clock, as data: conditions on events, compiled to a total transition table.

    Attributes:
        name: the id, ``"next_response"`` or with a variant ``"next_response.latest"``.
        description: the field's usual definition, in a sentence.
        starts: (condition, anchor) pairs; the first that holds dates the cycle.
        stops: (cause, condition) pairs that end a cycle as stopped.
        cancels: (cause, condition) pairs that end it as cancelled.
        pause: while it holds the clock does not run; None: never pauses.
        resume: ends a pause; None: the pause ends when its condition no longer holds.
        reset: cancels the running cycle and opens a new one at the same event.
        repeats: it may start again after its first cycle.
        while_solved: it may start and run while the ticket is solved or closed.
        accumulates: a further cycle goes on from the time of the earlier ones and is judged on it.
        rebases: at a merge the running cycle dates from the older wait of both tickets.
    """

    name: str
    description: str
    starts: tuple[tuple[Condition, Anchor], ...]
    stops: tuple[tuple[str, Condition], ...]
    cancels: tuple[tuple[str, Condition], ...] = ()
    pause: Condition | None = None
    resume: Condition | None = None
    reset: Condition | None = None
    repeats: bool = True
    while_solved: bool = False
    accumulates: bool = False
    rebases: bool = False

    @classmethod
    def define(
        cls, name: str, *, start: Condition, stop: Condition, pause: Condition | None = None, resume: Condition | None = None,
        reset: Condition | None = None, cancel: Condition | None = None, repeats: bool = True, while_solved: bool = False,
        accumulates: bool = False, description: str = "",
    ) -> "Metric":  # fmt: skip
        """A clock of one's own, checked when made.

        Args:
            name: the id; letters, digits, underscores, and a dot before a variant.
            start: opens a cycle.
            stop: ends it as stopped.
            pause: a condition on the status (a level such as ``on.in_status("pending")``) or an event.
            resume: ends the pause; needed where ``pause`` is an event, since an event has no end.
            reset: ends the running cycle as cancelled and opens a new one at the same event.
            cancel: ends it as cancelled.
            repeats: whether it may start again.
            while_solved: whether it may start and run while the ticket is solved or closed; otherwise
                a solve that does not stop it cancels it.
            accumulates: whether a further cycle is judged on the time of all.
            description: a sentence for tables and reports.

        Raises:
            MetricError: ``bad_metric_name``, ``condition_never_holds``, ``pause_without_resume``,
                ``resume_without_pause``, ``cannot_stop``, ``starts_only_solved``.
        """
        if not name or not all(part.isidentifier() for part in name.split(".")):
            message = f"metric name {name!r}: use letters, digits and underscores, with a dot before a variant"
            raise MetricError(message, code="bad_metric_name", given=name)
        metric = cls(
            name, description or f"from {start!r} to {stop!r}", ((start, Anchor.EVENT),), (("stop", stop),),
            () if cancel is None else (("cancel", cancel),), pause, resume, reset, repeats, while_solved, accumulates,
        )  # fmt: skip
        check(metric)
        return metric

    def variant(self, suffix: str, description: str, **changes: Any) -> "Metric":
        """The same clock with some conditions changed, named ``<name>.<suffix>``."""
        return changed(self, name=f"{self.name}.{suffix}", description=description, **changes)

    @property
    def conditions(self) -> tuple[tuple[str, Condition], ...]:
        """Every condition with what it does, in order of precedence."""
        rows = [*(("cancel", condition) for _, condition in self.cancels), *(("stop", condition) for _, condition in self.stops)]
        rows += [
            (what, condition) for what, condition in (("reset", self.reset), ("pause", self.pause), ("resume", self.resume)) if condition
        ]
        return (*rows, *(("start", condition) for condition, _ in self.starts))

    @property
    def fact_names(self) -> frozenset[str]:
        """The facts that its conditions ask for."""
        return frozenset().union(*(condition.facts for _, condition in self.conditions))

    @property
    def text_keys(self) -> frozenset[str]:
        """The keys of an event whose text its conditions ask for."""
        return frozenset().union(*(condition.texts for _, condition in self.conditions))

    @property
    def absorbs(self) -> bool:
        """Whether a merge of another ticket into this one means anything to it."""
        return self.rebases or any(map(_asks_for_merge, (condition for condition, _ in self.starts)))

    def symbol(self, code: int, texts: Mapping[str, Any]) -> Symbol:
        """What an event means to this clock.

        Args:
            code: its packed facts (`slakit.machine.facts`).
            texts: its values of `text_keys`.
        """
        facts = unpack(code)
        mask, anchor, cause = 0, Anchor.EVENT, ""
        if facts["kind"] == ABSORBED and not self.absorbs:
            return Symbol(0, anchor, cause)
        runs_here = (self.while_solved or not _SOLVED.holds(facts, texts)) and not facts["gone"] and not _GONE.holds(facts, texts)
        if runs_here:
            for condition, dates_from in self.starts:
                if condition.holds(facts, texts):
                    mask, anchor = START, dates_from if facts["waiting"] else Anchor.EVENT
                    break
        if self.pause is not None:
            held = self.pause.holds(facts, texts)
            resumes = not held if self.resume is None else self.resume.holds(facts, texts)
            mask |= PAUSE * held | RESUME * resumes
        if self.reset is not None and runs_here and self.reset.holds(facts, texts):
            mask, cause = mask | RESET, "reset"
        if self.rebases and facts["kind"] == ABSORBED and facts["waiting"]:
            mask, anchor = mask | REBASE, Anchor.OLDEST
        stopped = next((named for named, condition in self.stops if condition.holds(facts, texts)), None)
        cancelled = self._cancelled(facts, texts, stops=stopped is not None)
        if stopped is not None:
            mask, cause = mask | STOP, stopped
        if cancelled is not None:
            mask, cause = mask | CANCEL, cancelled
        return Symbol(mask, anchor, cause)

    def _cancelled(self, facts: Mapping[str, int], texts: Mapping[str, Any], *, stops: bool) -> str | None:
        """The cause of a cancel: the ticket is gone, a condition of its own, or a solve that nothing else ends."""
        if _GONE.holds(facts, texts):
            return FACTS["kind"].names[facts["kind"]]
        for named, condition in self.cancels:
            if condition.holds(facts, texts):
                return named
        return "solved" if not self.while_solved and not stops and on.solved.holds(facts, texts) else None

    def __hash__(self) -> int:
        """By name: a metric is looked up at every judgement, and names hardly ever collide."""
        return hash(self.name)

    def __repr__(self) -> str:
        """The id, so that it reads in a list."""
        return f"<Metric {self.name}>"

    def __str__(self) -> str:
        """The clock in words, a line a condition, then its transition table."""
        lines = [f"{self.name}: {self.description}"]
        lines += [f"  {what:<7} {condition!r}" for what, condition in self.conditions]
        header, *rows = transition_rows(self)
        lines += ["", *("  " + "".join(f"{cell:<11}" for cell in row).rstrip() for row in (header, *rows))]
        return "\n".join(lines)


def _asks_for_merge(condition: Condition) -> bool:
    """Whether it names the merge of another ticket into this one (a negation that merely allows it does not)."""
    named = isinstance(condition, Is) and condition.fact == "kind" and ABSORBED in condition.among
    return named or any(map(_asks_for_merge, condition.parts()))


_COLUMNS = (("start", START), ("pause", PAUSE), ("resume", RESUME), ("stop", STOP), ("reset", RESET), ("cancel", CANCEL))


def transition_rows(metric: Metric) -> list[tuple[str, ...]]:
    """The transition table of a clock as rows of text: the state, then the next state for each condition.

    The first row is the header. An event that meets several conditions is taken in the order
    cancel, stop, reset, pause, start; ``+`` marks a cycle that begins.
    """
    used = {what for what, _ in metric.conditions} | {"cancel"} | ({"resume"} if metric.pause is not None else set())
    columns = [(what, bit) for what, bit in _COLUMNS if what in used]
    rows: list[tuple[str, ...]] = [("state", *(what for what, _ in columns))]
    for state in State:
        if state is State.PAUSED and metric.pause is None:
            continue
        cells = []
        for _, bit in columns:
            after, effects = TABLES[metric.repeats][state][bit]
            cells.append(after.text + ("+" if effects & Effect.OPEN else ""))
        rows.append((state.text, *cells))
    return rows
