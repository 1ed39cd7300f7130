"""A policy: for which tickets which targets hold, and what a breach costs and sets off."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs

from slakit import metrics as catalogue
from slakit._time import datetime_us, instant, utc
from slakit._value import field_names, value
from slakit.errors import EventError, MetricError, PolicyError, ScheduleError, TimeError, did_you_mean
from slakit.events.conditions import Conditions
from slakit.policy.tables import read, table, tables
from slakit.policy.target import Target
from slakit.schedule import Schedule

if TYPE_CHECKING:
    from slakit.escalation import Escalation
    from slakit.machine.metric import Metric
    from slakit.penalty import Penalty

ANY_PRIORITY = "*"
RETARGETS = ("from_start", "from_change", "pinned")
ON_SCHEDULE_CHANGES = ("last", "sum")
PolicyTargets = tuple[tuple[str, tuple[tuple[str, Target], ...]], ...]


def _targets(given: Any, policy: Any) -> PolicyTargets:
    rows = given.items() if isinstance(given, Mapping) else given
    return tuple((_metric_name(metric), _by_priority(metric, targets, policy)) for metric, targets in rows)


def _conditions(given: Any, policy: Any) -> Conditions | None:
    try:
        return None if given is None else Conditions.of(given)
    except EventError as error:
        message = f"policy {policy.name!r}, when: {error}"
        raise PolicyError(message, code=error.code, policy=policy.name, key="when", **error.fields) from None


def _metric_name(given: Any) -> str:
    return given if isinstance(given, str) else str(given.name)


def _by_priority(metric: Any, given: Any, policy: Any) -> tuple[tuple[str, Target], ...]:
    try:
        if isinstance(given, Mapping) and not {"span", "at_field"} & set(given):
            return tuple((str(priority), Target.of(target)) for priority, target in given.items())
        if isinstance(given, tuple) and all(isinstance(row, tuple) for row in given):
            return given
        return ((ANY_PRIORITY, Target.of(given)),)
    except (PolicyError, ScheduleError) as error:
        key = f"targets[{_metric_name(metric)!r}]"
        message = f"policy {policy.name!r}, {key}: {error}"
        raise PolicyError(message, code=error.code, **{**error.fields, "policy": policy.name, "key": key}) from None


def _one_or_many(given: Any) -> tuple[Any, ...]:
    return () if given is None else tuple(given) if isinstance(given, Iterable) else (given,)


@value(repr=False)
class Policy:
    """One service level: conditions, targets, penalties, escalations.

    Attributes:
        name: how results speak of it.
        when: conditions on the ticket's fields (`slakit.events.conditions`); None: every ticket.
        schedule: the working time of targets that have none of their own.
        targets: (metric id, ((priority, target), ...)) rows; ``{"resolution": "8h"}`` and
            ``{"resolution": {"urgent": "2h", "*": "8h"}}`` are taken too.
        penalties: what a breach costs.
        escalations: what falls due before and after a target is used up.
        valid_from: the instant (us) from which it applies, or None; a date is taken at midnight in
            the schedule's zone.
        valid_until: the instant (us) at which it no longer applies, or None; likewise.
        version: text that tells versions of one name apart; None: ``valid_from`` as a date.
        retarget: when priority, policy or schedule change during a cycle: ``"from_start"``,
            ``"from_change"`` or ``"pinned"`` (SPEC 5.5).
        on_schedule_change: ``"last"`` counts the whole cycle on the schedule in force, ``"sum"`` adds
            the stretches.
        clocks: `Metric` values of one's own that ``targets`` name.
    """

    if TYPE_CHECKING:

        def __init__(
            self, name: str, *, targets: Mapping[Any, Any] | PolicyTargets, when: Mapping[str, Any] | Conditions | None = None,
            schedule: Schedule | None = None, penalties: Iterable[Penalty] | Penalty = (), escalations: Iterable[Escalation] | Escalation = (),
            valid_from: date | str | int | None = None, valid_until: date | str | int | None = None, version: str | None = None,
            retarget: str = "from_start", on_schedule_change: str = "last", clocks: Iterable[Metric] | Metric = (),
        ) -> None:  # fmt: skip
            """What the fields take; see the class."""

    name: str
    when: Conditions | None = attrs.field(default=None, kw_only=True, converter=attrs.Converter(_conditions, takes_self=True))
    schedule: Schedule | None = attrs.field(default=None, kw_only=True)
    targets: PolicyTargets = attrs.field(kw_only=True, converter=attrs.Converter(_targets, takes_self=True))
    penalties: "tuple[Penalty, ...]" = attrs.field(default=(), kw_only=True, converter=_one_or_many)
    escalations: "tuple[Escalation, ...]" = attrs.field(default=(), kw_only=True, converter=_one_or_many)
    valid_from: int | None = attrs.field(default=None, kw_only=True)
    valid_until: int | None = attrs.field(default=None, kw_only=True)
    version: str | None = attrs.field(default=None, kw_only=True)
    retarget: str = attrs.field(default="from_start", kw_only=True)
    on_schedule_change: str = attrs.field(default="last", kw_only=True)
    clocks: "tuple[Metric, ...]" = attrs.field(default=(), kw_only=True, converter=_one_or_many)

    def __attrs_post_init__(self) -> None:
        """Check the policy as a whole; every message names the policy and the key."""
        if not self.name or not isinstance(self.name, str):
            msg = "name"
            raise self._error(msg, f"is {self.name!r}: say in text what the policy is called, it stands in every result", "bad_name")
        for key, allowed in (("retarget", RETARGETS), ("on_schedule_change", ON_SCHEDULE_CHANGES)):
            if getattr(self, key) not in allowed:
                raise self._error(key, f"{getattr(self, key)!r}: {did_you_mean(getattr(self, key), allowed)}", "unknown_option")
        if not self.targets:
            msg = "targets"
            raise self._error(msg, "names no metric: a policy promises something, e.g. {'resolution': '8h'}", "no_target")
        for metric, by_priority in self.targets:
            if not by_priority:
                msg = f"targets[{metric!r}]"
                raise self._error(msg, "names no priority: give a target, e.g. {'urgent': '30m', '*': '4h'}", "no_target")
            self._check_targets(metric, [target for _, target in by_priority])
        for key in ("valid_from", "valid_until"):
            object.__setattr__(self, key, self._validity(key, getattr(self, key)))
        if self.valid_from is not None and self.valid_until is not None and self.valid_from >= self.valid_until:
            msg = "valid_until"
            raise self._error(msg, "is not after valid_from: swap them", "bad_validity")
        self._check_rules()
        self._check_escalations()

    def _check_targets(self, metric: str, targets: Iterable[Target]) -> None:
        """Refuse an unknown metric, and a target without working time to count in."""
        self.metric(metric)
        for target in targets:
            schedule = target.schedule or self.schedule
            if schedule is None:
                msg = f"targets[{metric!r}]"
                raise self._error(msg, "has no schedule: pass schedule= to the Policy or to the Target", "no_schedule")
            if not isinstance(schedule, Schedule):
                msg = "schedule"
                raise self._error(msg, f"{schedule!r} is no Schedule: build one with Schedule.weekly(...)", "bad_schedule")
            try:
                schedule.clock.require_open()
            except ScheduleError as error:
                msg = f"targets[{metric!r}]"
                raise self._error(msg, f"schedule: {error}", error.code) from None

    def _check_rules(self) -> None:
        """Refuse a penalty or an escalation on a metric that has no target here."""
        for rule in (*self.penalties, *self.escalations):
            named = getattr(rule, "metric", None)
            if named is not None and named not in dict(self.targets):
                given = did_you_mean(named, dict(self.targets))
                raise self._error(
                    type(rule).__name__.lower(), f"is on metric {named!r}, which has no target here: {given}", "no_such_target"
                )

    def _check_escalations(self) -> None:
        """Refuse two escalations with one name, and levels beyond a target that stand before the target itself."""
        keys: set[str] = set()
        beyond: dict[str, str] = {}
        for rule in self.escalations:
            if rule.key in keys:
                msg = "escalations"
                raise self._error(msg, f"has {rule.key!r} twice: put their actions together, or give each a name=", "repeated_escalation")
            keys.add(rule.key)
            if rule.metric is None or rule.at is None:
                continue
            if str(rule.at) == "100%" and rule.metric in beyond:
                trouble = f"has {beyond[rule.metric]!r}, which is beyond 100 %, before {rule.key!r}: put levels in the order in which they fall due"
                msg = "escalations"
                raise self._error(msg, trouble, "escalation_order")
            if rule.at.share > 1 or rule.at.offset_us > 0:
                beyond.setdefault(rule.metric, rule.key)

    def _error(self, key: str, trouble: str, code: str) -> PolicyError:
        return PolicyError(f"policy {self.name!r}, {key} {trouble}", code=code, policy=self.name, key=key)

    def _validity(self, key: str, given: Any) -> int | None:
        if given is None or (isinstance(given, int) and not isinstance(given, bool)):
            return given
        if isinstance(given, str) and len(given) <= len("2026-01-01"):
            try:
                given = date.fromisoformat(given)
            except ValueError:
                raise self._error(key, f"{given!r} is no date: write it like 2026-03-21", "bad_validity") from None
        if isinstance(given, date) and not isinstance(given, datetime):
            schedule = self.schedule or next(target.schedule for _, rows in self.targets for _, target in rows if target.schedule)
            return datetime_us(datetime(given.year, given.month, given.day), schedule.zone)  # noqa: DTZ001 - the zone is the schedule's
        try:
            return instant(given)
        except TimeError as error:
            raise self._error(key, str(error), error.code) from None

    def metric(self, name: str) -> "Metric":
        """The clock that a target of this policy names.

        Raises:
            PolicyError: ``unknown_metric``.
        """
        own = next((metric for metric in self.clocks if metric.name == name), None)
        if own is not None:
            if not own.stops:
                msg = f"targets[{name!r}]"
                raise self._error(msg, "is on a clock that nothing stops: give it a stop condition", "cannot_stop")
            return own
        try:
            return catalogue.get(name)
        except MetricError as error:
            msg = "targets"
            raise self._error(msg, f"names an {error}", "unknown_metric") from None

    @property
    def label(self) -> str | None:
        """What results show as ``policy_version``."""
        if self.version is not None or self.valid_from is None:
            return self.version
        return f"{utc(self.valid_from).astimezone(self.any_schedule.zone):%Y-%m-%d}"

    @property
    def any_schedule(self) -> Schedule:
        """The policy's schedule, or the first that a target of it has."""
        return self.schedule or next(target.schedule for _, rows in self.targets for _, target in rows if target.schedule)

    def applies(self, fields: Mapping[str, Any], at: int) -> bool:
        """Whether it is in force at an instant (us) for a ticket with these fields."""
        if (self.valid_from is not None and at < self.valid_from) or (self.valid_until is not None and at >= self.valid_until):
            return False
        return self.when is None or self.when.matches(fields)

    def target(self, metric: str, priority: str | None) -> Target | None:
        """The target of a metric for a priority: its own, else that of ``"*"``, else None."""
        for name, by_priority in self.targets:
            if name == metric:
                rest = None
                for given, target in by_priority:
                    if given == priority:
                        return target
                    if given == ANY_PRIORITY:
                        rest = target
                return rest
        return None

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads back; clocks of one's own are code and are not part of it."""
        plain: dict[str, Any] = {"name": self.name}
        if self.when is not None:
            plain["when"] = self.when.to_dict()
        if self.schedule is not None:
            plain["schedule"] = self.schedule.to_dict()
        plain["targets"] = {metric: {priority: target.to_dict() for priority, target in rows} for metric, rows in self.targets}
        for key in ("penalties", "escalations"):
            if getattr(self, key):
                plain[key] = [rule.to_dict() for rule in getattr(self, key)]
        for key in ("valid_from", "valid_until"):
            if getattr(self, key) is not None:
                plain[key] = utc(getattr(self, key)).isoformat()
        if self.version is not None:
            plain["version"] = self.version
        return plain | {"retarget": self.retarget, "on_schedule_change": self.on_schedule_change}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], *, clocks: "Iterable[Metric]" = ()) -> "Policy":
        """Read what `to_dict` gives, or what a caller read from a file of that shape.

        Args:
            plain: plain data.
            clocks: clocks of one's own; the policy takes those that it has targets for.

        Raises:
            PolicyError: ``not_a_table``, ``unknown_key``, ``missing_key``, as the constructor, and as the parts: each names policy and key.
        """
        from slakit.escalation import Escalation  # noqa: PLC0415 - only policies with escalations load them
        from slakit.penalty import Penalty  # noqa: PLC0415 - only policies with penalties load them

        known = [field for field in field_names(cls) if field != "clocks"]
        name = table(plain, "policy", "{'name': 'gold', 'targets': {'resolution': '8h'}}").get("name")
        for key in plain:
            if key not in known:
                msg = f"policy {name!r}: unknown key {key!r}: {did_you_mean(key, known)}"
                raise PolicyError(msg, code="unknown_key", policy=name, given=key)
        for key in ("name", "targets"):
            if key not in plain:
                msg = f"policy {name!r}: the key {key!r} is missing: add it"
                raise PolicyError(msg, code="missing_key", policy=name, key=key)
        options: dict[str, Any] = {key: plain[key] for key in plain if key != "name"}
        table(options["targets"], f"policy {name!r}, targets", "{'resolution': '8h'}")
        if options.get("schedule") is not None:
            options["schedule"] = read(Schedule.from_dict, options["schedule"], name, "schedule")
        for key, reader, example in (
            ("penalties", Penalty.from_dict, "{'metric': 'resolution', 'rate': '50000 IRR'}"),
            ("escalations", Escalation.from_dict, "{'metric': 'resolution', 'at': '75%', 'actions': [...]}"),
        ):
            rows = tables(options.get(key, ()), f"policy {name!r}, {key}", example)
            options[key] = [read(reader, row, name, f"{key}[{number}]") for number, row in enumerate(rows)]
        options["clocks"] = [clock for clock in clocks if clock.name in options["targets"]]
        return cls(plain["name"], **options)

    def __repr__(self) -> str:
        """A sentence: the name and what is promised."""
        promises = []
        for metric, rows in self.targets:
            each = [f"{target.text}" if priority == ANY_PRIORITY else f"{target.text} for {priority}" for priority, target in rows]
            promises.append(f"{metric} in {', '.join(each)}")
        return f"<Policy {self.name!r}: {'; '.join(promises)}>"
