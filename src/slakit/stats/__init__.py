"""Statistics that hold up: intervals for every estimate, open cycles counted, sums that merge.

| question | names |
| --- | --- |
| how sure is a share | `proportion`, `Share`, `shares_by` |
| how sure is a score or a rate | `nps_interval`, `Nps`, `poisson_interval`, `Rate`, `Ratio` |
| how long does it take | `Durations`, `kaplan_meier`, `durations_by`; where ends compete `aalen_johansen` |
| complete values | `quantile`, `quantile_interval`, `median`, `mean`, `Total`; travelling quantiles `Sketch` |
| did it change | `compare`, `proportion_difference`, `nps_difference`, `rate_ratio`, `ratio_difference`, `log_rank`, `brunner_munzel`, `hodges_lehmann` |
| is it mix | `mix_split` |
| is it a trend | `xmr`, `p_chart` |
| who is better | `shrink` |
| how many agents | `erlang_staffing`, `erlang_a`, `erlang_b`, `erlang_c`, `littles_law`, `littles_check` |

Everything that sums is a commutative monoid: ``empty()``, ``+``, ``to_dict()``, ``from_dict()``. Nothing
beyond numpy and the standard library is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slakit.stats.charts import Chart, p_chart, xmr
    from slakit.stats.comparison import Comparison, compare, median_difference
    from slakit.stats.competing import AalenJohansen, aalen_johansen
    from slakit.stats.differences import proportion_difference
    from slakit.stats.durations import Durations
    from slakit.stats.grouped import durations_by, shares_by
    from slakit.stats.interval import Difference, Interval
    from slakit.stats.lifetable import LifeTable
    from slakit.stats.mix import MixSplit, mix_split
    from slakit.stats.nps import Nps, nps_difference, nps_interval
    from slakit.stats.proportions import Share, proportion
    from slakit.stats.quantiles import Total, mean, median, quantile, quantile_interval
    from slakit.stats.queueing import Impatience, Staffing, erlang_a, erlang_b, erlang_c, erlang_staffing, littles_check, littles_law
    from slakit.stats.rates import Rate, poisson_interval, rate_ratio
    from slakit.stats.ratios import Ratio, ratio_difference
    from slakit.stats.samples import Superiority, brunner_munzel, hodges_lehmann
    from slakit.stats.shrinkage import Shrunk, shrink
    from slakit.stats.sketch import Sketch
    from slakit.stats.survival import KaplanMeier, kaplan_meier, log_rank

_HOMES = {
    "charts": ("Chart", "p_chart", "xmr"),
    "comparison": ("Comparison", "compare", "median_difference"),
    "competing": ("AalenJohansen", "aalen_johansen"),
    "differences": ("proportion_difference",),
    "durations": ("Durations",),
    "grouped": ("durations_by", "shares_by"),
    "interval": ("Difference", "Interval"),
    "lifetable": ("LifeTable",),
    "mix": ("MixSplit", "mix_split"),
    "nps": ("Nps", "nps_difference", "nps_interval"),
    "proportions": ("Share", "proportion"),
    "quantiles": ("Total", "mean", "median", "quantile", "quantile_interval"),
    "queueing": ("Impatience", "Staffing", "erlang_a", "erlang_b", "erlang_c", "erlang_staffing", "littles_check", "littles_law"),
    "rates": ("Rate", "poisson_interval", "rate_ratio"),
    "ratios": ("Ratio", "ratio_difference"),
    "samples": ("Superiority", "brunner_munzel", "hodges_lehmann"),
    "shrinkage": ("Shrunk", "shrink"),
    "sketch": ("Sketch",),
    "survival": ("KaplanMeier", "kaplan_meier", "log_rank"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AalenJohansen",
    "Chart",
    "Comparison",
    "Difference",
    "Durations",
    "Impatience",
    "Interval",
    "KaplanMeier",
    "LifeTable",
    "MixSplit",
    "Nps",
    "Rate",
    "Ratio",
    "Share",
    "Shrunk",
    "Sketch",
    "Staffing",
    "Superiority",
    "Total",
    "aalen_johansen",
    "brunner_munzel",
    "compare",
    "durations_by",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_staffing",
    "hodges_lehmann",
    "kaplan_meier",
    "littles_check",
    "littles_law",
    "log_rank",
    "mean",
    "median",
    "median_difference",
    "mix_split",
    "nps_difference",
    "nps_interval",
    "p_chart",
    "poisson_interval",
    "proportion",
    "proportion_difference",
    "quantile",
    "quantile_interval",
    "rate_ratio",
    "ratio_difference",
    "shares_by",
    "shrink",
    "xmr",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
