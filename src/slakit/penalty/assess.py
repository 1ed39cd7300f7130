"""From breaches and rules to a ledger: charges as of an instant, and what each period adds to them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from slakit.calendars import Period
from slakit.penalty.breach import Breach, Outcome, Standing
from slakit.penalty.charge import Item, Place, charge
from slakit.penalty.fees import Fees
from slakit.penalty.ledger import Ledger
from slakit.penalty.over_periods import PeriodRules
from slakit.penalty.rule import Penalty
from slakit.penalty.sharing import cap_items, settle_overlaps
from slakit.penalty.sums import Sums, sums_of

Key = str | tuple[str, str]
"""A policy's name, or its name and version."""
Rules = Mapping[Key, Sequence[Penalty]]
ANY = ""


def as_rules(given: "Penalty | Iterable[Penalty] | Rules") -> Rules:
    """Rules by the name of their policy; rules given without a policy hold for breaches of any."""
    if isinstance(given, Mapping):
        return {key: tuple(rules) for key, rules in given.items()}
    return {ANY: (given,) if isinstance(given, Penalty) else tuple(given)}


class Contract:
    """The rules of all policies, with their fees."""

    def __init__(self, rules: Rules, fees: Any) -> None:
        """Rules by the name of their policy."""
        self.rules = {key if isinstance(key, str) else " ".join(key): held for key, held in rules.items()}
        self.fees = fees if isinstance(fees, Fees) else Fees(fees)
        named = [((key, ANY) if isinstance(key, str) else key, held) for key, held in rules.items()]
        self.places = [(Place(*key, number), rule) for key, held in named for number, rule in enumerate(held)]
        self._on: dict[tuple[str, str, str], list[tuple[Place, Penalty]]] = {}
        for place, rule in self.places:
            if not rule.of_period:
                self._on.setdefault((place.policy, place.version, rule.metric), []).append((place, rule))

    def on(self, breach: Breach) -> list[tuple[Place, Penalty]]:
        """The rules that charge a breach of this policy, version and metric."""
        keys = dict.fromkeys([(breach.policy, breach.policy_version or ANY), (breach.policy, ANY), (ANY, ANY)])
        return [place for key in keys for place in self._on.get((*key, breach.metric), ())]


class Charges:
    """What all breaches cost as of an instant.

    Attributes:
        items: charge by (place of the rule, ticket, metric, ordinal), in order of breach.
        sums: what counting started units over all cycles together adds.
    """

    __slots__ = ("items", "sums")

    def __init__(self, contract: Contract, breaches: Iterable[Breach], label_of: Callable[[int], str | None]) -> None:
        """Charge every breach; ``label_of`` names the period of an instant, for its fee."""
        found = []
        for breach in breaches:
            label: str | None = None
            for number, (place, rule) in enumerate(contract.on(breach)):
                label = label_of(breach.breached_us) if number == 0 else label
                item = charge(place, rule, breach, contract.fees, label)
                if item is not None:
                    found.append(item)
        found.sort(key=lambda item: item.at)
        settle_overlaps(found)
        by_ticket: dict[tuple[Any, ...], list[Item]] = {}
        for item in found:
            if (item.rule.cap_per_ticket is not None or item.rule.pool is not None) and item.breach is not None:
                key = item.place if item.rule.pool is None else ("pool", item.rule.pool)
                by_ticket.setdefault((*key, item.breach.ticket), []).append(item)
        for items in by_ticket.values():
            cap_items("cap_ticket", "cap_per_ticket", items, contract.fees, label_of(items[0].at[0]))
        self.items: dict[tuple[Any, ...], Item] = {(item.place, *item.breach.key): item for item in found if item.breach is not None}
        self.sums: Sums = sums_of(found)


def assess(
    breaches: Iterable[Breach],
    rules: "Penalty | Iterable[Penalty] | Rules",
    *,
    outcomes: Iterable[Outcome] = (),
    fees: Any = None,
    as_of: int | None = None,
) -> Ledger:
    """The ledger of some breaches, the whole of them being one period that has ended.

    Args:
        breaches: the breached cycles.
        rules: one rule, several, or a mapping of policy names to theirs.
        outcomes: targets met and breached, for rules on attainment or counts.
        fees: what shares are taken of; see `slakit.penalty.fees.Fees`.
        as_of: the instant up to which the breaches are known, us, as ledgers show it.

    Raises:
        PenaltyError: ``no_fee``, ``no_rate``, ``no_meter``.
        MoneyError: ``mixed_currencies`` where rules that share a limit are in several.
    """
    contract = Contract(as_rules(rules), fees)
    standing = Standing(tuple(breaches), tuple(outcomes))
    charges = Charges(contract, standing.breaches, lambda _: None)
    lines = PeriodRules(contract.places, contract.fees).close(
        None, Charges(contract, (), lambda _: None), charges, standing.outcomes, ended=True
    )
    return Ledger(lines, contract.rules, as_of=as_of)


def assess_periods(
    standing_as_of: Callable[[int], Standing],
    rules: "Penalty | Iterable[Penalty] | Rules",
    *,
    periods: Sequence[Period],
    as_of: int,
    since: int | None = None,
    fees: Any = None,
) -> Ledger:
    """The ledger of consecutive periods: each charges what its end adds to its start.

    Args:
        standing_as_of: what the log says as of an instant, us.
        rules: as for `assess`.
        periods: consecutive periods, ascending.
        as_of: the instant up to which the log is known, us; a period that it cuts is charged up to it, and not yet for
            attainment, counts and earning back.
        since: lines of periods that start before this instant, us, are worked out but left out.
        fees: as for `assess`.

    Raises:
        PenaltyError: as `assess`.
        MoneyError: as `assess`.
    """
    contract = Contract(as_rules(rules), fees)

    starts = [period.start_us for period in periods]

    def label_of(us: int) -> str | None:
        place = bisect_right(starts, us) - 1
        return periods[place].label if place >= 0 and us in periods[place] else None

    over = PeriodRules(contract.places, contract.fees)
    lines: list[Any] = []
    before: Charges | None = None
    for period in periods:
        if period.start_us >= as_of:
            break
        if before is None:
            first = standing_as_of(period.start_us)
            before = Charges(contract, first.breaches, label_of)
            over.begin(before)
        end = min(period.end_us, as_of)
        standing = standing_as_of(end)
        after = Charges(contract, standing.breaches, label_of)
        outcomes = [outcome for outcome in standing.outcomes if outcome.at_us in period]
        closed = over.close(period.label, before, after, outcomes, ended=period.end_us <= as_of)
        if since is None or period.start_us >= since:
            lines += closed
        before = after
    return Ledger(lines, contract.rules, as_of=as_of)
