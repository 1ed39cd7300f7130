"""Pictures of results, with matplotlib (the extra ``plot``): each takes ``ax=`` and returns it.

Nothing is shown and nothing is written: the caller does ``ax.figure.savefig(...)``. Labels, units,
n and window stand on the picture. ``language="fa"`` writes Persian labels and digits.
"""

from slakit.plot.charts import attainment, control, penalties
from slakit.plot.durations import durations
from slakit.plot.months import heat_map, requests, satisfaction
from slakit.plot.timeline import timeline

__all__ = ["attainment", "control", "durations", "heat_map", "penalties", "requests", "satisfaction", "timeline"]
