"""Several clocks compiled together: one look-up an event says what it means to each of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from slakit.events.kinds import Role
from slakit.machine.checks import atoms
from slakit.machine.metric import Metric, Symbol
from slakit.machine.table import MASKS, TABLES, State

OTHER = object()
"""Stands for every value that no condition names, so that many values make few situations."""
Step = tuple[State, int]
Moves = tuple[Step, ...]


class Program:
    """Clocks ready to run: what an event means is worked out once for each distinct situation.

    Attributes:
        metrics: the clocks, in the order in which results list them.
        responders: the roles whose public messages are replies (SPEC 3.6).
        replies: for each role whether its public messages are.
        meanings: what `moves` has worked out; a walk looks here first.
        text_keys: keys of an event whose text some condition asks for, in a fixed order.
        needs_assignee: whether some condition asks who holds the ticket.
    """

    __slots__ = ("_asked", "_symbols", "meanings", "metrics", "needs_assignee", "replies", "responders", "text_keys")

    def __init__(self, metrics: Iterable[Metric], responders: Iterable[Role] = (Role.AGENT,)) -> None:
        """Compile some clocks."""
        self.metrics = tuple(metrics)
        self.responders = frozenset(responders)
        self.replies = tuple(role in self.responders for role in Role)
        self.text_keys = tuple(sorted(frozenset().union(*(metric.text_keys for metric in self.metrics))))
        self.needs_assignee = any("by_assignee" in metric.fact_names for metric in self.metrics)
        self._asked: dict[str, set[Any]] = {key: set() for key in self.text_keys}
        for metric in self.metrics:
            for _, condition in metric.conditions:
                for atom in atoms(condition):
                    self._asked[atom.key].update(atom.among or ())
        self.meanings: dict[Any, tuple[tuple[int, Moves, Symbol], ...]] = {}
        self._symbols: dict[Any, tuple[Symbol, ...]] = {}

    def text(self, key: str, given: Any) -> Any:
        """A value of a text key as conditions tell it apart: None, one that some condition names, or `OTHER`."""
        if given is None:
            return None
        try:
            return given if given in self._asked[key] else OTHER
        except TypeError:
            return OTHER

    def symbols(self, code: int, texts: tuple[Any, ...] = ()) -> tuple[Symbol, ...]:
        """What an event means to each clock.

        Args:
            code: its packed facts.
            texts: its values of `text_keys`, in that order, each as `text` gives it.
        """
        key = (code, texts) if texts else code
        found = self._symbols.get(key)
        if found is None:
            by_key: Mapping[str, Any] = dict(zip(self.text_keys, texts, strict=True))
            found = self._symbols[key] = tuple(metric.symbol(code, by_key) for metric in self.metrics)
        return found

    def moves(self, code: int, texts: tuple[Any, ...] = ()) -> tuple[tuple[int, Moves, Symbol], ...]:
        """The clocks that an event can move: (index, next state and effects for each state, symbol)."""
        key = (code, texts) if texts else code
        found = self.meanings.get(key)
        if found is None:
            rows = []
            for index, (metric, symbol) in enumerate(zip(self.metrics, self.symbols(code, texts), strict=True)):
                by_state = tuple(TABLES[metric.repeats][state][symbol.mask % MASKS] for state in State)
                if any(effects or after != state for state, (after, effects) in zip(State, by_state, strict=True)):
                    rows.append((index, tuple((after, int(effects)) for after, effects in by_state), symbol))
            found = self.meanings[key] = tuple(rows)
        return found
