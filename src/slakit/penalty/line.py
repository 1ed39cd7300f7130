"""One line of a ledger."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from slakit._value import value
from slakit.money import Money

KINDS = (
    "charge", "correction", "minimum", "cap_cycle", "overlap", "cap_ticket", "partial", "attainment", "counts", "repeat", "cap_period", "earn_back",
    "rounding",
)  # fmt: skip
REASONS = {
    "correction": "what an earlier statement charged and later events took back",
    "minimum": "raised to the minimum of a charged cycle",
    "cap_cycle": "brought down to the cap per cycle",
    "overlap": "only one metric of the ticket is charged",
    "cap_ticket": "brought down to the cap per ticket",
    "partial": "started units counted over all cycles together",
    "attainment": "for the period's attainment",
    "counts": "for the period's number of breaches",
    "repeat": "an earlier period was charged too",
    "cap_period": "brought down to the cap per period",
    "earn_back": "given back for attainment since",
    "rounding": "the total is rounded, not each line",
}
"""Why a line that is no plain charge stands there."""


@value(eq=False, repr=False)
class Line:
    """A charge, or an adjustment of one, in a period.

    Attributes:
        period: label of the period; None where the whole log is one.
        kind: one of `KINDS`.
        ticket: id of the ticket; None for what concerns the period as a whole.
        metric: id of the clock.
        ordinal: number of the cycle; None likewise.
        policy: name of the policy.
        policy_version: its version.
        rule: name of the rule.
        priority: the ticket's priority.
        agent: the responsible agent.
        team: the responsible team.
        overrun_us: overrun on the rule's clock that fell into the period, us; 0 on adjustments.
        charged_us: of it, what is charged after grace, us.
        units: units that are charged.
        rate: what a unit costs, in words.
        exact: the exact amount.
        amount: the amount in whole quanta; the lines sum to the total.
        breached_us: the instant of the breach, us.
        ended_us: the stop of the cycle, or the instant up to which it was charged, us.
        open: whether the cycle still ran then.
        evidence: ids of the events that the cycle dates from and that ended it.
        note: what else is to be said.
        group: value of the field by which the rule is kept apart.
        fields: the ticket's fields.
    """

    period: str | None
    kind: str
    ticket: str | int | None
    metric: str
    ordinal: int | None
    policy: str
    policy_version: str | None
    rule: str
    priority: str | None
    agent: Any
    team: Any
    overrun_us: int
    charged_us: int
    units: Fraction
    rate: str
    exact: Fraction
    amount: Money
    breached_us: int | None
    ended_us: int | None
    open: bool
    evidence: tuple[Any, ...]
    note: str
    group: Any
    fields: Mapping[str, Any] = attrs.field(factory=dict)

    def get(self, key: str) -> Any:
        """An attribute of the line, or else a field of its ticket."""
        if key == "currency":
            return self.amount.currency
        if key in NAMES and key != "fields":
            return getattr(self, key)
        return self.fields.get(key)

    def __repr__(self) -> str:
        """A sentence."""
        whom = "the period" if self.ticket is None else f"{self.ticket} {self.metric} {self.ordinal}"
        return f"<{self.kind} {whom}: {self.amount}>"


_LINE: Any = Line
NAMES: tuple[str, ...] = tuple(field.name for field in attrs.fields(_LINE))
EMPTY: Mapping[str, Any] = {}
