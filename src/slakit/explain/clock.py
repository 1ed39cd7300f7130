"""One clock of a ticket, explained: its cycles, its stretches, and the deadline of each cycle."""

import itertools
from collections.abc import Sequence
from typing import Any

import attrs

from slakit._value import value
from slakit.explain.derivation import Step, derivation, local, zone_of
from slakit.explain.line import line_of
from slakit.explain.stretches import NOT_STARTED, Stretch, Teller
from slakit.explain.words import Words
from slakit.verdict import JudgedCycle

_WEEK_US = 6 * 86_400_000_000


def _told(row: JudgedCycle) -> tuple[Any, ...]:
    """What an explanation tells of a judged cycle, beside the choice of its target: by this it compares."""
    used = (row.judged_us, row.run.elapsed_us, row.target_us, row.remaining_us, row.overrun_us)
    when = (row.due_us, row.met_until_us, row.breached_us)
    return (row.ticket, row.metric, row.run.ordinal, row.verdict, *used, *when, row.history)


@value(repr=False)
class CycleExplanation:
    """One cycle of a clock.

    Attributes:
        row: the judged cycle; two of them are the same here if they say the same.
        choice: why this policy and target, as (what, given) pairs: policy, conditions, priority, target, or the reason for none.
        steps: how the deadline comes about.
        stretches: its time from the instant that it dates from to its end: contiguous, every instant once.
    """

    row: JudgedCycle = attrs.field(eq=_told)
    choice: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    stretches: tuple[Stretch, ...]

    @property
    def running_us(self) -> int:
        """Working time of the running stretches, us: the elapsed time of the cycle."""
        return sum(one.running_us for one in self.stretches)

    def headline(self, words: Words) -> str:
        """The verdict, what is used, and the deadline."""
        row, zone = self.row, zone_of(self.row)
        parts = [words.verdict(row.verdict)]
        if row.target_us is not None:
            used, whole = words.span(row.judged_us), words.span(row.target_us)
            parts.append(words.say("{used} of {whole} used", "{used} از {whole} مصرف شده", used=used, whole=whole))
        elif not row.applicable:
            parts.append(words.say("{used} so far", "تا کنون {used}", used=words.span(row.judged_us)))
        overrun = row.overrun_us
        if overrun:
            parts.append(words.say("{span} over", "{span} بیش از هدف", span=words.span(overrun)))
        due, breached = row.due_us, row.breached_us
        if due is not None:
            parts.append(words.say("due {when}", "مهلت {when}", when=words.moment(local(due, zone))))
        if breached is not None and breached != due:
            parts.append(words.say("breached {when}", "گذشتن از مهلت در {when}", when=words.moment(local(breached, zone))))
        return words.listed(parts)

    def why(self, words: Words) -> str:
        """The choice of policy and target with its reason."""
        policy, priority, target, _ = self.row.choice
        if policy is None:
            return words.say("no policy matches the ticket", "هیچ توافق‌نامه‌ای با این تیکت جور نیست")
        version = "" if policy.label is None else f" {policy.label}"
        if version and policy.version is None and words.persian:
            version = f" از {words.long_date(local(policy.valid_from or 0, policy.any_schedule.zone))}"
        named = words.say("policy {name}", "توافق‌نامه {name}", name=f"{policy.name}{version}")
        if policy.when:
            named += words.say(" because {conditions}", "، چون {conditions}", conditions=words.conditions(policy.when))
        parts = [named]
        if priority is not None:
            parts.append(words.say("priority {name}", "اولویت {name}", name=priority))
        parts.append(
            words.say("no target for it", "بدون هدف برای آن")
            if target is None
            else words.say("target {text}", "هدف {text}", text=words.target(target))
        )
        if target is not None and not self.row.applicable:
            parts.append(
                words.say("no later opening reaches it", "هیچ ساعت کاری بعدی به آن نمی‌رسد")
                if target.field is None
                else words.say("but the ticket has no {field}", "اما تیکت {field} ندارد", field=words.field(target.field))
            )
        return words.listed([*parts, *self._changes(words)])

    def _changes(self, words: Words) -> list[str]:
        """What applied to the cycle earlier, and until when."""
        zone, found = zone_of(self.row), []
        for before, after in itertools.pairwise(self.row.changes):
            policy, priority, target, _ = before.choice
            was = []
            if policy is not after.choice.policy:
                was.append(
                    words.say("no policy", "بدون توافق‌نامه")
                    if policy is None
                    else words.say("policy {name}", "توافق‌نامه {name}", name=policy.name)
                )
            if priority != after.choice.priority:
                was.append(
                    words.say("no priority", "بدون اولویت")
                    if priority is None
                    else words.say("priority {name}", "اولویت {name}", name=priority)
                )
            if target is not None and target != after.choice.target:
                was.append(words.say("target {text}", "هدف {text}", text=words.target(target)))
            if was:
                until = words.moment(local(after.at, zone))
                found.append(words.say("until {when} {was}", "تا {when} {was}", when=until, was=words.say(" and ", " و ").join(was)))
        return found

    def deadline(self, words: Words) -> str:
        """The derivation of the deadline; empty without a target."""
        row = self.row
        dated = row.due_us is not None and row.due_us - row.run.started_us > _WEEK_US
        return words.listed(words.step(step, dated=dated) for step in self.steps)

    def past(self, words: Words) -> list[str]:
        """The breaches of earlier targets."""
        zone = zone_of(self.row)
        none = words.say("no priority", "بدون اولویت")
        return [
            words.say(
                "an earlier target ({policy}, {priority}) was breached {when}",
                "مهلت هدف پیشین (توافق‌نامه {policy}، {priority}) در {when} گذشته بود",
                policy=past.policy,
                priority=none if past.priority is None else words.say("{name}", "اولویت {name}", name=past.priority),
                when=words.moment(local(past.breached_us, zone)),
            )
            for past in self.row.history
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        row = self.row
        return {
            "ordinal": row.run.ordinal, "verdict": row.verdict, "elapsed_us": row.run.elapsed_us, "target_us": row.target_us, "due_at": row.due_at,
            "met_until": row.met_until, "breached_at": row.breached_at, "remaining_us": row.remaining_us, "overrun_us": row.overrun_us,
            "choice": dict(self.choice), "deadline": [step.to_dict() for step in self.steps], "history": [past.to_dict() for past in row.history],
        }  # fmt: skip


@value(repr=False)
class ClockExplanation:
    """One clock of a ticket.

    Attributes:
        metric: its id.
        cycles: its cycles, by ordinal.
        stretches: its time from creation (a wait that a merge brought: from its start) to ``as_of``: contiguous, every
            instant once. Where a merge dated a wait back into the time of an earlier cycle, two waits ran at once:
            the earlier cycle tells these instants, and `Stretch.also` names the further cycles that ran.
    """

    metric: str
    cycles: tuple[CycleExplanation, ...]
    stretches: tuple[Stretch, ...]

    @property
    def running_us(self) -> int:
        """Working time of the running stretches, us: the elapsed time of its cycles."""
        return sum(one.running_us for one in self.stretches)

    def lines(self, words: Words) -> list[str]:
        """The clock in sentences."""
        name = words.metric(self.metric)
        if not self.cycles:
            return [f"{name}: {words.label(NOT_STARTED)}"]
        found = []
        for cycle in self.cycles:
            many = f" {words.number(cycle.row.run.ordinal)}" if len(self.cycles) > 1 else ""
            found.append(f"{name}{many}: {cycle.headline(words)}")
            found.append(f"  {words.say('Why', 'چرا')}: {cycle.why(words)}")
            deadline = cycle.deadline(words)
            if deadline:
                found.append(f"  {words.say('Deadline', 'مهلت')}: {deadline}")
            found += [f"  {line}" for line in cycle.past(words)]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "metric": self.metric, "cycles": [cycle.to_dict() for cycle in self.cycles], "stretches": [one.to_dict() for one in self.stretches],
        }  # fmt: skip


def clock_of(metric: str, rows: Sequence[JudgedCycle], teller: Teller) -> ClockExplanation:
    """Explain one clock, given its cycles."""
    cycles = tuple(CycleExplanation(row, _choice(row), derivation(row, teller), teller.stretches(row)) for row in rows)
    return ClockExplanation(metric, cycles, line_of(rows, [cycle.stretches for cycle in cycles], teller))


def _choice(row: JudgedCycle) -> tuple[tuple[str, str], ...]:
    policy, priority, target, _ = row.choice
    if policy is None:
        return (("reason", row.reason),)
    found = [("policy", policy.name)]
    if policy.label is not None:
        found.append(("version", policy.label))
    if policy.when:
        found.append(("conditions", str(policy.when)))
    if priority is not None:
        found.append(("priority", priority))
    if target is not None:
        found.append(("target", target.text))
    return (*found, ("reason", row.reason)) if row.reason else tuple(found)
