"""Static checks of a clock: every condition can hold, a pause can end, a start is not out of reach."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from slakit.errors import MetricError
from slakit.events.keys import KIND_KEYS
from slakit.events.kinds import GONE_KINDS, EventKind, Status
from slakit.machine.conditions import Condition, Has
from slakit.machine.facts import FACTS

if TYPE_CHECKING:
    from slakit.machine.metric import Metric

_OTHER = object()
_LINKED = frozenset(("kind", "before", "after"))
_COMMON_TEXTS = frozenset(("actor", "id"))


def _changes() -> Iterator[tuple[int, int, int]]:
    """Every (kind, status before, status after) that an event can have."""
    categories = [status.value for status in Status if status]
    for kind in EventKind:
        for after in categories:
            before = [Status.NONE.value] if kind is EventKind.CREATED else categories if kind is EventKind.STATUS else [after]
            yield from ((kind.value, given, after) for given in before)


_CHANGES = tuple(_changes())


def check(metric: "Metric") -> None:
    """Refuse a clock whose conditions contradict each other.

    Raises:
        MetricError: ``condition_never_holds``, ``pause_without_resume``, ``resume_without_pause``, ``cannot_stop``,
            ``starts_only_solved``.
    """
    if metric.resume is not None and metric.pause is None:
        message = f"metric {metric.name!r} resumes ({metric.resume!r}) but never pauses: add pause=, or leave resume= out"
        raise MetricError(message, code="resume_without_pause", metric=metric.name, condition=repr(metric.resume))
    if metric.pause is not None and metric.resume is None and (metric.pause.facts != {"after"} or metric.pause.texts):
        message = (
            f"metric {metric.name!r} pauses on an event ({metric.pause!r}), which has no end: "
            "add resume=, or pause on a status with on.in_status(...)"
        )
        raise MetricError(message, code="pause_without_resume", metric=metric.name, condition=repr(metric.pause))
    for what, condition in metric.conditions:
        solved_only, possible, reachable = True, False, False
        for facts, texts in situations(condition):
            if condition.holds(facts, texts):
                possible = True
                solved_only &= facts["after"] >= Status.SOLVED
                reachable |= facts["kind"] not in GONE_KINDS and (metric.while_solved or facts["before"] < Status.SOLVED)
                if reachable and not solved_only:
                    break
        if not possible:
            message = f"metric {metric.name!r}: its {what} condition ({condition!r}) can never hold: check its parts against each other"
            raise MetricError(message, code="condition_never_holds", metric=metric.name, what=what, condition=repr(condition))
        if what == "stop" and not reachable:
            message = (
                f"metric {metric.name!r}: its stop condition ({condition!r}) holds only when nothing runs any more: a solve ends every "
                "clock without while_solved=True, a merge, a deletion and spam end all"
            )
            raise MetricError(message, code="cannot_stop", metric=metric.name, condition=repr(condition))
        if what == "start" and solved_only and not metric.while_solved:
            message = (
                f"metric {metric.name!r} starts only while the ticket is solved ({condition!r}): pass while_solved=True to let it run then"
            )
            raise MetricError(message, code="starts_only_solved", metric=metric.name, condition=repr(condition))


def situations(condition: Condition) -> Iterator[tuple[Mapping[str, int], Mapping[str, Any]]]:
    """Every situation that can occur, as far as a condition can tell them apart.

    Facts that it does not ask for are left out, except kind and status, which constrain the others.
    """
    names = sorted(condition.facts - _LINKED)
    keys: dict[str, set[Any]] = {}
    for atom in atoms(condition):
        keys.setdefault(atom.key, {None, _OTHER}).update(atom.among or ())
    for (kind, before, after), codes in product(_CHANGES, product(*(range(len(FACTS[name].names)) for name in names))):
        facts = dict(zip(names, codes, strict=True)) | {"kind": kind, "before": before, "after": after}
        if _occurs(facts):
            allowed = {key: among if _carries(facts["kind"], key) else {None} for key, among in keys.items()}
            for texts in product(*allowed.values()):
                yield facts, dict(zip(allowed, texts, strict=True))


def atoms(condition: Condition) -> Iterator[Has]:
    """The questions about texts that a condition is made of."""
    if isinstance(condition, Has):
        yield condition
    for part in condition.parts():
        yield from atoms(part)


def _carries(kind: int, key: str) -> bool:
    return key in _COMMON_TEXTS or kind == EventKind.CREATED or key in KIND_KEYS.get(EventKind(kind), ())


def _occurs(facts: Mapping[str, int]) -> bool:
    """Whether an event of this kind and status can be in this situation at all."""
    kind, before, after = facts["kind"], facts["before"], facts["after"]
    if kind == EventKind.CREATED and (facts.get("wanted") or facts.get("replied") or facts.get("by_assignee") or facts.get("gone")):
        return False
    if (facts.get("receiver") or facts.get("new_holder")) and kind != EventKind.ASSIGNED:
        return False
    if (facts.get("replied") and facts.get("wanted") == 0) or (facts.get("reply") and facts.get("public") == 0):
        return False
    if facts.get("waiting") and not (kind == EventKind.STATUS and before >= Status.SOLVED > after):
        return False
    return not facts.get("reply") or kind == EventKind.MESSAGE
