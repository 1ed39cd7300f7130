"""The ledger of a judgement in columns whose rules are all linear: totals at once, lines when they are asked for."""

from typing import TYPE_CHECKING

import numpy as np

from slakit.cycle_arrays import removal
from slakit.ledger.standings import UNCHARGED, breaches_of, judged_again
from slakit.money import Money
from slakit.penalty.assess import Contract, Rules
from slakit.penalty.ledger import Ledger
from slakit.penalty.linear import is_linear, linear_charges
from slakit.verdict import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from slakit.judgement import Judgement
    from slakit.judgement_arrays import JudgedArrays
    from slakit.penalty.line import Line
    from slakit.penalty.rule import Penalty

_BREACHED = VERDICTS.index("breached")


def at_once(judgement: "Judgement", rules: Rules, *, since: int | None, until: int, lines: "Callable[[], Sequence[Line]]") -> Ledger | None:
    """A ledger with totals from the columns, which makes its lines when they are asked for; None where some rule is not linear, or tickets are judged one by one.

    Args:
        judgement: the judged log.
        rules: its penalties.
        since: what was charged as of this instant (us) is not charged again; None: nothing was.
        until: the instant as of which is charged, us.
        lines: makes the lines, which sum to the same totals.
    """
    every = [rule for held in rules.values() for rule in held]
    if not every or not all(is_linear(rule) for rule in every):
        return None
    at_end, at_start = _judged_at(judgement, until), None if since is None else _judged_at(judgement, since)
    if at_end.regular is None or (at_start is not None and at_start.regular is None):
        return None
    totals = _totals(at_end, at_end.regular, rules)
    if at_start is not None and at_start.regular is not None:
        for currency, before in _totals(at_start, at_start.regular, rules).items():
            totals[currency] = totals.get(currency, Money.zero(currency)) - before
    charged = {currency: total for currency, total in totals.items() if total} or {
        rule.rate.single.currency: Money.zero(rule.rate.single.currency) for rule in every
    }
    return Ledger(lines, Contract(rules, None).rules, as_of=judgement.as_of, totals=dict(sorted(charged.items())))


def _judged_at(judgement: "Judgement", us: int) -> "Judgement":
    return judgement if us == judgement.as_of else judged_again(judgement, us)


def _totals(judgement: "Judgement", regular: "JudgedArrays", rules: Rules) -> dict[str, Money]:
    judged = regular.judged
    contract = Contract(rules, None)
    overruns = _overruns(regular)
    for breach in breaches_of(judgement, [row for row in judged.others if row.choice.policy is not None]):
        for _, rule in contract.on(breach):
            overruns.setdefault((breach.policy, breach.policy_version, id(rule)), (rule, []))[1].append(
                np.array([breach.overrun_us], np.int64)
            )
    totals: dict[str, Money] = {}
    for rule, held in overruns.values():
        charges = linear_charges(np.concatenate(held), rule)
        currency = charges.total.currency
        totals[currency] = totals.get(currency, Money.zero(currency)) + charges.total
    return totals


def _overruns(regular: "JudgedArrays") -> "dict[tuple[str, str | None, int], tuple[Penalty, list[NDArray[np.int64]]]]":
    """By policy, version and rule, the rule with the overruns of the cycles that it charges, us."""
    judged = regular.judged
    columns, choices = judged.columns, judged.choices
    charged = {rule.metric for choice in choices if choice.policy is not None for rule in choice.policy.penalties}
    removed, reasons = removal(columns)
    uncharged = np.array([reason in UNCHARGED for reason in reasons], np.bool_).take(removed)
    at_field = bool(judged.at_field.any())
    found: dict[tuple[str, str | None, int], tuple[Penalty, list[NDArray[np.int64]]]] = {}
    for rows, stretch in judged.runs.rows():
        metric = judged.program.metrics[stretch.metric].name
        if metric not in charged:
            continue
        over = regular.column("overrun_us")[rows] if at_field else judged.overrun_of(rows, stretch)
        here = np.flatnonzero(judged.verdict[rows] == _BREACHED)
        if uncharged.any():
            here = here[~uncharged[columns.ticket.take(stretch.opened.take(here))]]
        numbers = np.broadcast_to(judged.choice_of(rows, stretch), len(over)).take(here)
        for number in np.flatnonzero(np.bincount(numbers)).tolist():
            policy = choices[number].policy
            for rule in () if policy is None else policy.penalties:
                if policy is not None and rule.metric == metric:
                    mine = over.take(here[numbers == number])
                    found.setdefault((policy.name, policy.label, id(rule)), (rule, []))[1].append(mine)
    return found
