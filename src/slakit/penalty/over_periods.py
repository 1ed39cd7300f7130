"""Rules over periods: attainment, counts, repetition, caps per period, earning back, rounding of totals."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from slakit.money import Money, whole
from slakit.penalty.bands import band_from_below
from slakit.penalty.breach import Outcome
from slakit.penalty.charge import Item, Place, Step, group_of, number
from slakit.penalty.fees import Fees
from slakit.penalty.line import EMPTY, KINDS, Line
from slakit.penalty.phrases import ATTAINED, BREACHES, GIVEN_BACK, UNITS, rate_text
from slakit.penalty.rule import Penalty
from slakit.penalty.share import Share
from slakit.penalty.sharing import cap_items
from slakit.penalty.sums import Sum
from slakit.penalty.wording import priced

if TYPE_CHECKING:
    from slakit.penalty.assess import Charges

Group = tuple[Place, Any]


class PeriodRules:
    """Closes periods one after the other, and remembers what later ones depend on."""

    def __init__(self, places: Sequence[tuple[Place, Penalty]], fees: Fees) -> None:
        """Nothing has been closed yet."""
        self._places = places
        self._fees = fees
        self._charged: list[set[Group]] = []
        self._nets: list[dict[Group, Item]] = []
        self._attained: list[dict[Group, Fraction]] = []
        self._running: dict[Group, Fraction] = {}

    def begin(self, before: "Charges") -> None:
        """Take up totals that are rounded as a whole from what was charged before the first period."""
        for item in before.items.values():
            self._add(item, item.value)
        for held in before.sums.values():
            self._add(held.item, held.exact)

    def _add(self, item: Item, exact: Fraction) -> Fraction:
        key = (item.place, item.group)
        before = self._running.get(key, Fraction(0))
        self._running[key] = before + exact
        return before

    def close(self, label: str | None, before: "Charges", after: "Charges", outcomes: Iterable[Outcome], *, ended: bool) -> list[Line]:
        """The lines of a period.

        Args:
            label: its label; None where the whole log is one period.
            before: charges as of its start.
            after: charges as of its end.
            outcomes: what was met and breached in it.
            ended: whether it is over, so that rules on the period as a whole are charged.
        """
        items = _added(before, after)
        if any(rule.of_period or rule.earn_back is not None for _, rule in self._places):
            items += self._of_period(label, list(outcomes), ended=ended)
        self._repeat(items)
        self._cap(items, label)
        if any(rule.remembers for _, rule in self._places):
            self._remember(items)
        if ended and any(rule.earn_back is not None for _, rule in self._places):
            items += self._earned_back()
        items += self._round_totals(items)
        return [line for item in items for line in lines_of(item, label)]

    def _of_period(self, label: str | None, outcomes: list[Outcome], *, ended: bool) -> list[Item]:
        attained: dict[Group, Fraction] = {}
        items = []
        for place, rule in self._places:
            if not rule.of_period and rule.earn_back is None:
                continue
            groups: dict[Any, list[Outcome]] = {}
            for outcome in outcomes:
                mine = outcome.metric == rule.metric and place.policy in {"", outcome.policy}
                mine = mine and place.version in {"", outcome.policy_version}
                if mine and (not rule.when or rule.when.matches(outcome.fields)):
                    groups.setdefault(None if rule.by is None else group_of(rule, outcome.fields), []).append(outcome)
            for group, held in sorted(groups.items(), key=lambda pair: str(pair[0])):
                met, judged = _met(held)
                attained[place, group] = Fraction(met, judged)
                if ended and rule.of_period:
                    breaches = sum(1 for outcome in held if not outcome.met)
                    items += self._charged_for(place, rule, group, label, attained=Fraction(met, judged), breaches=breaches, judged=judged)
        self._attained.append(attained)
        return items

    def _charged_for(
        self, place: Place, rule: Penalty, group: Any, label: str | None, *, attained: Fraction, breaches: int, judged: int
    ) -> list[Item]:
        kind = "attainment" if rule.attainment is not None else "counts"
        band = band_from_below(rule.attainment or rule.counts, attained if kind == "attainment" else breaches)
        if band is None:
            return []
        exact, currency = self._fees.price(band.amount, rule, place.policy, group, label)
        item = Item(place, rule, group, currency)
        item.units, item.rate = Fraction(1), rate_text([priced(band.amount)], "period")
        share = str(Share(attained)) if str(Share(attained)).endswith("%") else f"{float(attained):.4%}"
        item.note = ATTAINED.text(share=share, units=judged) if kind == "attainment" else BREACHES.text(units=breaches)
        item.to(kind, exact)
        item.round_line()
        return [item]

    def _repeat(self, items: Iterable[Item]) -> None:
        for item in items:
            factor = item.rule.repeat
            if factor is None or item.value <= 0:
                continue
            if any((item.place, item.group) in charged for charged in self._charged[-item.rule.repeat_within :]):
                item.to("repeat", item.value * Fraction(factor))
                item.round_line()

    def _cap(self, items: Iterable[Item], label: str | None) -> None:
        shared: dict[tuple[Any, ...], list[Item]] = {}
        for item in items:
            if item.rule.cap_per_period is not None or item.rule.pool is not None:
                shared.setdefault(item.limit_key, []).append(item)
        for held in shared.values():
            cap_items("cap_period", "cap_per_period", held, self._fees, label)

    def _remember(self, items: Iterable[Item]) -> None:
        nets: dict[Group, Item] = {}
        for item in items:
            key = (item.place, item.group)
            held = nets.setdefault(key, Item(item.place, item.rule, item.group, item.currency))
            held.value += item.value
        self._nets.append(nets)
        self._charged.append({key for key, held in nets.items() if held.value > 0})

    def _earned_back(self) -> list[Item]:
        items = []
        for place, rule in self._places:
            if rule.earn_back is None or len(self._nets) <= rule.earn_back_periods:
                continue
            since = self._attained[-rule.earn_back_periods :]
            for (at, group), held in self._nets[-1 - rule.earn_back_periods].items():
                shares = [attained.get((place, group)) for attained in since]
                if at == place and held.value > 0 and all(share is not None and share >= rule.earn_back_at.fraction for share in shares):
                    item = Item(place, rule, group, held.currency)
                    item.note = GIVEN_BACK.text(share=rule.earn_back, units=rule.earn_back_periods)
                    item.to("earn_back", -rule.earn_back.of(held.value))
                    item.round_line()
                    items.append(item)
        return items

    def _round_totals(self, items: Sequence[Item]) -> list[Item]:
        groups: dict[Group, list[Item]] = {}
        for item in items:
            if item.rule.round_on == "total":
                groups.setdefault((item.place, item.group), []).append(item)
        found = []
        for (place, group), held in groups.items():
            one = held[0]
            added = sum((item.value for item in held), Fraction(0))
            before = self._add(one, added)
            quanta = whole((before + added) / one.quantum, one.rule.rounding) - whole(before / one.quantum, one.rule.rounding)
            odd = quanta - sum(item.quanta for item in held)
            if odd:
                item = Item(place, one.rule, group, one.currency)
                item.steps.append(Step("rounding", odd * one.quantum, odd))
                found.append(item)
        return found


def _met(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """How many were met, of how many; a ticket counts once by its latest outcome where its clock says so."""
    met = judged = 0
    latest: dict[Any, Outcome] = {}
    for outcome in outcomes:
        if outcome.once:
            if outcome.ticket not in latest or latest[outcome.ticket].at_us <= outcome.at_us:
                latest[outcome.ticket] = outcome
        else:
            met, judged = met + outcome.met, judged + 1
    return met + sum(outcome.met for outcome in latest.values()), judged + len(latest)


def _added(before: "Charges", after: "Charges") -> list[Item]:
    """What each charge as of the end adds to that as of the start, as items with steps of their own."""
    items = []
    for key in sorted({*before.items, *after.items}, key=lambda key: (after.items.get(key) or before.items[key]).at):
        old, new = before.items.get(key), after.items.get(key)
        one: Item = new or old  # type: ignore[assignment]
        steps: dict[str, Step] = {}
        for sign, item in ((-1, old), (1, new)):
            for step in item.steps if item is not None else ():
                held = steps.get(step.kind, Step(step.kind, Fraction(0), 0))
                steps[step.kind] = Step(step.kind, held.exact + sign * step.exact, held.quanta + sign * step.quanta)
        added = Item(one.place, one.rule, one.group, one.currency, one.breach)
        added.rate, added.note = one.rate, one.note
        held_steps = [steps[kind] for kind in KINDS if kind in steps]
        added.steps = [step for step in held_steps if step.exact or step.quanta]
        for name in ("value", "quanta", "over_us", "charged_us", "units"):
            setattr(added, name, (getattr(new, name) if new else 0) - (getattr(old, name) if old else 0))
        if added.steps:
            items.append(added)
    for key in sorted({*before.sums, *after.sums}, key=str):
        items += _added_sum(before.sums.get(key), after.sums.get(key))
    return items


def _added_sum(old: Sum | None, new: Sum | None) -> list[Item]:
    one: Sum = new or old  # type: ignore[assignment]
    exact = (new.exact if new else Fraction(0)) - (old.exact if old else Fraction(0))
    units = (new.units if new else Fraction(0)) - (old.units if old else Fraction(0))
    quanta = (new.quanta if new else 0) - (old.quanta if old else 0)
    if not exact and not quanta:
        return []
    item = Item(one.item.place, one.item.rule, one.item.group, one.item.currency)
    item.steps = [Step("partial", exact, quanta)]
    item.units, item.quanta, item.value = units, quanta, exact if one.item.rule.round_on == "total" else quanta * item.quantum
    item.note = UNITS.text(units=number(units))
    return [item]


def lines_of(item: Item, label: str | None) -> list[Line]:
    """The lines of an item, one a step."""
    breach = item.breach
    lines = []
    for step in item.steps:
        first = step.kind in {"charge", "attainment", "counts"}
        kind = "correction" if step.kind == "charge" and step.exact < 0 else step.kind
        amount = Money.of(step.quanta * item.quantum, item.currency, quantum=item.rule.quantum)
        told = (
            (item.over_us, item.charged_us, item.units, item.rate)
            if first
            else (0, 0, item.units if kind == "partial" else Fraction(0), "")
        )
        note = item.note if first or kind in {"overlap", "partial", "earn_back"} else ""
        if breach is None:
            about: tuple[Any, ...] = (None, item.rule.metric, None, item.place.policy, None, item.rule.title, None, None, None)
            when: tuple[Any, ...] = (None, None, False, ())
            fields = EMPTY if item.rule.by is None else {item.rule.by: item.group}
        else:
            about = (
                breach.ticket, breach.metric, breach.ordinal, breach.policy, breach.policy_version, item.rule.title, breach.priority,
                breach.agent, breach.team,
            )  # fmt: skip
            when = (breach.breached_us, breach.ended_us, breach.open, breach.evidence)
            fields = breach.fields
        parts: tuple[Any, ...] = (label, kind, *about, *told, step.exact, amount, *when, note, item.group, fields)
        lines.append(Line(*parts))
    return lines
