"""How the time of the whole job grows with the log, as a picture, from what `whole_job.py` wrote.

python benchmarks/growth.py out.svg run.json [further.json ...]
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

from matplotlib import pyplot as plt

PANELS = {"loaded": "from what was loaded before", "arrays": "with loading"}


def main() -> None:
    """Read, draw, write."""
    plt.switch_backend("svg")
    plt.rcParams["svg.hashsalt"] = "slakit"
    target, *given = map(Path, sys.argv[1:])
    lines: dict[str, dict[str, dict[int, float]]] = {start: defaultdict(dict) for start in PANELS}
    for path in given:
        for row in json.loads(path.read_text(encoding="utf-8"))["rows"]:
            if row["order"] == "ticket":
                lines[row["start"]][row["contestant"]][row["events"]] = row["seconds"] / row["events"] * 1e9
    figure, panels = plt.subplots(1, 2, figsize=(9.6, 4.4), sharey=True, layout="constrained")
    for (start, title), axes in zip(PANELS.items(), panels, strict=True):
        for name, by_events in lines[start].items():
            sizes = sorted(by_events)
            wide = 2.2 if name == "slakit" else 1.2
            axes.plot(sizes, [by_events[size] for size in sizes], marker="o", markersize=3, linewidth=wide, label=name)
        axes.set(xscale="log", yscale="log", xlabel="events in the log")
        axes.set_title(title, fontsize=10)
        axes.grid(visible=True, which="major", alpha=0.3)
    panels[0].set_ylabel("processor time, ns an event")
    figure.suptitle("Three clocks, verdicts and overruns, log sorted by ticket and time", fontsize=10)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, fontsize=8, frameon=False, loc="outside lower center", ncols=4)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
