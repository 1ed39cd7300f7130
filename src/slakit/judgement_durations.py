"""How long judged cycles took, with the open ones counted."""

from typing import TYPE_CHECKING, Any

from slakit._table import Table
from slakit._time import utc
from slakit.errors import QueryError, did_you_mean
from slakit.stats import Durations

if TYPE_CHECKING:
    from slakit.judgement import Judgement


def durations_of(judgement: "Judgement", name: str) -> Durations:
    """The cycles of one clock as durations in working time; rows of removed tickets are left out.

    Args:
        judgement: judged cycles.
        name: id of the clock.

    Raises:
        QueryError: ``unknown_metric``.
    """
    known = [metric.name for metric in judgement.metrics]
    if name not in known:
        message = f"no policy has a target for {name!r}: {did_you_mean(name, known)}"
        raise QueryError(message, code="unknown_metric", given=name)
    codes, names = judgement.coded("metric")
    removed, reasons = judgement.coded("removed")
    rows = (removed == _number(reasons, None)) & (codes == _number(names, name))
    phase = judgement.column("phase")[rows]
    target = judgement.column("target_us")[rows]
    given: Any = target.view("timedelta64[us]") if len(target) and (target > 0).all() else None
    spans = judgement.column("accumulated_us")[rows].view("timedelta64[us]")
    return Durations.of(spans, phase == "stopped", cancelled=phase == "cancelled", target=given)


def _number(names: list[Any], name: str | None) -> int:
    """The code of a value; one that no row has where the value is absent."""
    return names.index(name) if name in names else len(names)


def summary_of(judgement: "Judgement") -> Table:
    """The summaries of all clocks as one table, a row a figure."""
    columns: dict[str, list[Any]] = {}
    for metric in judgement.metrics:
        for row in durations_of(judgement, metric.name).summary():
            for key, given in {"metric": metric.name, **row}.items():
                columns.setdefault(key, []).append(given)
    return Table(columns, title=f"how long it took, as of {utc(judgement.as_of):%Y-%m-%d %H:%M}Z")
