"""How the time of the whole job grows with the log, as a picture, from what `whole_job.py` wrote.

python benchmarks/growth.py out.svg run.json [further.json ...]
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

from matplotlib import pyplot as plt


def main() -> None:
    """Read, draw, write."""
    plt.switch_backend("svg")
    plt.rcParams["svg.hashsalt"] = "slakit"
    target, *given = map(Path, sys.argv[1:])
    lines: dict[str, dict[int, float]] = defaultdict(dict)
    for path in given:
        for row in json.loads(path.read_text(encoding="utf-8"))["rows"]:
            if row["order"] == "ticket":
                lines[row["contestant"]][row["events"]] = row["seconds"] / row["events"] * 1e9
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name, by_events in sorted(lines.items(), key=lambda line: -min(line[1].values())):
        sizes = sorted(by_events)
        own = name.startswith("slakit")
        axes.plot(sizes, [by_events[size] for size in sizes], marker="o", markersize=3, linewidth=2.2 if own else 1.2, label=name)
    axes.set(xscale="log", yscale="log", xlabel="events in the log", ylabel="processor time, ns an event")
    axes.set_title("Three clocks, verdicts and overruns, log sorted by ticket and time", fontsize=10)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
