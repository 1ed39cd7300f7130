"""An ordered set of policies: which one applies to a ticket, and with which target."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from slakit._value import value
from slakit.errors import PolicyError, did_you_mean
from slakit.policy.contract import ANY_PRIORITY, Policy
from slakit.policy.matrix import PriorityMatrix
from slakit.policy.tables import table, tables
from slakit.policy.target import Target
from slakit.schedule import Schedule

if TYPE_CHECKING:
    from slakit.events.log import EventLog, Exclusion
    from slakit.judgement import Judgement
    from slakit.machine.metric import Metric

PRIORITIES = ("low", "normal", "high", "urgent")


class Choice(NamedTuple):
    """What applies to a cycle at some point.

    Attributes:
        policy: the first whose conditions hold, or None.
        priority: the ticket's priority, or None.
        target: the target of the metric, or None.
        schedule: the working time of the target; without a target the policy's, else None.
    """

    policy: Policy | None
    priority: str | None
    target: Target | None
    schedule: Schedule | None

    @property
    def reason(self) -> str:
        """Why there is no target; empty where there is one."""
        if self.target is not None:
            return ""
        return "no policy matches" if self.policy is None else f"policy {self.policy.name!r} has no target for it"


def choice_of(policy: Policy | None, priority: str | None, metric: str) -> Choice:
    """What a policy promises about a metric at a priority."""
    if policy is None:
        return Choice(None, priority, None, None)
    target = policy.target(metric, priority)
    schedule = policy.schedule if target is None else target.schedule or policy.schedule
    return Choice(policy, priority, target, schedule)


def _one_or_many(given: Policy | Iterable[Policy]) -> tuple[Policy, ...]:
    return (given,) if isinstance(given, Policy) else tuple(given)


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        message = f"priorities={given!r}: give several, from the least to the most urgent, e.g. {PRIORITIES!r}"
        raise PolicyError(message, code="bad_value", key="priorities", given=given)
    return tuple(given)


@value(repr=False)
class PolicySet:
    """Policies in order; the first whose conditions hold applies, no match is a legal answer.

    Attributes:
        policies: the policies, in order.
        priorities: from the least to the most urgent.
        matrix: derives the priority of a ticket that carries none; None: such a ticket has no priority.
        priority_field: the ticket's field with the priority.
        metrics: the clocks that some policy has a target for, in order of first mention.
        choosing_fields: the ticket's fields by which policy and priority are chosen.
        fields: those, and the fields that carry a due instant: a change of one can change a target.
        boundaries: the instants (us) at which some policy begins or ends to apply, ascending.
        versions: for each policy what tells it from the others of its name: its label, else its number among them; of one that is
            alone its label, or None.
    """

    if TYPE_CHECKING:

        def __init__(
            self, policies: Iterable[Policy], *, priorities: Iterable[str] = PRIORITIES, matrix: PriorityMatrix | None = None,
            priority_field: str = "priority",
        ) -> None:  # fmt: skip
            """What the fields take; see the class."""

    policies: tuple[Policy, ...] = attrs.field(converter=_one_or_many)
    priorities: tuple[str, ...] = attrs.field(default=PRIORITIES, kw_only=True, converter=_texts)
    matrix: PriorityMatrix | None = attrs.field(default=None, kw_only=True)
    priority_field: str = attrs.field(default="priority", kw_only=True)
    metrics: "tuple[Metric, ...]" = attrs.field(init=False, eq=False)
    choosing_fields: frozenset[str] = attrs.field(init=False, eq=False)
    fields: frozenset[str] = attrs.field(init=False, eq=False)
    boundaries: tuple[int, ...] = attrs.field(init=False, eq=False)
    versions: tuple[str | None, ...] = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check policies against each other and against the priorities."""
        twice = next((one for number, one in enumerate(self.priorities) if one in self.priorities[:number]), None)
        if twice is not None:
            message = f"priorities={self.priorities!r}: {twice!r} stands twice: give each once, from the least to the most urgent"
            raise PolicyError(message, code="bad_value", key="priorities", given=self.priorities)
        for policy in self.policies:
            for metric, rows in policy.targets:
                for priority, _ in rows:
                    if priority != ANY_PRIORITY and priority not in self.priorities:
                        known = did_you_mean(priority, self.priorities)
                        message = (
                            f"policy {policy.name!r}, targets[{metric!r}]: unknown priority {priority!r}: {known}, or '*' for the rest"
                        )
                        raise PolicyError(message, code="unknown_priority", policy=policy.name, key=metric, given=priority)
        if self.matrix is not None:
            for priority in sorted(self.matrix.priorities - set(self.priorities)):
                message = f"priority matrix: unknown priority {priority!r}: {did_you_mean(priority, self.priorities)}"
                raise PolicyError(message, code="unknown_priority", given=priority)
        self._check_versions()
        put = object.__setattr__
        put(self, "metrics", self._metrics())
        put(self, "choosing_fields", self._choosing_fields())
        due = {target.field for policy in self.policies for _, rows in policy.targets for _, target in rows if target.field is not None}
        put(self, "fields", self.choosing_fields | due)
        edges = {at for policy in self.policies for at in (policy.valid_from, policy.valid_until) if at is not None}
        put(self, "boundaries", tuple(sorted(edges)))
        put(self, "versions", tuple(self._version(policy) for policy in self.policies))

    def _check_versions(self) -> None:
        by_name: dict[str, list[Policy]] = {}
        for policy in self.policies:
            for other in by_name.setdefault(policy.name, []):
                if _overlap(policy, other):
                    message = f"policy {policy.name!r} stands twice for the same time: end one with valid_until= where the other begins, or rename it"
                    raise PolicyError(message, code="overlapping_versions", policy=policy.name)
            by_name[policy.name].append(policy)

    def _version(self, policy: Policy) -> str | None:
        namesakes = [one for one in self.policies if one.name == policy.name]
        labels = [one.label for one in namesakes]
        if len(namesakes) == 1 or (policy.label and labels.count(policy.label) == 1):
            return policy.label
        return f"no. {next(number for number, one in enumerate(namesakes, 1) if one is policy)}"

    def version_of(self, policy: Policy) -> str | None:
        """Of one of its policies what tells it from the others of its name; see `versions`."""
        return next(version for one, version in zip(self.policies, self.versions, strict=True) if one is policy)

    def _metrics(self) -> "tuple[Metric, ...]":
        found: dict[str, Metric] = {}
        for policy in self.policies:
            for name, _ in policy.targets:
                metric = policy.metric(name)
                if found.setdefault(name, metric) != metric:
                    message = f"policy {policy.name!r}: metric {name!r} is defined differently in another policy: give it a name of its own"
                    raise PolicyError(message, code="conflicting_metric", policy=policy.name, metric=name)
        return tuple(found.values())

    def _choosing_fields(self) -> frozenset[str]:
        names = {self.priority_field}
        if self.matrix is not None:
            names |= {self.matrix.impact, self.matrix.urgency}
        for policy in self.policies:
            names |= set() if policy.when is None else set(policy.when.fields)
        return frozenset(names)

    def priority(self, fields: Mapping[str, Any]) -> str | None:
        """The priority of a ticket: its own, else derived from impact and urgency, else None."""
        given = fields.get(self.priority_field)
        if given is not None:
            return str(given)
        return None if self.matrix is None else self.matrix.priority(fields)

    def policy_for(self, fields: Mapping[str, Any], at: int) -> Policy | None:
        """The first policy in force at an instant (us) whose conditions hold for the fields."""
        for policy in self.policies:
            if policy.applies(fields, at):
                return policy
        return None

    def choose(self, fields: Mapping[str, Any], at: int, metric: str) -> Choice:
        """What applies to a cycle of a metric that starts at an instant (us) on a ticket with these fields."""
        return choice_of(self.policy_for(fields, at), self.priority(fields), metric)

    def judge(
        self,
        log: "EventLog",
        *,
        as_of: Any,
        engine: str = "auto",
        exclusions: "Iterable[Exclusion]" = (),
        responders: Iterable[Any] = ("agent",),
    ) -> "Judgement":
        """Judge every cycle of a log by these policies.

        Args:
            log: the events, of one ticket or of millions.
            as_of: the instant up to which the log is known, as for `slakit.measure`.
            engine: as for `slakit.measure`.
            exclusions: spans taken out of the clocks.
            responders: roles whose public messages are replies.

        Returns:
            The cycles with verdict, deadlines, remaining and overrun.

        Raises:
            TimeError: ``naive_time`` for an ``as_of`` without an offset.
        """
        from slakit.judgement import judge  # noqa: PLC0415 - the floor above, loaded when asked

        return judge(self, log, as_of=as_of, engine=engine, exclusions=exclusions, responders=responders)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back."""
        plain: dict[str, Any] = {"policies": [policy.to_dict() for policy in self.policies], "priorities": list(self.priorities)}
        if self.matrix is not None:
            plain["matrix"] = self.matrix.to_dict()
        return plain | {"priority_field": self.priority_field}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], *, clocks: "Iterable[Metric]" = ()) -> "PolicySet":
        """Read what `to_dict` gives.

        Args:
            plain: plain data.
            clocks: clocks of one's own, which plain data names but does not hold.

        Raises:
            PolicyError: ``not_a_table``, ``unknown_key``, and as the policies.
        """
        known = ("policies", "priorities", "matrix", "priority_field")
        for key in table(plain, "policy set", "{'policies': [{'name': 'gold', 'targets': {'resolution': '8h'}}]}"):
            if key not in known:
                message = f"policy set: unknown key {key!r}: {did_you_mean(key, known)}"
                raise PolicyError(message, code="unknown_key", given=key)
        options: dict[str, Any] = {key: plain[key] for key in ("priorities", "priority_field") if key in plain}
        if plain.get("matrix") is not None:
            options["matrix"] = PriorityMatrix.from_dict(plain["matrix"])
        rows = tables(plain.get("policies", ()), "policies", "{'name': 'gold', 'targets': {'resolution': '8h'}}")
        own = tuple(clocks)
        return cls([Policy.from_dict(row, clocks=own) for row in rows], **options)

    def __repr__(self) -> str:
        """A sentence: the policies by name."""
        return f"<PolicySet: {', '.join(policy.name for policy in self.policies) or 'no policy'}>"


def _overlap(one: Policy, other: Policy) -> bool:
    """Whether two policies of one name and the same conditions are in force at some common instant."""
    if one.when != other.when:
        return False
    starts_before_end = one.valid_from is None or other.valid_until is None or one.valid_from < other.valid_until
    return starts_before_end and (other.valid_from is None or one.valid_until is None or other.valid_from < one.valid_until)
