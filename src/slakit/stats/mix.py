"""What a change of a total owes to the groups getting better, and what to their weights."""

from collections.abc import Hashable, Mapping
from typing import Any

from slakit._table import Table
from slakit._value import value
from slakit.errors import StatsError
from slakit.stats.proportions import Share
from slakit.stats.quantiles import Total
from slakit.stats.ratios import Ratio


@value(eq=False)
class MixSplit:
    """A change of a total as the sum of two parts.

    Attributes:
        total: the change of the weighted total, second minus first.
        rate: the part from changes inside the groups, at average weights.
        mix: the part from changed weights, at average values.
        table: one row a group: group, weight_a, weight_b (shares), value_a, value_b, rate, mix.
    """

    total: float
    rate: float
    mix: float
    table: Table


def mix_split(a: Mapping[Any, Any], b: Mapping[Any, Any]) -> MixSplit:
    """Split the change of a weighted total into rate and mix (Kitagawa 1955).

    With weights w and values r of two periods, rate = sum of (r2 - r1) (w1 + w2) / 2 and
    mix = sum of (w2 - w1) (r1 + r2) / 2; nothing is left over. A group that occurs in one period only
    has no change of its own: its whole effect is mix.

    Args:
        a: group -> its weight and value in the first period: a pair, or `Share`, `Total`, `Ratio`.
        b: the same of the second period.

    Raises:
        StatsError: ``empty_period``, ``bad_weight``.

    Example:
        >>> split = mix_split({"easy": (800, 0.9), "hard": (200, 0.5)}, {"easy": (500, 0.92), "hard": (500, 0.55)})
        >>> round(split.total, 4), round(split.rate, 4), round(split.mix, 4)
        (-0.085, 0.0305, -0.1155)
    """
    groups = list(dict.fromkeys([*a, *b]))
    first, second = _weighted(a, groups), _weighted(b, groups)
    rows: dict[str, list[Any]] = {name: [] for name in ("group", "weight_a", "weight_b", "value_a", "value_b", "rate", "mix")}
    for group in groups:
        (w1, r1), (w2, r2) = first[group], second[group]
        mine = r2 if r1 is None else r1
        theirs = r1 if r2 is None else r2
        if mine is None or theirs is None:
            mine = theirs = 0.0
        row = (group, w1, w2, r1, r2, (theirs - mine) * (w1 + w2) / 2.0, (w2 - w1) * (mine + theirs) / 2.0)
        for column, cell in zip(rows.values(), row, strict=True):
            column.append(cell)
    rate, mix = sum(rows["rate"]), sum(rows["mix"])
    kinds: Any = dict.fromkeys(("value_a", "value_b"), "float")
    table = Table(rows, kinds=kinds, title=f"change {rate + mix:+.4g}: {rate:+.4g} inside the groups, {mix:+.4g} by another mix of them")
    return MixSplit(rate + mix, rate, mix, table)


def _weighted(period: Mapping[Any, Any], groups: list[Hashable]) -> dict[Hashable, tuple[float, float | None]]:
    pairs = {group: _pair(group, period[group]) if group in period else (0.0, None) for group in groups}
    whole = sum(weight for weight, _ in pairs.values())
    if not whole:
        message = "a period holds nothing: all its weights are 0, so it has no total to compare"
        raise StatsError(message, code="empty_period")
    return {group: (weight / whole, figure) for group, (weight, figure) in pairs.items()}


def _pair(group: Hashable, given: Any) -> tuple[float, float | None]:
    if isinstance(given, Share):
        return given.n, given.value
    if isinstance(given, Total):
        return given.n, float(given.total / given.n) if given.n else None
    if isinstance(given, Ratio):
        return float(given.under), given.value
    weight, figure = given
    if weight < 0 or (weight and figure is None):
        message = (
            f"group {group!r} has the weight {weight!r} and the value {figure!r}: a weight is at least 0, and one above 0 needs a value"
        )
        raise StatsError(message, code="bad_weight", given=given)
    return float(weight), None if not weight else float(figure)
