"""Writes docs/metrics.md from the catalogue of clocks.

python docs/generate_metrics.py
"""

from pathlib import Path

from slakit import metrics
from slakit.machine.facts import FACTS
from slakit.machine.metric import Metric, transition_rows

PAGE = Path(__file__).resolve().parent / "metrics.md"
HEAD = """# The catalogue of clocks

Made by `docs/generate_metrics.py` from the catalogue itself; do not edit.

A clock is idle, running, paused, stopped or cancelled. For each clock: its conditions, in the order in which they are taken when one event
meets several, then the next state for each of them. `+` marks a cycle that begins. A merge, a deletion and spam cancel every clock; so does
a solve, unless the clock may run while the ticket is solved.

| clock | what it times |
| --- | --- |
"""


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows as a Markdown table; the first is the header."""
    header, *body = rows
    lines = [header, ("---",) * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def section(metric: Metric) -> str:
    """One clock: a sentence, its conditions, its transition table."""
    conditions = [("does", "on"), *((what, f"`{condition!r}`") for what, condition in metric.conditions)]
    habits = [
        text
        for holds, text in (
            (metric.accumulates, "A further cycle goes on from the time of the earlier ones and is judged on it."),
            (not metric.repeats, "It has one cycle a ticket."),
            (metric.while_solved, "It may run while the ticket is solved or closed."),
            (metric.rebases, "At a merge the running cycle dates from the older wait of both tickets."),
        )
        if holds
    ]
    parts = [f"## {metric.name}\n", f"{metric.description[0].upper()}{metric.description[1:]}. {' '.join(habits)}".rstrip() + "\n"]
    return "\n".join([*parts, table(conditions), table(transition_rows(metric))])


def facts() -> str:
    """What a condition may ask of an event."""
    rows = [
        ("fact", "values", "meaning"),
        *((f"`{fact.name}`", ", ".join(filter(None, fact.names)), fact.meaning) for fact in FACTS.values()),
    ]
    return "\n".join(["## Facts that conditions ask for\n", table(rows)])


def page() -> str:
    """The whole page."""
    every = list(metrics.CATALOGUE.values())
    index = "".join(f"| [`{metric.name}`](#{metric.name.replace('.', '')}) | {metric.description} |\n" for metric in every)
    return "\n".join([HEAD + index, *map(section, every), facts()])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
